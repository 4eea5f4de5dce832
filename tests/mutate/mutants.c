/* mutants: programs on an accelerator that carries many seeded bugs.
 *
 *     mutants --rtl DIR --cache DIR [--part PART] [--seed S] [--count N]
 *             [--design ROWS,COLS,SPAD_KIB,BANKS,LANES,DMA_BYTES,QUEUE]
 *
 * DIR/accel.v takes the number of the bug to switch on from the environment
 * (MUTANT; 0: none); mutate.py writes it. Programs run on `fast` and on that
 * Verilog until they differ. A run is cut when it takes LATE cycles more than
 * the fast model's: that is a difference, too. Status 0: no difference; 3: a
 * difference, and the seed that shows it; else something else went wrong.
 *
 * PART: random, long: programs of tests/cosim, of 40 and 160 commands; fine:
 * the same with parameters of which every bit counts; memory, list: wide.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/map.h"
#include "tests/cosim/pair.h"
#include "tests/cosim/rng.h"
#include "tests/mutate/wide.h"

enum { LIMIT = 3000000, LATE = 200, SHORT = 40, LONG = 160 };

struct args {
	uint64_t seed;
	int count;
	const char *part;
	struct design d;
	struct accel_opts opts;
};

static bool parse_design(const char *text, struct design *d)
{
	return sscanf(text, "%d,%d,%d,%d,%d,%d,%d", &d->rows, &d->cols,
	              &d->spad_kib, &d->banks, &d->lanes, &d->dma_bytes,
	              &d->queue) == 7;
}

static bool parse(int argc, char **argv, struct args *o)
{
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *key = argv[i], *value = argv[i + 1];
		if (!strcmp(key, "--rtl"))
			o->opts.rtl_dir = value;
		else if (!strcmp(key, "--cache"))
			o->opts.cache_dir = value;
		else if (!strcmp(key, "--part"))
			o->part = value;
		else if (!strcmp(key, "--seed"))
			o->seed = strtoull(value, NULL, 0);
		else if (!strcmp(key, "--count"))
			o->count = atoi(value);
		else if (strcmp(key, "--design") || !parse_design(value, &o->d))
			return false;
	}
	return argc % 2 && o->opts.rtl_dir;
}

/* ------------------------------------------------------------------------
 * Parameters of which every bit counts */

/* A multiplier of any size below 2^bits. */
static uint32_t fine_mult(struct rng *r, int bits)
{
	return (uint32_t)rng_in(r, 0,
	                        bits < 31 ? (1ll << bits) - 1 : INT32_MAX);
}

/* Of a convolution: a bias of any size, and a multiplier such that the product,
 * shifted by 31, has about 8 bits. No shift. */
static void fine_column(struct rng *r, uint8_t *block, int cols, int column)
{
	int bits = (int)rng_in(r, 8, 30);
	int64_t bias = rng_in(r, -(1ll << bits), (1ll << bits) - 1);

	put32(block + 4 * column, (uint32_t)bias);
	put32(block + 4 * (cols + column), fine_mult(r, 38 - bits));
	block[8 * cols + column] = 0;
}

/* Of ADD or SUM: operands of 28 bits times multipliers of any size, then as
 * above. */
static void fine_add(struct rng *r, uint8_t *block, int cols)
{
	int bits = (int)rng_in(r, 2, 30);

	for (int i = 0; i < 3; i++) {
		put32(block + 4 * (cols + i),
		      fine_mult(r, i < 2 ? bits : 41 - bits));
		block[8 * cols + i] = 0;
	}
}

/* `load` brings the parameters of `c`? */
static bool brings(const struct command *load, const struct command *c)
{
	return load->opcode == OP_LOAD && load->n1 == 1 && load->n2 == 1 &&
	       load->spad == c->par && load->mem >= MAP_FLASH &&
	       c->opcode >= OP_CONV && c->opcode <= OP_SUM;
}

/* The blocks of flash that a load of parameters reads. */
static void fine_job(struct program *p, const struct job *j, struct rng *r)
{
	int cols = p->d.cols;
	int64_t size = design_par_words(&p->d) * design_word(&p->d);

	for (uint32_t k = 0; k + 1 < j->n; k++) {
		const struct command *load = &j->c[k], *c = &j->c[k + 1];
		if (!brings(load, c))
			continue;
		uint8_t *at = p->init[MEM_FLASH] + (load->mem - MAP_FLASH);
		for (int64_t b = 0; b + size <= load->n0; b += size) {
			if (c->opcode >= OP_ADD)
				fine_add(r, at + b, cols);
			for (int i = 0; c->opcode < OP_ADD && i < cols; i++)
				fine_column(r, at + b, cols, i);
		}
	}
}

static void make_fine(struct program *p)
{
	struct rng r = {p->seed};

	for (int j = 0; j < p->n_jobs; j++)
		fine_job(p, &p->job[j], &r);
}

/* ------------------------------------------------------------------------
 * Parts */

/* One program of tests/cosim. 0: equal; ERR_MISMATCH; else err says why not
 * run. */
static int one_random(const struct args *o, uint64_t seed, char *text,
                      size_t size, struct err *err)
{
	const int what = COMPARE_TIME | COMPARE_DATA;
	struct program p;
	struct run fast = {0}, rtl = {0};
	int status = 0;

	program_make(&p, &o->d, seed, !strcmp(o->part, "long") ? LONG : SHORT);
	if (!strcmp(o->part, "fine"))
		make_fine(&p);
	if (!run_program(&fast, &accel_fast, &p, &o->opts, LIMIT, err) ||
	    !run_program(&rtl, &accel_rtl, &p, &o->opts, fast.cycles + LATE,
	                 err)) {
		status = ERR_TOOL;
	} else if (!rtl.done) {
		snprintf(text, size, "not at its end in time");
		status = ERR_MISMATCH;
	} else if (!run_compare(&fast, &rtl, &p, what, text, size)) {
		status = ERR_MISMATCH;
	}
	run_free(&fast);
	run_free(&rtl);
	program_free(&p);
	return status;
}

static int one(const struct args *o, uint64_t seed, struct err *err)
{
	char text[1400] = "";
	int status;

	if (!strcmp(o->part, "memory") || !strcmp(o->part, "list"))
		status = wide_pair(&o->d, &o->opts,
		                   *o->part == 'm' ? WIDE_MEMORY : WIDE_LIST,
		                   seed, text, sizeof(text), err);
	else
		status = one_random(o, seed, text, sizeof(text), err);
	if (status == ERR_MISMATCH)
		printf("seed %" PRIu64 ": %s\n", seed, text);
	else if (status)
		fprintf(stderr, "mutants: %s\n", err->msg);
	return status;
}

int main(int argc, char **argv)
{
	struct args o = {.seed = 1, .count = 20, .part = "random"};
	struct src at = {"mutants", 0};
	struct err err = {0};
	int status = 0;

	o.d = design_default();
	if (!parse(argc, argv, &o)) {
		fprintf(stderr, "usage: see the head of mutants.c\n");
		return ERR_USAGE;
	}
	if (!design_check(&o.d, at, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		return ERR_USAGE;
	}
	for (int k = 0; k < o.count && !status; k++)
		status = one(&o, o.seed + (uint64_t)k, &err);
	return status;
}
