/* timing_fit: see timing_fit.h */
#include "calib/timing_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/spawn.h"
#include "calib/area_designs.h"
#include "calib/nnls.h"

/* ns, of the half banks of the designs: what the band is computed with. */
static const double usual_access_ns = 0.8;

/* ---- Designs ------------------------------------------------------------- */

/* Netlists first, two at a time. */
static int time_all(const struct design *d, int n, struct timing_design *t,
                    const struct synth_opts *opts, struct err *err)
{
	struct synth_opts fast = *opts;
	struct synth s[MAX_TIMING_DESIGNS];
	struct sta sta;

	fast.fast = true;
	fast.group = 0;
	if (!spawn_need("timing", "sta", "opensta", err) ||
	    !synth_designs(d, n, &fast, s, err))
		return -1;
	for (int i = 0; i < n; i++)
		synth_free(&s[i]);
	for (int i = 0; i < n; i++) {
		if (!sta_design(&d[i], opts, 0, &sta, err))
			return -1;
		t[i].design = d[i];
		memcpy(t[i].ns, sta.path_ns, sizeof t[i].ns);
	}
	return n;
}

int timing_fit_designs(struct timing_design *t, const struct synth_opts *opts,
                       struct err *err)
{
	const struct design d[] = {
#define FIT(...) area_design_of(__VA_ARGS__),
#include "calib/timing_designs.def"
	};
	return time_all(d, sizeof d / sizeof d[0], t, opts, err);
}

int timing_check_designs(struct timing_design *t, const struct synth_opts *opts,
                         struct err *err)
{
	const struct design d[] = {
#define CHECK(...) area_design_of(__VA_ARGS__),
#include "calib/timing_designs.def"
	};
	return time_all(d, sizeof d / sizeof d[0], t, opts, err);
}

/* ---- The fit ------------------------------------------------------------- */

/* Terms of one path; their numbers go to term. */
static int terms_of(enum joulet_path path, int *term)
{
	enum joulet_path of;
	int n = 0;

	for (int i = 0; i < joulet_timing_terms(); i++) {
		joulet_timing_term(i, &of);
		if (of == path)
			term[n++] = i;
	}
	return n;
}

static void fit_path(const struct timing_design *t, int n,
                     enum joulet_path path, double *ns)
{
	const size_t all = (size_t)joulet_timing_terms();
	int *term = mem_zero(all, sizeof *term);
	const int cols = terms_of(path, term);
	double *count = mem_zero(all, sizeof *count);
	double *x = mem_zero(all, sizeof *x);
	double *m = mem_zero((size_t)(n * cols), sizeof *m);
	double *y = mem_zero((size_t)n, sizeof *y);

	for (int i = 0; i < n; i++) {
		joulet_timing_counts(&t[i].design, count);
		for (int k = 0; k < cols; k++)
			m[i * cols + k] = count[term[k]] / t[i].ns[path];
		y[i] = 1;
	}
	nnls(n, cols, m, y, x);
	for (int k = 0; k < cols; k++)
		ns[term[k]] = x[k];
	free(term);
	free(count);
	free(x);
	free(m);
	free(y);
}

void timing_fit(const struct timing_design *t, int n, double *ns)
{
	for (int p = 0; p < N_LOGIC_PATHS; p++)
		fit_path(t, n, (enum joulet_path)p, ns);
}

void timing_model(const struct design *d, const double *ns,
                  double path_ns[N_LOGIC_PATHS])
{
	const int n = joulet_timing_terms();
	double *count = mem_zero((size_t)n, sizeof *count);
	enum joulet_path path;

	memset(path_ns, 0, N_LOGIC_PATHS * sizeof *path_ns);
	joulet_timing_counts(d, count);
	for (int i = 0; i < n; i++) {
		joulet_timing_term(i, &path);
		path_ns[path] += count[i] * ns[i];
	}
	free(count);
}

double timing_period(const double path_ns[N_LOGIC_PATHS], double sram_ns,
                     enum joulet_path *limit)
{
	double most = 0;

	for (int p = 0; p < N_LOGIC_PATHS; p++) {
		double ns = path_ns[p] + (p == PATH_read ? sram_ns : 0);
		if (ns > most) {
			most = ns;
			*limit = (enum joulet_path)p;
		}
	}
	return most;
}

static double largest_error(const struct timing_design *t, int n,
                            const double *ns)
{
	double path[N_LOGIC_PATHS], most = 0;
	enum joulet_path limit;

	for (int i = 0; i < n; i++) {
		timing_model(&t[i].design, ns, path);
		double model = timing_period(path, usual_access_ns, &limit);
		double real = timing_period(t[i].ns, usual_access_ns, &limit);
		most = fmax(most, fabs(model / real - 1));
	}
	return most;
}

void timing_fit_yaml(const struct timing_design *t, int n, const double *ns,
                     const struct area_library *library, struct buf *to)
{
	/* Designs that are not among these may be off by more. */
	const double band =
	        fmax(0.05, ceil(1000 * largest_error(t, n, ns)) / 1000);
	enum joulet_path path;

	buf_printf(to,
	           "timing:\n"
	           "  node_nm: %s\n"
	           "  voltage: %g\n"
	           "  source: \"joulet area --timing --fit, yosys, OpenSTA, "
	           "%s\"\n"
	           "  confidence: measured_here\n"
	           "  note: >-\n"
	           "    ns of each term of sim/timing.def, fitted to %d "
	           "designs; no wires, one\n"
	           "    corner. Band: of the model alone. vth: vth0 of "
	           "FreePDK45's NMOS_VTG\n"
	           "    (read); alpha: Sakurai and Newton, JSSC 25(2), 1990, "
	           "of short channels\n"
	           "    (recalled).\n"
	           "  min: %.3f\n"
	           "  max: %.3f\n"
	           "  vth: 0.4106\n"
	           "  alpha: 1.3\n",
	           library->node_nm, library->voltage, library->name, n,
	           1 - band, 1 + band);
	for (int i = 0; i < joulet_timing_terms(); i++)
		buf_printf(to, "  %s: %.4g\n", joulet_timing_term(i, &path),
		           ns[i]);
}
