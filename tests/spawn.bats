# How commands are started and followed, seen through a scenario in a sandbox.
load helper

setup() {
	needs_sandbox
	D=$(mktemp -d "$B/spawn.$RUN.XXXXXX")
	chmod 755 "$D"
}

teardown() {
	rm -rf "$D"
}

# run_command COMMAND: as a [run]; sets status, output, and $failure to what was said of it.
run_command() {
	printf '%s\n' '[run]' "run = $1" > "$D/s.ini"
	run timeout 20 "$B/vnetgen" test -q --sandbox "$D/s.ini"
	failure=$(grep -F " failed: " <<< "$output" || true)
	failure=${failure#*" failed: "}
}

@test "a program that cannot be executed is not one that failed" {
	printf '#!/there/is/none\n' > "$D/no-interpreter"
	printf '\177ELF is not enough\n' > "$D/no-program"
	chmod +x "$D"/no-*
	run_command "$D/no-interpreter"
	[ "$status" = 3 ]
	[ "$failure" = "cannot start it: the interpreter in its first line is not there" ]
	run_command "$D/no-program"
	[ "$status" = 3 ]
	[ "$failure" = "cannot start it: Exec format error" ]
	run_command "sh -c 'exit 127'"
	[ "$failure" = "exit status 127" ]
}

@test "a child that is left behind and goes on writing is not waited for" {
	run_command "sh -c 'yes & exit 0'"
	[ "$status" = 0 ]
	run_command "sh -c 'sleep 30 & echo started'"
	[ "$status" = 0 ]
}

@test "what is printed last is kept" {
	printf '%s\n' '[check]' 'run = seq 1 5000' 'match = ^5000$' > "$D/s.ini"
	"$B/vnetgen" test -q --sandbox "$D/s.ini"
}

@test "a command's environment is ours" {
	printf '%s\n' '[check]' 'run = env' > "$D/s.ini"
	HOME=/nowhere FOREIGN=1 LANG=ko_KR.UTF-8 "$B/vnetgen" test --sandbox "$D/s.ini" > "$D/out"
	run grep -E 'FOREIGN|LANG=' "$D/out"
	[ "$status" = 1 ]
	grep -q 'LC_ALL=C.UTF-8' "$D/out"
	grep -q 'HOME=/nowhere' "$D/out"
	grep -q 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' "$D/out"
}

@test "a command's signals, umask, descriptors and standard input are ours" {
	printf '%s\n' '[check]' 'run = cat /proc/self/status' '[check]' 'run = ls /proc/self/fd' '[check]' 'run = readlink /proc/self/fd/0' > "$D/s.ini"
	(umask 077; exec env --ignore-signal=CHLD,HUP,USR1,PIPE --block-signal "$B/vnetgen" test --sandbox --log "$D/log" "$D/s.ini") \
		> "$D/out" 5< /etc/passwd 9> "$D/held"
	grep -E "Sig|Umask" "$D/out"
	[ "$(grep -cE '^ *Sig(Blk|Ign|Cgt):.0{16}$|^ *Umask:.0022$' "$D/out")" = 4 ]
	[ "$(grep -xE ' {8}[0-9]+' "$D/out" | tr -d ' \n')" = 0123 ]
	grep -qx ' *//*dev/null' "$D/out"
	grep -q . "$D/log"
}
