/* metric: see metric.h */
#include "explore/metric.h"

#include <string.h>

#include "base/text.h"

const char *const metric_name[N_METRICS] = {
#define M(name, doc) #name,
        METRICS(M)
#undef M
};

int metric_find(const char *name)
{
	for (int i = 0; i < N_METRICS; i++)
		if (strcmp(metric_name[i], name) == 0)
			return i;
	const struct param *p = param_find(name);
	return p ? N_METRICS + (int)(p - params) : -1;
}

const char *metric_nearest(const char *name)
{
	const char *metric =
	        text_nearest(name, metric_name, N_METRICS, sizeof *metric_name);
	if (metric)
		return metric;
	return text_nearest(name, (const char *const *)&params[0].key, n_params,
	                    sizeof params[0]);
}
