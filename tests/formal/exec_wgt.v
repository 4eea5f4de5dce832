// exec_ctl: the reads of weights. The chunks of a pixel group have theirs one
// after another from wgt + g*wgt_cs on, g the number of column groups before. Of
// each chunk every byte is read once, in order, and none beyond it, before the
// slot ends. How many steps, indices and bytes a chunk has:
// docs/accelerator.md, Weights; in a vector mode a chunk is one step.
//
// Any chunks and groups at any pace, addresses and wgt_cs of full width, all
// formats of weights, any columns used. Assumed: chunks have 1..W bytes, flags of a command stay,
// a command starts when the steps of the one before are over. Which chunks a
// CONV has is proved in exec_order.v; of a vector mode nobody proves it.
//
//@ read exec_ctl.v
//@ prove COLS=5 W=16 : bmc 7, induction 1, cover 12
//@ prove COLS=8 W=8 : induction 1
//@ bug place exec_ctl.v: b_cols_end_q ? wnext : wbase_q => group ? wnext : wbase_q
//@ bug place exec_ctl.v: {vector[N-2:0], 1'b0} : vector => vector : vector
//@ bug place exec_ctl.v: if (group && b_cols_end_q) => if (group)
//@ bug once exec_ctl.v: s1[N:1] : !sparse => s_i : !sparse
//@ bug once exec_ctl.v: cnt1 >= b_s_q && !index => cnt1 >= b_s_q
//@ bug none exec_ctl.v: read && !pool_i => read

`default_nettype none

module bench #(
    parameter COLS = 5,
    parameter W    = 16
) (
    input wire        clk_i,
    input wire        rst_ni,
    input wire        start_i,
    input wire [12:0] wgt_i,
    input wire        valid_i,
    input wire        done_i,
    input wire        vstep_i,
    input wire        vstep_end_i,
    input wire [$clog2(W):0] s_i,
    input wire [$clog2(W):0] nr_i,
    input wire        group_end_i,
    input wire        cols_end_i,
    input wire        cmd_end_i
);

    localparam WL = $clog2(W), AW = 13, ROWS = 3;

    // The fields of the command.
    (* anyconst *) wire          vec;
    (* anyconst *) wire          pool;
    (* anyconst *) wire          hold;
    (* anyconst *) wire          split;
    (* anyconst *) wire [1:0]    of4;
    (* anyconst *) wire [1:0]    bits;
    (* anyconst *) wire [AW-1:0] wgt_cs;
    (* anyconst *) wire [4:0]    cols;

    wire          slot_end, fill, b_req, index, step, step_first, buf_;
    wire          kept, move, cap, cap_last, held, ev_read, ev_drain, ev_step;
    wire [AW-1:0] b_addr;
    wire [WL:0]   b_n, cap_nr, cap_nc;
    wire [WL-1:0] k;
    wire [4:0]    pre;
    wire [ROWS-1:0] rows;
    wire [2*WL+1:0] cells;

    exec_ctl #(.ROWS(ROWS), .COLS(COLS), .LANES(2), .WL(WL), .AW(AW),
               .W(W)) dut (
        .clk_i(clk_i), .rst_ni(rst_ni), .start_i(start_i), .wgt_i(wgt_i),
        .vec_i(vec), .pool_i(pool), .keep_i(1'b0), .hold_i(hold),
        .shared_i(1'b0), .plus_i(1'b0), .split_i(split), .of4_i(of4),
        .bits_i(bits), .wgt_cs_i(wgt_cs), .cols_i(cols[WL:0]), .words_i(5'd2),
        .slot_end_o(slot_end),
        .valid_i(valid_i), .done_i(done_i), .rd_i(1'b0), .vstep_i(vstep_i),
        .vstep_end_i(vstep_end_i), .vkept_i(1'b0), .vmove_i(1'b0), .s_i(s_i),
        .nr_i(nr_i), .nc_i(nr_i), .first_i(1'b0),
        .group_end_i(group_end_i), .cols_end_i(cols_end_i),
        .cmd_end_i(cmd_end_i), .cols_new_i(1'b0), .cols_one_i(1'b0),
        .fill_o(fill), .b_req_o(b_req), .b_addr_o(b_addr), .b_n_o(b_n),
        .index_o(index), .step_o(step), .first_o(step_first), .buf_o(buf_),
        .k_o(k), .rows_o(rows), .kept_o(kept), .move_o(move), .cap_o(cap),
        .cap_nr_o(cap_nr), .cap_nc_o(cap_nc), .cap_pre_o(pre),
        .cap_last_o(cap_last), .held_o(held), .ev_stall_read_o(ev_read),
        .ev_stall_drain_o(ev_drain), .ev_step_o(ev_step), .ev_cells_o(cells));

    // ------------------------------------------------------------------------
    // The table of docs/accelerator.md: steps of a chunk of s bytes, reads of
    // indices, and the bytes of a read

    localparam M1 = W < 16 ? 2 : 4;                    // m for 1 of 4
    wire [4:0] V4 = (cols * 4 + 7) / 8, V2 = (cols * 2 + 7) / 8;
    wire [4:0] I1 = (cols * 2 * M1 + 7) / 8, I2 = (cols * 8 + 7) / 8;
    wire [4:0] vector = bits == 2'd1 ? V4 : bits == 2'd2 ? V2 : cols;
    wire [4:0] wide   = split ? {vector[3:0], 1'b0} : vector;
    wire [4:0] block  = of4[0] ? I1 : I2;
    wire       by2    = of4[0] && M1 == 2;

    function [4:0] steps(input [4:0] s);
        reg [4:0] quads;
        begin
            quads = (s > 0) + (s > 4) + (s > 8) + (s > 12);
            steps = split ? s[4:1] + s[0] : of4 == 0 ? s :
                    of4[0] ? quads : {quads[3:0], 1'b0};
        end
    endfunction
    function [2:0] marks(input [4:0] n);               // before n steps
        marks = of4 == 0 ? 3'd0 : by2 ? (n > 0) + (n > 2)
                                      : (n > 0) + (n > 4);
    endfunction
    // A block is a read of indices and m of steps.
    function is_mark(input [4:0] j);
        is_mark = of4 != 0 && (j == 0 || j == (by2 ? 3 : 5) ||
                               j == (by2 ? 6 : 10));
    endfunction
    function [1:0] blocks(input [4:0] j);              // begun in j reads
        blocks = of4 == 0 ? 2'd0 : by2 ? (j > 0) + (j > 3) + (j > 6)
                                       : (j > 0) + (j > 5) + (j > 10);
    endfunction

    // ------------------------------------------------------------------------
    // The chunk that is stepped: s bytes, j reads done; before the next read in
    // its group `off` bytes; `base` of the group

    reg          past_q = 1'b0, on_q, end_q, cols_q;
    reg [4:0]    s_q, j_q;
    reg [AW-1:0] base_q, off_q;

    wire         load   = vec ? vstep_i : slot_end;
    wire [4:0]   reads  = vec ? 5'd1 : steps(s_q) + marks(steps(s_q));
    wire [4:0]   n      = is_mark(j_q) && !vec ? block : wide;
    wire         over   = on_q && (vec || slot_end);
    wire         due    = on_q && j_q < reads;

    always @(posedge clk_i) begin
        past_q <= 1'b1;
        if (!rst_ni || start_i)
            on_q <= 1'b0;
        else if (vec || slot_end)
            on_q <= vec ? vstep_i : valid_i;
        if (load) begin
            s_q <= s_i;
            {end_q, cols_q} <= {vec ? vstep_end_i : group_end_i,
                                     cols_end_i};
        end
        if (start_i || load) j_q <= 5'd0;
        else if (due)        j_q <= j_q + 5'd1;
        if (start_i)
            {base_q, off_q} <= {wgt_i, {AW{1'b0}}};
        else begin
            if (over && end_q) off_q <= {AW{1'b0}};
            else if (due)      off_q <= off_q + n;
            if (over && end_q && cols_q) base_q <= base_q + wgt_cs;
        end
    end

    always @* begin
        if (!past_q) assume (!rst_ni);
        assume (!(start_i && (on_q || \dut.active_q )));
        assume (!vstep_i || \dut.active_q );
        assume (s_i >= 1 && s_i <= W && nr_i >= 1 && nr_i <= ROWS);
        assume (cols >= 1 && cols <= COLS);
        assume (bits <= 2'd2 && of4 <= 2'd2);
        assume (!split || (of4 == 2'd0 && wide <= W));
        assume (!vec || (!split && of4 == 2'd0 && !hold));
        assume (!pool || vec);
    end

    (* hierconn *) wire          \dut.active_q ;
    (* hierconn *) wire          \dut.b_valid_q ;
    (* hierconn *) wire          \dut.b_end_q ;
    (* hierconn *) wire          \dut.b_cols_end_q ;
    (* hierconn *) wire          \dut.index_q ;
    (* hierconn *) wire [WL:0]   \dut.b_s_q ;
    (* hierconn *) wire [WL:0]   \dut.cnt_q ;
    (* hierconn *) wire [AW-1:0] \dut.waddr_q ;
    (* hierconn *) wire [AW-1:0] \dut.wbase_q ;

    // Where the next read is: in this chunk, else behind it or its group.
    wire [AW-1:0] follow = base_q + (end_q && cols_q ? wgt_cs : {AW{1'b0}});
    wire [AW-1:0] next   = on_q && j_q == reads && end_q ? follow :
                           base_q + off_q;

    // ------------------------------------------------------------------------
    // Properties

    always @* if (past_q && rst_ni) begin
        if (b_req) place: assert (b_addr == base_q + off_q && b_n == n);
        once: assert (b_req == (due && !pool) &&
                      (!over || j_q + due == reads));
        if (pool) none: assert (!b_req);

        inv_chunk: assert (\dut.b_valid_q == on_q && (!on_q ||
            (\dut.b_end_q == end_q && \dut.b_cols_end_q == cols_q &&
             s_q >= 1 && s_q <= W && j_q <= reads &&
             (vec ? j_q == 0 : \dut.b_s_q == steps(s_q)))));
        inv_reads: assert (vec || !on_q || (\dut.cnt_q <= \dut.b_s_q &&
            j_q == \dut.cnt_q + blocks(j_q) &&
            (of4 == 0 || \dut.index_q == is_mark(j_q))));
        if (\dut.active_q || on_q) inv_next: assert (
            \dut.waddr_q == next &&
            \dut.wbase_q == (on_q && j_q == reads && end_q ? follow : base_q));
    end

    always @* if (past_q && rst_ni) begin
        sparse: cover (b_req && of4 == 2 && j_q == 6);
        second: cover (b_req && !vec && off_q != 0 && base_q == 13'd100 &&
                       wgt_cs == 13'd77);
        vector_: cover (b_req && vec && bits == 1 && off_q == 2 * V4);
    end

endmodule

`default_nettype wire
