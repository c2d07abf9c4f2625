/* sandbox: a part of the program is run where it can do no harm: in user, mount, network, pid and ipc namespaces of
 * its own.  Who is who there is in idmap.h, which files it sees in mounts.h.
 *
 * The first process in it is an init of ours, and when it ends the kernel ends all others: it dies with its parent,
 * and it ends when the worker does.  They have no controlling terminal, where commands could type as the user, and cannot
 * be kept stopped from inside.  It has no cgroup namespaces. */
#ifndef VNETGEN_SANDBOX_H
#define VNETGEN_SANDBOX_H

#include <stddef.h>

/* Runs INSIDE(USER) in a sandbox and returns its exit status, or 128 and the signal that ended it.  Open descriptors
 * stay open, and the working directory is the same.  STOP_SIGNALS (process.h) that the caller gets, and does not
 * ignore, are passed on to it as SIGTERM, whose handler is the caller's.
 * -1 when a sandbox cannot be made; WHY (ROOM bytes) then has a line that says the reason and the way out. */
int sandbox_run(int (*inside)(void *user), void *user, char *why, size_t room);

#endif
