/* restore: the script, in a record's directory, that notes what there is on the host and puts it back.
 *
 * `up` and the printed scripts use the same one: templates/restore.sh.mustache, with what a plan needs of it. */
#ifndef VNETGEN_RESTORE_H
#define VNETGEN_RESTORE_H

#include "plan.h"

/* The script's text, in the templates' arena; "" when the plan needs none; NULL with a line in *wrong. */
const char *restore_script(const struct templates *templates, const struct plan *plan, const char **wrong);

#endif
