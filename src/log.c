/* log: one JSON object a line for each command that was executed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "log.h"
#include "report.h"

bool log_open(struct log *log, const char *path)
{
	*log = (struct log){ .fd = file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) };
	return log->fd >= 0;
}

void log_close(struct log *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}

static json_t *string_of(const char *text)
{
	return json_of_text(text, strlen(text));
}

/* Times in seconds, to the microsecond: what is beyond is noise. */
static json_t *seconds_of(double seconds)
{
	return json_real((double)(long long)(seconds * 1e6 + 0.5) / 1e6);
}

void log_command(struct log *log, const struct log_entry *entry, const struct outcome *outcome)
{
	static const char *const streams[] = { "stdout", "stderr" };
	static const char *const dropped[] = { "stdout_cut", "stderr_cut" };
	if (log->fd < 0)
		return;
	json_t *line = json_object();
	json_object_set_new(line, "started", seconds_of(outcome->started));
	json_object_set_new(line, "duration", seconds_of(outcome->duration));
	json_object_set_new(line, "step", entry->step_number ? json_integer((json_int_t)entry->step_number) : json_null());
	if (entry->step)
		json_object_set_new(line, "title", string_of(entry->step));
	json_object_set_new(line, "phase", string_of(entry->phase));
	json_object_set_new(line, "command", string_of(entry->command));
	if (entry->shell) {
		json_object_set_new(line, "shell", string_of(entry->command));
	} else {
		json_t *argv = json_array();
		for (char *const *word = entry->argv; *word; word++)
			json_array_append_new(argv, string_of(*word));
		json_object_set_new(line, "argv", argv);
	}
	if (outcome->how == ENDED)
		json_object_set_new(line, "status", json_integer(outcome->status));
	else if (outcome->how == KILLED)
		json_object_set_new(line, "signal", json_integer(outcome->status));
	else if (outcome->how == TIMED_OUT)
		json_object_set_new(line, "timeout", json_true());
	else
		json_object_set_new(line, "error", string_of(strerror(outcome->status)));
	for (size_t i = 0; i < COUNT(streams); i++) {
		json_object_set_new(line, streams[i], json_of_text(buffer_text(&outcome->stream[i]), outcome->stream[i].length));
		if (outcome->dropped[i])
			json_object_set_new(line, dropped[i], json_integer((json_int_t)outcome->dropped[i]));
	}
	if (entry->line) {
		json_object_set_new(line, "file", string_of(entry->file));
		json_object_set_new(line, "line", json_integer((json_int_t)entry->line));
	}
	if (entry->added)
		json_object_set_new(line, "added", json_true());
	/* as many digits as a double surely has: 0.0061, and not 0.0060999999999999997 */
	char *text = json_dumps(line, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15));
	bool good = text && write_all(log->fd, text, strlen(text)) && write_all(log->fd, "\n", 1);
	if (!good && !log->broken) {
		complain("cannot write the log: %s", strerror(errno));
		log->broken = true;
	}
	free(text);
	json_decref(line);
}
