/* replay: a replay file on both backends; see joulet.h. */
#include <string.h>

#include "sim/joulet.h"
#include "sim/trial.h"

/* Run on another backend and compare with the run of `fast`. */
static bool agrees(const struct trial *t, const struct run *fast,
                   const struct accel_ops *ops, const struct accel_opts *opts,
                   int what, const char *path, struct err *err)
{
	char text[400];
	struct run r;
	bool ok = trial_run(&r, ops, t, opts, err);

	if (ok && !run_compare(fast, &r, t, what, text, sizeof(text)))
		ok = err_set(err, ERR_MISMATCH, "%.100s: %s", path, text);
	run_free(&r);
	return ok;
}

bool joulet_replay(const char *path, const struct joulet_opts *opts,
                   struct joulet_replayed *r, struct err *err)
{
	const struct accel_opts with = {.note = opts->note,
	                                .note_ctx = opts->note_ctx};
	const struct accel_opts timing = {.timing_only = true};
	struct trial t;
	struct run fast;

	memset(r, 0, sizeof(*r));
	if (!trial_load(&t, path, err))
		return false;
	bool ok = trial_run(&fast, &accel_fast, &t, &with, err) &&
	          agrees(&t, &fast, &accel_fast, &timing, COMPARE_TIME, path,
	                 err) &&
	          agrees(&t, &fast, &accel_rtl, &with,
	                 COMPARE_TIME | COMPARE_DATA, path, err);
	r->jobs = (size_t)t.n_jobs;
	r->commands = fast.log.n_cmd;
	r->cycles = fast.cycles;
	r->at_end = fast.done;
	r->legal = !fast.faulty;
	if (fast.faulty)
		memcpy(r->fault, fast.fault.msg, sizeof(r->fault));
	run_free(&fast);
	trial_free(&t);
	return ok;
}
