/* host_front: see host_front.h. The names in comments are those of the RTL:
 * ibex_prefetch_buffer, ibex_fetch_fifo, ibex_controller,
 * ibex_load_store_unit. */
#include "sim/host_front.h"

enum {
	DIVIDE = 37,  /* cycles */
	DIVIDE_0 = 2, /* by zero */
	FLUSH = 1,    /* the controller's state after the executing cycle */
};

/* What happens in a cycle besides. */
struct events {
	bool request; /* the controller lets the buffer fetch */
	bool turn;    /* and turns it elsewhere */
	bool pop;     /* a word leaves the queue */
	bool data;    /* the data port is granted */
};

/* fifo_ready, where less than two fetches are under way. */
static bool room(const struct front *f)
{
	return !(f->words >= 2 && (f->words >= 3 || f->n_due >= 1));
}

static void send(const struct front_rules *r, struct front *f, bool drop)
{
	f->due[f->n_due] = f->cyc + (uint64_t)r->mem.instr_latency;
	f->drop = (uint8_t)(f->drop | drop << f->n_due);
	f->n_due++;
}

static bool arrives(const struct front *f)
{
	return f->n_due > 0 && f->due[0] == f->cyc;
}

static void cycle(const struct front_rules *r, struct front *f,
                  struct events now)
{
	bool word = arrives(f) && !(f->drop & 1);
	bool first = arrives(f);
	bool ask = f->asked ||
	           (now.request && (room(f) || now.turn) && f->n_due < 2);
	bool grant = ask && !(r->mem.shared && now.data);
	bool drop = f->asked && (now.turn || f->drop_asked);

	if (now.turn)
		f->drop = (uint8_t)((1 << f->n_due) - 1);
	if (grant)
		send(r, f, drop);
	if (first) {
		f->due[0] = f->due[1];
		f->drop >>= 1;
		f->n_due--;
	}
	f->words = now.turn ? 0 : (uint8_t)(f->words + word - now.pop);
	f->asked = ask && !grant;
	f->drop_asked = drop && f->asked;
	f->granted = f->held = false;
	f->cyc++;
}

void front_take(const struct front_rules *r, struct front *f, bool odd,
                bool wide)
{
	cycle(r, f,
	      (struct events){
	              .request = true, .pop = odd || wide, .data = f->granted});
}

void front_wait(const struct front_rules *r, struct front *f)
{
	cycle(r, f, (struct events){.request = true, .data = f->granted});
}

void front_turn(const struct front_rules *r, struct front *f)
{
	cycle(r, f,
	      (struct events){
	              .request = true, .turn = true, .data = f->granted});
}

void front_rest(const struct front_rules *r, struct front *f)
{
	cycle(r, f, (struct events){.request = false});
}

bool front_busy(const struct front *f)
{
	return f->n_due > 0 || f->asked;
}

bool front_ready(const struct front *f, bool odd, bool wide)
{
	bool word = arrives(f) && !(f->drop & 1);

	return f->words + word >= (odd && wide ? 2 : 1);
}

void front_fresh(const struct front_rules *r, struct front *f, uint64_t cyc)
{
	*f = (struct front){.cyc = cyc - 1};
	front_turn(r, f);
}

/* ---- An instruction ----------------------------------------------------- */

/* A data access, or two; the second request follows the first grant. */
static void plan_access(const struct front_rules *r, struct front_plan *p,
                        bool split)
{
	uint64_t grant = (uint64_t)r->mem.data_grant;
	uint64_t latency = (uint64_t)r->mem.data_latency;
	uint64_t at = p->x + grant;

	p->grant[0] = at;
	p->e = at;
	if (split) {
		p->grant[1] = at + 1 + grant;
		/* In ID until the first answer is there. */
		p->e = at + latency;
		at = p->grant[1];
		if (p->e < at)
			p->e = at;
	}
	p->answer = at + latency;
	if (!r->wb)
		p->e = p->answer;
	p->last = p->e;
}

struct front_plan front_plan(const struct front_rules *r, const struct front *f,
                             enum kind kind)
{
	uint64_t t = f->cyc;
	/* A jump may turn the fetch before it is known whether the access in
	 * writeback fails; but its operands must be there. */
	uint64_t spec = f->use && f->answer >= t ? f->answer + 1 : t;
	uint64_t x = spec > f->answer ? spec : f->answer;
	struct front_plan p = {.x = x,
	                       .e = x,
	                       .last = x,
	                       .jump = HOST_NEVER,
	                       .grant = {HOST_NEVER, HOST_NEVER}};

	switch (kind) {
	case KIND_ONE:
		break;
	case KIND_MUL:
		p.last = p.e = x + r->mul - 1;
		break;
	case KIND_MULH:
		p.last = p.e = x + r->mulh - 1;
		break;
	case KIND_DIV:
		p.last = p.e = x + DIVIDE - 1;
		break;
	case KIND_DIV_ZERO:
		p.last = p.e = x + DIVIDE_0 - 1;
		break;
	case KIND_MEM:
	case KIND_MEM_USE:
	case KIND_SPLIT:
	case KIND_SPLIT_USE:
		plan_access(r, &p,
		            kind == KIND_SPLIT || kind == KIND_SPLIT_USE);
		p.use = kind == KIND_MEM_USE || kind == KIND_SPLIT_USE;
		break;
	case KIND_JUMP:
	case KIND_BRANCH:
		/* Without the ALU for targets a branch needs a cycle before,
		 * a jump one after. */
		p.jump = spec + (kind == KIND_BRANCH && !r->btalu);
		p.e = spec + !r->btalu;
		p.last = p.e = p.e > x ? p.e : x;
		p.whole = p.jump == p.e;
		break;
	case KIND_TRAP:
		p.jump = x + FLUSH;
		/* fallthrough */
	case KIND_FLUSH:
	case KIND_SLEEP:
		p.last = x + FLUSH;
		p.whole = true;
		break;
	}
	return p;
}

static void plan_cycle(const struct front_rules *r, struct front *f,
                       const struct front_plan *p)
{
	cycle(r, f,
	      (struct events){.request = true,
	                      .turn = f->cyc == p->jump,
	                      .data = f->cyc == p->grant[0] ||
	                              f->cyc == p->grant[1]});
}

void front_run(const struct front_rules *r, struct front *f,
               const struct front_plan *p)
{
	while (f->cyc < p->last)
		plan_cycle(r, f, p);
	if (p->whole)
		plan_cycle(r, f, p);
	f->held = !p->whole;
	f->granted = r->mem.shared &&
	             (f->cyc == p->grant[0] || f->cyc == p->grant[1]);
	f->answer = p->answer > f->cyc ? p->answer : 0;
	f->use = f->answer && p->use;
}

/* ---- Packing ------------------------------------------------------------ */

enum { KEY_VALID = 1 << 30 };

static uint32_t ahead(const struct front *f, uint64_t cycle)
{
	return cycle > f->cyc ? (uint32_t)(cycle - f->cyc) : 0;
}

uint32_t front_pack(const struct front *f)
{
	uint32_t key = KEY_VALID | f->words | (uint32_t)f->n_due << 2 |
	               (uint32_t)f->drop << 4 | (uint32_t)f->asked << 6 |
	               (uint32_t)f->drop_asked << 7 |
	               (uint32_t)f->granted << 8 | (uint32_t)f->held << 9 |
	               (uint32_t)f->use << 10;

	if (f->n_due > 0)
		key |= ahead(f, f->due[0]) << 11;
	if (f->n_due > 1)
		key |= ahead(f, f->due[1]) << 17;
	return key | ahead(f, f->answer) << 23;
}

void front_unpack(struct front *f, uint32_t key, uint64_t cyc)
{
	uint32_t answer = key >> 23 & 127;

	*f = (struct front){
	        .cyc = cyc,
	        .due = {cyc + (key >> 11 & 63), cyc + (key >> 17 & 63)},
	        .answer = answer ? cyc + answer : 0,
	        .words = key & 3,
	        .n_due = key >> 2 & 3,
	        .drop = key >> 4 & 3,
	        .asked = key >> 6 & 1,
	        .drop_asked = key >> 7 & 1,
	        .granted = key >> 8 & 1,
	        .held = key >> 9 & 1,
	        .use = key >> 10 & 1,
	};
}
