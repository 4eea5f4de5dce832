/* sweep: points, stores, and what is left when processes are killed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "explore/plan.h"
#include "explore/store.h"
#include "explore/sweep.h"
#include "explore/work.h"

/* A folder of its own for every test, gone afterwards. */
struct place {
	char dir[64], yaml[96], store[96], csv[96];
	char models[512];
};

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	char here[400];
	strcpy(p->dir, "/tmp/joulet-sweep-XXXXXX");
	if (!p || !mkdtemp(p->dir) || !getcwd(here, sizeof here))
		return -1;
	snprintf(p->yaml, sizeof p->yaml, "%s/x.yaml", p->dir);
	snprintf(p->store, sizeof p->store, "%s/x.db", p->dir);
	snprintf(p->csv, sizeof p->csv, "%s/x.csv", p->dir);
	snprintf(p->models, sizeof p->models, "%s/models", here);
	*state = p;
	return 0;
}

static int remove_place(void **state)
{
	struct place *p = *state;
	static const char *const suffix[] = {"", "-wal", "-shm"};
	for (int i = 0; i < 3; i++) {
		char name[128];
		snprintf(name, sizeof name, "%s%s", p->store, suffix[i]);
		unlink(name);
	}
	unlink(p->yaml);
	unlink(p->csv);
	int left = rmdir(p->dir);
	free(p);
	return left;
}

/* Write the sweep file; "@" in the text stands for the folder models/. */
static void write_yaml(const struct place *p, const char *text)
{
	struct buf b = {0};
	struct err err;
	for (; *text; text++) {
		if (*text == '@')
			buf_str(&b, p->models);
		else
			buf_char(&b, *text);
	}
	assert_true(file_write(p->yaml, b.data ? b.data : "", b.len, &err));
	buf_free(&b);
}

/* 48 points: 2 networks, 4 arrays, 3 scratchpads, 2 clocks. */
static const char grid[] =
        "networks: [@/digits_mlp.tflite, @/digits_cnn.tflite]\n"
        "inputs: [@/digits_mlp.in.bin, @/digits_cnn.in.bin]\n"
        "axes:\n"
        "  array.rows: [4, 8, 16, 32]\n"
        "  array.cols: [4, 8, 16, 32]\n"
        "  scratchpad.kib: {from: 32, to: 128, times: 2}\n"
        "  clock.mhz: {from: 50, to: 100, step: 50}\n"
        "zip: [[array.rows, array.cols]]\n";

/* Takes a second: for tests that do something while it runs. */
static const char long_grid[] =
        "networks: [@/digits_mlp.tflite, @/digits_cnn.tflite]\n"
        "inputs: [@/digits_mlp.in.bin, @/digits_cnn.in.bin]\n"
        "axes:\n"
        "  array.rows: [4, 8, 16, 32]\n"
        "  array.cols: [4, 8, 16, 32]\n"
        "  scratchpad.kib: {from: 32, to: 128, times: 2}\n"
        "  clock.mhz: {from: 1, to: 100, step: 1}\n"
        "zip: [[array.rows, array.cols]]\n";
#define LONG_POINTS 2400

/* One number from the store. */
static long ask(const struct place *p, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *q = NULL;
	long n = -1;
	if (sqlite3_open_v2(p->store, &db, SQLITE_OPEN_READWRITE, NULL) ==
	    SQLITE_OK) {
		sqlite3_busy_timeout(db, 5000);
		if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK &&
		    sqlite3_step(q) == SQLITE_ROW)
			n = (long)sqlite3_column_int64(q, 0);
	}
	sqlite3_finalize(q);
	sqlite3_close(db);
	return n;
}

static void nap(void)
{
	nanosleep(&(struct timespec){0, 1000000}, NULL);
}

static struct sweep *run(const struct place *p, int jobs)
{
	struct err err = {0};
	struct sweep *s = sweep_open(p->yaml, NULL, &err);
	if (!s)
		fail_msg("%s", err.msg);
	const struct sweep_opts opts = {.jobs = jobs};
	if (!sweep_run(s, &opts, &err))
		fail_msg("%s", err.msg);
	return s;
}

/* A submitter in a process of its own. */
static pid_t run_apart(const struct place *p, int jobs)
{
	fflush(NULL);
	pid_t pid = fork();
	if (pid)
		return pid;
	struct err err;
	struct sweep *s = sweep_open(p->yaml, NULL, &err);
	const struct sweep_opts opts = {.jobs = jobs};
	_exit(s && sweep_run(s, &opts, &err) ? 0 : 1);
}

static void wait_for(const struct place *p, const char *sql, long n)
{
	for (int i = 0; i < 20000 && ask(p, sql) < n; i++)
		nap();
	assert_true(ask(p, sql) >= n);
}

static const char finished[] =
        "SELECT count(*) FROM points WHERE state IN ('done', 'failed')";

static void plan_is_a_grid_in_the_order_of_the_file(void **state)
{
	struct place *p = *state;
	struct err err;
	write_yaml(p, grid);
	struct plan *plan = plan_load(p->yaml, &err);
	assert_non_null(plan);
	assert_int_equal(plan->n_points, 48);
	assert_string_equal(joulet_net_name(plan_net_of(plan, 23)->net),
	                    "digits_mlp");
	assert_string_equal(joulet_net_name(plan_net_of(plan, 24)->net),
	                    "digits_cnn");
	struct design d = plan_design(plan, 0), e = plan_design(plan, 24 + 23);
	assert_int_equal(d.rows, 4);
	assert_int_equal(d.cols, 4);
	assert_int_equal(d.spad_kib, 32);
	assert_int_equal(d.clock_mhz, 50);
	assert_int_equal(plan_design(plan, 1).clock_mhz, 100);
	assert_int_equal(plan_design(plan, 2).spad_kib, 64);
	assert_int_equal(plan_design(plan, 6).rows, 8);
	assert_int_equal(plan_design(plan, 6).cols, 8);
	assert_int_equal(e.rows, 32);
	assert_int_equal(e.spad_kib, 128);
	char a[PLAN_KEY], b[PLAN_KEY];
	plan_key(plan, 0, a);
	plan_key(plan, 24, b);
	assert_string_not_equal(a, b);
	plan_free(plan);
}

/* SQL that changes the store. */
static void change(const struct place *p, const char *sql)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(p->store, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void store_says_what_the_sweep_was(void **state)
{
	struct place *p = *state;
	write_yaml(p, "networks: [@/digits_mlp.tflite]\n"
	              "axes: {array.rows: [4, 8], array.cols: [4, 8]}\n"
	              "zip: [[array.rows, array.cols]]\n"
	              "objectives: {maximize: [utilization]}\n");
	sweep_close(run(p, 1));
#define SAYS(path, value)                                                      \
	assert_int_equal(ask(p, "SELECT json_extract(plan, '" path             \
	                        "') = " value " FROM sweeps"),                 \
	                 1)
	SAYS("$.networks[0].name", "'digits_mlp'");
	SAYS("$.axes[1].key", "'array.cols'");
	SAYS("$.axes[1].values[1]", "'8'");
	SAYS("$.zip[0][1]", "'array.cols'");
	SAYS("$.objectives[0].metric", "'utilization'");
	SAYS("$.objectives[0].maximize", "1");
	SAYS("$.target", "'accel'");
#undef SAYS
}

static void store_of_version_1_keeps_its_results(void **state)
{
	struct place *p = *state;
	write_yaml(p, grid);
	sweep_close(run(p, 2));
	change(p, "UPDATE points SET attempts = 77;"
	          "ALTER TABLE sweeps DROP COLUMN plan;"
	          "PRAGMA user_version = 1");
	sweep_close(run(p, 2));
	assert_int_equal(ask(p, "PRAGMA user_version"), 2);
	assert_int_equal(
	        ask(p, "SELECT count(*) FROM points WHERE attempts = 77"), 48);
	assert_int_equal(ask(p, "SELECT plan IS NOT NULL FROM sweeps"), 1);
}

static void bad_sweep_files_are_refused_with_the_place(void **state)
{
	struct place *p = *state;
	static const struct {
		const char *text, *msg; /* the message after the folder */
	} bad[] = {
	        {"axes: {}\n",
	         "/x.yaml:1: networks: missing; a list of .tflite files"},
	        {"networks: []\n", "/x.yaml:1: networks: empty list"},
	        {"networks: @/digits_mlp.tflite\n",
	         "/x.yaml:1: networks: must be a list"},
	        {"netwoks: []\n", "/x.yaml:1: netwoks: no such key; did you "
	                          "mean networks?"},
	        {"axes:\n  array.row: [1]\n",
	         "/x.yaml:2: array.row: no such parameter; did you mean "
	         "array.rows?"},
	        {"axes:\n  array.rows: [4, 0]\n",
	         "/x.yaml:2: array.rows: 0 is not in 1..64 cells"},
	        {"axes:\n  array.rows: [4, 4]\n",
	         "/x.yaml:2: array.rows: 4 is listed twice"},
	        {"axes:\n  array.rows: []\n",
	         "/x.yaml:2: array.rows: has no values"},
	        {"axes:\n  array.rows: {from: 4, to: 8}\n",
	         "/x.yaml:2: array.rows: wants {from, to, step}, {from, to, "
	         "times} or {pow2: [from, to]}"},
	        {"axes:\n  array.rows: {from: 4, to: 80, step: 4}\n",
	         "/x.yaml:2: array.rows: 80 is not in 1..64 cells"},
	        {"axes:\n  array.rows: {from: 4, to: 8, times: 1}\n",
	         "/x.yaml:2: times: 1 is not in 2..1000000000"},
	        {"networks: [@/digits_mlp.tflite]\n"
	         "axes: {array.rows: [4, 8], array.cols: [8]}\n"
	         "zip: [[array.rows, array.cols]]\n",
	         "/x.yaml:3: zip: array.rows has 2 values, array.cols has 1"},
	        {"networks: [@/digits_mlp.tflite]\nzip: [[array.rows]]\n",
	         "/x.yaml:2: zip: array.rows is no axis"},
	        {"backend: slow\n",
	         "/x.yaml:1: backend: slow is not one of fast, rtl"},
	        {"target: gpu\n",
	         "/x.yaml:1: target: gpu is not one of accel, cpu"},
	        {"objectives: {minimize: [latency]}\n",
	         "/x.yaml:1: objectives: latency: no such metric; did you mean "
	         "latency_us?"},
	        {"networks: [@/digits_mlp.tflite, @/digits_mlp.tflite]\n",
	         "/x.yaml:1: networks: digits_mlp and "},
	        {"networks: [@/digits_mlp.tflite]\ninputs: []\n",
	         "/x.yaml:2: inputs: 0 for 1 networks"},
	        {"networks: [@/digits_mlp.tflite]\n"
	         "inputs: [@/digits_mlp.expect.bin]\n", /* 40 bytes, not 64 */
	         "/x.yaml:2: inputs: "},
	        {"networks: [@/none.tflite]\n", "/x.yaml:1: "},
	        {"base: none.yaml\n", "/x.yaml:1: "},
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err err = {0};
		write_yaml(p, bad[i].text);
		struct sweep *s = sweep_open(p->yaml, NULL, &err);
		if (s)
			fail_msg("accepted: %s", bad[i].text);
		size_t n = strlen(p->dir);
		assert_memory_equal(err.msg, p->dir, n);
		if (strncmp(err.msg + n, bad[i].msg, strlen(bad[i].msg)) != 0)
			assert_string_equal(err.msg + n, bad[i].msg);
		assert_false(file_exists(p->store));
	}
}

static void killed_run_goes_on_without_loss_or_repetition(void **state)
{
	struct place *p = *state;
	write_yaml(p, long_grid);
	pid_t pid = run_apart(p, 2);
	wait_for(p, finished, 10);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);

	/* Its workers die with it. What they finished until then stays. */
	long before = -1, after = ask(p, finished);
	while (before != after) {
		before = after;
		for (int i = 0; i < 50; i++)
			nap();
		after = ask(p, finished);
	}
	assert_true(before >= 10 && before < LONG_POINTS);
	sweep_close(run(p, 2));
	assert_int_equal(ask(p, finished), LONG_POINTS);
	assert_int_equal(ask(p, "SELECT count(*) FROM points"), LONG_POINTS);
	assert_int_equal(ask(p, "SELECT count(*) FROM points WHERE owner IS "
	                        "NOT NULL"),
	                 0);
	/* Only what was in work at the kill was begun again. */
	assert_true(ask(p, "SELECT sum(attempts) FROM points") <=
	            LONG_POINTS + 2);
	assert_int_equal(ask(p, "SELECT min(attempts) FROM points"), 1);

	/* A third run finds everything. */
	long attempts = ask(p, "SELECT sum(attempts) FROM points");
	sweep_close(run(p, 2));
	assert_int_equal(ask(p, "SELECT sum(attempts) FROM points"), attempts);
}

static void killed_worker_is_replaced(void **state)
{
	struct place *p = *state;
	write_yaml(p, long_grid);
	pid_t pid = run_apart(p, 2);
	long worker = -1;
	/* Its pid is the third part of the owner's name. */
	for (int i = 0; i < 20000 && worker <= 0; i++)
		worker = ask(p, "SELECT CAST(substr(owner, instr(owner, '/') + "
		                "10) AS INTEGER) FROM points WHERE owner IS "
		                "NOT NULL LIMIT 1");
	assert_true(worker > 1);
	assert_int_equal(kill((pid_t)worker, SIGKILL), 0);
	int status;
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(ask(p, finished), LONG_POINTS);
	assert_true(ask(p, "SELECT sum(crashes) FROM points") <= 1);
	assert_true(ask(p, "SELECT sum(attempts) FROM points") <=
	            LONG_POINTS + 1);
}

static void two_runs_at_once_share_the_points(void **state)
{
	struct place *p = *state;
	int status[2];
	write_yaml(p, grid);
	pid_t a = run_apart(p, 2), b = run_apart(p, 2);
	waitpid(a, &status[0], 0);
	waitpid(b, &status[1], 0);
	for (int i = 0; i < 2; i++)
		assert_true(WIFEXITED(status[i]) &&
		            WEXITSTATUS(status[i]) == 0);
	assert_int_equal(ask(p, finished), 48);
	assert_int_equal(ask(p, "SELECT sum(attempts) FROM points"), 48);
}

static void lease_of_another_machine_ends_with_its_time(void **state)
{
	struct place *p = *state;
	static const char far[] = "elsewhere/00000000/1/1", us[] = "us/0/1/1";
	struct err err;
	long a, b, n;
	write_yaml(p, grid);
	struct plan *plan = plan_load(p->yaml, &err);
	struct store *s = store_open(p->store, false, &err);
	assert_true(store_add_plan(s, plan, &err));

	assert_true(store_claim(s, plan, far, 100, 0, &a, &err));
	assert_int_equal(a, 0);
	assert_true(store_reap(s, plan, &n, &err));
	assert_int_equal(n, 0);
	assert_true(store_claim(s, plan, us, 100, 0, &b, &err));
	assert_int_equal(b, 1);

	/* Run out: the next one takes it; what its owner brings is dropped. */
	assert_true(store_renew(s, far, -1, &err));
	assert_true(store_claim(s, plan, us, 100, 0, &b, &err));
	assert_int_equal(b, 0);
	struct outcome late = {.ok = false, .error = "late"}, o;
	bool found;
	assert_true(store_finish(s, plan, 0, far, &late, &err));
	assert_true(store_get(s, plan, 0, &o, &found, &err));
	assert_false(found);
	struct outcome ours = {.ok = true,
	                       .cycles = UINT64_C(1) << 40,
	                       .out_hash = UINT64_MAX};
	ours.counts.n[N_EVENTS - 1] = 77;
	assert_true(store_finish(s, plan, 0, us, &ours, &err));
	assert_true(store_get(s, plan, 0, &o, &found, &err));
	assert_true(found && o.ok);
	assert_true(o.cycles == ours.cycles && o.out_hash == ours.out_hash);
	assert_memory_equal(&o.counts, &ours.counts, sizeof o.counts);
	store_close(s);
	plan_free(plan);
}

static void a_point_that_kills_three_workers_is_failed(void **state)
{
	struct place *p = *state;
	struct err err;
	long point;
	write_yaml(p, grid);
	struct plan *plan = plan_load(p->yaml, &err);
	struct store *s = store_open(p->store, false, &err);
	assert_true(store_add_plan(s, plan, &err));
	for (int i = 0; i < 3; i++) {
		assert_true(store_claim(s, plan, "us", 9, 0, &point, &err));
		assert_int_equal(point, 0);
		assert_true(store_release(s, "us", true, "it died", &err));
	}
	assert_true(store_claim(s, plan, "us", 9, 0, &point, &err));
	assert_int_equal(point, 1);
	struct outcome o;
	bool found;
	assert_true(store_get(s, plan, 0, &o, &found, &err));
	assert_true(found && !o.ok);
	assert_string_equal(o.error, "it died");
	assert_int_equal(o.kind, ERR_BUG);
	store_close(s);
	plan_free(plan);
}

static void results_do_not_depend_on_the_number_of_workers(void **state)
{
	struct place *p = *state;
	struct err err;
	char *csv[2];
	size_t size[2];
	static const int jobs[] = {1, 5};
	write_yaml(p, grid);
	for (int i = 0; i < 2; i++) {
		unlink(p->store);
		struct sweep *s = run(p, jobs[i]);
		assert_true(sweep_csv(s, p->csv, &err));
		sweep_close(s);
		csv[i] = file_read(p->csv, 1 << 24, &size[i], &err);
		assert_non_null(csv[i]);
	}
	assert_int_equal(size[0], size[1]);
	assert_memory_equal(csv[0], csv[1], size[0]);
	int lines = 0;
	for (char *s = csv[0]; *s; s++)
		lines += *s == '\n';
	assert_int_equal(lines, 1 + 48);
	free(csv[0]);
	free(csv[1]);
}

static volatile sig_atomic_t stop;

/* What a handler of Ctrl-C does, when the first points are done. */
static void stop_soon(void *ctx, const struct work_progress *progress)
{
	(void)ctx;
	if (progress->done > 0)
		stop = 1;
}

static void stop_leaves_a_store_that_goes_on(void **state)
{
	struct place *p = *state;
	struct err err;
	write_yaml(p, long_grid);
	struct plan *plan = plan_load(p->yaml, &err);
	struct store *s = store_open(p->store, false, &err);
	assert_true(store_add_plan(s, plan, &err));
	store_close(s);
	const struct work_opts opts = {.store = p->store,
	                               .jobs = 1,
	                               .stop = &stop,
	                               .progress = stop_soon};
	stop = 0;
	assert_false(work_run(plan, &opts, &err));
	assert_int_equal(err.kind, ERR_INTERRUPTED);
	assert_true(ask(p, finished) > 0 && ask(p, finished) < LONG_POINTS);
	assert_int_equal(
	        ask(p, "SELECT count(*) FROM points WHERE state = 'run'"), 0);
	plan_free(plan);
	sweep_close(run(p, 2));
	assert_int_equal(ask(p, finished), LONG_POINTS);
}

static void points_are_shared_between_sweeps(void **state)
{
	struct place *p = *state;
	write_yaml(p, "networks: [@/digits_mlp.tflite]\n"
	              "axes: {array.rows: [4, 8]}\n");
	sweep_close(run(p, 1));
	write_yaml(p, "networks: [@/digits_mlp.tflite]\n"
	              "axes: {array.rows: [8, 16], array.cols: [8]}\n");
	sweep_close(run(p, 1));
	assert_int_equal(ask(p, "SELECT count(*) FROM sweeps"), 2);
	assert_int_equal(ask(p, "SELECT count(*) FROM points"), 3);
	assert_int_equal(ask(p, "SELECT sum(attempts) FROM points"), 3);
}

static void illegal_designs_are_results_with_a_reason(void **state)
{
	struct place *p = *state;
	struct err err;
	size_t size;
	write_yaml(p, "networks: [@/digits_mlp.tflite]\n"
	              "axes: {requant.lanes: [4, 16], array.cols: [8, 16]}\n");
	struct sweep *s = run(p, 2);
	assert_int_equal(ask(p, "SELECT count(*) FROM points WHERE state = "
	                        "'failed'"),
	                 1);
	assert_int_equal(ask(p, "SELECT count(*) FROM points WHERE error = "
	                        "'requant.lanes: 16 is more than array.cols "
	                        "(8)' AND error_kind = 65"),
	                 1);
	assert_true(sweep_csv(s, p->csv, &err));
	char *csv = file_read(p->csv, 1 << 20, &size, &err);
	assert_non_null(strstr(csv, "16 is more than array.cols (8)\n"));
	free(csv);
	sweep_close(s);
}

static int columns(const char *line)
{
	int n = 1;
	for (; *line && *line != '\n'; line++)
		n += *line == ',';
	return n;
}

static void every_line_of_the_csv_has_every_column(void **state)
{
	struct place *p = *state;
	struct err err;
	size_t size;
	write_yaml(p, "networks: [@/digits_mlp.tflite]\n"
	              "axes: {requant.lanes: [4, 16]}\n");
	struct sweep *s = run(p, 1);
	assert_true(sweep_csv(s, p->csv, &err));
	sweep_close(s);
	char *csv = file_read(p->csv, 1 << 20, &size, &err);
	int head = columns(csv);
	for (char *at = csv; *at; at = strchr(at, '\n') + 1)
		assert_int_equal(columns(at), head);
	free(csv);
}

/* The least latency with the least scratchpad, checked against all pairs. */
static void pareto_points_are_those_that_nobody_beats(void **state)
{
	struct place *p = *state;
	struct err err;
	write_yaml(p, "networks: [@/digits_cnn.tflite]\n"
	              "axes:\n  array.rows: [4, 8, 16]\n"
	              "  scratchpad.kib: [32, 64, 128]\n"
	              "objectives: {minimize: [latency_us, array.rows]}\n");
	struct sweep *s = run(p, 2);
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	sweep_text(s, 100, f);
	assert_true(sweep_json(s, f, &err));
	fclose(f);
	/* Per array height at most the fastest designs are marked. */
	assert_non_null(strstr(text, "\n*"));
	assert_non_null(strstr(text, "Pareto-optimal: least latency_us, least "
	                             "array.rows"));
	int marked = 0;
	for (char *at = text; (at = strstr(at, "\"pareto\": true")); at++)
		marked++;
	int stars = 0;
	for (char *at = text; (at = strstr(at, "\n*  ")); at++)
		stars++;
	assert_int_equal(marked, stars);
	free(text);
	sweep_close(s);
	long best = ask(
	        p,
	        "WITH r AS (SELECT latency_us AS l, CAST(substr(design, "
	        "instr(design, 'array.rows: ') + 12, 2) AS INTEGER) AS n FROM "
	        "points WHERE state = 'done') SELECT count(*) FROM r a WHERE "
	        "NOT EXISTS (SELECT 1 FROM r b WHERE b.l <= a.l AND b.n <= a.n "
	        "AND (b.l < a.l OR b.n < a.n))");
	assert_int_equal(marked, best);
}

static void other_files_are_not_taken_for_a_store(void **state)
{
	struct place *p = *state;
	struct err err;
	static const char text[] = "not a database, but long enough to be "
	                           "looked at as one: SQLite reads the first "
	                           "100 bytes of a file before it says so";
	assert_true(file_write(p->store, text, sizeof text, &err));
	assert_null(store_open(p->store, false, &err));
	assert_int_equal(err.kind, ERR_DATA);
	assert_non_null(strstr(err.msg, "file is not a database"));
	unlink(p->store);

	sqlite3 *db;
	assert_int_equal(sqlite3_open(p->store, &db), SQLITE_OK);
	sqlite3_exec(db, "CREATE TABLE mine(x)", NULL, NULL, NULL);
	sqlite3_close(db);
	assert_null(store_open(p->store, false, &err));
	assert_int_equal(err.kind, ERR_DATA);
	assert_non_null(strstr(err.msg, "not a result store of joulet"));
	assert_int_equal(ask(p, "SELECT count(*) FROM sqlite_schema"), 1);

	assert_null(store_open("/nonexistent/x.db", false, &err));
	assert_int_equal(err.kind, ERR_NOINPUT);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(plan_is_a_grid_in_the_order_of_the_file),
	        TEST(store_says_what_the_sweep_was),
	        TEST(store_of_version_1_keeps_its_results),
	        TEST(bad_sweep_files_are_refused_with_the_place),
	        TEST(killed_run_goes_on_without_loss_or_repetition),
	        TEST(killed_worker_is_replaced),
	        TEST(two_runs_at_once_share_the_points),
	        TEST(lease_of_another_machine_ends_with_its_time),
	        TEST(a_point_that_kills_three_workers_is_failed),
	        TEST(results_do_not_depend_on_the_number_of_workers),
	        TEST(stop_leaves_a_store_that_goes_on),
	        TEST(points_are_shared_between_sweeps),
	        TEST(illegal_designs_are_results_with_a_reason),
	        TEST(every_line_of_the_csv_has_every_column),
	        TEST(pareto_points_are_those_that_nobody_beats),
	        TEST(other_files_are_not_taken_for_a_store),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
