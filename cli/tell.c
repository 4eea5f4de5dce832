/* tell: take results of points that were asked for. */
#include <stdio.h>

#include "cli/job.h"
#include "explore/ask.h"

struct tell_args {
	const char *file, *store;
	bool together;
};

static const char example[] =
        "  echo '{\"id\": 0, \"goals\": {\"latency_us\": 12.5, "
        "\"energy_uj\": 0.2}}' |\n    joulet tell s.yaml\n";

static bool parse(struct tell_args *o, int argc, char **argv, int *status)
{
	const struct option options[] = {
	        {"together", NULL, "one design for all networks: totals count",
	         .flag = &o->together},
	        {"store", "FILE.db", "where it is kept (default: SWEEP.db)",
	         .value = &o->store},
	};
	const struct command c = {
	        .name = "tell",
	        .about = "Take results as JSON lines from standard input, for "
	                 "the next `joulet ask`:\nall of them, or at a line "
	                 "that is wrong none.",
	        .operand = "SWEEP.yaml",
	        .operand_needed = true,
	        .example = example,
	        .option = options,
	        .n_options = sizeof options / sizeof options[0],
	};
	return command_begin(&c, argc, argv, &o->file, status);
}

static bool run(const struct tell_args *o, struct err *err)
{
	struct buf in = {0};
	char part[65536];
	size_t n;
	struct ask *a = ask_open(o->file, o->store, o->together, err);
	if (!a)
		return false;
	while ((n = fread(part, 1, sizeof part, stdin)) > 0)
		buf_add(&in, part, n);
	bool ok = !ferror(stdin) ||
	          err_set(err, ERR_NOINPUT, "standard input cannot be read");
	ok = ok && ask_tell(a, in.data ? in.data : "", in.len, err);
	buf_free(&in);
	ask_close(a);
	return ok;
}

int tell_main(int argc, char **argv)
{
	struct tell_args o = {0};
	struct err err;
	int status;

	if (!parse(&o, argc, argv, &status))
		return status;
	return run(&o, &err) ? 0 : fail(&err);
}
