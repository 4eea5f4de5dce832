/* design: parameters from YAML and text, checked by the table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "isa/design.h"

static const struct src at = {"x.yaml", 12};

/* Load `text` as the file x.yaml in a folder of its own. */
static bool load(struct design *d, const char *text, struct err *err)
{
	char dir[] = "/tmp/joulet-design-XXXXXX";
	assert_non_null(mkdtemp(dir));
	char *path = path_join(dir, "x.yaml");
	struct err none;
	assert_true(file_write(path, text, strlen(text), &none));
	bool ok = design_load(d, path, err);
	unlink(path);
	rmdir(dir);
	if (!ok) /* messages name the file as it was given */
		memmove(err->msg, err->msg + strlen(dir) + 1,
		        strlen(err->msg) - strlen(dir));
	free(path);
	return ok;
}

static void default_design_is_legal(void **state)
{
	(void)state;
	struct design d = design_default();
	struct err err;
	assert_true(design_check(&d, at, &err));
	assert_int_equal(d.rows, 8);
	assert_int_equal(d.core, CORE_MAXPERF);
	assert_string_equal(d.name, "default");
	for (int i = 0; i < n_params; i++) {
		assert_true(params[i].min <= params[i].def);
		assert_true(params[i].def <= params[i].max);
		assert_ptr_equal(param_find(params[i].key), &params[i]);
	}
}

static void value_out_of_range_names_file_line_and_field(void **state)
{
	(void)state;
	struct design d = design_default();
	struct err err;
	assert_false(design_set(&d, "array.rows", "0", at, &err));
	assert_string_equal(err.msg,
	                    "x.yaml:12: array.rows: 0 is not in 1..64 cells");
	assert_int_equal(err.kind, ERR_DATA);
	assert_int_equal(d.rows, 8);
}

static void set_accepts_every_end_of_every_range(void **state)
{
	(void)state;
	struct err err;
	for (int i = 0; i < n_params; i++) {
		const struct param *p = &params[i];
		struct design d = design_default();
		long end[] = {p->min, p->max};
		for (int k = 0; k < 2; k++) {
			char text[32], back[32];
			snprintf(text, sizeof text, "%ld", end[k]);
			if (p->word)
				strcpy(text, p->word[end[k]]);
			assert_true(design_set(&d, p->key, text, at, &err));
			design_get(&d, p, back, sizeof back);
			assert_string_equal(text, back);
		}
	}
}

static void set_refuses_what_is_no_value(void **state)
{
	(void)state;
	static const struct {
		const char *key, *value, *msg;
	} bad[] = {
	        {"array.rows", "65", "65 is not in 1..64 cells"},
	        {"array.rows", "-1", "-1 is not in 1..64 cells"},
	        {"array.rows", "99999999999999999999",
	         "99999999999999999999 is not in 1..64 cells"},
	        {"array.rows", "", "'' is not a whole number"},
	        {"array.rows", "8 ", "'8 ' is not a whole number"},
	        {"array.rows", "+8", "'+8' is not a whole number"},
	        {"array.rows", "010", "'010' is not a whole number"},
	        {"array.rows", "0x8", "'0x8' is not a whole number"},
	        {"array.rows", "8.0", "'8.0' is not a whole number"},
	        {"scratchpad.kib", "48",
	         "48 is not a power of two (1..1024 KiB)"},
	        {"voltage.mv", "499", "499 is not 0 or in 500..1500 mV"},
	        {"voltage.mv", "1501", "1501 is not in 0..1500 mV"},
	        {"voltage.mv", "0.8", "'0.8' is not a whole number"},
	        {"cpu.core", "0", "0 is not one of maxperf, btalu, small"},
	        {"cpu.core", "fast",
	         "fast is not one of maxperf, btalu, small"},
	        {"firmware.wait", "sleep",
	         "sleep is not one of interrupt, wfi, poll"},
	        {"array.row", "8",
	         "no such parameter; did you mean array.rows?"},
	        {"zzzzzzzzz", "8", "no such parameter"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct design d = design_default(), before = d;
		struct err err;
		char want[256];
		assert_false(
		        design_set(&d, bad[i].key, bad[i].value, at, &err));
		snprintf(want, sizeof want, "x.yaml:12: %s: %s", bad[i].key,
		         bad[i].msg);
		assert_string_equal(err.msg, want);
		assert_memory_equal(&d, &before, sizeof d);
	}
}

static void file_takes_nested_and_dotted_keys(void **state)
{
	(void)state;
	struct design d;
	struct err err;
	assert_true(load(&d,
	                 "# a comment\n"
	                 "array: {rows: 16, cols: 12}\n"
	                 "requant.lanes: 12\n"
	                 "cpu:\n  core: small\n",
	                 &err));
	assert_int_equal(d.rows, 16);
	assert_int_equal(d.cols, 12);
	assert_int_equal(d.lanes, 12);
	assert_int_equal(d.core, CORE_SMALL);
	assert_int_equal(d.sram_kib, design_default().sram_kib);
	assert_string_equal(d.name, "x");
}

static void bad_files_are_refused_with_the_place(void **state)
{
	(void)state;
	static const struct {
		const char *text, *msg;
	} bad[] = {
	        {"array:\n  rows: 0\n",
	         "x.yaml:2: array.rows: 0 is not in 1..64 cells"},
	        {"array:\n  rows: 8\narray.rows: 8\n",
	         "x.yaml:3: array.rows: written twice, first in line 2"},
	        {"array: {rows: 8}\narray: {cols: 8}\n",
	         "x.yaml:2: array: written twice, first in line 1"},
	        {"\narry: {rows: 8}\n",
	         "x.yaml:2: arry.rows: no such parameter; "
	         "did you mean array.rows?"},
	        {"array.rows: [8]\n",
	         "x.yaml:1: array.rows: must be one value"},
	        {"array.rows: {a: 8}\n",
	         "x.yaml:1: array.rows: must be one value"},
	        {"array.rows:\n", "x.yaml:1: array.rows: '' is not a whole "
	                          "number"},
	        {"- 8\n", "x.yaml:1: design: must be a map of keys"},
	        {"array.cols: 8\nrequant.lanes: 9\n",
	         "x.yaml:2: requant.lanes: 9 is more than array.cols (8)"},
	        {"array.rows: 64\nscratchpad:\n  kib: 1\n  banks: 64\n",
	         "x.yaml:4: scratchpad.banks: a bank has 16 bytes "
	         "(scratchpad.kib 1), which is no multiple of 128, two words"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct design d = design_default(), before = d;
		struct err err;
		assert_false(load(&d, bad[i].text, &err));
		assert_string_equal(err.msg, bad[i].msg);
		assert_int_equal(err.kind, ERR_DATA);
		assert_memory_equal(&d, &before, sizeof d);
	}
}

static void missing_file_is_no_input(void **state)
{
	(void)state;
	struct design d;
	struct err err;
	assert_false(design_load(&d, "/nonexistent/x.yaml", &err));
	assert_string_equal(err.msg, "/nonexistent/x.yaml: cannot open: No "
	                             "such file or directory");
	assert_int_equal(err.kind, ERR_NOINPUT);
}

static void dump_reads_back_equal(void **state)
{
	(void)state;
	struct design d = design_default(), back;
	struct err err;
	assert_true(design_set(&d, "array.rows", "16", at, &err));
	assert_true(design_set(&d, "cpu.core", "btalu", at, &err));
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	design_dump(&d, f);
	fclose(f);
	assert_true(load(&back, text, &err));
	free(text);
	assert_int_equal(design_hash(&d), design_hash(&back));
}

static void hash_sees_every_parameter_and_not_the_name(void **state)
{
	(void)state;
	struct design d = design_default();
	strcpy(d.name, "other");
	struct design e = design_default();
	assert_int_equal(design_hash(&d), design_hash(&e));
	for (int i = 0; i < n_params; i++) {
		struct design f = design_default();
		*(int *)((char *)&f + params[i].offset) += 1;
		assert_true(design_hash(&f) != design_hash(&e));
		assert_int_equal(design_elab_hash(&f) != design_elab_hash(&e),
		                 params[i].elab);
	}
}

/* Results are kept by this hash: those from before there were the keys, too. */
static void hash_is_without_what_came_later(void **state)
{
	(void)state;
	struct design d = design_default(), e = d;
	struct err err;
	assert_true(design_set(&e, "voltage.mv", "900", at, &err));
	assert_true(design_hash(&d) != design_hash(&e));
	assert_true(design_elab_hash(&d) == design_elab_hash(&e));
	assert_true(design_set(&e, "voltage.mv", "0", at, &err));
	assert_true(design_hash(&d) == design_hash(&e));
	assert_true(design_set(&e, "firmware.wait", "poll", at, &err));
	assert_true(design_hash(&d) != design_hash(&e));
	assert_true(design_elab_hash(&d) == design_elab_hash(&e));
	assert_true(design_set(&e, "firmware.wait", "interrupt", at, &err));
	assert_true(design_hash(&d) == design_hash(&e));
	assert_true(design_hash(&d) == 0x2504ca7baa349c83u);
}

static void derived_sizes_follow_the_contract(void **state)
{
	(void)state;
	struct design d = design_default();
	assert_int_equal(design_word(&d), 8);
	assert_int_equal(design_par_words(&d), 9);
	assert_int_equal(design_spad_bytes(&d), 128 * 1024);
	assert_int_equal(design_bank_bytes(&d), 8 * 1024);
	d.cols = 12;
	assert_int_equal(design_word(&d), 16);
	assert_int_equal(design_par_words(&d), 7); /* 108 / 16, up */
	d.dma_bytes = 16;
	d.cols = 4;
	assert_int_equal(design_word(&d), 16);
	d.rows = 64;
	assert_int_equal(design_word(&d), 64);
}

/* xorshift: the same mutations in every run. */
static uint32_t next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* A changed file is a legal design or an error; never something between. */
static void mutated_files_give_a_legal_design_or_an_error(void **state)
{
	(void)state;
	static const char base[] = "array: {rows: 8, cols: 16}\n"
	                           "scratchpad:\n  kib: 64\n  banks: 8\n"
	                           "requant.lanes: 4\ncpu: {core: small}\n"
	                           "clock: {mhz: 100}\n";
	static const char glyphs[] = "0123456789-.,:{}[]&*# \n\t'\"abkz\xff";
	uint32_t seed = 4711;
	int good = 0;
	for (int round = 0; round < 3000; round++) {
		char text[sizeof base];
		memcpy(text, base, sizeof base);
		for (uint32_t k = next(&seed) % 2 + 1; k > 0; k--)
			text[next(&seed) % (sizeof base - 1)] =
			        glyphs[next(&seed) % (sizeof glyphs - 1)];
		struct design d = design_default(), before = d;
		struct err err = {0};
		if (load(&d, text, &err)) {
			good++;
			assert_true(design_check(&d, at, &err));
			continue;
		}
		assert_memory_equal(&d, &before, sizeof d);
		assert_memory_equal(err.msg, "x.yaml:", 7);
		assert_int_equal(err.kind, ERR_DATA);
	}
	assert_true(good > 20 && good < 2900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(default_design_is_legal),
	        cmocka_unit_test(value_out_of_range_names_file_line_and_field),
	        cmocka_unit_test(set_accepts_every_end_of_every_range),
	        cmocka_unit_test(set_refuses_what_is_no_value),
	        cmocka_unit_test(file_takes_nested_and_dotted_keys),
	        cmocka_unit_test(bad_files_are_refused_with_the_place),
	        cmocka_unit_test(missing_file_is_no_input),
	        cmocka_unit_test(dump_reads_back_equal),
	        cmocka_unit_test(hash_sees_every_parameter_and_not_the_name),
	        cmocka_unit_test(hash_is_without_what_came_later),
	        cmocka_unit_test(derived_sizes_follow_the_contract),
	        cmocka_unit_test(mutated_files_give_a_legal_design_or_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
