// spad_spread: write data of one port to byte positions and byte enables.
//
// Byte i of data_i is meant for byte offset off_i + i; the second word of an
// access takes what wraps. Combinational.

`default_nettype none

module spad_spread #(
    parameter W  = 8,
    parameter WL = 3
) (
    input  wire [WL-1:0]    off_i,
    input  wire [WL:0]      n_i,
    input  wire [W*8-1:0]   data_i,
    output wire [W*8-1:0]   data_o,    // rotated, for both words
    output wire [2*W-1:0]   mask_o     // of the first word, then the second
);

    // Rotated left by off_i bytes.
    wire [2*W*8-1:0] twice = {data_i, data_i} << {off_i, 3'b0};
    assign data_o = twice[2*W*8-1:W*8];
    // verilator lint_off UNUSED
    wire unused = &{1'b0, twice[W*8-1:0]};
    // verilator lint_on UNUSED

    // n ones, moved to the offset.
    wire [2*W-1:0] ones = ~({2*W{1'b1}} << n_i);
    assign mask_o = ones << off_i;

endmodule

`default_nettype wire
