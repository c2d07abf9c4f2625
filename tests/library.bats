#!/usr/bin/env bats
# The scenarios that the project brings, as texts.

load helper

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
