/* timer: the machine timer, in cycles. */
#include "firmware/timer.h"
#include "firmware/irq.h"
#include "firmware/mmio.h"

__attribute__((interrupt("machine"))) void irq_timer(void);

static volatile bool rang;

/* All ones is later than any time: the line falls. */
static void disarm(void)
{
	REG(TIMER, MTIMECMPH) = ~0u;
	REG(TIMER, MTIMECMP) = ~0u;
}

void irq_timer(void)
{
	IRQ_UNWIND;
	disarm();
	rang = true;
}

static bool has_rung(void)
{
	return rang;
}

uint64_t timer_now(void)
{
	uint32_t high, low;
	do {
		high = REG(TIMER, MTIMEH);
		low = REG(TIMER, MTIME);
	} while (high != REG(TIMER, MTIMEH));
	return (uint64_t)high << 32 | low;
}

void timer_sleep_until(uint64_t when)
{
	rang = false;
	REG(TIMER, MTIMECMP) = ~0u; /* no early ring between the two */
	REG(TIMER, MTIMECMPH) = (uint32_t)(when >> 32);
	REG(TIMER, MTIMECMP) = (uint32_t)when;
	irq_enable(IRQ_TIMER);
	irq_sleep_until(has_rung);
}
