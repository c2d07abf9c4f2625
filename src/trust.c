/* trust: can nobody else change what is in a directory? */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "kernel.h"
#include "trust.h"

enum { LINKS = 8 /* that lead on to others: more lead nowhere */ };

/* Whom to trust, and where we are on the way. */
struct way {
	struct arena *arena;
	const char *content;
	const struct stat *program;
	bool above; /* look at what is above, too */
	int links;
};

/* Is the owner of `/` not in this user namespace?  Its root may do what owners may to all files of those who are in it,
 * as reading without leaving a time. */
static bool root_is_outside(void)
{
	if (!kernel_capable(CAP_FOWNER))
		return false;
	int fd = open("/", O_RDONLY | O_DIRECTORY | O_NOATIME | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd < 0 && errno == EPERM;
}

static bool lies_in_root(const char *path)
{
	return !strchr(path + 1, '/');
}

static bool is_trusted(const struct way *way, const char *path, const struct stat *status)
{
	struct stat root;
	if (!status->st_uid || status->st_uid == geteuid() || (way->program && status->st_uid == way->program->st_uid))
		return true;
	return lies_in_root(path) && stat("/", &root) == 0 && status->st_uid == root.st_uid && root_is_outside();
}

/* Who but the owner may write there; NULL: nobody. */
static const char *other_writers(const struct way *way, const char *path, const struct stat *status)
{
	if (status->st_mode & S_ISVTX)
		return NULL;
	if (status->st_mode & S_IWOTH)
		return "all";
	if (!(status->st_mode & S_IWGRP)) /* with an access list, the most that it gives */
		return NULL;
	if (getxattr(path, "system.posix_acl_access", NULL, 0) > 0)
		return "those of its access list";
	bool programs = way->program && way->program->st_mode & S_IWGRP && way->program->st_gid == status->st_gid;
	return status->st_gid && !programs ? arena_printf(way->arena, "its group (%u)", (unsigned)status->st_gid) : NULL;
}

static const char *wrong_way(const struct way *way, const char *path);

/* One link at a time: any of those that lead on may be a stranger's. */
static const char *wrong_link(const struct way *way, const char *path)
{
	struct way beyond = *way;
	beyond.above = true;
	char target[PATH_MAX];
	ssize_t length = beyond.links-- ? readlink(path, target, sizeof target) : -1;
	if (length <= 0 || (size_t)length == sizeof target)
		return arena_printf(way->arena, "%s leads nowhere", path);
	int above = *target == '/' ? 0 : (int)(strrchr(path, '/') - path) + 1;
	return wrong_way(&beyond, arena_printf(way->arena, "%.*s%.*s", above, path, (int)length, target));
}

/* Of a directory alone, or a link and all that it stands for. */
static const char *wrong_place(const struct way *way, const char *path)
{
	struct stat status;
	if (lstat(path, &status) < 0)
		return errno == ENOENT ? NULL : arena_printf(way->arena, "cannot look at %s: %s", path, strerror(errno));
	if (!is_trusted(way, path, &status))
		return arena_printf(way->arena, "%s belongs to another user (%u), who could change what is in %s", path,
		                    (unsigned)status.st_uid, way->content);
	if (S_ISLNK(status.st_mode))
		return wrong_link(way, path);
	if (!S_ISDIR(status.st_mode))
		return arena_printf(way->arena, "%s is not a directory", path);
	const char *writers = other_writers(way, path, &status);
	return writers ? arena_printf(way->arena, "%s may write in %s, and so change what is in %s", writers, path,
	                              way->content) : NULL;
}

static const char *wrong_way(const struct way *way, const char *path)
{
	if (!way->above)
		return wrong_place(way, path);
	const char *wrong = wrong_place(way, "/");
	for (size_t end = 1; !wrong && path[end - 1]; end++) {
		end += strcspn(path + end, "/");
		wrong = wrong_place(way, arena_strndup(way->arena, path, end));
		if (!path[end])
			break;
	}
	return wrong;
}

const char *trust_wrong_place(struct arena *arena, const char *path, const char *content, const struct stat *program)
{
	return wrong_place(&(struct way){ .arena = arena, .content = content, .program = program, .links = LINKS }, path);
}

const char *trust_wrong_way(struct arena *arena, const char *path, const char *content)
{
	return wrong_way(&(struct way){ .arena = arena, .content = content, .above = true, .links = LINKS }, path);
}
