/* plan: what is to be done, as data: steps of commands in their order, and the list that undoes them. */
#include <stdlib.h>
#include <string.h>

#include "keywords.h"
#include "plan.h"
#include "values.h"

struct planner {
	struct plan *plan;
	struct model *model;
	const struct style *style;
	struct report *report;
	struct plan_step *into; /* the step that gets what is emitted */
	enum phase phase;
	bool in_place; /* devices may be created where they shall be */
	struct netns **fresh_run, **fresh_look; /* have IPv6 addresses that nothing has waited for */
	size_t n_fresh_run, fresh_run_room, n_fresh_look, fresh_look_room;
	struct arena scratch;
};

/* --- how a link comes to where it shall be --- */

static bool same(const struct netns *a, const struct netns *b)
{
	return a == b;
}

/* Where `ip link add` runs. */
static struct netns *made_from(const struct planner *p, const struct link *link)
{
	struct netns *host = p->model->host;
	if (link->parent)
		return link->parent->end;
	if (link->peer)
		return link->in_place && link->peer->in_place && same(link->created, link->peer->created) ? link->created : host;
	if (link->kind->stays)
		return link->end;
	return link->created;
}

/* Is it created in the host and moved by a command of its own, as the tutorials do? */
static bool is_moved(const struct planner *p, const struct link *link)
{
	return !link->in_place && !link->is_lo && !link->kind->stays && !same(link->end, p->model->host) &&
	       same(made_from(p, link), p->model->host);
}

static bool moves_now(const struct planner *p, const struct link *link)
{
	return is_moved(p, link) && !(p->in_place && link->kind->in_place);
}

/* What stands on a moved device can only be made after the move. */
static void find_after_move(struct planner *p)
{
	for (size_t s = 0; s < p->model->n_steps; s++) {
		const struct step *step = &p->model->steps[s];
		for (size_t i = 0; i < step->n_links; i++) {
			struct link *link = step->links[i], *parent = link->parent;
			link->after_move = parent && (parent->after_move || is_moved(p, parent));
		}
	}
}

/* The namespace that `ip link add … netns X` names; NULL when it is where the command runs. */
static const struct netns *placed_in(const struct planner *p, const struct link *link)
{
	const struct netns *from = made_from(p, link), *where = moves_now(p, link) ? p->model->host : link->end;
	return same(from, where) ? NULL : where;
}

/* Does it last after its namespace in ways that matter: does something of it lie outside? */
static bool reaches_outside(const struct planner *p, const struct link *link)
{
	if (link->parent)
		return !same(link->parent->end, link->end);
	return link->kind->underlay && !same(made_from(p, link), link->end);
}

static bool is_owned_netns(const struct planner *p, const struct netns *netns)
{
	return !same(netns, p->model->host);
}

/* --- emitting --- */

static const char *style_text(struct planner *p, enum command_key key, const struct data *fields, unsigned line)
{
	const char *wrong = NULL;
	const char *text = style_command(p->style, &p->plan->arena, key, fields, &wrong);
	if (!text)
		report_error(p->report, line, NULL, NULL, "%s", wrong);
	return text ? text : "";
}

static struct data *new_fields(struct planner *p, const struct netns *netns)
{
	struct data *fields = data_object(&p->scratch);
	if (netns && *netns->name)
		data_set_string(&p->scratch, fields, "netns", netns->name);
	return fields;
}

static struct data *link_fields(struct planner *p, const struct netns *netns, const struct link *link)
{
	struct data *fields = new_fields(p, netns);
	data_set_string(&p->scratch, fields, "link", link->name);
	if (keyword_misread(link->name))
		data_set_bool(&p->scratch, fields, "dev", true);
	return fields;
}

static void set(struct planner *p, struct data *fields, const char *key, const char *value)
{
	data_set_string(&p->scratch, fields, key, value);
}

static struct command *add_command(struct planner *p, enum command_kind kind, const char *text, unsigned line,
                                   const struct netns *netns)
{
	struct command *command = array_add(p->into->commands, p->into->n, p->into->room);
	*command = (struct command){ .kind = kind, .text = text, .line = line, .phase = p->phase,
		                         .netns = netns ? netns->name : "", .group = "", .detail = "" };
	return command;
}

/* Adds the command that FIELDS describe.  GROUP and DETAIL say under which comment it stands. */
static struct command *emit(struct planner *p, enum command_key key, const struct data *fields, unsigned line,
                            const struct netns *netns, const char *group, const char *detail)
{
	struct command *command = add_command(p, COMMAND_BUILD, style_text(p, key, fields, line), line, netns);
	command->group = group;
	command->detail = detail;
	arena_clear(&p->scratch);
	return command;
}

static struct undo *new_undo(struct planner *p, enum undo_class class, const char *text, unsigned line)
{
	struct undo *undo = arena_new(&p->plan->arena, struct undo);
	*undo = (struct undo){ .class = class, .text = text, .line = line, .netns = "", .order = p->plan->n_undo };
	*array_add(p->plan->undo, p->plan->n_undo, p->plan->undo_room) = undo;
	return undo;
}

static struct undo *undo_link(struct planner *p, enum undo_class class, const struct netns *netns,
                              const struct link *link, bool added)
{
	const char *text = style_text(p, LINK_DEL, link_fields(p, netns, link), link->line);
	struct undo *undo = new_undo(p, class, text, link->line);
	undo->netns = netns->name;
	undo->link = link->name;
	undo->added = added;
	arena_clear(&p->scratch);
	return undo;
}

/* --- what must be there before --- */

static void need_netns(struct planner *p, const struct netns *netns, unsigned line, const char *header)
{
	if (is_owned_netns(p, netns) && !netns->planned)
		report_error(p->report, line, header, NULL, "[netns %s] (line %u) is not there yet: a later step makes it",
		             netns->name, netns->line);
}

static void need_link(struct planner *p, const struct link *link, unsigned line, const char *header)
{
	if (link->is_lo)
		need_netns(p, link->end, line, header);
	else if (!link->planned)
		report_error(p->report, line, header, NULL, "'%s' (line %u) is not there yet: a later step makes it",
		             link->name, link->line);
}

/* --- the phases --- */

static void emit_netns(struct planner *p, const struct step *step)
{
	for (size_t i = 0; i < step->n_namespaces; i++) {
		struct netns *netns = step->namespaces[i];
		struct data *fields = new_fields(p, NULL);
		set(p, fields, "target", netns->name);
		struct undo *undo = new_undo(p, UNDO_NETNS, style_text(p, NETNS_DEL, fields, netns->line), netns->line);
		undo->netns = netns->name;
		struct command *command = emit(p, NETNS_ADD, fields, netns->line, NULL, "netns", "");
		command->netns = netns->name;
		command->begins[0] = undo;
		netns->planned = true;
	}
}

static const char *trimmed_setting(struct planner *p, const char *value, const char **key)
{
	size_t end = strcspn(value, "= \t");
	*key = arena_strndup(&p->plan->arena, value, end);
	value += end + strspn(value + end, " \t");
	value += strspn(value, "=");
	return arena_printf(&p->plan->arena, "%s=%s", *key, value + strspn(value, " \t"));
}

static void emit_sysctl(struct planner *p, const struct statement *statement, const struct netns *netns)
{
	const char *key, *setting = trimmed_setting(p, statement->value, &key);
	struct data *fields = new_fields(p, netns);
	set(p, fields, "setting", setting);
	need_netns(p, netns, statement->line, statement->header);
	struct command *command = emit(p, SYSCTL, fields, statement->line, netns, "sysctl", "");
	if (is_owned_netns(p, netns))
		return;
	fields = new_fields(p, netns);
	set(p, fields, "setting", arena_printf(&p->plan->arena, "%s=", key));
	struct undo *undo = new_undo(p, UNDO_HOST, style_text(p, SYSCTL, fields, statement->line), statement->line);
	struct words save;
	char *words[] = { "sysctl", "-n", arena_strdup(&p->plan->arena, key), NULL };
	save = (struct words){ .word = words, .n = 3 };
	undo->save = words_join(&p->plan->arena, &save);
	command->begins[0] = undo;
	arena_clear(&p->scratch);
}

static void emit_sysctls(struct planner *p, const struct step *step)
{
	for (size_t i = 0; i < step->n_statements; i++)
		if (step->statements[i]->phase == PHASE_SYSCTL)
			emit_sysctl(p, step->statements[i], step->statements[i]->netns);
}

/* What `ip link add` is told about one end. */
static void set_end(struct planner *p, struct data *fields, const struct link *link, bool named)
{
	const struct netns *place = placed_in(p, link);
	static const struct {
		const char *field;
		enum key_id key;
	} first[] = { { "mac", KEY_MAC }, { "mtu", KEY_MTU } };
	set(p, fields, "link", link->name);
	data_set_bool(&p->scratch, fields, "name", named);
	/* each field is set, since a peer's must not be looked up in its partner */
	if (place)
		set(p, fields, "place", place->name);
	else
		data_set_bool(&p->scratch, fields, "place", false);
	for (size_t i = 0; i < COUNT(first); i++) {
		if (link->first[first[i].key])
			set(p, fields, first[i].field, link->first[first[i].key]->value);
		else
			data_set_bool(&p->scratch, fields, first[i].field, false);
	}
	if (link->first[KEY_OPTIONS])
		set(p, fields, "options", words_join(&p->scratch, &link->first[KEY_OPTIONS]->words));
	else
		data_set_bool(&p->scratch, fields, "options", false);
}

/* Who takes a link away that this command makes?  Its namespace, its partner's end, its parent, or an entry of ours. */
static void begin_undo_of_link(struct planner *p, struct command *command, struct link *link)
{
	const struct netns *host = p->model->host;
	struct link *ends[] = { link, link->peer };
	size_t n = 0;
	bool host_pair = link->peer && same(link->end, host) && same(link->peer->end, host);
	for (size_t i = 0; i < COUNT(ends) && ends[i]; i++) {
		struct link *end = ends[i];
		bool peer_in_netns = end->peer && is_owned_netns(p, end->peer->end);
		bool parent_takes_it = end->parent && !end->parent->is_lo && same(end->parent->end, end->end);
		if (moves_now(p, end))
			command->begins[n++] = end->passing = undo_link(p, UNDO_EARLY, host, end, true);
		else if (same(end->end, host) && peer_in_netns)
			command->begins[n++] = undo_link(p, UNDO_EARLY, host, end, true);
		else if (same(end->end, host) && !parent_takes_it && !(host_pair && i))
			command->begins[n++] = undo_link(p, UNDO_LINK, host, end, false);
		else if (is_owned_netns(p, end->end) && reaches_outside(p, end))
			command->begins[n++] = undo_link(p, UNDO_EARLY, end->end, end, true);
	}
}

static void emit_link_add(struct planner *p, struct link *link)
{
	struct netns *from = made_from(p, link);
	struct data *fields = new_fields(p, from);
	struct words *type = &link->type;
	unsigned line = link->line;
	need_netns(p, from, line, link->header);
	if (link->parent) {
		need_link(p, link->parent, line, link->header);
		set(p, fields, "parent", link->parent->name);
	}
	/* a bridge is always made by `name`, as tutorials do */
	set_end(p, fields, link, link->parent || link->kind->bridge || keyword_misread(link->name));
	set(p, fields, "type", words_join(&p->scratch, type));
	if (link->peer) {
		struct data *peer = data_object(&p->scratch);
		set_end(p, peer, link->peer, true);
		data_set(&p->scratch, fields, "peer", peer);
		if (placed_in(p, link->peer))
			need_netns(p, placed_in(p, link->peer), line, link->header);
		link->peer->planned = true;
		link->peer->made = p->plan->n;
	}
	if (placed_in(p, link))
		need_netns(p, placed_in(p, link), line, link->header);
	struct command *command = emit(p, LINK_ADD, fields, line, from, "link", type->word[0]);
	link->planned = true;
	link->made = p->plan->n;
	begin_undo_of_link(p, command, link);
}

static void emit_set_words(struct planner *p, const struct statement *statement, const struct words *words,
                           const char *group)
{
	const struct link *link = statement->link;
	need_link(p, link, statement->line, statement->header);
	struct data *fields = link_fields(p, link->end, link);
	set(p, fields, "words", words_join(&p->scratch, words));
	emit(p, LINK_SET, fields, statement->line, link->end, group, "");
}

/* A single value that a later step gives to a link, or that lo gets. */
static bool is_change(const struct statement *statement, enum key_id id)
{
	return statement->link && statement->key->id == id &&
	       (statement->step > statement->link->step || statement->link->is_lo);
}

static void emit_links(struct planner *p, const struct step *step)
{
	for (size_t i = 0; i < step->n_links; i++) {
		struct link *link = step->links[i];
		if (!link->second && !link->after_move)
			emit_link_add(p, link);
	}
	for (size_t i = 0; i < step->n_statements; i++) {
		const struct statement *statement = step->statements[i];
		bool mac = is_change(statement, KEY_MAC);
		if (!mac && !is_change(statement, KEY_MTU))
			continue;
		char *words[] = { mac ? "address" : "mtu", arena_strdup(&p->scratch, statement->value), NULL };
		emit_set_words(p, statement, &(struct words){ .word = words, .n = 2 }, "set");
	}
}

static void emit_master(struct planner *p, const struct link *link, const struct link *master,
                        const struct statement *say)
{
	if (!master)
		return;
	need_link(p, link, say->line, say->header);
	need_link(p, master, say->line, say->header);
	struct data *fields = link_fields(p, link->end, link);
	set(p, fields, "master", master->name);
	emit(p, LINK_MASTER, fields, say->line, link->end, "master", master->type.n ? master->type.word[0] : "");
}

/* Does it get its master after the moves, since one of them is not there before? */
static bool enslaved_in_move(const struct planner *p, const struct link *link)
{
	return is_moved(p, link) || link->after_move || is_moved(p, link->master) || link->master->after_move;
}

static void emit_masters(struct planner *p, const struct step *step)
{
	for (size_t i = 0; i < step->n_statements; i++) {
		const struct statement *statement = step->statements[i];
		struct link *link = statement->link;
		if (statement->key->id != KEY_MASTER || !statement->master)
			continue;
		if (statement->step > link->step || !enslaved_in_move(p, link))
			emit_master(p, link, statement->master, statement);
	}
}

static void emit_moves(struct planner *p, const struct step *step)
{
	const struct netns *host = p->model->host;
	for (size_t i = 0; i < step->n_links; i++) {
		struct link *link = step->links[i];
		if (!moves_now(p, link))
			continue;
		unsigned line = link->single[KEY_NETNS]->line;
		need_link(p, link, line, link->header);
		need_netns(p, link->end, line, link->header);
		struct data *fields = link_fields(p, NULL, link);
		set(p, fields, "target", link->end->name);
		struct command *command = emit(p, LINK_MOVE, fields, line, host, "move", "");
		command->ends = link->passing;
		link->moved = p->plan->n;
		if (reaches_outside(p, link))
			command->begins[0] = undo_link(p, UNDO_EARLY, link->end, link, true);
	}
	for (size_t i = 0; i < step->n_links; i++)
		if (!step->links[i]->second && step->links[i]->after_move)
			emit_link_add(p, step->links[i]);
	for (size_t i = 0; i < step->n_statements; i++) {
		const struct statement *statement = step->statements[i];
		struct link *link = statement->link;
		if (statement->key->id == KEY_MASTER && statement->master && statement->step == link->step &&
		    enslaved_in_move(p, link))
			emit_master(p, link, statement->master, statement);
	}
}

static void emit_sets(struct planner *p, const struct step *step)
{
	for (size_t i = 0; i < step->n_statements; i++) {
		const struct statement *statement = step->statements[i];
		if (statement->phase != PHASE_SET)
			continue;
		need_link(p, statement->link, statement->line, statement->header);
		if (statement->key->id == KEY_SYSCTL)
			emit_sysctl(p, statement, statement->link->end);
		else
			emit_set_words(p, statement, &statement->words, "set");
	}
}

static void emit_state(struct planner *p, const struct link *link, bool up, unsigned line, const char *group)
{
	emit(p, up ? LINK_UP : LINK_DOWN, link_fields(p, link->end, link), line, link->end, group, "");
}

/* Raises what the step makes, on bridges or not, in the host or in namespaces. */
static void raise_links(struct planner *p, const struct step *step, bool on_bridge, bool host, const char *group)
{
	for (size_t i = 0; i < step->n_links; i++) {
		const struct link *link = step->links[i];
		const struct statement *say = link->first[KEY_UP];
		bool up = true;
		if (say)
			value_bool(say->value, &up);
		if (!up || link->on_bridge != on_bridge || same(link->end, p->model->host) != host)
			continue;
		need_link(p, link, link->line, link->header);
		emit_state(p, link, true, say ? say->line : link->line, group);
	}
}

/* `up` that a later step changes. */
static void change_links(struct planner *p, const struct step *step, bool on_bridge)
{
	for (size_t i = 0; i < step->n_statements; i++) {
		const struct statement *statement = step->statements[i];
		bool up;
		if (!is_change(statement, KEY_UP) || statement->link->on_bridge != on_bridge)
			continue;
		value_bool(statement->value, &up);
		need_link(p, statement->link, statement->line, statement->header);
		emit_state(p, statement->link, up, statement->line, up ? "up" : "down");
	}
}

static void emit_lo(struct planner *p, const struct netns *netns, bool up, unsigned line)
{
	struct data *fields = new_fields(p, netns);
	set(p, fields, "state", up ? "up" : "down");
	struct command *command = emit(p, LO_STATE, fields, line, netns, up ? "lo" : "down", "");
	if (is_owned_netns(p, netns))
		return;
	fields = new_fields(p, netns);
	set(p, fields, "state", "");
	struct undo *undo = new_undo(p, UNDO_HOST, style_text(p, LO_STATE, fields, line), line);
	undo->save = "sh -c 'ip -o link show lo | grep -q \"[<,]UP[,>]\" && echo up || echo down'";
	command->begins[0] = undo;
	arena_clear(&p->scratch);
}

static void emit_ups(struct planner *p, const struct step *step)
{
	raise_links(p, step, false, true, "up-host");
	raise_links(p, step, false, false, "up-netns");
	for (size_t i = 0; i < step->n_namespaces; i++) {
		const struct netns *netns = step->namespaces[i];
		bool up = true;
		if (netns->lo)
			value_bool(netns->lo->value, &up);
		if (up)
			emit_lo(p, netns, true, netns->lo ? netns->lo->line : netns->line);
	}
	for (size_t i = 0; i < step->n_statements; i++) {
		const struct statement *statement = step->statements[i];
		struct netns *netns = statement->netns;
		bool up;
		if (statement->key->id != KEY_LO || (is_owned_netns(p, netns) && statement == netns->lo))
			continue;
		value_bool(statement->value, &up);
		need_netns(p, netns, statement->line, statement->header);
		emit_lo(p, netns, up, statement->line);
	}
	change_links(p, step, false);
}

static void note_fresh(struct netns ***list, size_t *n, size_t *room, struct netns *netns)
{
	if (!*n || (*list)[*n - 1] != netns)
		*array_add(*list, *n, *room) = netns;
}

static void emit_addresses(struct planner *p, const struct step *step)
{
	for (size_t i = 0; i < step->n_statements; i++) {
		const struct statement *statement = step->statements[i];
		struct link *link = statement->link;
		if (statement->phase != PHASE_ADDRESS)
			continue;
		need_link(p, link, statement->line, statement->header);
		struct data *fields = link_fields(p, link->end, link);
		set(p, fields, "words", words_join(&p->scratch, &statement->words));
		struct undo *undo = NULL;
		if (link->is_lo && !is_owned_netns(p, link->end))
			undo = new_undo(p, UNDO_HOST, style_text(p, ADDRESS_DEL, fields, statement->line), statement->line);
		struct command *command = emit(p, ADDRESS_ADD, fields, statement->line, link->end, "address", "");
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

static void emit_bridge_ups(struct planner *p, const struct step *step)
{
	raise_links(p, step, true, true, "bridge-up");
	raise_links(p, step, true, false, "bridge-up");
	change_links(p, step, true);
}

static void emit_routes(struct planner *p, const struct step *step)
{
	for (size_t i = 0; i < step->n_statements; i++) {
		const struct statement *statement = step->statements[i];
		struct link *link = statement->link;
		if (statement->phase != PHASE_ROUTE)
			continue;
		struct netns *netns = link ? link->end : statement->netns;
		if (link)
			need_link(p, link, statement->line, statement->header);
		need_netns(p, netns, statement->line, statement->header);
		struct data *fields = new_fields(p, netns);
		set(p, fields, "words", words_join(&p->scratch, &statement->words));
		if (link)
			set(p, fields, "link", link->name);
		/* a route through a device of ours goes with it */
		struct undo *undo = NULL;
		if (!is_owned_netns(p, netns) && (!link || link->is_lo))
			undo = new_undo(p, UNDO_HOST, style_text(p, ROUTE_DEL, fields, statement->line), statement->line);
		struct command *command = emit(p, ROUTE_ADD, fields, statement->line, netns, "route", "");
		command->begins[0] = undo;
	}
}

static void (*const emitters[PHASES])(struct planner *, const struct step *) = {
	[PHASE_NETNS] = emit_netns,       [PHASE_SYSCTL] = emit_sysctls, [PHASE_LINK] = emit_links,
	[PHASE_MASTER] = emit_masters,    [PHASE_MOVE] = emit_moves,     [PHASE_SET] = emit_sets,
	[PHASE_UP] = emit_ups,            [PHASE_ADDRESS] = emit_addresses,
	[PHASE_BRIDGE_UP] = emit_bridge_ups, [PHASE_ROUTE] = emit_routes,
};

static void emit_phase(struct planner *p, size_t step, enum phase phase)
{
	p->phase = phase;
	if (emitters[phase])
		emitters[phase](p, &p->model->steps[step]);
}

/* --- the user's own commands --- */

/* A line of the user's as it is printed and executed in NETNS. */
static const char *user_text(struct planner *p, const char *line, const struct netns *netns, unsigned number,
                             bool *shell)
{
	bool host = !is_owned_netns(p, netns), needs = words_need_shell(line);
	const char *text = line;
	*shell = needs && host && words_are_pipeline(line);
	if (*shell)
		return text;
	if (needs) {
		char *words[] = { "sh", "-c", arena_strdup(&p->scratch, line), NULL };
		text = words_join(&p->plan->arena, &(struct words){ .word = words, .n = 3 });
	}
	if (!host) {
		struct data *fields = new_fields(p, netns);
		set(p, fields, "command", text);
		text = style_text(p, EXEC, fields, number);
	}
	arena_clear(&p->scratch);
	return text;
}

static const char *wait_text(struct planner *p, const struct netns *netns)
{
	const char *text = style_text(p, TENTATIVE, new_fields(p, netns), 0);
	arena_clear(&p->scratch);
	return text;
}

static void wait_for(struct planner *p, struct netns **fresh, size_t *n, bool look)
{
	for (size_t i = 0; i < *n; i++) {
		struct command *wait = add_command(p, COMMAND_WAIT, wait_text(p, fresh[i]), 0, fresh[i]);
		wait->look = look;
		wait->group = "wait";
	}
	*n = 0;
}

static void emit_actions(struct planner *p, const struct step *step)
{
	static const enum command_kind kinds[] = { [ACTION_SHOW] = COMMAND_SHOW, [ACTION_RUN] = COMMAND_RUN,
		                                       [ACTION_CHECK] = COMMAND_CHECK };
	p->phase = NO_PHASE;
	for (size_t i = 0; i < step->n_actions; i++) {
		const struct action *action = &step->actions[i];
		bool look = action->kind != ACTION_RUN;
		if (look) {
			wait_for(p, p->fresh_look, &p->n_fresh_look, true);
		} else {
			wait_for(p, p->fresh_run, &p->n_fresh_run, false);
			p->n_fresh_look = 0;
		}
		need_netns(p, action->netns, action->line, action->header);
		bool shell;
		const char *text = user_text(p, action->run, action->netns, action->line, &shell);
		struct command *command = add_command(p, kinds[action->kind], text, action->line, action->netns);
		command->shell = shell;
		command->look = look;
		command->action = action;
		command->group = action->kind == ACTION_SHOW ? "show" : "action";
		command->detail = action->title;
		if (action->undo) {
			text = user_text(p, action->undo, action->netns, action->line, &shell);
			struct undo *undo = new_undo(p, UNDO_RUN, text, action->line);
			undo->shell = shell;
			command->begins[0] = undo;
		}
	}
}

/* --- the steps --- */

/* Where the topology's phases are built, on a scale where the [step] of number I stands at 2 * I and what comes
 * before it by itself at 2 * I - 1. */
static size_t phase_position(const struct model *model, enum phase phase)
{
	size_t last = 0;
	for (size_t i = 1; i < model->n_steps; i++) {
		const struct step *step = &model->steps[i];
		if (!step->n_build)
			continue;
		last = i;
		bool earlier = false, later = false;
		for (size_t j = 0; j < step->n_build; j++) {
			if (step->build[j] == phase)
				return 2 * i;
			earlier |= step->build[j] < phase;
			later |= step->build[j] > phase;
		}
		/* phases are built in one order, so this step is the first that builds a later one */
		if (later)
			return earlier ? 2 * i : 2 * i - 1;
	}
	return last ? 2 * last + 1 : 1;
}

static bool looks_between(const struct model *model, size_t from, size_t to)
{
	for (size_t i = from / 2 + from % 2; 2 * i < to; i++)
		if (i < model->n_steps && model->steps[i].n_actions)
			return true;
	return false;
}

static struct plan_step *open_step(struct planner *p, const struct step *declared)
{
	struct plan *plan = p->plan;
	p->into = array_add(plan->steps, plan->n, plan->room);
	p->into->declared = declared;
	p->into->title = declared ? declared->title : NULL;
	p->into->line = declared ? declared->line : 0;
	return p->into;
}

/* Drops a step of ours that has nothing to do. */
static void close_step(struct planner *p)
{
	if (!p->into->declared && !p->into->n) {
		free(p->into->commands);
		p->plan->n--;
	}
}

static void make_steps(struct planner *p)
{
	struct model *model = p->model;
	size_t position[PHASES], last = 0;
	for (size_t phase = 0; phase < PHASES; phase++) {
		position[phase] = phase_position(model, (enum phase)phase);
		if (position[phase] > last)
			last = position[phase];
	}
	/* devices may only be created in their place when nobody could see that they are */
	p->in_place = p->style->in_place && !looks_between(model, position[PHASE_LINK], position[PHASE_MOVE]);

	size_t end = 2 * model->n_steps;
	for (size_t at = 1; at <= end || at <= last; at++) {
		bool declared = at % 2 == 0 && at / 2 < model->n_steps;
		if (declared)
			open_step(p, &model->steps[at / 2]);
		for (size_t phase = 0; phase < PHASES; phase++) {
			if (position[phase] != at)
				continue;
			if (!declared)
				open_step(p, NULL);
			p->into->topology_phase[phase] = true;
			emit_phase(p, 0, (enum phase)phase);
			if (!declared)
				close_step(p);
		}
		if (declared) {
			bool in_place = p->in_place;
			p->in_place = p->style->in_place; /* links and moves of a step's own sections are in one step */
			for (size_t phase = 0; phase < PHASES; phase++)
				emit_phase(p, at / 2, (enum phase)phase);
			p->in_place = in_place;
			emit_actions(p, &model->steps[at / 2]);
		}
		/* [run]s and [check]s before the first [step] */
		if (at == last) {
			open_step(p, NULL);
			emit_actions(p, &model->steps[0]);
			close_step(p);
		}
	}
}

static int by_rank(const void *left, const void *right)
{
	const struct undo *a = *(struct undo *const *)left, *b = *(struct undo *const *)right;
	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	/* what was done to the host is undone backwards; the rest goes in the order of the file */
	if (a->class == UNDO_RUN || a->class == UNDO_HOST)
		return a->order > b->order ? -1 : 1;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

void plan_make(struct plan *plan, struct model *model, const struct style *style, struct report *report)
{
	*plan = (struct plan){ .model = model };
	struct planner p = { .plan = plan, .model = model, .style = style, .report = report };
	find_after_move(&p);
	make_steps(&p);
	if (plan->n_undo)
		qsort(plan->undo, plan->n_undo, sizeof(struct undo *), by_rank);
	for (size_t i = 0; i < plan->n_undo; i++)
		plan->undo[i]->rank = i;
	free(p.fresh_run);
	free(p.fresh_look);
	arena_free(&p.scratch);
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		free(plan->steps[i].commands);
	free(plan->steps);
	free(plan->undo);
	arena_free(&plan->arena);
	*plan = (struct plan){ 0 };
}
