/* wide: see wide.h. A program is not kept: the host makes it again, from the
 * same seed, for each backend, in that backend's memories.
 *
 * WIDE_MEMORY: some jobs of LOAD, FILL and STORE. Every piece of data, list and
 * ring has a slot of 64 KiB of its own somewhere in 256 MiB. Between jobs
 * registers are written and read. At the end TAIL gets any number.
 * WIDE_LIST: one job in which a queue gets more than 32768 commands; others
 * wait for the latest of them.
 */
#include "tests/mutate/wide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/map.h"
#include "sim/trial.h"

enum {
	MEMORY = 1 << REGION_SHIFT,
	SLOT = 1 << 16,
	N_SLOTS = MEMORY / SLOT,
	N_LAYERS = 1 << 16,
	LATE = 200,
	MANY = 32768
};

/* What the host saw: a register, and when. */
struct look {
	uint64_t cycle, value;
};

/* One backend with its memories, and the program as far as it is made. */
struct side {
	const struct accel_ops *ops;
	struct accel *a;
	struct design d;
	struct mem mem;
	struct accel_log log;
	struct look *seen;
	size_t n_seen, cap_seen;
	struct rng r;
	uint64_t t, limit;
	uint8_t used[N_MEMS][N_SLOTS];
	uint32_t jobs, n, count[N_QUEUES]; /* commands of this job */
	uint32_t ring, mask, list;
	bool faulty;
};

static int64_t pick(struct side *s, int64_t lo, int64_t hi)
{
	return rng_in(&s->r, lo, hi);
}

/* ------------------------------------------------------------------------
 * The host's accesses */

static void see(struct side *s, uint64_t value)
{
	if (s->n_seen == s->cap_seen) {
		s->cap_seen = s->cap_seen ? 2 * s->cap_seen : 256;
		s->seen = realloc(s->seen, s->cap_seen * sizeof(*s->seen));
		if (!s->seen)
			abort();
	}
	s->seen[s->n_seen++] = (struct look){s->t, value};
}

static void put(struct side *s, uint32_t offset, uint32_t value)
{
	s->ops->write(s->a, s->t++, offset, value);
}

static uint32_t get(struct side *s, uint32_t offset)
{
	uint32_t v = s->ops->read(s->a, s->t, offset);

	see(s, v);
	s->t++;
	return v;
}

static void put_word(struct side *s, int mem, uint32_t at, uint32_t v)
{
	for (uint32_t i = 0; i < 4; i++)
		s->mem.bytes[mem][at + i] = (uint8_t)(v >> 8 * i);
}

/* A slot that nobody has, of SRAM or flash; its first byte. */
static uint32_t slot(struct side *s, int mem)
{
	for (;;) {
		int64_t i = pick(s, 0, N_SLOTS - 1);
		if (s->used[mem][i]++)
			continue;
		return (uint32_t)(i * SLOT);
	}
}

/* ------------------------------------------------------------------------
 * Lists */

static uint32_t list_mem(const struct side *s)
{
	return s->list >= MAP_FLASH ? MEM_FLASH : MEM_SRAM;
}

static void begin_job(struct side *s, bool flash)
{
	s->list = slot(s, flash ? MEM_FLASH : MEM_SRAM);
	s->list += flash ? MAP_FLASH : MAP_SRAM;
	s->n = 0;
	memset(s->count, 0, sizeof(s->count));
}

static void emit(struct side *s, const struct command *c)
{
	uint32_t w[COMMAND_WORDS];
	uint32_t at = (s->list & (MEMORY - 1)) + s->n++ * COMMAND_BYTES;

	command_encode(c, w);
	for (uint32_t i = 0; i < COMMAND_WORDS; i++)
		put_word(s, (int)list_mem(s), at + 4 * i, w[i]);
	s->count[opcode_queue((int)c->opcode)]++;
}

/* The driver: the entry, then the bell. */
static void submit(struct side *s, bool irq)
{
	uint32_t at = (s->ring & (MEMORY - 1)) + (s->jobs++ & s->mask) * 16;

	put_word(s, MEM_SRAM, at, s->list);
	put_word(s, MEM_SRAM, at + 4, s->n);
	put_word(s, MEM_SRAM, at + 8, irq);
	put(s, ACCEL_TAIL, s->jobs);
}

/* Wait for the job; false if it takes too long. */
static bool finish(struct side *s)
{
	uint64_t step = 50;

	while (get(s, ACCEL_HEAD) != s->jobs) {
		if (s->t > s->limit)
			return false;
		get(s, ACCEL_STATUS);
		s->ops->advance(s->a, s->t += step);
		step += step / 4;
	}
	see(s, s->ops->irq(s->a));
	return true;
}

/* ------------------------------------------------------------------------
 * WIDE_MEMORY */

/* Two runs, or one; random bytes where a LOAD reads. */
static void far_dma(struct side *s, int64_t op)
{
	bool flash = op == OP_LOAD && pick(s, 0, 1);
	int mem = flash ? MEM_FLASH : MEM_SRAM;
	int64_t at[2] = {slot(s, mem) + pick(s, 0, 999),
	                 slot(s, mem) + pick(s, 0, 999)};
	int64_t spad = design_spad_bytes(&s->d);
	struct command c = {.opcode = op, .layer = pick(s, 0, N_LAYERS - 1)};
	bool outer = pick(s, 0, 1);

	c.n0 = pick(s, 1, pick(s, 0, 9) ? 90 : spad / 2);
	c.n1 = outer ? 1 : 2;
	c.n2 = outer ? 2 : 1;
	c.fill = pick(s, 0, 255);
	c.spad = pick(s, 0, spad - c.n0);
	c.spad_s1 = c.spad_s2 = pick(s, 0, spad - c.n0) - c.spad;
	c.mem = at[0] + (flash ? MAP_FLASH : MAP_SRAM);
	c.mem_s1 = c.mem_s2 = at[1] - at[0];
	if (op == OP_STORE)
		c.wait_ld = s->count[QUEUE_LD];
	else
		c.wait_st = s->count[QUEUE_ST];
	if (pick(s, 0, 9) == 0) { /* one byte, again and again */
		c.n0 = 1;
		c.n1 = outer ? 1 : pick(s, 1, 65535);
		c.n2 = outer ? pick(s, 1, 65535) : 1;
		c.spad_s1 = c.spad_s2 = c.mem_s1 = c.mem_s2 = 0;
	}
	for (int k = 0; op == OP_LOAD && k < 2; k++)
		for (int64_t i = 0; i < c.n0; i++)
			s->mem.bytes[mem][at[k] + i] = (uint8_t)rng_next(&s->r);
	emit(s, &c);
}

/* The whole scratchpad, one way or the other. */
static void move_all(struct side *s, int64_t op)
{
	int64_t n = design_spad_bytes(&s->d), at = slot(s, MEM_SRAM);
	int64_t piece = n < 8192 ? n : 8192;
	struct command c = {.opcode = op, .mem = at + MAP_SRAM};

	c.n0 = piece;
	c.n1 = n / piece;
	c.n2 = 1;
	c.spad_s1 = c.mem_s1 = piece;
	c.wait_ld = s->count[QUEUE_LD];
	for (int64_t i = 0; op == OP_LOAD && i < n; i++)
		s->mem.bytes[MEM_SRAM][at + i] = (uint8_t)rng_next(&s->r);
	emit(s, &c);
}

/* Counters included: both backends agree on them while nothing runs. */
static void read_all(struct side *s)
{
	for (uint32_t at = 0; at < 0x200; at += 4)
		get(s, at);
	for (int i = 0; i < 20; i++)
		get(s, (uint32_t)pick(s, 0, 0x3ff) * 4);
}

/* What layers have counted; while a job runs the backends differ. */
static void see_counts(struct side *s)
{
	for (int l = 0; l < N_LAYERS; l++)
		for (int ev = 0; ev < N_ACCEL_EVENTS; ev++)
			if (s->log.layer[l].n[ev])
				see(s, s->log.layer[l].n[ev]);
}

/* Any values in the registers, then a ring somewhere. */
static void move_ring(struct side *s)
{
	for (int i = 0; i < 4; i++) {
		put(s, ACCEL_RING_BASE, (uint32_t)rng_next(&s->r));
		put(s, ACCEL_RING_MASK, (uint32_t)rng_next(&s->r));
		put(s, ACCEL_CTRL, (uint32_t)pick(s, 0, 1));
		get(s, ACCEL_RING_BASE);
		get(s, ACCEL_RING_MASK);
		get(s, ACCEL_CTRL);
	}
	put(s, ACCEL_ID, 0);
	put(s, ACCEL_HEAD, (uint32_t)rng_next(&s->r));
	put(s, ACCEL_COUNTERS + 4 * (uint32_t)pick(s, 0, 27), 77);
	put(s, (uint32_t)pick(s, 0x80, 0x3ff) * 4, 0xffffffff);
	s->ring = MAP_SRAM + slot(s, MEM_SRAM) + 16 * (uint32_t)pick(s, 0, 99);
	s->mask = (1u << pick(s, 0, 9)) - 1;
	put(s, ACCEL_RING_BASE, s->ring);
	put(s, ACCEL_RING_MASK, s->mask);
	put(s, ACCEL_CTRL, (uint32_t)pick(s, 0, 1));
}

static bool far_job(struct side *s, int i, int jobs)
{
	static const int64_t ops[] = {OP_LOAD, OP_FILL, OP_STORE};

	begin_job(s, pick(s, 0, 1));
	if (i == 0)
		move_all(s, OP_LOAD);
	for (int64_t k = pick(s, 1, 8); k > 0; k--)
		far_dma(s, ops[pick(s, 0, 2)]);
	if (i == jobs - 1)
		move_all(s, OP_STORE);
	submit(s, pick(s, 0, 1));
	if (!finish(s))
		return false;
	if (pick(s, 0, 1))
		put(s, ACCEL_IRQ_ACK, 1);
	see(s, s->ops->irq(s->a));
	if (i == 0 || pick(s, 0, 9) == 0)
		read_all(s);
	return true;
}

static void far_program(struct side *s)
{
	int jobs = (int)pick(s, 1, 40);

	read_all(s);
	for (int i = 0; i < jobs; i++) {
		if (pick(s, 0, 3) == 0 || i == 0)
			move_ring(s);
		if (!far_job(s, i, jobs))
			return;
	}
	see_counts(s);
	/* One job, again and again: HEAD does not reach TAIL. */
	put(s, ACCEL_RING_MASK, 0);
	s->mask = 0;
	s->jobs = (uint32_t)rng_next(&s->r) | 1u << 31;
	begin_job(s, true);
	far_dma(s, OP_FILL);
	submit(s, true);
	get(s, ACCEL_TAIL);
	s->ops->advance(s->a, s->t += 1500);
	for (uint32_t at = 0; at <= ACCEL_TAIL; at += 4)
		get(s, at);
}

/* ------------------------------------------------------------------------
 * WIDE_LIST */

/* A short command, now and then a long one, of a queue; it waits for the
 * latest of another. Banks differ, so that they do not meet. */
static void list_command(struct side *s, int q, int from, bool slow)
{
	int64_t bank = design_bank_bytes(&s->d);
	struct command c = {.n0 = 1, .n1 = 1, .n2 = 1};
	int64_t wait[N_QUEUES] = {0};

	c.opcode = q == QUEUE_LD ? OP_FILL : q == QUEUE_ST ? OP_STORE : OP_ADD;
	if (q == QUEUE_EX) {
		c.act = bank;
		c.wgt = 2 * bank;
		c.out = 3 * bank;
		c.par = 4 * bank;
		c.nx = slow ? 60 : 1;
		c.qmin = -128;
		c.qmax = 127;
	} else {
		c.n0 = slow ? 900 : 1;
		c.spad = q == QUEUE_LD ? 0 : 3 * bank;
		c.mem = MAP_SRAM;
	}
	if (q == QUEUE_ST)
		wait[QUEUE_EX] = s->count[QUEUE_EX];
	if (q == QUEUE_EX)
		wait[QUEUE_ST] = s->count[QUEUE_ST];
	wait[from] = s->count[from];
	wait[q] = slow ? s->count[q] : wait[q];
	c.wait_ld = wait[QUEUE_LD] ? wait[QUEUE_LD] : 1; /* the first FILL */
	c.wait_ex = wait[QUEUE_EX];
	c.wait_st = wait[QUEUE_ST];
	c.layer = s->n;
	emit(s, &c);
}

static void list_program(struct side *s)
{
	int main_queue = (int)(s->r.state % N_QUEUES);
	int64_t many = MANY + pick(s, 200, 900);
	struct command fill = {.opcode = OP_FILL, .n1 = 1, .n2 = 1};

	s->ring = MAP_SRAM + SLOT;
	put(s, ACCEL_RING_BASE, s->ring);
	put(s, ACCEL_RING_MASK, 0);
	put(s, ACCEL_CTRL, 1);
	s->list = MAP_FLASH;
	fill.n0 = design_bank_bytes(&s->d) * 5;
	emit(s, &fill);
	while (s->count[main_queue] < many) {
		bool other = pick(s, 0, 99) < 2;
		int q = other ? (int)pick(s, 0, 2) : main_queue;
		bool slow = !other && pick(s, 0, 99) < 1;
		list_command(s, q, other ? main_queue : QUEUE_LD, slow);
		if (slow) /* who must wait for it */
			list_command(s, (main_queue + (int)pick(s, 1, 2)) % 3,
			             main_queue, false);
	}
	submit(s, true);
	if (finish(s)) {
		read_all(s);
		see_counts(s);
	}
}

/* ------------------------------------------------------------------------
 * Both */

static bool side_run(struct side *s, const struct design *d,
                     const struct accel_ops *ops, const struct accel_opts *opts,
                     enum wide kind, uint64_t seed, struct err *err)
{
	s->ops = ops;
	s->d = *d;
	s->r.state = seed;
	s->log.n_layers = N_LAYERS;
	s->log.layer = calloc(N_LAYERS, sizeof(*s->log.layer));
	s->log.want_cmds = true;
	for (int m = 0; m < N_MEMS; m++) {
		s->mem.size[m] = MEMORY;
		s->mem.bytes[m] = calloc(MEMORY, 1);
		if (!s->mem.bytes[m])
			abort();
	}
	s->a = ops->open(&s->d, &s->mem, &s->log, opts, err);
	if (!s->a)
		return false;
	ops->reset(s->a);
	if (kind == WIDE_MEMORY)
		far_program(s);
	else
		list_program(s);
	struct err fault = {0};
	s->faulty = !ops->fault(s->a, &fault);
	if (s->faulty)
		fprintf(stderr, "%s: %s\n", ops->name, fault.msg);
	ops->close(s->a);
	return true;
}

static void side_free(struct side *s)
{
	for (int m = 0; m < N_MEMS; m++)
		free(s->mem.bytes[m]);
	free(s->log.layer);
	free(s->log.cmd);
	free(s->seen);
}

static const char *difference(const struct side *a, const struct side *b)
{
	if (a->n_seen != b->n_seen ||
	    memcmp(a->seen, b->seen, a->n_seen * sizeof(*a->seen)))
		return "the host saw something else";
	if (a->log.n_cmd != b->log.n_cmd)
		return "number of commands";
	for (size_t i = 0; i < a->log.n_cmd; i++) {
		const struct cmd_log *x = &a->log.cmd[i], *y = &b->log.cmd[i];
		if (x->opcode != y->opcode || x->layer != y->layer ||
		    x->seq != y->seq || x->start != y->start ||
		    x->end != y->end)
			return "a command";
	}
	if (a->faulty != b->faulty)
		return "fault";
	for (int m = 0; m < N_MEMS; m++)
		if (memcmp(a->mem.bytes[m], b->mem.bytes[m], MEMORY))
			return "memory";
	return NULL;
}

int wide_pair(const struct design *d, const struct accel_opts *opts,
              enum wide kind, uint64_t seed, char *text, size_t size,
              struct err *err)
{
	struct side *s = calloc(2, sizeof(*s));
	int status = 0;

	if (!s)
		abort();
	s[0].limit = 10000000;
	if (!side_run(&s[0], d, &accel_fast, opts, kind, seed, err))
		status = ERR_TOOL;
	s[1].limit = s[0].t + LATE;
	if (!status && !side_run(&s[1], d, &accel_rtl, opts, kind, seed, err))
		status = ERR_TOOL;
	const char *what = status ? NULL : difference(&s[0], &s[1]);
	if (what) {
		snprintf(text, size, "%s", what);
		status = ERR_MISMATCH;
	}
	side_free(&s[0]);
	side_free(&s[1]);
	free(s);
	return status;
}
