// cmd_queue: a queue of commands, first in first out, as items of one unit.
//
// Of a pushed command of 16 words it keeps the three waits and the fields that
// the unit uses, cut to the bits it needs; load_unit, store_unit and exec_unit
// unpack items in the order written here. A command pushed in cycle t is at the
// head in t+1 if the queue was empty. Full and empty are those at the start of
// the cycle. Pushing into a full queue or popping an empty one is not handled.

`default_nettype none
`include "isa.vh"

module cmd_queue #(
    parameter UNIT  = 0,      // 0 load, 1 execute, 2 store
    parameter N     = 194,    // bits of an item
    parameter DEPTH = 4,      // a power of two
    parameter AW    = 17,
    parameter OW    = 16,     // bits of an output stride: min(16, AW)
    parameter CN    = 4,      // ... of a number of rows or columns
    parameter PN    = 4       // ... of par_n
) (
    input  wire          clk_i,
    input  wire          rst_ni,
    input  wire          push_i,
    input  wire [511:0]  cmd_i,
    input  wire          pop_i,
    output wire [47:0]   wait_o,     // {st, ex, ld} of the head
    output wire [N-1:0]  item_o,
    output wire          empty_o,
    output wire          full_o
);

    localparam L = $clog2(DEPTH);

    reg [47+N:0] item_q [0:DEPTH-1];
    reg [L:0]    wr_q, rd_q;

    assign {wait_o, item_o} = item_q[rd_q[L-1:0]];
    assign empty_o = wr_q == rd_q;
    assign full_o  = wr_q == {~rd_q[L], rd_q[L-1:0]};

    always @(posedge clk_i)
        if (!rst_ni) begin
            wr_q <= 0;
            rd_q <= 0;
        end else begin
            if (push_i) wr_q <= wr_q + 1'b1;
            if (pop_i)  rd_q <= rd_q + 1'b1;
        end

    // ------------------------------------------------------------------------
    // Packing: first the waits, then the unit's fields

    generate
        if (UNIT == 1) begin : exec
            always @(posedge clk_i)
                if (push_i) item_q[wr_q[L-1:0]] <= {
                    cmd_i[`F_wait_st_W*32+`F_wait_st_L +: 16],
                    cmd_i[`F_wait_ex_W*32+`F_wait_ex_L +: 16],
                    cmd_i[`F_wait_ld_W*32+`F_wait_ld_L +: 16],
                    cmd_i[`F_opcode_W*32+`F_opcode_L +: 4],
                    cmd_i[`F_flags_W*32+`F_flags_L +: 7],
                    cmd_i[`F_wfmt_W*32+`F_wfmt_L +: 4],
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
                    cmd_i[`F_out_ys_W*32+`F_out_ys_L +: OW],
                    cmd_i[`F_rows_W*32+`F_rows_L +: CN],
                    cmd_i[`F_cols_W*32+`F_cols_L +: CN],
                    cmd_i[`F_par_n_W*32+`F_par_n_L +: PN]};
        end else if (UNIT == 0) begin : load
            always @(posedge clk_i)
                if (push_i) item_q[wr_q[L-1:0]] <= {
                    cmd_i[`F_wait_st_W*32+`F_wait_st_L +: 16],
                    cmd_i[`F_wait_ex_W*32+`F_wait_ex_L +: 16],
                    cmd_i[`F_wait_ld_W*32+`F_wait_ld_L +: 16],
                    cmd_i[`F_opcode_W*32+`F_opcode_L +: 8] == `OP_UNPACK,
                    cmd_i[`F_opcode_W*32+`F_opcode_L +: 8] == `OP_FILL,
                    cmd_i[`F_mem_W*32+`F_mem_L+30],
                    cmd_i[`F_mem_W*32+`F_mem_L +: 28],
                    cmd_i[`F_fill_W*32+`F_fill_L +: 8],
                    cmd_i[`F_n0_W*32+`F_n0_L +: 16],
                    cmd_i[`F_n1_W*32+`F_n1_L +: 16],
                    cmd_i[`F_n2_W*32+`F_n2_L +: 16],
                    cmd_i[`F_mem_s1_W*32+`F_mem_s1_L +: 28],
                    cmd_i[`F_mem_s2_W*32+`F_mem_s2_L +: 28],
                    cmd_i[`F_spad_W*32+`F_spad_L +: AW],
                    cmd_i[`F_spad_s1_W*32+`F_spad_s1_L +: AW],
                    cmd_i[`F_spad_s2_W*32+`F_spad_s2_L +: AW]};
        end else begin : store
            always @(posedge clk_i)
                if (push_i) item_q[wr_q[L-1:0]] <= {
                    cmd_i[`F_wait_st_W*32+`F_wait_st_L +: 16],
                    cmd_i[`F_wait_ex_W*32+`F_wait_ex_L +: 16],
                    cmd_i[`F_wait_ld_W*32+`F_wait_ld_L +: 16],
                    cmd_i[`F_mem_W*32+`F_mem_L +: 28],
                    cmd_i[`F_n0_W*32+`F_n0_L +: 16],
                    cmd_i[`F_n1_W*32+`F_n1_L +: 16],
                    cmd_i[`F_n2_W*32+`F_n2_L +: 16],
                    cmd_i[`F_mem_s1_W*32+`F_mem_s1_L +: 28],
                    cmd_i[`F_mem_s2_W*32+`F_mem_s2_L +: 28],
                    cmd_i[`F_spad_W*32+`F_spad_L +: AW],
                    cmd_i[`F_spad_s1_W*32+`F_spad_s1_L +: AW],
                    cmd_i[`F_spad_s2_W*32+`F_spad_s2_L +: AW]};
        end
    endgenerate

    // verilator lint_off UNUSED
    wire unused = &{1'b0, cmd_i, OW[0], CN[0], PN[0]};
    // verilator lint_on UNUSED

    // ------------------------------------------------------------------------
    // Properties: tests/formal/cmd_queue.v, which looks at the item f_at

`ifdef FORMAL
    (* keep, anyseq *) wire [L-1:0] f_at;    // places behind the head
    (* keep *) wire [47+N:0] f_item = item_q[rd_q[L-1:0] + f_at];
`endif

endmodule

`default_nettype wire
