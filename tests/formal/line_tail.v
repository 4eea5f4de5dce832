// line_tail, row_buf: what REUSE keeps. In a step without a read every row gives
// its cells what it gave them in the same tap of the segment that is not read
// again: the last but one of the group before, then its last, tap by tap.
//
// exec_agen and exec_ctl make the steps, any data come. What the rows give in
// the taps of the last two segments (the older: 0, the newer: 1) is written down;
// exec_agen's steps are counted where it makes them, two cycles before the array
// has them. That these are elements of the same addresses is said by the fields
// (docs/accelerator.md, REUSE).
//
// Any legal ka, kb, pm, any counts of pixels and channels, any data; bytes of one
// column, as the others do the same; arrays of 1 and 3 rows, any part of which is
// used. Assumed: a command starts when the steps of the one before are over.
//
//@ read line_tail.v row_buf.v exec_agen.v exec_ctl.v
//@ prove ROWS=1 SMALL=1 : bmc 13, cover 20
//@ prove ROWS=1 : induction 1
//@ prove ROWS=3 : induction 1
//@ bug same line_tail.v: {line1_q, line2_q} <= => {line2_q, line1_q} <=
//@ bug same row_buf.v: line_q <= buf1_q[COLS*8-1:0] => line_q <= buf0_q[COLS*8-1:0]
//@ bug same exec_agen.v: {1'b0, ka_i[2:1]} : ka_i[2:0] => {1'b0, ka_i[2:1]} : ka_i[2:0] - 3'd1
//@ bug all_kept exec_agen.v: ka_i[2:0] : {ka_i[1:0], 1'b0} => ka_i[2:0] : ka_i[2:0]
//@ bug taps exec_agen.v: tap1 >= {1'b0, ka_i} => tap1 > {1'b0, ka_i}

`default_nettype none

module bench #(
    parameter ROWS  = 3,
    parameter SMALL = 0      // one command, at once, of few taps
) (
    input wire        clk_i,
    input wire        rst_ni,
    input wire        start_i,
    input wire [63:0] data_i
);

    localparam COLS = 1, W = 8, WL = 3, AW = 13;

    // The fields of the command.
    (* anyconst *) wire [15:0] nchan;
    (* anyconst *) wire [15:0] nx;
    (* anyconst *) wire [15:0] ny;
    (* anyconst *) wire [7:0]  ka;
    (* anyconst *) wire [7:0]  kb;
    (* anyconst *) wire [7:0]  pm;
    (* anyconst *) wire [WL:0] used;     // rows of the array

    wire          valid, done, rd, vstep, vstep_end, vkept, vmove, first;
    wire          group_end, cols_end, cmd_end, cols_new, cols_one, slot_end;
    wire [AW-1:0] addr, b_addr;
    wire [WL:0]   n, row, s, nr, nc, b_n, cap_nr, cap_nc;
    wire          fill, b_req, index, step, step_first, buf_, kept, move;
    wire          cap, cap_last, held, ev_read, ev_drain, ev_step;
    wire [WL-1:0] k;
    wire [4:0]    pre;
    wire [ROWS-1:0]   rows;
    wire [2*WL+1:0]   cells;

    exec_agen #(.W(W), .WL(WL), .AW(AW)) agen (
        .clk_i(clk_i), .rst_ni(rst_ni), .start_i(start_i), .act_i(13'd0),
        .nchan_i(nchan), .run_i(16'd1), .vec_i(1'b1), .reuse_i(1'b1),
        .run_again_i(16'd1), .ka_i(ka), .kb_i(kb), .pm_i(pm), .ka_s_i(13'd0),
        .kb_s_i(13'd0), .nx_i(nx), .ny_i(ny), .xs_i(13'd0), .ys_i(13'd0),
        .rows_i(used), .cols_i(4'd1),
        .slot_end_i(slot_end), .valid_o(valid), .done_o(done), .rd_o(rd),
        .addr_o(addr), .n_o(n), .row_o(row), .step_o(vstep),
        .step_end_o(vstep_end), .kept_o(vkept), .move_o(vmove), .s_o(s),
        .nr_o(nr), .nc_o(nc), .first_o(first), .group_end_o(group_end),
        .cols_end_o(cols_end), .cmd_end_o(cmd_end), .cols_new_o(cols_new),
        .cols_one_o(cols_one));

    exec_ctl #(.ROWS(ROWS), .COLS(COLS), .LANES(1), .WL(WL), .AW(AW),
               .W(W)) ctl (
        .clk_i(clk_i), .rst_ni(rst_ni), .start_i(start_i), .wgt_i(13'd0),
        .vec_i(1'b1), .pool_i(1'b0), .keep_i(1'b0), .hold_i(1'b0),
        .shared_i(1'b0), .plus_i(1'b0), .split_i(1'b0), .of4_i(2'd0),
        .bits_i(2'd0), .wgt_cs_i(13'd0), .cols_i(4'd1), .words_i(5'd2),
        .slot_end_o(slot_end),
        .valid_i(valid), .done_i(done), .rd_i(rd), .vstep_i(vstep),
        .vstep_end_i(vstep_end), .vkept_i(vkept), .vmove_i(vmove), .s_i(s),
        .nr_i(nr), .nc_i(nc), .first_i(first), .group_end_i(group_end),
        .cols_end_i(cols_end), .cmd_end_i(cmd_end), .cols_new_i(cols_new),
        .cols_one_i(cols_one), .fill_o(fill), .b_req_o(b_req),
        .b_addr_o(b_addr), .b_n_o(b_n), .index_o(index), .step_o(step),
        .first_o(step_first), .buf_o(buf_), .k_o(k), .rows_o(rows),
        .kept_o(kept), .move_o(move), .cap_o(cap), .cap_nr_o(cap_nr),
        .cap_nc_o(cap_nc), .cap_pre_o(pre), .cap_last_o(cap_last),
        .held_o(held), .ev_stall_read_o(ev_read), .ev_stall_drain_o(ev_drain),
        .ev_step_o(ev_step), .ev_cells_o(cells));

    // ------------------------------------------------------------------------
    // The rows and the tail, as in exec_unit

    reg                   fill_q;
    wire [(ROWS+1)*8-1:0] chain, lines;
    wire [ROWS*8-1:0]     acts, kept_rows;
    wire                  load  = step && move;
    wire                  keep  = step && move && !kept;
    wire                  shift = step && !move && kept;
    always @(posedge clk_i) fill_q <= rst_ni && rd;
    assign chain[ROWS*8 +: 8] = 8'd0;

    genvar r;
    generate
        for (r = 0; r < ROWS; r = r + 1) begin : row_
            wire [7:0]  byte_;
            wire [31:0] quad;
            row_buf #(.COLS(COLS), .W(W), .WL(WL), .LAST(r == ROWS - 1)) bufs (
                .clk_i(clk_i), .we0_i(fill_q), .we1_i(1'b0), .vec_i(1'b1),
                .data_i(data_i), .chain_i(chain[(r+1)*8 +: 8]), .keep_i(keep),
                .load_i(load), .shift_i(shift), .kept_i(kept),
                .line_i(lines[(r+1)*8 +: 8]), .pick_i(1'b0), .buf_i(1'b0),
                .k_i(3'd0), .byte_o(byte_), .quad_o(quad),
                .chain_o(chain[r*8 +: 8]), .line_o(lines[r*8 +: 8]),
                .act_o(acts[r*8 +: 8]));
            (* hierconn *) wire [63:0] \bufs.buf1_q ;
            assign kept_rows[r*8 +: 8] = \bufs.buf1_q [7:0];
        end
    endgenerate

    line_tail #(.COLS(COLS)) tail (
        .clk_i(clk_i), .rst_ni(rst_ni), .keep_i(keep), .load_i(load),
        .shift_i(shift), .chain_i(chain[(ROWS-1)*8 +: 8]),
        .line_o(lines[ROWS*8 +: 8]));

    // ------------------------------------------------------------------------
    // Steps as exec_agen makes them: of the segment at hand, of the last two
    // segments, and of those that are kept

    wire       two    = pm == 8'd2;
    wire [2:0] taps0  = two ? {1'b0, ka[2:1]} + ka[0] : ka[2:0];
    wire [2:0] taps1  = two ? {1'b0, ka[2:1]} : ka[2:0];
    wire [2:0] both   = taps0 + taps1;

    reg        past_q = 1'b0, begun_q = 1'b0;
    reg [2:0]  e_q;              // done in this segment
    reg [1:0]  n0_q, n1_q;       // of the older and the newer segment
    reg [2:0]  j_q;              // of those that are kept
    reg [2:0]  v_q, k_q, m_q;    // bit i: i+1 cycles ago a step, kept, move
    reg [9:0]  old_q, older_q;   // {e, n0, n1, j}: one and two cycles ago
    wire [9:0] now = {e_q, n0_q, n1_q, j_q};

    (* hierconn *) wire \agen.chunk_end ;

    always @(posedge clk_i) begin
        past_q <= 1'b1;
        if (start_i) begun_q <= 1'b1;
        {old_q, older_q} <= {now, old_q};
        v_q <= {v_q[1:0], rst_ni && vstep};
        k_q <= {k_q[1:0], vkept};
        m_q <= {m_q[1:0], vmove};
        if (start_i || \agen.chunk_end )
            e_q <= 3'd0;
        else if (vstep && !vkept)
            e_q <= e_q + 3'd1;
        if (vstep && !vkept) begin
            j_q <= 3'd0;
            {n0_q, n1_q} <= e_q == 3'd0 ? {n1_q, 2'd1}
                                        : {n0_q, n1_q + 2'd1};
        end else if (vstep)
            j_q <= j_q + 3'd1;
        if (start_i || !rst_ni) {n0_q, n1_q, j_q} <= 7'd0;
        if (!rst_ni) {old_q, older_q, v_q} <= 23'd0;
    end
    always @* begin
        if (!past_q) assume (!rst_ni);
        assume (!(start_i && (valid || v_q[1:0] != 2'd0)));
        assume (nx >= 1 && nx <= used && ny >= 1 && nchan >= 1);
        assume (used <= ROWS);
        assume (pm >= 1 && pm <= ka && pm <= 2);
        if (SMALL != 0) begin
            assume (rst_ni == past_q && start_i == (past_q && !begun_q));
            assume (kb <= 3 && ka <= 3 && nchan == 1 && ny == 2);
        end
        assume (two ? kb >= 2 && ka <= 6 : kb >= 3 && ka <= 3);
    end

    // ------------------------------------------------------------------------
    // What the rows gave: tap i of segment s is had_q[s*3+i]

    wire [2:0] e2;
    wire [1:0] n02, n12;
    wire [2:0] j2;
    assign {e2, n02, n12, j2} = older_q;

    reg [6*ROWS*8-1:0] had_q;
    localparam B = ROWS * 8;
    function [B-1:0] had(input [6*B-1:0] all, input newer, input [2:0] tap);
        had = all >> ((newer ? tap + 4'd3 : {1'b0, tap}) * B);
    endfunction
    integer i;
    always @(posedge clk_i)
        if (step && !kept && e2 == 3'd0) begin
            had_q[0 +: 3*ROWS*8] <= had_q[3*ROWS*8 +: 3*ROWS*8];
            had_q[3*ROWS*8 +: ROWS*8] <= acts;
        end else if (step && !kept)
            for (i = 1; i < 3; i = i + 1)
                if (e2 == i) had_q[(3+i)*ROWS*8 +: ROWS*8] <= acts;

    // Kept step j: of the older segment, then of the newer.
    wire       newer = j2 >= taps0;
    wire [2:0] tap   = newer ? j2 - taps0 : j2;

    // ------------------------------------------------------------------------
    // Properties

    (* hierconn *) wire [2:0] \agen.kept_q ;
    (* hierconn *) wire [7:0] \agen.ia_q ;
    (* hierconn *) wire [7:0] \agen.ib_q ;
    (* hierconn *) wire [7:0] \agen.tap_q ;
    (* hierconn *) wire       \agen.done_q ;
    (* hierconn *) wire       \agen.row_last ;
    (* hierconn *) wire       \ctl.b_valid_q ;
    (* hierconn *) wire       \ctl.b_kept_q ;
    (* hierconn *) wire       \ctl.b_move_q ;
    (* hierconn *) wire       \ctl.active_q ;
    (* hierconn *) wire       \tail.late1_q ;
    (* hierconn *) wire       \tail.late2_q ;
    (* hierconn *) wire [7:0] \tail.kept1_q ;
    (* hierconn *) wire [7:0] \tail.kept2_q ;
    (* hierconn *) wire [7:0] \tail.line1_q ;
    (* hierconn *) wire [7:0] \tail.line2_q ;

    (* hierconn *) wire [15:0] \agen.x_q ;
    (* hierconn *) wire [15:0] \agen.gx_q ;
    (* hierconn *) wire [WL:0] \agen.row_q ;

    // The last row in a tap; the rows of a tap are those of the tap before, one
    // further.
    function [7:0] beyond(input [6*B-1:0] all, input newer, input [2:0] tap);
        beyond = had(all, newer, tap) >> (B - 8);
    endfunction
    function slides(input [6*B-1:0] all, input newer, input [2:0] tap);
        slides = had(all, newer, tap) << 8 ==
                 (had(all, newer, tap - 3'd1) >> 8) << 8;
    endfunction

    // Counts after a step {kept, e, n0, n1, j}; 0 when a command starts.
    function [6:0] after(input kept, input [9:0] was);
        after = kept ? {was[6:3], was[2:0] + 3'd1} :
                was[9:7] == 3'd0 ? {was[4:3], 2'd1, 3'd0} :
                                   {was[6:5], was[4:3] + 2'd1, 3'd0};
    endfunction
    function follows(input valid, input kept, input [9:0] was, input [6:0] is);
        follows = is == 7'd0 || is == (valid ? after(kept, was) : was[6:0]);
    endfunction
    // A step is what its counts say.
    function stage(input kept, input move, input [9:0] was);
        stage = kept ? was[6:5] == taps0 && was[4:3] == taps1 &&
                       was[2:0] < both && move == (was[2:0] + 3'd1 == taps0)
                     : move == (was[9:7] == 3'd0) && was[9:7] < 3'd3 &&
                       (move || was[4:3] == was[9:7]) &&
                       (was[2:0] == 3'd0 || (move && was[2:0] == both));
    endfunction

    // Segments before the one at hand in this group: their taps.
    wire [2:0] here = \agen.ia_q == 0 ? taps0 : taps1;
    wire [2:0] one  = \agen.ia_q == 0 ? taps1 : taps0;
    wire       one_before = \agen.ib_q != 0 || \agen.ia_q != 0;
    wire       two_before = two ? \agen.ib_q != 0 : \agen.ib_q > 8'd1;
    wire [2:0] left = j2 == 3'd0 ? {1'b0, n02} : newer ? taps1 : taps0;
    wire       in_step = valid && e_q != 3'd0 && !\agen.done_q ;

    always @* if (past_q && rst_ni) begin
        if (step && kept) same: assert (acts == had(had_q, newer, tap));
        if (step && kept) taps: assert (n02 == taps0 && n12 == taps1 &&
                                        j2 < both);
        if (step && !kept && e2 == 3'd0)
            all_kept: assert (j2 == 3'd0 || j2 == both);

        inv_place: assert (!valid || (
            \agen.ia_q < pm && \agen.ib_q < kb && e_q <= here &&
            \agen.tap_q == \agen.ia_q + (e_q[0] ? pm : 8'd0) +
                           (e_q[1] ? {pm, 1'b0} : 8'd0) &&
            \agen.x_q == \agen.row_q && \agen.x_q < nx &&
            \agen.gx_q == 0 && (e_q == 0 || \agen.row_last ) &&
            (\agen.done_q ? e_q == here && group_end && e_q != 0
                          : e_q < here)));
        inv_idle: assert (\ctl.active_q == valid &&
                          (valid || \agen.kept_q == 0));
        if (valid) inv_counts: assert (\agen.kept_q != 0 ?
            \agen.kept_q <= both && j_q == both - \agen.kept_q &&
            n0_q == taps0 && n1_q == taps1 && e_q == 0 && !\agen.done_q &&
            \agen.ia_q == 0 && \agen.ib_q == (two ? 8'd1 : 8'd2) &&
            \agen.row_q == (\agen.kept_q < nx ? nx - 1 - \agen.kept_q : 0) :
            (j_q == 0 || (e_q == 0 && j_q == both)) &&
            (e_q == 0 ? (!one_before || n1_q == one) &&
                        (!two_before || n0_q == here)
                      : n1_q == e_q && (!one_before || n0_q == one)));
        inv_stages: assert (\ctl.b_valid_q == v_q[0] && step == v_q[1] &&
            (!v_q[0] || (\ctl.b_kept_q == k_q[0] && \ctl.b_move_q == m_q[0] &&
                         stage(k_q[0], m_q[0], old_q))) &&
            (!v_q[1] || (kept == k_q[1] && move == m_q[1] &&
                         stage(k_q[1], m_q[1], older_q))));
        inv_follows: assert (follows(v_q[0], k_q[0], old_q, now[6:0]) &&
                             follows(v_q[1], k_q[1], older_q, old_q[6:0]));
        inv_pace: assert (
            (!in_step || (v_q[0] && !k_q[0] && old_q[9:7] + 3'd1 == e_q)) &&
            (!v_q[0] || k_q[0] || (fill_q && (old_q[9:7] == 0 ||
             (v_q[1] && !k_q[1] && e2 + 3'd1 == old_q[9:7])))) &&
            (!step || kept || (e2 != 1 || \tail.late1_q ) &&
                              (e2 != 2 || \tail.late2_q )) &&
            (!\tail.late1_q || n12 <= 1) && (!\tail.late2_q || n12 <= 2));
        if (step && !kept && e2 != 0) inv_chain: assert (
            acts << 8 == (had(had_q, 1'b1, e2 - 3'd1) >> 8) << 8);
        inv_slides: assert ((n02 < 2 || slides(had_q, 1'b0, 3'd1)) &&
                            (n02 < 3 || slides(had_q, 1'b0, 3'd2)) &&
                            (n12 < 2 || slides(had_q, 1'b1, 3'd1)) &&
                            (n12 < 3 || slides(had_q, 1'b1, 3'd2)));
        inv_newer: assert ((n12 < 1 || kept_rows == had(had_q, 1'b1, 3'd0)) &&
                           (n12 < 2 ||
                            \tail.kept1_q == beyond(had_q, 1'b1, 3'd1)) &&
                           (n12 < 3 ||
                            \tail.kept2_q == beyond(had_q, 1'b1, 3'd2)));
        if (j2 < both || j2 == 0) inv_line: assert (
            (left <= tap || lines[ROWS*8-1:0] == had(had_q, newer, tap)) &&
            (left <= tap + 1 ||
             \tail.line1_q == beyond(had_q, newer, tap + 3'd1)) &&
            (left < 3 || tap != 0 || \tail.line2_q == beyond(had_q, newer, 3'd2)));
    end

    always @* if (rst_ni) begin
        three: cover (step && kept && !two && newer && tap == 2);
        phases: cover (step && kept && two && newer && ka == 3);
    end

endmodule

`default_nettype wire
