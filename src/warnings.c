/* warnings: what is legal in a scenario and looks like a mistake.
 *
 * All that is compared are neighbours in sorted lists, so a scenario of 100,000 links takes no time. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "values.h"
#include "warnings.h"
#include "wiring.h"

enum { LONGEST = 16 /* bytes of an address */ };

enum doubt { NO_DOUBT, SAME_ADDRESS, OVERLAP, APART };

/* An address and the subnet that it makes its namespace part of; or the destination of a route without a gateway. */
struct subnet {
	unsigned char network[LONGEST], address[LONGEST];
	size_t size; /* bytes of an address */
	size_t bits;
	const struct statement *statement;
	const struct netns *netns;
	const struct link *link; /* NULL: it is a route's */
	size_t table;            /* devices with the same one share a table of routes */
	size_t reach, segment;   /* see wiring.h */
	bool real;    /* it may be compared with others: it stands for a wire's subnet, and stays */
	bool own_way; /* it has routes of its own, by a metric or none at all */
	bool leads_outside;
	bool company; /* another device that it may reach has an address of its family */
	enum doubt doubt;
	const struct subnet *other; /* what it is in doubt with */
};

struct search {
	const struct model *model;
	struct report *report;
	struct arena arena;
	struct wiring wiring;
	struct subnet *subnets; /* in the order of the file */
	size_t n, room;
	struct subnet **sorted;
	bool *changes; /* by link: an address of it is taken away, or it is down for a time */
	bool *met;     /* by link, IPv4 and IPv6: another device is in a subnet of it */
	size_t *table; /* by link */
	bool *ruled;   /* by namespace: it has rules of its own for which table is asked */
	bool *has_address; /* by namespace */
	bool prefixes[2][LONGEST * 8 + 1]; /* lengths that are in use */
	/* What they do and join is not known. */
	bool runs, daemons, runs_between;
	bool fails; /* a check must: what is apart may be meant to be */
};

/* --- what is there --- */

static bool is_removal(const struct statement *statement)
{
	return statement->verb && !strcmp(statement->verb, "del");
}

static const struct netns *netns_of(const struct statement *statement)
{
	return statement->link ? statement->link->end : statement->netns;
}

static bool has_word(const struct words *words, const char *word)
{
	for (size_t i = 0; i < words->n; i++)
		if (!strcmp(words->word[i], word))
			return true;
	return false;
}

static void mask(unsigned char *network, const unsigned char *address, size_t size, size_t bits)
{
	memset(network, 0, size);
	memcpy(network, address, bits / 8);
	if (bits % 8)
		network[bits / 8] = (unsigned char)(address[bits / 8] & 0xff00 >> bits % 8);
}

static bool is_link_local(const unsigned char *address, size_t size)
{
	return size == 4 ? address[0] == 169 && address[1] == 254 : address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

/* Is it one that only the device itself has: of a loopback, of a multicast group? */
static bool is_special(const unsigned char *address, size_t size)
{
	static const unsigned char loopback[LONGEST] = { [15] = 1 };
	return size == 4 ? address[0] == 127 || address[0] >= 224 : address[0] == 0xff || !memcmp(address, loopback, size);
}

static struct subnet *add_subnet(struct search *s, const struct statement *statement, const unsigned char *address,
                                 size_t size, size_t bits)
{
	struct subnet *subnet = array_add(s->subnets, s->n, s->room);
	subnet->statement = statement;
	subnet->netns = netns_of(statement);
	subnet->size = size;
	subnet->bits = bits;
	mask(subnet->network, address, size, bits);
	s->prefixes[size > 4][bits] = true;
	return subnet;
}

/* [local] ADDRESS [peer PREFIX] ... */
static void add_address(struct search *s, const struct statement *statement)
{
	const struct words *words = &statement->words;
	const struct link *link = statement->link;
	const char *peer = words_after(words, "peer");
	unsigned char address[LONGEST] = { 0 }, other[LONGEST] = { 0 };
	size_t size, bits, other_size, other_bits;
	if (!value_prefix(words->word[!strcmp(words->word[0], "local")], address, &size, &bits))
		return;
	bool is_far = peer && value_prefix(peer, other, &other_size, &other_bits) && other_size == size;
	struct subnet *subnet = is_far ? add_subnet(s, statement, other, size, other_bits)
	                               : add_subnet(s, statement, address, size, bits);
	memcpy(subnet->address, address, size);
	subnet->link = link;
	subnet->table = s->table[link->number];
	subnet->reach = wiring_reach(&s->wiring, link);
	subnet->segment = wiring_segment(&s->wiring, link);
	subnet->leads_outside = wiring_leads_outside(&s->wiring, link);
	/* one of all its bits is a loopback's, an unnumbered wire's, or served by many */
	subnet->real = !is_far && bits < 8 * size && !is_special(address, size) && !link->is_lo && !link->kind->inward &&
	               !s->changes[link->number];
	subnet->own_way = has_word(words, "metric") || has_word(words, "noprefixroute") || is_link_local(address, size);
	s->has_address[subnet->netns->number] = true;
}

/* Destinations that are reached without a gateway: a gateway of others may be there. */
static void add_route(struct search *s, const struct statement *statement)
{
	static const unsigned char nowhere[LONGEST];
	const struct words *words = &statement->words;
	unsigned char address[LONGEST] = { 0 };
	size_t size, bits;
	if (has_word(words, "via") || has_word(words, "nhid"))
		return;
	for (size_t i = 0; i < words->n && i < 2; i++) { /* a type may stand before it */
		if (value_prefix(words->word[i], address, &size, &bits)) {
			add_subnet(s, statement, address, size, bits);
			return;
		}
	}
	/* "default", or short for one */
	add_subnet(s, statement, nowhere, 4, 0);
	add_subnet(s, statement, nowhere, LONGEST, 0);
}

static void read_changes(struct search *s, const struct statement *statement)
{
	bool up;
	switch (statement->key->id) {
	case KEY_ADDRESS:
		s->changes[statement->link->number] |= is_removal(statement);
		break;
	case KEY_UP:
		s->changes[statement->link->number] |= value_bool(statement->value, &up) && !up;
		break;
	case KEY_MASTER:
		if (kind_is(statement->master->kind, "vrf"))
			s->table[statement->link->number] = s->model->n_namespaces + 1 + statement->master->number;
		break;
	case KEY_RULE:
		s->ruled[statement->netns->number] = true;
		break;
	default:
		break;
	}
}

static void read_actions(struct search *s)
{
	for (size_t i = 0; i < s->model->n_steps; i++) {
		const struct step *step = &s->model->steps[i];
		bool runs = false;
		for (size_t a = 0; a < step->n_actions; a++) {
			runs |= step->actions[a].kind == ACTION_RUN;
			s->fails |= step->actions[a].kind == ACTION_CHECK && !expects_success(&step->actions[a].expect);
		}
		s->runs |= runs;
		s->daemons |= step->n_daemons > 0;
		s->runs_between |= i && (runs || step->n_daemons);
	}
}

static void read_all(struct search *s)
{
	const struct model *model = s->model;
	wiring_make(&s->wiring, model, &s->arena);
	s->changes = arena_alloc(&s->arena, (model->n_links + 1) * sizeof *s->changes);
	s->met = arena_alloc(&s->arena, (model->n_links + 1) * 2 * sizeof *s->met);
	s->table = arena_alloc(&s->arena, (model->n_links + 1) * sizeof *s->table);
	s->ruled = arena_alloc(&s->arena, (model->n_namespaces + 1) * sizeof *s->ruled);
	s->has_address = arena_alloc(&s->arena, (model->n_namespaces + 1) * sizeof *s->has_address);
	for (size_t i = 0; i < model->n_links; i++)
		s->table[i] = model->links[i]->end->number;
	for (size_t i = 0; i < model->n_steps; i++)
		for (size_t j = 0; j < model->steps[i].n_statements; j++)
			read_changes(s, model->steps[i].statements[j]);
	for (size_t i = 0; i < model->n_steps; i++) {
		for (size_t j = 0; j < model->steps[i].n_statements; j++) {
			const struct statement *statement = model->steps[i].statements[j];
			if (is_removal(statement))
				continue;
			if (statement->key->id == KEY_ADDRESS)
				add_address(s, statement);
			else if (statement->key->id == KEY_ROUTE)
				add_route(s, statement);
		}
	}
	s->sorted = arena_alloc(&s->arena, (s->n + 1) * sizeof *s->sorted);
	read_actions(s);
}

/* --- sorting --- */

static int order_of(size_t a, size_t b)
{
	return a < b ? -1 : a > b;
}

static int by_network(const struct subnet *a, const struct subnet *b)
{
	int order = order_of(a->size, b->size);
	order = order ? order : memcmp(a->network, b->network, a->size);
	return order ? order : order_of(a->bits, b->bits);
}

static int by_namespace(const struct subnet *a, const struct subnet *b)
{
	int order = order_of(a->netns->number, b->netns->number);
	return order ? order : by_network(a, b);
}

static int by_table(const struct subnet *a, const struct subnet *b)
{
	int order = order_of(a->table, b->table);
	return order ? order : by_network(a, b);
}

static int by_reach(const struct subnet *a, const struct subnet *b)
{
	int order = order_of(a->reach, b->reach);
	return order ? order : by_network(a, b);
}

static int by_address(const struct subnet *a, const struct subnet *b)
{
	int order = order_of(a->size, b->size);
	return order ? order : memcmp(a->address, b->address, a->size);
}

static int by_segment(const struct subnet *a, const struct subnet *b)
{
	int order = order_of(a->segment, b->segment);
	return order ? order : by_address(a, b);
}

static int by_subnet(const struct subnet *a, const struct subnet *b)
{
	int order = by_network(a, b);
	return order ? order : by_address(a, b);
}

typedef int order_function(const struct subnet *, const struct subnet *);
typedef bool filter_function(const struct search *, const struct subnet *);

/* Equal ones stay as the file has them. */
static int compare(const void *left, const void *right, void *how)
{
	const struct subnet *a = *(struct subnet *const *)left, *b = *(struct subnet *const *)right;
	int order = (*(order_function **)how)(a, b);
	return order ? order : order_of((size_t)(uintptr_t)a, (size_t)(uintptr_t)b);
}

/* Puts those that TAKES into s->sorted.  Returns how many they are. */
static size_t sort(struct search *s, filter_function *takes, order_function *order)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++)
		if (takes(s, &s->subnets[i]))
			s->sorted[n++] = &s->subnets[i];
	if (n)
		qsort_r(s->sorted, n, sizeof *s->sorted, compare, &order);
	return n;
}

/* Is INNER part of OUTER, or the same? */
static bool is_within(const struct subnet *inner, const struct subnet *outer)
{
	unsigned char network[LONGEST];
	if (inner->size != outer->size || inner->bits < outer->bits)
		return false;
	mask(network, inner->network, inner->size, outer->bits);
	return !memcmp(network, outer->network, outer->size);
}

/* The first doubt is said, of the one that stands last in the file. */
static void put_in_doubt(struct subnet *a, struct subnet *b, enum doubt doubt)
{
	unsigned line = a->statement->line, other = b->statement->line;
	struct subnet *last = line > other || (line == other && a > b) ? a : b;
	if (last->doubt)
		return;
	last->doubt = doubt;
	last->other = last == a ? b : a;
}

/* --- the same address twice --- */

static bool is_real(const struct search *s, const struct subnet *subnet)
{
	(void)s;
	return subnet->real;
}

/* Both have the same `mac`: a gateway that is in several places by design. */
static bool is_one_by_design(const struct subnet *a, const struct subnet *b)
{
	const struct statement *mac = a->link->single[KEY_MAC], *other = b->link->single[KEY_MAC];
	return mac && other && !strcmp(mac->value, other->value);
}

static void find_same_addresses(struct search *s)
{
	size_t n = s->runs ? 0 : sort(s, is_real, by_segment);
	for (size_t i = 0, first = 0; i < n; i++) {
		struct subnet *a = s->sorted[first], *b = s->sorted[i];
		if (by_segment(a, b))
			first = i;
		else if (a->link != b->link && !is_one_by_design(a, b))
			put_in_doubt(b, a, SAME_ADDRESS);
	}
}

/* --- subnets that overlap --- */

static bool is_for_routes(const struct search *s, const struct subnet *subnet)
{
	return subnet->real && !subnet->own_way && !subnet->leads_outside && !s->ruled[subnet->netns->number];
}

/* A table of routes has two ways into one subnet. */
static void find_overlaps(struct search *s)
{
	size_t n = s->runs || s->daemons ? 0 : sort(s, is_for_routes, by_table);
	for (size_t i = 0, first = 0; i < n; i++) {
		struct subnet *a = s->sorted[first], *b = s->sorted[i];
		if (a->table != b->table || !is_within(b, a))
			first = i;
		else if (a->reach != b->reach)
			put_in_doubt(b, a, OVERLAP);
	}
}

static bool is_address(const struct search *s, const struct subnet *subnet)
{
	(void)s;
	return subnet->link && !subnet->link->is_lo;
}

static bool *met(struct search *s, const struct subnet *subnet)
{
	return &s->met[subnet->link->number * 2 + (subnet->size > 4)];
}

/* Finds which devices have another one in their subnets, or at least one that they may reach. */
static void find_company(struct search *s)
{
	size_t n = sort(s, is_address, by_reach);
	for (size_t i = 0, end; i < n; i = end) {
		bool company = false;
		const struct subnet *first = s->sorted[i];
		for (end = i; end < n && s->sorted[end]->reach == first->reach && s->sorted[end]->size == first->size; end++)
			company |= s->sorted[end]->link != first->link;
		for (size_t j = i, next; j < end; j = next) {
			bool shared = false;
			for (next = j; next < end && is_within(s->sorted[next], s->sorted[j]); next++) {
				s->sorted[next]->company = company;
				shared |= s->sorted[next]->link != s->sorted[j]->link;
			}
			for (size_t k = j; shared && k < next; k++)
				*met(s, s->sorted[k]) = true;
		}
	}
}

/* Nobody is in its subnet where it is, but elsewhere somebody is: a cable is missing, or it has the wrong address.
 * Where the address itself is elsewhere too, and nobody else on its own wire has one, these are two worlds that are
 * alike, as behind NAT. */
static void find_those_apart(struct search *s)
{
	if (s->runs || s->daemons || s->fails)
		return;
	find_company(s);
	size_t n = sort(s, is_for_routes, by_subnet);
	for (size_t i = 0, end; i < n; i = end) {
		struct subnet *first = s->sorted[i], *second = NULL;
		for (end = i; end < n && !by_network(s->sorted[end], first); end++)
			if (!second && s->sorted[end]->reach != first->reach)
				second = s->sorted[end];
		for (size_t j = i; second && j < end; j++) {
			struct subnet *subnet = s->sorted[j];
			bool twin = (j > i && !by_address(subnet, s->sorted[j - 1])) ||
			            (j + 1 < end && !by_address(subnet, s->sorted[j + 1]));
			if (subnet->doubt || *met(s, subnet) || (twin && !subnet->company) ||
			    (subnet->link->kind->bridge && !subnet->link->ports))
				continue;
			subnet->doubt = APART;
			subnet->other = subnet->reach == first->reach ? second : first;
		}
	}
}

static const char *text_of(struct search *s, const unsigned char *address, size_t size)
{
	char text[INET6_ADDRSTRLEN];
	inet_ntop(size > 4 ? AF_INET6 : AF_INET, address, text, sizeof text);
	return arena_strdup(&s->arena, text);
}

static const char *network_text(struct search *s, const struct subnet *subnet)
{
	return arena_printf(&s->arena, "%s/%zu", text_of(s, subnet->network, subnet->size), subnet->bits);
}

static void report_subnets(struct search *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct subnet *subnet = &s->subnets[i], *other = subnet->other;
		const struct statement *say = subnet->statement;
		if (!subnet->doubt)
			continue;
		const char *network = network_text(s, subnet);
		if (subnet->doubt == SAME_ADDRESS)
			report_warning(s->report, say->line, say->header, "address",
			               "%s is also the address of [%s] (line %u), and the two are connected",
			               text_of(s, subnet->address, subnet->size), other->statement->header,
			               other->statement->line);
		else if (subnet->doubt == OVERLAP)
			report_warning(s->report, say->line, say->header, "address",
			               "%s overlaps with %s of [%s] (line %u), and the two are not connected", network,
			               network_text(s, other), other->statement->header, other->statement->line);
		else
			report_warning(s->report, say->line, say->header, "address",
			               "nothing that it is connected to is in %s; [%s] (line %u) is", network,
			               other->statement->header, other->statement->line);
	}
}

/* --- gateways --- */

static bool is_any(const struct search *s, const struct subnet *subnet)
{
	(void)s;
	(void)subnet;
	return true;
}

static size_t common_bits(const struct subnet *a, const struct subnet *b)
{
	size_t bits = 0;
	while (bits < 8 * a->size && !((a->network[bits / 8] ^ b->network[bits / 8]) & 0x80 >> bits % 8))
		bits++;
	return bits;
}

/* The place in s->sorted of the first that is not before KEY. */
static size_t lower_bound(const struct search *s, const struct subnet *key)
{
	size_t low = 0, high = s->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct subnet *subnet = s->sorted[middle];
		if (by_namespace(subnet, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Is KEY, an address, in a subnet of its namespace? */
static bool is_connected(const struct search *s, const struct subnet *key)
{
	struct subnet network = *key;
	for (network.bits = 0; network.bits <= 8 * key->size; network.bits++) {
		mask(network.network, key->network, key->size, network.bits);
		size_t place = s->prefixes[key->size > 4][network.bits] ? lower_bound(s, &network) : s->n;
		if (place < s->n && !by_namespace(s->sorted[place], &network))
			return true;
	}
	return false;
}

/* The subnet of its namespace that has the most in common with it; NULL when there is none of its family. */
static const struct subnet *nearest(const struct search *s, const struct subnet *key)
{
	size_t place = lower_bound(s, key);
	const struct subnet *best = NULL;
	for (size_t i = place ? place - 1 : 0; i <= place && i < s->n; i++) {
		const struct subnet *subnet = s->sorted[i];
		if (subnet->netns == key->netns && subnet->size == key->size &&
		    (!best || common_bits(subnet, key) > common_bits(best, key)))
			best = subnet;
	}
	return best;
}

/* Does the kernel take it for a gateway without an address of ours: link-local, or IPv4 behind a sit tunnel? */
static bool is_everywhere(const unsigned char *gateway, size_t size)
{
	static const unsigned char ipv4_part[LONGEST - 4];
	return size > 4 && (is_link_local(gateway, size) || !memcmp(gateway, ipv4_part, sizeof ipv4_part));
}

static void judge_gateway(struct search *s, const struct statement *say, const char *text)
{
	struct subnet key = { .netns = netns_of(say) };
	if (!value_prefix(text, key.network, &key.size, &key.bits) || is_everywhere(key.network, key.size) ||
	    is_connected(s, &key))
		return;
	const struct subnet *near = nearest(s, &key);
	if (near)
		report_warning(s->report, say->line, say->header, say->key->word,
		               "the gateway %s is in no connected subnet; the nearest is %s of [%s] (line %u)", text,
		               network_text(s, near), near->statement->header, near->statement->line);
	else
		report_warning(s->report, say->line, say->header, say->key->word,
		               "the gateway %s is in no connected subnet; [%s] (line %u) has no %s address", text,
		               key.netns->header, key.netns->line, key.size > 4 ? "IPv6" : "IPv4");
}

static void find_gateways(struct search *s)
{
	sort(s, is_any, by_namespace);
	for (size_t i = 0; i < s->model->n_steps; i++) {
		/* a command of the user's may have given what is missing */
		if (s->runs_between || (i && (s->runs || s->daemons)))
			return;
		for (size_t j = 0; j < s->model->steps[i].n_statements; j++) {
			const struct statement *say = s->model->steps[i].statements[j];
			/* the host has addresses that are not in the file */
			if ((say->key->id != KEY_ROUTE && say->key->id != KEY_NEXTHOP) || is_removal(say) ||
			    netns_of(say) == s->model->host || has_word(&say->words, "onlink"))
				continue;
			for (size_t w = 0; w + 1 < say->words.n; w++) {
				if (strcmp(say->words.word[w], "via") != 0)
					continue;
				w += !strcmp(say->words.word[w + 1], "inet") || !strcmp(say->words.word[w + 1], "inet6");
				if (w + 1 < say->words.n)
					judge_gateway(s, say, say->words.word[w + 1]);
			}
		}
	}
}

/* --- types --- */

/* There may be such a type all the same: new ones come. */
static void find_types(struct search *s)
{
	for (size_t i = 0; i < s->model->n_links; i++) {
		const struct link *link = s->model->links[i];
		const struct statement *type = link->single[KEY_TYPE];
		const char *nearest = type && !link->kind->word ? kind_nearest(link->type.word[0]) : NULL;
		if (nearest)
			report_warning(s->report, type->line, type->header, "type",
			               "'%s' is no type that is known here; did you mean '%s'?", link->type.word[0], nearest);
	}
}

/* --- checks --- */

/* Does it take an address of one's own? */
static bool needs_address(const char *command)
{
	static const char *const programs[] = { "ping", "ping6", "tracepath", "traceroute", "mtr", "curl", "wget", "nc",
		                                    "ncat", "socat", "dig", "iperf", "iperf3" };
	/* what a namespace can reach by itself */
	static const char *const near[] = { "%", "127.", "localhost", " ::1", "fe80:", "ff02:" };
	size_t length = strcspn(command, " \t");
	bool needs = false;
	for (size_t i = 0; i < COUNT(programs); i++)
		needs |= strlen(programs[i]) == length && !strncmp(programs[i], command, length);
	for (size_t i = 0; i < COUNT(near); i++)
		needs = needs && !strstr(command, near[i]);
	return needs && !words_need_shell(command); /* which may be content with less */
}

static void find_checks(struct search *s)
{
	if (s->runs || s->daemons)
		return;
	for (size_t i = 0; i < s->model->n_steps; i++) {
		for (size_t j = 0; j < s->model->steps[i].n_actions; j++) {
			const struct action *action = &s->model->steps[i].actions[j];
			if (action->kind != ACTION_CHECK || !expects_success(&action->expect) || action->netns == s->model->host ||
			    s->has_address[action->netns->number] || !needs_address(action->run))
				continue;
			report_warning(s->report, action->line, action->header, NULL,
			               "it runs in [%s] (line %u), which has no address", action->netns->header,
			               action->netns->line);
		}
	}
}

void warnings_find(const struct model *model, struct report *report)
{
	struct search s = { .model = model, .report = report };
	read_all(&s);
	find_same_addresses(&s);
	find_overlaps(&s);
	find_those_apart(&s);
	report_subnets(&s);
	find_gateways(&s);
	find_types(&s);
	find_checks(&s);
	free(s.subnets);
	arena_free(&s.arena);
}
