/* host_step: one instruction with all its consequences.
 *
 * Used for what the fast loop cannot do, and for every instruction close to a
 * cycle in which something may happen: here the last ID cycle `e` is known, so
 * that interrupts are sampled in the cycles in which the core samples them. */
#include <assert.h>
#include "sim/host_priv.h"

/* ---- Traps and interrupts ----------------------------------------------- */

/* The handler is in ID at x+3. */
void host_raise(struct host *h, struct step *s, uint64_t x, uint32_t cause,
                uint32_t tval)
{
	/* The first instruction of the handler traps: it would for ever. What
	 * led there is what the user wants to know. */
	h->faulted = s->pc == (h->csr.mtvec & ~0xffu);
	if (!h->faulted || !h->trap.any) {
		h->trap.any = true;
		h->trap.pc = s->pc;
		h->trap.cause = cause;
		h->trap.tval = tval;
		h->trap.cycle = s->t;
	}
	s->kind = KIND_TRAP;
	s->trap = true;
	s->retired = false;
	s->rd = 0;
	s->quiet = x + 3;
	host_go(h, host_enter_trap(h, cause, s->pc, tval));
	h->cyc = x + 3;
}

uint32_t host_lines(struct host *h, uint64_t k)
{
	return h->bus.irq ? h->bus.irq(h->bus.ctx, k) : 0;
}

bool host_pending(struct host *h, uint64_t k)
{
	return host_irq_on(h) && (host_lines(h, k) & h->csr.mie) != 0;
}

bool host_take_interrupt(struct host *h, uint64_t k)
{
	if (!host_pending(h, k))
		return false;
	uint32_t high = host_lines(h, k) & h->csr.mie;
	uint32_t cause = 7; /* external, software, timer: in this order */

	if (high >> 16)
		cause = 16 + (uint32_t)__builtin_ctz(high >> 16);
	else if (high >> 11 & 1)
		cause = 11;
	else if (high >> 3 & 1)
		cause = 3;
	host_go(h, host_enter_trap(h, 0x80000000 | cause, host_pc(h), 0));
	h->cyc = k + 2;
	host_turned(h);
	return true;
}

/* Sample the lines in [quiet, cyc). A request seen in the last ID cycle keeps
 * the next instruction out; one in a bubble is taken a cycle later. */
static void sample_interrupts(struct host *h, const struct step *s)
{
	uint64_t k = s->quiet, end = s->held ? s->e + 1 : h->cyc;

	if (k == s->e) {
		if (s->on && (host_lines(h, k) & s->mie) != 0) {
			if (end < s->e + 2)
				end = s->e + 2;
			if (h->cyc < end)
				h->cyc = end;
		}
		k++;
	}
	for (; k < end; k++) {
		if (!host_pending(h, k))
			continue;
		if (host_take_interrupt(h, k + 1))
			return;
		if (h->cyc < k + 2)
			h->cyc = end = k + 2;
		k++;
	}
}

/* From which cycle on must the lines be sampled again? Those before cyc are
 * done. */
static void schedule(struct host *h)
{
	h->dirty = false;
	h->check = HOST_NEVER;
	if (!h->bus.irq || !host_irq_on(h) || h->csr.mie == 0)
		return;
	uint64_t last = h->cyc - 1;
	if (host_lines(h, last) & h->csr.mie) {
		h->check = h->cyc;
		return;
	}
	h->check = h->bus.irq_next ? h->bus.irq_next(h->bus.ctx, last) : last;
	if (h->check < h->cyc)
		h->check = h->cyc;
}

static void finish(struct host *h, const struct step *s)
{
	bool sample = h->bus.irq && (s->on || host_irq_on(h));

	if (sample && (h->dirty || h->cyc > h->check)) {
		sample_interrupts(h, s);
		schedule(h);
	} else if (h->dirty) {
		schedule(h);
	}
}

void host_rouse(struct host *h, uint64_t k)
{
	h->asleep = false;
	if (h->waits) {
		host_wait_rouse(h, k);
		return;
	}
	host_slept_until(h, k);
	h->cyc = k + 2;
	if (host_pending(h, k + 1) && !host_take_interrupt(h, k + 2))
		h->cyc = k + 3;
	h->now = h->cyc;
	schedule(h);
}

/* ---- System instructions ------------------------------------------------ */

static void do_csr(struct host *h, struct step *s)
{
	uint32_t insn = s->insn, n = insn >> 20, f3 = insn >> 12 & 7;
	uint32_t rs1 = insn >> 15 & 31, rd = insn >> 7 & 31;
	uint32_t operand = f3 & 4 ? rs1 : h->x[rs1];
	bool write = (f3 & 3) == 1 || rs1 != 0;

	uint32_t old = host_csr_read(h, n, s->t), v = operand;
	if ((f3 & 3) == 2)
		v = old | operand;
	else if ((f3 & 3) == 3)
		v = old & ~operand;
	h->cyc = s->t + 1;
	if (write)
		host_csr_write(h, n, s->t, v);
	/* Writing or setting mstatus and mie flushes the pipeline. */
	if (write && (f3 & 3) != 3 && (n == 0x300 || n == 0x304)) {
		s->kind = KIND_FLUSH;
		h->cyc = s->t + 3;
		s->quiet = s->t + 2;
	}
	if (rd != 0)
		h->x[rd] = old;
	s->rd = (uint8_t)rd;
	host_go(h, s->pc + 4);
}

static bool csr_allowed(const struct host *h, uint32_t insn)
{
	uint32_t f3 = insn >> 12 & 7;

	return (f3 & 3) != 0 && host_csr_legal(insn) &&
	       (insn >> 28 & 3) <= h->csr.priv;
}

/* Sleep from x+3 on, unless something enabled is pending then. */
static void do_wfi(struct host *h, struct step *s)
{
	s->kind = KIND_SLEEP;
	host_go(h, s->pc + 4);
	h->cyc = h->sleep_from = s->t + 3;
	h->asleep = true;
	if (h->waits)
		return;
	host_doze(h, h->op + (s->pc - h->imem_base) / 2, s->t);
	if (host_lines(h, h->cyc) & h->csr.mie)
		host_rouse(h, h->cyc);
	s->quiet = h->cyc; /* rousing has sampled */
}

static void do_jump(struct host *h, struct step *s, uint32_t target)
{
	s->kind = KIND_JUMP;
	s->e = s->quiet = s->t + !h->rules.btalu;
	host_go(h, target);
	h->cyc = s->t + 2 + (h->at ? h->at->mis : target >> 1 & 1);
}

static void do_mret(struct host *h, struct step *s)
{
	s->class = CLASS_JUMP;
	s->kind = KIND_TRAP;
	s->quiet = s->t + 2;
	host_mret(h);
	host_go(h, h->csr.mepc);
	h->cyc = s->t + 3 + (h->at ? h->at->mis : h->csr.mepc >> 1 & 1);
}

/* ecall, ebreak, mret, wfi. False: illegal. */
static bool do_system(struct host *h, struct step *s)
{
	bool machine = h->csr.priv == 3;

	if (s->insn >> 12 & 7) {
		if (!csr_allowed(h, s->insn))
			return false;
		do_csr(h, s);
		return true;
	}
	switch (s->insn) {
	case 0x00000073:
		host_raise(h, s, s->t, machine ? EXC_ECALL_M : EXC_ECALL_U, 0);
		h->trapped++;
		s->retired = true;
		return true;
	case 0x00100073:
		host_raise(h, s, s->t, EXC_BREAK, 0);
		h->trapped++;
		s->retired = true;
		return true;
	case 0x30200073:
		if (machine)
			do_mret(h, s);
		return machine;
	case 0x10500073:
		if (!machine && h->csr.st_tw)
			return false;
		do_wfi(h, s);
		return true;
	}
	return false;
}

/* ---- Jumps that leave instruction memory -------------------------------- */

static int32_t branch_offset(uint32_t i)
{
	return (int32_t)((i >> 31 ? 0xfffff000u : 0) | (i << 4 & 0x800) |
	                 (i >> 20 & 0x7e0) | (i >> 7 & 0x1e));
}

static int32_t jal_offset(uint32_t i)
{
	return (int32_t)((i >> 31 ? 0xfff00000u : 0) | (i & 0xff000) |
	                 (i >> 9 & 0x800) | (i >> 20 & 0x7fe));
}

bool host_taken(const struct host *h, uint32_t insn)
{
	uint32_t a = h->x[insn >> 15 & 31], b = h->x[insn >> 20 & 31];
	bool less = insn >> 13 & 1 ? a < b : (int32_t)a < (int32_t)b;
	bool value = insn >> 14 & 1 ? less : a == b;

	return value != (insn >> 12 & 1);
}

static void do_far_jump(struct host *h, struct step *s, unsigned len)
{
	uint32_t insn = s->insn, rd = insn >> 7 & 31;
	bool branch = (insn & 0x7f) == 0x63;
	int32_t offset = branch ? branch_offset(insn) : jal_offset(insn);
	uint32_t target = s->pc + (uint32_t)offset;

	if ((insn & 0x7f) == 0x67)
		target = (h->x[insn >> 15 & 31] + (insn >> 20) -
		          (insn >> 31 << 12)) &
		         ~1u;
	s->class = branch ? CLASS_BRANCH : CLASS_JUMP;
	if (branch && !host_taken(h, insn)) {
		h->cyc = s->t + 1;
		host_go(h, s->pc + 2 * len);
		return;
	}
	if (!branch && rd != 0) {
		h->x[rd] = s->pc + 2 * len;
		s->rd = (uint8_t)rd;
	}
	do_jump(h, s, target);
	if (!branch)
		return;
	s->kind = KIND_BRANCH;
	h->cyc += !h->rules.btalu;
}

/* ---- One instruction ---------------------------------------------------- */

bool host_memory(struct host *h, struct step *s, const struct op *op,
                 const uint64_t grant[2], uint32_t *tval)
{
	bool store = op->class == CLASS_STORE;
	uint32_t addr = h->x[op->rs1] + (uint32_t)op->imm;
	uint32_t value = store ? h->x[op->rs2] : 0;

	s->class = (enum op_class)op->class;
	if (!host_access(h, store, addr, host_bytes(op), &value, grant)) {
		*tval = value;
		return false;
	}
	if (op->code == OP_LB)
		value = (uint32_t)(int8_t)value;
	else if (op->code == OP_LH)
		value = (uint32_t)(int16_t)value;
	if (!store) {
		h->x[op->rd] = value;
		s->rd = op->rd == REG_SINK ? 0 : op->rd;
	}
	host_go(h, s->pc + 2u * op->len);
	return true;
}

/* A load or store that the fast loop left alone. */
static void do_memory(struct host *h, struct step *s, const struct op *op)
{
	bool store = op->class == CLASS_STORE;
	uint32_t addr = h->x[op->rs1] + (uint32_t)op->imm, tval;
	bool split = host_splits(addr, host_bytes(op));
	const uint64_t grant[2] = {s->t, s->t + 1};

	s->e = s->t + split + !h->rules.wb;
	s->quiet = s->e;
	if (!host_memory(h, s, op, grant, &tval)) {
		host_raise(h, s, s->e + h->rules.wb,
		           store ? EXC_STORE : EXC_LOAD, tval);
		return;
	}
	s->held = !store && h->rules.wb;
	h->cyc = s->t + (store ? op->cost : host_load_cost(h, op)) + split;
}

void host_other(struct host *h, struct step *s, const struct op *op)
{
	bool compressed = op->len == 1;
	uint32_t raw = s->insn, insn = compressed ? host_expand(raw) : raw;

	s->insn = insn;
	switch (insn & 0x7f) {
	case 0x0f: /* fence.i: a jump to the next instruction */
		if ((insn >> 12 & 7) != 1)
			break;
		s->class = CLASS_ALU;
		do_jump(h, s, s->pc + 4);
		return;
	case 0x63:
	case 0x67:
	case 0x6f:
		if ((op->class != CLASS_BRANCH && op->class != CLASS_JUMP))
			break;
		do_far_jump(h, s, op->len);
		s->insn = raw;
		return;
	case 0x73:
		if (!do_system(h, s))
			break;
		s->insn = raw;
		return;
	}
	s->insn = raw;
	host_raise(h, s, s->t, EXC_ILLEGAL, raw);
}

uint8_t host_written(const struct op *op)
{
	return op->class == CLASS_STORE || op->class == CLASS_BRANCH ||
	                       op->rd == REG_SINK || op->code == OP_NOP
	               ? 0
	               : op->rd;
}

/* The operation is one of the fast ones and has just been executed. */
static void after_fast(struct host *h, struct step *s, const struct op *op)
{
	s->class = (enum op_class)op->class;
	s->rd = host_written(op);
	switch (s->class) {
	case CLASS_LOAD:
		s->held = h->rules.wb;
		s->e = h->rules.wb ? h->cyc - op->cost : h->cyc - 1;
		break;
	case CLASS_JUMP:
		s->e = s->t + !h->rules.btalu;
		break;
	case CLASS_BRANCH:
		s->e = s->t + (h->cyc > s->t + 1 && !h->rules.btalu);
		break;
	default:
		s->e = h->cyc - 1;
	}
	s->quiet = s->e;
}

void host_emit(struct host *h, const struct step *s, uint64_t cycle)
{
	struct host_retire r = {
	        .cycle = cycle,
	        .pc = s->pc,
	        .insn = s->insn,
	        .rd = s->rd,
	        .value = s->rd ? h->x[s->rd] : 0,
	        .trap = s->trap,
	};
	h->trace(h->trace_ctx, &r);
}

static bool fetch_fault(struct host *h, struct step *s)
{
	uint32_t i = h->at ? (uint32_t)(h->at - h->op) : h->n_ops;

	if (!host_cut_off(h, i))
		return false;
	s->insn = host_insn(h, i);
	/* The second half of the instruction may be what is missing. */
	host_raise(h, s, s->t, EXC_FETCH, i < h->n_ops ? s->pc + 2 : s->pc);
	return true;
}

static void step(struct host *h)
{
	struct step s = {.t = h->cyc,
	                 .e = h->cyc,
	                 .quiet = h->cyc,
	                 .pc = host_pc(h),
	                 .class = CLASS_SYSTEM,
	                 .retired = true,
	                 .on = host_irq_on(h),
	                 .mie = h->csr.mie};

	if (!fetch_fault(h, &s)) {
		const struct op *op = h->at;

		s.insn = host_insn(h, (uint32_t)(op - h->op));
		if (host_fast(h, 0)) {
			after_fast(h, &s, op);
		} else {
			if (op->class == CLASS_LOAD || op->class == CLASS_STORE)
				do_memory(h, &s, op);
			else
				host_other(h, &s, op);
			if (s.retired) {
				h->done[s.class]++;
				h->retired++;
			}
		}
	}
	if (s.kind == KIND_JUMP || s.kind == KIND_BRANCH || s.kind == KIND_TRAP)
		host_turned(h);
	h->faults += !s.retired;
	if (h->trace)
		host_emit(h, &s, s.e + (h->rules.wb ? 2 : 1));
	if (!h->asleep)
		finish(h, &s);
}

void host_step(struct host *h)
{
	if (h->waits)
		host_wait_step(h);
	else
		step(h);
	h->now = h->cyc;
}
