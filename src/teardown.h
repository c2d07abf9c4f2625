/* teardown: undoes what a record says was made, and nothing else.  A failed `up`, Ctrl-C and `down` all end here. */
#ifndef VNETGEN_TEARDOWN_H
#define VNETGEN_TEARDOWN_H

#include "execute.h"
#include "journal.h"

/* Undoes the record, which is held by us (record_read() with TAKE).  True when nothing of it is left; the record is
 * then removed, else it keeps what is left.  What is not ours any more is named and left alone. */
bool teardown(struct executor *executor, struct record *record);

#endif
