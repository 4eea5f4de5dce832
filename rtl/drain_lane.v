// drain_lane: drain registers of the columns of one lane, and the lane.
//
// Lane l owns columns l, l+LANES, ...: N of them. Captured sums stay until the
// next capture; element m*ROWS+row is column l+m*LANES of a row. For ADD the
// lane rescales operand bytes, keeps a' and adds it to b' (docs/accelerator.md);
// for PLUS the first operand is what left the lane a cycle ago.

`default_nettype none

module drain_lane #(
    parameter ROWS = 8,
    parameter SPLIT = 0,
    parameter N    = 2,
    parameter RL   = 3,     // bits of a row number
    parameter ML   = 3      // bits of m_i
) (
    input  wire                     clk_i,
    input  wire                     cap_i,
    input  wire [N*ROWS*32-1:0]     sums_i,

    input  wire [3:0]               en_i,
    input  wire                     split_i,   // row 1 has the other half
    input  wire [RL-1:0]            row_i,
    input  wire [ML-1:0]            m_i,
    input  wire [N*32-1:0]          bias_i,    // of the lane's columns
    input  wire [N*31-1:0]          mult_i,
    input  wire [N*6-1:0]           shift_i,

    input  wire                     add_i,     // what enters is ADD's or PLUS'
    input  wire                     keep_i,    // w is a': keep it
    input  wire                     sum_i,     // a' + b' enters
    input  wire [7:0]               byte_i,    // ... else this operand
    input  wire                     plus_i,    // the command has PLUS
    input  wire                     plus_a_i,  // ... the output before enters
    input  wire                     plus_keep_i, // ... w is b': keep it
    input  wire [31:0]              abias_i,
    input  wire [30:0]              amult_i,
    input  wire [5:0]               ashift_i,

    input  wire                     single_i,
    input  wire [7:0]               zp_i,
    input  wire [7:0]               qmin_i,
    input  wire [7:0]               qmax_i,
    input  wire                     out_i,
    output wire [7:0]               out_o
);

    reg  [N*ROWS*32-1:0] sums_q;
    reg  [31:0]          a_q, b_q;
    reg  [7:0]           out_q;
    wire [31:0]          w;

    always @(posedge clk_i) begin
        if (cap_i)  sums_q <= sums_i;
        if (keep_i) a_q    <= w;
        if (plus_keep_i) b_q <= w;
        if (plus_i) out_q <= out_o;
    end

    // Column and element; a lane with fewer columns than others may be asked
    // for one too many, and nobody looks at the answer.
    localparam EL = $clog2(N * ROWS + 1);
    localparam R1 = ROWS > 1 ? 1 : 0;
    wire [31:0] half, half1, bias;
    wire [31:0] sum = SPLIT != 0 && split_i ? half + half1 : half;
    wire [30:0] mult;
    wire [5:0]  shift;
    generate
        if (N > 1) begin : many
            wire [EL+ML-1:0] at = m_i * ROWS[EL-1:0] + {{EL+ML-RL{1'b0}}, row_i};
            assign half  = sums_q[at*32 +: 32];
            if (SPLIT != 0) begin : two
                wire [EL+ML-1:0] at1 = m_i * ROWS[EL-1:0] +
                                       {{EL+ML-1{1'b0}}, 1'b1};
                assign half1 = sums_q[at1*32 +: 32];
            end else begin : none
                assign half1 = 32'd0;
            end
            assign bias  = bias_i[m_i*32 +: 32];
            assign mult  = mult_i[m_i*31 +: 31];
            assign shift = shift_i[m_i*6 +: 6];
        end else begin : one
            assign half  = sums_q[row_i*32 +: 32];
            assign half1 = SPLIT != 0 ? sums_q[R1*32 +: 32] : 32'd0;
            assign bias  = bias_i;
            assign mult  = mult_i;
            assign shift = shift_i;
            // verilator lint_off UNUSED
            wire unused = &{1'b0, m_i};
            // verilator lint_on UNUSED
        end
    endgenerate

    wire [7:0]  operand = plus_a_i ? out_q : byte_i;
    wire [31:0] b  = plus_i ? b_q : w;
    wire [31:0] x  = !add_i ? sum : sum_i ? b : {{24{operand[7]}}, operand};
    wire [31:0] xb = !add_i ? bias : sum_i ? a_q : abias_i;

    requant_lane lane (
        .clk_i(clk_i), .en_i(en_i), .x_i(x), .bias_i(xb),
        .mult_i(add_i ? amult_i : mult), .shift_i(add_i ? ashift_i : shift),
        .left20_i(add_i && !sum_i), .single_i(single_i),
        .zp_i(zp_i), .qmin_i(qmin_i), .qmax_i(qmax_i),
        .w_qo(w), .out_i(out_i), .out_o(out_o));

endmodule

`default_nettype wire
