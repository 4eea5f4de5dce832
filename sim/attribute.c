/* attribute: see attribute.h.
 *
 * The inference is cut into segments, in order and without gaps, each with one
 * cause or, for an execute command, with a mix. Spans (soc.h) say which layer a
 * cycle belongs to; both are walked together.
 */
#include "sim/attribute.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "isa/image.h"
#include "isa/map.h"
#include "sim/accel_fast.h"

/* A command of the job that is looked at, and when it ran. */
struct ran {
	struct command c;
	uint64_t start, end;
};

struct attribution {
	struct accel *model; /* for what an execute command counts */
	const uint8_t *image;
	const struct soc_result *s;
	struct joulet_why *layer;
	struct err *err;
	size_t span; /* in which the next cycle lies */
	uint64_t at; /* the next cycle */
	size_t next; /* of the log */
	/* Per layer: jobs that end with it; cycles from the begin of one to its
	 * first start. */
	uint64_t *jobs, *starting;
	/* The job: */
	struct ran *cmd;
	uint32_t n;
	uint32_t *queue[N_QUEUES];                  /* indices of `cmd` */
	uint32_t n_queue[N_QUEUES], done[N_QUEUES]; /* done: ended by `at` */
};

/* ---- segments ---- */

/* Of cycles `from` up to `to` those that are left, split in the ratio of mix[],
 * which sums to to - from. A layer gets its share of each cause, rounded down,
 * and the rest of the first one; so that the parts of a segment sum to the
 * whole. */
static void give_mix(struct attribution *a, uint64_t from, uint64_t to,
                     const uint64_t mix[N_CAUSES])
{
	const uint64_t length = to - from;

	while (a->at < to) {
		const struct soc_span *p = &a->s->span[a->span];
		uint64_t end = p->to < to ? p->to : to;
		uint64_t *cause = a->layer[p->layer].cause, given = 0;
		for (int c = N_CAUSES - 1; c >= 0; c--) {
			uint64_t upto = mix[c] * (end - from) / length;
			uint64_t before = mix[c] * (a->at - from) / length;
			uint64_t part = c ? upto - before : end - a->at - given;
			cause[c] += part;
			given += part;
		}
		a->at = end;
		a->span += end == p->to;
	}
}

static void give(struct attribution *a, uint64_t to, enum joulet_cause c)
{
	uint64_t mix[N_CAUSES] = {0};

	if (to <= a->at)
		return;
	mix[c] = to - a->at;
	give_mix(a, a->at, to, mix);
}

/* ---- execute commands ---- */

/* What the cycles of a command are spent on. ADD takes no array steps: the
 * lanes are what it uses. */
static void execute_mix(const struct attribution *a, const struct ran *r,
                        uint64_t mix[N_CAUSES])
{
	struct unit *u = &a->model->unit[QUEUE_EX];

	memset(u->n_ev, 0, sizeof u->n_ev);
	u->cur.c = r->c;
	u->start = r->start;
	fast_exec_start(a->model);
	assert(u->end == r->end);
	memset(mix, 0, N_CAUSES * sizeof *mix);
	mix[CAUSE_array] = u->n_ev[EV_array_steps];
	mix[CAUSE_read] = u->n_ev[EV_ex_stall_read];
	mix[CAUSE_drain] = u->n_ev[EV_ex_stall_drain];
	if (r->c.opcode == OP_ADD)
		mix[CAUSE_drain] = 3 * u->n_ev[EV_spad_act];
	mix[CAUSE_depend] = r->end - r->start - mix[CAUSE_array] -
	                    mix[CAUSE_read] - mix[CAUSE_drain];
}

/* ---- waiting ---- */

/* The first of queue q that has not ended; NULL: all have. */
static const struct ran *first_left(const struct attribution *a, int q)
{
	return a->done[q] < a->n_queue[q] ? &a->cmd[a->queue[q][a->done[q]]]
	                                  : NULL;
}

static bool works(const struct attribution *a, int q)
{
	const struct ran *r = first_left(a, q);

	return r && r->start <= a->at;
}

/* Why has unit q not ended what is waited for? If it rests, the other one may
 * be what it waits for. */
static enum joulet_cause blame(const struct attribution *a, int q)
{
	const enum joulet_cause cause[N_QUEUES] = {
	        [QUEUE_LD] = CAUSE_load, [QUEUE_ST] = CAUSE_store};
	const int other = q == QUEUE_LD ? QUEUE_ST : QUEUE_LD;
	const struct ran *r = first_left(a, q);

	if (works(a, q))
		return cause[q];
	int64_t wait = !r ? 0 : q == QUEUE_LD ? r->c.wait_st : r->c.wait_ld;
	return (int64_t)a->done[other] < wait && works(a, other) ? cause[other]
	                                                         : CAUSE_fetch;
}

/* The execute unit rests in cycle `at`; e is its next command, or NULL. */
static enum joulet_cause why_idle(const struct attribution *a,
                                  const struct ran *e)
{
	if (e && (int64_t)a->done[QUEUE_LD] < e->c.wait_ld)
		return blame(a, QUEUE_LD);
	if (e && (int64_t)a->done[QUEUE_ST] < e->c.wait_st)
		return blame(a, QUEUE_ST);
	if (!e && works(a, QUEUE_ST))
		return CAUSE_store;
	return !e && works(a, QUEUE_LD) ? CAUSE_load : CAUSE_fetch;
}

/* Commands that ended by now. */
static void pass(struct attribution *a)
{
	for (int q = 0; q < N_QUEUES; q++) {
		const struct ran *r;
		while ((r = first_left(a, q)) && r->end <= a->at)
			a->done[q]++;
	}
}

/* The next cycle, at most `to`, in which a load or store starts or ends. */
static uint64_t next_change(const struct attribution *a, uint64_t to)
{
	for (int q = 0; q < N_QUEUES; q++) {
		const struct ran *r = q == QUEUE_EX ? NULL : first_left(a, q);
		if (r && r->start > a->at && r->start < to)
			to = r->start;
		if (r && r->end > a->at && r->end < to)
			to = r->end;
	}
	return to;
}

static void idle(struct attribution *a, uint64_t to, const struct ran *e)
{
	while (a->at < to) {
		pass(a);
		enum joulet_cause c = why_idle(a, e);
		give(a, next_change(a, to), c);
	}
}

/* ---- jobs ---- */

static bool not_the_program(const struct attribution *a, const char *what)
{
	return err_set(a->err, ERR_BUG, "explain: %s in the command log", what);
}

/* The commands of a step and their times, from the image and the log. */
static bool read_job(struct attribution *a, const struct image_step *step,
                     uint64_t to)
{
	const struct soc_result *s = a->s;
	uint32_t words[COMMAND_WORDS], left = step->n;

	a->n = step->n;
	a->cmd = mem_grow(a->cmd, a->n, sizeof *a->cmd);
	memset(a->cmd, 0, a->n * sizeof *a->cmd);
	for (int q = 0; q < N_QUEUES; q++) {
		a->n_queue[q] = a->done[q] = 0;
		a->queue[q] = mem_grow(a->queue[q], a->n, sizeof(uint32_t));
	}
	for (; a->next < s->n_cmd && s->cmd[a->next].end <= to; a->next++) {
		const struct cmd_log *l = &s->cmd[a->next];
		if (l->seq >= a->n || a->cmd[l->seq].end || !left--)
			return not_the_program(a, "a command too many");
		a->cmd[l->seq].start = l->start;
		a->cmd[l->seq].end = l->end;
	}
	if (left)
		return not_the_program(a, "a command is missing");
	for (uint32_t i = 0; i < a->n; i++) {
		memcpy(words,
		       a->image + (step->arg - MAP_FLASH) + i * COMMAND_BYTES,
		       sizeof words);
		if (!command_decode(words, &a->cmd[i].c))
			return not_the_program(a, "an unknown opcode");
		enum queue q = opcode_queue((int)a->cmd[i].c.opcode);
		a->queue[q][a->n_queue[q]++] = i;
	}
	return true;
}

/* First start and last end. */
static void job_extent(const struct attribution *a, uint64_t *first,
                       uint64_t *last)
{
	*first = UINT64_MAX;
	*last = 0;
	for (uint32_t i = 0; i < a->n; i++) {
		if (a->cmd[i].start < *first)
			*first = a->cmd[i].start;
		if (a->cmd[i].end > *last)
			*last = a->cmd[i].end;
	}
}

/* The job ends one cycle after its last command; it began before the first one
 * started, and the core works until then. */
static void give_job(struct attribution *a, uint64_t to)
{
	uint64_t first, last, mix[N_CAUSES];
	uint64_t starting = a->starting[a->cmd[a->n - 1].c.layer];

	job_extent(a, &first, &last);
	if (first > a->at + starting)
		give(a, first - starting, CAUSE_cpu);
	for (uint32_t i = 0; i < a->n_queue[QUEUE_EX]; i++) {
		const struct ran *e = &a->cmd[a->queue[QUEUE_EX][i]];
		idle(a, e->start, e);
		execute_mix(a, e, mix);
		give_mix(a, e->start, e->end, mix);
	}
	idle(a, last, NULL);
	if (last + 1 < to)
		give(a, last + 1, CAUSE_fetch);
	give(a, to, CAUSE_cpu);
}

/* ---- the inference ---- */

static struct image_step step_of(const struct attribution *a, uint32_t number)
{
	struct image_header h;
	struct image_step step = {.kind = STEP_CPU};

	memcpy(&h, a->image, sizeof h);
	if (number < h.n_steps)
		memcpy(&step,
		       a->image + (h.steps - MAP_FLASH) + number * sizeof step,
		       sizeof step);
	return step;
}

/* Call `job` for every job and give all other cycles to the core. */
static bool walk(struct attribution *a,
                 void (*job)(struct attribution *a, uint64_t to))
{
	const struct soc_result *s = a->s;

	a->at = s->begin;
	a->span = a->next = 0;
	for (size_t i = 0; i + 1 < s->n_marks; i++) {
		const struct soc_mark *m = &s->mark[i];
		const struct image_step step = step_of(a, m->step);
		if (step.kind != STEP_ACCEL && step.kind != STEP_WAIT)
			continue;
		give(a, m->cycle, CAUSE_cpu);
		if (!read_job(a, &step, m[1].cycle))
			return false;
		job(a, m[1].cycle);
	}
	give(a, s->end, CAUSE_cpu);
	return true;
}

/* Adds up what jobs took from their first start on. job_cycles belongs to the
 * layer of a job's last command. */
static void add_job(struct attribution *a, uint64_t to)
{
	uint64_t first, last;

	(void)to;
	job_extent(a, &first, &last);
	a->jobs[a->cmd[a->n - 1].c.layer]++;
	a->starting[a->cmd[a->n - 1].c.layer] += last + 1 - first;
}

/* How long a job's begin took: what its layer's job_cycles have beyond that;
 * the same for each, should a layer end several. */
static bool find_starting(struct attribution *a)
{
	const struct soc_result *s = a->s;
	struct joulet_why *layer = a->layer;

	a->layer = mem_zero(s->n_layers, sizeof *a->layer); /* unused */
	bool ok = walk(a, add_job);
	free(a->layer);
	a->layer = layer;
	for (uint32_t i = 0; ok && i < s->n_layers; i++)
		if (a->jobs[i])
			a->starting[i] = (s->layer[i].n[EV_job_cycles] -
			                  a->starting[i]) /
			                 a->jobs[i];
	return ok;
}

bool attribute(const struct design *d, const uint8_t *image,
               const struct soc_result *s, struct joulet_why *layer,
               struct err *err)
{
	struct attribution a = {
	        .image = image, .s = s, .layer = layer, .err = err};

	a.model = mem_zero(1, sizeof *a.model);
	a.model->d = d;
	a.model->word = design_word(d);
	a.model->par_bytes = design_par_words(d) * a.model->word;
	a.jobs = mem_zero(s->n_layers, sizeof *a.jobs);
	a.starting = mem_zero(s->n_layers, sizeof *a.starting);
	bool ok = find_starting(&a) && walk(&a, give_job);
	for (int q = 0; q < N_QUEUES; q++)
		free(a.queue[q]);
	free(a.cmd);
	free(a.jobs);
	free(a.starting);
	free(a.model);
	return ok;
}
