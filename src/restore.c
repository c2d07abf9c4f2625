/* restore: the script, in a record's directory, that notes what there is on the host and puts it back. */
#include <string.h>

#include "restore.h"
#include "rundir.h"

/* The sections of the template that a kind of entry needs. */
static const struct {
	const char *kind, *sections[4];
} kinds[] = {
	{ "address", { "objects", "devices" } }, { "neigh", { "objects", "devices" } }, { "nexthop", { "objects", "devices" } },
	{ "route", { "objects", "devices" } }, { "rule", { "objects", "devices" } }, { "qdisc", { "objects", "devices" } },
	{ "sysctl", { "settings", "holds" } }, { "lo", { "settings", "holds" } },
	{ "policy", { "settings", "holds", "iptables" } }, { "rule-line", { "iptables", "holds" } },
	{ "chain", { "iptables", "holds" } }, { "table", { "nft" } }, { "device", { "device", "devices", "holds" } },
};

const char *restore_command(struct arena *arena, const char *name, const char *moment, size_t rank, const char *arguments)
{
	return arena_printf(arena, "sh %s/restore %s %zu%s%s", rundir_of(arena, name), moment, rank, *arguments ? " " : "",
	                    arguments);
}

const char *restore_script(const struct templates *templates, const struct plan *plan, const char **wrong)
{
	struct arena *arena = templates->arena;
	struct data *view = data_object(arena);
	bool any = false;
	for (size_t i = 0; i < COUNT(kinds); i++)
		for (size_t j = 0; j < COUNT(kinds[i].sections) && kinds[i].sections[j]; j++)
			data_set_bool(arena, view, kinds[i].sections[j], false);
	for (size_t i = 0; i < plan->n_undo; i++) {
		const char *restore = plan->undo[i]->restore;
		size_t length = restore ? strcspn(restore, " ") : 0;
		for (size_t k = 0; k < COUNT(kinds) && restore; k++) {
			if (strlen(kinds[k].kind) != length || strncmp(kinds[k].kind, restore, length) != 0)
				continue;
			any = true;
			for (size_t j = 0; j < COUNT(kinds[k].sections) && kinds[k].sections[j]; j++)
				data_set_bool(arena, view, kinds[k].sections[j], true);
		}
	}
	if (!any)
		return "";
	struct buffer out = { 0 };
	bool good = template_render(templates, "restore.sh", view, &out, wrong);
	const char *text = good ? arena_strdup(arena, buffer_text(&out)) : NULL;
	buffer_free(&out);
	return text;
}
