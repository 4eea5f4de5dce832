/* tech_sram: the memories of a technology table; see tech.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/file.h"
#include "sim/tech.h"

/* alone: it says itself where it is from. */
static bool read_point(struct sram_point *p, const struct yaml *node,
                       bool alone, struct err *err)
{
	static const char *const keys[] = {
	        "kib",      "bits",       "read_pj",   "write_pj", "leak_uw",
	        "area_mm2", "node_nm",    "voltage",   "source",   "cell",
	        "note",     "confidence", "access_ns", NULL};
	double *const field[] = {&p->kib, &p->bits, &p->read_pj, &p->write_pj,
	                         &p->leak_uw};

	if (!yaml_is_map(node, "sram", err) ||
	    !yaml_known_keys(node, keys, err) ||
	    (alone && !tech_read_origin(node, NULL, err)))
		return false;
	for (int i = 0; i < 5; i++) {
		const struct yaml *v = yaml_get(node, keys[i]);
		if (!v)
			return err_at(err, yaml_src(node), "sram: has no %s",
			              keys[i]);
		if (!yaml_double(v, i < 4 ? 0.001 : 0, 1e9, field[i], err))
			return false;
	}
	const struct yaml *area = yaml_get(node, "area_mm2");
	const struct yaml *access = yaml_get(node, "access_ns");
	return (!area || yaml_double(area, 1e-9, 1e9, &p->area_mm2, err)) &&
	       (!access || yaml_double(access, 1e-6, 1e9, &p->access_ns, err));
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

/* As a list in the table itself. */
static bool read_list(struct joulet_tech *t, const struct yaml *list,
                      struct err *err)
{
	if (!yaml_is_list(list, "sram", err))
		return false;
	if (list->count < 1 || list->count > MAX_SRAM_POINTS)
		return err_at(err, yaml_src(list),
		              "sram: %d points are not 1..%d", list->count,
		              MAX_SRAM_POINTS);
	for
		YAML_EACH(node, list)
	if (!read_point(&t->sram[t->n_sram++], node, true, err))
		return false;
	snprintf(t->sram_from, sizeof t->sram_from, "%s", t->name);
	return true;
}

/* A point of configs/sram: taken if it is of this node and cell class. */
static bool choose_point(struct joulet_tech *t, const struct yaml *node,
                         double nm, const char *cell, struct err *err)
{
	struct sram_point p = {0};
	const char *class;
	double of;
	if (!read_point(&p, node, false, err) ||
	    !tech_number(node, "node_nm", 0.001, &of, err) ||
	    !tech_text(node, "cell", &class, err))
		return false;
	if (of != nm || strcmp(class, cell) != 0)
		return true;
	if (t->n_sram == MAX_SRAM_POINTS)
		return err_at(err, yaml_src(node),
		              "more than %d points of %g nm and %s cells",
		              MAX_SRAM_POINTS, nm, cell);
	t->sram[t->n_sram++] = p;
	return true;
}

static bool choose_points(struct joulet_tech *t, const struct yaml *root,
                          double nm, const char *cell, struct err *err)
{
	static const char *const keys[] = {"name",       "about", "source",
	                                   "confidence", "note",  "points",
	                                   NULL};
	const char *text;
	if (!yaml_is_map(root, "SRAM table", err) ||
	    !yaml_known_keys(root, keys, err) ||
	    !tech_text(root, "source", &text, err) ||
	    !tech_text(root, "confidence", &text, err))
		return false;
	const struct yaml *list = yaml_get(root, "points");
	if (!list)
		return err_at(err, yaml_src(root), "points: missing");
	if (!yaml_is_list(list, "points", err))
		return false;
	for
		YAML_EACH(node, list)
	if (!choose_point(t, node, nm, cell, err))
		return false;
	return true;
}

/* {table: cacti7, node_nm: 45, cell: lstp} */
static bool read_choice(struct joulet_tech *t, const struct yaml *map,
                        struct err *err)
{
	static const char *const keys[] = {"table", "node_nm", "cell", NULL};
	const char *table, *cell;
	double nm;
	size_t size;
	if (!yaml_known_keys(map, keys, err) ||
	    !tech_text(map, "table", &table, err) ||
	    !tech_number(map, "node_nm", 0.001, &nm, err) ||
	    !tech_text(map, "cell", &cell, err))
		return false;
	char *path = tech_path(table, "sram", map->file);
	char *text = file_read(path, YAML_MAX_BYTES, &size, err);
	t->sram_yaml = text ? yaml_parse(text, size, path, err) : NULL;
	if (text)
		t->hash ^= XXH3_64bits(text, size) * 37;
	free(text);
	free(path);
	if (!t->sram_yaml || !choose_points(t, t->sram_yaml, nm, cell, err))
		return false;
	snprintf(t->sram_from, sizeof t->sram_from, "%s, %g nm, %s cells",
	         table, nm, cell);
	return t->n_sram > 0 ||
	       err_at(err, yaml_src(map),
	              "sram: %s has no points of %g nm and %s cells", table, nm,
	              cell);
}

bool tech_read_sram(struct joulet_tech *t, const struct yaml *root,
                    struct err *err)
{
	const struct yaml *node = yaml_get(root, "sram");
	if (!node && t->base)
		return true;
	if (!node)
		return err_at(err, yaml_src(root), "sram: missing");
	t->n_sram = 0;
	memset(t->sram, 0, sizeof t->sram);
	if (!(node->kind == YAML_MAP ? read_choice(t, node, err)
	                             : read_list(t, node, err)))
		return false;
	qsort(t->sram, (size_t)t->n_sram, sizeof t->sram[0],
	      by_width_then_size);
	return points_differ(t, node, err);
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
	        .area_mm2 = power_law(kib, a->kib, a->area_mm2, b->kib,
	                              b->area_mm2),
	        .access_ns = power_law(kib, a->kib, a->access_ns, b->kib,
	                               b->access_ns),
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

struct sram_point tech_sram(const struct joulet_tech *t,
                            enum joulet_level level, double kib, double bits)
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
	p.read_pj *= scale_read * t->row[TECH_sram_read].at[level];
	p.write_pj *= scale_write * t->row[TECH_sram_write].at[level];
	p.leak_uw *= t->row[TECH_sram_leak].at[level];
	return p;
}
