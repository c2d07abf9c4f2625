/* common: what all networks of a machine share. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common.h"
#include "kernel.h"

#define DIRECTORY "/run/vnetgen"
#define NOTED DIRECTORY "/.directories"

enum { LOCK_SECONDS = 60 };

int common_lock(const volatile sig_atomic_t *stop, struct arena *arena, const char **wrong)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		*wrong = arena_printf(arena, "cannot look at /proc/self/ns/net: %s", strerror(errno));
		return -1;
	}
	double end = now_monotonic() + LOCK_SECONDS;
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		pid_t holder = kernel_lock_holder(fd);
		if (errno != EWOULDBLOCK && errno != EINTR)
			*wrong = arena_printf(arena, "cannot lock this network namespace: %s", strerror(errno));
		else if (now_monotonic() < end && !(stop && *stop)) {
			nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
			continue;
		} else
			*wrong = holder ? arena_printf(arena, "process %d works on this network namespace and does not end", (int)holder)
			                : "another process works on this network namespace and does not end";
		close(fd);
		return -1;
	}
	return fd;
}

void common_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}

static bool is_directory(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

bool common_note_directory(const char *path)
{
	if (is_directory(path) || common_has_directory(path) == 1)
		return true;
	if (mkdir(DIRECTORY, 0755) < 0 && errno != EEXIST)
		return false;
	int fd = open(NOTED, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	struct buffer line = { 0 };
	buffer_printf(&line, "%s\n", path);
	bool good = fd >= 0 && write_all(fd, buffer_text(&line), line.length);
	int error = errno;
	buffer_free(&line);
	if (fd >= 0)
		close(fd);
	errno = error;
	return good;
}

/* Calls EACH with every line; false with errno when they cannot be read. */
static bool each_line(bool (*each)(void *user, const char *line), void *user)
{
	size_t length;
	char *text = file_read(NOTED, &length);
	bool good = text || errno == ENOENT;
	for (char *line = text, *end; line && (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		good &= each(user, line);
	}
	free(text);
	return good;
}

struct search {
	const char *path;
	bool found, below;
	struct buffer others;
};

static bool compare(void *user, const char *line)
{
	struct search *search = user;
	size_t length = strlen(search->path);
	bool same = !strcmp(line, search->path);
	search->found |= same;
	search->below |= !strncmp(line, search->path, length) && line[length] == '/';
	if (!same)
		buffer_printf(&search->others, "%s\n", line);
	return true;
}

int common_has_directory(const char *path)
{
	struct search search = { .path = path };
	bool good = each_line(compare, &search);
	buffer_free(&search.others);
	return good ? search.found : -1;
}

/* Puts TEXT in the place of what is noted, whole or not at all. */
static bool replace_noted(const struct buffer *text)
{
	if (!text->length)
		return unlink(NOTED) == 0 || errno == ENOENT;
	int fd = open(NOTED ".new", O_WRONLY | O_TRUNC | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	bool good = fd >= 0 && write_all(fd, buffer_text(text), text->length);
	if (fd >= 0)
		close(fd);
	return good && rename(NOTED ".new", NOTED) == 0;
}

bool common_forget_directory(const char *path)
{
	struct search search = { .path = path };
	bool good = each_line(compare, &search);
	if (good && search.found && !(search.below && is_directory(path)))
		good = replace_noted(&search.others);
	buffer_free(&search.others);
	int error = errno;
	rmdir(DIRECTORY); /* when nothing is left in it */
	errno = error;
	return good;
}
