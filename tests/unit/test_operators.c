/* Single operators of the reference executor: results worked out by hand, and
 * everything that must be refused instead of being computed wrongly. Needs no
 * recordings; bit-exactness is test_reference's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "compiler/graph.h"
#include "tests/tiny_tflite.h"

enum { F32 = 0, I32 = 2, U8 = 3, I64 = 4, I16 = 7, I8 = 9 };

/* A model of one operator; its inputs are tensors 0.., its output the last.
 * Inputs without data are the graph's. */
static struct tiny_model one(int code, int options_type, int options)
{
	return (struct tiny_model){
	        .n_ops = 1,
	        .op = {{.code = code,
	                .options_type = options_type,
	                .options = options,
	                .n_out = 1}},
	        .n_out = 1,
	};
}

static void add(struct tiny_model *m, struct tiny_tensor t)
{
	struct tiny_op *op = &m->op[0];
	const int i = m->n_tensors++;
	if (!t.name)
		t.name = "t";
	m->tensor[i] = t;
	/* The one added last is the output; what was it before is an input. */
	if (i > 0) {
		op->in[op->n_in++] = i - 1;
		if (!m->tensor[i - 1].data)
			m->in[m->n_in++] = i - 1;
	}
	op->out[0] = m->out[0] = i;
}

static struct tiny_tensor vec(int type, int n, float scale, int32_t zero)
{
	return (struct tiny_tensor){.type = type,
	                            .rank = 1,
	                            .dim = {n},
	                            .scale = scale,
	                            .zero = zero};
}

static struct tiny_tensor ints(const int32_t *data, int n)
{
	return (struct tiny_tensor){.type = I32,
	                            .rank = 1,
	                            .dim = {n},
	                            .data = data,
	                            .bytes = (size_t)n * 4};
}

static struct tiny_tensor nhwc(int type, int h, int w, int c, float scale,
                               int32_t zero)
{
	return (struct tiny_tensor){.type = type,
	                            .rank = 4,
	                            .dim = {1, h, w, c},
	                            .scale = scale,
	                            .zero = zero};
}

static bool run(const struct tiny_model *m, const void *in, size_t in_bytes,
                void *out, size_t out_bytes, struct err *err)
{
	struct graph g;
	struct buf b = tiny_build(m);
	bool ok = graph_parse(&g, "t", b.data, b.len, err);
	buf_free(&b);
	if (!ok)
		return false;
	assert_int_equal(graph_input_bytes(&g), in_bytes);
	assert_int_equal(graph_output_bytes(&g), out_bytes);
	ok = graph_run(&g, in, out, err);
	graph_free(&g);
	return ok;
}

static void expect(const struct tiny_model *m, const void *in, size_t in_bytes,
                   const void *want, size_t want_bytes)
{
	char out[256];
	struct err err = {0};
	assert_true(want_bytes <= sizeof out);
	if (!run(m, in, in_bytes, out, want_bytes, &err))
		fail_msg("%s", err.msg);
	assert_memory_equal(out, want, want_bytes);
}

static void refuse(const struct tiny_model *m, const char *message)
{
	char in[4096] = {0}, out[4096];
	struct graph g;
	struct err err = {0};
	struct buf b = tiny_build(m);
	bool ok = graph_parse(&g, "t", b.data, b.len, &err);
	buf_free(&b);
	if (ok) {
		assert_true(graph_input_bytes(&g) <= sizeof in);
		assert_true(graph_output_bytes(&g) <= sizeof out);
		ok = graph_run(&g, in, out, &err);
		graph_free(&g);
	}
	assert_false(ok);
	assert_int_equal(err.kind, ERR_DATA);
	assert_string_equal(err.msg, message);
}

static void quantize_between_integers(void **state)
{
	(void)state;
	struct tiny_model m = one(BI_QUANTIZE, 0, 0);
	add(&m, vec(I8, 3, 0.5f, 0));
	add(&m, vec(U8, 3, 0.5f, 128));
	expect(&m, (int8_t[]){-128, 0, 127}, 3, (uint8_t[]){0, 128, 255}, 3);

	/* A multiplier of one half rounds -1.5 and 1.5 up. */
	m = one(BI_QUANTIZE, 0, 0);
	add(&m, vec(I32, 4, 0.25f, 0));
	add(&m, vec(I8, 4, 0.5f, 1));
	expect(&m, (int32_t[]){-3, 3, 1000, 4}, 16, (int8_t[]){0, 3, 127, 3},
	       4);

	m.tensor[1].type = U8;
	refuse(&m, "t: operator 0 (QUANTIZE): int32 to uint8 is not supported");
	m.tensor[1].type = I8;
	m.tensor[0].scale = 0;
	refuse(&m, "t: operator 0 (QUANTIZE): inputs and output need one scale "
	           "each");
}

static void float_in_and_out(void **state)
{
	(void)state;
	struct tiny_model m = one(BI_QUANTIZE, 0, 0);
	add(&m, vec(F32, 3, 0, 0));
	add(&m, vec(I16, 3, 0.5f, 0));
	expect(&m, (float[]){0.25f, -0.25f, 1e9f}, 12,
	       (int16_t[]){1, -1, 32767}, 6);

	m = one(BI_DEQUANTIZE, 0, 0);
	add(&m, vec(U8, 2, 0.5f, 128));
	add(&m, vec(F32, 2, 0, 0));
	expect(&m, (uint8_t[]){0, 255}, 2, (float[]){-64, 63.5f}, 8);
	m.tensor[0].type = I32;
	refuse(&m, "t: operator 0 (DEQUANTIZE): int32 to float32 is not "
	           "supported");
	m.tensor[0] = vec(I8, 2, 0, 0);
	m.tensor[0].name = "t";
	refuse(&m, "t: operator 0 (DEQUANTIZE): the input needs one scale");
}

static void padding_holds_the_zero_point_or_the_value(void **state)
{
	(void)state;
	static const int32_t pad[2] = {1, 2};
	static const int8_t value = 9;
	struct tiny_model m = one(BI_PAD, 0, 0);
	add(&m, vec(I8, 2, 0.5f, -7));
	add(&m, ints(pad, 2));
	add(&m, vec(I8, 5, 0.5f, -7));
	expect(&m, "\1\2", 2, (int8_t[]){-7, 1, 2, -7, -7}, 5);

	struct tiny_tensor v = vec(I8, 1, 0.5f, -7);
	v.data = &value;
	v.bytes = 1;
	m = one(BI_PADV2, 0, 0);
	add(&m, vec(I8, 2, 0.5f, -7));
	add(&m, ints(pad, 2));
	add(&m, v);
	add(&m, vec(I8, 5, 0.5f, -7));
	expect(&m, "\1\2", 2, (int8_t[]){9, 1, 2, 9, 9}, 5);
	m.tensor[2].zero = 0;
	refuse(&m, "t: operator 0 (PADV2): the value must have the output's "
	           "quantization");
	m.tensor[2].data = NULL;
	m.n_in = 2;
	m.in[1] = 2;
	refuse(&m, "t: operator 0 (PADV2): input 2 must be a constant of the "
	           "input's type");
}

static void pad_refuses_what_does_not_fit(void **state)
{
	(void)state;
	static const int32_t wrong[2] = {-1, 4};
	struct tiny_model m = one(BI_PAD, 0, 0);
	add(&m, vec(I8, 2, 0.5f, -7));
	add(&m, ints(wrong, 2));
	add(&m, vec(I8, 5, 0.5f, -7));
	refuse(&m, "t: operator 0 (PAD): paddings do not fit");
	m.tensor[1].type = I64;
	m.tensor[1].dim[0] = 1;
	refuse(&m, "t: operator 0 (PAD): input 1 must be a constant of int32, "
	           "one a dimension");
}

static void slices_go_both_ways(void **state)
{
	(void)state;
	static const int32_t begin[1] = {-1}, end[1] = {-6}, step[1] = {-2};
	struct tiny_model m = one(BI_STRIDED_SLICE, 32, 6);
	add(&m, vec(I8, 5, 0.5f, 0));
	add(&m, ints(begin, 1));
	add(&m, ints(end, 1));
	add(&m, ints(step, 1));
	add(&m, vec(I8, 3, 0.5f, 0));
	expect(&m, "\1\2\3\4\5", 5, "\5\3\1", 3);
	m.op[0].option[1] = 1; /* end mask: to the end, the same here */
	expect(&m, "\1\2\3\4\5", 5, "\5\3\1", 3);
	m.op[0].option[2] = 1;
	refuse(&m, "t: operator 0 (STRIDED_SLICE): ellipsis, new axis and "
	           "offset are not supported");
	m.op[0].option[2] = 0;
	m.tensor[4].dim[0] = 2;
	refuse(&m, "t: operator 0 (STRIDED_SLICE): output has another shape");
	static const int32_t zero[1] = {0};
	m.tensor[3].data = zero;
	refuse(&m, "t: operator 0 (STRIDED_SLICE): stride is 0");
}

static void transpose_permutes(void **state)
{
	(void)state;
	static const int32_t perm[2] = {1, 0}, twice[2] = {1, 1};
	struct tiny_model m = one(BI_TRANSPOSE, 0, 0);
	add(&m, (struct tiny_tensor){.type = I8, .rank = 2, .dim = {2, 3}});
	add(&m, ints(perm, 2));
	add(&m, (struct tiny_tensor){.type = I8, .rank = 2, .dim = {3, 2}});
	expect(&m, "\1\2\3\4\5\6", 6, "\1\4\2\5\3\6", 6);
	m.tensor[1].data = twice;
	refuse(&m, "t: operator 0 (TRANSPOSE): permutation does not fit");
}

static void concatenation_joins_along_its_axis(void **state)
{
	(void)state;
	struct tiny_model m = one(BI_CONCATENATION, 10, 2);
	m.op[0].option[0] = -1;
	add(&m, (struct tiny_tensor){
	                .type = I8, .rank = 2, .dim = {2, 1}, .scale = 0.5f});
	add(&m, (struct tiny_tensor){
	                .type = I8, .rank = 2, .dim = {2, 2}, .scale = 0.5f});
	add(&m, (struct tiny_tensor){
	                .type = I8, .rank = 2, .dim = {2, 3}, .scale = 0.5f});
	expect(&m, "\1\2\3\4\5\6", 6, "\1\3\4\2\5\6", 6);
	m.op[0].option[1] = 1;
	refuse(&m, "t: operator 0 (CONCATENATION): activation 1 is not "
	           "supported");
	m.op[0].option[1] = 0;
	m.tensor[1].scale = 0.25f;
	refuse(&m, "t: operator 0 (CONCATENATION): input 1 is quantized "
	           "otherwise than the output");
	m.op[0].option[0] = 2;
	refuse(&m, "t: operator 0 (CONCATENATION): axis 2 of 2");
	m.op[0].option[0] = 0;
	refuse(&m, "t: operator 0 (CONCATENATION): input 0 does not fit");
}

static void mean_divides_by_the_cells(void **state)
{
	(void)state;
	static const int32_t axes[1] = {-1}, far[1] = {2};
	struct tiny_model m = one(BI_MEAN, 27, 1);
	add(&m, (struct tiny_tensor){.type = I8,
	                             .rank = 2,
	                             .dim = {2, 3},
	                             .scale = 0.5f,
	                             .zero = 1});
	add(&m, ints(axes, 1));
	add(&m, vec(I8, 2, 0.5f, 1));
	expect(&m, (int8_t[]){1, 2, 6, -3, -4, -5}, 6, (int8_t[]){3, -4}, 2);
	m.tensor[1].data = far;
	refuse(&m, "t: operator 0 (MEAN): axis 2 of 2");
	m.tensor[1].data = axes;
	m.op[0].option[0] = 1;
	refuse(&m, "t: operator 0 (MEAN): output has another shape");
}

static void arithmetic_broadcasts_and_refuses(void **state)
{
	(void)state;
	static const int codes[3] = {BI_ADD, BI_SUB, BI_MUL};
	static const int types[3] = {11, 28, 21};
	static const int8_t want[3][4] = {
	        {11, 12, 23, 24}, {-9, -8, -17, -16}, {5, 10, 30, 40}};
	char message[120];
	for (int i = 0; i < 3; i++) {
		struct tiny_model m = one(codes[i], types[i], 1);
		add(&m, (struct tiny_tensor){.type = I8,
		                             .rank = 2,
		                             .dim = {2, 2},
		                             .scale = 0.5f});
		add(&m, (struct tiny_tensor){.type = I8,
		                             .rank = 2,
		                             .dim = {2, 1},
		                             .scale = 0.5f});
		add(&m, (struct tiny_tensor){.type = I8,
		                             .rank = 2,
		                             .dim = {2, 2},
		                             .scale = 0.5f});
		expect(&m, (int8_t[]){1, 2, 3, 4, 10, 20}, 6, want[i], 4);
		m.tensor[1].type = I16;
		snprintf(message, sizeof message,
		         "t: operator 0 (%s): input int8, output int8 is not "
		         "supported",
		         builtin_name(codes[i]));
		refuse(&m, message);
		m.tensor[1].type = I8;
		m.tensor[1].dim[0] = 3;
		snprintf(message, sizeof message,
		         "t: operator 0 (%s): shapes do not broadcast",
		         builtin_name(codes[i]));
		refuse(&m, message);
		m.tensor[1].dim[0] = 2;
		m.tensor[2].scale = 1e-30f;
		snprintf(message, sizeof message,
		         "t: operator 0 (%s): scales are out of range",
		         builtin_name(codes[i]));
		refuse(&m, message);
	}
}

static void softmax_refuses_what_tflm_does(void **state)
{
	(void)state;
	struct tiny_model m = one(BI_SOFTMAX, 9, 1);
	m.op[0].option[0] = 0x3f800000; /* 1.0f */
	add(&m, vec(I8, 2, 0.5f, 0));
	add(&m, vec(I8, 2, 1.0f / 256, -128));
	expect(&m, "\1\1", 2, "\0\0", 2);
	m.tensor[1].zero = 0;
	refuse(&m, "t: operator 0 (SOFTMAX): output scale 0.00390625 and zero "
	           "point 0 must be 0.00390625 and -128");
	m.tensor[1].zero = -128;
	m.tensor[0].scale = 1e-12f;
	refuse(&m, "t: operator 0 (SOFTMAX): beta times scale is out of range");
	m.tensor[1].type = U8;
	m.tensor[1].zero = 0;
	refuse(&m, "t: operator 0 (SOFTMAX): input int8, output uint8 is not "
	           "supported");
	m.tensor[1] = vec(I8, 4096, 1.0f / 256, -128);
	m.tensor[0] = vec(I8, 4096, 0.5f, 0);
	m.tensor[0].name = m.tensor[1].name = "t";
	refuse(&m, "t: operator 0 (SOFTMAX): rows are longer than 4095");
}

static void logistic_and_tanh_saturate(void **state)
{
	(void)state;
	struct tiny_model m = one(BI_LOGISTIC, 0, 0);
	add(&m, vec(I8, 3, 0.25f, 0));
	add(&m, vec(I8, 3, 1.0f / 256, -128));
	expect(&m, (int8_t[]){-128, 0, 127}, 3, (int8_t[]){-128, 0, 127}, 3);
	m.tensor[1].zero = 0;
	refuse(&m, "t: operator 0 (LOGISTIC): the output's zero point must be "
	           "-128");
	m.op[0].code = BI_TANH;
	expect(&m, (int8_t[]){-128, 0, 127}, 3, (int8_t[]){-128, 0, 127}, 3);
}

static void logistic_and_tanh_of_int16(void **state)
{
	(void)state;
	static const int16_t x[] = {-32768, -4096, 0, 4096, 32767};
	struct tiny_model m = one(BI_LOGISTIC, 0, 0);
	add(&m, vec(I16, 5, 1.0f / 4096, 0));
	add(&m, vec(I16, 5, 1.0f / 32768, 0));
	/* 32768 / (1 + e^-x) for x = -8, -1, 0, 1, 8, to one or two units */
	expect(&m, x, 10, (int16_t[]){11, 8812, 16384, 23956, 32757}, 10);
	m.op[0].code = BI_TANH;
	expect(&m, x, 10, (int16_t[]){-32767, -24956, 0, 24956, 32767}, 10);
	m.tensor[1].scale = 1.0f / 16384;
	refuse(&m, "t: operator 0 (TANH): the output's scale must be 2^-15");
	m.tensor[0].zero = 1;
	refuse(&m, "t: operator 0 (TANH): int16 needs zero points of 0");
}

static void pools_average_and_refuse(void **state)
{
	(void)state;
	struct tiny_model m = one(BI_AVERAGE_POOL_2D, 5, 6);
	memcpy(m.op[0].option, (int32_t[]){0, 2, 2, 2, 2, 0}, 24);
	add(&m, nhwc(I8, 3, 3, 1, 0.5f, 0));
	add(&m, nhwc(I8, 2, 2, 1, 0.5f, 0));
	/* SAME: the last row and column average what is there. */
	expect(&m, "\1\2\3\4\5\6\7\10\11", 9, (int8_t[]){3, 5, 8, 9}, 4);
	m.op[0].code = BI_MAX_POOL_2D;
	expect(&m, "\1\2\3\4\5\6\7\10\11", 9, (int8_t[]){5, 6, 8, 9}, 4);
	m.tensor[1].zero = 1;
	refuse(&m, "t: operator 0 (MAX_POOL_2D): input and output must have "
	           "one quantization");
	m.tensor[1].type = I16;
	refuse(&m, "t: operator 0 (MAX_POOL_2D): input int8, output int16 is "
	           "not supported");
	m.op[0].option[4] = 0;
	refuse(&m, "t: operator 0 (MAX_POOL_2D): filter is 0x2");
}

static void int16_convolutions_need_zero_points_of_zero(void **state)
{
	(void)state;
	static const int8_t w[2] = {3, -1};
	static const int64_t bias[1] = {((int64_t)1 << 33) + 2};
	struct tiny_model m = one(BI_FULLY_CONNECTED, 8, 1);
	add(&m, vec(I16, 2, 1.0f, 0));
	add(&m, (struct tiny_tensor){.type = I8,
	                             .rank = 2,
	                             .dim = {1, 2},
	                             .scale = 1.0f,
	                             .data = w,
	                             .bytes = 2});
	add(&m, (struct tiny_tensor){.type = I64,
	                             .rank = 1,
	                             .dim = {1},
	                             .scale = 1.0f,
	                             .data = bias,
	                             .bytes = 8});
	add(&m, vec(I16, 1, (float)(1 << 24), 0));
	/* 2^33 / 2^24, which needs more than 32 bits on the way. */
	expect(&m, (int16_t[]){5, 17}, 4, (int16_t[]){512}, 2);
	m.tensor[0].zero = 1;
	refuse(&m, "t: operator 0 (FULLY_CONNECTED): int16 needs zero points "
	           "of 0");
	m.tensor[0].zero = 0;
	m.tensor[2].scale = 1e8f;
	refuse(&m, "t: operator 0 (FULLY_CONNECTED): the bias has another "
	           "scale than the sums");
	m.tensor[2].scale = 1.0f;
	m.tensor[3].scale = 1.0f / 1024;
	refuse(&m, "t: operator 0 (FULLY_CONNECTED): channel 0: scales are "
	           "out of range");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(quantize_between_integers),
	        cmocka_unit_test(float_in_and_out),
	        cmocka_unit_test(padding_holds_the_zero_point_or_the_value),
	        cmocka_unit_test(pad_refuses_what_does_not_fit),
	        cmocka_unit_test(slices_go_both_ways),
	        cmocka_unit_test(transpose_permutes),
	        cmocka_unit_test(concatenation_joins_along_its_axis),
	        cmocka_unit_test(mean_divides_by_the_cells),
	        cmocka_unit_test(arithmetic_broadcasts_and_refuses),
	        cmocka_unit_test(softmax_refuses_what_tflm_does),
	        cmocka_unit_test(logistic_and_tanh_saturate),
	        cmocka_unit_test(logistic_and_tanh_of_int16),
	        cmocka_unit_test(pools_average_and_refuse),
	        cmocka_unit_test(int16_convolutions_need_zero_points_of_zero),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
