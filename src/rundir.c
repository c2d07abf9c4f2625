/* rundir: where the records of networks are. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rundir.h"

static const char standard[] = "/run/vnetgen";
static const char *chosen = standard;

void rundir_set(const char *directory, struct arena *arena)
{
	char here[PATH_MAX];
	size_t length = strlen(directory);
	while (length > 1 && directory[length - 1] == '/')
		length--;
	if (*directory == '/' || !getcwd(here, sizeof here))
		chosen = arena_strndup(arena, directory, length);
	else
		chosen = arena_printf(arena, "%s/%.*s", here, (int)length, directory);
}

const char *rundir(void)
{
	return chosen;
}

bool rundir_is_standard(void)
{
	return !strcmp(chosen, standard);
}

const char *rundir_of(struct arena *arena, const char *name)
{
	return arena_printf(arena, "%s/%s", chosen, name);
}

static const char *wrong_way(struct arena *arena, const char *path, int links);

/* The same for a directory alone, or for a link and all that it stands for. */
static const char *wrong_place(struct arena *arena, const char *path, int links)
{
	struct stat status;
	if (lstat(path, &status) < 0)
		return errno == ENOENT ? NULL : arena_printf(arena, "cannot look at %s: %s", path, strerror(errno));
	if (status.st_uid && status.st_uid != geteuid())
		return arena_printf(arena, "%s belongs to another user (%u), who could change what is in %s", path,
		                    (unsigned)status.st_uid, chosen);
	if (S_ISLNK(status.st_mode)) {
		char *real = links ? realpath(path, NULL) : NULL;
		const char *wrong = real ? wrong_way(arena, real, links - 1)
		                         : arena_printf(arena, "%s leads nowhere", path);
		free(real);
		return wrong;
	}
	if (!S_ISDIR(status.st_mode))
		return arena_printf(arena, "%s is no directory", path);
	/* where it is sticky, what is ours stays ours */
	if (status.st_mode & S_IWOTH && !(status.st_mode & S_ISVTX))
		return arena_printf(arena, "all may write in %s, and so change what is in %s", path, chosen);
	return NULL;
}

static const char *wrong_way(struct arena *arena, const char *path, int links)
{
	const char *wrong = wrong_place(arena, "/", links);
	for (size_t end = 1; !wrong && path[end - 1]; end++) {
		end += strcspn(path + end, "/");
		wrong = wrong_place(arena, arena_strndup(arena, path, end), links);
		if (!path[end])
			break;
	}
	return wrong;
}

const char *rundir_wrong(struct arena *arena)
{
	return wrong_way(arena, chosen, 1);
}

bool rundir_make(struct arena *arena, const char **wrong)
{
	*wrong = rundir_wrong(arena);
	if (!*wrong && mkdir(chosen, 0755) < 0 && errno != EEXIST)
		*wrong = arena_printf(arena, "cannot make %s: %s", chosen, strerror(errno));
	return !*wrong;
}

void rundir_leave(void)
{
	if (rundir_is_standard())
		rmdir(standard);
}
