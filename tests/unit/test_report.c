/* Reports of a made-up run: sim/report.c, report_json.c, timeline.c.
 *
 * The whole texts are compared with tests/golden/report.*; JOULET_REFRESH=1
 * writes those files anew.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "isa/command.h"
#include "sim/program.h"

static struct joulet_layer layer[3];
static struct joulet_command command[] = {
        {QUEUE_LD, OP_LOAD, 0, 40, 130},
        {QUEUE_LD, OP_FILL, 0, 130, 142},
        {QUEUE_EX, OP_CONV, 0, 142, 960},
        {QUEUE_ST, OP_STORE, 0, 960, 1007},
};
static struct joulet_result result;
static struct design design;
static struct joulet_net net = {.name = (char *)"made_up"};
static const int8_t outputs[6] = {-128, 0, 127, 5, -6, 7};

static void fill_layer(int i, const char *name, const char *op,
                       const char *unit, int64_t macs, uint64_t cycles)
{
	struct joulet_layer *l = &layer[i];
	memset(l, 0, sizeof *l);
	strcpy(l->name, name);
	l->op = op;
	l->unit = unit;
	l->macs = macs;
	l->cycles = cycles;
	l->utilization = cycles ? (double)macs / (64.0 * (double)cycles) : 0;
	for (int e = 0; e < N_EVENTS; e++)
		l->counts.n[e] = (uint64_t)((e + 1) * (i + 1) * 37);
}

static void make_result(void)
{
	fill_layer(0, "a_long_name/with/parts/conv2d_1", "DEPTHWISE_CONV_2D",
	           "array", 65536, 1100);
	fill_layer(1, "reshape", "RESHAPE", "none", 0, 0);
	fill_layer(2, "softmax", "SOFTMAX", "cpu", 0, 900);
	layer[2].counts.n[EV_cpu_alu] = 123456789;
	memset(&result, 0, sizeof result);
	result.cycles = result.cycles_min = 2000;
	result.cycles_max = 2004;
	result.inferences = 2;
	result.boot_cycles = 321;
	result.n_layers = 3;
	result.layer = layer;
	for (int i = 0; i < 3; i++)
		for (int e = 0; e < N_EVENTS; e++)
			result.total.n[e] += layer[i].counts.n[e];
	result.utilization = 65536 / (64.0 * 2000);
	result.arena_bytes = 1234;
	result.peak_bytes = 1200;
	result.spad_bytes = 4096;
	result.image_bytes = 5000;
	result.out_hash = 0x0123456789abcdef;
	result.cmd = command;
	result.n_cmds = sizeof command / sizeof command[0];
	design = design_default();
}

static struct joulet_tech *tech;

static struct joulet_report report(void)
{
	return (struct joulet_report){
	        .net = &net,
	        .design = &design,
	        .result = &result,
	        .tech = tech,
	        .backend = "fast",
	        .target = "accel",
	        .out = outputs,
	        .out_bytes = sizeof outputs,
	};
}

static char *printed(int width)
{
	const struct joulet_report r = report();
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	if (width)
		joulet_report_text(&r, width, f);
	else
		joulet_report_json(&r, f);
	fclose(f);
	return text;
}

static void matches(const char *golden, const char *text)
{
	struct err err;
	size_t size;
	if (getenv("JOULET_REFRESH")) {
		assert_true(file_write(golden, text, strlen(text), &err));
		return;
	}
	char *want = file_read(golden, 1 << 20, &size, &err);
	assert_non_null(want);
	assert_string_equal(text, want);
	free(want);
}

static void the_table_is_as_committed(void **state)
{
	(void)state;
	char *text = printed(80);
	matches("tests/golden/report.txt", text);
	free(text);
}

static void no_line_is_wider_than_asked(void **state)
{
	(void)state;
	for (int width = 40; width <= 200; width += 7) {
		char *text = printed(width);
		for (char *s = strtok(text, "\n"); s; s = strtok(NULL, "\n"))
			if (strlen(s) > (size_t)width)
				fail_msg("%d: %s", width, s);
		free(text);
	}
}

static void where_energy_goes_is_as_committed(void **state)
{
	(void)state;
	const struct joulet_report r = report();
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	joulet_report_energy(&r, 80, f);
	fclose(f);
	matches("tests/golden/report.energy.txt", text);
	for (char *s = strtok(text, "\n"); s; s = strtok(NULL, "\n"))
		assert_true(strlen(s) <= 80);
	free(text);
}

static void the_json_is_as_committed(void **state)
{
	(void)state;
	char *text = printed(0);
	matches("tests/golden/report.json", text);
	free(text);
}

static void one_inference_gives_a_flat_output(void **state)
{
	(void)state;
	result.inferences = 1;
	char *text = printed(0);
	result.inferences = 2;
	assert_non_null(strstr(text, "\"output\": [-128,0,127,5,-6,7]"));
	free(text);
}

static void the_timeline_is_as_committed(void **state)
{
	(void)state;
	const struct joulet_report r = report();
	struct err err;
	size_t size;
	char path[] = "/tmp/joulet-trace-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0 && close(fd) == 0);
	design.clock_mhz = 64;
	assert_true(joulet_report_trace(&r, path, &err));
	design.clock_mhz = 100;
	char *text = file_read(path, 1 << 20, &size, &err);
	assert_non_null(text);
	matches("tests/golden/report.trace.json", text);
	free(text);
	unlink(path);
}

static void a_timeline_that_cannot_be_written_leaves_nothing(void **state)
{
	(void)state;
	const struct joulet_report r = report();
	struct err err;
	assert_false(joulet_report_trace(&r, "/tmp/no/such/dir/t.json", &err));
	assert_int_equal(err.kind, ERR_NOINPUT);
	assert_non_null(strstr(err.msg, "/tmp/no/such/dir/t.json: "));
}

static int set_up(void **state)
{
	(void)state;
	struct err err;
	make_result();
	tech = joulet_tech_open("configs/tech/horowitz45.yaml", &err);
	return tech ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	joulet_tech_close(tech);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_table_is_as_committed),
	        cmocka_unit_test(no_line_is_wider_than_asked),
	        cmocka_unit_test(where_energy_goes_is_as_committed),
	        cmocka_unit_test(the_json_is_as_committed),
	        cmocka_unit_test(one_inference_gives_a_flat_output),
	        cmocka_unit_test(the_timeline_is_as_committed),
	        cmocka_unit_test(
	                a_timeline_that_cannot_be_written_leaves_nothing),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
