/* The verilated backend: every command's data against definitions written down
 * here once more, faults that only the RTL can find, and the cache of built
 * libraries. Cycles: rtl.cycles and tests/cosim. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "isa/map.h"
#include "sim/accel.h"

enum {
	BANK = 1024,
	MEM_BYTES = 0x10000,
	DATA_AT = 0x4000, /* flash: what fills the scratchpad's input banks */
	DATA_BANKS = 6,
	PAR_AT = 6 * BANK, /* scratchpad: parameters of two column groups */
	ADD_PAR_AT = PAR_AT + 2 * 72,
	OUT_AT = 8 * BANK,
	OUT_BANKS = 2,
	BACK_AT = 0x8000, /* SRAM: what was stored */
	LIST_AT = 0x1000, /* flash: commands */
	LIMIT = 100000
};

struct rig {
	struct design d;
	struct mem mem;
	struct accel_log log;
	struct accel *a;
	uint32_t n;
	struct err fault;
	bool legal;
};

static void put_words(uint8_t *to, const uint32_t *w, int n)
{
	for (int i = 0; i < 4 * n; i++)
		to[i] = (uint8_t)(w[i / 4] >> 8 * (i % 4));
}

static uint32_t next_random(uint32_t *x)
{
	return *x = *x * 1664525u + 1013904223u;
}

/* Column c of the block of parameters at `par`. */
static void put_param(uint8_t *par, int c, uint32_t bias, uint32_t mult,
                      int shift)
{
	const uint32_t w[2] = {bias, mult};

	put_words(par + 9 * c, w, 2);
	par[9 * c + 8] = (uint8_t)shift;
}

/* Random data; parameters that bring sums near the output's range. */
static void fill_flash(struct rig *r)
{
	uint8_t *flash = r->mem.bytes[MEM_FLASH] + DATA_AT;
	uint32_t x = 1;

	for (int i = 0; i < DATA_BANKS * BANK; i++)
		flash[i] = (uint8_t)(next_random(&x) >> 24);
	for (int c = 0; c < 16; c++) {
		uint32_t bias = (next_random(&x) >> 18) - 8192;
		uint32_t mult = (1u << 30) + (next_random(&x) >> 3);
		put_param(flash + PAR_AT, c, bias, mult, -(6 + c % 8 % 3));
	}
	/* ADD: zero points, then scales as the compiler makes them. */
	put_param(flash + ADD_PAR_AT, 0, 5, 1207959552, 0);
	put_param(flash + ADD_PAR_AT, 1, (uint32_t)-7, 1879048192, -1);
	put_param(flash + ADD_PAR_AT, 2, 0, 1342177280, -19);
}

static void rig_open(struct rig *r)
{
	struct err err;

	memset(r, 0, sizeof(*r));
	r->d = design_default();
	r->d.spad_kib = 16;
	for (int m = 0; m < N_MEMS; m++) {
		r->mem.bytes[m] = calloc(MEM_BYTES, 1);
		r->mem.size[m] = MEM_BYTES;
	}
	fill_flash(r);
	r->log.n_layers = 1;
	r->log.layer = calloc(1, sizeof(*r->log.layer));
	r->log.want_cmds = true;
	r->a = accel_rtl.open(&r->d, &r->mem, &r->log, NULL, &err);
	if (!r->a)
		print_error("%s\n", err.msg);
	assert_non_null(r->a);
}

static void rig_close(struct rig *r)
{
	accel_rtl.close(r->a);
	for (int m = 0; m < N_MEMS; m++)
		free(r->mem.bytes[m]);
	free(r->log.layer);
	free(r->log.cmd);
}

static void rig_add(struct rig *r, const struct command *c)
{
	uint32_t w[COMMAND_WORDS];

	command_encode(c, w);
	put_words(r->mem.bytes[MEM_FLASH] + LIST_AT + 64 * r->n++, w, 16);
}

static void rig_run(struct rig *r)
{
	const uint32_t ring[4] = {MAP_FLASH + LIST_AT, r->n, JOB_IRQ, 0};

	put_words(r->mem.bytes[MEM_SRAM], ring, 4);
	accel_rtl.write(r->a, 1, ACCEL_RING_BASE, MAP_SRAM);
	accel_rtl.write(r->a, 2, ACCEL_CTRL, 1);
	accel_rtl.write(r->a, 3, ACCEL_TAIL, 1);
	accel_rtl.until_irq(r->a, LIMIT);
	r->legal = accel_rtl.fault(r->a, &r->fault);
}

/* Load everything, run the commands, store the outputs. */
static void run_with_data(struct rig *r, const struct command *c, int n)
{
	const struct command load = {.opcode = OP_LOAD,
	                             .mem = MAP_FLASH + DATA_AT,
	                             .n0 = DATA_BANKS * BANK + 3 * 72,
	                             .n1 = 1,
	                             .n2 = 1};
	const struct command fill = {.opcode = OP_FILL,
	                             .spad = OUT_AT,
	                             .fill = 0x55,
	                             .n0 = OUT_BANKS * BANK,
	                             .n1 = 1,
	                             .n2 = 1};
	const struct command store = {.opcode = OP_STORE,
	                              .mem = MAP_SRAM + BACK_AT,
	                              .spad = OUT_AT,
	                              .n0 = OUT_BANKS * BANK,
	                              .n1 = 1,
	                              .n2 = 1,
	                              .wait_ex = n,
	                              .wait_ld = 2};

	rig_open(r);
	rig_add(r, &load);
	rig_add(r, &fill);
	for (int i = 0; i < n; i++) {
		struct command waits = c[i];
		waits.wait_ld = 2;
		rig_add(r, &waits);
	}
	rig_add(r, &store);
	rig_run(r);
	if (!r->legal)
		print_error("%s\n", r->fault.msg);
	assert_true(r->legal);
	assert_int_equal(r->log.n_cmd, n + 3);
}

/* ------------------------------------------------------------------------
 * Definitions, straight from docs/accelerator.md */

static int at8(const struct rig *r, int64_t addr)
{
	return (int8_t)r->mem.bytes[MEM_FLASH][DATA_AT + addr];
}

static int32_t at32(const struct rig *r, int64_t addr)
{
	uint32_t v = 0;

	for (int i = 3; i >= 0; i--)
		v = v << 8 | (uint8_t)at8(r, addr + i);
	return (int32_t)v;
}

static int64_t floor_shift(int64_t v, int s)
{
	return v >= 0 ? v >> s : ~(~v >> s);
}

static int64_t rescale(int32_t v, int32_t mult, int shift, bool single)
{
	const int s = -shift;
	const int64_t p = (int64_t)v * mult;

	if (single)
		return floor_shift(p + ((int64_t)1 << (30 + s)), 31 + s);
	int64_t u = floor_shift(p + (1 << 30), 31);
	return s ? floor_shift(u + (1 << (s - 1)) - (u < 0), s) : u;
}

static int clamp(const struct command *c, int64_t w)
{
	w += c->zp;
	return (int)(w < c->qmin ? c->qmin : w > c->qmax ? c->qmax : w);
}

static int requant(const struct rig *r, const struct command *c, int32_t sum,
                   int chan)
{
	const int64_t par = c->par + 72 * (chan / 8) + 9 * (chan % 8);
	int32_t v = (int32_t)((uint32_t)sum + (uint32_t)at32(r, par));

	return clamp(c, rescale(v, at32(r, par + 4), at8(r, par + 8),
	                        c->flags & EXE_SINGLE_ROUND));
}

static int32_t conv_sum(const struct rig *r, const struct command *c, int x,
                        int y, int chan)
{
	int64_t w = c->wgt + chan / 8 * c->wgt_cs + chan % 8;
	int32_t sum = 0;

	for (int ib = 0; ib < c->kb; ib++)
		for (int ia = 0; ia < c->ka; ia++)
			for (int k = 0; k < c->run; k++, w += 8)
				sum += at8(r, w) *
				       at8(r, c->act + y * c->act_ys +
				                      x * c->act_xs +
				                      ib * c->kb_s +
				                      ia * c->ka_s + k);
	return sum;
}

static int32_t vector_sum(const struct rig *r, const struct command *c, int x,
                          int y, int chan)
{
	int64_t w = c->wgt + chan / 8 * c->wgt_cs + chan % 8;
	int32_t sum = c->opcode == OP_MAXPOOL ? -128 : 0;

	for (int ib = 0; ib < c->kb; ib++)
		for (int f = 0; f < c->pm; f++)
			for (int ia = f; ia < c->ka; ia += (int)c->pm) {
				int a = at8(r, c->act + chan + y * c->act_ys +
				                       x * c->act_xs +
				                       ib * c->kb_s +
				                       ia * c->ka_s);
				if (c->opcode == OP_MAXPOOL)
					sum = a > sum ? a : sum;
				else if (c->opcode == OP_AVGPOOL)
					sum += a;
				else
					sum += a * at8(r, w);
				w += 8;
			}
	return sum;
}

static void expect(const struct rig *r, const int8_t *want)
{
	const uint8_t *got = r->mem.bytes[MEM_SRAM] + BACK_AT;
	int differ = 0, varied = 0;

	for (int i = 0; i < OUT_BANKS * BANK; i++) {
		differ += (int8_t)got[i] != want[i];
		varied += want[i] != 0x55 && want[i] > -128 && want[i] < 127;
	}
	assert_int_equal(differ, 0);
	assert_true(varied > 8); /* the test is worth something */
}

/* Outputs of sum(x, y, channel) where the command writes them. */
static void expect_sums(const struct rig *r, const struct command *c,
                        int32_t (*sum)(const struct rig *,
                                       const struct command *, int, int, int))
{
	int8_t want[OUT_BANKS * BANK];

	memset(want, 0x55, sizeof(want));
	for (int y = 0; y < c->ny; y++)
		for (int x = 0; x < c->nx; x++)
			for (int k = 0; k < c->nchan; k++)
				want[c->out - OUT_AT + y * c->out_ys +
				     x * c->out_xs + k] =
				        (int8_t)requant(r, c,
				                        sum(r, c, x, y, k), k);
	expect(r, want);
}

/* ------------------------------------------------------------------------
 * Data of every command */

static struct command layer(int op)
{
	const struct command c = {.opcode = op,
	                          .act = 3,
	                          .wgt = 3 * BANK + 1,
	                          .par = PAR_AT,
	                          .out = OUT_AT + 5,
	                          .nchan = 11,
	                          .run = 19,
	                          .ka = 3,
	                          .kb = 2,
	                          .pm = 1,
	                          .zp = -3,
	                          .qmin = -120,
	                          .qmax = 100,
	                          .nx = 5,
	                          .ny = 4,
	                          .ka_s = 12,
	                          .kb_s = 130,
	                          .act_xs = 12,
	                          .act_ys = 130,
	                          .wgt_cs = 8 * 3 * 2 * 19,
	                          .out_xs = 13,
	                          .out_ys = 80};
	return c;
}

static void conv_is_exact(void **state)
{
	(void)state;
	for (int single = 0; single < 2; single++) {
		struct command c = layer(OP_CONV);
		struct rig r;

		c.flags = single ? EXE_SINGLE_ROUND : 0;
		run_with_data(&r, &c, 1);
		expect_sums(&r, &c, conv_sum);
		rig_close(&r);
	}
}

static void conv_in_two_halves_of_the_kernel(void **state)
{
	(void)state;
	struct command whole = layer(OP_CONV), half[2];
	struct rig r;

	whole.nchan = 7;
	whole.nx = 4;
	whole.ny = 2;
	half[0] = half[1] = whole;
	half[0].kb = half[1].kb = 1;
	half[0].flags = EXE_HOLD;
	half[1].flags = EXE_KEEP;
	half[1].act += whole.kb_s;
	half[1].wgt += whole.ka * whole.run * 8;
	run_with_data(&r, half, 2);
	expect_sums(&r, &whole, conv_sum);
	rig_close(&r);
}

static void vector_commands_are_exact(void **state)
{
	(void)state;
	static const int op[] = {OP_DWCONV, OP_MAXPOOL, OP_AVGPOOL};

	for (int i = 0; i < 3; i++)
		for (int pm = 1; pm <= 3; pm++) {
			struct command c = layer(op[i]);
			struct rig r;

			c.pm = pm;
			c.nx = 11; /* a whole group and a part of one */
			c.ny = 2;
			c.act_xs = pm * c.ka_s;
			c.act_ys = 500;
			c.kb_s = 500;
			c.out_ys = 160;
			c.par = PAR_AT;
			run_with_data(&r, &c, 1);
			expect_sums(&r, &c, vector_sum);
			rig_close(&r);
		}
}

static void add_is_exact(void **state)
{
	(void)state;
	struct command c = layer(OP_ADD);
	int8_t want[OUT_BANKS * BANK];
	struct rig r;
	int32_t bias[2], m[3];
	int s[3];

	c.par = ADD_PAR_AT;
	c.nx = 43;
	c.ny = 0;
	run_with_data(&r, &c, 1);
	for (int i = 0; i < 3; i++) {
		m[i] = at32(&r, c.par + 9 * i + 4);
		s[i] = at8(&r, c.par + 9 * i + 8);
		if (i < 2)
			bias[i] = at32(&r, c.par + 9 * i);
	}
	memset(want, 0x55, sizeof(want));
	for (int i = 0; i < c.nx; i++) {
		uint32_t a = (uint32_t)(at8(&r, c.act + i) + bias[0]) << 20;
		uint32_t b = (uint32_t)(at8(&r, c.wgt + i) + bias[1]) << 20;
		int64_t ab = rescale((int32_t)a, m[0], s[0], false) +
		             rescale((int32_t)b, m[1], s[1], false);
		want[c.out - OUT_AT + i] = (int8_t)clamp(
		        &c, rescale((int32_t)ab, m[2], s[2], false));
	}
	expect(&r, want);
	rig_close(&r);
}

/* ------------------------------------------------------------------------
 * Faults */

static void two_ports_in_a_bank_are_a_fault(void **state)
{
	(void)state;
	struct command c = layer(OP_CONV);
	struct rig r;

	c.wgt = 64; /* the input's bank */
	rig_open(&r);
	rig_add(&r, &c);
	rig_run(&r);
	assert_false(r.legal);
	if (!strstr(r.fault.msg, "two ports use one scratchpad bank; at work: "
	                         "command 0 (CONV)"))
		fail_msg("%s", r.fault.msg);
	assert_true(accel_rtl.read(r.a, LIMIT, ACCEL_STATUS) & 4);
	accel_rtl.reset(r.a);
	assert_int_equal(accel_rtl.read(r.a, 0, ACCEL_STATUS), 0);
	assert_true(accel_rtl.fault(r.a, &r.fault));
	rig_close(&r);
}

static void an_access_outside_a_memory_is_a_fault(void **state)
{
	(void)state;
	const struct command c = {.opcode = OP_LOAD,
	                          .mem = MAP_FLASH + MEM_BYTES - 8,
	                          .n0 = 16,
	                          .n1 = 1,
	                          .n2 = 1};
	struct rig r;

	rig_open(&r);
	rig_add(&r, &c);
	rig_run(&r);
	assert_false(r.legal);
	assert_non_null(strstr(r.fault.msg,
	                       "access to flash offset 0x10000, which has "
	                       "only 0x10000 bytes"));
	rig_close(&r);
}

/* ------------------------------------------------------------------------
 * The cache */

static int files_in(const char *dir, const char *end)
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	int n = 0;

	assert_non_null(d);
	while ((e = readdir(d))) {
		size_t len = strlen(e->d_name), tail = strlen(end);
		n += e->d_name[0] != '.' && len >= tail &&
		     !strcmp(e->d_name + len - tail, end);
	}
	closedir(d);
	return n;
}

static void count_note(void *ctx, const char *text)
{
	assert_true(*text);
	++*(int *)ctx;
}

static bool opens(const struct accel_opts *opts, struct err *err)
{
	struct design d = design_default();
	uint8_t bytes[64];
	struct mem mem = {{bytes, bytes}, {sizeof(bytes), sizeof(bytes)}};
	struct accel_log log = {0};

	d.rows = d.cols = 4;
	d.lanes = 1;
	struct accel *a = accel_rtl.open(&d, &mem, &log, opts, err);
	if (a)
		accel_rtl.close(a);
	return a;
}

static void a_library_is_built_once_and_leaves_nothing_else(void **state)
{
	(void)state;
	char dir[] = "/tmp/joulet-test-XXXXXX", cmd[100], stale[100];
	int notes = 0;
	struct err err = {0};

	assert_non_null(mkdtemp(dir));
	const struct accel_opts opts = {
	        .cache_dir = dir, .note = count_note, .note_ctx = &notes};
	/* What a killed process would leave; no process has this number. */
	snprintf(stale, sizeof(stale), "mkdir %s/build-99999999", dir);
	assert_int_equal(system(stale), 0);
	bool first = opens(&opts, &err);
	if (!first)
		print_error("%s\n", err.msg);
	assert_true(first);
	assert_int_equal(notes, 1);
	assert_int_equal(files_in(dir, ".so"), 1);
	assert_int_equal(files_in(dir, ""), 2); /* and its lock */
	assert_true(opens(&opts, &err));
	assert_int_equal(notes, 1);
	snprintf(cmd, sizeof(cmd), "rm -r %s", dir);
	assert_int_equal(system(cmd), 0);
}

static void a_failing_build_names_its_log(void **state)
{
	(void)state;
	char dir[] = "/tmp/joulet-test-XXXXXX", cmd[200], log[200];
	struct err err = {0};

	assert_non_null(mkdtemp(dir));
	snprintf(cmd, sizeof(cmd),
	         "echo 'module accel(; endmodule' >%s/accel.v", dir);
	assert_int_equal(system(cmd), 0);
	const struct accel_opts opts = {.cache_dir = dir, .rtl_dir = dir};
	assert_false(opens(&opts, &err));
	assert_int_equal(err.kind, ERR_TOOL);
	char *at = strstr(err.msg, "its messages are in ");
	assert_non_null(at);
	snprintf(log, sizeof(log), "%s", at + strlen("its messages are in "));
	assert_int_equal(access(log, R_OK), 0);
	assert_int_equal(files_in(dir, ".so"), 0);
	assert_int_equal(files_in(dir, ""), 3); /* accel.v, lock, log */
	snprintf(cmd, sizeof(cmd), "rm -r %s", dir);
	assert_int_equal(system(cmd), 0);
}

static void without_verilator_the_message_names_the_package(void **state)
{
	(void)state;
	struct err err = {0};
	char *path = strdup(getenv("PATH"));
	const struct accel_opts opts = {.cache_dir = "/tmp"};

	setenv("PATH", "/nowhere", 1);
	bool opened = opens(&opts, &err);
	setenv("PATH", path, 1);
	free(path);
	assert_false(opened);
	assert_int_equal(err.kind, ERR_TOOL);
	assert_string_equal(err.msg, "verilator not found: the rtl backend "
	                             "needs it (Debian package verilator)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(conv_is_exact),
	        cmocka_unit_test(conv_in_two_halves_of_the_kernel),
	        cmocka_unit_test(vector_commands_are_exact),
	        cmocka_unit_test(add_is_exact),
	        cmocka_unit_test(two_ports_in_a_bank_are_a_fault),
	        cmocka_unit_test(an_access_outside_a_memory_is_a_fault),
	        cmocka_unit_test(
	                a_library_is_built_once_and_leaves_nothing_else),
	        cmocka_unit_test(a_failing_build_names_its_log),
	        cmocka_unit_test(
	                without_verilator_the_message_names_the_package),
	};

	if (system("verilator --version >/dev/null 2>&1")) {
		print_message("skipped: no verilator\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
