/* search: see search.h */
#include "explore/search.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/table.h"
#include "explore/batch.h"
#include "explore/keeper.h"
#include "explore/progress.h"
#include "explore/slurm.h"
#include "explore/space.h"

/* What is searched for by itself: a network, or a design for all. */
struct quest {
	struct space space;
	struct nsga *pool;
	long budget; /* of points of the pool */
	long from;   /* the batch: points of the pool from here on */
};

struct search {
	struct sweep *base; /* the whole space; never run */
	const struct search_opts *opts;
	struct quest *quest;
	int n_quests;
	struct batch batch; /* the present one; in the end all points */
	long known;         /* runs of them that an earlier run had finished */
	struct searched searched;
};

struct search *search_open(const char *path, const char *store, struct err *err)
{
	struct sweep *base = sweep_open_space(path, store, err);
	if (base && space_check(base->plan, err)) {
		struct search *s = mem_zero(1, sizeof *s);
		s->base = base;
		return s;
	}
	sweep_close(base);
	return NULL;
}

void search_close(struct search *s)
{
	if (!s)
		return;
	batch_close(&s->batch);
	for (int i = 0; i < s->n_quests; i++)
		nsga_free(s->quest[i].pool);
	free(s->quest);
	sweep_close(s->base);
	free(s);
}

/* ---- A batch ------------------------------------------------------------ */

/* Have points proposed; how many. */
static long propose(struct search *s)
{
	long n = 0;
	for (int i = 0; i < s->n_quests; i++) {
		struct quest *q = &s->quest[i];
		q->from = nsga_count(q->pool);
		long left = q->budget - q->from;
		n += nsga_ask(q->pool,
		              (int)(left < SEARCH_BATCH ? left : SEARCH_BATCH));
	}
	return n;
}

/* Cells of the points of a quest from number `from` on. */
static long add_cells(const struct quest *q, long from, int64_t *cell)
{
	const struct space *space = &q->space;
	long n = 0;
	for (long i = from; i < nsga_count(q->pool); i++)
		for (int net = 0; net < space->n_nets; net++)
			cell[n++] = space_cell(space, space->net + net,
			                       nsga_gene(q->pool, i));
	return n;
}

/* All points proposed, or those that are new. */
static void gather(struct search *s, bool only_new)
{
	size_t room = 0;
	long n = 0;
	for (int i = 0; i < s->n_quests; i++)
		room += (size_t)(nsga_count(s->quest[i].pool) *
		                 s->quest[i].space.n_nets);
	int64_t *cell = mem_zero(room, sizeof *cell);
	for (int i = 0; i < s->n_quests; i++)
		n += add_cells(&s->quest[i], only_new ? s->quest[i].from : 0,
		               cell + n);
	batch_close(&s->batch);
	batch_open(&s->batch, s->base, cell, n);
	s->batch.view.together = s->opts->together;
	s->batch.view.found_by = &s->searched;
	free(cell);
}

/* Tell the pool what became of a point. */
static void tell(const struct search *s, const struct quest *q, long point)
{
	double goal[NSGA_MAX_GOALS];
	double excess;
	bool ok = space_goals(&q->space, &s->batch.view,
	                      nsga_gene(q->pool, point), goal, &excess);
	nsga_tell(q->pool, point, ok ? goal : NULL, excess);
}

static bool run_batch(struct search *s, struct err *err)
{
	gather(s, true);
	if (!batch_run(&s->batch, &s->opts->sweep, err))
		return false;
	s->known += s->batch.view.known;
	for (int i = 0; i < s->n_quests; i++)
		for (long k = s->quest[i].from;
		     k < nsga_count(s->quest[i].pool); k++)
			tell(s, &s->quest[i], k);
	return true;
}

/* ---- Progress ----------------------------------------------------------- */

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* What the batch holds after a batch is added to the state of the whole. */
static void count_batch(const struct search *s, struct work_progress *p)
{
	long ok = 0;
	for (long i = 0; i < s->batch.plan.n_points; i++)
		ok += s->batch.view.row[i].ok;
	long here = s->batch.plan.n_points - s->batch.view.known;
	long failed = s->batch.plan.n_points - ok;
	p->known += s->batch.view.known;
	p->failed += failed < here ? failed : here;
	p->done += here - (failed < here ? failed : here);
}

/* ---- The whole ---------------------------------------------------------- */

static bool set_out(struct search *s, struct err *err)
{
	const struct plan *p = s->base->plan;
	assert(!s->quest);
	if (s->opts->together && !space_together(p, err))
		return false;
	if (s->opts->budget < p->n_nets)
		return err_set(err, ERR_USAGE,
		               "a budget of %ld is too small for %d networks",
		               s->opts->budget, p->n_nets);
	s->n_quests = space_count(p, s->opts->together);
	s->quest = mem_zero((size_t)s->n_quests, sizeof *s->quest);
	for (int i = 0; i < s->n_quests; i++) {
		struct quest *q = &s->quest[i];
		long more = i < s->opts->budget % s->n_quests;
		q->space = space_of(p, s->opts->together, i);
		q->space.techs = s->base->techs;
		struct nsga_grid grid = space_grid(&q->space);
		q->pool = nsga_new(&grid, s->opts->seed);
		q->budget = (s->opts->budget / s->n_quests + more) /
		            q->space.n_nets;
	}
	return true;
}

static bool proceed(struct search *s, struct progress *talk, struct err *err)
{
	struct work_progress p = {.total = s->opts->budget};
	const double began = seconds();
	while (propose(s) > 0) {
		if (!run_batch(s, err))
			return false;
		count_batch(s, &p);
		p.seconds = seconds() - began;
		progress_show(talk, &p);
	}
	p.total = p.known + p.done + p.failed; /* there may be no more */
	progress_show(talk, &p);
	return true;
}

/* With workers of Slurm that stay for the whole search, if it has them. */
static bool proceed_with(struct search *s, struct slurm_team *team,
                         struct progress *talk, struct err *err)
{
	struct err later;
	bool ok = proceed(s, talk, err);
	if (team)
		ok = slurm_team_end(team, !ok, ok ? err : &later) && ok;
	slurm_team_free(team);
	return ok;
}

/* All points as a sweep; what is left to do, comparisons, is done here. */
static bool conclude(struct search *s, const struct search_opts *opts,
                     struct err *err)
{
	struct sweep_opts last = opts->sweep;
	last.slurm = NULL;
	if (last.confirm == SWEEP_CONFIRM_NONE)
		last.talk = NULL;
	gather(s, false);
	bool ok = sweep_run(&s->batch.view, &last, err);
	s->batch.view.known = s->known;
	return ok;
}

bool search_run(struct search *s, const struct search_opts *opts,
                struct err *err)
{
	assert(s && opts && err);
	const struct tally none = {.total = opts->budget};
	struct search_opts with = *opts;
	struct progress talk = {.to = opts->sweep.talk,
	                        .style = sweep_style(&opts->sweep)};
	s->opts = &with;
	s->searched = (struct searched){opts->seed, opts->budget,
	                                space_size(s->base->plan)};
	bool ok = set_out(s, err);
	if (ok) {
		progress_begin(&talk, "search", opts->budget, &none,
		               s->base->store);
		pid_t keeper =
		        keeper_start(s->base->store, opts->sweep.durable);
		if (opts->sweep.slurm)
			with.sweep.team = slurm_team_new(s->base->path,
			                                 opts->sweep.slurm);
		ok = proceed_with(s, with.sweep.team, &talk, err);
		keeper_end(keeper, s->base->store);
		progress_end(&talk);
	}
	ok = ok && conclude(s, opts, err);
	s->opts = NULL;
	return ok;
}

/* ---- For people --------------------------------------------------------- */

const struct sweep *search_sweep(const struct search *s)
{
	assert(s->batch.view.row);
	return &s->batch.view;
}

/* By the first goal; of equals the one proposed first. */
static void sort_front(const struct nsga *pool, long *front, long n)
{
	for (long i = 1; i < n; i++) {
		const long point = front[i];
		const double goal = *nsga_goal(pool, point);
		long at = i;
		for (; at > 0 && *nsga_goal(pool, front[at - 1]) > goal; at--)
			front[at] = front[at - 1];
		front[at] = point;
	}
}

/* Goals first: axes that do not fit are left out. */
static struct table *new_table(const struct plan *p)
{
	struct table_column c[PLAN_MAX_DIMS + NSGA_MAX_GOALS];
	int n = 0;
	for (int k = 0; k < p->n_goals; k++)
		c[n++] = (struct table_column){p->goal[k].metric, TABLE_RIGHT};
	for (int i = 0; i < p->n_axes; i++)
		if (p->axis[i].n > 1)
			c[n++] = (struct table_column){p->axis[i].label,
			                               TABLE_RIGHT};
	return table_new(c, n);
}

/* Designs that are best for all networks, with their totals. */
static void totals(const struct search *s, int width, struct buf *to)
{
	const struct plan *p = &s->batch.plan;
	const struct quest *q = &s->quest[0];
	struct table *t = new_table(p);
	long best;
	long *front = nsga_front(q->pool, &best);
	sort_front(q->pool, front, best);
	for (long i = 0; i < best; i++) {
		int index[PLAN_MAX_DIMS];
		for (int k = 0; k < p->n_goals; k++) {
			double v = nsga_goal(q->pool, front[i])[k];
			table_printf(t, "%.6g", p->goal[k].maximize ? -v : v);
		}
		space_index(&q->space, 0, nsga_gene(q->pool, front[i]), index);
		for (int a = 0; a < p->n_axes; a++)
			if (p->axis[a].n > 1)
				table_cell(
				        t,
				        p->axis[a]
				                .value[index[p->axis[a].dim]]);
	}
	free(front);
	table_write(t, width, to);
	table_free(t);
}

void search_text(const struct search *s, int width, FILE *f)
{
	struct buf text = {0};
	sweep_text(search_sweep(s), width, f);
	buf_printf(&text, "searched %.0f combinations with seed %llu\n",
	           s->searched.combinations,
	           (unsigned long long)s->searched.seed);
	if (s->batch.view.together) {
		buf_printf(&text, "\nfor all networks together:\n\n");
		totals(s, width, &text);
	}
	fwrite(text.data, 1, text.len, f);
	buf_free(&text);
}
