/* rundir: where the records of networks are. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rundir.h"
#include "trust.h"

static const char standard[] = "/run/vnetgen";
static const char *chosen = standard;

bool rundir_set(const char *directory, struct arena *arena)
{
	char here[PATH_MAX];
	size_t length = strlen(directory);
	while (length > 1 && directory[length - 1] == '/')
		length--;
	if (*directory == '/')
		chosen = arena_strndup(arena, directory, length);
	else if (getcwd(here, sizeof here))
		chosen = arena_printf(arena, "%s/%.*s", here, (int)length, directory);
	else
		return false;
	return true;
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

const char *rundir_wrong(struct arena *arena)
{
	return trust_wrong_way(arena, chosen, chosen);
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
