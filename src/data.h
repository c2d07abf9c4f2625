/* data: the values that templates see: strings, truth values, lists, objects.
 *
 * All of it lives in the arena that is given; strings and keys are not copied and must live as long. */
#ifndef VNETGEN_DATA_H
#define VNETGEN_DATA_H

#include "util.h"

enum data_kind { DATA_BOOL, DATA_STRING, DATA_LIST, DATA_OBJECT };

struct data {
	enum data_kind kind;
	unsigned n, room;
	union {
		bool truth;         /* of a bool */
		const char *string; /* of a string */
		struct {
			struct data **items; /* of a list and an object: n of them */
			const char **keys;   /* of an object, in the order in which they were set */
		};
	};
};

struct data *data_string(struct arena *arena, const char *text);
/* One of two that all share. */
struct data *data_bool(bool truth);
struct data *data_list(struct arena *arena);
struct data *data_object(struct arena *arena);

void data_append(struct arena *arena, struct data *list, struct data *item);
/* Sets KEY, replacing what it had. */
void data_set(struct arena *arena, struct data *object, const char *key, struct data *value);
void data_set_string(struct arena *arena, struct data *object, const char *key, const char *text);
void data_set_bool(struct arena *arena, struct data *object, const char *key, bool truth);

/* All of it anew, in ARENA, with the strings; keys must live as long. */
struct data *data_copy(struct arena *arena, const struct data *data);

/* The value of KEY (LENGTH bytes), or NULL; also for what is no object. */
const struct data *data_get(const struct data *object, const char *key, size_t length);
/* What a section takes for no: nothing, false, an empty string, an empty list. */
bool data_is_false(const struct data *data);

#endif
