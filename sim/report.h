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

/* The last two parts of a layer's name, which is a path. */
const char *report_short_name(const char *name);

/* Multiply-accumulates of all layers. */
int64_t report_macs(const struct joulet_result *result);

#endif
