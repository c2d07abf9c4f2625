#!/usr/bin/env bats
# Devices that are there before: used, and given back as they were.
load helper

setup() {
	needs_kernel
}

# A host with devices of its own: eth9 with addresses, routes and settings, eth8 a port of br9, far ends that stay.
# shellcheck disable=SC2317 # called in sandboxes
make_host() {
	sysctl -qw net.ipv4.conf.all.promote_secondaries=1
	for n in 8 9; do
		ip link add "eth$n" type veth peer name "far$n"
		ip link set "far$n" up
		ip link set "eth$n" up
	done
	ip link set eth9 mtu 1450 txqueuelen 77 promisc on alias "the way out"
	sysctl -qw net.ipv4.conf.eth9.rp_filter=2 net.ipv6.conf.eth9.accept_dad=0 net.ipv6.conf.all.accept_dad=0 net.ipv4.neigh.eth9.gc_stale_time=77
	ip addr add 10.9.0.3/24 brd + dev eth9
	ip addr add 10.9.0.1/24 dev eth9 label eth9:one
	ip addr add 10.9.0.2/24 dev eth9 noprefixroute valid_lft 7000 preferred_lft 6000
	ip addr add 10.9.1.1 peer 10.9.1.2 dev eth9 scope link
	ip addr add 2001:db8:9::1/64 dev eth9
	ip addr add 2001:db8:9:1::3 peer 2001:db8:9:1::4 dev eth9
	sleep 0.3
	ip route add default via 10.9.0.254 metric 100 mtu 1400 proto static
	ip route add 198.51.100.0/24 dev eth9 scope link src 10.9.0.3
	ip route add 203.0.113.0/24 table 7 via 10.9.0.8 tos 8
	ip route append 192.0.2.0/24 via 10.9.0.7
	ip route add local 10.99.0.0/16 dev eth9
	ip -6 route add default via 2001:db8:9::fe metric 77
	ip -6 route add 2001:db8:a::/48 via 2001:db8:9::fd src 2001:db8:9::1 table 8
	ip nexthop add id 71 via 10.9.0.71 dev eth9
	ip rule add iif eth9 table 7 priority 99
	ip neigh add 10.9.0.4 lladdr 02:00:00:00:00:04 dev eth9
	ip neigh add proxy 10.9.0.77 dev eth9
	ip addr add 10.8.0.1/24 dev eth8
	ip route add 10.80.0.0/16 via 10.8.0.9
	ip link add br9 type bridge
	ip link set br9 up
	ip link set eth8 master br9
	ip link set eth8 type bridge_slave hairpin on cost 7
	until ip link show br9 | grep -q 'state UP'; do sleep 0.05; done
	settled
}

# The kernel is done with what it does by itself after a device came up: a link-local address has its route only when it
# has been found to be nobody else's, after a second or two.
# shellcheck disable=SC2317
settled() {
	sleep 0.3
	until [ -z "$(ip -6 addr show tentative)" ]; do sleep 0.05; done
}

# All of it that can be seen, with indexes of addresses, but for what the kernel counts or takes its time with.
# shellcheck disable=SC2317
host_looks() {
	{
		ip -d link show
		ip -4 addr show
		ip -o -6 addr show | sort # their order is lost
		ip -4 route show table all
		ip -o -6 route show table all | sort
		ip rule show
		ip -6 rule show
		ip nexthop show
		ip neigh show nud permanent
		ip neigh show proxy
		bridge fdb show | grep -E 'permanent|static' | sort
		bridge vlan show
		tc qdisc show | sort
		grep -rs '' /proc/sys/net/ipv[46]/{conf,neigh}/eth[89] /sys/class/net/eth[89]/{ifalias,brport/{hairpin_mode,path_cost}}
		find /run /etc/netns -mindepth 1 ! -path '/run/etc*' ! -path /run/netns 2> /dev/null | sort
	} | sed -E 's/(valid_lft|preferred_lft|expires) [5-7][0-9]{3}sec/\1 LONG/g
		s/[a-z_]+_timer +[0-9.]+|fdb_n_learned [0-9]+//g; s/ tentative//'
}

# shellcheck disable=SC2317
all_of_it() {
	cat << 'END'
[scenario]
name = all
[netns red]
[link br0]
type = bridge
[link eth9]
existing = yes
netns = red
mtu = 1400
mac = 02:00:00:00:00:09
sysctl = net.ipv4.conf.eth9.rp_filter=0
address = 10.5.0.1/24
address = 2001:db8:5::1/64
route = default via 10.5.0.2
neigh = 10.5.0.9 lladdr 02:00:00:00:00:99
qdisc = root handle 1: htb default 10
class = parent 1: classid 1:10 htb rate 10mbit
filter = parent 1: protocol ip prio 5 u32 match ip dst 192.0.2.2/32 flowid 1:10
[link eth8]
existing = yes
master = br0
address = 10.8.0.7/24
address = del 10.8.0.1/24
neigh = 10.8.0.4 lladdr 02:00:00:00:00:44
qdisc = root handle 1: tbf rate 5mbit burst 10k latency 50ms
sysctl = net.ipv4.conf.eth8.rp_filter=2
[host]
route = 10.77.0.0/16 via 10.8.0.9
[step]
[link eth9]
mtu = 1300
[link eth8]
up = no
END
}

# shellcheck disable=SC2317
all_is_given_back() {
	all_of_it > /tmp/all.ini
	gives_back /tmp/all.ini
}

# shellcheck disable=SC2317
gives_back() { # SCENARIO
	name=$(basename "$1" .ini)
	make_host
	host_looks > /tmp/before
	for style in classic compact; do
		"$B/vnetgen" up -q --style $style "$1"
		host_looks > "/tmp/up.$style"
		network_state > "/tmp/state.$style"
		"$B/vnetgen" down -q "$name"
		"$B/vnetgen" down "$name" | grep -q 'is not up'
		settled
		host_looks | diff -u /tmp/before -
		# the script in one of them: script.bats compares styles
		[ $style = classic ] || continue
		"$B/vnetgen" up --dry-run --style $style "$1" > /tmp/setup
		"$B/vnetgen" down --dry-run --style $style "$1" > /tmp/teardown
		sh /tmp/setup > /dev/null
		network_state | diff -u "/tmp/state.$style" -
		sh /tmp/teardown > /dev/null
		sh /tmp/teardown
		settled
		host_looks | diff -u /tmp/before -
	done
	diff -u /tmp/state.classic /tmp/state.compact
	! diff -q /tmp/before /tmp/up.classic > /dev/null
}

@test "a device that was there is given back as it was, by down and by the script, in both styles" {
	in_sandbox all_is_given_back
}

# A smaller host, for what is done many times.
# shellcheck disable=SC2317
make_small_host() {
	for n in 8 9; do
		ip link add "eth$n" type veth peer name "far$n"
		sysctl -qw "net.ipv6.conf.eth$n.disable_ipv6=1" "net.ipv6.conf.far$n.disable_ipv6=1"
		ip link set "far$n" up
		ip link set "eth$n" up
		ip addr add "10.$n.0.1/24" dev "eth$n"
	done
	sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.eth9.accept_dad=0 net.ipv6.conf.eth9.addr_gen_mode=1 net.ipv6.conf.eth9.disable_ipv6=0
	ip -6 addr add 2001:db8:9::1/64 dev eth9
	ip route add default via 10.9.0.254
	ip -6 route add default via 2001:db8:9::fe
	ip route add 10.88.0.0/16 via 10.8.0.254
	cat > /tmp/small.ini << 'END'
[netns red]
[link br0]
type = bridge
[link eth8]
existing = yes
up = no
master = br0
address = del 10.8.0.1/24
[link eth9]
existing = yes
netns = red
mtu = 1400
address = 192.0.2.1/24
END
}

# fake_ip AT HOW: an ip that does HOW before its change number AT of what is there; other questions are the real one's.
# shellcheck disable=SC2317
fake_ip() {
	mkdir -p /tmp/bin
	: > /tmp/changes
	cat > /tmp/bin/ip << END
#!/bin/sh
case "\$*" in *show* | *save* | "token list" | "netns exec"* | "-o "*) exec /sbin/ip "\$@" ;; esac
echo "\$*" >> /tmp/changes
if [ "\$(wc -l < /tmp/changes)" = $1 ]; then $2; fi
exec /sbin/ip "\$@"
END
	chmod +x /tmp/bin/ip
}
# shellcheck disable=SC2034
FAKE=/tmp/bin:/usr/sbin:/usr/bin:/sbin:/bin
export FAKE

# with FAULTS=all at each change, else here and there
step=$([ "${FAULTS:-}" = all ] && echo 1 || echo 4)
export step

# shellcheck disable=SC2317
fails_anywhere() {
	make_small_host
	host_looks > /tmp/before
	ways=('exit 2' 'kill -9 $PPID; sleep 0.1; exit 1' '/sbin/ip "$@"; kill -9 $PPID; exit')
	n=$("$B/vnetgen" --dry-run /tmp/small.ini | grep -c '^ip ')
	for ((i = 1; i <= n; i += step)); do
		for way in "${!ways[@]}"; do
			[ $step = 1 ] || [ "$way" = $((i / step % 3)) ] || continue
			fake_ip $i "${ways[way]}"
			status=0
			"$B/vnetgen" up -q --path "$FAKE" /tmp/small.ini 2> /tmp/said || status=$?
			case $way in
			0) [ $status = 3 ] && [ ! -e /run/vnetgen/small ] || { cat /tmp/said; return 1; } ;;
			*) [ $status = 137 ]; "$B/vnetgen" down -q small ;;
			esac
			host_looks | diff -u /tmp/before - || { echo "'${ways[way]}' at $(sed -n ${i}p /tmp/changes)"; return 1; }
		done
	done
	[ $n -ge 9 ]
}

@test "whichever command fails, and wherever vnetgen is killed, the devices are given back" {
	in_sandbox fails_anywhere
}

# shellcheck disable=SC2317
killed_in_down() {
	make_small_host
	host_looks > /tmp/before
	for ((i = 1; ; i += 3 * step)); do
		"$B/vnetgen" up -q /tmp/small.ini
		fake_ip $i 'kill -9 $(cut -d " " -f 4 /proc/$PPID/stat) $PPID; sleep 0.1; exit 1'
		status=0
		"$B/vnetgen" down -q --path "$FAKE" small 2> /tmp/said || status=$?
		"$B/vnetgen" down -q small
		host_looks | diff -u /tmp/before - || { echo "killed at $(sed -n ${i}p /tmp/changes)"; return 1; }
		[ $status != 0 ] || break
	done
	[ $i -ge 10 ]
}

@test "down that is killed while it gives a device back is finished by the next one" {
	in_sandbox killed_in_down
}

# shellcheck disable=SC2317
stopped_anywhere() {
	make_small_host
	host_looks > /tmp/before
	"$B/vnetgen" --dry-run /tmp/small.ini > /tmp/setup
	"$B/vnetgen" down --dry-run /tmp/small.ini > /tmp/teardown
	n=$(grep -c '^ip ' /tmp/setup)
	ways=('exit 2' '/sbin/ip "$@"; kill -9 $PPID; exit')
	for ((i = 1; i <= n; i += step)); do
		fake_ip $i "${ways[i / step % 2]}"
		status=0
		PATH=$FAKE sh /tmp/setup > /tmp/said 2>&1 || status=$?
		[ $status != 0 ]
		sh /tmp/teardown > /tmp/said 2>&1 || { cat /tmp/said; return 1; }
		host_looks | diff -u /tmp/before - || { echo "stopped at $(sed -n ${i}p /tmp/changes)"; return 1; }
	done
}

@test "the setup script stopped anywhere, then teardown, gives them back" {
	in_sandbox stopped_anywhere
}

# shellcheck disable=SC2317
refuses() {
	make_small_host
	before=$(host_looks)
	"$B/vnetgen" --dry-run /tmp/small.ini > /tmp/setup
	# another network has it, whatever its --run-dir
	"$B/vnetgen" up -q /tmp/small.ini
	sed '1i [scenario]\nname = other' /tmp/small.ini > /tmp/other.ini
	"$B/vnetgen" up -q /tmp/other.ini 2>&1 | grep 'eth'
	printf '[netns b]\n[link eth8]\nexisting = yes\nmtu = 1300\n' > /tmp/third.ini
	"$B/vnetgen" up -q --run-dir /tmp/run /tmp/third.ini 2>&1 | grep another
	# a device that cannot come back is not deleted with its namespace
	ip link add eth9 type veth peer name other
	status=0
	"$B/vnetgen" down -q small 2>&1 | sed 's/^ *//; s/restore undo [0-9]*/restore undo N/; /RTNETLINK\|Error/d' || status=$?
	ip -n red link show dev eth9 | grep -o eth9@
	ip link del eth9
	"$B/vnetgen" down -q small
	diff -u <(echo "$before") <(host_looks)
	# it is not there
	ip link del eth9
	"$B/vnetgen" up -q /tmp/small.ini || echo "status $?"
	sh /tmp/setup || echo "status $?"
	ls -A /run/vnetgen 2> /dev/null || :
}

# What would be lost with a device that is lent: each is put there, named, and taken away.
# shellcheck disable=SC2317
would_be_lost() {
	make_small_host
	printf '[scenario]\nname = lent\n[netns red]\n[link eth9]\nexisting = yes\nnetns = red\n' > /tmp/lent.ini
	sed 's/eth9/br7/' /tmp/lent.ini > /tmp/bridge.ini
	host_looks > /tmp/before
	while IFS='|' read -r put take; do
		eval "$put"
		host_looks > /tmp/with
		status=0
		"$B/vnetgen" up -q "/tmp/${file:-lent}.ini" 2> /tmp/said || status=$?
		echo "$status $(sed -n "2s/^ *//p" /tmp/said | cut -c -68 | sed "s/ *$//")"
		host_looks | diff -u /tmp/with -
		"$B/vnetgen" --dry-run "/tmp/${file:-lent}.ini" > /tmp/setup
		"$B/vnetgen" down --dry-run "/tmp/${file:-lent}.ini" > /tmp/teardown
		! sh /tmp/setup 2> /tmp/script.said
		grep -qF "$(sed -n '2s/^ *//p' /tmp/said)" /tmp/script.said
		sh /tmp/teardown
		eval "$take"
	done << 'END'
tc qdisc add dev eth9 root handle 9: tbf rate 1mbit burst 10k latency 50ms|tc qdisc del dev eth9 root
tc qdisc add dev eth9 ingress|tc qdisc del dev eth9 ingress
ip link add link eth9 name mac9 type macvlan|ip link del mac9
ip nexthop add id 7 via 10.9.0.7 dev eth9; ip nexthop add id 8 group 7|ip nexthop del id 8; ip nexthop del id 7
ip nexthop add id 7 via 10.9.0.7 dev eth9; ip route add 10.10.0.0/16 nhid 7|ip route del 10.10.0.0/16; ip nexthop del id 7
ip route add 10.10.0.0/16 nexthop via 10.9.0.5 nexthop via 10.8.0.5|ip route del 10.10.0.0/16
ip route add 10.10.0.0/16 via 10.8.0.5 src 10.9.0.1|ip route del 10.10.0.0/16
tc qdisc add dev eth8 ingress; tc filter add dev eth8 parent ffff: protocol ip u32 match u32 0 0 action mirred egress redirect dev eth9|tc qdisc del dev eth8 ingress
nft 'table netdev t { chain c { type filter hook ingress device "eth9" priority 0; } ; }'|nft delete table netdev t
ip token set ::7 dev eth9|ip token set :: dev eth9
ip link add br7 type bridge; file=bridge|ip link del br7; file=
ip link add br7 type bridge; ip link set eth9 master br7; bridge fdb add 02:00:00:00:00:70 dev eth9 master static|ip link del br7
END
	host_looks | diff -u /tmp/before -
}

@test "a device with what would be lost is refused by name, and nothing is changed" {
	needs_kernel "macvlan"
	run in_sandbox would_be_lost
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		6 'eth9' has a queueing of its own and would be lost: qdisc tbf 9: roo
		6 'eth9' has a queueing of its own and would be lost: qdisc ingress ff
		6 'mac9' stands on 'eth9' and would lose what it has
		6 groups may have next hops of 'eth9' and would be lost: id 8 group 7
		6 routes with several next hops, or with the id of one, go by 'eth9' a
		6 routes with several next hops, or with the id of one, go by 'eth9' a
		6 routes of other devices have an address of 'eth9' and would be lost:
		6 a filter of 'eth8' leads to 'eth9' and would be lost: 	action order
		6 nftables has 'eth9' by name and would be lost: 		type filter hook in
		6 'eth9' has an IPv6 token and would be lost: token ::7 dev eth9
		6 'br7' is a bridge whose MAC address follows its ports; give it one o
		6 forwarding entries of 'eth9' were set and would be lost: 02:00:00:00
	END
}

# Names that patterns and shells take for something else.
# shellcheck disable=SC2317
odd_names() {
	local name
	for name in '[a]' 'a.b' 'x*' 'p+q' 'd$x' "q'r" '{b}' '#x' '(y)' '^z'; do
		ip link add dev "$name" type veth peer name far
		ip link set far up
		ip link set dev "$name" up
		ip addr add 192.0.2.9/24 dev "$name"
		ip route add 198.51.100.0/24 via 192.0.2.1
		ip neigh add 192.0.2.7 lladdr 02:00:00:00:00:07 dev "$name"
		sleep 0.1
		{ ip addr show dev "$name"; ip route; ip neigh show nud permanent; } | sed 's/ [^ ]*_lft.*//; /inet6/d' > /tmp/before
		printf '[scenario]\nname = odd\n[netns red]\n[link %s]\nexisting = yes\nnetns = red\n' "$name" > /tmp/odd.ini
		"$B/vnetgen" up -q /tmp/odd.ini
		ip -n red link show dev "$name" > /dev/null
		"$B/vnetgen" down -q odd
		{ ip addr show dev "$name"; ip route; ip neigh show nud permanent; } | sed 's/ [^ ]*_lft.*//; /inet6/d' | diff -u /tmp/before - || { echo "$name"; return 1; }
		tc qdisc add dev far ingress
		tc filter add dev far parent ffff: protocol ip u32 match u32 0 0 action mirred egress redirect dev "$name"
		"$B/vnetgen" up -q /tmp/odd.ini 2> /dev/null && { echo "$name is lent"; return 1; }
		ip link del dev "$name"
	done
}

@test "a device may have any name, and is given back and refused as others are" {
	in_sandbox odd_names
}

# shellcheck disable=SC2317
cannot_be_noted() {
	make_small_host
	host_looks > /tmp/before
	mkdir /tmp/bin
	printf '#!/bin/sh\nexit 1\n' > /tmp/bin/find
	chmod +x /tmp/bin/find
	"$B/vnetgen" up -q --path "/tmp/bin:$PATH" /tmp/small.ini 2>&1 | head -n 1
	host_looks | diff -u /tmp/before -
}

@test "a device whose settings cannot be noted is not lent" {
	run in_sandbox cannot_be_noted
	[ "$status" -eq 0 ]
	[[ $output == *"cannot note what is there, to put it back: exit status 1" ]]
}

# Each program that gives a device back fails in turn, while the device is in a namespace that goes next.
# shellcheck disable=SC2317
gives_back_with_failing_tools() {
	local kind n calls number=0
	"$B/test-fault" --install
	make_small_host
	host_looks > /tmp/before
	printf '[scenario]\nname = lent\n[netns red]\n[link eth9]\nexisting = yes\nnetns = red\nmtu = 1400\n' > /tmp/lent.ini
	"$B/vnetgen" --dry-run /tmp/lent.ini > /tmp/setup
	"$B/vnetgen" down --dry-run /tmp/lent.ini > /tmp/teardown
	build=("$B/vnetgen" up -q /tmp/lent.ini)
	undo=("$B/vnetgen" down -q --path "/tmp/fault/bin:$PATH" lent)
	again=("$B/vnetgen" down -q lent)
	for kind in program script; do
		[ $kind = program ] || build=(sh /tmp/setup) undo=(/bin/sh /tmp/teardown) again=(sh /tmp/teardown)
		"${build[@]}" > /dev/null
		"$B/test-fault" --run 0 - "${undo[@]}" > /dev/null
		calls=$(wc -l < /tmp/fault/calls)
		for ((n = 1; n <= calls; n += 3)); do
			"${build[@]}" > /dev/null
			"$B/test-fault" --run "$n" refuse "${undo[@]}" > /dev/null 2>&1 || "${again[@]}" > /dev/null 2>&1
			host_looks | diff -u /tmp/before - || { cat /tmp/fault/fired; return 1; }
			number=$((number + 1))
		done
	done
	[ "$number" -ge 8 ]
}

@test "a device is not lost with its namespace, whatever fails while it is given back" {
	in_sandbox gives_back_with_failing_tools
}

@test "a device that is not there, is lent already, could not be put back or cannot come back is refused or kept" {
	run in_sandbox refuses
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: /tmp/other.ini:7: the scenario small has the device 'eth8' ('vnetgen down small' gives it back)
		vnetgen: /tmp/other.ini:12: the scenario small has the device 'eth9' ('vnetgen down small' gives it back)
		  another network has 'eth8': /run/vnetgen/small/1
		vnetgen: 'sh /run/vnetgen/small/restore undo N' failed: exit status 3
		'eth9' cannot be brought back from 'red', which is left as it is so that it is not lost
		eth9@
		vnetgen: /tmp/small.ini:10: there is no device 'eth9' here, and 'existing' says that there is
		status 6
		/sys/class/net/eth9 is not there, and is needed: nothing was done
		status 6
	END
}

# Ports of bridges with VLANs and of bonds, and a dummy device as a card, where a kernel has them.
# shellcheck disable=SC2317
kinds_are_given_back() {
	sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	ip link add br7 type bridge vlan_filtering 1
	ip link set br7 up
	for n in 6 7; do ip link add "eth$n" type dummy; done
	ip link set eth7 master br7 up
	bridge vlan add dev eth7 vid 20-22
	bridge vlan add dev eth7 vid 30 pvid untagged
	bridge vlan add dev br7 vid 30 self
	bridge fdb add 02:00:00:00:00:70 dev eth7 master static vlan 20
	ip link add bond0 type bond mode active-backup
	ip link set eth6 master bond0
	ip link set bond0 up
	ip addr add 10.6.0.1/24 dev bond0
	printf '[scenario]\nname = kinds\n[netns blue]\n[link eth6]\nexisting = yes\nnetns = blue\n' > /tmp/kinds.ini
	until ip link show bond0 | grep -q 'state UP'; do sleep 0.1; done
	host_looks > /tmp/before
	"$B/vnetgen" up -q /tmp/kinds.ini
	ip -n blue link show dev eth6
	"$B/vnetgen" down -q kinds
	until ip link show bond0 | grep -q 'state UP'; do sleep 0.1; done
	host_looks | diff -u /tmp/before -
	# what would be lost
	sed 's/eth6/eth7/' /tmp/kinds.ini > /tmp/port.ini
	"$B/vnetgen" up -q /tmp/port.ini 2>&1 | grep -q "forwarding entries of 'eth7' were set"
	bridge fdb del 02:00:00:00:00:70 dev eth7 master static vlan 20
	"$B/vnetgen" up -q /tmp/port.ini 2>&1 | grep -q "'eth7' has VLANs of its own"
	ip link add eth5 type dummy
	ip link set eth5 up
	sed 's/eth6/eth5/' /tmp/kinds.ini > /tmp/card.ini
	ip link add link eth5 name eth5.7 type vlan id 7
	"$B/vnetgen" up -q /tmp/card.ini 2>&1 | grep -q "'eth5.7' stands on 'eth5'"
	ip link del eth5.7
	nft 'table ip t { flowtable f { hook ingress priority 0; devices = { eth5 }; } ; }'
	"$B/vnetgen" up -q /tmp/card.ini 2>&1 | grep -q "nftables has 'eth5' by name"
	nft delete table ip t
	ip nexthop add id 7 dev eth5
	ip nexthop add id 8 group 7 type resilient buckets 4
	"$B/vnetgen" up -q /tmp/card.ini 2>&1 | grep -q "groups may have next hops of 'eth5'"
	ip nexthop del id 8
	"$B/vnetgen" up -q /tmp/card.ini
	"$B/vnetgen" down -q kinds
	ip nexthop show id 7 | grep -q 'dev eth5'
}

@test "VLANs, forwarding entries, a port of a bond and a dummy device, in a kernel that has them" {
	needs_kernel dummy "vlan id 1" "bond mode active-backup"
	in_sandbox kinds_are_given_back
}

# shellcheck disable=SC2317
what_stands_on_it() {
	make_small_host
	cat > /tmp/upon.ini << 'END'
[netns red]
[link eth8]
existing = yes
mac = 02:00:00:00:00:08
[link eth9]
existing = yes
netns = red
[link mac8]
type = macvlan mode bridge
link = eth8
[link red8]
type = macvlan mode bridge
link = /eth8
netns = red
[link red/mac9]
type = macvlan mode bridge
link = eth9
END
	host_looks > /tmp/before
	"$B/vnetgen" up -q /tmp/upon.ini
	ip -n red link show dev mac9
	"$B/vnetgen" down upon
	host_looks | diff -u /tmp/before -
	"$B/vnetgen" --dry-run /tmp/upon.ini > /tmp/setup
	"$B/vnetgen" down --dry-run /tmp/upon.ini > /tmp/teardown
	sh /tmp/setup > /dev/null
	sh /tmp/teardown > /dev/null
	host_looks | diff -u /tmp/before -
}

@test "what stands on a device goes before that is given back" {
	needs_kernel "macvlan mode bridge"
	in_sandbox what_stands_on_it
}

@test "the script that restores is one that shellcheck has nothing to say about" {
	vnetgen --dry-run tests/scenarios/existing.ini > "$BATS_TEST_TMPDIR/setup"
	sed -n "/'RESTORE'\$/,/^RESTORE\$/p" "$BATS_TEST_TMPDIR/setup" | sed '1d; $d' > "$BATS_TEST_TMPDIR/restore"
	shellcheck -s sh "$BATS_TEST_TMPDIR/restore" "$BATS_TEST_TMPDIR/setup"
}

@test "a tutorial says what is lent, and that it is given back" {
	printf '[netns red]\n[link e0]\nexisting = yes\nnetns = red\n' > "$BATS_TEST_TMPDIR/x.ini"
	vnetgen doc --dry-run --diagrams none "$BATS_TEST_TMPDIR/x.ini" > "$BATS_TEST_TMPDIR/page"
	grep -qF 'builds the namespace `red`, out of what is there already (`e0`)' "$BATS_TEST_TMPDIR/page"
	grep -qF '`e0` was there before and is not deleted' "$BATS_TEST_TMPDIR/page"
}
