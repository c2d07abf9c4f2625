#!/usr/bin/env bats
# The two scenarios of the tutorial come out exactly.

load helper

commands() { # SCRIPT-OPTIONS...
	vnetgen --dry-run "$@" | grep '^ip '
}

@test "the commands of veth-pair and bridge, and of their teardown, are those of the tutorial" {
	for name in veth-pair bridge; do
		diff -u tests/golden/$name.setup <(commands scenarios/$name.ini)
		diff -u tests/golden/$name.teardown <(vnetgen down --dry-run scenarios/$name.ini | grep '^ip ')
	done
}

# A script as a list of steps: {groups: [[command...]...]}.  A step begins with "# step N of M", a group with another comment.
script_steps() {
	awk '
		function quoted(s) { gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); return "\"" s "\"" }
		/^# step / { printf "%s%s", started++ ? "]]}," : "[", "{\"groups\":[["; first = 1; empty = 1; next }
		!started || /^$/ || /^last=/ { next }
		/^# / { if (!empty) printf "],["; first = 1; empty = 1; next }
		{ printf "%s%s", first ? "" : ",", quoted($0); first = 0; empty = 0 }
		END { print started ? "]]}]" : "[]" }'
}

@test "commands are grouped in steps as in the tutorial" {
	for name in veth-pair bridge; do
		vnetgen --dry-run --with-checks scenarios/$name.ini | script_steps > "$BATS_TEST_TMPDIR/steps"
		jq -S 'map(.groups |= map(select(length > 0)))' "$BATS_TEST_TMPDIR/steps" > "$BATS_TEST_TMPDIR/got"
		# shows are a group of their own, and so is each check; the last step is the teardown's
		jq -S 'def one: if length > 0 then [.] else [] end;
			.[:-1] | map({ groups: ((.groups // (.commands | one)) + ((.show // []) | one) + ((.check // []) | one)) })' \
			tests/golden/$name.steps.json > "$BATS_TEST_TMPDIR/expected"
		# "commands" says what a step has, not how it is grouped
		for f in got expected; do
			jq --slurpfile golden tests/golden/$name.steps.json '[to_entries[] |
				if $golden[0][.key].groups then .value.groups else (.value.groups | add) end]' \
				"$BATS_TEST_TMPDIR/$f" > "$BATS_TEST_TMPDIR/$f.flat"
		done
		diff -u "$BATS_TEST_TMPDIR/expected.flat" "$BATS_TEST_TMPDIR/got.flat"
	done
}

@test "at most a dozen lines stand before the first step of veth-pair" {
	run grep -n -m 1 '^# step' <(vnetgen --dry-run scenarios/veth-pair.ini)
	echo "$output"
	[ "${output%%:*}" -le 13 ]
}
