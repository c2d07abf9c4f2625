/* collapse: what there is many of in a network is drawn once, with a count. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "collapse.h"

enum {
	LEGIBLE = 64, /* devices in one drawing */
	FEW_LINES = 4 /* so many lines of a box that are alike are still drawn one by one */
};

/* So many that are alike are still drawn one by one, unless the drawing is not legible: then fewer. */
static const size_t still_drawn[] = { 20, 8, 3 };

static bool is_digit(char c)
{
	return isdigit((unsigned char)c);
}

/* --- names --- */

static const char *skip_digits(const char *text)
{
	while (is_digit(*text))
		text++;
	return text;
}

/* Orders two numbers as their digits say, however many there are. */
static int compare_digits(const char *a, size_t a_length, const char *b, size_t b_length)
{
	while (a_length > 1 && *a == '0')
		a++, a_length--;
	while (b_length > 1 && *b == '0')
		b++, b_length--;
	if (a_length != b_length)
		return a_length < b_length ? -1 : 1;
	return strncmp(a, b, a_length);
}

/* The number (0, 1, …) of a name, as text and length. */
static const char *number_of(const char *name, size_t number, size_t *length)
{
	for (;; number--) {
		while (!is_digit(*name))
			name++;
		const char *end = skip_digits(name);
		*length = (size_t)(end - name);
		if (!number)
			return name;
		name = end;
	}
}

const char *names_text(const struct names *names, struct arena *arena)
{
	struct buffer out = { 0 };
	size_t number = 0;
	for (const char *c = names->list[0]; *c;) {
		if (!is_digit(*c)) {
			buffer_putc(&out, *c++);
			continue;
		}
		size_t low_length, high_length, length;
		const char *low = number_of(names->list[0], number, &low_length), *high = low;
		high_length = low_length;
		for (size_t i = 1; i < names->n; i++) {
			const char *other = number_of(names->list[i], number, &length);
			if (compare_digits(other, length, low, low_length) < 0)
				low = other, low_length = length;
			if (compare_digits(other, length, high, high_length) > 0)
				high = other, high_length = length;
		}
		if (compare_digits(low, low_length, high, high_length))
			buffer_printf(&out, "{%.*s..%.*s}", (int)low_length, low, (int)high_length, high);
		else
			buffer_add(&out, low, low_length);
		c = skip_digits(c);
		number++;
	}
	return buffer_keep(&out, arena);
}

static void add_pattern(struct buffer *out, const char *name)
{
	while (*name) {
		if (is_digit(*name)) {
			buffer_putc(out, '#');
			name = skip_digits(name);
		} else {
			buffer_putc(out, *name++);
		}
	}
}

const char *name_pattern(struct arena *arena, const char *name)
{
	struct buffer out = { 0 };
	add_pattern(&out, name);
	return buffer_keep(&out, arena);
}

/* --- what is alike --- */

static void add_device_pattern(struct buffer *out, const struct link *link)
{
	if (!link)
		return;
	/* no name has a '/' */
	buffer_putc(out, '/');
	add_pattern(out, link->end->name);
	buffer_putc(out, '/');
	add_pattern(out, link->name);
}

static void add_lines(struct buffer *out, const struct lines *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		buffer_printf(out, "%s%d,", lines->list[i].key, lines->list[i].added);
}

/* What a device has of its own. */
static void describe_device(struct buffer *out, const struct device *device)
{
	const struct link *link = device->link;
	buffer_putc(out, '\n');
	add_pattern(out, link->name);
	buffer_printf(out, " %s %d%d%d%d ", link->type.n ? link->type.word[0] : "", device->up, device->added, device->changed,
	              link->second);
	add_lines(out, &device->lines);
	add_device_pattern(out, link->parent);
}

static void describe_box(struct buffer *out, const struct box *box)
{
	add_pattern(out, box->netns->name);
	buffer_printf(out, " %d%d", box->added, box->forwards != 0);
	add_lines(out, &box->lines);
	for (size_t i = 0; i < box->n; i++) {
		const struct device *device = box->devices[i];
		describe_device(out, device);
		buffer_putc(out, '|');
		add_device_pattern(out, device->link->peer);
		buffer_putc(out, '|');
		if (device->master)
			add_device_pattern(out, device->master->link);
	}
}

/* Lines of one more that is drawn by the lines' holder. */
static void take_lines(struct lines *lines, const struct lines *more)
{
	for (size_t i = 0; i < lines->n; i++)
		lines->list[i].last = strcmp(lines->list[i].text, more->list[i].text) ? more->list[i].text : NULL;
}

static void draw_by(struct device *device, struct device *drawn)
{
	device->drawn = drawn;
	*array_add(drawn->names.list, drawn->names.n, drawn->names.room) = device->link->name;
	take_lines(&drawn->lines, &device->lines);
}

/* A group of things alike, in the order in which they come. */
struct group {
	size_t *list;
	size_t n, room;
};

/* Groups N things by their descriptions. */
static struct group *group_all(size_t n, void (*describe)(struct buffer *, void *, size_t), void *user, size_t *groups)
{
	struct table by_text = { 0 };
	struct arena scratch = { 0 };
	struct group *list = xcalloc(n + 1, sizeof *list);
	struct buffer text = { 0 };
	*groups = 0;
	for (size_t i = 0; i < n; i++) {
		buffer_clear(&text);
		describe(&text, user, i);
		struct group *group = table_get(&by_text, buffer_text(&text));
		if (!group) {
			group = &list[(*groups)++];
			table_set(&by_text, arena_strdup(&scratch, buffer_text(&text)), group);
		}
		*array_add(group->list, group->n, group->room) = i;
	}
	table_free(&by_text);
	arena_free(&scratch);
	buffer_free(&text);
	return list;
}

static void free_groups(struct group *groups, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(groups[i].list);
	free(groups);
}

static void describe_namespace(struct buffer *out, void *user, size_t i)
{
	const struct network *network = user;
	describe_box(out, &network->boxes[i + 1]);
}

static void collapse_boxes(struct network *network, size_t alike)
{
	size_t n;
	struct group *groups = group_all(network->n - 1, describe_namespace, network, &n);
	for (size_t g = 0; g < n; g++) {
		const struct group *group = &groups[g];
		struct box *first = &network->boxes[group->list[0] + 1];
		for (size_t i = 1; i < group->n && group->n > alike; i++) {
			struct box *box = &network->boxes[group->list[i] + 1];
			box->drawn = first;
			*array_add(first->names.list, first->names.n, first->names.room) = box->netns->name;
			take_lines(&first->lines, &box->lines);
			for (size_t j = 0; j < box->n; j++)
				draw_by(box->devices[j], first->devices[j]);
		}
	}
	free_groups(groups, n);
}

/* --- devices of one box --- */

static bool is_one_of_many(const struct box *box)
{
	return box->drawn->names.n > 1;
}

/* What it is joined to decides as well: devices that lead to different boxes stay apart. */
static void describe_in_box(struct buffer *out, void *user, size_t i)
{
	const struct box *box = user;
	const struct device *device = box->devices[i], *peer = device->peer;
	describe_device(out, device);
	if (device->master)
		buffer_printf(out, "%p", (void *)device->master->drawn);
	buffer_printf(out, ",%p,", (void *)(device->parent ? device->parent->drawn : NULL));
	if (peer && is_one_of_many(peer->box))
		buffer_printf(out, "%p", (void *)peer->drawn);
	else if (peer)
		buffer_printf(out, "%p %s", (void *)peer->box, peer->link->type.n ? peer->link->type.word[0] : "");
}

static void collapse_devices(struct network *network, size_t alike)
{
	for (size_t b = 0; b < network->n; b++) {
		struct box *box = &network->boxes[b];
		size_t n = 0;
		struct group *groups = box->drawn == box ? group_all(box->n, describe_in_box, box, &n) : NULL;
		for (size_t g = 0; g < n; g++) {
			const struct group *group = &groups[g];
			struct device *first = box->devices[group->list[0]];
			/* one end of many cables is one when the others are */
			if (group->n <= alike && !(first->peer && is_one_of_many(first->peer->box)))
				continue;
			for (size_t i = 1; i < group->n; i++)
				draw_by(box->devices[group->list[i]], first);
		}
		free_groups(groups, n);
	}
	/* the first of a box that stands for others may be drawn by another one now */
	for (size_t i = 0; i < network->n_devices; i++)
		while (network->devices[i].drawn->drawn != network->devices[i].drawn)
			network->devices[i].drawn = network->devices[i].drawn->drawn;
}

static void collapse_edges(struct network *network)
{
	struct table seen = { 0 };
	struct arena scratch = { 0 };
	size_t kept = 0;
	for (size_t i = 0; i < network->n_edges; i++) {
		struct edge edge = network->edges[i];
		edge.from = edge.from->drawn;
		edge.to = edge.to->drawn;
		bool turned = edge.from > edge.to;
		const char *key = arena_printf(&scratch, "%d %p %p", edge.kind, (void *)(turned ? edge.to : edge.from),
		                               (void *)(turned ? edge.from : edge.to));
		struct edge *first = table_get(&seen, key);
		if (!first) {
			network->edges[kept] = edge;
			table_set(&seen, key, &network->edges[kept++]);
			continue;
		}
		first->count++;
		free(edge.from_end.list);
		free(edge.to_end.list);
	}
	network->n_edges = kept;
	table_free(&seen);
	arena_free(&scratch);
}

/* Lines that follow each other and differ in numbers only. */
static void collapse_lines(struct lines *lines)
{
	struct arena scratch = { 0 };
	size_t kept = 0, run;
	for (size_t i = 0; i < lines->n; i += run) {
		const struct line *first = &lines->list[i];
		const char *pattern = name_pattern(&scratch, first->text);
		for (run = 1; i + run < lines->n; run++) {
			const struct line *next = &lines->list[i + run];
			if (next->added != first->added || strcmp(next->key, first->key) ||
			    strcmp(name_pattern(&scratch, next->text), pattern))
				break;
		}
		const char *last = lines->list[i + run - 1].last ? lines->list[i + run - 1].last : lines->list[i + run - 1].text;
		size_t copies = run > FEW_LINES ? 1 : run;
		memmove(&lines->list[kept], first, copies * sizeof *first);
		if (copies < run)
			lines->list[kept].last = last;
		kept += copies;
	}
	lines->n = kept;
	arena_free(&scratch);
}

static void forget_lines(struct lines *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		lines->list[i].last = NULL;
}

/* Draws everything by itself again. */
static void forget(struct network *network)
{
	for (size_t i = 0; i < network->n; i++) {
		network->boxes[i].drawn = &network->boxes[i];
		network->boxes[i].names.n = 1;
		forget_lines(&network->boxes[i].lines);
	}
	for (size_t i = 0; i < network->n_devices; i++) {
		network->devices[i].drawn = &network->devices[i];
		network->devices[i].names.n = 1;
		forget_lines(&network->devices[i].lines);
	}
}

static bool is_legible(const struct network *network)
{
	size_t drawn = 0;
	for (size_t i = 0; i < network->n_devices; i++)
		drawn += network->devices[i].drawn == &network->devices[i];
	return drawn <= LEGIBLE;
}

void collapse(struct network *network)
{
	for (size_t i = 0; i < COUNT(still_drawn); i++) {
		forget(network);
		collapse_boxes(network, still_drawn[i]);
		collapse_devices(network, still_drawn[i]);
		if (is_legible(network))
			break;
	}
	for (size_t i = 0; i < network->n; i++)
		collapse_lines(&network->boxes[i].lines);
	collapse_edges(network);
}
