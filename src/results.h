/* results: what the commands of a plan printed when they were run, for whoever writes about it afterwards. */
#ifndef VNETGEN_RESULTS_H
#define VNETGEN_RESULTS_H

#include "run.h"

struct result {
	bool run, good;
	const char *output; /* both streams, as UTF-8 without control characters, without the last newline */
	bool cut;           /* there was more than is kept */
	const char *why;    /* what was wrong; NULL: nothing */
	const char **companions; /* of a check with triggers: the output of each */
};

struct results {
	const struct plan *plan;
	struct result **by_step;  /* for each step of the plan, one for each of its commands */
	const char **inverses;  /* by rank; NULL: as the plan has it */
	size_t step;              /* where the last one was: they come in order */
	struct arena arena;
};

/* PLAN must outlive it.  Free with results_free(). */
void results_start(struct results *results, const struct plan *plan);
void results_free(struct results *results);

/* For run_options: USER is the struct results. */
void results_take(void *user, const struct run_result *result);

/* Of command J of step I. */
const struct result *results_get(const struct results *results, size_t i, size_t j);

#endif
