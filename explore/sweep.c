/* sweep: see sweep.h */
#include "explore/sweep.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "explore/result.h"
#include "explore/work.h"

struct sweep *sweep_open(const char *path, const char *store, struct err *err)
{
	assert(path && err);
	struct sweep *s = mem_zero(1, sizeof *s);
	s->plan = plan_load(path, err);
	s->path = mem_str(path);
	s->store = store ? mem_str(store) : path_with_suffix(path, ".db");
	if (s->plan)
		s->tech = joulet_tech_open(s->plan->tech_path, err);
	if (s->tech)
		return s;
	sweep_close(s);
	return NULL;
}

void sweep_close(struct sweep *s)
{
	if (!s)
		return;
	result_free(s);
	joulet_tech_close(s->tech);
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
	fprintf(t->to, "%ssweep: %ld of %ld points, %.1f/s%s%s%s",
	        t->terminal ? "\r" : "", all, p->total, rate, left,
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
static bool prepare(struct sweep *s, struct err *err)
{
	struct tally t;
	long reaped;
	struct store *store = store_open(s->store, s->durable, err);
	bool ok = store && store_add_plan(store, s->plan, err) &&
	          store_reap(store, s->plan, &reaped, err) &&
	          store_tally(store, s->plan, &t, err);
	store_close(store);
	if (ok)
		s->known = t.done + t.failed;
	return ok;
}

bool sweep_run(struct sweep *s, const struct sweep_opts *opts, struct err *err)
{
	assert(s && opts && err);
	struct talk talk = {.to = opts->talk, .terminal = opts->terminal};
	const struct work_opts work = {
	        .store = s->store,
	        .durable = opts->durable,
	        .jobs = opts->jobs > 0 ? opts->jobs : cpus(),
	        .stop = opts->stop,
	        .progress = opts->talk ? on_progress : NULL,
	        .ctx = &talk,
	};
	s->durable = opts->durable;
	bool ok = prepare(s, err);
	if (ok && opts->talk)
		fprintf(opts->talk, "sweep: %ld points, %ld known, store %s\n",
		        s->plan->n_points, s->known, s->store);
	ok = ok && work_run(s->plan, &work, err);
	if (talk.drawn && talk.terminal)
		fputs("\n", talk.to);
	return ok && result_read(s, err);
}
