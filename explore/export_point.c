/* export_point: see export_point.h */
#include "explore/export_point.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "explore/metric.h"

enum { REASONS = 3 };

static void csv_text(struct buf *b, const char *s)
{
	if (!s[strcspn(s, ",\"\n\r")]) {
		buf_str(b, s);
		return;
	}
	buf_char(b, '"');
	for (; *s; s++) {
		if (*s == '"')
			buf_char(b, '"');
		buf_char(b, *s);
	}
	buf_char(b, '"');
}

/* What is not known is empty. */
static void csv_double(struct buf *b, double v)
{
	char text[40];
	if (isnan(v)) {
		buf_char(b, ',');
		return;
	}
	buf_printf(b, ",%s", text_of_double(v, text, sizeof text));
}

void export_csv_head(struct buf *b)
{
	buf_str(b, "point,network,backend,target,tech");
	for (int i = 0; i < n_params; i++)
		buf_printf(b, ",%s", params[i].key);
	buf_str(b, ",state,pareto,confirmed,breaks");
	for (int i = 0; i < N_METRICS; i++)
		buf_printf(b, ",%s", metric_name[i]);
	buf_str(b, ",boot_cycles,output_hash");
	for (int i = 0; i < N_SHARES; i++)
		buf_printf(b, ",energy_pj.%s", joulet_share_name[i]);
	for (int i = 0; i < N_EVENTS; i++)
		buf_printf(b, ",%s", event_name[i]);
	buf_str(b, ",error\n");
}

static void csv_numbers(const struct export_point *p, struct buf *b)
{
	for (int i = 0; i < N_METRICS; i++)
		csv_double(b, p->metric[i]);
	buf_printf(b, ",%" PRIu64 ",%016" PRIx64, p->out->boot_cycles,
	           p->out->out_hash);
	for (int i = 0; i < N_SHARES; i++)
		csv_double(b, p->share_pj[i]);
	for (int i = 0; i < N_EVENTS; i++)
		buf_printf(b, ",%" PRIu64, p->out->counts.n[i]);
	buf_char(b, ',');
}

/* The limits that it breaks, in the file's words. */
static void csv_breaks(const struct export_point *p, struct buf *b)
{
	struct buf all = {0};
	buf_str(&all, "");
	for (int i = 0; i < p->n_breaks; i++)
		buf_printf(&all, "%s%s", i ? "; " : "", p->breaks[i]);
	csv_text(b, all.data);
	buf_free(&all);
}

void export_csv(const struct export_point *p, struct buf *b)
{
	buf_printf(b, "%ld,", p->number);
	csv_text(b, p->network);
	buf_printf(b, ",%s,%s,", p->pick->backend, plan_target_name(p->pick));
	csv_text(b, p->tech);
	for (int i = 0; i < n_params; i++) {
		char value[32];
		design_get(&p->pick->design, &params[i], value, sizeof value);
		buf_printf(b, ",%s", value);
	}
	buf_printf(b, ",%s,%d,%d,", p->ok ? "done" : "failed", p->best,
	           p->confirmed);
	csv_breaks(p, b);
	if (p->ok) {
		csv_numbers(p, b);
	} else {
		buf_pad(b, ',', N_METRICS + 2 + N_SHARES + N_EVENTS + 1);
		csv_text(b, p->error);
	}
	buf_char(b, '\n');
}

static void json_numbers(const struct export_point *p, struct json *j)
{
	for (int i = 0; i < N_METRICS; i++)
		json_double(j, metric_name[i], p->metric[i]);
	json_uint(j, "boot_cycles", p->out->boot_cycles);
	char hash[20];
	snprintf(hash, sizeof hash, "%016" PRIx64, p->out->out_hash);
	json_string(j, "output_hash", hash);
	json_object(j, "energy_pj");
	for (int i = 0; i < N_SHARES; i++)
		json_double(j, joulet_share_name[i], p->share_pj[i]);
	json_close(j);
	json_object(j, "counts");
	for (int i = 0; i < N_EVENTS; i++)
		json_uint(j, event_name[i], p->out->counts.n[i]);
	json_close(j);
}

void export_json(const struct export_point *p, struct json *j)
{
	json_object(j, NULL);
	json_int(j, "point", p->number);
	json_string(j, "network", p->network);
	json_string(j, "backend", p->pick->backend);
	json_string(j, "target", plan_target_name(p->pick));
	json_string(j, "tech", p->tech);
	design_json(&p->pick->design, j);
	json_string(j, "state", p->ok ? "done" : "failed");
	json_bool(j, "pareto", p->best);
	json_bool(j, "confirmed", p->confirmed);
	json_list(j, "breaks");
	for (int i = 0; i < p->n_breaks; i++)
		json_string(j, NULL, p->breaks[i]);
	json_close(j);
	if (p->ok)
		json_numbers(p, j);
	else
		json_string(j, "error", p->error);
	json_close(j);
}

void export_reasons(const char *(*why_failed)(const void *ctx, long i),
                    const void *ctx, long n_points, struct buf *b)
{
	const char *seen[REASONS];
	int n = 0;
	long others = 0;
	for (long i = 0; i < n_points; i++) {
		const char *why = why_failed(ctx, i);
		int k = 0;
		if (!why)
			continue;
		while (k < n && strcmp(seen[k], why) != 0)
			k++;
		if (k < n)
			continue;
		if (n == REASONS) {
			others++;
			continue;
		}
		seen[n++] = why;
		buf_printf(b, "  failed: %s\n", why);
	}
	if (others)
		buf_printf(b, "  failed: %ld more, all in --csv and --json\n",
		           others);
}
