/* soc_compare: where two runs of a system differ first.
 *
 * One is the simulation, the other is pulled along in step, so that no trace is
 * ever kept. Instructions are compared as they retire, commands, marks, counts
 * and output after the end, or as far as they go when an instruction differs.
 * Of several differences the one in the earliest cycle is told. Nothing here
 * knows what the other one is.
 */
#ifndef SIM_SOC_COMPARE_H
#define SIM_SOC_COMPARE_H

#include "sim/soc.h"

struct soc_other {
	const char *name; /* for messages: "rtl" */
	void *ctx;
	/* Its next retired instruction, if there is one at most in cycle
	 * `last`; false: none. */
	bool (*next)(void *ctx, uint64_t last, struct host_retire *r);
};

/* What a system has said until now. */
struct soc_said {
	const struct accel_log *log; /* commands, in order of end; counts */
	const struct soc_mark *mark;
	size_t n_marks;
	const char *uart;
	size_t uart_bytes;
	bool ended; /* EXIT was written */
	uint32_t exit_code;
	uint64_t slept; /* cycles of the host core */
	const uint8_t *sram;
	size_t sram_bytes;
};

struct soc_compare {
	struct soc_other other;
	uint64_t equal; /* instructions compared and equal */
	bool differs;   /* in what is told below */
	uint64_t cycle; /* of the earliest difference */
	char text[400];
};

/* An instruction of the simulation. False: the other one differs. */
bool soc_compare_retire(struct soc_compare *c, const struct host_retire *r);
/* Commands and marks, as many as both have; for the time before a difference
 * elsewhere. */
void soc_compare_begun(struct soc_compare *c, const struct soc_said *sim,
                       const struct soc_said *other);
/* All of it, after the end of both. */
void soc_compare_ended(struct soc_compare *c, const struct soc_said *sim,
                       const struct soc_said *other);
/* False and ERR_MISMATCH if something differs; who: for the message. */
bool soc_compare_result(const struct soc_compare *c, const char *who,
                        struct err *err);

#endif
