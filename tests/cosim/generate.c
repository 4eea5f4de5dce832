/* generate: see generate.h and gen.h.
 *
 * Memories: in SRAM two places for the ring, N_BLOCKS blocks that loads read
 * and stores write, room for a copy of the scratchpad; in flash random bytes,
 * then parameter blocks, legal for ADD and for the others. Lists of commands
 * follow in both. Where all that begins, and how large the memories are, is
 * random.
 *
 * The first job begins with loads of the scratchpad, the last ends with stores
 * of it, so that memories alone show a difference; of a large scratchpad mostly
 * the parts that the program uses.
 */
#include "tests/cosim/generate.h"

#include <stdlib.h>
#include <string.h>

#include "isa/map.h"
#include "tests/cosim/gen.h"

/* rows, cols, spad_kib, banks, lanes, dma_bytes, queue; narrow, sparse, split,
 * unpack as bits */
static const int designs[N_FIXED][8] = {
        {8, 8, 16, 16, 4, 8, 4, 15},     {6, 10, 16, 8, 3, 4, 2, 3},
        {16, 16, 64, 32, 8, 16, 8, 8},   {1, 4, 8, 4, 1, 4, 2, 3},
        {5, 7, 16, 16, 7, 16, 16, 15},   {3, 20, 32, 8, 20, 8, 4, 0},
        {32, 32, 128, 16, 16, 16, 4, 0}, {20, 5, 32, 16, 2, 4, 8, 12},
        {13, 64, 256, 16, 40, 8, 2, 15}, {64, 6, 64, 8, 6, 16, 4, 6},
        {8, 8, 512, 32, 8, 16, 4, 0},    {4, 4, 4, 4, 2, 8, 2, 12},
        {2, 9, 64, 64, 9, 16, 16, 7},
};

int64_t pick(struct gen *g, int64_t lo, int64_t hi)
{
	return rng_in(&g->r, lo, hi);
}

bool chance(struct gen *g, int percent)
{
	return rng_percent(&g->r, percent);
}

/* ------------------------------------------------------------------------
 * Designs */

bool design_fixed(int i, struct design *d)
{
	if (i < 0 || i >= N_FIXED)
		return false;
	const int *v = designs[i];
	*d = design_default();
	d->rows = v[0];
	d->cols = v[1];
	d->spad_kib = v[2];
	d->banks = v[3];
	d->lanes = v[4];
	d->dma_bytes = v[5];
	d->queue = v[6];
	d->narrow = v[7] & 1;
	d->sparse = v[7] >> 1 & 1;
	d->split = v[7] >> 2 & 1;
	d->unpack = v[7] >> 3 & 1;
	return true;
}

/* One end of the range or the other, else small more often than large. */
static long random_value(struct rng *r, const struct param *p)
{
	int64_t where = rng_in(r, 0, 99);
	long v = p->min;

	if (p->max - p->min < 4)
		return rng_in(r, p->min, p->max);
	if (where < 15)
		return p->min;
	if (where < 25)
		return p->max;
	if (p->rule == RULE_POW2) {
		int64_t steps = 0;
		while (p->min << (steps + 1) <= p->max)
			steps++;
		return p->min << rng_in(r, 0, steps);
	}
	for (int i = 0; i < 3 && v < p->max; i++)
		v = rng_in(r, v, v * 4 < p->max ? v * 4 : p->max);
	return v;
}

void design_random(struct design *d, uint64_t seed)
{
	struct rng r = {seed ^ 0x64657369676e};
	struct src at = {"random design", 0};
	struct err err;

	do {
		*d = design_default();
		for (int i = 0; i < n_params; i++)
			if (params[i].elab)
				*(int *)((char *)d + params[i].offset) =
				        (int)random_value(&r, &params[i]);
		if (d->lanes > d->cols) /* else few have many lanes */
			d->lanes = rng_percent(&r, 50)
			                   ? d->cols
			                   : (int)rng_in(&r, 1, d->cols);
	} while (!design_check(d, at, &err));
	snprintf(d->name, sizeof(d->name), "random");
}

/* ------------------------------------------------------------------------
 * Locks and waits */

static void need(const uint32_t use[N_QUEUES], uint32_t wait[N_QUEUES])
{
	for (int q = 0; q < N_QUEUES; q++)
		if (use[q] > wait[q])
			wait[q] = use[q];
}

void gen_emit(struct gen *g, struct command *c)
{
	enum queue q = opcode_queue((int)c->opcode);
	uint32_t wait[N_QUEUES] = {0};

	for (int b = 0; b < g->t->d.banks; b++)
		if (g->banks >> b & 1)
			need(g->bank_use[b], wait);
	for (int b = 0; b < N_BLOCKS; b++)
		if (g->blocks >> b & 1)
			need(g->block_use[b], wait);
	wait[q] = 0; /* a queue is in order anyway */
	for (int i = 0; i < N_QUEUES; i++)
		if (chance(g, g->wait_percent))
			wait[i] = (uint32_t)pick(g, wait[i], g->count[i]);
	c->wait_ld = wait[QUEUE_LD];
	c->wait_ex = wait[QUEUE_EX];
	c->wait_st = wait[QUEUE_ST];
	c->layer = g->layer;
	g->count[q]++;
	for (int b = 0; b < g->t->d.banks; b++)
		if (g->banks >> b & 1)
			g->bank_use[b][q] = g->count[q];
	for (int b = 0; b < N_BLOCKS; b++)
		if (g->blocks >> b & 1)
			g->block_use[b][q] = g->count[q];
	trial_add_command(g->job, c);
	g->banks = 0;
	g->blocks = 0;
}

uint64_t gen_banks(const struct gen *g, int64_t lo, int64_t hi)
{
	uint64_t set = 0;

	for (int64_t b = lo / g->bank; b <= (hi - 1) / g->bank; b++)
		set |= (uint64_t)1 << b;
	return set;
}

static void use(struct gen *g, int64_t lo, int64_t hi)
{
	for (int64_t i = lo / GRANULE; i <= (hi - 1) / GRANULE; i++)
		g->used[i] = true;
}

bool gen_place(struct gen *g, struct range h, uint64_t taken, int64_t *at)
{
	int64_t size = h.hi - h.lo;

	for (int i = 0; i < 24 && size <= g->spad; i++) {
		int64_t lo = pick(g, 0, g->spad - size);
		if (i % 2) /* whole banks fit more often */
			lo -= lo % g->bank;
		uint64_t set = gen_banks(g, lo, lo + size);
		if (set & taken)
			continue;
		g->banks |= set;
		use(g, lo, lo + size);
		*at = lo - h.lo;
		return true;
	}
	return false;
}

void gen_widen(struct range *h, int64_t n, int64_t stride)
{
	int64_t far = (n - 1) * stride;

	if (far < 0)
		h->lo += far;
	else
		h->hi += far;
}

/* ------------------------------------------------------------------------
 * Jobs */

static bool gen_one(struct gen *g, int64_t kind)
{
	struct command bad = {.opcode = pick(g, 100, 255), .layer = g->layer};

	g->banks = 0;
	g->blocks = 0;
	if (kind < 6 && g->t->d.unpack)
		return gen_unpack(g);
	if (kind < 22)
		return gen_dma(g, OP_LOAD);
	if (kind < 30)
		return gen_dma(g, OP_FILL);
	if (kind < 50)
		return gen_dma(g, OP_STORE);
	if (kind < 75)
		return gen_exec(g, OP_CONV);
	if (kind < 92)
		return gen_exec(g, pick(g, OP_DWCONV, OP_AVGPOOL));
	if (kind < 96)
		return gen_exec(g, OP_ADD);
	if (kind < 97 || !g->bad_opcode)
		return gen_exec(g, OP_SUM);
	trial_add_command(g->job, &bad);
	return true;
}

/* Small ones, if there is room for nothing else. */
static void gen_command(struct gen *g)
{
	enum style style = g->style;
	bool done = false;

	if (chance(g, 30))
		g->layer = g->tag[pick(g, 0, N_LAYERS - 1)];
	int64_t kind = pick(g, 0, style == STYLE_FLOOD ? 59 : 99);
	if (style == STYLE_FLOOD && chance(g, 80))
		kind = g->flood;
	for (int i = 0; i < 4 && !done; i++) {
		if (i == 2)
			g->style = STYLE_SMALL;
		done = gen_one(g, kind);
	}
	g->style = style;
}

/* All of the scratchpad that is used, a piece at a time, from flash or to the
 * dump. */
static void move_all(struct gen *g, int64_t op)
{
	int64_t end = g->spad / GRANULE;

	for (int64_t i = 0, n; i < end; i += n) {
		for (n = 0; n < PIECE && i + n < end && g->used[i + n];)
			n++;
		if (n)
			gen_copy(g, op,
			         op == OP_LOAD
			                 ? MAP_FLASH + g->data_at +
			                           i * GRANULE % FLASH_DATA
			                 : MAP_SRAM + g->dump_at + i * GRANULE,
			         i * GRANULE, n * GRANULE);
		else
			n = 1;
	}
}

/* The least that a job can be. */
static void fill_byte(struct gen *g)
{
	struct command c = {.opcode = OP_FILL,
	                    .spad = pick(g, 0, g->spad - 1),
	                    .n0 = 1,
	                    .n1 = 1,
	                    .n2 = 1,
	                    .fill = pick(g, 0, 255)};

	g->blocks = 0;
	g->banks = gen_banks(g, c.spad, c.spad + 1);
	use(g, c.spad, c.spad + 1);
	gen_emit(g, &c);
}

static void begin_job(struct gen *g)
{
	g->job = trial_add_job(g->t);
	g->job->irq = chance(g, 60);
	memset(g->count, 0, sizeof(g->count));
	memset(g->bank_use, 0, sizeof(g->bank_use));
	memset(g->block_use, 0, sizeof(g->block_use));
	int64_t x = pick(g, 0, 99);
	g->style = x < (g->spad > 4096 ? 70 : 30) ? STYLE_MIXED
	           : x < 95                       ? STYLE_SMALL
	                                          : STYLE_FLOOD;
	static const int64_t flood[] = {0, 22, 49}; /* LOAD, FILL, STORE */
	g->flood = flood[pick(g, 0, 2)];
	static const int percent[] = {0, 10, 10, 40, 100};
	g->wait_percent = percent[pick(g, 0, 4)];
}

bool gen_cut(struct gen *g)
{
	if (!g->job->n || g->t->n_jobs == MAX_JOBS - 1)
		return false;
	begin_job(g);
	return true;
}

/* A job before all others: loads of what these turned out to use. */
static void load_used(struct gen *g)
{
	struct trial *t = g->t;

	begin_job(g);
	move_all(g, OP_LOAD);
	if (!g->job->n) /* they use nothing */
		fill_byte(g);
	struct trial_job first = t->job[t->n_jobs - 1];
	memmove(t->job + 1, t->job, (size_t)(t->n_jobs - 1) * sizeof(*t->job));
	t->job[0] = first;
}

/* Do loads and stores move the whole scratchpad? A large one seldom, since a
 * program would do little else. */
static bool use_all(struct gen *g)
{
	if (g->spad > SMALL && !chance(g, (int)(100 * SMALL / g->spad)))
		return false;
	use(g, 0, g->spad);
	return true;
}

static void gen_jobs(struct gen *g)
{
	int64_t jobs = pick(g, 1, chance(g, 70) ? 6 : 12);
	bool all = use_all(g);

	for (int64_t j = 0; j < jobs; j++) {
		if (g->t->n_jobs < MAX_JOBS - 1)
			begin_job(g);
		if (j == 0 && all)
			move_all(g, OP_LOAD);
		int64_t n = pick(g, 0, 2 * g->commands / jobs);
		if (g->style == STYLE_FLOOD)
			n = pick(g, g->commands, 10 * g->commands);
		for (int64_t i = 0; i < n; i++) {
			if (g->style != STYLE_FLOOD && chance(g, 3))
				gen_cut(g);
			gen_command(g);
		}
		if (!g->job->n)
			fill_byte(g);
		g->banks = g->blocks = 0;
		if (j == jobs - 1)
			move_all(g, OP_STORE);
	}
	g->job->irq |= chance(g, 70);
	if (!all)
		load_used(g);
}

/* ------------------------------------------------------------------------
 * Addresses */

static uint32_t random_seed(struct gen *g)
{
	return (uint32_t)rng_next(&g->r);
}

/* SRAM behind the rings from `s` on, flash from `f` on. */
static void set_addresses(struct gen *g, uint32_t s, uint32_t f)
{
	g->blocks_at = s;
	g->streams_at[MEM_SRAM] = s + N_BLOCKS * BLOCK;
	g->dump_at = g->streams_at[MEM_SRAM] + STREAMS * STREAM;
	g->data_at = f;
	g->streams_at[MEM_FLASH] = f + FLASH_DATA;
	g->indices_at = g->streams_at[MEM_FLASH] + STREAMS * STREAM;
	g->few_at = g->indices_at + INDICES;
	g->par_at = g->few_at + INDICES;
}

/* A size in KiB for `bytes`, and where they begin: often the least and the
 * start, else anywhere, now and then so that they end with the memory. */
static uint32_t place_all(struct gen *g, int *kib, const char *key,
                          int64_t bytes)
{
	const struct param *p = param_find(key);
	int64_t least = (bytes + 1023) / 1024;

	if (least < p->min)
		least = p->min;
	*kib = (int)(chance(g, 90) ? least : pick(g, least, p->max));
	int64_t room = (int64_t)*kib * 1024 - bytes;
	int64_t at = chance(g, 40)   ? 0
	             : chance(g, 30) ? room
	                             : pick(g, 0, room);
	return (uint32_t)(at / 64 * 64);
}

/* Streams of packed weights, somewhere in their slots. */
static void make_streams(struct gen *g)
{
	for (int m = 0; m < N_MEMS; m++)
		for (int i = 0; i < STREAMS; i++) {
			struct stream_data *s = &g->packed[m][i];
			s->at = (uint32_t)pick(g, 0, 63);
			s->units = (uint32_t)pick(g, 1, i ? 4 : MAX_UNITS);
			s->seed = random_seed(g);
			s->bytes = trial_packed(&g->t->d, s->seed, s->units);
		}
}

static void add_streams(struct gen *g)
{
	for (int m = 0; m < N_MEMS && g->t->d.unpack; m++)
		for (uint32_t i = 0; i < STREAMS; i++) {
			const struct stream_data *s = &g->packed[m][i];
			const struct trial_data d = {
			        m,        g->streams_at[m] + i * STREAM + s->at,
			        s->bytes, TRIAL_PACKED,
			        s->seed,  0};
			trial_add_data(g->t, &d);
		}
}

static void place_memories(struct gen *g)
{
	struct trial *t = g->t;
	int64_t lists[N_MEMS] = {0}, par = N_PAR * g->par_bytes;
	uint64_t in_sram = rng_next(&g->r);

	for (int j = 0; j < t->n_jobs; j++)
		lists[in_sram >> j & 1 ? MEM_SRAM : MEM_FLASH] +=
		        t->job[j].n * COMMAND_BYTES;
	/* Multiples of 64 all; the dump is the last but for the lists. */
	int64_t sram = RINGS * RING * RING_ENTRY_BYTES + N_BLOCKS * BLOCK +
	               STREAMS * STREAM + g->spad + lists[MEM_SRAM];
	int64_t flash = FLASH_DATA + STREAMS * STREAM + 2 * INDICES +
	                (2 * par + 63) / 64 * 64 + lists[MEM_FLASH];
	uint32_t s = place_all(g, &t->d.sram_kib, "sram.kib", sram);
	uint32_t f = place_all(g, &t->d.flash_kib, "flash.kib", flash);
	uint32_t at[N_MEMS] = {s + (uint32_t)(sram - lists[MEM_SRAM]),
	                       f + (uint32_t)(flash - lists[MEM_FLASH])};

	for (int i = 0; i < RINGS; i++, s += RING * RING_ENTRY_BYTES)
		g->ring_at[i] = s;
	set_addresses(g, s, f);
	for (int j = 0; j < t->n_jobs; j++) {
		int m = in_sram >> j & 1 ? MEM_SRAM : MEM_FLASH;
		t->job[j].list = (m ? MAP_FLASH : MAP_SRAM) + at[m];
		at[m] += t->job[j].n * COMMAND_BYTES;
	}
	const struct trial_data data[] = {
	        {MEM_SRAM, g->ring_at[0], (uint32_t)(sram - lists[MEM_SRAM]),
	         TRIAL_BYTES, random_seed(g), 0},
	        {MEM_FLASH, f, FLASH_DATA, TRIAL_BYTES, random_seed(g), 0},
	        {MEM_FLASH, g->indices_at, INDICES, TRIAL_INDICES,
	         random_seed(g), 0},
	        {MEM_FLASH, g->few_at, INDICES, TRIAL_INDICES, random_seed(g),
	         (int)g->few},
	        {MEM_FLASH, g->par_at, (uint32_t)par, TRIAL_PARAMS,
	         random_seed(g), 0},
	        {MEM_FLASH, g->par_at + (uint32_t)par, (uint32_t)par,
	         TRIAL_ADD_PARAMS, random_seed(g), 0},
	};
	for (size_t i = 0; i < sizeof(data) / sizeof(data[0]); i++)
		trial_add_data(t, &data[i]);
	add_streams(g);
}

/* Commands are made before it is known where memories are: their addresses are
 * moved then. */
static void move_commands(struct gen *g)
{
	for (int j = 0; j < g->t->n_jobs; j++)
		for (uint32_t k = 0; k < g->t->job[j].n; k++) {
			struct command *c = &g->t->job[j].c[k];
			if (c->opcode == OP_STORE || c->opcode == OP_LOAD ||
			    c->opcode == OP_UNPACK)
				c->mem += c->mem >> 30 & 1 ? g->data_at
				                           : g->ring_at[0];
		}
}

/* As if all began at 0. */
static void first_addresses(struct gen *g)
{
	set_addresses(g, RINGS * RING * RING_ENTRY_BYTES, 0);
}

void generate(struct trial *t, const struct design *d, uint64_t seed,
              int commands)
{
	struct gen g = {
	        .t = t,
	        .r = {seed},
	        .commands = commands,
	        .word = design_word(d),
	        .bank = design_bank_bytes(d),
	        .spad = design_spad_bytes(d),
	};

	*t = (struct trial){.d = *d, .limit = 3000000};
	g.par_bytes = design_par_words(d) * g.word;
	for (int i = 0; i < N_LAYERS; i++)
		g.tag[i] = pick(&g, 0, chance(&g, 95) ? 300 : 65535);
	g.layer = g.tag[0];
	g.few = pick(&g, 1, d->cols);
	g.bad_opcode = chance(&g, 5);
	first_addresses(&g);
	make_streams(&g);
	gen_jobs(&g);
	place_memories(&g);
	move_commands(&g);
	gen_host(&g);
}

void damage(struct trial *t, uint64_t seed)
{
	struct rng r = {seed};

	for (int64_t n = rng_in(&r, 1, 4); n; n--) {
		struct trial_job *j = &t->job[rng_in(&r, 0, t->n_jobs - 1)];
		struct command *c = &j->c[rng_in(&r, 0, j->n - 1)];
		uint32_t words[COMMAND_WORDS];
		command_encode(c, words);
		uint32_t *w = &words[rng_in(&r, 0, COMMAND_WORDS - 1)];
		uint32_t v = (uint32_t)rng_next(&r);
		uint32_t lane = 0xffu << rng_in(&r, 0, 3) * 8;
		switch (rng_in(&r, 0, 3)) {
		case 0:
			*w ^= 1u << v % 32;
			break;
		case 1:
			*w = (*w & ~lane) | (v & lane);
			break;
		case 2:
			*w += v % 9 - 4;
			break;
		default:
			*w = v % 3 ? v : v % 2 - 1;
		}
		command_decode(words, c);
	}
}

bool has_bad_opcode(const struct trial *t)
{
	for (int j = 0; j < t->n_jobs; j++)
		for (uint32_t k = 0; k < t->job[j].n; k++)
			if (!strcmp(opcode_name((int)t->job[j].c[k].opcode),
			            "?"))
				return true;
	return false;
}
