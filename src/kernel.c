/* kernel: what is there, asked without running a command. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel.h"

/* of <linux/if.h> and <linux/if_addr.h>, which do not go with the C library's headers */
enum { LOWER_UP = 1 << 16, TENTATIVE_ADDRESS = 0x40, DAD_FAILED = 0x08 };

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

static void netns_path(char *path, size_t room, const char *name)
{
	snprintf(path, room, *name ? "/run/netns/%s" : "/proc/self/ns/net", name);
}

bool kernel_has_netns(const char *name)
{
	char path[320];
	netns_path(path, sizeof path, name);
	return access(path, F_OK) == 0 || errno != ENOENT;
}

/* Enters NETNS; returns a descriptor for leave(), or -1.  We have one thread, so nobody else is taken along. */
static int enter(const char *netns)
{
	char path[320];
	netns_path(path, sizeof path, netns);
	int back = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (back < 0) {
		errno = EACCES; /* it is there; without /proc it cannot be seen */
		return -1;
	}
	int there = open(path, O_RDONLY | O_CLOEXEC);
	if (there < 0 || (*netns && setns(there, CLONE_NEWNET) < 0)) {
		int error = errno;
		close(back);
		back = -1;
		errno = error;
	}
	int error = errno;
	if (there >= 0)
		close(there);
	errno = error;
	return back;
}

static void leave(const char *netns, int back)
{
	/* without its own namespace the process would do what follows in the wrong place */
	if (*netns && setns(back, CLONE_NEWNET) < 0)
		abort();
	close(back);
}

/* What it means that a thing could not be had: the file of a namespace that was never mounted is EINVAL for setns(2). */
static uint64_t none_or_unseen(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EINVAL || error == ENODEV ? 0 : IDENTITY_UNSEEN;
}

uint64_t kernel_netns_cookie(const char *name)
{
	uint64_t cookie = 0;
	int back = enter(name);
	if (back < 0)
		return none_or_unseen(errno);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof cookie;
	if (fd < 0)
		cookie = IDENTITY_UNSEEN;
	else if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) < 0)
		cookie = errno == ENOPROTOOPT ? 0 : IDENTITY_UNSEEN;
	if (fd >= 0)
		close(fd);
	leave(name, back);
	return cookie;
}

uint64_t kernel_link_index(const char *netns, const char *name)
{
	int back = enter(netns);
	if (back < 0)
		return none_or_unseen(errno);
	uint64_t index = if_nametoindex(name);
	if (!index)
		index = none_or_unseen(errno);
	leave(netns, back);
	return index;
}

bool kernel_each_link(const char *netns, void (*see)(void *user, uint64_t index, const char *name), void *user)
{
	int back = enter(netns);
	if (back < 0)
		return !none_or_unseen(errno);
	struct if_nameindex *list = if_nameindex();
	leave(netns, back);
	for (size_t i = 0; list && list[i].if_index; i++)
		see(user, list[i].if_index, list[i].if_name);
	if (list)
		if_freenameindex(list);
	return list;
}

static void see_index(void *user, uint64_t index, const char *name)
{
	uint64_t *highest = user;
	(void)name;
	if (index > *highest)
		*highest = index;
}

uint64_t kernel_highest_index(const char *netns)
{
	uint64_t highest = 0;
	return kernel_each_link(netns, see_index, &highest) ? highest : IDENTITY_UNSEEN;
}

static bool has_carrier(const struct ifaddrs *list, const char *device)
{
	for (; list; list = list->ifa_next)
		if (!strcmp(list->ifa_name, device))
			return list->ifa_flags & IFF_UP && list->ifa_flags & LOWER_UP;
	return false;
}

bool kernel_settled(const char *netns)
{
	struct ifaddrs *list = NULL;
	int back = enter(netns);
	if (back < 0)
		return true;
	bool settled = true;
	if (getifaddrs(&list) < 0)
		list = NULL;
	/* a device with a carrier is running once the kernel has told the protocols; it gets its IPv6 address then */
	for (const struct ifaddrs *entry = list; entry; entry = entry->ifa_next)
		settled &= !has_carrier(entry, entry->ifa_name) || entry->ifa_flags & IFF_RUNNING;
	/* address, index, prefix length, scope, flags, device: one a line, numbers in hexadecimal */
	FILE *lines = fopen("/proc/thread-self/net/if_inet6", "re");
	char device[IFNAMSIZ];
	for (unsigned flags; lines && fscanf(lines, "%*s %*x %*x %*x %x %15s", &flags, device) == 2;)
		settled &= !(flags & TENTATIVE_ADDRESS) || flags & DAD_FAILED || !has_carrier(list, device);
	if (lines)
		fclose(lines);
	freeifaddrs(list);
	leave(netns, back);
	return settled;
}

static char *small_file(const char *path, char *bytes, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, bytes, room - 1);
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return NULL;
	bytes[n] = '\0';
	bytes[strcspn(bytes, "\n")] = '\0';
	return bytes;
}

ino_t kernel_netns_inode(const char *name)
{
	char path[320];
	struct stat status;
	netns_path(path, sizeof path, name);
	return stat(path, &status) == 0 ? status.st_ino : 0;
}

void kernel_each_process(void (*see)(void *user, ino_t netns, pid_t pid, const char *comm), void *user)
{
	struct arena scratch = { 0 };
	size_t n;
	const char **names = directory_names(&scratch, "/proc", &n);
	for (size_t i = 0; i < n; i++) {
		char path[320], comm[64];
		struct stat status;
		if (!isdigit((unsigned char)*names[i]))
			continue;
		snprintf(path, sizeof path, "/proc/%s/ns/net", names[i]);
		if (stat(path, &status) < 0)
			continue;
		snprintf(path, sizeof path, "/proc/%s/comm", names[i]);
		if (small_file(path, comm, sizeof comm))
			see(user, status.st_ino, (pid_t)strtol(names[i], NULL, 10), comm);
	}
	arena_free(&scratch);
}

uint64_t kernel_process_start(pid_t pid)
{
	char path[64], line[1024];
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	/* field 22 of proc(5); the second, the name, may have blanks and brackets in it */
	char *rest = small_file(path, line, sizeof line) ? strrchr(line, ')') : NULL;
	if (!rest && (errno == ENOENT || errno == ESRCH) && access("/proc/self/stat", F_OK) < 0)
		return IDENTITY_UNSEEN; /* there is no /proc, or it does not show us */
	if (!rest)
		return errno == ESRCH ? 0 : none_or_unseen(errno);
	for (int field = 2; rest && field < 22; field++)
		rest = strchr(rest + 1, ' ');
	return rest ? strtoull(rest, NULL, 10) : IDENTITY_UNSEEN;
}

pid_t kernel_lock_holder(int fd)
{
	struct stat status;
	FILE *lines = fopen("/proc/locks", "re");
	char line[256];
	int holder = 0;
	while (lines && !holder && fstat(fd, &status) == 0 && fgets(line, sizeof line, lines)) {
		unsigned long long inode;
		int pid;
		/* the device before the inode is not that of fstat(2) on every file system */
		if (sscanf(line, "%*s FLOCK %*s WRITE %d %*x:%*x:%llu", &pid, &inode) == 2 && inode == status.st_ino)
			holder = pid;
	}
	if (lines)
		fclose(lines);
	return holder > 0 ? holder : 0;
}

uint64_t kernel_file_id(const char *path)
{
	struct statx status;
	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &status) < 0)
		return none_or_unseen(errno);
	uint64_t born = (uint64_t)status.stx_btime.tv_sec * 1000000000 + status.stx_btime.tv_nsec;
	/* spread, so that two of them are not one by a small difference in both */
	return (status.stx_ino * 0x9e3779b97f4a7c15 ^ born) | 1;
}

uint64_t kernel_place(const char *path)
{
	struct arena scratch = { 0 };
	struct stat status;
	char *above = arena_strdup(&scratch, path);
	uint64_t place = IDENTITY_UNSEEN;
	/* the file itself may be a mount, as those of namespaces are */
	for (char *slash; (slash = strrchr(above, '/'));) {
		*slash = '\0';
		if (stat(*above ? above : "/", &status) == 0)
			place = status.st_dev;
		if (place != IDENTITY_UNSEEN || errno != ENOENT)
			break;
	}
	arena_free(&scratch);
	return place;
}

uint64_t kernel_netns_place(const char *name)
{
	char path[320];
	netns_path(path, sizeof path, name);
	return kernel_place(path);
}

bool kernel_was_booted_since(const char *id, size_t length)
{
	struct arena scratch = { 0 };
	const char *now = kernel_boot_id(&scratch);
	bool since = strcmp(now, "-") && strncmp(id, "-", length) && strncmp(id, now, length);
	arena_free(&scratch);
	return since;
}

const char *kernel_boot_id(struct arena *arena)
{
	char id[64];
	return arena_strdup(arena, small_file("/proc/sys/kernel/random/boot_id", id, sizeof id) ? id : "-");
}

bool kernel_capable(int capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
	return syscall(SYS_capget, &header, sets) == 0 && sets[capability / 32].effective >> capability % 32 & 1;
}
