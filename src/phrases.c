/* phrases: a file of templates, one a key. */
#include <stdlib.h>
#include <string.h>

#include "phrases.h"
#include "reader.h"

bool phrases_load(struct phrases *phrases, const struct templates *templates, const char *directory, const char *name,
                  const char **wrong)
{
	*phrases = (struct phrases){ 0 };
	struct arena *arena = &phrases->arena;
	const char *file = arena_printf(arena, "%s%s%s.ini", directory, *directory ? "/" : "", name);
	size_t length;
	*wrong = NULL;
	const char *text = strchr(name, '/') ? NULL : templates_read(templates, file, &length, &phrases->path);
	if (!text) {
		phrases->missing = true;
		*wrong = arena_printf(templates->arena, "%s; there are %s",
		                      phrases->path ? phrases->path : arena_printf(arena, "there is no '%s'", name),
		                      templates_list(templates, directory, ".ini"));
		return false;
	}
	struct report report = { .file = phrases->path };
	struct ini ini = { 0 };
	ini_read(&ini, text, length, NULL, &report);
	for (size_t i = 0; i < ini.n && !report.n; i++) {
		for (size_t j = 0; j < ini.sections[i].n && !*wrong; j++) {
			const struct entry *entry = &ini.sections[i].entries[j];
			const char *key = arena_printf(arena, "%s.%s", ini.sections[i].header, entry->key);
			struct mustache *template = mustache_compile(arena, phrases->path, entry->line, arena_strdup(arena, entry->value),
			                                             wrong);
			if (!template)
				continue;
			table_set(&phrases->by_name, key, template);
			*array_add(phrases->names, phrases->n, phrases->room) = key;
		}
	}
	if (*wrong)
		*wrong = arena_strdup(templates->arena, *wrong);
	else if (report.n)
		*wrong = report_first(&report, templates->arena);
	ini_free(&ini);
	report_free(&report);
	return !*wrong;
}

void phrases_free(struct phrases *phrases)
{
	free(phrases->names);
	table_free(&phrases->by_name);
	arena_free(&phrases->arena);
}

struct lookup {
	const struct phrases *phrases;
	const char *section; /* "style." and its length */
	size_t length;
};

static const struct mustache *find_partial(void *user, const char *name, size_t length)
{
	const struct lookup *lookup = user;
	char key[128];
	size_t section = memchr(name, '.', length) ? 0 : lookup->length;
	if (section + length >= sizeof key)
		return NULL;
	memcpy(key, lookup->section, section);
	memcpy(key + section, name, length);
	key[section + length] = '\0';
	return table_get(&lookup->phrases->by_name, key);
}

bool phrases_has(const struct phrases *phrases, const char *name)
{
	return table_get(&phrases->by_name, name) != NULL;
}

bool phrases_render(const struct phrases *phrases, const char *name, const struct data *fields, mustache_escape *escape,
                    struct buffer *out, struct arena *arena, const char **wrong)
{
	const struct mustache *template = table_get(&phrases->by_name, name);
	if (!template) {
		const char *dot = strchr(name, '.');
		*wrong = arena_printf(arena, "%s: [%.*s] has no '%s'", phrases->path, (int)(dot - name), name, dot + 1);
		return false;
	}
	struct lookup lookup = { phrases, name, (size_t)(strchr(name, '.') - name) + 1 };
	const struct mustache_rendering how = { find_partial, &lookup, escape, .strict = true };
	return mustache_render(template, fields, &how, out, arena, wrong);
}
