#!/usr/bin/env bats
# What is up: list, by the records of up and of printed scripts; and --run-dir, another place for those.
# shellcheck disable=SC2317,SC2016 # functions for inside; text that is expanded there

load helper

setup() {
	needs_kernel
}

# steady TEXT: times and process numbers are the same each time.
steady() {
	sed -E "s/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}/DATE-TIME/; s/process [0-9]+/process N/; s|$PWD/||"
}

shows_what_is_up() {
	printf '[netns x]\n[run]\nrun = sleep 60\n' > /tmp/half.ini
	"$B/vnetgen" list # nothing
	"$B/vnetgen" -q scenarios/veth-pair.ini
	printf '[netns y]\n' > /tmp/a.ini
	"$B/vnetgen" --dry-run /tmp/a.ini > /tmp/setup
	sh /tmp/setup
	"$B/vnetgen" -q /tmp/half.ini &
	until grep -qs '^done' /run/vnetgen/half/journal && pgrep -x sleep > /dev/null; do sleep 0.02; done
	"$B/vnetgen" list
	kill -9 $!
	wait $! || :
	until ! pgrep -x sleep > /dev/null; do sleep 0.02; done
	echo "=="
	setpriv --reuid 7 --regid 7 --clear-groups "$B/vnetgen" list # whoever asks
	"$B/vnetgen" down -q half
	"$B/vnetgen" down -q veth-pair
	"$B/vnetgen" down --dry-run /tmp/a.ini | sh
	"$B/vnetgen" list
	[ ! -e /run/vnetgen ]
}

@test "list has a line for each network: whole, half built, being built, by whom" {
	run in_sandbox shows_what_is_up
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(steady <<< "$output" | grep -v Killed) <<- 'END'
		a          up    DATE-TIME  printed script
		half       busy  DATE-TIME  /tmp/half.ini (process N)
		veth-pair  up    DATE-TIME  scenarios/veth-pair.ini
		==
		a          up          DATE-TIME  printed script
		half       incomplete  DATE-TIME  /tmp/half.ini
		veth-pair  up          DATE-TIME  scenarios/veth-pair.ini
	END
}

half_by_script() {
	"$B/vnetgen" --dry-run scenarios/bridge.ini > /tmp/setup
	"$B/vnetgen" down --dry-run scenarios/bridge.ini > /tmp/teardown
	fake 5 'exit 2'
	PATH=$FAKES sh /tmp/setup 2> /dev/null || :
	"$B/vnetgen" list | awk '{ print $1, $2, $5, $6 }'
	"$B/vnetgen" scenarios/bridge.ini 2>&1 | sed -E 's/since [-0-9]+ [:0-9]+/since TIME/'
	# half taken down is not up either
	sh /tmp/teardown > /dev/null
	sh /tmp/setup
	fake 1 'echo no >&2; exit 2'
	PATH=$FAKES sh /tmp/teardown 2> /dev/null || :
	"$B/vnetgen" list | awk '{ print $1, $2 }'
	sh /tmp/teardown
	"$B/vnetgen" list
	# the same by vnetgen itself
	"$B/vnetgen" -q scenarios/bridge.ini
	fake 2 'echo no >&2; exit 2'
	"$B/vnetgen" down -q --path "$FAKES" bridge 2> /dev/null || :
	"$B/vnetgen" list | awk '{ print $1, $2 }'
	"$B/vnetgen" down -q bridge
}

@test "what a script left half built, and what is half taken down, is incomplete" {
	run in_sandbox half_by_script
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		bridge incomplete printed script
		vnetgen: bridge is half built, since TIME (by a printed script); 'vnetgen down bridge' takes it down
		bridge incomplete
		bridge incomplete
	END
}

elsewhere() {
	host_state > /tmp/before
	printf '[scenario]\nname = e\n[netns red]\n[file note]\n| in ${dir}\n[run]\nrun = cat ${dir}/note > /tmp/said\nundo = rm /tmp/said\n[daemon d]\nrun = sleep 77\n' > /tmp/e.ini
	cd /tmp || exit
	at() { "$here/$B/vnetgen" --run-dir records "$@"; }
	at -q /tmp/e.ini
	[ "$(cat /tmp/said)" = "in /tmp/records/e" ]
	ls /tmp/records/e
	[ ! -e /run/vnetgen ]
	[ -z "$("$here/$B/vnetgen" list)" ]
	at list | awk '{ print $1, $2, $5 }'
	at check /tmp/e.ini
	"$here/$B/vnetgen" check /tmp/e.ini 2>&1 || echo "status $?"
	at down --dry-run e | grep -c /tmp/records
	at -q down e
	at --dry-run /tmp/e.ini > /tmp/setup
	at down --dry-run /tmp/e.ini > /tmp/teardown
	! grep -n /run/vnetgen /tmp/setup /tmp/teardown || exit 1
	sh /tmp/setup
	at list | awk '{ print $1, $2, $5, $6 }'
	[ "$(cat /tmp/said)" = "in /tmp/records/e" ]
	sh /tmp/teardown > /dev/null
	[ -d /tmp/records ] && [ -z "$(ls /tmp/records)" ] # what others may have made stays
	[ -z "$(pgrep -x sleep)" ]
	host_state | diff -u /tmp/before -
}

@test "--run-dir is the place of records, of \${dir}, and of printed scripts" {
	here=$PWD
	run in_sandbox bash -c "here='$here'; $(declare -f elsewhere host_state network_state); set -eu; elsewhere"
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		d.log
		journal
		note
		e up /tmp/e.ini
		1..0
		vnetgen: e is not up: 'vnetgen up /tmp/e.ini' builds it, 'vnetgen test' builds, checks and takes it down
		status 6
		3
		e up printed script
	END
}

# In a directory that has other things in it.
among_others() {
	mkdir -p /tmp/mine/precious /tmp/mine/empty
	echo x > /tmp/mine/precious/file
	at() { "$B/vnetgen" --run-dir /tmp/mine/ "$@" || echo "status $?"; }
	at down precious
	at down --dry-run precious
	at list
	printf '[scenario]\nname = precious\n[netns red]\n' > /tmp/p.ini
	at up /tmp/p.ini
	cat /tmp/mine/precious/file
}

@test "a directory that is no record is not taken for one, and nothing in it is removed" {
	run in_sandbox among_others
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output" | sed -E 's/ +-  -$//') <<- 'END'
		vnetgen: /tmp/mine/precious is no record of a network
		status 6
		vnetgen: /tmp/mine/precious is no record of a network
		status 6
		empty  incomplete
		vnetgen: /tmp/mine/precious is no record of a network
		status 6
		x
	END
}

# Where others could put a record of theirs, or change ours.
untrusted() {
	printf '[netns red]\n' > /tmp/t.ini
	at() { "$B/vnetgen" --run-dir "$@" /tmp/t.ini || echo "status $?"; }
	mkdir -m 777 /tmp/open
	mkdir /tmp/theirs /tmp/file
	chown 7 /tmp/theirs
	: > /tmp/file/x
	ln -s /tmp/open /tmp/link
	mkdir -m 1777 /tmp/sticky
	at /tmp/open
	at /tmp/open/below
	at /tmp/theirs
	at /tmp/theirs/below
	at /tmp/link/below
	at /tmp/file/x
	at /tmp/none/below
	# where it is sticky, ours is ours, and theirs is theirs
	at /tmp/sticky -q
	"$B/vnetgen" -q --run-dir /tmp/sticky down t
	mkdir /tmp/sticky/t
	: > /tmp/sticky/t/journal
	chown 7 /tmp/sticky/t
	"$B/vnetgen" --run-dir /tmp/sticky down t || echo "status $?"
	# the standard one as well
	mkdir /run/vnetgen
	chmod 777 /run/vnetgen
	"$B/vnetgen" /tmp/t.ini || echo "status $?"
	[ -z "$(ls /run/netns 2> /dev/null)" ]
}

@test "a place for records that others can change is refused, and said which" {
	[ "$(id -u)" -eq 0 ] || skip "a sandbox of an ordinary user may have one id only"
	run in_sandbox untrusted
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: all may write in /tmp/open, and so change what is in /tmp/open
		status 6
		vnetgen: all may write in /tmp/open, and so change what is in /tmp/open/below
		status 6
		vnetgen: /tmp/theirs belongs to another user (7), who could change what is in /tmp/theirs
		status 6
		vnetgen: /tmp/theirs belongs to another user (7), who could change what is in /tmp/theirs/below
		status 6
		vnetgen: all may write in /tmp/open, and so change what is in /tmp/link/below
		status 6
		vnetgen: /tmp/file/x is not a directory
		status 6
		vnetgen: cannot make /tmp/none/below: No such file or directory
		status 6
		vnetgen: /tmp/sticky/t belongs to another user (7)
		status 6
		vnetgen: all may write in /run/vnetgen, and so change what is in /run/vnetgen
		status 6
	END
}
