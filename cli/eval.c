/* eval: evaluate points that another program proposes, line by line. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/job.h"
#include "cli/many.h"
#include "explore/eval.h"

struct eval_args {
	const char *file, *store, *jobs;
	bool together, space, durable;
};

static const char example[] =
        "  joulet eval configs/sweeps/digits_space.yaml --space\n"
        "  joulet eval configs/sweeps/digits_space.yaml < points.jsonl\n";

static bool parse(struct eval_args *o, int argc, char **argv, int *status)
{
	const struct option options[] = {
	        {"space", NULL, "print what may be proposed, and end",
	         .flag = &o->space},
	        {"together", NULL, "one design for all networks: totals count",
	         .flag = &o->together},
	        STORE_OPTION(o->store),
	        JOBS_OPTION(o->jobs),
	        DURABLE_OPTION(o->durable),
	};
	const struct command c = {
	        .name = "eval",
	        .about = "Read points of a sweep file's axes as JSON lines "
	                 "and answer each with its\nresults, at once; what "
	                 "waits in the input is run together.",
	        .operand = "SWEEP.yaml",
	        .operand_needed = true,
	        .example = example,
	        .option = options,
	        .n_options = sizeof options / sizeof options[0],
	};
	return command_begin(&c, argc, argv, &o->file, status);
}

/* ---- Lines of the input -------------------------------------------------- */

struct input {
	struct buf text; /* read, not taken yet */
	size_t taken;
	bool end;
};

/* Is there something to read now? */
static bool ready(void)
{
	struct pollfd p = {.fd = 0, .events = POLLIN};
	return poll(&p, 1, 0) == 1;
}

/* Read once, waiting if need be. False at a signal, with err if it failed. */
static bool more(struct input *in, struct err *err)
{
	char part[65536];
	if (in->taken) { /* keep what is not taken */
		size_t left = in->text.len - in->taken;
		memmove(in->text.data, in->text.data + in->taken, left);
		in->text.len = left;
		in->taken = 0;
	}
	ssize_t n = read(0, part, sizeof part);
	if (n < 0)
		return err_set(err,
		               errno == EINTR ? ERR_INTERRUPTED : ERR_NOINPUT,
		               "standard input: %s", strerror(errno));
	in->end = n == 0;
	buf_add(&in->text, part, (size_t)n);
	return true;
}

/* Give the next complete line to eval; the last one needs no newline. */
static bool take(struct input *in, struct eval *e)
{
	const char *from = in->text.data + in->taken;
	size_t left = in->text.len - in->taken;
	const char *newline = left ? memchr(from, '\n', left) : NULL;
	if (!newline && (!in->end || left == 0))
		return false;
	size_t n = newline ? (size_t)(newline - from) : left;
	in->taken += n + (newline != NULL);
	eval_add(e, from, n);
	return true;
}

/* All that waits, but not more than fits; false at the end of the input. */
static bool gather(struct input *in, struct eval *e, struct err *err)
{
	err->kind = ERR_NONE;
	for (;;) {
		while (eval_waiting(e) < EVAL_MAX_LINES && take(in, e))
			;
		if (eval_waiting(e) == EVAL_MAX_LINES || in->end ||
		    (eval_waiting(e) > 0 && !ready()))
			return eval_waiting(e) > 0;
		if (!more(in, err))
			return false;
	}
}

/* ---- The command --------------------------------------------------------- */

static bool serve(struct eval *e, const struct sweep_opts *opts,
                  struct err *err)
{
	struct input in = {.taken = 0};
	struct buf out = {0};
	bool ok = true;
	while (ok && gather(&in, e, err)) {
		ok = eval_run(e, opts, &out, err);
		if (ok)
			fwrite(out.data, 1, out.len, stdout);
		ok = ok && finish_stdout(err);
		buf_clear(&out);
	}
	buf_free(&out);
	buf_free(&in.text);
	if (!ok || err->kind != ERR_NONE)
		return false;
	if (eval_errors(e))
		return err_set(err, ERR_DATA, "%ld lines were not understood",
		               eval_errors(e));
	return true;
}

static bool run(const struct eval_args *o, struct err *err)
{
	struct sweep_opts opts = {.durable = o->durable};
	if (!read_jobs(o->jobs, &opts.jobs, err))
		return false;
	struct eval *e = eval_open(o->file, o->store, o->together, err);
	if (!e)
		return false;
	bool ok;
	if (o->space) {
		struct buf out = {0};
		eval_space(e, &out);
		fwrite(out.data, 1, out.len, stdout);
		buf_free(&out);
		ok = finish_stdout(err);
	} else {
		opts.stop = catch_signals();
		ok = serve(e, &opts, err);
	}
	eval_close(e);
	return ok;
}

int eval_main(int argc, char **argv)
{
	struct eval_args o = {0};
	struct err err;
	int status;

	if (!parse(&o, argc, argv, &status))
		return status;
	return run(&o, &err) ? 0 : fail(&err);
}
