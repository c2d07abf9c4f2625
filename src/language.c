/* language: the words of a scenario, as tables. */
#include <stdio.h>
#include <string.h>

#include "language.h"

static const struct section_rule section_rules[SECTION_KINDS] = {
	[IN_SCENARIO] = { "scenario", NAME_NONE, .once_more = true },
	[IN_VARS] = { "vars", NAME_NONE, .once_more = true },
	[IN_HOST] = { "host", NAME_NONE, .once_more = true },
	[IN_NETNS] = { "netns", NAME_NEEDED, .once_more = true },
	[IN_LINK] = { "link", NAME_NEEDED, .once_more = true },
	[IN_STEP] = { "step", NAME_TITLE },
	[IN_RUN] = { "run", NAME_TITLE },
	[IN_FILE] = { "file", NAME_NEEDED },
	[IN_DAEMON] = { "daemon", NAME_NEEDED },
	[IN_CHECK] = { "check", NAME_TITLE },
};

#define IN(kind) (1u << IN_##kind)
#define NAMESPACES (IN(HOST) | IN(NETNS))

static const struct key_rule key_rules[] = {
	{ "name", KEY_NAME, IN(SCENARIO), NO_PHASE },
	{ "title", KEY_TITLE, IN(SCENARIO) | IN(STEP) | IN(RUN) | IN(CHECK), NO_PHASE, .said = true },
	{ "text", KEY_TEXT, IN(SCENARIO) | IN(STEP), NO_PHASE, .many = true, .lines = true, .said = true },
	{ "style", KEY_STYLE, IN(SCENARIO), NO_PHASE },
	{ "stable", KEY_STABLE, IN(SCENARIO), NO_PHASE, .many = true },
	{ "lo", KEY_LO, NAMESPACES, PHASE_UP },
	{ "sysctl", KEY_SYSCTL, NAMESPACES | IN(LINK), PHASE_SYSCTL, .many = true },
	{ "route", KEY_ROUTE, NAMESPACES | IN(LINK), PHASE_ROUTE, .many = true, .words = true,
	  .family = true, .verbs = "add append prepend change replace del" },
	{ "rule", KEY_RULE, NAMESPACES, PHASE_RULE, .many = true, .words = true, .family = true, .verbs = "add del" },
	{ "neigh", KEY_NEIGH, NAMESPACES | IN(LINK), PHASE_NEIGH, .many = true, .words = true,
	  .family = true, .verbs = "add change replace del" },
	{ "nexthop", KEY_NEXTHOP, NAMESPACES, PHASE_ROUTE, .many = true, .words = true,
	  .family = true, .verbs = "add replace del" },

	{ "type", KEY_TYPE, IN(LINK), NO_PHASE, .words = true },
	{ "peer", KEY_PEER, IN(LINK), NO_PHASE },
	{ "link", KEY_LINK, IN(LINK), NO_PHASE },
	{ "netns", KEY_NETNS, IN(LINK) | IN(RUN) | IN(CHECK) | IN(DAEMON), NO_PHASE },
	{ "master", KEY_MASTER, IN(LINK), PHASE_MASTER },
	{ "address", KEY_ADDRESS, IN(LINK), PHASE_ADDRESS, .many = true, .words = true,
	  .family = true, .verbs = "add change replace del" },
	{ "mac", KEY_MAC, IN(LINK), PHASE_LINK },
	{ "mtu", KEY_MTU, IN(LINK), PHASE_LINK },
	{ "up", KEY_UP, IN(LINK), PHASE_UP },
	{ "set", KEY_SET, IN(LINK), PHASE_SET, .many = true, .words = true },
	{ "qdisc", KEY_QDISC, IN(LINK), PHASE_QDISC, .many = true, .words = true, .verbs = "add change replace link del" },
	{ "class", KEY_CLASS, IN(LINK), PHASE_QDISC, .many = true, .words = true, .verbs = "add change replace del" },
	{ "filter", KEY_FILTER, IN(LINK), PHASE_QDISC, .many = true, .words = true, .verbs = "add change replace del" },
	{ "vlan", KEY_VLAN, IN(LINK), PHASE_VLAN, .many = true, .words = true, .verbs = "add del" },
	{ "fdb", KEY_FDB, IN(LINK), PHASE_FDB, .many = true, .words = true, .verbs = "add append replace del" },
	{ "iptables", KEY_IPTABLES, NAMESPACES, PHASE_FIREWALL, .many = true, .words = true },
	{ "ip6tables", KEY_IP6TABLES, NAMESPACES, PHASE_FIREWALL, .many = true, .words = true },
	{ "nft", KEY_NFT, NAMESPACES, PHASE_FIREWALL, .many = true, .lines = true },
	{ "nameserver", KEY_NAMESERVER, IN(NETNS), PHASE_NAMESERVER, .many = true },
	{ "search", KEY_SEARCH, IN(NETNS), PHASE_NAMESERVER, .words = true },
	{ "hosts", KEY_HOSTS, IN(SCENARIO), PHASE_NAMESERVER },
	{ "mode", KEY_MODE, IN(FILE), PHASE_FILE },
	{ "ready", KEY_READY, IN(DAEMON), NO_PHASE },
	{ "trigger", KEY_TRIGGER, IN(CHECK), NO_PHASE, .many = true },
	{ "options", KEY_OPTIONS, IN(LINK), NO_PHASE, .words = true },
	{ "build", KEY_BUILD, IN(STEP), NO_PHASE },
	{ "note", KEY_NOTE, IN(STEP), NO_PHASE, .many = true, .lines = true, .said = true },
	{ "show", KEY_SHOW, IN(STEP), NO_PHASE, .many = true },
	{ "run", KEY_RUN, IN(RUN) | IN(CHECK) | IN(DAEMON), NO_PHASE },
	{ "undo", KEY_UNDO, IN(RUN), NO_PHASE },
	{ "expect", KEY_EXPECT, IN(RUN) | IN(CHECK), NO_PHASE },
	{ "match", KEY_MATCH, IN(RUN) | IN(CHECK), NO_PHASE },
	{ "within", KEY_WITHIN, IN(CHECK) | IN(DAEMON), NO_PHASE },
	{ "timeout", KEY_TIMEOUT, IN(CHECK), NO_PHASE },
	{ "existing", KEY_EXISTING, IN(LINK), NO_PHASE },
};

static const char *const phase_words[PHASES] = {
	[PHASE_NETNS] = "netns",
	[PHASE_SYSCTL] = "sysctl",
	[PHASE_LINK] = "link",
	[PHASE_MASTER] = "master",
	[PHASE_MOVE] = "move",
	[PHASE_SET] = "set",
	[PHASE_UP] = "up",
	[PHASE_ADDRESS] = "address",
	[PHASE_BRIDGE_UP] = "bridge-up",
	[PHASE_NEIGH] = "neigh",
	[PHASE_ROUTE] = "route",
	[PHASE_RULE] = "rule",
	[PHASE_QDISC] = "qdisc",
	[PHASE_VLAN] = "vlan",
	[PHASE_FDB] = "fdb",
	[PHASE_FIREWALL] = "firewall",
	[PHASE_NAMESERVER] = "nameserver",
	[PHASE_FILE] = "file",
	[PHASE_DAEMON] = "daemon",
};

const struct section_rule *section_rule(enum section_kind kind)
{
	return &section_rules[kind];
}

bool section_kind_find(const char *word, size_t length, enum section_kind *kind)
{
	for (size_t i = 0; i < SECTION_KINDS; i++) {
		if (strlen(section_rules[i].word) == length && !memcmp(section_rules[i].word, word, length)) {
			*kind = (enum section_kind)i;
			return true;
		}
	}
	return false;
}

static void collect_kinds(const char *words[SECTION_KINDS])
{
	for (size_t i = 0; i < SECTION_KINDS; i++)
		words[i] = section_rules[i].word;
}

const char *section_kind_nearest(const char *word)
{
	const char *words[SECTION_KINDS];
	collect_kinds(words);
	return nearest_word(word, words, SECTION_KINDS);
}

const char *section_kind_list(struct arena *arena)
{
	const char *words[SECTION_KINDS];
	collect_kinds(words);
	return list_texts(arena, words, SECTION_KINDS);
}

/* Is WORD this key's, or this key's for one language? */
static bool key_is(const struct key_rule *key, const char *word)
{
	size_t length = strlen(key->word);
	return !strncmp(key->word, word, length) && (!word[length] || (key->said && word[length] == '.' && word[length + 1]));
}

const struct key_rule *key_find(enum section_kind kind, const char *word)
{
	for (size_t i = 0; i < COUNT(key_rules); i++)
		if (key_rules[i].sections & 1u << kind && key_is(&key_rules[i], word))
			return &key_rules[i];
	return NULL;
}

const char *key_language(const struct key_rule *key, const char *word)
{
	const char *dot = key->said ? strchr(word, '.') : NULL;
	return dot ? dot + 1 : NULL;
}

static size_t collect_keys(enum section_kind kind, const char *words[COUNT(key_rules)])
{
	size_t n = 0;
	for (size_t i = 0; i < COUNT(key_rules); i++)
		if (key_rules[i].sections & 1u << kind)
			words[n++] = key_rules[i].word;
	return n;
}

const char *key_nearest(enum section_kind kind, const char *word)
{
	const char *words[COUNT(key_rules)];
	return nearest_word(word, words, collect_keys(kind, words));
}

const char *key_list(struct arena *arena, enum section_kind kind)
{
	const char *words[COUNT(key_rules)];
	return list_texts(arena, words, collect_keys(kind, words));
}

bool word_is_verb(const char *word)
{
	static const char *const verbs[] = { "add", "append", "prepend", "replace", "change", "link", "del" };
	for (size_t i = 0; i < COUNT(verbs); i++)
		if (!strcmp(verbs[i], word))
			return true;
	return false;
}

const char *phase_word(enum phase phase)
{
	return phase_words[phase];
}

enum phase phase_find(const char *word)
{
	for (size_t i = 0; i < PHASES; i++)
		if (!strcmp(phase_words[i], word))
			return (enum phase)i;
	return NO_PHASE;
}

const char *phase_nearest(const char *word)
{
	return nearest_word(word, phase_words, PHASES);
}

const char *phase_list(struct arena *arena)
{
	return list_texts(arena, phase_words, PHASES);
}

static bool is_key(const char *word, size_t length, const char *key)
{
	enum section_kind kind;
	return section_kind_find(word, length, &kind) && kind != IN_VARS && key_find(kind, key);
}

static bool keeps_lines(const char *key)
{
	for (size_t i = 0; i < COUNT(key_rules); i++)
		if (key_is(&key_rules[i], key))
			return key_rules[i].lines;
	return false;
}

/* A program may have an assignment in a line of its own. */
static bool takes_keys(const char *key)
{
	return keeps_lines(key) || !strcmp(key, "run");
}

static bool takes_text(const char *word, size_t length)
{
	enum section_kind kind;
	return section_kind_find(word, length, &kind) && kind == IN_FILE;
}

const struct ini_rules language_rules = { is_key, takes_keys, keeps_lines, takes_text };

void language_list(void)
{
	for (size_t kind = 0; kind < SECTION_KINDS; kind++) {
		printf("%s\n", section_rules[kind].word);
		for (size_t i = 0; i < COUNT(key_rules); i++)
			if (key_rules[i].sections & 1u << kind)
				printf("%s %s\n", section_rules[kind].word, key_rules[i].word);
	}
}
