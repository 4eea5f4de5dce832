/* soc_rtl: the whole system as verilated Verilog: rtl/soc.sv.
 *
 * It boots the bytes that a struct soc has in its memories, so that both run
 * the same firmware, program image and inputs. The caller pulls it from retired
 * instruction to retired instruction; commands, marks and output gather
 * here.
 */
#ifndef SIM_SOC_RTL_H
#define SIM_SOC_RTL_H

#include "sim/soc_compare.h"

struct soc_rtl;

/* Takes the verilated library of the design from the cache, or builds it.
 * n_layers: of the program image. NULL: err is ERR_TOOL (Ibex, verilator, make
 * or a C++ compiler is missing) or ERR_NOINPUT. Borrows the design. */
struct soc_rtl *soc_rtl_open(const struct design *d, uint32_t n_layers,
                             const struct accel_opts *opts, struct err *err);
void soc_rtl_close(struct soc_rtl *r);

/* Reset, with the memories as `s` has them now. */
void soc_rtl_reset(struct soc_rtl *r, struct soc *s);
/* Run until an instruction retires, at most through cycle `last`. False: none
 * did. */
bool soc_rtl_next(struct soc_rtl *r, uint64_t last, struct host_retire *retire);
/* EXIT was written. */
bool soc_rtl_ended(const struct soc_rtl *r);

/* What it has said since reset; the pointers are good until it goes on. */
void soc_rtl_said(const struct soc_rtl *r, struct soc_said *to);
/* False and a message if two ports of the scratchpad met, or the accelerator
 * was given a command that does not exist. */
bool soc_rtl_fault(const struct soc_rtl *r, struct err *err);

#endif
