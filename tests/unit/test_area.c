/* Unit tests of joulet_area: what holds for every design, what a table may say,
 * and the least squares behind the table. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "calib/area_fit.h"
#include "calib/nnls.h"
#include "explore/sweep.h"

static struct joulet_tech *open_tech(const char *name)
{
	struct err err;
	struct joulet_tech *t = joulet_tech_open(name, &err);
	assert_non_null(t);
	return t;
}

static double total(const struct joulet_tech *t, const struct design *d)
{
	struct joulet_band mm2;
	struct err err;
	assert_true(joulet_area_band(t, d, &mm2, &err));
	assert_true(mm2.min <= mm2.nominal && mm2.nominal <= mm2.max);
	return mm2.nominal;
}

static double logic_of(const struct joulet_tech *t, const struct design *d)
{
	double part[N_AREA_PARTS], sum = 0;
	struct err err;
	assert_true(joulet_area(t, JOULET_NOMINAL, d, part, &err));
	for (int i = 0; i < N_AREA_BLOCKS; i++)
		sum += part[i];
	return sum;
}

static void area_is_the_sum_of_counts_times_rows(void **state)
{
	(void)state;
	struct joulet_tech *t = open_tech("horowitz45");
	struct design d = design_default();
	double part[N_AREA_PARTS], sum = 0;
	struct err err;

	d.unpack = d.split = d.sparse = d.narrow = 1;
	assert_true(joulet_area(t, JOULET_NOMINAL, &d, part, &err));
	for (int i = 0; i < N_AREA_PARTS; i++) {
		assert_true(part[i] > 0);
		sum += part[i];
	}
	assert_true(sum == total(t, &d));
	joulet_tech_close(t);
}

/* From small to large, each way to make a design larger. */
static void more_logic_is_never_smaller(void **state)
{
	(void)state;
	static const char *const tech[] = {NULL, "scaled65", "scaled22"};
	for (int k = 0; k < 3; k++) {
		struct joulet_tech *t = open_tech(tech[k]);
		for (int i = 0; i < n_params; i++) {
			const struct param *p = &params[i];
			struct design d = design_default();
			int *v = (int *)((char *)&d + p->offset);
			if (!p->elab)
				continue;
			double before = 0;
			for (*v = (int)p->min; *v <= p->max;
			     *v = p->rule == RULE_POW2 ? 2 * *v : *v + 1) {
				double now = logic_of(t, &d);
				assert_true(now >= before);
				before = now;
			}
		}
		joulet_tech_close(t);
	}
}

static void a_smaller_node_is_smaller(void **state)
{
	(void)state;
	static const char *const tech[] = {"scaled65", "scaled45", "scaled40",
	                                   "scaled28", "scaled22"};
	struct design d = design_default();
	double before = INFINITY;
	for (int k = 0; k < 5; k++) {
		struct joulet_tech *t = open_tech(tech[k]);
		double now = logic_of(t, &d);
		assert_true(now < before);
		before = now;
		joulet_tech_close(t);
	}
}

/* Sections of horowitz45, one memory of no area. */
static const char points[] =
        "name: bare\nbase: horowitz45\nnode_nm: 45\nvoltage: 0.9\n"
        "sram: [{kib: 8, bits: 64, read_pj: 1, write_pj: 1, leak_uw: "
        "1, node_nm: 45, voltage: 1, source: x, confidence: read}]\n";

static struct joulet_tech *without_areas(void)
{
	char name[64];
	struct err err;
	snprintf(name, sizeof name, "/tmp/joulet-bare-%d.yaml", (int)getpid());
	assert_true(file_write(name, points, strlen(points), &err));
	struct joulet_tech *t = open_tech(name);
	remove(name);
	return t;
}

static void a_table_without_areas_says_so(void **state)
{
	(void)state;
	struct joulet_tech *t = without_areas();
	const struct design d = design_default();
	struct joulet_band mm2;
	struct err err;
	assert_false(joulet_area_band(t, &d, &mm2, &err));
	assert_int_equal(err.kind, ERR_DATA);
	assert_string_equal(err.msg,
	                    "table bare says no area of its SRAM points");
	joulet_tech_close(t);
}

/* What explain shows beside a neighbour: the difference of two designs, none
 * where there is no such design or the table says none. */
static void a_neighbour_takes_the_difference(void **state)
{
	(void)state;
	struct joulet_tech *t = open_tech("horowitz45");
	struct joulet_tech *none = without_areas();
	struct design d = design_default(), other = d;
	struct joulet_trial trial = {
	        .key = "array.cols", .to = "16", .ok = true};
	double mm2, more;

	other.cols = 16;
	assert_true(joulet_trial_area(t, &d, &trial, &mm2, &more));
	assert_true(mm2 == total(t, &other));
	assert_true(more == total(t, &other) - total(t, &d));
	assert_false(joulet_trial_area(none, &d, &trial, &mm2, &more));
	assert_false(joulet_trial_area(NULL, &d, &trial, &mm2, &more));
	trial.ok = false;
	assert_false(joulet_trial_area(t, &d, &trial, &mm2, &more));
	joulet_tech_close(t);
	joulet_tech_close(none);
}

/* A table on top of another one, with a section of its own. */
static void refused(const char *section, const char *why)
{
	char name[64], text[512];
	struct err err;
	snprintf(name, sizeof name, "/tmp/joulet-area-%d.yaml", (int)getpid());
	snprintf(text, sizeof text,
	         "name: t\nbase: horowitz45\nnode_nm: 45\nvoltage: 0.9\n%s",
	         section);
	assert_true(file_write(name, text, strlen(text), &err));
	assert_null(joulet_tech_open(name, &err));
	remove(name);
	assert_non_null(strstr(err.msg, name));
	if (!strstr(err.msg, why))
		fail_msg("%s", err.msg);
}

static void a_section_that_is_wrong_is_refused(void **state)
{
	(void)state;
#define ORIGIN "area: {node_nm: 45, voltage: 1, source: x, confidence: read, "
	refused("area: 5\n", "area: ");
	refused("area: {node_nm: 45}\n", "has no voltage");
	refused(ORIGIN "min: 1, max: 1, tiles: 1}\n", "tiles");
	refused(ORIGIN "min: 1.5, max: 1}\n", "1.5");
	refused(ORIGIN "min: 1, max: 0.5}\n", "0.5");
	refused(ORIGIN "min: 1, max: 1}\n", "area: has no maxperf");
	refused(ORIGIN "min: 1, max: 1, maxperf: 1, btalu: 1, small: 1}\n",
	        "area: has no cell");
}

/* The network's file, from where the sweep's is. */
static void an_objective_needs_a_table_with_areas(void **state)
{
	(void)state;
	char name[64], bare[64], text[512], here[256];
	struct err err;
	assert_non_null(getcwd(here, sizeof here));
	for (int good = 0; good < 2; good++) {
		snprintf(name, sizeof name, "/tmp/joulet-area-%d.yaml",
		         (int)getpid());
		snprintf(bare, sizeof bare, "/tmp/joulet-none-%d.yaml",
		         (int)getpid());
		assert_true(file_write(bare, points, strlen(points), &err));
		snprintf(text, sizeof text,
		         "networks: [%s/models/digits_cnn.tflite]\n"
		         "tech: %s\n"
		         "objectives: {minimize: [area_mm2, latency_us]}\n"
		         "axes: {array.rows: [4, 8]}\n",
		         here, good ? "scaled22" : bare);
		assert_true(file_write(name, text, strlen(text), &err));
		struct sweep *s = sweep_open(name, "/tmp/none.db", &err);
		remove(name);
		remove(bare);
		assert_int_equal(s != NULL, good);
		if (!good)
			assert_non_null(strstr(err.msg,
			                       "objective area_mm2: table "
			                       "bare says no area"));
		sweep_close(s);
	}
}

static void least_squares_finds_what_made_the_numbers(void **state)
{
	(void)state;
	static const double a[] = {1, 0, 2, 0, 3, 1, 1, 1, 0, 5, 2, 2};
	static const double is[] = {3, 0, 0.25};
	double b[4], x[3];
	for (int i = 0; i < 4; i++) {
		b[i] = 0;
		for (int k = 0; k < 3; k++)
			b[i] += a[i * 3 + k] * is[k];
	}
	nnls(4, 3, a, b, x);
	for (int k = 0; k < 3; k++)
		assert_true(fabs(x[k] - is[k]) < 1e-9);
}

static void least_squares_never_goes_below_zero(void **state)
{
	(void)state;
	/* Without that it would be 2 and -1. */
	static const double a[] = {1, 1, 1, 2, 0, 0}, b[] = {1, 0, 0};
	double x[2];
	nnls(3, 2, a, b, x);
	assert_true(x[1] == 0);
	assert_true(fabs(x[0] - 0.5) < 1e-12);
}

/* Made-up designs that follow the model are fitted without error. */
static void a_fit_finds_the_coefficients(void **state)
{
	(void)state;
	enum { N = 31 };
	struct area_design a[N];
	const size_t terms = (size_t)joulet_area_terms();
	double *is = calloc(terms, sizeof *is),
	       *um2 = calloc(terms, sizeof *um2);
	double block[N_AREA_BLOCKS];
	for (size_t i = 0; i < terms; i++)
		is[i] = 10 + (double)(i * 7 % 5);
	for (int i = 0; i < N; i++) {
		struct design d = design_default();
		d.rows = 1 + i * 5 % 16;
		d.cols = 4 + i * 7 % 11;
		d.lanes = 1 + i % 4;
		d.banks = 4 << i % 4;
		d.dma_bytes = 4 << i % 3;
		d.queue = 2 << i % 4;
		d.spad_kib = 64 << i % 5;
		d.split = i & 1;
		d.narrow = i >> 1 & 1;
		d.sparse = i >> 2 & 1;
		d.unpack = i >> 3 & 1;
		a[i].design = d;
		a[i].um2 = area_model(&d, is, a[i].block_um2);
	}
	area_fit(a, N, um2);
	for (int i = 0; i < N; i++)
		assert_true(
		        fabs(area_model(&a[i].design, um2, block) / a[i].um2 -
		             1) < 1e-6);
	free(is);
	free(um2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(area_is_the_sum_of_counts_times_rows),
	        cmocka_unit_test(more_logic_is_never_smaller),
	        cmocka_unit_test(a_smaller_node_is_smaller),
	        cmocka_unit_test(a_table_without_areas_says_so),
	        cmocka_unit_test(a_neighbour_takes_the_difference),
	        cmocka_unit_test(a_section_that_is_wrong_is_refused),
	        cmocka_unit_test(an_objective_needs_a_table_with_areas),
	        cmocka_unit_test(least_squares_finds_what_made_the_numbers),
	        cmocka_unit_test(least_squares_never_goes_below_zero),
	        cmocka_unit_test(a_fit_finds_the_coefficients),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
