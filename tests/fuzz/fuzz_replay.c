/* fuzz_replay: damaged replay files for their reader.
 *
 *     fuzz_replay [MUTANTS [SECONDS [SEED]]]
 *
 * Deterministic: mutant number i is the same on every machine. A mutant may be
 * read or refused with one line that names file and line; what is read runs on
 * the fast model for some thousand cycles, is written, and must be read again.
 * Runs in the root of the tree; meant for the debug preset, whose sanitizers do
 * the judging. SECONDS bounds the time; the count reached is printed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "sim/trial.h"

enum { LIMIT = 4000, MAX_KIB = 2048 };

struct tally {
	long read, refused, faults;
};

/* Words that a value, a name or a part of the form goes wrong at. */
static const char *const nasty[] = {
        "0",    "1",        "-1",          "65535",      "65536",
        "0x",   "0xffff",   "4294967295",  "4294967296", "0x20000000",
        "[]",   "{}",       "99999999999", "CONV",       "STORE",
        "LOAD", "jobs",     "1073741824",  "true",       "TAIL",
        "-",    ":",        "\n",          "  ",         "[KEEP, PLUS]",
        "n0",   "16777215",
};

struct text {
	char *data;
	size_t size;
};

/* Put `with` in the place of `n` bytes at `at`. */
static void splice(struct text *t, size_t at, size_t n, const char *with,
                   size_t size)
{
	char *data = malloc(t->size - n + size + 1);

	memcpy(data, t->data, at);
	memcpy(data + at, with, size);
	memcpy(data + at + size, t->data + at + n, t->size - at - n);
	free(t->data);
	t->data = data;
	t->size = t->size - n + size;
}

static size_t below(struct rng *r, size_t n)
{
	return (size_t)rng_in(r, 0, (int64_t)n - 1);
}

static const char word[] = "abcdefghijklmnopqrstuvwxyz-_."
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/* The word at or behind `at`. */
static size_t find_word(const struct text *t, size_t *at)
{
	size_t n = 0;

	while (*at < t->size && !strchr(word, t->data[*at]))
		++*at;
	while (*at + n < t->size && strchr(word, t->data[*at + n]))
		n++;
	return n;
}

static void mutate(struct text *t, struct rng *r)
{
	size_t at = below(r, t->size), n;
	const char *with = nasty[below(r, sizeof(nasty) / sizeof(nasty[0]))];
	char number[32];

	switch (rng_in(r, 0, 9)) {
	case 0:
		t->data[at] = (char)rng_in(r, 0, 255);
		break;
	case 1: /* a few bytes gone, or twice */
		n = below(r, 40);
		n = n > t->size - at ? t->size - at : n;
		if (n < t->size)
			splice(t, at, n, "", 0);
		break;
	case 2:
		n = below(r, 200);
		n = n > t->size - at ? t->size - at : n;
		splice(t, below(r, t->size), 0, t->data + at, n);
		break;
	case 3: /* a number of any size for a number */
	case 4:
	case 5:
	case 6:
	case 7:
		while (at < t->size && (t->data[at] < '0' || t->data[at] > '9'))
			at++;
		n = find_word(t, &at);
		snprintf(number, sizeof(number), "%lld",
		         (long long)(rng_next(r) >> rng_in(r, 40, 63)));
		splice(t, at, n, number, strlen(number));
		break;
	default:
		n = find_word(t, &at);
		splice(t, at, n, with, strlen(with));
	}
}

/* One line with a place, and not empty. */
static bool is_message(const struct err *err)
{
	return err->kind == ERR_DATA && !strncmp(err->msg, "mutant:", 7) &&
	       !strchr(err->msg, '\n');
}

static bool again(const struct trial *t)
{
	char *data = NULL;
	size_t size;
	FILE *f = open_memstream(&data, &size);
	struct trial copy;
	struct err err;

	trial_write(t, NULL, f);
	fclose(f);
	bool ok = trial_parse(&copy, data, size, "again", &err);
	if (!ok)
		printf("%s\n", err.msg);
	trial_free(&copy);
	free(data);
	return ok;
}

static bool feed(const struct text *text, struct tally *tally)
{
	const struct accel_opts timing = {.timing_only = true};
	char *exact = malloc(text->size + 1); /* its end is seen */
	struct trial t;
	struct run r;
	struct err err;
	bool ok = true;

	memcpy(exact, text->data, text->size);
	exact = realloc(exact, text->size ? text->size : 1);
	if (!trial_parse(&t, exact, text->size, "mutant", &err)) {
		tally->refused++;
		ok = is_message(&err);
		if (!ok)
			printf("%s\n", err.msg);
	} else {
		tally->read++;
		ok = again(&t);
		if (t.limit > LIMIT)
			t.limit = LIMIT;
		if (t.d.sram_kib + t.d.flash_kib <= MAX_KIB) {
			ok = ok &&
			     trial_run(&r, &accel_fast, &t, &timing, &err);
			tally->faults += r.faulty;
			run_free(&r);
		}
	}
	trial_free(&t);
	free(exact);
	return ok;
}

int main(int argc, char **argv)
{
	const long mutants = argc > 1 ? atol(argv[1]) : 5000;
	const long seconds = argc > 2 ? atol(argv[2]) : 10;
	const long start = argc > 3 ? atol(argv[3]) : 1;
	struct tally tally = {0};
	struct text seed;
	struct err err;
	const time_t until = time(NULL) + seconds;
	long i = 0;

	seed.data =
	        file_read("tests/cosim/golden.yaml", 1 << 20, &seed.size, &err);
	if (!seed.data) {
		printf("%s\n", err.msg);
		return 1;
	}
	bool ok = feed(&seed, &tally) && tally.read == 1;
	for (; ok && i < mutants && time(NULL) <= until; i++) {
		struct rng r = {(uint64_t)(start + i)};
		struct text t = {malloc(seed.size), seed.size};
		memcpy(t.data, seed.data, seed.size);
		for (int64_t k = rng_in(&r, 0, 3) ? 1 : 3; k && t.size; k--)
			mutate(&t, &r);
		ok = feed(&t, &tally);
		free(t.data);
		if (!ok)
			printf("mutant %ld: the reader broke its word\n", i);
	}
	printf("%ld mutants: %ld read, %ld of them not legal, %ld refused\n", i,
	       tally.read, tally.faults, tally.refused);
	free(seed.data);
	return ok ? 0 : 1;
}
