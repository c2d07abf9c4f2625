#!/usr/bin/env bats
# Tutorials: what doc writes, in which words, and what it says when something fails.

load helper

unset LC_ALL LC_MESSAGES LANG

# blocks: of a page in Markdown on standard input, as JSON: for each step its blocks of commands, without comments.
blocks() {
	awk '
		function quoted(s) { gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); return "\"" s "\"" }
		/^##+ [0-9]+\. / { printf "%s[", steps++ ? "]," : "["; n = 0; next }
		/^```bash$/ { printf "%s[", n++ ? "," : ""; lines = 0; inside = 1; next }
		/^```$/ && inside { printf "]"; inside = 0; next }
		inside && !/^#/ && NF { printf "%s%s", lines++ ? "," : "", quoted($0) }
		END { print "]]" }' | jq -c .
}

# What a page is made of, in steps.json: the commands of a step are one block, and so is each show and check.
expected_blocks() {
	jq -c 'map([[(.commands // (.groups | add))[]]] + ((.show // []) | map([.])) + ((.check // []) | map([.])) |
		map(select(length > 0)))' "tests/golden/$1.steps.json"
}

@test "the pages of veth-pair and bridge have the steps, commands and blocks of the tutorial, in both languages" {
	for name in veth-pair bridge; do
		for lang in en ko; do
			diff -u <(expected_blocks $name) <(vnetgen doc --dry-run --lang $lang scenarios/$name.ini | blocks)
		done
	done
}

# After a change that is meant: make golden, and read what changed.
@test "pages are the golden ones, dry and stable, in both languages" {
	needs_kernel
	written() { # NAME.LANGUAGE
		diff -u "tests/golden/$1.dry.md" <(vnetgen doc --lang "${1#*.}" --dry-run "scenarios/${1%.*}.ini")
		diff -u "tests/golden/$1.md" <(vnetgen doc --lang "${1#*.}" --stable "scenarios/${1%.*}.ini")
	}
	at_once written veth-pair.en veth-pair.ko bridge.en bridge.ko
}

@test "two runs are the same to the byte with --stable, and only with it" {
	needs_kernel
	written() {
		case $1 in
		stable*) vnetgen doc --stable scenarios/same-names.ini scenarios/veth-pair.ini ;;
		*) vnetgen doc scenarios/veth-pair.ini ;;
		esac > "$BATS_TEST_TMPDIR/$1"
	}
	at_once written stable1 stable2 plain1 plain2
	cd "$BATS_TEST_TMPDIR"
	cmp stable1 stable2
	grep -q 'replaced by fixed values' stable1
	run -1 cmp plain1 plain2
	grep -q 'are shown as they were' plain1
}

@test "what differs has the same stand-in everywhere, and what the scenario says itself has none" {
	needs_kernel
	cat > "$BATS_TEST_TMPDIR/x.ini" <<- 'END'
		[scenario]
		stable = took [0-9]+ s → took N s
		[netns red]
		[link red/eth0]
		peer = red/eth1
		mac = 02:aa:bb:cc:dd:ee
		address = fe80::1234/64
		[step]
		[run]
		run = p=12:34:56:78:9a; echo took 17 s; echo $p:bc $p:bd $p:bc
		[step]
		show = ip -n red link
		show = ip -n red link show eth1
		show = ip -n red -6 addr show eth1
		show = printf 'inet6 ::1/128 scope host proto kernel_lo \n'
	END
	vnetgen doc --stable "$BATS_TEST_TMPDIR/x.ini" > "$BATS_TEST_TMPDIR/page"
	cat "$BATS_TEST_TMPDIR/page"
	grep -qx 'took N s' "$BATS_TEST_TMPDIR/page"
	grep -qx '02:00:00:00:00:01 02:00:00:00:00:02 02:00:00:00:00:01' "$BATS_TEST_TMPDIR/page"
	grep -q '^2: eth1@eth0: ' "$BATS_TEST_TMPDIR/page"
	grep -q '^3: eth0@eth1: ' "$BATS_TEST_TMPDIR/page"
	[ "$(grep -c 'link/ether 02:aa:bb:cc:dd:ee' "$BATS_TEST_TMPDIR/page")" -eq 1 ]
	[ "$(grep -c 'link/ether 02:00:00:00:00:03' "$BATS_TEST_TMPDIR/page")" -eq 2 ]
	# the link-local address belongs to the Ethernet address
	grep -q 'inet6 fe80::ff:fe00:3/64' "$BATS_TEST_TMPDIR/page"
	run -1 grep 'link tentative' "$BATS_TEST_TMPDIR/page"
	# who made an address is said by newer versions of ip only
	grep -qx 'inet6 ::1/128 scope host' "$BATS_TEST_TMPDIR/page"
}

@test "a rule of [scenario] stable that is none is told with its line" {
	printf '[scenario]\nstable = no arrow\nstable = a( → b\nstable = x → {n:yy}\n[netns red]\n' > "$BATS_TEST_TMPDIR/x.ini"
	run -1 vnetgen doc --dry-run "$BATS_TEST_TMPDIR/x.ini"
	echo "$output"
	[ "${#lines[@]}" -eq 3 ]
	grep -q ':2: \[scenario\] stable: an arrow is missing: REGEX → TEXT$' <<< "$output"
	grep -q ":3: \[scenario\] stable: 'a(' is no extended regular expression: " <<< "$output"
	grep -q ":4: \[scenario\] stable: '{n:yy}' is written in no way that there is" <<< "$output"
}

@test "Korean particles follow how the word before is read" {
	local word forms
	sed '/^#/d' tests/josa.table | while IFS=$'\t' read -r word forms; do
		got=$(printf '%s\n' "${word}을(를)" "${word}이(가)" "${word}은(는)" "${word}와(과)" "${word}(으)로" "${word}(이)라는" |
			"$B/test-josa" | while read -r line; do printf '%s ' "${line#"$word"}"; done)
		[ "$got" = "$forms " ] || { echo "$word: $got, not $forms"; exit 1; }
	done
	# where nothing is known, both stay; what is no particle does too
	[ "$(echo '☃을(를) (이) f(x)' | "$B/test-josa")" = '☃을(를) (이) f(x)' ]
}

@test "every language has the phrases of English, and no other" {
	local keys=() file
	for file in templates/lang/*.ini; do
		# [number], partials of sections and what a language writes another way are its own
		sed -n '/^\[number\]/,/^\[list\]/d; s/^\[\(.*\)\]$/\1/; t section; s/^\([a-z-]*\) = .*/\1/; t key; b
			:section
			h
			b
			:key
			G
			s/\(.*\)\n\(.*\)/\2 \1/p' "$file" | grep -vE '^(language|list) |^(names|where|owner|here|there)$' |
			sort > "$BATS_TEST_TMPDIR/$(basename "$file")"
		[ "$(wc -l < "$BATS_TEST_TMPDIR/$(basename "$file")")" -gt 100 ]
		diff "$BATS_TEST_TMPDIR/en.ini" "$BATS_TEST_TMPDIR/$(basename "$file")" || keys+=("$file")
	done 3>&-
	[ "${#keys[@]}" -eq 0 ]
}

@test "the language is that of --lang, else of the locale, else English" {
	title() { vnetgen doc --dry-run "$@" scenarios/veth-pair.ini | grep -m 1 '^## 1'; }
	[ "$(title)" = '## 1. Create the network namespaces' ]
	[ "$(LANG=ko_KR.UTF-8 title)" = '## 1. 네트워크 네임스페이스 생성' ]
	[ "$(LANG=ko_KR.UTF-8 LC_ALL=de_DE.UTF-8 title)" = '## 1. Create the network namespaces' ]
	[ "$(LANG=en_US LC_MESSAGES=ko title)" = '## 1. 네트워크 네임스페이스 생성' ]
	[ "$(LANG=ko_KR.UTF-8 title --lang en)" = '## 1. Create the network namespaces' ]
	# scripts are English unless they are asked for
	LANG=ko_KR.UTF-8 vnetgen --dry-run scenarios/veth-pair.ini | grep -qx '# step 1 of 4: Create the network namespaces'
	vnetgen --dry-run --lang ko scenarios/veth-pair.ini | grep -qx '# step 1 of 4: 네트워크 네임스페이스 생성'
}

@test "an unknown language or format names the ones there are; a third language is one file" {
	run -2 vnetgen doc --lang tlh scenarios/veth-pair.ini
	[ "$output" = "vnetgen: there is no language 'tlh'; there are en and ko" ]
	run -2 vnetgen doc --format docx scenarios/veth-pair.ini
	[ "$output" = "vnetgen: there is no format 'docx'; there are html and md" ]
	mkdir -p "$BATS_TEST_TMPDIR/own/lang"
	sed 's/^teardown = Remove everything/teardown = Alles weg/' templates/lang/en.ini > "$BATS_TEST_TMPDIR/own/lang/de.ini"
	LANG=de_AT.UTF-8 vnetgen doc --dry-run --templates "$BATS_TEST_TMPDIR/own" scenarios/veth-pair.ini |
		grep -qx '## 6. Alles weg'
}

@test "a template with a mistake is told with its file and line, before anything is run" {
	mkdir -p "$BATS_TEST_TMPDIR/own/doc/mine"
	printf '{{! escape: html }}\n{{#chapters}}\n{{#steps}}{{nothing}}{{/steps}}\n{{/chapters}}\n' \
		> "$BATS_TEST_TMPDIR/own/doc/mine.mustache"
	run -1 vnetgen doc --templates "$BATS_TEST_TMPDIR/own" --format mine --log "$BATS_TEST_TMPDIR/log" scenarios/veth-pair.ini
	[ "$output" = "vnetgen: $BATS_TEST_TMPDIR/own/doc/mine.mustache:3: there is no {{nothing}} here" ]
	[ ! -s "$BATS_TEST_TMPDIR/log" ]
	printf '{{title}}\n{{>part}}\n' > "$BATS_TEST_TMPDIR/own/doc/mine.mustache"
	printf 'a\n{{#b}}\n' > "$BATS_TEST_TMPDIR/own/doc/mine/part.mustache"
	run -1 vnetgen doc --templates "$BATS_TEST_TMPDIR/own" --format mine scenarios/veth-pair.ini
	[ "$output" = "vnetgen: $BATS_TEST_TMPDIR/own/doc/mine/part.mustache:2: {{#b}} is not closed" ]
	printf 'fine: {{title}}\n' > "$BATS_TEST_TMPDIR/own/doc/mine.mustache"
	[ "$(vnetgen doc --dry-run --templates "$BATS_TEST_TMPDIR/own" --format mine scenarios/veth-pair.ini)" = \
		"fine: Two network namespaces joined by a veth pair" ]
}

failing() {
	cat > "$BATS_TEST_TMPDIR/x.ini" <<- 'END'
		[netns red]
		[link red/eth0]
		peer = red/eth1
		address = 192.0.2.1/24
		[step]
		show = ip -n red link show nothing
		[check the outside]
		netns = red
		run = ping -c 1 -W 0.2 192.0.2.9
		[check that must fail]
		netns = red
		run = true
		expect = failure
		[check that fails as it must]
		netns = red
		run = ping -c 1 -W 1 192.0.2.8
		expect = failure
	END
}

@test "a show and a check that fail are shown as such, and the status says so" {
	needs_kernel
	failing
	run -5 --separate-stderr vnetgen doc "$BATS_TEST_TMPDIR/x.ini"
	echo "$output"
	grep -qx '> \*\*Something on this page failed when it was run. It is marked below.\*\*' <<< "$output"
	grep -qx 'Device "nothing" does not exist.' <<< "$output"
	[ "$(grep -c '^\*\*✗ failed:\*\* ' <<< "$output")" -eq 3 ]
	grep -q '^\*\*✗ failed:\*\* This command failed (exit status 1)' <<< "$output"
	grep -q '^\*\*✗ failed:\*\* This check failed: exit status 1. Packets do not get through' <<< "$output"
	grep -q '^\*\*✗ failed:\*\* This check failed: it succeeded, and failure is expected' <<< "$output"
	[ "$(grep -c '^\*\*What it shows:\*\* The ping fails, and that is the result that was expected' <<< "$output")" -eq 1 ]
	# shellcheck disable=SC2154 # set by run
	grep -q "x.ini:7: 'ip netns exec red ping" <<< "$stderr"
	run -5 --separate-stderr vnetgen doc --format html "$BATS_TEST_TMPDIR/x.ini"
	[ "$(grep -c '<div class="proof bad">' <<< "$output")" -eq 3 ]
}

@test "what cannot be built makes no page" {
	needs_kernel
	printf '[netns red]\n[link red/eth0]\ntype = nonsense\n' > "$BATS_TEST_TMPDIR/x.ini"
	run -3 --separate-stderr vnetgen doc scenarios/veth-pair.ini "$BATS_TEST_TMPDIR/x.ini"
	[ -z "$output" ]
	grep -q "x.ini:2: .*failed" <<< "$stderr"
}

@test "--host needs root, and a sandbox that cannot be made is told" {
	[ "$(id -u)" -eq 0 ] || cannot "only root can become another user"
	run -6 setpriv --reuid 65534 --regid 65534 --clear-groups "$B/vnetgen" doc --host scenarios/veth-pair.ini
	[ "$output" = "vnetgen: doc --host builds the network in the host, which needs root; without --host it needs none" ]
	needs_sandbox
	# in one whose kernel lets nobody have another
	forbidden() {
		# shellcheck disable=SC2016 # expanded inside
		unshare -Ur sh -c 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$1" doc scenarios/veth-pair.ini' sh "$B/vnetgen"
	}
	run -6 in_sandbox forbidden
	echo "$output"
	grep -q '^vnetgen: no sandbox: .' <<< "$output"
	grep -q 'doc --dry-run runs nothing' <<< "$output"
}

@test "--host documents the host, and leaves it as it was" {
	needs_kernel
	documented() {
		network_state > /tmp/before
		"$B/vnetgen" doc --host --stable scenarios/veth-pair.ini > /tmp/page
		network_state | diff -u /tmp/before -
		grep -q '2 packets transmitted, 2 received' /tmp/page
	}
	in_sandbox documented
}

# shellcheck disable=SC2016 # backquotes are meant
nasty='Äpfel & "Birnen" <b>x</b> `code` *a_b* _c_ | --- # 한국어 🙂 [l](u) \ &amp; {{x}}'

@test "titles of any kind are shown as they are, in Markdown and HTML" {
	command -v cmark > /dev/null || cannot "there is no cmark"
	printf '[scenario]\ntitle = %s\n[netns red]\n[step %s]\nbuild = netns\n[check %s]\nrun = true\n' "$nasty" "$nasty" "$nasty" \
		> "$BATS_TEST_TMPDIR/x.ini"
	vnetgen doc --dry-run "$BATS_TEST_TMPDIR/x.ini" > "$BATS_TEST_TMPDIR/x.md"
	vnetgen doc --dry-run --diagrams none --format html "$BATS_TEST_TMPDIR/x.ini" > "$BATS_TEST_TMPDIR/x.html"
	cat "$BATS_TEST_TMPDIR/x.md"
	html=$(sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g' <<< "$nasty")
	cmark "$BATS_TEST_TMPDIR/x.md" > "$BATS_TEST_TMPDIR/from-md.html"
	grep -qxF "<h1>$html</h1>" "$BATS_TEST_TMPDIR/from-md.html"
	grep -qxF "<h2>1. $html</h2>" "$BATS_TEST_TMPDIR/from-md.html"
	grep -qxF "<p><strong>$html</strong></p>" "$BATS_TEST_TMPDIR/from-md.html"
	grep -qxF "<h1>$html</h1>" "$BATS_TEST_TMPDIR/x.html"
	grep -qxF "<title>$html</title>" "$BATS_TEST_TMPDIR/x.html"
	grep -qxF "<h4>$html</h4>" "$BATS_TEST_TMPDIR/x.html"
}

@test "a page in HTML needs nothing else, and runs nothing of a scenario" {
	# shellcheck disable=SC2016 # backquotes are meant
	printf '[scenario]\ntitle = x\ntext = **bold** [l](javascript:alert(1)) `a<b` <script>alert(2)</script>\n[netns red]\n' \
		> "$BATS_TEST_TMPDIR/x.ini"
	vnetgen doc --dry-run --format html --diagrams none "$BATS_TEST_TMPDIR/x.ini" > "$BATS_TEST_TMPDIR/x.html"
	run -1 grep -E 'javascript:|<script>alert' "$BATS_TEST_TMPDIR/x.html"
	grep -qF '<strong>bold</strong>' "$BATS_TEST_TMPDIR/x.html"
	grep -qF '<code>a&lt;b</code>' "$BATS_TEST_TMPDIR/x.html"
	run -1 grep -E '(src|href)="?(http|//)|url\(|@import' "$BATS_TEST_TMPDIR/x.html"
	command -v dot > /dev/null || cannot "there is no dot"
	vnetgen doc --dry-run --format html --diagrams each scenarios/veth-pair.ini > "$BATS_TEST_TMPDIR/y.html"
	# the network, and what is there after each of four steps
	[ "$(grep -c '<figure><svg' "$BATS_TEST_TMPDIR/y.html")" -eq 5 ]
}

@test "a block's fence is longer than any in it" {
	needs_kernel
	printf '[netns red]\n[step]\n%s\n' "show = printf '\`\`\`\\n\`\`\`\`x\\n'" > "$BATS_TEST_TMPDIR/x.ini"
	vnetgen doc "$BATS_TEST_TMPDIR/x.ini" > "$BATS_TEST_TMPDIR/page"
	cat "$BATS_TEST_TMPDIR/page"
	grep -qx '`````text' "$BATS_TEST_TMPDIR/page"
	[ "$(grep -cx '`````' "$BATS_TEST_TMPDIR/page")" -eq 2 ]
}

@test "the front matter is YAML, whatever the values are" {
	run -0 vnetgen doc --dry-run --meta 'a=x: "y" \ #z' --meta 'tags:=[net, linux]' --meta draft:=false --meta 'title=T "T"' \
		scenarios/veth-pair.ini
	diff -u - <(head -n 6 <<< "$output") <<- 'END'
		---
		title: "T \"T\""
		a: "x: \"y\" \\ #z"
		tags: [net, linux]
		draft: false
		---
	END
	# the heading is the generator's
	run -1 grep '^# Two' <<< "$output"
	[ "$(vnetgen doc --dry-run --front-matter scenarios/veth-pair.ini | head -n 3)" = \
		$'---\ntitle: "Two network namespaces joined by a veth pair"\n---' ]
	run -2 vnetgen doc --dry-run --meta nothing scenarios/veth-pair.ini
	[ "${lines[0]}" = "vnetgen: --meta takes KEY=VALUE, or KEY:=VALUE for a value that is YAML already; 'vnetgen --help' lists what there is" ]
}

@test "several scenarios make one page, a chapter each; all their mistakes are told" {
	run -0 vnetgen doc --dry-run scenarios/veth-pair.ini scenarios/bridge.ini
	[ "$(grep -c '^# ' <<< "$(sed "/^\`\`\`/,/^\`\`\`\$/d" <<< "$output")")" -eq 1 ]
	grep -qx '## Scenario A. Two network namespaces joined by a veth pair' <<< "$output"
	grep -qx '## Scenario B. Two network namespaces joined by a bridge' <<< "$output"
	grep -qx '### 6. Remove everything' <<< "$output"
	printf '[netns red]\nx = 1\n' > "$BATS_TEST_TMPDIR/x.ini"
	printf '[netns blue]\ny = 1\n' > "$BATS_TEST_TMPDIR/y.ini"
	run -1 vnetgen doc --dry-run "$BATS_TEST_TMPDIR/x.ini" "$BATS_TEST_TMPDIR/y.ini"
	grep -q '/x.ini:2: ' <<< "$output"
	grep -q '/y.ini:2: ' <<< "$output"
}

@test "a scenario's title, text and note may be given for a language" {
	cat > "$BATS_TEST_TMPDIR/x.ini" <<- 'END'
		[scenario]
		title = one
		title.ko = 하나
		text = two
		text.ko = 둘
		[netns red]
		[step three]
		title.ko = 셋
		build = netns
		note = four
		note.ko = 넷
		  다섯
		[check five]
		title.ko = 여섯
		run = true
	END
	run -0 vnetgen doc --dry-run --diagrams none --lang ko "$BATS_TEST_TMPDIR/x.ini"
	echo "$output"
	for line in '# 하나' 둘 '## 1. 셋' '**참고:** 넷' 다섯 '**여섯**'; do grep -qxF "$line" <<< "$output"; done
	run -0 vnetgen doc --dry-run --diagrams none --lang en "$BATS_TEST_TMPDIR/x.ini"
	for line in '# one' two '## 1. three' '**Note:** four' '**five**'; do grep -qxF "$line" <<< "$output"; done
	run -1 grep '[가-힣]' <<< "$output"
	printf '[scenario]\ntitle.ko = a\ntitle.ko = b\n[netns red]\n' > "$BATS_TEST_TMPDIR/x.ini"
	run -1 vnetgen doc --dry-run "$BATS_TEST_TMPDIR/x.ini"
	grep -q ':3: \[scenario\] title.ko: already given in line 2$' <<< "$output"
}

@test "view prints what templates see, as JSON" {
	vnetgen view scenarios/veth-pair.ini scenarios/bridge.ini > "$BATS_TEST_TMPDIR/view"
	[ "$(jq -r '.chapters[1].steps[1].blocks[0].groups[0].commands[1].text' "$BATS_TEST_TMPDIR/view")" = \
		'ip link add veth0-blue type veth peer name veth1-blue' ]
	[ "$(jq -r '.chapters[0].letter + .chapters[1].letter, .language, .many' "$BATS_TEST_TMPDIR/view" | xargs)" = 'AB en true' ]
	# all that it has is in the manual
	missing=$(jq -r '[.. | objects | keys[]] | unique[]' "$BATS_TEST_TMPDIR/view" |
		while read -r key; do grep -qE "^\.(It )?Ic .*$key|^$key" man/vnetgen-templates.5 || jq -e ".say | has(\"$key\")" "$BATS_TEST_TMPDIR/view" > /dev/null || echo "$key"; done)
	echo "missing: $missing"
	[ -z "$missing" ]
}

@test "colours are left out of what a command printed, and a trigger's output stands by its check" {
	needs_kernel
	command -v tcpdump > /dev/null || cannot "there is no tcpdump (package tcpdump)"
	cat > "$BATS_TEST_TMPDIR/x.ini" <<- 'END'
		[netns red]
		[netns blue]
		[link red/eth0]
		peer = blue/eth0
		address = 192.0.2.1/24
		[link blue/eth0]
		address = 192.0.2.2/24
		[host]
		sysctl = net.ipv4.ip_forward=1
		[step]
		show = printf '\033[1;31mred\033[0m and \033[1'
		[check seen]
		netns = blue
		run = tcpdump -Z root -nlc 1 -i eth0 icmp
		match = 192\.0\.2\.1
		trigger = red: ping -c 1 -W 1 192.0.2.2
	END
	run -0 --separate-stderr vnetgen doc --stable --diagrams none "$BATS_TEST_TMPDIR/x.ini"
	echo "$output" > "$BATS_TEST_TMPDIR/page"
	grep -q '^red and *$' "$BATS_TEST_TMPDIR/page"
	run ! grep -q $'\033' "$BATS_TEST_TMPDIR/page"
	sed -n '/^Meanwhile/,/^[*][*]What/p' "$BATS_TEST_TMPDIR/page" > "$BATS_TEST_TMPDIR/shown"
	grep -q '^1 packets transmitted, 1 received' "$BATS_TEST_TMPDIR/shown"
	grep -q '192.0.2.1 > 192.0.2.2: ICMP echo request' "$BATS_TEST_TMPDIR/shown"
	# what the value was before the scenario set it
	grep -qx 'sysctl -w net.ipv4.ip_forward=0' "$BATS_TEST_TMPDIR/page"
}

@test "pages of next to nothing: one namespace, a step without anything, a show of a namespace alone" {
	printf '[netns red]\n[step]\nshow = ip netns exec red\n[step]\n' > "$BATS_TEST_TMPDIR/x.ini"
	diff -u - <(vnetgen doc --dry-run --diagrams none "$BATS_TEST_TMPDIR/x.ini" | sed -n "/^## 2/,/^## 4/p" | grep .) <<- 'END'
		## 2. Bring the device up
		The loopback device of `red` is brought up: with `lo` down a namespace cannot reach even its own addresses.
		```bash
		ip netns exec red ip link set lo up
		```
		## 3. Look at the result
		**Result:** A look at the host:
		```bash
		ip netns exec red
		```
		*(not run)*
		## 4. Remove everything
	END
}

@test "an exit status that is asked for is told, and what it proves, in both languages" {
	needs_kernel
	cat > "$BATS_TEST_TMPDIR/status.ini" <<- 'END'
		[netns red]
		[netns blue]
		[link red/eth0]
		peer = blue/eth0
		address = 10.0.0.1/24
		[link blue/eth0]
		address = 10.0.0.2/24
		[check]
		netns = red
		run = ping -c 1 -W 1 10.0.0.9
		expect = 1
		[check]
		netns = red
		run = ping -c 1 -W 1 10.0.0.2
		expect = 0
		[check]
		netns = red
		run = curl -sS http://10.0.0.2/
		expect = 7
		[check]
		run = sh -c 'exit 3'
		expect = 3
	END
	told() { vnetgen doc --lang "$1" "$BATS_TEST_TMPDIR/status.ini" | grep -E 'exit status|종료 상태|^\*\*'; }
	told en | diff -u - <(cat <<- 'END'
		In `red`, `ping` asks its destination for an answer; this time its exit status must be `1`.
		**What it shows:** The ping ended with the exit status `1`, as it should: from `red` to the destination it was not answered.
		**What it shows:** Each request was answered: the way from `red` to `blue` works, and so does the way back.
		In `red`, `curl` asks a server; this time its exit status must be `7`.
		**What it shows:** The request ended with the exit status `7`, as it should: `red` did not get what it asked for.
		In the host, this command must end with the exit status `3`.
		**What it shows:** The command ended with the exit status `3`, and that is what should happen here.
	END
	)
	told ko | diff -u - <(cat <<- 'END'
		`red`에서 목적지로 `ping`을 보내 이번에는 종료 상태가 `1`인지 확인한다.
		**시연 결과:** `ping`이 기대한 대로 종료 상태 `1`로 끝났다. `red`에서 목적지로 보낸 요청에는 응답이 없었다.
		**시연 결과:** 요청마다 응답이 돌아왔다. `red`에서 `blue`로 가는 길과 돌아오는 길이 모두 통한다는 뜻이다.
		`red`에서 서버에 `curl`로 요청을 보내 이번에는 종료 상태가 `7`인지 확인한다.
		**시연 결과:** 요청이 기대한 대로 종료 상태 `7`로 끝났다. `red`에서는 요청한 것을 받지 못했다.
		호스트에서 다음 명령이 종료 상태 `3`으로 끝나는지 확인한다.
		**시연 결과:** 명령이 종료 상태 `3`으로 끝났고, 여기서는 그것이 맞는 결과이다.
	END
	)
}
