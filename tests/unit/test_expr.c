/* expr: what a condition means, and what is refused with which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "explore/expr.h"

/* a = 6, b = 4, r = 0.5, zero = 0, big = the largest integer, small = the
 * least one; fruit is one of apple, pear, and is pear; other words: tree. */
static const char *const fruits[] = {"apple", "pear"};
static const char *const trees[] = {"oak", "pear"};
static const char *const numbers[] = {"a",    "b",   "r",
                                      "zero", "big", "small.one"};
enum { FRUIT = 6, TREE, N_SLOTS };

static bool find(const void *ctx, const char *name, struct expr_name *to,
                 char hint[EXPR_HINT])
{
	(void)ctx;
	*to = (struct expr_name){.slot = 0};
	for (; to->slot < FRUIT; to->slot++)
		if (strcmp(numbers[to->slot], name) == 0)
			return true;
	to->words = true;
	to->n_words = 2;
	to->slot = strcmp(name, "tree") == 0 ? TREE : FRUIT;
	to->word = to->slot == TREE ? trees : fruits;
	snprintf(hint, EXPR_HINT, "who is that?");
	return to->slot == TREE || strcmp(name, "fruit") == 0;
}

static const struct expr_names names = {find, NULL};
static const struct src at = {"x.yaml", 3};
static const struct expr_value values[N_SLOTS] = {
        {EXPR_INT, 6, 0},  {EXPR_INT, 4, 0},         {EXPR_REAL, 0, 0.5},
        {EXPR_INT, 0, 0},  {EXPR_INT, INT64_MAX, 0}, {EXPR_INT, INT64_MIN, 0},
        {EXPR_WORD, 1, 0}, {EXPR_WORD, 0, 0}};

static void conditions_have_the_value_of_arithmetic(void **state)
{
	(void)state;
	static const char *const yes[] = {
	        "a == 6",
	        "a*b == 24",
	        "1 + 2 * 3 == 7",
	        "(1 + 2) * 3 == 9",
	        "10 - 4 - 3 == 3",
	        "100 / 10 / 5 == 2",
	        "-a + 7 == 1",
	        "- -a == 6",
	        "7 % 4 == 3",
	        "-7 % 4 == -3",
	        "a / b == 1.5",
	        "a / 3 == 2",
	        "r * 2 == 1",
	        "1e3 == 1000",
	        ".5 == r",
	        "a != b",
	        "a > b and b < a",
	        "a >= 6 and a <= 6",
	        "a == 1 or a == 6",
	        "not a == 5",
	        "not not a == 6",
	        "not (a == 6 and b == 5)",
	        "a == 1 and a == 2 or b == 4", /* and binds tighter */
	        "b == 4 or a == 1 and a == 2",
	        "fruit == pear",
	        "fruit == 'pear'",
	        "\"pear\" == fruit",
	        "fruit != apple",
	        "tree == oak",
	        "fruit == fruit",
	        "\ta\n==\r\n6 ",
	        /* Only what decides is asked. */
	        "zero == 0 or a / zero == 1",
	        "not (zero != 0 and a % zero == 1)",
	        /* Integers are exact where doubles are not. */
	        "big != big - 1",
	        "9007199254740993 > 9007199254740992",
	        "9007199254740993 > 9007199254740992.0",
	        "big % 2 == 1",
	        "small.one / -1 > big",
	        "small.one % -1 == 0",
	};
	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
		struct err err;
		bool is = false;
		struct expr *e =
		        expr_parse(yes[i], at, 1, "where", &names, &err);
		if (!e)
			fail_msg("%s: %s", yes[i], err.msg);
		assert_string_equal(expr_text(e), yes[i]);
		if (!expr_true(e, values, &is, &err))
			fail_msg("%s: %s", yes[i], err.msg);
		if (!is)
			fail_msg("%s: not true", yes[i]);
		expr_free(e);
	}
}

static void false_is_false(void **state)
{
	(void)state;
	static const char *const no[] = {
	        "a == b",     "a < 6 or b > 4",    "fruit == apple",
	        "not a == 6", "a == 6 and b == 5", "r > 0.5",
	        "tree != oak"};
	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
		struct err err;
		bool is = true;
		struct expr *e =
		        expr_parse(no[i], at, 1, "where", &names, &err);
		assert_non_null(e);
		assert_true(expr_true(e, values, &is, &err));
		if (is)
			fail_msg("%s: true", no[i]);
		expr_free(e);
	}
}

static void bad_conditions_are_refused_with_the_column(void **state)
{
	(void)state;
	static const struct {
		const char *text, *msg; /* behind "x.yaml:3: where: column " */
	} bad[] = {
	        {"", "11: ends where a number or a name should be"},
	        {"a <", "14: ends where a number or a name should be"},
	        {"a < 5 b", "17: 'b' where an operator should be"},
	        {"a < 5)", "16: ')' where an operator should be"},
	        {"(a < 5", "17: ends where an operator or ')' should be"},
	        {"a = 5", "13: '=': equality is written =="},
	        {"a < b < 5",
	         "17: comparisons do not chain; write a < b and b < c"},
	        {"a & b", "13: '&' where an operator should be"},
	        {"a < \xc3\xa9",
	         "15: byte 0xc3 where a number or a name should be"},
	        {"a", "11: a number, where a comparison should be, as in a <= "
	              "b"},
	        {"c < 5", "11: c: who is that?"},
	        {"a < c", "15: c: who is that?"},
	        {"c", "11: c: who is that?"},
	        {"c == d", "11: c: who is that?"},
	        {"not c", "15: c: who is that?"},
	        {"a + c == 5", "15: c: who is that?"},
	        {"a and b", "11: 'and' wants a condition, this is a number"},
	        {"not a", "15: 'not' wants a condition, this is a number"},
	        {"(a < b) + 1 == 2",
	         "12: '+' wants a number, this is a condition"},
	        {"fruit < pear", "11: '<' wants a number, this is a word"},
	        {"fruit == 5", "17: a word beside a number"},
	        {"a == 'pear'",
	         "17: 'pear' is a word, a number should be here"},
	        {"fruit == plum", "20: fruit: plum is not one of apple, pear"},
	        {"'plum' == fruit",
	         "12: fruit: plum is not one of apple, pear"},
	        {"fruit == tree", "17: words are compared with a name that has "
	                          "such words"},
	        {"fruit == 'pear", "20: a quote that does not end"},
	        {"fruit == 'pe\nar'", "23: byte 0x0a in a word"},
	        {"a < 12x", "15: 12x is not a number"},
	        {"a < 1.2.3", "15: 1.2.3 is not a number"},
	        {"a < 010", "15: 010 is not a number"},
	        {"a < 1e999", "15: 1e999 is not a number"},
	        {"a < .", "15: . is not a number"},
	        {"a. < 5", "12: '.' where an operator should be"},
	        {"and", "11: 'and' where a number or a name should be"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err err;
		struct expr *e =
		        expr_parse(bad[i].text, at, 11, "where", &names, &err);
		char expect[200];
		if (e)
			fail_msg("accepted: %s", bad[i].text);
		snprintf(expect, sizeof expect, "x.yaml:3: where: column %s",
		         bad[i].msg);
		assert_string_equal(err.msg, expect);
	}
}

static void without_a_column_characters_are_counted(void **state)
{
	(void)state;
	struct err err;
	assert_null(expr_parse("a < c", at, 0, "limits", &names, &err));
	assert_string_equal(err.msg,
	                    "x.yaml:3: limits: character 5: c: who is that?");
}

static void what_has_no_value_is_an_error(void **state)
{
	(void)state;
	static const struct {
		const char *text, *msg;
	} bad[] = {
	        {"a / zero == 1", "1: division by zero"},
	        {"r / zero == 1", "1: division by zero"},
	        {"a % zero == 1", "1: remainder by zero"},
	        {"r % 2 == 1", "1: % wants integers"},
	        {"big + 1 > 0", "1: an integer of more than 64 bits"},
	        {"1 == small.one - 1", "6: an integer of more than 64 bits"},
	        {"big * 2 > 0", "1: an integer of more than 64 bits"},
	        {"-small.one > 0", "1: an integer of more than 64 bits"},
	        {"1e300 * 1e300 > 0", "1: a number too large"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err err;
		bool is;
		char expect[200];
		struct expr *e =
		        expr_parse(bad[i].text, at, 1, "where", &names, &err);
		assert_non_null(e);
		assert_false(expr_true(e, values, &is, &err));
		snprintf(expect, sizeof expect, "x.yaml:3: where: column %s",
		         bad[i].msg);
		assert_string_equal(err.msg, expect);
		expr_free(e);
	}
}

/* `open` so many times, "a == 6", `close` as often. */
static struct expr *nested(const char *open, int n, const char *close,
                           struct err *err)
{
	char text[2 * EXPR_MAX_TEXT] = "";
	for (int i = 0; i < n; i++)
		strcat(text, open);
	strcat(text, "a == 6");
	for (int i = 0; i < n; i++)
		strcat(text, close);
	return expr_parse(text, at, 1, "where", &names, err);
}

static void depth_length_and_size_have_limits(void **state)
{
	(void)state;
	static const char *const way[][2] = {
	        {"(", ")"}, {"not ", ""}, {"-", ""}};
	struct err err;
	for (int i = 0; i < 3; i++) {
		expr_free(nested(way[i][0], 30, way[i][1], &err));
		assert_null(nested(way[i][0], 500, way[i][1], &err));
		assert_non_null(strstr(err.msg, "nested more than 64 levels"));
	}
	assert_null(nested("a + ", 600, "", &err));
	assert_non_null(strstr(err.msg, "more than 1000 operations"));
	assert_null(nested("         ", 600, "", &err));
	assert_non_null(strstr(err.msg, "more than 4096 characters"));

	struct expr *e = nested("a == 5 or ", 240, "", &err);
	bool yes;
	assert_non_null(e);
	assert_true(expr_true(e, values, &yes, &err) && yes);
	expr_free(e);
}

static void knows_what_it_reads(void **state)
{
	(void)state;
	struct err err;
	struct expr *e =
	        expr_parse("a < 5 and fruit == pear", at, 1, "w", &names, &err);
	assert_non_null(e);
	assert_true(expr_reads(e, 0));
	assert_false(expr_reads(e, 1));
	assert_true(expr_reads(e, FRUIT));
	expr_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(conditions_have_the_value_of_arithmetic),
	        cmocka_unit_test(false_is_false),
	        cmocka_unit_test(bad_conditions_are_refused_with_the_column),
	        cmocka_unit_test(without_a_column_characters_are_counted),
	        cmocka_unit_test(what_has_no_value_is_an_error),
	        cmocka_unit_test(depth_length_and_size_have_limits),
	        cmocka_unit_test(knows_what_it_reads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
