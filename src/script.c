/* script: a plan printed as a shell script. */
#include <stdio.h>

#include "script.h"

bool script_print(const struct templates *templates, const char *name, const struct data *view, const char **wrong)
{
	struct buffer out = { 0 };
	bool good = template_render(templates, name, view, &out, wrong);
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
