/* pages: the commands that write about scenarios: doc and view. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drawing.h"
#include "graph.h"
#include "json.h"
#include "markdown.h"
#include "network.h"
#include "pages.h"

/* A chapter at work. */
struct chapter {
	struct scenario scenario;
	struct results results;
	const char **diagrams; /* [0] of all of it, [N] after step N, NULL where that changes nothing */
	size_t n_diagrams;
};

struct pages {
	struct chapter *chapters;
	size_t n;
	struct scenario *shared;
	const struct options *options;
	struct doc doc;
};

/* --- diagrams --- */

static const char *const diagrams_words[] = { "once", "each", "none" };

bool pages_diagrams_word(const char *word)
{
	for (size_t i = 0; i < COUNT(diagrams_words); i++)
		if (!strcmp(diagrams_words[i], word))
			return true;
	return false;
}

/* An SVG file as a part of a page: without its head, comments, and names that another picture on the page has too. */
static const char *inline_svg(struct arena *arena, const char *text)
{
	struct buffer out = { 0 };
	const char *svg = strstr(text, "<svg");
	for (const char *c = svg ? svg : text; *c;) {
		const char *end = NULL;
		if (starts_with(c, "<!--"))
			end = strstr(c, "-->");
		else if (starts_with(c, " id=\""))
			end = strchr(c + 5, '"');
		if (end)
			c = end + (*c == '<' ? 3 : 1);
		else
			buffer_putc(&out, *c++);
	}
	while (out.length && out.text[out.length - 1] == '\n')
		out.length--;
	const char *kept = arena_strndup(arena, buffer_text(&out), out.length);
	buffer_free(&out);
	return kept;
}

/* The network after STEP (0: all of it), drawn as FORMAT; NULL with a line in *wrong. */
static const char *draw(struct scenario *s, const char *format, size_t step, const char **wrong)
{
	const struct graph_options options = { .step = step, .untitled = true, .wording = &s->wording };
	bool picture = drawing_is_picture(format);
	struct buffer text = { 0 }, image = { 0 };
	const char *drawn = NULL;
	struct data *view = graph_view(&s->arena, &s->templates, &s->plan, &options, wrong);
	if (view && drawing_render(&s->templates, picture ? "dot" : format, view, &text, wrong)) {
		if (!picture)
			drawn = arena_strdup(&s->arena, buffer_text(&text));
		else if (drawing_picture(format, &text, s->executor.path, &image, &s->arena, wrong))
			drawn = inline_svg(&s->arena, buffer_text(&image));
	}
	buffer_free(&text);
	buffer_free(&image);
	return drawn;
}

/* Does the step change the network? */
static bool changes(const struct plan *plan, size_t number)
{
	size_t i = 0;
	for (; number; i++)
		number -= plan->steps[i].n > 0;
	for (size_t j = 0; i && j < plan->steps[i - 1].n; j++)
		if (plan->steps[i - 1].commands[j].kind == COMMAND_BUILD)
			return true;
	return !i;
}

static bool draw_all(struct pages *pages, struct chapter *chapter)
{
	const char *format = pages->doc.diagram, *wrong, *when = pages->options->diagrams;
	struct scenario *s = &chapter->scenario;
	bool each = when && !strcmp(when, "each");
	if (!format || (when && !strcmp(when, "none")))
		return true;
	chapter->n_diagrams = each ? network_steps(&s->plan) + 1 : 1;
	chapter->diagrams = arena_alloc(&s->arena, chapter->n_diagrams * sizeof *chapter->diagrams);
	for (size_t i = 0; i < chapter->n_diagrams; i++) {
		if (!changes(&s->plan, i))
			continue;
		chapter->diagrams[i] = draw(s, format, i, &wrong);
		if (chapter->diagrams[i])
			continue;
		complain("%s", wrong);
		complain("--diagrams none writes the page without");
		return false;
	}
	return true;
}

static void set_diagram(struct arena *arena, struct data *object, const char *drawn)
{
	struct data *diagram = data_object(arena);
	data_set_string(arena, diagram, "drawing", drawn);
	data_set_string(arena, diagram, "fence", markdown_fence(arena, drawn));
	data_set(arena, object, "diagram", diagram);
}

/* --- the page --- */

/* The view of a chapter; RESULTS: with what the commands printed. */
static struct data *chapter_data(struct pages *pages, struct chapter *chapter, bool results, const char **wrong)
{
	struct scenario *s = &chapter->scenario;
	struct arena *arena = &pages->shared->arena;
	struct stable stable = { 0 };
	struct view_options options = { .checks = true, .page = true, .all = pages->options->all, .restore = s->restore,
		                            .untried = &s->untried, .wording = &s->wording, .results = results ? &chapter->results : NULL };
	struct data *view = NULL;
	if (pages->options->stable)
		options.stable = &stable;
	if (!pages->options->stable || stable_load(&stable, &s->templates, &s->plan, wrong))
		view = view_make(arena, &s->plan, &options, wrong);
	stable_free(&stable);
	if (!view)
		return NULL;
	const struct data *steps = data_get(view, "steps", 5);
	for (size_t i = 0; i < steps->n; i++)
		data_set_bool(arena, steps->items[i], "diagram", false);
	for (size_t i = 0; i < chapter->n_diagrams; i++)
		if (i <= steps->n && chapter->diagrams[i])
			set_diagram(arena, i ? steps->items[i - 1] : view, chapter->diagrams[i]);
	return view;
}

static struct data *page_data(struct pages *pages, bool results, const char **wrong)
{
	struct arena *arena = &pages->shared->arena;
	const struct options *o = pages->options;
	struct data **views = arena_alloc(arena, pages->n * sizeof *views);
	for (size_t i = 0; i < pages->n; i++)
		if (!(views[i] = chapter_data(pages, &pages->chapters[i], results, wrong)))
			return NULL;
	const struct doc_options options = { .wording = &pages->chapters[0].scenario.wording,
		                                 .front_matter = o->front_matter, .stable = o->stable, .dry = !results,
		                                 .meta = o->meta, .n_meta = o->n_meta };
	return doc_page(arena, &options, views, pages->n, wrong);
}

/* Renders the page, and prints it if that is wanted. */
static enum exit_status write_page(struct pages *pages, bool results, bool print)
{
	const char *wrong;
	struct buffer out = { 0 };
	struct data *page = page_data(pages, results, &wrong);
	enum exit_status status = EXIT_DONE;
	if (!page || !doc_render(&pages->doc, page, &out, &pages->shared->arena, &wrong)) {
		complain("%s", wrong);
		status = EXIT_SCENARIO;
	} else if (print) {
		fwrite(buffer_text(&out), 1, out.length, stdout);
	}
	buffer_free(&out);
	return status;
}

/* Runs all scenarios, one after the other, and writes what they were. */
static int run_here(void *user)
{
	struct pages *pages = user;
	enum exit_status failed = EXIT_DONE, status = EXIT_DONE;
	run_catch_signals();
	for (size_t i = 0; i < pages->n && status == EXIT_DONE; i++) {
		struct scenario *s = &pages->chapters[i].scenario;
		struct results *results = &pages->chapters[i].results;
		results_start(results, &s->plan);
		status = run_up(&s->executor, &s->plan, &(struct run_options){ .looks = true, .down = true, .restore = s->restore,
		                                                               .settle = true, .seen = results_take,
		                                                               .user = results });
		/* what failed is shown; what could not be built cannot be */
		if (status == EXIT_CHECK) {
			failed = status;
			status = EXIT_DONE;
		}
	}
	if (status == EXIT_DONE)
		status = write_page(pages, true, true);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		complain("what was to be printed could not be written");
		status = EXIT_OUTPUT;
	}
	return (int)(status == EXIT_DONE ? failed : status);
}

static int run_in_sandbox(void *user)
{
	struct pages *pages = user;
	size_t wrong = 0;
	for (size_t i = 0; i < pages->n; i++) {
		struct scenario *s = &pages->chapters[i].scenario;
		sysctls_judge(&s->sysctls, &s->report);
		wrong += report_print(&s->report);
	}
	return wrong ? EXIT_SCENARIO : run_here(pages);
}

static enum exit_status make_page(struct pages *pages)
{
	const struct options *o = pages->options;
	for (size_t i = 0; i < pages->n; i++)
		if (!draw_all(pages, &pages->chapters[i]))
			return EXIT_REFUSED;
	/* mistakes of templates are found before anything is run */
	enum exit_status status = write_page(pages, false, o->dry_run);
	if (status != EXIT_DONE || o->dry_run)
		return status;
	if (o->host && geteuid() != 0) {
		complain("doc --host builds the network in the host, which needs root; without --host it needs none");
		return EXIT_REFUSED;
	}
	if (!scenario_open_log(pages->shared, o))
		return EXIT_REFUSED;
	if (o->host)
		return (enum exit_status)run_here(pages);
	for (size_t i = 0; i < pages->n; i++)
		scenario_leave_host(&pages->chapters[i].scenario);
	status = scenario_run_in_sandbox(run_in_sandbox, pages, false);
	if (status == EXIT_REFUSED)
		complain("doc --host runs the scenario in the host, as root; doc --dry-run runs nothing");
	return status;
}

/* Reads all that is needed; what is wrong has been said. */
static enum exit_status open_pages(struct pages *pages, struct scenario *shared, const struct options *o)
{
	const char *wrong, *format = o->format ? o->format : "md";
	*pages = (struct pages){ .shared = shared, .options = o };
	if (!scenario_choose_language(shared, o, true))
		return EXIT_USAGE;
	if (!templates_has(&shared->templates, "doc", format, ".mustache")) {
		complain("there is no format '%s'; there are %s", format,
		         templates_list(&shared->templates, "doc", ".mustache"));
		return EXIT_USAGE;
	}
	if (!doc_open(&pages->doc, &shared->templates, format, &wrong)) {
		complain("%s", wrong);
		return EXIT_SCENARIO;
	}
	pages->chapters = xcalloc(o->n_files, sizeof *pages->chapters);
	enum exit_status status = EXIT_DONE;
	for (size_t i = 0; i < o->n_files; i++) {
		struct scenario *s = &pages->chapters[pages->n++].scenario;
		scenario_prepare(s, o, o->files[i]);
		s->executor.log = &shared->log; /* one for all */
		s->executor.quiet = true; /* the page is what is printed */
		s->language = shared->language;
		enum exit_status loaded = scenario_load(s, o);
		if (loaded != EXIT_DONE)
			status = loaded;
	}
	return status;
}

static void close_pages(struct pages *pages)
{
	for (size_t i = 0; i < pages->n; i++) {
		results_free(&pages->chapters[i].results);
		scenario_close(&pages->chapters[i].scenario);
	}
	free(pages->chapters);
	doc_close(&pages->doc);
}

enum exit_status pages_doc(struct scenario *shared, const struct options *o)
{
	struct pages pages;
	enum exit_status status = open_pages(&pages, shared, o);
	if (status == EXIT_DONE)
		status = make_page(&pages);
	close_pages(&pages);
	return status;
}

enum exit_status pages_view(struct scenario *shared, const struct options *o)
{
	struct pages pages;
	const char *wrong = NULL;
	enum exit_status status = open_pages(&pages, shared, o);
	struct data *page = status == EXIT_DONE ? page_data(&pages, false, &wrong) : NULL;
	if (page) {
		char *json = json_text(page);
		printf("%s\n", json);
		free(json);
	} else if (wrong) {
		complain("%s", wrong);
		status = EXIT_SCENARIO;
	}
	close_pages(&pages);
	return status;
}
