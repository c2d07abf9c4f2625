/* build: the commands of each phase. */
#include <string.h>

#include "inverse.h"
#include "keywords.h"
#include "sysctls.h"
#include "values.h"

static void build_netns(struct planner *p, const struct step *step)
{
	for (size_t i = 0; i < step->n_namespaces; i++) {
		struct netns *netns = step->namespaces[i];
		struct data *fields = emit_fields(p, NULL);
		emit_set(p, fields, "target", netns->name);
		struct undo *undo = emit_undo(p, UNDO_NETNS, emit_text(p, NETNS_DEL, fields, netns->line), netns->line);
		undo->netns = netns->name;
		struct command *command = emit_command(p, NETNS_ADD, fields, netns->line, NULL, "netns", "");
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

static void build_sysctl(struct planner *p, const struct statement *statement, const struct netns *netns)
{
	const char *key, *setting = trimmed_setting(p, statement->value, &key);
	struct data *fields = emit_fields(p, netns);
	emit_set(p, fields, "setting", setting);
	emit_need_netns(p, netns, statement->line, statement->header);
	if (place_is_owned(p, netns) && sysctl_is_global(statement->value))
		report_error(p->report, statement->line, statement->header, "sysctl",
		             "'%s' is the whole machine's, not a network namespace's; in [host] it is set, and put back at the end", key);
	struct command *command = emit_command(p, SYSCTL, fields, statement->line, netns, "sysctl", "");
	/* one stands for all: it is the file system that is read-only, where one is */
	emit_requirement(p, "/proc/sys/net/ipv4/ip_forward", PATH_WRITABLE, statement->line);
	if (place_is_owned(p, netns))
		return;
	fields = emit_fields(p, netns);
	emit_set(p, fields, "setting", arena_printf(&p->plan->arena, "%s=", key));
	command->begins[0] = inverse_of_sysctl(p, statement, emit_text(p, SYSCTL, fields, statement->line));
	arena_clear(&p->scratch);
}

static void build_sysctls(struct planner *p, const struct step *step)
{
	for (size_t i = 0; i < step->n_statements; i++)
		if (step->statements[i]->phase == PHASE_SYSCTL)
			build_sysctl(p, step->statements[i], step->statements[i]->netns);
}

/* What `ip link add` is told about one end. */
static void set_end(struct planner *p, struct data *fields, const struct link *link, bool named)
{
	const struct netns *place = place_target(p, link);
	static const struct {
		const char *field;
		enum key_id key;
	} first[] = { { "mac", KEY_MAC }, { "mtu", KEY_MTU } };
	emit_set(p, fields, "link", link->name);
	data_set_bool(&p->scratch, fields, "name", named);
	/* each field is set, since a peer's must not be looked up in its partner */
	if (place)
		emit_set(p, fields, "place", place->name);
	else
		data_set_bool(&p->scratch, fields, "place", false);
	for (size_t i = 0; i < COUNT(first); i++) {
		if (link->first[first[i].key])
			emit_set(p, fields, first[i].field, link->first[first[i].key]->value);
		else
			data_set_bool(&p->scratch, fields, first[i].field, false);
	}
	if (link->first[KEY_OPTIONS])
		emit_set(p, fields, "options", words_join(&p->scratch, &link->first[KEY_OPTIONS]->words));
	else
		data_set_bool(&p->scratch, fields, "options", false);
}

static bool stands_on_existing(const struct link *link)
{
	return link->parent && link->parent->existing;
}

static enum undo_class early_class(const struct link *link)
{
	return stands_on_existing(link) ? UNDO_UPON : UNDO_EARLY;
}

/* Who takes a link away that this command makes?  Its namespace, its partner's end, its parent, or an entry of ours. */
static void begin_undo_of_link(struct planner *p, struct command *command, struct link *link)
{
	const struct netns *host = p->model->host;
	struct link *ends[] = { link, link->peer };
	size_t n = 0;
	bool host_pair = link->peer && link->end == host && link->peer->end == host;
	for (size_t i = 0; i < COUNT(ends) && ends[i]; i++) {
		struct link *end = ends[i];
		bool peer_in_netns = end->peer && place_is_owned(p, end->peer->end);
		bool parent_takes_it = end->parent && !end->parent->is_lo && end->parent->end == end->end;
		if (place_moves_now(p, end)) {
			command->begins[n++] = end->passing = emit_undo_link(p, early_class(end), host, end, true);
			end->passing->passing = true;
		} else if (stands_on_existing(end))
			command->begins[n++] = emit_undo_link(p, UNDO_UPON, end->end, end, true);
		else if (end->end == host && peer_in_netns)
			command->begins[n++] = emit_undo_link(p, UNDO_EARLY, host, end, true);
		else if (end->end == host && !parent_takes_it && !(host_pair && i))
			command->begins[n++] = emit_undo_link(p, UNDO_LINK, host, end, false);
		else if (place_is_owned(p, end->end) && place_reaches_outside(p, end))
			command->begins[n++] = emit_undo_link(p, UNDO_EARLY, end->end, end, true);
	}
}

/* A device that was there before gets back what a command in the host takes from it. */
static void begin_giving_back(struct planner *p, struct command *command, struct link *link)
{
	if (link->existing && !*command->netns)
		command->begins[0] = emit_undo_device(p, link, command->line);
}

static void build_link(struct planner *p, struct link *link)
{
	struct netns *from = place_origin(p, link);
	if (link->existing) {
		emit_undo_device(p, link, link->line);
		link->planned = true;
		link->made = p->plan->n;
		p->ports[link->number].state = PORT_UP;
		return;
	}
	struct data *fields = emit_fields(p, from);
	struct words *type = &link->type;
	unsigned line = link->line;
	emit_need_netns(p, from, line, link->header);
	if (link->kind->rules && !place_is_owned(p, link->end))
		report_error(p->report, line, link->header, "type", "for the first '%s' of a namespace the kernel makes rules, which "
		             "stay, so it is not taken on the host; do it in a namespace", type->word[0]);
	if (link->parent) {
		emit_need_link(p, link->parent, line, link->header);
		emit_set(p, fields, "parent", link->parent->name);
	}
	/* a bridge is always made by `name`, as tutorials do */
	set_end(p, fields, link, link->parent || link->kind->bridge || keyword_misread(link->name));
	emit_set(p, fields, "type", words_join(&p->scratch, type));
	if (link->peer) {
		struct data *peer = data_object(&p->scratch);
		set_end(p, peer, link->peer, true);
		data_set(&p->scratch, fields, "peer", peer);
		if (place_target(p, link->peer))
			emit_need_netns(p, place_target(p, link->peer), line, link->header);
		link->peer->planned = true;
		link->peer->made = p->plan->n;
	}
	if (place_target(p, link))
		emit_need_netns(p, place_target(p, link), line, link->header);
	struct command *command =
		emit_command(p, link->kind->tuntap ? TUNTAP_ADD : LINK_ADD, fields, line, from, "link", type->word[0]);
	link->planned = true;
	link->made = p->plan->n;
	begin_undo_of_link(p, command, link);
}

static void build_set(struct planner *p, const struct statement *statement, const struct words *words,
                           const char *group)
{
	struct link *link = statement->link;
	emit_need_link(p, link, statement->line, statement->header);
	struct data *fields = emit_link_fields(p, link->end, link);
	emit_set(p, fields, "words", words_join(&p->scratch, words));
	begin_giving_back(p, emit_command(p, LINK_SET, fields, statement->line, link->end, group, ""), link);
}

/* A single value that a later step gives to a link, or that one gets which is there already. */
static bool is_change(const struct statement *statement, enum key_id id)
{
	return statement->link && statement->key->id == id &&
	       (statement->step > statement->link->step || statement->link->is_lo ||
	        (statement->link->existing && id != KEY_UP));
}

/* What is there already is moved first: some devices take another MAC address only while they are down, as after that. */
static bool changes_in_move(const struct planner *p, const struct statement *statement)
{
	const struct link *link = statement->link;
	return link->existing && statement->step == link->step && place_moves_now(p, link);
}

/* Is it a MAC address or an mtu that the device was not made with? */
static bool is_set_apart(const struct statement *statement)
{
	enum key_id id = statement->key->id;
	return (id == KEY_MAC || id == KEY_MTU) &&
	       (is_change(statement, id) || (statement->link && statement->link->kind->tuntap));
}

/* Changes of MAC address and mtu; AFTER_MOVE: of what has just been moved. */
static void build_changes(struct planner *p, const struct step *step, bool after_move)
{
	for (size_t i = 0; i < step->n_statements; i++) {
		const struct statement *statement = step->statements[i];
		if (!is_set_apart(statement) || changes_in_move(p, statement) != after_move)
			continue;
		char *words[] = { statement->key->id == KEY_MAC ? "address" : "mtu", arena_strdup(&p->scratch, statement->value), NULL };
		build_set(p, statement, &(struct words){ .word = words, .n = 2 }, "set");
	}
}

static void build_links(struct planner *p, const struct step *step)
{
	for (size_t i = 0; i < step->n_links; i++) {
		struct link *link = step->links[i];
		if (!link->second && !link->after_move)
			build_link(p, link);
	}
	build_changes(p, step, false);
}

static void build_state(struct planner *p, struct link *link, bool up, unsigned line, const char *group,
                        const char *detail)
{
	struct data *fields = emit_link_fields(p, link->end, link);
	begin_giving_back(p, emit_command(p, up ? LINK_UP : LINK_DOWN, fields, line, link->end, group, detail), link);
	struct port *port = &p->ports[link->number];
	port->state = up ? PORT_UP : PORT_DOWN;
	port->changed = NULL;
}

static bool wants_ports_down(const struct link *master)
{
	return master && master->kind->slaves_down;
}

static const char *kind_word(const struct link *link)
{
	return link->type.n ? link->type.word[0] : "";
}

/* Another master, or none.  A bond takes no device that is up, raises those it takes, and closes those it lets go. */
static void change_master(struct planner *p, const struct statement *say, const struct link *master)
{
	struct port *port = &p->ports[say->link->number], before = *port;
	if (port->state == PORT_UP && wants_ports_down(master)) {
		emit_need_link(p, say->link, say->line, say->header);
		build_state(p, say->link, false, say->line, "port-down", kind_word(master));
	}
	*port = (struct port){ .state = before.state, .master = master };
	if (say->step > say->link->step && before.state != PORT_NEW &&
	    (wants_ports_down(master) || wants_ports_down(before.master)))
		port->changed = say;
}

static void lower_port(struct planner *p, const struct statement *say)
{
	change_master(p, say, say->master);
}

static void build_master(struct planner *p, const struct statement *say)
{
	struct link *link = say->link;
	const struct link *master = say->master;
	emit_need_link(p, link, say->line, say->header);
	emit_need_link(p, master, say->line, say->header);
	struct data *fields = emit_link_fields(p, link->end, link);
	emit_set(p, fields, "master", master->name);
	struct command *command = emit_command(p, LINK_MASTER, fields, say->line, link->end, "master", kind_word(master));
	begin_giving_back(p, command, link);
}

/* Does it get its master after the moves, since one of them is not there before? */
static bool enslaved_in_move(const struct planner *p, const struct statement *say)
{
	const struct link *link = say->link, *master = link->master;
	return say->step == link->step &&
	       (place_is_moved(p, link) || link->after_move || place_is_moved(p, master) || master->after_move);
}

/* Those that come with the moves, or the others. */
static void build_some_masters(struct planner *p, const struct step *step, bool in_move)
{
	static void (*const builders[])(struct planner *, const struct statement *) = { lower_port, build_master };
	for (size_t turn = 0; turn < COUNT(builders); turn++)
		for (size_t i = 0; i < step->n_statements; i++) {
			const struct statement *statement = step->statements[i];
			if (statement->key->id == KEY_MASTER && statement->master && enslaved_in_move(p, statement) == in_move)
				builders[turn](p, statement);
		}
}

static void build_masters(struct planner *p, const struct step *step)
{
	build_some_masters(p, step, false);
}

static void build_moves(struct planner *p, const struct step *step)
{
	const struct netns *host = p->model->host;
	for (size_t i = 0; i < step->n_links; i++) {
		struct link *link = step->links[i];
		if (!place_moves_now(p, link))
			continue;
		unsigned line = link->single[KEY_NETNS]->line;
		emit_need_link(p, link, line, link->header);
		emit_need_netns(p, link->end, line, link->header);
		struct data *fields = emit_link_fields(p, NULL, link);
		emit_set(p, fields, "target", link->end->name);
		struct command *command = emit_command(p, LINK_MOVE, fields, line, host, "move", "");
		command->ends = link->passing;
		begin_giving_back(p, command, link);
		link->moved = p->plan->n;
		p->ports[link->number].state = PORT_NEW;
		if (!link->existing && place_reaches_outside(p, link))
			command->begins[0] = emit_undo_link(p, early_class(link), link->end, link, true);
	}
	build_changes(p, step, true);
	for (size_t i = 0; i < step->n_links; i++)
		if (!step->links[i]->second && step->links[i]->after_move)
			build_link(p, step->links[i]);
	build_some_masters(p, step, true);
}

static void build_sets(struct planner *p, const struct step *step)
{
	for (size_t i = 0; i < step->n_statements; i++) {
		const struct statement *statement = step->statements[i];
		if (statement->phase != PHASE_SET)
			continue;
		if (statement->key->id == KEY_SET && statement->link->existing)
			report_error(p->report, statement->line, statement->header, "set",
			             "'%s' was there before, and what this changes would not be put back; MAC address, mtu, master and "
			             "state would", statement->link->name);
		emit_need_link(p, statement->link, statement->line, statement->header);
		if (statement->key->id == KEY_SYSCTL)
			build_sysctl(p, statement, statement->link->end);
		else
			build_set(p, statement, &statement->words, "set");
		if (statement->key->id == KEY_SET && !strcmp(statement->words.word[0], "nomaster"))
			change_master(p, statement, NULL);
	}
}

/* A device that must not be up stays down, unless a bond has raised it. */
static void leave_down(struct planner *p, const struct link *link, const struct statement *say)
{
	struct port *port = &p->ports[link->number];
	if (wants_ports_down(port->master))
		*port = (struct port){ .state = PORT_DOWN, .master = port->master, .changed = say };
	else if (!link->existing)
		port->state = PORT_DOWN;
}

/* Raises what the step makes, on bridges or not, in the host or in namespaces. */
static void raise_links(struct planner *p, const struct step *step, bool on_bridge, bool host, const char *group)
{
	for (size_t i = 0; i < step->n_links; i++) {
		struct link *link = step->links[i];
		const struct statement *say = link->first[KEY_UP];
		bool up = true;
		if (say)
			value_bool(say->value, &up);
		if (link->on_bridge != on_bridge || place_is_owned(p, link->end) == host)
			continue;
		if (!up) {
			leave_down(p, link, say);
			continue;
		}
		emit_need_link(p, link, link->line, link->header);
		build_state(p, link, true, say ? say->line : link->line, group, "");
	}
}

/* The state that another master changed, when this step says nothing of it. */
static void restate_ports(struct planner *p, const struct step *step, bool on_bridge)
{
	for (size_t i = 0; i < step->n_statements; i++) {
		const struct statement *say = step->statements[i];
		const struct port *port = say->link ? &p->ports[say->link->number] : NULL;
		if (!port || port->changed != say || say->link->on_bridge != on_bridge)
			continue;
		bool up = port->state == PORT_UP;
		build_state(p, say->link, up, say->line, up ? "up" : "down", "");
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
		emit_need_link(p, statement->link, statement->line, statement->header);
		build_state(p, statement->link, up, statement->line, up ? "up" : "down", "");
	}
}

static void build_lo(struct planner *p, const struct netns *netns, bool up, unsigned line)
{
	struct data *fields = emit_fields(p, netns);
	emit_set(p, fields, "state", up ? "up" : "down");
	struct command *command = emit_command(p, LO_STATE, fields, line, netns, up ? "lo" : "down", "");
	if (place_is_owned(p, netns))
		return;
	fields = emit_fields(p, netns);
	emit_set(p, fields, "state", "");
	command->begins[0] = inverse_of_lo(p, up ? "up" : "down", emit_text(p, LO_STATE, fields, line), line);
	arena_clear(&p->scratch);
}

static void build_ups(struct planner *p, const struct step *step)
{
	raise_links(p, step, false, true, "up-host");
	raise_links(p, step, false, false, "up-netns");
	for (size_t i = 0; i < step->n_namespaces; i++) {
		const struct netns *netns = step->namespaces[i];
		bool up = true;
		if (netns->lo)
			value_bool(netns->lo->value, &up);
		if (up)
			build_lo(p, netns, true, netns->lo ? netns->lo->line : netns->line);
	}
	for (size_t i = 0; i < step->n_statements; i++) {
		const struct statement *statement = step->statements[i];
		struct netns *netns = statement->netns;
		bool up;
		if (statement->key->id != KEY_LO || (place_is_owned(p, netns) && statement == netns->lo))
			continue;
		value_bool(statement->value, &up);
		emit_need_netns(p, netns, statement->line, statement->header);
		build_lo(p, netns, up, statement->line);
	}
	change_links(p, step, false);
	restate_ports(p, step, false);
}

static void build_bridge_ups(struct planner *p, const struct step *step)
{
	raise_links(p, step, true, true, "bridge-up");
	raise_links(p, step, true, false, "bridge-up");
	change_links(p, step, true);
	restate_ports(p, step, true);
}

static void (*const builders[PHASES])(struct planner *, const struct step *) = {
	[PHASE_NETNS] = build_netns,
	[PHASE_SYSCTL] = build_sysctls,
	[PHASE_LINK] = build_links,
	[PHASE_MASTER] = build_masters,
	[PHASE_MOVE] = build_moves,
	[PHASE_SET] = build_sets,
	[PHASE_UP] = build_ups,
	[PHASE_ADDRESS] = build_objects,
	[PHASE_BRIDGE_UP] = build_bridge_ups,
	[PHASE_NEIGH] = build_objects,
	[PHASE_ROUTE] = build_objects,
	[PHASE_RULE] = build_objects,
	[PHASE_QDISC] = build_objects,
	[PHASE_VLAN] = build_objects,
	[PHASE_FDB] = build_objects,
	[PHASE_FIREWALL] = build_firewall,
	[PHASE_NAMESERVER] = build_nameservers,
	[PHASE_FILE] = build_files,
	[PHASE_DAEMON] = build_daemons,
};

void build_phase(struct planner *p, const struct step *step, enum phase phase)
{
	p->phase = phase;
	if (builders[phase])
		builders[phase](p, step);
}
