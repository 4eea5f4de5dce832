/* naive: the commands of a program one after the other, element by element,
 * written from docs/accelerator.md alone and as slowly as it reads. Checks the
 * fast model's arithmetic without any RTL. */
#include "tests/cosim/naive.h"

#include <stdlib.h>
#include <string.h>

#include "isa/map.h"
#include "isa/packed.h"
#include "isa/wfmt.h"

struct lane {
	int64_t bias, mult, shift;
};

struct naive {
	const struct trial *t;
	uint8_t *mem[N_MEMS];
	int8_t *spad;
	int64_t rows, cols, par_bytes; /* that the command uses */
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
	const int8_t *at = n->spad + par + 9 * col;

	return (struct lane){get32(at), get32(at + 4), at[8]};
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

/* `bits` bits, signed, from bit `at` on. */
static int32_t field(const int8_t *from, int64_t at, int bits)
{
	unsigned byte = (uint8_t)from[at / 8];
	unsigned v = byte >> at % 8 & ((1u << bits) - 1);

	return v >> (bits - 1) ? (int32_t)v - (1 << bits) : (int32_t)v;
}

/* The weight of column `col` for byte number k of a piece of n bytes, whose
 * weights begin at `from`. */
static int32_t weight(const struct naive *n, struct wfmt f, const int8_t *from,
                      int64_t bytes, int64_t k, int64_t col)
{
	int64_t vector = (n->cols * f.bits + 7) / 8;
	int64_t word = design_word(&n->t->d), block = word / 4 * f.of4;

	if (!f.of4)
		return field(from + k * vector, col * f.bits, f.bits);
	block = block > 4 ? 4 : block;
	int64_t index = (n->cols * 2 * block + 7) / 8;
	int64_t steps = (bytes + 3) / 4 * f.of4;
	for (int64_t j = k / 4 * f.of4; j < steps && j / f.of4 == k / 4; j++) {
		const int8_t *b = from + j / block * (index + block * vector);
		int64_t at = (j % block * n->cols + col) * 2;
		if (((uint8_t)b[at / 8] >> at % 8 & 3) == k % 4)
			return field(b + index + j % block * vector,
			             col * f.bits, f.bits);
	}
	return 0;
}

static int32_t conv_sum(const struct naive *n, const struct command *c,
                        int64_t g, int64_t x, int64_t y, int64_t col)
{
	const struct wfmt f = wfmt_of(c);
	const int8_t *w = n->spad + c->wgt + g * c->wgt_cs;
	const int64_t word = design_word(&n->t->d);
	uint32_t sum = 0;

	for (int64_t ib = 0; ib < c->kb; ib++)
		for (int64_t ia = 0; ia < c->ka; ia++)
			for (int64_t k = 0; k < c->run; k++) {
				int64_t left = c->run - k / word * word;
				int64_t bytes = left < word ? left : word;
				sum += (uint32_t)(n->spad[c->act +
				                          y * c->act_ys +
				                          x * c->act_xs +
				                          ib * c->kb_s +
				                          ia * c->ka_s + k] *
				                  weight(n, f, w, bytes,
				                         k % word, col));
				if (k % word == bytes - 1)
					w += wfmt_bytes(f, (int)n->cols,
					                (int)word, bytes);
			}
	return (int32_t)sum;
}

static int32_t vector_sum(const struct naive *n, const struct command *c,
                          int64_t g, int64_t x, int64_t y, int64_t col)
{
	int64_t x0 = x / n->rows * n->rows, r = x % n->rows;
	int32_t sum = c->opcode == OP_MAXPOOL ? -128 : 0;
	const struct wfmt f = wfmt_of(c);
	const int8_t *w = n->spad + c->wgt + g * c->wgt_cs;
	int64_t q = 0;

	for (int64_t ib = 0; ib < c->kb; ib++)
		for (int64_t p = 0; p < c->pm; p++)
			for (int64_t i = 0; p + i * c->pm < c->ka; i++, q++) {
				int32_t v =
				        n->spad[c->act + g * n->cols + col +
				                y * c->act_ys + x0 * c->act_xs +
				                ib * c->kb_s + p * c->ka_s +
				                (r + i) * c->act_xs];
				if (c->opcode == OP_DWCONV)
					sum += v * weight(n, f, w,
					                  c->ka * c->kb, q,
					                  col);
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

static void unpack(struct naive *n, const struct command *c)
{
	packed_decode(n->mem[c->mem >> 30 & 1] + (c->mem & 0xfffffff), c->n0,
	              c->n2, n->t->d.dma_bytes, (uint8_t *)n->spad + c->spad);
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

/* The driver's word to the ring, as every run has it. */
static void act(struct naive *n, const struct act *a, uint32_t *base,
                uint32_t *mask)
{
	if (a->kind == ACT_WRITE && a->arg[0] == ACCEL_RING_BASE)
		*base = a->arg[1];
	if (a->kind == ACT_WRITE && a->arg[0] == ACCEL_RING_MASK)
		*mask = a->arg[1];
	if (a->kind != ACT_ENTRY)
		return;
	const struct trial_job *j = &n->t->job[a->arg[0]];
	uint32_t words[4] = {j->list, j->n, j->irq ? JOB_IRQ : 0, 0};
	uint8_t *to = n->mem[MEM_SRAM] + (*base & 0xfffffff) +
	              (a->arg[0] & *mask) * RING_ENTRY_BYTES;

	for (int i = 0; i < RING_ENTRY_BYTES; i++)
		to[i] = (uint8_t)(words[i / 4] >> 8 * (i % 4));
}

/* False if the block at `par` is none that a legal program has. */
static bool legal_block(const struct naive *n, int64_t par, int64_t cols,
                        bool add)
{
	for (int64_t i = 0; i < cols; i++) {
		struct lane l = lane(n, par, i);
		if (l.mult < 0 || l.shift < -31 || l.shift > (add ? 0 : 31))
			return false;
	}
	return true;
}

static bool legal_params(const struct naive *n, const struct command *c)
{
	int64_t groups = (c->nchan + n->cols - 1) / n->cols;

	if (opcode_queue((int)c->opcode) != QUEUE_EX || c->flags & EXE_HOLD)
		return true;
	if (c->opcode == OP_SUM)
		return true; /* unless PLUS wants it */
	if (c->opcode == OP_ADD)
		return legal_block(n, c->par, 3, true);
	if (c->flags & EXE_PLUS)
		for (int i = 0; i < 3; i++)
			if (n->second[i].mult < 0 || n->second[i].shift > 0 ||
			    n->second[i].shift < -31)
				return false;
	for (int64_t g = 0; g < groups; g++) {
		int64_t left = c->nchan - g * n->cols;
		int64_t block = c->flags & EXE_PAR_SHARED ? 0 : g;
		if (!legal_block(n, c->par + block * n->par_bytes,
		                 left < n->cols ? left : n->cols, false))
			return false;
	}
	return true;
}

/* The array that `c` has: all, or what its fields say. */
static void use_part(struct naive *n, const struct command *c)
{
	const struct design *d = &n->t->d;
	int64_t whole = design_par_words(d) * design_word(d);

	n->rows = c->rows ? c->rows : d->rows;
	n->cols = c->cols ? c->cols : d->cols;
	n->par_bytes = c->par_n ? 8 * c->par_n : whole;
}

static void command(struct naive *n, const struct command *c)
{
	if (c->opcode == OP_UNPACK)
		unpack(n, c);
	else if (opcode_queue((int)c->opcode) != QUEUE_EX)
		dma(n, c);
	else if (c->opcode == OP_ADD)
		add(n, c);
	else if (c->opcode == OP_SUM)
		sum(n, c);
	else
		array(n, c);
}

bool run_naive(struct run *r, const struct trial *t)
{
	struct naive *n = calloc(1, sizeof(*n));
	struct mem mem;
	uint32_t base = 0, mask = 0;
	bool legal = true;

	memset(r, 0, sizeof(*r));
	r->name = "naive";
	if (!n)
		abort();
	n->t = t;
	n->spad = calloc(design_spad_bytes(&t->d), 1);
	if (!n->spad)
		abort();
	trial_memories(t, &mem);
	for (int m = 0; m < N_MEMS; m++)
		n->mem[m] = r->mem[m] = mem.bytes[m];
	for (int i = 0; i < t->n_acts; i++)
		act(n, &t->act[i], &base, &mask);
	for (int j = 0; j < t->n_jobs; j++)
		for (uint32_t k = 0; k < t->job[j].n; k++) {
			const struct command *c = &t->job[j].c[k];
			if (!strcmp(opcode_name((int)c->opcode), "?"))
				continue;
			use_part(n, c);
			legal = legal && legal_params(n, c);
			command(n, c);
		}
	free(n->spad);
	free(n);
	return legal;
}
