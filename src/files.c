/* files: what is written for a network: resolv.conf and hosts of its namespaces, which `ip netns exec` binds over
 * those of /etc, and each [file]. */
#include <stdlib.h>
#include <string.h>

#include "planner.h"
#include "rundir.h"
#include "values.h"

enum { ON_ONE_LINE = 3 /* lines of a file; more stand below each other */ };

/* Lines for printf(1), each a quoted word. */
struct lines {
	struct buffer words;
	size_t n;
};

static void add_line(struct lines *lines, const char *line)
{
	if (lines->n++)
		buffer_putc(&lines->words, '\n'); /* replaced below; a quoted word may have none, so it is no line's own */
	words_quote(&lines->words, line);
}

static const char *joined(struct planner *p, struct lines *lines)
{
	struct buffer out = { 0 };
	bool many = lines->n > ON_ONE_LINE;
	if (many)
		buffer_puts(&out, "\\\n\t");
	for (const char *c = buffer_text(&lines->words); *c; c++) {
		if (*c == '\n')
			buffer_puts(&out, many ? " \\\n\t" : " ");
		else
			buffer_putc(&out, *c);
	}
	buffer_puts(&out, many ? " \\\n\t" : " ");
	const char *text = arena_strdup(&p->scratch, buffer_text(&out));
	buffer_free(&out);
	buffer_free(&lines->words);
	return text;
}

/* What removes a directory below /etc that was not there, once it is empty; NULL: another command's entry does. */
static struct undo *undo_directory(struct planner *p, const char *path, unsigned line)
{
	if (table_get(&p->directories, path))
		return NULL;
	struct data *fields = emit_fields(p, NULL);
	emit_set(p, fields, "path", path);
	struct undo *undo = emit_undo(p, UNDO_DIRECTORY, emit_text(p, DIRECTORY_REMOVE, fields, line), line);
	undo->link = path;
	table_set(&p->directories, path, undo);
	return undo;
}

static void make_directory(struct planner *p, const char *path, unsigned line, const struct netns *netns, const char *group)
{
	if (table_get(&p->directories, path))
		return;
	struct undo *common = undo_directory(p, "/etc/netns", line), *undo = undo_directory(p, path, line);
	struct data *fields = emit_fields(p, NULL);
	emit_set(p, fields, "path", path);
	struct command *command = emit_command(p, DIRECTORY_MAKE, fields, line, NULL, group, "");
	command->netns = netns->name;
	command->begins[0] = common ? common : undo;
	command->begins[1] = common ? undo : NULL;
}

/* Makes the directories of PATH, a file of NETNS's own /etc: each is one that others may have put something in. */
static void make_directories(struct planner *p, const char *path, unsigned line, const struct netns *netns,
                             const char *group)
{
	const char *below = path + strlen("/etc/netns/");
	for (const char *end = strchr(below, '/'); end; end = strchr(end + 1, '/'))
		make_directory(p, arena_strndup(&p->plan->arena, path, (size_t)(end - path)), line, netns, group);
}

/* Writes LINES to PATH, or adds them to what an earlier command wrote there. */
static void write_file(struct planner *p, const char *path, struct lines *lines, const char *mode, bool more,
                       unsigned line, const struct netns *netns, const char *group)
{
	struct undo *undo = NULL;
	struct data *fields = emit_fields(p, NULL);
	emit_set(p, fields, "path", path);
	if (!more) {
		emit_requirement(p, path, PATH_FREE, line);
		undo = emit_undo(p, UNDO_FILE, emit_text(p, FILE_REMOVE, fields, line), line);
		undo->link = path;
	}
	emit_set(p, fields, "lines", joined(p, lines));
	if (mode)
		emit_set(p, fields, "mode", mode);
	if (more)
		emit_set(p, fields, "more", "yes");
	struct command *command = emit_command(p, FILE_WRITE, fields, line, NULL, group, "");
	command->shell = true;
	command->writes = path;
	command->netns = netns ? netns->name : "";
	command->begins[0] = undo;
}

static const char *etc_path(struct planner *p, const struct netns *netns, const char *file)
{
	return arena_printf(&p->plan->arena, "/etc/netns/%s/%s", netns->name, file);
}

/* --- names --- */

static void write_resolv_conf(struct planner *p, const struct step *step, size_t from)
{
	struct netns *netns = step->statements[from]->netns;
	unsigned line = step->statements[from]->line;
	const char *path = etc_path(p, netns, "resolv.conf");
	struct lines lines = { 0 };
	for (size_t i = from; i < step->n_statements; i++) {
		const struct statement *statement = step->statements[i];
		if (statement->phase == PHASE_NAMESERVER && statement->netns == netns)
			add_line(&lines, arena_printf(&p->scratch, "%s %s", statement->key->word, statement->value));
	}
	emit_need_netns(p, netns, line, step->statements[from]->header);
	emit_requirement(p, "/etc/resolv.conf", PATH_THERE, line); /* ip binds over it; it may be a link to nowhere */
	make_directories(p, path, line, netns, "nameserver");
	write_file(p, path, &lines, NULL, netns->resolves, line, netns, "nameserver");
	netns->resolves = true;
}

/* The addresses of a namespace for the hosts file of another: those on a network that both are on come first. */
static bool prefix_of(const struct statement *statement, unsigned char *bytes, size_t *length, size_t *bits)
{
	return value_prefix(statement->words.word[!strcmp(statement->words.word[0], "local")], bytes, length, bits);
}

static bool on_same_network(const struct statement *a, const struct statement *b)
{
	unsigned char left[16], right[16];
	size_t length, other, bits, other_bits;
	if (!prefix_of(a, left, &length, &bits) || !prefix_of(b, right, &other, &other_bits) || length != other)
		return false;
	if (other_bits < bits)
		bits = other_bits;
	if (bits == length * 8 || memcmp(left, right, bits / 8))
		return false;
	unsigned char mask = (unsigned char)(0xff00 >> bits % 8);
	return ((left[bits / 8] ^ right[bits / 8]) & mask) == 0;
}

/* All `address` lines of the scenario, by namespace. */
struct addresses {
	const struct statement **of;
	size_t n, room;
};

static bool reaches(const struct addresses *viewer, const struct statement *address)
{
	for (size_t i = 0; i < viewer->n; i++)
		if (on_same_network(viewer->of[i], address))
			return true;
	return false;
}

static void write_hosts(struct planner *p, const struct netns *netns, const struct addresses *all, size_t own)
{
	const struct model *model = p->model;
	const char *path = etc_path(p, netns, "hosts");
	struct lines lines = { 0 };
	add_line(&lines, "127.0.0.1 localhost");
	add_line(&lines, "::1 localhost ip6-localhost ip6-loopback");
	for (size_t i = 0; i < model->n_namespaces; i++)
		for (int near = 1; near >= 0; near--)
			for (size_t j = 0; j < all[i].n; j++) {
				const struct statement *address = all[i].of[j];
				const char *word = address->words.word[!strcmp(address->words.word[0], "local")];
				if (reaches(&all[own], address) == near)
					add_line(&lines, arena_printf(&p->scratch, "%.*s %s", (int)strcspn(word, "/"), word,
					                              model->namespaces[i]->name));
			}
	make_directories(p, path, model->hosts_line, netns, "nameserver");
	write_file(p, path, &lines, NULL, false, model->hosts_line, netns, "nameserver");
}

static void build_hosts(struct planner *p, const struct step *step)
{
	const struct model *model = p->model;
	struct addresses *all = xcalloc(model->n_namespaces + 1, sizeof *all);
	struct table index = { 0 };
	for (size_t i = 0; i < model->n_namespaces; i++)
		table_set(&index, model->namespaces[i]->name, &all[i]);
	for (size_t s = 0; s < model->n_steps; s++)
		for (size_t i = 0; i < model->steps[s].n_statements; i++) {
			const struct statement *statement = model->steps[s].statements[i];
			if (statement->key->id != KEY_ADDRESS || !strcmp(statement->verb, "del"))
				continue;
			struct addresses *of = table_get(&index, statement->link->end->name);
			if (of && !statement->link->is_lo)
				*array_add(of->of, of->n, of->room) = statement;
		}
	for (size_t i = 0; i < step->n_namespaces; i++) {
		struct addresses *own = table_get(&index, step->namespaces[i]->name);
		write_hosts(p, step->namespaces[i], all, (size_t)(own - all));
	}
	for (size_t i = 0; i < model->n_namespaces; i++)
		free(all[i].of);
	free(all);
	table_free(&index);
}

void build_nameservers(struct planner *p, const struct step *step)
{
	for (size_t i = 0; i < step->n_statements; i++) {
		const struct statement *statement = step->statements[i];
		if (statement->phase != PHASE_NAMESERVER || statement->netns->resolving == step)
			continue;
		statement->netns->resolving = step;
		write_resolv_conf(p, step, i);
	}
	if (p->model->hosts)
		build_hosts(p, step);
}

/* --- [file] --- */

void build_files(struct planner *p, const struct step *step)
{
	for (size_t i = 0; i < step->n_files; i++) {
		const struct file *file = &step->files[i];
		const char *path = arena_printf(&p->plan->arena, "%s/%s", rundir_of(&p->scratch, p->model->name), file->path);
		struct lines lines = { 0 };
		if (file->netns) {
			/* ip binds what is directly below /etc/netns/NAME, and can do so only over what is there */
			size_t entry = strcspn(file->path, "/");
			emit_need_netns(p, file->netns, file->line, file->header);
			emit_requirement(p, arena_printf(&p->plan->arena, "/etc/%.*s", (int)entry, file->path), PATH_THERE,
			                 file->line);
			path = etc_path(p, file->netns, file->path);
			make_directories(p, path, file->line, file->netns, "file");
		}
		for (size_t j = 0; j < file->n; j++)
			add_line(&lines, file->lines[j]);
		write_file(p, path, &lines, file->mode, false, file->line, file->netns, "file");
	}
}
