/* phrases: a file of templates, one a key: a style's commands, a language's words. */
#ifndef VNETGEN_PHRASES_H
#define VNETGEN_PHRASES_H

#include "data.h"
#include "templates.h"

struct phrases {
	const char *path;     /* of the file, for messages */
	bool missing;         /* there is no such file */
	struct table by_name; /* "SECTION.KEY" -> struct mustache */
	const char **names;   /* n of them, "SECTION.KEY", in the order of the file */
	size_t n, room;
	struct arena arena;
};

/* Loads DIRECTORY/NAME.ini ("styles", "classic"; "": of no directory).  False, with a line in *wrong that lives in the templates' arena,
 * when it is not there or has a mistake.  Free with phrases_free() in both cases. */
bool phrases_load(struct phrases *phrases, const struct templates *templates, const char *directory, const char *name,
                  const char **wrong);
void phrases_free(struct phrases *phrases);

bool phrases_has(const struct phrases *phrases, const char *name);
/* Renders SECTION.KEY with FIELDS onto OUT; {{>x}} is SECTION.x, {{>other.x}} is OTHER.x, and what {{x}} gives goes
 * through ESCAPE.  False, with a line in *wrong that lives in ARENA, when there is no such phrase or it names what is not
 * in FIELDS. */
bool phrases_render(const struct phrases *phrases, const char *name, const struct data *fields, mustache_escape *escape,
                    struct buffer *out, struct arena *arena, const char **wrong);

#endif
