#!/usr/bin/env bats
# What is told of mistakes in a user's own templates, styles, languages and rules: the file, the line, what is wrong.

load helper

# mistake FILE TOLD [ARG...]: a user's own FILE with standard input as its text; vnetgen with ARGs says TOLD about it, in
# one line, before it prints or runs anything.
mistake() {
	local own=$BATS_TEST_TMPDIR/own file=$1 told=$2
	shift 2
	rm -rf "$own"
	mkdir -p "$(dirname "$own/$file")"
	cat > "$own/$file"
	run -1 --separate-stderr vnetgen "$@" --templates "$own" "${scenario:-scenarios/veth-pair.ini}"
	# shellcheck disable=SC2154 # run sets it
	diff -u <(echo "vnetgen: $told") <(echo "${stderr//"$own/"/}")
	[ -z "$output" ]
}

page() { # TOLD: of the template that is standard input
	mistake doc/mine.mustache "$1" doc --format mine
}

@test "templates of pages" {
	page "doc/mine.mustache:1: there is no escape 'tex'; there are html and markdown" <<< '{{! escape: tex }}'
	page "doc/mine.mustache:1: there is no diagram 'pict' that can stand in a page; there are svg, dot and mermaid" \
		<<< '{{! diagram: pict }}'
	page "there is no doc/mine/gone.mustache in $PWD/templates" <<< '{{>gone}}'
	page "doc/mine.mustache:2: {{/x}} closes what was not opened" <<< $'\n{{/x}}'
	page "doc/mine.mustache:2: {{/steps}} stands where {{/chapters}} should close line 1" <<< $'{{#chapters}}\n{{/steps}}'
	for delimiters in '<< ' '<<' 'a=b c' 'far-too-long c'; do
		page "doc/mine.mustache:1: new delimiters are written {{=OPEN CLOSE=}}, of 1 to 7 characters and without '='" \
			<<< "{{=$delimiters=}}"
	done
	page "doc/mine.mustache:1: a tag that begins with '{{제목과 사진' is not closed by '}}'" <<< '{{제목과 사진들'
	page "doc/mine.mustache:1: a tag without a name" <<< '{{#  }}'
	page "doc/mine.mustache:1: a tag that begins with '{{title' is not closed by '}}'" <<< $'{{title\n'
}

@test "the rules of --stable" {
	mistake stable.ini "stable.ini:2: [x] a: there is nothing before the arrow: REGEX → TEXT" doc --stable \
		<<< $'[x]\na = → b'
	mistake stable.ini "stable.ini:2: [x] a: '(b' is no extended regular expression: Unmatched ( or \\(" doc --stable \
		<<< $'[x]\na = (b → b'
	mistake stable.ini "stable.ini:2: [sort] a: '(' is no extended regular expression: Unmatched ( or \\(" doc --stable \
		<<< $'[sort]\na = ('
	mistake stable.ini "stable.ini:2: [x] a: '{N:q}' is written in no way that there is: {NAME}, {NAME:x}, {NAME:xx:xx}" \
		doc --stable <<< $'[x]\na = b → {N:q}'
}

@test "styles, languages, and how commands are known" {
	mistake styles/mine.ini "styles/mine.ini: [style] create: 'sideways' is neither moved nor in-place" \
		up --dry-run --style mine < <(sed 's/^create = .*/create = sideways/' templates/styles/classic.ini)
	mistake lang/mine.ini "lang/mine.ini: [show] has no 'other'" doc --lang mine < /dev/null
	mistake commands.ini "commands.ini:2: [link] a: '(' is no extended regular expression: Unmatched ( or \\(" doc \
		<<< $'[link]\na = ('
	mistake untried.ini "untried.ini:2: [x] used: '(' is no extended regular expression: Unmatched ( or \\(" up --dry-run \
		<<< $'[x]\nused = ('
}

needs() { # TOLD: of needs.ini, beside what is lacking; the sandbox has a /tmp of its own, and the file is read before
	mkdir -p "$BATS_TEST_TMPDIR/own"
	cat > "$BATS_TEST_TMPDIR/own/needs.ini"
	run vnetgen lint --kernel --templates "$BATS_TEST_TMPDIR/own" scenarios/veth-pair.ini
	diff -u <(echo "vnetgen: $1") <(echo "${output//"$BATS_TEST_TMPDIR/own/"/}")
}

@test "what a scenario needs of the machine" {
	needs_kernel
	needs "needs.ini: [x] used: '(' is no extended regular expression: Unmatched ( or \\(" <<< $'[x]\nused = (\nlacks = x'
	needs "needs.ini: [x] lacks: '(' is no extended regular expression: Unmatched ( or \\(" <<< $'[x]\nused = x\nlacks = ('
	needs "needs.ini:2: {{#x}} is not closed" <<< $'[x]\nused = {{#x}}\nlacks = x'
}

@test "a file that cannot be read" {
	local file own=$BATS_TEST_TMPDIR/own
	for file in stable.ini doc/mine.mustache commands.ini; do
		rm -rf "$own"
		mkdir -p "$own/doc" "$own/$file"
		[ -d "$own/doc/mine.mustache" ] || echo '{{title}}' > "$own/doc/mine.mustache"
		run -1 --separate-stderr vnetgen doc --stable --format mine --templates "$own" scenarios/veth-pair.ini
		[ "${stderr//"$own/"/}" = "vnetgen: cannot read $file: it is a directory" ]
		[ -z "$output" ]
	done
	rm -rf "$own"
	mkdir -p "$own/setup.sh.mustache"
	run -1 vnetgen up --dry-run --templates "$own" scenarios/veth-pair.ini
	[ "$output" = "vnetgen: cannot read $own/setup.sh.mustache: it is a directory" ]
}

@test "colours, the script that puts back, and partials with names that are too long" {
	local name
	mistake graph/colours.ini "graph/colours.ini: [palette] has no '1'" graph < /dev/null
	scenario=scenarios/nat.ini mistake restore.sh.mustache "restore.sh.mustache:1: {{#x}} is not closed" up --dry-run \
		<<< '{{#x}}'
	name=$(printf '%0200d' 0)
	page "there is no doc/mine/$name.mustache in $PWD/templates" <<< "{{>$name}}"
	run -2 vnetgen up --lang xx scenarios/veth-pair.ini
	[ "$output" = "vnetgen: there is no language 'xx'; there are en and ko" ]
}
