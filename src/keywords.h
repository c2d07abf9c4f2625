/* keywords: the words that `ip link` takes for its own where a device's name could stand. */
#ifndef VNETGEN_KEYWORDS_H
#define VNETGEN_KEYWORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Would `ip link set NAME …`, `ip link del NAME` or `ip link add NAME …` misread NAME?  When it would,
 * write `dev NAME`, and for add `name NAME`: that is always read right, as is a name after `link`,
 * `master` or `netns`. */
bool keyword_misread(const char *name);

/* The Ith of those words, some of which are longer than a device's name can be; NULL after the last. */
const char *keyword_word(size_t i);

#endif
