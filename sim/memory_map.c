/* memory_map: see memory_map.h.
 *
 * The scratchpad is followed in grains of 16 bytes: each knows what it holds,
 * since when, and when that was used last. A write ends what was there, unless
 * it goes on with the same: several commands may fill one buffer.
 */
#include "sim/memory_map.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "compiler/extent.h"
#include "isa/image.h"
#include "isa/map.h"

enum { GRAIN = 16 };

struct grain {
	bool full, read;
	enum joulet_content content;
	uint64_t from, to;
};

struct map {
	const struct joulet_program *p;
	const struct soc_result *s;
	struct joulet_explain *x;
	struct hw hw;
	struct grain *grain;
	int64_t n_grains;
	struct command sum; /* the last SUM */
	size_t cap;
};

/* ---- data memory ---- */

static int by_address(const void *pa, const void *pb)
{
	const struct joulet_tensor *a = pa, *b = pb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (a->from > b->from) - (a->from < b->from);
}

/* Layers follow each other: their parts of the inference sum to it. */
static void map_tensors(const struct program *code, struct joulet_explain *x)
{
	const size_t n = (size_t)x->run.n_layers;
	uint64_t *begin = mem_zero(n + 1, sizeof *begin);

	for (size_t i = 0; i < n; i++)
		begin[i + 1] = begin[i] + x->run.layer[i].cycles;
	x->tensor = mem_zero((size_t)code->n_places, sizeof *x->tensor);
	for (int i = 0; i < code->n_places; i++) {
		const struct placed *p = &code->place[i];
		struct joulet_tensor *t = &x->tensor[x->n_tensors++];
		snprintf(t->name, sizeof t->name, "%s", p->name);
		t->at = p->addr - MAP_SRAM;
		t->bytes = p->bytes;
		t->from = p->first < 0 ? 0 : begin[p->first];
		t->to = p->last < (int)n ? begin[p->last + 1] : begin[n];
	}
	qsort(x->tensor, (size_t)x->n_tensors, sizeof *x->tensor, by_address);
	free(begin);
}

/* ---- scratchpad ---- */

static bool same(const struct grain *a, const struct grain *b)
{
	return a->full && b->full && a->content == b->content &&
	       a->from == b->from && a->to == b->to;
}

/* Note what grains lo .. hi-1 held; neighbours that held the same are one. */
static void flush(struct map *m, int64_t lo, int64_t hi)
{
	struct joulet_explain *x = m->x;

	for (int64_t i = lo, k; i < hi; i = k) {
		const struct grain *g = &m->grain[i];
		for (k = i + 1; k < hi && same(&m->grain[k], g);)
			k++;
		if (!g->full)
			continue;
		if (x->n_uses == m->cap) {
			m->cap = m->cap ? 2 * m->cap : 256;
			x->use = mem_grow(x->use, m->cap, sizeof *x->use);
		}
		x->use[x->n_uses++] = (struct joulet_use){
		        .content = g->content,
		        .at = (uint32_t)(i * GRAIN),
		        .bytes = (uint32_t)((k - i) * GRAIN),
		        .from = g->from - m->s->begin,
		        .to = g->to - m->s->begin,
		};
	}
}

static int64_t first_grain(struct extent e)
{
	return e.lo / GRAIN;
}

static int64_t end_grain(const struct map *m, struct extent e)
{
	int64_t end = e.hi > e.lo ? (e.hi + GRAIN - 1) / GRAIN : e.lo / GRAIN;

	return end < m->n_grains ? end : m->n_grains;
}

static void reads(struct map *m, struct extent e, const struct cmd_log *l)
{
	for (int64_t i = first_grain(e); i < end_grain(m, e); i++) {
		m->grain[i].read = true;
		if (l->end > m->grain[i].to)
			m->grain[i].to = l->end;
	}
}

static void writes(struct map *m, struct extent e, const struct cmd_log *l,
                   enum joulet_content content)
{
	for (int64_t i = first_grain(e), k; i < end_grain(m, e); i = k) {
		struct grain *g = &m->grain[i];
		bool on = g->full && !g->read && g->content == content;
		k = i + 1;
		while (!on && k < end_grain(m, e) && same(g, &m->grain[k]) &&
		       m->grain[k].read == g->read)
			k++;
		if (!on)
			flush(m, i, k);
		for (; i < k; i++) {
			const uint64_t from = on ? m->grain[i].from : l->start;
			m->grain[i] = (struct grain){
			        .full = true,
			        .content = content,
			        .from = from,
			        .to = l->end,
			};
		}
	}
}

static void transfer(struct map *m, const struct command *c,
                     const struct cmd_log *l)
{
	const struct extent e = extent_spad(&m->hw, c);
	bool flash = c->opcode == OP_UNPACK ||
	             (c->opcode == OP_LOAD && c->mem >= MAP_FLASH);

	if (c->opcode == OP_STORE)
		reads(m, e, l);
	else
		writes(m, e, l, flash ? CONTENT_weights : CONTENT_operands);
}

static void execute(struct map *m, const struct command *c,
                    const struct cmd_log *l)
{
	if (c->opcode == OP_SUM) {
		m->sum = *c;
		return;
	}
	reads(m, extent_act(c), l);
	reads(m, extent_wgt(&m->hw, c), l);
	reads(m, extent_par(&m->hw, c), l);
	reads(m, extent_second(c, &m->sum), l);
	writes(m, extent_out(c), l, CONTENT_results);
}

/* ---- the inference ---- */

/* The step that a mark begins; a step of the core if it begins none. */
static struct image_step step_of(const struct map *m, uint32_t number)
{
	struct image_step step = {.kind = STEP_CPU};
	struct image_header h;

	memcpy(&h, m->p->code.image, sizeof h);
	if (number < h.n_steps)
		memcpy(&step,
		       m->p->code.image + (h.steps - MAP_FLASH) +
		               number * sizeof step,
		       sizeof step);
	return step;
}

static bool map_command(struct map *m, const struct image_step *step,
                        const struct cmd_log *l)
{
	uint32_t words[COMMAND_WORDS];
	struct command c;

	if (l->seq >= step->n)
		return false;
	memcpy(words,
	       m->p->code.image + (step->arg - MAP_FLASH) +
	               l->seq * COMMAND_BYTES,
	       sizeof words);
	if (!command_decode(words, &c))
		return false;
	if (opcode_queue((int)c.opcode) == QUEUE_EX)
		execute(m, &c, l);
	else
		transfer(m, &c, l);
	return true;
}

/* The log is in the order in which commands end. */
static bool map_jobs(struct map *m)
{
	const struct soc_result *s = m->s;
	size_t next = 0;

	for (size_t i = 0; i + 1 < s->n_marks; i++) {
		const struct image_step step = step_of(m, s->mark[i].step);
		if (step.kind != STEP_ACCEL && step.kind != STEP_WAIT)
			continue;
		for (; next < s->n_cmd &&
		       s->cmd[next].end <= s->mark[i + 1].cycle;
		     next++)
			if (!map_command(m, &step, &s->cmd[next]))
				return false;
	}
	return next == s->n_cmd;
}

bool memory_map(const struct joulet_program *p, const struct soc_result *s,
                struct joulet_explain *x, struct err *err)
{
	struct map m = {.p = p, .s = s, .x = x, .hw = hw_of(&p->design)};

	map_tensors(&p->code, x);
	m.n_grains = (int64_t)m.hw.spad_bytes / GRAIN;
	m.grain = mem_zero((size_t)m.n_grains, sizeof *m.grain);
	bool ok = map_jobs(&m) ||
	          err_set(err, ERR_BUG,
	                  "memory map: the command log is not the program's");
	flush(&m, 0, m.n_grains);
	free(m.grain);
	return ok;
}
