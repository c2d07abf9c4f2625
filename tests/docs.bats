#!/usr/bin/env bats
# The manual pages and the completion say what the program knows, all of it and nothing else.

load helper

# same A B: two lists, in any order, are the same, and not empty.
same() {
	[ -n "$1" ] && diff <(sort -u <<< "$1") <(sort -u <<< "$2")
}

commands() { vnetgen --help | sed -n 's/^  vnetgen \([a-z-]*\) .*/\1/p' | at_least 4; }
options() { vnetgen --help | grep -oE '^  (-., )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | at_least 13; }

# part FILE HEADING: what stands below .Sh HEADING or .Ss HEADING, to the next heading of either kind.
part() {
	awk -v heading="$2" '/^\.S[hs] / { on = substr($0, 5) == heading; next } on' "$1" | at_least 5
}

@test "the pages are clean" {
	command -v mandoc > /dev/null || cannot "there is no mandoc"
	local page found
	for page in man/*.[1-9]; do
		# other manuals need not be installed here
		found=$(mandoc -T lint -W all "$page" 2> /dev/null | grep -v 'referenced manual not found' || true)
		echo "$found"
		[ -e "$page" ]
		[ -z "$found" ]
	done
}

@test "man has no warning about the pages" {
	command -v man groff > /dev/null || cannot "there is no man with groff"
	local page
	for page in man/*.[1-9]; do
		run -0 --separate-stderr env LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 -Z "$page"
		# shellcheck disable=SC2154 # set by run
		echo "$page: $stderr"
		[ -z "$stderr" ]
		[ "${#lines[@]}" -gt 100 ]
	done
}

@test "pages that pages refer to are there" {
	local names name
	names=$(sed -n 's/^\.Xr \(vnetgen[a-z-]*\) \([1-9]\).*/\1.\2/p' man/* | sort -u | at_least 2)
	for name in $names; do [ -e "man/$name" ]; done
}

@test "vnetgen(1) has each command and option, and no other" {
	same "$(commands)" "$(part man/vnetgen.1 Commands | sed -n 's/^\.It Cm \([a-z-]*\).*/\1/p')"
	same "$(options)" "$(part man/vnetgen.1 Options | sed -n 's/^\.It Fl \([a-z] , \)\{0,1\}-\([a-z-]*\).*/--\2/p')"
}

@test "vnetgen(1) has each exit status, and no other" {
	same "$(sed -n 's/^\tEXIT_[A-Z]* = \([0-9]*\),.*/\1/p' src/run.h | at_least 8)" \
		"$(part man/vnetgen.1 'EXIT STATUS' | sed -n 's/^\.It \([0-9]*\)$/\1/p')"
}

@test "vnetgen(1) has each field of the log, and no other" {
	same "$(grep -oE '(line, |\{ |, )"[a-z_]+"' src/log.c | grep -oE '[a-z_]+"' | tr -d '"' | at_least 16)" \
		"$(part man/vnetgen.1 'The log' | sed -n 's/^\.It Ic //p')"
	# and so has a log
	printf '[netns red]\n[step A]\nshow = echo a\nshow = echo a | cat\n' > "$BATS_TEST_TMPDIR/x.ini"
	"$B/test-sandbox" true || cannot "no sandbox can be made"
	"$B/vnetgen" -q test --sandbox --log "$BATS_TEST_TMPDIR/log" "$BATS_TEST_TMPDIR/x.ini"
	local fields field
	fields=$(grep -oE '[{,]"[a-z_]+":' "$BATS_TEST_TMPDIR/log" | tr -d '{,":' | sort -u | at_least 13)
	for field in $fields; do grep -qx "\.It Ic $field" man/vnetgen.1; done
}

@test "vnetgen(1) has each variable of the environment that is read" {
	local names name
	names=$(sed -n 's/.*getenv("\([A-Z_]*\)").*/\1/p; s/.*kept\[\] = {\(.*\)}.*/\1/p' src/*.c | tr -d '", ' |
		sed 's/HOMETERMUSERLOGNAME/HOME\nTERM\nUSER\nLOGNAME/' | at_least 5)
	for name in $names; do grep -qE "^\.(It )?Ev .*\b$name\b" man/vnetgen.1; done
}

# "SECTION" and "SECTION KEY" for what has an entry of a list in vnetgen-scenario(5); with "all" as its argument, also
# for a key that the text of a section only names.
documented() {
	part man/vnetgen-scenario.5 Sections | awk -v all="$1" '
		/^\.It Ic \[/ { section = $3; gsub(/[][]/, "", section); print section; next }
		/^\.It Ic / || (all && /^\.Ic /) { print section, $(/^\.It/ ? 3 : 2) }'
}

@test "vnetgen-scenario(5) has each section and key, and no other" {
	local words missing unknown
	words=$(vnetgen --list-words | at_least 45)
	missing=$(comm -23 <(sort -u <<< "$words") <(documented all | sort -u))
	unknown=$(comm -13 <(sort -u <<< "$words") <(documented "" | sort -u))
	echo "missing: $missing, unknown: $unknown"
	[ -z "$missing$unknown" ]
}

# The scenarios of the page, and after each of those in EXAMPLES the commands that it says they give.
@test "the examples of vnetgen-scenario(5) give the commands that it shows" {
	awk -v to="$BATS_TEST_TMPDIR" '/^\.Sh/ { heading = $2 } /^\.Bd -literal/ { file = to "/" ++n "." heading; next }
		/^\.Ed/ { file = "" } file { print > file }' man/vnetgen-scenario.5
	local file scenario="" pairs=0 whole=0
	for file in "$BATS_TEST_TMPDIR"/*.[A-Z]*; do
		if grep -q '^\[' "$file"; then
			scenario=$BATS_TEST_TMPDIR/scenario.ini
			cp "$file" "$scenario"
			vnetgen --dry-run "$scenario" > /dev/null
			whole=$((whole + 1))
		elif [[ $file == *EXAMPLES ]]; then
			diff "$file" <(vnetgen --dry-run "$scenario" | grep '^ip ') ||
				diff "$file" <(vnetgen --dry-run --style compact "$scenario" | grep '^ip ')
			pairs=$((pairs + 1))
		fi
	done
	[ "$whole" -eq 5 ]
	[ "$pairs" -eq 3 ]
}

@test "CONTRIBUTING.md has one line for each source file, and no other" {
	# shellcheck disable=SC2016 # those of Markdown
	diff <(printf '%s\n' src/*.c | LC_ALL=C sort | at_least 20) <(sed -n 's/^| `\(src\/[a-z]*\.c\)` | [a-z`].*/\1/p' CONTRIBUTING.md | LC_ALL=C sort)
}

# --- completions ---

# complete WORD...: what bash offers for the last word.
complete_words() {
	bash -c 'compopt() { :; }; complete() { :; }; . completions/vnetgen.bash
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_vnetgen "$1"; printf "%s\n" "${COMPREPLY[@]}"' complete "$B/vnetgen" "$@"
}

@test "bash completes commands, options, styles, scenarios and what is up" {
	[ "$(grep -vxF "$(compgen -d)" <<< "$(complete_words "")" | sort)" = "$(commands | sort)" ]
	[ "$(complete_words --)" = "$(options)" ]
	[ "$(complete_words test --sa)" = --sandbox ]
	[ "$(complete_words --style "")" = $'classic\ncompact' ]
	[ "$(complete_words up scenarios/veth)" = scenarios/veth-pair.ini ]
	[ -z "$(complete_words check Makef)" ]
	[ -z "$(complete_words --set "")" ]
	mkdir -p "$BATS_TEST_TMPDIR/styles"
	cp templates/styles/classic.ini "$BATS_TEST_TMPDIR/styles/mine.ini"
	[ "$(complete_words --templates "$BATS_TEST_TMPDIR" --style m)" = mine ]
}

up_and_complete() {
	mkdir -p /run/vnetgen/red-blue /run/vnetgen/ring
	complete_words down r
}

@test "bash completes names of what is up, after down" {
	"$B/test-sandbox" true || cannot "no sandbox can be made"
	run in_sandbox bash -c "$(declare -f complete_words up_and_complete); up_and_complete"
	echo "$output"
	[ "$output" = $'red-blue\nring' ]
	run in_sandbox bash -c "$(declare -f complete_words); mkdir -p /run/vnetgen/ring; complete_words check r"
	[ -z "$output" ]
}

@test "the completions for bash, zsh and fish have no mistakes that those see" {
	command -v shellcheck > /dev/null || cannot "there is no shellcheck"
	shellcheck -s bash completions/vnetgen.bash
	if command -v zsh > /dev/null; then zsh -n completions/_vnetgen; fi
	if command -v fish > /dev/null; then fish -n completions/vnetgen.fish; fi
}

@test "the first example of the README is what is printed" {
	sed -n '/^```ini$/,/^```$/p' README.md | sed '1d; $d' | sed '/^```/,$d' > "$BATS_TEST_TMPDIR/veth-pair.ini"
	command=$(sed -n 's/^\$ vnetgen --dry-run veth-pair.ini | //p' README.md)
	[ -n "$command" ]
	diff -u <(sed -n '/^```console$/,/^```$/p' README.md | sed -n '/^\$ vnetgen --dry-run veth-pair.ini/,/^```$/p' | sed '1d; $d' | sed '/^[$`]/,$d') \
		<(vnetgen --dry-run "$BATS_TEST_TMPDIR/veth-pair.ini" | eval "$command")
}
