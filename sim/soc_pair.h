/* soc_pair: one system twice, the simulation and the Verilog, in step.
 *
 * The simulation leads: each instruction that it retires pulls the Verilog to
 * its own next one (soc_compare.h). Any firmware and program image will do.
 */
#ifndef SIM_SOC_PAIR_H
#define SIM_SOC_PAIR_H

#include "sim/soc.h"
#include "sim/soc_rtl.h"

struct soc_pair {
	const char *who; /* for messages; borrowed */
	struct soc *soc;
	struct soc_rtl *rtl;
	/* Of all runs that were equal. */
	uint64_t instructions, commands;

	struct soc_pair_run *run; /* the present one */
};

/* opts: max_cycles, and accel.note with its ctx; the rest is set here. As
 * soc_open and soc_rtl_open. On false nothing is open. */
bool soc_pair_open(struct soc_pair *p, const char *who, const struct design *d,
                   const void *fw, size_t fw_bytes, const void *image,
                   size_t image_bytes, const struct soc_opts *opts,
                   struct err *err);
void soc_pair_close(struct soc_pair *p);

/* As soc_run; the outputs are the simulation's. ERR_MISMATCH if anything
 * differs: instructions, commands, counts, marks, output, SRAM. */
bool soc_pair_run(struct soc_pair *p, const void *in, size_t in_bytes,
                  void *out, size_t out_bytes, struct soc_result *r,
                  struct err *err);

#endif
