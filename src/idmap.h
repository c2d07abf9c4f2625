/* idmap: who is who in a sandbox: the user and group ids of its user namespace.
 *
 * As root, the ids from 0 on, 65536 where there are as many, are mapped to a range that nobody has, never root to root:
 * also in a container, whose users' ids are somebody's.  As an ordinary user, 0 is mapped to the own id and 1 and up to
 * the user's range of subuid(5).  Else, and for a root who is alone in his user namespace, only the own id is there,
 * with all capabilities. */
#ifndef VNETGEN_IDMAP_H
#define VNETGEN_IDMAP_H

#include <sys/types.h>

#include "util.h"

struct id_range {
	unsigned long start, count; /* ids outside, for the ids inside from 0 (BY_HELPER: from 1) */
};

struct idmap {
	bool own_id_only;
	bool by_helper; /* newuidmap(1): 0 is the own id, the range follows */
	struct id_range uids, gids;
};

/* Which ids it is to be.  NULL, or a line that says why there are none. */
const char *idmap_choose(struct idmap *map);
/* Writes the maps of PID, which has just been cloned with CLONE_NEWUSER.  False with errno, and with a line in SAID
 * (ROOM bytes; "" when there is none) of what the program that should do it said. */
bool idmap_write(const struct idmap *map, pid_t pid, char *said, size_t room);
/* In the new user namespace, once the maps are written: the caller is its root from here on.  False with errno. */
bool idmap_become_root(const struct idmap *map);
/* From here on the root of the namespace cannot change its limits, /proc/sys/user.  False with errno. */
bool idmap_keep_limits(void);
/* The lowest and the highest group id inside. */
struct id_range idmap_groups(const struct idmap *map);

#endif
