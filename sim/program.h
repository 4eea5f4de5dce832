/* program: what is behind the opaque handles of joulet.h. Internal to sim. */
#ifndef SIM_PROGRAM_H
#define SIM_PROGRAM_H

#include "compiler/compiler.h"
#include "compiler/slim.h"
#include "sim/joulet.h"

struct joulet_net {
	struct graph graph;
	char *name;
};

struct soc;
struct soc_result;

struct joulet_program {
	const struct joulet_net *net; /* borrowed */
	struct design design;
	struct program code;
	struct graph slim;         /* if the design asks for it (slim.h) */
	const struct graph *graph; /* what was compiled */
};

/* Fill in a run's first inference; timeline: its commands too. */
void program_result(struct joulet_result *r, const struct joulet_program *p,
                    const struct soc_result *s, bool timeline);

/* A system that runs the program; waves: its backend can write waveforms. */
struct soc *program_soc(const struct joulet_program *p,
                        const struct joulet_opts *opts, bool want_cmds,
                        bool waves, struct err *err);

#endif
