/* trust: can nobody else change what is in a directory?
 *
 * Trusted are root, whoever is at work, and who else the caller says.  Nobody else may own the directory, and others, a
 * group that is not root's, or an access list, may write in it only where it is sticky: there what is ours stays ours.
 *
 * In a user namespace (unshare -Ur, a rootless container) all who are not in it look the same: root outside and any
 * other user of the machine.  Trusted is what surely is root's outside: `/` and what lies directly in it, when the
 * owner of `/` is not in the namespace: nobody but him can have put anything there.  Below that such an owner is a
 * stranger. */
#ifndef VNETGEN_TRUST_H
#define VNETGEN_TRUST_H

#include <sys/stat.h>

#include "util.h"

/* Why PATH, a directory or a link to one, cannot be trusted, as a sentence in ARENA that names what is in danger,
 * CONTENT; those above it are not looked at.  NULL when it can, and when there is none.  Who could replace PROGRAM (may
 * be NULL: nobody) is trusted as well. */
const char *trust_wrong_place(struct arena *arena, const char *path, const char *content, const struct stat *program);
/* The same for PATH, which is absolute, and all directories above it, also those where links lead. */
const char *trust_wrong_way(struct arena *arena, const char *path, const char *content);

#endif
