/* logic: functions of a liberty file as truth tables. */
#ifndef CALIB_LOGIC_H
#define CALIB_LOGIC_H

#include <stdbool.h>
#include <stdint.h>

enum { LOGIC_INPUTS = 6 };

/* Bit i of *table is the value of `function` where bit k of i is the value of
 * input[k]. ! and ', ^, & and * and blank, | and +, in that order; 0 and 1.
 * False: it is no such function, or of another input. */
bool logic_table(const char *function, const char *const *input, int n,
                 uint64_t *table);

#endif
