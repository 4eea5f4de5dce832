/* The firmware's kernels other than convolutions, compiled for this machine,
 * against their definitions. Bytes around every output must stay as they are.
 */
#include "isa/numerics.h"
#include "tests/unit/kernel_mem.h"

/* Element offset of index i (of the whole output) in an operand. */
static int32_t broadcast(const struct k_add *p, const int32_t *stride,
                         int32_t i)
{
	int32_t at = 0;
	for (int d = 5; d >= 0; d--) {
		at += i % p->dim[d] * stride[d];
		i /= p->dim[d];
	}
	return at;
}

static void operand(const struct k_add *p, int32_t *stride, bool whole)
{
	int32_t step = 1;
	for (int d = 5; d >= 0; d--) {
		bool repeats = !whole && between(0, 2) == 0;
		stride[d] = repeats ? 0 : step;
		step *= repeats ? 1 : p->dim[d];
	}
}

static void add_make(struct k_add *p, bool wide)
{
	uint32_t elem = wide ? 2 : 1;
	reset();
	*p = (struct k_add){
	        .flat = between(0, 1), .n = 1, .left = wide ? 15 : 20};
	for (int d = 0; d < 6; d++) {
		/* Large ones take another path. */
		p->dim[d] = between(1, p->flat ? 6 : 4);
		p->n *= p->dim[d];
	}
	operand(p, p->a_stride, p->flat);
	operand(p, p->b_stride, p->flat);
	p->a = random_bytes((size_t)p->n * elem, elem);
	p->b = random_bytes((size_t)p->n * elem, elem);
	p->out = take((size_t)p->n * elem, elem);
	if (!wide) {
		p->a_zp = between(-128, 127);
		p->b_zp = between(-128, 127);
		p->out_zp = between(-128, 127);
	}
	p->a_mult = between(1 << 30, INT32_MAX);
	p->b_mult = between(1 << 30, INT32_MAX);
	p->o_mult = between(1 << 30, INT32_MAX);
	p->a_shift = -between(0, 4);
	p->b_shift = -between(0, 4);
	p->o_shift = -between(wide ? 12 : 16, 20);
	limits(&p->qmin, &p->qmax, wide);
}

static void add(bool wide, void (*kernel)(const struct k_add *))
{
	for (int i = 0; i < 100; i++) {
		struct k_add p;
		add_make(&p, wide);
		kernel(&p);
		const struct num_add q = {
		        p.left,   p.a_mult,  p.a_shift, p.b_mult, p.b_shift,
		        p.o_mult, p.o_shift, p.out_zp,  p.qmin,   p.qmax};
		for (int32_t k = 0; k < p.n; k++) {
			int32_t a = broadcast(&p, p.a_stride, k);
			int32_t b = broadcast(&p, p.b_stride, k);
			a = element(p.a, a, wide) - p.a_zp;
			b = element(p.b, b, wide) - p.b_zp;
			assert_int_equal(element(p.out, k, wide),
			                 num_add(&q, a, b));
		}
		assert_guards(p.out, (size_t)p.n * (wide ? 2 : 1));
	}
}

static void add_equals_its_definition(void **state)
{
	(void)state;
	seed = 10;
	add(false, kernel_ADD_I8);
	add(true, kernel_ADD_I16);
}

static int32_t pool_expected(const struct k_pool *p, bool wide, bool average,
                             int32_t i, int32_t c)
{
	int32_t n = i / p->ow / p->oh, cells = 0, sum = 0, max = INT32_MIN;
	for (int32_t t = 0; t < p->kh * p->kw; t++) {
		int32_t y = i / p->ow % p->oh * p->sh - p->pt + t / p->kw;
		int32_t x = i % p->ow * p->sw - p->pl + t % p->kw;
		if (y < 0 || y >= p->ih || x < 0 || x >= p->iw)
			continue;
		int32_t at = ((n * p->ih + y) * p->iw + x) * p->c + c;
		int32_t v = element(p->in, at, wide);
		cells++;
		sum += v;
		max = v > max ? v : max;
	}
	int32_t y = average ? num_average(sum, cells) : max;
	return num_clamp(y, p->qmin, p->qmax);
}

static void pool_make(struct k_pool *p, bool wide)
{
	uint32_t elem = wide ? 2 : 1;
	reset();
	*p = (struct k_pool){.n = between(1, 2), .c = between(1, 10)};
	do { /* at least one cell of each window is valid */
		p->kh = between(1, 5);
		p->kw = between(1, 5);
		p->ih = between(1, 9);
		p->iw = between(1, 9);
		p->sh = between(1, 3);
		p->sw = between(1, 3);
		p->pt = between(0, p->kh - 1);
		p->pl = between(0, p->kw - 1);
		p->oh = size(p->ih, p->kh, p->sh, 1, p->pt, p->kh - 1);
		p->ow = size(p->iw, p->kw, p->sw, 1, p->pl, p->kw - 1);
	} while (p->oh == 0 || p->ow == 0);
	p->in = random_bytes((size_t)(p->n * p->ih * p->iw * p->c) * elem,
	                     elem);
	p->out = take((size_t)(p->n * p->oh * p->ow * p->c) * elem, elem);
	limits(&p->qmin, &p->qmax, wide);
}

static void pool(bool wide, bool average, void (*kernel)(const struct k_pool *))
{
	for (int i = 0; i < 100; i++) {
		struct k_pool p;
		pool_make(&p, wide);
		kernel(&p);
		int32_t n = p.n * p.oh * p.ow * p.c;
		for (int32_t k = 0; k < n; k++)
			assert_int_equal(element(p.out, k, wide),
			                 pool_expected(&p, wide, average,
			                               k / p.c, k % p.c));
		assert_guards(p.out, (size_t)n * (wide ? 2 : 1));
	}
}

static void pools_equal_their_definitions(void **state)
{
	(void)state;
	seed = 20;
	pool(false, true, kernel_AVGPOOL_I8);
	pool(false, false, kernel_MAXPOOL_I8);
	pool(true, true, kernel_AVGPOOL_I16);
	pool(true, false, kernel_MAXPOOL_I16);
}

/* The whole row in floating point: fixed point comes within one step. */
static void softmax_i8_is_near_the_exponential(void **state)
{
	(void)state;
	seed = 30;
	for (int i = 0; i < 50; i++) {
		reset();
		/* scale 1/16: 2^26 / 16 = 2^30 * 2^-31 * 2^23 */
		struct k_softmax p = {.rows = between(1, 3),
		                      .depth = between(1, 30)};
		int32_t n = p.rows * p.depth;
		p.exp_lut = take(sizeof(int32_t) * SOFTMAX_EXPS, 4);
		for (int32_t k = 0; k < SOFTMAX_EXPS; k++)
			((int32_t *)kernel_ptr(p.exp_lut))[k] =
			        num_softmax_exp(-k, 1 << 30, 23);
		p.in = random_bytes((size_t)n, 1);
		p.out = take((size_t)n, 1);
		kernel_SOFTMAX_I8(&p);
		assert_guards(p.out, (size_t)n);
		uint32_t out8 = p.out;
		p.out = take((size_t)n * 2, 2);
		kernel_SOFTMAX_I8_I16(&p);
		assert_guards(p.out, (size_t)n * 2);
		for (int32_t k = 0; k < n; k++) {
			double sum = 0;
			int32_t row = k / p.depth * p.depth;
			for (int32_t j = row; j < row + p.depth; j++)
				sum += exp(element(p.in, j, false) / 16.0);
			double y = exp(element(p.in, k, false) / 16.0) / sum;
			double got8 = element(out8, k, false) + 128;
			double got16 = element(p.out, k, true) + 32768;
			assert_true(fabs(got8 - fmin(y * 256, 255)) < 1);
			assert_true(fabs(got16 - fmin(y * 65536, 65535)) < 32);
		}
	}
}

static void softmax_i16_is_near_the_exponential(void **state)
{
	(void)state;
	seed = 31;
	reset();
	uint32_t exp_lut = take(NUM_LUT_SIZE * 2, 2);
	uint32_t recip_lut = take(NUM_LUT_SIZE * 2, 2);
	for (int i = 0; i < NUM_LUT_SIZE; i++) {
		double e = 32768 * exp(-10 + i * 10.0 / 512);
		double r = 32768 / (1 + i / 512.0);
		((int16_t *)kernel_ptr(exp_lut))[i] = (int16_t)fmin(e, 32767);
		((int16_t *)kernel_ptr(recip_lut))[i] = (int16_t)fmin(r, 32767);
	}
	/* 65536 steps of the table are 10; an input step is 10 / 65536. */
	struct k_softmax p = {.rows = 2,
	                      .depth = 25,
	                      .mult = 1 << 30,
	                      .shift = 1,
	                      .exp_lut = exp_lut,
	                      .recip_lut = recip_lut};
	p.in = random_bytes(100, 2);
	p.out = take(100, 2);
	kernel_SOFTMAX_I16(&p);
	assert_guards(p.out, 100);
	for (int32_t k = 0; k < 50; k++) {
		double sum = 0, unit = 10 / 65536.0;
		for (int32_t j = k / 25 * 25; j < k / 25 * 25 + 25; j++)
			sum += exp(element(p.in, j, true) * unit);
		double y = exp(element(p.in, k, true) * unit) / sum;
		assert_true(fabs(element(p.out, k, true) - y * 32768) < 16);
	}
}

static uint32_t float_bits(float x)
{
	uint32_t b;
	memcpy(&b, &x, 4);
	return b;
}

static void quantize_rounds_half_away_and_saturates(void **state)
{
	(void)state;
	static const float x[] = {0,     0.25f,  -0.25f, 0.75f, 63.7f,
	                          1e30f, -1e30f, -64.3f, 0.24f};
	static const int8_t want[] = {5, 6, 4, 7, 127, 127, -128, -124, 5};
	enum { N = sizeof want };
	reset();
	struct k_quant p = {.n = N, .scale = float_bits(0.5f), .out_zp = 5};
	p.in = take(sizeof x, 4);
	memcpy(kernel_ptr(p.in), x, sizeof x);
	p.out = take(N, 1);
	kernel_QUANTIZE_F32_I8(&p);
	assert_memory_equal(kernel_ptr(p.out), want, N);
	assert_guards(p.out, N);

	p.out = take(2 * N, 2);
	kernel_QUANTIZE_F32_I16(&p);
	for (int i = 0; i < N; i++) {
		int32_t exact = i == 4   ? 132
		                : i == 5 ? INT16_MAX
		                : i == 6 ? INT16_MIN
		                         : want[i];
		assert_int_equal(element(p.out, i, true), exact);
	}
	assert_guards(p.out, 2 * N);
}

/* Floats of every kind: random bits, and random sizes near the range. */
static void quantize_equals_its_definition(void **state)
{
	(void)state;
	enum { N = 1000 };
	seed = 35;
	for (int i = 0; i < 20; i++) {
		reset();
		struct k_quant p = {.n = N, .out_zp = between(-128, 127)};
		float scale = ldexpf((float)between(1 << 23, 1 << 24),
		                     between(-40, -16));
		p.scale = float_bits(scale);
		p.in = random_bytes(N * 4, 4);
		float *x = kernel_ptr(p.in);
		for (int k = 0; k < N; k += 2)
			x[k] = scale * (float)between(-70000, 70000) / 128;
		p.out = take(N, 1);
		kernel_QUANTIZE_F32_I8(&p);
		for (int k = 0; k < N; k++)
			assert_int_equal(element(p.out, k, false),
			                 num_quantize(x[k], scale, p.out_zp,
			                              INT8_MIN, INT8_MAX));
		assert_guards(p.out, N);
	}
}

static void dequantize_multiplies_once(void **state)
{
	(void)state;
	for (int wide = 0; wide < 2; wide++) {
		reset();
		struct k_quant p = {.n = 100,
		                    .scale = float_bits(0.0123f),
		                    .in_zp = wide ? 0 : -7};
		p.in = random_bytes(200, 2);
		p.out = take(400, 4);
		if (wide)
			kernel_DEQUANTIZE_I16_F32(&p);
		else
			kernel_DEQUANTIZE_I8_F32(&p);
		assert_guards(p.out, 400);
		for (int i = 0; i < 100; i++) {
			int32_t x = element(p.in, i, wide) - p.in_zp;
			float want = (float)((double)0.0123f * x);
			assert_memory_equal((float *)kernel_ptr(p.out) + i,
			                    &want, 4);
		}
	}
}

static int64_t typed(uint32_t at, int32_t i, int32_t type)
{
	switch (type) {
	case 1:
		return ((uint8_t *)kernel_ptr(at))[i];
	case -4:
		return ((int32_t *)kernel_ptr(at))[i];
	default:
		return element(at, i, type == -2);
	}
}

static void requantize_equals_its_definition(void **state)
{
	(void)state;
	static const int32_t type[] = {-1, 1, -2, -4};
	static const int32_t lo[] = {-128, 0, -32768, INT32_MIN};
	static const int32_t hi[] = {127, 255, 32767, INT32_MAX};
	seed = 40;
	for (int i = 0; i < 160; i++) {
		int f = i % 4, t = i / 4 % 4;
		reset();
		struct k_quant p = {
		        .n = 50, .in_type = type[f], .out_type = type[t]};
		size_t bytes = 50 * (size_t)abs(type[t]);
		p.in_zp = f == 3 ? 0 : between(-128, 127);
		p.out_zp = t == 3 ? 0 : between(-128, 127);
		p.mult = between(1 << 30, INT32_MAX);
		p.shift = between(-12, f == 3 ? 0 : 3);
		p.in = random_bytes(200, 4);
		p.out = take(bytes, 4);
		kernel_REQUANTIZE(&p);
		assert_guards(p.out, bytes);
		for (int32_t k = 0; k < p.n; k++) {
			int64_t x = typed(p.in, k, type[f]) - p.in_zp;
			int64_t y = num_requant((int32_t)x, p.mult, p.shift);
			y += p.out_zp;
			y = y < lo[t] ? lo[t] : y > hi[t] ? hi[t] : y;
			assert_int_equal(typed(p.out, k, type[t]), y);
		}
	}
}

static void pad_copies_inside_and_fills_outside(void **state)
{
	(void)state;
	seed = 50;
	for (int i = 0; i < 60; i++) {
		reset();
		struct k_pad p = {.elem = 1 << i % 3, .value = -3};
		int32_t n_in = 1, n_out = 1, size[5];
		for (int d = 0; d < 5; d++) {
			p.dim[d] = between(1, 4);
			bool padded = between(0, 1);
			p.before[d] = padded ? between(0, 2) : 0;
			p.after[d] = padded ? between(0, 2) : 0;
			size[d] = p.before[d] + p.dim[d] + p.after[d];
			n_in *= p.dim[d];
			n_out *= size[d];
		}
		p.in = random_bytes((size_t)(n_in * p.elem), 4);
		p.out = take((size_t)(n_out * p.elem), 4);
		kernel_PAD(&p);
		assert_guards(p.out, (size_t)(n_out * p.elem));
		int32_t type = -p.elem;
		for (int32_t k = 0; k < n_out; k++) {
			int32_t at = 0, step = 1, rest = k;
			bool inside = true;
			for (int d = 4; d >= 0; d--) {
				int32_t x = rest % size[d] - p.before[d];
				rest /= size[d];
				inside = inside && x >= 0 && x < p.dim[d];
				at += x * step;
				step *= p.dim[d];
			}
			assert_int_equal(typed(p.out, k, type),
			                 inside ? typed(p.in, at, type) : -3);
		}
	}
}

static void copy_may_overlap(void **state)
{
	(void)state;
	reset();
	seed = 60;
	uint8_t before[100];
	struct k_copy p = {.bytes = 100};
	p.in = random_bytes(101, 1);
	memcpy(before, kernel_ptr(p.in), 100);
	p.out = p.in + 1;
	kernel_COPY(&p);
	assert_memory_equal(kernel_ptr(p.out), before, 100);
}

static void a_kernel_runs_by_its_number(void **state)
{
	(void)state;
	reset();
	uint32_t at = take(sizeof(struct k_copy), 4);
	struct k_copy *p = kernel_ptr(at);
	p->bytes = 8;
	p->in = take(8, 1);
	p->out = take(8, 1);
	memcpy(kernel_ptr(p->in), "a tensor", 8);
	kernel_run(KERNEL_COPY, at);
	assert_memory_equal(kernel_ptr(p->out), "a tensor", 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(add_equals_its_definition),
	        cmocka_unit_test(pools_equal_their_definitions),
	        cmocka_unit_test(softmax_i8_is_near_the_exponential),
	        cmocka_unit_test(softmax_i16_is_near_the_exponential),
	        cmocka_unit_test(quantize_rounds_half_away_and_saturates),
	        cmocka_unit_test(quantize_equals_its_definition),
	        cmocka_unit_test(dequantize_multiplies_once),
	        cmocka_unit_test(requantize_equals_its_definition),
	        cmocka_unit_test(pad_copies_inside_and_fills_outside),
	        cmocka_unit_test(copy_may_overlap),
	        cmocka_unit_test(a_kernel_runs_by_its_number),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
