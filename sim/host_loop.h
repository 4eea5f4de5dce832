/* host_loop: the fast loop, as text for host_run.c and host_run_wait.c, which
 * say how time passes:
 *
 *   LOOP            the name of the function
 *   LOOP_STATE      its variables besides `cyc`
 *   LOOP_SAVE       put them back
 *   PASS_ONE        an instruction of one cycle
 *   PASS            one that does not turn
 *   PASS_DIVIDE     a division
 *   PASS_ACCESS(s)  a load or store, `s`: in two accesses
 *   PASS_TAKEN      a branch, before it is taken
 *   PASS_JUMP       a jump, before it is taken
 *   PASS_LANDED     a branch or jump, when `p` is its target
 *   PASS_CODE(n)    what host_code said
 *
 * Threaded code: every operation holds the address of its handler, and each
 * handler jumps to the next one. Handlers exist twice, for instructions of one
 * and of two halfwords, so that the step to the next operation is a constant.
 *
 * Nothing here can trap, reach a device or see an interrupt: such operations
 * leave the loop before they change anything, and host_step does them. */
#include <assert.h>
#include <string.h>
#include "sim/host_priv.h"

#define LIKELY(c) __builtin_expect(!!(c), 1)

static uint32_t mulh(int64_t a, int64_t b)
{
	return (uint32_t)((uint64_t)(a * b) >> 32);
}

static uint32_t div_signed(uint32_t a, uint32_t b)
{
	if (b == 0)
		return UINT32_MAX;
	if (b == UINT32_MAX)
		return 0 - a; /* the most negative number wraps to itself */
	return (uint32_t)((int32_t)a / (int32_t)b);
}

static uint32_t rem_signed(uint32_t a, uint32_t b)
{
	if (b == 0)
		return a;
	if (b == UINT32_MAX)
		return 0;
	return (uint32_t)((int32_t)a % (int32_t)b);
}

/* Operands of the present operation `p`. */
/* clang-format off */
#define RD x[p->rd]
#define R1 x[p->rs1]
#define R2 x[p->rs2]
#define IMM ((uint32_t)p->imm)
#define S1 ((int32_t)R1)
#define S2 ((int32_t)R2)

#define DISPATCH                                                               \
	do {                                                                   \
		if (!LIKELY(cyc < limit))                                      \
			goto out;                                              \
		goto *(p->run);                                                \
	} while (0)

#define BOTH(name, body)                                                       \
	name##_1 : { enum { LEN = 1 }; body }                                  \
	name##_2 : { enum { LEN = 2 }; body }

#define NEXT                                                                   \
	p += LEN;                                                              \
	DISPATCH

#define ALU(name, value) BOTH(name, RD = (value); PASS_ONE; NEXT;)
#define SLOW(name, value) BOTH(name, RD = (value); PASS; NEXT;)
#define DIVIDE(name, value)                                                    \
	BOTH(name, PASS_DIVIDE; RD = (value); NEXT;)

#define BRANCH(name, cond)                                                     \
	BOTH(name,                                                             \
	     if (cond) {                                                       \
		     PASS_TAKEN;                                               \
		     p[LEN].flow--;                                            \
		     p += p->imm;                                              \
		     p->flow++;                                                \
		     PASS_LANDED;                                              \
		     DISPATCH;                                                 \
	     } PASS_ONE;                                                       \
	     NEXT;)

/* `split`: the address bits (of 3) that make it two accesses. */
#define LOAD(name, type, conv, split)                                          \
	BOTH(name, uint32_t a = R1 + IMM; struct window *w = &win[a >> 28];    \
	     uint32_t at = a - w->base; type v;                                \
	     if (!LIKELY(at < w->rlimit)) goto step;                           \
	     memcpy(&v, w->bytes + at, sizeof v); w->reads++;                  \
	     if (split) w->reads++;                                            \
	     RD = (uint32_t)(conv)v; PASS_ACCESS(split); NEXT;)

#define STORE(name, type, split)                                               \
	BOTH(name, uint32_t a = R1 + IMM; struct window *w = &win[a >> 28];    \
	     uint32_t at = a - w->wbase; type v = (type)R2;                    \
	     if (!LIKELY(at < w->wlimit)) goto step;                           \
	     memcpy(w->wbytes + at, &v, sizeof v); w->writes++;                \
	     if (split) w->writes++;                                           \
	     PASS_ACCESS(split); NEXT;)

/* clang-format on */

/* NULL: the limit is reached; the address of a label: the operation at h->at
 * needs host_step. With h == NULL: the label of operations not yet decoded. */
static const void *LOOP(struct host *h, uint64_t limit)
{
	static const void *const label[N_OPS][2] = {
#define X(name) {&&name##_1, &&name##_2},
	        HOST_OPS(X)
#undef X
	};
	static const void *const label_decode[] = {&&decode};
	static const void *const needs_step = &&step;

	/* Not a dangling pointer: labels are code. */
	if (!h)
		return label_decode[0];

	uint32_t *x = h->x;
	struct window *win = h->win;
	uint64_t cyc = h->cyc;
	LOOP_STATE;
	struct op *p = &h->op[h->at - h->op];
	const void *why = NULL;

	p->flow++;
	goto *(p->run);

decode:
	PASS_CODE(host_code(h, (uint32_t)(p - h->op)));
	host_decode(h, p);
	p->run = p->by_mode ? needs_step : label[p->code][p->len - 1];
	goto *(p->run);

	/* clang-format off */
	BOTH(LI, RD = IMM; PASS_ONE; NEXT;)
	ALU(ADDI, R1 + IMM)
	ALU(SLTI, S1 < p->imm)
	ALU(SLTIU, R1 < IMM)
	ALU(XORI, R1 ^ IMM)
	ALU(ORI, R1 | IMM)
	ALU(ANDI, R1 & IMM)
	ALU(SLLI, R1 << (IMM & 31))
	ALU(SRLI, R1 >> (IMM & 31))
	ALU(SRAI, (uint32_t)(S1 >> (IMM & 31)))
	ALU(ADD, R1 + R2)
	ALU(SUB, R1 - R2)
	ALU(SLL, R1 << (R2 & 31))
	ALU(SLT, S1 < S2)
	ALU(SLTU, R1 < R2)
	ALU(XOR, R1 ^ R2)
	ALU(SRL, R1 >> (R2 & 31))
	ALU(SRA, (uint32_t)(S1 >> (R2 & 31)))
	ALU(OR, R1 | R2)
	ALU(AND, R1 & R2)
	SLOW(MUL, R1 * R2)
	SLOW(MULH, mulh(S1, S2))
	SLOW(MULHSU, mulh(S1, R2))
	SLOW(MULHU, (uint32_t)((uint64_t)R1 * R2 >> 32))
	DIVIDE(DIV, div_signed(R1, R2))
	DIVIDE(DIVU, R2 == 0 ? UINT32_MAX : R1 / R2)
	DIVIDE(REM, rem_signed(R1, R2))
	DIVIDE(REMU, R2 == 0 ? R1 : R1 % R2)
	LOAD(LB, int8_t, int32_t, 0)
	LOAD(LH, int16_t, int32_t, (a & 3) == 3)
	LOAD(LW, uint32_t, uint32_t, a & 3)
	LOAD(LBU, uint8_t, uint32_t, 0)
	LOAD(LHU, uint16_t, uint32_t, (a & 3) == 3)
	STORE(SB, uint8_t, 0)
	STORE(SH, uint16_t, (a & 3) == 3)
	STORE(SW, uint32_t, a & 3)
	BRANCH(BEQ, R1 == R2)
	BRANCH(BNE, R1 != R2)
	BRANCH(BLT, S1 < S2)
	BRANCH(BGE, S1 >= S2)
	BRANCH(BLTU, R1 < R2)
	BRANCH(BGEU, R1 >= R2)
	BOTH(JAL, RD = h->imem_base + 2 * ((uint32_t)(p - h->op) + LEN);
	     PASS_JUMP; p += p->imm; p->flow++; PASS_LANDED; DISPATCH;)
	BOTH(JALR, uint32_t i = ((R1 + IMM) - h->imem_base) >> 1;
	     if (!LIKELY(i < h->n_ops)) goto step;
	     RD = h->imem_base + 2 * ((uint32_t)(p - h->op) + LEN);
	     PASS_JUMP; p = &h->op[i]; p->flow++; PASS_LANDED; DISPATCH;)
	BOTH(NOP, PASS_ONE; NEXT;)
/* clang-format on */
SYS_1:
SYS_2:
step:
	why = needs_step;
out:
	PASS_CODE(host_code(h, (uint32_t)(p - h->op)));
	LOOP_SAVE;
	p->flow--;
	h->at = p;
	h->cyc = cyc;
	return why;
}
