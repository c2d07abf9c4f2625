/* daemons: processes of a network that run until its teardown.  Each leads a session of its own, and the record knows
 * it by its process id and the time when it was started. */
#ifndef VNETGEN_DAEMONS_H
#define VNETGEN_DAEMONS_H

#include "execute.h"
#include "journal.h"

/* Those that were started, while they are our children. */
struct daemons {
	struct running {
		const struct command *command;
		pid_t pid;
	} *running;
	size_t n, room;
};

/* Starts the daemon of COMMAND, a COMMAND_DAEMON of PLAN, by JOB, and waits until it is ready.  False when it could not
 * be started, ended early, or was not ready in time; that has been said. */
bool daemons_start(struct daemons *daemons, struct executor *executor, struct journal *journal, const struct plan *plan,
                   const struct command *command, const struct job *job, struct arena *arena);
/* Do all of them still run?  Says which does not, with the last lines that it printed. */
bool daemons_run(struct daemons *daemons, const struct plan *plan);
void daemons_free(struct daemons *daemons);

/* When the process of a record's entry was started, if it is the one that was; 0 when it is gone, IDENTITY_UNSEEN when
 * that cannot be seen. */
uint64_t daemon_identity(const struct journal_entry *entry);
/* Waits until all processes of the entry's session have ended, some seconds at most; true when they have. */
bool daemon_wait(const struct journal_entry *entry, double seconds);

#endif
