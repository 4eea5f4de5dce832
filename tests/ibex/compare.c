/* compare: programs on the RTL of the real core and on the C model, in step.
 *
 *   ibex_compare --rtl LIB --model COMMAND [host options] PROGRAM.elf...
 *
 * COMMAND is `joulet`, or ibex_model, which has more interrupt lines and says
 * how many cycles it slept, to be compared with core_sleep_o. Each retired
 * instruction is compared: cycle, pc, instruction, register, value, trap; at
 * the end the output, the exit code, the cycles, and the number of
 * instructions. Exit status 0 if all are equal, 3 at the first difference, 1 if
 * a program does not run, 2 for wrong usage.
 *
 * At the end a line for scripts: programs=N instructions=N cycles=N. */
#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ibex/board.h"
#include "tests/ibex/lines.h"
#include "tests/ibex/rig.h"

enum { EQUAL = 0, BROKEN = 1, USAGE = 2, DIFFERENT = 3, CONTEXT = 8 };

struct compare {
	const char *rtl, *core, *max_cycles, *program;
	char *model;
	struct rig_timing timing;
	bool more_lines;

	struct board board;
	struct rig *rig;
	struct lines lines;
	struct host_retire last[CONTEXT]; /* equal ones */
	uint64_t n;                       /* instructions of this program */
	uint64_t programs, instructions, cycles;
};

static void print_line(const char *who, const struct host_retire *r)
{
	printf("  %-6s %" PRIu64 " %08x %08x x%d=%08x%s\n", who, r->cycle,
	       r->pc, r->insn, r->rd, r->value, r->trap ? " T" : "");
}

static void print_where(const struct compare *c)
{
	printf("%s: --core %s --instr-latency %d --data-grant %d "
	       "--data-latency %d%s%s\n",
	       c->program, c->core, c->timing.instr_latency,
	       c->timing.data_grant, c->timing.data_latency,
	       c->timing.shared ? " --shared" : "",
	       c->more_lines ? " (ibex_model)" : "");
}

static int difference(const struct compare *c, const struct host_retire *rtl,
                      const struct host_retire *model)
{
	print_where(c);
	printf("  after %" PRIu64 " equal instructions\n", c->n);
	for (uint64_t i = c->n > CONTEXT ? c->n - CONTEXT : 0; i < c->n; i++)
		print_line("", &c->last[i % CONTEXT]);
	if (rtl)
		print_line("rtl", rtl);
	else
		printf("  rtl    nothing in cycle %" PRIu64 "\n",
		       rig_now(c->rig) - 1);
	if (model)
		print_line("model", model);
	else
		printf("  model  no more instructions\n");
	return DIFFERENT;
}

static bool same(const struct host_retire *a, const struct host_retire *b)
{
	return a->cycle == b->cycle && a->pc == b->pc && a->insn == b->insn &&
	       a->rd == b->rd && a->value == b->value && a->trap == b->trap;
}

/* Until the model's trace ends, which it does with the program. */
static int compare_lines(struct compare *c)
{
	struct host_retire rtl, model;

	while (lines_next(&c->lines, &model)) {
		bool valid = false;

		while (!valid && rig_now(c->rig) <= model.cycle)
			valid = rig_cycle(c->rig, &rtl);
		if (!valid || !same(&rtl, &model))
			return difference(c, valid ? &rtl : NULL, &model);
		c->last[c->n++ % CONTEXT] = model;
	}
	return EQUAL;
}

static bool read_all(FILE *f, char *text, size_t size, size_t *n)
{
	*n = fread(text, 1, size - 1, f);
	text[*n] = '\0';
	return !ferror(f);
}

/* The last line of the model's stderr, without the line's end. */
static char *last_line(char *text)
{
	size_t n = strlen(text);

	if (n > 0 && text[n - 1] == '\n')
		text[n - 1] = '\0';
	char *at = strrchr(text, '\n');
	return at ? at + 1 : text;
}

/* What the program left behind on both sides. */
static int compare_ends(struct compare *c)
{
	static char out[1 << 16], err[1 << 12];
	size_t n_out, n_err;
	const struct board *b = &c->board;
	char want[160];

	if (!read_all(c->lines.out, out, sizeof out, &n_out) ||
	    !read_all(c->lines.err, err, sizeof err, &n_err))
		return BROKEN;
	char *got = last_line(err);
	if (!b->end) {
		print_where(c);
		printf("  the rtl has not ended after %" PRIu64
		       " instructions; model: %s\n",
		       c->n, err);
		return strncmp(got, "cycles=", 7) == 0 ? DIFFERENT : BROKEN;
	}
	int n = snprintf(want, sizeof want,
	                 "cycles=%" PRIu64 " retired=%" PRIu64 " exit=0x%x",
	                 b->ended + 1, c->n, b->exit_code);
	if (c->more_lines)
		snprintf(want + n, sizeof want - (size_t)n, " slept=%" PRIu64,
		         rig_slept(c->rig));
	if (strcmp(want, got) == 0 && n_out == b->output.len &&
	    (n_out == 0 || memcmp(out, b->output.data, n_out) == 0))
		return EQUAL;
	print_where(c);
	printf("  rtl    %s, %zu characters\n  model  %s, %zu characters\n",
	       want, b->output.len, got, n_out);
	return DIFFERENT;
}

static int spawn_model(struct compare *c)
{
	char instr[12], grant[12], data[12];
	char *argv[20] = {
	        c->model,        "host",         (char *)c->program,   "--core",
	        (char *)c->core, "--max-cycles", (char *)c->max_cycles};
	int n = 7;
	const struct rig_timing *t = &c->timing;

	/* Options that say nothing are left out. */
	snprintf(instr, sizeof instr, "%d", t->instr_latency);
	snprintf(grant, sizeof grant, "%d", t->data_grant);
	snprintf(data, sizeof data, "%d", t->data_latency);
	if (t->instr_latency != 1)
		argv[n++] = "--instr-latency", argv[n++] = instr;
	if (t->data_grant != 0)
		argv[n++] = "--data-grant", argv[n++] = grant;
	if (t->data_latency != 1)
		argv[n++] = "--data-latency", argv[n++] = data;
	if (t->shared)
		argv[n++] = "--shared";
	return lines_open(&c->lines, argv, n) ? EQUAL : BROKEN;
}

static int run_program(struct compare *c)
{
	struct err err;
	const struct rig_bus bus = {.ctx = &c->board,
	                            .fetch = board_fetch,
	                            .load = board_load,
	                            .store = board_store,
	                            .irq = board_irq};

	c->n = 0;
	if (!board_open(&c->board, c->program, c->more_lines, &err)) {
		printf("%s\n", err.msg);
		return BROKEN;
	}
	c->rig = rig_open(c->rtl, &c->timing, &bus, BOARD_BASE);
	int status = c->rig ? spawn_model(c) : BROKEN;
	if (status == EQUAL) {
		status = compare_lines(c);
		if (status == EQUAL)
			status = compare_ends(c);
		lines_close(&c->lines);
	}
	c->programs++;
	c->instructions += c->n;
	c->cycles += c->rig ? rig_now(c->rig) : 0;
	rig_close(c->rig);
	board_close(&c->board);
	return status;
}

static bool number(const char *text, int *n)
{
	char *end;
	long v = strtol(text, &end, 10);

	*n = (int)v;
	return *end == '\0' && v >= 0 && v <= 64;
}

/* The index of the first program; 0: wrong usage. */
static int parse(struct compare *c, int argc, char **argv)
{
	int i = 1;

	for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		const char *o = argv[i] + 2;
		char *v = i + 1 < argc ? argv[i + 1] : "";
		bool ok = true;

		i++;
		if (strcmp(o, "shared") == 0)
			c->timing.shared = true, i--;
		else if (strcmp(o, "rtl") == 0)
			c->rtl = v;
		else if (strcmp(o, "model") == 0)
			c->model = v;
		else if (strcmp(o, "core") == 0)
			c->core = v;
		else if (strcmp(o, "max-cycles") == 0)
			c->max_cycles = v;
		else if (strcmp(o, "instr-latency") == 0)
			ok = number(v, &c->timing.instr_latency);
		else if (strcmp(o, "data-grant") == 0)
			ok = number(v, &c->timing.data_grant);
		else if (strcmp(o, "data-latency") == 0)
			ok = number(v, &c->timing.data_latency);
		else
			ok = false;
		if (!ok)
			return 0;
	}
	return c->rtl && c->model && i < argc ? i : 0;
}

int main(int argc, char **argv)
{
	struct compare c = {.core = "maxperf",
	                    .max_cycles = "20000000",
	                    .timing = {.instr_latency = 1, .data_latency = 1}};
	int first = parse(&c, argc, argv), status = EQUAL;

	if (first == 0) {
		fprintf(stderr, "usage: ibex_compare --rtl LIB --model COMMAND "
		                "[host options] PROGRAM.elf...\n");
		return USAGE;
	}
	c.more_lines = strcmp(basename(c.model), "ibex_model") == 0;
	for (int i = first; i < argc && status == EQUAL; i++) {
		c.program = argv[i];
		status = run_program(&c);
	}
	printf("programs=%" PRIu64 " instructions=%" PRIu64 " cycles=%" PRIu64
	       "\n",
	       c.programs, c.instructions, c.cycles);
	return status;
}
