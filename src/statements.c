/* statements: reads [host], [netns] and [link], whose pairs are statements about an object. */
#include <string.h>

#include "building.h"
#include "values.h"

void model_state(struct model *model, struct statement *statement, struct report *report)
{
	const struct key_rule *key = statement->key;
	struct netns *netns = statement->netns;
	struct link *link = statement->link;
	if (!key->many) {
		struct statement **last = netns ? &netns->single[key->id] : &link->single[key->id];
		bool fixed = key->id == KEY_TYPE || key->id == KEY_PEER || key->id == KEY_NETNS || key->id == KEY_LINK ||
		             key->id == KEY_OPTIONS || key->id == KEY_EXISTING;
		/* "naming the peer on both sides is fine"; so is the same word in two sections of one device */
		if (*last && (*last)->step == statement->step) {
			report_error(report, statement->line, statement->header, key->word, "already given in line %u",
			             (*last)->line);
			return;
		}
		if (*last && fixed) {
			report_error(report, statement->line, statement->header, key->word,
			             "cannot change in a later step; it is given in line %u", (*last)->line);
			return;
		}
		*last = statement;
	}
	struct step *step = &model->steps[statement->step];
	*array_add(step->statements, step->n_statements, step->statements_room) = statement;
}

static const char *take_word(struct words *words)
{
	words->n--;
	return *words->word++;
}

/* [-4|-6] [VERB] WORD... */
static void take_verb(struct statement *statement)
{
	struct words *words = &statement->words;
	if (statement->key->family && words->n && (!strcmp(words->word[0], "-4") || !strcmp(words->word[0], "-6")))
		statement->family = take_word(words);
	if (!statement->key->verbs)
		return;
	statement->verb = words->n && word_is_verb(words->word[0]) ? take_word(words) : "add";
}

/* Reads the pairs of an object's section; what is wrong in itself is reported and left out. */
static struct statement *read_statements(struct building *b, struct section *section, enum section_kind kind,
                                         size_t *n)
{
	struct statement *list = arena_alloc(&b->model->arena, (section->n + 1) * sizeof *list);
	*n = 0;
	for (size_t i = 0; i < section->n; i++) {
		struct pair pair = { .b = b, .section = section, .entry = &section->entries[i], .kind = kind };
		if (!building_pair(&pair)) {
			section->broken = true;
			continue;
		}
		const struct key_rule *key = pair.key;
		struct statement *statement = &list[*n];
		*statement = (struct statement){
			.key = key,
			.phase = key->id == KEY_SYSCTL && kind == IN_LINK ? PHASE_SET : key->phase,
			.value = pair.value,
			.header = section->header,
			.line = pair.entry->line,
			.step = b->step,
		};
		const char *wrong = NULL;
		if (key->words)
			wrong = words_split(&b->model->arena, statement->value, &statement->words);
		if (!wrong && key->id == KEY_ADDRESS)
			wrong = value_hosts(&b->model->arena, &statement->words);
		if (!wrong)
			take_verb(statement);
		if (!wrong)
			wrong = value_wrong(&b->model->arena, statement);
		if (wrong) {
			pair_error(&pair, "%s", wrong);
			section->broken = true;
		} else {
			++*n;
		}
	}
	return list;
}

void read_netns(struct building *b, struct section *section, enum section_kind kind)
{
	struct model *model = b->model;
	struct netns *netns = kind == IN_HOST ? model->host : model_netns(model, building_name(section));
	if (!netns->line) {
		struct step *step = &model->steps[b->step];
		netns->line = section->line;
		netns->header = section->header;
		netns->step = b->step;
		if (kind == IN_NETNS)
			*array_add(step->namespaces, step->n_namespaces, step->namespaces_room) = netns;
	}
	size_t n;
	struct statement *list = read_statements(b, section, kind, &n);
	for (size_t i = 0; i < n; i++) {
		list[i].netns = netns;
		model_state(model, &list[i], b->report);
		if (list[i].key->id == KEY_LO && b->step == netns->step)
			netns->lo = &list[i];
	}
}

void read_link(struct building *b, struct section *section, enum section_kind kind)
{
	struct link_section *link = array_add(b->links, b->n_links, b->links_room);
	const char *name = building_name(section), *slash = strchr(name, '/');
	*link = (struct link_section){ .name = slash ? slash + 1 : name, .section = section, .step = b->step };
	if (slash)
		link->place = arena_strndup(&b->model->arena, name, (size_t)(slash - name));
	link->statements = read_statements(b, section, kind, &link->n);
}

