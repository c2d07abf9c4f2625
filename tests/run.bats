#!/usr/bin/env bats
# up and down: what is executed, shown and logged; failures at every command; interruptions.

load helper

setup() {
	needs_kernel
}

up_and_down() {
	host_state > /tmp/before
	"$B/vnetgen" scenarios/bridge.ini > /tmp/shown
	"$B/vnetgen" down bridge > /tmp/down
	host_state | diff -u /tmp/before -
	cat /tmp/shown
	echo '=='
	cat /tmp/down
	"$B/vnetgen" down bridge # twice: says so, and that is no error
	"$B/vnetgen" down scenarios/bridge.ini
}

@test "up shows each command with its number and time, down as well" {
	run in_sandbox up_and_down
	[ "$status" -eq 0 ]
	sed -E 's/ +[0-9.]+ ms$/ TIME/' <<< "$output" > "$BATS_TEST_TMPDIR/shown"
	diff -u - "$BATS_TEST_TMPDIR/shown" <<- 'END'
		[ 1/18] ip netns add red TIME
		[ 2/18] ip netns add blue TIME
		[ 3/18] ip link add veth0-red type veth peer name veth1-red TIME
		[ 4/18] ip link add veth0-blue type veth peer name veth1-blue TIME
		[ 5/18] ip link add name br0 type bridge TIME
		[ 6/18] ip link set veth0-red master br0 TIME
		[ 7/18] ip link set veth0-blue master br0 TIME
		[ 8/18] ip link set veth1-red netns red TIME
		[ 9/18] ip link set veth1-blue netns blue TIME
		[10/18] ip link set veth0-red up TIME
		[11/18] ip link set veth0-blue up TIME
		[12/18] ip netns exec red ip link set veth1-red up TIME
		[13/18] ip netns exec blue ip link set veth1-blue up TIME
		[14/18] ip netns exec red ip link set lo up TIME
		[15/18] ip netns exec blue ip link set lo up TIME
		[16/18] ip netns exec red ip a add 10.16.0.2/24 dev veth1-red TIME
		[17/18] ip netns exec blue ip a add 10.16.0.3/24 dev veth1-blue TIME
		[18/18] ip link set br0 up TIME
		==
		[1/5] ip link del veth0-red TIME
		[2/5] ip link del veth0-blue TIME
		[3/5] ip netns del red TIME
		[4/5] ip netns del blue TIME
		[5/5] ip link del br0 TIME
		bridge is not up
		bridge is not up
	END
}

quiet_and_verbose() {
	"$B/vnetgen" -q scenarios/veth-pair.ini
	"$B/vnetgen" -q down veth-pair
	"$B/vnetgen" -v scenarios/veth-pair.ini | sed -n 1p
	"$B/vnetgen" -q down veth-pair
	# a terminal gets colour, unless it is not wanted
	script -qec "$B/vnetgen scenarios/veth-pair.ini" /dev/null | grep -c $'\033' || true
	"$B/vnetgen" -q down veth-pair
	NO_COLOR=1 script -qec "$B/vnetgen scenarios/veth-pair.ini" /dev/null | grep -c $'\033' || true
}

@test "-q says nothing, -v where a command comes from; colour only on a terminal that wants it" {
	run in_sandbox quiet_and_verbose
	[ "$status" -eq 0 ]
	diff -u - <(sed -E 's/ +[0-9.]+ ms$//' <<< "$output") <<- 'END'
		[ 1/11] ip netns add red  # scenarios/veth-pair.ini:5
		11
		0
	END
}

logged() {
	status=0
	"$B/vnetgen" test --log /tmp/log "$1" > /dev/null 2>&1 || status=$?
	jq -c 'if .phase == "undo" then { phase, command, line } else del(.started, .duration) end' /tmp/log
	jq -es 'all(.started > 1.7e9 and .started < 1e10 and .duration > 0 and .duration < 10)' /tmp/log
	return $status
}

@test "the log has an object for each command, with all that is known of it" {
	run -5 in_sandbox logged tests/scenarios/log.ini
	diff -u tests/golden/log.json <(echo "$output")
}

# Every command fails in turn: with what iproute2 would say, because it is killed, because it is not there.
fails_everywhere() {
	ways=('echo "RTNETLINK answers: Operation not supported" >&2; exit 2' 'kill -9 $$' 'exec /nowhere')
	words=('exit status 2' 'killed by signal 9 (Killed)' 'exit status 127')
	host_state > /tmp/before
	cases=0
	fake 0 true
	"$B/vnetgen" up -q --path "$FAKES" "$1"
	calls=$(wc -l < /tmp/fake/calls)
	"$B/vnetgen" down -q "$1"
	for ((n = 1; n <= calls; n++)); do
		fake $n "${ways[n % 3]}"
		status=0
		"$B/vnetgen" up --path "$FAKES" "$1" > /tmp/shown 2> /tmp/said || status=$?
		command=$(sed -n ${n}p /tmp/fake/calls)
		case $command in
		*'show tentative'*) # a question, whose failure changes nothing
			[ $status = 0 ]
			"$B/vnetgen" -q down "$1"
			;;
		*)
			[ $status = 3 ] || { echo "'$command' failed, and the status is $status"; cat /tmp/said; return 1; }
			if grep -qF "'$command' failed" /tmp/said; then
				head -n 1 /tmp/said | grep -E "^vnetgen: $1:[0-9]+: '" | grep -F "'$command'" | grep -qF ": ${words[n % 3]}"
			else # a question about the host, without whose answer nothing is made
				head -n 1 /tmp/said | grep -qE "^vnetgen: $1:[0-9]+: cannot note what is there, to put it back: exit status 1"
			fi
			# what a [run] says is shown as it comes
			[ $((n % 3)) != 0 ] || grep -qx ' *RTNETLINK answers: Operation not supported' /tmp/said /tmp/shown
			tail -n 1 /tmp/said | grep -qx 'vnetgen: all of it is undone'
			;;
		esac
		host_state > /tmp/after
		diff -u /tmp/before /tmp/after || { echo "the failure of '$command' left this"; cat /tmp/shown /tmp/said; return 1; }
		[ ! -e /run/vnetgen ]
		cases=$((cases + 1))
	done
	echo "$cases"
}

@test "whichever command fails, it is said with its line, and all that was done is undone" {
	run in_sandbox fails_everywhere tests/scenarios/faults.ini
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" -ge 15 ]
}

# The teardown's commands fail in turn: what is left is said, and a second down removes it.
undo_fails_everywhere() {
	host_state > /tmp/before
	for ((n = 1; ; n++)); do
		"$B/vnetgen" -q "$1"
		fake $n 'echo "RTNETLINK answers: Device or resource busy" >&2; exit 2'
		status=0
		"$B/vnetgen" down --path "$FAKES" "$1" > /tmp/shown 2> /tmp/said || status=$?
		[ "$(wc -l < /tmp/fake/calls)" -ge $n ] || break
		[ $status = 4 ]
		# what undoes the host's side is asked and done by the record's script
		grep -qF "vnetgen: '$(sed -n ${n}p /tmp/fake/calls)' failed: exit status 2" /tmp/said ||
			grep -qE "^vnetgen: 'sh .*/restore undo [0-9]+' failed: exit status 1" /tmp/said
		grep -qx ' *RTNETLINK answers: Device or resource busy' /tmp/said
		[ -e "/run/vnetgen/$(basename "$1" .ini)/journal" ]
		"$B/vnetgen" -q down "$1"
		host_state | diff -u /tmp/before -
	done
	echo $((n - 1))
}

@test "whatever cannot be undone is said, and stays in the record for the next down" {
	run in_sandbox undo_fails_everywhere tests/scenarios/faults.ini
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" -ge 6 ]
}

keeps() {
	fake 5 'echo "RTNETLINK answers: File exists" >&2; exit 2'
	status=0
	"$B/vnetgen" up -q --keep --path "$FAKES" scenarios/bridge.ini || status=$?
	[ $status = 3 ]
	ls /run/netns
	"$B/vnetgen" -q down bridge
	ls /run/netns
}

@test "--keep leaves what was made, and down takes it away" {
	run in_sandbox keeps
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: scenarios/bridge.ini:24: 'ip link add name br0 type bridge' failed: exit status 2
		  RTNETLINK answers: File exists
		vnetgen: what was made is kept; 'vnetgen down bridge' takes it away
		blue
		red
	END
}

refused() {
	ip netns add blue
	ip link add veth-red type veth peer name other
	"$B/vnetgen" scenarios/veth-pair.ini || echo "status $?"
	[ "$(ls /run/netns)" = blue ]
	ip netns del blue
	ip link del veth-red
	"$B/vnetgen" -q scenarios/veth-pair.ini
	"$B/vnetgen" scenarios/bridge.ini || echo "status $?"
	"$B/vnetgen" scenarios/veth-pair.ini 2>&1 | sed 's/since [-0-9]* [:0-9]*/since TIME/'
	"$B/vnetgen" -q down veth-pair
}

@test "up refuses before its first change what is there already, and says whose it is" {
	run in_sandbox refused
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: scenarios/veth-pair.ini:6: a namespace 'blue' is there already, and not by vnetgen; remove it or take another name
		vnetgen: scenarios/veth-pair.ini:8: a device 'veth-red' is there already, and not by vnetgen; remove it or take another name
		status 6
		vnetgen: scenarios/bridge.ini:5: a namespace 'red' is there already; the scenario veth-pair has it ('vnetgen down veth-pair')
		vnetgen: scenarios/bridge.ini:6: a namespace 'blue' is there already; the scenario veth-pair has it ('vnetgen down veth-pair')
		status 6
		vnetgen: veth-pair is up already, since TIME; 'vnetgen down veth-pair' takes it down
	END
}

up_down_loop() {
	for style in classic compact; do
		for _ in $(seq 6); do
			"$B/vnetgen" up -q --style $style "$1"
			"$B/vnetgen" down -q "$1"
		done
	done
}

@test "up and down in a loop never fail" {
	in_sandbox up_down_loop scenarios/bridge.ini
	in_sandbox up_down_loop tests/scenarios/faults.ini
}

one_of_many_wins() {
	for i in 1 2 3 4; do
		"$B/vnetgen" -q scenarios/veth-pair.ini 2> /tmp/said.$i && echo "$i" >> /tmp/won &
	done
	wait
	[ "$(wc -l < /tmp/won)" = 1 ]
	[ "$(cat /tmp/said.* | wc -l)" -ge 3 ]
	[ "$(ls /run/netns | wc -l)" = 2 ]
	"$B/vnetgen" -q down veth-pair
	[ -z "$(ls /run/netns)" ]
}

@test "of several that build the same scenario at once one wins, and the others say so" {
	in_sandbox one_of_many_wins
}

# A signal comes while a command is at work, to us alone and to the whole group, as Ctrl-C does.
interrupted() {
	set -m # else SIGINT is ignored in what runs in the background
	host_state > /tmp/before
	for signal in INT TERM HUP; do
		fake 6 'echo > /tmp/here; sleep 5'
		rm -f /tmp/here
		"$B/vnetgen" --path "$FAKES" tests/scenarios/faults.ini > /tmp/shown 2> /tmp/said &
		pid=$!
		until [ -e /tmp/here ]; do sleep 0.02; done
		kill -$signal $pid
		status=0
		wait $pid || status=$?
		[ $status = 130 ]
		diff -u - /tmp/said <<- 'END'
			vnetgen: interrupted: undoing what was done
			vnetgen: all of it is undone
		END
		host_state | diff -u /tmp/before -
	done
	fake 6 'kill -INT $PPID $$'
	status=0
	"$B/vnetgen" --path "$FAKES" tests/scenarios/faults.ini > /tmp/shown 2> /tmp/said || status=$?
	[ $status = 130 ]
	host_state | diff -u /tmp/before -
}

@test "SIGINT, SIGTERM and SIGHUP undo and say so" {
	in_sandbox interrupted
}

reader_goes_away() {
	host_state > /tmp/before
	(status=0; "$B/vnetgen" test scenarios/veth-pair.ini || status=$?; echo $status > /tmp/status) 2> /tmp/said | head -n 1 > /dev/null
	cat /tmp/status /tmp/said
	host_state | diff -u /tmp/before -
}

@test "when nobody reads what is printed, the work is done all the same" {
	run in_sandbox reader_goes_away
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		7
		vnetgen: what was to be printed could not be written
	END
}

@test "without root nothing is built in the host" {
	[ "$(id -u)" -eq 0 ] || skip "not root"
	run -6 setpriv --reuid 65534 --regid 65534 --clear-groups "$B/vnetgen" scenarios/veth-pair.ini
	[ "$output" = "vnetgen: building a network in the host needs root; 'vnetgen test --sandbox' needs none" ]
}
