// soc_uart: serial output without a line: the character that is written stands
// at char_o in that cycle.
//
// It takes no time and is never full. ok_o: there is such a register, and it
// may be written.

`default_nettype none
`include "isa.vh"

module soc_uart (
    input  wire         req_i,
    input  wire         we_i,
    input  wire  [11:0] addr_i,
    input  wire  [31:0] wdata_i,
    output wire         ok_o,
    output wire         valid_o,
    output wire  [7:0]  char_o
);

    assign ok_o    = we_i && addr_i == `UART_TX;
    assign valid_o = req_i && ok_o;
    assign char_o  = wdata_i[7:0];

    // verilator lint_off UNUSED
    wire unused = &{1'b0, wdata_i};
    // verilator lint_on UNUSED

endmodule

`default_nettype wire
