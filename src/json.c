/* json: data printed as JSON. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

static json_t *json_of(const struct data *data)
{
	json_t *json = NULL;
	switch (data->kind) {
	case DATA_BOOL:
		json = json_boolean(data->truth);
		break;
	case DATA_STRING:
		json = json_string(data->string);
		break;
	case DATA_LIST:
		json = json_array();
		for (size_t i = 0; i < data->n; i++)
			json_array_append_new(json, json_of(data->items[i]));
		break;
	case DATA_OBJECT:
		json = json_object();
		for (size_t i = 0; i < data->n; i++)
			json_object_set_new(json, data->keys[i], json_of(data->items[i]));
	}
	/* what is not UTF-8 cannot be said in JSON */
	return json ? json : json_null();
}

char *json_text(const struct data *data)
{
	json_t *json = json_of(data);
	char *text = json_dumps(json, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	json_decref(json);
	if (!text) {
		fputs("vnetgen: out of memory\n", stderr);
		exit(1);
	}
	return text;
}
