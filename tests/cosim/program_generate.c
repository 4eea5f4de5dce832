/* generate: random legal commands.
 *
 * Memory map of a program: SRAM: ring, N_BLOCKS blocks that loads read and
 * stores write, room for a copy of the scratchpad at the end. Flash: random
 * bytes, then parameter blocks, legal for ADD and for the others. Lists of
 * commands follow in both.
 *
 * The first job begins with loads of the whole scratchpad, the last ends with
 * stores of it, so that memories alone show a difference.
 */
#include "tests/cosim/program_generate.h"

#include <stdlib.h>
#include <string.h>

#include "isa/map.h"
#include "tests/cosim/rng.h"

enum {
	RING_AT = 0x100,
	BLOCKS_AT = 0x400,
	N_BLOCKS = 8,
	BLOCK = 2048,
	DUMP_AT = BLOCKS_AT + N_BLOCKS * BLOCK,
	FLASH_DATA = 16 * 1024,
	N_PAR = 24, /* parameter blocks of each kind */
};

/* A range of bytes, around which a command's address is placed. */
struct range {
	int64_t lo, hi;
};

struct gen {
	struct program *p;
	struct rng r;
	struct job *job;
	int64_t word, par_bytes, bank, spad;
	uint32_t count[N_QUEUES];        /* commands of this job */
	uint32_t bank_use[64][N_QUEUES]; /* number of the last user */
	uint32_t block_use[N_BLOCKS][N_QUEUES];
	uint64_t banks;  /* that the command being made uses */
	unsigned blocks; /* SRAM blocks, alike */
	int64_t layer;
};

static int64_t pick(struct gen *g, int64_t lo, int64_t hi)
{
	return rng_in(&g->r, lo, hi);
}

static bool chance(struct gen *g, int percent)
{
	return rng_percent(&g->r, percent);
}

/* ------------------------------------------------------------------------
 * Locks and waits */

static void need(const uint32_t use[N_QUEUES], uint32_t wait[N_QUEUES])
{
	for (int q = 0; q < N_QUEUES; q++)
		if (use[q] > wait[q])
			wait[q] = use[q];
}

/* Append the command: waits from what it locks, and a few needless ones. */
static void emit(struct gen *g, struct command *c)
{
	enum queue q = opcode_queue((int)c->opcode);
	uint32_t wait[N_QUEUES] = {0};

	for (int b = 0; b < g->p->d.banks; b++)
		if (g->banks >> b & 1)
			need(g->bank_use[b], wait);
	for (int b = 0; b < N_BLOCKS; b++)
		if (g->blocks >> b & 1)
			need(g->block_use[b], wait);
	wait[q] = 0; /* a queue is in order anyway */
	for (int i = 0; i < N_QUEUES; i++)
		if (chance(g, 10))
			wait[i] = (uint32_t)pick(g, wait[i], g->count[i]);
	c->wait_ld = wait[QUEUE_LD];
	c->wait_ex = wait[QUEUE_EX];
	c->wait_st = wait[QUEUE_ST];
	c->layer = g->layer;
	g->count[q]++;
	for (int b = 0; b < g->p->d.banks; b++)
		if (g->banks >> b & 1)
			g->bank_use[b][q] = g->count[q];
	for (int b = 0; b < N_BLOCKS; b++)
		if (g->blocks >> b & 1)
			g->block_use[b][q] = g->count[q];
	job_append(g->job, c);
	g->banks = 0;
	g->blocks = 0;
}

static uint64_t banks_of(const struct gen *g, int64_t lo, int64_t hi)
{
	uint64_t set = 0;

	for (int64_t b = lo / g->bank; b <= (hi - 1) / g->bank; b++)
		set |= (uint64_t)1 << b;
	return set;
}

/* Find bytes for `h` in banks outside `taken`; *at becomes the address of
 * relative byte 0. Marks the banks as used by this command. */
static bool place(struct gen *g, struct range h, uint64_t taken, int64_t *at)
{
	int64_t size = h.hi - h.lo;

	for (int i = 0; i < 24 && size <= g->spad; i++) {
		int64_t lo = pick(g, 0, g->spad - size);
		if (i % 2) /* whole banks fit more often */
			lo -= lo % g->bank;
		uint64_t set = banks_of(g, lo, lo + size);
		if (set & taken)
			continue;
		g->banks |= set;
		*at = lo - h.lo;
		return true;
	}
	return false;
}

static void widen(struct range *h, int64_t n, int64_t stride)
{
	int64_t far = (n - 1) * stride;

	if (far < 0)
		h->lo += far;
	else
		h->hi += far;
}

/* ------------------------------------------------------------------------
 * LOAD, FILL, STORE */

static int64_t stride(struct gen *g, int64_t span)
{
	switch (pick(g, 0, 3)) {
	case 0:
		return span;
	case 1:
		return span + pick(g, 0, 9);
	case 2:
		return pick(g, -40, 40);
	default:
		return -span;
	}
}

/* A place for `h` in SRAM blocks or in the data part of flash. */
static bool place_memory(struct gen *g, struct range h, bool flash, int64_t *at)
{
	int64_t size = h.hi - h.lo;
	int64_t room = flash ? FLASH_DATA : N_BLOCKS * BLOCK;

	if (size > room)
		return false;
	int64_t lo = pick(g, 0, room - size);
	if (chance(g, 40) && lo >= 16)
		lo -= lo % 16;
	*at = lo - h.lo + (flash ? MAP_FLASH : MAP_SRAM + BLOCKS_AT);
	if (!flash)
		for (int64_t b = lo / BLOCK; b <= (lo + size - 1) / BLOCK; b++)
			g->blocks |= 1u << b;
	return true;
}

static bool gen_dma(struct gen *g, int64_t op)
{
	struct command c = {.opcode = op};
	bool big = chance(g, 10), many = chance(g, 3);

	c.n0 = pick(g, 1, big ? 700 : many ? 2 : 70);
	c.n1 = chance(g, 30) ? 1 : pick(g, 1, big ? 3 : many ? 600 : 7);
	c.n2 = chance(g, 50) ? 1 : pick(g, 1, many && c.n1 == 1 ? 600 : 4);
	c.fill = pick(g, 0, 255);
	c.spad_s1 = stride(g, c.n0);
	c.spad_s2 = stride(g, c.n0 * c.n1);
	c.mem_s1 = stride(g, c.n0);
	c.mem_s2 = stride(g, c.n0 * c.n1);
	struct range s = {0, c.n0}, m = {0, c.n0};
	widen(&s, c.n1, c.spad_s1);
	widen(&s, c.n2, c.spad_s2);
	widen(&m, c.n1, c.mem_s1);
	widen(&m, c.n2, c.mem_s2);
	bool flash = op == OP_LOAD && chance(g, 60);
	if (!place(g, s, 0, &c.spad))
		return false;
	if (op != OP_FILL && !place_memory(g, m, flash, &c.mem))
		return false;
	emit(g, &c);
	return true;
}

/* A plain copy of n bytes to or from memory. */
static void copy(struct gen *g, int64_t op, int64_t mem, int64_t spad,
                 int64_t n)
{
	struct command c = {
	        .opcode = op,
	        .mem = mem,
	        .spad = spad,
	        .n0 = n,
	        .n1 = 1,
	        .n2 = 1,
	};

	g->banks = banks_of(g, spad, spad + n);
	emit(g, &c);
}

/* ------------------------------------------------------------------------
 * Execute */

/* Fetch legal parameters for `c` and put them at c->par. */
static void load_params(struct gen *g, const struct command *c, int64_t blocks)
{
	bool add = c->opcode == OP_ADD;
	int64_t first = (add ? N_PAR : 0) + pick(g, 0, N_PAR - blocks);
	uint64_t keep = g->banks;

	copy(g, OP_LOAD, MAP_FLASH + FLASH_DATA + first * g->par_bytes, c->par,
	     blocks * g->par_bytes);
	g->banks = keep;
}

static void clamp_fields(struct gen *g, struct command *c)
{
	c->zp = pick(g, -128, 127);
	c->qmin = chance(g, 70) ? -128 : pick(g, -128, 127);
	c->qmax = chance(g, 70) ? 127 : pick(g, c->qmin, 127);
	if (chance(g, 25))
		c->flags |= EXE_SINGLE_ROUND;
}

/* Output strides that keep pixels apart. */
static struct range output(struct gen *g, struct command *c)
{
	int64_t pad = chance(g, 50) ? 0 : pick(g, 0, 5);
	struct range h = {0, c->nchan};

	if (chance(g, 80)) {
		c->out_xs = c->nchan + pad;
		c->out_ys = c->nx * c->out_xs + (chance(g, 50) ? pad : 0);
	} else { /* columns first */
		c->out_ys = c->nchan + pad;
		c->out_xs = c->ny * c->out_ys;
	}
	widen(&h, c->nx, c->out_xs);
	widen(&h, c->ny, c->out_ys);
	return h;
}

/* Parameters and outputs outside the banks `taken`: disjoint bytes, perhaps
 * one bank. */
static bool place_results(struct gen *g, struct command *c, struct range out,
                          int64_t par_bytes, uint64_t taken)
{
	struct range par = {0, par_bytes};

	if (chance(g, 40)) {
		struct range both = {out.lo, out.hi + par_bytes};
		if (place(g, both, taken, &c->out)) {
			c->par = c->out + out.hi;
			return true;
		}
	}
	uint64_t before = g->banks;
	if (!place(g, par, taken, &c->par))
		return false;
	return place(g, out, taken | (g->banks & ~before), &c->out);
}

/* PLUS, now and then: a second operand where the outputs go, or elsewhere but
 * in their banks, perhaps; its parameters and SUM. */
static void add_second(struct gen *g, struct command *c, struct range out,
                       uint64_t taken)
{
	struct command s = {.opcode = OP_SUM,
	                    .act = c->out,
	                    .out_xs = c->out_xs,
	                    .out_ys = c->out_ys};
	struct range par = {0, g->par_bytes}, in = {0, c->nchan};
	int64_t block = N_PAR + pick(g, 0, N_PAR - 1);
	uint64_t before = g->banks;

	clamp_fields(g, &s);
	s.flags = 0;
	if (!chance(g, 25) || !place(g, par, before, &s.par))
		return;
	if (chance(g, 60)) {
		s.out_xs = pick(g, 0, 2 * c->nchan);
		s.out_ys = pick(g, 0, c->nx * c->nchan);
		widen(&in, c->nx, s.out_xs);
		widen(&in, c->ny, s.out_ys);
		if (!place(g, in, taken, &s.act) ||
		    (s.act < c->out + out.hi && c->out < s.act + in.hi)) {
			g->banks = before;
			return;
		}
	}
	uint64_t banks = g->banks;
	copy(g, OP_LOAD, MAP_FLASH + FLASH_DATA + block * g->par_bytes, s.par,
	     g->par_bytes);
	g->banks = banks_of(g, s.par, s.par + g->par_bytes);
	emit(g, &s);
	g->banks = banks;
	c->flags |= EXE_PLUS;
}

/* Where the input, weights and results of an array command are. */
static bool place_array(struct gen *g, struct command *c, struct range in,
                        int64_t steps)
{
	int64_t cols = g->p->d.cols;
	int64_t groups = (c->nchan + cols - 1) / cols;
	bool weights = c->opcode == OP_CONV || c->opcode == OP_DWCONV;
	struct range w = {0, steps * cols};

	if (chance(g, 10))
		c->flags |= EXE_PAR_SHARED;
	int64_t blocks = c->flags & EXE_PAR_SHARED ? 1 : groups;
	if (blocks > N_PAR)
		return false;
	c->wgt_cs = chance(g, 80) ? w.hi : pick(g, 0, w.hi + 20);
	widen(&w, groups, c->wgt_cs);
	struct range out = output(g, c);
	if (!place(g, in, 0, &c->act))
		return false;
	uint64_t taken = g->banks;
	if (weights && !place(g, w, taken, &c->wgt))
		return false;
	taken = g->banks;
	if (c->flags & EXE_HOLD)
		return true;
	if (!place_results(g, c, out, blocks * g->par_bytes, taken))
		return false;
	load_params(g, c, blocks);
	add_second(g, c, out, taken);
	return true;
}

/* Fields of CONV apart from channels and pixels. */
static bool finish_conv(struct gen *g, struct command *c)
{
	c->opcode = OP_CONV;
	c->ka = chance(g, 40) ? 1 : pick(g, 1, 4);
	c->kb = chance(g, 50) ? 1 : pick(g, 1, 4);
	c->run = chance(g, 25) ? pick(g, 1, 3 * g->word) : pick(g, 1, g->word);
	if (chance(g, 4)) {
		c->run = pick(g, 1, 1500);
		c->ka = c->kb = 1;
	}
	if (chance(g, 4)) {
		c->run = pick(g, 1, 3);
		c->ka = pick(g, 1, 255);
		c->kb = pick(g, 1, 2);
	}
	c->ka_s = stride(g, c->run);
	c->kb_s = stride(g, c->run * c->ka);
	c->act_xs = stride(g, pick(g, 1, c->run));
	c->act_ys = stride(g, pick(g, 1, c->run * c->nx));
	clamp_fields(g, c);
	struct range in = {0, c->run};
	widen(&in, c->ka, c->ka_s);
	widen(&in, c->kb, c->kb_s);
	widen(&in, c->nx, c->act_xs);
	widen(&in, c->ny, c->act_ys);
	if (!place_array(g, c, in, c->ka * c->kb * c->run))
		return false;
	emit(g, c);
	return true;
}

/* Channels and pixels; now and then many of one of them. */
static struct command shape(struct gen *g)
{
	int64_t cols = g->p->d.cols, far = pick(g, 0, 99);
	struct command c = {
	        .nchan = pick(g, 1, chance(g, 50) ? cols : 3 * cols),
	        .nx = pick(g, 1, chance(g, 50) ? 6 : 40),
	        .ny = pick(g, 1, chance(g, 50) ? 2 : 8),
	};

	if (far >= 6)
		return c;
	c.nchan = far < 2 ? pick(g, 1, N_PAR * cols) : pick(g, 1, 3);
	c.nx = far == 2 || far == 3 ? pick(g, 1, 1500) : 1;
	c.ny = far > 3 ? pick(g, 1, 700) : 1;
	return c;
}

static bool gen_conv(struct gen *g)
{
	struct command c = shape(g);

	return finish_conv(g, &c);
}

/* A sum in several commands: HOLD, KEEP HOLD ..., KEEP. */
static bool gen_split(struct gen *g)
{
	struct command c = {
	        .nchan = pick(g, 1, g->p->d.cols),
	        .nx = pick(g, 1, g->p->d.rows),
	};
	bool any = false;

	c.ny = pick(g, 1, g->p->d.rows / c.nx);
	for (int64_t i = pick(g, 1, 3); i >= 0; i--) {
		struct command part = c;
		part.flags = (any ? EXE_KEEP : 0) | (i ? EXE_HOLD : 0);
		g->banks = 0;
		if (finish_conv(g, &part))
			any = true;
	}
	return any;
}

/* Rows of at most one group, each as many kernel rows further as leaves the
 * last two segments of one the first two of the next. */
static void reuse_fields(struct gen *g, struct command *c)
{
	int64_t rows = g->p->d.rows;

	c->flags |= EXE_REUSE;
	c->pm = pick(g, 1, 2);
	c->ka = pick(g, c->pm, 3 * c->pm);
	c->kb = pick(g, c->pm == 1 ? 3 : 2, chance(g, 70) ? 3 : 9);
	c->nx = pick(g, 1, c->nx < rows ? c->nx : rows);
	c->act_ys = (c->kb - 2 / c->pm) * c->kb_s;
}

static bool gen_vector(struct gen *g)
{
	struct command c = shape(g);

	c.opcode = pick(g, OP_DWCONV, OP_AVGPOOL);
	c.ka = pick(g, 1, chance(g, 80) ? 4 : 12);
	c.kb = pick(g, 1, chance(g, 80) ? 4 : 9);
	if (chance(g, 5)) {
		int64_t many = pick(g, 1, 255);
		c.ka = chance(g, 50) ? many : 1;
		c.kb = c.ka == 1 ? many : 1;
	}
	c.pm = pick(g, 1, c.ka);
	c.act_xs = stride(g, pick(g, 1, c.nchan));
	c.act_ys = stride(g, pick(g, 1, c.nchan * 2));
	c.ka_s = stride(g, c.nchan);
	c.kb_s = stride(g, c.nchan);
	if (chance(g, 40))
		reuse_fields(g, &c);
	clamp_fields(g, &c);
	struct range in = {0, 0}, base = {0, 0};
	for (int64_t f = 0; f < c.pm; f++) {
		struct range h = {f * c.ka_s, f * c.ka_s};
		widen(&h, (c.ka - f + c.pm - 1) / c.pm, c.act_xs);
		in.lo = h.lo < in.lo ? h.lo : in.lo;
		in.hi = h.hi > in.hi ? h.hi : in.hi;
	}
	widen(&base, c.nx, c.act_xs);
	widen(&base, c.ny, c.act_ys);
	widen(&base, c.kb, c.kb_s);
	in.lo += base.lo;
	in.hi += base.hi + c.nchan;
	if (!place_array(g, &c, in, c.ka * c.kb))
		return false;
	emit(g, &c);
	return true;
}

static bool gen_add(struct gen *g)
{
	int64_t n = pick(g, 1, chance(g, 50) ? 40 : 400);
	struct command c = {.opcode = OP_ADD, .nx = n};
	struct range h = {0, n};

	if (chance(g, 10)) { /* the high half of the count */
		n += 65536;
		h.hi = n;
		c.ny = 1;
	}
	clamp_fields(g, &c);
	if (!place(g, h, 0, &c.act) || !place(g, h, g->banks, &c.wgt) ||
	    !place_results(g, &c, h, g->par_bytes, g->banks))
		return false;
	load_params(g, &c, 1);
	emit(g, &c);
	return true;
}

/* ------------------------------------------------------------------------
 * A whole program */

static void random_bytes(struct gen *g, uint8_t *to, size_t n)
{
	/* Mostly small values, so that not every sum saturates. */
	for (size_t i = 0; i < n; i++) {
		uint64_t v = rng_next(&g->r);
		to[i] = (uint8_t)(v >> 40);
		if (v & 1)
			to[i] = (uint8_t)((int8_t)to[i] / 8);
		if (!(v & 14))
			to[i] = v & 16 ? 127 : 128;
	}
}

/* One parameter block: multipliers are not negative, and ADD shifts right.
 * `fine`: of the operands or of the sum of ADD so small that each bit shows. */
static void make_params(struct gen *g, uint8_t *to, bool add)
{
	int cols = g->p->d.cols, fine = add ? (int)pick(g, 0, 3) : 0;

	for (int i = 0; i < cols; i++) {
		int64_t bias = chance(g, 80) ? pick(g, -9000, 9000)
		                             : pick(g, INT32_MIN, INT32_MAX);
		int64_t mult = chance(g, 80) ? pick(g, 1 << 30, INT32_MAX)
		                             : pick(g, 0, INT32_MAX);
		int64_t shift = chance(g, 80) ? pick(g, -14, 0)
		                              : pick(g, -31, add ? 0 : 31);
		if (add && i < 2)
			bias = pick(g, -128, 128);
		if (add && i == 2 && chance(g, 80))
			shift = pick(g, -22, -16);
		if (fine && i < 3) {
			bool small = (fine == 1) == (i < 2);
			mult = small ? pick(g, 0, 2047) : INT32_MAX - mult / 8;
			shift = 0;
		}
		put32(to + 4 * i, (uint32_t)bias);
		put32(to + 4 * (cols + i), (uint32_t)mult);
		to[8 * cols + i] = (uint8_t)shift;
	}
}

static void make_memories(struct gen *g)
{
	struct program *p = g->p;
	size_t size[N_MEMS] = {
	        [MEM_SRAM] = DUMP_AT + (size_t)g->spad,
	        [MEM_FLASH] = FLASH_DATA + 2 * N_PAR * (size_t)g->par_bytes,
	};

	p->dump_at = DUMP_AT;
	for (int m = 0; m < N_MEMS; m++) {
		p->data_end[m] = (uint32_t)((size[m] + 63) / 64 * 64);
		p->init[m] = malloc(p->data_end[m]);
		if (!p->init[m])
			abort();
		random_bytes(g, p->init[m], p->data_end[m]);
	}
	for (int i = 0; i < 2 * N_PAR; i++)
		make_params(g,
		            p->init[MEM_FLASH] + FLASH_DATA + i * g->par_bytes,
		            i >= N_PAR);
}

/* The whole scratchpad, a piece at a time, from flash or to the dump. */
static void move_all(struct gen *g, int64_t op)
{
	int64_t piece = g->spad < 8192 ? g->spad : 8192;

	for (int64_t at = 0; at < g->spad; at += piece)
		copy(g, op,
		     op == OP_LOAD ? MAP_FLASH + at % FLASH_DATA
		                   : MAP_SRAM + DUMP_AT + at,
		     at, piece);
}

static void gen_command(struct gen *g)
{
	int64_t kind = pick(g, 0, 99);
	struct command bad = {.opcode = 77};

	g->banks = 0;
	g->blocks = 0;
	if (chance(g, 30))
		g->layer = pick(g, 0, N_LAYERS - 1);
	if (kind < 22) {
		gen_dma(g, OP_LOAD);
	} else if (kind < 30) {
		gen_dma(g, OP_FILL);
	} else if (kind < 50) {
		gen_dma(g, OP_STORE);
	} else if (kind < 65) {
		gen_conv(g);
	} else if (kind < 75) {
		gen_split(g);
	} else if (kind < 92) {
		gen_vector(g);
	} else if (kind < 97 || !g->p->bad_opcode) {
		gen_add(g);
	} else {
		bad.layer = g->layer;
		job_append(g->job, &bad);
	}
}

static void begin_job(struct gen *g)
{
	struct program *p = g->p;

	g->job = &p->job[p->n_jobs++];
	g->job->irq = chance(g, 60);
	memset(g->count, 0, sizeof(g->count));
	memset(g->bank_use, 0, sizeof(g->bank_use));
	memset(g->block_use, 0, sizeof(g->block_use));
}

/* What the host does: mostly little, sometimes as much as it can. */
static void make_host(struct gen *g)
{
	static const int percent[] = {0, 0, 3, 20, 60, 100};
	struct program *p = g->p;

	p->irq_enable = chance(g, 70);
	for (int m = 0; m < N_MEMS; m++)
		p->host_percent[m] = percent[pick(g, 0, 5)];
	/* Never starve the accelerator. */
	if (p->host_percent[MEM_SRAM] + p->host_percent[MEM_FLASH] > 100 ||
	    p->host_percent[MEM_SRAM] == 100 ||
	    p->host_percent[MEM_FLASH] == 100)
		p->host_percent[MEM_SRAM] = p->host_percent[MEM_FLASH] = 45;
	p->submit_gap = (int)pick(g, 0, 2) * 300;
	p->ring_base = MAP_SRAM + RING_AT;
	p->ring_mask = (1u << pick(g, 0, 3)) - 1;
	p->bad_opcode = chance(g, 5);
}

void generate(struct program *p, int commands)
{
	struct gen g = {
	        .p = p,
	        .r = {p->seed},
	        .word = design_word(&p->d),
	        .bank = design_bank_bytes(&p->d),
	        .spad = design_spad_bytes(&p->d),
	};
	g.par_bytes = design_par_words(&p->d) * g.word;
	make_memories(&g);
	make_host(&g);
	int64_t jobs = pick(&g, 1, MAX_JOBS);
	for (int64_t j = 0; j < jobs; j++) {
		begin_job(&g);
		if (j == 0)
			move_all(&g, OP_LOAD);
		int64_t n = pick(&g, 0, 2 * commands / jobs);
		for (int64_t i = 0; i < n; i++)
			gen_command(&g);
		g.banks = g.blocks = 0;
		if (j == jobs - 1)
			move_all(&g, OP_STORE);
		else if (!g.job->n)
			gen_dma(&g, OP_FILL);
	}
	p->job[p->n_jobs - 1].irq = true; /* whoever waits is woken */
}
