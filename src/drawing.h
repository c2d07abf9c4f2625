/* drawing: Mermaid, DOT, and what Graphviz makes of that.
 *
 * Each format is a template, templates/graph/NAME.mustache, of what graph_view() gives. */
#ifndef VNETGEN_DRAWING_H
#define VNETGEN_DRAWING_H

#include "templates.h"

/* Is there a template for the format NAME? */
bool drawing_is_text(const struct templates *templates, const char *name);
/* Does Graphviz make NAME of DOT? */
bool drawing_is_picture(const char *name);
/* All formats, for messages, in the templates' arena. */
const char *drawing_formats(const struct templates *templates);

/* Renders the template of FORMAT over VIEW onto OUT.  False with a line in *wrong, in the templates' arena. */
bool drawing_render(const struct templates *templates, const char *format, const struct data *view, struct buffer *out,
                  const char **wrong);
/* Has Graphviz, found in PATH, make a picture of DOT.  False with a line in *wrong, in ARENA. */
bool drawing_picture(const char *format, const struct buffer *dot, const char *path, struct buffer *out,
                   struct arena *arena, const char **wrong);

#endif
