/* explain: what bounds each layer, and which neighbouring design is better. */
#include "cli/job.h"

struct explain {
	struct job_args job;
	const char *tech;
	bool json;
};

static const char example[] =
        "  joulet explain --net models/digits_cnn.tflite\n"
        "  joulet explain configs/designs/big16.yaml \\\n"
        "      --net models/digits_cnn.tflite --json\n";

static bool parse(struct explain *o, int argc, char **argv, int *status)
{
	struct job_args *j = &o->job;
	const struct option options[] = {
	        {"net", "NET.tflite", "the network (needed)", .value = &j->net,
	         .needed = true},
	        {"input", "IN.bin",
	         "inputs, raw; the first one is used (default: made up)",
	         .value = &j->input},
	        {"target", "accel|cpu",
	         "with the accelerator or host core only (default: accel)",
	         .value = &j->target},
	        {"set", "KEY=VALUE", "change the design; may be repeated",
	         .list = &j->set},
	        {"tech", "TABLE",
	         "technology table that says what neighbours take (the default "
	         "one)",
	         .value = &o->tech},
	        {"json", NULL, "print JSON instead of tables",
	         .flag = &o->json},
	};
	const struct command c = {
	        .name = "explain",
	        .about = "Say what bounds each layer of a network on a design, "
	                 "how far it is from that\nbound, and what the "
	                 "neighbouring designs would take.",
	        .operand = "[DESIGN.yaml]",
	        .example = example,
	        .option = options,
	        .n_options = sizeof options / sizeof options[0],
	};
	return command_begin(&c, argc, argv, &j->design, status);
}

static bool explain(const struct explain *o, struct err *err)
{
	struct job job;
	struct joulet_explain x;

	struct joulet_tech *tech = joulet_tech_open(o->tech, err);
	if (!tech || !job_open(&job, &o->job, err)) {
		joulet_tech_close(tech);
		return false;
	}
	bool ok = joulet_explain(job.net, &job.design, job.target, job.in, &x,
	                         err);
	if (ok && o->json)
		joulet_explain_json(&x, job.net, &job.design, tech, stdout);
	else if (ok)
		joulet_explain_text(&x, job.net, &job.design, tech,
		                    page_width(), stdout);
	if (ok)
		joulet_explain_free(&x);
	job_close(&job);
	joulet_tech_close(tech);
	return ok && finish_stdout(err);
}

int explain_main(int argc, char **argv)
{
	struct explain o = {0};
	struct err err = {0};
	int status;

	if (!parse(&o, argc, argv, &status))
		return status;
	return explain(&o, &err) ? 0 : fail(&err);
}
