#!/usr/bin/env bats
# Every type of device, for real: where a kernel has them all ('make check-kernel' brings one).
load helper

# build_kinds STYLE: skips, with its name, where this kernel lacks a type.
build_kinds() {
	run in_sandbox "$B/vnetgen" test --style "$1" tests/kinds.ini
	[[ $output != *"Unknown device type"* && $output != *"qdisc kind is unknown"* && $output != *"Operation not supported"* ]] ||
		skip "this kernel cannot: $(grep -m 1 "^vnetgen: .*' failed" <<< "$output")"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -c '^        ok - ' <<< "$output")" -eq 5 ]
}

@test "each type is built, and a netem delay, a vlan, a vxlan, a gre tunnel and a bridge's VLANs do what they should" {
	needs_kernel
	build_kinds classic
}

@test "and in the compact style" {
	needs_kernel
	build_kinds compact
}
