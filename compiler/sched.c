/* sched: see sched.h. */
#include "compiler/sched.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

/* A job's completion counters have 16 bits; leave room for one tile. */
enum { JOB_MAX = 65535 - 8192 };

void sched_open(struct sched *s, const struct hw *hw)
{
	*s = (struct sched){.hw = hw};
	assert(hw->banks <= MAX_BANKS);
}

void sched_close(struct sched *s)
{
	free(s->item);
	free(s->step);
	for (int q = 0; q < N_QUEUES; q++)
		free(s->queue[q]);
}

static void *grow(void *p, int n, int *cap, size_t size)
{
	if (n < *cap)
		return p;
	*cap = 2 * *cap + 64;
	return mem_grow(p, (size_t)*cap, size);
}

/* ---- banks ---- */

static int banks_of(const struct sched *s, uint32_t bytes)
{
	return (int)((bytes + s->hw->bank_bytes - 1) / s->hw->bank_bytes);
}

static uint64_t bank_mask(int bank, int n)
{
	uint64_t ones = n == 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;

	return ones << bank;
}

uint64_t sched_banks(const struct sched *s, uint32_t addr, uint32_t bytes)
{
	assert(bytes > 0 && addr + bytes <= s->hw->spad_bytes);
	int first = (int)(addr / s->hw->bank_bytes);
	int last = (int)((addr + bytes - 1) / s->hw->bank_bytes);

	return bank_mask(first, last - first + 1);
}

/* Offset of key `k` in what `have` names; -1: not inside. */
static int64_t key_offset(const struct key *have, const struct key *k)
{
	if (have->kind != k->kind || have->id != k->id)
		return -1;
	if (k->kind != BUF_LINEAR)
		return memcmp(have, k, sizeof(*k)) == 0 ? 0 : -1;
	bool inside = k->v[0] >= have->v[0] &&
		      k->v[0] + k->v[1] <= have->v[0] + have->v[1];
	return inside ? k->v[0] - have->v[0] : -1;
}

static bool find(const struct sched *s, struct want *w)
{
	if (w->key.kind == BUF_NONE || w->fresh)
		return false;
	for (int i = 0; i < s->at.n_buf; i++) {
		const struct buffer *b = &s->at.buf[i];
		int64_t off = key_offset(&b->key, &w->key);
		if (off < 0)
			continue;
		w->addr = (uint32_t)b->bank * s->hw->bank_bytes +
			  (uint32_t)off;
		return true;
	}
	return false;
}

/* The free run of n banks whose youngest bank is oldest; -1 if none. */
static int oldest_run(const struct sched *s, int n, uint64_t taken)
{
	int best = -1;
	uint32_t best_age = 0;

	for (int b = 0; b + n <= s->hw->banks; b++) {
		uint32_t age = 0;
		if (taken & bank_mask(b, n))
			continue;
		for (int i = b; i < b + n; i++)
			if (s->at.bank_age[i] > age)
				age = s->at.bank_age[i];
		if (best < 0 || age < best_age) {
			best = b;
			best_age = age;
		}
	}
	return best;
}

/* Places for the wants that are no hits, largest first. */
static bool place_rest(struct sched *s, struct want *w, int n, uint64_t taken)
{
	for (int pass = 0; pass < 2; pass++)
		for (int size = s->hw->banks; size > 0; size--)
			for (int i = 0; i < n; i++) {
				if (w[i].hit || !w[i].bytes ||
				    w[i].optional != (pass == 1) ||
				    banks_of(s, w[i].bytes) != size)
					continue;
				int b = oldest_run(s, size, taken);
				w[i].addr = b < 0 ? NO_ADDR :
					    (uint32_t)b * s->hw->bank_bytes;
				if (b >= 0)
					taken |= bank_mask(b, size);
				else if (!w[i].optional)
					return false;
			}
	return true;
}

static void forget(struct sched *s, uint64_t banks)
{
	int n = 0;

	for (int i = 0; i < s->at.n_buf; i++) {
		const struct buffer *b = &s->at.buf[i];
		if (!(bank_mask(b->bank, b->banks) & banks))
			s->at.buf[n++] = *b;
	}
	s->at.n_buf = n;
}

static void remember(struct sched *s, const struct want *w)
{
	uint64_t banks = sched_banks(s, w->addr, w->bytes);
	uint32_t bank = w->addr / s->hw->bank_bytes;

	for (int b = 0; b < s->hw->banks; b++)
		if (banks >> b & 1)
			s->at.bank_age[b] = s->at.age;
	if (w->hit)
		return;
	forget(s, banks);
	s->at.buf[s->at.n_buf++] = (struct buffer){
		w->key, (int)bank, banks_of(s, w->bytes)};
}

/* Optional wants are only for what fits: an unplaced one is not an error. */
static bool try_plan(struct sched *s, struct want *w, int n, bool reuse)
{
	uint64_t taken = 0;

	for (int i = 0; i < n; i++) {
		w[i].addr = NO_ADDR;
		w[i].hit = w[i].bytes && reuse && find(s, &w[i]);
		if (w[i].hit)
			taken |= sched_banks(s, w[i].addr, w[i].bytes);
	}
	return place_rest(s, w, n, taken);
}

bool sched_plan(struct sched *s, struct want *w, int n)
{
	uint32_t sum = 0;

	/* Buffers that are kept may stand in the way of a long run of banks. */
	if (!try_plan(s, w, n, true)) {
		for (int b = 0; b < s->hw->banks; b++)
			s->at.bank_age[b] = s->at.age; /* pack from below */
		if (!try_plan(s, w, n, false))
			return false;
	}
	s->at.age++;
	for (int i = 0; i < n; i++)
		if (w[i].bytes && w[i].addr != NO_ADDR) {
			remember(s, &w[i]);
			sum += w[i].bytes;
		}
	if (sum > s->most_bytes)
		s->most_bytes = sum;
	return true;
}

/* ---- order ---- */

static int max_int(int a, int b)
{
	return a > b ? a : b;
}

/* Last command of queue q in this job, above number `from`, whose SRAM bytes
 * meet those of `it`; else `from`. */
static int last_overlap(const struct sched *s, enum queue q, int from,
			const struct item *it)
{
	for (int i = s->at.n[q]; i > from; i--) {
		const struct queued *e = &s->queue[q][s->at.base[q] + i - 1];
		const struct item *o = &s->item[e->item];
		if (o->lo < it->hi && it->lo < o->hi)
			return i;
	}
	return from;
}

/* Wait counts of `it` per queue. What earlier commands of its own queue waited
 * for is over, so nothing before that is looked at; a store also comes after
 * all that its execute waited for. */
static void find_waits(const struct sched *s, enum queue q,
		       const struct item *it, int wait[N_QUEUES])
{
	const struct sched_state *a = &s->at;

	for (int o = 0; o < N_QUEUES; o++) {
		wait[o] = 0;
		if (o == (int)q)
			continue;
		for (int b = 0; b < s->hw->banks; b++)
			if (it->banks >> b & 1)
				wait[o] = max_int(wait[o], a->bank_last[o][b]);
	}
	if (it->lo == it->hi)
		return;
	if (q == QUEUE_LD) {
		int from = max_int(wait[QUEUE_ST], a->waited[q][QUEUE_ST]);
		int at = last_overlap(s, QUEUE_ST, from, it);
		wait[QUEUE_ST] = max_int(wait[QUEUE_ST], at > from ? at : 0);
	} else if (q == QUEUE_ST) {
		int from = max_int(wait[QUEUE_LD], a->waited[q][QUEUE_LD]);
		int ex = a->base[QUEUE_EX] + wait[QUEUE_EX] - 1;
		if (wait[QUEUE_EX] > 0)
			from = max_int(from,
				       s->queue[QUEUE_EX][ex].waited_ld);
		int at = last_overlap(s, QUEUE_LD, from, it);
		wait[QUEUE_LD] = max_int(wait[QUEUE_LD], at > from ? at : 0);
	}
}

/* ---- time ---- */

static const struct item *queued_item(const struct sched *s, int q, int number)
{
	return &s->item[s->queue[q][s->at.base[q] + number - 1].item];
}

static void set_time(struct sched *s, enum queue q, struct item *it,
		     const int wait[N_QUEUES])
{
	struct sched_state *a = &s->at;
	int64_t push = a->fetch + fetch_cycles(s->hw);

	if (a->n[q] >= s->hw->queue) {
		const struct item *gone =
			queued_item(s, q, a->n[q] + 1 - s->hw->queue);
		if (gone->start + 1 > push)
			push = gone->start + 1;
	}
	a->fetch = push;
	it->start = push + 1 > a->free[q] ? push + 1 : a->free[q];
	for (int o = 0; o < N_QUEUES; o++)
		if (wait[o] > 0 && queued_item(s, o, wait[o])->end > it->start)
			it->start = queued_item(s, o, wait[o])->end;
	it->end = it->start + command_cycles(s->hw, &it->c);
	a->free[q] = it->end;
}

int64_t sched_end(const struct sched *s)
{
	int64_t end = s->at.fetch;

	for (int q = 0; q < N_QUEUES; q++)
		if (s->at.free[q] > end)
			end = s->at.free[q];
	return end;
}

/* ---- the list ---- */

void sched_end_job(struct sched *s)
{
	struct sched_state *a = &s->at;
	int64_t end = sched_end(s);

	if (!a->open)
		return;
	a->open = false;
	struct sched_step *step = &s->step[a->n_steps - 1];
	step->n = a->n_items - step->first;
	memset(a->bank_last, 0, sizeof(a->bank_last));
	memset(a->waited, 0, sizeof(a->waited));
	a->fetch = end;
	for (int q = 0; q < N_QUEUES; q++) {
		a->base[q] += a->n[q];
		a->n[q] = 0;
		a->free[q] = end;
	}
}

static void add_step(struct sched *s, struct sched_step step)
{
	s->step = grow(s->step, s->at.n_steps, &s->cap_steps,
		       sizeof(*s->step));
	s->step[s->at.n_steps++] = step;
}

void sched_cpu(struct sched *s, int op)
{
	sched_end_job(s);
	add_step(s, (struct sched_step){.op = op});
}

bool sched_full(const struct sched *s)
{
	for (int q = 0; q < N_QUEUES; q++)
		if (s->at.n[q] > JOB_MAX)
			return true;
	return false;
}

void sched_push(struct sched *s, int op, struct item it)
{
	struct sched_state *a = &s->at;
	enum queue q = opcode_queue((int)it.c.opcode);
	int wait[N_QUEUES];

	if (!a->open) {
		add_step(s, (struct sched_step){true, op, a->n_items, 0});
		a->open = true;
	}
	find_waits(s, q, &it, wait);
	it.c.wait_ld = wait[QUEUE_LD];
	it.c.wait_ex = wait[QUEUE_EX];
	it.c.wait_st = wait[QUEUE_ST];
	set_time(s, q, &it, wait);

	s->item = grow(s->item, a->n_items, &s->cap_items, sizeof(*s->item));
	s->item[a->n_items] = it;
	s->queue[q] = grow(s->queue[q], a->base[q] + a->n[q],
			   &s->cap_queue[q], sizeof(*s->queue[q]));
	for (int o = 0; o < N_QUEUES; o++)
		a->waited[q][o] = max_int(a->waited[q][o], wait[o]);
	s->queue[q][a->base[q] + a->n[q]] =
		(struct queued){a->n_items, a->waited[q][QUEUE_LD]};
	a->n[q]++;
	a->n_items++;
	for (int b = 0; b < s->hw->banks; b++)
		if (it.banks >> b & 1)
			a->bank_last[q][b] = a->n[q];
}
