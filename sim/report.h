/* report: figures that the text and the JSON report share. Internal to sim. */
#ifndef SIM_REPORT_H
#define SIM_REPORT_H

#include "sim/joulet.h"

/* Bytes that accelerator and host together moved; useful ones only, except
 * that a fetched command counts its whole beats. */
struct traffic {
	uint64_t sram_read, sram_written, flash_read;
};

struct traffic report_traffic(const struct design *d, const struct counts *c);

/* Instructions that the host core retired. */
uint64_t report_instructions(const struct counts *c);

/* Energy in uJ under the report's technology. */
double report_uj(const struct joulet_report *r, const struct counts *c,
                 uint64_t cycles);

/* What ran and what it cost, in a few lines. */
struct buf;
void report_head(const struct joulet_report *r, struct buf *b);

/* Print, with every line cut to `width`: a network's name may be long. */
void report_print_cut(const struct buf *b, int width, FILE *f);

struct efficiency {
	struct joulet_band uj, pj_mac;
	struct joulet_band tops_w; /* two operations a MAC; 0: no MACs */
	double edp;                /* uJ us */
	double bound; /* TOPS/W that are beyond belief at the table's process;
	               * 0: unknown there */
	bool beyond;
};
struct efficiency report_efficiency(const struct joulet_report *r);

/* The last two parts of a layer's name, which is a path. */
const char *report_short_name(const char *name);

/* Multiply-accumulates of all layers. */
int64_t report_macs(const struct joulet_result *result);

#endif
