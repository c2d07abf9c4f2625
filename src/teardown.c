/* teardown: undoes what a record says was made, and nothing else. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "daemons.h"
#include "kernel.h"
#include "restore.h"
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

/* --- what is ours --- */

enum ownership teardown_ownership(const struct record *record, const struct journal_entry *entry)
{
	uint64_t id = 0;
	bool there = true, done = entry->state == ENTRY_DONE, ours = true;
	if (entry->state == ENTRY_GONE)
		return OWN_GONE;
	switch (entry->class) {
	case UNDO_NETNS:
		there = kernel_has_netns(entry->netns);
		id = there ? kernel_netns_cookie(entry->netns) : 0;
		/* a file without a namespace is what a removal that was broken off leaves */
		ours = !done || id == entry->id || !id;
		break;
	case UNDO_UPON:
	case UNDO_EARLY:
	case UNDO_LINK:
		id = kernel_link_index(entry->netns, entry->link);
		there = id;
		ours = done ? id == entry->id : *entry->netns || id > record->base_index;
		break;
	case UNDO_DAEMON:
		id = daemon_identity(entry);
		there = id;
		break;
	case UNDO_HOST:
		if (*entry->link == '/' && done) {
			id = kernel_file_id(entry->link);
			there = id;
			ours = id == entry->id;
		}
		break;
	default:
		break;
	}
	if (id == IDENTITY_UNSEEN)
		return OWN_UNSEEN;
	return !there ? OWN_GONE : ours ? OWN_OURS : OWN_REPLACED;
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
		if (record->entries[i].class == UNDO_NETNS && teardown_ownership(record, &record->entries[i]) == OWN_OURS) {
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

static const char *name_of(const struct journal_entry *entry)
{
	return entry->class == UNDO_NETNS ? entry->netns : entry->link;
}

static const char *kind_of(const struct journal_entry *entry)
{
	return entry->class == UNDO_NETNS ? "namespace" : entry->class == UNDO_HOST ? "file" :
	       entry->class == UNDO_DAEMON ? "process" : "device";
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

/* Of UNDO_HOST: is it a device that is given back, and not a file or a setting? */
static bool is_device(const struct journal_entry *entry)
{
	return *entry->link && *entry->link != '/';
}

/* With AGAIN it stays in the record, for the next time.  False when it is still there and should not be; *held when a
 * device of the host is still in a namespace, with which it would be deleted. */
static bool undo_entry(struct executor *executor, struct record *record, struct journal_entry *entry, bool again,
                       bool *held)
{
	struct arena arena = { 0 };
	struct outcome outcome;
	struct job job = { .text = entry->text, .shell = entry->shell, .hide_errors = true,
		               .timeout = execute_limit(executor, entry->class == UNDO_HOST ? RESTORE_TIMEOUT : COMMAND_TIMEOUT),
		               .log = { .step = "teardown", .phase = "undo", .added = entry->class == UNDO_EARLY } };
	execute(executor, &job, &outcome, &arena);
	bool good = outcome_good(&outcome) || says_gone(&outcome) ||
	            /* it was never known to have happened, and its words are the user's */
	            (entry->state == ENTRY_WILL && entry->class == UNDO_RUN);
	if (entry->class == UNDO_DAEMON)
		good = end_daemon(executor, entry, &arena);
	if (!good && entry->class == UNDO_HOST && is_device(entry)) {
		uint64_t here = kernel_link_index("", entry->link);
		*held = !here || here == IDENTITY_UNSEEN || (outcome.how == ENDED && outcome.status == RESTORE_HELD);
	}
	if (!good) {
		complain("'%s' failed: %s", entry->text, execute_words(executor, &job, &outcome, &arena));
		print_outcome(stderr, &outcome, STREAM_ERR);
	} else if (!again) {
		entry->state = ENTRY_GONE;
		journal_gone(&record->journal, entry->rank);
	}
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
	for (size_t i = 0; i < record->n; i++) {
		const struct journal_entry *entry = &record->entries[i];
		enum ownership ownership = teardown_ownership(record, entry);
		executor->total += ownership == OWN_OURS;
		if (ownership == OWN_REPLACED)
			complain("'%s' is left alone: it is another %s of that name", name_of(entry), kind_of(entry));
	}
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
		enum ownership ownership = teardown_ownership(record, entry);
		bool undone = !inside && ownership != OWN_UNSEEN;
		if (inside)
			complain("the namespace '%s' is left as long as '%s' is in it", entry->netns, inside->link);
		else if (ownership == OWN_UNSEEN)
			complain("whether '%s' is still the %s that was made cannot be seen now", name_of(entry), kind_of(entry));
		else if (ownership == OWN_OURS)
			/* what an earlier one of the host could not take away may be in what this one puts back, as a rule is in
			 * its chain */
			undone = undo_entry(executor, record, entry, !good && entry->class == UNDO_HOST, &held);
		if (!undone && entry->class == UNDO_EARLY)
			table_set(&waiting, entry->netns, entry);
		good &= undone;
	}
	table_free(&waiting);
	if (looked)
		free_processes(&lives);
	if (good && !record_remove(record)) {
		complain("cannot remove %s/%s: %s", rundir(), record->name, strerror(errno));
		good = false;
	}
	return good;
}
