/* gates: see gates.h. */
#include "calib/gates.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "isa/map.h"

enum { MAX_TEXT = 512 << 20, LIMIT = 1000000 };

static bool run(const char *command, struct err *err)
{
	char line[400] = "";
	FILE *f = popen(command, "r");

	if (!f)
		return err_set(err, ERR_TOOL, "cannot start: %s", command);
	for (size_t n = 0; n < sizeof line - 1;) {
		size_t got = fread(line + n, 1, sizeof line - 1 - n, f);
		if (!got)
			break;
		n += got;
	}
	while (fgetc(f) != EOF)
		;
	int status = pclose(f);
	return status == 0 ||
	       err_set(err, ERR_TOOL, "%.60s... failed:\n%s", command, line);
}

/* ------------------------------------------------------------------------
 * Verilog */

/* The last part of a module's name, without parameters. */
static void plain_name(const char *module, char *to, size_t size)
{
	const char *at = module + (*module == '\\');
	size_t n = 0;

	if (strncmp(at, "$paramod", 8) == 0) {
		/* $paramod$HASH\name, $paramod\name\P=... */
		at = strchr(at, '\\');
		at = at ? at + 1 : module;
	}
	while (n + 1 < size && at[n] && at[n] != '\\' && at[n] != ' ' &&
	       at[n] != '(')
		n++;
	snprintf(to, size, "%.*s", (int)n, at);
}

/* Copy a netlist; each module gets a wire that tells its class. */
static void mark_modules(struct buf *to, const char *text)
{
	char name[CELL_NAME];

	for (const char *end; *text; text = end) {
		end = strchr(text, '\n');
		end = end ? end + 1 : text + strlen(text);
		bool module = strncmp(text, "module ", 7) == 0;
		if (module) {
			plain_name(text + 7, name, sizeof name);
			while (end > text + 2 && end[-2] != ';') {
				const char *more = strchr(end, '\n');
				end = more ? more + 1 : end + strlen(end);
			}
		}
		buf_add(to, text, (size_t)(end - text));
		if (module)
			buf_printf(to, "  reg is_%s = 0;\n", name);
	}
}

struct port {
	const char *name, *wire;
	int bits; /* 0: no vector */
};

static void print_ports(FILE *f, const struct design *d)
{
	const struct port port[] = {
	        {"clk_i", "clk", 0},
	        {"rst_ni", "rst_n", 0},
	        {"mmio_req_i", "mmio_we", 0},
	        {"mmio_we_i", "mmio_we", 0},
	        {"mmio_addr_i", "mmio_addr", 12},
	        {"mmio_wdata_i", "mmio_data", 32},
	        {"irq_o", "irq", 0},
	        {"sram_busy_i", "1'b0", 0},
	        {"sram_req_o", "sram_req", 0},
	        {"sram_we_o", "sram_we", 0},
	        {"sram_addr_o", "sram_addr", 28},
	        {"sram_wdata_o", "sram_wdata", 8 * d->dma_bytes},
	        {"sram_wstrb_o", "sram_wstrb", d->dma_bytes},
	        {"sram_rdata_i", "sram_rdata", 8 * d->dma_bytes},
	        {"flash_busy_i", "1'b0", 0},
	        {"flash_req_o", "flash_req", 0},
	        {"flash_addr_o", "flash_addr", 28},
	        {"flash_rdata_i", "flash_rdata", 8 * d->dma_bytes},
	};

	fprintf(f, "    accel dut (");
	for (size_t i = 0; i < sizeof port / sizeof *port; i++) {
		const struct port *p = &port[i];
		if (!p->bits)
			fprintf(f, "%s\n        .%s(%s)", i ? "," : "", p->name,
			        p->wire);
		for (int k = 0; k < p->bits; k++)
			fprintf(f, ",\n        .\\%s[%d] (%s[%d])", p->name, k,
			        p->wire, k);
	}
	fprintf(f, ");\n\n");
}

static const char bench_top[] =
        "    reg clk = 0, rst_n = 0, mmio_we = 0;\n"
        "    reg [11:0] mmio_addr = 0;\n"
        "    reg [31:0] mmio_data = 0;\n"
        "    wire irq, sram_req, sram_we, flash_req;\n"
        "    wire [27:0] sram_addr, flash_addr;\n"
        "    wire [8*D-1:0] sram_wdata;\n"
        "    wire [D-1:0] sram_wstrb;\n"
        "    reg [8*D-1:0] sram_rdata = 0, flash_rdata = 0;\n"
        "    reg [8*D-1:0] sram [0:SRAM-1], flash [0:FLASH-1];\n"
        "    reg [8*W-1:0] spad [0:SPAD-1];\n"
        "    reg job_on = 0;\n"
        "    reg [8*32-1:0] name;\n"
        "    integer i, j, job, jobs, cycles, out;\n\n";

static const char bench_rest[] =
        "    always #5 clk = !clk;\n"
        "    always @(posedge clk) begin\n"
        "        if (sram_req && sram_we) begin\n"
        "            for (j = 0; j < D; j = j + 1)\n"
        "                if (sram_wstrb[j])\n"
        "                    sram[sram_addr / D][8*j +: 8] = "
        "sram_wdata[8*j +: 8];\n"
        "        end else if (sram_req)\n"
        "            sram_rdata <= sram[sram_addr / D];\n"
        "        if (flash_req) flash_rdata <= flash[flash_addr / D];\n"
        "    end\n\n"
        "    task write(input [11:0] addr, input [31:0] data);\n"
        "        begin\n"
        "            mmio_we = 1; mmio_addr = addr; mmio_data = data;\n"
        "            @(negedge clk) mmio_we = 0;\n"
        "        end\n"
        "    endtask\n\n"
        "    initial begin\n"
        "        $readmemh(\"flash.hex\", flash);\n"
        "        $dumpfile(\"waves.vcd\");\n"
        "        $dumpvars(1, bench);\n"
        "        $dumpvars(0, dut);\n"
        "        if (!$value$plusargs(\"jobs=%d\", jobs)) jobs = 0;\n"
        "        for (job = 0; job < jobs; job = job + 1) run;\n"
        "        $finish;\n"
        "    end\n\n"
        "    task run;\n"
        "        begin\n"
        "            $sformat(name, \"%0d.sram.hex\", job);\n"
        "            $readmemh(name, sram);\n"
        "            $sformat(name, \"%0d.spad.hex\", job);\n"
        "            $readmemh(name, spad);\n"
        "            load;\n"
        "            rst_n = 0;\n"
        "            repeat (4) @(negedge clk);\n"
        "            rst_n = 1;\n"
        "            repeat (2) @(negedge clk);\n"
        "            write(RING_BASE, MAP_SRAM);\n"
        "            write(CTRL, 1);\n"
        "            job_on = 1;\n"
        "            write(TAIL, 1);\n"
        "            cycles = 1;\n"
        "            while (!irq && cycles < LIMIT) begin\n"
        "                @(negedge clk) cycles = cycles + 1;\n"
        "            end\n"
        "            job_on = 0;\n"
        "            save;\n"
        "            $sformat(name, \"%0d.sram.out\", job);\n"
        "            $writememh(name, sram);\n"
        "            $sformat(name, \"%0d.spad.out\", job);\n"
        "            $writememh(name, spad);\n"
        "            $sformat(name, \"%0d.cycles.out\", job);\n"
        "            out = $fopen(name);\n"
        "            $fdisplay(out, \"%0d\", cycles);\n"
        "            $fclose(out);\n"
        "        end\n"
        "    endtask\n"
        "endmodule\n";

/* Every half bank has its words in the scratchpad's array. */
static void print_banks(FILE *f, const struct gates *g, bool load)
{
	const struct design *d = &g->d;
	int words = (int)design_bank_bytes(d) / design_word(d) / 2;

	fprintf(f, "    task %s;\n        begin\n", load ? "load" : "save");
	for (int b = 0; b < d->banks; b++)
		for (int odd = 0; odd < 2; odd++) {
			char mem[80], img[80];
			snprintf(mem, sizeof mem,
			         "dut.pad.\\bank[%d].%s .%s.mem_q[i]", b,
			         odd ? "odd" : "even", g->ram);
			snprintf(img, sizeof img, "spad[%d + 2*i]",
			         b * words * 2 + odd);
			fprintf(f,
			        "            for (i = 0; i < %d; i = i + 1) "
			        "%s = %s;\n",
			        words, load ? mem : img, load ? img : mem);
		}
	fprintf(f, "        end\n    endtask\n\n");
}

static bool write_bench(const struct gates *g, struct err *err)
{
	const struct design *d = &g->d;
	char *path = path_join(g->dir, "bench.v");
	FILE *f = fopen(path, "w");

	if (!f) {
		err_set(err, ERR_NOINPUT, "%s: cannot create", path);
		free(path);
		return false;
	}
	fprintf(f,
	        "`timescale 1ns/1ns\n"
	        "module bench;\n"
	        "    localparam D = %d, W = %d, SRAM = %d, FLASH = %d, "
	        "SPAD = %d;\n"
	        "    localparam CTRL = %d, RING_BASE = %d, TAIL = %d, "
	        "MAP_SRAM = %u, LIMIT = %d;\n",
	        d->dma_bytes, design_word(d), d->sram_kib * 1024 / d->dma_bytes,
	        d->flash_kib * 1024 / d->dma_bytes,
	        (int)design_spad_bytes(d) / design_word(d), ACCEL_CTRL,
	        ACCEL_RING_BASE, ACCEL_TAIL, MAP_SRAM, LIMIT);
	fprintf(f, "%s", bench_top);
	print_ports(f, d);
	print_banks(f, g, true);
	print_banks(f, g, false);
	fprintf(f, "%s", bench_rest);
	fclose(f);
	free(path);
	return true;
}

/* ------------------------------------------------------------------------
 * Building */

/* The name of the memory in half a bank: yosys makes one up. */
static void find_ram(const char *text, char *name, size_t size)
{
	static const char ram[] = "\\spad_half_ram  ";
	const char *at = strstr(text, ram);

	if (at)
		at += sizeof ram - 1;
	snprintf(name, size, "%.*s", at ? (int)strcspn(at, " (") : 3,
	         at ? at : "ram");
}

static bool write_marked(struct gates *g, const char *from, const char *name,
                         struct err *err)
{
	char *path = path_join(g->dir, name);
	size_t size;
	char *text = file_read(from, MAX_TEXT, &size, err);
	struct buf marked = {0};

	if (text) {
		find_ram(text, g->ram, sizeof g->ram);
		mark_modules(&marked, text);
	}
	bool ok = text && file_write(path, marked.data, marked.len, err);
	buf_free(&marked);
	free(text);
	free(path);
	return ok;
}

static bool write_cells(const struct gates *g, struct err *err)
{
	char *path = path_join(g->dir, "cells.v");
	FILE *f = fopen(path, "w");

	if (!f)
		err_set(err, ERR_NOINPUT, "%s: cannot create", path);
	else
		cells_verilog(g->cells, f);
	bool ok = f && fclose(f) == 0;
	free(path);
	return ok;
}

bool gates_open(struct gates *g, const struct design *d, const char *netlist,
                const struct cells *cells, const char *dir, struct err *err)
{
	struct buf b = {0};

	*g = (struct gates){.d = *d, .cells = cells, .dir = mem_str(dir)};
	mkdir(dir, 0777);
	if (!write_marked(g, netlist, "netlist.v", err) ||
	    !write_cells(g, err) || !write_bench(g, err))
		return false;
	buf_printf(&b,
	           "cd '%s' && iverilog -g2005 -o bench.vvp bench.v netlist.v "
	           "cells.v 2>&1",
	           dir);
	bool ok = run(b.data, err);
	buf_free(&b);
	return ok;
}

void gates_close(struct gates *g)
{
	free(g->dir);
	*g = (struct gates){0};
}

/* ------------------------------------------------------------------------
 * Running */

static bool write_hex(const char *dir, const char *name, const uint8_t *bytes,
                      uint32_t n, int word, struct err *err)
{
	char *path = path_join(dir, name);
	struct buf b = {0};

	for (uint32_t i = 0; i < n; i += (uint32_t)word) {
		for (int k = word - 1; k >= 0; k--)
			buf_printf(&b, "%02x", bytes[i + (uint32_t)k]);
		buf_char(&b, '\n');
	}
	bool ok = file_write(path, b.data, b.len, err);
	buf_free(&b);
	free(path);
	return ok;
}

static int digit(char c)
{
	return c >= 'a' ? c - 'a' + 10 : c - '0';
}

/* The words of a file of $writememh are `want`; undefined bits do not count
 * where the fast model has zero. */
static bool same_hex(const char *dir, const char *name, const uint8_t *want,
                     uint32_t n, int word, struct err *err)
{
	char *path = path_join(dir, name);
	size_t size;
	char *text = file_read(path, MAX_TEXT, &size, err);
	uint32_t at = 0;
	bool ok = text != NULL;

	for (char *p = text; ok && *p;) {
		size_t len = strcspn(p, "\n");
		if (*p == '/' || len == 0) {
			p += len + (p[len] != 0);
			continue;
		}
		for (int k = 0; ok && k < word && at + (uint32_t)k < n; k++) {
			const char *hex = p + 2 * (word - 1 - k);
			int is = digit(hex[0]) << 4 | digit(hex[1]);
			if (is != want[at + (uint32_t)k])
				ok = err_set(err, ERR_MISMATCH,
				             "%s: byte 0x%x is 0x%.2s, not "
				             "0x%02x",
				             path, at + (uint32_t)k, hex,
				             want[at + (uint32_t)k]);
		}
		at += (uint32_t)word;
		p += len + (p[len] != 0);
	}
	if (ok && at < n)
		ok = err_set(err, ERR_MISMATCH, "%s: ends at 0x%x", path, at);
	free(text);
	free(path);
	return ok;
}

static char *job_name(int job, const char *name)
{
	struct buf b = {0};

	buf_printf(&b, "%d.%s", job, name);
	return b.data;
}

static bool read_cycles(const struct gates *g, int job, uint64_t *cycles,
                        struct err *err)
{
	char *name = job_name(job, "cycles.out");
	char *path = path_join(g->dir, name);
	size_t size;
	char *text = file_read(path, 100, &size, err);

	*cycles = text ? strtoull(text, NULL, 10) : 0;
	free(name);
	free(path);
	free(text);
	return text != NULL;
}

static bool check(const struct gates *g, const struct cut *c, int job,
                  struct gates_result *r, struct err *err)
{
	if (!read_cycles(g, job, &r->cycles, err))
		return false;
	if (r->cycles != c->cycles)
		return err_set(err, ERR_MISMATCH,
		               "layer %s: %" PRIu64 " cycles, not %" PRIu64,
		               c->layer, r->cycles, c->cycles);
	char *sram = job_name(job, "sram.out");
	char *spad = job_name(job, "spad.out");
	bool ok = same_hex(g->dir, sram, c->sram_after, c->sram_bytes,
	                   g->d.dma_bytes, err) &&
	          same_hex(g->dir, spad, c->spad_after, c->spad_bytes,
	                   design_word(&g->d), err);
	free(sram);
	free(spad);
	return ok;
}

static bool write_memories(const struct gates *g, const struct cuts *cuts,
                           struct err *err)
{
	bool ok = cuts->n == 0 ||
	          write_hex(g->dir, "flash.hex", cuts->flash,
	                    cuts->cut->flash_bytes, g->d.dma_bytes, err);

	for (int i = 0; ok && i < cuts->n; i++) {
		const struct cut *c = &cuts->cut[i];
		char *sram = job_name(i, "sram.hex");
		char *spad = job_name(i, "spad.hex");
		ok = write_hex(g->dir, sram, c->sram, c->sram_bytes,
		               g->d.dma_bytes, err) &&
		     write_hex(g->dir, spad, c->spad, c->spad_bytes,
		               design_word(&g->d), err);
		free(sram);
		free(spad);
	}
	return ok;
}

static bool simulate(const struct gates *g, int jobs, struct toggles *t,
                     struct err *err)
{
	struct buf b = {0};

	*t = (struct toggles){0};
	buf_printf(&b,
	           "cd '%s' && ln -sf /dev/stdout waves.vcd && "
	           "exec vvp -n bench.vvp +jobs=%d 2>log",
	           g->dir, jobs);
	FILE *f = popen(b.data, "r");
	bool ok = f && toggles_read(t, g->cells, f, g->dir, err);
	int status = f ? pclose(f) : -1;
	if (ok && (status != 0 || t->n_jobs != jobs))
		ok = err_set(err, ERR_TOOL, "vvp failed in %s", g->dir);
	buf_free(&b);
	return ok;
}

bool gates_run(const struct gates *g, const struct cuts *cuts,
               struct gates_result *r, struct err *err)
{
	struct toggles t = {0};
	bool ok = write_memories(g, cuts, err) && simulate(g, cuts->n, &t, err);

	for (int i = 0; ok && i < cuts->n; i++) {
		r[i] = (struct gates_result){.n_classes = t.n_classes,
		                             .n_cells = t.n_cells};
		memcpy(r[i].cls, t.cls, sizeof r[i].cls);
		toggles_energy(&t, i, g->cells->volts, r[i].fj);
		ok = check(g, &cuts->cut[i], i, &r[i], err);
	}
	toggles_free(&t);
	return ok;
}
