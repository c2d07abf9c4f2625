#!/usr/bin/env bats
# The gallery is what docs/build writes today.

load helper

@test "the gallery is up to date: 'make gallery' writes it" {
	needs_kernel
	# what only another kernel builds is not written without one
	docs/build "$BATS_TEST_TMPDIR" 2> "$BATS_FILE_TMPDIR/said" || [ -z "${UML_LINUX:-}" ]
	cat "$BATS_FILE_TMPDIR/said"
	[ "$(ls "$BATS_TEST_TMPDIR" | wc -l)" -gt 12 ]
	for page in "$BATS_TEST_TMPDIR"/*; do
		diff -u "docs/$(basename "$page")" "$page"
	done
	for page in docs/*.md; do
		name=$(basename "$page" .md)
		[ "$name" = README ] || [ -e "scenarios/${name%.*}.ini" ]
	done
	for scenario in scenarios/*.ini; do
		[ -e "docs/$(basename "$scenario" .ini).ko.md" ]
	done
}
