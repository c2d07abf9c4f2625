/* daemons: processes of a network that run until its teardown. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemons.h"
#include "kernel.h"
#include "report.h"
#include "rundir.h"

enum { LAST_LINES = 10 };

/* For one that has no `ready`: time to find that it cannot start. */
static const double settling = 0.2;

struct birth {
	struct journal *journal;
	const struct undo *undo;
	bool broken;
};

static void note_birth(void *user, pid_t pid)
{
	struct birth *birth = user;
	char text[64];
	const char *texts[] = { text };
	snprintf(text, sizeof text, "kill -- -%d", (int)pid);
	if (!journal_will(birth->journal, &birth->undo, texts, 1, 0) || !journal_runs(birth->journal, birth->undo->rank, pid)) {
		birth->broken = true;
		kill(pid, SIGKILL);
	}
}

static const char *log_path(const struct plan *plan, const struct command *command, struct arena *arena)
{
	return arena_printf(arena, "%s/%s.log", rundir_of(arena, plan->model->name), command->daemon->name);
}

static void print_last_lines(const char *path)
{
	size_t length, n = 0;
	char *text = file_read(path, &length);
	if (!text)
		return;
	const char *end = text + length, *line = end;
	while (line > text && (line[-1] != '\n' || line == end || ++n < LAST_LINES))
		line--;
	print_indented(stderr, line);
	free(text);
}

static void pause_for(double seconds)
{
	nanosleep(&(struct timespec){ .tv_nsec = (long)(seconds * 1e9) }, NULL);
}

/* True when it has ended, which is said. */
static bool has_ended(struct running *running, const struct plan *plan)
{
	struct arena scratch = { 0 };
	int status;
	if (running->pid > 0 && waitpid(running->pid, &status, WNOHANG) != running->pid)
		return false;
	const struct daemon *daemon = running->command->daemon;
	const char *path = log_path(plan, running->command, &scratch);
	if (running->pid > 0) {
		struct outcome outcome = { .how = WIFSIGNALED(status) ? KILLED : ENDED,
			                       .status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status) };
		kill(-running->pid, SIGKILL); /* what it left in the background is no daemon that we could find again */
		complain("%s:%u: the daemon %s has ended: %s; a daemon stays in the foreground. Its last lines in %s:",
		         plan->model->file, daemon->line, daemon->name, outcome_words(&outcome, NULL, &scratch), path);
		print_last_lines(path);
	}
	running->pid = 0;
	arena_free(&scratch);
	return true;
}

/* Asks until it is ready, its time is over, or it has ended. */
static bool wait_until_ready(struct running *running, struct executor *executor, const struct plan *plan,
                             struct arena *arena)
{
	const struct command *command = running->command;
	double within = command->daemon->within > 0 ? command->daemon->within : READY_SECONDS;
	double end = now_monotonic() + (command->ready ? within : settling);
	struct job job = { .text = command->ready, .shell = command->ready_shell, .silent = true, .timeout = within };
	while (!has_ended(running, plan)) {
		struct outcome outcome = { .how = ENDED };
		bool ready = false;
		if (command->ready) {
			execute(executor, &job, &outcome, arena);
			ready = outcome_good(&outcome);
		}
		if (ready || now_monotonic() >= end || (executor->stop && *executor->stop)) {
			bool good = (ready || !command->ready) && !has_ended(running, plan);
			if (!ready && command->ready && !(executor->stop && *executor->stop)) {
				complain("%s:%u: the daemon %s was not ready within %g s: '%s': %s", plan->model->file,
				         command->daemon->line, command->daemon->name, within, command->ready,
				         execute_words(executor, &job, &outcome, arena));
				print_indented(stderr, buffer_text(&outcome.stream[STREAM_ERR]));
				print_last_lines(log_path(plan, command, arena));
			}
			outcome_free(&outcome);
			return good;
		}
		outcome_free(&outcome);
		pause_for(0.05);
	}
	return false;
}

bool daemons_start(struct daemons *daemons, struct executor *executor, struct journal *journal, const struct plan *plan,
                   const struct command *command, const struct job *job, struct arena *arena)
{
	struct birth birth = { .journal = journal, .undo = command->begins[0] };
	struct job own = *job;
	struct outcome outcome;
	const char *path = log_path(plan, command, arena);
	const char *missing = execute_line_missing(executor, command->daemon->run, arena);
	if (missing) {
		complain("%s:%u: the daemon %s: %s", plan->model->file, command->line, command->daemon->name, missing);
		return false;
	}
	int output = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (output < 0) {
		complain("cannot write %s: %s", path, strerror(errno));
		return false;
	}
	own.born = note_birth;
	own.user = &birth;
	pid_t pid = execute_background(executor, &own, output, &outcome, arena);
	close(output);
	if (pid < 0 || birth.broken) {
		complain("%s:%u: '%s' failed: %s", plan->model->file, command->line, command->text,
		         birth.broken ? "the record cannot be written" : execute_words(executor, &own, &outcome, arena));
		return false;
	}
	journal_done(journal, command->begins[0]->rank, 0, 0);
	if (!executor->quiet)
		printf("        process %d, log in %s\n", (int)pid, path);
	fflush(stdout);
	struct running *running = array_add(daemons->running, daemons->n, daemons->room);
	*running = (struct running){ command, pid };
	return wait_until_ready(running, executor, plan, arena);
}

bool daemons_run(struct daemons *daemons, const struct plan *plan)
{
	bool good = true;
	for (size_t i = 0; i < daemons->n; i++)
		good &= !has_ended(&daemons->running[i], plan);
	return good;
}

void daemons_free(struct daemons *daemons)
{
	free(daemons->running);
	*daemons = (struct daemons){ 0 };
}

/* --- at teardown --- */

uint64_t daemon_identity(const struct journal_entry *entry)
{
	int status;
	if (!entry->pid)
		return 0;
	waitpid(entry->pid, &status, WNOHANG); /* when it is our child, it is there until it is buried */
	uint64_t start = kernel_process_start(entry->pid);
	return start == entry->start || start == IDENTITY_UNSEEN ? start : 0;
}

bool daemon_wait(const struct journal_entry *entry, double seconds)
{
	double end = now_monotonic() + seconds;
	do {
		/* the number of a session is not given to another process as long as there is one in it */
		if (!daemon_identity(entry) && kill(-entry->pid, 0) < 0)
			return true;
		pause_for(0.02);
	} while (now_monotonic() < end);
	return false;
}
