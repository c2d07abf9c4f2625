/* network: what a plan has built after one of its steps: boxes, the devices in them, and what joins these.
 *
 * It is made from the model and the plan alone: no root, no kernel. */
#ifndef VNETGEN_NETWORK_H
#define VNETGEN_NETWORK_H

#include "plan.h"

/* Something that a box or a device says about itself: an address, a route. */
struct line {
	const char *key; /* the scenario's word for it */
	const char *of;  /* what the value is said of, so that another can take its place: the destination of a route */
	const char *text;
	const char *last; /* where many are drawn as one: that of the last of them, when it differs; else NULL */
	bool added;
};

struct lines {
	struct line *list;
	size_t n, room;
};

/* Names that are drawn as one. */
struct names {
	const char **list;
	size_t n, room;
};

/* A namespace; the host is always the first. */
struct box {
	const struct netns *netns;
	bool added;    /* by the last step */
	unsigned forwards; /* packets, by its sysctls: 1 of IPv4, 2 of IPv6 */
	struct lines lines;
	struct device **devices;
	size_t n, room;
	struct box *drawn; /* itself, or the one that is drawn for it */
	struct names names; /* of all that it is drawn for, its own first */
};

struct device {
	const struct link *link;
	struct box *box;
	struct device *master, *peer, *parent; /* as far as they are there */
	bool up;
	bool added;   /* made by the last step */
	bool changed; /* by the last step: made, moved, raised, given something */
	struct lines lines;
	size_t ports;
	struct device *drawn;
	struct names names;
};

enum edge_kind {
	EDGE_PAIR,     /* the two ends of a veth */
	EDGE_PARENT,   /* from what a device stands on, `link`, to it */
	EDGE_TUNNEL,   /* two ends of a tunnel that name each other's address */
	EDGE_UNDERLAY, /* from the device that a tunnel's packets leave by, to it */
	EDGE_KINDS
};

struct edge {
	enum edge_kind kind;
	struct device *from, *to;
	bool added;
	bool down;   /* one of its ends is */
	struct lines from_end, to_end; /* what is said of each end: its queueing */
	size_t count; /* of edges that are drawn as one */
};

struct network {
	const struct plan *plan;
	size_t step, steps; /* the step after which it is so, from 1; of how many that do anything */
	const struct plan_step *last; /* that step, when one was asked for; else NULL, and nothing counts as added */
	struct box *boxes;
	size_t n;
	struct device *devices;
	size_t n_devices;
	struct edge *edges;
	size_t n_edges, edges_room;
	struct arena arena;
};

/* How many of the plan's steps do anything: what `--step` counts. */
size_t network_steps(const struct plan *plan);
/* The network after STEP (1 to network_steps()), or for 0 after the last one.  PLAN must outlive it.  Free with
 * network_free(). */
void network_make(struct network *network, const struct plan *plan, size_t step);
void network_free(struct network *network);

#endif
