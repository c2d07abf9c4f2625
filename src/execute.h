/* execute: one command of a plan is run, shown as it goes, and logged. */
#ifndef VNETGEN_EXECUTE_H
#define VNETGEN_EXECUTE_H

#include <stdio.h>

#include "log.h"

struct needs;
struct recognizer;

/* Seconds for a command that builds or undoes, when nothing else is said; and for one that looks at all of a host's
 * addresses, routes, rules and so on, or puts them back. */
enum { COMMAND_TIMEOUT = 30, RESTORE_TIMEOUT = 120 };

/* How and for whom commands are run. */
struct executor {
	const char *path;  /* PATH of commands */
	const char *file;  /* the scenario, for messages and the log */
	struct log *log;
	struct needs *needs; /* what programs and the kernel lack is explained with it */
	const struct recognizer *untried; /* the rules of untried.h, by which checks are judged */
	bool quiet, verbose, colour;
	double timeout; /* seconds for each command that has no time limit by the scenario; 0: each has its usual one */
	size_t number, total; /* of the commands that are shown */
	const volatile sig_atomic_t *stop; /* set when the user wants an end; NULL: nothing stops it */
	bool line_open, at_start, printed; /* the display's */
};

struct companion;

struct job {
	const char *text;
	bool shell;
	bool silent;    /* not shown: a question to the system */
	bool hide_errors; /* what it says on stderr is shown by the caller, if at all */
	double timeout; /* seconds; 0: none */
	struct log_entry log; /* command, argv and shell are filled in */
	void (*born)(void *user, pid_t pid);
	void (*waiting)(void *user); /* see struct spawn; what it executes is shown below the job */
	bool companion; /* it is such a command: it has no number of its own */
	void *user;
	/* Handed what became of each command that runs while this one waits; what it is handed ends with the call. */
	void (*seen)(void *user, const struct companion *companion, const struct outcome *outcome);
	void *seen_user;
};

/* Runs the job.  Free the outcome with outcome_free(). */
void execute(struct executor *executor, const struct job *job, struct outcome *outcome, struct arena *arena);
/* Shows the job as one that is not run, and WHY; it is not logged. */
void execute_nothing(struct executor *executor, const struct job *job, const char *why);
/* Starts the job, which goes on when we have ended, with its output to the descriptor OUTPUT and shown by nobody.
 * Its process id; -1 with *outcome filled in. */
pid_t execute_background(struct executor *executor, const struct job *job, int output, struct outcome *outcome,
                         struct arena *arena);
/* What became of it, in words, for a failure's message; in ARENA. */
const char *execute_words(const struct executor *executor, const struct job *job, const struct outcome *outcome,
                          struct arena *arena);

/* That there is no PROGRAM, and where to get it, in ARENA; NULL when there is. */
const char *execute_missing(const struct executor *executor, const char *program, struct arena *arena);
/* The same of the program of a user's LINE, when no shell has to look for it.  `ip netns exec` gives 1 for one that is
 * not there, as that one might itself: so it is looked up first. */
const char *execute_line_missing(const struct executor *executor, const char *line, struct arena *arena);

/* The line that stands before the commands of a step, unless quiet. */
void execute_heading(struct executor *executor, const char *format, ...) PRINTF(2, 3);
/* Each line of TEXT, indented, on FILE. */
void print_indented(FILE *file, const char *text);
/* The same for what a command printed on one of its streams, and how much of that was not kept. */
void print_outcome(FILE *file, const struct outcome *outcome, enum stream stream);
/* "1024 bytes more of its output were not kept", in ARENA; NULL: all was. */
const char *execute_cut(const struct outcome *outcome, enum stream stream, struct arena *arena);

/* The time limit of a command for which the scenario says nothing, and which usually is USUAL seconds (0: none). */
double execute_limit(const struct executor *executor, double usual);

#endif
