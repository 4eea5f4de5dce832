// prim_buf: a buffer that synthesis must keep; in simulation a wire.
//
// Ibex instantiates it, its package does not bring it.

module prim_buf #(
    parameter int Width = 1
) (
    input  logic [Width-1:0] in_i,
    output logic [Width-1:0] out_o
);
    assign out_o = in_i;
endmodule
