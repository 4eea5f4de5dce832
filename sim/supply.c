/* supply: the logic of a design at its own voltage; see joulet.h, cost.h. */
#include <math.h>

#include "sim/cost.h"
#include "sim/scaling.h"

double joulet_supply(const struct joulet_tech *t, const struct design *d)
{
	return d->supply_mv ? d->supply_mv / 1000.0 : t->voltage;
}

bool joulet_supply_check(const struct joulet_tech *t, const struct design *d,
                         struct src src, struct err *err)
{
	const struct process from = {t->node_nm, t->voltage};
	const struct process to = {t->node_nm, joulet_supply(t, d)};

	if (to.volt == from.volt)
		return true;
	if (!scaling_covers(from) || !scaling_covers(to))
		return err_at(err, src,
		              "voltage.mv: %d: technology table %s is for %g "
		              "nm and %g V: the equations that scale logic are "
		              "for 7..130 nm, 0.5..1.5 V",
		              d->supply_mv, t->name, from.nm, from.volt);
	const double least = scaling_least_supply(t->node_nm);
	return to.volt >= least ||
	       err_at(err, src,
	              "voltage.mv: %d is less than %.0f mV, from where on the "
	              "equations that scale logic rise at %g nm (technology "
	              "table %s)",
	              d->supply_mv, ceil(least * 1000), t->node_nm, t->name);
}

struct joulet_band joulet_supply_factor(const struct joulet_tech *t,
                                        const struct design *d)
{
	const double volt = joulet_supply(t, d);

	if (volt == t->voltage)
		return (struct joulet_band){1, 1, 1};
	return scaling_supply(t->node_nm, t->voltage, volt);
}

double cost_supply(const struct joulet_tech *t, enum joulet_level level,
                   const struct design *d)
{
	const struct joulet_band by = joulet_supply_factor(t, d);
	return level == JOULET_MIN   ? by.min
	       : level == JOULET_MAX ? by.max
	                             : by.nominal;
}

double cost_row(const struct joulet_tech *t, enum joulet_level level, int row,
                double supply)
{
	const double at = t->row[row].at[level];
	const enum tech_group group = tech_rule[row].group;
	return tech_group_rule[group].scale == SCALE_LOGIC ? at * supply : at;
}
