#!/usr/bin/env bats
# The scenarios that the project brings: each is built and does what its checks say, in both styles.  Those that need
# devices which not every kernel has are in library-kinds.bats.

load helper

@test "bridge" { holds bridge; }
@test "bridge-firewall" { holds bridge-firewall; }
@test "bridge-in-netns" { holds bridge-in-netns; }
@test "dhcp" { holds dhcp udhcpc; }
@test "dns" { holds dns; }
@test "docker" { holds docker busybox curl; }
@test "dual-stack" { holds dual-stack; }
@test "leaf-spine" { holds leaf-spine; }
@test "macvlan" { holds macvlan; }
@test "nat" { holds nat; }
@test "ospf" { holds ospf vtysh; }
@test "pod" { holds pod busybox curl; }
@test "policy-routing" { holds policy-routing; }
@test "ring-ecmp" { holds ring-ecmp; }
@test "router" { holds router; }
@test "router-chain" { holds router-chain; }
@test "same-names" { holds same-names; }
@test "veth-pair" { holds veth-pair; }
@test "vxlan" { holds vxlan; }

# A thousand take a minute, a hundred are built in the same way.
@test "star, of a hundred and in one style" {
	needs_kernel
	sed 's/\.\.1000}/..100}/; s/10\.0\.3\.232/10.0.0.100/' scenarios/star.ini > "$BATS_TEST_TMPDIR/star.ini"
	run -0 --separate-stderr vnetgen test -q --sandbox --style compact "$BATS_TEST_TMPDIR/star.ini"
	[ -z "$output$stderr" ]
}

@test "each scenario has a test, or is too large and is printed only" {
	local scenario name
	for scenario in scenarios/*.ini; do
		name=$(basename "$scenario" .ini)
		grep -q "^@test \"${name}[\",]" tests/library*.bats || [ "$name" = ten-bridges ] || { echo "$name has none"; return 1; }
	done
	[ "$(vnetgen --dry-run --style compact scenarios/ten-bridges.ini | grep -c '^ip -n .* type veth ')" -eq 10000 ]
}

@test "every scenario has a title and says what it teaches, in every language" {
	local scenario language
	for scenario in scenarios/*.ini; do
		for language in templates/lang/*.ini; do
			language=$(basename "$language" .ini)
			vnetgen view --lang "$language" "$scenario" | jq -e '.chapters[0] | .title and .introduction' > /dev/null ||
				{ echo "$scenario in $language"; return 1; }
		done
	done
}
