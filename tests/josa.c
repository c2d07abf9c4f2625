/* test-josa: each line of standard input with its particles resolved. */
#include <stdio.h>
#include <string.h>

#include "josa.h"

int main(void)
{
	struct arena arena = { 0 };
	char line[4096];
	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		puts(josa_resolve(&arena, line));
	}
	arena_free(&arena);
	return 0;
}
