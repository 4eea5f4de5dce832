/* trial_compare: the first difference between two runs of a trial, as a line
 * of text. Order: start and end of commands, counts, what the host saw, faults,
 * memories. */
#include "sim/trial.h"

#include <inttypes.h>
#include <string.h>

#include "isa/map.h"

/* "LOAD, job 0 command 3, line 17" */
static void name_command(const struct trial *t, int j, uint32_t seq, char *buf,
                         size_t size)
{
	if (j >= t->n_jobs || seq >= t->job[j].n) {
		snprintf(buf, size, "job %d command %" PRIu32, j, seq);
		return;
	}
	const struct trial_job *job = &t->job[j];
	int n = snprintf(buf, size, "%s, job %d command %" PRIu32,
	                 opcode_name((int)job->c[seq].opcode), j, seq);
	if (job->line && n > 0 && (size_t)n < size)
		snprintf(buf + n, size - (size_t)n, ", line %d",
		         job->line[seq]);
}

static bool known(const struct command *c)
{
	return strcmp(opcode_name((int)c->opcode), "?") != 0;
}

/* The job of log entry `i`: jobs do not overlap and are done in order, and all
 * but unknown commands are logged. */
static int job_of(const struct trial *t, size_t i)
{
	for (int j = 0; j < t->n_jobs; j++) {
		size_t n = 0;
		for (uint32_t k = 0; k < t->job[j].n; k++)
			n += known(&t->job[j].c[k]);
		if (i < n)
			return j;
		i -= n;
	}
	return t->n_jobs;
}

static void tell_command(const struct run *r, const struct trial *t, size_t i,
                         char *buf, size_t size)
{
	const struct cmd_log *c = &r->log.cmd[i];
	char name[80];

	name_command(t, job_of(t, i), c->seq, name, sizeof(name));
	snprintf(buf, size, "%s: cycles %" PRIu64 "..%" PRIu64 " (%s)", r->name,
	         c->start, c->end, name);
}

static bool same_commands(const struct run *a, const struct run *b,
                          const struct trial *t, char *buf, size_t size)
{
	size_t n = a->log.n_cmd < b->log.n_cmd ? a->log.n_cmd : b->log.n_cmd;

	for (size_t i = 0; i < n; i++) {
		const struct cmd_log *x = &a->log.cmd[i], *y = &b->log.cmd[i];
		if (x->queue == y->queue && x->opcode == y->opcode &&
		    x->layer == y->layer && x->seq == y->seq &&
		    x->start == y->start && x->end == y->end)
			continue;
		char text[2][160];
		tell_command(a, t, i, text[0], sizeof(text[0]));
		tell_command(b, t, i, text[1], sizeof(text[1]));
		snprintf(buf, size, "end number %zu: %s; %s", i, text[0],
		         text[1]);
		return false;
	}
	if (a->log.n_cmd == b->log.n_cmd)
		return true;
	snprintf(buf, size, "%s: %zu commands ended; %s: %zu", a->name,
	         a->log.n_cmd, b->name, b->log.n_cmd);
	return false;
}

static bool same_layer(const struct run *a, const struct run *b, uint32_t l,
                       char *buf, size_t size)
{
	for (int ev = 0; ev < N_ACCEL_EVENTS; ev++) {
		uint64_t x = a->log.layer[l].n[ev], y = b->log.layer[l].n[ev];
		if (x == y)
			continue;
		snprintf(buf, size,
		         "layer %u: %s: %s: %" PRIu64 "; %s: %" PRIu64, l,
		         event_name[ev], a->name, x, b->name, y);
		return false;
	}
	return true;
}

/* Layers that no command names are looked at nowhere: what is missing from its
 * own layer is seen there. */
static bool same_counts(const struct run *a, const struct run *b,
                        const struct trial *t, char *buf, size_t size)
{
	uint32_t last = UINT32_MAX;

	for (int j = 0; j < t->n_jobs; j++)
		for (uint32_t k = 0; k < t->job[j].n; k++) {
			uint32_t l = (uint32_t)t->job[j].c[k].layer;
			if (l == last)
				continue;
			last = l;
			if (!same_layer(a, b, l, buf, size))
				return false;
		}
	return true;
}

static const char *seen_name(uint32_t what)
{
	if (what == SEEN_IRQ)
		return "interrupt";
	if (what == SEEN_SLEEP)
		return "interrupt after sleep";
	if (what >= ACCEL_COUNTERS)
		return what < ACCEL_COUNTERS + 4 * N_ACCEL_EVENTS
		               ? event_name[(what - ACCEL_COUNTERS) / 4]
		               : "no register";
	switch (what) {
#define OF_ACCEL(name, at)                                                     \
	case at:                                                               \
		return #name;
#define OF_TIMER(name, at)
#define OF_UART(name, at)
#define OF_SIMCTL(name, at)
#define REG(device, name, at, access, doc) OF_##device(name, at)
#include "isa/regs.def"
	}
	return "no register";
}

static bool same_seen(const struct run *a, const struct run *b,
                      const struct trial *t, char *buf, size_t size)
{
	size_t n = a->n_seen < b->n_seen ? a->n_seen : b->n_seen;

	for (size_t i = 0; i < n; i++) {
		const struct seen *x = &a->seen[i], *y = &b->seen[i];
		if (x->cycle == y->cycle && x->value == y->value &&
		    x->what == y->what && x->act == y->act)
			continue;
		char line[32] = "";
		if (x->act < t->n_acts && t->act[x->act].line)
			snprintf(line, sizeof(line), ", line %d",
			         t->act[x->act].line);
		snprintf(buf, size,
		         "the host, act %d%s: %s: cycle %" PRIu64
		         ": %s 0x%x; %s: cycle %" PRIu64 ": %s 0x%x",
		         x->act, line, a->name, x->cycle, seen_name(x->what),
		         x->value, b->name, y->cycle, seen_name(y->what),
		         y->value);
		return false;
	}
	if (a->n_seen == b->n_seen && a->cycles == b->cycles &&
	    a->done == b->done)
		return true;
	snprintf(buf, size,
	         "%s: %" PRIu64 " cycles%s; %s: %" PRIu64 " cycles%s", a->name,
	         a->cycles, a->done ? "" : ", not at its end", b->name,
	         b->cycles, b->done ? "" : ", not at its end");
	return false;
}

static bool same_faults(const struct run *a, const struct run *b, char *buf,
                        size_t size)
{
	if (a->faulty == b->faulty)
		return true;
	snprintf(buf, size, "fault: %s: %.150s; %s: %.150s", a->name,
	         a->faulty ? a->fault.msg : "none", b->name,
	         b->faulty ? b->fault.msg : "none");
	return false;
}

/* Could command `c` have written SRAM offset `at`? By hulls. */
static bool stores(const struct command *c, int64_t at)
{
	int64_t lo = c->mem & 0xfffffff, hi = lo + c->n0;
	int64_t far[2] = {(c->n1 - 1) * c->mem_s1, (c->n2 - 1) * c->mem_s2};

	for (int i = 0; i < 2; i++) {
		lo += far[i] < 0 ? far[i] : 0;
		hi += far[i] > 0 ? far[i] : 0;
	}
	return c->opcode == OP_STORE && at >= lo && at < hi;
}

static void blame(const struct trial *t, int64_t at, char *buf, size_t size)
{
	for (int j = t->n_jobs - 1; j >= 0; j--)
		for (uint32_t k = t->job[j].n; k-- > 0;)
			if (stores(&t->job[j].c[k], at)) {
				name_command(t, j, k, buf, size);
				return;
			}
	snprintf(buf, size, "no STORE");
}

/* Nothing writes to flash. */
static bool same_memories(const struct run *a, const struct run *b,
                          const struct trial *t, char *buf, size_t size)
{
	const uint8_t *x = a->mem[MEM_SRAM], *y = b->mem[MEM_SRAM];
	size_t bytes = (size_t)t->d.sram_kib * 1024, i = 0;
	char who[80];

	if (memcmp(x, y, bytes) == 0)
		return true;
	while (x[i] == y[i])
		i++;
	blame(t, (int64_t)i, who, sizeof(who));
	snprintf(buf, size, "SRAM byte 0x%zx (%s): %s: %d; %s: %d", i, who,
	         a->name, (int8_t)x[i], b->name, (int8_t)y[i]);
	return false;
}

bool run_compare(const struct run *a, const struct run *b,
                 const struct trial *t, int what, char *buf, size_t size)
{
	if (what & COMPARE_TIME &&
	    !(same_commands(a, b, t, buf, size) &&
	      same_counts(a, b, t, buf, size) &&
	      same_seen(a, b, t, buf, size) && same_faults(a, b, buf, size)))
		return false;
	return !(what & COMPARE_DATA) || same_memories(a, b, t, buf, size);
}
