/* reader: the text of an INI file becomes raw sections. */
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"

enum { LINE_LIMIT = 65536 };

/* inih's builds differ by distribution: they cut headers at 49 bytes and values at 199, end a value at " ;", and take
 * "note: x" for a key.  So it gets numbers, "[17]" and "k=42", of texts that stay here. */
struct reading {
	const char *next, *end; /* of the text that is left */
	unsigned line;          /* number of the line that was taken last */
	const char *kind;       /* of the section that the lines belong to, and its length */
	size_t kind_length;
	bool in_section;
	bool lost;      /* the header of what follows cannot be read */
	bool swallow;   /* the indented lines that follow belong to a mistake that was reported */
	bool homeless;  /* a line before the first section was reported */
	struct section *headers; /* what was handed to inih by number */
	size_t n_headers, headers_room;
	struct entry *pairs;
	size_t n_pairs, pairs_room;
	struct ini *ini;
	const struct ini_rules *rules;
	struct report *report;
};

struct span {
	const char *start;
	size_t length;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static struct span trimmed(struct span span)
{
	while (span.length && is_blank(span.start[0])) {
		span.start++;
		span.length--;
	}
	while (span.length && is_blank(span.start[span.length - 1]))
		span.length--;
	return span;
}

/* The line at `next`, without its end; does not take it. */
static struct span peek(const struct reading *in)
{
	const char *newline = memchr(in->next, '\n', (size_t)(in->end - in->next));
	const char *end = newline ? newline : in->end;
	return (struct span){ in->next, (size_t)(end - in->next) };
}

/* The section that the mistake of this line is reported for. */
static const char *blame(struct reading *in)
{
	in->swallow = true;
	if (!in->in_section)
		return NULL;
	in->headers[in->n_headers - 1].broken = true;
	return in->kind;
}

/* Takes a line; one that cannot be read is reported and comes out empty. */
static bool take(struct reading *in, struct span *line)
{
	if (in->next == in->end)
		return false;
	*line = peek(in);
	in->next = line->start + line->length;
	if (in->next < in->end)
		in->next++;
	in->line++;
	if (!trimmed(*line).length)
		in->swallow = false;
	const char *wrong = NULL;
	if (memchr(line->start, '\0', line->length))
		wrong = "there is a NUL byte in this line; a scenario is text";
	else if (line->length > LINE_LIMIT)
		wrong = "this line is longer than 64 KiB; an indented line continues the one above it";
	if (wrong) {
		bool header = line->start[0] == '[';
		report_error(in->report, in->line, header ? NULL : blame(in), NULL, "%s", wrong);
		in->lost |= header;
		line->length = 0;
	}
	return true;
}

static char *kept(struct reading *in, struct span span)
{
	return arena_strndup(&in->ini->arena, span.start, span.length);
}

static void read_header(struct reading *in, struct span line)
{
	const char *close = memrchr(line.start, ']', line.length);
	bool broken = !close;
	struct span inside = { line.start + 1, line.length - 1 };
	if (close) {
		inside.length = (size_t)(close - line.start) - 1;
		struct span after = trimmed((struct span){ close + 1, line.length - inside.length - 2 });
		if (after.length) {
			report_error(in->report, in->line, NULL, NULL,
			             "'%s' after the ']' of a header; a comment is a line of its own", kept(in, after));
			broken = true;
		}
	} else {
		report_error(in->report, in->line, NULL, NULL, "a header without ']'; it is written [%s]",
		             kept(in, trimmed(inside)));
	}
	in->lost = false;
	struct section *header = array_add(in->headers, in->n_headers, in->headers_room);
	header->header = kept(in, trimmed(inside));
	header->line = in->line;
	header->broken = broken;
	in->kind = header->header;
	in->kind_length = strcspn(in->kind, " \t");
	in->in_section = true;
}

/* Is the indented LINE, after the value of ABOVE (NULL: after none), meant to be a pair? */
static bool is_indent_mistake(struct reading *in, struct span line, const char *above)
{
	const char *equals = memchr(line.start, '=', line.length);
	if (!equals || !in->rules || !in->in_section || (above && in->rules->takes_keys(above)))
		return false;
	char *key = kept(in, trimmed((struct span){ line.start, (size_t)(equals - line.start) }));
	if (!in->rules->is_key(in->kind, in->kind_length, key))
		return false;
	report_error(in->report, in->line, blame(in), key, "keys begin in the first column; an indented line continues "
	             "the value above it");
	return true;
}

/* Takes the indented lines after a pair and adds them to its value. */
static const char *read_continuation(struct reading *in, const char *key, struct span first)
{
	struct buffer value = { 0 };
	buffer_add(&value, first.start, first.length);
	bool lines = in->rules && in->rules->is_key(in->kind, in->kind_length, key) && in->rules->keeps_lines(key);
	while (in->next < in->end) {
		struct span line = peek(in);
		bool comment = line.length && (line.start[0] == '#' || line.start[0] == ';');
		bool more = line.length && is_blank(line.start[0]) && trimmed(line).length;
		if (!comment && !more)
			break;
		take(in, &line);
		struct span text = trimmed(line);
		if (comment || !text.length || is_indent_mistake(in, text, key))
			continue;
		if (value.length)
			buffer_putc(&value, lines ? '\n' : ' ');
		buffer_add(&value, text.start, text.length);
	}
	char *whole = arena_strndup(&in->ini->arena, buffer_text(&value), value.length);
	buffer_free(&value);
	return whole;
}

/* Takes one pair; false when the line was a mistake. */
static bool read_pair(struct reading *in, struct span line)
{
	struct entry pair = { .line = in->line };
	if (line.start[0] == '|') {
		if (in->rules && in->in_section && !in->rules->takes_text(in->kind, in->kind_length)) {
			report_error(in->report, in->line, blame(in), NULL, "only the text of a [file] begins with '|'");
			return false;
		}
		pair.key = "|";
		pair.value = kept(in, (struct span){ line.start + 1, line.length - 1 });
	} else {
		const char *equals = memchr(line.start, '=', line.length);
		if (!equals) {
			report_error(in->report, in->line, blame(in), NULL, "'%s' is no KEY = VALUE: it has no '='",
			             kept(in, trimmed(line)));
			return false;
		}
		struct span key = trimmed((struct span){ line.start, (size_t)(equals - line.start) });
		struct span value = { equals + 1, line.length - (size_t)(equals + 1 - line.start) };
		pair.key = kept(in, key);
		pair.value = read_continuation(in, pair.key, trimmed(value));
		if (!key.length) {
			report_error(in->report, pair.line, blame(in), NULL, "there is no key before the '='");
			return false;
		}
		if (memchr(key.start, ':', key.length)) {
			report_error(in->report, pair.line, blame(in), NULL, "a ':' in the key '%s'; a key ends at the first '='",
			             pair.key);
			return false;
		}
	}
	if (!in->in_section) {
		if (!in->homeless)
			report_error(in->report, pair.line, NULL, NULL, "'%s' stands before the first [section]", pair.key);
		in->homeless = true;
		return false;
	}
	*array_add(in->pairs, in->n_pairs, in->pairs_room) = pair;
	return true;
}

/* inih's fgets: one record a call. */
static char *next_record(char *record, int room, void *user)
{
	struct reading *in = user;
	struct span line;
	while (take(in, &line)) {
		struct span text = trimmed(line);
		if (!text.length || line.start[0] == '#' || line.start[0] == ';' || (in->lost && line.start[0] != '['))
			continue;
		if (is_blank(line.start[0])) {
			if (!is_indent_mistake(in, text, NULL) && !in->swallow)
				report_error(in->report, in->line, blame(in), NULL,
				             "an indented line continues the value above it, and there is none");
			continue;
		}
		in->swallow = false;
		if (line.start[0] == '[') {
			read_header(in, text);
			snprintf(record, (size_t)room, "[%zu]\n", in->n_headers - 1);
			return record;
		} else if (read_pair(in, line)) {
			snprintf(record, (size_t)room, "k=%zu\n", in->n_pairs - 1);
			return record;
		}
	}
	return NULL;
}

static int keep_pair(void *user, const char *section, const char *name, const char *value)
{
	struct reading *in = user;
	(void)name;
	struct section *current = &in->headers[strtoul(section, NULL, 10)];
	*array_add(current->entries, current->n, current->room) = in->pairs[strtoul(value, NULL, 10)];
	return 1;
}

void ini_read(struct ini *ini, const char *text, size_t length, const struct ini_rules *rules, struct report *report)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct reading in = { .next = text, .end = text + length, .ini = ini, .rules = rules, .report = report };
	if (length >= 3 && !memcmp(text, bom, 3))
		in.next += 3;
	if (ini_parse_stream(next_record, &in, keep_pair, &in) != 0)
		report_error(report, 0, NULL, NULL, "inih cannot read this file");
	free(in.pairs);
	/* all headers, also those of sections without a key, of which inih says nothing */
	free(ini->sections);
	ini->sections = in.headers;
	ini->n = in.n_headers;
	ini->room = in.headers_room;
}

void ini_free(struct ini *ini)
{
	for (size_t i = 0; i < ini->n; i++)
		if (ini->sections[i].room)
			free(ini->sections[i].entries);
	free(ini->sections);
	arena_free(&ini->arena);
	*ini = (struct ini){ 0 };
}
