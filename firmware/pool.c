/* pool: average and maximum of the valid cells of a window.
 *
 * Four channels at a time: their cells are neighbours, so one pointer serves
 * four loads.
 */
#include <stdbool.h>
#include "firmware/kernels.h"
#include "firmware/requant.h"

enum kind { AVG_8, MAX_8, AVG_16, MAX_16 };

INLINE int32_t load(const void *at, int32_t i, enum kind kind)
{
	if (kind == AVG_8 || kind == MAX_8)
		return ((const int8_t *)at)[i];
	return ((const int16_t *)at)[i];
}

INLINE void store(void *at, int32_t i, enum kind kind, int32_t x)
{
	if (kind == AVG_8 || kind == MAX_8)
		((int8_t *)at)[i] = (int8_t)x;
	else
		((int16_t *)at)[i] = (int16_t)x;
}

/* Cells of a window; row, column: elements to the next. */
struct cells {
	int32_t at, row, column;
	int32_t rows, columns;
};

/* nc channels of one output pixel. */
INLINE void pixel(enum kind kind, int nc, const struct k_pool *p,
                  const struct cells *v, const void *in, void *out, int32_t o)
{
	bool avg = kind == AVG_8 || kind == AVG_16;
	int32_t acc[4];
	UNROLL
	for (int c = 0; c < nc; c++)
		acc[c] = avg ? 0 : INT32_MIN;

	int32_t row = v->at;
	for (int32_t r = v->rows; r > 0; r--, row += v->row) {
		int32_t at = row;
		for (int32_t k = v->columns; k > 0; k--, at += v->column) {
			int32_t x[4];
			UNROLL
			for (int c = 0; c < nc; c++)
				x[c] = load(in, at + c, kind);
			UNROLL
			for (int c = 0; c < nc; c++)
				acc[c] = avg             ? acc[c] + x[c]
				         : x[c] > acc[c] ? x[c]
				                         : acc[c];
		}
	}
	int32_t n = v->rows * v->columns;
	UNROLL
	for (int c = 0; c < nc; c++) {
		int32_t y = avg ? num_average(acc[c], n) : acc[c];
		store(out, o + c, kind, clamp(y, p->qmin, p->qmax));
	}
}

/* All channels of an output pixel. */
INLINE void channels(enum kind kind, const struct k_pool *p,
                     const struct cells *window, const void *in, void *out,
                     int32_t o)
{
	struct cells v = *window;
	int32_t c = p->c;
	for (; c >= 4; c -= 4, v.at += 4, o += 4)
		pixel(kind, 4, p, &v, in, out, o);
	for (; c > 0; c--, v.at++, o++)
		pixel(kind, 1, p, &v, in, out, o);
}

/* How many of n cells at `at` and on lie in 0..size-1, and the first. */
static int32_t clip(int32_t at, int32_t n, int32_t size, int32_t *first)
{
	int32_t end = at + n < size ? at + n : size;
	*first = at > 0 ? at : 0;
	return end - *first;
}

/* Nested loops, because dividing a pixel's number takes 37 cycles a time. */
INLINE void pool(enum kind kind, const struct k_pool *p)
{
	const void *in = PTR(p->in);
	void *out = PTR(p->out);
	int32_t image = 0, o = 0;

	for (int32_t n = 0; n < p->n; n++, image += p->ih) {
		for (int32_t oy = 0; oy < p->oh; oy++) {
			struct cells v = {.row = p->iw * p->c, .column = p->c};
			int32_t y, x;
			v.rows = clip(oy * p->sh - p->pt, p->kh, p->ih, &y);
			for (int32_t ox = 0; ox < p->ow; ox++) {
				v.columns = clip(ox * p->sw - p->pl, p->kw,
				                 p->iw, &x);
				v.at = ((image + y) * p->iw + x) * p->c;
				channels(kind, p, &v, in, out, o);
				o += p->c;
			}
		}
	}
}

void kernel_AVGPOOL_I8(const struct k_pool *p)
{
	pool(AVG_8, p);
}

void kernel_MAXPOOL_I8(const struct k_pool *p)
{
	pool(MAX_8, p);
}

void kernel_AVGPOOL_I16(const struct k_pool *p)
{
	pool(AVG_16, p);
}

void kernel_MAXPOOL_I16(const struct k_pool *p)
{
	pool(MAX_16, p);
}
