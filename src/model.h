/* model: what a scenario declares: objects, and statements about them, each with its line and its step.
 *
 * Nothing here knows a command.  model_read() makes the whole of it from the text of a scenario. */
#ifndef VNETGEN_MODEL_H
#define VNETGEN_MODEL_H

#include "kinds.h"
#include "language.h"
#include "words.h"

/* A namespace; the host is one with the name "". */
struct netns {
	const char *name;
	const char *header; /* as the file has it, for messages */
	size_t number;      /* of the host 0, of others their place in the file, from 1 */
	unsigned line;      /* 0: never declared (the host) */
	size_t step;        /* the step that it is first opened in; 0 is the topology */
	struct statement *single[KEYS]; /* the last one of each single-valued key */
	struct statement *lo;           /* from the step that it is made in */
	bool planned;                   /* for the planner: its commands are in the plan, */
	bool resolves;                  /* and one that writes its resolv.conf; */
	const struct step *resolving;   /* the step for which that was done last */
};

struct link {
	const char *name;
	const char *header;
	unsigned line; /* of its first section; its partner's when it has none */
	size_t order;  /* that section's place among those of links: a range makes many in one line */
	size_t number; /* its place among the model's links */
	size_t step;   /* the step that makes it */
	struct netns *created; /* where its header says that it is created */
	struct netns *end;     /* where it is in the end */
	bool in_place;         /* [link NETNS/NAME] */
	bool is_lo;            /* configured, never made */
	bool existing;         /* there before us: used, and given back */
	bool second;           /* the other end of a pair, made with its peer */
	bool broken;           /* a mistake in its sections: what it lacks may stand there */
	bool on_bridge;        /* a bridge, or it stands on one */
	bool after_move;       /* for the planner: it stands on one that is moved, so it is made after that */
	const struct kind *kind;
	struct words type;                  /* all words of `type` */
	struct link *peer, *parent, *master; /* master: from the step that makes it */
	const struct statement *paired;      /* the `peer` that made it an end of a pair */
	struct statement *single[KEYS];
	struct statement *first[KEYS];      /* the value of a single-valued key in the step that makes the link */
	size_t ports;
	struct undo *passing; /* for the planner: what undoes it as long as it is on its way */
	bool planned;
	size_t made, moved;   /* set by the planner: the plan's steps, from 1, that make it and move it; 0: none does */
	bool in_list;                       /* for sorting by parent */
	bool queued_undo;                   /* for the planner: its qdiscs are undone */
	struct undo *lent;                  /* for the planner: what gives it back, when it is `existing` */
	const struct step *queued;          /* for the planner: the step whose qdiscs of it are in the plan */
};

/* One "key = value" about a namespace or a link. */
struct statement {
	const struct key_rule *key;
	enum phase phase;
	const char *value;
	struct words words; /* of keys that are split, without the next two */
	const char *family; /* "-4" or "-6"; NULL: not given */
	const char *verb;   /* "add" unless given; NULL where there is none */
	const char *header;
	unsigned line;
	size_t step;
	struct netns *netns; /* what it is about: this one, */
	struct link *link;   /* or this link */
	struct link *master; /* what a `master` names */
};

/* What `title.ko`, `text.ko` or `note.ko` says, in one language. */
struct translation {
	enum key_id key;
	const char *language, *text;
	unsigned line;
};

struct translations {
	struct translation *list; /* in file order */
	size_t n;
};

enum action_kind { ACTION_SHOW, ACTION_RUN, ACTION_CHECK };

/* How a command of the user's own must end. */
struct expectation {
	enum { EXPECT_SUCCESS, EXPECT_FAILURE, EXPECT_STATUS } kind;
	int status; /* of EXPECT_STATUS */
};

/* Must it end as what works does?  Otherwise it shows that something does not. */
static inline bool expects_success(const struct expectation *expect)
{
	return expect->kind == EXPECT_SUCCESS || (expect->kind == EXPECT_STATUS && !expect->status);
}

/* What is run while the command of a check waits. */
struct trigger {
	struct netns *netns;
	const char *run;
	unsigned line;
};

/* A command of the user's own. */
struct action {
	enum action_kind kind;
	const char *title; /* "" when it has none */
	const char *header;
	unsigned line;
	struct netns *netns;
	const char *run, *undo, *match;
	struct translations translations;
	struct expectation expect;
	double within, timeout; /* seconds; 0 when not given */
	struct trigger *triggers;
	size_t n_triggers;
};

/* A [daemon]: a process that runs until teardown. */
struct daemon {
	const char *name;
	const char *header;
	unsigned line;
	struct netns *netns;
	const char *run, *ready; /* ready: NULL when not given */
	double within;           /* seconds; 0 when not given */
};

/* A [file]. */
struct file {
	const char *header;
	unsigned line;
	struct netns *netns; /* whose /etc it is in; NULL: it is in ${dir} */
	const char *path;    /* below /etc or ${dir} */
	const char *mode;    /* NULL: not given */
	const char **lines;
	size_t n;
};

struct step {
	const char *title; /* NULL: not given */
	unsigned line;
	const char **texts, **notes;
	size_t n_texts, n_notes;
	struct translations translations;
	enum phase build[PHASES];
	size_t n_build;
	struct action *actions; /* in file order; shows before the others */
	size_t n_actions, actions_room;
	/* what sections under this step declare, in file order; step 0 has the topology */
	struct netns **namespaces;
	size_t n_namespaces, namespaces_room;
	struct link **links; /* parents before what stands on them */
	size_t n_links, links_room;
	struct statement **statements;
	size_t n_statements, statements_room;
	struct file *files;
	size_t n_files, files_room;
	struct daemon *daemons;
	size_t n_daemons, daemons_room;
};

struct variable {
	const char *name, *value;
};

struct model {
	const char *file;
	const char *name, *title, *style;
	unsigned style_line; /* 0: the standard one */
	const char **texts, **stables;
	size_t n_texts, n_stables;
	struct translations translations;
	bool hosts;          /* all namespaces know each other by name */
	unsigned hosts_line;
	struct netns *host;
	struct netns **namespaces; /* in file order, without the host */
	size_t n_namespaces, namespaces_room;
	struct link **links; /* in file order */
	size_t n_links, links_room;
	struct step *steps; /* [0] is the topology, then one for each [step] */
	size_t n_steps, steps_room;
	struct table netns_by_name, link_by_place; /* link_by_place: "NETNS/NAME" where it ends */
	struct ini ini;
	struct arena arena;
};

/* Reads a scenario from TEXT.  Mistakes go to REPORT (the model is then fit for nothing but model_free()).
 * SETTINGS, N of them, override variables of [vars]. */
void model_read(struct model *model, const char *file, const char *text, size_t length,
                const struct variable *settings, size_t n, struct report *report);
void model_free(struct model *model);

struct netns *model_netns(const struct model *model, const char *name);
/* What is said when there is none, in the model's arena: with the one that is nearest, where there are few. */
const char *model_no_netns(struct model *model, const char *name);

/* The title in LANGUAGE, or OTHERWISE. */
const char *model_title(const struct translations *translations, const char *language, const char *otherwise);

/* --- between the files that make a model --- */

/* A section of a link, before it is known which device it means. */
struct link_section {
	const char *place; /* NULL: none was given; "" the host */
	const char *name;
	struct section *section;
	struct statement *statements;
	size_t n;
	size_t step;
};

/* Turns the sections into links, in step lists and file order. */
void links_resolve(struct model *model, struct link_section *sections, size_t n, struct report *report);

/* Adds STATEMENT to its object: refuses a second value for a single-valued key. */
void model_state(struct model *model, struct statement *statement, struct report *report);

#endif
