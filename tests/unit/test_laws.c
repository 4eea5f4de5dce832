/* laws: what must hold for every network on every design (docs/laws.md).
 *
 * Random designs and random networks, and the real ones where ../shared is
 * there. All are exact: no tolerance. $JOULET_LAWS: how many times as many
 * random networks as in CI.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "compiler/emit.h"
#include "isa/command.h"
#include "isa/image.h"
#include "isa/map.h"
#include "sim/program.h"
#include "tests/unit/random_graph.h"

#define SHARED "../shared/tflite/models/"

static const char *const files[] = {
        "models/digits_cnn.tflite",         "models/digits_mlp.tflite",
        SHARED "ad01_int8.tflite",          SHARED "hello_world_int8.tflite",
        SHARED "kws_ref_model.tflite",      SHARED "magic_wand_int8.tflite",
        SHARED "micro_kws_m_int8.tflite",   SHARED "micro_speech_int8.tflite",
        SHARED "person_detect_int8.tflite", SHARED "resnet8_cifar_int8.tflite",
        SHARED "strm_ww_int8.tflite",       SHARED "vww_96_int8.tflite",
};
enum { N_FILES = sizeof files / sizeof files[0] };

/* ---- a network, a design, a run ---- */

static uint64_t times(uint64_t n)
{
	const char *more = getenv("JOULET_LAWS");

	return n * (more ? strtoull(more, NULL, 10) : 1);
}

static struct joulet_net *open_net(const char *path)
{
	struct err err;

	if (access(path, R_OK) != 0)
		return NULL;
	struct joulet_net *net = joulet_net_open(path, &err);
	assert_non_null(net);
	return net;
}

static int pick(struct random_graph *r, const int *from, int n)
{
	return from[rg_in(r, 0, n - 1)];
}

/* A legal one; powers of two where doubling is tried. */
static struct design random_design(struct random_graph *r)
{
	static const int rows[] = {1, 2, 4, 6, 8, 13, 16, 32},
	                 cols[] = {4, 8, 10, 16, 32, 64};
	struct design d;
	struct err err;

	do {
		d = design_default();
		d.rows = pick(r, rows, 8);
		d.cols = pick(r, cols, 6);
		d.lanes = rg_in(r, 1, d.cols);
		d.spad_kib = 4 << rg_in(r, 0, 6);
		d.banks = 4 << rg_in(r, 0, 3);
		d.dma_bytes = 4 << rg_in(r, 0, 2);
		d.queue = 2 << rg_in(r, 0, 2);
		d.split = rg_in(r, 0, 1);
		d.unpack = rg_in(r, 0, 3) == 0;
		d.sram_kib = 1024;
		d.flash_kib = 4096;
	} while (!design_check(&d, (struct src){NULL, 0}, &err));
	return d;
}

/* NULL: it does not fit. */
static struct joulet_program *compile_for(const struct joulet_net *net,
                                          const struct design *d, bool longer)
{
	struct err err = {0};
	struct joulet_program *p =
	        longer ? joulet_compile_longer(net, d, NULL, &err)
	               : joulet_compile(net, d, JOULET_ACCEL, NULL, &err);

	if (!p && err.kind != ERR_DATA)
		fail_msg("%s", err.msg);
	return p;
}

static struct joulet_result run(const struct joulet_program *p)
{
	const struct joulet_opts opts = {.backend = "fast",
	                                 .timing_only = true};
	uint8_t *in = mem_zero(joulet_net_in_bytes(p->net), 1);
	struct joulet_result r;
	struct err err;

	if (!joulet_run(p, &opts, in, 1, NULL, &r, &err))
		fail_msg("%s", err.msg);
	free(in);
	return r;
}

/* ---- the laws of one run ---- */

static uint64_t div_up(uint64_t n, int d)
{
	return (n + (uint64_t)d - 1) / (uint64_t)d;
}

/* No layer's units work less than its MACs and bytes take, no inference ends
 * before its busiest part could. */
static void check_bounds(const struct design *d, const struct joulet_result *r)
{
	const uint64_t *n = r->total.n;
	uint64_t macs = 0;

	for (int i = 0; i < r->n_layers; i++) {
		const struct joulet_layer *l = &r->layer[i];
		const uint64_t *m = l->counts.n;
		uint64_t flash = div_up(m[EV_ld_flash_bytes], d->dma_bytes);
		uint64_t sram = div_up(m[EV_ld_sram_bytes], d->dma_bytes);
		bool array = strcmp(l->unit, "array") == 0;
		if (array)
			assert_true(
			        m[EV_array_steps] >=
			        div_up((uint64_t)l->macs, d->rows * d->cols));
		assert_true(m[EV_ex_busy] >= m[EV_array_steps]);
		assert_true(m[EV_ld_busy] >= flash + sram);
		assert_true(m[EV_st_busy] >=
		            div_up(m[EV_st_sram_bytes], d->dma_bytes));
		macs += array ? (uint64_t)l->macs : 0;
	}
	assert_true(r->cycles >= div_up(macs, d->rows * d->cols));
	assert_true(r->cycles >= n[EV_ex_busy]);
	assert_true(r->cycles >= div_up(n[EV_ld_flash_bytes], d->dma_bytes));
	assert_true(r->cycles >=
	            div_up(n[EV_ld_sram_bytes] + n[EV_st_sram_bytes],
	                   d->dma_bytes));
}

/* ---- what of flash is moved ---- */

/* Calls `use` for every LOAD and UNPACK from flash. */
static void each_flash_load(const struct joulet_program *p,
                            void (*use)(void *ctx, const struct command *c),
                            void *ctx)
{
	const uint8_t *image = p->code.image;
	struct image_header h;

	memcpy(&h, image, sizeof h);
	for (uint32_t i = 0; i < h.n_steps; i++) {
		struct image_step s;
		memcpy(&s, image + (h.steps - MAP_FLASH) + i * sizeof s,
		       sizeof s);
		bool job = s.kind == STEP_ACCEL || s.kind == STEP_START;
		for (uint32_t k = 0; job && k < s.n; k++) {
			uint32_t words[COMMAND_WORDS];
			struct command c;
			memcpy(words,
			       image + (s.arg - MAP_FLASH) + k * COMMAND_BYTES,
			       sizeof words);
			assert_true(command_decode(words, &c));
			if ((c.opcode == OP_LOAD || c.opcode == OP_UNPACK) &&
			    c.mem >= MAP_FLASH)
				use(ctx, &c);
		}
	}
}

static void mark_bytes(void *ctx, const struct command *c)
{
	uint8_t *seen = ctx;
	int64_t n2 = c->opcode == OP_LOAD ? c->n2 : 1;

	for (int64_t i2 = 0; i2 < n2; i2++)
		for (int64_t i1 = 0; i1 < c->n1; i1++)
			memset(seen + (c->mem - MAP_FLASH) + i2 * c->mem_s2 +
			               i1 * c->mem_s1,
			       1, (size_t)c->n0);
}

/* Bytes of flash that the accelerator loads at least once. */
static uint64_t flash_footprint(const struct joulet_program *p)
{
	uint8_t *seen = mem_zero(p->code.image_bytes, 1);
	uint64_t sum = 0;

	each_flash_load(p, mark_bytes, seen);
	for (uint32_t i = 0; i < p->code.image_bytes; i++)
		sum += seen[i];
	free(seen);
	return sum;
}

/* Weights of all convolutions on the array, as the file has them. */
static uint64_t weight_bytes(const struct joulet_program *p)
{
	const struct graph *g = &p->net->graph;
	uint64_t sum = 0;

	for (int i = 0; i < g->n_nodes; i++)
		if (strcmp(p->code.layer[i].unit, "array") == 0 &&
		    p->code.layer[i].macs > 0)
			sum += (uint64_t)g->tensor[g->node[i].in[1]].bytes;
	return sum;
}

/* As often as `fits` says: exactly once. */
static void check_flash(const struct joulet_program *p,
                        const struct joulet_result *r, bool fits)
{
	uint64_t moved = r->total.n[EV_ld_flash_bytes];
	uint64_t footprint = flash_footprint(p);

	if (!p->design.unpack)
		assert_true(footprint >= weight_bytes(p));
	assert_true(moved >= footprint);
	if (fits)
		assert_int_equal(moved, footprint);
}

static struct design roomy(struct design d)
{
	d.spad_kib = 1024;
	d.banks = 64;
	return d;
}

static void check_one(const struct joulet_net *net, struct design d, bool fits)
{
	struct joulet_program *p = compile_for(net, &d, false);

	if (!p)
		return;
	struct joulet_result r = run(p);
	check_bounds(&d, &r);
	check_flash(p, &r, fits);
	joulet_result_free(&r);
	joulet_program_close(p);
}

static void check_single(const struct joulet_net *net, struct random_graph *r,
                         int designs)
{
	for (int i = 0; i < designs; i++) {
		struct design d = random_design(r);
		check_one(net, d, false);
		check_one(net, roomy(d), true);
	}
}

static void random_networks_obey_the_laws_of_one_run(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < times(150); seed++) {
		struct joulet_net net = {.name = "random"};
		struct random_graph r;
		if (seed % 2)
			rg_make(&r, seed);
		else
			rg_chain(&r, seed);
		net.graph = r.g;
		check_single(&net, &r, 3);
		rg_close(&r);
	}
}

static void real_networks_obey_the_laws_of_one_run(void **state)
{
	struct random_graph r;
	int done = 0;

	(void)state;
	rg_open(&r, 5);
	for (int i = 0; i < N_FILES; i++) {
		struct joulet_net *net = open_net(files[i]);
		if (!net)
			continue;
		check_single(net, &r, 3);
		joulet_net_close(net);
		done++;
	}
	rg_close(&r);
	assert_true(done >= 2);
	printf("%d networks\n", done);
}

/* ---- the laws of two designs ---- */

/* It is legal and computes what the reference does. */
static void check_program(const struct joulet_program *p)
{
	const struct joulet_opts opts = {.backend = "fast"};
	const struct graph *g = &p->net->graph;
	size_t n = graph_output_bytes(g), n_in = graph_input_bytes(g);
	uint8_t *in = mem_zero(n_in, 1), *out = mem_zero(2 * n, 1);
	struct joulet_result r;
	struct err err;

	for (size_t i = 0; i < n_in; i++)
		in[i] = (uint8_t)(i * 2654435761u >> 24);
	if (!image_check(&p->code, &p->design, true, &err) ||
	    !joulet_run(p, &opts, in, 1, out, &r, &err) ||
	    !graph_run(g, in, out + n, &err))
		fail_msg("%s", err.msg);
	assert_memory_equal(out, out + n, n);
	joulet_result_free(&r);
	free(in);
	free(out);
}

/* Cycles of the best program that there is; 0: none fits. */
static uint64_t best_cycles(const struct joulet_net *net,
                            const struct design *d)
{
	struct joulet_program *p = compile_for(net, d, true);

	if (!p)
		return 0;
	check_program(p);
	struct joulet_result r = run(p);
	uint64_t cycles = r.cycles;
	joulet_result_free(&r);
	joulet_program_close(p);
	return cycles;
}

/* Ways to have more; `way` 0.. ; false: not legal. */
enum { BANKS, MEMORY, BOTH, WIDTH, ROWS, COLUMNS, CELLS, N_WAYS };
static bool more(struct design *d, int way)
{
	struct err err;

	if (way == BANKS || way == BOTH)
		d->banks *= 2;
	if (way == MEMORY || way == BOTH)
		d->spad_kib *= 2;
	if (way == WIDTH)
		d->dma_bytes *= 2;
	if (way == ROWS || way == CELLS)
		d->rows *= 2;
	if (way == COLUMNS || way == CELLS)
		d->cols *= 2;
	if (way == WIDTH && d->unpack)
		return false; /* the packed stream is made for one */
	return d->rows <= 64 && d->cols <= 64 && d->banks <= 64 &&
	       d->spad_kib <= 1024 && d->dma_bytes <= 16 &&
	       design_check(d, (struct src){NULL, 0}, &err);
}

/* Twice the scratchpad alone must fit, no more: its banks are larger then, and
 * what lay in two may lie in one (docs/laws.md). */
static bool holds(int way, uint64_t less, uint64_t more)
{
	return more > 0 && (way == MEMORY || more <= less);
}

/* Adds to *done and returns how often the law is broken. */
static int check_pairs(const struct joulet_net *net, struct random_graph *r,
                       uint64_t seed, int *done)
{
	static const char *const name[N_WAYS] = {
	        "banks", "scratchpad", "banks and scratchpad", "width",
	        "rows",  "columns",    "rows and columns"};
	const struct design d = random_design(r);
	uint64_t less = best_cycles(net, &d);
	int broken = 0;

	for (int way = 0; less && way < N_WAYS; way++) {
		struct design larger = d;
		if (!more(&larger, way))
			continue;
		uint64_t cycles = best_cycles(net, &larger);
		++*done;
		if (holds(way, less, cycles))
			continue;
		broken++;
		print_error("seed %d: twice the %s: %d cycles, not %d (%dx%d, "
		            "%d lanes, %d KiB, %d banks, %d B)\n",
		            (int)seed, name[way], (int)cycles, (int)less,
		            d.rows, d.cols, d.lanes, d.spad_kib, d.banks,
		            d.dma_bytes);
	}
	return broken;
}

static void more_of_anything_is_never_slower(void **state)
{
	int done = 0, broken = 0;

	(void)state;
	for (uint64_t seed = 1000; seed < 1000 + times(12); seed++) {
		struct joulet_net net = {.name = "random"};
		struct random_graph r;
		if (seed % 2)
			rg_make(&r, seed);
		else
			rg_chain(&r, seed);
		net.graph = r.g;
		broken += check_pairs(&net, &r, seed, &done);
		rg_close(&r);
	}
	printf("%d pairs of designs\n", done);
	assert_true(done > 50);
	assert_int_equal(broken, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(random_networks_obey_the_laws_of_one_run),
	        cmocka_unit_test(real_networks_obey_the_laws_of_one_run),
	        cmocka_unit_test(more_of_anything_is_never_slower),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
