/* owned: is a thing of a record still the one that was made? */
#ifndef VNETGEN_OWNED_H
#define VNETGEN_OWNED_H

#include "journal.h"

/* What a thing that has just been made is known by; 0 for what has nothing, IDENTITY_UNSEEN where it cannot be seen. */
uint64_t owned_identity(enum undo_class class, const char *netns, const char *link);
/* Where it is: the device number of the file system that has it, or would have it; 0 for what is in none. */
uint64_t owned_place(enum undo_class class, const char *netns, const char *link);

/* What became of the thing of an entry: it is gone; there, and the one that was made; there, but another one, which is
 * left alone; or that cannot be seen: another file system may be mounted over it. */
enum ownership { OWN_GONE, OWN_OURS, OWN_REPLACED, OWN_UNSEEN };
enum ownership owned(const struct record *record, const struct journal_entry *entry);

#endif
