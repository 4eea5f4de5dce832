/* rtl_log: see rtl_log.h. */
#include "sim/rtl_log.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum unit { UNIT_LD, UNIT_EX, UNIT_ST, UNIT_FE, UNIT_CPU };
static const uint8_t event_unit[N_EVENTS] = {
#define EVENT(name, unit, doc) UNIT_##unit,
#include "isa/events.def"
};

/* ------------------------------------------------------------------------
 * Faults: the first is the one that is told */

static void fault(struct rtl_log *l, uint64_t cycle, const struct cmd_log *c,
                  const char *text)
{
	if (l->fault.kind == ERR_NONE)
		err_set(&l->fault, ERR_DATA,
		        "cycle %" PRIu64 ", job %u, command %u (%s, layer %u): "
		        "%s",
		        cycle, l->job, c->seq, opcode_name(c->opcode), c->layer,
		        text);
}

/* Names the commands at work: one of them, or two, used the same bank. */
static void clash(struct rtl_log *l, uint64_t cycle)
{
	char at[200] = "";

	for (int q = 0; q < N_QUEUES; q++) {
		const struct rtl_pending *p = &l->queue[q];
		if (p->n == 0 || p->cmd[p->first].start == UINT64_MAX)
			continue;
		size_t used = strlen(at);
		snprintf(at + used, sizeof(at) - used, "%scommand %u (%s)",
		         used ? ", " : "", p->cmd[p->first].seq,
		         opcode_name(p->cmd[p->first].opcode));
	}
	if (l->fault.kind == ERR_NONE)
		err_set(&l->fault, ERR_DATA,
		        "cycle %" PRIu64 ", job %u: two ports use one "
		        "scratchpad bank; at work: %s",
		        cycle, l->job, at);
}

/* ------------------------------------------------------------------------
 * Counts and commands */

static void give(struct rtl_log *l, uint16_t layer, enum event ev)
{
	uint32_t now = l->counts[ev];

	if (layer < l->log->n_layers)
		l->log->layer[layer].n[ev] += now - l->seen[ev];
	l->seen[ev] = now;
}

static void give_unit(struct rtl_log *l, uint16_t layer, enum unit unit)
{
	for (int ev = 0; ev < N_ACCEL_EVENTS; ev++)
		if (event_unit[ev] == unit)
			give(l, layer, (enum event)ev);
}

static void log_cmd(struct accel_log *log, const struct cmd_log *c)
{
	if (!log->want_cmds)
		return;
	if (log->n_cmd == log->cap_cmd) {
		log->cap_cmd = log->cap_cmd ? 2 * log->cap_cmd : 256;
		log->cmd = mem_grow(log->cmd, log->cap_cmd, sizeof(*log->cmd));
	}
	log->cmd[log->n_cmd++] = *c;
}

static void on_push(struct rtl_log *l, const struct rtl_trace *t)
{
	const struct cmd_log c = {.opcode = t->opcode,
	                          .layer = t->layer,
	                          .seq = l->seq++,
	                          .start = UINT64_MAX};

	l->layer = t->layer;
	if (t->layer >= l->log->n_layers)
		fault(l, t->cycle, &c, "layer tag is out of range");
	give(l, t->layer, EV_fe_beats);
	if (!strcmp(opcode_name(t->opcode), "?")) {
		fault(l, t->cycle, &c, "unknown opcode");
		return;
	}
	struct rtl_pending *p = &l->queue[opcode_queue(t->opcode)];
	assert(p->n < RTL_MAX_PENDING);
	struct cmd_log *to = &p->cmd[(p->first + p->n++) % RTL_MAX_PENDING];
	*to = c;
	to->queue = (uint8_t)opcode_queue(t->opcode);
}

static void on_end(struct rtl_log *l, enum queue q, uint64_t end)
{
	struct rtl_pending *p = &l->queue[q];
	struct cmd_log *c = &p->cmd[p->first];

	assert(p->n > 0 && c->start != UINT64_MAX);
	c->end = end;
	give_unit(l, c->layer, (enum unit)q);
	log_cmd(l->log, c);
	p->first = (p->first + 1) % RTL_MAX_PENDING;
	p->n--;
}

void rtl_log_take(struct rtl_log *l, const struct rtl_trace *t)
{
	if (t->clash)
		clash(l, t->cycle);
	for (int q = 0; q < N_QUEUES; q++)
		if (t->end >> q & 1)
			on_end(l, (enum queue)q, t->cycle + 1);
	for (int q = 0; q < N_QUEUES; q++)
		if (t->start >> q & 1)
			l->queue[q].cmd[l->queue[q].first].start = t->cycle;
	if (t->push)
		on_push(l, t);
	if (t->job_end) {
		/* Waits that no execute command has claimed. */
		give_unit(l, l->layer, UNIT_EX);
		give(l, l->layer, EV_job_cycles);
		l->seq = 0;
		l->job++;
	}
}

void rtl_log_reset(struct rtl_log *l, struct accel_log *log,
                   const uint32_t *counts)
{
	*l = (struct rtl_log){.log = log, .counts = counts};
}
