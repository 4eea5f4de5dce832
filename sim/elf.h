/* elf: executables into memory, and the names of their functions. */
#ifndef SIM_ELF_H
#define SIM_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

/* Where an executable goes: `bytes` stands for [base, base+size). */
struct elf_place {
	const char *what; /* the file, in messages */
	uint8_t *bytes;
	uint32_t base, size;
	uint32_t entry; /* where it must start; 0: not asked */
};

/* Copy the loadable segments by their load addresses; the rest of the memory
 * stays as it is. False (ERR_DATA) if the file is no RV32 executable, does not
 * start at the entry, or has bytes elsewhere. */
bool elf_load(const void *file, size_t file_bytes, const struct elf_place *to,
              struct err *err);

#endif
