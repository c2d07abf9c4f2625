/* building: what the files that make a model of sections share.  model.c has the order of it all; building.c sees what a
 * header and a key are; sections.c reads those sections that declare one thing each, statements.c those of namespaces and
 * devices; links.c joins the sections of a device. */
#ifndef VNETGEN_BUILDING_H
#define VNETGEN_BUILDING_H

#include "model.h"
#include "variables.h"

/* Of what is given once: where that was.  building_forget() */
struct once {
	unsigned line[KEYS];
	struct table said; /* of `title.ko` and its like -> the line */
};

/* What is at hand while the sections are read one after the other. */
struct building {
	struct model *model;
	struct report *report;
	struct variables variables;
	struct link_section *links;
	size_t n_links, links_room;
	struct once scenario; /* [scenario] may be opened again */
	size_t step;          /* the [step] that the section stands under */
	unsigned built_in[PHASES]; /* line of the step that names the phase */
	struct table files, daemons; /* by what stands in the header -> the section */
};

/* One "key = value" on its way into the model. */
struct pair {
	struct building *b;
	struct section *section;
	const struct entry *entry;
	enum section_kind kind;
	/* set by what reads it */
	const struct key_rule *key;
	const char *value; /* with its variables put in */
};

/* A mistake in a pair, and in the header of a section: printf's format and arguments. */
#define pair_error(p, ...) \
	report_error((p)->b->report, (p)->entry->line, (p)->section->header, (p)->entry->key, __VA_ARGS__)
#define section_error(b, section, ...) report_error((b)->report, (section)->line, (section)->header, NULL, __VA_ARGS__)

/* --- building.c --- */

/* The kind of a section, or what a misspelt one is meant to be: what it declares should not be missed elsewhere. */
bool building_meant_kind(const struct section *section, enum section_kind *kind);
/* What follows the first word of its header. */
const char *building_name(const struct section *section);
/* False when the section cannot be used; mistakes are reported. */
bool building_header(struct building *b, const struct section *section, enum section_kind *kind);
/* Finds the pair's rule and value.  False when it cannot be used, which has been reported. */
bool building_pair(struct pair *pair);
/* The same for what is given once in a section, unless its rule says otherwise: `title.ko` and its like go to
 * TRANSLATIONS (NULL: there are none here), which is false as well. */
bool building_pair_once(struct pair *pair, struct once *once, struct translations *translations);
/* The pair's text with its variables put in, which may be empty; NULL when that cannot be done, which is reported. */
const char *building_expand(const struct pair *pair);
void building_forget(struct once *once);

/* --- sections.c and statements.c: what reads a section of such a kind --- */

typedef void section_reader(struct building *b, struct section *section, enum section_kind kind);
section_reader read_scenario, read_step, read_action, read_file, read_daemon;
section_reader read_netns, read_link;

#endif
