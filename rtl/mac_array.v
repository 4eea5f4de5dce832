// mac_array: ROWS x COLS cells, output stationary.
//
// In a step (step_i) every enabled cell (r,c) takes weight c and either byte r
// of bytes_i (matrix mode) or byte (r,c) of chain_i (vector mode). Sums one
// cycle later. Row r of sums_o is bits r*COLS*32 and up.

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
    input  wire [COLS-1:0]              cols_i,
    input  wire [ROWS*8-1:0]            bytes_i,
    input  wire [ROWS*COLS*8-1:0]       chain_i,
    input  wire [COLS*8-1:0]            wgt_i,
    output wire [ROWS*COLS*32-1:0]      sums_o
);

    genvar r, c;
    generate
        for (r = 0; r < ROWS; r = r + 1) begin : row
            wire en = step_i && rows_i[r];
            for (c = 0; c < COLS; c = c + 1) begin : col
                mac_cell cell_i (
                    .clk_i(clk_i), .en_i(en && cols_i[c]),
                    .first_i(first_i), .max_i(max_i),
                    .act_i(vec_i ? chain_i[(r*COLS+c)*8 +: 8]
                                 : bytes_i[r*8 +: 8]),
                    .wgt_i(wgt_i[c*8 +: 8]),
                    .sum_qo(sums_o[(r*COLS+c)*32 +: 32]));
            end
        end
    endgenerate

endmodule

`default_nettype wire
