/* Unit tests of joulet_timing and joulet_clock_check: what holds for every
 * design and supply, what a table may say, what a sweep does with it, and the
 * least squares behind the table. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "calib/section.h"
#include "calib/timing_fit.h"
#include "explore/report_priv.h"
#include "explore/space.h"
#include "explore/sweep.h"

static char tech[64];

static void put(const char *path, const char *text)
{
	struct err err;
	assert_true(file_write(path, text, strlen(text), &err));
}

/* A table on top of horowitz45 whose term i takes 0.01 (i + 1) ns. */
static void table_text(const char *head, struct buf *to)
{
	enum joulet_path path;
	buf_printf(to,
	           "name: t\nbase: horowitz45\nnode_nm: 45\n%s"
	           "timing:\n  node_nm: 45\n  voltage: 1.1\n  source: x\n"
	           "  confidence: read\n  min: 0.9\n  max: 1.25\n"
	           "  vth: 0.4\n  alpha: 1.3\n",
	           head);
	for (int i = 0; i < joulet_timing_terms(); i++)
		buf_printf(to, "  %s: %.2f\n", joulet_timing_term(i, &path),
		           0.01 * (i + 1));
}

static int begin(void **state)
{
	struct buf text = {0};
	(void)state;
	snprintf(tech, sizeof tech, "/tmp/joulet-timing-%d.yaml",
	         (int)getpid());
	table_text("voltage: 1.1\n", &text);
	put(tech, text.data);
	buf_free(&text);
	return 0;
}

static int end(void **state)
{
	(void)state;
	remove(tech);
	return 0;
}

static struct joulet_tech *open_tech(const char *name)
{
	struct err err;
	struct joulet_tech *t = joulet_tech_open(name, &err);
	if (!t)
		fail_msg("%s", err.msg);
	return t;
}

static double fmax_of(const struct joulet_tech *t, const struct design *d)
{
	struct joulet_timing m;
	struct err err;
	assert_true(joulet_timing(t, d, &m, &err));
	assert_true(m.fmax_mhz.min <= m.fmax_mhz.nominal);
	assert_true(m.fmax_mhz.nominal <= m.fmax_mhz.max);
	return m.fmax_mhz.nominal;
}

static void a_period_is_the_longest_sum_of_counts_times_rows(void **state)
{
	(void)state;
	struct joulet_tech *t = open_tech(tech);
	struct design d = design_default();
	double count[64], ns[N_PATHS] = {0}, most = 0;
	struct joulet_timing m;
	enum joulet_path path;
	struct err err;

	d.sparse = d.unpack = 1;
	joulet_timing_counts(&d, count);
	for (int i = 0; i < joulet_timing_terms(); i++) {
		joulet_timing_term(i, &path);
		ns[path] += count[i] * (0.01 * (i + 1));
	}
	ns[PATH_read] += joulet_spad_access_ns(t, &d);
	ns[PATH_sram] = joulet_access_ns(t, d.sram_kib, 8.0 * d.dma_bytes);
	assert_true(joulet_timing(t, &d, &m, &err));
	for (int i = 0; i < PATH_imem; i++) {
		assert_true(fabs(m.ns[i] - ns[i]) < 1e-12);
		most = fmax(most, m.ns[i]);
	}
	assert_true(m.ns[m.limit] == fmax(most, m.ns[PATH_imem]));
	assert_true(m.fmax_mhz.nominal == 1000 / m.ns[m.limit]);
	assert_true(m.fmax_mhz.min == m.fmax_mhz.nominal / 1.25);
	joulet_tech_close(t);
}

/* The points of the table are met, more takes longer. */
static void a_larger_memory_is_slower(void **state)
{
	(void)state;
	struct joulet_tech *t = open_tech("horowitz45");
	assert_true(fabs(joulet_access_ns(t, 8, 64) - 1.064) < 1e-12);
	assert_true(fabs(joulet_access_ns(t, 1024, 64) - 4.019) < 1e-12);
	for (double kib = 0.5; kib < 4096; kib *= 2)
		assert_true(joulet_access_ns(t, 2 * kib, 64) >
		            joulet_access_ns(t, kib, 64));
	joulet_tech_close(t);
}

static void a_lower_voltage_is_never_faster(void **state)
{
	(void)state;
	struct joulet_tech *t = open_tech(tech);
	struct design d = design_default();
	struct joulet_timing m;
	struct err err;
	d.sram_kib = 32;
	const double own = fmax_of(t, &d);
	double before = 0;

	for (d.supply_mv = 500; d.supply_mv <= 1500; d.supply_mv += 50) {
		double now = fmax_of(t, &d);
		assert_true(now >= before);
		if (d.supply_mv == 1100)
			assert_true(now == own);
		before = now;
	}
	/* 0.8 V of a threshold of 0.4 V; memories have their own supply. */
	d.supply_mv = 800;
	assert_true(joulet_timing(t, &d, &m, &err));
	double by = 0.8 / pow(0.4, 1.3) / (1.1 / pow(0.7, 1.3));
	d.supply_mv = 0;
	struct joulet_timing at;
	assert_true(joulet_timing(t, &d, &at, &err));
	assert_true(fabs(m.ns[PATH_array] / at.ns[PATH_array] - by) < 1e-12);
	assert_true(m.ns[PATH_sram] == at.ns[PATH_sram]);
	joulet_tech_close(t);
}

/* A table that brings its rows to another supply is timed at that one. */
static void a_table_at_another_voltage_has_other_delays(void **state)
{
	(void)state;
	char name[80];
	struct buf text = {0};
	struct joulet_tech *t = open_tech(tech);
	struct design d = design_default();
	snprintf(name, sizeof name, "%s.low.yaml", tech);
	buf_printf(&text, "name: low\nbase: %s\nnode_nm: 45\nvoltage: 0.8\n",
	           tech);
	put(name, text.data);
	struct joulet_tech *low = open_tech(name);
	const double there = fmax_of(low, &d);
	d.supply_mv = 800;
	assert_true(there == fmax_of(t, &d));
	joulet_tech_close(low);
	/* No equation here brings delay to another node. */
	text.len = 0;
	buf_printf(&text, "name: small\nbase: %s\nnode_nm: 32\nvoltage: 0.9\n",
	           tech);
	put(name, text.data);
	struct joulet_timing m;
	struct err err;
	d.supply_mv = 0;
	low = open_tech(name);
	remove(name);
	assert_false(joulet_timing(low, &d, &m, &err));
	joulet_tech_close(low);
	joulet_tech_close(t);
	buf_free(&text);
}

static void a_table_without_timing_claims_nothing(void **state)
{
	(void)state;
	struct joulet_tech *t = open_tech("horowitz45");
	struct design d = design_default();
	struct joulet_timing m;
	struct err err;
	d.clock_mhz = 1000;
	assert_true(joulet_clock_check(t, &d, (struct src){NULL, 0}, &err));
	assert_false(joulet_timing(t, &d, &m, &err));
	assert_int_equal(err.kind, ERR_DATA);
	assert_string_equal(err.msg, "technology table horowitz45 has no "
	                             "section timing (docs/area.md)");
	joulet_tech_close(t);
}

static void a_clock_that_is_not_reached_is_refused_with_its_limit(void **state)
{
	(void)state;
	struct joulet_tech *t = open_tech(tech);
	struct design d = design_default();
	const struct src at = {"x.yaml", 7};
	struct err err;
	const double most = fmax_of(t, &d);

	d.clock_mhz = (int)most;
	assert_true(joulet_clock_check(t, &d, at, &err));
	d.clock_mhz++;
	assert_false(joulet_clock_check(t, &d, at, &err));
	assert_int_equal(err.kind, ERR_DATA);
	assert_string_equal(err.msg,
	                    "x.yaml:7: clock.mhz: 362 is more than 361 MHz, "
	                    "the most at 1.1 V by technology table t: 2.76 ns "
	                    "for a word of the scratchpad through its rotation "
	                    "into the array's sums (path read)");
	joulet_tech_close(t);
}

static void near_the_threshold_nothing_is_known(void **state)
{
	(void)state;
	char name[80];
	struct buf text = {0};
	struct design d = design_default();
	struct err err;
	snprintf(name, sizeof name, "%s.high.yaml", tech);
	table_text("voltage: 1.1\n", &text);
	*strstr(text.data, "vth: 0.4") = 'x';
	memcpy(strstr(text.data, "xth: 0.4"), "vth: 0.6", 8);
	put(name, text.data);
	struct joulet_tech *t = open_tech(name);
	remove(name);
	d.supply_mv = 650;
	assert_false(joulet_clock_check(t, &d, (struct src){"x", 1}, &err));
	assert_non_null(strstr(err.msg, "x:1: clock.mhz: 100: technology table "
	                                "t: how fast logic is at 0.65 V is not "
	                                "known: the law of delay begins at "
	                                "0.70 V"));
	joulet_tech_close(t);
	buf_free(&text);
}

static void refused(const char *section, const char *why)
{
	char name[80], text[512];
	struct err err;
	snprintf(name, sizeof name, "%s.bad.yaml", tech);
	snprintf(text, sizeof text,
	         "name: t\nbase: horowitz45\nnode_nm: 45\nvoltage: 0.9\n%s",
	         section);
	put(name, text);
	assert_null(joulet_tech_open(name, &err));
	remove(name);
	if (!strstr(err.msg, why))
		fail_msg("%s", err.msg);
}

static void a_section_that_is_wrong_is_refused(void **state)
{
	(void)state;
#define ORIGIN "timing: {node_nm: 45, voltage: 1, source: x, confidence: read, "
	refused("timing: 5\n", "timing: ");
	refused("timing: {node_nm: 45}\n", "has no voltage");
	refused(ORIGIN "tiles: 1}\n", "tiles");
	refused(ORIGIN "min: 1, max: 1}\n", "timing: has no vth");
	refused(ORIGIN "vth: 0.4, alpha: 3}\n", "3");
	refused(ORIGIN "vth: 0.4, alpha: 1, min: 1, max: 1}\n",
	        "timing: has no array");
}

/* ---- Sweeps -------------------------------------------------------------- */

static struct sweep *open_sweep(const char *table, const char *more,
                                const char *store, struct err *err)
{
	char name[80], text[600], here[256];
	assert_non_null(getcwd(here, sizeof here));
	snprintf(name, sizeof name, "%s.sweep.yaml", tech);
	snprintf(text, sizeof text,
	         "networks: [%s/models/digits_cnn.tflite]\ntech: %s\n"
	         "axes:\n  clock.mhz: [100, 900]\n%s",
	         here, table, more);
	put(name, text);
	struct sweep *s = sweep_open(name, store, err);
	remove(name);
	return s;
}

static void an_objective_needs_a_table_with_timing(void **state)
{
	(void)state;
	static const char goal[] = "objectives: {maximize: [fmax_mhz]}\n";
	struct err err;
	assert_null(open_sweep("horowitz45", goal, "/tmp/none.db", &err));
	assert_non_null(strstr(err.msg, "objective fmax_mhz: technology table "
	                                "horowitz45 has no section timing"));
	struct sweep *s = open_sweep(tech, goal, "/tmp/none.db", &err);
	assert_non_null(s);
	sweep_close(s);
}

/* The lines of its CSV that have the text. */
static int lines_with(struct sweep *s, const char *what)
{
	struct err err;
	const struct sweep_opts opts = {.jobs = 1};
	char name[80];
	size_t size;
	int n = 0;
	snprintf(name, sizeof name, "%s.csv", tech);
	if (!sweep_run(s, &opts, &err) || !sweep_csv(s, name, &err))
		fail_msg("%s", err.msg);
	char *text = file_read(name, 1 << 20, &size, &err);
	for (char *at = text; (at = strstr(at, what)) != NULL; at++)
		n++;
	free(text);
	remove(name);
	return n;
}

/* The refused point has a result: whoever allows it runs nothing again. */
static void a_sweep_refuses_a_point_and_goes_on(void **state)
{
	(void)state;
	char store[80];
	struct err err;
	snprintf(store, sizeof store, "%s.db", tech);
	struct sweep *s = open_sweep(tech, "", store, &err);
	assert_non_null(s);
	assert_int_equal(lines_with(s, ",done,"), 1);
	assert_int_equal(lines_with(s, ",failed,"), 1);
	assert_int_equal(
	        lines_with(s, "sweep.yaml:4: clock.mhz: 900 is more than "), 1);
	sweep_close(s);
	s = open_sweep(tech, "any_clock: true\n", store, &err);
	assert_int_equal(lines_with(s, ",done,"), 2);
	sweep_close(s);
	s = open_sweep("horowitz45", "", store, &err);
	assert_int_equal(lines_with(s, ",done,"), 2);
	sweep_close(s);
	remove(store);
}

/* The same in a report; and by a table that knows of no clocks nothing is
 * refused, but a limit cannot be judged. */
static void a_report_refuses_what_its_table_refuses(void **state)
{
	(void)state;
	char store[80];
	struct err err;
	snprintf(store, sizeof store, "%s.db", tech);
	static const char limit[] = "limits: [fmax_mhz >= 1]\n";
	for (int limited = 0; limited < 2; limited++) {
		struct sweep *s =
		        open_sweep(tech, limited ? limit : "", store, &err);
		assert_int_equal(lines_with(s, ",done,"), 1);
		sweep_close(s);
		struct report *r = report_open(store, NULL, &err);
		assert_non_null(r);
		assert_int_equal(r->n_done, 1);
		assert_int_equal(report_recost(r, "scaled22", &err), !limited);
		if (limited)
			assert_non_null(strstr(
			        err.msg, "fmax_mhz: technology table "
			                 "scaled22 has no section timing"));
		else
			assert_int_equal(r->n_done, 2);
		report_close(r);
		remove(store);
	}
}

/* A search asks for no point that would be refused. */
static void a_search_looks_at_no_clock_that_is_not_reached(void **state)
{
	(void)state;
	static const char *const more[] = {"", "any_clock: true\n"};
	static const int slow[] = {0}, fast[] = {1};
	struct err err;
	for (int i = 0; i < 2; i++) {
		struct sweep *s =
		        open_sweep(tech, more[i], "/tmp/none.db", &err);
		struct space space = space_of(s->plan, false, 0);
		struct nsga_grid g = space_grid(&space);
		assert_int_equal(g.n_genes, 1);
		assert_true(g.legal(g.ctx, fast)); /* nobody knows */
		space.techs = s->techs;
		assert_true(g.legal(g.ctx, slow));
		assert_int_equal(g.legal(g.ctx, fast), i == 1);
		sweep_close(s);
	}
}

/* ---- The fit ------------------------------------------------------------- */

/* Made-up designs that follow the model are fitted without error. */
static void a_fit_finds_the_coefficients(void **state)
{
	(void)state;
	enum { N = 24 };
	struct timing_design t[N];
	const size_t terms = (size_t)joulet_timing_terms();
	double *is = calloc(terms, sizeof *is), *ns = calloc(terms, sizeof *ns);
	double path[N_LOGIC_PATHS];

	for (size_t i = 0; i < terms; i++)
		is[i] = 0.1 + (double)(i * 7 % 5);
	for (int i = 0; i < N; i++) {
		struct design d = design_default();
		d.rows = 1 + i * 5 % 30;
		d.cols = 4 + i * 7 % 30;
		d.lanes = 1 + i % 4;
		d.banks = 4 << i % 4;
		d.dma_bytes = 4 << i % 3;
		d.queue = 2 << i % 4;
		d.sparse = i >> 2 & 1;
		d.unpack = i >> 3 & 1;
		t[i].design = d;
		timing_model(&d, is, t[i].ns);
	}
	timing_fit(t, N, ns);
	for (int i = 0; i < N; i++) {
		timing_model(&t[i].design, ns, path);
		for (int p = 0; p < N_LOGIC_PATHS; p++)
			assert_true(fabs(path[p] / t[i].ns[p] - 1) < 1e-6);
	}
	free(is);
	free(ns);
}

static void a_fitted_section_is_read_back(void **state)
{
	(void)state;
	struct timing_design t = {.design = design_default(),
	                          .ns = {1, 1, 1, 1, 1}};
	const struct area_library library = {
	        .name = "cells", .node_nm = "45", .voltage = 1.1};
	const size_t terms = (size_t)joulet_timing_terms();
	double *ns = calloc(terms, sizeof *ns);
	struct buf text = {0};
	char name[80];
	struct err err;

	timing_fit(&t, 1, ns);
	timing_fit_yaml(&t, 1, ns, &library, &text);
	snprintf(name, sizeof name, "%s.fit.yaml", tech);
	put(name, "name: t\nbase: horowitz45\nnode_nm: 45\nvoltage: 1.1\n");
	assert_true(section_write(name, "timing", text.data, &err));
	assert_true(section_write(name, "timing", text.data, &err));
	struct joulet_tech *table = open_tech(name);
	struct joulet_timing m;
	assert_true(joulet_timing(table, &t.design, &m, &err));
	assert_true(fabs(m.ns[PATH_array] - 1) < 1e-3);
	remove(name);
	joulet_tech_close(table);
	buf_free(&text);
	free(ns);
}

static void a_section_is_replaced_and_all_else_stays(void **state)
{
	(void)state;
	static const char text[] = "# head\na: 1\narea:\n  x: 1\n\n  y: 2\n\n"
	                           "# next\nb: 2\n";
	struct buf b = {0};
	section_put(text, "area", "area:\n  z: 3\n", &b);
	assert_string_equal(b.data,
	                    "# head\na: 1\narea:\n  z: 3\n\n# next\nb: 2\n");
	b.len = 0;
	section_put("a: 1\n", "area", "area: {}\n", &b);
	assert_string_equal(b.data, "a: 1\n\narea: {}\n");
	b.len = 0;
	section_get(text, "area", &b);
	assert_string_equal(b.data, "area:\n  x: 1\n\n  y: 2\n");
	char name[80];
	snprintf(name, sizeof name, "%s.keep.yaml", tech);
	put(name, text);
	b.len = 0;
	section_keep(name, &b);
	remove(name);
	assert_string_equal(b.data, "\narea:\n  x: 1\n\n  y: 2\n");
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(
	                a_period_is_the_longest_sum_of_counts_times_rows),
	        cmocka_unit_test(a_larger_memory_is_slower),
	        cmocka_unit_test(a_lower_voltage_is_never_faster),
	        cmocka_unit_test(a_table_at_another_voltage_has_other_delays),
	        cmocka_unit_test(a_table_without_timing_claims_nothing),
	        cmocka_unit_test(
	                a_clock_that_is_not_reached_is_refused_with_its_limit),
	        cmocka_unit_test(near_the_threshold_nothing_is_known),
	        cmocka_unit_test(a_section_that_is_wrong_is_refused),
	        cmocka_unit_test(an_objective_needs_a_table_with_timing),
	        cmocka_unit_test(a_sweep_refuses_a_point_and_goes_on),
	        cmocka_unit_test(a_report_refuses_what_its_table_refuses),
	        cmocka_unit_test(
	                a_search_looks_at_no_clock_that_is_not_reached),
	        cmocka_unit_test(a_fit_finds_the_coefficients),
	        cmocka_unit_test(a_fitted_section_is_read_back),
	        cmocka_unit_test(a_section_is_replaced_and_all_else_stays),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
