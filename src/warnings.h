/* warnings: what is legal in a scenario and looks like a mistake. */
#ifndef VNETGEN_WARNINGS_H
#define VNETGEN_WARNINGS_H

#include "model.h"

/* Adds warnings about MODEL, which has no errors, to REPORT: an address that two devices of one segment have, subnets
 * that overlap where nothing connects them, gateways that no subnet has, checks that need an address where there is
 * none.  A warning that is wrong is worse than one that is missing: in doubt there is none. */
void warnings_find(const struct model *model, struct report *report);

#endif
