/* inverse: what undoes a route, a setting and the like on the host. */
#include <limits.h>
#include <string.h>

#include "inverse.h"
#include "sysctls.h"
#include "values.h"

enum { ARGUMENTS = 64 /* words of one command; longer ones are refused */ };

/* How an entry is told to the record's script: its kind, what its list is asked for, then the words of the command. */
struct target {
	const char *argument[ARGUMENTS];
	size_t n;
	struct buffer key; /* what no two of the scenario's own can have in common */
};

static void add_argument(struct target *target, const char *argument)
{
	if (target->n < ARGUMENTS)
		target->argument[target->n++] = argument;
}

/* The same, and two things that differ in it are two. */
static void add_key(struct target *target, const char *argument)
{
	add_argument(target, argument);
	words_quote(&target->key, argument);
	buffer_putc(&target->key, ' ');
}

/* The word after one of NAMES, which end with a NULL; OTHERWISE when there is none. */
static const char *after_any(const struct words *words, const char *const *names, const char *otherwise)
{
	for (size_t i = 0; names[i]; i++) {
		const char *word = words_after(words, names[i]);
		if (word)
			return word;
	}
	return otherwise;
}

/* --- what each kind is known by; each returns what is wrong, or NULL --- */

/* iproute2 takes the beginning of a word for the word; these decide which thing is meant, so they are written out. */
static const char *shortened(const struct words *words)
{
	static const char *const names[] = { "table", "vrf", "metric", "priority", "preference", "tos", "dsfield" };
	static const char *const values[] = { "dev", "oif", "iif", "via", "src", "from", "to", "proto", "protocol", "table", "vrf" };
	for (size_t w = 0; w < words->n; w++) {
		bool is_value = false;
		for (size_t i = 0; w && i < COUNT(values); i++)
			is_value |= !strcmp(words->word[w - 1], values[i]);
		for (size_t i = 0; !is_value && strcmp(words->word[w], "to") && i < COUNT(names); i++)
			if (strlen(words->word[w]) < strlen(names[i]) && starts_with(names[i], words->word[w]))
				return names[i];
	}
	return NULL;
}

static bool is_type(const char *word)
{
	static const char *const types[] = { "unicast", "local", "broadcast", "multicast", "throw", "unreachable",
		                                 "prohibit", "blackhole", "nat", "anycast", "to" };
	for (size_t i = 0; i < COUNT(types); i++)
		if (!strcmp(word, types[i]))
			return true;
	return false;
}

static const char *family_of(const struct statement *statement, const char *prefix, const char *other)
{
	if (statement->family)
		return statement->family;
	return strchr(prefix, ':') || (other && strchr(other, ':')) ? "-6" : "-4";
}

static const char *know_route(struct planner *p, const struct statement *statement, struct target *target)
{
	static const char *const metric[] = { "metric", "priority", "preference", NULL }, *const tos[] = { "tos", "dsfield", NULL };
	const struct words *words = &statement->words;
	size_t first = 0;
	bool local = false;
	for (; first < words->n && is_type(words->word[first]); first++)
		local |= !strcmp(words->word[first], "local") || !strcmp(words->word[first], "broadcast") ||
		         !strcmp(words->word[first], "anycast") || !strcmp(words->word[first], "nat");
	if (first == words->n)
		return "has no prefix";
	const char *prefix = words->word[first], *via = words_after(words, "via"), *vrf = words_after(words, "vrf");
	const char *table = words_after(words, "table");
	const char *family = family_of(statement, prefix, strcmp(prefix, "default") ? NULL : via);
	bool is_ipv6 = !strcmp(family, "-6");
	add_key(target, family);
	add_key(target, vrf ? "vrf" : "table");
	add_key(target, vrf ? vrf : table ? table : local ? "local" : "main");
	const char *canonical = value_address(&p->scratch, prefix, &is_ipv6);
	add_key(target, canonical && strchr(prefix, '/') ? canonical : prefix);
	buffer_printf(&target->key, "metric %s tos %s", after_any(words, metric, is_ipv6 ? "1024" : "0"), after_any(words, tos, "0"));
	return NULL;
}

static const char *know_rule(struct planner *p, const struct statement *statement, struct target *target)
{
	const char *from = words_after(&statement->words, "from"), *to = words_after(&statement->words, "to");
	add_key(target, family_of(statement, from ? from : "", to));
	buffer_puts(&target->key, words_join(&p->scratch, &statement->words));
	return NULL;
}

static const char *know_neigh(struct planner *p, const struct statement *statement, struct target *target)
{
	const struct words *words = &statement->words;
	const char *device = statement->link ? statement->link->name : words_after(words, "dev");
	bool proxy = words->n && !strcmp(words->word[0], "proxy");
	size_t first = proxy || (words->n && !strcmp(words->word[0], "to"));
	(void)p;
	if (!device || first >= words->n)
		return "needs an address first, and 'dev'";
	add_key(target, device);
	add_key(target, proxy ? "proxy" : "to");
	add_key(target, words->word[first]);
	return NULL;
}

static const char *know_nexthop(struct planner *p, const struct statement *statement, struct target *target)
{
	const struct words *words = &statement->words;
	(void)p;
	if (words->n < 2 || strcmp(words->word[0], "id") != 0)
		return "needs 'id' and a number first, by which it can be taken away";
	add_key(target, words->word[1]);
	return NULL;
}

static const char *know_address(struct planner *p, const struct statement *statement, struct target *target)
{
	const struct words *words = &statement->words;
	bool is_ipv6;
	add_key(target, statement->link->name);
	const char *word = words->word[!strcmp(words->word[0], "local")], *canonical = value_address(&p->scratch, word, &is_ipv6);
	buffer_puts(&target->key, canonical ? canonical : word);
	return NULL;
}

static const char *know_qdisc(struct planner *p, const struct statement *statement, struct target *target)
{
	const char *first = statement->words.n ? statement->words.word[0] : "";
	(void)p;
	if (strcmp(first, "root") != 0 && strcmp(first, "ingress") != 0 && strcmp(first, "clsact") != 0)
		return "needs 'root', 'ingress' or 'clsact' first";
	add_key(target, statement->link->name);
	buffer_puts(&target->key, first);
	return NULL;
}

static const struct known {
	enum key_id key;
	const char *(*know)(struct planner *p, const struct statement *statement, struct target *target);
} kinds[] = {
	{ KEY_ADDRESS, know_address }, { KEY_NEIGH, know_neigh }, { KEY_NEXTHOP, know_nexthop },
	{ KEY_ROUTE, know_route },     { KEY_RULE, know_rule },   { KEY_QDISC, know_qdisc },
};

static const struct known *find_known(enum key_id key)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (kinds[i].key == key)
			return &kinds[i];
	return NULL;
}

void inverse_refuse(struct planner *p, const struct statement *statement, const char *why)
{
	report_error(p->report, statement->line, statement->header, statement->key->word,
	             "%s, so it is not taken on the host; do it in a namespace", why);
}

/* The device that was there before and that STATEMENT is about, or names; NULL: none. */
static struct link *lent_device(const struct planner *p, const struct statement *statement)
{
	const char *device = words_after(&statement->words, "dev");
	if (statement->link)
		return statement->link->existing ? statement->link : NULL;
	for (size_t i = 0; device && i < p->model->n_links; i++) {
		struct link *link = p->model->links[i];
		if (link->existing && link->end == p->model->host && !strcmp(link->name, device))
			return link;
	}
	return NULL;
}

/* Classes, filters and further qdiscs go with the one that the scenario gave to the device. */
static bool goes_with_qdisc(struct planner *p, const struct statement *statement)
{
	enum key_id key = statement->key->id;
	if (key != KEY_CLASS && key != KEY_FILTER && key != KEY_QDISC)
		return false;
	struct link *link = statement->link;
	if (!link->queued_undo && key != KEY_QDISC)
		report_error(p->report, statement->line, statement->header, statement->key->word,
		             "'%s' is not the scenario's own: give it a 'qdisc' first, with which this can be taken away",
		             link->name);
	bool goes = link->queued_undo || key != KEY_QDISC;
	link->queued_undo = true;
	return goes;
}

struct undo *inverse_of_object(struct planner *p, const struct statement *statement, const char *text)
{
	const struct known *known = find_known(statement->key->id);
	struct target target = { 0 };
	bool adds = !strcmp(statement->verb, "add") || !strcmp(statement->verb, "append");
	if (goes_with_qdisc(p, statement))
		return NULL;
	if (!known) {
		inverse_refuse(p, statement, "others may have what this takes from a device that is not the scenario's own");
		return NULL;
	}
	add_key(&target, statement->key->word);
	const char *wrong = known->know(p, statement, &target);
	const char *whole = known->key == KEY_ROUTE ? shortened(&statement->words) : NULL;
	if (wrong || whole)
		report_error(p->report, statement->line, statement->header, statement->key->word, whole ?
		             "write '%s' in full: on the host it says what is to be taken away again" : "on the host it %s",
		             whole ? whole : wrong);
	const char *key = buffer_keep(&target.key, &p->plan->arena);
	for (size_t i = 0; i < statement->words.n; i++)
		add_argument(&target, statement->words.word[i]);
	if (target.n == ARGUMENTS)
		inverse_refuse(p, statement, "it has too many words");
	target.argument[target.n < ARGUMENTS ? target.n : ARGUMENTS - 1] = NULL;
	struct undo *made = table_get(&p->made, key);
	struct link *lent = lent_device(p, statement);
	if (adds) {
		made = emit_undo_host(p, target.argument, text, statement->line);
		table_set(&p->made, key, made);
		return made;
	}
	if (made) /* the script sees that it has gone, or what has become of it */
		return strcmp(statement->verb, "del") ? made : NULL;
	if (lent && (known->key == KEY_ADDRESS || known->key == KEY_ROUTE))
		return emit_undo_device(p, lent, statement->line);
	inverse_refuse(p, statement, arena_printf(&p->scratch, "'%s' may change what others have made, and only what the scenario "
	                                  "itself adds can be undone", statement->verb));
	return NULL;
}

/* --- settings --- */

/* A key whose change does more than to set a value, which setting it back would not undo. */
static bool does_more(const char *path)
{
	static const char *const names[] = { "disable_ipv6", "addr_gen_mode", "stable_secret", "use_tempaddr", "flush" };
	const char *name = strrchr(path, '/');
	for (size_t i = 0; name && i < COUNT(names); i++)
		if (!strcmp(name + 1, names[i]))
			return true;
	return false;
}

struct undo *inverse_of_sysctl(struct planner *p, const struct statement *statement, const char *text)
{
	char path[PATH_MAX];
	sysctl_path(path, statement->value);
	const char *key = path + strlen("/proc/sys/"), *value = statement->value + strcspn(statement->value, "=");
	if (strstr(path, "/."))
		inverse_refuse(p, statement, "a key has no way out of /proc/sys");
	else if (strpbrk(key, "*?["))
		inverse_refuse(p, statement, "it does not name one key");
	else if (does_more(path))
		inverse_refuse(p, statement, arena_printf(&p->scratch, "'%s' does more than to set a value, and the old value would not "
		                                  "bring back what was lost", strrchr(path, '/') + 1));
	/* two names of one value */
	if (!strcmp(key, "net/ipv4/conf/all/forwarding"))
		key = "net/ipv4/ip_forward";
	value += *value == '=';
	value += strspn(value, " \t");
	return emit_undo_host(p, (const char *[]){ "sysctl", key, value, NULL }, text, statement->line);
}

struct undo *inverse_of_lo(struct planner *p, const char *state, const char *text, unsigned line)
{
	return emit_undo_host(p, (const char *[]){ "lo", "lo", state, NULL }, text, line);
}
