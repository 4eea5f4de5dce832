/* program: what is behind the opaque handles of joulet.h. Internal to sim. */
#ifndef SIM_PROGRAM_H
#define SIM_PROGRAM_H

#include "compiler/compiler.h"
#include "sim/joulet.h"

struct joulet_net {
	struct graph graph;
	char *name;
};

struct joulet_program {
	const struct joulet_net *net; /* borrowed */
	struct design design;
	struct program code;
};

#endif
