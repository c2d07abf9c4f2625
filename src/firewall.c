/* firewall: the phase of iptables, ip6tables and nft.  In a namespace all of it goes with it; on the host each command
 * has an inverse. */
#include <string.h>

#include "inverse.h"

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
			undo = statement->key->id == KEY_NFT ? inverse_of_nft(p, statement) : inverse_of_iptables(p, statement);
		struct data *fields = emit_fields(p, netns);
		emit_set(p, fields, "program", statement->key->word);
		emit_set(p, fields, "words", statement->key->id == KEY_NFT ? nft_words(p, statement->value)
		                                                          : words_join(&p->scratch, &statement->words));
		emit_command(p, FIREWALL, fields, statement->line, netns, "firewall", "")->begins[0] = undo;
	}
}
