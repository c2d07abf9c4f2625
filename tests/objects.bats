#!/usr/bin/env bats
# What iproute2 keeps about devices and namespaces: verbs, families, and what the host gets back.
load helper

# shellcheck disable=SC2317 # called in sandboxes
objects() {
	cat << 'END'
[scenario]
name = objects
[netns red]
sysctl = net.ipv6.conf.default.accept_dad=0
route = -4 default via 192.0.2.1
nexthop = id 7 via 192.0.2.1 dev v1
route = append 203.0.113.0/24 nhid 7
rule = -6 from 2001:db8::/32 table 100
rule = add from 192.0.2.0/24 table 100
neigh = 192.0.2.7 lladdr 02:00:00:00:00:07 dev v1
[link v0]
peer = red/v1
mac = 02:00:00:00:00:01
address = replace 192.0.2.1/24
neigh = 192.0.2.9 lladdr 02:00:00:00:00:09
qdisc = root handle 1: htb default 10
class = parent 1: classid 1:10 htb rate 10mbit
qdisc = parent 1:10 handle 2: tbf rate 5mbit burst 10k latency 50ms
filter = parent 1: protocol ip prio 5 u32 match ip dst 192.0.2.2/32 flowid 1:10
fdb = append 02:00:00:00:00:99 self permanent
[link red/v1]
address = 192.0.2.2/24
qdisc = ingress
END
}

# The commands of a script: what begins in the first column and is no comment or call of a function of the script.
commands() {
	grep -E '^(ip|tc|bridge|sysctl) '
}

@test "an object's line is the command that one types, with its verb, its family and its device" {
	objects > "$BATS_TEST_TMPDIR/objects.ini"
	vnetgen --dry-run "$BATS_TEST_TMPDIR/objects.ini" | commands > "$BATS_TEST_TMPDIR/classic"
	vnetgen --dry-run --style compact "$BATS_TEST_TMPDIR/objects.ini" | commands > "$BATS_TEST_TMPDIR/compact"
	diff -u tests/golden/objects.classic "$BATS_TEST_TMPDIR/classic"
	diff -u tests/golden/objects.compact "$BATS_TEST_TMPDIR/compact"
}

@test "the kernel takes all of them, in both styles" {
	needs_kernel
	in_sandbox check_objects
}

# shellcheck disable=SC2317
check_objects() {
	objects > /tmp/objects.ini
	for style in classic compact; do
		"$B/vnetgen" up -q --style "$style" /tmp/objects.ini
		{
			ip -n red route
			ip -n red rule
			ip -n red -6 rule
			ip -n red neigh show nud permanent
			ip neigh show nud permanent
			tc qdisc show dev v0 | sed 's/direct_packets_stat [0-9]*//'
			tc class show dev v0
			tc filter show dev v0
			tc -n red qdisc show dev v1
			bridge fdb show dev v0 | grep 00:99
		} > "/tmp/$style"
		"$B/vnetgen" down -q objects
	done
	diff -u /tmp/classic /tmp/compact
	grep -q '^203.0.113.0/24 nhid 7 via 192.0.2.1' /tmp/classic
	grep -q 'from 2001:db8::/32 lookup 100' /tmp/classic
	grep -q 'qdisc tbf 2: parent 1:10' /tmp/classic
	grep -q 'flowid 1:10' /tmp/classic
	grep -q 'qdisc ingress ffff:' /tmp/classic
}

# --- what outlives the network ---

# shellcheck disable=SC2317
host_objects() {
	cat << 'END'
[scenario]
name = host
[host]
rule = from 10.1.0.0/16 table 100
rule = -6 from all table 101 priority 50
route = 10.77.0.0/16 via 10.0.0.8 metric 5
route = append 10.78.0.0/16 via 10.0.0.3 metric 7
route = 10.79.0.0/16 via 10.0.0.9
route = blackhole 10.81.0.0/16 table 77
neigh = 10.0.0.5 lladdr 02:00:00:00:00:44 dev e0
neigh = proxy 10.0.0.6 dev e0
nexthop = id 7 via 10.0.0.9 dev e0
route = 10.80.0.0/16 nhid 7
[link lo]
address = 10.254.0.2/24
qdisc = root handle 1: htb default 10
class = parent 1: classid 1:10 htb rate 10mbit
[step]
[host]
route = replace 10.79.0.0/16 via 10.0.0.8
neigh = replace 10.0.0.5 lladdr 02:00:00:00:00:45 dev e0
neigh = del proxy 10.0.0.6 dev e0
END
}

# A host with routes, rules and neighbours of its own, some of them equal to what the scenario says.
# shellcheck disable=SC2317
make_host() {
	sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	sysctl -qw net.ipv6.conf.lo.disable_ipv6=0
	ip link add e0 type veth peer name e1
	ip link set e0 up
	ip link set e1 up
	ip addr add 10.0.0.1/24 dev e0
	ip route add 10.77.0.0/16 via 10.0.0.7
	ip route add 10.78.0.0/16 via 10.0.0.4 metric 7
	ip rule add from 10.1.0.0/16 table 100 priority 99
	ip neigh add 10.0.0.4 lladdr 02:00:00:00:00:40 dev e0
	ip addr add 10.254.0.1/24 dev lo
	ip route add 10.80.0.0/16 via 10.0.0.7 metric 9
}

# shellcheck disable=SC2317
host_state() {
	ip -o addr show
	ip route show table all
	ip rule
	ip -6 rule
	ip neigh show nud permanent
	ip nexthop
	tc qdisc show
	ls /run/vnetgen 2> /dev/null || :
}

# shellcheck disable=SC2317
host_gets_all_back() {
	make_host
	host_objects > /tmp/host.ini
	host_state > /tmp/before
	"$B/vnetgen" up -q /tmp/host.ini
	host_state > /tmp/during
	ip rule | grep -q '98:.from 10.1.0.0/16'
	"$B/vnetgen" down -q host
	host_state | diff -u /tmp/before -
	# the scripts do the same
	"$B/vnetgen" up --dry-run /tmp/host.ini > /tmp/setup.sh
	"$B/vnetgen" down --dry-run /tmp/host.ini > /tmp/teardown.sh
	sh -e /tmp/setup.sh
	host_state | diff -u /tmp/during -
	sh /tmp/teardown.sh > /dev/null
	host_state | diff -u /tmp/before -
}

@test "the host gets back what was taken, replaced or added, by down and by the script" {
	needs_kernel
	in_sandbox host_gets_all_back
}

# shellcheck disable=SC2317
killed_anywhere() {
	make_host
	host_objects > /tmp/host.ini
	host_state > /tmp/before
	n=$("$B/vnetgen" up --dry-run /tmp/host.ini | grep -cE '^(ip|tc) ')
	for ((i = 1; i <= n; i++)); do
		# an ip and tc that kill vnetgen (their parent) right after the Ith command that changes something
		mkdir -p /tmp/bin
		for tool in ip tc; do
			cat > "/tmp/bin/$tool" << END
#!/bin/sh
/sbin/$tool "\$@" || exit
case "\$*" in *show*) exit 0 ;; esac
echo x >> /tmp/count
[ "\$(wc -l < /tmp/count)" != $i ] || kill -9 \$PPID
END
			chmod +x "/tmp/bin/$tool"
		done
		: > /tmp/count
		"$B/vnetgen" up -q --path "/tmp/bin:/usr/sbin:/usr/bin:/sbin:/bin" /tmp/host.ini 2> /dev/null && exit 1
		"$B/vnetgen" down -q host
		host_state | diff -u /tmp/before - || { echo "killed after command $i"; exit 1; }
	done
	[ "$n" -ge 10 ]
}

@test "killed right after any command, down gives the host all back" {
	needs_kernel
	in_sandbox killed_anywhere
}

# Others add what is nearly ours, take away ours, and put theirs in its place: all of it stays as they left it.
# shellcheck disable=SC2317
others_meanwhile() {
	make_host
	printf '[scenario]\nname = o\n[host]\nroute = default via 10.0.0.8\nroute = 10.90.0.0/16 via 10.0.0.8\nrule = from 10.1.0.0/16 table 100\n%s\n%s\n%s\n' \
		'neigh = 10.0.0.5 lladdr 02:00:00:00:00:44 dev e0' '[link lo]' 'address = 10.253.0.1/24' > /tmp/o.ini
	"$B/vnetgen" up -q /tmp/o.ini
	ip route add default via 10.0.0.8 metric 100
	ip route replace 10.90.0.0/16 via 10.0.0.3
	ip rule add from 10.1.0.0/16 table 100 priority 5
	ip neigh replace 10.0.0.5 lladdr 02:00:00:00:00:55 dev e0
	ip addr add 10.253.0.2/24 dev lo # a secondary of ours
	"$B/vnetgen" down -q o
	ip route show | grep -v 'kernel\|10.7[78]\|10.80'
	ip rule show from 10.1.0.0/16
	ip neigh show nud permanent to 10.0.0.5
	ip -o addr show dev lo | grep -o '10.253[^ ]*'
	cat /proc/sys/net/ipv4/conf/lo/promote_secondaries
}

@test "what others added, replaced or put beside ours stays" {
	needs_kernel
	run in_sandbox others_meanwhile
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output" | tr '\t' ' ' | sed 's/ *$//') <<- 'END'
		default via 10.0.0.8 dev e0 metric 100
		10.90.0.0/16 via 10.0.0.3 dev e0
		5: from 10.1.0.0/16 lookup 100
		99: from 10.1.0.0/16 lookup 100
		10.0.0.5 dev e0 lladdr 02:00:00:00:00:55 PERMANENT
		10.253.0.2/24
		0
	END
}

# An ip that adds something like ours at the same moment: what has most of our words is ours.
# shellcheck disable=SC2317
others_at_once() {
	make_host
	mkdir /tmp/bin
	cat > /tmp/bin/ip << 'END'
#!/bin/sh
case "$*" in
"route add 10.90"*) /sbin/ip route add 10.90.0.0/16 via 10.0.0.9 metric 5 ;;
"rule add from 10.91"*) /sbin/ip rule add from 10.92.0.0/16 table 100 ;;
"a add 10.253"*) /sbin/ip addr add 10.252.0.1/24 dev lo ;;
esac
exec /sbin/ip "$@"
END
	chmod +x /tmp/bin/ip
	printf '[scenario]\nname = o\n[host]\nroute = 10.90.0.0/16 via 10.0.0.9\nrule = from 10.91.0.0/16 table 100\n[link lo]\naddress = 10.253.0.1/24\n' > /tmp/o.ini
	"$B/vnetgen" up -q --path "/tmp/bin:$PATH" /tmp/o.ini
	"$B/vnetgen" down -q o
	ip route show | grep '^10.90'
	ip rule show | grep 10.9
	ip -o addr show dev lo | grep -o '10.25[23][^ ]*'
}

@test "what others add at the very same moment is not taken for ours" {
	needs_kernel
	run in_sandbox others_at_once
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output" | tr '\t' ' ' | sed 's/ *$//') <<- 'END'
		10.90.0.0/16 via 10.0.0.9 dev e0 metric 5
		98: from 10.92.0.0/16 lookup 100
		10.252.0.1/24
	END
}

# refused LINE PATTERN: in [host] and [link lo], with such a message
refused() {
	printf '%b\n' "$1" > "$BATS_TEST_TMPDIR/r.ini"
	run vnetgen lint "$BATS_TEST_TMPDIR/r.ini"
	echo "$1: $output"
	[ "$status" -eq 1 ]
	[[ ${lines[0]} == *$2* ]]
}

@test "what could change things of others is refused on the host" {
	local value
	for value in 'route = del default' 'route = replace default via 10.0.0.1' 'route = change default via 10.0.0.1' \
		'route = prepend default via 10.0.0.1' 'rule = del from all table 7' 'neigh = replace 10.0.0.1 lladdr 02:00:00:00:00:01 dev e0' \
		'neigh = del 10.0.0.1 dev e0' 'nexthop = del id 7' 'nexthop = replace id 7 blackhole' \
		'route = 10.0.0.0/8 via 10.1.0.1 metric 5\nroute = del 10.0.0.0/8'; do
		refused "[host]\n$value" "so it is not taken on the host; do it in a namespace"
	done
	refused '[link lo]\naddress = del 127.0.0.1/8' 'not taken on the host'
	refused '[link lo]\nqdisc = parent 1: handle 2: htb' "needs 'root'"
	refused '[host]\nnexthop = via 10.0.0.1 dev e0' "needs 'id'"
	refused '[host]\nneigh = 10.0.0.1 lladdr 02:00:00:00:00:01' "needs an address first, and 'dev'"
	refused '[host]\nroute = 10.0.0.0/8 via 10.1.0.1 tab 7' "write 'table' in full"
	refused '[host]\nroute = 10.0.0.0/8 via 10.1.0.1 m 7' "write 'metric' in full"
	refused '[host]\nsysctl = net.ipv6.conf.eth0.disable_ipv6=1' "'disable_ipv6' does more"
	refused '[host]\nsysctl = net/ipv6/conf/all/disable_ipv6=1' "'disable_ipv6' does more"
	refused '[host]\nsysctl = net.ipv4.route.flush=1' "'flush' does more"
	refused '[host]\nsysctl = net/../kernel/hostname=x' 'no way out'
	refused '[link eth0]\nexisting = yes\nset = promisc on' 'would not be put back'
	refused '[link eth0]\nexisting = yes\nvlan = vid 7' 'not taken on the host'
	refused '[link eth0]\nexisting = yes\nfdb = 02:00:00:00:00:01' 'not taken on the host'
}

# What could not be undone is worked out anew by the next down, after what others did in between.
# shellcheck disable=SC2317
undone_later() {
	ip link add w0 type veth peer name w1
	ip link set w0 up
	ip addr add 192.0.2.1/24 dev w0
	printf '[scenario]\nname = twice\n[host]\nroute = 10.79.0.0/16 via 192.0.2.2\n%s\n' \
		'rule = add from 10.2.0.0/16 table 77 priority 7778' > /tmp/twice.ini
	host_state > /tmp/before
	mkdir /tmp/bin
	printf '#!/bin/sh\ncase "$*" in *"rule del"*) exit 2 ;; esac\nexec /sbin/ip "$@"\n' > /tmp/bin/ip
	chmod +x /tmp/bin/ip
	"$B/vnetgen" up -q /tmp/twice.ini
	"$B/vnetgen" down -q --path "/tmp/bin:$PATH" twice 2> /dev/null || echo "status $?"
	ip rule del priority 7778
	ip rule add from 10.3.0.0/16 table 77 priority 7778 # another one, by others
	"$B/vnetgen" down -q twice
	ip rule del from 10.3.0.0/16 priority 7778
	host_state | diff -u /tmp/before -
	"$B/vnetgen" --dry-run /tmp/twice.ini > /tmp/setup
	"$B/vnetgen" down --dry-run /tmp/twice.ini > /tmp/teardown
	sh /tmp/setup
	PATH=/tmp/bin:$PATH sh /tmp/teardown > /dev/null 2>&1 || echo "status $?"
	sh /tmp/teardown > /dev/null
	host_state | diff -u /tmp/before -
}

@test "what could not be undone is worked out anew the next time" {
	needs_kernel
	run in_sandbox undone_later
	echo "$output"
	[ "$output" = "status 4
status 4" ]
}

# Each program that the restore script starts fails in turn: what it would have said must not decide what is undone.
# shellcheck disable=SC2317
tool_fails() {
	local n number=0
	"$B/test-fault" --install
	ip link set lo up
	printf '[scenario]\nname = h\n[host]\nsysctl = net.ipv4.ip_forward=1\n[link lo]\naddress = 203.0.113.1/32\naddress = 2001:db8::1/128\n' > /tmp/h.ini
	ip addr show > /tmp/before
	"$B/vnetgen" up -q /tmp/h.ini
	"$B/test-fault" --run 0 - "$B/vnetgen" down -q --path "/tmp/fault/bin:$PATH" h
	for n in $(grep -n '^inner' /tmp/fault/calls | cut -d : -f 1); do
		"$B/vnetgen" up -q /tmp/h.ini
		"$B/test-fault" --run "$n" refuse "$B/vnetgen" down -q --path "/tmp/fault/bin:$PATH" h 2> /dev/null ||
			"$B/vnetgen" down -q h
		ip addr show | diff -u /tmp/before - || { cat /tmp/fault/fired; return 1; }
		number=$((number + 1))
	done
	[ "$number" -ge 10 ]
}

@test "a tool that fails while the host is given back decides nothing" {
	needs_kernel
	in_sandbox tool_fails
}

# --- IPv6 addresses can be used ---

# shellcheck disable=SC2317
fresh() {
	cat << 'END'
[scenario]
name = fresh
[netns a]
[netns b]
[link a/e0]
peer = b/e0
address = fd00::1/64
[link b/e0]
address = fd00::2/64
[link a/e1]
peer = b/e1
address = fd01::1/64
[link b/e1]
address = fd01::2/64
END
}

usable_at_once() {
	fresh > /tmp/fresh.ini
	"$B/vnetgen" -q /tmp/fresh.ini
	ip netns exec a ping -c 1 -W 1 -q fd01::2
	"$B/vnetgen" -q down fresh
	"$B/vnetgen" --dry-run /tmp/fresh.ini | sh > /dev/null
	ip netns exec a ping -c 1 -W 1 -q fd01::2
}

@test "when up or a printed script ends, IPv6 addresses can be used" {
	needs_kernel
	run -0 in_sandbox usable_at_once
	[ "$(grep -c ' 0% packet loss' <<< "$output")" -eq 2 ]
}

@test "each namespace is waited for once, where nothing has waited before" {
	local file=$BATS_TEST_TMPDIR/fresh.ini
	waits() { # OPTION...: what waits, and the user's commands
		vnetgen --dry-run "$@" "$file" | sed -nE 's/^v_settle ip netns exec (.).*/wait \1/p; /^[a-z]+ (1|2)$/p'
	}
	fresh > "$file"
	diff -u <(printf 'wait %s\n' a b) <(waits)
	diff -u <(printf 'wait %s\n' a b) <(waits --with-checks)
	# a look waits for itself alone, and a run for all
	printf '[check]\nrun = true 1\n' >> "$file"
	diff -u <(printf 'wait %s\n' a b) <(waits)
	diff -u <(printf '%s\n' 'wait a' 'wait b' 'true 1') <(waits --with-checks)
	printf '[step]\n[link b/e1]\naddress = fd02::2/64\n[run]\nrun = true 2\n' >> "$file"
	diff -u <(printf '%s\n' 'wait a' 'wait b' 'true 2') <(waits)
	printf '[step]\n[link b/e1]\naddress = fd03::2/64\naddress = fd04::2/64 nodad\n' >> "$file"
	diff -u <(printf '%s\n' 'wait a' 'wait b' 'true 2' 'wait b') <(waits)
	diff -u <(printf '%s\n' 'wait a' 'wait b' 'true 1' 'wait a' 'wait b' 'true 2' 'wait b') <(waits --with-checks)
	# on a device that is down an address stays tentative
	printf '[netns a]\n[link a/d]\ntype = dummy\nup = no\naddress = fd00::1/64\n' > "$file"
	[ -z "$(waits)" ]
	printf '[step]\n[link a/d]\nup = yes\n' >> "$file"
	diff -u <(echo wait a) <(waits)
	# none twice, also when there are many
	printf '[netns c{1..2000}]\n[netns d{1..2000}]\n[link c{1..2000}/e]\npeer = d{n}/e\naddress = fd0a::{n}/64\n' > "$file"
	[ "$(vnetgen --dry-run "$file" | grep -c '^v_settle ')" -eq 2000 ]
}
