/* job: see job.h */
#include "cli/job.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/text.h"
#include "base/yaml.h"

enum { MAX_INPUT_BYTES = 1 << 30 };

int fail(const struct err *err)
{
	fputs("joulet: ", stderr);
	/* A file's name may hold anything; the message stays one line. */
	for (const char *s = err->msg; *s; s++)
		fputc((unsigned char)*s < ' ' || *s == 0x7f ? '?' : *s, stderr);
	fputc('\n', stderr);
	return (int)err->kind;
}

void say(void *unused, const char *text)
{
	(void)unused;
	fprintf(stderr, "joulet: %s\n", text);
}

int page_width(void)
{
	const char *columns = getenv("COLUMNS");
	long n;
	if (columns && text_long(columns, &n) == TEXT_OK && n >= 20 &&
	    n <= 1000)
		return (int)n;
	return table_terminal_width(1, 80);
}

bool finish_stdout(struct err *err)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	return err_set(err, ERR_NOINPUT, "standard output: cannot write: %s",
	               errno ? strerror(errno) : "input/output error");
}

bool command_begin(const struct command *c, int argc, char **argv,
                   const char **operand, int *status)
{
	struct err err;
	bool help;
	if (!args_parse(c, argc, argv, operand, &help, &err)) {
		*status = fail(&err);
		return false;
	}
	if (!help)
		return true;
	args_help(c, stdout);
	*status = finish_stdout(&err) ? 0 : fail(&err);
	return false;
}

bool read_number(const char *option, const char *text, long min, long max,
                 long *value, struct err *err)
{
	if (!text)
		return true;
	if (text_long(text, value) != TEXT_OK || *value < min || *value > max)
		return err_set(err, ERR_USAGE, "--%s: %s is not in %ld..%ld",
		               option, text, min, max);
	return true;
}

/* Length of the key in "key=value", 0 if it is not of that form. */
static size_t key_length(const char *setting)
{
	const char *equals = strchr(setting, '=');
	return equals ? (size_t)(equals - setting) : 0;
}

static bool given_before(const struct arg_list *set, int i, size_t length)
{
	for (int k = 0; k < i; k++)
		if (key_length(set->item[k]) == length &&
		    strncmp(set->item[k], set->item[i], length) == 0)
			return true;
	return false;
}

static bool set_one(struct design *d, const struct arg_list *set, int i,
                    struct err *err)
{
	const struct src at = {"--set", 0};
	const char *setting = set->item[i];
	size_t n = key_length(setting);
	if (n == 0)
		return err_set(err, ERR_USAGE,
		               "--set %s: must be key=value, such as "
		               "array.rows=16",
		               setting);
	if (given_before(set, i, n))
		return err_set(err, ERR_USAGE, "--set %.*s: given twice",
		               (int)n, setting);
	char *key = mem_strn(setting, n);
	bool ok = design_set(d, key, setting + n + 1, at, err);
	free(key);
	return ok;
}

bool job_design(struct design *d, const struct job_args *args, struct err *err)
{
	const struct src at = {"--set", 0};

	*d = design_default();
	if (args->design && !design_load(d, args->design, err))
		return false;
	for (int i = 0; i < args->set.n; i++)
		if (!set_one(d, &args->set, i, err))
			return false;
	return args->set.n == 0 || design_check(d, at, err);
}

/* The line of a key in a design file, dotted or nested; 0: not found. */
static int line_of(const char *path, const char *group, const char *rest)
{
	char dotted[64];
	struct err err;
	struct yaml *root = yaml_load(path, &err);
	int line = 0;
	if (!root)
		return 0;
	snprintf(dotted, sizeof dotted, "%s.%s", group, rest);
	const struct yaml *node = yaml_get(root, dotted);
	const struct yaml *map = yaml_get(root, group);
	if (!node && map)
		node = yaml_get(map, rest);
	if (node)
		line = yaml_src(node).line;
	yaml_drop(root);
	return line;
}

/* Where the design has that key from. */
static struct src key_src(const struct job_args *args, const char *group,
                          const char *rest)
{
	char key[64];
	int n = snprintf(key, sizeof key, "%s.%s=", group, rest);

	for (int i = 0; i < args->set.n; i++)
		if (strncmp(args->set.item[i], key, (size_t)n) == 0)
			return (struct src){"--set", 0};
	if (!args->design)
		return (struct src){"default design", 0};
	return (struct src){args->design, line_of(args->design, group, rest)};
}

bool job_supply_check(const struct job_args *args,
                      const struct joulet_tech *tech, const struct design *d,
                      struct err *err)
{
	return joulet_supply_check(tech, d, key_src(args, "voltage", "mv"),
	                           err);
}

bool job_clock_check(const struct job_args *args,
                     const struct joulet_tech *tech, const struct design *d,
                     struct err *err)
{
	if (joulet_clock_check(tech, d, key_src(args, "clock", "mhz"), err))
		return true;
	if (args->any_clock)
		say(NULL, err->msg);
	return args->any_clock;
}

static bool read_input(struct job *job, const char *path, struct err *err)
{
	const size_t each = joulet_net_in_bytes(job->net);
	size_t size;

	job->n = 1;
	if (!path) {
		job->in = mem_zero(each, 1);
		joulet_made_up(job->in, each);
		return true;
	}
	job->in = file_read(path, MAX_INPUT_BYTES, &size, err);
	if (!job->in)
		return false;
	if (size == 0 || each == 0 || size % each != 0)
		return err_at(err, (struct src){path, 0},
		              "%zu bytes are no multiple of %zu, the input of "
		              "one inference of %s",
		              size, each, joulet_net_name(job->net));
	job->n = size / each;
	return true;
}

static bool compile(struct job *job, const struct job_args *args,
                    struct err *err)
{
	const struct joulet_dump dump = {args->dump, stdout};
	const struct joulet_dump *to = args->dump ? &dump : NULL;
	job->program =
	        args->longer && job->target == JOULET_ACCEL
	                ? joulet_compile_longer(job->net, &job->design, to, err)
	                : joulet_compile(job->net, &job->design, job->target,
	                                 to, err);
	return job->program != NULL;
}

bool job_open(struct job *job, const struct job_args *args, struct err *err)
{
	memset(job, 0, sizeof *job);
	int target = joulet_target_find(args->target ? args->target : "accel");
	if (target < 0)
		return err_set(err, ERR_USAGE,
		               "--target %s: no such target; accel or cpu",
		               args->target);
	job->target = (enum joulet_target)target;
	bool ok = job_design(&job->design, args, err);
	if (ok) {
		job->net = joulet_net_open(args->net, err);
		ok = job->net && read_input(job, args->input, err) &&
		     compile(job, args, err);
	}
	if (!ok) {
		job_close(job);
		return false;
	}
	job->out_bytes = job->n * joulet_net_out_bytes(job->net);
	if (!args->input)
		say(NULL, "no --input: one made-up input is used, the same "
		          "every time");
	return true;
}

void job_close(struct job *job)
{
	joulet_program_close(job->program);
	joulet_net_close(job->net);
	free(job->in);
	memset(job, 0, sizeof *job);
}
