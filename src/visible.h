/* visible: what others wrote does nothing to the terminal that it is shown on: the one way to it.
 *
 * Control characters, also those above 127 and those that turn the direction of writing, and what is not UTF-8, are
 * written out: \x1b, \u202e.  What goes to a file or a pipe stays as it is, byte for byte. */
#ifndef VNETGEN_VISIBLE_H
#define VNETGEN_VISIBLE_H

#include <stdio.h>

#include "util.h"

/* The last bytes of what comes in parts, when they may be the begin of a character. */
struct visible_rest {
	char bytes[4];
	size_t n;
};

/* printf(3) and fwrite(3) of what a terminal must not obey; newlines and tabs are text, and so are DOS's ends of lines. */
void show(FILE *file, const char *format, ...) PRINTF(2, 3);
void show_bytes(FILE *file, const char *bytes, size_t n);
/* Appends to OUT what show_bytes() would write to FILE of REST, which is zeroed first and kept between the parts, and
 * BYTES.  With BYTES NULL nothing more comes. */
void visible_part(struct buffer *out, FILE *file, struct visible_rest *rest, const char *bytes, size_t n);
/* Appends TEXT as one line, wherever that goes. */
void visible_line(struct buffer *out, const char *text);

#endif
