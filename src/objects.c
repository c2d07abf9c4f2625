/* objects: what iproute2 keeps about devices and namespaces: addresses, neighbours, routes, rules, queueing,
 * VLANs, forwarding entries.  All of them are one mechanism: OBJECT VERB WORDS, and `dev` where it is a device's. */
#include <string.h>

#include "inverse.h"
#include "values.h"

/* The command of each key, and the comment that it stands under. */
static const struct object {
	enum key_id key;
	enum command_key command;
	const char *group;
} objects[] = {
	{ KEY_ADDRESS, ADDRESS, "address" }, { KEY_NEIGH, NEIGH, "neigh" },   { KEY_NEXTHOP, NEXTHOP, "nexthop" },
	{ KEY_ROUTE, ROUTE, "route" },       { KEY_RULE, RULE, "rule" },      { KEY_QDISC, QDISC, "qdisc" },
	{ KEY_CLASS, CLASS, "qdisc" },       { KEY_FILTER, FILTER, "qdisc" }, { KEY_VLAN, VLAN, "vlan" },
	{ KEY_FDB, FDB, "fdb" },
};

/* Each key of the phases of objects is in the table. */
static const struct object *find_object(const struct statement *statement)
{
	size_t i = 0;
	while (objects[i].key != statement->key->id)
		i++;
	return &objects[i];
}

static bool says_no(const struct statement *statement)
{
	bool yes = true;
	if (statement)
		value_bool(statement->value, &yes);
	return !yes;
}

/* An IPv6 address takes a moment until it can be used; on a device that is down, for ever. */
static void note_address(struct planner *p, const struct statement *statement)
{
	bool is_ipv6 = false, nodad = false;
	struct link *link = statement->link;
	if (!strcmp(statement->verb, "del") || link->is_lo ||
	    (says_no(link->first[KEY_UP]) && says_no(link->single[KEY_UP])))
		return;
	for (size_t w = 0; w < statement->words.n; w++)
		nodad |= !strcmp(statement->words.word[w], "nodad");
	value_address(&p->scratch, statement->words.word[!strcmp(statement->words.word[0], "local")], &is_ipv6);
	if (!is_ipv6 || nodad)
		return;
	fresh_note(&p->fresh_run, p, link->end);
	fresh_note(&p->fresh_look, p, link->end);
}

static struct data *object_fields(struct planner *p, const struct statement *statement, const struct netns *netns,
                                  const char *verb)
{
	struct data *fields = emit_fields(p, netns);
	emit_set(p, fields, "verb", verb);
	emit_set(p, fields, "words", words_join(&p->scratch, &statement->words));
	if (statement->family)
		emit_set(p, fields, "family", statement->family);
	if (statement->link)
		emit_set(p, fields, "link", statement->link->name);
	return fields;
}

/* What takes it away again where it outlives the network; NULL: nothing of its own does, or it is refused. */
static struct undo *undo_object(struct planner *p, const struct statement *statement, const struct object *object,
                                const struct netns *netns)
{
	struct data *fields = object_fields(p, statement, netns, "del");
	if (object->key == KEY_NEXTHOP) /* `del` knows no other words */
		emit_set(p, fields, "words", words_join(&p->scratch, &(struct words){ .word = statement->words.word, .n = 2 }));
	const char *text = emit_text(p, object->command, fields, statement->line);
	return inverse_of_object(p, statement, text);
}

static void build_object(struct planner *p, const struct statement *statement)
{
	const struct object *object = find_object(statement);
	const struct link *link = statement->link;
	const struct netns *netns = link ? link->end : statement->netns;
	struct undo *undo = NULL;
	unsigned line = statement->line;
	if (link)
		emit_need_link(p, link, line, statement->header);
	emit_need_netns(p, netns, line, statement->header);
	/* what belongs to a device of ours goes with it */
	if (!place_is_owned(p, netns) && (!link || link->is_lo || link->existing))
		undo = undo_object(p, statement, object, netns);
	struct data *fields = object_fields(p, statement, netns, statement->verb);
	struct command *command = emit_command(p, object->command, fields, line, netns, object->group, "");
	command->begins[0] = undo;
	if (statement->key->id == KEY_ADDRESS)
		note_address(p, statement);
}

/* All of the phase, those with KEY first. */
static void build_in_order(struct planner *p, const struct step *step, enum key_id first)
{
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < step->n_statements; i++) {
			const struct statement *statement = step->statements[i];
			if (statement->phase == p->phase && (statement->key->id == first) == !pass)
				build_object(p, statement);
		}
}

/* Queueing: a class needs its qdisc and a filter its class, so a device's stand together, as in the file. */
static void build_by_device(struct planner *p, const struct step *step)
{
	for (size_t i = 0; i < step->n_statements; i++) {
		const struct statement *statement = step->statements[i];
		if (statement->phase != p->phase || statement->link->queued == step)
			continue;
		statement->link->queued = step;
		for (size_t j = i; j < step->n_statements; j++)
			if (step->statements[j]->phase == p->phase && step->statements[j]->link == statement->link)
				build_object(p, step->statements[j]);
	}
}

void build_objects(struct planner *p, const struct step *step)
{
	if (p->phase == PHASE_QDISC)
		build_by_device(p, step);
	else
		build_in_order(p, step, p->phase == PHASE_ROUTE ? KEY_NEXTHOP : KEYS);
}
