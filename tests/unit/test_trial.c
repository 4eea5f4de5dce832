/* Replay files: what they refuse, and that they come back as they were. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "sim/trial.h"

/* A FILL of a byte, posted; the parts that tests exchange have a line each. */
static const char text[] =
        "replay: 1\n"
        "design: {array.rows: 4, array.cols: 4, sram.kib: 32}\n"
        "limit: 1000\n"
        "data:\n"
        "  - {memory: sram, at: 64, bytes: 64, kind: bytes, seed: 1}\n"
        "jobs:\n"
        "  - list: 0x40000040\n"
        "    irq: true\n"
        "    commands:\n"
        "      - {op: FILL, spad: 5, n0: 1, n1: 1, n2: 1, fill: 7}\n"
        "host:\n"
        "  - {do: write, register: RING_BASE, value: 0x20000000, times: 1}\n"
        "  - {do: entry, job: 0}\n"
        "  - {do: write, register: TAIL, value: 1, times: 1}\n"
        "  - {do: sleep, cycles: 500}\n";

static bool parse(struct trial *t, const char *from, struct err *err)
{
	return trial_parse(t, from, strlen(from), "f.yaml", err);
}

/* The text with the first `old` replaced is refused with this message. */
static void refuse(const char *old, const char *now, const char *message)
{
	char changed[2000];
	const char *at = strstr(text, old);
	struct trial t;
	struct err err;

	assert_non_null(at);
	snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - text), text,
	         now, at + strlen(old));
	assert_false(parse(&t, changed, &err));
	assert_string_equal(err.msg, message);
	assert_int_equal(err.kind, ERR_DATA);
	assert_null(t.job);
}

static void errors_name_file_line_key_and_reason(void **state)
{
	(void)state;
	refuse("replay: 1\n", "", "f.yaml:1: replay: is missing");
	refuse("replay: 1", "replay: 2", "f.yaml:1: replay: 2 is not in 1..1");
	refuse("limit: 1000", "limit: 1e3",
	       "f.yaml:3: limit: '1e3' is not a number");
	refuse("limit", "limits",
	       "f.yaml:3: limits: no such key; did you mean "
	       "limit?");
	refuse("array.rows: 4", "array.rows: 0",
	       "f.yaml:2: array.rows: 0 is not in 1..64 cells");
	refuse("memory: sram", "memory: ram",
	       "f.yaml:5: memory: 'ram' is not one of sram, flash");
	refuse("bytes: 64", "bytes: 32705",
	       "f.yaml:5: bytes: 32705 is not in 1..32704");
	refuse("kind: bytes", "kind: noise",
	       "f.yaml:5: kind: 'noise' is not one of bytes, params, "
	       "add-params, indices, packed");
	refuse(", seed: 1", "", "f.yaml:5: seed: is missing");
	refuse("0x40000040", "0x40000044",
	       "f.yaml:7: list: 0x40000044: 1 commands are not aligned and "
	       "inside flash");
	refuse("0x40000040", "0x10000040",
	       "f.yaml:7: list: 0x10000040 is not in SRAM or flash");
	refuse("irq: true", "irq: yes",
	       "f.yaml:8: irq: 'yes' is neither true nor false");
	refuse("op: FILL", "op: FULL", "f.yaml:10: op: 'FULL' is no such name");
	refuse("n0: 1,", "n0: 65536,",
	       "f.yaml:10: n0: 65536 is not in 0..65535");
	refuse("fill: 7", "nchan: 7",
	       "f.yaml:10: nchan: FILL has no such field");
	refuse("fill: 7", "full: 7", "f.yaml:10: full: no such field");
	refuse("fill: 7", "flags: [HOLD, HULD]",
	       "f.yaml:10: value: 'HULD' is no such name");
	refuse("register: RING_BASE", "register: BASE",
	       "f.yaml:12: register: 'BASE' is no such name");
	refuse("register: RING_BASE", "register: 2",
	       "f.yaml:12: register: not a whole word");
	refuse(", times: 1", "", "f.yaml:12: times: is missing");
	refuse("0x20000000", "0x20000008",
	       "f.yaml:13: job: its ring entry is not aligned and inside sram");
	refuse("0x20000000", "0x20008000",
	       "f.yaml:13: job: its ring entry is not aligned and inside sram");
	refuse("job: 0", "job: 1", "f.yaml:13: job: there is no job 1");
	refuse("do: sleep", "do: nap", "f.yaml:15: do: no such act");
	refuse("cycles: 500", "cycles: 500, jobs: 1",
	       "f.yaml:15: jobs: no such key");
}

static void job_without_commands_is_refused(void **state)
{
	(void)state;
	refuse("\n      - {op: FILL, spad: 5, n0: 1, n1: 1, n2: 1, fill: 7}",
	       " []", "f.yaml:9: commands: a job has at least one");
}

static char *write_again(const struct trial *t)
{
	char *data = NULL;
	size_t size;
	FILE *f = open_memstream(&data, &size);

	trial_write(t, NULL, f);
	fclose(f);
	return data;
}

static void what_is_written_reads_back(void **state)
{
	(void)state;
	struct trial a, b;
	struct err err;

	assert_true(trial_load(&a, "tests/cosim/golden.yaml", &err));
	char *first = write_again(&a);
	assert_true(parse(&b, first, &err));
	char *second = write_again(&b);
	assert_string_equal(first, second);
	char *file = file_read("tests/cosim/golden.yaml", 1 << 20, &(size_t){0},
	                       &err);
	assert_non_null(file);
	assert_string_equal(strchr(file, '\n') + 1, first); /* the note */
	free(file);
	free(first);
	free(second);
	trial_free(&a);
	trial_free(&b);
}

static void difference_names_command_and_line(void **state)
{
	(void)state;
	char why[400];
	struct trial t, u;
	struct run a, b;
	struct err err;
	char longer[1000];
	const char *at = strstr(text, "n0: 1,");

	snprintf(longer, sizeof(longer), "%.*sn0: 9,%s", (int)(at - text), text,
	         at + 6);
	assert_true(parse(&t, text, &err));
	assert_true(parse(&u, longer, &err));
	assert_true(trial_run(&a, &accel_fast, &t, NULL, &err));
	assert_true(trial_run(&b, &accel_fast, &u, NULL, &err));
	assert_true(a.done && !a.faulty);
	assert_true(run_compare(&a, &a, &t, COMPARE_TIME | COMPARE_DATA, why,
	                        sizeof(why)));
	assert_false(run_compare(&a, &b, &t, COMPARE_TIME, why, sizeof(why)));
	assert_string_equal(why,
	                    "end number 0: fast: cycles 20..23 (FILL, job 0 "
	                    "command 0, line 10); fast: cycles 20..24 (FILL, "
	                    "job 0 command 0, line 10)");
	run_free(&a);
	run_free(&b);
	trial_free(&t);
	trial_free(&u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(errors_name_file_line_key_and_reason),
	        cmocka_unit_test(job_without_commands_is_refused),
	        cmocka_unit_test(what_is_written_reads_back),
	        cmocka_unit_test(difference_names_command_and_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
