/* checks: does a [check], or what a [run] promises, hold? */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "checks.h"
#include "expression.h"
#include "untried.h"

static bool matches(const char *pattern, const struct outcome *outcome, struct arena *arena)
{
	/* checked when the scenario was read */
	regex_t regex;
	if (expression_compile(arena, &regex, pattern, REG_NOSUB))
		return false;
	bool found = false;
	for (size_t i = 0; i < COUNT(outcome->stream); i++) {
		const struct buffer *said = &outcome->stream[i];
		const char *line = NULL;
		size_t length;
		while (!found && next_line(buffer_text(said), said->length, &line, &length))
			found = expression_fits(&regex, line, length);
	}
	regfree(&regex);
	return found;
}

/* The exit status of what ended, as a shell has it, also of what was killed and of what is not there. */
static int shell_status(const struct outcome *outcome)
{
	if (outcome->how == KILLED)
		return 128 + outcome->status;
	if (outcome->how == NOT_STARTED)
		return outcome->status == ENOENT ? 127 : 126;
	return outcome->status;
}

/* A failure that is expected must be the network's: not that of a command that was not there, hung, was killed, or did
 * not reach the part that it tests.  When the scenario names an exit status, the status decides, but the command must
 * have run in its place. */
static const char *untried(const struct executor *executor, const struct action *action, const struct job *job,
                           const struct outcome *outcome, struct arena *arena)
{
	static const enum untried_scope scopes[] = { [EXPECT_SUCCESS] = UNTRIED_SAID, [EXPECT_FAILURE] = UNTRIED_STATUS,
		                                         [EXPECT_STATUS] = UNTRIED_PLACE };
	enum untried_scope scope = scopes[action->expect.kind];
	if (action->expect.kind == EXPECT_SUCCESS && !untried_negates(executor->untried, job->text))
		return NULL;
	const char *sign = untried_sign(executor->untried, scope, job->text, outcome, shell_status(outcome), arena);
	return sign ? arena_printf(arena, "it could not be tried: %s", sign) : NULL;
}

static const char *wrong_status(const struct expectation *expect, int status, struct arena *arena)
{
	switch (expect->kind) {
	case EXPECT_FAILURE:
		return status ? NULL : "it succeeded, and failure is expected";
	case EXPECT_STATUS:
		return status == expect->status
		               ? NULL
		               : arena_printf(arena, "exit status %d, and %d is expected", status, expect->status);
	default:
		return status ? arena_printf(arena, "exit status %d", status) : NULL;
	}
}

static const char *wrong_with(struct executor *executor, const struct action *action, const struct job *job,
                              const struct outcome *outcome, struct arena *arena)
{
	if (outcome->how == TIMED_OUT)
		return arena_printf(arena, "it did not end within %g s", job->timeout);
	if (outcome->how == LOST || (outcome->how != ENDED && action->expect.kind != EXPECT_STATUS))
		return execute_words(executor, job, outcome, arena);
	const char *wrong = untried(executor, action, job, outcome, arena);
	if (!wrong)
		wrong = wrong_status(&action->expect, shell_status(outcome), arena);
	if (!wrong && action->match && !matches(action->match, outcome, arena))
		wrong = arena_printf(arena, "nothing that it printed matches '%s'", action->match);
	return wrong;
}

static void pause_for(double seconds)
{
	nanosleep(&(struct timespec){ (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) }, NULL);
}

/* The triggers of a check, while its command runs. */
struct triggering {
	struct executor *executor;
	const struct command *command;
	const struct job *job;
	struct arena *arena;
	const char *why; /* one of them could not be run; NULL: all were */
};

static void run_triggers(void *user)
{
	struct triggering *triggering = user;
	for (size_t i = 0; i < triggering->command->n_triggers; i++) {
		const struct companion *trigger = &triggering->command->triggers[i];
		struct outcome outcome;
		struct job job = { .text = trigger->text, .shell = trigger->shell, .companion = true,
			               .timeout = triggering->job->timeout, .log = triggering->job->log };
		job.log.phase = "trigger";
		job.log.line = trigger->line;
		execute(triggering->executor, &job, &outcome, triggering->arena);
		/* whether it succeeds is its own affair: a ping that nobody answers can be what is looked for */
		const char *sign = outcome.how != ENDED
		                           ? execute_words(triggering->executor, &job, &outcome, triggering->arena)
		                           : untried_sign(triggering->executor->untried, UNTRIED_SAID, job.text, &outcome,
		                                          outcome.status, triggering->arena);
		if (sign)
			triggering->why = arena_printf(triggering->arena, "its trigger '%s': %s", trigger->text, sign);
		if (triggering->job->seen)
			triggering->job->seen(triggering->job->seen_user, trigger, &outcome);
		outcome_free(&outcome);
	}
}

bool check_holds(struct executor *executor, const struct command *command, struct job *job, struct outcome *outcome,
                 struct arena *arena, const char **why)
{
	const struct action *action = command->action;
	struct triggering triggering = { executor, command, job, arena, NULL };
	double end = now_monotonic() + action->within;
	/* which exit status that is, only the command says */
	*why = action->expect.kind == EXPECT_STATUS ? NULL : execute_line_missing(executor, action->run, arena);
	if (*why) {
		*outcome = (struct outcome){ .how = NOT_STARTED, .status = ENOENT };
		executor->number++;
		return false;
	}
	if (action->kind == ACTION_CHECK)
		job->timeout = action->timeout > 0 ? action->timeout : execute_limit(executor, CHECK_TIMEOUT);
	if (command->n_triggers) {
		job->waiting = run_triggers;
		/* cppcheck-suppress autoVariables ; the job is run here and nowhere after */
		job->user = &triggering;
	}
	size_t number = executor->number;
	for (;;) {
		triggering.why = NULL;
		execute(executor, job, outcome, arena);
		*why = triggering.why ? triggering.why : wrong_with(executor, action, job, outcome, arena);
		if (!*why || now_monotonic() >= end || (executor->stop && *executor->stop))
			return !*why;
		outcome_free(outcome);
		executor->number = number; /* an attempt is no command of its own */
		pause_for(0.2);
	}
}

void check_wait(struct executor *executor, const struct job *job, struct arena *arena)
{
	double end = now_monotonic() + WAIT_SECONDS;
	struct job question = *job;
	question.silent = true;
	question.born = NULL; /* it makes nothing that a record must know */
	for (;;) {
		struct outcome outcome;
		execute(executor, &question, &outcome, arena);
		bool ready = !outcome_good(&outcome) || !outcome.stream[STREAM_OUT].length;
		outcome_free(&outcome);
		if (ready || now_monotonic() >= end || (executor->stop && *executor->stop))
			return;
		pause_for(0.05);
	}
}

/* --- the hint --- */

static bool answers(struct executor *executor, const char *netns, const char *question, const char *answer,
                    struct arena *arena)
{
	struct outcome outcome;
	struct buffer text = { 0 };
	if (*netns) {
		buffer_puts(&text, "ip netns exec ");
		words_quote(&text, netns);
		buffer_putc(&text, ' ');
	}
	buffer_puts(&text, question);
	struct job job = { .text = buffer_text(&text), .silent = true, .timeout = 5 };
	execute(executor, &job, &outcome, arena);
	bool yes = outcome_good(&outcome) && starts_with(buffer_text(&outcome.stream[STREAM_OUT]), answer);
	outcome_free(&outcome);
	buffer_free(&text);
	return yes;
}

const char *check_hint(struct executor *executor, const struct plan *plan, const struct action *action,
                       struct arena *arena)
{
	if (!expects_success(&action->expect))
		return NULL;
	const struct netns *asked = NULL;
	for (size_t i = 0; i < plan->model->n_links; i++) {
		const struct link *bridge = plan->model->links[i];
		if (!bridge->kind->bridge || bridge->end == asked)
			continue;
		asked = bridge->end;
		if (!answers(executor, asked->name, "sysctl -n net.bridge.bridge-nf-call-iptables", "1", arena) ||
		    !answers(executor, asked->name, "iptables -S FORWARD", "-P FORWARD DROP", arena))
			continue;
		const char *where = *asked->name ? arena_printf(arena, "ip netns exec %s ", asked->name) : "";
		return arena_printf(arena, "packets across the bridge %s go through iptables here "
		                    "(net.bridge.bridge-nf-call-iptables is 1), and its FORWARD policy is DROP; allow them with\n"
		                    "  %siptables -I FORWARD -i %s -j ACCEPT\n"
		                    "or take bridges out of iptables' hands with\n"
		                    "  %ssysctl -w net.bridge.bridge-nf-call-iptables=0",
		                    bridge->name, where, bridge->name, where);
	}
	return NULL;
}
