/* cost: energy = counts x technology table; which row is in cost.def. */
#include "sim/cost.h"

#include "isa/map.h"

const char *const joulet_share_name[N_SHARES] = {
#define SHARE(name, doc) #name,
#include "sim/shares.def"
};

struct memories cost_memories(const struct joulet_tech *t,
                              enum joulet_level level, const struct design *d)
{
	return (struct memories){
	        .bank = tech_sram(t, level, design_bank_bytes(d) / 1024.0,
	                          8.0 * design_word(d)),
	        .dma = tech_sram(t, level, d->sram_kib, 8.0 * d->dma_bytes),
	        .host = tech_sram(t, level, d->sram_kib, 32),
	        .imem = tech_sram(t, level, IMEM_BYTES / 1024.0, 32),
	};
}

/* A byte of weight memory, of data memory beside the chip. */
#define FLASH(r) t->row[t->ext_weights ? TECH_ext_flash_byte : (r)].at[level]
#define RAM(on_chip, bytes)                                                    \
	(t->ext_data ? t->row[TECH_ext_ram_byte].at[level] * (bytes)           \
	             : (on_chip))
/* 0 if it is in the host core's figures. */
#define HOST(pj) (t->scope == SCOPE_chip ? 0 : (pj))

#define OF_FLAT 1
#define OF_BEAT d->dma_bytes
#define OF_CELLS ((double)d->rows * d->cols)
#define OF_COLUMNS d->cols
#define OF_LANES d->lanes
#define OF_OPERANDS ((double)d->rows * design_word(d))
#define OF_BANKS ((double)d->banks * design_word(d))
#define OF_WORD design_word(d)
#define OF_QUEUE d->queue

#define LOGIC(r, n) (cost_row(t, level, r, supply) * (n))
#define RULE_FLAT(r) LOGIC(r, OF_FLAT)
#define RULE_BEAT(r) LOGIC(r, OF_BEAT)
#define RULE_CELLS(r) LOGIC(r, OF_CELLS)
#define RULE_COLUMNS(r) LOGIC(r, OF_COLUMNS)
#define RULE_LANES(r) LOGIC(r, OF_LANES)
#define RULE_OPERANDS(r) LOGIC(r, OF_OPERANDS)
#define RULE_BANKS(r) LOGIC(r, OF_BANKS)
#define RULE_WORD(r) LOGIC(r, OF_WORD)
#define RULE_QUEUE(r) LOGIC(r, OF_QUEUE)
#define RULE_FLASH_BEAT(r) (FLASH(r) * d->dma_bytes)
#define RULE_HOST_FLASH(r) HOST(FLASH(r) * 4)
#define RULE_SPAD_READ(r) m.bank.read_pj
#define RULE_SPAD_WRITE(r) m.bank.write_pj
#define RULE_SRAM_READ(r) RAM(m.dma.read_pj, d->dma_bytes)
#define RULE_SRAM_WRITE(r) RAM(m.dma.write_pj, d->dma_bytes)
#define RULE_HOST_SRAM_READ(r) HOST(RAM(m.host.read_pj, 4))
#define RULE_HOST_SRAM_WRITE(r) HOST(RAM(m.host.write_pj, 4))
#define RULE_HOST_IMEM(r) HOST(m.imem.read_pj)

static const struct {
	enum event event;
	enum joulet_share share;
	const char *rule, *row;
} terms[N_COST_TERMS] = {
#define COST(event, share, rule, row) {EV_##event, SHARE_##share, #rule, #row},
#include "sim/cost.def"
};

void cost_prices(const struct joulet_tech *t, enum joulet_level level,
                 const struct design *d, double pj[N_COST_TERMS])
{
	const struct memories m = cost_memories(t, level, d);
	const double supply = cost_supply(t, level, d);
	int i = 0;
#define COST(event, share, rule, row) pj[i++] = RULE_##rule(TECH_##row);
#include "sim/cost.def"
}

/* Of what the table prices by its points of memories. */
#define OF_FLASH_BEAT 0
#define OF_HOST_FLASH 0
#define OF_SPAD_READ 0
#define OF_SPAD_WRITE 0
#define OF_SRAM_READ 0
#define OF_SRAM_WRITE 0
#define OF_HOST_SRAM_READ 0
#define OF_HOST_SRAM_WRITE 0
#define OF_HOST_IMEM 0

void cost_amounts(const struct design *d, const struct counts *c,
                  double amount[N_TECH])
{
	for (int i = 0; i < N_TECH; i++)
		amount[i] = 0;
#define COST(event, share, rule, row)                                          \
	amount[TECH_##row] += (double)c->n[EV_##event] * (OF_##rule);
#include "sim/cost.def"
}

struct cost_term cost_term(int i)
{
	return (struct cost_term){event_name[terms[i].event],
	                          joulet_share_name[terms[i].share],
	                          terms[i].rule, terms[i].row};
}

double joulet_latency_us(const struct design *d, uint64_t cycles)
{
	return (double)cycles / d->clock_mhz;
}

void joulet_cost_at(const struct joulet_tech *t, enum joulet_level level,
                    const struct design *d, const struct counts *c,
                    uint64_t cycles, double share_pj[N_SHARES])
{
	double pj[N_COST_TERMS];
	cost_prices(t, level, d, pj);
	for (int i = 0; i < N_SHARES; i++)
		share_pj[i] = 0;
	for (int i = 0; i < N_COST_TERMS; i++)
		share_pj[terms[i].share] +=
		        (double)c->n[terms[i].event] * pj[i];
	/* uW * us = pJ */
	share_pj[SHARE_leakage] +=
	        cost_leakage_uw(t, level, d) * joulet_latency_us(d, cycles);
}

void joulet_cost(const struct joulet_tech *t, const struct design *d,
                 const struct counts *c, uint64_t cycles,
                 double share_pj[N_SHARES])
{
	joulet_cost_at(t, JOULET_NOMINAL, d, c, cycles, share_pj);
}

struct joulet_band joulet_energy_band(const struct joulet_tech *t,
                                      const struct design *d,
                                      const struct counts *c, uint64_t cycles)
{
	double share[N_SHARES], uj[N_LEVELS];
	for (int l = 0; l < N_LEVELS; l++) {
		joulet_cost_at(t, (enum joulet_level)l, d, c, cycles, share);
		uj[l] = joulet_energy_uj(share);
	}
	return (struct joulet_band){uj[JOULET_MIN], uj[JOULET_NOMINAL],
	                            uj[JOULET_MAX]};
}

double joulet_zero_saving_pj(const struct joulet_tech *t,
                             enum joulet_level level, const struct design *d,
                             double zero_macs)
{
	const double supply = cost_supply(t, level, d);
	const double saved = cost_row(t, level, TECH_mac, supply) -
	                     cost_row(t, level, TECH_mac_zero, supply);
	return saved > 0 ? zero_macs * saved : 0;
}

bool joulet_array_pj(const struct joulet_tech *t, enum joulet_level level,
                     const struct design *d, const struct counts *c,
                     const struct joulet_activity *a, double *pj,
                     struct err *err)
{
	const double supply = cost_supply(t, level, d);

	if (!t->has[TECH_GROUP_activity])
		return err_set(err, ERR_DATA,
		               "technology %s does not say what flips in the "
		               "array cost (rows flip_weight and others)",
		               t->name);
#define ROW(name) cost_row(t, level, TECH_##name, supply)
	*pj = (double)c->n[EV_job_cycles] * RULE_CELLS(TECH_cell_cycle) +
	      a->wgt_flips * ROW(flip_weight) + a->idle_flips * ROW(flip_idle) +
	      a->prod_flips * ROW(flip_product) + a->add_flips * ROW(flip_add) +
	      a->sum_flips * ROW(flip_sum);
	return true;
}

double joulet_energy_uj(const double share_pj[N_SHARES])
{
	double sum = 0;
	for (int i = 0; i < N_SHARES; i++)
		sum += share_pj[i];
	return sum * 1e-6;
}
