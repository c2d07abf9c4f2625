/* test-sandbox COMMAND [ARG...]: runs it in a sandbox as `vnetgen test --sandbox` makes one, and ends with its status;
 * 125, and a line on standard error, when there can be none. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox.h"

static int execute(void *user)
{
	char **argv = user;
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	execvp(argv[0], argv);
	fprintf(stderr, "test-sandbox: %s: %s\n", argv[0], strerror(errno));
	return 127;
}

int main(int argc, char **argv)
{
	char why[256];
	if (argc < 2)
		return 2;
	int status = sandbox_run(execute, argv + 1, why, sizeof why);
	if (status < 0) {
		fprintf(stderr, "%s\n", why);
		return 125;
	}
	return status;
}
