/* sweep: see sweep.h */
#include "explore/sweep.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "explore/metric.h"
#include "explore/plan_priv.h"
#include "explore/progress.h"
#include "explore/result.h"
#include "explore/slurm.h"
#include "explore/work.h"

/* The place in the sweep file that names the tables, in front of a message. */
static bool blame_techs(const struct sweep *s, struct err *err)
{
	const struct yaml *axes = yaml_get(s->plan->yaml, "axes");
	const struct yaml *at = axes ? yaml_get(axes, "tech") : NULL;

	if (!at)
		at = yaml_get(s->plan->yaml, "tech");
	return at && plan_blame(at, err);
}

static bool open_techs(struct sweep *s, struct err *err)
{
	const struct plan *p = s->plan;
	s->techs = mem_zero((size_t)p->n_techs, sizeof *s->techs);
	for (int i = 0; i < p->n_techs; i++) {
		s->techs[i] = joulet_tech_open(p->tech_path[i], err);
		if (!s->techs[i])
			return blame_techs(s, err);
	}
	s->tech = s->techs[0];
	return true;
}

/* An objective needs a value at every point; a limit without one names the
 * point itself. */
static bool techs_suit_goals(const struct sweep *s, struct err *err)
{
	const struct plan *p = s->plan;
	const struct design d = design_default();

	for (int i = 0; i < p->n_goals; i++)
		for (int k = 0; k < p->n_techs; k++) {
			if (result_says(s->techs[k],
			                metric_find(p->goal[i].metric), &d,
			                err))
				continue;
			struct err inner = *err;
			return err_at(err, (struct src){s->path, 0},
			              "objective %s: %.300s", p->goal[i].metric,
			              inner.msg);
		}
	return true;
}

/* ---- Voltages ------------------------------------------------------------ */

static const struct plan_axis *axis_of(const struct plan *p, const char *key)
{
	for (int i = 0; i < p->n_axes; i++)
		if (strcmp(p->axis[i].key, key) == 0)
			return &p->axis[i];
	return NULL;
}

static bool suits(const struct sweep *s, int tech, const struct design *d,
                  struct err *err)
{
	return joulet_supply_check(s->techs[tech], d,
	                           plan_src(s->plan, "voltage.mv"), err);
}

/* Of a space that is too large to go through: each voltage with each table that
 * it is not zipped apart from, whatever `where` says. */
static bool space_suits(const struct sweep *s, struct err *err)
{
	const struct plan *p = s->plan;
	const struct plan_axis *v = axis_of(p, "voltage.mv");
	const struct plan_axis *t = axis_of(p, "tech");
	const bool zipped = v && t && v->dim == t->dim;
	struct design d = p->base;

	for (int i = 0; i < (v ? v->n : 1); i++)
		for (int k = 0; k < p->n_techs; k++) {
			if (zipped && t->number[i] != k)
				continue;
			if (v)
				d.supply_mv = v->number[i];
			if (!suits(s, k, &d, err))
				return false;
		}
	return true;
}

/* Energy is needed of every point, so this is told before any is run. */
static bool techs_suit_voltages(const struct sweep *s, struct err *err)
{
	const struct plan *p = s->plan;

	if (!axis_of(p, "voltage.mv") && !p->base.supply_mv)
		return true;
	if (p->large)
		return space_suits(s, err);
	for (long i = 0; i < p->n_points; i++) {
		const struct plan_pick pick = plan_pick(p, i);
		if (!suits(s, pick.tech, &pick.design, err))
			return false;
	}
	return true;
}

static struct sweep *open_as(const char *path, const char *store, bool large,
                             struct err *err)
{
	assert(path && err);
	struct sweep *s = mem_zero(1, sizeof *s);
	s->plan = plan_load(path, err);
	s->path = mem_str(path);
	s->store = store ? mem_str(store) : path_with_suffix(path, ".db");
	if (s->plan && (large || plan_is_sweep(s->plan, err)) &&
	    open_techs(s, err) && techs_suit_goals(s, err) &&
	    techs_suit_voltages(s, err))
		return s;
	sweep_close(s);
	return NULL;
}

struct sweep *sweep_open(const char *path, const char *store, struct err *err)
{
	return open_as(path, store, false, err);
}

struct sweep *sweep_open_space(const char *path, const char *store,
                               struct err *err)
{
	return open_as(path, store, true, err);
}

void sweep_close(struct sweep *s)
{
	if (!s)
		return;
	result_free(s);
	for (int i = 0; s->techs && i < s->plan->n_techs; i++)
		joulet_tech_close(s->techs[i]);
	free(s->techs);
	plan_free(s->plan);
	free(s->path);
	free(s->store);
	free(s);
}

const char *sweep_store(const struct sweep *s)
{
	return s->store;
}

long sweep_points(const struct sweep *s)
{
	return s->plan->n_points;
}

/* ---- Running ----------------------------------------------------------- */

static int cpus(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > 256 ? 256 : (int)n;
}

/* Before the workers are forked: no connection may be open then. */
static bool prepare(struct sweep *s, const struct plan *p, struct tally *t,
                    struct err *err)
{
	long reaped;
	struct store *store = store_open(s->store, s->durable, err);
	bool ok = store && store_add_plan(store, p, err) &&
	          store_reap(store, p, &reaped, err) &&
	          store_tally(store, p, t, err);
	store_close(store);
	return ok;
}

enum progress_style sweep_style(const struct sweep_opts *opts)
{
	return opts->json       ? PROGRESS_JSON
	       : opts->terminal ? PROGRESS_LINE
	                        : PROGRESS_PLAIN;
}

/* Run what is open of the plan, which prepare has seen. */
static bool work(struct sweep *s, const struct plan *p, const char *phase,
                 const struct tally *known, const struct sweep_opts *opts,
                 struct err *err)
{
	struct progress talk = {.to = opts->talk, .style = sweep_style(opts)};
	const struct work_opts work = {
	        .store = s->store,
	        .durable = opts->durable,
	        .jobs = opts->jobs > 0 ? opts->jobs : cpus(),
	        .point_timeout_s = opts->point_timeout_s,
	        .stop = opts->stop,
	        .progress = progress_show,
	        .ctx = &talk,
	};
	/* Before anybody claims what a run on a cluster has done already. */
	bool ok = slurm_tidy(s->store, opts->slurm ? p : NULL, &work, err);
	progress_begin(&talk, phase, plan_members(p), known, s->store);
	if (ok && opts->team)
		ok = slurm_team_run(opts->team, p, &work, err);
	else if (ok && opts->slurm)
		ok = slurm_run(p, s->path, &work, opts->slurm, err);
	else if (ok)
		ok = work_run(p, &work, err);
	progress_end(&talk);
	return ok;
}

/* False with the first comparison that did not end well, or that is not about
 * the stored result; those that are open are passed over. */
static bool compared(struct sweep *s, const struct plan *p, struct err *err)
{
	struct store *store = store_open(s->store, s->durable, err);
	bool ok = store != NULL;
	for (long i = 0; ok && i < plan_members(p); i++) {
		long point = plan_member(p, i);
		struct outcome o, was;
		bool found, known;
		ok = store_get(store, p, point, &o, &found, err) &&
		     store_get(store, s->plan, point, &was, &known, err);
		if (!ok || !found)
			continue;
		if (!o.ok)
			ok = work_differs(p, point, &o, err);
		else if (!known || o.cycles != was.cycles ||
		         o.out_hash != was.out_hash ||
		         memcmp(&o.counts, &was.counts, sizeof o.counts))
			ok = err_set(err, ERR_MISMATCH,
			             "%s: point %ld: the store holds another "
			             "result than the one compared",
			             s->store, point);
	}
	store_close(store);
	return ok;
}

/* Of several points that differ the first one is named, whichever worker was
 * faster: the next run would name it. */
static bool compare(struct sweep *s, const struct plan *p,
                    const struct tally *known, const struct sweep_opts *opts,
                    struct err *err)
{
	struct err first;
	if (work(s, p, "confirm", known, opts, err))
		return compared(s, p, err);
	if (err->kind != ERR_INTERRUPTED && !compared(s, p, &first))
		*err = first;
	return false;
}

static bool confirm(struct sweep *s, const struct sweep_opts *opts,
                    struct err *err)
{
	uint64_t hash;
	struct tally known;
	long n;
	if (!joulet_backend_hash("rtl", &hash, err))
		return false;
	long *part = result_choose(s, opts->confirm, &n);
	const struct plan p = plan_confirm(s->plan, hash, part, n);
	bool ok = prepare(s, &p, &known, err) && compared(s, &p, err);
	ok = ok && compare(s, &p, &known, opts, err);
	free(part);
	return ok;
}

bool sweep_run(struct sweep *s, const struct sweep_opts *opts, struct err *err)
{
	assert(s && opts && err);
	s->durable = opts->durable;
	struct tally known;
	if (!prepare(s, s->plan, &known, err))
		return false;
	s->known = known.done + known.failed;
	bool ok = work(s, s->plan, "points", &known, opts, err) &&
	          result_read(s, opts, err);
	if (!ok || opts->confirm == SWEEP_CONFIRM_NONE)
		return ok;
	return confirm(s, opts, err) && result_read(s, opts, err);
}
