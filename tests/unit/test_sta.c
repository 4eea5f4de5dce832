/* Unit tests of calib/synth and calib/sta with tools that only pretend: what
 * they are asked, what becomes of what they say, and of their failures. */
#define _XOPEN_SOURCE 700
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/folder.h"
#include "calib/sta.h"

static const char library[] =
        "library (l) { leakage_power_unit : \"1nW\"; nom_voltage : 1;\n"
        "cell (BUF_X2) { area : 2; cell_leakage_power : 2; }\n"
        "cell (BUF_X1) { area : 1; cell_leakage_power : 1; } }\n";

/* Counts its runs, and leaves what yosys would. */
static const char good_yosys[] =
        "#!/bin/sh\n"
        "[ \"$1\" != -V ] || { echo Yosys 0; exit 0; }\n"
        "work=$(dirname \"$3\")\n"
        "echo run >>\"$(dirname \"$0\")/runs\"\n"
        "cp \"$3\" \"$(dirname \"$0\")/asked\"\n"
        "printf '=== accel ===\\n     BUF_X1   3\\n' >\"$work/stat\"\n"
        "printf 'module accel (clk_i);\\n  \\\\$paramod$0\\\\spad_half_ram x "
        "();\\nendmodule\\n' >\"$work/netlist.v\"\n"
        "printf 'module m (clk_i, n1, n2);\\n  input clk_i;\\n  input [7:0] "
        "n1;\\n  output n2;\\n' >\"$work/ram.v\"\n";

static const char bad_yosys[] =
        "#!/bin/sh\n"
        "[ \"$1\" != -V ] || { echo Yosys 0; exit 0; }\n"
        "echo first; echo second; echo third; exit 1\n";

/* Gives back what it got, so that the test can look at it. */
static const char good_sta[] =
        "#!/bin/sh\n"
        "[ \"$1\" != -version ] || { echo 0.1; exit 0; }\n"
        "work=$(dirname \"$2\")\n"
        "echo run >>\"$(dirname \"$0\")/timed\"\n"
        "cp \"$work/netlist.v\" \"$work/ram.lib\" \"$(dirname \"$0\")\"\n"
        "cat <<'EOF'\n"
        "Startpoint: exec/_1_ (rising edge)\n"
        "Endpoint: pad/bank[0].even/_761_\n"
        "   0.0000    0.0000 ^ exec/_1_/CK (DFF_X1)\n"
        "   0.0800    0.0800 ^ exec/_1_/Q (DFF_X1)\n"
        "             2.1298   data arrival time\n"
        "             997.5   slack (MET)\n"
        "\n"
        "Startpoint: pad/bank[3].odd/_7_ (rising edge)\n"
        "Endpoint: exec/array/row[0].cells/_9_\n"
        "   0.0000    0.0000 ^ pad/bank[3].odd/_7_/CK (DFF_X1)\n"
        "   0.2500    0.2500 ^ pad/bank[3].odd/_7_/Q (DFF_X1)\n"
        "             2.0   data arrival time\n"
        "             998   slack (MET)\n"
        "\n"
        "Endpoint      Delay  Delay  Slack\n"
        "---------------------------------\n"
        "pad/bank[0].even/_761_/n3[31] (spad_ram)  999.9 2.4 997.5 (MET)\n"
        "exec/array/row[0].cells/_9_/D (DFF_X1)  999.9 2.1 997.75 (MET)\n"
        "exec/array/row[1].cells/_9_/D (DFF_X1)  999.9 2.1 997.8 (MET)\n"
        "exec/drain_i/lane[1].slice/_9_/D (DFF_X1)  999.9 1.4 998.5 (MET)\n"
        "exec/drain_i/_9_/D (DFF_X1)  999.9 1.4 998.75 (MET)\n"
        "EOF\n";

static char dir[64], lib[96];
static struct synth_opts opts;

static void put(const char *name, const char *text)
{
	struct err err;
	char *path = path_join(dir, name);
	remove(path);
	assert_true(file_write(path, text, strlen(text), &err));
	chmod(path, 0755);
	free(path);
}

static char *get(const char *name)
{
	struct err err;
	size_t size;
	char *path = path_join(dir, name);
	char *text = file_read(path, 1 << 20, &size, &err);
	free(path);
	assert_non_null(text);
	return text;
}

static int begin(void **state)
{
	struct buf path = {0};
	(void)state;
	snprintf(dir, sizeof dir, "/tmp/joulet-sta-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(lib, sizeof lib, "%s/l.lib", dir);
	put("l.lib", library);
	opts = (struct synth_opts){.liberty = lib, .cache_dir = dir};
	buf_printf(&path, "%s:/usr/bin:/bin", dir);
	setenv("PATH", path.data, 1);
	buf_free(&path);
	return 0;
}

static int end(void **state)
{
	(void)state;
	folder_remove(dir);
	return 0;
}

static void a_design_is_synthesized_once(void **state)
{
	(void)state;
	const struct design d = design_default();
	struct synth s;
	struct err err;
	put("yosys", good_yosys);
	for (int i = 0; i < 2; i++) {
		assert_true(synth_designs(&d, 1, &opts, &s, &err));
		assert_int_equal(s.total.cells, 3);
		assert_true(s.total.area_um2 == 3);
		assert_null(s.netlist);
		synth_free(&s);
	}
	char *runs = get("runs"), *asked = get("asked");
	assert_string_equal(runs, "run\n");
	assert_non_null(strstr(asked, "-set ROWS 8 -set COLS 8"));
	assert_non_null(strstr(asked, "-set UNPACK 0 accel\n"));
	assert_null(strstr(asked, "write_verilog"));
	free(runs);
	free(asked);
}

static void a_failure_names_the_tool_and_its_last_lines(void **state)
{
	(void)state;
	struct design d = design_default();
	struct synth s;
	struct err err;
	put("yosys", bad_yosys);
	d.rows = 5;
	assert_false(synth_designs(&d, 1, &opts, &s, &err));
	assert_int_equal(err.kind, ERR_TOOL);
	assert_string_equal(err.msg, "yosys could not synthesize an array of "
	                             "5x8 cells: second third");
}

static void a_missing_tool_is_named_with_its_package(void **state)
{
	(void)state;
	const struct design d = design_default();
	const char *all = getenv("PATH");
	char *path = strdup(all);
	struct synth s;
	struct err err;
	setenv("PATH", "/nowhere", 1);
	assert_false(synth_designs(&d, 1, &opts, &s, &err));
	setenv("PATH", path, 1);
	free(path);
	assert_int_equal(err.kind, ERR_TOOL);
	assert_string_equal(err.msg, "yosys not found: synthesis needs it "
	                             "(Debian package yosys)");
}

static void the_longer_path_decides(void **state)
{
	(void)state;
	const struct design d = design_default();
	struct sta s;
	struct err err;
	put("yosys", good_yosys);
	put("sta", good_sta);
	/* The second time the report is there. */
	for (int i = 0; i < 2; i++)
		assert_true(sta_design(&d, &opts, 1.5, &s, &err));
	char *timed = get("timed");
	assert_string_equal(timed, "run\n");
	free(timed);
	assert_true(fabs(s.logic.ns - 2.5) < 1e-9);
	assert_string_equal(s.logic.from, "exec");
	assert_string_equal(s.logic.to, "pad/bank[0].even");
	/* The memory instead of the register's own 0.25 ns. */
	assert_true(fabs(s.read.ns - (2 + 1.5 - 0.25)) < 1e-9);
	assert_string_equal(s.read.from, "pad/bank[3].odd");
	assert_string_equal(s.read.to, "exec/array/row[0].cells");
	assert_true(fabs(s.fmax_mhz - 1000 / 3.25) < 1e-9);
	/* The longest end of each kind; the report has the least slack first.
	 */
	static const double ns[N_LOGIC_PATHS] = {[PATH_array] = 2.25,
	                                         [PATH_requant] = 1.5,
	                                         [PATH_write] = 2.5,
	                                         [PATH_control] = 1.25,
	                                         [PATH_read] = 3.25};
	for (int i = 0; i < N_LOGIC_PATHS; i++)
		assert_true(fabs(s.path_ns[i] - ns[i]) < 1e-9);

	char *netlist = get("netlist.v"), *ram = get("ram.lib");
	assert_non_null(strstr(netlist, "\n  spad_ram x ();\n"));
	assert_non_null(strstr(ram, "bus (n1) { bus_type : n1_t; direction : "
	                            "input;"));
	assert_non_null(strstr(ram, "pin (n2) { direction : output;"));
	free(netlist);
	free(ram);
}

static void a_report_without_paths_is_refused(void **state)
{
	(void)state;
	const struct design d = design_default();
	struct sta s;
	struct err err;
	put("yosys", good_yosys);
	put("sta", "#!/bin/sh\necho No paths found.\n");
	assert_false(sta_design(&d, &opts, 1.5, &s, &err));
	assert_int_equal(err.kind, ERR_TOOL);
	assert_string_equal(err.msg, "sta: no path in what it printed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_design_is_synthesized_once),
	        cmocka_unit_test(a_failure_names_the_tool_and_its_last_lines),
	        cmocka_unit_test(a_missing_tool_is_named_with_its_package),
	        cmocka_unit_test(the_longer_path_decides),
	        cmocka_unit_test(a_report_without_paths_is_refused),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
