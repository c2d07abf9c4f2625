/* tap: the checks of a network that is up, as the Test Anything Protocol. */
#include <stdio.h>
#include <string.h>

#include "checks.h"
#include "journal.h"
#include "tap.h"
#include "visible.h"

static void print_comment(const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		show(stdout, "# %.*s\n", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

/* TAP gives '#' a meaning, and a title is one line. */
static const char *title_of(struct arena *arena, const struct command *command)
{
	char *title = arena_strdup(arena, *command->action->title ? command->action->title : command->text);
	for (char *c = title; *c; c++)
		if (*c == '#' || *c == '\n')
			*c = ' ';
	return title;
}

static bool run_one(struct executor *executor, const struct plan *plan, const struct job *job,
                    const struct command *command, size_t number, struct arena *arena)
{
	struct outcome outcome;
	const char *why;
	struct job attempt = *job;
	bool good = check_holds(executor, command, &attempt, &outcome, arena, &why);
	bool stopped = executor->stop && *executor->stop;
	if (!stopped)
		show(stdout, "%s %zu - %s\n", good ? "ok" : "not ok", number, title_of(arena, command));
	if (!good && !stopped) {
		show(stdout, "# %s:%u: '%s': %s\n", plan->model->file, command->line, command->text, why);
		for (size_t i = 0; i < COUNT(outcome.stream); i++) {
			const char *cut = execute_cut(&outcome, (enum stream)i, arena);
			print_comment(buffer_text(&outcome.stream[i]));
			print_comment(cut ? cut : "");
		}
		const char *hint = check_hint(executor, plan, command->action, arena);
		if (hint)
			print_comment(arena_printf(arena, "hint: %s", hint));
	}
	fflush(stdout);
	outcome_free(&outcome);
	return good;
}

/* Where the last command is that changes something: what a check before it said need not hold any more. */
static const struct command *last_change(const struct plan *plan)
{
	const struct command *last = NULL;
	for (size_t i = 0; i < plan->n; i++)
		for (size_t j = 0; j < plan->steps[i].n; j++)
			if (plan->steps[i].commands[j].kind == COMMAND_BUILD || plan->steps[i].commands[j].kind == COMMAND_RUN)
				last = &plan->steps[i].commands[j];
	return last;
}

/* The reason why the network of this scenario cannot be checked, in the record's arena; NULL when it can. */
static const char *why_not(struct record *record, const struct model *model)
{
	const char *wrong, *name = model->name;
	struct arena *arena = &record->arena;
	if (!record_read(record, name, false, &wrong))
		return arena_printf(arena, "%s is not up: 'vnetgen up %s' builds it, 'vnetgen test' builds, checks and takes it "
		                    "down", name, model->file);
	if (wrong)
		return wrong;
	if (record->held)
		return record_busy(record);
	if (record->elsewhere && !record->stale)
		return record_elsewhere(record);
	if (record->stale)
		return arena_printf(arena, "%s was up before the machine was started last, and is not up now: 'vnetgen up %s' "
		                    "builds it", name, model->file);
	wrong = record_of_other(record, model->file);
	if (!wrong && !record->whole)
		wrong = arena_printf(arena, "%s is incomplete, half built or half taken down: 'vnetgen down %s' takes away what is "
		                     "there", name, name);
	return wrong;
}

static bool is_up(const struct model *model)
{
	struct record record;
	const char *wrong = why_not(&record, model);
	if (wrong)
		complain("%s", wrong);
	record_close(&record);
	return !wrong;
}

enum exit_status tap_checks(struct executor *executor, const struct plan *plan)
{
	if (!is_up(plan->model))
		return EXIT_REFUSED;
	struct arena arena = { 0 };
	const struct command *last = last_change(plan);
	bool holds = !last; /* do checks hold for the network as it is now? */
	size_t number = 0, failed = 0;
	executor->quiet = true; /* TAP is what is printed */
	executor->stop = run_stop();
	for (size_t i = 0; i < plan->n && !*executor->stop; i++) {
		const struct plan_step *step = &plan->steps[i];
		for (size_t j = 0; j < step->n && !*executor->stop; j++) {
			const struct command *command = &step->commands[j];
			struct job job = { .text = command->text, .shell = command->shell,
				               .log = { .step = step->title, .step_number = i + 1, .line = command->line } };
			holds |= command == last;
			if (command->kind == COMMAND_WAIT) {
				check_wait(executor, &job, &arena);
			} else if (command->kind == COMMAND_CHECK && !holds) {
				show(stdout, "ok %zu - %s # SKIP a later step changes the network\n", ++number, title_of(&arena, command));
			} else if (command->kind == COMMAND_CHECK) {
				job.log.phase = "check";
				failed += !run_one(executor, plan, &job, command, ++number, &arena);
			}
			arena_clear(&arena);
		}
	}
	arena_free(&arena);
	if (*executor->stop)
		return EXIT_INTERRUPTED;
	show(stdout, "1..%zu\n", number);
	return failed ? EXIT_CHECK : EXIT_DONE;
}
