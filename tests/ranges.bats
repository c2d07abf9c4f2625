#!/usr/bin/env bats
# Many of a kind: ranges and lists in the names of sections, and what stands for their numbers and words.

load helper

setup() {
	ini=$BATS_TEST_TMPDIR/many.ini
}

# The scenario of a test is on its standard input.
scenario() {
	cat >"$ini"
}

# prints [OPTION...]: the script of the scenario has the lines on standard input, but for comments and what stands
# before its first step.
prints() {
	vnetgen --dry-run "$@" "$ini" >"$ini.sh"
	diff <(sed -n '/^# step/,$ { /^#/d; /^$/d; p; }' "$ini.sh") - || {
		echo "(< printed, > expected)"
		return 1
	}
}

@test "a range of numbers makes a section for each, in their order; {1..1} is one" {
	scenario <<-'END'
		[netns h{9..11}]
		lo = no
		[netns one{1..1}]
		lo = no
		[netns nought{0..0}]
		lo = no
	END
	prints <<-'END'
		ip netns add h9
		ip netns add h10
		ip netns add h11
		ip netns add one1
		ip netns add nought0
	END
}

@test "leading zeros keep the width, also of neighbours; the wider end gives it" {
	scenario <<-'END'
		[run one {08..10}]
		run = echo {n} {n-1} {n+1} {n+90} {n+1000}
		[run two {8..010}]
		run = echo {n}
		[run three {0..2}]
		run = echo {n}
	END
	prints <<-'END'
		echo 08 07 09 98 1008
		echo 09 08 10 99 1009
		echo 10 09 11 100 1010
		echo 008
		echo 009
		echo 010
		echo 0
		echo 1
		echo 2
	END
}

@test "a list makes a section for each word; its neighbours are words too" {
	scenario <<-'END'
		[netns {red,green,blue}]
		lo = no
		[link {red,green}/right]
		peer = blue/from-{n}
		set = alias {n}-{n+0}
		[run {colour=red,green}{k=1..2}]
		run = echo {colour}{k}
		[run from {a,b,c} on]
		run = echo {n}
	END
	prints <<-'END'
		ip netns add red
		ip netns add green
		ip netns add blue
		ip netns exec red ip link add right type veth peer name from-red netns blue
		ip netns exec green ip link add right type veth peer name from-green netns blue
		ip netns exec red ip link set right alias red-red
		ip netns exec green ip link set right alias green-green
		ip netns exec red ip link set right up
		ip netns exec blue ip link set from-red up
		ip netns exec green ip link set right up
		ip netns exec blue ip link set from-green up
		echo red1
		echo red2
		echo green1
		echo green2
		echo a
		echo b
		echo c
	END
}

@test "several ranges give every combination, the last fastest" {
	scenario <<-'END'
		[netns {side=left,right}{i=1..2}-{j=09..10}]
		lo = no
		sysctl = net.ipv4.conf.all.tag={j+1}{i-1}
	END
	prints <<-'END'
		ip netns add left1-09
		ip netns add left1-10
		ip netns add left2-09
		ip netns add left2-10
		ip netns add right1-09
		ip netns add right1-10
		ip netns add right2-09
		ip netns add right2-10
		ip netns exec left1-09 sysctl -w net.ipv4.conf.all.tag=100
		ip netns exec left1-10 sysctl -w net.ipv4.conf.all.tag=110
		ip netns exec left2-09 sysctl -w net.ipv4.conf.all.tag=101
		ip netns exec left2-10 sysctl -w net.ipv4.conf.all.tag=111
		ip netns exec right1-09 sysctl -w net.ipv4.conf.all.tag=100
		ip netns exec right1-10 sysctl -w net.ipv4.conf.all.tag=110
		ip netns exec right2-09 sysctl -w net.ipv4.conf.all.tag=101
		ip netns exec right2-10 sysctl -w net.ipv4.conf.all.tag=111
	END
}

@test "links refer to each other by the numbers, before or after their range" {
	scenario <<-'END'
		[link leaf{i=1..2}/up{j=1..2}]
		peer = spine{j}/down{i}
		address = 10.{i}.{j}.0/31
		[link spine{j=1..2}/down{i=1..2}]
		address = 10.{i}.{j}.1/31
		[netns leaf{1..2}]
		lo = no
		[netns spine{1..2}]
		lo = no
	END
	prints --style compact <<-'END'
		ip netns add leaf1
		ip netns add leaf2
		ip netns add spine1
		ip netns add spine2
		ip -n leaf1 link add up1 type veth peer name down1 netns spine1
		ip -n leaf1 link add up2 type veth peer name down1 netns spine2
		ip -n leaf2 link add up1 type veth peer name down2 netns spine1
		ip -n leaf2 link add up2 type veth peer name down2 netns spine2
		ip -n leaf1 link set up1 up
		ip -n leaf1 link set up2 up
		ip -n leaf2 link set up1 up
		ip -n leaf2 link set up2 up
		ip -n spine1 link set down1 up
		ip -n spine1 link set down2 up
		ip -n spine2 link set down1 up
		ip -n spine2 link set down2 up
		ip -n leaf1 addr add 10.1.1.0/31 dev up1
		ip -n leaf1 addr add 10.1.2.0/31 dev up2
		ip -n leaf2 addr add 10.2.1.0/31 dev up1
		ip -n leaf2 addr add 10.2.2.0/31 dev up2
		ip -n spine1 addr add 10.1.1.1/31 dev down1
		ip -n spine1 addr add 10.2.1.1/31 dev down2
		ip -n spine2 addr add 10.1.2.1/31 dev down1
		ip -n spine2 addr add 10.2.2.1/31 dev down2
	END
}

@test "a chain by {n+1}: each section of a range stands for itself" {
	scenario <<-'END'
		[netns r{1..3}]
		lo = no
		[link r{1..2}/east]
		peer = r{n+1}/west
		address = 10.0.{n}.1/30
		[link r{2..3}/west]
		address = 10.0.{n-1}.2/30
	END
	prints --style compact <<-'END'
		ip netns add r1
		ip netns add r2
		ip netns add r3
		ip -n r1 link add east type veth peer name west netns r2
		ip -n r2 link add east type veth peer name west netns r3
		ip -n r1 link set east up
		ip -n r2 link set east up
		ip -n r2 link set west up
		ip -n r3 link set west up
		ip -n r1 addr add 10.0.1.1/30 dev east
		ip -n r2 addr add 10.0.2.1/30 dev east
		ip -n r2 addr add 10.0.1.2/30 dev west
		ip -n r3 addr add 10.0.2.2/30 dev west
	END
}

@test "devices of a range that are moved" {
	scenario <<-'END'
		[netns {red,blue}]
		lo = no
		[link br0]
		type = bridge
		[link v-{red,blue}]
		peer = p-{n}
		netns = {n}
		up = no
		[link p-{red,blue}]
		master = br0
		up = no
	END
	prints <<-'END'
		ip netns add red
		ip netns add blue
		ip link add name br0 type bridge
		ip link add v-red type veth peer name p-red
		ip link add v-blue type veth peer name p-blue
		ip link set p-red master br0
		ip link set p-blue master br0
		ip link set v-red netns red
		ip link set v-blue netns blue
		ip link set br0 up
	END
}

@test "a part of a range is opened again, by a name, a range or a list" {
	scenario <<-'END'
		[netns h{1..3}]
		lo = no
		[link h{1..3}/d0]
		type = dummy
		up = no
		[link h2/d0]
		mtu = 1400
		[link h{2..3}/d0]
		address = 10.0.0.{n}/24
		[netns h{1,3}]
		route = unreachable 10.{n}.0.0/16
		[step]
		[link h{1..2}/d0]
		up = yes
	END
	prints --style compact <<-'END'
		ip netns add h1
		ip netns add h2
		ip netns add h3
		ip -n h1 link add d0 type dummy
		ip -n h2 link add d0 mtu 1400 type dummy
		ip -n h3 link add d0 type dummy
		ip -n h2 addr add 10.0.0.2/24 dev d0
		ip -n h3 addr add 10.0.0.3/24 dev d0
		ip -n h1 route add unreachable 10.1.0.0/16
		ip -n h3 route add unreachable 10.3.0.0/16
		ip -n h1 link set d0 up
		ip -n h2 link set d0 up
	END
}

@test "a range is taken down in the order of the file" {
	scenario <<-'END'
		[netns {b,a}]
		[link br{2..3}]
		type = bridge
		[link br1]
		type = bridge
	END
	vnetgen down --dry-run "$ini" | grep '^ip [nl]' | diff - <(cat <<-'END'
		ip netns del b
		ip netns del a
		ip link del br2
		ip link del br3
		ip link del br1
	END
	)
}

@test "[check], [run] and [step] too, with their titles and texts" {
	scenario <<-'END'
		[netns h{1..2}]
		lo = no
		[step Look at {a,b}]
		text = this is {n}
		show = echo {n}
		[check h{1..2} is there: {n}]
		netns = h{n}
		run = test -n "{n}"
		[check {n} is nothing here]
		run = echo {n+1}
	END
	vnetgen --dry-run --with-checks "$ini" | sed -n '/^# step 2/,$p' | diff - <(cat <<-'END'
		# step 2 of 3: Look at a
		# this is a
		# what is there now
		echo a

		# step 3 of 3: Look at b
		# this is b
		# what is there now
		echo b
		# h1 is there: 1
		ip netns exec h1 test -n "1"
		# h2 is there: 2
		ip netns exec h2 test -n "2"
		# {n} is nothing here
		echo {n+1}
	END
	)
}

@test "other braces are left alone" {
	scenario <<-'END'
		[scenario]
		title = Braces {1..3} of {n}
		[vars]
		n = 7
		vtep1 = 192.0.2.1
		vtep2 = 192.0.2.2
		[netns {x}]
		lo = no
		[netns {{1..2}]
		lo = no
		[step {title} {of braces, all}]
		[run {n} of none]
		run = echo '{n}' '{n+1}'
		[run {k=1..2} {x}]
		run = echo ${vtep{k}} ${n} '$${k}' '{ print }' '{}' '{k' '{{k}}' '{k+}' '{k*2}' '{k-x}' '{m}' '{k+1}'
	END
	prints <<-'END'
		ip netns add '{x}'
		ip netns add '{1'
		ip netns add '{2'
		echo '{n}' '{n+1}'
		echo 192.0.2.1 7 '${k}' '{ print }' '{}' '{k' '{1}' '{k+}' '{k*2}' '{k-x}' '{m}' '2'
		echo 192.0.2.2 7 '${k}' '{ print }' '{}' '{k' '{2}' '{k+}' '{k*2}' '{k-x}' '{m}' '3'
	END
	grep -qx '# Braces {1..3} of {n}' "$ini.sh"
	grep -qx '# step 2 of 2: {title} {of braces, all}' "$ini.sh"
	grep -qx '# 2 {x}' "$ini.sh"
}

@test "PREFIX host N is the address of the Nth host" {
	scenario <<-'END'
		[vars]
		lan = 10.16.0.0/16
		[netns h]
		lo = no
		[link h/d{1,254,65534}]
		type = dummy
		up = no
		address = ${lan} host {n}
		[link h/x{2..3}]
		type = dummy
		up = no
		address = 2001:db8::/64 host {n+14}
	END
	prints <<-'END'
		ip netns add h
		ip netns exec h ip link add d1 type dummy
		ip netns exec h ip link add d254 type dummy
		ip netns exec h ip link add d65534 type dummy
		ip netns exec h ip link add x2 type dummy
		ip netns exec h ip link add x3 type dummy
		ip netns exec h ip a add 10.16.0.1/16 dev d1
		ip netns exec h ip a add 10.16.0.254/16 dev d254
		ip netns exec h ip a add 10.16.255.254/16 dev d65534
		ip netns exec h ip a add 2001:db8::10/64 dev x2
		ip netns exec h ip a add 2001:db8::11/64 dev x3
	END
}

@test "where a prefix has one or two addresses they are hosts; IPv6 has a last one" {
	scenario <<-'END'
		[netns h]
		lo = no
		[link h/lo]
		address = 10.0.0.0/30 host 2
		address = 10.0.0.4/31 host 1
		address = 10.0.0.4/31 host 2
		address = 10.0.0.9/32 host 1
		address = 0.0.0.0/0 host 16909060
		address = 2001:db8::/64 host 1
		address = 2001:db8::/64 host 999999999999999999
		address = 2001:db8:1::/126 host 3
		address = 2001:db8:2::2/127 host 1
		address = 2001:db8:2::2/127 host 2
		address = 2001:db8:3::3/128 host 1
		address = local 10.1.0.0/24 host 007 brd + scope host
		address = 10.2.0.0/24 host 1 peer 10.2.1.0/24 host 2
	END
	prints <<-'END'
		ip netns add h
		ip netns exec h ip a add 10.0.0.2/30 dev lo
		ip netns exec h ip a add 10.0.0.4/31 dev lo
		ip netns exec h ip a add 10.0.0.5/31 dev lo
		ip netns exec h ip a add 10.0.0.9/32 dev lo
		ip netns exec h ip a add 1.2.3.4/0 dev lo
		ip netns exec h ip a add 2001:db8::1/64 dev lo
		ip netns exec h ip a add 2001:db8::de0:b6b3:a763:ffff/64 dev lo
		ip netns exec h ip a add 2001:db8:1::3/126 dev lo
		ip netns exec h ip a add 2001:db8:2::2/127 dev lo
		ip netns exec h ip a add 2001:db8:2::3/127 dev lo
		ip netns exec h ip a add 2001:db8:3::3/128 dev lo
		ip netns exec h ip a add local 10.1.0.7/24 brd + scope host dev lo
		ip netns exec h ip a add 10.2.0.1/24 peer 10.2.1.2/24 dev lo
	END
}

# The sections that ranges make are what one would have written: the same commands, from a file without ranges.
@test "a star by ranges is the star written out" {
	scenario <<-'END'
		[netns switch]
		[netns h{1..300}]
		[link switch/br0]
		type = bridge
		[link h{1..300}/eth0]
		peer = switch/p{n}
		address = 10.0.0.0/16 host {n}
		[link switch/p{1..300}]
		master = br0
	END
	vnetgen --dry-run "$ini" | sed -n '/^# step/,$p' >"$ini.sh"
	scenario < <(
		printf '[netns switch]\n'
		printf '[netns h%d]\n' {1..300}
		printf '[link switch/br0]\ntype = bridge\n'
		for n in {1..300}; do
			printf '[link h%d/eth0]\npeer = switch/p%d\naddress = 10.0.%d.%d/16\n' "$n" "$n" $((n / 256)) $((n % 256))
		done
		printf '[link switch/p%d]\nmaster = br0\n' {1..300}
	)
	vnetgen --dry-run "$ini" | sed -n '/^# step/,$p' | cmp - "$ini.sh"
	[ "$(grep -c '^ip ' "$ini.sh")" -eq 2104 ]
}

@test "ten bridges of 1,000 are printed, and 1,000 ports are no bridge's limit" {
	vnetgen --dry-run scenarios/ten-bridges.ini >"$ini.sh"
	[ "$(grep -c '^ip netns add' "$ini.sh")" -eq 10010 ]
	[ "$(grep -c '^ip netns exec switch10 ip link set p[0-9]* master br0$' "$ini.sh")" -eq 1000 ]
	grep -qx 'ip netns exec h10-1000 ip a add 10.10.3.232/16 dev eth0' "$ini.sh"
	[ "$(grep -c '^ip ' "$ini.sh")" -eq 70040 ]
}

# A star of fewer hosts: each command takes the kernel more time the more namespaces there are.
small_star() {
	sed 's/1\.\.1000/1..12/; s/10\.0\.3\.232/10.0.0.12/' scenarios/star.ini >/tmp/star.ini
	"$B/vnetgen" test --style "$1" /tmp/star.ini >/tmp/out
	grep -q 'ok - the first host reaches the last' /tmp/out
	[ -z "$(ip netns list)" ]
}

@test "the star is built and checked, in both styles" {
	needs_kernel bridge
	in_sandbox small_star classic
	in_sandbox small_star compact
}

@test "the leaf-spine fabric is built and checked, in both styles" {
	needs_kernel
	local style
	for style in classic compact; do
		run vnetgen test --sandbox --style "$style" scenarios/leaf-spine.ini
		echo "$output" | grep -v '^\['
		[ "$status" -eq 0 ]
		[ "$(grep -c '^ *ok - ' <<<"$output")" -eq 32 ]
	done
}

@test "host is ours right after a prefix only, else a word of ip" {
	printf '%s\n' '[netns a]' '[link a/d]' 'type = dummy' 'address = 10.0.0.1/24 label host' \
		'address = 10.1.0.1/24 scope host' 'address = 10.2.0.0/16 host 7 label host' > "$BATS_TEST_TMPDIR/x.ini"
	run -0 grep -o 'a add .*' <(vnetgen --dry-run "$BATS_TEST_TMPDIR/x.ini")
	diff -u - <(echo "$output") <<- 'END'
		a add 10.0.0.1/24 label host dev d
		a add 10.1.0.1/24 scope host dev d
		a add 10.2.0.7/16 label host dev d
	END
}
