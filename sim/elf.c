/* elf: see elf.h */
#include "sim/elf.h"

#include <elf.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

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

/* libelf wants memory that it may write to, though it only reads: `*copy`. */
static Elf *open_copy(const void *file, size_t bytes, char **copy)
{
	elf_version(EV_CURRENT);
	*copy = mem_zero(bytes, 1);
	memcpy(*copy, file, bytes);
	return elf_memory(*copy, bytes);
}

bool elf_load(const void *file, size_t file_bytes, const struct elf_place *to,
              struct err *err)
{
	char *copy;
	Elf *elf = open_copy(file, file_bytes, &copy);

	bool ok = elf ? load(elf, file, file_bytes, to, err)
	              : bad(to, err, "not an ELF file");
	elf_end(elf);
	free(copy);
	return ok;
}

/* ---- Names -------------------------------------------------------------- */

/* Functions, and labels of assembly; not what the assembler made up. */
static bool names_code(Elf *elf, const GElf_Sym *s, const char *name)
{
	GElf_Shdr h;
	int type = GELF_ST_TYPE(s->st_info);

	if (type != STT_FUNC && type != STT_NOTYPE)
		return false;
	if (!name || !name[0] || name[0] == '$' || name[0] == '.')
		return false;
	if (s->st_shndx == SHN_UNDEF || s->st_shndx >= SHN_LORESERVE)
		return false;
	Elf_Scn *scn = elf_getscn(elf, s->st_shndx);
	return scn && gelf_getshdr(scn, &h) && (h.sh_flags & SHF_EXECINSTR);
}

/* By address, then by name. */
static int compare(const void *a, const void *b)
{
	const struct elf_function *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void read_symbols(Elf *elf, Elf_Scn *scn, struct elf_functions *f)
{
	GElf_Shdr h;
	Elf_Data *data = elf_getdata(scn, NULL);

	if (!data || !gelf_getshdr(scn, &h) || h.sh_type != SHT_SYMTAB ||
	    h.sh_entsize == 0)
		return;
	size_t n = (size_t)(h.sh_size / h.sh_entsize);
	f->at = mem_grow(f->at, f->n + n, sizeof *f->at);
	for (size_t i = 0; i < n; i++) {
		GElf_Sym s;

		if (!gelf_getsym(data, (int)i, &s))
			return;
		const char *name = elf_strptr(elf, h.sh_link, s.st_name);
		if (names_code(elf, &s, name))
			f->at[f->n++] = (struct elf_function){
			        (uint32_t)s.st_value, mem_str(name)};
	}
}

bool elf_functions(const void *file, size_t file_bytes, struct elf_functions *f,
                   struct err *err)
{
	char *copy;
	size_t n = 0;
	Elf *elf = open_copy(file, file_bytes, &copy);

	*f = (struct elf_functions){NULL, 0};
	if (!elf || elf_kind(elf) != ELF_K_ELF) {
		elf_end(elf);
		free(copy);
		return err_set(err, ERR_DATA, "not an ELF file");
	}
	for (Elf_Scn *s = elf_nextscn(elf, NULL); s; s = elf_nextscn(elf, s))
		read_symbols(elf, s, f);
	elf_end(elf);
	free(copy);
	if (f->n > 0)
		qsort(f->at, f->n, sizeof *f->at, compare);
	for (size_t i = 0; i < f->n; i++) {
		if (n > 0 && f->at[n - 1].addr == f->at[i].addr)
			free(f->at[i].name);
		else
			f->at[n++] = f->at[i];
	}
	f->n = n;
	return true;
}

void elf_functions_free(struct elf_functions *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->at[i].name);
	free(f->at);
	*f = (struct elf_functions){NULL, 0};
}
