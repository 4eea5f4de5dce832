/* confirmed sweeps, and workers that end in odd ways. The linker puts functions
 * of this file between the workers and joulet_verify, joulet_compile: what they
 * do is in `odd`, which all processes share. With real Verilog: cli.confirm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "explore/plan.h"
#include "explore/report.h"
#include "explore/sweep.h"
#include "sim/program.h"

static struct odd {
	atomic_int compared;   /* calls of joulet_verify */
	atomic_int wrong_rows; /* ... which finds a difference at this height */
	atomic_int exit_rows;  /* joulet_compile exits at this height */
	atomic_int exit_with;
	atomic_int no_start; /* new processes exit at once */
} * odd;

bool __real_joulet_verify(const struct joulet_program *,
                          const struct joulet_opts *, const void *, size_t,
                          const void *, struct joulet_result *, struct err *);
bool __wrap_joulet_verify(const struct joulet_program *,
                          const struct joulet_opts *, const void *, size_t,
                          const void *, struct joulet_result *, struct err *);
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

bool __wrap_joulet_verify(const struct joulet_program *p,
                          const struct joulet_opts *opts, const void *in,
                          size_t n, const void *expect, struct joulet_result *r,
                          struct err *err)
{
	(void)expect;
	atomic_fetch_add(&odd->compared, 1);
	if (p->design.rows == odd->wrong_rows)
		return err_set(err, ERR_MISMATCH, "cycle 7: fast 1, rtl 2");
	return joulet_run(p, opts, in, n, NULL, r, err);
}

struct joulet_program *__wrap_joulet_compile(const struct joulet_net *net,
                                             const struct design *d,
                                             enum joulet_target target,
                                             const struct joulet_dump *dump,
                                             struct err *err)
{
	if (d->rows == odd->exit_rows)
		_exit(odd->exit_with);
	return __real_joulet_compile(net, d, target, dump, err);
}

static void in_child(void)
{
	if (odd->no_start)
		_exit(7);
}

struct place {
	char dir[64], yaml[96], store[96], verilog[96];
};

/* Two networks, three heights, two clocks; the height decides. */
static const char grid[] = "networks: [%s/models/digits_mlp.tflite,\n"
                           "           %s/models/digits_cnn.tflite]\n"
                           "axes: {array.rows: [4, 8, 16],"
                           " clock.mhz: [50, 100]}\n"
                           "objectives: {maximize: [array.rows]}\n%s";

static void write_yaml(const struct place *p, const char *more)
{
	struct buf b = {0};
	struct err err;
	char here[400];
	assert_non_null(getcwd(here, sizeof here));
	buf_printf(&b, grid, here, here, more);
	assert_true(file_write(p->yaml, b.data, b.len, &err));
	buf_free(&b);
}

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	struct err err;
	if (!p)
		return -1;
	strcpy(p->dir, "/tmp/joulet-confirm-XXXXXX");
	if (!mkdtemp(p->dir))
		return -1;
	snprintf(p->yaml, sizeof p->yaml, "%s/x.yaml", p->dir);
	snprintf(p->store, sizeof p->store, "%s/x.db", p->dir);
	snprintf(p->verilog, sizeof p->verilog, "%s/x.v", p->dir);
	if (!file_write(p->verilog, "// other\n", 9, &err))
		return -1;
	memset(odd, 0, sizeof *odd);
	odd->wrong_rows = odd->exit_rows = -1;
	unsetenv("JOULET_RTL_DIR");
	write_yaml(p, "");
	*state = p;
	return 0;
}

static int remove_place(void **state)
{
	struct place *p = *state;
	char command[100];
	snprintf(command, sizeof command, "rm -r %s", p->dir);
	int left = system(command);
	free(p);
	return left;
}

static long ask(const struct place *p, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *q = NULL;
	long n = -1;
	if (sqlite3_open_v2(p->store, &db, SQLITE_OPEN_READWRITE, NULL) ==
	            SQLITE_OK &&
	    sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK &&
	    sqlite3_step(q) == SQLITE_ROW)
		n = (long)sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	sqlite3_close(db);
	return n;
}

/* The kind of error that the sweep ends in; how often `what` is in the JSON. */
static enum err_kind sweep(const struct place *p, long confirm, struct err *err,
                           const char *what, int *times)
{
	const struct sweep_opts opts = {.jobs = 2, .confirm = confirm};
	struct sweep *s = sweep_open(p->yaml, NULL, err);
	char *json = NULL;
	size_t size;

	*times = 0;
	*err = s ? (struct err){0} : *err;
	if (s && sweep_run(s, &opts, err)) {
		FILE *f = open_memstream(&json, &size);
		assert_true(sweep_json(s, f, err));
		fclose(f);
		for (char *at = json; (at = strstr(at, what)); at++)
			++*times;
	}
	free(json);
	sweep_close(s);
	return err->kind;
}

/* As a report of the store says. */
static int reported(const struct place *p)
{
	struct err err;
	struct report *r = report_open(p->store, NULL, &err);
	char *json = NULL;
	size_t size;
	int n = 0;

	assert_non_null(r);
	FILE *f = open_memstream(&json, &size);
	report_json(r, f);
	fclose(f);
	for (char *at = json; (at = strstr(at, "\"confirmed\": true")); at++)
		n++;
	free(json);
	report_close(r);
	return n;
}

static int confirmed(const struct place *p, long confirm)
{
	struct err err;
	int n;
	assert_int_equal(sweep(p, confirm, &err, "\"confirmed\": true", &n),
	                 ERR_NONE);
	assert_int_equal(reported(p), n);
	return n;
}

static const char tall[] =
        "SELECT count(*) FROM points JOIN confirmed USING(key) "
        "WHERE design LIKE '%array.rows: 16%'";

static void pareto_points_are_compared(void **state)
{
	struct place *p = *state;
	/* The clock is no objective: both of the tallest are optimal. */
	assert_int_equal(confirmed(p, SWEEP_CONFIRM_PARETO), 4);
	assert_int_equal(odd->compared, 4);
	assert_int_equal(ask(p, tall), 4);
}

static void n_are_the_best_of_each_network_by_the_first_goal(void **state)
{
	struct place *p = *state;
	assert_int_equal(confirmed(p, 1), 2);
	assert_int_equal(ask(p, tall), 2);
	assert_int_equal(confirmed(p, 3), 6);
	assert_int_equal(ask(p, tall), 4);
	assert_int_equal(odd->compared, 6);
	assert_int_equal(confirmed(p, 1000), 12);
	assert_int_equal(odd->compared, 12);
}

static void what_breaks_a_limit_is_neither_optimal_nor_best(void **state)
{
	struct place *p = *state;
	write_yaml(p, "limits: array.rows < 16\n");
	assert_int_equal(confirmed(p, SWEEP_CONFIRM_PARETO), 4);
	assert_int_equal(ask(p, tall), 0);
	assert_int_equal(confirmed(p, 1000), 8);
	assert_int_equal(ask(p, tall), 0);
	assert_int_equal(confirmed(p, SWEEP_CONFIRM_ALL), 12);
}

static void progress_counts_what_is_confirmed(void **state)
{
	struct place *p = *state;
	char *said = NULL, *at;
	size_t size;
	struct err err;
	FILE *f = open_memstream(&said, &size);
	struct sweep_opts opts = {.jobs = 2, .confirm = 2, .talk = f};
	for (int i = 0; i < 2; i++, opts.json = true) {
		struct sweep *s = sweep_open(p->yaml, NULL, &err);
		assert_true(sweep_run(s, &opts, &err));
		sweep_close(s);
		opts.confirm = SWEEP_CONFIRM_ALL;
	}
	fclose(f);
	at = strstr(said, "sweep: 12 points, 0 known");
	assert_non_null(at);
	at = strstr(at, "\nsweep: 12 of 12 points, ");
	assert_non_null(at);
	at = strstr(at, "\nsweep: confirming 4 points with the Verilog, 0 known"
	                "\nsweep: 4 of 4 confirmed, ");
	assert_non_null(at);
	at = strstr(at, "\n{\"event\":\"begin\",\"phase\":\"confirm\","
	                "\"points\":12,");
	assert_non_null(at);
	assert_non_null(strstr(at, "\"total\":12,\"known\":4,\"done\":4,"
	                           "\"failed\":0,\"confirmed\":4,"));
	at = strstr(at, "\n{\"event\":\"end\",\"phase\":\"confirm\","
	                "\"total\":12,\"known\":4,\"done\":12,\"failed\":0,"
	                "\"confirmed\":12,");
	assert_non_null(at);
	free(said);
}

static void comparisons_are_not_repeated(void **state)
{
	struct place *p = *state;
	assert_int_equal(confirmed(p, SWEEP_CONFIRM_NONE), 0);
	assert_int_equal(odd->compared, 0);
	assert_int_equal(confirmed(p, 2), 4);
	assert_int_equal(confirmed(p, 2), 4);
	assert_int_equal(confirmed(p, SWEEP_CONFIRM_ALL), 12);
	assert_int_equal(confirmed(p, SWEEP_CONFIRM_NONE), 12);
	assert_int_equal(odd->compared, 12);
}

static void other_verilog_confirms_anew(void **state)
{
	struct place *p = *state;
	assert_int_equal(confirmed(p, SWEEP_CONFIRM_ALL), 12);
	setenv("JOULET_RTL_DIR", p->dir, 1);
	assert_int_equal(confirmed(p, SWEEP_CONFIRM_NONE), 0);
	assert_int_equal(confirmed(p, 1), 2);
	assert_int_equal(odd->compared, 14);
	unsetenv("JOULET_RTL_DIR");
	assert_int_equal(confirmed(p, 1), 12);
	assert_int_equal(odd->compared, 14);
}

static void points_that_failed_are_not_compared(void **state)
{
	struct place *p = *state;
	odd->exit_rows = 16;
	assert_int_equal(confirmed(p, SWEEP_CONFIRM_NONE), 0);
	odd->exit_rows = -1;
	assert_int_equal(confirmed(p, SWEEP_CONFIRM_ALL), 8);
	assert_int_equal(confirmed(p, 1), 8);
	assert_int_equal(odd->compared, 8);
}

static void a_difference_ends_the_sweep_and_is_kept(void **state)
{
	struct place *p = *state;
	struct err err, again;
	int n;
	odd->wrong_rows = 8;
	assert_int_equal(sweep(p, SWEEP_CONFIRM_ALL, &err, "", &n),
	                 ERR_MISMATCH);
	const char *expect = "not confirmed: point ";
	assert_int_equal(strncmp(err.msg, expect, strlen(expect)), 0);
	assert_non_null(strstr(err.msg, ", array.rows=8, clock.mhz="));
	assert_non_null(strstr(err.msg, "): cycle 7: fast 1, rtl 2"));

	int compared = odd->compared;
	assert_int_equal(sweep(p, SWEEP_CONFIRM_ALL, &again, "", &n),
	                 ERR_MISMATCH);
	assert_string_equal(again.msg, err.msg);
	assert_int_equal(odd->compared, compared);
	/* The others stand; without being asked for it does not stop. */
	n = confirmed(p, SWEEP_CONFIRM_PARETO);
	assert_int_equal(ask(p, "SELECT count(*) FROM confirmed"), n);
	assert_int_equal(ask(p, tall), 4);
}

/* exit(), by a library or so, leaves a point in the worker's hands. */
static void a_point_whose_worker_exits_is_failed(void **state)
{
	struct place *p = *state;
	static const int status[] = {0, 7};
	for (int i = 0; i < 2; i++) {
		char text[64];
		struct err err;
		int n;
		unlink(p->store);
		odd->exit_rows = 8;
		odd->exit_with = status[i];
		snprintf(text, sizeof text, "the worker exited with status %d",
		         status[i]);
		assert_int_equal(sweep(p, 0, &err, text, &n), ERR_NONE);
		assert_int_equal(n, 4);
		assert_int_equal(ask(p, "SELECT count(*) FROM points WHERE "
		                        "state = 'done'"),
		                 8);
		assert_int_equal(ask(p, "SELECT sum(crashes) FROM points"), 12);
	}
}

static void workers_that_never_start_end_the_sweep(void **state)
{
	struct place *p = *state;
	struct err err;
	int n;
	odd->no_start = 1;
	assert_int_equal(sweep(p, 0, &err, "", &n), ERR_BUG);
	assert_string_equal(err.msg, "workers end before they take a point: "
	                             "the worker exited with status 7");
	odd->no_start = 0;
	assert_int_equal(sweep(p, 0, &err, "\"done\"", &n), ERR_NONE);
	assert_int_equal(n, 12);
}

static void results_of_the_verilog_are_known_by_it(void **state)
{
	struct place *p = *state;
	static const char *const backend[] = {"backend: fast\n",
	                                      "backend: rtl\n"};
	for (int i = 0; i < 2; i++) {
		char key[2][PLAN_KEY];
		struct err err;
		write_yaml(p, backend[i]);
		for (int k = 0; k < 2; k++) {
			if (k)
				setenv("JOULET_RTL_DIR", p->dir, 1);
			else
				unsetenv("JOULET_RTL_DIR");
			struct plan *plan = plan_load(p->yaml, &err);
			assert_non_null(plan);
			plan_key(plan, 0, key[k]);
			plan_free(plan);
		}
		assert_int_equal(strcmp(key[0], key[1]) == 0, i == 0);
	}
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(pareto_points_are_compared),
	        TEST(n_are_the_best_of_each_network_by_the_first_goal),
	        TEST(what_breaks_a_limit_is_neither_optimal_nor_best),
	        TEST(progress_counts_what_is_confirmed),
	        TEST(comparisons_are_not_repeated),
	        TEST(other_verilog_confirms_anew),
	        TEST(points_that_failed_are_not_compared),
	        TEST(a_difference_ends_the_sweep_and_is_kept),
	        TEST(a_point_whose_worker_exits_is_failed),
	        TEST(workers_that_never_start_end_the_sweep),
	        TEST(results_of_the_verilog_are_known_by_it),
	};
	odd = mmap(NULL, sizeof *odd, PROT_READ | PROT_WRITE,
	           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (odd == MAP_FAILED || pthread_atfork(NULL, NULL, in_child))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
