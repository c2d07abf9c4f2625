/* sysctls: keys of sysctl(8) that the whole machine shares, so that a sandbox has no value of its own for them.
 *
 * The kernel is asked which ones they are: from version to version more of them are each network namespace's own. */
#ifndef VNETGEN_SYSCTLS_H
#define VNETGEN_SYSCTLS_H

#include <limits.h>

#include "model.h"

/* The file of "KEY=VALUE", below /proc/sys. */
void sysctl_path(char path[PATH_MAX], const char *setting);
/* Is "KEY=VALUE" of a key that no network namespace has for itself?  Only what is below net/ can be one's own; of that
 * the kernel knows which is not: in a namespace it has no such key, or none that can be written. */
bool sysctl_is_global(const char *setting);

struct sysctls {
	const struct statement **there; /* those that set a key that exists in the host; borrowed from the model */
	size_t n, room;
};

/* Outside: notes which keys of MODEL there are.  A zeroed SYSCTLS is ready; free it with sysctls_free(). */
void sysctls_note(struct sysctls *sysctls, const struct model *model);
/* Inside a sandbox: those that cannot be set here go to REPORT. */
void sysctls_judge(const struct sysctls *sysctls, struct report *report);
void sysctls_free(struct sysctls *sysctls);

#endif
