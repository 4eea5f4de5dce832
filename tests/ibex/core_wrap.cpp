// core_wrap: see core.h.
#include "Vcore.h"
#include "verilated.h"

extern "C" {
#include "core.h"
}

namespace
{

void *open_core(uint32_t boot_addr)
{
	auto *t = new Vcore;

	t->boot_addr_i = boot_addr;
	// The clock of the core is gated in reset: its flops are reset by the
	// falling edge of rst_ni.
	t->rst_ni = 1;
	t->eval();
	t->rst_ni = 0;
	t->eval();
	for (int i = 0; i < 4; i++) {
		t->clk_i = 1;
		t->eval();
		t->clk_i = 0;
		t->eval();
	}
	t->rst_ni = 1;
	return t;
}

void low(void *core, struct core_pins *p)
{
	auto *t = static_cast<Vcore *>(core);

	t->clk_i = 0;
	t->instr_gnt_i = 0;
	t->data_gnt_i = 0;
	t->instr_rvalid_i = p->instr_rvalid;
	t->instr_rdata_i = p->instr_rdata;
	t->instr_err_i = p->instr_err;
	t->data_rvalid_i = p->data_rvalid;
	t->data_rdata_i = p->data_rdata;
	t->data_err_i = p->data_err;
	t->irq_software_i = p->irq_software;
	t->irq_timer_i = p->irq_timer;
	t->irq_external_i = p->irq_external;
	t->eval();

	p->instr_req = t->instr_req_o;
	p->instr_addr = t->instr_addr_o;
	p->data_req = t->data_req_o;
	p->data_we = t->data_we_o;
	p->data_be = t->data_be_o;
	p->data_addr = t->data_addr_o;
	p->data_wdata = t->data_wdata_o;
	p->sleep = t->core_sleep_o;
	p->valid = t->rvfi_valid;
	p->trap = t->rvfi_trap;
	p->rd = t->rvfi_rd_addr;
	p->insn = t->rvfi_insn;
	p->pc = t->rvfi_pc_rdata;
	p->value = t->rvfi_rd_wdata;
}

void high(void *core, struct core_pins *p)
{
	auto *t = static_cast<Vcore *>(core);

	// Verilator lets inputs settle before it looks for edges.
	t->instr_gnt_i = p->instr_gnt;
	t->data_gnt_i = p->data_gnt;
	t->clk_i = 1;
	t->eval();
}

void close_core(void *core)
{
	auto *t = static_cast<Vcore *>(core);

	t->final();
	delete t;
}

} // namespace

extern "C" {
extern const struct core_api joulet_test_core;
const struct core_api joulet_test_core = {open_core, low, high, close_core};
}
