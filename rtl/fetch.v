// fetch: reads ring entries and commands, pushes commands to their queues,
// ends jobs.
//
// States and their cycles: docs/accelerator.md. Jobs do not overlap. An unknown
// opcode is dropped and told. A list is not checked otherwise.

`default_nettype none
`include "isa.vh"

module fetch #(
    parameter D = 8    // bytes of a beat
) (
    input  wire             clk_i,
    input  wire             rst_ni,

    // Registers
    input  wire             pending_i,     // HEAD != TAIL
    input  wire [28:0]      ring_i,        // this job's entry: flash, offset
    output wire             idle_o,
    output wire             job_end_o,     // HEAD advances
    output wire             job_irq_o,     // ... with an interrupt
    output wire             bad_o,         // unknown opcode dropped

    // Memory
    output wire             req_o,
    output wire             flash_o,
    output wire [27:0]      addr_o,
    input  wire             gnt_i,
    input  wire [D*8-1:0]   rdata_i,       // of the beat granted before

    // Queues and units
    output wire             clear_o,       // new job: completion counters
    output wire [511:0]     cmd_o,
    output wire             seen_o,        // cmd_o leaves PUSH
    output wire [2:0]       push_o,        // LD, EX, ST
    input  wire [2:0]       full_i,
    input  wire             quiet_i        // queues empty, units idle
);

    localparam IDLE = 3'd0, RING = 3'd1, CMD = 3'd2, PUSH = 3'd3, DRAIN = 3'd4;
    localparam DL = $clog2(D);
    localparam [4:0] RING_BEATS = 5'd16 >> DL;
    localparam [6:0] CMD_BEATS7 = 7'd64 >> DL;
    localparam [4:0] CMD_BEATS = CMD_BEATS7[4:0];

    reg [2:0]   state_q;
    reg [4:0]   beats_q;      // still to request
    reg         rvalid_q;     // rdata_i belongs to us
    reg [28:0]  addr_q;
    reg [511:0] buf_q;        // beats shift in from the top
    reg [31:0]  cmds_q;       // still to push, this one included
    reg         irq_q;

    // The ring entry when its last beat is at rdata_i.
    wire [D*8+127:0] tail  = {rdata_i, buf_q[511:384]};
    wire [127:0]     entry = tail[D*8+127:D*8];
    wire         beats = beats_q != 5'd0;

    assign req_o   = (state_q == RING || state_q == CMD) && beats;
    assign flash_o = addr_q[28];
    assign addr_o  = addr_q[27:0];
    assign cmd_o   = buf_q;
    assign idle_o  = state_q == IDLE;

    // ------------------------------------------------------------------------
    // Which queue

    wire [7:0] op = buf_q[`F_opcode_W*32+`F_opcode_L +: `F_opcode_N];
    wire is_ld = op == `OP_LOAD || op == `OP_FILL ||
                 op == `OP_UNPACK;
    wire is_st = op == `OP_STORE;
    wire is_ex = op == `OP_CONV || op == `OP_DWCONV || op == `OP_MAXPOOL ||
                 op == `OP_AVGPOOL || op == `OP_ADD || op == `OP_SUM;
    wire [2:0] queue = {is_st, is_ex, is_ld};

    assign seen_o = state_q == PUSH && (queue & full_i) == 3'b0;
    assign push_o = seen_o ? queue : 3'b0;
    assign bad_o  = seen_o && queue == 3'b0;

    // ------------------------------------------------------------------------
    // States

    wire ring_done = state_q == RING && !beats;
    wire cmd_done  = state_q == CMD && !beats;
    wire last_cmd  = cmds_q == 32'd1;

    assign clear_o   = ring_done;
    assign job_end_o = state_q == DRAIN && quiet_i;
    assign job_irq_o = job_end_o && irq_q;

    always @(posedge clk_i)
        if (!rst_ni)
            state_q <= IDLE;
        else case (state_q)
            IDLE:    if (pending_i) state_q <= RING;
            RING:    if (ring_done) state_q <= CMD;
            CMD:     if (cmd_done)  state_q <= PUSH;
            PUSH:    if (seen_o)    state_q <= last_cmd ? DRAIN : CMD;
            default: if (quiet_i)   state_q <= IDLE;
        endcase

    always @(posedge clk_i)
        if (!rst_ni) begin
            beats_q  <= 5'd0;
            rvalid_q <= 1'b0;
        end else begin
            rvalid_q <= req_o && gnt_i;
            if (idle_o)
                beats_q <= RING_BEATS;
            else if (ring_done || seen_o)
                beats_q <= CMD_BEATS;
            else if (req_o && gnt_i)
                beats_q <= beats_q - 5'd1;
        end

    always @(posedge clk_i) begin
        if (idle_o)
            addr_q <= ring_i;
        else if (ring_done)
            addr_q <= {entry[30], entry[27:0]};
        else if (req_o && gnt_i)
            addr_q[27:0] <= addr_q[27:0] + D[27:0];

        if (ring_done) begin
            cmds_q <= entry[63:32];
            irq_q  <= entry[64];
        end else if (seen_o)
            cmds_q <= cmds_q - 32'd1;

        if (rvalid_q)
            buf_q <= {rdata_i, buf_q[511:D*8]};
    end

    // verilator lint_off UNUSED
    wire unused = &{1'b0, tail, entry};
    // verilator lint_on UNUSED

endmodule

`default_nettype wire
