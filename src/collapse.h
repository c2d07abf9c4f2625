/* collapse: what there is many of in a network is drawn once, with a count. */
#ifndef VNETGEN_COLLAPSE_H
#define VNETGEN_COLLAPSE_H

#include "network.h"

enum { ALIKE = 20 /* so many that are alike are still drawn one by one */ };

/* Finds what is alike: namespaces whose names differ in numbers only and that hold devices of which the same is true;
 * devices of one namespace likewise.  Each then is drawn by its first one, and edges between the same ends are one. */
void collapse(struct network *network);

/* The names as one, in ARENA: "h{1..200}", or the one that there is. */
const char *names_text(const struct names *names, struct arena *arena);
/* The name with '#' for each number in it, in ARENA. */
const char *name_pattern(struct arena *arena, const char *name);

#endif
