#!/usr/bin/env bats
# The record of what was made: whatever happens to us, down removes it, and nothing else.

load helper

setup() {
	needs_kernel "vxlan id 1 dstport 0"
}

replaced() {
	"$B/vnetgen" -q scenarios/bridge.ini
	ip netns del red
	until [ ! -e /sys/class/net/veth0-red ]; do sleep 0.02; done # the kernel takes its time with it
	ip netns add red
	ip link del br0
	ip link add br0 type bridge
	ip link add bystander type bridge
	"$B/vnetgen" down bridge | sed -E 's/ +[0-9.]+ ms$//'
	echo '=='
	ls /run/netns
	ls /sys/class/net
	[ ! -e /run/vnetgen ]
}

@test "what another has put in the place of ours is left alone, and said" {
	run in_sandbox replaced
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: 'red' is left alone: it is another namespace of that name
		vnetgen: 'br0' is left alone: it is another device of that name
		[1/2] ip link del veth0-blue
		[2/2] ip netns del blue
		==
		red
		br0
		bystander
		lo
	END
}

# ip netns del unmounts a namespace, then removes its file: killed in between it leaves the file.
half_removed() {
	"$B/vnetgen" -q scenarios/bridge.ini
	umount /run/netns/red
	"$B/vnetgen" -q down bridge
	[ -z "$(ls /run/netns)" ] && [ ! -e /run/vnetgen ]
}

@test "what is left of a namespace whose removal was broken off is removed" {
	run in_sandbox half_removed
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

lives_on() {
	"$B/vnetgen" -q scenarios/veth-pair.ini
	ip netns exec red sleep 60 &
	pid=$!
	until [ "$(cat /proc/$pid/comm)" = sleep ]; do sleep 0.02; done
	"$B/vnetgen" -q down veth-pair 2>&1 | sed "s/$pid/PID/"
	kill "$pid" # it is still there
}

@test "a process of others that keeps a namespace alive is named, not killed" {
	run in_sandbox lives_on
	[ "$status" -eq 0 ]
	[ "$output" = "vnetgen: red lives on: sleep PID" ]
}

by_record() {
	cp scenarios/bridge.ini /tmp/moving.ini
	"$B/vnetgen" -q /tmp/moving.ini
	"$B/vnetgen" down --dry-run moving | grep '^ip '
	printf '[netns other]\n' > /tmp/moving.ini # the file has changed since: the record wins
	"$B/vnetgen" -q down /tmp/moving.ini
	[ -z "$(ls /run/netns)" ]
	cp scenarios/bridge.ini /tmp/moving.ini
	"$B/vnetgen" -q /tmp/moving.ini
	rm /tmp/moving.ini # or is gone
	"$B/vnetgen" down --dry-run moving > /tmp/undo
	sh /tmp/undo 2> /dev/null # by hand
	[ -z "$(ls /run/netns)" ] && [ ! -e /run/vnetgen/moving ]
}

@test "down goes by the record, without the file" {
	run in_sandbox by_record
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		ip link del veth0-red
		ip link del veth0-blue
		ip netns del red
		ip netns del blue
		ip link del br0
	END
}

stale() {
	"$B/vnetgen" -q scenarios/veth-pair.ini
	# as after a restart of the machine, if /run outlived it
	sed -i "s/$(cat /proc/sys/kernel/random/boot_id)/00000000-0000-0000-0000-000000000000/" /run/vnetgen/veth-pair/journal
	ip netns del red
	ip netns del blue
	ip netns add mine
	"$B/vnetgen" list | awk '{ print $1, $2 }'
	"$B/vnetgen" down --dry-run veth-pair | grep -c '^ip' || :
	cp -r /run/vnetgen/veth-pair /tmp/old
	"$B/vnetgen" scenarios/veth-pair.ini | sed -n 1p
	ls /run/netns
	"$B/vnetgen" -q down veth-pair
	mkdir /run/vnetgen
	cp -r /tmp/old /run/vnetgen/veth-pair
	"$B/vnetgen" down veth-pair
	"$B/vnetgen" list
	# of a printed script
	"$B/vnetgen" --dry-run scenarios/veth-pair.ini > /tmp/setup
	"$B/vnetgen" down --dry-run scenarios/veth-pair.ini > /tmp/teardown
	for by in "sh /tmp/teardown" "$B/vnetgen down veth-pair"; do
		sh /tmp/setup
		printf '%s\n' 00000000-0000-0000-0000-000000000000 up > /run/vnetgen/veth-pair/script
		"$B/vnetgen" list | awk '{ print $1, $2 }'
		$by 2>&1
		ls /run/netns # not touched: it could be anybody's
		"$B/vnetgen" list
		ip netns del red
		ip netns del blue
	done
}

@test "a record of before the last start of the machine is recognised and cleared, which is said" {
	run in_sandbox stale
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		veth-pair stale
		0
		veth-pair was up before the machine was started last: its record is cleared
		blue
		mine
		red
		veth-pair was up before the machine was started last: its record is cleared
		veth-pair stale
		veth-pair is not up: only its record was left
		blue
		mine
		red
		veth-pair stale
		veth-pair was up before the machine was started last: its record is cleared
		blue
		mine
		red
	END
}

# While one process is at work on a network, others say who it is.
held() {
	printf '[netns a]\n[run]\nrun = sleep 60\nundo = sleep 1\n' > /tmp/h.ini
	"$B/vnetgen" -q /tmp/h.ini > /tmp/said.up 2>&1 &
	until pgrep -x sleep > /dev/null; do sleep 0.02; done
	for command in "up /tmp/h.ini" "down h"; do
		"$B/vnetgen" $command 2>&1 | sed "s/ $!;/ UP;/" || :
	done
	pkill -x sleep # the [run] fails, and its undo takes a second
	until pgrep -x sleep > /dev/null; do sleep 0.02; done
	"$B/vnetgen" down h 2>&1 | sed "s/ $!;/ UP;/" || :
	wait || :
	# a down is named too, not who built it
	sed -i 's/sleep 60/true/' /tmp/h.ini
	"$B/vnetgen" -q /tmp/h.ini
	"$B/vnetgen" -q down h &
	until pgrep -x sleep > /dev/null; do sleep 0.02; done
	"$B/vnetgen" up /tmp/h.ini 2>&1 | sed "s/ $!;/ DOWN;/" || :
	"$B/vnetgen" list | grep -c "busy.*(process $!)"
	wait
	"$B/vnetgen" list
}

@test "who is at work on a network is said, with its process" {
	run in_sandbox held
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: h is being worked on by process UP; stop that first, or wait
		vnetgen: h is being worked on by process UP; stop that first, or wait
		vnetgen: h is being worked on by process UP; stop that first, or wait
		vnetgen: h is being worked on by process DOWN; stop that first, or wait
		1
	END
}

side_by_side() {
	printf '%s\n' '[netns red]' '[link red/eth0]' 'peer = blue/eth0' 'address = 10.0.0.1/24' '[netns blue]' '[host]' \
		'sysctl = net.ipv4.ip_forward=1' '[link one]' 'type = bridge' '[file note]' '| one' '[daemon d]' 'run = sleep 81' > /tmp/one.ini
	sed 's/red/pink/; s/blue/sky/; s/one/two/; s/sysctl.*/sysctl = net.ipv6.conf.all.forwarding=1/; s/81/82/' /tmp/one.ini > /tmp/two.ini
	for first in one two; do
		second=two
		[ $first = one ] || second=one
		host_state > /tmp/none
		"$B/vnetgen" -q /tmp/$first.ini
		host_state > /tmp/alone
		cp -r /run/vnetgen/$first /tmp/record
		"$B/vnetgen" -q /tmp/$second.ini
		"$B/vnetgen" list | awk '{ print $1, $2 }'
		"$B/vnetgen" -q down $second
		host_state | diff -u /tmp/alone -
		diff -r /tmp/record /run/vnetgen/$first
		# and the one that was there first goes first
		"$B/vnetgen" -q /tmp/$second.ini
		"$B/vnetgen" -q down $first
		rm -r /tmp/record
		[ "$(pgrep -c -x sleep)" = 1 ]
		"$B/vnetgen" check /tmp/$second.ini > /dev/null
		"$B/vnetgen" -q down $second
		host_state | diff -u /tmp/none -
	done
}

@test "two networks side by side do not touch each other" {
	run in_sandbox side_by_side
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$output" = $'one up\ntwo up\none up\ntwo up' ]
}

# What has the name of what was made, but is not that: files and rules as well.
not_ours() {
	printf '%s\n' '[netns red]' 'nameserver = 10.0.0.1' 'nameserver = 10.0.0.2' '[file red:/etc/hostname]' '| red' '[file red:/etc/hosts]' '| 127.0.0.1 x' \
		'[host]' 'rule = from 10.9.0.0/16 table 100' > /tmp/n.ini
	[ -e /etc/hostname ] || : > /etc/hostname
	ip rule add priority 5000 from 10.8.0.0/16 table 100
	"$B/vnetgen" -q /tmp/n.ini
	echo more >> /etc/netns/red/resolv.conf # it is the one that we made
	rm /etc/netns/red/hosts
	echo theirs > /tmp/theirs
	mv /tmp/theirs /etc/netns/red/hostname
	ip rule add priority 5001 from 10.9.0.0/16 table 101
	ip rule del from 10.9.0.0/16 table 100 # gone already is no error
	"$B/vnetgen" -q down n
	find /etc/netns -type f
	cat /etc/netns/red/hostname
	ip rule show | grep -c '10\.[89]\.'
	[ ! -e /run/vnetgen ]
	# a link that leads nowhere is something that is there
	rm /etc/netns/red/hostname
	ln -s /tmp/nowhere /etc/netns/red/resolv.conf
	"$B/vnetgen" -q /tmp/n.ini || echo "status $?"
	"$B/vnetgen" --dry-run /tmp/n.ini > /tmp/setup
	sh /tmp/setup || echo "status $?"
	[ ! -e /tmp/nowhere ]
}

@test "files and rules that are others' stay, also in the place of ours; what is gone is no error" {
	run in_sandbox not_ours
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: '/etc/netns/red/hostname' is left alone: it is another file of that name
		/etc/netns/red/hostname
		theirs
		2
		vnetgen: /tmp/n.ini:2: '/etc/netns/red/resolv.conf' is there already; remove it first
		status 6
		/etc/netns/red/resolv.conf is there already: nothing was done
		status 6
	END
}

# The script that a record gives, for one whose daemon has ended and whose number is another's now.
gives_script() {
	printf '[netns a]\n[daemon d]\nrun = sleep 1000\n[daemon e]\nrun = sleep 1000\n' > /tmp/d.ini
	"$B/vnetgen" up -q /tmp/d.ini
	setsid sleep 1001 &
	other=$!
	until [ "$(cat /proc/$other/comm)" = sleep ]; do sleep 0.02; done
	sed -i -E "s/^runs 0 [0-9]+ /runs 0 $other /; s/kill -- -[0-9]+/kill -- -$other/" /run/vnetgen/d/journal
	"$B/vnetgen" down --dry-run d > /tmp/undo
	grep -c '^stop ' /tmp/undo
	! grep -nwE -e "^stop $other|kill -- -$other" /tmp/undo || exit 1
	# what is another's by now is not in it either, and so is what became it since
	sed -i -E "s/^stop [0-9]+/stop $other/" /tmp/undo
	sh /tmp/undo
	kill -0 "$other"
	ip netns
	shellcheck /tmp/undo
}

@test "the script of a record ends daemons only when they are still those" {
	command -v shellcheck > /dev/null || cannot "there is no shellcheck"
	run in_sandbox gives_script
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$output" = 1 ]
}

# The end of a line that a full disk had no room for.
torn() {
	"$B/vnetgen" -q scenarios/veth-pair.ini
	printf 'will 99 4 re' >> /run/vnetgen/veth-pair/journal
	"$B/vnetgen" up scenarios/veth-pair.ini 2> /dev/null || echo "status $?" # one that looks
	"$B/vnetgen" list | awk '{ print $1, $2 }'
	fake 2 'exit 2'
	"$B/vnetgen" -q down --path "$FAKES" veth-pair 2> /dev/null || echo "status $?"
	"$B/vnetgen" -q down veth-pair
	ls /run/netns /run/vnetgen 2> /dev/null || :
	# killed before the record had a line
	mkdir -p /run/vnetgen/veth-pair
	"$B/vnetgen" -q down veth-pair
	mkdir -p /run/vnetgen/veth-pair
	: > /run/vnetgen/veth-pair/journal
	"$B/vnetgen" -q down veth-pair
	[ ! -e /run/vnetgen ]
}

@test "a record whose last line is torn, or that has none, is one" {
	run in_sandbox torn
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		status 6
		veth-pair up
		status 4
		/run/netns:
	END
}

@test "a sysctl of the whole machine in a namespace is refused: nothing would put it back" {
	printf '[netns a]\nsysctl = kernel.panic=1\nsysctl = net/../vm/swappiness=1\nsysctl = net.//.kernel.panic=1\n[link a/e]\ntype = bridge\nsysctl = fs/file-max=1\nsysctl = net.ipv4.conf.e.forwarding=1\n[host]\nsysctl = kernel.panic=1\n' > "$BATS_TEST_TMPDIR/k.ini"
	run -1 vnetgen --dry-run "$BATS_TEST_TMPDIR/k.ini"
	local end="is the whole machine's, not a network namespace's; in [host] it is set, and put back at the end"
	# shellcheck disable=SC2001 # of each line
	diff -u - <(sed 's/^[^:]*://' <<< "$output") <<- END
		2: [netns a] sysctl: 'kernel.panic' $end
		3: [netns a] sysctl: 'net/../vm/swappiness' $end
		4: [netns a] sysctl: 'net.//.kernel.panic' $end
		7: [link a/e] sysctl: 'fs/file-max' $end
	END
	# those of net/ that are: the kernel has no such key in a namespace
	printf '[netns a]\nsysctl = net.core.netdev_budget=299\n' > "$B/k.ini"
	run in_sandbox "$B/vnetgen" -q "$B/k.ini"
	rm "$B/k.ini"
	[ "$status" -eq 3 ]
	[[ $output == *"netdev_budget"*"all of it is undone" ]]
}

no_record() {
	mount -t tmpfs -o ro none /run/vnetgen 2> /dev/null || { mkdir /run/vnetgen && mount -t tmpfs -o ro none /run/vnetgen; }
	"$B/vnetgen" scenarios/veth-pair.ini || echo "status $?"
	umount /run/vnetgen
	# it is full: what no record knows is not made
	mount -t tmpfs -o size=4k,nr_inodes=10 none /run/vnetgen
	mkdir /run/vnetgen/other
	head -c 3900 /dev/zero > /run/vnetgen/other/fill || true
	"$B/vnetgen" -q tests/scenarios/host.ini || echo "status $?"
	ls /sys/class/net; ls /run/netns 2> /dev/null || true
}

@test "where no record can be written nothing is made" {
	run in_sandbox no_record
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: cannot make /run/vnetgen/veth-pair: Read-only file system
		status 6
		vnetgen: cannot write /run/vnetgen/host/journal: No space left on device
		status 6
		lo
	END
}

# shellcheck disable=SC2317
early_refused() {
	mkdir /tmp/bin
	printf '#!/bin/sh\ncase "$*" in *"link del vx"*) exit 2 ;; esac\nexec /sbin/ip "$@"\n' > /tmp/bin/ip
	chmod +x /tmp/bin/ip
	"$B/vnetgen" up -q tests/scenarios/faults.ini
	"$B/vnetgen" down -q --path "/tmp/bin:$PATH" faults || echo "status $?"
	ls /run/netns
	"$B/vnetgen" down -q faults
	"$B/vnetgen" --dry-run tests/scenarios/faults.ini > /tmp/setup
	"$B/vnetgen" down --dry-run tests/scenarios/faults.ini > /tmp/teardown
	sh /tmp/setup > /tmp/said
	PATH=/tmp/bin:$PATH sh /tmp/teardown > /tmp/said 2>&1 || echo "status $?"
	ls /run/netns
	sh /tmp/teardown > /tmp/said
	ls /run/netns
}

@test "a namespace stays as long as a device that must go before it" {
	run in_sandbox early_refused
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: 'ip netns exec red ip link del vx' failed: exit status 2
		vnetgen: the namespace 'red' is left as long as 'vx' is in it
		status 4
		red
		status 4
		red
	END
}

# shellcheck disable=SC2317
same_name_since() {
	"$B/vnetgen" --dry-run tests/scenarios/faults.ini > /tmp/setup
	"$B/vnetgen" down --dry-run tests/scenarios/faults.ini > /tmp/teardown
	sh /tmp/setup > /tmp/said
	ip link add v1 type bridge
	ip link add vx type bridge
	sh /tmp/teardown > /tmp/said
	ls /sys/class/net
}

@test "nor does a teardown script take a device for its own that has the name of one that was moved" {
	run -0 in_sandbox same_name_since
	[ "$output" = $'lo\nv1\nvx' ]
}

# shellcheck disable=SC2317
gone_meanwhile() {
	"$B/vnetgen" --dry-run scenarios/veth-pair.ini > /tmp/setup
	"$B/vnetgen" down --dry-run scenarios/veth-pair.ini > /tmp/teardown
	sh /tmp/setup
	# a teardown that was killed has undone all, and its rm is at work: it is done before this command
	# shellcheck disable=SC2016 # bash expands it when it gets there
	echo 'trap '"'"'case $BASH_COMMAND in *dir/journal*) ip netns del red; ip netns del blue; rm -r "$dir" ;; esac'"'"' DEBUG' > /tmp/env
	BASH_ENV=/tmp/env bash /tmp/teardown
	[ ! -e /run/vnetgen ]
	# one that cannot be opened is another thing
	mkdir -p /run/vnetgen/veth-pair/script
	bash /tmp/teardown || echo "status $?"
}

@test "a record that goes while a teardown script comes to it is no error" {
	run in_sandbox gone_meanwhile
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		cannot open /run/vnetgen/veth-pair/script
		status 4
	END
}

# shellcheck disable=SC2317
unreadable_directory() {
	local n
	for ((n = 1; n < 30; n++)); do
		"$B/vnetgen" up -q scenarios/veth-pair.ini
		: > /run/vnetgen/veth-pair/note
		rm -f /tmp/trace
		ASAN_OPTIONS=detect_leaks=0 strace -qq -o /tmp/trace -e inject=getdents64:error=EIO:when=$n \
			"$B/vnetgen" down -q veth-pair 2> /dev/null || "$B/vnetgen" down -q veth-pair || echo "status $? after $n"
		[ ! -e /run/vnetgen ] || ls -R /run/vnetgen
		grep -q INJECTED /tmp/trace || break
	done
	((n > 2)) || echo "only $n"
}

@test "a directory that cannot be read to its end is not taken for an empty one" {
	command -v strace > /dev/null || cannot "there is no strace (package strace)"
	run in_sandbox unreadable_directory
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

# shellcheck disable=SC2317
directory_left() {
	printf '[netns red]\n[scenario]\nname = x\n[run]\nrun = mkdir -p ${dir}/ours/deep\n' > /tmp/x.ini
	"$B/vnetgen" up -q /tmp/x.ini
	: > /run/vnetgen/x/ours/deep/file
	ln -s /etc /run/vnetgen/x/ours/link
	mkdir /run/vnetgen/x/mounted
	mount -t tmpfs tmpfs /run/vnetgen/x/mounted
	"$B/vnetgen" down -q x && exit 1
	"$B/vnetgen" list | grep -q '^x '
	umount /run/vnetgen/x/mounted
	"$B/vnetgen" down -q x
	[ ! -e /run/vnetgen ]
	[ -e /etc/passwd ]
}

@test "what the scenario's own commands leave in \${dir} goes, and what cannot be removed is named" {
	needs_kernel
	run in_sandbox directory_left
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$output" = "vnetgen: cannot remove /run/vnetgen/x/mounted: Device or resource busy" ]
}

# shellcheck disable=SC2317
of_a_later_version() {
	printf '[netns red]\n[scenario]\nname = x\n' > /tmp/x.ini
	"$B/vnetgen" up -q /tmp/x.ini
	echo 'frobnicate 1 2' >> /run/vnetgen/x/journal
	for command in list 'down x' 'up /tmp/x.ini'; do
		# shellcheck disable=SC2086
		"$B/vnetgen" $command || echo "status $?"
	done
	ip netns list
}

@test "a record with lines that are not known is not acted upon" {
	needs_kernel
	run in_sandbox of_a_later_version
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: /run/vnetgen/x/journal has lines that this version does not know: take the network down with the vnetgen that built it, or undo by hand what the lines say and remove the directory
		status 6
		vnetgen: /run/vnetgen/x/journal has lines that this version does not know: take the network down with the vnetgen that built it, or undo by hand what the lines say and remove the directory
		status 6
		vnetgen: /run/vnetgen/x/journal has lines that this version does not know: take the network down with the vnetgen that built it, or undo by hand what the lines say and remove the directory
		status 6
		red
	END
}

# A command that outlives a vnetgen that was killed: it does not die with its parent.
outlives() {
	cat > /tmp/long.ini <<- 'END'
		[netns red]
		[run]
		run = setpriv --pdeathsig clear sleep 600
	END
	# the shell says of what is killed that it was
	sh -c '"$B/vnetgen" -q /tmp/long.ini & until pgrep -x sleep; do sleep 0.02; done; kill -KILL $!; wait $!' > /tmp/pid 2> /tmp/said || :
	pid=$(cat /tmp/pid)
	"$B/vnetgen" -q down long
	[ ! -e /run/vnetgen ] && [ -z "$(ls /run/netns)" ]
	! kill -0 "$pid" 2> /dev/null
}

@test "the last command of a vnetgen that was killed is ended before what it made is removed" {
	run in_sandbox outlives
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}
