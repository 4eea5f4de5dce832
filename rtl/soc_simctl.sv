// soc_simctl: simulation control: the end of the program, and its marks.
//
// What is written stands at data_o in that cycle; exit_o and mark_o say which
// it is. The core goes on after exit_o: who simulates stops it. ok_o: there is
// such a register, and it may be written.

`default_nettype none
`include "isa.vh"

module soc_simctl (
    input  wire         req_i,
    input  wire         we_i,
    input  wire  [11:0] addr_i,
    input  wire  [31:0] wdata_i,
    output wire         ok_o,
    output wire         exit_o,
    output wire         mark_o,
    output wire  [31:0] data_o
);

    wire is_exit = addr_i == `SIMCTL_EXIT;
    wire is_mark = addr_i == `SIMCTL_MARK;

    assign ok_o   = we_i && (is_exit || is_mark);
    assign exit_o = req_i && we_i && is_exit;
    assign mark_o = req_i && we_i && is_mark;
    assign data_o = wdata_i;

endmodule

`default_nettype wire
