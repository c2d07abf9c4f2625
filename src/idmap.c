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

enum {
	RANGE = 65536,
	/* above what containers are given by habit: systemd-nspawn(1) picks from the ids below */
	NOBODYS = 0x70000000,
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

static unsigned long round_up(unsigned long id)
{
	return (id + RANGE - 1) / RANGE * RANGE;
}

/* The first id above LOWEST with RANGE ids that are in no line of SUBIDS. */
static unsigned long first_free(const struct subids *subids, unsigned long lowest)
{
	unsigned long start = round_up(lowest);
	for (size_t i = 0; i < subids->n; i++) {
		const struct id_range *taken = &subids->lines[i].range;
		if (start < taken->start + taken->count && taken->start < start + RANGE) {
			start = round_up(taken->start + taken->count);
			i = (size_t)-1; /* lines are in no order: from the first one again */
		}
	}
	return start;
}

/* The highest id that useradd(8) gives to a user for such ranges. */
static unsigned long highest_given(void)
{
	unsigned long highest = 0, value;
	char line[512], word[64];
	FILE *file = fopen("/etc/login.defs", "re");
	while (file && fgets(line, sizeof line, file))
		if (sscanf(line, "%63s %lu", word, &value) == 2 && value > highest &&
		    (!strcmp(word, "SUB_UID_MAX") || !strcmp(word, "SUB_GID_MAX")))
			highest = value;
	if (file)
		fclose(file);
	return highest;
}

/* The ids for a sandbox of root: RANGE of them that nobody has.  In another user namespace, which has no room for
 * that, all of the widest range of it but its root; none when there is only root. */
static bool take_nobodys(struct id_range *range, const char *map_file, const struct subids *subids, unsigned long lowest)
{
	unsigned long inside, outside, count;
	bool roomy = false;
	*range = (struct id_range){ 0 };
	FILE *file = fopen(map_file, "re");
	while (file && fscanf(file, "%lu %lu %lu", &inside, &outside, &count) == 3) {
		unsigned long start = first_free(subids, lowest > inside ? lowest : inside);
		if (inside + count > lowest + RANGE) {
			roomy = true;
			if (start + RANGE <= inside + count)
				*range = (struct id_range){ start, RANGE };
		} else if (!roomy) {
			unsigned long skipped = inside ? 0 : 1;
			if (count - skipped > range->count)
				*range = (struct id_range){ inside + skipped, count - skipped };
		}
	}
	if (file)
		fclose(file);
	return range->count || !roomy;
}

static const char *choose_for_root(struct idmap *map)
{
	struct subids taken = { 0 };
	unsigned long lowest = highest_given() + 1;
	subids_read(&taken, "/etc/subuid");
	subids_read(&taken, "/etc/subgid");
	if (lowest < NOBODYS)
		lowest = NOBODYS;
	bool good = take_nobodys(&map->uids, "/proc/self/uid_map", &taken, lowest) &&
	            take_nobodys(&map->gids, "/proc/self/gid_map", &taken, lowest);
	subids_free(&taken);
	map->own_id_only = !map->uids.count || !map->gids.count;
	return good ? NULL : "/etc/subuid and /etc/subgid give all user ids to somebody; root's sandbox needs 65536 that nobody has";
}

/* The widest range that PATH gives to our user. */
static struct id_range given_to_us(const char *path)
{
	struct subids subids = { 0 };
	struct id_range widest = { 0 };
	const struct passwd *user = getpwuid(geteuid());
	char number[24];
	snprintf(number, sizeof number, "%u", geteuid());
	subids_read(&subids, path);
	for (size_t i = 0; i < subids.n; i++) {
		const struct subid *line = &subids.lines[i];
		if (((user && !strcmp(line->name, user->pw_name)) || !strcmp(line->name, number)) &&
		    line->range.count > widest.count)
			widest = line->range;
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
	map->uids = given_to_us("/etc/subuid");
	map->gids = given_to_us("/etc/subgid");
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
