/* names: see names.h */
#include "explore/names.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "explore/metric.h"
#include "explore/plan_priv.h"

/* Slots: parameters, these, metrics, metrics in other units. */
static const char *const plan_name_of[N_PLAN_NAMES] = {"network", "target",
                                                       "backend", "tech"};

int names_slot(int i)
{
	return n_params + i;
}

int names_metric(int i)
{
	return n_params + N_PLAN_NAMES + i;
}

static void take_words(struct expr_name *to, const char *const *word, int n)
{
	to->words = true;
	to->word = word;
	to->n_words = n;
}

static void describe(const struct names *s, int i, struct expr_name *to)
{
	*to = (struct expr_name){.slot = names_slot(i)};
	if (i == NAME_NETWORK)
		take_words(to, s->net, s->n_nets);
	else if (i == NAME_TARGET)
		take_words(to, plan_target_names, N_PLAN_TARGETS);
	else if (i == NAME_BACKEND)
		take_words(to, plan_backend_names, N_PLAN_BACKENDS);
	else
		take_words(to, s->tech, s->n_techs);
}

static bool find_metric(const char *name, struct expr_name *to)
{
	int n = 0;
	for (; n < N_METRICS; n++)
		if (strcmp(metric_name[n], name) == 0)
			break;
	if (n == N_METRICS)
		for (int i = 0; i < N_METRIC_UNITS; i++, n++)
			if (strcmp(metric_unit_name[i], name) == 0)
				break;
	*to = (struct expr_name){.slot = names_metric(n)};
	return n < N_METRICS + N_METRIC_UNITS;
}

static void hint_of(const struct names *s, const char *name, char *hint)
{
	struct expr_name ignored;
	const char *near = NULL, *why = metric_refusal(name);
	if (!s->metrics && find_metric(name, &ignored))
		why = "is known after a run only; limits may have it";
	if (why) {
		snprintf(hint, EXPR_HINT, "%s", why);
		return;
	}
	near = s->metrics
	               ? metric_nearest(name)
	               : text_nearest(name, (const char *const *)&params[0].key,
	                              n_params, sizeof params[0]);
	snprintf(hint, EXPR_HINT, "no such %s%s%s%s",
	         s->metrics ? "metric" : "parameter",
	         near ? "; did you mean " : "", near ? near : "",
	         near ? "?" : "");
}

static bool find_name(const void *ctx, const char *name, struct expr_name *to,
                      char hint[EXPR_HINT])
{
	const struct names *s = ctx;
	const struct param *param = param_find(name);
	if (param) {
		*to = (struct expr_name){.slot = (int)(param - params)};
		if (param->word)
			take_words(to, param->word, (int)param->max + 1);
		return true;
	}
	for (int i = 0; i < N_PLAN_NAMES; i++)
		if (strcmp(plan_name_of[i], name) == 0) {
			describe(s, i, to);
			return true;
		}
	if (s->metrics && find_metric(name, to))
		return true;
	hint_of(s, name, hint);
	return false;
}

struct expr_names names_in(const struct names *s)
{
	return (struct expr_names){find_name, s};
}

/* ---- Values of names --------------------------------------------------- */

void names_set(struct expr_value *v, long i)
{
	*v = (struct expr_value){.kind = EXPR_INT, .i = i};
}

/* Of everything that a point is made of. */
void names_set_pick(struct expr_value *v, const struct plan_pick *pick)
{
	assert(names_metric(N_METRICS + N_METRIC_UNITS) <= NAMES_MAX_SLOTS);
	for (int i = 0; i < n_params; i++)
		names_set(&v[i], *(const int *)((const char *)&pick->design +
		                                params[i].offset));
	names_set(&v[names_slot(NAME_NETWORK)], pick->net);
	names_set(&v[names_slot(NAME_TARGET)], pick->target);
	names_set(&v[names_slot(NAME_BACKEND)],
	          strcmp(pick->backend, plan_backend_names[0]) != 0);
	names_set(&v[names_slot(NAME_TECH)], pick->tech);
}

void names_set_metrics(struct expr_value *v, const double *metric)
{
	for (int i = 0; i < N_METRICS + N_METRIC_UNITS; i++) {
		struct expr_value *to = &v[names_metric(i)];
		to->kind = EXPR_REAL;
		to->d = i < N_METRICS
		                ? metric[i]
		                : metric_unit_value(
		                          (enum metric_unit)(i - N_METRICS),
		                          metric);
	}
}
