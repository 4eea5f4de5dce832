// plus_seq: PLUS: the uses of the lanes after a beat's own requantization.
//
// A beat enters the lanes every four cycles (go_i, phase 0). What it becomes
// enters again five cycles later (phase 1), the second operand in the next
// (phase 2), their sum eleven cycles after the beat (phase 3); the second
// operand is read one cycle before it enters. So no two uses meet, and three
// beats are on their way. Times: docs/accelerator.md.

`default_nettype none

module plus_seq #(
    parameter NL = 3
) (
    input  wire             clk_i,
    input  wire             rst_ni,
    input  wire             ready_i,    // a beat may enter: there is one
    output wire             go_o,       // ... and does
    input  wire [NL-1:0]    n_i,        // its values
    input  wire             row_end_i,
    input  wire             last_i,

    output wire             a_o,        // the first operand enters, and the
    output wire             a_end_o,    // second is read; ends its row
    output wire             b_o,        // the second operand enters
    output wire [NL-1:0]    ab_n_o,     // values of a and b
    output wire             keep_a_o,   // a' is at the lanes' outputs
    output wire             keep_b_o,
    output wire             sum_o,      // the sum enters
    output wire [NL-1:0]    sum_n_o,
    output wire             sum_end_o,
    output wire             sum_last_o
);

    // Beats by their age: less than 4, 8, 12 cycles.
    reg [1:0]    ph_q;
    reg [2:0]    on_q;
    reg [NL+1:0] beat0_q, beat1_q, beat2_q;

    assign go_o = ready_i && ph_q == 2'd0;

    always @(posedge clk_i)
        if (!rst_ni) begin
            ph_q <= 2'd0;
            on_q <= 3'd0;
        end else begin
            if (go_o || on_q != 3'd0)
                ph_q <= ph_q + 2'd1;
            if (ph_q == 2'd3)
                on_q <= {on_q[1:0], 1'b0};
            else if (go_o)
                on_q[0] <= 1'b1;
        end

    always @(posedge clk_i) begin
        if (go_o)
            beat0_q <= {n_i, row_end_i, last_i};
        if (ph_q == 2'd3)
            {beat1_q, beat2_q} <= {beat0_q, beat1_q};
    end

    assign a_o      = on_q[1] && ph_q == 2'd1;
    assign b_o      = on_q[1] && ph_q == 2'd2;
    assign ab_n_o   = beat1_q[NL+1:2];
    assign a_end_o  = beat1_q[1];
    assign keep_a_o = on_q[2] && ph_q == 2'd1;
    assign keep_b_o = on_q[2] && ph_q == 2'd2;
    assign sum_o    = on_q[2] && ph_q == 2'd3;
    assign {sum_n_o, sum_end_o, sum_last_o} = beat2_q;

endmodule

`default_nettype wire
