// row_buf: the activations of one row: two buffers of a scratchpad word.
//
// Matrix mode: one buffer is filled with a word (we0_i or we1_i) while bytes of
// the other are picked (pick_i, buf_i, k_i; zeros otherwise). Vector
// mode: buffer 0 is a link of the chain; the row above comes in at chain_i with
// we0_i. Written data is there one cycle later.
//
// REUSE: buffer 1 keeps what is in the chain (keep_i), the line takes what is
// kept (load_i) or shifts as the chain does (shift_i); in a step of elements
// that were kept (kept_i) the line goes to the cells.

`default_nettype none

module row_buf #(
    parameter COLS = 8,
    parameter W    = 8,
    parameter WL   = 3,
    parameter LAST = 0      // the row at which elements enter the chain
) (
    input  wire                 clk_i,
    input  wire                 we0_i,
    input  wire                 we1_i,
    input  wire                 vec_i,
    input  wire [W*8-1:0]       data_i,
    input  wire [COLS*8-1:0]    chain_i,
    input  wire                 keep_i,
    input  wire                 load_i,
    input  wire                 shift_i,
    input  wire                 kept_i,
    input  wire [COLS*8-1:0]    line_i,     // of the row above
    input  wire                 pick_i,
    input  wire                 buf_i,
    input  wire [WL-1:0]        k_i,
    output wire [7:0]           byte_o,
    output reg  [31:0]          quad_o,     // the four that byte_o is one of
    output wire [COLS*8-1:0]    chain_o,
    output wire [COLS*8-1:0]    line_o,
    output wire [COLS*8-1:0]    act_o       // vector mode: for the cells
);

    reg [W*8-1:0]    buf0_q, buf1_q;
    reg [COLS*8-1:0] line_q;

    always @(posedge clk_i) begin
        if (we0_i) begin
            buf0_q <= data_i;
            if (vec_i && LAST == 0)
                buf0_q[COLS*8-1:0] <= chain_i;
        end
        if (we1_i)
            buf1_q <= data_i;
        else if (keep_i)
            buf1_q[COLS*8-1:0] <= buf0_q[COLS*8-1:0];
        if (load_i)
            line_q <= buf1_q[COLS*8-1:0];
        else if (shift_i)
            line_q <= line_i;
    end

    always @* begin
        quad_o = 32'd0;
        if (pick_i)
            quad_o = buf_i ? buf1_q[{k_i[WL-1:2], 5'b0} +: 32]
                           : buf0_q[{k_i[WL-1:2], 5'b0} +: 32];
    end
    assign byte_o = quad_o[{k_i[1:0], 3'b0} +: 8];

    assign chain_o = buf0_q[COLS*8-1:0];
    assign line_o  = line_q;
    assign act_o   = kept_i ? line_q : buf0_q[COLS*8-1:0];

endmodule

`default_nettype wire
