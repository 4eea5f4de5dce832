/* host: every timing rule of docs/host.md, and a random program against what
 * the RTL of Ibex did with it. */
#include "tests/unit/host_box.h"
#include "tests/unit/host_program.inc"

/* ---- Timing ------------------------------------------------------------- */

/* Cycles of the instructions between two nops that retire. */
static uint64_t cycles_of(enum core core, void (*body)(void))
{
	begin();
	at(0, NOP);
	put(lui(SP, RAM_BASE));
	li(GP, MAP_IMEM + 0x200);
	put(addi(T1, X0, 9));
	put(addi(T0, X0, 3));
	put(NOP);
	uint32_t pc = MAP_IMEM + box.used - 4;
	body();
	put(0x00000033); /* add x0,x0,x0: the end */
	for (int i = 0; i < 16; i++)
		at(0x200 + 4 * (uint32_t)i, 0x00000033);
	start(core, true);
	host_run(box.h, 300);

	uint64_t from = 0;
	for (size_t i = 0; i < box.n_log; i++) {
		if (box.log[i].pc == pc)
			from = box.log[i].cycle;
		if (from && box.log[i].insn == 0x00000033)
			return box.log[i].cycle - from - 1;
	}
	return 0;
}

#define CASE(name, ...)                                                        \
	static void name(void)                                                 \
	{                                                                      \
		const uint32_t code[] = {__VA_ARGS__};                         \
		for (size_t i = 0; i < sizeof code / sizeof code[0]; i++)      \
			put(code[i]);                                          \
	}
CASE(t_alu, r_op(0, 0, S0, T0, T1))
CASE(t_lui, lui(S0, 0x1000))
CASE(t_auipc, 0x00000417)
CASE(t_fence, FENCE)
CASE(t_mul, r_op(1, 0, S0, T0, T1))
CASE(t_mulh, r_op(1, 1, S0, T0, T1))
CASE(t_mulhsu, r_op(1, 2, S0, T0, T1))
CASE(t_mulhu, r_op(1, 3, S0, T0, T1))
CASE(t_div, r_op(1, 4, S0, T0, T1))
CASE(t_remu, r_op(1, 7, S0, T0, T1))
CASE(t_div0, r_op(1, 5, S0, T0, X0))
CASE(t_load, load(2, S0, 0, SP))
CASE(t_load_half_1, load(1, S0, 1, SP))
CASE(t_load_split, load(2, S0, 1, SP))
CASE(t_load_half_3, load(1, S0, 3, SP))
CASE(t_load_use, load(2, S0, 0, SP), addi(S1, S0, 1))
CASE(t_load_use_split, load(2, S0, 2, SP), addi(S1, S0, 1))
CASE(t_load_use_data, load(2, S0, 0, SP), store(2, S0, 4, SP))
CASE(t_load_other, load(2, S0, 0, SP), addi(S1, T0, 1))
CASE(t_load_later, load(2, S0, 0, SP), addi(S1, T0, 1), addi(S1, S0, 1))
CASE(t_load_x0, load(2, X0, 0, SP), addi(S1, X0, 1))
CASE(t_load_load, load(2, S0, 0, SP), load(2, S1, 4, SP))
CASE(t_store, store(2, T0, 0, SP))
CASE(t_store_split, store(2, T0, 3, SP))
CASE(t_not_taken, branch(0, T0, T1, 8))
CASE(t_taken, branch(1, T0, T1, 4))
CASE(t_jal, jal(RA, 4))
CASE(t_jalr, i_op(0x67, 0, RA, GP, 0))
CASE(t_fence_i, FENCE_I)
CASE(t_csrr, csr(CSRRS, S0, MCYCLE, X0))
CASE(t_csrw, csr(CSRRW, X0, MSCRATCH, T0))
CASE(t_csrr_mstatus, csr(CSRRS, S0, MSTATUS, X0))
CASE(t_csrc_mstatus, csr(CSRRC, X0, MSTATUS, T0))
CASE(t_csrw_mstatus, csr(CSRRW, X0, MSTATUS, X0))
CASE(t_csrs_mie, csr(CSRRS, S0, MIE, T0))
CASE(t_load_csrs, load(2, S0, 0, SP), csr(CSRRS, X0, MSCRATCH, S0))
CASE(t_mret, csr(CSRRW, X0, MEPC, GP), MRET)

/* The target is a 32-bit instruction that crosses a word. */
static void t_jal_mis(void)
{
	put(jal(X0, 6));
	half(C_NOP);
}

static void t_taken_mis(void)
{
	put(branch(1, T0, T1, 6));
	half(C_NOP);
}

static void t_jalr_mis(void)
{
	half(C_NOP);
	half(C_NOP);
	put(0x00000417); /* auipc s0,0 */
	put(i_op(0x67, 0, X0, S0, 10));
	half(C_NOP);
}

static void every_instruction_takes_its_cycles(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		void (*body)(void);
		uint8_t want[N_CORES]; /* maxperf, btalu, small */
	} all[] = {
#define T(name, a, b, c)                                                       \
	{                                                                      \
#name, t_##name,                                               \
		{                                                              \
			a, b, c                                                \
		}                                                              \
	}
	        T(alu, 1, 1, 1),
	        T(lui, 1, 1, 1),
	        T(auipc, 1, 1, 1),
	        T(fence, 1, 1, 1),
	        T(mul, 1, 1, 3),
	        T(mulh, 2, 2, 4),
	        T(mulhsu, 2, 2, 4),
	        T(mulhu, 2, 2, 4),
	        T(div, 37, 37, 37),
	        T(remu, 37, 37, 37),
	        T(div0, 2, 2, 2),
	        T(load, 1, 2, 2),
	        T(load_half_1, 1, 2, 2),
	        T(load_split, 2, 3, 3),
	        T(load_half_3, 2, 3, 3),
	        T(load_use, 3, 3, 3),
	        T(load_use_split, 4, 4, 4),
	        T(load_use_data, 3, 4, 4),
	        T(load_other, 2, 3, 3),
	        T(load_later, 3, 4, 4),
	        T(load_x0, 2, 3, 3),
	        T(load_load, 2, 4, 4),
	        T(store, 1, 2, 2),
	        T(store_split, 2, 3, 3),
	        T(not_taken, 1, 1, 1),
	        T(taken, 2, 2, 3),
	        T(jal, 2, 2, 2),
	        T(jalr, 2, 2, 2),
	        T(fence_i, 2, 2, 2),
	        T(csrr, 1, 1, 1),
	        T(csrw, 1, 1, 1),
	        T(csrr_mstatus, 1, 1, 1),
	        T(csrc_mstatus, 1, 1, 1),
	        T(csrw_mstatus, 3, 3, 3),
	        T(csrs_mie, 3, 3, 3),
	        T(load_csrs, 3, 3, 3),
	        T(mret, 4, 4, 4),
	        T(jal_mis, 3, 3, 3),
	        T(taken_mis, 3, 3, 4),
	        T(jalr_mis, 6, 6, 6),
#undef T
	};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		for (int core = 0; core < N_CORES; core++) {
			uint64_t n = cycles_of((enum core)core, all[i].body);

			if (n != all[i].want[core])
				fail_msg("%s on %s: %llu cycles, not %d",
				         all[i].name, core_name[core],
				         (unsigned long long)n,
				         all[i].want[core]);
		}
}

/* Retire cycle of the first instruction at this offset. */
static uint64_t retired_at(uint32_t offset)
{
	for (size_t i = 0; i < box.n_log; i++)
		if (box.log[i].pc == MAP_IMEM + offset)
			return box.log[i].cycle;
	return 0;
}

/* Interrupts on, then nops from 0x90 on: the one at 0x90 is in ID in `*t`. */
static void nops(uint64_t *t)
{
	begin();
	put(addi(T0, X0, -1));            /* 80: ID in 4 */
	put(csr(CSRRW, X0, MIE, T0));     /* 84: 5 */
	put(csr(CSRRS, X0, MSTATUS, T0)); /* 88: 8 */
	put(NOP);                         /* 8c: 11 */
	while (box.used < 0x200)
		put(NOP);
	at(4 * IRQ_ACCEL, NOP);
	at(4 * IRQ_TIMER, NOP);
	*t = 12;
}

static void a_request_in_id_reaches_its_vector_after_four_cycles(void **state)
{
	(void)state;
	uint64_t t;

	for (int core = 0; core < N_CORES; core++) {
		uint64_t wb = core == CORE_MAXPERF ? 2 : 1;

		nops(&t);
		box.ext_at = t + 2; /* the nop at 98 is in ID */
		start((enum core)core, true);
		host_run(box.h, t + 7);
		assert_int_equal(retired_at(0x98), t + 2 + wb);
		assert_int_equal(retired_at(0x9c), 0);
		assert_int_equal(retired_at(4 * IRQ_ACCEL), t + 6 + wb);
		assert_int_equal(host_csr_read(box.h, MEPC, 60),
		                 MAP_IMEM + 0x9c);
		assert_int_equal(host_csr_read(box.h, MCAUSE, 60), 0x8000000b);
	}
}

static void a_withdrawn_request_costs_a_bubble(void **state)
{
	(void)state;
	uint64_t t;

	nops(&t);
	box.ext_at = t + 2;
	box.ext_until = t + 3;
	start(CORE_MAXPERF, true);
	host_run(box.h, 60);
	assert_int_equal(retired_at(0x98), t + 2 + 2);
	assert_int_equal(retired_at(0x9c), t + 4 + 2);
	assert_int_equal(retired_at(4 * IRQ_ACCEL), 0);
}

static void wfi_wakes_for_what_is_enabled(void **state)
{
	(void)state;
	for (int on = 0; on < 2; on++) {
		begin();
		put(addi(T0, X0, 0x80));
		put(csr(CSRRW, X0, MIE, T0));
		put(csr(on ? 6 : 7, X0, MSTATUS, 8)); /* ID in 8 */
		put(WFI);                             /* on: 11, off: 9 */
		put(NOP);
		at(4 * IRQ_TIMER, NOP);
		box.ext_at = 20;
		box.timer_at = 50;
		start(CORE_MAXPERF, true);
		assert_int_equal(host_run(box.h, 1000), HOST_SLEEP);
		assert_int_equal(host_cycle(box.h), on ? 14 : 12);
		host_wake(box.h, 20); /* not enabled */
		assert_int_equal(host_run(box.h, 1000), HOST_SLEEP);
		host_wake(box.h, 50);
		host_run(box.h, 60);
		assert_int_equal(retired_at(0x90), on ? 0 : 52 + 2);
		assert_int_equal(retired_at(4 * IRQ_TIMER), on ? 54 + 2 : 0);

		struct counts c = {0};
		host_counts(box.h, &c);
		assert_int_equal(c.n[EV_cpu_sleep], 50 - (on ? 14 : 12));
	}
}

static void devices_see_the_grant_cycle(void **state)
{
	(void)state;
	begin();
	put(lui(SP, 0x80000000)); /* ID in 4 */
	put(load(2, T0, 0, SP));  /* 5 */
	put(store(2, T0, 0, SP)); /* 6 + 1 */
	put(C_NOP | C_NOP << 16);
	finish();
	run(CORE_MAXPERF);
	assert_int_equal(host_reg(box.h, T0), 5);

	struct counts c = {0};
	host_counts(box.h, &c);
	assert_int_equal(c.n[EV_cpu_mmio], 3);
	assert_int_equal(c.n[EV_cpu_sram_reads], 0);
}

static void watched_accesses_are_told(void **state)
{
	(void)state;
	begin();
	put(lui(SP, RAM_BASE));   /* ID in 4 */
	put(store(2, T0, 0, SP)); /* 5 */
	put(load(2, T0, 2, SP));  /* 6: two accesses */
	put(store(2, T0, 8, SP)); /* load-use: 6 + 2 + 1 */
	finish();
	start(CORE_MAXPERF, false);
	host_watch(box.h, true);
	assert_int_equal(host_run(box.h, 1000), HOST_STOPPED);
	assert_int_equal(box.touches, 4);
	assert_int_equal(box.touched[0], 5);
	assert_int_equal(box.touched[1], 6);
	assert_int_equal(box.touched[2], 7);
	assert_int_equal(box.touched[3], 9);
}

/* ---- The RTL ------------------------------------------------------------ */

/* The test bench of the recorded program: stores to these addresses arm the
 * timer, and the external line for a while. */
static struct bench {
	uint64_t timer, on, off, written;
} now, before;

static bool bench_load(void *ctx, uint64_t cycle, uint32_t addr, uint32_t mask,
                       uint32_t *value)
{
	(void)ctx, (void)mask;
	*value = (uint32_t)cycle;
	return addr >= 0x80000000 && addr < 0x80050000;
}

static bool bench_store(void *ctx, uint64_t cycle, uint32_t addr, uint32_t mask,
                        uint32_t value)
{
	(void)ctx, (void)mask;
	before = now;
	now.written = cycle;
	if (addr == 0x80010008)
		now.timer = cycle + value;
	else if (addr == 0x8001000c)
		now.timer = HOST_NEVER;
	else if (addr == 0x80040004)
		now.on = HOST_NEVER;
	else if (addr == 0x80030000)
		host_stop(box.h);
	if (addr == 0x80040000) {
		now.on = cycle + (value & 0xffff);
		now.off = value >> 16 ? now.on + (value >> 16) : HOST_NEVER;
	}
	return addr >= 0x80000000 && addr < 0x80050000;
}

static uint32_t bench_irq(void *ctx, uint64_t cycle)
{
	(void)ctx;
	const struct bench *b = cycle <= now.written ? &before : &now;

	return (uint32_t)(cycle >= b->timer) << IRQ_TIMER |
	       (uint32_t)(cycle >= b->on && cycle < b->off) << IRQ_ACCEL;
}

static void run_bench(enum core core, bool trace)
{
	static uint8_t ram[256 * 1024], rom[65536];
	const struct host_bus bus = {
	        .window = {{RAM_BASE, sizeof ram, ram, true, MEM_SRAM},
	                   {0x40000000, sizeof rom, rom, false, MEM_FLASH},
	                   {MAP_IMEM, IMEM, box.imem, true, -1}},
	        .load = bench_load,
	        .store = bench_store,
	        .irq = bench_irq,
	};

	begin();
	memset(ram, 0, sizeof ram);
	for (unsigned i = 0; i < sizeof rom; i++)
		rom[i] = (uint8_t)(i * 37 + (i >> 8));
	memcpy(box.imem, program, sizeof program);
	now = (struct bench){HOST_NEVER, HOST_NEVER, HOST_NEVER, 0};
	before = now;
	box.h = host_open(core, &bus, box.imem, MAP_IMEM, IMEM);
	if (trace)
		host_trace(box.h, box_trace, NULL);
	for (;;) {
		enum host_stop stop = host_run(box.h, 20000);

		if (stop != HOST_SLEEP) {
			assert_int_equal(stop, HOST_STOPPED);
			return;
		}
		uint64_t k = host_cycle(box.h);
		while (!(bench_irq(NULL, k) & host_irq_mask(box.h)))
			assert_true(++k < 20000);
		host_wake(box.h, k);
	}
}

static uint64_t fnv(uint64_t hash, uint64_t v)
{
	for (int i = 0; i < 4; i++)
		hash = (hash ^ (v >> 8 * i & 255)) * 0x100000001b3;
	return hash;
}

static void a_random_program_retires_as_in_the_rtl(void **state)
{
	(void)state;
	for (int core = 0; core < N_CORES; core++) {
		uint64_t hash = 0xcbf29ce484222325;

		run_bench((enum core)core, true);
		for (size_t i = 0; i < box.n_log; i++) {
			const struct host_retire *r = &box.log[i];

			hash = fnv(fnv(hash, r->cycle), r->pc);
			hash = fnv(fnv(hash, r->insn), r->rd);
			hash = fnv(fnv(hash, r->value), r->trap);
		}
		assert_int_equal(box.n_log, rtl[core].retired);
		assert_int_equal(box.log[box.n_log - 1].cycle, rtl[core].cycle);
		assert_true(hash == rtl[core].hash);
	}
}

static void the_fast_loop_is_as_exact_as_single_steps(void **state)
{
	(void)state;
	for (int core = 0; core < N_CORES; core++) {
		struct counts c[2] = {0};
		uint32_t reg[2][33];

		for (int trace = 0; trace < 2; trace++) {
			run_bench((enum core)core, trace);
			host_counts(box.h, &c[trace]);
			for (int i = 0; i < 33; i++)
				reg[trace][i] = host_reg(box.h, i);
		}
		assert_memory_equal(&c[0], &c[1], sizeof c[0]);
		assert_memory_equal(reg[0], reg[1], sizeof reg[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_instruction_takes_its_cycles),
	        cmocka_unit_test(
	                a_request_in_id_reaches_its_vector_after_four_cycles),
	        cmocka_unit_test(a_withdrawn_request_costs_a_bubble),
	        cmocka_unit_test(wfi_wakes_for_what_is_enabled),
	        cmocka_unit_test(devices_see_the_grant_cycle),
	        cmocka_unit_test(watched_accesses_are_told),
	        cmocka_unit_test(a_random_program_retires_as_in_the_rtl),
	        cmocka_unit_test(the_fast_loop_is_as_exact_as_single_steps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
