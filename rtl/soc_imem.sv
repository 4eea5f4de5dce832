// soc_imem: instruction memory: a port for instructions, one for data.
//
// Both are granted at once and answer in the next cycle, side by side. Fetches
// from any other address answer with an error. The data port only reads, and
// its addresses are inside the memory (soc_bus). Whoever simulates fills `mem`.

`default_nettype none
`include "isa.vh"

module soc_imem (
    input  wire         clk_i,
    input  wire         rst_ni,

    input  wire         instr_req_i,
    input  wire  [31:0] instr_addr_i,
    output wire         instr_gnt_o,
    output logic        instr_rvalid_qo,
    output logic [31:0] instr_rdata_qo,
    output logic        instr_err_qo,

    input  wire         data_req_i,
    input  wire  [31:0] data_addr_i,
    output logic [31:0] data_rdata_qo
);

    localparam int IW = $clog2(`IMEM_BYTES / 4);

    logic [31:0] mem [`IMEM_BYTES / 4] /* verilator public_flat_rw */;

    wire [31:0] instr_at = instr_addr_i - `MAP_IMEM;
    wire [31:0] data_at  = data_addr_i - `MAP_IMEM;

    assign instr_gnt_o = instr_req_i;

    always_ff @(posedge clk_i)
        if (!rst_ni)
            instr_rvalid_qo <= 1'b0;
        else
            instr_rvalid_qo <= instr_req_i;

    always_ff @(posedge clk_i)
        if (instr_req_i) begin
            instr_rdata_qo <= mem[instr_at[2 +: IW]];
            instr_err_qo   <= instr_at >= `IMEM_BYTES;
        end

    always_ff @(posedge clk_i)
        if (data_req_i)
            data_rdata_qo <= mem[data_at[2 +: IW]];

    // verilator lint_off UNUSED
    wire unused = &{1'b0, instr_at, data_at};
    // verilator lint_on UNUSED

endmodule

`default_nettype wire
