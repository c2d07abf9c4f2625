# helper: what all test files share.  Tests run in the top directory, and name files relative to it: inside a sandbox
# the directories above it may not be readable.
bats_require_minimum_version 1.5.0
cd "$BATS_TEST_DIRNAME/.." || exit
B=${B:-build} # where the programs to test are
export B

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

# Skips the test where it cannot run; an error where MUST_RUN is set, as in CI.
cannot() {
	[ -z "${MUST_RUN:-}" ] || { echo "cannot run here: $1"; return 1; }
	skip "$1"
}

# needs_kernel TYPE...: in a sandbox, this kernel makes devices of these types ("vlan id 1", "bridge"); "veth" is
# always one of them.
needs_kernel() {
	local type
	"$B/test-sandbox" ip link add p0 type veth peer name p1 || cannot "no sandbox with veth devices can be made"
	for type; do
		# shellcheck disable=SC2086 # words of a type
		"$B/test-sandbox" sh -c "ip link add p0 type veth peer name p1 && ip link add link p0 name d0 type $type" ||
			skip "this kernel has no devices of type $type"
	done
}

# The state of the network inside a sandbox, namespace by namespace, without what differs from run to run.
# shellcheck disable=SC2317 # called in sandboxes
network_state() {
	local ns
	for ns in "" $(ip netns list | awk '{ print $1 }' | sort); do
		echo "== ${ns:-host}"
		${ns:+ip netns exec "$ns"} ip -d link show | sed -E 's/^[0-9]+: //; s/@if[0-9]+/@if/; s/link-netnsid [0-9]+/link-netnsid/;
			s/(link\/ether|permaddr) (..:){5}../\1/; s/(bridge_id|designated_root|designated_bridge|root_id) [^ ]+/\1/g;
			s/(hello|tcn|topology_change|gc)_timer +[0-9.]+/\1_timer/g; s/designated_cost [0-9]+//; s/port_(id|no) [0-9a-fx]+//g' | sort
		${ns:+ip netns exec "$ns"} ip -o addr show | sed -E 's/^[0-9]+: //; s/inet6 fe80:[^ ]*/inet6 link-local/; s/ tentative//' | sort
		${ns:+ip netns exec "$ns"} ip route show table all | sed -E '/fe80::[^/]/d' | sort
		${ns:+ip netns exec "$ns"} ip -6 route show table all | sed -E '/fe80::[^/]/d' | sort
	done
}
