// rtl_wrap: the C face of the verilated accelerator; see accel_rtl.h.
//
// Built with the Verilog into one shared library per set of parameters, on
// demand (rtl_build.c). C++ because Verilator's output is.

#include <cstring>
#include <memory>

#include "Vaccel.h"
#include "verilated.h"
#if VM_TRACE
#include "verilated_fst_c.h"
#endif

#include "sim/accel_rtl.h"

enum { SRAM, FLASH };

struct rtl_model {
	VerilatedContext context;
	std::unique_ptr<Vaccel> top;
	rtl_host host;
	uint64_t now;
	uint64_t moved; // the cycle after the last one with progress
	uint32_t sum;   // of the counters that tell of progress
	bool stalled;
#if VM_TRACE
	std::unique_ptr<VerilatedFstC> file;
	uint64_t from, to, zero;
#endif
};

namespace
{

// Verilator's types for ports of 32, 64 and 128 bits are little-endian words.
template <typename Port>
void read_beat(rtl_model *m, int mem, uint32_t addr, Port &data)
{
	if (addr <= m->host.size[mem] - sizeof(data)) {
		memcpy(&data, m->host.mem[mem] + addr, sizeof(data));
		return;
	}
	memset(&data, 0, sizeof(data));
	m->host.outside(m->host.ctx, m->now, mem, addr);
}

template <typename Port>
void write_beat(rtl_model *m, uint32_t addr, const Port &data, uint32_t strobe)
{
	uint8_t bytes[sizeof(data)];

	if (addr > m->host.size[SRAM] - sizeof(data)) {
		m->host.outside(m->host.ctx, m->now, SRAM, addr);
		return;
	}
	memcpy(bytes, &data, sizeof(data));
	for (unsigned i = 0; i < sizeof(data); i++)
		if (strobe >> i & 1)
			m->host.mem[SRAM][addr + i] = bytes[i];
}

bool busy(rtl_model *m)
{
	Vaccel *top = m->top.get();

	top->mmio_req_i = 1;
	top->mmio_we_i = 0;
	top->mmio_addr_i = m->host.status;
	top->eval();
	return top->mmio_rdata_o & 1;
}

// After a cycle: was there progress? An idle accelerator owes none.
void watch(rtl_model *m, bool moved)
{
	uint32_t sum = 0;

	for (uint32_t left = m->host.progress; left; left &= left - 1)
		sum += m->top->tr_counts_o[__builtin_ctz(left)];
	if (moved || sum != m->sum) {
		m->moved = m->now;
		m->sum = sum;
	} else if (m->now - m->moved >= m->host.stall) {
		if (busy(m))
			m->stalled = true;
		else
			m->moved = m->now;
	}
}

// What a cycle looks like when all has settled, before its edge.
void show(rtl_model *m)
{
#if VM_TRACE
	if (m->file && m->now >= m->from && m->now < m->to)
		m->file->dump(m->now - m->zero);
#else
	(void)m;
#endif
}

// One cycle. The first evaluation settles what depends on the inputs of this
// cycle, the second is the rising edge at its end.
void cycle(rtl_model *m, const rtl_input *in)
{
	Vaccel *top = m->top.get();

	top->sram_busy_i = in && in->busy[SRAM];
	top->flash_busy_i = in && in->busy[FLASH];
	top->mmio_req_i = in && in->write;
	top->mmio_we_i = top->mmio_req_i;
	if (top->mmio_req_i) {
		top->mmio_addr_i = in->addr;
		top->mmio_wdata_i = in->data;
	}
	top->clk_i = 0;
	top->eval();
	show(m);

	const bool sram_read = top->sram_req_o && !top->sram_we_o;
	const bool flash_read = top->flash_req_o;
	const uint32_t sram_addr = top->sram_addr_o;
	const uint32_t flash_addr = top->flash_addr_o;
	if (top->sram_req_o && top->sram_we_o)
		write_beat(m, sram_addr, top->sram_wdata_o, top->sram_wstrb_o);

	const bool told = top->tr_push_o | top->tr_start_o | top->tr_end_o |
	                  top->tr_job_end_o | top->tr_clash_o;
	rtl_trace t;
	if (told)
		t = {m->now,
		     top->tr_push_o,
		     top->tr_opcode_o,
		     top->tr_layer_o,
		     top->tr_start_o,
		     top->tr_end_o,
		     top->tr_job_end_o,
		     top->tr_clash_o};

	top->clk_i = 1;
	top->eval();

	// Read data of this cycle's access is there in the next.
	if (sram_read)
		read_beat(m, SRAM, sram_addr, top->sram_rdata_i);
	if (flash_read)
		read_beat(m, FLASH, flash_addr, top->flash_rdata_i);
	m->now++;
	if (told)
		m->host.trace(m->host.ctx, &t);
	if (m->host.stall)
		watch(m, told || (in && in->write));
}

void close(rtl_model *m)
{
	delete m;
}

rtl_model *open(const rtl_host *host)
{
	rtl_model *m = new rtl_model;

	m->host = *host;
	m->now = m->moved = 0;
	m->sum = 0;
	m->stalled = false;
#if VM_TRACE
	m->context.traceEverOn(true);
#endif
	m->top.reset(new Vaccel(&m->context, ""));
	Vaccel *top = m->top.get();
	top->rst_ni = 0;
	for (int i = 0; i < 2; i++) {
		top->clk_i = 0;
		top->eval();
		top->clk_i = 1;
		top->eval();
	}
	top->rst_ni = 1;
	top->eval();
	return m;
}

uint64_t run(rtl_model *m, uint64_t to, int stop_at_irq, const rtl_input *in)
{
	while (m->now < to && !m->stalled && !(stop_at_irq && m->top->irq_o)) {
		cycle(m, in);
		in = nullptr;
	}
	return m->now;
}

uint32_t read(rtl_model *m, uint32_t offset)
{
	Vaccel *top = m->top.get();

	top->mmio_req_i = 1;
	top->mmio_we_i = 0;
	top->mmio_addr_i = offset & 0xfff;
	top->eval();
	return top->mmio_rdata_o;
}

int irq(const rtl_model *m)
{
	return m->top->irq_o;
}

const uint32_t *counts(const rtl_model *m)
{
	return &m->top->tr_counts_o[0];
}

int stalled(const rtl_model *m)
{
	return m->stalled;
}

#if VM_TRACE
int waves(rtl_model *m, const char *path, uint64_t from, uint64_t to,
          uint64_t zero)
{
	if (m->file)
		m->file->close();
	m->file.reset();
	if (!path)
		return 1;
	m->file.reset(new VerilatedFstC);
	m->from = from;
	m->to = to;
	m->zero = zero;
	m->file->set_time_unit("1ns");
	m->file->set_time_resolution("1ns");
	m->top->trace(m->file.get(), 99);
	m->file->open(path);
	return m->file->isOpen();
}
#endif

} // namespace

extern "C" __attribute__((visibility("default"))) const rtl_api joulet_rtl_api;
const rtl_api joulet_rtl_api = {
        RTL_ABI, sizeof(Vaccel::tr_counts_o) / sizeof(uint32_t),
        open,    close,
        run,     read,
        irq,     counts,
        stalled,
#if VM_TRACE
        waves,
#else
        nullptr,
#endif
};
