/* links: which device each [link] section means, and how devices hang together.
 *
 * Two tables answer "what is called NAME in NETNS": where devices are created, and where they are in the end.
 * Nothing depends on the order of sections, so forward references are as good as others. */
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "values.h"

struct resolving {
	struct model *model;
	struct report *report;
	struct table created; /* "NETNS/NAME" of where a device is created */
	struct table by_name; /* the first device of each name, once a reference to one was wrong */
	struct table unknown; /* namespaces that are missing: what is said to be in one is not said to be elsewhere */
	const struct link_section *sections;
	struct buffer key; /* of place_key() */
};

/* Stands in for a namespace that is not in the file; its lack has been reported. */
static struct netns *unknown_netns(struct resolving *r, const char *name)
{
	struct netns *netns = table_get(&r->unknown, name);
	if (!netns) {
		netns = arena_new(&r->model->arena, struct netns);
		netns->name = name;
		table_set(&r->unknown, name, netns);
	}
	return netns;
}

/* "NETNS/NAME", good until the next one; table_set() needs one that is kept. */
static const char *place_key(struct resolving *r, const struct netns *netns, const char *name)
{
	buffer_clear(&r->key);
	buffer_puts(&r->key, netns->name);
	buffer_putc(&r->key, '/');
	buffer_puts(&r->key, name);
	return r->key.text;
}

static void set_place(struct resolving *r, struct table *table, const char *key, struct link *link)
{
	table_set(table, arena_strdup(&r->model->arena, key), link);
}

static const char *called(struct model *model, const struct netns *netns)
{
	return *netns->name ? arena_printf(&model->arena, "[netns %s]", netns->name) : "the host";
}

static struct link *new_link(struct resolving *r, struct netns *netns, const char *name, const char *header,
                             unsigned line, size_t step)
{
	struct model *model = r->model;
	struct link *link = arena_new(&model->arena, struct link);
	*link = (struct link){ .name = name, .header = header, .line = line, .step = step, .created = netns,
		                   .order = SIZE_MAX, .end = netns, .kind = kind_find(""), .is_lo = !strcmp(name, "lo") };
	*array_add(model->links, model->n_links, model->links_room) = link;
	set_place(r, &r->created, place_key(r, netns, name), link);
	return link;
}

static void add_section(struct resolving *r, struct link *link, struct link_section *section)
{
	size_t order = (size_t)(section - r->sections);
	if (order < link->order) {
		link->order = order;
		link->line = section->section->line;
		link->header = section->section->header;
	}
	if (section->step < link->step)
		link->step = section->step;
	link->broken |= section->section->broken;
	for (size_t i = 0; i < section->n; i++) {
		section->statements[i].link = link;
		model_state(r->model, &section->statements[i], r->report);
	}
}

/* The one that is meant by REF ("NAME", "NETNS/NAME", "/NAME") said about a device in FROM; NULL when there is none.
 * *netns is the namespace that it speaks of, NULL when that does not exist. */
static struct link *find_ref(struct resolving *r, const struct table *first, const struct table *second,
                             const char *ref, struct netns *from, struct netns **netns, const char **name)
{
	struct model *model = r->model;
	const char *slash = strchr(ref, '/');
	*netns = from;
	*name = slash ? slash + 1 : ref;
	if (slash)
		*netns = model_netns(model, arena_strndup(&model->arena, ref, (size_t)(slash - ref)));
	if (!*netns)
		return NULL;
	const char *key = place_key(r, *netns, *name);
	struct link *link = table_get(first, key);
	return link || !second ? link : table_get(second, key);
}

static void check_name(struct resolving *r, const struct link_section *section)
{
	const char *wrong = name_wrong_link(section->name);
	if (wrong)
		report_error(r->report, section->section->line, section->section->header, NULL, "the name '%s' %s",
		             section->name, wrong);
}

/* Sections that name a device where it is created in the host. */
static void declare_in_host(struct resolving *r, struct link_section *sections, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct link_section *section = &sections[i];
		if (section->place && *section->place)
			continue;
		check_name(r, section);
		const char *key = place_key(r, r->model->host, section->name);
		struct link *link = table_get(&r->created, key);
		if (!link)
			link = new_link(r, r->model->host, section->name, section->section->header, section->section->line,
			                section->step);
		add_section(r, link, section);
	}
}

static void find_ends(struct resolving *r)
{
	struct model *model = r->model;
	for (size_t i = 0; i < model->n_links; i++) {
		struct link *link = model->links[i];
		const struct statement *netns = link->single[KEY_NETNS];
		if (netns && !link->is_lo) {
			link->end = model_netns(model, netns->value);
			if (!link->end) {
				report_error(r->report, netns->line, netns->header, "netns", "%s",
				             model_no_netns(model, netns->value));
				link->end = unknown_netns(r, netns->value);
			}
		}
		/* names in the host differ, so they do where these go */
		set_place(r, &model->link_by_place, place_key(r, link->end, link->name), link);
	}
}

/* Sections that name a namespace: of a device that is moved there, or created in place. */
static void declare_in_place(struct resolving *r, struct link_section *sections, size_t n)
{
	struct model *model = r->model;
	for (size_t i = 0; i < n; i++) {
		struct link_section *section = &sections[i];
		const struct section *raw = section->section;
		if (!section->place || !*section->place)
			continue;
		check_name(r, section);
		struct netns *netns = model_netns(model, section->place);
		if (!netns) {
			if (!name_wrong_link(section->name))
				report_error(r->report, raw->line, raw->header, NULL, "%s", model_no_netns(model, section->place));
			netns = unknown_netns(r, section->place);
		}
		struct link *link = table_get(&model->link_by_place, place_key(r, netns, section->name));
		size_t kept = 0;
		for (size_t s = 0; s < section->n; s++) {
			const struct statement *statement = &section->statements[s];
			enum key_id id = statement->key->id;
			if (id == KEY_EXISTING && !link && strcmp(section->name, "lo") != 0)
				report_error(r->report, statement->line, raw->header, "existing",
				             "a namespace of the scenario has no device before it is made; write [link %s] and 'netns = %s' "
				             "to move one there", section->name, section->place);
			else if (id == KEY_NETNS && strcmp(section->name, "lo") != 0)
				report_error(r->report, statement->line, raw->header, "netns",
				             "a device that is created in its place is not moved; write [link %s] to move it",
				             section->name);
			else if (link && !link->in_place && (id == KEY_TYPE || id == KEY_PEER || id == KEY_EXISTING))
				report_error(r->report, statement->line, raw->header, statement->key->word,
				             "the device of line %u is moved here under the same name; say its %s there", link->line,
				             statement->key->word);
			else
				section->statements[kept++] = *statement;
		}
		section->section->broken |= kept < section->n;
		section->n = kept;
		if (!link) {
			link = new_link(r, netns, section->name, raw->header, raw->line, section->step);
			link->in_place = true;
			set_place(r, &model->link_by_place, place_key(r, netns, section->name), link);
		}
		add_section(r, link, section);
	}
}

/* What is there is not made: nothing of `ip link add` can be said about it. */
static void find_existing(struct resolving *r, struct link *link)
{
	static const enum key_id refused[] = { KEY_TYPE, KEY_PEER, KEY_LINK, KEY_OPTIONS };
	const struct statement *say = link->single[KEY_EXISTING];
	if (!say || link->is_lo)
		return;
	value_bool(say->value, &link->existing);
	for (size_t i = 0; i < COUNT(refused) && link->existing; i++) {
		struct statement *other = link->single[refused[i]];
		if (!other)
			continue;
		report_error(r->report, other->line, other->header, other->key->word,
		             "'%s' is there already (line %u), so nothing is said about how it is made", link->name, say->line);
		link->single[refused[i]] = NULL;
		link->broken = true;
	}
}

static int by_order(const void *left, const void *right)
{
	const struct link *a = *(struct link *const *)left, *b = *(struct link *const *)right;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return (int)a->second - (int)b->second; /* a peer without a section has its partner's place */
}

static void join_pair(struct resolving *r, struct link *link)
{
	struct model *model = r->model;
	const struct statement *say = link->single[KEY_PEER];
	struct netns *netns;
	const char *name, *wrong;
	struct link *peer = find_ref(r, &r->created, &model->link_by_place, say->value, link->created, &netns, &name);
	if (link->is_lo)
		return;
	if (!netns) {
		report_error(r->report, say->line, say->header, "peer", "%s",
		             model_no_netns(model, arena_strndup(&model->arena, say->value, (size_t)(name - say->value - 1))));
	} else if (!strcmp(name, "lo")) {
		report_error(r->report, say->line, say->header, "peer", "lo is there already, and has no peer");
		return;
	} else if (peer && peer->existing) {
		report_error(r->report, say->line, say->header, "peer", "'%s' is there already (line %u); a pair is made with both "
		             "ends", peer->name, peer->single[KEY_EXISTING]->line);
		return;
	} else if (peer == link) {
		report_error(r->report, say->line, say->header, "peer", "a device is not its own peer");
	} else if (link->peer) {
		/* its partner stands before it and has claimed it */
		if (peer != link->peer)
			report_error(r->report, say->line, say->header, "peer", "'%s' is already the peer of '%s' in line %u",
			             link->name, link->peer->name, link->paired->line);
	} else if (!peer) {
		wrong = name_wrong_link(name);
		if (wrong)
			report_error(r->report, say->line, say->header, "peer", "the name '%s' %s", name, wrong);
		peer = new_link(r, netns, name, link->header, link->line, link->step);
		peer->order = link->order;
		peer->in_place = netns != model->host;
		set_place(r, &model->link_by_place, place_key(r, netns, name), peer);
	} else if (peer->peer) {
		report_error(r->report, say->line, say->header, "peer", "'%s' is already the peer of '%s' in line %u",
		             say->value, peer->peer->name, peer->paired->line);
		return;
	}
	if (!netns || peer == link || link->peer || !peer)
		return;
	link->peer = peer;
	peer->peer = link;
	peer->second = true;
	link->paired = peer->paired = say;
	if (link->step > peer->step) {
		report_error(r->report, peer->line, peer->header, NULL,
		             "this device is made in a later step, with the pair in line %u; say what it has there", say->line);
	}
	peer->step = link->step;
}

static void find_kind_of(struct resolving *r, struct link *link)
{
	const struct statement *type = link->single[KEY_TYPE], *peer = link->single[KEY_PEER];
	if (link->is_lo || link->existing)
		return;
	if (!type && !link->peer && !peer) {
		if (!link->broken)
			report_error(r->report, link->line, link->header, NULL,
			             "a 'type' is missing, as in ip link add, or a 'peer', which makes it a veth; a device that is there "
			             "already has 'existing = yes'");
		return;
	}
	if (type)
		link->type = type->words;
	else if (link->peer && link->peer->single[KEY_TYPE])
		link->type = link->peer->single[KEY_TYPE]->words;
	else
		words_split(&r->model->arena, "veth", &link->type);
	const char *word = link->type.word[0];
	link->kind = kind_find(word);
	for (size_t i = 1; type && link->kind->pair && i < type->words.n; i++) {
		if (!strcmp(type->words.word[i], "peer")) {
			report_error(r->report, type->line, type->header, "type", "write 'peer = NAME' on a line of its own");
			return;
		}
	}
	if (type && peer && !link->kind->pair)
		report_error(r->report, peer->line, peer->header, "peer", "a %s has no peer; a veth has", word);
	else if (type && link->peer && !link->kind->pair)
		report_error(r->report, type->line, type->header, "type", "a %s has no peer, and line %u makes it one", word,
		             link->paired->line);
	else if (type && link->kind->pair && !link->peer && !peer && !link->broken)
		report_error(r->report, type->line, type->header, "type", "a %s has two ends: 'peer' is missing", word);
	else if (type && link->second && link->peer->single[KEY_TYPE] &&
	         strcmp(word, link->peer->single[KEY_TYPE]->words.word[0]) != 0)
		report_error(r->report, type->line, type->header, "type", "its peer is a %s (line %u)",
		             link->peer->single[KEY_TYPE]->words.word[0], link->peer->single[KEY_TYPE]->line);
	else if (type && link->second && type->words.n > 1)
		report_error(r->report, type->line, type->header, "type",
		             "the end that comes first says the whole type of a pair (line %u)", link->peer->line);
}

/* Any device of that name, wherever it is. */
static struct link *find_by_name(struct resolving *r, const char *name)
{
	const struct model *model = r->model;
	if (!r->by_name.n)
		for (size_t i = model->n_links; i--;)
			table_set(&r->by_name, model->links[i]->name, model->links[i]);
	return table_get(&r->by_name, name);
}

/* A device that REF names, which must be in the same namespace as LINK unless ELSEWHERE. */
static struct link *refer(struct resolving *r, struct link *link, const struct statement *say, bool elsewhere)
{
	struct model *model = r->model;
	struct netns *netns;
	const char *name, *key = say->key->word;
	struct link *found = find_ref(r, &model->link_by_place, &r->created, say->value, link->end, &netns, &name);
	if (!netns) {
		report_error(r->report, say->line, say->header, key, "%s",
		             model_no_netns(model, arena_strndup(&model->arena, say->value, (size_t)(name - say->value - 1))));
		return NULL;
	}
	if (!found) {
		const struct link *other = find_by_name(r, name);
		if (other)
			report_error(r->report, say->line, say->header, key, "no '%s' in %s; that of line %u is in %s", name,
			             called(model, netns), other->line, called(model, other->end));
		else
			report_error(r->report, say->line, say->header, key, "no [link %s] in this file", say->value);
		return NULL;
	}
	if (found == link) {
		report_error(r->report, say->line, say->header, key, "a device does not stand on itself");
		return NULL;
	}
	if (!elsewhere && found->end != link->end) {
		report_error(r->report, say->line, say->header, key, "'%s' (line %u) is in %s, and '%s' in %s", found->name,
		             found->line, called(model, found->end), link->name, called(model, link->end));
		return NULL;
	}
	return found;
}

static void find_parent(struct resolving *r, struct link *link)
{
	const struct statement *say = link->single[KEY_LINK];
	if (!say || link->is_lo)
		return;
	link->parent = refer(r, link, say, true);
	if (!link->parent)
		return;
	if (link->kind->pair)
		report_error(r->report, say->line, say->header, "link", "a pair stands on no other device");
	else if (link->parent->end != link->end && !*link->end->name)
		report_error(r->report, say->line, say->header, "link",
		             "its parent is in %s (line %u) and the device would be in the host: give it a netns",
		             called(r->model, link->parent->end), link->parent->line);
}

static void find_master(struct resolving *r, struct statement *say)
{
	struct link *link = say->link;
	struct link *master = say->master = refer(r, link, say, false);
	if (!master)
		return;
	if (master->kind->plain || master->is_lo)
		report_error(r->report, say->line, say->header, "master", "'%s' (line %u) takes no ports; a bridge does",
		             master->name, master->line);
	if (master->kind->bridge && ++master->ports == BRIDGE_PORTS + 1)
		report_error(r->report, say->line, say->header, "master", "'%s' (line %u) has more than %d ports, the kernel's "
		             "limit", master->name, master->line, BRIDGE_PORTS);
	if (say->step == link->step)
		link->master = master;
}

/* lo is there before us */
static void check_lo(struct resolving *r, const struct link *link, const struct statement *statement)
{
	enum key_id id = statement->key->id;
	const char *word = statement->key->word;
	bool host = !*link->end->name;
	if (id == KEY_UP)
		report_error(r->report, statement->line, statement->header, word, "say 'lo = %s' in [%s]", statement->value,
		             host ? "host" : arena_printf(&r->model->arena, "netns %s", link->end->name));
	else if (!statement->verb && id != KEY_SYSCTL && (host || (id != KEY_SET && id != KEY_MTU)))
		report_error(r->report, statement->line, statement->header, word,
		             host ? "lo of the host takes address, route and other objects of ip and tc, and sysctl" :
		                    "lo is there already; it takes address, route and other objects, sysctl, set and mtu");
}

static void check_statements(struct resolving *r)
{
	struct model *model = r->model;
	struct table addresses = { 0 };
	for (size_t s = 0; s < model->n_steps; s++) {
		const struct step *step = &model->steps[s];
		for (size_t i = 0; i < step->n_statements; i++) {
			struct statement *statement = step->statements[i];
			struct link *link = statement->link;
			enum key_id id = statement->key->id;
			if (!link)
				continue;
			if (!statement->key->many && statement->step == link->step)
				link->first[id] = statement;
			if (link->is_lo)
				check_lo(r, link, statement);
			else if (id == KEY_MASTER)
				find_master(r, statement);
			if ((id == KEY_NETNS || id == KEY_LINK || id == KEY_TYPE || id == KEY_OPTIONS ||
			     id == KEY_EXISTING) && statement->step > link->step &&
			    !link->is_lo)
				report_error(r->report, statement->line, statement->header, statement->key->word,
				             "'%s' is made in an earlier step, by line %u; say it there", link->name,
				             link->second ? link->paired->line : link->line);
			bool is_ipv6;
			if (id != KEY_ADDRESS || strcmp(statement->verb, "add"))
				continue;
			const char *word = statement->words.word[!strcmp(statement->words.word[0], "local")];
			char *key = arena_printf(&model->arena, "%p %s", (void *)link, value_address(&model->arena, word, &is_ipv6));
			if (is_ipv6) /* of which the kernel takes none twice, whatever its prefix length */
				*strrchr(key, '/') = '\0';
			const struct statement *other = table_get(&addresses, key);
			if (other)
				report_error(r->report, statement->line, statement->header, "address", "'%s' has %s already, from line %u",
				             link->name, word, other->line);
			else
				table_set(&addresses, key, statement);
		}
	}
	table_free(&addresses);
}

/* A device after its parent, and a pair, which is made at its first end, before what stands on its second; a chain that
 * comes back to itself is reported. */
static void sort_by_parent(struct resolving *r)
{
	struct model *model = r->model;
	struct link **chain = NULL;
	size_t n = 0, room = 0;
	for (size_t i = 0; i < model->n_links; i++) {
		for (struct link *link = model->links[i]; link && !link->in_list;
		     link = link->second ? link->peer : link->parent) {
			link->in_list = true;
			*array_add(chain, n, room) = link;
			if (link->parent && link->parent->in_list)
				for (size_t j = 0; j < n; j++)
					if (chain[j] == link->parent)
						report_error(r->report, link->single[KEY_LINK]->line, link->single[KEY_LINK]->header, "link",
						             "'%s' stands on itself, through '%s' (line %u)", link->name, link->parent->name,
						             link->parent->line);
		}
		while (n) {
			struct link *link = chain[--n];
			struct step *step = &model->steps[link->step];
			link->on_bridge = link->kind->bridge || (link->parent && link->parent->on_bridge);
			if (!link->is_lo)
				*array_add(step->links, step->n_links, step->links_room) = link;
		}
	}
	free(chain);
}

void links_resolve(struct model *model, struct link_section *sections, size_t n, struct report *report)
{
	struct resolving r = { .model = model, .report = report, .sections = sections };
	declare_in_host(&r, sections, n);
	find_ends(&r);
	declare_in_place(&r, sections, n);
	if (model->n_links)
		qsort(model->links, model->n_links, sizeof(struct link *), by_order);
	size_t declared = model->n_links; /* join_pair() adds peers without a section */
	for (size_t i = 0; i < declared; i++)
		find_existing(&r, model->links[i]);
	for (size_t i = 0; i < declared; i++)
		if (model->links[i]->single[KEY_PEER])
			join_pair(&r, model->links[i]);
	if (model->n_links)
		qsort(model->links, model->n_links, sizeof(struct link *), by_order);
	for (size_t i = 0; i < model->n_links; i++) {
		model->links[i]->number = i;
		find_kind_of(&r, model->links[i]);
	}
	for (size_t i = 0; i < model->n_links; i++)
		find_parent(&r, model->links[i]);
	check_statements(&r);
	sort_by_parent(&r);
	table_free(&r.created);
	table_free(&r.by_name);
	table_free(&r.unknown);
	buffer_free(&r.key);
}
