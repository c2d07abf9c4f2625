/* teardown: undoes what a record says was made, and nothing else.  A failed `up`, Ctrl-C and `down` all end here. */
#ifndef VNETGEN_TEARDOWN_H
#define VNETGEN_TEARDOWN_H

#include "execute.h"
#include "journal.h"

/* Undoes the record, which is held by us (record_read() with TAKE).  True when nothing of it is left; the record is
 * then removed, else it keeps what is left.  What is not ours any more is named and left alone. */
bool teardown(struct executor *executor, struct record *record);

/* What became of the thing of an entry: it is gone; there, and the one that was made; there, but another one, which is
 * left alone; or that cannot be seen. */
enum ownership { OWN_GONE, OWN_OURS, OWN_REPLACED, OWN_UNSEEN };
enum ownership teardown_ownership(const struct record *record, const struct journal_entry *entry);

#endif
