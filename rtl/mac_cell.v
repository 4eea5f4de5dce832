// mac_cell: one cell of the array: a sum, a product, a comparison.
//
// While en_i is high: first_i replaces the sum, else it is added to; max_i
// keeps the larger activation instead. The new sum is at sum_qo one cycle
// later. The sum wraps: the compiler bounds it (docs/numerics.md). No reset:
// the first step of a group replaces.

`default_nettype none

module mac_cell (
    input  wire                 clk_i,
    input  wire                 en_i,
    input  wire                 first_i,
    input  wire                 max_i,
    input  wire signed [7:0]    act_i,
    input  wire signed [7:0]    wgt_i,
    output reg  signed [31:0]   sum_qo
);

    wire signed [15:0] product = act_i * wgt_i;
    wire signed [31:0] base    = first_i ? 32'sd0 : sum_qo;
    wire signed [7:0]  best    = sum_qo[7:0];   // sums of max_i fit 8 bits

    always @(posedge clk_i)
        if (en_i) begin
            if (!max_i)
                sum_qo <= base + {{16{product[15]}}, product};
            else if (first_i || act_i > best)
                sum_qo <= {{24{act_i[7]}}, act_i};
        end

endmodule

`default_nettype wire
