/* What moves in the array, layer after layer: sim/cut_activity.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/file.h"
#include "sim/cut.h"

enum { WHOLE = 1000000, IN_MAX = 1 << 20 };

static struct cuts take(const char *name, const char *rows)
{
	static const char *const sizes[][2] = {{"array.cols", "4"},
	                                       {"scratchpad.kib", "16"},
	                                       {"scratchpad.banks", "8"},
	                                       {"requant.lanes", "2"}};
	const struct src src = {"test", 0};
	struct design d = design_default();
	char path[100];
	struct err err;
	struct cuts cuts;
	size_t size;

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		assert_true(
		        design_set(&d, sizes[i][0], sizes[i][1], src, &err));
	assert_true(design_set(&d, "array.rows", rows, src, &err));
	snprintf(path, sizeof path, "models/%s.tflite", name);
	struct joulet_net *net = joulet_net_open(path, &err);
	assert_non_null(net);
	snprintf(path, sizeof path, "models/%s.in.bin", name);
	char *in = file_read(path, IN_MAX, &size, &err);
	assert_non_null(in);
	assert_true(cuts_take(&cuts, net, &d, in, WHOLE, &err));
	free(in);
	joulet_net_close(net);
	return cuts;
}

/* All layers have one pixel, so that the other rows never get an activation:
 * theirs are zero, and nothing but the weights' own bits move there. */
static void rows_that_never_had_a_pixel_see_weights_alone(void **state)
{
	(void)state;
	struct cuts two = take("digits_mlp", "2"),
	            four = take("digits_mlp", "4");

	assert_int_equal(two.n, four.n);
	assert_int_equal(two.n, 3);
	for (int i = 0; i < two.n; i++) {
		const struct activity *a = &two.cut[i].activity;
		const struct activity *b = &four.cut[i].activity;
		assert_true(a->part_flips > 0 && a->wgt_flips > 0);
		assert_true(b->wgt_flips == 2 * a->wgt_flips);
		assert_true(b->part_flips == a->part_flips);
		assert_true(b->act_flips == a->act_flips);
		assert_true(b->add_flips == a->add_flips);
		assert_true(b->sum_flips == a->sum_flips);
	}
	cuts_free(&two);
	cuts_free(&four);
}

/* The last layer has one pixel, too, but convolutions were there before: what
 * they left is multiplied in all other rows, and no sum takes it. */
static void rows_without_a_pixel_multiply_what_was_left(void **state)
{
	(void)state;
	struct cuts c = take("digits_cnn", "4");
	const struct activity *conv = &c.cut[0].activity;
	const struct activity *dense = &c.cut[c.n - 1].activity;

	assert_non_null(strstr(c.cut[c.n - 1].layer, "dense"));
	assert_true(conv->sum_flips > 0);
	assert_true(dense->add_flips > 2 * dense->sum_flips);
	cuts_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(rows_that_never_had_a_pixel_see_weights_alone),
	        cmocka_unit_test(rows_without_a_pixel_multiply_what_was_left),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
