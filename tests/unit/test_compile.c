/* The compiler's back end: programs are legal (the static checker), take the
 * cycles that the tiler computed, and give the reference's outputs bit for
 * bit; what does not fit is an error that says so. Networks of others are
 * looked for in ../shared/tflite, or in $JOULET_SHARED/tflite. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/file.h"
#include "compiler/emit.h"
#include "compiler/slim.h"
#include "isa/numerics.h"
#include "tests/unit/image_run.h"
#include "tests/unit/random_cpu.h"
#include "tests/unit/random_graph.h"

static const struct src nowhere = {"test", 0};

/* rows, cols, lanes, dma, queue, kib, banks */
static const int shapes[][7] = {
        {8, 8, 4, 8, 4, 128, 16},   {4, 4, 4, 4, 4, 16, 8},
        {16, 16, 8, 8, 4, 128, 16}, {6, 10, 3, 8, 4, 64, 8},
        {8, 8, 8, 16, 8, 8, 4},     {4, 4, 1, 4, 2, 2, 4},
        {1, 4, 2, 16, 2, 4, 8},     {64, 64, 64, 16, 16, 256, 4},
        {3, 20, 7, 8, 4, 4, 4},     {16, 5, 5, 16, 4, 1024, 64},
};
enum { N_SHAPES = sizeof(shapes) / sizeof(shapes[0]) };

static struct design shape(int i)
{
	struct design d = design_default();
	struct err err;

	d.rows = shapes[i][0], d.cols = shapes[i][1];
	d.lanes = shapes[i][2], d.dma_bytes = shapes[i][3];
	d.queue = shapes[i][4], d.spad_kib = shapes[i][5];
	d.banks = shapes[i][6];
	d.flash_kib = 16384;
	if (!design_check(&d, nowhere, &err))
		fail_msg("shape %d: %s", i, err.msg);
	return d;
}

/* ---- checks of one program ---- */

/* Every execute command took what command_cycles says, and loads and stores
 * at least that. The log is in order of end, job after job. */
static void check_cycles(const struct image_run *r, const struct program *p,
                         const struct design *d, const char *what)
{
	struct hw hw = hw_of(d);
	struct image_header h;
	struct image_step s = {0};
	uint32_t step = 0;

	memcpy(&h, p->image, sizeof(h));
	for (size_t i = 0; i < r->log.n_cmd; i++) {
		const struct cmd_log *e = &r->log.cmd[i];
		uint32_t words[COMMAND_WORDS];
		struct command c;
		while (step + 1 < h.n_steps &&
		       r->job_begin[step + 1] <= e->start)
			step++;
		memcpy(&s, kernel_ptr(h.steps + step * (uint32_t)sizeof(s)),
		       sizeof(s));
		memcpy(words, kernel_ptr(s.arg + e->seq * COMMAND_BYTES),
		       sizeof(words));
		command_decode(words, &c);
		assert_int_equal(c.opcode, e->opcode);
		int64_t took = (int64_t)(e->end - e->start);
		int64_t said = command_cycles(&hw, &c);
		if (e->queue == QUEUE_EX ? took != said : took < said) {
			char line[512];
			command_print(&c, line, sizeof(line));
			fail_msg("%s: %s: took %lld, computed %lld", what, line,
			         (long long)took, (long long)said);
		}
	}
}

static void check_outputs(const struct graph *g, const void *in,
                          const uint8_t *got, const char *what)
{
	size_t n = graph_output_bytes(g);
	uint8_t *want = malloc(n);
	struct err err;

	if (!graph_run(g, in, want, &err))
		fail_msg("%s: reference: %s", what, err.msg);
	for (size_t i = 0; i < n; i++)
		if (got[i] != want[i])
			fail_msg("%s: output byte %zu of %zu is %d, not %d",
			         what, i, n, got[i], want[i]);
	free(want);
}

/* Compile, check, run, compare. False: refused by the compiler. */
static bool try_graph(const struct graph *g, const struct design *d,
                      enum target target, const void *in, const char *what,
                      struct err *err)
{
	const struct compile_opts opts = {.target = target};
	struct program p;
	struct image_run r;

	if (!compile(&p, g, d, &opts, err))
		return false;
	if (!image_check(&p, d, true, err))
		fail_msg("%s: %s", what, err->msg);
	assert_true(p.peak_bytes <= p.arena_bytes);
	assert_true(p.spad_bytes <= (uint32_t)d->spad_kib * 1024);
	uint8_t *out = malloc(graph_output_bytes(g));
	if (!image_run(&r, &p, d, in, out, err))
		fail_msg("%s: %s", what, err->msg);
	check_cycles(&r, &p, d, what);
	check_outputs(g, in, out, what);
	free(out);
	image_run_free(&r);
	program_free(&p);
	return true;
}

static uint8_t *random_input(const struct graph *g)
{
	size_t n = graph_input_bytes(g);
	uint8_t *in = malloc(n + 1);
	uint64_t seed = 1;

	for (size_t i = 0; i < n; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		in[i] = (uint8_t)(seed >> 56);
	}
	if (g->tensor[g->input[0]].type == DT_F32)
		for (size_t i = 0; i < n / 4; i++) {
			float f = (float)(int8_t)in[i] / 16;
			memcpy(in + 4 * i, &f, 4);
		}
	return in;
}

/* ---- one operator ---- */

/* Returns how many did not fit their scratchpad; nothing else may fail. */
static int try_random(void (*make)(struct random_graph *, uint64_t), int n)
{
	int refused = 0;

	for (int seed = 0; seed < n; seed++) {
		struct random_graph r;
		struct design d = shape(seed % N_SHAPES);
		struct err err;
		char what[32];
		make(&r, (uint64_t)seed);
		snprintf(what, sizeof(what), "seed %d", seed);
		uint8_t *in = random_input(&r.g);
		if (!try_graph(&r.g, &d, TARGET_ACCEL, in, what, &err)) {
			if (!strstr(err.msg, "bytes of scratchpad"))
				fail_msg("%s: %s", what, err.msg);
			refused++;
		}
		free(in);
		rg_close(&r);
	}
	return refused;
}

static void random_operators_are_exact_on_every_shape(void **state)
{
	(void)state;
	assert_in_range(try_random(rg_make, 600), 0, 10);
}

/* Fewer bits and fewer weights, on hardware that has some of the formats for
 * them: always with the bits of the reference. */
static int try_slim(void (*make)(struct random_graph *, uint64_t), int seed)
{
	struct random_graph r;
	struct graph slim;
	struct design d = shape(seed % N_SHAPES);
	const struct slim how = {.bits = 8 >> seed % 3,
	                         .keep = 1 << seed / 3 % 3};
	struct err err;
	char what[64];

	d.narrow = seed >> 1 & 1, d.sparse = seed >> 2 & 1;
	d.unpack = seed >> 3 & 1, d.split = (seed >> 4 & 1) && d.rows > 1;
	if (!design_check(&d, nowhere, &err))
		d.unpack = 0; /* its banks are too small for wider words */
	make(&r, (uint64_t)seed);
	graph_slim(&slim, &r.g, &how);
	snprintf(what, sizeof(what), "seed %d, %d bits, %d of 4", seed,
	         how.bits, how.keep);
	uint8_t *in = random_input(&slim);
	bool ok = try_graph(&slim, &d, TARGET_ACCEL, in, what, &err);
	if (!ok && !strstr(err.msg, "bytes of scratchpad"))
		fail_msg("%s: %s", what, err.msg);
	free(in);
	graph_free(&slim);
	rg_close(&r);
	return !ok;
}

static void slim_networks_are_exact_in_every_format(void **state)
{
	int refused = 0;

	(void)state;
	for (int seed = 0; seed < 400; seed++)
		refused += try_slim(seed % 4 ? rg_make : rg_chain, seed);
	assert_in_range(refused, 0, 20);
}

static void random_chains_are_exact_on_every_shape(void **state)
{
	(void)state;
	assert_in_range(try_random(rg_chain, 300), 0, 10);
}

static void random_cpu_operators_are_exact(void **state)
{
	(void)state;
	assert_int_equal(try_random(rc_make, 1000), 0);
}

static void must_run(struct random_graph *r, const struct design *d, int out,
                     const char *what)
{
	struct err err;
	uint8_t *in = random_input(&r->g);

	r->g.output[0] = out;
	if (!try_graph(&r->g, d, TARGET_ACCEL, in, what, &err))
		fail_msg("%s: %s", what, err.msg);
	free(in);
	rg_close(r);
}

/* Four of eight banks hold a tensor that is read again at the end; an operator
 * between needs five. So it must go to SRAM after all. */
static void what_is_kept_makes_room(void **state)
{
	(void)state;
	struct design d = shape(5);
	struct random_graph r;

	d.banks = 8; /* of 256 bytes */
	rg_open(&r, 1);
	rg_input(&r, 16, 16, 3);
	int a = rg_plain_conv(&r, 0, 1, 4);
	int b = rg_plain_conv(&r, a, 1, 64);
	int c = rg_plain_conv(&r, b, 3, 4);
	struct node *n = rg_next(&r, BI_ADD, c);
	n->opt.stride_h = n->opt.stride_w = 1;
	n->in[1] = a, n->n_in = 2;
	rg_result(&r, n, 4);
	must_run(&r, &d, n->out[0], "linear");

	rg_open(&r, 2);
	rg_input(&r, 14, 14, 3);
	a = rg_plain_conv(&r, 0, 1, 4);
	b = rg_plain_conv(&r, a, 3, 64);
	rg_plain_conv(&r, b, 3, 4);
	must_run(&r, &d, rg_plain_conv(&r, a, 3, 5), "with border");
}

static void a_list_of_too_many_commands_is_several_jobs(void **state)
{
	(void)state;
	struct design d = shape(5);
	struct random_graph r;

	d.rows = 1;
	rg_open(&r, 3);
	rg_input(&r, 48, 48, 64);
	must_run(&r, &d, rg_plain_conv(&r, 0, 3, 24), "long");
}

/* The multiplier of lower_array.c against the division, at and around every
 * rounding boundary of every pool size it is used for. */
static void average_multiplier_divides_exactly(void **state)
{
	(void)state;
	for (int n = 2; n <= 2895; n++) {
		int64_t m = ((int64_t)1 << 31) / n + 1;
		for (int q = -128; q < 128; q++)
			for (int off = -2; off <= 2; off++) {
				int s = q * n + n / 2 + off;
				if (s < -128 * n || s > 127 * n)
					continue;
				int64_t got = (s * m + (1 << 30)) >> 31;
				if (got != num_average(s, n))
					fail_msg("%d / %d: %d", s, n, (int)got);
			}
	}
}

/* ---- networks ---- */

static void try_file(const char *path, const struct design *d,
                     enum target target, int *ran, int *refused)
{
	struct graph g;
	struct err err;

	if (!graph_load(&g, path, &err)) {
		++*refused;
		return;
	}
	uint8_t *in = random_input(&g);
	if (try_graph(&g, d, target, in, path, &err)) {
		++*ran;
	} else {
		assert_int_equal(err.kind, ERR_DATA);
		++*refused;
	}
	free(in);
	graph_free(&g);
}

static void own_networks_run_on_every_shape(void **state)
{
	(void)state;
	static const char *const own[] = {"models/digits_cnn.tflite",
	                                  "models/digits_mlp.tflite"};
	int ran = 0, refused = 0;

	for (int i = 0; i < N_SHAPES; i++) {
		struct design d = shape(i);
		for (int j = 0; j < 2; j++)
			try_file(own[j], &d, TARGET_ACCEL, &ran, &refused);
	}
	struct design d = shape(0);
	for (int j = 0; j < 2; j++)
		try_file(own[j], &d, TARGET_CPU, &ran, &refused);
	assert_int_equal(refused, 0);
	assert_int_equal(ran, 2 * N_SHAPES + 2);
}

static void shared_set(const char *set, int n_shapes, enum target target)
{
	const char *root = getenv("JOULET_SHARED");
	char folder[512], path[1024];
	int ran = 0, refused = 0;

	snprintf(folder, sizeof(folder), "%s/tflite/%s",
	         root ? root : "../shared", set);
	DIR *dir = opendir(folder);
	if (!dir) {
		print_message("skipped: no %s\n", folder);
		skip();
	}
	for (struct dirent *e; (e = readdir(dir));) {
		size_t len = strlen(e->d_name);
		if (len < 8 || strcmp(e->d_name + len - 7, ".tflite") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		for (int i = 0; i < n_shapes; i++) {
			struct design d = shape(i);
			try_file(path, &d, target, &ran, &refused);
		}
	}
	closedir(dir);
	print_message("%s: %d ran, %d refused\n", set, ran, refused);
	assert_true(ran > 0);
}

static void shared_networks(void **state)
{
	(void)state;
	shared_set("models", 4, TARGET_ACCEL);
}

static void shared_operators(void **state)
{
	(void)state;
	shared_set("syn/models", 6, TARGET_ACCEL);
	shared_set("syn/models", 1, TARGET_CPU);
}

/* ---- dumps ---- */

static char *dump(const char *net, const char *stage, size_t *size)
{
	char path[64], *text = NULL;
	struct design d = design_default();
	struct graph g;
	struct program p;
	struct err err;

	snprintf(path, sizeof(path), "models/%s.tflite", net);
	FILE *f = open_memstream(&text, size);
	const struct compile_opts opts = {
	        .target = TARGET_ACCEL, .dump = stage, .dump_to = f};
	if (!graph_load(&g, path, &err) || !compile(&p, &g, &d, &opts, &err))
		fail_msg("%s", err.msg);
	fclose(f);
	program_free(&p);
	graph_free(&g);
	return text;
}

/* JOULET_REFRESH=1 writes the files anew. */
static void dumps_are_as_recorded(void **state)
{
	(void)state;
	static const char *const net[] = {"digits_cnn", "digits_mlp"};
	static const char *const stage[] = {"tiles", "image"};

	for (int i = 0; i < 4; i++) {
		char path[96];
		size_t got_size, want_size;
		struct err err;
		char *got = dump(net[i / 2], stage[i % 2], &got_size);
		snprintf(path, sizeof(path), "tests/golden/%s.%s.txt",
		         net[i / 2], stage[i % 2]);
		if (getenv("JOULET_REFRESH"))
			assert_true(file_write(path, got, got_size, &err));
		char *want = file_read(path, 1 << 20, &want_size, &err);
		if (!want)
			fail_msg("%s", err.msg);
		if (got_size != want_size || memcmp(got, want, got_size) != 0)
			fail_msg("%s differs; look, then JOULET_REFRESH=1",
			         path);
		free(want);
		free(got);
	}
}

/* ---- the checker ---- */

static void cnn(struct graph *g, struct program *p, const struct design *d)
{
	const struct compile_opts opts = {.target = TARGET_ACCEL};
	struct err err;

	if (!graph_load(g, "models/digits_cnn.tflite", &err) ||
	    !compile(p, g, d, &opts, &err))
		fail_msg("%s", err.msg);
}

/* The commands of the first job. */
static uint8_t *first_job(const struct program *p, uint32_t *n)
{
	struct image_header h;
	struct image_step s;

	memcpy(&h, p->image, sizeof(h));
	memcpy(&s, p->image + (h.steps - MAP_FLASH), sizeof(s));
	assert_int_equal(s.kind, STEP_ACCEL);
	*n = s.n;
	return p->image + (s.arg - MAP_FLASH);
}

/* Words 1 and 2 hold the wait counts: without them a command may start too
 * early. */
static void checker_finds_a_missing_wait(void **state)
{
	(void)state;
	struct design d = design_default();
	struct graph g;
	struct program p;
	uint32_t n, found = 0, tried = 0;

	cnn(&g, &p, &d);
	uint8_t *job = first_job(&p, &n);
	for (uint32_t i = 0; i < n; i++)
		for (int w = 1; w < 3; w++) {
			uint8_t keep[4], *at = job + i * COMMAND_BYTES + 4 * w;
			struct err err;
			memcpy(keep, at, 4);
			if (!memcmp(keep, "\0\0\0\0", 4))
				continue;
			memset(at, 0, 4);
			bool told = !image_check(&p, &d, true, &err);
			memcpy(at, keep, 4);
			tried++;
			found += told;
			/* No other command waits in a store's stead. */
			if (at[-4 * w] == OP_STORE && w == 1)
				assert_true(told);
		}
	assert_true(tried > 12);
	/* The others are implied by what another command waited for. */
	assert_true(found * 3 > tried);
	program_free(&p);
	graph_free(&g);
}

static void checker_finds_addresses_out_of_range(void **state)
{
	(void)state;
	struct design d = design_default();
	struct graph g;
	struct program p;
	uint32_t n;

	cnn(&g, &p, &d);
	uint8_t *job = first_job(&p, &n);
	for (uint32_t i = 0; i < n; i++) {
		uint8_t *at = job + i * COMMAND_BYTES;
		uint8_t keep[COMMAND_BYTES];
		struct err err;
		memcpy(keep, at, sizeof(keep));
		if (opcode_queue(at[0]) == QUEUE_EX)
			at[14] = 0xff; /* word 3: act */
		else
			at[18] = 0xff; /* word 4: spad */
		assert_false(image_check(&p, &d, false, &err));
		assert_non_null(strstr(err.msg, "outside of the scratchpad"));
		memcpy(at, keep, sizeof(keep));
	}
	program_free(&p);
	graph_free(&g);
}

/* ---- errors and determinism ---- */

static void refuse(const char *path, const struct design *d, bool apart,
                   const char *part)
{
	const struct compile_opts opts = {.target = TARGET_ACCEL,
	                                  .apart = apart};
	struct graph g;
	struct program p;
	struct err err;

	if (!graph_load(&g, path, &err))
		fail_msg("%s", err.msg);
	if (compile(&p, &g, d, &opts, &err))
		fail_msg("fits: %s", part);
	assert_int_equal(err.kind, ERR_DATA);
	assert_null(p.image);
	assert_null(p.arena);
	if (!strstr(err.msg, part) || !strstr(err.msg, path))
		fail_msg("%s", err.msg);
	graph_free(&g);
}

/* The same network in the same SRAM, when its tensors go there and when they
 * stay in the scratchpad: then only its ends have a place. */
static void what_stays_in_the_scratchpad_takes_no_sram(void **state)
{
	(void)state;
	struct design d = design_default();
	struct graph g;
	struct program p;

	d.sram_kib = 17;
	cnn(&g, &p, &d);
	assert_true(p.arena_bytes <= 1024);
	assert_int_equal(p.peak_bytes, 64);
	for (int i = 0; i < p.n_places; i++)
		assert_true(p.place[i].addr - MAP_SRAM - FW_SRAM_BYTES +
		                    p.place[i].bytes <=
		            p.arena_bytes);
	program_free(&p);
	graph_free(&g);
}

static void what_does_not_fit_is_named(void **state)
{
	(void)state;
	struct design d = design_default();

	d.sram_kib = 17;
	refuse("models/digits_cnn.tflite", &d, true,
	       "activations need 2304 bytes of SRAM, there are 1024");
	d = design_default();
	d.flash_kib = 5;
	refuse("models/digits_cnn.tflite", &d, false,
	       "bytes of flash, there are "
	       "5120 (flash.kib=5); most are of layer '");
	d = design_default();
	d.spad_kib = 1, d.banks = 4, d.rows = d.cols = 64;
	refuse("models/digits_cnn.tflite", &d, false, "bytes of scratchpad");
}

static void an_unsupported_operator_is_named(void **state)
{
	(void)state;
	const struct compile_opts opts = {.target = TARGET_ACCEL};
	struct design d = design_default();
	struct random_graph r;
	struct program p;
	struct err err;

	rg_open(&r, 1);
	rg_add(&r);
	r.g.node[0].code = 94; /* not one of enum builtin */
	r.g.node[0].index = 3;
	assert_false(compile(&p, &r.g, &d, &opts, &err));
	assert_string_equal(err.msg, "random: operator 3 (FILL): the operator "
	                             "is not supported");
	r.g.node[0].code = BI_ADD;
	r.g.node[0].opt.act = 5;
	assert_false(compile(&p, &r.g, &d, &opts, &err));
	assert_string_equal(err.msg, "random: operator 3 (ADD): activation 5 "
	                             "is not supported");
	rg_close(&r);
}

static void equal_inputs_give_equal_bytes(void **state)
{
	(void)state;
	struct design d = design_default();
	struct graph g, h;
	struct program p, q;

	cnn(&g, &p, &d);
	cnn(&h, &q, &d);
	assert_int_equal(p.hash, q.hash);
	assert_int_equal(p.image_bytes, q.image_bytes);
	assert_memory_equal(p.image, q.image, p.image_bytes);
	program_free(&p);
	program_free(&q);
	graph_free(&g);
	graph_free(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(random_operators_are_exact_on_every_shape),
	        cmocka_unit_test(random_chains_are_exact_on_every_shape),
	        cmocka_unit_test(slim_networks_are_exact_in_every_format),
	        cmocka_unit_test(random_cpu_operators_are_exact),
	        cmocka_unit_test(what_is_kept_makes_room),
	        cmocka_unit_test(a_list_of_too_many_commands_is_several_jobs),
	        cmocka_unit_test(average_multiplier_divides_exactly),
	        cmocka_unit_test(own_networks_run_on_every_shape),
	        cmocka_unit_test(shared_networks),
	        cmocka_unit_test(shared_operators),
	        cmocka_unit_test(dumps_are_as_recorded),
	        cmocka_unit_test(checker_finds_a_missing_wait),
	        cmocka_unit_test(checker_finds_addresses_out_of_range),
	        cmocka_unit_test(what_stays_in_the_scratchpad_takes_no_sram),
	        cmocka_unit_test(what_does_not_fit_is_named),
	        cmocka_unit_test(an_unsupported_operator_is_named),
	        cmocka_unit_test(equal_inputs_give_equal_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
