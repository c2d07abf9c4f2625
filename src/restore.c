/* restore: the script, in a record's directory, that notes what there is on the host and puts it back. */
#include <string.h>

#include "restore.h"

/* Every kind that the template has a section for. */
static const char *const kinds[] = { "address", "neigh", "nexthop", "route", "rule", "qdisc", "vlan", "fdb" };

const char *restore_script(const struct templates *templates, const struct plan *plan, const char **wrong)
{
	struct arena *arena = templates->arena;
	struct data *view = data_object(arena);
	bool any = false;
	for (size_t i = 0; i < COUNT(kinds); i++)
		data_set_bool(arena, view, kinds[i], false);
	for (size_t i = 0; i < plan->n_undo; i++) {
		const char *restore = plan->undo[i]->restore;
		if (!restore)
			continue;
		any = true;
		data_set_bool(arena, view, arena_strndup(arena, restore, strcspn(restore, " ")), true);
	}
	if (!any)
		return "";
	struct buffer out = { 0 };
	const char *text = template_render(templates, "restore.sh", view, &out, wrong) ? arena_strdup(arena, buffer_text(&out)) : NULL;
	buffer_free(&out);
	return text;
}
