/* Unit tests of calib/liberty and calib/synth_stat: files in, figures out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "calib/synth_stat.h"

static const char library[] =
        "/* a comment { */\n"
        "library (small) {\n"
        "  leakage_power_unit : \"10nW\";\n"
        "  nom_voltage : 0.9;\n"
        "  define (area, cell, float);\n"
        "  cell (NAND2) {\n"
        "    area : 0.5; cell_leakage_power : 2;\n"
        "    pin (A) { direction : input; area : 9; }\n"
        "    leakage_power () { when : \"A { B\"; value : 77; }\n"
        "  }\n"
        "  cell (\"DFF\") {\n"
        "    area : 4.25;\n"
        "    cell_leakage_power : 8.5 ;\n"
        "    ff (IQ, IQN) { clocked_on : \"CK\"; }\n"
        "  }\n"
        "}\n";

static const char table[] =
        "\n17. Printing statistics.\n\n"
        "=== $paramod$0123\\leaf ===\n\n"
        "   Number of cells:                  3\n"
        "     DFF                             1\n"
        "     NAND2                           2\n\n"
        "=== $paramod\\leaf\\N=32'00000000000000000000000000000010 ===\n\n"
        "   Number of cells:                  1\n"
        "     NAND2                           1\n"
        "     $paramod$0123\\store_ram         1\n\n"
        "=== $paramod$0123\\store_ram ===\n\n"
        "   Number of cells:                  1\n"
        "     $mem_v2                         1\n\n"
        "=== accel ===\n\n"
        "   Number of cells:                  6\n"
        "     $paramod$0123\\leaf              3\n"
        "     $paramod\\leaf\\N=32'00000000000000000000000000000010      2\n"
        "     DFF                             1\n\n"
        "=== design hierarchy ===\n\n"
        "   accel                             1\n"
        "     $paramod$0123\\leaf              3\n";

enum { LIBRARY, STAT, N_FILES };
static char name[N_FILES][64];

static void put(int file, const char *text)
{
	struct err err;
	snprintf(name[file], sizeof name[file], "/tmp/joulet-synth-%d-%d",
	         (int)getpid(), file);
	assert_true(file_write(name[file], text, strlen(text), &err));
}

static int clean(void **state)
{
	(void)state;
	for (int i = 0; i < N_FILES; i++)
		remove(name[i]);
	return 0;
}

static struct liberty read_library(void)
{
	struct liberty l;
	struct err err;
	put(LIBRARY, library);
	assert_true(liberty_read(name[LIBRARY], &l, &err));
	return l;
}

static void cells_have_the_area_and_leakage_of_their_own_group(void **state)
{
	(void)state;
	struct liberty l = read_library();
	assert_int_equal(l.n, 2);
	assert_true(l.voltage == 0.9);
	const struct liberty_cell *nand = liberty_find(&l, "NAND2");
	const struct liberty_cell *dff = liberty_find(&l, "DFF");
	assert_true(nand->area_um2 == 0.5 && !nand->flop);
	assert_true(nand->leak_uw == 2 * (10 * 1e-3));
	assert_true(dff->area_um2 == 4.25 && dff->flop);
	assert_null(liberty_find(&l, "NAND"));
	liberty_free(&l);
}

static void a_library_that_is_none_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text, *why;
	} bad[] = {
	        {"library (x) { cell (A) { area : 1; }", "braces do not match"},
	        {"library (x) { }", "has no cells"},
	        {"}", "braces do not match"},
	        {"library (x) { cell (A) { area : 1; } }",
	         "leakage_power_unit is missing"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct liberty l;
		struct err err;
		put(LIBRARY, bad[i].text);
		assert_false(liberty_read(name[LIBRARY], &l, &err));
		assert_int_equal(err.kind, ERR_DATA);
		assert_non_null(strstr(err.msg, name[LIBRARY]));
		assert_non_null(strstr(err.msg, bad[i].why));
	}
}

static void instances_multiply_down_the_hierarchy(void **state)
{
	(void)state;
	struct liberty l = read_library();
	struct synth s = {0};
	struct err err;
	put(STAT, table);
	assert_true(synth_stat_read(name[STAT], "accel", &l, &s, &err));
	assert_int_equal(s.n, 3);
	const struct synth_class *leaf = synth_find(&s, "leaf");
	assert_int_equal(leaf->instances, 5);
	assert_int_equal(leaf->cells, 3 * 3 + 2);
	assert_int_equal(leaf->flops, 3);
	assert_true(leaf->area_um2 == 3 * 4.25 + 8 * 0.5);
	assert_int_equal(synth_find(&s, "store_ram")->instances, 2);
	assert_int_equal(synth_find(&s, "store_ram")->cells, 0);
	assert_int_equal(synth_find(&s, "accel")->cells, 1);
	assert_int_equal(s.total.cells, 12);
	assert_true(s.total.area_um2 == 4 * 4.25 + 8 * 0.5);
	synth_free(&s);
	liberty_free(&l);
}

static void a_table_without_the_top_is_refused(void **state)
{
	(void)state;
	struct liberty l = read_library();
	struct synth s = {0};
	struct err err;
	put(STAT, "=== leaf ===\n     DFF   1\n");
	assert_false(synth_stat_read(name[STAT], "accel", &l, &s, &err));
	assert_non_null(strstr(err.msg, "no module accel"));
	synth_free(&s);
	liberty_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(
	                cells_have_the_area_and_leakage_of_their_own_group),
	        cmocka_unit_test(a_library_that_is_none_is_refused),
	        cmocka_unit_test(instances_multiply_down_the_hierarchy),
	        cmocka_unit_test(a_table_without_the_top_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, clean);
}
