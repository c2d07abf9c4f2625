#!/usr/bin/env bats
# What the program is built like, and whose rights it takes.

load helper

setup() {
	machine=$(readelf -hW "$B/vnetgen" | sed -n 's/.*Machine: *//p')
}

# Sanitizers and builds for coverage and debugging have not all of it.
plain_build() {
	! nm "$B/vnetgen" | grep -qE '__(asan|ubsan|gcov|llvm)_' || skip "a build for tests"
}

@test "the program is position independent" {
	readelf -hW "$B/vnetgen" | grep -q 'Type: *DYN'
	readelf -dW "$B/vnetgen" | grep -q 'FLAGS_1.* PIE'
}

@test "after the start nobody writes where functions are looked up" {
	readelf -lW "$B/vnetgen" | grep -q GNU_RELRO
	readelf -dW "$B/vnetgen" | grep -q 'FLAGS_1.* NOW'
}

@test "no stack is executable, no memory is both writable and executable" {
	readelf -lW "$B/vnetgen" | grep -q 'GNU_STACK .* RW '
	run ! grep -E ' RWE ' <(readelf -lW "$B/vnetgen")
}

@test "stacks and copies are checked" {
	plain_build
	readelf -W --dyn-syms "$B/vnetgen" | grep -q ' __stack_chk_fail@'
	readelf -W --dyn-syms "$B/vnetgen" | grep -q ' __memcpy_chk@'
	readelf -W --dyn-syms "$B/vnetgen" | grep -q ' __vsnprintf_chk@'
}

@test "jumps go where they may" {
	case $machine in
	*X86-64*) feature='x86 feature: IBT, SHSTK' ;;
	AArch64*) feature='AArch64 feature: BTI, PAC' ;;
	*) skip "$machine has nothing for it" ;;
	esac
	# in each object: libc's own, of which some are built without it, take the mark from the whole
	for object in "$B"/*.o; do
		echo "$object"
		readelf -nW "$object" | grep -qF "$feature"
	done
}

# In a sandbox, where files can have such bits and they count; the rest is a command that gives them to FILE.
borrow_rights() {
	mkdir /tmp/bin
	mount -t tmpfs none /tmp/bin
	chmod 755 /tmp/bin
	cp "$B/vnetgen" /usr/bin/id /tmp/bin
	chmod 755 /tmp/bin/*
	"$@" /tmp/bin/vnetgen
	"$@" /tmp/bin/id
	setpriv --reuid 1000 --regid 1000 --clear-groups /tmp/bin/id
	setpriv --reuid 1000 --regid 1000 --clear-groups /tmp/bin/vnetgen --version 2>&1 || echo "status $?"
}

needs_users() {
	in_sandbox setpriv --reuid 1000 --regid 1000 --clear-groups true || cannot "this user's sandbox has one user only"
}

# refuses COMMAND...: what it gives a file is refused
refuses() {
	needs_users
	run -0 in_sandbox borrow_rights "$@"
	echo "$output"
	[ "$(tail -n +2 <<< "$output")" = "vnetgen: its file is setuid, setgid or has capabilities, which is refused, since a scenario is a program: take that from it, and use sudo or 'test --sandbox'"$'\nstatus 6' ]
}

@test "a setuid program is refused" {
	refuses chmod u+s
	grep -q '^uid=1000.* euid=0' <<< "$output"
}

@test "a setgid program is refused" {
	! nm "$B/vnetgen" | grep -q __asan_ || skip "LeakSanitizer gives up in a setgid program"
	refuses chmod g+s
	grep -q '^uid=1000.* egid=0' <<< "$output"
}

@test "a program with capabilities is refused" {
	command -v setcap > /dev/null || cannot "there is no setcap (package libcap2-bin)"
	refuses setcap cap_net_admin+ep
}

@test "a program without all that is not" {
	needs_users
	run -0 in_sandbox borrow_rights chmod u-s
	grep -q '^vnetgen [0-9]' <<< "$output"
}
