#!/usr/bin/env bats
# What bad input gets.  tests/errors/NAME.ini has mistakes, and NAME.err is the whole of what is said about them; what
# cannot well be a file of the tree is made here.

# shellcheck disable=SC2016,SC2154 # ${x} is for vnetgen or sh to expand; run sets stderr
load helper

# refused FILE NAME: FILE gets what tests/errors/NAME.err says; nothing is printed, and the status is that of a wrong
# scenario.
refused() {
	local status=0
	vnetgen --dry-run "$1" >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" || status=$?
	sed -i "s,$BATS_TEST_TMPDIR/,,; s,$PWD/,," "$BATS_TEST_TMPDIR/stderr"
	diff -u "tests/errors/$2.err" "$BATS_TEST_TMPDIR/stderr"
	[ ! -s "$BATS_TEST_TMPDIR/stdout" ]
	[ "$status" -eq 1 ]
}

# made NAME: as refused(), of a scenario on standard input.
made() {
	cat >"$BATS_TEST_TMPDIR/$1.ini"
	refused "$BATS_TEST_TMPDIR/$1.ini" "$1"
}

# times N TEXT: TEXT, N times.
times() {
	printf "%$1s" '' | sed "s/ /$2/g"
}

@test "each mistake is told in one line, with its place" {
	n=0
	for file in tests/errors/*.ini; do
		name=$(basename "$file" .ini)
		refused "$file" "$name"
		n=$((n + 1))
	done
	[ "$n" -gt 70 ]
}

@test "check and test say the same" {
	for command in check test; do
		run -1 --separate-stderr vnetgen "$command" tests/errors/several.ini
		[ -z "$output" ]
		diff -u tests/errors/several.err <(echo "$stderr")
	done
}

# The texts of a source: its string literals, joined where they stand side by side, that are more than one word.  With
# REPORTED only those of mistakes in scenarios.
texts_of() { # SOURCE [REPORTED]
	awk -v only="${2:-}" '
		function take() { if (text ~ / / && text ~ /[a-z][a-z]/ && (!only || reported)) print text; text = "" }
		{ code = code $0 "\n" }
		END {
			for (i = 1; i <= length(code); i++) {
				two = substr(code, i, 2); c = substr(code, i, 1)
				if (two == "/*") { i += 2; while (substr(code, i, 2) != "*/") i++; i++ }
				else if (c == "'\''") { i += substr(code, i + 1, 1) == "\\" ? 3 : 2 }
				else if (c == "\"") {
					while ((c = substr(code, ++i, 1)) != "\"")
						if (c != "\\") text = text c
						else text = text ((c = substr(code, ++i, 1)) ~ /[a-z]/ ? " " : c)
				} else if (c !~ /[ \t\n]/) {
					take()
					if (substr(code, i) ~ /^(report|pair|section)_(error|warning)\(/) reported = 1
					else if (c == ";") reported = 0
				}
			}
		}' "$1"
}

# What acts is tested where it acts; all else finds mistakes, and says them here, or in tests of its own.
ACTING=" checks common daemons drawing execute idmap json journal kernel list log main mounts pages restore run rundir sandbox spawn tap teardown trust util "

@test "each message of the sources has its test" {
	local source name
	cat tests/errors/*.err tests/*.bats >"$BATS_TEST_TMPDIR/said"
	for source in src/*.c; do
		name=$(basename "$source" .c)
		[[ $ACTING == *" $name "* ]] && texts_of "$source" reported || texts_of "$source"
	done | sort -u |
		# what is no message: commands, bytes, words of ip, what is written to files
		grep -v -e '^sh -c ' -e '^inih cannot' -e '^k=' -e '^ [0-9a-f ]*$' -e '^add ' -e '^::1 ' -e '^ip -netns' -e '^metric ' \
			>"$BATS_TEST_TMPDIR/texts"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/texts")" -gt 200 ]
	missing=
	while IFS= read -r text; do
		pattern=$(printf '%s\n' "$text" | sed 's/[][\.*^$]/\\&/g; s/%[-0-9\\.*]*[zl]*[a-zA-Z]/.*/g; s/%%/%/g')
		grep -q -e "$pattern" "$BATS_TEST_TMPDIR/said" || missing+="$text"$'\n'
	done <"$BATS_TEST_TMPDIR/texts"
	echo "no test has:"$'\n'"$missing"
	[ -z "$missing" ]
}

@test "ranges that make more text than there may be" {
	{
		printf '[check a{1..500000}]\nrun = echo {n} '
		times 2000 x
	} | made range-text
}

@test "NUL bytes" {
	printf '[netns red]\nlo = n\0o\n  what follows is of the same line\nsysctl = a=\n[net\0ns blue]\nlo = maybe\n[netns green]\nlo = maybe\n' | made nul
}

@test "lines of more than 64 KiB" {
	(echo '[scenario]'; echo "title = $(times 65529 x)"; echo '[netns red]'; echo 'lo = perhaps') | made line-long
}

@test "lines of 64 KiB, and values of more in several lines" {
	printf '[scenario]\ntitle = %s\ntext = %s\n  %s\n[netns red]\n' "$(times 65528 x)" "$(times 60000 x)" "$(times 60000 y)" \
		>"$BATS_TEST_TMPDIR/long.ini"
	vnetgen doc --dry-run --diagrams none "$BATS_TEST_TMPDIR/long.ini" >"$BATS_TEST_TMPDIR/out"
	grep -q "x$(times 999 x)" "$BATS_TEST_TMPDIR/out"
	[ "$(wc -c <"$BATS_TEST_TMPDIR/out")" -gt 185528 ]
	grep -qx 'ip netns add red' "$BATS_TEST_TMPDIR/out"
}

@test "no text can do something to the terminal that it is shown on" {
	printf '[netns \033[2Jred]\n[link a\tb]\nmtu = \033]0;x\a\n' | made control
}

@test "more ports than a bridge takes" {
	(printf '[link br0]\ntype = bridge\n'; for i in {1..1025}; do printf '[link dum%s]\ntype = dummy\nmaster = br0\n' "$i"; done) |
		made bridge-ports
}

@test "variables that grow or are stacked without end" {
	(echo '[vars]'; echo "a = $(times 40000 a)"; echo 'b = ${a}${a}'; echo 'c = ${b}${b}'; printf '[netns red]\nroute = ${b}\n') |
		made variable-long
	(echo '[vars]'; echo "a = $(times 60000 a)"; for i in {1..1200}; do echo "v$i = \${a}"; done) | made variable-all
	(echo '[vars]'; for i in {1..150}; do echo "v$i = \${v$((i + 1))}"; done; echo 'v151 = x') | made variable-depth
}

@test "a file whose name is none for a scenario" {
	cp scenarios/veth-pair.ini "$BATS_TEST_TMPDIR/my scenario.ini"
	refused "$BATS_TEST_TMPDIR/my scenario.ini" scenario-file-name
	(echo '[scenario]'; echo name = mine; cat scenarios/veth-pair.ini) >"$BATS_TEST_TMPDIR/my scenario.ini"
	vnetgen --dry-run "$BATS_TEST_TMPDIR/my scenario.ini" | grep -qx 'dir=/run/vnetgen/mine .*'
}

@test "--set of a variable that is not there, or that is ours, or with one that is not there" {
	printf '[vars]\nnet = 10\n[netns red]\nroute = ${net}.0.0.0/8 dev lo\n' >"$BATS_TEST_TMPDIR/set.ini"
	run -1 --separate-stderr vnetgen --dry-run --set ent=1 --set dir=/tmp --set 'net=${nte}' "$BATS_TEST_TMPDIR/set.ini"
	[ -z "$output" ]
	diff -u tests/errors/set-variables.err <(echo "${stderr//"$BATS_TEST_TMPDIR/"/}")
}

@test "directories, missing and unreadable files, devices" {
	unreadable=$BATS_TEST_TMPDIR/unreadable.ini
	(umask 077; echo '[netns red]' >"$unreadable"; chmod 0 "$unreadable")
	mkdir "$BATS_TEST_TMPDIR/dir.ini"
	# root reads everything unless it cannot override permissions
	limit=
	[ "$(id -u)" -ne 0 ] || limit="setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-all"
	# shellcheck disable=SC2086 # words
	while read -r file why; do
		run -1 --separate-stderr $limit "$B/vnetgen" --dry-run "$file"
		[ -z "$output" ]
		echo "$stderr"
		[ "$stderr" = "vnetgen: cannot read $file: $why" ]
	done <<-END
		$BATS_TEST_TMPDIR/dir.ini it is a directory
		$BATS_TEST_TMPDIR/missing.ini No such file or directory
		$unreadable Permission denied
		/dev/null it is no file
	END
}

@test "a pipe is read like a file" {
	mkfifo "$BATS_TEST_TMPDIR/pipe.ini"
	cat scenarios/veth-pair.ini >"$BATS_TEST_TMPDIR/pipe.ini" &
	vnetgen --dry-run "$BATS_TEST_TMPDIR/pipe.ini" >"$BATS_TEST_TMPDIR/out"
	grep -qx 'ip netns add red' "$BATS_TEST_TMPDIR/out"
	wait
}

# same as the plain file, but for its name
reads_like_plain() {
	cat >"$BATS_TEST_TMPDIR/veth-pair.ini"
	vnetgen --dry-run scenarios/veth-pair.ini >"$BATS_TEST_TMPDIR/plain"
	vnetgen --dry-run "$BATS_TEST_TMPDIR/veth-pair.ini" >"$BATS_TEST_TMPDIR/other"
	grep -qx 'ip netns add red' "$BATS_TEST_TMPDIR/other"
	diff -u <(sed 's,scenarios/,,' "$BATS_TEST_TMPDIR/plain") <(sed "s,$BATS_TEST_TMPDIR/,," "$BATS_TEST_TMPDIR/other")
}

@test "a byte order mark, lines of DOS, blanks at ends and a last line without an end do not matter" {
	(printf '\357\273\277'; cat scenarios/veth-pair.ini) | reads_like_plain
	sed 's/$/\r/' scenarios/veth-pair.ini | reads_like_plain
	sed 's/$/ \t/' scenarios/veth-pair.ini | reads_like_plain
	printf %s "$(cat scenarios/veth-pair.ini)" | reads_like_plain
}

@test "an empty file is a scenario of nothing" {
	: >"$BATS_TEST_TMPDIR/empty.ini"
	run -0 --separate-stderr vnetgen --dry-run "$BATS_TEST_TMPDIR/empty.ini"
	[ -z "$stderr" ]
	run ! grep '^ip ' <<<"$output"
}

@test "as many mistakes as a file has lines are told at once" {
	local limit=10
	[ -z "${VALGRIND:-}" ] || limit=300
	for kind in "frobnicate = 1" "route = 10.0.0.300" "no pair" "  nothing" "route = \${none}"; do
		(echo '[netns red]'; yes "$kind"$'\n' | head -n 40000) >"$BATS_TEST_TMPDIR/many.ini"
		status=0
		timeout "$limit" "$B/vnetgen" --dry-run "$BATS_TEST_TMPDIR/many.ini" 2>"$BATS_TEST_TMPDIR/stderr" || status=$?
		[ "$status" -eq 1 ]
		[ "$(wc -l <"$BATS_TEST_TMPDIR/stderr")" -eq 20000 ]
	done
	seq 20000 | sed 's/.*/[link d&]\ntype = dummy\nmaster = b&/' >"$BATS_TEST_TMPDIR/many.ini"
	status=0
	timeout "$limit" "$B/vnetgen" --dry-run "$BATS_TEST_TMPDIR/many.ini" 2>"$BATS_TEST_TMPDIR/stderr" || status=$?
	[ "$status" -eq 1 ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/stderr")" -eq 20000 ]
}
