// soc: the whole system: host core, bus, memories, devices, accelerator.
//
// What sim/soc.c simulates, in hardware, with the same addresses (isa/regs.def)
// and the same timing (docs/host.md, docs/accelerator.md): `joulet verify
// --soc` holds them against each other. It boots from instruction memory; who
// simulates puts firmware, program image and inputs into the memories before
// rst_ni rises. Cycle 0 is the first one after that.
//
// rst_ni must have fallen once: the core's registers are reset by that edge.
// All outputs are for simulation, and show the present cycle.

`default_nettype none
`include "isa.vh"

module soc #(
    parameter bit BTALU     = 1'b1,  // the core: see soc_core
    parameter bit WRITEBACK = 1'b1,
    parameter bit MUL1      = 1'b1,
    parameter int ROWS      = 8,     // the accelerator: see accel
    parameter int COLS      = 8,
    parameter int SPAD_KIB  = 128,
    parameter int BANKS     = 16,
    parameter int LANES     = 4,
    parameter int DMA_BYTES = 8,
    parameter int QUEUE     = 4,
    parameter int SPLIT     = 0,
    parameter int NARROW    = 0,
    parameter int SPARSE    = 0,
    parameter int UNPACK    = 0,
    parameter int SRAM_KIB  = 256,
    parameter int FLASH_KIB = 1024
) (
    input  wire         clk_i,
    input  wire         rst_ni,

    // What the core retires
    output wire         rvfi_valid_o,
    output wire  [31:0] rvfi_insn_o,
    output wire         rvfi_trap_o,
    output wire  [4:0]  rvfi_rd_addr_o,
    output wire  [31:0] rvfi_rd_wdata_o,
    output wire  [31:0] rvfi_pc_rdata_o,
    output wire         core_sleep_o,

    // What it writes to serial output and to simulation control
    output wire         uart_valid_o,
    output wire  [7:0]  uart_char_o,
    output wire         exit_o,
    output wire         mark_o,
    output wire  [31:0] simctl_data_o,   // of either

    // The accelerator's trace
    output wire         tr_push_o,
    output wire  [7:0]  tr_opcode_o,
    output wire  [15:0] tr_layer_o,
    output wire  [2:0]  tr_start_o,
    output wire  [2:0]  tr_end_o,
    output wire         tr_job_end_o,
    output wire         tr_clash_o,
    output wire  [`N_ACCEL_EVENTS*32-1:0] tr_counts_o
);

    localparam int D = DMA_BYTES;

    // ------------------------------------------------------------------------
    // Host core

    wire         instr_req, instr_gnt, instr_rvalid, instr_err;
    wire  [31:0] instr_addr, instr_rdata;
    wire         data_req, data_we, data_gnt, data_rvalid, data_err;
    wire  [3:0]  data_be;
    wire  [31:0] data_addr, data_wdata, data_rdata;
    wire         timer_irq, accel_irq;

    soc_core #(.BTALU(BTALU), .WRITEBACK(WRITEBACK), .MUL1(MUL1)) core (
        .clk_i(clk_i), .rst_ni(rst_ni), .boot_addr_i(`MAP_IMEM),
        .instr_req_o(instr_req), .instr_addr_o(instr_addr),
        .instr_gnt_i(instr_gnt), .instr_rvalid_i(instr_rvalid),
        .instr_rdata_i(instr_rdata), .instr_err_i(instr_err),
        .data_req_o(data_req), .data_we_o(data_we), .data_be_o(data_be),
        .data_addr_o(data_addr), .data_wdata_o(data_wdata),
        .data_gnt_i(data_gnt), .data_rvalid_i(data_rvalid),
        .data_rdata_i(data_rdata), .data_err_i(data_err),
        .irq_software_i(1'b0), .irq_timer_i(timer_irq),
        .irq_external_i(accel_irq),
        .rvfi_valid(rvfi_valid_o), .rvfi_insn(rvfi_insn_o),
        .rvfi_trap(rvfi_trap_o), .rvfi_rd_addr(rvfi_rd_addr_o),
        .rvfi_rd_wdata(rvfi_rd_wdata_o), .rvfi_pc_rdata(rvfi_pc_rdata_o),
        .core_sleep_o(core_sleep_o));

    // ------------------------------------------------------------------------
    // Bus and devices

    wire         imem_req, sram_req, flash_req;
    wire         accel_req, timer_req, uart_req, simctl_req;
    wire         timer_ok, uart_ok, simctl_ok;
    wire  [31:0] imem_rdata, sram_rdata, flash_rdata, accel_rdata, timer_rdata;

    soc_bus #(.SRAM_KIB(SRAM_KIB), .FLASH_KIB(FLASH_KIB)) bus (
        .clk_i(clk_i), .rst_ni(rst_ni),
        .req_i(data_req), .we_i(data_we), .be_i(data_be), .addr_i(data_addr),
        .gnt_o(data_gnt), .rvalid_qo(data_rvalid), .rdata_o(data_rdata),
        .err_qo(data_err),
        .imem_req_o(imem_req), .sram_req_o(sram_req), .flash_req_o(flash_req),
        .imem_rdata_i(imem_rdata), .sram_rdata_i(sram_rdata),
        .flash_rdata_i(flash_rdata),
        .accel_req_o(accel_req), .timer_req_o(timer_req),
        .uart_req_o(uart_req), .simctl_req_o(simctl_req),
        .accel_rdata_i(accel_rdata), .timer_rdata_i(timer_rdata),
        .timer_ok_i(timer_ok), .uart_ok_i(uart_ok), .simctl_ok_i(simctl_ok));

    soc_timer timer (
        .clk_i(clk_i), .rst_ni(rst_ni), .req_i(timer_req), .we_i(data_we),
        .addr_i(data_addr[11:0]), .wdata_i(data_wdata), .ok_o(timer_ok),
        .rdata_o(timer_rdata), .irq_o(timer_irq));

    soc_uart uart (
        .req_i(uart_req), .we_i(data_we), .addr_i(data_addr[11:0]),
        .wdata_i(data_wdata), .ok_o(uart_ok), .valid_o(uart_valid_o),
        .char_o(uart_char_o));

    soc_simctl simctl (
        .req_i(simctl_req), .we_i(data_we), .addr_i(data_addr[11:0]),
        .wdata_i(data_wdata), .ok_o(simctl_ok), .exit_o(exit_o),
        .mark_o(mark_o), .data_o(simctl_data_o));

    // ------------------------------------------------------------------------
    // Memories

    wire             acc_sram_req, acc_sram_we, acc_flash_req;
    wire  [27:0]     acc_sram_addr, acc_flash_addr;
    wire  [8*D-1:0]  acc_sram_wdata, acc_sram_rdata, acc_flash_rdata;
    wire  [D-1:0]    acc_sram_strb;

    soc_imem imem (
        .clk_i(clk_i), .rst_ni(rst_ni),
        .instr_req_i(instr_req), .instr_addr_i(instr_addr),
        .instr_gnt_o(instr_gnt), .instr_rvalid_qo(instr_rvalid),
        .instr_rdata_qo(instr_rdata), .instr_err_qo(instr_err),
        .data_req_i(imem_req), .data_addr_i(data_addr),
        .data_rdata_qo(imem_rdata));

    soc_mem #(.KIB(SRAM_KIB), .D(D)) sram (
        .clk_i(clk_i),
        .host_req_i(sram_req), .host_we_i(data_we), .host_be_i(data_be),
        .host_addr_i(data_addr[27:0]), .host_wdata_i(data_wdata),
        .host_rdata_o(sram_rdata),
        .acc_req_i(acc_sram_req), .acc_we_i(acc_sram_we),
        .acc_strb_i(acc_sram_strb), .acc_addr_i(acc_sram_addr),
        .acc_wdata_i(acc_sram_wdata), .acc_rdata_o(acc_sram_rdata));

    soc_mem #(.KIB(FLASH_KIB), .D(D)) flash (
        .clk_i(clk_i),
        .host_req_i(flash_req), .host_we_i(1'b0), .host_be_i(data_be),
        .host_addr_i(data_addr[27:0]), .host_wdata_i(data_wdata),
        .host_rdata_o(flash_rdata),
        .acc_req_i(acc_flash_req), .acc_we_i(1'b0), .acc_strb_i('0),
        .acc_addr_i(acc_flash_addr), .acc_wdata_i('0),
        .acc_rdata_o(acc_flash_rdata));

    // ------------------------------------------------------------------------
    // Accelerator

    accel #(
        .ROWS(ROWS), .COLS(COLS), .SPAD_KIB(SPAD_KIB), .BANKS(BANKS),
        .LANES(LANES), .DMA_BYTES(D), .QUEUE(QUEUE),
        .SPLIT(SPLIT), .NARROW(NARROW), .SPARSE(SPARSE), .UNPACK(UNPACK)
    ) accel (
        .clk_i(clk_i), .rst_ni(rst_ni),
        .mmio_req_i(accel_req), .mmio_we_i(data_we),
        .mmio_addr_i(data_addr[11:0]), .mmio_wdata_i(data_wdata),
        .mmio_rdata_o(accel_rdata), .irq_o(accel_irq),
        .sram_busy_i(sram_req), .sram_req_o(acc_sram_req),
        .sram_we_o(acc_sram_we), .sram_addr_o(acc_sram_addr),
        .sram_wdata_o(acc_sram_wdata), .sram_wstrb_o(acc_sram_strb),
        .sram_rdata_i(acc_sram_rdata),
        .flash_busy_i(flash_req), .flash_req_o(acc_flash_req),
        .flash_addr_o(acc_flash_addr), .flash_rdata_i(acc_flash_rdata),
        .tr_push_o(tr_push_o), .tr_opcode_o(tr_opcode_o),
        .tr_layer_o(tr_layer_o), .tr_start_o(tr_start_o),
        .tr_end_o(tr_end_o), .tr_job_end_o(tr_job_end_o),
        .tr_clash_o(tr_clash_o), .tr_counts_o(tr_counts_o));

endmodule

`default_nettype wire
