/* Commands as words and as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "isa/command.h"

static void extreme_fields_survive_the_words(void **state)
{
	(void)state;
	struct command c = {
	        .opcode = OP_CONV,
	        .flags = EXE_KEEP | EXE_HOLD,
	        .layer = 65535,
	        .wait_st = 65535,
	        .act = (1 << 24) - 1,
	        .zp = -128,
	        .qmin = -128,
	        .qmax = 127,
	        .ka_s = -(1 << 23),
	        .act_xs = (1 << 23) - 1,
	        .out_ys = 65535,
	};
	struct command d;
	uint32_t w[COMMAND_WORDS];

	command_encode(&c, w);
	assert_true(command_decode(w, &d));
	assert_memory_equal(&c, &d, sizeof(c));
}

static void fields_of_the_other_group_stay_zero(void **state)
{
	(void)state;
	struct command c = {.opcode = OP_LOAD, .mem = 0xffffffff, .act = 5};
	struct command d;
	uint32_t w[COMMAND_WORDS];

	command_encode(&c, w);
	assert_int_equal(w[3], 0xffffffff);
	assert_true(command_decode(w, &d));
	assert_int_equal(d.mem, 0xffffffff);
	assert_int_equal(d.act, 0);
}

static void unknown_opcode_is_told_and_its_layer_kept(void **state)
{
	(void)state;
	uint32_t w[COMMAND_WORDS] = {77 | 9 << 16, [3] = 1};
	struct command c;

	assert_false(command_decode(w, &c));
	assert_int_equal(c.opcode, 77);
	assert_int_equal(c.layer, 9);
	assert_int_equal(c.mem, 0);
	assert_string_equal(opcode_name(77), "?");
}

static void value_that_does_not_fit_is_named(void **state)
{
	(void)state;
	struct command c = {.opcode = OP_ADD, .zp = 128};
	const char *field = "";

	assert_false(command_fits(&c, &field));
	assert_string_equal(field, "zp");
	c.zp = -128;
	assert_true(command_fits(&c, &field));
	c.mem = -1; /* not a field of ADD */
	assert_true(command_fits(&c, &field));
	c.layer = -1;
	assert_false(command_fits(&c, &field));
	assert_string_equal(field, "layer");
}

static void text_has_the_fields_that_are_not_zero(void **state)
{
	(void)state;
	struct command c = {
	        .opcode = OP_LOAD, .layer = 3, .n0 = 8, .mem_s1 = -4};
	char text[100], little[8];

	int n = command_print(&c, text, sizeof(text));
	assert_string_equal(text, "LOAD    layer=3 n0=8 mem_s1=-4");
	assert_int_equal(n, strlen(text));
	assert_int_equal(command_print(&c, little, sizeof(little)), n);
	assert_string_equal(little, "LOAD   ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(extreme_fields_survive_the_words),
	        cmocka_unit_test(fields_of_the_other_group_stay_zero),
	        cmocka_unit_test(unknown_opcode_is_told_and_its_layer_kept),
	        cmocka_unit_test(value_that_does_not_fit_is_named),
	        cmocka_unit_test(text_has_the_fields_that_are_not_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
