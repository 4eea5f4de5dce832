/* rtl_log: what the accelerator's Verilog did, told by its trace: commands with
 * names, and what the hardware counted given to layers.
 *
 * A unit's counters are read when one of its commands ends, the fetch unit's
 * when a command leaves it or a job ends. Private to accel_rtl.c and soc_rtl.c.
 */
#ifndef SIM_RTL_LOG_H
#define SIM_RTL_LOG_H

#include "sim/accel.h"
#include "sim/accel_rtl.h"

/* Commands of one queue, fetched and not yet ended: at most the queue's depth
 * and one at work. */
enum { RTL_MAX_PENDING = 32 };
struct rtl_pending {
	struct cmd_log cmd[RTL_MAX_PENDING]; /* start UINT64_MAX: not yet */
	unsigned first, n;
};

struct rtl_log {
	struct accel_log *log;  /* borrowed */
	const uint32_t *counts; /* the hardware's, N_ACCEL_EVENTS; borrowed */
	struct rtl_pending queue[N_QUEUES];
	uint32_t seq, job;             /* of the next command fetched */
	uint16_t layer;                /* of the last command fetched */
	uint32_t seen[N_ACCEL_EVENTS]; /* counters already given to layers */
	struct err fault;              /* the first one, or ERR_NONE */
};

/* As after reset, with a log that the caller has emptied. */
void rtl_log_reset(struct rtl_log *l, struct accel_log *log,
                   const uint32_t *counts);
/* What happened in one cycle, in order of cycles. */
void rtl_log_take(struct rtl_log *l, const struct rtl_trace *t);

#endif
