/* sta: see sta.h
 *
 * OpenSTA reads the netlist, in which a memory of the scratchpad is a cell of a
 * small liberty file made here: its read data follows the address at once,
 * since spad_half has the register behind it, and writes have to come 0.1 ns
 * before the clock. From the register on, a path takes sram_ns instead of the
 * register's own delay.
 */
#include "calib/sta.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/spawn.h"

enum {
	MAX_NETLIST = 1 << 30,
	PERIOD_NS = 1000,
	MAX_BITS = 4096,
	MAX_ENDS = 1000000
};

static const char ram_head[] =
        "library (ram) {\n"
        "time_unit : \"1ns\"; capacitive_load_unit (1,ff);\n"
        "voltage_unit : \"1V\"; current_unit : \"1mA\";\n"
        "leakage_power_unit : \"1nW\"; pulling_resistance_unit : \"1kohm\";\n"
        "delay_model : table_lookup;\n"
        "nom_voltage : 1; nom_temperature : 25; nom_process : 1;\n"
        "input_threshold_pct_rise : 50; input_threshold_pct_fall : 50;\n"
        "output_threshold_pct_rise : 50; output_threshold_pct_fall : 50;\n"
        "slew_lower_threshold_pct_rise : 30;\n"
        "slew_upper_threshold_pct_rise : 70;\n"
        "slew_lower_threshold_pct_fall : 30;\n"
        "slew_upper_threshold_pct_fall : 70;\n";

static const char ram_input[] =
        "direction : input; capacitance : 2; timing () { related_pin : "
        "\"clk_i\"; timing_type : setup_rising; rise_constraint (scalar) { "
        "values (\"0.1\"); } fall_constraint (scalar) { values (\"0.1\"); } }";
static const char ram_output[] =
        "direction : output; timing () { related_pin : \"clk_i\"; timing_type "
        ": rising_edge; cell_rise (scalar) { values (\"0.05\"); } cell_fall "
        "(scalar) { values (\"0.05\"); } rise_transition (scalar) { values "
        "(\"0.02\"); } fall_transition (scalar) { values (\"0.02\"); } }";

/* "  input [63:0] n1;" and the like become pins and buses. */
static void ram_port(const char *line, struct buf *types, struct buf *cell)
{
	char kind[8], name[64];
	int high;

	if (sscanf(line, "  %7[a-z] [%d:0] %63[a-z0-9_];", kind, &high, name) ==
	    3) {
		if (high >= 0 && high < MAX_BITS)
			buf_printf(types,
			           "type (%s_t) { base_type : array; data_type "
			           ": bit; bit_width : %d; bit_from : %d; "
			           "bit_to : 0; downto : true; }\n",
			           name, high + 1, high);
		buf_printf(cell, "bus (%s) { bus_type : %s_t; %s }\n", name,
		           name, *kind == 'i' ? ram_input : ram_output);
	} else if (sscanf(line, "  %7[a-z] %63[a-z0-9_];", kind, name) == 2) {
		bool clock = strcmp(name, "clk_i") == 0;
		buf_printf(cell, "pin (%s) { %s }\n", name,
		           clock ? "direction : input; capacitance : 2; clock "
		                   ": true;"
		           : *kind == 'i' ? ram_input
		                          : ram_output);
	}
}

/* All halves of a design are the same module. */
static bool ram_library(const char *ram_v, const char *to, struct err *err)
{
	struct buf types = {0}, cell = {0}, all = {0};
	size_t size;
	char *text = file_read(ram_v, MAX_NETLIST, &size, err);
	char *save = NULL;

	if (!text)
		return false;
	for (char *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		if (strncmp(line, "  input ", 8) == 0 ||
		    strncmp(line, "  output ", 9) == 0)
			ram_port(line, &types, &cell);
	buf_printf(&all, "%s%scell (spad_ram) {\narea : 0;\n%s}\n}\n", ram_head,
	           types.data ? types.data : "", cell.data ? cell.data : "");
	bool ok = file_write(to, all.data, all.len, err);
	buf_free(&types);
	buf_free(&cell);
	buf_free(&all);
	free(text);
	return ok;
}

/* The memory's module under a name that a liberty file can have. */
static bool rename_ram(const char *netlist, const char *to, struct err *err)
{
	static const char tail[] = "spad_half_ram";
	struct buf out = {0};
	size_t size;
	char *text = file_read(netlist, MAX_NETLIST, &size, err);
	const char *done = text, *at = text;

	if (!text)
		return false;
	while ((at = strstr(at, tail)) != NULL) {
		const char *from = at;
		while (from > done && !isspace((unsigned char)from[-1]))
			from--;
		buf_add(&out, done, (size_t)(from - done));
		buf_str(&out, "spad_ram");
		at += sizeof tail - 1;
		done = at;
	}
	buf_str(&out, done);
	bool ok = file_write(to, out.data, out.len, err);
	buf_free(&out);
	free(text);
	return ok;
}

/* ---- OpenSTA ----------------------------------------------------------- */

static const char commands[] =
        "link_design accel\n"
        "create_clock -name clk -period %d [get_ports clk_i]\n"
        "report_checks -path_delay max -digits 4\n"
        "report_checks -path_delay max -digits 4 -from [get_cells "
        "pad/bank*/*]\n"
        "report_checks -path_delay max -digits 4 -format end "
        "-group_count %d\n"
        "exit\n";

static void script(const char *liberty, const char *work, struct buf *to)
{
	buf_printf(to,
	           "read_liberty %s\n"
	           "read_liberty %s/ram.lib\n"
	           "read_verilog %s/netlist.v\n",
	           liberty, work, work);
	buf_printf(to, commands, PERIOD_NS, MAX_ENDS);
}

/* Beside the netlist: what this version says to these commands. NULL: sta does
 * not say which it is. The caller frees it. */
static char *report_path(const struct synth *netlist)
{
	char *argv[] = {(char[]){"sta"}, (char[]){"-version"}, NULL};
	char *version = spawn_line(argv), name[32];
	uint64_t h = 0;

	if (!version)
		return NULL;
	h = XXH64(version, strlen(version), h);
	h = XXH64(commands, sizeof commands, h);
	h = XXH64(ram_head, sizeof ram_head, h);
	h = XXH64(ram_input, sizeof ram_input, h);
	h = XXH64(ram_output, sizeof ram_output, h);
	snprintf(name, sizeof name, "sta-%016" PRIx64, h);
	char *dir = path_dir(netlist->netlist);
	char *path = path_join(dir, name);
	free(version);
	free(dir);
	return path;
}

/* The word behind `key`, up to its last '/': the module instance. */
static void instance(const char *report, const char *key, char out[96])
{
	const char *at = strstr(report, key);
	size_t n;

	*out = 0;
	if (!at)
		return;
	at += strlen(key);
	n = strcspn(at, " \n");
	while (n && at[n - 1] != '/')
		n--;
	snprintf(out, 96, "%.*s", n ? (int)n - 1 : 0, at);
}

/* The delay of the first arc behind the clock pin: its line ends with the
 * register's output. */
static double first_arc(const char *report)
{
	const char *at = strstr(report, "/CK (");
	double delay = 0;

	at = at ? strchr(at, '\n') : NULL;
	if (at)
		sscanf(at, "%lf", &delay);
	return delay;
}

static bool read_path(const char *report, struct sta_path *p, double *arc)
{
	const char *slack = strstr(report, "data arrival time\n");
	const char *line = strstr(report, "slack (");
	double left;

	if (!slack || !line)
		return false;
	while (line > report && line[-1] != '\n')
		line--;
	if (sscanf(line, "%lf", &left) != 1)
		return false;
	p->ns = PERIOD_NS - left;
	*arc = first_arc(report);
	instance(report, "Startpoint: ", p->from);
	instance(report, "Endpoint: ", p->to);
	return true;
}

static enum joulet_path path_at(const char *end)
{
	int i = 0;

	while (i < PATH_control &&
	       strncmp(end, joulet_path_ends((enum joulet_path)i),
	               strlen(joulet_path_ends((enum joulet_path)i))) != 0)
		i++;
	return (enum joulet_path)i;
}

/* Lines "END (CELL) REQUIRED DELAY SLACK (MET)", one for each end. */
static void read_ends(char *report, double *ns)
{
	char *save = NULL, end[256];
	double required, delay, slack;

	for (char *line = strtok_r(report, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, "%255s (%*[^)]) %lf %lf %lf (", end, &required,
		           &delay, &slack) != 4)
			continue;
		double *to = &ns[path_at(end)];
		*to = fmax(*to, PERIOD_NS - slack);
	}
}

static bool read_report(const char *log, double sram_ns, struct sta *s,
                        struct err *err)
{
	size_t size;
	char *text = file_read(log, MAX_NETLIST, &size, err);
	double arc;

	if (!text)
		return false;
	char *first = strstr(text, "Startpoint: ");
	char *second = first ? strstr(first + 1, "Startpoint: ") : NULL;
	char *ends = second ? strstr(second, "Endpoint      ") : NULL;
	bool ok = ends != NULL;
	if (ok) {
		ends[-1] = 0;
		read_ends(ends, s->path_ns);
		ok = read_path(second, &s->read, &arc);
		s->read.ns += sram_ns - arc;
		second[-1] = 0;
		ok = ok && read_path(first, &s->logic, &arc);
		s->path_ns[PATH_read] = s->read.ns;
		s->fmax_mhz = 1000 / fmax(s->logic.ns, s->read.ns);
	}
	free(text);
	return ok || err_set(err, ERR_TOOL, "sta: no path in what it printed");
}

/* The report goes to `to`. */
static bool time_it(const struct synth *netlist, const char *liberty,
                    const char *work, const char *to, struct err *err)
{
	char *lib = path_join(work, "ram.lib");
	char *verilog = path_join(work, "netlist.v");
	char *tcl = path_join(work, "script"), *log = path_join(work, "log");
	struct buf text = {0}, last = {0};
	char *argv[] = {(char[]){"sta"}, (char[]){"-exit"}, tcl, NULL};

	script(liberty, work, &text);
	bool ok = ram_library(netlist->ram, lib, err) &&
	          rename_ram(netlist->netlist, verilog, err) &&
	          file_write(tcl, text.data, text.len, err);
	if (ok && !spawn_run(argv, NULL, log)) {
		spawn_tail(log, &last);
		ok = err_set(err, ERR_TOOL, "sta failed: %s", last.data);
	}
	if (ok && rename(log, to) != 0)
		ok = err_set(err, ERR_NOINPUT, "%s: cannot write: %s", to,
		             strerror(errno));
	buf_free(&text);
	buf_free(&last);
	free(lib);
	free(verilog);
	free(tcl);
	free(log);
	return ok;
}

static bool make_report(const struct synth *netlist,
                        const struct synth_opts *opts, const char *to,
                        struct err *err)
{
	struct buf work = {0};
	char *cache = folder_cache(opts->cache_dir);
	char *liberty = synth_liberty(opts, err);

	buf_printf(&work, "%s/build-%d-sta", cache, (int)getpid());
	bool ok = liberty && folder_make(work.data, err) &&
	          time_it(netlist, liberty, work.data, to, err);
	folder_remove(work.data);
	buf_free(&work);
	free(cache);
	free(liberty);
	return ok;
}

bool sta_design(const struct design *d, const struct synth_opts *opts,
                double sram_ns, struct sta *s, struct err *err)
{
	struct synth_opts fast = *opts;
	struct synth netlist;

	*s = (struct sta){.fmax_mhz = 0};
	fast.fast = true;
	fast.group = 0;
	if (!spawn_need("timing", "sta", "opensta", err) ||
	    !synth_designs(d, 1, &fast, &netlist, err))
		return false;
	char *report = report_path(&netlist);
	bool ok = report || err_set(err, ERR_TOOL, "sta -version failed");
	ok = ok &&
	     (file_exists(report) ||
	      make_report(&netlist, opts, report, err)) &&
	     read_report(report, sram_ns, s, err);
	free(report);
	synth_free(&netlist);
	return ok;
}
