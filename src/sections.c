/* sections: reads those that declare one thing each: [scenario], [step], [run], [check], [file] and [daemon]. */
#include <stdlib.h>
#include <string.h>

#include "building.h"
#include "expression.h"
#include "stable.h"
#include "values.h"

static struct pair pair_at(struct building *b, struct section *section, enum section_kind kind, size_t i)
{
	return (struct pair){ .b = b, .section = section, .entry = &section->entries[i], .kind = kind };
}

static void add_text(struct model *model, const char ***texts, size_t *n, const char *text)
{
	*texts = arena_grow(&model->arena, (void *)*texts, *n, sizeof **texts);
	(*texts)[(*n)++] = text;
}

/* A command of the user's: quotes must close, whoever reads them in the end. */
static const char *take_command(const struct pair *pair, const char *command)
{
	struct words words;
	if (!words_need_shell(command)) {
		const char *wrong = words_split(&pair->b->model->arena, command, &words);
		if (wrong)
			pair_error(pair, "%s", wrong);
		return command;
	}
	char quote = 0;
	for (const char *c = command; *c; c++) {
		if (*c == '\\' && quote != '\'' && c[1])
			c++;
		else if (quote ? *c == quote : *c == '\'' || *c == '"')
			quote = quote ? '\0' : *c;
	}
	if (quote)
		pair_error(pair, "a %s quote is not closed", quote == '"' ? "double" : "single");
	return command;
}

static double take_duration(const struct pair *pair)
{
	double seconds = 0;
	if (!value_duration(pair->value, &seconds))
		pair_error(pair, "'%s' is no time, as in 5s or 200ms", pair->value);
	return seconds;
}

/* NULL when there is none of that name. */
static struct netns *take_netns(const struct pair *pair, const char *name)
{
	struct netns *netns = model_netns(pair->b->model, name);
	if (!netns)
		pair_error(pair, "%s", model_no_netns(pair->b->model, name));
	return netns;
}

/* A title may be in the header, or be said by a key. */
static const char *take_title(const struct pair *pair, const char *in_header)
{
	if (in_header && *in_header)
		pair_error(pair, "the header has a title already");
	return pair->value;
}

/* --- [scenario] --- */

void read_scenario(struct building *b, struct section *section, enum section_kind kind)
{
	struct model *model = b->model;
	for (size_t i = 0; i < section->n; i++) {
		struct pair pair = pair_at(b, section, kind, i);
		const char *wrong;
		if (!building_pair_once(&pair, &b->scenario, &model->translations))
			continue;
		switch (pair.key->id) {
		case KEY_NAME:
			wrong = name_wrong_scenario(pair.value);
			if (wrong)
				pair_error(&pair, "'%s' %s", pair.value, wrong);
			model->name = pair.value;
			break;
		case KEY_TITLE:
			model->title = pair.value;
			break;
		case KEY_HOSTS:
			model->hosts_line = pair.entry->line;
			if (!value_bool(pair.value, &model->hosts))
				pair_error(&pair, "'%s' is neither yes nor no", pair.value);
			break;
		case KEY_STYLE:
			model->style = pair.value;
			model->style_line = pair.entry->line;
			break;
		case KEY_STABLE:
			wrong = stable_wrong(&model->arena, pair.value);
			if (wrong)
				pair_error(&pair, "%s", wrong);
			add_text(model, &model->stables, &model->n_stables, pair.value);
			break;
		default:
			add_text(model, &model->texts, &model->n_texts, pair.value);
		}
	}
}

/* --- [step] --- */

static void take_phase(const struct pair *pair, const char *word, struct step *step)
{
	struct building *b = pair->b;
	enum phase phase = phase_find(word);
	if (phase == NO_PHASE) {
		const char *nearest = phase_nearest(word);
		if (nearest)
			pair_error(pair, "there is no phase '%s'; did you mean '%s'?", word, nearest);
		else
			pair_error(pair, "there is no phase '%s'; there are %s", word, phase_list(&b->model->arena));
		return;
	}
	/* phases are built once, and in one order over all steps */
	enum phase other = phase;
	while (other < PHASES && !b->built_in[other])
		other++;
	if (other == phase)
		pair_error(pair, "'%s' is already built by the step in line %u", word, b->built_in[phase]);
	else if (other < PHASES)
		pair_error(pair, "'%s' comes before '%s', which the step in line %u builds", word, phase_word(other),
		           b->built_in[other]);
	else
		step->build[step->n_build++] = phase;
	b->built_in[phase] = pair->section->line;
}

static void take_build(const struct pair *pair, struct step *step)
{
	struct words words;
	const char *wrong = words_split(&pair->b->model->arena, pair->value, &words);
	if (wrong)
		pair_error(pair, "%s", wrong);
	for (size_t i = 0; i < words.n; i++)
		take_phase(pair, words.word[i], step);
}

static void take_show(const struct pair *pair, struct step *step)
{
	*array_add(step->actions, step->n_actions, step->actions_room) =
		(struct action){ .kind = ACTION_SHOW, .title = "", .header = pair->section->header, .line = pair->entry->line,
		                 .netns = pair->b->model->host, .run = take_command(pair, pair->value) };
}

void read_step(struct building *b, struct section *section, enum section_kind kind)
{
	struct model *model = b->model;
	struct step *step = array_add(model->steps, model->n_steps, model->steps_room);
	struct once once = { 0 };
	b->step = model->n_steps - 1;
	step->line = section->line;
	step->title = *building_name(section) ? building_name(section) : NULL;
	for (size_t i = 0; i < section->n; i++) {
		struct pair pair = pair_at(b, section, kind, i);
		if (!building_pair_once(&pair, &once, &step->translations))
			continue;
		switch (pair.key->id) {
		case KEY_TITLE:
			step->title = take_title(&pair, step->title);
			break;
		case KEY_TEXT:
			add_text(model, &step->texts, &step->n_texts, pair.value);
			break;
		case KEY_NOTE:
			add_text(model, &step->notes, &step->n_notes, pair.value);
			break;
		case KEY_SHOW:
			take_show(&pair, step);
			break;
		default:
			take_build(&pair, step);
		}
	}
	building_forget(&once);
}

/* --- [run] and [check] --- */

/* NETNS: COMMAND; without NETNS in the host. */
static void take_trigger(const struct pair *pair, struct action *action)
{
	struct arena *arena = &pair->b->model->arena;
	const char *value = pair->value;
	size_t length = strcspn(value, ": \t");
	const char *command = value[length] == ':' ? value + length + 1 : NULL;
	if (!command || !*(command += strspn(command, " \t"))) {
		pair_error(pair, "'%s' is not NETNS: COMMAND", value);
		return;
	}
	struct netns *netns = take_netns(pair, arena_strndup(arena, value, length));
	action->triggers = arena_grow(arena, action->triggers, action->n_triggers, sizeof *action->triggers);
	action->triggers[action->n_triggers++] =
		(struct trigger){ netns, take_command(pair, command), pair->entry->line };
}

static struct expectation take_expectation(const struct pair *pair)
{
	const char *value = pair->value;
	size_t digits = strspn(value, "0123456789");
	int status = digits && digits <= 3 && !value[digits] ? atoi(value) : -1;
	if (!strcmp(value, "success"))
		return (struct expectation){ EXPECT_SUCCESS, 0 };
	if (!strcmp(value, "failure"))
		return (struct expectation){ EXPECT_FAILURE, 0 };
	if (status < 0 || status > 255)
		pair_error(pair, "'%s' is neither success nor failure, nor an exit status from 0 to 255", value);
	return (struct expectation){ EXPECT_STATUS, status };
}

static const char *take_match(const struct pair *pair)
{
	regex_t regex;
	const char *wrong = expression_compile(&pair->b->model->arena, &regex, pair->value, REG_NOSUB);
	if (wrong)
		pair_error(pair, "%s", wrong);
	else
		regfree(&regex);
	return pair->value;
}

void read_action(struct building *b, struct section *section, enum section_kind kind)
{
	struct step *step = &b->model->steps[b->step];
	struct action action = { .kind = kind == IN_RUN ? ACTION_RUN : ACTION_CHECK, .title = building_name(section),
		                     .header = section->header, .line = section->line, .netns = b->model->host };
	struct once once = { 0 };
	for (size_t i = 0; i < section->n; i++) {
		struct pair pair = pair_at(b, section, kind, i);
		if (!building_pair_once(&pair, &once, &action.translations))
			continue;
		switch (pair.key->id) {
		case KEY_TITLE:
			action.title = take_title(&pair, action.title);
			break;
		case KEY_NETNS:
			action.netns = take_netns(&pair, pair.value);
			break;
		case KEY_RUN:
			action.run = take_command(&pair, pair.value);
			break;
		case KEY_UNDO:
			action.undo = take_command(&pair, pair.value);
			break;
		case KEY_EXPECT:
			action.expect = take_expectation(&pair);
			break;
		case KEY_MATCH:
			action.match = take_match(&pair);
			break;
		case KEY_TRIGGER:
			take_trigger(&pair, &action);
			break;
		case KEY_WITHIN:
			action.within = take_duration(&pair);
			break;
		default:
			action.timeout = take_duration(&pair);
		}
	}
	if (!once.line[KEY_RUN] && !section->broken)
		section_error(b, section, "a 'run' is missing: the command");
	*array_add(step->actions, step->n_actions, step->actions_room) = action;
	building_forget(&once);
}

/* --- [file] --- */

/* NETNS:/etc/PATH, of which COLON is the rest; NULL when it is well. */
static const char *take_netns_path(struct building *b, const char *name, const char *colon, struct file *file)
{
	struct arena *arena = &b->model->arena;
	const char *path = colon + 1, *netns = arena_strndup(arena, name, (size_t)(colon - name));
	file->netns = *netns ? model_netns(b->model, netns) : NULL;
	file->path = path + strlen("/etc/");
	if (!*netns)
		return arena_printf(arena, "%s: the host's files are not touched", name);
	if (!file->netns)
		return model_no_netns(b->model, netns);
	if (!starts_with(path, "/etc/") || !*file->path || strstr(path, "/../") || strstr(path, "//") ||
	    ends_with(path, "/") || ends_with(path, "/.."))
		return arena_printf(arena, "'%s' is not below /etc, and only files there can be a namespace's own", path);
	return NULL;
}

/* PATH below ${dir}, or NETNS:/etc/PATH; false when it is neither, which is reported. */
static bool read_file_path(struct building *b, const struct section *section, struct file *file)
{
	const char *name = building_name(section), *colon = strstr(name, ":/"), *wrong;
	if (colon) {
		wrong = take_netns_path(b, name, colon, file);
		if (wrong)
			section_error(b, section, "%s", wrong);
	} else {
		file->path = name;
		wrong = name_wrong_file(name);
		if (wrong)
			section_error(b, section, "the name '%s' %s", name, wrong);
	}
	return !wrong;
}

/* What is added to the name of a daemon for the files in ${dir} that it has itself. */
static const char *const daemon_files[] = { ".log", ".pid" };

/* At both, since either can take another name. */
static void report_shared_file(struct building *b, const struct section *file, const struct section *daemon)
{
	section_error(b, file, "the daemon in line %u has a file of that name itself; take another name", daemon->line);
	section_error(b, daemon, "has a file '%s' itself, which is that in line %u; take another name", building_name(file),
	              file->line);
}

static void check_file_is_new(struct building *b, struct section *section)
{
	const char *name = building_name(section);
	const struct section *other = table_get(&b->files, name);
	if (other)
		section_error(b, section, "already given in line %u", other->line);
	else
		table_set(&b->files, name, section);
	for (size_t i = 0; i < COUNT(daemon_files); i++) {
		if (!ends_with(name, daemon_files[i]))
			continue;
		const char *of = arena_strndup(&b->model->arena, name, strlen(name) - strlen(daemon_files[i]));
		const struct section *daemon = table_get(&b->daemons, of);
		if (daemon)
			report_shared_file(b, section, daemon);
	}
}

static const char *take_mode(const struct pair *pair)
{
	const char *mode = pair->value;
	size_t length = strlen(mode);
	if (length < 3 || length > 4 || mode[strspn(mode, "01234567")])
		pair_error(pair, "'%s' is no mode, as in 0640", mode);
	return mode;
}

void read_file(struct building *b, struct section *section, enum section_kind kind)
{
	struct model *model = b->model;
	struct step *step = &model->steps[b->step];
	struct file *file = array_add(step->files, step->n_files, step->files_room);
	struct once once = { 0 };
	*file = (struct file){ .header = section->header, .line = section->line,
		                   .lines = arena_alloc(&model->arena, (section->n + 1) * sizeof *file->lines) };
	if (read_file_path(b, section, file))
		check_file_is_new(b, section);
	for (size_t i = 0; i < section->n; i++) {
		struct pair pair = pair_at(b, section, kind, i);
		if (!strcmp(pair.entry->key, "|")) {
			/* the blank after the '|' is for the eye */
			const char *line = building_expand(&pair);
			file->lines[file->n++] = line && *line == ' ' ? line + 1 : line;
		} else if (building_pair_once(&pair, &once, NULL)) {
			file->mode = take_mode(&pair);
		}
	}
	if (!file->n)
		section_error(b, section, "its text is missing: each line of it after a '|'");
}

/* --- [daemon] --- */

static void check_daemon_name(struct building *b, struct section *section)
{
	const char *name = building_name(section), *wrong = name_wrong_daemon(name);
	const struct section *other = table_get(&b->daemons, name);
	if (wrong)
		section_error(b, section, "the name '%s' %s", name, wrong);
	if (other)
		section_error(b, section, "line %u has a daemon of that name", other->line);
	else
		table_set(&b->daemons, name, section);
	for (size_t i = 0; i < COUNT(daemon_files); i++) {
		const struct section *file = table_get(&b->files, arena_printf(&b->model->arena, "%s%s", name, daemon_files[i]));
		if (file)
			report_shared_file(b, file, section);
	}
}

void read_daemon(struct building *b, struct section *section, enum section_kind kind)
{
	struct step *step = &b->model->steps[b->step];
	struct daemon *daemon = array_add(step->daemons, step->n_daemons, step->daemons_room);
	struct once once = { 0 };
	*daemon = (struct daemon){ .name = building_name(section), .header = section->header, .line = section->line,
		                       .netns = b->model->host };
	check_daemon_name(b, section);
	for (size_t i = 0; i < section->n; i++) {
		struct pair pair = pair_at(b, section, kind, i);
		if (!building_pair_once(&pair, &once, NULL))
			continue;
		switch (pair.key->id) {
		case KEY_NETNS:
			daemon->netns = take_netns(&pair, pair.value);
			break;
		case KEY_RUN:
			daemon->run = take_command(&pair, pair.value);
			break;
		case KEY_READY:
			daemon->ready = take_command(&pair, pair.value);
			break;
		default:
			daemon->within = take_duration(&pair);
		}
	}
	if (!once.line[KEY_RUN])
		section_error(b, section, "a 'run' is missing: the command");
	if (once.line[KEY_WITHIN] && !once.line[KEY_READY])
		report_error(b->report, once.line[KEY_WITHIN], section->header, "within", "is for a 'ready', which is missing");
}
