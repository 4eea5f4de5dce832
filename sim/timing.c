/* timing: how fast a design can be clocked; see joulet.h and timing.def. */
#include <math.h>
#include <string.h>

#include "isa/map.h"
#include "sim/tech.h"

/* V: closer to the threshold the law of delay is none. */
static const double LEAST_OVERDRIVE = 0.1;

const char *const timing_term_name[N_TIMING_TERMS] = {
#define TIMING_TERM(name, path, count, doc) #name,
#include "sim/timing.def"
};

const char *const joulet_path_name[N_PATHS] = {
#define TIMING_PATH(name, ends, doc) #name,
#include "sim/timing.def"
        "sram", "imem"};

const char *const joulet_path_doc[N_PATHS] = {
#define TIMING_PATH(name, ends, doc) doc,
#include "sim/timing.def"
        "an access of data memory", "an access of instruction memory"};

static const char *const ends_of[N_LOGIC_PATHS] = {
#define TIMING_PATH(name, ends, doc) ends,
#include "sim/timing.def"
};

static const enum joulet_path path_of[N_TIMING_TERMS] = {
#define TIMING_TERM(name, path, count, doc) PATH_##path,
#include "sim/timing.def"
};

int joulet_timing_terms(void)
{
	return N_TIMING_TERMS;
}

const char *joulet_timing_term(int i, enum joulet_path *path)
{
	*path = path_of[i];
	return timing_term_name[i];
}

const char *joulet_path_ends(enum joulet_path path)
{
	return path < N_LOGIC_PATHS ? ends_of[path] : NULL;
}

void joulet_timing_counts(const struct design *d, double *count)
{
	const double R = d->rows, C = d->cols, L = d->lanes, B = d->banks;
	const double WL = log2(design_word(d));
	const double D = d->dma_bytes, Q = d->queue;
	const double sparse = d->sparse, unpack = d->unpack;
	const double of[N_TIMING_TERMS] = {
#define TIMING_TERM(name, path, count, doc) count,
#include "sim/timing.def"
	};

	memcpy(count, of, sizeof of);
}

double joulet_access_ns(const struct joulet_tech *t, double kib, double bits)
{
	return tech_sram(t, JOULET_NOMINAL, kib, bits).access_ns;
}

double joulet_spad_access_ns(const struct joulet_tech *t,
                             const struct design *d)
{
	return joulet_access_ns(t, design_bank_bytes(d) / 2048.0,
	                        8.0 * design_word(d));
}

/* Delay at the design's supply over that at the section's: the alpha-power law,
 * T. Sakurai, A. R. Newton, IEEE J. Solid-State Circuits 25(2), 1990. */
static bool slower(const struct joulet_tech *t, const struct design *d,
                   double *by, struct err *err)
{
	const struct tech_timing *m = &t->timing;
	const double volt = joulet_supply(t, d), from = m->voltage;

	*by = 1;
	if (volt == from)
		return true;
	if (volt < m->vth + LEAST_OVERDRIVE)
		return err_set(err, ERR_DATA,
		               "technology table %s: how fast logic is at %g V "
		               "is not known: the law of delay begins at %.2f "
		               "V, %.1f V above the threshold",
		               t->name, volt, m->vth + LEAST_OVERDRIVE,
		               LEAST_OVERDRIVE);
	*by = volt / pow(volt - m->vth, m->alpha) /
	      (from / pow(from - m->vth, m->alpha));
	return true;
}

/* Memories have a supply of their own, the table's. */
static bool memories(const struct joulet_tech *t, const struct design *d,
                     double *ns, struct err *err)
{
	const double spad = joulet_spad_access_ns(t, d);

	ns[PATH_sram] = joulet_access_ns(t, d->sram_kib, 8.0 * d->dma_bytes);
	ns[PATH_imem] = joulet_access_ns(t, IMEM_BYTES / 1024.0, 32);
	ns[PATH_read] += spad;
	return (spad > 0 && ns[PATH_sram] > 0 && ns[PATH_imem] > 0) ||
	       err_set(err, ERR_DATA,
	               "technology table %s says no access time of its SRAM "
	               "points",
	               t->name);
}

static void find_limit(const struct joulet_tech *t, struct joulet_timing *to)
{
	const double *factor = t->timing.factor;

	to->limit = 0;
	for (int i = 1; i < N_PATHS; i++)
		if (to->ns[i] > to->ns[to->limit])
			to->limit = (enum joulet_path)i;
	const double mhz = 1000 / to->ns[to->limit];
	to->fmax_mhz = (struct joulet_band){mhz / factor[JOULET_MAX], mhz,
	                                    mhz / factor[JOULET_MIN]};
}

bool joulet_timing(const struct joulet_tech *t, const struct design *d,
                   struct joulet_timing *to, struct err *err)
{
	double count[N_TIMING_TERMS], by;

	*to = (struct joulet_timing){.ns = {0}};
	if (!t->timing.there)
		return err_set(err, ERR_DATA,
		               "technology table %s has no section timing "
		               "(docs/area.md)",
		               t->name);
	if (!slower(t, d, &by, err))
		return false;
	joulet_timing_counts(d, count);
	for (int i = 0; i < N_TIMING_TERMS; i++)
		to->ns[path_of[i]] += count[i] * t->timing.ns[i] * by;
	if (!memories(t, d, to->ns, err))
		return false;
	find_limit(t, to);
	return true;
}

bool joulet_clock_check(const struct joulet_tech *t, const struct design *d,
                        struct src src, struct err *err)
{
	struct joulet_timing m;
	struct err why;

	if (!t->timing.there || joulet_spad_access_ns(t, d) <= 0)
		return true;
	if (!joulet_timing(t, d, &m, &why))
		return err_at(err, src, "clock.mhz: %d: %.300s", d->clock_mhz,
		              why.msg);
	return d->clock_mhz <= m.fmax_mhz.nominal ||
	       err_at(err, src,
	              "clock.mhz: %d is more than %.0f MHz, the most at %g V "
	              "by technology table %s: %.2f ns for %s (path %s)",
	              d->clock_mhz, floor(m.fmax_mhz.nominal),
	              joulet_supply(t, d), t->name, m.ns[m.limit],
	              joulet_path_doc[m.limit], joulet_path_name[m.limit]);
}
