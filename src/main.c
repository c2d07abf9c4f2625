/* vnetgen: options, the table of commands, exit statuses; nothing else. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "drawing.h"
#include "graph.h"
#include "kernel.h"
#include "list.h"
#include "network.h"
#include "pages.h"
#include "process.h"
#include "rundir.h"
#include "script.h"
#include "tap.h"
#include "values.h"
#include "visible.h"

static enum exit_status print_script(struct scenario *s, const struct options *o, const char *name)
{
	const char *wrong;
	struct view_options view_options = { .checks = o->with_checks, .restore = s->restore, .timeout = o->timeout,
		                                 .untried = &s->untried, .wording = &s->wording };
	struct data *view = view_make(&s->arena, &s->plan, &view_options, &wrong);
	if (view && script_print(&s->templates, name, view, &wrong))
		return EXIT_DONE;
	complain("%s", wrong);
	return EXIT_SCENARIO;
}

static bool may_build(void)
{
	static const struct {
		int number;
		const char *name;
	} needed[] = { { CAP_NET_ADMIN, "NET_ADMIN" }, { CAP_SYS_ADMIN, "SYS_ADMIN" } };
	if (geteuid() != 0) {
		complain("building a network in the host needs root; 'vnetgen test --sandbox' needs none");
		return false;
	}
	for (size_t i = 0; i < COUNT(needed); i++) {
		if (kernel_capable(needed[i].number))
			continue;
		complain("building a network needs CAP_%s, which root does not have here, as in a container; Docker's "
		         "'--cap-add %s' or '--privileged' gives it", needed[i].name, needed[i].name);
		return false;
	}
	return true;
}

static enum exit_status do_up(struct scenario *s, const struct options *o)
{
	enum exit_status status = scenario_load(s, o);
	if (status != EXIT_DONE)
		return status;
	if (o->dry_run)
		return print_script(s, o, "setup.sh");
	if (o->sandbox) {
		complain("up --sandbox is not there yet: 'vnetgen test --sandbox %s' builds, checks and removes it",
		         o->files[0]);
		return EXIT_REFUSED;
	}
	if (!may_build() || !scenario_open_log(s, o))
		return EXIT_REFUSED;
	return run_up(&s->executor, &s->plan, &(struct run_options){ .keep = o->keep, .restore = s->restore });
}

/* An argument with a '/' or that ends in ".ini" is a file, any other the name of a network. */
static bool is_file(const char *argument)
{
	return strchr(argument, '/') || ends_with(argument, ".ini");
}

static enum exit_status do_down(struct scenario *s, const struct options *o)
{
	const char *argument = o->files[0], *name = argument, *wrong;
	if (is_file(argument)) {
		enum exit_status status = scenario_load(s, o);
		if (status != EXIT_DONE) {
			complain("the record is all that 'vnetgen down NAME' needs: it goes without the file");
			return status;
		}
		if (o->dry_run)
			return print_script(s, o, "teardown.sh");
		name = s->model.name;
	} else if (name_wrong_scenario(name)) {
		complain("'%s' %s", name, name_wrong_scenario(name));
		return EXIT_USAGE;
	} else if (o->dry_run) {
		struct record record;
		if (!record_read(&record, name, false, &wrong)) {
			complain("%s is not up", name);
			return EXIT_REFUSED;
		}
		if (record.script && !wrong) /* such a record does not know what was made */
			wrong = arena_printf(&s->arena, "%s was built by a printed script: give the scenario instead of its name",
			                     name);
		bool good = !wrong && script_print_record(&s->templates, &record, &wrong);
		if (!good)
			complain("%s", wrong);
		record_close(&record);
		return good ? EXIT_DONE : EXIT_REFUSED;
	}
	return may_build() && scenario_open_log(s, o) ? run_down(&s->executor, name, is_file(argument) ? s->model.file : NULL)
	                                              : EXIT_REFUSED;
}

static enum exit_status do_check(struct scenario *s, const struct options *o)
{
	enum exit_status status = scenario_load(s, o);
	if (status != EXIT_DONE)
		return status;
	return may_build() && scenario_open_log(s, o) ? tap_checks(&s->executor, &s->plan) : EXIT_REFUSED;
}

static int test_here(void *user)
{
	struct scenario *s = user;
	run_catch_signals();
	int status = (int)run_up(&s->executor, &s->plan, &(struct run_options){ .looks = true, .down = true, .restore = s->restore });
	fflush(stdout);
	return status;
}

static int test_in_sandbox(void *user)
{
	struct scenario *s = user;
	sysctls_judge(&s->sysctls, &s->report);
	return report_print(&s->report) ? EXIT_REFUSED : test_here(s);
}

static enum exit_status do_test(struct scenario *s, const struct options *o)
{
	enum exit_status status = scenario_load(s, o);
	if (status != EXIT_DONE)
		return status;
	if ((!o->sandbox && !may_build()) || !scenario_open_log(s, o))
		return EXIT_REFUSED;
	if (!o->sandbox)
		return (enum exit_status)test_here(s);
	scenario_leave_host(s);
	return scenario_run_in_sandbox(test_in_sandbox, s, !o->quiet);
}

static int lint_in_sandbox(void *user)
{
	struct scenario *s = user;
	needs_judge(&s->needs, &s->executor, &s->plan, &s->report);
	return report_print(&s->report) ? EXIT_REFUSED : EXIT_DONE;
}

static enum exit_status do_lint(struct scenario *s, const struct options *o)
{
	enum exit_status status = scenario_load(s, o);
	if (status != EXIT_DONE || !o->kernel)
		return status;
	if (!scenario_open_log(s, o))
		return EXIT_REFUSED;
	scenario_leave_host(s);
	return scenario_run_in_sandbox(lint_in_sandbox, s, false);
}

static enum exit_status do_list(struct scenario *s, const struct options *o)
{
	(void)s;
	(void)o;
	return list_networks();
}

/* What is drawn when nothing is said: what the output is called, if that is a format. */
static const char *drawing_format(const struct scenario *s, const struct options *o)
{
	const char *dot = o->output ? strrchr(o->output, '.') : NULL;
	if (o->format)
		return o->format;
	return dot && (drawing_is_picture(dot + 1) || drawing_is_text(&s->templates, dot + 1)) ? dot + 1 : "mermaid";
}

static enum exit_status write_output(const struct options *o, const struct buffer *out)
{
	bool good;
	if (o->output) {
		int fd = file_open(o->output, O_WRONLY | O_CREAT | O_TRUNC, 0644 & ~process_umask());
		good = fd >= 0 && write_all(fd, buffer_text(out), out->length);
		if (fd >= 0)
			good = close(fd) == 0 && good;
	} else {
		show_bytes(stdout, buffer_text(out), out->length);
		good = fflush(stdout) == 0 && !ferror(stdout);
	}
	if (!good)
		complain("cannot write %s: %s", o->output ? o->output : "the drawing", file_error(errno));
	return good ? EXIT_DONE : EXIT_OUTPUT;
}

static enum exit_status do_graph(struct scenario *s, const struct options *o)
{
	const char *format = drawing_format(s, o), *wrong;
	bool picture = drawing_is_picture(format);
	if (!picture && !drawing_is_text(&s->templates, format)) {
		complain("there is no format '%s'; there are %s", format, drawing_formats(&s->templates));
		return EXIT_USAGE;
	}
	if (picture && !o->output && isatty(STDOUT_FILENO)) {
		complain("%s is nothing for a terminal: say '-o FILE', or redirect it", format);
		return EXIT_USAGE;
	}
	enum exit_status status = scenario_load(s, o);
	if (status != EXIT_DONE)
		return status;
	if (o->step > network_steps(&s->plan)) {
		complain("there is no step %zu: %s has %zu", o->step, s->model.name, network_steps(&s->plan));
		return EXIT_USAGE;
	}
	const struct graph_options options = { .step = o->step, .all = o->all, .wording = &s->wording };
	struct data *view = graph_view(&s->arena, &s->templates, &s->plan, &options, &wrong);
	struct buffer text = { 0 }, image = { 0 };
	if (!view || !drawing_render(&s->templates, picture ? "dot" : format, view, &text, &wrong)) {
		complain("%s", wrong);
		status = EXIT_SCENARIO;
	} else if (picture && !drawing_picture(format, &text, s->executor.path, &image, &s->arena, &wrong)) {
		complain("%s", wrong);
		status = EXIT_REFUSED;
	} else {
		status = write_output(o, picture ? &image : &text);
	}
	buffer_free(&text);
	buffer_free(&image);
	return status;
}

/* --- the command line --- */

enum option_set {
	TAKES_SCRIPT = 1, /* --dry-run */
	TAKES_CHECKS = 2, /* --with-checks */
	TAKES_KEEP = 4,
	TAKES_SANDBOX = 8,
	TAKES_DRAWING = 16, /* --step and what else a drawing has */
	TAKES_PAGE = 32,    /* --stable and what else a page has */
	TAKES_FORMAT = 64,
	TAKES_LANGUAGE = 128,
	TAKES_MANY = 256, /* more than one scenario */
	TAKES_KERNEL = 512,
	TAKES_MODEL = 1024, /* --set and what else changes what is made of a scenario */
	TAKES_PATH = 2048,
	TAKES_RUN = 4096 | TAKES_PATH, /* --log and what else commands that are run have */
};

static const struct command_line {
	const char *word;
	enum exit_status (*run)(struct scenario *, const struct options *);
	unsigned takes;
	const char *argument, *says;
} commands[] = {
	{ "up", do_up, TAKES_SCRIPT | TAKES_CHECKS | TAKES_KEEP | TAKES_SANDBOX | TAKES_LANGUAGE | TAKES_MODEL | TAKES_RUN,
	  "SCENARIO", "builds the network (the default command)" },
	{ "down", do_down, TAKES_SCRIPT | TAKES_LANGUAGE | TAKES_MODEL | TAKES_RUN, "SCENARIO|NAME", "takes it down" },
	{ "list", do_list, 0, "", "lists the networks that are up, and since when" },
	{ "check", do_check, TAKES_MODEL | TAKES_RUN, "SCENARIO",
	  "runs the checks of a network that is up, and prints TAP" },
	{ "test", do_test, TAKES_SANDBOX | TAKES_MODEL | TAKES_RUN, "SCENARIO",
	  "builds it, runs shows and checks, takes it down" },
	{ "lint", do_lint, TAKES_KERNEL | TAKES_MODEL | TAKES_RUN, "SCENARIO",
	  "says what is wrong with it, and does nothing" },
	{ "graph", do_graph, TAKES_DRAWING | TAKES_FORMAT | TAKES_LANGUAGE | TAKES_MODEL | TAKES_PATH, "SCENARIO",
	  "draws it, from the file alone" },
	{ "doc", pages_doc,
	  TAKES_SCRIPT | TAKES_PAGE | TAKES_FORMAT | TAKES_LANGUAGE | TAKES_MANY | TAKES_MODEL | TAKES_RUN, "SCENARIO...",
	  "runs it in a sandbox and writes the tutorial" },
	{ "view", pages_view, TAKES_LANGUAGE | TAKES_MANY | TAKES_MODEL, "SCENARIO...",
	  "prints what templates see, as JSON" },
};

enum long_option {
	OPT_DRY_RUN = 256,
	OPT_WITH_CHECKS,
	OPT_STYLE,
	OPT_SET,
	OPT_TEMPLATES,
	OPT_PATH,
	OPT_TIMEOUT,
	OPT_RUN_DIR,
	OPT_LOG,
	OPT_KEEP,
	OPT_SANDBOX,
	OPT_KERNEL,
	OPT_FORMAT,
	OPT_STEP,
	OPT_ALL,
	OPT_HOST,
	OPT_LANG,
	OPT_STABLE,
	OPT_FRONT_MATTER,
	OPT_META,
	OPT_DIAGRAMS,
	OPT_VERSION,
	OPT_WORDS,
};

static const char *list_styles(const struct templates *templates)
{
	return templates_list(templates, "styles", ".ini");
}

static const char *list_languages(const struct templates *templates)
{
	return templates_list(templates, "lang", ".ini");
}

/* Those of doc, then those of graph. */
static const char *list_formats(const struct templates *templates)
{
	const char *pages = templates_list(templates, "doc", ".mustache"), *last = strstr(pages, " and ");
	return arena_printf(templates->arena, "%.*s, %s, %s", last ? (int)(last - pages) : 0, pages, last ? last + 5 : pages,
	                    drawing_formats(templates));
}

static const struct option_line {
	struct option option;
	unsigned needs; /* an option_set; 0: every command has it */
	const char *argument, *says;
	const char *(*list)(const struct templates *); /* what it can be */
} option_lines[] = {
	{ { "dry-run", no_argument, NULL, OPT_DRY_RUN }, TAKES_SCRIPT, "", "prints the script instead of running it" },
	{ { "with-checks", no_argument, NULL, OPT_WITH_CHECKS }, TAKES_CHECKS, "", "with shows and checks in the script" },
	{ { "keep", no_argument, NULL, OPT_KEEP }, TAKES_KEEP, "", "leaves what was made when a command fails" },
	{ { "sandbox", no_argument, NULL, OPT_SANDBOX }, TAKES_SANDBOX, "", "in namespaces of its own, without root" },
	{ { "kernel", no_argument, NULL, OPT_KERNEL }, TAKES_KERNEL, "", "also what this machine lacks to build it" },
	{ { "format", required_argument, NULL, OPT_FORMAT }, TAKES_FORMAT, "FORMAT", "writes or draws it so; there are ",
	  list_formats },
	{ { "output", required_argument, NULL, 'o' }, TAKES_DRAWING, "FILE", "writes it there; NAME.svg says the format" },
	{ { "step", required_argument, NULL, OPT_STEP }, TAKES_DRAWING, "N", "draws what is there after step N" },
	{ { "all", no_argument, NULL, OPT_ALL }, TAKES_FORMAT, "", "has each one where there are many alike" },
	{ { "lang", required_argument, NULL, OPT_LANG }, TAKES_LANGUAGE, "LANGUAGE", "writes in it; there are ",
	  list_languages },
	{ { "host", no_argument, NULL, OPT_HOST }, TAKES_PAGE, "", "in the host instead of a sandbox, as root" },
	{ { "stable", no_argument, NULL, OPT_STABLE }, TAKES_PAGE, "", "the same page each time: no times, no MACs" },
	{ { "diagrams", required_argument, NULL, OPT_DIAGRAMS }, TAKES_PAGE, "WHEN", "once (a chapter), each (step), none" },
	{ { "front-matter", no_argument, NULL, OPT_FRONT_MATTER }, TAKES_PAGE, "", "begins with title and --meta, as YAML" },
	{ { "meta", required_argument, NULL, OPT_META }, TAKES_PAGE, "KEY=VALUE", "for the front matter; KEY:=YAML as it is" },
	{ { "set", required_argument, NULL, OPT_SET }, TAKES_MODEL, "NAME=VALUE",
	  "gives a variable of [vars] another value" },
	{ { "style", required_argument, NULL, OPT_STYLE }, TAKES_MODEL, "STYLE", "spells commands so; there are ",
	  list_styles },
	{ { "templates", required_argument, NULL, OPT_TEMPLATES }, TAKES_MODEL, "DIR", "looks for templates there first" },
	{ { "path", required_argument, NULL, OPT_PATH }, TAKES_PATH, "PATH", "where commands are looked up" },
	{ { "timeout", required_argument, NULL, OPT_TIMEOUT }, TAKES_RUN, "TIME",
	  "ends a command that takes longer; 30s, 2m, 500ms" },
	{ { "run-dir", required_argument, NULL, OPT_RUN_DIR }, 0, "DIR", "keeps the records there instead of in /run/vnetgen" },
	{ { "log", required_argument, NULL, OPT_LOG }, TAKES_RUN, "FILE",
	  "writes each command and its output there, as JSON" },
	{ { "quiet", no_argument, NULL, 'q' }, 0, "", "says nothing but what is wrong" },
	{ { "verbose", no_argument, NULL, 'v' }, TAKES_RUN, "",
	  "says for each command where in the scenario it comes from" },
	{ { "help", no_argument, NULL, 'h' }, 0, "", "this text" },
	{ { "version", no_argument, NULL, OPT_VERSION }, 0, "", "the version" },
	/* for the tests of man pages and completions */
	{ { "list-words", no_argument, NULL, OPT_WORDS }, 0, NULL, NULL },
};

static void print_help(const struct options *o, struct arena *arena)
{
	struct templates templates;
	templates_open(&templates, o->templates, arena);
	printf("vnetgen: network namespaces and devices from a scenario file, by the commands that one would type\n\n");
	for (size_t i = 0; i < COUNT(commands); i++)
		printf("  vnetgen %-5s %-14s %s\n", commands[i].word, commands[i].argument, commands[i].says);
	printf("\nOptions:\n");
	for (size_t i = 0; i < COUNT(option_lines); i++) {
		const struct option_line *line = &option_lines[i];
		char left[40];
		if (!line->says)
			continue;
		bool is_short = line->option.val < 256;
		snprintf(left, sizeof left, "%s--%s %s", is_short ? (char[]){ '-', (char)line->option.val, ',', ' ', '\0' } : "",
		         line->option.name, line->argument);
		show(stdout, "  %-22s %s%s\n", left, line->says, line->list ? line->list(&templates) : "");
	}
	printf("\nSee vnetgen(1), vnetgen-scenario(5).\n");
}

static const struct command_line *find_command(const char *word)
{
	for (size_t i = 0; i < COUNT(commands); i++)
		if (!strcmp(commands[i].word, word))
			return &commands[i];
	return NULL;
}

static const char *nearest_command(const char *word)
{
	const char *words[COUNT(commands)];
	for (size_t i = 0; i < COUNT(commands); i++)
		words[i] = commands[i].word;
	return nearest_word(word, words, COUNT(words));
}

static enum exit_status usage(const char *hint)
{
	complain("%s; 'vnetgen --help' lists what there is", hint);
	return EXIT_USAGE;
}

/* Does it need no quotes in a command? */
static bool is_plain(const char *word)
{
	struct buffer quoted = { 0 };
	words_quote(&quoted, word);
	bool plain = !strcmp(buffer_text(&quoted), word);
	buffer_free(&quoted);
	return plain;
}

/* False when the option is wrong; it has been said. */
static bool take_option(struct options *o, int value, struct arena *arena)
{
	char *equals, *end;
	switch (value) {
	case OPT_DRY_RUN: o->dry_run = true; break;
	case OPT_WITH_CHECKS: o->with_checks = true; break;
	case OPT_KEEP: o->keep = true; break;
	case OPT_SANDBOX: o->sandbox = true; break;
	case OPT_KERNEL: o->kernel = true; break;
	case OPT_HOST: o->host = true; break;
	case OPT_LANG: o->lang = optarg; break;
	case OPT_STABLE: o->stable = true; break;
	case OPT_FRONT_MATTER: o->front_matter = true; break;
	case OPT_DIAGRAMS:
		o->diagrams = optarg;
		if (!pages_diagrams_word(optarg)) {
			usage("--diagrams takes once, each or none");
			return false;
		}
		break;
	case OPT_META:
		o->front_matter = true;
		if (!doc_read_meta(arena, optarg, array_add(o->meta, o->n_meta, o->meta_room))) {
			usage("--meta takes KEY=VALUE, or KEY:=VALUE for a value that is YAML already");
			return false;
		}
		break;
	case OPT_STYLE: o->style = optarg; break;
	case OPT_TEMPLATES:
		o->templates = optarg;
		if (access(arena_printf(arena, "%s/.", optarg), X_OK) < 0) {
			complain("--templates %s: %s", optarg, strerror(errno));
			return false;
		}
		break;
	case OPT_PATH: o->path = optarg; break;
	case OPT_LOG: o->log = optarg; break;
	case OPT_TIMEOUT:
		if (!value_duration(optarg, &o->timeout)) {
			usage("--timeout takes a time above 0, as in 30s, 2m or 500ms");
			return false;
		}
		break;
	case OPT_RUN_DIR:
		if (!rundir_set(optarg, arena)) {
			complain("--run-dir %s: the working directory: %s", optarg, strerror(errno));
			return false;
		}
		if (!*optarg || !is_plain(rundir())) {
			usage("--run-dir takes a directory without blanks and quotes in its name: it stands in commands");
			return false;
		}
		break;
	case OPT_FORMAT: o->format = optarg; break;
	case OPT_ALL: o->all = true; break;
	case 'o': o->output = optarg; break;
	case 'q': o->quiet = true; break;
	case 'v': o->verbose = true; break;
	case OPT_STEP:
		o->step = strtoul(optarg, &end, 10);
		if (!isdigit((unsigned char)*optarg) || *end || !o->step) {
			usage("--step takes the number of a step, from 1");
			return false;
		}
		break;
	case OPT_SET:
		equals = strchr(optarg, '=');
		if (!equals || equals == optarg) {
			usage("--set takes NAME=VALUE");
			return false;
		}
		*array_add(o->settings, o->n_settings, o->settings_room) =
			(struct variable){ arena_strndup(arena, optarg, (size_t)(equals - optarg)), equals + 1 };
		break;
	}
	return true;
}

/* WORD is what getopt_long(3) stopped at, VALUE and optopt how. */
static enum exit_status wrong_option(const char *word, int value, struct arena *arena)
{
	const char *wrong = value == ':'                      ? "needs an argument"
	                    : optopt && starts_with(word, "--") ? "takes no argument"
	                                                        : "is no option, or short for more than one";
	return usage(arena_printf(arena, "'%s' %s", word, wrong));
}

static enum exit_status run_command_line(int argc, char **argv, struct options *o, struct arena *arena)
{
	struct option options[COUNT(option_lines) + 1] = { 0 };
	bool given[COUNT(option_lines)] = { false };
	for (size_t i = 0; i < COUNT(option_lines); i++)
		options[i] = option_lines[i].option;
	opterr = 0;
	for (int value; (value = getopt_long(argc, argv, ":qvho:", options, NULL)) != -1;) {
		if (value == 'h') {
			print_help(o, arena);
			return EXIT_DONE;
		}
		if (value == OPT_VERSION) {
			printf("vnetgen %s\n", VERSION);
			return EXIT_DONE;
		}
		if (value == OPT_WORDS) {
			language_list();
			return EXIT_DONE;
		}
		if (value == '?' || value == ':')
			return wrong_option(argv[optind - 1], value, arena);
		if (!take_option(o, value, arena))
			return EXIT_USAGE;
		for (size_t i = 0; i < COUNT(option_lines); i++)
			given[i] |= option_lines[i].option.val == value;
	}
	argv += optind;
	argc -= optind;
	if (!argc)
		return usage("a scenario is missing");
	const struct command_line *command = find_command(argv[0]);
	if (command) {
		argv++;
		argc--;
	} else if (!is_file(argv[0])) {
		const char *nearest = nearest_command(argv[0]);
		return usage(arena_printf(arena, nearest ? "'%s' is no command ('%s' is), and no scenario file (NAME.ini)"
		                                         : "'%s' is no command, and no scenario file (NAME.ini)", argv[0], nearest));
	} else {
		command = &commands[0];
	}
	o->files = argv;
	o->n_files = (size_t)argc;
	if (!*command->argument && argc)
		return usage(arena_printf(arena, "%s takes no argument", command->word));
	if (*command->argument && (!argc || (argc > 1 && !(command->takes & TAKES_MANY))))
		return usage(arena_printf(arena, argc ? "one %s at a time for %s" : "%s is missing after %s", command->argument,
		                          command->word));
	for (size_t i = 0; i < COUNT(option_lines); i++)
		if (given[i] && option_lines[i].needs & ~command->takes)
			return usage(arena_printf(arena, "%s has no --%s", command->word, option_lines[i].option.name));
	if (o->with_checks && !o->dry_run)
		return usage("--with-checks goes with --dry-run; 'test' builds and runs the checks");

	struct scenario scenario;
	run_catch_signals();
	scenario_prepare(&scenario, o, argc ? argv[0] : "");
	enum exit_status status = command->run(&scenario, o);
	scenario_close(&scenario);
	return status;
}

/* By bits or capabilities of its file it would do for anyone what root may.  (AT_SECURE alone does not say so: a change
 * of SELinux's domain sets it for root as well.) */
static bool has_borrowed_rights(void)
{
	return getuid() != geteuid() || getgid() != getegid() || (getuid() != 0 && getauxval(AT_SECURE));
}

int main(int argc, char **argv)
{
	process_begin();
	memory_reserve(run_out_of_memory);
	if (has_borrowed_rights()) {
		complain("its file is setuid, setgid or has capabilities, which is refused, since a scenario is a program: take "
		         "that from it, and use sudo or 'test --sandbox'");
		return EXIT_REFUSED;
	}
	struct options options = { 0 };
	struct arena arena = { 0 };
	enum exit_status status = run_command_line(argc, argv, &options, &arena);
	free(options.settings);
	free(options.meta);
	arena_free(&arena);
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == EXIT_DONE) {
		complain("what was to be printed could not be written");
		status = EXIT_OUTPUT;
	}
	return (int)status;
}
