/* host_run: the fast loop for memories of one cycle: time is one number, and
 * the cost of an operation known when it is decoded. For host_past.c it notes
 * where jumps land. */
#define LOOP loop
#define LOOP_STATE                                                             \
	const struct op *from = h->from;                                       \
	uint64_t since = h->since
#define LOOP_SAVE h->from = from, h->since = since
#define PASS_ONE cyc += 1
#define PASS cyc += p->cost
#define PASS_DIVIDE cyc += R2 == 0 ? 2 : p->cost
#define PASS_ACCESS(split) cyc += (uint64_t)p->cost + ((split) != 0)
#define PASS_TAKEN cyc += p->taken
#define PASS_JUMP cyc += 2
#define PASS_LANDED cyc += p->mis, from = p, since = cyc
#define PASS_CODE(late) cyc += (late)
#include "sim/host_loop.h"

bool host_fast(struct host *h, uint64_t limit)
{
	if (h->waits)
		return host_fast_wait(h, limit);
	return loop(h, limit) == NULL;
}

const void *host_undecoded(const struct host *h)
{
	return h->waits ? host_undecoded_wait() : loop(NULL, 0);
}
