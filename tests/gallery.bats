#!/usr/bin/env bats
# The gallery is what docs/build writes.

load helper

@test "the gallery is up to date: 'make gallery' writes it" {
	needs_kernel
	# to write all of it takes minutes and other kernels; these show what commands print
	docs/build "$BATS_TEST_TMPDIR" scenarios/veth-pair.ini scenarios/bridge.ini scenarios/star.ini
	[ "$(ls "$BATS_TEST_TMPDIR" | wc -l)" -eq 7 ]
	for page in "$BATS_TEST_TMPDIR"/*.*.md; do
		diff -u "docs/$(basename "$page")" "$page"
	done
}

# What is not there without running it: what commands print, and values that a machine had before.
@test "every scenario has its page in every language, with the texts and commands of today" {
	local scenario language page missing
	for scenario in scenarios/*.ini; do
		for language in templates/lang/*.ini; do
			language=$(basename "$language" .ini)
			page=docs/$(basename "$scenario" .ini).$language.md
			# that of a large network is its picture: the test above compares one
			[ "$(grep -c '^## ' "$page")" -gt 0 ] || continue
			missing=$(diff <(vnetgen doc --dry-run --stable --lang "$language" "$scenario") "$page" |
				sed -n 's/^< //p' | grep -vE '^$|^> |^\*\(.*\)\*$|…') || true
			[ -z "$missing" ] || { echo "$page has no: $missing"; return 1; }
		done
	done
	[ "$(ls docs/*.md | wc -l)" -eq $(($(ls scenarios/*.ini | wc -l) * $(ls templates/lang/*.ini | wc -l) + 1)) ]
}

@test "every page is of a scenario, and in the index" {
	for page in docs/*.md; do
		name=$(basename "$page" .md)
		[ "$name" = README ] || [ -e "scenarios/${name%.*}.ini" ]
		[ "$name" = README ] || grep -qF "($name.md)" docs/README.md
	done
}

@test "what a page says that an answer has in it, the answer on the page has" {
	run -0 awk '/^```text$/ { n = 0; inside = 1; next } /^```$/ { inside = 0 } inside { lines[n++] = $0 }
		match($0, /has `[^`]*` in it/) {
			regex = substr($0, RSTART + 5, RLENGTH - 12)
			for (i = 0; i < n && lines[i] !~ regex; i++) {}
			if (i == n) print FILENAME ": " regex
			count++
		}
		END { print count " in all" }' docs/*.en.md
	echo "$output"
	[ "${#lines[@]}" -eq 1 ]
	[ "${lines[0]%% *}" -ge 20 ]
}
