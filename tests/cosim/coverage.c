/* coverage: see coverage.h. The probe looks at the fast model's own state
 * (sim/accel_fast.h) before each cycle: what it did in the cycle before is in
 * its units, what is asked for in this one in its streams and registers. */
#include "tests/cosim/coverage.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "isa/map.h"
#include "isa/part.h"
#include "isa/wfmt.h"
#include "sim/accel_fast.h"

enum { MAX_OPS = 64, MAX_FEATURES = 2048, MAX_FLAGS = 8 };

enum situation {
#define SITUATION(ops, name, text) SIT_##name,
#include "tests/cosim/coverage.def"
	N_SITUATIONS
};
enum whole {
#define FEATURE(name, text) FEA_##name,
#include "tests/cosim/coverage.def"
	N_WHOLES
};
/* Sets of opcodes, as bits. */
#define BIT(op) ((uint64_t)1 << (op))
static const uint64_t all_ops =
#define COMMAND(name, op, queue, doc) BIT(op) |
#include "isa/commands.def"
        0;
static uint64_t of_queue(enum queue q)
{
	uint64_t set = 0;

	for (int op = 0; op < MAX_OPS; op++)
		if (all_ops >> op & 1 && opcode_queue(op) == q)
			set |= BIT(op);
	return set;
}
#define SET_ALL all_ops
#define SET_LD of_queue(QUEUE_LD)
#define SET_EX of_queue(QUEUE_EX)
#define SET_ST of_queue(QUEUE_ST)
#define SET_NOT_LD (all_ops & ~SET_LD)
#define SET_NOT_EX (all_ops & ~SET_EX)
#define SET_NOT_ST (all_ops & ~SET_ST)
#define SET_DMA (BIT(OP_LOAD) | BIT(OP_FILL) | BIT(OP_STORE))
#define SET_UNPACK BIT(OP_UNPACK)
#define SET_LOADS (BIT(OP_LOAD) | BIT(OP_UNPACK))
#define SET_BEATS (SET_MEM | BIT(OP_UNPACK))
#define SET_MEM (BIT(OP_LOAD) | BIT(OP_STORE))
#define SET_LOAD BIT(OP_LOAD)
#define SET_CONV BIT(OP_CONV)
#define SET_VECTOR (BIT(OP_DWCONV) | BIT(OP_MAXPOOL) | BIT(OP_AVGPOOL))
#define SET_ARRAY (SET_CONV | SET_VECTOR)
#define SET_WGT (BIT(OP_CONV) | BIT(OP_DWCONV))
#define SET_ADD BIT(OP_ADD)
#define SET_REQ (SET_EX)

/* What conditions are asked of, besides the command. */
struct context {
	const struct design *d;
	int64_t rows, cols; /* that the command uses */
	int64_t word, bank, weights, elements;
	bool others, barrier;
};

struct feature {
	char group[40], text[80];
	uint64_t n;
};

enum { N_STATES = FETCH_DRAIN + 1, N_READS = 9 };
struct coverage {
	struct feature f[MAX_FEATURES];
	int n;
	/* Where the features of a kind begin in f; -1: not listed */
	int condition[MAX_OPS], situation[MAX_OPS][N_SITUATIONS], whole;
	int flag[MAX_OPS][MAX_FLAGS][MAX_FLAGS], no_flag[MAX_OPS];
	int written[N_REGS][N_STATES], read[N_READS][2], status[3][2];
	int wants[N_MEMS][16], event, param[32][3], lanes_cols;
	/* The cycle before, of the run that is being looked at */
	const struct run *run;
	uint32_t head;
	unsigned write_mask;
	bool pending;
	size_t n_seen;
	uint64_t end[N_QUEUES]; /* of the unit's command */
};

/* ------------------------------------------------------------------------
 * The list */

static int add(struct coverage *c, const char *group, const char *text)
{
	struct feature *f = &c->f[c->n];

	if (c->n == MAX_FEATURES)
		abort();
	snprintf(f->group, sizeof(f->group), "%s", group);
	snprintf(f->text, sizeof(f->text), "%s", text);
	return c->n++;
}

static void list_conditions(struct coverage *c, int op)
{
	const char *name = opcode_name(op);

	c->condition[op] = c->n;
#define CONDITION(ops, text, is)                                               \
	if (SET_##ops >> op & 1)                                               \
		add(c, name, text);
#include "tests/cosim/coverage.def"
	int i = 0;
#define SITUATION(ops, id, text)                                               \
	c->situation[op][i++] = SET_##ops >> op & 1 ? add(c, name, text) : -1;
#include "tests/cosim/coverage.def"
}

/* Flags that mean something for the opcode; new ones do for the array. */
static unsigned legal_flags(int op)
{
	unsigned conv = EXE_KEEP | EXE_HOLD | EXE_SPLIT, vector = EXE_REUSE;

	if (op == OP_ADD)
		return EXE_SINGLE_ROUND;
	if (op == OP_CONV)
		return 0xff & ~vector;
	return SET_VECTOR >> op & 1 ? 0xff & ~conv : 0;
}

static bool legal_pair(int i, int k)
{
	unsigned two = 1u << i | 1u << k;
	unsigned idle = EXE_PLUS | EXE_PAR_SHARED | EXE_SINGLE_ROUND;

	return !(two & EXE_HOLD && two & idle); /* HOLD has no outputs */
}

static void list_flags(struct coverage *c, int op)
{
	const char *name[MAX_FLAGS] = {0};
	unsigned legal = legal_flags(op);
	char text[80];

#define FLAG(id, bit, doc) name[bit] = #id;
#include "isa/commands.def"
	memset(c->flag[op], -1, sizeof(c->flag[op]));
	c->no_flag[op] = legal ? add(c, opcode_name(op), "no flag") : -1;
	for (int i = 0; i < MAX_FLAGS; i++)
		for (int k = i; k < MAX_FLAGS; k++) {
			if (!name[i] || !name[k] || !(legal >> i & 1) ||
			    !(legal >> k & 1) || (i != k && !legal_pair(i, k)))
				continue;
			snprintf(text, sizeof(text), "%s%s%s", name[i],
			         i == k ? "" : " and ", i == k ? "" : name[k]);
			c->flag[op][i][k] = add(c, opcode_name(op), text);
		}
}

static const char *const reg_name[N_REGS] = {"CTRL", "IRQ_ACK", "RING_BASE",
                                             "RING_MASK", "TAIL"};
static const char *const read_name[N_READS] = {
        "ID",        "CTRL", "STATUS", "IRQ_ACK",    "RING_BASE",
        "RING_MASK", "HEAD", "TAIL",   "no register"};
static const uint32_t read_at[N_READS - 1] = {
        ACCEL_ID,        ACCEL_CTRL,      ACCEL_STATUS, ACCEL_IRQ_ACK,
        ACCEL_RING_BASE, ACCEL_RING_MASK, ACCEL_HEAD,   ACCEL_TAIL};

static void list_registers(struct coverage *c)
{
	static const char *const state[N_STATES] = {"IDLE", "RING", "CMD",
	                                            "PUSH", "DRAIN"};
	static const char *const bit[3] = {"busy", "pending", "bad command"};
	char text[80];

	for (int r = 0; r < N_REGS; r++)
		for (int s = 0; s < N_STATES; s++) {
			snprintf(text, sizeof(text), "%s written in %s",
			         reg_name[r], state[s]);
			c->written[r][s] = add(c, "registers", text);
		}
	for (int r = 0; r < N_READS; r++)
		for (int busy = 0; busy < 2; busy++) {
			snprintf(text, sizeof(text), "%s read %s", read_name[r],
			         busy ? "during a job" : "between jobs");
			c->read[r][busy] = add(c, "registers", text);
		}
	for (int b = 0; b < 3; b++)
		for (int v = 0; v < 2; v++) {
			snprintf(text, sizeof(text), "STATUS: %s is %d", bit[b],
			         v);
			c->status[b][v] = add(c, "registers", text);
		}
}

/* Who wants a memory in one cycle: bit 0 host, 1 fetch, 2 store, 3 load. */
static void list_wants(struct coverage *c)
{
	static const char *const who[4] = {"host", "fetch", "store", "load"};
	char text[80];

	for (int m = 0; m < N_MEMS; m++)
		for (int set = 0; set < 16; set++) {
			size_t n = 0;
			c->wants[m][set] = -1;
			if (!(set & (set - 1)) || (m == MEM_FLASH && set & 4))
				continue;
			for (int i = 0; i < 4; i++)
				if (set >> i & 1)
					n += (size_t)snprintf(
					        text + n, sizeof(text) - n,
					        "%s%s", n ? ", " : "", who[i]);
			snprintf(text + n, sizeof(text) - n, " want %s",
			         m == MEM_SRAM ? "SRAM" : "flash");
			c->wants[m][set] = add(c, "memories", text);
		}
}

static void list_params(struct coverage *c)
{
	static const char *const where[3] = {"least", "between", "most"};
	char text[80];

	for (int i = 0; i < n_params; i++)
		for (int k = 0; k < 3; k++) {
			snprintf(text, sizeof(text), "%s: %s", params[i].key,
			         where[k]);
			bool is = params[i].elab &&
			          (k != 1 || params[i].max > params[i].min + 1);
			c->param[i][k] = is ? add(c, "designs", text) : -1;
		}
	c->lanes_cols = add(c, "designs", "as many lanes as columns");
}

struct coverage *coverage_new(void)
{
	struct coverage *c = mem_zero(1, sizeof(*c));

	for (int op = 0; op < MAX_OPS; op++)
		if (all_ops >> op & 1) {
			list_conditions(c, op);
			list_flags(c, op);
		}
	c->whole = c->n;
#define FEATURE(name, text) add(c, "programs", text);
#include "tests/cosim/coverage.def"
	list_registers(c);
	list_wants(c);
	c->event = c->n;
	for (int ev = 0; ev < N_ACCEL_EVENTS; ev++)
		add(c, "events", event_name[ev]);
	list_params(c);
	return c;
}

void coverage_free(struct coverage *c)
{
	free(c);
}

static void hit(struct coverage *c, int feature)
{
	if (feature >= 0)
		c->f[feature].n++;
}

static void whole(struct coverage *c, enum whole w, bool happened)
{
	if (happened)
		hit(c, c->whole + (int)w);
}

static void situation(struct coverage *c, int64_t op, enum situation s,
                      bool happened)
{
	if (happened)
		hit(c, c->situation[op][s]);
}

/* ------------------------------------------------------------------------
 * Cycles */

static void probe_start(struct coverage *c, const struct accel *a, int q)
{
	const struct unit *u = &a->unit[q];
	int64_t op = u->cur.c.opcode;

	situation(c, op, SIT_STARTS_AT_ONCE, u->cur.visible == u->start);
	situation(c, op, SIT_HELD_BY_UNIT, c->end[q] > u->cur.visible);
	situation(c, op, SIT_BACK_TO_BACK, c->end[q] == u->start);
	situation(c, op, SIT_STALLED_READ, u->n_ev[EV_ex_stall_read] > 0);
	situation(c, op, SIT_STALLED_DRAIN, u->n_ev[EV_ex_stall_drain] > 0);
}

/* The head of an idle unit's queue that did not start. */
static void probe_held(struct coverage *c, const struct accel *a, int q)
{
	static const int held[N_QUEUES][N_QUEUES] = {
	        [QUEUE_LD] = {-1, SIT_HELD_BY_EX, SIT_HELD_BY_ST},
	        [QUEUE_EX] = {SIT_HELD_BY_LD_, -1, SIT_HELD_BY_ST_},
	        [QUEUE_ST] = {SIT_HELD_BY_LD__, SIT_HELD_BY_EX_, -1},
	};
	const struct unit *u = &a->unit[q];
	const struct entry *e = &u->q[u->head];
	const int64_t wait[N_QUEUES] = {e->c.wait_ld, e->c.wait_ex,
	                                e->c.wait_st};

	if (u->busy || !u->n || e->visible >= a->now)
		return;
	for (int i = 0; i < N_QUEUES; i++)
		if (held[q][i] >= 0 && a->unit[i].ended < wait[i])
			situation(c, e->c.opcode, (enum situation)held[q][i],
			          true);
}

static void probe_units(struct coverage *c, const struct accel *a)
{
	const struct unit *u = a->unit;
	bool started[N_QUEUES];
	bool fetching = a->stream[STREAM_FETCH].left > 0;

	for (int q = 0; q < N_QUEUES; q++) {
		started[q] = u[q].busy && u[q].start + 1 == a->now;
		if (started[q])
			probe_start(c, a, q);
		probe_held(c, a, q);
		if (!u[q].busy)
			continue;
		c->end[q] = u[q].end;
		int64_t op = u[q].cur.c.opcode;
		bool other[N_QUEUES];
		int n = 0;
		for (int i = 0; i < N_QUEUES; i++)
			n += other[i] = i != q && u[i].busy;
		situation(c, op, SIT_BESIDE_LD, other[QUEUE_LD]);
		situation(c, op, SIT_BESIDE_EX, other[QUEUE_EX]);
		situation(c, op, SIT_BESIDE_ST, other[QUEUE_ST]);
		situation(c, op, SIT_BESIDE_BOTH, n == 2);
		situation(c, op, SIT_BESIDE_FETCH, fetching);
		situation(c, op, SIT_BESIDE_HOST, a->host);
	}
	bool ld = started[QUEUE_LD], ex = started[QUEUE_EX];
	bool st = started[QUEUE_ST];
	whole(c, FEA_STARTS_LD_EX, ld && ex);
	whole(c, FEA_STARTS_LD_ST, ld && st);
	whole(c, FEA_STARTS_EX_ST, ex && st);
	whole(c, FEA_STARTS_ALL, ld && ex && st);
}

static bool wants(const struct stream *s, uint64_t now, int mem)
{
	return s->left && s->from <= now && s->mem == mem;
}

static void probe_streams(struct coverage *c, const struct accel *a)
{
	for (int m = 0; m < N_MEMS; m++) {
		bool host = a->host >> m & 1;
		bool fetch = wants(&a->stream[STREAM_FETCH], a->now, m);
		bool st = wants(&a->stream[STREAM_ST], a->now, m);
		bool ld = wants(&a->stream[STREAM_LD], a->now, m);
		int64_t op = a->unit[QUEUE_LD].cur.c.opcode;
		hit(c, c->wants[m][host | fetch << 1 | st << 2 | ld << 3]);
		situation(c, OP_STORE, SIT_DENIED_BY_HOST, st && host);
		situation(c, op, SIT_DENIED_BY_HOST, ld && host);
		situation(c, OP_STORE, SIT_DENIED_BY_FETCH,
		          st && fetch && !host);
		situation(c, op, SIT_DENIED_BY_FETCH, ld && fetch && !host);
		situation(c, op, SIT_DENIED_BY_STORE,
		          ld && st && !fetch && !host);
		situation(c, op, SIT_DENIED_LONG,
		          ld && a->stream[STREAM_LD].waited > 16);
		situation(c, OP_STORE, SIT_DENIED_LONG,
		          st && a->stream[STREAM_ST].waited > 16);
	}
	whole(c, FEA_HOST_BOTH, a->host == 3);
}

static void probe_fetch(struct coverage *c, const struct accel *a)
{
	const struct fetch *f = &a->fetch;
	int full = 0;

	for (int q = 0; q < N_QUEUES; q++)
		full += a->unit[q].n == a->d->queue;
	whole(c, FEA_QUEUES_FULL, full == N_QUEUES);
	if (f->state == FETCH_PUSH && f->at < a->now && f->got_known)
		situation(c, f->got.c.opcode, SIT_FULL, true);
	bool begins = f->state == FETCH_RING && f->job_start == a->now;
	uint32_t mask = a->reg[REG_MASK];
	whole(c, FEA_RING_1, begins && mask == 0);
	whole(c, FEA_RING_2, begins && mask == 1);
	whole(c, FEA_RING_4, begins && mask == 3);
	whole(c, FEA_RING_8, begins && mask == 7);
	whole(c, FEA_RING_16, begins && mask == 15);
	whole(c, FEA_RING_WRAPS, begins && a->head > mask);
	uint32_t waiting = a->reg[REG_TAIL] - a->head;
	whole(c, FEA_RING_FULL, waiting == mask + 1);
	whole(c, FEA_RING_EMPTY, waiting == 0 && a->head != c->head);
}

static void probe_writes(struct coverage *c, const struct accel *a)
{
	const uint32_t *reg = a->reg, *to = a->written;
	bool idle = a->fetch.state == FETCH_IDLE;
	unsigned w = a->write_mask;
	bool ctrl = w >> REG_CTRL & 1, ack = w >> REG_ACK & 1;
	bool tail = w >> REG_TAIL & 1;
	bool moves = w >> REG_BASE & 1 && to[REG_BASE] != reg[REG_BASE] &&
	             a->reg[REG_TAIL];

	for (int r = 0; r < N_REGS; r++)
		if (w >> r & 1)
			hit(c, c->written[r][a->fetch.state]);
	whole(c, FEA_RING_MOVES, moves && idle);
	whole(c, FEA_RING_MOVES_BUSY, moves && !idle);
	whole(c, FEA_POST_BUSY, tail && !idle && to[REG_TAIL] != reg[REG_TAIL]);
	whole(c, FEA_POST_SEVERAL, tail && to[REG_TAIL] - reg[REG_TAIL] > 1);
	whole(c, FEA_POST_NONE, tail && to[REG_TAIL] == reg[REG_TAIL]);
	whole(c, FEA_ACK_PENDING, ack && a->pending);
	whole(c, FEA_ACK_NOTHING, ack && !a->pending);
	whole(c, FEA_IRQ_ENABLED_LATE,
	      ctrl && a->pending && to[REG_CTRL] && !reg[REG_CTRL]);
	whole(c, FEA_IRQ_DISABLED,
	      ctrl && a->pending && !to[REG_CTRL] && reg[REG_CTRL]);
	whole(c, FEA_IRQ_MASKED, a->pending && !reg[REG_CTRL]);
}

/* A job has ended in the cycle before. */
static void probe_job_end(struct coverage *c, const struct accel *a)
{
	unsigned w = c->write_mask;

	if (a->head == c->head)
		return;
	whole(c, FEA_TAIL_AT_END, w >> REG_TAIL & 1);
	whole(c, FEA_ACK_AT_END, w >> REG_ACK & 1);
	whole(c, FEA_CTRL_AT_END, w >> REG_CTRL & 1);
	whole(c, FEA_IRQ_AGAIN, c->pending && a->fetch.flags & JOB_IRQ);
	whole(c, FEA_JOB_SILENT, !(a->fetch.flags & JOB_IRQ));
}

static void probe_read(struct coverage *c, const struct host *h)
{
	const struct run *r = h->r;
	int i = 0;

	if (r->n_seen == c->n_seen)
		return;
	c->n_seen = r->n_seen;
	const struct seen *s = &r->seen[r->n_seen - 1];
	if (s->cycle != h->t || s->what >= SEEN_IRQ)
		return;
	while (i < N_READS - 1 && read_at[i] != s->what)
		i++;
	hit(c, c->read[i][h->a->fetch.state != FETCH_IDLE]);
	if (s->what == ACCEL_STATUS) {
		hit(c, c->status[0][s->value & 1]);
		hit(c, c->status[1][s->value >> 1 & 1]);
		hit(c, c->status[2][s->value >> 3 & 1]);
	}
}

void coverage_probe(void *coverage, const struct host *h)
{
	struct coverage *c = coverage;
	const struct accel *a = h->a;

	if (c->run != h->r || a->now == 0) {
		c->run = h->r;
		c->head = 0;
		c->n_seen = 0;
		c->pending = false;
		c->write_mask = 0;
		memset(c->end, 0, sizeof(c->end));
	}
	probe_units(c, a);
	probe_streams(c, a);
	probe_fetch(c, a);
	probe_writes(c, a);
	probe_job_end(c, a);
	probe_read(c, h);
	c->head = a->head;
	c->write_mask = a->write_mask;
	c->pending = a->pending;
}

/* ------------------------------------------------------------------------
 * Trials */

static void conditions(struct coverage *cov, const struct command *c,
                       const struct context *x)
{
	int64_t op = c->opcode;
	int at = cov->condition[op];

#define CONDITION(ops, text, is)                                               \
	if (SET_##ops >> op & 1) {                                             \
		if (is)                                                        \
			cov->f[at].n++;                                        \
		at++;                                                          \
	}
#include "tests/cosim/coverage.def"
	if (!c->flags)
		hit(cov, cov->no_flag[op]);
	for (int i = 0; i < MAX_FLAGS; i++)
		for (int k = i; k < MAX_FLAGS; k++)
			if (c->flags >> i & 1 && c->flags >> k & 1)
				hit(cov, cov->flag[op][i][k]);
}

static void trial_job(struct coverage *cov, const struct trial *t,
                      const struct trial_job *j)
{
	uint32_t count[N_QUEUES] = {0};

	for (uint32_t k = 0; k < j->n; k++) {
		const struct command *c = &j->c[k];
		bool first = k == 0, last = k + 1 == j->n;
		bool flash = j->list >> 30 & 1;
		if (c->opcode >= MAX_OPS || !(all_ops >> c->opcode & 1)) {
			whole(cov, FEA_BAD_OPCODE, true);
			whole(cov, FEA_BAD_FIRST, first);
			whole(cov, FEA_BAD_LAST, last);
			continue;
		}
		enum queue q = opcode_queue((int)c->opcode);
		int64_t wait[N_QUEUES] = {c->wait_ld, c->wait_ex, c->wait_st};
		struct context x = {
		        .d = &t->d,
		        .word = design_word(&t->d),
		        .bank = design_bank_bytes(&t->d),
		        .weights = c->ka * c->kb *
		                   wfmt_run(wfmt_of(c), part_cols(c, t->d.cols),
		                            design_word(&t->d),
		                            c->opcode == OP_CONV ? c->run : 1),
		        .cols = part_cols(c, t->d.cols),
		        .rows = part_rows(c, t->d.rows),
		        .elements = c->nx | c->ny << 16,
		        .barrier = true,
		};
		for (int i = 0; i < N_QUEUES; i++) {
			x.others |= i != (int)q && wait[i] > 0;
			x.barrier &= count[i] > 0 && wait[i] == count[i];
			whole(cov, FEA_WAIT_LONG, wait[i] > 255);
		}
		conditions(cov, c, &x);
		situation(cov, c->opcode, SIT_FIRST_OF_JOB, first);
		situation(cov, c->opcode, SIT_LAST_OF_JOB, last);
		situation(cov, c->opcode, SIT_ALONE_IN_JOB, first && last);
		situation(cov, c->opcode, SIT_FROM_FLASH, flash);
		situation(cov, c->opcode, SIT_FROM_SRAM, !flash);
		whole(cov, FEA_QUEUE_WRAPS, ++count[q] == 256);
	}
}

static void trial_seen(struct coverage *c, const struct trial *t,
                       const struct run *r)
{
	for (size_t i = 0; i < r->n_seen; i++) {
		const struct seen *s = &r->seen[i];
		uint32_t ev = (s->what - ACCEL_COUNTERS) / 4;
		if (s->what >= ACCEL_COUNTERS && ev < N_ACCEL_EVENTS &&
		    s->value)
			hit(c, c->event + (int)ev);
		if (s->what != SEEN_SLEEP)
			continue;
		bool at_once = i && s[-1].what == SEEN_IRQ && s[-1].value &&
		               s[-1].cycle == s->cycle;
		whole(c, FEA_SLEEP_NOT, at_once);
		whole(c, FEA_SLEEP_WOKEN, s->value && !at_once);
		whole(c, FEA_SLEEP_IN_VAIN, !s->value);
	}
	for (int i = 0; i < t->n_acts; i++) {
		const struct act *a = &t->act[i];
		bool ours =
		        a->arg[0] == ACCEL_CTRL || a->arg[0] == ACCEL_IRQ_ACK ||
		        a->arg[0] == ACCEL_RING_BASE ||
		        a->arg[0] == ACCEL_RING_MASK || a->arg[0] == ACCEL_TAIL;
		whole(c, FEA_WRITE_IGNORED, a->kind == ACT_WRITE && !ours);
	}
}

static void trial_ends(struct coverage *c, const struct run *r)
{
	const struct cmd_log *e = r->log.cmd;

	for (size_t i = 1; i < r->log.n_cmd; i++)
		for (size_t k = i; k-- > 0 && e[k].end == e[i].end;) {
			int pair = 1 << e[i].queue | 1 << e[k].queue;
			whole(c, FEA_ENDS_LD_EX,
			      pair == (1 << QUEUE_LD | 1 << QUEUE_EX));
			whole(c, FEA_ENDS_LD_ST,
			      pair == (1 << QUEUE_LD | 1 << QUEUE_ST));
			whole(c, FEA_ENDS_EX_ST,
			      pair == (1 << QUEUE_EX | 1 << QUEUE_ST));
		}
}

void coverage_trial(struct coverage *c, const struct trial *t,
                    const struct run *r)
{
	for (int j = 0; j < t->n_jobs; j++)
		trial_job(c, t, &t->job[j]);
	trial_seen(c, t, r);
	trial_ends(c, r);
	for (int i = 0; i < n_params; i++) {
		long v = *(const int *)((const char *)&t->d + params[i].offset);
		hit(c, c->param[i][v == params[i].min   ? 0
		                   : v == params[i].max ? 2
		                                        : 1]);
	}
	if (t->d.lanes == t->d.cols)
		hit(c, c->lanes_cols);
	uint32_t end[N_MEMS] = {0};
	for (int i = 0; i < t->n_data; i++)
		if (t->data[i].at + t->data[i].bytes > end[t->data[i].mem])
			end[t->data[i].mem] = t->data[i].at + t->data[i].bytes;
	for (int j = 0; j < t->n_jobs; j++) {
		int m = t->job[j].list >> 30 & 1;
		uint32_t at = (t->job[j].list & 0xfffffff) +
		              t->job[j].n * COMMAND_BYTES;
		end[m] = at > end[m] ? at : end[m];
	}
	whole(c, FEA_MEMORY_END,
	      end[MEM_SRAM] == (uint32_t)t->d.sram_kib * 1024 ||
	              end[MEM_FLASH] == (uint32_t)t->d.flash_kib * 1024);
	whole(c, FEA_JOBS_1, t->n_jobs == 1);
	whole(c, FEA_JOBS_12, t->n_jobs >= 12);
}

int coverage_print(const struct coverage *c, bool all, FILE *f)
{
	int missing = 0;

	for (int i = 0; i < c->n;) {
		const char *group = c->f[i].group;
		int first = i, least = i, none = 0;
		for (; i < c->n && !strcmp(c->f[i].group, group); i++) {
			if (c->f[i].n < c->f[least].n)
				least = i;
			none += c->f[i].n == 0;
			if (all || !c->f[i].n)
				fprintf(f, "%-10s %12" PRIu64 "  %s%s\n", group,
				        c->f[i].n, c->f[i].text,
				        c->f[i].n ? "" : "  NEVER");
		}
		if (!all)
			fprintf(f,
			        "%-10s %4d features, least %8" PRIu64 ": %s\n",
			        group, i - first, c->f[least].n,
			        c->f[least].text);
		missing += none;
	}
	fprintf(f, "%d features, %d of them never\n", c->n, missing);
	return missing;
}
