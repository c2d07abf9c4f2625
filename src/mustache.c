/* mustache: the templates of https://mustache.github.io, compiled once and rendered often.
 *
 * A compiled template is a flat list of nodes; a section's node knows where its part of the list ends. */
#include <stdlib.h>
#include <string.h>

#include "mustache.h"

enum node_kind { NODE_TEXT, NODE_ESCAPED, NODE_RAW, NODE_SECTION, NODE_INVERTED, NODE_PARTIAL };

struct node {
	enum node_kind kind;
	bool line_start;    /* first on its line: here the indentation of a partial goes */
	const char *text;   /* of a text: itself; else the name */
	size_t length;
	const char *indent; /* of a partial that stands alone on its line */
	size_t indent_length;
	size_t end;         /* of a section: the node after its last */
	unsigned line;
};

struct mustache {
	const char *name;
	struct node *nodes;
	size_t n;
};

/* --- compiling --- */

struct compiling {
	const char *name, *text;
	const char *next;
	unsigned line;
	char open[8], close[8]; /* the delimiters of now */
	struct node *nodes;
	size_t n, room;
	size_t sections[MUSTACHE_NESTING]; /* that are open, by node */
	size_t depth;
	bool at_line_start;
	struct arena *arena;
	const char *wrong;
};

struct tag {
	char sigil; /* '\0' for a plain variable */
	const char *name;
	size_t length;
	const char *start, *end; /* of all of it */
	unsigned line;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void fail(struct compiling *c, unsigned line, const char *what)
{
	if (!c->wrong)
		c->wrong = arena_printf(c->arena, "%s:%u: %s", c->name, line, what);
}

static struct node *add_node(struct compiling *c, enum node_kind kind, const char *text, size_t length, unsigned line)
{
	struct node *node = array_add(c->nodes, c->n, c->room);
	*node = (struct node){ .kind = kind, .text = text, .length = length, .line = line,
		                   .line_start = c->at_line_start };
	c->at_line_start = false;
	return node;
}

/* Adds text, a node for each of its lines. */
static void add_text(struct compiling *c, const char *start, const char *end)
{
	while (start < end) {
		const char *newline = memchr(start, '\n', (size_t)(end - start));
		const char *stop = newline ? newline + 1 : end;
		add_node(c, NODE_TEXT, start, (size_t)(stop - start), c->line);
		c->line += newline != NULL;
		c->at_line_start = newline != NULL;
		start = stop;
	}
}

/* Reads the tag at START; false when it does not end. */
static bool read_tag(struct compiling *c, const char *start, struct tag *tag)
{
	*tag = (struct tag){ .start = start, .line = c->line };
	const char *inside = start + strlen(c->open), *close = c->close;
	char triple[10];
	while (is_blank(*inside))
		inside++;
	if (*inside && strchr("#^/>!&={", *inside))
		tag->sigil = *inside++;
	if (tag->sigil == '{' || tag->sigil == '=') {
		triple[0] = tag->sigil == '{' ? '}' : '=';
		strcpy(triple + 1, c->close);
		close = triple;
	}
	const char *end = strstr(inside, close);
	if (!end) {
		size_t shown = strcspn(start, "\n");
		for (shown = shown < 20 ? shown : 20; (start[shown] & 0xc0) == 0x80; shown--)
			; /* no part of a character */
		fail(c, tag->line, arena_printf(c->arena, "a tag that begins with '%.*s' is not closed by '%s'", (int)shown, start,
		                                close));
		return false;
	}
	tag->end = end + strlen(close);
	while (is_blank(*inside) && inside < end)
		inside++;
	while (end > inside && is_blank(end[-1]))
		end--;
	tag->name = inside;
	tag->length = (size_t)(end - inside);
	return true;
}

/* Is the tag alone on its line(s)?  Then *line is where that begins and *after where the next one does. */
static bool stands_alone(const struct compiling *c, const struct tag *tag, const char **line, const char **after)
{
	if (!tag->sigil || strchr("&{", tag->sigil))
		return false;
	const char *start = tag->start, *end = tag->end;
	while (start > c->text && (start[-1] == ' ' || start[-1] == '\t'))
		start--;
	while (*end == ' ' || *end == '\t')
		end++;
	if ((start > c->text && start[-1] != '\n') || start < c->next)
		return false;
	if (end[0] == '\r' && end[1] == '\n')
		end++;
	if (*end && *end != '\n')
		return false;
	*line = start;
	*after = *end ? end + 1 : end;
	return true;
}

static void close_section(struct compiling *c, const struct tag *tag)
{
	if (!c->depth) {
		fail(c, tag->line, arena_printf(c->arena, "{{/%.*s}} closes what was not opened", (int)tag->length, tag->name));
		return;
	}
	struct node *section = &c->nodes[c->sections[--c->depth]];
	if (section->length != tag->length || memcmp(section->text, tag->name, tag->length))
		fail(c, tag->line, arena_printf(c->arena, "{{/%.*s}} stands where {{/%.*s}} should close line %u",
		                                (int)tag->length, tag->name, (int)section->length, section->text,
		                                section->line));
	section->end = c->n;
}

static void set_delimiters(struct compiling *c, const struct tag *tag)
{
	size_t first = strcspn(tag->name, " \t\n"), blank = first;
	while (blank < tag->length && is_blank(tag->name[blank]))
		blank++;
	size_t second = tag->length > blank ? tag->length - blank : 0;
	if (!first || first >= tag->length || !second || first >= sizeof c->open || second >= sizeof c->close ||
	    memchr(tag->name, '=', tag->length)) {
		fail(c, tag->line, "new delimiters are written {{=OPEN CLOSE=}}, of 1 to 7 characters and without '='");
		return;
	}
	memcpy(c->open, tag->name, first);
	c->open[first] = '\0';
	memcpy(c->close, tag->name + blank, second);
	c->close[second] = '\0';
}

static void take_tag(struct compiling *c, const struct tag *tag, const char *indent, size_t indent_length)
{
	static const struct {
		char sigil;
		enum node_kind kind;
	} kinds[] = { { '\0', NODE_ESCAPED }, { '&', NODE_RAW },      { '{', NODE_RAW },
		          { '#', NODE_SECTION },  { '^', NODE_INVERTED }, { '>', NODE_PARTIAL } };
	if (tag->sigil == '!')
		return;
	if (!tag->length) {
		fail(c, tag->line, "a tag without a name");
	} else if (tag->sigil == '/') {
		close_section(c, tag);
	} else if (tag->sigil == '=') {
		set_delimiters(c, tag);
	} else {
		size_t kind = 0;
		while (kinds[kind].sigil != tag->sigil)
			kind++;
		struct node *node = add_node(c, kinds[kind].kind, tag->name, tag->length, tag->line);
		node->indent = indent;
		node->indent_length = indent_length;
		if (node->kind != NODE_SECTION && node->kind != NODE_INVERTED)
			return;
		if (c->depth == MUSTACHE_NESTING)
			fail(c, tag->line, arena_printf(c->arena, "more than %d sections in each other", MUSTACHE_NESTING));
		else
			c->sections[c->depth++] = c->n - 1;
	}
}

static void count_lines(struct compiling *c, const char *start, const char *end)
{
	for (; start < end; start++)
		c->line += *start == '\n';
}

struct mustache *mustache_compile(struct arena *arena, const char *name, unsigned first, const char *text,
                                  const char **wrong)
{
	struct compiling c = { .name = name, .text = text, .next = text, .line = first, .open = "{{", .close = "}}",
		                   .at_line_start = true, .arena = arena };
	struct tag tag;
	while (!c.wrong) {
		const char *start = strstr(c.next, c.open), *line = NULL, *after = NULL;
		if (!start) {
			add_text(&c, c.next, c.next + strlen(c.next));
			break;
		}
		const char *before = c.next;
		unsigned first_line = c.line;
		count_lines(&c, before, start);
		if (!read_tag(&c, start, &tag))
			break;
		bool alone = stands_alone(&c, &tag, &line, &after);
		bool partial = tag.sigil == '>';
		c.line = first_line;
		add_text(&c, before, alone ? line : start);
		c.at_line_start |= alone;
		bool was_start = c.at_line_start;
		take_tag(&c, &tag, alone ? line : NULL, alone && partial ? (size_t)(start - line) : 0);
		if (c.wrong)
			break;
		/* lines that a tag has for itself leave no trace, so the next one still begins */
		if (alone) {
			c.at_line_start = true;
			if (tag.sigil && strchr("#^>", tag.sigil))
				c.nodes[c.n - 1].line_start = false;
		} else if (tag.sigil == '!' || tag.sigil == '=' || tag.sigil == '/') {
			c.at_line_start = was_start;
		}
		c.next = alone ? after : tag.end;
		count_lines(&c, start, c.next);
	}
	if (!c.wrong && c.depth) {
		const struct node *open = &c.nodes[c.sections[c.depth - 1]];
		fail(&c, open->line, arena_printf(arena, "{{%c%.*s}} is not closed", open->kind == NODE_SECTION ? '#' : '^',
		                                  (int)open->length, open->text));
	}
	struct mustache *template = NULL;
	*wrong = c.wrong;
	if (!c.wrong) {
		template = arena_new(arena, struct mustache);
		template->name = name;
		template->n = c.n;
		template->nodes = arena_alloc(arena, c.n * sizeof *c.nodes);
		if (c.n)
			memcpy(template->nodes, c.nodes, c.n * sizeof *c.nodes);
	}
	free(c.nodes);
	return template;
}

/* --- rendering --- */

/* What names are looked up in, innermost first. */
struct context {
	const struct data *data;
	const struct context *outer;
};

/* The indentation of the partials that we are in. */
struct indent {
	const char *text;
	size_t length;
	const struct indent *outer;
};

struct rendering {
	const struct mustache_rendering *how;
	struct buffer *out;
	struct arena *arena;
	size_t partials, depth, nodes;
	size_t before; /* what OUT had already */
	const char *wrong;
};

static const struct data *look_up(const struct context *context, const char *name, size_t length)
{
	if (length == 1 && *name == '.')
		return context->data;
	const char *dot = memchr(name, '.', length);
	size_t first = dot ? (size_t)(dot - name) : length;
	const struct data *found = NULL;
	for (; context && !found; context = context->outer)
		found = data_get(context->data, name, first);
	while (found && dot) {
		const char *part = dot + 1;
		size_t rest = length - (size_t)(part - name);
		dot = memchr(part, '.', rest);
		found = data_get(found, part, dot ? (size_t)(dot - part) : rest);
	}
	return found;
}

static void render_nodes(struct rendering *r, const struct mustache *template, size_t from, size_t to,
                         const struct context *context, const struct indent *indent);

static void render_value(struct rendering *r, const struct mustache *template, const struct node *node,
                         const struct context *context)
{
	const struct data *value = look_up(context, node->text, node->length);
	if (!value && r->how->strict)
		r->wrong = arena_printf(r->arena, "%s:%u: there is no {{%.*s}} here", template->name, node->line,
		                        (int)node->length, node->text);
	if (!value || value->kind != DATA_STRING)
		return;
	if (node->kind == NODE_ESCAPED && r->how->escape)
		r->how->escape(r->out, value->string);
	else
		buffer_puts(r->out, value->string);
}

static void render_section(struct rendering *r, const struct mustache *template, size_t at,
                           const struct context *context, const struct indent *indent)
{
	const struct node *node = &template->nodes[at];
	const struct data *value = look_up(context, node->text, node->length);
	bool yes = !data_is_false(value);
	if (node->kind == NODE_INVERTED) {
		if (!yes)
			render_nodes(r, template, at + 1, node->end, context, indent);
	} else if (yes && value->kind == DATA_LIST) {
		for (size_t i = 0; i < value->n && !r->wrong; i++)
			render_nodes(r, template, at + 1, node->end, &(struct context){ value->items[i], context }, indent);
	} else if (yes) {
		render_nodes(r, template, at + 1, node->end, &(struct context){ value, context }, indent);
	}
}

static void render_partial(struct rendering *r, const struct mustache *template, const struct node *node,
                           const struct context *context, const struct indent *indent)
{
	const struct mustache *partial =
		r->how->partial ? r->how->partial(r->how->user, node->text, node->length) : NULL;
	if (!partial)
		return;
	if (r->depth == MUSTACHE_NESTING || ++r->partials > MUSTACHE_PARTIALS) {
		r->wrong = arena_printf(r->arena, "%s:%u: {{>%.*s}} goes on without end", template->name, node->line,
		                        (int)node->length, node->text);
		return;
	}
	r->depth++;
	render_nodes(r, partial, 0, partial->n, context, &(struct indent){ node->indent, node->indent_length, indent });
	r->depth--;
}

static void write_indent(struct buffer *out, const struct indent *indent)
{
	if (!indent)
		return;
	write_indent(out, indent->outer);
	buffer_add(out, indent->text, indent->length);
}

static void render_nodes(struct rendering *r, const struct mustache *template, size_t from, size_t to,
                         const struct context *context, const struct indent *indent)
{
	for (size_t i = from; i < to && !r->wrong; i++) {
		const struct node *node = &template->nodes[i];
		if (++r->nodes > MUSTACHE_NODES || r->out->length - r->before > MUSTACHE_BYTES) {
			r->wrong = arena_printf(r->arena, "%s:%u: what is rendered has more than %d MiB, or %d million texts and tags; "
			                        "is a section in itself?", template->name, node->line, MUSTACHE_BYTES >> 20,
			                        MUSTACHE_NODES / 1000000);
			return;
		}
		if (node->line_start && indent)
			write_indent(r->out, indent);
		switch (node->kind) {
		case NODE_TEXT:
			buffer_add(r->out, node->text, node->length);
			break;
		case NODE_ESCAPED:
		case NODE_RAW:
			render_value(r, template, node, context);
			break;
		case NODE_SECTION:
		case NODE_INVERTED:
			render_section(r, template, i, context, indent);
			i = node->end - 1;
			break;
		case NODE_PARTIAL:
			render_partial(r, template, node, context, indent);
		}
	}
}

bool mustache_render(const struct mustache *template, const struct data *data,
                     const struct mustache_rendering *rendering, struct buffer *out, struct arena *arena,
                     const char **wrong)
{
	struct rendering r = { .how = rendering, .out = out, .arena = arena, .before = out->length };
	render_nodes(&r, template, 0, template->n, &(struct context){ data, NULL }, NULL);
	*wrong = r.wrong;
	return !r.wrong;
}

void escape_html(struct buffer *out, const char *text)
{
	static const struct {
		char byte;
		const char *entity;
	} entities[] = { { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&#39;" } };
	for (; *text; text++) {
		size_t i = 0;
		while (i < COUNT(entities) && entities[i].byte != *text)
			i++;
		if (i < COUNT(entities))
			buffer_puts(out, entities[i].entity);
		else
			buffer_putc(out, *text);
	}
}
