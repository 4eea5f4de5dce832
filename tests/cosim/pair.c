/* pair: see pair.h. The host of a run follows a script that depends on the
 * seed and on what it reads, so that equal backends get equal calls. */
#include "tests/cosim/pair.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/map.h"
#include "tests/cosim/rng.h"

/* ------------------------------------------------------------------------
 * The host */

struct host {
	struct run *r;
	struct accel *a;
	const struct accel_ops *ops;
	const struct program *p;
	struct mem *mem;
	struct rng rng;
	uint64_t t;
	uint32_t submitted, head;
};

static void see(struct host *h, const char *what, uint32_t value)
{
	struct run *r = h->r;

	if (r->n_seen == r->cap_seen) {
		r->cap_seen = r->cap_seen ? 2 * r->cap_seen : 256;
		r->seen = realloc(r->seen, r->cap_seen * sizeof(*r->seen));
		if (!r->seen)
			abort();
	}
	r->seen[r->n_seen++] = (struct seen){h->t, what, value};
}

static void put(struct host *h, uint32_t offset, uint32_t value)
{
	h->ops->write(h->a, h->t++, offset, value);
}

static uint32_t get(struct host *h, uint32_t offset, const char *what)
{
	uint32_t v = h->ops->read(h->a, h->t, offset);

	see(h, what, v);
	h->t++;
	return v;
}

/* Write the next ring entry, word by word, and ring the bell. */
static void submit(struct host *h)
{
	uint32_t words[4], at;

	program_ring(h->p, h->submitted, &at, words);
	for (uint32_t i = 0; i < 4; i++) {
		put32(h->mem->bytes[MEM_SRAM] + at + 4 * i, words[i]);
		h->ops->host_access(h->a, h->t++, MEM_SRAM);
	}
	h->submitted++;
	put(h, ACCEL_TAIL, h->submitted);
}

static void poll_irq(struct host *h)
{
	bool irq = h->ops->irq(h->a);

	see(h, "irq", irq);
	if (rng_percent(&h->rng, 10))
		put(h, ACCEL_CTRL, (uint32_t)rng_in(&h->rng, 0, 1));
	if (!irq)
		return;
	h->t += (uint64_t)rng_in(&h->rng, 0, 9);
	put(h, ACCEL_IRQ_ACK, 1);
}

/* Use the memories for a while, or sleep. */
static void spend_time(struct host *h)
{
	int sram = h->p->host_percent[MEM_SRAM];
	int flash = h->p->host_percent[MEM_FLASH];
	uint64_t n = (uint64_t)rng_in(&h->rng, 0, 400);

	if (sram + flash == 0) {
		h->t = h->ops->until_irq(h->a, h->t + 10 * n);
		return;
	}
	for (; n; n--, h->t++) {
		int64_t x = rng_in(&h->rng, 0, 99);
		if (x < sram)
			h->ops->host_access(h->a, h->t, MEM_SRAM);
		else if (x < sram + flash)
			h->ops->host_access(h->a, h->t, MEM_FLASH);
	}
	h->ops->advance(h->a, h->t);
}

static void read_all(struct host *h)
{
	static const uint32_t regs[] = {
	        ACCEL_ID,        ACCEL_CTRL, ACCEL_STATUS, ACCEL_RING_BASE,
	        ACCEL_RING_MASK, ACCEL_HEAD, ACCEL_TAIL};

	for (size_t i = 0; i < sizeof(regs) / sizeof(regs[0]); i++)
		get(h, regs[i], "register");
	for (uint32_t i = 0; i < N_ACCEL_EVENTS; i++)
		get(h, ACCEL_COUNTERS + 4 * i, event_name[i]);
}

static void script(struct host *h, uint64_t limit)
{
	uint32_t n = (uint32_t)h->p->n_jobs;

	h->t = (uint64_t)rng_in(&h->rng, 0, 5);
	put(h, ACCEL_CTRL, h->p->irq_enable);
	put(h, ACCEL_RING_BASE, h->p->ring_base);
	put(h, ACCEL_RING_MASK, h->p->ring_mask);
	while (h->head < n && h->t < limit) {
		if (h->submitted < n &&
		    h->submitted - h->head <= h->p->ring_mask) {
			submit(h);
			h->t += (uint64_t)rng_in(&h->rng, 0, h->p->submit_gap);
			h->ops->advance(h->a, h->t);
		} else {
			spend_time(h);
		}
		poll_irq(h);
		h->head = get(h, ACCEL_HEAD, "HEAD");
		get(h, ACCEL_STATUS, "STATUS");
	}
	h->r->done = h->head == n;
	h->r->cycles = h->t;
	read_all(h);
}

bool run_program(struct run *r, const struct accel_ops *ops,
                 const struct program *p, const struct accel_opts *opts,
                 uint64_t limit, struct err *err)
{
	struct mem mem;

	memset(r, 0, sizeof(*r));
	r->name = opts && opts->timing_only ? "timing" : ops->name;
	for (int m = 0; m < N_MEMS; m++) {
		r->mem[m] = mem.bytes[m] = malloc(p->size[m]);
		mem.size[m] = p->size[m];
		if (!mem.bytes[m])
			abort();
		memcpy(mem.bytes[m], p->init[m], p->size[m]);
	}
	r->log.layer = calloc(N_LAYERS, sizeof(*r->log.layer));
	r->log.n_layers = N_LAYERS;
	r->log.want_cmds = true;
	struct accel *a = ops->open(&p->d, &mem, &r->log, opts, err);
	if (!a)
		return false;
	ops->reset(a);
	struct host h = {
	        .r = r,
	        .a = a,
	        .ops = ops,
	        .p = p,
	        .mem = &mem,
	        .rng = {p->seed ^ 0x686f7374},
	};
	script(&h, limit);
	r->faulty = !ops->fault(a, &r->fault);
	ops->close(a);
	return true;
}

void run_free(struct run *r)
{
	for (int m = 0; m < N_MEMS; m++)
		free(r->mem[m]);
	free(r->log.layer);
	free(r->log.cmd);
	free(r->seen);
	memset(r, 0, sizeof(*r));
}

/* ------------------------------------------------------------------------
 * Differences */

/* Command `seq` of job `j` as text. */
static void name_command(const struct program *p, int j, uint32_t seq,
                         char *buf, int size)
{
	if (j < p->n_jobs && seq < p->job[j].n)
		command_print(&p->job[j].c[seq], buf, size);
	else
		snprintf(buf, (size_t)size, "(no such command)");
}

/* The job of log entry `i`: jobs do not overlap, and all but unknown commands
 * are logged. */
static int job_of(const struct program *p, size_t i)
{
	for (int j = 0; j < p->n_jobs; j++) {
		size_t n = 0;
		for (uint32_t k = 0; k < p->job[j].n; k++)
			n += p->job[j].c[k].opcode <= OP_SUM;
		if (i < n)
			return j;
		i -= n;
	}
	return p->n_jobs;
}

static bool same_commands(const struct run *a, const struct run *b,
                          const struct program *p, char *buf, size_t size)
{
	size_t n = a->log.n_cmd < b->log.n_cmd ? a->log.n_cmd : b->log.n_cmd;

	for (size_t i = 0; i < n; i++) {
		const struct cmd_log *x = &a->log.cmd[i], *y = &b->log.cmd[i];
		if (x->queue == y->queue && x->opcode == y->opcode &&
		    x->layer == y->layer && x->seq == y->seq &&
		    x->start == y->start && x->end == y->end)
			continue;
		char t[2][400];
		int j = job_of(p, i);
		name_command(p, j, x->seq, t[0], sizeof(t[0]));
		name_command(p, j, y->seq, t[1], sizeof(t[1]));
		snprintf(buf, size,
		         "end number %zu, job %d\n"
		         "  %s: %" PRIu64 "..%" PRIu64 " command %u %s\n"
		         "  %s: %" PRIu64 "..%" PRIu64 " command %u %s",
		         i, j, a->name, x->start, x->end, x->seq, t[0], b->name,
		         y->start, y->end, y->seq, t[1]);
		return false;
	}
	if (a->log.n_cmd == b->log.n_cmd)
		return true;
	snprintf(buf, size, "%s: %zu commands ended; %s: %zu", a->name,
	         a->log.n_cmd, b->name, b->log.n_cmd);
	return false;
}

static bool same_counts(const struct run *a, const struct run *b, char *buf,
                        size_t size)
{
	for (uint32_t l = 0; l < N_LAYERS; l++)
		for (int ev = 0; ev < N_ACCEL_EVENTS; ev++) {
			uint64_t x = a->log.layer[l].n[ev];
			uint64_t y = b->log.layer[l].n[ev];
			if (x == y)
				continue;
			snprintf(buf, size,
			         "layer %u %s: %s: %" PRIu64 "; %s: %" PRIu64,
			         l, event_name[ev], a->name, x, b->name, y);
			return false;
		}
	return true;
}

static bool same_seen(const struct run *a, const struct run *b, char *buf,
                      size_t size)
{
	size_t n = a->n_seen < b->n_seen ? a->n_seen : b->n_seen;

	for (size_t i = 0; i < n; i++) {
		const struct seen *x = &a->seen[i], *y = &b->seen[i];
		if (x->cycle == y->cycle && x->value == y->value &&
		    !strcmp(x->what, y->what))
			continue;
		snprintf(buf, size,
		         "the host saw, step %zu: %s: cycle "
		         "%" PRIu64 " %s 0x%x; %s: cycle %" PRIu64 " %s 0x%x",
		         i, a->name, x->cycle, x->what, x->value, b->name,
		         y->cycle, y->what, y->value);
		return false;
	}
	if (a->n_seen == b->n_seen)
		return true;
	snprintf(buf, size, "the host did %zu steps with %s, %zu with %s",
	         a->n_seen, a->name, b->n_seen, b->name);
	return false;
}

/* Could command `c` have written scratchpad byte `at`? By hulls. */
static bool writes(const struct command *c, int64_t at)
{
	bool exec = opcode_queue((int)c->opcode) == QUEUE_EX;
	int64_t lo = exec ? c->out : c->spad, hi = lo;
	int64_t n[2] = {exec ? c->nx : c->n1, exec ? c->ny : c->n2};
	int64_t s[2] = {exec ? c->out_xs : c->spad_s1,
	                exec ? c->out_ys : c->spad_s2};

	if (c->opcode == OP_STORE || c->opcode == OP_SUM || c->flags & EXE_HOLD)
		return false;
	if (c->opcode == OP_ADD)
		return at >= lo && at < lo + (c->nx | c->ny << 16);
	for (int i = 0; i < 2; i++) {
		lo += s[i] < 0 ? s[i] * (n[i] - 1) : 0;
		hi += s[i] > 0 ? s[i] * (n[i] - 1) : 0;
	}
	return at >= lo && at < hi + (exec ? c->nchan : c->n0);
}

static void blame(const struct program *p, int64_t at, char *buf, size_t size)
{
	for (int j = p->n_jobs - 1; j >= 0; j--)
		for (uint32_t k = p->job[j].n; k-- > 0;) {
			const struct command *c = &p->job[j].c[k];
			if (c->opcode > OP_SUM || !writes(c, at))
				continue;
			int n = snprintf(buf, size,
			                 "scratchpad byte %" PRId64
			                 ", last of job %d command %u: ",
			                 at, j, k);
			if (n > 0 && (size_t)n < size)
				command_print(c, buf + n, (int)size - n);
			return;
		}
	snprintf(buf, size, "scratchpad byte %" PRId64, at);
}

static bool same_memories(const struct run *a, const struct run *b,
                          const struct program *p, char *buf, size_t size)
{
	for (int m = 0; m < N_MEMS; m++)
		for (uint32_t i = 0; i < p->size[m]; i++) {
			if (a->mem[m][i] == b->mem[m][i])
				continue;
			char who[500] = "";
			int64_t dump = (int64_t)p->dump_at;
			if (m == MEM_SRAM && i >= dump && i < p->data_end[m])
				blame(p, i - dump, who, sizeof(who));
			snprintf(buf, size, "%s byte 0x%x: %s: %d; %s: %d %s",
			         m == MEM_SRAM ? "SRAM" : "flash", i, a->name,
			         (int8_t)a->mem[m][i], b->name,
			         (int8_t)b->mem[m][i], who);
			return false;
		}
	return true;
}

bool run_compare(const struct run *a, const struct run *b,
                 const struct program *p, int what, char *buf, size_t size)
{
	if (what & COMPARE_TIME) {
		if (!same_commands(a, b, p, buf, size) ||
		    !same_counts(a, b, buf, size) ||
		    !same_seen(a, b, buf, size))
			return false;
		if (a->faulty != b->faulty) {
			snprintf(buf, size, "fault: %s: %s; %s: %s", a->name,
			         a->faulty ? a->fault.msg : "none", b->name,
			         b->faulty ? b->fault.msg : "none");
			return false;
		}
	}
	return !(what & COMPARE_DATA) || same_memories(a, b, p, buf, size);
}
