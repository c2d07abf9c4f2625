#!/usr/bin/env bats
# What several networks share on one host, and where and when a record is valid.
load helper

setup() {
	needs_kernel
}

# shared NAME NUMBER: a scenario that uses what others use too.
# shellcheck disable=SC2317 # called in sandboxes
shared() {
	cat << END
[scenario]
name = $1
[netns $1]
nameserver = 10.0.0.1
[host]
sysctl = net.ipv4.ip_forward=1
sysctl = net.ipv4.conf.default.rp_filter=$2
iptables = -P FORWARD DROP
iptables = -A FORWARD -s 10.$2.0.0/16 -j ACCEPT
END
}

# shellcheck disable=SC2317
all_of_it() {
	sysctl -a -r '^net\.ipv4\.(ip_forward|conf\.)' 2> /dev/null
	iptables -S
	nft list ruleset
	ls -A /run/vnetgen /etc/netns 2> /dev/null || :
}

# Up and down in each order, by the program and by scripts: the last one puts back what was there before the first.
# shellcheck disable=SC2317
in_any_order() {
	local order by n
	for n in 1 2; do
		shared "n$n" "$n" > "/tmp/n$n.ini"
		"$B/vnetgen" --dry-run "/tmp/n$n.ini" > "/tmp/setup$n"
		"$B/vnetgen" down --dry-run "/tmp/n$n.ini" > "/tmp/teardown$n"
	done
	ip link add p0 type veth peer name p1
	sysctl -qw net.ipv4.conf.p0.forwarding=1
	all_of_it > /tmp/before
	for by in 'program program' 'program script' 'script program' 'script script'; do
		for order in '1 2' '2 1'; do
			# shellcheck disable=SC2086 # words
			set -- $by
			for n in 1 2; do
				case ${!n} in program) "$B/vnetgen" up -q "/tmp/n$n.ini" ;; *) sh "/tmp/setup$n" ;; esac > /tmp/said
			done
			for n in $order; do
				[ "$(cat /proc/sys/net/ipv4/ip_forward) $(iptables -S FORWARD | head -n 1)" = '1 -P FORWARD DROP' ]
				[ -d /etc/netns ]
				case ${!n} in program) "$B/vnetgen" down -q "n$n" ;; *) sh "/tmp/teardown$n" ;; esac > /tmp/said
			done
			all_of_it | diff -u /tmp/before - || { echo "$by, $order"; return 1; }
		done
	done
	# what others have set meanwhile stays
	"$B/vnetgen" up -q /tmp/n1.ini
	sysctl -qw net.ipv4.conf.default.rp_filter=0
	iptables -P FORWARD ACCEPT
	sysctl -qw net.ipv4.conf.p1.forwarding=0
	"$B/vnetgen" down -q n1
	all_of_it | diff -u /tmp/before -
}

@test "what two networks share is put back by the last one, whoever built them and in whatever order" {
	"$B/test-sandbox" iptables -S > /dev/null || cannot "no iptables here"
	in_sandbox in_any_order
}

# A directory that was there before stays, also an empty one, and what others put into one of ours.
# shellcheck disable=SC2317
directories() {
	printf '[scenario]\nname = d\n[netns red]\nnameserver = 10.0.0.1\n[file red:/etc/hosts]\n| x\n' > /tmp/d.ini
	for there in /etc/netns /etc/netns/red; do
		rm -rf /etc/netns
		mkdir -p "$there"
		"$B/vnetgen" up -q /tmp/d.ini
		"$B/vnetgen" down -q d
		[ -d "$there" ]
		"$B/vnetgen" --dry-run /tmp/d.ini | sh
		"$B/vnetgen" down --dry-run /tmp/d.ini | sh
		[ -d "$there" ]
		[ ! -e /run/vnetgen ]
	done
	rmdir /etc/netns/red /etc/netns
	"$B/vnetgen" up -q /tmp/d.ini
	: > /etc/netns/red/theirs
	"$B/vnetgen" down -q d
	find /etc/netns
	[ ! -e /run/vnetgen ]
}

@test "directories that were there stay, and so do those that others use" {
	run in_sandbox directories
	[ "$status" -eq 0 ]
	[ "$output" = $'/etc/netns\n/etc/netns/red\n/etc/netns/red/theirs' ]
}

# A setting that is there already is not written: with conf.all that would change every device.
# shellcheck disable=SC2317
not_written() {
	sysctl -qw net.ipv6.conf.all.forwarding=1
	sysctl -qw net.ipv6.conf.lo.forwarding=0
	printf '[scenario]\nname = s\n[host]\nsysctl = net.ipv6.conf.all.forwarding=1\nsysctl = net.ipv4.ip_local_port_range=%s\nlo = up\n' \
		"$(cat /proc/sys/net/ipv4/ip_local_port_range)" > /tmp/s.ini
	"$B/vnetgen" up /tmp/s.ini | cut -c 7- | tr -s '\t' ' '
	cat /proc/sys/net/ipv6/conf/lo/forwarding
	"$B/vnetgen" down -q s
	"$B/vnetgen" --dry-run /tmp/s.ini | sh
	cat /proc/sys/net/ipv6/conf/lo/forwarding
	"$B/vnetgen" down --dry-run /tmp/s.ini | sh
	# what cannot be read could not be put back
	printf '[scenario]\nname = s\n[host]\nsysctl = net.ipv6.conf.lo.stable_secret2=1\n' > /tmp/s.ini
	"$B/vnetgen" up -q /tmp/s.ini 2>&1 | head -n 1
	ls -A /run/vnetgen 2> /dev/null || :
}

@test "a setting that is there already is not written, and one that cannot be read is refused" {
	run in_sandbox not_written
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		sysctl -w net.ipv6.conf.all.forwarding=1 is so already
		sysctl -w 'net.ipv4.ip_local_port_range=32768 60999' is so already
		ip link set lo up is so already
		0
		0
		vnetgen: /tmp/s.ini:4: cannot note what is there, to put it back: exit status 1
	END
}

# --- one lock ---

# shellcheck disable=SC2317
waits_for_the_lock() {
	printf '[scenario]\nname = l\n[host]\nsysctl = net.ipv4.ip_forward=1\n' > /tmp/l.ini
	"$B/vnetgen" --dry-run /tmp/l.ini > /tmp/setup
	"$B/vnetgen" down --dry-run /tmp/l.ini > /tmp/teardown
	for what in "$B/vnetgen up -q /tmp/l.ini" "$B/vnetgen down -q l" 'sh /tmp/setup' 'sh /tmp/teardown'; do
		exec 7< /proc/self/ns/net
		flock 7
		$what > /dev/null 7<&- &
		sleep 0.3
		kill -0 $! || echo "'$what' did not wait"
		exec 7<&-
		wait $!
	done
	cat /proc/sys/net/ipv4/ip_forward
}

@test "up, down and the scripts change the host's side one at a time" {
	run in_sandbox waits_for_the_lock
	[ "$status" -eq 0 ]
	[ "$output" = 0 ]
}

# Many at once: each has its rule, and the host afterwards none.
# shellcheck disable=SC2317
at_once_on_the_host() {
	local n _
	for n in 1 2 3 4; do
		shared "n$n" "$n" > "/tmp/n$n.ini"
		"$B/vnetgen" --dry-run "/tmp/n$n.ini" > "/tmp/setup$n"
		"$B/vnetgen" down --dry-run "/tmp/n$n.ini" > "/tmp/teardown$n"
	done
	all_of_it > /tmp/before
	for _ in 1 2 3; do
		for n in 1 2; do "$B/vnetgen" up -q "/tmp/n$n.ini" & done
		for n in 3 4; do sh "/tmp/setup$n" > /dev/null & done
		wait
		[ "$(iptables -S FORWARD | grep -c ACCEPT)" = 4 ]
		for n in 1 2; do "$B/vnetgen" down -q "n$n" & done
		for n in 3 4; do sh "/tmp/teardown$n" > /dev/null & done
		wait
		all_of_it | diff -u /tmp/before -
	done
}

@test "four networks at once, by the program and by scripts, leave nothing" {
	"$B/test-sandbox" iptables -S > /dev/null || cannot "no iptables here"
	in_sandbox at_once_on_the_host
}

# --- where a record is valid ---

# shellcheck disable=SC2317
elsewhere() {
	"$B/vnetgen" up -q scenarios/veth-pair.ini
	unshare -n "$B/vnetgen" down veth-pair || echo "status $?"
	unshare -n "$B/vnetgen" list | tr -s ' ' | cut -d ' ' -f 1,2
	unshare -n "$B/vnetgen" up scenarios/veth-pair.ini || echo "status $?"
	unshare -n "$B/vnetgen" check scenarios/veth-pair.ini || echo "status $?"
	"$B/vnetgen" down -q veth-pair
	"$B/vnetgen" --dry-run scenarios/veth-pair.ini | sh
	"$B/vnetgen" down --dry-run scenarios/veth-pair.ini > /tmp/teardown
	unshare -n sh /tmp/teardown || echo "status $?"
	ls /run/netns
	sh /tmp/teardown
	ls -A /run/netns /run/vnetgen 2> /dev/null || :
}

@test "a record is refused in another network namespace than its own" {
	run in_sandbox elsewhere
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: veth-pair was built in another network namespace, and is taken down there; when that is gone, remove its namespaces ('ip netns del') and then /run/vnetgen/veth-pair
		status 6
		veth-pair elsewhere
		vnetgen: veth-pair was built in another network namespace, and is taken down there; when that is gone, remove its namespaces ('ip netns del') and then /run/vnetgen/veth-pair
		status 6
		vnetgen: veth-pair was built in another network namespace, and is taken down there; when that is gone, remove its namespaces ('ip netns del') and then /run/vnetgen/veth-pair
		status 6
		veth-pair was built in another network namespace
		status 6
		blue
		red
		/run/netns:
	END
}

# shellcheck disable=SC2317
cannot_look() {
	printf '[scenario]\nname = c\n[netns red]\nnameserver = 10.0.0.1\n[link e0]\npeer = red/e1\n' > /tmp/c.ini
	"$B/vnetgen" up -q /tmp/c.ini
	# something is mounted over what was made
	for over in /run/netns /etc; do
		mount -t tmpfs over $over
		"$B/vnetgen" down -q c 2>&1 || echo "status $?"
		umount $over
	done
	# no /proc
	unshare -m sh -c 'mount -t tmpfs none /proc; "$0" down -q c' "$B/vnetgen" || echo "status $?"
	ls /run/netns /etc/netns/red
	"$B/vnetgen" down -q c
	ls -A /run/netns /run/vnetgen /etc/netns 2> /dev/null || :
}

@test "what cannot be looked at is not taken for gone" {
	run in_sandbox cannot_look
	[ "$status" -eq 0 ]
	echo "$output"
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: whether 'red' is still the namespace that was made cannot be seen now; is anything mounted over /run/netns?
		status 4
		vnetgen: whether '/etc/netns/red/resolv.conf' is still the file that was made cannot be seen now
		vnetgen: whether '/etc/netns/red' is still the directory that was made cannot be seen now
		status 4
		vnetgen: which network namespace this is cannot be seen: is there no /proc?
		status 6
		/etc/netns/red:
		resolv.conf

		/run/netns:
		/etc/netns:

		/run/netns:
	END
}

# Whatever stands in a scenario, its path and --set: no line of a script or of a record ends where it should not.
# shellcheck disable=SC2317
odd_texts() {
	directory=$'/tmp/evil\necho INJECTED #\\n'
	mkdir "$directory"
	printf '[scenario]\ntitle = ${t}\nname = odd\n[vars]\nt = x\n[netns red]\nnameserver = 10.0.0.1\n[run ${t}]\nrun = true x\nundo = true x\n[check ${t}]\nrun = true x\n[step ${t}]\ntext = ${t}\nnote = ${t}\n[file f]\n| ${t}\n[host]\nnft = add table inet odd\n  add chain inet odd c\n' > "$directory/odd.ini"
	set=t=$'a\necho INJECTED; \\n \\ $(echo INJECTED)'
	"$B/vnetgen" --dry-run --with-checks --set "$set" "$directory/odd.ini" > /tmp/setup
	"$B/vnetgen" down --dry-run --set "$set" "$directory/odd.ini" > /tmp/teardown
	sh /tmp/setup
	sh /tmp/teardown
	"$B/vnetgen" up -q --set "$set" "$directory/odd.ini"
	"$B/vnetgen" list | wc -l
	"$B/vnetgen" down --dry-run odd > /tmp/left
	sh /tmp/left > /dev/null
	ls -A /run/vnetgen 2> /dev/null || :
}

@test "no text of a scenario, its path or --set becomes a command of a script or a line of the record" {
	"$B/test-sandbox" nft list ruleset || cannot "no nftables here"
	run in_sandbox odd_texts
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output != *INJECTED* ]]
}

# Six setup scripts at once that share a namespace: one wins, and the teardown scripts of the others take nothing from it.
# shellcheck disable=SC2317
losers() {
	local n _
	for n in 1 2 3 4 5 6; do
		printf '[scenario]\nname = l%s\n[netns own%s]\n[netns red]\n[link e%s]\npeer = red/e0\n' $n $n $n > "/tmp/l$n.ini"
		"$B/vnetgen" --dry-run "/tmp/l$n.ini" > "/tmp/setup$n"
		"$B/vnetgen" down --dry-run "/tmp/l$n.ini" > "/tmp/teardown$n"
	done
	for _ in 1 2 3 4 5; do
		rm -f /tmp/won*
		for n in 1 2 3 4 5 6; do { sh "/tmp/setup$n" 2> /dev/null && : > "/tmp/won$n"; } & done
		wait
		[ "$(ls /tmp/won* | wc -l)" = 1 ]
		for n in 1 2 3 4 5 6; do [ -e "/tmp/won$n" ] || sh "/tmp/teardown$n"; done
		[ "$(ip netns list | wc -l)" = 2 ]
		for n in 1 2 3 4 5 6; do [ ! -e "/tmp/won$n" ] || sh "/tmp/teardown$n"; done
		[ -z "$(ip netns list)" ]
		[ ! -e /run/vnetgen ]
	done
}

@test "a setup script that lost a race takes nothing from the one that won" {
	in_sandbox losers
}

# What took the place of ours under the same name stays, also for the scripts.
# shellcheck disable=SC2317
replaced() {
	printf '[scenario]\nname = r\n[netns red]\nnameserver = 10.0.0.1\n[link br0]\ntype = bridge\n' > /tmp/r.ini
	"$B/vnetgen" --dry-run /tmp/r.ini | sh
	"$B/vnetgen" down --dry-run /tmp/r.ini > /tmp/teardown
	ip netns del red
	ip netns add red
	ip link del br0
	ip link add br0 type bridge
	rm /etc/netns/red/resolv.conf
	echo theirs > /etc/netns/red/resolv.conf
	sh /tmp/teardown
	ip netns list
	ip -br link show br0 | cut -d ' ' -f 1
	cat /etc/netns/red/resolv.conf
	ls -A /run/vnetgen 2> /dev/null || :
	ip link set br0 name br1
	ip link property add dev br1 altname br0
	ip netns del red
	rm -r /etc/netns
	"$B/vnetgen" --dry-run /tmp/r.ini | sh || echo "status $?"
	"$B/vnetgen" up -q /tmp/r.ini || echo "status $?"
}

@test "what others have put in the place of ours stays, and another name of a device is taken" {
	run in_sandbox replaced
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		red
		br0
		theirs
		/sys/class/net/br0 is there already: nothing was done
		status 6
		vnetgen: /tmp/r.ini:5: a device 'br0' is there already, and not by vnetgen; remove it or take another name
		status 6
	END
}

# A [run] that fails half-way is undone by the scripts as by the program; what reads its input gets nothing.
# shellcheck disable=SC2317
fails_half_way() {
	printf '[scenario]\nname = h\n[netns red]\n[run]\nrun = cat\n[run]\nrun = sh -c "touch /tmp/m; exit 3"\nundo = rm /tmp/m\n' > /tmp/h.ini
	"$B/vnetgen" --dry-run /tmp/h.ini > /tmp/setup
	"$B/vnetgen" down --dry-run /tmp/h.ini > /tmp/teardown
	for shell in dash bash 'busybox sh'; do
		command -v "${shell% *}" > /dev/null || continue
		status=0
		$shell < /tmp/setup 2> /dev/null || status=$?
		[ $status = 3 ] && [ -e /tmp/m ]
		$shell < /tmp/teardown
		[ ! -e /tmp/m ] && [ -z "$(ip netns list)" ] && [ ! -e /run/vnetgen ]
	done
	"$B/vnetgen" -q /tmp/h.ini 2> /dev/null || [ $? = 3 ]
	[ ! -e /tmp/m ]
}

@test "a run that fails half-way is undone by the scripts too, and no command reads the script" {
	in_sandbox fails_half_way
}

# A user's own undo that fails failed, whatever it says; the record stays until it does not.
# shellcheck disable=SC2317
undo_fails() {
	printf '[scenario]\nname = u\n[netns red]\n[run]\nrun = touch /tmp/m\nundo = sh -c "echo No such process >&2; rm /tmp/m"\n' > /tmp/u.ini
	"$B/vnetgen" --dry-run /tmp/u.ini > /tmp/setup
	"$B/vnetgen" down --dry-run /tmp/u.ini > /tmp/teardown
	for by in "$B/vnetgen up -q /tmp/u.ini|$B/vnetgen down -q u" 'sh /tmp/setup|sh /tmp/teardown'; do
		${by%|*}
		mv /tmp/m /tmp/away
		for _ in 1 2; do ${by#*|} > /dev/null 2>&1 || echo "status $?"; done
		mv /tmp/away /tmp/m
		${by#*|} > /dev/null 2>&1 || echo "status $?"
		ls -A /tmp/m /run/vnetgen 2> /dev/null || :
	done
}

@test "an undo of the user's that fails is tried again by each down" {
	run in_sandbox undo_fails
	[ "$status" -eq 0 ]
	[ "$output" = $'status 4\nstatus 4\nstatus 4\nstatus 4' ]
}

# shellcheck disable=SC2317
stray_device() {
	printf '[scenario]\nname = s\n[netns red]\n[link red/e0]\npeer = /e1\n' > /tmp/s.ini
	ip link add card type veth peer name other
	"$B/vnetgen" up -q /tmp/s.ini
	ip -n red link add mine type bridge
	ip link set card netns red
	"$B/vnetgen" down -q s 2>&1 || echo "status $?"
	ip -n red link set card netns $$
	"$B/vnetgen" down -q s
	ip -br link show card | cut -d @ -f 1
	ls -A /run/netns /run/vnetgen 2> /dev/null || :
}

@test "a namespace with a device of the host in it is left, and named" {
	run in_sandbox stray_device
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: the device 'card' of the host is in the namespace 'red', which is left as long as it is there
		status 4
		card
		/run/netns:
	END
}

# A setup script that broke off at "... up" has not come to its end: what it did not make is not taken away.
# shellcheck disable=SC2317
broken_off_at_up() {
	printf '[scenario]\nname = b\n[netns red]\n[link red/e0]\npeer = /e1\n[step]\n[link br0]\ntype = bridge\n' > /tmp/b.ini
	"$B/vnetgen" --dry-run /tmp/b.ini > /tmp/setup
	"$B/vnetgen" down --dry-run /tmp/b.ini > /tmp/teardown
	mkdir /tmp/bin
	printf '#!/bin/sh\ncase "$*" in "link set e1 up") exit 2 ;; esac\nexec /sbin/ip "$@"\n' > /tmp/bin/ip
	chmod +x /tmp/bin/ip
	! PATH=/tmp/bin:$PATH sh /tmp/setup 2> /dev/null
	ip link add br0 type bridge # others take the name
	sh /tmp/teardown
	ip -br link show br0 | cut -d ' ' -f 1
	ls -A /run/netns /run/vnetgen 2> /dev/null || :
}

@test "what a setup script that broke off did not make is not taken away" {
	run in_sandbox broken_off_at_up
	[ "$status" -eq 0 ]
	[ "$output" = $'br0\n/run/netns:' ]
}

# A table that was noted, and that no command has added since another thing was refused, is not ours.
# shellcheck disable=SC2317
never_added() {
	ip link add card type veth peer name far
	ip link add link card name upon type macvlan
	printf '[scenario]\nname = t\n[link card]\nexisting = yes\nmtu = 1400\n[host]\nnft = add table inet ours\n' > /tmp/t.ini
	"$B/vnetgen" --dry-run /tmp/t.ini > /tmp/setup
	! sh /tmp/setup 2> /dev/null
	nft add table inet ours
	"$B/vnetgen" down --dry-run /tmp/t.ini | sh
	nft list tables
	ls -A /run/vnetgen 2> /dev/null || :
}

@test "a table that no command has added yet is not taken away" {
	needs_kernel macvlan
	"$B/test-sandbox" nft list ruleset || cannot "no nftables here"
	run in_sandbox never_added
	[ "$status" -eq 0 ]
	[ "$output" = 'table inet ours' ]
}
