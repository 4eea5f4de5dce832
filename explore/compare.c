/* compare: see compare.h */
#include "explore/compare.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/wrap.h"
#include "explore/export_point.h"
#include "explore/plan.h"
#include "explore/report_priv.h"

#define N_PARTS ((int)N_CAUSES > (int)N_SHARES ? (int)N_CAUSES : (int)N_SHARES)
enum { MOST = 5 };

/* One quantity by layer (rows) and cause or unit (parts), before and after. */
struct grid {
	const char *const *part_name;
	int n_parts, n_layers;
	int64_t *cell[2]; /* [layer * n_parts + part] */
	int64_t total[2];
	int *order; /* layers, largest change first */
};

static int64_t at(const struct grid *g, int side, int layer, int part)
{
	return g->cell[side][layer * g->n_parts + part];
}

static int64_t of_layer(const struct grid *g, int side, int layer)
{
	int64_t sum = 0;

	for (int k = 0; k < g->n_parts; k++)
		sum += at(g, side, layer, k);
	return sum;
}

static int64_t of_part(const struct grid *g, int side, int part)
{
	int64_t sum = 0;

	for (int i = 0; i < g->n_layers; i++)
		sum += at(g, side, i, part);
	return sum;
}

static int64_t change_of(const struct grid *g, int layer)
{
	return of_layer(g, 1, layer) - of_layer(g, 0, layer);
}

/* Layers by the size of their change; equal ones in the network's order. */
static void set_order(struct grid *g)
{
	g->order = mem_zero((size_t)g->n_layers, sizeof *g->order);
	for (int i = 0; i < g->n_layers; i++) {
		int64_t size = llabs(change_of(g, i));
		int k = i;
		for (; k > 0 && llabs(change_of(g, g->order[k - 1])) < size;
		     k--)
			g->order[k] = g->order[k - 1];
		g->order[k] = i;
	}
	for (int s = 0; s < 2; s++)
		for (int i = 0; i < g->n_layers; i++)
			g->total[s] += of_layer(g, s, i);
}

static struct grid new_grid(const struct compare_side side[2],
                            const char *const *name, int n_parts)
{
	struct grid g = {.part_name = name, .n_parts = n_parts};

	assert(side[0].run->run.n_layers == side[1].run->run.n_layers);
	g.n_layers = side[0].run->run.n_layers;
	for (int s = 0; s < 2; s++)
		g.cell[s] = mem_zero((size_t)g.n_layers * (size_t)n_parts,
		                     sizeof *g.cell[s]);
	return g;
}

static struct grid cycles_grid(const struct compare_side side[2])
{
	struct grid g = new_grid(side, joulet_cause_name, N_CAUSES);

	for (int s = 0; s < 2; s++)
		for (int i = 0; i < g.n_layers; i++)
			for (int c = 0; c < N_CAUSES; c++)
				g.cell[s][i * N_CAUSES + c] =
				        (int64_t)side[s].run->layer[i].cause[c];
	set_order(&g);
	return g;
}

/* In pJ. Of a unit the sum up to each layer is rounded, and a layer gets the
 * difference: so the layers sum to the rounded whole. */
static struct grid energy_grid(const struct compare_side side[2])
{
	struct grid g = new_grid(side, joulet_share_name, N_SHARES);

	for (int s = 0; s < 2; s++) {
		double sum[N_SHARES] = {0};
		for (int i = 0; i < g.n_layers; i++) {
			const struct joulet_layer *l =
			        &side[s].run->run.layer[i];
			double pj[N_SHARES];
			joulet_cost(side[s].tech, &side[s].design, &l->counts,
			            l->cycles, pj);
			for (int u = 0; u < N_SHARES; u++) {
				int64_t before = llround(sum[u]);
				sum[u] += pj[u];
				g.cell[s][i * N_SHARES + u] =
				        llround(sum[u]) - before;
			}
		}
	}
	set_order(&g);
	return g;
}

static void grid_free(struct grid *g)
{
	free(g->cell[0]);
	free(g->cell[1]);
	free(g->order);
}

/* ---- for people --------------------------------------------------------- */

static const char *layer_name(const struct compare_side side[2], int i)
{
	return side[0].run->run.layer[i].name;
}

/* A name tells most in its last two parts. */
static const char *short_name(const char *name)
{
	const char *last = strrchr(name, '/'), *from = last;

	while (from && from > name && from[-1] != '/')
		from--;
	return from && from < last ? from : last ? last + 1 : name;
}

static void put_percent(struct buf *b, int64_t change, int64_t whole)
{
	if (whole)
		buf_printf(b, "%+.1f %%",
		           100.0 * (double)change / (double)whole);
	else
		buf_str(b, "-");
}

static void put_total(struct buf *b, const char *what, const struct grid *g,
                      const char *unit)
{
	int64_t change = g->total[1] - g->total[0];

	buf_printf(b, "%-12s %" PRId64 " -> %" PRId64 " %s (%+" PRId64 ", ",
	           what, g->total[0], g->total[1], unit, change);
	put_percent(b, change, g->total[0]);
	buf_str(b, ")\n");
}

static void put_params(const struct compare_side side[2], int width,
                       struct buf *b)
{
	static const struct table_column c[] = {{"parameter", TABLE_LEFT},
	                                        {"before", TABLE_RIGHT},
	                                        {"after", TABLE_RIGHT}};
	struct table *t = table_new(c, 3);
	int n = 0;
	char text[2][64];

	for (int i = 0; i < n_params; i++) {
		for (int s = 0; s < 2; s++)
			design_get(&side[s].design, &params[i], text[s],
			           sizeof text[s]);
		if (strcmp(text[0], text[1]) == 0)
			continue;
		table_cell(t, params[i].key);
		table_cell(t, text[0]);
		table_cell(t, text[1]);
		n++;
	}
	const char *other[][3] = {
	        {"target", side[0].target, side[1].target},
	        {"tech", joulet_tech_name(side[0].tech),
	         joulet_tech_name(side[1].tech)},
	};
	for (int i = 0; i < 2; i++)
		for (int k = 0; strcmp(other[i][1], other[i][2]) != 0 && k < 3;
		     k++) {
			table_cell(t, other[i][k]);
			n += k == 0;
		}
	if (n)
		table_write(t, width, b);
	else
		buf_str(b, "no parameter differs\n");
	table_free(t);
}

/* The pairs of layer and part that changed most. */
static void put_most(const struct compare_side side[2], const struct grid *g,
                     const char *unit, struct buf *b)
{
	const int n = g->n_layers * g->n_parts;
	const int64_t whole = g->total[1] - g->total[0];
	bool *told = mem_zero((size_t)n, sizeof *told);

	for (int k = 0; k < MOST; k++) {
		int best = -1;
		for (int i = 0; i < n; i++)
			if (!told[i] && g->cell[0][i] != g->cell[1][i] &&
			    (best < 0 || llabs(g->cell[1][i] - g->cell[0][i]) >
			                         llabs(g->cell[1][best] -
			                               g->cell[0][best])))
				best = i;
		if (best < 0)
			break;
		told[best] = true;
		int64_t change = g->cell[1][best] - g->cell[0][best];
		buf_printf(b, "  %+" PRId64 " %s %s in layer %d (%s)", change,
		           unit, g->part_name[best % g->n_parts],
		           best / g->n_parts,
		           short_name(layer_name(side, best / g->n_parts)));
		if (whole)
			buf_printf(b, ", %.1f %% of the change",
			           100.0 * (double)change / (double)whole);
		buf_char(b, '\n');
	}
	free(told);
}

/* Parts in which no layer changed have no column. */
static bool part_changed(const struct grid *g, int part)
{
	bool changed = false;

	for (int i = 0; i < g->n_layers; i++)
		changed = changed || at(g, 0, i, part) != at(g, 1, i, part);
	return changed;
}

static void put_row(const struct grid *g, struct table *t, int layer)
{
	const bool all = layer < 0;
	int64_t sum[2];

	for (int s = 0; s < 2; s++) {
		sum[s] = all ? g->total[s] : of_layer(g, s, layer);
		table_printf(t, "%" PRId64, sum[s]);
	}
	table_printf(t, "%+" PRId64, sum[1] - sum[0]);
	for (int k = 0; k < g->n_parts; k++) {
		if (!part_changed(g, k))
			continue;
		int64_t d = all ? of_part(g, 1, k) - of_part(g, 0, k)
		                : at(g, 1, layer, k) - at(g, 0, layer, k);
		if (d)
			table_printf(t, "%+" PRId64, d);
		else
			table_cell(t, "0");
	}
}

static void put_grid(const struct compare_side side[2], const struct grid *g,
                     int width, struct buf *b)
{
	struct table_column c[5 + N_PARTS] = {{"#", TABLE_RIGHT},
	                                      {"layer", TABLE_CUT},
	                                      {"before", TABLE_RIGHT},
	                                      {"after", TABLE_RIGHT},
	                                      {"change", TABLE_RIGHT}};
	int n = 5, same = 0;
	for (int k = 0; k < g->n_parts; k++)
		if (part_changed(g, k))
			c[n++] = (struct table_column){g->part_name[k],
			                               TABLE_RIGHT};
	struct table *t = table_new(c, n);

	for (int i = 0; i < g->n_layers; i++) {
		int layer = g->order[i];
		bool changed = false;
		for (int k = 0; k < g->n_parts; k++)
			changed = changed ||
			          at(g, 0, layer, k) != at(g, 1, layer, k);
		same += !changed;
		if (!changed)
			continue;
		table_printf(t, "%d", layer);
		table_cell(t, short_name(layer_name(side, layer)));
		put_row(g, t, layer);
	}
	table_cell(t, "");
	table_cell(t, "all");
	put_row(g, t, -1);
	table_write(t, width, b);
	table_free(t);
	if (same)
		buf_printf(b, "(%d layers as before)\n", same);
}

static void put_quantity(const struct compare_side side[2],
                         const struct grid *g, const char *title,
                         const char *unit, int width, struct buf *b)
{
	buf_printf(b, "\n%s\n", title);
	put_most(side, g, unit, b);
	put_grid(side, g, width, b);
}

void compare_text(const struct compare_side side[2], const char *network,
                  int width, FILE *f)
{
	struct grid cycles = cycles_grid(side), energy = energy_grid(side);
	struct buf b = {0}, page = {0};

	buf_printf(&b, "network      %s\n", network);
	buf_printf(&b, "compared     %s -> %s\n", side[0].name, side[1].name);
	put_total(&b, "cycles", &cycles, "cycles");
	buf_printf(
	        &b, "latency      %.1f -> %.1f us\n",
	        joulet_latency_us(&side[0].design, (uint64_t)cycles.total[0]),
	        joulet_latency_us(&side[1].design, (uint64_t)cycles.total[1]));
	put_total(&b, "energy", &energy, "pJ");
	if (!isnan(side[0].accuracy) && !isnan(side[1].accuracy))
		buf_printf(&b, "accuracy     %.2f -> %.2f %%\n",
		           100 * side[0].accuracy, 100 * side[1].accuracy);
	buf_str(&b, "\nWhat differs\n");
	put_params(side, width, &b);
	put_quantity(side, &cycles, "Cycles by layer and cause", "cycles",
	             width, &b);
	put_quantity(side, &energy, "Energy by layer and unit, pJ", "pJ", width,
	             &b);
	wrap_lines(&page, b.data, width);
	fwrite(page.data, 1, page.len, f);
	buf_free(&b);
	buf_free(&page);
	grid_free(&cycles);
	grid_free(&energy);
}

/* ---- for programs ------------------------------------------------------- */

static void json_pair(struct json *j, const char *key, int64_t before,
                      int64_t after)
{
	json_list(j, key);
	json_int(j, NULL, before);
	json_int(j, NULL, after);
	json_close(j);
}

static void json_parts(struct json *j, const struct grid *g, int layer)
{
	json_object(j, "by");
	for (int k = 0; k < g->n_parts; k++)
		if (layer < 0)
			json_pair(j, g->part_name[k], of_part(g, 0, k),
			          of_part(g, 1, k));
		else
			json_pair(j, g->part_name[k], at(g, 0, layer, k),
			          at(g, 1, layer, k));
	json_close(j);
}

static void json_grid(struct json *j, const char *key,
                      const struct compare_side side[2], const struct grid *g)
{
	json_object(j, key);
	json_pair(j, "all", g->total[0], g->total[1]);
	json_parts(j, g, -1);
	json_list(j, "layers");
	for (int i = 0; i < g->n_layers; i++) {
		int layer = g->order[i];
		json_object(j, NULL);
		json_int(j, "layer", layer);
		json_string(j, "name", layer_name(side, layer));
		json_pair(j, "all", of_layer(g, 0, layer),
		          of_layer(g, 1, layer));
		json_parts(j, g, layer);
		json_close(j);
	}
	json_close(j);
	json_close(j);
}

static void json_side(struct json *j, const char *key,
                      const struct compare_side *s)
{
	json_object(j, key);
	json_string(j, "name", s->name);
	json_string(j, "target", s->target);
	json_string(j, "tech", joulet_tech_name(s->tech));
	design_json(&s->design, j);
	if (!isnan(s->accuracy))
		json_double(j, "accuracy", s->accuracy);
	json_close(j);
}

void compare_json(const struct compare_side side[2], const char *network,
                  FILE *f)
{
	struct grid cycles = cycles_grid(side), energy = energy_grid(side);
	struct buf b = {0};
	struct json j = json_begin(&b, true);

	json_object(&j, NULL);
	json_string(&j, "version", JOULET_VERSION);
	json_string(&j, "network", network);
	json_side(&j, "before", &side[0]);
	json_side(&j, "after", &side[1]);
	json_grid(&j, "cycles", side, &cycles);
	json_grid(&j, "energy_pj", side, &energy);
	json_close(&j);
	json_done(&j);
	fwrite(b.data, 1, b.len, f);
	buf_free(&b);
	grid_free(&cycles);
	grid_free(&energy);
}

/* ---- points of a store -------------------------------------------------- */

static struct report_point *find_point(struct report *r, long number,
                                       struct err *err)
{
	for (long i = 0; i < r->n_points; i++)
		if (r->point[i].number == number) {
			if (r->point[i].ok)
				return &r->point[i];
			err_set(err, ERR_USAGE, "point %ld failed: %s", number,
			        r->point[i].out.error);
			return NULL;
		}
	err_set(err, ERR_USAGE, "point %ld: not a finished point of sweep %s",
	        number, r->name);
	return NULL;
}

bool compare_points(struct report *r, long a, long b,
                    struct compare_side side[2], const char **network,
                    struct err *err)
{
	struct report_point *p[2] = {find_point(r, a, err), NULL};

	p[1] = p[0] ? find_point(r, b, err) : NULL;
	if (!p[1])
		return false;
	if (p[0]->pick.net != p[1]->pick.net)
		return err_set(err, ERR_USAGE,
		               "points %ld and %ld are of different networks "
		               "(%s, %s)",
		               a, b, r->net[p[0]->pick.net].name,
		               r->net[p[1]->pick.net].name);
	*network = r->net[p[0]->pick.net].name;
	for (int s = 0; s < 2; s++) {
		const struct report_tech *t = &r->tech[p[s]->pick.tech];
		if (!t->table)
			return err_set(err, ERR_DATA, "%s", t->absent);
		if (!report_explain(r, p[s], err))
			return false;
		side[s] = (struct compare_side){
		        .design = p[s]->pick.design,
		        .target = plan_target_name(&p[s]->pick),
		        .run = p[s]->detail,
		        .tech = t->table,
		        .accuracy = p[s]->metric[METRIC_accuracy],
		};
		snprintf(side[s].name, sizeof side[s].name, "point %ld",
		         p[s]->number);
	}
	return true;
}
