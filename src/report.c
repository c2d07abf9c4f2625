/* report: what is wrong with a scenario, or looks so, collected and printed in the order of the file. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "visible.h"

struct finding {
	unsigned line;
	size_t order;
	const char *text;
	const char *section; /* the last one that it was counted for; NULL: it speaks of none */
	size_t sections;
	bool warning;
};

/* Was this said of another section in the same line?  Then it is counted.  *like is what such findings share. */
static bool count_again(struct report *report, unsigned line, const char *section, const char *key, const char *message,
                        const char **like)
{
	*like = arena_printf(&report->arena, "%u %p %s", line, (const void *)message, key ? key : "");
	size_t found = (size_t)(uintptr_t)table_get(&report->first_like, *like);
	struct finding *first = found ? &report->findings[found - 1] : NULL;
	if (!first || !section || !first->section)
		return false;
	bool again = strcmp(first->section, section) != 0;
	if (again) {
		first->section = arena_strdup(&report->arena, section);
		first->sections++;
	}
	return again || first->sections > 1;
}

__attribute__((__format__(__printf__, 6, 0)))
static void add_finding(struct report *report, bool warning, unsigned line, const char *section, const char *key,
                        const char *message, va_list args)
{
	struct buffer text = { 0 };
	const char *like;
	if (count_again(report, line, section, key, message, &like))
		return;
	if (section)
		buffer_printf(&text, "[%s] ", section);
	if (key)
		buffer_printf(&text, "%s: ", key);
	buffer_vprintf(&text, message, args);

	struct finding *last = report->n ? &report->findings[report->n - 1] : NULL;
	if (!last || last->line != line || strcmp(last->text, buffer_text(&text))) {
		struct finding *finding = array_add(report->findings, report->n, report->room);
		finding->line = line;
		finding->order = report->n;
		finding->text = arena_strdup(&report->arena, buffer_text(&text));
		finding->section = section ? arena_strdup(&report->arena, section) : NULL;
		finding->sections = 1;
		finding->warning = warning;
		if (!table_get(&report->first_like, like))
			table_set(&report->first_like, like, (void *)(uintptr_t)report->n);
	}
	buffer_free(&text);
}

void report_error(struct report *report, unsigned line, const char *section, const char *key, const char *message, ...)
{
	va_list args;
	va_start(args, message);
	add_finding(report, false, line, section, key, message, args);
	va_end(args);
}

void report_warning(struct report *report, unsigned line, const char *section, const char *key, const char *message, ...)
{
	va_list args;
	va_start(args, message);
	add_finding(report, true, line, section, key, message, args);
	va_end(args);
}

static int by_line(const void *left, const void *right)
{
	const struct finding *a = left, *b = right;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static void add_line(struct buffer *out, const struct report *report, const struct finding *finding)
{
	visible_line(out, report->file);
	if (finding->line)
		buffer_printf(out, ":%u", finding->line);
	buffer_puts(out, finding->warning ? ": warning: " : ": ");
	visible_line(out, finding->text);
	if (finding->sections > 1)
		buffer_printf(out, " (the first of %zu in its range)", finding->sections);
	buffer_putc(out, '\n');
}

size_t report_print(struct report *report)
{
	size_t errors = 0;
	for (size_t i = 0; i < report->n; i++)
		errors += !report->findings[i].warning;
	if (report->n)
		qsort(report->findings, report->n, sizeof *report->findings, by_line);
	struct buffer out = { 0 };
	for (size_t i = 0; i < report->n; i++)
		if (!errors || !report->findings[i].warning)
			add_line(&out, report, &report->findings[i]);
	fwrite(buffer_text(&out), 1, out.length, stderr); /* at once: there may be many */
	buffer_free(&out);
	report_free(report);
	return errors;
}

const char *report_first(const struct report *report, struct arena *arena)
{
	const struct finding *finding = &report->findings[0];
	return arena_printf(arena, "%s:%u: %s", report->file, finding->line, finding->text);
}

void report_free(struct report *report)
{
	free(report->findings);
	table_free(&report->first_like);
	arena_free(&report->arena);
	*report = (struct report){ .file = report->file };
}

void complain(const char *message, ...)
{
	struct buffer text = { 0 }, line = { 0 };
	va_list args;
	va_start(args, message);
	buffer_vprintf(&text, message, args);
	va_end(args);
	visible_line(&line, buffer_text(&text));
	fprintf(stderr, "vnetgen: %s\n", buffer_text(&line));
	buffer_free(&text);
	buffer_free(&line);
}
