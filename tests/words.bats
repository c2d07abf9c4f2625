#!/usr/bin/env bats
# Words and quotes: what sh(1) makes of them is what we make of them.

# shellcheck disable=SC2016,SC2154 # ${x} is for vnetgen or sh to expand; run sets stderr
load helper

# What sh sees of the lines of test-words is what it says that they are.
same_as_sh() {
	"$B/test-words" "$1" >"$BATS_TEST_TMPDIR/lines" 2>"$BATS_TEST_TMPDIR/expected"
	(echo 'show() { for word; do printf "<%s>" "$word"; done; echo; }'; cat "$BATS_TEST_TMPDIR/lines") |
		LC_ALL=C sh >"$BATS_TEST_TMPDIR/seen"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/seen")" -ge 3000 ]
	diff -a "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/seen" | head
	cmp "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/seen"
}

@test "sh reads back quoted words as they were" {
	same_as_sh quote
}

@test "lines without operators are split as sh splits them" {
	same_as_sh split
}

# how HOW LINE...: each line is run so
how() {
	local how=$1
	shift
	for line; do
		echo "$line"
		[ "$("$B/test-words" needs "$line")" = "$how" ]
	done
}

@test "a line needs a shell when it has what only a shell knows" {
	how shell 'echo $HOME' 'echo "$HOME"' 'echo `id`' 'echo "`id`"' 'echo a\ b' 'echo "a\b"' 'a; b' 'a & b' 'a && b' 'a || b' \
		'a > b' 'a < b' '(a)' 'ls *' 'ls ?' 'ls [ab]' 'ls ~' 'echo # x' '#x' 'echo a #x' '! true' '{ a; }' 'A=b c' 'a_1=b c' \
		'cd /' 'exec a' 'export A' 'set -x' 'trap a INT' 'umask 022' 'wait' '. a' ': a' 'if a' 'while a' \
		$'a\nb' "echo 'it is" 'echo "it is' 'a |& b' '| a' 'a | | b' 'a |' 'a | cd /' 'a | b; c' 'a | A=b c'
	how pipeline 'a | b' 'a|b|c' "ip -n red a | grep '|'" 'ip link ls | grep veth'
	how words 'ping -c 1 10.0.0.1' "echo '\$HOME'" "echo '; reboot'" 'echo "a; b"' 'echo a#b' 'echo a=b' 'echo a{b,c}' \
		'echo !' 'echo cd' "sh -c 'a; b | c'" 'a-b=c' '1=a' './a' 'echo "#"' "echo 'a' \"b\"" 'true'
}

# Each value is refused, whatever key it is said for.
@test "no value has an operator of a shell that is not quoted" {
	keys=(route type set options address)
	n=0
	{
		printf '[netns red]\n'
		for bad in ';reboot' '|reboot' '&reboot' '`reboot`' '$(reboot)' '$IFS' '>/etc/passwd' '<x' '~root' '*' '?' '[a]' '(a)' \
			'"$x"' '"`x`"' '#x' "'" '"' '; x' 'x;'; do
			for key in "${keys[@]}"; do
				[ "$key" = route ] || echo "[link dum$n]"
				echo "$key = 10.0.0.1 $bad"
				n=$((n + 1))
			done
		done
	} >"$BATS_TEST_TMPDIR/bad.ini"
	run -1 --separate-stderr vnetgen --dry-run "$BATS_TEST_TMPDIR/bad.ini"
	echo "$stderr"
	[ -z "$output" ]
	[ "$n" -eq 100 ]
	for key in "${keys[@]}"; do
		[ "$(grep -c " $key: .*\(shell's own\|quote\)" <<<"$stderr")" -eq 20 ]
	done
}

@test "what is quoted stays quoted on its way to a shell" {
	cat >"$BATS_TEST_TMPDIR/quoted.ini" <<-'END'
		[scenario]
		title = $(reboot) `reboot` ; reboot
		text = '; reboot
		[netns red;reboot]
		sysctl = net.x=$(reboot); reboot 'a "b
		[link a;$b'c]
		type = dummy
		netns = red;reboot
		set = alias "a; reboot" 'x$y`z'
		[run $(reboot) ' ]
		run = echo '$(reboot)' "; reboot"
		netns = red;reboot
	END
	vnetgen --dry-run "$BATS_TEST_TMPDIR/quoted.ini" >"$BATS_TEST_TMPDIR/script"
	# run with all programs replaced by one that says what it is called with
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\nprintf "%%s" "$(basename "$0")"; printf " <%%s>" "$@"; echo\n' >"$BATS_TEST_TMPDIR/bin/ip"
	chmod +x "$BATS_TEST_TMPDIR/bin/ip"
	ln -s ip "$BATS_TEST_TMPDIR/bin/sysctl"
	ln -s ip "$BATS_TEST_TMPDIR/bin/reboot"
	grep '^ip \|^sysctl ' "$BATS_TEST_TMPDIR/script" | PATH=$BATS_TEST_TMPDIR/bin:$PATH sh >"$BATS_TEST_TMPDIR/seen"
	diff -u - "$BATS_TEST_TMPDIR/seen" <<-'END'
		ip <netns> <add> <red;reboot>
		ip <netns> <exec> <red;reboot> <sysctl> <-w> <net.x=$(reboot); reboot 'a "b>
		ip <link> <add> <a;$b'c> <type> <dummy>
		ip <link> <set> <a;$b'c> <netns> <red;reboot>
		ip <netns> <exec> <red;reboot> <ip> <link> <set> <a;$b'c> <alias> <a; reboot> <x$y`z>
		ip <netns> <exec> <red;reboot> <ip> <link> <set> <a;$b'c> <up>
		ip <netns> <exec> <red;reboot> <ip> <link> <set> <lo> <up>
		ip <netns> <exec> <red;reboot> <echo> <$(reboot)> <; reboot>
	END
}
