// dma_gen: the beats of a LOAD, FILL or STORE, one after another.
//
// Runs of n0 bytes, n1 * n2 of them, with strides on both sides. With align_i a
// beat ends where an aligned D-byte block of the memory ends; without (FILL)
// it is D bytes. The beat shown is taken when step_i is high; the next one is
// there in the next cycle, over the ends of runs too.

`default_nettype none

module dma_gen #(
    parameter D  = 8,
    parameter DL = 3,     // log2 of D
    parameter AW = 17
) (
    input  wire             clk_i,
    input  wire             rst_ni,
    input  wire             load_i,      // begin: takes the fields below
    input  wire             align_i,     // the rest must stay for the command
    input  wire [27:0]      mem_i,
    input  wire [AW-1:0]    spad_i,
    input  wire [15:0]      n0_i,
    input  wire [15:0]      n1_i,
    input  wire [15:0]      n2_i,
    input  wire [27:0]      mem_s1_i,
    input  wire [27:0]      mem_s2_i,
    input  wire [AW-1:0]    spad_s1_i,
    input  wire [AW-1:0]    spad_s2_i,

    input  wire             step_i,
    output wire             valid_o,
    output wire [27:0]      mem_o,
    output wire [AW-1:0]    spad_o,
    output wire [DL:0]      n_o,         // 1..D
    output wire             last_o
);

    reg             valid_q, align_q;
    reg [27:0]      mem_q, mrun_q, mplane_q, ms1_q, ms2_q;
    reg [AW-1:0]    spad_q, srun_q, splane_q, ss1_q, ss2_q;
    reg [15:0]      n0_q, n1_q, left_q, i1_q, i2_q;

    // ------------------------------------------------------------------------
    // This beat

    wire [DL-1:0] off  = align_q ? mem_q[DL-1:0] : {DL{1'b0}};
    wire [DL:0]   room = D[DL:0] - {1'b0, off};
    wire run_end = left_q <= {{15-DL{1'b0}}, room};
    wire row_end = i1_q == 16'd1;

    assign valid_o = valid_q;
    assign mem_o   = mem_q;
    assign spad_o  = spad_q;
    assign n_o     = run_end ? left_q[DL:0] : room;
    assign last_o  = run_end && row_end && i2_q == 16'd1;

    // ------------------------------------------------------------------------
    // The next: inside the run, the next run, or the next plane of runs

    reg [27:0]   mnext;
    reg [AW-1:0] snext;
    always @* begin
        mnext = 28'd0;
        snext = {AW{1'b0}};
        if (step_i && run_end) begin
            mnext = (row_end ? mplane_q : mrun_q) + (row_end ? ms2_q : ms1_q);
            snext = (row_end ? splane_q : srun_q) + (row_end ? ss2_q : ss1_q);
        end
    end

    // As wide as both addresses need; DL < AW always.
    wire [AW-1:0] n_spad = {{AW-DL-1{1'b0}}, n_o};

    always @(posedge clk_i)
        if (!rst_ni)
            valid_q <= 1'b0;
        else if (load_i)
            valid_q <= 1'b1;
        else if (step_i && last_o)
            valid_q <= 1'b0;

    always @(posedge clk_i)
        if (load_i) begin
            align_q <= align_i;
            {n0_q, n1_q} <= {n0_i, n1_i};
            {ms1_q, ms2_q} <= {mem_s1_i, mem_s2_i};
            {ss1_q, ss2_q} <= {spad_s1_i, spad_s2_i};
            {left_q, i1_q, i2_q} <= {n0_i, n1_i, n2_i};
            {mem_q, mrun_q, mplane_q} <= {3{mem_i}};
            {spad_q, srun_q, splane_q} <= {3{spad_i}};
        end else if (step_i && !run_end) begin
            left_q <= left_q - {{15-DL{1'b0}}, n_o};
            mem_q  <= mem_q + {{27-DL{1'b0}}, n_o};
            spad_q <= spad_q + n_spad;
        end else if (step_i) begin
            left_q <= n0_q;
            {mem_q, mrun_q} <= {2{mnext}};
            {spad_q, srun_q} <= {2{snext}};
            i1_q <= row_end ? n1_q : i1_q - 16'd1;
            if (row_end) begin
                mplane_q <= mnext;
                splane_q <= snext;
                i2_q <= i2_q - 16'd1;
            end
        end

endmodule

`default_nettype wire
