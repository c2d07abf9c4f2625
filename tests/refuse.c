/* test-refuse COMMAND [ARG...]: runs it under a seccomp filter that refuses new user namespaces, as a container's does. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util.h"

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IS(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOAD_FLAGS LOAD(args[0])
#else
#define LOAD_FLAGS BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0]) + 4)
#endif

int main(int argc, char **argv)
{
	struct sock_filter filter[] = {
		LOAD(nr),
		IS(SYS_clone3, 5, 0), /* its flags are in memory, which no filter sees */
		IS(SYS_clone, 1, 0),
		IS(SYS_unshare, 0, 2),
		LOAD_FLAGS,
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_NEWUSER, 2, 0),
		RETURN(SECCOMP_RET_ALLOW),
		RETURN(SECCOMP_RET_ERRNO | ENOSYS),
		RETURN(SECCOMP_RET_ERRNO | EPERM),
	};
	struct sock_fprog program = { COUNT(filter), filter };
	if (argc < 2)
		return 2;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
		fprintf(stderr, "test-refuse: %s\n", strerror(errno));
		return 125;
	}
	execvp(argv[1], argv + 1);
	fprintf(stderr, "test-refuse: %s: %s\n", argv[1], strerror(errno));
	return 127;
}
