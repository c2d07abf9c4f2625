/* restore: the script, in a record's directory, that notes what there is on the host and puts it back.
 *
 * `up` and the printed scripts use the same one: templates/restore.sh.mustache, with what a plan needs of it. */
#ifndef VNETGEN_RESTORE_H
#define VNETGEN_RESTORE_H

#include "plan.h"

/* Its exit status when a device could not be brought back from a namespace, where another has its name: that must not be
 * deleted, nor when it failed otherwise and the device is not here. */
enum { RESTORE_HELD = 3, RESTORE_SAME = 10 /* a setting is so already */ };

/* The command, in ARENA, by which the network NAME's script does MOMENT ("before", "after", "undo") for the entry of that
 * rank; ARGUMENTS are its kind and what it is about, for "before". */
const char *restore_command(struct arena *arena, const char *name, const char *moment, size_t rank, const char *arguments);

/* The script's text, in the templates' arena; "" when the plan needs none; NULL with a line in *wrong. */
const char *restore_script(const struct templates *templates, const struct plan *plan, const char **wrong);

#endif
