/* script: a plan printed as a shell script. */
#ifndef VNETGEN_SCRIPT_H
#define VNETGEN_SCRIPT_H

#include "journal.h"
#include "view.h"

/* Renders the template NAME ("setup.sh", "teardown.sh") over VIEW to standard output.  False with a line in *wrong. */
bool script_print(const struct templates *templates, const char *name, const struct data *view, const char **wrong);
/* Prints the commands that undo what is left of a record, by the template "record.sh". */
bool script_print_record(const struct templates *templates, const struct record *record, const char **wrong);

#endif
