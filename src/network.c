/* network: what a plan has built after one of its steps. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "network.h"
#include "sysctls.h"
#include "values.h"

/* Where the other end of a tunnel is. */
struct remote {
	struct device *device;
	const char *address;
};

struct drawing {
	struct network *network;
	size_t limit; /* what happens in later steps of the plan has not happened; they count from 1 */
	size_t *declared; /* for each step of the model the plan's step, from 1 */
	size_t topology[PHASES];
	struct table devices; /* "NETNS/NAME" where it ends -> struct device */
	struct table boxes;   /* by name */
	struct table by_address; /* -> struct device */
	struct remote *remotes;
	size_t n_remotes, remotes_room;
	struct arena scratch;
};

size_t network_steps(const struct plan *plan)
{
	size_t steps = 0;
	for (size_t i = 0; i < plan->n; i++)
		steps += plan->steps[i].n > 0;
	return steps;
}

/* Finds out when things happen. */
static void read_plan(struct drawing *d, size_t step)
{
	const struct plan *plan = d->network->plan;
	const struct model *model = plan->model;
	size_t number = 0;
	d->declared = arena_alloc(&d->scratch, model->n_steps * sizeof *d->declared);
	d->limit = plan->n;
	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_step *one = &plan->steps[i];
		for (size_t phase = 0; phase < PHASES; phase++)
			if (one->topology_phase[phase])
				d->topology[phase] = i + 1;
		if (one->declared)
			d->declared[one->declared - model->steps] = i + 1;
		if (one->n && ++number == step) {
			d->limit = i + 1;
			d->network->last = one;
		}
	}
	d->network->steps = number;
	d->network->step = step ? step : number;
}

/* The plan's step in which what STEP of the model says of this phase happens. */
static size_t time_of(const struct drawing *d, size_t step, enum phase phase)
{
	return step ? d->declared[step] : d->topology[phase];
}

static size_t later(size_t a, size_t b)
{
	return a > b ? a : b;
}

static bool is_new(const struct drawing *d, size_t time)
{
	return d->network->last && time == d->limit;
}

/* The device of a link, as far as there is one by now; LINK may be NULL. */
static struct device *find_device(struct drawing *d, const struct link *link)
{
	return link ? table_get(&d->devices, arena_printf(&d->scratch, "%s/%s", link->end->name, link->name)) : NULL;
}

/* --- boxes and devices --- */

static void make_boxes(struct drawing *d)
{
	struct network *network = d->network;
	const struct model *model = network->plan->model;
	network->boxes = arena_alloc(&network->arena, (model->n_namespaces + 1) * sizeof *network->boxes);
	for (size_t i = 0; i <= model->n_namespaces; i++) {
		const struct netns *netns = i ? model->namespaces[i - 1] : model->host;
		size_t time = i ? time_of(d, netns->step, PHASE_NETNS) : 0;
		if (time > d->limit)
			continue;
		struct box *box = &network->boxes[network->n++];
		box->netns = netns;
		box->added = i && is_new(d, time);
		box->drawn = box;
		*array_add(box->names.list, box->names.n, box->names.room) = netns->name;
		table_set(&d->boxes, netns->name, box);
	}
}

/* When is it raised by the step that makes it? */
static bool comes_up(const struct drawing *d, const struct link *link, size_t *time)
{
	bool up = true;
	if (link->first[KEY_UP])
		value_bool(link->first[KEY_UP]->value, &up);
	*time = time_of(d, link->step, link->on_bridge ? PHASE_BRIDGE_UP : PHASE_UP);
	return up;
}

static void make_devices(struct drawing *d)
{
	struct network *network = d->network;
	const struct model *model = network->plan->model;
	network->devices = arena_alloc(&network->arena, (model->n_links + 1) * sizeof *network->devices);
	for (size_t i = 0; i < model->n_links; i++) {
		const struct link *link = model->links[i];
		const struct netns *netns = link->moved > d->limit ? model->host : link->end;
		struct box *box = table_get(&d->boxes, netns->name);
		size_t raised = 0;
		if (link->made > d->limit || !box)
			continue;
		struct device *device = &network->devices[network->n_devices++];
		device->link = link;
		device->box = box;
		device->drawn = device;
		device->up = link->is_lo || (comes_up(d, link, &raised) && raised <= d->limit);
		device->added = link->made && is_new(d, link->made);
		device->changed = device->added || (link->moved && is_new(d, link->moved)) ||
		                  (!link->is_lo && device->up && is_new(d, raised));
		*array_add(device->names.list, device->names.n, device->names.room) = link->name;
		*array_add(box->devices, box->n, box->room) = device;
		table_set(&d->devices, arena_printf(&d->scratch, "%s/%s", link->end->name, link->name), device);
	}
}

/* --- what statements say --- */

/* The keys whose values are drawn, and with what. */
static const struct shown {
	const char *key;
	bool box; /* a line of the box, whoever says it */
} shown[] = {
	{ "address", false }, { "mac", false }, { "mtu", false }, { "vlan", false },
	{ "qdisc", false },   { "route", true }, { "rule", true },
};

static const struct shown *find_shown(const char *key)
{
	for (size_t i = 0; i < COUNT(shown); i++)
		if (!strcmp(shown[i].key, key))
			return &shown[i];
	return NULL;
}

/* A value as a label has it. */
static const char *label_of(struct drawing *d, const struct statement *statement)
{
	const char *value = statement->words.n ? words_join(&d->network->arena, &statement->words) : statement->value;
	const struct shown *how = find_shown(statement->key->word);
	if (statement->link && how && how->box)
		return arena_printf(&d->network->arena, "%s dev %s", value, statement->link->name);
	if (strcmp(statement->key->word, "qdisc"))
		return value;
	/* where it hangs says nothing to a reader, and a netem does what its words say */
	const char *netem = strstr(value, "netem ");
	return netem ? netem + strlen("netem ") : starts_with(value, "root ") ? value + strlen("root ") : value;
}

/* What stands after WORD, or "". */
static const char *word_after(const struct words *words, const char *word)
{
	const char *after = words_after(words, word);
	return after ? after : "";
}

/* What is replaced or deleted by a later statement of the same key for which this is the same. */
static const char *subject_of(struct drawing *d, const struct statement *statement)
{
	static const char *const types[] = { "unicast", "local", "broadcast", "multicast", "blackhole", "unreachable",
		                                 "prohibit", "throw", "nat" };
	const struct words *words = &statement->words;
	size_t first = 0;
	switch (statement->key->id) {
	case KEY_ADDRESS:
		return words->word[!strcmp(words->word[0], "local")];
	case KEY_ROUTE:
		for (size_t i = 0; i < COUNT(types); i++)
			first |= words->n > 1 && !strcmp(words->word[0], types[i]);
		return arena_printf(&d->network->arena, "%s %s %s", words->word[first], word_after(words, "table"),
		                    word_after(words, "metric"));
	case KEY_QDISC:
		return arena_printf(&d->network->arena, "%s %s", words->word[0], word_after(words, "parent"));
	case KEY_VLAN:
		return word_after(words, "vid");
	case KEY_RULE:
		return words_join(&d->network->arena, words);
	default: /* has one value */
		return "";
	}
}

static void remove_lines(struct lines *lines, const char *key, const char *of)
{
	size_t kept = 0;
	for (size_t i = 0; i < lines->n; i++)
		if (strcmp(lines->list[i].key, key) || strcmp(lines->list[i].of, of))
			lines->list[kept++] = lines->list[i];
	lines->n = kept;
}

static void add_line(struct drawing *d, struct lines *lines, const struct statement *statement, bool added)
{
	const char *key = statement->key->word, *of = subject_of(d, statement), *text = label_of(d, statement), *next;
	const char *verb = statement->verb ? statement->verb : "replace";
	bool deletes = !strcmp(verb, "del");
	if (deletes || !strcmp(verb, "replace") || !strcmp(verb, "change"))
		remove_lines(lines, key, of);
	/* a route of many ways has a line for each */
	for (; text && !deletes; text = next) {
		next = statement->phase == PHASE_ROUTE ? strstr(text, " nexthop ") : NULL;
		const char *part = next ? arena_strndup(&d->network->arena, text, (size_t)(next++ - text)) : text;
		*array_add(lines->list, lines->n, lines->room) = (struct line){ .key = key, .of = of, .text = part, .added = added };
	}
}

static void take_master(struct drawing *d, struct device *device, const struct statement *statement)
{
	const struct link *master = statement->master;
	size_t time = time_of(d, statement->step, PHASE_MASTER);
	if (master)
		time = later(later(time, later(device->link->made, device->link->moved)), later(master->made, master->moved));
	if (time > d->limit)
		return;
	device->master = find_device(d, master);
	device->changed |= is_new(d, time);
}

static void take_state(struct drawing *d, struct device *device, const struct statement *statement)
{
	size_t time = time_of(d, statement->step, device->link->on_bridge ? PHASE_BRIDGE_UP : PHASE_UP);
	if (statement->step == device->link->step || time > d->limit)
		return;
	value_bool(statement->value, &device->up);
	device->changed |= is_new(d, time);
}

/* Each of them makes a router of a namespace, or none. */
static void take_sysctl(struct drawing *d, struct box *box, const struct statement *statement)
{
	static const struct {
		const char *key;
		unsigned family;
	} forwarding[] = { { "net/ipv4/ip_forward", 1 }, { "net/ipv4/conf/all/forwarding", 1 },
		             { "net/ipv6/conf/all/forwarding", 2 } };
	char path[PATH_MAX];
	if (time_of(d, statement->step, statement->phase) > d->limit)
		return;
	sysctl_path(path, statement->value);
	long value = strtol(strchr(statement->value, '=') + 1, NULL, 0);
	for (size_t i = 0; i < COUNT(forwarding); i++)
		if (!strcmp(path + strlen("/proc/sys/"), forwarding[i].key))
			box->forwards = value ? box->forwards | forwarding[i].family : box->forwards & ~forwarding[i].family;
}

/* A VXLAN may be told by forwarding entries where the others are. */
static void take_fdb(struct drawing *d, struct device *device, const struct statement *statement)
{
	const char *address = word_after(&statement->words, "dst");
	const struct kind *kind = device->link->kind;
	if (kind && kind->underlay && *address && strcmp(statement->verb, "del"))
		*array_add(d->remotes, d->n_remotes, d->remotes_room) = (struct remote){ device, address };
}

static void take_statement(struct drawing *d, const struct statement *statement)
{
	const struct link *link = statement->link;
	struct device *device = find_device(d, link);
	struct box *box = device ? device->box : table_get(&d->boxes, (link ? link->end : statement->netns)->name);
	const struct shown *how = find_shown(statement->key->word);
	if (link ? !device : !box)
		return;
	if (device && statement->key->id == KEY_MASTER)
		take_master(d, device, statement);
	else if (device && statement->key->id == KEY_UP)
		take_state(d, device, statement);
	else if (statement->key->id == KEY_SYSCTL)
		take_sysctl(d, box, statement);
	if (!how && statement->key->id != KEY_FDB)
		return;
	size_t time = time_of(d, statement->step, statement->phase);
	if (device && (statement->phase == PHASE_LINK))
		time = later(time, link->made);
	if (time > d->limit)
		return;
	bool added = is_new(d, time);
	if (!how) {
		take_fdb(d, device, statement);
		return;
	}
	if (device && !how->box)
		device->changed |= added;
	add_line(d, how->box ? &box->lines : &device->lines, statement, added);
}

static void take_statements(struct drawing *d)
{
	const struct model *model = d->network->plan->model;
	for (size_t s = 0; s < model->n_steps; s++)
		for (size_t i = 0; i < model->steps[s].n_statements; i++)
			take_statement(d, model->steps[s].statements[i]);
	for (size_t i = 0; i < d->network->n_devices; i++)
		if (d->network->devices[i].master)
			d->network->devices[i].master->ports++;
}

/* --- what joins devices --- */

static struct edge *add_edge(struct drawing *d, enum edge_kind kind, struct device *from, struct device *to)
{
	struct network *network = d->network;
	struct edge *edge = array_add(network->edges, network->n_edges, network->edges_room);
	*edge = (struct edge){ .kind = kind, .from = from, .to = to, .count = 1, .added = from->added || to->added,
		                   .down = !from->up || !to->up };
	return edge;
}

/* The queueing of a cable's end is said beside the cable. */
static void move_queueing(struct device *device, struct lines *to)
{
	struct lines *lines = &device->lines;
	size_t kept = 0;
	for (size_t i = 0; i < lines->n; i++) {
		if (!strcmp(lines->list[i].key, "qdisc"))
			*array_add(to->list, to->n, to->room) = lines->list[i];
		else
			lines->list[kept++] = lines->list[i];
	}
	lines->n = kept;
}

static const char *address_key(struct drawing *d, const char *text)
{
	bool is_ipv6;
	char *bare = arena_strndup(&d->scratch, text, strcspn(text, "/ "));
	return value_address(&d->scratch, bare, &is_ipv6);
}

static void note_addresses(struct drawing *d)
{
	for (size_t i = 0; i < d->network->n_devices; i++) {
		struct device *device = &d->network->devices[i];
		for (size_t l = 0; l < device->lines.n; l++) {
			const struct line *line = &device->lines.list[l];
			const char *text = starts_with(line->text, "local ") ? line->text + strlen("local ") : line->text;
			const char *key = strcmp(line->key, "address") ? NULL : address_key(d, text);
			if (key && !table_get(&d->by_address, key))
				table_set(&d->by_address, key, device);
		}
	}
}

/* The device in the namespace of the tunnel's underlay that its packets leave by. */
static struct device *find_underlay(struct drawing *d, const struct link *link)
{
	const char *name = word_after(&link->type, "dev"), *key = address_key(d, word_after(&link->type, "local"));
	struct device *device = key ? table_get(&d->by_address, key) : NULL;
	if (*name)
		device = table_get(&d->devices, arena_printf(&d->scratch, "%s/%s", link->created->name, name));
	return device;
}

/* The text by which the other end of a tunnel finds it: its kind, id and address; NULL without one. */
static const char *tunnel_key(struct drawing *d, const struct link *link, const char *address)
{
	const char *key = address_key(d, address);
	return key ? arena_printf(&d->scratch, "%s %s %s", link->type.word[0], word_after(&link->type, "id"), key) : NULL;
}

static void join_tunnels(struct drawing *d)
{
	struct table tunnels = { 0 }; /* by the key of its local address */
	struct table joined = { 0 };  /* two that name each other are one edge */
	struct network *network = d->network;
	for (size_t i = 0; i < network->n_devices; i++) {
		struct device *device = &network->devices[i];
		const struct link *link = device->link;
		if (!link->kind || !link->kind->underlay)
			continue;
		const char *local = tunnel_key(d, link, word_after(&link->type, "local"));
		if (local)
			table_set(&tunnels, local, device);
		*array_add(d->remotes, d->n_remotes, d->remotes_room) =
			(struct remote){ device, word_after(&link->type, "remote") };
		struct device *underlay = link->parent ? NULL : find_underlay(d, link);
		if (underlay && underlay != device)
			add_edge(d, EDGE_UNDERLAY, underlay, device);
	}
	for (size_t i = 0; i < d->n_remotes; i++) {
		struct device *device = d->remotes[i].device;
		const char *remote = tunnel_key(d, device->link, d->remotes[i].address);
		struct device *other = remote ? table_get(&tunnels, remote) : NULL;
		if (!other || other == device)
			continue;
		const char *pair = arena_printf(&d->scratch, "%p %p", (void *)(device < other ? device : other),
		                                (void *)(device < other ? other : device));
		if (!table_get(&joined, pair))
			add_edge(d, EDGE_TUNNEL, device < other ? device : other, device < other ? other : device);
		table_set(&joined, pair, device);
	}
	table_free(&tunnels);
	table_free(&joined);
}

static void join_devices(struct drawing *d)
{
	struct network *network = d->network;
	for (size_t i = 0; i < network->n_devices; i++) {
		struct device *device = &network->devices[i];
		const struct link *link = device->link;
		struct device *peer = device->peer = find_device(d, link->peer);
		struct device *parent = device->parent = find_device(d, link->parent);
		if (peer && !link->second) {
			struct edge *edge = add_edge(d, EDGE_PAIR, device, peer);
			move_queueing(device, &edge->from_end);
			move_queueing(peer, &edge->to_end);
		}
		/* where a tunnel has both, `link` is its underlay */
		if (parent)
			add_edge(d, link->kind->underlay ? EDGE_UNDERLAY : EDGE_PARENT, parent, device);
	}
	note_addresses(d);
	join_tunnels(d);
}

void network_make(struct network *network, const struct plan *plan, size_t step)
{
	*network = (struct network){ .plan = plan };
	struct drawing d = { .network = network };
	read_plan(&d, step);
	make_boxes(&d);
	make_devices(&d);
	take_statements(&d);
	join_devices(&d);
	table_free(&d.devices);
	table_free(&d.boxes);
	table_free(&d.by_address);
	free(d.remotes);
	arena_free(&d.scratch);
}

void network_free(struct network *network)
{
	for (size_t i = 0; i < network->n; i++) {
		free(network->boxes[i].devices);
		free(network->boxes[i].lines.list);
		free(network->boxes[i].names.list);
	}
	for (size_t i = 0; i < network->n_devices; i++) {
		free(network->devices[i].lines.list);
		free(network->devices[i].names.list);
	}
	for (size_t i = 0; i < network->n_edges; i++) {
		free(network->edges[i].from_end.list);
		free(network->edges[i].to_end.list);
	}
	free(network->edges);
	arena_free(&network->arena);
	*network = (struct network){ 0 };
}
