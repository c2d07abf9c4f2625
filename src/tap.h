/* tap: the checks of a network that is up, as the Test Anything Protocol. */
#ifndef VNETGEN_TAP_H
#define VNETGEN_TAP_H

#include "run.h"

/* Runs the checks of PLAN that come after its last change and prints TAP; earlier ones are skipped.
 * EXIT_REFUSED when the network is not up. */
enum exit_status tap_checks(struct executor *executor, const struct plan *plan);

#endif
