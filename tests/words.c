/* test-words quote: lines of random words, quoted; test-words split: random lines that words_split() takes.  Each line
 * is a command for sh, `show WORD...`; standard error gets the words that it must see, each in <> and with its line's
 * end.  test-words needs LINE...: how each is run: "shell", "pipeline" or "words". */
#include <stdio.h>
#include <string.h>

#include "words.h"

enum { LINES = 3000 };

/* the same sequence in each run */
static unsigned next_random(unsigned below)
{
	static uint64_t state = 0x9e3779b97f4a7c15;
	state = state * 6364136223846793005 + 1442695040888963407;
	return (unsigned)(state >> 33) % below;
}

/* Up to 11 of PIECES in a row. */
static void random_text(struct buffer *text, const char *const *pieces, size_t n)
{
	buffer_clear(text);
	for (unsigned length = next_random(12); length; length--)
		buffer_puts(text, pieces[next_random((unsigned)n)]);
}

static void show(const struct words *words)
{
	for (size_t i = 0; i < words->n; i++)
		fprintf(stderr, "<%s>", words->word[i]);
	fputc('\n', stderr);
}

static int quote(void)
{
	static const char *const pieces[] = {
		"a", "Z", "0", " ", "\t", "\n", "'", "'\\''", "\"", "\\", "$", "${x}", "$(reboot)", "`", "!", "#", "~", "*",
		"?", "[", "]", "{a,b}", "}", "(", ")", "<", ">", "|", "&", ";", "=", "-", "--", "%", "^", ":", "/", ",", "@",
		"\xc3\xa9", "\xed\x95\x9c", "\xff", "\x01", "\x1b[2J", "\r",
	};
	struct buffer text = { 0 };
	for (int i = 0; i < LINES; i++) {
		struct arena arena = { 0 };
		char *list[5];
		struct words words = { .word = list, .n = 1 + next_random(4) }, again;
		for (size_t w = 0; w < words.n; w++) {
			random_text(&text, pieces, COUNT(pieces));
			list[w] = arena_strdup(&arena, buffer_text(&text));
		}
		const char *joined = words_join(&arena, &words);
		bool same = !words_split(&arena, joined, &again) && again.n == words.n;
		for (size_t w = 0; same && w < words.n; w++)
			same = !strcmp(words.word[w], again.word[w]);
		if (!same)
			printf("echo not read back: %s\n", joined);
		printf("show %s\n", joined);
		show(&words);
		arena_free(&arena);
	}
	buffer_free(&text);
	return 0;
}

static int split(void)
{
	static const char *const pieces[] = {
		"a", "bc", "0", " ", " ", "\t", "'", "'", "\"", "\"", "\\", "\\\\", "\\\"", "\\'", "\\$", "\\ ", "$", "`", "!", "#",
		" #", "~", "*", "=", "-", "%", "^", ":", "/", ";", "]", "}", "\xc3\xa9",
	};
	struct buffer text = { 0 };
	int taken = 0;
	while (taken < LINES) {
		struct arena arena = { 0 };
		struct words words;
		random_text(&text, pieces, COUNT(pieces));
		size_t length = text.length;
		/* sh joins a line that ends in a backslash to the next one */
		if (!words_split(&arena, buffer_text(&text), &words) && !(length && text.text[length - 1] == '\\')) {
			printf("show %s\n", buffer_text(&text));
			show(&words);
			taken++;
		}
		arena_free(&arena);
	}
	buffer_free(&text);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "quote"))
		return quote();
	if (argc == 2 && !strcmp(argv[1], "split"))
		return split();
	for (int i = 2; i < argc; i++)
		puts(words_are_pipeline(argv[i]) ? "pipeline" : words_need_shell(argv[i]) ? "shell" : "words");
	return 0;
}
