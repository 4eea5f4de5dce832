/* verify: run the Verilog, the C model and the compiler's reference, and
 * compare everything. With --soc the Verilog is the whole system, with --replay
 * the commands of a replay file run on the accelerator alone. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/file.h"
#include "cli/job.h"

static const char example[] =
        "  joulet verify --net models/digits_cnn.tflite \\\n"
        "      --input models/digits_cnn.in.bin\n"
        "  joulet verify --soc --net models/digits_cnn.tflite\n"
        "  joulet verify --replay tests/cosim/golden.yaml\n";

static const char about[] =
        "Compare Verilog, C model and reference: outputs, start and end of "
        "every\ncommand, every count of every layer; with --soc every retired "
        "instruction too.\nExit status 3 and the first difference if they "
        "disagree.";

struct choice {
	const char *expect; /* or NULL */
	const char *replay; /* or NULL */
	bool soc;
};

/* A replay file holds its design and all the rest. */
static bool check_choice(const struct job_args *j, const struct choice *choice,
                         struct err *err)
{
	bool more = j->net || j->input || j->target || j->design || j->set.n ||
	            choice->expect || choice->soc;

	if (!choice->replay && !j->net)
		return err_set(err, ERR_USAGE,
		               "verify: needs --net NET.tflite (joulet verify "
		               "--help)");
	if (choice->replay && more)
		return err_set(err, ERR_USAGE,
		               "verify: --replay: goes with nothing else "
		               "(joulet verify --help)");
	return true;
}

static bool parse(struct job_args *j, struct choice *choice, int argc,
                  char **argv, int *status)
{
	const struct option options[] = {
	        {"net", "NET.tflite", "the network (needed, or --replay)",
	         .value = &j->net},
	        {"input", "IN.bin",
	         "inputs, raw, one after the other (default: made up)",
	         .value = &j->input},
	        {"expect", "OUT.bin",
	         "outputs that must come out, raw (default: none)",
	         .value = &choice->expect},
	        {"target", "accel|cpu",
	         "with the accelerator or host core only (default: accel)",
	         .value = &j->target},
	        {"soc", NULL, "the whole system in Verilog, real host core too",
	         .flag = &choice->soc},
	        {"replay", "FILE.yaml", "instead: what a random program found",
	         .value = &choice->replay},
	        {"set", "KEY=VALUE", "change the design; may be repeated",
	         .list = &j->set},
	        {"longer", NULL, "search longer for a faster program",
	         .flag = &j->longer},
	};
	const struct command c = {
	        .name = "verify",
	        .about = about,
	        .operand = "[DESIGN.yaml]",
	        .example = example,
	        .option = options,
	        .n_options = sizeof options / sizeof options[0],
	};
	return command_begin(&c, argc, argv, &j->design, status);
}

static bool read_expected(const struct job *job, const char *path, void **to,
                          struct err *err)
{
	size_t size;
	*to = NULL;
	if (!path)
		return true;
	*to = file_read(path, (size_t)1 << 30, &size, err);
	if (!*to)
		return false;
	if (size == job->out_bytes)
		return true;
	free(*to);
	*to = NULL;
	return err_at(err, (struct src){path, 0},
	              "%zu bytes are not %zu, the output of %zu inferences of "
	              "%s",
	              size, job->out_bytes, job->n, joulet_net_name(job->net));
}

static void say_agree(const struct job *job, uint64_t cycles, const char *who)
{
	printf("%s on %s: %zu inference%s, %" PRIu64 " cycles: %s",
	       joulet_net_name(job->net), job->design.name, job->n,
	       job->n == 1 ? "" : "s", cycles, who);
}

static bool compare_accel(const struct job *job, const void *want,
                          struct err *err)
{
	const struct joulet_opts opts = {.note = say, .hang = HANG_FILE};
	struct joulet_result r = {0};

	if (!joulet_verify(job->program, &opts, job->in, job->n, want, &r, err))
		return false;
	say_agree(job, r.cycles, "rtl, fast and reference agree");
	joulet_result_free(&r);
	return true;
}

static bool compare_soc(const struct job *job, const void *want,
                        struct err *err)
{
	const struct joulet_opts opts = {.note = say};
	struct joulet_soc_result r;

	if (!joulet_soc_verify(job->program, &opts, job->in, job->n, want, &r,
	                       err))
		return false;
	say_agree(job, r.cycles, "soc in rtl, simulation and reference agree");
	printf(" in %" PRIu64 " instructions and %" PRIu64 " commands",
	       r.instructions, r.commands);
	return true;
}

static bool compare(const struct job *job, const struct choice *choice,
                    struct err *err)
{
	void *want;

	if (!read_expected(job, choice->expect, &want, err))
		return false;
	bool ok = choice->soc ? compare_soc(job, want, err)
	                      : compare_accel(job, want, err);
	if (ok)
		printf("%s\n", want ? ", as expected" : "");
	free(want);
	return ok && finish_stdout(err);
}

static bool replay(const char *path, struct err *err)
{
	const struct joulet_opts opts = {.note = say};
	struct joulet_replayed r;

	if (!joulet_replay(path, &opts, &r, err))
		return false;
	printf("%s: %zu job%s, %zu commands, %" PRIu64
	       " cycles%s: rtl and fast agree\n",
	       path, r.jobs, r.jobs == 1 ? "" : "s", r.commands, r.cycles,
	       r.at_end ? "" : ", then cut");
	if (!r.legal)
		printf("not legal: %s\n", r.fault);
	return finish_stdout(err);
}

int verify_main(int argc, char **argv)
{
	struct job_args args = {0};
	struct choice choice = {0};
	struct job job;
	struct err err;
	int status;

	if (!parse(&args, &choice, argc, argv, &status))
		return status;
	if (!check_choice(&args, &choice, &err))
		return fail(&err);
	if (choice.replay)
		return replay(choice.replay, &err) ? 0 : fail(&err);
	if (!job_open(&job, &args, &err))
		return fail(&err);
	bool ok = compare(&job, &choice, &err);
	job_close(&job);
	return ok ? 0 : fail(&err);
}
