/* mounts: the files that a sandbox sees.
 *
 * Its root directory is a new one, with what the real one has, but a /proc, /sys, /run and /tmp of its own, and an /etc
 * that is made of links to the real one's files (at /.etc) and has a /etc/netns and /etc/hosts of its own.  What lies
 * beneath is not hidden but gone: an umount(8) inside does not bring it back. */
#ifndef VNETGEN_MOUNTS_H
#define VNETGEN_MOUNTS_H

#include <stdbool.h>

/* What could not be done, when something could not. */
struct trouble {
	const char *doing; /* "mounting /proc" */
	const char *why;   /* a line with the reason and the way out, where it is known; else NULL */
	int error;         /* errno */
};

/* The working directory, on its way into the new tree. */
struct workplace {
	int tree;        /* what it is in, not attached to anything; -1: none is needed */
	char place[260]; /* "/home": the entry of the root directory that TREE is; "" when TREE is it alone */
};

/* Takes hold of the working directory, in a new mount namespace; with the ids of the caller, since the new ones may
 * have no permission to come to it. */
bool mounts_hold(struct workplace *workplace, struct trouble *trouble);
/* Makes the tree and enters it, as root of new user, mount, network and pid namespaces.  The working directory is
 * the same one still; below /tmp, /run, /proc, /sys and /etc, which are others now, it is called /.cwd. */
bool mounts_enter(const struct workplace *workplace, struct trouble *trouble);

#endif
