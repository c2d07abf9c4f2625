#!/usr/bin/env bats
# What `vnetgen test` says of a scenario, and what its printed script says with --with-checks, is the same, whichever sh
# and timeout(1) there are.

# shellcheck disable=SC2154 # run sets stderr
load helper

setup() {
	needs_kernel
	CASES=$(mktemp -d build-cases.XXXXXX) # sandboxes have a /tmp of their own
	chmod 755 "$CASES"
}

teardown() {
	rm -rf "$CASES"
}

# verdicts FILE [OPTION...]: in a sandbox; how `test` ends, and the script with dash and with busybox: 0 or 1 each.
# shellcheck disable=SC2317 # called in sandboxes
verdicts() {
	local tool sh status said path
	mkdir -p /tmp/bin
	for tool in cat grep mkdir mv rm sed setsid sh sleep tail timeout; do ln -sf "$(command -v busybox)" "/tmp/bin/$tool"; done
	status=0
	"$B/vnetgen" test -q "$@" > /tmp/said 2>&1 || status=$?
	case $status in 0 | 5) ;; *) echo "$1: cannot be built here: $(head -n 1 /tmp/said)"; return ;; esac
	said="$1: $((status > 0))"
	"$B/vnetgen" --dry-run --with-checks "$@" > /tmp/setup
	"$B/vnetgen" down --dry-run "$1" > /tmp/teardown
	for sh in dash "busybox sh"; do
		status=0 path=$PATH
		case $sh in busybox*) path=/tmp/bin:$PATH ;; esac
		# shellcheck disable=SC2086 # words
		PATH=$path $sh /tmp/setup > /tmp/out 2>&1 || status=$?
		[ "$status" = "$(tail -n 1 <<< "$said" | grep -o '[01]$')" ] || sed "s|^|$sh: |" /tmp/out
		said+=" $((status > 0))"
		sh /tmp/teardown > /dev/null 2>&1 || said+=" (left)"
	done
	echo "$said"
}

# each_verdict [OPTION...]: of the files on standard input, each in a sandbox of its own, several at a time: they wait
# for answers that do not come.
each_verdict() {
	command -v dash busybox > /dev/null || cannot "no dash or busybox"
	export -f verdicts
	OPTIONS=$* xargs -P 10 -I {} "$B/test-sandbox" bash -c 'set -u; verdicts "$1" $OPTIONS' sandbox {} |
		sort > "$BATS_TEST_TMPDIR/verdicts"
	cat "$BATS_TEST_TMPDIR/verdicts"
}

@test "of every scenario of the library" {
	# a hundred namespaces and more do not differ from ten
	each_verdict < <(printf "%s\n" scenarios/*.ini | grep -vE '/(star|ten-bridges).ini')
	run -1 grep -vE ': (0 0 0|cannot be built here: .*)$' "$BATS_TEST_TMPDIR/verdicts"
	[ "$(grep -c ': 0 0 0$' "$BATS_TEST_TMPDIR/verdicts")" -ge 15 ]
}

# cases DIRECTORY: of standard input, each paragraph is a check: its verdict, and its lines.  Files of the directory
# are scenarios of one each.
cases() {
	awk -v RS= -v dir="$1" '{
		name = sprintf("%s/case%02d.ini", dir, NR)
		expected = $1; sub(/^[^\n]*\n/, "")
		print "[netns red]\n[netns blue]\n[link red/eth0]\npeer = blue/eth0\naddress = 10.0.0.1/24\n" \
			"[link blue/eth0]\naddress = 10.0.0.2/24\n[check x]\n" $0 > name
		print name ": " expected " " expected " " expected
	}' > "$BATS_TEST_TMPDIR/expected"
}

@test "of checks that hold, that do not, and that could not be tried" {
	cases "$CASES" <<- 'END'
		0
		netns = red
		run = ping -c 1 -W 1 10.0.0.9
		expect = failure

		0
		netns = red
		run = ping -c 1 -W 1 10.9.9.9
		expect = failure
		match = unreachable$

		1
		netns = red
		run = ping -c 1 -W 1 10.0.0.2
		expect = failure

		1
		netns = red
		run = ping -c 1 -W 1 bleu
		expect = failure

		0
		netns = red
		run = ping -c 1 -W 1 bleu
		expect = 2

		1
		netns = red
		run = ping -c 1 -W 1 bleu
		expect = 1

		1
		run = ip netns exec green ping -c 1 -W 1 10.0.0.2
		expect = failure

		1
		run = ip netns exec green ping -c 1 -W 1 10.0.0.2
		expect = 255

		1
		netns = red
		run = sh -c 'pingg 10.0.0.2 | grep ttl'
		expect = failure

		1
		netns = red
		run = ! ping -c 1 -W 1 bleu

		0
		netns = red
		run = ! ping -c 1 -W 1 10.0.0.9

		1
		run = sleep 3
		timeout = 200ms
		expect = failure

		1
		run = trap '' TERM; sleep 2
		timeout = 200ms
		expect = failure

		1
		run = sh -c 'kill -9 $$'
		expect = failure

		0
		run = sh -c 'kill -9 $$'
		expect = 137

		0
		run = no-such-program
		expect = 127

		1
		run = timeout 0.2 sleep 3
		expect = failure

		0
		run = printf one; printf 'two\n' >&2
		match = ^two$

		1
		run = printf one; printf 'two\n' >&2
		match = onetwo

		1
		run = echo one
		match = ^$

		1
		run = true
		match = ^$

		1
		run = printf 'a\nb\n'
		match = a[[:space:]]+b

		0
		run = printf 'a\303(\n'
		match = ^a..$

		0
		run = cat
		timeout = 1s

		1
		netns = red
		run = sleep 1.5; false
		trigger = red: ping -c 1 -W 1 bleu
		expect = failure

		0
		netns = red
		run = sleep 1.5; false
		trigger = red: ping -c 1 -W 1 10.0.0.9
		expect = failure

		0
		run = test -e ${dir}/there || { touch ${dir}/there; false; }
		within = 5s

		0
		netns = red
		run = curl -s http://10.0.0.2/ | grep Hello
		expect = failure

		1
		netns = red
		run = curl -s http://bleu/
		expect = failure
	END
	each_verdict < <(ls "$CASES"/*.ini)
	diff -u "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/verdicts"
}

@test "of --timeout, also for runs" {
	printf '[check]\nrun = sleep 1.5\n' > "$CASES"/check.ini
	printf '[check]\nrun = sleep 1.5\nexpect = failure\n' > "$CASES"/failure.ini
	each_verdict --timeout 300ms < <(ls "$CASES"/*.ini)
	diff -u - <(sed 's/.*\///' "$BATS_TEST_TMPDIR/verdicts") <<- 'END'
		check.ini: 1 1 1
		failure.ini: 1 1 1
	END
	printf '[run]\nrun = sleep 1.5\nexpect = 0\n' > "$BATS_TEST_TMPDIR/run.ini"
	vnetgen --dry-run --timeout 300ms "$BATS_TEST_TMPDIR/run.ini" | grep -x "v_check 0 '' 0 0.300 sleep 1.5"
	vnetgen --dry-run "$BATS_TEST_TMPDIR/run.ini" | grep -x "v_check 0 '' 0 0 sleep 1.5"
}
