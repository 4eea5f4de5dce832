/* synth: the accelerator of a design in the cells of a liberty file, by yosys.
 *
 * Hierarchical: modules stay apart, so that figures can be given by module
 * class (a module's name, whatever its parameters). The scratchpad's memories
 * are no cells: each becomes a module of its own, CLASS_ram. No wires, no clock
 * tree, no scan chain. What was made is kept in a cache under a hash of all
 * that went in.
 */
#ifndef CALIB_SYNTH_H
#define CALIB_SYNTH_H

#include "base/err.h"
#include "isa/design.h"

/* One module class; figures are of all its instances, of their own cells, not
 * of the modules below. */
struct synth_class {
	char name[64];
	long instances, cells, flops;
	double area_um2, leak_uw;
};

struct synth {
	struct synth_class *cls; /* by name */
	int n;
	struct synth_class total; /* instances: 1 */
	/* If asked for, else NULL: the netlist, whose top is accel, and the
	 * behaviour of its memories, as Verilog. Nets are single bits but for
	 * ports. */
	char *netlist, *ram;
	char *bits; /* both in one file, as BLIF: calib/netlist.h */
};

struct synth_opts {
	const char *liberty;   /* NULL: liberty_nangate */
	const char *cache_dir; /* NULL or "": folder_cache */
	bool netlist;          /* takes some seconds more; not with group */
	/* Mapped for speed, with buffers and sizes of cells, and with netlists
	 * that OpenSTA reads; not with group. */
	bool fast;
	/* So many consecutive designs in one run of yosys, in which modules
	 * that are the same are made once; 0: 1. Names of wires decide between
	 * equals, so a design's area may then differ by some 0.2 %. */
	int group;
	/* A long step begins; or NULL. Called from several threads, one at a
	 * time. */
	void (*note)(void *ctx, const char *text);
	void *note_ctx;
};

/* Synthesize n designs, two at a time. Fills s[0..n); on false nothing needs
 * to be freed. ERR_TOOL: yosys is missing or failed (with its last lines), no
 * liberty file can be fetched; ERR_NOINPUT, ERR_DATA: Verilog, liberty file or
 * cache. */
bool synth_designs(const struct design *d, int n, const struct synth_opts *opts,
                   struct synth *s, struct err *err);
void synth_free(struct synth *s);

/* The liberty file that is used: the one given, or the default one, fetched if
 * need be. NULL: errors as above. The caller frees it. */
char *synth_liberty(const struct synth_opts *opts, struct err *err);

/* NULL if there is none. */
const struct synth_class *synth_find(const struct synth *s, const char *name);

#endif
