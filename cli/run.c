/* run: simulate inferences of one network on one design and report. */
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/job.h"

/* A file that is asked for. All are written under other names first, and get
 * theirs when all are there: after a failure none is. */
struct put {
	char *path, *part; /* part NULL: no regular file, written at once */
	bool written;
};
enum { PUT_OUTPUT, PUT_TRACE, PUT_PROFILE, PUT_ENERGY, PUT_WAVES, N_PUTS };

struct run {
	struct job_args job;
	const char *backend, *output, *tech, *trace, *gdb, *profile;
	const char *waves, *window, *stall, *max_cycles, *hang;
	bool json, energy;
	struct joulet_opts opts; /* as read from these */
	struct put put[N_PUTS];
};

static const char example[] =
        "  joulet run --net models/digits_cnn.tflite\n"
        "  joulet run configs/designs/big16.yaml --set requant.lanes=16 \\\n"
        "      --net models/digits_cnn.tflite --backend rtl --json\n"
        "  joulet run --net models/digits_cnn.tflite --backend rtl \\\n"
        "      --waves conv.fst --window layer=conv2d_1/Relu\n";

/* Options of every run; returns how many. */
static int usual_options(struct run *o, struct option *to)
{
	struct job_args *j = &o->job;
	const struct option list[] = {
	        {"net", "NET.tflite", "the network (needed)", .value = &j->net,
	         .needed = true},
	        {"input", "IN.bin",
	         "inputs, raw, one after the other (default: made up)",
	         .value = &j->input},
	        {"output", "OUT.bin", "write all outputs there, raw",
	         .value = &o->output},
	        {"backend", "fast|rtl",
	         "accelerator as C model or as Verilog (default: fast)",
	         .value = &o->backend},
	        {"target", "accel|cpu",
	         "with the accelerator or host core only (default: accel)",
	         .value = &j->target},
	        {"tech", "TABLE",
	         "energy by this table: a name of joulet tech, or a file",
	         .value = &o->tech},
	        {"set", "KEY=VALUE", "change the design; may be repeated",
	         .list = &j->set},
	        {"any-clock", NULL,
	         "go on with a clock that the design does not reach by the "
	         "technology table",
	         .flag = &j->any_clock},
	        {"longer", NULL, "search longer for a faster program",
	         .flag = &j->longer},
	        {"json", NULL, "print JSON instead of tables",
	         .flag = &o->json},
	        {"energy", NULL, "say where the energy goes instead",
	         .flag = &o->energy},
	        {"trace", "FILE.json",
	         "write a timeline for Perfetto or speedscope",
	         .value = &o->trace},
	        {"profile", "FILE",
	         "write the firmware's profile there, collapsed stacks",
	         .value = &o->profile},
	        {"gdb", "PORT",
	         "wait for gdb on this port (0: any), then let it drive",
	         .value = &o->gdb},
	        {"dump", "STAGES",
	         "print compiler stages first: graph,tiles,image",
	         .value = &j->dump},
	};
	memcpy(to, list, sizeof list);
	return (int)(sizeof list / sizeof list[0]);
}

/* Options for looking into the Verilog. */
static int inside_options(struct run *o, struct option *to)
{
	const struct option list[] = {
	        {"waves", "FILE.fst",
	         "write the Verilog's waveforms there (--backend rtl)",
	         .value = &o->waves},
	        {"window", "A:B",
	         "only of cycles A up to B, or layer=NAME (default: all)",
	         .value = &o->window},
	        {"stall", "N",
	         "give up when the Verilog rests so long (default: 1000)",
	         .value = &o->stall},
	        {"max-cycles", "N",
	         "give up so long after reset (20e9; rtl: 2 x fast + 1e5)",
	         .value = &o->max_cycles},
	        {"hang", "FILE.fst",
	         "where its last cycles go then (default: joulet-hang.fst)",
	         .value = &o->hang},
	};
	memcpy(to, list, sizeof list);
	return (int)(sizeof list / sizeof list[0]);
}

static bool parse(struct run *o, int argc, char **argv, int *status)
{
	struct option options[32];
	int n = usual_options(o, options);
	n += inside_options(o, options + n);
	assert(n <= 32);
	const struct command c = {
	        .name = "run",
	        .about =
	                "Simulate inferences of a network on a design "
	                "(default: "
	                "8x8, 100 MHz) and\nreport cycles, energy and outputs.",
	        .operand = "[DESIGN.yaml]",
	        .example = example,
	        .option = options,
	        .n_options = n,
	};
	return command_begin(&c, argc, argv, &o->job.design, status);
}

/* ---- Files -------------------------------------------------------------- */

static char *join(const char *a, const char *b)
{
	struct buf text = {0};
	buf_printf(&text, "%s%s", a, b);
	return text.data;
}

static void put_plan(struct put *p, const char *path, const char *suffix)
{
	struct stat st;
	char tail[32];

	if (!path)
		return;
	p->path = join(path, suffix);
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return;
	snprintf(tail, sizeof tail, ".%ld.part%s", (long)getpid(), suffix);
	p->part = join(path, tail);
}

/* Where to write now. */
static const char *put_name(struct put *p)
{
	p->written = true;
	return p->part ? p->part : p->path;
}

static bool puts_finish(struct run *o, struct err *err)
{
	for (int i = 0; i < N_PUTS; i++) {
		struct put *p = &o->put[i];
		if (!p->part || !p->written)
			continue;
		if (rename(p->part, p->path))
			return err_set(err, ERR_NOINPUT, "%s: cannot write: %s",
			               p->path, strerror(errno));
		p->written = false;
	}
	return true;
}

/* A message begins with the name that was given, not with the part's. */
static bool puts_blame(const struct run *o, struct err *err)
{
	for (int i = 0; i < N_PUTS; i++) {
		const struct put *p = &o->put[i];
		size_t n = p->part ? strlen(p->part) : 0;
		if (n == 0 || strncmp(err->msg, p->part, n) != 0)
			continue;
		const struct err was = *err;
		return err_set(err, was.kind, "%s%s", p->path, was.msg + n);
	}
	return false;
}

static void puts_free(struct run *o)
{
	for (int i = 0; i < N_PUTS; i++) {
		struct put *p = &o->put[i];
		if (p->part && p->written)
			unlink(p->part);
		free(p->part);
		free(p->path);
	}
}

/* Files first: what is on stdout then also is on disk. */
static bool deliver(struct run *o, const struct joulet_report *r,
                    struct err *err)
{
	struct put *p = o->put;

	if (o->output &&
	    !file_write(put_name(&p[PUT_OUTPUT]), r->out, r->out_bytes, err))
		return false;
	if (o->trace && !joulet_report_trace(r, put_name(&p[PUT_TRACE]), err))
		return false;
	if (o->profile) {
		put_name(&p[PUT_ENERGY]);
		if (!joulet_report_profile(r, put_name(&p[PUT_PROFILE]), err))
			return false;
	}
	if (!puts_finish(o, err))
		return false;
	if (o->json)
		joulet_report_json(r, stdout);
	else if (o->energy)
		joulet_report_energy(r, page_width(), stdout);
	else
		joulet_report_text(r, page_width(), stdout);
	return finish_stdout(err);
}

static bool simulate(struct run *o, const struct job *job,
                     const struct joulet_tech *tech, struct err *err)
{
	struct joulet_result result;
	void *out = mem_zero(job->out_bytes, 1);
	if (o->waves)
		o->opts.waves = put_name(&o->put[PUT_WAVES]);
	struct joulet_activity *activity = NULL;
	bool ok = joulet_run(job->program, &o->opts, job->in, job->n, out,
	                     &result, err);
	bool ran = ok;
	if (ok && o->energy) {
		activity =
		        mem_zero((size_t)result.n_layers + 1, sizeof *activity);
		ok = joulet_count_activity(job->program, job->in, activity,
		                           result.n_layers, err);
	}
	if (ok) {
		const struct joulet_report report = {
		        .net = job->net,
		        .design = &job->design,
		        .result = &result,
		        .tech = tech,
		        .backend = o->backend,
		        .target = o->job.target,
		        .out = out,
		        .out_bytes = job->out_bytes,
		        .activity = activity,
		};
		ok = deliver(o, &report, err);
	}
	if (ran)
		joulet_result_free(&result);
	free(activity);
	free(out);
	return ok;
}

/* An option that is a number; *to keeps its value if it is not given. */
static bool number(const char *name, const char *text, long min, long max,
                   uint64_t *to, struct err *err)
{
	long value;

	if (!text)
		return true;
	if (text_long(text, &value) != TEXT_OK || value < min || value > max)
		return err_set(err, ERR_USAGE, "--%s: %s is not in %ld..%ld",
		               name, text, min, max);
	*to = (uint64_t)value;
	return true;
}

static bool read_numbers(struct run *o, struct err *err)
{
	struct joulet_opts *to = &o->opts;
	uint64_t port = 0;

	if (!number("gdb", o->gdb, 0, 65535, &port, err) ||
	    !number("stall", o->stall, 100, LONG_MAX, &to->stall, err) ||
	    !number("max-cycles", o->max_cycles, 1, LONG_MAX, &to->max_cycles,
	            err))
		return false;
	to->gdb_port = (int)port;
	return true;
}

/* What one option asks of another. */
static bool check(const struct run *o, struct err *err)
{
	const char *of_rtl = o->waves   ? "waves"
	                     : o->stall ? "stall"
	                     : o->hang  ? "hang"
	                                : NULL;
	if (strcmp(o->backend, "fast") != 0 && strcmp(o->backend, "rtl") != 0)
		return err_set(err, ERR_USAGE,
		               "--backend %s: no such backend; fast or rtl",
		               o->backend);
	if (of_rtl && strcmp(o->backend, "rtl") != 0)
		return err_set(err, ERR_USAGE, "--%s: needs --backend rtl",
		               of_rtl);
	if (o->window && !o->waves)
		return err_set(err, ERR_USAGE, "--window: needs --waves");
	if (o->json && o->energy)
		return err_set(
		        err, ERR_USAGE,
		        "--json and --energy: one at a time; JSON has it "
		        "all");
	if (o->gdb && o->profile)
		return err_set(err, ERR_USAGE,
		               "--gdb and --profile: one at a time");
	return true;
}

static bool read_options(struct run *o, struct err *err)
{
	if (!o->backend)
		o->backend = "fast";
	if (!o->job.target)
		o->job.target = "accel";
	if (!check(o, err) || !read_numbers(o, err))
		return false;
	o->opts.backend = o->backend;
	o->opts.timeline = o->trace != NULL;
	o->opts.gdb = o->gdb != NULL;
	o->opts.profile = o->profile != NULL;
	o->opts.hang = o->hang ? o->hang : HANG_FILE;
	o->opts.note = say;
	put_plan(&o->put[PUT_OUTPUT], o->output, "");
	put_plan(&o->put[PUT_TRACE], o->trace, "");
	put_plan(&o->put[PUT_PROFILE], o->profile, "");
	put_plan(&o->put[PUT_ENERGY], o->profile, ".energy");
	put_plan(&o->put[PUT_WAVES], o->waves, "");
	return !o->window ||
	       joulet_window_parse(o->window, &o->opts.window, err);
}

static bool run(struct run *o, struct err *err)
{
	struct job job;

	if (!read_options(o, err))
		return false;
	/* Before the simulation, which may take long. */
	struct joulet_tech *tech = joulet_tech_open(o->tech, err);
	if (!tech)
		return false;
	bool ok = job_open(&job, &o->job, err);
	if (ok) {
		ok = job_supply_check(&o->job, tech, &job.design, err) &&
		     job_clock_check(&o->job, tech, &job.design, err) &&
		     simulate(o, &job, tech, err);
		job_close(&job);
	}
	joulet_tech_close(tech);
	return ok;
}

int run_main(int argc, char **argv)
{
	struct run o = {0};
	struct err err;
	int status;

	if (!parse(&o, argc, argv, &status))
		return status;
	bool ok = run(&o, &err) || puts_blame(&o, &err);
	puts_free(&o);
	return ok ? 0 : fail(&err);
}
