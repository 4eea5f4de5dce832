/* Layers on the gates of a design that no table was fitted to: the bytes and
 * cycles of the fast model, and about the energy that
 * configs/tech/nangate45.yaml prices.
 *
 *     test_gates_rtl CACHE
 *
 * Synthesizes once (a minute); rtl.synth uses the same design and cache. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/folder.h"
#include "base/spawn.h"
#include "calib/energy.h"
#include "calib/synth.h"
#include "tests/take_cuts.h"

enum { SKIPPED = 77, EDGES = 100 };

static struct cells cells;
static struct gates gates;

static struct design design(void)
{
	static const char *const keys[][2] = {
	        {"array.rows", "3"},       {"array.cols", "5"},
	        {"array.split", "1"},      {"requant.lanes", "3"},
	        {"scratchpad.kib", "16"},  {"scratchpad.banks", "8"},
	        {"accel.queue_depth", "2"}};
	const struct src src = {"test", 0};
	struct design d = design_default();
	struct err err;

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		assert_true(design_set(&d, keys[i][0], keys[i][1], src, &err));
	return d;
}

/* Of the logic that was synthesized, in pJ. */
static double priced(const struct joulet_tech *t, const struct cut *c)
{
	double pj[N_SHARES];

	joulet_cost(t, &gates.d, &c->counts, c->cycles, pj);
	return pj[SHARE_array] + pj[SHARE_requant] + pj[SHARE_control] +
	       pj[SHARE_dma];
}

static void compare(const char *name, double within)
{
	struct err err = {0};
	struct cuts cuts = take_cuts(name, &gates.d);
	struct joulet_tech *t =
	        joulet_tech_open("configs/tech/nangate45.yaml", &err);
	double table = 0, real = 0;

	assert_non_null(t);
	for (int i = 0; i < cuts.n; i++) {
		struct gates_result r;
		struct energy_sample s;
		if (!gates_run(&gates, &cuts.cut[i], cuts.flash, EDGES, &r,
		               &err))
			fail_msg("%s", err.msg);
		energy_take(&s, &gates.netlist, &r);
		assert_true(s.glitch[PIECE_array] > 1);
		for (int k = 0; k < N_PIECES; k++)
			real += s.fj[k] / 1e3;
		table += priced(t, &cuts.cut[i]);
	}
	print_message("%s: %.1f nJ, the table's rows %.1f nJ, %+.1f %%\n", name,
	              real / 1e3, table / 1e3, 100 * (table / real - 1));
	assert_true(fabs(table / real - 1) < within);
	joulet_tech_close(t);
	cuts_free(&cuts);
}

static void layers_of_the_fit_on_another_design(void **state)
{
	(void)state;
	compare("digits_cnn", 0.10);
}

static void layers_and_design_that_were_not_fitted(void **state)
{
	(void)state;
	compare("digits_mlp", 0.10);
}

/* A byte that the fast model would leave is another one: that is found. */
static void a_netlist_that_does_something_else_is_an_error(void **state)
{
	(void)state;
	struct cuts cuts = take_cuts("digits_mlp", &gates.d);
	struct cut *c = &cuts.cut[cuts.n - 1];
	struct gates_result r;
	struct err err;

	c->spad_after[7] ^= 1;
	assert_false(gates_run(&gates, c, cuts.flash, 0, &r, &err));
	assert_int_equal(err.kind, ERR_MISMATCH);
	assert_non_null(strstr(err.msg, "byte 0x7 of the scratchpad"));
	c->spad_after[7] ^= 1;
	c->cycles++;
	assert_false(gates_run(&gates, c, cuts.flash, 0, &r, &err));
	assert_non_null(strstr(err.msg, "cycles"));
	cuts_free(&cuts);
}

static bool prepare(const char *cache, const char *liberty, struct err *err)
{
	const struct design d = design();
	const struct synth_opts opts = {
	        .liberty = liberty, .cache_dir = cache, .netlist = true};
	struct synth s;

	if (!synth_designs(&d, 1, &opts, &s, err))
		return false;
	bool ok = cells_read(&cells, liberty, err) &&
	          gates_open(&gates, &d, s.bits, &cells, err);
	synth_free(&s);
	return ok;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(layers_of_the_fit_on_another_design),
	        cmocka_unit_test(layers_and_design_that_were_not_fitted),
	        cmocka_unit_test(
	                a_netlist_that_does_something_else_is_an_error),
	};
	struct err err = {0};

	if (argc != 2)
		return 2;
	const struct synth_opts opts = {.cache_dir = argv[1]};
	char *liberty = NULL;
	if (spawn_need("gates", "yosys", "yosys", &err) &&
	    folder_make(argv[1], &err))
		liberty = synth_liberty(&opts, &err);
	if (!liberty) {
		printf("skipped: %s\n", err.msg);
		return SKIPPED;
	}
	if (!prepare(argv[1], liberty, &err)) {
		printf("%s\n", err.msg);
		return 1;
	}
	free(liberty);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	gates_close(&gates);
	cells_free(&cells);
	return failed;
}
