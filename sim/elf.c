/* elf: see elf.h */
#include "sim/elf.h"

#include <elf.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

static bool bad(const struct elf_place *to, struct err *err, const char *what)
{
	return err_set(err, ERR_DATA, "%s: %s", to->what, what);
}

static bool check_header(Elf *elf, const struct elf_place *to, struct err *err)
{
	GElf_Ehdr h;

	if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &h))
		return bad(to, err, "not an ELF file");
	if (gelf_getclass(elf) != ELFCLASS32 || h.e_machine != EM_RISCV ||
	    h.e_type != ET_EXEC)
		return bad(to, err, "not a 32-bit RISC-V executable");
	if (to->entry && h.e_entry != to->entry)
		return err_set(err, ERR_DATA,
		               "%s: starts at 0x%08x, the core at 0x%08x",
		               to->what, (unsigned)h.e_entry, to->entry);
	return true;
}

/* Linkers put the file's own headers before the first section if its segment
 * may begin on a page's border. They are nobody's data: leave out what lies
 * before `base` if no section does. */
static void drop_headers(Elf *elf, GElf_Phdr *p, const struct elf_place *to)
{
	GElf_Xword cut = to->base - p->p_paddr;

	if (p->p_offset != 0 || p->p_paddr >= to->base || cut > p->p_filesz)
		return;
	for (Elf_Scn *s = elf_nextscn(elf, NULL); s; s = elf_nextscn(elf, s)) {
		GElf_Shdr h;

		if (!gelf_getshdr(s, &h) ||
		    ((h.sh_flags & SHF_ALLOC) && h.sh_offset < cut))
			return;
	}
	p->p_offset += cut;
	p->p_paddr += cut;
	p->p_filesz -= cut;
}

static bool load_segment(const GElf_Phdr *p, const uint8_t *file, size_t size,
                         const struct elf_place *to, struct err *err)
{
	if (p->p_type != PT_LOAD || p->p_filesz == 0)
		return true;
	if (p->p_offset > size || p->p_filesz > size - p->p_offset)
		return bad(to, err, "cut off");
	if (p->p_paddr < to->base || p->p_paddr - to->base > to->size ||
	    p->p_filesz > to->size - (p->p_paddr - to->base))
		return err_set(err, ERR_DATA,
		               "%s: %llu bytes at 0x%08llx are not in "
		               "instruction memory",
		               to->what, (unsigned long long)p->p_filesz,
		               (unsigned long long)p->p_paddr);
	memcpy(to->bytes + (p->p_paddr - to->base), file + p->p_offset,
	       (size_t)p->p_filesz);
	return true;
}

static bool load(Elf *elf, const uint8_t *file, size_t size,
                 const struct elf_place *to, struct err *err)
{
	size_t n;

	if (!check_header(elf, to, err))
		return false;
	if (elf_getphdrnum(elf, &n) != 0)
		return bad(to, err, "no program headers");
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(elf, (int)i, &p))
			return bad(to, err, "broken program header");
		drop_headers(elf, &p, to);
		if (!load_segment(&p, file, size, to, err))
			return false;
	}
	return true;
}

bool elf_load(const void *file, size_t file_bytes, const struct elf_place *to,
              struct err *err)
{
	elf_version(EV_CURRENT);
	/* libelf wants memory that it may write to, though it only reads. */
	char *copy = malloc(file_bytes ? file_bytes : 1);
	if (!copy)
		return err_set(err, ERR_BUG, "%s: out of memory", to->what);
	memcpy(copy, file, file_bytes);

	Elf *elf = elf_memory(copy, file_bytes);
	bool ok = elf ? load(elf, file, file_bytes, to, err)
	              : bad(to, err, "not an ELF file");
	elf_end(elf);
	free(copy);
	return ok;
}
