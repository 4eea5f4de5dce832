// exec_agen, CONV: chunks come in the order of docs/accelerator.md, each once:
// column groups, pixel groups, kb, ka, pieces of the run; in each the rows of its
// pixel group, which are the next pixels of the order y, x. After the last chunk
// there is none: a command whose slots end is over after as many as its fields
// say.
//
// Any counts, runs and channels of full width, any part of the array (at most ROWS
// x COLS), any pace of slots. Where a read
// of these numbers is, exec_agen.v proves. Assumed: a slot ends when its reads are
// done; a command starts when there is no chunk.
//
//@ read exec_agen.v
//@ prove ROWS=3 COLS=5 : bmc 7, induction 1, cover 14
//@ prove ROWS=1 COLS=8 : induction 1
//@ bug reads exec_agen.v: x_last && (vec_i || y_last) => x_last
//@ bug chunk exec_agen.v: inner ? ia1 : 8'd0 => ia1
//@ bug flags exec_agen.v: x_last && y_last && chan_last => x_last && y_last
//@ bug ends exec_agen.v: slot_end_i && group_end && cmd_end_o => slot_end_i && cmd_end_o
//@ bug pixels exec_agen.v: {gx_q, gy_q} <= {nx, ny} => {gx_q, gy_q} <= {nx, y_q}

`default_nettype none

module bench #(
    parameter ROWS = 3,
    parameter COLS = 5
) (
    input wire clk_i,
    input wire rst_ni,
    input wire start_i,
    input wire slot_end_i
);

    localparam W = 8, WL = 3, AW = 13;

    // The fields of the command.
    (* anyconst *) wire [15:0] nchan;
    (* anyconst *) wire [15:0] run;
    (* anyconst *) wire [15:0] nx;
    (* anyconst *) wire [15:0] ny;
    (* anyconst *) wire [7:0]  ka;
    (* anyconst *) wire [7:0]  kb;
    (* anyconst *) wire [WL:0] rows;     // of the array, that are used
    (* anyconst *) wire [WL:0] cols;

    wire          valid, done, rd, step, step_end, kept, move, first;
    wire          group_end, cols_end, cmd_end, cols_new, cols_one;
    wire [AW-1:0] addr;
    wire [WL:0]   n, row, s, nr, nc;

    exec_agen #(.W(W), .WL(WL), .AW(AW)) dut (
        .clk_i(clk_i), .rst_ni(rst_ni), .start_i(start_i), .act_i(13'd0),
        .nchan_i(nchan), .run_i(run), .vec_i(1'b0), .reuse_i(1'b0),
        .run_again_i(run), .ka_i(ka), .kb_i(kb), .pm_i(8'd1), .ka_s_i(13'd0),
        .kb_s_i(13'd0), .nx_i(nx), .ny_i(ny), .xs_i(13'd0), .ys_i(13'd0),
        .rows_i(rows), .cols_i(cols),
        .slot_end_i(slot_end_i), .valid_o(valid), .done_o(done), .rd_o(rd),
        .addr_o(addr), .n_o(n), .row_o(row), .step_o(step),
        .step_end_o(step_end), .kept_o(kept), .move_o(move), .s_o(s),
        .nr_o(nr), .nc_o(nc), .first_o(first), .group_end_o(group_end),
        .cols_end_o(cols_end), .cmd_end_o(cmd_end), .cols_new_o(cols_new),
        .cols_one_o(cols_one));

    // ------------------------------------------------------------------------
    // The loops: channels, first pixel of the group, kernel position and bytes
    // of the run that are done; in the chunk: row, pixel, all read

    reg        past_q = 1'b0, on_q, over_q;
    reg [15:0] chan_q, gx_q, gy_q, x_q, y_q, run_q;
    reg [7:0]  ib_q, ia_q;
    reg [WL:0] row_q;

    wire        line_end  = x_q == nx - 16'd1;
    wire        image_end = line_end && y_q == ny - 16'd1;
    wire [15:0] x1 = line_end ? 16'd0 : x_q + 16'd1;
    wire [15:0] y1 = image_end ? 16'd0 : y_q + line_end;
    wire        rows_end  = row_q == rows - 1 || image_end;
    wire [16:0] run1      = run_q + W;
    wire        run_end   = run1 >= run;
    wire        ka_end    = run_end && ia_q == ka - 8'd1;
    wire        kb_end    = ka_end && ib_q == kb - 8'd1;
    wire [16:0] chan1     = chan_q + cols;
    wire        last      = kb_end && image_end && chan1 >= nchan;

    always @(posedge clk_i) begin
        past_q <= 1'b1;
        if (!rst_ni) begin
            on_q <= 1'b0;
        end else if (start_i) begin
            on_q <= 1'b1;
            {over_q, chan_q, gx_q, gy_q, x_q, y_q} <= 0;
            {run_q, ib_q, ia_q, row_q} <= 0;
        end else if (on_q && slot_end_i) begin
            on_q   <= !last;
            over_q <= 1'b0;
            row_q  <= 0;
            run_q  <= run_end ? 16'd0 : run1[15:0];
            if (run_end) ia_q <= ka_end ? 8'd0 : ia_q + 8'd1;
            if (ka_end)  ib_q <= kb_end ? 8'd0 : ib_q + 8'd1;
            {x_q, y_q} <= kb_end ? {x1, y1} : {gx_q, gy_q};
            if (kb_end) {gx_q, gy_q} <= {x1, y1};
            if (kb_end && image_end) chan_q <= chan1[15:0];
        end else if (on_q && !over_q) begin
            over_q <= rows_end;
            if (!rows_end) begin
                row_q <= row_q + 1'b1;
                {x_q, y_q} <= {x1, y1};
            end
        end
    end
    always @* begin
        if (!past_q) assume (!rst_ni);
        assume (rows >= 1 && rows <= ROWS && cols >= 1 && cols <= COLS);
        assume (!(start_i && valid));
        assume (!slot_end_i || (valid && done));
        assume (nx >= 1 && ny >= 1 && ka >= 1 && kb >= 1 && nchan >= 1 &&
                run >= 1);
    end

    (* hierconn *) wire [15:0] \dut.x_q ;
    (* hierconn *) wire [15:0] \dut.y_q ;
    (* hierconn *) wire [15:0] \dut.gx_q ;
    (* hierconn *) wire [15:0] \dut.gy_q ;
    (* hierconn *) wire [15:0] \dut.run_q ;
    (* hierconn *) wire [15:0] \dut.chan_q ;
    (* hierconn *) wire [7:0]  \dut.ia_q ;
    (* hierconn *) wire [7:0]  \dut.ib_q ;
    (* hierconn *) wire [2:0]  \dut.kept_q ;
    (* hierconn *) wire        \dut.done_q ;

    // Where the module takes the next group from, once a chunk's rows are read.
    wire ahead = over_q && kb_end;

    // ------------------------------------------------------------------------
    // Properties

    always @* if (past_q && rst_ni) begin
        ends: assert (valid == on_q);
        if (on_q) begin
            reads: assert (rd == !over_q && done == (over_q || rows_end) &&
                           (!rd || row == row_q));
            pixels: assert (\dut.x_q == x_q && \dut.y_q == y_q);
            chunk: assert (\dut.ia_q == ia_q && \dut.ib_q == ib_q &&
                           \dut.run_q == run - run_q &&
                           \dut.chan_q == nchan - chan_q);
            if (done) flags: assert (group_end == kb_end &&
                cols_end == image_end && (cmd_end && group_end) == last &&
                s == (run_end ? run - run_q : W) && nr == row_q + 1 &&
                nc == (chan1 >= nchan ? nchan - chan_q : cols));

            inv_group: assert ({\dut.gx_q , \dut.gy_q } ==
                               (ahead ? {x1, y1} : {gx_q, gy_q}));
            inv_ranges: assert (x_q < nx && y_q < ny && gx_q < nx &&
                                gy_q < ny && ia_q < ka &&
                                ib_q < kb && run_q < run && chan_q < nchan &&
                                row_q < rows && (!over_q || rows_end) &&
                                over_q == \dut.done_q );
        end
        inv_kept: assert (\dut.kept_q == 0);
    end

    always @* if (past_q && rst_ni) begin
        second: cover (rd && chan_q == cols && y_q == 1);
        piece: cover (rd && run_q == 16 && ia_q == 1);
        over: cover (slot_end_i && last && chan_q != 0 && nx == 2);
    end

endmodule

`default_nettype wire
