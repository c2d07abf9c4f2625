#!/usr/bin/env bats
# The command line: what it refuses, and what it prints of itself.

load helper

# usage_error HINT ARG...: status 2, nothing on standard output, HINT alone on standard error.
usage_error() {
	hint=$1
	shift
	run -2 --separate-stderr vnetgen "$@"
	[ -z "$output" ]
	diff -u <(echo "vnetgen: $hint") <(echo "$stderr")
}

see="'vnetgen --help' lists what there is"

@test "mistakes on the command line" {
	usage_error "a scenario is missing; $see"
	usage_error "SCENARIO is missing after test; $see" test
	usage_error "one SCENARIO at a time for up; $see" scenarios/veth-pair.ini scenarios/bridge.ini
	usage_error "one SCENARIO|NAME at a time for down; $see" down one two
	usage_error "'biuld' is no command, and no scenario file (NAME.ini); $see" biuld scenarios/veth-pair.ini
	usage_error "'--dryrun': no such option, or its argument is missing; $see" --dryrun scenarios/veth-pair.ini
	usage_error "'-x': no such option, or its argument is missing; $see" -x scenarios/veth-pair.ini
	usage_error "'--style': no such option, or its argument is missing; $see" scenarios/veth-pair.ini --style
	usage_error "down has no --keep; $see" down --keep veth-pair
	usage_error "check has no --dry-run; $see" check --dry-run scenarios/veth-pair.ini
	usage_error "--with-checks goes with --dry-run; 'test' builds and runs the checks; $see" --with-checks scenarios/veth-pair.ini
	usage_error "--set takes NAME=VALUE; $see" --dry-run --set name scenarios/veth-pair.ini
	usage_error "--set takes NAME=VALUE; $see" --dry-run --set =value scenarios/veth-pair.ini
	usage_error "'-x' is no name of a scenario: that has letters, digits, '.', '_', '-', and begins with a letter or digit" \
		down -- -x
}

@test "a style that is not there" {
	usage_error "there is no styles/classy.ini in $PWD/templates; there are classic and compact" \
		--dry-run --style classy scenarios/veth-pair.ini
	usage_error "there is no '../styles/classic'; there are classic and compact" \
		--dry-run --style ../styles/classic scenarios/veth-pair.ini
	# the scenario's own mistakes are told as well
	run -1 --separate-stderr vnetgen --dry-run --style classy tests/errors/bool.ini
	[ "$stderr" = "$(sed 's,^,tests/errors/,' tests/errors/bool.err)" ]
}

@test "templates that are not there" {
	usage_error "--templates $BATS_TEST_TMPDIR/none: No such file or directory" \
		--dry-run --templates "$BATS_TEST_TMPDIR/none" scenarios/veth-pair.ini
	usage_error "--templates Makefile: Not a directory" --dry-run --templates Makefile scenarios/veth-pair.ini
}

@test "a style with a mistake is told by its own line" {
	mkdir -p "$BATS_TEST_TMPDIR/styles"
	own=$BATS_TEST_TMPDIR/styles/mine.ini
	printf '[style]\ncreate = moved\nip = {{#netns}ip\n' >"$own"
	run -1 --separate-stderr vnetgen --dry-run --templates "$BATS_TEST_TMPDIR" --style mine scenarios/veth-pair.ini
	[ -z "$output" ]
	[ "$stderr" = "vnetgen: $own:3:1: a tag that begins with '{{#netns}ip' is not closed by '}}'" ]
	printf '[style]\ncreate = moved\nlink up\n' >"$own"
	run -1 --separate-stderr vnetgen --dry-run --templates "$BATS_TEST_TMPDIR" --style mine scenarios/veth-pair.ini
	[ "$stderr" = "vnetgen: $own:3: [style] 'link up' is no KEY = VALUE: it has no '='" ]
	printf '[style]\ncreate = moved\n' >"$own"
	run -1 --separate-stderr vnetgen --dry-run --templates "$BATS_TEST_TMPDIR" --style mine scenarios/veth-pair.ini
	[ "$stderr" = "vnetgen: $own: [style] has no 'netns-add'" ]
}

@test "help and version" {
	run -0 --separate-stderr vnetgen --help
	[ -z "$stderr" ]
	[[ "$output" = *"vnetgen up"*"--dry-run"* ]]
	[ "$(vnetgen -h)" = "$output" ]
	run -0 --separate-stderr vnetgen --version
	[[ "$output" =~ ^vnetgen\ [0-9]+\.[0-9]+ ]]
	[ -z "$stderr" ]
}

@test "what cannot be printed is an error" {
	[ -c /dev/full ] || skip "there is no /dev/full"
	# shellcheck disable=SC2016 # expanded inside
	run -7 sh -c '"$B/vnetgen" --dry-run scenarios/veth-pair.ini 2>&1 >/dev/full'
	[ "$output" = "vnetgen: what was to be printed could not be written" ]
}
