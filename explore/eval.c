/* eval: see eval.h */
#include "explore/eval.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "explore/batch.h"
#include "explore/keeper.h"
#include "explore/lines.h"
#include "explore/space.h"

struct request {
	struct yaml *line; /* NULL: not understood at all */
	bool ok;           /* else error */
	bool legal;        /* where allows it */
	int index[PLAN_MAX_DIMS];
	struct err err;
};

struct eval {
	struct sweep *base;
	bool together;
	int nets; /* runs of a line */
	struct request *request;
	long n, number, errors;
	pid_t keeper; /* 0: none yet */
};

struct eval *eval_open(const char *path, const char *store, bool together,
                       struct err *err)
{
	struct sweep *base = sweep_open_space(path, store, err);
	if (!base)
		return NULL;
	if (together && !space_together(base->plan, err)) {
		sweep_close(base);
		return NULL;
	}
	struct eval *e = mem_zero(1, sizeof *e);
	e->base = base;
	e->together = together;
	e->nets = together ? base->plan->n_nets : 1;
	e->request = mem_zero(EVAL_MAX_LINES, sizeof *e->request);
	return e;
}

static void forget_lines(struct eval *e)
{
	for (long i = 0; i < e->n; i++)
		yaml_drop(e->request[i].line);
	e->n = 0;
}

void eval_close(struct eval *e)
{
	if (!e)
		return;
	keeper_end(e->keeper, e->base->store);
	forget_lines(e);
	free(e->request);
	sweep_close(e->base);
	free(e);
}

long eval_waiting(const struct eval *e)
{
	return e->n;
}

long eval_errors(const struct eval *e)
{
	return e->errors;
}

void eval_space(const struct eval *e, struct buf *out)
{
	struct json j = json_begin(out, false);
	line_space(&j, e->base->plan);
	json_done(&j);
}

/* Of every network that runs it. */
static bool is_legal(const struct eval *e, struct request *r)
{
	const int net = r->index[0];
	bool legal = true;
	for (int i = 0; i < e->nets; i++) {
		r->index[0] = net + i;
		legal = legal && plan_legal(e->base->plan, r->index);
	}
	r->index[0] = net;
	return legal;
}

void eval_add(struct eval *e, const char *text, size_t size)
{
	static const char *const keys[] = {"id", "network", "parameters", NULL};
	assert(e->n < EVAL_MAX_LINES);
	struct request *r = &e->request[e->n++];
	*r = (struct request){.ok = false};
	r->line = line_parse(text, size, "stdin", ++e->number, &r->err);
	r->ok = r->line && yaml_known_keys(r->line, keys, &r->err) &&
	        line_index(e->base->plan, r->line, e->together, r->index,
	                   &r->err);
	r->legal = r->ok && is_legal(e, r);
	e->errors += !r->ok;
}

/* ---- Answers ------------------------------------------------------------ */

static void put_goals(struct json *j, const struct plan *p,
                      const struct sweep *view, const long *at, int nets)
{
	double metric[N_METRICS];
	for (int i = 0; i < N_METRICS; i++)
		metric[i] = result_total(view, at, nets, i);
	json_object(j, "goals");
	for (int k = 0; k < p->n_goals; k++) {
		const char *name = p->goal[k].metric;
		double v = result_total(view, at, nets, metric_find(name));
		for (int u = 0; u < N_METRIC_UNITS; u++)
			if (strcmp(metric_unit_name[u], name) == 0)
				v = metric_unit_value((enum metric_unit)u,
				                      metric);
		json_double(j, name, v);
	}
	json_close(j);
	json_object(j, "metrics");
	for (int i = 0; i < N_METRICS; i++)
		json_double(j, metric_name[i], metric[i]);
	json_close(j);
}

static void put_breaks(struct json *j, const struct sweep *view, const long *at,
                       int nets)
{
	const struct plan *p = view->plan;
	uint32_t broken = 0;
	double excess = 0;
	for (int i = 0; i < nets; i++) {
		broken |= view->row[at[i]].broken;
		excess += view->row[at[i]].excess;
	}
	json_list(j, "breaks");
	for (int i = 0; i < p->n_limits; i++)
		if (broken >> i & 1)
			json_string(j, NULL, expr_text(p->limit[i]));
	json_close(j);
	if (p->n_limits)
		json_double(j, "excess", excess);
}

/* Why the point failed on one of the networks; NULL: it did not. */
static const char *failure(const struct sweep *view, const long *at, int nets)
{
	for (int i = 0; i < nets; i++)
		if (!view->row[at[i]].ok)
			return view->row[at[i]].error;
	return NULL;
}

static void put_result(const struct eval *e, const struct request *r,
                       const struct sweep *view, struct json *j)
{
	long *at = mem_zero((size_t)e->nets, sizeof *at);
	int index[PLAN_MAX_DIMS];
	const char *why = "where excludes it";
	memcpy(index, r->index, sizeof index);
	for (int i = 0; r->legal && i < e->nets; i++) {
		index[0] = r->index[0] + i;
		at[i] = plan_point_at(view->plan, index);
		assert(at[i] >= 0);
	}
	if (r->legal)
		why = failure(view, at, e->nets);
	line_point(j, view->plan, r->index, e->together);
	json_string(j, "state", why ? "failed" : "done");
	if (why) {
		json_string(j, "error", why);
	} else {
		put_breaks(j, view, at, e->nets);
		put_goals(j, e->base->plan, view, at, e->nets);
	}
	free(at);
}

static void answer(const struct eval *e, const struct request *r,
                   const struct sweep *view, struct buf *out)
{
	struct json j = json_begin(out, false);
	json_object(&j, NULL);
	line_echo(&j, "id", r->line ? yaml_get(r->line, "id") : NULL);
	if (r->ok) {
		put_result(e, r, view, &j);
	} else {
		json_string(&j, "state", "error");
		json_string(&j, "error", r->err.msg);
	}
	json_close(&j);
	json_done(&j);
}

bool eval_run(struct eval *e, const struct sweep_opts *opts, struct buf *out,
              struct err *err)
{
	struct batch b = {.n = 0};
	if (!e->keeper)
		e->keeper = keeper_start(e->base->store, opts->durable);
	int64_t *cell = mem_zero((size_t)(e->n * e->nets), sizeof *cell);
	long n = 0;
	for (long i = 0; i < e->n; i++) {
		int index[PLAN_MAX_DIMS];
		memcpy(index, e->request[i].index, sizeof index);
		for (int k = 0; e->request[i].legal && k < e->nets; k++) {
			index[0] = e->request[i].index[0] + k;
			cell[n++] = plan_cell(e->base->plan, index);
		}
	}
	batch_open(&b, e->base, cell, n);
	bool ok = n == 0 || batch_run(&b, opts, err);
	for (long i = 0; ok && i < e->n; i++)
		answer(e, &e->request[i], &b.view, out);
	batch_close(&b);
	free(cell);
	if (ok)
		forget_lines(e);
	return ok;
}
