/* values: what single names and values must look like. */
#ifndef VNETGEN_VALUES_H
#define VNETGEN_VALUES_H

#include "model.h"

/* What is wrong with a name, or NULL.  The texts end a sentence that begins with the name. */
const char *name_wrong_scenario(const char *name);
const char *name_wrong_netns(const char *name);
const char *name_wrong_daemon(const char *name);
const char *name_wrong_file(const char *name); /* of a file in ${dir} */
const char *name_wrong_link(const char *name);

/* What is wrong with the statement's value, or NULL; what is not a literal is in the arena. */
const char *value_wrong(struct arena *arena, const struct statement *statement);

/* yes, up; no, down.  False when VALUE is none of them. */
bool value_bool(const char *value, bool *yes);
/* "5s", "200ms", "2m", "5": seconds.  False when it is none, or not above 0. */
bool value_duration(const char *value, double *seconds);
/* Puts the address for each "PREFIX host N" among WORDS: the Nth that a host can have there, with the prefix's length.
 * Returns what is wrong with one, or NULL; words and texts are in ARENA. */
const char *value_hosts(struct arena *arena, struct words *words);
/* The bytes of an address (LENGTH of them, 4 or 16) and the length of its prefix; false when it is none. */
bool value_prefix(const char *text, unsigned char *bytes, size_t *length, size_t *bits);
/* An address, with or without a prefix length, in one canonical spelling: equal addresses give equal texts.
 * NULL when it is none. */
const char *value_address(struct arena *arena, const char *text, bool *is_ipv6);

#endif
