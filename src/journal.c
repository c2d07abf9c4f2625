/* journal: what an `up` made, in NAME/journal below rundir(). */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "journal.h"
#include "kernel.h"
#include "rundir.h"
#include "values.h"

static bool write_line(struct journal *journal, const struct buffer *line)
{
	return journal->fd < 0 || write_all(journal->fd, buffer_text(line), line->length);
}

/* As the header says: nothing in a word ends the line. */
static void put_word(struct buffer *line, const char *word)
{
	struct buffer escaped = { 0 };
	for (; *word; word++) {
		if (*word == '\\' || *word == '\n')
			buffer_putc(&escaped, '\\');
		buffer_putc(&escaped, *word == '\n' ? 'n' : *word);
	}
	buffer_putc(line, ' ');
	words_quote(line, buffer_text(&escaped));
	buffer_free(&escaped);
}

/* The same backwards, in place. */
static void take_word(char *word)
{
	char *to = word;
	for (; *word; word++) {
		bool escape = *word == '\\' && word[1];
		word += escape;
		*to++ = escape && *word == 'n' ? '\n' : *word;
	}
	*to = '\0';
}

/* Takes the lock.  Readers hold it for a moment, to see whether another does. */
static bool hold(int fd)
{
	for (int tries = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; tries++) {
		if (errno != EWOULDBLOCK || tries == 10)
			return false;
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	return true;
}

/* Has another removed what we have open? */
static bool is_removed(int fd)
{
	struct stat status;
	return fstat(fd, &status) < 0 || !status.st_nlink;
}

static void add_device(void *user, uint64_t index, const char *name)
{
	struct buffer *lines = user;
	buffer_printf(lines, "host %llu", (unsigned long long)index);
	put_word(lines, name);
	buffer_putc(lines, '\n');
}

bool journal_start(struct journal *journal, const char *name, const char *file, struct arena *arena,
                   const char **wrong, bool *taken)
{
	const char *directory = rundir_of(arena, name);
	*journal = (struct journal){ .fd = -1 };
	*taken = false;
	bool made = false;
	/* a `down` that ends may remove the one in between, as the last */
	for (int i = 0; i < 10 && !made && (i == 0 || errno == ENOENT); i++) {
		if (!rundir_make(arena, wrong))
			return false;
		made = mkdir(directory, 0755) == 0;
	}
	if (!made) {
		*taken = errno == EEXIST;
		*wrong = arena_printf(arena, "cannot make %s: %s", directory, strerror(errno));
		rundir_leave();
		return false;
	}
	const char *path = arena_printf(arena, "%s/journal", directory);
	journal->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	struct buffer line = { 0 };
	buffer_puts(&line, "vnetgen 2");
	put_word(&line, name);
	char *whole = realpath(file, NULL);
	put_word(&line, whole ? whole : file);
	free(whole);
	buffer_printf(&line, " %d %llu %lld", (int)getpid(),
	              (unsigned long long)kernel_process_start(getpid()), (long long)time(NULL));
	put_word(&line, kernel_boot_id(arena));
	uint64_t highest = kernel_highest_index("");
	uint64_t cookie = kernel_netns_cookie("");
	buffer_printf(&line, " %llu %llu\n", (unsigned long long)highest, (unsigned long long)cookie);
	bool seen = kernel_each_link("", add_device, &line);
	bool good = seen && highest != IDENTITY_UNSEEN && cookie != IDENTITY_UNSEEN && journal->fd >= 0 && hold(journal->fd) && !is_removed(journal->fd) && write_line(journal, &line);
	buffer_free(&line);
	if (!good) {
		*wrong = arena_printf(arena, "cannot write %s: %s", path, strerror(errno));
		journal_close(journal);
		unlink(path);
		rmdir(directory);
		rundir_leave();
	}
	return good;
}

bool journal_will(struct journal *journal, const struct undo *const *undo, const char *const *texts, size_t n,
                  pid_t pid)
{
	struct buffer line = { 0 };
	for (size_t i = 0; i < n; i++) {
		if (!undo[i])
			continue;
		buffer_printf(&line, "will %zu %d", undo[i]->rank, (int)undo[i]->class);
		put_word(&line, undo[i]->netns);
		put_word(&line, undo[i]->link ? undo[i]->link : "");
		buffer_printf(&line, " %d", undo[i]->shell || undo[i]->class == UNDO_DAEMON);
		put_word(&line, texts[i]);
		buffer_putc(&line, '\n');
	}
	uint64_t start = pid ? kernel_process_start(pid) : 0;
	if (pid)
		buffer_printf(&line, "exec %d %llu\n", (int)pid, (unsigned long long)start);
	bool good = start != IDENTITY_UNSEEN && write_line(journal, &line);
	buffer_free(&line);
	return good;
}

static bool write_line_of(struct journal *journal, const char *format, ...) PRINTF(2, 3);
static bool write_line_of(struct journal *journal, const char *format, ...)
{
	char line[128];
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	return journal->fd < 0 || write_all(journal->fd, line, (size_t)length);
}

bool journal_done(struct journal *journal, size_t rank, uint64_t id, uint64_t place)
{
	return write_line_of(journal, "done %zu %llu %llu\n", rank, (unsigned long long)id, (unsigned long long)place);
}

bool journal_runs(struct journal *journal, size_t rank, pid_t pid)
{
	uint64_t start = kernel_process_start(pid);
	return start != IDENTITY_UNSEEN &&
	       write_line_of(journal, "runs %zu %d %llu\n", rank, (int)pid, (unsigned long long)start);
}

bool journal_inside(struct journal *journal, const char *netns, const char *name)
{
	struct buffer line = { 0 };
	buffer_puts(&line, "inside");
	put_word(&line, netns);
	put_word(&line, name);
	buffer_putc(&line, '\n');
	bool good = write_line(journal, &line);
	buffer_free(&line);
	return good;
}

bool journal_undo(struct journal *journal, size_t rank)
{
	return write_line_of(journal, "undo %zu\n", rank);
}

bool journal_left(struct journal *journal, size_t rank)
{
	return write_line_of(journal, "left %zu\n", rank);
}

bool journal_gone(struct journal *journal, size_t rank)
{
	return write_line_of(journal, "gone %zu\n", rank);
}

bool journal_whole(struct journal *journal)
{
	return write_line_of(journal, "whole\n");
}

bool journal_down(struct journal *journal)
{
	return write_line_of(journal, "down\n");
}

void journal_close(struct journal *journal)
{
	if (journal->fd >= 0)
		close(journal->fd);
	journal->fd = -1;
}

/* --- reading it back --- */

static unsigned long long number(const char *word)
{
	return strtoull(word, NULL, 10);
}

/* Notes one line; false when it is none of ours. */
static bool note_line(struct record *record, struct table *by_rank, const struct words *line)
{
	char **word = line->word;
	const char *verb = line->n ? word[0] : "";
	if (!strcmp(verb, "vnetgen") && line->n == 10) {
		record->file = word[3];
		record->since = (double)number(word[6]);
		record->stale = kernel_was_booted_since(word[7], strlen(word[7]));
		record->base_index = number(word[8]);
		uint64_t cookie = kernel_netns_cookie("");
		record->elsewhere = number(word[9]) && cookie && cookie != IDENTITY_UNSEEN && cookie != number(word[9]);
		return !strcmp(word[1], "2");
	}
	if (!strcmp(verb, "host") && line->n == 3) {
		*array_add(record->devices, record->n_devices, record->devices_room) = (struct host_device){ word[2], NULL };
		return true;
	}
	if (!strcmp(verb, "inside") && line->n == 3) {
		*array_add(record->devices, record->n_devices, record->devices_room) = (struct host_device){ word[2], word[1] };
		return true;
	}
	if (!strcmp(verb, "exec") && line->n == 3) {
		record->exec_pid = (pid_t)number(word[1]);
		record->exec_start = number(word[2]);
		return true;
	}
	if ((!strcmp(verb, "whole") || !strcmp(verb, "down")) && line->n == 1) {
		record->whole = *verb == 'w';
		return true;
	}
	if (!strcmp(verb, "will") && line->n == 7) {
		struct journal_entry *entry = arena_new(&record->arena, struct journal_entry);
		*entry = (struct journal_entry){ .rank = number(word[1]), .class = (enum undo_class)number(word[2]),
			                             .netns = word[3], .link = word[4], .shell = *word[5] == '1',
			                             .text = word[6], .state = ENTRY_WILL };
		table_set(by_rank, word[1], entry);
		return true;
	}
	struct journal_entry *entry = line->n >= 2 ? table_get(by_rank, word[1]) : NULL;
	if (entry && !strcmp(verb, "done") && line->n == 4) {
		entry->state = ENTRY_DONE;
		entry->id = number(word[2]);
		entry->place = number(word[3]);
		return true;
	}
	if (entry && !strcmp(verb, "runs") && line->n == 4) {
		entry->pid = (pid_t)number(word[2]);
		entry->start = number(word[3]);
		return true;
	}
	if (entry && (!strcmp(verb, "undo") || !strcmp(verb, "left"))) {
		entry->undoing = *verb == 'u';
		return true;
	}
	if (entry && !strcmp(verb, "gone")) {
		entry->state = ENTRY_GONE;
		return true;
	}
	return false;
}

static int by_rank_of_entry(const void *left, const void *right)
{
	const struct journal_entry *a = left, *b = right;
	return a->rank < b->rank ? -1 : a->rank > b->rank;
}

static bool note_lines(struct record *record, char *text)
{
	struct table by_rank = { 0 };
	bool good = true;
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) { /* a torn last line never counted */
		struct words words;
		*end = '\0';
		bool whole = !words_split(&record->arena, line, &words);
		for (size_t i = 0; whole && i < words.n; i++)
			take_word(words.word[i]);
		good &= whole && note_line(record, &by_rank, &words);
	}
	for (size_t i = 0; i < by_rank.room; i++) {
		const struct journal_entry *entry = table_at(&by_rank, i);
		if (entry)
			*array_add(record->entries, record->n, record->room) = *entry;
	}
	if (record->n)
		qsort(record->entries, record->n, sizeof *record->entries, by_rank_of_entry);
	table_free(&by_rank);
	return good;
}

/* The file that a printed script keeps: the machine's boot id and the inode of the network namespace, then "up" and
 * "down" as it came to be so. */
static void note_script(struct record *record, int fd, char *text)
{
	struct stat status;
	size_t length = strcspn(text, " \n");
	record->stale = *text && kernel_was_booted_since(text, length);
	ino_t inode = kernel_netns_inode("");
	const char *bracket = strchr(text, '[');
	record->elsewhere = bracket && inode && number(bracket + 1) != inode;
	record->whole = ends_with(text, "\nup\n");
	record->since = fstat(fd, &status) == 0 ? (double)status.st_mtim.tv_sec : 0;
}

static bool is_empty(struct arena *arena, const char *directory)
{
	size_t n;
	return directory_names(arena, directory, &n) && !n;
}

/* Reads the file of the record that is open as FD, and closes that, or keeps it when it is held by us. */
static bool read_open(struct record *record, int fd, bool take, const char *path, const char **wrong)
{
	bool good = true;
	size_t length = 0;
	record->held = take ? !hold(fd) : flock(fd, LOCK_SH | LOCK_NB) < 0;
	record->holder = record->held ? kernel_lock_holder(fd) : 0;
	char *text = is_removed(fd) ? NULL : file_read_all(fd, &length);
	const char *end = text ? memrchr(text, '\n', length) : NULL;
	size_t whole_lines = end ? (size_t)(end + 1 - text) : 0;
	if (!text) {
		good = !is_removed(fd);
		*wrong = arena_printf(&record->arena, "cannot read %s: %s", path, file_error(errno));
	} else if (record->script) {
		note_script(record, fd, text);
	} else if (!note_lines(record, text)) {
		*wrong = arena_printf(&record->arena, "%s has lines that this version does not know: take the network down with the "
		                      "vnetgen that built it, or undo by hand what the lines say and remove the directory", path);
	}
	if (take && !record->held && good)
		record->journal.fd = fd;
	else
		close(fd);
	/* the beginning of a line that a full disk had no room for is no part of the next one */
	if (record->journal.fd >= 0 && !record->script && whole_lines != length && ftruncate(fd, (off_t)whole_lines) < 0)
		*wrong = arena_printf(&record->arena, "cannot write %s: %s", path, strerror(errno));
	free(text);
	return good;
}

static bool read_directory(struct record *record, const char *directory, bool take, const char **wrong)
{
	const char *path;
	struct stat status;
	if (lstat(directory, &status) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return false;
		*wrong = arena_printf(&record->arena, "cannot see %s: %s", directory, strerror(errno));
		return true;
	}
	if (!S_ISDIR(status.st_mode))
		return false;
	*wrong = rundir_wrong(&record->arena);
	if (!*wrong && kernel_netns_cookie("") == IDENTITY_UNSEEN)
		*wrong = "which network namespace this is cannot be seen: is there no /proc?";
	if (!*wrong && status.st_uid && status.st_uid != geteuid())
		*wrong = arena_printf(&record->arena, "%s belongs to another user (%u)", directory, (unsigned)status.st_uid);
	if (*wrong)
		return true;
	static const char *const files[] = { "journal", "script" };
	for (size_t i = 0; i < COUNT(files); i++) {
		path = arena_printf(&record->arena, "%s/%s", directory, files[i]);
		int fd = open(path, (take ? O_RDWR | O_APPEND : O_RDONLY) | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0 && errno == ENOENT)
			continue;
		record->script = i == 1;
		if (fd >= 0)
			return read_open(record, fd, take, path, wrong);
		*wrong = arena_printf(&record->arena, "cannot open %s: %s", path, strerror(errno));
		return true;
	}
	/* whoever made it came no further; but what has other files in it is no record */
	record->foreign = !is_empty(&record->arena, directory);
	if (record->foreign)
		*wrong = arena_printf(&record->arena, "%s is no record of a network", directory);
	return true;
}

bool record_read(struct record *record, const char *name, bool take, const char **wrong)
{
	*record = (struct record){ .journal.fd = -1, .file = "" };
	*wrong = NULL;
	record->name = arena_strdup(&record->arena, name);
	bool there = read_directory(record, rundir_of(&record->arena, name), take, wrong);
	if (!there)
		record_close(record);
	return there;
}

bool record_read_own(struct record *record, const char *name, struct journal *journal, const char **wrong)
{
	const char *path;
	*record = (struct record){ .journal = *journal, .file = "" };
	*journal = (struct journal){ .fd = -1 };
	*wrong = NULL;
	record->name = arena_strdup(&record->arena, name);
	path = arena_printf(&record->arena, "%s/journal", rundir_of(&record->arena, name));
	size_t length = 0;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char *text = fd < 0 ? NULL : file_read_all(fd, &length);
	const char *end = text ? memrchr(text, '\n', length) : NULL;
	size_t whole_lines = end ? (size_t)(end + 1 - text) : 0;
	/* as in read_open() */
	if (text && whole_lines != length && ftruncate(record->journal.fd, (off_t)whole_lines) < 0)
		*wrong = arena_printf(&record->arena, "cannot write %s: %s", path, strerror(errno));
	else if (!text)
		*wrong = arena_printf(&record->arena, "cannot read %s: %s", path, file_error(errno));
	else if (!note_lines(record, text))
		*wrong = arena_printf(&record->arena, "%s has lines that it should not have", path);
	if (fd >= 0)
		close(fd);
	free(text);
	return !*wrong;
}

const char *record_of_other(struct record *record, const char *file)
{
	struct stat theirs, ours;
	const char *name = record->name;
	if (record->script || !*record->file)
		return NULL;
	if (stat(record->file, &theirs) < 0)
		return arena_printf(&record->arena, "%s is up, but from %s: that file is not there any more, and %s may be another; "
		                    "'vnetgen down %s' takes the network down by its record", name, record->file, file, name);
	if (stat(file, &ours) == 0 && theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino)
		return NULL;
	return arena_printf(&record->arena, "%s is up, but from %s: %s is another file; 'vnetgen down %s' takes that network down",
	                    name, record->file, file, name);
}

const char *record_elsewhere(struct record *record)
{
	return arena_printf(&record->arena, "%s was built in another network namespace, and is taken down there; when that is "
	                    "gone, remove its namespaces ('ip netns del') and then %s", record->name,
	                    rundir_of(&record->arena, record->name));
}

const char *record_busy(struct record *record)
{
	const char *who = record->holder ? arena_printf(&record->arena, "process %d", (int)record->holder) : "another process";
	return arena_printf(&record->arena, "%s is being worked on by %s; stop that first, or wait", record->name, who);
}

const char *record_since(struct arena *arena, const struct record *record)
{
	char text[64];
	time_t when = (time_t)record->since;
	struct tm local;
	if (!when || !localtime_r(&when, &local) || !strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local))
		return "-";
	return arena_strdup(arena, text);
}

/* Removes what is below DIRECTORY, but for KEPT; what is mounted there stays.  False with errno, and the path in *left. */
static bool remove_below(struct arena *arena, const char *directory, const char *kept, const char **left)
{
	size_t n;
	const char **names = directory_names(arena, directory, &n);
	int error = names ? 0 : errno;
	if (!names)
		*left = directory;
	for (size_t i = 0; i < n; i++) {
		const char *path = arena_printf(arena, "%s/%s", directory, names[i]);
		struct stat status;
		if (!strcmp(names[i], kept))
			continue;
		bool seen = lstat(path, &status) == 0, is_directory = seen && S_ISDIR(status.st_mode);
		if (is_directory && !remove_below(arena, path, "", left))
			error = errno;
		else if (!seen || (is_directory ? rmdir(path) : unlink(path)) < 0) {
			error = errno;
			*left = path;
		}
	}
	errno = error;
	return !error;
}

bool record_remove(struct record *record, const char **left)
{
	struct arena *arena = &record->arena;
	const char *directory = rundir_of(arena, record->name), *journal = arena_printf(arena, "%s/journal", directory);
	*left = directory;
	/* as long as anything else is there, it is still a record, of which the next `down` tries to remove the rest */
	bool good = remove_below(arena, directory, "journal", left);
	if (good && unlink(journal) < 0 && errno != ENOENT)
		good = false;
	good = good && rmdir(directory) == 0;
	int error = errno;
	rundir_leave(); /* when it was the last */
	errno = error;
	return good;
}

void record_close(struct record *record)
{
	journal_close(&record->journal);
	free(record->entries);
	free(record->devices);
	arena_free(&record->arena);
	record->entries = NULL;
	record->devices = NULL;
	record->n = record->room = record->n_devices = record->devices_room = 0;
}

bool record_names(struct arena *arena, const char ***names, size_t *n)
{
	size_t all;
	*names = directory_names(arena, rundir(), &all);
	*n = 0;
	for (size_t i = 0; i < all; i++)
		if (!name_wrong_scenario((*names)[i]))
			(*names)[(*n)++] = (*names)[i];
	return *names || errno == ENOENT;
}

const char *record_holder(struct arena *arena, const char *netns, const char *link)
{
	const char **names, *holder = NULL;
	size_t n;
	record_names(arena, &names, &n);
	for (size_t r = 0; r < n && !holder; r++) {
		struct record record;
		const char *wrong;
		if (!record_read(&record, names[r], false, &wrong))
			continue;
		for (size_t i = 0; i < record.n && !holder && !record.stale; i++) {
			const struct journal_entry *have = &record.entries[i];
			bool is_link = have->class == UNDO_LINK || have->class == UNDO_EARLY || have->class == UNDO_UPON ||
			               have->class == UNDO_HOST;
			if (have->state != ENTRY_GONE && !strcmp(have->netns, netns) &&
			    (link ? is_link && !strcmp(have->link, link) : have->class == UNDO_NETNS))
				holder = names[r];
		}
		record_close(&record);
	}
	return holder;
}
