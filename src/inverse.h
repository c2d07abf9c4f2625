/* inverse: what a scenario may do to the host itself: commands whose inverse is known from their own words and from what
 * the kernel shows of what they made.  Everything else is refused, with a line that says why. */
#ifndef VNETGEN_INVERSE_H
#define VNETGEN_INVERSE_H

#include "planner.h"

/* Reports that STATEMENT is refused on the host; WHY is a clause. */
void inverse_refuse(struct planner *p, const struct statement *statement, const char *why);

/* The entry that undoes an address, neighbour, route, rule, next hop or qdisc; TEXT is the command that a person would
 * type for that.  NULL when another entry does it, or when it is refused, which goes to the planner's report. */
struct undo *inverse_of_object(struct planner *p, const struct statement *statement, const char *text);
/* The same for a rule of iptables, a chain or a policy, and for what nft is told. */
struct undo *inverse_of_iptables(struct planner *p, const struct statement *statement);
struct undo *inverse_of_nft(struct planner *p, const struct statement *statement);
/* The same for "KEY=VALUE" of sysctl, and for the state of lo; TEXT is that command without the value. */
struct undo *inverse_of_sysctl(struct planner *p, const struct statement *statement, const char *text);
struct undo *inverse_of_lo(struct planner *p, const char *state, const char *text, unsigned line);

#endif
