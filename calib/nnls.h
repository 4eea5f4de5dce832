/* nnls: least squares with coefficients that are not negative. */
#ifndef CALIB_NNLS_H
#define CALIB_NNLS_H

/* x[n] >= 0 that makes the sum over m rows of (a x - b)^2 least; a[i * n + k]
 * is row i, column k. By coordinate descent on scaled columns, always the same
 * steps; a column of zeros gives 0. */
void nnls(int m, int n, const double *a, const double *b, double *x);

#endif
