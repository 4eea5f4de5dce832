/* area: what a design takes; see joulet.h and area.def. */
#include <math.h>
#include <string.h>

#include "isa/map.h"
#include "sim/tech.h"

const char *const area_term_name[N_AREA_TERMS] = {
#define AREA_TERM(name, block, count, doc) #name,
#include "sim/area.def"
};

const char *const joulet_part_name[N_AREA_PARTS] = {
#define AREA_BLOCK(name, modules) #name,
#include "sim/area.def"
        "scratchpad", "sram", "imem", "core"};

static const enum joulet_part block_of[N_AREA_TERMS] = {
#define AREA_TERM(name, block, count, doc) PART_##block,
#include "sim/area.def"
};

static const char *const modules_of[N_AREA_BLOCKS] = {
#define AREA_BLOCK(name, modules) modules,
#include "sim/area.def"
};

int joulet_area_terms(void)
{
	return N_AREA_TERMS;
}

const char *joulet_area_term(int i, enum joulet_part *block)
{
	*block = block_of[i];
	return area_term_name[i];
}

const char *joulet_area_modules(enum joulet_part block)
{
	return modules_of[block];
}

void joulet_area_counts(const struct design *d, double *count)
{
	const double R = d->rows, C = d->cols, L = d->lanes, B = d->banks;
	const double W = design_word(d), WL = log2(W);
	const double A = log2(design_spad_bytes(d));
	const double D = d->dma_bytes, Q = d->queue;
	const double split = d->split, narrow = d->narrow;
	const double sparse = d->sparse, unpack = d->unpack;
	/* Bits of the items of the three queues, with their wait counts: LDN,
	 * STN, EXN in accel.v. */
	const double ITEM = 3 * 48 + 143 + 132 + 127 + 15 * A + 2 * fmin(A, 16);
	const double of[N_AREA_TERMS] = {
#define AREA_TERM(name, block, count, doc) count,
#include "sim/area.def"
	};

	memcpy(count, of, sizeof of);
}

static bool sram_mm2(const struct joulet_tech *t, double kib, double bits,
                     double *mm2, struct err *err)
{
	*mm2 = tech_sram(t, JOULET_NOMINAL, kib, bits).area_mm2;
	return *mm2 > 0 ||
	       err_set(err, ERR_DATA,
	               "table %s says no area of its SRAM points", t->name);
}

/* Each bank has two halves, which are macros of their own. */
static bool memories(const struct joulet_tech *t, const struct design *d,
                     double part_mm2[N_AREA_PARTS], struct err *err)
{
	const double half_kib = design_bank_bytes(d) / 2048.0;

	if (!sram_mm2(t, half_kib, 8.0 * design_word(d),
	              &part_mm2[PART_scratchpad], err) ||
	    !sram_mm2(t, d->sram_kib, 8.0 * d->dma_bytes, &part_mm2[PART_sram],
	              err) ||
	    !sram_mm2(t, IMEM_BYTES / 1024.0, 32, &part_mm2[PART_imem], err))
		return false;
	part_mm2[PART_scratchpad] *= 2 * d->banks;
	return true;
}

bool joulet_area(const struct joulet_tech *t, enum joulet_level level,
                 const struct design *d, double part_mm2[N_AREA_PARTS],
                 struct err *err)
{
	double count[N_AREA_TERMS];

	if (!t->area.there)
		return err_set(err, ERR_DATA,
		               "table %s has no section area (docs/area.md)",
		               t->name);
	memset(part_mm2, 0, N_AREA_PARTS * sizeof *part_mm2);
	if (!memories(t, d, part_mm2, err))
		return false;
	joulet_area_counts(d, count);
	for (int i = 0; i < N_AREA_TERMS; i++)
		part_mm2[block_of[i]] += count[i] * t->area.um2[i] * 1e-6;
	part_mm2[PART_core] = t->area.core_um2[d->core] * 1e-6;
	for (int i = 0; i < N_AREA_PARTS; i++)
		part_mm2[i] *= t->area.factor[level];
	return true;
}

bool joulet_trial_area(const struct joulet_tech *tech, const struct design *d,
                       const struct joulet_trial *t, double *mm2, double *more)
{
	struct design other = *d;
	struct joulet_band here, there;
	struct err none;

	if (!tech || !t->ok ||
	    !design_set(&other, t->key, t->to, (struct src){NULL, 0}, &none) ||
	    !joulet_area_band(tech, d, &here, &none) ||
	    !joulet_area_band(tech, &other, &there, &none))
		return false;
	*mm2 = there.nominal;
	*more = there.nominal - here.nominal;
	return true;
}

bool joulet_area_band(const struct joulet_tech *t, const struct design *d,
                      struct joulet_band *mm2, struct err *err)
{
	double part[N_AREA_PARTS], sum[N_LEVELS] = {0};

	for (int l = 0; l < N_LEVELS; l++) {
		if (!joulet_area(t, (enum joulet_level)l, d, part, err))
			return false;
		for (int i = 0; i < N_AREA_PARTS; i++)
			sum[l] += part[i];
	}
	*mm2 = (struct joulet_band){sum[JOULET_MIN], sum[JOULET_NOMINAL],
	                            sum[JOULET_MAX]};
	return true;
}
