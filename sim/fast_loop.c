/* fast_loop: time, fetch unit, queues: when commands start and end.
 *
 * fast_step handles the cycle `now` and then skips to the next cycle in which
 * anything can change: a command ends, a stream of beats begins or ends, the
 * fetch unit changes state, or the host steps in.
 */
#include "sim/accel_fast.h"

#include <stdlib.h>
#include <string.h>

#include "isa/map.h"
#include "sim/fast_timing.h"

void fast_count(struct accel *a, uint16_t layer, enum event ev, uint64_t n)
{
	if (layer < a->log->n_layers)
		a->log->layer[layer].n[ev] += n;
	a->total.n[ev] += n;
}

/* ------------------------------------------------------------------------
 * Ends */

static void log_command(struct accel *a, enum queue q, const struct unit *u)
{
	struct accel_log *log = a->log;

	if (!log->want_cmds)
		return;
	if (log->n_cmd == log->cap_cmd) {
		size_t cap = log->cap_cmd ? 2 * log->cap_cmd : 256;
		void *p = realloc(log->cmd, cap * sizeof(*log->cmd));
		if (!p) {
			fast_fault(a, &u->cur, "no memory for the log");
			return;
		}
		log->cmd = p;
		log->cap_cmd = cap;
	}
	log->cmd[log->n_cmd++] = (struct cmd_log){
	        .queue = (uint8_t)q,
	        .opcode = (uint8_t)u->cur.c.opcode,
	        .layer = (uint16_t)u->cur.c.layer,
	        .seq = u->cur.seq,
	        .start = u->start,
	        .end = u->end,
	};
}

static void retire(struct accel *a)
{
	static const enum event busy[N_QUEUES] = {
	        [QUEUE_LD] = EV_ld_busy,
	        [QUEUE_EX] = EV_ex_busy,
	        [QUEUE_ST] = EV_st_busy,
	};

	for (int q = 0; q < N_QUEUES; q++) {
		struct unit *u = &a->unit[q];
		if (!u->busy || u->end > a->now)
			continue;
		u->busy = false;
		u->ended++;
		u->n_ev[busy[q]] = u->end - u->start;
		for (int ev = 0; ev < N_ACCEL_EVENTS; ev++)
			if (u->n_ev[ev])
				fast_count(a, (uint16_t)u->cur.c.layer,
				           (enum event)ev, u->n_ev[ev]);
		if (!a->timing_only)
			fast_math(a, &u->cur.c);
		log_command(a, (enum queue)q, u);
	}
}

/* ------------------------------------------------------------------------
 * Fetch */

/* Ask for `bytes` at fetch.addr, first request in cycle `from`. */
static void fetch_request(struct accel *a, uint64_t from, uint32_t bytes)
{
	struct stream *s = &a->stream[STREAM_FETCH];
	uint32_t addr = a->fetch.addr, region = addr >> REGION_SHIFT;
	int mem = region == MAP_FLASH >> REGION_SHIFT ? MEM_FLASH : MEM_SRAM;
	uint64_t offset = addr & ((1u << REGION_SHIFT) - 1);

	if ((mem == MEM_SRAM && region != MAP_SRAM >> REGION_SHIFT) ||
	    addr % bytes != 0 || offset + bytes > a->mem->size[mem]) {
		fast_fault(a, NULL,
		           "%s at 0x%08x: not an aligned address in "
		           "SRAM or flash",
		           bytes == COMMAND_BYTES ? "command" : "ring entry",
		           addr);
		a->halted = true;
		return;
	}
	s->from = from;
	s->left = bytes / (uint32_t)a->d->dma_bytes;
	s->mem = mem;
}

static const uint8_t *fetch_bytes(const struct accel *a)
{
	return a->mem->bytes[a->stream[STREAM_FETCH].mem] +
	       (a->fetch.addr & ((1u << REGION_SHIFT) - 1));
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static void ring_done(struct accel *a, uint64_t last_grant)
{
	struct fetch *f = &a->fetch;
	const uint8_t *p = fetch_bytes(a);

	f->addr = get32(p);
	f->n = get32(p + 4);
	f->flags = get32(p + 8);
	f->seq = 0;
	for (int q = 0; q < N_QUEUES; q++)
		a->unit[q].ended = 0;
	if (f->n == 0) {
		fast_fault(a, NULL, "job %u has no commands", a->head);
		a->halted = true;
		return;
	}
	f->state = FETCH_CMD;
	fetch_request(a, last_grant + T_RING_TO_CMD, COMMAND_BYTES);
}

static void command_done(struct accel *a, uint64_t last_grant)
{
	struct fetch *f = &a->fetch;
	const uint8_t *p = fetch_bytes(a);
	uint32_t w[COMMAND_WORDS];

	for (int i = 0; i < COMMAND_WORDS; i++)
		w[i] = get32(p + 4 * i);
	f->got_known = command_decode(w, &f->got.c);
	f->got.seq = f->seq;
	f->layer = (uint16_t)f->got.c.layer;
	f->state = FETCH_PUSH;
	f->at = last_grant + T_CMD_TO_PUSH;
	uint32_t bytes = COMMAND_BYTES + (f->seq ? 0 : RING_ENTRY_BYTES);
	fast_count(a, f->layer, EV_fe_beats, bytes / (uint32_t)a->d->dma_bytes);
	if (f->layer >= a->log->n_layers) {
		fast_fault(a, &f->got, "layer tag is not below %u",
		           a->log->n_layers);
		a->halted = true;
	}
}

void fast_fetch_done(struct accel *a, uint64_t last_grant)
{
	if (a->fetch.state == FETCH_RING)
		ring_done(a, last_grant);
	else
		command_done(a, last_grant);
}

static void push(struct accel *a)
{
	struct fetch *f = &a->fetch;

	if (!f->got_known) {
		a->bad_command = true;
		fast_fault(a, &f->got, "unknown opcode");
	} else {
		struct unit *u = &a->unit[opcode_queue((int)f->got.c.opcode)];
		if (u->n == a->d->queue)
			return;
		f->got.visible = a->now + T_PUSH_TO_QUEUE;
		u->q[(u->head + u->n++) % MAX_QUEUE] = f->got;
	}
	a->again = true;
	if (++f->seq == f->n) {
		f->state = FETCH_DRAIN; /* from the next cycle on */
		return;
	}
	f->state = FETCH_CMD;
	f->addr += COMMAND_BYTES;
	fetch_request(a, a->now + T_PUSH_TO_CMD, COMMAND_BYTES);
}

/* This cycle is the job's last if everything is idle. */
static void drain(struct accel *a)
{
	struct fetch *f = &a->fetch;

	for (int q = 0; q < N_QUEUES; q++)
		if (a->unit[q].n || a->unit[q].busy)
			return;
	f->state = FETCH_IDLE;
	fast_count(a, f->layer, EV_job_cycles,
	           a->now + T_JOB_LAST - f->job_start);
	a->again = true;
}

static void fetch_step(struct accel *a)
{
	struct fetch *f = &a->fetch;

	switch (f->state) {
	case FETCH_IDLE:
		if (a->head == a->reg[REG_TAIL])
			return;
		f->state = FETCH_RING;
		f->job_start = a->now + T_IDLE_TO_RING;
		f->addr = a->reg[REG_BASE] +
		          (a->head & a->reg[REG_MASK]) * RING_ENTRY_BYTES;
		fetch_request(a, f->job_start, RING_ENTRY_BYTES);
		a->again = true;
		return;
	case FETCH_PUSH:
		if (a->now >= f->at)
			push(a);
		return;
	case FETCH_DRAIN:
		drain(a);
		return;
	case FETCH_RING:
	case FETCH_CMD:
		return; /* fast_fetch_done */
	}
}

/* ------------------------------------------------------------------------
 * Starts */

/* The command that could start in this cycle if its waits allow, or NULL. */
static struct entry *ready(struct accel *a, enum queue q)
{
	struct unit *u = &a->unit[q];
	struct entry *e = &u->q[u->head];

	return !u->busy && u->n && e->visible <= a->now ? e : NULL;
}

static bool waits(const struct accel *a, const struct command *c)
{
	return a->unit[QUEUE_LD].ended < c->wait_ld ||
	       a->unit[QUEUE_EX].ended < c->wait_ex ||
	       a->unit[QUEUE_ST].ended < c->wait_st;
}

static const enum event wait_event[3] = {
        EV_ex_wait_fetch,
        EV_ex_wait_load,
        EV_ex_wait_store,
};

/* Attribute the cycles that the execute unit has waited so far. */
static void flush_waits(struct accel *a, uint16_t layer)
{
	for (int i = 0; i < 3; i++) {
		if (a->ex_wait[i])
			fast_count(a, layer, wait_event[i], a->ex_wait[i]);
		a->ex_wait[i] = 0;
	}
}

static void start(struct accel *a, enum queue q)
{
	struct unit *u = &a->unit[q];
	struct entry *e = ready(a, q);

	if (!e || waits(a, &e->c))
		return;
	if (!fast_check(a, e)) {
		a->halted = true;
		return;
	}
	u->cur = *e;
	u->head = (u->head + 1) % MAX_QUEUE;
	u->n--;
	u->busy = true;
	u->start = a->now;
	u->end = NEVER;
	memset(u->n_ev, 0, sizeof(u->n_ev));
	a->again = true; /* there is room in the queue from the next cycle on */
	if (q == QUEUE_EX) {
		flush_waits(a, (uint16_t)u->cur.c.layer);
		fast_exec_start(a);
	} else {
		fast_dma_start(a, q);
	}
}

/* Which ex_wait a cycle like this one counts in, or -1. */
static int wait_kind(struct accel *a)
{
	const struct entry *e = ready(a, QUEUE_EX);

	if (a->unit[QUEUE_EX].busy)
		return -1;
	if (!e)
		return 0;
	return a->unit[QUEUE_LD].ended < e->c.wait_ld ? 1 : 2;
}

/* ------------------------------------------------------------------------
 * Time */

static void min_later(uint64_t *next, uint64_t t, uint64_t now)
{
	if (t > now && t < *next)
		*next = t;
}

/* The next cycle in which anything can change; NEVER: none will. */
static uint64_t horizon(struct accel *a)
{
	uint64_t next = NEVER;

	if (a->again || a->host || a->write_mask)
		return a->now + 1;
	if (a->halted)
		return NEVER;
	for (int q = 0; q < N_QUEUES; q++)
		if (a->unit[q].busy)
			min_later(&next, a->unit[q].end, a->now);
	if (a->fetch.state == FETCH_PUSH)
		min_later(&next, a->fetch.at, a->now);
	return fast_dma_horizon(a, next);
}

/* Registers written in the cycle that is over. */
static void apply_writes(struct accel *a)
{
	for (int r = 0; r < N_REGS; r++)
		if (a->write_mask >> r & 1)
			a->reg[r] = a->written[r];
	if (a->write_mask >> REG_ACK & 1)
		a->pending = false;
	a->write_mask = 0;
}

/* HEAD and the interrupt change at the end of the job's last cycle, after
 * an acknowledge in the same cycle. */
static void end_job(struct accel *a)
{
	a->head++;
	if (a->fetch.flags & JOB_IRQ)
		a->pending = true;
	flush_waits(a, a->fetch.layer);
}

static void deadlock(struct accel *a)
{
	const struct entry *e = NULL;

	for (int q = N_QUEUES - 1; q >= 0; q--)
		if (a->unit[q].n)
			e = &a->unit[q].q[a->unit[q].head];
	fast_fault(a, e, "waits for commands that never end");
	a->halted = true;
}

void fast_step(struct accel *a, uint64_t limit)
{
	bool job = a->fetch.state != FETCH_IDLE;

	a->again = false;
	if (!a->halted) {
		retire(a);
		fetch_step(a);
		for (int q = 0; q < N_QUEUES; q++)
			start(a, (enum queue)q);
	}
	uint64_t next = horizon(a);
	if (next == NEVER && job && !a->halted)
		deadlock(a);
	if (next > limit)
		next = limit;
	if (!a->halted) {
		int kind = wait_kind(a);
		if (job && kind >= 0)
			a->ex_wait[kind] += next - a->now;
		fast_dma_move(a, next - a->now);
	}
	a->now = next;
	a->host = 0;
	if (a->write_mask)
		apply_writes(a);
	if (job && a->fetch.state == FETCH_IDLE)
		end_job(a);
}
