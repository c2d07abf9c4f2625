/* kernel: what is there, asked without running a command. */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
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
	return access(path, F_OK) == 0;
}

/* Enters NETNS; returns a descriptor for leave(), or -1.  We have one thread, so nobody else is taken along. */
static int enter(const char *netns)
{
	char path[320];
	netns_path(path, sizeof path, netns);
	int back = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), there = open(path, O_RDONLY | O_CLOEXEC);
	if (back >= 0 && (there < 0 || (*netns && setns(there, CLONE_NEWNET) < 0))) {
		close(back);
		back = -1;
	}
	if (there >= 0)
		close(there);
	return back;
}

static void leave(const char *netns, int back)
{
	/* without its own namespace the process would do what follows in the wrong place */
	if (*netns && setns(back, CLONE_NEWNET) < 0)
		abort();
	close(back);
}

uint64_t kernel_netns_cookie(const char *name)
{
	uint64_t cookie = 0;
	int back = enter(name);
	if (back < 0)
		return 0;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof cookie;
	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) < 0)
		cookie = 0;
	if (fd >= 0)
		close(fd);
	leave(name, back);
	return cookie;
}

unsigned kernel_link_index(const char *netns, const char *name)
{
	int back = enter(netns);
	if (back < 0)
		return 0;
	unsigned index = if_nametoindex(name);
	leave(netns, back);
	return index;
}

unsigned kernel_highest_index(const char *netns)
{
	int back = enter(netns);
	if (back < 0)
		return 0;
	unsigned highest = 0;
	struct if_nameindex *list = if_nameindex();
	for (size_t i = 0; list && list[i].if_index; i++)
		if (list[i].if_index > highest)
			highest = list[i].if_index;
	if_freenameindex(list);
	leave(netns, back);
	return highest;
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
	DIR *proc = opendir("/proc");
	for (struct dirent *entry; proc && (entry = readdir(proc));) {
		char path[320], comm[64];
		struct stat status;
		if (!isdigit((unsigned char)*entry->d_name))
			continue;
		snprintf(path, sizeof path, "/proc/%s/ns/net", entry->d_name);
		if (stat(path, &status) < 0)
			continue;
		snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
		if (small_file(path, comm, sizeof comm))
			see(user, status.st_ino, (pid_t)strtol(entry->d_name, NULL, 10), comm);
	}
	if (proc)
		closedir(proc);
}

unsigned long long kernel_process_start(pid_t pid)
{
	char path[64], line[1024];
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	/* field 22 of proc(5); the second, the name, may have blanks and brackets in it */
	char *rest = small_file(path, line, sizeof line) ? strrchr(line, ')') : NULL;
	for (int field = 2; rest && field < 22; field++)
		rest = strchr(rest + 1, ' ');
	return rest ? strtoull(rest, NULL, 10) : 0;
}

const char *kernel_boot_id(struct arena *arena)
{
	char id[64];
	return arena_strdup(arena, small_file("/proc/sys/kernel/random/boot_id", id, sizeof id) ? id : "-");
}
