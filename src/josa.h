/* josa: Korean particles take one form after a consonant and another after a vowel: 을 or 를. */
#ifndef VNETGEN_JOSA_H
#define VNETGEN_JOSA_H

#include "util.h"

/* TEXT, in ARENA (or TEXT itself when there is nothing to do), with each particle that is written both ways -- 을(를),
 * 이(가), 은(는), 와(과), 아(야), (으)로, (이)라는 -- in the form that what stands before it asks for.  That is found
 * behind quotes, backquotes, asterisks and a bracket: `br0`을, 브리지(`br0`)를.  Hangul is exact; digits and Latin letters
 * go by how they are read in Korean.  After anything else the particle stays as it is written. */
const char *josa_resolve(struct arena *arena, const char *text);

#endif
