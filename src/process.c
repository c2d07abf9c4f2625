/* process: what a process inherits is set at its start. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "process.h"
#include "util.h"

static mode_t users_umask;

/* A file that is opened must not become a standard stream that was closed.  Where there is no /dev/null, as in a bare
 * chroot, a directory takes the number: nothing can be read from it or written to it. */
static void open_standard_streams(void)
{
	for (int fd = 0; fd >= 0 && fd <= STDERR_FILENO;) {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (fd < 0)
			fd = open("/", O_PATH | O_CLOEXEC);
		if (fd > STDERR_FILENO)
			close(fd);
	}
}

/* Others who share the stream may have made it so, and what does not fit at once would be lost. */
static void make_blocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	if (flags >= 0 && flags & O_NONBLOCK)
		fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

/* They are not closed: the scenario may be one of them, as in `vnetgen <(COMMAND)`. */
static void keep_descriptors(void)
{
	struct arena scratch = { 0 };
	size_t n = 0;
	if (syscall(SYS_close_range, STDERR_FILENO + 1u, ~0u, 4u /* CLOSE_RANGE_CLOEXEC */) == 0)
		return;
	/* Linux before 5.11 */
	const char **names = directory_names(&scratch, "/proc/self/fd", &n);
	for (size_t i = 0; i < n; i++)
		if (atoi(names[i]) > STDERR_FILENO)
			fcntl(atoi(names[i]), F_SETFD, FD_CLOEXEC);
	arena_free(&scratch);
}

static void set_signals(void)
{
	static const struct {
		int number;
		void (*handler)(int);
	} signals[] = {
		{ SIGCHLD, SIG_DFL }, /* ignored, it would keep from us how children end */
		{ SIGPIPE, SIG_IGN }, /* `vnetgen | head` must not keep us from undoing */
		{ SIGXFSZ, SIG_IGN },
	};
	sigset_t none;
	for (size_t i = 0; i < COUNT(signals); i++)
		signal(signals[i].number, signals[i].handler);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void process_begin(void)
{
	open_standard_streams();
	make_blocking(STDOUT_FILENO);
	make_blocking(STDERR_FILENO);
	keep_descriptors();
	set_signals();
	users_umask = umask(S_IWGRP | S_IWOTH);
	unsetenv("POSIXLY_CORRECT"); /* getopt(3) heeds it */
}

mode_t process_umask(void)
{
	return users_umask;
}
