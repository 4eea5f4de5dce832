/* naive: the commands of a program one after the other, element by element,
 * written from docs/accelerator.md alone and as slowly as it reads. Checks the
 * fast model's arithmetic without any RTL. */
#include "tests/cosim/pair.h"

#include <stdlib.h>
#include <string.h>

struct lane {
	int64_t bias, mult, shift;
};

struct naive {
	const struct program *p;
	uint8_t *mem[N_MEMS];
	int8_t *spad;
	int64_t rows, cols, par_bytes;
	int32_t sums[64][64];
	struct command sum; /* the last SUM, and its columns 0, 1, 2 */
	struct lane second[3];
};

static int64_t get32(const int8_t *p)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++)
		v |= (uint32_t)(uint8_t)p[i] << 8 * i;
	return (int32_t)v;
}

static int64_t round_shift(int64_t v, int64_t mult, int64_t shift, bool single)
{
	int64_t s = shift < 0 ? -shift : 0;

	if (single)
		return (v * mult + ((int64_t)1 << (30 + s))) >> (31 + s);
	int64_t u = (v * mult + ((int64_t)1 << 30)) >> 31;
	if (shift >= 0)
		return u;
	return (u + ((int64_t)1 << (s - 1)) - (u < 0)) >> s;
}

static int8_t clamp(const struct command *c, int64_t w)
{
	w += c->zp;
	return (int8_t)(w < c->qmin ? c->qmin : w > c->qmax ? c->qmax : w);
}

static struct lane lane(const struct naive *n, int64_t par, int64_t col)
{
	return (struct lane){
	        get32(n->spad + par + 4 * col),
	        get32(n->spad + par + 4 * (n->cols + col)),
	        n->spad[par + 8 * n->cols + col],
	};
}

static int8_t sum_of(const struct command *c, const struct lane l[3],
                     bool single, int8_t x, int8_t y)
{
	int64_t v[2] = {x, y};
	uint32_t sum = 0;

	for (int k = 0; k < 2; k++) {
		uint32_t up = (uint32_t)(v[k] + l[k].bias) << 20;
		sum += (uint32_t)round_shift((int32_t)up, l[k].mult, l[k].shift,
		                             single);
	}
	return clamp(c,
	             round_shift((int32_t)sum, l[2].mult, l[2].shift, single));
}

/* Cell (r, col) of group g, whose pixel is (x, y), has summed up. */
static void finish(struct naive *n, const struct command *c, int64_t g,
                   int64_t x, int64_t y, int64_t col, int32_t sum)
{
	int64_t block = c->flags & EXE_PAR_SHARED ? 0 : g;
	struct lane l = lane(n, c->par + block * n->par_bytes, col);
	uint32_t v = (uint32_t)sum + (uint32_t)l.bias;

	if (l.shift > 0)
		v <<= l.shift;
	bool single = c->flags & EXE_SINGLE_ROUND;
	int8_t out = clamp(c, round_shift((int32_t)v, l.mult, l.shift, single));
	const struct command *s = &n->sum;

	if (c->flags & EXE_PLUS)
		out = sum_of(s, n->second, single, out,
		             n->spad[s->act + y * s->out_ys + x * s->out_xs +
		                     g * n->cols + col]);
	n->spad[c->out + y * c->out_ys + x * c->out_xs + g * n->cols + col] =
	        out;
}

static int32_t conv_sum(const struct naive *n, const struct command *c,
                        int64_t g, int64_t x, int64_t y, int64_t col)
{
	uint32_t sum = 0;
	int64_t q = 0;

	for (int64_t ib = 0; ib < c->kb; ib++)
		for (int64_t ia = 0; ia < c->ka; ia++)
			for (int64_t k = 0; k < c->run; k++, q++)
				sum += (uint32_t)(n->spad[c->act +
				                          y * c->act_ys +
				                          x * c->act_xs +
				                          ib * c->kb_s +
				                          ia * c->ka_s + k] *
				                  n->spad[c->wgt +
				                          g * c->wgt_cs +
				                          q * n->cols + col]);
	return (int32_t)sum;
}

static int32_t vector_sum(const struct naive *n, const struct command *c,
                          int64_t g, int64_t x, int64_t y, int64_t col)
{
	int64_t x0 = x / n->rows * n->rows, r = x % n->rows;
	int32_t sum = c->opcode == OP_MAXPOOL ? -128 : 0;
	int64_t q = 0;

	for (int64_t ib = 0; ib < c->kb; ib++)
		for (int64_t f = 0; f < c->pm; f++)
			for (int64_t i = 0; f + i * c->pm < c->ka; i++, q++) {
				int32_t v =
				        n->spad[c->act + g * n->cols + col +
				                y * c->act_ys + x0 * c->act_xs +
				                ib * c->kb_s + f * c->ka_s +
				                (r + i) * c->act_xs];
				if (c->opcode == OP_DWCONV)
					sum += v *
					       n->spad[c->wgt + g * c->wgt_cs +
					               q * n->cols + col];
				else if (c->opcode == OP_AVGPOOL)
					sum += v;
				else if (v > sum)
					sum = v;
			}
	return sum;
}

static void array(struct naive *n, const struct command *c)
{
	for (int64_t ch = 0; ch < c->nchan; ch++)
		for (int64_t p = 0; p < c->nx * c->ny; p++) {
			int64_t g = ch / n->cols, col = ch % n->cols;
			int64_t x = p % c->nx, y = p / c->nx;
			bool conv = c->opcode == OP_CONV;
			int32_t sum = conv ? conv_sum(n, c, g, x, y, col)
			                   : vector_sum(n, c, g, x, y, col);
			int32_t *cell = &n->sums[p % n->rows][col];
			if (c->flags & EXE_KEEP)
				sum = (int32_t)((uint32_t)sum +
				                (uint32_t)*cell);
			*cell = sum;
			if (!(c->flags & EXE_HOLD))
				finish(n, c, g, x, y, col, sum);
		}
}

static void add(struct naive *n, const struct command *c)
{
	struct lane l[3];

	for (int i = 0; i < 3; i++)
		l[i] = lane(n, c->par, i);
	for (int64_t i = 0; i < (c->nx | c->ny << 16); i++)
		n->spad[c->out + i] =
		        sum_of(c, l, c->flags & EXE_SINGLE_ROUND,
		               n->spad[c->act + i], n->spad[c->wgt + i]);
}

static void sum(struct naive *n, const struct command *c)
{
	n->sum = *c;
	for (int i = 0; i < 3; i++)
		n->second[i] = lane(n, c->par, i);
	for (int i = 0; i < 2; i++) { /* 9 bits, signed */
		int64_t low = n->second[i].bias & 511;
		n->second[i].bias = low < 256 ? low : low - 512;
	}
}

static void dma(struct naive *n, const struct command *c)
{
	for (int64_t i2 = 0; i2 < c->n2; i2++)
		for (int64_t i1 = 0; i1 < c->n1; i1++)
			for (int64_t i0 = 0; i0 < c->n0; i0++) {
				uint8_t *m = n->mem[c->mem >> 30 & 1] +
				             (c->mem & 0xfffffff) + i0 +
				             i1 * c->mem_s1 + i2 * c->mem_s2;
				int8_t *s = n->spad + c->spad + i0 +
				            i1 * c->spad_s1 + i2 * c->spad_s2;
				if (c->opcode == OP_FILL)
					*s = (int8_t)c->fill;
				else if (c->opcode == OP_LOAD)
					*s = (int8_t)*m;
				else
					*m = (uint8_t)*s;
			}
}

void run_naive(struct run *r, const struct program *p)
{
	struct naive *n = calloc(1, sizeof(*n));

	memset(r, 0, sizeof(*r));
	r->name = "naive";
	if (!n)
		abort();
	n->p = p;
	n->rows = p->d.rows;
	n->cols = p->d.cols;
	n->par_bytes = design_par_words(&p->d) * design_word(&p->d);
	n->spad = calloc(design_spad_bytes(&p->d), 1);
	for (int m = 0; m < N_MEMS; m++) {
		n->mem[m] = r->mem[m] = malloc(p->size[m]);
		if (!n->spad || !n->mem[m])
			abort();
		memcpy(n->mem[m], p->init[m], p->size[m]);
	}
	for (int j = 0; j < p->n_jobs; j++) {
		uint32_t at, words[4];
		program_ring(p, (uint32_t)j, &at, words);
		for (uint32_t i = 0; i < 4; i++)
			put32(n->mem[MEM_SRAM] + at + 4 * i, words[i]);
		for (uint32_t k = 0; k < p->job[j].n; k++) {
			const struct command *c = &p->job[j].c[k];
			if (c->opcode > OP_SUM)
				continue;
			if (opcode_queue((int)c->opcode) != QUEUE_EX)
				dma(n, c);
			else if (c->opcode == OP_ADD)
				add(n, c);
			else if (c->opcode == OP_SUM)
				sum(n, c);
			else
				array(n, c);
		}
	}
	free(n->spad);
	free(n);
}
