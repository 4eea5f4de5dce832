/* base: buffers, JSON, tables, files, text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "base/table.h"
#include "base/text.h"

static void buffer_grows_and_stays_terminated(void **state)
{
	(void)state;
	struct buf b = {0};
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%d,", i);
	assert_int_equal(b.len, 10 * 2 + 90 * 3 + 900 * 4);
	assert_int_equal(strlen(b.data), b.len);
	assert_memory_equal(b.data, "0,1,2,", 6);
	buf_clear(&b);
	assert_string_equal(b.data, "");
	buf_free(&b);
	assert_null(b.data);
}

static void json_is_escaped_and_exact(void **state)
{
	(void)state;
	struct buf b = {0};
	struct json j = json_begin(&b, false);
	json_object(&j, NULL);
	json_string(&j, "s", "a\"\\\n\x01\xff\xc3\xa9");
	json_int(&j, "i", INT64_MIN);
	json_uint(&j, "u", UINT64_MAX);
	json_double(&j, "d", 0.1);
	json_fixed(&j, "f", 2.0 / 3, 3);
	json_list(&j, "l");
	json_bool(&j, NULL, true);
	json_null(&j, NULL);
	json_double(&j, NULL, 1.0 / 0.0);
	json_close(&j);
	json_object(&j, "o");
	json_close(&j);
	json_close(&j);
	json_done(&j);
	assert_string_equal(
	        b.data,
	        "{\"s\":\"a\\\"\\\\\\n\\u0001\xef\xbf\xbd\xc3\xa9\","
	        "\"i\":-9223372036854775808,\"u\":18446744073709551615,"
	        "\"d\":0.1,\"f\":0.667,\"l\":[true,null,null],\"o\":{}}\n");
	buf_free(&b);
}

static void json_in_lines(void **state)
{
	(void)state;
	struct buf b = {0};
	struct json j = json_begin(&b, true);
	json_list(&j, NULL);
	json_object(&j, NULL);
	json_int(&j, "a", 1);
	json_close(&j);
	json_close(&j);
	json_done(&j);
	assert_string_equal(b.data, "[\n  {\n    \"a\": 1\n  }\n]\n");
	buf_free(&b);
}

static struct table *sample(void)
{
	static const struct table_column columns[] = {
	        {"name", TABLE_CUT}, {"n", TABLE_RIGHT}, {"what", TABLE_LEFT}};
	struct table *t = table_new(columns, 3);
	table_cell(t, "a\xc3\xa9quite-long-name");
	table_printf(t, "%d", 12345);
	table_cell(t, "x");
	table_cell(t, "b\n");
	table_printf(t, "%d", 6);
	table_cell(t, NULL);
	return t;
}

static void table_aligns_columns(void **state)
{
	(void)state;
	struct table *t = sample();
	struct buf b = {0};
	table_write(t, 0, &b);
	assert_string_equal(b.data, "name                   n  what\n"
	                            "a\xc3\xa9quite-long-name  12345  x\n"
	                            "b?                     6\n");
	buf_free(&b);
	table_free(t);
}

static void table_fits_the_terminal(void **state)
{
	(void)state;
	struct table *t = sample();
	struct buf b = {0};
	assert_int_equal(table_width(t), 17 + 2 + 5 + 2 + 4);
	table_write(t, 25, &b);
	assert_string_equal(b.data, "name              n  what\n"
	                            "a\xc3\xa9quite-lo..  12345  x\n"
	                            "b?                6\n");
	buf_clear(&b);
	table_write(t, 20, &b);
	assert_string_equal(b.data, "name              n\n"
	                            "a\xc3\xa9quite-lo..  12345\n"
	                            "b?                6\n"
	                            "(left out, too narrow: what)\n");
	buf_free(&b);
	table_free(t);
}

static void file_is_written_whole_or_not_at_all(void **state)
{
	(void)state;
	char dir[] = "/tmp/joulet-base-XXXXXX";
	assert_non_null(mkdtemp(dir));
	char *path = path_join(dir, "f");
	struct err err;
	size_t size;
	assert_true(file_write(path, "one", 3, &err));
	assert_true(file_write(path, "three", 5, &err));
	char *back = file_read(path, 5, &size, &err);
	assert_string_equal(back, "three");
	assert_int_equal(size, 5);
	free(back);
	assert_null(file_read(path, 4, &size, &err));
	assert_int_equal(err.kind, ERR_DATA);
	assert_non_null(strstr(err.msg, "larger than 4 bytes"));
	unlink(path);
	mkdir(path, 0777);
	assert_null(file_read(path, 4, &size, &err));
	assert_int_equal(err.kind, ERR_NOINPUT);
	rmdir(path);
	assert_int_equal(rmdir(dir), 0); /* no temporary file stayed */
	assert_false(file_write(path, "x", 1, &err));
	assert_int_equal(err.kind, ERR_NOINPUT);
	assert_true(file_write("/dev/null", "x", 1, &err));
	free(path);
}

static void expect_path(char *got, const char *want)
{
	assert_string_equal(got, want);
	free(got);
}

static void paths(void **state)
{
	(void)state;
	expect_path(path_dir("a/b/c.x"), "a/b");
	expect_path(path_dir("c.x"), ".");
	expect_path(path_dir("/c"), "/");
	expect_path(path_join("a", "b"), "a/b");
	expect_path(path_join("a/", "b"), "a/b");
	expect_path(path_join("a", "/b"), "/b");
	expect_path(path_join(".", "b"), "b");
	expect_path(path_stem("a.d/b.c.yaml"), "b.c");
	expect_path(path_stem("a.d/.b"), ".b");
	expect_path(path_with_suffix("a.d/b.yaml", ".db"), "a.d/b.db");
	expect_path(path_with_suffix("a.d/b", ".db"), "a.d/b.db");
}

static void numbers_as_text(void **state)
{
	(void)state;
	long n;
	double x;
	char t[40];
	assert_int_equal(text_long("-12", &n), TEXT_OK);
	assert_int_equal(n, -12);
	assert_int_equal(text_long("-0", &n), TEXT_NOT_A_NUMBER);
	assert_int_equal(text_long("-", &n), TEXT_NOT_A_NUMBER);
	assert_int_equal(text_long("9223372036854775808", &n), TEXT_TOO_BIG);
	assert_true(text_double("-1.5e3", &x));
	assert_true(x == -1500);
	assert_false(text_double("nan", &x));
	assert_false(text_double("1e999", &x));
	assert_false(text_double("0x1", &x));
	assert_false(text_double("1.5.", &x));
	assert_string_equal(text_of_double(0.1 + 0.2, t, sizeof t),
	                    "0.30000000000000004");
	assert_string_equal(text_of_double(1e100, t, sizeof t), "1e+100");
	assert_string_equal(text_of_double(20, t, sizeof t), "20");
}

static void nearest_word(void **state)
{
	(void)state;
	static const char *const words[] = {"latency_us", "energy_uj", "edp"};
	assert_int_equal(text_distance("ab", "ba"), 1);
	assert_int_equal(text_distance("", "abc"), 3);
	assert_int_equal(text_distance("kitten", "sitting"), 3);
	assert_string_equal(text_nearest("energy", words, 3, sizeof *words),
	                    "energy_uj");
	assert_null(text_nearest("zz", words, 3, sizeof *words));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(buffer_grows_and_stays_terminated),
	        cmocka_unit_test(json_is_escaped_and_exact),
	        cmocka_unit_test(json_in_lines),
	        cmocka_unit_test(table_aligns_columns),
	        cmocka_unit_test(table_fits_the_terminal),
	        cmocka_unit_test(file_is_written_whole_or_not_at_all),
	        cmocka_unit_test(paths),
	        cmocka_unit_test(numbers_as_text),
	        cmocka_unit_test(nearest_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
