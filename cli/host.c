/* host: run a program on the host core alone. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "cli/job.h"

enum { MAX_LATENCY = 64 };

struct host_args {
	const char *program, *core, *trace, *max_cycles;
	const char *instr_latency, *data_grant, *data_latency;
	bool shared;
};

static const char example[] =
        "  joulet host hello.elf --core small --trace hello.trace\n";

static bool parse(struct host_args *o, int argc, char **argv, int *status)
{
	const struct option options[] = {
	        {"core", "NAME", "maxperf (default), btalu or small",
	         .value = &o->core},
	        {"instr-latency", "N",
	         "instructions arrive N cycles after the grant (default: 1)",
	         .value = &o->instr_latency},
	        {"data-grant", "N",
	         "data accesses are granted after N cycles (default: 0)",
	         .value = &o->data_grant},
	        {"data-latency", "N",
	         "data arrive N cycles after the grant (default: 1)",
	         .value = &o->data_latency},
	        {"shared", NULL, "one single-port SRAM for both; data go first",
	         .flag = &o->shared},
	        {"max-cycles", "N", "give up then (default: 20000000000)",
	         .value = &o->max_cycles},
	        {"trace", "FILE",
	         "a line per retired instruction: CYCLE PC INSN xRD=VALUE[ T]",
	         .value = &o->trace},
	};
	const struct command c = {
	        .name = "host",
	        .about = "Run an RV32IMC program on the host core alone, "
	                 "1 MiB of RAM at 0x00100000, boot\nat 0x00100080. A "
	                 "store to 0x20000 ends it, one to 0x20004 prints a "
	                 "character\n(docs/host.md). Exit status 0 if the "
	                 "program's is, else 1.",
	        .operand = "PROGRAM.elf",
	        .operand_needed = true,
	        .example = example,
	        .option = options,
	        .n_options = sizeof options / sizeof options[0],
	};
	return command_begin(&c, argc, argv, &o->program, status);
}

static bool read_core(const char *name, enum core *core, struct err *err)
{
	if (!name)
		return true;
	for (int i = 0; i < N_CORES; i++)
		if (strcmp(core_name[i], name) == 0) {
			*core = (enum core)i;
			return true;
		}
	return err_set(err, ERR_USAGE,
	               "--core %s: no such core; maxperf, btalu or small",
	               name);
}

static bool read_options(const struct host_args *o, struct joulet_host_opts *to,
                         struct err *err)
{
	long instr = 1, grant = 0, data = 1, cycles = 0;

	if (!read_core(o->core, &to->core, err) ||
	    !read_number("instr-latency", o->instr_latency, 1, MAX_LATENCY,
	                 &instr, err) ||
	    !read_number("data-grant", o->data_grant, 0, MAX_LATENCY, &grant,
	                 err) ||
	    !read_number("data-latency", o->data_latency, 1, MAX_LATENCY, &data,
	                 err) ||
	    !read_number("max-cycles", o->max_cycles, 1, INT64_MAX, &cycles,
	                 err))
		return false;
	to->instr_latency = (int)instr;
	to->data_grant = (int)grant;
	to->data_latency = (int)data;
	to->shared = o->shared;
	to->max_cycles = (uint64_t)cycles;
	to->trace = o->trace;
	return true;
}

static void put(void *unused, char c)
{
	(void)unused;
	putchar(c);
}

static int run(const struct host_args *o, struct err *err)
{
	struct joulet_host_opts opts = {.core = CORE_MAXPERF, .put = put};
	struct joulet_host_result r;

	if (!read_options(o, &opts, err))
		return fail(err);
	bool ok = joulet_host_run(o->program, &opts, &r, err);
	struct err late;
	bool said = finish_stdout(&late);
	int status = !ok ? fail(err) : !said ? fail(&late) : r.exit_code != 0;
	/* Also when time ran out: how far it came. */
	if (ok || err->kind == ERR_WATCHDOG)
		fprintf(stderr,
		        "cycles=%" PRIu64 " retired=%" PRIu64 " exit=0x%" PRIx32
		        "\n",
		        r.cycles, r.retired, r.exit_code);
	return status;
}

int host_main(int argc, char **argv)
{
	struct host_args o = {0};
	struct err err;
	int status;

	if (!parse(&o, argc, argv, &status))
		return status;
	return run(&o, &err);
}
