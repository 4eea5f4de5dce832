/* mem: the bytes of the memories that host and accelerator share. Owned by the
 * SoC; the accelerator borrows it. Addresses are offsets into the array. */
#ifndef SIM_MEM_H
#define SIM_MEM_H

#include <stdint.h>

enum { MEM_SRAM, MEM_FLASH, N_MEMS };

struct mem {
	uint8_t *bytes[N_MEMS];
	uint32_t size[N_MEMS]; /* multiples of 64 */
};

#endif
