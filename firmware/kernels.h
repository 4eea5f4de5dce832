/* kernels: the software kernels of isa/kernels.def.
 *
 * They include nothing of the machine, so that the tests compile them for the
 * computer they run on. There, addresses of the parameters are looked up by
 * kernel_ptr, which the test defines; on the target they are pointers. */
#ifndef FIRMWARE_KERNELS_H
#define FIRMWARE_KERNELS_H

#include "isa/kernels.h"

#ifdef __riscv
#define PTR(addr) ((void *)(uintptr_t)(addr))
#else
void *kernel_ptr(uint32_t addr);
#define PTR(addr) kernel_ptr(addr)
#endif

/* void kernel_CONV_I8(const struct k_conv *) and so on. */
#define KERNEL(name, params, doc) void kernel_##name(const struct params *p);
#include "isa/kernels.def"

/* Run a kernel on the parameters at an address; kernel < N_KERNELS. */
void kernel_run(enum kernel kernel, uint32_t params);

#endif
