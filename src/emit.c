/* emit: single commands of a plan, what undoes them, and what must be there before them. */
#include <string.h>

#include "keywords.h"
#include "planner.h"

const char *emit_text(struct planner *p, enum command_key key, const struct data *fields, unsigned line)
{
	const char *wrong = NULL;
	const char *text = style_command(p->style, &p->plan->arena, key, fields, &wrong);
	if (!text)
		report_error(p->report, line, NULL, NULL, "%s", wrong);
	return text ? text : "";
}

struct data *emit_fields(struct planner *p, const struct netns *netns)
{
	struct data *fields = data_object(&p->scratch);
	if (netns && *netns->name)
		data_set_string(&p->scratch, fields, "netns", netns->name);
	return fields;
}

struct data *emit_link_fields(struct planner *p, const struct netns *netns, const struct link *link)
{
	struct data *fields = emit_fields(p, netns);
	data_set_string(&p->scratch, fields, "link", link->name);
	if (keyword_misread(link->name))
		data_set_bool(&p->scratch, fields, "dev", true);
	return fields;
}

void emit_set(struct planner *p, struct data *fields, const char *key, const char *value)
{
	data_set_string(&p->scratch, fields, key, value);
}

struct command *emit_line(struct planner *p, enum command_kind kind, const char *text, unsigned line,
                                   const struct netns *netns)
{
	struct command *command = array_add(p->into->commands, p->into->n, p->into->room);
	*command = (struct command){ .kind = kind, .text = text, .line = line, .phase = p->phase,
		                         .netns = netns ? netns->name : "", .group = "", .detail = "" };
	return command;
}

/* Adds the command that FIELDS describe.  GROUP and DETAIL say under which comment it stands. */
struct command *emit_command(struct planner *p, enum command_key key, const struct data *fields, unsigned line,
                            const struct netns *netns, const char *group, const char *detail)
{
	struct command *command = emit_line(p, COMMAND_BUILD, emit_text(p, key, fields, line), line, netns);
	command->group = group;
	command->detail = detail;
	command->fields = data_copy(&p->plan->arena, fields);
	arena_clear(&p->scratch);
	return command;
}

struct undo *emit_undo(struct planner *p, enum undo_class class, const char *text, unsigned line)
{
	struct undo *undo = arena_new(&p->plan->arena, struct undo);
	*undo = (struct undo){ .class = class, .text = text, .line = line, .netns = "", .order = p->plan->n_undo };
	*array_add(p->plan->undo, p->plan->n_undo, p->plan->undo_room) = undo;
	return undo;
}

struct undo *emit_undo_host(struct planner *p, const char *const *arguments, const char *inverse, unsigned line)
{
	struct undo *undo = emit_undo(p, UNDO_HOST, "", line);
	struct buffer words = { 0 };
	for (size_t i = 0; arguments[i]; i++) {
		if (i)
			buffer_putc(&words, ' ');
		words_quote(&words, arguments[i]);
	}
	undo->restore = buffer_keep(&words, &p->plan->arena);
	undo->inverse = inverse;
	return undo;
}

struct undo *emit_undo_device(struct planner *p, struct link *link, unsigned line)
{
	if (!link->lent) {
		const char *target = place_moves_now(p, link) ? link->end->name : NULL;
		link->lent = emit_undo_host(p, (const char *[]){ "device", link->name, target, NULL }, NULL, line);
		link->lent->link = link->name;
		link->lent->first = true;
	}
	return link->lent;
}

struct undo *emit_undo_link(struct planner *p, enum undo_class class, const struct netns *netns,
                              const struct link *link, bool added)
{
	const char *text = emit_text(p, LINK_DEL, emit_link_fields(p, netns, link), link->line);
	struct undo *undo = emit_undo(p, class, text, link->line);
	undo->netns = netns->name;
	undo->link = link->name;
	undo->added = added;
	arena_clear(&p->scratch);
	return undo;
}

/* --- what must be there before --- */

void emit_requirement(struct planner *p, const char *path, enum requirement_kind kind, unsigned line)
{
	struct plan *plan = p->plan;
	for (size_t i = 0; kind != PATH_FREE && i < plan->n_requirements; i++)
		if (plan->requirements[i].kind == kind && !strcmp(plan->requirements[i].path, path))
			return;
	*array_add(plan->requirements, plan->n_requirements, plan->requirements_room) =
		(struct requirement){ .kind = kind, .path = path, .line = line };
}

void emit_need_netns(struct planner *p, const struct netns *netns, unsigned line, const char *header)
{
	if (place_is_owned(p, netns) && !netns->planned)
		report_error(p->report, line, header, NULL, "[netns %s] (line %u) is not there yet: a later step makes it",
		             netns->name, netns->line);
}

void emit_need_link(struct planner *p, const struct link *link, unsigned line, const char *header)
{
	if (link->is_lo)
		emit_need_netns(p, link->end, line, header);
	else if (!link->planned)
		report_error(p->report, line, header, NULL, "'%s' (line %u) is not there yet: a later step makes it",
		             link->name, link->line);
}
