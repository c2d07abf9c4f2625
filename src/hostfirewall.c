/* hostfirewall: what undoes a command of iptables, ip6tables or nft on the host. */
#include <ctype.h>
#include <string.h>

#include "inverse.h"

static bool is_one_of(const char *word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(word, words[i]))
			return true;
	return false;
}

/* --- iptables --- */

/* A command line of iptables, taken apart. */
struct rule_line {
	const char *table, *command, *chain;
	const char **spec; /* what is left: the rule, or the policy */
	size_t n;
};

/* The commands that have an inverse, by their short and long names. */
static const struct command_name {
	const char *word, *long_word;
} commands[] = { { "-A", "--append" }, { "-I", "--insert" }, { "-N", "--new-chain" }, { "-P", "--policy" } };

static const char *command_of(const char *word)
{
	for (size_t i = 0; i < COUNT(commands); i++)
		if (!strcmp(word, commands[i].word) || !strcmp(word, commands[i].long_word))
			return commands[i].word;
	return NULL;
}

/* Other options of iptables itself.  getopt(3) takes the beginning of one for the option. */
static bool is_general(const char *word)
{
	static const char *const names[] = {
		"--append", "--check", "--delete", "--delete-chain", "--exact", "--flush", "--help", "--insert", "--line-numbers",
		"--list", "--list-rules", "--modprobe", "--new-chain", "--numeric", "--policy", "--rename-chain", "--replace",
		"--set-counters", "--table", "--verbose", "--version", "--wait", "--wait-interval", "--zero",
	};
	/* these two are options of matches as well, and are those when they are written so */
	static const char *const matches[] = { "--set", "--pol" };
	size_t length = strcspn(word, "=");
	for (size_t i = 0; length > strlen("--") && i < COUNT(names); i++)
		if (!strncmp(names[i], word, length) && !is_one_of(word, matches, COUNT(matches)))
			return true;
	return false;
}

/* Is it one that may stand in a rule? */
static bool is_of_rule(const char *word)
{
	static const char short_ones[] = "psdjgiomf";
	if (*word != '-')
		return true;
	if (word[1] != '-')
		return word[1] && !word[2] && strchr(short_ones, word[1]);
	return islower((unsigned char)word[2]) && !is_general(word);
}

/* Names of hosts may be others by the time when the rule is taken away. */
static bool is_name_of_host(const char *option, const char *word)
{
	static const char *const options[] = { "-s", "-d", "--source", "--src", "--destination", "--dst" };
	return is_one_of(option, options, COUNT(options)) && word[strspn(word, "0123456789abcdefABCDEF.:/,!")];
}

/* Returns what is wrong, in ARENA, or NULL. */
static const char *take_apart(struct arena *arena, const struct words *words, struct rule_line *line)
{
	*line = (struct rule_line){ .spec = arena_alloc(arena, (words->n + 1) * sizeof *line->spec) };
	for (size_t i = 0; i < words->n; i++) {
		const char *word = words->word[i], *next = i + 1 < words->n ? words->word[i + 1] : NULL;
		const char *command = command_of(word);
		if (!strcmp(word, "-t") || !strcmp(word, "--table")) {
			if (line->table || !next || !isalnum((unsigned char)*next))
				return "it does not name one table, by '-t TABLE'";
			line->table = words->word[++i];
		} else if (command) {
			if (line->command || !next || *next == '-')
				return "it does not have one command with its chain";
			line->command = command;
			line->chain = words->word[++i];
			/* the place is not part of the rule */
			if (!strcmp(command, "-I") && i + 1 < words->n && !words->word[i + 1][strspn(words->word[i + 1], "0123456789")])
				i++;
		} else if (!is_of_rule(word)) {
			return arena_printf(arena, "'%s' is none of -A, -I, -N and -P, which can be undone, nor an option of a rule that is "
			                    "a word of its own and written in full", word);
		} else if (i && is_name_of_host(words->word[i - 1], word)) {
			return arena_printf(arena, "'%s' may stand for another address at the end", word);
		} else {
			line->spec[line->n++] = word;
		}
	}
	if (!line->command)
		return "it has none of the commands -A, -I, -N and -P, which can be undone";
	return NULL;
}

struct undo *inverse_of_iptables(struct planner *p, const struct statement *statement)
{
	static const struct {
		const char *command, *kind, *inverse;
		size_t least, most; /* words beside the chain */
	} kinds[] = { { "-A", "rule-line", "-D", 1, SIZE_MAX }, { "-I", "rule-line", "-D", 1, SIZE_MAX },
		          { "-N", "chain", "-X", 0, 0 },       { "-P", "policy", "-P", 1, 1 } };
	struct rule_line line;
	const char *wrong = take_apart(&p->scratch, &statement->words, &line), *program = statement->key->word;
	if (wrong) {
		inverse_refuse(p, statement, wrong);
		return NULL;
	}
	size_t k = 0, n = 0;
	while (strcmp(kinds[k].command, line.command) != 0)
		k++;
	if (line.n < kinds[k].least || line.n > kinds[k].most) {
		inverse_refuse(p, statement, arena_printf(&p->scratch, "'%s' wants %s", line.command,
		                                  kinds[k].most > 1 ? "a rule" : kinds[k].most ? "a policy" : "nothing beside a chain"));
		return NULL;
	}
	const char **arguments = arena_alloc(&p->scratch, (line.n + 8) * sizeof *arguments);
	arguments[n++] = kinds[k].kind;
	arguments[n++] = program;
	arguments[n++] = line.table ? line.table : "filter";
	arguments[n++] = line.chain;
	struct buffer inverse = { 0 };
	buffer_printf(&inverse, "%s%s%s %s ", program, line.table ? " -t " : "", line.table ? line.table : "", kinds[k].inverse);
	words_quote(&inverse, line.chain);
	bool policy = kinds[k].most == 1;
	for (size_t i = 0; i < line.n; i++) {
		arguments[n++] = line.spec[i];
		buffer_putc(&inverse, ' ');
		if (!policy)
			words_quote(&inverse, line.spec[i]);
	}
	arguments[n] = NULL;
	return emit_undo_host(p, arguments, buffer_keep(&inverse, &p->plan->arena), statement->line);
}

/* --- nft --- */

/* Where a text of nft's is read. */
struct nft_text {
	struct planner *p;
	const struct statement *statement;
	const char *at;
	struct undo *undo; /* of the table that it adds */
};

/* The next word at *AT, in the scratch arena: a name, or one of "{", "}", ";"; "" at the end.  Comments are left out, and
 * what is in quotes is a word that begins with a quote. */
static const char *next_word(struct nft_text *text)
{
	const char *at = text->at;
	for (;; at++) {
		if (*at == '#')
			at += strcspn(at, "\n");
		if (*at == '\\' && at[1] == '\n')
			at++;
		else if (*at != ' ' && *at != '\t')
			break;
	}
	size_t length;
	if (*at == '"') {
		length = 1 + strcspn(at + 1, "\"");
		length += at[length] == '"';
	} else {
		length = strcspn(at, " \t\n;{}#\"\\");
		length += !length && *at;
	}
	text->at = at + length;
	const char *word = arena_strndup(&text->p->scratch, at, length);
	return strcmp(word, "\n") ? word : ";";
}

static bool is_family(const char *word)
{
	static const char *const families[] = { "ip", "ip6", "inet", "arp", "bridge", "netdev" };
	return is_one_of(word, families, COUNT(families));
}

/* Names that iptables and its kin take for their tables. */
static bool is_of_iptables(const char *family, const char *name)
{
	static const char *const names[] = { "filter", "nat", "mangle", "raw", "security", "broute" };
	return strcmp(family, "inet") != 0 && strcmp(family, "netdev") != 0 && is_one_of(name, names, COUNT(names));
}

/* Notes the table that a statement adds.  Returns what is wrong, or NULL. */
static const char *add_table(struct nft_text *text, const char *family, const char *name, const char *key)
{
	struct planner *p = text->p;
	if (table_get(&p->made, key))
		return NULL;
	if (text->undo)
		return "a table is not added in a line of its own";
	if (is_of_iptables(family, name))
		return arena_printf(&p->scratch, "'%s' is a table of iptables, where others put their rules", name);
	text->undo = emit_undo_host(p, (const char *[]){ "table", family, name, NULL },
	                            arena_printf(&p->plan->arena, "nft delete table %s %s", family, name), text->statement->line);
	text->undo->first = true;
	table_set(&p->made, key, text->undo);
	return NULL;
}

/* add|create|insert OBJECT [FAMILY] TABLE ..., or table [FAMILY] NAME {...}.  Returns what is wrong, or NULL. */
static const char *read_statement(struct nft_text *text, const char *word)
{
	static const char *const verbs[] = { "add", "create", "insert" };
	static const char *const objects[] = { "table", "chain", "rule", "set", "map", "element", "flowtable", "counter",
		                                   "quota", "limit", "secmark", "synproxy", "ct" };
	struct arena *arena = &text->p->scratch;
	if (is_one_of(word, verbs, COUNT(verbs)))
		word = next_word(text);
	else if (strcmp(word, "table") != 0)
		return arena_printf(arena, "'%s' does not add to a table of the scenario's own, which could be undone", word);
	if (!is_one_of(word, objects, COUNT(objects)))
		return arena_printf(arena, "'%s' stands where 'table', 'chain', 'rule' and the like can", word);
	bool table = !strcmp(word, "table");
	if (!strcmp(word, "ct"))
		next_word(text);
	const char *family = next_word(text), *name = is_family(family) ? next_word(text) : family;
	if (name == family)
		family = "ip";
	if (!isalpha((unsigned char)*name) || name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")])
		return "a table has a name of letters, digits, '_', '-' and '.'";
	const char *key = arena_printf(&text->p->plan->arena, "nft %s %s", family, name);
	if (table)
		return add_table(text, family, name, key);
	return table_get(&text->p->made, key) ? NULL :
	       arena_printf(arena, "the table '%s %s' is not one that the scenario adds before", family, name);
}

struct undo *inverse_of_nft(struct planner *p, const struct statement *statement)
{
	static const char *const everywhere[] = { "include", "define", "redefine", "undefine" };
	struct nft_text text = { .p = p, .statement = statement, .at = statement->value };
	const char *wrong = *statement->value == '-' ? "what a file has in it may change by the end" : NULL;
	bool first = true; /* of a statement */
	for (int depth = 0; !wrong;) {
		const char *word = next_word(&text);
		if (!*word)
			break;
		if (is_one_of(word, everywhere, COUNT(everywhere)))
			wrong = arena_printf(&p->scratch, "what '%s' stands for cannot be seen here", word);
		else if (!strcmp(word, ";"))
			first |= !depth;
		else if (first && !depth)
			wrong = read_statement(&text, word), first = false;
		depth += !strcmp(word, "{") - !strcmp(word, "}");
	}
	if (wrong)
		inverse_refuse(p, statement, wrong);
	return text.undo;
}
