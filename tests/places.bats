#!/usr/bin/env bats
# Places where a network cannot be built in the host, and what is said there; and those where it can all the same.
# (Where no sandbox can be made: sandbox.bats.)
# shellcheck disable=SC2317 # called in sandboxes

load helper

setup() {
	needs_kernel
}

# As a container has it; the file system stays so until the end of the sandbox.
read_only_proc_sys() {
	mount --bind /proc/sys /proc/sys
	mount -o remount,bind,ro /proc/sys
	host_state > /tmp/before
	"$B/vnetgen" up scenarios/nat.ini || echo "status $?"
	"$B/vnetgen" up --dry-run scenarios/nat.ini > /tmp/setup
	sh /tmp/setup || echo "status $?"
	"$B/vnetgen" up -q scenarios/veth-pair.ini # sets none
	"$B/vnetgen" down -q veth-pair
	host_state | diff -u /tmp/before -
}

@test "read-only /proc/sys: what sets no key is built, the rest refused before the first change" {
	run in_sandbox read_only_proc_sys
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: scenarios/nat.ini:59: '/proc/sys/net/ipv4/ip_forward' is read-only here, as in a container; Docker's '--security-opt systempaths=unconfined' makes it writable
		status 6
		/proc/sys/net/ipv4/ip_forward is read-only here, as in a container: nothing was done; Docker's '--security-opt systempaths=unconfined' makes it writable
		status 6
	END
	[ "$status" -eq 0 ]
}

# `up` cannot know of these beforehand.
own_commands() {
	local command
	mount --bind /proc/sys /proc/sys
	mount -o remount,bind,ro /proc/sys
	for command in 'sysctl -w net.ipv4.ip_forward=1' 'echo 1 > /proc/sys/net/ipv4/ip_forward'; do
		printf '[netns red]\n[run]\nnetns = red\nrun = %s\n' "$command" > /tmp/x.ini
		"$B/vnetgen" up -q /tmp/x.ini || echo "status $?"
	done
}

@test "read-only /proc/sys, and commands of a scenario's own that write there" {
	run in_sandbox own_commands
	echo "$output"
	[ "$(grep -c "^vnetgen: hint: this key, or all of /proc/sys, is read-only here; " <<< "$output")" -eq 2 ]
	[ "$(grep -cx "status 3" <<< "$output")" -eq 2 ]
}

without_capabilities() {
	for capability in net_admin sys_admin; do
		setpriv --bounding-set=-$capability --inh-caps=-$capability "$B/vnetgen" up scenarios/veth-pair.ini || echo "status $?"
	done
	[ ! -e /run/vnetgen ]
}

@test "root without the capabilities for it, as in a container" {
	run -0 in_sandbox without_capabilities
	diff -u - <(echo "$output") <<- 'END'
		vnetgen: building a network needs CAP_NET_ADMIN, which root does not have here, as in a container; Docker's '--cap-add NET_ADMIN' or '--privileged' gives it
		status 6
		vnetgen: building a network needs CAP_SYS_ADMIN, which root does not have here, as in a container; Docker's '--cap-add SYS_ADMIN' or '--privileged' gives it
		status 6
	END
}

hidden_sys() {
	umount /.sys
	mount -t tmpfs hidden /sys/kernel
	"$B/vnetgen" up -q scenarios/veth-pair.ini || echo "status $?"
	[ -z "$(ls /run/netns)" ]
	[ ! -e /run/vnetgen ]
}

@test "masked /sys, which 'ip netns exec' mounts anew" {
	run -0 in_sandbox hidden_sys
	echo "$output"
	[ "$(tail -n 4 <<< "$output")" = "vnetgen: hint: parts of /sys are hidden here, as in a container; Docker's '--security-opt systempaths=unconfined' shows them
vnetgen: undoing what was done
vnetgen: all of it is undone
status 3" ]
}

forbidden_mounts() {
	# as iproute2 says it where AppArmor is in force
	fake 1 'echo "mount --make-shared /run/netns failed: Permission denied" >&2; exit 1'
	"$B/vnetgen" up -q --path "$FAKES" scenarios/veth-pair.ini || echo "status $?"
}

@test "mounts that AppArmor forbids" {
	run -0 in_sandbox forbidden_mounts
	[[ $output == *"hint: something forbids mounts here, as AppArmor does in a container; Docker's '--security-opt apparmor=unconfined' allows them"*"status 3" ]]
}

read_only_run() {
	mount -t tmpfs -o ro none /run
	"$B/vnetgen" up scenarios/veth-pair.ini || echo "status $?"
}

@test "read-only /run" {
	run -0 in_sandbox read_only_run
	[ "$output" = "vnetgen: cannot make /run/vnetgen: Read-only file system
status 6" ]
}

# The resolver's configuration of a network is found, and the machine's own is as it was.
resolver() {
	printf '%s\n' '[scenario]' 'name = r' '[netns red]' 'nameserver = 192.0.2.54' > /tmp/r.ini
	"$B/vnetgen" up -q /tmp/r.ini
	ip netns exec red grep 192.0.2.54 /etc/resolv.conf
	! grep 192.0.2.54 /etc/resolv.conf
	"$B/vnetgen" down -q r
}

no_etc_netns() {
	rmdir /etc/netns
	resolver
	[ ! -e /etc/netns ]
}

@test "a machine without /etc/netns gets it for as long as the network is up" {
	in_sandbox no_etc_netns
}

linked_resolv_conf() {
	ln -sf ../run/resolv/stub.conf /etc/resolv.conf
	# nothing is there yet: ip has nothing to bind over
	printf '%s\n' '[scenario]' 'name = r' '[netns red]' 'nameserver = 192.0.2.54' > /tmp/dangling.ini
	"$B/vnetgen" up -q /tmp/dangling.ini || echo "status $?"
	mkdir /run/resolv
	echo 'nameserver 192.0.2.53' > /run/resolv/stub.conf
	resolver
	[ "$(cat /run/resolv/stub.conf)" = 'nameserver 192.0.2.53' ]
}

@test "/etc/resolv.conf as a link into /run; one that leads nowhere is refused" {
	run in_sandbox linked_resolv_conf
	echo "$output"
	[ "$output" = "vnetgen: /tmp/dangling.ini:4: '/etc/resolv.conf' is not there, and is needed
status 6
nameserver 192.0.2.54" ]
	[ "$status" -eq 0 ]
}
