// add_seq: the order of reads and lane uses of ADD.
//
// From go_i on, every three cycles a beat of LANES elements: in phase 0 both
// operands are read and a' + b' of the beat two before enters the lanes, in
// phase 1 operand a does, in phase 2 operand b. Times: docs/accelerator.md.

`default_nettype none

module add_seq #(
    parameter LANES = 4,
    parameter NL    = 3,      // bits of 0..LANES
    parameter AW    = 17
) (
    input  wire             clk_i,
    input  wire             rst_ni,
    input  wire             start_i,    // takes the operands' fields
    input  wire [AW-1:0]    a_i,
    input  wire [AW-1:0]    b_i,
    input  wire [AW:0]      count_i,    // elements
    input  wire             go_i,       // first reads in the next cycle

    output wire             rd_o,       // reads of both operands
    output wire [AW-1:0]    a_addr_o,
    output wire [AW-1:0]    b_addr_o,
    output wire [NL-1:0]    rd_n_o,     // elements of the reads

    output wire             a_o,        // operand a enters the lanes
    output wire             b_o,
    output wire             sum_o,
    output wire             keep_o,     // a' is at the lanes' outputs
    output wire             last_o,     // with sum_o: the last one
    output wire [NL-1:0]    n_o         // elements of what enters
);

    localparam [NL-1:0] FULL = LANES[NL-1:0];
    localparam [AW:0]   STEP = LANES[AW:0];

    reg             run_q;
    reg [1:0]       phase_q;
    reg [AW-1:0]    a_q, b_q;
    reg [AW:0]      left_q;
    reg [NL-1:0]    n1_q, n2_q;       // of the beat before and two before

    wire some = left_q != {AW+1{1'b0}};
    wire full = left_q > STEP;

    assign rd_o     = run_q && phase_q == 2'd0 && some;
    assign rd_n_o   = !some ? {NL{1'b0}} : full ? FULL : left_q[NL-1:0];
    assign a_addr_o = a_q;
    assign b_addr_o = b_q;

    assign a_o    = run_q && phase_q == 2'd1 && n1_q != {NL{1'b0}};
    assign b_o    = run_q && phase_q == 2'd2 && n1_q != {NL{1'b0}};
    assign sum_o  = run_q && phase_q == 2'd0 && n2_q != {NL{1'b0}};
    assign keep_o = run_q && phase_q == 2'd2;
    assign last_o = sum_o && n1_q == {NL{1'b0}};
    assign n_o    = phase_q == 2'd0 ? n2_q : n1_q;

    always @(posedge clk_i)
        if (!rst_ni)
            run_q <= 1'b0;
        else if (go_i)
            run_q <= 1'b1;
        else if (last_o)
            run_q <= 1'b0;

    always @(posedge clk_i)
        if (start_i) begin
            {a_q, b_q} <= {a_i, b_i};
            left_q  <= count_i;
            phase_q <= 2'd0;
            {n1_q, n2_q} <= {2*NL{1'b0}};
        end else if (run_q) begin
            phase_q <= phase_q == 2'd2 ? 2'd0 : phase_q + 2'd1;
            if (phase_q == 2'd0) begin
                a_q    <= a_q + STEP[AW-1:0];
                b_q    <= b_q + STEP[AW-1:0];
                left_q <= full ? left_q - STEP : {AW+1{1'b0}};
                n2_q   <= n1_q;
                n1_q   <= rd_n_o;
            end
        end

endmodule

`default_nettype wire
