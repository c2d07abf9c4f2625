/* sandbox: a part of the program is run where it can do no harm. */
#include <errno.h>
#include <linux/keyctl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#include "idmap.h"
#include "mounts.h"
#include "process.h"
#include "sandbox.h"

static const int handled[] = STOP_SIGNALS;

/* --- why there is none --- */

/* The number after NAME in a file whose only line is it, or that has lines "NAME: number"; -1 when there is none. */
static long number_in(const char *path, const char *name)
{
	size_t length;
	char *text = file_read(path, &length);
	const char *found = text ? strstr(text, name) : NULL;
	long value = found ? strtol(found + strlen(name), NULL, 10) : -1;
	free(text);
	return value;
}

/* Which of the known reasons it is, as far as settings of the system tell; NULL when they do not. */
static const char *reason_of_settings(const struct trouble *trouble, bool cloned)
{
	static const struct {
		const char *path, *reason;
		long value;
		bool denies; /* it shows as EPERM or EACCES, to others than root; else as ENOSPC */
	} settings[] = {
#define LIMIT(what) { "/proc/sys/user/max_" what "_namespaces", "user.max_" what "_namespaces is 0; " \
	"'sysctl -w user.max_" what "_namespaces=10000' allows them", 0, false }
		LIMIT("user"), LIMIT("mnt"), LIMIT("pid"), LIMIT("net"), LIMIT("ipc"),
#undef LIMIT
		{ "/proc/sys/kernel/unprivileged_userns_clone",
		  "kernel.unprivileged_userns_clone is 0; 'sysctl -w kernel.unprivileged_userns_clone=1' allows it", 0, true },
		{ "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
		  "AppArmor restricts user namespaces; a profile for vnetgen, or "
		  "'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0', allows them", 1, true },
	};
	bool denied = geteuid() && (trouble->error == EPERM || trouble->error == EACCES);
	bool full = !cloned && (trouble->error == ENOSPC || trouble->error == EUSERS);
	for (size_t i = 0; i < COUNT(settings); i++)
		if ((settings[i].denies ? denied : full) && number_in(settings[i].path, "") == settings[i].value)
			return settings[i].reason;
	if (full)
		return "too many user namespaces, or too many in each other (user.max_user_namespaces)";
	if (!cloned && trouble->error == EINVAL)
		return "this kernel has no user namespaces (CONFIG_USER_NS)";
	if (!cloned && (trouble->error == EPERM || trouble->error == ENOSYS))
		return number_in("/proc/self/status", "\nSeccomp:") > 0
		               ? "a seccomp filter forbids it, as a container's does; "
		                 "Docker's '--security-opt seccomp=unconfined' allows it"
		               : "user namespaces are forbidden here, as they are in a chroot";
	return trouble->why;
}

/* --- the init's side --- */

/* The "host" of the sandbox, as hosts are: lo is up, and everyone may ping. */
static void prepare_network(const struct idmap *map)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &request) == 0) {
		request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
		ioctl(fd, SIOCSIFFLAGS, &request);
	}
	if (fd >= 0)
		close(fd);
	char range[48];
	struct id_range groups = idmap_groups(map);
	snprintf(range, sizeof range, "%lu %lu", groups.start, groups.start + groups.count - 1);
	file_write("/proc/sys/net/ipv4/ping_group_range", range);
}

/* A cgroup namespace of its own would be a way into the cgroup that we are in outside, with all processes in it, where
 * that is the user's to control.  (Kernels without such namespaces need no limit.) */
static bool keep_from_cgroups(void)
{
	return (file_write("/proc/sys/user/max_cgroup_namespaces", "0") || errno == ENOENT) && idmap_keep_limits();
}

static pid_t worker;

static void forward(int number)
{
	kill(worker, number);
}

/* Lives as long as the worker, and buries what others leave.  A worker that something inside stops would heed neither
 * time limits nor the user: it goes on, and when it is stopped again and again that is the end. */
static _Noreturn void bury(void)
{
	enum { OFTEN = 10 };
	for (int stops = 0;;) {
		int status;
		pid_t child = waitpid(-1, &status, WUNTRACED);
		if (child < 0 && errno != EINTR)
			_exit(1);
		if (child != worker)
			continue;
		if (!WIFSTOPPED(status))
			_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
		if (++stops == OFTEN)
			_exit(128 + WSTOPSIG(status));
		kill(worker, SIGCONT);
	}
}

struct setting {
	struct idmap map;
	int mapped[2]; /* to the init: a byte when its ids are mapped; its end when the parent is gone */
	int report[2]; /* from the init: a struct trouble, which has nothing in `doing` when all is well */
	sigset_t mask; /* the caller's */
	int (*inside)(void *user);
	void *user;
};

static bool prepare(const struct setting *setting, struct trouble *trouble)
{
	struct workplace workplace;
	char token;
	/* no byte: the parent is gone, or could not map our ids and says why itself */
	if (read(setting->mapped[0], &token, 1) != 1)
		_exit(1);
	if (!mounts_hold(&workplace, trouble))
		return false;
	if (!idmap_become_root(&setting->map)) {
		*trouble = (struct trouble){ .doing = "becoming root in it", .error = errno };
		return false;
	}
	/* after the change of ids, which clears it; whether the parent went before that, the pipe tells */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (poll(&(struct pollfd){ .fd = setting->mapped[0], .events = POLLIN }, 1, 0) != 0)
		_exit(1);
	if (!mounts_enter(&workplace, trouble))
		return false;
	/* what the caller's session keyring holds is for him: passwords, tickets */
	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	prepare_network(&setting->map);
	if (!keep_from_cgroups()) {
		*trouble = (struct trouble){ .doing = "keeping it from cgroups", .error = errno };
		return false;
	}
	return true;
}

/* The first process in the sandbox.  The signals that are handled are blocked here. */
static _Noreturn void be_init(const struct setting *setting)
{
	struct trouble trouble = { 0 };
	close(setting->mapped[1]);
	close(setting->report[0]);
	setsid();
	bool good = prepare(setting, &trouble);
	if (!write_all(setting->report[1], &trouble, sizeof trouble) || !good)
		_exit(1);
	close(setting->report[1]);

	struct sigaction before, action = { .sa_handler = forward };
	sigaction(SIGTERM, &action, &before);
	worker = fork();
	if (worker < 0)
		_exit(1);
	if (worker == 0) {
		close(setting->mapped[0]);
		sigaction(SIGTERM, &before, NULL);
		sigprocmask(SIG_SETMASK, &setting->mask, NULL);
		exit(setting->inside(setting->user));
	}
	/* what came for the worker before there was one is sent to it now */
	sigprocmask(SIG_SETMASK, &setting->mask, NULL);
	bury();
}

/* --- the parent's side --- */

static pid_t init;

static void pass_on(int number)
{
	(void)number;
	kill(init, SIGTERM);
}

/* Waits for the init to end, and passes on to it what asks us to stop, also what came since signals are blocked. */
static int wait_for_init(const sigset_t *mask)
{
	struct sigaction before[COUNT(handled)], action = { .sa_handler = pass_on };
	int status = 0;
	for (size_t i = 0; i < COUNT(handled); i++) {
		sigaction(handled[i], NULL, &before[i]);
		if (before[i].sa_handler != SIG_IGN) /* nohup(1) */
			sigaction(handled[i], &action, NULL);
	}
	sigprocmask(SIG_SETMASK, mask, NULL);
	for (;;) {
		pid_t child = waitpid(init, &status, WUNTRACED);
		if (child == init && WIFSTOPPED(status))
			kill(init, SIGCONT); /* who stops us all from outside may wake only us */
		else if (child == init || errno != EINTR)
			break;
	}
	for (size_t i = 0; i < COUNT(handled); i++)
		sigaction(handled[i], &before[i], NULL);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Lets the init, which has been cloned, get ready.  False with what went wrong. */
static bool guide(struct setting *setting, struct trouble *trouble, char *said, size_t room)
{
	bool mapped = idmap_write(&setting->map, init, said, room);
	*trouble = (struct trouble){ .doing = "mapping user ids", .why = *said ? said : NULL, .error = errno };
	if (!mapped || write(setting->mapped[1], "", 1) != 1)
		return false;
	/* a struct with pointers to constants: the init is a copy of us, so they are the same ones here */
	struct trouble its;
	ssize_t n;
	while ((n = read(setting->report[0], &its, sizeof its)) < 0 && errno == EINTR)
		;
	*trouble = n == sizeof its ? its : (struct trouble){ .doing = "starting its first process", .error = ECHILD };
	return !trouble->doing;
}

static void close_both(int pipe[2])
{
	for (size_t i = 0; i < 2; i++)
		if (pipe[i] >= 0)
			close(pipe[i]);
	pipe[0] = pipe[1] = -1;
}

int sandbox_run(int (*inside)(void *user), void *user, char *why, size_t room)
{
	struct setting setting = { .mapped = { -1, -1 }, .report = { -1, -1 }, .inside = inside, .user = user };
	struct trouble trouble = { .doing = "making its namespaces" };
	char said[256];
	bool ready = false;
	int status = 0;
	const char *no_ids = idmap_choose(&setting.map);
	if (no_ids) {
		snprintf(why, room, "%s", no_ids);
		return -1;
	}
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < COUNT(handled); i++)
		sigaddset(&set, handled[i]);
	sigprocmask(SIG_BLOCK, &set, &setting.mask);
	fflush(NULL); /* or the child writes it again */
	init = -1;
	/* not unshare(2): after unshare(CLONE_NEWPID) a process cannot start threads, which LeakSanitizer does */
	if (pipe2(setting.mapped, O_CLOEXEC) == 0 && pipe2(setting.report, O_CLOEXEC) == 0)
		init = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | SIGCHLD,
		                      0, 0, 0, 0);
	if (init == 0)
		be_init(&setting);
	trouble.error = errno;
	bool cloned = init > 0;
	if (cloned) {
		close(setting.mapped[0]);
		close(setting.report[1]);
		setting.mapped[0] = setting.report[1] = -1;
		ready = guide(&setting, &trouble, said, sizeof said);
		if (!ready)
			close_both(setting.mapped); /* the init ends */
		/* else our end stays open as long as we live */
		status = wait_for_init(&setting.mask);
	} else {
		sigprocmask(SIG_SETMASK, &setting.mask, NULL);
	}
	close_both(setting.mapped);
	close_both(setting.report);
	if (ready)
		return status;
	const char *reason = reason_of_settings(&trouble, cloned);
	if (reason)
		snprintf(why, room, "%s", reason);
	else
		snprintf(why, room, "%s: %s", trouble.doing, strerror(trouble.error));
	return -1;
}
