/* nnls: see nnls.h */
#include "calib/nnls.h"

#include <math.h>
#include <string.h>
#include <stdlib.h>

#include "base/mem.h"

enum { MAX_SWEEPS = 200000 };

/* Of the gradient, relative to the largest. */
static const double near_enough = 1e-12;

/* One pass over all coordinates; the largest step. The system is aa x = ab,
 * with ones on the diagonal of aa (or zeros: a column that is not there). */
static double pass(int n, const double *aa, const double *ab, double *x)
{
	double most = 0;

	for (int k = 0; k < n; k++) {
		double gradient = -ab[k];
		if (aa[k * n + k] <= 0)
			continue;
		for (int i = 0; i < n; i++)
			gradient += aa[k * n + i] * x[i];
		double to = fmax(0, x[k] - gradient);
		most = fmax(most, fabs(to - x[k]));
		x[k] = to;
	}
	return most;
}

/* aa = scaled a' a, ab = scaled a' b. */
static void normal(int m, int n, const double *a, const double *b,
                   const double *scale, double *aa, double *ab)
{
	for (int i = 0; i < m; i++)
		for (int k = 0; k < n; k++) {
			double v = a[i * n + k] * scale[k];
			ab[k] += v * b[i];
			for (int l = 0; l < n; l++)
				aa[k * n + l] += v * a[i * n + l] * scale[l];
		}
}

void nnls(int m, int n, const double *a, const double *b, double *x)
{
	const size_t cols = (size_t)n;
	double *scale = mem_zero(cols, sizeof *scale);
	double *aa = mem_zero(cols * cols, sizeof *aa);
	double *ab = mem_zero(cols, sizeof *ab);
	double size = 0;

	for (int k = 0; k < n; k++) {
		double sum = 0;
		for (int i = 0; i < m; i++)
			sum += a[i * n + k] * a[i * n + k];
		scale[k] = sum > 0 ? 1 / sqrt(sum) : 0;
	}
	normal(m, n, a, b, scale, aa, ab);
	memset(x, 0, cols * sizeof *x);
	for (int k = 0; k < n; k++)
		size = fmax(size, fabs(ab[k]));
	for (int i = 0; i < MAX_SWEEPS; i++)
		if (pass(n, aa, ab, x) <= near_enough * size)
			break;
	for (int k = 0; k < n; k++)
		x[k] *= scale[k];
	free(scale);
	free(aa);
	free(ab);
}
