/* util: memory, text and files: what every other module leans on.
 *
 * Memory.  Running out of it ends the program with a message, so no caller checks.  Nearly everything
 * lives in an arena: strings and structures that belong together and are freed in one call.  */
#ifndef VNETGEN_UTIL_H
#define VNETGEN_UTIL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PRINTF(text, args) __attribute__((__format__(__printf__, text, args)))

/* A region that only grows; everything in it is freed by arena_free().  A zeroed one is empty and ready. */
struct arena {
	struct arena_block *block;
};

/* Returns SIZE zeroed bytes, aligned for any type, owned by ARENA. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF(2, 3);
/* LIST of N elements of SIZE with room for one more: itself, or a larger copy when N, a power of 2, is all its room. */
void *arena_grow(struct arena *arena, void *list, size_t n, size_t size);
/* Forgets all that was allocated and keeps a block of memory for what comes next. */
void arena_clear(struct arena *arena);
/* Frees all that was allocated; ARENA is empty and ready again.  Safe on an empty one. */
void arena_free(struct arena *arena);

#define arena_new(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

/* A dynamic array: declare `type *items; size_t n, room;`.  array_add() gives the address of a new, zeroed
 * last element.  The storage is malloc'ed: free(items). */
#define array_add(items, n, room) \
	((items) = array_grow((items), (n), &(room), sizeof(*(items))), &(items)[(n)++])
void *array_grow(void *items, size_t n, size_t *room, size_t size);

/* Text that grows; `text` is NUL-terminated once anything was added, else NULL.  Owned by the holder: buffer_free(). */
struct buffer {
	char *text;
	size_t length, room;
};
void buffer_add(struct buffer *buffer, const void *bytes, size_t length);
void buffer_puts(struct buffer *buffer, const char *text);
void buffer_putc(struct buffer *buffer, char byte);
void buffer_printf(struct buffer *buffer, const char *format, ...) PRINTF(2, 3);
void buffer_vprintf(struct buffer *buffer, const char *format, va_list args) PRINTF(2, 0);
/* The text, "" when nothing was added; valid until the next addition. */
const char *buffer_text(const struct buffer *buffer);
/* The same in ARENA; BUFFER is freed. */
char *buffer_keep(struct buffer *buffer, struct arena *arena);
/* Forgets the text and keeps the room. */
void buffer_clear(struct buffer *buffer);
void buffer_free(struct buffer *buffer);

/* Keeps some memory, so that what was begun can be undone.  When malloc() fails for the first time, the memory is
 * freed and WHEN_USED is called. */
void memory_reserve(void (*when_used)(void));
/* malloc family that ends the program when memory is out. */
/* For what allocates by itself and failed: it may be tried again, where this returns. */
void memory_use_reserve(void);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);

/* A map from text to pointer, hashed, insertion only.  Keys are not copied.  A zeroed one is empty. */
struct table {
	struct table_slot *slots;
	size_t n, room;
};
/* The value of KEY, or NULL. */
void *table_get(const struct table *table, const char *key);
/* Sets KEY to VALUE (not NULL), replacing an earlier one. */
void table_set(struct table *table, const char *key, void *value);
/* The value in slot I (0 to room - 1), or NULL: to go through all, in no order. */
void *table_at(const struct table *table, size_t i);
void table_free(struct table *table);

/* As open(2), and close-on-exec.  In a directory that all may write in a symbolic link is not followed (EMLINK), and
 * what is opened with O_CREAT must be our own (ENOTUNIQ). */
int file_open(const char *path, int flags, mode_t mode);
/* What is wrong, in words, for errors of these functions. */
const char *file_error(int error);
/* Reads a whole file (NUL-terminated; *length without the NUL).  malloc'ed, or NULL with errno set:
 * EISDIR for a directory; EINVAL for what is neither a regular file nor a pipe. */
char *file_read(const char *path, size_t *length);
/* The same for what is open. */
char *file_read_all(int fd, size_t *length);
/* Writes all bytes, however many write(2) calls that takes; false with errno set. */
bool write_all(int fd, const void *bytes, size_t length);
/* Writes TEXT with one write(2) to a file that is there, as those of /proc want it; false with errno set. */
bool file_write(const char *path, const char *text);

/* The names in a directory but "." and "..", sorted, in ARENA; *n is how many.  NULL with errno set, and *n 0, when not
 * all of them can be read. */
const char **directory_names(struct arena *arena, const char *path, size_t *n);
/* Of two `const char *`, for qsort(3). */
int compare_texts(const void *left, const void *right);

/* TEXTS (N of them) in a sentence, in ARENA: "a, b and c". */
const char *list_texts(struct arena *arena, const char *const *texts, size_t n);

/* Seconds of CLOCK_MONOTONIC, and since the epoch. */
double now_monotonic(void);
double now_wall(void);

bool starts_with(const char *text, const char *prefix);
bool ends_with(const char *text, const char *suffix);
/* The length of the UTF-8 sequence at BYTES, of which there are N; 0 when it is none. */
size_t utf8_length(const unsigned char *bytes, size_t n);
/* Appends N BYTES; each that is no part of UTF-8 becomes U+FFFD. */
void utf8_clean(struct buffer *out, const char *bytes, size_t n);

/* The word among WORDS (N of them) that is nearest to WORD, at most two edits away, one of a short word; else NULL. */
const char *nearest_word(const char *word, const char *const *words, size_t n);

#endif
