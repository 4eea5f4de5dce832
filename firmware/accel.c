/* accel: driver of the accelerator (docs/accelerator.md: Jobs). */
#include "firmware/accel.h"
#include "firmware/exit.h"
#include "firmware/irq.h"
#include "firmware/late.h"
#include "firmware/mmio.h"

__attribute__((interrupt("machine"))) void irq_accel(void);

enum {
	RING = 4, /* entries, a power of two */
	JOB_IRQ = 1,
	CTRL_IRQ = 1,
	STATUS_CLASH = 1 << 2,
	STATUS_COMMAND = 1 << 3,
};

/* A ring entry as the accelerator reads it. */
struct job {
	uint32_t list, n, flags, zero;
};

static struct job ring[RING] __attribute__((aligned(16)));
static uint32_t submitted;         /* what was written to TAIL */
static volatile uint32_t finished; /* HEAD, as of the last interrupt */

/* Acknowledge first: a job that ends after HEAD was read interrupts again. */
void irq_accel(void)
{
	IRQ_UNWIND;
	REG(ACCEL, IRQ_ACK) = 0;
	finished = REG(ACCEL, HEAD);
}

static bool all_done(void)
{
	return finished == submitted;
}

void accel_init(void)
{
	if (REG(ACCEL, ID) != ACCEL_ID_VALUE)
		fw_exit(FW_EXIT_NO_ACCEL);
	REG(ACCEL, RING_BASE) = (uint32_t)(uintptr_t)ring;
	REG(ACCEL, RING_MASK) = RING - 1;
	REG(ACCEL, CTRL) = CTRL_IRQ;
	irq_enable(IRQ_ACCEL);
}

static inline void start(uint32_t list, uint32_t n, uint32_t flags)
{
	struct job *j = &ring[submitted % RING];
	*j = (struct job){list, n, flags, 0};
	submitted++;
	/* The entry is in memory before the doorbell rings. */
	__asm__ volatile("" ::: "memory");
	REG(ACCEL, TAIL) = submitted;
}

static inline void check_status(void)
{
	uint32_t status = REG(ACCEL, STATUS);
	if (status & STATUS_CLASH)
		fw_exit(FW_EXIT_BANK_CLASH);
	if (status & STATUS_COMMAND)
		fw_exit(FW_EXIT_BAD_COMMAND);
}

static inline void wait(void)
{
	irq_sleep_until(all_done);
	check_status();
}

void accel_submit(uint32_t list, uint32_t n)
{
	start(list, n, JOB_IRQ);
	wait();
}

LATE void accel_start(uint32_t list, uint32_t n)
{
	start(list, n, JOB_IRQ);
}

LATE void accel_wait(void)
{
	wait();
}

LATE void accel_start_quiet(uint32_t list, uint32_t n)
{
	start(list, n, 0);
}

/* Interrupts are off. The line stays high until it is acknowledged, so that a
 * job that ends between the look at HEAD and WFI wakes the core, too; one that
 * ended before the look does so in vain, once, in the next wait. */
LATE void accel_wait_wfi(void)
{
	while (REG(ACCEL, HEAD) != submitted) {
		__asm__ volatile("wfi" ::: "memory");
		REG(ACCEL, IRQ_ACK) = 0;
	}
	check_status();
}

LATE void accel_wait_poll(void)
{
	while (REG(ACCEL, HEAD) != submitted)
		;
	check_status();
}
