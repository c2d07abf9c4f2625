/* fuzz-template: any text as a template; the first byte says how it is rendered, and what follows a line "---" is a
 * partial, {{>p}}. */
#include <stdlib.h>
#include <string.h>

#include "mustache.h"
#include "words.h"

static const struct mustache *find_partial(void *user, const char *name, size_t length)
{
	return length == 1 && *name == 'p' ? user : NULL;
}

/* Something of every kind, by short names. */
static struct data *some_data(struct arena *arena)
{
	struct data *data = data_object(arena), *list = data_list(arena), *objects = data_list(arena);
	data_set_string(arena, data, "s", "it's <&> ${x}");
	data_set_string(arena, data, "e", "");
	data_set_bool(arena, data, "t", true);
	data_set_bool(arena, data, "f", false);
	data_set(arena, data, "n", data_list(arena));
	for (int i = 0; i < 2; i++) {
		struct data *object = data_object(arena);
		data_append(arena, list, data_string(arena, i ? "two" : "one"));
		data_set_bool(arena, object, "t", i);
		data_set(arena, object, "l", list);
		data_append(arena, objects, object);
	}
	data_set(arena, data, "l", list);
	data_set(arena, data, "o", objects);
	return data;
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
	static mustache_escape *const escapes[] = { NULL, escape_html, words_quote };
	if (!size)
		return 0;
	struct arena arena = { 0 };
	struct buffer out = { 0 };
	char *text = arena_strndup(&arena, (const char *)bytes + 1, size - 1), *partial = strstr(text, "\n---\n");
	const char *wrong;
	if (partial) {
		partial[1] = '\0';
		partial += strlen("\n---\n");
	}
	struct mustache *p = mustache_compile(&arena, "p", 1, partial ? partial : "", &wrong);
	if (!p != (wrong != NULL))
		abort();
	struct mustache *template = mustache_compile(&arena, "fuzz", 1, text, &wrong);
	const struct mustache_rendering how = { find_partial, p, escapes[bytes[0] % COUNT(escapes)], bytes[0] & 4 };
	if (template && mustache_render(template, some_data(&arena), &how, &out, &arena, &wrong)) {
		if (!strstr(text, "{{") && strcmp(text, buffer_text(&out)))
			abort(); /* what has no tag is rendered as it is */
	} else if (!wrong) {
		abort();
	}
	buffer_free(&out);
	arena_free(&arena);
	return 0;
}
