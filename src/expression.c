/* expression: extended regular expressions, compiled, and the lines that they are for. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "expression.h"

/* The last character of the set that begins at OPEN, '[', or of the text. */
static const char *end_of_set(const char *open)
{
	const char *c = open + 1;
	c += *c == '^';
	c += *c == ']';
	for (; *c && *c != ']'; c++) {
		if (*c != '[' || !c[1] || !strchr(".:=", c[1]))
			continue;
		const char close[] = { c[1], ']', '\0' }, *end = strstr(c + 2, close); /* [:alpha:] */
		c = end ? end + 1 : c;
	}
	return *c ? c : c - 1;
}

/* How often {M,N} at OPEN repeats what is before it, at most; *end is its last character.  1 when it is none. */
static size_t repetitions(const char *open, const char **end)
{
	char *after;
	size_t most = strtoul(open + 1, &after, 10);
	*end = open;
	if (!isdigit((unsigned char)open[1]) && open[1] != ',')
		return 1;
	if (*after == ',' && isdigit((unsigned char)after[1]))
		most = strtoul(after + 1, &after, 10);
	else
		after += *after == ',';
	if (*after != '}')
		return 1;
	*end = after;
	return most < 1 ? 1 : most > EXPRESSION_PARTS ? EXPRESSION_PARTS + 1 : most;
}

static const char *too_large(struct arena *arena, const char *text)
{
	size_t parts[EXPRESSION_NESTING + 1] = { 0 }, depth = 0;
	size_t last = 0; /* parts of what a repetition would repeat */
	for (const char *c = text; *c; c++) {
		if (strchr("*+?", *c))
			continue;
		if (*c == '(') {
			if (depth == EXPRESSION_NESTING)
				return arena_printf(arena, "more than %d groups in each other", EXPRESSION_NESTING);
			parts[++depth] = last = 0;
			continue;
		}
		if (*c == '{') {
			parts[depth] -= last;
			last *= repetitions(c, &c);
		} else if (*c == ')' && depth) {
			last = parts[depth--] + 1;
		} else {
			last = 1;
			if (*c == '[')
				c = end_of_set(c);
			else if (*c == '\\' && c[1])
				c++;
		}
		parts[depth] += last;
		if (parts[depth] > EXPRESSION_PARTS)
			return arena_printf(arena, "more than %d parts, with what {M,N} repeats written out", EXPRESSION_PARTS);
	}
	return NULL;
}

const char *expression_compile(struct arena *arena, regex_t *regex, const char *text, int flags)
{
	char why[100];
	const char *large = too_large(arena, text);
	if (large)
		return arena_printf(arena, "'%.*s%s' is too large: %s", 40, text, strlen(text) > 40 ? "..." : "", large);
	int status;
	while ((status = regcomp(regex, text, flags | REG_EXTENDED)) == REG_ESPACE)
		memory_use_reserve(); /* of no fault of the text's: how large it may be was looked at */
	if (!status)
		return NULL;
	regerror(status, regex, why, sizeof why);
	return arena_printf(arena, "'%s' is no extended regular expression: %s", text, why);
}

bool expression_fits(const regex_t *regex, const char *text, size_t length)
{
	regmatch_t range = { 0, (regoff_t)length };
	return regexec(regex, text, 1, &range, REG_STARTEND) == 0;
}

bool next_line(const char *text, size_t size, const char **line, size_t *length)
{
	const char *end = text + size;
	*line = *line ? *line + *length + 1 : text;
	if (*line >= end)
		return false;
	const char *newline = memchr(*line, '\n', (size_t)(end - *line));
	*length = (size_t)((newline ? newline : end) - *line);
	return true;
}
