/* teardown: undoes what a record says was made, and nothing else. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common.h"
#include "daemons.h"
#include "kernel.h"
#include "restore.h"
#include "owned.h"
#include "rundir.h"
#include "teardown.h"

/* How iproute2 and the kernel say that a thing is not there: it went by itself, or with another. */
static const char *const gone_already[] = {
	"Cannot find device",
	"No such file or directory", /* a namespace */
	"No such process",           /* a route */
	"Cannot assign requested address",
	"ddress not found",          /* the same since Linux 6.11 */
	"No such device",
	"does not exist",            /* a next hop */
};

static bool says_gone(const struct outcome *outcome)
{
	const char *said = buffer_text(&outcome->stream[STREAM_ERR]);
	for (size_t i = 0; i < COUNT(gone_already); i++)
		if (strstr(said, gone_already[i]))
			return true;
	return false;
}

/* A command that was running when its vnetgen was killed may still make what it was to make: wait, then end it.  False
 * when it cannot be seen. */
static bool await_command(const struct record *record)
{
	pid_t pid = record->exec_pid;
	if (!pid)
		return true;
	/* It is killed with its vnetgen, but not what it has started in its turn, which has a moment to end.  As long as
	 * there is a process in the group, its number is given to no other. */
	double limit = now_monotonic() + 2;
	while (!kernel_process_start(pid) && kill(-pid, 0) == 0 && now_monotonic() < limit)
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	uint64_t start = kernel_process_start(pid);
	if (start != record->exec_start)
		return start != IDENTITY_UNSEEN;
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0)
		return errno == ESRCH;
	struct pollfd end = { .fd = pidfd, .events = POLLIN };
	/* it has a process group of its own; first some time to end by itself */
	static const int signals[] = { 0, SIGTERM, SIGKILL };
	for (size_t i = 0; i < COUNT(signals); i++) {
		if (kernel_process_start(pid) != record->exec_start)
			break;
		if (signals[i])
			kill(-pid, signals[i]);
		if (poll(&end, 1, 2000) > 0)
			break;
	}
	close(pidfd);
	return true;
}

/* --- processes of others --- */

struct lives_on {
	struct record *record;
	ino_t *inodes; /* of the record's entries; 0: none */
	struct buffer *names;
};

static void see_process(void *user, ino_t netns, pid_t pid, const char *comm)
{
	struct lives_on *lives = user;
	for (size_t i = 0; i < lives->record->n; i++)
		if (lives->inodes[i] == netns)
			buffer_printf(&lives->names[i], "%s%s %d", lives->names[i].length ? ", " : "", comm, (int)pid);
}

static void find_processes(struct lives_on *lives, struct record *record)
{
	*lives = (struct lives_on){ .record = record, .inodes = xcalloc(record->n, sizeof(ino_t)),
		                        .names = xcalloc(record->n, sizeof(struct buffer)) };
	bool any = false;
	for (size_t i = 0; i < record->n; i++) {
		if (record->entries[i].class == UNDO_NETNS && owned(record, &record->entries[i]) == OWN_OURS) {
			lives->inodes[i] = kernel_netns_inode(record->entries[i].netns);
			any = true;
		}
	}
	if (any)
		kernel_each_process(see_process, lives);
}

static void free_processes(struct lives_on *lives)
{
	for (size_t i = 0; i < lives->record->n; i++)
		buffer_free(&lives->names[i]);
	free(lives->names);
	free(lives->inodes);
}

/* A device of the host that somebody has moved into a namespace of ours. */
struct stray {
	const struct record *record;
	const char *netns;
	const char *name; /* NULL: there is none */
};

static void see_link(void *user, uint64_t index, const char *name)
{
	struct stray *stray = user;
	const char *found = NULL;
	(void)index; /* which may be another one there */
	for (size_t i = 0; i < stray->record->n_devices; i++) {
		const struct host_device *device = &stray->record->devices[i];
		if (strcmp(device->name, name) != 0)
			continue;
		if (device->inside && !strcmp(device->inside, stray->netns))
			return;
		found = device->inside ? found : device->name;
	}
	if (found && !kernel_link_index("", found))
		stray->name = found;
}

static const char *stray_device(const struct record *record, const char *netns)
{
	struct stray stray = { .record = record, .netns = netns };
	kernel_each_link(netns, see_link, &stray);
	return stray.name;
}

static const char *name_of(const struct journal_entry *entry)
{
	return entry->class == UNDO_NETNS ? entry->netns : entry->link;
}

static const char *kind_of(const struct journal_entry *entry)
{
	return undo_rule(entry->class)->thing;
}

/* TERM was sent; what does not heed it gets KILL. */
static bool end_daemon(struct executor *executor, const struct journal_entry *entry, struct arena *arena)
{
	struct outcome outcome;
	struct job job = { .text = arena_printf(arena, "kill -s KILL -- -%d", (int)entry->pid), .shell = true, .hide_errors = true,
		               .timeout = 10, .log = { .step = "teardown", .phase = "undo", .added = true } };
	if (daemon_wait(entry, 5))
		return true;
	executor->total++;
	execute(executor, &job, &outcome, arena);
	outcome_free(&outcome);
	return daemon_wait(entry, 5);
}

static bool is_device(const struct journal_entry *entry)
{
	return entry->class == UNDO_HOST && *entry->link;
}

/* Is an entry whose command ended so undone?  What iproute2 cannot find is gone; a user's own command that fails fails,
 * but where a [run] never came to its end, or a command may have undone it before we were killed, it may find nothing. */
static bool is_undone(const struct journal_entry *entry, const struct outcome *outcome)
{
	if (outcome_good(outcome))
		return true;
	if (entry->class == UNDO_RUN)
		return entry->state == ENTRY_WILL || entry->undoing;
	return entry->class != UNDO_HOST && says_gone(outcome);
}

/* With the lock of what it changes, when others may do so as well.  False when it is still there and should not be; *held
 * when a device of the host is still in a namespace, with which it would be deleted. */
static bool undo_entry(struct executor *executor, struct record *record, struct journal_entry *entry, bool *held)
{
	struct arena arena = { 0 };
	struct outcome outcome;
	bool shared = entry->class == UNDO_HOST || entry->class == UNDO_DIRECTORY;
	const char *wrong = NULL;
	struct job job = { .text = entry->text, .shell = entry->shell, .hide_errors = true,
		               .timeout = execute_limit(executor, entry->class == UNDO_HOST ? RESTORE_TIMEOUT : COMMAND_TIMEOUT),
		               .log = { .step = "teardown", .phase = "undo", .added = entry->class == UNDO_EARLY } };
	int lock = shared ? common_lock(NULL, &arena, &wrong) : -1;
	if (wrong) {
		complain("%s", wrong);
		*held |= is_device(entry);
		arena_free(&arena);
		return false;
	}
	if (entry->class == UNDO_RUN)
		journal_undo(&record->journal, entry->rank);
	execute(executor, &job, &outcome, &arena);
	bool good = is_undone(entry, &outcome);
	if (entry->class == UNDO_DIRECTORY && !common_forget_directory(entry->link)) {
		complain("cannot note that '%s' is gone: %s", entry->link, strerror(errno));
		good = false;
	}
	if (entry->class == UNDO_DAEMON)
		good = end_daemon(executor, entry, &arena);
	if (!good && is_device(entry)) {
		uint64_t here = kernel_link_index("", entry->link);
		*held = !here || here == IDENTITY_UNSEEN || (outcome.how == ENDED && outcome.status == RESTORE_HELD);
	}
	if (!outcome_good(&outcome) && (!good || entry->class == UNDO_RUN)) {
		complain("'%s' failed: %s", entry->text, execute_words(executor, &job, &outcome, &arena));
		print_outcome(stderr, &outcome, STREAM_ERR);
	}
	if (good) {
		entry->state = ENTRY_GONE;
		journal_gone(&record->journal, entry->rank);
	} else if (entry->class == UNDO_RUN && outcome.how == ENDED) { /* what was killed may have done it */
		journal_left(&record->journal, entry->rank);
	}
	common_unlock(lock);
	outcome_free(&outcome);
	arena_free(&arena);
	return good;
}

bool teardown(struct executor *executor, struct record *record)
{
	bool good = true;
	struct lives_on lives;
	if (!await_command(record)) {
		complain("whether process %d, the last command of %s, is still at work cannot be seen now", (int)record->exec_pid,
		         record->name);
		return false;
	}
	journal_down(&record->journal);
	executor->number = executor->total = 0;
	bool seen = true;
	for (size_t i = 0; i < record->n; i++) {
		const struct journal_entry *entry = &record->entries[i];
		enum ownership ownership = owned(record, entry);
		executor->total += ownership == OWN_OURS;
		seen &= entry->class != UNDO_NETNS || ownership != OWN_UNSEEN;
		if (entry->class == UNDO_NETNS && ownership == OWN_UNSEEN)
			complain("whether '%s' is still the namespace that was made cannot be seen now; is anything mounted over "
			         "/run/netns?", name_of(entry));
		if (ownership == OWN_REPLACED)
			complain("'%s' is left alone: it is another %s of that name", name_of(entry), kind_of(entry));
	}
	if (!seen) /* a device of the host may be in it */
		return false;
	bool looked = false, held = false;
	struct table waiting = { 0 }; /* of namespaces: what must go before them, and has not */
	for (size_t i = 0; i < record->n && !held; i++) {
		struct journal_entry *entry = &record->entries[i];
		if (entry->class >= UNDO_EARLY && !looked) {
			/* now that our own daemons have ended, those that are left are others' */
			find_processes(&lives, record);
			looked = true;
		}
		if (entry->class == UNDO_NETNS && lives.names[i].length)
			complain("%s lives on: %s", entry->netns, buffer_text(&lives.names[i]));
		const struct journal_entry *inside = entry->class == UNDO_NETNS ? table_get(&waiting, entry->netns) : NULL;
		enum ownership ownership = owned(record, entry);
		const char *stray = entry->class == UNDO_NETNS && ownership == OWN_OURS ? stray_device(record, entry->netns) : NULL;
		bool undone = !inside && !stray && ownership != OWN_UNSEEN;
		if (stray)
			complain("the device '%s' of the host is in the namespace '%s', which is left as long as it is there", stray,
			         entry->netns);
		else if (inside)
			complain("the namespace '%s' is left as long as '%s' is in it", entry->netns, inside->link);
		else if (ownership == OWN_UNSEEN)
			complain("whether '%s' is still the %s that was made cannot be seen now", name_of(entry), kind_of(entry));
		else if (ownership == OWN_OURS)
			undone = undo_entry(executor, record, entry, &held);
		if (!undone && entry->class == UNDO_EARLY)
			table_set(&waiting, entry->netns, entry);
		good &= undone;
	}
	table_free(&waiting);
	if (looked)
		free_processes(&lives);
	const char *left;
	if (good && !record_remove(record, &left)) {
		complain("cannot remove %s: %s", left, strerror(errno));
		good = false;
	}
	return good;
}
