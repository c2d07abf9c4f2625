/* planner: what the files that make a plan share.  place.c knows where devices are made, emit.c adds commands and
 * undo entries, build.c and objects.c have the phases, actions.c the user's own commands; plan.c puts all in order. */
#ifndef VNETGEN_PLANNER_H
#define VNETGEN_PLANNER_H

#include "plan.h"

/* What the commands so far have made of a link. */
struct port {
	enum { PORT_NEW, PORT_UP, PORT_DOWN } state; /* up: of one that was there before, it may be */
	const struct link *master;
	const struct statement *changed; /* this gave it a master that changed its state, which is to be put right */
};

/* Namespaces with IPv6 addresses that nothing has waited for. */
struct fresh {
	struct netns **netns; /* n of them, in the order of their first such address */
	size_t n, room;
	bool *has; /* by their numbers */
};

struct planner {
	struct plan *plan;
	struct model *model;
	const struct style *style;
	struct report *report;
	struct plan_step *into; /* the step that gets what is emitted */
	enum phase phase;
	struct port *ports; /* by the number of the link */
	bool in_place; /* devices may be created where they shall be */
	struct fresh fresh_run, fresh_look; /* nothing: no command that changes, no command at all */
	struct table directories; /* below /etc/netns that a command makes */
	struct table made;        /* entries of the undo list by what the host has because of them */
	struct arena scratch; /* for the fields of one command; emit_command() clears it */
};

/* --- place.c --- */

/* Is it a namespace of the scenario, so that what is in it goes with it?  (The host is not.) */
bool place_is_owned(const struct planner *p, const struct netns *netns);
/* Where `ip link add` runs. */
struct netns *place_origin(const struct planner *p, const struct link *link);
/* The namespace that `ip link add … netns X` names; NULL when it is where the command runs. */
const struct netns *place_target(const struct planner *p, const struct link *link);
/* Is it created in the host and moved, as the tutorials do?  And by a command of its own, in this style and step? */
bool place_is_moved(const struct planner *p, const struct link *link);
bool place_moves_now(const struct planner *p, const struct link *link);
/* Finds what stands on a moved device, and so can only be made after the move. */
void place_find_after_moves(const struct planner *p);
/* Does it last after its namespace in ways that matter: does something of it lie outside? */
bool place_reaches_outside(const struct planner *p, const struct link *link);

/* --- emit.c --- */

/* New fields of a command in NETNS (NULL: the host) for the style's templates, in the scratch arena. */
struct data *emit_fields(struct planner *p, const struct netns *netns);
struct data *emit_link_fields(struct planner *p, const struct netns *netns, const struct link *link);
void emit_set(struct planner *p, struct data *fields, const char *key, const char *value);
/* The command as the style spells it, in the plan's arena. */
const char *emit_text(struct planner *p, enum command_key key, const struct data *fields, unsigned line);
/* Adds the command that FIELDS describe.  GROUP and DETAIL say under which comment it stands.  The result is valid
 * until the next one is added. */
struct command *emit_command(struct planner *p, enum command_key key, const struct data *fields, unsigned line,
                             const struct netns *netns, const char *group, const char *detail);
/* Adds a command whose text is known. */
struct command *emit_line(struct planner *p, enum command_kind kind, const char *text, unsigned line,
                          const struct netns *netns);
/* Adds an entry to the teardown list. */
struct undo *emit_undo(struct planner *p, enum undo_class class, const char *text, unsigned line);
/* The same for the host's side: ARGUMENTS, with a NULL at the end, are the kind and what it is about, INVERSE what a person
 * would type (or NULL); see struct undo. */
struct undo *emit_undo_host(struct planner *p, const char *const *arguments, const char *inverse, unsigned line);
/* The entry of a device that was there before, one for all that is done to it. */
struct undo *emit_undo_device(struct planner *p, struct link *link, unsigned line);
/* The same for `ip link del`; ADDED when a person would not type it. */
struct undo *emit_undo_link(struct planner *p, enum undo_class class, const struct netns *netns,
                            const struct link *link, bool added);
/* Notes what must hold of PATH before anything is done; that it must be there or writable, once. */
void emit_requirement(struct planner *p, const char *path, enum requirement_kind kind, unsigned line);
/* Report what a command needs and a later step makes. */
void emit_need_netns(struct planner *p, const struct netns *netns, unsigned line, const char *header);
void emit_need_link(struct planner *p, const struct link *link, unsigned line, const char *header);

/* --- the phases --- */

/* Adds the commands of one phase for what the sections of STEP declare. */
void build_phase(struct planner *p, const struct step *step, enum phase phase);
/* objects.c: addresses, neighbours, routes, rules, queueing, VLANs, forwarding entries. */
void build_objects(struct planner *p, const struct step *step);
/* files.c: resolv.conf, hosts, [file]. */
void build_nameservers(struct planner *p, const struct step *step);
void build_files(struct planner *p, const struct step *step);
/* firewall.c */
void build_firewall(struct planner *p, const struct step *step);

/* --- actions.c --- */

/* Adds the [daemon]s of STEP. */
void build_daemons(struct planner *p, const struct step *step);
/* Adds the shows, [run]s and [check]s of STEP. */
void build_actions(struct planner *p, const struct step *step);
/* Adds what waits, at the end of all steps, for the addresses that nothing has waited for. */
void build_last_waits(struct planner *p);
void fresh_note(struct fresh *fresh, const struct planner *p, struct netns *netns);
void fresh_free(struct fresh *fresh);

#endif
