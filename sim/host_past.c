/* host_past: what the prefetch buffer holds, with memories of one cycle.
 *
 * Their time does not depend on it, and so the fast loop does not keep it. But
 * the clock stops a cycle later if a fetch is under way when the core goes to
 * sleep, and mcycle shows that. So it is found out then: since the fetch was
 * turned last, instructions ran one after another, and what each of them was
 * can be told now: of the two things that depend on data, split accesses and
 * divisors of zero, there is a note with the cycle (`when`; that its low bits
 * could be those of a time 2^32 cycles ago is left aside). */
#include <assert.h>
#include "sim/host_priv.h"

static void start(const struct host *h, struct front *f)
{
	if (h->since == h->known)
		*f = h->front;
	else
		front_fresh(&h->rules, f, h->since - 1 - h->from->mis);
}

/* A CSR access that empties the pipeline. */
static bool flushes(uint32_t insn)
{
	uint32_t n = insn >> 20, f3 = insn >> 12 & 7;
	bool write = (f3 & 3) == 1 || (insn >> 15 & 31) != 0;

	return (insn & 0x7f) == 0x73 && (f3 & 3) != 0 && (f3 & 3) != 3 &&
	       write && (n == 0x300 || n == 0x304);
}

/* What the operation was that executed in cycle x and did not jump. */
static enum kind kind_then(const struct host *h, const struct op *op,
                           uint64_t x)
{
	enum kind plain, other;

	if (op->code == OP_SYS)
		return flushes((uint32_t)op->imm) ? KIND_FLUSH : KIND_ONE;
	host_kinds(h, op, &plain, &other);
	return op->class != CLASS_BRANCH && op->when == (uint32_t)x ? other
	                                                            : plain;
}

static struct op *pass(struct host *h, struct front *f, struct op *op,
                       enum kind (*kind)(const struct host *, const struct op *,
                                         uint64_t))
{
	bool odd = (op - h->op) & 1;

	if (op->code == OP_DECODE)
		host_decode(h, op);
	while (!front_ready(f, odd, op->len == 2))
		front_wait(&h->rules, f);
	front_take(&h->rules, f, odd, op->len == 2);
	uint64_t x = front_plan(&h->rules, f, KIND_ONE).x;
	struct front_plan p = front_plan(&h->rules, f, kind(h, op, x));
	front_run(&h->rules, f, &p);
	return op + op->len;
}

/* The state before operation `to`. False: nobody knows. */
static bool replay(struct host *h, const struct op *to)
{
	struct op *op = h->from;
	struct front f;

	if (!op)
		return false;
	start(h, &f);
	while (op < to)
		op = pass(h, &f, op, kind_then);
	h->front = f;
	return op == to;
}

void host_delayed(struct host *h)
{
	if (h->waits || !h->at)
		return;
	bool ok = replay(h, h->at);
	while (ok && h->front.cyc < h->cyc - 1)
		front_wait(&h->rules, &h->front);
	host_turned(h);
	h->known = h->cyc;
	if (!ok)
		h->from = NULL;
}

static enum kind sleep_kind(const struct host *h, const struct op *op,
                            uint64_t x)
{
	(void)h, (void)op, (void)x;
	return KIND_SLEEP;
}

void host_doze(struct host *h, const struct op *to, uint64_t x)
{
	bool known = replay(h, to);
	if (known)
		pass(h, &h->front, &h->op[to - h->op], sleep_kind);
	assert(!known || h->front.cyc == x + 2);
	if (h->front.cyc != x + 2)
		h->front = (struct front){.cyc = x + 2, .words = 2};
}

void host_slept_until(struct host *h, uint64_t k)
{
	struct front *f = &h->front;
	uint64_t awake = 0;

	/* The clock stops a cycle after the last fetch has arrived. */
	while (f->cyc <= k && front_busy(f)) {
		awake += f->cyc + 2 <= k;
		front_rest(&h->rules, f);
	}
	h->slept += k - h->sleep_from - awake;
	if (f->cyc <= k)
		f->cyc = k + 1;
}
