#!/usr/bin/env bats
# shellcheck disable=SC2016 # names with '$' and '`' in them
# vnetgen graph: drawings in Mermaid and DOT, and the pictures that Graphviz makes.

load helper

graph() {
	vnetgen graph "$@"
}

# hosts N: so many namespaces on a bridge of the host, each written out.
hosts() {
	local i
	printf '[link br0]\ntype = bridge\naddress = 10.16.0.1/16\n'
	for ((i = 1; i <= $1; i++)); do
		printf '[netns h%d]\nroute = default via 10.16.0.1\n[link h%d/eth0]\npeer = /port%d\naddress = 10.16.%d.%d/16\n' \
			"$i" "$i" "$i" $(((i + 1) / 256)) $(((i + 1) % 256))
		printf '[link port%d]\nmaster = br0\n' "$i"
	done
}

# What a reader sees of Mermaid files, by Mermaid itself.
parsed() {
	node tests/mermaid/parse.js "$@"
}

needs_mermaid() {
	if ! command -v node > /dev/null || [ ! -d tests/mermaid/node_modules/mermaid ]; then
		cannot "there is no Mermaid: npm install --prefix tests/mermaid"
	fi
}

needs_dot() {
	command -v dot > /dev/null || cannot "there is no dot: it is in the package graphviz"
}

# texts FILE.svg: the texts of a picture, a line each.
texts() {
	grep -o '<text[^>]*>[^<]*' "$1" | sed 's/^<text[^>]*>//; s/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&#39;/'"'"'/g
		s/&#45;/-/g; s/&#160;/ /g; s/&amp;/\&/g'
}

scenarios="veth-pair bridge bridge-in-netns router-chain vlan same-names"

# After a change that is meant: vnetgen graph scenarios/X.ini -o tests/golden/X.mermaid, and .dot, and look at them.
@test "drawings of the scenarios are the golden ones" {
	local name format
	for name in $scenarios; do
		for format in mermaid dot; do
			diff -u "tests/golden/$name.$format" <(graph "scenarios/$name.ini" --format "$format")
		done
	done
	diff -u tests/golden/veth-pair.2.mermaid <(graph scenarios/veth-pair.ini --step 2)
	diff -u tests/golden/veth-pair.4.dot <(graph scenarios/veth-pair.ini --step 4 --format dot)
}

@test "dot takes all of them, after each step" {
	needs_dot
	local file step steps
	for file in scenarios/*.ini; do
		steps=$(vnetgen --dry-run --with-checks "$file" | grep -c '^# step ')
		for ((step = 1; step <= steps; step++)); do
			graph "$file" --format dot --step "$step" | dot -Tsvg > /dev/null 2> "$BATS_TEST_TMPDIR/said"
			cat "$BATS_TEST_TMPDIR/said"
			[ ! -s "$BATS_TEST_TMPDIR/said" ]
		done
	done
}

@test "Mermaid takes all of them, after each step" {
	needs_mermaid
	local file name step
	for file in scenarios/*.ini; do
		name=$(basename "$file")
		for ((step = 1; step <= 9; step++)); do
			graph "$file" --step "$step" -o "$BATS_TEST_TMPDIR/$name.$step" 2> /dev/null ||
				rm -f "$BATS_TEST_TMPDIR/$name.$step"
		done
		graph "$file" > "$BATS_TEST_TMPDIR/$name.0"
	done
	parsed "$BATS_TEST_TMPDIR"/*.[0-9] > /dev/null
	run parsed "$BATS_TEST_TMPDIR/bridge.ini.0"
	[ "$output" = "box: br0 bridge
box: host
box: red
box: blue
device: veth0-red
device: veth0-blue
device: veth1-red 10.16.0.2/24
device: veth1-blue 10.16.0.3/24
edge: ns_red_veth1_red normal host_veth0_red 
edge: host_veth0_blue normal ns_blue_veth1_blue " ]
}

@test "Mermaid shows names as they are, whatever is in them" {
	needs_mermaid
	graph tests/scenarios/nasty.ini > "$BATS_TEST_TMPDIR/nasty"
	run parsed "$BATS_TEST_TMPDIR/nasty"
	echo "$output"
	[ "$(grep ^box: <<< "$output")" = 'box: end
box: red-<i>
box: a"b&amp;
box: 한글
box: x-y
box: x.y' ]
	grep -qxF 'device: e#35; 192.0.2.1/24' <<< "$output"
	grep -qxF 'device: 🐧`\n' <<< "$output"
	# in a browser, Mermaid takes a backslash and an n for the end of a line even so
	grep -qF '#92;<wbr>n' "$BATS_TEST_TMPDIR/nasty"
	# its titles know no escapes
	grep -qxF '  "두 이름" ＆ ＜b＞more＜/b＞ 🐧 '\''x'\'' `y` #1; 50% \n $$z$$ [a](b) -- "' "$BATS_TEST_TMPDIR/nasty"
	graph tests/scenarios/nasty.ini --step 1 > "$BATS_TEST_TMPDIR/nasty"
	parsed "$BATS_TEST_TMPDIR/nasty" > /dev/null
}

@test "pictures show names and titles as they are, whatever is in them" {
	needs_dot
	local text
	graph tests/scenarios/nasty.ini -o "$BATS_TEST_TMPDIR/nasty.svg"
	texts "$BATS_TEST_TMPDIR/nasty.svg" > "$BATS_TEST_TMPDIR/texts"
	cat "$BATS_TEST_TMPDIR/texts"
	for text in '"두 이름" & <b>more</b> 🐧 '\''x'\'' `y` #1; 50% \n $$z$$ [a](b) -- "' end 'red-<i>' 'a"b&amp;' 한글 x-y x.y \
		a-b a.b 'e#35;' '🐧`\n'; do
		grep -qxF -- "$text" "$BATS_TEST_TMPDIR/texts"
	done
	graph tests/scenarios/nasty.ini --step 1 --format svg > "$BATS_TEST_TMPDIR/nasty.svg"
	texts "$BATS_TEST_TMPDIR/nasty.svg" | grep -qxF '1/3: 하나 <&> "1"'
}

@test "what is not UTF-8 does not spoil a drawing" {
	printf '[scenario]\ntitle = a\xff\x01b\n[netns red]\n' > "$BATS_TEST_TMPDIR/x.ini"
	run -0 graph "$BATS_TEST_TMPDIR/x.ini"
	[ "${lines[2]}" = "  a� b" ]
}

@test "svg, png and pdf are made by dot, and -o says which" {
	needs_dot
	graph scenarios/bridge.ini --format svg | grep -q '<svg '
	graph scenarios/bridge.ini -o "$BATS_TEST_TMPDIR/x.png"
	[ "$(head -c 4 "$BATS_TEST_TMPDIR/x.png" | tail -c 3)" = PNG ]
	graph scenarios/bridge.ini -o "$BATS_TEST_TMPDIR/x.pdf"
	[ "$(head -c 4 "$BATS_TEST_TMPDIR/x.pdf")" = %PDF ]
	graph scenarios/bridge.ini --output "$BATS_TEST_TMPDIR/x.dot"
	grep -q '^graph "bridge" {' "$BATS_TEST_TMPDIR/x.dot"
	graph scenarios/bridge.ini -o "$BATS_TEST_TMPDIR/x.md"
	grep -q '^flowchart LR' "$BATS_TEST_TMPDIR/x.md"
}

@test "without Graphviz, a picture says what is missing" {
	mkdir "$BATS_TEST_TMPDIR/empty"
	run --separate-stderr graph scenarios/bridge.ini --path "$BATS_TEST_TMPDIR/empty" --format svg
	[ "$status" -eq 6 ]
	[ -z "$output" ]
	# shellcheck disable=SC2154 # set by run
	[ "$stderr" = "vnetgen: svg is drawn by Graphviz, and there is no program 'dot' in $BATS_TEST_TMPDIR/empty: install the package graphviz, or take --format dot or mermaid" ]
	run graph scenarios/bridge.ini --path "$BATS_TEST_TMPDIR/empty" -o "$BATS_TEST_TMPDIR/x.svg"
	[ "$status" -eq 6 ]
	[ ! -e "$BATS_TEST_TMPDIR/x.svg" ]
}

@test "an unknown format names those that there are, also the user's own" {
	run --separate-stderr graph scenarios/bridge.ini --format gif
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[ "$stderr" = "vnetgen: there is no format 'gif'; there are svg, png, pdf, dot and mermaid" ]
	mkdir -p "$BATS_TEST_TMPDIR/graph/mine"
	printf '{{#boxes}}\n{{>one}}\n{{/boxes}}\n' > "$BATS_TEST_TMPDIR/graph/mine.mustache"
	printf '<b>{{name}}</b>\n' > "$BATS_TEST_TMPDIR/graph/mine/one.mustache"
	run -0 graph tests/scenarios/nasty.ini --format mine --templates "$BATS_TEST_TMPDIR"
	[ "${lines[1]}" = "<b>red-&lt;i&gt;</b>" ]
	printf '{{>none}}' > "$BATS_TEST_TMPDIR/graph/mine.mustache"
	run --separate-stderr graph tests/scenarios/nasty.ini --format mine --templates "$BATS_TEST_TMPDIR"
	[ "$status" -eq 1 ]
	[[ $stderr == "vnetgen: there is no graph/mine/none.mustache in "* ]]
	printf '\n{{nothing}}' > "$BATS_TEST_TMPDIR/graph/mine.mustache"
	run --separate-stderr graph tests/scenarios/nasty.ini --format mine --templates "$BATS_TEST_TMPDIR"
	[ "$status" -eq 1 ]
	[ "$stderr" = "vnetgen: $BATS_TEST_TMPDIR/graph/mine.mustache:2: there is no {{nothing}} here" ]
}

@test "a step that is not there, and options of other commands, are mistakes" {
	local step
	run --separate-stderr graph scenarios/bridge.ini --step 6
	[ "$status" -eq 2 ]
	[ "$stderr" = "vnetgen: there is no step 6: bridge has 5" ]
	for step in 0 -1 x 1x "" 99999999999999999999; do
		run graph scenarios/bridge.ini --step "$step"
		[ "$status" -eq 2 ]
	done
	run --separate-stderr vnetgen up scenarios/bridge.ini -o x
	[ "$status" -eq 2 ]
	[[ $stderr == "vnetgen: up has no --output; "* ]]
	run graph scenarios/bridge.ini --keep
	[ "$status" -eq 2 ]
}

@test "what cannot be written is said" {
	run --separate-stderr graph scenarios/bridge.ini -o "$BATS_TEST_TMPDIR/none/x"
	[ "$status" -eq 7 ]
	[ "$stderr" = "vnetgen: cannot write $BATS_TEST_TMPDIR/none/x: No such file or directory" ]
	run bash -c '"$1" graph scenarios/bridge.ini > /dev/full' _ "$B/vnetgen"
	[ "$status" -eq 7 ]
}

# after STEP: where the ends of veth-pair are then, and how.
after() {
	graph scenarios/veth-pair.ini --step "$1" > "$BATS_TEST_TMPDIR/step"
	parsed "$BATS_TEST_TMPDIR/step" | grep -E '^(box|device)' | sort | paste -sd,
	# what stands out
	grep -oE '(class ns_.* new|linkStyle 0 .*|classDef ns_[a-z]* .*:4px)' "$BATS_TEST_TMPDIR/step" | sed 's/ fill.*//; s/ stroke.*//' |
		sort | paste -sd,
}

@test "--step draws what is there by then, with what is new" {
	needs_mermaid
	[ "$(after 1)" = "box: blue,box: red,device: lo,device: lo
classDef ns_blue,classDef ns_red" ]
	run after 2
	[ "$output" = "box: blue,box: host,box: red,device: lo,device: lo,device: veth-blue down,device: veth-red down
class ns_blue_veth_blue new,class ns_red_veth_red new,linkStyle 0" ]
	run after 3
	[ "$output" = "box: blue,box: red,device: veth-blue,device: veth-red
class ns_blue_veth_blue new,class ns_red_veth_red new" ]
	run after 4
	[ "$output" = "box: blue,box: red,device: veth-blue 10.16.0.3/24,device: veth-red 10.16.0.2/24
class ns_blue_veth_blue new,class ns_red_veth_red new" ]
	run after 5
	[ "$output" = "box: blue,box: red,device: veth-blue 10.16.0.3/24,device: veth-red 10.16.0.2/24" ]
	# a step takes a device down
	local last
	last=$(vnetgen --dry-run --with-checks scenarios/bridge-in-netns.ini | grep -c '^# step ')
	graph scenarios/bridge-in-netns.ini --step "$last" > "$BATS_TEST_TMPDIR/step"
	parsed "$BATS_TEST_TMPDIR/step" | grep -qx 'device: port2 down'
	[ "$(grep -c ' new$' "$BATS_TEST_TMPDIR/step")" -eq 1 ]
}

@test "tunnels and VLANs have lines of their own" {
	needs_mermaid
	cat > "$BATS_TEST_TMPDIR/x.ini" <<- 'E'
		[netns a]
		[netns b]
		[link a/eth0]
		peer = b/eth0
		address = 192.0.2.1/24
		[link b/eth0]
		address = 192.0.2.2/24
		[link a/vx]
		type = vxlan id 42 dstport 4789 local 192.0.2.1 remote 192.0.2.2
		[link b/vx]
		type = vxlan id 42 dstport 4789 local 192.0.2.2 remote 192.0.2.1 dev eth0
		[link a/eth0.7]
		type = vlan id 7
		link = eth0
	E
	graph "$BATS_TEST_TMPDIR/x.ini" > "$BATS_TEST_TMPDIR/x"
	run parsed "$BATS_TEST_TMPDIR/x"
	echo "$output"
	[ "$(grep ^edge: <<< "$output" | sort)" = "edge: ns_a_eth0 normal ns_b_eth0 
edge: ns_a_eth0_7 dotted ns_a_eth0 
edge: ns_a_vx dotted ns_a_eth0 
edge: ns_a_vx thick ns_b_vx vxlan 42
edge: ns_b_eth0 dotted ns_b_vx " ]
	grep -qx 'device: eth0.7 vlan 7' <<< "$output"
}

@test "delays stand at cables, and what a later step changes or deletes is not drawn as it was" {
	needs_mermaid
	cat > "$BATS_TEST_TMPDIR/x.ini" <<- 'E'
		[netns a]
		rule = from 192.0.2.1 lookup 100
		route = default via 192.0.2.2 table 100
		route = default via 192.0.2.3
		[netns b]
		[link a/eth0]
		peer = b/p1
		address = 192.0.2.1/24
		qdisc = root netem delay 10ms loss 1%
		[link b/p1]
		master = br0
		vlan = vid 10 pvid untagged
		vlan = vid 20
		qdisc = root handle 1: netem delay 20ms
		[link b/br0]
		type = bridge vlan_filtering 1
		[step]
		build = netns link move address route rule qdisc vlan
		[step other]
		[link a/eth0]
		qdisc = change root netem delay 50ms
		address = del 192.0.2.1/24
		[link b/p1]
		vlan = del vid 20
		qdisc = del root
		[netns a]
		route = replace default via 192.0.2.4 table 100
		rule = del from 192.0.2.1 lookup 100
	E
	graph "$BATS_TEST_TMPDIR/x.ini" --step 1 > "$BATS_TEST_TMPDIR/one"
	run parsed "$BATS_TEST_TMPDIR/one"
	echo "$output"
	[ "$(grep -E '^(device|edge)' <<< "$output")" = "device: eth0 192.0.2.1/24
device: rule from 192.0.2.1 lookup 100 default via 192.0.2.2 table 100 default via 192.0.2.3
device: p1 vlan vid 10 pvid untagged vlan vid 20
device: vlan_filtering 1
edge: ns_a_eth0 normal ns_b_p1 eth0: delay 10ms loss 1% p1: delay 20ms" ]
	graph "$BATS_TEST_TMPDIR/x.ini" > "$BATS_TEST_TMPDIR/two"
	run parsed "$BATS_TEST_TMPDIR/two"
	echo "$output"
	[ "$(grep -E '^(device|edge)' <<< "$output")" = "device: eth0
device: default via 192.0.2.3 default via 192.0.2.4 table 100
device: p1 vlan vid 10 pvid untagged
device: vlan_filtering 1
edge: ns_a_eth0 normal ns_b_p1 eth0: delay 50ms" ]
}

@test "a VXLAN whose forwarding entries name the others has a line to each" {
	needs_mermaid
	local i j
	for i in 1 2 3; do
		printf '[netns v%s]\n[link v%s/eth0]\npeer = /p%s\naddress = 192.0.2.%s/24\n' $i $i $i $i
		printf '[link p%s]\nmaster = br0\n' $i
		printf '[link v%s/vx]\ntype = vxlan id 7 dstport 4789 local 192.0.2.%s\n' $i $i
		for j in 1 2 3; do
			[ $i = $j ] || printf 'fdb = append 00:00:00:00:00:00 dst 192.0.2.%s\n' $j
		done
	done > "$BATS_TEST_TMPDIR/x.ini"
	printf '[link br0]\ntype = bridge\n' >> "$BATS_TEST_TMPDIR/x.ini"
	graph "$BATS_TEST_TMPDIR/x.ini" > "$BATS_TEST_TMPDIR/x"
	run parsed "$BATS_TEST_TMPDIR/x"
	echo "$output"
	[ "$(grep thick <<< "$output")" = "edge: ns_v1_vx thick ns_v2_vx vxlan 7
edge: ns_v1_vx thick ns_v3_vx vxlan 7
edge: ns_v2_vx thick ns_v3_vx vxlan 7" ]
}

@test "many that are alike are drawn once, with a count, unless --all" {
	needs_mermaid
	hosts 20 > "$BATS_TEST_TMPDIR/20.ini"
	hosts 200 > "$BATS_TEST_TMPDIR/200.ini"
	# one that is unlike
	printf '[link h7/d]\ntype = dummy\n' >> "$BATS_TEST_TMPDIR/200.ini"
	graph "$BATS_TEST_TMPDIR/20.ini" > "$BATS_TEST_TMPDIR/20"
	graph "$BATS_TEST_TMPDIR/200.ini" > "$BATS_TEST_TMPDIR/200"
	graph --all "$BATS_TEST_TMPDIR/200.ini" > "$BATS_TEST_TMPDIR/all"
	[ "$(parsed "$BATS_TEST_TMPDIR/20" | grep -c '^edge:')" -eq 20 ]
	[ "$(parsed "$BATS_TEST_TMPDIR/all" | grep -c '^edge:')" -eq 200 ]
	run parsed "$BATS_TEST_TMPDIR/200"
	echo "$output"
	[ "$output" = "box: br0 bridge
box: host
box: h{1..200} × 199
box: h7
device: port{1..200} × 199
device: port7
device: 10.16.0.1/16
device: eth0 10.16.0.2/16 … 10.16.0.201/16
device: default via 10.16.0.1
device: eth0 10.16.0.8/16
device: d dummy
device: default via 10.16.0.1
edge: ns_h1_eth0 normal host_port1 × 199
edge: host_port7 normal ns_h7_eth0 " ]
}

@test "a fabric too large for one drawing has its leaves, ports and routes drawn once" {
	needs_mermaid
	graph scenarios/leaf-spine.ini --step 3 > "$BATS_TEST_TMPDIR/x"
	run parsed "$BATS_TEST_TMPDIR/x"
	echo "$output"
	[ "$(grep ^box: <<< "$output")" = "box: spine1 · router
box: spine2 · router
box: spine3 · router
box: spine4 · router
box: leaf{1..16} × 16" ]
	grep -qx 'device: up1 10.1.1.0/31 … 10.16.1.0/31' <<< "$output"
	grep -qx 'device: down{1..16} × 16 10.1.4.1/31 … 10.16.4.1/31' <<< "$output"
	grep -qx 'device: 10.0.0.1/32 via 10.1.4.0 dev down1 … 10.0.0.16/32 via 10.16.4.0 dev down16' <<< "$output"
	[ "$(grep -c '^edge: .* × 16$' <<< "$output")" -eq 4 ]
}

@test "colours: a name's own, each its own while they last, and no text on a dark one" {
	local colours
	run graph tests/scenarios/nasty.ini
	grep -q 'classDef ns_red__i_ fill:#ffd9d6,stroke:#c62828' <<< "$output"
	run graph scenarios/router-chain.ini
	colours=$(grep -oE 'classDef ns_[a-z0-9]* fill:#[0-9a-f]*' <<< "$output" | sed 's/.*#//')
	[ "$(wc -l <<< "$colours")" -eq 5 ]
	[ "$(sort -u <<< "$colours" | wc -l)" -eq 5 ]
	# black on each fill has a contrast of 7 to 1 or more
	sed -n 's/^.* = #\([0-9a-f]*\) .*/\1/p' templates/graph/colours.ini | while read -r colour; do
		awk -v r=$((16#${colour:0:2})) -v g=$((16#${colour:2:2})) -v b=$((16#${colour:4:2})) '
			function light(c) { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ^ 2.4 }
			BEGIN { exit (0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b) + 0.05) / 0.05 < 7 }'
	done
}

@test "numbers in names are ordered as numbers, wherever they stand in the file; a device that is not raised is down" {
	needs_mermaid
	local n
	printf '[netns r]\n[link r/br0]\ntype = bridge\n' > "$BATS_TEST_TMPDIR/x.ini"
	for n in 024 $(seq 23 -1 10) 09 8 7 6 5 4 3 02 1; do
		printf '[netns h%s]\n[link h%s/eth0]\npeer = r/p%s\naddress = 192.0.2.%s/24\n[link r/p%s]\nmaster = br0\n' \
			"$n" "$n" "$n" "$((10#$n))" "$n"
	done >> "$BATS_TEST_TMPDIR/x.ini"
	printf '[link r/d0]\ntype = dummy\nup = no\n' >> "$BATS_TEST_TMPDIR/x.ini"
	graph "$BATS_TEST_TMPDIR/x.ini" > "$BATS_TEST_TMPDIR/x"
	run parsed "$BATS_TEST_TMPDIR/x"
	diff -u - <(echo "$output") <<- 'END'
		box: br0 bridge
		box: r
		box: h{1..024} × 24
		device: p{1..024} × 24
		device: d0 dummy down
		device: eth0 192.0.2.24/24 … 192.0.2.1/24
		edge: ns_r_p024 normal ns_h024_eth0 × 24
	END
}

@test "of a scenario with mistakes nothing is drawn" {
	printf '[netns red]\nlo = perhaps\n' > "$BATS_TEST_TMPDIR/x.ini"
	run -1 --separate-stderr vnetgen graph "$BATS_TEST_TMPDIR/x.ini"
	[ -z "$output" ]
	# shellcheck disable=SC2154 # run sets it
	[[ $stderr = *": [netns red] lo: 'perhaps' is none of "* ]]
}

# routers FILE [STEP]: the namespaces that are drawn as such.
routers() {
	vnetgen graph --all ${2:+--step "$2"} "$1" | sed -n 's/.*<b>\([a-z]*\)<.b> · router.*/\1/p' | xargs
}

@test "a router is what forwards after the step that is drawn, however its sysctl is written" {
	cat > "$BATS_TEST_TMPDIR/x.ini" <<- 'END'
		[netns a]
		sysctl = net.ipv4.ip_forward = 1
		[netns b]
		sysctl = net/ipv4/ip_forward=1
		[netns c]
		sysctl = net.ipv6.conf.all.forwarding	=	1
		[netns d]
		sysctl = net.ipv4.conf.all.forwarding=1
		sysctl = net.ipv6.conf.all.forwarding=1
		[netns e]
		sysctl = net.ipv4.ip_forward=1
		sysctl = net.ipv4.ip_forward=0
		[netns f]
		sysctl = net.ipv4.ip_forward=01
		[netns g]
		[link g/lo]
		sysctl = net.ipv4.ip_forward=1
		[step]
		build = netns sysctl set
		[step some are none any more]
		[netns a]
		sysctl = net/ipv4/conf/all/forwarding = 0
		[netns d]
		sysctl = net.ipv4.ip_forward=0
		[netns f]
		sysctl = net.ipv4.ip_forward=0
		[step and one is again]
		[netns a]
		sysctl = net.ipv4.ip_forward=1
	END
	[ "$(routers "$BATS_TEST_TMPDIR/x.ini" 1)" = "a b c d f g" ]
	[ "$(routers "$BATS_TEST_TMPDIR/x.ini" 3)" = "b c d g" ]
	[ "$(routers "$BATS_TEST_TMPDIR/x.ini")" = "a b c d g" ]
}
