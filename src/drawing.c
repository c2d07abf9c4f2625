/* drawing: the formats of drawings: templates, and what Graphviz makes of one of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "drawing.h"
#include "spawn.h"

/* Mermaid reads '#' and ';' around the name or number of a character; the rest would be markup, a directive, an end
 * of the label. */
static void escape_mermaid(struct buffer *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' && text[1] == 'n')
			buffer_puts(out, "#92;<wbr>"); /* else the two are the end of a line, however they are written */
		else if (strchr("\"#&<>`\\%$", *text))
			buffer_printf(out, "#%d;", *text);
		else
			buffer_putc(out, *text);
	}
}

/* How {{x}} is written in a format; in those of the user's own as in HTML. */
static mustache_escape *escape_of(const char *format)
{
	return strcmp(format, "mermaid") ? escape_html : escape_mermaid;
}

static const char *const pictures[] = { "svg", "png", "pdf" };

bool drawing_is_picture(const char *name)
{
	for (size_t i = 0; i < COUNT(pictures); i++)
		if (!strcmp(pictures[i], name))
			return true;
	return false;
}

bool drawing_is_text(const struct templates *templates, const char *name)
{
	size_t length;
	const char *path;
	return !strchr(name, '/') &&
	       templates_read(templates, arena_printf(templates->arena, "graph/%s.mustache", name), &length, &path);
}

const char *drawing_formats(const struct templates *templates)
{
	return arena_printf(templates->arena, "svg, png, pdf, %s", templates_list(templates, "graph", ".mustache"));
}

struct partials {
	const struct templates *templates;
	const char *format;
	struct table by_name;
	const char *wrong;
};

static struct mustache *compile(const struct templates *templates, const char *file, const char **wrong)
{
	size_t length;
	const char *path;
	const char *text = templates_read(templates, arena_printf(templates->arena, "graph/%s.mustache", file), &length,
	                                  &path);
	*wrong = text ? NULL : path;
	return text ? mustache_compile(templates->arena, path, 1, text, wrong) : NULL;
}

/* {{>x}} of a format is graph/FORMAT/x.mustache. */
static const struct mustache *find_partial(void *user, const char *name, size_t length)
{
	struct partials *partials = user;
	const char *file = arena_printf(partials->templates->arena, "%s/%.*s", partials->format, (int)length, name);
	struct mustache *partial = table_get(&partials->by_name, file);
	if (!partial && !partials->wrong) {
		partial = compile(partials->templates, file, &partials->wrong);
		if (partial)
			table_set(&partials->by_name, file, partial);
	}
	return partial;
}

bool drawing_render(const struct templates *templates, const char *format, const struct data *view, struct buffer *out,
                  const char **wrong)
{
	struct mustache *template = compile(templates, format, wrong);
	if (!template)
		return false;
	struct partials partials = { .templates = templates, .format = format };
	const struct mustache_rendering how = { find_partial, &partials, escape_of(format), .strict = true };
	bool good = mustache_render(template, view, &how, out, templates->arena, wrong);
	table_free(&partials.by_name);
	if (good && partials.wrong) {
		*wrong = partials.wrong;
		good = false;
	}
	return good;
}

/* A file in memory, and the name by which another process opens it. */
static int memory_file(struct arena *arena, const char **name)
{
	int fd = memfd_create("vnetgen", MFD_CLOEXEC);
	*name = arena_printf(arena, "/proc/%d/fd/%d", (int)getpid(), fd);
	return fd;
}

static bool run_dot(const char *format, const char *from, const char *to, const char *path, struct arena *arena,
                    const char **wrong)
{
	char *argv[] = { arena_strdup(arena, "dot"), arena_printf(arena, "-T%s", format), arena_strdup(arena, "-o"),
		             arena_strdup(arena, to), arena_strdup(arena, from), NULL };
	const struct spawn command = { .argv = argv, .path = path };
	struct outcome outcome;
	spawn(&command, &outcome);
	const char *said = buffer_text(&outcome.stream[STREAM_ERR]);
	bool good = outcome_good(&outcome);
	if (!good && outcome.how == NOT_STARTED && outcome.status == ENOENT)
		*wrong = arena_printf(arena, "%s is drawn by Graphviz, and there is no program 'dot' in %s: install the package "
		                      "graphviz, or take --format dot or mermaid", format, path);
	else if (!good)
		*wrong = arena_printf(arena, "dot -T%s: %s%s%.*s", format, outcome_words(&outcome, &command, arena),
		                      *said ? ": " : "", (int)strcspn(said, "\n"), said);
	outcome_free(&outcome);
	return good;
}

bool drawing_picture(const char *format, const struct buffer *dot, const char *path, struct buffer *out,
                   struct arena *arena, const char **wrong)
{
	const char *from, *to;
	int in = memory_file(arena, &from), made = memory_file(arena, &to);
	bool good = in >= 0 && made >= 0 && write_all(in, buffer_text(dot), dot->length);
	if (!good) {
		*wrong = arena_printf(arena, "no memory for a picture: %s", strerror(errno));
	} else if ((good = run_dot(format, from, to, path, arena, wrong))) {
		size_t length;
		char *bytes = file_read(to, &length);
		good = bytes != NULL;
		if (good)
			buffer_add(out, bytes, length);
		else
			*wrong = arena_printf(arena, "cannot read what dot made: %s", strerror(errno));
		free(bytes);
	}
	if (in >= 0)
		close(in);
	if (made >= 0)
		close(made);
	return good;
}
