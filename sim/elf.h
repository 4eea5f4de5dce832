/* elf: the firmware's ELF file into instruction memory. */
#ifndef SIM_ELF_H
#define SIM_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

/* Copy the loadable segments by their load addresses into `imem`, which stands
 * for [base, base+bytes); the rest of it stays as it is. False (ERR_DATA) if
 * the file is no RV32 executable, does not start at `entry`, or has bytes
 * elsewhere. */
bool elf_load(const void *file, size_t file_bytes, uint8_t *imem, uint32_t base,
              uint32_t bytes, uint32_t entry, struct err *err);

#endif
