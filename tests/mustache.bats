#!/usr/bin/env bats
# The templates' renderer: the tests of the Mustache standard, and what is strict about ours.

load helper

@test "all tests of the Mustache standard pass" {
	run "$B/test-spec" tests/mustache-spec/*.json
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -c '^ok' <<< "$output")" -eq 136 ]
}
