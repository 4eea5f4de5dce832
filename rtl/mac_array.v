// mac_array: ROWS x COLS cells, output stationary.
//
// In a step (step_i) every cell (r,c) of the enabled rows takes weight c and
// either byte r of bytes_i (matrix mode) or byte (r,c) of chain_i (vector
// mode). Columns beyond the last channel work on padding. Sums one cycle later;
// row r of sums_o is bits r*COLS*32 and up.

`default_nettype none

module mac_array #(
    parameter ROWS = 8,
    parameter COLS   = 8,
    parameter SPARSE = 0,
    parameter SPLIT  = 0
) (
    input  wire                         clk_i,
    input  wire                         step_i,
    input  wire                         first_i,
    input  wire                         max_i,
    input  wire                         vec_i,
    input  wire [ROWS-1:0]              rows_i,    // enabled rows
    input  wire                         sparse_i,
    input  wire                         split_i,
    input  wire [ROWS*8-1:0]            bytes_i,
    input  wire [ROWS*32-1:0]           quads_i,
    input  wire [COLS*2-1:0]            index_i,
    input  wire [ROWS*COLS*8-1:0]       chain_i,
    input  wire [COLS*8-1:0]            wgt_i,
    input  wire [COLS*8-1:0]            wgt2_i,    // SPLIT: of row 1
    output wire [ROWS*COLS*32-1:0]      sums_o
);

    genvar r;
    generate
        for (r = 0; r < ROWS; r = r + 1) begin : row
            wire [COLS*8-1:0] wgt = SPLIT != 0 && r == 1 && split_i ? wgt2_i
                                                                    : wgt_i;
            mac_row #(.COLS(COLS), .SPARSE(SPARSE)) cells (
                .clk_i(clk_i), .en_i(step_i && rows_i[r]),
                .first_i(first_i), .max_i(max_i), .vec_i(vec_i),
                .sparse_i(sparse_i), .byte_i(bytes_i[r*8 +: 8]),
                .quad_i(quads_i[r*32 +: 32]), .index_i(index_i),
                .chain_i(chain_i[r*COLS*8 +: COLS*8]), .wgt_i(wgt),
                .sums_qo(sums_o[r*COLS*32 +: COLS*32]));
        end
    endgenerate

    // verilator lint_off UNUSED
    wire unused = &{1'b0, split_i, wgt2_i};
    // verilator lint_on UNUSED

endmodule

`default_nettype wire
