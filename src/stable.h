/* stable: what a command prints, made the same each time: what differs from run to run becomes a stand-in.
 *
 * The rules are data: templates/stable.ini, and `stable =` of a scenario.  A rule is "REGEX → TEXT", an extended
 * regular expression, in which \n is a newline and ^ and $ are the ends of a line.
 * Of all rules the one whose match begins first is used, and the first of those; what it gives is not looked at again.
 * In TEXT, \1 to \9 are the groups.  {NAME} is the number of what the first group (without one: the whole) has matched,
 * so that the same thing gets the same number wherever it is seen; {NAME+2} counts from 2 instead of 1, {NAME:xx:xx} is
 * the number as two bytes in hexadecimal.  What a command of the scenario says itself needs no stand-in: a rule with a
 * {NAME} leaves it as it is, and so does one without a TEXT, which removes what it matches. */
#ifndef VNETGEN_STABLE_H
#define VNETGEN_STABLE_H

#include "plan.h"

struct stable {
	struct stable_rule *rules;
	size_t n, room;
	struct stable_counter *counters;
	size_t n_counters, counters_room;
	struct table said; /* the words of the scenario's commands */
	struct arena arena;
};

/* Reads the standard rules, after those of the scenario.  False with a line in *wrong, in the templates' arena.
 * Free with stable_free() in any case. */
bool stable_load(struct stable *stable, const struct templates *templates, const struct plan *plan, const char **wrong);
void stable_free(struct stable *stable);

/* What COMMAND has printed, made stable, in ARENA.  Numbers go on from one output to the next. */
const char *stable_apply(struct stable *stable, struct arena *arena, const char *command, const char *output);

/* What is wrong with "REGEX → TEXT", in ARENA; NULL: nothing. */
const char *stable_wrong(struct arena *arena, const char *rule);

#endif
