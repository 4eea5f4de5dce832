/* report_export: a report as CSV and JSON; see report.h. */
#include "base/file.h"
#include "explore/export_point.h"
#include "explore/report_priv.h"

static struct export_point point_of(const struct report *r, long i,
                                    const char *breaks[PLAN_MAX_RULES])
{
	const struct report_point *p = &r->point[i];
	struct export_point x = {
	        .number = p->number,
	        .network = r->net[p->pick.net].name,
	        .tech = r->tech[p->pick.tech].name,
	        .pick = &p->pick,
	        .ok = p->ok,
	        .best = p->best,
	        .confirmed = p->confirmed,
	        .error = p->out.error,
	        .metric = p->metric,
	        .out = &p->out,
	        .share_pj = p->share_pj,
	        .breaks = breaks,
	};

	for (int k = 0; k < r->n_limits; k++)
		if (p->broken >> k & 1)
			breaks[x.n_breaks++] = r->limit[k];
	return x;
}

bool report_csv(const struct report *r, const char *path, struct err *err)
{
	struct buf b = {0};

	export_csv_head(&b);
	for (long i = 0; i < r->n_points; i++) {
		const char *breaks[PLAN_MAX_RULES];
		const struct export_point x = point_of(r, i, breaks);
		export_csv(&x, &b);
	}
	bool ok = file_write(path, b.data, b.len, err);
	buf_free(&b);
	return ok;
}

void report_json(const struct report *r, FILE *f)
{
	struct buf b = {0};
	struct json j = json_begin(&b, true);

	json_object(&j, NULL);
	json_string(&j, "sweep", r->name);
	json_string(&j, "tool", r->tool);
	json_string(&j, "backend", r->backend);
	json_string(&j, "target", r->target);
	json_list(&j, "limits");
	for (int i = 0; i < r->n_limits; i++)
		json_string(&j, NULL, r->limit[i]);
	json_close(&j);
	json_list(&j, "objectives");
	for (int i = 0; i < r->n_goals; i++) {
		json_object(&j, NULL);
		json_string(&j, "metric", r->goal[i].name);
		json_bool(&j, "maximize", r->goal[i].maximize);
		json_close(&j);
	}
	json_close(&j);
	json_list(&j, "axes");
	for (int i = 0; i < r->n_axes; i++)
		json_string(&j, NULL, r->axis[i].key);
	json_close(&j);
	json_list(&j, "points");
	for (long i = 0; i < r->n_points; i++) {
		const char *breaks[PLAN_MAX_RULES];
		const struct export_point x = point_of(r, i, breaks);
		export_json(&x, &j);
	}
	json_close(&j);
	json_close(&j);
	json_done(&j);
	fwrite(b.data, 1, b.len, f);
	buf_free(&b);
}
