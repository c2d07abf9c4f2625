/* process: what a process inherits is set at its start: whoever started us may have left it odd.
 *
 * Left alone is what somebody may have wished: signals that are ignored and ask us to stop (nohup(1)), limits,
 * priorities, and the working directory. */
#ifndef VNETGEN_PROCESS_H
#define VNETGEN_PROCESS_H

#include <signal.h>
#include <sys/types.h>

/* The signals that ask us to stop, for whoever handles them: a user, the end of a session, limits of time. */
#define STOP_SIGNALS { SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGXCPU }

/* First of all in main(), before anything is opened.  From here on
 * - the standard streams are open, and writing to them waits;
 * - no other descriptor that we were given reaches a command;
 * - no signal is blocked, children can be waited for, and a write to where nobody reads, or beyond a limit, fails
 *   instead of ending us;
 * - files are made for others to read, and for nobody else to write;
 * - options may stand behind other arguments, whatever POSIXLY_CORRECT says. */
void process_begin(void);

/* The umask of whoever started us: for the files that he names. */
mode_t process_umask(void);

#endif
