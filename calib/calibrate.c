/* calibrate: see calibrate.h. */
#include "calib/calibrate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/spawn.h"
#include "calib/liberty.h"

enum { MAX_FILE = 512 << 20, WORKERS = 2 };

/* Small ones, each of another shape, so that what every size costs can be told
 * apart; the last, joulet's default but for its memories, is not fitted. */
static const char *const keys[] = {"array.rows",          "array.cols",
                                   "scratchpad.banks",    "requant.lanes",
                                   "dma.bytes_per_cycle", "accel.queue_depth"};
enum { N_KEYS = sizeof keys / sizeof keys[0] };
static const char *const values[CALIBRATE_DESIGNS][N_KEYS] = {
        {"4", "4", "8", "2", "4", "2"},
        {"4", "8", "4", "4", "8", "2"},
        {"8", "4", "8", "1", "4", "4"},
        {"2", "8", "16", "2", "16", "4"},
        {"8", "8", "16", "4", "8", "4"}};
static const char *const sizes[][2] = {
        {"scratchpad.kib", "16"}, {"sram.kib", "32"}, {"flash.kib", "64"}};

/* What a design gave. */
struct part {
	struct energy_sample sample[CALIBRATE_SAMPLES];
	int n;
};

struct job {
	const struct calibrate_opts *opts;
	struct calibration *c;
	struct cells cells;
	char *liberty, *cache;
	struct part part[CALIBRATE_DESIGNS];

	pthread_mutex_t lock;
	int next;
	bool failed;
	struct err err; /* the first one */
};

static void note(struct job *j, const char *what, const struct design *d)
{
	char text[160];

	snprintf(text, sizeof text, "%s, array of %dx%d cells", what, d->rows,
	         d->cols);
	pthread_mutex_lock(&j->lock);
	if (j->opts->note)
		j->opts->note(j->opts->note_ctx, text);
	pthread_mutex_unlock(&j->lock);
}

bool calibrate_design(struct design *d, int i, struct err *err)
{
	const struct src src = {"calibration", 0};
	bool ok = true;

	*d = design_default();
	for (int k = 0; ok && k < 3; k++)
		ok = design_set(d, sizes[k][0], sizes[k][1], src, err);
	for (int k = 0; ok && k < N_KEYS; k++)
		ok = design_set(d, keys[k], values[i][k], src, err);
	return ok;
}

static void add_sample(struct part *c, const struct calibrate_net *net,
                       const struct cut *k, const struct gates *g,
                       const struct gates_result *r, bool fit)
{
	if (c->n == CALIBRATE_SAMPLES)
		return;
	struct energy_sample *s = &c->sample[c->n++];
	*s = (struct energy_sample){.d = g->d,
	                            .fit = fit,
	                            .cycles = k->cycles,
	                            .counts = k->counts,
	                            .activity = k->activity};
	snprintf(s->net, sizeof s->net, "%s", net->name);
	snprintf(s->layer, sizeof s->layer, "%s", k->layer);
	energy_take(s, &g->netlist, r);
}

/* The input of a network; its size is right. The caller frees it. */
static char *read_input(const struct calibrate_net *n,
                        const struct joulet_net *net, struct err *err)
{
	size_t size = 0, want = joulet_net_in_bytes(net);
	char *in = file_read(n->input, MAX_FILE, &size, err);

	if (!in || size >= want)
		return in;
	err_set(err, ERR_DATA, "%s: %zu bytes, the network takes %zu", n->input,
	        size, want);
	free(in);
	return NULL;
}

static bool take_net(struct job *j, struct gates *g, int design,
                     const struct calibrate_net *n, struct err *err)
{
	struct joulet_net *net = joulet_net_open(n->path, err);
	char *in = net ? read_input(n, net, err) : NULL;
	struct cuts cuts = {0};
	bool ok = in && cuts_take(&cuts, net, &g->d, in, err);

	for (int i = 0; ok && i < cuts.n; i++) {
		struct gates_result r;
		ok = gates_run(g, &cuts.cut[i], cuts.flash, CALIBRATE_EDGES, &r,
		               err);
		if (ok)
			add_sample(&j->part[design], n, &cuts.cut[i], g, &r,
			           n->fit && design < CALIBRATE_DESIGNS - 1);
	}
	cuts_free(&cuts);
	free(in);
	joulet_net_close(net);
	return ok;
}

static bool take_design(struct job *j, int i, struct err *err)
{
	const struct design *d = &j->c->design[i];
	struct gates g = {0};

	note(j, "simulating gates", d);
	bool ok = gates_open(&g, d, j->c->synth[i].bits, &j->cells, err);
	for (int k = 0; ok && k < j->opts->n_nets; k++)
		ok = take_net(j, &g, i, &j->opts->net[k], err);
	gates_close(&g);
	return ok;
}

static bool begin(struct job *j, struct err *err)
{
	const struct calibrate_opts *o = j->opts;

	j->cache = folder_cache(o->cache_dir);
	if (!spawn_need("calibration", "yosys", "yosys", err) ||
	    !folder_make(j->cache, err))
		return false;
	j->liberty = o->liberty ? mem_str(o->liberty)
	                        : liberty_nangate(j->cache, err);
	return j->liberty && cells_read(&j->cells, j->liberty, err);
}

static bool synthesize(struct job *j, struct err *err)
{
	struct calibration *c = j->c;
	const struct synth_opts so = {.liberty = j->liberty,
	                              .cache_dir = j->cache,
	                              .netlist = true,
	                              .note = j->opts->note,
	                              .note_ctx = j->opts->note_ctx};
	int n = j->opts->designs;

	for (int i = 0; i < n; i++)
		if (!calibrate_design(&c->design[i], i, err))
			return false;
	if (!synth_designs(c->design, n, &so, c->synth, err))
		return false;
	c->n_designs = n;
	return true;
}

static void *worker(void *arg)
{
	struct job *j = arg;
	struct err err = {0};

	for (;;) {
		pthread_mutex_lock(&j->lock);
		int d = j->failed ? j->c->n_designs : j->next++;
		pthread_mutex_unlock(&j->lock);
		if (d >= j->c->n_designs)
			return NULL;
		bool ok = take_design(j, d, &err);
		pthread_mutex_lock(&j->lock);
		if (!ok && !j->failed)
			j->err = err;
		j->failed |= !ok;
		pthread_mutex_unlock(&j->lock);
	}
}

/* Designs side by side; samples in the order of designs. */
static bool take_all(struct job *j, struct err *err)
{
	struct calibration *c = j->c;
	pthread_t other[WORKERS - 1];
	int n = 0;

	while (n < WORKERS - 1 && n + 1 < c->n_designs &&
	       pthread_create(&other[n], NULL, worker, j) == 0)
		n++;
	worker(j);
	while (n)
		pthread_join(other[--n], NULL);
	for (int d = 0; d < c->n_designs; d++)
		for (int i = 0; i < j->part[d].n; i++)
			if (c->n < CALIBRATE_SAMPLES)
				c->sample[c->n++] = j->part[d].sample[i];
	if (j->failed)
		*err = j->err;
	return !j->failed;
}

bool calibrate(struct calibration *c, const struct calibrate_opts *opts,
               struct err *err)
{
	struct job *j = mem_zero(1, sizeof *j);

	j->opts = opts;
	j->c = c;
	*c = (struct calibration){0};
	pthread_mutex_init(&j->lock, NULL);
	bool ok = begin(j, err) && synthesize(j, err) && take_all(j, err);
	c->volts = j->cells.volts;
	if (ok)
		energy_fit(&c->model, c->sample, c->n);
	cells_free(&j->cells);
	pthread_mutex_destroy(&j->lock);
	free(j->liberty);
	free(j->cache);
	free(j);
	return ok;
}

void calibrate_free(struct calibration *c)
{
	for (int i = 0; i < c->n_designs; i++)
		synth_free(&c->synth[i]);
	*c = (struct calibration){0};
}
