/* soc_compare: of two runs that differ in one thing, that thing is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "isa/command.h"
#include "isa/map.h"
#include "sim/soc_compare.h"

/* ---- Two systems that say the same -------------------------------------- */

enum { N_RETIRED = 3, N_CMDS = 2, N_MARKS = 3, N_LAYERS = 2, N_SRAM = 8 };

struct system {
	struct host_retire retired[N_RETIRED];
	size_t next;
	struct cmd_log cmd[N_CMDS];
	struct counts layer[N_LAYERS];
	struct accel_log log;
	struct soc_mark mark[N_MARKS];
	char uart[4];
	uint8_t sram[N_SRAM];
	struct soc_said said;
};

static const struct system like = {
        .retired = {{10, 0x100080, 0x00020537, 10, 0x20000, false},
                    {12, 0x100084, 0x0000c14c, 0, 0, false},
                    {20, 0x100086, 0x00000073, 0, 0, true}},
        .cmd = {{QUEUE_LD, OP_LOAD, 0, 0, 11, 15},
                {QUEUE_EX, OP_CONV, 1, 1, 15, 40}},
        .mark = {{8, MARK_BEGIN}, {9, 0}, {30, MARK_END}},
        .uart = "hi!",
        .sram = {1, 2, 3, 4, 5, 6, 7, 8},
};

static void ready(struct system *s)
{
	s->log = (struct accel_log){.layer = s->layer,
	                            .n_layers = N_LAYERS,
	                            .cmd = s->cmd,
	                            .n_cmd = N_CMDS};
	s->said = (struct soc_said){.log = &s->log,
	                            .mark = s->mark,
	                            .n_marks = N_MARKS,
	                            .uart = s->uart,
	                            .uart_bytes = 3,
	                            .ended = true,
	                            .sram = s->sram,
	                            .sram_bytes = N_SRAM};
}

static bool next(void *system, uint64_t last, struct host_retire *r)
{
	struct system *s = system;

	if (s->next == N_RETIRED || s->retired[s->next].cycle > last)
		return false;
	*r = s->retired[s->next++];
	return true;
}

/* The simulation is `like`; what is told about the other one, "" if nothing. */
static const char *told(struct system *other, bool whole)
{
	static struct soc_compare c;
	static struct err err;
	struct system sim = like;
	bool same = true;

	ready(&sim);
	c = (struct soc_compare){.other = {"rtl", other, next}};
	for (size_t i = 0; same && i < N_RETIRED; i++)
		same = soc_compare_retire(&c, &sim.retired[i]);
	if (whole && same)
		soc_compare_ended(&c, &sim.said, &other->said);
	else
		soc_compare_begun(&c, &sim.said, &other->said);
	err.msg[0] = '\0';
	assert_int_equal(soc_compare_result(&c, "net", &err), !c.differs);
	if (c.differs)
		assert_int_equal(err.kind, ERR_MISMATCH);
	return err.msg;
}

#define TOLD(message, change)                                                  \
	do {                                                                   \
		struct system o = like;                                        \
		ready(&o);                                                     \
		change;                                                        \
		assert_string_equal(told(&o, true), message);                  \
	} while (0)

/* ---- Tests -------------------------------------------------------------- */

static void equal_systems_do_not_differ(void **state)
{
	(void)state;
	TOLD("", (void)0);
}

static void each_column_of_the_trace_is_compared(void **state)
{
	(void)state;
#define WANT(line)                                                             \
	"net: after 1 equal instructions: simulation 12 00100084 0000c14c "    \
	"x0=00000000; rtl " line
	TOLD(WANT("11 00100084 0000c14c x0=00000000"), o.retired[1].cycle--);
	TOLD(WANT("nothing up to that cycle"), o.retired[1].cycle++);
	TOLD(WANT("12 00100082 0000c14c x0=00000000"), o.retired[1].pc -= 2);
	TOLD(WANT("12 00100084 0000c14d x0=00000000"), o.retired[1].insn++);
	TOLD(WANT("12 00100084 0000c14c x1=00000000"), o.retired[1].rd = 1);
	TOLD(WANT("12 00100084 0000c14c x0=00000001"), o.retired[1].value = 1);
	TOLD(WANT("12 00100084 0000c14c x0=00000000 T"),
	     o.retired[1].trap = true);
#undef WANT
}

static void each_column_of_the_commands_is_compared(void **state)
{
	(void)state;
#define WANT(line)                                                             \
	"net: command 1: simulation CONV 1 of layer 1 in cycles 15..40; "      \
	"rtl " line
	TOLD(WANT("CONV 1 of layer 1 in cycles 16..40"), o.cmd[1].start++);
	TOLD(WANT("CONV 1 of layer 1 in cycles 15..41"), o.cmd[1].end++);
	TOLD(WANT("CONV 1 of layer 0 in cycles 15..40"), o.cmd[1].layer = 0);
	TOLD(WANT("CONV 2 of layer 1 in cycles 15..40"), o.cmd[1].seq++);
	TOLD(WANT("DWCONV 1 of layer 1 in cycles 15..40"),
	     o.cmd[1].opcode = OP_DWCONV);
#undef WANT
	TOLD("net: commands: simulation 2; rtl 1", o.log.n_cmd--);
}

static void marks_are_compared(void **state)
{
	(void)state;
	TOLD("net: mark 1: simulation step 0 in cycle 9; rtl step 0 in cycle "
	     "10",
	     o.mark[1].cycle++);
	TOLD("net: mark 2: simulation end in cycle 30; rtl begin in cycle 30",
	     o.mark[2].step = MARK_BEGIN);
	TOLD("net: marks: simulation 3; rtl 2", o.said.n_marks--);
}

static void the_end_is_compared(void **state)
{
	(void)state;
	TOLD("net: layer 1, macs: simulation 0; rtl 5",
	     o.layer[1].n[EV_macs] = 5);
	TOLD("net: end of the program: simulation 1; rtl 0",
	     o.said.ended = false);
	TOLD("net: exit status: simulation 0; rtl 3", o.said.exit_code = 3);
	TOLD("net: cycles asleep: simulation 0; rtl 7", o.said.slept = 7);
	TOLD("net: characters of serial output: simulation 3; rtl 2",
	     o.said.uart_bytes--);
	TOLD("net: serial output, byte 1: simulation 0x69; rtl 0x6a",
	     o.uart[1]++);
	TOLD("net: SRAM, byte 7: simulation 0x08; rtl 0x00", o.sram[7] = 0);
}

static void the_earliest_difference_is_told(void **state)
{
	(void)state;
	/* A command that starts late, and what the host sees of it. */
	TOLD("net: command 1: simulation CONV 1 of layer 1 in cycles 15..40; "
	     "rtl CONV 1 of layer 1 in cycles 16..41",
	     (o.cmd[1].start++, o.cmd[1].end++, o.retired[2].cycle++));
	/* A wrong value, and the command that it led to. */
	TOLD("net: after 0 equal instructions: simulation 10 00100080 00020537 "
	     "x10=00020000; rtl 10 00100080 00020537 x10=00020001",
	     (o.retired[0].value++, o.cmd[0].start++, o.mark[2].cycle--));
}

static void only_what_both_have_counts_before_the_end(void **state)
{
	(void)state;
	struct system o = like;

	ready(&o);
	o.log.n_cmd = 0;
	o.said.n_marks = 1;
	o.said.ended = false;
	assert_string_equal(told(&o, false), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(equal_systems_do_not_differ),
	        cmocka_unit_test(each_column_of_the_trace_is_compared),
	        cmocka_unit_test(each_column_of_the_commands_is_compared),
	        cmocka_unit_test(marks_are_compared),
	        cmocka_unit_test(the_end_is_compared),
	        cmocka_unit_test(the_earliest_difference_is_told),
	        cmocka_unit_test(only_what_both_have_counts_before_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
