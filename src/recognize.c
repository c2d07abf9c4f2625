/* recognize: what kind of command a line is. */
#include <stdlib.h>
#include <string.h>

#include "expression.h"
#include "reader.h"
#include "recognize.h"

bool recognizer_load(struct recognizer *recognizer, const struct templates *templates, const char *file,
                     const char **wrong)
{
	struct report report = { 0 };
	struct ini ini = { 0 };
	size_t length;
	*recognizer = (struct recognizer){ 0 };
	const char *text = templates_read(templates, file, &length, &report.file);
	*wrong = text ? NULL : report.file;
	if (!text)
		return false;
	ini_read(&ini, text, length, NULL, &report);
	for (size_t i = 0; i < ini.n; i++) {
		for (size_t j = 0; j < ini.sections[i].n; j++) {
			const struct entry *entry = &ini.sections[i].entries[j];
			struct pattern pattern = { .section = arena_strdup(templates->arena, ini.sections[i].header),
				                       .key = arena_strdup(templates->arena, entry->key),
				                       .text = arena_strdup(templates->arena, entry->value) };
			const char *why = expression_compile(templates->arena, &pattern.regex, entry->value, REG_NOSUB);
			if (why)
				report_error(&report, entry->line, pattern.section, pattern.key, "%s", why);
			else
				*array_add(recognizer->patterns, recognizer->n, recognizer->room) = pattern;
		}
	}
	if (report.n)
		*wrong = report_first(&report, templates->arena);
	ini_free(&ini);
	report_free(&report);
	return !*wrong;
}

void recognizer_free(struct recognizer *recognizer)
{
	for (size_t i = 0; i < recognizer->n; i++)
		regfree(&recognizer->patterns[i].regex);
	free(recognizer->patterns);
	*recognizer = (struct recognizer){ 0 };
}

const char *recognize(const struct recognizer *recognizer, const char *section, const char *text)
{
	for (size_t i = 0; i < recognizer->n; i++) {
		const struct pattern *pattern = &recognizer->patterns[i];
		if (!strcmp(pattern->section, section) && regexec(&pattern->regex, text, 0, NULL, 0) == 0)
			return pattern->key;
	}
	return NULL;
}
