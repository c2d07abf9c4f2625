#!/usr/bin/env bats
# Names of devices that the installed ip could take for words of its own, against ip itself.

load helper

setup() {
	needs_kernel
}

# The functions below run in a sandbox, which sees no file of the test: their input is lines "NAME bare" and "NAME dev".
take_names() {
	ulimit -n "$(ulimit -Hn)" # ip 6.1 leaves a file open for each `netns` of a batch
	cat >/tmp/names
}

# Every name as a device.  The kernel has no device "all", and lo is there.
raise_all() {
	take_names
	ip link set lo down
	ip netns add there
	ip netns add empty
	awk '$1 != "lo" && $1 != "all" { $3 = $2 == "dev" ? "dev " : ""; print }' /tmp/names >/tmp/new
	(cut -d' ' -f1 /tmp/new; echo lo) | sort >/tmp/sorted
	seen() { awk -F'[ :@]+' '{ print $2 }' | sort; }

	awk '{ sub("dev", "name", $3)
		print "link add", $3, $1, "type veth peer name", $1, "netns there" }' /tmp/new | ip -batch -
	ip -o link show | seen | diff /tmp/sorted -
	ip -n there -o link show | seen | diff /tmp/sorted -
	[ -z "$(ip -o link show up)" ]

	(awk '{ print "link set", $3, $1, "up" }' /tmp/new; echo link set lo up) | ip -batch -
	ip -o link show up | seen | diff /tmp/sorted -
	[ -z "$(ip -n there -o link show up)" ]

	awk '{ print "addr add 192.0.2.1/32 dev", $1 }' /tmp/new | ip -batch -
	(ip -o addr show to 192.0.2.1 | seen; echo lo) | sort | diff /tmp/sorted -

	# to move or delete a device takes the kernel 20 ms: where there is none, ip says which one it looked for
	awk '{ print "link set", $3, $1, "netns there"; print "link del", $3, $1 }' /tmp/new >/tmp/batch
	awk '{ for (i = 0; i < 2; i++) print "Cannot find device \"" $1 "\"" }' /tmp/new >/tmp/expected
	ip -n empty -force -batch /tmp/batch 2>&1 | grep -v '^Command failed' | diff /tmp/expected -

	# and is `dev` needed where it is said to be?
	local n=0 needless=0
	awk '{ print "link set", $3, $1, "down" }' /tmp/new | ip -batch -
	for name in $(awk '$2 == "dev" { print $1 }' /tmp/new); do
		n=$((n + 1))
		ip link set "$name" up >/tmp/said 2>&1 || continue
		if (($(<"/sys/class/net/$name/flags") & 1)); then needless=$((needless + 1)); fi
	done
	echo "$(wc -l </tmp/names) names, $n of them told with dev, which $needless would not need"
}

@test "a name that needs no dev is read right without, and all others are with it" {
	"$B/test-keywords" --all | sort -u >"$BATS_TEST_TMPDIR/names"
	run in_sandbox raise_all <"$BATS_TEST_TMPDIR/names"
	echo "$output"
	[ "$status" -eq 0 ]
	echo "# $output" >&3
}

# A life of each name: created on another device, made a port, moved, deleted.
live() {
	take_names
	ip netns add list
	ip link add name up type bridge
	ip link add name dev type veth peer name name
	while read -r name how; do
		[ "$how" = dev ] && d=dev || d=
		[ "$how" = dev ] && n=name || n=
		ip link add $n "$name" type veth peer name type
		ip link set $d "$name" master up
		[ -e "/sys/class/net/up/brif/$name" ]
		ip link set $d "$name" netns list
		ip netns exec list ip link set $d "$name" up
		ip -n list -o link show up | grep -q "^[0-9]*: $name@"
		ip -n list link del $d "$name"
		[ "$(ip -n list -o link show | wc -l)" -eq 1 ]
		ip link add link name name "$name" type macvlan
		[ -e "/sys/class/net/$name/lower_name" ]
		ip link del $d "$name"
	done </tmp/names
	[ "$(ls /sys/class/net)" = $'dev\nlo\nname\nup' ]
}

@test "a device is created, enslaved, moved and deleted, whatever it is called" {
	"$B/test-keywords" a br link master netns txq eth0 veth-red br0 txx >"$BATS_TEST_TMPDIR/names"
	[ "$(grep -c 'dev$' "$BATS_TEST_TMPDIR/names")" -eq 6 ]
	run in_sandbox live <"$BATS_TEST_TMPDIR/names"
	echo "$output"
	[ "$status" -eq 0 ]
}

# Every word, where there is no such device.
look_for_all() {
	take_names
	awk '$1 != "lo" { print "link set", $2 == "dev" ? "dev" : "", $1, "up" }' /tmp/names >/tmp/batch
	awk '$1 != "lo" { print "Cannot find device \"" $1 "\"" }' /tmp/names >/tmp/expected
	ip -force -batch /tmp/batch 2>&1 | grep -v '^Command failed' | diff /tmp/expected -
}

# Strings of the program that are the end of another have no place of their own in it, so all ends are tried.
@test "no other word that is in the program of ip is misread: a newer one has none that is not known" {
	tr '\0' '\n' <"$(command -v ip)" | LC_ALL=C grep -aoE '[a-z][a-z0-9_-]*$' |
		awk '{ for (i = 1; i <= length($0); i++) print substr($0, i) }' |
		LC_ALL=C grep -xE '[a-z][a-z0-9_-]{0,14}' | sort -u |
		xargs "$B/test-keywords" >"$BATS_TEST_TMPDIR/names"
	grep -qx 'netns dev' "$BATS_TEST_TMPDIR/names"
	run in_sandbox look_for_all <"$BATS_TEST_TMPDIR/names"
	echo "$output"
	[ "$status" -eq 0 ]
}
