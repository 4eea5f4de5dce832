/* joulet: the public library over compiler and simulator; see joulet.h.
 *
 * The one place where compiler and sim meet: a program's image goes into the
 * SoC's flash, its layer table names the SoC's counts.
 */
#include "sim/joulet.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/file.h"
#include "base/mem.h"
#include "compiler/compiler.h"
#include "sim/gdb.h"
#include "sim/profile.h"
#include "sim/job_clock.h"
#include "sim/program.h"
#include "sim/soc.h"
#include "sim/waves.h"

struct joulet_net *joulet_net_open(const char *path, struct err *err)
{
	struct joulet_net *net = mem_zero(1, sizeof *net);
	if (!graph_load(&net->graph, path, err)) {
		free(net);
		return NULL;
	}
	net->name = path_stem(path);
	return net;
}

void joulet_net_close(struct joulet_net *net)
{
	if (!net)
		return;
	graph_free(&net->graph);
	free(net->name);
	free(net);
}

const char *joulet_net_name(const struct joulet_net *net)
{
	return net->name;
}

uint64_t joulet_net_hash(const struct joulet_net *net)
{
	return net->graph.file_hash;
}

size_t joulet_net_in_bytes(const struct joulet_net *net)
{
	return graph_input_bytes(&net->graph);
}

size_t joulet_net_out_bytes(const struct joulet_net *net)
{
	return graph_output_bytes(&net->graph);
}

int joulet_target_find(const char *name)
{
	if (strcmp(name, "accel") == 0)
		return JOULET_ACCEL;
	return strcmp(name, "cpu") == 0 ? JOULET_CPU : -1;
}

static struct joulet_program *compile_with(const struct joulet_net *net,
                                           const struct design *d,
                                           const struct compile_opts *opts,
                                           struct err *err)
{
	const struct src nowhere = {NULL, 0};
	if (!design_check(d, nowhere, err))
		return NULL;

	struct joulet_program *p = mem_zero(1, sizeof *p);
	p->net = net;
	p->design = *d;
	p->graph = &net->graph;
	const struct slim how = {.bits = d->weight_bits, .keep = d->keep_of_4};
	if (slim_changes(&how)) {
		graph_slim(&p->slim, &net->graph, &how);
		p->graph = &p->slim;
	}
	if (!compile(&p->code, p->graph, d, opts, err)) {
		graph_free(&p->slim);
		free(p);
		return NULL;
	}
	return p;
}

/* For the ordinary search; ctx: the design. */
static bool clock_jobs(void *ctx, const struct program *code, uint64_t *cycles,
                       struct err *err)
{
	return job_clock(ctx, code->image, cycles, err);
}

struct joulet_program *joulet_compile(const struct joulet_net *net,
                                      const struct design *d,
                                      enum joulet_target target,
                                      const struct joulet_dump *dump,
                                      struct err *err)
{
	struct design with = *d;
	const struct compile_clock clock = {clock_jobs, &with};
	const struct compile_opts opts = {
	        .target = target == JOULET_CPU ? TARGET_CPU : TARGET_ACCEL,
	        .clock = target == JOULET_CPU ? NULL : &clock,
	        .dump = dump ? dump->stages : NULL,
	        .dump_to = dump ? dump->to : NULL,
	};
	return compile_with(net, d, &opts, err);
}

/* What a program takes on the fast model, timing only. */
struct clock {
	const struct joulet_net *net;
	const struct design *d;
	uint8_t *in, *out;
};

static bool clock_cycles(void *ctx, const struct program *code,
                         uint64_t *cycles, struct err *err)
{
	const struct clock *c = ctx;
	const struct joulet_opts opts = {.backend = "fast",
	                                 .timing_only = true};
	const struct joulet_program p = {
	        .net = c->net, .design = *c->d, .code = *code};
	struct soc_result s;
	struct soc *soc = program_soc(&p, &opts, false, false, err);

	bool ok = soc && soc_run(soc, c->in, joulet_net_in_bytes(c->net),
	                         c->out, joulet_net_out_bytes(c->net), &s, err);
	if (ok) {
		*cycles = s.cycles;
		soc_result_free(&s);
	}
	soc_close(soc);
	return ok;
}

struct joulet_program *joulet_compile_longer(const struct joulet_net *net,
                                             const struct design *d,
                                             const struct joulet_dump *dump,
                                             struct err *err)
{
	struct clock c = {.net = net,
	                  .d = d,
	                  .in = mem_zero(joulet_net_in_bytes(net), 1),
	                  .out = mem_zero(joulet_net_out_bytes(net), 1)};
	const struct compile_clock clock = {clock_cycles, &c};
	const struct compile_opts opts = {
	        .target = TARGET_ACCEL,
	        .clock = &clock,
	        .longer = true,
	        .dump = dump ? dump->stages : NULL,
	        .dump_to = dump ? dump->to : NULL,
	};
	struct joulet_program *p = compile_with(net, d, &opts, err);
	free(c.in);
	free(c.out);
	return p;
}

void joulet_program_close(struct joulet_program *p)
{
	if (!p)
		return;
	program_free(&p->code);
	graph_free(&p->slim);
	free(p);
}

static double utilization(int64_t macs, uint64_t cycles, const struct design *d)
{
	const double slots = (double)cycles * d->rows * d->cols;
	return slots > 0 ? (double)macs / slots : 0;
}

static void take_layer(struct joulet_layer *to, const struct layer *from,
                       const struct soc_result *s, int i,
                       const struct design *d)
{
	memcpy(to->name, from->name, sizeof to->name);
	to->op = from->op;
	to->unit = from->unit;
	to->macs = from->macs;
	to->cycles = s->layer_cycles[i];
	to->counts = s->layer[i];
	to->utilization = strcmp(from->unit, "array") == 0
	                          ? utilization(to->macs, to->cycles, d)
	                          : 0;
}

static void take_layers(struct joulet_result *r, const struct program *code,
                        const struct soc_result *s, const struct design *d)
{
	int64_t macs = 0;
	r->n_layers = code->n_layers;
	r->layer = mem_zero((size_t)r->n_layers, sizeof *r->layer);
	for (int i = 0; i < r->n_layers; i++) {
		take_layer(&r->layer[i], &code->layer[i], s, i, d);
		macs += r->layer[i].macs;
		for (int e = 0; e < N_EVENTS; e++)
			r->total.n[e] += r->layer[i].counts.n[e];
	}
	r->utilization = utilization(macs, s->cycles, d);
}

/* The command log in cycles since the inference began. */
static void take_commands(struct joulet_result *r, const struct soc_result *s)
{
	r->cmd = mem_zero(s->n_cmd, sizeof *r->cmd);
	r->n_cmds = s->n_cmd;
	for (size_t i = 0; i < s->n_cmd; i++)
		r->cmd[i] = (struct joulet_command){
		        .queue = s->cmd[i].queue,
		        .opcode = s->cmd[i].opcode,
		        .layer = s->cmd[i].layer,
		        .start = s->cmd[i].start - s->begin,
		        .end = s->cmd[i].end - s->begin,
		};
}

void program_result(struct joulet_result *r, const struct joulet_program *p,
                    const struct soc_result *s, bool timeline)
{
	r->cycles = r->cycles_min = r->cycles_max = s->cycles;
	r->boot_cycles = s->begin;
	r->arena_bytes = p->code.arena_bytes;
	r->peak_bytes = p->code.peak_bytes;
	r->spad_bytes = p->code.spad_bytes;
	r->image_bytes = p->code.image_bytes;
	take_layers(r, &p->code, s, &p->design);
	if (timeline)
		take_commands(r, s);
}

static bool no_backend(const char *name, struct err *err)
{
	return err_set(err, ERR_USAGE, "%s: no such backend; fast or rtl",
	               name);
}

struct soc *program_soc(const struct joulet_program *p,
                        const struct joulet_opts *opts, bool want_cmds,
                        bool waves, struct err *err)
{
	const char *name = opts->backend ? opts->backend : "fast";
	struct soc_opts so = {
	        .backend = accel_find(name),
	        .accel = {.timing_only = opts->timing_only,
	                  .waves = waves,
	                  .stall = opts->stall ? opts->stall : JOULET_STALL,
	                  .note = opts->note,
	                  .note_ctx = opts->note_ctx},
	        .want_cmds = want_cmds,
	        .max_cycles = opts->max_cycles,
	};
	if (!so.backend) {
		no_backend(name, err);
		return NULL;
	}
	/* A debugger may make it longer. */
	if (so.max_cycles == 0 && so.backend == &accel_rtl && !opts->gdb)
		so.max_cycles = waves_limit(p);
	return soc_open(&p->design, firmware_elf, firmware_elf_bytes,
	                p->code.image, p->code.image_bytes, &so, err);
}

/* What looks over the core's shoulder during the first inference. */
struct guests {
	struct gdb *gdb;
	struct profile *profile;
	struct accel_waves waves;
	char *temp; /* their file, until it is whole; or NULL */
};

static bool waves_come(struct guests *g, struct soc *soc,
                       const struct joulet_opts *opts, struct err *err)
{
	g->temp = waves_begin(opts->waves, err);
	g->waves.path = g->temp;
	if (g->temp)
		soc_waves(soc, &g->waves);
	return g->temp != NULL;
}

static bool guests_come(struct guests *g, struct soc *soc,
                        const struct joulet_opts *opts, struct err *err)
{
	if (opts->gdb && opts->profile)
		return err_set(err, ERR_USAGE,
		               "a debugger and a profile: one at a time");
	if (opts->gdb) {
		g->gdb = gdb_open(opts->gdb_port, opts->note, opts->note_ctx,
		                  err);
		if (!g->gdb)
			return false;
		gdb_drive(g->gdb, soc);
	}
	if (opts->profile) {
		g->profile =
		        profile_open(firmware_elf, firmware_elf_bytes, err);
		if (!g->profile)
			return false;
		profile_drive(g->profile, soc);
	}
	return !opts->waves || waves_come(g, soc, opts, err);
}

/* Returns whether all went well, as the run did before (`ok`). */
static bool guests_go(struct guests *g, struct soc *soc,
                      const struct joulet_opts *opts, bool ok,
                      struct joulet_result *r, struct err *err)
{
	if (g->gdb)
		gdb_exited(g->gdb, ok ? 0 : 1);
	if (g->profile && ok)
		r->stack = profile_take(g->profile, &r->n_stacks);
	gdb_close(g->gdb);
	profile_close(g->profile);
	soc_drive(soc, NULL);
	return g->temp ? waves_end(g->temp, opts->waves, &g->waves, ok, err)
	               : ok;
}

/* A run that hangs is run again, to look at it. */
static void look_back(const struct soc *soc, const struct joulet_program *p,
                      const struct joulet_opts *opts, const void *in,
                      struct err *err)
{
	uint64_t begin, cycle;

	if (err->kind != ERR_WATCHDOG || !opts->hang || !opts->backend ||
	    strcmp(opts->backend, "rtl") != 0)
		return;
	soc_where(soc, &begin, &cycle);
	waves_replay(p, opts, in, begin, cycle, err);
}

/* One inference; the first one (i == 0) fills the result, and its waveforms
 * are taken. */
static bool run_one(struct soc *soc, const struct joulet_program *p,
                    const struct joulet_opts *opts, const uint8_t *in,
                    uint8_t *out, size_t i, const struct accel_waves *waves,
                    struct joulet_result *r, struct err *err)
{
	struct soc_result s;
	struct guests g = {.waves = *waves};

	if (i == 0 && !guests_come(&g, soc, opts, err))
		return guests_go(&g, soc, opts, false, r, err);
	bool ok = soc_run(soc, in, joulet_net_in_bytes(p->net), out,
	                  joulet_net_out_bytes(p->net), &s, err);
	bool all = i > 0 ? ok : guests_go(&g, soc, opts, ok, r, err);
	if (!ok)
		look_back(soc, p, opts, in, err);
	if (ok && !all)
		soc_result_free(&s);
	if (!all)
		return false;
	if (i == 0)
		program_result(r, p, &s, opts->timeline);
	if (s.cycles < r->cycles_min)
		r->cycles_min = s.cycles;
	if (s.cycles > r->cycles_max)
		r->cycles_max = s.cycles;
	soc_result_free(&s);
	return true;
}

bool joulet_run(const struct joulet_program *p, const struct joulet_opts *opts,
                const void *in, size_t n, void *out, struct joulet_result *r,
                struct err *err)
{
	assert(p && opts && in && n > 0);
	const size_t in_bytes = joulet_net_in_bytes(p->net);
	const size_t out_bytes = joulet_net_out_bytes(p->net);

	memset(r, 0, sizeof *r);
	if (opts->waves &&
	    (!opts->backend || strcmp(opts->backend, "rtl") != 0))
		return err_set(err, ERR_USAGE,
		               "waveforms are of the backend rtl");
	struct accel_waves waves = {0};
	if (opts->waves && !waves_window(p, opts, in, &waves, err))
		return false;
	struct soc *soc =
	        program_soc(p, opts, opts->timeline, opts->waves != NULL, err);
	if (!soc)
		return false;

	uint8_t *one = mem_zero(out_bytes, 1);
	XXH3_state_t *hash = XXH3_createState();
	XXH3_64bits_reset(hash);
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		ok = run_one(soc, p, opts, (const uint8_t *)in + i * in_bytes,
		             one, i, &waves, r, err);
		if (!ok)
			break;
		if (out)
			memcpy((uint8_t *)out + i * out_bytes, one, out_bytes);
		XXH3_64bits_update(hash, one, out_bytes);
	}
	r->inferences = n;
	r->out_hash = XXH3_64bits_digest(hash);
	XXH3_freeState(hash);
	free(one);
	soc_close(soc);
	if (!ok)
		joulet_result_free(r);
	return ok;
}

bool joulet_backend_hash(const char *backend, uint64_t *hash, struct err *err)
{
	static const struct accel_opts none;

	*hash = 0;
	if (strcmp(backend, "fast") == 0)
		return true;
	if (strcmp(backend, "rtl") == 0)
		return accel_rtl_sources(&none, hash, err);
	return no_backend(backend, err);
}

void joulet_made_up(void *in, size_t bytes)
{
	uint8_t *at = in;
	uint64_t x = 0x9e3779b97f4a7c15u; /* xorshift */

	for (size_t i = 0; i < bytes; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		at[i] = (uint8_t)(x >> 56);
	}
}

void joulet_result_free(struct joulet_result *r)
{
	for (size_t i = 0; i < r->n_stacks; i++)
		free(r->stack[i].frames);
	free(r->stack);
	free(r->layer);
	free(r->cmd);
	r->stack = NULL;
	r->n_stacks = 0;
	r->layer = NULL;
	r->cmd = NULL;
}
