/* tech_sram: the memories of a technology table; see tech.h. */
#include <math.h>
#include <stdlib.h>

#include "sim/tech.h"

static bool read_point(struct sram_point *p, const struct yaml *node,
                       struct err *err)
{
	static const char *const keys[] = {"kib",        "bits",    "read_pj",
	                                   "write_pj",   "leak_uw", "area_mm2",
	                                   "node_nm",    "voltage", "source",
	                                   "confidence", "note",    NULL};
	double *const field[] = {&p->kib, &p->bits, &p->read_pj, &p->write_pj,
	                         &p->leak_uw};

	if (!yaml_is_map(node, "sram", err) ||
	    !yaml_known_keys(node, keys, err) ||
	    !tech_read_origin(node, NULL, err))
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
	return !area || yaml_double(area, 1e-9, 1e9, &p->area_mm2, err);
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

bool tech_read_sram(struct joulet_tech *t, const struct yaml *root,
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
