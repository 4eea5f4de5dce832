/* drill: a firmware that does to the system what the real one never does.
 *
 * It checks nothing: simulation and Verilog run it in step (drill_pair.c), and
 * every value that it reads is in the trace. All devices and memories, at their
 * ends and beyond; the timer around every kind of instruction and in sleep; the
 * accelerator while the host uses its memories, polls it and sleeps.
 *
 * Counters of the accelerator are read between jobs only: what both show during
 * one is not promised (docs/accelerator.md).
 */
#include <stddef.h>
#include <stdint.h>

#include "firmware/mmio.h"
#include "isa/image.h"

_Noreturn void drill(void);

/* An access that may fault: the handler goes on behind it, so that the
 * instruction has to be 4 bytes long. */
#define LOAD(op, addr)                                                         \
	({                                                                     \
		uint32_t v_;                                                   \
		__asm__ volatile(".option push\n.option norvc\n" op            \
		                 " %0, 0(%1)\n.option pop"                     \
		                 : "=r"(v_)                                    \
		                 : "r"(addr)                                   \
		                 : "memory");                                  \
		v_;                                                            \
	})
#define STORE(op, value, addr)                                                 \
	__asm__ volatile(".option push\n.option norvc\n" op                    \
	                 " %0, 0(%1)\n.option pop" ::"r"(value),               \
	                 "r"(addr)                                             \
	                 : "memory")

static void load_all(uint32_t addr)
{
	for (uint32_t i = 0; i < 4; i++) {
		LOAD("lw", addr + i);
		LOAD("lh", addr + i);
		LOAD("lhu", addr + i);
		LOAD("lb", addr + i);
		LOAD("lbu", addr + i);
	}
}

static void store_all(uint32_t addr)
{
	for (uint32_t i = 0; i < 4; i++) {
		STORE("sw", 0x81828384u + i, addr + i);
		STORE("sh", 0x9192u + i, addr + i);
		STORE("sb", 0xa1u + i, addr + i);
	}
	load_all(addr);
}

static void say(const char *s)
{
	while (*s)
		REG(UART, TX) = (uint32_t)*s++;
}

/* ---- Memories ----------------------------------------------------------- */

static uint32_t scratch[16];

static void memories(uint32_t sram_end, uint32_t flash_end)
{
	const uint32_t imem_end = MAP_IMEM + IMEM_BYTES;

	for (uint32_t i = 0; i < 5; i++)
		store_all((uint32_t)(uintptr_t)scratch + 4 * i);
	/* The last words, and across the end. */
	store_all(sram_end - 8);
	store_all(sram_end - 4);
	store_all(sram_end);
	for (uint32_t i = 0; i < 5; i++)
		load_all(MAP_FLASH + 4 * i);
	load_all(flash_end - 4);
	load_all(flash_end);
	load_all(MAP_IMEM);
	load_all(imem_end - 4);
	load_all(imem_end);
	/* Read-only. */
	store_all(MAP_FLASH);
	store_all(flash_end - 4);
	store_all(MAP_IMEM + BOOT_OFFSET);
	load_all(0);
	load_all(MAP_IMEM - 4);
	load_all(MAP_SRAM - 4);
	load_all(MAP_FLASH - 4);
	load_all(0xfffffffcu);
}

/* ---- Registers ---------------------------------------------------------- */

/* All words of a page, and how each answers to what is not a word. */
static void page(uint32_t base, uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes; i += 4)
		LOAD("lw", base + i);
	load_all(base);
	load_all(base + 4);
	STORE("sh", 1, base);
	STORE("sb", 1, base);
	STORE("sw", 1, base + 2);
}

static void registers(void)
{
	page(MAP_ACCEL, 0x200);
	LOAD("lw", MAP_ACCEL + 0xffc);
	LOAD("lw", MAP_ACCEL + 0x1000);
	STORE("sw", ~0u, MAP_ACCEL + ACCEL_ID);
	STORE("sw", ~0u, MAP_ACCEL + ACCEL_STATUS);
	STORE("sw", ~0u, MAP_ACCEL + ACCEL_HEAD);
	STORE("sw", 0x2000fff0u, MAP_ACCEL + ACCEL_RING_BASE);
	STORE("sw", 0xff, MAP_ACCEL + ACCEL_RING_MASK);
	STORE("sw", 3, MAP_ACCEL + ACCEL_CTRL);
	page(MAP_ACCEL, 0x20);
	page(MAP_TIMER, 0x20);
	STORE("sw", 0, MAP_TIMER + TIMER_MTIME);
	STORE("sw", 0, MAP_TIMER + TIMER_MTIMEH);
	STORE("sw", 0x12345678u, MAP_TIMER + TIMER_MTIMECMP);
	STORE("sw", 0x9abcdef0u, MAP_TIMER + TIMER_MTIMECMPH);
	page(MAP_TIMER, 0x1000);
	page(MAP_UART, 0x10);
	page(MAP_SIMCTL, 0x10);
	STORE("sw", 0, MAP_UART + 4);
	STORE("sw", 0, MAP_SIMCTL + 8);
}

/* ---- Timer -------------------------------------------------------------- */

static void arm(uint32_t cycles)
{
	REG(TIMER, MTIMECMPH) = ~0u;
	REG(TIMER, MTIMECMP) = REG(TIMER, MTIME) + cycles;
	REG(TIMER, MTIMECMPH) = 0;
}

/* The line rises in each cycle of a mixture that takes some 100. */
static void timer(void)
{
	uint32_t a = 0x12345678, b = 77;

	__asm__ volatile("csrs mie, %0" ::"r"(1u << IRQ_TIMER));
	for (uint32_t d = 0; d < 140; d++) {
		arm(d);
		for (uint32_t i = 0; i < 3; i++) {
			__asm__ volatile("div %0, %0, %1\n\tmul %0, %0, %1\n\t"
			                 "mulh %0, %1, %0"
			                 : "+r"(a)
			                 : "r"(b + i));
			a += LOAD("lw", (uint32_t)(uintptr_t)scratch + 1);
			a += REG(TIMER, MTIME);
			scratch[i] = a;
		}
	}
}

/* Both clocks: mcycle stops in sleep, mtime does not. */
static void clocks(void)
{
	uint32_t v;

	__asm__ volatile("csrr %0, mcycle" : "=r"(v)::"memory");
	scratch[3] = v;
	scratch[4] = REG(TIMER, MTIME);
}

/* Sleep until the timer rings, with and without its interrupt. */
static void sleep(void)
{
	for (uint32_t d = 0; d < 60; d++) {
		arm(d);
		__asm__ volatile("wfi");
		clocks();
		__asm__ volatile("csrci mstatus, 8");
		arm(d);
		__asm__ volatile("wfi");
		clocks();
		__asm__ volatile("csrsi mstatus, 8");
	}
}

/* ---- Accelerator -------------------------------------------------------- */

static struct {
	uint32_t list, n, flags, zero;
} ring[4] __attribute__((aligned(16)));

static uint32_t tail;
enum { ROUNDS = 16 };

static void submit(const struct image_step *s, uint32_t flags)
{
	ring[tail % 4].list = s->arg;
	ring[tail % 4].n = s->n;
	ring[tail % 4].flags = flags;
	tail++;
}

static void ring_bell(void)
{
	__asm__ volatile("" ::: "memory");
	REG(ACCEL, TAIL) = tail;
}

/* The host takes both ports in a rhythm that changes. */
static void poll(uint32_t rhythm)
{
	volatile const uint32_t *flash = (volatile const uint32_t *)MAP_FLASH;
	volatile uint32_t *sram = scratch;

	for (uint32_t i = 0; REG(ACCEL, HEAD) != tail; i++) {
		for (uint32_t k = i % rhythm; k > 0; k--)
			sram[k % 16] = flash[i % 64] + sram[(k + 1) % 16];
		LOAD("lw", MAP_SRAM + 1 + i % 64);
		LOAD("lhu", MAP_FLASH + 3 + i % 64);
		(void)REG(ACCEL, STATUS);
		if (i % 7 == 3)
			REG(ACCEL, IRQ_ACK) = 0;
	}
}

static void counters(void)
{
	for (uint32_t i = 0; i < 32; i++)
		LOAD("lw", MAP_ACCEL + ACCEL_COUNTERS + 4 * i);
}

/* number: of the round, for other rhythms. */
static void job(const struct image_step *s, uint32_t number)
{
	/* Polled, with a timer that interrupts meanwhile. */
	submit(s, number % 2);
	ring_bell();
	arm(50 + 13 * number);
	poll(3 + number);
	(void)REG(ACCEL, STATUS);
	REG(ACCEL, IRQ_ACK) = 0;
	counters();
	/* Asleep: the handler acknowledges. The timer may come first. */
	__asm__ volatile("csrs mie, %0" ::"r"(1u << IRQ_ACCEL));
	submit(s, 1);
	ring_bell();
	arm(231 * number);
	do {
		__asm__ volatile("wfi");
	} while (REG(ACCEL, HEAD) != tail);
	clocks();
	/* Two at once, the interrupt off while they run. */
	__asm__ volatile("csrc mie, %0" ::"r"(1u << IRQ_ACCEL));
	submit(s, 1);
	submit(s, 1);
	ring_bell();
	poll(2 + number % 3);
	__asm__ volatile("csrs mie, %0" ::"r"(1u << IRQ_ACCEL));
	__asm__ volatile("csrc mie, %0" ::"r"(1u << IRQ_ACCEL));
}

static void jobs(const struct image_header *im)
{
	const struct image_step *s =
	        (const struct image_step *)(uintptr_t)im->steps;

	REG(ACCEL, RING_BASE) = (uint32_t)(uintptr_t)ring;
	REG(ACCEL, RING_MASK) = 3;
	REG(ACCEL, CTRL) = 1;
	for (uint32_t i = 0; i < im->n_steps; i++) {
		REG(SIMCTL, MARK) = i;
		for (uint32_t k = 0; s[i].kind == STEP_ACCEL && k < ROUNDS; k++)
			job(&s[i], k);
	}
}

/* ---- From reset to the end ---------------------------------------------- */

void drill(void)
{
	const struct image_header *im =
	        (const struct image_header *)(uintptr_t)MAP_FLASH;

	say("drill\n");
	/* The ends in the default design. */
	memories(MAP_SRAM + 256 * 1024, MAP_FLASH + 1024 * 1024);
	registers();
	__asm__ volatile("csrsi mstatus, 8");
	timer();
	sleep();
	REG(SIMCTL, MARK) = MARK_BEGIN;
	jobs(im);
	REG(SIMCTL, MARK) = MARK_END;
	say("done\n");
	REG(SIMCTL, EXIT) = 0;
	for (;;)
		__asm__ volatile("wfi");
}
