/* sweep: see sweep.h */
#include "explore/sweep.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "explore/result.h"
#include "explore/work.h"

static bool open_techs(struct sweep *s, struct err *err)
{
	const struct plan *p = s->plan;
	s->techs = mem_zero((size_t)p->n_techs, sizeof *s->techs);
	for (int i = 0; i < p->n_techs; i++) {
		s->techs[i] = joulet_tech_open(p->tech_path[i], err);
		if (!s->techs[i])
			return false;
	}
	s->tech = s->techs[0];
	return true;
}

struct sweep *sweep_open(const char *path, const char *store, struct err *err)
{
	assert(path && err);
	struct sweep *s = mem_zero(1, sizeof *s);
	s->plan = plan_load(path, err);
	s->path = mem_str(path);
	s->store = store ? mem_str(store) : path_with_suffix(path, ".db");
	if (s->plan && plan_is_sweep(s->plan, err) && open_techs(s, err))
		return s;
	sweep_close(s);
	return NULL;
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

/* ---- Progress ---------------------------------------------------------- */

struct talk {
	FILE *to;
	const char *what; /* "points" */
	bool terminal, drawn;
	double last; /* seconds into the run */
	long last_done;
};

static void time_text(double seconds, char *buf, size_t size)
{
	long s = (long)ceil(seconds);
	if (s < 120)
		snprintf(buf, size, "%ld s", s);
	else if (s < 2 * 3600)
		snprintf(buf, size, "%ld min", (s + 59) / 60);
	else
		snprintf(buf, size, "%ld h %02ld min", s / 3600, s % 3600 / 60);
}

static void draw(struct talk *t, const struct work_progress *p)
{
	long here = p->done + p->failed, all = p->known + here;
	double rate = p->seconds > 0 ? (double)here / p->seconds : 0;
	char left[48] = "";
	if (rate > 0 && all < p->total) {
		char text[32];
		time_text((double)(p->total - all) / rate, text, sizeof text);
		snprintf(left, sizeof left, ", %s left", text);
	}
	bool slow = rate < 1;
	fprintf(t->to, "%ssweep: %ld of %ld %s, %.1f/%s%s%s%s",
	        t->terminal ? "\r" : "", all, p->total, t->what,
	        slow ? 60 * rate : rate, slow ? "min" : "s", left,
	        p->waiting ? ", waiting for another run" : "",
	        t->terminal ? "\033[K" : "\n");
	fflush(t->to);
	t->drawn = true;
}

/* A terminal is redrawn 5 times a second; a file gets a line when 10 s and a
 * tenth of the points have passed. */
static void on_progress(void *ctx, const struct work_progress *p)
{
	struct talk *t = ctx;
	long all = p->known + p->done + p->failed;
	bool end = all == p->total;
	double since = p->seconds - t->last;
	bool due = t->terminal ? since >= 0.2
	                       : since >= 10 &&
	                                 (all - t->last_done) * 10 >= p->total;
	if (p->known == p->total || (!due && !(end && t->last_done != all)))
		return;
	t->last = p->seconds;
	t->last_done = all;
	draw(t, p);
}

/* ---- Running ----------------------------------------------------------- */

static int cpus(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > 256 ? 256 : (int)n;
}

/* Before the workers are forked: no connection may be open then. */
static bool prepare(struct sweep *s, const struct plan *p, long *known,
                    struct err *err)
{
	struct tally t;
	long reaped;
	struct store *store = store_open(s->store, s->durable, err);
	bool ok = store && store_add_plan(store, p, err) &&
	          store_reap(store, p, &reaped, err) &&
	          store_tally(store, p, &t, err);
	store_close(store);
	if (ok)
		*known = t.done + t.failed;
	return ok;
}

/* Run what is open of the plan. */
static bool work(struct sweep *s, const struct plan *p, const char *what,
                 const struct sweep_opts *opts, struct err *err)
{
	struct talk talk = {
	        .to = opts->talk, .what = what, .terminal = opts->terminal};
	const struct work_opts work = {
	        .store = s->store,
	        .durable = opts->durable,
	        .jobs = opts->jobs > 0 ? opts->jobs : cpus(),
	        .stop = opts->stop,
	        .progress = opts->talk ? on_progress : NULL,
	        .ctx = &talk,
	};
	bool ok = work_run(p, &work, err);
	if (talk.drawn && talk.terminal)
		fputs("\n", talk.to);
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
                    const struct sweep_opts *opts, struct err *err)
{
	struct err first;
	if (work(s, p, "compared", opts, err))
		return compared(s, p, err);
	if (err->kind != ERR_INTERRUPTED && !compared(s, p, &first))
		*err = first;
	return false;
}

static bool confirm(struct sweep *s, const struct sweep_opts *opts,
                    struct err *err)
{
	uint64_t hash;
	long n, known;
	if (!joulet_backend_hash("rtl", &hash, err))
		return false;
	long *part = result_choose(s, opts->confirm, &n);
	const struct plan p = plan_confirm(s->plan, hash, part, n);
	bool ok = prepare(s, &p, &known, err) && compared(s, &p, err);
	if (ok && opts->talk)
		fprintf(opts->talk,
		        "sweep: confirming %ld points with the Verilog, %ld "
		        "known\n",
		        n, known);
	ok = ok && compare(s, &p, opts, err);
	free(part);
	return ok;
}

bool sweep_run(struct sweep *s, const struct sweep_opts *opts, struct err *err)
{
	assert(s && opts && err);
	s->durable = opts->durable;
	bool ok = prepare(s, s->plan, &s->known, err);
	if (ok && opts->talk)
		fprintf(opts->talk, "sweep: %ld points, %ld known, store %s\n",
		        s->plan->n_points, s->known, s->store);
	ok = ok && work(s, s->plan, "points", opts, err) && result_read(s, err);
	if (!ok || opts->confirm == SWEEP_CONFIRM_NONE)
		return ok;
	return confirm(s, opts, err) && result_read(s, err);
}
