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
iptables = -tnat -A POSTROUTING -s 10.1.0.0/24 -j MASQUERADE
iptables = --table=nat -A POSTROUTING -s 10.2.0.0/24 -j MASQUERADE
iptables = -N OURS
iptables = -A OURS -j RETURN
iptables = -P FORWARD DROP
iptables = -D INPUT -s 10.6.0.0/16 -m comment --comment "a 'b' \"c\"" -j DROP
ip6tables = -A FORWARD -j ACCEPT
nft = add table ip ours
nft = add chain ip ours c { type filter hook forward priority 0; }
nft = add rule ip theirs c counter
nft = add rule ip ours c counter
nft = add chain ip theirs c { policy drop; }
nft = add counter ip theirs k
nft = add set ip theirs s { type ipv4_addr; elements = { 10.0.0.1 }; }
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

# A host with rules of its own, one of them equal to one of the scenario.
# shellcheck disable=SC2317
host_rules() {
	nft 'table ip theirs { chain c { type filter hook output priority 5; policy accept; counter; } ; }'
	iptables -A INPUT -s 10.5.0.0/16 -j DROP
	iptables -A INPUT -s 10.6.0.0/16 -m comment --comment "a 'b' \"c\"" -j DROP
	iptables -A INPUT -s 10.7.0.0/16 -j DROP
	iptables -A FORWARD -i v0 -j ACCEPT
	iptables -A FORWARD -i v9 -j ACCEPT
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

# What a scenario took away goes back between its neighbours, also when other rules have come or gone since: here two of
# somebody else in front, and one of the scenario, which the first down removed when it could not put the other back.
# shellcheck disable=SC2317
put_back_later() {
	use "$1"
	for n in 5 6 5 7; do iptables -A INPUT -s 10.$n.0.0/16 -j DROP; done
	printf '[scenario]\nname = fw\n[host]\n' > /tmp/fw.ini
	printf 'iptables = %s INPUT -s 10.%s.0.0/16 -j DROP\n' -I 1 -D 6 -D 7 >> /tmp/fw.ini
	rules > /tmp/before
	"$B/vnetgen" up -q --path "$PATH" /tmp/fw.ini
	[ "$(iptables -S INPUT | grep -c '10[.][1567]')" = 3 ]
	for n in 8 9; do iptables -I INPUT -s 10.$n.0.0/16 -j DROP; done
	mkdir /tmp/fakes
	printf '#!/bin/sh\nexit 1\n' > /tmp/fakes/iptables-restore
	chmod +x /tmp/fakes/iptables-restore
	"$B/vnetgen" down -q --path "/tmp/fakes:$PATH" fw 2> /dev/null && exit 1
	[ "$(iptables -S INPUT | grep -c '10[.][1567]')" = 2 ]
	"$B/vnetgen" down -q --path "$PATH" fw
	for n in 8 9; do iptables -D INPUT -s 10.$n.0.0/16 -j DROP; done
	rules | diff -u /tmp/before -
}

@test "a rule that was taken away goes back between its neighbours, whatever came or went since" {
	needs_firewall nft
	in_sandbox put_back_later nft
	in_sandbox put_back_later legacy
}

# shellcheck disable=SC2317
firewall_killed() {
	use nft
	host_rules
	firewall | grep -v -e 'theirs s' -e 'theirs k' -e RETURN -e MASQ > /tmp/fw.ini
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

# shellcheck disable=SC2317
firewall_killed_while_noting() {
	use nft
	host_rules
	printf '[scenario]\nname = fw\n[host]\niptables = -A FORWARD -i br0 -j ACCEPT\n' > /tmp/fw.ini
	rules > /tmp/before
	mkdir /tmp/fakes
	# The second list, of what there is after the command, kills vnetgen, and fails when `down` makes its own, whose
	# nft waits until the shell that asked for the other is done.
	cat > /tmp/fakes/nft << END
#!/bin/sh
case "\$*" in *list*) echo x >> /tmp/count ;; esac
case \$(wc -l < /tmp/count) in
2) echo \$PPID > /tmp/asks; kill -9 \$(cat /tmp/pid); until [ -e /tmp/go ]; do sleep 0.01; done; exit 1 ;;
3) : > /tmp/go; while kill -0 \$(cat /tmp/asks) 2> /dev/null; do sleep 0.01; done ;;
esac
exec $(command -v nft) "\$@"
END
	chmod +x /tmp/fakes/nft
	: > /tmp/count
	# shellcheck disable=SC2016
	sh -c 'echo $$ > /tmp/pid; exec "$@"' up "$B/vnetgen" up -q --path "/tmp/fakes:$PATH" /tmp/fw.ini && exit 1
	"$B/vnetgen" down -q --path "/tmp/fakes:$PATH" fw
	[ "$(wc -l < /tmp/count)" -ge 3 ]
	rules | diff -u /tmp/before -
}

@test "what a killed up has left running does not disturb down" {
	needs_firewall nft
	in_sandbox firewall_killed_while_noting
}

@test "nft is printed as one quoted argument, its lines indented by their braces" {
	firewall > "$BATS_TEST_TMPDIR/fw.ini"
	vnetgen --dry-run "$BATS_TEST_TMPDIR/fw.ini" > "$BATS_TEST_TMPDIR/setup.sh"
	grep -qxF "ip netns exec red nft 'add rule inet x c counter'" "$BATS_TEST_TMPDIR/setup.sh"
	diff -u - <(sed -n "/nft 'table/,/^}/p" "$BATS_TEST_TMPDIR/setup.sh") << 'END'
ip netns exec red nft 'table inet x {
	chain c {
		type filter hook input priority 0; policy accept;
		ip saddr 10.0.0.0/8 accept
	}
}'
END
}

@test "what would flush the host's rules is refused before anything is done" {
	printf '[host]\niptables = -F FORWARD\nip6tables = -t mangle --zero\nnft = flush ruleset\nnft = delete rule ip x y handle 2\nnft = add element ip x s { 10.0.0.1 }\nnft = -f rules.nft\n[netns a]\niptables = -F\nnft = flush ruleset\n' > "$BATS_TEST_TMPDIR/f.ini"
	run vnetgen --dry-run "$BATS_TEST_TMPDIR/f.ini"
	[ "$status" -eq 1 ]
	[ "$(grep -c 'is not taken on the host' <<< "$output")" -eq 6 ]
}
