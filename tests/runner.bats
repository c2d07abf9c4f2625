#!/usr/bin/env bats
# What `make check` says, and that Ctrl-C ends all of it: tests/run with tests of its own.
load helper

setup() {
	D=$BATS_TEST_TMPDIR
	mkdir "$D/tmp"
}

# test_file NAME: standard input as a file of tests; bats would take an @test here for one of this file.
test_file() { sed 's/^TEST /@test /' > "$D/$1.bats"; }

@test "each file that has ended is said, with what failed in it, and at the end what was skipped and why" {
	test_file good <<- 'END'
		TEST "holds" { true; }
		TEST "cannot # be" { skip "no hammer"; }
		TEST "two" { skip "no hammer"; }
	END
	test_file bad <<- 'END'
		TEST "fails" { echo "this is why"; false; }
		TEST "holds as well" { true; }
		TEST "no saw here" { skip "no saw: package saw"; }
		TEST "one" { skip "no hammer"; }
	END
	test_file broken <<- 'END'
		TEST "is not closed" { true
	END
	: | test_file empty
	run -1 env JOBS=1 TMPDIR="$D/tmp" tests/run "$D"/{good,bad,broken,empty}.bats
	echo "$output"
	diff -u - <(sed -E "s,[^ ]*/,,; s/ [ 0-9]+\.[0-9] s / TIME /; /^# [^t]|^1\.\./d" <<< "$output") <<- 'END'
		4 test files, 1 at a time
		  1 of 4: TIME  good.bats: 1 passed, 2 skipped
		  2 of 4: TIME  bad.bats: 1 passed, 1 failed, 2 skipped
		not ok 1 fails
		# this is why
		  3 of 4: TIME  broken.bats: 0 passed, 1 failed
		not ok 1 setup_file failed
		  4 of 4: TIME  empty.bats: 0 passed, 1 failed
		skipped: no saw: package saw
		    bad.bats: no saw here
		skipped: no hammer
		    bad.bats: one
		    good.bats: cannot # be; two
		2 passed, 3 failed, 4 skipped
	END
	[ -z "$(ls "$D/tmp")" ]
}

# interrupted SIGNAL: tests/run is, while a test waits that has begun processes of its own, one in another process group
# and deaf to SIGINT.
interrupted() {
	local d=$D/$1 runner pid status=0
	mkdir -p "$d/tmp"
	sed 's/^TEST /@test /' > "$d/endless.bats" <<- END
		TEST "endless" {
			mktemp -d "\$B/runner.\$RUN.XXXXXX"
			sleep 301 3>&- &
			echo \$! >> "$d/pids"
			set -m
			(trap '' INT; sleep 302; sleep 303) 3>&- &
			echo \$! >> "$d/pids"
			touch "$d/here"
			sleep 304
		}
	END
	TMPDIR=$d/tmp env --default-signal tests/run "$d/endless.bats" > "$d/out" 2>&1 3>&- &
	runner=$!
	until [ -e "$d/here" ]; do sleep 0.05; done
	kill -"$1" "$runner"
	wait "$runner" || status=$?
	cat "$d/out"
	[ "$status" -eq $((128 + $(kill -l "$1"))) ]
	while read -r pid; do
		[ ! -e "/proc/$pid" ] || grep -q '^State:.*Z' "/proc/$pid/status"
	done < "$d/pids"
	[ -z "$(ls "$d/tmp")" ]
	run ! compgen -G "$B/*run$runner*"
}

@test "SIGINT, SIGTERM and SIGHUP end all of it, and nothing is left" {
	at_once interrupted INT TERM HUP
}
