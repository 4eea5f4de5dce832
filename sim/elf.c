/* elf: the firmware's ELF file into instruction memory. */
#include "sim/elf.h"

#include <elf.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

static bool bad(struct err *err, const char *what)
{
	return err_set(err, ERR_DATA, "firmware: %s", what);
}

static bool check_header(Elf *elf, uint32_t entry, struct err *err)
{
	GElf_Ehdr h;

	if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &h))
		return bad(err, "not an ELF file");
	if (gelf_getclass(elf) != ELFCLASS32 || h.e_machine != EM_RISCV ||
	    h.e_type != ET_EXEC)
		return bad(err, "not a 32-bit RISC-V executable");
	if (h.e_entry != entry)
		return err_set(err, ERR_DATA,
		               "firmware: starts at 0x%08x, the core at 0x%08x",
		               (unsigned)h.e_entry, entry);
	return true;
}

static bool load_segment(const GElf_Phdr *p, const uint8_t *file, size_t size,
                         uint8_t *imem, uint32_t base, uint32_t bytes,
                         struct err *err)
{
	if (p->p_type != PT_LOAD || p->p_filesz == 0)
		return true;
	if (p->p_offset > size || p->p_filesz > size - p->p_offset)
		return bad(err, "cut off");
	if (p->p_paddr < base || p->p_paddr - base > bytes ||
	    p->p_filesz > bytes - (p->p_paddr - base))
		return err_set(err, ERR_DATA,
		               "firmware: %llu bytes at 0x%08llx are not in "
		               "instruction memory",
		               (unsigned long long)p->p_filesz,
		               (unsigned long long)p->p_paddr);
	memcpy(imem + (p->p_paddr - base), file + p->p_offset,
	       (size_t)p->p_filesz);
	return true;
}

static bool load(Elf *elf, const uint8_t *file, size_t size, uint8_t *imem,
                 uint32_t base, uint32_t bytes, uint32_t entry, struct err *err)
{
	size_t n;

	if (!check_header(elf, entry, err))
		return false;
	if (elf_getphdrnum(elf, &n) != 0)
		return bad(err, "no program headers");
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(elf, (int)i, &p))
			return bad(err, "broken program header");
		if (!load_segment(&p, file, size, imem, base, bytes, err))
			return false;
	}
	return true;
}

bool elf_load(const void *file, size_t file_bytes, uint8_t *imem, uint32_t base,
              uint32_t bytes, uint32_t entry, struct err *err)
{
	elf_version(EV_CURRENT);
	/* libelf wants memory that it may write to, though it only reads. */
	char *copy = malloc(file_bytes ? file_bytes : 1);
	if (!copy)
		return err_set(err, ERR_BUG, "firmware: out of memory");
	memcpy(copy, file, file_bytes);

	Elf *elf = elf_memory(copy, file_bytes);
	bool ok =
	        elf ? load(elf, file, file_bytes, imem, base, bytes, entry, err)
	            : bad(err, "not an ELF file");
	elf_end(elf);
	free(copy);
	return ok;
}
