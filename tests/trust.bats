#!/usr/bin/env bats
# Who is let in: names and values that look like options, the environment, files in places where others can write.
# shellcheck disable=SC2317,SC2016 # functions for inside; text that is expanded there

load helper

# --- options ---

@test "names that begin with '-' are refused, wherever one can stand" {
	local name section
	for section in 'netns %s' 'link %s' 'link %s/eth0' 'link -x/%s' 'daemon %s' 'file %s'; do
		# shellcheck disable=SC2059 # the section is a format
		{ printf "[netns a]\n"; printf "[$section]\n" --help; } > "$BATS_TEST_TMPDIR/n.ini"
		run vnetgen --dry-run "$BATS_TEST_TMPDIR/n.ini"
		echo "$section: $output"
		[ "$status" -eq 1 ]
		[[ $output == *"--help"* ]]
	done
	for name in -x --help -; do
		run -2 vnetgen down -- "$name"
		printf '[scenario]\nname = %s\n[netns a]\n' "$name" > "$BATS_TEST_TMPDIR/n.ini"
		run -1 vnetgen --dry-run "$BATS_TEST_TMPDIR/n.ini"
	done
}

@test "values that begin with '-' are no options of the commands that they come to" {
	local line
	for line in 'address = -x' 'route = -x' 'mtu = -1' 'mac = -x' 'type = -x' 'peer = -x' \
		'peer = a/-x' 'netns = -x' 'master = -x' 'link = -x' 'vlan = -x' 'set = -x' 'options = -x' 'qdisc = -x' \
		'neigh = -x' 'sysctl = -w' 'sysctl = -p=/tmp/x' 'nameserver = -x'; do
		printf '[netns a]\n[link a/e]\n%s\ntype = bridge\n' "$line" > "$BATS_TEST_TMPDIR/v.ini"
		[[ $line != type* ]] || sed -i '$d' "$BATS_TEST_TMPDIR/v.ini"
		[[ $line != nameserver* ]] || printf '[netns a]\n%s\n' "$line" > "$BATS_TEST_TMPDIR/v.ini"
		run vnetgen --dry-run "$BATS_TEST_TMPDIR/v.ini"
		if [ "$status" -ne 1 ]; then
			echo "$line is taken: $(grep -e ' -x' -e '-1' <<< "$output")"
			return 1
		fi
	done
}

# A title, a text or a file's line is nobody's option, and nobody's command.
inert() {
	printf '%s\n' '[scenario]' 'title = -n $(touch /tmp/bad) `touch /tmp/bad`' 'text = -n; touch /tmp/bad' '[netns a]' \
		'[file f]' '| -n' '| --help' '| $(touch /tmp/bad)' "| '; touch /tmp/bad; '" '[step -e $(touch /tmp/bad)]' \
		'[check -n `touch /tmp/bad`]' 'run = true' > /tmp/inert.ini
	"$B/vnetgen" test /tmp/inert.ini > /tmp/shown
	grep -c -- '-n `touch' /tmp/shown
	"$B/vnetgen" up -q /tmp/inert.ini
	cat /run/vnetgen/inert/f
	"$B/vnetgen" -q down inert
	"$B/vnetgen" --dry-run --with-checks /tmp/inert.ini > /tmp/setup
	"$B/vnetgen" down --dry-run /tmp/inert.ini > /tmp/teardown
	sh /tmp/setup > /dev/null
	cat /run/vnetgen/inert/f
	sh /tmp/teardown > /dev/null
	[ ! -e /tmp/bad ]
}

@test "titles, texts and lines of files are never executed" {
	needs_kernel
	run in_sandbox inert
	echo "$output"
	[ "$status" -eq 0 ]
	local file=$'-n\n--help\n$(touch /tmp/bad)\n\'; touch /tmp/bad; \''
	[ "$output" = "1"$'\n'"$file"$'\n'"$file" ]
}

# --- the environment ---

bare() {
	printf '%s\n' '[netns a]' '[run]' 'run = env | sort > /tmp/shell' '[run]' 'run = sh -c "env | sort > /tmp/direct"' \
		'[daemon d]' 'run = sh -c "env | sort > /tmp/daemon; exec sleep 83"' 'ready = test -s /tmp/daemon' > /tmp/e.ini
	printf 'touch /tmp/bad\n' > /tmp/rc
	mkdir /tmp/evil
	printf '#!/bin/sh\ntouch /tmp/bad\n' | tee /tmp/evil/ip > /tmp/evil/env
	chmod +x /tmp/evil/*
	for what in /tmp/e.ini "down e"; do
		# shellcheck disable=SC2086 # words of a command
		env BASH_ENV=/tmp/rc ENV=/tmp/rc IFS=t CDPATH=/tmp LD_PRELOAD=/tmp/none.so LD_LIBRARY_PATH=/tmp SHELLOPTS=xtrace \
			'PS4=$(touch /tmp/bad)' GREP_OPTIONS=-v POSIXLY_CORRECT=1 LC_MESSAGES=ko_KR.UTF-8 LANGUAGE=ko TMPDIR=/nowhere \
			PATH="/tmp/evil:$PATH" HOME=/root "$B/vnetgen" -q $what 2> /dev/null
	done
	[ ! -e /tmp/bad ]
	for file in shell direct daemon; do
		grep -v -e ^PWD= -e ^_= -e ^TERM= -e ^USER= -e ^LOGNAME= "/tmp/$file"
	done
}

@test "nothing of our environment arrives but what is said, and PATH is not the user's" {
	needs_kernel
	run in_sandbox bare
	echo "$output"
	[ "$status" -eq 0 ]
	local each=$'HOME=/root\nLC_ALL=C.UTF-8\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
	[ "$output" = "$each"$'\n'"$each"$'\n'"$each" ]
}

# --- files in places where others can write ---

planted() {
	echo keep > /etc/keep
	printf '[netns a]\n' > /tmp/s.ini
	mkdir -m 1777 /tmp/shared
	mkdir /tmp/own
	log() { "$B/vnetgen" -q test --log "$1" /tmp/s.ini || echo "status $?"; }
	ln -s /etc/keep /tmp/shared/link
	ln -s /etc/new /tmp/shared/dangling
	: > /tmp/shared/theirs
	chown 7 /tmp/shared/theirs
	log /tmp/shared/link
	log /tmp/shared/dangling
	log /tmp/shared/theirs
	(cd /tmp/shared && log link) 2>&1 | sed 's/cd:.*//'
	cat /etc/keep
	[ ! -e /etc/new ]
	# our own, and where nobody else can write, a link is ours
	log /tmp/shared/own
	log /tmp/shared/own
	stat -c %a /tmp/shared/own
	ln -s /tmp/own/real /tmp/own/link
	log /tmp/own/link
	[ -s /tmp/own/real ]
	# templates and scenarios
	mkdir -p /tmp/shared/t/styles
	chmod 1777 /tmp/shared/t/styles
	cp templates/styles/classic.ini /tmp/own/mine.ini
	ln -s /tmp/own/mine.ini /tmp/shared/t/styles/mine.ini
	"$B/vnetgen" --templates /tmp/shared/t --style mine --dry-run /tmp/s.ini || echo "status $?"
	ln -s /tmp/s.ini /tmp/shared/s.ini
	"$B/vnetgen" --dry-run /tmp/shared/s.ini || echo "status $?"
	"$B/vnetgen" graph -o /tmp/shared/link /tmp/s.ini || echo "status $?"
	cat /etc/keep
}

@test "in a directory that all may write in no link is followed, and nobody else's file written" {
	needs_kernel
	[ "$(id -u)" -eq 0 ] || skip "a sandbox of an ordinary user may have one id only"
	B=$PWD/$B run in_sandbox planted
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: cannot write /tmp/shared/link: it is a symbolic link, in a directory that all may write in
		status 6
		vnetgen: cannot write /tmp/shared/dangling: it is a symbolic link, in a directory that all may write in
		status 6
		vnetgen: cannot write /tmp/shared/theirs: it is another user's, in a directory that all may write in
		status 6
		vnetgen: cannot write link: it is a symbolic link, in a directory that all may write in
		status 6
		keep
		600
		vnetgen: cannot read /tmp/shared/t/styles/mine.ini: it is a symbolic link, in a directory that all may write in; there are classic, compact and mine
		status 2
		vnetgen: cannot read /tmp/shared/s.ini: it is a symbolic link, in a directory that all may write in
		status 1
		vnetgen: cannot write /tmp/shared/link: it is a symbolic link, in a directory that all may write in
		status 7
		keep
	END
}

modes() {
	umask "$1"
	printf '[netns a]\nnameserver = 10.0.0.1\n[file f]\n| x\n[file secret]\nmode = 0600\n| x\n[daemon d]\nrun = sleep 84\n[host]\nrule = from 10.9.0.0/16 table 9\n' > /tmp/m.ini
	"$B/vnetgen" -q --log /tmp/log /tmp/m.ini
	stat -c '%a %n' /tmp/log /run/vnetgen /run/vnetgen/m /run/vnetgen/m/{journal,f,secret,restore,d.log} /etc/netns/a/resolv.conf
	"$B/vnetgen" -q down m
	"$B/vnetgen" --dry-run /tmp/m.ini > /tmp/setup
	"$B/vnetgen" down --dry-run /tmp/m.ini > /tmp/teardown
	sh /tmp/setup
	find /run/vnetgen /etc/netns ! -type l -perm /022
	sh /tmp/teardown > /dev/null
}

@test "files are for others to read at most, whatever the umask" {
	needs_kernel
	run in_sandbox modes 000
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		600 /tmp/log
		755 /run/vnetgen
		755 /run/vnetgen/m
		644 /run/vnetgen/m/journal
		644 /run/vnetgen/m/f
		600 /run/vnetgen/m/secret
		644 /run/vnetgen/m/restore
		644 /run/vnetgen/m/d.log
		644 /etc/netns/a/resolv.conf
	END
	# what others need to see of a network, as its name servers, they see
	[ "$(in_sandbox modes 077)" = "$output" ]
	[ "$(in_sandbox modes 0777)" = "$output" ]
}

@test "a file that the user names is made as his umask says" {
	(umask 077 && vnetgen graph -o "$BATS_TEST_TMPDIR/mine.mmd" scenarios/veth-pair.ini)
	(umask 000 && vnetgen graph -o "$BATS_TEST_TMPDIR/ours.mmd" scenarios/veth-pair.ini)
	[ "$(stat -c %a "$BATS_TEST_TMPDIR"/{mine,ours}.mmd)" = $'600\n644' ]
}

# --- who could change the records ---

at() { "$B/vnetgen" -q --run-dir "$@" /tmp/t.ini && "$B/vnetgen" -q --run-dir "$1" down t || echo "status $?"; }

# Groups, access lists, and links that lead on to links.
shared_places() {
	printf '[netns red]\n' > /tmp/t.ini
	mkdir -m 775 /tmp/group /tmp/roots /tmp/list
	mkdir -m 1775 /tmp/sticky
	mkdir -m 777 /tmp/open
	mkdir /tmp/own
	chown 0:7 /tmp/group /tmp/sticky
	chmod 755 /tmp/list
	ln -s /tmp/open/on /tmp/link
	ln -s /tmp/own /tmp/open/on
	ln -s /tmp/own /tmp/straight
	at /tmp/group
	at /tmp/group/below
	at /tmp/roots
	at /tmp/sticky
	at /tmp/link/below
	at /tmp/straight/below
	! command -v setfacl > /dev/null || ! setfacl -m u:7:rwx /tmp/list 2> /dev/null || at /tmp/list > /tmp/said 2>&1 || :
	[ ! -e /tmp/said ] || grep -qx 'vnetgen: those of its access list may write in /tmp/list, and so change what is in /tmp/list' /tmp/said
	mkdir /tmp/gone
	cd /tmp/gone || return
	rmdir /tmp/gone
	at below || :
}

@test "records are not kept where a group, an access list or a link of others can change them" {
	needs_kernel
	[ "$(id -u)" -eq 0 ] || skip "a sandbox of an ordinary user may have one id only"
	B=$PWD/$B run in_sandbox bash -c "$(declare -f at shared_places); set -u; shared_places"
	echo "$output"
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: its group (7) may write in /tmp/group, and so change what is in /tmp/group
		status 6
		vnetgen: its group (7) may write in /tmp/group, and so change what is in /tmp/group/below
		status 6
		vnetgen: all may write in /tmp/open, and so change what is in /tmp/link/below
		status 6
		vnetgen: --run-dir below: the working directory: No such file or directory
		status 2
	END
}

# As `unshare -Ur` gives it to an ordinary user: he is root, and all others look the same.
alone() {
	printf '[netns red]\n' > /tmp/t.ini
	mkdir /tmp/others /tmp/users
	mkdir -m 1777 /tmp/shared
	chown 1000 /tmp/users
	chown 7 /tmp/others
	setpriv --reuid 1000 --regid 1000 --clear-groups unshare -Urnm bash -c "$(declare -f at)"'
		stat -c "%u %n" / /tmp /tmp/others /tmp/users
		mount -t tmpfs run /run
		"$B/vnetgen" -q scenarios/bridge.ini
		"$B/vnetgen" list | cut -d " " -f 1-3
		"$B/vnetgen" -q down bridge
		for place in users users/below below others others/below shared shared/below; do
			at "/tmp/$place"
		done'
	# a user of the namespace is one, whatever the number
	chown 65534 /tmp/others
	at /tmp/others
}

@test "in a user namespace that somebody made, its root keeps records in what is his or the machine's" {
	needs_kernel
	[ "$(id -u)" -eq 0 ] || skip "a sandbox of an ordinary user may have one id only"
	run in_sandbox bash -c "$(declare -f at alone); set -u; alone"
	echo "$output"
	diff -u - <(echo "$output") <<- 'END'
		65534 /
		65534 /tmp
		65534 /tmp/others
		0 /tmp/users
		bridge  up
		vnetgen: /tmp/others belongs to another user (65534), who could change what is in /tmp/others
		status 6
		vnetgen: /tmp/others belongs to another user (65534), who could change what is in /tmp/others/below
		status 6
		vnetgen: /tmp/shared belongs to another user (65534), who could change what is in /tmp/shared
		status 6
		vnetgen: /tmp/shared belongs to another user (65534), who could change what is in /tmp/shared/below
		status 6
		vnetgen: /tmp/others belongs to another user (65534), who could change what is in /tmp/others
		status 6
	END
}

# Templates beside the program: by nobody who could not change that, too.
beside() {
	mkdir /tmp/bin /tmp/copy /tmp/copy/bin
	cp "$B/vnetgen" /tmp/bin
	cp "$B/vnetgen" /tmp/copy/bin
	cp -r templates /tmp/templates
	cp -r templates /tmp/copy/templates
	sed -i 's/^netns_add = .*/netns_add = touch bad/; s/^add_netns = .*/add_netns = touch bad/' /tmp/templates/styles/classic.ini
	chown -R 7:7 /tmp/templates
	printf '[netns red]\n' > /tmp/t.ini
	/tmp/bin/vnetgen --dry-run /tmp/t.ini 2>&1 | grep -c 'there is no styles/classic.ini in' || :
	chown 0:7 /tmp/templates
	chmod 775 /tmp/templates
	/tmp/bin/vnetgen --dry-run /tmp/t.ini 2>&1 | grep -c 'there is no styles/classic.ini in' || :
	rm -r /tmp/templates
	ln -s /tmp/copy/templates /tmp/templates
	chown -h 7 /tmp/templates
	/tmp/bin/vnetgen --dry-run /tmp/t.ini 2>&1 | grep -c 'there is no styles/classic.ini in' || :
	# of a user who has the whole checkout, also for root, and of a group with the same
	chown -R 7:7 /tmp/copy
	chmod -R g+w /tmp/copy
	/tmp/copy/bin/vnetgen --dry-run /tmp/t.ini | grep -c '^ip netns add red'
	setpriv --reuid 7 --regid 7 --clear-groups /tmp/copy/bin/vnetgen --dry-run /tmp/t.ini | grep -c '^ip netns add red'
}

@test "templates beside the program are taken from nobody who could not change the program" {
	[ "$(id -u)" -eq 0 ] || skip "a sandbox of an ordinary user may have one id only"
	[ ! -e /usr/local/share/vnetgen ] || cannot "vnetgen is installed"
	needs_kernel
	run in_sandbox beside
	echo "$output"
	[ "$output" = $'1\n1\n1\n1\n1' ]
}

# --- what is shown on a terminal ---

# Text of a scenario and of a command that a terminal would obey, in 7 and 8 bits, and what it should be.
obeyed=$'\e]0;x\a \e[31m \xc2\x9b2J \xe2\x80\xae \x9b \x7f \rX'
shown='\x1b]0;x\x07 \x1b[31m \x9b2J \u202e \x9b \x7f \x0dX'

# on_terminal COMMAND: what it prints on one, without the terminal's own ends of lines
on_terminal() {
	script -qec "$1" /dev/null < /dev/null | sed 's/\r$//'
}

# harmless < TEXT: a terminal obeys nothing of it but ends of lines and tabs
harmless() {
	if LC_ALL=C grep -aq $'[\x01-\x08\x0b-\x1f\x7f]\|\xc2[\x80-\x9f]\|\xe2\x80[\xa8-\xae]' -; then
		echo "this does something to a terminal"
		return 1
	fi
}

@test "titles, paths and what commands print do nothing to a terminal, and go to files as they are" {
	command -v script > /dev/null || cannot "there is no script(1)"
	needs_kernel
	local dir file
	dir=$(mktemp -d "$B"/$'\e[2Jd.XXXXXX')
	chmod 755 "$dir"
	file=$dir/t.ini
	printf '%s\n' '[netns a]' "[step s $obeyed]" "[check t $obeyed]" "run = cat '$dir/out'" '[check]' "run = cat '$dir/out' >&2; exit 1" > "$file"
	# a character in two parts, and an end of DOS
	printf '%s é 한\r\n\tend\r' "$obeyed" > "$dir/out"
	on_terminal "NO_COLOR=1 '$B/vnetgen' test --sandbox '$file'" > "$BATS_TEST_TMPDIR/terminal"
	cat -v "$BATS_TEST_TMPDIR/terminal"
	harmless < "$BATS_TEST_TMPDIR/terminal"
	grep -qxF "s $shown" "$BATS_TEST_TMPDIR/terminal"
	grep -qxF "        ok - t $shown" "$BATS_TEST_TMPDIR/terminal"
	[ "$(grep -cxF "        $shown é 한" "$BATS_TEST_TMPDIR/terminal")" = 2 ]
	grep -qxF $'        \tend\\x0d' "$BATS_TEST_TMPDIR/terminal"
	grep -qF "vnetgen: ${dir/$'\e'/'\x1b'}/t.ini:5: " "$BATS_TEST_TMPDIR/terminal"
	for what in "--dry-run --with-checks" "graph" "graph --format dot"; do
		on_terminal "'$B/vnetgen' $what '$file'" > "$BATS_TEST_TMPDIR/terminal"
		harmless < "$BATS_TEST_TMPDIR/terminal"
	done
	"$B/vnetgen" --dry-run --with-checks "$file" > "$BATS_TEST_TMPDIR/file"
	grep -qF "t $obeyed" "$BATS_TEST_TMPDIR/file"
	"$B/vnetgen" test --sandbox "$file" > "$BATS_TEST_TMPDIR/file" 2> /dev/null || :
	grep -qF "        $obeyed é 한"$'\r' "$BATS_TEST_TMPDIR/file"
	grep -qF "ok - t $obeyed" "$BATS_TEST_TMPDIR/file"
	rm -r "$dir"
}

in_parts() {
	printf '%s\n' '[check]' "run = printf '\\303'; sleep 0.1; printf '\\251 \\342\\200'; sleep 0.1; printf '\\256 a\\r'; sleep 0.1; printf '\\nb\\355\\225'" > "$BATS_TEST_TMPDIR/p.ini"
	on_terminal "NO_COLOR=1 '$B/vnetgen' test --sandbox '$BATS_TEST_TMPDIR/p.ini'"
}

@test "a character that comes in parts is one" {
	command -v script > /dev/null || cannot "there is no script(1)"
	needs_kernel
	[ "$(in_parts | sed -n 2,3p)" = $'        é \\u202e a\n        b\\xed\\x95' ]
}

tap_and_list() {
	mkdir "/tmp/d"$'\e[2J'
	printf '%s\n' '[netns a]' "[check t $1]" "run = printf '%s' '$1'; exit 1" > "/tmp/d"$'\e[2J/t.ini'
	"$B/vnetgen" -q /tmp/d*/t.ini
	script -qec "$B/vnetgen check /tmp/d*/t.ini; $B/vnetgen list" /dev/null < /dev/null
	"$B/vnetgen" -q down t
}

@test "nor do TAP and lists" {
	command -v script > /dev/null || cannot "there is no script(1)"
	needs_kernel
	run in_sandbox bash -c "$(declare -f tap_and_list); set -eu; tap_and_list \"\$1\"" bash "$obeyed"
	cat -v <<< "$output"
	output=$(sed 's/\r$//' <<< "$output")
	harmless <<< "$output"
	grep -qxF "not ok 1 - t $shown" <<< "$output"
	grep -qxF "# $shown" <<< "$output"
	grep -qF '/tmp/d\x1b[2J/t.ini' <<< "$output"
}
