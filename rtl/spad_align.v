// spad_align: the read side of one port: picks the two words and aligns them.
//
// The choice is registered with the access, so that rdata_o is valid in the
// cycle after it: byte i is the byte at addr + i. Bytes past the access are
// undefined.

`default_nettype none

module spad_align #(
    parameter WL    = 3,
    parameter BANKS = 16,
    parameter BL    = 4,
    parameter W     = 8     // 1 << WL
) (
    input  wire                    clk_i,
    input  wire                    req_i,
    input  wire [WL:0]             addr_i,    // low bits: odd word, offset
    input  wire [BL-1:0]           ebank_i,
    input  wire [BL-1:0]           obank_i,
    input  wire [BANKS*W*8-1:0]    even_i,    // read data of all even halves
    input  wire [BANKS*W*8-1:0]    odd_i,
    output wire [W*8-1:0]          rdata_o
);

    reg [WL:0]   addr_q;
    reg [BL-1:0] ebank_q, obank_q;

    always @(posedge clk_i)
        if (req_i) begin
            addr_q  <= addr_i;
            ebank_q <= ebank_i;
            obank_q <= obank_i;
        end

    wire [W*8-1:0] even = even_i[ebank_q*W*8 +: W*8];
    wire [W*8-1:0] odd  = odd_i [obank_q*W*8 +: W*8];
    wire [W*8-1:0] lo   = addr_q[WL] ? odd : even;
    wire [W*8-1:0] hi   = addr_q[WL] ? even : odd;

    // verilator lint_off UNUSED
    wire [W*16-1:0] both = {hi, lo} >> {addr_q[WL-1:0], 3'b0};
    // verilator lint_on UNUSED
    assign rdata_o = both[W*8-1:0];

endmodule

`default_nettype wire
