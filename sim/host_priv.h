/* host_priv: what the files of the host core share. Not for others.
 *
 *   host_decode.c  instruction word -> struct op (semantics and static cost)
 *   host_loop.h    the fast loop: everything that cannot trap, wait or sleep
 *   host_run.c     the loop for memories of one cycle
 *   host_run_wait.c  the loop for memories that make the core wait
 *   host_step.c    one instruction with all its consequences; interrupts
 *   host_wait.c    the time of that with memories that make the core wait
 *   host_front.c   the state of the prefetch buffer and data port, by cycles
 *   host_memo.c    the same as a table, by instructions
 *   host_past.c    sleep; the same as far as it matters for that
 *   host_mem.c     loads and stores that the fast loop leaves alone
 *   host_csr.c     control and status registers, traps
 *   host.c         life cycle, slices, counts
 *
 * Each halfword of instruction memory has one operation, decoded when it is
 * first executed. With instruction memory of one cycle and data memory that
 * grants at once, timing state is one number, `cyc`: everything else is a
 * static cost of the operation (docs/host.md says why). With any other,
 * `waits`, it is a cycle and the state of the front end; `cyc` is then that of
 * struct front.
 *
 * Counting: `flow` of an operation is the number of arrivals by a jump minus
 * the number of departures by one from the operation before it. The number of
 * executions follows from one pass over the table, so that the fast loop counts
 * only where control flow turns.
 */
#ifndef SIM_HOST_PRIV_H
#define SIM_HOST_PRIV_H

#include "sim/host_front.h"
#include "sim/host_memo.h"

/* How an operation retires, for counting: order of the CPU_EVENTs. */
enum op_class {
	CLASS_ALU,
	CLASS_MUL,
	CLASS_DIV,
	CLASS_LOAD,
	CLASS_STORE,
	CLASS_BRANCH,
	CLASS_JUMP,
	CLASS_SYSTEM,
	N_CLASSES,
};

/* Two-register and register-immediate operations come in the order of funct3.
 * OP_SYS: everything that host_step must do: system instructions, illegal
 * ones, jumps out of instruction memory. */
/* clang-format off */
#define HOST_OPS(X)                                                            \
	X(LI) X(ADDI) X(SLTI) X(SLTIU) X(XORI) X(ORI) X(ANDI)                  \
	X(SLLI) X(SRLI) X(SRAI)                                                \
	X(ADD) X(SUB) X(SLL) X(SLT) X(SLTU) X(XOR) X(SRL) X(SRA) X(OR) X(AND)  \
	X(MUL) X(MULH) X(MULHSU) X(MULHU) X(DIV) X(DIVU) X(REM) X(REMU)        \
	X(LB) X(LH) X(LW) X(LBU) X(LHU) X(SB) X(SH) X(SW)                      \
	X(BEQ) X(BNE) X(BLT) X(BGE) X(BLTU) X(BGEU)                            \
	X(JAL) X(JALR) X(NOP) X(SYS)
/* clang-format on */

enum op_code {
#define X(name) OP_##name,
	HOST_OPS(X)
#undef X
	        OP_DECODE, /* not decoded yet */
	N_OPS
};

enum {
	REG_SINK = 32, /* where writes to x0 go */
	N_REGS = 33,
	BLOCK = 32, /* operations that host_harvest skips at once */
};

struct op {
	const void *run; /* label in host_run.c */
	int64_t flow;
	int32_t imm; /* value, or halfwords to the target of a jump */
	uint8_t rd, rs1, rs2;
	/* Cycles until the next operation; when it redirects. With `waits`:
	 * its class; when it redirects, is split or divides by zero. */
	uint8_t cost, taken;
	uint8_t mis;     /* 1: a jump to here takes a cycle more */
	uint8_t code;    /* enum op_code */
	uint8_t len : 2; /* halfwords */
	uint8_t class : 5;
	uint8_t by_mode : 1; /* a load whose cost host_load_cost tells */
};

/* Fast access to memory by addr >> 28. */
struct window {
	uint32_t base, wbase;    /* where fast reads and writes begin */
	uint32_t rlimit, wlimit; /* offsets from there that are fast */
	uint8_t *bytes, *wbytes; /* at base, at wbase */
	uint64_t reads, writes;
	int mem; /* MEM_*, -1: not counted */
};

struct csrs {
	uint32_t mie, mtvec, mepc, mcause, mtval, mscratch, mcountinhibit;
	uint32_t cpuctrl;
	bool st_mie, st_mpie, st_mprv, st_tw;
	uint8_t st_mpp, priv; /* 0 or 3 */
	/* Counter n: what it counts minus base, or held while inhibited. */
	struct counter {
		uint64_t base, held;
	} cycle, instret;
};

struct host {
	uint64_t cyc; /* first ID cycle of the next instruction */
	uint32_t x[N_REGS];
	struct window win[16];
	struct op *op; /* one per halfword, and two that fault */
	uint32_t n_ops;
	/* One byte for BLOCK operations: nonzero if flow may be in them. */
	uint8_t *live;
	/* Operations in [lo, hi) may have been decoded. From hi on the core
	 * may store into instruction memory without asking (host_code). */
	uint32_t lo, hi;
	struct window *code; /* that shows instruction memory, or NULL */
	const struct op *at; /* next instruction, if inside */
	uint32_t pc_out;     /* pc when at == NULL */

	struct front_rules rules;
	uint32_t cost_max; /* cycles of any instruction that is not asleep */
	struct csrs csr;
	struct host_bus bus;
	uint8_t *imem;
	uint32_t imem_base, imem_bytes;
	bool watch, stop, asleep, faulted;
	bool dirty;     /* an access may have changed interrupt lines */
	uint64_t check; /* first cycle whose interrupt lines matter */
	uint64_t now;   /* inside a bus callback: its cycle; else cyc */

	uint64_t done[N_CLASSES]; /* harvested, not yet given out */
	uint64_t retired;         /* since reset, harvested */
	uint64_t mmio;
	uint64_t counted_to;         /* cycles already given out */
	uint64_t slept, slept_given; /* cycles asleep; those given out */
	uint64_t sleep_from;         /* while asleep: first cycle of it */
	uint64_t trapped;            /* in `done`, not in minstret */
	uint64_t faults;             /* traces show them, `done` does not */

	struct {
		bool any;
		uint32_t pc, cause, tval;
		uint64_t cycle;
	} trap; /* the last exception */
	void (*trace)(void *, const struct host_retire *);
	void *trace_ctx;

	/* Where the fetch was turned last, and when that was in ID, or would
	 * have been without an interrupt. NULL: unknown. Not with `waits`. */
	const struct op *from;
	uint64_t since;

	/* Memories that make the core wait. */
	bool waits;
	struct memo *memo;
	/* The state of the front end: a row of the table, or MEMO_NOWHERE and
	 * in `front`, which is also used asleep, with any memory. */
	uint32_t row;
	struct front front;
	/* In cycle `cycle` interrupts are enabled as before a CSR write. */
	struct {
		uint64_t cycle;
		bool on;
		uint32_t mie;
	} before;
};

/* host_decode.c ----------------------------------------------------------- */

/* The 32-bit form of a compressed instruction; 0 (illegal) if there is none. */
uint32_t host_expand(uint32_t half);
/* The instruction word at halfword `i` (16 bits if compressed). What lies
 * beyond the end is zero. */
uint32_t host_insn(const struct host *h, uint32_t i);
/* Does instruction memory end before the instruction at halfword `i` does? */
bool host_cut_off(const struct host *h, uint32_t i);
/* Fill in everything but `run`, `flow` and `mis`. */
void host_decode(struct host *h, struct op *op);
/* From now on there is code at halfword `i`: stores up to there are watched.
 * What was stored before may have changed `mis`: returns by how much (mod
 * 2^64), for a jump that came here and has added it already. */
uint64_t host_code(struct host *h, uint32_t i);
/* Cost of a load: its register is the operand of a CSR instruction. If that one
 * is illegal in this mode, it does not wait. */
static inline uint8_t host_load_cost(const struct host *h, const struct op *op)
{
	return op->by_mode && h->csr.priv != 3 ? 1 : op->cost;
}
/* Forget what depends on the words in [offset, offset+4) of the memory. */
void host_forget(struct host *h, uint32_t offset);
void host_forget_all(struct host *h);

/* host_run.c -------------------------------------------------------------- */

/* Execute at least one operation, then go on while cyc < limit. False: the
 * operation at h->at needs host_step (possibly the first). */
bool host_fast(struct host *h, uint64_t limit);
/* What `run` is before an operation is decoded. */
const void *host_undecoded(const struct host *h);
/* host_run_wait.c: the same with `waits`. With h->row == MEMO_NOWHERE cyc and
 * the front end do not move. */
bool host_fast_wait(struct host *h, uint64_t limit);
const void *host_undecoded_wait(void);

/* host_step.c ------------------------------------------------------------- */

/* What the present instruction did; times as in docs/host.md. */
struct step {
	uint64_t t;     /* first ID cycle; with `waits`: first executing one */
	uint64_t e;     /* last ID cycle */
	uint64_t quiet; /* interrupts are first sampled in this cycle */
	bool held;      /* the next one is in ID before cyc: no bubble */
	bool trap, retired;
	uint32_t pc, insn;
	uint8_t rd;
	enum op_class class;
	enum kind kind; /* of what host_other and host_memory do */
	/* Interrupt enables in the cycles up to e. */
	bool on;
	uint32_t mie;
};

enum {
	EXC_FETCH = 1,
	EXC_ILLEGAL = 2,
	EXC_BREAK = 3,
	EXC_LOAD = 5,
	EXC_STORE = 7,
	EXC_ECALL_U = 8,
	EXC_ECALL_M = 11
};

void host_step(struct host *h);
/* Enter the handler of an exception that is recognised in cycle x. */
void host_raise(struct host *h, struct step *s, uint64_t x, uint32_t cause,
                uint32_t tval);
/* Interrupt lines in cycle k. Is an interrupt asked for? */
uint32_t host_lines(struct host *h, uint64_t k);
bool host_pending(struct host *h, uint64_t k);
/* Enter its handler in cycle k, if it still is. */
bool host_take_interrupt(struct host *h, uint64_t k);
/* A load or store, with its grants; false: a fault at *tval. */
bool host_memory(struct host *h, struct step *s, const struct op *op,
                 const uint64_t grant[2], uint32_t *tval);
/* What is neither that nor done by host_fast. */
void host_other(struct host *h, struct step *s, const struct op *op);
/* The operation has just been done by host_fast: the register it wrote. */
uint8_t host_written(const struct op *op);
void host_emit(struct host *h, const struct step *s, uint64_t cycle);
/* Is branch `insn`, of 32 bits, taken? */
bool host_taken(const struct host *h, uint32_t insn);
/* Wake from sleep in cycle k: the next instruction, or the interrupt. */
void host_rouse(struct host *h, uint64_t k);

/* host_past.c ------------------------------------------------------------- */

/* The fetch has been turned to the next instruction. */
static inline void host_turned(struct host *h)
{
	h->from = h->at;
	h->since = h->cyc;
}
/* The operation `wfi` executes in cycle x: h->front is the state when it has
 * left ID, as far as the clock depends on it. Not with `waits`. */
void host_doze(struct host *h, const struct op *wfi, uint64_t x);
/* Asleep until k: h->front is the state in the cycle after. */
void host_slept_until(struct host *h, uint64_t k);

/* host_wait.c ------------------------------------------------------------- */

/* After a reset. */
void host_wait_reset(struct host *h);
/* The classes of an operation, which has its cost. */
void host_wait_classes(const struct host *h, struct op *op, uint32_t i);
/* Before host_fast runs the clock. */
void host_wait_ready(struct host *h);
/* As host_step and host_rouse, with `waits`. */
void host_wait_step(struct host *h);
void host_wait_rouse(struct host *h, uint64_t k);

/* host_mem.c -------------------------------------------------------------- */

/* Load or store of `bytes` at `addr`, granted in these cycles. False: access
 * fault; *value is then the address for mtval. */
bool host_access(struct host *h, bool store, uint32_t addr, uint32_t bytes,
                 uint32_t *value, const uint64_t grant[2]);
/* Bytes of a load or store. */
static inline uint32_t host_bytes(const struct op *op)
{
	static const uint8_t bytes[] = {1, 2, 4, 1, 2, 1, 2, 4};

	return bytes[op->code - OP_LB];
}
/* An access of these bytes takes two bus accesses. */
static inline bool host_splits(uint32_t addr, uint32_t bytes)
{
	return (addr & 3) + bytes > 4;
}

/* host_csr.c -------------------------------------------------------------- */

/* Read csr `n`, which exists, as seen in cycle `t`. */
uint32_t host_csr_read(struct host *h, uint32_t n, uint64_t t);
void host_csr_write(struct host *h, uint32_t n, uint64_t t, uint32_t value);
uint32_t host_mstatus(const struct host *h);
/* Could the csr instruction `insn` be legal in machine mode? */
bool host_csr_legal(uint32_t insn);
/* Enter a trap from `pc`; returns the handler's address. */
uint32_t host_enter_trap(struct host *h, uint32_t cause, uint32_t pc,
                         uint32_t tval);
void host_mret(struct host *h);
/* Interrupts are taken if an enabled line is high. */
static inline bool host_irq_on(const struct host *h)
{
	return h->csr.st_mie || h->csr.priv != 3;
}

/* host.c ------------------------------------------------------------------ */

/* Point `at` to the instruction at this address. */
void host_go(struct host *h, uint32_t pc);
uint32_t host_pc(const struct host *h);
/* Instruction memory from h->hi on is fast to write. */
void host_code_end(struct host *h);
/* Move the counts of the fast loop to `done`. */
void host_harvest(struct host *h);
#endif
