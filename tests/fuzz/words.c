/* fuzz-words: any line, split into words; what needs no shell can be split, and words that are joined again are the
 * same. */
#include <stdlib.h>
#include <string.h>

#include "words.h"

static bool are_equal(const struct words *a, const struct words *b)
{
	bool same = a->n == b->n;
	for (size_t i = 0; same && i < a->n; i++)
		same = !strcmp(a->word[i], b->word[i]);
	return same && !a->word[a->n];
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
	struct arena arena = { 0 };
	struct words words, again;
	const char *line = arena_strndup(&arena, (const char *)bytes, size);
	const char *wrong = words_split(&arena, line, &words);
	if (!words_need_shell(line) && (wrong || words_are_pipeline(line)))
		abort();
	if (!wrong && (words_split(&arena, words_join(&arena, &words), &again) || !are_equal(&words, &again)))
		abort();
	arena_free(&arena);
	return 0;
}
