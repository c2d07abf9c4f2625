/* view: a plan as the data that templates see. */
#include <ctype.h>
#include <string.h>

#include "view.h"

struct viewing {
	struct arena *arena;
	const struct plan *plan;
	const struct view_options *options;
	const char *wrong;
	struct table words; /* first words of commands that a script wraps */
	struct data *wrappers;
	bool saves, marks, waits, checks, triggers;
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

static const char *phrase(struct viewing *v, const char *section, const char *key, const struct data *fields)
{
	struct buffer out = { 0 };
	const char *name = arena_printf(v->arena, "%s.%s", section, key);
	const char *text = "";
	if (phrases_render(v->options->language, name, fields, NULL, &out, v->arena, &v->wrong))
		text = arena_strdup(v->arena, buffer_text(&out));
	buffer_free(&out);
	return text;
}

/* A list of objects {line} with the lines of all texts. */
static struct data *lines_of(struct viewing *v, const char *const *texts, size_t n)
{
	struct data *list = data_list(v->arena);
	for (size_t i = 0; i < n; i++) {
		for (const char *line = texts[i]; line;) {
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

static void note_program(struct viewing *v, const struct command *command, struct data *object)
{
	const char *word = function_name(v, command);
	if (!word) {
		/* the script must be told what it is about to do */
		set(v, object, "announce", command->writes ? arena_printf(v->arena, "writing %s", command->writes) : command->text);
	} else if (!table_get(&v->words, word)) {
		struct data *wrapper = data_object(v->arena);
		set(v, wrapper, "word", word);
		data_append(v->arena, v->wrappers, wrapper);
		table_set(&v->words, word, wrapper);
	}
}

static const char *seconds(struct viewing *v, double value)
{
	/* scripts count in whole seconds */
	return arena_printf(v->arena, "%ld", (long)value + (value > (double)(long)value));
}

static struct data *check_of(struct viewing *v, const struct action *action, struct data *object)
{
	bool simple = !action->n_triggers && !action->match && action->within <= 0 && action->timeout <= 0;
	struct data *check = data_object(v->arena);
	if (simple) {
		set_flag(v, object, action->expect_failure ? "must_fail" : "plain", true);
		return NULL;
	}
	v->checks = true;
	set_flag(v, check, "triggers", false);
	set(v, check, "expect", action->expect_failure ? "failure" : "success");
	set(v, check, "match", action->match ? action->match : "");
	set(v, check, "within", seconds(v, action->within));
	set(v, check, "timeout", seconds(v, action->timeout > 0 ? action->timeout : 30));
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
		set(v, ready, "within", seconds(v, within));
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
		data_append(v->arena, list, trigger);
	}
	data_set(v->arena, triggers, "commands", list);
	return triggers;
}

static struct data *view_command(struct viewing *v, const struct command *command)
{
	struct data *object = data_object(v->arena);
	const struct undo *undo = command->begins[0];
	set(v, object, "text", command->text);
	set_number(v, object, "line", command->line);
	if (command->kind == COMMAND_WAIT) {
		v->waits = true;
		set_flag(v, object, "wait", true);
		return object;
	}
	if (undo && undo->save) {
		struct data *save = data_object(v->arena);
		v->saves = true;
		set_number(v, save, "number", undo->rank);
		set(v, save, "command", undo->save);
		data_set(v->arena, object, "save", save);
	} else if (undo && undo->restore) {
		struct data *note = data_object(v->arena);
		set_number(v, note, "number", undo->rank);
		set(v, note, "kind", undo->restore);
		data_set(v->arena, object, "note", note);
	} else if (undo && (undo->class == UNDO_HOST || undo->class == UNDO_RUN)) {
		struct data *mark = data_object(v->arena);
		v->marks = true;
		set_number(v, mark, "number", undo->rank);
		data_set(v->arena, object, "mark", mark);
	}
	if (command->kind == COMMAND_DAEMON) {
		data_set(v->arena, object, "daemon", view_daemon(v, command));
		return object;
	}
	struct data *check = NULL;
	if (command->kind == COMMAND_CHECK || command->kind == COMMAND_RUN)
		check = check_of(v, command->action, object);
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

static bool same_group(const struct command *a, const struct command *b)
{
	return !strcmp(a->group, b->group) && !strcmp(a->detail, b->detail);
}

static struct data *view_groups(struct viewing *v, const struct plan_step *step)
{
	struct data *groups = data_list(v->arena), *commands = NULL;
	const struct command *last = NULL;
	for (size_t i = 0; i < step->n; i++) {
		const struct command *command = &step->commands[i];
		if (command->look && !v->options->checks)
			continue;
		if (!last || !same_group(last, command) || command->kind == COMMAND_RUN || command->kind == COMMAND_CHECK) {
			struct data *group = data_object(v->arena), *fields = data_object(v->arena);
			commands = data_list(v->arena);
			set(v, fields, "detail", command->detail);
			const char *comment = phrase(v, "group", command->group, fields);
			if (*comment)
				set(v, group, "comment", comment);
			data_set(v->arena, group, "commands", commands);
			data_append(v->arena, groups, group);
		}
		data_append(v->arena, commands, view_command(v, command));
		last = command;
	}
	return last ? groups : NULL;
}

/* A step without a title of its own is called what its phases are. */
static const char *title_of(struct viewing *v, const struct plan_step *step)
{
	if (step->title)
		return step->title;
	struct buffer title = { 0 };
	bool seen[PHASES] = { false };
	struct data *none = data_object(v->arena);
	for (size_t i = 0; i < step->n; i++) {
		const struct command *command = &step->commands[i];
		if (command->phase == NO_PHASE || command->kind == COMMAND_WAIT || seen[command->phase])
			continue;
		seen[command->phase] = true;
		if (title.length)
			buffer_puts(&title, ", ");
		buffer_puts(&title, phrase(v, "phase", phase_word(command->phase), none));
	}
	if (!title.length)
		buffer_puts(&title, phrase(v, "phase", "actions", none));
	const char *text = arena_strdup(v->arena, buffer_text(&title));
	buffer_free(&title);
	return text;
}

const char *view_title(struct arena *arena, const struct plan_step *step, const struct phrases *language,
                       const char **wrong)
{
	const struct view_options options = { .language = language };
	struct viewing v = { .arena = arena, .options = &options };
	const char *title = title_of(&v, step);
	*wrong = v.wrong;
	return title;
}

static struct data *view_steps(struct viewing *v)
{
	struct data *steps = data_list(v->arena);
	size_t total = 0, number = 0;
	const struct plan *plan = v->plan;
	struct data **groups = arena_alloc(v->arena, (plan->n + 1) * sizeof *groups);
	for (size_t i = 0; i < plan->n; i++)
		total += (groups[i] = view_groups(v, &plan->steps[i])) != NULL;
	for (size_t i = 0; i < plan->n; i++) {
		const struct step *declared = plan->steps[i].declared;
		struct data *step = data_object(v->arena);
		if (!groups[i])
			continue;
		set_number(v, step, "number", ++number);
		set_number(v, step, "total", total);
		set(v, step, "title", title_of(v, &plan->steps[i]));
		if (declared) {
			data_set(v->arena, step, "texts", lines_of(v, declared->texts, declared->n_texts));
			data_set(v->arena, step, "notes", lines_of(v, declared->notes, declared->n_notes));
		}
		data_set(v->arena, step, "groups", groups[i]);
		data_append(v->arena, steps, step);
	}
	return steps;
}

/* What must be free before the script changes anything, as paths. */
static struct data *view_taken(struct viewing *v)
{
	const struct model *model = v->plan->model;
	struct data *taken = data_list(v->arena);
	for (size_t i = 0; i < model->n_namespaces + model->n_links; i++) {
		const struct link *link = i < model->n_namespaces ? NULL : model->links[i - model->n_namespaces];
		if (link && (link->created != model->host || link->is_lo))
			continue;
		struct data *object = data_object(v->arena);
		set(v, object, "path", link ? arena_printf(v->arena, "/sys/class/net/%s", link->name)
		                            : arena_printf(v->arena, "/run/netns/%s", model->namespaces[i]->name));
		data_append(v->arena, taken, object);
	}
	return taken;
}

/* Other paths that must be there, or must not be. */
static struct data *view_required(struct viewing *v, bool there, struct data *list)
{
	for (size_t i = 0; i < v->plan->n_requirements; i++) {
		const struct requirement *requirement = &v->plan->requirements[i];
		if (requirement->there != there)
			continue;
		struct data *object = data_object(v->arena);
		set(v, object, "path", requirement->path);
		data_append(v->arena, list, object);
	}
	return list;
}

/* The teardown list, in three parts: before the namespaces, what the kernel would do too late, and what one types. */
static void view_undo(struct viewing *v, struct data *view)
{
	static const char *const part_of[] = { [UNDO_RUN] = "undo_first", [UNDO_DAEMON] = "undo_first",
		                                   [UNDO_HOST] = "undo_first",
		                                   [UNDO_EARLY] = "undo_early", [UNDO_NETNS] = "undo_last",
		                                   [UNDO_LINK] = "undo_last" };
	static const char *const parts[] = { "undo_first", "undo_early", "undo_last" };
	for (size_t p = 0; p < COUNT(parts); p++) {
		struct data *list = data_list(v->arena), *part = data_object(v->arena);
		bool any = false;
		for (size_t i = 0; i < v->plan->n_undo; i++) {
			const struct undo *undo = v->plan->undo[i];
			if (strcmp(part_of[undo->class], parts[p]))
				continue;
			struct data *object = data_object(v->arena);
			any = true;
			set(v, object, "text", undo->text);
			set_number(v, object, "number", undo->rank);
			if (undo->class == UNDO_DAEMON)
				set(v, object, "stop", undo->link);
			else
				set_flag(v, object, undo->save ? "restore" : "guard", true);
			data_append(v->arena, list, object);
		}
		data_set(v->arena, part, "commands", list);
		if (any)
			data_set(v->arena, view, parts[p], part);
	}
}

struct data *view_make(struct arena *arena, const struct plan *plan, const struct view_options *options,
                       const char **wrong)
{
	struct viewing v = { .arena = arena, .plan = plan, .options = options };
	const struct model *model = plan->model;
	struct data *view = data_object(arena);
	v.wrappers = data_list(arena);
	v.daemons = data_list(arena);
	set(&v, view, "version", VERSION);
	set(&v, view, "name", model->name);
	set(&v, view, "title", model->title);
	set(&v, view, "file", model->file);
	set(&v, view, "style", model->style);
	set(&v, view, "restore_script", options->restore);
	set(&v, view, "dir", arena_printf(arena, RUN_DIR "/%s", model->name));
	data_set(arena, view, "texts", lines_of(&v, model->texts, model->n_texts));
	data_set(arena, view, "steps", view_steps(&v));
	data_set(arena, view, "taken", view_required(&v, false, view_taken(&v)));
	struct data *needed = view_required(&v, true, data_list(arena)), *needs = data_object(arena);
	data_set(arena, needs, "paths", needed);
	if (needed->n)
		data_set(arena, view, "needed", needs);
	data_set(arena, view, "wrappers", v.wrappers);
	set_flag(&v, view, "saves", v.saves);
	set_flag(&v, view, "marks", v.marks);
	set_flag(&v, view, "waits", v.waits);
	set_flag(&v, view, "checks", v.checks);
	set_flag(&v, view, "has_triggers", v.triggers);
	struct data *daemons = data_object(arena);
	data_set(arena, daemons, "names", v.daemons);
	if (v.daemons->n)
		data_set(arena, view, "daemons", daemons);
	view_undo(&v, view);
	table_free(&v.words);
	*wrong = v.wrong;
	return v.wrong ? NULL : view;
}
