/* wiring: which devices are connected, as far as a scenario says. */
#include <string.h>

#include "wiring.h"

/* Devices are the nodes 0 to n_links - 1. */
static size_t outside(const struct wiring *w)
{
	return w->n_links;
}

static size_t box(const struct wiring *w, const struct netns *netns)
{
	return w->n_links + 1 + netns->number;
}

static size_t root(size_t *forest, size_t node)
{
	while (forest[node] != node)
		node = forest[node] = forest[forest[node]];
	return node;
}

/* False when they were joined before. */
static bool join(size_t *forest, size_t a, size_t b)
{
	a = root(forest, a);
	b = root(forest, b);
	forest[a] = b;
	return a != b;
}

static bool has_word(const struct words *words, const char *const *list, size_t n)
{
	for (size_t i = 0; i < words->n; i++)
		for (size_t j = 0; j < n; j++)
			if (!strcmp(words->word[i], list[j]))
				return true;
	return false;
}

/* Does its type keep apart what it joins? */
static bool keeps_apart(const struct link *link)
{
	static const char *const words[] = { "vlan_filtering", "private", "vepa", "passthru", "source" };
	return has_word(&link->type, words, COUNT(words));
}

/* What a statement says about joining: JOINED[NETNS] when packets pass there from device to device beside the routes,
 * UNSURE[LINK] when not everything that is joined to it hears everything. */
static void read_statement(struct wiring *w, const struct statement *statement, bool *joined, bool *unsure)
{
	static const char *const elsewhere[] = { "mirred" }, *const proxy[] = { "proxy" };
	static const char *const apart[] = { "type", "nomaster" };
	const struct netns *netns = statement->link ? statement->link->end : statement->netns;
	const struct words *words = &statement->words;
	switch (statement->key->id) {
	case KEY_SYSCTL: /* proxy_arp, proxy_arp_pvlan, proxy_ndp */
		joined[netns->number] |= strstr(statement->value, ".proxy_") != NULL;
		break;
	case KEY_NEIGH:
		joined[netns->number] |= has_word(words, proxy, COUNT(proxy));
		break;
	case KEY_FILTER:
		if (!has_word(words, elsewhere, COUNT(elsewhere)))
			break;
		joined[netns->number] = true;
		join(w->reach, box(w, netns), outside(w));
		break;
	case KEY_SET: /* of a bridge or its port */
		unsure[statement->link->number] |= has_word(words, apart, COUNT(apart));
		break;
	case KEY_VLAN:
		unsure[statement->link->number] = true;
		break;
	default:
		break;
	}
}

static void read_statements(struct wiring *w, const struct model *model, bool *joined, bool *unsure)
{
	for (size_t s = 0; s < model->n_steps; s++)
		for (size_t i = 0; i < model->steps[s].n_statements; i++)
			read_statement(w, model->steps[s].statements[i], joined, unsure);
	for (size_t i = 0; i < model->n_links; i++) {
		const struct link *link = model->links[i];
		unsure[i] |= keeps_apart(link);
		if (joined[link->end->number])
			join(w->reach, i, box(w, link->end));
	}
}

static void join_ports(struct wiring *w, const struct model *model, bool *unsure, struct arena *arena)
{
	const struct link **first = arena_alloc(arena, (model->n_links + 1) * sizeof *first);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t s = 0; s < model->n_steps; s++) {
			for (size_t i = 0; i < model->steps[s].n_statements; i++) {
				const struct statement *statement = model->steps[s].statements[i];
				const struct link *port = statement->link, *master = statement->master;
				/* ports of a vrf share a table of routes, and no wire */
				if (!master || kind_is(master->kind, "vrf"))
					continue;
				if (!pass) {
					/* one that goes from bridge to bridge joins neither for good; a port with VLANs makes
					 * its bridge one that has them */
					unsure[port->number] |= first[port->number] && first[port->number] != master;
					first[port->number] = master;
					unsure[master->number] |= unsure[port->number];
					continue;
				}
				join(w->reach, port->number, master->number);
				if (!unsure[port->number] && !unsure[master->number] &&
				    (master->kind->bridge || kind_is(master->kind, "bond")))
					join(w->segment, port->number, master->number);
			}
		}
	}
}

static void join_pairs_and_parents(struct wiring *w, const struct model *model, const bool *unsure)
{
	for (size_t i = 0; i < model->n_links; i++) {
		const struct link *link = model->links[i];
		if (link->is_lo)
			continue;
		if (!link->kind->word || link->kind->underlay)
			join(w->reach, i, outside(w));
		if (link->peer) {
			join(w->reach, i, link->peer->number);
			join(w->segment, i, link->peer->number);
		}
		if (link->parent && !link->kind->underlay) {
			join(w->reach, i, link->parent->number);
			if (link->kind->shares && !unsure[i])
				join(w->segment, i, link->parent->number);
		}
	}
}

/* VLAN devices of the same number on the same segment are in a segment of their own.  That can join others in turn. */
static void join_vlans(struct wiring *w, const struct model *model, struct arena *arena)
{
	enum { DEEPEST = 8 /* MAX_NEST_DEV of the kernel */ };
	bool more = true;
	for (size_t pass = 0; more && pass < DEEPEST; pass++) {
		struct table first = { 0 };
		more = false;
		for (size_t i = 0; i < model->n_links; i++) {
			struct link *link = model->links[i];
			if (!link->parent || !kind_is(link->kind, "vlan"))
				continue;
			const char *key = arena_printf(arena, "%zu %s", wiring_segment(w, link->parent),
			                               words_join(arena, &link->type));
			const struct link *other = table_get(&first, key);
			if (other)
				more |= join(w->segment, i, other->number);
			else
				table_set(&first, key, link);
		}
		table_free(&first);
	}
}

void wiring_make(struct wiring *w, const struct model *model, struct arena *arena)
{
	*w = (struct wiring){ .n_links = model->n_links, .n_nodes = model->n_links + 1 + model->n_namespaces + 1 };
	w->reach = arena_alloc(arena, w->n_nodes * sizeof *w->reach);
	w->segment = arena_alloc(arena, w->n_nodes * sizeof *w->segment);
	for (size_t i = 0; i < w->n_nodes; i++)
		w->reach[i] = w->segment[i] = i;
	bool *joined = arena_alloc(arena, (model->n_namespaces + 1) * sizeof *joined);
	bool *unsure = arena_alloc(arena, (model->n_links + 1) * sizeof *unsure);
	read_statements(w, model, joined, unsure);
	join_ports(w, model, unsure, arena);
	join_pairs_and_parents(w, model, unsure);
	join_vlans(w, model, arena);
}

size_t wiring_reach(const struct wiring *w, const struct link *link)
{
	return root(w->reach, link->number);
}

size_t wiring_segment(const struct wiring *w, const struct link *link)
{
	return root(w->segment, link->number);
}

bool wiring_leads_outside(const struct wiring *w, const struct link *link)
{
	return wiring_reach(w, link) == root(w->reach, outside(w));
}
