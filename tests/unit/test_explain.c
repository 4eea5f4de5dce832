/* explain: every cycle has one cause, and it is the right one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "isa/image.h"
#include "isa/map.h"
#include "sim/attribute.h"

#define SHARED "../shared/tflite/models/"

static const char *const nets[] = {
        "models/digits_cnn.tflite",    "models/digits_mlp.tflite",
        SHARED "kws_ref_model.tflite", SHARED "resnet8_cifar_int8.tflite",
        SHARED "ad01_int8.tflite",     SHARED "magic_wand_int8.tflite",
};
enum { N_NETS = sizeof nets / sizeof nets[0] };

/* Settings that make all units wait for each other. */
static const char *const settings[][4][2] = {
        {{"array.rows", "8"}},
        {{"array.rows", "3"}, {"array.cols", "5"}, {"requant.lanes", "1"}},
        {{"array.rows", "16"},
         {"array.cols", "16"},
         {"dma.bytes_per_cycle", "4"},
         {"accel.queue_depth", "2"}},
        {{"scratchpad.kib", "16"}, {"scratchpad.banks", "8"}},
        {{"array.split", "1"},
         {"weights.unpack", "1"},
         {"weights.sparse", "1"},
         {"network.keep_of_4", "2"}},
};
enum { N_SETTINGS = sizeof settings / sizeof settings[0] };

static struct design design_of(int setting)
{
	struct design d = design_default();
	struct err err;

	for (int i = 0; i < 4 && settings[setting][i][0]; i++)
		assert_true(design_set(&d, settings[setting][i][0],
		                       settings[setting][i][1],
		                       (struct src){NULL, 0}, &err));
	return d;
}

/* NULL: there is no such file here. */
static struct joulet_net *open_net(const char *path)
{
	struct err err;

	if (access(path, R_OK) != 0)
		return NULL;
	struct joulet_net *net = joulet_net_open(path, &err);
	assert_non_null(net);
	return net;
}

/* False: the network does not fit. */
static bool explain(const struct joulet_net *net, const struct design *d,
                    enum joulet_target target, struct joulet_explain *x)
{
	struct err err = {0};
	size_t n = joulet_net_in_bytes(net);
	uint8_t *in = mem_zero(n, 1);

	for (size_t i = 0; i < n; i++)
		in[i] = (uint8_t)(i * 2654435761u >> 24);
	bool ok = joulet_explain(net, d, target, in, x, &err);
	free(in);
	if (!ok)
		assert_int_equal(err.kind, ERR_DATA);
	return ok;
}

static uint64_t sum_of(const struct joulet_why *w, int from, int to)
{
	uint64_t sum = 0;

	for (int c = from; c <= to; c++)
		sum += w->cause[c];
	return sum;
}

/* ---- sums ---- */

static void check_sums(const struct joulet_explain *x)
{
	const uint64_t *n = x->run.total.n;

	for (int i = 0; i < x->run.n_layers; i++)
		assert_int_equal(sum_of(&x->layer[i], 0, N_CAUSES - 1),
		                 x->run.layer[i].cycles);
	assert_int_equal(sum_of(&x->total, 0, N_CAUSES - 1), x->run.cycles);
	assert_int_equal(x->total.cause[CAUSE_array], n[EV_array_steps]);
	assert_int_equal(x->total.cause[CAUSE_read], n[EV_ex_stall_read]);
	assert_true(x->total.cause[CAUSE_drain] >= n[EV_ex_stall_drain]);
	assert_int_equal(sum_of(&x->total, CAUSE_array, CAUSE_depend),
	                 n[EV_ex_busy]);
	assert_int_equal(sum_of(&x->total, CAUSE_load, CAUSE_fetch),
	                 n[EV_ex_wait_fetch] + n[EV_ex_wait_load] +
	                         n[EV_ex_wait_store]);
}

static void causes_sum_to_cycles_and_counters(void **state)
{
	int done = 0;

	(void)state;
	for (int i = 0; i < N_NETS; i++) {
		struct joulet_net *net = open_net(nets[i]);
		for (int s = 0; net && s < N_SETTINGS; s++) {
			const struct design d = design_of(s);
			struct joulet_explain x;
			if (!explain(net, &d, JOULET_ACCEL, &x))
				continue;
			check_sums(&x);
			joulet_explain_free(&x);
			done++;
		}
		joulet_net_close(net);
	}
	assert_true(done >= 2 * N_SETTINGS);
}

/* Two at the same bytes in the same cycle. The touch of begin and end is none.
 */
static bool overlap(uint32_t at, uint32_t bytes, uint64_t from, uint64_t to,
                    uint32_t at2, uint32_t bytes2, uint64_t from2, uint64_t to2)
{
	return at < at2 + bytes2 && at2 < at + bytes && from < to2 &&
	       from2 < to;
}

static void check_tensors(const struct joulet_explain *x)
{
	uint32_t end = 0, begin = UINT32_MAX;

	for (int i = 0; i < x->n_tensors; i++) {
		const struct joulet_tensor *a = &x->tensor[i];
		assert_true(a->from < a->to && a->to <= x->run.cycles);
		if (a->at < begin)
			begin = a->at;
		if (a->at + a->bytes > end)
			end = a->at + a->bytes;
		for (int k = 0; k < i; k++) {
			const struct joulet_tensor *b = &x->tensor[k];
			assert_false(overlap(a->at, a->bytes, a->from, a->to,
			                     b->at, b->bytes, b->from, b->to));
		}
	}
	assert_int_equal(begin, FW_SRAM_BYTES);
	assert_in_range(FW_SRAM_BYTES + x->run.arena_bytes, end, end + 15);
}

static void check_uses(const struct joulet_explain *x, const struct design *d)
{
	uint64_t results = 0;

	for (size_t i = 0; i < x->n_uses; i++) {
		const struct joulet_use *a = &x->use[i];
		assert_true(a->from < a->to && a->to <= x->run.cycles);
		assert_true(a->at + a->bytes <= design_spad_bytes(d));
		results += a->content == CONTENT_results;
		for (size_t k = 0; k < i; k++) {
			const struct joulet_use *b = &x->use[k];
			assert_false(overlap(a->at, a->bytes, a->from, a->to,
			                     b->at, b->bytes, b->from, b->to));
		}
	}
	assert_true(results > 0);
}

static void memories_hold_one_thing_at_a_time(void **state)
{
	(void)state;
	for (int n = 0; n < 2; n++)
		for (int i = 0; i < N_SETTINGS; i++) {
			struct joulet_net *net = open_net(nets[n]);
			struct design d = design_of(i);
			struct joulet_explain x;
			assert_true(explain(net, &d, JOULET_ACCEL, &x));
			check_tensors(&x);
			check_uses(&x, &d);
			joulet_explain_free(&x);
			joulet_net_close(net);
		}
}

static void on_the_cpu_all_cycles_are_the_cpus(void **state)
{
	const struct design d = design_default();
	struct joulet_net *net = open_net(nets[0]);
	struct joulet_explain x;

	(void)state;
	assert_true(explain(net, &d, JOULET_CPU, &x));
	assert_int_equal(x.total.cause[CAUSE_cpu], x.run.cycles);
	assert_int_equal(x.total.bound, CAUSE_cpu);
	joulet_explain_free(&x);
	joulet_net_close(net);
}

/* ---- bounds ---- */

static enum joulet_cause bound_of(const char *path, const char *const set[][2],
                                  int layer)
{
	struct design d = design_default();
	struct joulet_net *net = open_net(path);
	struct joulet_explain x;
	struct err err;

	for (int i = 0; set[i][0]; i++)
		assert_true(design_set(&d, set[i][0], set[i][1],
		                       (struct src){NULL, 0}, &err));
	assert_true(explain(net, &d, JOULET_ACCEL, &x));
	enum joulet_cause bound = x.layer[layer].bound;
	joulet_explain_free(&x);
	joulet_net_close(net);
	return bound;
}

/* Its first layer has 64x48 weights and computes one pixel. */
static void narrow_memory_bounds_a_fully_connected_layer_by_loads(void **state)
{
	const char *const narrow[][2] = {{"dma.bytes_per_cycle", "4"},
	                                 {"array.cols", "16"},
	                                 {NULL, NULL}};

	(void)state;
	assert_int_equal(bound_of("models/digits_mlp.tflite", narrow, 0),
	                 CAUSE_load);
}

static void one_lane_bounds_a_pointwise_layer_by_the_drain(void **state)
{
	const char *const one[][2] = {{"requant.lanes", "1"}, {NULL, NULL}};

	(void)state;
	assert_int_equal(bound_of("models/digits_cnn.tflite", one, 2),
	                 CAUSE_drain);
}

static void four_cells_bound_a_pointwise_layer_by_the_array(void **state)
{
	const char *const few[][2] = {{"array.rows", "1"},
	                              {"array.cols", "4"},
	                              {"requant.lanes", "4"},
	                              {NULL, NULL}};

	(void)state;
	assert_int_equal(bound_of("models/digits_cnn.tflite", few, 2),
	                 CAUSE_array);
}

/* ---- neighbours ---- */

static uint64_t cycles_with(const struct joulet_net *net,
                            const struct joulet_trial *t)
{
	const struct joulet_opts opts = {.backend = "fast"};
	struct design d = design_default();
	struct joulet_result r;
	struct err err;
	size_t n = joulet_net_in_bytes(net);
	uint8_t *in = mem_zero(n, 1);

	for (size_t i = 0; i < n; i++)
		in[i] = (uint8_t)(i * 2654435761u >> 24);
	assert_true(design_set(&d, t->key, t->to, (struct src){NULL, 0}, &err));
	struct joulet_program *p =
	        joulet_compile(net, &d, JOULET_ACCEL, NULL, &err);
	assert_non_null(p);
	assert_true(joulet_run(p, &opts, in, 1, NULL, &r, &err));
	uint64_t cycles = r.cycles;
	joulet_result_free(&r);
	joulet_program_close(p);
	free(in);
	return cycles;
}

static void neighbours_are_what_a_run_takes_and_the_best_is_named(void **state)
{
	const struct design d = design_default();
	struct joulet_net *net = open_net(nets[0]);
	struct joulet_explain x;
	int64_t best = 0;

	(void)state;
	assert_true(explain(net, &d, JOULET_ACCEL, &x));
	assert_true(x.n_trials >= 12);
	for (int i = 0; i < x.n_trials; i++) {
		const struct joulet_trial *t = &x.trial[i];
		if (!t->ok)
			continue;
		assert_int_equal(t->cycles, cycles_with(net, t));
		int64_t saves = (int64_t)(x.run.cycles - t->cycles);
		if (t->up && saves > best)
			best = saves;
	}
	assert_true(best > 0);
	assert_int_equal(x.total.saves, best);
	assert_int_equal(x.run.cycles - x.trial[x.total.trial].cycles, best);
	joulet_explain_free(&x);
	joulet_net_close(net);
}

/* At 4x4 with 4 lanes no design has half the columns. */
static void impossible_neighbours_say_why(void **state)
{
	struct design d = design_default();
	struct joulet_net *net = open_net(nets[0]);
	struct joulet_explain x;
	bool seen = false;

	(void)state;
	d.lanes = 8;
	assert_true(explain(net, &d, JOULET_ACCEL, &x));
	for (int i = 0; i < x.n_trials; i++) {
		const struct joulet_trial *t = &x.trial[i];
		if (strcmp(t->key, "array.cols") != 0 || t->up)
			continue;
		seen = true;
		assert_false(t->ok);
		assert_non_null(strstr(t->why, "requant.lanes"));
	}
	assert_true(seen);
	joulet_explain_free(&x);
	joulet_net_close(net);
}

/* ---- attribution of a log that is made by hand ---- */

enum { LIST = 256, IMAGE = LIST + 3 * COMMAND_BYTES };

static void put_command(uint8_t *image, int i, const struct command *c)
{
	uint32_t words[COMMAND_WORDS];

	command_encode(c, words);
	memcpy(image + LIST + i * COMMAND_BYTES, words, sizeof words);
}

/* Two layers: LOAD, CONV that waits for it, and of the second layer a CONV that
 * waits for nothing. The span of layer 0 ends inside the second CONV. */
static void a_gap_is_the_loads_and_a_command_is_shared(void **state)
{
	struct design d = design_default();
	uint8_t *image = mem_zero(IMAGE, 1);
	const struct image_header h = {
	        .n_steps = 1, .steps = MAP_FLASH + sizeof h, .n_layers = 2};
	const struct image_step step = {
	        .kind = STEP_ACCEL, .arg = MAP_FLASH + LIST, .n = 3};
	struct command conv = {.opcode = OP_CONV,
	                       .nchan = 8,
	                       .run = 8,
	                       .ka = 1,
	                       .kb = 1,
	                       .pm = 1,
	                       .nx = 8,
	                       .ny = 1,
	                       .wait_ld = 1};
	const struct command load = {
	        .opcode = OP_LOAD, .n0 = 8, .n1 = 1, .n2 = 1};

	(void)state;
	memcpy(image, &h, sizeof h);
	memcpy(image + sizeof h, &step, sizeof step);
	put_command(image, 0, &load);
	put_command(image, 1, &conv);
	conv.wait_ld = 0;
	conv.layer = 1;
	put_command(image, 2, &conv);

	/* docs/accelerator.md: T_1 = s+9, T_2 = s+17, capture s+18, PW 9, drain
	 * of 10 + 16 beats, end 5 after: 49 cycles; 8 steps, 8 cycles of
	 * reads. */
	enum { CONV_CYCLES = 49 };
	struct cmd_log cmd[] = {
	        {QUEUE_LD, OP_LOAD, 0, 0, 120, 150},
	        {QUEUE_EX, OP_CONV, 0, 1, 150, 150 + CONV_CYCLES},
	        {QUEUE_EX, OP_CONV, 1, 2, 199, 199 + CONV_CYCLES},
	};
	struct soc_mark mark[] = {{100, MARK_BEGIN}, {105, 0}, {260, MARK_END}};
	struct soc_span span[] = {{100, 199, 0}, {199, 260, 1}};
	struct counts counts[3] = {{{0}}};
	uint64_t cycles[2] = {99, 61};
	counts[1].n[EV_job_cycles] = 249 - 112;
	struct soc_result s = {.begin = 100,
	                       .end = 260,
	                       .cycles = 160,
	                       .layer = counts,
	                       .n_layers = 2,
	                       .layer_cycles = cycles,
	                       .mark = mark,
	                       .n_marks = 3,
	                       .cmd = cmd,
	                       .n_cmd = 3,
	                       .span = span,
	                       .n_spans = 2};
	struct joulet_why why[2];
	struct err err = {0};

	memset(why, 0, sizeof why);
	assert_true(attribute(&d, image, &s, why, &err));
	const uint64_t first[N_CAUSES] = {
	        [CAUSE_cpu] = 12,  /* 100..112 */
	        [CAUSE_fetch] = 8, /* ..120: the load is not there yet */
	        [CAUSE_load] = 30, /* ..150 */
	        [CAUSE_array] = 8,
	        [CAUSE_read] = 8,
	        [CAUSE_depend] = CONV_CYCLES - 16,
	};
	const uint64_t second[N_CAUSES] = {
	        [CAUSE_array] = 8,
	        [CAUSE_read] = 8,
	        [CAUSE_depend] = CONV_CYCLES - 16,
	        [CAUSE_fetch] = 1, /* 248: the job's last cycle */
	        [CAUSE_cpu] = 11,
	};
	assert_memory_equal(why[0].cause, first, sizeof first);
	assert_memory_equal(why[1].cause, second, sizeof second);

	/* Now layer 0 has the first 10 of the second CONV's 49 cycles. */
	memset(why, 0, sizeof why);
	span[0].to = span[1].from = 209;
	assert_true(attribute(&d, image, &s, why, &err));
	assert_int_equal(sum_of(&why[0], 0, N_CAUSES - 1), 109);
	assert_int_equal(sum_of(&why[1], 0, N_CAUSES - 1), 51);
	assert_int_equal(why[0].cause[CAUSE_read], 8 + 8 * 10 / 49);
	assert_int_equal(why[0].cause[CAUSE_read] + why[1].cause[CAUSE_read],
	                 16);

	/* A log that lacks a command is not believed. */
	s.n_cmd = 2;
	assert_false(attribute(&d, image, &s, why, &err));
	assert_string_equal(err.msg, "explain: a command is missing in the "
	                             "command log");
	free(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(causes_sum_to_cycles_and_counters),
	        cmocka_unit_test(memories_hold_one_thing_at_a_time),
	        cmocka_unit_test(on_the_cpu_all_cycles_are_the_cpus),
	        cmocka_unit_test(
	                narrow_memory_bounds_a_fully_connected_layer_by_loads),
	        cmocka_unit_test(
	                one_lane_bounds_a_pointwise_layer_by_the_drain),
	        cmocka_unit_test(
	                four_cells_bound_a_pointwise_layer_by_the_array),
	        cmocka_unit_test(
	                neighbours_are_what_a_run_takes_and_the_best_is_named),
	        cmocka_unit_test(impossible_neighbours_say_why),
	        cmocka_unit_test(a_gap_is_the_loads_and_a_command_is_shared),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
