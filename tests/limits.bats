#!/usr/bin/env bats
# Commands and machines that misbehave: what hangs, floods, leaves children, cannot be started; full disks, a terminal
# that goes away.  Whatever it is, it is said, and nothing is left.
# shellcheck disable=SC2317,SC2016 # functions for inside; text that is expanded there

load helper

setup() {
	needs_kernel
}

# scenario LINE...: /tmp/s.ini
scenario() { printf '%s\n' "$@" > /tmp/s.ini; }

# --- time ---

hangs() {
	host_state > /tmp/before
	# the fourth command hangs, and does not heed SIGTERM; neither does its child, which holds the pipe
	fake 4 'trap "" TERM; sleep 77 & wait'
	start=$(date +%s)
	"$B/vnetgen" --timeout 1.5 --log /tmp/log --path "$FAKES" scenarios/bridge.ini > /tmp/shown || echo "status $?"
	[ $(($(date +%s) - start)) -lt 10 ]
	host_state | diff -u /tmp/before -
	[ -z "$(pgrep -x sleep)" ]
	grep -F 'ip link add veth0-blue' /tmp/shown | sed -E 's/[0-9.]+ ms/TIME/'
	jq -c 'select(.timeout) | [.command, .status, .timeout]' /tmp/log
	# the same when it undoes
	"$B/vnetgen" -q scenarios/bridge.ini
	fake 2 'sleep 77'
	"$B/vnetgen" down -q --timeout 1500ms --path "$FAKES" bridge || echo "status $?"
	[ -z "$(pgrep -x sleep)" ]
	"$B/vnetgen" down -q bridge
	host_state | diff -u /tmp/before -
}

@test "a command that hangs is ended with all that it started, and has failed" {
	run in_sandbox bash -c "$(declare -f hangs fake host_state network_state); set -eu; hangs"
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: scenarios/bridge.ini:16: 'ip link add veth0-blue type veth peer name veth1-blue' failed: it did not end within 1.5 s, and was ended
		vnetgen: undoing what was done
		vnetgen: all of it is undone
		status 3
		[ 4/18] ip link add veth0-blue type veth peer name veth1-blue   it did not end within 1.5 s, and was ended, TIME
		["ip link add veth0-blue type veth peer name veth1-blue",null,true]
		vnetgen: 'ip link del veth0-blue' failed: it did not end within 1.5 s, and was ended
		status 4
	END
}

takes_its_time() {
	# 30 s is the limit of what builds, and none of what the user runs: here by the figures of the log
	scenario '[netns a]' '[run]' 'run = sleep 1.2' '[check]' 'run = sleep 1.2' '[check]' 'run = sleep 1.2' 'timeout = 10s'
	"$B/vnetgen" -q test /tmp/s.ini
	"$B/vnetgen" -q test --timeout 700ms /tmp/s.ini || echo "status $?"
	sed -i '/\[run\]/,+1d' /tmp/s.ini
	"$B/vnetgen" -q test --timeout 700ms /tmp/s.ini || echo "status $?"
}

@test "--timeout counts for all but what has a timeout of its own" {
	run in_sandbox bash -c "$(declare -f takes_its_time scenario); set -eu; takes_its_time"
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: /tmp/s.ini:2: 'sleep 1.2' failed: it did not end within 0.7 s
		vnetgen: undoing what was done
		vnetgen: all of it is undone
		status 3
		vnetgen: /tmp/s.ini:2: 'sleep 1.2': it did not end within 0.7 s
		status 5
	END
	run -2 vnetgen --timeout 0 scenarios/bridge.ini
	[ "$output" = "vnetgen: --timeout takes a time above 0, as in 30s, 2m or 500ms; 'vnetgen --help' lists what there is" ]
	run -2 vnetgen --timeout 1h scenarios/bridge.ini
}

# --- output ---

floods() {
	host_state > /tmp/before
	# the second command sees what the memory of vnetgen, its parent, was at most
	scenario '[netns a]' '[run]' "run = head -c 100000000 /dev/zero | tr '\\0' x" '[run]' 'run = grep VmHWM /proc/$PPID/status' \
		'[run]' "run = head -c 100000000 /dev/zero | tr '\\0' x >&2; exit 1"
	"$B/vnetgen" --log /tmp/log /tmp/s.ini > /tmp/shown 2> /tmp/said || echo "status $?"
	[ "$(awk '/VmHWM:/ { print $2; exit }' /tmp/shown)" -lt 40000 ]
	grep -h 'more on' /tmp/shown /tmp/said
	jq -c 'select(.phase == "run") | [(.stdout | length), .stdout_cut, (.stderr | length), .stderr_cut]' /tmp/log | sed 2d
	[ "$(stat -c %s /tmp/said)" -lt 1100000 ]
	host_state | diff -u /tmp/before -
}

@test "output of 100 MB costs little memory, and log and messages say how much was cut" {
	run in_sandbox bash -c "$(declare -f floods scenario host_state network_state); set -eu; floods"
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		status 3
		        (98951424 bytes more on standard output were not kept)
		        (98951424 bytes more on standard error were not kept)
		[1048576,98951424,0,null]
		[0,null,1048576,98951424]
	END
}

holds_the_pipe() {
	host_state > /tmp/before
	start=$(date +%s)
	scenario '[netns a]' '[run]' 'run = sleep 78 & echo left' 'undo = pkill -x sleep'
	"$B/vnetgen" -q test /tmp/s.ini
	# and one that goes on writing
	scenario '[netns a]' '[run]' 'run = yes & echo left' 'undo = pkill -x yes || :'
	"$B/vnetgen" -q test /tmp/s.ini
	# of a command that fails, too
	fake 2 'sleep 78 & echo no >&2; exit 2'
	"$B/vnetgen" -q --path "$FAKES" scenarios/same-names.ini 2> /dev/null || echo "status $?"
	[ $(($(date +%s) - start)) -lt 20 ]
	pkill -x sleep
	host_state | diff -u /tmp/before -
}

@test "a child that is left behind with the pipe does not hold us up" {
	run in_sandbox bash -c "$(declare -f holds_the_pipe fake scenario host_state network_state); set -eu; holds_the_pipe"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$output" = "status 3" ]
}

# --- programs ---

no_ip() {
	host_state > /tmp/before
	mkdir /tmp/none /tmp/dead /tmp/dir /tmp/dir/ip
	: > /tmp/dead/ip
	for path in /tmp/none /tmp/dead /tmp/dir; do
		"$B/vnetgen" -q --path $path scenarios/veth-pair.ini || echo "status $?"
	done
	host_state | diff -u /tmp/before -
	# it goes away while the network is up: what is left is said, and stays in the record
	"$B/vnetgen" -q scenarios/veth-pair.ini
	"$B/vnetgen" -q down --path /tmp/none veth-pair 2>&1 | sort | uniq -c | awk '{ $1 = ""; print }'
	"$B/vnetgen" list | awk '{ print $1, $2 }'
	"$B/vnetgen" -q down veth-pair
	host_state | diff -u /tmp/before -
}

@test "ip that is not there, or is not executable, is said to be so" {
	run in_sandbox no_ip
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: scenarios/veth-pair.ini:5: 'ip netns add red' failed: there is no program 'ip' in /tmp/none; Debian's package iproute2 has it
		vnetgen: undoing what was done
		vnetgen: all of it is undone
		status 3
		vnetgen: scenarios/veth-pair.ini:5: 'ip netns add red' failed: cannot start it: /tmp/dead/ip is not executable
		vnetgen: undoing what was done
		vnetgen: all of it is undone
		status 3
		vnetgen: scenarios/veth-pair.ini:5: 'ip netns add red' failed: there is no program 'ip' in /tmp/dir; Debian's package iproute2 has it
		vnetgen: undoing what was done
		vnetgen: all of it is undone
		status 3
		 vnetgen: 'ip netns del blue' failed: there is no program 'ip' in /tmp/none; Debian's package iproute2 has it
		 vnetgen: 'ip netns del red' failed: there is no program 'ip' in /tmp/none; Debian's package iproute2 has it
		veth-pair incomplete
	END
}

# --- disks and terminals ---

full_disks() {
	mkdir /tmp/small /run/mount # which mount(8) makes
	host_state > /tmp/before
	"$B/vnetgen" -q test --log /dev/full scenarios/veth-pair.ini || echo "status $?"
	mount -t tmpfs -o size=4k small /tmp/small
	"$B/vnetgen" -q test --log /tmp/small/log scenarios/veth-pair.ini || echo "status $?"
	umount /tmp/small
	host_state | diff -u /tmp/before -
	# of the file system with the record, each size up to one that is enough; names are long, so that a page is soon full
	{
		echo '[scenario]' && echo 'name = long'
		for i in 1 2 3; do
			printf '[netns %s-%s]\nnameserver = 10.0.0.1\n' "$(printf 'n%.0s' $(seq 200))" "$i"
		done
		printf '[daemon d]\nrun = sleep 79\n[host]\nsysctl = net.ipv4.ip_forward=1\niptables = -A FORWARD -j ACCEPT\n'
	} > /tmp/long.ini
	command -v iptables > /dev/null || sed -i /iptables/d /tmp/long.ini
	failed=0 status=1
	for ((pages = 1; pages < 40; pages++)); do
		mkdir -p /run/vnetgen
		mount -t tmpfs -o size=$((pages * 4))k records /run/vnetgen
		status=0
		"$B/vnetgen" -q /tmp/long.ini > /tmp/shown 2>&1 || status=$?
		"$B/vnetgen" -q down long > /tmp/shown2 2>&1 || { echo "$pages pages:"; cat /tmp/shown /tmp/shown2; return 1; }
		ls /run/vnetgen > /tmp/left
		umount /run/vnetgen
		rmdir /run/vnetgen
		[ ! -s /tmp/left ] || { echo "$pages pages:"; cat /tmp/left; return 1; }
		host_state | diff -u /tmp/before - || { echo "$pages pages:"; cat /tmp/shown /tmp/shown2; return 1; }
		[ -z "$(pgrep -x sleep)" ]
		[ $status != 0 ] || break
		failed=$((failed + 1))
	done
	[ $status = 0 ]
	[ $failed -gt 1 ]
	echo "$failed sizes are too small"
}

@test "a full disk, for the log or the record, leaves nothing behind" {
	run in_sandbox full_disks
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == "vnetgen: cannot write the log: No space left on device
vnetgen: cannot write the log: No space left on device
"*" sizes are too small" ]]
}

# under LIMIT BUILD...: with each ulimit of the list, `up` of scenario long is as if nothing had been, or it succeeds;
# the statuses there were
under() {
	local option=$1 value status
	shift
	host_state > /tmp/before
	for value; do
		status=0
		(ulimit "$option" "$value"; exec env --default-signal=XFSZ "$B/vnetgen" -q --log /tmp/log /tmp/long.ini) > /tmp/shown 2>&1 || status=$?
		[ $status != 0 ] || "$B/vnetgen" -q down long
		host_state | diff -u /tmp/before - || { echo "$value:"; cat /tmp/shown; return 1; }
		echo "$status $(tail -n 1 /tmp/shown)"
	done | uniq
}

# Its journal and its log are more than 1 KiB.
long_scenario() {
	mkdir /run/mount
	printf '[netns %s-{1..9}]\n' "$(printf 'n%.0s' $(seq 100))" > /tmp/long.ini
}

limited() {
	long_scenario
	under -f 1 100
	under -v 3300 $(seq 11000 100 13000)
}

@test "a limit of file sizes or of memory leaves nothing behind" {
	! nm "$B/vnetgen" | grep -qE '__(asan|gcov|llvm)_' || skip "a build for tests"
	run in_sandbox bash -c "$(declare -f limited under long_scenario host_state network_state); set -eu; limited"
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output" | sed '/^127 /d') <<- 'END'
		3 vnetgen: all of it is undone
		0 
		71 vnetgen: out of memory
		3 vnetgen: all of it is undone
		0 
	END
}

# --- what whoever starts it has set ---

# Ignored, so that ends of children are not told, writes beyond a limit and to nobody are; and blocked.
odd_signals() {
	host_state > /tmp/before
	# a job in the background has SIGINT ignored, which would stay so
	odd=(env --ignore-signal=CHLD --default-signal=INT --default-signal=XFSZ --default-signal=PIPE --block-signal)
	scenario '[netns a]' '[run]' 'run = false'
	"${odd[@]}" "$B/vnetgen" -q /tmp/s.ini || echo "status $?"
	"${odd[@]}" "$B/vnetgen" -q test --sandbox /tmp/s.ini || echo "status $?"
	scenario '[netns a]' '[run]' 'run = echo > /tmp/here; sleep 77'
	for signal in INT TERM ALRM XCPU; do
		rm -f /tmp/here
		"${odd[@]}" "$B/vnetgen" -q --timeout 9s /tmp/s.ini &
		until [ -e /tmp/here ]; do sleep 0.02; done
		kill -$signal $!
		wait $! || echo "$signal $?"
	done
	host_state | diff -u /tmp/before -
}

@test "signals that are ignored or blocked change nothing" {
	run in_sandbox bash -c "$(declare -f odd_signals scenario host_state network_state); set -eu; odd_signals"
	echo "$output"
	[ "$status" -eq 0 ]
	local signal undone=$'vnetgen: undoing what was done\nvnetgen: all of it is undone\n'
	local expected="vnetgen: /tmp/s.ini:2: 'false' failed: exit status 1"$'\n'"${undone}status 3"$'\n'
	expected+=$expected
	for signal in INT TERM ALRM XCPU; do
		expected+=$'vnetgen: interrupted: undoing what was done\nvnetgen: all of it is undone\n'"$signal 130"$'\n'
	done
	[ "$output" = "${expected%$'\n'}" ]
}

odd_place() {
	scenario '[netns a]'
	mkdir /tmp/gone
	cd /tmp/gone || return
	rmdir /tmp/gone
	"$B/vnetgen" -q test /tmp/s.ini
	POSIXLY_CORRECT=1 "$B/vnetgen" test /tmp/s.ini -q
	# a pipe that others made one that does not wait, and that is full
	perl -MFcntl -e 'fcntl(STDOUT, F_SETFL, O_WRONLY | O_NONBLOCK) or die; exec @ARGV' \
		"$B/vnetgen" view "$OLDPWD"/scenarios/*.ini | { sleep 0.3; jq length > /dev/null; }
	# no /dev/null, and no standard streams: the log is the log
	mount -t tmpfs dev /dev
	"$B/vnetgen" test --log /tmp/log /tmp/s.ini <&- >&- 2>&- || :
	jq -c .phase /tmp/log | uniq
}

@test "nor do a directory that is gone, POSIXLY_CORRECT, a stream that does not wait, or none" {
	B=$PWD/$B run in_sandbox bash -c "$(declare -f odd_place scenario); set -euo pipefail; odd_place"
	echo "$output"
	[ "$status" -eq 0 ]
}

terminal_goes() {
	host_state > /tmp/before
	scenario '[netns a]' '[run]' 'run = echo > /tmp/here; sleep 2; echo more' '[netns b]'
	for way in '' 'trap "" HUP;'; do
		rm -f /tmp/here
		# script(1) is the terminal; when it goes, the kernel hangs up, and writing gives EIO
		script -qc "$way exec $B/vnetgen test /tmp/s.ini 2>/tmp/said; " /dev/null > /dev/null &
		until [ -e /tmp/here ]; do sleep 0.02; done
		pid=$(pgrep -x vnetgen)
		kill -9 $!
		wait $! 2> /dev/null || :
		while [ -d "/proc/$pid" ]; do sleep 0.05; done
		cat /tmp/said
		echo "=="
		host_state | diff -u /tmp/before -
	done
	# a pipe that nobody reads any more, for both streams, while it fails
	fake 5 'exit 2'
	{ "$B/vnetgen" --path "$FAKES" scenarios/bridge.ini 2>&1 || echo $? > /tmp/status; } | head -n 1 > /dev/null
	cat /tmp/status
	host_state | diff -u /tmp/before -
}

@test "a terminal that goes away stops it and all is undone; without a hangup it goes on to the end" {
	command -v script > /dev/null || cannot "there is no script(1)"
	run in_sandbox bash -c "$(declare -f terminal_goes fake scenario host_state network_state); set -eu; terminal_goes"
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: interrupted: undoing what was done
		vnetgen: all of it is undone
		==
		vnetgen: what was to be printed could not be written
		==
		3
	END
}
