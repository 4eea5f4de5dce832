/* tech: read a technology table; see tech.h and tech.def. */
#include "sim/tech.h"

#include <math.h>
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

static const char *const row_keys[] = {"value",  "unit",       "node_nm",
				       "voltage", "source",     "confidence",
				       "note",    NULL};

/* Provenance is part of a figure: without it the table is refused. */
static bool has_provenance(const struct yaml *node, struct err *err)
{
	static const char *const must[] = {"node_nm", "voltage", "source",
					   "confidence"};
	for (size_t i = 0; i < sizeof must / sizeof must[0]; i++)
		if (!yaml_get(node, must[i]))
			return err_at(err, yaml_src(node),
				      "%s: has no %s: every figure needs its "
				      "origin", node->key ? node->key : "sram",
				      must[i]);
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
		return err_at(err, yaml_src(node), "%s: has no %s",
			      rows[i].row, value ? "unit" : "value");
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
	static const char *const keys[] = {
		"kib",     "bits",   "read_pj",    "write_pj", "leak_uw", "node_nm",
		"voltage", "source", "confidence", "note",     NULL};
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
		if (!yaml_double(v, i < 2 ? 0.01 : 0, 1e9, field[i], err))
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
	for YAML_EACH (node, list)
		if (!read_point(&t->sram[t->n_sram++], node, err))
			return false;
	qsort(t->sram, (size_t)t->n_sram, sizeof t->sram[0],
	      by_width_then_size);
	return true;
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

struct joulet_tech *joulet_tech_open(const char *path, struct err *err)
{
	char *own = path ? NULL : path_data("configs/tech/horowitz45.yaml");
	size_t size;
	char *text = file_read(path ? path : own, YAML_MAX_BYTES, &size, err);
	struct yaml *root =
		text ? yaml_parse(text, size, path ? path : own, err) : NULL;
	struct joulet_tech *t = NULL;
	if (root) {
		t = mem_zero(1, sizeof *t);
		t->hash = XXH3_64bits(text, size);
		if (!read_table(t, root, err)) {
			free(t);
			t = NULL;
		}
	}
	yaml_drop(root);
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

/* The run [*lo, *hi) of points whose width is nearest to `bits`. */
static void nearest_width(const struct joulet_tech *t, double bits, int *lo,
			  int *hi)
{
	int best = 0;
	for (int i = 1; i < t->n_sram; i++)
		if (fabs(log2(t->sram[i].bits / bits)) <
		    fabs(log2(t->sram[best].bits / bits)))
			best = i;
	*lo = *hi = best;
	while (*lo > 0 && t->sram[*lo - 1].bits == t->sram[best].bits)
		--*lo;
	while (*hi < t->n_sram && t->sram[*hi].bits == t->sram[best].bits)
		++*hi;
}

/* y at x on the power law through (x0,y0) and (x1,y1). */
static double power_law(double x, double x0, double y0, double x1, double y1)
{
	if (y0 <= 0 || y1 <= 0 || x0 == x1)
		return y0;
	return y0 * pow(x / x0, log(y1 / y0) / log(x1 / x0));
}

struct sram_point tech_sram(const struct joulet_tech *t, double kib,
			    double bits)
{
	int lo, hi;
	nearest_width(t, bits, &lo, &hi);
	int i = lo;
	while (i + 2 < hi && kib > t->sram[i + 1].kib)
		i++;
	const struct sram_point *a = &t->sram[i];
	const struct sram_point *b = i + 1 < hi ? a + 1 : a;
	const double wider = bits / a->bits;
	return (struct sram_point){
		.kib = kib,
		.bits = bits,
		.read_pj = wider * power_law(kib, a->kib, a->read_pj, b->kib,
					     b->read_pj),
		.write_pj = wider * power_law(kib, a->kib, a->write_pj, b->kib,
					      b->write_pj),
		.leak_uw = power_law(kib, a->kib, a->leak_uw, b->kib,
				     b->leak_uw),
	};
}
