/* results: what the commands of a plan printed when they were run. */
#include <string.h>

#include "results.h"

void results_start(struct results *results, const struct plan *plan)
{
	*results = (struct results){ .plan = plan };
	results->by_step = arena_alloc(&results->arena, (plan->n + 1) * sizeof *results->by_step);
	for (size_t i = 0; i < plan->n; i++)
		results->by_step[i] = arena_alloc(&results->arena, (plan->steps[i].n + 1) * sizeof(struct result));
	results->inverses = arena_alloc(&results->arena, (plan->n_undo + 1) * sizeof *results->inverses);
}

void results_free(struct results *results)
{
	arena_free(&results->arena);
	*results = (struct results){ 0 };
}

/* The length of the escape sequence at TEXT (colours: ESC [ … letter), or 0. */
static size_t escape_length(const char *text)
{
	if (text[0] != '\033' || text[1] != '[')
		return 0;
	size_t length = 2 + strspn(text + 2, "0123456789;?");
	return text[length] ? length + 1 : length;
}

static const char *clean(struct arena *arena, const struct outcome *outcome)
{
	struct buffer text = { 0 };
	for (size_t i = 0; i < COUNT(outcome->stream); i++) {
		const struct buffer *stream = &outcome->stream[i];
		if (text.length && stream->length && text.text[text.length - 1] != '\n')
			buffer_putc(&text, '\n');
		utf8_clean(&text, buffer_text(stream), stream->length);
	}
	size_t kept = 0;
	for (size_t i = 0; i < text.length; i++) {
		unsigned char byte = (unsigned char)text.text[i];
		size_t escape = escape_length(text.text + i);
		if (escape)
			i += escape - 1;
		else if ((byte >= ' ' && byte != 0x7f) || byte == '\n' || byte == '\t')
			text.text[kept++] = (char)byte;
	}
	while (kept && text.text[kept - 1] == '\n')
		kept--;
	const char *cleaned = kept ? arena_strndup(arena, text.text, kept) : "";
	buffer_free(&text);
	return cleaned;
}

void results_take(void *user, const struct run_result *said)
{
	struct results *results = user;
	const struct plan *plan = results->plan;
	const struct command *command = said->command;
	while (command < plan->steps[results->step].commands ||
	       command >= plan->steps[results->step].commands + plan->steps[results->step].n)
		results->step++;
	struct result *result = &results->by_step[results->step][command - plan->steps[results->step].commands];
	if (command->n_triggers && !result->companions) {
		result->companions = arena_alloc(&results->arena, command->n_triggers * sizeof *result->companions);
		for (size_t i = 0; i < command->n_triggers; i++)
			result->companions[i] = "";
	}
	if (said->companion) {
		result->companions[said->companion - command->triggers] = clean(&results->arena, said->outcome);
		return;
	}
	result->run = true;
	result->good = !said->why;
	result->output = clean(&results->arena, said->outcome);
	result->cut = said->outcome->dropped[0] || said->outcome->dropped[1];
	result->why = said->why ? arena_strdup(&results->arena, said->why) : NULL;
	for (size_t i = 0; i < COUNT(command->begins); i++)
		if (command->begins[i] && said->inverses && said->inverses[i])
			results->inverses[command->begins[i]->rank] = arena_strdup(&results->arena, said->inverses[i]);
}

const struct result *results_get(const struct results *results, size_t i, size_t j)
{
	return &results->by_step[i][j];
}
