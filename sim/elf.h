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

/* Functions and labels of the executable's code, in order of address; no two
 * at one address. */
struct elf_function {
	uint32_t addr; /* it ends where the next one begins */
	char *name;
};

struct elf_functions {
	struct elf_function *at;
	size_t n;
};

/* False: not an ELF file. A stripped one has none. */
bool elf_functions(const void *file, size_t file_bytes, struct elf_functions *f,
                   struct err *err);
void elf_functions_free(struct elf_functions *f);

#endif
