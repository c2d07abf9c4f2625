/* model: what a scenario declares: objects, and statements about them. */
#include <stdlib.h>
#include <string.h>

#include "building.h"
#include "ranges.h"
#include "rundir.h"
#include "values.h"

static struct netns *declare_netns(struct building *b, const struct section *section)
{
	struct model *model = b->model;
	const char *name = building_name(section), *wrong = name_wrong_netns(name);
	struct netns *netns = model_netns(model, name);
	if (netns)
		return netns;
	if (wrong)
		section_error(b, section, "the name '%s' %s", name, wrong);
	netns = arena_new(&model->arena, struct netns);
	netns->name = name;
	table_set(&model->netns_by_name, name, netns);
	*array_add(model->namespaces, model->n_namespaces, model->namespaces_room) = netns;
	netns->number = model->n_namespaces;
	return netns;
}

/* [vars] is read before all others. */
static section_reader *const readers[SECTION_KINDS] = {
	[IN_SCENARIO] = read_scenario, [IN_HOST] = read_netns, [IN_NETNS] = read_netns, [IN_LINK] = read_link,
	[IN_STEP] = read_step, [IN_RUN] = read_action, [IN_CHECK] = read_action, [IN_FILE] = read_file,
	[IN_DAEMON] = read_daemon,
};

static void read_sections(struct building *b)
{
	struct ini *ini = &b->model->ini;
	for (size_t i = 0; i < ini->n; i++) {
		enum section_kind kind;
		if (building_header(b, &ini->sections[i], &kind) && readers[kind])
			readers[kind](b, &ini->sections[i], kind);
	}
	building_forget(&b->scenario);
}

/* What may be used before its line: variables, ${dir}, which has the scenario's name in it, and namespaces. */
static void read_ahead(struct building *b, const struct variable *settings, size_t n)
{
	struct model *model = b->model;
	struct ini *ini = &model->ini;
	const char *name = model->name;
	for (size_t i = 0; i < ini->n; i++) {
		const struct section *section = &ini->sections[i];
		enum section_kind kind;
		if (!building_meant_kind(section, &kind))
			continue;
		for (size_t j = 0; kind == IN_SCENARIO && j < section->n; j++)
			if (!strcmp(section->entries[j].key, "name"))
				name = section->entries[j].value;
		if (kind == IN_NETNS && *building_name(section))
			declare_netns(b, section);
	}
	variables_reserve(&b->variables, "dir", rundir_of(&model->arena, name));
	for (size_t i = 0; i < ini->n; i++) {
		const struct section *section = &ini->sections[i];
		enum section_kind kind;
		if (!building_meant_kind(section, &kind) || kind != IN_VARS)
			continue;
		for (size_t j = 0; j < section->n; j++)
			variables_declare(&b->variables, section->entries[j].key, section->entries[j].value,
			                  section->entries[j].line);
	}
	for (size_t i = 0; i < n; i++)
		variables_override(&b->variables, settings[i].name, settings[i].value);
	variables_resolve(&b->variables);
}

static const char *name_from_file(struct arena *arena, const char *file)
{
	const char *slash = strrchr(file, '/');
	char *name = arena_strdup(arena, slash ? slash + 1 : file);
	if (ends_with(name, ".ini"))
		name[strlen(name) - 4] = '\0';
	return name;
}

void model_read(struct model *model, const char *file, const char *text, size_t length,
                const struct variable *settings, size_t n, struct report *report)
{
	*model = (struct model){ .file = file, .style = "classic" };
	struct building b = { .model = model, .report = report,
		                  .variables = { .arena = &model->arena, .report = report } };
	model->host = arena_new(&model->arena, struct netns);
	model->host->name = "";
	model->host->header = "host";
	const char *file_name = model->name = name_from_file(&model->arena, file);
	array_add(model->steps, model->n_steps, model->steps_room);

	ini_read(&model->ini, text, length, &language_rules, report);
	ranges_expand(&model->ini, report);
	read_ahead(&b, settings, n);
	read_sections(&b);
	links_resolve(model, b.links, b.n_links, report);
	const char *wrong = name_wrong_scenario(model->name);
	if (wrong && model->name == file_name)
		report_error(report, 0, NULL, NULL, "the file's name, '%s', %s; give [scenario] a 'name'", file_name, wrong);
	if (!model->title)
		model->title = model->name;
	table_free(&b.files);
	table_free(&b.daemons);
	free(b.links);
	variables_free(&b.variables);
}

void model_free(struct model *model)
{
	for (size_t i = 0; i < model->n_steps; i++) {
		free(model->steps[i].actions);
		free(model->steps[i].namespaces);
		free(model->steps[i].links);
		free(model->steps[i].statements);
		free(model->steps[i].files);
		free(model->steps[i].daemons);
	}
	free(model->steps);
	free(model->namespaces);
	free(model->links);
	table_free(&model->netns_by_name);
	table_free(&model->link_by_place);
	ini_free(&model->ini);
	arena_free(&model->arena);
	*model = (struct model){ 0 };
}

const char *model_no_netns(struct model *model, const char *name)
{
	enum { FEW = 100 }; /* to look through for each of many mistakes */
	const char *words[FEW], *nearest = NULL;
	size_t n = model->n_namespaces;
	for (size_t i = 0; i < n && n <= FEW; i++)
		words[i] = model->namespaces[i]->name;
	if (n <= FEW)
		nearest = nearest_word(name, words, n);
	return arena_printf(&model->arena, nearest ? "no [netns %s] in this file; did you mean '%s'?" : "no [netns %s] in this file",
	                    name, nearest);
}

struct netns *model_netns(const struct model *model, const char *name)
{
	return *name ? table_get(&model->netns_by_name, name) : model->host;
}

const char *model_title(const struct translations *translations, const char *language, const char *otherwise)
{
	for (size_t i = 0; i < translations->n; i++)
		if (translations->list[i].key == KEY_TITLE && !strcmp(translations->list[i].language, language))
			return translations->list[i].text;
	return otherwise;
}
