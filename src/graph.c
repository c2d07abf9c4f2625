/* graph: a network drawn from its scenario alone. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "collapse.h"
#include "graph.h"
#include "view.h"

struct graphing {
	struct arena *arena;
	struct network network;
	const struct phrases *language;
	struct phrases colours;
	struct table ids;  /* those that are taken */
	struct table id_of; /* "NETNS/" and "NETNS/NAME" -> id */
	const char **colour_of; /* by namespace: the phrase's name */
	unsigned char *facing;  /* by device: an enum facing */
	struct data **stacks;   /* by box */
	const char *wrong;
};

/* --- strings --- */

/* Text as a label can have it: what is not UTF-8 and control characters would make the whole drawing unreadable. */
static const char *clean(struct graphing *g, const char *text)
{
	struct buffer out = { 0 };
	size_t length = strlen(text);
	for (size_t i = 0; i < length;) {
		size_t n = utf8_length((const unsigned char *)text + i, length - i);
		if (!n || (n == 1 && iscntrl((unsigned char)text[i])))
			buffer_puts(&out, n ? " " : "\xef\xbf\xbd");
		else
			buffer_add(&out, text + i, n);
		i += n ? n : 1;
	}
	return buffer_keep(&out, g->arena);
}

static void set(struct graphing *g, struct data *object, const char *key, const char *text)
{
	data_set_string(g->arena, object, key, text ? clean(g, text) : "");
}

/* A title, and one for where nothing can be escaped: Mermaid's own titles lose '<', and show an '&' as "&amp;". */
static void set_title(struct graphing *g, struct data *object, const char *title)
{
	static const struct {
		char byte;
		const char *wide;
	} wide[] = { { '&', "\uff06" }, { '<', "\uff1c" }, { '>', "\uff1e" } };
	struct buffer plain = { 0 };
	for (const char *c = title; *c; c++) {
		size_t i = 0;
		while (i < COUNT(wide) && wide[i].byte != *c)
			i++;
		if (i < COUNT(wide))
			buffer_puts(&plain, wide[i].wide);
		else
			buffer_putc(&plain, *c);
	}
	set(g, object, "title", title);
	set(g, object, "plain_title", buffer_text(&plain));
	buffer_free(&plain);
}

static void set_flag(struct graphing *g, struct data *object, const char *key, bool flag)
{
	data_set_bool(g->arena, object, key, flag);
}

static void set_number(struct graphing *g, struct data *object, const char *key, size_t number)
{
	set(g, object, key, arena_printf(g->arena, "%zu", number));
}

static const char *phrase(struct graphing *g, const struct phrases *phrases, const char *name)
{
	struct buffer out = { 0 };
	if (!phrases_render(phrases, name, data_object(g->arena), NULL, &out, g->arena, &g->wrong))
		buffer_clear(&out);
	return buffer_keep(&out, g->arena);
}

/* --- ids --- */

/* An id that every format takes: letters, digits and '_' of ASCII, and no word of theirs. */
static const char *new_id(struct graphing *g, const char *prefix, const char *name)
{
	char *base = arena_printf(g->arena, "%s_%s", prefix, name);
	for (char *c = base; *c; c++)
		if (!isalnum((unsigned char)*c))
			*c = '_';
	const char *id = base;
	for (size_t i = 2; table_get(&g->ids, id); i++)
		id = arena_printf(g->arena, "%s_%zu", base, i);
	table_set(&g->ids, id, g);
	return id;
}

static const char *place(struct graphing *g, const struct netns *netns, const char *name)
{
	return arena_printf(g->arena, "%s/%s", netns->name, name);
}

/* All of the scenario's, also what is not there yet: so a thing has the same id after every step. */
static void make_ids(struct graphing *g)
{
	const struct model *model = g->network.plan->model;
	table_set(&g->ids, "host", g);
	table_set(&g->id_of, place(g, model->host, ""), arena_strdup(g->arena, "host"));
	for (size_t i = 0; i < model->n_namespaces; i++) {
		const struct netns *netns = model->namespaces[i];
		table_set(&g->id_of, place(g, netns, ""), arena_strdup(g->arena, new_id(g, "ns", netns->name)));
	}
	for (size_t i = 0; i < model->n_links; i++) {
		const struct link *link = model->links[i];
		const char *box = table_get(&g->id_of, place(g, link->end, ""));
		table_set(&g->id_of, place(g, link->end, link->name), arena_strdup(g->arena, new_id(g, box, link->name)));
	}
}

static const char *box_id(struct graphing *g, const struct netns *netns)
{
	return table_get(&g->id_of, place(g, netns, ""));
}

static const char *device_id(struct graphing *g, const struct device *device)
{
	return table_get(&g->id_of, place(g, device->link->end, device->link->name));
}

/* --- colours --- */

/* The colour that a name has in it as a word: "red", "ns-red", "red2". */
static const char *named_colour(struct graphing *g, const char *name)
{
	while (*name) {
		size_t length = 0;
		while (isalpha((unsigned char)name[length]))
			length++;
		const char *key = arena_printf(g->arena, "named.%.*s", (int)length, name);
		if (length && table_get(&g->colours.by_name, key))
			return key;
		name += length ? length : 1;
	}
	return NULL;
}

/* Each namespace has a colour of its own as long as there are enough, else each pattern of names has. */
static void choose_colours(struct graphing *g)
{
	const struct model *model = g->network.plan->model;
	struct table of_pattern = { 0 };
	size_t colours = 0, unnamed = 0, next = 0;
	while (table_get(&g->colours.by_name, arena_printf(g->arena, "palette.%zu", colours + 1)))
		colours++;
	g->colour_of = arena_alloc(g->arena, (model->n_namespaces + 1) * sizeof *g->colour_of);
	for (size_t i = 0; i < model->n_namespaces; i++) {
		g->colour_of[i] = named_colour(g, model->namespaces[i]->name);
		unnamed += !g->colour_of[i];
	}
	for (size_t i = 0; i < model->n_namespaces; i++) {
		if (g->colour_of[i])
			continue;
		const char *pattern = unnamed > colours ? name_pattern(g->arena, model->namespaces[i]->name)
		                                        : model->namespaces[i]->name;
		char *colour = table_get(&of_pattern, pattern);
		if (!colour) {
			colour = arena_printf(g->arena, "palette.%zu", colours ? next++ % colours + 1 : 1);
			table_set(&of_pattern, pattern, colour);
		}
		g->colour_of[i] = colour;
	}
	table_free(&of_pattern);
}

static struct data *view_colour(struct graphing *g, const struct netns *netns)
{
	const struct model *model = g->network.plan->model;
	const char *name = "host.host";
	for (size_t i = 0; i < model->n_namespaces; i++)
		if (model->namespaces[i] == netns)
			name = g->colour_of[i];
	/* "FILL LINE" */
	const char *text = phrase(g, &g->colours, name);
	size_t fill = strcspn(text, " ");
	struct data *colour = data_object(g->arena);
	set(g, colour, "fill", arena_strndup(g->arena, text, fill));
	set(g, colour, "line", text + fill + strspn(text + fill, " "));
	return colour;
}

/* --- boxes and devices --- */

static struct data *view_lines(struct graphing *g, const struct lines *lines)
{
	struct data *list = data_list(g->arena);
	for (size_t i = 0; i < lines->n; i++) {
		const struct line *line = &lines->list[i];
		struct data *object = data_object(g->arena);
		set(g, object, "text", line->text);
		set(g, object, "last", line->last);
		set(g, object, "key", line->key);
		set_flag(g, object, line->key, true);
		set_flag(g, object, "added", line->added);
		data_append(g->arena, list, object);
	}
	return list;
}

static void set_names(struct graphing *g, struct data *object, const struct names *names)
{
	set(g, object, "name", names_text(names, g->arena));
	if (names->n > 1)
		set_number(g, object, "count", names->n);
	else
		set_flag(g, object, "count", false);
}

/* What the type of a device says beyond its kind: an id, and what is worth a word. */
static void set_type(struct graphing *g, struct data *object, const struct device *device)
{
	/* drawn as edges, or of no interest to who looks at a network as a whole */
	static const char *const left_out[] = { "local", "remote", "dev", "dstport", "group", "table" };
	const struct words *type = &device->link->type;
	struct words rest = { .word = arena_alloc(g->arena, (type->n + 1) * sizeof *rest.word) };
	const char *number = NULL;
	for (size_t i = 1; i < type->n; i++) {
		bool known = false;
		for (size_t w = 0; w < COUNT(left_out); w++)
			known |= !strcmp(type->word[i], left_out[w]);
		bool is_id = !strcmp(type->word[i], "id") && type->word[i + 1];
		if (is_id && device->names.n == 1)
			number = type->word[i + 1];
		if (known || is_id)
			i++;
		else
			rest.word[rest.n++] = type->word[i];
	}
	set(g, object, "kind", device->link->existing ? phrase(g, g->language, "graph.existing") : type->n ? type->word[0] : "");
	set(g, object, "number", number);
	set(g, object, "detail", words_join(g->arena, &rest));
}

/* A device is drawn inside of the one that it is a port of. */
static const struct device *holder(const struct device *device)
{
	return device->master ? device->master->drawn : NULL;
}

static const struct device *outermost(const struct device *device)
{
	enum { DEEPEST = 8 /* MAX_NEST_DEV of the kernel */ };
	for (size_t i = 0; i < DEEPEST && holder(device); i++)
		device = holder(device);
	return device;
}

/* Where a device stands in its box: at the side that its cables lead to. */
enum facing { FACES_NONE, FACES_LEFT, FACES_RIGHT, FACES_BOTH };

static size_t number_of(const struct graphing *g, const struct device *device)
{
	return (size_t)(device - g->network.devices);
}

/* Tunnels go over the network and do not shape it. */
static bool is_cable(const struct edge *edge)
{
	return edge->kind == EDGE_PAIR;
}

static bool is_inside(const struct edge *edge)
{
	return edge->from->box == edge->to->box;
}

/* Edges go from left to right, so what one begins at faces right. */
static void find_facing(struct graphing *g)
{
	g->facing = arena_alloc(g->arena, (g->network.n_devices + 1) * sizeof *g->facing);
	for (size_t i = 0; i < g->network.n_edges; i++) {
		const struct edge *edge = &g->network.edges[i];
		if (is_inside(edge) || edge->kind == EDGE_TUNNEL)
			continue;
		for (const struct device *end = edge->from; end; end = holder(end))
			g->facing[number_of(g, end)] |= FACES_RIGHT;
		for (const struct device *end = edge->to; end; end = holder(end))
			g->facing[number_of(g, end)] |= FACES_LEFT;
	}
}

static void add_pair(struct graphing *g, struct data *list, const struct device *from, const struct device *to)
{
	struct data *pair = data_object(g->arena);
	set(g, pair, "from", device_id(g, from));
	set(g, pair, "to", device_id(g, to));
	data_append(g->arena, list, pair);
}

static bool is_drawn_in(const struct device *device, const struct device *master)
{
	return device->drawn == device && holder(device) == master;
}

/* Pairs of a box's devices, or of a device's ports, that stand in one row: those that face left before those that face
 * right. */
static struct data *view_rows(struct graphing *g, const struct box *box, const struct device *master)
{
	struct data *rows = data_list(g->arena);
	const struct device **sides[2];
	size_t n[2] = { 0, 0 };
	for (size_t side = 0; side < 2; side++) {
		sides[side] = arena_alloc(g->arena, (box->n + 1) * sizeof *sides[side]);
		for (size_t i = 0; i < box->n; i++)
			if (is_drawn_in(box->devices[i], master) &&
			    g->facing[number_of(g, box->devices[i])] == (side ? FACES_RIGHT : FACES_LEFT))
				sides[side][n[side]++] = box->devices[i];
	}
	for (size_t i = 0; n[0] && n[1] && (i < n[0] || i < n[1]); i++)
		add_pair(g, rows, sides[0][i < n[0] ? i : n[0] - 1], sides[1][i < n[1] ? i : n[1] - 1]);
	return rows;
}

static void turn_edge(struct edge *edge)
{
	struct edge old = *edge;
	edge->from = old.to;
	edge->to = old.from;
	edge->from_end = old.to_end;
	edge->to_end = old.from_end;
}

/* What stands on a device goes to the side that its cables do not lead to. */
static void turn_parents(struct graphing *g)
{
	for (size_t i = 0; i < g->network.n_edges; i++) {
		struct edge *edge = &g->network.edges[i];
		if ((edge->kind == EDGE_PARENT || edge->kind == EDGE_UNDERLAY) && is_inside(edge) &&
		    g->facing[number_of(g, outermost(edge->from))] == FACES_RIGHT)
			turn_edge(edge);
	}
}

/* Pairs of devices that stand one above the other, by box. */
static void find_stacks(struct graphing *g)
{
	g->stacks = arena_alloc(g->arena, (g->network.n + 1) * sizeof *g->stacks);
	for (size_t i = 0; i < g->network.n; i++)
		g->stacks[i] = data_list(g->arena);
	for (size_t i = 0; i < g->network.n_edges; i++) {
		const struct edge *edge = &g->network.edges[i];
		if (is_inside(edge) && !is_cable(edge) && outermost(edge->from) != outermost(edge->to))
			add_pair(g, g->stacks[edge->from->box - g->network.boxes], outermost(edge->from), outermost(edge->to));
	}
}

static struct data *view_device(struct graphing *g, const struct box *box, const struct device *device);

/* What a box has, or the ports of a master; RIGHT and LEFT say which sides they may face. */
static struct data *view_devices(struct graphing *g, const struct box *box, const struct device *master, bool left,
                                 bool right)
{
	struct data *list = data_list(g->arena);
	for (size_t i = 0; i < box->n; i++) {
		const struct device *device = box->devices[i];
		if (is_drawn_in(device, master) && (g->facing[number_of(g, device)] == FACES_RIGHT ? right : left))
			data_append(g->arena, list, view_device(g, box, device));
	}
	return list;
}

static struct data *view_device(struct graphing *g, const struct box *box, const struct device *device)
{
	struct data *object = data_object(g->arena), *ports = data_list(g->arena), *sides = data_list(g->arena);
	enum { FEW = 4 };
	bool many = false;
	for (int right = 0; device->ports && right < 2; right++) {
		struct data *side = data_object(g->arena), *list = view_devices(g, box, device, !right, right);
		for (size_t i = 0; i < list->n; i++)
			data_append(g->arena, ports, list->items[i]);
		many |= list->n > FEW;
		data_set(g->arena, side, "ports", list);
		if (list->n)
			data_append(g->arena, sides, side);
	}
	set(g, object, "id", device_id(g, device));
	set_names(g, object, &device->names);
	if (box->names.n > 1)
		set_flag(g, object, "count", false); /* the box says it */
	set_type(g, object, device);
	set_flag(g, object, "pair", device->peer != NULL);
	set_flag(g, object, "bridge", device->link->kind && device->link->kind->bridge);
	set_flag(g, object, "down", !device->up);
	set_flag(g, object, "added", device->added);
	set_flag(g, object, "changed", device->changed);
	data_set(g->arena, object, "lines", view_lines(g, &device->lines));
	set_flag(g, object, "holds", device->ports);
	set_flag(g, object, "says", device->lines.n || !device->up || *data_get(object, "detail", strlen("detail"))->string);
	data_set(g->arena, object, "ports", ports);
	data_set(g->arena, object, "sides", sides);
	set_flag(g, object, "many", many);
	data_set(g->arena, object, "rows", view_rows(g, box, device));
	return object;
}

static bool is_shown(const struct graphing *g, const struct box *box)
{
	bool host = box->netns == g->network.plan->model->host;
	return box->drawn == box && (!host || box->n || box->lines.n);
}

/* The first or the last thing in a box that an edge can lead to; an empty one has its lo. */
static const char *anchor(struct graphing *g, const struct box *box, bool last)
{
	const struct device *found = NULL;
	for (size_t i = 0; i < box->n && (last || !found); i++)
		if (is_drawn_in(box->devices[i], NULL))
			found = box->devices[i];
	return found ? device_id(g, found) : arena_printf(g->arena, "%s_lo", box_id(g, box->netns));
}

/* Pairs of boxes that nothing joins to others, to stand beside each other, a few in each row. */
static struct data *view_loose(struct graphing *g)
{
	enum { IN_A_ROW = 5 };
	struct data *list = data_list(g->arena);
	bool *joined = xcalloc(g->network.n + 1, sizeof *joined);
	size_t in_row = 0;
	const char *last = NULL;
	for (size_t i = 0; i < g->network.n_edges; i++) {
		const struct edge *edge = &g->network.edges[i];
		if (!is_inside(edge))
			joined[edge->from->box - g->network.boxes] = joined[edge->to->box - g->network.boxes] = true;
	}
	for (size_t i = 0; i < g->network.n; i++) {
		const struct box *box = &g->network.boxes[i];
		if (joined[i] || !is_shown(g, box))
			continue;
		if (in_row++ % IN_A_ROW) {
			struct data *pair = data_object(g->arena);
			set(g, pair, "from", last);
			set(g, pair, "to", anchor(g, box, false));
			data_append(g->arena, list, pair);
		}
		last = anchor(g, box, true);
	}
	free(joined);
	return list;
}

static struct data *view_boxes(struct graphing *g)
{
	struct data *list = data_list(g->arena);
	for (size_t i = 0; i < g->network.n; i++) {
		const struct box *box = &g->network.boxes[i];
		bool host = box->netns == g->network.plan->model->host;
		if (!is_shown(g, box))
			continue;
		struct data *object = data_object(g->arena), *devices = view_devices(g, box, NULL, true, true);
		set(g, object, "id", box_id(g, box->netns));
		set(g, object, "box", box_id(g, box->netns)); /* where the id of a device hides the box's */
		set_names(g, object, &box->names);
		if (host)
			set(g, object, "name", phrase(g, g->language, "graph.host"));
		set_flag(g, object, "host", host);
		set(g, object, "role", box->forwards ? phrase(g, g->language, "graph.router") : "");
		set_flag(g, object, "added", box->added);
		set_flag(g, object, "says", box->lines.n);
		set_flag(g, object, "empty", !devices->n);
		data_set(g->arena, object, "colour", view_colour(g, box->netns));
		data_set(g->arena, object, "lines", view_lines(g, &box->lines));
		data_set(g->arena, object, "devices", devices);
		data_set(g->arena, object, "rows", view_rows(g, box, NULL));
		data_set(g->arena, object, "stacks", g->stacks[i]);
		data_append(g->arena, list, object);
	}
	return list;
}

/* --- edges --- */

/* Which boxes are joined, to tell what stands at the edge of the network from what stands in its middle. */
struct side {
	const struct box *neighbour; /* the only one, when `neighbours` is 1 */
	size_t neighbours; /* 0, 1, or 2 for more */
	size_t leaves, seen; /* neighbours that have no other one; those that have been placed */
	bool before, after; /* other neighbours are in the file before or after it */
};

static void add_neighbour(struct side *side, const struct box *other)
{
	if (side->neighbours && side->neighbour == other)
		return;
	side->neighbour = other;
	if (side->neighbours < 2)
		side->neighbours++;
}

/* Turns edges so that they go from left to right: as in the file, and of what hangs on one box alone half to each of
 * its sides, unless the network goes on at one of them only. */
static void turn_edges(struct graphing *g)
{
	struct network *network = &g->network;
	struct side *sides = xcalloc(network->n, sizeof *sides);
#define SIDE(box) (&sides[(box) - network->boxes])
	for (size_t i = 0; i < network->n_edges; i++) {
		const struct edge *edge = &network->edges[i];
		const struct box *from = edge->from->box, *to = edge->to->box;
		if (!is_cable(edge) || from == to)
			continue;
		add_neighbour(SIDE(from), to);
		add_neighbour(SIDE(to), from);
	}
	for (size_t i = 0; i < network->n; i++) {
		struct side *side = &sides[i];
		if (side->neighbours == 1)
			SIDE(side->neighbour)->leaves++;
	}
	for (size_t i = 0; i < network->n_edges; i++) {
		const struct edge *edge = &network->edges[i];
		const struct box *from = edge->from->box, *to = edge->to->box;
		if (!is_cable(edge) || from == to)
			continue;
		if (SIDE(from)->neighbours > 1 && SIDE(to)->neighbours > 1) {
			SIDE(from)->after |= to > from;
			SIDE(from)->before |= to < from;
			SIDE(to)->after |= from > to;
			SIDE(to)->before |= from < to;
		}
	}
	struct table placed = { 0 };
	for (size_t i = 0; i < network->n_edges; i++) {
		struct edge *edge = &network->edges[i];
		const struct box *from = edge->from->box, *to = edge->to->box;
		if (!is_cable(edge) || from == to)
			continue;
		bool turn = to < from;
		const struct box *leaf = SIDE(from)->neighbours == 1 ? from : to, *middle = leaf == from ? to : from;
		if (SIDE(leaf)->neighbours == 1 && SIDE(middle)->neighbours > 1) {
			struct side *hub = SIDE(middle);
			const char *key = arena_printf(g->arena, "%p", (const void *)leaf);
			bool *left = table_get(&placed, key);
			if (!left) {
				left = arena_new(g->arena, bool);
				*left = hub->before != hub->after ? hub->after : hub->seen < (hub->leaves + 1) / 2;
				hub->seen++;
				table_set(&placed, key, left);
			}
			turn = (leaf == from) != *left;
		}
		if (turn)
			turn_edge(edge);
	}
#undef SIDE
	table_free(&placed);
	free(sides);
}

static struct data *view_end(struct graphing *g, const struct device *device)
{
	struct data *end = data_object(g->arena);
	set(g, end, "id", device_id(g, device));
	set(g, end, "node", device_id(g, outermost(device)));
	return end;
}

/* What is said of the ends; once where it is the same of both. */
static struct data *view_labels(struct graphing *g, const struct edge *edge)
{
	struct data *labels = data_list(g->arena);
	const struct lines *ends[] = { &edge->from_end, &edge->to_end };
	const struct device *devices[] = { edge->from, edge->to };
	bool same = ends[0]->n == ends[1]->n;
	for (size_t i = 0; same && i < ends[0]->n; i++)
		same = !strcmp(ends[0]->list[i].text, ends[1]->list[i].text);
	for (size_t e = 0; e < (same ? 1 : COUNT(ends)); e++) {
		for (size_t i = 0; i < ends[e]->n; i++) {
			const struct line *line = &ends[e]->list[i];
			struct data *label = data_object(g->arena);
			set(g, label, "end", same ? "" : devices[e]->link->name);
			set(g, label, "text", line->text);
			set_flag(g, label, "added", line->added);
			data_append(g->arena, labels, label);
		}
	}
	return labels;
}

static struct data *view_edges(struct graphing *g)
{
	static const char *const words[EDGE_KINDS] = { [EDGE_PAIR] = "pair", [EDGE_PARENT] = "parent",
		                                           [EDGE_TUNNEL] = "tunnel", [EDGE_UNDERLAY] = "underlay" };
	struct data *list = data_list(g->arena);
	for (size_t i = 0; i < g->network.n_edges; i++) {
		const struct edge *edge = &g->network.edges[i];
		struct data *object = data_object(g->arena), *labels = view_labels(g, edge);
		bool veth = edge->from->link->type.n && !strcmp(edge->from->link->type.word[0], "veth");
		/* a tunnel is called what it is, as is a pair that is not the usual one */
		bool named = edge->kind == EDGE_TUNNEL || (edge->kind == EDGE_PAIR && !veth);
		set_number(g, object, "index", i);
		data_set(g->arena, object, "from", view_end(g, edge->from));
		data_set(g->arena, object, "to", view_end(g, edge->to));
		for (size_t kind = 0; kind < EDGE_KINDS; kind++)
			set_flag(g, object, words[kind], kind == edge->kind);
		set_type(g, object, edge->from);
		set_flag(g, object, "named", named);
		set_flag(g, object, "inside", is_inside(edge));
		set_flag(g, object, "across", is_cable(edge) && !is_inside(edge));
		set_flag(g, object, "down", edge->down);
		set_flag(g, object, "added", edge->added);
		if (edge->count > 1)
			set_number(g, object, "count", edge->count);
		else
			set_flag(g, object, "count", false);
		data_set(g->arena, object, "labels", labels);
		set_flag(g, object, "labelled", labels->n || named || edge->count > 1);
		data_append(g->arena, list, object);
	}
	return list;
}

/* --- the whole --- */

struct data *graph_view(struct arena *arena, const struct templates *templates, const struct plan *plan,
                        const struct graph_options *options, const char **wrong)
{
	struct graphing g = { .arena = arena, .language = &options->wording->phrases };
	struct data *view = data_object(arena);
	const struct model *model = plan->model;
	if (!phrases_load(&g.colours, templates, "graph", "colours", wrong)) {
		phrases_free(&g.colours);
		return NULL;
	}
	network_make(&g.network, plan, options->step);
	if (!options->all)
		collapse(&g.network);
	make_ids(&g);
	choose_colours(&g);
	turn_edges(&g);
	find_facing(&g);
	turn_parents(&g);
	find_stacks(&g);
	set(&g, view, "name", model->name);
	set_title(&g, view, model_title(&model->translations, options->wording->language, model->title));
	set_flag(&g, view, "titled", !options->untitled);
	set(&g, view, "file", model->file);
	set(&g, view, "version", VERSION);
	if (g.network.last) {
		struct data *step = data_object(arena);
		set_number(&g, step, "number", g.network.step);
		set_number(&g, step, "total", g.network.steps);
		struct narrator narrator = { .arena = arena, .plan = plan, .wording = options->wording };
		set_title(&g, step, narrate_title(&narrator, g.network.last));
		g.wrong = narrator.wrong;
		data_set(arena, view, "step", step);
	} else {
		set_flag(&g, view, "step", false);
	}
	data_set(arena, view, "boxes", view_boxes(&g));
	data_set(arena, view, "edges", view_edges(&g));
	data_set(arena, view, "loose", view_loose(&g));
	table_free(&g.ids);
	table_free(&g.id_of);
	network_free(&g.network);
	*wrong = g.wrong ? arena_strdup(arena, g.wrong) : NULL;
	phrases_free(&g.colours);
	return *wrong ? NULL : view;
}
