/* image_run: run a program image without the host core.
 *
 * Jobs go to the fast model of the accelerator, CPU steps to the firmware's
 * kernels compiled for this machine. For tests of the compiler: what they see
 * is arithmetic, and the cycles of the jobs alone.
 */
#ifndef TESTS_IMAGE_RUN_H
#define TESTS_IMAGE_RUN_H

#include <stdlib.h>
#include <string.h>
#include "compiler/compiler.h"
#include "firmware/kernels.h"
#include "isa/map.h"
#include "sim/accel.h"

struct image_run {
	struct mem mem;
	struct accel *accel;
	struct accel_log log;
	uint64_t cycles;     /* of all jobs */
	uint64_t *job_begin; /* per step: first cycle of the job */
};

static struct mem *image_run_mem; /* for kernel_ptr */

void *kernel_ptr(uint32_t addr);
void *kernel_ptr(uint32_t addr)
{
	int m = addr >> REGION_SHIFT == MAP_FLASH >> REGION_SHIFT ? MEM_FLASH
	                                                          : MEM_SRAM;

	return image_run_mem->bytes[m] + (addr & ((1u << REGION_SHIFT) - 1));
}

static uint32_t image_run_get(struct image_run *r, uint32_t addr)
{
	uint32_t v;

	(void)r;
	memcpy(&v, kernel_ptr(addr), 4);
	return v;
}

static bool image_run_job(struct image_run *r, uint32_t job, uint32_t addr,
                          uint32_t n, struct err *err)
{
	const struct accel_ops *ops = &accel_fast;
	uint32_t entry[4] = {addr, n, JOB_IRQ, 0};
	uint64_t begin = r->cycles;

	memcpy(kernel_ptr(MAP_SRAM), entry, sizeof(entry));
	ops->write(r->accel, r->cycles, ACCEL_TAIL, job + 1);
	r->cycles = ops->until_irq(r->accel, begin + 100000000);
	if (!ops->fault(r->accel, err))
		return false;
	if (!ops->irq(r->accel))
		return err_set(err, ERR_WATCHDOG, "job %u does not end", job);
	ops->write(r->accel, r->cycles, ACCEL_IRQ_ACK, 1);
	r->cycles += 2;
	return true;
}

static bool image_run_steps(struct image_run *r, struct err *err)
{
	struct image_header h;
	uint32_t job = 0;

	memcpy(&h, r->mem.bytes[MEM_FLASH], sizeof(h));
	for (uint32_t i = 0; i < h.n_steps; i++) {
		struct image_step s;
		memcpy(&s, kernel_ptr(h.steps + i * (uint32_t)sizeof(s)),
		       sizeof(s));
		r->job_begin[i] = r->cycles;
		if (s.kind == STEP_CPU)
			kernel_run((enum kernel)s.n, s.arg);
		else if (s.kind != STEP_START &&
		         !image_run_job(r, job++, s.arg, s.n, err))
			return false;
	}
	return true;
}

/* Inputs to (or outputs from) the tensors of a table, one after the other. */
static void image_run_copy(struct image_run *r, uint32_t table, uint32_t n,
                           uint8_t *bytes, bool in)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t addr = image_run_get(r, table + 8 * i);
		uint32_t len = image_run_get(r, table + 8 * i + 4);
		if (in)
			memcpy(kernel_ptr(addr), bytes, len);
		else
			memcpy(bytes, kernel_ptr(addr), len);
		bytes += len;
	}
}

/* Everything in SRAM that nobody has written is 0x5a. */
static bool image_run(struct image_run *r, const struct program *p,
                      const struct design *d, const void *in, void *out,
                      struct err *err)
{
	struct image_header h;
	const struct accel_opts opts = {0};

	memset(r, 0, sizeof(*r));
	r->mem.size[MEM_SRAM] = (uint32_t)d->sram_kib * 1024;
	r->mem.size[MEM_FLASH] = (uint32_t)d->flash_kib * 1024;
	for (int m = 0; m < N_MEMS; m++) {
		r->mem.bytes[m] = malloc(r->mem.size[m]);
		memset(r->mem.bytes[m], 0x5a, r->mem.size[m]);
	}
	memcpy(r->mem.bytes[MEM_FLASH], p->image, p->image_bytes);
	memcpy(&h, p->image, sizeof(h));
	r->log.n_layers = h.n_layers;
	r->log.layer = calloc(h.n_layers, sizeof(*r->log.layer));
	r->log.want_cmds = true;
	r->job_begin = calloc(h.n_steps + 1, sizeof(*r->job_begin));
	image_run_mem = &r->mem;
	r->accel = accel_fast.open(d, &r->mem, &r->log, &opts, err);
	if (!r->accel)
		return false;
	accel_fast.reset(r->accel);
	accel_fast.write(r->accel, 0, ACCEL_RING_BASE, MAP_SRAM);
	accel_fast.write(r->accel, 1, ACCEL_CTRL, 1);
	r->cycles = 2;
	image_run_copy(r, h.inputs, h.n_inputs, (uint8_t *)(uintptr_t)in, true);
	if (!image_run_steps(r, err))
		return false;
	image_run_copy(r, h.outputs, h.n_outputs, out, false);
	return true;
}

static void image_run_free(struct image_run *r)
{
	if (r->accel)
		accel_fast.close(r->accel);
	for (int m = 0; m < N_MEMS; m++)
		free(r->mem.bytes[m]);
	free(r->log.layer);
	free(r->log.cmd);
	free(r->job_begin);
	memset(r, 0, sizeof(*r));
}

#endif
