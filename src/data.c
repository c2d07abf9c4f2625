/* data: the values that templates see. */
#include <string.h>

#include "data.h"

static struct data *make(struct arena *arena, enum data_kind kind)
{
	struct data *data = arena_new(arena, struct data);
	data->kind = kind;
	return data;
}

struct data *data_string(struct arena *arena, const char *text)
{
	struct data *data = make(arena, DATA_STRING);
	data->string = text;
	return data;
}

struct data *data_bool(bool truth)
{
	static struct data both[] = { { .kind = DATA_BOOL, .truth = false }, { .kind = DATA_BOOL, .truth = true } };
	return &both[truth];
}

struct data *data_list(struct arena *arena)
{
	return make(arena, DATA_LIST);
}

struct data *data_object(struct arena *arena)
{
	return make(arena, DATA_OBJECT);
}

/* Room for one more; the old storage stays in the arena, which costs no more than the list itself. */
static void grow(struct arena *arena, struct data *data)
{
	if (data->n < data->room)
		return;
	data->room = data->room ? data->room * 2 : 4;
	struct data **items = arena_alloc(arena, data->room * sizeof *items);
	if (data->n)
		memcpy(items, data->items, data->n * sizeof *items);
	data->items = items;
	if (data->kind != DATA_OBJECT)
		return;
	const char **keys = arena_alloc(arena, data->room * sizeof *keys);
	if (data->n)
		memcpy(keys, data->keys, data->n * sizeof *keys);
	data->keys = keys;
}

void data_append(struct arena *arena, struct data *list, struct data *item)
{
	grow(arena, list);
	list->items[list->n++] = item;
}

void data_set(struct arena *arena, struct data *object, const char *key, struct data *value)
{
	for (size_t i = 0; i < object->n; i++) {
		if (!strcmp(object->keys[i], key)) {
			object->items[i] = value;
			return;
		}
	}
	grow(arena, object);
	object->keys[object->n] = key;
	object->items[object->n++] = value;
}

void data_set_string(struct arena *arena, struct data *object, const char *key, const char *text)
{
	data_set(arena, object, key, data_string(arena, text));
}

void data_set_bool(struct arena *arena, struct data *object, const char *key, bool truth)
{
	data_set(arena, object, key, data_bool(truth));
}

struct data *data_copy(struct arena *arena, const struct data *data)
{
	if (data->kind == DATA_BOOL)
		return data_bool(data->truth);
	if (data->kind == DATA_STRING)
		return data_string(arena, arena_strdup(arena, data->string));
	struct data *copy = data->kind == DATA_LIST ? data_list(arena) : data_object(arena);
	for (size_t i = 0; i < data->n; i++) {
		struct data *item = data_copy(arena, data->items[i]);
		if (data->kind == DATA_LIST)
			data_append(arena, copy, item);
		else
			data_set(arena, copy, data->keys[i], item);
	}
	return copy;
}

const struct data *data_get(const struct data *object, const char *key, size_t length)
{
	if (!object || object->kind != DATA_OBJECT)
		return NULL;
	for (size_t i = 0; i < object->n; i++)
		/* most differ in their first byte */
		if (object->keys[i][0] == key[0] && !strncmp(object->keys[i], key, length) && !object->keys[i][length])
			return object->items[i];
	return NULL;
}

bool data_is_false(const struct data *data)
{
	if (!data)
		return true;
	switch (data->kind) {
	case DATA_BOOL:
		return !data->truth;
	case DATA_STRING:
		return !*data->string;
	case DATA_LIST:
		return !data->n;
	default:
		return false;
	}
}
