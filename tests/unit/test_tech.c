/* Technology tables and energy: sim/tech.c, sim/cost.c, configs/tech. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "isa/map.h"
#include "sim/tech.h"

static char **tables; /* every preset */
static int n_tables;

static struct joulet_tech *open_table(const char *path)
{
	struct err err = {0};
	struct joulet_tech *t = joulet_tech_open(path, &err);
	if (!t)
		fail_msg("%s", err.msg);
	return t;
}

static void every_shipped_table_loads(void **state)
{
	(void)state;
	for (int i = 0; i < n_tables; i++) {
		struct joulet_tech *t = open_table(tables[i]);
		assert_string_equal(joulet_tech_name(t), tables[i]);
		assert_true(joulet_tech_hash(t) != 0);
		assert_non_null(joulet_tech_about(t));
		joulet_tech_close(t);
	}
}

static void the_default_table_is_horowitz45(void **state)
{
	(void)state;
	struct joulet_tech *t = open_table(NULL);
	assert_string_equal(joulet_tech_name(t), "horowitz45");
	joulet_tech_close(t);
}

/* Counts that differ from event to event. */
static struct counts odd_counts(void)
{
	struct counts c;
	for (int i = 0; i < N_EVENTS; i++)
		c.n[i] = 1000003u * (unsigned)(i + 1) % 99991u;
	return c;
}

/* A table whose every figure is a small binary fraction and whose SRAM costs
 * the same at every size: then sums are exact, and can be told by hand. */
static struct joulet_tech plain_table(void)
{
	struct joulet_tech t = {.name = "plain", .n_sram = 1};
	for (int i = 0; i < N_TECH; i++)
		for (int l = 0; l < N_LEVELS; l++)
			t.row[i].at[l] = (i + 1) * (l + 1) / 8.0;
	const int memory[] = {TECH_sram_read, TECH_sram_write, TECH_sram_leak};
	for (int i = 0; i < 3; i++)
		t.row[memory[i]].at[JOULET_NOMINAL] = 1;
	t.sram[0] = (struct sram_point){8, 32, 2, 4, 8, 0, 0};
	return t;
}

static void each_share_is_counts_times_table(void **state)
{
	(void)state;
	struct joulet_tech t = plain_table();
	struct design d = design_default();
	struct counts c = odd_counts();
	double got[N_SHARES];
	joulet_cost(&t, &d, &c, 1000, got);
#define N(event) ((double)c.n[EV_##event])
#define V(name) t.row[TECH_##name].at[JOULET_NOMINAL]
	assert_true(got[SHARE_array] ==
	            N(macs) * V(mac) + N(pool_ops) * V(pool_op) +
	                    64 * (N(job_cycles) * V(cell_cycle) +
	                          N(array_steps) * V(cell_step)));
	assert_true(got[SHARE_requant] ==
	            N(requants) * V(requant) +
	                    N(job_cycles) *
	                            (4 * V(lane_cycle) + 8 * V(col_cycle)));
	double words = N(spad_act) + N(spad_wgt) + N(spad_par) + N(spad_out) +
	               N(spad_load) + N(spad_store);
	assert_true(got[SHARE_control] ==
	            N(job_cycles) * (V(ctl_cycle) + 4 * V(queue_cycle) +
	                             8 * 8 * V(buffer_cycle) +
	                             16 * 8 * V(bank_cycle)) +
	                    N(array_steps) * V(ctl_step) +
	                    8 * (N(spad_act) * V(buffer_byte) +
	                         words * V(pad_byte)));
	/* A bank's word has 8 bytes, twice the point's 32 bits. */
	assert_true(
	        got[SHARE_scratchpad] ==
	        4 * (N(spad_act) + N(spad_wgt) + N(spad_par) + N(spad_store)) +
	                8 * (N(spad_out) + N(spad_load)));
	assert_true(got[SHARE_dma] ==
	            N(job_cycles) * 8 * V(port_cycle) +
	                    V(dma_byte) *
	                            (N(ld_sram_bytes) + N(ld_flash_bytes) +
	                             N(st_sram_bytes) + 8 * N(fe_beats)));
	assert_true(got[SHARE_sram] ==
	            4 * N(ld_sram_beats) + 8 * N(st_sram_beats) +
	                    2 * N(cpu_sram_reads) + 4 * N(cpu_sram_writes));
	assert_true(got[SHARE_flash] ==
	            V(flash_byte) * (8 * N(ld_flash_beats) + 8 * N(fe_beats) +
	                             4 * N(cpu_flash_reads)));
	double retired = N(cpu_alu) + N(cpu_mul) + N(cpu_div) + N(cpu_load) +
	                 N(cpu_store) + N(cpu_branch) + N(cpu_jump) +
	                 N(cpu_system);
	assert_true(got[SHARE_cpu] ==
	            N(cpu_active) * V(cpu_cycle) + N(cpu_sleep) * V(cpu_sleep) +
	                    N(cpu_alu) * V(cpu_alu) + N(cpu_mul) * V(cpu_mul) +
	                    N(cpu_div) * V(cpu_div) +
	                    N(cpu_load) * V(cpu_load) +
	                    N(cpu_store) * V(cpu_store) +
	                    N(cpu_branch) * V(cpu_branch) +
	                    N(cpu_jump) * V(cpu_jump) +
	                    N(cpu_system) * V(cpu_system) + 2 * retired);
	/* 1000 cycles at 100 MHz are 10 us. */
	assert_true(got[SHARE_leakage] ==
	            10 * (64 * V(leak_cell) + 4 * V(leak_lane) +
	                  8 * V(leak_col) + V(leak_ctl) + 4 * V(leak_queue) +
	                  8 * V(leak_port) + 64 * V(leak_buffer) +
	                  128 * V(leak_bank) + V(leak_cpu) +
	                  1024 * V(leak_flash) + (16 + 1 + 1) * 8.0));
#undef N
#undef V
}

static void the_sum_is_the_sum_of_shares(void **state)
{
	(void)state;
	double share[N_SHARES], sum = 0;
	for (int i = 0; i < N_SHARES; i++) {
		share[i] = 1e6 * (1 << i);
		sum += 1 << i;
	}
	assert_true(joulet_energy_uj(share) == sum);
	struct design d = design_default();
	assert_true(joulet_latency_us(&d, 46123) == 461.23);
}

static void no_counts_and_no_time_cost_nothing(void **state)
{
	(void)state;
	struct joulet_tech *t = open_table(NULL);
	struct design d = design_default();
	struct counts c = {{0}};
	double share[N_SHARES];
	joulet_cost(t, &d, &c, 0, share);
	assert_true(joulet_energy_uj(share) == 0);
	joulet_tech_close(t);
}

static void more_events_never_cost_less(void **state)
{
	(void)state;
	struct design d = design_default();
	for (int i = 0; i < n_tables; i++) {
		struct joulet_tech *t = open_table(tables[i]);
		for (int e = 0; e < N_EVENTS; e++) {
			struct counts few = odd_counts(), many = few;
			double a[N_SHARES], b[N_SHARES];
			many.n[e] += 1000;
			joulet_cost(t, &d, &few, 5000, a);
			joulet_cost(t, &d, &many, 5000, b);
			for (int s = 0; s < N_SHARES; s++)
				assert_true(b[s] >= a[s]);
		}
		joulet_tech_close(t);
	}
}

static void a_bigger_sram_costs_more(void **state)
{
	(void)state;
	for (int i = 0; i < n_tables; i++) {
		struct joulet_tech *t = open_table(tables[i]);
		for (double bits = 32; bits <= 512; bits *= 2) {
			struct sram_point p =
			        tech_sram(t, JOULET_NOMINAL, 0.125, bits);
			assert_true(p.read_pj > 0);
			for (double kib = 0.25; kib <= 4096; kib *= 2) {
				struct sram_point q =
				        tech_sram(t, JOULET_NOMINAL, kib, bits);
				assert_true(q.read_pj > p.read_pj);
				assert_true(q.write_pj > p.write_pj);
				assert_true(q.leak_uw > p.leak_uw);
				p = q;
			}
		}
		joulet_tech_close(t);
	}
}

static void a_wider_word_costs_more_and_less_than_two_narrow_ones(void **state)
{
	(void)state;
	for (int i = 0; i < n_tables; i++) {
		struct joulet_tech *t = open_table(tables[i]);
		struct sram_point a = tech_sram(t, JOULET_NOMINAL, 32, 32);
		struct sram_point b = tech_sram(t, JOULET_NOMINAL, 32, 64);
		struct sram_point c = tech_sram(t, JOULET_NOMINAL, 32, 128);
		assert_true(b.read_pj > a.read_pj && c.read_pj > b.read_pj);
		assert_true(c.read_pj <= 2 * b.read_pj);
		assert_true(b.read_pj <= 2 * a.read_pj);
		joulet_tech_close(t);
	}
}

static void a_point_of_the_table_is_met_exactly(void **state)
{
	(void)state;
	struct joulet_tech *t = open_table("configs/tech/horowitz45.yaml");
	assert_true(fabs(tech_sram(t, JOULET_NOMINAL, 8, 64).read_pj - 10) <
	            1e-9);
	assert_true(fabs(tech_sram(t, JOULET_NOMINAL, 32, 64).read_pj - 20) <
	            1e-9);
	assert_true(fabs(tech_sram(t, JOULET_NOMINAL, 1024, 64).write_pj -
	                 100) < 1e-9);
	/* The power law through 8 and 32 KiB: half the energy, quarter size. */
	assert_true(fabs(tech_sram(t, JOULET_NOMINAL, 2, 64).read_pj - 5) <
	            1e-9);
	joulet_tech_close(t);
	t = open_table("aladdin40");
	assert_true(fabs(tech_sram(t, JOULET_NOMINAL, 32, 128).write_pj -
	                 27.5274) < 1e-9);
	joulet_tech_close(t);
}

/* ---- Bad tables --------------------------------------------------------- */

static char temp[] = "/tmp/joulet-tech-XXXXXX.yaml";

/* The default table with the first `from` replaced by `to`, as a file. */
static void write_changed(const char *from, const char *to)
{
	struct err err;
	size_t size;
	char *text =
	        file_read("configs/tech/horowitz45.yaml", 1 << 20, &size, &err);
	assert_non_null(text);
	char *at = strstr(text, from);
	assert_non_null(at);
	struct buf b = {0};
	buf_add(&b, text, (size_t)(at - text));
	buf_str(&b, to);
	buf_str(&b, at + strlen(from));
	assert_true(file_write(temp, b.data, b.len, &err));
	buf_free(&b);
	free(text);
}

static void refuses(const char *from, const char *to, const char *message)
{
	struct err err = {0};
	char want[512];
	write_changed(from, to);
	assert_null(joulet_tech_open(temp, &err));
	snprintf(want, sizeof want, "%s:%s", temp, message);
	assert_string_equal(err.msg, want);
	assert_int_equal(err.kind, ERR_DATA);
}

static void a_bad_row_names_file_line_and_reason(void **state)
{
	(void)state;
	refuses("value: 0.3", "value: none",
	        "23: value: 'none' is not a number");
	refuses("value: 0.3", "value: -1", "23: value: -1 is not in 0..1e+09");
	refuses("unit: pJ", "unit: nJ", "26: mac: unit is nJ, must be pJ");
	refuses("  voltage: 0.9\n", "",
	        "22: mac: has no voltage: every figure needs its origin");
	refuses("  voltage: 0.9", "  voltage:", "28: voltage: has no value");
	refuses("confidence: derived", "confident: derived",
	        "30: confident: no such key; did you mean confidence?");
	refuses("\nmac:", "\nmca:", "22: mca: no such key; did you mean mac?");
	refuses("read_pj: 10,", "read_pj: 0,",
	        "694: read_pj: 0 is not in 0.001..1e+09");
	refuses("kib: 32,", "kib: 8,",
	        "693: sram: two points of 8 KiB and 64 bits");
	refuses("\nnode_nm: 45\n", "\n", "14: node_nm: missing");
}

static void a_value_outside_its_band_is_refused(void **state)
{
	(void)state;
	refuses("value: 0.3", "value: 0.2",
	        "23: mac: value 0.2 is less than min 0.23");
	refuses("value: 0.3", "value: 3",
	        "25: mac: max 1.154 is less than value 3");
	refuses("  min: 0.23\n", "", "23: mac: has no min");
	refuses("  max: 1.154\n", "", "23: mac: has no max");
	refuses("mac_zero:\n  value: 0.3\n", "mac_zero:\n  value: 0.4\n",
	        "37: mac_zero: nominal 0.4 is more than mac's 0.3");
}

static void a_missing_row_or_memory_is_named(void **state)
{
	(void)state;
	struct err err;
	static const char no_rows[] = "name: x\nnode_nm: 45\nvoltage: 0.9\n"
	                              "scope: core\nsram: []\n";
	assert_true(file_write(temp, no_rows, sizeof no_rows - 1, &err));
	assert_null(joulet_tech_open(temp, &err));
	assert_non_null(strstr(err.msg, ": mac: missing"));
}

static void a_base_is_scaled_by_the_equations(void **state)
{
	(void)state;
	struct joulet_tech *b = open_table("aladdin40");
	struct joulet_tech *t = open_table("scaled65");
	/* E(65 nm, 1.0 V) over E(40 nm, 0.9 V), five thirteenths of the way
	 * from 45 to 32 nm. */
	double e45 = 1.103 * 0.81 - 0.362 * 0.9 + 0.2767;
	double e32 = 0.9559 * 0.81 - 0.7823 * 0.9 + 0.471;
	double by = (3.755 - 4.398 + 1.975) / (e45 + 5 / 13.0 * (e32 - e45));
	for (int i = 0; i < N_TECH; i++) {
		bool logic = tech_group_rule[tech_rule[i].group].scale ==
		             SCALE_LOGIC;
		double want = b->row[i].at[JOULET_NOMINAL] * (logic ? by : 1);
		/* One row of aladdin40 is characterized at another supply. */
		assert_true(fabs(t->row[i].at[JOULET_NOMINAL] - want) <=
		            1e-12 * want);
	}
	joulet_tech_close(t);
	t = open_table("scaled40");
	for (int i = 0; i < N_TECH; i++)
		for (int l = 0; l < N_LEVELS; l++)
			assert_true(t->row[i].at[l] == b->row[i].at[l]);
	joulet_tech_close(t);
	joulet_tech_close(b);
}

static void a_bad_base_says_where(void **state)
{
	(void)state;
	static const char head[] =
	        "name: x\nnode_nm: 500\nvoltage: 1\nbase: aladdin40\n";
	static const char circle[] = "name: x\nnode_nm: 45\nvoltage: 1\n"
	                             "base: ./%s\n";
	struct err err;
	char text[256];
	assert_true(file_write(temp, head, sizeof head - 1, &err));
	assert_null(joulet_tech_open(temp, &err));
	assert_non_null(strstr(err.msg, ".yaml:1: base: cannot scale mac at "
	                                "500 nm and 1 V: the equations are"));
	snprintf(text, sizeof text, circle, strrchr(temp, '/') + 1);
	assert_true(file_write(temp, text, strlen(text), &err));
	assert_null(joulet_tech_open(temp, &err));
	assert_non_null(strstr(err.msg, "more than 4 on top of each other"));
	assert_int_equal(err.kind, ERR_DATA);
}

static void a_name_that_is_no_preset_is_told(void **state)
{
	(void)state;
	struct err err;
	assert_null(joulet_tech_open("horowitz46", &err));
	assert_int_equal(err.kind, ERR_NOINPUT);
	assert_string_equal(err.msg,
	                    "horowitz46: no such technology table; did you "
	                    "mean horowitz45? (joulet tech lists them; a "
	                    "file's name ends with .yaml)");
}

static void a_missing_table_is_no_input(void **state)
{
	(void)state;
	struct err err;
	assert_null(joulet_tech_open("no/such.yaml", &err));
	assert_int_equal(err.kind, ERR_NOINPUT);
	assert_string_equal(
	        err.msg,
	        "no/such.yaml: cannot open: No such file or directory");
}

static int make_temp(void **state)
{
	(void)state;
	int fd = mkstemps(temp, 5);
	tables = joulet_tech_presets(&n_tables);
	return fd < 0 || close(fd) || n_tables < 11;
}

static int drop_temp(void **state)
{
	(void)state;
	joulet_tech_presets_free(tables, n_tables);
	return unlink(temp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_shipped_table_loads),
	        cmocka_unit_test(the_default_table_is_horowitz45),
	        cmocka_unit_test(each_share_is_counts_times_table),
	        cmocka_unit_test(the_sum_is_the_sum_of_shares),
	        cmocka_unit_test(no_counts_and_no_time_cost_nothing),
	        cmocka_unit_test(more_events_never_cost_less),
	        cmocka_unit_test(a_bigger_sram_costs_more),
	        cmocka_unit_test(
	                a_wider_word_costs_more_and_less_than_two_narrow_ones),
	        cmocka_unit_test(a_point_of_the_table_is_met_exactly),
	        cmocka_unit_test(a_bad_row_names_file_line_and_reason),
	        cmocka_unit_test(a_value_outside_its_band_is_refused),
	        cmocka_unit_test(a_missing_row_or_memory_is_named),
	        cmocka_unit_test(a_base_is_scaled_by_the_equations),
	        cmocka_unit_test(a_bad_base_says_where),
	        cmocka_unit_test(a_name_that_is_no_preset_is_told),
	        cmocka_unit_test(a_missing_table_is_no_input),
	};
	return cmocka_run_group_tests(tests, make_temp, drop_temp);
}
