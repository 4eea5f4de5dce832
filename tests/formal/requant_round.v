// requant_lane but for its multiplier: bias and left shift, both roundings,
// zero point and clamp equal the reference for all inputs.
//
// The reference is TensorFlow Lite Micro's: a saturating rounding doubling high
// multiply (a nudge that depends on the sign, a division that truncates), then
// a rounding division by a power of two; and its single rounding. The products
// are cut off: any pair of halves is allowed whose sum is a product of a
// signed 32-bit number and a multiplier of 31 bits, -2^62 < p < 2^62.
// requant_mul.v and requant.smt2 close the gap. Assumed: -31 <= shift <= 31,
// qmin <= qmax, the fields of a command stay.
//
//@ read requant_lane.v
//@ yosys cutpoint t:$mul
//@ prove : bmc 6, induction 6, cover 7
//@ mutants : bmc 6, induction 6
//@ complete w_qo and out_o equal a reference for all inputs
//@ bug front requant_lane.v: left20_i ? 5'd20 : up => left20_i ? 5'd19 : up
//@ bug rounds requant_lane.v: nudge, 30'd0} => nudge && !product[63], 30'd0}
//@ bug rounds requant_lane.v: right3_q != 5'd0 && !single_i && u_q[31] => right3_q != 5'd0 && u_q[31]
//@ bug rounds requant_lane.v: !(single_i && right2_q != 5'd0) => !single_i
//@ bug clamps requant_lane.v: z > hi => z[7:0] > hi

`default_nettype none

module bench (
    input wire               clk_i,
    input wire signed [31:0] x_i,
    input wire signed [31:0] bias_i,
    input wire [30:0]        mult_i,
    input wire signed [5:0]  shift_i,
    input wire               left20_i
);

    // The fields of the command.
    (* anyconst *) wire              single;
    (* anyconst *) wire signed [7:0] zp;
    (* anyconst *) wire signed [7:0] qmin;
    (* anyconst *) wire signed [7:0] qmax;

    wire signed [31:0] w;
    wire [7:0]         out;

    requant_lane dut (
        .clk_i(clk_i), .en_i(4'hf), .x_i(x_i), .bias_i(bias_i),
        .mult_i(mult_i), .shift_i(shift_i), .left20_i(left20_i),
        .single_i(single), .zp_i(zp), .qmin_i(qmin), .qmax_i(qmax),
        .w_qo(w), .out_i(1'b1), .out_o(out));

    (* hierconn *) wire signed [31:0] \dut.v_q ;
    (* hierconn *) wire signed [48:0] \dut.plo_q ;
    (* hierconn *) wire signed [47:0] \dut.phi_q ;

    wire signed [63:0] lo = \dut.plo_q ;
    wire signed [63:0] hi = \dut.phi_q ;
    wire signed [63:0] p  = lo + (hi <<< 16);

    reg [2:0] age_q = 3'd0;
    always @(posedge clk_i) if (age_q != 3'd4) age_q <= age_q + 3'd1;
    always @* begin
        assume (shift_i != -6'sd32);
        assume (qmin <= qmax);
        assume (p > -64'sh4000000000000000 && p < 64'sh4000000000000000);
    end

    // ------------------------------------------------------------------------
    // The reference, in the lane's time

    // One rounding: 31 + s at once. Two: 31 first, then s.
    function signed [63:0] both(input signed [63:0] t, input [4:0] s);
        both = (t + (64'sd1 <<< (6'd30 + s))) >>> (6'd31 + s);
    endfunction
    function signed [31:0] high(input signed [63:0] t);
        reg signed [63:0] n;
        begin
            n = t + (t < 0 ? 64'sd1 - 64'sh40000000 : 64'sh40000000);
            high = n < 0 ? -(-n >>> 31) : n >>> 31;
        end
    endfunction
    function signed [31:0] down(input signed [31:0] u, input [4:0] s);
        reg [31:0] mask, rest;
        begin
            mask = (32'd1 << s) - 32'd1;
            rest = u & mask;
            down = u >>> s;
            down = down + (rest > (mask >> 1) + (u < 0));
        end
    endfunction

    reg signed [31:0] v_q, u_q, w_q;
    reg signed [63:0] p3_q;
    reg [4:0]         s1_q, s2_q, s3_q;
    wire signed [63:0] once = both(p3_q, s3_q);
    always @(posedge clk_i) begin
        v_q  <= (x_i + bias_i) << (left20_i ? 20 : shift_i > 0 ? shift_i : 0);
        s1_q <= shift_i < 0 ? -shift_i : 0;
        {s2_q, s3_q} <= {s1_q, s2_q};
        p3_q <= p;
        u_q  <= high(p);
        w_q  <= single ? once[31:0] : down(u_q, s3_q);
    end

    wire signed [33:0] z = w_q + zp;
    wire signed [33:0] clamped = z < qmin ? qmin : z > qmax ? qmax : z;

    // ------------------------------------------------------------------------
    // Properties

    always @* begin
        if (age_q != 3'd0) front: assert (\dut.v_q == v_q);
        if (age_q == 3'd4) begin
            rounds: assert (w == w_q);
            clamps: assert ($signed(out) == clamped);
        end
    end

    always @* if (age_q == 3'd4) begin
        tie: cover (s3_q == 5'd7 && w == -32'sd3 && qmin == -8'sd100);
        top: cover (out == 8'h7f && w > 32'sd1000 && single);
    end

endmodule

`default_nettype wire
