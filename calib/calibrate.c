/* calibrate: see calibrate.h.
 *
 * What gates took is kept in the cache: CACHE/gates-HASH.v is a folder of a
 * design's simulation, CACHE/gates-HASH the figures of a network's layers on
 * it, both under the hash of all that went in.
 */
#include "calib/calibrate.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/spawn.h"
#include "calib/liberty.h"

enum { VERSION = 1, MAX_FILE = 512 << 20, WORKERS = 2 };

/* Layers of more cycles are made smaller: enough to see what is typical. */
static const uint64_t most_cycles = 100;

/* Small ones, since gates are slow; each of another shape. */
static const char *const keys[] = {"array.rows",          "array.cols",
                                   "scratchpad.banks",    "requant.lanes",
                                   "dma.bytes_per_cycle", "accel.queue_depth"};
enum { N_KEYS = sizeof keys / sizeof keys[0] };
static const char *const values[CALIBRATE_DESIGNS][N_KEYS] = {
        {"4", "4", "8", "2", "4", "2"},
        {"4", "8", "4", "4", "8", "2"},
        {"8", "4", "8", "1", "4", "4"}};
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
	uint64_t liberty_hash;
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

static bool make_design(struct design *d, int i, struct err *err)
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

static bool hash_file(const char *path, uint64_t *hash, struct err *err)
{
	size_t size;
	char *text = file_read(path, MAX_FILE, &size, err);

	*hash = text ? XXH64(text, size, 0) : 0;
	free(text);
	return text != NULL;
}

/* All that a simulation of these cuts depends on. */
static uint64_t hash_cuts(const struct cuts *c, uint64_t netlist,
                          uint64_t liberty)
{
	uint64_t h[4] = {VERSION, netlist, liberty, 0};

	for (int i = 0; i < c->n; i++) {
		const struct cut *k = &c->cut[i];
		h[3] = XXH64(k->sram, k->sram_bytes, h[3]);
		h[3] = XXH64(k->spad, k->spad_bytes, h[3]);
	}
	if (c->n)
		h[3] = XXH64(c->flash, c->cut->flash_bytes, h[3]);
	return XXH64(h, sizeof h, 0);
}

static char *cached(const struct job *j, uint64_t hash, const char *suffix)
{
	char name[64];

	snprintf(name, sizeof name, "gates-%016" PRIx64 "%s", hash, suffix);
	return path_join(j->cache, name);
}

static bool read_results(const char *path, struct gates_result *r, int n)
{
	struct err err;
	size_t size;
	char *data = file_exists(path) ? file_read(path, MAX_FILE, &size, &err)
	                               : NULL;
	bool ok = data && size == (size_t)n * sizeof *r;

	if (ok)
		memcpy(r, data, size);
	free(data);
	return ok;
}

/* The energies of these cuts, from the cache or by simulation. */
static bool results(struct job *j, const struct cuts *cuts, const char *netlist,
                    struct gates_result *r, struct err *err)
{
	uint64_t hash;
	if (!hash_file(netlist, &hash, err))
		return false;
	hash = hash_cuts(cuts, hash, j->liberty_hash);
	char *path = cached(j, hash, "");
	char *dir = cached(j, hash, ".v");
	bool ok = read_results(path, r, cuts->n);
	if (!ok) {
		struct gates g = {0};
		note(j, "simulating gates (minutes, once)", &cuts->d);
		ok = gates_open(&g, &cuts->d, netlist, &j->cells, dir, err) &&
		     gates_run(&g, cuts, r, err) &&
		     file_write(path, r, (size_t)cuts->n * sizeof *r, err);
		gates_close(&g);
		folder_remove(dir);
	}
	free(path);
	free(dir);
	return ok;
}

static void add_sample(struct part *c, const struct calibrate_net *net,
                       const struct cut *k, const struct gates_result *r,
                       const struct design *d, bool fit)
{
	if (c->n == CALIBRATE_SAMPLES)
		return;
	struct energy_sample *s = &c->sample[c->n++];
	*s = (struct energy_sample){.d = *d,
	                            .fit = fit,
	                            .cycles = k->cycles,
	                            .counts = k->counts,
	                            .activity = k->activity};
	snprintf(s->net, sizeof s->net, "%s", net->name);
	snprintf(s->layer, sizeof s->layer, "%s", k->layer);
	energy_take(s, r);
}

static bool take_net(struct job *j, int design, const struct calibrate_net *n,
                     struct err *err)
{
	const struct calibration *c = j->c;
	const struct design *d = &c->design[design];
	struct joulet_net *net = joulet_net_open(n->path, err);
	size_t size = 0;
	char *in = net ? file_read(n->input, MAX_FILE, &size, err) : NULL;
	struct cuts cuts = {0};
	bool ok = in != NULL;

	if (ok && size < joulet_net_in_bytes(net))
		ok = err_set(err, ERR_DATA,
		             "%s: %zu bytes, the network takes "
		             "%zu",
		             n->input, size, joulet_net_in_bytes(net));
	ok = ok && cuts_take(&cuts, net, d, in, most_cycles, err);
	struct gates_result *r = mem_zero((size_t)cuts.n + 1, sizeof *r);
	ok = ok && results(j, &cuts, c->synth[design].bits, r, err);
	for (int i = 0; ok && i < cuts.n; i++)
		add_sample(&j->part[design], n, &cuts.cut[i], &r[i], d,
		           n->fit && design < CALIBRATE_DESIGNS - 1);
	free(r);
	cuts_free(&cuts);
	free(in);
	joulet_net_close(net);
	return ok;
}

static bool begin(struct job *j, struct err *err)
{
	const struct calibrate_opts *o = j->opts;

	j->cache = folder_cache(o->cache_dir);
	if (!spawn_need("calibration", "yosys", "yosys", err) ||
	    !spawn_need("calibration", "iverilog", "iverilog", err) ||
	    !folder_make(j->cache, err))
		return false;
	j->liberty = o->liberty ? mem_str(o->liberty)
	                        : liberty_nangate(j->cache, err);
	return j->liberty && hash_file(j->liberty, &j->liberty_hash, err) &&
	       cells_read(&j->cells, j->liberty, err);
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
		if (!make_design(&c->design[i], i, err))
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
		bool ok = true;
		for (int i = 0; ok && i < j->opts->n_nets; i++)
			ok = take_net(j, d, &j->opts->net[i], &err);
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
