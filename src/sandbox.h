/* sandbox: a part of the program is run where it can do no harm: in user, mount, network and pid namespaces of its own.
 *
 * Its root is nobody outside.  As root, the ids 0 to 65535 are mapped to a range that nobody has; as an ordinary user,
 * to the own id and a range of /etc/subuid; else only the own id is there, with all capabilities for the namespaces.
 * Inside are a /proc, /sys, /run and /tmp of its own, and an /etc in which the real one is seen and cannot be changed.
 * The working directory is still the same, for relative paths.
 *
 * The first process in it is an init of ours, and when it ends the kernel ends all others: it dies with its parent,
 * and it ends when the worker does. */
#ifndef VNETGEN_SANDBOX_H
#define VNETGEN_SANDBOX_H

#include <stddef.h>

/* Runs INSIDE(USER) in a sandbox and returns its exit status, or 128 and the signal that ended it.  Open descriptors
 * stay open.  SIGINT, SIGTERM and SIGHUP that are sent to the caller go to it.
 * -1 when a sandbox cannot be made; WHY (ROOM bytes) then has a line that says the reason and the way out. */
int sandbox_run(int (*inside)(void *user), void *user, char *why, size_t room);

#endif
