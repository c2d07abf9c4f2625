/* expression: extended regular expressions, compiled; the only file that calls regcomp(3). */
#ifndef VNETGEN_EXPRESSION_H
#define VNETGEN_EXPRESSION_H

#include <regex.h>

#include "util.h"

enum {
	EXPRESSION_NESTING = 100, /* parentheses in each other */
	EXPRESSION_PARTS = 2000   /* characters, sets and groups, once {M,N} is written out */
};

/* Compiles TEXT with FLAGS, to which REG_EXTENDED is added.  NULL, and *regex is the caller's to regfree(); or what is
 * wrong, in ARENA.  What is larger than above is refused: libc's time and memory grow with its square or faster, and its
 * stack with the nesting. */
const char *expression_compile(struct arena *arena, regex_t *regex, const char *text, int flags);

/* Is REGEX found in TEXT, of LENGTH bytes, which may be any? */
bool expression_fits(const regex_t *regex, const char *text, size_t length);

/* The lines of TEXT, one after the other: true while there is one, which is *line, of *length bytes.  *line is NULL
 * before the first.  As for grep(1), an empty text has none. */
bool next_line(const char *text, size_t size, const char **line, size_t *length);

#endif
