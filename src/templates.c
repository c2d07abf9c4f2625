/* templates: where the files of words are. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "templates.h"
#include "trust.h"
#include "words.h"

/* Has it our templates, made by nobody who could not change the program as well?  Above it that is so by itself: what
 * is changed there is changed for both. */
static bool is_directory_of_ours(const char *directory, const struct stat *program)
{
	struct arena scratch = { 0 };
	bool found = access(arena_printf(&scratch, "%s/styles/classic.ini", directory), R_OK) == 0 &&
	             !trust_wrong_place(&scratch, directory, directory, program);
	arena_free(&scratch);
	return found;
}

void templates_open(struct templates *templates, const char *own, struct arena *arena)
{
	*templates = (struct templates){ .own = own, .arena = arena, .standard = DATADIR };
	char program[PATH_MAX];
	struct stat status;
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
	if (length <= 0 || stat("/proc/self/exe", &status) < 0)
		return;
	program[length] = '\0';
	/* PROGRAM is DIR/vnetgen: a build tree has DIR/../templates, an installation that was moved as a whole
	 * DIR/../share/vnetgen */
	for (int up = 0; up < 2; up++)
		*strrchr(program, '/') = '\0';
	static const char *const beside[] = { "templates", "share/vnetgen" };
	for (size_t i = 0; i < COUNT(beside); i++) {
		const char *directory = arena_printf(arena, "%s/%s", program, beside[i]);
		if (is_directory_of_ours(directory, &status)) {
			templates->standard = directory;
			return;
		}
	}
}

const char *templates_read(const struct templates *templates, const char *name, size_t *length, const char **path)
{
	const char *directories[] = { templates->own, templates->standard };
	for (size_t i = 0; i < COUNT(directories); i++) {
		if (!directories[i])
			continue;
		*path = arena_printf(templates->arena, "%s/%s", directories[i], name);
		char *text = file_read(*path, length);
		if (text) {
			char *kept = arena_strndup(templates->arena, text, *length);
			free(text);
			return kept;
		}
		if (errno != ENOENT) {
			*path = arena_printf(templates->arena, "cannot read %s: %s", *path, file_error(errno));
			return NULL;
		}
	}
	*path = arena_printf(templates->arena, "there is no %s in %s", name, templates->standard);
	return NULL;
}

bool templates_has(const struct templates *templates, const char *directory, const char *name, const char *extension)
{
	const char *directories[] = { templates->own, templates->standard };
	for (size_t i = 0; i < COUNT(directories) && !strchr(name, '/'); i++)
		if (directories[i] && access(arena_printf(templates->arena, "%s/%s/%s%s", directories[i], directory, name,
		                                          extension), F_OK) == 0)
			return true;
	return false;
}

const char *templates_language(const struct templates *templates)
{
	static const char *const variables[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *locale = NULL;
	for (size_t i = 0; i < COUNT(variables) && (!locale || !*locale); i++)
		locale = getenv(variables[i]);
	/* ko_KR.UTF-8@x: first ko_KR, then ko */
	for (const char *end = ".@"; locale && *locale; end = "_") {
		const char *name = arena_strndup(templates->arena, locale, strcspn(locale, end));
		if (*name && templates_has(templates, "lang", name, ".ini"))
			return name;
		if (*end == '_')
			break;
	}
	return "en";
}

const char *templates_list(const struct templates *templates, const char *directory, const char *extension)
{
	struct arena *arena = templates->arena;
	const char **names = arena_alloc(arena, sizeof *names);
	size_t n = 0, kept = 0;
	const char *directories[] = { templates->own, templates->standard };
	for (size_t i = 0; i < COUNT(directories); i++) {
		size_t there = 0;
		const char **files = NULL;
		if (directories[i])
			files = directory_names(arena, arena_printf(arena, "%s/%s", directories[i], directory), &there);
		for (size_t j = 0; j < there; j++) {
			if (!ends_with(files[j], extension))
				continue;
			names = arena_grow(arena, names, n, sizeof *names);
			names[n++] = arena_strndup(arena, files[j], strlen(files[j]) - strlen(extension));
		}
	}
	qsort(names, n, sizeof *names, compare_texts);
	for (size_t i = 0; i < n; i++)
		if (!kept || strcmp(names[i], names[kept - 1]) != 0)
			names[kept++] = names[i];
	return list_texts(arena, names, kept);
}

bool template_render(const struct templates *templates, const char *name, const struct data *view, struct buffer *out,
                     const char **wrong)
{
	size_t length;
	const char *path, *text;
	text = templates_read(templates, arena_printf(templates->arena, "%s.mustache", name), &length, &path);
	*wrong = text ? NULL : path;
	if (!text)
		return false;
	struct mustache *template = mustache_compile(templates->arena, path, 1, text, wrong);
	const struct mustache_rendering how = { .escape = words_quote, .strict = true };
	return template && mustache_render(template, view, &how, out, templates->arena, wrong);
}
