/* test-spec FILE.json...: runs the tests of the Mustache standard, and prints TAP.
 * test-spec --render TEMPLATE [JSON]: renders a template strictly, or prints what is wrong with it. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mustache.h"

/* JSON's values as ours: a number is its text, null is nothing */
static struct data *from_json(struct arena *arena, json_t *json)
{
	struct data *data;
	const char *key;
	json_t *value;
	size_t i;
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		data = data_object(arena);
		for (void *at = json_object_iter(json); at; at = json_object_iter_next(json, at)) {
			key = json_object_iter_key(at);
			data_set(arena, data, key, from_json(arena, json_object_iter_value(at)));
		}
		return data;
	case JSON_ARRAY:
		data = data_list(arena);
		/* cppcheck-suppress unknownMacro ; jansson's, a loop */
		json_array_foreach(json, i, value)
			data_append(arena, data, from_json(arena, value));
		return data;
	case JSON_STRING:
		return data_string(arena, json_string_value(json));
	case JSON_INTEGER:
		return data_string(arena, arena_printf(arena, "%lld", (long long)json_integer_value(json)));
	case JSON_REAL:
		return data_string(arena, arena_printf(arena, "%.15g", json_real_value(json)));
	case JSON_TRUE:
		return data_bool(true);
	default:
		return data_bool(false);
	}
}

struct partials {
	struct arena *arena;
	const json_t *texts;
	struct table made;
};

static const struct mustache *find_partial(void *user, const char *name, size_t length)
{
	struct partials *partials = user;
	char *key = arena_strndup(partials->arena, name, length);
	struct mustache *made = table_get(&partials->made, key);
	const char *text = json_string_value(json_object_get(partials->texts, key)), *wrong;
	if (!made && text) {
		made = mustache_compile(partials->arena, key, 1, text, &wrong);
		table_set(&partials->made, key, made);
	}
	return made;
}

static bool run_test(json_t *test, size_t number)
{
	struct arena arena = { 0 };
	struct buffer out = { 0 };
	struct partials partials = { .arena = &arena, .texts = json_object_get(test, "partials") };
	const char *name = json_string_value(json_object_get(test, "name")), *wrong;
	const char *expected = json_string_value(json_object_get(test, "expected"));
	struct mustache *template =
		mustache_compile(&arena, name, 1, json_string_value(json_object_get(test, "template")), &wrong);
	const struct mustache_rendering how = { find_partial, &partials, escape_html, false };
	bool good = template && mustache_render(template, from_json(&arena, json_object_get(test, "data")), &how, &out,
	                                        &arena, &wrong) && !strcmp(buffer_text(&out), expected);
	printf("%s %zu - %s\n", good ? "ok" : "not ok", number, name);
	if (!good)
		printf("# %s\n# expected <%s>\n# rendered <%s>\n", wrong ? wrong : "", expected, buffer_text(&out));
	buffer_free(&out);
	table_free(&partials.made);
	arena_free(&arena);
	return good;
}

static int render(const char *text, const char *json)
{
	struct arena arena = { 0 };
	struct buffer out = { 0 };
	json_t *data = json_loads(json, 0, NULL);
	struct partials partials = { .arena = &arena, .texts = data };
	const struct mustache_rendering how = { find_partial, &partials, NULL, true };
	const char *wrong;
	struct mustache *template = mustache_compile(&arena, "template", 1, text, &wrong);
	bool good = template && mustache_render(template, from_json(&arena, data), &how, &out, &arena, &wrong);
	puts(good ? buffer_text(&out) : wrong);
	json_decref(data);
	buffer_free(&out);
	table_free(&partials.made);
	arena_free(&arena);
	return !good;
}

int main(int argc, char **argv)
{
	size_t number = 0, failed = 0;
	if (argc >= 3 && !strcmp(argv[1], "--render"))
		return render(argv[2], argc > 3 ? argv[3] : "{}");
	for (int i = 1; i < argc; i++) {
		json_error_t error;
		json_t *spec = json_load_file(argv[i], 0, &error), *test;
		size_t j;
		if (!spec) {
			fprintf(stderr, "%s: %s\n", argv[i], error.text);
			return 2;
		}
		json_array_foreach(json_object_get(spec, "tests"), j, test)
			failed += !run_test(test, ++number);
		json_decref(spec);
	}
	printf("1..%zu\n", number);
	return failed != 0;
}
