/* graph: a network drawn from its scenario alone: Mermaid, DOT, and what Graphviz makes of that.
 *
 * Each format is a template, templates/graph/NAME.mustache; vnetgen-templates(5) describes what it sees. */
#ifndef VNETGEN_GRAPH_H
#define VNETGEN_GRAPH_H

#include "narrate.h"
#include "spawn.h"

struct graph_options {
	size_t step; /* as for network_make() */
	bool all;    /* draw each of many that are alike */
	bool untitled; /* a title stands where it is shown */
	const struct wording *wording;
};

/* What templates see, in ARENA; NULL with a line in *wrong, in ARENA, when a phrase or a colour is broken. */
struct data *graph_view(struct arena *arena, const struct templates *templates, const struct plan *plan,
                        const struct graph_options *options, const char **wrong);

/* Is there a template for the format NAME? */
bool graph_is_text(const struct templates *templates, const char *name);
/* Does Graphviz make NAME of DOT? */
bool graph_is_picture(const char *name);
/* All formats, for messages, in the templates' arena. */
const char *graph_formats(const struct templates *templates);

/* Renders the template of FORMAT over VIEW onto OUT.  False with a line in *wrong, in the templates' arena. */
bool graph_render(const struct templates *templates, const char *format, const struct data *view, struct buffer *out,
                  const char **wrong);
/* Has Graphviz, found in PATH, make a picture of DOT.  False with a line in *wrong, in ARENA. */
bool graph_picture(const char *format, const struct buffer *dot, const char *path, struct buffer *out,
                   struct arena *arena, const char **wrong);

#endif
