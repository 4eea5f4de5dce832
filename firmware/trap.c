/* trap: the end of a firmware that met an exception or an interrupt that
 * nobody asked for. crt0.S calls it. */
#include "firmware/exit.h"
#include "firmware/mmio.h"

_Noreturn void trap(uint32_t cause, uint32_t pc, uint32_t value);

_Noreturn void fw_exit(uint32_t code)
{
	REG(SIMCTL, EXIT) = code;
	for (;;)
		__asm__ volatile("wfi");
}

static void put_text(const char *s)
{
	while (*s)
		REG(UART, TX) = (uint32_t)*s++;
}

static void put_hex(uint32_t x)
{
	for (int i = 28; i >= 0; i -= 4)
		REG(UART, TX) = (uint32_t) "0123456789abcdef"[x >> i & 15];
}

_Noreturn void trap(uint32_t cause, uint32_t pc, uint32_t value)
{
	put_text("trap ");
	put_hex(cause);
	put_text(" pc ");
	put_hex(pc);
	put_text(" value ");
	put_hex(value);
	put_text("\n");
	uint32_t number = cause & 0xff;
	fw_exit((cause >> 31 ? FW_EXIT_IRQ : FW_EXIT_TRAP) + number);
}
