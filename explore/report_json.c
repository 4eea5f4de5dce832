/* report_json: all that the page shows, as one JSON object.
 *
 * Points are columns, not objects: 2,000 of them are then a few 100 kB. What
 * each key is says explore/report/page.js, its only reader.
 */
#include <string.h>

#include "explore/report_priv.h"
#include "isa/command.h"

static void put_texts(struct json *j, const char *key, char *const *list, int n)
{
	json_list(j, key);
	for (int i = 0; i < n; i++)
		json_string(j, NULL, list[i]);
	json_close(j);
}

/* ---- the sweep ---------------------------------------------------------- */

static void put_names(struct json *j)
{
	json_list(j, "shares");
	for (int i = 0; i < N_SHARES; i++)
		json_string(j, NULL, joulet_share_name[i]);
	json_close(j);
	json_list(j, "causes");
	for (int i = 0; i < N_CAUSES; i++)
		json_string(j, NULL, joulet_cause_name[i]);
	json_close(j);
}

/* value: as every point of the sweep has it; null where they differ. */
static void put_params(const struct report *r, struct json *j)
{
	const struct design def = design_default();
	char text[64], first[64];

	json_list(j, "params");
	for (int i = 0; i < n_params; i++) {
		bool same = true;
		design_get(&r->point[0].pick.design, &params[i], first,
		           sizeof first);
		for (long k = 1; same && k < r->n_points; k++) {
			design_get(&r->point[k].pick.design, &params[i], text,
			           sizeof text);
			same = strcmp(text, first) == 0;
		}
		design_get(&def, &params[i], text, sizeof text);
		json_object(j, NULL);
		json_string(j, "key", params[i].key);
		json_string(j, "unit", params[i].unit);
		json_string(j, "doc", params[i].doc);
		json_string(j, "usual", text);
		json_string(j, "value", same ? first : NULL);
		json_close(j);
	}
	json_close(j);
}

static void put_axes(const struct report *r, struct json *j)
{
	json_list(j, "axes");
	for (int i = 0; i < r->n_axes; i++) {
		const struct report_axis *a = &r->axis[i];
		json_object(j, NULL);
		json_string(j, "key", a->key);
		json_string(j, "label", a->param ? a->param->field : a->key);
		json_string(j, "unit", a->param ? a->param->unit : "");
		json_int(j, "group", a->group);
		put_texts(j, "values", a->value, a->n);
		json_close(j);
	}
	json_close(j);
}

static void put_metrics(const struct report *r, struct json *j)
{
	json_list(j, "metrics");
	for (int i = 0; i < N_METRICS; i++) {
		json_object(j, NULL);
		json_string(j, "name", metric_name[i]);
		json_string(j, "unit", report_unit(i));
		json_close(j);
	}
	json_close(j);
	json_list(j, "goals");
	for (int i = 0; i < r->n_goals; i++) {
		json_object(j, NULL);
		json_string(j, "name", r->goal[i].name);
		json_bool(j, "maximize", r->goal[i].maximize);
		json_close(j);
	}
	json_close(j);
}

static void put_nets(const struct report *r, struct json *j)
{
	json_list(j, "nets");
	for (int i = 0; i < r->n_nets; i++) {
		const struct report_net *n = &r->net[i];
		json_object(j, NULL);
		json_string(j, "name", n->name);
		json_string(j, "path", n->path);
		json_string(j, "input", n->input);
		json_string(j, "absent", n->absent);
		json_string(j, "data", n->data);
		json_int(j, "dataSize", n->data_size);
		json_close(j);
	}
	json_close(j);
	json_bool(j, "alternatives", r->alternatives);
}

static void put_head(const struct report *r, struct json *j)
{
	json_string(j, "name", r->name);
	json_string(j, "id", r->id);
	json_string(j, "file", r->file);
	json_string(j, "store", r->store);
	json_string(j, "tool", r->tool);
	json_string(j, "backend", r->backend);
	json_string(j, "target", r->target);
	json_list(j, "techs");
	for (int i = 0; i < r->n_techs; i++) {
		json_object(j, NULL);
		json_string(j, "name", r->tech[i].name);
		json_string(j, "path", r->tech[i].path);
		json_string(j, "absent", r->tech[i].absent);
		json_close(j);
	}
	json_close(j);
	put_texts(j, "limits", r->limit, r->n_limits);
	put_texts(j, "where", r->where, r->n_where);
	put_names(j);
	put_params(r, j);
	put_axes(r, j);
	put_metrics(r, j);
	put_nets(r, j);
}

/* ---- points ------------------------------------------------------------- */

#define COLUMN(key, expression)                                                \
	do {                                                                   \
		json_list(j, key);                                             \
		for (long i = 0; i < r->n_points; i++) {                       \
			const struct report_point *p = &r->point[i];           \
			json_int(j, NULL, (int64_t)(expression));              \
		}                                                              \
		json_close(j);                                                 \
	} while (0)

static uint64_t bytes_moved(const struct counts *c)
{
	return c->n[EV_ld_flash_bytes] + c->n[EV_ld_sram_bytes] +
	       c->n[EV_st_sram_bytes];
}

/* Units of 10 pJ: whole numbers are short. */
static int64_t small_energy(double pj)
{
	return (int64_t)(pj / 10 + 0.5);
}

static void put_values(const struct report *r, struct json *j)
{
	json_list(j, "values");
	for (int a = 0; a < r->n_axes; a++)
		COLUMN(NULL, p->value[a]);
	json_close(j);
	json_list(j, "shareUnits");
	for (int s = 0; s < N_SHARES; s++)
		COLUMN(NULL, small_energy(p->share_pj[s]));
	json_close(j);
	json_list(j, "spent");
	for (int c = 0; c < N_CAUSES; c++)
		COLUMN(NULL, p->cause[c]);
	json_close(j);
	json_list(j, "metric");
	for (int m = 0; m < N_METRICS; m++) {
		json_list(j, NULL);
		for (long i = 0; i < r->n_points; i++)
			if (r->point[i].ok)
				json_double(j, NULL, r->point[i].metric[m]);
			else
				json_null(j, NULL);
		json_close(j);
	}
	json_close(j);
}

static void put_errors(const struct report *r, struct json *j)
{
	json_list(j, "errors");
	for (long i = 0; i < r->n_points; i++)
		if (!r->point[i].ok) {
			json_object(j, NULL);
			json_int(j, "point", i);
			json_string(j, "why", r->point[i].out.error);
			json_close(j);
		}
	json_close(j);
}

static void put_points(const struct report *r, struct json *j)
{
	json_object(j, "points");
	COLUMN("number", p->number);
	COLUMN("net", p->pick.net);
	COLUMN("tech", p->pick.tech);
	COLUMN("ok", p->ok);
	COLUMN("within", p->within);
	COLUMN("best", p->best);
	COLUMN("confirmed", p->confirmed);
	COLUMN("bound", report_bound(p));
	COLUMN("macs", p->out.counts.n[EV_macs]);
	COLUMN("bytes", bytes_moved(&p->out.counts));
	put_values(r, j);
	put_errors(r, j);
	json_close(j);
}

/* effects[net][metric][group] is a list of ratios, null where there is none;
 * metrics: those of the objectives. */
static void put_effects(const struct report *r, struct json *j)
{
	struct report_effect e[256];

	json_list(j, "effects");
	for (int n = 0; n < r->n_nets; n++) {
		json_list(j, NULL);
		for (int g = 0; g < r->n_goals; g++) {
			json_list(j, NULL);
			for (int k = 0; k < r->n_groups; k++) {
				int values = report_group(r, k)->n;
				json_list(j, NULL);
				if (values > 1 && values <= 256)
					report_effects(r, n, k,
					               r->goal[g].metric, e);
				else
					values = 0;
				for (int v = 0; v < values; v++)
					if (e[v].n)
						json_fixed(j, NULL, e[v].ratio,
						           5);
					else
						json_null(j, NULL);
				json_close(j);
			}
			json_close(j);
		}
		json_close(j);
	}
	json_close(j);
}

/* Of each contest in which nothing keeps the limits: what comes nearest. */
static void put_nearest(const struct report *r, struct json *j)
{
	json_list(j, "nearest");
	for (int i = 0; i < report_contests(r); i++) {
		const long near =
		        report_best(r, i, 0) < 0 ? report_nearest(r, i) : -1;
		if (near < 0) {
			json_null(j, NULL);
			continue;
		}
		json_object(j, NULL);
		json_int(j, "point", near);
		json_list(j, "breaks");
		for (int k = 0; k < r->n_limits; k++)
			if (r->point[near].broken >> k & 1)
				json_string(j, NULL, r->limit[k]);
		json_close(j);
		json_close(j);
	}
	json_close(j);
}

/* ---- one point in detail ------------------------------------------------ */

static void put_causes(struct json *j, const struct joulet_why *w)
{
	json_list(j, "spent");
	for (int c = 0; c < N_CAUSES; c++)
		json_uint(j, NULL, w->cause[c]);
	json_close(j);
}

static void put_better(const struct joulet_explain *x, struct json *j,
                       const struct joulet_why *w)
{
	if (w->trial < 0)
		return;
	json_object(j, "better");
	json_string(j, "key", x->trial[w->trial].key);
	json_string(j, "value", x->trial[w->trial].to);
	json_int(j, "saves", w->saves);
	json_close(j);
}

static void put_layers(const struct report *r, const struct report_point *p,
                       struct json *j)
{
	const struct joulet_explain *x = p->detail;

	json_list(j, "layers");
	for (int i = 0; i < x->run.n_layers; i++) {
		const struct joulet_layer *l = &x->run.layer[i];
		double pj[N_SHARES] = {0};
		if (r->tech[p->pick.tech].table)
			joulet_cost(r->tech[p->pick.tech].table,
			            &p->pick.design, &l->counts, l->cycles, pj);
		json_object(j, NULL);
		json_string(j, "name", l->name);
		json_string(j, "op", l->op);
		json_string(j, "unit", l->unit);
		json_uint(j, "cycles", l->cycles);
		json_int(j, "macs", l->macs);
		json_uint(j, "bytes", bytes_moved(&l->counts));
		put_causes(j, &x->layer[i]);
		json_list(j, "shareUnits");
		for (int s = 0; s < N_SHARES; s++)
			json_int(j, NULL, small_energy(pj[s]));
		json_close(j);
		put_better(x, j, &x->layer[i]);
		json_close(j);
	}
	json_close(j);
}

/* [queue, layer, start, end, commands]: commands of a queue and layer that
 * nearly touch are one; the picture has no more than some 1,000 columns. */
static void put_commands(const struct joulet_explain *x, struct json *j)
{
	const uint64_t near = x->run.cycles / 1000;
	const struct joulet_command *c = x->run.cmd;

	json_list(j, "commands");
	for (int q = 0; q < N_QUEUES; q++)
		for (size_t i = 0; i < x->run.n_cmds; i++) {
			if (c[i].queue != q)
				continue;
			uint64_t end = c[i].end;
			int layer = c[i].layer, n = 1;
			size_t k = i + 1;
			for (; k < x->run.n_cmds; k++) {
				if (c[k].queue != q)
					continue;
				if (c[k].layer != layer ||
				    c[k].start > end + near)
					break;
				end = c[k].end > end ? c[k].end : end;
				n++;
			}
			json_list(j, NULL);
			json_int(j, NULL, q);
			json_int(j, NULL, layer);
			json_uint(j, NULL, c[i].start);
			json_uint(j, NULL, end);
			json_int(j, NULL, n);
			json_close(j);
			i = k - 1;
		}
	json_close(j);
}

static void put_tensors(const struct joulet_explain *x, struct json *j)
{
	json_list(j, "tensors");
	for (int i = 0; i < x->n_tensors; i++) {
		const struct joulet_tensor *t = &x->tensor[i];
		json_list(j, NULL);
		json_string(j, NULL, t->name);
		json_uint(j, NULL, t->at);
		json_uint(j, NULL, t->bytes);
		json_uint(j, NULL, t->from);
		json_uint(j, NULL, t->to);
		json_close(j);
	}
	json_close(j);
}

enum { MAP_COLUMNS = 400, MAP_ROWS = 64 };

/* A picture of the scratchpad, row by row from its first byte on: a letter for
 * what it holds ('.': nothing) and for how many columns. */
static void put_scratchpad(const struct report_point *p, struct json *j)
{
	static const char letter[] = {[CONTENT_weights] = 'w',
	                              [CONTENT_operands] = 'o',
	                              [CONTENT_results] = 'r'};
	static char cell[MAP_ROWS][MAP_COLUMNS];
	const struct joulet_explain *x = p->detail;
	const uint64_t row = design_spad_bytes(&p->pick.design) / MAP_ROWS;
	const uint64_t all = x->run.cycles;
	struct buf b = {0};

	memset(cell, '.', sizeof cell);
	for (size_t i = 0; i < x->n_uses; i++) {
		const struct joulet_use *u = &x->use[i];
		uint64_t c0 = u->from * MAP_COLUMNS / all,
		         c1 = (u->to * MAP_COLUMNS + all - 1) / all;
		for (uint64_t y = u->at / row;
		     y <= (u->at + u->bytes - 1) / row && y < MAP_ROWS; y++)
			memset(&cell[y][c0], letter[u->content],
			       (size_t)(c1 - c0));
	}
	json_list(j, "scratchpad");
	for (int y = 0; y < MAP_ROWS; y++) {
		buf_clear(&b);
		for (int i = 0, k; i < MAP_COLUMNS; i = k) {
			for (k = i;
			     k < MAP_COLUMNS && cell[y][k] == cell[y][i];)
				k++;
			buf_printf(&b, "%c%d", cell[y][i], k - i);
		}
		json_string(j, NULL, b.data);
	}
	json_close(j);
	buf_free(&b);
}

static void put_detail(const struct report *r, long i, struct json *j)
{
	const struct report_point *p = &r->point[i];
	const struct joulet_explain *x = p->detail;

	json_object(j, NULL);
	json_int(j, "point", i);
	json_uint(j, "cycles", x->run.cycles);
	put_causes(j, &x->total);
	put_better(x, j, &x->total);
	json_bool(j, "tried", x->n_trials > 0);
	json_list(j, "atLeast");
	json_uint(j, NULL, x->macs_cycles);
	json_uint(j, NULL, x->flash_cycles);
	json_uint(j, NULL, x->sram_cycles);
	json_close(j);
	put_layers(r, p, j);
	put_commands(x, j);
	put_tensors(x, j);
	put_scratchpad(p, j);
	json_close(j);
}

void report_data(const struct report *r, struct buf *to)
{
	struct json json = json_begin(to, false), *j = &json;

	json_object(j, NULL);
	put_head(r, j);
	put_points(r, j);
	put_effects(r, j);
	put_nearest(r, j);
	json_list(j, "details");
	for (long i = 0; i < r->n_points; i++)
		if (r->point[i].detail)
			put_detail(r, i, j);
	json_close(j);
	json_close(j);
	json_done(j);
}
