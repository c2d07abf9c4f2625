#!/usr/bin/env bats
# iptables, ip6tables and nft: in namespaces, and on a host that gets back exactly what it had.
load helper

# shellcheck disable=SC2317 # called in sandboxes
firewall() {
	cat << 'END'
[scenario]
name = fw
[netns red]
iptables = -A FORWARD -j DROP
nft = table inet x {
  chain c {
  type filter hook input priority 0; policy accept;
  ip saddr 10.0.0.0/8 accept
  }
  }
nft = add rule inet x c counter
[host]
iptables = -t nat -A POSTROUTING -s 10.0.0.0/24 -j MASQUERADE
iptables = -A FORWARD -i v0 -j ACCEPT
iptables = -I FORWARD -m comment --comment "it's 5" -j ACCEPT
iptables = -A POSTROUTING -s 10.1.0.0/24 -j MASQUERADE --table nat
iptables = --table nat --append POSTROUTING -s 10.2.0.0/24 -j MASQUERADE
iptables = -N OURS
iptables = -A OURS -j RETURN
iptables = -P FORWARD DROP
iptables = -I FORWARD 2 -j OURS
ip6tables = -A FORWARD -j ACCEPT
nft = add table ip ours
nft = add chain ip ours c { type filter hook forward priority 0; }
nft = add rule ip ours c counter
nft = table inet more {
  set s { type ipv4_addr; elements = { 10.0.0.1 }; }
  }
END
}

# use BACKEND: iptables and ip6tables are the ones of it
# shellcheck disable=SC2317
use() {
	local tool
	mkdir -p /tmp/bin
	for tool in iptables ip6tables; do
		ln -sf "$(command -v "$tool-$1")" "/tmp/bin/$tool"
		ln -sf "$(command -v "$tool-$1-restore")" "/tmp/bin/$tool-restore"
	done
	PATH=/tmp/bin:$PATH
}

# A host with rules of its own, one of them equal to one of the scenario: iptables takes away the first of them.
# shellcheck disable=SC2317
host_rules() {
	nft 'table ip theirs { chain c { type filter hook output priority 5; policy accept; counter; } ; }'
	iptables -A INPUT -s 10.5.0.0/16 -j DROP
	iptables -A INPUT -s 10.6.0.0/16 -m comment --comment "a 'b' \"c\"" -j DROP
	iptables -A INPUT -s 10.7.0.0/16 -j DROP
	iptables -A FORWARD -i v9 -j ACCEPT
	iptables -A FORWARD -i v0 -j ACCEPT
}

# shellcheck disable=SC2317
rules() {
	iptables -S
	iptables -t nat -S
	ip6tables -S
	nft list ruleset 2> /dev/null
	ls /run/vnetgen 2> /dev/null || :
}

# shellcheck disable=SC2317
firewall_given_back() {
	use "$1"
	host_rules
	firewall > /tmp/fw.ini
	rules > /tmp/before
	"$B/vnetgen" up -q --path "$PATH" /tmp/fw.ini
	ip netns exec red iptables -S FORWARD | grep -qx -e '-A FORWARD -j DROP'
	ip netns exec red nft list ruleset | grep -q 'ip saddr 10.0.0.0/8 accept'
	# somebody else adds a rule behind ours, and keeps it
	iptables -A FORWARD -i v7 -j ACCEPT
	rules > /tmp/during
	[ "$(iptables -S FORWARD | grep -c 'i v0')" = 2 ]
	"$B/vnetgen" down -q --path "$PATH" fw
	iptables -D FORWARD -i v7 -j ACCEPT
	rules | diff -u /tmp/before -
	# the scripts do the same
	"$B/vnetgen" up --dry-run /tmp/fw.ini > /tmp/setup.sh
	"$B/vnetgen" down --dry-run /tmp/fw.ini > /tmp/teardown.sh
	sh -e /tmp/setup.sh
	iptables -A FORWARD -i v7 -j ACCEPT
	rules | diff -u /tmp/during -
	sh /tmp/teardown.sh > /dev/null
	iptables -D FORWARD -i v7 -j ACCEPT
	rules | diff -u /tmp/before -
}

# needs_firewall BACKEND
needs_firewall() {
	needs_kernel
	"$B/test-sandbox" "iptables-$1" -S > /dev/null || cannot "no iptables-$1 here"
	"$B/test-sandbox" nft list ruleset || cannot "no nftables here"
}

@test "the host gets back its firewall, with iptables-nft" {
	needs_firewall nft
	in_sandbox firewall_given_back nft
}

@test "the host gets back its firewall, with iptables-legacy" {
	needs_firewall legacy
	in_sandbox firewall_given_back legacy
}

# Others add and take away rules, chains and tables while the network is up: theirs stays, and theirs only.
# shellcheck disable=SC2317
others_meanwhile() {
	use "$1"
	printf '[scenario]\nname = fw\n[host]\n' > /tmp/fw.ini
	printf 'iptables = %s\n' '-I INPUT -s 10.5.0.0/16 -j DROP' '-N OURS' '-A OURS -j RETURN' '-P FORWARD DROP' >> /tmp/fw.ini
	printf 'nft = %s\n' 'add table ip ours' 'add chain ip ours c' >> /tmp/fw.ini
	for n in 5 6; do iptables -A INPUT -s 10.$n.0.0/16 -j DROP; done
	"$B/vnetgen" up -q --path "$PATH" /tmp/fw.ini
	iptables -I INPUT -s 10.8.0.0/16 -j DROP
	iptables -D INPUT -s 10.6.0.0/16 -j DROP
	iptables -N THEIRS
	iptables -P FORWARD ACCEPT
	nft delete table ip ours
	nft add table ip ours
	"$B/vnetgen" down -q --path "$PATH" fw
	iptables -S
	nft list table ip ours
	ls /run/vnetgen 2> /dev/null || :
}

@test "what others do to the firewall meanwhile stays, and a table of ours that was replaced is theirs" {
	needs_firewall nft
	for backend in nft legacy; do
		run in_sandbox others_meanwhile $backend
		[ "$status" -eq 0 ]
		diff -u - <(echo "$output") <<- 'END'
			-P INPUT ACCEPT
			-P FORWARD ACCEPT
			-P OUTPUT ACCEPT
			-N THEIRS
			-A INPUT -s 10.8.0.0/16 -j DROP
			-A INPUT -s 10.5.0.0/16 -j DROP
			table ip ours {
			}
		END
	done
}

# A chain in which others have put a rule is theirs as well: it stays, is named, and goes with the next down.
# shellcheck disable=SC2317
used_chain() {
	use nft
	rules > /tmp/before
	printf '[scenario]\nname = fw\n[host]\niptables = -N OURS\n' > /tmp/fw.ini
	"$B/vnetgen" up -q --path "$PATH" /tmp/fw.ini
	iptables -A OURS -j RETURN
	"$B/vnetgen" down -q --path "$PATH" fw 2>&1 | grep left || :
	iptables -F OURS
	"$B/vnetgen" down -q --path "$PATH" fw
	rules | diff -u /tmp/before -
}

@test "a chain that others use is left and named, until they do not use it any more" {
	needs_firewall nft
	run in_sandbox used_chain
	[ "$status" -eq 0 ]
	[ "$output" = "  the chain 'OURS' is left: it has rules, or is used by rules, that others have made" ]
}

# shellcheck disable=SC2317
firewall_killed() {
	use nft
	host_rules
	firewall | grep -v -e RETURN -e MASQ > /tmp/fw.ini
	rules > /tmp/before
	mkdir /tmp/killers
	# tools that kill vnetgen, their parent, once they have made the Ith change
	for tool in iptables ip6tables nft; do
		cat > "/tmp/killers/$tool" << END
#!/bin/sh
$(command -v "$tool") "\$@" || exit
case "\$*" in *-S* | *list* | *-V*) exit 0 ;; esac
echo x >> /tmp/count
[ "\$(wc -l < /tmp/count)" != "\$(cat /tmp/when)" ] || kill -9 \$PPID
END
		chmod +x "/tmp/killers/$tool"
	done
	for when in 2 3 5 6 9; do # the host's: after two nft and an iptables in red, which have other parents
		echo "$when" > /tmp/when
		: > /tmp/count
		"$B/vnetgen" up -q --path "/tmp/killers:$PATH" /tmp/fw.ini 2> /dev/null && exit 1
		"$B/vnetgen" down -q --path "$PATH" fw
		rules | diff -u /tmp/before - || { echo "killed after change $when"; exit 1; }
	done
}

@test "killed right after a change of the firewall, down gives it back" {
	needs_firewall nft
	in_sandbox firewall_killed
}

@test "nft is printed as one quoted argument, its lines indented by their braces" {
	firewall > "$BATS_TEST_TMPDIR/fw.ini"
	vnetgen --dry-run "$BATS_TEST_TMPDIR/fw.ini" > "$BATS_TEST_TMPDIR/setup.sh"
	grep -qxF "ip netns exec red nft 'add rule inet x c counter'" "$BATS_TEST_TMPDIR/setup.sh"
	diff -u - <(sed -n "/nft 'table inet x/,/^}/p" "$BATS_TEST_TMPDIR/setup.sh") << 'END'
ip netns exec red nft 'table inet x {
	chain c {
		type filter hook input priority 0; policy accept;
		ip saddr 10.0.0.0/8 accept
	}
}'
END
}

# refused KEY VALUE PATTERN: KEY = VALUE in [host] is refused with such a message; in a namespace it is taken.
refused() {
	printf '[host]\n%s = %s\n' "$1" "$2" > "$BATS_TEST_TMPDIR/f.ini"
	run vnetgen lint "$BATS_TEST_TMPDIR/f.ini"
	echo "$1 = $2: $output"
	[ "$status" -eq 1 ]
	[[ ${lines[0]} == *"f.ini:2: [host] $1: "*$3*", so it is not taken on the host; do it in a namespace" ]]
	printf '[netns a]\n%s = %s\n' "$1" "$2" > "$BATS_TEST_TMPDIR/f.ini"
	vnetgen lint "$BATS_TEST_TMPDIR/f.ini"
}

@test "what iptables cannot undo by its inverse is refused on the host, however it is spelt" {
	local value
	for value in '-F FORWARD' '-t mangle -Z' '--zero' '-D INPUT 1' '-R INPUT 1 -j DROP' '-E a b' '-X' '-L' '-C INPUT -j DROP' \
		'-AINPUT -j DROP' '--app INPUT -j DROP' '-A INPUT -tnat -j DROP' '-A INPUT --tab nat -j DROP' '--table=nat -A INPUT -j DROP' \
		'-A INPUT -vj DROP' '-A INPUT -c 1 2 -j DROP' '-A INPUT --set-counters 1 2 -j DROP' '-A INPUT -s10.0.0.1 -j DROP' \
		'-A INPUT -h' '-A INPUT --modprobe=/tmp/x -j DROP' '-A INPUT -j DROP --fl'; do
		refused iptables "$value" 'is none of -A, -I, -N and -P'
	done
	refused ip6tables '-A INPUT -j DROP -A OUTPUT' 'one command'
	refused iptables '-t nat -A INPUT -t mangle -j DROP' 'one table'
	refused iptables '-A INPUT -s localhost -j DROP' 'another address'
	refused iptables '-s 10.0.0.1' 'none of the commands'
	refused iptables '-N A B' 'nothing beside'
	refused iptables '-P INPUT' 'a policy'
	refused iptables '-A INPUT' 'a rule'
}

@test "what nft cannot undo by its inverse is refused on the host, however it is spelt" {
	local value
	for value in 'flush ruleset' 'delete rule ip x y handle 2' 'destroy table ip x' 'list ruleset' 'reset counters' 'rename chain ip x y z' \
		'replace rule ip x y handle 2 drop' 'add table ip x; flush table ip filter'; do
		refused nft "$value" 'does not add'
	done
	for value in 'add rule ip theirs c drop' 'insert rule theirs c drop' 'add element ip theirs s { 10.0.0.1 }' \
		'add table ip ours; add rule ip theirs c drop' 'add chain theirs c { policy drop; }'; do
		refused nft "$value" "is not one that the scenario adds before"
	done
	refused nft '-f rules.nft' 'a file has in it'
	refused nft 'include "rules.nft"' 'cannot be seen'
	refused nft 'table ip x { include "rules.nft" }' 'cannot be seen'
	refused nft 'define x = 1' 'cannot be seen'
	refused nft 'add table ip filter' 'a table of iptables'
	refused nft 'add table ip a; add table ip b' 'a line of its own'
	refused nft 'add ip x c drop' 'and the like can'
}
