/* soc: host, bus, memories, devices and accelerator as one system.
 *
 * soc_run boots the firmware, lets it walk the program image once and returns
 * outputs, cycles and counts. One struct soc may run many inputs; every run
 * starts from reset, so that equal inputs give equal cycles.
 */
#ifndef SIM_SOC_H
#define SIM_SOC_H

#include <stddef.h>
#include "sim/accel.h"
#include "sim/host.h"

/* A step of the image began (MARK register), or the inference ended. */
struct soc_mark {
	uint64_t cycle;
	uint32_t step; /* MARK_BEGIN, step number, MARK_END */
};

/* Cycles that belong to one layer. */
struct soc_span {
	uint64_t from, to; /* absolute; not with `to` */
	uint32_t layer;
};

struct soc_opts {
	const struct accel_ops *backend;
	struct accel_opts accel;
	bool want_cmds;                  /* keep the command log */
	uint64_t max_cycles;             /* watchdog; 0: default 20e9 */
	void (*uart)(void *ctx, char c); /* or NULL */
	void *uart_ctx;
};

struct soc_result {
	uint64_t cycles;      /* MARK_BEGIN to MARK_END */
	uint64_t begin, end;  /* those marks; boot takes `begin` cycles */
	struct counts *layer; /* n_layers + 1; the last: before and after the
	                       * inference (boot) */
	uint32_t n_layers;
	uint64_t *layer_cycles; /* n_layers; they sum to `cycles` */
	struct soc_mark *mark;
	size_t n_marks;
	struct cmd_log *cmd; /* if want_cmds; cycles absolute */
	size_t n_cmd;
	/* If want_cmds: what layer_cycles sums, in order, from begin to end. */
	struct soc_span *span;
	size_t n_spans;
	uint32_t exit_code;
};

/* Bytes that appear in SRAM when a step is marked, before its first access;
 * with step n_steps of the image, at the end. */
struct soc_feed {
	uint32_t step, addr, bytes;
	const void *from;
};

struct soc;

/* Runs the core in place of host_run (host.h), for debuggers and profiles; may
 * do so in smaller slices. False ends the run. */
struct soc_driver {
	void *ctx;
	bool (*run)(void *ctx, struct host *h, uint64_t limit,
	            enum host_stop *stop, struct err *err);
};

/* image: program image of compiler.h (bytes for flash); fw: the firmware's ELF
 * file in memory. NULL and err on failure. Borrows nothing after return except
 * the design. */
struct soc *soc_open(const struct design *d, const void *fw, size_t fw_bytes,
                     const void *image, size_t image_bytes,
                     const struct soc_opts *opts, struct err *err);
void soc_close(struct soc *s);
/* Has the design the core and the memories of the present one? */
bool soc_fits(const struct soc *s, const struct design *d);
/* Another image for another design that fits; firmware and options stay. After
 * false only soc_close is left. */
bool soc_reload(struct soc *s, const struct design *d, const void *image,
                size_t image_bytes, struct err *err);

/* One inference. in, out: all inputs / outputs of the image, one after the
 * other. The result belongs to the caller: soc_result_free. */
bool soc_run(struct soc *s, const void *in, size_t in_bytes, void *out,
             size_t out_bytes, struct soc_result *r, struct err *err);
void soc_result_free(struct soc_result *r);

/* The next soc_run, only that one, writes these waveforms; the backend must
 * have been opened for it (accel_opts.waves). The file is whole if the run ends
 * well, or in ERR_WATCHDOG and has come to the window's end. */
void soc_waves(struct soc *s, const struct accel_waves *w);
/* After ERR_WATCHDOG: the cycle in which the inference began, 0 if it did not;
 * the first cycle that was not simulated. */
void soc_where(const struct soc *s, uint64_t *begin, uint64_t *cycle);

/* From the next soc_run on these bytes appear, steps ascending; 0: none.
 * Borrowed. For a backend that touches no data: kernels on the CPU then see
 * what it would have stored. */
void soc_feed(struct soc *s, const struct soc_feed *feed, size_t n);

/* From the next soc_run on the core is driven by this; NULL: not. Copied. */
void soc_drive(struct soc *s, const struct soc_driver *driver);
/* [addr, addr+bytes) of SRAM, flash or instruction memory, or NULL. */
uint8_t *soc_memory(struct soc *s, uint32_t addr, uint32_t bytes);

/* The firmware that is built into the library. */
extern const unsigned char firmware_elf[];
extern const size_t firmware_elf_bytes;

#endif
