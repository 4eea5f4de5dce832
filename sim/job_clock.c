/* job_clock: see job_clock.h. */
#include "sim/job_clock.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "isa/image.h"
#include "isa/map.h"
#include "sim/accel.h"

enum { JOB_ENTRY_WORDS = 4 };

/* The job of `step`, which is number `job` and begins at *cycles. */
static bool run_job(struct accel *a, uint8_t *ring, uint32_t job,
                    const struct image_step *step, uint64_t *cycles,
                    struct err *err)
{
	const uint64_t limit = *cycles + 20000000000;
	const uint32_t entry[JOB_ENTRY_WORDS] = {step->arg, step->n, JOB_IRQ,
	                                         0};

	memcpy(ring, entry, sizeof entry);
	accel_fast.write(a, *cycles, ACCEL_TAIL, job + 1);
	*cycles = accel_fast.until_irq(a, limit);
	if (!accel_fast.fault(a, err))
		return false;
	if (*cycles == limit)
		return err_set(err, ERR_WATCHDOG, "job %u does not end", job);
	accel_fast.write(a, *cycles, ACCEL_IRQ_ACK, 1);
	*cycles += 2;
	return true;
}

static bool run_jobs(struct accel *a, const uint8_t *image,
                     const struct image_header *h, uint8_t *ring,
                     uint64_t *cycles, struct err *err)
{
	uint32_t job = 0;

	accel_fast.reset(a);
	accel_fast.write(a, 0, ACCEL_RING_BASE, MAP_SRAM);
	accel_fast.write(a, 1, ACCEL_CTRL, 1);
	*cycles = 2;
	for (uint32_t i = 0; i < h->n_steps; i++) {
		struct image_step s;
		memcpy(&s, image + (h->steps - MAP_FLASH) + i * sizeof s,
		       sizeof s);
		if ((s.kind == STEP_ACCEL || s.kind == STEP_START) &&
		    !run_job(a, ring, job++, &s, cycles, err))
			return false;
	}
	return true;
}

bool job_clock(const struct design *d, uint8_t *image, uint64_t *cycles,
               struct err *err)
{
	const struct accel_opts opts = {.timing_only = true};
	struct mem mem = {.bytes = {[MEM_FLASH] = image},
	                  .size = {[MEM_FLASH] = (uint32_t)d->flash_kib * 1024,
	                           [MEM_SRAM] = (uint32_t)d->sram_kib * 1024}};
	struct image_header h;

	memcpy(&h, image, sizeof h);
	struct accel_log log = {.n_layers = h.n_layers};

	/* Of SRAM only the ring's entry is looked at, of flash the commands. */
	mem.bytes[MEM_SRAM] = mem_zero(JOB_ENTRY_WORDS, sizeof(uint32_t));
	log.layer = mem_zero(log.n_layers, sizeof *log.layer);
	struct accel *a = accel_fast.open(d, &mem, &log, &opts, err);
	bool ok = a && run_jobs(a, image, &h, mem.bytes[MEM_SRAM], cycles, err);
	if (a)
		accel_fast.close(a);
	free(log.layer);
	free(mem.bytes[MEM_SRAM]);
	return ok;
}
