#!/usr/bin/env bats
# Daemons of a network, and commands that run while a check waits.
load helper

# shellcheck disable=SC2317 # called in sandboxes
with_daemons() {
	cat << 'END'
[scenario]
name = daemons
[netns red]
[daemon first]
netns = red
run = sh -c 'echo one; echo two >&2; sleep 0.3; touch /tmp/up; exec sleep 1000'
ready = test -e /tmp/up
within = 5s
[daemon second]
run = sh -c 'test -e /tmp/up || exit 9; exec sleep 1001'
[check both run in their namespaces]
run = ip netns pids red | wc -l
match = ^1$
END
}

# shellcheck disable=SC2317
processes() {
	pgrep -c sleep || :
}

# shellcheck disable=SC2317
lives_and_dies() {
	with_daemons > /tmp/daemons.ini
	"$B/vnetgen" up /tmp/daemons.ini > /tmp/out
	grep -qE 'process [0-9]+, log in /run/vnetgen/daemons/first.log' /tmp/out
	printf 'one\ntwo\n' | diff - /run/vnetgen/daemons/first.log
	[ "$(processes)" = 2 ]
	"$B/vnetgen" check /tmp/daemons.ini > /dev/null
	"$B/vnetgen" down daemons > /tmp/out
	grep -qE 'kill -- -[0-9]+' /tmp/out
	[ "$(processes)" = 0 ] && [ ! -e /run/vnetgen ]
	# the scripts do the same
	rm /tmp/up
	"$B/vnetgen" up --dry-run /tmp/daemons.ini > /tmp/setup.sh
	"$B/vnetgen" down --dry-run /tmp/daemons.ini > /tmp/teardown.sh
	sh /tmp/setup.sh
	printf 'one\ntwo\n' | diff - /run/vnetgen/daemons/first.log
	[ "$(processes)" = 2 ]
	sh /tmp/teardown.sh
	[ "$(processes)" = 0 ] && [ ! -e /run/vnetgen ] && [ -z "$(ip netns)" ]
}

@test "daemons start in order, run until the teardown, and log" {
	needs_kernel
	in_sandbox lives_and_dies
}

# A process of the same number, but another one, is left alone.
# shellcheck disable=SC2317
knows_its_own() {
	printf '[scenario]\nname = d\n[daemon d]\nrun = sleep 1000\n' > /tmp/d.ini
	"$B/vnetgen" up -q /tmp/d.ini
	sleep 1001 &
	sed -i -E "s/^runs 0 [0-9]+ /runs 0 $! /; s/kill -- -[0-9]+/kill -- -$!/" /run/vnetgen/d/journal
	"$B/vnetgen" down -q d
	kill -0 $!
}

@test "a process that only has the number of a daemon is left alone" {
	needs_kernel
	in_sandbox knows_its_own
}

# shellcheck disable=SC2317
killed_at_work() {
	# shellcheck disable=SC2016 # the shell of `ready` has vnetgen as its parent
	printf '[scenario]\nname = d\n[netns a]\n[daemon d]\nnetns = a\nrun = sleep 1000\nready = kill -9 $PPID\n' > /tmp/d.ini
	"$B/vnetgen" up -q /tmp/d.ini || :
	[ "$(processes)" = 1 ] && [ -e /run/vnetgen/d ]
	"$B/vnetgen" down -q d
	[ "$(processes)" = 0 ] && [ ! -e /run/vnetgen ]
}

@test "killed while it waits for a daemon, down ends it" {
	needs_kernel
	in_sandbox killed_at_work
}

# What a run made for a daemon is undone after it, and what a run did with its help before.
# shellcheck disable=SC2317
between_runs() {
	cat > /tmp/d.ini <<- 'END'
		[scenario]
		name = d
		[run]
		run = mkdir ${dir}/for-it
		undo = rm -rf ${dir}/for-it
		[step]
		[daemon d]
		run = sh -c 'while :; do mkdir -p ${dir}/for-it; done'
		[run]
		run = true
		undo = pgrep -f '[w]hile.*for-it' > /dev/null || echo no daemon > /tmp/wrong
	END
	"$B/vnetgen" up -q /tmp/d.ini
	"$B/vnetgen" down -q d
	"$B/vnetgen" up --dry-run /tmp/d.ini > /tmp/setup.sh
	"$B/vnetgen" down --dry-run /tmp/d.ini > /tmp/teardown.sh
	sh /tmp/setup.sh
	sh /tmp/teardown.sh
	[ ! -e /run/vnetgen ] && [ ! -e /tmp/wrong ]
}

@test "runs and daemons are undone backwards, whichever comes after which" {
	needs_kernel
	in_sandbox between_runs
}

# shellcheck disable=SC2317
stubborn() {
	printf '[scenario]\nname = d\n[daemon d]\nrun = sh -c "trap : TERM; while :; do sleep 0.1; done"\n' > /tmp/d.ini
	"$B/vnetgen" up -q /tmp/d.ini
	"$B/vnetgen" down d | grep -qE 'kill -s KILL -- -[0-9]+'
	[ "$(processes)" = 0 ] && [ ! -e /run/vnetgen ]
}

@test "one that does not heed TERM gets KILL" {
	needs_kernel
	in_sandbox stubborn
}

@test "one that ends early fails the build, with its last lines, and all is undone" {
	needs_kernel
	run in_sandbox early
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") << 'END'
vnetgen: /tmp/d.ini:4: the daemon d has ended: exit status 3; a daemon stays in the foreground. Its last lines in /run/vnetgen/d/d.log:
  line 3
  line 4
  line 5
  line 6
  line 7
  line 8
  line 9
  line 10
  line 11
  line 12
vnetgen: undoing what was done
vnetgen: all of it is undone
3
the daemon d has ended; its last lines in /run/vnetgen/d/d.log:
line 3
line 4
line 5
line 6
line 7
line 8
line 9
line 10
line 11
line 12
failed: d sh -c for i in $(seq 12); do echo line $i; done; exit 3; the teardown script removes what was made
1
END
}

# shellcheck disable=SC2317
early() {
	# shellcheck disable=SC2016
	printf '[scenario]\nname = d\n[netns a]\n[daemon d]\nrun = for i in $(seq 12); do echo line $i; done; exit 3\n' > /tmp/d.ini
	"$B/vnetgen" up -q /tmp/d.ini 2>&1 || echo $?
	[ ! -e /run/vnetgen ]
	"$B/vnetgen" up --dry-run /tmp/d.ini > /tmp/setup.sh
	"$B/vnetgen" down --dry-run /tmp/d.ini > /tmp/teardown.sh
	sh /tmp/setup.sh 2>&1 || echo $?
	sh /tmp/teardown.sh
	[ ! -e /run/vnetgen ]
}

# shellcheck disable=SC2317
later() {
	printf '[scenario]\nname = d\n[daemon d]\nrun = sleep 0.5\n[daemon e]\nrun = sleep 1000\nready = sleep 1\n' > /tmp/d.ini
	"$B/vnetgen" up -q /tmp/d.ini 2>&1 || echo $?
	[ "$(processes)" = 0 ]
	printf '[scenario]\nname = d\n[daemon d]\nrun = sleep 1000\nready = false\nwithin = 300ms\n' > /tmp/d.ini
	"$B/vnetgen" up -q /tmp/d.ini 2>&1 || echo $?
	[ "$(processes)" = 0 ]
}

@test "one that ends while others start, or is not ready in time, fails the build" {
	needs_kernel
	run in_sandbox later
	[ "$status" -eq 0 ]
	[[ $output == *"the daemon d has ended: exit status 0"*"all of it is undone"*"the daemon d was not ready within 0.3 s: 'false': exit status 1"* ]]
}

# shellcheck disable=SC2317
triggers() {
	cat > /tmp/t.ini << 'END'
[scenario]
name = t
[netns red]
[check it waits when it has printed a line]
run = sh -c 'echo waiting; for i in 1 2 3 4 5 6 7 8 9; do sleep 0.2; test ! -e /tmp/a || exit 0; done; exit 1'
trigger = red: test -d /sys/class/net/lo
trigger = : touch /tmp/a
[check or after a second]
run = sh -c 'sleep 2; test -e /tmp/b'
trigger = red: touch /tmp/b
END
	"$B/vnetgen" test /tmp/t.ini > /tmp/out
	grep -c '^        + ' /tmp/out
	grep '^        + ' /tmp/out
	"$B/vnetgen" up --with-checks --dry-run /tmp/t.ini > /tmp/setup.sh
	rm /tmp/a /tmp/b
	sh /tmp/setup.sh
	[ -e /tmp/a ] && [ -e /tmp/b ]
}

@test "triggers run once the command of a check waits" {
	needs_kernel
	run in_sandbox triggers
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") << 'END'
3
        + ip netns exec red test -d /sys/class/net/lo
        + touch /tmp/a
        + ip netns exec red touch /tmp/b
END
}

@test "daemons and triggers that cannot be are told with what could" {
	printf '[netns a]\n[daemon a b]\nrun = x\n[daemon d]\nwithin = 2s\n[daemon d]\nrun = x\nnetns = b\n[check]\nrun = x\ntrigger = ping 1\ntrigger = b: x\ntrigger = a:\n' > "$BATS_TEST_TMPDIR/d.ini"
	run vnetgen --dry-run "$BATS_TEST_TMPDIR/d.ini"
	[ "$status" -eq 1 ]
	# shellcheck disable=SC2001 # of each line
	diff -u - <(sed 's/^[^:]*://' <<< "$output") << 'END'
2: [daemon a b] the name 'a b' is more than letters, digits, '.', '_', '-', beginning with a letter or digit
4: [daemon d] a 'run' is missing: the command
5: [daemon d] within: is for a 'ready', which is missing
6: [daemon d] line 4 has a daemon of that name
8: [daemon d] netns: no [netns b] in this file
11: [check] trigger: 'ping 1' is not NETNS: COMMAND
12: [check] trigger: no [netns b] in this file
13: [check] trigger: 'a:' is not NETNS: COMMAND
END
}
