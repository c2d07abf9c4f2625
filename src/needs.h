/* needs: what a scenario needs of the machine, programs and features of its kernel, as templates/needs.ini knows them. */
#ifndef VNETGEN_NEEDS_H
#define VNETGEN_NEEDS_H

#include <regex.h>

#include "phrases.h"
#include "plan.h"

struct executor;

struct needs {
	const struct templates *templates; /* set this; the rest is read and compiled when it is asked for */
	bool is_read, is_compiled;
	struct phrases phrases;
	struct feature *features; /* in the order of the file */
	size_t n, room;
};

/* Reads the file now: before a sandbox is entered, where it may be out of reach.  What is wrong is said. */
void needs_read(struct needs *needs);
void needs_free(struct needs *needs);

/* "; Debian's package frr has it", in ARENA; "" when the package of PROGRAM is not known. */
const char *needs_package(struct needs *needs, const char *program, struct arena *arena);

/* When COMMAND, a line, failed and SAID that this kernel lacks something, or that a program is not there: what that is
 * and where to get it, in ARENA; else NULL. */
const char *needs_hint(struct needs *needs, const char *command, const char *said, struct arena *arena);

/* All that PLAN needs and that is not here goes to REPORT.  What the kernel has is tried in the network namespace that
 * we are in: that must be a sandbox's. */
void needs_judge(struct needs *needs, struct executor *executor, const struct plan *plan, struct report *report);

#endif
