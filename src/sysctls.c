/* sysctls: keys of sysctl(8) that the whole machine shares. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sysctls.h"

/* The separator that comes first in the key is that of names, as in sysctl(8):
 * net.ipv4.conf.eth0/10.forwarding is net/ipv4/conf/eth0.10/forwarding. */
void sysctl_path(char path[PATH_MAX], const char *setting)
{
	int length = (int)strcspn(setting, "= \t");
	snprintf(path, PATH_MAX, "/proc/sys/%.*s", length, setting);
	char *key = path + strlen("/proc/sys/");
	if (key[strcspn(key, "./")] == '/')
		return;
	for (; *key; key++)
		*key = *key == '.' ? '/' : *key == '/' ? '.' : *key;
}

bool sysctl_is_global(const char *setting)
{
	char path[PATH_MAX];
	sysctl_path(path, setting);
	/* no way out of there, as by net/../kernel */
	return !starts_with(path, "/proc/sys/net/") || strstr(path, "/.");
}

void sysctls_note(struct sysctls *sysctls, const struct model *model)
{
	char path[PATH_MAX];
	for (size_t i = 0; i < model->n_steps; i++) {
		for (size_t j = 0; j < model->steps[i].n_statements; j++) {
			const struct statement *statement = model->steps[i].statements[j];
			if (statement->key->id != KEY_SYSCTL)
				continue;
			sysctl_path(path, statement->value);
			if (access(path, F_OK) == 0)
				*array_add(sysctls->there, sysctls->n, sysctls->room) = statement;
		}
	}
}

/* Can it not be set here?  What is in a directory that is not here yet may still come, with its device. */
static bool is_shared(char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		close(fd);
		return false;
	}
	*strrchr(path, '/') = '\0';
	return access(path, F_OK) == 0 || ends_with(path, "/default");
}

void sysctls_judge(const struct sysctls *sysctls, struct report *report)
{
	char path[PATH_MAX];
	for (size_t i = 0; i < sysctls->n; i++) {
		const struct statement *statement = sysctls->there[i];
		sysctl_path(path, statement->value);
		if (is_shared(path))
			report_error(report, statement->line, statement->header, "sysctl",
			             "'%.*s' is the whole machine's; it cannot be set in a sandbox",
			             (int)strcspn(statement->value, "= \t"), statement->value);
	}
}

void sysctls_free(struct sysctls *sysctls)
{
	free(sysctls->there);
}
