/* view: a plan as the data that templates see. */
#ifndef VNETGEN_VIEW_H
#define VNETGEN_VIEW_H

#include "phrases.h"
#include "plan.h"

struct view_options {
	bool checks;    /* shows and checks too */
	const char *restore; /* restore_script() */
	const struct phrases *language;
};

/* The view of PLAN, in ARENA.  NULL with a line in *wrong, in ARENA, when a phrase of the language is broken. */
struct data *view_make(struct arena *arena, const struct plan *plan, const struct view_options *options,
                       const char **wrong);
/* The title of a step: its own, else what its phases are called.  *wrong as above, else NULL. */
const char *view_title(struct arena *arena, const struct plan_step *step, const struct phrases *language,
                       const char **wrong);

#endif
