/* move: kernels that only carry bytes. */
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

/* Axis d and those below; inner: elements of one step of the axis, padded. */
static struct place pad(const struct k_pad *p, int d, const int32_t *inner,
                        struct place at)
{
	at.out = fill(at.out, p->before[d] * inner[d], p);
	if (d == 4) {
		size_t bytes = (size_t)(p->dim[d] * p->elem);
		memcpy(at.out, at.in, bytes);
		at.in += bytes;
		at.out += bytes;
	} else {
		for (int32_t i = 0; i < p->dim[d]; i++)
			at = pad(p, d + 1, inner, at);
	}
	at.out = fill(at.out, p->after[d] * inner[d], p);
	return at;
}

void kernel_PAD(const struct k_pad *p)
{
	int32_t inner[5];
	inner[4] = 1;
	for (int d = 4; d > 0; d--)
		inner[d - 1] =
		        inner[d] * (p->before[d] + p->dim[d] + p->after[d]);
	pad(p, 0, inner, (struct place){PTR(p->in), PTR(p->out)});
}
