/* idmap: who is who in a sandbox. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "idmap.h"
#include "spawn.h"

enum { RANGE = 65536 };

/* Ids that are nobody's by habit: as many of the first as fit, at most RANGE. */
static const struct id_range nobodys[] = {
	/* above those of containers (systemd-nspawn(1)) and of directories (sssd(8): up to 2000200000) */
	{ 0x78000000, 0x08000000 },
	/* between those of 16 bits and the first that useradd(8) gives to a user as subordinate ones */
	{ 65536, 100000 - 65536 },
	/* of those of 16 bits, which are all that most containers have: the ones that systemd leaves to nobody */
	{ 60578, 61183 - 60578 + 1 },
};

/* One line NAME:START:COUNT of subuid(5). */
struct subid {
	const char *name;
	struct id_range range;
};

struct subids {
	struct subid *lines;
	size_t n, room;
	struct arena arena;
};

/* No id is above 2^32, whatever a file says. */
static unsigned long id_number(const char *digits)
{
	unsigned long id = strtoul(digits, NULL, 10);
	return id > 1ul << 32 ? 1ul << 32 : id;
}

static void subids_read(struct subids *subids, const char *path)
{
	size_t length;
	char *text = file_read(path, &length), *rest = NULL;
	for (char *line = text ? strtok_r(text, "\n", &rest) : NULL; line; line = strtok_r(NULL, "\n", &rest)) {
		char *start = strchr(line, ':'), *count = start ? strchr(start + 1, ':') : NULL;
		if (!count)
			continue;
		*array_add(subids->lines, subids->n, subids->room) = (struct subid){
			arena_strndup(&subids->arena, line, (size_t)(start - line)),
			{ id_number(start + 1), id_number(count + 1) },
		};
	}
	free(text);
}

static void subids_free(struct subids *subids)
{
	free(subids->lines);
	arena_free(&subids->arena);
}

static void add_taken(struct subids *taken, unsigned long start, unsigned long count)
{
	*array_add(taken->lines, taken->n, taken->room) = (struct subid){ "", { start, count } };
}

/* The first of N ids from START on that are in no line of TAKEN. */
static unsigned long first_free(const struct subids *taken, unsigned long start, unsigned long n)
{
	for (size_t i = 0; i < taken->n; i++) {
		const struct id_range *range = &taken->lines[i].range;
		if (start < range->start + range->count && range->start < start + n) {
			start = range->start + range->count;
			i = (size_t)-1; /* lines are in no order: from the first one again */
		}
	}
	return start;
}

/* What useradd(8) gives to users as subordinate ids: any of them may be somebody's soon. */
static void take_given(struct subids *taken)
{
	unsigned long lowest = 100000, highest = 600100000, value;
	char line[512], word[64];
	FILE *file = fopen("/etc/login.defs", "re");
	while (file && fgets(line, sizeof line, file)) {
		if (sscanf(line, "%63s %lu", word, &value) != 2)
			continue;
		if ((!strcmp(word, "SUB_UID_MIN") || !strcmp(word, "SUB_GID_MIN")) && value < lowest)
			lowest = value;
		if ((!strcmp(word, "SUB_UID_MAX") || !strcmp(word, "SUB_GID_MAX")) && value > highest)
			highest = value;
	}
	if (file)
		fclose(file);
	if (highest >= lowest)
		add_taken(taken, lowest, highest - lowest + 1);
}

static void take_users(struct subids *taken)
{
	struct passwd *user;
	struct group *group;
	FILE *users = fopen("/etc/passwd", "re"), *groups = fopen("/etc/group", "re");
	while (users && (user = fgetpwent(users)))
		add_taken(taken, user->pw_uid, 1);
	while (groups && (group = fgetgrent(groups)))
		add_taken(taken, group->gr_gid, 1);
	if (users)
		fclose(users);
	if (groups)
		fclose(groups);
}

/* The widest part of RANGE that there is in our user namespace, of which MAP is /proc/self/uid_map or gid_map. */
static struct id_range part_there(const char *map, const struct id_range *range)
{
	struct id_range widest = { 0 };
	unsigned long inside, outside, count;
	FILE *file = fopen(map, "re");
	while (file && fscanf(file, "%lu %lu %lu", &inside, &outside, &count) == 3) {
		unsigned long start = inside > range->start ? inside : range->start;
		unsigned long end = inside + count, last = range->start + range->count;
		end = end < last ? end : last;
		if (end > start && end - start > widest.count)
			widest = (struct id_range){ start, end - start };
	}
	if (file)
		fclose(file);
	return widest;
}

/* The ids for a sandbox of root: none when nobody's are none. */
static struct id_range take_nobodys(const char *map, const struct subids *taken)
{
	for (size_t i = 0; i < COUNT(nobodys); i++) {
		unsigned long n = nobodys[i].count < RANGE ? nobodys[i].count : RANGE;
		struct id_range there = part_there(map, &nobodys[i]);
		unsigned long start = first_free(taken, there.start, n);
		if (start + n <= there.start + there.count)
			return (struct id_range){ start, n };
	}
	return (struct id_range){ 0 };
}

/* Is root all that there is? */
static bool is_alone(const char *map)
{
	return !part_there(map, &(struct id_range){ 1, 1ul << 32 }).count;
}

static const char *choose_for_root(struct idmap *map)
{
	static const char uids[] = "/proc/self/uid_map", gids[] = "/proc/self/gid_map";
	struct subids taken = { 0 };
	subids_read(&taken, "/etc/subuid");
	subids_read(&taken, "/etc/subgid");
	take_given(&taken);
	take_users(&taken);
	map->uids = take_nobodys(uids, &taken);
	map->gids = take_nobodys(gids, &taken);
	map->own_id_only = is_alone(uids);
	subids_free(&taken);
	if (map->own_id_only || (map->uids.count && map->gids.count))
		return NULL;
	return "all user ids here may be somebody's (/etc/subuid, /proc/self/uid_map), and root's sandbox needs some that are "
	       "nobody's; an ordinary user's needs none";
}

/* Has getsubids(1), which also asks directories (LDAP), for the ranges of USER.  False when it is not there. */
static bool subids_ask(struct subids *subids, const char *user, bool groups)
{
	struct arena scratch = { 0 };
	struct outcome outcome;
	char *name = arena_strdup(&scratch, user), option[] = "-g", program[] = "getsubids";
	char *argv[] = { program, groups ? option : name, groups ? name : NULL, NULL };
	spawn(&(struct spawn){ .argv = argv, .path = STANDARD_PATH, .timeout = 10 }, &outcome);
	/* "0: USER START COUNT" */
	char *rest = NULL, *text = arena_strdup(&scratch, buffer_text(&outcome.stream[STREAM_OUT]));
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		struct id_range range;
		const char *owner = strchr(line, ' ');
		if (owner && starts_with(++owner, user) && sscanf(owner + strlen(user), " %lu %lu", &range.start, &range.count) == 2)
			*array_add(subids->lines, subids->n, subids->room) =
				(struct subid){ arena_strdup(&subids->arena, user), range };
	}
	bool there = outcome.how != NOT_STARTED;
	outcome_free(&outcome);
	arena_free(&scratch);
	return there;
}

/* The widest range that our user has, of those that are there. */
static struct id_range given_to_us(bool groups)
{
	struct subids subids = { 0 };
	struct id_range widest = { 0 };
	const struct passwd *user = getpwuid(geteuid());
	char number[24];
	snprintf(number, sizeof number, "%u", geteuid());
	const char *name = arena_strdup(&subids.arena, user ? user->pw_name : number);
	if (subids_ask(&subids, name, groups))
		subids_ask(&subids, number, groups); /* which is not looked for by the name */
	else
		subids_read(&subids, groups ? "/etc/subgid" : "/etc/subuid");
	for (size_t i = 0; i < subids.n; i++) {
		const struct subid *line = &subids.lines[i];
		struct id_range there = part_there(groups ? "/proc/self/gid_map" : "/proc/self/uid_map", &line->range);
		if ((!strcmp(line->name, name) || !strcmp(line->name, number)) && there.count > widest.count)
			widest = there;
	}
	subids_free(&subids);
	return widest;
}

const char *idmap_choose(struct idmap *map)
{
	*map = (struct idmap){ 0 };
	if (geteuid() == 0)
		return choose_for_root(map);
	struct arena scratch = { 0 };
	map->uids = given_to_us(false);
	map->gids = given_to_us(true);
	map->by_helper = map->uids.count && map->gids.count && !prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) &&
	                 program_find(&scratch, "newuidmap", STANDARD_PATH) &&
	                 program_find(&scratch, "newgidmap", STANDARD_PATH);
	map->own_id_only = !map->by_helper;
	arena_free(&scratch);
	return NULL;
}

/* --- from outside --- */

static bool write_proc(pid_t pid, const char *name, const char *text)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	return file_write(path, text);
}

static bool write_map(pid_t pid, const char *name, const struct idmap *map, unsigned long own, const struct id_range *range)
{
	char line[64];
	if (map->own_id_only)
		snprintf(line, sizeof line, "%lu %lu 1\n", own, own);
	else
		snprintf(line, sizeof line, "0 %lu %lu\n", range->start, range->count);
	return write_proc(pid, name, line);
}

static bool run_helper(const char *program, pid_t pid, unsigned long own, const struct id_range *range, char *said,
                       size_t room)
{
	struct arena arena = { 0 };
	struct outcome outcome;
	char *argv[] = { arena_strdup(&arena, program), arena_printf(&arena, "%d", (int)pid),
		             arena_strdup(&arena, "0"), arena_printf(&arena, "%lu", own), arena_strdup(&arena, "1"),
		             arena_strdup(&arena, "1"), arena_printf(&arena, "%lu", range->start),
		             arena_printf(&arena, "%lu", range->count), NULL };
	spawn(&(struct spawn){ .argv = argv, .path = STANDARD_PATH, .timeout = 10 }, &outcome);
	bool good = outcome_good(&outcome);
	const char *line = buffer_text(&outcome.stream[STREAM_ERR]);
	if (!good)
		snprintf(said, room, "%.*s", (int)strcspn(line, "\n"), line);
	outcome_free(&outcome);
	arena_free(&arena);
	errno = good ? 0 : EPERM;
	return good;
}

bool idmap_write(const struct idmap *map, pid_t pid, char *said, size_t room)
{
	*said = '\0';
	if (map->by_helper)
		return run_helper("newuidmap", pid, geteuid(), &map->uids, said, room) &&
		       run_helper("newgidmap", pid, getegid(), &map->gids, said, room);
	return (!map->own_id_only || write_proc(pid, "setgroups", "deny")) &&
	       write_map(pid, "uid_map", map, geteuid(), &map->uids) && write_map(pid, "gid_map", map, getegid(), &map->gids);
}

/* --- from inside --- */

/* Who is not uid 0 loses all capabilities at an exec but those that are ambient. */
static void keep_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	if (syscall(SYS_capget, &header, data) < 0)
		return;
	for (size_t i = 0; i < COUNT(data); i++)
		data[i].inheritable = data[i].permitted;
	syscall(SYS_capset, &header, data);
	for (unsigned long cap = 0; cap < 64 && prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0);
}

bool idmap_keep_limits(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	if (prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE) < 0 || syscall(SYS_capget, &header, data) < 0)
		return false;
	struct __user_cap_data_struct *word = &data[CAP_TO_INDEX(CAP_SYS_RESOURCE)];
	word->effective &= ~CAP_TO_MASK(CAP_SYS_RESOURCE);
	word->permitted &= ~CAP_TO_MASK(CAP_SYS_RESOURCE);
	word->inheritable &= ~CAP_TO_MASK(CAP_SYS_RESOURCE);
	return syscall(SYS_capset, &header, data) == 0;
}

bool idmap_become_root(const struct idmap *map)
{
	if (map->own_id_only)
		keep_capabilities();
	else if (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return false;
	/* the commands have the same ids as we inside, and are not to take our descriptors, which lead outside */
	return prctl(PR_SET_DUMPABLE, 0) == 0;
}

struct id_range idmap_groups(const struct idmap *map)
{
	if (map->own_id_only)
		return (struct id_range){ getegid(), 1 };
	return (struct id_range){ 0, map->gids.count + (map->by_helper ? 1 : 0) };
}
