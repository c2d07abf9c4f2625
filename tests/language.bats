#!/usr/bin/env bats
# The rules of the language, by the commands that small scenarios give.

# shellcheck disable=SC2016 # ${x} is for vnetgen to expand
load helper

# builds [OPTION...]: the commands that the scenario on standard input gives, without those for the lo of namespaces,
# are those after its line "--".
builds() {
	cat >"$BATS_TEST_TMPDIR/both"
	sed '/^--$/,$d' "$BATS_TEST_TMPDIR/both" >"$BATS_TEST_TMPDIR/t.ini"
	vnetgen --dry-run "$@" "$BATS_TEST_TMPDIR/t.ini" >"$BATS_TEST_TMPDIR/script"
	sed '1,/^--$/d' "$BATS_TEST_TMPDIR/both" >"$BATS_TEST_TMPDIR/expected"
	grep -E '^(ip|sysctl|echo|sh|# step) ' "$BATS_TEST_TMPDIR/script" | grep -v ' lo up$' |
		sed 's/^# step [0-9]* of [0-9]*: .*/# step/' >"$BATS_TEST_TMPDIR/seen"
	grep -q '^# step' "$BATS_TEST_TMPDIR/expected" || sed -i '/^# step/d' "$BATS_TEST_TMPDIR/seen"
	diff -u "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/seen"
}

@test "an indented line continues the value above it, whatever it begins with" {
	builds <<-'END'
		[netns red]
		route = default
		  via
		# a comment in the first column is none of it
		; and so is this
		  10.0.0.1
		sysctl = net.ipv4.conf.all.x=a
		  #b
		 	 [c]
		[link dum0]
		type = dummy
		set =
		  alias
		  'x = y'
		--
		ip netns add red
		ip netns exec red sysctl -w 'net.ipv4.conf.all.x=a #b [c]'
		ip link add dum0 type dummy
		ip link set dum0 alias 'x = y'
		ip link set dum0 up
		ip netns exec red ip route add default via 10.0.0.1
	END
}

@test "a value runs verbatim to the end of its line" {
	builds <<-'END'
		[vars]
		a = one ; two # three = four: "five" 'six'
		[netns red]
		sysctl=net.x=${a}
		sysctl  =	net.y  =  b	c  
		sysctl = net.z=x:y=z
		--
		ip netns add red
		ip netns exec red sysctl -w 'net.x=one ; two # three = four: "five" '\''six'\'''
		ip netns exec red sysctl -w 'net.y=b	c'
		ip netns exec red sysctl -w net.z=x:y=z
	END
}

@test "text, note and run may have lines that look like keys; text keeps its lines" {
	vnetgen --dry-run /dev/stdin >"$BATS_TEST_TMPDIR/script" <<-'END'
		[step A title]
		text = one
		  title = two
		  [three]
		  # four
		note = five
		  show = six
		[run]
		run = echo seven
		  run = eight
	END
	grep -v '^#!' "$BATS_TEST_TMPDIR/script" | grep -A9 '^# one' >"$BATS_TEST_TMPDIR/seen"
	diff -u - <(grep '^# \(one\|title\|\[\|#\|note\)\|^# show\|^echo' "$BATS_TEST_TMPDIR/seen") <<-'END'
		# one
		# title = two
		# [three]
		# # four
		# note: five
		# note: show = six
		echo seven run = eight
	END
}

@test "the last ] of its line ends a header, and titles may be long" {
	long=$(printf '한국어 %.0s' {1..40})
	printf '[step [a] ; %s# ]\nbuild = netns\n[netns red]\n' "$long" >"$BATS_TEST_TMPDIR/t.ini"
	vnetgen --dry-run "$BATS_TEST_TMPDIR/t.ini" >"$BATS_TEST_TMPDIR/script"
	grep -qxF "# step 1 of 1: [a] ; $long#" "$BATS_TEST_TMPDIR/script"
}

@test "sections that are opened again add to what is there" {
	builds <<-'END'
		[netns red]
		sysctl = net.a=1
		[host]
		route = 10.1.0.0/16 dev dum0
		[link dum0]
		type = dummy
		address = 10.0.0.1/24
		[netns red]
		sysctl = net.b=2
		[link dum0]
		mtu = 1400
		address = 10.0.0.2/24
		[host]
		route = 10.2.0.0/16 dev dum0
		[vars]
		a = 1
		[vars]
		b = ${a}
		[scenario]
		name = twice
		[scenario]
		title = Twice
		--
		ip netns add red
		ip netns exec red sysctl -w net.a=1
		ip netns exec red sysctl -w net.b=2
		ip link add dum0 mtu 1400 type dummy
		ip link set dum0 up
		ip a add 10.0.0.1/24 dev dum0
		ip a add 10.0.0.2/24 dev dum0
		ip route add 10.1.0.0/16 dev dum0
		ip route add 10.2.0.0/16 dev dum0
	END
	grep -qx '# Twice' "$BATS_TEST_TMPDIR/script"
	grep -q '^dir=/run/vnetgen/twice' "$BATS_TEST_TMPDIR/script"
}

@test "variables stand for text in any value, also in one another, and --set overrides them" {
	scenario='[vars]
		net = 10.0
		gateway = ${net}.0.1
		verb = route
		[netns red]
		route = default via ${gateway}
		sysctl = net.x=$${net} $net $$ ${net}$${
		[run]
		run = echo ${verb}d by ${gateway} from ${dir}
		--'
	sed 's/^\t*//' <<-END | builds
		$scenario
		ip netns add red
		ip netns exec red sysctl -w 'net.x=\${net} \$net \$\$ 10.0\${'
		ip netns exec red ip route add default via 10.0.0.1
		echo routed by 10.0.0.1 from /run/vnetgen/t
	END
	sed 's/^\t*//' <<-END | builds --set net=10.9 --set verb= --set 'verb=$${x}=${net}'
		$scenario
		ip netns add red
		ip netns exec red sysctl -w 'net.x=\${net} \$net \$\$ 10.9\${'
		ip netns exec red ip route add default via 10.9.0.1
		sh -c 'echo \${x}=10.9d by 10.9.0.1 from /run/vnetgen/t'
	END
}

@test "a moved device may be named by either place" {
	builds <<-'END'
		[netns red]
		[link veth0]
		peer = veth1
		netns = red
		[link red/veth0]
		address = 10.0.0.1/24
		mtu = 1400
		[link vlan0]
		type = vlan id 1
		link = veth0
		netns = red
		[link red/vlan1]
		type = vlan id 2
		link = veth0
		--
		ip netns add red
		ip link add veth0 mtu 1400 type veth peer name veth1
		ip link set veth0 netns red
		ip netns exec red ip link add link veth0 name vlan0 type vlan id 1
		ip netns exec red ip link add link veth0 name vlan1 type vlan id 2
		ip link set veth1 up
		ip netns exec red ip link set veth0 up
		ip netns exec red ip link set vlan0 up
		ip netns exec red ip link set vlan1 up
		ip netns exec red ip a add 10.0.0.1/24 dev veth0
	END
}

@test "peers are looked up where the header says; /NAME is one of the host" {
	builds <<-'END'
		[netns red]
		[netns blue]
		[link red/veth0]
		peer = veth1
		[link red/veth2]
		peer = /veth3
		[link red/eth0]
		peer = blue/eth0
		[link blue/eth0]
		peer = red/eth0
		--
		ip netns add red
		ip netns add blue
		ip netns exec red ip link add veth0 type veth peer name veth1
		ip link add veth2 netns red type veth peer name veth3
		ip netns exec red ip link add eth0 type veth peer name eth0 netns blue
		ip link set veth3 up
		ip netns exec red ip link set veth0 up
		ip netns exec red ip link set veth1 up
		ip netns exec red ip link set veth2 up
		ip netns exec red ip link set eth0 up
		ip netns exec blue ip link set eth0 up
	END
}

@test "a parent may be in another namespace, and a bridge is made where it shall be" {
	builds <<-'END'
		[netns ns1]
		[netns ns3]
		[link ns3/eth0]
		type = dummy
		[link ns1/eth0]
		type = macvlan mode bridge
		link = ns3/eth0
		[link br0]
		type = bridge
		netns = ns1
		[link br1]
		type = bridge
		--
		ip netns add ns1
		ip netns add ns3
		ip netns exec ns3 ip link add eth0 type dummy
		ip netns exec ns3 ip link add link eth0 name eth0 netns ns1 type macvlan mode bridge
		ip netns exec ns1 ip link add name br0 type bridge
		ip link add name br1 type bridge
		ip netns exec ns3 ip link set eth0 up
		ip netns exec ns1 ip link set eth0 up
		ip link set br1 up
		ip netns exec ns1 ip link set br0 up
	END
}

@test "what something stands on comes before it, whatever the order of sections" {
	builds <<-'END'
		[link vlan2]
		type = vlan id 2
		link = vlan1
		[link vlan1]
		type = vlan id 1
		link = dum0
		[link dum0]
		type = dummy
		master = br0
		[link br0]
		type = bridge
		--
		ip link add dum0 type dummy
		ip link add link dum0 name vlan1 type vlan id 1
		ip link add link vlan1 name vlan2 type vlan id 2
		ip link add name br0 type bridge
		ip link set dum0 master br0
		ip link set dum0 up
		ip link set vlan1 up
		ip link set vlan2 up
		ip link set br0 up
	END
}

@test "a pair is made before what stands on its second end" {
	builds <<-'END'
		[link vlan1]
		type = vlan id 1
		link = v1
		[link v0]
		peer = v1
		--
		ip link add v0 type veth peer name v1
		ip link add link v1 name vlan1 type vlan id 1
		ip link set v0 up
		ip link set v1 up
		ip link set vlan1 up
	END
}

@test "up, lo: yes and no, up and down" {
	builds <<-'END'
		[host]
		lo = up
		[netns red]
		lo = no
		[netns blue]
		lo = down
		[link dum0]
		type = dummy
		up = no
		[link dum1]
		type = dummy
		up = down
		[link dum2]
		type = dummy
		up = yes
		--
		ip netns add red
		ip netns add blue
		ip link add dum0 type dummy
		ip link add dum1 type dummy
		ip link add dum2 type dummy
		ip link set dum2 up
	END
	[ "$(grep -cx 'ip link set lo up' "$BATS_TEST_TMPDIR/script")" -eq 1 ]
	run ! grep -q 'exec .* lo up' "$BATS_TEST_TMPDIR/script"
}

@test "under a later step a value changes, and what a section adds happens there" {
	builds <<-'END'
		[netns red]
		[link dum0]
		type = dummy
		mtu = 1400
		[step]
		build = netns link up
		[step]
		[link dum0]
		up = no
		mtu = 1300
		address = 10.0.0.1/24
		[netns red]
		lo = no
		route = 10.0.0.0/8 dev lo
		[host]
		sysctl = net.x=1
		[step]
		[link dum0]
		up = yes
		--
		# step
		ip netns add red
		ip link add dum0 mtu 1400 type dummy
		ip link set dum0 up
		# step
		sysctl -w net.x=1
		ip link set dum0 mtu 1300
		ip netns exec red ip link set lo down
		ip link set dum0 down
		ip a add 10.0.0.1/24 dev dum0
		ip netns exec red ip route add 10.0.0.0/8 dev lo
		# step
		ip link set dum0 up
	END
}

@test "what is first opened under a step is built there with all its phases" {
	builds <<-'END'
		[netns red]
		lo = no
		[step]
		build = netns
		[step The outside world]
		[netns outside]
		sysctl = net.x=1
		[link out0]
		peer = outside/eth0
		address = 10.0.0.1/24
		[link outside/eth0]
		address = 10.0.0.2/24
		[netns outside]
		route = default via 10.0.0.1
		--
		# step
		ip netns add red
		# step
		ip netns add outside
		ip netns exec outside sysctl -w net.x=1
		ip link add out0 type veth peer name eth0 netns outside
		ip link set out0 up
		ip netns exec outside ip link set eth0 up
		ip a add 10.0.0.1/24 dev out0
		ip netns exec outside ip a add 10.0.0.2/24 dev eth0
		ip netns exec outside ip route add default via 10.0.0.1
	END
}

@test "a phase that no step names comes before the first step that builds a later one, else after the last that builds" {
	builds <<-'END'
		[netns red]
		sysctl = net.x=1
		[link dum0]
		type = dummy
		netns = red
		address = 10.0.0.1/24
		[netns red]
		route = default via 10.0.0.2
		[run]
		run = echo after what is built
		[step]
		build = netns
		[step]
		[run]
		run = echo between
		[step]
		build = move up
		[step]
		[run]
		run = echo at the end
		--
		# step
		ip netns add red
		# step
		echo between
		# step
		ip netns exec red sysctl -w net.x=1
		# step
		ip link add dum0 type dummy
		# step
		ip link set dum0 netns red
		ip netns exec red ip link set dum0 up
		# step
		ip netns exec red ip a add 10.0.0.1/24 dev dum0
		# step
		ip netns exec red ip route add default via 10.0.0.2
		# step
		echo after what is built
		# step
		echo at the end
	END
}

@test "without a step each phase with something to do is one; build may name phases with nothing to do" {
	builds <<-'END'
		[netns red]
		[link dum0]
		type = dummy
		address = 10.0.0.1/24
		--
		# step
		ip netns add red
		# step
		ip link add dum0 type dummy
		# step
		ip link set dum0 up
		# step
		ip a add 10.0.0.1/24 dev dum0
	END
	builds <<-'END'
		[netns red]
		[step]
		build = netns sysctl link master
		  move set up address bridge-up route
		--
		ip netns add red
	END
}

@test "equal titles are fine" {
	builds <<-'END'
		[step A]
		[run A]
		run = echo 1
		[run A]
		run = echo 2
		[step A]
		[check A]
		run = true
		[check A]
		run = true
		--
		echo 1
		echo 2
	END
}

@test "what takes time is in proportion to the scenario" {
	big() { # N: seconds of a scenario of N links
		awk -v n="$1" 'BEGIN {
			for (i = 0; i < n; i++)
				printf "[netns n%d]\n[link n%d/eth0]\npeer = /v%d\naddress = 10.%d.%d.1/24\n[link v%d]\nmaster = br%d\n",
					i, i, i, i / 250, i % 250, i, i / 1000
			for (i = 0; i <= n / 1000; i++) printf "[link br%d]\ntype = bridge\n", i }' >"$BATS_TEST_TMPDIR/t.ini"
		local TIMEFORMAT=%U
		time vnetgen --dry-run "$BATS_TEST_TMPDIR/t.ini" >"$BATS_TEST_TMPDIR/script"
	}
	small=$(big 1000 2>&1)
	large=$(big 10000 2>&1)
	echo "1,000: $small s, 10,000: $large s of processor time"
	[ "$(grep -c '^ip link add ' "$BATS_TEST_TMPDIR/script")" -eq 10011 ]
	awk -v s="$small" -v l="$large" 'BEGIN { exit !(l < 40 * (s + 0.01)) }'
}

@test "options stand before the type, of both ends of a pair where each has its own" {
	builds <<-'END'
		[link red0]
		peer = blue0
		options = txqueuelen 7 numtxqueues 2
		[link blue0]
		options = numrxqueues 2
		[link dummy0]
		type = dummy
		options = alias "a b"
		--
		ip link add red0 txqueuelen 7 numtxqueues 2 type veth peer name blue0 numrxqueues 2
		ip link add dummy0 alias 'a b' type dummy
		ip link set red0 up
		ip link set blue0 up
		ip link set dummy0 up
	END
}

@test "a port that stands on a moved device gets its master after the move, and so does one that is moved" {
	builds <<-'END'
		[netns red]
		[link red/br0]
		type = bridge
		[link veth0]
		peer = veth1
		netns = red
		[link veth0.5]
		type = vlan id 5
		link = veth0
		netns = red
		master = br0
		[link veth2]
		peer = veth3
		netns = red
		master = br0
		--
		ip netns add red
		ip netns exec red ip link add name br0 type bridge
		ip link add veth0 type veth peer name veth1
		ip link add veth2 type veth peer name veth3
		ip link set veth0 netns red
		ip link set veth2 netns red
		ip netns exec red ip link add link veth0 name veth0.5 type vlan id 5
		ip netns exec red ip link set veth0.5 master br0
		ip netns exec red ip link set veth2 master br0
		ip link set veth1 up
		ip link set veth3 up
		ip netns exec red ip link set veth0 up
		ip netns exec red ip link set veth0.5 up
		ip netns exec red ip link set veth2 up
		ip netns exec red ip link set br0 up
	END
}
