/* narrate: what steps, commands and their results mean, in the words of a language. */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "josa.h"
#include "markdown.h"
#include "narrate.h"

enum { NAMED = 8, BEFORE_GAP = 3 /* of more things than that the first ones and the last are named */ };

static void set(struct narrator *n, struct data *object, const char *key, const char *value)
{
	data_set_string(n->arena, object, key, value);
}

static void set_flag(struct narrator *n, struct data *object, const char *key, bool value)
{
	data_set_bool(n->arena, object, key, value);
}

/* --- phrases --- */

bool wording_load(struct wording *wording, const struct templates *templates, const char *name, const char **wrong)
{
	*wording = (struct wording){ .language = name };
	return phrases_load(&wording->phrases, templates, "lang", name, wrong) &&
	       recognizer_load(&wording->recognizer, templates, "commands.ini", wrong);
}

void wording_free(struct wording *wording)
{
	phrases_free(&wording->phrases);
	recognizer_free(&wording->recognizer);
}

static bool has(const struct narrator *n, const char *section, const char *key)
{
	char name[128];
	size_t length = strlen(section) + 1 + strlen(key);
	if (length >= sizeof name)
		return false;
	memcpy(name, section, strlen(section)); /* NOLINT(bugprone-not-null-terminated-result): the key brings the end */
	name[strlen(section)] = '.';
	memcpy(name + strlen(section) + 1, key, strlen(key) + 1);
	return phrases_has(&n->wording->phrases, name);
}

const char *narrate(struct narrator *n, const char *section, const char *key, const struct data *fields, bool code)
{
	struct buffer out = { 0 };
	const char *text = "", *name = arena_printf(n->arena, "%s.%s", section, key);
	if (!n->wrong && phrases_render(&n->wording->phrases, name, fields, code ? escape_code : NULL, &out, n->arena, &n->wrong))
		text = josa_resolve(n->arena, arena_strdup(n->arena, buffer_text(&out)));
	buffer_free(&out);
	return text;
}

/* How many there are, in a word where the language has one, and whether that is more than one. */
static void set_count(struct narrator *n, struct data *object, size_t count)
{
	const char *number = arena_printf(n->arena, "%zu", count);
	set(n, object, "count", has(n, "number", number) ? narrate(n, "number", number, NULL, false) : number);
	set_flag(n, object, "many", count != 1);
}

/* The most special key that the language has: KEY-DETAIL, else KEY, else NULL. */
static const char *special_key(struct narrator *n, const char *section, const char *key, const char *detail)
{
	if (detail && *detail) {
		const char *special = arena_printf(n->arena, "%s-%s", key, detail);
		if (has(n, section, special))
			return special;
	}
	return has(n, section, key) ? key : NULL;
}

/* The same where there must be one: what is missing is then said by narrate(). */
static const char *needed_key(struct narrator *n, const char *section, const char *key, const char *detail)
{
	const char *special = special_key(n, section, key, detail);
	return special ? special : key;
}

/* Was the phrase said before?  From now on it was. */
static bool told(struct narrator *n, const char *section, const char *key)
{
	const char *name = arena_printf(n->arena, "%s.%s", section, key);
	bool again = table_get(&n->told, name) != NULL;
	static char yes;
	table_set(&n->told, name, &yes);
	return again;
}

/* --- lists --- */

/* Where each one stands: what a phrase needs to put "and" and commas between. */
static void mark_places(struct narrator *n, const struct data *list, bool gap)
{
	for (size_t i = 0; i < list->n; i++) {
		set_flag(n, list->items[i], "first", i == 0);
		set_flag(n, list->items[i], "last", i + 1 == list->n);
		set_flag(n, list->items[i], "penultimate", i + 2 == list->n);
		set_flag(n, list->items[i], "gap", gap && i + 2 == list->n);
	}
}

void narrate_places(struct narrator *n, const struct data *list)
{
	mark_places(n, list, false);
}

/* Is item I of COUNT one that is named? */
static bool is_named(size_t i, size_t count)
{
	return count <= NAMED || i < BEFORE_GAP || i + 1 == count;
}

/* The values that each field has among the commands, each once. */
struct distinct {
	const char *key;
	struct table seen;
	const char **values;
	size_t n, room;
};

static struct data *distinct_list(struct narrator *n, const struct distinct *distinct)
{
	struct data *object = data_object(n->arena), *list = data_list(n->arena);
	for (size_t i = 0; i < distinct->n; i++) {
		if (!is_named(i, distinct->n))
			continue;
		struct data *value = data_object(n->arena);
		set(n, value, "value", distinct->values[i]);
		data_append(n->arena, list, value);
	}
	mark_places(n, list, distinct->n > NAMED);
	set_count(n, object, distinct->n);
	data_set(n->arena, object, "items", list);
	return object;
}

/* Where an end of a link is made: the namespace that the command names, else the one that it runs in. */
static void set_in(struct narrator *n, struct data *end, const struct data *around)
{
	const struct data *place = data_get(end, "place", 5), *netns = data_get(around, "netns", 5);
	const struct data *in = !data_is_false(place) ? place : netns;
	if (data_is_false(in))
		set_flag(n, end, "in", false);
	else
		set(n, end, "in", in->string);
}

static struct data *item_of(struct narrator *n, const struct data *fields)
{
	struct data *item = data_object(n->arena);
	for (size_t i = 0; fields && i < fields->n; i++)
		data_set(n->arena, item, fields->keys[i], fields->items[i]);
	const struct data *peer = data_get(fields, "peer", 4);
	if (peer && peer->kind == DATA_OBJECT) {
		struct data *other = item_of(n, peer);
		set_in(n, other, fields);
		data_set(n->arena, item, "peer", other);
	}
	set_in(n, item, fields);
	return item;
}

/* What there is to say about commands of one kind: `items` with the fields of each, and in `each` for every field the
 * values that it has. */
static struct data *facts(struct narrator *n, const struct command *commands, size_t count)
{
	struct distinct each[16] = { 0 };
	size_t n_each = 0;
	struct data *object = data_object(n->arena), *items = data_list(n->arena), *of_each = data_object(n->arena);
	for (size_t i = 0; i < count; i++) {
		const struct data *fields = commands[i].fields;
		if (is_named(i, count))
			data_append(n->arena, items, item_of(n, fields));
		for (size_t j = 0; fields && j < fields->n; j++) {
			if (fields->items[j]->kind != DATA_STRING)
				continue;
			size_t k = 0;
			while (k < n_each && strcmp(each[k].key, fields->keys[j]))
				k++;
			if (k == COUNT(each))
				continue;
			if (k == n_each)
				each[n_each++].key = fields->keys[j];
			if (table_get(&each[k].seen, fields->items[j]->string))
				continue;
			table_set(&each[k].seen, fields->items[j]->string, fields->items[j]);
			*array_add(each[k].values, each[k].n, each[k].room) = fields->items[j]->string;
		}
	}
	mark_places(n, items, count > NAMED);
	for (size_t k = 0; k < n_each; k++) {
		data_set(n->arena, of_each, each[k].key, distinct_list(n, &each[k]));
		table_free(&each[k].seen);
		free(each[k].values);
	}
	set_count(n, object, count);
	data_set(n->arena, object, "items", items);
	data_set(n->arena, object, "each", of_each);
	return object;
}

/* "veth pairs", "bridge": what a type is called. */
static const char *noun(struct narrator *n, const char *type, size_t count)
{
	struct data *fields = data_object(n->arena);
	set(n, fields, "type", type);
	set_count(n, fields, count);
	return narrate(n, "type", has(n, "type", type) ? type : "other", fields, false);
}

/* The types of links that COMMANDS make, each with its number and what it is called. */
static struct data *types_of(struct narrator *n, const struct plan_step *steps, size_t n_steps)
{
	struct data *list = data_list(n->arena);
	const char *types[32];
	size_t counts[32] = { 0 }, n_types = 0;
	for (size_t i = 0; i < n_steps; i++) {
		for (size_t j = 0; j < steps[i].n; j++) {
			const struct command *command = &steps[i].commands[j];
			size_t k = 0;
			if (strcmp(command->group, "link"))
				continue;
			while (k < n_types && strcmp(types[k], command->detail))
				k++;
			if (k == COUNT(types))
				continue;
			if (k == n_types)
				types[n_types++] = command->detail;
			counts[k]++;
		}
	}
	for (size_t k = 0; k < n_types; k++) {
		struct data *type = data_object(n->arena);
		set(n, type, "type", types[k]);
		set_count(n, type, counts[k]);
		set(n, type, "noun", noun(n, types[k], counts[k]));
		data_append(n->arena, list, type);
	}
	mark_places(n, list, false);
	return list;
}

/* --- titles --- */

/* A title begins with a capital letter where the language says so: [language] capital = yes. */
static const char *with_capital(struct narrator *n, const char *text)
{
	if (!has(n, "language", "capital") || strcmp(narrate(n, "language", "capital", NULL, false), "yes"))
		return text;
	locale_t unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!unicode)
		return text;
	locale_t before = uselocale(unicode);
	wchar_t letter;
	char upper[16];
	mbstate_t in = { 0 }, out = { 0 };
	size_t length = mbrtowc(&letter, text, strlen(text), &in), written = 0;
	if (length && length < (size_t)-2)
		written = wcrtomb(upper, (wchar_t)towupper((wint_t)letter), &out);
	uselocale(before);
	freelocale(unicode);
	return written && written != (size_t)-1
	               ? arena_printf(n->arena, "%.*s%s", (int)written, upper, text + length)
	               : text;
}

static const char *action_title(struct narrator *n, const struct action *action)
{
	return model_title(&action->translations, n->wording->language, action->title);
}

/* What a step of nothing but the user's own commands is called: as the one that it has, or by what they are. */
static const char *title_of_actions(struct narrator *n, const struct plan_step *step)
{
	const struct command *first = NULL;
	size_t count = 0;
	for (size_t i = 0; i < step->n; i++) {
		const struct command *command = &step->commands[i];
		if (command->kind == COMMAND_WAIT)
			continue;
		if (!first || command->kind > first->kind) {
			first = command;
			count = 0;
		}
		count += command->kind == first->kind;
	}
	if (!first)
		return narrate(n, "title", "empty", NULL, false);
	if (first->kind == COMMAND_RUN && count == 1 && *action_title(n, first->action))
		return action_title(n, first->action);
	struct data *fields = data_object(n->arena);
	set_count(n, fields, count);
	const char *kind = first->kind == COMMAND_RUN ? "run" : first->kind == COMMAND_SHOW ? "show" : "check";
	const char *what = recognize(&n->wording->recognizer, kind, first->action->run);
	return narrate(n, "title", needed_key(n, "title", kind, what), fields, false);
}

const char *narrate_title(struct narrator *n, const struct plan_step *step)
{
	if (step->declared) {
		const char *title = model_title(&step->declared->translations, n->wording->language, step->title);
		if (title)
			return title;
	}
	bool seen[PHASES] = { false };
	struct data *titles = data_list(n->arena), *all = data_object(n->arena);
	for (size_t i = 0; i < step->n; i++) {
		const struct command *command = &step->commands[i];
		if (command->phase == NO_PHASE || command->kind == COMMAND_WAIT || seen[command->phase])
			continue;
		seen[command->phase] = true;
		struct data *fields = data_object(n->arena), *title = data_object(n->arena);
		size_t count = 0;
		for (size_t j = i; j < step->n; j++)
			count += step->commands[j].kind != COMMAND_WAIT && step->commands[j].phase == command->phase;
		set_count(n, fields, count);
		set_flag(n, fields, "first", !titles->n);
		struct data *types = types_of(n, step, 1);
		data_set(n->arena, fields, "types", types);
		/* nothing may be made there: what is there already gets a MAC address or an mtu */
		enum phase what = command->phase == PHASE_LINK && !types->n ? PHASE_SET : command->phase;
		set(n, title, "title", narrate(n, "title", phase_word(what), fields, false));
		data_append(n->arena, titles, title);
	}
	if (!titles->n)
		return with_capital(n, title_of_actions(n, step));
	mark_places(n, titles, false);
	data_set(n->arena, all, "titles", titles);
	return with_capital(n, narrate(n, "title", "all", all, false));
}

/* --- what commands do --- */

/* What is special about them: a kind of command that commands.ini knows, else the type of device. */
static const char *detail_of(struct narrator *n, const struct command *commands, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *some = recognize(&n->wording->recognizer, "build-some", commands[i].text);
		if (some)
			return some;
	}
	const char *kind = recognize(&n->wording->recognizer, "build", commands[0].text);
	for (size_t i = 1; kind && i < count; i++) {
		const char *other = recognize(&n->wording->recognizer, "build", commands[i].text);
		if (!other || strcmp(other, kind))
			kind = NULL;
	}
	return kind ? kind : commands[0].detail;
}

const char *narrate_comment(struct narrator *n, const struct command *commands, size_t count)
{
	const struct command *first = &commands[0];
	bool own = first->action && first->kind != COMMAND_SHOW;
	const char *detail = own ? action_title(n, first->action) : first->detail;
	const char *key = special_key(n, "group", first->group, own ? NULL : detail);
	if (!key)
		return "";
	struct data *fields = data_object(n->arena);
	set(n, fields, "detail", detail);
	set_count(n, fields, count);
	if (!own && *detail)
		set(n, fields, "noun", noun(n, detail, count));
	return narrate(n, "group", key, fields, false);
}

const char *narrate_group(struct narrator *n, const struct command *commands, size_t count)
{
	const char *key = special_key(n, "explain", commands[0].group, detail_of(n, commands, count));
	if (!key)
		return "";
	struct data *fields = facts(n, commands, count);
	set_flag(n, fields, "again", told(n, "explain", key));
	if (*commands[0].detail) {
		set(n, fields, "detail", commands[0].detail);
		set(n, fields, "noun", noun(n, commands[0].detail, count));
	}
	return narrate(n, "explain", key, fields, true);
}

/* --- what the user's own commands do --- */

/* The command that runs in a namespace, and which one that is ("" the host), of a line that says both. */
static const char *inside(struct narrator *n, const char *text, const char **netns)
{
	static const struct {
		const char *words, *instead;
	} ways[] = { { "ip netns exec ", "" }, { "ip -n ", "ip " }, { "ip -netns ", "ip " } };
	*netns = "";
	for (size_t i = 0; i < COUNT(ways); i++) {
		if (!starts_with(text, ways[i].words))
			continue;
		const char *name = text + strlen(ways[i].words);
		size_t length = strcspn(name, " ");
		if (!name[length])
			continue;
		*netns = arena_strndup(n->arena, name, length);
		return arena_printf(n->arena, "%s%s", ways[i].instead, name + length + 1);
	}
	return text;
}

/* Whose address is one of the words of LINE? */
static const struct link *owner_of_address(struct narrator *n, const char *line, const char **address)
{
	const struct model *model = n->plan->model;
	for (const char *word = line; *word; word += strspn(word, " ")) {
		size_t length = strcspn(word, " ");
		bool may_be = memchr(word, '.', length) || memchr(word, ':', length);
		for (size_t i = 0; may_be && i < model->n_steps; i++) {
			for (size_t j = 0; j < model->steps[i].n_statements; j++) {
				const struct statement *statement = model->steps[i].statements[j];
				for (size_t w = 0; statement->phase == PHASE_ADDRESS && w < statement->words.n; w++) {
					const char *given = statement->words.word[w];
					if (strcspn(given, "/") != length || memcmp(given, word, length))
						continue;
					*address = arena_strndup(n->arena, word, length);
					return statement->link;
				}
			}
		}
		word += length;
	}
	return NULL;
}

static void set_netns(struct narrator *n, struct data *fields, const char *key, const char *netns)
{
	if (*netns)
		set(n, fields, key, netns);
	else
		set_flag(n, fields, key, false);
}

/* What there is to say about a show, run or check; *KIND is what commands.ini calls it, or NULL. */
static struct data *facts_of_action(struct narrator *n, const struct command *command, const char **kind)
{
	const struct action *action = command->action;
	struct data *fields = data_object(n->arena);
	const char *netns = action->netns->name, *line = action->run, *address;
	if (command->kind == COMMAND_SHOW)
		line = inside(n, line, &netns);
	*kind = recognize(&n->wording->recognizer, command->kind == COMMAND_SHOW ? "show" : "check", line);
	set(n, fields, "command", command->text);
	set(n, fields, "line", line);
	set(n, fields, "program", arena_strndup(n->arena, line, strcspn(line, " ")));
	set_netns(n, fields, "netns", netns);
	set_flag(n, fields, "failure", action->expect.kind == EXPECT_FAILURE);
	set_flag(n, fields, "status", false);
	if (!expects_success(&action->expect) && action->expect.kind == EXPECT_STATUS)
		set(n, fields, "status", arena_printf(n->arena, "%d", action->expect.status));
	const struct link *target = owner_of_address(n, line, &address);
	if (target) {
		struct data *owner = data_object(n->arena);
		set(n, owner, "address", address);
		set(n, owner, "link", target->name);
		set_netns(n, owner, "netns", target->end->name);
		set_flag(n, owner, "same", target->end == action->netns);
		data_set(n->arena, fields, "target", owner);
	}
	if (action->match)
		set(n, fields, "match", action->match);
	if (action->within > 0)
		set(n, fields, "within", arena_printf(n->arena, "%g", action->within));
	return fields;
}

const char *narrate_action(struct narrator *n, const struct command *command, bool raised)
{
	static const char *const sections[] = { [COMMAND_SHOW] = "show", [COMMAND_RUN] = "run",
		                                    [COMMAND_CHECK] = "check" };
	const char *kind, *section = sections[command->kind];
	struct data *fields = facts_of_action(n, command, &kind);
	const char *key = kind && has(n, section, kind) ? kind : "other";
	set_flag(n, fields, "raised", raised);
	set_flag(n, fields, "again", told(n, section, key));
	return narrate(n, section, key, fields, true);
}

const char *narrate_proof(struct narrator *n, const struct command *command, const char *why)
{
	const char *kind, *key = command->kind == COMMAND_SHOW ? "show" : "check";
	struct data *fields = facts_of_action(n, command, &kind);
	if (why) {
		set(n, fields, "why", why);
		return narrate(n, "failed", needed_key(n, "failed", key, kind), fields, true);
	}
	return narrate(n, "proof", needed_key(n, "proof", key, kind), fields, true);
}

const char *narrate_scenario(struct narrator *n)
{
	const struct model *model = n->plan->model;
	struct data *fields = data_object(n->arena), *namespaces = data_list(n->arena), *types;
	struct data *existing = data_list(n->arena);
	for (size_t i = 0; i < model->n_namespaces; i++) {
		if (!is_named(i, model->n_namespaces))
			continue;
		struct data *item = data_object(n->arena);
		set(n, item, "name", model->namespaces[i]->name);
		data_append(n->arena, namespaces, item);
	}
	mark_places(n, namespaces, model->n_namespaces > NAMED);
	set_count(n, fields, model->n_namespaces);
	data_set(n->arena, fields, "namespaces", namespaces);
	for (size_t i = 0; i < model->n_links; i++) {
		struct data *item = data_object(n->arena);
		if (!model->links[i]->existing)
			continue;
		set(n, item, "link", model->links[i]->name);
		data_append(n->arena, existing, item);
	}
	mark_places(n, existing, false);
	data_set(n->arena, fields, "existing", existing);
	types = types_of(n, n->plan->steps, n->plan->n);
	data_set(n->arena, fields, "types", types);
	set_flag(n, fields, "any", types->n > 0);
	return narrate(n, "page", "introduction", fields, true);
}
