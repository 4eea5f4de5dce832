/* move: kernels that only carry bytes, or look them up. */
#include <string.h>
#include "firmware/kernels.h"

void kernel_COPY(const struct k_copy *p)
{
	memmove(PTR(p->out), PTR(p->in), p->bytes);
}

/* n elements of the padding's value. */
static uint8_t *fill(uint8_t *out, int32_t n, const struct k_pad *p)
{
	uint32_t bits = (uint32_t)p->value;
	if (n <= 0)
		return out;
	if (p->elem == 1) {
		memset(out, (int)(bits & 0xff), (size_t)n);
		return out + n;
	}
	for (; n > 0; n--)
		for (int32_t b = 0; b < p->elem; b++)
			*out++ = (uint8_t)(bits >> 8 * b);
	return out;
}

struct place {
	const uint8_t *in;
	uint8_t *out;
};

/* Axes up to `last` are padded; what lies below that one is copied whole. */
struct pad {
	const struct k_pad *p;
	int last;
	int32_t inner[5]; /* elements of one step of an axis of the output */
};

static struct place pad_axis(const struct pad *q, int d, struct place at)
{
	const struct k_pad *p = q->p;
	at.out = fill(at.out, p->before[d] * q->inner[d], p);
	if (d >= q->last || d >= 4) { /* 4: so that compilers see the bound */
		size_t bytes = (size_t)(p->dim[d] * q->inner[d] * p->elem);
		memcpy(at.out, at.in, bytes);
		at.in += bytes;
		at.out += bytes;
	} else {
		for (int32_t i = 0; i < p->dim[d]; i++)
			at = pad_axis(q, d + 1, at);
	}
	at.out = fill(at.out, p->after[d] * q->inner[d], p);
	return at;
}

void kernel_PAD(const struct k_pad *p)
{
	struct pad q = {.p = p, .last = 4};
	q.inner[4] = 1;
	for (int d = 4; d > 0; d--)
		q.inner[d - 1] =
		        q.inner[d] * (p->before[d] + p->dim[d] + p->after[d]);
	while (q.last > 0 && p->before[q.last] == 0 && p->after[q.last] == 0)
		q.last--;
	pad_axis(&q, 0, (struct place){PTR(p->in), PTR(p->out)});
}

void kernel_LUT_I8(const struct k_lut *p)
{
	const uint8_t *in = PTR(p->in), *lut = PTR(p->lut), *end = in + p->n;
	uint8_t *out = PTR(p->out);

	while (in != end)
		*out++ = lut[*in++];
}

/* One axis of runs. */
static void move_row(const struct k_move *p, int d, const uint8_t *in,
                     uint8_t *out)
{
	int32_t is = p->in_step[d], os = p->out_step[d], run = p->run;

	if (run == 1)
		for (int32_t i = p->dim[d]; i > 0; i--) {
			*out = *in;
			in += is;
			out += os;
		}
	else
		for (int32_t i = p->dim[d]; i > 0; i--) {
			memcpy(out, in, (size_t)run);
			in += is;
			out += os;
		}
}

static void move_axis(const struct k_move *p, int d, const uint8_t *in,
                      uint8_t *out)
{
	if (d == MOVE_AXES - 1) {
		move_row(p, d, in, out);
		return;
	}
	for (int32_t i = p->dim[d]; i > 0; i--) {
		move_axis(p, d + 1, in, out);
		in += p->in_step[d];
		out += p->out_step[d];
	}
}

void kernel_MOVE(const struct k_move *p)
{
	move_axis(p, 0, (const uint8_t *)PTR(p->in) + p->in_at,
	          (uint8_t *)PTR(p->out) + p->out_at);
}
