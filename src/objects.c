/* objects: the phases of iproute2's other objects: addresses, routes. */
#include <string.h>

#include "planner.h"
#include "values.h"

static void note_fresh(struct netns ***list, size_t *n, size_t *room, struct netns *netns)
{
	if (!*n || (*list)[*n - 1] != netns)
		*array_add(*list, *n, *room) = netns;
}

void build_addresses(struct planner *p, const struct step *step)
{
	for (size_t i = 0; i < step->n_statements; i++) {
		const struct statement *statement = step->statements[i];
		struct link *link = statement->link;
		if (statement->phase != PHASE_ADDRESS)
			continue;
		emit_need_link(p, link, statement->line, statement->header);
		struct data *fields = emit_link_fields(p, link->end, link);
		emit_set(p, fields, "words", words_join(&p->scratch, &statement->words));
		struct undo *undo = NULL;
		if (link->is_lo && !place_is_owned(p, link->end))
			undo = emit_undo(p, UNDO_HOST, emit_text(p, ADDRESS_DEL, fields, statement->line), statement->line);
		struct command *command = emit_command(p, ADDRESS_ADD, fields, statement->line, link->end, "address", "");
		command->begins[0] = undo;

		bool is_ipv6 = false, nodad = false;
		for (size_t w = 0; w < statement->words.n; w++)
			nodad |= !strcmp(statement->words.word[w], "nodad");
		value_address(&p->scratch, statement->words.word[!strcmp(statement->words.word[0], "local")], &is_ipv6);
		if (is_ipv6 && !nodad && !link->is_lo) {
			note_fresh(&p->fresh_run, &p->n_fresh_run, &p->fresh_run_room, link->end);
			note_fresh(&p->fresh_look, &p->n_fresh_look, &p->fresh_look_room, link->end);
		}
	}
}

void build_routes(struct planner *p, const struct step *step)
{
	for (size_t i = 0; i < step->n_statements; i++) {
		const struct statement *statement = step->statements[i];
		struct link *link = statement->link;
		if (statement->phase != PHASE_ROUTE)
			continue;
		struct netns *netns = link ? link->end : statement->netns;
		if (link)
			emit_need_link(p, link, statement->line, statement->header);
		emit_need_netns(p, netns, statement->line, statement->header);
		struct data *fields = emit_fields(p, netns);
		emit_set(p, fields, "words", words_join(&p->scratch, &statement->words));
		if (link)
			emit_set(p, fields, "link", link->name);
		/* a route through a device of ours goes with it */
		struct undo *undo = NULL;
		if (!place_is_owned(p, netns) && (!link || link->is_lo))
			undo = emit_undo(p, UNDO_HOST, emit_text(p, ROUTE_DEL, fields, statement->line), statement->line);
		struct command *command = emit_command(p, ROUTE_ADD, fields, statement->line, netns, "route", "");
		command->begins[0] = undo;
	}
}
