/* scenario: what the command line says, and all that is made of one scenario. */
#ifndef VNETGEN_SCENARIO_H
#define VNETGEN_SCENARIO_H

#include "doc.h"
#include "needs.h"
#include "run.h"
#include "sysctls.h"

/* The command line; every command takes some of it. */
struct options {
	bool dry_run, with_checks, keep, quiet, verbose, sandbox, all, host, stable, front_matter, kernel;
	const char *diagrams; /* "once", "each", "none" */
	const char *style, *templates, *path, *log, *format, *output, *lang;
	double timeout; /* 0: not given */
	size_t step;
	struct variable *settings;
	size_t n_settings, settings_room;
	struct doc_meta *meta;
	size_t n_meta, meta_room;
	char **files; /* what stands behind the command: one, for doc and view more */
	size_t n_files;
};

/* All that is made of a scenario. */
struct scenario {
	struct report report;
	struct model model;
	struct plan plan;
	struct style style;
	const char *language; /* "ko" */
	struct wording wording;
	struct templates templates;
	const char *restore; /* restore_script() */
	struct arena arena;
	struct log log;
	struct executor executor;
	struct needs needs;
	struct recognizer untried;
	struct sysctls sysctls; /* for a sandbox */
};

/* Reads nothing yet.  scenario_close() */
void scenario_prepare(struct scenario *scenario, const struct options *options, const char *file);
void scenario_close(struct scenario *scenario);

/* Sets the language that was asked for; else, BY_LOCALE, the locale's; else English.  False when there is none of that
 * name, which has been said. */
bool scenario_choose_language(struct scenario *scenario, const struct options *options, bool by_locale);

/* Reads the scenario and makes its plan, in English where no language was chosen before.  What is wrong has been said. */
enum exit_status scenario_load(struct scenario *scenario, const struct options *options);

/* Opens and empties the log, if one is wanted.  To be called right before commands are run: after a mistake the old log is
 * still there.  False when it cannot be written, which has been said. */
bool scenario_open_log(struct scenario *scenario, const struct options *options);

/* Notes, and reads, what is out of reach or different in a sandbox. */
void scenario_leave_host(struct scenario *scenario);
/* Runs INSIDE(USER), which gives an exit_status, in a sandbox.  EXIT_REFUSED where there can be none; that, and when a
 * signal ended it, is said.  SHOWS_COMMANDS: standard output may be in the middle of a line. */
enum exit_status scenario_run_in_sandbox(int (*inside)(void *user), void *user, bool shows_commands);

#endif
