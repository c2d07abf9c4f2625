/* script: a plan printed as a shell script. */
#include <stdio.h>
#include <unistd.h>

#include "owned.h"
#include "rundir.h"
#include "script.h"
#include "visible.h"

bool script_print(const struct templates *templates, const char *name, const struct data *view, const char **wrong)
{
	struct buffer out = { 0 };
	bool good = template_render(templates, name, view, &out, wrong);
	if (good) /* whether it could be written is for the end of the program to see */
		show_bytes(stdout, buffer_text(&out), out.length);
	buffer_free(&out);
	return good;
}

bool script_print_record(const struct templates *templates, const struct record *record, const char **wrong)
{
	struct arena *arena = templates->arena;
	struct data *view = data_object(arena), *commands = data_list(arena);
	bool daemons = false, directories = false;
	for (size_t i = 0; i < record->n; i++) {
		const struct journal_entry *entry = &record->entries[i];
		struct data *command = data_object(arena);
		/* who may not enter namespaces cannot know which they are */
		if (entry->state == ENTRY_GONE || record->stale ||
		    ((!geteuid() || entry->class == UNDO_DAEMON) && owned(record, entry) != OWN_OURS))
			continue;
		data_set_string(arena, command, "text", entry->text);
		if (entry->class == UNDO_DAEMON) {
			data_set_string(arena, command, "daemon", arena_printf(arena, "%d %llu", (int)entry->pid,
			                                                        (unsigned long long)entry->start));
			daemons = true;
		}
		directories |= entry->class == UNDO_DIRECTORY;
		data_append(arena, commands, command);
	}
	data_set_bool(arena, view, "daemons", daemons);
	data_set_bool(arena, view, "directories", directories);
	data_set_string(arena, view, "name", record->name);
	data_set_string(arena, view, "dir", rundir_of(arena, record->name));
	data_set(arena, view, "commands", commands);
	return script_print(templates, "record.sh", view, wrong);
}
