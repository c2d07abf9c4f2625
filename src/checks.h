/* checks: does a [check], or what a [run] promises, hold? */
#ifndef VNETGEN_CHECKS_H
#define VNETGEN_CHECKS_H

#include "execute.h"
#include "plan.h"

enum { CHECK_TIMEOUT = 30 /* seconds for one attempt, when the scenario says nothing */ };

/* Runs the command of an action, with its triggers, until what is expected holds or its time is over, as JOB says
 * (without a time limit of its own).  The outcome is the last attempt's: outcome_free().  *why, in ARENA, says what was
 * wrong. */
bool check_holds(struct executor *executor, const struct command *command, struct job *job, struct outcome *outcome,
                 struct arena *arena, const char **why);

/* Asks until the job's command, a COMMAND_WAIT, lists no tentative IPv6 address any more, WAIT_SECONDS at most. */
void check_wait(struct executor *executor, const struct job *job, struct arena *arena);

/* What the reader of a failed check should know about br_netfilter, in ARENA; NULL when that is not in the way:
 * bridged packets are dropped by iptables when net.bridge.bridge-nf-call-iptables is 1 and its FORWARD policy DROP. */
const char *check_hint(struct executor *executor, const struct plan *plan, const struct action *action,
                       struct arena *arena);

#endif
