/* script: a plan printed as a shell script. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "script.h"

bool script_print(const struct templates *templates, const char *name, const struct data *view, const char **wrong)
{
	size_t length;
	const char *path, *text;
	text = templates_read(templates, arena_printf(templates->arena, "%s.mustache", name), &length, &path);
	*wrong = text ? NULL : path;
	if (!text)
		return false;
	struct mustache *template = mustache_compile(templates->arena, path, text, wrong);
	if (!template)
		return false;
	struct buffer out = { 0 };
	const struct mustache_rendering how = { .escape = words_quote, .strict = true };
	bool good = mustache_render(template, view, &how, &out, templates->arena, wrong);
	if (good && !write_all(STDOUT_FILENO, buffer_text(&out), out.length)) {
		*wrong = arena_printf(templates->arena, "cannot write: %s", strerror(errno));
		good = false;
	}
	buffer_free(&out);
	return good;
}

void script_print_record(const struct record *record)
{
	printf("#!/bin/sh\n# what is left of %s, by its record in " RUN_DIR "/%s\nset -u\n", record->name, record->name);
	for (size_t i = 0; i < record->n; i++)
		if (record->entries[i].state != ENTRY_GONE)
			printf("%s\n", record->entries[i].text);
	printf("rm -r " RUN_DIR "/%s\n", record->name);
}
