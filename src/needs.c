/* needs: what a scenario needs of the machine. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "execute.h"
#include "expression.h"
#include "needs.h"
#include "words.h"

enum { GROUPS = 5, PROBE_SECONDS = 10 };

/* A section that has `used`. */
struct feature {
	const char *section;
	regex_t used, lacks;
};

static const char *key_of(struct arena *arena, const struct feature *feature, const char *key)
{
	return arena_printf(arena, "%s.%s", feature->section, key);
}

/* The text of SECTION.KEY with {{kind}}, in ARENA. */
static const char *say(struct needs *needs, const char *name, const char *kind, mustache_escape *escape,
                       struct arena *arena)
{
	struct buffer out = { 0 };
	const char *wrong, *text;
	struct data *fields = data_object(arena);
	data_set_string(arena, fields, "kind", kind);
	text = phrases_render(&needs->phrases, name, fields, escape, &out, arena, &wrong)
	               ? arena_strdup(arena, buffer_text(&out))
	               : wrong;
	buffer_free(&out);
	return text;
}

void needs_read(struct needs *needs)
{
	const char *wrong;
	if (!needs->is_read && !phrases_load(&needs->phrases, needs->templates, "", "needs", &wrong))
		complain("%s", wrong);
	needs->is_read = true;
}

static bool compile(struct needs *needs, const struct feature *feature, const char *key, regex_t *regex,
                    struct arena *arena)
{
	const char *wrong =
		expression_compile(arena, regex, say(needs, key_of(arena, feature, key), "", NULL, arena), 0);
	if (wrong)
		complain("%s: [%s] %s: %s", needs->phrases.path, feature->section, key, wrong);
	return !wrong;
}

static void load(struct needs *needs)
{
	if (needs->is_compiled)
		return;
	needs->is_compiled = true;
	needs_read(needs);
	struct arena arena = { 0 };
	for (size_t i = 0; i < needs->phrases.n; i++) {
		const char *name = needs->phrases.names[i], *dot = strchr(name, '.');
		if (!dot || strcmp(dot, ".used"))
			continue;
		struct feature feature = { arena_strndup(&needs->phrases.arena, name, (size_t)(dot - name)) };
		if (!compile(needs, &feature, "used", &feature.used, &arena))
			continue;
		if (compile(needs, &feature, "lacks", &feature.lacks, &arena))
			*array_add(needs->features, needs->n, needs->room) = feature;
		else
			regfree(&feature.used);
	}
	arena_free(&arena);
}

void needs_free(struct needs *needs)
{
	for (size_t i = 0; i < needs->n; i++) {
		regfree(&needs->features[i].used);
		regfree(&needs->features[i].lacks);
	}
	free(needs->features);
	phrases_free(&needs->phrases);
	*needs = (struct needs){ 0 };
}

const char *needs_package(struct needs *needs, const char *program, struct arena *arena)
{
	load(needs);
	const char *slash = strrchr(program, '/'), *name = arena_printf(arena, "package.%s", slash ? slash + 1 : program);
	return phrases_has(&needs->phrases, name)
	               ? arena_printf(arena, "; Debian's package %s has it", say(needs, name, "", NULL, arena))
	               : "";
}

/* What the last bracket of REGEX takes of TEXT, "" where it has none; NULL when TEXT does not match. */
static const char *last_bracket(const regex_t *regex, const char *text, struct arena *arena)
{
	regmatch_t groups[GROUPS];
	size_t last = regex->re_nsub < GROUPS ? regex->re_nsub : GROUPS - 1;
	if (regexec(regex, text, GROUPS, groups, 0))
		return NULL;
	if (!last || groups[last].rm_so < 0)
		return "";
	return arena_strndup(arena, text + groups[last].rm_so, (size_t)(groups[last].rm_eo - groups[last].rm_so));
}

/* What is not here, and what to do about it. */
static const char *lack(struct needs *needs, const struct feature *feature, const char *kind, struct arena *arena)
{
	const char *why = key_of(arena, feature, "why");
	if (phrases_has(&needs->phrases, why)) {
		const char *package = key_of(arena, feature, "package");
		return arena_printf(arena, "%s%s", say(needs, why, kind, NULL, arena),
		                    phrases_has(&needs->phrases, package)
		                            ? needs_package(needs, say(needs, package, kind, NULL, arena), arena)
		                            : "");
	}
	const char *name = say(needs, key_of(arena, feature, "name"), kind, NULL, arena);
	const char *key = key_of(arena, feature, "module");
	if (!phrases_has(&needs->phrases, key))
		return arena_printf(arena, "this kernel has no %s", name);
	const char *module = say(needs, key, kind, NULL, arena);
	const char *other = arena_printf(arena, "module.%s", module);
	if (phrases_has(&needs->phrases, other))
		module = say(needs, other, "", NULL, arena);
	return arena_printf(arena, "this kernel has no %s: its module is %s ('modprobe %s'; some distributions "
	                    "have it in a package such as linux-modules-extra)",
	                    name, module, module);
}

const char *needs_hint(struct needs *needs, const char *command, const char *said, struct arena *arena)
{
	load(needs);
	for (size_t i = 0; i < needs->n; i++) {
		const struct feature *feature = &needs->features[i];
		const char *used = last_bracket(&feature->used, command, arena);
		const char *lacked = used ? last_bracket(&feature->lacks, said, arena) : NULL;
		if (lacked)
			return lack(needs, feature, *used ? used : lacked, arena);
	}
	return NULL;
}

/* --- before anything is built --- */

struct judge {
	struct needs *needs;
	struct executor *executor;
	struct report *report;
	struct table seen; /* programs and features that were looked at */
	struct arena arena;
};

static bool seen(struct judge *judge, const char *what)
{
	if (table_get(&judge->seen, what))
		return true;
	table_set(&judge->seen, what, judge);
	return false;
}

static void judge_program(struct judge *judge, const char *program, unsigned line)
{
	const char *missing = seen(judge, arena_printf(&judge->arena, "program %s", program))
	                              ? NULL
	                              : execute_missing(judge->executor, program, &judge->arena);
	if (missing)
		report_error(judge->report, line, NULL, NULL, "%s", missing);
}

/* The program that a line for the shell begins with, when that is plain to see. */
static void judge_shell_line(struct judge *judge, const char *text, unsigned line)
{
	char *first = arena_strndup(&judge->arena, text, strcspn(text, " \t"));
	if (isalnum((unsigned char)*first) && !words_need_shell(first))
		judge_program(judge, first, line);
}

static void judge_programs(struct judge *judge, const char *text, bool shell, unsigned line)
{
	struct words words;
	if (!text)
		return;
	if (shell || words_split(&judge->arena, text, &words)) {
		judge_shell_line(judge, text, line);
		return;
	}
	char **word = words.word;
	size_t n = words.n;
	while (n) {
		judge_program(judge, word[0], line);
		if (n > 4 && !strcmp(word[0], "ip") && !strcmp(word[1], "netns") && !strcmp(word[2], "exec")) {
			word += 4;
			n -= 4;
			continue;
		}
		if (n == 3 && !strcmp(word[0], "sh") && !strcmp(word[1], "-c"))
			judge_shell_line(judge, word[2], line);
		return;
	}
}

static void judge_features(struct judge *judge, const char *text, unsigned line)
{
	struct needs *needs = judge->needs;
	struct arena *arena = &judge->arena;
	for (size_t i = 0; i < needs->n; i++) {
		const struct feature *feature = &needs->features[i];
		const char *kind = last_bracket(&feature->used, text, arena), *name = key_of(arena, feature, "probe");
		if (!kind || !phrases_has(&needs->phrases, name))
			continue;
		struct outcome outcome;
		struct job probe = { .text = say(needs, name, kind, words_quote, arena), .shell = true, .silent = true,
			                 .timeout = PROBE_SECONDS };
		if (seen(judge, probe.text))
			continue;
		execute(judge->executor, &probe, &outcome, arena);
		if (regexec(&feature->lacks, buffer_text(&outcome.stream[STREAM_ERR]), 0, NULL, 0) == 0)
			report_error(judge->report, line, NULL, NULL, "%s", lack(needs, feature, kind, arena));
		outcome_free(&outcome);
	}
}

void needs_judge(struct needs *needs, struct executor *executor, const struct plan *plan, struct report *report)
{
	struct judge judge = { .needs = needs, .executor = executor, .report = report };
	load(needs);
	for (size_t i = 0; i < plan->n; i++) {
		for (size_t j = 0; j < plan->steps[i].n; j++) {
			const struct command *command = &plan->steps[i].commands[j];
			judge_programs(&judge, command->text, command->shell, command->line);
			judge_programs(&judge, command->ready, command->ready_shell, command->line);
			for (size_t k = 0; k < command->n_triggers; k++)
				judge_programs(&judge, command->triggers[k].text, command->triggers[k].shell, command->triggers[k].line);
			judge_features(&judge, command->text, command->line);
		}
	}
	table_free(&judge.seen);
	arena_free(&judge.arena);
}
