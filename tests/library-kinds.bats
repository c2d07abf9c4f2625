#!/usr/bin/env bats
# Scenarios with devices that not every kernel has: 'make check-kernel' brings one that has them all.

load helper

@test "bond" { holds bond; }
@test "ipvlan" { holds ipvlan; }
@test "router-stick" { holds router-stick; }
@test "tunnels" { holds tunnels; }
@test "vlan" { holds vlan; }
@test "vlan-trunk" { holds vlan-trunk; }
@test "vrf" { holds vrf; }
@test "wan" { holds wan; }
@test "wireguard" { holds wireguard wg; }

# shellcheck disable=SC2317 # called in a sandbox
all_that_is_said() {
	"$B/vnetgen" test --log /tmp/log scenarios/wireguard.ini
	cat /tmp/log
}

# A key has 32 bytes, which are 43 letters and a '='.
@test "no key of WireGuard is in what is printed, and none in the log" {
	needs_kernel wireguard
	command -v wg > /dev/null || cannot "there is no program wg: it is in the package wireguard-tools"
	run -0 in_sandbox all_that_is_said
	[[ $output == *'wg genkey'* ]]
	[[ ! $output =~ [A-Za-z0-9+/]{43}= ]]
}
