/* variables: ${name} in values. */
#include <stdlib.h>
#include <string.h>

#include "variables.h"

enum { EXPANDED_LIMIT = 65536, DEPTH_LIMIT = 100 };

struct declared {
	const char *name, *value; /* the value is NULL once a mistake in it was reported */
	unsigned line;
	enum { RAW, EXPANDING, DONE } state;
	bool ours;
};

static struct declared *declare(struct variables *variables, const char *name, const char *value, unsigned line)
{
	struct declared *made = arena_new(variables->arena, struct declared);
	*made = (struct declared){ .name = name, .value = value, .line = line };
	table_set(&variables->by_name, name, made);
	*array_add(variables->all, variables->n, variables->room) = made;
	return made;
}

void variables_declare(struct variables *variables, const char *name, const char *value, unsigned line)
{
	const struct declared *old = table_get(&variables->by_name, name);
	if (name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")])
		report_error(variables->report, line, "vars", name, "a variable's name has letters, digits, '_', '-', '.'");
	else if (old && old->ours)
		report_error(variables->report, line, "vars", name, "${%s} is vnetgen's own; take another name", name);
	else if (old)
		report_error(variables->report, line, "vars", name, "already set in line %u", old->line);
	else
		declare(variables, name, value, line);
}

void variables_override(struct variables *variables, const char *name, const char *value)
{
	struct declared *old = table_get(&variables->by_name, name);
	if (!old || old->ours) {
		report_error(variables->report, 0, NULL, NULL, "--set %s=%s: %s", name, value,
		             old ? "this variable is vnetgen's own" :
		                   arena_printf(variables->arena, "there is no %s in [vars]", name));
		return;
	}
	old->value = value;
	old->line = 0; /* what is wrong with it is not in the file */
}

void variables_reserve(struct variables *variables, const char *name, const char *value)
{
	struct declared *made = declare(variables, name, value, 0);
	made->ours = true;
	made->state = DONE;
}

static const char *value_of(struct variables *variables, struct declared *variable)
{
	if (variable->state == EXPANDING) {
		report_error(variables->report, variable->line, "vars", variable->name, "${%s} stands for itself",
		             variable->name);
		return NULL;
	}
	if (variable->state == RAW && variables->depth < DEPTH_LIMIT) {
		variable->state = EXPANDING;
		variables->depth++;
		variable->value = variables_expand(variables, variable->value, variable->line, "vars", variable->name);
		variables->depth--;
		variable->state = DONE;
	} else if (variable->state == RAW) {
		report_error(variables->report, variable->line, "vars", variable->name,
		             "more than %d variables stand in one another", DEPTH_LIMIT);
		variable->value = NULL;
		variable->state = DONE;
	}
	return variable->value;
}

const char *variables_expand(struct variables *variables, const char *text, unsigned line, const char *section,
                             const char *key)
{
	if (!strstr(text, "${"))
		return text;
	if (variables->expanded > VARIABLES_BYTES)
		return NULL; /* that was said */
	struct buffer out = { 0 };
	const char *wrong = NULL;
	bool good = true;
	for (const char *c = text; *c && !wrong;) {
		if (starts_with(c, "$${")) {
			buffer_puts(&out, "${");
			c += 3;
		} else if (starts_with(c, "${")) {
			const char *end = strchr(c, '}');
			if (!end) {
				wrong = "a '${' without '}'; '$${' is a literal '${'";
				break;
			}
			char *name = arena_strndup(variables->arena, c + 2, (size_t)(end - c - 2));
			struct declared *variable = table_get(&variables->by_name, name);
			const char *value = variable ? value_of(variables, variable) : NULL;
			if (value)
				buffer_puts(&out, value);
			else if (!variable)
				wrong = arena_printf(variables->arena,
				                     "there is no ${%s} in [vars]; '$${' is a literal '${'", name);
			else
				good = false;
			c = end + 1;
		} else {
			buffer_putc(&out, *c++);
		}
		if (out.length > EXPANDED_LIMIT)
			wrong = "longer than 64 KiB when its variables are put in";
	}
	variables->expanded += out.length;
	if (!wrong && variables->expanded > VARIABLES_BYTES)
		wrong = arena_printf(variables->arena, "with the variables put in, the values up to this one take more than %d MiB",
		                     VARIABLES_BYTES >> 20);
	if (wrong)
		report_error(variables->report, line, section, key, "%s", wrong);
	text = wrong || !good ? NULL : arena_strdup(variables->arena, buffer_text(&out));
	buffer_free(&out);
	return text;
}

void variables_resolve(struct variables *variables)
{
	for (size_t i = 0; i < variables->n; i++)
		value_of(variables, variables->all[i]);
}

void variables_free(struct variables *variables)
{
	table_free(&variables->by_name);
	free(variables->all);
}
