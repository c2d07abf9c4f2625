/* run: a plan is carried out. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "checks.h"
#include "daemons.h"
#include "journal.h"
#include "kernel.h"
#include "restore.h"
#include "run.h"
#include "teardown.h"

static volatile sig_atomic_t stop_wanted;

static void want_stop(int number)
{
	stop_wanted = number;
}

void run_catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = want_stop };
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < COUNT(signals); i++) {
		struct sigaction before;
		/* nohup(1): what is ignored stays so */
		if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
	/* a reader that goes away (`vnetgen | head`) must not keep us from undoing */
	signal(SIGPIPE, SIG_IGN);
}

const volatile sig_atomic_t *run_stop(void)
{
	return &stop_wanted;
}

/* --- before anything is changed --- */

static const char *since(struct arena *arena, const struct record *record)
{
	char text[64];
	time_t when = (time_t)record->since;
	struct tm local;
	if (!when || !localtime_r(&when, &local) || !strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local))
		return "a while ago";
	return arena_strdup(arena, text);
}

/* Says that NAME is up; a record of before the last start of the machine is cleared instead. */
static bool is_up(const char *name)
{
	struct record record;
	const char *wrong;
	if (!record_read(&record, name, false, &wrong))
		return false;
	bool up = true;
	if (record.stale && !record.script && !wrong) {
		up = !record_remove(&record);
	} else if (record.held) {
		complain("%s is being worked on by process %d", name, (int)record.pid);
	} else {
		complain("%s is up already, since %s%s; 'vnetgen down %s' takes it down", name, since(&record.arena, &record),
		         record.script ? " (by a printed script)" : "", name);
	}
	record_close(&record);
	return up;
}

static bool is_taken(struct arena *arena, const char *what, const char *netns, const char *link, unsigned line,
                     const char *file)
{
	const char *holder = record_holder(arena, netns, link);
	if (holder)
		complain("%s:%u: %s '%s' is there already; the scenario %s has it ('vnetgen down %s')", file, line, what,
		         link ? link : netns, holder, holder);
	else
		complain("%s:%u: %s '%s' is there already, and not by vnetgen; remove it or take another name", file, line,
		         what, link ? link : netns);
	return true;
}

/* Other things than names that must be there, or must not be. */
static bool requirements_fail(const struct plan *plan)
{
	bool fail = false;
	for (size_t i = 0; i < plan->n_requirements; i++) {
		const struct requirement *requirement = &plan->requirements[i];
		bool there = access(requirement->path, F_OK) == 0;
		if (there == requirement->there)
			continue;
		complain("%s:%u: '%s' %s", plan->model->file, requirement->line, requirement->path,
		         there ? "is there already; remove it first" : "is not there, and is needed");
		fail = true;
	}
	return fail;
}

/* Is a name of the scenario in use? */
static bool names_taken(const struct plan *plan)
{
	const struct model *model = plan->model;
	struct arena arena = { 0 };
	bool taken = false;
	for (size_t i = 0; i < model->n_namespaces; i++) {
		const struct netns *netns = model->namespaces[i];
		if (kernel_has_netns(netns->name))
			taken |= is_taken(&arena, "a namespace", netns->name, NULL, netns->line, model->file);
	}
	for (size_t i = 0; i < model->n_links; i++) {
		const struct link *link = model->links[i];
		if (link->created == model->host && !link->is_lo && kernel_link_index("", link->name))
			taken |= is_taken(&arena, "a device", "", link->name, link->line, model->file);
	}
	arena_free(&arena);
	return taken;
}

/* --- going up --- */

struct run {
	struct executor *executor;
	const struct plan *plan;
	const struct run_options *options;
	struct journal journal;
	struct daemons daemons;
	const struct command *command; /* the one at work */
	const struct plan_step *step;
	size_t step_number;
	const char *undo_texts[2];
	bool journal_broken;
	bool unsettled; /* something was changed that nobody has waited for */
	size_t checks, failed_checks;
	struct arena arena; /* for one command */
};

static void note_birth(void *user, pid_t pid)
{
	struct run *run = user;
	const struct undo *const *begins = (const struct undo *const *)run->command->begins;
	if (!journal_will(&run->journal, begins, run->undo_texts, COUNT(run->command->begins), pid)) {
		/* a thing that no record knows must not be made */
		run->journal_broken = true;
		kill(pid, SIGKILL);
	}
}

static uint64_t identity_of(const struct undo *undo)
{
	switch (undo->class) {
	case UNDO_NETNS:
		return kernel_netns_cookie(undo->netns);
	case UNDO_EARLY:
	case UNDO_LINK:
		return kernel_link_index(undo->netns, undo->link);
	default:
		return 0;
	}
}

/* The undoing command with the value that is to be put back. */
static const char *save_value(struct run *run, const struct undo *undo)
{
	struct outcome outcome;
	struct words words;
	struct job job = { .text = undo->save, .silent = true, .timeout = 10 };
	execute(run->executor, &job, &outcome, &run->arena);
	const char *text = NULL;
	if (!outcome_good(&outcome)) {
		complain("%s:%u: cannot read the value to put back: '%s': %s", run->plan->model->file, undo->line, undo->save,
		         execute_words(run->executor, &job, &outcome, &run->arena));
		print_indented(stderr, buffer_text(&outcome.stream[STREAM_ERR]));
	} else if (!words_split(&run->arena, undo->text, &words) && words.n) {
		char *value = arena_strdup(&run->arena, buffer_text(&outcome.stream[STREAM_OUT]));
		value[strcspn(value, "\n")] = '\0';
		words.word[words.n - 1] = arena_printf(&run->arena, "%s%s", words.word[words.n - 1], value);
		text = words_join(&run->arena, &words);
	}
	outcome_free(&outcome);
	return text;
}

/* Has the record's script note what is there (MOMENT is "before" or "after"). */
static bool note_state(struct run *run, const struct undo *undo, const char *moment)
{
	struct outcome outcome;
	struct job job = { .silent = true, .timeout = 10,
		               .text = restore_command(&run->arena, run->plan->model->name, moment, undo->rank, undo->restore) };
	execute(run->executor, &job, &outcome, &run->arena);
	bool good = outcome_good(&outcome);
	if (!good) {
		complain("%s:%u: cannot note what is there, to put it back: %s", run->plan->model->file, undo->line,
		         execute_words(run->executor, &job, &outcome, &run->arena));
		print_indented(stderr, buffer_text(&outcome.stream[STREAM_ERR]));
	}
	outcome_free(&outcome);
	return good;
}

static bool prepare_undo(struct run *run)
{
	for (size_t i = 0; i < COUNT(run->command->begins); i++) {
		const struct undo *undo = run->command->begins[i];
		run->undo_texts[i] = !undo ? NULL : undo->save ? save_value(run, undo) : undo->text;
		if (undo && (!run->undo_texts[i] || (undo->restore && !note_state(run, undo, "before"))))
			return false;
	}
	return true;
}

/* Notes what became of the things that the command was to make. */
static void settle_undo(struct run *run, const struct outcome *outcome)
{
	const struct command *command = run->command;
	bool good = outcome_good(outcome);
	for (size_t i = 0; i < COUNT(command->begins); i++) {
		const struct undo *undo = command->begins[i];
		if (!undo || run->journal_broken)
			continue;
		if (good && undo->restore)
			note_state(run, undo, "after");
		if (good)
			journal_done(&run->journal, undo->rank, identity_of(undo));
		else if ((outcome->how == ENDED || outcome->how == NOT_STARTED) && undo->class != UNDO_RUN)
			journal_gone(&run->journal, undo->rank); /* it said that it could not: what is there is not ours */
	}
	if (good && command->ends)
		journal_gone(&run->journal, command->ends->rank);
}

static const char *phase_name(const struct command *command)
{
	static const char *const others[] = { [COMMAND_DAEMON] = "daemon", [COMMAND_RUN] = "run", [COMMAND_WAIT] = "wait", [COMMAND_SHOW] = "show",
		                                  [COMMAND_CHECK] = "check" };
	return command->kind == COMMAND_BUILD ? phase_word(command->phase) : others[command->kind];
}

static void tell(struct run *run, const struct outcome *outcome, const char *why)
{
	if (run->options->seen)
		run->options->seen(run->options->user, &(struct run_result){ run->command, NULL, outcome, why, run->undo_texts });
}

static void tell_of_companion(void *user, const struct companion *companion, const struct outcome *outcome)
{
	struct run *run = user;
	if (run->options->seen)
		run->options->seen(run->options->user,
		                   &(struct run_result){ run->command, companion, outcome, NULL, run->undo_texts });
}

static struct job job_of(struct run *run, const struct command *command)
{
	return (struct job){ .text = command->text, .shell = command->shell,
		                 .hide_errors = command->kind == COMMAND_BUILD,
		                 .born = note_birth, .user = run, .seen = tell_of_companion, .seen_user = run,
		                 .log = { .step = run->step->title, .step_number = run->step_number,
		                          .phase = phase_name(command), .line = command->line } };
}

static void complain_of(struct run *run, const char *why, const struct outcome *outcome, bool said)
{
	/* of a check WHY says how it failed, which may be that it succeeded */
	complain("%s:%u: '%s'%s: %s", run->plan->model->file, run->command->line, run->command->text,
	         run->command->kind == COMMAND_CHECK ? "" : " failed", why);
	/* what was shown as it came need not be said again */
	if (said && (run->executor->quiet || run->command->kind == COMMAND_BUILD)) {
		print_indented(stderr, buffer_text(&outcome->stream[STREAM_OUT]));
		print_indented(stderr, buffer_text(&outcome->stream[STREAM_ERR]));
	}
}

/* What a look would see in the middle of changing, for a second or two: devices whose state follows their carrier a
 * little later, addresses that are tentative. */
static void wait_until_settled(struct run *run)
{
	const struct model *model = run->plan->model;
	double end = now_monotonic() + SETTLE_SECONDS;
	for (size_t i = 0; i <= model->n_namespaces; i++) {
		const char *name = i ? model->namespaces[i - 1]->name : "";
		while (!kernel_settled(name) && !stop_wanted && now_monotonic() < end)
			nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	run->unsettled = false;
}

static bool run_check(struct run *run, const struct command *command)
{
	struct outcome outcome;
	struct job job = job_of(run, command);
	const char *why;
	job.born = NULL;
	bool good = check_holds(run->executor, command, &job, &outcome, &run->arena, &why);
	if (stop_wanted) {
		outcome_free(&outcome);
		return false;
	}
	run->checks++;
	run->failed_checks += !good;
	const char *title = *command->action->title ? command->action->title : command->text;
	if (!run->executor->quiet)
		printf("        %s - %s\n", good ? "ok" : "not ok", title);
	if (!good) {
		const char *hint = check_hint(run->executor, run->plan, command->action, &run->arena);
		complain_of(run, why, &outcome, true);
		if (hint)
			complain("hint: %s", hint);
	}
	tell(run, &outcome, why);
	outcome_free(&outcome);
	return true; /* a check that fails does not stop the others */
}

static bool run_command(struct run *run, const struct command *command)
{
	run->command = command;
	if (command->kind == COMMAND_WAIT) {
		struct job wait = job_of(run, command);
		check_wait(run->executor, &wait, &run->arena);
		return true;
	}
	/* whether a check holds is not changed by it; what a capture sees is */
	bool shown = command->kind == COMMAND_SHOW || command->n_triggers;
	if (shown && run->unsettled && run->options->settle)
		wait_until_settled(run);
	run->unsettled |= !command->look;
	if (command->kind == COMMAND_CHECK)
		return run_check(run, command);
	if (command->kind == COMMAND_DAEMON) {
		struct job daemon = job_of(run, command);
		return daemons_start(&run->daemons, run->executor, &run->journal, run->plan, command, &daemon, &run->arena);
	}
	if (!prepare_undo(run))
		return false;
	struct outcome outcome;
	struct job job = job_of(run, command);
	const char *why = NULL;
	bool good;
	if (command->kind == COMMAND_RUN) {
		good = check_holds(run->executor, command, &job, &outcome, &run->arena, &why);
	} else {
		execute(run->executor, &job, &outcome, &run->arena);
		good = outcome_good(&outcome);
	}
	if (!good && !why)
		why = execute_words(run->executor, &job, &outcome, &run->arena);
	settle_undo(run, &outcome);
	if (!good && run->journal_broken)
		complain("the record in " RUN_DIR "/%s cannot be written, so nothing more is made", run->plan->model->name);
	else if (!good && !stop_wanted)
		complain_of(run, why, &outcome, true);
	tell(run, &outcome, why);
	if (!good && command->kind == COMMAND_SHOW) {
		run->failed_checks++;
		good = true;
	}
	outcome_free(&outcome);
	return good;
}

static size_t count_commands(const struct plan *plan, bool looks)
{
	size_t n = 0;
	for (size_t i = 0; i < plan->n; i++)
		for (size_t j = 0; j < plan->steps[i].n; j++)
			n += plan->steps[i].commands[j].kind != COMMAND_WAIT && (looks || !plan->steps[i].commands[j].look);
	return n;
}

static bool run_steps(struct run *run)
{
	const struct plan *plan = run->plan;
	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_step *step = run->step = &plan->steps[i];
		run->step_number = i + 1;
		if (step->n && step->title)
			execute_heading(run->executor, "%s", step->title);
		for (size_t j = 0; j < step->n && !stop_wanted; j++) {
			const struct command *command = &step->commands[j];
			if (command->look && !run->options->looks)
				continue;
			bool good = run_command(run, command);
			arena_clear(&run->arena);
			if (!good)
				return false;
		}
		if (stop_wanted)
			return false;
	}
	return true;
}

static bool undo_all(struct executor *executor, const char *name)
{
	struct record record;
	const char *wrong;
	/* from here on nobody stops us: what is half undone helps nobody */
	executor->stop = NULL;
	if (!record_read(&record, name, true, &wrong))
		return true;
	if (wrong)
		complain("%s", wrong);
	bool good = !wrong && teardown(executor, &record);
	record_close(&record);
	return good;
}

static bool write_restore(const char *name, const char *text)
{
	char path[200];
	snprintf(path, sizeof path, RUN_DIR "/%s/restore", name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	bool good = fd >= 0 && write_all(fd, text, strlen(text));
	if (fd >= 0)
		good &= close(fd) == 0;
	return good;
}

enum exit_status run_up(struct executor *executor, const struct plan *plan, const struct run_options *options)
{
	const char *name = plan->model->name, *wrong;
	struct run run = { .executor = executor, .plan = plan, .options = options };
	bool taken;
	if (is_up(name) || names_taken(plan) || requirements_fail(plan))
		return EXIT_REFUSED;
	if (!journal_start(&run.journal, name, plan->model->file, &run.arena, &wrong, &taken)) {
		complain("%s", taken ? "another vnetgen has just begun to build this scenario" : wrong);
		arena_free(&run.arena);
		return EXIT_REFUSED;
	}
	if (*options->restore && !write_restore(name, options->restore)) {
		complain("cannot write the record in " RUN_DIR "/%s: %s", name, strerror(errno));
		journal_close(&run.journal);
		arena_free(&run.arena);
		undo_all(executor, name);
		return EXIT_REFUSED;
	}
	executor->stop = &stop_wanted;
	executor->total = count_commands(plan, options->looks);
	bool built = run_steps(&run) && daemons_run(&run.daemons, plan);
	daemons_free(&run.daemons);
	journal_close(&run.journal);
	arena_free(&run.arena);

	enum exit_status status = run.failed_checks ? EXIT_CHECK : EXIT_DONE;
	if (built && !options->down)
		return status;
	if (!built)
		status = stop_wanted ? EXIT_INTERRUPTED : EXIT_UNDONE;
	if (!built && options->keep && !stop_wanted) {
		complain("what was made is kept; 'vnetgen down %s' takes it away", name);
		return status;
	}
	if (!built)
		complain(stop_wanted ? "interrupted: undoing what was done" : "undoing what was done");
	else
		execute_heading(executor, "Teardown");
	if (!undo_all(executor, name)) {
		complain("not all of it could be undone; 'vnetgen down %s' tries again", name);
		return EXIT_LEFT;
	}
	if (!built)
		complain("all of it is undone");
	return status;
}

enum exit_status run_down(struct executor *executor, const char *name)
{
	struct record record;
	const char *wrong;
	if (!record_read(&record, name, true, &wrong)) {
		if (!executor->quiet)
			printf("%s is not up\n", name);
		return EXIT_DONE;
	}
	enum exit_status status = EXIT_REFUSED;
	if (wrong)
		complain("%s", wrong);
	else if (record.held)
		complain("%s is being worked on by process %d; stop that first", name, (int)record.pid);
	else if (record.script)
		complain("%s was built by a printed script: 'vnetgen down --dry-run SCENARIO | sh' takes it down", name);
	else
		status = teardown(executor, &record) ? EXIT_DONE : EXIT_LEFT;
	record_close(&record);
	return status;
}
