/* accel_fast: the accelerator as a C model, event by event.
 *
 * Cycles, counts and outputs are those of docs/accelerator.md. Two things are
 * not modelled: bank clashes between commands (illegal; the RTL finds them)
 * and the value of a hardware counter in the middle of a command: here a
 * command's events are counted when it ends.
 */
#include "sim/accel_fast.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "isa/map.h"

static void fast_close(struct accel *a)
{
	if (!a)
		return;
	free(a->spad);
	free(a->act16);
	free(a->wgt16);
	free(a->wgt8);
	free(a);
}

static void fast_reset(struct accel *a)
{
	const struct accel zero = {.ops = a->ops,
	                           .d = a->d,
	                           .mem = a->mem,
	                           .log = a->log,
	                           .timing_only = a->timing_only,
	                           .word = a->word,
	                           .par_bytes = a->par_bytes,
	                           .spad_bytes = a->spad_bytes,
	                           .bank_bytes = a->bank_bytes,
	                           .spad = a->spad,
	                           .act16 = a->act16,
	                           .wgt16 = a->wgt16,
	                           .wgt8 = a->wgt8};

	*a = zero;
}

/* CONV works on widened copies of one pixel's inputs and of one column
 * group's weights; a legal group's weights, of one column or more, fit the
 * scratchpad. Formats other
 * than plain bytes hold at most 16 times as many (1 of 4 with 2 bits). */
static bool alloc_data(struct accel *a)
{
	bool dense = !a->d->narrow && !a->d->sparse;
	size_t n = (size_t)a->spad_bytes * (dense ? 1 : 16);
	size_t cols = (size_t)a->d->cols;

	a->spad = calloc(a->spad_bytes + SPAD_SLACK, 1);
	a->act16 = malloc((n + 16) * sizeof(*a->act16));
	a->wgt16 = malloc((n + 16 * cols) * sizeof(*a->wgt16));
	a->wgt8 = malloc(n + SPAD_SLACK);
	return a->spad && a->act16 && a->wgt16 && a->wgt8;
}

static struct accel *fast_open(const struct design *d, struct mem *mem,
                               struct accel_log *log,
                               const struct accel_opts *opts, struct err *err)
{
	assert(d->rows <= MAX_ROWS && d->cols <= MAX_COLS);
	assert(d->queue <= MAX_QUEUE);
	struct accel *a = calloc(1, sizeof(*a));
	if (!a)
		goto no_memory;
	a->ops = &accel_fast;
	a->d = d;
	a->mem = mem;
	a->log = log;
	a->timing_only = opts && opts->timing_only;
	a->word = design_word(d);
	a->par_bytes = design_par_words(d) * a->word;
	a->spad_bytes = design_spad_bytes(d);
	a->bank_bytes = design_bank_bytes(d);
	if (!a->timing_only && !alloc_data(a))
		goto no_memory;
	return a;
no_memory:
	fast_close(a);
	err_set(err, ERR_BUG, "accelerator model: out of memory");
	return NULL;
}

/* ------------------------------------------------------------------------
 * Time as the caller sees it */

static void fast_advance(struct accel *a, uint64_t cycle)
{
	while (a->now < cycle)
		fast_step(a, cycle);
}

static bool fast_irq(const struct accel *a)
{
	return a->pending && (a->reg[REG_CTRL] & 1);
}

static uint64_t fast_until_irq(struct accel *a, uint64_t limit)
{
	while (!fast_irq(a) && a->now < limit)
		fast_step(a, limit);
	return fast_irq(a) ? a->now : limit;
}

static bool fast_busy(const struct accel *a)
{
	return a->fetch.state != FETCH_IDLE || a->head != a->reg[REG_TAIL];
}

static void fast_host_access(struct accel *a, uint64_t cycle, int mem)
{
	fast_advance(a, cycle);
	assert(a->now == cycle);
	a->host |= 1u << mem;
}

static bool fast_fault_told(const struct accel *a, struct err *err)
{
	if (a->fault.kind == ERR_NONE)
		return true;
	*err = a->fault;
	return false;
}

static void fast_queue(const struct accel *a, int q, struct accel_queue *to)
{
	const struct unit *u = &a->unit[q];
	const struct entry *e = u->busy ? &u->cur : &u->q[u->head];

	*to = (struct accel_queue){.n = (unsigned)u->n + u->busy};
	if (to->n)
		to->first =
		        (struct cmd_log){.queue = (uint8_t)q,
		                         .opcode = (uint8_t)e->c.opcode,
		                         .layer = (uint16_t)e->c.layer,
		                         .seq = e->seq,
		                         .start = u->busy ? u->start : NEVER};
}

/* ------------------------------------------------------------------------
 * Registers */

static uint32_t status(const struct accel *a)
{
	return (uint32_t)fast_busy(a) | (uint32_t)a->pending << 1 |
	       (uint32_t)a->bad_command << 3;
}

static uint32_t fast_read(struct accel *a, uint64_t cycle, uint32_t offset)
{
	fast_advance(a, cycle);
	switch (offset) {
	case ACCEL_ID:
		return ACCEL_ID_VALUE;
	case ACCEL_CTRL:
		return a->reg[REG_CTRL];
	case ACCEL_STATUS:
		return status(a);
	case ACCEL_RING_BASE:
		return a->reg[REG_BASE];
	case ACCEL_RING_MASK:
		return a->reg[REG_MASK];
	case ACCEL_HEAD:
		return a->head;
	case ACCEL_TAIL:
		return a->reg[REG_TAIL];
	}
	uint32_t ev = (offset - ACCEL_COUNTERS) / 4;
	if (offset >= ACCEL_COUNTERS && offset % 4 == 0 && ev < N_ACCEL_EVENTS)
		return (uint32_t)a->total.n[ev];
	return 0;
}

static void fast_write(struct accel *a, uint64_t cycle, uint32_t offset,
                       uint32_t value)
{
	enum reg r;

	fast_advance(a, cycle);
	assert(a->now == cycle);
	switch (offset) {
	case ACCEL_CTRL:
		r = REG_CTRL;
		value &= 1;
		break;
	case ACCEL_IRQ_ACK:
		r = REG_ACK;
		break;
	case ACCEL_RING_BASE:
		r = REG_BASE;
		break;
	case ACCEL_RING_MASK:
		r = REG_MASK;
		break;
	case ACCEL_TAIL:
		r = REG_TAIL;
		break;
	default:
		return;
	}
	a->written[r] = value;
	a->write_mask |= 1u << r;
}

const struct accel_ops accel_fast = {
        .name = "fast",
        .open = fast_open,
        .close = fast_close,
        .reset = fast_reset,
        .read = fast_read,
        .write = fast_write,
        .host_access = fast_host_access,
        .advance = fast_advance,
        .until_irq = fast_until_irq,
        .irq = fast_irq,
        .busy = fast_busy,
        .fault = fast_fault_told,
        .queue = fast_queue,
};
