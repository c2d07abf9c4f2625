#!/usr/bin/env bats
# The scenarios that the project brings: each is built and checked, in both styles.

load helper

# Those of a thousand namespaces are printed and drawn; building them is for a machine of its own.
large() { [ "$(vnetgen --dry-run "$1" | grep -c '^ip ')" -gt 1000 ]; }

@test "every scenario does what its checks say, in both styles" {
	needs_kernel
	local scenario style lacking=
	for scenario in scenarios/*.ini; do
		large "$scenario" && continue
		for style in classic compact; do
			run in_sandbox "$B/vnetgen" test -q --style "$style" "$scenario"
			if grep -qE "Unknown device type|Operation not supported|there is no program|: not found|No such file or directory" <<< "$output"; then
				lacking+=" ${scenario##*/}"
			elif [ "$status" -ne 0 ] || [ -n "$output" ]; then
				echo "$scenario, $style: status $status"
				echo "$output"
				return 1
			fi
		done
	done
	[ -z "$lacking" ] || echo "# this kernel, or a tool that is not installed, is what these lack:$lacking" >&3
}

@test "every scenario has a title and says what it teaches, in every language" {
	local scenario language key
	for scenario in scenarios/*.ini; do
		for language in templates/lang/*.ini; do
			language=$(basename "$language" .ini)
			vnetgen view --lang "$language" "$scenario" | jq -e '.chapters[0] | .title and .introduction' > /dev/null ||
				{ echo "$scenario in $language"; return 1; }
		done
	done
}
