/* metric: see metric.h */
#include "explore/metric.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

const char *const metric_name[N_METRICS] = {
#define M(name, doc) #name,
        METRICS(M)
#undef M
};

const char *const metric_doc[N_METRICS] = {
#define M(name, doc) doc,
        METRICS(M)
#undef M
};

const char *const metric_unit_name[N_METRIC_UNITS] = {
#define A(name, metric, times, over) #name,
        METRIC_UNITS(A)
#undef A
};

static const struct {
	enum metric metric;
	double times, over;
} units[N_METRIC_UNITS] = {
#define A(name, metric, times, over) {METRIC_##metric, times, over},
        METRIC_UNITS(A)
#undef A
};

int metric_find(const char *name)
{
	for (int i = 0; i < N_METRICS; i++)
		if (strcmp(metric_name[i], name) == 0)
			return i;
	for (int i = 0; i < N_METRIC_UNITS; i++)
		if (strcmp(metric_unit_name[i], name) == 0)
			return (int)units[i].metric;
	const struct param *p = param_find(name);
	return p ? N_METRICS + (int)(p - params) : -1;
}

double metric_unit_value(enum metric_unit unit, const double *metric)
{
	assert(unit < N_METRIC_UNITS);
	return metric[units[unit].metric] * units[unit].times /
	       units[unit].over;
}

const char *metric_nearest(const char *name)
{
	const char *metric =
	        text_nearest(name, metric_name, N_METRICS, sizeof *metric_name);
	if (!metric)
		metric = text_nearest(name, metric_unit_name, N_METRIC_UNITS,
		                      sizeof *metric_unit_name);
	if (metric)
		return metric;
	return text_nearest(name, (const char *const *)&params[0].key, n_params,
	                    sizeof params[0]);
}

const char *metric_refusal(const char *name)
{
	static const char *const quality[] = {"auc", "loss", "f1"};
	for (int i = 0; i < 3; i++) {
		if (strcmp(name, quality[i]) == 0)
			return "a sweep measures accuracy only, the share "
			       "of right outputs";
	}
	return NULL;
}
