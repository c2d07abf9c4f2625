#!/usr/bin/env bats
# The templates' renderer: the tests of the Mustache standard, and what is strict about ours.

load helper

@test "all tests of the Mustache standard pass" {
	run "$B/test-spec" tests/mustache-spec/*.json
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -c '^ok' <<< "$output")" -eq 136 ]
}

@test "in a partial that is indented, lines of sections leave no blanks" {
	cat > "$BATS_TEST_TMPDIR/indent.json" <<- 'E'
		{ "overview": "ours", "tests": [ { "name": "sections in an indented partial", "desc": "", "data": { "yes": true },
		  "template": "  {{>outer}}\n", "partials": { "outer": "{{#yes}}\n{{>inner}}\n{{/yes}}\n{{^yes}}\nno\n{{/yes}}\n",
		  "inner": "{{#yes}}\nx\n{{/yes}}\n" }, "expected": "  x\n" } ] }
	E
	run "$B/test-spec" "$BATS_TEST_TMPDIR/indent.json"
	echo "$output"
	[ "$status" -eq 0 ]
}
