/* The .tflite reader: what it reads, and how it refuses what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "compiler/graph.h"
#include "tests/tiny_tflite.h"

static bool parse(const struct tiny_model *m, struct graph *g, struct err *err)
{
	struct buf b = tiny_build(m);
	const bool ok = graph_parse(g, "t.tflite", b.data, b.len, err);
	buf_free(&b);
	return ok;
}

static void expect_refusal(const struct tiny_model *m, const char *message)
{
	struct graph g;
	struct err err;
	assert_false(parse(m, &g, &err));
	assert_int_equal(err.kind, ERR_DATA);
	assert_string_equal(err.msg, message);
	assert_null(g.arena);
}

static void own_network_has_its_operators_and_sizes(void **state)
{
	(void)state;
	struct graph g;
	struct err err;
	assert_true(graph_load(&g, "models/digits_cnn.tflite", &err));
	assert_int_equal(g.n_nodes, 11);
	assert_int_equal(g.node[0].code, BI_CONV_2D);
	assert_int_equal(g.node[0].opt.padding, PAD_SAME);
	assert_int_equal(g.node[0].opt.act, ACT_RELU);
	assert_int_equal(g.node[3].opt.filter_h, 2);
	assert_int_equal(graph_input_bytes(&g), 64);
	assert_int_equal(graph_output_bytes(&g), 10);
	int64_t macs = 0;
	for (int i = 0; i < g.n_nodes; i++)
		macs += node_macs(&g, &g.node[i]);
	assert_int_equal(macs, 45888);
	const struct tensor *w = &g.tensor[g.node[0].in[1]];
	assert_int_equal(w->nq, 12);
	assert_int_equal(w->n, 12 * 9);
	assert_non_null(w->data);
	graph_free(&g);
}

static void tiny_network_is_read_and_run(void **state)
{
	(void)state;
	const struct tiny_model m = tiny_example();
	const int8_t in[9] = {9, 19, 29, 39, 49, 59, 69, 79, 89};
	int8_t out[3];
	struct graph g;
	struct err err;
	assert_true(parse(&m, &g, &err));
	assert_string_equal(g.tensor[1].name, "filter");
	assert_int_equal(g.tensor[0].zero[0], -1);
	assert_int_equal(g.node[1].in[2], -1);
	assert_true(graph_run(&g, in, out, &err));
	/* By hand: the convolution gives 3 + sum/4 with both signs of the
	 * filter: 98, -92, 123, -117, 127, -128, 127, -128. Those less 3,
	 * times the weights, are 2455, -95 and 0; times 1/8. */
	assert_int_equal(out[0], 127);
	assert_int_equal(out[1], -12);
	assert_int_equal(out[2], 0);
	graph_free(&g);
}

static void dump_is_stable(void **state)
{
	(void)state;
	const struct tiny_model m = tiny_example();
	struct graph g;
	struct err err;
	char *text = NULL;
	size_t n = 0;
	assert_true(parse(&m, &g, &err));
	FILE *f = open_memstream(&text, &n);
	graph_dump(&g, f);
	fclose(f);
	assert_non_null(strstr(
	        text, "tensor 0 int8 [1x3x3x1] scale 0.5 zero -1 \"in\"\n"
	              "tensor 1 int8 [2x2x2x1] scale 0.25 zero 0 const "
	              "\"filter\"\n"));
	assert_non_null(strstr(
	        text, "inputs 0 outputs 5\n"
	              "node 0 CONV_2D in 0,1,2 out 3 stride 1x1 valid macs "
	              "32\n"
	              "node 1 FULLY_CONNECTED in 3,4,-1 out 5 macs 24\n"));
	free(text);
	graph_free(&g);
}

static void missing_file_is_no_input(void **state)
{
	(void)state;
	struct graph g;
	struct err err;
	assert_false(graph_load(&g, "no/such.tflite", &err));
	assert_int_equal(err.kind, ERR_NOINPUT);
}

static void other_files_are_refused(void **state)
{
	(void)state;
	struct graph g;
	struct err err;
	assert_false(graph_parse(&g, "x", "hello, world", 12, &err));
	assert_string_equal(err.msg, "x: not a .tflite file (no TFL3 in it)");
	assert_false(graph_parse(&g, "x", "", 0, &err));
	assert_false(graph_parse(&g, "x", "\0\0\0\0TFL3", 8, &err));
	assert_string_equal(err.msg, "x: damaged file, at byte 0 of 8");
}

/* How a message about a file of n bytes ends. */
static const char *ends_at(size_t n)
{
	static char text[32];
	snprintf(text, sizeof text, " %zu", n);
	return text;
}

static void every_shorter_file_is_refused(void **state)
{
	(void)state;
	const struct tiny_model m = tiny_example();
	struct buf b = tiny_build(&m);
	struct graph g;
	struct err err;
	/* The last table is an empty buffer's; its end is not missed. */
	for (size_t n = 0; n + 40 < b.len; n++) {
		char *copy = malloc(n ? n : 1);
		memcpy(copy, b.data, n);
		assert_false(graph_parse(&g, "x", copy, n, &err));
		if (n >= 8) { /* with a place */
			assert_non_null(strstr(err.msg, " byte "));
			assert_non_null(strstr(err.msg, ends_at(n)));
		}
		free(copy);
	}
	buf_free(&b);
}

static void operator_code_is_the_larger_of_two(void **state)
{
	(void)state;
	struct tiny_model m = tiny_example();
	struct graph g;
	struct err err;
	m.op[1].code = 0; /* as written before 2020 */
	assert_true(parse(&m, &g, &err));
	assert_int_equal(g.node[1].code, BI_FULLY_CONNECTED);
	graph_free(&g);
	m.op[1].old_code = 127;
	m.op[1].code = 150;
	assert_true(parse(&m, &g, &err));
	assert_int_equal(g.node[1].code, 150);
	graph_free(&g);
}

static void data_behind_the_flatbuffer_is_found(void **state)
{
	(void)state;
	struct tiny_model m = tiny_example();
	struct graph g;
	struct err err;
	struct buf b = tiny_build(&m);
	const int64_t end = (int64_t)b.len + 3; /* misaligned on purpose */
	buf_free(&b);
	m.tensor[2].offset = end;
	b = tiny_build(&m);
	while ((int64_t)b.len < end)
		buf_char(&b, 0);
	assert_int_equal(b.len, end);
	buf_add(&b, m.tensor[2].data, 8);
	assert_true(graph_parse(&g, "x", b.data, b.len, &err));
	assert_int_equal(((const int32_t *)g.tensor[2].data)[1], -10);
	graph_free(&g);
	assert_false(graph_parse(&g, "x", b.data, b.len - 1, &err));
	assert_string_equal(err.msg, "x: tensor 2 (bias): its data lies "
	                             "outside of the file");
	buf_free(&b);
}

static void bad_indices_are_named(void **state)
{
	(void)state;
	struct tiny_model m = tiny_example();
	m.op[0].in[0] = -1;
	expect_refusal(&m, "t.tflite: operator 0 (CONV_2D): input 0 is tensor "
	                   "-1 of 6");
	m = tiny_example();
	m.op[1].in[1] = 6;
	expect_refusal(&m, "t.tflite: operator 1 (FULLY_CONNECTED): input 1 "
	                   "is tensor 6 of 6");
	m = tiny_example();
	m.op[1].out[0] = -1;
	expect_refusal(&m, "t.tflite: operator 1 (FULLY_CONNECTED): output 0 "
	                   "is tensor -1 of 6");
	m = tiny_example();
	m.in[0] = 99;
	expect_refusal(&m, "t.tflite: input 0 is tensor 99 of 6");
	m = tiny_example();
	m.tensor[0].buffer = 7;
	expect_refusal(&m, "t.tflite: tensor 0 (in): buffer 7 of 7");
	m = tiny_example();
	m.op[1].code_index = 2;
	expect_refusal(&m, "t.tflite: operator 1: code 2 of 2");
	m = tiny_example();
	m.op[0].n_in = 1;
	expect_refusal(&m, "t.tflite: operator 0 (CONV_2D): 1 inputs; 2 to 3 "
	                   "are possible");
}

static void order_of_execution_is_checked(void **state)
{
	(void)state;
	struct tiny_model m = tiny_example();
	m.op[0].in[0] = 5;
	expect_refusal(&m, "t.tflite: operator 0 (CONV_2D): nothing before it "
	                   "makes input 0 (out)");
	m = tiny_example();
	m.op[1].out[0] = 3;
	expect_refusal(&m, "t.tflite: operator 1 (FULLY_CONNECTED): output 0 "
	                   "(mid) has a value already");
	m = tiny_example();
	m.op[0].out[0] = 1;
	expect_refusal(&m, "t.tflite: operator 0 (CONV_2D): output 0 (filter) "
	                   "has a value already");
	m = tiny_example();
	m.n_ops = 1;
	expect_refusal(&m, "t.tflite: nothing makes output 0 (out)");
	m = tiny_example();
	m.n_in = 2;
	m.in[1] = 0;
	expect_refusal(&m, "t.tflite: input 1 (in) is a constant or a second "
	                   "use of one tensor");
}

static void bad_shapes_are_named(void **state)
{
	(void)state;
	struct tiny_model m = tiny_example();
	m.tensor[0].dim[1] = 0;
	expect_refusal(&m, "t.tflite: tensor 0 (in): dimension 1 is 0");
	m = tiny_example();
	m.tensor[0].dim[1] = -3;
	expect_refusal(&m, "t.tflite: tensor 0 (in): dimension 1 is -3");
	m = tiny_example();
	for (int i = 0; i < 4; i++)
		m.tensor[0].dim[i] = 0x10000;
	expect_refusal(&m, "t.tflite: tensor 0 (in): too large");
	m = tiny_example();
	m.tensor[4].dim[0] = 4;
	expect_refusal(&m, "t.tflite: tensor 4 (weights): 24 bytes of data "
	                   "for 32");
	m = tiny_example();
	m.tensor[1].dim[3] = 2;
	m.tensor[1].dim[0] = 1;
	expect_refusal(&m, "t.tflite: operator 0 (CONV_2D): 1 input and 2 "
	                   "output channels do not fit weights of 1x2");
	m = tiny_example();
	m.tensor[3].dim[1] = 3;
	expect_refusal(&m, "t.tflite: operator 0 (CONV_2D): output is 1x3x2, "
	                   "should be 1x2x2");
	m = tiny_example();
	m.tensor[5].dim[1] = 2;
	expect_refusal(&m, "t.tflite: operator 1 (FULLY_CONNECTED): 8 inputs "
	                   "and 2 outputs do not fit weights of 3x8");
	m = tiny_example();
	m.tensor[0].dim[1] = m.tensor[0].dim[2] = 1;
	expect_refusal(&m, "t.tflite: operator 0 (CONV_2D): filter 2x2 does "
	                   "not fit input 1x1");
}

static void bad_options_are_named(void **state)
{
	(void)state;
	struct tiny_model m = tiny_example();
	m.op[0].option[1] = 0;
	expect_refusal(&m, "t.tflite: operator 0 (CONV_2D): stride is 1x0");
	m = tiny_example();
	m.op[0].options = 0; /* the schema's default */
	expect_refusal(&m, "t.tflite: operator 0 (CONV_2D): stride is 0x0");
	m = tiny_example();
	m.op[0].options = 6;
	m.op[0].option[4] = -1;
	m.op[0].option[5] = 1;
	expect_refusal(&m, "t.tflite: operator 0 (CONV_2D): dilation is 1x-1");
	m = tiny_example();
	m.op[0].option[0] = 2;
	expect_refusal(&m, "t.tflite: operator 0 (CONV_2D): padding 2 is "
	                   "unknown");
	m = tiny_example();
	m.op[0].options_type = 8;
	expect_refusal(&m, "t.tflite: operator 0 (CONV_2D): options of type "
	                   "8; its own is 1");
}

static void bad_quantization_is_named(void **state)
{
	(void)state;
	struct tiny_model m = tiny_example();
	m.tensor[0].scale = -1;
	expect_refusal(&m, "t.tflite: tensor 0 (in): a scale is negative or "
	                   "no number");
	m = tiny_example();
	m.tensor[0].zero = 128;
	expect_refusal(&m, "t.tflite: tensor 0 (in): a zero point is out of "
	                   "range");
	m = tiny_example();
	m.tensor[4].scales = 3;
	m.tensor[4].axis = 1;
	expect_refusal(&m, "t.tflite: tensor 4 (weights): 3 scales do not fit "
	                   "its axis 1");
	m.tensor[4].axis = -1;
	expect_refusal(&m, "t.tflite: tensor 4 (weights): 3 scales do not fit "
	                   "its axis -1");
}

static void expect_run_refusal(const struct tiny_model *m, const char *message)
{
	struct graph g;
	struct err err;
	char in[64] = {0}, out[64];
	assert_true(parse(m, &g, &err));
	assert_true(graph_input_bytes(&g) <= sizeof in);
	assert_true(graph_output_bytes(&g) <= sizeof out);
	assert_false(graph_run(&g, in, out, &err));
	assert_int_equal(err.kind, ERR_DATA);
	assert_string_equal(err.msg, message);
	graph_free(&g);
}

static void unsupported_operators_and_options_are_refused(void **state)
{
	(void)state;
	struct tiny_model m = tiny_example();
	m.op[1].code = 118;
	expect_run_refusal(&m, "t.tflite: operator 1 (IF): this "
	                       "operator is not supported");
	m = tiny_example();
	m.op[0].option[3] = 4;
	expect_run_refusal(&m, "t.tflite: operator 0 (CONV_2D): activation 4 "
	                       "is unknown or leaves no value");
	m = tiny_example();
	m.tensor[3].type = 7;
	expect_run_refusal(&m, "t.tflite: operator 0 (CONV_2D): input int8, "
	                       "weights int8, bias int32, output int16 is not "
	                       "supported");
	m = tiny_example();
	m.tensor[1].zero = 1;
	expect_run_refusal(&m, "t.tflite: operator 0 (CONV_2D): weights need "
	                       "zero points of 0");
	m = tiny_example();
	m.op[1].options = 2;
	m.op[1].option[1] = 1;
	expect_run_refusal(&m, "t.tflite: operator 1 (FULLY_CONNECTED): "
	                       "shuffled weights are not supported");
	m = tiny_example();
	m.tensor[3].scale = 1e-30f;
	expect_run_refusal(&m, "t.tflite: operator 0 (CONV_2D): channel 0: "
	                       "scales are out of range");
}

static void names_cannot_break_a_line(void **state)
{
	(void)state;
	struct tiny_model m = tiny_example();
	m.tensor[0].name = "a\nb\x1b[m";
	m.tensor[0].zero = 128;
	expect_refusal(&m, "t.tflite: tensor 0 (a?b?[m): a zero point is out "
	                   "of range");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(own_network_has_its_operators_and_sizes),
	        cmocka_unit_test(tiny_network_is_read_and_run),
	        cmocka_unit_test(dump_is_stable),
	        cmocka_unit_test(missing_file_is_no_input),
	        cmocka_unit_test(other_files_are_refused),
	        cmocka_unit_test(every_shorter_file_is_refused),
	        cmocka_unit_test(operator_code_is_the_larger_of_two),
	        cmocka_unit_test(data_behind_the_flatbuffer_is_found),
	        cmocka_unit_test(bad_indices_are_named),
	        cmocka_unit_test(order_of_execution_is_checked),
	        cmocka_unit_test(bad_shapes_are_named),
	        cmocka_unit_test(bad_options_are_named),
	        cmocka_unit_test(bad_quantization_is_named),
	        cmocka_unit_test(unsupported_operators_and_options_are_refused),
	        cmocka_unit_test(names_cannot_break_a_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
