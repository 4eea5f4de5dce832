/* drill_pair: the drill (drill.c) on simulation and Verilog, in step.
 *
 *     drill_pair DRILL.elf NET.tflite [KEY=VALUE]...
 *
 * The network's program image is in flash: its jobs are what the accelerator
 * gets to do. KEY=VALUE changes the design, but not the sizes of SRAM and
 * flash, which the drill knows. Prints what was compared. Exit status as that
 * of joulet; 77 where a tool or the RTL of the host core is missing, but not
 * under CI. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "sim/program.h"
#include "sim/soc_pair.h"

enum { SKIPPED = 77 };

static void note(void *unused, const char *text)
{
	(void)unused;
	fprintf(stderr, "drill_pair: %s\n", text);
}

static bool run(const struct joulet_program *p, const char *elf,
                size_t elf_bytes, struct err *err)
{
	const struct soc_opts opts = {.max_cycles = 10000000,
	                              .accel = {.note = note}};
	size_t in_bytes = joulet_net_in_bytes(p->net);
	size_t out_bytes = joulet_net_out_bytes(p->net);
	uint8_t *in = mem_zero(in_bytes + out_bytes, 1), *out = in + in_bytes;
	struct soc_result r;
	struct soc_pair pair;

	memset(in, 0x35, in_bytes);
	bool ok = soc_pair_open(&pair, "drill", &p->design, elf, elf_bytes,
	                        p->code.image, p->code.image_bytes, &opts, err);
	if (ok) {
		ok = soc_pair_run(&pair, in, in_bytes, out, out_bytes, &r, err);
		if (ok)
			printf("drill on %s: %" PRIu64 " cycles, %" PRIu64
			       " instructions, %" PRIu64
			       " commands: 0 differences\n",
			       core_name[p->design.core], r.end,
			       pair.instructions, pair.commands);
		if (ok)
			soc_result_free(&r);
		soc_pair_close(&pair);
	}
	free(in);
	return ok;
}

static bool set(struct design *d, char **settings, int n, struct err *err)
{
	const struct src at = {"drill_pair", 0};

	for (int i = 0; i < n; i++) {
		char *value = strchr(settings[i], '=');
		if (!value)
			return err_set(err, ERR_USAGE, "%s: not KEY=VALUE",
			               settings[i]);
		*value++ = '\0';
		if (!design_set(d, settings[i], value, at, err))
			return false;
	}
	return true;
}

static bool drill(const char *elf, const char *net, char **settings, int n_set,
                  struct err *err)
{
	struct design d = design_default();
	struct joulet_program *p = NULL;
	size_t bytes = 0;
	char *file = NULL;

	if (!set(&d, settings, n_set, err))
		return false;
	struct joulet_net *n = joulet_net_open(net, err);
	if (n)
		p = joulet_compile(n, &d, JOULET_ACCEL, NULL, err);
	if (p)
		file = file_read(elf, 1 << 24, &bytes, err);
	bool ok = file && run(p, file, bytes, err);
	free(file);
	joulet_program_close(p);
	joulet_net_close(n);
	return ok;
}

int main(int argc, char **argv)
{
	struct err err;

	if (argc < 3) {
		fprintf(stderr, "usage: drill_pair DRILL.elf NET.tflite "
		                "[KEY=VALUE]...\n");
		return 2;
	}
	if (drill(argv[1], argv[2], argv + 3, argc - 3, &err))
		return 0;
	bool skip = err.kind == ERR_TOOL && !getenv("CI");
	fprintf(stderr, "%s: %s\n", skip ? "skipped" : "drill_pair", err.msg);
	return skip ? SKIPPED : (int)err.kind;
}
