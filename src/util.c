/* util: memory, text and files. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util.h"

static _Noreturn void out_of_memory(void)
{
	static const char message[] = "vnetgen: out of memory\n";
	if (write(STDERR_FILENO, message, sizeof message - 1) < 0) {
		/* nothing is left to say it with */
	}
	_exit(71); /* EX_OSERR of sysexits.h */
}

static void *reserve;
static void (*reserve_used)(void);

void memory_reserve(void (*when_used)(void))
{
	enum { ENOUGH = 8 << 20 /* to read the record of some thousand commands, and undo them */ };
	reserve = xrealloc(NULL, ENOUGH);
	reserve_used = when_used;
}

/* Returns when there is hope after a failure. */
void memory_use_reserve(void)
{
	if (!reserve)
		out_of_memory();
	free(reserve);
	reserve = NULL;
	reserve_used();
}

void *xcalloc(size_t n, size_t size)
{
	void *memory;
	while (!(memory = calloc(n ? n : 1, size ? size : 1)))
		memory_use_reserve();
	return memory;
}

void *xrealloc(void *old, size_t size)
{
	void *memory;
	while (!(memory = realloc(old, size)))
		memory_use_reserve();
	return memory;
}

char *xstrdup(const char *text)
{
	size_t size = strlen(text) + 1;
	return memcpy(xrealloc(NULL, size), text, size);
}

struct arena_block {
	struct arena_block *next;
	size_t used, room;
	_Alignas(max_align_t) char bytes[];
};

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	if (size > SIZE_MAX / 2)
		out_of_memory();
	size = (size + align - 1) / align * align;
	struct arena_block *block = arena->block;
	if (!block || block->room - block->used < size) {
		size_t room = block ? block->room * 2 : 4096;
		if (room > 1 << 20)
			room = 1 << 20;
		if (room < size)
			room = size;
		block = xcalloc(1, sizeof *block + room);
		block->room = room;
		block->next = arena->block;
		arena->block = block;
	}
	void *memory = block->bytes + block->used;
	block->used += size;
	return memory;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);
	if (length)
		memcpy(copy, text, length);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args, again;
	char few[128]; /* most texts are short, and need not be made twice to be measured */
	va_start(args, format);
	va_copy(again, args);
	int length = vsnprintf(few, sizeof few, format, args);
	va_end(args);
	if (length < 0)
		out_of_memory();
	char *text = arena_alloc(arena, (size_t)length + 1);
	if ((size_t)length < sizeof few)
		memcpy(text, few, (size_t)length);
	else
		vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	return text;
}

void *arena_grow(struct arena *arena, void *list, size_t n, size_t size)
{
	if (n & (n - 1))
		return list;
	void *more = arena_alloc(arena, (n ? n * 2 : 1) * size);
	if (n)
		memcpy(more, list, n * size);
	return more;
}

void arena_clear(struct arena *arena)
{
	struct arena_block *newest = arena->block;
	if (!newest)
		return;
	struct arena older = { .block = newest->next };
	arena_free(&older);
	memset(newest->bytes, 0, newest->used);
	newest->used = 0;
	newest->next = NULL;
}

void arena_free(struct arena *arena)
{
	while (arena->block) {
		struct arena_block *next = arena->block->next;
		free(arena->block);
		arena->block = next;
	}
}

void *array_grow(void *items, size_t n, size_t *room, size_t size)
{
	if (n == *room) {
		*room = *room ? *room * 2 : 8;
		if (*room > SIZE_MAX / size)
			out_of_memory();
		items = xrealloc(items, *room * size);
	}
	memset((char *)items + n * size, 0, size);
	return items;
}

static void buffer_reserve(struct buffer *buffer, size_t more)
{
	if (more > SIZE_MAX / 4 - buffer->length)
		out_of_memory();
	size_t need = buffer->length + more + 1;
	if (need <= buffer->room)
		return;
	size_t room = buffer->room ? buffer->room : 64;
	while (room < need)
		room *= 2;
	buffer->text = xrealloc(buffer->text, room);
	buffer->room = room;
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t length)
{
	buffer_reserve(buffer, length);
	if (length)
		memcpy(buffer->text + buffer->length, bytes, length);
	buffer->length += length;
	buffer->text[buffer->length] = '\0';
}

void buffer_puts(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

void buffer_putc(struct buffer *buffer, char byte)
{
	buffer_add(buffer, &byte, 1);
}

void buffer_vprintf(struct buffer *buffer, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int length = vsnprintf(NULL, 0, format, args);
	if (length < 0)
		out_of_memory();
	buffer_reserve(buffer, (size_t)length);
	vsnprintf(buffer->text + buffer->length, (size_t)length + 1, format, again);
	va_end(again);
	buffer->length += (size_t)length;
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	buffer_vprintf(buffer, format, args);
	va_end(args);
}

const char *buffer_text(const struct buffer *buffer)
{
	return buffer->text ? buffer->text : "";
}

char *buffer_keep(struct buffer *buffer, struct arena *arena)
{
	char *text = arena_strdup(arena, buffer_text(buffer));
	buffer_free(buffer);
	return text;
}

void buffer_clear(struct buffer *buffer)
{
	buffer->length = 0;
	if (buffer->text)
		buffer->text[0] = '\0';
}

void buffer_free(struct buffer *buffer)
{
	free(buffer->text);
	*buffer = (struct buffer){ 0 };
}

struct table_slot {
	const char *key;
	void *value;
};

/* FNV-1a, 64 bits */
static uint64_t hash(const char *text)
{
	uint64_t value = 0xcbf29ce484222325;
	for (; *text; text++)
		value = (value ^ (unsigned char)*text) * 0x100000001b3;
	return value;
}

static struct table_slot *table_find(struct table_slot *slots, size_t room, const char *key)
{
	size_t i = hash(key) & (room - 1);
	while (slots[i].key && strcmp(slots[i].key, key))
		i = (i + 1) & (room - 1);
	return &slots[i];
}

void *table_get(const struct table *table, const char *key)
{
	return table->room ? table_find(table->slots, table->room, key)->value : NULL;
}

void table_set(struct table *table, const char *key, void *value)
{
	if (table->n * 2 >= table->room) {
		size_t room = table->room ? table->room * 2 : 16;
		struct table_slot *slots = xcalloc(room, sizeof *slots);
		for (size_t i = 0; i < table->room; i++)
			if (table->slots[i].key)
				*table_find(slots, room, table->slots[i].key) = table->slots[i];
		free(table->slots);
		table->slots = slots;
		table->room = room;
	}
	struct table_slot *slot = table_find(table->slots, table->room, key);
	if (!slot->key) {
		slot->key = key;
		table->n++;
	}
	slot->value = value;
}

void *table_at(const struct table *table, size_t i)
{
	return table->slots[i].key ? table->slots[i].value : NULL;
}

void table_free(struct table *table)
{
	free(table->slots);
	*table = (struct table){ 0 };
}

int file_open(const char *path, int flags, mode_t mode)
{
	struct stat status;
	const char *slash = strrchr(path, '/');
	char *directory = xstrdup(slash ? path : ".");
	if (slash)
		directory[slash - path + 1] = '\0';
	bool shared = stat(directory, &status) == 0 && status.st_mode & S_IWOTH;
	free(directory);
	/* what is emptied is looked at first */
	int fd = open(path, (flags & ~O_TRUNC) | O_CLOEXEC | O_NOCTTY | (shared ? O_NOFOLLOW : 0), mode);
	int wrong = fd < 0 && shared && errno == ELOOP ? EMLINK : 0;
	if (fd >= 0 && flags & O_CREAT && fstat(fd, &status) == 0) {
		if (shared && (status.st_uid != geteuid() || status.st_nlink > 1))
			wrong = ENOTUNIQ;
		else if (flags & O_TRUNC && S_ISREG(status.st_mode) && ftruncate(fd, 0) < 0)
			wrong = errno;
	}
	if (!wrong)
		return fd;
	if (fd >= 0)
		close(fd);
	errno = wrong;
	return -1;
}

const char *file_error(int error)
{
	switch (error) {
	case EISDIR: return "it is a directory";
	case EINVAL: return "it is no file";
	case EMLINK: return "it is a symbolic link, in a directory that all may write in";
	case ENOTUNIQ: return "it is another user's, in a directory that all may write in";
	default: return strerror(error);
	}
}

char *file_read(const char *path, size_t *length)
{
	int fd = file_open(path, O_RDONLY, 0);
	if (fd < 0)
		return NULL;
	char *text = file_read_all(fd, length);
	int error = errno;
	close(fd);
	errno = error;
	return text;
}

int compare_texts(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

const char *list_texts(struct arena *arena, const char *const *texts, size_t n)
{
	struct buffer list = { 0 };
	for (size_t i = 0; i < n; i++)
		buffer_printf(&list, "%s%s", i == 0 ? "" : i + 1 < n ? ", " : " and ", texts[i]);
	return buffer_keep(&list, arena);
}

const char **directory_names(struct arena *arena, const char *path, size_t *n)
{
	const char **names = arena_alloc(arena, sizeof *names);
	struct dirent *entry;
	DIR *directory = opendir(path);
	*n = 0;
	if (!directory)
		return NULL;
	while (errno = 0, entry = readdir(directory)) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
			names = arena_grow(arena, names, *n, sizeof *names);
			names[(*n)++] = arena_strdup(arena, entry->d_name);
		}
	}
	int error = errno;
	closedir(directory);
	if (error)
		*n = 0;
	else
		qsort(names, *n, sizeof *names, compare_texts);
	errno = error;
	return error ? NULL : names;
}

char *file_read_all(int fd, size_t *length)
{
	struct stat status;
	int wrong = 0;
	if (fstat(fd, &status) < 0)
		wrong = errno;
	else if (S_ISDIR(status.st_mode))
		wrong = EISDIR;
	else if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode))
		wrong = EINVAL;
	struct buffer content = { 0 };
	while (!wrong) {
		buffer_reserve(&content, 65536);
		ssize_t n = read(fd, content.text + content.length, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			wrong = errno;
		if (n <= 0)
			break;
		content.length += (size_t)n;
	}
	if (wrong) {
		buffer_free(&content);
		errno = wrong;
		return NULL;
	}
	content.text[content.length] = '\0';
	*length = content.length;
	return content.text;
}

bool write_all(int fd, const void *bytes, size_t length)
{
	const char *next = bytes;
	while (length) {
		ssize_t n = write(fd, next, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		next += n;
		length -= (size_t)n;
	}
	return true;
}

bool file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return false;
	bool good = write_all(fd, text, strlen(text));
	int error = errno;
	close(fd);
	errno = error;
	return good;
}

double now_monotonic(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double now_wall(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

bool starts_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

bool ends_with(const char *text, const char *suffix)
{
	size_t length = strlen(text), tail = strlen(suffix);
	return length >= tail && !strcmp(text + length - tail, suffix);
}

/* How many letters have to be changed, added, left out or swapped with the next one to make B of A; words longer than
 * the rows are far from everything */
static size_t distance(const char *a, const char *b)
{
	enum { LONGEST = 40 };
	size_t la = strlen(a), lb = strlen(b), d[LONGEST + 1][LONGEST + 1];
	if (la > LONGEST || lb > LONGEST || la > lb + 2 || lb > la + 2)
		return LONGEST;
	for (size_t j = 0; j <= lb; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= la; i++) {
		d[i][0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			if (d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	}
	return d[la][lb];
}

const char *nearest_word(const char *word, const char *const *words, size_t n)
{
	const char *nearest = NULL;
	size_t best = strlen(word) < 4 ? 2 : 3; /* of three letters, two others are another word */
	for (size_t i = 0; i < n; i++) {
		size_t d = distance(word, words[i]);
		if (d < best && d < strlen(words[i])) {
			best = d;
			nearest = words[i];
		}
	}
	return nearest;
}

size_t utf8_length(const unsigned char *bytes, size_t n)
{
	size_t length = bytes[0] < 0x80 ? 1 : bytes[0] < 0xc2 ? 0 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 :
	                bytes[0] < 0xf5 ? 4 : 0;
	if (length > n)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	bool overlong = (bytes[0] == 0xe0 && bytes[1] < 0xa0) || (bytes[0] == 0xf0 && bytes[1] < 0x90);
	bool outside = (bytes[0] == 0xed && bytes[1] > 0x9f) || (bytes[0] == 0xf4 && bytes[1] > 0x8f);
	return length > 1 && (overlong || outside) ? 0 : length;
}

void utf8_clean(struct buffer *out, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t length = utf8_length((const unsigned char *)bytes + i, n - i);
		buffer_add(out, length ? bytes + i : "\xef\xbf\xbd", length ? length : 3);
		i += length ? length : 1;
	}
}
