/* host_box: a host core with memory and two interrupt lines, and a small
 * assembler, for the tests of the core. */
#ifndef TESTS_UNIT_HOST_BOX_H
#define TESTS_UNIT_HOST_BOX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "isa/map.h"
#include "sim/host_priv.h"
#include "sim/mem.h"

enum { IMEM = 8192, RAM = 4096, RAM_BASE = 0x20000000 };

/* ---- Instructions ------------------------------------------------------- */

enum { X0, RA, SP, GP, TP, T0, T1, T2, S0, S1 };

static inline uint32_t r_op(uint32_t f7, uint32_t f3, uint32_t rd, uint32_t rs1,
                            uint32_t rs2)
{
	return f7 << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 | rd << 7 | 0x33;
}

static inline uint32_t i_op(uint32_t op, uint32_t f3, uint32_t rd, uint32_t rs1,
                            int32_t imm)
{
	return (uint32_t)imm << 20 | rs1 << 15 | f3 << 12 | rd << 7 | op;
}

static inline uint32_t addi(uint32_t rd, uint32_t rs1, int32_t imm)
{
	return i_op(0x13, 0, rd, rs1, imm);
}

static inline uint32_t load(uint32_t f3, uint32_t rd, int32_t off, uint32_t rs1)
{
	return i_op(0x03, f3, rd, rs1, off);
}

static inline uint32_t store(uint32_t f3, uint32_t rs2, int32_t off,
                             uint32_t rs1)
{
	uint32_t u = (uint32_t)off;

	return (u >> 5 & 127) << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 |
	       (u & 31) << 7 | 0x23;
}

static inline uint32_t branch(uint32_t f3, uint32_t rs1, uint32_t rs2,
                              int32_t off)
{
	uint32_t u = (uint32_t)off;

	return (u >> 12 & 1) << 31 | (u >> 5 & 63) << 25 | rs2 << 20 |
	       rs1 << 15 | f3 << 12 | (u >> 1 & 15) << 8 | (u >> 11 & 1) << 7 |
	       0x63;
}

static inline uint32_t jal(uint32_t rd, int32_t off)
{
	uint32_t u = (uint32_t)off;

	return (u >> 20 & 1) << 31 | (u >> 1 & 1023) << 21 |
	       (u >> 11 & 1) << 20 | (u >> 12 & 255) << 12 | rd << 7 | 0x6f;
}

static inline uint32_t lui(uint32_t rd, uint32_t value)
{
	return (value & 0xfffff000) | rd << 7 | 0x37;
}

static inline uint32_t csr(uint32_t f3, uint32_t rd, uint32_t n, uint32_t rs1)
{
	return n << 20 | rs1 << 15 | f3 << 12 | rd << 7 | 0x73;
}

enum {
	NOP = 0x13,
	ECALL = 0x73,
	MRET = 0x30200073,
	WFI = 0x10500073,
	FENCE = 0x0ff0000f,
	FENCE_I = 0x100f,
	C_NOP = 1,
	MSTATUS = 0x300,
	MIE = 0x304,
	MSCRATCH = 0x340,
	MEPC = 0x341,
	MCAUSE = 0x342,
	MTVAL = 0x343,
	MCYCLE = 0xb00,
	MINSTRET = 0xb02,
	CSRRW = 1,
	CSRRS = 2,
	CSRRC = 3
};

/* ---- A core with memory and two interrupt lines ------------------------- */

static struct box {
	uint8_t imem[IMEM], ram[RAM];
	uint32_t used; /* bytes of program */
	struct host *h;
	uint64_t timer_at, ext_at, ext_until; /* lines are high from .. until */
	uint64_t touched[8];
	int touches;
	struct host_retire log[4096];
	size_t n_log;
	uint64_t stored_at; /* last device access */
	uint32_t stored;
} box;

static inline bool box_load(void *ctx, uint64_t cycle, uint32_t addr,
                            uint32_t mask, uint32_t *value)
{
	(void)ctx, (void)mask;
	*value = (uint32_t)cycle;
	return addr >> 28 == 8;
}

static inline bool box_store(void *ctx, uint64_t cycle, uint32_t addr,
                             uint32_t mask, uint32_t value)
{
	(void)ctx, (void)mask;
	box.stored_at = cycle;
	box.stored = value;
	if (addr == 0x80030000)
		host_stop(box.h);
	return addr >> 28 == 8;
}

static inline uint32_t box_irq(void *ctx, uint64_t cycle)
{
	(void)ctx;
	return (uint32_t)(cycle >= box.timer_at) << IRQ_TIMER |
	       (uint32_t)(cycle >= box.ext_at && cycle < box.ext_until)
	               << IRQ_ACCEL;
}

static inline uint64_t box_irq_next(void *ctx, uint64_t cycle)
{
	(void)ctx;
	uint64_t next = HOST_NEVER;
	const uint64_t at[] = {box.timer_at, box.ext_at, box.ext_until};

	for (int i = 0; i < 3; i++)
		if (at[i] > cycle && at[i] < next)
			next = at[i];
	return next;
}

static inline void box_touch(void *ctx, uint64_t cycle, int mem)
{
	(void)ctx;
	assert_int_equal(mem, MEM_SRAM);
	box.touched[box.touches++ % 8] = cycle;
}

static inline void box_trace(void *ctx, const struct host_retire *r)
{
	(void)ctx;
	if (box.n_log < 4096)
		box.log[box.n_log++] = *r;
}

/* Programs begin at the boot address; what is before it stays zero. */
static inline void begin(void)
{
	host_close(box.h);
	memset(&box, 0, sizeof box);
	box.timer_at = box.ext_at = box.ext_until = HOST_NEVER;
	box.used = BOOT_OFFSET;
}

static inline void half(uint32_t v)
{
	box.imem[box.used++] = (uint8_t)v;
	box.imem[box.used++] = (uint8_t)(v >> 8);
}

static inline void put(uint32_t v)
{
	half(v);
	half(v >> 16);
}

static inline void at(uint32_t offset, uint32_t v)
{
	memcpy(box.imem + offset, &v, 4);
}

static inline void start(enum core core, bool trace)
{
	const struct host_bus bus = {
	        .window = {{RAM_BASE, RAM, box.ram, true, MEM_SRAM},
	                   {MAP_IMEM, IMEM, box.imem, true, -1}},
	        .touch = box_touch,
	        .load = box_load,
	        .store = box_store,
	        .irq = box_irq,
	        .irq_next = box_irq_next,
	};
	box.h = host_open(core, &bus, box.imem, MAP_IMEM, IMEM);
	assert_non_null(box.h);
	if (trace)
		host_trace(box.h, box_trace, NULL);
}

static inline void li(uint32_t rd, uint32_t v)
{
	uint32_t low = v & 0xfff;

	put(lui(rd, v + (low & 0x800)));
	put(addi(rd, rd, (int32_t)low));
}

/* Write x0 to EXIT: stops the run. */
static inline void finish(void)
{
	put(lui(31, 0x80030000));
	put(store(2, X0, 0, 31));
}

static inline void run(enum core core)
{
	start(core, false);
	assert_int_equal(host_run(box.h, 1000000), HOST_STOPPED);
}

#endif
