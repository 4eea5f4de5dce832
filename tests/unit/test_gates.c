/* Unit tests of calib/cells, calib/toggles and calib/energy: a small library
 * and waveform in, energy out, to the last digit; what the fit finds. */
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
        "        fall_power (p) { values (\"1, 3\", \"1, 3\"); } } }\n"
        "  }\n"
        "  cell (DFF) { ff (IQ, IQN) { next_state : \"D\"; "
        "clocked_on : \"CK\"; }\n"
        "    pin (D) { direction : input; capacitance : 1; }\n"
        "    pin (CK) { direction : input; capacitance : 1; }\n"
        "    pin (Q) { direction : output; function : \"IQ\"; } }\n"
        "  cell (LATCH) { latch (IQ, IQN) { enable : \"G\"; }\n"
        "    pin (Q) { direction : output; function : \"IQ\"; } }\n"
        "}\n";

/* a -> BUF -> b -> BUF -> c; in the job a changes once, b three times, c
 * twice. */
static const char waves[] =
        "$scope module bench $end\n"
        "$var reg 1 % job_on $end\n"
        "$scope module dut $end\n"
        "$var reg 1 & is_top $end\n"
        "$scope module x $end\n"
        "$var reg 1 ( is_BUF $end\n$var wire 1 ! A $end\n"
        "$var wire 1 \" Z $end\n$upscope $end\n"
        "$scope module part $end\n$var reg 1 ' is_leaf $end\n"
        "$scope module y $end\n"
        "$var reg 1 ) is_BUF $end\n$var wire 1 \" A $end\n"
        "$var wire 1 # Z $end\n$upscope $end\n"
        "$upscope $end\n$upscope $end\n$upscope $end\n"
        "$enddefinitions $end\n"
        "#0\n$dumpvars\n0%\n0!\nx\"\n0#\n$end\n"
        "#1\n0\"\n#2\n1\"\n1#\n" /* before the job */
        "#5\n1%\n#6\n1!\n0\"\n0#\n#7\n1\"\n1#\n#8\n0\"\n#9\n0%\n"
        "#10\n1\"\n0!\n";

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

static void verilog_has_flip_flops_and_gates_but_no_latches(void **state)
{
	(void)state;
	struct cells c = read_library();
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	cells_verilog(&c, f);
	fclose(f);
	assert_non_null(strstr(text, "module BUF (A, Z);"));
	assert_non_null(strstr(text, "assign Z = A;"));
	assert_non_null(strstr(text, "always @(posedge (CK)) IQ <= D;"));
	assert_null(strstr(text, "LATCH"));
	free(text);
	cells_free(&c);
}

static void energy_is_transitions_of_the_job_times_what_each_costs(void **state)
{
	(void)state;
	struct cells c = read_library();
	struct toggles t;
	struct err err;
	double fj[TOGGLES_CLASSES];
	FILE *f = fmemopen((void *)(size_t)waves, sizeof waves - 1, "r");

	assert_true(toggles_read(&t, &c, f, "waves", &err));
	fclose(f);
	assert_int_equal(t.n_jobs, 1);
	assert_int_equal(t.n_cells, 2);
	toggles_energy(&t, 0, c.volts, fj);
	assert_string_equal(t.cls[1], "top");
	assert_string_equal(t.cls[2], "leaf");
	/* x: its input has no driver, 5 fF at 2 V, once; its output 5 fF and
	 * 2 fJ inside, three times. y: no load, 1 fJ, twice. */
	assert_true(fj[1] == 0.5 * 5 * 4 * 1 + (0.5 * 5 * 4 + 2) * 3);
	assert_true(fj[2] == 2);
	toggles_free(&t);
	cells_free(&c);
}

static void what_is_no_waveform_is_an_error(void **state)
{
	(void)state;
	struct cells c = read_library();
	struct toggles t;
	struct err err;
	char text[] = "nothing\n";
	FILE *f = fmemopen(text, sizeof text - 1, "r");

	assert_false(toggles_read(&t, &c, f, "waves", &err));
	assert_int_equal(err.kind, ERR_DATA);
	fclose(f);
	toggles_free(&t);
	cells_free(&c);
}

/* Samples that the model can explain exactly, and one that it must not use. */
static void the_fit_finds_what_made_the_samples(void **state)
{
	(void)state;
	enum { N = 12 };
	struct energy_sample s[N];
	struct energy_model m;

	for (int i = 0; i < N; i++) {
		s[i] = (struct energy_sample){.d = design_default(),
		                              .fit = i < N - 1,
		                              .cycles = (uint64_t)(100 + i)};
		s[i].activity.part_flips = 1000.0 * (i * i % 7);
		s[i].activity.sum_flips = 500.0 * (i * 3 % 5);
		s[i].fj[PIECE_array] = 64 * 2.0 * (double)s[i].cycles +
		                       3 * (s[i].activity.part_flips +
		                            FLIP_SUM * s[i].activity.sum_flips);
	}
	s[N - 1].fj[PIECE_array] *= 100;
	energy_fit(&m, s, N);
	assert_true(fabs(m.fj[TERM_array_cell_cycle] - 2) < 1e-3);
	assert_true(fabs(m.fj[TERM_array_flip] - 3) < 1e-3);
	for (int t = 0; t < N_TERMS; t++)
		assert_true(m.fj[t] >= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(
	                a_table_is_linear_between_its_points_and_flat_beyond),
	        cmocka_unit_test(
	                verilog_has_flip_flops_and_gates_but_no_latches),
	        cmocka_unit_test(
	                energy_is_transitions_of_the_job_times_what_each_costs),
	        cmocka_unit_test(what_is_no_waveform_is_an_error),
	        cmocka_unit_test(the_fit_finds_what_made_the_samples),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
