/* mul: product of two tensors, int8 and int16, with broadcast. */
#include <stdbool.h>
#include "firmware/kernels.h"
#include "firmware/requant.h"

INLINE int32_t load(const void *at, int32_t i, bool wide)
{
	return wide ? ((const int16_t *)at)[i] : ((const int8_t *)at)[i];
}

/* n elements; as, bs: from one to the next. */
INLINE void mul_row(const struct k_mul *p, bool wide, int32_t n, const void *a,
                    int32_t as, const void *b, int32_t bs, void *out)
{
	const struct k_mul q = *p; /* a copy that no store can change */
	const struct scale s = scale_make(q.mult, q.shift);
	int32_t ia = 0, ib = 0;
	for (int32_t i = 0; i < n; i++) {
		int32_t x = load(a, ia, wide) - q.a_zp;
		int32_t y = load(b, ib, wide) - q.b_zp;
		int32_t v = num_wrap_add(scale_apply(&s, x * y), q.out_zp);
		v = clamp(v, q.qmin, q.qmax);
		if (wide)
			((int16_t *)out)[i] = (int16_t)v;
		else
			((int8_t *)out)[i] = (int8_t)v;
		ia += as;
		ib += bs;
	}
}

static void mul_row_i8(const struct k_mul *p, int32_t n, const void *a,
                       int32_t as, const void *b, int32_t bs, void *out)
{
	mul_row(p, false, n, a, as, b, bs, out);
}

static void mul_row_i16(const struct k_mul *p, int32_t n, const void *a,
                        int32_t as, const void *b, int32_t bs, void *out)
{
	mul_row(p, true, n, a, as, b, bs, out);
}

/* Axis d and those below it, by bytes. Returns where the output goes on. */
static uint8_t *mul_axis(const struct k_mul *p, int d, bool wide,
                         const uint8_t *a, const uint8_t *b, uint8_t *out)
{
	int32_t bytes = wide ? 2 : 1;
	int32_t as = p->a_stride[d], bs = p->b_stride[d];
	if (d == 5) {
		(wide ? mul_row_i16 : mul_row_i8)(p, p->dim[d], a, as, b, bs,
		                                  out);
		return out + p->dim[d] * bytes;
	}
	for (int32_t i = 0; i < p->dim[d]; i++) {
		out = mul_axis(p, d + 1, wide, a, b, out);
		a += as * bytes;
		b += bs * bytes;
	}
	return out;
}

void kernel_MUL_I8(const struct k_mul *p)
{
	if (p->flat)
		mul_row_i8(p, p->n, PTR(p->a), 1, PTR(p->b), 1, PTR(p->out));
	else
		mul_axis(p, 0, false, PTR(p->a), PTR(p->b), PTR(p->out));
}

void kernel_MUL_I16(const struct k_mul *p)
{
	if (p->flat)
		mul_row_i16(p, p->n, PTR(p->a), 1, PTR(p->b), 1, PTR(p->out));
	else
		mul_axis(p, 0, true, PTR(p->a), PTR(p->b), PTR(p->out));
}
