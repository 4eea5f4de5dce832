/* The firmware's convolutions and fully connected layers, compiled for this
 * machine, against their definition in isa/kernels.h, written here one tap at a
 * time. Random shapes and data, a fixed seed, zero tolerance. Bytes around
 * every output must stay as they are. */
#include "tests/unit/kernel_mem.h"

enum form { CONV, DEPTH, FC };

static void shape_window(struct k_conv *p)
{
	static const int32_t kernel[] = {1, 1, 2, 3, 3, 4, 5, 8};
	do {
		p->kh = kernel[between(0, 7)];
		p->kw = kernel[between(0, 7)];
		p->ih = between(1, 9);
		p->iw = between(1, 12);
		p->sh = between(1, 3);
		p->sw = between(1, 3);
		p->dh = between(0, 3) ? 1 : between(2, 3);
		p->dw = between(0, 3) ? 1 : between(2, 3);
		p->pt = between(0, 1) ? 0 : between(0, p->kh * p->dh);
		p->pl = between(0, 1) ? 0 : between(0, p->kw * p->dw);
		p->oh = size(p->ih, p->kh, p->sh, p->dh, p->pt,
		             between(0, p->kh));
		p->ow = size(p->iw, p->kw, p->sw, p->dw, p->pl,
		             between(0, p->kw));
	} while (p->oh == 0 || p->ow == 0);
}

static void shape(struct k_conv *p, enum form form)
{
	*p = (struct k_conv){.n = between(1, 3), .groups = 1};
	if (form == FC) {
		p->ih = p->iw = p->oh = p->ow = p->kh = p->kw = 1;
		p->sh = p->sw = p->dh = p->dw = 1;
		p->ic = between(1, 70);
		p->oc = between(1, 19);
		return;
	}
	shape_window(p);
	if (form == DEPTH) {
		static const int32_t mult[] = {1, 1, 1, 2, 3, 4, 8};
		p->ic = between(1, 13);
		p->oc = p->ic * mult[between(0, 6)];
	} else {
		p->groups = between(0, 3) ? 1 : between(2, 3);
		p->ic = p->groups * between(1, between(0, 1) ? 6 : 20);
		p->oc = p->groups * between(1, 11);
	}
}

/* Sums are about 2^13 * sqrt(taps); scale them to about the output's range,
 * with all kinds of shifts now and then. */
static void quantization(struct k_conv *p, bool wide)
{
	int32_t *mult, *shift;
	p->mult = take((size_t)p->oc * 4, 4);
	p->shift = take((size_t)p->oc * 4, 4);
	mult = kernel_ptr(p->mult);
	shift = kernel_ptr(p->shift);
	for (int32_t c = 0; c < p->oc; c++) {
		mult[c] = between(1 << 30, INT32_MAX);
		shift[c] = between(0, 9) ? between(-11, -5) : between(-31, 4);
		if (wide)
			shift[c] = between(-12, 2);
		if (between(0, 30) == 0)
			mult[c] = shift[c] = 0;
	}
	limits(&p->qmin, &p->qmax, wide);
	if (!wide) {
		p->in_zp = between(-128, 127);
		p->out_zp = between(-128, 127);
	}
	if (between(0, 9) == 0)
		return; /* no bias */
	p->bias = take((size_t)p->oc * (wide ? 8 : 4), 8);
	for (int32_t c = 0; c < p->oc; c++) {
		int32_t b = between(-40000, 40000);
		if (wide)
			((int64_t *)kernel_ptr(p->bias))[c] =
			        b * ((int64_t)1 << between(0, 20));
		else
			((int32_t *)kernel_ptr(p->bias))[c] = b;
	}
}

static uint32_t conv_make(struct k_conv *p, enum form form, bool wide)
{
	uint32_t elem = wide ? 2 : 1;
	reset();
	shape(p, form);
	int32_t per = form == DEPTH ? 1 : p->ic / p->groups;
	p->in = random_bytes((size_t)(p->n * p->ih * p->iw * p->ic) * elem,
	                     elem);
	p->wgt = random_bytes((size_t)(p->kh * p->kw * p->oc * per), 1);
	quantization(p, wide);
	p->out = take((size_t)(p->n * p->oh * p->ow * p->oc) * elem, elem);
	return elem;
}

/* What one tap adds to a channel's sum. */
static int64_t tap(const struct k_conv *p, enum form form, bool wide,
                   int32_t at, int32_t t, int32_t c)
{
	const int8_t *w = kernel_ptr(p->wgt);
	if (form == DEPTH) {
		int32_t x = element(p->in, at + c / (p->oc / p->ic), wide);
		return (int64_t)(x - p->in_zp) * w[t * p->oc + c];
	}
	int32_t per = p->ic / p->groups, g = c / (p->oc / p->groups);
	int64_t sum = 0;
	for (int32_t i = 0; i < per; i++) {
		int32_t x = element(p->in, at + g * per + i, wide);
		int32_t v = w[(c * p->kh * p->kw + t) * per + i];
		sum += (int64_t)(x - p->in_zp) * (v - p->w_zp);
	}
	return sum;
}

static int32_t conv_expected(const struct k_conv *p, enum form form, bool wide,
                             const int32_t at[3], int32_t c)
{
	int64_t sum = 0;
	for (int32_t t = 0; t < p->kh * p->kw; t++) {
		int32_t iy = at[1] * p->sh - p->pt + t / p->kw * p->dh;
		int32_t ix = at[2] * p->sw - p->pl + t % p->kw * p->dw;
		if (iy >= 0 && iy < p->ih && ix >= 0 && ix < p->iw)
			sum += tap(p, form, wide,
			           ((at[0] * p->ih + iy) * p->iw + ix) * p->ic,
			           t, c);
	}
	int32_t m = ((int32_t *)kernel_ptr(p->mult))[c];
	int32_t s = ((int32_t *)kernel_ptr(p->shift))[c], y;
	if (wide) {
		if (p->bias)
			sum += ((int64_t *)kernel_ptr(p->bias))[c];
		y = num_requant64(sum, m, s);
	} else {
		if (p->bias)
			sum += ((int32_t *)kernel_ptr(p->bias))[c];
		y = num_requant((int32_t)sum, m, s);
	}
	return num_clamp(num_wrap_add(y, p->out_zp), p->qmin, p->qmax);
}

static void conv_check(const struct k_conv *p, enum form form, bool wide)
{
	int32_t pixels = p->n * p->oh * p->ow;
	for (int32_t i = 0; i < pixels; i++) {
		const int32_t at[3] = {i / p->ow / p->oh, i / p->ow % p->oh,
		                       i % p->ow};
		for (int32_t c = 0; c < p->oc; c++)
			assert_int_equal(element(p->out, i * p->oc + c, wide),
			                 conv_expected(p, form, wide, at, c));
	}
	assert_guards(p->out, (size_t)(pixels * p->oc) * (wide ? 2 : 1));
}

static void convolve(enum form form, bool wide, int rounds,
                     void (*kernel)(const struct k_conv *))
{
	seed = 1 + (uint64_t)form * 2 + wide;
	for (int i = 0; i < rounds; i++) {
		struct k_conv p;
		conv_make(&p, form, wide);
		kernel(&p);
		conv_check(&p, form, wide);
	}
}

static void conv_i8_equals_its_definition(void **state)
{
	(void)state;
	convolve(CONV, false, 400, kernel_CONV_I8);
}

static void dwconv_i8_equals_its_definition(void **state)
{
	(void)state;
	convolve(DEPTH, false, 400, kernel_DWCONV_I8);
}

static void fc_i8_equals_its_definition(void **state)
{
	(void)state;
	convolve(FC, false, 200, kernel_FC_I8);
}

static void conv_i16_equals_its_definition(void **state)
{
	(void)state;
	convolve(CONV, true, 200, kernel_CONV_I16);
}

static void dwconv_i16_equals_its_definition(void **state)
{
	(void)state;
	convolve(DEPTH, true, 200, kernel_DWCONV_I16);
}

static void fc_i16_equals_its_definition(void **state)
{
	(void)state;
	convolve(FC, true, 200, kernel_FC_I16);
}

static void fc_i8_with_a_weight_zero_point(void **state)
{
	(void)state;
	seed = 77;
	for (int i = 0; i < 50; i++) {
		struct k_conv p;
		conv_make(&p, FC, false);
		p.w_zp = between(-128, 127);
		kernel_FC_I8(&p);
		conv_check(&p, FC, false);
	}
}

/* Long int16 sums leave 32 bits: all products have one sign. */
static void fc_i16_sums_in_64_bits(void **state)
{
	(void)state;
	seed = 78;
	struct k_conv p;
	conv_make(&p, FC, true);
	p.ic = 3000;
	p.n = 1;
	p.in = take(6000, 2);
	p.wgt = take((size_t)(3000 * p.oc), 1);
	for (int i = 0; i < 3000; i++)
		((int16_t *)kernel_ptr(p.in))[i] = INT16_MIN;
	memset(kernel_ptr(p.wgt), 0x80, (size_t)(3000 * p.oc));
	for (int32_t c = 0; c < p.oc; c++)
		((int32_t *)kernel_ptr(p.shift))[c] = between(-24, -16);
	kernel_FC_I16(&p);
	conv_check(&p, FC, true);
}

/* The firmware's short cut for requantization meets every sum and shift. */
static void one_tap_requantizes_as_tflm(void **state)
{
	(void)state;
	seed = 79;
	for (int i = 0; i < 4000; i++) {
		reset();
		struct k_conv p;
		shape(&p, FC);
		p.n = p.ic = p.oc = 1;
		p.in = random_bytes(1, 1);
		p.wgt = random_bytes(1, 1);
		quantization(&p, false);
		p.bias = random_bytes(4, 4);
		*(int32_t *)kernel_ptr(p.shift) = between(-31, 0);
		/* Sums of every magnitude, those that wrap too. */
		*(int32_t *)kernel_ptr(p.bias) >>= between(0, 31);
		p.out = take(1, 1);
		kernel_FC_I8(&p);
		conv_check(&p, FC, false);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(conv_i8_equals_its_definition),
	        cmocka_unit_test(dwconv_i8_equals_its_definition),
	        cmocka_unit_test(fc_i8_equals_its_definition),
	        cmocka_unit_test(fc_i8_with_a_weight_zero_point),
	        cmocka_unit_test(one_tap_requantizes_as_tflm),
	        cmocka_unit_test(conv_i16_equals_its_definition),
	        cmocka_unit_test(dwconv_i16_equals_its_definition),
	        cmocka_unit_test(fc_i16_equals_its_definition),
	        cmocka_unit_test(fc_i16_sums_in_64_bits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
