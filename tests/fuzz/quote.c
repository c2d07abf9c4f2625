/* fuzz-quote: any words, parted by NULs: quoted and joined they are split into the very same ones, and no byte of theirs
 * is left to a shell.  What sh itself makes of quoted words is in tests/words.bats. */
#include <stdlib.h>
#include <string.h>

#include "words.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
	struct arena arena = { 0 };
	struct words words = { 0 }, again;
	const char *all = arena_strndup(&arena, (const char *)bytes, size);
	words.word = arena_alloc(&arena, (size + 2) * sizeof *words.word);
	words.word[words.n++] = arena_strdup(&arena, "show"); /* that none of them is a builtin's name or an assignment */
	for (size_t at = 0; at <= size; at += strlen(all + at) + 1)
		words.word[words.n++] = arena_strdup(&arena, all + at);
	const char *joined = words_join(&arena, &words);
	/* a quote in a word takes a backslash, and with one of these a line goes to sh */
	if ((!memchr(bytes, '\'', size) && words_need_shell(joined)) || words_split(&arena, joined, &again) || again.n != words.n)
		abort();
	for (size_t i = 0; i < words.n; i++)
		if (strcmp(words.word[i], again.word[i]))
			abort();
	arena_free(&arena);
	return 0;
}
