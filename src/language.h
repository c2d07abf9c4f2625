/* language: the words of a scenario, as tables.  Kinds of sections, their keys, the phases of building.
 * vnetgen-scenario(5) is its description. */
#ifndef VNETGEN_LANGUAGE_H
#define VNETGEN_LANGUAGE_H

#include "reader.h"

enum section_kind {
	IN_SCENARIO,
	IN_VARS,
	IN_HOST,
	IN_NETNS,
	IN_LINK,
	IN_STEP,
	IN_RUN,
	IN_FILE,
	IN_DAEMON,
	IN_CHECK,
	SECTION_KINDS
};

/* In the order in which they build. */
enum phase {
	PHASE_NETNS,
	PHASE_SYSCTL,
	PHASE_LINK,
	PHASE_MASTER,
	PHASE_MOVE,
	PHASE_SET,
	PHASE_UP,
	PHASE_ADDRESS,
	PHASE_BRIDGE_UP,
	PHASE_NEIGH,
	PHASE_ROUTE,
	PHASE_RULE,
	PHASE_QDISC,
	PHASE_VLAN,
	PHASE_FDB,
	PHASE_FIREWALL,
	PHASE_NAMESERVER,
	PHASE_FILE,
	PHASE_DAEMON,
	PHASES,
	NO_PHASE
};

enum name_rule {
	NAME_NONE,   /* [host] */
	NAME_TITLE,  /* any text, or none */
	NAME_NEEDED, /* [netns NAME] */
};

struct section_rule {
	const char *word;
	enum name_rule name;
	bool once_more; /* may be opened again to add to it */
};

enum key_id {
	KEY_NAME,
	KEY_TITLE,
	KEY_TEXT,
	KEY_STYLE,
	KEY_STABLE,
	KEY_LO,
	KEY_SYSCTL,
	KEY_ROUTE,
	KEY_RULE,
	KEY_NEIGH,
	KEY_NEXTHOP,
	KEY_QDISC,
	KEY_CLASS,
	KEY_FILTER,
	KEY_VLAN,
	KEY_FDB,
	KEY_IPTABLES,
	KEY_IP6TABLES,
	KEY_NFT,
	KEY_NAMESERVER,
	KEY_SEARCH,
	KEY_HOSTS,
	KEY_MODE,
	KEY_READY,
	KEY_TRIGGER,
	KEY_TYPE,
	KEY_PEER,
	KEY_LINK,
	KEY_NETNS,
	KEY_MASTER,
	KEY_ADDRESS,
	KEY_MAC,
	KEY_MTU,
	KEY_UP,
	KEY_SET,
	KEY_OPTIONS,
	KEY_EXISTING,
	KEY_BUILD,
	KEY_NOTE,
	KEY_SHOW,
	KEY_RUN,
	KEY_UNDO,
	KEY_EXPECT,
	KEY_MATCH,
	KEY_WITHIN,
	KEY_TIMEOUT,
	KEYS
};

struct key_rule {
	const char *word;
	enum key_id id;
	unsigned sections;  /* a bit for each section_kind that has it */
	enum phase phase;   /* where a statement of it is built; NO_PHASE for what shapes others */
	bool many;          /* may be given more than once in a section */
	bool words;         /* split into words as sh does */
	bool lines;         /* the lines of its value stay lines */
	bool family;        /* -4 or -6 may stand before its value */
	const char *verbs;  /* one of these may stand before its value; NULL: none */
	bool said;          /* may be given for one language alone: `title.ko` */
};

/* The entry of a kind, by number or by word (LENGTH bytes of it); NULL when there is none. */
const struct section_rule *section_rule(enum section_kind kind);
bool section_kind_find(const char *word, size_t length, enum section_kind *kind);
/* The nearest word to a wrong one, or NULL. */
const char *section_kind_nearest(const char *word);
/* "scenario, vars, ... and check" */
const char *section_kind_list(struct arena *arena);

/* The rule for WORD in this kind of section, or NULL.  [vars] has none. */
const struct key_rule *key_find(enum section_kind kind, const char *word);
/* "ko" of `title.ko`; NULL when the key is for all languages. */
const char *key_language(const struct key_rule *key, const char *word);
const char *key_nearest(enum section_kind kind, const char *word);
const char *key_list(struct arena *arena, enum section_kind kind);

/* Is it a word by which iproute2 changes objects? */
bool word_is_verb(const char *word);

const char *phase_word(enum phase phase);
/* The phase called WORD, or NO_PHASE. */
enum phase phase_find(const char *word);
const char *phase_nearest(const char *word);
const char *phase_list(struct arena *arena);

/* What the reader has to know of all this. */
extern const struct ini_rules language_rules;

/* Prints every kind of section and its keys, "SECTION KEY" a line: for tests and completions. */
void language_list(void);

#endif
