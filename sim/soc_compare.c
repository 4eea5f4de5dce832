/* soc_compare: see soc_compare.h. */
#include "sim/soc_compare.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "isa/command.h"
#include "isa/map.h"

static void differ(struct soc_compare *c, uint64_t cycle, const char *fmt, ...)
        __attribute__((format(printf, 3, 4)));
static void differ(struct soc_compare *c, uint64_t cycle, const char *fmt, ...)
{
	va_list ap;

	if (c->differs && c->cycle <= cycle)
		return;
	c->differs = true;
	c->cycle = cycle;
	va_start(ap, fmt);
	vsnprintf(c->text, sizeof c->text, fmt, ap);
	va_end(ap);
}

static uint64_t first_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* ---- Instructions ------------------------------------------------------- */

/* As a line of a trace (docs/host.md). */
static void put_retire(const struct host_retire *r, char *buf, size_t size)
{
	snprintf(buf, size, "%" PRIu64 " %08x %08x x%u=%08x%s", r->cycle, r->pc,
	         r->insn, r->rd, r->value, r->trap ? " T" : "");
}

static bool same_retire(const struct host_retire *a,
                        const struct host_retire *b)
{
	return a->cycle == b->cycle && a->pc == b->pc && a->insn == b->insn &&
	       a->rd == b->rd && a->value == b->value && a->trap == b->trap;
}

bool soc_compare_retire(struct soc_compare *c, const struct host_retire *r)
{
	struct host_retire o;
	char sim[80], other[80];
	bool any = c->other.next(c->other.ctx, r->cycle, &o);

	if (any && same_retire(r, &o)) {
		c->equal++;
		return true;
	}
	put_retire(r, sim, sizeof sim);
	if (any)
		put_retire(&o, other, sizeof other);
	else
		snprintf(other, sizeof other, "nothing up to that cycle");
	differ(c, any ? first_of(r->cycle, o.cycle) : r->cycle,
	       "after %" PRIu64 " equal instructions: simulation %s; %s %s",
	       c->equal, sim, c->other.name, other);
	return false;
}

/* ---- Commands ----------------------------------------------------------- */

static void put_command(const struct cmd_log *c, char *buf, size_t size)
{
	snprintf(buf, size, "%s %u of layer %u in cycles %" PRIu64 "..%" PRIu64,
	         opcode_name(c->opcode), c->seq, c->layer, c->start, c->end);
}

static void compare_command(struct soc_compare *c, size_t i,
                            const struct cmd_log *s, const struct cmd_log *o)
{
	char sim[80], other[80];

	if (s->queue == o->queue && s->opcode == o->opcode &&
	    s->layer == o->layer && s->seq == o->seq && s->start == o->start &&
	    s->end == o->end)
		return;
	put_command(s, sim, sizeof sim);
	put_command(o, other, sizeof other);
	differ(c,
	       s->start == o->start ? first_of(s->end, o->end)
	                            : first_of(s->start, o->start),
	       "command %zu: simulation %s; %s %s", i, sim, c->other.name,
	       other);
}

/* ---- Marks -------------------------------------------------------------- */

static void put_mark(const struct soc_mark *m, char *buf, size_t size)
{
	if (m->step == MARK_BEGIN)
		snprintf(buf, size, "begin");
	else if (m->step == MARK_END)
		snprintf(buf, size, "end");
	else
		snprintf(buf, size, "step %u", m->step);
	size_t used = strlen(buf);
	snprintf(buf + used, size - used, " in cycle %" PRIu64, m->cycle);
}

static void compare_mark(struct soc_compare *c, size_t i,
                         const struct soc_mark *s, const struct soc_mark *o)
{
	char sim[60], other[60];

	if (s->cycle == o->cycle && s->step == o->step)
		return;
	put_mark(s, sim, sizeof sim);
	put_mark(o, other, sizeof other);
	differ(c, first_of(s->cycle, o->cycle),
	       "mark %zu: simulation %s; %s %s", i, sim, c->other.name, other);
}

void soc_compare_begun(struct soc_compare *c, const struct soc_said *sim,
                       const struct soc_said *other)
{
	for (size_t i = 0; i < sim->log->n_cmd && i < other->log->n_cmd; i++)
		compare_command(c, i, &sim->log->cmd[i], &other->log->cmd[i]);
	for (size_t i = 0; i < sim->n_marks && i < other->n_marks; i++)
		compare_mark(c, i, &sim->mark[i], &other->mark[i]);
}

/* ---- What is only there at the end -------------------------------------- */

static void compare_number(struct soc_compare *c, const char *what, uint64_t s,
                           uint64_t o)
{
	if (s != o)
		differ(c, UINT64_MAX, "%s: simulation %" PRIu64 "; %s %" PRIu64,
		       what, s, c->other.name, o);
}

static void compare_counts(struct soc_compare *c, const struct accel_log *s,
                           const struct accel_log *o)
{
	char what[60];

	for (uint32_t l = 0; l < s->n_layers; l++)
		for (int e = 0; e < N_ACCEL_EVENTS; e++) {
			if (s->layer[l].n[e] == o->layer[l].n[e])
				continue;
			snprintf(what, sizeof what, "layer %u, %s", l,
			         event_name[e]);
			compare_number(c, what, s->layer[l].n[e],
			               o->layer[l].n[e]);
		}
}

static void compare_bytes(struct soc_compare *c, const char *what,
                          const uint8_t *s, const uint8_t *o, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] != o[i]) {
			differ(c, UINT64_MAX,
			       "%s, byte %zu: simulation 0x%02x; %s 0x%02x",
			       what, i, s[i], c->other.name, o[i]);
			return;
		}
}

void soc_compare_ended(struct soc_compare *c, const struct soc_said *sim,
                       const struct soc_said *other)
{
	soc_compare_begun(c, sim, other);
	compare_number(c, "commands", sim->log->n_cmd, other->log->n_cmd);
	compare_number(c, "marks", sim->n_marks, other->n_marks);
	compare_number(c, "end of the program", sim->ended, other->ended);
	compare_number(c, "exit status", sim->exit_code, other->exit_code);
	compare_number(c, "cycles asleep", sim->slept, other->slept);
	compare_number(c, "characters of serial output", sim->uart_bytes,
	               other->uart_bytes);
	compare_counts(c, sim->log, other->log);
	if (c->differs)
		return;
	compare_bytes(c, "serial output", (const uint8_t *)sim->uart,
	              (const uint8_t *)other->uart, sim->uart_bytes);
	compare_bytes(c, "SRAM", sim->sram, other->sram, sim->sram_bytes);
}

bool soc_compare_result(const struct soc_compare *c, const char *who,
                        struct err *err)
{
	return !c->differs ||
	       err_set(err, ERR_MISMATCH, "%s: %s", who, c->text);
}
