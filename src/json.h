/* json: data printed as JSON. */
#ifndef VNETGEN_JSON_H
#define VNETGEN_JSON_H

#include <jansson.h>

#include "data.h"

/* A JSON string of any bytes: what is not UTF-8 becomes U+FFFD. */
json_t *json_of_text(const char *text, size_t length);
/* DATA as JSON, indented, with the keys in their order; malloc'ed: free(). */
char *json_text(const struct data *data);

#endif
