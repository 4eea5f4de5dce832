// soc_bus: which memory or device an access of the host belongs to, and the
// answer a cycle later.
//
// Every access is granted in its first cycle: the host never waits. Memories
// give their data in the next cycle, devices in the same one; what a device
// gives is registered here. Flash and instruction memory are read-only, and
// device registers take whole words: other accesses, and addresses where
// nothing is, answer with an error. A refused store to flash takes its port.

`default_nettype none
`include "isa.vh"

module soc_bus #(
    parameter int SRAM_KIB  = 256,
    parameter int FLASH_KIB = 1024
) (
    input  wire         clk_i,
    input  wire         rst_ni,

    // The host's data port
    input  wire         req_i,
    input  wire         we_i,
    input  wire  [3:0]  be_i,
    input  wire  [31:0] addr_i,
    output wire         gnt_o,
    output logic        rvalid_qo,
    output logic [31:0] rdata_o,
    output logic        err_qo,

    // Accesses to memories, and the data of the cycle before
    output wire         imem_req_o,
    output wire         sram_req_o,
    output wire         flash_req_o,
    input  wire  [31:0] imem_rdata_i,
    input  wire  [31:0] sram_rdata_i,
    input  wire  [31:0] flash_rdata_i,

    // Accesses to devices, and what they say
    output wire         accel_req_o,
    output wire         timer_req_o,
    output wire         uart_req_o,
    output wire         simctl_req_o,
    input  wire  [31:0] accel_rdata_i,
    input  wire  [31:0] timer_rdata_i,
    input  wire         timer_ok_i,
    input  wire         uart_ok_i,
    input  wire         simctl_ok_i
);

    // ------------------------------------------------------------------------
    // Addresses

    wire in_imem  = addr_i - `MAP_IMEM < `IMEM_BYTES;
    wire in_sram  = addr_i - `MAP_SRAM < SRAM_KIB * 1024;
    wire in_flash = addr_i - `MAP_FLASH < FLASH_KIB * 1024;

    localparam logic [31:0] ACCEL = `MAP_ACCEL, TIMER = `MAP_TIMER,
                            UART = `MAP_UART, SIMCTL = `MAP_SIMCTL;

    wire [19:0] page = addr_i[31:12];
    wire        word = req_i && be_i == 4'b1111;

    assign gnt_o        = req_i;
    assign imem_req_o   = req_i && in_imem;
    assign sram_req_o   = req_i && in_sram;
    assign flash_req_o  = req_i && in_flash;
    assign accel_req_o  = word && page == ACCEL[31:12];
    assign timer_req_o  = word && page == TIMER[31:12];
    assign uart_req_o   = word && page == UART[31:12];
    assign simctl_req_o = word && page == SIMCTL[31:12];

    // ------------------------------------------------------------------------
    // Answers

    wire ok = sram_req_o || (!we_i && (imem_req_o || flash_req_o)) ||
              accel_req_o || (timer_req_o && timer_ok_i) ||
              (uart_req_o && uart_ok_i) || (simctl_req_o && simctl_ok_i);

    logic        imem_q, sram_q, flash_q;   // the access of the cycle before
    logic [31:0] device_q;

    always_ff @(posedge clk_i)
        if (!rst_ni)
            rvalid_qo <= 1'b0;
        else
            rvalid_qo <= req_i;

    always_ff @(posedge clk_i)
        if (req_i) begin
            err_qo <= !ok;
            {imem_q, sram_q, flash_q} <= {in_imem, in_sram, in_flash};
            device_q <= accel_req_o ? accel_rdata_i :
                        timer_req_o ? timer_rdata_i : 32'd0;
        end

    always_comb
        if (imem_q)       rdata_o = imem_rdata_i;
        else if (sram_q)  rdata_o = sram_rdata_i;
        else if (flash_q) rdata_o = flash_rdata_i;
        else              rdata_o = device_q;

endmodule

`default_nettype wire
