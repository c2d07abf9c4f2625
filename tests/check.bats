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
		run = sleep 1.5
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
		vnetgen: /tmp/x.ini:7: 'ip netns exec red sleep 1.5': its trigger '/run/vnetgen/x/run.sh': cannot start it: the interpreter in its first line is not there
		vnetgen: /tmp/x.ini:11: 'ip netns exec red sh -c 'printf out; echo err >&2; false'': exit status 1
		  out
		  err
		vnetgen: /tmp/x.ini:14: '/run/vnetgen/x/run.sh': cannot start it: the interpreter in its first line is not there
		status 5
		not ok 1 - what waits
		# /tmp/x.ini:7: 'ip netns exec red sleep 1.5': its trigger '/run/vnetgen/x/run.sh': cannot start it: the interpreter in its first line is not there
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

# What fails without having tried anything, in the words of a check that is run by hand and of a test.
not_tried() {
	cat > /tmp/x.ini <<- 'END'
		[netns red]
		[netns blue]
		[link red/eth0]
		peer = blue/eth0
		address = 10.0.0.1/24
		[link blue/eth0]
		address = 10.0.0.2/24
		[check no such host]
		netns = red
		run = ping -c 1 -W 1 bleu
		expect = failure
		[check not alone in its line]
		run = ip netns exec red sh -c 'timeout 2 ping -c 1 10.0.0.256 | grep ttl'
		expect = failure
		[check turned round]
		netns = red
		run = ! ping -c 1 -W 1 bleu
		[check silent]
		netns = red
		run = curl -s http://bleu/
		expect = failure
		[check in no VRF]
		netns = red
		run = ip vrf exec blue ping -c 1 10.0.0.2
		expect = 255
		[check its trigger]
		run = sleep 1.5; false
		trigger = red: ping -c 1 bleu
		expect = failure
		[check none answers]
		netns = red
		run = ping -c 1 -W 1 10.0.0.9
		expect = failure
		[check just that]
		netns = red
		run = ping -c 1 -W 1 bleu
		expect = 2
		[check another status]
		netns = red
		run = ping -c 1 -W 1 bleu
		expect = 1
	END
	"$B/vnetgen" test -q /tmp/x.ini || echo "status $?"
	"$B/vnetgen" -q /tmp/x.ini
	ip netns del red
	"$B/vnetgen" check /tmp/x.ini || echo "status $?"
	"$B/vnetgen" down -q x
}

@test "a failure that nothing was tried for is none that is expected" {
	run in_sandbox not_tried
	echo "$output"
	sed 's/Name or service not known/Temporary failure in name resolution/' <<< "$output" | diff -u - <(cat <<- 'END'
		vnetgen: /tmp/x.ini:8: 'ip netns exec red ping -c 1 -W 1 bleu': it could not be tried: ping: bleu: Temporary failure in name resolution
		  ping: bleu: Temporary failure in name resolution
		vnetgen: /tmp/x.ini:12: 'ip netns exec red sh -c 'timeout 2 ping -c 1 10.0.0.256 | grep ttl'': it could not be tried: ping: 10.0.0.256: Temporary failure in name resolution
		  ping: 10.0.0.256: Temporary failure in name resolution
		vnetgen: /tmp/x.ini:15: 'ip netns exec red sh -c '! ping -c 1 -W 1 bleu'': it could not be tried: ping: bleu: Temporary failure in name resolution
		  ping: bleu: Temporary failure in name resolution
		vnetgen: /tmp/x.ini:18: 'ip netns exec red curl -s http://bleu/': it could not be tried: exit status 6
		vnetgen: /tmp/x.ini:22: 'ip netns exec red ip vrf exec blue ping -c 1 10.0.0.2': it could not be tried: Invalid VRF name
		  Invalid VRF name
		vnetgen: /tmp/x.ini:26: 'sh -c 'sleep 1.5; false'': its trigger 'ip netns exec red ping -c 1 bleu': ping: bleu: Temporary failure in name resolution
		vnetgen: /tmp/x.ini:38: 'ip netns exec red ping -c 1 -W 1 bleu': exit status 2, and 1 is expected
		  ping: bleu: Temporary failure in name resolution
		status 5
		not ok 1 - no such host
		# /tmp/x.ini:8: 'ip netns exec red ping -c 1 -W 1 bleu': it could not be tried: Cannot open network namespace "red": No such file or directory
		# Cannot open network namespace "red": No such file or directory
		not ok 2 - not alone in its line
		# /tmp/x.ini:12: 'ip netns exec red sh -c 'timeout 2 ping -c 1 10.0.0.256 | grep ttl'': it could not be tried: Cannot open network namespace "red": No such file or directory
		# Cannot open network namespace "red": No such file or directory
		not ok 3 - turned round
		# /tmp/x.ini:15: 'ip netns exec red sh -c '! ping -c 1 -W 1 bleu'': it could not be tried: Cannot open network namespace "red": No such file or directory
		# Cannot open network namespace "red": No such file or directory
		not ok 4 - silent
		# /tmp/x.ini:18: 'ip netns exec red curl -s http://bleu/': it could not be tried: Cannot open network namespace "red": No such file or directory
		# Cannot open network namespace "red": No such file or directory
		not ok 5 - in no VRF
		# /tmp/x.ini:22: 'ip netns exec red ip vrf exec blue ping -c 1 10.0.0.2': it could not be tried: Cannot open network namespace "red": No such file or directory
		# Cannot open network namespace "red": No such file or directory
		not ok 6 - its trigger
		# /tmp/x.ini:26: 'sh -c 'sleep 1.5; false'': its trigger 'ip netns exec red ping -c 1 bleu': Cannot open network namespace "red": No such file or directory
		not ok 7 - none answers
		# /tmp/x.ini:30: 'ip netns exec red ping -c 1 -W 1 10.0.0.9': it could not be tried: Cannot open network namespace "red": No such file or directory
		# Cannot open network namespace "red": No such file or directory
		not ok 8 - just that
		# /tmp/x.ini:34: 'ip netns exec red ping -c 1 -W 1 bleu': it could not be tried: Cannot open network namespace "red": No such file or directory
		# Cannot open network namespace "red": No such file or directory
		not ok 9 - another status
		# /tmp/x.ini:38: 'ip netns exec red ping -c 1 -W 1 bleu': it could not be tried: Cannot open network namespace "red": No such file or directory
		# Cannot open network namespace "red": No such file or directory
		1..9
		status 5
	END
	)
}

@test "every rule of what was not tried is about commands that it is found in" {
	# a section without `used`, or a key that nothing reads, would be a rule that never counts
	run -0 awk -F ' = ' '/^\[/ { if (section && !used) print section " has no used"; section = $0; used = 0 }
		/^used = / { used = 1 }
		/^[^[#]/ && $1 !~ /^(used|place|said|status|but)$/ { print "line " NR ": " $1 }
		END { if (!used) print section " has no used" }' templates/untried.ini
	[ -z "$output" ]
}

# Two files of one name.
two_weeks() {
	mkdir -p /tmp/week1 /tmp/week2
	cp scenarios/veth-pair.ini /tmp/week1/lab.ini
	cat > /tmp/week2/lab.ini <<- 'END'
		[netns a]
		[check must fail]
		netns = a
		run = ping -c 1 -W 1 10.1.0.9
		expect = failure
	END
	say() { "$B/vnetgen" "$@" || echo "status $?"; }
	"$B/vnetgen" -q /tmp/week1/lab.ini
	say check /tmp/week2/lab.ini
	say down /tmp/week2/lab.ini
	say up /tmp/week2/lab.ini
	# it is that file, however it is called
	ln -s ../week1/lab.ini /tmp/week2/link.ini
	sed -i '0,/^\[scenario\]$/s//&\nname = lab/' /tmp/week1/lab.ini
	say check /tmp/week2/link.ini | tail -n 1
	mv /tmp/week1/lab.ini /tmp/week1/moved.ini
	say check /tmp/week1/moved.ini
	say down /tmp/week1/moved.ini
	say down -q lab
	ls /run/netns
}

@test "the network that is checked, taken down or said to be up is the one of this file" {
	run in_sandbox two_weeks
	echo "$output"
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: lab is up, but from /tmp/week1/lab.ini: /tmp/week2/lab.ini is another file; 'vnetgen down lab' takes that network down
		status 6
		vnetgen: lab is up, but from /tmp/week1/lab.ini: /tmp/week2/lab.ini is another file; 'vnetgen down lab' takes that network down
		status 6
		vnetgen: lab is up, but from /tmp/week1/lab.ini: /tmp/week2/lab.ini is another file; 'vnetgen down lab' takes that network down
		status 6
		1..1
		vnetgen: lab is up, but from /tmp/week1/lab.ini: that file is not there any more, and /tmp/week1/moved.ini may be another; 'vnetgen down lab' takes the network down by its record
		status 6
		vnetgen: lab is up, but from /tmp/week1/lab.ini: that file is not there any more, and /tmp/week1/moved.ini may be another; 'vnetgen down lab' takes the network down by its record
		status 6
	END
}

# Records that are no network to be checked.
not_whole() {
	say() { "$B/vnetgen" check scenarios/veth-pair.ini || echo "status $?"; }
	ip netns add red # which a check would look at
	mkdir -p /run/vnetgen/veth-pair
	say
	touch /run/vnetgen/veth-pair/x
	say
	rm -r /run/vnetgen
	ip netns del red
	sed 's/^\[step/[step x]\n[run]\nrun = sh -c "sleep 2; false"\n&/;' scenarios/veth-pair.ini > /tmp/veth-pair.ini
	"$B/vnetgen" -q --keep /tmp/veth-pair.ini > /tmp/said 2>&1 &
	up=$!
	until grep -q exec /run/vnetgen/veth-pair/journal 2> /dev/null; do sleep 0.02; done
	"$B/vnetgen" check /tmp/veth-pair.ini 2>&1 | sed "s/$up/UP/" || true
	wait $up || true
	"$B/vnetgen" check /tmp/veth-pair.ini || echo "status $?"
	journal=/run/vnetgen/veth-pair/journal
	sed -i "1s/$(cat /proc/sys/kernel/random/boot_id)/00000000-0000-0000-0000-000000000000/" $journal
	say
	echo nonsense >> $journal
	say
	chmod 777 /run/vnetgen
	say
}

@test "check refuses a record that is incomplete, foreign, held, stale, or cannot be read or trusted" {
	run in_sandbox not_whole
	echo "$output"
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: veth-pair is incomplete, half built or half taken down: 'vnetgen down veth-pair' takes away what is there
		status 6
		vnetgen: /run/vnetgen/veth-pair is no record of a network
		status 6
		vnetgen: veth-pair is being worked on by process UP; stop that first, or wait
		vnetgen: veth-pair is incomplete, half built or half taken down: 'vnetgen down veth-pair' takes away what is there
		status 6
		vnetgen: veth-pair was up before the machine was started last, and is not up now: 'vnetgen up scenarios/veth-pair.ini' builds it
		status 6
		vnetgen: /run/vnetgen/veth-pair/journal has lines that this version does not know: take the network down with the vnetgen that built it, or undo by hand what the lines say and remove the directory
		status 6
		vnetgen: all may write in /run/vnetgen, and so change what is in /run/vnetgen
		status 6
	END
}

by_script() {
	"$B/vnetgen" --dry-run scenarios/veth-pair.ini | sh
	cp scenarios/veth-pair.ini /tmp
	"$B/vnetgen" check /tmp/veth-pair.ini # its record does not say from which file it was
}

@test "check takes what a printed script built" {
	run -0 in_sandbox by_script
	[ "${lines[0]}" = "ok 1 - red reaches blue" ] || [ "${output##*$'\n'}" = 1..1 ]
}
