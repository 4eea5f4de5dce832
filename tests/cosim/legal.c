/* legal: see legal.h. What is certain when a command starts follows from its
 * waits, from those of the commands it waits for, and from its queue's order,
 * as in compiler/check.c. */
#include "tests/cosim/legal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "isa/map.h"
#include "isa/packed.h"
#include "isa/part.h"
#include "isa/wfmt.h"

struct range {
	int64_t lo, hi; /* hi is not in it */
};

/* A command's place in the order, and what it touches. */
struct node {
	enum queue q;
	uint32_t index;           /* in its queue, from 0 */
	uint32_t known[N_QUEUES]; /* commands that have ended when it starts */
	uint64_t banks;
	struct range sram;
};

static void widen(struct range *r, int64_t n, int64_t stride)
{
	int64_t far = (n - 1) * stride;

	if (far < 0)
		r->lo += far;
	else
		r->hi += far;
}

static uint64_t banks_of(const struct design *d, struct range r)
{
	int64_t bank = design_bank_bytes(d), spad = design_spad_bytes(d);
	uint64_t set = 0;

	if (r.lo < 0 || r.hi > spad || r.lo >= r.hi)
		return ~(uint64_t)0; /* not inside: all, so that it shows */
	for (int64_t b = r.lo / bank; b <= (r.hi - 1) / bank; b++)
		set |= (uint64_t)1 << b;
	return set;
}

static void touch_dma(const struct design *d, const struct command *c,
                      struct node *n)
{
	int64_t offset = c->mem & ((1 << REGION_SHIFT) - 1);
	struct range s = {c->spad, c->spad + c->n0};
	struct range m = {offset, offset + c->n0};

	if (c->opcode == OP_UNPACK) {
		s.hi = c->spad + c->n2 * packed_unit(d->dma_bytes);
		n->banks = banks_of(d, s);
		if (!(c->mem >> 30 & 1))
			n->sram = m;
		return;
	}
	widen(&s, c->n1, c->spad_s1);
	widen(&s, c->n2, c->spad_s2);
	widen(&m, c->n1, c->mem_s1);
	widen(&m, c->n2, c->mem_s2);
	n->banks = banks_of(d, s);
	if (c->opcode != OP_FILL && !(c->mem >> 30 & 1))
		n->sram = m;
}

static struct range input(const struct command *c)
{
	struct range base = {c->act, c->act}, all = {INT64_MAX, INT64_MIN};
	int64_t phases = c->opcode == OP_CONV ? 1 : c->pm;

	widen(&base, c->nx, c->act_xs);
	widen(&base, c->ny, c->act_ys);
	widen(&base, c->kb, c->kb_s);
	if (c->opcode == OP_CONV)
		widen(&base, c->ka, c->ka_s);
	for (int64_t f = 0; f < phases; f++) {
		struct range r = base;
		if (c->opcode != OP_CONV) {
			r.lo += f * c->ka_s;
			r.hi += f * c->ka_s;
			widen(&r, (c->ka - f + c->pm - 1) / c->pm, c->act_xs);
		}
		all.lo = r.lo < all.lo ? r.lo : all.lo;
		all.hi = r.hi > all.hi ? r.hi : all.hi;
	}
	all.hi += c->opcode == OP_CONV ? c->run : c->nchan;
	return all;
}

static int64_t block_bytes(const struct design *d, const struct command *c)
{
	return part_block(c, design_par_words(d) * design_word(d));
}

static void touch_array(const struct design *d, const struct command *c,
                        const struct command *sum, struct node *n)
{
	int cols = part_cols(c, d->cols);
	int64_t groups = (c->nchan + cols - 1) / cols;
	int64_t weights = c->ka * c->kb *
	                  wfmt_run(wfmt_of(c), cols, design_word(d),
	                           c->opcode == OP_CONV ? c->run : 1);
	int64_t par = block_bytes(d, c);
	struct range w = {c->wgt, c->wgt + weights};
	struct range p = {c->par, c->par + par};
	struct range o = {c->out, c->out + c->nchan};
	struct range second = {sum->act, sum->act + c->nchan};

	n->banks = banks_of(d, input(c));
	widen(&w, groups, c->wgt_cs);
	widen(&p, c->flags & EXE_PAR_SHARED ? 1 : groups, par);
	widen(&o, c->nx, c->out_xs);
	widen(&o, c->ny, c->out_ys);
	widen(&second, c->nx, sum->out_xs);
	widen(&second, c->ny, sum->out_ys);
	if (c->opcode == OP_CONV || c->opcode == OP_DWCONV)
		n->banks |= banks_of(d, w);
	if (!(c->flags & EXE_HOLD))
		n->banks |= banks_of(d, p) | banks_of(d, o);
	if (c->flags & EXE_PLUS)
		n->banks |= banks_of(d, second);
}

static void touch(const struct design *d, const struct command *c,
                  struct command *sum, struct node *n)
{
	int64_t par = block_bytes(d, c);
	struct range p = {c->par, c->par + par};
	int64_t bytes = c->nx | c->ny << 16;

	if (n->q != QUEUE_EX) {
		touch_dma(d, c, n);
	} else if (c->opcode == OP_SUM) {
		*sum = *c;
		n->banks = banks_of(d, p);
	} else if (c->opcode == OP_ADD) {
		n->banks = banks_of(d, p) |
		           banks_of(d, (struct range){c->act, c->act + bytes}) |
		           banks_of(d, (struct range){c->wgt, c->wgt + bytes}) |
		           banks_of(d, (struct range){c->out, c->out + bytes});
	} else {
		touch_array(d, c, sum, n);
	}
}

static void most(uint32_t to[N_QUEUES], const uint32_t from[N_QUEUES])
{
	for (int q = 0; q < N_QUEUES; q++)
		if (from[q] > to[q])
			to[q] = from[q];
}

static bool overlap(struct range a, struct range b)
{
	return a.lo < b.hi && b.lo < a.hi;
}

struct job_check {
	const struct trial *t;
	struct node *node;
	uint32_t n;
	uint32_t *of[N_QUEUES], count[N_QUEUES]; /* node numbers, by queue */
	struct command sum;
	struct range *entry, *list; /* in SRAM: of the ring; of each job */
	int n_entries;
};

int64_t entry_offset(uint32_t base, uint32_t mask, uint32_t job)
{
	return (base & ((1 << REGION_SHIFT) - 1)) +
	       (int64_t)(job & mask) * RING_ENTRY_BYTES;
}

/* What the fetch unit reads from SRAM. */
static void find_ring_and_lists(struct job_check *k)
{
	const struct trial *t = k->t;
	uint32_t base = 0, mask = 0;

	for (int i = 0; i < t->n_acts; i++) {
		const struct act *a = &t->act[i];
		if (a->kind == ACT_WRITE && a->arg[0] == ACCEL_RING_BASE)
			base = a->arg[1];
		if (a->kind == ACT_WRITE && a->arg[0] == ACCEL_RING_MASK)
			mask = a->arg[1];
		if (a->kind != ACT_ENTRY)
			continue;
		int64_t at = entry_offset(base, mask, a->arg[0]);
		k->entry[k->n_entries++] =
		        (struct range){at, at + RING_ENTRY_BYTES};
	}
	for (int j = 0; j < t->n_jobs; j++) {
		int64_t at = t->job[j].list & ((1 << REGION_SHIFT) - 1);
		if (!(t->job[j].list >> 30 & 1))
			k->list[j] = (struct range){
			        at, at + (int64_t)t->job[j].n * COMMAND_BYTES};
	}
}

/* Set what is certain when the newest node starts. */
static bool order(struct job_check *k, const struct command *c)
{
	struct node *n = &k->node[k->n];
	const int64_t wait[N_QUEUES] = {c->wait_ld, c->wait_ex, c->wait_st};

	for (int q = 0; q < N_QUEUES; q++) {
		if (wait[q] > k->count[q])
			return false;
		n->known[q] = (uint32_t)wait[q];
		if (q == (int)n->q) /* in order: all before it have ended */
			n->known[q] = k->count[q];
	}
	for (int q = 0; q < N_QUEUES; q++)
		if (n->known[q])
			most(n->known,
			     k->node[k->of[q][n->known[q] - 1]].known);
	return true;
}

static bool apart(const struct job_check *k, const struct node *n)
{
	for (int q = 0; q < N_QUEUES; q++)
		for (uint32_t i = n->known[q]; i < k->count[q]; i++) {
			const struct node *o = &k->node[k->of[q][i]];
			bool store = o->q == QUEUE_ST || n->q == QUEUE_ST;
			if (q == (int)n->q)
				continue;
			if (o->banks & n->banks ||
			    (store && overlap(o->sram, n->sram)))
				return false;
		}
	return true;
}

/* Off the ring, which the host writes at any time; a STORE also off lists. */
static bool keeps_off(const struct job_check *k, const struct command *c,
                      const struct node *n)
{
	for (int i = 0; i < k->n_entries; i++)
		if (overlap(n->sram, k->entry[i]))
			return false;
	for (int j = 0; c->opcode == OP_STORE && j < k->t->n_jobs; j++)
		if (overlap(n->sram, k->list[j]))
			return false;
	return true;
}

static bool check_job(struct job_check *k, const struct trial_job *j,
                      uint32_t *bad)
{
	memset(k->count, 0, sizeof(k->count));
	for (*bad = k->n = 0; *bad < j->n; ++*bad) {
		const struct command *c = &j->c[*bad];
		if (!strcmp(opcode_name((int)c->opcode), "?"))
			continue;
		struct node *n = &k->node[k->n];
		*n = (struct node){.q = opcode_queue((int)c->opcode)};
		if (!order(k, c))
			return false;
		touch(&k->t->d, c, &k->sum, n);
		if (!apart(k, n) || !keeps_off(k, c, n))
			return false;
		k->of[n->q][k->count[n->q]++] = k->n++;
	}
	return true;
}

bool trial_legal(const struct trial *t, char *text, size_t size)
{
	struct job_check k = {.t = t};
	bool ok = true;
	uint32_t bad = 0;

	k.entry = mem_zero((size_t)t->n_acts, sizeof(*k.entry));
	k.list = mem_zero((size_t)t->n_jobs, sizeof(*k.list));
	find_ring_and_lists(&k);
	for (int j = 0; ok && j < t->n_jobs; j++) {
		uint32_t n = t->job[j].n;
		k.node = mem_zero(n, sizeof(*k.node));
		for (int q = 0; q < N_QUEUES; q++)
			k.of[q] = mem_zero(n, sizeof(*k.of[q]));
		ok = check_job(&k, &t->job[j], &bad);
		free(k.node);
		for (int q = 0; q < N_QUEUES; q++)
			free(k.of[q]);
		if (!ok)
			snprintf(text, size,
			         "job %d command %u may meet another", j, bad);
	}
	free(k.entry);
	free(k.list);
	return ok && host_legal(t, text, size);
}
