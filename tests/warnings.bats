#!/usr/bin/env bats
# What is legal and suspicious is said, whole and once; and nothing is said of what may be meant.

# shellcheck disable=SC2154 # run sets stderr
load helper

# scenario: takes a scenario from standard input
scenario() {
	cat >"$BATS_TEST_TMPDIR/x.ini"
}

# warned TEXT: the scenario is told so, and is printed all the same
warned() {
	(cd "$BATS_TEST_TMPDIR" && "$OLDPWD/$B/vnetgen" --dry-run x.ini) >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
	diff -u <(printf '%s' "${1:+$1$'\n'}") "$BATS_TEST_TMPDIR/err"
	grep -q '^ip ' "$BATS_TEST_TMPDIR/out"
}

# silent: nothing is said of the scenario
silent() {
	warned ''
}

@test "nothing is said of the scenarios that are there" {
	n=0
	for file in scenarios/*.ini tests/scenarios/*.ini; do
		run -0 --separate-stderr vnetgen --dry-run "$file"
		echo "$file: $stderr"
		[ -z "$stderr" ]
		n=$((n + 1))
	done
	[ "$n" -ge 14 ]
}

@test "an address that two devices on one cable have" {
	scenario <<-'END'
		[netns red]
		[netns blue]
		[link red/eth0]
		peer = blue/eth0
		address = 192.0.2.1/24
		address = 2001:db8::1/64
		[link blue/eth0]
		address = 192.0.2.1/24
		address = 2001:DB8:0::1/64
	END
	warned "x.ini:8: warning: [link blue/eth0] address: 192.0.2.1 is also the address of [link red/eth0] (line 5), and the two are connected
x.ini:9: warning: [link blue/eth0] address: 2001:db8::1 is also the address of [link red/eth0] (line 6), and the two are connected"
}

@test "an address that two of many on a bridge have, and one on a VLAN over it" {
	scenario <<-'END'
		[netns h{1..9}]
		[link br0]
		type = bridge
		[link h{1..9}/eth0]
		peer = /p{n}
		address = 192.0.2.0/24 host {n}
		[link p{1..9}]
		master = br0
		[link h{8,9}/eth0.5]
		type = vlan id 5
		link = eth0
		address = 198.51.100.1/24
		[link h1/mac0]
		type = macvlan mode bridge
		link = eth0
		address = 192.0.2.7/24
	END
	warned "x.ini:12: warning: [link h9/eth0.5] address: 198.51.100.1 is also the address of [link h8/eth0.5] (line 12), and the two are connected
x.ini:16: warning: [link h1/mac0] address: 192.0.2.7 is also the address of [link h7/eth0] (line 6), and the two are connected"
}

@test "an address that a whole range has is said once" {
	scenario <<-'END'
		[netns h{1..1000}]
		[link br0]
		type = bridge
		[link h{1..1000}/eth0]
		peer = /p{n}
		address = 10.0.0.1/16
		[link p{1..1000}]
		master = br0
	END
	warned "x.ini:6: warning: [link h2/eth0] address: 10.0.0.1 is also the address of [link h1/eth0] (line 6), and the two are connected (the first of 999 in its range)"
}

@test "an address that goes from one to the other, or is on both by design, or on what is apart" {
	# fail-over
	scenario <<-'END'
		[netns h{1..3}]
		[link br0]
		type = bridge
		[link p{1..3}]
		peer = h{n}/eth0
		master = br0
		[link h{1,2,3}/eth0]
		address = 192.0.2.0/24 host {n}
		[link h1/eth0]
		address = 192.0.2.9/24
		[step Another one takes it]
		[link h1/eth0]
		address = del 192.0.2.9/24
		[link h2/eth0]
		address = 192.0.2.9/24
	END
	silent
	# one gateway in two places, one address served by three
	scenario <<-'END'
		[netns h{1..3}]
		[link br0]
		type = bridge
		[link p{1..3}]
		peer = h{n}/eth0
		master = br0
		[link h{1,2}/eth0]
		mac = 02:00:00:00:00:01
		address = 192.0.2.1/24
		[link h3/eth0]
		address = 192.0.2.3/24
		[link h{1..3}/lo]
		address = 198.51.100.1/32
		address = 127.0.0.2/8
	END
	silent
	# VLANs
	scenario <<-'END'
		[netns h{1..4}]
		[link br0]
		type = bridge vlan_filtering 1
		[link p{1..4}]
		peer = h{n}/eth0
		master = br0
		[link p{1,2}]
		vlan = vid 10 pvid untagged
		[link p{3,4}]
		vlan = vid 20 pvid untagged
		[link h{1,3}/eth0]
		address = 192.0.2.1/24
		[link h{2,4}/eth0]
		address = 192.0.2.2/24
	END
	silent
	scenario <<-'END'
		[netns {red,blue}]
		[link red/eth0]
		peer = blue/eth0
		[link {e=red,blue}/eth0.{v=5..6}]
		type = vlan id {v}
		link = eth0
		[link red/eth0.5]
		address = 192.0.2.1/24
		[link blue/eth0.6]
		address = 192.0.2.1/24
	END
	silent
}

@test "customers with the same subnets, each in a vrf of its own" {
	scenario <<-'END'
		[netns pe]
		[netns {c=a,b}{i=1..2}]
		[link pe/vrf{11,12}]
		type = vrf table {n}
		[link pe/a{1..2}]
		peer = a{n}/eth0
		master = vrf11
		address = 10.0.{n}.1/24
		[link pe/b{1..2}]
		peer = b{n}/eth0
		master = vrf12
		address = 10.0.{n}.1/24
		[link {c=a,b}{i=1..2}/eth0]
		address = 10.0.{i}.2/24
	END
	silent
	# where they share one, it matters
	sed -i 's/vrf12/vrf11/' "$BATS_TEST_TMPDIR/x.ini"
	warned "x.ini:12: warning: [link pe/b1] address: 10.0.1.0/24 overlaps with 10.0.1.0/24 of [link pe/a1] (line 8), and the two are not connected (the first of 2 in its range)"
}

@test "two sites that are alike, behind NAT" {
	scenario <<-'END'
		[netns isp]
		[netns site{1..2}]
		[netns pc{1..2}]
		[link isp/s{1..2}]
		peer = site{n}/wan
		address = 203.0.113.{n}/31
		[link site{1..2}/lan]
		type = bridge
		address = 192.168.1.1/24
		[link site{1..2}/p1]
		peer = pc{n}/eth0
		master = lan
		[link pc{1..2}/eth0]
		address = 192.168.1.2/24
		route = default via 192.168.1.1
		[netns site{1..2}]
		iptables = -t nat -A POSTROUTING -o wan -j MASQUERADE
	END
	silent
	# and when nobody is behind one of them
	sed -i 's/^\[link pc{1..2}/[link pc1/; s/default via/10.0.0.0\/8 via/' "$BATS_TEST_TMPDIR/x.ini"
	silent
}

@test "subnets that overlap in one namespace, on two cables" {
	scenario <<-'END'
		[netns r]
		[netns h{1..3}]
		[link r/eth{1..3}]
		peer = h{n}/eth0
		[link r/eth1]
		address = 10.0.0.1/16
		[link r/eth2]
		address = 10.0.1.1/24
		[link r/eth3]
		address = 10.1.0.1/24
		[link h1/eth0]
		address = 10.0.0.2/16
		[link h2/eth0]
		address = 10.0.1.2/24
		[link h3/eth0]
		address = 10.1.0.2/24
	END
	warned "x.ini:8: warning: [link r/eth2] address: 10.0.1.0/24 overlaps with 10.0.0.0/16 of [link r/eth1] (line 6), and the two are not connected"
	# which is meant where it is said how packets find their way
	for meant in 'rule = from 10.0.1.0/24 table 7' 'sysctl = net.ipv4.conf.all.proxy_arp=1'; do
		sed "1a$meant" "$BATS_TEST_TMPDIR/x.ini" >"$BATS_TEST_TMPDIR/y.ini"
		mv "$BATS_TEST_TMPDIR/y.ini" "$BATS_TEST_TMPDIR/z.ini"
		run -0 --separate-stderr vnetgen --dry-run "$BATS_TEST_TMPDIR/z.ini"
		[ -z "$stderr" ]
	done
	for meant in 'neigh = proxy 10.0.0.9' 'qdisc = clsact\nfilter = ingress protocol ip matchall action mirred egress redirect dev eth1'; do
		sed "s,^address = 10.0.1.1/24,&\n$meant," "$BATS_TEST_TMPDIR/x.ini" >"$BATS_TEST_TMPDIR/z.ini"
		run -0 --separate-stderr vnetgen --dry-run "$BATS_TEST_TMPDIR/z.ini"
		[ -z "$stderr" ]
	done
	for meant in 'metric 100' noprefixroute; do
		sed "s,10.0.1.1/24,& $meant," "$BATS_TEST_TMPDIR/x.ini" >"$BATS_TEST_TMPDIR/z.ini"
		run -0 --separate-stderr vnetgen --dry-run "$BATS_TEST_TMPDIR/z.ini"
		[ -z "$stderr" ]
	done
}

@test "one namespace with two devices on one network, macvlans on a parent with an address, secondary addresses" {
	scenario <<-'END'
		[netns {a,b}]
		[link br0]
		type = bridge
		address = 192.0.2.1/24
		address = 192.0.2.2/24
		[link a/eth{1..2}]
		peer = /a{n}
		address = 192.0.2.1{n}/24
		[link a{1..2}]
		master = br0
		[link b/mac{1..2}]
		type = macvlan mode bridge
		link = /br0
		address = 192.0.2.2{n}/24
	END
	silent
}

@test "two that would be in one subnet, and no cable joins them" {
	scenario <<-'END'
		[netns red]
		[netns blue]
		[netns green]
		[link br0]
		type = bridge
		[link veth-{red,blue,green}]
		peer = {n}/eth0
		[link veth-{red,green}]
		master = br0
		[link red/eth0]
		address = 192.0.2.1/24
		[link blue/eth0]
		address = 192.0.2.2/24
		[link green/eth0]
		address = 192.0.2.3/24
	END
	warned "x.ini:13: warning: [link blue/eth0] address: nothing that it is connected to is in 192.0.2.0/24; [link red/eth0] (line 11) is"
	# nor is anything said when a later step plugs it in, a command may have done that, or it is how it must be
	cp "$BATS_TEST_TMPDIR/x.ini" "$BATS_TEST_TMPDIR/base"
	for more in $'[step]\n[link veth-blue]\nmaster = br0' $'[run]\nrun = sh plug.sh' \
		$'[daemon x]\nrun = vde_switch' $'[check]\nrun = ping 192.0.2.2\nexpect = failure'; do
		(cat "$BATS_TEST_TMPDIR/base"; echo "$more") | scenario
		silent
	done
}

@test "tunnels connect, and what goes to somewhere else" {
	for type in 'vxlan id 7 dstport 4789 remote' 'gretap remote' 'wireguard' 'frobnicate remote'; do
		scenario <<-END
			[netns m1]
			[netns m2]
			[link m1/eth0]
			peer = m2/eth0
			address = 203.0.113.1/30
			[link m2/eth0]
			address = 203.0.113.2/30
			[link m{1..2}/br0]
			type = bridge
			[link m{1..2}/tun0]
			type = $type 203.0.113.1
			master = br0
			[netns h{1..2}]
			[link m{1..2}/p0]
			peer = h{n}/eth0
			master = br0
			[link h{1..2}/eth0]
			address = 192.0.2.{n}/24
		END
		silent
	done
}

@test "the wrong subnet on a cable" {
	scenario <<-'END'
		[netns r]
		[netns h1]
		[netns h2]
		[link r/eth{1..2}]
		peer = h{n}/eth0
		address = 10.{n}.0.1/24
		address = 2001:db8:{n}::1/64
		[link h1/eth0]
		address = 10.1.0.2/24
		address = 2001:db8:1::2/64
		[link h2/eth0]
		address = 10.1.0.2/24
		address = 2001:db8:2::2/64
	END
	warned "x.ini:12: warning: [link h2/eth0] address: nothing that it is connected to is in 10.1.0.0/24; [link r/eth1] (line 6) is"
}

@test "gateways that no subnet of the namespace has" {
	scenario <<-'END'
		[netns r]
		[netns h]
		route = default via 10.0.1.1
		route = 198.51.100.0/24 nexthop via 10.0.0.1 nexthop via 10.1.0.1 weight 2
		route = default via 2001:db8::1
		nexthop = id 1 via 10.2.0.1 dev eth0
		[link h/eth0]
		peer = r/eth0
		address = 10.0.0.2/24
		[link r/eth0]
		address = 10.0.0.1/24
		address = 10.0.0.4/32
		address = 10.9.0.1 peer 10.9.0.2/32
		route = 203.0.113.0/24 via 10.3.0.1
	END
	warned "x.ini:3: warning: [netns h] route: the gateway 10.0.1.1 is in no connected subnet; the nearest is 10.0.0.0/24 of [link h/eth0] (line 9)
x.ini:4: warning: [netns h] route: the gateway 10.1.0.1 is in no connected subnet; the nearest is 10.0.0.0/24 of [link h/eth0] (line 9)
x.ini:5: warning: [netns h] route: the gateway 2001:db8::1 is in no connected subnet; [netns h] (line 2) has no IPv6 address
x.ini:6: warning: [netns h] nexthop: the gateway 10.2.0.1 is in no connected subnet; the nearest is 10.0.0.0/24 of [link h/eth0] (line 9)
x.ini:14: warning: [link r/eth0] route: the gateway 10.3.0.1 is in no connected subnet; the nearest is 10.0.0.4/32 of [link r/eth0] (line 12)"
}

@test "gateways that are reached otherwise" {
	scenario <<-'END'
		[host]
		route = 198.51.100.0/24 via 10.77.0.1
		[netns r]
		[netns h]
		# over a route, by order, by link-local address, at the other end, over another family
		route = 169.254.1.1 dev eth0
		route = default via 169.254.1.1
		route = 198.51.100.0/24 via 10.6.0.1 dev eth0 onlink
		route = -6 default via fe80::1 dev eth0
		route = 2001:db8::/32 via ::192.88.99.1 dev sit0
		route = 203.0.113.0/24 via inet6 fe80::1 dev eth0
		route = 192.0.2.0/24 via 10.9.0.2
		route = del 192.0.2.128/25 via 10.4.0.1
		route = 198.51.100.128/25 nhid 7
		route = blackhole 203.0.113.128/25
		[link h/eth0]
		peer = r/eth0
		address = 10.9.0.1 peer 10.9.0.2/32
		[link r/eth0]
		address = 10.0.0.1/24
		address = add 172.16.0.1/31
		[link r/eth0]
		route = default
		[netns r]
		route = 192.0.2.0/24 via 10.5.0.1
	END
	silent
	# what a command may have given
	scenario <<-'END'
		[netns h]
		[netns r]
		[link h/eth0]
		peer = r/eth0
		[step]
		[run]
		netns = h
		run = dhclient eth0
		[step]
		[netns h]
		route = 198.51.100.0/24 via 192.0.2.1
	END
	silent
}

@test "a check that needs an address where there is none" {
	scenario <<-'END'
		[netns red]
		[netns h{1..3}]
		[link red/eth0]
		peer = h1/eth0
		address = 192.0.2.1/24
		[check red reaches itself]
		netns = red
		run = ping -c 1 192.0.2.1
		[check h{1..3} reaches red]
		netns = h{n}
		run = ping -c 1 192.0.2.1
		[check h1 has a device]
		netns = h1
		run = ip link show eth0
		[check h1 reaches itself]
		netns = h1
		run = ping -c 1 127.0.0.1
		[check h1 has no way]
		netns = h1
		run = ping -c 1 192.0.2.1 2>&1 | grep unreachable
		[check h1 has neighbours]
		netns = h1
		run = ping -c 1 ff02::1%eth0
		[check the host reaches something]
		run = ping -c 1 192.0.2.1
	END
	warned "x.ini:9: warning: [check h1 reaches red] it runs in [netns h1] (line 2), which has no address (the first of 3 in its range)"
	(cat "$BATS_TEST_TMPDIR/x.ini"; printf '[daemon dhcp]\nnetns = h1\nrun = udhcpc -i eth0\n') >"$BATS_TEST_TMPDIR/y.ini"
	run -0 --separate-stderr vnetgen --dry-run "$BATS_TEST_TMPDIR/y.ini"
	[ -z "$stderr" ]
	scenario <<-'END'
		[netns red]
		[check red reaches nothing]
		netns = red
		run = ping -c 1 192.0.2.1
		expect = failure
	END
	silent
}

# a scenario with a warning of its second line
suspicious() {
	printf '[netns red]\nroute = default via 192.0.2.1\n'
}

@test "each command says it once, and does what it does" {
	suspicious | scenario
	said="$BATS_TEST_TMPDIR/x.ini:2: warning: [netns red] route: the gateway 192.0.2.1 is in no connected subnet; [netns red] (line 1) has no IPv4 address"
	for command in 'up --dry-run' 'down --dry-run' graph 'graph --format dot'; do
		# shellcheck disable=SC2086 # words
		run -0 --separate-stderr vnetgen $command "$BATS_TEST_TMPDIR/x.ini"
		[ "$stderr" = "$said" ]
		[ -n "$output" ]
	done
}

@test "in a sandbox too, where a network is built and checked" {
	"$B/test-sandbox" true || cannot "no sandbox can be made"
	scenario <<-'END'
		[netns red]
		[netns blue]
		[link red/eth0]
		peer = blue/eth0
		[link {red,blue}/eth0]
		address = 192.0.2.1/24
		[check it is there]
		netns = red
		run = ip address show dev eth0
		match = 192.0.2.1/24
	END
	run -0 --separate-stderr vnetgen test --sandbox "$BATS_TEST_TMPDIR/x.ini"
	[ "$stderr" = "$BATS_TEST_TMPDIR/x.ini:6: warning: [link blue/eth0] address: 192.0.2.1 is also the address of [link red/eth0] (line 6), and the two are connected" ]
}

@test "nothing of it is said beside mistakes" {
	(suspicious; echo 'nonsense = 1') | scenario
	run -1 --separate-stderr vnetgen --dry-run "$BATS_TEST_TMPDIR/x.ini"
	[ "${stderr/warning/}" = "$stderr" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	# also one that the plan finds
	(suspicious; printf '[check]\nnetns = blue\nrun = true\n[step]\n[netns blue]\n') | scenario
	run ! --separate-stderr vnetgen --dry-run "$BATS_TEST_TMPDIR/x.ini"
	[ "${stderr/warning/}" = "$stderr" ]
}

@test "a type that is nearly one of those that are known" {
	scenario <<-'END'
		[link br0]
		type = brigde
		[link d0]
		type = dumy
		[link v0]
		type = vcan
		[link new]
		type = quantum
	END
	warned "x.ini:2: warning: [link br0] type: 'brigde' is no type that is known here; did you mean 'bridge'?
x.ini:4: warning: [link d0] type: 'dumy' is no type that is known here; did you mean 'dummy'?"
}

# many NUMBER: that many links, wherever one can be suspicious
many() {
	cat <<-END
		[netns r]
		[netns h{1..$1}]
		[link r/eth{1..$1}]
		peer = h{n}/eth0
		address = 10.0.0.1/8
		[link h{1..$1}/eth0]
		address = 10.0.0.0/8 host {n+1}
		address = 2001:db8::/64 host {n}
		route = default via 192.0.2.1
		[check h{1..$1}]
		netns = h{n}
		run = true
	END
}

@test "what is suspicious in a large range is told once" {
	many 5000 | scenario
	warned "x.ini:5: warning: [link r/eth2] address: 10.0.0.0/8 overlaps with 10.0.0.0/8 of [link r/eth1] (line 5), and the two are not connected (the first of 4999 in its range)
x.ini:8: warning: [link h1/eth0] address: nothing that it is connected to is in 2001:db8::/64; [link h2/eth0] (line 8) is (the first of 5000 in its range)
x.ini:9: warning: [link h1/eth0] route: the gateway 192.0.2.1 is in no connected subnet; the nearest is 10.0.0.0/8 of [link h1/eth0] (line 7) (the first of 5000 in its range)"
}
