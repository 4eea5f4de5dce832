/* host_csr: control and status registers, and entering and leaving traps.
 *
 * The set is that of Ibex without PMP, debug triggers and performance counters
 * (those read as zero). */
#include "sim/host_priv.h"

enum {
	MSTATUS = 0x300,
	MISA = 0x301,
	MIE = 0x304,
	MTVEC = 0x305,
	MCOUNTEREN = 0x306,
	MENVCFG = 0x30a,
	MSTATUSH = 0x310,
	MENVCFGH = 0x31a,
	MCOUNTINHIBIT = 0x320,
	MHPMEVENT3 = 0x323,
	MHPMEVENT31 = 0x33f,
	MSCRATCH = 0x340,
	MEPC = 0x341,
	MCAUSE = 0x342,
	MTVAL = 0x343,
	MIP = 0x344,
	CPUCTRL = 0x7c0,
	SECURESEED = 0x7c1,
	MCYCLE = 0xb00,
	MINSTRET = 0xb02,
	MCYCLEH = 0xb80,
	MINSTRETH = 0xb82,
	MVENDORID = 0xf11,
	MARCHID = 0xf12,
	MCONFIGPTR = 0xf15
};

enum {
	MISA_VALUE = 0x40101104,
	MARCHID_VALUE = 22,
	MIE_MASK = 0x7fff0888,
	CTRL_MASK = 0xc0,
	CTRL_SYNC_EXC = 0x40,
	CTRL_DOUBLE_FAULT = 0x80,
	/* The clock of the core starts one cycle after reset is released. */
	CLOCK_LAG = 1
};

static bool exists(uint32_t n)
{
	switch (n) {
	case MSTATUS:
	case MISA:
	case MIE:
	case MTVEC:
	case MCOUNTEREN:
	case MENVCFG:
	case MSTATUSH:
	case MENVCFGH:
	case MCOUNTINHIBIT:
	case MSCRATCH:
	case MEPC:
	case MCAUSE:
	case MTVAL:
	case MIP:
	case CPUCTRL:
	case SECURESEED:
		return true;
	}
	if (n >= MVENDORID && n <= MCONFIGPTR)
		return true;
	if (n >= MHPMEVENT3 && n <= MHPMEVENT31)
		return true;
	uint32_t counter = n & ~0x80u; /* B00, B02..B1F and their high halves */
	return counter == MCYCLE || (counter >= MINSTRET && counter < 0xb20);
}

bool host_csr_legal(uint32_t insn)
{
	uint32_t n = insn >> 20, f3 = insn >> 12 & 7;
	bool writes = (f3 & 3) == 1 || (insn >> 15 & 31) != 0;

	return exists(n) && !(writes && n >> 10 == 3);
}

uint32_t host_mstatus(const struct host *h)
{
	const struct csrs *c = &h->csr;

	return (uint32_t)c->st_mie << 3 | (uint32_t)c->st_mpie << 7 |
	       (uint32_t)c->st_mpp << 11 | (uint32_t)c->st_mprv << 17 |
	       (uint32_t)c->st_tw << 21;
}

static void write_mstatus(struct csrs *c, uint32_t v)
{
	c->st_mie = v >> 3 & 1;
	c->st_mpie = v >> 7 & 1;
	c->st_mpp = (v >> 11 & 3) == 3 ? 3 : 0;
	c->st_mprv = v >> 17 & 1;
	c->st_tw = v >> 21 & 1;
}

/* Clock edges that the core has seen before cycle t. */
static uint64_t clocked(const struct host *h, uint64_t t)
{
	return t - h->slept - CLOCK_LAG;
}

static uint64_t counter_read(const struct host *h, const struct counter *c,
                             int bit, uint64_t now)
{
	return h->csr.mcountinhibit >> bit & 1 ? c->held : now - c->base;
}

static void counter_set(const struct host *h, struct counter *c, int bit,
                        uint64_t now, uint64_t v)
{
	if (h->csr.mcountinhibit >> bit & 1)
		c->held = v;
	else
		c->base = now - v;
}

/* Instructions retired before the present one, as minstret counts them. */
static uint64_t retired(struct host *h)
{
	return host_retired(h) - h->trapped;
}

uint32_t host_csr_read(struct host *h, uint32_t n, uint64_t t)
{
	const struct csrs *c = &h->csr;

	switch (n) {
	case MSTATUS:
		return host_mstatus(h);
	case MISA:
		return MISA_VALUE;
	case MIE:
		return c->mie;
	case MTVEC:
		return c->mtvec;
	case MSCRATCH:
		return c->mscratch;
	case MEPC:
		return c->mepc;
	case MCAUSE:
		return c->mcause;
	case MTVAL:
		return c->mtval;
	case MIP:
		return h->bus.irq ? h->bus.irq(h->bus.ctx, t) : 0;
	case MCOUNTINHIBIT:
		return c->mcountinhibit;
	case CPUCTRL:
		return c->cpuctrl;
	case MARCHID:
		return MARCHID_VALUE;
	case MCYCLE:
		return (uint32_t)counter_read(h, &c->cycle, 0, clocked(h, t));
	case MCYCLEH:
		return (uint32_t)(counter_read(h, &c->cycle, 0,
		                               clocked(h, t)) >>
		                  32);
	case MINSTRET:
		return (uint32_t)counter_read(h, &c->instret, 2, retired(h));
	case MINSTRETH:
		return (uint32_t)(counter_read(h, &c->instret, 2, retired(h)) >>
		                  32);
	}
	return 0;
}

/* The next clock edge shows the written value. minstret then counts the writing
 * instruction only where a writeback stage retires it a cycle later. */
static void write_counter(struct host *h, uint32_t n, uint64_t t, uint32_t v)
{
	bool cycle = (n & 0x7f) == 0;
	struct counter *c = cycle ? &h->csr.cycle : &h->csr.instret;
	int bit = cycle ? 0 : 2;
	uint64_t after = cycle ? clocked(h, t + 1) : retired(h) + !h->rules.wb;
	uint64_t old =
	        counter_read(h, c, bit, cycle ? clocked(h, t) : retired(h));

	if (n & 0x80)
		old = (old & UINT32_MAX) | (uint64_t)v << 32;
	else
		old = (old & ~(uint64_t)UINT32_MAX) | v;
	counter_set(h, c, bit, after, old);
}

static void write_inhibit(struct host *h, uint64_t t, uint32_t v)
{
	struct csrs *c = &h->csr;
	uint64_t cyc = clocked(h, t + 1), ret = retired(h) + 1;
	uint64_t a = counter_read(h, &c->cycle, 0, cyc);
	uint64_t b = counter_read(h, &c->instret, 2, ret);

	c->mcountinhibit = v & 5;
	counter_set(h, &c->cycle, 0, cyc, a);
	counter_set(h, &c->instret, 2, ret, b);
}

static uint32_t cause_kept(uint32_t v)
{
	switch (v >> 30) {
	case 2:
		return 0x80000000 | (v & 31);
	case 3:
		return 0xffffffe0 | (v & 31);
	}
	return v & 31;
}

void host_csr_write(struct host *h, uint32_t n, uint64_t t, uint32_t v)
{
	struct csrs *c = &h->csr;

	h->dirty = true;
	switch (n) {
	case MSTATUS:
		write_mstatus(c, v);
		break;
	case MIE:
		c->mie = v & MIE_MASK;
		break;
	case MTVEC:
		c->mtvec = (v & ~0xffu) | 1;
		break;
	case MSCRATCH:
		c->mscratch = v;
		break;
	case MEPC:
		c->mepc = v & ~1u;
		break;
	case MCAUSE:
		c->mcause = cause_kept(v);
		break;
	case MTVAL:
		c->mtval = v;
		break;
	case MCOUNTINHIBIT:
		write_inhibit(h, t, v);
		break;
	case CPUCTRL:
		c->cpuctrl = v & CTRL_MASK;
		break;
	case MCYCLE:
	case MCYCLEH:
	case MINSTRET:
	case MINSTRETH:
		write_counter(h, n, t, v);
		break;
	}
}

uint32_t host_enter_trap(struct host *h, uint32_t cause, uint32_t pc,
                         uint32_t tval)
{
	struct csrs *c = &h->csr;
	bool irq = cause >> 31;

	h->dirty = true;
	c->mepc = pc;
	c->mcause = cause;
	c->mtval = tval;
	c->st_mpie = c->st_mie;
	c->st_mie = false;
	c->st_mpp = c->priv;
	c->priv = 3;
	if (!irq) {
		if (c->cpuctrl & CTRL_SYNC_EXC)
			c->cpuctrl |= CTRL_DOUBLE_FAULT;
		c->cpuctrl |= CTRL_SYNC_EXC;
	}
	return (c->mtvec & ~0xffu) + (irq ? 4 * (cause & 31) : 0);
}

void host_mret(struct host *h)
{
	struct csrs *c = &h->csr;

	h->dirty = true;
	c->priv = c->st_mpp;
	c->st_mie = c->st_mpie;
	if (c->st_mpp != 3)
		c->st_mprv = false;
	c->st_mpie = true;
	c->st_mpp = 0;
	c->cpuctrl &= ~(uint32_t)CTRL_SYNC_EXC;
}
