// accel_regs: memory-mapped registers, interrupt, event counters.
//
// A write in cycle t is effective from t+1; a read shows the state at the start
// of the cycle (combinational). Unknown addresses read zero and ignore writes.
// Only words are handled.

`default_nettype none
`include "isa.vh"

module accel_regs (
    input  wire                             clk_i,
    input  wire                             rst_ni,
    input  wire                             req_i,
    input  wire                             we_i,
    input  wire [11:0]                      addr_i,
    input  wire [31:0]                      wdata_i,
    output reg  [31:0]                      rdata_o,
    output wire                             irq_o,

    input  wire                             idle_i,      // fetch unit
    input  wire                             job_end_i,
    input  wire                             job_irq_i,
    input  wire                             bad_i,
    input  wire                             clash_i,
    output wire                             pending_o,   // HEAD != TAIL
    output wire [28:0]                      ring_o,      // this job's entry

    // Events of this cycle; these of them count more than one.
    input  wire [`N_ACCEL_EVENTS-1:0]       event_i,
    input  wire [15:0]                      cells_i,
    input  wire [7:0]                       requants_i,
    input  wire [5:0]                       ld_bytes_i,
    input  wire [5:0]                       st_bytes_i,
    output reg  [`N_ACCEL_EVENTS*32-1:0]    counts_qo
);

    reg         enable_q, irq_q, clash_q, bad_q;
    reg [31:0]  base_q, mask_q, head_q, tail_q;

    wire we = req_i && we_i;

    always @(posedge clk_i)
        if (!rst_ni) begin
            {enable_q, irq_q, clash_q, bad_q} <= 4'b0;
            {base_q, mask_q, head_q, tail_q} <= 128'd0;
        end else begin
            if (we) case (addr_i)
                `ACCEL_CTRL:      enable_q <= wdata_i[0];
                `ACCEL_RING_BASE: base_q <= wdata_i;
                `ACCEL_RING_MASK: mask_q <= wdata_i;
                `ACCEL_TAIL:      tail_q <= wdata_i;
                default: ;
            endcase
            if (job_end_i) head_q <= head_q + 32'd1;
            if (job_irq_i)
                irq_q <= 1'b1;
            else if (we && addr_i == `ACCEL_IRQ_ACK)
                irq_q <= 1'b0;
            if (clash_i) clash_q <= 1'b1;
            if (bad_i)   bad_q   <= 1'b1;
        end

    assign irq_o     = irq_q && enable_q;
    assign pending_o = head_q != tail_q;

    wire [31:0] entry = base_q + {head_q[27:0] & mask_q[27:0], 4'd0};
    assign ring_o = {entry[30], entry[27:0]};

    wire busy = !idle_i || pending_o;

    always @* begin
        rdata_o = 32'd0;
        if (req_i) case (addr_i)
            `ACCEL_ID:        rdata_o = `ACCEL_ID_VALUE;
            `ACCEL_CTRL:      rdata_o = {31'd0, enable_q};
            `ACCEL_STATUS:    rdata_o = {28'd0, bad_q, clash_q, irq_q, busy};
            `ACCEL_RING_BASE: rdata_o = base_q;
            `ACCEL_RING_MASK: rdata_o = mask_q;
            `ACCEL_HEAD:      rdata_o = head_q;
            `ACCEL_TAIL:      rdata_o = tail_q;
            default:
                if (addr_i[11:7] == 5'h02 && addr_i[6:2] < `N_ACCEL_EVENTS)
                    rdata_o = counts_qo[{addr_i[6:2], 5'd0} +: 32];
        endcase
    end

    // ------------------------------------------------------------------------
    // Counters

    genvar i;
    generate
        for (i = 0; i < `N_ACCEL_EVENTS; i = i + 1) begin : count
            wire [31:0] inc =
                i == `EV_macs || i == `EV_pool_ops ? {16'd0, cells_i} :
                i == `EV_requants                  ? {24'd0, requants_i} :
                i == `EV_ld_sram_bytes ||
                i == `EV_ld_flash_bytes            ? {26'd0, ld_bytes_i} :
                i == `EV_st_sram_bytes             ? {26'd0, st_bytes_i} :
                                                     32'd1;
            always @(posedge clk_i)
                if (!rst_ni)
                    counts_qo[i*32 +: 32] <= 32'd0;
                else if (event_i[i])
                    counts_qo[i*32 +: 32] <= counts_qo[i*32 +: 32] + inc;
        end
    endgenerate

    // verilator lint_off UNUSED
    wire unused = &{1'b0, mask_q, entry};
    // verilator lint_on UNUSED

endmodule

`default_nettype wire
