/* style: how commands are spelt.  A style is a file of templates, one a command: templates/styles/NAME.ini. */
#ifndef VNETGEN_STYLE_H
#define VNETGEN_STYLE_H

#include "phrases.h"
#include "words.h"

/* The commands that a style spells; templates/styles/classic.ini has them with their fields. */
enum command_key {
	NETNS_ADD,
	NETNS_DEL,
	LINK_ADD, TUNTAP_ADD,
	LINK_DEL,
	LINK_MASTER,
	LINK_MOVE,
	LINK_SET,
	LINK_UP,
	LINK_DOWN,
	ADDRESS,
	ROUTE,
	RULE,
	NEIGH,
	NEXTHOP,
	QDISC,
	CLASS,
	FILTER,
	VLAN,
	FDB,
	FIREWALL,
	DIRECTORY_MAKE, DIRECTORY_REMOVE,
	FILE_WRITE,
	FILE_REMOVE,
	SYSCTL,
	LO_STATE,
	TENTATIVE,
	EXEC,
	COMMAND_KEYS
};

struct style {
	bool in_place; /* `create = in-place`: makes devices where they shall be, where that comes to the same */
	struct phrases phrases;
};

/* Loads the style NAME; false with a line in *wrong, in the templates' arena.  Free with style_free() in any case. */
bool style_load(struct style *style, const struct templates *templates, const char *name, const char **wrong);
void style_free(struct style *style);

/* The command as text, in ARENA; NULL with a line in *wrong, in ARENA, when the template names what is not there. */
const char *style_command(const struct style *style, struct arena *arena, enum command_key key,
                          const struct data *fields, const char **wrong);

#endif
