#!/usr/bin/env bats
# What the fuzz targets once found, through the ordinary programs; and texts that are extreme, in bounded time and memory.

load helper

# whole COMMAND...: it ends by itself, with 0 or 1, whatever it says
whole() {
	local status=0
	timeout 10 "$@" > "$BATS_TEST_TMPDIR/out" 2>&1 || status=$?
	echo "$*: status $status"
	[ "$status" -le 1 ]
}

@test "what fuzzing found in templates" {
	for file in tests/fuzz/template/*; do
		whole "$B/test-spec" --render "$(tail -c +2 "$file" | sed '/^---$/,$d')" '{ "l": [ "one", "two" ], "s": "text" }'
	done
}

@test "what fuzzing found in scenarios" {
	for file in tests/fuzz/scenario/*; do
		cp "$file" "$BATS_TEST_TMPDIR/fuzz.ini"
		whole "$B/vnetgen" --dry-run --with-checks "$BATS_TEST_TMPDIR/fuzz.ini"
		whole "$B/vnetgen" down --dry-run "$BATS_TEST_TMPDIR/fuzz.ini"
		for format in dot mermaid; do
			whole "$B/vnetgen" graph --format $format "$BATS_TEST_TMPDIR/fuzz.ini"
		done
		for lang in en ko; do
			whole "$B/vnetgen" doc --dry-run --lang $lang "$BATS_TEST_TMPDIR/fuzz.ini"
			# our own words have no mistakes, whatever the scenario is
			run ! grep -E '^vnetgen: .*/(lang|styles)/' "$BATS_TEST_TMPDIR/out"
		done
	done
}
