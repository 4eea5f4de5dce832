/* trial: see trial.h. Memories, and the host that does what the acts say. */
#include "sim/trial.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "isa/map.h"
#include "isa/packed.h"
#include "isa/part.h"

enum { PERIOD = 20 }; /* of the last wait's looks at STATUS */

const struct act_form act_form[N_ACTS] = {
        [ACT_WAIT] = {"wait", {{"cycles", 1, 1000000}}},
        [ACT_TRAFFIC] = {"traffic",
                         {{"cycles", 1, 1000000},
                          {"sram", 0, 100},
                          {"flash", 0, 100},
                          {"seed", 0, UINT32_MAX}}},
        [ACT_READ] = {"read", {{"register", 0, 0xffc}}},
        [ACT_WRITE] = {"write",
                       {{"register", 0, 0xffc},
                        {"value", 0, UINT32_MAX},
                        {"times", 1, 10000}}},
        [ACT_ENTRY] = {"entry", {{"job", 0, UINT32_MAX}}},
        [ACT_IRQ] = {"irq", {{0}}},
        [ACT_SLEEP] = {"sleep", {{"cycles", 1, 1000000}}},
        [ACT_AWAIT] = {"await", {{"jobs", 1, UINT32_MAX}, {"every", 1, 10000}}},
        [ACT_COUNTERS] = {"counters", {{0}}},
};

uint64_t rng_next(struct rng *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

int64_t rng_in(struct rng *r, int64_t lo, int64_t hi)
{
	return lo + (int64_t)(rng_next(r) % (uint64_t)(hi - lo + 1));
}

bool rng_percent(struct rng *r, int percent)
{
	return rng_in(r, 0, 99) < percent;
}

/* ------------------------------------------------------------------------
 * Trials */

void trial_free(struct trial *t)
{
	for (int i = 0; i < t->n_jobs; i++) {
		free(t->job[i].c);
		free(t->job[i].line);
	}
	free(t->job);
	free(t->data);
	free(t->act);
	memset(t, 0, sizeof(*t));
}

static void *copy(const void *from, size_t n, size_t size)
{
	void *to = mem_zero(n, size);

	if (n)
		memcpy(to, from, n * size);
	return to;
}

void trial_copy(struct trial *to, const struct trial *from)
{
	*to = *from;
	to->data = copy(from->data, (size_t)from->n_data, sizeof(*to->data));
	to->act = copy(from->act, (size_t)from->n_acts, sizeof(*to->act));
	to->job = copy(from->job, (size_t)from->n_jobs, sizeof(*to->job));
	for (int i = 0; i < to->n_jobs; i++) {
		struct trial_job *j = &to->job[i];
		j->cap = j->n;
		j->c = copy(j->c, j->n, sizeof(*j->c));
		j->line =
		        j->line ? copy(j->line, j->n, sizeof(*j->line)) : NULL;
	}
}

void trial_add_data(struct trial *t, const struct trial_data *d)
{
	size_t n = (size_t)t->n_data++;

	t->data = mem_grow(t->data, n + 1, sizeof(*t->data));
	t->data[n] = *d;
}

struct trial_job *trial_add_job(struct trial *t)
{
	size_t n = (size_t)t->n_jobs++;

	t->job = mem_grow(t->job, n + 1, sizeof(*t->job));
	t->job[n] = (struct trial_job){0};
	return &t->job[n];
}

void trial_add_command(struct trial_job *j, const struct command *c)
{
	if (j->n == j->cap) {
		j->cap = j->cap ? 2 * j->cap : 16;
		j->c = mem_grow(j->c, j->cap, sizeof(*j->c));
	}
	j->c[j->n++] = *c;
}

void trial_add_act(struct trial *t, const struct act *a)
{
	size_t n = (size_t)t->n_acts++;

	if ((n & (n - 1)) == 0)
		t->act = mem_grow(t->act, n ? 2 * n : 1, sizeof(*t->act));
	t->act[n] = *a;
}

/* ------------------------------------------------------------------------
 * Memories */

static void put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* Mostly small values, so that not every sum saturates: an eighth of every
 * other byte; 127 or -128 one time in eight. By masks: branches would go either
 * way, and this fills all memories of every run. */
static uint8_t random_byte(uint64_t v)
{
	const int byte = (int8_t)(v >> 40);
	const int eighth = (byte + (byte >> 31 & 7)) >> 3;
	const int some = byte ^ ((byte ^ eighth) & -(int)(v & 1));
	const int end = 127 ^ ((int)(v >> 4 & 1) - 1);
	const int is_end = -(int)(((v & 14) - 1) >> 63);

	return (uint8_t)(some ^ ((some ^ end) & is_end));
}

static void random_bytes(struct rng *r, uint8_t *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = random_byte(rng_next(r));
}

/* Of a convolution: a bias of any size, and a multiplier and shift such that
 * the product, shifted by 31 and by that, has about 8 bits: each bit shows, and
 * how it is rounded. */
static void fine_param(struct rng *r, int64_t *bias, int64_t *mult,
                       int64_t *shift)
{
	int right = (int)rng_in(r, 0, 6), bits = (int)rng_in(r, 8 + right, 30);
	int64_t size = (int64_t)1 << bits;

	*bias = rng_in(r, -size, size - 1);
	*mult = rng_in(r, 0, ((int64_t)1 << (38 + right - bits)) - 1);
	*shift = -right;
}

/* One parameter block: multipliers are not negative, and ADD shifts right.
 * `fine`: of the operands or of the sum of ADD so small that each bit shows. */
static void random_params(struct rng *r, uint8_t *to, int cols, bool add)
{
	int fine = (int)rng_in(r, 0, 3);

	for (int i = 0; i < cols; i++) {
		int64_t bias = rng_percent(r, 80)
		                       ? rng_in(r, -9000, 9000)
		                       : rng_in(r, INT32_MIN, INT32_MAX);
		int64_t mult = rng_percent(r, 80)
		                       ? rng_in(r, 1 << 30, INT32_MAX)
		                       : rng_in(r, 0, INT32_MAX);
		int64_t shift = rng_percent(r, 80)
		                        ? rng_in(r, -14, 0)
		                        : rng_in(r, -31, add ? 0 : 31);
		if (add && i < 2)
			bias = rng_in(r, -128, 128);
		if (add && i == 2 && rng_percent(r, 80))
			shift = rng_in(r, -22, -16);
		if (!add && fine == 1)
			fine_param(r, &bias, &mult, &shift);
		if (add && fine && i < 3) {
			bool small = (fine == 1) == (i < 2);
			mult = small ? rng_in(r, 0, 2047)
			             : INT32_MAX - mult / 8;
			shift = 0;
		}
		put32(to, (uint32_t)bias);
		put32(to + 4, (uint32_t)mult);
		to[8] = (uint8_t)shift;
		to += PARAM_BYTES;
	}
}

/* Four steps: in each column the indices of two that meet the same four bytes
 * differ. Two bits each, column by column, step by step. */
static void random_indices(struct rng *r, uint8_t *to, int cols)
{
	int index[4];

	memset(to, 0, (size_t)cols);
	for (int col = 0; col < cols; col++)
		for (int step = 0; step < 4; step++) {
			int at = step * cols + col;
			index[step] = (int)rng_in(r, 0, 3);
			if (step % 2)
				index[step] = (index[step - 1] +
				               (int)rng_in(r, 1, 3)) %
				              4;
			to[at / 4] |= (uint8_t)(index[step] << at % 4 * 2);
		}
}

/* The next unit; returns its bytes. Blocks are of all widths. */
static int64_t random_unit(struct rng *r, int dma, uint8_t *to)
{
	uint8_t plain[64];

	for (int i = 0; i < packed_unit(dma); i += 8) {
		int shift = (int)rng_in(r, 0, 8);
		for (int k = i; k < i + 8; k++)
			plain[k] = (uint8_t)((int8_t)rng_next(r) >> shift);
		if (rng_percent(r, 10))
			memset(plain + i, 0, 8);
	}
	return packed_encode(plain, 1, dma, to);
}

uint32_t trial_packed(const struct design *d, uint64_t seed, int64_t units)
{
	struct rng r = {seed};
	uint8_t unit[64];
	int64_t n = 0;

	for (int64_t i = 0; i < units; i++)
		n += random_unit(&r, d->dma_bytes, unit);
	return (uint32_t)n;
}

static void fill_packed(const struct trial *t, const struct trial_data *d,
                        uint8_t *to)
{
	struct rng r = {d->seed};
	uint8_t unit[64];

	for (uint32_t at = 0; at < d->bytes;) {
		int64_t n = random_unit(&r, t->d.dma_bytes, unit);
		if (at + n > d->bytes)
			break;
		memcpy(to + at, unit, (size_t)n);
		at += (uint32_t)n;
	}
}

static void fill(const struct trial *t, const struct trial_data *d, uint8_t *to)
{
	size_t block = (size_t)(design_par_words(&t->d) * design_word(&t->d));
	struct rng r = {d->seed};

	if (d->kind == TRIAL_PACKED) {
		fill_packed(t, d, to);
		return;
	}
	random_bytes(&r, to, d->bytes);
	if (d->kind == TRIAL_BYTES)
		return;
	int cols = d->cols ? d->cols : t->d.cols;
	if (d->kind == TRIAL_INDICES)
		block = (size_t)cols;
	for (size_t at = 0; at + block <= d->bytes; at += block)
		if (d->kind == TRIAL_INDICES)
			random_indices(&r, to + at, cols);
		else
			random_params(&r, to + at, t->d.cols,
			              d->kind == TRIAL_ADD_PARAMS);
}

static uint8_t *at_address(const struct mem *mem, uint32_t addr)
{
	int m = addr >> 30 & 1 ? MEM_FLASH : MEM_SRAM;

	return mem->bytes[m] + (addr & 0xfffffff);
}

void trial_memories(const struct trial *t, struct mem *mem)
{
	mem->size[MEM_SRAM] = (uint32_t)t->d.sram_kib * 1024;
	mem->size[MEM_FLASH] = (uint32_t)t->d.flash_kib * 1024;
	for (int m = 0; m < N_MEMS; m++)
		mem->bytes[m] = mem_zero(mem->size[m], 1);
	for (int i = 0; i < t->n_data; i++)
		fill(t, &t->data[i],
		     mem->bytes[t->data[i].mem] + t->data[i].at);
	for (int i = 0; i < t->n_jobs; i++) {
		uint8_t *to = at_address(mem, t->job[i].list);
		for (uint32_t k = 0; k < t->job[i].n; k++) {
			uint32_t w[COMMAND_WORDS];
			command_encode(&t->job[i].c[k], w);
			for (int q = 0; q < COMMAND_WORDS; q++, to += 4)
				put32(to, w[q]);
		}
	}
}

/* ------------------------------------------------------------------------
 * The host */

static void see(struct host *h, uint32_t what, uint32_t value)
{
	struct run *r = h->r;

	if (r->n_seen == r->cap_seen) {
		r->cap_seen = r->cap_seen ? 2 * r->cap_seen : 256;
		r->seen = mem_grow(r->seen, r->cap_seen, sizeof(*r->seen));
	}
	r->seen[r->n_seen++] = (struct seen){h->t, what, value, h->n_acts};
}

static void pass(struct host *h, uint64_t cycles)
{
	uint64_t to = h->t + cycles;

	if (!h->probe)
		h->t = to;
	while (h->t < to) {
		h->ops->advance(h->a, h->t);
		h->probe(h->probe_ctx, h);
		h->ops->advance(h->a, ++h->t);
	}
}

static void put(struct host *h, uint32_t offset, uint32_t value)
{
	h->ops->write(h->a, h->t, offset, value);
	pass(h, 1);
}

static uint32_t get(struct host *h, uint32_t offset)
{
	uint32_t v = h->ops->read(h->a, h->t, offset);

	see(h, offset, v);
	pass(h, 1);
	return v;
}

/* Each memory is taken or not in each cycle, both perhaps. */
static void traffic(struct host *h, const uint32_t arg[ACT_ARGS])
{
	struct rng r = {arg[3]};

	for (uint32_t n = arg[0]; n; n--) {
		uint64_t x = rng_next(&r);
		if ((x & 0xffff) * 100 < (uint64_t)arg[1] << 16)
			h->ops->host_access(h->a, h->t, MEM_SRAM);
		if ((x >> 16 & 0xffff) * 100 < (uint64_t)arg[2] << 16)
			h->ops->host_access(h->a, h->t, MEM_FLASH);
		pass(h, 1);
	}
}

/* The driver's part: four words, a cycle each. */
static void entry(struct host *h, uint32_t job)
{
	const struct trial_job *j = &h->trial->job[job];
	uint32_t words[4] = {j->list, j->n, j->irq ? JOB_IRQ : 0, 0};
	uint8_t *to = at_address(&h->mem, h->base) +
	              (job & h->mask) * RING_ENTRY_BYTES;

	for (int i = 0; i < 4; i++) {
		h->ops->advance(h->a, h->t);
		put32(to + 4 * i, words[i]);
		h->ops->host_access(h->a, h->t, MEM_SRAM);
		pass(h, 1);
	}
}

static void write_register(struct host *h, const uint32_t arg[ACT_ARGS])
{
	if (arg[0] == ACCEL_RING_BASE)
		h->base = arg[1];
	if (arg[0] == ACCEL_RING_MASK)
		h->mask = arg[1];
	if (arg[0] == ACCEL_TAIL)
		h->tail = arg[1];
	for (uint32_t i = 0; i < arg[2]; i++)
		put(h, arg[0], arg[1]);
}

static void doze(struct host *h, uint32_t cycles)
{
	uint64_t limit = h->t + cycles;

	h->ops->advance(h->a, h->t);
	if (!h->probe)
		h->t = h->ops->until_irq(h->a, limit);
	while (h->probe && h->t < limit && !h->ops->irq(h->a))
		pass(h, 1);
	see(h, SEEN_SLEEP, h->ops->irq(h->a));
}

static void await(struct host *h, uint32_t jobs, uint32_t every)
{
	while (get(h, ACCEL_HEAD) < jobs && h->t < h->trial->limit)
		pass(h, every);
}

static void counters(struct host *h)
{
	if (get(h, ACCEL_STATUS) & 1)
		return;
	for (uint32_t i = 0; i < N_ACCEL_EVENTS; i++)
		get(h, ACCEL_COUNTERS + 4 * i);
}

void host_act(struct host *h, const struct act *a)
{
	switch (a->kind) {
	case ACT_WAIT:
		pass(h, a->arg[0]);
		break;
	case ACT_TRAFFIC:
		traffic(h, a->arg);
		break;
	case ACT_READ:
		get(h, a->arg[0]);
		break;
	case ACT_WRITE:
		write_register(h, a->arg);
		break;
	case ACT_ENTRY:
		entry(h, a->arg[0]);
		break;
	case ACT_IRQ:
		h->ops->advance(h->a, h->t);
		see(h, SEEN_IRQ, h->ops->irq(h->a));
		break;
	case ACT_SLEEP:
		doze(h, a->arg[0]);
		break;
	case ACT_AWAIT:
		await(h, a->arg[0], a->arg[1]);
		break;
	case ACT_COUNTERS:
		counters(h);
		break;
	case N_ACTS:
		break;
	}
	h->n_acts++;
}

/* ------------------------------------------------------------------------
 * Runs */

/* Tags are any 16 bits: as many layers as the largest needs. */
static uint32_t layers(const struct trial *t)
{
	int64_t most = 0;

	for (int j = 0; j < t->n_jobs; j++)
		for (uint32_t k = 0; k < t->job[j].n; k++)
			if (t->job[j].c[k].layer > most)
				most = t->job[j].c[k].layer;
	return (uint32_t)most + 1;
}

bool host_begin(struct host *h, struct run *r, const struct accel_ops *ops,
                const struct trial *t, const struct accel_opts *opts,
                struct err *err)
{
	memset(r, 0, sizeof(*r));
	*h = (struct host){.r = r, .trial = t, .ops = ops};
	r->name = opts && opts->timing_only ? "timing" : ops->name;
	trial_memories(t, &h->mem);
	for (int m = 0; m < N_MEMS; m++)
		r->mem[m] = h->mem.bytes[m];
	r->log.n_layers = layers(t);
	r->log.layer = mem_zero(r->log.n_layers, sizeof(*r->log.layer));
	r->log.want_cmds = true;
	h->a = ops->open(&t->d, &h->mem, &r->log, opts, err);
	if (!h->a)
		return false;
	ops->reset(h->a);
	return true;
}

/* Every register; the counters too, unless the run was cut: in the middle of a
 * command they differ (docs/accelerator.md). */
static void read_all(struct host *h)
{
	static const uint32_t offset[] = {
#define OF_ACCEL(at) at,
#define OF_TIMER(at)
#define OF_UART(at)
#define OF_SIMCTL(at)
#define REG(device, name, at, access, doc) OF_##device(at)
#include "isa/regs.def"
	};

	for (size_t i = 0; i < sizeof(offset) / sizeof(offset[0]); i++)
		get(h, offset[i]);
	counters(h);
}

void host_end(struct host *h)
{
	struct run *r = h->r;
	uint32_t status;

	while ((status = get(h, ACCEL_STATUS)) & 1 && h->t < h->trial->limit)
		pass(h, PERIOD);
	r->done = !(status & 1);
	r->cycles = h->t;
	read_all(h);
	see(h, SEEN_IRQ, h->ops->irq(h->a));
	r->faulty = !h->ops->fault(h->a, &r->fault);
	h->ops->close(h->a);
	h->a = NULL;
}

bool trial_run(struct run *r, const struct accel_ops *ops,
               const struct trial *t, const struct accel_opts *opts,
               struct err *err)
{
	struct host h;

	if (!host_begin(&h, r, ops, t, opts, err))
		return false;
	for (int i = 0; i < t->n_acts && h.t < t->limit; i++)
		host_act(&h, &t->act[i]);
	host_end(&h);
	return true;
}

void run_free(struct run *r)
{
	for (int m = 0; m < N_MEMS; m++)
		free(r->mem[m]);
	free(r->log.layer);
	free(r->log.cmd);
	free(r->seen);
	memset(r, 0, sizeof(*r));
}
