/* script: a plan printed as a shell script. */
#include <stdio.h>

#include "script.h"

bool script_print(const struct templates *templates, const char *name, const struct data *view, const char **wrong)
{
	size_t length;
	const char *path, *text;
	text = templates_read(templates, arena_printf(templates->arena, "%s.mustache", name), &length, &path);
	*wrong = text ? NULL : path;
	if (!text)
		return false;
	struct mustache *template = mustache_compile(templates->arena, path, 1, text, wrong);
	if (!template)
		return false;
	struct buffer out = { 0 };
	const struct mustache_rendering how = { .escape = words_quote, .strict = true };
	bool good = mustache_render(template, view, &how, &out, templates->arena, wrong);
	if (good) /* whether it could be written is for the end of the program to see */
		fwrite(buffer_text(&out), 1, out.length, stdout);
	buffer_free(&out);
	return good;
}

bool script_print_record(const struct templates *templates, const struct record *record, const char **wrong)
{
	struct arena *arena = templates->arena;
	struct data *view = data_object(arena), *commands = data_list(arena);
	for (size_t i = 0; i < record->n; i++) {
		if (record->entries[i].state == ENTRY_GONE)
			continue;
		struct data *command = data_object(arena);
		data_set_string(arena, command, "text", record->entries[i].text);
		data_append(arena, commands, command);
	}
	data_set_string(arena, view, "name", record->name);
	data_set_string(arena, view, "dir", arena_printf(arena, RUN_DIR "/%s", record->name));
	data_set(arena, view, "commands", commands);
	return script_print(templates, "record.sh", view, wrong);
}
