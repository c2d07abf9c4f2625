#!/usr/bin/env bats
# What is written for a network: resolv.conf and hosts of its namespaces, and [file]s.
load helper

# shellcheck disable=SC2317 # called in sandboxes
named() {
	cat << 'END'
[scenario]
name = named
hosts = yes
[vars]
x = 10.0.0.9
[netns red]
nameserver = 10.0.0.2
nameserver = 2001:db8::53
search = lan example.org
[netns blue]
[link red/eth0]
peer = blue/eth0
address = 10.0.0.1/24
[link red/eth1]
peer = blue/eth1
address = 10.1.0.1/24
[link blue/eth1]
address = 10.1.0.2/24
[link blue/eth0]
address = 10.0.0.2/24
[file own.conf]
mode = 0640
| # a comment ; with
| $x `y` 'z' "q"
|
|  indented ${x} $${x}
[file one]
|alone
[file red:/etc/issue]
| red's own
[file red:/etc/profile.d/own.conf]
| x
[step]
[netns red]
nameserver = 10.0.0.3
[check each knows the others]
netns = red
run = ping -c 1 blue
match = 10\.[01]\.0\.2
[check it asks whom it is told]
netns = red
run = grep -c nameserver /etc/resolv.conf
match = ^3$
[check a file of its own]
netns = red
run = cat /etc/issue
match = ^red's own$
END
}

# shellcheck disable=SC2317
etc_state() {
	find -L /etc/netns /run/vnetgen 2> /dev/null | sort
	cat /etc/resolv.conf /etc/hosts /etc/issue
}

# shellcheck disable=SC2317
builds() { # DRY-RUN-ARGUMENTS...
	named > /tmp/named.ini
	etc_state > /tmp/before
	"$B/vnetgen" test -q "$@" /tmp/named.ini
	etc_state | diff -u /tmp/before -
	"$B/vnetgen" up "$@" --dry-run /tmp/named.ini > /tmp/setup.sh
	"$B/vnetgen" down "$@" --dry-run /tmp/named.ini > /tmp/teardown.sh
	sh /tmp/setup.sh
	printf '%s\n' '# a comment ; with' "\$x \`y\` 'z' \"q\"" '' " indented 10.0.0.9 \${x}" | diff - /run/vnetgen/named/own.conf
	[ "$(stat -c %a /run/vnetgen/named/own.conf)" = 640 ]
	[ "$(cat /run/vnetgen/named/one)" = alone ]
	[ "$(cat /etc/netns/red/profile.d/own.conf)" = x ]
	sh /tmp/teardown.sh > /dev/null
	etc_state | diff -u /tmp/before -
}

@test "namespaces have names, a resolver and files of their own, and /etc is left as it was" {
	needs_kernel
	in_sandbox builds
	in_sandbox builds --style compact
}

@test "an ordinary user has them in the sandbox" {
	needs_kernel
	[ "$(id -u)" -eq 0 ] || skip "the others are run as one"
	mkdir -p "$B/user" && named > "$B/user/named.ini" && chmod a+rX "$B" "$B/user" "$B/user/named.ini"
	setpriv --reuid 65534 --regid 65534 --clear-groups "$B/vnetgen" test --sandbox "$B/user/named.ini" > "$BATS_TEST_TMPDIR/out" ||
		{ cat "$BATS_TEST_TMPDIR/out"; grep -q 'no sandbox' "$BATS_TEST_TMPDIR/out" && skip "no sandbox for users here"; false; }
	[ "$(grep -c '^        ok - ' "$BATS_TEST_TMPDIR/out")" -eq 3 ]
}

# shellcheck disable=SC2317
refuses() {
	named > /tmp/named.ini
	mkdir -p /etc/netns/red
	echo mine > /etc/netns/red/resolv.conf
	if "$B/vnetgen" up -q /tmp/named.ini 2> /tmp/said; then exit 1; fi
	grep -qxF "vnetgen: /tmp/named.ini:7: '/etc/netns/red/resolv.conf' is there already; remove it first" /tmp/said
	"$B/vnetgen" up --dry-run /tmp/named.ini > /tmp/setup.sh
	if sh /tmp/setup.sh 2> /tmp/said; then exit 1; fi
	grep -qxF "/etc/netns/red/resolv.conf is there already: nothing was done" /tmp/said
	[ "$(cat /etc/netns/red/resolv.conf)" = mine ]
	[ ! -e /run/vnetgen ] && [ -z "$(ip netns)" ]
	# a directory that was there stays
	rm /etc/netns/red/resolv.conf
	"$B/vnetgen" test -q /tmp/named.ini
	[ -d /etc/netns/red ] && [ ! -e /etc/netns/blue ]
}

@test "a file that is there already is named and kept, and so is a directory" {
	needs_kernel
	in_sandbox refuses
}

@test "a namespace's own file needs one in /etc that it stands for" {
	needs_sandbox
	printf '[netns a]\n[file a:/etc/there-is-none]\n| x\n' > "$BATS_TEST_TMPDIR/f.ini"
	cp "$BATS_TEST_TMPDIR/f.ini" "$B/f.ini"
	run in_sandbox "$B/vnetgen" up -q "$B/f.ini"
	rm "$B/f.ini"
	[ "$status" -eq 6 ]
	[[ $output == *"f.ini:2: '/etc/there-is-none' is not there, and is needed" ]]
}

# shellcheck disable=SC2317
killed() {
	named > /tmp/named.ini
	etc_state > /tmp/before
	mkdir /tmp/killers
	# vnetgen is the parent of mkdir, and that of the shell that runs install
	# shellcheck disable=SC2016 # for the scripts
	{
		printf '#!/bin/sh\n/bin/mkdir "$@"; kill -9 "$PPID"\n' > /tmp/killers/mkdir
		printf '#!/bin/sh\n/bin/install "$@"; kill -9 "$PPID" $(ps -o ppid= -p $PPID)\n' > /tmp/killers/install
	}
	for tool in mkdir install; do
		chmod +x "/tmp/killers/$tool"
		if "$B/vnetgen" up -q --path "/tmp/killers:$PATH" /tmp/named.ini 2> /dev/null; then exit 1; fi
		"$B/vnetgen" down -q named
		etc_state | diff -u /tmp/before -
		chmod -x "/tmp/killers/$tool"
	done
}

@test "killed while it writes, down leaves nothing" {
	needs_kernel
	in_sandbox killed
}

# A shell goes on when its last program is killed, and ends with 128 and the signal.
# shellcheck disable=SC2317
killed_writer() {
	printf '[scenario]\nname = f\n[netns red]\n[file red:/etc/profile.d/own.sh]\nmode = 0755\n| x\n' > /tmp/f.ini
	etc_state > /tmp/before
	mkdir /tmp/killers
	# shellcheck disable=SC2016
	printf '#!/bin/sh\n/bin/install "$@"; kill -9 "$$"\n' > /tmp/killers/install
	chmod +x /tmp/killers/install
	"$B/vnetgen" up -q --path "/tmp/killers:$PATH" /tmp/f.ini > /tmp/said 2>&1 || echo "status $?"
	tail -n 1 /tmp/said
	etc_state | diff -u /tmp/before -
}

@test "a file whose writer is killed once it is written is not left" {
	needs_kernel
	run in_sandbox killed_writer
	[ "$output" = "status 3
vnetgen: all of it is undone" ]
}

@test "names of files that cannot be are told with what could" {
	printf '[netns a]\n[file x/y]\n| x\n[file journal]\n| x\n[file 7.after]\n| x\n[file a:/usr/x]\n| x\n[file b:/etc/x]\n| x\n[file a:/etc/../x]\n| x\n[file e]\n[file m]\nmode = 9\n| x\n[file m]\n| y\n' > "$BATS_TEST_TMPDIR/f.ini"
	run vnetgen --dry-run "$BATS_TEST_TMPDIR/f.ini"
	[ "$status" -eq 1 ]
	# shellcheck disable=SC2001 # of each line
	diff -u - <(sed 's/^[^:]*://' <<< "$output") << 'END'
2: [file x/y] the name 'x/y' has a '/' in it: the files of a network lie in one directory, ${dir}
4: [file journal] the name 'journal' is a file of the network's own record; take another name
6: [file 7.after] the name '7.after' is a number, as the network's own record has them
8: [file a:/usr/x] '/usr/x' is not below /etc, and only files there can be a namespace's own
10: [file b:/etc/x] no [netns b] in this file
12: [file a:/etc/../x] '/etc/../x' is not below /etc, and only files there can be a namespace's own
14: [file e] its text is missing: each line of it after a '|'
16: [file m] mode: '9' is no mode, as in 0640
18: [file m] already given in line 15
END
}

@test "in /etc/hosts the addresses stand first that the namespace itself has a network with" {
	cat > "$BATS_TEST_TMPDIR/x.ini" <<- 'END'
		[scenario]
		hosts = yes
		[netns six]
		[netns four]
		[netns both]
		[link six/a]
		type = dummy
		address = 2001:db8::1/64
		[link four/a]
		type = dummy
		address = 10.0.0.1/16
		[link both/a]
		type = dummy
		address = 10.9.0.1/32
		address = 10.0.2.2/24
		address = 2001:db8::2/64
	END
	diff -u - <(vnetgen --dry-run "$BATS_TEST_TMPDIR/x.ini" | sed -n "s/^\t*'\([0-9a-f:.]* [a-z]*\)' .*/\1/p; s/^\t*> //p") <<- 'END'
		127.0.0.1 localhost
		2001:db8::1 six
		10.0.0.1 four
		2001:db8::2 both
		10.9.0.1 both
		10.0.2.2 both
		/etc/netns/six/hosts
		127.0.0.1 localhost
		2001:db8::1 six
		10.0.0.1 four
		10.0.2.2 both
		10.9.0.1 both
		2001:db8::2 both
		/etc/netns/four/hosts
		127.0.0.1 localhost
		2001:db8::1 six
		10.0.0.1 four
		10.0.2.2 both
		2001:db8::2 both
		10.9.0.1 both
		/etc/netns/both/hosts
	END
}
