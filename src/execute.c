/* execute: one command of a plan is run, shown as it goes, and logged. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "execute.h"
#include "needs.h"
#include "visible.h"
#include "words.h"

static const char dim[] = "\033[2m", bold[] = "\033[1m", red[] = "\033[31m", plain[] = "\033[0m";

static const char *paint(const struct executor *executor, const char *code)
{
	return executor->colour ? code : "";
}

void execute_heading(struct executor *executor, const char *format, ...)
{
	if (executor->quiet)
		return;
	struct buffer text = { 0 };
	va_list args;
	va_start(args, format);
	buffer_vprintf(&text, format, args);
	va_end(args);
	fputs(paint(executor, bold), stdout);
	show_bytes(stdout, buffer_text(&text), text.length);
	fprintf(stdout, "%s\n", paint(executor, plain));
	buffer_free(&text);
}

void print_indented(FILE *file, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		show(file, "  %.*s\n", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

const char *execute_cut(const struct outcome *outcome, enum stream stream, struct arena *arena)
{
	static const char *const names[] = { "standard output", "standard error" };
	size_t dropped = outcome->dropped[stream];
	return dropped ? arena_printf(arena, "(%zu bytes more on %s were not kept)", dropped, names[stream]) : NULL;
}

void print_outcome(FILE *file, const struct outcome *outcome, enum stream stream)
{
	struct arena scratch = { 0 };
	const char *cut = execute_cut(outcome, stream, &scratch);
	print_indented(file, buffer_text(&outcome->stream[stream]));
	print_indented(file, cut ? cut : "");
	arena_free(&scratch);
}

double execute_limit(const struct executor *executor, double usual)
{
	return executor->timeout > 0 ? executor->timeout : usual;
}

static int width_of(size_t number)
{
	return number < 10 ? 1 : 1 + width_of(number / 10);
}

/* What a command prints, indented below it. */
struct output {
	struct executor *executor;
	const struct job *job;
	struct visible_rest rest[2]; /* by enum stream */
};

/* BYTES NULL: nothing more comes. */
static void show_output(struct output *output, enum stream stream, const char *bytes, size_t length)
{
	struct executor *executor = output->executor;
	struct buffer text = { 0 };
	if (executor->quiet || output->job->silent || (stream == STREAM_ERR && output->job->hide_errors))
		return;
	visible_part(&text, stdout, &output->rest[stream], bytes, length);
	if (!text.length) {
		buffer_free(&text);
		return;
	}
	if (executor->line_open) {
		fputc('\n', stdout);
		executor->line_open = false;
		executor->at_start = true;
	}
	executor->printed = true;
	for (size_t i = 0; i < text.length; i++) {
		if (executor->at_start)
			fputs("        ", stdout);
		fputc(text.text[i], stdout);
		executor->at_start = text.text[i] == '\n';
	}
	buffer_free(&text);
	fflush(stdout);
}

static void begin(struct executor *executor, const struct job *job)
{
	executor->number += !job->companion;
	if (executor->quiet)
		return;
	if (job->companion) {
		show(stdout, "%s        + %s\n", executor->line_open || !executor->at_start ? "\n" : "", job->text);
		executor->line_open = false;
		executor->at_start = executor->printed = true;
		return;
	}
	fprintf(stdout, "%s[%*zu/%zu]%s ", paint(executor, dim), width_of(executor->total), executor->number,
	        executor->total, paint(executor, plain));
	show(stdout, "%s", job->text);
	if (executor->verbose && job->log.line) {
		fprintf(stdout, "  %s", paint(executor, dim));
		show(stdout, "# %s:%u", executor->file, job->log.line);
		fputs(paint(executor, plain), stdout);
	}
	fflush(stdout);
	executor->line_open = true;
	executor->printed = false;
}

static void end(struct executor *executor, const struct job *job, const struct outcome *outcome, const char *words,
                struct arena *arena)
{
	if (executor->quiet)
		return;
	if (!executor->line_open && !executor->at_start) {
		fputc('\n', stdout);
		executor->at_start = true;
	}
	for (size_t i = 0; i < COUNT(outcome->stream); i++) {
		const char *cut = i == STREAM_ERR && job->hide_errors ? NULL : execute_cut(outcome, (enum stream)i, arena);
		if (cut)
			fprintf(stdout, "        %s\n", cut);
	}
	const char *margin = executor->line_open ? "   " : "        ";
	bool good = outcome_good(outcome);
	fprintf(stdout, "%s%s", margin, paint(executor, good ? dim : red));
	show(stdout, "%s%s%.1f ms", good ? "" : words, good ? "" : ", ", outcome->duration * 1e3);
	fprintf(stdout, "%s\n", paint(executor, plain));
	executor->line_open = false;
	fflush(stdout);
}

static void make_spawn(const struct executor *executor, const struct job *job, struct arena *arena,
                       struct spawn *spawn)
{
	struct words words;
	if (job->shell || words_split(arena, job->text, &words) || !words.n) {
		char *shell[] = { "sh", "-c", arena_strdup(arena, job->text), NULL };
		words = (struct words){ .word = arena_alloc(arena, sizeof shell), .n = 3 };
		memcpy(words.word, shell, sizeof shell);
	}
	*spawn = (struct spawn){ .argv = words.word, .path = executor->path, .timeout = job->timeout,
		                     .born = job->born, .user = job->user, .stop = executor->stop };
}

static void note(struct executor *executor, const struct job *job, const struct spawn *command,
                 const struct outcome *outcome)
{
	struct log_entry entry = job->log;
	entry.command = job->text;
	entry.argv = command->argv;
	entry.shell = job->shell;
	entry.file = executor->file;
	log_command(executor->log, &entry, outcome);
}

/* Joins what spawn() tells about with whom it is for. */
struct relay {
	struct output output;
	const struct job *job;
};

static void relay_output(void *user, enum stream stream, const char *bytes, size_t length)
{
	show_output(&((struct relay *)user)->output, stream, bytes, length);
}

static void relay_birth(void *user, pid_t pid)
{
	const struct job *job = ((struct relay *)user)->job;
	if (job->born)
		job->born(job->user, pid);
}

static void relay_waiting(void *user)
{
	const struct job *job = ((struct relay *)user)->job;
	job->waiting(job->user);
}

void execute(struct executor *executor, const struct job *job, struct outcome *outcome, struct arena *arena)
{
	struct spawn command;
	struct relay relay = { { .executor = executor, .job = job }, job };
	make_spawn(executor, job, arena, &command);
	command.output = relay_output;
	command.born = relay_birth;
	command.waiting = job->waiting ? relay_waiting : NULL;
	command.user = &relay;
	if (!job->silent)
		begin(executor, job);
	spawn(&command, outcome);
	for (size_t i = 0; i < COUNT(outcome->stream); i++)
		show_output(&relay.output, (enum stream)i, NULL, 0);
	if (!job->silent) {
		end(executor, job, outcome, outcome_words(outcome, &command, arena), arena);
		note(executor, job, &command, outcome);
	}
}

void execute_nothing(struct executor *executor, const struct job *job, const char *why)
{
	begin(executor, job);
	if (!executor->quiet)
		fprintf(stdout, "   %s%s%s\n", paint(executor, dim), why, paint(executor, plain));
	executor->line_open = false;
	fflush(stdout);
}

pid_t execute_background(struct executor *executor, const struct job *job, int output, struct outcome *outcome,
                         struct arena *arena)
{
	struct spawn command;
	*outcome = (struct outcome){ .how = ENDED, .started = now_wall() };
	double start = now_monotonic();
	make_spawn(executor, job, arena, &command);
	begin(executor, job);
	pid_t pid = spawn_background(&command, output);
	if (pid < 0)
		*outcome = (struct outcome){ .how = NOT_STARTED, .status = errno, .started = outcome->started };
	outcome->duration = now_monotonic() - start;
	end(executor, job, outcome, outcome_words(outcome, &command, arena), arena);
	note(executor, job, &command, outcome);
	return pid;
}

const char *execute_missing(const struct executor *executor, const char *program, struct arena *arena)
{
	if (program_find(arena, program, executor->path))
		return NULL;
	const char *why = program_missing(arena, program, executor->path);
	if (!starts_with(why, "there is no"))
		return why;
	return arena_printf(arena, "%s%s", why, needs_package(executor->needs, program, arena));
}

const char *execute_line_missing(const struct executor *executor, const char *line, struct arena *arena)
{
	struct words words;
	if (words_need_shell(line) || words_split(arena, line, &words) || !words.n)
		return NULL;
	return execute_missing(executor, words.word[0], arena);
}

const char *execute_words(const struct executor *executor, const struct job *job, const struct outcome *outcome,
                          struct arena *arena)
{
	struct spawn command;
	make_spawn(executor, job, arena, &command);
	const char *missing = outcome->how == NOT_STARTED ? execute_missing(executor, command.argv[0], arena) : NULL;
	return missing ? missing : outcome_words(outcome, &command, arena);
}
