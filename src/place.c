/* place: how a link comes to where it shall be. */
#include "planner.h"

/* Where `ip link add` runs.  A pair whose ends are created in their places is made from the first one's: kernels before
 * 6.14 look there, where the command runs, whether its name is free, and the host may have an eth0 of its own. */
struct netns *place_origin(const struct planner *p, const struct link *link)
{
	struct netns *host = p->model->host;
	if (link->parent)
		return link->parent->end;
	if (link->peer) {
		const struct link *first = link->second ? link->peer : link;
		return first->in_place && first->peer->in_place ? first->created : host;
	}
	if (link->kind->stays)
		return link->end;
	return link->created;
}

/* Is it created in the host and moved by a command of its own, as the tutorials do? */
bool place_is_moved(const struct planner *p, const struct link *link)
{
	return !link->in_place && !link->is_lo && !link->kind->stays && link->end != p->model->host &&
	       place_origin(p, link) == p->model->host;
}

bool place_moves_now(const struct planner *p, const struct link *link)
{
	return place_is_moved(p, link) && !(p->in_place && link->kind->in_place);
}

void place_find_after_moves(const struct planner *p)
{
	for (size_t s = 0; s < p->model->n_steps; s++) {
		const struct step *step = &p->model->steps[s];
		for (size_t i = 0; i < step->n_links; i++) {
			struct link *link = step->links[i], *parent = link->parent;
			link->after_move = parent && (parent->after_move || place_is_moved(p, parent));
		}
	}
}

/* The namespace that `ip link add … netns X` names; NULL when it is where the command runs. */
const struct netns *place_target(const struct planner *p, const struct link *link)
{
	const struct netns *from = place_origin(p, link), *where = place_moves_now(p, link) ? p->model->host : link->end;
	return from == where ? NULL : where;
}

/* Does it last after its namespace in ways that matter: does something of it lie outside? */
bool place_reaches_outside(const struct planner *p, const struct link *link)
{
	if (link->parent)
		return link->parent->end != link->end;
	return link->kind->underlay && place_origin(p, link) != link->end;
}

bool place_is_owned(const struct planner *p, const struct netns *netns)
{
	return netns != p->model->host;
}
