/* host_past: is a fetch under way when the core goes to sleep?
 *
 * If so the clock stops later, and mcycle shows that. With memories that make
 * the core wait the front end is at hand (host_front.h). With others it is not,
 * as their time does not depend on it; but there the prefetch buffer gets a
 * word in each cycle until it is full, and so a fetch is under way two cycles
 * after a WFI only if the core has taken a word in each cycle since the fetch
 * was turned last. A single instruction of 16 bits or of two cycles is enough
 * for the buffer to be ahead until the next turn. */
#include "sim/host_priv.h"

void host_doze(struct host *h, const struct op *wfi, uint64_t x)
{
	struct front *f = &h->front;

	*f = (struct front){.cyc = x + 2};
	if (!h->from)
		return;
	uint64_t words = (uint64_t)((wfi - h->op) / 2 - (h->from - h->op) / 2);
	if (words == x - (h->since - h->from->mis)) {
		f->n_due = 1;
		f->due[0] = f->cyc;
	}
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
