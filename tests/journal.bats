#!/usr/bin/env bats
# The record of what was made: whatever happens to us, down removes it, and nothing else.

load helper

setup() {
	needs_kernel "vxlan id 1 dstport 0"
}

# vnetgen is killed before each command, after it, and while it is at work; then down, twice.
killed_anywhere() {
	ways=('kill -9 $PPID; sleep 0.05; exit 1' '"$program" "$@"; kill -9 $PPID; exit' '(sleep 0.01; kill -9 $PPID) & "$program" "$@"; sleep 1; exit')
	host_state > /tmp/before
	name=$(basename "$1" .ini)
	cases=0 calls=$("$B/vnetgen" --dry-run --style "$2" "$1" | grep -cE '^(ip|sysctl|save) ')
	for ((n = 1; n <= calls; n++)); do
		for way in "${!ways[@]}"; do
			[ "${FAULTS:-}" = all ] || [ $way = $((n % 3)) ] || continue
			fake $n "${ways[way]}"
			status=0
			"$B/vnetgen" -q --style "$2" --path "$FAKES" "$1" > /tmp/shown 2>&1 || status=$?
			[ $status = 137 ] || { echo "'${ways[way]}' at $n ended with $status"; return 1; }
			command=$(sed -n ${n}p /tmp/fake/calls)
			"$B/vnetgen" -q down "$name" > /tmp/down 2>&1 || { echo "down after '${ways[way]}' in '$command':"; cat /tmp/down; return 1; }
			"$B/vnetgen" down "$name" | grep -qx "$name is not up"
			host_state > /tmp/after
			diff -u /tmp/before /tmp/after || { echo "'${ways[way]}' in '$command' left this"; cat /tmp/down; return 1; }
			cases=$((cases + 1))
		done
	done
	echo "$cases"
}

@test "killed anywhere in up, also while a command is at work: down leaves the host as it was" {
	run in_sandbox killed_anywhere tests/scenarios/faults.ini classic
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" -ge 14 ]
	echo "# killed in ${lines[-1]} ways" >&3
}

@test "the same in the other style, and in down itself" {
	run in_sandbox killed_anywhere scenarios/same-names.ini compact
	echo "$output"
	[ "$status" -eq 0 ]
	run in_sandbox killed_in_down tests/scenarios/faults.ini
	echo "$output"
	[ "$status" -eq 0 ]
}

killed_in_down() {
	host_state > /tmp/before
	name=$(basename "$1" .ini)
	for ((n = 1; ; n++)); do
		"$B/vnetgen" -q "$1"
		ways=('kill -9 $PPID; sleep 0.05; exit 1' '"$program" "$@"; kill -9 $PPID; exit')
		fake $n "${ways[n % 2]}"
		status=0
		"$B/vnetgen" down -q --path "$FAKES" "$name" > /tmp/shown 2>&1 || status=$?
		"$B/vnetgen" down -q "$name"
		host_state | diff -u /tmp/before -
		[ $status != 0 ] || break
	done
	[ $n -gt 6 ]
}

replaced() {
	"$B/vnetgen" -q scenarios/bridge.ini
	ip netns del red
	ip netns add red
	ip link del br0
	ip link add br0 type bridge
	ip link add bystander type bridge
	"$B/vnetgen" down bridge | sed -E 's/ +[0-9.]+ ms$//'
	echo ==
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

lives_on() {
	"$B/vnetgen" -q scenarios/veth-pair.ini
	ip netns exec red sleep 60 &
	until ip netns pids red | grep -q .; do sleep 0.02; done
	pid=$(ip netns pids red)
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
	"$B/vnetgen" -q scenarios/veth-pair.ini
	ls /run/netns
}

@test "a record of before the last start of the machine is recognised and cleared" {
	run in_sandbox stale
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$output" = $'blue\nmine\nred' ]
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
