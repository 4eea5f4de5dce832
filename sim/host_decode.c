/* host_decode: instruction words to operations.
 *
 * Compressed instructions are expanded to their 32-bit form first, with the
 * same reserved encodings as Ibex (a shift by 32 or more, c.lui of 0 ... are
 * illegal, hints are not). */
#include <assert.h>
#include <string.h>
#include "sim/host_priv.h"

enum {
	O_LOAD = 0x03,
	O_FENCE = 0x0f,
	O_IMM = 0x13,
	O_AUIPC = 0x17,
	O_STORE = 0x23,
	O_OP = 0x33,
	O_LUI = 0x37,
	O_BRANCH = 0x63,
	O_JALR = 0x67,
	O_JAL = 0x6f,
	O_SYSTEM = 0x73
};

/* Bits hi..lo of v. */
static uint32_t bits(uint32_t v, int hi, int lo)
{
	return v >> lo & ((2u << (hi - lo)) - 1);
}

/* The low n bits of v, sign-extended. */
static int32_t sext(uint32_t v, int n)
{
	return (int32_t)(v << (32 - n)) >> (32 - n);
}

/* ---- Expansion ---------------------------------------------------------- */

static uint32_t i_type(uint32_t op, uint32_t f3, uint32_t rd, uint32_t rs1,
                       uint32_t imm)
{
	return imm << 20 | rs1 << 15 | f3 << 12 | rd << 7 | op;
}

static uint32_t r_type(uint32_t f7, uint32_t f3, uint32_t rd, uint32_t rs1,
                       uint32_t rs2)
{
	return f7 << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 | rd << 7 | O_OP;
}

static uint32_t sw(uint32_t rs2, uint32_t rs1, uint32_t imm)
{
	return bits(imm, 11, 5) << 25 | rs2 << 20 | rs1 << 15 | 2 << 12 |
	       bits(imm, 4, 0) << 7 | O_STORE;
}

static uint32_t jal(uint32_t rd, uint32_t c)
{
	uint32_t imm = bits(c, 12, 12) << 11 | bits(c, 8, 8) << 10 |
	               bits(c, 10, 9) << 8 | bits(c, 6, 6) << 7 |
	               bits(c, 7, 7) << 6 | bits(c, 2, 2) << 5 |
	               bits(c, 11, 11) << 4 | bits(c, 5, 3) << 1;
	uint32_t s = (uint32_t)sext(imm, 12);

	return bits(s, 20, 20) << 31 | bits(s, 10, 1) << 21 |
	       bits(s, 11, 11) << 20 | bits(s, 19, 12) << 12 | rd << 7 | O_JAL;
}

static uint32_t branch(uint32_t f3, uint32_t rs1, uint32_t c)
{
	uint32_t imm = bits(c, 12, 12) << 8 | bits(c, 6, 5) << 6 |
	               bits(c, 2, 2) << 5 | bits(c, 11, 10) << 3 |
	               bits(c, 4, 3) << 1;
	uint32_t s = (uint32_t)sext(imm, 9);

	return bits(s, 12, 12) << 31 | bits(s, 10, 5) << 25 | rs1 << 15 |
	       f3 << 12 | bits(s, 4, 1) << 8 | bits(s, 11, 11) << 7 | O_BRANCH;
}

static uint32_t expand_0(uint32_t c)
{
	uint32_t rd = 8 + bits(c, 4, 2), rs1 = 8 + bits(c, 9, 7);
	uint32_t off =
	        bits(c, 5, 5) << 6 | bits(c, 12, 10) << 3 | bits(c, 6, 6) << 2;

	switch (c >> 13) {
	case 0:
		if (bits(c, 12, 5) == 0)
			return 0;
		return i_type(O_IMM, 0, rd, 2,
		              bits(c, 10, 7) << 6 | bits(c, 12, 11) << 4 |
		                      bits(c, 5, 5) << 3 | bits(c, 6, 6) << 2);
	case 2:
		return i_type(O_LOAD, 2, rd, rs1, off);
	case 6:
		return sw(rd, rs1, off);
	}
	return 0;
}

static uint32_t expand_alu(uint32_t c, uint32_t imm)
{
	static const uint8_t f3[4] = {0, 4, 6, 7};
	uint32_t rd = 8 + bits(c, 9, 7), rs2 = 8 + bits(c, 4, 2);
	uint32_t f = bits(c, 6, 5);

	if (bits(c, 11, 10) == 2)
		return i_type(O_IMM, 7, rd, rd, imm & 0xfff);
	if (bits(c, 12, 12))
		return 0;
	switch (bits(c, 11, 10)) {
	case 0:
		return i_type(O_IMM, 5, rd, rd, imm & 31);
	case 1:
		return i_type(O_IMM, 5, rd, rd, (imm & 31) | 0x400);
	}
	return r_type(f == 0 ? 0x20 : 0, f3[f], rd, rd, rs2);
}

static uint32_t expand_1(uint32_t c)
{
	uint32_t rd = bits(c, 11, 7), rs1 = 8 + bits(c, 9, 7);
	uint32_t imm = (uint32_t)sext(bits(c, 12, 12) << 5 | bits(c, 6, 2), 6);

	switch (c >> 13) {
	case 0:
		return i_type(O_IMM, 0, rd, rd, imm & 0xfff);
	case 1:
		return jal(1, c);
	case 2:
		return i_type(O_IMM, 0, rd, 0, imm & 0xfff);
	case 3:
		if (imm == 0)
			return 0;
		if (rd != 2)
			return imm << 12 | rd << 7 | O_LUI;
		imm = bits(c, 12, 12) << 9 | bits(c, 4, 3) << 7 |
		      bits(c, 5, 5) << 6 | bits(c, 2, 2) << 5 |
		      bits(c, 6, 6) << 4;
		return i_type(O_IMM, 0, 2, 2, (uint32_t)sext(imm, 10) & 0xfff);
	case 4:
		return expand_alu(c, imm);
	case 5:
		return jal(0, c);
	}
	return branch(bits(c, 13, 13), rs1, c);
}

static uint32_t expand_2(uint32_t c)
{
	uint32_t rd = bits(c, 11, 7), rs2 = bits(c, 6, 2);
	bool high = bits(c, 12, 12);

	switch (c >> 13) {
	case 0:
		return high ? 0 : i_type(O_IMM, 1, rd, rd, rs2);
	case 2:
		if (rd == 0)
			return 0;
		return i_type(O_LOAD, 2, rd, 2,
		              bits(c, 3, 2) << 6 | bits(c, 12, 12) << 5 |
		                      bits(c, 6, 4) << 2);
	case 4:
		if (rs2 != 0)
			return r_type(0, 0, rd, high ? rd : 0, rs2);
		if (rd != 0)
			return i_type(O_JALR, 0, high, rd, 0);
		return high ? 0x00100073 : 0;
	case 6:
		return sw(rs2, 2, bits(c, 8, 7) << 6 | bits(c, 12, 9) << 2);
	}
	return 0;
}

uint32_t host_expand(uint32_t half)
{
	switch (half & 3) {
	case 0:
		return expand_0(half);
	case 1:
		return expand_1(half);
	}
	return expand_2(half);
}

/* ---- Reading instruction memory ----------------------------------------- */

static uint32_t half_at(const struct host *h, uint32_t i)
{
	return (uint32_t)(h->imem[2 * i] | h->imem[2 * i + 1] << 8);
}

bool host_cut_off(const struct host *h, uint32_t i)
{
	return i >= h->n_ops || ((half_at(h, i) & 3) == 3 && i + 1 >= h->n_ops);
}

uint32_t host_insn(const struct host *h, uint32_t i)
{
	if (i >= h->n_ops)
		return 0;
	uint32_t low = half_at(h, i);
	if ((low & 3) != 3)
		return low;
	return i + 1 < h->n_ops ? low | half_at(h, i + 1) << 16 : low;
}

static uint32_t expanded(const struct host *h, uint32_t i)
{
	uint32_t insn = host_insn(h, i);

	return (insn & 3) == 3 ? insn : host_expand(insn);
}

/* ---- Operations --------------------------------------------------------- */

static enum op_code imm_code(uint32_t insn)
{
	static const uint8_t code[8] = {OP_ADDI, OP_SLLI, OP_SLTI, OP_SLTIU,
	                                OP_XORI, OP_SRLI, OP_ORI,  OP_ANDI};
	uint32_t f3 = bits(insn, 14, 12), f7 = insn >> 25;

	if (f3 == 1 && f7 != 0)
		return OP_SYS;
	if (f3 == 5 && f7 == 0x20)
		return OP_SRAI;
	if (f3 == 5 && f7 != 0)
		return OP_SYS;
	return code[f3];
}

static enum op_code reg_code(uint32_t insn)
{
	static const uint8_t code[8] = {OP_ADD, OP_SLL, OP_SLT, OP_SLTU,
	                                OP_XOR, OP_SRL, OP_OR,  OP_AND};
	uint32_t f3 = bits(insn, 14, 12);

	switch (insn >> 25) {
	case 0:
		return code[f3];
	case 1:
		return (enum op_code)(OP_MUL + f3);
	case 0x20:
		if (f3 == 0)
			return OP_SUB;
		if (f3 == 5)
			return OP_SRA;
	}
	return OP_SYS;
}

static enum op_code code_of(uint32_t insn)
{
	static const uint8_t load[8] = {OP_LB,  OP_LH,  OP_LW,  OP_SYS,
	                                OP_LBU, OP_LHU, OP_SYS, OP_SYS};
	static const uint8_t store[8] = {OP_SB,  OP_SH,  OP_SW,  OP_SYS,
	                                 OP_SYS, OP_SYS, OP_SYS, OP_SYS};
	static const uint8_t jump[8] = {OP_BEQ, OP_BNE, OP_SYS,  OP_SYS,
	                                OP_BLT, OP_BGE, OP_BLTU, OP_BGEU};
	uint32_t f3 = bits(insn, 14, 12);

	switch (insn & 0x7f) {
	case O_LUI:
	case O_AUIPC:
		return OP_LI;
	case O_IMM:
		return imm_code(insn);
	case O_OP:
		return reg_code(insn);
	case O_LOAD:
		return load[f3];
	case O_STORE:
		return store[f3];
	case O_BRANCH:
		return jump[f3];
	case O_JAL:
		return OP_JAL;
	case O_JALR:
		return f3 == 0 ? OP_JALR : OP_SYS;
	case O_FENCE:
		return f3 == 0 ? OP_NOP : OP_SYS;
	}
	return OP_SYS;
}

static int32_t immediate(uint32_t insn, uint32_t pc)
{
	switch (insn & 0x7f) {
	case O_LUI:
		return (int32_t)(insn & 0xfffff000);
	case O_AUIPC:
		return (int32_t)(pc + (insn & 0xfffff000));
	case O_STORE:
		return sext(bits(insn, 31, 25) << 5 | bits(insn, 11, 7), 12);
	case O_BRANCH:
		return sext(bits(insn, 31, 31) << 12 | bits(insn, 7, 7) << 11 |
		                    bits(insn, 30, 25) << 5 |
		                    bits(insn, 11, 8) << 1,
		            13);
	case O_JAL:
		return sext(bits(insn, 31, 31) << 20 |
		                    bits(insn, 19, 12) << 12 |
		                    bits(insn, 20, 20) << 11 |
		                    bits(insn, 30, 21) << 1,
		            21);
	}
	return sext(insn >> 20, 12);
}

static enum op_class class_of(enum op_code code)
{
	if (code >= OP_MUL && code <= OP_MULHU)
		return CLASS_MUL;
	if (code >= OP_DIV && code <= OP_REMU)
		return CLASS_DIV;
	if (code >= OP_LB && code <= OP_LHU)
		return CLASS_LOAD;
	if (code >= OP_SB && code <= OP_SW)
		return CLASS_STORE;
	if (code >= OP_BEQ && code <= OP_BGEU)
		return CLASS_BRANCH;
	if (code == OP_JAL || code == OP_JALR)
		return CLASS_JUMP;
	return code == OP_SYS ? CLASS_SYSTEM : CLASS_ALU;
}

/* Registers that the core's hazard check reads for this instruction, as a mask
 * without x0. An instruction that traps waits for no load. */
static uint32_t sources(const struct host *h, uint32_t i)
{
	if (host_cut_off(h, i))
		return 0;
	uint32_t insn = expanded(h, i);
	uint32_t rs1 = 1u << bits(insn, 19, 15), rs2 = 1u << bits(insn, 24, 20);
	uint32_t op = insn & 0x7f;

	if (op == O_SYSTEM) {
		bool reg = bits(insn, 14, 12) >= 1 && bits(insn, 14, 12) <= 3;
		return reg && host_csr_legal(insn) ? rs1 & ~1u : 0;
	}
	if (code_of(insn) == OP_SYS || op == O_LUI || op == O_AUIPC ||
	    op == O_JAL || op == O_FENCE)
		return 0;
	if (op == O_OP || op == O_STORE || op == O_BRANCH)
		return (rs1 | rs2) & ~1u;
	return rs1 & ~1u;
}

/* A CSR instruction that is illegal in user mode. */
static bool machine_csr(const struct host *h, uint32_t i)
{
	uint32_t insn = expanded(h, i);

	return (insn & 0x7f) == O_SYSTEM && bits(insn, 14, 12) != 0 &&
	       bits(insn, 29, 28) != 0;
}

/* Cycles from the first ID cycle of this operation to that of the next one. A
 * load whose register the next instruction reads is charged that bubble here:
 * loads never redirect, so that the next instruction is always the one after.
 */
static uint8_t static_cost(const struct host *h, const struct op *op,
                           uint32_t i)
{
	switch ((enum op_class)op->class) {
	case CLASS_MUL:
		return op->code == OP_MUL ? h->rules.mul : h->rules.mulh;
	case CLASS_DIV:
		return 37;
	case CLASS_LOAD:
		if (!h->rules.wb)
			return 2;
		return op->rd != REG_SINK &&
		                       sources(h, i + op->len) >> op->rd & 1
		               ? 2
		               : 1;
	case CLASS_STORE:
		return h->rules.wb ? 1 : 2;
	case CLASS_JUMP:
		return 2;
	default:
		return 1;
	}
}

/* Is the target of a direct jump inside? */
static bool target_inside(const struct host *h, const struct op *op, uint32_t i)
{
	return (uint32_t)((int32_t)i + op->imm) < h->n_ops;
}

static uint8_t misaligned(const struct host *h, uint32_t i)
{
	return (i & 1) && i < h->n_ops && (half_at(h, i) & 3) == 3;
}

uint64_t host_code(struct host *h, uint32_t i)
{
	uint64_t old = h->op[i].mis;

	/* With the operation after this one, where a branch takes flow away. */
	h->live[i / BLOCK] = h->live[(i + 2) / BLOCK] = 1;
	if (i < h->lo)
		h->lo = i;
	if (i + 3 <= h->hi)
		return 0;
	/* With the operation after this one: only a jump can come to a place
	 * beyond. */
	uint32_t end = i + 3 < h->n_ops + 2 ? i + 3 : h->n_ops + 2;
	for (uint32_t k = h->hi; k < end; k++)
		h->op[k].mis = misaligned(h, k);
	h->hi = end;
	if (h->code)
		host_code_end(h);
	return h->op[i].mis - old;
}

void host_decode(struct host *h, struct op *op)
{
	uint32_t i = (uint32_t)(op - h->op);

	memset(&op->imm, 0, sizeof *op - offsetof(struct op, imm));
	op->code = OP_SYS;
	op->class = CLASS_SYSTEM;
	op->len = 1;
	op->mis = misaligned(h, i);
	if (host_cut_off(h, i))
		return;

	uint32_t insn = expanded(h, i);
	op->len = (host_insn(h, i) & 3) == 3 ? 2 : 1;
	op->code = (uint8_t)code_of(insn);
	op->class = class_of((enum op_code)op->code) & 0x1f;
	op->imm = immediate(insn, h->imem_base + 2 * i);
	op->rd = (uint8_t)bits(insn, 11, 7);
	if (op->rd == 0)
		op->rd = REG_SINK;
	op->rs1 = (uint8_t)bits(insn, 19, 15);
	op->rs2 = (uint8_t)bits(insn, 24, 20);
	if (op->class == CLASS_BRANCH || op->code == OP_JAL) {
		op->imm /= 2;
		if (!target_inside(h, op, i))
			op->code = OP_SYS;
	}
	if (op->code == OP_SYS)
		op->imm = (int32_t)insn;
	op->cost = static_cost(h, op, i);
	op->by_mode = op->class == CLASS_LOAD && op->cost == 2 && h->rules.wb &&
	              machine_csr(h, i + op->len);
	op->taken = op->class == CLASS_BRANCH && !h->rules.btalu ? 3 : 2;
	if (h->waits)
		host_wait_classes(h, op, i);
}

static void forget(struct host *h, uint32_t i, const void *undecoded)
{
	h->op[i].run = undecoded;
	h->op[i].code = OP_DECODE;
	h->op[i].mis = misaligned(h, i);
}

void host_forget(struct host *h, uint32_t offset)
{
	/* A 32-bit instruction may begin one halfword before; the cost of a
	 * load depends on the instruction after it. */
	uint32_t i = offset / 2;

	host_harvest(h);
	for (uint32_t k = i < 4 ? 0 : i - 4; k < i + 2 && k < h->n_ops; k++)
		forget(h, k, host_undecoded(h));
}

void host_forget_all(struct host *h)
{
	const void *undecoded = host_undecoded(h);

	h->lo = h->n_ops;
	h->hi = 0;
	memset(h->live, 0, h->n_ops / BLOCK + 2);
	if (h->code)
		host_code_end(h);
	for (uint32_t i = 0; i < h->n_ops + 2; i++) {
		h->op[i].flow = 0;
		forget(h, i, undecoded);
	}
}
