/* host_run_wait: the fast loop for memories that make the core wait: time is a
 * cycle and a row of the table (host_memo.h), which says what each operation
 * does to both. */
#define LOOP loop_wait
#define LOOP_STATE                                                             \
	const struct memo_entry *const table = memo_table(h->memo);            \
	const struct memo_entry *row = table + h->row * MEMO_CLASSES
#define LOOP_SAVE h->row = ROW
#define ROW (uint32_t)((row - table) / MEMO_CLASSES)
#define SPEND(class)                                                           \
	do {                                                                   \
		const struct memo_entry *e = row + (class);                    \
		if (!LIKELY(e->row))                                           \
			e = memo_learn(h->memo, ROW, (class));                 \
		cyc += e->cycles;                                              \
		row = e->row;                                                  \
	} while (0)
#define PASS_ONE SPEND(p->cost)
#define PASS SPEND(p->cost)
#define PASS_DIVIDE SPEND(R2 == 0 ? p->taken : p->cost)
#define PASS_ACCESS(split) SPEND((split) ? p->taken : p->cost)
#define PASS_TAKEN SPEND(p->taken)
#define PASS_JUMP SPEND(p->cost)
#define PASS_LANDED (void)0
#define PASS_CODE(late) (void)(late)
#include "sim/host_loop.h"

bool host_fast_wait(struct host *h, uint64_t limit)
{
	uint64_t cyc = h->cyc;
	bool nowhere = h->row == MEMO_NOWHERE;
	bool done = loop_wait(h, limit) == NULL;

	if (nowhere)
		h->cyc = cyc;
	return done;
}

const void *host_undecoded_wait(void)
{
	return loop_wait(NULL, 0);
}
