/* Unit tests of calib/: a small library and netlist in, changes and energy out,
 * to the last digit; what the fit finds. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "calib/energy.h"
#include "calib/power.h"

/* Two loads, energies that are easy to add: 1 fJ a transition of Z at no load,
 * 3 at 10 fF. */
static const char library[] =
        "library (small) { /* } */\n"
        "  time_unit : \"1ns\"; voltage_unit : \"1V\";\n"
        "  capacitive_load_unit (1, ff); nom_voltage : 2;\n"
        "  power_lut_template (p) { variable_1 : input_transition_time;\n"
        "    variable_2 : total_output_net_capacitance;\n"
        "    index_1 (\"0, 1\"); index_2 (\"0, 10\"); }\n"
        "  cell (BUF) {\n"
        "    pin (A) { direction : input; capacitance : 5; }\n"
        "    pin (Z) { direction : output; function : \"A\";\n"
        "      internal_power () { related_pin : \"A\";\n"
        "        rise_power (p) { values (\"1, 3\", \\\n\"1, 3\"); }\n"
        "        fall_power (p) { values (\"1, 3\", \"1, 3\"); } }\n"
        "      timing () { related_pin : \"A\";\n"
        "        cell_rise (p) { values (\"0.2, 0.2\", \"0.2, 0.2\"); }\n"
        "        cell_fall (p) { values (\"0.2, 0.2\", \"0.2, 0.2\"); } } }\n"
        "  }\n"
        "  cell (FAST) {\n"
        "    pin (A) { direction : input; capacitance : 1; }\n"
        "    pin (B) { direction : input; capacitance : 1; }\n"
        "    pin (Z) { direction : output; function : \"A ^ B\";\n"
        "      timing () { related_pin : \"A\";\n"
        "        cell_rise (p) { values (\"0.1, 0.1\", \"0.1, 0.1\"); } } }\n"
        "  }\n"
        "  cell (SLOW) {\n"
        "    pin (A) { direction : input; capacitance : 1; }\n"
        "    pin (B) { direction : input; capacitance : 1; }\n"
        "    pin (Z) { direction : output; function : \"A ^ B\";\n"
        "      timing () { related_pin : \"A\";\n"
        "        cell_rise (p) { values (\"0.3, 0.3\", \"0.3, 0.3\"); } } }\n"
        "  }\n"
        "  cell (DFF) { ff (IQ, IQN) { next_state : \"D\"; "
        "clocked_on : \"CK\"; }\n"
        "    pin (D) { direction : input; capacitance : 1; }\n"
        "    pin (CK) { direction : input; capacitance : 1; }\n"
        "    pin (Q) { direction : output; function : \"IQ\"; } }\n"
        "  cell (LATCH) { latch (IQ, IQN) { enable : \"G\"; }\n"
        "    pin (Q) { direction : output; function : \"IQ\"; } }\n"
        "}\n";

/* clk, a: b = BUF a; leaf: q = DFF b, and o = q; the memory is behaviour. */
static const char netlist[] =
        "# by hand\n\n.model top\n.inputs clk a\n.outputs o low\n"
        ".subckt BUF A=a Z=b\n.cname x\n"
        ".subckt $paramod$0123\\leaf clk=clk in=b out=o\n.cname part\n"
        ".conn $false low\n.end\n"
        ".model $paramod$0123\\leaf\n.inputs clk in\n.outputs out\n"
        ".subckt DFF CK=clk D=in Q=q\n.cname y\n.conn q out\n.end\n"
        ".model loop\n.inputs clk\n.outputs z\n"
        ".subckt BUF A=z Z=y\n.subckt BUF A=y Z=z\n.end\n"
        ".model odd\n.inputs clk\n.outputs z\n.subckt NAND A=clk\n"
        ".cname here\n.end\n"
        ".model sleeps\n.inputs clk\n.outputs z\n.subckt LATCH Q=z\n.end\n"
        ".model race\n.inputs clk a\n.outputs f s b\n"
        ".subckt BUF A=a Z=b\n.subckt FAST A=a B=b Z=f\n"
        ".subckt SLOW A=a B=b Z=s\n.subckt DFF CK=clk D=f Q=q\n.end\n"
        ".model store\n.inputs clk a w\n.outputs z\n"
        ".subckt $mem_v2 RD_ADDR=a RD_DATA=z WR_ADDR=a WR_DATA=w WR_EN=w\n"
        ".cname m\n.subckt DFF CK=clk D=z Q=q\n.end\n";

static char path[64];

static struct cells read_library(void)
{
	struct cells c;
	struct err err;
	snprintf(path, sizeof path, "/tmp/joulet-gates-%d", (int)getpid());
	assert_true(file_write(path, library, sizeof library - 1, &err));
	assert_true(cells_read(&c, path, &err));
	remove(path);
	return c;
}

static void a_table_is_linear_between_its_points_and_flat_beyond(void **state)
{
	(void)state;
	struct cells c = read_library();
	const struct cell_pin *z = &cells_find(&c, "BUF")->pin[1];

	assert_true(cell_energy(z, 0.5, 0) == 1);
	assert_true(cell_energy(z, 0.5, 5) == 2);
	assert_true(cell_energy(z, 7, 99) == 3);
	assert_null(cells_find(&c, "NAND"));
	cells_free(&c);
}

static void functions_become_truth_tables(void **state)
{
	(void)state;
	static const char *const in[] = {"A1", "A2", "B", "S0", "S1", "S2"};
	uint64_t t;

	assert_true(logic_table("!((A1 & A2) | B)", in, 3, &t));
	assert_int_equal(t & 0xff, 0x07);
	assert_true(logic_table("A1 + A2' B ^ 1", in, 3, &t));
	assert_int_equal(t & 0xff, 0xab);
	assert_true(logic_table("S2", in, 6, &t));
	assert_true(t == 0xffffffff00000000);
	assert_false(logic_table("A1 & C", in, 3, &t));
	assert_false(logic_table("(A1", in, 3, &t));
	assert_false(logic_table("A1)", in, 3, &t));
}

static bool read_netlist(struct netlist *n, const char *text, const char *top,
                         const struct cells *c, struct err *err)
{
	assert_true(file_write(path, text, strlen(text), err));
	bool ok = netlist_read(n, path, top, c, err);
	remove(path);
	return ok;
}

/* a changes twice; b, too; q once, after the edge that saw a at 1. */
static void energy_is_changes_times_what_each_costs(void **state)
{
	(void)state;
	struct cells c = read_library();
	struct netlist n;
	struct settle s;
	struct err err;
	double fj[NETLIST_CLASSES];

	assert_true(read_netlist(&n, netlist, "top", &c, &err));
	assert_true(settle_open(&s, &n, &err));
	uint32_t a = netlist_port(&n, "a"), o = netlist_port(&n, "o");
	assert_int_equal(netlist_port(&n, "low"), NET_LOW);
	assert_int_equal(netlist_port(&n, "none"), NET_NONE);
	settle_reset(&s);
	settle_nets(&s);
	s.counting = true;
	settle_set(&s, a, 1);
	settle_nets(&s);
	assert_int_equal(s.value[o], 0);
	settle_clock(&s);
	settle_set(&s, a, 0);
	settle_nets(&s);
	assert_int_equal(s.value[o], 1);
	double *prices = power_prices(&n, c.volts);
	power_energy(&n, prices, s.count, fj);
	assert_string_equal(n.cls[0], "top");
	assert_string_equal(n.cls[1], "leaf");
	/* a has no driver: 5 fF at 2 V, twice. b: D is 1 fF, and BUF takes 1.2
	 * fJ inside at that load, twice. leaf: the clock's 1 fF, twice. */
	assert_true(fabs(fj[0] - (0.5 * 5 * 4 + 0.5 * 1 * 4 + 1.2) * 2) <
	            1e-12);
	assert_true(fj[1] == 0.5 * 1 * 4 * 2);
	free(prices);
	settle_close(&s);
	netlist_free(&n);
	cells_free(&c);
}

static void a_memory_keeps_what_is_written(void **state)
{
	(void)state;
	struct cells c = read_library();
	struct netlist n;
	struct settle s;
	struct err err;

	assert_true(read_netlist(&n, netlist, "store", &c, &err));
	assert_true(settle_open(&s, &n, &err));
	settle_reset(&s);
	settle_set(&s, netlist_port(&n, "a"), 1);
	settle_set(&s, netlist_port(&n, "w"), 1);
	settle_nets(&s);
	assert_int_equal(s.value[netlist_port(&n, "z")], 0);
	settle_clock(&s);
	settle_nets(&s);
	assert_int_equal(s.value[netlist_port(&n, "z")], 1);
	settle_set(&s, netlist_port(&n, "a"), 0);
	settle_nets(&s);
	assert_int_equal(s.value[netlist_port(&n, "z")], 0);
	settle_close(&s);
	netlist_free(&n);
	cells_free(&c);
}

/* a changes; b follows after 0.2 ns. What is a ^ b is so for 0.2 ns: a gate of
 * 0.1 ns shows it and goes back, one of 0.3 ns does not see it. */
static void what_arrives_late_makes_a_glitch(void **state)
{
	(void)state;
	struct cells c = read_library();
	struct netlist n;
	struct settle s;
	struct timed t;
	struct err err;

	assert_true(read_netlist(&n, netlist, "race", &c, &err));
	assert_true(settle_open(&s, &n, &err));
	double *delays = power_delays(&n);
	timed_open(&t, &s, delays);
	settle_reset(&s);
	settle_nets(&s);
	uint8_t *before = malloc(n.n_nets);
	assert_non_null(before);
	memcpy(before, s.value, n.n_nets);
	s.counting = true;
	settle_set(&s, netlist_port(&n, "a"), 1);
	settle_nets(&s);
	assert_true(timed_edge(&t, before));
	assert_int_equal(t.count[netlist_port(&n, "a")], 1);
	assert_int_equal(t.count[netlist_port(&n, "b")], 1);
	assert_int_equal(t.count[netlist_port(&n, "f")], 2);
	assert_int_equal(t.count[netlist_port(&n, "s")], 0);
	assert_int_equal(s.count[netlist_port(&n, "f")], 0);
	s.value[netlist_port(&n, "f")] ^= 1; /* not what it settles to */
	assert_false(timed_edge(&t, before));
	free(before);
	free(delays);
	timed_close(&t);
	settle_close(&s);
	netlist_free(&n);
	cells_free(&c);
}

static void refused(const char *text, const char *top, const char *why)
{
	struct cells c = read_library();
	struct netlist n;
	struct settle s = {0};
	struct err err;

	assert_false(read_netlist(&n, text, top, &c, &err) &&
	             settle_open(&s, &n, &err));
	assert_int_equal(err.kind, ERR_DATA);
	assert_non_null(strstr(err.msg, why));
	settle_close(&s);
	netlist_free(&n);
	cells_free(&c);
}

static void what_cannot_be_simulated_is_named(void **state)
{
	(void)state;
	refused(netlist, "none", "has no module none");
	refused(netlist, "odd", "here: NAND is no cell or module");
	refused(netlist, "loop", "a loop");
	refused(netlist, "sleeps", "cell LATCH in sleeps");
	refused(".model top\n.subckt BUF A\n", "top", ":2: not BLIF");
}

/* Samples that the model can explain exactly, and one that it must not use. */
static void the_fit_finds_what_made_the_samples(void **state)
{
	(void)state;
	enum { N = 16 };
	struct energy_sample s[N];
	struct energy_model m;
	double by_rows[N_PIECES], by_activity[N_PIECES];

	for (int i = 0; i < N; i++) {
		s[i] = (struct energy_sample){.d = design_default(),
		                              .fit = i < N - 1,
		                              .cycles = (uint64_t)(100 + i)};
		struct joulet_activity *a = &s[i].activity;
		s[i].counts.n[EV_job_cycles] = s[i].cycles;
		s[i].counts.n[EV_macs] = (uint64_t)(i * 7 % 11);
		a->wgt_flips = 1000.0 * (i * i % 7);
		a->idle_flips = 900.0 * (i * 11 % 17);
		a->prod_flips = 700.0 * (i * 5 % 13);
		a->add_flips = 800.0 * (i * i * i % 11);
		a->sum_flips = 500.0 * (i * 3 % 5);
		s[i].fj[PIECE_array] = 64 * 2.0 * (double)s[i].cycles +
		                       3 * a->wgt_flips + 4 * a->idle_flips +
		                       5 * a->prod_flips + 6 * a->add_flips +
		                       7 * a->sum_flips;
	}
	s[N - 1].fj[PIECE_array] *= 100;
	energy_fit(&m, s, N);
	for (int i = 0; i < N_MOVES; i++)
		assert_true(fabs(m.move[i] - (2 + i)) < 1e-3);
	assert_true(fabs(m.fj[FIT_array_cell_cycle] - 2) < 1e-3);
	for (int t = 0; t < N_FITS; t++)
		assert_true(m.fj[t] >= 0);
	energy_by_activity(&m, &s[3], by_activity);
	energy_by_rows(&m, &s[3], by_rows);
	assert_true(fabs(by_activity[PIECE_array] / s[3].fj[PIECE_array] - 1) <
	            1e-6);
	assert_true(by_rows[PIECE_array] != by_activity[PIECE_array]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(
	                a_table_is_linear_between_its_points_and_flat_beyond),
	        cmocka_unit_test(functions_become_truth_tables),
	        cmocka_unit_test(energy_is_changes_times_what_each_costs),
	        cmocka_unit_test(what_arrives_late_makes_a_glitch),
	        cmocka_unit_test(a_memory_keeps_what_is_written),
	        cmocka_unit_test(what_cannot_be_simulated_is_named),
	        cmocka_unit_test(the_fit_finds_what_made_the_samples),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
