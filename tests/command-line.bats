#!/usr/bin/env bats
# The command line: what is wrong with it is said in one line, and nothing is done.

# shellcheck disable=SC2154 # run sets stderr
load helper

# says STATUS LINE ARG...: vnetgen ARG... ends with STATUS, and LINE is all that it says.
says() {
	local status_wanted=$1 line=$2
	shift 2
	run vnetgen "$@"
	echo "vnetgen $*: $status, $output"
	[ "$status" -eq "$status_wanted" ]
	[ "$output" = "vnetgen: $line" ]
}

@test "a wrong command line is told what is wrong with it" {
	local hint="; 'vnetgen --help' lists what there is"
	says 2 "a scenario is missing$hint"
	says 2 "'frobnicate' is no command, and no scenario file (NAME.ini)$hint" frobnicate
	says 2 "SCENARIO is missing after up$hint" up
	says 2 "one SCENARIO at a time for check$hint" check a.ini b.ini
	says 2 "test has no --dry-run$hint" test --dry-run a.ini
	says 2 "--with-checks goes with --dry-run; 'test' builds and runs the checks$hint" --with-checks a.ini
	says 2 "'--frobnicate' is no option, or short for more than one$hint" --frobnicate a.ini
	says 2 "'-Q' is no option, or short for more than one$hint" -Q a.ini
	says 2 "'--s' is no option, or short for more than one$hint" --s a.ini
	says 2 "'--set' needs an argument$hint" a.ini --set
	says 2 "'--dry-run=yes' takes no argument$hint" --dry-run=yes a.ini
	says 2 "--set takes NAME=VALUE$hint" --set x a.ini
	says 2 "--set takes NAME=VALUE$hint" --set =x a.ini
	says 2 "down has no --keep$hint" down --keep veth-pair
	says 2 "'-x' is no name of a scenario: that has letters, digits, '.', '_', '-', and begins with a letter or digit" down -- -x
	says 1 "cannot read there/is/none.ini: No such file or directory" --dry-run there/is/none.ini
	says 1 "cannot read scenarios/: it is a directory" --dry-run scenarios/
}

@test "a style that is not there" {
	says 2 "there is no styles/classy.ini in $PWD/templates; there are classic and compact" \
		--dry-run --style classy scenarios/veth-pair.ini
	says 2 "there is no '../styles/classic'; there are classic and compact" \
		--dry-run --style ../styles/classic scenarios/veth-pair.ini
	# the scenario's own mistakes are told as well
	run -1 --separate-stderr vnetgen --dry-run --style classy tests/errors/bool.ini
	[ "$stderr" = "$(cat tests/errors/bool.err)" ]
}

@test "templates that are not there" {
	says 2 "--templates $BATS_TEST_TMPDIR/none: No such file or directory" \
		--dry-run --templates "$BATS_TEST_TMPDIR/none" scenarios/veth-pair.ini
	says 2 "--templates Makefile: Not a directory" --dry-run --templates Makefile scenarios/veth-pair.ini
}

@test "a style with a mistake is told by its own line" {
	mkdir -p "$BATS_TEST_TMPDIR/styles"
	own=$BATS_TEST_TMPDIR/styles/mine.ini
	printf '[style]\ncreate = moved\nip = {{#netns}ip\n' >"$own"
	run -1 --separate-stderr vnetgen --dry-run --templates "$BATS_TEST_TMPDIR" --style mine scenarios/veth-pair.ini
	[ -z "$output" ]
	[ "$stderr" = "vnetgen: $own:3: a tag that begins with '{{#netns}ip' is not closed by '}}'" ]
	printf '[style]\ncreate = moved\nlink up\n' >"$own"
	run -1 --separate-stderr vnetgen --dry-run --templates "$BATS_TEST_TMPDIR" --style mine scenarios/veth-pair.ini
	[ "$stderr" = "vnetgen: $own:3: [style] 'link up' is no KEY = VALUE: it has no '='" ]
	printf '[style]\ncreate = moved\n' >"$own"
	run -1 --separate-stderr vnetgen --dry-run --templates "$BATS_TEST_TMPDIR" --style mine scenarios/veth-pair.ini
	[ "$stderr" = "vnetgen: $own: [style] has no 'netns-add'" ]
}

@test "--help says which styles there are, the user's own too" {
	mkdir -p "$BATS_TEST_TMPDIR/styles"
	cp templates/styles/compact.ini "$BATS_TEST_TMPDIR/styles/mine.ini"
	vnetgen --help | grep -q 'STYLE .*there are classic and compact$'
	vnetgen --templates "$BATS_TEST_TMPDIR" --help | grep -q 'STYLE .*there are classic, compact and mine$'
}

@test "steps of checks alone have a title" {
	vnetgen --dry-run --with-checks scenarios/router-chain.ini | grep -x '# step 7 of 7: See that packets get through'
}

# What a printed script made is not in the record: without the scenario nobody knows it.
@test "down --dry-run NAME of what a script built does not pretend" {
	needs_sandbox
	# shellcheck disable=SC2016 # expanded inside
	run in_sandbox sh -c 'mkdir -p /run/vnetgen/x; : >/run/vnetgen/x/script; exec "$B/vnetgen" down --dry-run x'
	echo "$output"
	[ "$status" -eq 6 ]
	[ "$output" = "vnetgen: x was built by a printed script: give the scenario instead of its name" ]
}

@test "numbers of the log are as short as they can be" {
	needs_kernel
	vnetgen -q test --sandbox --log "$BATS_TEST_TMPDIR/log" scenarios/veth-pair.ini
	[ "$(grep -c duration "$BATS_TEST_TMPDIR/log")" -gt 10 ]
	run ! grep -E '[0-9]\.[0-9]{7}' "$BATS_TEST_TMPDIR/log"
}

@test "what a command does not take, or cannot do, is said with what it does" {
	run -2 vnetgen list x
	[ "$output" = "vnetgen: list takes no argument; 'vnetgen --help' lists what there is" ]
	run -2 vnetgen doc --diagrams sometimes scenarios/veth-pair.ini
	[ "$output" = "vnetgen: --diagrams takes once, each or none; 'vnetgen --help' lists what there is" ]
	run -2 vnetgen list --run-dir "/tmp/a b"
	[ "$output" = "vnetgen: --run-dir takes a directory without blanks and quotes in its name: it stands in commands; 'vnetgen --help' lists what there is" ]
	run -6 vnetgen down --dry-run nosuch
	[ "$output" = "vnetgen: nosuch is not up" ]
	run -6 vnetgen up --sandbox scenarios/veth-pair.ini
	[[ $output = *"'vnetgen test --sandbox scenarios/veth-pair.ini' builds, checks and removes it" ]]
	run -1 vnetgen down tests/errors/several.ini
	[ "${lines[-1]}" = "vnetgen: the record is all that 'vnetgen down NAME' needs: it goes without the file" ]
}

@test "pictures are not for terminals, and pages that cannot be written are an error" {
	run -2 script -qec "$B/vnetgen graph --format png scenarios/veth-pair.ini" /dev/null
	[[ $output = "vnetgen: png is nothing for a terminal: say '-o FILE', or redirect it"* ]]
	run -7 sh -c '"$B/vnetgen" doc --dry-run scenarios/veth-pair.ini > /dev/full'
	[ "$output" = "vnetgen: what was to be printed could not be written" ]
	run -6 vnetgen doc --dry-run --format html --path /nonexistent scenarios/veth-pair.ini
	[ "${lines[0]}" = "vnetgen: svg is drawn by Graphviz, and there is no program 'dot' in /nonexistent: install the package graphviz, or take --format dot or mermaid" ]
	[ "${lines[1]}" = "vnetgen: --diagrams none writes the page without" ]
}

@test "when dot fails, its first line is told" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\necho "dot: no memory" >&2\necho "nothing drawn" >&2\nexit 3\n' > "$BATS_TEST_TMPDIR/bin/dot"
	chmod +x "$BATS_TEST_TMPDIR/bin/dot"
	run -6 vnetgen graph --format svg --path "$BATS_TEST_TMPDIR/bin:/usr/bin:/bin" scenarios/bridge.ini
	[ "$output" = "vnetgen: dot -Tsvg: exit status 3: dot: no memory" ]
}

@test "an option that a command has no use for is refused" {
	local words
	while read -r words; do
		# shellcheck disable=SC2086 # words
		run -2 vnetgen $words
		[ "$output" = "vnetgen: ${words%% *} has no $(grep -o -- '--[a-z-]*' <<< "$words"); 'vnetgen --help' lists what there is" ]
	done <<- 'END'
		list --set a=b
		list --style x
		list --templates templates
		list --path /bin
		list --timeout 3s
		list --log x
		list --verbose
		view --log x scenarios/bridge.ini
		view --path /bin scenarios/bridge.ini
		graph --timeout 3s scenarios/bridge.ini
		graph --log x scenarios/bridge.ini
		lint --keep scenarios/bridge.ini
	END
	[ ! -e x ]
}

@test "a log is emptied when commands are run, and not before" {
	local log=$BATS_TEST_TMPDIR/log command
	echo old > "$log"
	while read -r command; do
		# shellcheck disable=SC2086 # words
		run ! vnetgen $command
		[ "$(cat "$log")" = old ]
	done <<- END
		up --log $log nofile.ini
		up --log $log tests/errors/several.ini
		test --sandbox --log $log nofile.ini
		check --log $log tests/errors/several.ini
		down --log $log nofile.ini
		down --log $log -/-
		doc --log $log scenarios/bridge.ini nofile.ini
		lint --kernel --log $log nofile.ini
	END
	vnetgen up --dry-run --log "$log" scenarios/bridge.ini > /dev/null
	vnetgen doc --dry-run --log "$log" scenarios/bridge.ini > /dev/null
	[ "$(cat "$log")" = old ]
	needs_sandbox
	printf '[netns red]\n' > "$BATS_TEST_TMPDIR/x.ini"
	vnetgen test -q --sandbox --log "$log" "$BATS_TEST_TMPDIR/x.ini"
	run ! grep old "$log"
	grep -q '"ip netns add red"' "$log"
}

@test "what is no UTF-8 is U+FFFD in what view prints" {
	printf '[scenario]\ntitle = a\xffb\n[netns red]\n' > "$BATS_TEST_TMPDIR/x.ini"
	[ "$(vnetgen view "$BATS_TEST_TMPDIR/x.ini" | jq -r .title)" = "$(printf 'a\xef\xbf\xbdb')" ]
	[ "$(vnetgen view "$BATS_TEST_TMPDIR/x.ini" | jq '[.. | select(. == null)] | length')" -eq 0 ]
}
