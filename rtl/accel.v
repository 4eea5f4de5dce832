// accel: the accelerator: registers, fetch, three queues and their units,
// scratchpad, two memory ports.
//
// docs/accelerator.md says what it does in every cycle, isa/commands.def what
// it is told. All state changes at the rising edge of clk_i; rst_ni is
// synchronous. Addresses outside a memory are not handled: it must wrap them.
//
// Memories: req_o is an access that is granted (the host was not busy); read
// data must be at rdata_i in the next cycle. addr_o is the byte offset in the
// memory, aligned to DMA_BYTES.
//
// Trace outputs are for simulation; leave them open in a chip.

`default_nettype none
`include "isa.vh"

module accel #(
    parameter ROWS      = 8,
    parameter COLS      = 8,
    parameter SPAD_KIB  = 128,
    parameter BANKS     = 16,
    parameter LANES     = 4,
    parameter DMA_BYTES = 8,
    parameter QUEUE     = 4,
    parameter SPLIT     = 0,     // these: 1 if the hardware has it
    parameter NARROW    = 0,
    parameter SPARSE    = 0,
    parameter UNPACK    = 0
) (
    input  wire                     clk_i,
    input  wire                     rst_ni,

    // Registers
    input  wire                     mmio_req_i,
    input  wire                     mmio_we_i,
    input  wire [11:0]              mmio_addr_i,
    input  wire [31:0]              mmio_wdata_i,
    output wire [31:0]              mmio_rdata_o,   // in the same cycle
    output wire                     irq_o,

    // Memories
    input  wire                     sram_busy_i,    // the host uses it
    output wire                     sram_req_o,
    output wire                     sram_we_o,
    output wire [27:0]              sram_addr_o,
    output wire [DMA_BYTES*8-1:0]   sram_wdata_o,
    output wire [DMA_BYTES-1:0]     sram_wstrb_o,
    input  wire [DMA_BYTES*8-1:0]   sram_rdata_i,
    input  wire                     flash_busy_i,
    output wire                     flash_req_o,
    output wire [27:0]              flash_addr_o,
    input  wire [DMA_BYTES*8-1:0]   flash_rdata_i,

    // Trace
    output wire                     tr_push_o,      // a command leaves fetch
    output wire [7:0]               tr_opcode_o,    // ... this one
    output wire [15:0]              tr_layer_o,
    output wire [2:0]               tr_start_o,     // LD, EX, ST: start cycle
    output wire [2:0]               tr_end_o,       // the cycle before end
    output wire                     tr_job_end_o,   // HEAD advances after it
    output wire                     tr_clash_o,     // two ports in a bank
    output wire [`N_ACCEL_EVENTS*32-1:0] tr_counts_o
);

    localparam D  = DMA_BYTES;
    localparam DL = $clog2(D);
    localparam M1 = ROWS > COLS ? ROWS : COLS;
    localparam DW = UNPACK != 0 ? 2 * D : D;      // bytes that a beat gives
    localparam M2 = DW > 8 ? DW : 8;
    localparam WL = $clog2(M1 > M2 ? M1 : M2);
    localparam W  = 1 << WL;
    localparam AW = $clog2(SPAD_KIB * 1024);
    localparam OW = AW < 16 ? AW : 16;
    localparam NL = $clog2(LANES + 1);
    localparam LDN = 143 + 3 * AW, STN = 132 + 3 * AW;
    localparam PW  = (COLS * 9 + W - 1) / W;      // words of parameters
    localparam PN  = $clog2(PW * W / 8 + 1);
    localparam EXN = 129 + 9 * AW + 2 * OW + 2 * WL + PN;

    // ------------------------------------------------------------------------
    // Registers and fetch

    wire            pending, idle, job_end, job_irq, bad, clash, clear, seen;
    wire [28:0]     ring;
    reg  [`N_ACCEL_EVENTS-1:0] events;

    accel_regs regs (
        .clk_i(clk_i), .rst_ni(rst_ni), .req_i(mmio_req_i), .we_i(mmio_we_i),
        .addr_i(mmio_addr_i), .wdata_i(mmio_wdata_i), .rdata_o(mmio_rdata_o),
        .irq_o(irq_o), .idle_i(idle), .job_end_i(job_end),
        .job_irq_i(job_irq), .bad_i(bad), .clash_i(clash),
        .pending_o(pending), .ring_o(ring),
        .event_i(events), .cells_i({{14-2*WL{1'b0}}, ev_cells}),
        .requants_i({{8-NL{1'b0}}, ev_requants}),
        .ld_bytes_i({{5-DL{1'b0}}, ev_ld_bytes}),
        .st_bytes_i({{5-DL{1'b0}}, ev_st_bytes}), .counts_qo(tr_counts_o));

    wire            fe_req, fe_flash, fe_sram_gnt, fe_flash_gnt;
    wire [27:0]     fe_addr;
    wire [511:0]    cmd;
    wire [2:0]      push, full, empty, start, finish, busy, ready, ld_ready;
    wire            fe_gnt   = fe_flash ? fe_flash_gnt : fe_sram_gnt;
    reg             fe_flash_q;
    always @(posedge clk_i) fe_flash_q <= fe_flash;

    fetch #(.D(D)) fetch_i (
        .clk_i(clk_i), .rst_ni(rst_ni), .pending_i(pending), .ring_i(ring),
        .idle_o(idle), .job_end_o(job_end), .job_irq_o(job_irq), .bad_o(bad),
        .req_o(fe_req), .flash_o(fe_flash), .addr_o(fe_addr), .gnt_i(fe_gnt),
        .rdata_i(fe_flash_q ? flash_rdata_i : sram_rdata_i),
        .clear_o(clear), .cmd_o(cmd), .seen_o(seen), .push_o(push),
        .full_i(full), .quiet_i(&empty && busy == 3'b0));

    // ------------------------------------------------------------------------
    // Queues

    wire [47:0]     ld_wait, ex_wait, st_wait;
    wire [LDN-1:0]  ld_item;
    wire [STN-1:0]  st_item;
    wire [EXN-1:0]  ex_item;

    cmd_queue #(.UNIT(0), .N(LDN), .DEPTH(QUEUE), .AW(AW)) queue_ld (
        .clk_i(clk_i), .rst_ni(rst_ni), .push_i(push[0]), .cmd_i(cmd),
        .pop_i(start[0]), .wait_o(ld_wait), .item_o(ld_item),
        .empty_o(empty[0]), .full_o(full[0]));
    cmd_queue #(.UNIT(1), .N(EXN), .DEPTH(QUEUE), .AW(AW), .OW(OW),
                .CN(WL + 1), .PN(PN)) queue_ex (
        .clk_i(clk_i), .rst_ni(rst_ni), .push_i(push[1]), .cmd_i(cmd),
        .pop_i(start[1]), .wait_o(ex_wait), .item_o(ex_item),
        .empty_o(empty[1]), .full_o(full[1]));
    cmd_queue #(.UNIT(2), .N(STN), .DEPTH(QUEUE), .AW(AW)) queue_st (
        .clk_i(clk_i), .rst_ni(rst_ni), .push_i(push[2]), .cmd_i(cmd),
        .pop_i(start[2]), .wait_o(st_wait), .item_o(st_item),
        .empty_o(empty[2]), .full_o(full[2]));

    scoreboard waiting (
        .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear), .end_i(finish),
        .wait_i({st_wait, ex_wait, ld_wait}),
        .ready_o(ready), .ld_ready_o(ld_ready));

    assign start = ~empty & ~busy & ready;

    // ------------------------------------------------------------------------
    // Units

    wire            ld_sram, ld_flash, ld_sram_gnt, ld_flash_gnt;
    wire [27:0]     ld_addr, st_addr;
    wire            st_req, st_gnt;
    wire            a_req, b_req, p_req, p_we, l_req, s_req;
    wire [AW-1:0]   a_addr, b_addr, p_addr, l_addr, s_addr;
    wire [WL:0]     a_n, b_n, p_n, l_n, s_n;
    wire [W*8-1:0]  a_rdata, b_rdata, p_rdata, s_rdata, p_wdata, l_wdata;

    wire            ev_ld_wait, ev_ld_sram, ev_ld_flash, ev_st_wait, ev_st_beat;
    wire [DL:0]     ev_ld_bytes, ev_st_bytes;
    wire            ev_stall_read, ev_stall_drain, ev_step, ev_mac;
    wire [2*WL+1:0] ev_cells;
    wire [NL-1:0]   ev_requants;

    load_unit #(.D(D), .DL(DL), .W(W), .WL(WL), .AW(AW), .N(LDN),
                .UNPACK(UNPACK)) load (
        .clk_i(clk_i), .rst_ni(rst_ni), .start_i(start[0]), .item_i(ld_item),
        .busy_o(busy[0]), .end_o(finish[0]),
        .sram_req_o(ld_sram), .flash_req_o(ld_flash), .addr_o(ld_addr),
        .sram_gnt_i(ld_sram_gnt), .flash_gnt_i(ld_flash_gnt),
        .sram_rdata_i(sram_rdata_i), .flash_rdata_i(flash_rdata_i),
        .l_req_o(l_req), .l_addr_o(l_addr), .l_n_o(l_n), .l_wdata_o(l_wdata),
        .ev_wait_o(ev_ld_wait), .ev_sram_o(ev_ld_sram),
        .ev_flash_o(ev_ld_flash), .ev_bytes_o(ev_ld_bytes));

    exec_unit #(.ROWS(ROWS), .COLS(COLS), .LANES(LANES), .W(W), .WL(WL),
                .AW(AW), .OW(OW), .NL(NL), .PN(PN), .EXN(EXN), .SPLIT(SPLIT),
                .NARROW(NARROW), .SPARSE(SPARSE)) exec (
        .clk_i(clk_i), .rst_ni(rst_ni), .start_i(start[1]), .item_i(ex_item),
        .busy_o(busy[1]), .end_o(finish[1]),
        .a_req_o(a_req), .a_addr_o(a_addr), .a_n_o(a_n), .a_rdata_i(a_rdata),
        .b_req_o(b_req), .b_addr_o(b_addr), .b_n_o(b_n), .b_rdata_i(b_rdata),
        .p_req_o(p_req), .p_we_o(p_we), .p_addr_o(p_addr), .p_n_o(p_n),
        .p_wdata_o(p_wdata), .p_rdata_i(p_rdata),
        .ev_stall_read_o(ev_stall_read), .ev_stall_drain_o(ev_stall_drain),
        .ev_step_o(ev_step), .ev_mac_o(ev_mac), .ev_cells_o(ev_cells),
        .ev_requants_o(ev_requants));

    store_unit #(.D(D), .DL(DL), .W(W), .WL(WL), .AW(AW), .N(STN)) store (
        .clk_i(clk_i), .rst_ni(rst_ni), .start_i(start[2]), .item_i(st_item),
        .busy_o(busy[2]), .end_o(finish[2]),
        .s_req_o(s_req), .s_addr_o(s_addr), .s_n_o(s_n), .s_rdata_i(s_rdata),
        .req_o(st_req), .addr_o(st_addr), .wdata_o(sram_wdata_o),
        .wstrb_o(sram_wstrb_o), .gnt_i(st_gnt),
        .ev_wait_o(ev_st_wait), .ev_beat_o(ev_st_beat),
        .ev_bytes_o(ev_st_bytes));

    // ------------------------------------------------------------------------
    // Memories

    mem_arb #(.D(D)) sram (
        .busy_i(sram_busy_i),
        .fetch_req_i(fe_req && !fe_flash), .fetch_addr_i(fe_addr),
        .fetch_gnt_o(fe_sram_gnt),
        .store_req_i(st_req), .store_addr_i(st_addr), .store_gnt_o(st_gnt),
        .load_req_i(ld_sram), .load_addr_i(ld_addr), .load_gnt_o(ld_sram_gnt),
        .req_o(sram_req_o), .we_o(sram_we_o), .addr_o(sram_addr_o));

    wire no_gnt, no_we;    // nothing stores to flash
    mem_arb #(.D(D)) flash (
        .busy_i(flash_busy_i),
        .fetch_req_i(fe_req && fe_flash), .fetch_addr_i(fe_addr),
        .fetch_gnt_o(fe_flash_gnt),
        .store_req_i(1'b0), .store_addr_i(28'd0), .store_gnt_o(no_gnt),
        .load_req_i(ld_flash), .load_addr_i(ld_addr),
        .load_gnt_o(ld_flash_gnt),
        .req_o(flash_req_o), .we_o(no_we), .addr_o(flash_addr_o));

    spad #(.SPAD_KIB(SPAD_KIB), .BANKS(BANKS), .W(W), .WL(WL), .AW(AW)) pad (
        .clk_i(clk_i),
        .a_req_i(a_req), .a_addr_i(a_addr), .a_n_i(a_n), .a_rdata_o(a_rdata),
        .b_req_i(b_req), .b_addr_i(b_addr), .b_n_i(b_n), .b_rdata_o(b_rdata),
        .p_req_i(p_req), .p_we_i(p_we), .p_addr_i(p_addr), .p_n_i(p_n),
        .p_wdata_i(p_wdata), .p_rdata_o(p_rdata),
        .l_req_i(l_req), .l_addr_i(l_addr), .l_n_i(l_n), .l_wdata_i(l_wdata),
        .s_req_i(s_req), .s_addr_i(s_addr), .s_n_i(s_n), .s_rdata_o(s_rdata),
        .clash_o(clash));

    // ------------------------------------------------------------------------
    // Events

    wire ex_waits = !idle && !busy[1] && !start[1];

    always @* begin
        events = {`N_ACCEL_EVENTS{1'b0}};
        events[`EV_ex_busy]        = busy[1] || start[1];
        events[`EV_ex_wait_fetch]  = ex_waits && empty[1];
        events[`EV_ex_wait_load]   = ex_waits && !empty[1] && !ld_ready[1];
        events[`EV_ex_wait_store]  = ex_waits && !empty[1] && ld_ready[1];
        events[`EV_ex_stall_read]  = ev_stall_read;
        events[`EV_ex_stall_drain] = ev_stall_drain;
        events[`EV_array_steps]    = ev_step;
        events[`EV_macs]           = ev_step && ev_mac;
        events[`EV_pool_ops]       = ev_step && !ev_mac;
        events[`EV_requants]       = |ev_requants;
        events[`EV_spad_act]       = a_req;
        events[`EV_spad_wgt]       = b_req;
        events[`EV_spad_par]       = p_req && !p_we;
        events[`EV_spad_out]       = p_req && p_we;
        events[`EV_ld_busy]        = busy[0] || start[0];
        events[`EV_ld_wait_mem]    = ev_ld_wait;
        events[`EV_ld_sram_beats]  = ev_ld_sram;
        events[`EV_ld_flash_beats] = ev_ld_flash;
        events[`EV_ld_sram_bytes]  = ev_ld_sram;
        events[`EV_ld_flash_bytes] = ev_ld_flash;
        events[`EV_spad_load]      = l_req;
        events[`EV_st_busy]        = busy[2] || start[2];
        events[`EV_st_wait_mem]    = ev_st_wait;
        events[`EV_st_sram_beats]  = ev_st_beat;
        events[`EV_st_sram_bytes]  = ev_st_beat;
        events[`EV_spad_store]     = s_req;
        events[`EV_fe_beats]       = fe_req && fe_gnt;
        events[`EV_job_cycles]     = !idle;
    end

    assign tr_push_o    = seen;
    assign tr_opcode_o  = cmd[`F_opcode_W*32+`F_opcode_L +: `F_opcode_N];
    assign tr_layer_o   = cmd[`F_layer_W*32+`F_layer_L +: `F_layer_N];
    assign tr_start_o   = start;
    assign tr_end_o     = finish;
    assign tr_job_end_o = job_end;
    assign tr_clash_o   = clash;

    // verilator lint_off UNUSED
    wire unused = &{1'b0, no_gnt, no_we, ld_ready};
    // verilator lint_on UNUSED

endmodule

`default_nettype wire
