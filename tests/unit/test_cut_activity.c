/* What moves in the array, layer by layer: sim/cut_activity.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/take_cuts.h"

static struct cuts take(const char *name, const char *rows)
{
	static const char *const sizes[][2] = {{"array.cols", "4"},
	                                       {"scratchpad.kib", "16"},
	                                       {"scratchpad.banks", "8"},
	                                       {"requant.lanes", "2"}};
	const struct src src = {"test", 0};
	struct design d = design_default();
	struct err err;

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		assert_true(
		        design_set(&d, sizes[i][0], sizes[i][1], src, &err));
	assert_true(design_set(&d, "array.rows", rows, src, &err));
	return take_cuts(name, &d);
}

/* Rows without a pixel multiply zeros: nothing but the weights' own bits move
 * there, whatever layers were before. The last layer of digits_cnn and all of
 * digits_mlp have one pixel. */
static void one_pixel(const char *name, int from)
{
	struct cuts two = take(name, "2"), four = take(name, "4");

	assert_int_equal(two.n, four.n);
	for (int i = from < 0 ? two.n + from : from; i < two.n; i++) {
		const struct joulet_activity *a = &two.cut[i].activity;
		const struct joulet_activity *b = &four.cut[i].activity;
		assert_true(a->prod_flips > 0 && a->wgt_flips > 0);
		assert_true(b->wgt_flips == a->wgt_flips);
		assert_true(b->wgt_flips + b->idle_flips ==
		            2 * (a->wgt_flips + a->idle_flips));
		assert_true(b->prod_flips == a->prod_flips);
		assert_true(b->add_flips == a->add_flips);
		assert_true(b->sum_flips == a->sum_flips);
		assert_true(b->zero_macs == a->zero_macs);
	}
	cuts_free(&two);
	cuts_free(&four);
}

static void rows_without_a_pixel_see_weights_alone(void **state)
{
	(void)state;
	one_pixel("digits_mlp", 0);
	one_pixel("digits_cnn", -1);
}

/* Zeros are MACs, the same ones on every array. */
static void zeros_do_not_depend_on_the_array(void **state)
{
	(void)state;
	struct cuts one = take("digits_cnn", "1"),
	            eight = take("digits_cnn", "8");
	double zeros = 0;

	assert_int_equal(one.n, eight.n);
	for (int i = 0; i < one.n; i++) {
		const double z = one.cut[i].activity.zero_macs;
		assert_true(z <= (double)one.cut[i].counts.n[EV_macs]);
		assert_true(z == eight.cut[i].activity.zero_macs);
		zeros += z;
	}
	assert_true(zeros > 0);
	cuts_free(&one);
	cuts_free(&eight);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(rows_without_a_pixel_see_weights_alone),
	        cmocka_unit_test(zeros_do_not_depend_on_the_array),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
