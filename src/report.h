/* report: what is wrong with a scenario, or looks so, collected and printed in the order of the file. */
#ifndef VNETGEN_REPORT_H
#define VNETGEN_REPORT_H

#include "util.h"

/* Zeroed but for `file`, it is ready.  Owned by the holder: report_free(). */
struct report {
	const char *file; /* the name that stands before each line; borrowed */
	struct finding *findings;
	size_t n, room;
	struct table first_like; /* of the sections that a range makes */
	struct arena arena;
};

/* Adds "FILE:LINE: [SECTION] KEY: message"; SECTION and KEY may be NULL.  Line 0 means the file as a whole.
 * An equal finding for the same line is kept once.  Sections that a range makes share their lines: a MESSAGE (the very
 * same text, before its arguments) that comes again for the same line and KEY but another SECTION is counted with the
 * first. */
void report_error(struct report *report, unsigned line, const char *section, const char *key, const char *message,
                  ...) PRINTF(5, 6);
/* The same for what is legal and suspicious: "FILE:LINE: warning: [SECTION] KEY: message". */
void report_warning(struct report *report, unsigned line, const char *section, const char *key, const char *message,
                    ...) PRINTF(5, 6);
/* Writes all findings to standard error in the order of their lines, with the controls shown (visible.h), and forgets
 * them.  It writes the warnings only when there is no error.  Returns the number of errors. */
size_t report_print(struct report *report);
/* The first line of what report_print() would write, in ARENA; for a file that no user wrote. */
const char *report_first(const struct report *report, struct arena *arena);
void report_free(struct report *report);

/* One line on standard error that begins with "vnetgen: ", as visible.h has it. */
void complain(const char *message, ...) PRINTF(1, 2);

#endif
