# The sandbox: what it is, what cannot be reached from inside, and that nothing is left of it.
# shellcheck disable=SC2317,SC2016,SC2034 # functions for inside; text that is expanded there
# shellcheck disable=SC2030,SC2031,SC2086 # each test is a subshell; lists of pids
load helper

setup_file() {
	# where an ordinary user may read, and which is there inside
	D=$(mktemp -d "$B/sandbox.$RUN.XXXXXX")
	chmod 777 "$D"
	export D
}

teardown_file() {
	rm -rf "$D"
}

setup() { needs_sandbox; }

# --- who runs it: root, an ordinary user with one id, one with a range of /etc/subuid ---

needs_root() { [ "$(id -u)" = 0 ] || cannot "needs root"; }

# The kinds of users that these tests can be.
everyone() {
	[ "$(id -u)" != 0 ] || echo as_root
	echo as_user
	[ "$(id -u)" != 0 ] || ! command -v newuidmap newgidmap > /dev/null || echo as_user_with_ids
}

as_root() { "$@"; }

as_user() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid 4242 --regid 4242 --clear-groups "$@"
	else
		"$@"
	fi
}

# with_files FILE=CONTENT... -- COMMAND...: in a mount namespace where these files of /etc have a content of ours.
with_files() {
	local n=0 mounts=
	while [ "$1" != -- ]; do
		n=$((n + 1))
		printf '%b' "${1#*=}" > "$D/etc.$n"
		chmod 755 "$D/etc.$n"
		mounts+="mount --bind '$D/etc.$n' '${1%%=*}'; "
		shift
	done
	shift
	unshare -m sh -c "$mounts exec \"\$@\"" sh "$@"
}

# 4242 is somebody, and has ids to give
as_user_with_ids() {
	with_files "/etc/passwd=$(cat /etc/passwd)\nsomebody:x:4242:4242::/:/bin/sh\n" \
		/etc/subuid='other:100000:65536\nsomebody:200000:65536\n' /etc/subgid='4242:300000:65536\n' \
		-- setpriv --reuid 4242 --regid 4242 --clear-groups "$@"
}

# inside WHO COMMAND...: in a sandbox that WHO makes; the command may be a function of this file.
inside() {
	local who=$1
	shift
	"$who" "$B/test-sandbox" bash -c "$(declare -f); set -eu; \"\$@\"" sandbox "$@"
}

# refused COMMAND...: it fails.  (`! COMMAND` does not end a script under set -e.)
refused() {
	if "$@" > /dev/null 2>&1; then
		echo "this should not be possible: $*"
		return 1
	fi
}

# --- ids ---

@test "root's sandbox is in a range of ids that nobody has" {
	needs_root
	run inside as_root cat /proc/self/uid_map /proc/self/gid_map
	[ "$status" = 0 ]
	read -r first base count <<< "${lines[0]}"
	[ "$first $count" = "0 65536" ]
	[ "$base" -ge $((0x78000000)) ]
	[ "${lines[1]}" = "${lines[0]}" ]
}

@test "root's sandbox keeps off the ids of /etc/subuid and /etc/subgid" {
	needs_root
	run with_files /etc/subuid="a:$((0x78000000)):65536\nb:$((0x78030000)):1\n" /etc/subgid="c:$((0x78010000)):65537\n" \
		/etc/passwd="$(cat /etc/passwd)\nd:x:$((0x78030001 + 65535)):1::/:/bin/sh\n" -- "$B/test-sandbox" cat /proc/self/uid_map
	[ "$status" = 0 ]
	read -r _ base _ <<< "$output"
	[ "$base" = $((0x78030001 + 65536)) ]

	run with_files /etc/subuid='root:0:4294967295\n' -- "$B/test-sandbox" true
	[ "$status" = 125 ]
	[ "$output" = "$nobody_free" ]
}

nobody_free="all user ids here may be somebody's (/etc/subuid, /proc/self/uid_map), and root's sandbox needs some that are nobody's; an ordinary user's needs none"

# container MAP COMMAND...: as root of a user namespace with that map ("INSIDE OUTSIDE COUNT", lines), as containers are.
container() {
	local map=$1 status=0
	shift
	mkfifo /tmp/mapped
	unshare -U --keep-caps sh -c 'read -r _ < /tmp/mapped; exec setpriv --reuid 0 --regid 0 --clear-groups "$@"' sh "$@" &
	until [ "$(readlink "/proc/$!/ns/user")" != "$(readlink /proc/self/ns/user)" ]; do sleep 0.02; done
	env printf '%b\n' "$map" > "/proc/$!/uid_map"
	env printf '%b\n' "$map" > "/proc/$!/gid_map"
	echo > /tmp/mapped
	rm /tmp/mapped
	wait $! || status=$?
	return $status
}

# In a sandbox that is the host of containers; 3032 there is 33 in the first.
ids_in_containers() {
	echo secret > "$1"
	chown 3032 "$1"
	chmod 600 "$1"
	container '0 2000 1\n1 3000 62000' "$B/test-sandbox" sh -c 'cat /proc/self/uid_map /proc/self/gid_map
		for id in 0 32 33 605; do setpriv --reuid $id --clear-groups cat "$1" 2> /dev/null || echo not read; done' sh "$1"
	container '0 2000 1\n1 3000 1000' "$B/test-sandbox" true 2>&1 || echo "status $?"
	container '0 2000 1' "$B/test-sandbox" cat /proc/self/uid_map
	rm "$1"
}

@test "in a container, root's sandbox has none of the ids of the container's users" {
	needs_root
	run in_sandbox bash -c "$(declare -f container ids_in_containers); set -eu; ids_in_containers $D/secret"
	echo "$output"
	[ "$status" = 0 ]
	diff -u - <(echo "$output" | tr -s ' ') <<- END
		 0 60578 606
		 0 60578 606
		not read
		not read
		not read
		not read
		$nobody_free
		status 125
		 0 0 1
	END
}

@test "an ordinary user is himself in his sandbox, with all capabilities for it" {
	# where newuidmap may not help, as here, it is so for one with a range in /etc/subuid as well
	alone() { as_user setpriv --no-new-privs "$@"; }
	run inside alone sh -c 'cat /proc/self/uid_map; id -u; cat /proc/self/setgroups; grep CapEff /proc/self/status'
	[ "$status" = 0 ]
	id=$(as_user id -u)
	read -r first base count <<< "${lines[0]}"
	[ "$first $base $count ${lines[1]} ${lines[2]}" = "$id $id 1 $id deny" ]
	[ "$((0x${lines[3]#*:?} & 1 << 12))" != 0 ] # CAP_NET_ADMIN
}

@test "an ordinary user with a range in /etc/subuid is root in his sandbox, and has ids" {
	needs_root
	command -v newuidmap newgidmap > /dev/null || cannot "there is no newuidmap"
	run inside as_user_with_ids sh -c 'cat /proc/self/uid_map /proc/self/gid_map; id -u; id -G; setpriv --reuid 7 --clear-groups id -u'
	[ "$status" = 0 ]
	[ "$(echo "$output" | tr -s ' ')" = " 0 4242 1
 1 200000 65536
 0 4242 1
 1 300000 65536
0
0
7" ]
}

@test "ranges come from getsubids where it is, and count where they are in the user namespace" {
	needs_root
	command -v newuidmap newgidmap getsubids > /dev/null || cannot "there is no newuidmap, or no getsubids (package uidmap)"
	asked() {
		with_files "/etc/passwd=$(cat /etc/passwd)\nsome body:x:4242:4242::/:/bin/sh\n" \
			/etc/subuid='some body:200000:65536\nsome body:400000:7\n' /etc/subgid='some body:200000:65536\nsome body:500000:8\n' \
			"$(command -v getsubids)=#!/bin/sh\n[ \"\$*\" != 'some body' ] || echo '0: some body 400000 7'\n[ \"\$*\" != '-g some body' ] || echo '0: some body 500000 8'\n" \
			-- setpriv --reuid 4242 --regid 4242 --clear-groups "$@"
	}
	run inside asked cat /proc/self/uid_map /proc/self/gid_map
	echo "$output"
	[ "$(tr -s ' ' <<< "$output")" = $' 0 4242 1\n 1 400000 7\n 0 4242 1\n 1 500000 8' ]
	# in a sandbox that is the host of this one there are no such ids
	as_user_elsewhere() {
		rm /etc/passwd /etc/subuid /etc/subgid
		echo 'somebody:x:4242:4242::/:/bin/sh' > /etc/passwd
		echo 'somebody:200000:65536' | tee /etc/subuid > /etc/subgid
		setpriv --reuid 4242 --regid 4242 --clear-groups "$B/test-sandbox" cat /proc/self/uid_map
	}
	run in_sandbox as_user_elsewhere
	echo "$output"
	[ "$(tr -s ' ' <<< "$output")" = " 4242 4242 1" ]
}

# --- what cannot be reached ---

# attack PID FILE: on a process of the same user and a file outside; an inherited descriptor 9 is of the host's network.
attack() {
	local pid=$1 file=$2
	refused kill -0 "$pid"
	[ "$(cat /proc/1/comm)" = test-sandbox ]
	[ "$(echo /proc/[0-9]* | wc -w)" -lt 10 ]
	refused cat /proc/1/environ
	refused ls /proc/1/fd
	refused cat /etc/shadow
	refused cat /.etc/shadow
	refused sh -c 'echo x >> /etc/passwd'
	refused touch /.etc/vnetgen-test /x
	refused sh -c 'echo x > /proc/sys/kernel/core_pattern'
	refused sh -c 'echo 1 > /proc/sys/vm/drop_caches'
	refused hostname vnetgen-test
	refused mknod /tmp/disk b 1 0
	refused nsenter --net=/proc/self/fd/9 true
	refused cat "$file"
	[ -z "$(ls /run)$(ls /tmp)" ]
	[ "$(ls /sys/class/net)" = lo ]
	[ "$(ip -br link | wc -l)" = 1 ]
	# its own: written to no host
	echo x > /etc/vnetgen-test
	echo x > /run/vnetgen-test
	echo x >> /etc/hosts
	mkdir /etc/netns/vnetgen-test
	# beneath its own mounts there is nothing
	cd /
	unshare -m sh -euc 'umount -cl /proc; [ -z "$(ls /proc)" ]'
	umount /etc /run /tmp /sys /.sys
	[ -z "$(ls /sys)$(ls /run)$(ls /tmp)$(ls /etc)" ]
}

@test "from inside, nothing of the host can be changed, signalled, or seen" {
	hosts=$(cat /etc/hosts)
	outside=$(mktemp "/tmp/vnetgen-test.$RUN.XXXXXX")
	chmod 666 "$outside"
	for who in $(everyone); do
		"$who" sleep 60 3>&- 9>&- &
		sleep=$!
		run inside "$who" attack "$sleep" "$outside" 9< /proc/self/ns/net
		kill "$sleep"
		echo "$who: $output"
		[ "$status" = 0 ]
	done
	rm "$outside"
	[ ! -e /etc/vnetgen-test ]
	[ ! -e /run/vnetgen-test ]
	[ ! -e /etc/netns/vnetgen-test ]
	[ "$(cat /etc/hosts)" = "$hosts" ]
}

# The ways to a cgroup namespace of one's own, in which a user may mount the cgroup that he is in outside.
cgroup_attacks() {
	local limit=/proc/sys/user/max_cgroup_namespaces
	refused unshare -C true
	refused unshare -UrC true
	refused sh -c "echo 9 > $limit"
	refused unshare -Ur sh -c "echo 9 > $limit; unshare -C true"
	refused nsenter --user=/proc/1/ns/user true
	refused nsenter --user=/proc/2/ns/user true
	refused mount -t cgroup2 none /tmp
	refused mount -t cgroup -o devices none /tmp
	refused setpriv --inh-caps +sys_resource --bounding-set +sys_resource sh -c "echo 9 > $limit"
}

@test "from inside, no cgroup is reached" {
	for who in $(everyone); do
		run inside "$who" cgroup_attacks
		echo "$who: $output"
		[ "$status" = 0 ]
	done
}

# more_attacks: kernel settings and things that are not of a namespace.
more_attacks() {
	local file
	refused date -s "$(date)"
	refused renice -n -5 $$
	for file in /proc/sysrq-trigger /dev/kmsg /dev/mem /proc/sys/vm/[a-z]* /proc/sys/fs/[a-z]* \
		/proc/sys/kernel/{core_pattern,modprobe,panic,sysrq,randomize_va_space,printk,threads-max} /sys/kernel/mm/*/[a-z]* /sys/power/* /sys/module/*/parameters/*; do
		# opened, and not written: if it could be, no harm is done
		[ ! -f "$file" ] && [ ! -c "$file" ] || refused sh -c ': >> "$1"' sh "$file"
	done
	[ -z "$(ls -A /run/user /run/dbus /run/systemd 2> /dev/null)" ]
	# of the network, what is changed is its own
	sysctl -qw net.ipv4.ip_forward="$1"
	sysctl -qw net.ipv4.conf.all.rp_filter="$2"
	ip link add vnetgen-test type veth peer name vnetgen-peer
	ip address add 192.0.2.1/32 dev lo
	ip link set lo mtu 1400
	mount -t tmpfs mine /mnt 2> /dev/null || mount -t tmpfs mine /opt
}

@test "from inside, kernel settings, time, devices and mounts of the host stay as they are" {
	settings() { cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/all/rp_filter /sys/class/net/lo/mtu /proc/self/mountinfo; ls /sys/class/net; }
	read -r forward < /proc/sys/net/ipv4/ip_forward
	read -r filter < /proc/sys/net/ipv4/conf/all/rp_filter
	for who in $(everyone); do
		before=$(settings)
		run inside "$who" more_attacks $((1 - forward)) $(((filter + 1) % 3))
		echo "$who: $output"
		[ "$status" = 0 ]
		[ "$(settings)" = "$before" ]
	done
}

# reaches WHO: what vnetgen(1) says that a scenario in a sandbox can still do to files.
reaches() {
	[ "$(cat "$1/for-all")" = read ]
	refused sh -c "echo x >> $1/for-all"
	refused cat "$1/roots"
	refused rm "$1/for-all"
	refused chmod 777 "$1/for-all"
	echo mine > "$1/free/new"
	[ "$2" != user ] || echo changed > "$1/users"
	[ "$2" = user ] || refused sh -c "cat $1/users; echo x > $1/users"
}

@test "from inside, files are what they are to others, or to the user who started it" {
	needs_root
	local place=$D/place
	for who in $(everyone); do
		mkdir -m 755 "$place"
		mkdir -m 1777 "$place/free"
		echo read > "$place/for-all"
		echo secret > "$place/roots"
		echo his > "$place/users"
		chmod 600 "$place/roots" "$place/users"
		chown 4242 "$place/users"
		kind=user
		[ "$who" != as_root ] || kind=root
		run inside "$who" reaches "$PWD/$place" $kind
		echo "$who: $output"
		[ "$status" = 0 ]
		[ "$(cat "$place/for-all" "$place/roots")" = $'read\nsecret' ]
		case $kind in
		root) [ "$(cat "$place/users")" = his ] && [ "$(stat -c %u "$place/free/new")" -ge $((0x70000000)) ] ;;
		user) [ "$(cat "$place/users")" = changed ] && [ "$(stat -c %u "$place/free/new")" = 4242 ] ;;
		esac
		rm -r "$place"
	done
}

# In a sandbox that is the host of another one.
has_keys_and_memory() {
	ipcmk -M 64 > /dev/null
	[ "$(ipcs -m | grep -c 0x)" = 1 ]
	[ "$("$B/test-sandbox" ipcs -m | grep -c 0x)" = 0 ]
	if command -v keyctl > /dev/null; then
		keyctl session - sh -euc 'key=$(keyctl add user vnetgen-test secret @s)
			[ "$(keyctl print "$key")" = secret ]
			if "$B/test-sandbox" keyctl print "$key" || "$B/test-sandbox" keyctl search @s user vnetgen-test; then exit 1; fi' 2> /dev/null
	fi
}

@test "from inside, no shared memory and no key of others is to be seen" {
	run in_sandbox has_keys_and_memory
	echo "$output"
	[ "$status" = 0 ]
}

@test "from inside, nobody types at the user's terminal" {
	command -v script > /dev/null || cannot "there is no script(1)"
	run script -qec "$B/test-sandbox sh -c 'cat < /dev/tty'" /dev/null < /dev/null
	[ "$status" != 0 ]
	[[ $output == *"No such device or address"* ]]
}

# --- what works ---

use_it() {
	[ "$(echo /proc/sys/net/ipv4/conf/*)" = "/proc/sys/net/ipv4/conf/all /proc/sys/net/ipv4/conf/default /proc/sys/net/ipv4/conf/lo" ]
	ip netns add red
	ip netns exec red ip link set lo up
	ip netns exec red ping -c 1 127.0.0.1
	ip -n red route show table all | grep -q 127.0.0.1
	ip netns exec red ip netns exec red ls /sys/class/net
	sysctl -w net.ipv4.ip_forward=1
	ping -c 1 127.0.0.1
	grep PRETTY_NAME= /etc/os-release
	mkdir -p /etc/netns/red
	echo '127.9.9.9 elsewhere' > /etc/netns/red/hosts
	ip netns exec red getent hosts elsewhere
	refused getent hosts elsewhere
	local tool
	for tool in "nft list ruleset" "iptables-legacy -L" "iptables-nft -L"; do
		[ -z "$(command -v "${tool%% *}")" ] || $tool
	done
}

@test "ip netns, ping, sysctl, nft, iptables and /etc/netns work inside" {
	for who in $(everyone); do
		run inside "$who" use_it
		echo "$who: $output"
		[ "$status" = 0 ]
	done
}

@test "tcpdump and dnsmasq work in a scenario" {
	command -v tcpdump > /dev/null || cannot "there is no tcpdump"
	PATH=$PATH:/usr/sbin command -v dnsmasq > /dev/null || cannot "there is no dnsmasq"
	cat > "$D/tools.ini" <<-'END'
		[netns red]
		[netns blue]
		[link red/eth0]
		peer = blue/eth0
		address = 192.0.2.1/24
		[link blue/eth0]
		address = 192.0.2.2/24
		[run a name server]
		netns = red
		run = dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --bind-interfaces --listen-address=192.0.2.1
		  --address=/a.test/192.0.2.7 --pid-file=/run/dnsmasq.pid
		undo = sh -c 'kill $(cat /run/dnsmasq.pid)'
		[run blue asks it]
		run = mkdir -p /etc/netns/blue && echo nameserver 192.0.2.1 > /etc/netns/blue/resolv.conf
		[check it answers]
		netns = blue
		run = getent hosts a.test
		match = ^192\.0\.2\.7
		[check a capture]
		netns = red
		run = timeout 5 tcpdump -l -c 1 -i eth0 icmp & sleep 0.5; ping -c 1 192.0.2.2; wait
		match = IP 192\.0\.2\.1 > 192\.0\.2\.2: ICMP echo request
	END
	for who in $(everyone); do
		run "$who" "$B/vnetgen" test --sandbox "$D/tools.ini"
		echo "$who: $output"
		[ "$status" = 0 ]
	done
}

@test "a sandbox can be made in a sandbox" {
	run in_sandbox "$B/vnetgen" test -q --sandbox scenarios/same-names.ini
	[ "$status" = 0 ]
	[ -z "$output" ]
}

# --- paths ---

@test "paths relative to the working directory work, and the log is written outside" {
	cat > "$D/paths.ini" <<-'END'
		[check a relative path]
		run = cat note
		match = ^found$
		[check a new file]
		run = echo made > new
	END
	program=$PWD/$B/vnetgen
	for place in "$D" /tmp /run; do
		# a directory as mktemp(1) makes it, which only its owner may enter, can be no working directory of others
		where=$(mktemp -d "$place/vnetgen-test.$RUN.XXXXXX" 2> /dev/null) || continue
		chmod 777 "$where"
		echo found > "$where/note"
		cp "$D/paths.ini" "$where"
		for log in log.json "$PWD/$D/absolute.json"; do
			(cd "$where" && as_user "$program" test -q --sandbox --log "$log" paths.ini)
			[ "$(cat "$where/new")" = made ]
			[ "$(cd "$where" && grep -c '"phase":"check"' "$log")" = 2 ]
			rm -f "$where/new" "$log"
		done
		rm -r "$where"
	done
}

@test "a working directory that root alone may enter is no obstacle" {
	needs_root
	where=$(mktemp -d "$D/closed.XXXXXX")
	mkdir "$where/open"
	program=$PWD/$B/test-sandbox
	cd "$where"
	[ "$("$program" pwd)" = "$PWD" ]
	cd open
	[ "$("$program" sh -c pwd 2>&1)" = "$PWD" ]
}

# In a sandbox that is the host of another one: its /etc is its own.
etc_of_many_kinds() {
	rm /etc/resolv.conf
	ln -s ../run/resolv/stub.conf /etc/resolv.conf
	mkdir -p /run/resolv /etc/netns/old /etc/below
	echo 'nameserver 192.0.2.53' > /run/resolv/stub.conf
	echo '192.0.2.80 mounted' > /run/hosts
	mount --bind /run/hosts /etc/hosts
	mount -t tmpfs below /etc/below
	echo seen > /etc/below/file
	"$B/test-sandbox" sh -euc '
		grep 192.0.2.53 /etc/resolv.conf
		getent hosts mounted
		cat /etc/below/file
		[ -z "$(ls /etc/netns)" ]
		ip netns add red
		mkdir /etc/netns/red
		echo "nameserver 192.0.2.54" > /etc/netns/red/resolv.conf
		ip netns exec red grep 192.0.2.54 /etc/resolv.conf'
}

@test "/etc/resolv.conf may be a link into /run, files and directories mounted in /etc, and /etc/netns be there" {
	run in_sandbox etc_of_many_kinds
	echo "$output"
	[ "$status" = 0 ]
}

@test "commands have no descriptor of ours, and a closed standard stream does not become the log" {
	printf '%s\n' '[check]' "run = ls /proc/self/fd" 'match = 3' '[check]' 'run = ls -l /proc/self/fd' > "$D/fds.ini"
	"$B/vnetgen" test --sandbox --log "$D/log.json" "$D/fds.ini" 7< /etc/passwd
	grep -F '"stdout":"0\n1\n2\n3\n"' "$D/log.json"
	"$B/vnetgen" test --sandbox --log "$D/log.json" "$D/fds.ini" <&- >&- 2>&-
	[ "$(grep -c '^{.*}$' "$D/log.json")" = "$(wc -l < "$D/log.json")" ]
	rm -f "$D/log.json"
}

# --- nothing is left ---

# Loops that wait run outside of bats, which traces each line.

# launch WHO ARG...: vnetgen in the background, in a process group of its own; sets $vnetgen to its pid.
launch() {
	local prefix=() who=$1
	shift
	if [ "$who" = as_user ] && [ "$(id -u)" = 0 ]; then
		prefix=(setpriv --reuid 4242 --regid 4242 --clear-groups)
	fi
	set -m
	"${prefix[@]}" "$B/vnetgen" "$@" 3>&- &
	set +m
	vnetgen=$!
}

# Waits until a `sleep` runs in the sandbox of $vnetgen; sets the pids of what there is, and $all to them and the
# namespace that is theirs.
await() {
	read -r init worker command < <(timeout 20 bash -c '
		child() { echo $(< "/proc/$1/task/$1/children") || pgrep -P "$1"; }
		until init=$(child "$1") && worker=$(child "$init") && command=$(child "$worker") &&
			[ "$(< "/proc/$command/comm")" = sleep ]; do sleep 0.03; done 2> /dev/null
		echo "$init $worker $command"' bash "$vnetgen")
	# while it is held open here, its number is given to no other namespace
	exec {held}< "/proc/$command/ns/user"
	all="$vnetgen $init $worker $command $(readlink "/proc/$BASHPID/fd/$held")"
}

# gone PID... NAMESPACE: no such processes run, and no others in that user namespace; or will not in a moment.  Where
# process 1 reaps nobody, as in many a container, they stay in the list: as zombies, Z.
gone() {
	timeout 20 bash -c '
		runs() { local stat; read -r stat < "/proc/$1/stat" && [[ ${stat##*) } != [ZX]* ]]; } 2> /dev/null
		any() { local pid; for pid; do ! runs "$pid" || return 0; done; return 1; }
		there() { stat -c %N /proc/[0-9]*/ns/user 2> /dev/null | grep -F "$1" | cut -d / -f 3; }
		while any "${@:1:$#-1}"; do sleep 0.03; done
		while any $(there "${!#}"); do sleep 0.03; done' bash "$@" ||
		{ echo "somebody is left of $*"; return 1; }
}

# when a test fails on its way
teardown() {
	local pids
	pids=$(jobs -p)
	[ -z "$pids" ] || kill -9 $pids 2> /dev/null || true
}

# ended STATUS: vnetgen ended so.
ended() {
	local status=0
	wait "$vnetgen" || status=$?
	[ "$status" = "$1" ] || { echo "status $status instead of $1"; cat "$D"/out*; return 1; }
}

state_of_host() {
	cat /proc/self/mountinfo
	find /run /etc/netns -maxdepth 2 2> /dev/null | sort
}

setup_sleepers() {
	printf '%s\n' '[netns red]' '[run]' 'run = sleep 61' > "$D/build.ini"
	printf '%s\n' '[netns red]' '[check]' 'netns = red' 'run = sleep 61' > "$D/check.ini"
}

# Each of its processes (vnetgen, the init, the worker, the command that runs) is killed in a sandbox of its own.
kill_each() {
	local who=$1 scenario=$2 victim victims=(vnetgen init worker command)
	local -A pids left
	for victim in "${victims[@]}"; do
		launch "$who" test -q --sandbox "$D/$scenario.ini" > "$D/out.$victim" 2>&1
		pids[$victim]=$vnetgen
	done
	for victim in "${victims[@]}"; do
		vnetgen=${pids[$victim]}
		await
		kill -9 "${!victim}"
		left[$victim]=$all
	done
	for victim in "${victims[@]}"; do
		echo "$who $scenario $victim"
		vnetgen=${pids[$victim]}
		case $victim-$scenario in
		command-build) ended 3 ;;
		command-check) ended 5 ;;
		*) ended 137 ;;
		esac
		gone ${left[$victim]}
	done
	rm "$D"/out.*
}

@test "kill -9 of any of its processes, while it builds or checks, leaves nothing" {
	setup_sleepers
	before=$(state_of_host)
	kill_each as_user build
	[ "$(id -u)" != 0 ] || kill_each as_root build
	kill_each as_user check
	[ "$(state_of_host)" = "$before" ]
}

@test "a sandbox that is killed is said to be" {
	setup_sleepers
	launch as_user test --sandbox "$D/check.ini" > "$D/out" 2>&1
	await
	kill -9 "$worker"
	ended 137
	[ "$(tail -n 1 "$D/out")" = "vnetgen: the sandbox was ended by signal 9 (Killed); nothing of it is left" ]
}

@test "kill -9 of vnetgen while it makes the sandbox leaves nothing" {
	setup_sleepers
	before=$(state_of_host)
	for ((i = 0; i < 40; i += 2)); do
		launch as_user test -q --sandbox "$D/build.ini"
		sleep "$(printf '0.%03d' "$i")"
		kill -9 "$vnetgen"
	done
	wait
	timeout 20 bash -c 'while pgrep -f "^$1/vnetgen test -q --sandbox $2/build.ini" > /dev/null; do sleep 0.02; done' bash "$B" "$D"
	[ "$(state_of_host)" = "$before" ]
}

@test "Ctrl-C, SIGINT, SIGTERM, SIGHUP: what was done is undone, and said so" {
	setup_sleepers
	before=$(state_of_host)
	declare -A pids left
	for signal in INT TERM HUP group; do
		launch as_user test --sandbox "$D/build.ini" > "$D/out.$signal" 2>&1
		await
		pids[$signal]=$vnetgen left[$signal]=$all
	done
	for signal in INT TERM HUP; do
		kill -"$signal" "${pids[$signal]}"
	done
	kill -INT -- "-${pids[group]}"
	for signal in INT TERM HUP group; do
		echo "$signal"
		vnetgen=${pids[$signal]}
		ended 130
		gone ${left[$signal]}
		grep -qx "vnetgen: interrupted: undoing what was done" "$D/out.$signal"
		grep -q "ip netns del red" "$D/out.$signal"
		[ "$(tail -n 1 "$D/out.$signal")" = "vnetgen: all of it is undone" ]
		rm "$D/out.$signal"
	done
	[ "$(state_of_host)" = "$before" ]
}

# stops LINE...: the status of a scenario of these lines, and what it says
stops() {
	printf '%s\n' '[netns red]' "$@" > "$D/stop.ini"
	as_user timeout -s KILL 20 "$B/vnetgen" test -q --timeout 1s --sandbox "$D/stop.ini" 2>&1 || echo "status $?"
}

@test "what is stopped inside does not hang the end, a time limit or Ctrl-C" {
	[ -z "$(stops '[run]' 'run = kill -STOP 2' '[run]' 'run = sh -c "kill -STOP -1; kill -TSTP 2"')" ]
	run stops '[run]' 'run = sh -c "kill -STOP 1; kill -STOP 2; kill -STOP $$"'
	echo "$output"
	[[ $output == *"it did not end within 1 s"*"status 3" ]]
	run stops '[run]' 'run = sh -c "while :; do kill -STOP 2; done"'
	[ "$output" = $'vnetgen: the sandbox was ended by signal 19 (Stopped (signal)); nothing of it is left\nstatus 147' ]
	setup_sleepers
	# from outside: all of it, or only the first process
	for interrupt in '$init' '$init $worker $command'; do
		launch as_user test -q --sandbox "$D/build.ini" > "$D/out" 2>&1
		await
		eval "kill -STOP $interrupt"
		kill -INT "$vnetgen"
		ended 130
		gone $all
	done
}

@test "Ctrl-C typed at a terminal" {
	command -v script > /dev/null || cannot "there is no script(1)"
	setup_sleepers
	run script -qec "$B/vnetgen test --sandbox $D/build.ini" /dev/null < <(sleep 0.7; printf '\003'; sleep 2)
	echo "$output"
	[ "$status" = 130 ]
	[[ $output == *"all of it is undone"* ]]
}

@test "a signal while the sandbox is made is not lost" {
	printf '%s\n' '[netns red]' '[run]' 'run = sleep 4' > "$D/short.ini"
	local i status begun=()
	for ((i = 0; i < 40; i += 4)); do
		launch as_user test --sandbox "$D/short.ini" > "$D/out.$i" 2>&1
		begun+=("$vnetgen")
		sleep "$(printf '0.%03d' "$i")"
		kill -TERM "$vnetgen"
	done
	for i in "${!begun[@]}"; do
		status=0
		wait "${begun[i]}" || status=$?
		# by the signal, as long as nothing was begun, or by itself
		[ "$status" = 143 ] || [ "$(tail -n 1 "$D/out.$((i * 4))")" = "vnetgen: all of it is undone" ]
		[ "$status" = 143 ] || [ "$status" = 130 ]
	done
	rm "$D"/out.*
}

@test "what nohup(1) says is heard" {
	printf '%s\n' '[netns red]' '[run]' 'run = sleep 0.5' > "$D/short.ini"
	(trap '' HUP; exec "$B/vnetgen" test -q --sandbox "$D/short.ini" 3>&-) &
	sleep 0.2
	kill -HUP $!
	wait $!
}

# --- where there can be none ---

# refused_for LINE PREPARATION: in a sandbox that is the host of the one that cannot be made.
refused_for() {
	local line=$1 preparation=$2
	run in_sandbox sh -euc "$preparation; exec \"\$@\" $B/vnetgen test --sandbox scenarios/veth-pair.ini" sh
	echo "$preparation: $status $output"
	[ "$status" = 6 ]
	[ "$output" = "vnetgen: no sandbox: $line" ]
}

@test "where no sandbox can be made, one line says why" {
	needs_root
	limit="user.max_%s_namespaces is 0; 'sysctl -w user.max_%s_namespaces=10000' allows them"
	user="set -- setpriv --reuid 4 --regid 4 --clear-groups"
	hidden="parts of /proc or /sys are hidden here, as in a container; Docker's '--security-opt systempaths=unconfined' allows it"
	# in a namespace whose root may still set its limits
	for kind in user mnt net pid ipc; do
		refused_for "${limit//%s/$kind}" "set -- unshare -Ur sh -c 'echo 0 > /proc/sys/user/max_${kind}_namespaces; exec \"\$@\"' sh"
	done
	refused_for "a seccomp filter forbids it, as a container's does; Docker's '--security-opt seccomp=unconfined' allows it" \
		"set -- $B/test-refuse"
	refused_for "$hidden" "mount --bind /dev/null /proc/keys"
	refused_for "$hidden" "umount /.sys; mount -t tmpfs hidden /sys/kernel"
	refused_for "$hidden" "mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys; $user"
	refused_for "kernel.unprivileged_userns_clone is 0; 'sysctl -w kernel.unprivileged_userns_clone=1' allows it" \
		"mount -t tmpfs settings /proc/sys/kernel; echo 0 > /proc/sys/kernel/unprivileged_userns_clone; $user"
	refused_for "AppArmor restricts user namespaces; a profile for vnetgen, or 'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0', allows them" \
		"mount -t tmpfs settings /proc/sys/kernel; echo 1 > /proc/sys/kernel/apparmor_restrict_unprivileged_userns; $user"
	refused_for "user namespaces are forbidden here, as they are in a chroot" \
		'mkdir /tmp/r; mount --rbind / /tmp/r; set -- chroot /tmp/r env --chdir="$PWD"'
}

# --- what the whole machine shares ---

@test "keys that are the whole machine's are refused by name, before anything is built" {
	cat > "$D/keys.ini" <<-'END'
		[host]
		sysctl = kernel.panic=1
		sysctl = net.ipv4.ip_forward=1
		sysctl = vm/swappiness = 10
		[netns red]
		sysctl = net.core.netdev_budget=100
		sysctl = net.ipv4.neigh.default.gc_thresh3=4096
		sysctl = net.ipv4.there_is_no_such_key=1
		[link red/eth0]
		peer = blue/eth0
		sysctl = net.ipv4.conf.eth0.forwarding=1
		[netns blue]
	END
	# in a network namespace that is not the first one, as a container's, those below net/ are not there at all
	expected=$(while read -r line section key; do
		[ ! -e "/proc/sys/$(tr . / <<< "$key")" ] ||
			echo "$D/keys.ini:$line: [${section/-/ }] sysctl: '$key' is the whole machine's; it cannot be set in a sandbox"
	done <<< "2 host kernel.panic
4 host vm/swappiness
6 netns-red net.core.netdev_budget
7 netns-red net.ipv4.neigh.default.gc_thresh3")
	for who in $(everyone); do
		run "$who" "$B/vnetgen" test --sandbox "$D/keys.ini"
		[ "$status" = 6 ]
		diff -u <(echo "$expected") <(echo "$output")
	done
	sed -i -E '/kernel|swappiness|budget|thresh|no_such/d' "$D/keys.ini"
	as_user "$B/vnetgen" test -q --sandbox "$D/keys.ini"
}
