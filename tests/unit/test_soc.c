/* soc: whole runs of the real firmware over hand-made images, and of tiny
 * firmwares for what the real one never does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <elf.h>

#include "isa/command.h"
#include "isa/image.h"
#include "isa/kernels.h"
#include "isa/map.h"
#include "sim/soc.h"

/* ---- Images ------------------------------------------------------------- */

enum { ARENA = 0x20000000 + FW_SRAM_BYTES, N = 64, MAX_IMAGE = 4096 };

struct flash {
	_Alignas(64) uint8_t bytes[MAX_IMAGE];
	uint32_t used;
};

static uint32_t put(struct flash *f, const void *what, size_t n, uint32_t align)
{
	f->used = (f->used + align - 1) / align * align;
	assert_true(f->used + n <= MAX_IMAGE);
	memcpy(f->bytes + f->used, what, n);
	f->used += (uint32_t)n;
	return MAP_FLASH + f->used - (uint32_t)n;
}

static uint32_t put_copy(struct flash *f, uint32_t in, uint32_t out)
{
	const struct k_copy k = {in, out, N};

	return put(f, &k, sizeof k, 4);
}

static void encode(uint32_t *w, int opcode, int layer, uint32_t mem, int wait)
{
	const struct command c = {.opcode = opcode,
	                          .layer = layer,
	                          .wait_ld = wait,
	                          .mem = mem,
	                          .n0 = N,
	                          .n1 = 1,
	                          .n2 = 1};

	command_encode(&c, w);
}

/* Copy through the host (layer 0), the scratchpad (1 and 2), the host (3). */
static struct flash four_layers(const struct design *d)
{
	struct flash f = {.used = sizeof(struct image_header)};
	uint32_t job[2][COMMAND_WORDS];
	const struct image_tensor in = {ARENA, N}, out = {ARENA + 3 * N, N};

	encode(job[0], OP_LOAD, 1, ARENA + N, 0);
	encode(job[1], OP_STORE, 2, ARENA + 2 * N, 1);
	const struct image_step step[] = {
	        {STEP_CPU, 0, put_copy(&f, ARENA, ARENA + N), KERNEL_COPY},
	        {STEP_ACCEL, 1, put(&f, job, sizeof job, 64), 2},
	        {STEP_CPU, 3, put_copy(&f, ARENA + 2 * N, ARENA + 3 * N),
	         KERNEL_COPY},
	};
	uint64_t hash = design_hash(d);
	struct image_header h = {
	        .magic = IMAGE_MAGIC,
	        .version = IMAGE_VERSION,
	        .design_lo = (uint32_t)hash,
	        .design_hi = (uint32_t)(hash >> 32),
	        .n_layers = 4,
	        .arena_bytes = 4 * N,
	        .n_steps = 3,
	        .n_inputs = 1,
	        .n_outputs = 1,
	        .steps = put(&f, step, sizeof step, 4),
	        .inputs = put(&f, &in, sizeof in, 4),
	        .outputs = put(&f, &out, sizeof out, 4),
	};
	h.bytes = f.used;
	memcpy(f.bytes, &h, sizeof h);
	return f;
}

static struct image_header *header(struct flash *f)
{
	return (struct image_header *)f->bytes;
}

static const struct soc_opts plain = {.backend = &accel_fast};

static void run_real(const struct soc_opts *o, const uint8_t *in, uint8_t *out,
                     struct soc_result *r)
{
	struct design d = design_default();
	struct flash f = four_layers(&d);
	struct err err = {0};

	struct soc *s = soc_open(&d, firmware_elf, firmware_elf_bytes, f.bytes,
	                         f.used, o, &err);
	assert_string_equal(err.msg, "");
	assert_true(soc_run(s, in, N, out, N, r, &err));
	soc_close(s);
}

static void fill(uint8_t in[N])
{
	for (int i = 0; i < N; i++)
		in[i] = (uint8_t)(7 * i + 1);
}

/* ---- The real firmware -------------------------------------------------- */

static void data_passes_host_and_accelerator(void **state)
{
	(void)state;
	uint8_t in[N], out[N] = {0};
	struct soc_result r;

	fill(in);
	run_real(&plain, in, out, &r);
	assert_memory_equal(in, out, N);
	assert_int_equal(r.exit_code, 0);
	assert_int_equal(r.n_layers, 4);
	assert_null(r.cmd);
	soc_result_free(&r);
}

static void layers_partition_the_inference(void **state)
{
	(void)state;
	struct soc_opts o = plain;
	uint8_t in[N] = {0}, out[N];
	struct soc_result r;
	uint64_t sum = 0, host = 0;

	o.want_cmds = true;
	run_real(&o, in, out, &r);
	assert_int_equal(r.n_marks, 5);
	assert_int_equal(r.mark[0].step, MARK_BEGIN);
	assert_int_equal(r.mark[2].step, 1);
	assert_int_equal(r.mark[4].step, MARK_END);
	assert_int_equal(r.cycles, r.mark[4].cycle - r.mark[0].cycle);
	for (int l = 0; l < 4; l++) {
		sum += r.layer_cycles[l];
		host += r.layer[l].n[EV_cpu_active];
		host += r.layer[l].n[EV_cpu_sleep];
	}
	assert_int_equal(sum, r.cycles);
	assert_int_equal(host, r.cycles);

	/* A job: each layer up to the end of its last command. */
	assert_int_equal(r.n_cmd, 2);
	assert_int_equal(r.layer_cycles[1], r.cmd[0].end - r.mark[2].cycle);
	assert_int_equal(r.layer_cycles[2], r.mark[3].cycle - r.cmd[0].end);
	soc_result_free(&r);
}

static void events_belong_to_the_layer_that_caused_them(void **state)
{
	(void)state;
	uint8_t in[N] = {0}, out[N];
	struct soc_result r;

	run_real(&plain, in, out, &r);
	assert_int_equal(r.layer[1].n[EV_ld_sram_bytes], N);
	assert_int_equal(r.layer[2].n[EV_st_sram_bytes], N);
	assert_int_equal(r.layer[0].n[EV_ld_sram_bytes], 0);
	/* The host slept during the job, and only then. */
	assert_true(r.layer[1].n[EV_cpu_sleep] > 0);
	assert_int_equal(r.layer[0].n[EV_cpu_sleep], 0);
	assert_int_equal(r.layer[3].n[EV_cpu_sleep], 0);
	assert_true(r.layer[0].n[EV_cpu_sram_writes] >= N / 4);
	assert_true(r.layer[4].n[EV_cpu_active] > 100); /* boot */
	soc_result_free(&r);
}

static void equal_inputs_give_equal_results(void **state)
{
	(void)state;
	struct design d = design_default();
	struct flash f = four_layers(&d);
	uint8_t in[N], out[N], other[N];
	struct soc_result a, b;
	struct err err = {0};

	fill(in);
	struct soc *s = soc_open(&d, firmware_elf, firmware_elf_bytes, f.bytes,
	                         f.used, &plain, &err);
	assert_non_null(s);
	assert_true(soc_run(s, in, N, out, N, &a, &err));
	assert_true(soc_run(s, in, N, other, N, &b, &err));
	soc_close(s);
	assert_memory_equal(out, other, N);
	assert_int_equal(a.begin, b.begin);
	assert_int_equal(a.end, b.end);
	for (int l = 0; l <= 4; l++)
		assert_memory_equal(&a.layer[l], &b.layer[l],
		                    sizeof a.layer[l]);
	soc_result_free(&a);
	soc_result_free(&b);
}

/* ---- Bad images --------------------------------------------------------- */

static void refused(struct flash *f, const char *message)
{
	struct design d = design_default();
	struct err err;

	assert_null(soc_open(&d, firmware_elf, firmware_elf_bytes, f->bytes,
	                     f->used, &plain, &err));
	assert_string_equal(err.msg, message);
	assert_int_equal(err.kind, ERR_DATA);
}

static void bad_images_are_refused(void **state)
{
	(void)state;
	struct design d = design_default();
	struct flash good = four_layers(&d), f;

	f = good, header(&f)->magic = 1;
	refused(&f, "image: not a program image");
	f = good, header(&f)->version = 9;
	refused(&f, "image: version 9, not 1");
	f = good, header(&f)->design_lo++;
	refused(&f, "image: compiled for another design than default");
	f = good, header(&f)->arena_bytes = 1 << 20;
	refused(&f, "image: arena of 1048576 bytes; sram.kib = 256 leaves "
	            "245760");
	f = good, header(&f)->n_steps = 1000000;
	refused(&f, "image: a table lies outside of it");
	f = good, header(&f)->n_layers = 3;
	refused(&f, "image: step 2 is of layer 3 of 3");
	f = good, header(&f)->arena_bytes = N;
	refused(&f, "image: output 0, 64 bytes at 0x200040c0, is not in the "
	            "arena");
}

static void inputs_of_the_wrong_size_are_refused(void **state)
{
	(void)state;
	struct design d = design_default();
	struct flash f = four_layers(&d);
	struct soc_result r;
	struct err err;
	uint8_t x[N];

	struct soc *s = soc_open(&d, firmware_elf, firmware_elf_bytes, f.bytes,
	                         f.used, &plain, &err);
	assert_false(soc_run(s, x, N - 1, x, N, &r, &err));
	assert_string_equal(err.msg, "input: 63 bytes, the network takes 64");
	soc_close(s);
}

/* ---- Tiny firmwares ----------------------------------------------------- */

/* An ELF file whose only segment lies at MAP_IMEM + 0x80. */
struct tiny {
	Elf32_Ehdr head;
	Elf32_Phdr seg;
	uint32_t code[32];
};

static struct tiny tiny(const uint32_t *code, size_t n)
{
	struct tiny t = {
	        .head = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3,
	                             ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
	                 .e_type = ET_EXEC,
	                 .e_machine = EM_RISCV,
	                 .e_version = EV_CURRENT,
	                 .e_entry = MAP_IMEM + BOOT_OFFSET,
	                 .e_phoff = offsetof(struct tiny, seg),
	                 .e_ehsize = sizeof t.head,
	                 .e_phentsize = sizeof t.seg,
	                 .e_phnum = 1},
	        .seg = {.p_type = PT_LOAD,
	                .p_offset = offsetof(struct tiny, code),
	                .p_paddr = MAP_IMEM + BOOT_OFFSET,
	                .p_vaddr = MAP_IMEM + BOOT_OFFSET,
	                .p_filesz = sizeof t.code,
	                .p_memsz = sizeof t.code},
	};
	memcpy(t.code, code, n * 4);
	return t;
}

static void ends_with(const uint32_t *code, size_t n, uint64_t max_cycles,
                      enum err_kind kind, const char *message)
{
	struct design d = design_default();
	struct flash f = four_layers(&d);
	struct soc_opts o = plain;
	struct tiny t = tiny(code, n);
	struct soc_result r;
	struct err err = {0};
	uint8_t x[N] = {0};

	o.max_cycles = max_cycles;
	struct soc *s = soc_open(&d, &t, sizeof t, f.bytes, f.used, &o, &err);
	assert_string_equal(err.msg, "");
	assert_false(soc_run(s, x, N, x, N, &r, &err));
	assert_string_equal(err.msg, message);
	assert_int_equal(err.kind, kind);
	assert_null(r.layer);
	soc_close(s);
}
#define ENDS(kind, max, message, ...)                                          \
	do {                                                                   \
		const uint32_t code[] = {__VA_ARGS__};                         \
		ends_with(code, sizeof code / 4, max, kind, message);          \
	} while (0)

static void endless_firmware_meets_the_watchdog(void **state)
{
	(void)state;
	ENDS(ERR_WATCHDOG, 1000,
	     "no end after 1000 cycles: the host is at pc 0x00100080; "
	     "accelerator: HEAD 0, TAIL 0, STATUS 0x0",
	     0x0000006f);
}

static void sleeping_for_ever_is_found_at_once(void **state)
{
	(void)state;
	ENDS(ERR_WATCHDOG, 0,
	     "no end after 7 cycles: the host sleeps with nothing to wake it "
	     "at pc 0x00100084; accelerator: HEAD 0, TAIL 0, STATUS 0x0",
	     0x10500073);
}

static void exit_status_is_explained(void **state)
{
	(void)state;
	/* lui a4,0x80030; li a0,0x102; sw a0,0(a4) */
	ENDS(ERR_BUG, 0,
	     "firmware: exit status 0x102 (exception; the cause is added)",
	     0x80030737, 0x10200513, 0x00a72023);
}

static void missing_marks_are_an_error(void **state)
{
	(void)state;
	ENDS(ERR_BUG, 0,
	     "firmware: its marks are not begin, steps of the image, end",
	     0x80030737, 0x00072023);
}

static void faults_name_pc_and_address(void **state)
{
	(void)state;
	/* Devices take whole words: sb x0,0(a4). */
	ENDS(ERR_BUG, 0,
	     "host: store access fault at pc 0x00100084, mtval 0x80030000, "
	     "cycle 5; the handler at 0x00100000 traps too",
	     0x80030737, 0x00070023);
	/* Flash and instruction memory are read-only. */
	ENDS(ERR_BUG, 0,
	     "host: store access fault at pc 0x00100084, mtval 0x40000000, "
	     "cycle 5; the handler at 0x00100000 traps too",
	     0x40000737, 0x00072023);
	ENDS(ERR_BUG, 0,
	     "host: store access fault at pc 0x00100084, mtval 0x00100000, "
	     "cycle 5; the handler at 0x00100000 traps too",
	     0x00100737, 0x00072023);
}

static void timer_wakes_the_host(void **state)
{
	(void)state;
	/* a1 = mtime (read in cycle 5), mtimecmp = a1 + 100, wfi, a3 = mtime,
	 * exit with it. The line is high in 105; the next instruction is in ID
	 * two cycles later. */
	ENDS(ERR_BUG, 0,
	     "firmware: exit status 0x6b (not a status of joulet's firmware)",
	     0x80010537, 0x00052583, 0x06458593, 0x00b52423, 0x00052623,
	     0x08000613, 0x30461073, 0x10500073, 0x00052683, 0x80030737,
	     0x00d72023);
}

static void broken_firmware_is_refused(void **state)
{
	(void)state;
	const uint32_t code[] = {0x0000006f};
	struct design d = design_default();
	struct flash f = four_layers(&d);
	struct err err;

	assert_null(soc_open(&d, "no", 2, f.bytes, f.used, &plain, &err));
	assert_string_equal(err.msg, "firmware: not an ELF file");

	struct tiny t = tiny(code, 1);
	t.head.e_entry = 0x1000;
	assert_null(soc_open(&d, &t, sizeof t, f.bytes, f.used, &plain, &err));
	assert_string_equal(err.msg, "firmware: starts at 0x00001000, the core "
	                             "at 0x00100080");
	t = tiny(code, 1);
	t.seg.p_paddr = MAP_SRAM;
	assert_null(soc_open(&d, &t, sizeof t, f.bytes, f.used, &plain, &err));
	assert_string_equal(err.msg, "firmware: 128 bytes at 0x20000000 are "
	                             "not in instruction memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(data_passes_host_and_accelerator),
	        cmocka_unit_test(layers_partition_the_inference),
	        cmocka_unit_test(events_belong_to_the_layer_that_caused_them),
	        cmocka_unit_test(equal_inputs_give_equal_results),
	        cmocka_unit_test(bad_images_are_refused),
	        cmocka_unit_test(inputs_of_the_wrong_size_are_refused),
	        cmocka_unit_test(endless_firmware_meets_the_watchdog),
	        cmocka_unit_test(sleeping_for_ever_is_found_at_once),
	        cmocka_unit_test(exit_status_is_explained),
	        cmocka_unit_test(missing_marks_are_an_error),
	        cmocka_unit_test(faults_name_pc_and_address),
	        cmocka_unit_test(timer_wakes_the_host),
	        cmocka_unit_test(broken_firmware_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
