/* progress: see progress.h */
#include "explore/progress.h"

#include <math.h>
#include <string.h>

#include "base/json.h"

/* Finished: known before, or in this run. */
static long finished(const struct work_progress *p)
{
	return p->known + p->done + p->failed;
}

/* Points a second in this run; 0: not known yet. */
static double rate_of(const struct work_progress *p)
{
	return p->seconds > 0 ? (double)(p->done + p->failed) / p->seconds : 0;
}

/* Seconds, or a negative number if nobody knows. */
static double left_of(const struct work_progress *p)
{
	double rate = rate_of(p);
	long left = p->total - finished(p);
	return left == 0 ? 0 : rate > 0 ? (double)left / rate : -1;
}

/* ---- For people -------------------------------------------------------- */

static const char *command(const struct progress *t)
{
	return strcmp(t->phase, "search") == 0 ? "search" : "sweep";
}

static bool is_accuracy(const struct progress *t)
{
	return strcmp(t->phase, "accuracy") == 0;
}

static void time_text(double seconds, char *buf, size_t size)
{
	long s = (long)ceil(seconds);
	if (s < 120)
		snprintf(buf, size, "%ld s", s);
	else if (s < 2 * 3600)
		snprintf(buf, size, "%ld min", (s + 59) / 60);
	else
		snprintf(buf, size, "%ld h %02ld min", s / 3600, s % 3600 / 60);
}

static void draw(struct progress *t, const struct work_progress *p)
{
	bool line = t->style == PROGRESS_LINE;
	bool confirm = strcmp(t->phase, "confirm") == 0;
	long failed = t->known_failed + p->failed;
	double rate = rate_of(p), left = left_of(p);
	bool slow = rate < 1;
	fprintf(t->to, "%s%s: %ld of %ld %s", line ? "\r" : "", command(t),
	        finished(p), p->total,
	        confirm                 ? "confirmed"
	        : is_accuracy(t)        ? "inputs classified"
	        : p->total == t->points ? "points"
	                                : "runs");
	if (failed)
		fprintf(t->to, ", %ld failed", failed);
	fprintf(t->to, ", %.1f/%s", slow ? 60 * rate : rate,
	        slow ? "min" : "s");
	if (left > 0) {
		char text[32];
		time_text(left, text, sizeof text);
		fprintf(t->to, ", %s left", text);
	}
	if (p->queue[0])
		fprintf(t->to, ", workers wait in Slurm's queue (%s)",
		        p->queue);
	fprintf(t->to, "%s%s", p->waiting ? ", waiting for another run" : "",
	        line ? "\033[K" : "\n");
	t->drawn = true;
}

/* ---- For programs ------------------------------------------------------ */

/* To a thousandth: more is noise. */
static void json_seconds(struct json *j, const char *key, double v)
{
	json_double(j, key, round(1000 * v) / 1000);
}

static void json_line(const struct progress *t, const char *event,
                      const char *store)
{
	const struct work_progress *p = &t->now;
	bool confirm = strcmp(t->phase, "confirm") == 0;
	struct buf b = {0};
	struct json j = json_begin(&b, false);
	json_object(&j, NULL);
	json_string(&j, "event", event);
	json_string(&j, "phase", t->phase);
	if (store) {
		json_int(&j, "points", t->points);
		json_string(&j, "store", store);
	}
	json_int(&j, "total", p->total);
	json_int(&j, "known", p->known);
	json_int(&j, "done", finished(p) - t->known_failed - p->failed);
	json_int(&j, "failed", t->known_failed + p->failed);
	json_int(&j, "confirmed", confirm ? finished(p) : 0);
	json_seconds(&j, "seconds", p->seconds);
	json_seconds(&j, "rate", rate_of(p));
	if (left_of(p) < 0)
		json_null(&j, "left_s");
	else
		json_seconds(&j, "left_s", left_of(p));
	json_int(&j, "workers", p->workers);
	json_bool(&j, "waiting", p->waiting);
	if (p->queue[0])
		json_string(&j, "queue", p->queue);
	json_close(&j);
	json_done(&j);
	fwrite(b.data, 1, b.len, t->to);
	buf_free(&b);
}

/* ---- When -------------------------------------------------------------- */

/* Points that differ in the technology table only are one run. */
static void say_points(const struct progress *t, const struct tally *known,
                       const char *store)
{
	fprintf(t->to, "%s: %ld points", command(t), t->points);
	if (known->total != t->points)
		fprintf(t->to, ", %ld runs", known->total);
	fprintf(t->to, ", %ld known, store %s\n", t->last_all, store);
}

void progress_begin(struct progress *t, const char *phase, long points,
                    const struct tally *known, const char *store)
{
	t->phase = phase;
	t->points = points;
	t->known_failed = known->failed;
	t->drawn = t->told = false;
	t->last = 0;
	t->last_all = known->done + known->failed;
	t->now = (struct work_progress){.total = known->total,
	                                .known = t->last_all};
	if (!t->to)
		return;
	if (t->style == PROGRESS_JSON)
		json_line(t, "begin", store);
	else if (strcmp(phase, "confirm") == 0)
		fprintf(t->to,
		        "sweep: confirming %ld points with the Verilog, %ld "
		        "known\n",
		        points, t->last_all);
	else if (is_accuracy(t))
		fprintf(t->to,
		        "sweep: accuracy of %ld sets of weights, %ld inputs, "
		        "%ld "
		        "known\n",
		        points, known->total, t->last_all);
	else
		say_points(t, known, store);
	fflush(t->to);
}

static void show(struct progress *t)
{
	if (t->style == PROGRESS_JSON)
		json_line(t, "progress", NULL);
	else
		draw(t, &t->now);
	fflush(t->to);
	t->last = t->now.seconds;
	t->last_all = finished(&t->now);
	t->told = true;
}

/* A terminal is redrawn 5 times a second, JSON comes once a second, a plain
 * line when 10 s and a tenth of the points have passed. */
void progress_show(void *ctx, const struct work_progress *p)
{
	struct progress *t = ctx;
	double since = p->seconds - t->last;
	t->told = t->told && finished(p) == t->last_all;
	t->now = *p;
	if (!t->to || p->known == p->total)
		return;
	if (t->style == PROGRESS_LINE ? since >= 0.2
	    : t->style == PROGRESS_JSON
	            ? since >= 1
	            : since >= 10 &&
	                      (finished(p) - t->last_all) * 10 >= p->total)
		show(t);
}

/* What is true in the end is always said. */
void progress_end(struct progress *t)
{
	if (!t->to)
		return;
	if (t->style == PROGRESS_JSON)
		json_line(t, "end", NULL);
	else if (!t->told && finished(&t->now) != t->now.known)
		show(t);
	if (t->drawn && t->style == PROGRESS_LINE)
		fputs("\n", t->to);
	fflush(t->to);
}
