/* list: the networks that are up. */
#ifndef VNETGEN_LIST_H
#define VNETGEN_LIST_H

#include "run.h"

/* Prints a line for each record: name, state, since when, and the scenario's file.  Nothing where there is none. */
enum exit_status list_networks(void);

#endif
