/* fuzz_plan: damaged sweep files and data sets for their readers, and made-up
 * conditions.
 *
 *     fuzz_plan [ROUNDS [SECONDS [SEED]]]
 *
 * Deterministic: round i is the same on every machine. A damaged file is read,
 * or refused with one line that names it; the points of one that is read are
 * those that its conditions allow, one by one. Of a data set the YAML or the
 * list of labels is damaged; the classes of one that is read are in range. A
 * condition that is made up
 * together with its value must be read and have that value; damaged, it may be
 * refused. Runs in the root of the tree; meant for the debug preset, whose
 * sanitizers judge. SECONDS bounds the time; the count reached is printed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "explore/plan.h"
#include "sim/trial.h"

enum { MAX_TRIED = 2000 };

static const char seed_file[] =
        "networks: [models/digits_mlp.tflite]\n"
        "inputs: [models/digits_mlp.in.bin]\n"
        "data: models/digits_test.yaml\n"
        "alternatives: true\n"
        "base: configs/designs/tiny4.yaml\n"
        "axes:\n"
        "  array.rows: {pow2: [4, 32]}\n"
        "  array.cols: [4, 8, 16, 32]\n"
        "  cpu.core: [maxperf, small]\n"
        "  clock.mhz: {from: 50, to: 200, step: 50}\n"
        "  scratchpad.kib: {from: 4, to: 16, times: 2}\n"
        "  tech: [configs/tech/horowitz45.yaml, configs/tech/sg13g2.yaml]\n"
        "  target: accel\n"
        "zip: [[array.rows, array.cols]]\n"
        "where:\n"
        "  - array.rows * array.cols <= 256 and not cpu.core == small\n"
        "  - 'clock.mhz % 100 == 0 or (tech != sg13g2)'\n"
        "limits: [latency_ms <= 20, energy_uj / latency_us < 1.5]\n"
        "objectives: {minimize: [latency_us, array.rows],"
        " maximize: [utilization]}\n";

static const char *const nasty[] = {"0",
                                    "-1",
                                    "9223372036854775807",
                                    "9223372036854775808",
                                    "1e308",
                                    "[]",
                                    "{}",
                                    "((((((((((((((((",
                                    "not ",
                                    "- ",
                                    "&a",
                                    "*a",
                                    "'",
                                    "\"",
                                    "\n",
                                    "  ",
                                    "== ",
                                    " % 0",
                                    " / 0",
                                    "pow2",
                                    "from",
                                    "tech",
                                    "network",
                                    "digits_mlp",
                                    "latency_us",
                                    " or ",
                                    " and ",
                                    "array.rows",
                                    "\xff",
                                    "~"};
enum { N_NASTY = sizeof nasty / sizeof nasty[0] };

static size_t below(struct rng *r, size_t n)
{
	return (size_t)rng_in(r, 0, (int64_t)n - 1);
}

/* Another number for the one at or behind `at`. */
static void renumber(struct buf *b, struct rng *r, size_t at)
{
	struct buf to = {0};
	while (at < b->len && (b->data[at] < '0' || b->data[at] > '9'))
		at++;
	size_t n = at < b->len ? strspn(b->data + at, "0123456789") : 0;
	buf_add(&to, b->data, at);
	buf_printf(&to, "%lld", (long long)(rng_next(r) >> rng_in(r, 40, 63)));
	buf_add(&to, b->data + at + n, b->len - at - n);
	buf_free(b);
	*b = to;
}

/* One change of text: a byte, a part twice or gone, a word put in. */
static void damage(struct buf *b, struct rng *r)
{
	struct buf to = {0};
	size_t at = below(r, b->len + 1), n = below(r, 30);
	n = n > b->len - at ? b->len - at : n;
	if (rng_percent(r, 40)) {
		renumber(b, r, at);
		return;
	}
	buf_add(&to, b->data, at);
	switch (rng_in(r, 0, 3)) {
	case 0:
		buf_char(&to, (char)rng_in(r, 1, 255));
		n = n > 0;
		break;
	case 1: /* gone */
		break;
	case 2: { /* from elsewhere */
		size_t from = below(r, b->len + 1);
		size_t m = below(r, 40);
		buf_add(&to, b->data + from,
		        m > b->len - from ? b->len - from : m);
		n = 0;
		break;
	}
	default:
		buf_str(&to, nasty[below(r, N_NASTY)]);
		n = below(r, 2) ? n : 0;
	}
	buf_add(&to, b->data + at + n, b->len - at - n);
	buf_free(b);
	*b = to;
}

static bool is_message(const struct err *err)
{
	return err->kind != ERR_BUG && !strncmp(err->msg, "mutant:", 7) &&
	       !strchr(err->msg, '\n');
}

/* Points are the legal cells in order; a large plan has none. */
static bool points_hold(const struct plan *p)
{
	int index[PLAN_MAX_DIMS];
	long point = 0;
	for (int64_t c = 0; c < p->n_cells && c < MAX_TRIED; c++) {
		plan_index(p, c, index);
		if (plan_cell(p, index) != c)
			return false;
		if (p->large)
			continue;
		bool legal = plan_legal(p, index);
		if (plan_point_at(p, index) != (legal ? point : -1))
			return false;
		point += legal;
	}
	return p->large || p->n_cells > MAX_TRIED || point == p->n_points;
}

static bool feed_file(const char *text, size_t size, long *read)
{
	struct err err = {0};
	char *exact = malloc(size + 1); /* its end is seen */
	memcpy(exact, text, size);
	exact = realloc(exact, size ? size : 1);
	struct plan *p = plan_parse(exact, size, "mutant", &err);
	free(exact);
	bool ok = p ? points_hold(p) : is_message(&err);
	if (!ok)
		printf("%s\n", p ? "its points are wrong" : err.msg);
	*read += p != NULL;
	plan_free(p);
	return ok;
}

static bool damaged_file(struct rng *r, long *read)
{
	struct buf b = {0};
	buf_str(&b, seed_file);
	for (int64_t k = rng_percent(r, 60) ? 1 : 3; k; k--)
		damage(&b, r);
	buf_str(&b, "");
	bool ok = feed_file(b.data, b.len, read);
	buf_free(&b);
	return ok;
}

/* ---- Data sets ---------------------------------------------------------- */

static const char seed_labels[] = "cat\ndog\n0\r\n1\n2\ncow\n";

static const char seed_set[] = "inputs: models/digits_mlp.in.bin\n"
                               "labels: %s\n"
                               "classes: [cat, dog, 'cow', pig]\n";

static bool set_holds(const struct dataset *d)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->label[i] < 0 || d->label[i] >= DATASET_MAX_CLASSES ||
		    (d->n_classes && d->label[i] >= d->n_classes))
			return false;
	return d->n > 0 && d->in_bytes > 0 && d->n_classes != 1;
}

/* `path`: a file that may be written. */
static bool feed_set(const char *path, const struct buf *yaml,
                     const struct buf *labels, long *read)
{
	struct err err = {0};
	if (!file_write(path, labels->data, labels->len, &err)) {
		printf("%s\n", err.msg);
		return false;
	}
	struct dataset *d =
	        dataset_parse(yaml->data, yaml->len, "mutant", &err);
	bool ok =
	        d ? set_holds(d)
	          : err.kind != ERR_BUG && err.msg[0] && !strchr(err.msg, '\n');
	if (!ok)
		printf("data set: %s\n", d ? "out of range" : err.msg);
	*read += d != NULL;
	dataset_free(d);
	return ok;
}

static bool damaged_set(struct rng *r, const char *path, bool harm, long *read)
{
	struct buf yaml = {0}, labels = {0};
	buf_printf(&yaml, seed_set, path);
	buf_str(&labels, seed_labels);
	for (int64_t k = rng_in(r, 1, 3); harm && k; k--)
		damage(rng_percent(r, 50) ? &yaml : &labels, r);
	buf_str(&yaml, "");
	buf_str(&labels, "");
	bool ok = feed_set(path, &yaml, &labels, read);
	buf_free(&yaml);
	buf_free(&labels);
	return ok;
}

/* ---- Conditions -------------------------------------------------------- */

/* Names are a, b, c and have these values. */
static const struct expr_value values[] = {
        {EXPR_INT, 3, 0}, {EXPR_INT, -2, 0}, {EXPR_REAL, 0, 0.5}};

static bool find(const void *ctx, const char *name, struct expr_name *to,
                 char hint[EXPR_HINT])
{
	(void)ctx;
	*to = (struct expr_name){.slot = name[0] - 'a'};
	snprintf(hint, EXPR_HINT, "no such name");
	return name[0] >= 'a' && name[0] <= 'c' && !name[1];
}

/* A number and its value, with parentheses where they are needed: `tight` is 0
 * beside a comparison, 1 beside + and -, 2 beside * and behind a minus. All
 * values are exact: small multiples of powers of two. */
static double number(struct rng *r, struct buf *b, int depth, int tight)
{
	static const double of_name[] = {3, -2, 0.5};
	int64_t pick = depth > 0 ? rng_in(r, 0, 5) : rng_in(r, 4, 5);
	if (pick == 4) {
		int64_t i = rng_in(r, 0, 2);
		buf_printf(b, "%c", (char)('a' + i));
		return of_name[i];
	}
	if (pick == 5) {
		int64_t i = rng_in(r, 0, 9);
		buf_printf(b, i % 2 ? "%d" : "%d.0", (int)i);
		return (double)i;
	}
	bool wrap = tight > (pick < 2 ? 0 : 1) || rng_percent(r, 10);
	double v;
	buf_str(b, wrap ? "( " : "");
	if (pick == 3) {
		buf_str(b, "-");
		v = -number(r, b, depth - 1, 2);
	} else {
		/* From the left: the right operand is the tighter one. */
		v = number(r, b, depth - 1, pick == 2);
		buf_str(b, pick == 0 ? " + " : pick == 1 ? "-" : "*");
		double w = number(r, b, depth - 1, pick == 2 ? 2 : 1);
		v = pick == 0 ? v + w : pick == 1 ? v - w : v * w;
	}
	buf_str(b, wrap ? " )" : "");
	return v;
}

static bool compare(struct rng *r, struct buf *b)
{
	static const char *const sign[] = {"<", "<=", ">", ">=", "==", "!="};
	int64_t op = rng_in(r, 0, 5);
	double v = number(r, b, 3, 0);
	buf_printf(b, " %s ", sign[op]);
	double w = number(r, b, 3, 0);
	return op == 0   ? v < w
	       : op == 1 ? v <= w
	       : op == 2 ? v > w
	       : op == 3 ? v >= w
	       : op == 4 ? !(v < w || v > w)
	                 : v < w || v > w;
}

/* `tight`: 0 alone or beside or, 1 beside and, 2 behind not. */
static bool condition(struct rng *r, struct buf *b, int depth, int tight)
{
	int64_t pick = depth > 0 ? rng_in(r, 0, 3) : 3;
	bool wrap = tight > pick || rng_percent(r, 10), v;
	buf_str(b, wrap ? "(" : "");
	if (pick == 3) {
		v = compare(r, b);
	} else if (pick == 2) {
		buf_str(b, "not ");
		v = !condition(r, b, depth - 1, 2);
	} else {
		v = condition(r, b, depth - 1, (int)pick);
		buf_str(b, pick ? " and " : " or ");
		bool w = condition(r, b, depth - 1, (int)pick);
		v = pick ? v && w : v || w;
	}
	buf_str(b, wrap ? ")" : "");
	return v;
}

/* Read it; its value must be `expect`, unless that is NULL. */
static bool feed_condition(const char *text, const bool *expect)
{
	const struct expr_names names = {find, NULL};
	const struct src at = {"mutant", 1};
	struct err err = {0};
	bool is = false;
	struct expr *e = expr_parse(text, at, 1, "where", &names, &err);
	double miss = 0;
	bool valued = e && expr_true(e, values, &is, &err);
	bool ok = expect ? valued && is == *expect : valued || is_message(&err);
	/* What is true misses nothing, what is not misses something. */
	if (valued)
		ok = ok && expr_excess(e, values, &miss, &err) &&
		     is == !(miss > 0);
	if (!ok)
		printf("%s: %s\n", text, err.msg);
	expr_free(e);
	return ok;
}

static bool made_up_condition(struct rng *r)
{
	struct buf b = {0};
	bool value = condition(r, &b, 4, 0);
	bool fits = b.len < EXPR_MAX_TEXT / 4;
	bool ok = !fits || feed_condition(b.data, &value);
	for (int64_t k = rng_in(r, 1, 3); ok && k; k--) {
		damage(&b, r);
		buf_str(&b, "");
		ok = feed_condition(b.data, NULL);
	}
	buf_free(&b);
	return ok;
}

int main(int argc, char **argv)
{
	const long rounds = argc > 1 ? atol(argv[1]) : 5000;
	const long seconds = argc > 2 ? atol(argv[2]) : 10;
	const long start = argc > 3 ? atol(argv[3]) : 1;
	const time_t until = time(NULL) + seconds;
	char folder[] = "/tmp/joulet-fuzz-XXXXXX", path[64];
	long i = 0, read = 0, sets = 0;

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/labels.txt", folder);
	struct rng first = {0};
	bool ok = feed_file(seed_file, strlen(seed_file), &read) && read == 1 &&
	          damaged_set(&first, path, false, &sets) && sets == 1;
	for (; ok && i < rounds && time(NULL) <= until; i++) {
		struct rng r = {(uint64_t)(start + i)};
		for (int k = 0; ok && k < 10; k++)
			ok = made_up_condition(&r);
		ok = ok && damaged_file(&r, &read) &&
		     damaged_set(&r, path, true, &sets);
		if (!ok)
			printf("round %ld: the reader broke its word\n", i);
	}
	unlink(path);
	rmdir(folder);
	printf("%ld files: %ld read, others refused; %ld data sets: %ld read; "
	       "%ld conditions\n",
	       i, read, i, sets, 10 * i);
	return ok ? 0 : 1;
}
