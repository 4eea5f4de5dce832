/* The accelerator: cycles worked out by hand from docs/accelerator.md, on the
 * fast model or, with the argument `rtl`, on the Verilog; and faults of the
 * fast model. Arithmetic and survival of nonsense are the business of
 * tests/cosim. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "isa/map.h"
#include "sim/accel.h"

enum { LIST_AT = 0x1000, MEM_BYTES = 0x8000, BANK = 1024 };
/* TAIL is written in cycle 10: ring in 12, 13, commands from 15 on, pushed in
 * 24, so that the first command can start in 25; one more every 10 cycles. */
enum { BELL = 10, FIRST = 25, LIMIT = 1000000 };

static const struct accel_ops *fast = &accel_fast; /* or accel_rtl */

struct rig {
	struct design d;
	struct mem mem;
	struct accel_log log;
	struct accel *a;
	uint32_t n;
	uint64_t irq; /* when it came */
	struct err fault;
	bool legal;
};

static struct command blank(int op)
{
	struct command c = {.opcode = op,
	                    .n0 = 8,
	                    .n1 = 1,
	                    .n2 = 1,
	                    .mem = MAP_SRAM + 0x4000,
	                    .nchan = 8,
	                    .run = 8,
	                    .ka = 1,
	                    .kb = 1,
	                    .pm = 1,
	                    .nx = 8,
	                    .ny = 1,
	                    .wgt = 2 * BANK,
	                    .par = 4 * BANK,
	                    .out = 5 * BANK,
	                    .out_xs = 8,
	                    .act_xs = 8,
	                    .qmin = -128,
	                    .qmax = 127};
	return c;
}

static void rig_open(struct rig *r, bool timing_only)
{
	struct accel_opts opts = {.timing_only = timing_only};
	struct err err;

	memset(r, 0, sizeof(*r));
	r->d = design_default(); /* 8x8, 4 lanes, 8 B a cycle */
	r->d.spad_kib = 16;
	for (int m = 0; m < N_MEMS; m++) {
		r->mem.bytes[m] = calloc(MEM_BYTES, 1);
		r->mem.size[m] = MEM_BYTES;
	}
	r->log.n_layers = 4;
	r->log.layer = calloc(4, sizeof(*r->log.layer));
	r->log.want_cmds = true;
	r->a = fast->open(&r->d, &r->mem, &r->log, &opts, &err);
	if (!r->a)
		print_error("%s\n", err.msg);
	assert_non_null(r->a);
	fast->reset(r->a);
}

static void put_words(uint8_t *to, const uint32_t *w, int n)
{
	for (int i = 0; i < 4 * n; i++)
		to[i] = (uint8_t)(w[i / 4] >> 8 * (i % 4));
}

static void rig_add(struct rig *r, const struct command *c)
{
	uint32_t w[COMMAND_WORDS];

	command_encode(c, w);
	put_words(r->mem.bytes[MEM_FLASH] + LIST_AT + 64 * r->n++, w, 16);
}

static void rig_start(struct rig *r)
{
	uint32_t ring[4] = {MAP_FLASH + LIST_AT, r->n, JOB_IRQ, 0};

	put_words(r->mem.bytes[MEM_SRAM], ring, 4);
	fast->write(r->a, 1, ACCEL_RING_BASE, MAP_SRAM);
	fast->write(r->a, 2, ACCEL_CTRL, 1);
	fast->write(r->a, BELL, ACCEL_TAIL, 1);
}

static void rig_finish(struct rig *r)
{
	r->irq = fast->until_irq(r->a, LIMIT);
	r->legal = fast->fault(r->a, &r->fault);
}

static void rig_close(struct rig *r)
{
	fast->close(r->a);
	for (int m = 0; m < N_MEMS; m++)
		free(r->mem.bytes[m]);
	free(r->log.layer);
	free(r->log.cmd);
}

static uint64_t layer0(const struct rig *r, enum event ev)
{
	return r->log.layer[0].n[ev];
}

/* Run one command alone; leaves the rig open. */
static void run_one(struct rig *r, const struct command *c)
{
	rig_open(r, false);
	rig_add(r, c);
	rig_start(r);
	rig_finish(r);
}

static void expect_end(struct rig *r, uint64_t cycles)
{
	assert_true(r->legal);
	assert_int_equal(r->log.n_cmd, 1);
	assert_int_equal(r->log.cmd[0].start, FIRST);
	assert_int_equal(r->log.cmd[0].end, FIRST + cycles);
	assert_int_equal(r->irq, FIRST + cycles + 1);
	assert_int_equal(layer0(r, EV_job_cycles), FIRST + cycles - 11);
	assert_int_equal(layer0(r, EV_fe_beats), 2 + 8);
}

/* ------------------------------------------------------------------------
 * Cycles of single commands */

static void fill_takes_its_beats_and_two(void **state)
{
	(void)state;
	struct command c = blank(OP_FILL);
	struct rig r;

	c.n0 = 9;
	c.n1 = 3;
	c.spad_s1 = 16;
	run_one(&r, &c);
	expect_end(&r, 3 * 2 + 2);
	assert_int_equal(layer0(&r, EV_ex_wait_fetch),
	                 layer0(&r, EV_job_cycles));
	assert_int_equal(layer0(&r, EV_spad_load), 6);
	rig_close(&r);
}

static void load_takes_a_beat_per_block_it_touches(void **state)
{
	(void)state;
	struct command c = blank(OP_LOAD);
	struct rig r;

	c.mem = MAP_FLASH + 6;
	c.n0 = 10; /* bytes 6..15: two blocks */
	c.n1 = 3;
	c.mem_s1 = 18; /* 24..33: two, 42..51: two */
	c.spad_s1 = 10;
	run_one(&r, &c);
	expect_end(&r, 6 + 2);
	assert_int_equal(layer0(&r, EV_ld_flash_beats), 6);
	assert_int_equal(layer0(&r, EV_ld_flash_bytes), 30);
	assert_int_equal(layer0(&r, EV_ld_wait_mem), 0);
	rig_close(&r);
}

static void store_ends_a_cycle_after_its_last_write(void **state)
{
	(void)state;
	struct command c = blank(OP_STORE);
	struct rig r;

	c.mem += 6;
	c.n0 = 10;
	run_one(&r, &c);
	expect_end(&r, 1 + 2 + 1);
	assert_int_equal(layer0(&r, EV_st_sram_beats), 2);
	rig_close(&r);
}

static void conv_of_one_group(void **state)
{
	(void)state;
	struct command c = blank(OP_CONV);
	struct rig r;

	run_one(&r, &c); /* reads 8, steps 8, drains 9+1 + 8*2 */
	expect_end(&r, 1 + 8 + 8 + 1 + 26 + 5);
	assert_int_equal(layer0(&r, EV_macs), 512);
	assert_int_equal(layer0(&r, EV_array_steps), 8);
	assert_int_equal(layer0(&r, EV_ex_stall_read), 8);
	assert_int_equal(layer0(&r, EV_spad_par), 9);
	assert_int_equal(layer0(&r, EV_spad_out), 16);
	assert_int_equal(layer0(&r, EV_requants), 64);
	rig_close(&r);
}

static void conv_waits_for_the_drain(void **state)
{
	(void)state;
	struct command c = blank(OP_CONV);
	struct rig r;

	c.nx = 16;
	run_one(&r, &c); /* capture at 18, drain until 44; slot ends in 43 */
	expect_end(&r, 44 + 16 + 5);
	assert_int_equal(layer0(&r, EV_ex_stall_drain), 43 - 25);
	assert_int_equal(layer0(&r, EV_ex_stall_read), 8);
	rig_close(&r);
}

static void conv_runs_longer_than_a_word_are_read_in_pieces(void **state)
{
	(void)state;
	struct command c = blank(OP_CONV);
	struct rig r;

	c.flags = EXE_HOLD;
	c.run = 19; /* 8 + 8 + 3 */
	c.ka = 2;
	c.ka_s = 19;
	run_one(&r, &c); /* slots 8, 8, 8, then 8 for 3 steps, 8, 8, 3 */
	expect_end(&r, 1 + 8 + 8 + 8 + 8 + 8 + 8 + 3 + 1);
	assert_int_equal(layer0(&r, EV_ex_stall_read), 8 + 5);
	assert_int_equal(layer0(&r, EV_spad_act), 6 * 8);
	assert_int_equal(layer0(&r, EV_spad_out), 0);
	rig_close(&r);
}

static void depthwise_reads_each_column_once(void **state)
{
	(void)state;
	struct command c = blank(OP_DWCONV);
	struct rig r;

	c.ka = c.kb = 3;
	c.ka_s = 8;
	c.kb_s = 80;
	run_one(&r, &c); /* three segments of 8 + 3 - 1 reads */
	expect_end(&r, 1 + 30 + 2 + 26 + 5);
	assert_int_equal(layer0(&r, EV_ex_stall_read), 30 - 9);
	assert_int_equal(layer0(&r, EV_macs), 9 * 64);
	assert_int_equal(layer0(&r, EV_spad_wgt), 9);
	rig_close(&r);
}

static struct command reusing(int nx, int ny)
{
	struct command c = blank(OP_DWCONV);

	c.flags = EXE_REUSE;
	c.nx = nx;
	c.ny = ny;
	c.ka = c.kb = 3;
	c.ka_s = 8;
	c.kb_s = c.act_ys = 80;
	c.out_ys = 64;
	return c;
}

static void reuse_reads_a_row_once(void **state)
{
	(void)state;
	struct command c = reusing(8, 2);
	struct rig r;

	run_one(&r, &c); /* capture at 33, drain until 59; slot ends in 58 */
	expect_end(&r, 60 + 16 + 5);
	assert_int_equal(layer0(&r, EV_spad_act), 30 + 10);
	assert_int_equal(layer0(&r, EV_ex_stall_read), 30 - 9 + 10 - 9);
	assert_int_equal(layer0(&r, EV_ex_stall_drain), 58 - 41);
	assert_int_equal(layer0(&r, EV_spad_wgt), 18);
	rig_close(&r);
}

static void kept_steps_go_before_few_reads(void **state)
{
	(void)state;
	struct command c = reusing(3, 4);
	struct rig r;

	run_one(&r, &c); /* reads 15, then 4 steps and 5 reads; drain 10 + 6 */
	expect_end(&r, 33 + 9 + 9 + 2 + 6 + 5);
	assert_int_equal(layer0(&r, EV_spad_act), 15 + 3 * 5);
	assert_int_equal(layer0(&r, EV_ex_stall_read), 15 - 9);
	rig_close(&r);
}

static void pooling_needs_no_weights(void **state)
{
	(void)state;
	struct command c = blank(OP_MAXPOOL);
	struct rig r;

	c.ka = 2;
	c.pm = 2;
	c.ka_s = 8;
	c.act_xs = 16;
	c.wgt = (1 << 24) - 1;
	run_one(&r, &c); /* two segments of 8 reads */
	expect_end(&r, 1 + 16 + 2 + 26 + 5);
	assert_int_equal(layer0(&r, EV_pool_ops), 2 * 64);
	assert_int_equal(layer0(&r, EV_spad_wgt), 0);
	rig_close(&r);
}

static void add_takes_three_cycles_a_beat(void **state)
{
	(void)state;
	struct command c = blank(OP_ADD);
	struct rig r;

	c.nx = 10;
	c.ny = 0;
	run_one(&r, &c); /* t0 = 9 + 2, three beats */
	expect_end(&r, 11 + 6 + 11);
	assert_int_equal(layer0(&r, EV_requants), 30);
	rig_close(&r);
}

static void sum_reads_its_parameters(void **state)
{
	(void)state;
	struct command c = blank(OP_SUM);
	struct rig r;

	run_one(&r, &c);
	expect_end(&r, 9 + 3);
	assert_int_equal(layer0(&r, EV_spad_par), 9);
	rig_close(&r);
}

/* ------------------------------------------------------------------------
 * Several commands, the host */

static void plus_takes_four_cycles_a_beat(void **state)
{
	(void)state;
	struct command sum = blank(OP_SUM), c = blank(OP_CONV);
	struct rig r;

	rig_open(&r, false);
	sum.act = c.out; /* in place */
	sum.out_xs = c.out_xs;
	sum.out_ys = c.out_ys;
	rig_add(&r, &sum);
	c.flags = EXE_PLUS;
	c.layer = 1;
	rig_add(&r, &c);
	rig_start(&r);
	rig_finish(&r);
	assert_true(r.legal);
	/* capture 18 cycles after the start, drains 9+1 + 4 * 16 + 8 */
	uint64_t start = r.log.cmd[1].start;
	assert_int_equal(start, FIRST + 12);
	assert_int_equal(r.log.cmd[1].end, start + 18 + 10 + 64 + 8 + 5);
	assert_int_equal(r.log.layer[1].n[EV_requants], 4 * 64);
	assert_int_equal(r.log.layer[1].n[EV_spad_par], 9 + 16);
	rig_close(&r);
}

static void waits_and_queues_order_commands(void **state)
{
	(void)state;
	struct command ld = blank(OP_LOAD), ex = blank(OP_CONV);
	struct rig r;

	rig_open(&r, false);
	ld.n0 = 800;
	rig_add(&r, &ld);
	ex.layer = 1;
	ex.wait_ld = 1;
	rig_add(&r, &ex);
	rig_start(&r);
	rig_finish(&r);
	assert_true(r.legal);
	uint64_t end = FIRST + 100 + 2;
	assert_int_equal(r.log.cmd[0].end, end);
	assert_int_equal(r.log.cmd[1].start, end);
	assert_int_equal(r.log.layer[1].n[EV_ex_wait_load], end - 35);
	assert_int_equal(r.log.layer[1].n[EV_ex_wait_fetch], 35 - 12 + 1);
	rig_close(&r);
}

static void host_takes_a_beat_from_its_memory_only(void **state)
{
	(void)state;
	struct command c = blank(OP_LOAD);
	struct rig r;

	rig_open(&r, false);
	c.n0 = 80;
	rig_add(&r, &c);
	rig_start(&r);
	fast->host_access(r.a, FIRST, MEM_SRAM); /* before the first beat */
	fast->host_access(r.a, FIRST + 1, MEM_SRAM);
	fast->host_access(r.a, FIRST + 2, MEM_FLASH);
	fast->host_access(r.a, FIRST + 5, MEM_SRAM);
	rig_finish(&r);
	assert_int_equal(r.log.cmd[0].end, FIRST + 10 + 2 + 2);
	assert_int_equal(layer0(&r, EV_ld_wait_mem), 2);
	rig_close(&r);
}

static void
acknowledge_in_the_last_cycle_does_not_lose_the_interrupt(void **state)
{
	(void)state;
	struct command c = blank(OP_FILL);
	struct rig r;

	rig_open(&r, false);
	rig_add(&r, &c);
	rig_start(&r);
	fast->write(r.a, FIRST + 3, ACCEL_IRQ_ACK, 1);
	assert_false(fast->irq(r.a));
	assert_int_equal(fast->read(r.a, FIRST + 3, ACCEL_HEAD), 0);
	assert_int_equal(fast->read(r.a, FIRST + 4, ACCEL_HEAD), 1);
	assert_true(fast->irq(r.a));
	assert_false(fast->busy(r.a));
	assert_int_equal(fast->read(r.a, FIRST + 4, ACCEL_STATUS), 2);
	fast->write(r.a, FIRST + 5, ACCEL_IRQ_ACK, 1);
	assert_int_equal(fast->read(r.a, FIRST + 6, ACCEL_STATUS), 0);
	rig_close(&r);
}

static void timing_alone_gives_the_same_times(void **state)
{
	(void)state;
	struct command c = blank(OP_CONV);
	struct rig r;

	rig_open(&r, true);
	rig_add(&r, &c);
	rig_start(&r);
	rig_finish(&r);
	expect_end(&r, 49);
	rig_close(&r);
}

/* ------------------------------------------------------------------------
 * Faults */

static void expect_fault(const struct command *c, const char *text)
{
	struct rig r;

	run_one(&r, c);
	assert_false(r.legal);
	if (!strstr(r.fault.msg, text))
		fail_msg("\"%s\" is not in \"%s\"", text, r.fault.msg);
	rig_close(&r);
}

static void faults_name_command_and_layer(void **state)
{
	(void)state;
	struct command c = blank(OP_LOAD);

	c.layer = 2;
	c.spad = 16 * BANK - 7;
	expect_fault(&c, "job 0, command 0 (LOAD, layer 2): scratchpad: bytes "
	                 "16377..16384 are outside 0..16383");
}

static void illegal_commands_are_faults(void **state)
{
	(void)state;
	struct command c = blank(OP_STORE);
	c.mem = MAP_FLASH;
	expect_fault(&c, "stores to flash");
	c = blank(OP_LOAD);
	c.mem = MAP_SRAM + MEM_BYTES - 7;
	expect_fault(&c, "SRAM: bytes 32761..32768 are outside");
	c = blank(OP_LOAD);
	c.n1 = 0;
	expect_fault(&c, "a count is zero");
	c = blank(OP_CONV);
	c.wgt = BANK - 1;
	expect_fault(&c, "input (bytes 0..63) and weights (1023..1086) share "
	                 "bank 0");
	c = blank(OP_CONV);
	c.act_xs = -1;
	expect_fault(&c, "input: bytes -7..7 are outside");
	c = blank(OP_CONV);
	c.flags = EXE_KEEP;
	expect_fault(&c, "KEEP of sums that no HOLD left");
	c = blank(OP_AVGPOOL);
	c.pm = 2;
	expect_fault(&c, "pm is not in 1..ka");
	c = reusing(8, 2);
	c.act_ys = 160;
	expect_fault(&c, "REUSE of rows that the group before has not read");
	c = reusing(9, 2);
	expect_fault(&c, "REUSE with more than one group a row");
	c = reusing(8, 2);
	c.ka = 4;
	expect_fault(&c, "REUSE with more than three taps a phase");
	c = reusing(8, 2);
	c.kb = 2;
	expect_fault(&c, "REUSE with pm above 2 or too few segments");
	c.opcode = OP_CONV;
	expect_fault(&c, "REUSE is for vector mode");
	c = blank(OP_CONV);
	c.flags = EXE_PLUS;
	expect_fault(&c, "PLUS without SUM");
	c.flags = EXE_PLUS | EXE_HOLD;
	expect_fault(&c, "PLUS without outputs");
	c = blank(OP_FILL);
	c.layer = 4;
	expect_fault(&c, "layer tag is not below 4");
	c = blank(OP_FILL);
	c.wait_ex = 1;
	expect_fault(&c, "waits for commands that never end");
}

static void unknown_opcode_sets_its_bit_and_the_job_goes_on(void **state)
{
	(void)state;
	struct command bad = {.opcode = 200}, fill = blank(OP_FILL);
	struct rig r;

	rig_open(&r, false);
	rig_add(&r, &bad);
	rig_add(&r, &fill);
	rig_start(&r);
	rig_finish(&r);
	assert_false(r.legal);
	assert_string_equal(r.fault.msg, "cycle 24, job 0, command 0 (?, layer "
	                                 "0): unknown opcode");
	assert_int_equal(r.log.n_cmd, 1);
	assert_int_equal(r.log.cmd[0].seq, 1);
	assert_int_equal(r.log.cmd[0].start, FIRST + 10);
	assert_int_equal(fast->read(r.a, r.irq, ACCEL_STATUS), 2 | 8);
	rig_close(&r);
}

int main(int argc, char **argv)
{
	/* Of either backend. */
	const struct CMUnitTest times[] = {
	        cmocka_unit_test(fill_takes_its_beats_and_two),
	        cmocka_unit_test(load_takes_a_beat_per_block_it_touches),
	        cmocka_unit_test(store_ends_a_cycle_after_its_last_write),
	        cmocka_unit_test(conv_of_one_group),
	        cmocka_unit_test(conv_waits_for_the_drain),
	        cmocka_unit_test(
	                conv_runs_longer_than_a_word_are_read_in_pieces),
	        cmocka_unit_test(depthwise_reads_each_column_once),
	        cmocka_unit_test(reuse_reads_a_row_once),
	        cmocka_unit_test(kept_steps_go_before_few_reads),
	        cmocka_unit_test(pooling_needs_no_weights),
	        cmocka_unit_test(add_takes_three_cycles_a_beat),
	        cmocka_unit_test(sum_reads_its_parameters),
	        cmocka_unit_test(plus_takes_four_cycles_a_beat),
	        cmocka_unit_test(waits_and_queues_order_commands),
	        cmocka_unit_test(host_takes_a_beat_from_its_memory_only),
	        cmocka_unit_test(
	                acknowledge_in_the_last_cycle_does_not_lose_the_interrupt),
	        cmocka_unit_test(
	                unknown_opcode_sets_its_bit_and_the_job_goes_on),
	};
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(timing_alone_gives_the_same_times),
	        cmocka_unit_test(faults_name_command_and_layer),
	        cmocka_unit_test(illegal_commands_are_faults),
	};

	if (argc > 1) {
		fast = accel_find(argv[1]);
		return cmocka_run_group_tests(times, NULL, NULL);
	}
	return cmocka_run_group_tests(times, NULL, NULL) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
