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
	run in_sandbox modes 077
	[ "$status" -eq 0 ]
	grep -q '^700 /run/vnetgen/m$' <<< "$output"
}
