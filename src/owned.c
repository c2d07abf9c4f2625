/* owned: is a thing of a record still the one that was made? */
#include "owned.h"
#include "common.h"
#include "daemons.h"
#include "kernel.h"

uint64_t owned_identity(enum undo_class class, const char *netns, const char *link)
{
	switch (undo_rule(class)->identity) {
	case BY_NETNS:
		return kernel_netns_cookie(netns);
	case BY_LINK:
		return kernel_link_index(netns, link);
	case BY_FILE:
		return kernel_file_id(link);
	default:
		return 0;
	}
}

uint64_t owned_place(enum undo_class class, const char *netns, const char *link)
{
	switch (undo_rule(class)->identity) {
	case BY_NETNS:
		return kernel_netns_place(netns);
	case BY_FILE:
	case BY_MARK:
		return kernel_place(link);
	default:
		return 0;
	}
}

/* May what is not there be below another file system? */
static bool is_covered(const struct journal_entry *entry)
{
	return entry->state == ENTRY_DONE && owned_place(entry->class, entry->netns, entry->link) != entry->place;
}

/* Is what stands here under an entry's name the thing that was made, when it has the identity ID? */
static bool is_ours(const struct record *record, const struct journal_entry *entry, uint64_t id)
{
	if (entry->state == ENTRY_DONE)
		return id == entry->id;
	/* its name was free when the record was written; in the host a device made since has a higher index */
	return undo_rule(entry->class)->identity != BY_LINK || *entry->netns || id > record->base_index;
}

static enum ownership when_there(const struct record *record, const struct journal_entry *entry)
{
	uint64_t id = owned_identity(entry->class, entry->netns, entry->link);
	bool netns = undo_rule(entry->class)->identity == BY_NETNS;
	bool there = netns ? kernel_has_netns(entry->netns) : id != 0;
	if (id == IDENTITY_UNSEEN)
		return OWN_UNSEEN;
	if (there) /* a file without a namespace is what a removal that was broken off leaves */
		return is_ours(record, entry, id) || (netns && !id) ? OWN_OURS : OWN_REPLACED;
	return is_covered(entry) ? OWN_UNSEEN : OWN_GONE;
}

/* Is it still there after the machine was started again? */
static bool lasts(enum undo_class class)
{
	return undo_rule(class)->identity == BY_FILE || undo_rule(class)->identity == BY_MARK;
}

enum ownership owned(const struct record *record, const struct journal_entry *entry)
{
	int noted;
	uint64_t id;
	if (entry->state == ENTRY_GONE || (record->stale && !lasts(entry->class)))
		return OWN_GONE;
	switch (undo_rule(entry->class)->identity) {
	case BY_NOTHING:
		return OWN_OURS;
	case BY_PROCESS:
		id = daemon_identity(entry);
		return id == IDENTITY_UNSEEN ? OWN_UNSEEN : id ? OWN_OURS : OWN_GONE;
	case BY_MARK:
		noted = common_has_directory(entry->link);
		return noted < 0 || (noted && is_covered(entry)) ? OWN_UNSEEN : noted ? OWN_OURS : OWN_GONE;
	default:
		return when_there(record, entry);
	}
}
