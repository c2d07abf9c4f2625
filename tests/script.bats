#!/usr/bin/env bats
# The printed scripts: what they are, and what they do.

load helper

# Every scenario in both styles, as DIR/NAME.STYLE.KIND.
write_scripts() {
	local scenario name style
	for scenario in scenarios/*.ini tests/scenarios/*.ini; do
		name=$(basename "$scenario" .ini)
		# three of a kind are as good as a thousand, and lint takes its time
		sed 's/\.\.1000}/..3}/' "$scenario" > "$1/$name.ini"
		for style in classic compact; do
			vnetgen --dry-run --style $style "$1/$name.ini" > "$1/$name.$style.setup"
			vnetgen --dry-run --style $style --with-checks "$1/$name.ini" > "$1/$name.$style.checks"
			vnetgen down --dry-run --style $style "$1/$name.ini" > "$1/$name.$style.teardown"
		done
	done
}

@test "every script is a POSIX script that shellcheck has nothing to say about" {
	local dir=$BATS_TEST_TMPDIR script
	write_scripts "$dir"
	for script in "$dir"/*.*.*; do
		dash -n "$script"
		[ "$(head -n 1 "$script")" = '#!/bin/sh' ]
	done
	printf '%s\0' "$dir"/*.*.* | xargs -0 -P 2 -n 20 shellcheck -s sh
}

@test "a script is the same each time, without root, from anywhere" {
	vnetgen --dry-run scenarios/bridge.ini > "$BATS_TEST_TMPDIR/one"
	vnetgen --dry-run scenarios/bridge.ini | cmp - "$BATS_TEST_TMPDIR/one"
	local here=$PWD
	[ "$(id -u)" -ne 0 ] || setpriv --reuid 65534 --regid 65534 --clear-groups "$B/vnetgen" --dry-run scenarios/bridge.ini |
		cmp - "$BATS_TEST_TMPDIR/one"
	mkdir "$BATS_TEST_TMPDIR/elsewhere"
	cd "$BATS_TEST_TMPDIR/elsewhere"
	"$here/$B/vnetgen" --dry-run "$here/scenarios/bridge.ini" | sed "s|$here/||" | cmp - "$BATS_TEST_TMPDIR/one"
}

@test "a script has the commands from the first column, and none of its own begins with ip" {
	needs_kernel
	vnetgen --dry-run tests/scenarios/host.ini > "$BATS_TEST_TMPDIR/script"
	in_sandbox sh -c '"$B/vnetgen" up --log /tmp/log tests/scenarios/host.ini > /dev/null; cat /tmp/log' |
		jq -r 'select(.phase != "undo") | .command' > "$BATS_TEST_TMPDIR/executed"
	diff -u "$BATS_TEST_TMPDIR/executed" <(grep -E '^(ip|save|sysctl) ' "$BATS_TEST_TMPDIR/script" | grep -v '^save ')
	sh -n "$BATS_TEST_TMPDIR/script"
}

scenario_builds() { # does this kernel have what SCENARIO needs?
	case $1 in
	*/vlan.ini) needs_kernel "vlan id 1" ;;
	*) needs_kernel ;;
	esac
}

# Nobody else has an address here, and the second in which the kernel asks for one is for other tests.
# shellcheck disable=SC2317
without_dad() { sysctl -qw net.ipv6.conf.default.accept_dad=0; }

ends_alike() { # SCENARIO: the same state, by `up` and by the script, in both styles; and then that of before
	without_dad
	for style in classic compact; do
		host_state > /tmp/before
		"$B/vnetgen" up -q --style $style "$1"
		network_state > /tmp/up.$style
		"$B/vnetgen" down -q "$1"
		host_state | diff -u /tmp/before -
		"$B/vnetgen" --dry-run --style $style "$1" > /tmp/setup
		"$B/vnetgen" down --dry-run --style $style "$1" > /tmp/teardown
		sh /tmp/setup > /dev/null
		network_state > /tmp/script.$style
		sh /tmp/teardown > /dev/null
		host_state | diff -u /tmp/before -
		sh /tmp/teardown # a second time there is nothing to do
		diff -u /tmp/up.$style /tmp/script.$style
	done
	diff -u /tmp/up.classic /tmp/up.compact
}

@test "the script makes what 'up' makes, both styles end in the same state, and teardown in the one before: veth-pair" {
	scenario_builds scenarios/veth-pair.ini
	in_sandbox ends_alike scenarios/veth-pair.ini
}

@test "the same: bridge" {
	needs_kernel
	in_sandbox ends_alike scenarios/bridge.ini
}

@test "the same: a bridge in a namespace" {
	needs_kernel
	in_sandbox ends_alike scenarios/bridge-in-netns.ini
}

@test "the same: ends of the same name" {
	needs_kernel
	in_sandbox ends_alike scenarios/same-names.ini
}

@test "the same: a chain of routers" {
	needs_kernel
	in_sandbox ends_alike scenarios/router-chain.ini
}

@test "the same: vlans" {
	scenario_builds scenarios/vlan.ini
	in_sandbox ends_alike scenarios/vlan.ini
}

@test "the same: what has to be undone in the host" {
	needs_kernel "vxlan id 1 dstport 0" "macvlan mode bridge"
	in_sandbox ends_alike tests/scenarios/host.ini
}

loop() {
	without_dad
	for style in classic compact; do
		"$B/vnetgen" --dry-run --style $style "$1" > /tmp/setup
		"$B/vnetgen" down --dry-run --style $style "$1" > /tmp/teardown
		for _ in $(seq 5); do
			sh -e /tmp/setup > /dev/null
			sh /tmp/teardown > /dev/null
		done
	done
}

@test "setup and teardown in a loop never fail, although the kernel removes namespaces late" {
	needs_kernel "vxlan id 1 dstport 0" "macvlan mode bridge"
	looped() { in_sandbox loop "$1"; }
	at_once looped scenarios/bridge.ini scenarios/veth-pair.ini tests/scenarios/host.ini
}

refuses() {
	"$B/vnetgen" --dry-run scenarios/veth-pair.ini > /tmp/setup
	"$B/vnetgen" down --dry-run scenarios/veth-pair.ini > /tmp/teardown
	ip netns add blue
	status=0
	sh /tmp/setup 2> /tmp/said || status=$?
	[ $status = 6 ]
	grep -qx '/run/netns/blue is there already: nothing was done' /tmp/said
	[ "$(ls /run/netns)" = blue ]
	sh /tmp/teardown
	[ "$(ls /run/netns)" = blue ] # it is not its own
	ip netns del blue
	sh /tmp/setup
	status=0
	sh /tmp/setup 2> /tmp/said || status=$?
	[ $status = 6 ]
	grep -q 'vnetgen/veth-pair is there already: nothing was done' /tmp/said
	status=0
	"$B/vnetgen" up scenarios/veth-pair.ini 2> /tmp/said || status=$?
	[ $status = 6 ]
	grep -q 'is up already.*by a printed script' /tmp/said
	sh /tmp/teardown
	"$B/vnetgen" up -q scenarios/veth-pair.ini
	status=0
	sh /tmp/teardown 2> /tmp/said || status=$?
	[ $status = 6 ] && [ "$(ls /run/netns | wc -l)" = 2 ]
	"$B/vnetgen" down -q veth-pair
}

@test "setup refuses before its first change when a name is taken; teardown does nothing that is not its own" {
	needs_kernel
	in_sandbox refuses
}

fails() {
	"$B/vnetgen" --dry-run scenarios/bridge.ini > /tmp/setup
	fake 7 'echo "RTNETLINK answers: No buffer space available" >&2; exit 2'
	status=0
	PATH=$FAKES sh /tmp/setup > /tmp/said 2>&1 || status=$?
	[ $status = 2 ]
	cat /tmp/said
}

@test "a setup that fails stops, and says which command it was" {
	needs_kernel
	run in_sandbox fails
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		RTNETLINK answers: No buffer space available
		failed: ip link set veth0-red master br0; the teardown script removes what was made
	END
}

checked() {
	for style in classic compact; do
		"$B/vnetgen" --dry-run --with-checks --style $style "$1" > /tmp/setup
		"$B/vnetgen" down --dry-run --style $style "$1" > /tmp/teardown
		sh /tmp/setup > /tmp/said
		sh /tmp/teardown
	done
	cat /tmp/said
}

@test "--with-checks adds shows and checks, and checks that must fail" {
	needs_kernel
	said() { in_sandbox checked "scenarios/$1.ini" > "$BATS_TEST_TMPDIR/$1"; }
	at_once said router-chain bridge-in-netns veth-pair
	grep -q '100% packet loss' "$BATS_TEST_TMPDIR/bridge-in-netns"
	grep -q '2 received' "$BATS_TEST_TMPDIR/veth-pair"
	sed 's/10.16.0.3$/10.16.0.4/' scenarios/veth-pair.ini > "$BATS_TEST_TMPDIR/wrong.ini"
	vnetgen --dry-run --with-checks "$BATS_TEST_TMPDIR/wrong.ini" > "$BATS_TEST_TMPDIR/setup"
	run -1 in_sandbox sh < "$BATS_TEST_TMPDIR/setup"
}

built_by_script() {
	"$B/vnetgen" --dry-run scenarios/veth-pair.ini | sh
	"$B/vnetgen" -q down veth-pair || echo "status $?"
	ls /run/netns
}

@test "what a printed script built is left to the script that undoes it" {
	needs_kernel
	run in_sandbox built_by_script
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: veth-pair was built by a printed script: 'vnetgen down --dry-run SCENARIO | sh' takes it down
		status 6
		blue
		red
	END
}

# A setup that was killed leaves a mkdir that is still at work.
late_directory() {
	"$B/vnetgen" down --dry-run scenarios/veth-pair.ini > /tmp/teardown
	(sleep 0.2; mkdir -p /run/vnetgen/veth-pair) &
	sh /tmp/teardown
	wait
	[ ! -e /run/vnetgen ]
	sh /tmp/teardown
}

@test "a directory that a killed setup was about to make is not left" {
	needs_kernel
	run in_sandbox late_directory
	[ "$status" -eq 0 ]
	[ "$output" = "veth-pair is not up: only its record was left" ]
}

# A teardown that is killed leaves its last command at work, which removes the record.
# shellcheck disable=SC2317
late_removal() {
	"$B/vnetgen" --dry-run scenarios/veth-pair.ini | sh > /dev/null
	"$B/vnetgen" down --dry-run scenarios/veth-pair.ini > /tmp/teardown
	mkdir /tmp/bin
	printf '#!/bin/sh\nkill -KILL $PPID\nsleep 0.4\nexec /bin/rm "$@"\n' > /tmp/bin/rm
	chmod +x /tmp/bin/rm
	PATH=/tmp/bin:$PATH sh /tmp/teardown || echo "status $?"
	sh /tmp/teardown
	[ ! -e /run/vnetgen ]
}

@test "a record that a killed teardown was about to remove is not left" {
	needs_kernel
	run in_sandbox late_removal
	[ "$status" -eq 0 ]
	[[ $output == *"status 137" ]]
}
