/* sched: see sched.h. */
#include "compiler/sched.h"

#include <assert.h>
#include <stddef.h>
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

static void copy_state(struct sched_state *to, const struct sched_state *from)
{
	int keys = from->slots ? 64 - __builtin_clzll(from->slots) : 0;

	memcpy(to, from,
	       offsetof(struct sched_state, key) +
	               (size_t)keys * sizeof(from->key[0]));
}

void sched_save(const struct sched *s, struct sched_state *mark)
{
	copy_state(mark, &s->at);
}

void sched_restore(struct sched *s, const struct sched_state *mark)
{
	copy_state(&s->at, mark);
}

static void *grow(void *p, int n, int *cap, size_t size)
{
	if (n < *cap)
		return p;
	*cap = 2 * *cap + 64;
	return mem_grow(p, (size_t)*cap, size);
}

/* ---- banks ---- */

static int bank_of(const struct sched *s, uint32_t addr)
{
	return (int)(addr >> s->hw->bank_log2);
}

static uint64_t bank_mask(int bank, int n)
{
	uint64_t ones = n == 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;

	return ones << bank;
}

static int lowest_bank(uint64_t banks)
{
	return __builtin_ctzll(banks);
}

uint64_t sched_banks(const struct sched *s, uint32_t addr, uint32_t bytes)
{
	assert(bytes > 0 && addr + bytes <= s->hw->spad_bytes);
	int first = bank_of(s, addr);
	int last = bank_of(s, addr + bytes - 1);

	return bank_mask(first, last - first + 1);
}

/* Kind and tensor or op of a key. */
static uint64_t key_tag(const struct key *k)
{
	return (uint64_t)k->kind << 32 | (uint32_t)k->id;
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
	const struct sched_state *a = &s->at;
	uint64_t tag = key_tag(&w->key);

	if (!w->bytes || w->key.kind == BUF_NONE || w->fresh)
		return false;
	for (int i = 0; i < a->n_buf; i++) {
		const struct buffer *b = &a->buf[i];
		if (b->tag != tag)
			continue;
		int64_t off = key_offset(&a->key[b->slot], &w->key);
		if (off < 0)
			continue;
		w->begin = (uint32_t)lowest_bank(b->banks) << s->hw->bank_log2;
		w->addr = w->begin + (uint32_t)off;
		return true;
	}
	return false;
}

bool sched_has(const struct sched *s, const struct want *w)
{
	struct want found = *w;

	return find(s, &found);
}

bool sched_knows(const struct sched *s, int id)
{
	for (int i = 0; i < s->at.n_buf; i++) {
		uint64_t kind = s->at.buf[i].tag >> 32;
		if ((uint32_t)s->at.buf[i].tag == (uint32_t)id &&
		    (kind == BUF_LINEAR || kind == BUF_REGION))
			return true;
	}
	return false;
}

/* The last of banks b .. b+n-1 that is as young as `limit` or younger; -1:
 * none. *age: of the youngest, then. */
static int young_bank(const struct sched *s, int b, int n, uint32_t limit,
                      uint32_t *age)
{
	*age = 0;
	for (int i = b + n - 1; i >= b; i--) {
		if (s->at.bank_age[i] >= limit)
			return i;
		if (s->at.bank_age[i] > *age)
			*age = s->at.bank_age[i];
	}
	return -1;
}

/* The free run of n banks whose youngest bank is oldest; -1 if none. */
static int oldest_run(const struct sched *s, int n, uint64_t taken)
{
	int best = -1;
	uint32_t best_age = UINT32_MAX, age;

	for (int b = 0; b + n <= s->hw->banks; b++) {
		uint64_t in_the_way = taken & bank_mask(b, n);
		if (in_the_way) { /* on behind the last of them */
			b = 63 - __builtin_clzll(in_the_way);
			continue;
		}
		int young = young_bank(s, b, n, best_age, &age);
		if (young >= 0) {
			b = young;
			continue;
		}
		best = b;
		best_age = age;
	}
	return best;
}

/* Places for the wants that are no hits, largest first. */
static bool place_rest(struct sched *s, struct want *w, int n, uint64_t taken)
{
	for (;;) {
		struct want *next = NULL;
		for (int i = 0; i < n; i++)
			if (!w[i].hit && !w[i].placed &&
			    (!next || w[i].bytes > next->bytes))
				next = &w[i];
		if (!next)
			return true;
		int size = hw_banks(s->hw, next->bytes);
		int b = oldest_run(s, size, taken);
		if (b < 0)
			return false;
		taken |= bank_mask(b, size);
		next->addr = (uint32_t)b * s->hw->bank_bytes;
		next->placed = true;
	}
}

static void forget(struct sched *s, uint64_t banks)
{
	struct sched_state *a = &s->at;
	int n = 0;

	for (int i = 0; i < a->n_buf; i++) {
		struct buffer b = a->buf[i];
		if (b.banks & banks)
			a->slots &= ~((uint64_t)1 << b.slot);
		else
			a->buf[n++] = b;
	}
	a->n_buf = n;
	a->begins &= ~banks;
}

/* What `w` asks for is there from now on. A buffer has a bank at least, so a
 * slot is free. */
static void remember(struct sched *s, const struct want *w)
{
	struct sched_state *a = &s->at;
	uint64_t banks = sched_banks(s, w->addr, w->bytes);

	for (uint64_t left = banks; left; left &= left - 1)
		a->bank_age[lowest_bank(left)] = a->age;
	if (w->hit)
		return;
	forget(s, banks);
	int slot = lowest_bank(~a->slots);
	a->slots |= (uint64_t)1 << slot;
	a->begins |= banks & -banks;
	a->key[slot] = w->key;
	a->buf[a->n_buf++] = (struct buffer){key_tag(&w->key), banks, slot};
}

static uint64_t held_mask(const struct sched *s)
{
	uint64_t mask = 0;

	for (int i = 0; i < s->at.n_held; i++)
		mask |= bank_mask(s->at.held[i].bank, s->at.held[i].banks);
	return mask;
}

static bool try_plan(struct sched *s, struct want *w, int n, bool reuse)
{
	uint64_t taken = held_mask(s);

	for (int i = 0; i < n; i++) {
		w[i].placed = !w[i].bytes;
		w[i].hit = reuse && find(s, &w[i]);
		/* From the buffer's first byte: sched_move tells by that where
		 * the rest of it goes. */
		if (w[i].hit)
			taken |= sched_banks(s, w[i].begin,
			                     w[i].addr - w[i].begin +
			                             w[i].bytes);
	}
	return place_rest(s, w, n, taken);
}

bool sched_plan(struct sched *s, struct want *w, int n)
{
	uint32_t sum = 0;

	for (int i = 0; i < s->at.n_held; i++)
		sum += s->at.held[i].bytes;
	/* Buffers that are kept may stand in the way of a long run of banks. */
	if (!try_plan(s, w, n, true)) {
		for (int b = 0; b < s->hw->banks; b++)
			s->at.bank_age[b] = s->at.age; /* pack from below */
		if (!try_plan(s, w, n, false))
			return false;
	}
	s->at.age++;
	for (int i = 0; i < n; i++)
		if (w[i].bytes) {
			remember(s, &w[i]);
			sum += w[i].bytes;
		}
	if (sum > s->at.most_bytes)
		s->at.most_bytes = sum;
	return true;
}

void sched_hold(struct sched *s, int id, uint32_t addr, uint32_t bytes)
{
	assert(s->at.n_held < MAX_HELD);
	s->at.held[s->at.n_held++] = (struct held){
	        id, bank_of(s, addr), hw_banks(s->hw, bytes), bytes};
}

void sched_release(struct sched *s, int id)
{
	int n = 0;

	for (int i = 0; i < s->at.n_held; i++)
		if (s->at.held[i].id != id)
			s->at.held[n++] = s->at.held[i];
	s->at.n_held = n;
}

bool sched_held(const struct sched *s, int id, uint32_t *addr)
{
	for (int i = 0; i < s->at.n_held; i++)
		if (s->at.held[i].id == id) {
			*addr = (uint32_t)s->at.held[i].bank *
			        s->hw->bank_bytes;
			return true;
		}
	return false;
}

int sched_held_banks(const struct sched *s)
{
	int n = 0;

	for (int i = 0; i < s->at.n_held; i++)
		n += s->at.held[i].banks;
	return n;
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

	memset(wait, 0, N_QUEUES * sizeof(*wait));
	for (uint64_t left = it->banks; left; left &= left - 1)
		for (int o = 0, b = lowest_bank(left); o < N_QUEUES; o++)
			wait[o] = max_int(wait[o], a->bank_last[b][o]);
	wait[q] = 0;
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
			from = max_int(from, s->queue[QUEUE_EX][ex].waited_ld);
		int at = last_overlap(s, QUEUE_LD, from, it);
		wait[QUEUE_LD] = max_int(wait[QUEUE_LD], at > from ? at : 0);
	}
}

/* ---- time ---- */

static const struct item *queued_item(const struct sched *s, int q, int number)
{
	return &s->item[s->queue[q][s->at.base[q] + number - 1].item];
}

/* Commands come from flash, and stores go to SRAM, before loads. What they
 * take from a load that is on its way is charged to the next load from that
 * memory: close enough, and nothing that is in the list changes. */
static int64_t contention(struct sched *s, enum queue q, const struct item *it,
                          int64_t push)
{
	struct sched_state *a = &s->at;
	const struct item *tail =
	        a->n[QUEUE_LD] ? queued_item(s, QUEUE_LD, a->n[QUEUE_LD])
	                       : NULL;
	int64_t late = 0;

	if (tail && tail->flash && tail->end > push)
		a->debt[1] += COMMAND_BYTES / s->hw->dma;
	if (q == QUEUE_ST && tail && tail->lo < tail->hi &&
	    tail->end > it->start) {
		int64_t till = tail->end < it->end ? tail->end : it->end;
		a->debt[0] += till - it->start;
	}
	if (q == QUEUE_LD && (it->flash || it->lo < it->hi)) {
		late = a->debt[it->flash];
		a->debt[it->flash] = 0;
	}
	if (q == QUEUE_LD && it->lo < it->hi && a->n[QUEUE_ST] &&
	    a->free[QUEUE_ST] > it->start) {
		int64_t till = a->free[QUEUE_ST] < it->end ? a->free[QUEUE_ST]
		                                           : it->end;
		late += till - it->start;
	}
	return late;
}

/* Cycle of the push: later than the one before, and with room in the queue. */
static int64_t push_time(const struct sched *s, enum queue q)
{
	const struct sched_state *a = &s->at;
	int64_t push = a->fetch + fetch_cycles(s->hw);

	if (a->n[q] >= s->hw->queue) {
		const struct item *gone =
		        queued_item(s, q, a->n[q] + 1 - s->hw->queue);
		if (gone->start + 1 > push)
			push = gone->start + 1;
	}
	return push;
}

static int64_t start_time(const struct sched *s, enum queue q, int64_t push,
                          const int wait[N_QUEUES])
{
	int64_t start = push + 1 > s->at.free[q] ? push + 1 : s->at.free[q];

	for (int o = 0; o < N_QUEUES; o++)
		if (wait[o] > 0 && queued_item(s, o, wait[o])->end > start)
			start = queued_item(s, o, wait[o])->end;
	return start;
}

static void set_time(struct sched *s, enum queue q, struct item *it,
                     const int wait[N_QUEUES])
{
	struct sched_state *a = &s->at;

	a->fetch = push_time(s, q);
	it->start = start_time(s, q, a->fetch, wait);
	it->end = it->start + command_cycles(s->hw, &it->c);
	int64_t late = contention(s, q, it, a->fetch);
	it->end += late;
	a->free[q] = it->end;
	if (q == QUEUE_LD) {
		a->load_cycles += it->end - it->start;
		a->load_late += late;
	}
}

int64_t sched_end(const struct sched *s)
{
	int64_t end = s->at.fetch;

	for (int q = 0; q < N_QUEUES; q++)
		if (s->at.free[q] > end)
			end = s->at.free[q];
	return end;
}

int64_t sched_loaded(const struct sched *s)
{
	return s->at.free[QUEUE_LD] + s->at.debt[1];
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
	a->debt[0] = a->debt[1] = 0;
	for (int q = 0; q < N_QUEUES; q++) {
		a->base[q] += a->n[q];
		a->n[q] = 0;
		a->free[q] = end;
	}
}

static void add_step(struct sched *s, struct sched_step step)
{
	s->step = grow(s->step, s->at.n_steps, &s->cap_steps, sizeof(*s->step));
	s->step[s->at.n_steps++] = step;
}

void sched_cpu(struct sched *s, int op)
{
	sched_end_job(s);
	add_step(s, (struct sched_step){.kind = STEP_CPU, .op = op});
}

void sched_start(struct sched *s)
{
	if (s->at.open)
		s->step[s->at.n_steps - 1].kind = STEP_START;
	sched_end_job(s);
}

void sched_wait(struct sched *s)
{
	int i = s->at.n_steps - 1;

	while (i >= 0 && s->step[i].kind == STEP_CPU)
		i--;
	if (i < 0 || s->step[i].kind != STEP_START)
		return;
	struct sched_step step = s->step[i];
	step.kind = STEP_WAIT;
	add_step(s, step);
}

bool sched_full(const struct sched *s)
{
	for (int q = 0; q < N_QUEUES; q++)
		if (s->at.n[q] > JOB_MAX)
			return true;
	return false;
}

void sched_push(struct sched *s, struct item it)
{
	struct sched_state *a = &s->at;
	enum queue q = opcode_queue((int)it.c.opcode);
	int wait[N_QUEUES];

	if (!a->open) {
		add_step(s,
		         (struct sched_step){STEP_ACCEL, it.op, a->n_items, 0});
		a->open = true;
	}
	s->pushed++;
	find_waits(s, q, &it, wait);
	it.c.wait_ld = wait[QUEUE_LD];
	it.c.wait_ex = wait[QUEUE_EX];
	it.c.wait_st = wait[QUEUE_ST];
	set_time(s, q, &it, wait);

	s->item = grow(s->item, a->n_items, &s->cap_items, sizeof(*s->item));
	s->item[a->n_items] = it;
	if (!it.begins) /* else it is known from another list */
		s->item[a->n_items].begins = a->begins;
	s->queue[q] = grow(s->queue[q], a->base[q] + a->n[q], &s->cap_queue[q],
	                   sizeof(*s->queue[q]));
	for (int o = 0; o < N_QUEUES; o++)
		a->waited[q][o] = max_int(a->waited[q][o], wait[o]);
	s->queue[q][a->base[q] + a->n[q]] =
	        (struct queued){a->n_items, a->waited[q][QUEUE_LD]};
	a->n[q]++;
	a->n_items++;
	for (uint64_t left = it.banks; left; left &= left - 1)
		a->bank_last[lowest_bank(left)][q] = a->n[q];
}

/* Append step `i` of `from`, but for the commands of a job. False: it has some.
 */
static bool copy_step(struct sched *to, const struct sched *from, int i)
{
	const struct sched_step *s = &from->step[i];

	if (s->kind == STEP_CPU)
		sched_cpu(to, s->op);
	else if (s->kind == STEP_WAIT)
		sched_wait(to);
	else
		return false;
	return true;
}

/* The job that is open ends as step `i` of `from` does. */
static void copy_end(struct sched *to, const struct sched *from, int i)
{
	if (from->step[i].kind == STEP_START)
		sched_start(to);
	else
		sched_end_job(to);
}

/* ---- another scratchpad ---- */

/* Where a buffer's bytes lie in another scratchpad. */
struct move {
	const struct sched *to, *from;
	const uint32_t *further; /* per tensor, in SRAM */
	int stride_log2; /* bytes there between what begins a bank apart here */
	uint64_t begins;
};

static int begin_of(const struct move *m, int bank)
{
	uint64_t upto = m->begins & bank_mask(0, bank + 1);

	return upto ? 63 - __builtin_clzll(upto) : 0;
}

static int64_t move_addr(const struct move *m, int64_t addr)
{
	int begin = begin_of(m, bank_of(m->from, (uint32_t)addr));

	return addr - ((int64_t)begin << m->from->hw->bank_log2) +
	       ((int64_t)begin << m->stride_log2);
}

static uint64_t move_banks(const struct move *m, uint64_t banks)
{
	uint32_t size = m->from->hw->bank_bytes;
	uint64_t moved = 0;

	for (uint64_t left = banks; left; left &= left - 1) {
		int64_t at = (int64_t)lowest_bank(left)
		             << m->from->hw->bank_log2;
		moved |= sched_banks(m->to, (uint32_t)move_addr(m, at), size);
	}
	return moved;
}

static uint64_t move_begins(const struct move *m)
{
	uint64_t moved = 0;

	for (uint64_t left = m->begins; left; left &= left - 1) {
		uint32_t at = (uint32_t)lowest_bank(left) << m->stride_log2;
		moved |= (uint64_t)1 << bank_of(m->to, at);
	}
	return moved;
}

static struct item move_item(struct move *m, const struct item *from)
{
	struct item it = *from;
	struct command *c = &it.c;

	m->begins = it.begins;
	it.begins = move_begins(m);
	it.banks = move_banks(m, it.banks);
	if (opcode_queue((int)c->opcode) != QUEUE_EX) {
		c->spad = move_addr(m, c->spad);
		if (it.lo < it.hi) {
			uint32_t by = m->further[it.tensor];
			c->mem = (uint32_t)c->mem + by;
			it.lo += by;
			it.hi += by;
		}
		return it;
	}
	c->act = move_addr(m, c->act);
	c->wgt = move_addr(m, c->wgt);
	c->par = move_addr(m, c->par);
	c->out = move_addr(m, c->out);
	return it;
}

void sched_move(struct sched *to, const struct sched *from,
                const uint32_t *further)
{
	struct move m = {.to = to, .from = from, .further = further};

	/* Smaller banks: everything may stay where it is. Larger ones: what
	 * begins in a bank begins in one. */
	m.stride_log2 = from->hw->bank_log2;
	if (to->hw->bank_bytes > from->hw->bank_bytes)
		m.stride_log2 = __builtin_ctz(to->hw->spad_bytes /
		                              (uint32_t)from->hw->banks);
	for (int i = 0; i < from->at.n_steps; i++) {
		const struct sched_step *s = &from->step[i];
		if (copy_step(to, from, i))
			continue;
		for (int j = s->first; j < s->first + s->n; j++)
			sched_push(to, move_item(&m, &from->item[j]));
		copy_end(to, from, i);
	}
	to->at.most_bytes = from->at.most_bytes;
}

/* ---- loads moved forward ---- */

enum {
	HOIST_WINDOW = 256, /* items looked at */
	HOIST_GAP = 16,     /* cycles of waiting that are worth it */
};

/* When would it start, and how long would its unit have waited by then? */
static int64_t peek_start(const struct sched *s, const struct item *it,
                          int64_t *idle)
{
	enum queue q = opcode_queue((int)it->c.opcode);
	int wait[N_QUEUES];
	int64_t push = push_time(s, q);

	find_waits(s, q, it, wait);
	int64_t start = start_time(s, q, push, wait);
	int64_t ready = push + 1 > s->at.free[q] ? push + 1 : s->at.free[q];
	*idle = start - ready;
	return start;
}

/* The first item after `i`, not yet moved, that depends on no memory and whose
 * banks nobody uses before it; and which does not keep item i waiting for
 * long. -1: none. */
static int find_hoist(const struct sched *to, const struct item *item, int n,
                      int i, const bool *moved, int64_t start)
{
	uint64_t used = item[i].banks;

	for (int j = i + 1; j < n && j < i + HOIST_WINDOW; j++) {
		const struct item *it = &item[j];
		if (moved[j])
			continue;
		if (it->flash && !(it->banks & used)) {
			int64_t idle, at = peek_start(to, it, &idle);
			int64_t took = command_cycles(to->hw, &it->c);
			if (at + took / 2 <= start)
				return j;
		}
		used |= it->banks;
	}
	return -1;
}

static void hoist_job(struct sched *to, const struct item *item, int n)
{
	bool *moved = mem_zero((size_t)n, sizeof(*moved));

	for (int i = 0; i < n; i++) {
		bool waits = opcode_queue((int)item[i].c.opcode) == QUEUE_LD &&
		             item[i].lo < item[i].hi;
		if (moved[i])
			continue;
		for (int j = i; waits && j >= 0;) {
			int64_t idle, start = peek_start(to, &item[i], &idle);
			j = idle < HOIST_GAP
			            ? -1
			            : find_hoist(to, item, n, i, moved, start);
			if (j >= 0) {
				sched_push(to, item[j]);
				moved[j] = true;
			}
		}
		sched_push(to, item[i]);
	}
	free(moved);
}

void sched_hoist(struct sched *to, const struct sched *from)
{
	for (int i = 0; i < from->at.n_steps; i++) {
		const struct sched_step *s = &from->step[i];
		if (copy_step(to, from, i))
			continue;
		hoist_job(to, from->item + s->first, s->n);
		copy_end(to, from, i);
	}
	to->at.most_bytes = from->at.most_bytes;
}
