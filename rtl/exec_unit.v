// exec_unit: CONV, DWCONV, MAXPOOL, AVGPOOL, ADD and SUM.
//
// One command at a time: start_i in cycle s takes the item; end_o is high in
// the command's last cycle. Ports A, B and P of the scratchpad are its own.
// Times: docs/accelerator.md. Fields out of their ranges are not handled.

`default_nettype none
`include "isa.vh"

module exec_unit #(
    parameter ROWS  = 8,
    parameter COLS  = 8,
    parameter LANES = 4,
    parameter W     = 8,
    parameter WL    = 3,
    parameter AW    = 17,
    parameter OW    = 16,
    parameter NL    = 3,
    parameter PN    = 4,      // bits of par_n
    parameter EXN   = 324,    // of the item: 129+9*AW+2*OW+2*WL+PN
    parameter SPLIT  = 0,
    parameter NARROW = 0,
    parameter SPARSE = 0
) (
    input  wire             clk_i,
    input  wire             rst_ni,
    input  wire             start_i,
    input  wire [EXN-1:0]   item_i,
    output wire             busy_o,
    output wire             end_o,

    output wire             a_req_o,
    output wire [AW-1:0]    a_addr_o,
    output wire [WL:0]      a_n_o,
    input  wire [W*8-1:0]   a_rdata_i,
    output wire             b_req_o,
    output wire [AW-1:0]    b_addr_o,
    output wire [WL:0]      b_n_o,
    input  wire [W*8-1:0]   b_rdata_i,
    output wire             p_req_o,
    output wire             p_we_o,
    output wire [AW-1:0]    p_addr_o,
    output wire [WL:0]      p_n_o,
    output wire [W*8-1:0]   p_wdata_o,
    input  wire [W*8-1:0]   p_rdata_i,

    output wire             ev_stall_read_o,
    output wire             ev_stall_drain_o,
    output wire             ev_step_o,
    output wire             ev_mac_o,        // the step counts macs
    output wire [2*WL+1:0]  ev_cells_o,      // ... this many
    output wire [NL-1:0]    ev_requants_o
);

    localparam PW = (COLS * 9 + W - 1) / W;

    // ------------------------------------------------------------------------
    // The command, in the order of cmd_queue

    wire [3:0]      i_op;
    wire [6:0]      i_flags;
    wire [3:0]      i_wfmt;
    wire [AW-1:0]   i_act, i_wgt, i_par, i_out, i_ka_s, i_kb_s;
    wire [AW-1:0]   i_act_xs, i_act_ys, i_wgt_cs;
    wire [15:0]     i_nchan, i_run, i_nx, i_ny;
    wire [7:0]      i_ka, i_kb, i_pm, i_zp, i_qmin, i_qmax;
    wire [OW-1:0]   i_out_xs, i_out_ys;
    wire [WL:0]     i_rows, i_cols;
    wire [PN-1:0]   i_par_n;
    assign {i_op, i_flags, i_wfmt, i_act, i_wgt, i_par, i_out, i_nchan, i_run,
            i_ka, i_kb, i_pm, i_zp, i_qmin, i_qmax, i_ka_s, i_kb_s, i_nx, i_ny,
            i_act_xs, i_act_ys, i_wgt_cs, i_out_xs, i_out_ys, i_rows, i_cols,
            i_par_n} = item_i;

    localparam [7:0] CONV = `OP_CONV, MAXPOOL = `OP_MAXPOOL,
                     AVGPOOL = `OP_AVGPOOL, ADD = `OP_ADD, SUM = `OP_SUM;
    wire i_add = i_op == ADD[3:0];
    wire i_sum = i_op == SUM[3:0];

    // The part of the array that is used, and the words of a block of
    // parameters, of which the last may be shorter.
    localparam BLOCK = PW * W;
    wire [10:0]     i_block = i_par_n == {PN{1'b0}} ? BLOCK[10:0] :
                              {{8-PN{1'b0}}, i_par_n, 3'b0};
    wire [10:0]     i_block1 = i_block - 11'd1;
    wire [4:0]      i_words = i_block1[WL +: 5] + 5'd1;
    reg [WL:0]      rows_q, cols_q, rest_q;
    reg [4:0]       words_q;

    always @(posedge clk_i)
        if (start_i) begin
            rows_q  <= i_rows == {WL+1{1'b0}} ? ROWS[WL:0] : i_rows;
            cols_q  <= i_cols == {WL+1{1'b0}} ? COLS[WL:0] : i_cols;
            words_q <= i_words;
            rest_q  <= {1'b0, i_block1[WL-1:0]} + {{WL{1'b0}}, 1'b1};
        end

    reg             add_q, sum_q, vec_q, max_q, avg_q;
    reg [6:0]       flags_q;
    reg [3:0]       wfmt_q;
    reg [AW-1:0]    ka_s_q, kb_s_q, act_xs_q, act_ys_q, wgt_cs_q;
    reg [15:0]      run_q, nx_q, ny_q;
    reg [7:0]       ka_q, kb_q, pm_q, zp_q, qmin_q, qmax_q;
    reg [OW-1:0]    out_xs_q, out_ys_q;

    always @(posedge clk_i)
        if (start_i) begin
            add_q <= i_add;
            sum_q <= i_sum;
            vec_q <= i_op != CONV[3:0] && !i_add && !i_sum;
            max_q <= i_op == MAXPOOL[3:0];
            avg_q <= i_op == AVGPOOL[3:0];
            flags_q <= i_flags;
            wfmt_q <= i_wfmt;
            run_q <= i_run;
            {ka_q, kb_q, pm_q} <= {i_ka, i_kb, i_pm};
            {zp_q, qmin_q, qmax_q} <= {i_zp, i_qmin, i_qmax};
            {ka_s_q, kb_s_q} <= {i_ka_s, i_kb_s};
            {nx_q, ny_q} <= {i_nx, i_ny};
            {act_xs_q, act_ys_q} <= {i_act_xs, i_act_ys};
            wgt_cs_q <= i_wgt_cs;
            {out_xs_q, out_ys_q} <= {i_out_xs, i_out_ys};
        end

    wire shared = flags_q[`EXE_PAR_SHARED_BIT];
    wire keep   = flags_q[`EXE_KEEP_BIT];
    wire hold   = flags_q[`EXE_HOLD_BIT];
    wire single = flags_q[`EXE_SINGLE_ROUND_BIT];
    wire plus   = flags_q[`EXE_PLUS_BIT] && !add_q && !sum_q;
    wire reuse  = flags_q[`EXE_REUSE_BIT] && vec_q;
    wire pool   = max_q || avg_q;
    wire split  = SPLIT != 0 && flags_q[`EXE_SPLIT_BIT] && !vec_q;
    wire [1:0] bits = NARROW != 0 ? wfmt_q[1:0] : 2'd0;
    wire [1:0] of4  = SPARSE != 0 && !vec_q ? wfmt_q[3:2] : 2'd0;

    wire [AW-1:0] out_xs, out_ys, plus_xs, plus_ys;
    wire [OW-1:0] sum_xs, sum_ys;
    generate
        if (AW > OW) begin : pad
            assign out_xs = {{AW-OW{1'b0}}, out_xs_q};
            assign out_ys = {{AW-OW{1'b0}}, out_ys_q};
            assign plus_xs = {{AW-OW{1'b0}}, sum_xs};
            assign plus_ys = {{AW-OW{1'b0}}, sum_ys};
        end else begin : nopad
            assign out_xs = out_xs_q;
            assign out_ys = out_ys_q;
            assign plus_xs = sum_xs;
            assign plus_ys = sum_ys;
        end
    endgenerate

    reg busy_q;
    assign busy_o = busy_q;

    always @(posedge clk_i)
        if (!rst_ni)
            busy_q <= 1'b0;
        else if (start_i)
            busy_q <= 1'b1;
        else if (end_o)
            busy_q <= 1'b0;

    // ------------------------------------------------------------------------
    // Reads of activations, slots, steps

    wire            valid, done, rd, vstep, vstep_end, vkept, vmove;
    wire            first, group_end;
    wire            cols_end, cmd_end, cols_new, cols_one, slot_end, fill;
    wire [AW-1:0]   rd_addr, wgt_addr;
    wire [WL:0]     rd_n, rd_row, steps, nr, nc;
    wire            go_loops = start_i && !i_add && !i_sum;

    exec_agen #(.W(W), .WL(WL), .AW(AW)) agen (
        .clk_i(clk_i), .rst_ni(rst_ni), .start_i(go_loops), .act_i(i_act),
        .nchan_i(i_nchan), .run_i(i_run),
        .vec_i(vec_q), .reuse_i(reuse),
        .run_again_i(run_q), .ka_i(ka_q), .kb_i(kb_q),
        .pm_i(pm_q), .ka_s_i(ka_s_q), .kb_s_i(kb_s_q), .nx_i(nx_q),
        .ny_i(ny_q), .xs_i(act_xs_q), .ys_i(act_ys_q),
        .rows_i(rows_q), .cols_i(cols_q),
        .slot_end_i(slot_end), .valid_o(valid), .done_o(done), .rd_o(rd),
        .addr_o(rd_addr), .n_o(rd_n), .row_o(rd_row),
        .step_o(vstep), .step_end_o(vstep_end), .kept_o(vkept),
        .move_o(vmove), .s_o(steps), .nr_o(nr), .nc_o(nc),
        .first_o(first), .group_end_o(group_end),
        .cols_end_o(cols_end), .cmd_end_o(cmd_end),
        .cols_new_o(cols_new), .cols_one_o(cols_one));

    wire            index;
    wire [WL:0]     wgt_n;
    wire            wgt_rd, step, step_first, step_buf, held, kept, move;
    wire [WL-1:0]   step_k;
    wire [ROWS-1:0] step_rows;
    wire            cap, cap_last;
    wire [WL:0]     cap_nr, cap_nc;
    wire [4:0]      cap_pre;

    exec_ctl #(.ROWS(ROWS), .COLS(COLS), .LANES(LANES), .WL(WL), .AW(AW),
               .W(W)) ctl (
        .clk_i(clk_i), .rst_ni(rst_ni), .start_i(go_loops), .wgt_i(i_wgt),
        .vec_i(vec_q), .pool_i(pool), .keep_i(keep), .hold_i(hold),
        .shared_i(shared), .plus_i(plus), .split_i(split), .of4_i(of4),
        .bits_i(bits), .wgt_cs_i(wgt_cs_q), .cols_i(cols_q),
        .words_i(words_q),
        .slot_end_o(slot_end), .valid_i(valid), .done_i(done), .rd_i(rd),
        .vstep_i(vstep), .vstep_end_i(vstep_end), .vkept_i(vkept),
        .vmove_i(vmove), .s_i(steps), .nr_i(nr), .nc_i(nc),
        .first_i(first), .group_end_i(group_end),
        .cols_end_i(cols_end), .cmd_end_i(cmd_end),
        .cols_new_i(cols_new), .cols_one_i(cols_one), .fill_o(fill),
        .b_req_o(wgt_rd), .b_addr_o(wgt_addr), .b_n_o(wgt_n),
        .index_o(index), .step_o(step),
        .first_o(step_first), .buf_o(step_buf), .k_o(step_k),
        .rows_o(step_rows), .kept_o(kept), .move_o(move),
        .cap_o(cap), .cap_nr_o(cap_nr), .cap_nc_o(cap_nc),
        .cap_pre_o(cap_pre), .cap_last_o(cap_last), .held_o(held),
        .ev_stall_read_o(ev_stall_read_o), .ev_stall_drain_o(ev_stall_drain_o),
        .ev_step_o(ev_step_o), .ev_cells_o(ev_cells_o));

    assign ev_mac_o = !pool;

    // ------------------------------------------------------------------------
    // Row buffers: filled the cycle after the read

    reg             fill_en_q, fill_buf_q;
    reg [WL:0]      fill_row_q;

    always @(posedge clk_i)
        if (!rst_ni)
            fill_en_q <= 1'b0;
        else
            fill_en_q <= rd;

    always @(posedge clk_i)
        if (rd) begin
            fill_buf_q <= fill;
            fill_row_q <= rd_row;
        end

    wire [ROWS*8-1:0]           bytes;
    wire [ROWS*32-1:0]          quads;
    wire [(ROWS+1)*COLS*8-1:0]  chain, lines;
    wire [ROWS*COLS*8-1:0]      acts;
    assign chain[ROWS*COLS*8 +: COLS*8] = {COLS*8{1'b0}};   // never used
    wire line_load  = step && move;
    wire line_keep  = step && move && !kept;
    wire line_shift = step && !move && kept;

    genvar r;
    generate
        for (r = 0; r < ROWS; r = r + 1) begin : row
            // SPLIT: row 1 has the same input as row 0.
            wire mine = fill_en_q && (fill_row_q == r[WL:0] ||
                                      (split && r == 1));
            row_buf #(.COLS(COLS), .W(W), .WL(WL), .LAST(r == ROWS - 1)) bufs (
                .clk_i(clk_i),
                .we0_i(vec_q ? fill_en_q : mine && !fill_buf_q),
                .we1_i(!vec_q && mine && fill_buf_q),
                .vec_i(vec_q), .data_i(a_rdata_i),
                .chain_i(chain[(r+1)*COLS*8 +: COLS*8]),
                .keep_i(line_keep), .load_i(line_load), .shift_i(line_shift),
                .kept_i(kept), .line_i(lines[(r+1)*COLS*8 +: COLS*8]),
                .pick_i(step && !vec_q), .buf_i(step_buf),
                .k_i({step_k[WL-1:1], step_k[0] || (split && r == 1)}),
                .byte_o(bytes[r*8 +: 8]), .quad_o(quads[r*32 +: 32]),
                .chain_o(chain[r*COLS*8 +: COLS*8]),
                .line_o(lines[r*COLS*8 +: COLS*8]),
                .act_o(acts[r*COLS*8 +: COLS*8]));
        end
    endgenerate

    line_tail #(.COLS(COLS)) tail (
        .clk_i(clk_i), .rst_ni(rst_ni), .keep_i(line_keep),
        .load_i(line_load), .shift_i(line_shift),
        .chain_i(chain[(ROWS-1)*COLS*8 +: COLS*8]),
        .line_o(lines[ROWS*COLS*8 +: COLS*8]));

    // ------------------------------------------------------------------------
    // Array and drain

    wire [ROWS*COLS*32-1:0] sums;

    wire [COLS*8-1:0]       wgt, wgt2;

    wgt_decode #(.COLS(COLS), .W(W), .WL(WL), .NARROW(NARROW),
                 .SPLIT(SPLIT)) decode (
        .fmt_i(bits), .cols_i(cols_q), .data_i(b_rdata_i), .lo_o(wgt), .hi_o(wgt2));

    // Indices of sparse weights: those of the next step are the lowest.
    localparam IW = SPARSE != 0 ? COLS * 8 : COLS * 2;
    wire [COLS*2-1:0]       idx;
    generate
        if (SPARSE != 0) begin : sparse
            reg [IW-1:0] idx_q;
            always @(posedge clk_i)
                if (index)
                    idx_q <= b_rdata_i[IW-1:0];
                else if (step)
                    idx_q <= idx_q >> {cols_q, 1'b0};
            assign idx = idx_q[COLS*2-1:0];
        end else begin : dense
            assign idx = {COLS*2{1'b0}};
        end
    endgenerate

    mac_array #(.ROWS(ROWS), .COLS(COLS), .SPARSE(SPARSE),
                .SPLIT(SPLIT)) array (
        .clk_i(clk_i), .step_i(step), .first_i(step_first), .max_i(max_q),
        .vec_i(vec_q), .rows_i(step_rows),
        .sparse_i(of4 != 2'd0), .split_i(split),
        .bytes_i(bytes), .quads_i(quads), .index_i(idx), .chain_i(acts),
        .wgt_i(avg_q ? {COLS{8'd1}} : wgt), .wgt2_i(wgt2),
        .sums_o(sums));

    wire            go_add, add_rd, add_a, add_b, add_sum, add_keep, add_last;
    wire [AW-1:0]   add_a_addr, add_b_addr;
    wire [NL-1:0]   add_rd_n, add_n;
    wire            drained, loaded;
    wire [17:0]     sum_bias, sum_shift;
    wire [92:0]     sum_mult;
    wire [AW-1:0]   sum_addr;
    wire [23:0]     sum_clamp;
    wire [1:0]      plus_sel;
    wire [31:0]     plus_bias;
    wire [30:0]     plus_mult;
    wire [5:0]      plus_shift;

    drain #(.ROWS(ROWS), .SPLIT(SPLIT), .COLS(COLS), .LANES(LANES), .NL(NL), .W(W), .WL(WL),
            .AW(AW), .PW(PW)) drain_i (
        .clk_i(clk_i), .rst_ni(rst_ni), .start_i(start_i), .par_i(i_par),
        .out_i(i_out), .load_i(start_i && (i_add || i_sum)),
        .load_words_i(i_words), .cols_i(cols_q), .words_i(words_q),
        .rest_i(rest_q),
        .add_i(add_q), .plus_i(plus), .vec_i(vec_q), .split_i(split),
        .single_i(single), .zp_i(zp_q),
        .qmin_i(qmin_q), .qmax_i(qmax_q), .nx_i(nx_q), .ny_i(ny_q),
        .xs_i(out_xs), .ys_i(out_ys),
        .cap_i(cap), .cap_nr_i(cap_nr), .cap_nc_i(cap_nc),
        .cap_pre_i(cap_pre), .cap_last_i(cap_last), .sums_i(sums),
        .loaded_o(loaded), .bias_o(sum_bias), .mult_o(sum_mult),
        .shift_o(sum_shift), .plus_addr_i(sum_addr), .plus_xs_i(plus_xs),
        .plus_ys_i(plus_ys), .plus_clamp_i(sum_clamp), .plus_sel_o(plus_sel),
        .plus_bias_i(plus_bias), .plus_mult_i(plus_mult),
        .plus_shift_i(plus_shift),
        .go_o(go_add), .add_a_i(add_a), .add_b_i(add_b), .add_sum_i(add_sum),
        .add_keep_i(add_keep), .add_last_i(add_last), .add_n_i(add_n),
        .a_bytes_i(a_rdata_i[LANES*8-1:0]), .b_bytes_i(b_rdata_i[LANES*8-1:0]),
        .p_req_o(p_req_o), .p_we_o(p_we_o), .p_addr_o(p_addr_o),
        .p_n_o(p_n_o), .p_wdata_o(p_wdata_o), .p_rdata_i(p_rdata_i),
        .end_o(drained), .ev_requants_o(ev_requants_o));

    wire sum_end = sum_q && loaded;
    assign end_o = drained || held || sum_end;

    sum_regs #(.AW(AW), .OW(OW)) sum (
        .clk_i(clk_i), .start_i(start_i && i_sum), .addr_i(i_act),
        .xs_i(i_out_xs), .ys_i(i_out_ys), .clamp_i({i_zp, i_qmin, i_qmax}),
        .copy_i(sum_end), .bias_i(sum_bias), .mult_i(sum_mult),
        .shift_i(sum_shift), .addr_o(sum_addr), .xs_o(sum_xs), .ys_o(sum_ys),
        .clamp_o(sum_clamp), .sel_i(plus_sel), .bias_o(plus_bias),
        .mult_o(plus_mult), .shift_o(plus_shift));

    // ------------------------------------------------------------------------
    // ADD, and who reads through A and B

    wire [31:0] elements = {i_ny, i_nx};

    add_seq #(.LANES(LANES), .NL(NL), .AW(AW)) adds (
        .clk_i(clk_i), .rst_ni(rst_ni), .start_i(start_i && i_add),
        .a_i(i_act), .b_i(i_wgt), .count_i(elements[AW:0]), .go_i(go_add),
        .rd_o(add_rd), .a_addr_o(add_a_addr), .b_addr_o(add_b_addr),
        .rd_n_o(add_rd_n), .a_o(add_a), .b_o(add_b), .sum_o(add_sum),
        .keep_o(add_keep), .last_o(add_last), .n_o(add_n));

    wire [WL:0] add_bytes;
    generate
        if (NL < WL + 1) begin : narrow
            assign add_bytes = {{WL+1-NL{1'b0}}, add_rd_n};
        end else begin : same
            assign add_bytes = add_rd_n;
        end
    endgenerate

    assign a_req_o  = add_q ? add_rd : rd;
    assign a_addr_o = add_q ? add_a_addr : rd_addr;
    assign a_n_o    = add_q ? add_bytes : rd_n;
    assign b_req_o  = add_q ? add_rd : wgt_rd;
    assign b_addr_o = add_q ? add_b_addr : wgt_addr;
    assign b_n_o    = add_q ? add_bytes : wgt_n;

    // verilator lint_off UNUSED
    wire unused = &{1'b0, b_rdata_i, i_block1, elements, chain, lines,
                     quads, index, wfmt_q, flags_q};
    // verilator lint_on UNUSED

endmodule

`default_nettype wire
