#!/usr/bin/env bats
# Every type of device, for real: where a kernel has them all ('make check-kernel' brings one).
load helper

# build_kinds STYLE: skips, with its name, where this kernel lacks a type.
build_kinds() {
	run in_sandbox "$B/vnetgen" test --style "$1" tests/kinds.ini
	[[ $output != *'this kernel has no '* ]] || skip "$(grep -m 1 -o 'this kernel has no [^:]*' <<< "$output")"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -c '^        ok - ' <<< "$output")" -eq 7 ]
}

@test "each type is built, and a netem delay, a vlan, a vxlan, a gre tunnel and a bridge's VLANs do what they should" {
	needs_kernel
	build_kinds classic
}

@test "and in the compact style" {
	needs_kernel
	build_kinds compact
}

# shellcheck disable=SC2317 # called in a sandbox
host_has_eth0() {
	ip link add eth0 type veth peer name eth9
	"$B/vnetgen" test -q scenarios/same-names.ini
}

@test "devices that are created in their places may have a name that the host has as well" {
	needs_kernel
	in_sandbox host_has_eth0
}

# It is right about what there is as well: where a kernel has it all, nothing is missed.
@test "lint --kernel agrees with what can be built" {
	needs_kernel
	run in_sandbox "$B/vnetgen" test -q tests/kinds.ini
	local built=$status
	run vnetgen lint --kernel tests/kinds.ini
	echo "$output"
	[ $((built == 0)) -eq $((status == 0)) ]
}

@test "tun and tap are made by ip tuntap, where they shall be" {
	needs_kernel
	in_sandbox ip tuntap add dev p0 mode tap || skip "this kernel has no tun"
	local style
	for style in classic compact; do
		run -0 in_sandbox "$B/vnetgen" test -q --style $style tests/scenarios/tuntap.ini
		[ -z "$output" ]
	done
	vnetgen --dry-run --style compact tests/scenarios/tuntap.ini | grep -qx 'ip -n red tuntap add dev tun0 mode tun user 0'
}

@test "netkit is a pair as veth is, of layer 3 or 2" {
	needs_kernel 'netkit peer name probe1'
	local style
	for style in classic compact; do
		run -0 in_sandbox "$B/vnetgen" test -q --style $style tests/scenarios/netkit.ini
		[ -z "$output" ]
	done
}

@test "what becomes a port of a bond or team is taken down first, and keeps its state, also when it leaves" {
	local style
	for style in classic compact; do
		vnetgen --dry-run --style $style tests/scenarios/late-ports.ini > "$BATS_TEST_TMPDIR/script"
		sed -n '/^# step 5 /,$p' "$BATS_TEST_TMPDIR/script" | diff -u tests/golden/late-ports.$style -
	done
	needs_kernel "bond mode active-backup" team
	for style in classic compact; do
		run in_sandbox "$B/vnetgen" test -q --style $style tests/scenarios/late-ports.ini
		echo "$style: $output"
		[ "$status" -eq 0 ]
		[ -z "$output" ]
	done
}

lent_scenario() {
	printf '%s\n' '[link bond0]' 'type = bond mode active-backup' '[link p0]' 'existing = yes' 'master = bond0' \
		'[link p1]' 'existing = yes' '[step]' '[link p1]' 'master = bond0'
}

# shellcheck disable=SC2317 # called in a sandbox
lent_become_ports() {
	lent_scenario > /tmp/lent.ini
	ip link add p0 type veth peer name p1
	ip link set p0 up
	ip link set p1 up
	"$B/vnetgen" up -q /tmp/lent.ini
	[ "$(ip -o link show up master bond0 | wc -l)" = 2 ]
	"$B/vnetgen" down -q lent
	[ "$(ip -o link show up type veth | wc -l)" = 2 ]
	run ! grep master <(ip link)
}

@test "a device that was there before and is up becomes a port of a bond" {
	lent_scenario > "$BATS_TEST_TMPDIR/lent.ini"
	run -0 grep -E '^ip .*(master|p[01] down|p[01] up)' <(vnetgen --dry-run "$BATS_TEST_TMPDIR/lent.ini")
	diff -u - <(echo "$output") <<-'END'
		ip link set p0 down
		ip link set p0 master bond0
		ip link set p0 up
		ip link set p1 up
		ip link set p1 down
		ip link set p1 master bond0
		ip link set p1 up
	END
	needs_kernel "bond mode active-backup"
	in_sandbox lent_become_ports
}
