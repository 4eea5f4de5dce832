// param_regs: the requantization parameters of a column group.
//
// A block comes in words of W bytes, word idx_i with we_i: for one column after
// the other its bias, its multiplier (32 bits each) and its shift (8 bits).
// Outputs are one cycle later.

`default_nettype none

module param_regs #(
    parameter COLS = 8,
    parameter W    = 8,
    parameter PW   = 9      // words of a block: COLS*9/W, rounded up
) (
    input  wire                 clk_i,
    input  wire                 we_i,
    input  wire [3:0]           idx_i,
    input  wire [W*8-1:0]       data_i,
    output wire [COLS*32-1:0]   bias_o,
    output wire [COLS*31-1:0]   mult_o,
    output wire [COLS*6-1:0]    shift_o
);

    // With the padding; what nobody reads is not built.
    reg [PW*W*8-1:0] block_q;

    genvar i;
    generate
        for (i = 0; i < PW; i = i + 1) begin : word
            always @(posedge clk_i)
                if (we_i && idx_i == i)
                    block_q[i*W*8 +: W*8] <= data_i;
        end
        for (i = 0; i < COLS; i = i + 1) begin : col
            assign bias_o[i*32 +: 32] = block_q[i*72 +: 32];
            assign mult_o[i*31 +: 31] = block_q[i*72+32 +: 31];
            assign shift_o[i*6 +: 6]  = block_q[i*72+64 +: 6];
        end
    endgenerate

    // verilator lint_off UNUSED
    wire unused = &{1'b0, block_q};
    // verilator lint_on UNUSED

endmodule

`default_nettype wire
