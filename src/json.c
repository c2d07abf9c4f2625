/* json: data printed as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

json_t *json_of_text(const char *text, size_t length)
{
	struct buffer clean = { 0 };
	utf8_clean(&clean, text, length);
	json_t *json = json_stringn(buffer_text(&clean), clean.length);
	buffer_free(&clean);
	return json;
}

static json_t *json_of(const struct data *data)
{
	json_t *json = NULL;
	switch (data->kind) {
	case DATA_BOOL:
		json = json_boolean(data->truth);
		break;
	case DATA_STRING:
		json = json_of_text(data->string, strlen(data->string));
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
	return json;
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
