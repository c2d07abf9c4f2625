/* doc: a page about scenarios. */
#include <ctype.h>
#include <string.h>

#include "doc.h"
#include "drawing.h"
#include "markdown.h"

/* --- templates --- */

/* The partials that TEXT names, and theirs: loaded before anything is rendered, so that a mistake is found first. */
static bool load_partials(struct doc *doc, const char *text, const char **wrong)
{
	for (const char *tag = strstr(text, "{{>"); tag; tag = strstr(tag + 3, "{{>")) {
		const char *name = tag + 3 + strspn(tag + 3, " ");
		size_t length = strcspn(name, " }\n"), size;
		const char *path, *key = arena_strndup(doc->templates->arena, name, length);
		if (!length || table_get(&doc->partials, key))
			continue;
		const char *file = arena_printf(doc->templates->arena, "doc/%s/%s.mustache", doc->format, key);
		const char *partial = templates_read(doc->templates, file, &size, &path);
		struct mustache *template =
			partial ? mustache_compile(doc->templates->arena, path, 1, partial, wrong) : NULL;
		if (!partial)
			*wrong = path;
		if (!template)
			return false;
		table_set(&doc->partials, key, template);
		if (!load_partials(doc, partial, wrong))
			return false;
	}
	return true;
}

/* What the comment at the top of TEXT says of WORD, in ARENA; NULL: nothing. */
static const char *setting(struct arena *arena, const char *text, const char *word)
{
	const char *end = starts_with(text, "{{!") ? strstr(text, "}}") : NULL;
	const char *at = end ? memmem(text, (size_t)(end - text), word, strlen(word)) : NULL;
	if (!at)
		return NULL;
	at += strlen(word);
	return arena_strndup(arena, at, strspn(at, "abcdefghijklmnopqrstuvwxyz"));
}

bool doc_open(struct doc *doc, const struct templates *templates, const char *format, const char **wrong)
{
	static const struct {
		const char *word;
		mustache_escape *escape;
	} escapes[] = { { "html", escape_html }, { "markdown", escape_markdown } };
	*doc = (struct doc){ .templates = templates, .format = format };
	size_t length;
	const char *path, *file = arena_printf(templates->arena, "doc/%s.mustache", format);
	const char *text = templates_read(templates, file, &length, &path);
	*wrong = path;
	if (!text)
		return false;
	const char *escape = setting(templates->arena, text, "escape: ");
	for (size_t i = 0; escape && i < COUNT(escapes); i++)
		if (!strcmp(escape, escapes[i].word))
			doc->escape = escapes[i].escape;
	if (escape && !doc->escape) {
		*wrong = arena_printf(templates->arena, "%s:1: there is no escape '%s'; there are html and markdown", path, escape);
		return false;
	}
	doc->diagram = setting(templates->arena, text, "diagram: ");
	if (doc->diagram && strcmp(doc->diagram, "svg") && !drawing_is_text(templates, doc->diagram)) {
		*wrong = arena_printf(templates->arena, "%s:1: there is no diagram '%s' that can stand in a page; there are svg, %s",
		                      path, doc->diagram, templates_list(templates, "graph", ".mustache"));
		return false;
	}
	doc->template = mustache_compile(templates->arena, path, 1, text, wrong);
	return doc->template && load_partials(doc, text, wrong);
}

void doc_close(struct doc *doc)
{
	table_free(&doc->partials);
}

static const struct mustache *find_partial(void *user, const char *name, size_t length)
{
	const struct doc *doc = user;
	char key[128];
	if (length >= sizeof key)
		return NULL;
	memcpy(key, name, length);
	key[length] = '\0';
	return table_get(&doc->partials, key);
}

bool doc_render(const struct doc *doc, const struct data *page, struct buffer *out, struct arena *arena,
                const char **wrong)
{
	struct doc copy = *doc;
	const struct mustache_rendering how = { .partial = find_partial, .user = &copy, .escape = doc->escape,
		                                    .strict = true };
	return mustache_render(doc->template, page, &how, out, arena, wrong);
}

/* --- front matter --- */

bool doc_read_meta(struct arena *arena, const char *text, struct doc_meta *meta)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
	meta->key = arena_strndup(arena, text, length);
	meta->as_is = text[length] == ':';
	text += length + meta->as_is;
	meta->value = text + 1;
	return length && *text == '=' && (!meta->as_is || !strchr(text, '\n'));
}

/* A double-quoted scalar of YAML. */
static const char *yaml_quoted(struct arena *arena, const char *text)
{
	struct buffer out = { 0 };
	buffer_putc(&out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buffer_printf(&out, "\\%c", *text);
		else if ((unsigned char)*text < ' ' || *text == 0x7f)
			buffer_printf(&out, "\\x%02x", (unsigned)*text);
		else
			buffer_putc(&out, *text);
	}
	buffer_putc(&out, '"');
	return buffer_keep(&out, arena);
}

static struct data *meta_of(struct arena *arena, const char *key, const char *value, bool as_is)
{
	struct data *object = data_object(arena);
	data_set_string(arena, object, "key", key);
	data_set_string(arena, object, "value", value);
	data_set_string(arena, object, "yaml", as_is ? value : yaml_quoted(arena, value));
	return object;
}

/* The title and what the user gives; of a key that comes twice the last counts. */
static struct data *front_matter(struct arena *arena, const struct doc_options *options, const char *title)
{
	struct data *list = data_list(arena);
	data_append(arena, list, meta_of(arena, "title", title, false));
	for (size_t i = 0; i < options->n_meta; i++) {
		const struct doc_meta *meta = &options->meta[i];
		struct data *object = meta_of(arena, meta->key, meta->value, meta->as_is);
		size_t j = 0;
		while (j < list->n && strcmp(data_get(list->items[j], "key", 3)->string, meta->key))
			j++;
		if (j < list->n)
			list->items[j] = object;
		else
			data_append(arena, list, object);
	}
	return list;
}

/* --- the page --- */

/* All phrases of the section [page] that need no more than what the page has. */
static struct data *words_of(struct narrator *narrator, const struct data *page)
{
	struct data *words = data_object(narrator->arena);
	for (size_t i = 0; i < narrator->wording->phrases.n; i++) {
		const char *name = narrator->wording->phrases.names[i];
		if (starts_with(name, "say."))
			data_set_string(narrator->arena, words, name + 4, narrate(narrator, "say", name + 4, page, false));
	}
	return words;
}

struct data *doc_page(struct arena *arena, const struct doc_options *options, struct data *const *chapters, size_t n,
                      const char **wrong)
{
	struct narrator narrator = { .arena = arena, .wording = options->wording };
	struct data *page = data_object(arena), *list = data_list(arena);
	bool failed = false;
	for (size_t i = 0; i < n; i++) {
		data_set_string(arena, chapters[i], "number", arena_printf(arena, "%zu", i + 1));
		/* A to Z, then numbers */
		data_set_string(arena, chapters[i], "letter",
		                i < 26 ? arena_printf(arena, "%c", 'A' + (int)i) : arena_printf(arena, "%zu", i + 1));
		data_append(arena, list, chapters[i]);
		failed |= !data_is_false(data_get(chapters[i], "failed", 6));
	}
	data_set_string(arena, page, "version", VERSION);
	data_set_string(arena, page, "language", options->wording->language);
	data_set_string(arena, page, "count", arena_printf(arena, "%zu", n));
	data_set_bool(arena, page, "many", n > 1);
	data_set_bool(arena, page, "dry", options->dry);
	data_set_bool(arena, page, "stable", options->stable);
	data_set_bool(arena, page, "failed", failed);
	const char *title = n == 1 ? data_get(chapters[0], "title", 5)->string
	                           : narrate(&narrator, "page", "title", page, false);
	for (size_t i = 0; i < options->n_meta; i++)
		if (!strcmp(options->meta[i].key, "title") && !options->meta[i].as_is)
			title = options->meta[i].value;
	data_set_string(arena, page, "title", title);
	data_set(arena, page, "meta", front_matter(arena, options, title));
	data_set_bool(arena, page, "front-matter", options->front_matter);
	data_set(arena, page, "say", words_of(&narrator, page));
	data_set(arena, page, "chapters", list);
	*wrong = narrator.wrong;
	return narrator.wrong ? NULL : page;
}
