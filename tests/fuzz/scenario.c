/* fuzz-scenario: any text as a scenario: read, expanded, checked, planned, and printed as all that can be made of it
 * without running anything: scripts, drawings, the data of a tutorial. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drawing.h"
#include "graph.h"
#include "restore.h"
#include "view.h"
#include "warnings.h"

static struct arena kept; /* what is loaded once: files are slower than all the rest */
static struct templates templates;
static struct wording wording;
static struct recognizer untried;
static struct style styles[2];
static const char *const style_names[] = { "classic", "compact" };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *wrong;
	(void)argc;
	(void)argv;
	templates_open(&templates, NULL, &kept);
	if (!wording_load(&wording, &templates, "en", &wrong) ||
	    !recognizer_load(&untried, &templates, "untried.ini", &wrong))
		abort();
	for (size_t i = 0; i < COUNT(styles); i++)
		if (!style_load(&styles[i], &templates, style_names[i], &wrong))
			abort();
	return 0;
}

/* Ranges of more than 99 show nothing that smaller ones do not, and take their time. */
static bool has_large_numbers(const char *text)
{
	size_t digits = 0;
	for (; *text; text++) {
		digits = isdigit((unsigned char)*text) ? digits + 1 : 0;
		if (digits > 2 && strchr("}.", text[1]) && text[1] && memchr(text - digits, '.', digits + 1))
			return true;
	}
	return false;
}

/* Our own templates and languages have no mistakes, whatever a scenario is. */
static _Noreturn void broken(const char *wrong)
{
	fprintf(stderr, "%s\n", wrong);
	abort();
}

static void print_scripts(struct templates *here, const struct plan *plan, const char *restore)
{
	static const char *const names[] = { "setup.sh", "teardown.sh" };
	const char *wrong;
	for (size_t i = 0; i < 3; i++) {
		struct buffer out = { 0 };
		const struct view_options options = { .checks = i == 1, .page = i == 2, .restore = restore, .untried = &untried,
			                                  .wording = &wording };
		struct data *view = view_make(here->arena, plan, &options, &wrong);
		if (!view || (i < COUNT(names) && !template_render(here, names[i], view, &out, &wrong)))
			broken(wrong);
		buffer_free(&out);
	}
}

static void draw(struct templates *here, const struct plan *plan)
{
	static const char *const formats[] = { "dot", "mermaid" };
	const char *wrong;
	for (size_t i = 0; i < COUNT(formats); i++) {
		struct buffer out = { 0 };
		struct data *view = graph_view(here->arena, here, plan, &(struct graph_options){ .wording = &wording }, &wrong);
		if (!view || !drawing_render(here, formats[i], view, &out, &wrong))
			broken(wrong);
		buffer_free(&out);
	}
}

static void make_all(struct model *model, struct templates *here, struct report *report)
{
	const char *wrong;
	size_t style = model->style && !strcmp(model->style, style_names[1]);
	struct plan plan;
	plan_make(&plan, model, &styles[style], report);
	if (!report_print(report)) {
		warnings_find(model, report);
		report_print(report);
		const char *restore = restore_script(here, &plan, &wrong);
		if (!restore)
			broken(wrong);
		print_scripts(here, &plan, restore);
		draw(here, &plan);
	}
	plan_free(&plan);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
	struct arena arena = { 0 };
	struct templates here = templates;
	struct model model = { 0 };
	struct report report = { .file = "fuzz.ini" };
	here.arena = &arena;
	if (!has_large_numbers(arena_strndup(&arena, (const char *)bytes, size))) {
		model_read(&model, report.file, (const char *)bytes, size, NULL, 0, &report);
		if (!report_print(&report))
			make_all(&model, &here, &report);
		model_free(&model);
	}
	report_free(&report);
	arena_free(&arena);
	return 0;
}
