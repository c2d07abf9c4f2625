/* templates: where the files of words are.  --templates DIR, a build tree, the installed directory. */
#ifndef VNETGEN_TEMPLATES_H
#define VNETGEN_TEMPLATES_H

#include "mustache.h"
#include "report.h"

struct templates {
	const char *own; /* --templates DIR, or NULL */
	const char *standard; /* found by templates_open() */
	struct arena *arena; /* owns what is read; borrowed */
};

/* Finds the standard directory: beside the program when that lies in a build tree, else where it was installed.
 * Never the current directory.  OWN may be NULL. */
void templates_open(struct templates *templates, const char *own, struct arena *arena);

/* The text of the file NAME ("styles/classic.ini"): the user's own, else the standard one; *path says which.
 * NULL when there is none or it cannot be read: *path is then the reason, a whole sentence. */
const char *templates_read(const struct templates *templates, const char *name, size_t *length, const char **path);

/* Renders the file NAME.mustache over VIEW onto OUT; what {{x}} gives is quoted for sh.  False with a line in *wrong. */
bool template_render(const struct templates *templates, const char *name, const struct data *view, struct buffer *out,
                     const char **wrong);

/* Is there a file DIRECTORY/NAME.EXTENSION? */
bool templates_has(const struct templates *templates, const char *directory, const char *name, const char *extension);
/* The language of the locale (LC_ALL, LC_MESSAGES, LANG) that there is a file for, as its name; else "en". */
const char *templates_language(const struct templates *templates);
/* The files DIRECTORY/X.EXTENSION there are, as "a, b and c": for messages. */
const char *templates_list(const struct templates *templates, const char *directory, const char *extension);

#endif
