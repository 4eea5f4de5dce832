/* truth: see truth.h. A file: cycles, log, what the host saw, and the counts of
 * layers that have any; numbers as the machine has them. */
#include "tests/cosim/truth.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/cosim/generate.h"
#include "tests/cosim/plan.h"

/* Small arrays are fast, and their commands meet more often. */
static const int truth_design[] = {3, 11, 0, 1, 12};
enum {
	N_DESIGNS = sizeof(truth_design) / sizeof(truth_design[0]),
	PROGRAMS = 14, /* on each */
	COMMANDS = 40,
	LATE = 20000, /* cycles after which a run is cut */
};

struct head {
	uint64_t cycles, n_cmd, n_seen;
	uint64_t n_layers, log_layers; /* with counts, and all */
	uint64_t done, faulty;
};

struct layer {
	uint64_t tag;
	struct counts counts;
};

static FILE *open_file(const char *dir, int i, const char *suffix,
                       const char *mode)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/%d.%s", dir, i, suffix);
	return fopen(path, mode);
}

static bool put(FILE *f, const void *data, size_t size, size_t n)
{
	return fwrite(data, size, n, f) == n;
}

static bool get(FILE *f, void *data, size_t size, size_t n)
{
	return fread(data, size, n, f) == n;
}

static bool any(const struct counts *c)
{
	static const struct counts none;

	return memcmp(c, &none, sizeof(none)) != 0;
}

static bool write_run(const struct run *r, FILE *f)
{
	struct head h = {.cycles = r->cycles,
	                 .n_cmd = r->log.n_cmd,
	                 .n_seen = r->n_seen,
	                 .log_layers = r->log.n_layers,
	                 .done = r->done,
	                 .faulty = r->faulty};

	for (uint32_t l = 0; l < r->log.n_layers; l++)
		h.n_layers += any(&r->log.layer[l]);
	bool ok = put(f, &h, sizeof(h), 1) &&
	          put(f, r->log.cmd, sizeof(*r->log.cmd), r->log.n_cmd) &&
	          put(f, r->seen, sizeof(*r->seen), r->n_seen);
	for (uint32_t l = 0; l < r->log.n_layers; l++) {
		const struct layer one = {l, r->log.layer[l]};
		if (any(&one.counts))
			ok = ok && put(f, &one, sizeof(one), 1);
	}
	return ok;
}

static bool read_run(struct run *r, FILE *f)
{
	struct head h;

	memset(r, 0, sizeof(*r));
	r->name = "rtl";
	if (!get(f, &h, sizeof(h), 1))
		return false;
	r->cycles = h.cycles;
	r->done = h.done;
	r->faulty = h.faulty;
	r->log.n_cmd = h.n_cmd;
	r->log.cmd = mem_zero(h.n_cmd, sizeof(*r->log.cmd));
	r->n_seen = h.n_seen;
	r->seen = mem_zero(h.n_seen, sizeof(*r->seen));
	r->log.n_layers = (uint32_t)h.log_layers;
	r->log.layer = mem_zero(r->log.n_layers, sizeof(*r->log.layer));
	bool ok = get(f, r->log.cmd, sizeof(*r->log.cmd), h.n_cmd) &&
	          get(f, r->seen, sizeof(*r->seen), h.n_seen);
	for (uint64_t i = 0; ok && i < h.n_layers; i++) {
		struct layer one;
		ok = get(f, &one, sizeof(one), 1);
		ok = ok && one.tag < h.log_layers;
		if (ok)
			r->log.layer[one.tag] = one.counts;
	}
	return ok;
}

static int cannot(const char *dir, const struct err *err)
{
	fprintf(stderr, "cosim: %s: %s\n", dir,
	        err ? err->msg : "cannot be written or read");
	return err && err->kind ? (int)err->kind : ERR_NOINPUT;
}

static int record(const char *dir, int i, const struct accel_opts *opts)
{
	struct entry e = {0};
	struct trial t;
	struct run r;
	struct err err = {0};

	plan_design(&e, truth_design[i % N_DESIGNS], -1);
	generate(&t, &e.d, (uint64_t)(i + 1), COMMANDS);
	bool ok = trial_run(&r, &accel_rtl, &t, opts, &err);
	FILE *to = ok ? open_file(dir, i, "truth", "wb") : NULL;
	FILE *text = ok ? open_file(dir, i, "yaml", "w") : NULL;
	bool written = to && text && write_run(&r, to);
	if (text)
		trial_write(&t, NULL, text);
	if (text && fclose(text))
		written = false;
	if (to && fclose(to))
		written = false;
	run_free(&r);
	trial_free(&t);
	return !ok ? cannot(dir, &err) : written ? 0 : cannot(dir, NULL);
}

int truth_record(const char *dir, const struct accel_opts *opts)
{
	int status = 0;

	for (int i = 0; i < PROGRAMS * N_DESIGNS && !status; i++)
		status = record(dir, i, opts);
	return status;
}

static int compare(const char *dir, int i)
{
	const struct accel_opts timing = {.timing_only = true};
	char path[400], text[500];
	struct trial t;
	struct run rtl = {0}, fast;
	struct err err = {0};
	FILE *f = open_file(dir, i, "truth", "rb");
	bool ok = f && read_run(&rtl, f);

	if (f)
		fclose(f);
	snprintf(path, sizeof(path), "%s/%d.yaml", dir, i);
	if (!ok || !trial_load(&t, path, &err)) {
		run_free(&rtl);
		return cannot(dir, ok ? &err : NULL);
	}
	t.limit = rtl.cycles + LATE;
	int status = 0;
	if (!trial_run(&fast, &accel_fast, &t, &timing, &err)) {
		status = cannot(dir, &err);
	} else if (!run_compare(&fast, &rtl, &t, COMPARE_TIME, text,
	                        sizeof(text))) {
		printf("program %d: %s\n", i, text);
		status = ERR_MISMATCH;
	}
	run_free(&fast);
	run_free(&rtl);
	trial_free(&t);
	return status;
}

int truth_compare(const char *dir)
{
	int status = 0;

	for (int i = 0; i < PROGRAMS * N_DESIGNS && !status; i++)
		status = compare(dir, i);
	return status;
}
