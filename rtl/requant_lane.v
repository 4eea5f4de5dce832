// requant_lane: sums to 8 bits: bias, multiplier, rounding shifts, clamp.
//
// Four registers; what enters in cycle b is at w_qo (32 bits) and out_o (with
// zero point, clamped) in b+4. en_i[0] goes with the operands, en_i[1] one
// cycle later, and so on. Exact as docs/accelerator.md says, with one or two
// roundings. mult_i >= 0 and -31 <= shift_i <= 31.

`default_nettype none

module requant_lane (
    input  wire                 clk_i,
    input  wire [3:0]           en_i,
    input  wire signed [31:0]   x_i,
    input  wire signed [31:0]   bias_i,
    input  wire [30:0]          mult_i,
    input  wire signed [5:0]    shift_i,
    input  wire                 left20_i,  // ADD: operands are scaled up
    input  wire                 single_i,  // must stay for the command
    input  wire signed [7:0]    zp_i,
    input  wire signed [7:0]    qmin_i,
    input  wire signed [7:0]    qmax_i,
    output reg  signed [31:0]   w_qo,
    input  wire                 out_i,     // out_o is wanted, else it is 0
    output reg  [7:0]           out_o
);

    // 1: v = (x + bias) << left
    wire signed [31:0] sum  = x_i + bias_i;
    wire        [4:0]  up   = shift_i[5] ? 5'd0 : shift_i[4:0];
    wire        [4:0]  left = left20_i ? 5'd20 : up;
    wire        [5:0]  down = -shift_i;

    reg signed [31:0] v_q;
    reg        [30:0] mult_q;
    reg        [4:0]  right1_q, right2_q, right3_q;

    // 2: two halves of v * mult
    wire signed [16:0] mlo = {1'b0, mult_q[15:0]};
    wire signed [15:0] mhi = {1'b0, mult_q[30:16]};

    reg signed [48:0] plo_q;
    reg signed [47:0] phi_q;

    // 3: u = (v * mult + 2^30) >>> 31; a single rounding comes later, if any
    wire signed [63:0] product = {{15{plo_q[48]}}, plo_q} + {phi_q, 16'd0};
    wire               nudge   = !(single_i && right2_q != 5'd0);
    wire signed [63:0] rounded = product + {33'd0, nudge, 30'd0};

    reg signed [31:0] u_q;

    // 4: w = (u + 2^(right-1) - (u < 0)) >>> right
    wire        [31:0] half = right3_q == 5'd0 ? 32'd0
                            : 32'd1 << (right3_q - 5'd1);
    wire               away = right3_q != 5'd0 && !single_i && u_q[31];
    wire signed [32:0] near = {u_q[31], u_q} + {1'b0, half} - {32'd0, away};
    wire signed [32:0] w    = near >>> right3_q;

    always @(posedge clk_i) begin
        if (en_i[0]) begin
            v_q      <= sum << left;
            mult_q   <= mult_i;
            right1_q <= shift_i[5] ? down[4:0] : 5'd0;
        end
        if (en_i[1]) begin
            plo_q    <= v_q * mlo;
            phi_q    <= v_q * mhi;
            right2_q <= right1_q;
        end
        if (en_i[2]) begin
            u_q      <= rounded[62:31];
            right3_q <= right2_q;
        end
        if (en_i[3])
            w_qo <= w[31:0];
    end

    wire signed [32:0] z = {w_qo[31], w_qo} + {{25{zp_i[7]}}, zp_i};
    wire signed [32:0] lo = {{25{qmin_i[7]}}, qmin_i};
    wire signed [32:0] hi = {{25{qmax_i[7]}}, qmax_i};
    always @* begin
        out_o = 8'd0;
        if (out_i)
            out_o = z < lo ? qmin_i : z > hi ? qmax_i : z[7:0];
    end

    // verilator lint_off UNUSED
    wire unused = &{1'b0, rounded[63], rounded[30:0], w[32], down[5]};
    // verilator lint_on UNUSED

endmodule

`default_nettype wire
