#!/usr/bin/env bats
# make install: what it puts where, and that it works from there.

load helper

@test "an installed vnetgen finds its templates, and uninstall leaves nothing" {
	root=$BATS_TEST_TMPDIR/root
	make -s install B="$B" PREFIX=/opt/net DESTDIR="$root" CFLAGS="${CFLAGS:--O2 -g}"
	[ -x "$root/opt/net/bin/vnetgen" ]
	[ -f "$root/opt/net/share/man/man5/vnetgen-scenario.5" ]
	cd "$BATS_TEST_TMPDIR"
	mkdir -p templates/styles # not a place to look for templates
	"$root/opt/net/bin/vnetgen" --dry-run "$root/opt/net/share/vnetgen/scenarios/veth-pair.ini" | grep '^ip ' |
		diff -u "$OLDPWD/tests/golden/veth-pair.setup" -
	cd "$OLDPWD"
	make -s uninstall B="$B" PREFIX=/opt/net DESTDIR="$root"
	[ -z "$(find "$root" -type f)" ]
}

@test "the profile of AppArmor is installed when that is asked for, for the program where it is" {
	root=$BATS_TEST_TMPDIR/root
	make -s install B="$B" PREFIX=/opt/net DESTDIR="$root" CFLAGS="${CFLAGS:--O2 -g}"
	[ ! -e "$root/etc" ]
	make -s install B="$B" PREFIX=/opt/net DESTDIR="$root" CFLAGS="${CFLAGS:--O2 -g}" APPARMOR=yes
	grep -q '^profile vnetgen /opt/net/bin/vnetgen flags=(unconfined) {$' "$root/etc/apparmor.d/vnetgen"
	run ! grep @ "$root/etc/apparmor.d/vnetgen"
	# an apparmor_parser of version 4 reads it; older ones do not know `userns`
	if apparmor_parser --version 2>/dev/null | grep -q 'version [4-9]'; then
		apparmor_parser --skip-kernel-load --skip-cache --quiet "$root/etc/apparmor.d/vnetgen"
	fi
	make -s uninstall B="$B" PREFIX=/opt/net DESTDIR="$root" APPARMOR=yes
	[ -z "$(find "$root" -type f)" ]
}

@test "a user's own templates come first, and mistakes in them are named" {
	own=$BATS_TEST_TMPDIR/own
	mkdir -p "$own/styles"
	sed 's/ip netns exec {{netns}} {{\/netns}}ip/nsenter --net=\/run\/netns\/{{netns}} {{\/netns}}ip/' templates/styles/classic.ini > "$own/styles/nsenter.ini"
	vnetgen --dry-run --templates "$own" --style nsenter scenarios/veth-pair.ini |
		grep -qx 'nsenter --net=/run/netns/red ip link set veth-red up'
	sed 's/^link-up = .*/link-up = {{>ip}} link set {{nothing}} up/' templates/styles/classic.ini > "$own/styles/broken.ini"
	run -1 vnetgen --dry-run --templates "$own" --style broken scenarios/veth-pair.ini
	grep -qE "own/styles/broken.ini:[0-9]+: there is no \{\{nothing\}\} here" <<< "$output"
	sed 's/^link-up = .*/link-up = {{#x}} never closed/' templates/styles/classic.ini > "$own/styles/broken.ini"
	run -1 vnetgen --dry-run --templates "$own" --style broken scenarios/veth-pair.ini
	grep -qE "own/styles/broken.ini:[0-9]+: \{\{#x\}\} is not closed" <<< "$output"
	sed '/^link-up/d' templates/styles/classic.ini > "$own/styles/broken.ini"
	run -1 vnetgen --dry-run --templates "$own" --style broken scenarios/veth-pair.ini
	grep -qE "own/styles/broken.ini: \[style\] has no 'link-up'" <<< "$output"
}
