/* kernels: which kernel has which number. */
#include "firmware/kernels.h"

/* A switch and not a table of pointers: the parameters keep their types. */
void kernel_run(enum kernel kernel, uint32_t params)
{
	const void *p = PTR(params);
	switch (kernel) {
#define KERNEL(name, params, doc)                                              \
	case KERNEL_##name:                                                    \
		kernel_##name(p);                                              \
		break;
#include "isa/kernels.def"
	case N_KERNELS:
		break;
	}
}
