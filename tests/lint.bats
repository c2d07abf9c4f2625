#!/usr/bin/env bats
# `lint` says what is wrong with a scenario; with --kernel, what this machine lacks for it.  So do hints when it is built.

# shellcheck disable=SC2154 # run sets stderr and stderr_lines
load helper

# a device, a queueing discipline and a program that nobody has
lacking() {
	cat > "$BATS_TEST_TMPDIR/x.ini" <<-'END'
		[netns red]
		[link a]
		type = frobnet
		netns = red
		[link b]
		peer = c
		qdisc = root frobq limit 1
		[check]
		netns = red
		run = vnetgen-nobody -x
		[check]
		run = frr-nobody | cat
		trigger = red: vnetgen-trigger x
	END
}

@test "lint says what is wrong and what is suspicious, and does nothing" {
	local scenario
	printf '[netns red]\n[check]\nnetns = red\nrun = ping -c 1 10.0.0.1\n' > "$BATS_TEST_TMPDIR/x.ini"
	run -0 --separate-stderr vnetgen lint "$BATS_TEST_TMPDIR/x.ini"
	[[ -z $output && $stderr == *'x.ini:2: warning: '* ]]
	echo '[nets blue]' >> "$BATS_TEST_TMPDIR/x.ini"
	run -1 --separate-stderr vnetgen lint "$BATS_TEST_TMPDIR/x.ini"
	[[ $stderr == *"x.ini:5: "*netns* ]]
	for scenario in scenarios/*.ini; do
		run -0 vnetgen lint "$scenario"
		[ -z "$output" ]
	done
}

@test "lint --kernel says which programs, kinds of devices and queueing disciplines are not there" {
	needs_kernel
	lacking
	# a word that ends in "type" is another
	sed -i 's/frobnet$/frobnet ethertype mpls_uc/' "$BATS_TEST_TMPDIR/x.ini"
	run -6 --separate-stderr vnetgen lint --kernel "$BATS_TEST_TMPDIR/x.ini"
	echo "$stderr"
	[ -z "$output" ]
	[[ ${stderr_lines[0]} == *"x.ini:2: this kernel has no links of type frobnet: its module is frobnet ('modprobe frobnet'; some distributions have it in a package such as linux-modules-extra)" ]]
	[[ ${stderr_lines[1]} == *"x.ini:7: this kernel has no queueing discipline frobq: its module is sch_frobq "* ]]
	[[ ${stderr_lines[2]} == *"x.ini:8: there is no program 'vnetgen-nobody' in /usr/local/sbin:"* ]]
	[[ ${stderr_lines[3]} == *"x.ini:11: there is no program 'frr-nobody' in "* ]]
	[[ ${stderr_lines[4]} == *"x.ini:13: there is no program 'vnetgen-trigger' in "* ]]
	[ "${#stderr_lines[@]}" -eq 5 ]
}

@test "lint --kernel names the package of a program" {
	needs_kernel
	# where there is an ip, and nothing else but a sysctl
	run -6 --separate-stderr vnetgen lint --kernel --path tests/fake scenarios/dns.ini
	echo "$stderr"
	[[ $stderr == *"dns.ini:"*": there is no program 'dnsmasq' in tests/fake; Debian's package dnsmasq-base has it"* ]]
	[[ $stderr == *"there is no program 'ping' "*"package iputils-ping"* ]]
	[[ $stderr != *"no program 'ip'"* ]]
}

@test "each program of the library has a package in needs.ini" {
	local program
	for program in $(sed -nE 's/^(run|ready|show) = (ip netns exec [^ ]+ )?([a-z][a-z0-9-]+) .*/\3/p' scenarios/*.ini | sort -u | at_least 10); do
		case $program in sh | for | umask | seq | cat | cut | getent | mkdir | sleep | timeout | grep | echo | test | rm | true) continue ;; esac
		grep -q "^$program = " templates/needs.ini || { echo "$program has none"; return 1; }
	done
}

@test "a build that fails for want of something says what it is" {
	needs_kernel
	lacking
	run -3 vnetgen test -q --sandbox "$BATS_TEST_TMPDIR/x.ini"
	[[ $output == *'Error: Unknown device type.'*"hint: this kernel has no links of type frobnet: its module is frobnet "* ]]
	printf '[netns red]\n[daemon d]\nnetns = red\nrun = vnetgen-nobody\n' > "$BATS_TEST_TMPDIR/x.ini"
	run -3 vnetgen test -q --sandbox "$BATS_TEST_TMPDIR/x.ini"
	[[ $output == *"x.ini:2: the daemon d: there is no program 'vnetgen-nobody' in "* ]]
}

# On a machine without some programs.
# shellcheck disable=SC2317 # called in a sandbox
poor() {
	local line
	mkdir /tmp/bin
	ln -sf /sbin/* /bin/* /usr/sbin/* /usr/bin/* /tmp/bin
	rm -f /tmp/bin/{nft,iptables,busybox,curl}
	while read -r line; do
		printf '[netns red]\n%b\n' "$line" > /tmp/x.ini
		"$B/vnetgen" -q --path /tmp/bin /tmp/x.ini < /dev/null 2>&1 | grep -o 'hint.*\|there is no program.*' || echo "nothing of $line"
	done <<- 'END'
		[run]\nnetns = red\nrun = nft list ruleset
		iptables = -A FORWARD -j ACCEPT
		[run]\nrun = curl https://192.0.2.1 | cat; false
		[run]\nrun = timeout 1 curl https://192.0.2.1
		[run]\nrun = timeout 1 /etc/passwd
		[run]\nrun = printf 'no-%%s: not found: it is there\\n' curl >&2; false
		[host]\niptables = -A FORWARD -j ACCEPT
		[daemon d]\nrun = /opt/none/busybox httpd
		[run]\nrun = mkdir -p /tmp/etc; mount --bind /tmp/etc /etc; ip route get 192.0.2.1 ipproto udp
	END
}

@test "programs that are not there are named with their packages, whoever was to start them" {
	needs_kernel
	run in_sandbox poor
	echo "$output"
	diff -u - <(echo "$output") <<- 'END'
		there is no program 'nft' in /tmp/bin; Debian's package nftables has it
		hint: there is no program 'iptables'; Debian's package iptables has it
		hint: there is no program 'curl'; Debian's package curl has it
		hint: there is no program 'curl'; Debian's package curl has it
		nothing of [run]\nrun = timeout 1 /etc/passwd
		nothing of [run]\nrun = printf 'no-%%s: not found: it is there\\n' curl >&2; false
		hint: there is no program 'iptables'; Debian's package iptables has it
		there is no program '/opt/none/busybox'; Debian's package busybox has it
		hint: there is no /etc/protocols, which has the names of protocols; Debian's package netbase has it
	END
}
