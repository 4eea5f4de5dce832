/* What must hold for energy whatever the table: sim/cost.c, sim/power.c. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "sim/tech.h"

enum { TRIALS = 300 };

static char **name;
static struct joulet_tech **table;
static int n_tables;

/* The same numbers in every run: splitmix64. */
static uint64_t seed;
static uint64_t draw(uint64_t below)
{
	uint64_t z = seed += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (z ^ z >> 31) % below;
}

/* Any value of every parameter: cost asks for no legal design. */
static struct design some_design(void)
{
	struct design d = design_default();
	for (int i = 0; i < n_params; i++) {
		const struct param *p = &params[i];
		int *at = (int *)((char *)&d + p->offset);
		if (p->rule == RULE_VOLT) /* the table's; or at_some_voltage */
			continue;
		if (p->rule != RULE_POW2) {
			*at = (int)(p->min +
			            (long)draw(
			                    (uint64_t)(p->max - p->min + 1)));
			continue;
		}
		*at = (int)p->min;
		while (2L * *at <= p->max && draw(3) > 0)
			*at *= 2;
	}
	return d;
}

/* One that the table's logic can be brought to. */
static struct design at_some_voltage(struct design d,
                                     const struct joulet_tech *t)
{
	struct err err;
	do
		d.supply_mv = 500 + (int)draw(1001);
	while (!joulet_supply_check(t, &d, (struct src){NULL, 0}, &err));
	return d;
}

static struct counts some_counts(void)
{
	struct counts c;
	for (int i = 0; i < N_EVENTS; i++)
		c.n[i] = draw(4) ? draw(1000000) : 0;
	return c;
}

static void bounds_are_in_order_for_every_unit(void **state)
{
	(void)state;
	seed = 1;
	for (int k = 0; k < TRIALS; k++) {
		const struct joulet_tech *t = table[k % n_tables];
		struct design d = some_design();
		if (draw(2))
			d = at_some_voltage(d, t);
		const struct counts c = some_counts();
		double share[N_LEVELS][N_SHARES];
		for (int l = 0; l < N_LEVELS; l++)
			joulet_cost_at(t, (enum joulet_level)l, &d, &c, 70000,
			               share[l]);
		for (int s = 0; s < N_SHARES; s++) {
			assert_true(share[0][s] <= share[1][s]);
			assert_true(share[1][s] <= share[2][s]);
		}
		struct joulet_band b = joulet_energy_band(t, &d, &c, 70000);
		assert_true(b.min <= b.nominal && b.nominal <= b.max);
	}
}

static void a_smaller_node_never_costs_more(void **state)
{
	(void)state;
	static const char *const family[] = {"scaled65", "scaled45", "scaled40",
	                                     "scaled28", "scaled22"};
	struct joulet_tech *t[5];
	struct err err;
	seed = 2;
	for (int i = 0; i < 5; i++)
		assert_non_null(t[i] = joulet_tech_open(family[i], &err));
	for (int k = 0; k < TRIALS; k++) {
		struct design d = some_design();
		const struct counts c = some_counts();
		const uint64_t cycles = draw(1000000);
		/* Far below CACTI's smallest macro its power laws cross. */
		while (design_bank_bytes(&d) < 256)
			d.spad_kib *= 2;
		for (int l = 0; l < N_LEVELS; l++) {
			double big[N_SHARES], small[N_SHARES];
			for (int i = 0; i + 1 < 5; i++) {
				joulet_cost_at(t[i], (enum joulet_level)l, &d,
				               &c, cycles, big);
				joulet_cost_at(t[i + 1], (enum joulet_level)l,
				               &d, &c, cycles, small);
				for (int s = 0; s < N_SHARES; s++)
					if (s != SHARE_leakage &&
					    small[s] > big[s])
						fail_msg("%s, %s, %s: %g > %g",
						         family[i + 1],
						         joulet_level_name[l],
						         joulet_share_name[s],
						         small[s], big[s]);
				if (joulet_energy_uj(small) >
				    joulet_energy_uj(big))
					fail_msg("%s, %s: %g > %g",
					         family[i + 1],
					         joulet_level_name[l],
					         joulet_energy_uj(small),
					         joulet_energy_uj(big));
			}
		}
	}
	for (int i = 0; i < 5; i++)
		joulet_tech_close(t[i]);
}

static void more_memory_costs_and_leaks_more(void **state)
{
	(void)state;
	for (int i = 0; i < n_tables; i++)
		for (int l = 0; l < N_LEVELS; l++)
			for (double bits = 32; bits <= 512; bits *= 2) {
				const enum joulet_level at =
				        (enum joulet_level)l;
				struct sram_point p =
				        tech_sram(table[i], at, 0.125, bits);
				for (double kib = 0.2; kib < 5000; kib *= 1.7) {
					struct sram_point q = tech_sram(
					        table[i], at, kib, bits);
					assert_true(q.read_pj > p.read_pj);
					assert_true(q.write_pj > p.write_pj);
					assert_true(q.leak_uw > p.leak_uw);
					p = q;
				}
			}
}

static void a_larger_block_leaks_more_in_every_state(void **state)
{
	(void)state;
	static const struct {
		const char *key, *less, *more;
		enum joulet_block block;
	} grow[] = {{"array.rows", "8", "16", BLOCK_array},
	            {"array.cols", "8", "16", BLOCK_array},
	            {"requant.lanes", "4", "8", BLOCK_requant},
	            {"scratchpad.kib", "64", "128", BLOCK_scratchpad},
	            {"sram.kib", "256", "512", BLOCK_sram},
	            {"flash.kib", "512", "1024", BLOCK_flash}};
	const struct src at = {"test", 0};
	struct err err;
	for (int i = 0; i < n_tables; i++)
		for (size_t g = 0; g < sizeof grow / sizeof grow[0]; g++)
			for (int s = 0; s < N_STATES; s++) {
				struct design d = design_default();
				struct joulet_band a, b;
				bool fixed = table[i]->ext_weights &&
				             grow[g].block == BLOCK_flash;
				assert_true(design_set(&d, grow[g].key,
				                       grow[g].less, at, &err));
				assert_true(joulet_leakage_uw(
				        table[i], &d, grow[g].block,
				        (enum joulet_state)s, &a, &err));
				assert_true(design_set(&d, grow[g].key,
				                       grow[g].more, at, &err));
				assert_true(joulet_leakage_uw(
				        table[i], &d, grow[g].block,
				        (enum joulet_state)s, &b, &err));
				assert_true(fixed ? b.nominal == a.nominal
				                  : b.nominal > a.nominal);
			}
}

static void deeper_sleep_draws_less(void **state)
{
	(void)state;
	struct err err;
	seed = 3;
	for (int k = 0; k < TRIALS; k++) {
		const struct joulet_tech *t = table[k % n_tables];
		struct design d = some_design();
		if (draw(2))
			d = at_some_voltage(d, t);
		struct joulet_power p;
		assert_true(joulet_power(t, &d, &p, &err));
		assert_true(p.idle_uw.nominal > p.sleep_uw.nominal);
		assert_true(p.sleep_uw.nominal > p.off_uw.nominal);
		assert_true(p.sleep_uw.min <= p.sleep_uw.nominal &&
		            p.sleep_uw.nominal <= p.sleep_uw.max);
		/* Seldom: what sleeps; always: what runs. */
		const double run = 2 * 500e-6 * p.idle_uw.nominal;
		struct joulet_band uj = {run, run, run};
		struct joulet_band day =
		        joulet_average_uw(&p, uj, 500, 86400e6);
		struct joulet_band now = joulet_average_uw(&p, uj, 500, 1e4);
		assert_true(day.nominal < 1.0001 * p.sleep_uw.nominal + 1e-3);
		assert_true(now.nominal > day.nominal);
	}
}

static void zero_activations_never_cost_more(void **state)
{
	(void)state;
	seed = 5;
	for (int k = 0; k < TRIALS; k++) {
		const struct joulet_tech *t = table[k % n_tables];
		struct design d = some_design();
		if (draw(2))
			d = at_some_voltage(d, t);
		const struct counts c = some_counts();
		const uint64_t zero = draw(c.n[EV_macs] + 1);
		for (int l = 0; l < N_LEVELS; l++) {
			const enum joulet_level at = (enum joulet_level)l;
			double share[N_SHARES];
			joulet_cost_at(t, at, &d, &c, 1000, share);
			double some =
			        joulet_zero_saving_pj(t, at, &d, (double)zero);
			double all = joulet_zero_saving_pj(
			        t, at, &d, (double)c.n[EV_macs]);
			assert_true(some >= 0 && some <= all);
			assert_true(all <= share[SHARE_array]);
		}
	}
}

/* With figures of its own, as a calibrated table has them. */
static void a_zero_activation_saves_the_difference(void **state)
{
	(void)state;
	struct joulet_tech t = *table[0];
	t.row[TECH_mac].at[JOULET_NOMINAL] = 0.75;
	t.row[TECH_mac_zero].at[JOULET_NOMINAL] = 0.25;
	const struct design d = design_default();
	assert_true(joulet_zero_saving_pj(&t, JOULET_NOMINAL, &d, 1000) == 500);
	assert_true(joulet_zero_saving_pj(&t, JOULET_NOMINAL, &d, 0) == 0);
}

static void the_array_by_flips_is_counts_times_rows(void **state)
{
	(void)state;
	struct joulet_tech t = *table[0];
	const struct design d = design_default();
	const struct joulet_activity a = {3, 9, 5, 7, 11, 13};
	struct counts c = {0};
	struct err err;
	double pj;

	t.has[TECH_GROUP_activity] = false;
	assert_false(
	        joulet_array_pj(&t, JOULET_NOMINAL, &d, &c, &a, &pj, &err));
	assert_non_null(strstr(err.msg, "flip_weight"));
	t.has[TECH_GROUP_activity] = true;
	c.n[EV_job_cycles] = 1000;
	t.row[TECH_cell_cycle].at[JOULET_NOMINAL] = 0.5;
	t.row[TECH_flip_weight].at[JOULET_NOMINAL] = 2;
	t.row[TECH_flip_idle].at[JOULET_NOMINAL] = 32;
	t.row[TECH_flip_product].at[JOULET_NOMINAL] = 4;
	t.row[TECH_flip_add].at[JOULET_NOMINAL] = 8;
	t.row[TECH_flip_sum].at[JOULET_NOMINAL] = 16;
	assert_true(joulet_array_pj(&t, JOULET_NOMINAL, &d, &c, &a, &pj, &err));
	assert_true(pj ==
	            64 * 1000 * 0.5 + 3 * 2 + 9 * 32 + 5 * 4 + 7 * 8 + 11 * 16);
}

static void leakage_is_the_sum_of_blocks(void **state)
{
	(void)state;
	static const struct counts none;
	struct err err;
	seed = 4;
	for (int k = 0; k < TRIALS; k++) {
		const struct joulet_tech *t = table[k % n_tables];
		struct design d = some_design();
		if (draw(2))
			d = at_some_voltage(d, t);
		double share[N_SHARES], sum = 0;
		struct joulet_band uw;
		for (int b = 0; b < N_BLOCKS; b++) {
			assert_true(joulet_leakage_uw(t, &d,
			                              (enum joulet_block)b,
			                              STATE_ON, &uw, &err));
			sum += uw.nominal;
		}
		joulet_cost(t, &d, &none, 12345, share);
		assert_true(share[SHARE_leakage] ==
		            sum * joulet_latency_us(&d, 12345));
	}
}

/* Every unit at every level, and the sums: nothing at all may be told apart. */
static void the_tables_own_voltage_changes_nothing(void **state)
{
	(void)state;
	struct err err;
	seed = 6;
	for (int k = 0; k < TRIALS; k++) {
		const struct joulet_tech *t = table[k % n_tables];
		const struct design d = some_design();
		const struct counts c = some_counts();
		struct joulet_power p, q;
		struct design same = d;
		same.supply_mv = (int)(1000 * t->voltage + 0.5);
		assert_true(joulet_supply_check(t, &same, (struct src){NULL, 0},
		                                &err));
		for (int l = 0; l < N_LEVELS; l++) {
			double a[N_SHARES], b[N_SHARES];
			joulet_cost_at(t, (enum joulet_level)l, &d, &c, 70000,
			               a);
			joulet_cost_at(t, (enum joulet_level)l, &same, &c,
			               70000, b);
			assert_memory_equal(a, b, sizeof a);
		}
		assert_true(joulet_power(t, &d, &p, &err));
		assert_true(joulet_power(t, &same, &q, &err));
		assert_memory_equal(&p, &q, sizeof p);
	}
}

static bool scales(int share)
{
	return share == SHARE_array || share == SHARE_requant ||
	       share == SHARE_control || share == SHARE_dma;
}

static bool is_memory(int share)
{
	return share == SHARE_scratchpad || share == SHARE_sram ||
	       share == SHARE_flash;
}

/* low below high: what is logic alone costs less if it costs anything, memory
 * the same, what has both in it no more. */
static void less_supply_costs_less(const struct joulet_tech *t,
                                   enum joulet_level level,
                                   const struct design *low,
                                   const struct design *high,
                                   const struct counts *c)
{
	double a[N_SHARES], b[N_SHARES];
	joulet_cost_at(t, level, low, c, 70000, a);
	joulet_cost_at(t, level, high, c, 70000, b);
	for (int s = 0; s < N_SHARES; s++) {
		if (a[s] > b[s] || (is_memory(s) && a[s] < b[s]) ||
		    (scales(s) && b[s] > 0 && a[s] >= b[s]))
			fail_msg("%s, %s, %s: %g at %d mV, %g at %d mV",
			         t->name, joulet_level_name[level],
			         joulet_share_name[s], a[s], low->supply_mv,
			         b[s], high->supply_mv);
	}
}

static void a_lower_voltage_never_costs_more(void **state)
{
	(void)state;
	seed = 7;
	for (int k = 0; k < TRIALS; k++) {
		const struct joulet_tech *t = table[k % n_tables];
		const struct design d = some_design();
		const struct counts c = some_counts();
		struct design low = at_some_voltage(d, t);
		struct design high = at_some_voltage(d, t);
		if (low.supply_mv == high.supply_mv)
			continue;
		const bool turned = low.supply_mv > high.supply_mv;
		for (int l = 0; l < N_LEVELS; l++)
			less_supply_costs_less(t, (enum joulet_level)l,
			                       turned ? &high : &low,
			                       turned ? &low : &high, &c);
	}
}

/* The whole range, millivolt by millivolt: no dip at its ends. */
static void the_factor_rises_with_the_voltage(void **state)
{
	(void)state;
	struct err err;
	for (int i = 0; i < n_tables; i++) {
		struct joulet_band before = {0, 0, 0};
		struct design d = design_default();
		for (d.supply_mv = VOLT_LEAST; d.supply_mv <= 1500;
		     d.supply_mv++) {
			if (!joulet_supply_check(table[i], &d,
			                         (struct src){NULL, 0}, &err)) {
				assert_true(before.min == 0);
				continue;
			}
			struct joulet_band by =
			        joulet_supply_factor(table[i], &d);
			assert_true(by.min > before.min &&
			            by.nominal > before.nominal &&
			            by.max > before.max);
			assert_true(by.min <= by.nominal &&
			            by.nominal <= by.max);
			before = by;
		}
		assert_true(before.min > 1);
	}
}

/* A design's voltage and a table of that voltage on top are one thing. */
static void a_voltage_is_a_table_at_that_voltage(void **state)
{
	(void)state;
	static const char text[] = "name: low\nbase: scaled22\nnode_nm: 22\n"
	                           "voltage: 0.65\n";
	char path[] = "/tmp/joulet-low-XXXXXX.yaml";
	struct err err;
	int fd = mkstemps(path, 5);
	assert_true(fd >= 0 && close(fd) == 0);
	assert_true(file_write(path, text, sizeof text - 1, &err));
	struct joulet_tech *low = joulet_tech_open(path, &err);
	struct joulet_tech *t = joulet_tech_open("scaled22", &err);
	assert_true(low && t);
	seed = 8;
	for (int k = 0; k < TRIALS; k++) {
		const struct design d = some_design();
		const struct counts c = some_counts();
		double a[N_SHARES], b[N_SHARES];
		struct design e = d;
		e.supply_mv = 650;
		joulet_cost(low, &d, &c, 70000, a);
		joulet_cost(t, &e, &c, 70000, b);
		assert_memory_equal(a, b, sizeof a);
	}
	joulet_tech_close(low);
	joulet_tech_close(t);
	unlink(path);
}

static void a_voltage_out_of_range_is_told(void **state)
{
	(void)state;
	const struct src at = {"sweep.yaml", 7};
	struct design d = design_default();
	struct err err;
	struct joulet_tech *t = joulet_tech_open("scaled65", &err);
	assert_non_null(t);
	d.supply_mv = 585;
	assert_false(joulet_supply_check(t, &d, at, &err));
	assert_int_equal(err.kind, ERR_DATA);
	assert_string_equal(err.msg,
	                    "sweep.yaml:7: voltage.mv: 585 is less than 586 "
	                    "mV, from where on the equations that scale logic "
	                    "rise at 65 nm (technology table scaled65)");
	d.supply_mv = 586;
	assert_true(joulet_supply_check(t, &d, at, &err));
	t->node_nm = 180;
	assert_false(joulet_supply_check(t, &d, at, &err));
	assert_string_equal(err.msg,
	                    "sweep.yaml:7: voltage.mv: 586: technology table "
	                    "scaled65 is for 180 nm and 1 V: the equations "
	                    "that scale logic are for 7..130 nm, 0.5..1.5 V");
	d.supply_mv = 1000;
	assert_true(joulet_supply_check(t, &d, at, &err));
	d.supply_mv = 0;
	assert_true(joulet_supply_check(t, &d, at, &err));
	joulet_tech_close(t);
}

static int open_all(void **state)
{
	(void)state;
	struct err err;
	name = joulet_tech_presets(&n_tables);
	table = calloc((size_t)n_tables, sizeof(struct joulet_tech *));
	for (int i = 0; i < n_tables; i++)
		if (!(table[i] = joulet_tech_open(name[i], &err))) {
			fprintf(stderr, "%s\n", err.msg);
			return -1;
		}
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	for (int i = 0; i < n_tables; i++)
		joulet_tech_close(table[i]);
	free((void *)table);
	joulet_tech_presets_free(name, n_tables);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(bounds_are_in_order_for_every_unit),
	        cmocka_unit_test(a_smaller_node_never_costs_more),
	        cmocka_unit_test(more_memory_costs_and_leaks_more),
	        cmocka_unit_test(a_larger_block_leaks_more_in_every_state),
	        cmocka_unit_test(deeper_sleep_draws_less),
	        cmocka_unit_test(zero_activations_never_cost_more),
	        cmocka_unit_test(a_zero_activation_saves_the_difference),
	        cmocka_unit_test(the_array_by_flips_is_counts_times_rows),
	        cmocka_unit_test(leakage_is_the_sum_of_blocks),
	        cmocka_unit_test(the_tables_own_voltage_changes_nothing),
	        cmocka_unit_test(a_lower_voltage_never_costs_more),
	        cmocka_unit_test(the_factor_rises_with_the_voltage),
	        cmocka_unit_test(a_voltage_is_a_table_at_that_voltage),
	        cmocka_unit_test(a_voltage_out_of_range_is_told),
	};
	return cmocka_run_group_tests(tests, open_all, close_all);
}
