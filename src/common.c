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

/* What the notes say of a path. */
struct search {
	off_t at;            /* where its line begins; -1: there is none */
	bool below, others;  /* is another one noted, below it, or anywhere? */
};

/* False with errno when they cannot be read.  A line that begins with '#' is of a path that was forgotten: to write that
 * needs no room on the disk. */
static bool search_notes(struct search *search, const char *path)
{
	size_t length, of_path = strlen(path);
	char *text = file_read(NOTED, &length);
	bool good = text || errno == ENOENT;
	*search = (struct search){ .at = -1 };
	for (char *line = text, *end; line && (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		bool same = !strcmp(line, path);
		if (same)
			search->at = line - text;
		search->below |= !strncmp(line, path, of_path) && line[of_path] == '/';
		search->others |= !same && *line != '#';
	}
	free(text);
	return good;
}

int common_has_directory(const char *path)
{
	struct search search;
	return search_notes(&search, path) ? search.at >= 0 : -1;
}

static bool strike_out(off_t at)
{
	int fd = open(NOTED, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	bool good = fd >= 0 && pwrite(fd, "#", 1, at) == 1;
	int error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return good;
}

bool common_forget_directory(const char *path)
{
	struct search search;
	bool good = search_notes(&search, path);
	if (good && search.at >= 0 && !(search.below && is_directory(path)))
		good = search.others ? strike_out(search.at) : unlink(NOTED) == 0;
	int error = errno;
	rmdir(DIRECTORY); /* when nothing is left in it */
	errno = error;
	return good;
}
