// requant_lane's multiplier: two halves, as requant.smt2 takes them.
//
// plo and phi are v times the low 16 and the high 15 bits of the multiplier,
// in 49 and 48 bits. The same operation on the same operands, so that this
// is no question of arithmetic; that it is one is the lemma's.
//
//@ read requant_lane.v
//@ prove : bmc 3, induction 2, cover 4
//@ mutants : bmc 2, induction 2
//@ bug low requant_lane.v: {1'b0, mult_q[15:0]} => {1'b0, mult_q[14:0]}
//@ bug high requant_lane.v: phi_q    <= v_q * mhi => phi_q    <= v_q * mlo
//@ bug takes_multiplier requant_lane.v: mult_q   <= mult_i => mult_q   <= mult_i | 31'd1

`default_nettype none

module bench (
    input wire               clk_i,
    input wire signed [31:0] x_i,
    input wire signed [31:0] bias_i,
    input wire [30:0]        mult_i,
    input wire signed [5:0]  shift_i
);

    wire signed [31:0] w;
    wire [7:0]         out;

    (* keep *) requant_lane dut (
        .clk_i(clk_i), .en_i(4'hf), .x_i(x_i), .bias_i(bias_i),
        .mult_i(mult_i), .shift_i(shift_i), .left20_i(1'b0), .single_i(1'b0),
        .zp_i(8'd0), .qmin_i(8'h80), .qmax_i(8'h7f),
        .w_qo(w), .out_i(1'b1), .out_o(out));

    (* hierconn *) wire signed [31:0] \dut.v_q ;
    (* hierconn *) wire [30:0]        \dut.mult_q ;
    (* hierconn *) wire signed [48:0] \dut.plo_q ;
    (* hierconn *) wire signed [47:0] \dut.phi_q ;

    wire signed [16:0] mlo = {1'b0, \dut.mult_q [15:0]};
    wire signed [15:0] mhi = {1'b0, \dut.mult_q [30:16]};
    reg signed [48:0]  plo_q;
    reg signed [47:0]  phi_q;
    reg [30:0]         mult_q;
    reg                past_q = 1'b0;
    always @(posedge clk_i) begin
        past_q <= 1'b1;
        mult_q <= mult_i;
        plo_q  <= \dut.v_q * mlo;
        phi_q  <= \dut.v_q * mhi;
    end

    always @* if (past_q) begin
        low: assert (\dut.plo_q == plo_q);
        high: assert (\dut.phi_q == phi_q);
        takes_multiplier: assert (\dut.mult_q == mult_q);
        some: cover (mult_q[30] && \dut.v_q == -32'sd5);
    end

endmodule

`default_nettype wire
