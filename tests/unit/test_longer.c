/* longer: the longer search (--longer). Every program that it looks at is legal
 * and exact, not only the one that it takes; and it finds little that the
 * ordinary search does not.
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
#include "sim/program.h"
#include "tests/unit/random_graph.h"

/* ---- every program ---- */

/* What the clock below compares with. */
struct witness {
	const struct joulet_net *net;
	const struct design *d;
	uint8_t *in, *got, *want;
	size_t in_bytes, out_bytes;
	uint64_t left; /* fewer with every program: the last one is taken */
	int programs;
};

static bool check_program(void *ctx, const struct program *code,
                          uint64_t *cycles, struct err *err)
{
	const struct joulet_opts opts = {.backend = "fast"};
	struct witness *w = ctx;
	const struct joulet_program p = {.net = w->net,
	                                 .design = *w->d,
	                                 .code = *code,
	                                 .graph = &w->net->graph};
	struct joulet_result r;

	w->programs++;
	*cycles = w->left--;
	if (!image_check(code, w->d, true, err) ||
	    !joulet_run(&p, &opts, w->in, 1, w->got, &r, err))
		return false;
	joulet_result_free(&r);
	if (memcmp(w->got, w->want, w->out_bytes) != 0)
		return err_set(err, ERR_BUG, "outputs differ");
	return true;
}

/* Programs looked at; 0: the network does not fit. */
static int check_search(const struct joulet_net *net, const struct design *d,
                        uint64_t seed)
{
	struct witness w = {.net = net,
	                    .d = d,
	                    .in_bytes = graph_input_bytes(&net->graph),
	                    .out_bytes = graph_output_bytes(&net->graph),
	                    .left = 1000000};
	const struct compile_clock clock = {check_program, &w};
	const struct compile_opts opts = {.target = TARGET_ACCEL,
	                                  .clock = &clock};
	struct program p;
	struct err err;

	w.in = mem_zero(w.in_bytes, 1);
	w.got = mem_zero(w.out_bytes, 1);
	w.want = mem_zero(w.out_bytes, 1);
	for (size_t i = 0; i < w.in_bytes; i++)
		w.in[i] = (uint8_t)(i * 2654435761u >> 24);
	if (!graph_run(&net->graph, w.in, w.want, &err))
		fail_msg("seed %d: %s", (int)seed, err.msg);
	if (compile(&p, &net->graph, d, &opts, &err))
		program_free(&p);
	else if (err.kind != ERR_DATA)
		fail_msg("seed %d: program %d: %s", (int)seed, w.programs,
		         err.msg);
	free(w.in);
	free(w.got);
	free(w.want);
	return w.programs;
}

static struct design random_design(struct random_graph *r)
{
	static const int rows[] = {2, 4, 8, 13}, cols[] = {4, 8, 10, 16};
	struct design d;
	struct err err;

	do {
		d = design_default();
		d.rows = rows[rg_in(r, 0, 3)];
		d.cols = cols[rg_in(r, 0, 3)];
		d.lanes = rg_in(r, 1, d.cols);
		d.spad_kib = 4 << rg_in(r, 0, 6);
		d.banks = 8 << rg_in(r, 0, 3);
		d.dma_bytes = 8;
	} while (!design_check(&d, (struct src){NULL, 0}, &err));
	return d;
}

/* In most of these a part of a buffer is used while another buffer takes the
 * place of its beginning. */
static void every_program_of_the_search_is_exact(void **state)
{
	int programs = 0;

	(void)state;
	for (uint64_t seed = 7000; seed < 7024; seed++) {
		struct joulet_net net = {.name = "random"};
		struct random_graph r;
		rg_chain(&r, seed);
		net.graph = r.g;
		struct design d = random_design(&r);
		programs += check_search(&net, &d, seed);
		rg_close(&r);
	}
	printf("%d programs\n", programs);
	assert_true(programs > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_program_of_the_search_is_exact),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
