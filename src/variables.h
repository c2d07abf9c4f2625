/* variables: ${name} in values. */
#ifndef VNETGEN_VARIABLES_H
#define VNETGEN_VARIABLES_H

#include "report.h"

/* What all values of one file may become, in bytes: 64 KiB for each line of a large one would be without end. */
enum { VARIABLES_BYTES = 64 << 20 };

struct variables {
	struct table by_name;
	struct declared **all; /* in file order */
	size_t n, room;
	size_t depth; /* of variables that are being expanded */
	size_t expanded; /* bytes of all that was */
	struct arena *arena;   /* owns what is made; borrowed */
	struct report *report;
};

/* Declares NAME from line LINE of [vars].  A second declaration is reported. */
void variables_declare(struct variables *variables, const char *name, const char *value, unsigned line);
/* Gives a declared variable another value (--set), or reports that there is none. */
void variables_override(struct variables *variables, const char *name, const char *value);
/* A variable of ours, that a scenario cannot declare. */
void variables_reserve(struct variables *variables, const char *name, const char *value);
/* Expands the values themselves, so that mistakes in them are found though nothing uses them. */
void variables_resolve(struct variables *variables);
/* TEXT with its variables replaced; "$${" gives "${".  NULL after a mistake, which was reported for LINE, SECTION, KEY,
 * or for the variable that has it. */
const char *variables_expand(struct variables *variables, const char *text, unsigned line, const char *section,
                             const char *key);
void variables_free(struct variables *variables);

#endif
