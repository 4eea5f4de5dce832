// exec_ctl: slots, weight reads, steps and captures of the matrix and vector
// modes.
//
// A slot reads one chunk (matrix) or group (vector); in matrix mode it also
// steps the chunk read in the slot before. exec_agen walks the reads, this
// module decides when a slot ends, also so that captured sums meet a drain
// that is done with the last ones. Formulas: docs/accelerator.md.

`default_nettype none

module exec_ctl #(
    parameter ROWS  = 8,
    parameter COLS  = 8,
    parameter LANES = 4,
    parameter WL    = 3,
    parameter AW    = 17,
    parameter W     = 8
) (
    input  wire             clk_i,
    input  wire             rst_ni,
    input  wire             start_i,     // a command other than ADD; takes wgt
    input  wire [AW-1:0]    wgt_i,

    input  wire             vec_i,       // these stay for the command
    input  wire             pool_i,      // no weights
    input  wire             keep_i,
    input  wire             hold_i,
    input  wire             shared_i,
    input  wire             plus_i,
    input  wire             split_i,
    input  wire [1:0]       of4_i,       // sparse weights: of each four; 0: all
    input  wire [1:0]       bits_i,      // of a weight: 8, 4, 2
    input  wire [AW-1:0]    wgt_cs_i,
    input  wire [WL:0]      cols_i,      // of the array, that are used
    input  wire [4:0]       words_i,     // of a block of parameters

    // exec_agen
    output wire             slot_end_o,
    input  wire             valid_i,
    input  wire             done_i,
    input  wire             rd_i,
    input  wire             vstep_i,
    input  wire             vstep_end_i,
    input  wire             vkept_i,
    input  wire             vmove_i,
    input  wire [WL:0]      s_i,
    input  wire [WL:0]      nr_i,
    input  wire [WL:0]      nc_i,
    input  wire             first_i,
    input  wire             group_end_i,
    input  wire             cols_end_i,
    input  wire             cmd_end_i,
    input  wire             cols_new_i,
    input  wire             cols_one_i,
    output wire             fill_o,      // buffer that reads go to

    // Port B and the array
    output wire             b_req_o,
    output wire [AW-1:0]    b_addr_o,
    output wire [WL:0]      b_n_o,
    output wire             index_o,     // the read before was of indices
    output wire             step_o,
    output wire             first_o,
    output wire             buf_o,
    output wire [WL-1:0]    k_o,         // byte of row 0's buffer
    output wire [ROWS-1:0]  rows_o,
    output wire             kept_o,      // step with what was kept
    output wire             move_o,      // ... row_buf, at the end of a step

    // Drain
    output wire             cap_o,
    output wire [WL:0]      cap_nr_o,
    output wire [WL:0]      cap_nc_o,
    output wire [4:0]       cap_pre_o,   // cycles before the first beat
    output wire             cap_last_o,
    output wire             held_o,      // last cycle of a HOLD command

    output wire             ev_stall_read_o,
    output wire             ev_stall_drain_o,
    output wire             ev_step_o,
    output wire [2*WL+1:0]  ev_cells_o   // valid cells of the step
);

    localparam N  = WL + 1;              // bits of a count
    localparam LW = 2 * N + 2;           // bits of a drain time
    localparam [N-1:0] ROWSN = ROWS[N-1:0];
    localparam [ROWS+1:0] PAIR = 3;      // rows 0 and 1

    // ------------------------------------------------------------------------
    // What is stepped: matrix the chunk read before, vector the read before

    reg             b_valid_q, b_first_q, b_end_q, b_cols_end_q, b_cmd_end_q;
    reg             b_par_q, b_kept_q, b_move_q, buf_q;
    reg [N-1:0]     b_s_q, b_nr_q, b_nc_q, cnt_q;
    reg [2*N-1:0]   b_cells_q;
    reg             index_q;             // sparse: indices are due

    // Bytes of a vector of weights; of the indices of a block of steps, with
    // one and two weights of four; steps of such a block: isa/wfmt.h.
    localparam M1 = W / 4 < 4 ? W / 4 : 4;
    wire [N-1:0] v4 = (cols_i >> 1) + {{N-1{1'b0}}, cols_i[0]};
    wire [N-1:0] v2 = (cols_i >> 2) + {{N-1{1'b0}}, |cols_i[1:0]};
    wire [N-1:0] i1 = M1 == 2 ? v4 : cols_i, i2 = cols_i;
    localparam [1:0] LAST1 = M1 == 2 ? 2'd1 : 2'd3, LAST2 = 2'd3;

    wire         sparse = of4_i != 2'd0;
    wire [N-1:0] vector = bits_i[0] ? v4 : bits_i[1] ? v2 : cols_i;
    wire [N:0]   s3     = {1'b0, s_i} + {{N-1{1'b0}}, 2'd3};
    wire [N-1:0] quads  = {1'b0, s3[N:2]};
    wire [N:0]   s1     = {1'b0, s_i} + {{N{1'b0}}, 1'b1};
    wire [N-1:0] steps  = split_i ? s1[N:1] : !sparse ? s_i :
                          of4_i[1] ? {quads[N-2:0], 1'b0} : quads;
    wire [1:0]   last_of_block = of4_i[1] ? LAST2 : LAST1;

    wire         par   = cols_new_i && (cols_one_i || !shared_i);
    wire         load  = vec_i ? vstep_i : slot_end_o;
    wire [N-1:0] cnt1  = cnt_q + {{N-1{1'b0}}, 1'b1};
    wire         read  = b_valid_q && (vec_i || cnt_q < b_s_q);
    wire         index = read && sparse && index_q;
    wire         step  = read && !index;
    // no step after this cycle
    wire         b_fin = vec_i || (cnt1 >= b_s_q && !index);
    wire         group = b_end_q && b_fin;

    always @(posedge clk_i)
        if (!rst_ni || start_i)
            b_valid_q <= 1'b0;
        else if (vec_i || slot_end_o)
            b_valid_q <= vec_i ? vstep_i : valid_i;

    always @(posedge clk_i) begin
        if (load) begin
            b_first_q    <= first_i;
            b_end_q      <= vec_i ? vstep_end_i : group_end_i;
            b_cols_end_q <= cols_end_i;
            b_cmd_end_q  <= cmd_end_i;
            b_par_q      <= par;
            {b_kept_q, b_move_q} <= {vkept_i, vmove_i};
            b_s_q        <= steps;
            b_nr_q       <= nr_i;
            b_nc_q       <= nc_i;
            b_cells_q    <= split_i ? {{N-1{1'b0}}, nc_i, 1'b0} : nr_i * nc_i;
        end
        if (start_i || slot_end_o)
            cnt_q <= {N{1'b0}};
        else if (step && !vec_i)
            cnt_q <= cnt1;
        if (start_i || slot_end_o)
            index_q <= 1'b1;
        else if (read)
            index_q <= !index && (cnt_q[1:0] & last_of_block) == last_of_block;
        if (start_i)
            buf_q <= 1'b0;
        else if (slot_end_o && !vec_i)
            buf_q <= !buf_q;
    end
    assign fill_o = buf_q;

    // Weight addresses: consecutive, again for each pixel group.
    reg  [AW-1:0] waddr_q, wbase_q;
    wire [AW-1:0] wnext = wbase_q + wgt_cs_i;
    wire [N-1:0]  wread = index ? (of4_i[1] ? i2 : i1) :
                          split_i ? {vector[N-2:0], 1'b0} : vector;

    always @(posedge clk_i)
        if (start_i)
            {waddr_q, wbase_q} <= {2{wgt_i}};
        else if (read) begin
            waddr_q <= !group ? waddr_q + {{AW-N{1'b0}}, wread}
                              : b_cols_end_q ? wnext : wbase_q;
            if (group && b_cols_end_q)
                wbase_q <= wnext;
        end

    assign b_req_o  = read && !pool_i;
    assign b_addr_o = waddr_q;
    assign b_n_o    = wread;

    // ------------------------------------------------------------------------
    // The step, one cycle after its weights were asked for

    reg             was_index_q, step_q, first_q, sbuf_q, kept_q, move_q;
    reg [WL-1:0]    k_q;
    reg [ROWS-1:0]  rows_q;

    wire [ROWS-1:0] low = ~({ROWS{1'b1}} << b_nr_q);

    always @(posedge clk_i)
        if (!rst_ni)
            {step_q, was_index_q} <= 2'b0;
        else
            {step_q, was_index_q} <= {step, index};
    assign index_o = was_index_q;

    always @(posedge clk_i)
        if (step) begin
            first_q <= b_first_q && (vec_i || cnt_q == {N{1'b0}}) && !keep_i;
            sbuf_q  <= !buf_q;
            k_q     <= split_i ? {cnt_q[WL-2:0], 1'b0} :
                       !sparse ? cnt_q[WL-1:0] :
                       of4_i[1] ? {cnt_q[WL-2:1], 2'b0} : {cnt_q[WL-3:0], 2'b0};
            {kept_q, move_q} <= {2{vec_i}} & {b_kept_q, b_move_q};
            rows_q  <= vec_i ? low << (ROWSN - b_nr_q) :
                       split_i ? PAIR[ROWS-1:0] : low;
        end

    assign step_o  = step_q;
    assign first_o = first_q;
    assign buf_o   = sbuf_q;
    assign k_o     = k_q;
    assign rows_o  = rows_q;
    assign kept_o  = kept_q;
    assign move_o  = move_q;

    // ------------------------------------------------------------------------
    // Slots

    reg active_q, over_q, held_q;
    reg [LW-1:0] lag_q;      // drain cycles left, plus one

    wire nat   = done_i && (vec_i || !b_valid_q || b_fin);
    wire ends  = vec_i || (b_valid_q && b_end_q);      // a group ends
    wire drain = ends && !hold_i;
    wire room  = lag_q <= {{LW-3{1'b0}}, 3'd4};
    wire last  = vec_i ? cmd_end_i && group_end_i : !valid_i;
    assign slot_end_o = active_q && nat && (!drain || room);

    always @(posedge clk_i)
        if (!rst_ni) begin
            active_q <= 1'b0;
            held_q   <= 1'b0;
        end else begin
            held_q <= slot_end_o && last && hold_i;
            if (start_i)
                active_q <= 1'b1;
            else if (slot_end_o && last)
                active_q <= 1'b0;
        end

    always @(posedge clk_i)
        over_q <= active_q && nat && !slot_end_o;

    assign held_o = held_q;

    // ------------------------------------------------------------------------
    // Captures: two cycles after the slot's last, vector mode three

    reg             cap1_q, cap2_q, cap3_q, last1_q, last2_q;
    reg [N-1:0]     nr1_q, nr2_q, nc1_q, nc2_q;
    reg [4:0]       pre1_q, pre2_q;

    wire         cap  = slot_end_o && drain;
    wire [N-1:0] nr   = vec_i ? nr_i : b_nr_q;
    wire [N-1:0] nc   = vec_i ? nc_i : b_nc_q;
    // Parameters wait for the last writes of the drain before.
    wire [2:0]   gap  = !vec_i ? lag_q[2:0]
                      : lag_q[2:0] == 3'd0 ? 3'd0 : lag_q[2:0] - 3'd1;
    wire [4:0]   pre  = !(vec_i ? par : b_par_q) ? 5'd0 : words_i + 5'd1 + {2'd0, gap};

    // Beats of a row: nc / LANES, rounded up.
    reg [N-1:0] beats;
    integer     i;
    always @* begin
        beats = {N{1'b0}};
        for (i = 0; i * LANES < COLS; i = i + 1)
            if ({{32-N{1'b0}}, nc} > i * LANES)
                beats = beats + {{N-1{1'b0}}, 1'b1};
    end
    wire [2*N-1:0] work = nr * beats;
    wire [LW-1:0]  time_ = plus_i ? {work, 2'b0} + {{LW-4{1'b0}}, 4'd8}
                                 : {2'b0, work};

    always @(posedge clk_i)
        if (!rst_ni || start_i) begin
            lag_q <= {LW{1'b0}};
            {cap1_q, cap2_q, cap3_q} <= 3'b0;
        end else begin
            {cap1_q, cap2_q, cap3_q} <= {cap, cap1_q, cap2_q};
            if (cap)
                lag_q <= time_ + {{LW-5{1'b0}}, pre} +
                         {{LW-3{1'b0}}, vec_i ? 3'd4 : 3'd3};
            else if (lag_q != {LW{1'b0}})
                lag_q <= lag_q - {{LW-1{1'b0}}, 1'b1};
        end

    always @(posedge clk_i) begin
        if (cap) begin
            last1_q <= vec_i ? cmd_end_i : b_cmd_end_q;
            {nr1_q, nc1_q, pre1_q} <= {nr, nc, pre};
        end
        if (cap1_q) begin
            last2_q <= last1_q;
            {nr2_q, nc2_q, pre2_q} <= {nr1_q, nc1_q, pre1_q};
        end
    end

    assign cap_o      = vec_i ? cap3_q : cap2_q;
    assign cap_nr_o   = nr2_q;
    assign cap_nc_o   = nc2_q;
    assign cap_pre_o  = pre2_q;
    assign cap_last_o = last2_q;

    // ------------------------------------------------------------------------
    // Events

    assign ev_stall_drain_o = over_q;
    assign ev_stall_read_o  = vec_i ? rd_i && !vstep_i
                                    : active_q && !over_q && !step;
    assign ev_step_o  = step;
    assign ev_cells_o = b_cells_q;

    // verilator lint_off UNUSED
    wire unused = &{1'b0, s1[0], s3[1:0]};
    // verilator lint_on UNUSED

endmodule

`default_nettype wire
