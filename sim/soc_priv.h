/* soc_priv: what the files of the system share (soc*.c). Not for others. */
#ifndef SIM_SOC_PRIV_H
#define SIM_SOC_PRIV_H

#include "isa/image.h"
#include "sim/devices.h"
#include "sim/soc.h"

/* What the image says, checked: indices and addresses are in range. */
struct soc_image {
	struct image_header header;
	const struct image_step *step; /* in flash */
	const struct image_tensor *in, *out;
};

struct soc {
	const struct design *design;
	int core; /* the design's */
	struct soc_opts opts;
	struct soc_driver driver; /* or run == NULL */
	uint8_t *imem;
	struct mem mem;
	size_t image_bytes;
	struct host *host;
	struct accel *accel;
	struct accel_log log;
	struct devices dev;
	struct soc_image image;

	bool watching; /* the accelerator was last seen busy */
	/* A register write in this cycle; the interrupt line before it. */
	uint64_t accel_write;
	bool accel_before;
	uint64_t seen;    /* latest cycle told to the accelerator */
	uint64_t checked; /* ... and asked for faults */

	const struct soc_feed *feed; /* soc_feed */
	size_t n_feeds, next_feed;

	struct accel_waves waves;          /* of this run; path NULL: none */
	uint64_t stuck_begin, stuck_cycle; /* soc_where */

	struct soc_result *r; /* of the present run */
	size_t cap_marks;
	uint32_t bucket; /* layer that host events belong to */
	bool ended;      /* EXIT was written */
	bool no_memory, bad_mark;
};

/* soc_image.c: read the tables of the image that lies in flash. */
bool soc_image_open(struct soc_image *im, const struct design *d,
                    const struct mem *mem, size_t image_bytes, struct err *err);
size_t soc_image_bytes(const struct image_tensor *t, uint32_t n);
/* Copy all tensors to or from SRAM. */
void soc_image_put(const struct soc *s, const void *in);
void soc_image_get(const struct soc *s, void *out);

/* soc_result.c: an empty result; a mark; the rest after the end. */
bool soc_result_begin(struct soc *s, struct soc_result *r);
void soc_result_mark(void *soc, uint64_t cycle, uint32_t number);
bool soc_result_end(struct soc *s, struct err *err);

#endif
