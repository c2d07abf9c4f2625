/* kernel: what is there, asked without running a command: namespaces, devices, processes. */
#ifndef VNETGEN_KERNEL_H
#define VNETGEN_KERNEL_H

#include <sys/types.h>

#include "util.h"

/* Network namespaces are named as ip-netns(8) names them; "" is the one that we are in. */

bool kernel_has_netns(const char *name);
/* SO_NETNS_COOKIE of the namespace, which the kernel never gives twice (its inode it does); 0 when there is none.
 * Needs Linux 5.14: before that it is 0 for all. */
uint64_t kernel_netns_cookie(const char *name);
/* The interface index of a device; 0 when there is none. */
unsigned kernel_link_index(const char *netns, const char *name);
/* The highest interface index in use.  Indexes only grow, so a device made later has a higher one. */
unsigned kernel_highest_index(const char *netns);
/* Has NETNS come to rest?  No device with a carrier whose state has yet to follow, no IPv6 address that is tentative. */
bool kernel_settled(const char *netns);
/* Identifies a namespace as long as it lives, and as a process's /proc/PID/ns/net does; 0 when there is none. */
ino_t kernel_netns_inode(const char *name);
/* Calls SEE for every process with the inode of its network namespace: one walk over /proc. */
void kernel_each_process(void (*see)(void *user, ino_t netns, pid_t pid, const char *comm), void *user);

/* When the process was started, in clock ticks since boot (with its pid it names one process for good); 0 when there
 * is none. */
unsigned long long kernel_process_start(pid_t pid);
/* /proc/sys/kernel/random/boot_id, in ARENA. */
const char *kernel_boot_id(struct arena *arena);

#endif
