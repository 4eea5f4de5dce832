// soc_core: the host core: ibex_top with the parameters of one of the project's
// cores (rtl/ibex/ibex.f lists its sources).
//
// maxperf is BTALU, WRITEBACK and MUL1, btalu the first and the last, small
// none. Pins that nobody drives or looks at are tied here: no debugger, no fast
// or non-maskable interrupts, no bus integrity. Timing: docs/host.md.

`default_nettype none

module soc_core
    import ibex_pkg::*;
#(
    parameter bit BTALU     = 1'b1,  // branch target ALU
    parameter bit WRITEBACK = 1'b1,  // writeback stage
    parameter bit MUL1      = 1'b1   // multiplication in one cycle
) (
    input  wire         clk_i,
    input  wire         rst_ni,
    input  wire  [31:0] boot_addr_i,

    output logic        instr_req_o,
    output logic [31:0] instr_addr_o,
    input  wire         instr_gnt_i,
    input  wire         instr_rvalid_i,
    input  wire  [31:0] instr_rdata_i,
    input  wire         instr_err_i,

    output logic        data_req_o,
    output logic        data_we_o,
    output logic [3:0]  data_be_o,
    output logic [31:0] data_addr_o,
    output logic [31:0] data_wdata_o,
    input  wire         data_gnt_i,
    input  wire         data_rvalid_i,
    input  wire  [31:0] data_rdata_i,
    input  wire         data_err_i,

    input  wire         irq_software_i,
    input  wire         irq_timer_i,
    input  wire         irq_external_i,

    output logic        rvfi_valid,
    output logic [31:0] rvfi_insn,
    output logic        rvfi_trap,
    output logic [4:0]  rvfi_rd_addr,
    output logic [31:0] rvfi_rd_wdata,
    output logic [31:0] rvfi_pc_rdata,
    output logic        core_sleep_o
);

    ibex_top #(
        .RV32M           (MUL1 ? RV32MSingleCycle : RV32MFast),
        .BranchTargetALU (BTALU),
        .WritebackStage  (WRITEBACK)
    ) ibex (
        .clk_i, .rst_ni, .boot_addr_i,
        .instr_req_o, .instr_addr_o, .instr_gnt_i, .instr_rvalid_i,
        .instr_rdata_i, .instr_err_i,
        .data_req_o, .data_we_o, .data_be_o, .data_addr_o, .data_wdata_o,
        .data_gnt_i, .data_rvalid_i, .data_rdata_i, .data_err_i,
        .irq_software_i, .irq_timer_i, .irq_external_i,
        .rvfi_valid, .rvfi_insn, .rvfi_trap, .rvfi_rd_addr, .rvfi_rd_wdata,
        .rvfi_pc_rdata, .core_sleep_o,

        .test_en_i            (1'b0),
        .ram_cfg_i            ('0),
        .hart_id_i            ('0),
        .instr_rdata_intg_i   ('0),
        .data_rdata_intg_i    ('0),
        .irq_fast_i           ('0),
        .irq_nm_i             (1'b0),
        .scramble_key_valid_i ('0),
        .scramble_key_i       ('0),
        .scramble_nonce_i     ('0),
        .debug_req_i          (1'b0),
        .fetch_enable_i       (IbexMuBiOn),
        .scan_rst_ni          (1'b1)
    );

endmodule

`default_nettype wire
