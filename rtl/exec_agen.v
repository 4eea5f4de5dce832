// exec_agen: the activation reads of CONV, DWCONV, MAXPOOL and AVGPOOL.
//
// Walks the loops of docs/accelerator.md and offers one read a cycle. Matrix
// mode: the rows of a chunk, then it waits for slot_end_i. Vector mode: the
// elements of all segments of a group, then it waits; with REUSE the steps of
// what the group before has left come first, and reads as early as their own
// steps cannot meet those. What is shown about the
// chunk or group (nr_o, nc_o, ...) holds in the cycle of slot_end_i. First read
// one cycle after start_i.

`default_nettype none

module exec_agen #(
    parameter W    = 8,
    parameter WL   = 3,
    parameter AW   = 17
) (
    input  wire             clk_i,
    input  wire             rst_ni,
    input  wire             start_i,     // takes act, nchan, run
    input  wire [AW-1:0]    act_i,
    input  wire [15:0]      nchan_i,
    input  wire [15:0]      run_i,

    input  wire             vec_i,       // these stay for the command
    input  wire             reuse_i,     // vector: kernel rows are kept
    input  wire [15:0]      run_again_i,
    input  wire [7:0]       ka_i,
    input  wire [7:0]       kb_i,
    input  wire [7:0]       pm_i,
    input  wire [AW-1:0]    ka_s_i,
    input  wire [AW-1:0]    kb_s_i,
    input  wire [15:0]      nx_i,
    input  wire [15:0]      ny_i,
    input  wire [AW-1:0]    xs_i,
    input  wire [AW-1:0]    ys_i,
    input  wire [WL:0]      rows_i,      // of the array, that are used
    input  wire [WL:0]      cols_i,

    input  wire             slot_end_i,
    output wire             valid_o,     // there is a chunk or group
    output wire             done_o,      // its last read is now or was
    output wire             rd_o,
    output wire [AW-1:0]    addr_o,
    output wire [WL:0]      n_o,         // bytes of the read
    output wire [WL:0]    row_o,       // matrix: of the read
    output wire             step_o,      // vector: this read makes a step
    output wire             step_end_o,  // vector: the last one of its group
    output wire             kept_o,      // vector: a step without a read
    output wire             move_o,      // REUSE: step's elements are kept, or
                                         // the next step's come from there
    output wire [WL:0]      s_o,         // matrix: steps of the chunk
    output wire [WL:0]    nr_o,
    output wire [WL:0]    nc_o,
    output wire             first_o,     // chunk or step begins its group
    output wire             group_end_o, // chunk ends its pixel group
    output wire             cols_end_o,  // ... and the group its columns
    output wire             cmd_end_o,   // ... and the command
    output wire             cols_new_o,  // group is its columns' first
    output wire             cols_one_o   // columns are the command's first
);

    localparam [15:0]   W16 = W[15:0];
    localparam [AW-1:0] WA  = W[AW-1:0];

    reg          valid_q, done_q, first_q, cols_new_q, cols_one_q;
    reg [WL:0] row_q;
    reg [15:0]   x_q, y_q, gx_q, gy_q;         // read; start of next chunk
    reg [AW-1:0] rowa_q, pix_q, growa_q, gpix_q, base_q;
    reg [15:0]   chan_q, run_q;                // left
    reg [7:0]    ia_q, ib_q, tap_q;
    reg [AW-1:0] koff_q, kaoff_q, kboff_q;
    reg [2:0]    kept_q;                       // steps left

    // ------------------------------------------------------------------------
    // Where we are

    wire [15:0] x1 = x_q + 16'd1, y1 = y_q + 16'd1;
    wire x_last   = x1 == nx_i;
    wire y_last   = y1 == ny_i;
    wire [WL:0] row1st = row_q + {{WL{1'b0}}, 1'b1};
    wire row_last = row1st == rows_i || (x_last && (vec_i || y_last));

    wire [7:0] ia1 = ia_q + 8'd1, ib1 = ib_q + 8'd1;
    wire run_last = vec_i || run_q <= W16;
    wire ia_last  = ia1 == (vec_i ? pm_i : ka_i);
    wire ib_last  = ib1 == kb_i;
    wire group_end = run_last && ia_last && ib_last;
    wire [15:0] cols16 = {{15-WL{1'b0}}, cols_i};
    wire chan_last = chan_q <= cols16;

    wire [8:0] tap1 = {1'b0, tap_q} + {1'b0, pm_i};
    wire tap_first = !vec_i || tap_q == ia_q;
    wire tap_last  = !vec_i || tap1 >= {1'b0, ka_i};

    wire kept      = kept_q != 3'd0;
    wire rd        = valid_q && !done_q && (!kept || {13'd0, kept_q} < nx_i);
    wire step      = vec_i && rd && row_last;
    wire last_rd   = rd && row_last && tap_last;         // of chunk, segment
    wire seg_next  = vec_i && last_rd && !group_end;
    wire chunk_end = seg_next || slot_end_i;
    wire keep      = rd && row_last && tap_first && group_end;
    wire again     = reuse_i && !cols_end_o;    // at the end of a group

    assign valid_o     = valid_q;
    assign done_o      = !valid_q || done_q || (last_rd && !seg_next);
    assign rd_o        = rd;
    assign addr_o      = pix_q + koff_q;
    assign row_o       = row_q;
    assign step_o      = kept || step;
    assign kept_o      = kept;
    assign move_o      = reuse_i && (kept ? kept_q == kept_half + 3'd1
                                          : tap_first);
    assign step_end_o  = last_rd && group_end;
    assign nr_o        = reuse_i ? nx_i[WL:0] : row1st;
    assign nc_o        = chan_last ? chan_q[WL:0] : cols_i;
    assign s_o         = run_q <= W16 ? run_q[WL:0] : W16[WL:0];
    assign first_o     = first_q && tap_first;
    assign group_end_o = group_end;
    assign cols_end_o  = x_last && y_last;
    assign cmd_end_o   = x_last && y_last && chan_last;
    assign cols_new_o  = cols_new_q;
    assign cols_one_o  = cols_one_q;
    assign n_o         = vec_i ? nc_o : s_o;

    always @(posedge clk_i)
        if (!rst_ni)
            valid_q <= 1'b0;
        else if (start_i)
            valid_q <= 1'b1;
        else if (slot_end_i && group_end && cmd_end_o)
            valid_q <= 1'b0;

    always @(posedge clk_i) begin
        if (start_i || chunk_end)
            done_q <= 1'b0;
        else if (last_rd)
            done_q <= 1'b1;
    end

    // ------------------------------------------------------------------------
    // Pixels: the next one, and where the next chunk starts

    wire [AW-1:0] pix1 = pix_q + xs_i;
    wire [AW-1:0] row1 = (y_last ? base_q : rowa_q) +
                         (!y_last ? ys_i : vec_i ? {{AW-WL-1{1'b0}}, cols_i} : {AW{1'b0}});
    wire [15:0]   nx    = x_last ? 16'd0 : x1;
    wire [15:0]   ny    = !x_last ? y_q : y_last ? 16'd0 : y1;
    wire [AW-1:0] nrowa = x_last ? row1 : rowa_q;
    wire [AW-1:0] npix  = x_last ? row1 : pix1;

    always @(posedge clk_i)
        if (start_i) begin
            {gx_q, gy_q} <= 32'd0;
            {growa_q, gpix_q, base_q} <= {3{act_i}};
        end else if (keep) begin
            {gx_q, gy_q} <= {nx, ny};
            {growa_q, gpix_q} <= {nrowa, npix};
            if (x_last && y_last) base_q <= row1;
        end

    always @(posedge clk_i)
        if (start_i) begin
            {x_q, y_q, row_q} <= {32'd0, {WL+1{1'b0}}};
            {rowa_q, pix_q} <= {2{act_i}};
        end else if (chunk_end) begin
            row_q <= {WL+1{1'b0}};
            {x_q, y_q} <= keep ? {nx, ny} : {gx_q, gy_q};
            {rowa_q, pix_q} <= keep ? {nrowa, npix} : {growa_q, gpix_q};
        end else if (rd && !row_last) begin
            row_q <= row1st;
            {x_q, y_q} <= {nx, ny};
            {rowa_q, pix_q} <= {nrowa, npix};
        end else if (rd && vec_i)
            pix_q <= pix1;

    // ------------------------------------------------------------------------
    // Kernel: pieces of the run, then ka (vector: phases), then kb

    wire piece = !run_last;
    wire inner = run_last && !ia_last;
    wire outer = run_last && ia_last && !ib_last;
    wire [AW-1:0] koff1 = (piece ? koff_q : inner ? kaoff_q : kboff_q) +
                          (piece ? WA : inner ? ka_s_i : kb_s_i);
    wire [7:0]    nia   = inner ? ia1 : 8'd0;

    always @(posedge clk_i)
        if (start_i || (chunk_end && group_end)) begin
            run_q <= start_i ? run_i : run_again_i;
            {ia_q, tap_q} <= 16'd0;
            ib_q    <= again && !start_i ? kept_ib : 8'd0;
            {koff_q, kaoff_q, kboff_q} <=
                {3{again && !start_i ? kept_off : {AW{1'b0}}}};
            first_q <= 1'b1;
        end else if (chunk_end) begin
            first_q <= 1'b0;
            koff_q  <= koff1;
            run_q   <= piece ? run_q - W16 : run_again_i;
            if (!piece) begin
                kaoff_q <= koff1;
                ia_q    <= nia;
                tap_q   <= nia;
            end
            if (outer) begin
                kboff_q <= koff1;
                ib_q    <= ib1;
            end
        end else begin
            if (step) tap_q   <= tap1[7:0];
            if (kept) first_q <= 1'b0;
        end

    // REUSE: a group begins with the last two segments of the one before, of
    // one kernel row (pm = 2) or two; then segment number 2 is read.
    wire [2:0]    kept_half = pm_i[1] ? {1'b0, ka_i[2:1]} : ka_i[2:0];
    wire [2:0]    kept_all  = pm_i[1] ? ka_i[2:0] : {ka_i[1:0], 1'b0};
    wire [7:0]    kept_ib   = pm_i[1] ? 8'd1 : 8'd2;
    wire [AW-1:0] kept_off  = pm_i[1] ? kb_s_i : {kb_s_i[AW-2:0], 1'b0};

    always @(posedge clk_i)
        if (!rst_ni || start_i)
            kept_q <= 3'd0;
        else if (slot_end_i)
            kept_q <= again ? kept_all : 3'd0;
        else if (kept)
            kept_q <= kept_q - 3'd1;

    // ------------------------------------------------------------------------
    // Columns

    always @(posedge clk_i)
        if (start_i) begin
            chan_q <= nchan_i;
            {cols_new_q, cols_one_q} <= 2'b11;
        end else if (chunk_end && group_end) begin
            cols_new_q <= cols_end_o;
            if (cols_end_o) begin
                chan_q     <= chan_q - cols16;
                cols_one_q <= 1'b0;
            end
        end

endmodule

`default_nettype wire
