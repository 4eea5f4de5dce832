/* host: semantics of every instruction, traps, counts. */
#include "tests/unit/host_box.h"

/* ---- Semantics ---------------------------------------------------------- */

static const struct {
	uint16_t half;
	uint32_t full;
} compressed[] = {
        /* clang-format off: as an assembler encodes both */
        {0x0040, 0x00410413}, /* addi x8,sp,4 */
        {0x1ffc, 0x3fc10793}, /* addi x15,sp,1020 */
        {0x0084, 0x04010493}, /* addi x9,sp,64 */
        {0x4380, 0x0007a403}, /* lw x8,0(x15) */
        {0x5c64, 0x07c42483}, /* lw x9,124(x8) */
        {0x41e8, 0x0445a503}, /* lw x10,68(x11) */
        {0xc380, 0x0087a023}, /* sw x8,0(x15) */
        {0xdc64, 0x06942e23}, /* sw x9,124(x8) */
        {0xc1c8, 0x00a5a223}, /* sw x10,4(x11) */
        {0x0001, 0x00000013}, /* nop */
        {0x1081, 0xfe008093}, /* addi x1,x1,-32 */
        {0x0ffd, 0x01ff8f93}, /* addi x31,x31,31 */
        {0x2ffd, 0x7fe000ef}, /* jal x1,.+2046 */
        {0x3001, 0x801ff0ef}, /* jal x1,.-2048 */
        {0x246d, 0x2aa000ef}, /* jal x1,.+682 */
        {0x5ffd, 0xfff00f93}, /* addi x31,x0,-1 */
        {0x42d5, 0x01500293}, /* addi x5,x0,21 */
        {0x7101, 0xe0010113}, /* addi sp,sp,-512 */
        {0x617d, 0x1f010113}, /* addi sp,sp,496 */
        {0x0141, 0x01010113}, /* addi sp,sp,16 */
        {0x7f81, 0xfffe0fb7}, /* lui x31,0xfffe0 */
        {0x6185, 0x000011b7}, /* lui x3,1 */
        {0x627d, 0x0001f237}, /* lui x4,31 */
        {0x807d, 0x01f45413}, /* srli x8,x8,31 */
        {0x8785, 0x4017d793}, /* srai x15,x15,1 */
        {0x84c1, 0x4104d493}, /* srai x9,x9,16 */
        {0x9901, 0xfe057513}, /* andi x10,x10,-32 */
        {0x89fd, 0x01f5f593}, /* andi x11,x11,31 */
        {0x8c05, 0x40940433}, /* sub x8,x8,x9 */
        {0x8d2d, 0x00b54533}, /* xor x10,x10,x11 */
        {0x8e55, 0x00d66633}, /* or x12,x12,x13 */
        {0x8f7d, 0x00f77733}, /* and x14,x14,x15 */
        {0xaffd, 0x7fe0006f}, /* jal x0,.+2046 */
        {0xb46d, 0xaabff06f}, /* jal x0,.-1366 */
        {0xcc7d, 0x0e040f63}, /* beq x8,x0,.+254 */
        {0xd381, 0xf00780e3}, /* beq x15,x0,.-256 */
        {0xf4cd, 0xfa0495e3}, /* bne x9,x0,.-86 */
        {0xe931, 0x04051a63}, /* bne x10,x0,.+84 */
        {0x0ffe, 0x01ff9f93}, /* slli x31,x31,31 */
        {0x0086, 0x00109093}, /* slli x1,x1,1 */
        {0x5ffe, 0x0fc12f83}, /* lw x31,252(sp) */
        {0x40d6, 0x05412083}, /* lw x1,84(sp) */
        {0x8082, 0x00008067}, /* jalr x0,0(x1) */
        {0x8f82, 0x000f8067}, /* jalr x0,0(x31) */
        {0x8f86, 0x00100fb3}, /* add x31,x0,x1 */
        {0x82fe, 0x01f002b3}, /* add x5,x0,x31 */
        {0x9002, 0x00100073}, /* ebreak */
        {0x9282, 0x000280e7}, /* jalr x1,0(x5) */
        {0x9f82, 0x000f80e7}, /* jalr x1,0(x31) */
        {0x90fe, 0x01f080b3}, /* add x1,x1,x31 */
        {0x9f16, 0x005f0f33}, /* add x30,x30,x5 */
        {0xdffe, 0x0ff12e23}, /* sw x31,252(sp) */
        {0xd506, 0x0a112423}, /* sw x1,168(sp) */
                              /* clang-format on */
};

static void compressed_instructions_expand(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof compressed / sizeof compressed[0]; i++)
		assert_int_equal(host_expand(compressed[i].half),
		                 compressed[i].full);
}

static void reserved_compressed_encodings_are_illegal(void **state)
{
	(void)state;
	static const uint16_t bad[] = {
	        0x0000, 0x0004, /* all zero, c.addi4spn of 0 */
	        0x2000, 0x6000, 0xa000, 0xe000, 0x8000, /* loads of others */
	        0x6081, 0x6101,         /* c.lui, c.addi16sp of 0 */
	        0x9001, 0x9401,         /* shifts by 32 and more */
	        0x9c01, 0x9c21,         /* c.subw, c.addw */
	        0x1082, 0x4002, 0x8002, /* c.slli 32, c.lwsp x0, c.jr x0 */
	        0x2002, 0x6002, 0xa002, 0xe002,
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(host_expand(bad[i]), 0);
}

static uint32_t reference(uint32_t f7, uint32_t f3, uint32_t a, uint32_t b)
{
	int64_t sa = (int32_t)a, sb = (int32_t)b;
	uint64_t ua = a, ub = b;

	switch (f7 << 3 | f3) {
	case 0:
		return (uint32_t)(ua + ub);
	case 0x100:
		return (uint32_t)(ua - ub);
	case 1:
		return (uint32_t)(ua << (b % 32));
	case 2:
		return sa < sb;
	case 3:
		return ua < ub;
	case 4:
		return a ^ b;
	case 5:
		return (uint32_t)(ua >> (b % 32));
	case 0x105:
		return (uint32_t)(sa >> (b % 32));
	case 6:
		return a | b;
	case 7:
		return a & b;
	case 8:
		return (uint32_t)(ua * ub);
	case 9:
		return (uint32_t)((sa * sb) >> 32);
	case 10:
		return (uint32_t)((sa * (int64_t)ub) >> 32);
	case 11:
		return (uint32_t)((ua * ub) >> 32);
	case 12:
		return b ? (uint32_t)(sa / sb) : UINT32_MAX;
	case 13:
		return b ? a / b : UINT32_MAX;
	case 14:
		return b ? (uint32_t)(sa % sb) : a;
	}
	return b ? a % b : a;
}

static const uint32_t values[] = {
        0,          1,          2,          31,         32,         0x7fffffff,
        0x80000000, 0x80000001, UINT32_MAX, 0xfffffffe, 0x12345678, 0xdeadbeef};
enum { N_VALUES = sizeof values / sizeof values[0] };

static void arithmetic_with(uint32_t a, uint32_t b)
{
	static const uint8_t f7s[] = {0, 0x20, 1};
	uint32_t want[32];
	uint32_t rd = 8;

	begin();
	li(T0, a);
	li(T1, b);
	for (int k = 0; k < 3; k++)
		for (uint32_t f3 = 0; f3 < 8; f3++) {
			if (f7s[k] == 0x20 && f3 != 0 && f3 != 5)
				continue;
			put(r_op(f7s[k], f3, rd, T0, T1));
			want[rd++] = reference(f7s[k], f3, a, b);
		}
	finish();
	run(CORE_MAXPERF);
	for (uint32_t i = 8; i < rd; i++)
		assert_int_equal(host_reg(box.h, (int)i), want[i]);
}

static void register_arithmetic(void **state)
{
	(void)state;
	for (int i = 0; i < N_VALUES; i++)
		for (int k = 0; k < N_VALUES; k++)
			arithmetic_with(values[i], values[k]);
}

static void immediate_arithmetic(void **state)
{
	(void)state;
	static const int32_t imm[] = {0, 1, 31, 5, 2047, -1, -2048, -16};

	for (int i = 0; i < N_VALUES; i++)
		for (int k = 0; k < 8; k++) {
			uint32_t a = values[i], b = (uint32_t)imm[k];

			begin();
			li(T0, a);
			for (uint32_t f3 = 0; f3 < 8; f3++) {
				int32_t v = f3 == 1 || f3 == 5 ? imm[k] & 31
				                               : imm[k];
				put(i_op(0x13, f3, 8 + f3, T0, v));
			}
			put(i_op(0x13, 5, 16, T0, (imm[k] & 31) | 0x400));
			finish();
			run(CORE_SMALL);
			for (uint32_t f3 = 0; f3 < 8; f3++)
				assert_int_equal(host_reg(box.h, (int)f3 + 8),
				                 reference(0, f3, a, b));
			assert_int_equal(host_reg(box.h, 16),
			                 reference(0x20, 5, a, b));
		}
}

static void branches(void **state)
{
	(void)state;
	for (int i = 0; i < N_VALUES; i++)
		for (int k = 0; k < N_VALUES; k++) {
			uint32_t a = values[i], b = values[k];
			const bool want[8] = {a == b,
			                      a != b,
			                      false,
			                      false,
			                      (int32_t)a < (int32_t)b,
			                      (int32_t)a >= (int32_t)b,
			                      a < b,
			                      a >= b};

			begin();
			li(T0, a);
			li(T1, b);
			for (uint32_t f3 = 0; f3 < 8; f3++) {
				if (f3 == 2 || f3 == 3)
					continue;
				put(addi(8 + f3, X0, 1));
				put(branch(f3, T0, T1, 8));
				put(addi(8 + f3, X0, 0));
			}
			finish();
			run(CORE_BTALU);
			for (int f3 = 0; f3 < 8; f3++)
				assert_int_equal(host_reg(box.h, 8 + f3),
				                 want[f3]);
		}
}

static void loads_and_stores_at_every_offset(void **state)
{
	(void)state;
	for (int off = 0; off < 4; off++) {
		begin();
		put(lui(SP, RAM_BASE));
		li(T0, 0x89abcdef);
		put(store(2, T0, 16 + off, SP));
		put(store(1, T0, 32 + off, SP));
		put(store(0, T0, 48 + off, SP));
		put(load(0, 8, 16 + off, SP));
		put(load(1, 9, 16 + off, SP));
		put(load(2, 10, 16 + off, SP));
		put(load(4, 11, 16 + off, SP));
		put(load(5, 12, 16 + off, SP));
		finish();
		run(CORE_MAXPERF);
		assert_int_equal(host_reg(box.h, 8), 0xffffffef);
		assert_int_equal(host_reg(box.h, 9), 0xffffcdef);
		assert_int_equal(host_reg(box.h, 10), 0x89abcdef);
		assert_int_equal(host_reg(box.h, 11), 0xef);
		assert_int_equal(host_reg(box.h, 12), 0xcdef);
		assert_memory_equal(box.ram + 32 + off, "\xef\xcd\0", 3);
		assert_memory_equal(box.ram + 48 + off, "\xef\0", 2);
	}
}

static void jumps_and_constants(void **state)
{
	(void)state;
	begin();
	put(jal(RA, 8));               /* 80 */
	put(addi(T0, T0, 100));        /* 84: skipped */
	put(0x00001297);               /* 88: auipc t0,1 */
	put(addi(RA, RA, 17));         /* 8c: 0x100095 */
	put(i_op(0x67, 0, RA, RA, 4)); /* 90: jalr to 98, rd = rs1 */
	put(addi(T0, X0, 0));          /* 94: skipped */
	put(lui(T1, 0x12345000));      /* 98 */
	put(addi(X0, T1, 1));          /* x0 stays zero */
	put(r_op(0, 0, T2, X0, X0));
	finish();
	run(CORE_MAXPERF);
	assert_int_equal(host_reg(box.h, RA), MAP_IMEM + 0x94);
	assert_int_equal(host_reg(box.h, T0), MAP_IMEM + 0x1088);
	assert_int_equal(host_reg(box.h, T1), 0x12345000);
	assert_int_equal(host_reg(box.h, T2), 0);
}

static void csrs_read_back_what_they_keep(void **state)
{
	(void)state;
	static const struct {
		uint32_t n, ones;
	} all[] = {{MSTATUS, 0x00221888},
	           {0x301, 0x40101104},
	           {MIE, 0x7fff0888},
	           {0x305, 0xffffff01},
	           {0x306, 0},
	           {0x320, 5},
	           {MSCRATCH, 0xffffffff},
	           {MEPC, 0xfffffffe},
	           {MCAUSE, 0xffffffff},
	           {MTVAL, 0xffffffff},
	           {0x7c0, 0xc0},
	           {0xb03, 0},
	           {0x323, 0}};

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		begin();
		put(addi(T0, X0, -1));
		put(csr(CSRRW, X0, all[i].n, T0));
		put(csr(CSRRS, T1, all[i].n, X0));
		put(csr(CSRRC, T2, all[i].n, T0));
		put(csr(CSRRS, S0, all[i].n, X0));
		finish();
		run(CORE_MAXPERF);
		assert_int_equal(host_reg(box.h, T1), all[i].ones);
		assert_int_equal(host_reg(box.h, T2), all[i].ones);
		if (all[i].n != 0x301 && all[i].n != 0x305)
			assert_int_equal(host_reg(box.h, S0), 0);
	}
}

/* Run `insn` at 0x100080 with a handler that stops; what the trap said. */
static void trap_of(uint32_t insn, uint32_t cause, uint32_t tval)
{
	begin();
	put(insn);
	at(0, jal(X0, 0x100));
	box.used = 0x100;
	put(csr(CSRRS, T0, MCAUSE, X0));
	put(csr(CSRRS, T1, MTVAL, X0));
	put(csr(CSRRS, T2, MEPC, X0));
	finish();
	run(CORE_MAXPERF);
	assert_int_equal(host_reg(box.h, T0), cause);
	assert_int_equal(host_reg(box.h, T1), tval);
	assert_int_equal(host_reg(box.h, T2), MAP_IMEM + BOOT_OFFSET);
}

static void exceptions_tell_cause_and_value(void **state)
{
	(void)state;
	trap_of(ECALL, 11, 0);
	trap_of(0x00100073, 3, 0);
	trap_of(0x9002, 3, 0); /* c.ebreak */
	trap_of(0xffffffff, 2, 0xffffffff);
	trap_of(0x0000, 2, 0);
	trap_of(0x8002, 2, 0x8002);
	trap_of(csr(CSRRS, T0, 0x123, X0), 2, csr(CSRRS, T0, 0x123, X0));
	trap_of(csr(CSRRW, X0, 0xf14, X0), 2, csr(CSRRW, X0, 0xf14, X0));
	trap_of(load(2, T0, 0x100, X0), 5, 0x100);
	trap_of(load(2, T0, 0x102, X0), 5, 0x102);
	trap_of(store(0, T0, 0x101, X0), 7, 0x101);
}

static void fetch_outside_of_memory_is_a_fault(void **state)
{
	(void)state;
	begin();
	at(0, jal(X0, 0x100));
	put(i_op(0x67, 0, RA, X0, 0x400));
	box.used = 0x100;
	put(csr(CSRRS, T0, MCAUSE, X0));
	put(csr(CSRRS, T2, MEPC, X0));
	finish();
	run(CORE_SMALL);
	assert_int_equal(host_reg(box.h, T0), 1);
	assert_int_equal(host_reg(box.h, T2), 0x400);
	assert_int_equal(host_reg(box.h, RA), MAP_IMEM + 0x84);
}

static void a_trapping_handler_is_a_fault(void **state)
{
	(void)state;
	struct err err;

	begin();
	put(ECALL);
	start(CORE_MAXPERF, false);
	assert_int_equal(host_run(box.h, 1000), HOST_FAULT);
	assert_false(host_fault(box.h, &err));
	assert_string_equal(err.msg,
	                    "host: ecall at pc 0x00100080, mtval 0x00000000, "
	                    "cycle 4; the handler at 0x00100000 traps too");
}

static void stores_into_code_are_executed(void **state)
{
	(void)state;
	begin();
	put(lui(S0, MAP_IMEM));
	li(T0, addi(S1, X0, 77));
	put(addi(T2, X0, 2));
	put(addi(S1, X0, 1)); /* at 0x90: replaced */
	put(store(2, T0, 0x90, S0));
	put(addi(T2, T2, -1));
	put(branch(1, T2, X0, -12));
	finish();
	run(CORE_MAXPERF);
	assert_int_equal(host_reg(box.h, S1), 77);
}

/* ---- Counting, slices ------------------------------------------ */

/* Write a 32-bit instruction to where none was executed yet, at address % 4 =
 * 2, and jump there; `known`: it was there before, so that nothing changes. */
static void store_and_jump(enum core core, bool known, bool trace)
{
	const uint32_t there = 0x402, insn = addi(S0, S0, 7);

	begin();
	li(T0, MAP_IMEM + there);
	li(T1, insn);
	put(store(1, T1, 0, T0));
	li(T2, insn >> 16);
	put(store(1, T2, 2, T0));
	put(i_op(0x67, 0, RA, T0, 0)); /* jalr ra, 0(t0) */
	finish();
	if (known)
		memcpy(box.imem + there, &insn, 4);
	at(there + 4, i_op(0x67, 0, X0, RA, 0));
	start(core, trace);
	assert_int_equal(host_run(box.h, 10000), HOST_STOPPED);
}

static void stores_into_fresh_code_cost_what_old_code_does(void **state)
{
	(void)state;
	for (int core = 0; core < 3; core++)
		for (int trace = 0; trace < 2; trace++) {
			store_and_jump((enum core)core, true, trace);
			uint64_t cycle = host_cycle(box.h);
			assert_int_equal(host_reg(box.h, S0), 7);
			store_and_jump((enum core)core, false, trace);
			assert_int_equal(host_reg(box.h, S0), 7);
			assert_int_equal(host_cycle(box.h), cycle);
		}
}

static void instructions_are_counted_by_class(void **state)
{
	(void)state;
	struct counts c = {0};

	begin();
	put(lui(SP, RAM_BASE));
	put(addi(T0, X0, 1000));
	put(load(2, T1, 0, SP)); /* 1000 times from here */
	put(store(2, T0, 2, SP));
	put(r_op(1, 0, T2, T0, T1));
	put(addi(T0, T0, -1));
	put(branch(1, T0, X0, -16));
	put(r_op(1, 4, T2, T0, T1));
	put(csr(CSRRS, S0, MINSTRET, X0));
	put(jal(X0, 4));
	finish();
	run(CORE_MAXPERF);
	assert_int_equal(host_reg(box.h, S0), 2 + 5000 + 1);
	assert_int_equal(host_retired(box.h), 2 + 5000 + 3 + 2);
	host_counts(box.h, &c);
	assert_int_equal(c.n[EV_cpu_load], 1000);
	assert_int_equal(c.n[EV_cpu_store], 1001);
	assert_int_equal(c.n[EV_cpu_mul], 1000);
	assert_int_equal(c.n[EV_cpu_branch], 1000);
	assert_int_equal(c.n[EV_cpu_alu], 1003);
	assert_int_equal(c.n[EV_cpu_div], 1);
	assert_int_equal(c.n[EV_cpu_system], 1);
	assert_int_equal(c.n[EV_cpu_jump], 1);
	assert_int_equal(c.n[EV_cpu_sram_reads], 1000);
	assert_int_equal(c.n[EV_cpu_sram_writes], 2000);
	assert_int_equal(c.n[EV_cpu_mmio], 1);
	assert_int_equal(c.n[EV_cpu_active], host_cycle(box.h));

	memset(&c, 0, sizeof c);
	host_counts(box.h, &c);
	for (int i = 0; i < N_EVENTS; i++)
		assert_int_equal(c.n[i], 0);
}

static void slices_change_nothing(void **state)
{
	(void)state;
	for (uint64_t slice = 1; slice < 400; slice = slice * 3 + 1) {
		struct counts c = {0}, d = {0};
		uint64_t limit = 0, end;

		begin();
		put(lui(SP, RAM_BASE));
		put(addi(T0, X0, 50));
		put(load(2, T1, 1, SP));
		put(r_op(0, 0, T1, T1, T0));
		put(store(2, T1, 1, SP));
		put(r_op(1, 4, T2, T1, T0));
		put(addi(T0, T0, -1));
		put(branch(1, T0, X0, -20));
		finish();
		run(CORE_SMALL);
		end = host_cycle(box.h);
		host_counts(box.h, &c);
		host_reset(box.h, MAP_IMEM);
		memset(box.ram, 0, RAM);
		while (host_run(box.h, limit) == HOST_LIMIT) {
			limit += slice;
			host_counts(box.h, &d);
		}
		host_counts(box.h, &d);
		assert_int_equal(host_cycle(box.h), end);
		assert_memory_equal(&c, &d, sizeof c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(compressed_instructions_expand),
	        cmocka_unit_test(reserved_compressed_encodings_are_illegal),
	        cmocka_unit_test(register_arithmetic),
	        cmocka_unit_test(immediate_arithmetic),
	        cmocka_unit_test(branches),
	        cmocka_unit_test(loads_and_stores_at_every_offset),
	        cmocka_unit_test(jumps_and_constants),
	        cmocka_unit_test(csrs_read_back_what_they_keep),
	        cmocka_unit_test(exceptions_tell_cause_and_value),
	        cmocka_unit_test(fetch_outside_of_memory_is_a_fault),
	        cmocka_unit_test(a_trapping_handler_is_a_fault),
	        cmocka_unit_test(stores_into_code_are_executed),
	        cmocka_unit_test(
	                stores_into_fresh_code_cost_what_old_code_does),
	        cmocka_unit_test(instructions_are_counted_by_class),
	        cmocka_unit_test(slices_change_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
