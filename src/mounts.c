/* mounts: the files that a sandbox sees. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mounts.h"
#include "util.h"

/* What of the root directory is not the real one's. */
static const char *const own[] = { "etc", "proc", "run", "sys", "tmp", ".cwd", ".etc", ".old", ".sys" };
/* Files of /etc that are copied: they must be writable, or may be links into what is not there. */
static const char *const copied[] = { "hosts", "resolv.conf" };

/* Where the new root directory is made: over what is there everywhere, and not needed any more. */
#define NEW "/tmp"

static bool is_own(const char *name)
{
	for (size_t i = 0; i < COUNT(own); i++)
		if (!strcmp(own[i], name))
			return true;
	return false;
}

static bool fail(struct trouble *trouble, const char *doing)
{
	*trouble = (struct trouble){ .doing = doing, .error = errno };
	return false;
}

/* Linux has these since 5.2, glibc since 2.36 only, and linux/mount.h does not go with glibc's sys/mount.h. */
#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#define OPEN_TREE_CLOEXEC O_CLOEXEC
#define MOVE_MOUNT_F_EMPTY_PATH 4
#endif

static int clone_tree(const char *path)
{
	return (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
}

static bool attach_tree(int tree, const char *path)
{
	return syscall(SYS_move_mount, tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) == 0;
}

bool mounts_hold(struct workplace *workplace, struct trouble *trouble)
{
	char path[PATH_MAX];
	*workplace = (struct workplace){ .tree = -1 };
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail(trouble, "taking the mounts out of the host's hands");
	if (!getcwd(path, sizeof path) || path[0] != '/' || !path[1])
		return true; /* it was removed, or is the root directory */
	size_t length = strcspn(path + 1, "/"); /* NAME_MAX at most */
	const char *below = path[1 + length] ? path + 1 + length + 1 : ".";
	path[1 + length] = '\0';
	if (is_own(path + 1)) {
		workplace->tree = clone_tree(".");
		below = ".";
	} else {
		memcpy(workplace->place, path, length + 2);
		workplace->tree = clone_tree(workplace->place);
	}
	int directory = openat(workplace->tree, below, O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool good = directory >= 0 && fchdir(directory) == 0;
	if (!good)
		fail(trouble, "taking hold of the working directory");
	if (directory >= 0)
		close(directory);
	return good;
}

/* One entry of the real root directory, in the new one. */
static bool add_entry(const char *name, const struct workplace *workplace)
{
	char real[PATH_MAX], path[PATH_MAX], target[PATH_MAX];
	struct stat status;
	if (is_own(name))
		return true;
	snprintf(real, sizeof real, "/%s", name);
	snprintf(path, sizeof path, NEW "/%s", name);
	if (lstat(real, &status) < 0)
		return false;
	if (S_ISLNK(status.st_mode)) {
		ssize_t length = readlink(real, target, sizeof target - 1);
		target[length > 0 ? length : 0] = '\0';
		return symlink(target, path) == 0;
	}
	if (!S_ISDIR(status.st_mode))
		return true; /* a swap file, a kernel: nothing that a network needs */
	if (mkdir(path, 0755) < 0)
		return false;
	if (!strcmp(workplace->place, real))
		return attach_tree(workplace->tree, path);
	/* one that cannot be had (another user's FUSE) stays empty */
	mount(real, path, NULL, MS_BIND | MS_REC, NULL);
	return true;
}

/* Does ADD with each name of a directory; false with errno set when it cannot with one of them. */
static bool add_each(const char *path, bool (*add)(const char *name, const struct workplace *workplace),
                     const struct workplace *workplace)
{
	struct arena scratch = { 0 };
	size_t n;
	const char **names = directory_names(&scratch, path, &n);
	bool good = names;
	for (size_t i = 0; good && i < n; i++)
		good = add(names[i], workplace);
	int error = errno;
	arena_free(&scratch);
	errno = error;
	return good;
}

static bool copy_file(const char *from, const char *to)
{
	size_t length;
	char *text = file_read(from, &length);
	if (!text)
		return true; /* there is none, so there is none inside */
	int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	bool good = fd >= 0 && write_all(fd, text, length);
	if (fd >= 0)
		close(fd);
	free(text);
	return good;
}

/* The name in /etc is the real file's, or, for a link, one to the same target, which may be relative. */
static bool link_etc(const char *name, const struct workplace *workplace)
{
	(void)workplace;
	char path[PATH_MAX], real[PATH_MAX], target[PATH_MAX];
	snprintf(path, sizeof path, NEW "/etc/%s", name);
	snprintf(real, sizeof real, "/etc/%s", name);
	ssize_t length = readlink(real, target, sizeof target - 1);
	if (length > 0)
		target[length] = '\0';
	else
		snprintf(target, sizeof target, "/.etc/%s", name);
	return symlink(target, path) == 0 || errno == EEXIST;
}

static bool make_etc(void)
{
	char from[64], to[64];
	if (mount("/etc", NEW "/.etc", NULL, MS_BIND | MS_REC, NULL) < 0 ||
	    mount("etc", NEW "/etc", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") < 0 || mkdir(NEW "/etc/netns", 0755) < 0)
		return false;
	for (size_t i = 0; i < COUNT(copied); i++) {
		snprintf(from, sizeof from, "/etc/%s", copied[i]);
		snprintf(to, sizeof to, NEW "/etc/%s", copied[i]);
		if (!copy_file(from, to))
			return false;
	}
	return add_each("/etc", link_etc, NULL);
}

static bool mount_kernel_tree(struct trouble *trouble, const char *type, const char *where, const char *doing)
{
	if (mount(type, where, type, MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0)
		return true;
	fail(trouble, doing);
	if (trouble->error == EPERM)
		trouble->why = "parts of /proc or /sys are hidden here, as in a container; "
		               "Docker's '--security-opt systempaths=unconfined' allows it";
	return false;
}

static bool change_root(void)
{
	return syscall(SYS_pivot_root, NEW, NEW "/.old") == 0 &&
	       umount2("/.old", MNT_DETACH) == 0 && rmdir("/.old") == 0 &&
	       mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) == 0;
}

bool mounts_enter(const struct workplace *workplace, struct trouble *trouble)
{
	char path[sizeof NEW + 16];
	bool good = mount("root", NEW, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") == 0 && add_each("/", add_entry, workplace);
	for (size_t i = 0; good && i < COUNT(own); i++) {
		snprintf(path, sizeof path, NEW "/%s", own[i]);
		good = mkdir(path, 0755) == 0;
	}
	if (!good)
		return fail(trouble, "making its root directory");
	if (!make_etc())
		return fail(trouble, "making its /etc");
	/* ip-netns(8) unmounts /sys and mounts it anew, which the kernel only allows where another one is to be seen */
	if (!mount_kernel_tree(trouble, "proc", NEW "/proc", "mounting /proc") ||
	    !mount_kernel_tree(trouble, "sysfs", NEW "/sys", "mounting /sys") ||
	    !mount_kernel_tree(trouble, "sysfs", NEW "/.sys", "mounting /sys"))
		return false;
	if (mount("run", NEW "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") < 0 ||
	    mount("tmp", NEW "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") < 0)
		return fail(trouble, "mounting /run and /tmp");
	if (workplace->tree >= 0 && !*workplace->place && !attach_tree(workplace->tree, NEW "/.cwd"))
		return fail(trouble, "taking the working directory along");
	if (!change_root() || (workplace->tree < 0 && chdir("/") < 0))
		return fail(trouble, "changing the root directory");
	if (workplace->tree >= 0)
		close(workplace->tree);
	return true;
}
