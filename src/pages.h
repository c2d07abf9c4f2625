/* pages: the commands that write about scenarios: doc and view. */
#ifndef VNETGEN_PAGES_H
#define VNETGEN_PAGES_H

#include "scenario.h"

/* Each takes all files of OPTIONS; SCENARIO has been prepared and is used for what they share. */
enum exit_status pages_doc(struct scenario *scenario, const struct options *options);
enum exit_status pages_view(struct scenario *scenario, const struct options *options);

/* Is WORD one of those that --diagrams takes? */
bool pages_diagrams_word(const char *word);

#endif
