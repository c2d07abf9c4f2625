/* restore: the script, in a record's directory, that notes what there is on the host and puts it back. */
#include <string.h>

#include "restore.h"
#include "rundir.h"

/* What the template has sections for: kinds, and what several of them share. */
static const struct {
	const char *kind, *shared;
	bool of_device; /* a part of `device`, which is all that a device has */
} kinds[] = {
	{ "device", "objects" },
	{ "address", "objects", .of_device = true },
	{ "neigh", "objects", .of_device = true },
	{ "nexthop", "objects", .of_device = true },
	{ "route", "objects", .of_device = true },
	{ "rule", "objects" },
	{ "qdisc", "objects", .of_device = true },
	{ "vlan", "objects", .of_device = true },
	{ "fdb", "objects", .of_device = true },
	{ "iptables", "firewall" },
	{ "nft", "firewall" },
	{ "directory", "objects" },
};

static bool needs(const struct plan *plan, const char *kind)
{
	size_t length = strlen(kind);
	for (size_t i = 0; i < plan->n_undo; i++) {
		const char *restore = plan->undo[i]->restore;
		if (restore && !strncmp(restore, kind, length) && (!restore[length] || restore[length] == ' '))
			return true;
	}
	return false;
}

const char *restore_command(struct arena *arena, const char *name, const char *moment, size_t rank, const char *arguments)
{
	return arena_printf(arena, "sh %s/restore %s %zu%s%s", rundir_of(arena, name), moment, rank, *arguments ? " " : "",
	                    arguments);
}

const char *restore_script(const struct templates *templates, const struct plan *plan, const char **wrong)
{
	struct arena *arena = templates->arena;
	struct data *view = data_object(arena);
	bool any = false, device = needs(plan, "device");
	for (size_t i = 0; i < COUNT(kinds); i++)
		data_set_bool(arena, view, kinds[i].shared, false);
	for (size_t i = 0; i < COUNT(kinds); i++) {
		bool needed = needs(plan, kinds[i].kind) || (device && kinds[i].of_device);
		any |= needed;
		data_set_bool(arena, view, kinds[i].kind, needed);
		if (needed)
			data_set_bool(arena, view, kinds[i].shared, true);
	}
	if (!any)
		return "";
	struct buffer out = { 0 };
	bool good = template_render(templates, "restore.sh", view, &out, wrong);
	const char *text = good ? arena_strdup(arena, buffer_text(&out)) : NULL;
	buffer_free(&out);
	return text;
}
