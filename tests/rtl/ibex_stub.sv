// ibex_stub: the pins of the host core that rtl/soc_core.sv names, for lint: the
// real one is another project's and is built with all warnings off.

// verilator lint_off DECLFILENAME
// verilator lint_off UNUSEDPARAM
package ibex_pkg;
    typedef enum integer {
        RV32MFast        = 2,
        RV32MSingleCycle = 3
    } rv32m_e;
    typedef logic [3:0] ibex_mubi_t;
    parameter ibex_mubi_t IbexMuBiOn = 4'b0101;
endpackage

// verilator lint_off UNUSED
// verilator lint_off UNDRIVEN
module ibex_top
    import ibex_pkg::*;
#(
    parameter rv32m_e RV32M           = RV32MFast,
    parameter bit     BranchTargetALU = 1'b0,
    parameter bit     WritebackStage  = 1'b0
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         test_en_i,
    input  logic [9:0]   ram_cfg_i,
    input  logic [31:0]  hart_id_i,
    input  logic [31:0]  boot_addr_i,
    output logic         instr_req_o,
    input  logic         instr_gnt_i,
    input  logic         instr_rvalid_i,
    output logic [31:0]  instr_addr_o,
    input  logic [31:0]  instr_rdata_i,
    input  logic [6:0]   instr_rdata_intg_i,
    input  logic         instr_err_i,
    output logic         data_req_o,
    input  logic         data_gnt_i,
    input  logic         data_rvalid_i,
    output logic         data_we_o,
    output logic [3:0]   data_be_o,
    output logic [31:0]  data_addr_o,
    output logic [31:0]  data_wdata_o,
    input  logic [31:0]  data_rdata_i,
    input  logic [6:0]   data_rdata_intg_i,
    input  logic         data_err_i,
    input  logic         irq_software_i,
    input  logic         irq_timer_i,
    input  logic         irq_external_i,
    input  logic [14:0]  irq_fast_i,
    input  logic         irq_nm_i,
    input  logic         scramble_key_valid_i,
    input  logic [127:0] scramble_key_i,
    input  logic [63:0]  scramble_nonce_i,
    input  logic         debug_req_i,
    output logic         rvfi_valid,
    output logic [31:0]  rvfi_insn,
    output logic         rvfi_trap,
    output logic [4:0]   rvfi_rd_addr,
    output logic [31:0]  rvfi_rd_wdata,
    output logic [31:0]  rvfi_pc_rdata,
    input  ibex_mubi_t   fetch_enable_i,
    output logic         core_sleep_o,
    input  logic         scan_rst_ni
);
endmodule
