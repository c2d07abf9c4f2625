# helper: what all test files share.  Tests run in the top directory, and name files relative to it: inside a sandbox
# the directories above it may not be readable.
bats_require_minimum_version 1.5.0
cd "$BATS_TEST_DIRNAME/.." || exit
B=${B:-build} # where the programs to test are
export B
RUN=${RUN:-run0} # in the names of what tests make elsewhere than below bats's directory: tests/run removes that at its end
export RUN

vnetgen() {
	"$B/vnetgen" "$@"
}

# in_sandbox COMMAND [ARG...]: runs it, as root of a sandbox with a /run, /tmp, /etc and network of its own.
# A function of the test file may be the command.
in_sandbox() {
	if [ "$(type -t "$1")" = function ]; then
		# shellcheck disable=SC2016 # expanded inside
		"$B/test-sandbox" bash -c "$(declare -f); set -eu; \"\$@\"" sandbox "$@"
	else
		"$B/test-sandbox" "$@"
	fi
}

# at_least N: standard input, which must have N lines or more: what finds too little would compare nothing.
at_least() {
	local lines
	lines=$(cat)
	[ "$(grep -c . <<< "$lines")" -ge "$1" ] || { echo "only these were found: $lines" >&2; return 1; }
	printf '%s\n' "$lines"
}

# Skips the test where it cannot run; an error where MUST_RUN is set, as in CI.
cannot() {
	[ -z "${MUST_RUN:-}" ] || { echo "cannot run here: $1"; return 1; }
	skip "$1"
}

# at_once FUNCTION ARG...: FUNCTION ARG for each ARG, all at the same time, since most of them wait for something; what
# they print comes in their order, and each that fails is named.
at_once() {
	local what=$1 dir i failed=0 pids=()
	shift
	dir=$(mktemp -d "$BATS_TEST_TMPDIR/at-once.XXXXXX")
	for i in "${@}"; do
		{ set -e; "$what" "$i"; } > "$dir/${#pids[@]}" 2>&1 3>&- &
		pids+=($!)
	done
	for i in "${!pids[@]}"; do
		wait "${pids[i]}" || { failed=1; echo "this failed: $what ${*:i+1:1}"; }
		cat "$dir/$i"
	done
	return $failed
}

# Where sandboxes cannot be made, the test is skipped.
needs_sandbox() {
	local why
	why=$("$B/test-sandbox" true 2>&1) || cannot "no sandbox can be made: $why"
}

# needs_kernel TYPE...: in a sandbox, this kernel makes devices of these types ("vlan id 1", "bridge"); "veth" is
# always one of them.
needs_kernel() {
	local type
	needs_sandbox
	"$B/test-sandbox" ip link add p0 type veth peer name p1 || cannot "this kernel has no veth devices"
	for type; do
		# shellcheck disable=SC2086 # words of a type
		"$B/test-sandbox" sh -c "ip link add p0 type veth peer name p1 && ip link add link p0 name d0 type $type" ||
			skip "this kernel has no devices of type $type"
	done
}

# holds NAME [PROGRAM...]: the scenario is built and its checks hold, in both styles; it says nothing but that.
holds() {
	local scenario=scenarios/$1.ini program status output # the last two are set by bats's run
	needs_kernel
	for program in "${@:2}"; do
		command -v "$program" > /dev/null || cannot "there is no program $program: $(sed -n '/[Pp]ackage/s/^# //p' "scenarios/$1.ini")"
	done
	tested() { in_sandbox "$B/vnetgen" test -q --style "$1" "$scenario"; }
	run at_once tested classic compact
	[[ $output != *'this kernel has no '* ]] || skip "$(grep -m 1 -o 'this kernel has no [^:]*' <<< "$output")"
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

# The state of the network inside a sandbox, namespace by namespace, without what differs from run to run or takes the
# kernel a moment: MAC addresses, indexes, timers, operational states, link-local addresses and their detection.
# shellcheck disable=SC2317 # called in sandboxes
network_state() {
	local ns
	for ns in "" $(ip netns list | awk '{ print $1 }' | sort); do
		echo "== ${ns:-host}"
		${ns:+ip netns exec "$ns"} sh -c 'ip -d link show; echo ==; ip -o addr show; echo ==; ip -4 route show table all; ip -6 route show' |
			sed -E 's/^[0-9]+: //; s/@if[0-9]+/@if/; s/link-netnsid [0-9]+/link-netnsid/; s/ state [A-Z]+ / /;
				s/(link\/ether|permaddr) (..:){5}../\1/; s/(bridge_id|designated_root|designated_bridge) [^ ]+/\1/g;
				s/direct_packets_stat [0-9]+//; s/[a-z_]*_timer +[0-9.]+|fdb_n_learned [0-9]+//g; s/(state|topology_change[a-z_]*|designated_cost|root_path_cost) [a-z0-9]+//g;
				s/port_(id|no) [0-9a-fx]+//g; s/ tentative//; s/ linkdown//; s/NO-CARRIER,//; /fe80::/d' |
			awk '/^==$/ { part++ } { print part, $0 }' | sort
	done
}

# All of the host that a scenario may change, to be compared; /run/netns itself may stay.
# shellcheck disable=SC2317
host_state() {
	network_state
	ip rule show
	ip -6 rule show
	sysctl -a -r '^net\.(ipv[46]\.(ip_forward|conf\.))' 2> /dev/null
	find /run /etc/netns -mindepth 1 ! -path '/run/etc*' ! -path /run/netns 2> /dev/null | sort || true
}

# fake AT HOW: from now on, call number AT of the programs in tests/fake does HOW first.
# shellcheck disable=SC2317
fake() {
	mkdir -p /tmp/fake
	echo 0 > /tmp/fake/n
	: > /tmp/fake/calls
	echo "$1" > /tmp/fake/at
	echo "$2" > /tmp/fake/how
}

FAKES=$PWD/tests/fake:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export FAKES
