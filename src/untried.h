/* untried: whether a command failed without having tried what it was to try, by the rules of templates/untried.ini. */
#ifndef VNETGEN_UNTRIED_H
#define VNETGEN_UNTRIED_H

#include "data.h"
#include "recognize.h"
#include "spawn.h"

/* Which rules count: that it was not started in its place, also what it said, also its exit status. */
enum untried_scope { UNTRIED_PLACE = 1, UNTRIED_SAID, UNTRIED_STATUS };

/* How COMMAND, which printed something and ended with STATUS, shows that it was not tried: a line of what it said, or
 * its status in words, in ARENA; NULL when it was tried, as far as the rules know. */
const char *untried_sign(const struct recognizer *rules, enum untried_scope scope, const char *command,
                         const struct outcome *outcome, int status, struct arena *arena);

/* Is COMMAND a line of the shell that succeeds when what it runs fails, as `! ping ...`? */
bool untried_negates(const struct recognizer *rules, const char *command);

/* The rules that are for one of COMMANDS, N of them, as a list for templates: each has `used`, `place`, `said`, `status`
 * and `but`, "" when it has none. */
struct data *untried_view(const struct recognizer *rules, const char *const *commands, size_t n, struct arena *arena);

#endif
