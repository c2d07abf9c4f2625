/* style: how commands are spelt. */
#include <string.h>

#include "style.h"

static const char *const names[COMMAND_KEYS] = {
	[NETNS_ADD] = "style.netns-add",     [NETNS_DEL] = "style.netns-del",     [LINK_ADD] = "style.link-add",
	[LINK_DEL] = "style.link-del",       [LINK_MASTER] = "style.link-master", [LINK_MOVE] = "style.link-move",
	[LINK_SET] = "style.link-set",       [LINK_UP] = "style.link-up",         [LINK_DOWN] = "style.link-down",
	[ADDRESS] = "style.address",         [ROUTE] = "style.route",             [RULE] = "style.rule",
	[NEIGH] = "style.neigh",             [NEXTHOP] = "style.nexthop",         [QDISC] = "style.qdisc",
	[CLASS] = "style.class",             [FILTER] = "style.filter",           [VLAN] = "style.vlan",
	[FDB] = "style.fdb",                 [FIREWALL] = "style.firewall",       [DIRECTORY_MAKE] = "style.directory-make",
	[FILE_WRITE] = "style.file-write",   [FILE_REMOVE] = "style.file-remove", [SYSCTL] = "style.sysctl",
	[LO_STATE] = "style.lo-state",       [TENTATIVE] = "style.tentative",     [EXEC] = "style.exec",
	[TUNTAP_ADD] = "style.tuntap-add",   [DIRECTORY_REMOVE] = "style.directory-remove",
};

bool style_load(struct style *style, const struct templates *templates, const char *name, const char **wrong)
{
	*style = (struct style){ 0 };
	if (!phrases_load(&style->phrases, templates, "styles", name, wrong))
		return false;
	for (size_t i = 0; i < COMMAND_KEYS; i++) {
		if (!table_get(&style->phrases.by_name, names[i])) {
			*wrong = arena_printf(templates->arena, "%s: [style] has no '%s'", style->phrases.path,
			                      names[i] + strlen("style."));
			return false;
		}
	}
	struct buffer create = { 0 };
	struct data *none = data_object(templates->arena);
	bool good = phrases_render(&style->phrases, "style.create", none, NULL, &create, templates->arena, wrong);
	style->in_place = !strcmp(buffer_text(&create), "in-place");
	if (good && !style->in_place && strcmp(buffer_text(&create), "moved")) {
		*wrong = arena_printf(templates->arena, "%s: [style] create: '%s' is neither moved nor in-place",
		                      style->phrases.path, buffer_text(&create));
		good = false;
	}
	buffer_free(&create);
	return good;
}

void style_free(struct style *style)
{
	phrases_free(&style->phrases);
}

const char *style_command(const struct style *style, struct arena *arena, enum command_key key,
                          const struct data *fields, const char **wrong)
{
	struct buffer text = { 0 };
	bool good = phrases_render(&style->phrases, names[key], fields, words_quote, &text, arena, wrong);
	const char *command = good ? arena_strdup(arena, buffer_text(&text)) : NULL;
	buffer_free(&text);
	return command;
}
