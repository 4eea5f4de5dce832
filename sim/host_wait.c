/* host_wait: one instruction with all its consequences, with memories that make
 * the core wait.
 *
 * The same work as host_step.c, whose functions do the instructions; here the
 * front end is moved cycle by cycle, and interrupt lines are looked at in each
 * cycle in which they could keep an instruction out of ID. While one is in ID
 * they cannot. */
#include "sim/host_priv.h"

/* ---- Interrupts --------------------------------------------------------- */

/* Is an interrupt asked for in cycle k? */
static bool asked(struct host *h, uint64_t k)
{
	if (h->before.cycle == k)
		return h->before.on && (host_lines(h, k) & h->before.mie) != 0;
	return k >= h->check && host_pending(h, k);
}

/* From which cycle on must the lines be looked at? */
static void schedule(struct host *h)
{
	uint64_t k = h->cyc;

	h->dirty = false;
	h->check = HOST_NEVER;
	if (!h->bus.irq)
		return;
	if (h->before.cycle == k)
		h->check = k;
	else if (!host_irq_on(h) || h->csr.mie == 0)
		h->check = HOST_NEVER;
	else if (host_lines(h, k) & h->csr.mie)
		h->check = k;
	else
		h->check = h->bus.irq_next ? h->bus.irq_next(h->bus.ctx, k) : k;
}

/* From the queue to ID. False: an interrupt was taken instead. */
static bool enter(struct host *h, bool odd, bool wide)
{
	const struct front_rules *r = &h->rules;
	struct front *f = &h->front;

	for (;;) {
		bool irq = asked(h, f->cyc);

		/* Once nothing is left in ID and writeback, the controller
		 * leaves its running state for a cycle. */
		if (irq && !f->held && f->answer <= f->cyc) {
			front_wait(r, f);
			if (host_take_interrupt(h, f->cyc)) {
				front_turn(r, f);
				return false;
			}
			irq = false;
		}
		if (!irq && front_ready(f, odd, wide))
			break;
		front_wait(r, f);
	}
	front_take(r, f, odd, wide);
	return true;
}

/* ---- Classes ------------------------------------------------------------ */

/* A load is followed by an instruction that reads what it loads. */
static bool load_use(const struct host *h, const struct op *op)
{
	return op->class == CLASS_LOAD && op->cost == 2 && h->rules.wb;
}

void host_wait_classes(const struct host *h, struct op *op, uint32_t i)
{
	enum kind plain = KIND_ONE, other = KIND_BRANCH;

	switch ((enum op_class)op->class) {
	case CLASS_MUL:
		plain = op->code == OP_MUL ? KIND_MUL : KIND_MULH;
		break;
	case CLASS_DIV:
		plain = KIND_DIV;
		other = KIND_DIV_ZERO;
		break;
	case CLASS_LOAD:
	case CLASS_STORE:
		plain = load_use(h, op) ? KIND_MEM_USE : KIND_MEM;
		other = load_use(h, op) ? KIND_SPLIT_USE : KIND_SPLIT;
		break;
	case CLASS_JUMP:
		plain = KIND_JUMP;
		break;
	default:
		break;
	}
	op->cost = memo_class(plain, i & 1, op->len == 2);
	op->taken = memo_class(other, i & 1, op->len == 2);
}

/* What the fast operation `op` will be. */
static enum kind kind_of(const struct host *h, const struct op *op,
                         uint32_t insn)
{
	enum kind plain = (enum kind)(op->cost >> 2);
	enum kind other = (enum kind)(op->taken >> 2);
	bool is_other = false;

	switch ((enum op_class)op->class) {
	case CLASS_DIV:
		is_other = h->x[op->rs2] == 0;
		break;
	case CLASS_BRANCH:
		is_other =
		        host_taken(h, op->len == 1 ? host_expand(insn) : insn);
		break;
	case CLASS_LOAD:
	case CLASS_STORE:
		is_other = host_splits(h->x[op->rs1] + (uint32_t)op->imm,
		                       host_bytes(op));
		/* A CSR instruction that is illegal in this mode reads
		 * nothing. */
		if (op->by_mode && h->csr.priv != 3)
			return is_other ? KIND_SPLIT : KIND_MEM;
		break;
	default:
		break;
	}
	return is_other ? other : plain;
}

/* ---- Faults of loads and stores ----------------------------------------- */

/* The instruction after an access that will fail, as far as it gets: it may
 * turn the fetch before it is known. */
struct follower {
	bool odd, wide;
	bool turns;
};

static struct follower follower(struct host *h, const struct op *op)
{
	uint32_t i = (uint32_t)(op - h->op) + op->len;
	struct follower n = {.odd = i & 1, .wide = true};
	uint32_t insn = host_insn(h, i);

	if (host_cut_off(h, i))
		return n;
	n.wide = (insn & 3) == 3;
	if (!n.wide)
		insn = host_expand(insn);
	switch (insn & 0x7f) {
	case 0x0f: /* fence.i */
		n.turns = (insn >> 12 & 7) == 1;
		break;
	case 0x63:
		n.turns = (insn >> 13 & 3) != 1 && host_taken(h, insn);
		break;
	case 0x67:
		n.turns = (insn >> 12 & 7) == 0;
		break;
	case 0x6f:
		n.turns = true;
		break;
	}
	return n;
}

/* With a writeback stage the answer finds the next instruction on its way. */
static void fail_late(struct host *h, const struct op *op, bool use,
                      uint64_t answer)
{
	const struct front_rules *r = &h->rules;
	struct front *f = &h->front;
	struct follower n = follower(h, op);
	uint64_t entered = HOST_NEVER;

	if (h->dirty) /* half of the access came to a device */
		h->check = 0;
	while (f->cyc <= answer) {
		if (f->cyc == entered && n.turns && !use)
			front_turn(r, f);
		else if (entered == HOST_NEVER && f->cyc < answer &&
		         !asked(h, f->cyc) && front_ready(f, n.odd, n.wide)) {
			front_take(r, f, n.odd, n.wide);
			entered = f->cyc;
		} else
			front_wait(r, f);
	}
	f->answer = 0;
	f->use = false;
	front_turn(r, f);
}

/* ---- One instruction ---------------------------------------------------- */

static void run(struct host *h, struct front_plan *p)
{
	front_run(&h->rules, &h->front, p);
}

static void do_memory(struct host *h, struct step *s, const struct op *op,
                      struct front_plan *p)
{
	uint32_t cause = op->class == CLASS_STORE ? EXC_STORE : EXC_LOAD;
	uint32_t tval;

	if (host_memory(h, s, op, p->grant, &tval)) {
		run(h, p);
		return;
	}
	if (!h->rules.wb) {
		p->jump = p->last = p->e + 1;
		p->whole = true;
	}
	run(h, p);
	if (h->rules.wb)
		fail_late(h, op, p->use, p->answer);
	host_raise(h, s, p->e, cause, tval);
}

static void do_other(struct host *h, struct step *s, const struct op *op,
                     struct front_plan *p)
{
	bool on = host_irq_on(h);
	uint32_t mie = h->csr.mie;

	host_other(h, s, op);
	*p = front_plan(&h->rules, &h->front, s->kind);
	run(h, p);
	if (s->kind != KIND_ONE)
		return;
	h->before.cycle = p->e;
	h->before.on = on;
	h->before.mie = mie;
}

static void execute(struct host *h, struct step *s, struct op *op,
                    struct front_plan *p)
{
	if (op->code == OP_DECODE)
		host_decode(h, op);
	s->insn = host_insn(h, (uint32_t)(op - h->op));
	bool memory = op->class == CLASS_LOAD || op->class == CLASS_STORE;
	*p = front_plan(&h->rules, &h->front, kind_of(h, op, s->insn));
	s->t = p->x;
	if (host_fast(h, 0)) {
		s->rd = host_written(op);
		run(h, p);
		return;
	}
	if (memory)
		do_memory(h, s, op, p);
	else
		do_other(h, s, op, p);
	if (s->retired) {
		h->done[s->class]++;
		h->retired++;
	}
}

/* The cycle in which rvfi_valid shows the instruction. */
static uint64_t shown(const struct host *h, const struct front_plan *p)
{
	if (!h->rules.wb)
		return p->e + 1;
	return p->answer ? p->answer + 1 : p->e + 2;
}

static void thaw(struct host *h)
{
	if (h->row != MEMO_NOWHERE)
		memo_front(h->memo, h->row, &h->front, h->cyc);
	h->row = MEMO_NOWHERE;
}

void host_wait_ready(struct host *h)
{
	if (h->row == MEMO_NOWHERE)
		h->row = memo_row(h->memo, &h->front);
}

void host_wait_step(struct host *h)
{
	uint32_t pc = host_pc(h), i = (pc - h->imem_base) / 2;
	struct step s = {.pc = pc, .class = CLASS_SYSTEM, .retired = true};
	bool cut = !h->at || host_cut_off(h, i);
	bool wide = cut || (host_insn(h, i) & 3) == 3;
	struct front_plan p;

	thaw(h);
	if (enter(h, pc >> 1 & 1, wide)) {
		if (cut) {
			s.insn = h->at ? host_insn(h, i) : 0;
			p = front_plan(&h->rules, &h->front, KIND_TRAP);
			s.t = p.x;
			run(h, &p);
			host_raise(h, &s, p.x, EXC_FETCH, h->at ? pc + 2 : pc);
		} else {
			execute(h, &s, &h->op[i], &p);
		}
		h->faults += !s.retired;
		if (h->trace)
			host_emit(h, &s, shown(h, &p));
	}
	if (h->asleep) {
		h->cyc = h->sleep_from;
		if (host_lines(h, h->cyc) & h->csr.mie)
			host_rouse(h, h->cyc);
		return;
	}
	h->cyc = h->front.cyc;
	if (h->dirty || h->cyc >= h->check)
		schedule(h);
}

/* ---- Sleep and reset ---------------------------------------------------- */

void host_wait_rouse(struct host *h, uint64_t k)
{
	host_slept_until(h, k);
	h->cyc = h->now = h->front.cyc;
	schedule(h);
}

void host_wait_reset(struct host *h)
{
	front_fresh(&h->rules, &h->front, h->cyc - 1);
	h->row = MEMO_NOWHERE;
	h->cyc = h->front.cyc;
}
