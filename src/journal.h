/* journal: what an `up` made, in NAME/journal below rundir(), so that `down` knows it whatever happened to us.
 *
 * The file is only added to, a line with one write(2) each, words quoted as for sh, and in them "\\n" for a newline and
 * "\\\\" for a backslash, so that nothing that a scenario says can end a line:
 *
 *   vnetgen 2 NAME FILE PID PID-START EPOCH BOOT-ID HIGHEST-IFINDEX NETNS-COOKIE
 *   host IFINDEX NAME                        a device that the host has: it must not go with a namespace
 *   inside NETNS NAME                        the scenario itself has a device of such a name there
 *   will RANK CLASS NETNS LINK SHELL UNDO    what undoes a thing, before the command that makes it is started,
 *   exec PID PID-START                       in one write with the process that will make it
 *   done RANK ID PLACE                       it is made: the cookie of a namespace, the index of a device, else 0; and
 *                                            the file system that it is in (owned_place())
 *   runs RANK PID PID-START                  it is a daemon: this process, which leads a session of its own
 *   undo RANK                                a command of the scenario's own is about to undo it,
 *   left RANK                                and failed
 *   gone RANK                                it is no more, or was not made after all
 *   whole                                    all of the network is there
 *   down                                     from here on it is taken down
 *
 * A `will` without `done` may or may not have happened: its name was free when the line was written, so what bears
 * it (for a device: with an index above HIGHEST-IFINDEX) is ours. */
#ifndef VNETGEN_JOURNAL_H
#define VNETGEN_JOURNAL_H

#include <sys/types.h>

#include "plan.h"

struct journal {
	int fd; /* -1: not open */
};

/* Starts the record of NAME; making the directory is the lock.  While it is open, so long others see it as held.
 * False with a line in *wrong, in ARENA, when it cannot; *taken says that NAME is up. */
bool journal_start(struct journal *journal, const char *name, const char *file, struct arena *arena,
                   const char **wrong, bool *taken);
/* The lines before a command; false when they cannot be written, and then it must not be started.  UNDO may have
 * NULLs; PID 0 leaves the `exec` line away. */
bool journal_will(struct journal *journal, const struct undo *const *undo, const char *const *texts, size_t n,
                  pid_t pid);
bool journal_inside(struct journal *journal, const char *netns, const char *name);
bool journal_done(struct journal *journal, size_t rank, uint64_t id, uint64_t place);
bool journal_runs(struct journal *journal, size_t rank, pid_t pid);
bool journal_undo(struct journal *journal, size_t rank);
bool journal_left(struct journal *journal, size_t rank);
bool journal_gone(struct journal *journal, size_t rank);
bool journal_whole(struct journal *journal);
bool journal_down(struct journal *journal);
void journal_close(struct journal *journal);

enum entry_state { ENTRY_WILL, ENTRY_DONE, ENTRY_GONE };

struct journal_entry {
	size_t rank;
	enum undo_class class;
	const char *netns, *link, *text;
	bool shell;
	enum entry_state state;
	bool undoing; /* whether the command that undoes it came to its end is not known */
	uint64_t id, place;
	pid_t pid; /* of a daemon; 0: there was none yet */
	uint64_t start;
};

struct record {
	const char *name, *file;
	bool foreign;          /* the directory is something else's, as *wrong says */
	bool script;           /* made by a printed script, which undoes it itself */
	bool held;             /* a process is at work on it: */
	pid_t holder;          /* this one; 0: that cannot be seen */
	bool whole;            /* all of it was built, and it has not been taken down */
	bool stale;            /* from before the machine was started last: nothing of it is left but files */
	bool elsewhere;        /* made in another network namespace, where alone it can be undone */
	double since;          /* seconds since the epoch; 0: it never came so far */
	uint64_t base_index;
	pid_t exec_pid;        /* the command that was started last; 0: none */
	uint64_t exec_start;
	struct host_device {
		const char *name;
		const char *inside; /* NULL: the host had it; else a namespace in which the scenario has one of that name */
	} *devices;
	size_t n_devices, devices_room;
	struct journal_entry *entries; /* by rank */
	size_t n, room;
	struct journal journal; /* to say what is gone; held by us */
	struct arena arena;
};

/* Reads the record of NAME.  With TAKE it is held until record_close(), unless another process holds it.
 * False when there is none, and then there is nothing to close; one that cannot be read, understood or trusted is a
 * record with a line in *wrong. */
bool record_read(struct record *record, const char *name, bool take, const char **wrong);
/* The same for the record that JOURNAL, which is ours, has been written for: it goes over into RECORD. */
bool record_read_own(struct record *record, const char *name, struct journal *journal, const char **wrong);
/* That it is up from another scenario than FILE, and what to do, in the record's arena; NULL when it is from that one, or
 * says no file, as those of printed scripts. */
const char *record_of_other(struct record *record, const char *file);
/* That it was made in another network namespace, and what to do; in the record's arena. */
const char *record_elsewhere(struct record *record);
/* That a process is at work on it, which is the case when it is held; in the record's arena. */
const char *record_busy(struct record *record);
/* Since when, in local time ("2026-11-24 10:00:00"), in ARENA; "-" when that is not known. */
const char *record_since(struct arena *arena, const struct record *record);
/* Removes the directory of the record, with all that the scenario's own commands have left in it.  False with errno, and
 * with what cannot be removed in *left, in the record's arena. */
bool record_remove(struct record *record, const char **left);
void record_close(struct record *record);

/* The names of all records, sorted, in ARENA; *n is how many.  False when rundir() cannot be read: errno is set. */
bool record_names(struct arena *arena, const char ***names, size_t *n);
/* The name of the record that owns a namespace, or a device in it (LINK not NULL), in ARENA; NULL when none does. */
const char *record_holder(struct arena *arena, const char *netns, const char *link);

#endif
