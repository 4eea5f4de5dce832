// cmd_pack: a command of 16 words to the items of the three queues.
//
// Only the fields that a unit uses, cut to the bits it needs; the order here is
// the order in which load_unit, store_unit and exec_unit unpack. Combinational.

`default_nettype none
`include "isa.vh"

module cmd_pack #(
    parameter AW  = 17,
    parameter OW  = 16,     // bits of an output stride: min(16, AW)
    parameter LDN = 193,
    parameter STN = 183,
    parameter EXN = 305
) (
    input  wire [511:0]     cmd_i,
    output wire [47:0]      wait_o,    // {st, ex, ld}
    output wire [LDN-1:0]   ld_o,
    output wire [STN-1:0]   st_o,
    output wire [EXN-1:0]   ex_o
);

    assign wait_o = {cmd_i[`F_wait_st_W*32+`F_wait_st_L +: 16],
                     cmd_i[`F_wait_ex_W*32+`F_wait_ex_L +: 16],
                     cmd_i[`F_wait_ld_W*32+`F_wait_ld_L +: 16]};

    wire [7:0] op = cmd_i[`F_opcode_W*32+`F_opcode_L +: `F_opcode_N];

    // ------------------------------------------------------------------------
    // LOAD, FILL, STORE

    wire [139:0] runs = {
        cmd_i[`F_mem_W*32+`F_mem_L +: 28],
        cmd_i[`F_fill_W*32+`F_fill_L +: `F_fill_N],
        cmd_i[`F_n0_W*32+`F_n0_L +: `F_n0_N],
        cmd_i[`F_n1_W*32+`F_n1_L +: `F_n1_N],
        cmd_i[`F_n2_W*32+`F_n2_L +: `F_n2_N],
        cmd_i[`F_mem_s1_W*32+`F_mem_s1_L +: 28],
        cmd_i[`F_mem_s2_W*32+`F_mem_s2_L +: 28]};
    wire [3*AW-1:0] spad = {
        cmd_i[`F_spad_W*32+`F_spad_L +: AW],
        cmd_i[`F_spad_s1_W*32+`F_spad_s1_L +: AW],
        cmd_i[`F_spad_s2_W*32+`F_spad_s2_L +: AW]};

    assign ld_o = {op == `OP_FILL, cmd_i[`F_mem_W*32+`F_mem_L+30],
                   runs, spad};
    assign st_o = {runs[139:112], runs[103:0], spad};

    // ------------------------------------------------------------------------
    // Execute

    assign ex_o = {
        op[3:0],
        cmd_i[`F_flags_W*32+`F_flags_L +: 4],
        cmd_i[`F_act_W*32+`F_act_L +: AW],
        cmd_i[`F_wgt_W*32+`F_wgt_L +: AW],
        cmd_i[`F_par_W*32+`F_par_L +: AW],
        cmd_i[`F_out_W*32+`F_out_L +: AW],
        cmd_i[`F_nchan_W*32+`F_nchan_L +: 16],
        cmd_i[`F_run_W*32+`F_run_L +: 16],
        cmd_i[`F_ka_W*32+`F_ka_L +: 8],
        cmd_i[`F_kb_W*32+`F_kb_L +: 8],
        cmd_i[`F_pm_W*32+`F_pm_L +: 8],
        cmd_i[`F_zp_W*32+`F_zp_L +: 8],
        cmd_i[`F_qmin_W*32+`F_qmin_L +: 8],
        cmd_i[`F_qmax_W*32+`F_qmax_L +: 8],
        cmd_i[`F_ka_s_W*32+`F_ka_s_L +: AW],
        cmd_i[`F_kb_s_W*32+`F_kb_s_L +: AW],
        cmd_i[`F_nx_W*32+`F_nx_L +: 16],
        cmd_i[`F_ny_W*32+`F_ny_L +: 16],
        cmd_i[`F_act_xs_W*32+`F_act_xs_L +: AW],
        cmd_i[`F_act_ys_W*32+`F_act_ys_L +: AW],
        cmd_i[`F_wgt_cs_W*32+`F_wgt_cs_L +: AW],
        cmd_i[`F_out_xs_W*32+`F_out_xs_L +: OW],
        cmd_i[`F_out_ys_W*32+`F_out_ys_L +: OW]};

    // verilator lint_off UNUSED
    wire unused = &{1'b0, cmd_i};
    // verilator lint_on UNUSED

endmodule

`default_nettype wire
