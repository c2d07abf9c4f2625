/* recognize: files of regular expressions, and what kind of command a line is, by those of templates/commands.ini, so
 * that a language can have words for it. */
#ifndef VNETGEN_RECOGNIZE_H
#define VNETGEN_RECOGNIZE_H

#include <regex.h>

#include "templates.h"

struct recognizer {
	struct pattern {
		const char *section, *key, *text; /* text: the expression */
		regex_t regex;
	} *patterns; /* in the order of the file */
	size_t n, room;
};

/* Reads FILE, of the templates.  False with a line in *wrong, in the templates' arena.  Free with recognizer_free() in
 * any case. */
bool recognizer_load(struct recognizer *recognizer, const struct templates *templates, const char *file,
                     const char **wrong);
void recognizer_free(struct recognizer *recognizer);

/* The first key of SECTION ("build", "show", "check") whose pattern is found in TEXT; NULL when there is none. */
const char *recognize(const struct recognizer *recognizer, const char *section, const char *text);

#endif
