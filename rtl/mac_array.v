// mac_array: ROWS x COLS cells, output stationary.
//
// In a step (step_i) every cell (r,c) of the enabled rows takes weight c and
// either byte r of bytes_i (matrix mode) or byte (r,c) of chain_i (vector
// mode). Columns beyond the last channel work on padding. Sums one cycle later;
// row r of sums_o is bits r*COLS*32 and up.

`default_nettype none

module mac_array #(
    parameter ROWS = 8,
    parameter COLS = 8
) (
    input  wire                         clk_i,
    input  wire                         step_i,
    input  wire                         first_i,
    input  wire                         max_i,
    input  wire                         vec_i,
    input  wire [ROWS-1:0]              rows_i,    // enabled rows
    input  wire [ROWS*8-1:0]            bytes_i,
    input  wire [ROWS*COLS*8-1:0]       chain_i,
    input  wire [COLS*8-1:0]            wgt_i,
    output wire [ROWS*COLS*32-1:0]      sums_o
);

    genvar r;
    generate
        for (r = 0; r < ROWS; r = r + 1) begin : row
            mac_row #(.COLS(COLS)) cells (
                .clk_i(clk_i), .en_i(step_i && rows_i[r]),
                .first_i(first_i), .max_i(max_i), .vec_i(vec_i),
                .byte_i(bytes_i[r*8 +: 8]),
                .chain_i(chain_i[r*COLS*8 +: COLS*8]), .wgt_i(wgt_i),
                .sums_qo(sums_o[r*COLS*32 +: COLS*32]));
        end
    endgenerate

endmodule

`default_nettype wire
