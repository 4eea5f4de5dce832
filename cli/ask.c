/* ask: what to try next, for those who evaluate points themselves. */
#include <limits.h>

#include "cli/job.h"
#include "cli/many.h"
#include "explore/ask.h"

struct ask_args {
	const char *file, *count, *seed, *store;
	bool together, best;
};

static const char example[] =
        "  joulet ask s.yaml --count 16 | joulet eval s.yaml | "
        "joulet tell s.yaml\n"
        "  joulet ask s.yaml --best\n";

static bool parse(struct ask_args *o, int argc, char **argv, int *status)
{
	const struct option options[] = {
	        {"count", "N", "how many points (default: 1)",
	         .value = &o->count},
	        {"seed", "S", "start elsewhere (default: 1)",
	         .value = &o->seed},
	        {"best", NULL, "print the Pareto-optimal points told so far",
	         .flag = &o->best},
	        {"together", NULL, "one design for all networks: totals count",
	         .flag = &o->together},
	        {"store", "FILE.db", "where it is kept (default: SWEEP.db)",
	         .value = &o->store},
	};
	const struct command c = {
	        .name = "ask",
	        .about = "Propose points of a sweep file as JSON lines, with "
	                 "regard to all results told\nso far (joulet tell). "
	                 "No point is proposed twice.",
	        .operand = "SWEEP.yaml",
	        .operand_needed = true,
	        .example = example,
	        .option = options,
	        .n_options = sizeof options / sizeof options[0],
	};
	return command_begin(&c, argc, argv, &o->file, status);
}

static bool run(const struct ask_args *o, struct err *err)
{
	long n = 1, seed = 1;
	struct buf out = {0};
	if (!read_number("count", o->count, 1, ASK_MAX, &n, err) ||
	    !read_number("seed", o->seed, 0, LONG_MAX, &seed, err))
		return false;
	struct ask *a = ask_open(o->file, o->store, o->together, err);
	if (!a)
		return false;
	bool ok = o->best ? ask_best(a, &out, err)
	                  : ask_points(a, n, (uint64_t)seed, &out, err);
	if (ok)
		fwrite(out.data ? out.data : "", 1, out.len, stdout);
	ok = ok && finish_stdout(err);
	buf_free(&out);
	ask_close(a);
	return ok;
}

int ask_main(int argc, char **argv)
{
	struct ask_args o = {0};
	struct err err;
	int status;

	if (!parse(&o, argc, argv, &status))
		return status;
	return run(&o, &err) ? 0 : fail(&err);
}
