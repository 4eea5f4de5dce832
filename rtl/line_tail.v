// line_tail: REUSE: the two elements beyond the last row.
//
// A segment of up to three taps has up to two elements more than rows. They
// come through the last link of the chain in the cycles after keep_i; load_i
// takes them to the line, which shifts them to the last row (shift_i). As
// row_buf otherwise.

`default_nettype none

module line_tail #(
    parameter COLS = 8
) (
    input  wire                 clk_i,
    input  wire                 rst_ni,
    input  wire                 keep_i,
    input  wire                 load_i,
    input  wire                 shift_i,
    input  wire [COLS*8-1:0]    chain_i,    // the last row's link
    output wire [COLS*8-1:0]    line_o      // goes into the last row's line
);

    reg              late1_q, late2_q;      // cycles since keep_i
    reg [COLS*8-1:0] kept1_q, kept2_q, line1_q, line2_q;

    always @(posedge clk_i)
        if (!rst_ni)
            {late1_q, late2_q} <= 2'b0;
        else
            {late1_q, late2_q} <= {keep_i, late1_q};

    always @(posedge clk_i) begin
        if (late1_q) kept1_q <= chain_i;
        if (late2_q) kept2_q <= chain_i;
        if (load_i)
            {line1_q, line2_q} <= {kept1_q, kept2_q};
        else if (shift_i)
            line1_q <= line2_q;
    end

    assign line_o = line1_q;

endmodule

`default_nettype wire
