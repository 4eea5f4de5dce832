/* timeline: one inference as Chrome trace events (Perfetto, speedscope).
 *
 * One process with a track for each of: layers, host steps, and the load,
 * execute and store queues. A layer's event has the length of its part of the
 * inference; the parts follow each other in layer order. While the commands of
 * a job overlap across layers, the queues' tracks say more.
 *
 * Times are whole nanoseconds, rounded down the same way everywhere, so that
 * events which touch in cycles touch in the trace and never overlap. The
 * cycles themselves are in each event's args.
 */
#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "isa/command.h"
#include "sim/report.h"

enum track { TRACK_LAYERS = 1, TRACK_HOST, TRACK_LD, TRACK_EX, TRACK_ST };

static const struct {
	enum track track;
	const char *name;
} tracks[] = {
        {TRACK_LAYERS, "layers"},  {TRACK_HOST, "host steps"},
        {TRACK_LD, "load queue"},  {TRACK_EX, "execute queue"},
        {TRACK_ST, "store queue"},
};

/* Nanoseconds since the inference began. */
static uint64_t ns(const struct design *d, uint64_t cycle)
{
	return cycle * 1000 / (uint64_t)d->clock_mhz;
}

/* Exact microseconds: a nanosecond count with a decimal point. */
static void put_us(struct json *j, const char *key, uint64_t t)
{
	char text[32];
	snprintf(text, sizeof text, "%llu.%03u", (unsigned long long)(t / 1000),
	         (unsigned)(t % 1000));
	json_raw(j, key, text);
}

/* Begin a complete event up to its args, which stay open. */
static void begin_event(struct json *j, const struct design *d,
                        const char *name, const char *kind, enum track track,
                        uint64_t start, uint64_t end)
{
	json_object(j, NULL);
	json_string(j, "name", name);
	json_string(j, "cat", kind);
	json_string(j, "ph", "X");
	json_int(j, "pid", 1);
	json_int(j, "tid", track);
	put_us(j, "ts", ns(d, start));
	put_us(j, "dur", ns(d, end) - ns(d, start));
	json_object(j, "args");
	json_uint(j, "start", start);
	json_uint(j, "cycles", end - start);
}

static void end_event(struct json *j)
{
	json_close(j);
	json_close(j);
	buf_char(j->to, '\n');
}

static void put_name(struct json *j, const char *what, enum track track,
                     const char *name)
{
	json_object(j, NULL);
	json_string(j, "name", what);
	json_string(j, "ph", "M");
	json_int(j, "pid", 1);
	json_int(j, "tid", track);
	json_object(j, "args");
	json_string(j, "name", name);
	end_event(j);
}

static void put_order(struct json *j, enum track track)
{
	json_object(j, NULL);
	json_string(j, "name", "thread_sort_index");
	json_string(j, "ph", "M");
	json_int(j, "pid", 1);
	json_int(j, "tid", track);
	json_object(j, "args");
	json_int(j, "sort_index", track);
	end_event(j);
}

static void put_tracks(struct json *j, const struct joulet_report *r)
{
	char title[160];
	snprintf(title, sizeof title, "%s on %s", joulet_net_name(r->net),
	         r->design->name);
	put_name(j, "process_name", TRACK_LAYERS, title);
	for (size_t i = 0; i < sizeof tracks / sizeof tracks[0]; i++) {
		put_name(j, "thread_name", tracks[i].track, tracks[i].name);
		put_order(j, tracks[i].track);
	}
}

static void put_layer(struct json *j, const struct joulet_report *r,
                      const struct joulet_layer *l, enum track track,
                      uint64_t start)
{
	begin_event(j, r->design, l->name,
	            track == TRACK_HOST ? "host" : "layer", track, start,
	            start + l->cycles);
	json_string(j, "op", l->op);
	json_string(j, "unit", l->unit);
	json_int(j, "macs", l->macs);
	json_double(j, "utilization", l->utilization);
	json_double(j, "energy_uj", report_uj(r, &l->counts, l->cycles));
	end_event(j);
}

static void put_layers(struct json *j, const struct joulet_report *r)
{
	uint64_t at = 0;
	for (int i = 0; i < r->result->n_layers; i++) {
		const struct joulet_layer *l = &r->result->layer[i];
		put_layer(j, r, l, TRACK_LAYERS, at);
		if (strcmp(l->unit, "cpu") == 0)
			put_layer(j, r, l, TRACK_HOST, at);
		at += l->cycles;
	}
}

static void put_command(struct json *j, const struct joulet_report *r,
                        const struct joulet_command *c)
{
	static const enum track of_queue[N_QUEUES] = {
	        [QUEUE_LD] = TRACK_LD,
	        [QUEUE_EX] = TRACK_EX,
	        [QUEUE_ST] = TRACK_ST,
	};
	assert(c->queue < N_QUEUES);
	begin_event(j, r->design, opcode_name(c->opcode), "command",
	            of_queue[c->queue], c->start, c->end);
	json_int(j, "layer", c->layer);
	if (c->layer < r->result->n_layers)
		json_string(j, "of", r->result->layer[c->layer].name);
	end_event(j);
}

bool joulet_report_trace(const struct joulet_report *r, const char *path,
                         struct err *err)
{
	assert(r && r->net && r->design && r->result && r->tech && path);
	struct buf b = {0};
	struct json j = json_begin(&b, false);

	json_object(&j, NULL);
	json_string(&j, "displayTimeUnit", "ns");
	json_list(&j, "traceEvents");
	put_tracks(&j, r);
	put_layers(&j, r);
	for (size_t i = 0; i < r->result->n_cmds; i++)
		put_command(&j, r, &r->result->cmd[i]);
	json_close(&j);
	json_close(&j);
	json_done(&j);
	bool ok = file_write(path, b.data, b.len, err);
	buf_free(&b);
	return ok;
}
