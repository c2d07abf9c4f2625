/* spawn: the one place that starts processes.
 *
 * Each gets: a process group of its own and a parent-death signal, /dev/null as standard input, a clean environment
 * with a fixed PATH, its output captured as it comes, and no descriptor of ours. */
#ifndef VNETGEN_SPAWN_H
#define VNETGEN_SPAWN_H

#include <signal.h>
#include <sys/types.h>

#include "util.h"

/* What an ordinary user's PATH lacks has ip and sysctl in it. */
#define STANDARD_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

enum { OUTPUT_KEPT = 1 << 20 /* bytes of each stream; what comes after is counted and dropped */ };

enum stream { STREAM_OUT, STREAM_ERR };

struct spawn {
	char *const *argv;
	const char *path; /* PATH to look the program up in, and for the environment */
	double timeout;   /* seconds, then its process group gets SIGTERM and SIGKILL; 0: none */
	/* Called with what the command prints, as it comes; may be NULL. */
	void (*output)(void *user, enum stream stream, const char *bytes, size_t length);
	/* Called once, when the command seems to wait: it has printed a line, or a second has gone by.  May be NULL. */
	void (*waiting)(void *user);
	/* Called by the new process before it executes anything, while we are halted and share our memory with it: what it
	 * notes is noted.  It may end the process, to have nothing executed.  May be NULL. */
	void (*born)(void *user, pid_t pid);
	void *user;
	bool background; /* set by spawn_background() */
	/* When it becomes true, the command gets a moment to end, then SIGTERM, then SIGKILL.  May be NULL. */
	const volatile sig_atomic_t *stop;
};

struct outcome {
	/* LOST: it was started, but could not be followed, so what it did and printed is not known */
	enum { ENDED, KILLED, TIMED_OUT, NOT_STARTED, LOST } how;
	int status;          /* of ENDED: its exit status; of KILLED the signal; of NOT_STARTED and LOST an errno */
	double started;      /* seconds since the epoch */
	double duration;     /* seconds */
	struct buffer stream[2]; /* by enum stream */
	size_t dropped[2];   /* bytes beyond OUTPUT_KEPT */
};

/* Runs the command and waits for it.  A program that is not there is NOT_STARTED with ENOENT.
 * Free the outcome with outcome_free(). */
void spawn(const struct spawn *spawn, struct outcome *outcome);
/* Starts a command that goes on when we have ended: in a session of its own, its output to OUTPUT.  `born` is called as
 * above; timeout, output and stop are not looked at.  Its process id, and our child it is; -1 with errno set. */
pid_t spawn_background(const struct spawn *spawn, int output);
void outcome_free(struct outcome *outcome);
/* Did it end with status 0? */
bool outcome_good(const struct outcome *outcome);
/* Did it say itself that it could not, so that what it was to do is not done?  What was killed, or a shell of whose
 * programs one was (status 128 and the signal), may have done it. */
bool outcome_refused(const struct outcome *outcome);
/* "exit status 2", "killed by signal 9 (Killed)", "no program 'x' in PATH", …, in ARENA. */
const char *outcome_words(const struct outcome *outcome, const struct spawn *spawn, struct arena *arena);

/* The file that PROGRAM names in PATH, in ARENA; NULL when there is none that can be executed. */
const char *program_find(struct arena *arena, const char *program, const char *path);
/* Why there is none, in ARENA. */
const char *program_missing(struct arena *arena, const char *program, const char *path);

#endif
