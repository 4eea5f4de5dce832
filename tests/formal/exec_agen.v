// exec_agen: every read lies inside the box that a command's fields span, so a
// program whose boxes lie in its banks reads nothing else.
//
// CONV: a piece of the run of pixel (x, y) at kernel position (ia, ib), at
// act + y*ys + x*xs + ib*kb_s + ia*ka_s + piece*W, not beyond the run's end.
// Vector modes: the channels of a column group, not beyond the last, of the
// element that tap f + e*pm of output (x, y) meets, at act + g*cols + y*ys +
// (x + e)*xs + ib*kb_s + f*ka_s; tap below ka, f below pm; with REUSE, too.
// Positions are those that the module's registers hold: that the reads come in
// order, each once, is not said.
//
// Any address, strides of full width, any pace, any number of channels; nx, ny,
// ka, kb <= 4, runs of up to four pieces. Assumed: fields are legal and stay for
// the command, a slot ends when its reads are done. Sums of strides are tables,
// each entry one stride more than its neighbour: free numbers that must obey
// this, so that the solver never multiplies.
//
//@ read exec_agen.v
//@ prove ROWS=3 COLS=5 : bmc 4, cover 14
//@ prove ROWS=3 COLS=5 VEC=0 : induction 1
//@ prove ROWS=3 COLS=5 VEC=1 : induction 1
//@ bug in_box exec_agen.v: pix_q + koff_q => pix_q + kaoff_q
//@ bug in_box exec_agen.v: x_last ? 16'd0 : x1 => x_last && !vec_i ? 16'd1 : x1
//@ bug in_run exec_agen.v: run_q <= W16 ? run_q[WL:0] => run_q < W16 ? run_q[WL:0] + 1'b1
//@ bug in_taps exec_agen.v: tap1 >= {1'b0, ka_i} => tap1 > {1'b0, ka_i}
//@ bug in_group exec_agen.v: chan_last ? chan_q[WL:0] => chan_q[1] ? chan_q[WL:0]

`default_nettype none

module bench #(
    parameter ROWS = 3,
    parameter COLS = 5,
    parameter VEC  = 2        // 0: CONV, 1: the others, 2: any
) (
    input wire         clk_i,
    input wire         rst_ni,
    input wire         start_i,
    input wire         slot_end_i
);

    localparam W = 8, WL = 3, AW = 13;
    localparam X = 8, Y = 4, K = 4;          // entries of the tables

    // The fields of the command.
    (* anyconst *) wire          vec;
    (* anyconst *) wire          reuse;
    (* anyconst *) wire [AW-1:0] act;
    (* anyconst *) wire [AW-1:0] ka_s;
    (* anyconst *) wire [AW-1:0] kb_s;
    (* anyconst *) wire [AW-1:0] xs;
    (* anyconst *) wire [AW-1:0] ys;
    (* anyconst *) wire [15:0]   nchan;
    (* anyconst *) wire [15:0]   run;
    (* anyconst *) wire [15:0]   nx;
    (* anyconst *) wire [15:0]   ny;
    (* anyconst *) wire [7:0]    ka;
    (* anyconst *) wire [7:0]    kb;
    (* anyconst *) wire [7:0]    pm;
    (* anyconst *) wire [WL:0]   rows;   // of the array, that are used
    (* anyconst *) wire [WL:0]   cols;

    wire          valid, done, rd, step, step_end, kept, move, first;
    wire          group_end, cols_end, cmd_end, cols_new, cols_one;
    wire [AW-1:0] addr;
    wire [WL:0]   n, row, s, nr, nc;

    exec_agen #(.W(W), .WL(WL), .AW(AW)) dut (
        .clk_i(clk_i), .rst_ni(rst_ni), .start_i(start_i), .act_i(act),
        .nchan_i(nchan), .run_i(run), .vec_i(vec), .reuse_i(reuse),
        .run_again_i(run), .ka_i(ka), .kb_i(kb), .pm_i(pm), .ka_s_i(ka_s),
        .kb_s_i(kb_s), .nx_i(nx), .ny_i(ny), .xs_i(xs), .ys_i(ys),
        .rows_i(rows), .cols_i(cols),
        .slot_end_i(slot_end_i), .valid_o(valid), .done_o(done), .rd_o(rd),
        .addr_o(addr), .n_o(n), .row_o(row), .step_o(step),
        .step_end_o(step_end), .kept_o(kept), .move_o(move), .s_o(s),
        .nr_o(nr), .nc_o(nc), .first_o(first), .group_end_o(group_end),
        .cols_end_o(cols_end), .cmd_end_o(cmd_end), .cols_new_o(cols_new),
        .cols_one_o(cols_one));

    wire two = pm == 8'd2;
    reg  past_q = 1'b0;
    always @(posedge clk_i) past_q <= 1'b1;
    always @* begin
        if (!past_q) assume (!rst_ni);
        assume (rows >= 1 && rows <= ROWS && cols >= 1 && cols <= COLS);
        assume (VEC == 2 || vec == VEC);
        assume (!(start_i && valid));
        assume (!slot_end_i || done);
        assume (nx >= 1 && nx <= Y && ny >= 1 && ny <= Y);
        assume (ka >= 1 && ka <= K && kb >= 1 && kb <= K);
        assume (pm >= 1 && pm <= ka && nchan >= 1);
        assume (run >= 1 && run <= 4 * W);
        // docs/accelerator.md, REUSE
        assume (!reuse || (vec && nx <= rows && pm <= 2 &&
                           (two ? kb >= 2 : kb >= 3 && ka <= 3)));
    end

    (* hierconn *) wire [15:0]   \dut.x_q ;
    (* hierconn *) wire [15:0]   \dut.y_q ;
    (* hierconn *) wire [15:0]   \dut.gx_q ;
    (* hierconn *) wire [15:0]   \dut.gy_q ;
    (* hierconn *) wire [15:0]   \dut.run_q ;
    (* hierconn *) wire [15:0]   \dut.chan_q ;
    (* hierconn *) wire [7:0]    \dut.ia_q ;
    (* hierconn *) wire [7:0]    \dut.ib_q ;
    (* hierconn *) wire [7:0]    \dut.tap_q ;
    (* hierconn *) wire [WL:0]   \dut.row_q ;
    (* hierconn *) wire [2:0]    \dut.kept_q ;
    (* hierconn *) wire [AW-1:0] \dut.rowa_q ;
    (* hierconn *) wire [AW-1:0] \dut.pix_q ;
    (* hierconn *) wire [AW-1:0] \dut.growa_q ;
    (* hierconn *) wire [AW-1:0] \dut.gpix_q ;
    (* hierconn *) wire [AW-1:0] \dut.base_q ;
    (* hierconn *) wire [AW-1:0] \dut.koff_q ;
    (* hierconn *) wire [AW-1:0] \dut.kaoff_q ;
    (* hierconn *) wire [AW-1:0] \dut.kboff_q ;
    (* hierconn *) wire          \dut.done_q ;
    (* hierconn *) wire          \dut.row_last ;
    (* hierconn *) wire          \dut.chunk_end ;
    (* hierconn *) wire          \dut.keep ;

    // ------------------------------------------------------------------------
    // Tables: of pixels, for the columns at hand, and of kernel positions

    (* anyseq *)   wire [Y*X*AW-1:0] fresh;
    (* anyconst *) wire [K*K*AW-1:0] kernel;
    reg  [Y*X*AW-1:0] pixel_q;
    reg  [2:0]        e_q;        // vector: steps done in this segment
    reg               moved_q;    // base_q is already of the next columns

    function [AW-1:0] pixel(input [15:0] y, input [15:0] x);
        pixel = pixel_q[{y[1:0], x[2:0]} * AW +: AW];
    endfunction
    function [AW-1:0] offset(input [7:0] ib, input [7:0] ia);
        offset = kernel[{ib[1:0], ia[1:0]} * AW +: AW];
    endfunction

    // Of these columns' last group all is read, or will be before the slot ends.
    wire next_cols = \dut.chunk_end && group_end && cols_end && vec;

    integer i, j;
    always @* begin
        for (i = 0; i < Y; i = i + 1)
            for (j = 0; j < X - 1; j = j + 1)
                assume (pixel_q[(i*X+j+1)*AW +: AW] ==
                        pixel_q[(i*X+j)*AW +: AW] + xs);
        for (i = 0; i < Y - 1; i = i + 1)
            assume (pixel_q[(i+1)*X*AW +: AW] == pixel_q[i*X*AW +: AW] + ys);
        for (i = 0; i < K; i = i + 1)
            for (j = 0; j < K - 1; j = j + 1)
                assume (kernel[(i*K+j+1)*AW +: AW] ==
                        kernel[(i*K+j)*AW +: AW] + ka_s);
        for (i = 0; i < K - 1; i = i + 1)
            assume (kernel[(i+1)*K*AW +: AW] == kernel[i*K*AW +: AW] + kb_s);
        assume (kernel[0 +: AW] == 0);
        assume (fresh[0 +: AW] == (start_i ? act : pixel_q[0 +: AW] + cols));
    end

    always @(posedge clk_i) begin
        if (start_i || next_cols) pixel_q <= fresh;
        if (start_i || \dut.chunk_end )
            {e_q, moved_q} <= 4'd0;
        else begin
            if (vec && rd && \dut.row_last ) e_q <= e_q + 3'd1;
            if (vec && \dut.keep && cols_end) moved_q <= 1'b1;
        end
    end

    // e * pm for e < 8.
    wire [7:0] taps = (e_q[0] ? pm : 8'd0) + (e_q[1] ? {pm, 1'b0} : 8'd0) +
                      (e_q[2] ? {pm, 2'b0} : 8'd0);

    wire [15:0]   past   = run - \dut.run_q ;          // bytes of the run
    wire [15:0]   after  = past + n;
    wire [15:0]   gone   = nchan - \dut.chan_q ;       // channels
    wire [AW-1:0] at     = pixel(\dut.y_q , \dut.x_q + e_q);
    wire [AW-1:0] inner  = offset(\dut.ib_q , \dut.ia_q );
    wire          inside = \dut.x_q < nx && \dut.y_q < ny && \dut.ib_q < kb;

    // ------------------------------------------------------------------------
    // Properties

    always @* if (past_q && rst_ni && valid) begin
        if (rd && !vec) begin
            in_box: assert (inside && \dut.ia_q < ka && row < rows &&
                            addr == at + inner + past[AW-1:0] &&
                            e_q == 0 && pixel_q[0 +: AW] == act);
            in_run: assert (n >= 1 && n <= W && past % W == 0 &&
                            after <= run && (n == W || after == run));
        end
        if (rd && vec) begin
            in_taps: assert (inside && \dut.ia_q < pm &&
                             \dut.ia_q + taps < ka && addr == at + inner);
            in_group: assert (n >= 1 && n <= cols && gone + n <= nchan &&
                              pixel_q[0 +: AW] == act + gone[AW-1:0]);
        end

        inv_pixel: assert (inside && \dut.row_q < rows && \dut.pix_q == at &&
                           \dut.rowa_q == pixel(\dut.y_q , 16'd0));
        inv_next: assert (\dut.gx_q < nx && \dut.gy_q < ny && (moved_q ?
                          \dut.gx_q == 0 && \dut.gy_q == 0 && cols_end &&
                          \dut.base_q == pixel_q[0 +: AW] + cols &&
                          \dut.growa_q == \dut.base_q &&
                          \dut.gpix_q == \dut.base_q :
                          \dut.base_q == pixel_q[0 +: AW] &&
                          \dut.growa_q == pixel(\dut.gy_q , 16'd0) &&
                          \dut.gpix_q == pixel(\dut.gy_q , \dut.gx_q )));
        inv_kernel: assert (\dut.ia_q < (vec ? pm : ka) &&
                            \dut.kboff_q == offset(\dut.ib_q , 8'd0) &&
                            \dut.kaoff_q == inner &&
                            \dut.koff_q == inner + past[AW-1:0]);
        inv_run: assert (\dut.run_q >= 1 && \dut.run_q <= run &&
                         past % W == 0 && (!vec || past == 0));
        inv_chan: assert (\dut.chan_q >= 1 && \dut.chan_q <= nchan &&
                          pixel_q[0 +: AW] ==
                              act + (vec ? gone[AW-1:0] : {AW{1'b0}}));
        inv_taps: assert (vec ? \dut.tap_q == \dut.ia_q + taps && e_q <= 4 &&
                                (e_q == 0 || \dut.row_last ) &&
                                (\dut.done_q ? \dut.tap_q >= ka && e_q != 0 &&
                                               group_end :
                                               \dut.tap_q < ka)
                              : e_q == 0 && !moved_q);
        inv_moved: assert (moved_q == (vec && group_end && cols_end && e_q != 0));
        inv_kept: assert (reuse || \dut.kept_q == 0);
    end

    always @* if (past_q && rst_ni) begin
        tail: cover (rd && !vec && n == 3 && past == 8 && row == 1);
        kernel_1_1: cover (rd && !vec && \dut.ib_q == 1 && \dut.ia_q == 1);
        phase: cover (rd && vec && !reuse && \dut.ia_q == 1 && e_q == 1);
        columns: cover (rd && vec && gone == cols && n == 2 && \dut.x_q == 1);
        keeps: cover (rd && vec && kept && \dut.y_q == 1);
    end

endmodule

`default_nettype wire
