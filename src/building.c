/* building: what a section's header and its keys are, and what is wrong with them. */
#include <string.h>

#include "building.h"

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

bool building_meant_kind(const struct section *section, enum section_kind *kind)
{
	const char *guess;
	return find_kind(section, kind) ||
	       ((guess = guess_kind(section)) && section_kind_find(guess, strlen(guess), kind));
}

const char *building_name(const struct section *section)
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
		section_error(b, section, "there is no such section; did you mean [%s]?", nearest);
	else
		section_error(b, section, "there is no such section; there are %s", section_kind_list(&b->model->arena));
}

bool building_header(struct building *b, const struct section *section, enum section_kind *kind)
{
	if (!find_kind(section, kind)) {
		report_unknown_section(b, section);
		if (!building_meant_kind(section, kind))
			return false;
	}
	const struct section_rule *rule = section_rule(*kind);
	const char *name = building_name(section);
	if (rule->name == NAME_NONE && *name)
		section_error(b, section, "[%s] takes no name", rule->word);
	if (rule->name == NAME_NEEDED && !*name)
		section_error(b, section, "a name is missing: [%s NAME]", rule->word);
	else
		return true;
	return false;
}

static const struct key_rule *find_key(struct pair *pair)
{
	const struct key_rule *key = key_find(pair->kind, pair->entry->key);
	struct arena *arena = &pair->b->model->arena;
	if (!key) {
		size_t first = strcspn(pair->entry->key, " \t"); /* of "sysctl net.ipv4.ip_forward=1" */
		const char *nearest = key_nearest(pair->kind, arena_strndup(arena, pair->entry->key, first));
		pair->section->broken = true;
		if (nearest)
			pair_error(pair, "there is no such key here; did you mean '%s'?", nearest);
		else
			pair_error(pair, "there is no such key; a [%s] has %s", section_rule(pair->kind)->word,
			           key_list(arena, pair->kind));
	} else if (!*pair->entry->value) {
		pair_error(pair, "a value is missing after the '='");
		return NULL;
	}
	return key;
}

const char *building_expand(const struct pair *pair)
{
	const struct entry *entry = pair->entry;
	return variables_expand(&pair->b->variables, entry->value, entry->line, pair->section->header, entry->key);
}

/* NULL when the value cannot be used. */
static const char *expand(const struct pair *pair)
{
	const char *value = building_expand(pair);
	if (value && !*value) {
		pair_error(pair, "is empty when its variables are put in");
		return NULL;
	}
	return value;
}

bool building_pair(struct pair *pair)
{
	pair->key = find_key(pair);
	pair->value = pair->key ? expand(pair) : NULL;
	return pair->value;
}

static bool given_again(struct pair *pair, struct once *once)
{
	unsigned *line = &once->line[pair->key->id];
	if (!pair->key->many && *line) {
		pair_error(pair, "already given in line %u", *line);
		return true;
	}
	*line = pair->entry->line;
	return false;
}

/* Takes `title.ko` and its like; false for what is said in all languages. */
static bool take_translation(struct pair *pair, struct once *once, struct translations *translations)
{
	const struct entry *entry = pair->entry;
	const char *language = key_language(pair->key, entry->key);
	if (!language)
		return false;
	size_t earlier = pair->key->many ? 0 : (size_t)(uintptr_t)table_get(&once->said, entry->key);
	if (earlier)
		pair_error(pair, "already given in line %zu", earlier);
	table_set(&once->said, entry->key, (void *)(uintptr_t)entry->line);
	const char *text = expand(pair);
	if (!text)
		return true;
	translations->list =
		arena_grow(&pair->b->model->arena, translations->list, translations->n, sizeof *translations->list);
	translations->list[translations->n++] = (struct translation){ pair->key->id, language, text, entry->line };
	return true;
}

bool building_pair_once(struct pair *pair, struct once *once, struct translations *translations)
{
	pair->key = find_key(pair);
	if (!pair->key || (translations && take_translation(pair, once, translations)) || given_again(pair, once))
		return false;
	/* not the name: ${dir} has it in it */
	pair->value = pair->key->id == KEY_NAME ? pair->entry->value : expand(pair);
	return pair->value;
}

void building_forget(struct once *once)
{
	table_free(&once->said);
}
