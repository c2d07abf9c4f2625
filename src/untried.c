/* untried: whether a command failed without having tried what it was to try. */
#include <string.h>

#include "expression.h"
#include "untried.h"

static bool is_of(const struct pattern *pattern, const char *section, const char *key)
{
	return !strcmp(pattern->section, section) && !strcmp(pattern->key, key);
}

/* Does a KEY of SECTION fit the text? */
static bool fits(const struct recognizer *rules, const char *section, const char *key, const char *text, size_t length)
{
	bool found = false;
	for (size_t i = 0; i < rules->n && !found; i++)
		found = is_of(&rules->patterns[i], section, key) && expression_fits(&rules->patterns[i].regex, text, length);
	return found;
}

/* The first line that a KEY of SECTION fits, and no UNLESS; NULL when there is none. */
static const char *line_that(const struct recognizer *rules, const char *section, const char *key, const char *unless,
                             const struct outcome *outcome, struct arena *arena)
{
	for (size_t i = 0; i < COUNT(outcome->stream); i++) {
		const struct buffer *said = &outcome->stream[i];
		const char *line = NULL;
		size_t length;
		while (next_line(buffer_text(said), said->length, &line, &length))
			if (fits(rules, section, key, line, length) && !fits(rules, section, unless, line, length))
				return arena_strndup(arena, line, length);
	}
	return NULL;
}

/* What the exit status of a line is that of: what stands behind its last '|', if that is a pipe. */
static const char *end_of_pipe(const char *command)
{
	const char *last = command;
	for (const char *c = command; *c; c++) {
		if (*c == '|' && c[1] != '|' && (c == command || c[-1] != '|'))
			last = c + 1;
	}
	return last;
}

static const char *sign_by(const struct recognizer *rules, const char *section, enum untried_scope scope,
                           const char *command, const struct outcome *outcome, int status, struct arena *arena)
{
	static const struct {
		enum untried_scope scope;
		const char *key;
	} lines[] = { { UNTRIED_PLACE, "place" }, { UNTRIED_SAID, "said" } };
	const char *sign = NULL, *number = arena_printf(arena, "%d", status), *last = end_of_pipe(command);
	for (size_t i = 0; i < COUNT(lines) && !sign && lines[i].scope <= scope; i++)
		sign = line_that(rules, section, lines[i].key, "but", outcome, arena);
	if (!sign && scope >= UNTRIED_STATUS && fits(rules, section, "status", number, strlen(number)) &&
	    fits(rules, section, "used", last, strlen(last)) && !line_that(rules, section, "but", "", outcome, arena))
		sign = arena_printf(arena, "exit status %s", number);
	return sign;
}

const char *untried_sign(const struct recognizer *rules, enum untried_scope scope, const char *command,
                         const struct outcome *outcome, int status, struct arena *arena)
{
	const char *sign = NULL;
	for (size_t i = 0; i < rules->n && !sign; i++) {
		const struct pattern *pattern = &rules->patterns[i];
		if (is_of(pattern, pattern->section, "used") && expression_fits(&pattern->regex, command, strlen(command)))
			sign = sign_by(rules, pattern->section, scope, command, outcome, status, arena);
	}
	return sign;
}

bool untried_negates(const struct recognizer *rules, const char *command)
{
	return fits(rules, "negated", "used", command, strlen(command));
}

/* Those of KEY in SECTION as one expression. */
static const char *joined(const struct recognizer *rules, const char *section, const char *key, struct arena *arena)
{
	const char *text = "";
	for (size_t i = 0; i < rules->n; i++)
		if (is_of(&rules->patterns[i], section, key))
			text = arena_printf(arena, "%s%s%s", text, *text ? "|" : "", rules->patterns[i].text);
	return text;
}

struct data *untried_view(const struct recognizer *rules, const char *const *commands, size_t n, struct arena *arena)
{
	static const char *const keys[] = { "used", "place", "said", "status", "but" };
	struct data *list = data_list(arena);
	for (size_t i = 0; i < rules->n; i++) {
		const struct pattern *pattern = &rules->patterns[i];
		size_t c = 0;
		while (c < n && !fits(rules, pattern->section, "used", commands[c], strlen(commands[c])))
			c++;
		if (c == n || (i && !strcmp(rules->patterns[i - 1].section, pattern->section)))
			continue;
		struct data *rule = data_object(arena);
		for (size_t k = 0; k < COUNT(keys); k++)
			data_set_string(arena, rule, keys[k], joined(rules, pattern->section, keys[k], arena));
		data_append(arena, list, rule);
	}
	return list;
}
