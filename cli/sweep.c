/* sweep: run many designs and networks from one file, and compare them. */
#include "cli/job.h"
#include "cli/many.h"
#include "explore/sweep.h"

struct sweep_args {
	const char *file;
	struct many_args many;
};

static const char example[] =
        "  joulet sweep configs/sweeps/digits_arrays.yaml --csv arrays.csv\n"
        "  joulet sweep configs/sweeps/digits_arrays.yaml --confirm pareto\n";

static bool parse(struct sweep_args *o, int argc, char **argv, int *status)
{
	const struct option options[] = {
	        MANY_OPTIONS(o->many),
	};
	const struct command c = {
	        .name = "sweep",
	        .about = "Run every point of a sweep file that is not in the "
	                 "store yet, then print all\nof them; Pareto-optimal "
	                 "points are marked. Interrupted, it goes on where it\n"
	                 "was when run again. Exit status 3 if a point and the "
	                 "Verilog differ.",
	        .operand = "SWEEP.yaml",
	        .operand_needed = true,
	        .example = example,
	        .option = options,
	        .n_options = sizeof options / sizeof options[0],
	};
	return command_begin(&c, argc, argv, &o->file, status);
}

static void print_text(const void *sweep, int width, FILE *f)
{
	sweep_text(sweep, width, f);
}

static bool run(struct sweep_args *o, struct err *err)
{
	struct sweep_opts opts = {.confirm = SWEEP_CONFIRM_NONE};
	if (!read_many(&o->many, &opts, err))
		return false;
	struct sweep *s = sweep_open(o->file, o->many.store, err);
	if (!s)
		return false;
	opts.stop = catch_signals();
	bool ok = sweep_run(s, &opts, err) &&
	          print_many(&o->many, s, print_text, s, err);
	sweep_close(s);
	return ok;
}

int sweep_main(int argc, char **argv)
{
	struct sweep_args o = {0};
	struct err err;
	int status;

	if (!parse(&o, argc, argv, &status))
		return status;
	return run(&o, &err) ? 0 : fail(&err);
}
