// mac_row: the cells of one row of the array: sums, products, comparisons.
//
// While en_i is high every cell takes its weight and an activation: byte_i for
// all (matrix mode), the byte of quad_i that its index names (sparse_i, where
// there is SPARSE), or its own byte of chain_i (vector mode). first_i replaces
// the sum, else it is added to; max_i keeps the larger activation instead. New
// sums are at sums_qo one cycle later. Sums wrap: the compiler bounds them
// (docs/numerics.md). No reset: the first step of a group replaces.
//
// While en_i is low the multipliers see zero activations, whatever the row
// buffers held last: no gate behind them toggles.

`default_nettype none

module mac_row #(
    parameter COLS   = 8,
    parameter SPARSE = 0
) (
    input  wire                 clk_i,
    input  wire                 en_i,
    input  wire                 first_i,
    input  wire                 max_i,
    input  wire                 vec_i,
    input  wire                 sparse_i,
    input  wire [7:0]           byte_i,
    input  wire [31:0]          quad_i,
    input  wire [COLS*2-1:0]    index_i,
    input  wire [COLS*8-1:0]    chain_i,
    input  wire [COLS*8-1:0]    wgt_i,
    output reg  [COLS*32-1:0]   sums_qo
);

    // Everything happens inside, and in few words: this is where a simulation
    // spends its time, and a row that does nothing should cost nothing. For a
    // simulation en_i is thus high wherever it is read; for synthesis it is the
    // operand isolation. The blocking assignments are to locals.
    // verilator lint_off BLKSEQ
    integer c;
    always @(posedge clk_i)
        if (en_i && max_i) begin : compare
            reg signed [7:0] act;
            for (c = 0; c < COLS; c = c + 1) begin
                act = chain_i[c*8 +: 8];    // sums fit 8 bits, too
                if (first_i || act > $signed(sums_qo[c*32 +: 8]))
                    sums_qo[c*32 +: 32] <= {{24{act[7]}}, act};
            end
        end else if (en_i) begin : multiply
            reg signed [7:0]  act, wgt;
            reg signed [15:0] product;
            for (c = 0; c < COLS; c = c + 1) begin
                act = vec_i && en_i ? chain_i[c*8 +: 8] : byte_i & {8{en_i}};
                if (SPARSE != 0 && sparse_i && en_i)
                    act = quad_i[{index_i[c*2 +: 2], 3'b0} +: 8];
                wgt = wgt_i[c*8 +: 8];
                product = act * wgt;
                sums_qo[c*32 +: 32] <= {{16{product[15]}}, product} +
                    (sums_qo[c*32 +: 32] & ~{32{first_i}});
            end
        end
    // verilator lint_on BLKSEQ

    // verilator lint_off UNUSED
    wire unused = &{1'b0, sparse_i, quad_i, index_i};
    // verilator lint_on UNUSED

endmodule

`default_nettype wire
