/* rundir: where the records of networks are: /run/vnetgen, or where --run-dir says; one place for the whole process. */
#ifndef VNETGEN_RUNDIR_H
#define VNETGEN_RUNDIR_H

#include "util.h"

/* Takes another directory, which need not be there; a relative one is below the working directory, and when that is
 * gone it is false with errno set.  ARENA keeps it. */
bool rundir_set(const char *directory, struct arena *arena);
/* The directory, without a '/' at its end. */
const char *rundir(void);
/* Is it /run/vnetgen, which comes and goes with the records in it?  Another one is made, but stays. */
bool rundir_is_standard(void);
/* The directory of the record of NAME, in ARENA; ${dir} of a scenario. */
const char *rundir_of(struct arena *arena, const char *name);

/* Why what is there cannot be trusted, by the rule of trust.h for it and all above it, as a sentence in ARENA.  NULL when
 * all is well; what is not there is well. */
const char *rundir_wrong(struct arena *arena);
/* Makes it where it is not there.  False with a sentence in *wrong. */
bool rundir_make(struct arena *arena, const char **wrong);
/* Removes the standard one when it is empty. */
void rundir_leave(void);

#endif
