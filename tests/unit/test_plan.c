/* plan: which points a sweep file has, in which order, and what is refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "explore/metric.h"
#include "explore/plan.h"

/* A folder of its own for every test, gone afterwards. */
struct place {
	char dir[64], yaml[96], root[400];
};

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	strcpy(p->dir, "/tmp/joulet-plan-XXXXXX");
	if (!mkdtemp(p->dir) || !getcwd(p->root, sizeof p->root))
		return -1;
	snprintf(p->yaml, sizeof p->yaml, "%s/x.yaml", p->dir);
	*state = p;
	return 0;
}

static int remove_place(void **state)
{
	struct place *p = *state;
	unlink(p->yaml);
	int left = rmdir(p->dir);
	free(p);
	return left;
}

/* Load the text; "@" stands for the root of the tree. */
static struct plan *load(const struct place *p, const char *text,
                         struct err *err)
{
	struct buf b = {0};
	buf_str(&b, "");
	for (; *text; text++) {
		if (*text == '@')
			buf_str(&b, p->root);
		else
			buf_char(&b, *text);
	}
	assert_true(file_write(p->yaml, b.data, b.len, err));
	buf_free(&b);
	return plan_load(p->yaml, err);
}

static struct plan *good(const struct place *p, const char *text)
{
	struct err err;
	struct plan *plan = load(p, text, &err);
	if (!plan)
		fail_msg("%s", err.msg);
	return plan;
}

#define NETS                                                                   \
	"networks: [@/models/digits_mlp.tflite, @/models/digits_cnn.tflite]\n"
#define NET "networks: [@/models/digits_mlp.tflite]\n"

/* Conditions on axes inside and outside, on a zip, on words, on constants. */
static const char chosen[] =
        NETS "axes:\n"
             "  array.rows: {pow2: [4, 32]}\n"
             "  array.cols: [4, 8, 16, 32]\n"
             "  cpu.core: [maxperf, btalu, small]\n"
             "  clock.mhz: {from: 50, to: 200, step: 50}\n"
             "  sram.kib: [128, 256, 512, 1024]\n"
             "  tech: [@/configs/tech/horowitz45.yaml,"
             " @/configs/tech/aladdin40.yaml]\n"
             "  target: [accel, cpu]\n"
             "zip: [[clock.mhz, sram.kib]]\n"
             "where:\n"
             "  - array.rows * array.cols <= 256\n"
             "  - cpu.core != small or clock.mhz < 150\n"
             "  - target == accel or array.rows == 4 and array.cols == 4\n"
             "  - network != digits_cnn or tech == aladdin40\n"
             "  - flash.kib >= 1024\n";

static void where_chooses_points_without_gaps(void **state)
{
	struct plan *p = good(*state, chosen);
	int index[PLAN_MAX_DIMS];
	long n = 0;
	assert_int_equal(p->n_dims, 7);
	assert_int_equal(p->n_cells, 2 * 4 * 4 * 3 * 4 * 2 * 2);
	for (int64_t cell = 0; cell < p->n_cells; cell++) {
		plan_index(p, cell, index);
		assert_int_equal(plan_cell(p, index), cell);
		long point = plan_point_at(p, index);
		if (!plan_legal(p, index)) {
			assert_int_equal(point, -1);
			continue;
		}
		assert_int_equal(point, n);
		struct plan_pick a = plan_pick_at(p, index),
		                 b = plan_pick(p, n);
		assert_memory_equal(&a.design, &b.design, sizeof a.design);
		assert_true(a.net == b.net && a.tech == b.tech &&
		            a.target == b.target);
		assert_true(a.design.rows * a.design.cols <= 256);
		n++;
	}
	assert_int_equal(n, p->n_points);
	/* 13 of 16 arrays, one of them on the core alone too; 10 of 12 cores
	 * at clocks; two tables for one network, one for the other. */
	assert_int_equal(n, (13 * 10 + 1 * 10) * (2 + 1));
	plan_free(p);
}

static void points_of_a_network_stand_together(void **state)
{
	struct plan *p = good(*state, chosen);
	long first, n;
	plan_net_points(p, 0, &first, &n);
	assert_int_equal(first, 0);
	assert_int_equal(n, 280);
	plan_net_points(p, 1, &first, &n);
	assert_int_equal(first, 280);
	assert_int_equal(n, 140);
	for (long i = 0; i < p->n_points; i++)
		assert_ptr_equal(plan_net_of(p, i), &p->net[i >= 280]);
	plan_free(p);
}

static void a_network_may_have_no_points(void **state)
{
	struct plan *p = good(*state, NETS "axes: {array.rows: [4, 8]}\n"
	                                   "where: network == digits_cnn\n");
	long first, n;
	assert_int_equal(p->n_points, 2);
	plan_net_points(p, 0, &first, &n);
	assert_int_equal(n, 0);
	plan_net_points(p, 1, &first, &n);
	assert_true(first == 0 && n == 2);
	assert_string_equal(plan_value(p, 1, 0), "8");
	plan_free(p);
}

static void a_table_changes_no_key_but_a_target_does(void **state)
{
	struct plan *p =
	        good(*state, NET "axes:\n"
	                         "  target: [accel, cpu]\n"
	                         "  tech: [@/configs/tech/horowitz45.yaml,"
	                         " @/configs/tech/aladdin40.yaml]\n");
	char key[4][PLAN_KEY], name[120];
	assert_int_equal(p->n_points, 4);
	assert_int_equal(p->n_techs, 2);
	for (int i = 0; i < 4; i++)
		plan_key(p, i, key[i]);
	assert_string_equal(key[0], key[1]);
	assert_string_equal(key[2], key[3]);
	assert_string_not_equal(key[0], key[2]);
	plan_name(p, 3, name, sizeof name);
	assert_string_equal(name,
	                    "point 3 (digits_mlp, target=cpu, tech=aladdin40)");
	plan_free(p);
}

static const char wide[] = NET "axes:\n"
                               "  array.rows: {from: 1, to: 64, step: 1}\n"
                               "  array.cols: {from: 4, to: 64, step: 1}\n"
                               "  clock.mhz: {from: 1, to: 1000, step: 1}\n"
                               "  sram.kib: {from: 32, to: 4096, step: 1}\n";

static void a_space_too_large_to_run_can_be_searched(void **state)
{
	struct err err;
	struct plan *p = good(*state, wide);
	int index[PLAN_MAX_DIMS] = {0, 7, 12, 99, 4000};
	assert_true(p->large);
	assert_int_equal(p->n_points, 0);
	assert_int_equal(p->n_cells, 64L * 61 * 1000 * 4065);
	assert_false(plan_is_sweep(p, &err));
	assert_non_null(strstr(err.msg, "/x.yaml:1: more than 1000000 points: "
	                                "too many to run all of them; joulet "
	                                "search runs some"));
	assert_true(plan_legal(p, index));

	int64_t cell[2] = {5, plan_cell(p, index)};
	struct plan part = plan_of_cells(p, cell, 2);
	assert_true(plan_is_sweep(&part, &err));
	struct design d = plan_design(&part, 1);
	assert_true(d.rows == 8 && d.cols == 16 && d.clock_mhz == 100 &&
	            d.sram_kib == 4032);
	assert_int_equal(plan_design(&part, 0).sram_kib, 37);
	assert_int_equal(strlen(part.id), 32);
	plan_free(p);
}

static void where_makes_a_large_space_small(void **state)
{
	char text[1000];
	snprintf(text, sizeof text,
	         "%swhere: [array.rows == array.cols, array.rows %% 8 == 0,"
	         " clock.mhz %% 100 == 0, sram.kib == 64 * array.rows]\n",
	         wide);
	struct plan *p = good(*state, text);
	assert_false(p->large);
	assert_int_equal(p->n_points, 8 * 10);
	assert_int_equal(plan_design(p, 79).sram_kib, 4096);
	plan_free(p);
	snprintf(text, sizeof text, "%swhere: array.rows == sram.kib\n", wide);
	p = good(*state, text);
	assert_true(p->large && p->uncounted); /* and nobody waits for it */
	struct err err;
	assert_false(plan_is_sweep(p, &err));
	assert_non_null(strstr(err.msg, "/x.yaml:7: where: too many "
	                                "combinations to try all of them"));
	int index[PLAN_MAX_DIMS] = {0, 31, 0, 0, 0};
	assert_true(plan_legal(p, index));
	index[1] = 30;
	assert_false(plan_legal(p, index));
	plan_free(p);
}

static void limits_say_which_of_them_is_broken(void **state)
{
	struct plan *p = good(*state, NET
	                      "axes: {array.rows: [4, 8]}\n"
	                      "limits: [latency_ms <= 20, peak_bytes <= 20000,"
	                      " latency_us <= 30000 or array.rows == 8,"
	                      " energy_nj <= 5000]\n");
	double metric[N_METRICS] = {0};
	uint32_t broken;
	double excess;
	struct err err;
	struct plan_pick pick = plan_pick(p, 0);
	assert_true(plan_broken(p, &pick, metric, &broken, &excess, &err));
	assert_int_equal(broken, 0);
	assert_true(excess <= 0);
	metric[METRIC_latency_us] = 20000;
	metric[METRIC_peak_bytes] = 20000;
	metric[METRIC_energy_uj] = 5;
	assert_true(plan_broken(p, &pick, metric, &broken, &excess, &err));
	assert_int_equal(broken, 0);
	metric[METRIC_latency_us] = 30000.5;
	metric[METRIC_energy_uj] = 5.001;
	assert_true(plan_broken(p, &pick, metric, &broken, &excess, &err));
	assert_int_equal(broken, 1 | 4 | 8);
	/* 10.0005 of 30.0005 ms, 0.5 of 30000.5 us or 4 of 8 rows, 1 of 5001 */
	assert_true(fabs(excess - (10.0005 / 30.0005 + 0.5 / 30000.5 +
	                           1 / 5001.0)) < 1e-12);
	pick = plan_pick(p, 1);
	metric[METRIC_peak_bytes] = 20001;
	assert_true(plan_broken(p, &pick, metric, &broken, &excess, &err));
	assert_int_equal(broken, 1 | 2 | 8);
	plan_free(p);
}

static void bad_files_are_refused_with_the_place(void **state)
{
	struct place *place = *state;
	static const struct {
		const char *text, *msg; /* behind the file's name */
	} bad[] = {
	        {NET "where: array.row < 5\n",
	         ":2: where: column 8: array.row: no such parameter; did you "
	         "mean array.rows?"},
	        {NET "where:\n  - array.rows < 5\n  - 'array.cols = 5'\n",
	         ":4: where: column 17: '=': equality is written =="},
	        {NET "where: latency_us < 5\n",
	         ":2: where: column 8: latency_us: is known after a run only; "
	         "limits may have it"},
	        {NET "where: cpu.core == fast\n",
	         ":2: where: column 20: cpu.core: fast is not one of maxperf, "
	         "btalu, small"},
	        {NET "where: network == kws\n",
	         ":2: where: column 19: network: kws is not one of "
	         "digits_mlp"},
	        {NET "where: array.rows\n",
	         ":2: where: column 8: a number, where a comparison should "
	         "be, as in a <= b"},
	        {NET "where: {array.rows: 5}\n",
	         ":2: where: wants conditions, as in a <= b"},
	        {NET "where: array.rows > 64\n",
	         ":2: where: no combination satisfies it"},
	        {NET "where: 1 / weights.split == 1\n",
	         ":2: where: column 12: weights.split: no such parameter; did "
	         "you mean weights.sparse?"},
	        {NET "where: 1 / array.split == 1\n",
	         ":2: where: column 8: division by zero"},
	        {NET "where: >\n  array.rows <\n  array.col\n",
	         ":2: where: character 14: array.col: no such parameter; did "
	         "you mean array.cols?"},
	        {NET "limits: [latency < 5]\n",
	         ":2: limits: column 10: latency: no such metric; did you mean "
	         "latency_us?"},
	        {"objectives: {maximize: [auc]}\n",
	         ":1: objectives: auc: a sweep measures accuracy only, the "
	         "share of right outputs"},
	        {"axes: {array.rows: {pow2: [4, 24]}}\n",
	         ":1: array.rows: pow2: 24 is not a power of two"},
	        {"axes: {array.rows: {pow2: [4]}}\n",
	         ":1: array.rows: wants {pow2: [from, to]}"},
	        {"axes: {array.rows: {pow2: [4, 8], step: 1}}\n",
	         ":1: step: no such key"},
	        {"axes: {array.rows: {pow2: [4, 128]}}\n",
	         ":1: array.rows: 128 is not in 1..64 cells"},
	        {"axes: {scratchpad.kib: {from: 4, to: 8, step: 4}}\n",
	         ":1: scratchpad.kib: powers of two: wants {from, to, times} "
	         "or {pow2: [from, to]}"},
	        {"axes: {scratchpad.kib: {from: 4, to: 8, times: 3}}\n",
	         ":1: scratchpad.kib: times: 3 is not a power of two"},
	        {"axes: {cpu.core: {from: 1, to: 2, step: 1}}\n",
	         ":1: cpu.core: must be a list of values"},
	        {"axes: {firmware.wait: {pow2: [1, 2]}}\n",
	         ":1: firmware.wait: must be a list of values"},
	        {"axes: {firmware.wait: [poll, sleep]}\n",
	         ":1: firmware.wait: sleep is not one of interrupt, wfi, poll"},
	        {"axes: {target: [accel, gpu]}\n",
	         ":1: target: gpu is not one of accel, cpu"},
	        {"axes: {backend: [fast, slow]}\n",
	         ":1: backend: slow is not one of fast, rtl"},
	        {"axes: {tech: [a.yaml, b/a.yaml]}\n",
	         ":1: tech: a is listed twice"},
	        {"axes: {tech: {pow2: [1, 2]}}\n",
	         ":1: tech: must be a list of values"},
	        {"target: cpu\naxes: {target: [accel, cpu]}\n",
	         ":2: target: an axis, and set for all in line 1"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err err = {0};
		struct plan *p = load(place, bad[i].text, &err);
		if (p)
			fail_msg("accepted: %s", bad[i].text);
		size_t n = strlen(place->yaml);
		assert_memory_equal(err.msg, place->yaml, n);
		assert_string_equal(err.msg + n, bad[i].msg);
		assert_int_equal(err.kind, ERR_DATA);
	}
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(where_chooses_points_without_gaps),
	        TEST(points_of_a_network_stand_together),
	        TEST(a_network_may_have_no_points),
	        TEST(a_table_changes_no_key_but_a_target_does),
	        TEST(a_space_too_large_to_run_can_be_searched),
	        TEST(where_makes_a_large_space_small),
	        TEST(limits_say_which_of_them_is_broken),
	        TEST(bad_files_are_refused_with_the_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
