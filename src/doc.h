/* doc: a page about scenarios: tutorials in Markdown and HTML, and in whatever has a template.
 *
 * Each format is a template, templates/doc/NAME.mustache; {{>x}} in it is templates/doc/NAME/x.mustache.  Its first tag, a
 * comment, says how what {{x}} gives is escaped, and as what networks are drawn: {{! escape: html, diagram: svg }}.
 * Escapes are html and markdown; diagrams are formats of graph.  Without one it is not, or they are not. */
#ifndef VNETGEN_DOC_H
#define VNETGEN_DOC_H

#include "view.h"

struct doc {
	const struct templates *templates;
	const char *format;
	const struct mustache *template;
	mustache_escape *escape;
	const char *diagram; /* NULL: none */
	struct table partials;
};

/* A key of the front matter. */
struct doc_meta {
	const char *key, *value;
	bool as_is; /* YAML already: a list, a date */
};

struct doc_options {
	const struct wording *wording;
	bool front_matter;
	bool stable; /* the outputs were made stable */
	bool dry;    /* nothing was run */
	const struct doc_meta *meta;
	size_t n_meta;
};

/* Loads the template of FORMAT and its partials.  False with a line in *wrong, in the templates' arena.
 * Free with doc_close() in any case. */
bool doc_open(struct doc *doc, const struct templates *templates, const char *format, const char **wrong);
void doc_close(struct doc *doc);

/* The page of N CHAPTERS, views made with `page`, in ARENA; NULL with a line in *wrong when a phrase is broken. */
struct data *doc_page(struct arena *arena, const struct doc_options *options, struct data *const *chapters, size_t n,
                      const char **wrong);
/* Renders it onto OUT; false with a line in *wrong, in ARENA. */
bool doc_render(const struct doc *doc, const struct data *page, struct buffer *out, struct arena *arena,
                const char **wrong);

/* "key=value", "key:=value" for what is YAML already; false when it is neither. */
bool doc_read_meta(struct arena *arena, const char *text, struct doc_meta *meta);

#endif
