/* A point that hangs. The linker puts a function of this file between the
 * workers and joulet_compile, which waits for ever at one height of the array.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "explore/doctor.h"
#include "explore/sweep.h"
#include "sim/program.h"

static int hang_rows; /* 0: never */

struct joulet_program *__real_joulet_compile(const struct joulet_net *,
                                             const struct design *,
                                             enum joulet_target,
                                             const struct joulet_dump *,
                                             struct err *);
struct joulet_program *__wrap_joulet_compile(const struct joulet_net *,
                                             const struct design *,
                                             enum joulet_target,
                                             const struct joulet_dump *,
                                             struct err *);

struct joulet_program *__wrap_joulet_compile(const struct joulet_net *net,
                                             const struct design *d,
                                             enum joulet_target target,
                                             const struct joulet_dump *dump,
                                             struct err *err)
{
	while (d->rows == hang_rows)
		pause();
	return __real_joulet_compile(net, d, target, dump, err);
}

static char yaml[64], store[64];

static long ask(const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *q = NULL;
	long n = -1;
	if (sqlite3_open_v2(store, &db, SQLITE_OPEN_READWRITE, NULL) ==
	            SQLITE_OK &&
	    sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK &&
	    sqlite3_step(q) == SQLITE_ROW)
		n = (long)sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	sqlite3_close(db);
	return n;
}

static void sweep(void)
{
	struct err err = {0};
	const struct sweep_opts opts = {.jobs = 2, .point_timeout_s = 1};
	struct sweep *s = sweep_open(yaml, store, &err);
	if (!s || !sweep_run(s, &opts, &err))
		fail_msg("%s", err.msg);
	sweep_close(s);
}

static void a_point_that_hangs_is_failed_after_three_tries(void **state)
{
	(void)state;
	hang_rows = 8;
	sweep();
	assert_int_equal(
	        ask("SELECT count(*) FROM points WHERE state = 'done'"), 39);
	assert_int_equal(ask("SELECT count(*) FROM points WHERE state = "
	                     "'failed' AND attempts = 3 AND error = 'took "
	                     "longer than 1 s (--point-timeout)'"),
	                 1);
	assert_int_equal(ask("SELECT max(attempts) FROM points WHERE state = "
	                     "'done'"),
	                 1);
	print_message("a point that hangs: 3 tries of 1 s, then failed; of "
	              "39 others lost: 0, run twice: 0\n");
}

static void doctor_opens_it_again(void **state)
{
	(void)state;
	struct err err;
	struct diagnosis d;
	struct doctor_opts o = {.store = store};
	hang_rows = 0;
	sweep(); /* a result as any other: not run again */
	assert_int_equal(
	        ask("SELECT count(*) FROM points WHERE state = 'failed'"), 1);
	unsetenv("SLURM_CONF");
	assert_true(doctor_look(&o, &d, &err));
	assert_int_equal(d.n, 1);
	assert_string_equal(d.finding[0].kind, "given-up");
	assert_int_equal(doctor_left(&d), 0);
	doctor_free(&d);
	o.retry = true;
	assert_true(doctor_look(&o, &d, &err));
	assert_true(d.finding[0].fixed);
	doctor_free(&d);
	sweep();
	assert_int_equal(
	        ask("SELECT count(*) FROM points WHERE state = 'done'"), 40);
	assert_int_equal(ask("SELECT sum(attempts) FROM points"), 39 + 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(
	                a_point_that_hangs_is_failed_after_three_tries),
	        cmocka_unit_test(doctor_opens_it_again),
	};
	char dir[] = "/tmp/joulet-hang-XXXXXX", here[400], command[80];
	struct buf b = {0};
	struct err err;
	if (!mkdtemp(dir) || !getcwd(here, sizeof here))
		return 1;
	snprintf(yaml, sizeof yaml, "%s/x.yaml", dir);
	snprintf(store, sizeof store, "%s/x.db", dir);
	buf_printf(&b,
	           "networks: [%s/models/digits_mlp.tflite]\n"
	           "axes: {array.rows: {from: 1, to: 40, step: 1}}\n",
	           here);
	int failed = !file_write(yaml, b.data, b.len, &err) ||
	             cmocka_run_group_tests(tests, NULL, NULL);
	buf_free(&b);
	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command) != 0 || failed;
}
