/* yaml: the loader's rules, one bad input each, and a mutation test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/yaml.h"

static struct yaml *parse(const char *text, struct err *err)
{
	return yaml_parse(text, strlen(text), "x.yaml", err);
}

static void every_node_knows_its_place(void **state)
{
	(void)state;
	struct err err;
	struct yaml *y = parse("# c\na: 1\nlist:\n  - 'x'\n  - {k: v}\n", &err);
	assert_non_null(y);
	assert_int_equal(y->kind, YAML_MAP);
	assert_int_equal(y->count, 2);
	const struct yaml *a = yaml_get(y, "a");
	assert_string_equal(a->text, "1");
	assert_true(a->plain);
	assert_int_equal(a->key_line, 2);
	assert_int_equal(a->column, 4);
	const struct yaml *list = yaml_get(y, "list");
	assert_int_equal(list->kind, YAML_LIST);
	assert_int_equal(list->count, 2);
	assert_int_equal(list->first->line, 4);
	assert_false(list->first->plain);
	assert_string_equal(yaml_get(list->first->next, "k")->text, "v");
	assert_null(yaml_get(y, "b"));
	assert_null(yaml_get(list, "b"));
	assert_string_equal(yaml_src(list).file, "x.yaml");
	yaml_drop(y);
}

static void nothing_but_comments_is_an_empty_map(void **state)
{
	(void)state;
	static const char *const text[] = {"", "# only\n", "---\n...\n"};
	for (size_t i = 0; i < 2; i++) {
		struct err err;
		struct yaml *y = parse(text[i], &err);
		assert_non_null(y);
		assert_int_equal(y->kind, YAML_MAP);
		assert_int_equal(y->count, 0);
		yaml_drop(y);
	}
	yaml_drop(NULL);
}

static void bad_input_is_refused_with_the_place(void **state)
{
	(void)state;
	static const struct {
		const char *text, *msg;
	} bad[] = {
	        {"a: &x 3", "x.yaml:1: &x: anchors are not supported"},
	        {"a: &x [3]", "x.yaml:1: &x: anchors are not supported"},
	        {"\na: *x", "x.yaml:2: *x: aliases are not supported"},
	        {"*x : a", "x.yaml:1: *x: aliases are not supported"},
	        {"a: !!int 3", "x.yaml:1: tag:yaml.org,2002:int: tags are not "
	                       "supported"},
	        {"a: 1\nb: 2\na: 3",
	         "x.yaml:3: a: written twice, first in line 1"},
	        {"a: 1\n---\nb: 2\n", "x.yaml:2: a second document begins"},
	        {"? [a]\n: 1\n", "x.yaml:1: a key must be a scalar"},
	        {"a: \"x\\0y\"", "x.yaml:1: a NUL character in a scalar"},
	        {"a: 1\n\x01: 2\n",
	         "x.yaml:2: control characters are not allowed"},
	        {"a: \x80", "x.yaml:1: invalid leading UTF-8 octet"},
	        {"a: b: c", "x.yaml:1: mapping values are not allowed in this "
	                    "context"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err err;
		assert_null(parse(bad[i].text, &err));
		assert_string_equal(err.msg, bad[i].msg);
		assert_int_equal(err.kind, ERR_DATA);
	}
}

static struct yaml *nested(int levels, struct err *err)
{
	struct buf b = {0};
	buf_pad(&b, '[', levels);
	buf_pad(&b, ']', levels);
	struct yaml *y = yaml_parse(b.data, b.len, "x.yaml", err);
	buf_free(&b);
	return y;
}

static void sixty_four_levels_and_no_more(void **state)
{
	(void)state;
	struct err err;
	struct yaml *y = nested(64, &err);
	assert_non_null(y);
	yaml_drop(y);
	assert_null(nested(65, &err));
	assert_string_equal(err.msg,
	                    "x.yaml:1: nested more than 64 levels deep");
	assert_null(nested(500000, &err));
}

static void one_mebibyte_and_no_more(void **state)
{
	(void)state;
	struct err err;
	struct buf b = {0};
	buf_pad(&b, '#', YAML_MAX_BYTES);
	struct yaml *y = yaml_parse(b.data, b.len, "x.yaml", &err);
	assert_non_null(y);
	yaml_drop(y);
	buf_char(&b, '#');
	assert_null(yaml_parse(b.data, b.len, "x.yaml", &err));
	assert_string_equal(err.msg, "x.yaml: larger than 1048576 bytes");
	buf_free(&b);
}

static void getters_name_key_and_reason(void **state)
{
	(void)state;
	struct err err;
	struct yaml *y = parse("n: 7\nx: 2.5e-1\nb: true\ns: hi\nl: [1]\n"
	                       "none:\nbig: 99999999999999999999\n",
	                       &err);
	long n = 0;
	double x = 0;
	bool b = false;
	const char *s = NULL;
	assert_true(yaml_long(yaml_get(y, "n"), 0, 9, &n, &err));
	assert_int_equal(n, 7);
	assert_true(yaml_double(yaml_get(y, "x"), 0, 1, &x, &err));
	assert_true(x == 0.25);
	assert_true(yaml_bool(yaml_get(y, "b"), &b, &err));
	assert_true(b);
	assert_true(yaml_string(yaml_get(y, "s"), &s, &err));
	assert_string_equal(s, "hi");
	assert_false(yaml_long(yaml_get(y, "n"), 0, 6, &n, &err));
	assert_string_equal(err.msg, "x.yaml:1: n: 7 is not in 0..6");
	assert_false(yaml_long(yaml_get(y, "x"), 0, 6, &n, &err));
	assert_string_equal(err.msg,
	                    "x.yaml:2: x: '2.5e-1' is not a whole number");
	assert_false(yaml_long(yaml_get(y, "big"), 0, 6, &n, &err));
	assert_string_equal(err.msg, "x.yaml:7: big: 99999999999999999999 is "
	                             "not in 0..6");
	assert_false(yaml_double(yaml_get(y, "s"), 0, 1, &x, &err));
	assert_string_equal(err.msg, "x.yaml:4: s: 'hi' is not a number");
	assert_false(yaml_double(yaml_get(y, "n"), 0, 1.5, &x, &err));
	assert_string_equal(err.msg, "x.yaml:1: n: 7 is not in 0..1.5");
	assert_false(yaml_bool(yaml_get(y, "s"), &b, &err));
	assert_string_equal(err.msg,
	                    "x.yaml:4: s: 'hi' is neither true nor false");
	assert_false(yaml_string(yaml_get(y, "l"), &s, &err));
	assert_string_equal(err.msg, "x.yaml:5: l: must be one value");
	assert_false(yaml_string(yaml_get(y, "none"), &s, &err));
	assert_string_equal(err.msg, "x.yaml:6: none: has no value");
	assert_int_equal(n, 7);
	yaml_drop(y);
}

static void unknown_key_suggests_the_nearest(void **state)
{
	(void)state;
	static const char *const keys[] = {"networks", "axes", NULL};
	struct err err;
	struct yaml *y = parse("axes: 1\nnetwrks: 2\n", &err);
	assert_false(yaml_known_keys(y, keys, &err));
	assert_string_equal(err.msg, "x.yaml:2: netwrks: no such key; did you "
	                             "mean networks?");
	yaml_drop(y);
	y = parse("qqqq: 1\n", &err);
	assert_false(yaml_known_keys(y, keys, &err));
	assert_string_equal(err.msg, "x.yaml:1: qqqq: no such key");
	yaml_drop(y);
}

/* xorshift: the same mutations in every run. */
static uint32_t next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static int count(const struct yaml *y)
{
	int n = 1;
	for
		YAML_EACH(c, y)
	n += count(c);
	return n;
}

static void mutated_files_load_or_fail_cleanly(void **state)
{
	(void)state;
	static const char base[] =
	        "# sweep\nnetworks: [a.tflite, 'b.tflite']\naxes:\n"
	        "  array.rows: [4, 8, 16]\n  dma: {from: 4, to: 16}\n"
	        "zip: [[a, b]]\ntext: |\n  two\n  lines\nq: \"\\u00e9\"\n";
	static const char glyphs[] = "[]{}:,-#&*!|>'\"%@`?~ \n\t\0\x80\xff"
	                             "aA0.";
	uint32_t seed = 20250101;
	int good = 0;
	for (int round = 0; round < 20000; round++) {
		char text[sizeof base];
		memcpy(text, base, sizeof base);
		for (uint32_t k = next(&seed) % 6 + 1; k > 0; k--)
			text[next(&seed) % (sizeof base - 1)] =
			        glyphs[next(&seed) % (sizeof glyphs - 1)];
		size_t size = sizeof base - 1 - next(&seed) % 8;
		struct err err = {0};
		struct yaml *y = yaml_parse(text, size, "x.yaml", &err);
		if (y) {
			good++;
			assert_true(count(y) < 200);
		} else {
			assert_memory_equal(err.msg, "x.yaml:", 7);
			assert_null(strchr(err.msg, '\n'));
		}
		yaml_drop(y);
	}
	assert_true(good > 1000 && good < 19000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_node_knows_its_place),
	        cmocka_unit_test(nothing_but_comments_is_an_empty_map),
	        cmocka_unit_test(bad_input_is_refused_with_the_place),
	        cmocka_unit_test(sixty_four_levels_and_no_more),
	        cmocka_unit_test(one_mebibyte_and_no_more),
	        cmocka_unit_test(getters_name_key_and_reason),
	        cmocka_unit_test(unknown_key_suggests_the_nearest),
	        cmocka_unit_test(mutated_files_load_or_fail_cleanly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
