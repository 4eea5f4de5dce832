/* generate: fill a program with random legal commands; see generate.c. */
#ifndef COSIM_GENERATE_H
#define COSIM_GENERATE_H

#include "tests/cosim/program.h"

void generate(struct program *p, int commands);

#endif
