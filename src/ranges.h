/* ranges: a section with a range or a list in its name becomes many: [netns h{1..3}], [link {red,blue}/eth0].
 *
 * A pure matter of text, between reading and the model: what comes out are raw sections as if they had been written. */
#ifndef VNETGEN_RANGES_H
#define VNETGEN_RANGES_H

#include "reader.h"

/* What one file may become: sections, and bytes of their texts. */
enum { RANGES_SECTIONS = 1000000, RANGES_BYTES = 256 << 20 };

/* Puts in the place of each section with ranges those that it makes, in their order, with the line that it has, and
 * the numbers and words for {n}, {n+K}, {n-K} in their names and values.  Mistakes go to REPORT; a section that has
 * one in its name is left out, and so is a value. */
void ranges_expand(struct ini *ini, struct report *report);

#endif
