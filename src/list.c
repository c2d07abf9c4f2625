/* list: the networks that are up. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "journal.h"
#include "list.h"
#include "rundir.h"
#include "visible.h"

enum { COLUMNS = 4 };

static const char *state_of(const struct record *record)
{
	return record->held ? "busy" : record->stale ? "stale" : record->elsewhere ? "elsewhere" : record->whole ? "up" : "incomplete";
}

static const char *origin_of(struct arena *arena, const struct record *record)
{
	const char *from = record->script ? "printed script" : *record->file ? record->file : "-";
	return record->holder ? arena_printf(arena, "%s (process %d)", from, (int)record->holder) : from;
}

enum exit_status list_networks(void)
{
	struct arena arena = { 0 };
	const char **names, *wrong;
	size_t n, rows = 0, width[COLUMNS] = { 0 };
	enum exit_status status = EXIT_DONE;
	if (!record_names(&arena, &names, &n)) {
		complain("cannot read %s: %s", rundir(), strerror(errno));
		status = EXIT_REFUSED;
	}
	const char *(*table)[COLUMNS] = arena_alloc(&arena, (n + 1) * sizeof *table);
	for (size_t i = 0; i < n; i++) {
		struct record record;
		if (!record_read(&record, names[i], false, &wrong))
			continue;
		const char *const row[COLUMNS] = { names[i], state_of(&record), record_since(&arena, &record),
			                               origin_of(&arena, &record) };
		for (size_t c = 0; !wrong && c < COLUMNS; c++) {
			table[rows][c] = arena_strdup(&arena, row[c]);
			if (strlen(row[c]) > width[c])
				width[c] = strlen(row[c]);
		}
		rows += !wrong;
		if (wrong && !record.foreign) {
			complain("%s", wrong);
			status = EXIT_REFUSED;
		}
		record_close(&record);
	}
	for (size_t i = 0; i < rows; i++)
		show(stdout, "%-*s  %-*s  %-*s  %s\n", (int)width[0], table[i][0], (int)width[1], table[i][1], (int)width[2],
		     table[i][2], table[i][3]);
	arena_free(&arena);
	return status;
}
