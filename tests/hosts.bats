#!/usr/bin/env bats
# The host is afterwards what it was: a sample of the rounds that 'make check-hosts' goes through.
load helper

setup() {
	local program
	needs_kernel bridge
	for program in iptables ip6tables nft; do
		command -v "$program" > /dev/null || cannot "there is no program $program (package iptables or nftables)"
	done
}

@test "fifty random hosts are in the end what they were, plus what others did meanwhile" {
	local up
	run tests/hosts -n 50 -s 1
	echo "$output"
	echo "# ${lines[-1]}" >&3
	[ "$status" -eq 0 ]
	[[ ${lines[-1]} =~ ^50\ rounds,\ ([0-9]+)\ networks ]]
	up=${BASH_REMATCH[1]}
	[ "$up" -ge 75 ]
}

@test "a down that undoes nothing is found, and the seed repeats its round" {
	local fake
	fake=$(mktemp -d "$B/hosts.XXXXXX")
	chmod 755 "$fake"
	cp "$B"/test-{sandbox,fault} "$fake"
	printf '#!/bin/sh\ncase $1 in down) exit 0 ;; esac\nexec %s "$@"\n' "$B/vnetgen" > "$fake/vnetgen"
	chmod 755 "$fake"/*
	run env B="$fake" tests/hosts -n 1 -s 5 -v
	rm -r "$fake"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *'not ok, seed 5: the host is not what it was'* ]]
	[[ $output == *'# --- net1.ini'*'#   [netns red1]'*'+rest: /run/netns/red1'* ]]
	grep '^# seed 5:.*up 1' <<< "$output" > "$BATS_TEST_TMPDIR/plan"
	tests/hosts -n 2 -s 4 -v | grep '^# seed 5:' | diff "$BATS_TEST_TMPDIR/plan" -
}
