/* stable: what a command prints, made the same each time. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "expression.h"
#include "reader.h"
#include "stable.h"

enum { GROUPS = 10 };

struct stable_rule {
	regex_t regex;
	const char *text; /* NULL: a pattern of commands whose output is sorted */
	bool spares;      /* leaves what the scenario says itself */
	/* where it matches next, from an offset on */
	regmatch_t match[GROUPS];
	bool searched, found;
};

/* The numbers that {NAME} gives. */
struct stable_counter {
	const char *name;
	struct table seen; /* what has a number -> size_t */
	size_t n;
};

/* --- rules --- */

/* {NAME}, {NAME+2}, {NAME:xx:xx}. */
struct stand_in {
	const char *name;
	size_t length;       /* of the name */
	size_t from;         /* the first number */
	const char *format;  /* "" decimal, "x" hexadecimal, "xx:xx" two bytes of it */
	size_t format_length;
	size_t whole;        /* of all of it */
};

static bool read_stand_in(const char *text, struct stand_in *stand_in)
{
	*stand_in = (struct stand_in){ .name = text + 1, .from = 1, .format = "" };
	if (*text != '{')
		return false;
	while (isalpha((unsigned char)stand_in->name[stand_in->length]) || stand_in->name[stand_in->length] == '-')
		stand_in->length++;
	const char *c = stand_in->name + stand_in->length;
	if (*c == '+') {
		char *end;
		stand_in->from = strtoul(c + 1, &end, 10);
		c = end;
	}
	if (*c == ':') {
		stand_in->format = ++c;
		stand_in->format_length = strcspn(c, "}");
		c += stand_in->format_length;
	}
	stand_in->whole = (size_t)(c - text) + 1;
	return *c == '}' && stand_in->length > 0;
}

static bool is_format(const struct stand_in *stand_in, const char *format)
{
	return stand_in->format_length == strlen(format) && !memcmp(stand_in->format, format, strlen(format));
}

static const char *compile(struct arena *arena, const char *pattern, struct stable_rule *rule)
{
	struct buffer regex = { 0 };
	/* regcomp() knows no \n */
	for (const char *c = pattern; *c; c++) {
		bool newline = c[0] == '\\' && c[1] == 'n';
		if (c[0] == '\\' && c[1] && !newline)
			buffer_putc(&regex, *c++);
		buffer_putc(&regex, newline ? '\n' : *c);
		c += newline;
	}
	const char *wrong = expression_compile(arena, &rule->regex, buffer_text(&regex), REG_NEWLINE);
	buffer_free(&regex);
	return wrong;
}

static const char *read_rule(struct arena *arena, const char *value, struct stable_rule *rule)
{
	static const char arrow[] = "→";
	const char *at = strstr(value, arrow);
	if (!at)
		return "an arrow is missing: REGEX → TEXT";
	const char *end = at, *text = at + strlen(arrow);
	while (end > value && end[-1] == ' ')
		end--;
	if (end == value)
		return "there is nothing before the arrow: REGEX → TEXT";
	rule->text = arena_strdup(arena, text + strspn(text, " "));
	rule->spares = !*rule->text;
	struct stand_in stand_in;
	for (const char *c = strchr(rule->text, '{'); c; c = strchr(c + 1, '{')) {
		if (!read_stand_in(c, &stand_in))
			continue;
		rule->spares = true;
		if (!is_format(&stand_in, "") && !is_format(&stand_in, "x") && !is_format(&stand_in, "xx:xx"))
			return arena_printf(arena, "'%.*s' is written in no way that there is: {NAME}, {NAME:x}, {NAME:xx:xx}",
			                    (int)stand_in.whole, c);
	}
	return compile(arena, arena_strndup(arena, value, (size_t)(end - value)), rule);
}

const char *stable_wrong(struct arena *arena, const char *value)
{
	struct stable_rule rule = { 0 };
	const char *wrong = read_rule(arena, value, &rule);
	if (!wrong)
		regfree(&rule.regex);
	return wrong;
}

static void add_rule(struct stable *stable, const struct stable_rule *rule)
{
	*array_add(stable->rules, stable->n, stable->room) = *rule;
}

/* The words of the commands, in small letters as iproute2 prints them. */
static void note_said(struct stable *stable, const struct plan *plan)
{
	static const char between[] = " /'\"=,;()";
	for (size_t i = 0; i < plan->n; i++) {
		for (size_t j = 0; j < plan->steps[i].n; j++) {
			for (const char *c = plan->steps[i].commands[j].text; *c;) {
				size_t length = strcspn(c, between);
				char *word = arena_strndup(&stable->arena, c, length);
				for (char *letter = word; *letter; letter++)
					*letter = (char)tolower((unsigned char)*letter);
				if (length)
					table_set(&stable->said, word, word);
				c += length + strspn(c + length, between);
			}
		}
	}
}

bool stable_load(struct stable *stable, const struct templates *templates, const struct plan *plan, const char **wrong)
{
	struct report report = { 0 };
	struct ini ini = { 0 };
	size_t length;
	*stable = (struct stable){ 0 };
	for (size_t i = 0; i < plan->model->n_stables; i++) {
		struct stable_rule rule = { 0 };
		/* looked at when the scenario was read */
		if (!read_rule(&stable->arena, plan->model->stables[i], &rule))
			add_rule(stable, &rule);
	}
	const char *text = templates_read(templates, "stable.ini", &length, &report.file);
	*wrong = text ? NULL : report.file;
	if (!text)
		return false;
	ini_read(&ini, text, length, NULL, &report);
	for (size_t i = 0; i < ini.n; i++) {
		for (size_t j = 0; j < ini.sections[i].n; j++) {
			const struct entry *entry = &ini.sections[i].entries[j];
			struct stable_rule rule = { 0 };
			const char *why = !strcmp(ini.sections[i].header, "sort")
			                          ? compile(&stable->arena, entry->value, &rule)
			                          : read_rule(&stable->arena, entry->value, &rule);
			if (why)
				report_error(&report, entry->line, ini.sections[i].header, entry->key, "%s", why);
			else
				add_rule(stable, &rule);
		}
	}
	if (report.n)
		*wrong = report_first(&report, templates->arena);
	ini_free(&ini);
	report_free(&report);
	note_said(stable, plan);
	return !*wrong;
}

void stable_free(struct stable *stable)
{
	for (size_t i = 0; i < stable->n; i++)
		regfree(&stable->rules[i].regex);
	for (size_t i = 0; i < stable->n_counters; i++)
		table_free(&stable->counters[i].seen);
	free(stable->rules);
	free(stable->counters);
	table_free(&stable->said);
	arena_free(&stable->arena);
	*stable = (struct stable){ 0 };
}

/* --- numbers --- */

/* A link-local address that the kernel made of a MAC address counts as that one, so that who knows the rule can still
 * see it: RFC 4291, appendix A. */
static const char *as_mac(struct arena *arena, const char *text)
{
	unsigned char a[16];
	if (inet_pton(AF_INET6, text, a) != 1 || a[0] != 0xfe || a[1] != 0x80 || a[11] != 0xff || a[12] != 0xfe)
		return text;
	return arena_printf(arena, "%02x:%02x:%02x:%02x:%02x:%02x", a[8] ^ 2u, a[9], a[10], a[13], a[14], a[15]);
}

static size_t number_of(struct stable *stable, const struct stand_in *stand_in, const char *what)
{
	struct stable_counter *counter = NULL;
	for (size_t i = 0; i < stable->n_counters && !counter; i++)
		if (strlen(stable->counters[i].name) == stand_in->length &&
		    !memcmp(stable->counters[i].name, stand_in->name, stand_in->length))
			counter = &stable->counters[i];
	if (!counter) {
		counter = array_add(stable->counters, stable->n_counters, stable->counters_room);
		counter->name = arena_strndup(&stable->arena, stand_in->name, stand_in->length);
	}
	what = as_mac(&stable->arena, what);
	size_t *number = table_get(&counter->seen, what);
	if (!number) {
		number = arena_new(&stable->arena, size_t);
		*number = counter->n++;
		table_set(&counter->seen, what, number);
	}
	return stand_in->from + *number;
}

/* --- outputs --- */

static int by_text(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static char *sort_lines(struct arena *arena, const char *text)
{
	const char **lines = NULL;
	size_t n = 0, room = 0;
	struct buffer sorted = { 0 };
	for (const char *line = text; *line;) {
		size_t length = strcspn(line, "\n");
		*array_add(lines, n, room) = arena_strndup(arena, line, length);
		line += length + (line[length] == '\n');
	}
	if (n)
		qsort(lines, n, sizeof *lines, by_text);
	for (size_t i = 0; i < n; i++)
		buffer_printf(&sorted, "%s\n", lines[i]);
	char *kept = arena_strdup(arena, buffer_text(&sorted));
	buffer_free(&sorted);
	free(lines);
	return kept;
}

/* The group of a match, in the stable's arena; NULL when it has no part in it. */
static const char *group(struct stable *stable, const struct stable_rule *rule, const char *text, size_t i)
{
	const regmatch_t *match = &rule->match[i];
	if (match->rm_so < 0)
		return NULL;
	return arena_strndup(&stable->arena, text + match->rm_so, (size_t)(match->rm_eo - match->rm_so));
}

/* Looks for the rule's next match at AT or behind it; offsets are into TEXT. */
static void search(struct stable_rule *rule, const char *text, size_t at)
{
	if (rule->searched && (!rule->found || (size_t)rule->match[0].rm_so >= at))
		return;
	rule->searched = true;
	rule->found = regexec(&rule->regex, text + at, GROUPS, rule->match,
	                      at && text[at - 1] != '\n' ? REG_NOTBOL : 0) == 0 &&
	              rule->match[0].rm_eo > rule->match[0].rm_so;
	for (size_t i = 0; i < GROUPS && rule->found; i++) {
		if (rule->match[i].rm_so < 0)
			continue;
		rule->match[i].rm_so += (regoff_t)at;
		rule->match[i].rm_eo += (regoff_t)at;
	}
}

static void write_stand_in(struct stable *stable, struct buffer *out, const struct stand_in *stand_in, const char *what)
{
	size_t number = number_of(stable, stand_in, what);
	if (is_format(stand_in, "x"))
		buffer_printf(out, "%zx", number);
	else if (is_format(stand_in, "xx:xx"))
		buffer_printf(out, "%02zx:%02zx", number >> 8 & 0xff, number & 0xff);
	else
		buffer_printf(out, "%zu", number);
}

static void replace(struct stable *stable, const struct stable_rule *rule, const char *text, struct buffer *out)
{
	const char *whole = group(stable, rule, text, 0), *what = group(stable, rule, text, 1);
	if (!what || !*what)
		what = whole;
	char *small = arena_strdup(&stable->arena, what);
	for (char *letter = small; *letter; letter++)
		*letter = (char)tolower((unsigned char)*letter);
	/* a number alone says nothing: the 2 of `ping -c 2` is no device's */
	bool is_number = !small[strspn(small, "0123456789")];
	if (rule->spares && !is_number && table_get(&stable->said, small)) {
		buffer_puts(out, whole);
		return;
	}
	struct stand_in stand_in;
	for (const char *c = rule->text; *c; c++) {
		if (c[0] == '\\' && isdigit((unsigned char)c[1])) {
			const char *part = group(stable, rule, text, (size_t)(*++c - '0'));
			buffer_puts(out, part ? part : "");
		} else if (read_stand_in(c, &stand_in)) {
			write_stand_in(stable, out, &stand_in, what);
			c += stand_in.whole - 1;
		} else {
			buffer_putc(out, *c);
		}
	}
}

const char *stable_apply(struct stable *stable, struct arena *arena, const char *command, const char *output)
{
	if (!*output)
		return output;
	/* every line ends in a newline, for patterns of whole lines */
	const char *text = arena_printf(arena, "%s\n", output);
	for (size_t i = 0; i < stable->n; i++) {
		struct stable_rule *rule = &stable->rules[i];
		rule->searched = false;
		if (!rule->text && regexec(&rule->regex, command, 0, NULL, 0) == 0)
			text = sort_lines(arena, text);
	}
	struct buffer out = { 0 };
	size_t at = 0, length = strlen(text);
	while (at < length) {
		const struct stable_rule *first = NULL;
		for (size_t i = 0; i < stable->n; i++) {
			struct stable_rule *rule = &stable->rules[i];
			if (!rule->text)
				continue;
			search(rule, text, at);
			if (rule->found && (!first || rule->match[0].rm_so < first->match[0].rm_so))
				first = rule;
		}
		size_t next = first ? (size_t)first->match[0].rm_so : length;
		buffer_add(&out, text + at, next - at);
		at = next;
		if (first) {
			at = (size_t)first->match[0].rm_eo;
			replace(stable, first, text, &out);
		}
	}
	length = out.length;
	while (length && out.text[length - 1] == '\n')
		length--;
	const char *kept = length ? arena_strndup(arena, out.text, length) : "";
	buffer_free(&out);
	return kept;
}
