/* The firmware's ELF on the model of the core, with a flash made by hand and an
 * accelerator that is only a delay: what it does with good and bad images, and
 * that no wake-up is lost, whenever a job ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "isa/exits.h"
#include "isa/image.h"
#include "isa/kernels.h"
#include "isa/map.h"
#include "sim/elf.h"
#include "sim/host.h"
#include "sim/soc.h"

enum {
	SRAM_BYTES = 64 * 1024,
	FLASH_BYTES = 4096,
	STEPS = 256,   /* offset of the step table */
	PARAMS = 1024, /* of a kernel's parameters */
	MAX_MARKS = 16,
	RUNNING = -1,
};

static struct machine {
	uint8_t imem[IMEM_BYTES], sram[SRAM_BYTES], flash[FLASH_BYTES];
	struct host *host;
	uint32_t id, status; /* of the accelerator */
	uint32_t ring, head, tail, pending;
	uint64_t job_cycles, job_end;
	uint32_t job[4]; /* ring entry of the last job */
	uint32_t mark[MAX_MARKS];
	uint64_t mark_at[MAX_MARKS];
	int n_marks, sleeps;
	int64_t exit;
} m;

/* ---- Devices ------------------------------------------------------------ */

static void accelerate(uint64_t cycle)
{
	if (m.head != m.tail && cycle >= m.job_end) {
		m.head = m.tail;
		m.pending = 1;
	}
}

static bool load(void *ctx, uint64_t cycle, uint32_t addr, uint32_t mask,
                 uint32_t *value)
{
	(void)ctx;
	(void)mask;
	accelerate(cycle);
	switch (addr - MAP_ACCEL) {
	case ACCEL_ID:
		*value = m.id;
		return true;
	case ACCEL_STATUS:
		*value = m.status;
		return true;
	case ACCEL_HEAD:
		*value = m.head;
		return true;
	default:
		return false;
	}
}

static void ring_doorbell(uint64_t cycle, uint32_t tail)
{
	uint32_t entry = m.ring + m.tail % 4 * 16 - MAP_SRAM;
	assert_int_equal(tail, m.tail + 1);
	memcpy(m.job, m.sram + entry, 16);
	m.tail = tail;
	m.job_end = cycle + m.job_cycles;
}

static bool store(void *ctx, uint64_t cycle, uint32_t addr, uint32_t mask,
                  uint32_t value)
{
	(void)ctx;
	(void)mask;
	accelerate(cycle);
	if (addr == MAP_SIMCTL + SIMCTL_EXIT) {
		m.exit = value;
		host_stop(m.host);
	} else if (addr == MAP_SIMCTL + SIMCTL_MARK) {
		assert_true(m.n_marks < MAX_MARKS);
		m.mark_at[m.n_marks] = cycle;
		m.mark[m.n_marks++] = value;
	} else if (addr == MAP_ACCEL + ACCEL_RING_BASE) {
		m.ring = value;
	} else if (addr == MAP_ACCEL + ACCEL_RING_MASK) {
		assert_int_equal(value, 3);
	} else if (addr == MAP_ACCEL + ACCEL_TAIL) {
		ring_doorbell(cycle, value);
	} else if (addr == MAP_ACCEL + ACCEL_IRQ_ACK) {
		m.pending = 0;
	}
	return true;
}

static uint32_t irq(void *ctx, uint64_t cycle)
{
	(void)ctx;
	accelerate(cycle);
	return m.pending << IRQ_ACCEL;
}

static uint64_t irq_next(void *ctx, uint64_t cycle)
{
	(void)ctx;
	accelerate(cycle);
	return m.head != m.tail ? m.job_end : HOST_NEVER;
}

/* ---- Images ------------------------------------------------------------- */

static struct image_header *image(uint32_t n_steps)
{
	memset(&m, 0, sizeof m);
	m.id = ACCEL_ID_VALUE;
	m.exit = RUNNING;
	struct image_header *im = (void *)m.flash;
	*im = (struct image_header){.magic = IMAGE_MAGIC,
	                            .version = IMAGE_VERSION,
	                            .bytes = FLASH_BYTES,
	                            .n_steps = n_steps,
	                            .steps = MAP_FLASH + STEPS};
	return im;
}

static void image_awaits(enum wait_kind how)
{
	((struct image_header *)(void *)m.flash)->wait = how;
}

static void step(int i, enum step_kind kind, uint32_t arg, uint32_t n)
{
	struct image_step *s = (void *)(m.flash + STEPS);
	s[i] = (struct image_step){kind, 0, arg, n};
}

static void boot(void)
{
	struct err err;
	const struct host_bus bus = {
	        .window = {{MAP_SRAM, SRAM_BYTES, m.sram, true, 0},
	                   {MAP_FLASH, FLASH_BYTES, m.flash, false, 1},
	                   {MAP_IMEM, IMEM_BYTES, m.imem, false, -1}},
	        .load = load,
	        .store = store,
	        .irq = irq,
	        .irq_next = irq_next,
	};
	const struct elf_place imem = {"firmware", m.imem, MAP_IMEM, IMEM_BYTES,
	                               MAP_IMEM + BOOT_OFFSET};
	/* What the start-up code does not set must not matter. */
	memset(m.sram, 0xee, SRAM_BYTES);
	assert_true(elf_load(firmware_elf, firmware_elf_bytes, &imem, &err));
	m.host = host_open(CORE_MAXPERF, &bus, m.imem, MAP_IMEM, IMEM_BYTES);
	assert_non_null(m.host);
	host_reset(m.host, MAP_IMEM + BOOT_OFFSET);
	while (host_run(m.host, 1000000) == HOST_SLEEP) {
		/* Asleep with nothing to come would be a lost wake-up. */
		assert_true(m.head != m.tail);
		m.sleeps++;
		host_wake(m.host, m.job_end);
	}
	host_close(m.host);
}

static void ends_with(enum fw_exit code)
{
	boot();
	assert_int_equal(m.exit, code);
	if (code != FW_EXIT_OK && code < FW_EXIT_BANK_CLASH)
		assert_int_equal(m.n_marks, 0);
}

/* ---- Tests -------------------------------------------------------------- */

static void steps_run_in_order_between_marks(void **state)
{
	(void)state;
	image(2);
	struct k_copy *copy = (void *)(m.flash + PARAMS);
	*copy = (struct k_copy){MAP_FLASH, MAP_SRAM + FW_SRAM_BYTES, 33};
	step(0, STEP_CPU, MAP_FLASH + PARAMS, KERNEL_COPY);
	step(1, STEP_ACCEL, MAP_FLASH + 2048, 7);
	m.job_cycles = 500;
	ends_with(FW_EXIT_OK);

	const uint32_t marks[] = {MARK_BEGIN, 0, 1, MARK_END};
	assert_int_equal(m.n_marks, 4);
	assert_memory_equal(m.mark, marks, sizeof marks);
	const uint32_t job[] = {MAP_FLASH + 2048, 7, 1, 0};
	assert_memory_equal(m.job, job, sizeof job);
	assert_memory_equal(m.sram + FW_SRAM_BYTES, m.flash, 33);
	assert_int_equal(m.sram[FW_SRAM_BYTES + 33], 0xee);
	assert_int_equal(m.sleeps, 1);
}

static void jobs_go_round_the_ring(void **state)
{
	(void)state;
	image(6);
	for (int i = 0; i < 6; i++)
		step(i, STEP_ACCEL, MAP_FLASH, (uint32_t)i + 1);
	m.job_cycles = 100;
	ends_with(FW_EXIT_OK);
	assert_int_equal(m.tail, 6);
	assert_int_equal(m.job[1], 6);
}

/* A job may end in any cycle around the doorbell, the look at the condition,
 * WFI and the wake-up; each cycle is tried. The driver's time around a job
 * stays small, so it does not wait for anything else either. */
static void no_wake_up_is_lost(void **state)
{
	(void)state;
	for (uint64_t cycles = 1; cycles < 120; cycles++) {
		image(1);
		step(0, STEP_ACCEL, MAP_FLASH, 1);
		m.job_cycles = cycles;
		ends_with(FW_EXIT_OK);
		assert_in_range(m.mark_at[2] - m.mark_at[1], cycles,
		                cycles + 120);
	}
}

/* Two jobs each: the interrupt of the first may be left over for the second.
 * Polling asks for none and never sleeps; WFI sleeps if there is time. */
static void no_wake_up_is_lost_without_a_handler(void **state)
{
	(void)state;
	for (int how = WAIT_WFI; how <= WAIT_POLL; how++)
		for (uint64_t cycles = 1; cycles < 120; cycles++) {
			image(2);
			image_awaits((enum wait_kind)how);
			step(0, STEP_ACCEL, MAP_FLASH, 1);
			step(1, STEP_ACCEL, MAP_FLASH + 64, 2);
			m.job_cycles = cycles;
			ends_with(FW_EXIT_OK);
			assert_int_equal(m.tail, 2);
			assert_int_equal(m.job[2], how == WAIT_WFI);
			for (int i = 1; i < 3; i++)
				assert_in_range(m.mark_at[i + 1] - m.mark_at[i],
				                cycles, cycles + 90);
			if (how == WAIT_POLL)
				assert_int_equal(m.sleeps, 0);
			else if (cycles > 60)
				assert_int_equal(m.sleeps, 2);
		}
}

/* The job may end before, while, or after the core copies; each cycle is tried.
 * The core neither waits before the copy nor sleeps longer than the job. */
static void a_kernel_runs_beside_a_started_job(void **state)
{
	(void)state;
	for (uint64_t run = 0; run < 400 * N_WAITS; run++) {
		const uint64_t cycles = run / N_WAITS + 1;
		image(3);
		image_awaits((enum wait_kind)(run % N_WAITS));
		struct k_copy *copy = (void *)(m.flash + PARAMS);
		*copy = (struct k_copy){MAP_FLASH, MAP_SRAM + FW_SRAM_BYTES,
		                        64};
		step(0, STEP_START, MAP_FLASH + 2048, 7);
		step(1, STEP_CPU, MAP_FLASH + PARAMS, KERNEL_COPY);
		step(2, STEP_WAIT, MAP_FLASH + 2048, 7);
		m.job_cycles = cycles;
		ends_with(FW_EXIT_OK);

		const uint32_t marks[] = {MARK_BEGIN, 0, 1, 2, MARK_END};
		assert_int_equal(m.n_marks, 5);
		assert_memory_equal(m.mark, marks, sizeof marks);
		assert_int_equal(m.tail, 1);
		assert_memory_equal(m.sram + FW_SRAM_BYTES, m.flash, 64);
		assert_in_range(m.mark_at[2] - m.mark_at[1], 1, 60);
		assert_in_range(m.mark_at[3] - m.mark_at[2], 64 / 4, 250);
		assert_in_range(m.mark_at[4] - m.mark_at[1], cycles,
		                cycles + 350);
	}
}

static void bad_images_end_before_the_inference(void **state)
{
	(void)state;
	image(0)->magic++;
	ends_with(FW_EXIT_BAD_MAGIC);
	image(0)->version++;
	ends_with(FW_EXIT_BAD_VERSION);

	image(1)->steps = MAP_FLASH + FLASH_BYTES;
	ends_with(FW_EXIT_BAD_TABLE);
	image(1)->steps = MAP_SRAM;
	ends_with(FW_EXIT_BAD_TABLE);
	image(1)->steps++;
	ends_with(FW_EXIT_BAD_TABLE);
	image(FLASH_BYTES / 16);
	ends_with(FW_EXIT_BAD_TABLE);
	image(0x10000001); /* times 16 wraps to 16 */
	ends_with(FW_EXIT_BAD_TABLE);

	image(2);
	step(1, STEP_WAIT + 1, 0, 0);
	ends_with(FW_EXIT_BAD_STEP);
	image(1);
	step(0, STEP_CPU, 0, N_KERNELS);
	ends_with(FW_EXIT_BAD_KERNEL);
	image(0)->wait = N_WAITS;
	ends_with(FW_EXIT_BAD_STEP);
}

static void an_accelerator_at_fault_ends_the_run(void **state)
{
	(void)state;
	image(0);
	m.id = 0;
	ends_with(FW_EXIT_NO_ACCEL);

	for (int how = 0; how < N_WAITS; how++)
		for (int bit = 2; bit < 4; bit++) {
			image(1);
			image_awaits((enum wait_kind)how);
			step(0, STEP_ACCEL, MAP_FLASH, 1);
			m.job_cycles = 9;
			m.status = 1u << bit;
			ends_with(bit == 2 ? FW_EXIT_BANK_CLASH
			                   : FW_EXIT_BAD_COMMAND);
		}
}

/* A kernel that is told to write to flash: store access fault, cause 7. */
static void a_fault_ends_with_its_cause(void **state)
{
	(void)state;
	image(1);
	struct k_copy *copy = (void *)(m.flash + PARAMS);
	*copy = (struct k_copy){MAP_FLASH, MAP_FLASH + 64, 4};
	step(0, STEP_CPU, MAP_FLASH + PARAMS, KERNEL_COPY);
	boot();
	assert_int_equal(m.exit, FW_EXIT_TRAP + 7);
	assert_int_equal(m.n_marks, 2);
}

/* Copies of all lengths and alignments, overlapping too, several a run; all of
 * the arena must be as the library's memmove leaves it. */
static void copies_are_those_of_memmove(void **state)
{
	(void)state;
	enum { COPIES = 12, BYTES = 256, PER = sizeof(struct k_copy) };
	static uint8_t want[BYTES];
	unsigned seed = 1;
	for (int round = 0; round < 60; round++) {
		image(COPIES);
		memset(want, 0xee, BYTES);
		for (int i = 0; i < COPIES; i++) {
			uint32_t at = PARAMS + (uint32_t)i * PER;
			struct k_copy *c = (void *)(m.flash + at);
			seed = seed * 1103515245 + 12345;
			uint32_t from = seed >> 8 & 127, to = seed >> 16 & 127;
			c->bytes = (seed >> 24) % 129;
			c->out = MAP_SRAM + FW_SRAM_BYTES + to;
			step(i, STEP_CPU, MAP_FLASH + at, KERNEL_COPY);
			if (i == 0) { /* something to move about */
				c->in = MAP_FLASH + 2048;
				for (int k = 0; k < 128; k++)
					m.flash[2048 + k] = (uint8_t)(k + 1);
				memcpy(want + to, m.flash + 2048, c->bytes);
			} else {
				c->in = MAP_SRAM + FW_SRAM_BYTES + from;
				memmove(want + to, want + from, c->bytes);
			}
		}
		ends_with(FW_EXIT_OK);
		assert_memory_equal(m.sram + FW_SRAM_BYTES, want, BYTES);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(steps_run_in_order_between_marks),
	        cmocka_unit_test(jobs_go_round_the_ring),
	        cmocka_unit_test(no_wake_up_is_lost),
	        cmocka_unit_test(no_wake_up_is_lost_without_a_handler),
	        cmocka_unit_test(a_kernel_runs_beside_a_started_job),
	        cmocka_unit_test(bad_images_end_before_the_inference),
	        cmocka_unit_test(an_accelerator_at_fault_ends_the_run),
	        cmocka_unit_test(a_fault_ends_with_its_cause),
	        cmocka_unit_test(copies_are_those_of_memmove),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
