/* plan: what is to be done, as data: steps of commands in their order, and the list that undoes them. */
#include <stdlib.h>

#include "planner.h"
#include "restore.h"

/* Where the topology's phases are built, on a scale where the [step] of number I stands at 2 * I and what comes
 * before it by itself at 2 * I - 1. */
static size_t phase_position(const struct model *model, enum phase phase)
{
	size_t last = 0;
	for (size_t i = 1; i < model->n_steps; i++) {
		const struct step *step = &model->steps[i];
		if (!step->n_build)
			continue;
		last = i;
		bool earlier = false, later = false;
		for (size_t j = 0; j < step->n_build; j++) {
			if (step->build[j] == phase)
				return 2 * i;
			earlier |= step->build[j] < phase;
			later |= step->build[j] > phase;
		}
		/* phases are built in one order, so this step is the first that builds a later one */
		if (later)
			return earlier ? 2 * i : 2 * i - 1;
	}
	return last ? 2 * last + 1 : 1;
}

static bool looks_between(const struct model *model, size_t from, size_t to)
{
	for (size_t i = from / 2 + from % 2; 2 * i < to; i++)
		if (i < model->n_steps && model->steps[i].n_actions)
			return true;
	return false;
}

static struct plan_step *open_step(struct planner *p, const struct step *declared)
{
	struct plan *plan = p->plan;
	p->into = array_add(plan->steps, plan->n, plan->room);
	p->into->declared = declared;
	p->into->title = declared ? declared->title : NULL;
	p->into->line = declared ? declared->line : 0;
	return p->into;
}

/* Drops a step of ours that has nothing to do. */
static void close_step(struct planner *p)
{
	if (!p->into->declared && !p->into->n) {
		free(p->into->commands);
		p->plan->n--;
	}
}

static void make_steps(struct planner *p)
{
	struct model *model = p->model;
	size_t position[PHASES], last = 0;
	for (size_t phase = 0; phase < PHASES; phase++) {
		position[phase] = phase_position(model, (enum phase)phase);
		if (position[phase] > last)
			last = position[phase];
	}
	/* devices may only be created in their place when nobody could see that they are */
	p->in_place = p->style->in_place && !looks_between(model, position[PHASE_LINK], position[PHASE_MOVE]);

	size_t end = 2 * model->n_steps;
	for (size_t at = 1; at <= end || at <= last; at++) {
		bool declared = at % 2 == 0 && at / 2 < model->n_steps;
		if (declared)
			open_step(p, &model->steps[at / 2]);
		for (size_t phase = 0; phase < PHASES; phase++) {
			if (position[phase] != at)
				continue;
			if (!declared)
				open_step(p, NULL);
			p->into->topology_phase[phase] = true;
			build_phase(p, &model->steps[0], (enum phase)phase);
			if (!declared)
				close_step(p);
		}
		if (declared) {
			bool in_place = p->in_place;
			p->in_place = p->style->in_place; /* links and moves of a step's own sections are in one step */
			for (size_t phase = 0; phase < PHASES; phase++)
				build_phase(p, &model->steps[at / 2], (enum phase)phase);
			p->in_place = in_place;
			build_actions(p, &model->steps[at / 2]);
		}
		/* [run]s and [check]s before the first [step] */
		if (at == last) {
			open_step(p, NULL);
			build_actions(p, &model->steps[0]);
			close_step(p);
		}
	}
}

const struct undo_rule *undo_rule(enum undo_class class)
{
	static const struct undo_rule rules[UNDO_CLASSES] = {
		[UNDO_RUN] = { TURN_ACTIONS, "run", BY_NOTHING, false },
		[UNDO_DAEMON] = { TURN_ACTIONS, "process", BY_PROCESS, false },
		[UNDO_HOST] = { TURN_HOST, "device", BY_NOTHING, false },
		[UNDO_FILE] = { TURN_HOST, "file", BY_FILE, false },
		[UNDO_DIRECTORY] = { TURN_HOST, "directory", BY_MARK, false },
		[UNDO_UPON] = { TURN_HOST, "device", BY_LINK, true },
		[UNDO_EARLY] = { TURN_EARLY, "device", BY_LINK, true },
		[UNDO_NETNS] = { TURN_NETNS, "namespace", BY_NETNS, true },
		[UNDO_LINK] = { TURN_LINKS, "device", BY_LINK, true },
	};
	return &rules[class];
}

static int by_rank(const void *left, const void *right)
{
	const struct undo *a = *(struct undo *const *)left, *b = *(struct undo *const *)right;
	enum undo_turn turn = undo_rule(a->class)->turn, other = undo_rule(b->class)->turn;
	if (turn != other)
		return turn < other ? -1 : 1;
	/* what uses something goes before that: a daemon may use what a run before it has made, and a run what one offers;
	 * the rest goes in the order of the file */
	if (turn == TURN_ACTIONS || turn == TURN_HOST)
		return a->order > b->order ? -1 : 1;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

void plan_make(struct plan *plan, struct model *model, const struct style *style, struct report *report)
{
	*plan = (struct plan){ .model = model };
	struct planner p = { .plan = plan, .model = model, .style = style, .report = report };
	p.ports = xcalloc(model->n_links + 1, sizeof *p.ports);
	place_find_after_moves(&p);
	make_steps(&p);
	build_last_waits(&p);
	if (plan->n_undo)
		qsort(plan->undo, plan->n_undo, sizeof(struct undo *), by_rank);
	for (size_t i = 0; i < plan->n_undo; i++) {
		struct undo *undo = plan->undo[i];
		undo->rank = i;
		if (undo->restore)
			undo->text = restore_command(&plan->arena, model->name, "undo", i, "");
	}
	free(p.ports);
	fresh_free(&p.fresh_run);
	fresh_free(&p.fresh_look);
	table_free(&p.directories);
	table_free(&p.made);
	arena_free(&p.scratch);
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		free(plan->steps[i].commands);
	free(plan->steps);
	free(plan->undo);
	free(plan->requirements);
	arena_free(&plan->arena);
	*plan = (struct plan){ 0 };
}
