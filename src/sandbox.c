/* sandbox: a part of the program is run where it can do no harm. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <net/if.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"
#include "spawn.h"

enum { RANGE = 65536 };

enum stage { STAGE_CLONE, STAGE_MAP, STAGE_IDS, STAGE_MOUNT, STAGE_PROC, STAGE_SYS, STAGE_ETC, STAGE_READY };

/* What the child tells its parent: how far it came, and why no further. */
struct progress {
	enum stage stage;
	int error;
};

/* Ids inside, from 0, or from the own id when there is only that. */
struct mapping {
	bool own_id_only;
	bool by_helper; /* newuidmap(1): 0 is the own id, 1 and up are the range */
	unsigned long uid_base, gid_base, uid_count, gid_count;
};

/* --- which ids --- */

/* Calls SEE with the three fields of each line NAME:START:COUNT of /etc/subuid or /etc/subgid. */
static void each_subid(const char *path, void (*see)(void *, const char *, unsigned long, unsigned long), void *user)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	while (file && getline(&line, &room, file) > 0) {
		char *start = strchr(line, ':'), *count = start ? strchr(start + 1, ':') : NULL;
		if (!count)
			continue;
		*start = '\0';
		see(user, line, strtoul(start + 1, NULL, 10), strtoul(count + 1, NULL, 10));
	}
	free(line);
	if (file)
		fclose(file);
}

static void above(void *user, const char *name, unsigned long start, unsigned long count)
{
	unsigned long *base = user;
	(void)name;
	if (start + count > *base)
		*base = start + count;
}

/* The first id that no user can have been given: above the limits of login.defs(5) and all of subuid(5). */
static unsigned long free_base(void)
{
	unsigned long base = 600100000; /* SUB_UID_MAX where login.defs says nothing */
	FILE *file = fopen("/etc/login.defs", "re");
	char line[512], word[64];
	unsigned long value;
	while (file && fgets(line, sizeof line, file))
		if (sscanf(line, "%63s %lu", word, &value) == 2 && (!strcmp(word, "SUB_UID_MAX") || !strcmp(word, "SUB_GID_MAX")))
			above(&base, word, value, 1);
	if (file)
		fclose(file);
	each_subid("/etc/subuid", above, &base);
	each_subid("/etc/subgid", above, &base);
	return (base + RANGE - 1) / RANGE * RANGE;
}

/* How many ids, from 0, there are in our own user namespace: 4294967295 in the first one. */
static unsigned long ids_here(const char *path)
{
	unsigned long inside, outside, count;
	FILE *file = fopen(path, "re");
	int fields = file ? fscanf(file, "%lu %lu %lu", &inside, &outside, &count) : 0;
	if (file)
		fclose(file);
	return fields == 3 && inside == 0 ? count : 0;
}

struct own_range {
	const char *name;
	char number[24];
	unsigned long start, count;
};

static void take_own(void *user, const char *name, unsigned long start, unsigned long count)
{
	struct own_range *own = user;
	bool mine = (own->name && !strcmp(own->name, name)) || !strcmp(own->number, name);
	if (mine && count > own->count) {
		own->start = start;
		own->count = count;
	}
}

static struct mapping choose_mapping(void)
{
	struct mapping map = { 0 };
	if (geteuid() == 0) {
		unsigned long uids = ids_here("/proc/self/uid_map"), gids = ids_here("/proc/self/gid_map");
		unsigned long base = free_base();
		if (uids > base + RANGE && gids > base + RANGE) {
			map = (struct mapping){ .uid_base = base, .gid_base = base, .uid_count = RANGE, .gid_count = RANGE };
		} else if (uids > 1 && gids > 1) {
			/* inside another user namespace: all ids of it but its root */
			map = (struct mapping){ .uid_base = 1, .gid_base = 1, .uid_count = uids - 1, .gid_count = gids - 1 };
		} else {
			map.own_id_only = true;
		}
		return map;
	}
	const struct passwd *user = getpwuid(geteuid());
	struct own_range uids = { .name = user ? user->pw_name : NULL }, gids;
	snprintf(uids.number, sizeof uids.number, "%u", geteuid());
	gids = uids;
	each_subid("/etc/subuid", take_own, &uids);
	each_subid("/etc/subgid", take_own, &gids);
	struct arena scratch = { 0 };
	bool helped = program_find(&scratch, "newuidmap", STANDARD_PATH) && program_find(&scratch, "newgidmap", STANDARD_PATH);
	arena_free(&scratch);
	if (helped && uids.count && gids.count)
		return (struct mapping){ .by_helper = true, .uid_base = uids.start, .gid_base = gids.start,
			                     .uid_count = uids.count, .gid_count = gids.count };
	return (struct mapping){ .own_id_only = true };
}

/* --- the parent's side --- */

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write_all(fd, text, strlen(text));
	int error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return good;
}

static bool write_map(pid_t pid, const char *file, const struct mapping *map, unsigned long own, unsigned long base,
                      unsigned long count)
{
	char path[64], line[64];
	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
	if (map->own_id_only)
		snprintf(line, sizeof line, "%lu %lu 1\n", own, own);
	else
		snprintf(line, sizeof line, "0 %lu %lu\n", base, count);
	return write_file(path, line);
}

static bool run_helper(const char *program, pid_t pid, unsigned long own, unsigned long base, unsigned long count)
{
	char words[4][24];
	snprintf(words[0], sizeof words[0], "%d", (int)pid);
	snprintf(words[1], sizeof words[1], "%lu", own);
	snprintf(words[2], sizeof words[2], "%lu", base);
	snprintf(words[3], sizeof words[3], "%lu", count);
	char name[16];
	snprintf(name, sizeof name, "%s", program);
	char *argv[] = { name, words[0], (char[]){ "0" }, words[1], (char[]){ "1" }, (char[]){ "1" }, words[2], words[3], NULL };
	struct outcome outcome;
	spawn(&(struct spawn){ .argv = argv, .path = STANDARD_PATH, .timeout = 10 }, &outcome);
	bool good = outcome_good(&outcome);
	outcome_free(&outcome);
	errno = good ? 0 : EPERM;
	return good;
}

static bool map_ids(pid_t pid, const struct mapping *map)
{
	char path[64];
	if (map->by_helper)
		return run_helper("newuidmap", pid, geteuid(), map->uid_base, map->uid_count) &&
		       run_helper("newgidmap", pid, getegid(), map->gid_base, map->gid_count);
	snprintf(path, sizeof path, "/proc/%d/setgroups", (int)pid);
	if (map->own_id_only && !write_file(path, "deny"))
		return false;
	return write_map(pid, "uid_map", map, geteuid(), map->uid_base, map->uid_count) &&
	       write_map(pid, "gid_map", map, getegid(), map->gid_base, map->gid_count);
}

/* A number in a file below /proc/sys; -1 when there is none. */
static long setting(const char *path)
{
	long value = -1;
	FILE *file = fopen(path, "re");
	if (file && fscanf(file, "%ld", &value) != 1)
		value = -1;
	if (file)
		fclose(file);
	return value;
}

/* Which of the known reasons it is. */
static void explain(const struct progress *progress, char *why, size_t room)
{
	static const char *const doing[] = { [STAGE_CLONE] = "making the namespaces", [STAGE_MAP] = "mapping user ids",
		                                 [STAGE_IDS] = "becoming root in it", [STAGE_MOUNT] = "mounting /run and /tmp",
		                                 [STAGE_PROC] = "mounting /proc", [STAGE_SYS] = "mounting /sys",
		                                 [STAGE_ETC] = "making its /etc" };
	const char *reason = NULL;
	bool denied = progress->error == EPERM || progress->error == EACCES;
	if (setting("/proc/sys/user/max_user_namespaces") == 0)
		reason = "user.max_user_namespaces is 0; 'sysctl -w user.max_user_namespaces=10000' allows them";
	else if (denied && geteuid() && setting("/proc/sys/kernel/unprivileged_userns_clone") == 0)
		reason = "kernel.unprivileged_userns_clone is 0; 'sysctl -w kernel.unprivileged_userns_clone=1' allows it";
	else if (denied && geteuid() && setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1)
		reason = "AppArmor restricts user namespaces; a profile for vnetgen, or "
		         "'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0', allows them";
	else if (progress->stage == STAGE_CLONE && progress->error == EINVAL)
		reason = "this kernel has no user namespaces (CONFIG_USER_NS)";
	else if (progress->stage == STAGE_CLONE && (progress->error == ENOSPC || progress->error == EUSERS))
		reason = "too many user namespaces in each other, or user.max_user_namespaces is reached";
	else if (progress->stage == STAGE_CLONE && denied)
		reason = "a seccomp filter forbids it, as Docker's does; '--security-opt seccomp=unconfined' allows it";
	else if ((progress->stage == STAGE_PROC || progress->stage == STAGE_SYS) && denied)
		reason = "parts of /proc or /sys are masked, as in a container; '--security-opt systempaths=unconfined' allows it";
	if (reason)
		snprintf(why, room, "%s", reason);
	else
		snprintf(why, room, "%s: %s", doing[progress->stage], strerror(progress->error));
}

/* --- the init's side --- */

static void keep_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	if (syscall(SYS_capget, &header, data) < 0)
		return;
	for (size_t i = 0; i < 2; i++)
		data[i].inheritable = data[i].permitted;
	syscall(SYS_capset, &header, data);
	for (unsigned long cap = 0; cap < 64 && prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0);
}

static bool become_root(const struct mapping *map)
{
	if (map->own_id_only)
		keep_capabilities();
	else if (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return false;
	/* changing ids makes our own /proc/self unreadable */
	return prctl(PR_SET_DUMPABLE, 1) == 0;
}

/* Files of /etc that are copied, since they must be writable, or may be links into what is hidden. */
static const struct {
	const char *path;
} copied[] = { { "/etc/hosts" }, { "/etc/resolv.conf" } };

static bool make_etc(char *const contents[])
{
	struct arena scratch = { 0 };
	bool good = mkdir("/run/etc", 0755) == 0 && mount("/etc", "/run/etc", NULL, MS_BIND | MS_REC, NULL) == 0 &&
	            mount("etc", "/etc", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") == 0;
	for (size_t i = 0; good && i < COUNT(copied); i++) {
		int fd = contents[i] ? open(copied[i].path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644) : -1;
		good = !contents[i] || (fd >= 0 && write_all(fd, contents[i], strlen(contents[i])));
		if (fd >= 0)
			close(fd);
	}
	DIR *real = good ? opendir("/run/etc") : NULL;
	good = real && mkdir("/etc/netns", 0755) == 0;
	for (struct dirent *entry; good && (entry = readdir(real));) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		const char *name = arena_printf(&scratch, "/etc/%s", entry->d_name);
		good = symlink(arena_printf(&scratch, "/run/etc/%s", entry->d_name), name) == 0 || errno == EEXIST;
	}
	int error = errno;
	if (real)
		closedir(real);
	arena_free(&scratch);
	errno = error;
	return good;
}

static bool mount_all(struct progress *progress)
{
	char *contents[COUNT(copied)];
	size_t length;
	for (size_t i = 0; i < COUNT(copied); i++)
		contents[i] = file_read(copied[i].path, &length);
	progress->stage = STAGE_MOUNT;
	bool good = mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	            mount("run", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") == 0;
	if (good) {
		progress->stage = STAGE_ETC;
		good = make_etc(contents);
	}
	if (good) {
		progress->stage = STAGE_PROC;
		good = mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0;
	}
	if (good) {
		progress->stage = STAGE_SYS;
		good = mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0;
	}
	if (good) {
		progress->stage = STAGE_MOUNT;
		good = mount("tmp", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") == 0;
	}
	for (size_t i = 0; i < COUNT(copied); i++)
		free(contents[i]);
	return good;
}

/* The "host" of the sandbox, as hosts are: lo is up, and everyone may ping. */
static void prepare_network(const struct mapping *map)
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
	unsigned long first = map->own_id_only ? getegid() : 0;
	snprintf(range, sizeof range, "%lu %lu", first, map->own_id_only ? first : map->gid_count - 1);
	write_file("/proc/sys/net/ipv4/ping_group_range", range);
}

static pid_t worker;

static void forward(int number)
{
	if (worker > 0)
		kill(worker, number);
}

static const int handled[] = { SIGINT, SIGTERM, SIGHUP };

/* The first process in the sandbox: lives as long as its parent and its worker, and buries what they leave. */
static _Noreturn void be_init(const struct mapping *map, int mapped, int report, int (*inside)(void *), void *user)
{
	struct progress progress = { .stage = STAGE_IDS };
	struct sigaction before[COUNT(handled)];
	char token;
	/* end of file: the parent is gone, or could not map our ids and says why itself */
	if (read(mapped, &token, 1) != 1)
		_exit(1);
	bool good = become_root(map);
	/* set late, since a change of ids clears it; the pipe tells whether the parent went before */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	struct pollfd lifeline = { .fd = mapped, .events = POLLIN };
	if (poll(&lifeline, 1, 0) > 0)
		_exit(1);
	good = good && mount_all(&progress);
	progress.error = good ? 0 : errno;
	if (good) {
		prepare_network(map);
		progress.stage = STAGE_READY;
	}
	if (!write_all(report, &progress, sizeof progress) || !good)
		_exit(1);

	for (size_t i = 0; i < COUNT(handled); i++) {
		/* Ctrl-C reaches the worker by itself; what was sent to our parent is sent on to us as SIGTERM */
		struct sigaction action = { .sa_handler = handled[i] == SIGTERM ? forward : SIG_IGN };
		sigaction(handled[i], &action, &before[i]);
	}
	worker = fork();
	if (worker == 0) {
		for (size_t i = 0; i < COUNT(handled); i++)
			sigaction(handled[i], &before[i], NULL);
		close(mapped);
		close(report);
		exit(inside(user));
	}
	for (;;) {
		int status;
		pid_t dead = waitpid(-1, &status, 0);
		if (dead == worker && worker > 0)
			_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
		if (dead < 0 && errno == ECHILD)
			_exit(1);
	}
}

static pid_t init_pid;

/* Ctrl-C at the terminal reaches the worker too, but what is sent to us alone has to be passed on. */
static void pass_on(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	if (info->si_code <= 0)
		kill(init_pid, SIGTERM);
}

static int wait_for_init(void)
{
	struct sigaction before[COUNT(handled)];
	struct sigaction action = { .sa_sigaction = pass_on, .sa_flags = SA_SIGINFO };
	for (size_t i = 0; i < COUNT(handled); i++)
		sigaction(handled[i], &action, &before[i]);
	int status;
	while (waitpid(init_pid, &status, 0) < 0 && errno == EINTR)
		;
	for (size_t i = 0; i < COUNT(handled); i++)
		sigaction(handled[i], &before[i], NULL);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int sandbox_run(int (*inside)(void *user), void *user, char *why, size_t room)
{
	struct mapping map = choose_mapping();
	struct progress progress = { .stage = STAGE_CLONE };
	int mapped[2] = { -1, -1 }, report[2] = { -1, -1 };
	fflush(NULL); /* or the child writes it again */
	if (pipe2(mapped, O_CLOEXEC) < 0 || pipe2(report, O_CLOEXEC) < 0) {
		snprintf(why, room, "%s", strerror(errno));
		return -1;
	}
	/* not unshare(2): after unshare(CLONE_NEWPID) a process cannot start threads, which LeakSanitizer does */
	unsigned long flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | SIGCHLD;
	pid_t pid = init_pid = (pid_t)syscall(SYS_clone, flags, 0, 0, 0, 0);
	if (pid == 0) {
		close(mapped[1]);
		close(report[0]);
		be_init(&map, mapped[0], report[1], inside, user);
	}
	progress.error = errno;
	close(mapped[0]);
	close(report[1]);
	int status = -1;
	if (pid > 0) {
		progress.stage = STAGE_MAP;
		bool good = map_ids(pid, &map);
		progress.error = errno;
		if (!good)
			close(mapped[1]), mapped[1] = -1;
		/* the write end stays open as long as we live */
		if (good && write(mapped[1], "", 1) == 1 && read(report[0], &progress, sizeof progress) != sizeof progress)
			progress = (struct progress){ .stage = STAGE_IDS, .error = EPERM };
		status = wait_for_init();
	}
	if (mapped[1] >= 0)
		close(mapped[1]);
	close(report[0]);
	if (progress.stage == STAGE_READY)
		return status;
	explain(&progress, why, room);
	return -1;
}
