#!/usr/bin/env bats
# Texts that are extreme: what they take of time and memory is bounded, and what is wrong is said.

# shellcheck disable=SC2016,SC2154 # ${x} is for vnetgen to expand; run sets stderr
load helper

setup() {
	ini=$BATS_TEST_TMPDIR/extreme.ini
}

# within MEGABYTES SECONDS COMMAND...: it takes no more memory, and no more of a processor.
within() {
	(
		# sanitizers and valgrind reserve more than they take
		nm "$B/vnetgen" | grep -q __asan_ || [ -n "${VALGRIND:-}" ] || { ulimit -v $(($1 << 10)) && ulimit -t "$2"; }
		shift 2
		"$@"
	)
}

# says LINE: that the scenario is wrong, and nothing else; in 400 MB and 20 s
says() {
	local status=0
	within 400 20 "$B/vnetgen" --dry-run "$ini" > "$BATS_TEST_TMPDIR/out" 2> "$BATS_TEST_TMPDIR/err" || status=$?
	head -c 1000 "$BATS_TEST_TMPDIR/err"
	[ "$status" -eq 1 ]
	[ ! -s "$BATS_TEST_TMPDIR/out" ]
	[ "$(sed "s,^.*$ini:,," "$BATS_TEST_TMPDIR/err")" = "$1" ]
}

# times N TEXT: TEXT, N times.
times() {
	head -c "$1" /dev/zero | sed "s/\\x0/$2/g"
}

@test "a scenario of a million lines" {
	awk 'BEGIN {
		print "[scenario]\ntext = one"
		for (i = 0; i < 400000; i++) print "  line of it"
		print "[netns red]\nlo = no"
		for (i = 0; i < 590000; i++) print "# " i
		for (i = 0; i < 9000; i++) printf "route = 10.%d.%d.%d dev lo\n", i / 65536, i / 256 % 256, i % 256
	}' > "$ini"
	[ "$(wc -l < "$ini")" -eq 999004 ]
	within 400 20 "$B/vnetgen" --dry-run "$ini" > "$BATS_TEST_TMPDIR/out"
	[ "$(grep -c '^ip netns exec red ip route add ' "$BATS_TEST_TMPDIR/out")" -eq 9000 ]
}

@test "100,000 mistakes are told, each" {
	(echo '[netns red]'; yes 'frobnicate = 1' | head -n 100000) > "$ini"
	local status=0
	within 400 20 "$B/vnetgen" --dry-run "$ini" 2> "$BATS_TEST_TMPDIR/err" || status=$?
	[ "$status" -eq 1 ]
	[ "$(wc -l < "$BATS_TEST_TMPDIR/err")" -eq 100000 ]
	[[ "$(tail -n 1 "$BATS_TEST_TMPDIR/err")" == "$ini:100001: [netns red] frobnicate: there is no such key; "* ]]
}

@test "a range of 10^12" {
	echo '[netns h{1..1000000000000}]' > "$ini"
	says '1: [netns h{1..1000000000000}] this makes 1000000000000 sections; ranges may make 1000000 in all'
}

@test "variables that each have the one before ten times" {
	(echo '[vars]'; echo 'a0 = lol'; for i in {1..60}; do echo "a$i = $(times 10 "\${a$((i - 1))}")"; done) > "$ini"
	says '7: [vars] a5: longer than 64 KiB when its variables are put in'
}

@test "a variable of 60,000 bytes in each of 100,000 lines" {
	(echo '[vars]'; echo "a = $(times 60000 a)"; seq 100000 | sed 's/.*/v& = ${a}/') > "$ini"
	says '1121: [vars] v1119: with the variables put in, the values up to this one take more than 64 MiB'
}

@test "a variable of 60,000 bytes in each section of a range" {
	(echo '[vars]'; echo "a = $(times 60000 a)"; echo '[check c{1..20000}]'; echo 'run = echo ${a}') > "$ini"
	says '4: [check c1119] run: with the variables put in, the values up to this one take more than 64 MiB'
}

@test "expressions that libc would take all memory for, or end at" {
	for match in 'a{1,32767}{1,32767}' '((((a{1,100}){1,100}){1,100}){1,100})' "$(times 30000 'a?')"; do
		printf '[check x]\nrun = true\nmatch = %s\n' "$match" > "$ini"
		says "3: [check x] match: '$(head -c 40 <<< "$match" | head -n 1)$([ ${#match} -lt 41 ] || echo ...)' is too large: more than 2000 parts, with what {M,N} repeats written out"
	done
	printf '[check x]\nrun = true\nmatch = %s\n' "$(times 60000 '(')" > "$ini"
	says "3: [check x] match: '$(times 40 '(')...' is too large: more than 100 groups in each other"
}

@test "many triggers, and titles in many languages, of one check" {
	(printf '[check x]\nrun = true\n'; seq 60000 | sed 's/.*/trigger = : true\ntitle.l& = x/') > "$ini"
	within 400 20 "$B/vnetgen" --dry-run "$ini" > "$BATS_TEST_TMPDIR/out"
}

# templates FILE: a directory of templates of which FILE is on standard input
templates() {
	mkdir -p "$BATS_TEST_TMPDIR/templates/styles"
	cat > "$BATS_TEST_TMPDIR/templates/$1"
}

# rendering FILE MESSAGE: with these templates nothing is printed of FILE but that
rendering() {
	local status=0
	within 2000 60 "$B/vnetgen" --dry-run --templates "$BATS_TEST_TMPDIR/templates" "$1" \
		> "$BATS_TEST_TMPDIR/out" 2> "$BATS_TEST_TMPDIR/err" || status=$?
	head -c 1000 "$BATS_TEST_TMPDIR/err"
	[ "$status" -eq 1 ]
	[ ! -s "$BATS_TEST_TMPDIR/out" ]
	[ "$(sed "s,$BATS_TEST_TMPDIR/,,g; s/^vnetgen: //" "$BATS_TEST_TMPDIR/err")" = "$2" ]
}

@test "sections in sections, too many of them" {
	(times 101 '{{#steps}}'; times 101 '{{\/steps}}') | templates setup.sh.mustache
	rendering scenarios/bridge.ini 'templates/setup.sh.mustache:1: more than 100 sections in each other'
}

@test "lists in lists, whose lengths multiply" {
	(times 50 '{{#steps}}'; echo -n x; times 50 '{{\/steps}}') | templates setup.sh.mustache
	rendering scenarios/bridge.ini 'templates/setup.sh.mustache:1: what is rendered has more than 256 MiB, or 50 million texts and tags; is a section in itself?'
}

@test "lists in lists, with much text in them" {
	(times 12 '{{#steps}}'; times 100000 x; times 12 '{{\/steps}}') | templates setup.sh.mustache
	rendering scenarios/bridge.ini 'templates/setup.sh.mustache:1: what is rendered has more than 256 MiB, or 50 million texts and tags; is a section in itself?'
}

@test "a partial in itself, once and twice" {
	for itself in '{{>netns-add}}' '{{>netns-add}}{{>netns-add}}'; do
		sed "s/^netns-add = .*/netns-add = x$itself/" templates/styles/classic.ini | templates styles/classic.ini
		echo '[netns red]' > "$ini"
		line=$(grep -n '^netns-add' templates/styles/classic.ini | cut -d: -f1)
		rendering "$ini" "extreme.ini:1: templates/styles/classic.ini:$line: {{>netns-add}} goes on without end"
	done
}

@test "16,000 files, and daemons, are as many look-ups" {
	printf '[file f{1..16000}]\n| x\n[file f16000]\n| x\n' > "$ini"
	run -1 within 400 1 "$B/vnetgen" lint "$ini"
	[ "$output" = "$ini:3: [file f16000] already given in line 1" ]
	printf '[daemon d{1..16000}]\nrun = true\n[file d16000.log]\n| x\n' > "$ini"
	run -1 within 400 1 "$B/vnetgen" lint "$ini"
	[ "${#lines[@]}" -eq 2 ]
}
