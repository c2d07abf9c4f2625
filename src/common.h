/* common: what all networks of a machine share: one lock for the host's side, and the directories that they made below
 * /etc. */
#ifndef VNETGEN_COMMON_H
#define VNETGEN_COMMON_H

#include <signal.h>

#include "util.h"

/* Takes the lock of this network namespace, which is the flock(2) of /proc/self/ns/net: held over a command that changes
 * the host's side and over its record.  Printed scripts take the same.  A descriptor for common_unlock(); -1 with a
 * sentence in *wrong, in ARENA, when others hold it for a minute, when *STOP (or NULL) becomes true, or without /proc. */
int common_lock(const volatile sig_atomic_t *stop, struct arena *arena, const char **wrong);
void common_unlock(int lock);

/* The directories that are not there before a network makes them are noted in /run/vnetgen/.directories, whatever
 * --run-dir says, so that the last network that uses one removes it.
 * Before PATH is made: notes it when it is not there.  False with errno. */
bool common_note_directory(const char *path);
/* Is PATH noted?  0: no, 1: yes, -1: that cannot be seen. */
int common_has_directory(const char *path);
/* After rmdir(1): forgets PATH, unless it is there and another one below it is noted.  False with errno. */
bool common_forget_directory(const char *path);

#endif
