/* spawn: the one place that starts processes. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "spawn.h"

/* Between being asked to stop and SIGTERM, and from that to SIGKILL. */
static const double patience = 1.0;

/* The first file of that name in PATH that access(2) allows to be used so. */
static const char *find_file(struct arena *arena, const char *program, const char *path, int use)
{
	struct stat status;
	if (strchr(program, '/'))
		return access(program, use) == 0 && stat(program, &status) == 0 && S_ISREG(status.st_mode) ? program : NULL;
	while (*path) {
		size_t length = strcspn(path, ":");
		if (length) {
			const char *file = arena_printf(arena, "%.*s/%s", (int)length, path, program);
			if (access(file, use) == 0 && stat(file, &status) == 0 && S_ISREG(status.st_mode))
				return file;
		}
		path += length + (path[length] == ':');
	}
	return NULL;
}

const char *program_find(struct arena *arena, const char *program, const char *path)
{
	return find_file(arena, program, path, X_OK);
}

const char *program_missing(struct arena *arena, const char *program, const char *path)
{
	const char *file = find_file(arena, program, path, F_OK);
	if (file)
		return arena_printf(arena, "cannot start it: %s is not executable", file);
	if (strchr(program, '/'))
		return arena_printf(arena, "there is no program '%s'", program);
	return arena_printf(arena, "there is no program '%s' in %s", program, path);
}

/* The environment of commands: what they need and nothing that changes what they print. */
static char **make_environment(struct arena *arena, const char *path)
{
	static const char *const kept[] = { "HOME", "TERM", "USER", "LOGNAME" };
	char **environment = arena_alloc(arena, (COUNT(kept) + 3) * sizeof *environment);
	size_t n = 0;
	environment[n++] = arena_printf(arena, "PATH=%s", path);
	environment[n++] = arena_strdup(arena, "LC_ALL=C.UTF-8");
	for (size_t i = 0; i < COUNT(kept); i++) {
		const char *value = getenv(kept[i]);
		if (value)
			environment[n++] = arena_printf(arena, "%s=%s", kept[i], value);
	}
	return environment;
}

/* By the kernel's own struct sigaction, all of whose fields are 0 then: signal(3) keeps two of glibc's to itself. */
static void default_signals(void)
{
	static const unsigned long none[8];
	for (int number = 1; number < NSIG; number++)
		syscall(SYS_rt_sigaction, number, none, NULL, (size_t)(NSIG - 1) / 8);
}

/* The child's side: it is noted, then becomes the command.  The parent is halted meanwhile and its memory is ours too,
 * so what is noted here it knows, *error as well: why there is no command. */
static _Noreturn void become(const struct spawn *spawn, const char *file, char **environment, pid_t parent,
                             const int pipes[2], volatile int *error)
{
	sigset_t none;
	if (spawn->background)
		setsid();
	else
		setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127); /* it was gone before we said that we want to go with it */
	if (spawn->born)
		spawn->born(spawn->user, getpid());
	if (spawn->background)
		prctl(PR_SET_PDEATHSIG, 0); /* from now on it is known, and may outlive us */
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(pipes[STREAM_OUT], STDOUT_FILENO) >= 0 &&
	    dup2(pipes[STREAM_ERR], STDERR_FILENO) >= 0) {
		default_signals();
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		execve(file, spawn->argv, environment);
	}
	*error = errno;
	_exit(127);
}

/* vfork(2), since a copy of our memory that is given up at once costs more than all the rest, the more the larger the
 * scenario is. */
static pid_t start(const struct spawn *spawn, const char *file, char **environment, const int pipes[2],
                   volatile int *error)
{
	pid_t parent = getpid(), pid = vfork();
	if (pid == 0)
		become(spawn, file, environment, parent, pipes, error);
	return pid;
}

/* Takes what the pipe has; false at its end, or when it cannot be read, with outcome->status set to an errno. */
static bool take_output(const struct spawn *spawn, struct outcome *outcome, int fd, enum stream stream)
{
	char bytes[65536];
	ssize_t n = read(fd, bytes, sizeof bytes);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		outcome->status = errno;
	if (n < 0)
		return !outcome->status;
	if (n == 0)
		return false;
	struct buffer *kept = &outcome->stream[stream];
	size_t room = kept->length < OUTPUT_KEPT ? OUTPUT_KEPT - kept->length : 0;
	size_t keep = (size_t)n < room ? (size_t)n : room;
	buffer_add(kept, bytes, keep);
	outcome->dropped[stream] += (size_t)n - keep;
	if (spawn->output && keep)
		spawn->output(spawn->user, stream, bytes, keep);
	return true;
}

static bool has_line(const struct outcome *outcome)
{
	return strchr(buffer_text(&outcome->stream[STREAM_OUT]), '\n') || strchr(buffer_text(&outcome->stream[STREAM_ERR]), '\n');
}

/* Follows the command until it is a zombie: output, time limit, a wish to stop.  True when the time limit ended it.
 * MASK has the signals that are blocked meanwhile. */
static bool follow(const struct spawn *spawn, struct outcome *outcome, pid_t pid, int pidfd, const int fds[2],
                   const sigset_t *mask)
{
	static const int means[] = { SIGTERM, SIGKILL };
	struct pollfd polls[3] = { { .fd = fds[0], .events = POLLIN }, { .fd = fds[1], .events = POLLIN },
		                       { .fd = pidfd, .events = POLLIN } };
	bool stopped = false, timed_out = false;
	size_t used = 0;
	double act = spawn->timeout > 0 ? now_monotonic() + spawn->timeout : INFINITY; /* when to use the next means */
	double seems_waiting = spawn->waiting ? now_monotonic() + 1 : INFINITY;
	while (!polls[2].revents) {
		if (isfinite(seems_waiting) && (now_monotonic() >= seems_waiting || has_line(outcome))) {
			seems_waiting = INFINITY;
			spawn->waiting(spawn->user);
		}
		double now = now_monotonic();
		if (spawn->stop && *spawn->stop && !stopped && !timed_out) {
			stopped = true;
			act = now + patience;
		}
		if (now >= act && used < COUNT(means)) {
			timed_out |= !stopped;
			kill(-pid, means[used++]);
			act = used < COUNT(means) ? now + patience : INFINITY;
		}
		double left = (act < seems_waiting ? act : seems_waiting) - now;
		if (left < 0)
			left = 0;
		struct timespec wait = { 0 };
		if (isfinite(left))
			wait = (struct timespec){ (time_t)left, (long)((left - (double)(time_t)left) * 1e9) };
		/* signals are blocked but for here: one that asks us to stop is never missed */
		if (ppoll(polls, 3, isfinite(left) ? &wait : NULL, mask) < 0)
			continue;
		for (size_t i = 0; i < 2; i++)
			if (polls[i].revents && !take_output(spawn, outcome, fds[i], (enum stream)i))
				polls[i].fd = -1;
	}
	/* What it wrote last, which is what a pipe holds at most.  The end of the pipe is not waited for: a child that it
	 * leaves behind may hold it, and go on writing. */
	for (size_t i = 0; i < 2; i++)
		if (polls[i].fd >= 0)
			take_output(spawn, outcome, fds[i], (enum stream)i);
	if (used)
		kill(-pid, SIGKILL); /* and what it started: nobody else is of its group, as long as it is not buried */
	return timed_out;
}

static void run_child(const struct spawn *spawn, struct outcome *outcome, const char *file, char **environment,
                      const sigset_t *mask)
{
	int out[2] = { -1, -1 }, err[2] = { -1, -1 }, pidfd = -1;
	volatile int error = 0; /* the child writes it, which the compiler does not expect */
	pid_t pid = -1;
	if (pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0)
		pid = start(spawn, file, environment, (int[]){ out[1], err[1] }, &error);
	if (pid > 0)
		pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pid < 0 || pidfd < 0) {
		outcome->how = pid < 0 ? NOT_STARTED : LOST;
		outcome->status = errno;
		if (pid > 0) {
			kill(-pid, SIGKILL);
			waitpid(pid, NULL, 0);
		}
	} else {
		close(out[1]);
		close(err[1]);
		out[1] = err[1] = -1;
		fcntl(out[0], F_SETFL, O_NONBLOCK);
		fcntl(err[0], F_SETFL, O_NONBLOCK);
		bool timed_out = follow(spawn, outcome, pid, pidfd, (int[]){ out[0], err[0] }, mask);
		int status = 0;
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (error) {
			outcome->how = NOT_STARTED;
			outcome->status = error;
		} else if (outcome->status) {
			outcome->how = LOST;
		} else {
			outcome->how = timed_out ? TIMED_OUT : WIFSIGNALED(status) ? KILLED : ENDED;
			outcome->status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
		}
	}
	int fds[] = { out[0], out[1], err[0], err[1], pidfd };
	for (size_t i = 0; i < COUNT(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

void spawn(const struct spawn *spawn, struct outcome *outcome)
{
	struct arena scratch = { 0 };
	const char *file = program_find(&scratch, spawn->argv[0], spawn->path);
	*outcome = (struct outcome){ .how = NOT_STARTED, .status = file ? 0 : ENOENT, .started = now_wall() };
	double start = now_monotonic();
	sigset_t all, before;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	if (file)
		run_child(spawn, outcome, file, make_environment(&scratch, spawn->path), &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	outcome->duration = now_monotonic() - start;
	arena_free(&scratch);
}

pid_t spawn_background(const struct spawn *spawn, int output)
{
	struct arena scratch = { 0 };
	struct spawn own = *spawn;
	const char *file = program_find(&scratch, spawn->argv[0], spawn->path);
	char **environment = make_environment(&scratch, spawn->path);
	volatile int error = ENOENT;
	sigset_t all, before;
	pid_t pid = -1;
	own.background = true;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	if (file) {
		error = 0;
		pid = start(&own, file, environment, (int[]){ output, output }, &error);
		if (pid < 0)
			error = errno;
		else if (error)
			waitpid(pid, NULL, 0);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	arena_free(&scratch);
	errno = error;
	return error ? -1 : pid;
}

void outcome_free(struct outcome *outcome)
{
	buffer_free(&outcome->stream[STREAM_OUT]);
	buffer_free(&outcome->stream[STREAM_ERR]);
}

bool outcome_good(const struct outcome *outcome)
{
	return outcome->how == ENDED && outcome->status == 0;
}

bool outcome_refused(const struct outcome *outcome)
{
	/* 255 is what ip(8) says of a mistake in its own arguments, and no signal has */
	return outcome->how == NOT_STARTED ||
	       (outcome->how == ENDED && outcome->status && (outcome->status <= 128 || outcome->status == 255));
}

static const char *not_started_words(const struct outcome *outcome, const struct spawn *spawn, struct arena *arena)
{
	if (outcome->status != ENOENT)
		return arena_printf(arena, "cannot start it: %s", strerror(outcome->status));
	if (program_find(arena, spawn->argv[0], spawn->path))
		return "cannot start it: the interpreter in its first line is not there";
	return program_missing(arena, spawn->argv[0], spawn->path);
}

const char *outcome_words(const struct outcome *outcome, const struct spawn *spawn, struct arena *arena)
{
	switch (outcome->how) {
	case KILLED:
		return arena_printf(arena, "killed by signal %d (%s)", outcome->status, strsignal(outcome->status));
	case TIMED_OUT:
		return arena_printf(arena, "it did not end within %g s, and was ended", spawn->timeout);
	case NOT_STARTED:
		return not_started_words(outcome, spawn, arena);
	case LOST:
		return arena_printf(arena, "it could not be followed: %s", strerror(outcome->status));
	default:
		return arena_printf(arena, "exit status %d", outcome->status);
	}
}
