/* graph: a network as its drawings show it, from its scenario alone; vnetgen-templates(5) describes what it gives. */
#ifndef VNETGEN_GRAPH_H
#define VNETGEN_GRAPH_H

#include "narrate.h"

struct graph_options {
	size_t step; /* as for network_make() */
	bool all;    /* draw each of many that are alike */
	bool untitled; /* a title stands where it is shown */
	const struct wording *wording;
};

/* What templates see, in ARENA; NULL with a line in *wrong, in ARENA, when a phrase or a colour is broken. */
struct data *graph_view(struct arena *arena, const struct templates *templates, const struct plan *plan,
                        const struct graph_options *options, const char **wrong);

#endif
