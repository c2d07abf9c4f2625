/* reader: the text of an INI file becomes raw sections.  The only file that knows inih.
 *
 * The lines are ours (see "Lines" in vnetgen-scenario(5)); inih tokenises what we hand it. */
#ifndef VNETGEN_READER_H
#define VNETGEN_READER_H

#include "report.h"

struct entry {
	const char *key, *value; /* the key of a line that begins with '|' is "|" */
	unsigned line;           /* the first, when the value goes on over several */
};

struct section {
	const char *header; /* what stands in the brackets, without blanks around it */
	unsigned line;
	struct entry *entries;
	size_t n, room; /* room 0: the entries are in the arena */
	bool broken;    /* a line of it was a mistake: what the section seems to lack may stand there */
};

struct ini {
	struct section *sections;
	size_t n, room;
	struct arena arena;
};

/* What the reader has to know of the language.  KIND is the first word of a header.  May be NULL as a whole. */
struct ini_rules {
	/* Is KEY one of this kind of section, so that an indented "KEY = " is a mistake? */
	bool (*is_key)(const char *kind, size_t length, const char *key);
	/* Is it none in the value of this key, which is text that may have such lines? */
	bool (*takes_keys)(const char *key);
	/* Do the lines of this key's value stay lines? */
	bool (*keeps_lines)(const char *key);
	/* May this kind of section have lines that begin with '|'? */
	bool (*takes_text)(const char *kind, size_t length);
};

/* Reads TEXT (LENGTH bytes; NULs are found, so it need not end in one).  Mistakes go to REPORT, and reading goes on
 * after each; the result is then good for finding more of them and nothing else.  Free with ini_free(). */
void ini_read(struct ini *ini, const char *text, size_t length, const struct ini_rules *rules, struct report *report);
void ini_free(struct ini *ini);

#endif
