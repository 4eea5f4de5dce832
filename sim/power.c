/* power: leakage by block and state, and the chip between inferences. */
#include <assert.h>

#include "sim/cost.h"

const char *const joulet_block_name[N_BLOCKS] = {
#define BLOCK(name, kind, doc) #name,
#include "sim/blocks.def"
};

static const enum {
	KIND_LOGIC,
	KIND_RAM,
	KIND_LOST
} kinds[N_BLOCKS] = {
#define BLOCK(name, kind, doc) KIND_##kind,
#include "sim/blocks.def"
};

/* Of what is on. */
static void leakage(const struct joulet_tech *t, enum joulet_level level,
                    const struct design *d, double uw[N_BLOCKS])
{
	const struct memories m = cost_memories(t, level, d);
	const double supply = cost_supply(t, level, d);
#define AT(name) t->row[TECH_##name].at[level]
#define LOGIC(name) cost_row(t, level, TECH_##name, supply)
	uw[BLOCK_array] = LOGIC(leak_cell) * d->rows * d->cols;
	uw[BLOCK_requant] =
	        LOGIC(leak_lane) * d->lanes + LOGIC(leak_col) * d->cols;
	uw[BLOCK_control] = LOGIC(leak_ctl) + LOGIC(leak_queue) * d->queue +
	                    LOGIC(leak_port) * d->dma_bytes +
	                    LOGIC(leak_buffer) * d->rows * design_word(d) +
	                    LOGIC(leak_bank) * d->banks * design_word(d);
	uw[BLOCK_cpu] = LOGIC(leak_cpu);
	uw[BLOCK_flash] = t->ext_weights ? AT(ext_flash_idle)
	                                 : AT(leak_flash) * d->flash_kib;
	uw[BLOCK_scratchpad] = m.bank.leak_uw * d->banks;
	uw[BLOCK_sram] = t->ext_data ? AT(ext_ram_idle) : m.dma.leak_uw;
	uw[BLOCK_imem] = m.imem.leak_uw;
}

double cost_leakage_uw(const struct joulet_tech *t, enum joulet_level level,
                       const struct design *d)
{
	double uw[N_BLOCKS], sum = 0;
	leakage(t, level, d, uw);
	for (int i = 0; i < N_BLOCKS; i++)
		sum += uw[i];
	return sum;
}

/* In a state that the table knows. Memories beside the chip do what their data
 * sheets say instead. */
static double in_state(const struct joulet_tech *t, enum joulet_level level,
                       enum joulet_block block, enum joulet_state state,
                       const double uw[N_BLOCKS])
{
	if (state <= STATE_GATED)
		return uw[block];
	if (block == BLOCK_flash && t->ext_weights)
		return AT(ext_flash_sleep);
	if (state == STATE_RETAIN && kinds[block] == KIND_RAM)
		return block == BLOCK_sram && t->ext_data
		               ? uw[block]
		               : uw[block] * AT(state_retain);
	return uw[block] * AT(state_off);
}

static bool knows_states(const struct joulet_tech *t, struct err *err)
{
	return t->has[TECH_GROUP_state] ||
	       err_set(err, ERR_DATA,
	               "technology table %s says nothing of sleeping and "
	               "waking "
	               "up: it has no rows of group state",
	               t->name);
}

static struct joulet_band band(const double at[N_LEVELS])
{
	return (struct joulet_band){at[JOULET_MIN], at[JOULET_NOMINAL],
	                            at[JOULET_MAX]};
}

bool joulet_leakage_uw(const struct joulet_tech *t, const struct design *d,
                       enum joulet_block block, enum joulet_state state,
                       struct joulet_band *uw, struct err *err)
{
	double at[N_LEVELS], all[N_BLOCKS];
	assert(block < N_BLOCKS && state < N_STATES);
	if (state > STATE_GATED && !knows_states(t, err))
		return false;
	for (int l = 0; l < N_LEVELS; l++) {
		leakage(t, (enum joulet_level)l, d, all);
		at[l] = in_state(t, (enum joulet_level)l, block, state, all);
	}
	*uw = band(at);
	return true;
}

/* All blocks in one state, and what never sleeps. */
static double chip_uw(const struct joulet_tech *t, enum joulet_level level,
                      const struct design *d, enum joulet_state state)
{
	double uw[N_BLOCKS], sum = AT(always_on);
	leakage(t, level, d, uw);
	for (int i = 0; i < N_BLOCKS; i++)
		sum += in_state(t, level, (enum joulet_block)i, state, uw);
	return sum;
}

bool joulet_power(const struct joulet_tech *t, const struct design *d,
                  struct joulet_power *p, struct err *err)
{
	double idle[N_LEVELS], sleep[N_LEVELS], off[N_LEVELS], wake[N_LEVELS];
	if (!knows_states(t, err))
		return false;
	for (int l = 0; l < N_LEVELS; l++) {
		const enum joulet_level level = (enum joulet_level)l;
		idle[l] = chip_uw(t, level, d, STATE_GATED);
		sleep[l] = chip_uw(t, level, d, STATE_RETAIN);
		off[l] = chip_uw(t, level, d, STATE_OFF);
		wake[l] = (AT(wake_pj) + AT(wake_us) * idle[l]) * 1e-6;
	}
	p->idle_uw = band(idle);
	p->sleep_uw = band(sleep);
	p->off_uw = band(off);
	p->wake_us = band(t->row[TECH_wake_us].at);
	p->wake_uj = band(wake);
	return true;
}

static double average(double uj, double us, double wake_uj, double wake_us,
                      double sleep_uw, double period_us)
{
	double rest = period_us - us - wake_us;
	return ((uj + wake_uj) * 1e6 + sleep_uw * (rest > 0 ? rest : 0)) /
	       period_us;
}

struct joulet_band joulet_average_uw(const struct joulet_power *p,
                                     struct joulet_band uj, double us,
                                     double period_us)
{
	assert(period_us > 0);
	return (struct joulet_band){
	        average(uj.min, us, p->wake_uj.min, p->wake_us.min,
	                p->sleep_uw.min, period_us),
	        average(uj.nominal, us, p->wake_uj.nominal, p->wake_us.nominal,
	                p->sleep_uw.nominal, period_us),
	        average(uj.max, us, p->wake_uj.max, p->wake_us.max,
	                p->sleep_uw.max, period_us)};
}
