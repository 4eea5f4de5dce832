/* beside: CPU ops run while a job does, where the graph allows it: it saves the
 * shorter of the two, and changes no byte.
 *
 * With the argument rtl: the same in Verilog, and the whole system.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "compiler/emit.h"
#include "isa/map.h"
#include "sim/program.h"
#include "tests/unit/random_graph.h"

/* ---- networks ---- */

/* An operator of one or two inputs, whose output is of their shape. */
static int same(struct random_graph *r, int code, int a, int b)
{
	struct tensor *t = &r->g.tensor[a];
	struct node *n = rg_next(r, code, a);
	struct tensor *o =
	        rg_tensor(r, DT_I8, 4, 1, t->dim[1], t->dim[2], t->dim[3]);
	bool logistic = code == BI_LOGISTIC;

	rg_scales(r, o, 1, 0.3f, rg_in(r, -128, 127));
	if (logistic) {
		float *scale = arena_zero(&r->arena, 1, sizeof(*scale));
		int64_t *zero = arena_zero(&r->arena, 1, sizeof(*zero));
		*scale = 1.0f / 256;
		*zero = -128;
		o->scale = scale;
		o->zero = zero;
	}
	n->opt.act = 0;
	n->out[0] = r->g.n_tensors - 1;
	n->in[1] = b;
	n->n_in = b < 0 ? 1 : 2;
	return n->out[0];
}

static void ends(struct random_graph *r, int out)
{
	r->g.input[0] = 0;
	r->g.output[0] = out;
}

/* Convolutions on one branch, LOGISTIC on the other, and their product. */
static void two_branches(struct random_graph *r)
{
	rg_open(r, 1);
	rg_input(r, 16, 16, 16);
	int a = rg_plain_conv(r, 0, 3, 16);
	a = rg_plain_conv(r, a, 3, 16);
	int b = same(r, BI_LOGISTIC, 0, -1);
	ends(r, same(r, BI_MUL, a, b));
}

/* Each operator reads any tensors before it. The last one joins two. */
static void any_branches(struct random_graph *r, uint64_t seed)
{
	rg_open(r, seed);
	int c = rg_in(r, 2, 12), at[16] = {0}, n = 1, nodes = rg_in(r, 4, 12);
	rg_input(r, rg_in(r, 4, 16), rg_in(r, 4, 16), c);
	while (n < nodes) {
		int a = at[rg_in(r, 0, n - 1)], b = at[rg_in(r, 0, n - 1)];
		switch (rg_in(r, 0, 5)) {
		case 0:
			at[n++] = same(r, BI_LOGISTIC, a, -1);
			break;
		case 1:
			at[n++] = same(r, BI_MUL, a, b);
			break;
		case 2:
			at[n++] = same(r, BI_ADD, a, b);
			break;
		default:
			at[n++] =
			        rg_plain_conv(r, a, rg_in(r, 0, 1) ? 1 : 3, c);
		}
	}
	ends(r, same(r, BI_MUL, at[n - 1], at[n - 2]));
}

/* ---- programs ---- */

struct built {
	struct joulet_net net;
	struct joulet_program p;
	uint8_t *in, *out, *want;
	size_t in_bytes, out_bytes;
};

static bool build(struct built *b, const struct random_graph *r,
                  const struct design *d, bool in_turn)
{
	const struct compile_opts opts = {.target = TARGET_ACCEL,
	                                  .in_turn = in_turn};
	struct err err;

	memset(b, 0, sizeof(*b));
	b->net.name = "branches";
	b->net.graph = r->g;
	b->p = (struct joulet_program){.net = &b->net, .design = *d};
	b->p.graph = &b->net.graph;
	if (!compile(&b->p.code, &b->net.graph, d, &opts, &err)) {
		if (err.kind != ERR_DATA)
			fail_msg("%s", err.msg);
		return false;
	}
	b->in_bytes = graph_input_bytes(&r->g);
	b->out_bytes = graph_output_bytes(&r->g);
	b->in = mem_zero(b->in_bytes, 1);
	b->out = mem_zero(b->out_bytes, 1);
	b->want = mem_zero(b->out_bytes, 1);
	for (size_t i = 0; i < b->in_bytes; i++)
		b->in[i] = (uint8_t)(i * 2654435761u >> 24);
	if (!graph_run(&r->g, b->in, b->want, &err))
		fail_msg("%s", err.msg);
	return true;
}

static void built_free(struct built *b)
{
	program_free(&b->p.code);
	free(b->in);
	free(b->out);
	free(b->want);
}

static struct joulet_result run(struct built *b)
{
	const struct joulet_opts opts = {.backend = "fast"};
	struct joulet_result r;
	struct err err;

	if (!image_check(&b->p.code, &b->p.design, true, &err) ||
	    !joulet_run(&b->p, &opts, b->in, 1, b->out, &r, &err))
		fail_msg("%s", err.msg);
	assert_memory_equal(b->out, b->want, b->out_bytes);
	return r;
}

static uint64_t cycles(const struct random_graph *r, const struct design *d,
                       bool in_turn)
{
	struct built b;

	assert_true(build(&b, r, d, in_turn));
	struct joulet_result x = run(&b);
	built_free(&b);
	joulet_result_free(&x);
	return x.cycles;
}

static struct image_step *step_at(const struct built *b, uint32_t i)
{
	struct image_header *h = (void *)b->p.code.image;
	struct image_step *s =
	        (void *)(b->p.code.image + (h->steps - MAP_FLASH));

	return i < h->n_steps ? &s[i] : NULL;
}

static int count(const struct built *b, enum step_kind kind)
{
	const struct image_step *s;
	int n = 0;

	for (uint32_t i = 0; (s = step_at(b, i)); i++)
		n += s->kind == kind;
	return n;
}

/* ---- tests ---- */

/* The two convolutions are hidden behind the LOGISTIC, but for what it takes to
 * start them and to wait. */
static void the_shorter_branch_costs_nothing(void **state)
{
	(void)state;
	enum { APART = 150 };
	const struct design d = design_default();
	struct random_graph g;
	struct built b;

	two_branches(&g);
	uint64_t beside = cycles(&g, &d, false);
	assert_true(build(&b, &g, &d, true));
	assert_int_equal(count(&b, STEP_START), 0);
	struct joulet_result turn = run(&b);
	uint64_t cpu = turn.layer[2].cycles;
	uint64_t job = turn.layer[0].cycles + turn.layer[1].cycles;
	print_message("in turn %d cycles, beside %d, the convolutions %d\n",
	              (int)turn.cycles, (int)beside, (int)job);
	assert_true(job < cpu);
	assert_in_range(beside, turn.cycles - job, turn.cycles - job + APART);
	joulet_result_free(&turn);
	built_free(&b);
	rg_close(&g);
}

/* What layers show sums to the inference, in spans and in causes. */
static void cycles_of_layers_sum_to_the_whole(void **state)
{
	(void)state;
	const struct design d = design_default();
	struct joulet_explain x;
	struct random_graph g;
	struct built b;
	struct err err;

	two_branches(&g);
	assert_true(build(&b, &g, &d, false));
	assert_int_equal(count(&b, STEP_START), 1);
	assert_int_equal(count(&b, STEP_WAIT), 1);
	struct joulet_result r = run(&b);
	uint64_t sum = 0;
	for (int i = 0; i < r.n_layers; i++)
		sum += r.layer[i].cycles;
	assert_int_equal(sum, r.cycles);
	joulet_result_free(&r);

	if (!joulet_explain_alone(&b.net, &d, JOULET_ACCEL, b.in, &x, &err))
		fail_msg("%s", err.msg);
	for (int i = 0; i < x.run.n_layers; i++) {
		sum = 0;
		for (int c = 0; c < N_CAUSES; c++)
			sum += x.layer[i].cause[c];
		assert_int_equal(sum, x.run.layer[i].cycles);
	}
	joulet_explain_free(&x);
	built_free(&b);
	rg_close(&g);
}

static void random_branches_are_exact(void **state)
{
	(void)state;
	static const int kib[] = {4, 16, 128};
	int both = 0;

	for (uint64_t seed = 0; seed < 60; seed++) {
		struct design d = design_default();
		struct random_graph g;
		struct built b;
		d.spad_kib = kib[seed % 3];
		d.banks = seed % 3 ? 16 : 8;
		d.wait = (int)(seed / 3 % N_WAITS);
		any_branches(&g, seed);
		if (build(&b, &g, &d, false)) {
			struct joulet_result r = run(&b);
			both += count(&b, STEP_START) > 0;
			joulet_result_free(&r);
		}
		built_free(&b);
		rg_close(&g);
	}
	print_message("%d of 60 have both at once\n", both);
	assert_true(both > 15);
}

/* A kernel's output or input moved to where the job works: the checker sees
 * it, whichever of the two it is. */
static void the_checker_finds_a_kernel_in_the_way(void **state)
{
	(void)state;
	const struct design d = design_default();
	struct random_graph g;
	struct built b;
	struct err err;
	int found = 0;

	two_branches(&g);
	assert_true(build(&b, &g, &d, false));
	struct program *p = &b.p.code;
	assert_true(image_check(p, &d, true, &err));
	struct need was = p->made[0];
	for (int i = 0; i < p->n_needs; i++) {
		p->made[0].addr = p->need[i].addr;
		found += !image_check(p, &d, true, &err);
	}
	assert_true(found > 0);
	assert_non_null(strstr(err.msg, "the job beside it"));
	p->made[0] = was;
	built_free(&b);
	rg_close(&g);
}

static void the_checker_finds_a_job_that_nobody_waits_for(void **state)
{
	(void)state;
	const struct design d = design_default();
	struct random_graph g;
	struct image_step *s;
	struct built b;
	struct err err;

	two_branches(&g);
	assert_true(build(&b, &g, &d, false));
	for (uint32_t i = 0; (s = step_at(&b, i)); i++)
		if (s->kind == STEP_WAIT)
			s->n++;
	assert_false(image_check(&b.p.code, &d, true, &err));
	assert_non_null(strstr(err.msg, "no such job runs"));
	for (uint32_t i = 0; (s = step_at(&b, i)); i++)
		if (s->kind == STEP_START)
			s->kind = STEP_ACCEL;
	assert_false(image_check(&b.p.code, &d, true, &err));
	built_free(&b);
	rg_close(&g);
}

/* ---- in Verilog ---- */

static void backends_agree(enum wait_kind how)
{
	struct design d = design_default();
	const struct joulet_opts opts = {0};
	struct joulet_soc_result whole;
	struct joulet_result r;
	struct random_graph g;
	struct built b;
	struct err err;

	d.wait = (int)how;
	two_branches(&g);
	assert_true(build(&b, &g, &d, false));
	if (!joulet_verify(&b.p, &opts, b.in, 1, b.want, &r, &err))
		fail_msg("%s", err.msg);
	bool ok = joulet_soc_verify(&b.p, &opts, b.in, 1, b.want, &whole, &err);
	if (!ok && err.kind == ERR_TOOL) {
		print_message("skipped: %s\n", err.msg);
		exit(77);
	}
	if (!ok)
		fail_msg("%s", err.msg);
	assert_int_equal(whole.cycles, r.cycles);
	joulet_result_free(&r);
	built_free(&b);
	rg_close(&g);
}

static void all_backends_agree(void **state)
{
	(void)state;
	for (int how = 0; how < N_WAITS; how++)
		backends_agree((enum wait_kind)how);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest quick[] = {
	        cmocka_unit_test(the_shorter_branch_costs_nothing),
	        cmocka_unit_test(cycles_of_layers_sum_to_the_whole),
	        cmocka_unit_test(random_branches_are_exact),
	        cmocka_unit_test(the_checker_finds_a_kernel_in_the_way),
	        cmocka_unit_test(the_checker_finds_a_job_that_nobody_waits_for),
	};
	const struct CMUnitTest rtl[] = {cmocka_unit_test(all_backends_agree)};

	if (argc > 1 && strcmp(argv[1], "rtl") == 0)
		return cmocka_run_group_tests(rtl, NULL, NULL);
	return cmocka_run_group_tests(quick, NULL, NULL);
}
