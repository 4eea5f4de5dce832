/* longer: the longer search (--longer). Every program that it looks at is legal
 * and exact, not only the one that it takes; and it finds little that the
 * ordinary search does not.
 */
#include <dirent.h>
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
#include "tests/unit/random_cpu.h"
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
	const struct compile_opts opts = {
	        .target = TARGET_ACCEL, .clock = &clock, .longer = true};
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

static int check_seeds(void (*make)(struct random_graph *, uint64_t),
                       uint64_t from, uint64_t to)
{
	int programs = 0;

	for (uint64_t seed = from; seed < to; seed++) {
		struct joulet_net net = {.name = "random"};
		struct random_graph r;
		make(&r, seed);
		net.graph = r.g;
		struct design d = random_design(&r);
		programs += check_search(&net, &d, seed);
		rg_close(&r);
	}
	printf("%d programs\n", programs);
	return programs;
}

/* In most of these a part of a buffer is used while another buffer takes the
 * place of its beginning. */
static void every_program_of_the_search_is_exact(void **state)
{
	(void)state;
	assert_true(check_seeds(rg_chain, 7012, 7024) > 400);
}

/* An operator of two operands, the second one constant. */
static void make_constant(struct random_graph *r, uint64_t seed)
{
	rg_open(r, seed);
	do {
		rg_close(r);
		rg_open(r, seed += 1000);
		rc_binary(r);
	} while (r->g.tensor[1].type != DT_I8);
	rg_fill(r, &r->g.tensor[1], 127);
	r->g.n_inputs = 1;
}

/* What the host core reads, too, is in every one of them. */
static void every_program_has_its_constants(void **state)
{
	(void)state;
	assert_true(check_seeds(make_constant, 0, 40) >= 40);
}

/* ---- what it gains ---- */

#define NETWORKS "/tflite/models/"

static const char *const networks[] = {
        NETWORKS "ad01_int8.tflite",         NETWORKS "hello_world_int8.tflite",
        NETWORKS "kws_ref_model.tflite",     NETWORKS "magic_wand_int8.tflite",
        NETWORKS "micro_speech_int8.tflite", NETWORKS "strm_ww_int8.tflite",
};
enum { N_NETWORKS = sizeof networks / sizeof networks[0] };
enum { MOST_GAIN = 3 }; /* hundredths */

/* Networks that were compared; equal ones are compared once. */
struct compared {
	uint64_t *hash;
	int n, cap;
	int broken;
	double most; /* hundredths */
};

static bool is_new(struct compared *c, uint64_t hash)
{
	for (int i = 0; i < c->n; i++)
		if (c->hash[i] == hash)
			return false;
	if (c->n == c->cap) {
		c->cap = 2 * c->cap + 16;
		c->hash = mem_grow(c->hash, (size_t)c->cap, sizeof *c->hash);
	}
	c->hash[c->n++] = hash;
	return true;
}

/* Closes the program. */
static uint64_t cycles_of(struct joulet_program *p, const struct err *err)
{
	const struct joulet_opts opts = {.backend = "fast",
	                                 .timing_only = true};
	struct joulet_result r;
	struct err why;

	if (!p)
		fail_msg("%s", err->msg);
	uint8_t *in = mem_zero(joulet_net_in_bytes(p->net), 1);
	if (!joulet_run(p, &opts, in, 1, NULL, &r, &why))
		fail_msg("%s", why.msg);
	uint64_t cycles = r.cycles;
	free(in);
	joulet_result_free(&r);
	joulet_program_close(p);
	return cycles;
}

static void compare(struct compared *c, const struct joulet_net *net, int cells)
{
	struct design d = design_default();
	struct err err;

	d.rows = d.cols = cells;
	d.lanes = cells / 2;
	uint64_t ordinary = cycles_of(
	        joulet_compile(net, &d, JOULET_ACCEL, NULL, &err), &err);
	uint64_t longer =
	        cycles_of(joulet_compile_longer(net, &d, NULL, &err), &err);
	double gain =
	        100.0 * ((double)ordinary - (double)longer) / (double)ordinary;
	if (gain > c->most)
		c->most = gain;
	if ((ordinary - longer) * 100 <= ordinary * MOST_GAIN ||
	    longer >= ordinary)
		return;
	c->broken++;
	print_error("%s on %dx%d: %d cycles, with the longer search %d\n",
	            joulet_net_name(net), cells, cells, (int)ordinary,
	            (int)longer);
}

static void compare_file(struct compared *c, const char *path)
{
	struct err err;

	if (access(path, R_OK) != 0)
		return;
	struct joulet_net *net = joulet_net_open(path, &err);
	if (!net)
		fail_msg("%s", err.msg);
	if (is_new(c, joulet_net_hash(net)))
		for (int cells = 8; cells <= 16; cells *= 2)
			compare(c, net, cells);
	joulet_net_close(net);
}

static void compare_folder(struct compared *c, const char *folder)
{
	char path[2048];
	DIR *dir = opendir(folder);

	if (!dir)
		return;
	for (struct dirent *e; (e = readdir(dir));) {
		size_t len = strlen(e->d_name);
		if (len < 8 || strcmp(e->d_name + len - 7, ".tflite") != 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		compare_file(c, path);
	}
	closedir(dir);
}

/* Its fastest program for this design takes 104 KiB of flash; there are smaller
 * ones. */
static void a_program_that_is_too_large_is_not_the_only_one(void **state)
{
	const char *root = getenv("JOULET_SHARED");
	struct design d = design_default();
	char path[1024];
	struct err err;

	(void)state;
	snprintf(path, sizeof path, "%s%s", root ? root : "../shared",
	         NETWORKS "kws_ref_model.tflite");
	if (access(path, R_OK) != 0)
		skip();
	struct joulet_net *net = joulet_net_open(path, &err);
	assert_non_null(net);
	d.rows = d.cols = 4;
	d.spad_kib = 4;
	d.banks = 8;
	d.flash_kib = 100;
	cycles_of(joulet_compile(net, &d, JOULET_ACCEL, NULL, &err), &err);
	joulet_net_close(net);
}

/* The layers of four networks, each alone, and the smaller networks. */
static void the_longer_search_gains_three_percent_at_most(void **state)
{
	const char *root = getenv("JOULET_SHARED");
	struct compared c = {.most = 0};
	char path[1024];

	(void)state;
	root = root ? root : "../shared";
	compare_file(&c, "models/digits_cnn.tflite");
	compare_file(&c, "models/digits_mlp.tflite");
	assert_int_equal(c.n, 2);
	for (int i = 0; i < N_NETWORKS; i++) {
		snprintf(path, sizeof path, "%s%s", root, networks[i]);
		compare_file(&c, path);
	}
	snprintf(path, sizeof path, "%s/tflite/layers/models", root);
	compare_folder(&c, path);
	printf("%d networks, at most %.2f %%\n", c.n, c.most);
	assert_int_equal(c.broken, 0);
	free(c.hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_program_of_the_search_is_exact),
	        cmocka_unit_test(every_program_has_its_constants),
	        cmocka_unit_test(
	                a_program_that_is_too_large_is_not_the_only_one),
	        cmocka_unit_test(the_longer_search_gains_three_percent_at_most),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
