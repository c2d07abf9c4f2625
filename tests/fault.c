/* test-fault: stands in a PATH for every program there is, is the real one, and at one call does what tests/faults wants.
 *
 *   test-fault --install           makes /tmp/fault/bin, where every program of the PATH below is this one
 *   test-fault --run N WAY COMMAND [ARG...]    is COMMAND, with that in front of its PATH; at call N does WAY to it;
 *                                  N 0: only counts
 *
 * All of it is in /tmp/fault, which only a sandbox has:
 *   arm     N, WAY, and the process id of COMMAND, for which the signals are
 *   count   how many calls there were; with N 0, `calls` has what they were
 *   fired   the call that WAY was done at, after "direct" when COMMAND itself started it, and "inner" when not
 *
 * WAY is refuse (says so and does nothing), crash (is killed before it has done anything), late (is killed once all is
 * done), or SIGNAL-MOMENT: that is sent to COMMAND before the real program is started, during its work, after it.
 * What `ip netns exec` starts is not another call. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>


#define PLACE "/tmp/fault"
#define REAL "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
/* said in the environment of what `ip` becomes */
#define WITHIN_IP "TEST_FAULT_WITHIN_IP"

struct armed {
	unsigned at;
	char way[32];
	int victim;
};

static _Noreturn void give_up(const char *what)
{
	fprintf(stderr, "test-fault: %s: %s\n", what, strerror(errno));
	_exit(125);
}

static void put(const char *path, int flags, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		give_up(path);
	close(fd);
}

static int install(void)
{
	char self[PATH_MAX] = "", directories[] = REAL, path[PATH_MAX];
	if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
		give_up("/proc/self/exe");
	if (mkdir(PLACE, 0755) < 0 || mkdir(PLACE "/bin", 0755) < 0)
		give_up(PLACE);
	for (char *rest = directories, *name; (name = strsep(&rest, ":"));) {
		DIR *directory = opendir(name);
		for (struct dirent *entry; directory && (entry = readdir(directory));) {
			snprintf(path, sizeof path, PLACE "/bin/%s", entry->d_name);
			if (*entry->d_name != '.' && symlink(self, path) < 0 && errno != EEXIST)
				give_up(path);
		}
		if (directory)
			closedir(directory);
	}
	return 0;
}

static _Noreturn void start(char **argv)
{
	char line[96];
	snprintf(line, sizeof line, "%s %s %d\n", argv[0], argv[1], (int)getpid());
	unlink(PLACE "/fired");
	put(PLACE "/calls", O_TRUNC, "");
	put(PLACE "/count", O_TRUNC, "0");
	put(PLACE "/arm", O_TRUNC, line);
	setenv("PATH", PLACE "/bin:" REAL, 1);
	execv(argv[2], argv + 2);
	give_up(argv[2]);
}

/* The number of this call. */
static unsigned count(void)
{
	char text[16] = "";
	int fd = open(PLACE "/count", O_RDWR | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX) < 0 || pread(fd, text, sizeof text - 1, 0) <= 0)
		give_up(PLACE "/count");
	unsigned number = (unsigned)strtoul(text, NULL, 10) + 1;
	snprintf(text, sizeof text, "%u", number);
	if (pwrite(fd, text, strlen(text), 0) < 0)
		give_up(PLACE "/count");
	close(fd);
	return number;
}

static struct armed armed(void)
{
	struct armed armed = { 0 };
	FILE *file = fopen(PLACE "/arm", "re");
	if (!file || fscanf(file, "%u %31s %d", &armed.at, armed.way, &armed.victim) != 3)
		give_up(PLACE "/arm");
	fclose(file);
	return armed;
}

static void note(const char *path, const struct armed *armed, char **argv, const char *name)
{
	char line[1024];
	int n = snprintf(line, sizeof line, "%s %s", getppid() == armed->victim ? "direct" : "inner", name);
	for (int i = 1; argv[i] && n < (int)sizeof line - 2; i++)
		n += snprintf(line + n, sizeof line - (size_t)n, " %s", argv[i]);
	if (n > (int)sizeof line - 2)
		n = (int)sizeof line - 2;
	for (int i = 0; i < n; i++)
		if (line[i] == '\n')
			line[i] = ' ';
	line[n] = '\n';
	line[n + 1] = '\0';
	put(path, O_APPEND, line);
}

static _Noreturn void become(char **argv, const char *name)
{
	setenv("PATH", REAL, 1);
	char file[PATH_MAX] = "", directories[] = REAL;
	for (char *rest = directories, *directory; (directory = strsep(&rest, ":"));) {
		snprintf(file, sizeof file, "%s/%s", directory, name);
		if (access(file, X_OK) == 0)
			break;
	}
	/* those that it starts are found in our place again */
	setenv("PATH", PLACE "/bin:" REAL, 1);
	argv[0] = (char *)(uintptr_t)name;
	execv(file, argv);
	give_up(file);
}

/* The real program as a child; its wait status. */
static int run(char **argv, const char *name)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* as it dies with the victim when there is none of us in between */
		become(argv, name);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static _Noreturn void end_as(int status)
{
	if (WIFSIGNALED(status))
		kill(getpid(), WTERMSIG(status));
	_exit(WEXITSTATUS(status));
}

/* Sends it up to 6 ms later, in which `ip` does its work, from a process that nobody waits for. */
static void send_soon(pid_t to, int number, unsigned at)
{
	pid_t pid = fork();
	if (pid == 0) {
		if (fork() == 0) {
			for (int fd = 0; fd < 20; fd++)
				close(fd);
			setsid();
			nanosleep(&(struct timespec){ .tv_nsec = 100000 + at * 37 % 16 * 400000 }, NULL);
			kill(to, number);
		}
		_exit(0);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static int signal_of(const char *way)
{
	static const struct {
		const char *name;
		int number;
	} signals[] = { { "KILL-", SIGKILL }, { "INT-", SIGINT }, { "TERM-", SIGTERM }, { "HUP-", SIGHUP } };
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (!strncmp(way, signals[i].name, strlen(signals[i].name)))
			return signals[i].number;
	errno = EINVAL;
	give_up(way);
}

static _Noreturn void act(const struct armed *armed, char **argv, const char *name)
{
	const char *way = armed->way;
	if (!strcmp(way, "refuse")) {
		fprintf(stderr, "RTNETLINK answers: No buffer space available\n");
		_exit(2);
	}
	if (!strcmp(way, "late"))
		run(argv, name);
	if (!strcmp(way, "late") || !strcmp(way, "crash")) {
		kill(getpid(), SIGKILL);
		_exit(125);
	}
	int number = signal_of(way);
	const char *moment = strchr(way, '-') + 1;
	pid_t to = armed->victim;
	if (!strcmp(moment, "before"))
		kill(to, number);
	if (!strcmp(moment, "during"))
		send_soon(to, number, armed->at);
	if (strcmp(moment, "after"))
		become(argv, name);
	int status = run(argv, name);
	kill(to, number);
	end_as(status);
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];
	if (argc == 2 && !strcmp(argv[1], "--install"))
		return install();
	if (argc >= 5 && !strcmp(argv[1], "--run"))
		start(argv + 2);
	bool within = getenv(WITHIN_IP);
	unsetenv(WITHIN_IP);
	if (!strcmp(name, "ip"))
		setenv(WITHIN_IP, "1", 1);
	if (within)
		become(argv, name);
	struct armed now = armed();
	unsigned number = count();
	if (!now.at)
		note(PLACE "/calls", &now, argv, name);
	/* what becomes a daemon is known by its number, and is not done before the end */
	bool daemon = getsid(0) == getpid() || !strcmp(name, "setsid");
	if (number == now.at && !(daemon && (!strcmp(now.way, "late") || strstr(now.way, "-after")))) {
		note(PLACE "/fired", &now, argv, name);
		act(&now, argv, name);
	}
	become(argv, name);
}
