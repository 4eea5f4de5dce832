// spad_port: one port's byte address to the scratchpad's half banks.
//
// An access of n bytes at any byte address touches word addr/W and, if it
// does not fit there, the next one; one of the two is even, one odd. So each
// half (even words, odd words) needs one bank number and one index.
// Combinational. Addresses wrap at the end of the scratchpad.

`default_nettype none

module spad_port #(
    parameter AW    = 17,   // bits of a byte address
    parameter WL    = 3,    // log2 of the bytes of a word
    parameter BANKS = 16,
    parameter BL    = 4     // log2 of BANKS
) (
    input  wire                 req_i,
    input  wire [AW-1:0]        addr_i,
    input  wire [WL:0]          n_i,      // bytes, 1..W
    output reg  [BANKS-1:0]     even_o,   // banks whose even half is used
    output reg  [BANKS-1:0]     odd_o,
    output wire [AW-WL-2:0]     eidx_o,   // bank and index of the even word
    output wire [AW-WL-2:0]     oidx_o
);

    localparam IW = AW - WL - 1;   // even words of the whole scratchpad

    wire          odd_first = addr_i[WL];
    wire [WL+1:0] end_byte  = {2'b0, addr_i[WL-1:0]} + {1'b0, n_i};
    wire          spill     = end_byte > {2'b01, {WL{1'b0}}};

    assign oidx_o = addr_i[AW-1:WL+1];
    assign eidx_o = addr_i[AW-1:WL+1] + {{IW-1{1'b0}}, odd_first};

    always @* begin
        even_o = {BANKS{1'b0}};
        odd_o  = {BANKS{1'b0}};
        if (req_i) begin
            even_o[eidx_o[IW-1 -: BL]] = !odd_first || spill;
            odd_o[oidx_o[IW-1 -: BL]]  = odd_first || spill;
        end
    end

endmodule

`default_nettype wire
