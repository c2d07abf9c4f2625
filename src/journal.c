/* journal: what an `up` made, in /run/vnetgen/NAME/journal. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "journal.h"
#include "kernel.h"

static bool write_line(struct journal *journal, const struct buffer *line)
{
	return journal->fd < 0 || write_all(journal->fd, buffer_text(line), line->length);
}

static void put_word(struct buffer *line, const char *word)
{
	buffer_putc(line, ' ');
	words_quote(line, word);
}

bool journal_start(struct journal *journal, const char *name, const char *file, struct arena *arena,
                   const char **wrong, bool *taken)
{
	const char *directory = arena_printf(arena, RUN_DIR "/%s", name);
	*journal = (struct journal){ .fd = -1 };
	*taken = false;
	if (mkdir(RUN_DIR, 0755) < 0 && errno != EEXIST) {
		*wrong = arena_printf(arena, "cannot make " RUN_DIR ": %s", strerror(errno));
		return false;
	}
	if (mkdir(directory, 0755) < 0) {
		*taken = errno == EEXIST;
		*wrong = arena_printf(arena, "cannot make %s: %s", directory, strerror(errno));
		return false;
	}
	const char *path = arena_printf(arena, "%s/journal", directory);
	journal->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	struct buffer line = { 0 };
	buffer_puts(&line, "vnetgen 1");
	put_word(&line, name);
	char *whole = realpath(file, NULL);
	put_word(&line, whole ? whole : file);
	free(whole);
	buffer_printf(&line, " %d %llu %lld", (int)getpid(), kernel_process_start(getpid()), (long long)time(NULL));
	put_word(&line, kernel_boot_id(arena));
	buffer_printf(&line, " %u\n", kernel_highest_index(""));
	bool good = journal->fd >= 0 && flock(journal->fd, LOCK_EX | LOCK_NB) == 0 && write_line(journal, &line);
	buffer_free(&line);
	if (!good) {
		*wrong = arena_printf(arena, "cannot write %s: %s", path, strerror(errno));
		journal_close(journal);
		unlink(path);
		rmdir(directory);
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
	if (pid)
		buffer_printf(&line, "exec %d %llu\n", (int)pid, kernel_process_start(pid));
	bool good = write_line(journal, &line);
	buffer_free(&line);
	return good;
}

static bool write_number(struct journal *journal, const char *word, size_t rank, const uint64_t *id)
{
	struct buffer line = { 0 };
	buffer_printf(&line, "%s %zu", word, rank);
	if (id)
		buffer_printf(&line, " %llu", (unsigned long long)*id);
	buffer_putc(&line, '\n');
	bool good = write_line(journal, &line);
	buffer_free(&line);
	return good;
}

bool journal_done(struct journal *journal, size_t rank, uint64_t id)
{
	return write_number(journal, "done", rank, &id);
}

bool journal_runs(struct journal *journal, size_t rank, pid_t pid)
{
	struct buffer line = { 0 };
	buffer_printf(&line, "runs %zu %d %llu\n", rank, (int)pid, kernel_process_start(pid));
	bool good = write_line(journal, &line);
	buffer_free(&line);
	return good;
}

bool journal_gone(struct journal *journal, size_t rank)
{
	return write_number(journal, "gone", rank, NULL);
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
	if (!strcmp(verb, "vnetgen") && line->n == 9) {
		record->file = word[3];
		record->pid = (pid_t)number(word[4]);
		record->since = (double)number(word[6]);
		record->stale = strcmp(word[7], kernel_boot_id(&record->arena)) != 0;
		record->base_index = (unsigned)number(word[8]);
		return !strcmp(word[1], "1");
	}
	if (!strcmp(verb, "exec") && line->n == 3) {
		record->exec_pid = (pid_t)number(word[1]);
		record->exec_start = number(word[2]);
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
	if (entry && !strcmp(verb, "done") && line->n == 3) {
		entry->state = ENTRY_DONE;
		entry->id = number(word[2]);
		return true;
	}
	if (entry && !strcmp(verb, "runs") && line->n == 4) {
		entry->pid = (pid_t)number(word[2]);
		entry->start = number(word[3]);
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
		good &= !words_split(&record->arena, line, &words) && note_line(record, &by_rank, &words);
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

bool record_read(struct record *record, const char *name, bool take, const char **wrong)
{
	*record = (struct record){ .journal.fd = -1, .file = "" };
	*wrong = NULL;
	record->name = arena_strdup(&record->arena, name);
	const char *directory = arena_printf(&record->arena, RUN_DIR "/%s", name);
	const char *path = arena_printf(&record->arena, "%s/journal", directory);
	struct stat status;
	if (lstat(directory, &status) < 0 || !S_ISDIR(status.st_mode)) {
		record_close(record);
		return false;
	}
	record->script = access(arena_printf(&record->arena, "%s/script", directory), F_OK) == 0;
	int fd = open(path, (take ? O_WRONLY | O_APPEND : O_RDONLY) | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0) {
		record->held = flock(fd, LOCK_EX | LOCK_NB) < 0;
		if (take && !record->held)
			record->journal.fd = fd;
		else
			close(fd);
	}
	size_t length;
	char *text = fd >= 0 ? file_read(path, &length) : NULL;
	if (!text && errno != ENOENT)
		*wrong = arena_printf(&record->arena, "cannot read %s: %s", path, strerror(errno));
	else if (text && !note_lines(record, text))
		*wrong = arena_printf(&record->arena, "%s has lines that this version does not know", path);
	free(text);
	return true;
}

bool record_remove(struct record *record)
{
	/* what a scenario's own commands left there (${dir}) goes too: files, not directories */
	const char *directory = arena_printf(&record->arena, RUN_DIR "/%s", record->name);
	DIR *open_directory = opendir(directory);
	for (struct dirent *entry; open_directory && (entry = readdir(open_directory));)
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") && strcmp(entry->d_name, "journal"))
			unlinkat(dirfd(open_directory), entry->d_name, 0);
	if (open_directory) {
		unlinkat(dirfd(open_directory), "journal", 0);
		closedir(open_directory);
	}
	bool good = rmdir(directory) == 0;
	rmdir(RUN_DIR); /* when it was the last */
	return good;
}

void record_close(struct record *record)
{
	journal_close(&record->journal);
	free(record->entries);
	arena_free(&record->arena);
	record->entries = NULL;
	record->n = record->room = 0;
}

const char *record_holder(struct arena *arena, const char *netns, const char *link)
{
	DIR *directory = opendir(RUN_DIR);
	const char *holder = NULL;
	for (struct dirent *entry; directory && !holder && (entry = readdir(directory));) {
		struct record record;
		const char *wrong;
		if (*entry->d_name == '.' || !record_read(&record, entry->d_name, false, &wrong))
			continue;
		for (size_t i = 0; i < record.n && !holder; i++) {
			const struct journal_entry *have = &record.entries[i];
			bool is_link = have->class == UNDO_LINK || have->class == UNDO_EARLY;
			if (have->state != ENTRY_GONE && !strcmp(have->netns, netns) &&
			    (link ? is_link && !strcmp(have->link, link) : have->class == UNDO_NETNS))
				holder = arena_strdup(arena, record.name);
		}
		record_close(&record);
	}
	if (directory)
		closedir(directory);
	return holder;
}
