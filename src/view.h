/* view: a plan as the data that templates see; vnetgen-templates(5) describes it. */
#ifndef VNETGEN_VIEW_H
#define VNETGEN_VIEW_H

#include "narrate.h"
#include "results.h"
#include "stable.h"

struct view_options {
	bool checks;    /* shows and checks too */
	const char *restore; /* restore_script() */
	bool all;       /* on a page, each of many commands that are alike */
	bool page;      /* explanations, introduction and teardown too: what scripts have no use for */
	double timeout; /* seconds, of --timeout; 0: not given */
	const struct wording *wording;
	const struct recognizer *untried; /* the rules of untried.h */
	const struct results *results; /* what the commands printed; NULL: nothing was run */
	struct stable *stable;         /* what makes that the same each time; NULL: it is left as it is */
};

/* The view of PLAN, in ARENA.  NULL with a line in *wrong, in ARENA, when a phrase of the language is broken. */
struct data *view_make(struct arena *arena, const struct plan *plan, const struct view_options *options,
                       const char **wrong);
#endif
