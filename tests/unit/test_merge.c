/* merge: logs of workers on other machines, whole, cut short and merged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "explore/merge.h"
#include "explore/store_sql.h"

enum { POINTS = 8 };

struct place {
	char dir[64], yaml[96], db[96], log[96];
	struct plan *plan;
	struct store *store;
	struct log writer;
};

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	struct err err;
	char here[400];
	struct buf b = {0};
	strcpy(p->dir, "/tmp/joulet-merge-XXXXXX");
	if (!mkdtemp(p->dir) || !getcwd(here, sizeof here))
		return -1;
	snprintf(p->yaml, sizeof p->yaml, "%s/x.yaml", p->dir);
	snprintf(p->db, sizeof p->db, "%s/x.db", p->dir);
	snprintf(p->log, sizeof p->log, "%s/x.log", p->dir);
	buf_printf(&b,
	           "networks: [%s/models/digits_mlp.tflite]\n"
	           "axes: {array.rows: {from: 1, to: %d, step: 1}}\n",
	           here, POINTS);
	if (!file_write(p->yaml, b.data, b.len, &err))
		return -1;
	buf_free(&b);
	p->plan = plan_load(p->yaml, &err);
	p->store = store_open(p->db, false, &err);
	if (!p->plan || !p->store || !store_add_plan(p->store, p->plan, &err) ||
	    !log_create(&p->writer, p->log, false, &err))
		return -1;
	*state = p;
	return 0;
}

static int remove_place(void **state)
{
	struct place *p = *state;
	char command[100];
	log_close(&p->writer);
	store_close(p->store);
	plan_free(p->plan);
	snprintf(command, sizeof command, "rm -r %s", p->dir);
	free(p);
	return system(command);
}

static struct outcome result(long point)
{
	struct outcome o = {.ok = true,
	                    .cycles = UINT64_MAX - (uint64_t)point,
	                    .boot_cycles = 7,
	                    .out_hash = UINT64_C(0x8000000000000001),
	                    .latency_us = 1.0 / 3,
	                    .utilization = 0.1,
	                    .arena_bytes = 1,
	                    .peak_bytes = UINT32_MAX,
	                    .spad_bytes = 3,
	                    .image_bytes = 4};
	for (int i = 0; i < N_EVENTS; i++)
		o.counts.n[i] = (uint64_t)i * 1000000007u;
	return o;
}

static void write_result(struct place *p, long point)
{
	struct err err;
	struct outcome o = result(point);
	assert_true(log_begin(&p->writer, p->plan, point, &err));
	assert_true(log_finish(&p->writer, p->plan, point, &o, &err));
}

static struct merge_news merge(struct place *p)
{
	struct err err;
	struct merge_news news = {0};
	if (!merge_log(p->store, p->log, "run/w", &news, &err))
		fail_msg("%s", err.msg);
	return news;
}

static long ask(struct place *p, const char *sql)
{
	struct err err;
	long n = -1;
	assert_true(sql_pragma(p->store, sql, &n, &err));
	return n;
}

static void results_come_out_as_they_went_in(void **state)
{
	struct place *p = *state;
	struct err err;
	bool found;
	struct outcome o, is,
	        bad = {.kind = ERR_WATCHDOG,
	               .error = "two\tfields, two\nlines"};
	write_result(p, 3);
	assert_true(log_begin(&p->writer, p->plan, 4, &err));
	assert_true(log_finish(&p->writer, p->plan, 4, &bad, &err));
	struct merge_news news = merge(p);
	assert_int_equal(news.done, 1);
	assert_int_equal(news.failed, 1);
	assert_int_equal(news.bad_lines, 0);

	o = result(3);
	memset(&is, 0, sizeof is);
	assert_true(store_get(p->store, p->plan, 3, &is, &found, &err));
	assert_true(found);
	assert_memory_equal(&is.counts, &o.counts, sizeof o.counts);
	assert_true(is.ok && is.cycles == o.cycles &&
	            is.boot_cycles == o.boot_cycles &&
	            is.out_hash == o.out_hash &&
	            is.latency_us == o.latency_us &&
	            is.utilization == o.utilization &&
	            is.arena_bytes == o.arena_bytes &&
	            is.peak_bytes == o.peak_bytes &&
	            is.spad_bytes == o.spad_bytes &&
	            is.image_bytes == o.image_bytes);
	assert_true(store_get(p->store, p->plan, 4, &is, &found, &err));
	assert_true(found && !is.ok);
	assert_int_equal(is.kind, ERR_WATCHDOG);
	assert_string_equal(is.error, "two fields, two lines");
}

static void every_line_is_merged_once(void **state)
{
	struct place *p = *state;
	write_result(p, 0);
	assert_int_equal(merge(p).done, 1);
	assert_int_equal(merge(p).bytes, 0);
	write_result(p, 1);
	struct merge_news news = merge(p);
	assert_int_equal(news.done, 1);
	assert_int_equal(news.again, 0);
	assert_int_equal(ask(p, "SELECT sum(attempts) FROM points"), 2);
	assert_int_equal(ask(p, "SELECT bytes FROM merged"),
	                 lseek(p->writer.fd, 0, SEEK_END));
	/* Another worker brings one that is there: it is told, not stored. */
	struct err err;
	assert_true(merge_forget(p->store, "run/", &err));
	news = merge(p);
	assert_int_equal(news.done, 0);
	assert_int_equal(news.again, 2);
}

/* Whatever number of bytes a kill lets through, whole lines count, and what is
 * appended later is read. */
static void a_log_may_be_cut_anywhere(void **state)
{
	struct place *p = *state;
	struct err err;
	size_t size, cut;
	write_result(p, 0);
	write_result(p, 1);
	char *text = file_read(p->log, 1 << 20, &size, &err);
	log_close(&p->writer);
	for (cut = 0; cut < size; cut += 3) {
		long whole = 0;
		for (size_t i = 0; i < cut; i++)
			whole += text[i] == '\n';
		assert_true(file_write(p->log, text, cut, &err));
		assert_true(merge_forget(p->store, "", &err));
		assert_true(sql_run(p->store,
		                    "UPDATE points SET state = 'open'", &err));
		assert_int_equal(merge(p).done, whole / 2);
		assert_true(log_open(&p->writer, p->log, false, &err));
		write_result(p, 2);
		log_close(&p->writer);
		struct merge_news news = merge(p);
		/* A line of which only the newline was missing is whole. */
		bool all = text[cut] == '\n' && whole % 2 == 1;
		assert_int_equal(news.done, 1 + all);
		assert_true(news.bad_lines <= 1);
	}
	free(text);
}

static void a_changed_line_does_not_count(void **state)
{
	struct place *p = *state;
	struct err err;
	size_t size;
	write_result(p, 0);
	char *text = file_read(p->log, 1 << 20, &size, &err);
	char *at = strstr(text, "done");
	at[strlen("done\t0\t")] ^= 1;
	assert_true(file_write(p->log, text, size, &err));
	struct merge_news news = merge(p);
	assert_int_equal(news.bad_lines, 1);
	assert_int_equal(news.done, 0);
	free(text);
}

static void after_three_crashes_a_point_is_failed(void **state)
{
	struct place *p = *state;
	struct err err;
	char key[PLAN_KEY], is[PLAN_KEY];
	for (int i = 0; i < 3; i++) {
		assert_int_equal(ask(p, "SELECT count(*) FROM points WHERE "
		                        "state = 'failed'"),
		                 0);
		assert_true(log_begin(&p->writer, p->plan, 5, &err));
		plan_key(p->plan, 5, key);
		assert_int_equal(merge_open_point(p->log, is), 5);
		assert_string_equal(is, key);
		assert_true(log_crash(&p->writer, p->plan, 5, "boom", &err));
		assert_int_equal(merge_open_point(p->log, is), -1);
		merge(p);
	}
	assert_int_equal(ask(p, "SELECT count(*) FROM points WHERE state = "
	                        "'failed' AND error = 'boom' AND attempts = 3"),
	                 1);
	/* What is done stays done. */
	write_result(p, 6);
	merge(p);
	plan_key(p->plan, 6, key);
	for (int i = 0; i < 3; i++)
		assert_true(merge_crash(p->store, key, "late", &err));
	assert_int_equal(ask(p, "SELECT count(*) FROM points WHERE state = "
	                        "'done'"),
	                 1);
}

static void take_slice(void *ctx, long slice)
{
	*(long *)ctx = slice;
}

static void slices_are_told(void **state)
{
	struct place *p = *state;
	struct err err;
	long slice = -1;
	struct merge_news news = {.slice = take_slice, .ctx = &slice};
	assert_true(log_slice(&p->writer, 17, &err));
	assert_true(merge_log(p->store, p->log, "run/w", &news, &err));
	assert_int_equal(slice, 17);
	assert_true(merge_log(p->store, "/nonexistent/log", "w", &news, &err));
}

/* Another connection would see a commit that wrote something. */
static void opening_a_store_again_writes_nothing(void **state)
{
	const struct place *p = *state;
	long before = 0, after = 1;
	struct err err;
	assert_true(sql_pragma(p->store, "PRAGMA data_version", &before, &err));
	for (int i = 0; i < 2; i++) {
		struct store *again = store_open(p->db, i > 0, &err);
		assert_non_null(again);
		store_close(again);
	}
	assert_true(sql_pragma(p->store, "PRAGMA data_version", &after, &err));
	assert_int_equal(before, after);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(results_come_out_as_they_went_in),
	        TEST(every_line_is_merged_once),
	        TEST(a_log_may_be_cut_anywhere),
	        TEST(a_changed_line_does_not_count),
	        TEST(after_three_crashes_a_point_is_failed),
	        TEST(slices_are_told),
	        TEST(opening_a_store_again_writes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
