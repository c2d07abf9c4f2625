#!/usr/bin/env bats
# Whatever happens to vnetgen and to the printed scripts, and whenever, nothing is left: a sample of the cases that
# 'make check-faults' goes through.

load helper

# sample CASES ARG...: tests/faults with ARGs comes through, with so many cases at least
sample() {
	local cases=$1
	shift
	run tests/faults "$@"
	echo "$output"
	[ "$status" -eq 0 ]
	echo "# ${lines[-1]}" >&3
	[ "${lines[-1]%% *}" -ge "$cases" ]
}

@test "faults at calls of programs here and there, in up, in down and in the scripts, leave nothing" {
	needs_kernel "vxlan id 1 dstport 0"
	sample 25 -n 6 -k up -k up-compact -k down -k setup -k teardown \
		scenarios/{veth-pair,bridge,same-names,nat}.ini tests/scenarios/faults.ini
}

@test "system calls of vnetgen that fail, here and there, leave nothing" {
	needs_kernel "vxlan id 1 dstport 0"
	command -v strace > /dev/null || cannot "there is no strace (package strace)"
	sample 20 -n 30 -k up-syscalls -k down-syscalls tests/scenarios/faults.ini
}
