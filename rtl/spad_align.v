// spad_align: the read side of one port: picks the two words and aligns them.
//
// The choice is registered with the access, so that rdata_o is valid in the
// cycle after it, and only then: byte i is the byte at addr + i. Bytes past the
// access are undefined.

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
    output reg  [W*8-1:0]          rdata_o
);

    reg          valid_q;
    reg [WL:0]   addr_q;
    reg [BL-1:0] ebank_q, obank_q;

    always @(posedge clk_i) begin
        valid_q <= req_i;
        if (req_i) begin
            addr_q  <= addr_i;
            ebank_q <= ebank_i;
            obank_q <= obank_i;
        end
    end

    // Two shifts instead of one of both words: W is often 8, and shifts of 64
    // bits are fast in a simulation.
    wire [WL+2:0] right = {addr_q[WL-1:0], 3'b0};
    wire [WL+3:0] left  = {1'b1, {WL+3{1'b0}}} - {1'b0, right};

    always @* begin : pick
        reg [W*8-1:0] even, odd;
        even    = {W*8{1'b0}};
        odd     = {W*8{1'b0}};
        rdata_o = {W*8{1'b0}};
        if (valid_q) begin
            even = even_i[ebank_q*W*8 +: W*8];
            odd  = odd_i[obank_q*W*8 +: W*8];
            if (addr_q[WL])
                rdata_o = (odd >> right) | (even << left);
            else
                rdata_o = (even >> right) | (odd << left);
        end
    end

endmodule

`default_nettype wire
