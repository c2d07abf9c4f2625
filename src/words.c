/* words: a command line as sh(1) sees it: words, quotes, and what only a shell can run. */
#include <ctype.h>
#include <string.h>

#include "words.h"

static const char operators[] = "|&;<>()$*?[~`\n";

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

const char *words_split(struct arena *arena, const char *text, struct words *words)
{
	*words = (struct words){ 0 };
	size_t room = 4, n = 0;
	char **list = arena_alloc(arena, (room + 1) * sizeof *list);
	char *out = arena_alloc(arena, strlen(text) + 2); /* a word is never longer than its source */
	const char *c = text;
	for (;;) {
		while (is_blank(*c))
			c++;
		if (!*c)
			break;
		if (*c == '#')
			return "a word that begins with '#' must be quoted";
		if (n == room) {
			char **more = arena_alloc(arena, (room * 2 + 1) * sizeof *list);
			memcpy(more, list, n * sizeof *list);
			list = more;
			room *= 2;
		}
		list[n++] = out;
		while (*c && !is_blank(*c)) {
			if (*c == '\'') {
				const char *end = strchr(++c, '\'');
				if (!end)
					return "a single quote is not closed";
				memcpy(out, c, (size_t)(end - c));
				out += end - c;
				c = end + 1;
			} else if (*c == '"') {
				for (c++; *c && *c != '"'; c++) {
					if (*c == '$' || *c == '`')
						return "'$' and '`' are only taken in single quotes";
					if (*c == '\\' && c[1] && strchr("\"\\$`", c[1]))
						c++;
					*out++ = *c;
				}
				if (!*c++)
					return "a double quote is not closed";
			} else if (*c == '\\' && c[1]) {
				*out++ = c[1];
				c += 2;
			} else if (strchr(operators, *c)) {
				return arena_printf(arena, "'%c' is the shell's own unless it is quoted, and no shell reads this",
				                    *c == '\n' ? ' ' : *c);
			} else {
				*out++ = *c++;
			}
		}
		*out++ = '\0';
	}
	list[n] = NULL;
	*words = (struct words){ .word = list, .n = n, .room = room };
	return NULL;
}

/* First words that a shell knows and execvp(3) does not: POSIX's special builtins and reserved words, and the
 * builtins that Debian and others install no program for. */
static const char *const shell_words[] = {
	"!",    "{",    "}",      ".",      ":",     "alias",  "bg",    "break", "case", "cd",     "command", "continue",
	"do",   "done", "elif",   "else",   "esac",  "eval",   "exec",  "exit",  "export", "fc",   "fg",      "fi",
	"for",  "getopts", "hash", "if",    "jobs",  "local",  "read",  "readonly", "return", "set", "shift", "source",
	"then", "times", "trap",  "type",   "ulimit", "umask", "unalias", "unset", "until", "wait", "while",
};

static bool first_word_needs_shell(const char *word, size_t length)
{
	for (size_t i = 0; i < COUNT(shell_words); i++)
		if (strlen(shell_words[i]) == length && !strncmp(shell_words[i], word, length))
			return true;
	size_t i = 0;
	while (i < length && (isalnum((unsigned char)word[i]) || word[i] == '_'))
		i++;
	return i > 0 && i < length && word[i] == '=' && !isdigit((unsigned char)word[0]);
}

/* Looks at LINE; when PIPES is not NULL, '|' is counted there instead of needing a shell. */
static bool needs_shell(const char *line, size_t *pipes)
{
	bool first = true; /* of a command: the next word is its name */
	const char *c = line;
	for (;;) {
		while (is_blank(*c))
			c++;
		if (!*c)
			return false;
		if (*c == '#')
			return true;
		const char *start = c;
		while (*c && !is_blank(*c)) {
			if (*c == '\'') {
				c = strchr(c + 1, '\'');
				if (!c)
					return true; /* the shell will say so */
			} else if (*c == '"') {
				for (c++; *c && *c != '"'; c++)
					if (strchr("$`\\", *c))
						return true;
				if (!*c)
					return true;
			} else if (*c == '|' && pipes && c[1] != '|' && c[1] != '&') {
				break;
			} else if (*c == '\\' || strchr(operators, *c)) {
				return true;
			}
			c++;
		}
		if (first && c > start && first_word_needs_shell(start, (size_t)(c - start)))
			return true;
		if (pipes && *c == '|') {
			if (c == start && first)
				return true; /* a pipe with nothing before it */
			++*pipes;
			c++;
			first = true;
		} else {
			first = false;
		}
	}
}

bool words_need_shell(const char *line)
{
	return needs_shell(line, NULL);
}

bool words_are_pipeline(const char *line)
{
	size_t pipes = 0, length = strlen(line);
	while (length && is_blank(line[length - 1]))
		length--;
	return !needs_shell(line, &pipes) && pipes && line[length - 1] != '|';
}

static bool is_safe(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("_@%+=:,./-", c));
}

void words_quote(struct buffer *out, const char *word)
{
	size_t bare = 0;
	while (is_safe(word[bare]))
		bare++;
	if (bare && !word[bare]) {
		buffer_add(out, word, bare);
		return;
	}
	buffer_putc(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			buffer_puts(out, "'\\''");
		else
			buffer_putc(out, *word);
	}
	buffer_putc(out, '\'');
}

const char *words_after(const struct words *words, const char *word)
{
	for (size_t i = 0; i + 1 < words->n; i++)
		if (!strcmp(words->word[i], word))
			return words->word[i + 1];
	return NULL;
}

char *words_join(struct arena *arena, const struct words *words)
{
	struct buffer out = { 0 };
	for (size_t i = 0; i < words->n; i++) {
		if (i)
			buffer_putc(&out, ' ');
		words_quote(&out, words->word[i]);
	}
	return buffer_keep(&out, arena);
}
