/* narrate: what steps, commands and their results mean, in the words of a language (templates/lang/NAME.ini).
 *
 * Everything lives in the narrator's arena.  After the first mistake in a phrase `wrong` has a line, and all that is
 * said is "". */
#ifndef VNETGEN_NARRATE_H
#define VNETGEN_NARRATE_H

#include "phrases.h"
#include "plan.h"
#include "recognize.h"

/* What a language has. */
struct wording {
	struct phrases phrases;
	struct recognizer recognizer;
	const char *language; /* "ko": for what a scenario says in one language */
};

struct narrator {
	struct arena *arena;
	const struct plan *plan;
	const struct wording *wording;
	struct table told;    /* phrases that were said before: what a veth is need not be said twice */
	const char *wrong;
};

/* Loads the language NAME; false with a line in *wrong, in the templates' arena.  Free with wording_free() in any case. */
bool wording_load(struct wording *wording, const struct templates *templates, const char *name, const char **wrong);
void wording_free(struct wording *wording);

/* The phrase SECTION.KEY; with CODE, what {{x}} gives is a code span. */
const char *narrate(struct narrator *narrator, const char *section, const char *key, const struct data *fields,
                    bool code);
/* Says to each object of LIST where it stands in it, for phrases: first, penultimate, last. */
void narrate_places(struct narrator *narrator, const struct data *list);
/* The title of a step: its own, else what its phases are called. */
const char *narrate_title(struct narrator *narrator, const struct plan_step *step);
/* The comment over a group of commands, COUNT of them, and its explanation in Markdown; "" when there is none. */
const char *narrate_comment(struct narrator *narrator, const struct command *commands, size_t count);
const char *narrate_group(struct narrator *narrator, const struct command *commands, size_t count);
/* What a show, run or check is about to do; CHANGED: has any device been raised yet? */
const char *narrate_action(struct narrator *narrator, const struct command *command, bool raised);
/* What it proves that it went as it should; when it did not, WHY says what was wrong. */
const char *narrate_proof(struct narrator *narrator, const struct command *command, const char *why);
/* What the scenario as a whole is, for one that does not say it. */
const char *narrate_scenario(struct narrator *narrator);

#endif
