// dma_gen: every beat lies inside its run, runs are where the fields say, and
// there are as many as they say.
//
// Proved for any run length, addresses and strides of full width, and counts
// n1, n2 up to COUNT (their products with the strides are the hard part); all
// but run_place for all counts of 16 bits. Assumed: n0, n1, n2
// are at least 1, and no new command before the last beat is taken.
//
//@ read dma_gen.v
//@ prove D=8 : bmc 5, induction 1, cover 8
//@ mutants D=8 : bmc 1, induction 1
//@ prove D=4 : bmc 5, induction 1, cover 8
//@ prove D=16 : bmc 5, induction 1, cover 8
//@ bug in_run dma_gen.v: n_o     = run_end ? left_q[DL:0] : room => n_o     = room
//@ bug in_run dma_gen.v: left_q <= n0_q => left_q <= n0_q + 16'd1
//@ bug run_place dma_gen.v: (row_end ? mplane_q : mrun_q) => (row_end && i2_q[0] ? mplane_q : mrun_q)
//@ bug in_block dma_gen.v: align_q ? mem_q[DL-1:0] => align_q && !mem_q[20] ? mem_q[DL-1:0]
//@ bug whole_blocks dma_gen.v: room = D[DL:0] - {1'b0, off} => room = D[DL:0] - {1'b0, off} - (mem_q[20] && !off[0])
//@ bug ends_right dma_gen.v: row_end = i1_q == 16'd1 => row_end = i1_q <= 16'd2
//@ bug ends_right dma_gen.v: i1_q <= row_end ? n1_q => i1_q <= row_end ? n1_q + 16'd1
//@ bug stays dma_gen.v: else if (step_i) begin => else begin

`default_nettype none

module bench #(
    parameter D     = 8,
    parameter COUNT = 2
) (
    input wire         clk_i,
    input wire         rst_ni,
    input wire         load_i,
    input wire         align_i,
    input wire [27:0]  mem_i,
    input wire [12:0]  spad_i,
    input wire [15:0]  n0_i,
    input wire [15:0]  n1_i,
    input wire [15:0]  n2_i,
    input wire [27:0]  mem_s1_i,
    input wire [27:0]  mem_s2_i,
    input wire [12:0]  spad_s1_i,
    input wire [12:0]  spad_s2_i,
    input wire         step_i
);

    localparam DL = $clog2(D), AW = 13;

    wire            valid, last;
    wire [27:0]     mem;
    wire [AW-1:0]   spad;
    wire [DL:0]     n;

    dma_gen #(.D(D), .DL(DL), .AW(AW)) dut (
        .clk_i(clk_i), .rst_ni(rst_ni), .load_i(load_i), .align_i(align_i),
        .mem_i(mem_i), .spad_i(spad_i), .n0_i(n0_i), .n1_i(n1_i), .n2_i(n2_i),
        .mem_s1_i(mem_s1_i), .mem_s2_i(mem_s2_i),
        .spad_s1_i(spad_s1_i), .spad_s2_i(spad_s2_i), .step_i(step_i),
        .valid_o(valid), .mem_o(mem), .spad_o(spad), .n_o(n), .last_o(last));

    // ------------------------------------------------------------------------
    // The command, and where in it we are: byte `at` of run (i2, i1)

    reg        past_q = 1'b0, on_q, align_q;
    reg [27:0] mem_q, ms1_q, ms2_q;
    reg [12:0] spad_q, ss1_q, ss2_q;
    reg [15:0] n0_q, n1_q, n2_q, at_q, i1_q, i2_q;

    wire [16:0] after = at_q + n;
    wire run_ends = after >= n0_q;
    wire row_ends = run_ends && i1_q + 16'd1 == n1_q;
    wire all_ends = row_ends && i2_q + 16'd1 == n2_q;

    always @(posedge clk_i) begin
        past_q <= 1'b1;
        if (!rst_ni)
            on_q <= 1'b0;
        else if (load_i) begin
            on_q <= 1'b1;
            {align_q, mem_q, spad_q} <= {align_i, mem_i, spad_i};
            {n0_q, n1_q, n2_q} <= {n0_i, n1_i, n2_i};
            {ms1_q, ms2_q, ss1_q, ss2_q} <=
                {mem_s1_i, mem_s2_i, spad_s1_i, spad_s2_i};
            {at_q, i1_q, i2_q} <= 48'd0;
        end else if (on_q && step_i) begin
            on_q <= !all_ends;
            at_q <= run_ends ? 16'd0 : after[15:0];
            if (run_ends) i1_q <= row_ends ? 16'd0 : i1_q + 16'd1;
            if (row_ends) i2_q <= i2_q + 16'd1;
        end
    end

    always @* begin
        if (!past_q) assume (!rst_ni);
        assume (!(load_i && on_q));
        assume (!(step_i && !valid));
        assume (n0_i != 16'd0 && n1_i != 16'd0 && n2_i != 16'd0);
    end

    // Multiples of the strides, for the small counts.
    wire few = n1_q <= COUNT && n2_q <= COUNT;
    wire [27:0] mrun = mem_q + ms2_q * i2_q[0] + ms1_q * i1_q[0];
    wire [12:0] srun = spad_q + ss2_q * i2_q[0] + ss1_q * i1_q[0];

    (* hierconn *) wire [27:0] \dut.mrun_q ;
    (* hierconn *) wire [27:0] \dut.mplane_q ;
    (* hierconn *) wire [27:0] \dut.ms1_q ;
    (* hierconn *) wire [27:0] \dut.ms2_q ;
    (* hierconn *) wire [12:0] \dut.srun_q ;
    (* hierconn *) wire [12:0] \dut.splane_q ;
    (* hierconn *) wire [12:0] \dut.ss1_q ;
    (* hierconn *) wire [12:0] \dut.ss2_q ;
    (* hierconn *) wire [15:0] \dut.n0_q ;
    (* hierconn *) wire [15:0] \dut.n1_q ;
    (* hierconn *) wire [15:0] \dut.i1_q ;
    (* hierconn *) wire [15:0] \dut.i2_q ;
    (* hierconn *) wire [15:0] \dut.left_q ;
    (* hierconn *) wire \dut.align_q ;

    // ------------------------------------------------------------------------
    // Properties

    reg        held_q;
    reg [28+13+DL:0] beat_q;
    always @(posedge clk_i) begin
        held_q <= rst_ni && on_q && !step_i && !load_i;
        beat_q <= {mem, spad, n};
    end

    always @* if (past_q && rst_ni) begin
        ends_right: assert (valid == on_q && (!on_q || last == all_ends));
        if (on_q) begin
            in_run: assert (n != 0 && after <= n0_q &&
                            mem == \dut.mrun_q + at_q &&
                            spad == \dut.srun_q + at_q[12:0]);
            if (few) run_place: assert (\dut.mrun_q == mrun &&
                                        \dut.srun_q == srun);
            in_block: assert (n <= D &&
                              (!align_q || (mem % D) + n <= D));
            whole_blocks: assert (run_ends || (align_q ?
                                  (mem + n) % D == 0 : n == D));
            if (held_q) stays: assert ({mem, spad, n} == beat_q);

            inv_left: assert (\dut.left_q == n0_q - at_q && at_q < n0_q &&
                              n0_q == \dut.n0_q && align_q == \dut.align_q );
            inv_counts: assert (n1_q == \dut.n1_q &&
                                \dut.i1_q == n1_q - i1_q && i1_q < n1_q &&
                                \dut.i2_q == n2_q - i2_q && i2_q < n2_q);
            inv_strides: assert (ms1_q == \dut.ms1_q && ms2_q == \dut.ms2_q &&
                                 ss1_q == \dut.ss1_q && ss2_q == \dut.ss2_q );
            if (few) inv_plane: assert (
                \dut.mplane_q == mem_q + ms2_q * i2_q[0] &&
                \dut.splane_q == spad_q + ss2_q * i2_q[0]);
        end
    end

    always @* if (rst_ni) begin
        planes: cover (on_q && step_i && last && i1_q == 1 && i2_q == 1 &&
                       at_q != 0 && ms2_q[27]);
        filled: cover (on_q && !align_q && step_i && last && n == 1);
    end

endmodule

`default_nettype wire
