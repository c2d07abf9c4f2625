/* run: a plan is carried out. */
#ifndef VNETGEN_RUN_H
#define VNETGEN_RUN_H

#include "execute.h"
#include "plan.h"

/* Exit statuses of vnetgen; vnetgen(1) has the list. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_SCENARIO = 1,    /* the scenario, a style or a template is wrong; nothing was done */
	EXIT_USAGE = 2,       /* the command line is */
	EXIT_UNDONE = 3,      /* a command failed; what was done is undone */
	EXIT_LEFT = 4,        /* undoing failed: something is left */
	EXIT_CHECK = 5,       /* a check failed, or a show */
	EXIT_REFUSED = 6,     /* it cannot be done here and now; nothing was done */
	EXIT_OUTPUT = 7,      /* all went well, but what it printed could not be written */
	EXIT_MEMORY = 71,     /* memory ran out, also what is kept for undoing: by util.c */
	EXIT_INTERRUPTED = 130, /* by a signal; what was done is undone */
};

/* Installs handlers for STOP_SIGNALS, unless they are ignored. */
void run_catch_signals(void);
/* Memory has run out: what runs comes to an end as after a signal, and as a failure. */
void run_out_of_memory(void);
/* The number of the signal that came, 0 before, below 0 when memory ran out: for `stop` of an executor. */
const volatile sig_atomic_t *run_stop(void);

/* What became of one command of the plan. */
struct run_result {
	const struct command *command;
	const struct companion *companion; /* one of its triggers; NULL: the command itself, which comes after them */
	const struct outcome *outcome; /* of the last attempt */
	const char *why;               /* what was wrong; NULL: nothing */
	const char *const *inverses;   /* for each of command->begins, what a person types to undo it, with the old value; NULL */
};

struct run_options {
	bool keep;  /* do not undo what was done before a failure */
	bool looks; /* run shows and checks as well */
	bool down;  /* undo all at the end */
	const char *restore; /* restore_script() */
	bool settle; /* a show that follows a change waits until the kernel is done with it */
	/* Handed every command that was run, waits excepted; what it is handed ends with the call.  May be NULL. */
	void (*seen)(void *user, const struct run_result *result);
	void *user;
};

/* Builds the network of PLAN.  With `down` a failed check does not stop it, and all is undone at the end. */
enum exit_status run_up(struct executor *executor, const struct plan *plan, const struct run_options *options);
/* Undoes the record NAME; with a FILE, only one of that scenario. */
enum exit_status run_down(struct executor *executor, const char *name, const char *file);

#endif
