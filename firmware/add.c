/* add: sum and difference of two tensors, int8 and int16.
 *
 * What an operand becomes before the sum depends on one int8 only: for large
 * tensors it is looked up in a table made before.
 */
#include <stdbool.h>
#include "firmware/kernels.h"
#include "firmware/requant.h"

/* A table of 256 costs as much as about 200 elements without. */
enum { TABLE = 256, WORTH_TABLES = 1024 };

/* One of TFLM's operands: its offset and its multiplier made ready. */
struct operand {
	int32_t zp, left;
	struct scale scale;
};

struct sum {
	struct operand a, b;
	struct scale o;
	int32_t minus; /* all ones: the second operand is subtracted */
	int32_t out_zp, qmin, qmax;
};

static struct sum sum_make(const struct k_add *p)
{
	return (struct sum){
	        .a = {p->a_zp, p->left, scale_make(p->a_mult, p->a_shift)},
	        .b = {p->b_zp, p->left, scale_make(p->b_mult, p->b_shift)},
	        .o = scale_make(p->o_mult, p->o_shift),
	        .minus = p->minus,
	        .out_zp = p->out_zp,
	        .qmin = p->qmin,
	        .qmax = p->qmax,
	};
}

INLINE int32_t operand_of(const struct operand *o, int32_t x)
{
	return scale_apply(&o->scale, num_shl(x - o->zp, o->left));
}

INLINE int32_t second_of(const struct sum *s, int32_t x)
{
	return num_wrap_sub(operand_of(&s->b, x) ^ s->minus, s->minus);
}

INLINE int32_t sum_of(const struct sum *s, int32_t a, int32_t b)
{
	int32_t o = scale_apply(&s->o, num_wrap_add(a, b));
	return clamp(num_wrap_add(o, s->out_zp), s->qmin, s->qmax);
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

/* n elements; as, bs: from one to the next. */
INLINE void add_row(const struct sum *sum, bool wide, int32_t n, const void *a,
                    int32_t as, const void *b, int32_t bs, void *out)
{
	const struct sum s = *sum; /* a copy that no store can change */
	int32_t ia = 0, ib = 0;
	for (int32_t i = 0; i < n; i++) {
		int32_t x = operand_of(&s.a, load(a, ia, wide));
		int32_t y = second_of(&s, load(b, ib, wide));
		store(out, i, wide, sum_of(&s, x, y));
		ia += as;
		ib += bs;
	}
}

/* Axis d and those below it, by bytes. Returns where the output goes on. */
static uint8_t *add_axis(const struct k_add *p, const struct sum *s, int d,
                         bool wide, const uint8_t *a, const uint8_t *b,
                         uint8_t *out)
{
	int32_t bytes = wide ? 2 : 1;
	int32_t as = p->a_stride[d], bs = p->b_stride[d];
	if (d == 5) {
		if (wide)
			add_row(s, true, p->dim[d], a, as, b, bs, out);
		else
			add_row(s, false, p->dim[d], a, as, b, bs, out);
		return out + p->dim[d] * bytes;
	}
	for (int32_t i = 0; i < p->dim[d]; i++) {
		out = add_axis(p, s, d + 1, wide, a, b, out);
		a += as * bytes;
		b += bs * bytes;
	}
	return out;
}

/* Entry i: what the first operand of bits i becomes. */
static void first_table(int32_t *table, const struct sum *sum)
{
	const struct operand own = sum->a;
	for (int32_t i = 0; i < TABLE; i++)
		table[i] = operand_of(&own, (int8_t)i);
}

static void second_table(int32_t *table, const struct sum *sum)
{
	const struct sum own = *sum;
	for (int32_t i = 0; i < TABLE; i++)
		table[i] = second_of(&own, (int8_t)i);
}

/* Not inline: the addresses of arrays of its own it would compute anew each
 * time. */
__attribute__((noinline)) static void
look_up(const struct sum *sum, int32_t n, const uint8_t *a, const uint8_t *b,
        const int32_t *ta, const int32_t *tb, int8_t *out)
{
	const struct sum s = *sum;
	const uint8_t *end = a + n;
	do {
		uint8_t x = *a++, y = *b++;
		*out++ = (int8_t)sum_of(&s, ta[x], tb[y]);
	} while (a != end);
}

static void add_tables(const struct sum *s, int32_t n, const uint8_t *a,
                       const uint8_t *b, int8_t *out)
{
	int32_t ta[TABLE], tb[TABLE];
	first_table(ta, s);
	second_table(tb, s);
	look_up(s, n, a, b, ta, tb, out);
}

void kernel_ADD_I8(const struct k_add *p)
{
	struct sum s = sum_make(p);
	if (p->flat && p->n >= WORTH_TABLES)
		add_tables(&s, p->n, PTR(p->a), PTR(p->b), PTR(p->out));
	else if (p->flat)
		add_row(&s, false, p->n, PTR(p->a), 1, PTR(p->b), 1,
		        PTR(p->out));
	else
		add_axis(p, &s, 0, false, PTR(p->a), PTR(p->b), PTR(p->out));
}

void kernel_ADD_I16(const struct k_add *p)
{
	struct sum s = sum_make(p);
	if (p->flat)
		add_row(&s, true, p->n, PTR(p->a), 1, PTR(p->b), 1,
		        PTR(p->out));
	else
		add_axis(p, &s, 0, true, PTR(p->a), PTR(p->b), PTR(p->out));
}
