/* main: walk the program image once.
 *
 * Everything that can be wrong is checked before the mark that begins the
 * inference, so that the inference's cycles are those of its steps. */
#include "firmware/accel.h"
#include "firmware/exit.h"
#include "firmware/kernels.h"
#include "firmware/late.h"
#include "firmware/mmio.h"
#include "isa/image.h"

#include <stdbool.h>

int main(void);

static void check(const struct image_header *im)
{
	if (im->magic != IMAGE_MAGIC)
		fw_exit(FW_EXIT_BAD_MAGIC);
	if (im->version != IMAGE_VERSION)
		fw_exit(FW_EXIT_BAD_VERSION);

	uint32_t at = im->steps - MAP_FLASH;
	uint32_t most = im->bytes / sizeof(struct image_step);
	if (at % 4 || at > im->bytes || im->n_steps > most ||
	    im->n_steps * sizeof(struct image_step) > im->bytes - at)
		fw_exit(FW_EXIT_BAD_TABLE);

	const struct image_step *s = PTR(im->steps);
	for (uint32_t i = 0; i < im->n_steps; i++) {
		if (s[i].kind > STEP_WAIT)
			fw_exit(FW_EXIT_BAD_STEP);
		if (s[i].kind == STEP_CPU && s[i].n >= N_KERNELS)
			fw_exit(FW_EXIT_BAD_KERNEL);
	}
}

static void infer(const struct image_header *im)
{
	const struct image_step *s = PTR(im->steps);

	REG(SIMCTL, MARK) = MARK_BEGIN;
	for (uint32_t i = 0; i < im->n_steps; i++) {
		REG(SIMCTL, MARK) = i;
		if (s[i].kind == STEP_ACCEL)
			accel_submit(s[i].arg, s[i].n);
		else
			kernel_run((enum kernel)s[i].n, s[i].arg);
	}
	REG(SIMCTL, MARK) = MARK_END;
}

static bool has_starts(const struct image_header *im)
{
	const struct image_step *s = PTR(im->steps);

	for (uint32_t i = 0; i < im->n_steps; i++)
		if (s[i].kind == STEP_START)
			return true;
	return false;
}

/* As infer, and then the end, for the other kinds of waiting. Interrupts, which
 * only irq_sleep_until turns on, stay off. */
static LATE void infer_awaiting(const struct image_header *im)
{
	const struct image_step *s = PTR(im->steps);
	bool poll = im->wait == WAIT_POLL;

	if (im->wait >= N_WAITS)
		fw_exit(FW_EXIT_BAD_STEP);
	REG(SIMCTL, MARK) = MARK_BEGIN;
	for (uint32_t i = 0; i < im->n_steps; i++) {
		REG(SIMCTL, MARK) = i;
		if (s[i].kind == STEP_CPU) {
			kernel_run((enum kernel)s[i].n, s[i].arg);
			continue;
		}
		if (s[i].kind != STEP_WAIT)
			(poll ? accel_start_quiet : accel_start)(s[i].arg,
			                                         s[i].n);
		if (s[i].kind != STEP_START)
			(poll ? accel_wait_poll : accel_wait_wfi)();
	}
	REG(SIMCTL, MARK) = MARK_END;
	fw_exit(FW_EXIT_OK);
}

/* As infer, and then the end, if a job is started and waited for apart. In a
 * loop of its own, behind all other code: so an image without such steps takes
 * not a cycle more. */
static LATE void infer_beside(void)
{
	const struct image_header *im = PTR(MAP_FLASH);
	const struct image_step *s = PTR(im->steps);

	if (im->wait != WAIT_INTERRUPT)
		infer_awaiting(im);
	if (!has_starts(im))
		return;
	REG(SIMCTL, MARK) = MARK_BEGIN;
	for (uint32_t i = 0; i < im->n_steps; i++) {
		REG(SIMCTL, MARK) = i;
		if (s[i].kind == STEP_ACCEL)
			accel_submit(s[i].arg, s[i].n);
		else if (s[i].kind == STEP_CPU)
			kernel_run((enum kernel)s[i].n, s[i].arg);
		else if (s[i].kind == STEP_START)
			accel_start(s[i].arg, s[i].n);
		else
			accel_wait();
	}
	REG(SIMCTL, MARK) = MARK_END;
	fw_exit(FW_EXIT_OK);
}

int main(void)
{
	const struct image_header *im = PTR(MAP_FLASH);

	check(im);
	accel_init();
	infer_beside();
	/* With its two bytes the call takes eight: all that follows begins in
	 * the same half of a word as without it, and takes as long. */
	__asm__ volatile("c.nop");
	infer(im);
	fw_exit(FW_EXIT_OK);
}
