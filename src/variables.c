/* variables: ${name} in values. */
#include <stdlib.h>
#include <string.h>

#include "variables.h"

enum { EXPANDED_LIMIT = 65536 };

struct declared {
	const char *name, *value;
	unsigned line;
	enum { RAW, EXPANDING, DONE } state;
	bool ours;
};

static struct declared *declare(struct variables *variables, const char *name, const char *value, unsigned line)
{
	struct declared *made = arena_new(variables->arena, struct declared);
	*made = (struct declared){ .name = name, .value = value, .line = line };
	table_set(&variables->by_name, name, made);
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
	if (!old || old->ours)
		report_error(variables->report, 0, NULL, NULL, "--set %s=%s: there is no %s in [vars]", name, value, name);
	else
		old->value = value;
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
		return "";
	}
	if (variable->state == RAW) {
		variable->state = EXPANDING;
		variable->value = variables_expand(variables, variable->value, variable->line, "vars", variable->name);
		variable->state = DONE;
	}
	return variable->value;
}

const char *variables_expand(struct variables *variables, const char *text, unsigned line, const char *section,
                             const char *key)
{
	if (!strstr(text, "${"))
		return text;
	struct buffer out = { 0 };
	const char *wrong = NULL;
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
			if (variable)
				buffer_puts(&out, value_of(variables, variable));
			else
				wrong = arena_printf(variables->arena,
				                     "there is no ${%s} in [vars]; '$${' is a literal '${'", name);
			c = end + 1;
		} else {
			buffer_putc(&out, *c++);
		}
		if (out.length > EXPANDED_LIMIT)
			wrong = "longer than 64 KiB when its variables are put in";
	}
	if (wrong)
		report_error(variables->report, line, section, key, "%s", wrong);
	else
		text = arena_strdup(variables->arena, buffer_text(&out));
	buffer_free(&out);
	return text;
}

void variables_resolve(struct variables *variables)
{
	for (size_t i = 0; i < variables->by_name.room; i++) {
		struct declared *variable = table_at(&variables->by_name, i);
		if (variable)
			value_of(variables, variable);
	}
}

void variables_free(struct variables *variables)
{
	table_free(&variables->by_name);
}
