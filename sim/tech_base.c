/* tech_base: what a technology table has from its base, scaled; see tech.h. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sim/scaling.h"
#include "sim/tech.h"

/* Where a row was characterized. What is no number ("not stated") is taken for
 * its table's. */
static struct process process_of(const struct joulet_tech *t,
                                 const struct tech_figure *f)
{
	struct process p = {t->node_nm, t->voltage};
	double v;
	if (text_double(f->node_nm, &v))
		p.nm = v;
	if (text_double(f->voltage, &v))
		p.volt = v;
	return p;
}

static bool covered(struct process p, const char *what, const struct yaml *root,
                    struct err *err)
{
	return scaling_covers(p) ||
	       err_at(err, yaml_src(root),
	              "base: cannot scale %s at %g nm and %g V: the equations "
	              "are for 7..130 nm, 0.5..1.5 V",
	              what, p.nm, p.volt);
}

static bool inherit_row(struct joulet_tech *t, int i, const struct yaml *root,
                        struct err *err)
{
	const struct process to = {t->node_nm, t->voltage};
	const struct tech_figure *of = &t->base->row[i];
	struct tech_figure *f = &t->row[i];
	int scale = tech_group_rule[tech_rule[i].group].scale;

	*f = *of;
	if (scale == SCALE_FIXED)
		return true;
	/* A row that was scaled once is at its table's process. */
	struct process from = {t->base->node_nm, t->base->voltage};
	if (of->scaled == 1)
		from = process_of(t->base, of);
	if (from.nm == to.nm && from.volt == to.volt)
		return true;
	if (!covered(from, tech_rule[i].name, root, err) ||
	    !covered(to, tech_rule[i].name, root, err))
		return false;
	struct joulet_band by = scale == SCALE_AREA
	                                ? scaling_area(from.nm, to.nm)
	                                : scaling_energy(from, to);
	f->at[JOULET_MIN] *= by.min;
	f->at[JOULET_NOMINAL] *= by.nominal;
	f->at[JOULET_MAX] *= by.max;
	f->scaled *= by.nominal;
	return true;
}

/* A node that the equations do not cover has no areas. */
static void inherit_area(struct joulet_tech *t)
{
	const struct process from = {t->base->node_nm, 1}, to = {t->node_nm, 1};
	struct tech_area *a = &t->area;

	*a = t->base->area;
	if (!a->there || from.nm == to.nm)
		return;
	a->there = scaling_covers(from) && scaling_covers(to);
	if (!a->there)
		return;
	struct joulet_band by = scaling_area(from.nm, to.nm);
	for (int i = 0; i < N_AREA_TERMS; i++)
		a->um2[i] *= by.nominal;
	for (int i = 0; i < N_CORES; i++)
		a->core_um2[i] *= by.nominal;
	a->factor[JOULET_MIN] *= by.min / by.nominal;
	a->factor[JOULET_MAX] *= by.max / by.nominal;
}

bool tech_inherit(struct joulet_tech *t, const struct yaml *root,
                  struct err *err)
{
	const struct joulet_tech *b = t->base;

	t->scope = b->scope;
	t->ext_weights = b->ext_weights;
	t->ext_data = b->ext_data;
	memcpy(t->sram, b->sram, sizeof t->sram);
	memcpy(t->sram_from, b->sram_from, sizeof t->sram_from);
	t->n_sram = b->n_sram;
	inherit_area(t);
	/* Delay follows the supply, but no equation here brings it to another
	 * node. */
	if (b->node_nm == t->node_nm)
		t->timing = b->timing;
	for (int i = 0; i < N_TECH; i++)
		if (b->has[tech_rule[i].group] &&
		    !yaml_get(root, tech_rule[i].name) &&
		    !inherit_row(t, i, root, err))
			return false;
	return true;
}
