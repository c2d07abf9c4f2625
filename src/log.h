/* log: one JSON object a line for each command that was executed. */
#ifndef VNETGEN_LOG_H
#define VNETGEN_LOG_H

#include "spawn.h"

struct log {
	int fd; /* -1: no log is wanted */
	bool broken; /* it could not be written; said once */
};

/* What a line says beside the outcome. */
struct log_entry {
	const char *step;    /* number and title, or "teardown" */
	size_t step_number;  /* 0: none */
	const char *phase;   /* "run", "show", "check", "undo" or a phase of building */
	const char *command; /* as it is printed */
	char *const *argv;   /* its words; NULL when SHELL */
	bool shell;
	const char *file;    /* of the scenario */
	unsigned line;       /* 0: none */
	bool added;
};

/* False with errno set. */
bool log_open(struct log *log, const char *path);
void log_command(struct log *log, const struct log_entry *entry, const struct outcome *outcome);
void log_close(struct log *log);

#endif
