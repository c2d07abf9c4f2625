#!/usr/bin/env bats
# The gallery is what docs/build writes.

load helper

@test "the gallery is up to date: 'make gallery' writes it" {
	needs_kernel
	# all of it takes minutes and other kernels; these say whether it was written since something changed
	docs/build "$BATS_TEST_TMPDIR" scenarios/veth-pair.ini scenarios/bridge.ini scenarios/star.ini
	[ "$(ls "$BATS_TEST_TMPDIR" | wc -l)" -eq 6 ]
	for page in "$BATS_TEST_TMPDIR"/*; do
		diff -u "docs/$(basename "$page")" "$page"
	done
}

@test "every page is of a scenario, and in the index" {
	for page in docs/*.md; do
		name=$(basename "$page" .md)
		[ "$name" = README ] || [ -e "scenarios/${name%.*}.ini" ]
		[ "$name" = README ] || grep -qF "($name.md)" docs/README.md
	done
}
