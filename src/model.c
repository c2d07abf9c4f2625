/* model: what a scenario declares: objects, and statements about them. */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "ranges.h"
#include "stable.h"
#include "values.h"
#include "variables.h"

/* What is at hand while the sections are read one after the other. */
struct building {
	struct model *model;
	struct report *report;
	struct variables variables;
	struct link_section *links;
	size_t n_links, links_room;
	size_t step; /* the [step] that the section stands under */
	unsigned built_in[PHASES]; /* line of the step that names the phase */
};

static bool find_kind(const struct section *section, enum section_kind *kind)
{
	return section_kind_find(section->header, strcspn(section->header, " \t"), kind);
}

/* The word that the first one of an unknown header is meant to be; NULL when that cannot be guessed. */
static const char *guess_kind(const struct section *section)
{
	char word[32] = "";
	size_t length = strcspn(section->header, " \t:");
	return length < sizeof word ? section_kind_nearest(memcpy(word, section->header, length)) : NULL;
}

/* As find_kind(), and guesses: what a misspelt section declares should not be missed elsewhere. */
static bool find_meant_kind(const struct section *section, enum section_kind *kind)
{
	const char *guess;
	return find_kind(section, kind) ||
	       ((guess = guess_kind(section)) && section_kind_find(guess, strlen(guess), kind));
}

/* What follows the first word of a header. */
static const char *name_of(const struct section *section)
{
	enum section_kind kind;
	const char *between = find_kind(section, &kind) ? " \t" : " \t:"; /* [netns:red] is a guess */
	const char *name = section->header + strcspn(section->header, between);
	return name + strspn(name, between);
}

static void report_unknown_section(struct building *b, const struct section *section)
{
	const char *nearest = guess_kind(section);
	if (nearest)
		report_error(b->report, section->line, section->header, NULL, "there is no such section; did you mean [%s]?",
		             nearest);
	else
		report_error(b->report, section->line, section->header, NULL, "there is no such section; there are %s",
		             section_kind_list(&b->model->arena));
}

/* False when the section cannot be used. */
static bool check_header(struct building *b, const struct section *section, enum section_kind *kind)
{
	if (!find_kind(section, kind)) {
		report_unknown_section(b, section);
		if (!find_meant_kind(section, kind))
			return false;
	}
	const struct section_rule *rule = section_rule(*kind);
	const char *name = name_of(section);
	if (rule->name == NAME_NONE && *name)
		report_error(b->report, section->line, section->header, NULL, "[%s] takes no name", rule->word);
	if (rule->later)
		report_error(b->report, section->line, section->header, NULL, "[%s] is not in this version yet", rule->word);
	else if (rule->name == NAME_NEEDED && !*name)
		report_error(b->report, section->line, section->header, NULL, "a name is missing: [%s NAME]", rule->word);
	else
		return true;
	return false;
}

static const struct key_rule *check_key(struct building *b, struct section *section, enum section_kind kind,
                                        const struct entry *entry)
{
	const struct key_rule *key = key_find(kind, entry->key);
	if (!key) {
		size_t first = strcspn(entry->key, " \t"); /* of "sysctl net.ipv4.ip_forward=1" */
		const char *nearest = key_nearest(kind, arena_strndup(&b->model->arena, entry->key, first));
		section->broken = true;
		if (nearest)
			report_error(b->report, entry->line, section->header, entry->key,
			             "there is no such key here; did you mean '%s'?", nearest);
		else
			report_error(b->report, entry->line, section->header, entry->key,
			             "there is no such key; a [%s] has %s", section_rule(kind)->word,
			             key_list(&b->model->arena, kind));
		return NULL;
	}
	if (key->id == KEY_LATER) {
		report_error(b->report, entry->line, section->header, entry->key, "is not in this version yet");
		return NULL;
	}
	if (!*entry->value) {
		report_error(b->report, entry->line, section->header, entry->key, "a value is missing after the '='");
		return NULL;
	}
	return key;
}

/* NULL when the value cannot be used. */
static const char *expand(struct building *b, const struct section *section, const struct entry *entry)
{
	const char *value = variables_expand(&b->variables, entry->value, entry->line, section->header, entry->key);
	if (value && !*value) {
		report_error(b->report, entry->line, section->header, entry->key, "is empty when its variables are put in");
		return NULL;
	}
	return value;
}

/* --- [scenario], [step], [run], [check]: keys of which each is given once --- */

struct once {
	unsigned line[KEYS];
};

static bool given_again(struct building *b, struct once *once, const struct section *section,
                        const struct entry *entry, const struct key_rule *key)
{
	if (!key->many && once->line[key->id]) {
		report_error(b->report, entry->line, section->header, entry->key, "already given in line %u",
		             once->line[key->id]);
		return true;
	}
	once->line[key->id] = entry->line;
	return false;
}

static void add_text(struct model *model, const char ***texts, size_t *n, const char *text)
{
	if (!(*n & (*n - 1))) { /* full: room is a power of 2 */
		const char **more = arena_alloc(&model->arena, (*n ? *n * 2 : 1) * sizeof *more);
		if (*n)
			memcpy(more, *texts, *n * sizeof *more);
		*texts = more;
	}
	(*texts)[(*n)++] = text;
}

/* Takes `title.ko` and its like; false for what is said in all languages. */
static bool take_translation(struct building *b, struct translations *translations, const struct section *section,
                             const struct entry *entry, const struct key_rule *key)
{
	const char *language = key_language(key, entry->key);
	if (!language)
		return false;
	struct translation *more = arena_alloc(&b->model->arena, (translations->n + 1) * sizeof *more);
	for (size_t i = 0; i < translations->n; i++) {
		more[i] = translations->list[i];
		if (!key->many && more[i].key == key->id && !strcmp(more[i].language, language))
			report_error(b->report, entry->line, section->header, entry->key, "already given in line %u", more[i].line);
	}
	const char *text = expand(b, section, entry);
	if (text)
		more[translations->n++] = (struct translation){ key->id, language, text, entry->line };
	translations->list = more;
	return true;
}

static void read_scenario(struct building *b, struct section *section, struct once *once)
{
	struct model *model = b->model;
	for (size_t i = 0; i < section->n; i++) {
		const struct entry *entry = &section->entries[i];
		const struct key_rule *key = check_key(b, section, IN_SCENARIO, entry);
		if (!key || take_translation(b, &model->translations, section, entry, key) ||
		    given_again(b, once, section, entry, key))
			continue;
		/* not the name: ${dir} has it in it */
		const char *value = key->id == KEY_NAME ? entry->value : expand(b, section, entry);
		if (!value)
			continue;
		if (key->id == KEY_NAME) {
			const char *wrong = name_wrong_scenario(value);
			if (wrong)
				report_error(b->report, entry->line, section->header, entry->key, "'%s' %s", value, wrong);
			model->name = value;
		} else if (key->id == KEY_TITLE) {
			model->title = value;
		} else if (key->id == KEY_HOSTS) {
			model->hosts_line = entry->line;
			if (!value_bool(value, &model->hosts))
				report_error(b->report, entry->line, section->header, entry->key, "'%s' is neither yes nor no", value);
		} else if (key->id == KEY_STYLE) {
			model->style = value;
			model->style_line = entry->line;
		} else if (key->id == KEY_STABLE) {
			const char *wrong = stable_wrong(&model->arena, value);
			if (wrong)
				report_error(b->report, entry->line, section->header, entry->key, "%s", wrong);
			add_text(model, &model->stables, &model->n_stables, value);
		} else {
			add_text(model, &model->texts, &model->n_texts, value);
		}
	}
}

static void read_build(struct building *b, struct section *section, const struct entry *entry, const char *value,
                       struct step *step)
{
	struct words words;
	const char *wrong = words_split(&b->model->arena, value, &words);
	if (wrong)
		report_error(b->report, entry->line, section->header, entry->key, "%s", wrong);
	for (size_t i = 0; i < words.n; i++) {
		const char *word = words.word[i];
		enum phase phase = phase_find(word);
		if (phase == NO_PHASE) {
			const char *nearest = phase_nearest(word);
			if (nearest)
				report_error(b->report, entry->line, section->header, entry->key,
				             "there is no phase '%s'; did you mean '%s'?", word, nearest);
			else
				report_error(b->report, entry->line, section->header, entry->key,
				             "there is no phase '%s'; there are %s", word, phase_list(&b->model->arena));
			continue;
		}
		/* phases are built once, and in one order over all steps */
		enum phase other = phase;
		while (other < PHASES && !b->built_in[other])
			other++;
		if (other == phase)
			report_error(b->report, entry->line, section->header, entry->key,
			             "'%s' is already built by the step in line %u", word, b->built_in[phase]);
		else if (other < PHASES)
			report_error(b->report, entry->line, section->header, entry->key,
			             "'%s' comes before '%s', which the step in line %u builds", word, phase_word(other),
			             b->built_in[other]);
		else
			step->build[step->n_build++] = phase;
		b->built_in[phase] = section->line;
	}
}

/* A command of the user's: quotes must close, whoever reads them in the end. */
static const char *check_command(struct building *b, const struct section *section, const struct entry *entry,
                                 const char *command)
{
	struct words words;
	if (!words_need_shell(command)) {
		const char *wrong = words_split(&b->model->arena, command, &words);
		if (wrong)
			report_error(b->report, entry->line, section->header, entry->key, "%s", wrong);
	} else {
		char quote = 0;
		for (const char *c = command; *c; c++) {
			if (*c == '\\' && quote != '\'' && c[1])
				c++;
			else if (quote ? *c == quote : *c == '\'' || *c == '"')
				quote = quote ? '\0' : *c;
		}
		if (quote)
			report_error(b->report, entry->line, section->header, entry->key, "a %s quote is not closed",
			             quote == '"' ? "double" : "single");
	}
	return command;
}

static void read_step(struct building *b, struct section *section)
{
	struct model *model = b->model;
	struct step *step = array_add(model->steps, model->n_steps, model->steps_room);
	struct once once = { 0 };
	b->step = model->n_steps - 1;
	step->line = section->line;
	step->title = *name_of(section) ? name_of(section) : NULL;
	for (size_t i = 0; i < section->n; i++) {
		const struct entry *entry = &section->entries[i];
		const struct key_rule *key = check_key(b, section, IN_STEP, entry);
		if (!key || take_translation(b, &step->translations, section, entry, key) ||
		    given_again(b, &once, section, entry, key))
			continue;
		const char *value = expand(b, section, entry);
		if (!value)
			continue;
		if (key->id == KEY_TITLE) {
			if (step->title)
				report_error(b->report, entry->line, section->header, entry->key, "the header has a title already");
			step->title = value;
		} else if (key->id == KEY_TEXT) {
			add_text(model, &step->texts, &step->n_texts, value);
		} else if (key->id == KEY_NOTE) {
			add_text(model, &step->notes, &step->n_notes, value);
		} else if (key->id == KEY_SHOW) {
			struct action *show = array_add(step->actions, step->n_actions, step->actions_room);
			*show = (struct action){ .kind = ACTION_SHOW, .title = "", .header = section->header,
				                     .line = entry->line, .netns = model->host,
				                     .run = check_command(b, section, entry, value) };
		} else {
			read_build(b, section, entry, value, step);
		}
	}
}

static double read_duration(struct building *b, const struct section *section, const struct entry *entry,
                            const char *value)
{
	double seconds = 0;
	if (!value_duration(value, &seconds))
		report_error(b->report, entry->line, section->header, entry->key, "'%s' is no time, as in 5s or 200ms", value);
	return seconds;
}

/* NETNS: COMMAND; without NETNS in the host. */
static void read_trigger(struct building *b, const struct section *section, const struct entry *entry,
                         const char *value, struct action *action)
{
	struct arena *arena = &b->model->arena;
	struct trigger *more = arena_alloc(arena, (action->n_triggers + 1) * sizeof *more);
	size_t length = strcspn(value, ": \t");
	const char *command = value[length] == ':' ? value + length + 1 : NULL;
	if (!command || !*(command += strspn(command, " \t"))) {
		report_error(b->report, entry->line, section->header, entry->key, "'%s' is not NETNS: COMMAND", value);
		return;
	}
	const char *name = arena_strndup(arena, value, length);
	struct netns *netns = model_netns(b->model, name);
	if (!netns)
		report_error(b->report, entry->line, section->header, entry->key, "no [netns %s] in this file", name);
	if (action->n_triggers)
		memcpy(more, action->triggers, action->n_triggers * sizeof *more);
	more[action->n_triggers++] = (struct trigger){ netns, check_command(b, section, entry, command), entry->line };
	action->triggers = more;
}

static void read_action(struct building *b, struct section *section, enum section_kind kind)
{
	struct model *model = b->model;
	struct step *step = &model->steps[b->step];
	struct action action = { .kind = kind == IN_RUN ? ACTION_RUN : ACTION_CHECK, .title = name_of(section),
		                     .header = section->header, .line = section->line, .netns = model->host };
	struct once once = { 0 };
	for (size_t i = 0; i < section->n; i++) {
		const struct entry *entry = &section->entries[i];
		const struct key_rule *key = check_key(b, section, kind, entry);
		if (!key || take_translation(b, &action.translations, section, entry, key) ||
		    given_again(b, &once, section, entry, key))
			continue;
		const char *value = expand(b, section, entry);
		regex_t regex;
		if (!value)
			continue;
		switch (key->id) {
		case KEY_TITLE:
			if (*action.title)
				report_error(b->report, entry->line, section->header, entry->key, "the header has a title already");
			action.title = value;
			break;
		case KEY_NETNS:
			action.netns = model_netns(model, value);
			if (!action.netns)
				report_error(b->report, entry->line, section->header, entry->key, "no [netns %s] in this file", value);
			break;
		case KEY_RUN:
			action.run = check_command(b, section, entry, value);
			break;
		case KEY_UNDO:
			action.undo = check_command(b, section, entry, value);
			break;
		case KEY_EXPECT:
			action.expect_failure = !strcmp(value, "failure");
			if (!action.expect_failure && strcmp(value, "success"))
				report_error(b->report, entry->line, section->header, entry->key,
				             "'%s' is neither success nor failure", value);
			break;
		case KEY_MATCH:
			action.match = value;
			int status = regcomp(&regex, value, REG_EXTENDED | REG_NOSUB);
			if (status) {
				char why[100];
				regerror(status, &regex, why, sizeof why);
				report_error(b->report, entry->line, section->header, entry->key,
				             "'%s' is no extended regular expression: %s", value, why);
			} else {
				regfree(&regex);
			}
			break;
		case KEY_TRIGGER:
			read_trigger(b, section, entry, value, &action);
			break;
		case KEY_WITHIN:
			action.within = read_duration(b, section, entry, value);
			break;
		default:
			action.timeout = read_duration(b, section, entry, value);
		}
	}
	if (!once.line[KEY_RUN] && !section->broken)
		report_error(b->report, section->line, section->header, NULL, "a 'run' is missing: the command");
	*array_add(step->actions, step->n_actions, step->actions_room) = action;
}

/* --- [file] --- */

/* PATH below ${dir}, or NETNS:/etc/PATH. */
static void read_file_path(struct building *b, const struct section *section, struct file *file)
{
	const char *name = name_of(section), *colon = strstr(name, ":/"), *wrong = NULL;
	if (!colon) {
		file->path = name;
		wrong = name_wrong_file(name);
	} else {
		const char *netns = arena_strndup(&b->model->arena, name, (size_t)(colon - name));
		file->netns = *netns ? model_netns(b->model, netns) : NULL;
		file->path = colon + 1 + strlen("/etc/");
		if (!file->netns)
			wrong = arena_printf(&b->model->arena, *netns ? "no [netns %s] in this file" : "%s: the host's files are not "
			                     "touched", *netns ? netns : name);
		else if (!starts_with(colon + 1, "/etc/") || !*file->path || strstr(colon, "/../") || strstr(colon, "//") ||
		         ends_with(colon, "/") || ends_with(colon, "/.."))
			wrong = arena_printf(&b->model->arena, "'%s' is not below /etc, and only files there can be a namespace's own",
			                     colon + 1);
		if (wrong)
			report_error(b->report, section->line, section->header, NULL, "%s", wrong);
		return;
	}
	if (wrong)
		report_error(b->report, section->line, section->header, NULL, "the name '%s' %s", name, wrong);
}

static void read_mode(struct building *b, const struct section *section, const struct entry *entry, struct file *file)
{
	file->mode = expand(b, section, entry);
	if (!file->mode)
		return;
	size_t length = strlen(file->mode);
	if (length < 3 || length > 4 || file->mode[strspn(file->mode, "01234567")])
		report_error(b->report, entry->line, section->header, entry->key, "'%s' is no mode, as in 0640", file->mode);
}

static void read_file(struct building *b, struct section *section)
{
	struct model *model = b->model;
	struct step *step = &model->steps[b->step];
	struct file *file = array_add(step->files, step->n_files, step->files_room);
	struct once once = { 0 };
	*file = (struct file){ .header = section->header, .line = section->line,
		                   .lines = arena_alloc(&model->arena, (section->n + 1) * sizeof *file->lines) };
	read_file_path(b, section, file);
	for (size_t s = 0; s < model->n_steps; s++)
		for (size_t i = 0; i < model->steps[s].n_files; i++) {
			const struct file *other = &model->steps[s].files[i];
			if (other != file && other->netns == file->netns && (file->netns || !strstr(section->header, ":/")) && !strcmp(other->path, file->path))
				report_error(b->report, section->line, section->header, NULL, "already given in line %u", other->line);
		}
	for (size_t i = 0; i < section->n; i++) {
		const struct entry *entry = &section->entries[i];
		if (!strcmp(entry->key, "|")) {
			/* the blank after the '|' is for the eye */
			const char *line = variables_expand(&b->variables, entry->value, entry->line, section->header, entry->key);
			file->lines[file->n++] = line && *line == ' ' ? line + 1 : line;
			continue;
		}
		const struct key_rule *key = check_key(b, section, IN_FILE, entry);
		if (key && !given_again(b, &once, section, entry, key))
			read_mode(b, section, entry, file);
	}
	if (!file->n)
		report_error(b->report, section->line, section->header, NULL, "its text is missing: each line of it after a '|'");
}

/* --- [daemon] --- */

static void check_daemon_name(struct building *b, const struct section *section, const struct daemon *daemon)
{
	const struct model *model = b->model;
	const char *wrong = name_wrong_daemon(daemon->name);
	if (wrong)
		report_error(b->report, section->line, section->header, NULL, "the name '%s' %s", daemon->name, wrong);
	for (size_t s = 0; s < model->n_steps; s++)
		for (size_t i = 0; i < model->steps[s].n_daemons; i++) {
			const struct daemon *other = &model->steps[s].daemons[i];
			if (other != daemon && !strcmp(other->name, daemon->name))
				report_error(b->report, section->line, section->header, NULL, "line %u has a daemon of that name",
				             other->line);
		}
}

static void read_daemon(struct building *b, struct section *section)
{
	struct step *step = &b->model->steps[b->step];
	struct daemon *daemon = array_add(step->daemons, step->n_daemons, step->daemons_room);
	struct once once = { 0 };
	*daemon = (struct daemon){ .name = name_of(section), .header = section->header, .line = section->line,
		                       .netns = b->model->host };
	check_daemon_name(b, section, daemon);
	for (size_t i = 0; i < section->n; i++) {
		const struct entry *entry = &section->entries[i];
		const struct key_rule *key = check_key(b, section, IN_DAEMON, entry);
		if (!key || given_again(b, &once, section, entry, key))
			continue;
		const char *value = expand(b, section, entry);
		if (!value)
			continue;
		if (key->id == KEY_NETNS) {
			daemon->netns = model_netns(b->model, value);
			if (!daemon->netns)
				report_error(b->report, entry->line, section->header, entry->key, "no [netns %s] in this file", value);
		} else if (key->id == KEY_RUN) {
			daemon->run = check_command(b, section, entry, value);
		} else if (key->id == KEY_READY) {
			daemon->ready = check_command(b, section, entry, value);
		} else {
			daemon->within = read_duration(b, section, entry, value);
		}
	}
	if (!once.line[KEY_RUN])
		report_error(b->report, section->line, section->header, NULL, "a 'run' is missing: the command");
	if (once.line[KEY_WITHIN] && !once.line[KEY_READY])
		report_error(b->report, once.line[KEY_WITHIN], section->header, "within", "is for a 'ready', which is missing");
}

/* --- [host], [netns], [link]: statements about objects --- */

void model_state(struct model *model, struct statement *statement, struct report *report)
{
	const struct key_rule *key = statement->key;
	struct netns *netns = statement->netns;
	struct link *link = statement->link;
	if (!key->many) {
		struct statement **last = netns ? &netns->single[key->id] : &link->single[key->id];
		bool fixed = key->id == KEY_TYPE || key->id == KEY_PEER || key->id == KEY_NETNS || key->id == KEY_LINK ||
		             key->id == KEY_OPTIONS;
		/* "naming the peer on both sides is fine"; so is the same word in two sections of one device */
		if (*last && (*last)->step == statement->step) {
			report_error(report, statement->line, statement->header, key->word, "already given in line %u",
			             (*last)->line);
			return;
		}
		if (*last && fixed) {
			report_error(report, statement->line, statement->header, key->word,
			             "cannot change in a later step; it is given in line %u", (*last)->line);
			return;
		}
		*last = statement;
	}
	struct step *step = &model->steps[statement->step];
	*array_add(step->statements, step->n_statements, step->statements_room) = statement;
}

static const char *take_word(struct words *words)
{
	words->n--;
	return *words->word++;
}

/* [-4|-6] [VERB] WORD... */
static void take_verb(struct statement *statement)
{
	struct words *words = &statement->words;
	if (statement->key->family && words->n && (!strcmp(words->word[0], "-4") || !strcmp(words->word[0], "-6")))
		statement->family = take_word(words);
	if (!statement->key->verbs)
		return;
	statement->verb = words->n && word_is_verb(words->word[0]) ? take_word(words) : "add";
}

/* Reads the pairs of an object's section; what is wrong in itself is reported and left out. */
static struct statement *read_statements(struct building *b, struct section *section, enum section_kind kind,
                                         size_t *n)
{
	struct statement *list = arena_alloc(&b->model->arena, (section->n + 1) * sizeof *list);
	*n = 0;
	for (size_t i = 0; i < section->n; i++) {
		const struct entry *entry = &section->entries[i];
		const struct key_rule *key = check_key(b, section, kind, entry);
		const char *value = key ? expand(b, section, entry) : NULL;
		if (!value) {
			section->broken = true;
			continue;
		}
		struct statement *statement = &list[*n];
		*statement = (struct statement){
			.key = key,
			.phase = key->id == KEY_SYSCTL && kind == IN_LINK ? PHASE_SET : key->phase,
			.value = value,
			.header = section->header,
			.line = entry->line,
			.step = b->step,
		};
		const char *wrong = NULL;
		if (key->words)
			wrong = words_split(&b->model->arena, statement->value, &statement->words);
		if (!wrong && key->id == KEY_ADDRESS)
			wrong = value_hosts(&b->model->arena, &statement->words);
		if (!wrong)
			take_verb(statement);
		if (!wrong)
			wrong = value_wrong(&b->model->arena, statement);
		if (wrong) {
			report_error(b->report, entry->line, section->header, entry->key, "%s", wrong);
			section->broken = true;
		} else {
			++*n;
		}
	}
	return list;
}

static struct netns *declare_netns(struct building *b, const struct section *section)
{
	struct model *model = b->model;
	const char *name = name_of(section), *wrong = name_wrong_netns(name);
	struct netns *netns = model_netns(model, name);
	if (netns)
		return netns;
	if (wrong)
		report_error(b->report, section->line, section->header, NULL, "the name '%s' %s", name, wrong);
	netns = arena_new(&model->arena, struct netns);
	netns->name = name;
	table_set(&model->netns_by_name, name, netns);
	*array_add(model->namespaces, model->n_namespaces, model->namespaces_room) = netns;
	netns->number = model->n_namespaces;
	return netns;
}

static void read_netns(struct building *b, struct section *section, enum section_kind kind)
{
	struct model *model = b->model;
	struct netns *netns = kind == IN_HOST ? model->host : model_netns(model, name_of(section));
	if (!netns->line) {
		struct step *step = &model->steps[b->step];
		netns->line = section->line;
		netns->header = section->header;
		netns->step = b->step;
		if (kind == IN_NETNS)
			*array_add(step->namespaces, step->n_namespaces, step->namespaces_room) = netns;
	}
	size_t n;
	struct statement *list = read_statements(b, section, kind, &n);
	for (size_t i = 0; i < n; i++) {
		list[i].netns = netns;
		model_state(model, &list[i], b->report);
		if (list[i].key->id == KEY_LO && b->step == netns->step)
			netns->lo = &list[i];
	}
}

static void read_link(struct building *b, struct section *section)
{
	struct link_section *link = array_add(b->links, b->n_links, b->links_room);
	const char *name = name_of(section), *slash = strchr(name, '/');
	*link = (struct link_section){ .name = slash ? slash + 1 : name, .section = section, .step = b->step };
	if (slash)
		link->place = arena_strndup(&b->model->arena, name, (size_t)(slash - name));
	link->statements = read_statements(b, section, IN_LINK, &link->n);
}

static void read_sections(struct building *b)
{
	struct ini *ini = &b->model->ini;
	struct once scenario = { 0 };
	for (size_t i = 0; i < ini->n; i++) {
		struct section *section = &ini->sections[i];
		enum section_kind kind;
		if (!check_header(b, section, &kind))
			continue;
		switch (kind) {
		case IN_SCENARIO:
			read_scenario(b, section, &scenario);
			break;
		case IN_HOST:
		case IN_NETNS:
			read_netns(b, section, kind);
			break;
		case IN_LINK:
			read_link(b, section);
			break;
		case IN_STEP:
			read_step(b, section);
			break;
		case IN_DAEMON:
			read_daemon(b, section);
			break;
		case IN_FILE:
			read_file(b, section);
			break;
		case IN_RUN:
		case IN_CHECK:
			read_action(b, section, kind);
			break;
		default: /* [vars] was read before, the others were refused */
			break;
		}
	}
}

/* What may be used before its line: variables, ${dir}, which has the scenario's name in it, and namespaces. */
static void read_ahead(struct building *b, const struct variable *settings, size_t n)
{
	struct model *model = b->model;
	struct ini *ini = &model->ini;
	const char *name = model->name;
	for (size_t i = 0; i < ini->n; i++) {
		const struct section *section = &ini->sections[i];
		enum section_kind kind;
		if (!find_meant_kind(section, &kind))
			continue;
		for (size_t j = 0; kind == IN_SCENARIO && j < section->n; j++)
			if (!strcmp(section->entries[j].key, "name"))
				name = section->entries[j].value;
		if (kind == IN_NETNS && *name_of(section))
			declare_netns(b, section);
	}
	variables_reserve(&b->variables, "dir", arena_printf(&model->arena, RUN_DIR "/%s", name));
	for (size_t i = 0; i < ini->n; i++) {
		const struct section *section = &ini->sections[i];
		enum section_kind kind;
		if (!find_meant_kind(section, &kind) || kind != IN_VARS)
			continue;
		for (size_t j = 0; j < section->n; j++)
			variables_declare(&b->variables, section->entries[j].key, section->entries[j].value,
			                  section->entries[j].line);
	}
	for (size_t i = 0; i < n; i++)
		variables_override(&b->variables, settings[i].name, settings[i].value);
	variables_resolve(&b->variables);
}

static const char *name_from_file(struct arena *arena, const char *file)
{
	const char *slash = strrchr(file, '/');
	char *name = arena_strdup(arena, slash ? slash + 1 : file);
	if (ends_with(name, ".ini"))
		name[strlen(name) - 4] = '\0';
	return name;
}

void model_read(struct model *model, const char *file, const char *text, size_t length,
                const struct variable *settings, size_t n, struct report *report)
{
	*model = (struct model){ .file = file, .style = "classic" };
	struct building b = { .model = model, .report = report,
		                  .variables = { .arena = &model->arena, .report = report } };
	model->host = arena_new(&model->arena, struct netns);
	model->host->name = "";
	model->host->header = "host";
	const char *file_name = model->name = name_from_file(&model->arena, file);
	array_add(model->steps, model->n_steps, model->steps_room);

	ini_read(&model->ini, text, length, &language_rules, report);
	ranges_expand(&model->ini, report);
	read_ahead(&b, settings, n);
	read_sections(&b);
	links_resolve(model, b.links, b.n_links, report);
	const char *wrong = name_wrong_scenario(model->name);
	if (wrong && model->name == file_name)
		report_error(report, 0, NULL, NULL, "the file's name, '%s', %s; give [scenario] a 'name'", file_name, wrong);
	if (!model->title)
		model->title = model->name;
	free(b.links);
	variables_free(&b.variables);
}

void model_free(struct model *model)
{
	for (size_t i = 0; i < model->n_steps; i++) {
		free(model->steps[i].actions);
		free(model->steps[i].namespaces);
		free(model->steps[i].links);
		free(model->steps[i].statements);
		free(model->steps[i].files);
		free(model->steps[i].daemons);
	}
	free(model->steps);
	free(model->namespaces);
	free(model->links);
	table_free(&model->netns_by_name);
	table_free(&model->link_by_place);
	ini_free(&model->ini);
	arena_free(&model->arena);
	*model = (struct model){ 0 };
}

struct netns *model_netns(const struct model *model, const char *name)
{
	return *name ? table_get(&model->netns_by_name, name) : model->host;
}

const char *model_title(const struct translations *translations, const char *language, const char *otherwise)
{
	for (size_t i = 0; i < translations->n; i++)
		if (translations->list[i].key == KEY_TITLE && !strcmp(translations->list[i].language, language))
			return translations->list[i].text;
	return otherwise;
}
