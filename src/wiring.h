/* wiring: which devices are connected, as far as a scenario says.
 *
 * Two answers, since a guess must err to the right side.  What a device may reach on its network: everything that joins
 * devices counts, also VLANs and what is only known to lead elsewhere.  And the segment that it is surely in: what is
 * in the same one hears the same broadcasts. */
#ifndef VNETGEN_WIRING_H
#define VNETGEN_WIRING_H

#include "model.h"

struct wiring {
	size_t *reach, *segment; /* union-find forests over devices, namespaces, and the outside */
	size_t n_links, n_nodes;
};

/* Memory is ARENA's. */
void wiring_make(struct wiring *wiring, const struct model *model, struct arena *arena);
/* Numbers that are equal for devices that may reach each other, and for those that are in the same segment. */
size_t wiring_reach(const struct wiring *wiring, const struct link *link);
size_t wiring_segment(const struct wiring *wiring, const struct link *link);
/* May it reach what is not in the scenario: is there a tunnel, or a device of a kind that we do not know? */
bool wiring_leads_outside(const struct wiring *wiring, const struct link *link);

#endif
