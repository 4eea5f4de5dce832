/* resize: images to another size. Where the pixels are is in the network's
 * tables. */
#include <string.h>
#include "firmware/kernels.h"
#include "isa/numerics.h"

void kernel_RESIZE_NEAREST(const struct k_resize *p)
{
	const struct k_resize_at *rows = PTR(p->rows), *cols = PTR(p->cols);
	const uint8_t *in = PTR(p->in);
	uint8_t *out = PTR(p->out);

	for (int32_t n = 0; n < p->n; n++) {
		for (int32_t y = 0; y < p->oh; y++)
			for (int32_t x = 0; x < p->ow; x++) {
				int32_t at = rows[y].lo * p->iw + cols[x].lo;
				memcpy(out, in + at * p->pixel,
				       (size_t)p->pixel);
				out += p->pixel;
			}
		in += p->ih * p->iw * p->pixel;
	}
}

/* All channels of one output pixel; row0, row1: the input's rows around it. */
static void pixel(const int8_t *row0, const int8_t *row1, int32_t fy,
                  const struct k_resize_at *x, int32_t n, int8_t *out)
{
	int32_t l = x->lo * n, h = x->hi * n;

	for (int32_t c = 0; c < n; c++)
		out[c] = (int8_t)num_bilinear(row0[l + c], row0[h + c],
		                              row1[l + c], row1[h + c], fy,
		                              x->frac);
}

void kernel_RESIZE_BILINEAR_I8(const struct k_resize *p)
{
	const struct k_resize_at *rows = PTR(p->rows), *cols = PTR(p->cols);
	const int8_t *in = PTR(p->in);
	int8_t *out = PTR(p->out);
	int32_t row = p->iw * p->pixel;

	for (int32_t n = 0; n < p->n; n++) {
		for (int32_t y = 0; y < p->oh; y++)
			for (int32_t x = 0; x < p->ow; x++) {
				pixel(in + rows[y].lo * row,
				      in + rows[y].hi * row, rows[y].frac,
				      &cols[x], p->pixel, out);
				out += p->pixel;
			}
		in += p->ih * row;
	}
}
