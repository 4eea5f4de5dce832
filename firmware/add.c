/* add: sum of two tensors, int8 and int16. */
#include <stdbool.h>
#include "firmware/kernels.h"
#include "firmware/requant.h"

/* TFLM's three multipliers made ready. */
struct sum {
	const struct k_add *p;
	struct scale a, b, o;
};

static struct sum sum_make(const struct k_add *p)
{
	return (struct sum){
	        .p = p,
	        .a = scale_make(p->a_mult, p->a_shift),
	        .b = scale_make(p->b_mult, p->b_shift),
	        .o = scale_make(p->o_mult, p->o_shift),
	};
}

INLINE int32_t sum_of(const struct sum *s, int32_t a, int32_t b)
{
	const struct k_add *p = s->p;
	int32_t x = scale_apply(&s->a, num_shl(a - p->a_zp, p->left));
	int32_t y = scale_apply(&s->b, num_shl(b - p->b_zp, p->left));
	int32_t o = scale_apply(&s->o, num_wrap_add(x, y));
	return clamp(num_wrap_add(o, p->out_zp), p->qmin, p->qmax);
}

INLINE int32_t load(const void *at, int32_t i, bool wide)
{
	return wide ? ((const int16_t *)at)[i] : ((const int8_t *)at)[i];
}

INLINE void store(void *at, int32_t i, bool wide, int32_t x)
{
	if (wide)
		((int16_t *)at)[i] = (int16_t)x;
	else
		((int8_t *)at)[i] = (int8_t)x;
}

/* n elements of the innermost axis, from element ia of a and ib of b. */
INLINE void add_row(const struct sum *s, bool wide, int32_t n, int32_t ia,
                    int32_t as, int32_t ib, int32_t bs, int32_t io)
{
	const struct k_add *p = s->p;
	const void *a = PTR(p->a), *b = PTR(p->b);
	void *out = PTR(p->out);
	for (; n > 0; n--) {
		int32_t y = sum_of(s, load(a, ia, wide), load(b, ib, wide));
		store(out, io++, wide, y);
		ia += as;
		ib += bs;
	}
}

/* Axis d and those below it; returns where the output goes on. */
static int32_t add_axis(const struct sum *s, bool wide, int d, int32_t ia,
                        int32_t ib, int32_t io)
{
	const struct k_add *p = s->p;
	int32_t as = p->a_stride[d], bs = p->b_stride[d];
	if (d == 5) {
		if (wide)
			add_row(s, true, p->dim[d], ia, as, ib, bs, io);
		else
			add_row(s, false, p->dim[d], ia, as, ib, bs, io);
		return io + p->dim[d];
	}
	for (int32_t i = 0; i < p->dim[d]; i++) {
		io = add_axis(s, wide, d + 1, ia, ib, io);
		ia += as;
		ib += bs;
	}
	return io;
}

void kernel_ADD_I8(const struct k_add *p)
{
	struct sum s = sum_make(p);
	if (p->flat)
		add_row(&s, false, p->n, 0, 1, 0, 1, 0);
	else
		add_axis(&s, false, 0, 0, 0, 0);
}

void kernel_ADD_I16(const struct k_add *p)
{
	struct sum s = sum_make(p);
	if (p->flat)
		add_row(&s, true, p->n, 0, 1, 0, 1, 0);
	else
		add_axis(&s, true, 0, 0, 0, 0);
}
