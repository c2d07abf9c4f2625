/* kinds: what each kind of link needs.  A new kind is a line in the table of kinds.c. */
#ifndef VNETGEN_KINDS_H
#define VNETGEN_KINDS_H

#include <stdbool.h>

struct kind {
	const char *word;
	bool pair;         /* comes as two ends: `peer` */
	bool bridge;       /* raised in bridge-up; at most BRIDGE_PORTS ports */
	bool stays;        /* the kernel does not move it: made where it shall be */
	bool underlay;     /* its underlay is the namespace that it was made in, also after a move */
	bool slaves_down;  /* takes a device only while that is down, and leaves it down when it lets it go */
	bool plain;        /* takes no ports: cannot be a master */
	bool shares;       /* stands on its parent as one more device of the same network */
	bool inward;       /* no wire leads from it */
	bool tuntap;       /* made by `ip tuntap add`, which is told neither MAC nor MTU */
	bool rules;        /* the kernel makes rules of routing for the first one in a namespace, which stay */
	bool in_place;     /* `ip link add … netns NS` and creating it to move it come to the same */
};

enum { BRIDGE_PORTS = 1023 /* BR_MAX_PORTS - 1 of net/bridge/br_private.h */ };

/* The entry for WORD; one without any flag when the table does not have it. */
const struct kind *kind_find(const char *word);
/* The word in the table that is nearest to one that is not, or NULL. */
const char *kind_nearest(const char *word);
bool kind_is(const struct kind *kind, const char *word);

#endif
