/* image: the program image, the contract between compiler and firmware.
 *
 * The image lies at the start of flash and is read-only. Little-endian 32-bit
 * words; every pointer is an absolute target address (flash or SRAM). The
 * firmware walks the step table in order. Plain C without libc.
 *
 * SRAM: FW_SRAM_BYTES for the firmware (data, ring, stack), then the arena:
 * activations, placed by the compiler. Input and output tensors lie in the
 * arena; the simulator (or the application) writes and reads them there.
 */
#ifndef ISA_IMAGE_H
#define ISA_IMAGE_H

#include <stdint.h>

#define IMAGE_MAGIC 0x31544c4au /* "JLT1" */
enum { IMAGE_VERSION = 1 };

struct image_tensor {
	uint32_t addr, bytes;
};

enum step_kind {
	STEP_ACCEL, /* arg: address of the command list, n: commands */
	STEP_CPU, /* arg: address of the kernel's parameters, n: enum kernel */
	/* The same as STEP_ACCEL in two: between them steps of the CPU run
	 * while the job does. Both have its list and commands. */
	STEP_START,
	STEP_WAIT,
};

/* How the core waits for the end of a job. */
enum wait_kind {
	WAIT_INTERRUPT, /* asleep; an interrupt handler runs */
	WAIT_WFI,       /* asleep; woken without a handler */
	WAIT_POLL,      /* awake, reading HEAD; the job asks for no interrupt */
	N_WAITS
};

struct image_step {
	uint32_t kind;
	uint32_t layer; /* index into the layer names; first layer of a job */
	uint32_t arg;
	uint32_t n;
};

struct image_header {
	uint32_t magic, version;
	uint32_t bytes;                /* of the whole image */
	uint32_t design_lo, design_hi; /* design_hash of the design it is for */
	uint32_t n_layers;
	uint32_t arena_bytes;      /* SRAM needed after FW_SRAM_BYTES */
	uint32_t n_steps, steps;   /* count, address of struct image_step[] */
	uint32_t n_inputs, inputs; /* count, address of struct image_tensor[] */
	uint32_t n_outputs, outputs;
	uint32_t wait; /* enum wait_kind; WAIT_INTERRUPT if there is no job */
};

#endif
