/* firewall: the phase of iptables, ip6tables and nft.  In a namespace all of it goes with it; in the host what the
 * firewall has is noted before and after each command, so that exactly what came is taken away again. */
#include <string.h>

#include "planner.h"

/* The table that iptables is told to change. */
static const char *table_of(const struct words *words)
{
	for (size_t i = 0; i < words->n; i++) {
		const char *word = words->word[i];
		if ((!strcmp(word, "-t") || !strcmp(word, "--table")) && i + 1 < words->n)
			return words->word[i + 1];
		if (starts_with(word, "--table="))
			return word + strlen("--table=");
		if (starts_with(word, "-t") && word[1] != '-' && word[2])
			return word + 2;
	}
	return "filter";
}

/* What iptables cannot be told on the host, since it takes away what nobody could put back; NULL: nothing. */
static const char *takes_away(const struct words *words)
{
	static const char *const refused[] = { "-F", "--flush", "-Z", "--zero", "-E", "--rename-chain" };
	for (size_t i = 0; i < words->n; i++)
		for (size_t j = 0; j < COUNT(refused); j++)
			if (!strcmp(words->word[i], refused[j]))
				return refused[j];
	return NULL;
}

/* The same for nft: the first words of its statements, and elements of sets, which have no handle. */
static const char *nft_takes_away(struct arena *arena, const char *text)
{
	static const char *const refused[] = { "flush", "delete", "destroy", "replace", "rename", "reset", "element" };
	int depth = 0;
	bool first = true; /* of a statement */
	if (*text == '-')
		return "an option";
	for (const char *c = text; *c; c++) {
		if (*c == '\n' || *c == ';')
			first |= !depth;
		depth += (*c == '{') - (*c == '}');
		if (depth || strchr(" \t\n;{}", *c))
			continue;
		size_t length = strcspn(c, " \t\n;{}");
		const char *word = arena_strndup(arena, c, length);
		for (size_t i = 0; first && i < COUNT(refused); i++)
			if (!strcmp(word, refused[i]))
				return refused[i];
		/* `add element` is one that is looked for as well */
		first = first && (!strcmp(word, "add") || !strcmp(word, "create") || !strcmp(word, "insert"));
		c += length - 1;
	}
	return NULL;
}

/* Lines that go on are indented by their braces, so that a script reads as nft itself prints. */
static const char *indent(struct planner *p, const char *text)
{
	struct buffer out = { 0 };
	int depth = 0;
	for (const char *c = text; *c; c++) {
		depth += (*c == '{') - (*c == '}');
		buffer_putc(&out, *c);
		if (*c == '\n')
			for (int i = 0; i < depth - (c[1] == '}'); i++)
				buffer_putc(&out, '\t');
	}
	return buffer_keep(&out, &p->scratch);
}

static const char *nft_words(struct planner *p, const char *value)
{
	struct words words;
	if (*value == '-' && !words_split(&p->scratch, value, &words))
		return words_join(&p->scratch, &words);
	char *word[] = { arena_strdup(&p->scratch, indent(p, value)), NULL };
	return words_join(&p->scratch, &(struct words){ .word = word, .n = 1 });
}

static struct undo *undo_firewall(struct planner *p, const struct statement *statement)
{
	const char *program = statement->key->word, *table = table_of(&statement->words), *refused;
	bool nft = statement->key->id == KEY_NFT;
	refused = nft ? nft_takes_away(&p->scratch, statement->value) : takes_away(&statement->words);
	if (refused)
		report_error(p->report, statement->line, statement->header, program,
		             "'%s' is not taken on the host: what it does to rules of others could not be undone exactly", refused);
	if (nft)
		return emit_undo_restore(p, "nft", NULL, NULL, statement->line);
	return emit_undo_restore(p, "iptables", program, table, statement->line);
}

void build_firewall(struct planner *p, const struct step *step)
{
	for (size_t i = 0; i < step->n_statements; i++) {
		const struct statement *statement = step->statements[i];
		const struct netns *netns = statement->netns;
		struct undo *undo = NULL;
		if (statement->phase != PHASE_FIREWALL)
			continue;
		emit_need_netns(p, netns, statement->line, statement->header);
		if (!place_is_owned(p, netns))
			undo = undo_firewall(p, statement);
		struct data *fields = emit_fields(p, netns);
		emit_set(p, fields, "program", statement->key->word);
		emit_set(p, fields, "words", statement->key->id == KEY_NFT ? nft_words(p, statement->value)
		                                                          : words_join(&p->scratch, &statement->words));
		emit_command(p, FIREWALL, fields, statement->line, netns, "firewall", "")->begins[0] = undo;
	}
}
