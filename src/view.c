/* view: a plan as the data that templates see. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "markdown.h"
#include "rundir.h"
#include "untried.h"
#include "view.h"

enum {
	MANY_EXPLANATIONS = 2, /* more of them are easier to read as a list */
	MANY_COMMANDS = 60, SHOWN_COMMANDS = 3 /* of more than that a page has the first ones and the last */
};

struct viewing {
	struct arena *arena;
	const struct plan *plan;
	const struct view_options *options;
	struct narrator narrator;
	bool raised; /* has a device been raised by now? */
	bool failed;
	struct table words; /* first words of commands that a script wraps */
	struct data *wrappers;
	bool directories, marks, waits, triggers, quotes; /* quotes: some have what looks like a shell's own */
	const char **checked; /* commands that may not have tried anything; "" of a check where that is seen without */
	size_t n_checked, checked_room;
	struct data *daemons; /* their names */
};

static void set(struct viewing *v, struct data *object, const char *key, const char *value)
{
	data_set_string(v->arena, object, key, value);
}

static void set_number(struct viewing *v, struct data *object, const char *key, size_t number)
{
	set(v, object, key, arena_printf(v->arena, "%zu", number));
}

static void set_flag(struct viewing *v, struct data *object, const char *key, bool value)
{
	data_set_bool(v->arena, object, key, value);
}

/* For comments of scripts, which end where the line does. */
static const char *one_line(struct viewing *v, const char *text)
{
	struct buffer line = { 0 };
	for (; *text; text++) {
		if (*text == '\n')
			buffer_puts(&line, "\\n");
		else
			buffer_putc(&line, *text);
	}
	return buffer_keep(&line, v->arena);
}

/* What a scenario says under one key: in all languages, or instead of it in one. */
struct said {
	const char **texts;
	size_t n;
};

static struct said said_in(struct viewing *v, const struct translations *translations, enum key_id key,
                           const char **texts, size_t n)
{
	struct said said = { arena_alloc(v->arena, (translations->n + 1) * sizeof *said.texts), 0 };
	for (size_t i = 0; i < translations->n; i++)
		if (translations->list[i].key == key && !strcmp(translations->list[i].language, v->narrator.wording->language))
			said.texts[said.n++] = translations->list[i].text;
	return said.n ? said : (struct said){ texts, n };
}

/* A list of objects {line} with the lines of all texts. */
static struct data *lines_of(struct viewing *v, struct said said)
{
	struct data *list = data_list(v->arena);
	for (size_t i = 0; i < said.n; i++) {
		for (const char *line = said.texts[i]; line;) {
			size_t length = strcspn(line, "\n");
			struct data *object = data_object(v->arena);
			set(v, object, "line", arena_strndup(v->arena, line, length));
			data_append(v->arena, list, object);
			line = line[length] ? line + length + 1 : NULL;
		}
	}
	return list;
}

/* The name of the program that a command starts, when a function of a script can have that name and gets arguments (a
 * function that never does is a warning to shellcheck); else NULL. */
static const char *function_name(struct viewing *v, const struct command *command)
{
	size_t length = strcspn(command->text, " ");
	if (command->shell || !length || !command->text[length] || isdigit((unsigned char)*command->text))
		return NULL;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)command->text[i]) && command->text[i] != '_')
			return NULL;
	return arena_strndup(v->arena, command->text, length);
}

/* May a command that no function stands for read what the shell itself is to read, the rest of the script? */
static bool may_read(const struct command *command)
{
	static const char *const others[] = { "ip", "bridge", "tc", "ss", "sysctl", "iptables", "ip6tables" };
	size_t length = strcspn(command->text, " ");
	for (size_t i = 0; i < COUNT(others); i++)
		if (strlen(others[i]) == length && !strncmp(others[i], command->text, length))
			return false;
	return !command->writes;
}

static void note_program(struct viewing *v, const struct command *command, struct data *object)
{
	const char *word = function_name(v, command);
	if (!word) {
		set_flag(v, object, "reads", may_read(command));
		/* the script must be told what it is about to do */
		set(v, object, "announce", command->writes ? arena_printf(v->arena, "writing %s", command->writes) : command->text);
	} else if (!table_get(&v->words, word)) {
		struct data *wrapper = data_object(v->arena);
		set(v, wrapper, "word", word);
		data_append(v->arena, v->wrappers, wrapper);
		table_set(&v->words, word, wrapper);
	}
}

static const char *whole_seconds(struct viewing *v, double value)
{
	return arena_printf(v->arena, "%ld", (long)value + (value > (double)(long)value));
}

static const char *seconds(struct viewing *v, double value)
{
	bool whole = value <= (double)(long)value;
	return arena_printf(v->arena, "%.*f", whole ? 0 : 3, whole || value > 0.001 ? value : 0.001);
}

static void note_checked(struct viewing *v, const char *text)
{
	*array_add(v->checked, v->n_checked, v->checked_room) = text;
}

/* For one attempt; 0: none, as for what others wait for. */
static double limit_of(const struct viewing *v, const struct action *action)
{
	return action->timeout > 0       ? action->timeout
	       : v->options->timeout > 0 ? v->options->timeout
	                                 : action->kind == ACTION_CHECK ? CHECK_TIMEOUT : 0;
}

/* What a script says is expected: `inverted` of a line that has done well when its command failed. */
static const char *expectation_of(struct viewing *v, const struct command *command)
{
	const struct expectation *expect = &command->action->expect;
	if (expect->kind == EXPECT_STATUS)
		return arena_printf(v->arena, "%d", expect->status);
	if (expect->kind == EXPECT_FAILURE)
		return "failure";
	return untried_negates(v->options->untried, command->text) ? "inverted" : "success";
}

static struct data *check_of(struct viewing *v, const struct command *command, struct data *object)
{
	const struct action *action = command->action;
	const char *expect = expectation_of(v, command);
	struct data *check = data_object(v->arena);
	if (!strcmp(expect, "success") && !action->n_triggers && !action->match && action->within <= 0 &&
	    action->timeout <= 0 && v->options->timeout <= 0) {
		set_flag(v, object, "plain", true);
		return NULL;
	}
	note_checked(v, strcmp(expect, "success") ? command->text : "");
	set_flag(v, check, "triggers", false);
	set(v, check, "expect", expect);
	set(v, check, "match", action->match ? action->match : "");
	set(v, check, "within", seconds(v, action->within));
	set(v, check, "timeout", seconds(v, limit_of(v, action)));
	return check;
}

static struct data *view_daemon(struct viewing *v, const struct command *command)
{
	struct data *daemon = data_object(v->arena), *name = data_object(v->arena);
	double within = command->daemon->within > 0 ? command->daemon->within : READY_SECONDS;
	set(v, daemon, "name", command->daemon->name);
	set_flag(v, daemon, "shell", command->shell);
	if (command->ready) {
		struct data *ready = data_object(v->arena);
		set(v, ready, "text", command->ready);
		set_flag(v, ready, "shell", command->ready_shell);
		set(v, ready, "within", whole_seconds(v, within));
		data_set(v->arena, daemon, "ready", ready);
	}
	set(v, name, "name", command->daemon->name);
	data_append(v->arena, v->daemons, name);
	return daemon;
}

static struct data *view_triggers(struct viewing *v, const struct command *command)
{
	struct data *triggers = data_object(v->arena), *list = data_list(v->arena);
	v->triggers = true;
	for (size_t i = 0; i < command->n_triggers; i++) {
		struct data *trigger = data_object(v->arena);
		set(v, trigger, "text", command->triggers[i].text);
		set_flag(v, trigger, "shell", command->triggers[i].shell);
		data_append(v->arena, list, trigger);
		note_checked(v, command->triggers[i].text);
	}
	data_set(v->arena, triggers, "commands", list);
	return triggers;
}

/* What a script notes before a command and after it, so that its teardown knows what to undo. */
static void view_begins(struct viewing *v, const struct command *command, struct data *object)
{
	const struct undo *undo = command->begins[0];
	struct data *note = data_object(v->arena);
	if (!undo || undo_rule(undo->class)->turn > TURN_HOST || undo->class == UNDO_DAEMON || undo->class == UNDO_UPON)
		return;
	set_number(v, note, "number", undo->rank);
	if (undo->class == UNDO_HOST) {
		set(v, note, "kind", undo->restore);
		data_set(v->arena, object, "note", note);
	} else if (undo->class == UNDO_DIRECTORY) {
		v->directories = true;
		set_flag(v, note, "common", command->begins[1] != NULL);
		set(v, note, "path", command->begins[1] ? command->begins[1]->link : undo->link);
		data_set(v->arena, object, "directory", note);
	} else {
		v->marks = true;
		data_set(v->arena, object, "mark", note);
	}
}

static struct data *view_command(struct viewing *v, const struct command *command)
{
	struct data *object = data_object(v->arena);
	v->quotes |= command->writes || strpbrk(command->text, "$`") || strstr(command->text, " do ");
	set(v, object, "text", command->text);
	set_number(v, object, "line", command->line);
	if (command->kind == COMMAND_WAIT) {
		v->waits = true;
		set_flag(v, object, "wait", true);
		return object;
	}
	view_begins(v, command, object);
	if (command->kind == COMMAND_DAEMON) {
		data_set(v->arena, object, "daemon", view_daemon(v, command));
		return object;
	}
	struct data *check = NULL;
	if (command->kind == COMMAND_CHECK || command->kind == COMMAND_RUN)
		check = check_of(v, command, object);
	else
		set_flag(v, object, "plain", true);
	if (check) {
		/* what the function executes is one word for sh -c, or the words */
		set_flag(v, check, "shell", command->shell);
		if (command->n_triggers)
			data_set(v->arena, check, "triggers", view_triggers(v, command));
		data_set(v->arena, object, "check", check);
	} else {
		note_program(v, command, object);
	}
	return object;
}

/* Paragraphs of Markdown, as they are and as HTML. */
static void add_paragraph(struct viewing *v, struct data *list, const char *markdown)
{
	if (!*markdown || !v->options->page)
		return;
	struct data *paragraph = data_object(v->arena);
	set(v, paragraph, "markdown", markdown);
	set(v, paragraph, "html", markdown_html(v->arena, markdown));
	data_append(v->arena, list, paragraph);
}

static struct data *paragraphs_of(struct viewing *v, struct said said)
{
	struct data *list = data_list(v->arena);
	for (size_t i = 0; i < said.n; i++)
		add_paragraph(v, list, said.texts[i]);
	return list;
}

static bool same_group(const struct command *a, const struct command *b)
{
	return !strcmp(a->group, b->group) && !strcmp(a->detail, b->detail);
}

/* Does B stand in one block with A?  What is built does; each show, run and check has one of its own. */
static bool same_block(const struct command *a, const struct command *b)
{
	return a->kind == b->kind && (a->kind == COMMAND_BUILD || a->kind == COMMAND_WAIT);
}

/* Takes out all but the first ones and the last of many. */
static void shorten(struct viewing *v, struct data *list)
{
	if (list->n <= MANY_COMMANDS || v->options->all)
		return;
	struct data *fields = data_object(v->arena);
	set_number(v, fields, "count", list->n - SHOWN_COMMANDS - 1);
	set(v, list->items[SHOWN_COMMANDS - 1], "elided", narrate(&v->narrator, "page", "elided", fields, false));
	list->items[SHOWN_COMMANDS] = list->items[list->n - 1];
	list->n = SHOWN_COMMANDS + 1;
}

/* One comment and the commands below it, N of them; CONTINUED: the one before has the comment. */
static struct data *view_group(struct viewing *v, const struct command *commands, size_t n, bool continued)
{
	struct data *group = data_object(v->arena), *list = data_list(v->arena);
	const char *comment = continued ? "" : narrate_comment(&v->narrator, commands, n);
	if (*comment)
		set(v, group, "comment", one_line(v, comment));
	for (size_t i = 0; i < n; i++)
		data_append(v->arena, list, view_command(v, &commands[i]));
	if (v->options->page)
		shorten(v, list);
	data_set(v->arena, group, "commands", list);
	return group;
}

static const char *stable_output(struct viewing *v, const char *command, const char *output)
{
	return v->options->stable ? stable_apply(v->options->stable, v->arena, command, output) : output;
}

/* What is run while a check waits, each with what it printed. */
static struct data *view_companions(struct viewing *v, const struct command *command, const struct result *result)
{
	struct data *list = data_list(v->arena);
	for (size_t i = 0; i < command->n_triggers; i++) {
		const struct companion *companion = &command->triggers[i];
		struct data *object = data_object(v->arena);
		const char *output = result && result->run ? stable_output(v, companion->text, result->companions[i]) : "";
		set(v, object, "text", companion->text);
		set(v, object, "output", output);
		set(v, object, "fence", markdown_fence(v->arena, arena_printf(v->arena, "%s\n%s", companion->text, output)));
		data_append(v->arena, list, object);
	}
	return list;
}

/* What came of a show, run or check. */
static void view_result(struct viewing *v, struct data *block, const struct command *command,
                        const struct result *result)
{
	struct data *object = data_object(v->arena), *proof = data_list(v->arena);
	if (!result || !result->run)
		return;
	const char *output = stable_output(v, command->text, result->output);
	if (*output)
		set(v, object, "output", output);
	set(v, object, "fence", markdown_fence(v->arena, output));
	set_flag(v, object, "cut", result->cut);
	set_flag(v, object, "good", result->good);
	if (result->why)
		set(v, object, "why", result->why);
	if (command->kind == COMMAND_CHECK || result->why)
		add_paragraph(v, proof, narrate_proof(&v->narrator, command, result->why));
	data_set(v->arena, object, "proof", proof);
	data_set(v->arena, block, "result", object);
	v->failed |= !result->good;
}

/* A block: what one pastes at once.  CONTINUED: one of the same kind stands before it. */
static struct data *view_block(struct viewing *v, const struct plan_step *step, size_t from, size_t to, bool continued)
{
	static const char *const kinds[] = { [COMMAND_BUILD] = "is-build", [COMMAND_DAEMON] = "is-daemon",
		                                 [COMMAND_RUN] = "is-run", [COMMAND_WAIT] = "is-wait", [COMMAND_SHOW] = "is-show",
		                                 [COMMAND_CHECK] = "is-check" };
	const struct command *first = &step->commands[from];
	struct data *block = data_object(v->arena), *groups = data_list(v->arena), *explanations = data_list(v->arena);
	struct buffer text = { 0 };
	set_flag(v, block, kinds[first->kind], true);
	set_flag(v, block, "continued", continued);
	for (size_t i = from, end; i < to; i = end) {
		for (end = i + 1; end < to && same_group(&step->commands[i], &step->commands[end]);)
			end++;
		struct data *group = view_group(v, &step->commands[i], end - i,
		                                continued && first->kind == COMMAND_SHOW);
		set_flag(v, group, "first", i == from);
		data_append(v->arena, groups, group);
		for (size_t j = i; j < end; j++)
			buffer_puts(&text, step->commands[j].text);
		if (v->options->page)
			add_paragraph(v, explanations, first->action ? narrate_action(&v->narrator, first, v->raised)
			                                             : narrate_group(&v->narrator, &step->commands[i], end - i));
		v->raised |= step->commands[i].phase == PHASE_UP;
	}
	data_set(v->arena, block, "groups", groups);
	set_flag(v, block, "several", groups->n > 1);
	data_set(v->arena, block, "explanations", explanations);
	set_flag(v, block, "listed", explanations->n > MANY_EXPLANATIONS);
	set(v, block, "fence", markdown_fence(v->arena, buffer_text(&text)));
	if (first->action && first->kind != COMMAND_SHOW) {
		const char *title = model_title(&first->action->translations, v->narrator.wording->language, first->action->title);
		if (*title)
			set(v, block, "heading", title);
	}
	const struct result *result = v->options->results && first->action
	                                      ? results_get(v->options->results, (size_t)(step - v->plan->steps), from)
	                                      : NULL;
	set_flag(v, block, "prints", first->action != NULL); /* something that is worth a look */
	data_set(v->arena, block, "companions", view_companions(v, first, result));
	view_result(v, block, first, result);
	buffer_free(&text);
	return block;
}

static bool is_wanted(const struct viewing *v, const struct command *command)
{
	return command_is_wanted(command, v->options->checks);
}

static struct data *view_blocks(struct viewing *v, const struct plan_step *step)
{
	struct data *blocks = data_list(v->arena);
	const struct command *last = NULL;
	for (size_t i = 0, end; i < step->n; i = end) {
		end = i + 1;
		if (!is_wanted(v, &step->commands[i]))
			continue;
		while (end < step->n && same_block(&step->commands[i], &step->commands[end]))
			end++;
		bool continued = last && last->kind == step->commands[i].kind;
		data_append(v->arena, blocks, view_block(v, step, i, end, continued));
		last = &step->commands[i];
	}
	return blocks;
}


static struct data *view_steps(struct viewing *v)
{
	struct data *steps = data_list(v->arena);
	const struct plan *plan = v->plan;
	for (size_t i = 0; i < plan->n; i++) {
		const struct step *declared = plan->steps[i].declared;
		struct data *step = data_object(v->arena), *blocks = view_blocks(v, &plan->steps[i]);
		if (!blocks->n)
			continue;
		set_number(v, step, "number", steps->n + 1);
		set(v, step, "title", narrate_title(&v->narrator, &plan->steps[i]));
		static const struct step none;
		if (!declared)
			declared = &none;
		const struct translations *translations = &declared->translations;
		struct said texts = said_in(v, translations, KEY_TEXT, declared->texts, declared->n_texts);
		struct said notes = said_in(v, translations, KEY_NOTE, declared->notes, declared->n_notes);
		/* set in each step, since the scenario has some of its own */
		data_set(v->arena, step, "texts", lines_of(v, texts));
		data_set(v->arena, step, "notes", lines_of(v, notes));
		data_set(v->arena, step, "explanations", paragraphs_of(v, texts));
		data_set(v->arena, step, "remarks", paragraphs_of(v, notes));
		set_flag(v, step, "told", texts.n > 0); /* what the scenario explains, we need not */
		data_set(v->arena, step, "blocks", blocks);
		data_append(v->arena, steps, step);
	}
	for (size_t i = 0; i < steps->n; i++)
		set_number(v, steps->items[i], "total", steps->n);
	return steps;
}

static void add_path(struct viewing *v, struct data *list, const char *path)
{
	struct data *object = data_object(v->arena);
	set(v, object, "path", path);
	data_append(v->arena, list, object);
}

/* What must be free before the script changes anything, and is the network's own afterwards: namespaces, and devices and
 * files. */
static void view_own(struct viewing *v, struct data *view)
{
	const struct model *model = v->plan->model;
	struct data *namespaces = data_list(v->arena), *things = data_list(v->arena), *links = data_list(v->arena);
	for (size_t i = 0; i < model->n_namespaces; i++)
		add_path(v, namespaces, arena_printf(v->arena, "/run/netns/%s", model->namespaces[i]->name));
	for (size_t i = 0; i < model->n_links; i++) {
		const struct link *link = model->links[i];
		if (link->created == model->host && !link->is_lo && !link->existing)
			add_path(v, links, arena_printf(v->arena, "/sys/class/net/%s", link->name));
	}
	for (size_t i = 0; i < links->n; i++)
		data_append(v->arena, things, links->items[i]);
	for (size_t i = 0; i < v->plan->n_requirements; i++)
		if (v->plan->requirements[i].kind == PATH_FREE)
			add_path(v, things, v->plan->requirements[i].path);
	set_flag(v, view, "own", namespaces->n || things->n);
	static const char *const names[] = { "namespaces", "things", "links" };
	struct data *const lists[] = { namespaces, things, links };
	for (size_t i = 0; i < COUNT(lists); i++) {
		struct data *object = data_object(v->arena);
		data_set(v->arena, object, "paths", lists[i]);
		if (lists[i]->n)
			data_set(v->arena, view, names[i], object);
	}
}

/* Devices that must be there. */
static struct data *view_existing(struct viewing *v)
{
	const struct model *model = v->plan->model;
	struct data *list = data_list(v->arena);
	for (size_t i = 0; i < model->n_links; i++) {
		struct data *object = data_object(v->arena);
		if (!model->links[i]->existing)
			continue;
		set(v, object, "path", arena_printf(v->arena, "/sys/class/net/%s", model->links[i]->name));
		data_append(v->arena, list, object);
	}
	return list;
}

/* The paths that something must hold of. */
static struct data *view_required(struct viewing *v, enum requirement_kind kind, struct data *list)
{
	for (size_t i = 0; i < v->plan->n_requirements; i++) {
		const struct requirement *requirement = &v->plan->requirements[i];
		if (requirement->kind != kind)
			continue;
		struct data *object = data_object(v->arena);
		set(v, object, "path", requirement->path);
		data_append(v->arena, list, object);
	}
	return list;
}

/* What the record's script notes, or refuses, before anything is changed. */
static struct data *view_first(struct viewing *v)
{
	struct data *list = data_list(v->arena);
	for (size_t i = 0; i < v->plan->n_undo; i++) {
		const struct undo *undo = v->plan->undo[i];
		struct data *object = data_object(v->arena);
		if (!undo->first)
			continue;
		set_number(v, object, "number", undo->rank);
		set(v, object, "kind", undo->restore);
		data_append(v->arena, list, object);
	}
	return list;
}

/* The teardown list, in three parts: before the namespaces, what the kernel would do too late, and what one types. */
static void view_undo(struct viewing *v, struct data *view)
{
	static const char *const part_of[] = { [TURN_ACTIONS] = "undo_actions", [TURN_HOST] = "undo_host",
		                                   [TURN_EARLY] = "undo_early", [TURN_NETNS] = "undo_last",
		                                   [TURN_LINKS] = "undo_last" };
	static const char *const parts[] = { "undo_actions", "undo_host", "undo_early", "undo_last" };
	static const char *const ways[UNDO_CLASSES] = { [UNDO_RUN] = "guard", [UNDO_DAEMON] = "stop", [UNDO_HOST] = "undo",
		                                            [UNDO_FILE] = "guard" };
	bool guards = false;
	for (size_t p = 0; p < COUNT(parts); p++) {
		struct data *list = data_list(v->arena), *part = data_object(v->arena);
		bool undoes = false;
		for (size_t i = 0; i < v->plan->n_undo; i++) {
			const struct undo *undo = v->plan->undo[i];
			const char *way = ways[undo->class];
			if (strcmp(part_of[undo_rule(undo->class)->turn], parts[p]))
				continue;
			struct data *object = data_object(v->arena);
			guards |= way && !strcmp(way, "guard");
			undoes |= undo->class == UNDO_HOST;
			set(v, object, "text", undo->text);
			set_number(v, object, "number", undo->rank);
			if (undo->link)
				set(v, object, "link", undo->link);
			set_flag(v, object, way ? way : "bare", true);
			data_append(v->arena, list, object);
		}
		data_set(v->arena, part, "commands", list);
		set_flag(v, part, "undoes", undoes);
		if (list->n)
			data_set(v->arena, view, parts[p], part);
	}
	set_flag(v, view, "guards", guards);
}

/* The teardown as one would type it, and what vnetgen does beyond that. */
static struct data *view_teardown(struct viewing *v, size_t number)
{
	struct data *step = data_object(v->arena), *typed = data_list(v->arena), *added = data_list(v->arena);
	struct data *daemons = data_list(v->arena);
	struct data *lent = data_list(v->arena); /* devices that were there before, each once */
	struct table seen = { 0 };
	struct data *explanations = data_list(v->arena), *remarks = data_list(v->arena);
	struct buffer text = { 0 };
	for (size_t i = 0; i < v->plan->n_undo; i++) {
		const struct undo *undo = v->plan->undo[i];
		const char *inverse = undo->class == UNDO_HOST ? undo->inverse : undo->text;
		const char *read = v->options->results ? v->options->results->inverses[undo->rank] : NULL;
		struct data *command = data_object(v->arena);
		/* a setting whose old value is not known ends with its "=" */
		set_flag(v, command, "restore", inverse && !read && (ends_with(inverse, "=") || ends_with(inverse, " ")));
		if (undo_is_device(undo)) {
			if (!table_get(&seen, undo->link)) {
				set(v, command, "text", undo->link);
				table_set(&seen, undo->link, command);
				data_append(v->arena, lent, command);
			}
			continue;
		}
		set(v, command, "text", undo->class == UNDO_DAEMON ? undo->link : read ? read : inverse);
		if (undo->class == UNDO_DAEMON) {
			data_append(v->arena, daemons, command);
			continue;
		}
		if (!undo->added)
			data_append(v->arena, typed, command);
		else if (!undo->passing)
			data_append(v->arena, added, command);
		buffer_puts(&text, inverse);
	}
	shorten(v, typed);
	table_free(&seen);
	struct data *const lists[] = { added, daemons, lent };
	for (size_t i = 0; i < COUNT(lists); i++)
		narrate_places(&v->narrator, lists[i]);
	set_number(v, step, "number", number);
	set(v, step, "title", narrate(&v->narrator, "title", "teardown", step, false));
	set(v, step, "fence", markdown_fence(v->arena, buffer_text(&text)));
	data_set(v->arena, step, "commands", typed);
	data_set(v->arena, step, "added", added);
	data_set(v->arena, step, "daemons", daemons);
	data_set(v->arena, step, "lent", lent);
	set_flag(v, step, "several", lent->n != 1);
	add_paragraph(v, explanations, narrate(&v->narrator, "explain", "teardown", step, true));
	static const char *const remarks_on[] = { "teardown-added", "teardown-daemons", "teardown-lent" };
	for (size_t i = 0; i < COUNT(lists); i++)
		if (lists[i]->n)
			add_paragraph(v, remarks, narrate(&v->narrator, "explain", remarks_on[i], step, true));
	data_set(v->arena, step, "explanations", explanations);
	data_set(v->arena, step, "remarks", remarks);
	buffer_free(&text);
	return step;
}

/* What only a page has. */
static void view_page(struct viewing *v, struct data *view, size_t steps)
{
	const struct model *model = v->plan->model;
	struct said texts = said_in(v, &model->translations, KEY_TEXT, model->texts, model->n_texts);
	struct data *introduction = paragraphs_of(v, texts), *closing = data_list(v->arena);
	if (!texts.n)
		add_paragraph(v, introduction, narrate_scenario(&v->narrator));
	data_set(v->arena, view, "introduction", introduction);
	data_set(v->arena, view, "teardown", view_teardown(v, steps + 1));
	add_paragraph(v, closing, narrate(&v->narrator, "page", "closing", view, true));
	data_set(v->arena, view, "closing", closing);
	set_flag(v, view, "failed", v->failed);
}

struct data *view_make(struct arena *arena, const struct plan *plan, const struct view_options *options,
                       const char **wrong)
{
	const struct model *model = plan->model;
	struct viewing v = { .arena = arena, .plan = plan, .options = options,
		                 .narrator = { .arena = arena, .plan = plan, .wording = options->wording } };
	struct data *view = data_object(arena);
	v.wrappers = data_list(arena);
	v.daemons = data_list(arena);
	set(&v, view, "version", VERSION);
	set(&v, view, "name", model->name);
	set(&v, view, "title", one_line(&v, model_title(&model->translations, options->wording->language, model->title)));
	set(&v, view, "file", one_line(&v, model->file));
	set(&v, view, "style", model->style);
	set(&v, view, "restore_script", options->restore);
	set(&v, view, "dir", rundir_of(arena, model->name));
	set(&v, view, "run_dir", rundir());
	set_flag(&v, view, "standard_run_dir", rundir_is_standard());
	struct data *ways = data_list(arena);
	for (const char *end = rundir(); *end; end += strcspn(end + 1, "/") + 1)
		add_path(&v, ways, end == rundir() ? "/" : arena_strndup(arena, rundir(), (size_t)(end - rundir())));
	add_path(&v, ways, rundir());
	data_set(arena, view, "run_dir_ways", ways);
	struct data *steps = view_steps(&v);
	data_set(arena, view, "steps", steps);
	view_own(&v, view);
	struct data *needed = view_required(&v, PATH_THERE, view_existing(&v)), *needs = data_object(arena);
	data_set(arena, needs, "paths", needed);
	if (needed->n)
		data_set(arena, view, "needed", needs);
	data_set(arena, view, "settings", view_required(&v, PATH_WRITABLE, data_list(arena)));
	data_set(arena, view, "wrappers", v.wrappers);
	static const char *const used[] = { "mkdir", "flock", "cat", "readlink", "echo" };
	bool early = false; /* does the script use one before the function of that name is there? */
	for (size_t i = 0; i < COUNT(used); i++)
		early |= table_get(&v.words, used[i]) != NULL;
	set_flag(&v, view, "early", early);
	set_flag(&v, view, "directories", v.directories);
	set_flag(&v, view, "locks", v.directories || *options->restore);
	set_flag(&v, view, "marks", v.marks);
	set_flag(&v, view, "waits", v.waits);
	struct data *checks = data_object(arena);
	data_set(arena, checks, "rules", untried_view(options->untried, v.checked, v.n_checked, arena));
	if (v.n_checked)
		data_set(arena, view, "checks", checks);
	free(v.checked);
	set_flag(&v, view, "has_triggers", v.triggers);
	set_flag(&v, view, "quotes", v.quotes);
	struct data *daemons = data_object(arena);
	data_set(arena, daemons, "names", v.daemons);
	if (v.daemons->n)
		data_set(arena, view, "daemons", daemons);
	data_set(arena, view, "first", view_first(&v));
	view_undo(&v, view);
	if (options->page)
		view_page(&v, view, steps->n);
	table_free(&v.words);
	table_free(&v.narrator.told);
	*wrong = v.narrator.wrong;
	return *wrong ? NULL : view;
}
