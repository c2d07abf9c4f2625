/* kernel: what is there, asked without running a command: namespaces, devices, processes. */
#ifndef VNETGEN_KERNEL_H
#define VNETGEN_KERNEL_H

#include <sys/types.h>

#include "util.h"

/* Network namespaces are named as ip-netns(8) names them; "" is the one that we are in. */

/* What a thing is known by: 0 when there is none, this when that cannot be seen, as where descriptors have run out. */
#define IDENTITY_UNSEEN UINT64_MAX

bool kernel_has_netns(const char *name);
/* SO_NETNS_COOKIE of the namespace, which the kernel never gives twice (its inode it does).
 * Needs Linux 5.14: before that it is 0 for all. */
uint64_t kernel_netns_cookie(const char *name);
/* The interface index of a device. */
uint64_t kernel_link_index(const char *netns, const char *name);
/* The device number of the file system that has PATH, or the nearest directory above it that is there; and of the one
 * that has a namespace's file.  IDENTITY_UNSEEN where that cannot be seen. */
uint64_t kernel_place(const char *path);
uint64_t kernel_netns_place(const char *name);
/* Identifies a file as long as it lives, by its inode and when that was made. */
uint64_t kernel_file_id(const char *path);

/* The highest interface index in use, or IDENTITY_UNSEEN.  Indexes only grow, so a device made later has a higher one. */
uint64_t kernel_highest_index(const char *netns);
/* Calls SEE for each device of NETNS.  False when they cannot be read; a namespace that does not exist has none. */
bool kernel_each_link(const char *netns, void (*see)(void *user, uint64_t index, const char *name), void *user);
/* Has NETNS come to rest?  No device with a carrier whose state has yet to follow, no IPv6 address that is tentative. */
bool kernel_settled(const char *netns);
/* Identifies a namespace as long as it lives, and as a process's /proc/PID/ns/net does; 0 when there is none. */
ino_t kernel_netns_inode(const char *name);
/* Calls SEE for every process with the inode of its network namespace: one walk over /proc. */
void kernel_each_process(void (*see)(void *user, ino_t netns, pid_t pid, const char *comm), void *user);

/* When the process was started, in clock ticks since boot: with its pid it names one process for good. */
uint64_t kernel_process_start(pid_t pid);
/* Who holds the flock(2) on the open file FD; 0 when that is nobody, or cannot be seen. */
pid_t kernel_lock_holder(int fd);
/* Is ID, of that length, what /proc/sys/kernel/random/boot_id was in an earlier life of the machine?  False where that
 * cannot be seen. */
bool kernel_was_booted_since(const char *id, size_t length);
/* /proc/sys/kernel/random/boot_id, in ARENA; "-" where that cannot be seen. */
const char *kernel_boot_id(struct arena *arena);

/* Have we the capability of that number, of capabilities(7)? */
bool kernel_capable(int capability);

#endif
