/* tech: read a technology table; see tech.h and tech.def. */
#include "sim/tech.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/yaml.h"
#include "sim/paths.h"

static const struct {
	const char *row, *unit;
} rows[N_TECH] = {
#define TECH(row, unit, doc) {#row, unit},
#include "sim/tech.def"
};

static const char *const row_keys[] = {"value",   "unit",   "node_nm",
                                       "voltage", "source", "confidence",
                                       "note",    NULL};

/* Provenance is part of a figure: without it the table is refused. */
static bool has_provenance(const struct yaml *node, struct err *err)
{
	static const char *const must[] = {"node_nm", "voltage", "source",
	                                   "confidence"};
	const char *text;
	for (size_t i = 0; i < sizeof must / sizeof must[0]; i++) {
		const struct yaml *origin = yaml_get(node, must[i]);
		if (!origin)
			return err_at(err, yaml_key_src(node),
			              "%s: has no %s: every figure needs its "
			              "origin",
			              node->key ? node->key : "sram", must[i]);
		if (!yaml_string(origin, &text, err))
			return false;
	}
	return true;
}

static bool read_row(struct joulet_tech *t, int i, const struct yaml *node,
                     struct err *err)
{
	const char *unit;
	if (!yaml_is_map(node, rows[i].row, err) ||
	    !yaml_known_keys(node, row_keys, err) || !has_provenance(node, err))
		return false;
	const struct yaml *value = yaml_get(node, "value");
	const struct yaml *u = yaml_get(node, "unit");
	if (!value || !u)
		return err_at(err, yaml_src(node), "%s: has no %s", rows[i].row,
		              value ? "unit" : "value");
	if (!yaml_string(u, &unit, err))
		return false;
	if (strcmp(unit, rows[i].unit) != 0)
		return err_at(err, yaml_src(u), "%s: unit is %s, must be %s",
		              rows[i].row, unit, rows[i].unit);
	return yaml_double(value, 0, 1e9, &t->value[i], err);
}

static bool read_rows(struct joulet_tech *t, const struct yaml *root,
                      struct err *err)
{
	for (int i = 0; i < N_TECH; i++) {
		const struct yaml *node = yaml_get(root, rows[i].row);
		if (!node)
			return err_at(err, yaml_src(root), "%s: missing",
			              rows[i].row);
		if (!read_row(t, i, node, err))
			return false;
	}
	return true;
}

static bool read_point(struct sram_point *p, const struct yaml *node,
                       struct err *err)
{
	static const char *const keys[] = {"kib",      "bits",    "read_pj",
	                                   "write_pj", "leak_uw", "node_nm",
	                                   "voltage",  "source",  "confidence",
	                                   "note",     NULL};
	double *const field[] = {&p->kib, &p->bits, &p->read_pj, &p->write_pj,
	                         &p->leak_uw};

	if (!yaml_is_map(node, "sram", err) ||
	    !yaml_known_keys(node, keys, err) || !has_provenance(node, err))
		return false;
	for (int i = 0; i < 5; i++) {
		const struct yaml *v = yaml_get(node, keys[i]);
		if (!v)
			return err_at(err, yaml_src(node), "sram: has no %s",
			              keys[i]);
		if (!yaml_double(v, i < 4 ? 0.001 : 0, 1e9, field[i], err))
			return false;
	}
	return true;
}

static int by_width_then_size(const void *a, const void *b)
{
	const struct sram_point *p = a, *q = b;
	if (p->bits != q->bits)
		return p->bits < q->bits ? -1 : 1;
	return p->kib < q->kib ? -1 : p->kib > q->kib;
}

static bool points_differ(const struct joulet_tech *t, const struct yaml *list,
                          struct err *err)
{
	for (int i = 1; i < t->n_sram; i++)
		if (by_width_then_size(&t->sram[i - 1], &t->sram[i]) == 0)
			return err_at(err, yaml_key_src(list),
			              "sram: two points of %g KiB and %g bits",
			              t->sram[i].kib, t->sram[i].bits);
	return true;
}

static bool read_sram(struct joulet_tech *t, const struct yaml *root,
                      struct err *err)
{
	const struct yaml *list = yaml_get(root, "sram");
	if (!list)
		return err_at(err, yaml_src(root), "sram: missing");
	if (!yaml_is_list(list, "sram", err))
		return false;
	if (list->count < 1 || list->count > MAX_SRAM_POINTS)
		return err_at(err, yaml_src(list),
		              "sram: %d points are not 1..%d", list->count,
		              MAX_SRAM_POINTS);
	for
		YAML_EACH(node, list)
	if (!read_point(&t->sram[t->n_sram++], node, err))
		return false;
	qsort(t->sram, (size_t)t->n_sram, sizeof t->sram[0],
	      by_width_then_size);
	return points_differ(t, list, err);
}

static bool read_table(struct joulet_tech *t, const struct yaml *root,
                       struct err *err)
{
	const char *keys[N_TECH + 4] = {"name", "about", "sram"};
	const char *name;
	for (int i = 0; i < N_TECH; i++)
		keys[3 + i] = rows[i].row;
	if (!yaml_is_map(root, "technology table", err) ||
	    !yaml_known_keys(root, keys, err))
		return false;
	const struct yaml *n = yaml_get(root, "name");
	if (!n)
		return err_at(err, yaml_src(root), "name: missing");
	if (!yaml_string(n, &name, err))
		return false;
	snprintf(t->name, sizeof t->name, "%s", name);
	return read_rows(t, root, err) && read_sram(t, root, err);
}

static struct joulet_tech *parse(const char *text, size_t size,
                                 const char *path, struct err *err)
{
	struct yaml *root = yaml_parse(text, size, path, err);
	if (!root)
		return NULL;
	struct joulet_tech *t = mem_zero(1, sizeof *t);
	t->hash = XXH3_64bits(text, size);
	if (!read_table(t, root, err)) {
		free(t);
		t = NULL;
	}
	yaml_drop(root);
	return t;
}

struct joulet_tech *joulet_tech_open(const char *path, struct err *err)
{
	char *own = path ? NULL : path_data("configs/tech/horowitz45.yaml");
	const char *name = path ? path : own;
	size_t size;
	char *text = file_read(name, YAML_MAX_BYTES, &size, err);
	struct joulet_tech *t = text ? parse(text, size, name, err) : NULL;
	free(text);
	free(own);
	return t;
}

void joulet_tech_close(struct joulet_tech *t)
{
	free(t);
}

const char *joulet_tech_name(const struct joulet_tech *t)
{
	return t->name;
}

uint64_t joulet_tech_hash(const struct joulet_tech *t)
{
	return t->hash;
}

/* y at x on the power law through (x0,y0) and (x1,y1). */
static double power_law(double x, double x0, double y0, double x1, double y1)
{
	if (y0 <= 0 || y1 <= 0 || x0 == x1)
		return y0;
	return y0 * pow(x / x0, log(y1 / y0) / log(x1 / x0));
}

/* A figure of a memory of `kib`, by the points [lo, hi) of one width. */
static struct sram_point along_size(const struct sram_point *lo,
                                    const struct sram_point *hi, double kib)
{
	const struct sram_point *a = lo;
	while (a + 2 < hi && kib > a[1].kib)
		a++;
	const struct sram_point *b = a + 1 < hi ? a + 1 : a;
	return (struct sram_point){
	        .kib = kib,
	        .bits = a->bits,
	        .read_pj =
	                power_law(kib, a->kib, a->read_pj, b->kib, b->read_pj),
	        .write_pj = power_law(kib, a->kib, a->write_pj, b->kib,
	                              b->write_pj),
	        .leak_uw =
	                power_law(kib, a->kib, a->leak_uw, b->kib, b->leak_uw),
	};
}

/* The points of the width nearest to `bits` that has several, if any has: one
 * point alone says nothing about size. */
static void nearest_run(const struct joulet_tech *t, double bits, int *lo,
                        int *hi)
{
	double best = -1;
	for (int i = 0, end; i < t->n_sram; i = end) {
		for (end = i + 1; end < t->n_sram; end++)
			if (t->sram[end].bits != t->sram[i].bits)
				break;
		double far = fabs(log2(t->sram[i].bits / bits));
		if (end - i == 1)
			far += 100;
		if (best < 0 || far < best) {
			best = far;
			*lo = i;
			*hi = end;
		}
	}
}

static const struct sram_point *nearest_point(const struct joulet_tech *t,
                                              double bits)
{
	const struct sram_point *best = &t->sram[0];
	for (int i = 1; i < t->n_sram; i++)
		if (fabs(log2(t->sram[i].bits / bits)) <
		    fabs(log2(best->bits / bits)))
			best = &t->sram[i];
	return best;
}

struct sram_point tech_sram(const struct joulet_tech *t, double kib,
                            double bits)
{
	int lo = 0, hi = 1;
	nearest_run(t, bits, &lo, &hi);
	struct sram_point p =
	        along_size(&t->sram[lo], &t->sram[hi - 1] + 1, kib);
	double scale_read = bits / p.bits, scale_write = bits / p.bits;

	/* A nearer width with one point alone: its size's law is borrowed. */
	const struct sram_point *one = nearest_point(t, bits);
	if (one->bits != p.bits) {
		const struct sram_point same = along_size(
		        &t->sram[lo], &t->sram[hi - 1] + 1, one->kib);
		scale_read = one->read_pj / same.read_pj * bits / one->bits;
		scale_write = one->write_pj / same.write_pj * bits / one->bits;
	}
	p.bits = bits;
	p.read_pj *= scale_read;
	p.write_pj *= scale_write;
	return p;
}
