/* generate: fill a program with random legal commands; see program_generate.c.
 */
#ifndef COSIM_PROGRAM_GENERATE_H
#define COSIM_PROGRAM_GENERATE_H

#include "tests/cosim/program.h"

void generate(struct program *p, int commands);

#endif
