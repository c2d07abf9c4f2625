/* markdown: plain text as Markdown, and Markdown as HTML (by libcmark). */
#ifndef VNETGEN_MARKDOWN_H
#define VNETGEN_MARKDOWN_H

#include "util.h"

/* Appends TEXT so that Markdown shows it as it is, within a line. */
void escape_markdown(struct buffer *out, const char *text);
/* Appends TEXT as a code span, whatever backquotes it has. */
void escape_code(struct buffer *out, const char *text);
/* Backquotes for a fence that nothing in TEXT closes, in ARENA: three, or more. */
const char *markdown_fence(struct arena *arena, const char *text);
/* TEXT as HTML, in ARENA.  HTML that stands in it is left out, and so are links that run something. */
const char *markdown_html(struct arena *arena, const char *text);

#endif
