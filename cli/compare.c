/* compare: what changed between two points or designs, and why. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/job.h"
#include "explore/compare.h"
#include "explore/report.h"

struct compare {
	const char *a, *b, *store, *sweep, *tech;
	struct job_args job;
	bool json;
};

static const char example[] =
        "  joulet compare 3 17 --store configs/sweeps/digits_arrays.db\n"
        "  joulet compare configs/designs/default.yaml \\\n"
        "      configs/designs/big16.yaml --net models/digits_cnn.tflite\n";

static bool parse(struct compare *o, int argc, char **argv, int *status)
{
	struct job_args *j = &o->job;
	const struct option options[] = {
	        {"store", "FILE.db", "A and B are points of this store",
	         .value = &o->store},
	        {"sweep", "NAME",
	         "which sweep of the store (default: the latest)",
	         .value = &o->sweep},
	        {"net", "NET.tflite", "A and B are designs that run this",
	         .value = &j->net},
	        {"input", "IN.bin",
	         "inputs, raw; the first one is used (default: made up)",
	         .value = &j->input},
	        {"target", "accel|cpu",
	         "with the accelerator or host core only (default: accel)",
	         .value = &j->target},
	        {"tech", "TABLE",
	         "energy by this table: a name of joulet tech, or a file",
	         .value = &o->tech},
	        {"json", NULL, "print JSON instead of tables",
	         .flag = &o->json},
	};
	const struct command c = {
	        .name = "compare",
	        .about = "Say which parameters differ between A and B, and "
	                 "how cycles and energy of each\nlayer change by it, "
	                 "by cause and unit. The parts add up exactly.",
	        .operand = "A B",
	        .operand_needed = true,
	        .second = &o->b,
	        .example = example,
	        .option = options,
	        .n_options = sizeof options / sizeof options[0],
	};
	return command_begin(&c, argc, argv, &o->a, status);
}

static void print(const struct compare *o, const struct compare_side side[2],
                  const char *network)
{
	if (o->json)
		compare_json(side, network, stdout);
	else
		compare_text(side, network, page_width(), stdout);
}

static bool read_point(const char *text, long *number, struct err *err)
{
	if (text_long(text, number) == TEXT_OK && *number >= 0)
		return true;
	return err_set(err, ERR_USAGE, "%s: not the number of a point", text);
}

static bool compare_stored(const struct compare *o, struct err *err)
{
	struct compare_side side[2];
	const char *network;
	long a, b;

	if (o->job.net || o->job.input || o->job.target)
		return err_set(err, ERR_USAGE,
		               "--store: a point has its network, input and "
		               "target");
	if (!read_point(o->a, &a, err) || !read_point(o->b, &b, err))
		return false;
	struct report *r = report_open(o->store, o->sweep, err);
	bool ok = r && (!o->tech || report_recost(r, o->tech, err)) &&
	          compare_points(r, a, b, side, &network, err);
	if (ok)
		print(o, side, network);
	report_close(r);
	return ok;
}

/* A run of each design; `job` has the last one's network. */
static bool explain_both(const struct compare *o,
                         const struct joulet_tech *tech,
                         struct joulet_explain x[2],
                         struct compare_side side[2], char name[80],
                         struct err *err)
{
	const char *file[2] = {o->a, o->b};

	for (int s = 0; s < 2; s++) {
		struct job_args args = o->job;
		struct job job;
		args.design = file[s];
		if (!job_open(&job, &args, err))
			return false;
		bool ok = job_supply_check(&args, tech, &job.design, err) &&
		          job_clock_check(&args, tech, &job.design, err) &&
		          joulet_explain_alone(job.net, &job.design, job.target,
		                               job.in, &x[s], err);
		side[s].design = job.design;
		snprintf(side[s].name, sizeof side[s].name, "%s",
		         job.design.name);
		snprintf(name, 80, "%s", joulet_net_name(job.net));
		job_close(&job);
		if (!ok)
			return false;
	}
	return true;
}

static bool compare_designs(const struct compare *o, struct err *err)
{
	struct joulet_explain x[2] = {0};
	struct compare_side side[2] = {0};
	char name[80];

	struct joulet_tech *tech = joulet_tech_open(o->tech, err);
	bool ok = tech && explain_both(o, tech, x, side, name, err);
	for (int s = 0; s < 2; s++) {
		side[s].run = &x[s];
		side[s].tech = tech;
		side[s].accuracy = NAN;
		side[s].target = o->job.target ? o->job.target : "accel";
	}
	if (ok)
		print(o, side, name);
	joulet_explain_free(&x[0]);
	joulet_explain_free(&x[1]);
	joulet_tech_close(tech);
	return ok;
}

static bool compare(const struct compare *o, struct err *err)
{
	if (!o->store && !o->job.net)
		return err_set(err, ERR_USAGE,
		               "compare: needs --store for points or --net for "
		               "designs (joulet compare --help)");
	bool ok = o->store ? compare_stored(o, err) : compare_designs(o, err);
	return ok && finish_stdout(err);
}

int compare_main(int argc, char **argv)
{
	struct compare o = {0};
	struct err err = {0};
	int status;

	if (!parse(&o, argc, argv, &status))
		return status;
	return compare(&o, &err) ? 0 : fail(&err);
}
