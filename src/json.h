/* json: data printed as JSON. */
#ifndef VNETGEN_JSON_H
#define VNETGEN_JSON_H

#include "data.h"

/* DATA as JSON, indented, with the keys in their order; malloc'ed: free(). */
char *json_text(const struct data *data);

#endif
