/* scenario: all that is made of one scenario. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "restore.h"
#include "sandbox.h"
#include "scenario.h"
#include "warnings.h"

void scenario_close(struct scenario *s)
{
	plan_free(&s->plan);
	style_free(&s->style);
	wording_free(&s->wording);
	model_free(&s->model);
	report_free(&s->report);
	log_close(&s->log);
	sysctls_free(&s->sysctls);
	needs_free(&s->needs);
	recognizer_free(&s->untried);
	arena_free(&s->arena);
}

void scenario_prepare(struct scenario *s, const struct options *o, const char *file)
{
	*s = (struct scenario){ .report.file = file, .log.fd = -1 };
	s->executor = (struct executor){ .path = o->path ? o->path : STANDARD_PATH, .file = file,
		                             .log = &s->log, .needs = &s->needs, .untried = &s->untried,
		                             .quiet = o->quiet, .verbose = o->verbose, .timeout = o->timeout,
		                             .colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR") };
	templates_open(&s->templates, o->templates, &s->arena);
	s->needs.templates = &s->templates;
}

bool scenario_open_log(struct scenario *s, const struct options *o)
{
	if (!o->log || log_open(&s->log, o->log))
		return true;
	complain("cannot write %s: %s", o->log, file_error(errno));
	return false;
}

bool scenario_choose_language(struct scenario *s, const struct options *o, bool by_locale)
{
	s->language = "en";
	if (o->lang && !templates_has(&s->templates, "lang", o->lang, ".ini")) {
		complain("there is no language '%s'; there are %s", o->lang, templates_list(&s->templates, "lang", ".ini"));
		return false;
	}
	if (o->lang)
		s->language = o->lang;
	else if (by_locale)
		s->language = templates_language(&s->templates);
	return true;
}

enum exit_status scenario_load(struct scenario *s, const struct options *o)
{
	const char *file = s->report.file;
	size_t length;
	const char *wrong;
	if (!s->language && !scenario_choose_language(s, o, false))
		return EXIT_USAGE;
	char *text = file_read(file, &length);
	if (!text) {
		complain("cannot read %s: %s", file, file_error(errno));
		return EXIT_SCENARIO;
	}
	model_read(&s->model, file, text, length, o->settings, o->n_settings, &s->report);
	free(text);
	bool styled = style_load(&s->style, &s->templates, o->style ? o->style : s->model.style, &wrong);
	if (!styled && !o->style && s->model.style_line)
		report_error(&s->report, s->model.style_line, "scenario", "style", "%s", wrong);
	if (report_print(&s->report))
		return EXIT_SCENARIO;
	if (!styled || !wording_load(&s->wording, &s->templates, s->language, &wrong) ||
	    !recognizer_load(&s->untried, &s->templates, "untried.ini", &wrong)) {
		complain("%s", wrong);
		return o->style && s->style.phrases.missing ? EXIT_USAGE : EXIT_SCENARIO;
	}
	plan_make(&s->plan, &s->model, &s->style, &s->report);
	if (report_print(&s->report))
		return EXIT_SCENARIO;
	s->restore = restore_script(&s->templates, &s->plan, &wrong);
	if (s->restore) {
		warnings_find(&s->model, &s->report);
		report_print(&s->report);
		return EXIT_DONE;
	}
	complain("%s", wrong);
	return EXIT_SCENARIO;
}

void scenario_leave_host(struct scenario *s)
{
	sysctls_note(&s->sysctls, &s->model);
	needs_read(&s->needs);
}

enum exit_status scenario_run_in_sandbox(int (*inside)(void *user), void *user, bool shows_commands)
{
	char why[256];
	int status = sandbox_run(inside, user, why, sizeof why);
	if (status < 0) {
		complain("no sandbox: %s", why);
		return EXIT_REFUSED;
	}
	if (status > EXIT_INTERRUPTED) {
		int number = status - 128;
		if (shows_commands)
			putchar('\n'); /* the line of one may be open */
		fflush(stdout);
		complain("the sandbox was ended by signal %d (%s); nothing of it is left", number, strsignal(number));
	}
	return (enum exit_status)status;
}
