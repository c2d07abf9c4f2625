/* words: a command line as sh(1) sees it: words, quotes, and what only a shell can run. */
#ifndef VNETGEN_WORDS_H
#define VNETGEN_WORDS_H

#include "util.h"

struct words {
	char **word; /* n of them and a NULL: an argv */
	size_t n, room;
};

/* Splits TEXT as sh does, without expansions: blanks part words, quotes and backslashes quote.
 * Returns NULL, and in *words what the arena owns; or what is wrong: an operator that is not quoted, an open quote. */
const char *words_split(struct arena *arena, const char *text, struct words *words);

/* Does LINE need a shell to be run?  It does when it has an operator, '$', a backquote or a backslash outside
 * single quotes, '#' at the start of a word, or as its first word '!', '{', an assignment or a builtin that is
 * no program. */
bool words_need_shell(const char *line);
/* Commands joined by '|' of which none needs a shell itself. */
bool words_are_pipeline(const char *line);

/* Appends WORD so that a shell reads it back as one word: bare where that is safe, else in single quotes. */
void words_quote(struct buffer *out, const char *word);
/* The first word after WORD, or NULL. */
const char *words_after(const struct words *words, const char *word);
/* All words, quoted where needed, with one blank between. */
char *words_join(struct arena *arena, const struct words *words);

#endif
