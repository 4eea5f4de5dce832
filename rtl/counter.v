// counter: a 32-bit event counter: adds inc_i every cycle, wraps.

`default_nettype none

module counter #(
    parameter N = 1     // bits of inc_i
) (
    input  wire          clk_i,
    input  wire          rst_ni,
    input  wire [N-1:0]  inc_i,
    output reg  [31:0]   count_qo
);

    always @(posedge clk_i)
        if (!rst_ni)
            count_qo <= 32'd0;
        else if (|inc_i)
            count_qo <= count_qo + {{32-N{1'b0}}, inc_i};

endmodule

`default_nettype wire
