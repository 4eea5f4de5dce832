// core: ibex_top with the parameters of one of the project's cores, and only
// the pins that the tests drive or look at.

module core
    import ibex_pkg::*;
#(
    parameter bit BTALU     = 1'b1,  // branch target ALU
    parameter bit WRITEBACK = 1'b1,  // writeback stage
    parameter bit MUL1      = 1'b1   // multiplication in one cycle
) (
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic [31:0] boot_addr_i,

    output logic        instr_req_o,
    output logic [31:0] instr_addr_o,
    input  logic        instr_gnt_i,
    input  logic        instr_rvalid_i,
    input  logic [31:0] instr_rdata_i,
    input  logic        instr_err_i,

    output logic        data_req_o,
    output logic        data_we_o,
    output logic [3:0]  data_be_o,
    output logic [31:0] data_addr_o,
    output logic [31:0] data_wdata_o,
    input  logic        data_gnt_i,
    input  logic        data_rvalid_i,
    input  logic [31:0] data_rdata_i,
    input  logic        data_err_i,

    input  logic        irq_software_i,
    input  logic        irq_timer_i,
    input  logic        irq_external_i,

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
    ) u_ibex (
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
