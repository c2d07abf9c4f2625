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
#include "common.h"
#include "daemons.h"
#include "journal.h"
#include "kernel.h"
#include "needs.h"
#include "owned.h"
#include "process.h"
#include "restore.h"
#include "run.h"
#include "rundir.h"
#include "teardown.h"
#include "visible.h"

static volatile sig_atomic_t stop_wanted; /* a signal; below 0: memory has run out */

static void want_stop(int number)
{
	stop_wanted = number;
}

void run_out_of_memory(void)
{
	stop_wanted = -1;
}

void run_catch_signals(void)
{
	static const int signals[] = STOP_SIGNALS;
	struct sigaction action = { .sa_handler = want_stop };
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < COUNT(signals); i++) {
		struct sigaction before;
		/* nohup(1): what is ignored stays so */
		if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
}

const volatile sig_atomic_t *run_stop(void)
{
	return &stop_wanted;
}

/* --- before anything is changed --- */

static void pause_briefly(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
}

/* One that is just being made says nothing of itself for a moment. */
static bool says_nothing(const struct record *record, const char *wrong)
{
	return !wrong && !record->held && record->since <= 0;
}

/* Removes a record of before the last start of the machine, and says so: of what it names only files are left. */
static bool clear_stale(struct executor *executor, struct record *record)
{
	if (!teardown(executor, record))
		return false;
	if (!executor->quiet)
		printf("%s was up before the machine was started last: its record is cleared\n", record->name);
	return true;
}

/* Says that a network of that name is up; a record of before the last start of the machine is cleared instead. */
static bool is_up(struct executor *executor, const struct model *model)
{
	struct record record;
	const char *wrong, *name = model->name, *other;
	bool up = record_read(&record, name, true, &wrong);
	for (int tries = 0; up && says_nothing(&record, wrong) && tries < 50; tries++) {
		record_close(&record);
		pause_briefly();
		up = record_read(&record, name, true, &wrong);
	}
	if (!up)
		return false;
	if (wrong)
		complain("%s", wrong);
	else if (record.held)
		complain("%s", record_busy(&record));
	else if (record.elsewhere && !record.stale)
		complain("%s", record_elsewhere(&record));
	else if (record.stale)
		up = !clear_stale(executor, &record);
	else if ((other = record_of_other(&record, model->file)))
		complain("%s", other);
	else
		complain("%s is %s, since %s%s; 'vnetgen down %s' takes it down", name,
		         record.whole ? "up already" : "half built", record_since(&record.arena, &record),
		         record.script ? " (by a printed script)" : "", name);
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

/* A device that is there before must be, and be nobody else's: what two change in turn, none could give back. */
static bool is_missing(struct arena *arena, const struct link *link, const char *file)
{
	const char *holder = record_holder(arena, "", link->name);
	unsigned line = link->single[KEY_EXISTING]->line;
	if (holder)
		complain("%s:%u: the scenario %s has the device '%s' ('vnetgen down %s' gives it back)", file, line, holder,
		         link->name, holder);
	else if (!kernel_link_index("", link->name))
		complain("%s:%u: there is no device '%s' here, and 'existing' says that there is", file, line, link->name);
	else
		return false;
	return true;
}

/* Other things than names that must be there, or must not be. */
static bool requirements_fail(const struct executor *executor, const struct plan *plan)
{
	struct arena arena = { 0 };
	bool fail = false;
	static const struct {
		int mode, error; /* access(2) must not end so; 0: with success */
		const char *words;
	} kinds[] = {
		[PATH_FREE] = { F_OK, 0, "is there already; remove it first" },
		[PATH_THERE] = { F_OK, ENOENT, "is not there, and is needed" },
		[PATH_WRITABLE] = { W_OK, EROFS, "is read-only here, as in a container; Docker's '--security-opt "
		                                 "systempaths=unconfined' makes it writable" },
	};
	for (size_t i = 0; i < plan->n_requirements; i++) {
		const struct requirement *requirement = &plan->requirements[i];
		/* for what is to be written, a link that leads nowhere is there: the file would be made at its end */
		int flags = requirement->kind == PATH_FREE ? AT_SYMLINK_NOFOLLOW : 0;
		const char *words = kinds[requirement->kind].words;
		int error = faccessat(AT_FDCWD, requirement->path, kinds[requirement->kind].mode, flags) == 0 ? 0 : errno;
		if (error != kinds[requirement->kind].error)
			continue;
		complain("%s:%u: '%s' %s%s", plan->model->file, requirement->line, requirement->path, words,
		         requirement->kind == PATH_THERE ? needs_package(executor->needs, requirement->path, &arena) : "");
		fail = true;
	}
	arena_free(&arena);
	return fail;
}

/* Is a name of the scenario in use, or a device that it uses not there? */
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
		if (link->existing)
			taken |= is_missing(&arena, link, model->file);
		else if (link->created == model->host && !link->is_lo && kernel_link_index("", link->name))
			taken |= is_taken(&arena, "a device", "", link->name, link->line, model->file);
	}
	arena_free(&arena);
	return taken;
}

/* Names of devices that the host has as well: those in namespaces are not the host's. */
static bool note_names(struct journal *journal, const struct model *model)
{
	bool good = true;
	for (size_t i = 0; i < model->n_links && good; i++) {
		const struct link *link = model->links[i];
		if (link->end != model->host && !link->existing && !link->is_lo && kernel_link_index("", link->name))
			good = journal_inside(journal, link->end->name, link->name);
	}
	return good;
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
	const char *undo_texts[2], *inverses[2]; /* what undoes it, as it is executed and as a person types it */
	bool noted; /* the record has what undoes it */
	bool same;  /* it would set what is so already */
	bool journal_broken;
	bool unsettled; /* something was changed that nobody has waited for */
	size_t checks, failed_checks;
	struct arena arena; /* for one command */
};

/* Notes what undoes the command at work, with the process that is about to make it (0: none). */
static void note_intents(struct run *run, pid_t pid)
{
	const struct undo *const *begins = (const struct undo *const *)run->command->begins;
	run->noted = true;
	run->journal_broken |= !journal_will(&run->journal, begins, run->undo_texts, COUNT(run->command->begins), pid);
}

static void note_birth(void *user, pid_t pid)
{
	struct run *run = user;
	note_intents(run, pid);
	/* a thing that no record knows must not be made */
	if (run->journal_broken)
		kill(pid, SIGKILL);
}

/* When the command TEXT failed for want of something: what that is. */
static void say_hint(struct run *run, const char *text, const struct outcome *outcome)
{
	const char *hint = outcome->how != ENDED
	                           ? NULL
	                           : needs_hint(run->executor->needs, text, buffer_text(&outcome->stream[STREAM_ERR]),
	                                        &run->arena);
	if (hint)
		complain("hint: %s", hint);
}

/* Has the record's script do MOMENT ("before" or "after") for an entry.  Returns the first line that it prints, in
 * the run's arena, or NULL when it failed, which has been said. */
static const char *note_state(struct run *run, const struct undo *undo, const char *moment, bool *same)
{
	struct outcome outcome;
	struct job job = { .silent = true, .timeout = execute_limit(run->executor, RESTORE_TIMEOUT),
		               .text = restore_command(&run->arena, run->plan->model->name, moment, undo->rank,
		                                       *moment == 'b' ? undo->restore : "") };
	execute(run->executor, &job, &outcome, &run->arena);
	*same = outcome.how == ENDED && outcome.status == RESTORE_SAME;
	bool good = outcome_good(&outcome) || *same;
	char *said = arena_strdup(&run->arena, buffer_text(&outcome.stream[STREAM_OUT]));
	said[strcspn(said, "\n")] = '\0';
	if (!good) {
		complain("%s:%u: cannot note what is there, to put it back: %s", run->plan->model->file, undo->line,
		         execute_words(run->executor, &job, &outcome, &run->arena));
		print_indented(stderr, buffer_text(&outcome.stream[STREAM_ERR]));
		say_hint(run, job.text, &outcome);
	}
	outcome_free(&outcome);
	return good ? said : NULL;
}

/* What is to be noted of an entry before the command that makes it necessary. */
static bool prepare_entry(struct run *run, const struct undo *undo, size_t i)
{
	run->undo_texts[i] = undo->text;
	run->inverses[i] = undo->inverse;
	if (undo->class == UNDO_DIRECTORY && !common_note_directory(undo->link)) {
		complain("%s:%u: cannot note that '%s' is made: %s", run->plan->model->file, undo->line, undo->link, strerror(errno));
		return false;
	}
	if (!undo->restore)
		return true;
	/* the script notes things that are not this network's alone: it must be undone from here on */
	if (!journal_will(&run->journal, &undo, &undo->text, 1, 0)) {
		run->journal_broken = true;
		return false;
	}
	const char *said = note_state(run, undo, "before", &run->same);
	if (said && *said)
		run->inverses[i] = arena_printf(&run->arena, "%s%s", undo->inverse, said);
	return said;
}

static bool prepare_undo(struct run *run)
{
	run->same = false;
	for (size_t i = 0; i < COUNT(run->command->begins); i++) {
		const struct undo *undo = run->command->begins[i];
		run->undo_texts[i] = run->inverses[i] = NULL;
		if (undo && !prepare_entry(run, undo, i))
			return false;
	}
	return true;
}

/* Did a command that makes all or nothing say that the thing is there, and so somebody else's? */
static bool says_taken(const struct undo *undo, const struct outcome *outcome)
{
	return undo_rule(undo->class)->atomic && outcome_refused(outcome) &&
	       strstr(buffer_text(&outcome->stream[STREAM_ERR]), "File exists");
}

/* Notes what became of the things that the command was to make.  False when that cannot be noted, which has been said. */
static bool settle_undo(struct run *run, const struct outcome *outcome)
{
	const struct command *command = run->command;
	bool good = outcome_good(outcome), noted = true, unused;
	for (size_t i = 0; i < COUNT(command->begins); i++) {
		const struct undo *undo = command->begins[i];
		if (!undo || run->journal_broken || !run->noted)
			continue;
		if (good && undo->restore)
			noted &= note_state(run, undo, "after", &unused) != NULL;
		uint64_t id = good ? owned_identity(undo->class, undo->netns, undo->link) : 0;
		/* what cannot be seen now may have been made, as far as the record knows; so may what a command was to make that
		 * failed */
		if (good && id != IDENTITY_UNSEEN)
			journal_done(&run->journal, undo->rank, id, owned_place(undo->class, undo->netns, undo->link));
		else if (says_taken(undo, outcome))
			journal_gone(&run->journal, undo->rank);
	}
	if (good && command->ends)
		journal_gone(&run->journal, command->ends->rank);
	return noted;
}

/* Does it change what is common to all networks on the host? */
static bool is_of_host(const struct command *command)
{
	for (size_t i = 0; i < COUNT(command->begins); i++) {
		const struct undo *undo = command->begins[i];
		if (undo && (undo->class == UNDO_HOST || undo->class == UNDO_DIRECTORY))
			return true;
	}
	return false;
}

static const char *phase_name(const struct command *command)
{
	static const char *const others[] = { [COMMAND_DAEMON] = "daemon", [COMMAND_RUN] = "run", [COMMAND_WAIT] = "wait",
		                                  [COMMAND_SHOW] = "show", [COMMAND_CHECK] = "check" };
	return command->kind == COMMAND_BUILD ? phase_word(command->phase) : others[command->kind];
}

static void tell(struct run *run, const struct outcome *outcome, const char *why)
{
	if (run->options->seen)
		run->options->seen(run->options->user, &(struct run_result){ run->command, NULL, outcome, why, run->inverses });
}

static void tell_of_companion(void *user, const struct companion *companion, const struct outcome *outcome)
{
	struct run *run = user;
	if (run->options->seen)
		run->options->seen(run->options->user,
		                   &(struct run_result){ run->command, companion, outcome, NULL, run->inverses });
}

/* What the user wrote may take as long as it needs, unless --timeout says otherwise. */
static struct job job_of(struct run *run, const struct command *command)
{
	bool own = command->kind != COMMAND_BUILD && command->kind != COMMAND_WAIT;
	return (struct job){ .text = command->text, .shell = command->shell,
		                 .timeout = execute_limit(run->executor, own ? 0 : COMMAND_TIMEOUT),
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
		print_outcome(stderr, outcome, STREAM_OUT);
		print_outcome(stderr, outcome, STREAM_ERR);
	}
	say_hint(run, run->command->text, outcome);
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
			pause_briefly();
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
		show(stdout, "        %s - %s\n", good ? "ok" : "not ok", title);
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

/* Runs a command whose undoing is prepared, and settles that. */
static bool run_prepared(struct run *run, const struct command *command)
{
	struct outcome outcome = { .how = ENDED };
	struct job job = job_of(run, command);
	const char *why = NULL;
	bool good = true;
	if (run->same) {
		execute_nothing(run->executor, &job, "is so already");
		note_intents(run, 0);
	} else if (command->kind == COMMAND_RUN) {
		good = check_holds(run->executor, command, &job, &outcome, &run->arena, &why);
	} else {
		execute(run->executor, &job, &outcome, &run->arena);
		good = outcome_good(&outcome);
	}
	if (!good && !why)
		why = execute_words(run->executor, &job, &outcome, &run->arena);
	bool noted = run->same || settle_undo(run, &outcome);
	if (!good && run->journal_broken)
		complain("the record in %s/%s cannot be written, so nothing more is made", rundir(), run->plan->model->name);
	else if (!good && !stop_wanted)
		complain_of(run, why, &outcome, true);
	tell(run, &outcome, why);
	if (!good && command->kind == COMMAND_SHOW) {
		run->failed_checks++;
		good = true;
	}
	outcome_free(&outcome);
	return good && noted && !run->journal_broken;
}

static bool run_command(struct run *run, const struct command *command)
{
	run->command = command;
	run->noted = false;
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
	int lock = -1;
	if (is_of_host(command)) {
		const char *wrong = NULL;
		lock = common_lock(run->executor->stop, &run->arena, &wrong);
		if (lock < 0) {
			complain("%s:%u: %s", run->plan->model->file, command->line, wrong);
			return false;
		}
	}
	bool good = prepare_undo(run) && run_prepared(run, command);
	if (!good && run->journal_broken && !run->noted)
		complain("the record in %s/%s cannot be written, so nothing more is made", rundir(), run->plan->model->name);
	common_unlock(lock);
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
			if (!command_is_wanted(command, run->options->looks))
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

/* Undoes the record that JOURNAL has been written for, which stays ours until it is gone; JOURNAL is closed. */
static bool undo_all(struct executor *executor, const char *name, struct journal *journal)
{
	struct record record;
	const char *wrong;
	/* from here on nobody stops us: what is half undone helps nobody */
	executor->stop = NULL;
	bool there = record_read_own(&record, name, journal, &wrong);
	if (wrong)
		complain("%s", wrong);
	bool good = !wrong && there && teardown(executor, &record);
	record_close(&record);
	return good;
}

/* Notes the devices and tables that must be as they are, before anything is changed.  False when one is not, which has
 * been said. */
static bool note_first(struct run *run)
{
	const struct plan *plan = run->plan;
	const char *wrong = NULL;
	bool good = true, same;
	int lock = -1;
	for (size_t i = 0; i < plan->n_undo && good; i++) {
		const struct undo *undo = plan->undo[i];
		if (!undo->first)
			continue;
		if (lock < 0)
			lock = common_lock(run->executor->stop, &run->arena, &wrong);
		if (lock < 0)
			complain("%s:%u: %s", plan->model->file, undo->line, wrong);
		good = lock >= 0 && journal_will(&run->journal, &undo, &undo->text, 1, 0) && note_state(run, undo, "before", &same);
	}
	common_unlock(lock);
	return good;
}

static bool write_restore(const char *name, const char *text)
{
	struct arena scratch = { 0 };
	const char *path = arena_printf(&scratch, "%s/restore", rundir_of(&scratch, name));
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	arena_free(&scratch);
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
	if (is_up(executor, plan->model) || names_taken(plan) || requirements_fail(executor, plan))
		return EXIT_REFUSED;
	if (!journal_start(&run.journal, name, plan->model->file, &run.arena, &wrong, &taken)) {
		if (!taken)
			complain("%s", wrong);
		else if (!is_up(executor, plan->model))
			complain("another vnetgen has just worked on %s; try again", name);
		arena_free(&run.arena);
		return EXIT_REFUSED;
	}
	if (!note_names(&run.journal, plan->model) || (*options->restore && !write_restore(name, options->restore))) {
		complain("cannot write the record in %s/%s: %s", rundir(), name, strerror(errno));
		arena_free(&run.arena);
		undo_all(executor, name, &run.journal);
		return EXIT_REFUSED;
	}
	executor->stop = &stop_wanted;
	if (!note_first(&run)) {
		arena_free(&run.arena);
		return undo_all(executor, name, &run.journal) ? EXIT_REFUSED : EXIT_LEFT;
	}
	executor->total = count_commands(plan, options->looks);
	bool built = run_steps(&run) && daemons_run(&run.daemons, plan);
	if (built)
		journal_whole(&run.journal);
	daemons_free(&run.daemons);
	arena_free(&run.arena);

	enum exit_status status = run.failed_checks ? EXIT_CHECK : EXIT_DONE;
	bool kept = !built && options->keep && !stop_wanted;
	if (!built)
		status = stop_wanted > 0 ? EXIT_INTERRUPTED : EXIT_UNDONE;
	if (kept)
		complain("what was made is kept; 'vnetgen down %s' takes it away", name);
	if (kept || (built && !options->down)) {
		journal_close(&run.journal);
		return status;
	}
	if (!built)
		complain("%sundoing what was done", stop_wanted > 0 ? "interrupted: " : stop_wanted ? "out of memory: " : "");
	else
		execute_heading(executor, "Teardown");
	if (!undo_all(executor, name, &run.journal)) {
		complain("not all of it could be undone; 'vnetgen down %s' tries again", name);
		return EXIT_LEFT;
	}
	if (!built)
		complain("all of it is undone");
	return status;
}

enum exit_status run_down(struct executor *executor, const char *name, const char *file)
{
	struct record record;
	const char *wrong, *other;
	if (!record_read(&record, name, true, &wrong)) {
		rundir_leave(); /* where an `up` was killed at once there is nothing more of it than this */
		if (!executor->quiet)
			printf("%s is not up\n", name);
		return EXIT_DONE;
	}
	enum exit_status status = EXIT_REFUSED;
	if (wrong)
		complain("%s", wrong);
	else if (record.held)
		complain("%s", record_busy(&record));
	else if (record.elsewhere && !record.stale)
		complain("%s", record_elsewhere(&record));
	else if (record.stale)
		status = clear_stale(executor, &record) ? EXIT_DONE : EXIT_LEFT;
	else if (file && (other = record_of_other(&record, file)))
		complain("%s", other);
	else if (record.script)
		complain("%s was built by a printed script: 'vnetgen down --dry-run SCENARIO | sh' takes it down", name);
	else
		status = teardown(executor, &record) ? EXIT_DONE : EXIT_LEFT;
	record_close(&record);
	return status;
}
