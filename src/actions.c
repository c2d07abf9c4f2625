/* actions: the commands of the user's own, in a plan: daemons, shows, runs, checks, and the waits before them. */
#include <stdlib.h>

#include "planner.h"
#include "rundir.h"

/* A line of the user's as it is printed and executed in NETNS. */
static const char *user_text(struct planner *p, const char *line, const struct netns *netns, unsigned number,
                             bool *shell)
{
	bool host = !place_is_owned(p, netns), needs = words_need_shell(line);
	const char *text = line;
	*shell = needs && host && words_are_pipeline(line);
	if (*shell)
		return text;
	if (needs) {
		char *words[] = { "sh", "-c", arena_strdup(&p->scratch, line), NULL };
		text = words_join(&p->plan->arena, &(struct words){ .word = words, .n = 3 });
	}
	if (!host) {
		struct data *fields = emit_fields(p, netns);
		emit_set(p, fields, "command", text);
		text = emit_text(p, EXEC, fields, number);
	}
	arena_clear(&p->scratch);
	return text;
}

void fresh_note(struct fresh *fresh, const struct planner *p, struct netns *netns)
{
	if (!fresh->has)
		fresh->has = xcalloc(p->model->n_namespaces + 1, sizeof *fresh->has);
	if (!fresh->has[netns->number])
		*array_add(fresh->netns, fresh->n, fresh->room) = netns;
	fresh->has[netns->number] = true;
}

void fresh_free(struct fresh *fresh)
{
	free(fresh->netns);
	free(fresh->has);
}

static void forget(struct fresh *fresh)
{
	for (size_t i = 0; i < fresh->n; i++)
		fresh->has[fresh->netns[i]->number] = false;
	fresh->n = 0;
}

static const char *wait_text(struct planner *p, const struct netns *netns)
{
	const char *text = emit_text(p, TENTATIVE, emit_fields(p, netns), 0);
	arena_clear(&p->scratch);
	return text;
}

static struct command *wait_in(struct planner *p, const struct netns *netns)
{
	struct command *wait = emit_line(p, COMMAND_WAIT, wait_text(p, netns), 0, netns);
	wait->group = "wait";
	return wait;
}

/* Before what only looks, or before what others may rely on. */
static void wait_for(struct planner *p, bool look)
{
	struct fresh *fresh = look ? &p->fresh_look : &p->fresh_run;
	for (size_t i = 0; i < fresh->n; i++)
		wait_in(p, fresh->netns[i])->look = look;
	forget(fresh);
	if (!look)
		forget(&p->fresh_look);
}

static bool only_looks(const struct plan_step *step)
{
	bool looks = true;
	for (size_t i = 0; i < step->n; i++)
		looks &= step->commands[i].look;
	return looks;
}

void build_last_waits(struct planner *p)
{
	/* what gave the addresses is in one of them */
	for (p->into = p->plan->steps + p->plan->n; p->fresh_run.n && only_looks(--p->into);)
		;
	for (size_t i = 0; i < p->fresh_run.n; i++) {
		const struct netns *netns = p->fresh_run.netns[i];
		wait_in(p, netns)->unlooked = !p->fresh_look.has[netns->number];
	}
}

void build_daemons(struct planner *p, const struct step *step)
{
	for (size_t i = 0; i < step->n_daemons; i++) {
		const struct daemon *daemon = &step->daemons[i];
		bool shell;
		emit_need_netns(p, daemon->netns, daemon->line, daemon->header);
		wait_for(p, false); /* it may listen at an address */
		const char *text = user_text(p, daemon->run, daemon->netns, daemon->line, &shell);
		struct command *command = emit_line(p, COMMAND_DAEMON, text, daemon->line, daemon->netns);
		command->shell = shell;
		command->daemon = daemon;
		command->group = "daemon";
		command->detail = daemon->name;
		if (daemon->ready)
			command->ready = user_text(p, daemon->ready, daemon->netns, daemon->line, &command->ready_shell);
		struct undo *undo = emit_undo(p, UNDO_DAEMON, "", daemon->line);
		undo->netns = daemon->netns->name;
		undo->link = daemon->name;
		command->begins[0] = undo;
		emit_requirement(p, arena_printf(&p->plan->arena, "%s/%s.log", rundir_of(&p->scratch, p->model->name), daemon->name),
		                 PATH_FREE, daemon->line);
	}
}

static void add_triggers(struct planner *p, struct command *command, const struct action *action)
{
	command->triggers = arena_alloc(&p->plan->arena, (action->n_triggers + 1) * sizeof *command->triggers);
	for (size_t i = 0; i < action->n_triggers; i++) {
		const struct trigger *trigger = &action->triggers[i];
		struct companion *companion = &command->triggers[command->n_triggers++];
		emit_need_netns(p, trigger->netns, trigger->line, action->header);
		companion->line = trigger->line;
		companion->text = user_text(p, trigger->run, trigger->netns, trigger->line, &companion->shell);
	}
}

void build_actions(struct planner *p, const struct step *step)
{
	static const enum command_kind kinds[] = { [ACTION_SHOW] = COMMAND_SHOW, [ACTION_RUN] = COMMAND_RUN,
		                                       [ACTION_CHECK] = COMMAND_CHECK };
	p->phase = NO_PHASE;
	for (size_t i = 0; i < step->n_actions; i++) {
		const struct action *action = &step->actions[i];
		bool look = action->kind != ACTION_RUN;
		wait_for(p, look);
		emit_need_netns(p, action->netns, action->line, action->header);
		bool shell;
		const char *text = user_text(p, action->run, action->netns, action->line, &shell);
		struct command *command = emit_line(p, kinds[action->kind], text, action->line, action->netns);
		command->shell = shell;
		command->look = look;
		command->action = action;
		command->group = action->kind == ACTION_SHOW ? "show" : "action";
		command->detail = action->title;
		add_triggers(p, command, action);
		if (action->undo) {
			text = user_text(p, action->undo, action->netns, action->line, &shell);
			struct undo *undo = emit_undo(p, UNDO_RUN, text, action->line);
			undo->shell = shell;
			command->begins[0] = undo;
		}
	}
}
