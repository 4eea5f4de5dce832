/* report_tech: the points of a report by another technology table. Nothing is
 * run: a store keeps every count of every point. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "explore/report_priv.h"
#include "explore/result.h"

/* Points that differ in the table alone become one: the first of them stays. */
static void keep_first_table(struct report *r)
{
	long n = 0;
	for (long i = 0; i < r->n_points; i++) {
		struct report_point *p = &r->point[i];
		if (p->pick.tech == 0)
			r->point[n++] = *p;
		else
			free(p->value);
	}
	r->n_points = n;
}

static void forget_tables(struct report *r)
{
	for (int i = 0; i < r->n_techs; i++) {
		joulet_tech_close(r->tech[i].table);
		free(r->tech[i].name);
		free(r->tech[i].path);
		free(r->tech[i].absent);
	}
	r->n_techs = 0;
}

/* An axis over tables has one value now. */
static void name_axis(struct report *r, const char *name)
{
	for (int a = 0; a < r->n_axes; a++) {
		struct report_axis *axis = &r->axis[a];
		if (strcmp(axis->key, "tech") != 0)
			continue;
		for (int i = 0; i < axis->n; i++)
			free(axis->value[i]);
		axis->value[0] = mem_str(name);
		axis->n = 1;
	}
}

static bool asks_for(const struct report *r, int metric)
{
	bool asks = false;
	for (int i = 0; i < r->n_goals; i++)
		asks |= r->goal[i].metric == metric;
	for (int i = 0; r->rule && i < r->n_limits; i++)
		asks |= r->rule[i] &&
		        expr_reads(r->rule[i], names_metric(metric));
	return asks;
}

/* What objectives and limits ask for, the table has to know. */
static bool table_suits(const struct report *r, const struct joulet_tech *t,
                        struct err *err)
{
	const struct design d = design_default();
	for (int i = 0; i < N_METRICS; i++) {
		if (!asks_for(r, i) || result_says(t, i, &d, err))
			continue;
		struct err inner = *err;
		return err_at(err, (struct src){r->store, 0}, "%s: %.300s",
		              metric_name[i], inner.msg);
	}
	return true;
}

bool report_recost(struct report *r, const char *tech, struct err *err)
{
	struct joulet_tech *table = joulet_tech_open(tech, err);
	if (!table)
		return false;
	if (!table_suits(r, table, err)) {
		joulet_tech_close(table);
		return false;
	}
	keep_first_table(r);
	forget_tables(r);
	r->tech[r->n_techs++] = (struct report_tech){
	        .name = mem_str(joulet_tech_name(table)),
	        .path = mem_str(tech),
	        .table = table,
	};
	name_axis(r, joulet_tech_name(table));
	for (long i = 0; i < r->n_points; i++) {
		struct report_point *p = &r->point[i];
		p->ok = p->out.ok; /* its own table may have refused it */
		if (!p->ok)
			continue;
		if (!report_price(r, table, p, err))
			return false;
		/* Not the table's to say. */
		const double accuracy = p->metric[METRIC_accuracy];
		result_metrics(&p->out, table, &p->pick.design,
		               joulet_energy_uj(p->share_pj), p->metric);
		p->metric[METRIC_accuracy] = accuracy;
		report_refuse(r, table, p);
	}
	return report_judge(r, err);
}
