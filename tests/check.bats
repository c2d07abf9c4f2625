#!/usr/bin/env bats
# Checks: check on a network that is up, test from nothing to nothing.

# shellcheck disable=SC2154 # run sets stderr and stderr_lines
load helper

setup() {
	needs_kernel
}

check_up() {
	"$B/vnetgen" -q "$1"
	status=0
	"$B/vnetgen" check "$1" || status=$?
	"$B/vnetgen" -q down "$1"
	return $status
}

@test "check prints TAP for a network that is up, with what failed checks printed" {
	run -5 in_sandbox check_up tests/scenarios/checks.ini
	diff -u tests/golden/checks.tap <(echo "$output")
}

@test "check of good networks succeeds" {
	checked() { in_sandbox check_up "scenarios/$1.ini"; }
	run -0 at_once checked veth-pair bridge bridge-in-netns same-names router-chain
	[ "$(grep -c '^ok 1 - ' <<< "$output")" -eq 5 ]
	[ "$(grep -cx '1\.\.[1-9]' <<< "$output")" -eq 5 ]
	# what a later step changed is not checked as if it had not
	run -0 in_sandbox check_up scenarios/bridge-in-netns.ini
	[ "${lines[0]}" = "ok 1 - red reaches blue through the switch # SKIP a later step changes the network" ]
}

@test "check of what is not up says so" {
	run -6 in_sandbox "$B/vnetgen" check scenarios/veth-pair.ini
	[ "$output" = "vnetgen: veth-pair is not up: 'vnetgen up scenarios/veth-pair.ini' builds it, 'vnetgen test' builds, checks and takes it down" ]
}

@test "test runs every check in its step, goes on after one that fails, and ends with its own status" {
	run -5 --separate-stderr in_sandbox "$B/vnetgen" test tests/scenarios/checks.ini
	diff -u - <(grep -E '^ +(ok|not ok) ' <<< "$output") <<- 'END'
		        ok - this one is of before the change
		        ok - holds
		        ok - must fail and does
		        not ok - must fail and does not # with a hash
		        not ok - fails
		        not ok - does not match
		        not ok - both must hold
		        ok - is late, and comes in time
		        not ok - never comes
		        not ok - takes too long
		        not ok - its failure is no time-out
		        not ok - is no program
	END
	diff -u tests/golden/checks.err <(echo "$stderr")
}

# br_netfilter hands packets across a bridge to iptables, whose FORWARD policy some set to DROP.
behind_a_firewall() {
	sysctl -qw net.bridge.bridge-nf-call-iptables=1
	iptables -P FORWARD DROP
	sed 's/ping -c 2/ping -c 1 -W 1/' scenarios/bridge.ini > /tmp/bridge.ini
	"$B/vnetgen" -q /tmp/bridge.ini
	"$B/vnetgen" check /tmp/bridge.ini || echo "status $?"
	"$B/vnetgen" -q down bridge
	"$B/vnetgen" -q test /tmp/bridge.ini || echo "status $?"
}

@test "a check across a bridge that iptables drops has a hint" {
	in_sandbox sh -c 'sysctl -qw net.bridge.bridge-nf-call-iptables=1 && iptables -P FORWARD DROP' ||
		cannot "no br_netfilter or iptables"
	run in_sandbox behind_a_firewall
	echo "$output"
	grep -qx '# hint: packets across the bridge br0 go through iptables here (net.bridge.bridge-nf-call-iptables is 1), and its FORWARD policy is DROP; allow them with' <<< "$output"
	grep -qx '#   iptables -I FORWARD -i br0 -j ACCEPT' <<< "$output"
	grep -qx 'vnetgen: hint: packets across the bridge br0 go through iptables here .*' <<< "$output"
	[ "$(grep -cx 'status 5' <<< "$output")" -eq 2 ]
}

# Triggers and checks that cannot be run, or do not end.
unable() {
	cat > /tmp/x.ini <<- 'END'
		[netns red]
		[link red/br0]
		type = bridge
		[file run.sh]
		mode = 0755
		| #!/there/is/no/interpreter
		[check what waits]
		netns = red
		run = sleep 1
		trigger = : ${dir}/run.sh
		[check in red]
		netns = red
		run = sh -c 'printf out; echo err >&2; false'
		[check without an interpreter]
		run = ${dir}/run.sh
	END
	"$B/vnetgen" test -q /tmp/x.ini || echo "status $?"
	"$B/vnetgen" -q /tmp/x.ini
	"$B/vnetgen" check /tmp/x.ini || echo "status $?"
	"$B/vnetgen" down -q /tmp/x.ini
}

@test "what cannot be run, or does not end, is said of checks and of their triggers" {
	run in_sandbox unable
	echo "$output"
	[ "$status" -eq 0 ]
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: /tmp/x.ini:7: 'ip netns exec red sleep 1': its trigger '/run/vnetgen/x/run.sh': cannot start it: the interpreter in its first line is not there
		vnetgen: /tmp/x.ini:11: 'ip netns exec red sh -c 'printf out; echo err >&2; false'': exit status 1
		  out
		  err
		vnetgen: /tmp/x.ini:14: '/run/vnetgen/x/run.sh': cannot start it: the interpreter in its first line is not there
		status 5
		not ok 1 - what waits
		# /tmp/x.ini:7: 'ip netns exec red sleep 1': its trigger '/run/vnetgen/x/run.sh': cannot start it: the interpreter in its first line is not there
		not ok 2 - in red
		# /tmp/x.ini:11: 'ip netns exec red sh -c 'printf out; echo err >&2; false'': exit status 1
		# out
		# err
		not ok 3 - without an interpreter
		# /tmp/x.ini:14: '/run/vnetgen/x/run.sh': cannot start it: the interpreter in its first line is not there
		1..3
		status 5
	END
}
