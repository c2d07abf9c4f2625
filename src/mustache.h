/* mustache: the templates of https://mustache.github.io, compiled once and rendered often. */
#ifndef VNETGEN_MUSTACHE_H
#define VNETGEN_MUSTACHE_H

#include "data.h"

enum {
	MUSTACHE_NESTING = 100,    /* sections in sections; partials in partials */
	MUSTACHE_PARTIALS = 100000, /* partials of one rendering: a template that calls itself twice ends as well */
	/* texts and tags of one rendering, and bytes of what comes out: lists in lists multiply */
	MUSTACHE_NODES = 50000000,
	MUSTACHE_BYTES = 256 << 20
};

struct mustache;

/* Compiles TEXT, which must outlive the template, into ARENA.  NAME, the file, and LINE, where TEXT begins in it, are
 * for messages.
 * NULL with "NAME:LINE: what is wrong" in *wrong, in ARENA, when it has a mistake. */
struct mustache *mustache_compile(struct arena *arena, const char *name, unsigned line, const char *text,
                                  const char **wrong);

/* How what {{x}} gives is written. */
typedef void mustache_escape(struct buffer *out, const char *text);
void escape_html(struct buffer *out, const char *text);

struct mustache_rendering {
	/* The partial of that name, NULL when there is none (which renders as nothing); may be NULL. */
	const struct mustache *(*partial)(void *user, const char *name, size_t length);
	void *user;
	mustache_escape *escape; /* NULL: as it is */
	bool strict;             /* a {{name}} that is nowhere is a mistake; a section may ask for it */
};

/* Renders TEMPLATE over DATA onto OUT.  False with "NAME:LINE: what is wrong" in *wrong, in ARENA. */
bool mustache_render(const struct mustache *template, const struct data *data,
                     const struct mustache_rendering *rendering, struct buffer *out, struct arena *arena,
                     const char **wrong);

#endif
