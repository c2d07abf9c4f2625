/* teardown: undoes what a record says was made, and nothing else. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemons.h"
#include "kernel.h"
#include "teardown.h"

/* How iproute2 and the kernel say that a thing is not there: it went by itself, or with another. */
static const char *const gone_already[] = {
	"Cannot find device",
	"No such file or directory", /* a namespace */
	"No such process",           /* a route */
	"Cannot assign requested address",
	"ddress not found",          /* the same since Linux 6.11 */
	"No such device",
};

static bool says_gone(const struct outcome *outcome)
{
	const char *said = buffer_text(&outcome->stream[STREAM_ERR]);
	for (size_t i = 0; i < COUNT(gone_already); i++)
		if (strstr(said, gone_already[i]))
			return true;
	return false;
}

/* A command that was running when its vnetgen was killed may still make what it was to make: wait, then end it. */
static void await_command(const struct record *record)
{
	pid_t pid = record->exec_pid;
	if (!pid || kernel_process_start(pid) != record->exec_start)
		return;
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0)
		return;
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

static bool is_ours(const struct record *record, const struct journal_entry *entry, const char **instead);

static void find_processes(struct lives_on *lives, struct record *record)
{
	*lives = (struct lives_on){ .record = record, .inodes = xcalloc(record->n, sizeof(ino_t)),
		                        .names = xcalloc(record->n, sizeof(struct buffer)) };
	bool any = false;
	for (size_t i = 0; i < record->n; i++) {
		const char *instead = NULL;
		if (record->entries[i].class == UNDO_NETNS && is_ours(record, &record->entries[i], &instead)) {
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

/* --- what is ours --- */

/* Is the thing there, and the one that was made?  *instead says why it is left alone when another took its place. */
static bool is_ours(const struct record *record, const struct journal_entry *entry, const char **instead)
{
	uint64_t id;
	if (entry->state == ENTRY_GONE)
		return false;
	switch (entry->class) {
	case UNDO_NETNS:
		if (!kernel_has_netns(entry->netns))
			return false;
		id = kernel_netns_cookie(entry->netns);
		if (entry->state == ENTRY_WILL || id == entry->id)
			return true;
		*instead = "it is another namespace of that name";
		return false;
	case UNDO_EARLY:
	case UNDO_LINK:
		id = kernel_link_index(entry->netns, entry->link);
		if (!id)
			return false;
		if (entry->state == ENTRY_DONE ? id == entry->id : *entry->netns || id > record->base_index)
			return true;
		*instead = "it is another device of that name";
		return false;
	case UNDO_DAEMON:
		return daemon_is_there(entry);
	default:
		return true;
	}
}

static const char *name_of(const struct journal_entry *entry)
{
	return entry->class == UNDO_NETNS ? entry->netns : entry->link;
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

/* False when it is still there and should not be. */
static bool undo_entry(struct executor *executor, struct record *record, struct journal_entry *entry)
{
	struct arena arena = { 0 };
	struct outcome outcome;
	struct job job = { .text = entry->text, .shell = entry->shell, .hide_errors = true, .timeout = 30,
		               .log = { .step = "teardown", .phase = "undo", .added = entry->class == UNDO_EARLY } };
	execute(executor, &job, &outcome, &arena);
	bool good = outcome_good(&outcome) || says_gone(&outcome) ||
	            /* it was never known to have happened */
	            (entry->state == ENTRY_WILL && (entry->class == UNDO_RUN || entry->class == UNDO_HOST));
	if (entry->class == UNDO_DAEMON)
		good = end_daemon(executor, entry, &arena);
	if (!good) {
		complain("'%s' failed: %s", entry->text, execute_words(executor, &job, &outcome, &arena));
		print_indented(stderr, buffer_text(&outcome.stream[STREAM_ERR]));
	} else {
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
	if (!record->stale)
		await_command(record);
	executor->number = executor->total = 0;
	for (size_t i = 0; i < record->n; i++) {
		const char *instead = NULL;
		executor->total += !record->stale && is_ours(record, &record->entries[i], &instead);
		if (instead && !record->stale)
			complain("'%s' is left alone: %s", name_of(&record->entries[i]), instead);
	}
	bool looked = false;
	for (size_t i = 0; i < record->n && !record->stale; i++) {
		struct journal_entry *entry = &record->entries[i];
		const char *instead = NULL;
		if (entry->class >= UNDO_EARLY && !looked) {
			/* now that our own daemons have ended, those that are left are others' */
			find_processes(&lives, record);
			looked = true;
		}
		if (entry->class == UNDO_NETNS && lives.names[i].length)
			complain("%s lives on: %s", entry->netns, buffer_text(&lives.names[i]));
		if (is_ours(record, entry, &instead))
			good &= undo_entry(executor, record, entry);
	}
	if (looked)
		free_processes(&lives);
	if (good && !record_remove(record)) {
		complain("cannot remove " RUN_DIR "/%s: %s", record->name, strerror(errno));
		good = false;
	}
	return good;
}
