/* plan: what is to be done, as data: steps of commands in their order, and the list that undoes them.
 *
 * The plan is made from the model and a style alone: no root, no kernel, the same each time. */
#ifndef VNETGEN_PLAN_H
#define VNETGEN_PLAN_H

#include "model.h"
#include "style.h"

enum command_kind {
	COMMAND_BUILD, /* what the scenario declares */
	COMMAND_DAEMON, /* [daemon]: started, and goes on */
	COMMAND_RUN,   /* [run] */
	COMMAND_WAIT,  /* until IPv6 addresses are usable: repeated until it prints nothing, WAIT_SECONDS at most */
	COMMAND_SHOW,  /* what follows is for test and for scripts with checks */
	COMMAND_CHECK,
};

enum { WAIT_SECONDS = 2, SETTLE_SECONDS = 3, READY_SECONDS = 5 /* for a daemon, when the scenario does not say `within` */ };

/* A command that is run while another waits. */
struct companion {
	const char *text;
	bool shell;
	unsigned line;
};

struct command {
	enum command_kind kind;
	const char *text; /* as it is printed, executed and logged */
	bool shell;       /* `sh -c TEXT`; else its words */
	bool look;        /* only wanted when shows and checks are: those, and the waits before them */
	bool unlooked;    /* only wanted when they are not: a wait that one of theirs makes superfluous */
	enum phase phase; /* NO_PHASE for the user's own */
	const char *writes; /* the file that it writes; NULL: none */
	unsigned line;
	const char *netns; /* "" the host */
	const char *group, *detail; /* neighbours with the same two stand under one comment: the language's phrase `group` */
	const struct action *action; /* of RUN, SHOW, CHECK */
	struct companion *triggers; /* of CHECK */
	size_t n_triggers;
	const struct daemon *daemon; /* of DAEMON, */
	const char *ready;           /* and the command that succeeds once it is up; NULL: there is none */
	bool ready_shell;
	const struct data *fields;   /* of BUILD: what the style was given for it */
	/* Entries of the undo list that come into force with this command, and that cease with it. */
	struct undo *begins[2], *ends; /* what has `restore` is the first */
};

/* Is it wanted, when shows and checks are (LOOKS) or are not? */
static inline bool command_is_wanted(const struct command *command, bool looks)
{
	return looks ? !command->unlooked : !command->look;
}

/* What undoes a thing; undo_rule() has what is known of each class. */
enum undo_class {
	UNDO_RUN,       /* `undo` of a [run] */
	UNDO_DAEMON,    /* its process is ended; what does it is only known when there is one */
	UNDO_HOST,      /* the host's side: rules, routes, settings, a device that was there before: by the record's script */
	UNDO_FILE,
	UNDO_DIRECTORY, /* removed when it is empty, by the last network that uses it */
	UNDO_UPON,      /* a link that stands on a device that was there before */
	UNDO_EARLY,     /* a link that must go before its namespace does, or that is still on its way there */
	UNDO_NETNS,
	UNDO_LINK,
	UNDO_CLASSES
};

/* When a class has its turn in the teardown, and whether that goes backwards or in the order of the file. */
enum undo_turn { TURN_ACTIONS, TURN_HOST, TURN_EARLY, TURN_NETNS, TURN_LINKS };

struct undo_rule {
	enum undo_turn turn;
	const char *thing; /* what a message calls it */
	enum { BY_NOTHING, BY_NETNS, BY_LINK, BY_FILE, BY_MARK, BY_PROCESS } identity; /* how the thing is known again */
	/* Its command is iproute2's and makes all or nothing: where that says "File exists" the thing is somebody else's.
	 * Any other command that failed may have done something. */
	bool atomic;
};

const struct undo_rule *undo_rule(enum undo_class class);

/* One entry of the teardown.  The list is in the order in which it is run. */
struct undo {
	enum undo_class class;
	const char *text; /* the command */
	bool shell;
	/* Of UNDO_HOST: KIND and arguments for templates/restore.sh.mustache, which notes what there is before the command
	 * and after it; `text` is how that is called. */
	const char *restore;
	const char *inverse; /* of UNDO_HOST: what a person types; of a setting the old value is added; NULL: nothing */
	bool first;          /* of UNDO_HOST: noted, or refused, before anything is done */
	const char *netns; /* of UNDO_NETNS its name, of links where they are ("" the host) */
	const char *link;  /* a device, also one that is given back (UNDO_HOST), or the path of a file or directory; NULL */
	bool passing;      /* of a device on its way: over once that has come to its place */
	bool added;        /* beyond what one would type: undoes what a failure left, or what the kernel does too late */
	unsigned line;
	size_t order, rank; /* rank: its place in the list */
};

/* Does it give back a device that was there before? */
static inline bool undo_is_device(const struct undo *undo)
{
	return undo->class == UNDO_HOST && undo->link;
}

/* What must hold of a path before the first command. */
enum requirement_kind { PATH_FREE, PATH_THERE, PATH_WRITABLE /* a setting of the kernel, of which there may be none */ };

struct requirement {
	enum requirement_kind kind;
	const char *path;
	unsigned line;
};

struct plan_step {
	const char *title; /* NULL: say what its phases are */
	const struct step *declared; /* NULL for a step that the scenario does not have */
	bool topology_phase[PHASES];
	unsigned line;
	struct command *commands;
	size_t n, room;
};

struct plan {
	const struct model *model;
	struct plan_step *steps;
	size_t n, room;
	struct undo **undo;
	size_t n_undo, undo_room;
	struct requirement *requirements; /* beyond names of namespaces and devices */
	size_t n_requirements, requirements_room;
	struct arena arena;
};

/* Makes the plan; what cannot be ordered, and mistakes of a style, go to REPORT.  MODEL and STYLE must outlive it. */
void plan_make(struct plan *plan, struct model *model, const struct style *style, struct report *report);
void plan_free(struct plan *plan);

#endif
