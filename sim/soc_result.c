/* soc_result: marks, and whose cycles and events they delimit.
 *
 * Host events between two marks belong to the layer of the step that the first
 * one names. What comes between the begin of the inference and the first step
 * belongs to the first step. */
#include <stdlib.h>
#include <string.h>
#include "isa/map.h"
#include "sim/soc_priv.h"

bool soc_result_begin(struct soc *s, struct soc_result *r)
{
	uint32_t n = s->image.header.n_layers;

	memset(r, 0, sizeof *r);
	r->n_layers = n;
	r->layer = calloc((size_t)n + 1, sizeof *r->layer);
	r->layer_cycles = calloc(n, sizeof *r->layer_cycles);
	s->r = r;
	s->cap_marks = 0;
	s->bucket = n;
	s->ended = s->no_memory = s->bad_mark = false;
	return r->layer && r->layer_cycles;
}

void soc_result_free(struct soc_result *r)
{
	free(r->layer);
	free(r->layer_cycles);
	free(r->mark);
	free(r->cmd);
	free(r->span);
	memset(r, 0, sizeof *r);
}

/* The layer of a mark's step; n_layers: of none. */
static uint32_t layer_of(const struct soc *s, uint32_t number)
{
	const struct image_header *h = &s->image.header;

	if (number == MARK_BEGIN)
		return h->n_steps ? s->image.step[0].layer : 0;
	return number < h->n_steps ? s->image.step[number].layer : h->n_layers;
}

/* What the step of a mark needs appears. */
static void feed(struct soc *s, uint32_t number)
{
	if (number == MARK_BEGIN)
		return;
	if (number == MARK_END)
		number = s->image.header.n_steps;
	while (s->next_feed < s->n_feeds &&
	       s->feed[s->next_feed].step <= number) {
		const struct soc_feed *f = &s->feed[s->next_feed++];
		uint8_t *to = soc_memory(s, f->addr, f->bytes);
		if (to)
			memcpy(to, f->from, f->bytes);
	}
}

void soc_result_mark(void *soc, uint64_t cycle, uint32_t number)
{
	struct soc *s = soc;
	struct soc_result *r = s->r;

	feed(s, number);
	if (r->n_marks == s->cap_marks) {
		size_t cap = s->cap_marks ? 2 * s->cap_marks : 64;
		void *p = realloc(r->mark, cap * sizeof *r->mark);

		if (!p) {
			s->no_memory = true;
			return;
		}
		r->mark = p;
		s->cap_marks = cap;
	}
	r->mark[r->n_marks++] = (struct soc_mark){cycle, number};
	if (number < MARK_END && number >= s->image.header.n_steps)
		s->bad_mark = true;
	host_counts(s->host, &r->layer[s->bucket]);
	s->bucket = layer_of(s, number);
}

/* ---- Cycles of layers --------------------------------------------------- */

/* Does the command count for the job that began in cycle `from`? */
static bool of_job(const struct soc *s, size_t i, uint64_t from)
{
	const struct cmd_log *c = &s->log.cmd[i];

	return c->start >= from && c->layer < s->log.n_layers;
}

/* Cycles [from, to) belong to a layer. */
static void give(const struct soc *s, uint32_t layer, uint64_t from,
                 uint64_t to)
{
	struct soc_result *r = s->r;

	r->layer_cycles[layer] += to - from;
	if (s->opts.want_cmds && to > from)
		r->span[r->n_spans++] = (struct soc_span){from, to, layer};
}

/* A job's cycles [from, to): layer by layer in the order in which their last
 * commands end, each up to there; what remains belongs to the last one. `end`
 * is scratch space, one per layer, zero before and after. `*next`: commands
 * before it are done; the log is in order of end. The job began in cycle
 * `begin`; what ended before `from`, beside the core, has no cycles of its own.
 */
static void share_job(const struct soc *s, uint64_t begin, uint64_t from,
                      uint64_t to, uint32_t layer, uint64_t *end, size_t *next)
{
	const struct accel_log *log = &s->log;
	const size_t first = *next;

	for (; *next < log->n_cmd && log->cmd[*next].end <= to; ++*next)
		if (of_job(s, *next, begin)) {
			layer = log->cmd[*next].layer;
			end[layer] = log->cmd[*next].end;
		}
	for (size_t i = first; i < *next; i++) {
		const struct cmd_log *c = &log->cmd[i];
		if (!of_job(s, i, begin) || end[c->layer] != c->end)
			continue;
		end[c->layer] = 0;
		if (c->end <= from)
			continue;
		give(s, c->layer, from, c->end);
		from = c->end;
	}
	give(s, layer, from, to);
}

/* One interval between marks of the inference. */
static void share(const struct soc *s, size_t mark, uint64_t *end, size_t *next)
{
	const struct soc_result *r = s->r;
	const struct soc_mark *m = &r->mark[mark];
	uint32_t layer = layer_of(s, m->step);
	uint64_t to = m[1].cycle;
	uint32_t kind = STEP_CPU;

	if (m->step < s->image.header.n_steps)
		kind = s->image.step[m->step].kind;
	if (kind == STEP_ACCEL || kind == STEP_WAIT)
		share_job(s, kind == STEP_WAIT ? r->begin : m->cycle, m->cycle,
		          to, layer, end, next);
	else
		give(s, layer, m->cycle, to);
}

/* Where the only MARK_BEGIN and MARK_END are; false if that is not so. */
static bool find_marks(const struct soc_result *r, size_t *begin, size_t *end)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_marks; i++) {
		if (r->mark[i].step == MARK_BEGIN && n++ == 0)
			*begin = i;
		if (r->mark[i].step == MARK_END && n++ == 1)
			*end = i;
	}
	return n == 2 && *begin == 0 && *end == r->n_marks - 1;
}

static bool share_cycles(const struct soc *s)
{
	struct soc_result *r = s->r;
	size_t begin = 0, last = 0, next = 0;

	if (s->bad_mark || !find_marks(r, &begin, &last))
		return false;
	r->begin = r->mark[begin].cycle;
	r->end = r->mark[last].cycle;
	r->cycles = r->end - r->begin;

	/* A span ends with a command or with a mark. */
	uint64_t *end = calloc(r->n_layers, sizeof *end);
	r->span = calloc(s->opts.want_cmds ? s->log.n_cmd + r->n_marks : 1,
	                 sizeof *r->span);
	if (!end || !r->span) {
		free(end);
		return false;
	}
	for (size_t i = begin; i < last; i++)
		share(s, i, end, &next);
	free(end);
	return true;
}

bool soc_result_end(struct soc *s, struct err *err)
{
	struct soc_result *r = s->r;

	host_counts(s->host, &r->layer[s->bucket]);
	for (uint32_t l = 0; l < r->n_layers; l++)
		for (int e = 0; e < N_ACCEL_EVENTS; e++)
			r->layer[l].n[e] += s->log.layer[l].n[e];
	if (s->no_memory)
		return err_set(err, ERR_BUG, "simulation: out of memory");
	if (!share_cycles(s))
		return err_set(err, ERR_BUG,
		               "firmware: its marks are not begin, steps of "
		               "the image, end");
	if (!s->opts.want_cmds || s->log.n_cmd == 0)
		return true;
	r->cmd = malloc(s->log.n_cmd * sizeof *r->cmd);
	if (!r->cmd)
		return err_set(err, ERR_BUG, "simulation: out of memory");
	memcpy(r->cmd, s->log.cmd, s->log.n_cmd * sizeof *r->cmd);
	r->n_cmd = s->log.n_cmd;
	return true;
}
