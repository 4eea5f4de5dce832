/* fast_math: what a command does to scratchpad and memories; no time here.
 *
 * The inner loops have fixed trip counts of 8 or 16, so that the compiler makes
 * vector code of them: 8-bit operands are widened to 16 bits once and then
 * multiplied in pairs into 32 bits.
 */
#include "sim/accel_fast.h"

#include <string.h>

#include "isa/packed.h"

/* ------------------------------------------------------------------------
 * Requantization */

/* The first n parameters of the block at `at`, as the drain sees them. */
struct params {
	int32_t bias[MAX_COLS], mult[MAX_COLS];
	int8_t shift[MAX_COLS];
};

static void read_params(const struct accel *a, int64_t at, int n,
                        struct params *p)
{
	const uint8_t *from = a->spad + at;

	for (int i = 0; i < n; i++, from += PARAM_BYTES) {
		memcpy(&p->bias[i], from, 4);
		memcpy(&p->mult[i], from + 4, 4);
		p->shift[i] = (int8_t)from[8];
	}
}

/* Illegal shifts must not be undefined behaviour. */
static inline int legal_shift(int shift)
{
	return shift < -31 ? -31 : shift > 31 ? 31 : shift;
}

/* v * mult * 2^(shift - 31) for shift <= 0; a left shift is done before. */
static inline int64_t rescale(int32_t v, int32_t mult, int shift, bool single)
{
	int64_t product = (int64_t)v * mult;
	int s = shift < 0 ? -shift : 0;

	if (single)
		return (product + ((int64_t)1 << (30 + s))) >> (31 + s);
	int64_t u = (product + (1 << 30)) >> 31;
	if (s)
		u = (u + ((int64_t)1 << (s - 1)) - (u < 0)) >> s;
	return u;
}

static inline int8_t clamp(int64_t v, const struct command *c)
{
	v += c->zp;
	return (int8_t)(v < c->qmin ? c->qmin : v > c->qmax ? c->qmax : v);
}

static void requantize(const struct command *c, const struct params *p,
                       const int32_t *sums, int n, uint8_t *out)
{
	bool single = c->flags & EXE_SINGLE_ROUND;

	for (int i = 0; i < n; i++) {
		int shift = legal_shift(p->shift[i]);
		uint32_t v = (uint32_t)sums[i] + (uint32_t)p->bias[i];
		v <<= shift > 0 ? shift : 0;
		int64_t w = rescale((int32_t)v, p->mult[i], shift, single);
		out[i] = (uint8_t)clamp(w, c);
	}
}

/* Both operands of a sum, rescaled and added. */
static int8_t sum_of(const struct second *p, const struct command *sum,
                     bool single, int8_t x, int8_t y)
{
	uint32_t vx = ((uint32_t)x + (uint32_t)p->bias[0]) << 20;
	uint32_t vy = ((uint32_t)y + (uint32_t)p->bias[1]) << 20;
	int64_t rx = rescale((int32_t)vx, p->mult[0], p->shift[0], single);
	int64_t ry = rescale((int32_t)vy, p->mult[1], p->shift[1], single);
	uint32_t both = (uint32_t)rx + (uint32_t)ry;

	return clamp(rescale((int32_t)both, p->mult[2], p->shift[2], single),
	             sum);
}

/* PLUS: pixel (x, y) of column group g, whose nc outputs are computed. */
static void add_second(const struct accel *a, const struct command *c,
                       int64_t x, int64_t y, int64_t g, int nc, uint8_t *out)
{
	const struct command *s = &a->sum;
	const uint8_t *from = a->spad + s->act + y * s->out_ys + x * s->out_xs +
	                      g * used_cols(a, c);
	bool single = c->flags & EXE_SINGLE_ROUND;

	for (int i = 0; i < nc; i++)
		out[i] = (uint8_t)sum_of(&a->second, s, single, (int8_t)out[i],
		                         (int8_t)from[i]);
}

/* Output pixel (x, y) of column group g to the scratchpad. */
static void finish(const struct accel *a, const struct command *c,
                   const struct params *p, const int32_t *sums, int64_t x,
                   int64_t y, int64_t g, int nc)
{
	uint8_t *to = a->spad + c->out + y * c->out_ys + x * c->out_xs +
	              g * used_cols(a, c);
	uint8_t out[MAX_COLS];

	if (!(c->flags & EXE_PLUS)) {
		requantize(c, p, sums, nc, to);
		return;
	}
	requantize(c, p, sums, nc, out);
	add_second(a, c, x, y, g, nc, out);
	memcpy(to, out, (size_t)nc);
}

/* Where a group's parameters are. */
static int64_t params_at(const struct accel *a, const struct command *c,
                         int64_t group)
{
	if (c->flags & EXE_PAR_SHARED)
		group = 0;
	return c->par + group * used_block(a, c);
}

/* ------------------------------------------------------------------------
 * Matrix mode */

/* Sums of up to 2^16 products of bytes fit 32 bits; beyond, they wrap. */
static const int64_t exact_products = 1 << 16;

/* n is a multiple of 16. */
static inline int32_t dot(const int16_t *x, const int16_t *w, int64_t n)
{
	int32_t sum = 0;

	for (int64_t k = 0; k < n; k++)
		sum += x[k] * w[k];
	return sum;
}

static int32_t dot_long(const int16_t *x, const int16_t *w, int64_t n)
{
	uint32_t sum = 0;

	for (int64_t k = 0; k < n; k += exact_products)
		sum += (uint32_t)dot(x + k, w + k,
		                     min64(n - k, exact_products));
	return (int32_t)sum;
}

/* Widen the inputs of one output pixel, padded with zeros to 16. */
static void gather(const struct accel *a, const struct command *c, int64_t at)
{
	int16_t *to = a->act16;

	for (int64_t ib = 0; ib < c->kb; ib++)
		for (int64_t ia = 0; ia < c->ka; ia++) {
			const int8_t *from = (const int8_t *)a->spad + at +
			                     ib * c->kb_s + ia * c->ka_s;
			for (int64_t k = 0; k < c->run; k++)
				to[k] = from[k];
			to += c->run;
		}
	memset(to, 0, 16 * sizeof(*to));
}

/* Widen the weights of a column group and turn them: a row per column. */
static void turn_weights(const struct accel *a, const struct command *c,
                         const int8_t *w, int64_t steps, int64_t padded)
{
	int cols = used_cols(a, c);

	for (int col = 0; col < cols; col++) {
		int16_t *to = a->wgt16 + col * padded;
		for (int64_t k = 0; k < steps; k++)
			to[k] = w[k * cols + col];
		for (int64_t k = steps; k < padded; k++)
			to[k] = 0;
	}
}

/* Few pixels: turning the weights would cost more than it saves. Columns up to
 * the next multiple of 8 are computed from whatever follows, and ignored. */
static void sum_straight(const struct accel *a, const struct command *c,
                         const int8_t *w, int64_t steps, int nc, int32_t *sums)
{
	uint32_t s[MAX_COLS + 8] = {0};
	int cols = used_cols(a, c);

	for (int64_t k = 0; k < steps; k++) {
		int16_t x = a->act16[k];
		const int8_t *v = w + k * cols;
		if (x == 0)
			continue;
		for (int col = 0; col < nc; col += 8)
			for (int i = 0; i < 8; i++)
				s[col + i] += (uint32_t)(x * v[col + i]);
	}
	for (int col = 0; col < nc; col++)
		sums[col] = (int32_t)s[col];
}

static void sum_turned(const struct accel *a, int64_t padded, int nc,
                       int32_t *sums)
{
	for (int col = 0; col < nc; col++)
		sums[col] = dot_long(a->act16, a->wgt16 + col * padded, padded);
}

/* Add what HOLD left and leave what HOLD leaves: row r of the one group. */
static void keep_and_hold(struct accel *a, const struct command *c, int64_t r,
                          int nc, int32_t *sums)
{
	int32_t *held = a->sums[r];

	for (int col = 0; col < nc; col++) {
		if (c->flags & EXE_KEEP)
			sums[col] = (int32_t)((uint32_t)sums[col] +
			                      (uint32_t)held[col]);
		if (c->flags & EXE_HOLD)
			held[col] = sums[col];
	}
}

static void conv(struct accel *a, const struct command *c)
{
	enum { FEW = 3 };
	int64_t cols = used_cols(a, c), pixels = c->nx * c->ny;
	int64_t steps = c->ka * c->kb * c->run;
	int64_t padded = div_up(steps, 16) * 16;
	bool hold = c->flags & EXE_HOLD;
	bool held = c->flags & (EXE_KEEP | EXE_HOLD);
	int32_t sums[MAX_COLS];
	struct params p;

	for (int64_t g = 0; g * cols < c->nchan; g++) {
		int nc = (int)min64(cols, c->nchan - g * cols);
		const int8_t *w = fast_weights(a, c, g);
		if (pixels > FEW)
			turn_weights(a, c, w, steps, padded);
		if (!hold)
			read_params(a, params_at(a, c, g), nc, &p);
		for (int64_t i = 0; i < pixels; i++) {
			int64_t y = i / c->nx, x = i % c->nx;
			gather(a, c, c->act + y * c->act_ys + x * c->act_xs);
			if (pixels > FEW)
				sum_turned(a, padded, nc, sums);
			else
				sum_straight(a, c, w, steps, nc, sums);
			if (held)
				keep_and_hold(a, c, i, nc, sums);
			if (!hold)
				finish(a, c, &p, sums, x, y, g, nc);
		}
	}
}

/* ------------------------------------------------------------------------
 * Vector mode */

/* One tap for 8 channels. */
static inline void tap8(int op, int32_t *sum, const int8_t *x, const int8_t *w)
{
	for (int i = 0; i < 8; i++) {
		if (op == OP_DWCONV)
			sum[i] += x[i] * w[i];
		else if (op == OP_AVGPOOL)
			sum[i] += x[i];
		else
			sum[i] = x[i] > sum[i] ? x[i] : sum[i];
	}
}

/* All taps of one output pixel whose first input is `x`; segments in order, as
 * the weights are. No overflow: at most 255 * 255 taps. */
static inline void pixel(int op, const struct command *c, const int8_t *x,
                         const int8_t *w, int cols, int nc, int32_t *sum)
{
	for (int i = 0; i < MAX_COLS; i++)
		sum[i] = op == OP_MAXPOOL ? INT8_MIN : 0;
	for (int64_t ib = 0; ib < c->kb; ib++)
		for (int64_t f = 0; f < c->pm; f++) {
			const int8_t *at = x + ib * c->kb_s + f * c->ka_s;
			for (int64_t ia = f; ia < c->ka; ia += c->pm) {
				for (int i = 0; i < nc; i += 8)
					tap8(op, sum + i, at + i, w + i);
				at += c->act_xs;
				w += op == OP_DWCONV ? cols : 0;
			}
		}
}

static inline void vector(struct accel *a, const struct command *c, int op)
{
	const int8_t *spad = (const int8_t *)a->spad;
	int cols = used_cols(a, c);
	int32_t sums[MAX_COLS];
	struct params p;

	for (int64_t g = 0; g * cols < c->nchan; g++) {
		int nc = (int)min64(cols, c->nchan - g * cols);
		const int8_t *w =
		        op == OP_DWCONV ? fast_weights(a, c, g) : spad;
		read_params(a, params_at(a, c, g), nc, &p);
		for (int64_t y = 0; y < c->ny; y++)
			for (int64_t x = 0; x < c->nx; x++) {
				pixel(op, c,
				      spad + c->act + g * cols + y * c->act_ys +
				              x * c->act_xs,
				      w, cols, nc, sums);
				finish(a, c, &p, sums, x, y, g, nc);
			}
	}
}

/* ------------------------------------------------------------------------
 * The others */

static void read_second(const struct accel *a, const struct command *c,
                        struct second *s)
{
	struct params p;

	read_params(a, c->par, 3, &p);
	for (int i = 0; i < 3; i++) {
		if (i < 2)
			s->bias[i] = p.bias[i];
		s->mult[i] = p.mult[i];
		s->shift[i] = (int8_t)legal_shift(p.shift[i]);
	}
}

static void add(struct accel *a, const struct command *c)
{
	const int8_t *x = (const int8_t *)a->spad + c->act;
	const int8_t *y = (const int8_t *)a->spad + c->wgt;
	int64_t n = c->nx | c->ny << 16;
	bool single = c->flags & EXE_SINGLE_ROUND;
	struct second p;

	read_second(a, c, &p);
	for (int64_t i = 0; i < n; i++)
		a->spad[c->out + i] =
		        (uint8_t)sum_of(&p, c, single, x[i], y[i]);
}

/* What SUM keeps of biases: 9 bits. */
static void sum(struct accel *a, const struct command *c)
{
	read_second(a, c, &a->second);
	for (int i = 0; i < 2; i++)
		a->second.bias[i] = ((a->second.bias[i] & 511) ^ 256) - 256;
}

static void move(struct accel *a, const struct command *c)
{
	int mem = c->mem >> 30 & 1 ? MEM_FLASH : MEM_SRAM;
	uint8_t *bytes = a->mem->bytes[mem];
	int64_t base = c->mem & ((1 << 28) - 1);

	for (int64_t i2 = 0; i2 < c->n2; i2++)
		for (int64_t i1 = 0; i1 < c->n1; i1++) {
			uint8_t *s = a->spad + c->spad + i2 * c->spad_s2 +
			             i1 * c->spad_s1;
			int64_t m = base + i2 * c->mem_s2 + i1 * c->mem_s1;
			if (c->opcode == OP_FILL)
				memset(s, (int)c->fill, (size_t)c->n0);
			else if (c->opcode == OP_LOAD)
				memcpy(s, bytes + m, (size_t)c->n0);
			else
				memcpy(bytes + m, s, (size_t)c->n0);
		}
}

static void unpack(struct accel *a, const struct command *c)
{
	int mem = c->mem >> 30 & 1 ? MEM_FLASH : MEM_SRAM;
	const uint8_t *from = a->mem->bytes[mem] + (c->mem & ((1 << 28) - 1));

	if (!packed_decode(from, c->n0, c->n2, a->d->dma_bytes,
	                   a->spad + c->spad))
		fast_fault(a, &a->unit[QUEUE_LD].cur,
		           "packed weights do not fill their units");
}

void fast_math(struct accel *a, const struct command *c)
{
	switch (c->opcode) {
	case OP_UNPACK:
		unpack(a, c);
		break;
	case OP_CONV:
		conv(a, c);
		break;
	case OP_DWCONV:
		vector(a, c, OP_DWCONV);
		break;
	case OP_MAXPOOL:
		vector(a, c, OP_MAXPOOL);
		break;
	case OP_AVGPOOL:
		vector(a, c, OP_AVGPOOL);
		break;
	case OP_ADD:
		add(a, c);
		break;
	case OP_SUM:
		sum(a, c);
		break;
	default:
		move(a, c);
	}
}
