/* What the checker of the random programs refuses. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "tests/cosim/legal.h"

/* Two jobs, one after the other, in a ring of one entry: legal. Each line that
 * a test exchanges is there once. */
static const char text[] =
        "replay: 1\n"
        "design: {array.rows: 4, array.cols: 4, sram.kib: 32}\n"
        "limit: 100000\n"
        "data: []\n"
        "jobs:\n"
        "  - list: 0x20000400\n"
        "    irq: true\n"
        "    commands:\n"
        "      - {op: LOAD, mem: 0x40000100, n0: 64, n1: 1, n2: 1}\n"
        "      - {op: STORE, wait_ld: 1, mem: 0x20001000, n0: 64, n1: 1, n2: "
        "1}\n"
        "  - list: 0x40000040\n"
        "    irq: true\n"
        "    commands:\n"
        "      - {op: FILL, spad: 5, n0: 1, n1: 1, n2: 1, fill: 7}\n"
        "host:\n"
        "  - {do: write, register: RING_BASE, value: 0x20000800, times: 1}\n"
        "  - {do: write, register: RING_MASK, value: 0, times: 1}\n"
        "  - {do: entry, job: 0}\n"
        "  - {do: write, register: TAIL, value: 1, times: 1}\n"
        "  - {do: wait, cycles: 12}\n"
        "  - {do: entry, job: 1}\n"
        "  - {do: await, jobs: 1, every: 1}\n"
        "  - {do: write, register: TAIL, value: 2, times: 1}\n";

/* With the first `old` replaced: NULL, or what the checker says. */
static const char *judge(const char *old, const char *now)
{
	static char why[100];
	char changed[2000];
	const char *at = strstr(text, old);
	struct trial t;
	struct err err;

	assert_non_null(at);
	snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - text), text,
	         now, at + strlen(old));
	assert_true(trial_parse(&t, changed, strlen(changed), "f.yaml", &err));
	bool legal = trial_legal(&t, why, sizeof(why));
	trial_free(&t);
	return legal ? NULL : why;
}

static void legal_program_is_accepted(void **state)
{
	(void)state;
	assert_null(judge("replay", "replay"));
}

/* From 3 cycles after TAIL the fetch unit reads the entry, two beats. */
static void entry_stays_until_it_has_been_read(void **state)
{
	(void)state;
	assert_null(judge("cycles: 12", "cycles: 4"));
	assert_string_equal(judge("cycles: 12", "cycles: 1"),
	                    "act 5: an entry is written over one not yet read");
	assert_string_equal(judge("  - {do: write, register: TAIL, value: 1, "
	                          "times: 1}\n",
	                          ""),
	                    "act 4: an entry is written over one not yet read");
}

/* RING_MASK 0 or 1 is where job 1 is, or is not. */
static void ring_stays_until_it_has_been_looked_into(void **state)
{
	static const char last[] =
	        "  - {do: write, register: TAIL, value: 2, times: 1}\n";
	char changed[300];

	(void)state;
	for (int cycles = 1; cycles < 3; cycles++) {
		snprintf(changed, sizeof(changed),
		         "%s  - {do: wait, cycles: %d}\n"
		         "  - {do: write, register: RING_MASK, value: 1, "
		         "times: 1}\n",
		         last, cycles);
		assert_null(judge(last, changed));
	}
	snprintf(changed, sizeof(changed),
	         "%s  - {do: write, register: RING_MASK, value: 1, times: 1}\n",
	         last);
	assert_string_equal(judge(last, changed),
	                    "act 8: the ring moves before a job was looked "
	                    "for");
}

static void every_job_is_posted_from_the_ring(void **state)
{
	(void)state;
	assert_string_equal(judge("value: 2", "value: 1"),
	                    "act 8: not all jobs are posted");
	assert_string_equal(judge("value: 2", "value: 3"),
	                    "act 7: TAIL goes back, or beyond the jobs");
	assert_string_equal(judge("value: 1", "value: 2"),
	                    "act 3: a job is posted that is not in the ring");
	assert_string_equal(judge("  - {do: entry, job: 1}\n", ""),
	                    "act 6: a job is posted that is not in the ring");
}

static void commands_keep_off_the_ring_and_lists(void **state)
{
	static const char meets[] = "job 0 command 1 may meet another";

	(void)state;
	assert_null(judge("0x20001000", "0x20000810"));
	assert_string_equal(judge("0x20001000", "0x200007c1"), meets);
	assert_string_equal(judge("0x20001000", "0x20000440"), meets);
	assert_string_equal(judge("0x40000100", "0x20000800"),
	                    "job 0 command 0 may meet another");
	assert_null(judge("0x40000100", "0x20000440"));
	assert_string_equal(judge("wait_ld: 1, ", ""), meets);
	assert_string_equal(judge("wait_ld: 1, ", "wait_ld: 2, "), meets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(legal_program_is_accepted),
	        cmocka_unit_test(entry_stays_until_it_has_been_read),
	        cmocka_unit_test(ring_stays_until_it_has_been_looked_into),
	        cmocka_unit_test(every_job_is_posted_from_the_ring),
	        cmocka_unit_test(commands_keep_off_the_ring_and_lists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
