/* irq: interrupts of the machine, and sleeping until one came. */
#ifndef FIRMWARE_IRQ_H
#define FIRMWARE_IRQ_H

#include <stdbool.h>
#include <stdint.h>

/* First in a handler: its caller is at mepc. For debuggers; no code. 4096 is
 * where DWARF counts CSRs from. */
#ifdef __riscv
#define IRQ_UNWIND __asm__ volatile(".cfi_return_column 4096 + 0x341")
#else
#define IRQ_UNWIND ((void)0)
#endif

/* Let interrupt `number` (a bit of mie) wake and interrupt the core. */
static inline void irq_enable(int number)
{
	__asm__ volatile("csrs mie, %0" ::"r"(1u << number));
}

/* Sleep until done() is true, which an interrupt handler brings about.
 *
 * The condition is looked at with interrupts off: a handler cannot run between
 * the look and WFI, so no wake-up is lost. WFI itself wakes for a pending
 * interrupt even when they are off; turning them on then runs the handler. */
static inline void irq_sleep_until(bool (*done)(void))
{
	__asm__ volatile("csrci mstatus, 8" ::: "memory");
	while (!done()) {
		__asm__ volatile("wfi\n\t"
		                 "csrsi mstatus, 8\n\t"
		                 "csrci mstatus, 8" ::
		                         : "memory");
	}
	__asm__ volatile("csrsi mstatus, 8" ::: "memory");
}

#endif
