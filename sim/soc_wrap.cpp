// soc_wrap: the C face of the verilated system; see soc_rtl_lib.h.
//
// Built with the Verilog into one shared library per set of parameters, on
// demand (rtl_build.c). C++ because Verilator's output is.

#include <memory>

#include "Vsoc.h"
#include "Vsoc___024root.h"
#include "verilated.h"

#include "sim/soc_rtl_lib.h"

struct soc_rtl_model {
	VerilatedContext context;
	std::unique_ptr<Vsoc> top;
	soc_rtl_ears ears;
	uint64_t now, slept;
};

namespace
{

void tick(Vsoc *top)
{
	top->clk_i = 0;
	top->eval();
	top->clk_i = 1;
	top->eval();
}

soc_rtl_model *open(const soc_rtl_ears *ears)
{
	soc_rtl_model *m = new soc_rtl_model;

	m->ears = *ears;
	m->now = m->slept = 0;
	m->top.reset(new Vsoc(&m->context, ""));
	Vsoc *top = m->top.get();
	// The core's clock is gated in reset: the falling edge of rst_ni resets
	// its registers.
	top->rst_ni = 1;
	top->eval();
	top->rst_ni = 0;
	top->eval();
	for (int i = 0; i < 4; i++)
		tick(top);
	top->clk_i = 0;
	top->eval();
	top->rst_ni = 1;
	return m;
}

void close(soc_rtl_model *m)
{
	m->top->final();
	delete m;
}

template <typename Memory> void *bytes_of(Memory &memory, size_t *bytes)
{
	*bytes = sizeof(memory);
	return &memory[0];
}

// Verilator keeps words of 32, 64 and 128 bits as little-endian words.
void *memory(soc_rtl_model *m, soc_rtl_mem which, size_t *bytes)
{
	Vsoc___024root *root = m->top->rootp;

	switch (which) {
	case SOC_RTL_SRAM:
		return bytes_of(root->soc__DOT__sram__DOT__mem, bytes);
	case SOC_RTL_FLASH:
		return bytes_of(root->soc__DOT__flash__DOT__mem, bytes);
	default:
		return bytes_of(root->soc__DOT__imem__DOT__mem, bytes);
	}
}

void hear(const soc_rtl_model *m)
{
	const Vsoc *top = m->top.get();
	const soc_rtl_ears *to = &m->ears;

	if (top->uart_valid_o)
		to->uart(to->ctx, static_cast<char>(top->uart_char_o));
	if (top->mark_o)
		to->mark(to->ctx, m->now, top->simctl_data_o);
	if (top->exit_o)
		to->exit(to->ctx, top->simctl_data_o);
}

// One cycle: what the outputs show before the rising edge at its end.
bool cycle(soc_rtl_model *m, soc_rtl_retire *r)
{
	Vsoc *top = m->top.get();

	top->clk_i = 0;
	top->eval();

	const bool retired = top->rvfi_valid_o;
	if (retired) {
		r->cycle = m->now;
		r->pc = top->rvfi_pc_rdata_o;
		r->insn = top->rvfi_insn_o;
		r->rd = top->rvfi_rd_addr_o;
		r->value = r->rd ? top->rvfi_rd_wdata_o : 0;
		r->trap = top->rvfi_trap_o;
	}
	// In cycle 0 the core's clock has not started yet.
	m->slept += top->core_sleep_o && m->now > 0;
	if (top->uart_valid_o | top->mark_o | top->exit_o)
		hear(m);
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
	m->now++;
	if (told)
		m->ears.trace(m->ears.ctx, &t);
	return retired;
}

int next(soc_rtl_model *m, uint64_t to, soc_rtl_retire *r)
{
	while (m->now < to)
		if (cycle(m, r))
			return 1;
	return 0;
}

uint64_t slept(const soc_rtl_model *m)
{
	return m->slept;
}

const uint32_t *counts(const soc_rtl_model *m)
{
	return &m->top->tr_counts_o[0];
}

} // namespace

extern "C" __attribute__((visibility("default")))
const soc_rtl_api joulet_soc_rtl_api;
const soc_rtl_api joulet_soc_rtl_api = {
        SOC_RTL_ABI, sizeof(Vsoc::tr_counts_o) / sizeof(uint32_t),
        open,        close,
        memory,      next,
        slept,       counts,
};
