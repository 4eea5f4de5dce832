// plus_seq: what a beat does in the lanes, and when: it enters in cycle b, its
// output again in b+5, the second operand in b+6, their sum in b+11; both
// operands are kept in b+9 and b+10, when they leave. No two of these meet, and
// each has the fields of its beat.
//
// Any beats at any pace, at most one every four cycles (as it lets them).
//
//@ read plus_seq.v
//@ prove NL=2 : bmc 14, induction 13, cover 16
//@ mutants NL=2 : bmc 13, induction 13
//@ bug operands plus_seq.v: a_o      = on_q[1] && ph_q == 2'd1 => a_o      = on_q[0] && ph_q == 2'd1
//@ bug sums plus_seq.v: {beat1_q, beat2_q} <= {beat0_q, beat1_q} => {beat1_q, beat2_q} <= {beat0_q, beat0_q}
//@ bug alone plus_seq.v: ready_i && ph_q == 2'd0 => ready_i && ph_q[0] == 1'd0
//@ bug goes plus_seq.v: ready_i && ph_q == 2'd0 => ready_i && ph_q == 2'd0 && !on_q[2]

`default_nettype none

module bench #(
    parameter NL = 2
) (
    input wire          clk_i,
    input wire          rst_ni,
    input wire          ready_i,
    input wire [NL-1:0] n_i,
    input wire          row_end_i,
    input wire          last_i
);

    wire            go, a, a_end, b, keep_a, keep_b, s, s_end, s_last;
    wire [NL-1:0]   ab_n, s_n;

    plus_seq #(.NL(NL)) dut (
        .clk_i(clk_i), .rst_ni(rst_ni), .ready_i(ready_i), .go_o(go),
        .n_i(n_i), .row_end_i(row_end_i), .last_i(last_i), .a_o(a),
        .a_end_o(a_end), .b_o(b), .ab_n_o(ab_n), .keep_a_o(keep_a),
        .keep_b_o(keep_b), .sum_o(s), .sum_n_o(s_n), .sum_end_o(s_end),
        .sum_last_o(s_last));

    // The beats of the last cycles: bit or field k is of k cycles ago.
    localparam F = NL + 2;
    reg [11:0]     went_q;
    reg [12*F-1:0] beat_q;
    wire [12:0]    went = {went_q, go};
    wire [13*F-1:0] beat = {beat_q, n_i, row_end_i, last_i};
    reg            past_q = 1'b0;

    always @(posedge clk_i) begin
        past_q <= 1'b1;
        went_q <= rst_ni ? went[11:0] : 12'd0;
        beat_q <= beat[12*F-1:0];
    end
    always @* if (!past_q) assume (!rst_ni);

    (* hierconn *) wire [1:0] \dut.ph_q ;
    (* hierconn *) wire [2:0] \dut.on_q ;

    always @* if (past_q && rst_ni) begin
        goes: assert (go == (ready_i && went[3:1] == 3'd0 &&
                             (\dut.ph_q == 2'd0)) &&
                      (!ready_i || go || went[12:1] != 12'd0));
        operands: assert (a == went[5] && b == went[6] &&
                          keep_a == went[9] && keep_b == went[10] &&
                          (!a || {ab_n, a_end} == beat[5*F+1 +: NL+1]) &&
                          (!b || ab_n == beat[6*F+2 +: NL]));
        sums: assert (s == went[11] &&
                      (!s || {s_n, s_end, s_last} == beat[11*F +: F]));
        alone: assert (go + a + b + s <= 3'd1);
        inv_phase: assert (\dut.on_q != 3'd0 || \dut.ph_q == 2'd0);
    end

    always @* if (past_q && rst_ni) begin
        third: cover (s && went[7] && went[3] && s_last && s_n != ab_n);
        late: cover (went[8] && !went[4] && went[0]);
    end

endmodule

`default_nettype wire
