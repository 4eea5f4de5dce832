// spad_spread: write data of one port to byte positions and byte enables.
//
// Byte i of data_i is meant for byte offset off_i + i; the second word of an
// access takes what wraps. Combinational; zero without we_i.

`default_nettype none

module spad_spread #(
    parameter W  = 8,
    parameter WL = 3
) (
    input  wire             we_i,
    input  wire [WL-1:0]    off_i,
    input  wire [WL:0]      n_i,
    input  wire [W*8-1:0]   data_i,
    output reg  [W*8-1:0]   data_o,    // rotated, for both words
    output reg  [2*W-1:0]   mask_o     // of the first word, then the second
);

    wire [WL+2:0] left  = {off_i, 3'b0};
    wire [WL+3:0] right = {1'b1, {WL+3{1'b0}}} - {1'b0, left};

    always @* begin
        data_o = {W*8{1'b0}};
        mask_o = {2*W{1'b0}};
        if (we_i) begin
            data_o = (data_i << left) | (data_i >> right);
            mask_o = ~({2*W{1'b1}} << n_i) << off_i;
        end
    end

endmodule

`default_nettype wire
