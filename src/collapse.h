/* collapse: what there is many of in a network is drawn once, with a count. */
#ifndef VNETGEN_COLLAPSE_H
#define VNETGEN_COLLAPSE_H

#include "network.h"

/* Finds what is alike: namespaces whose names differ in numbers only and that hold devices of which the same is true;
 * devices and lines of one namespace likewise.  Where there are more than 20 of them, or fewer in a network that would
 * not be legible otherwise, they are drawn by the first one; edges between the same ends are one then. */
void collapse(struct network *network);

/* The names as one, in ARENA: "h{1..200}", or the one that there is. */
const char *names_text(const struct names *names, struct arena *arena);
/* The name with '#' for each number in it, in ARENA. */
const char *name_pattern(struct arena *arena, const char *name);

#endif
