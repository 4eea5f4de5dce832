// fetch: what queues, scoreboard and arbiter (start.v, cmd_queue.v, mem_arb.v)
// assume of it.
//
// Any memory contents, any grants, any rings and doorbells. Assumed: quiet_i
// (queues empty, units idle) is high after a reset and falls only after a push,
// which start.v proves.
//
// - It pushes at most one command at a time, into a queue that is not full.
// - A job begins (counts are cleared) and ends only when all is quiet.
// - From the first push of a job to its end it takes 64/D beats in a row, then
//   asks for nothing in two cycles.
// - A denied request is repeated; beats of a command follow each other.
//
//@ read fetch.v
//@ prove D=16 : bmc 16, induction 2, cover 18
//@ prove D=8 : bmc 4, induction 2
//@ prove D=4 : bmc 4, induction 2
//@ mutants D=8 : bmc 3, induction 2
//@ bug push_fits fetch.v: (queue & full_i) == 3'b0 => (queue & full_i) != queue || queue == 3'b1
//@ bug quiet_jobs fetch.v: state_q == DRAIN && quiet_i => state_q == DRAIN
//@ bug rests fetch.v: state_q == CMD && !beats => state_q == CMD && (!beats || (beats_q == 5'd1 && gnt_i))
//@ bug repeats fetch.v: else if (req_o && gnt_i) => else if (req_o)
//@ bug follow fetch.v: addr_q[27:0] + D[27:0] => addr_q[27:0] + D[27:0] - rvalid_q

`default_nettype none

module bench #(
    parameter D = 8
) (
    input wire             clk_i,
    input wire             rst_ni,
    input wire             pending_i,
    input wire [28:0]      ring_i,
    input wire             gnt_i,
    input wire [D*8-1:0]   rdata_i,
    input wire [2:0]       full_i,
    input wire             quiet_i
);

    localparam BURST = 64 / D, RING_BEATS = 16 / D;

    wire         idle, job_end, job_irq, bad, req, flash, clear, seen;
    wire [27:0]  addr;
    wire [511:0] cmd;
    wire [2:0]   push;

    fetch #(.D(D)) dut (
        .clk_i(clk_i), .rst_ni(rst_ni), .pending_i(pending_i),
        .ring_i(ring_i), .idle_o(idle), .job_end_o(job_end),
        .job_irq_o(job_irq), .bad_o(bad), .req_o(req), .flash_o(flash),
        .addr_o(addr), .gnt_i(gnt_i), .rdata_i(rdata_i), .clear_o(clear),
        .cmd_o(cmd), .seen_o(seen), .push_o(push), .full_i(full_i),
        .quiet_i(quiet_i));

    // ------------------------------------------------------------------------
    // What it did

    reg         past_q = 1'b0, first_q = 1'b0;
    reg         quiet_q;               // quiet, and nothing pushed
    reg         live_q;                // between first push and end of a job
    reg         wait_q;                // asked, was denied
    reg [28:0]  wait_addr_q;
    reg [4:0]   burst_q;               // as in mem_arb.v
    reg [1:0]   rest_q;
    reg         next_q;                // there was a beat before
    reg [28:0]  next_addr_q;

    always @(posedge clk_i) begin
        past_q  <= 1'b1;
        quiet_q <= !rst_ni || (quiet_i && push == 3'd0);
        wait_q  <= rst_ni && req && !gnt_i;
        wait_addr_q <= {flash, addr};
        if (!rst_ni || job_end) live_q <= 1'b0;
        else if (push != 3'd0)  live_q <= 1'b1;
        if (!rst_ni || !live_q) begin
            burst_q <= 5'd0;
            rest_q  <= 2'd0;
        end else if (req && gnt_i && burst_q == BURST - 1) begin
            burst_q <= 5'd0;
            rest_q  <= 2'd2;
        end else if (req && gnt_i)
            burst_q <= burst_q + 5'd1;
        else if (!req) begin
            burst_q <= 5'd0;
            rest_q  <= rest_q == 2'd2 || burst_q != 5'd0 ? 2'd1 : 2'd0;
        end
        next_q      <= rst_ni && live_q && (req ? gnt_i || next_q : next_q);
        if (req && gnt_i) next_addr_q <= {flash, addr + D[27:0]};
    end
    always @* begin
        if (!past_q) assume (!rst_ni);
        if (past_q && quiet_q) assume (quiet_i);
    end

    (* hierconn *) wire [2:0] \dut.state_q ;
    (* hierconn *) wire [4:0] \dut.beats_q ;
    localparam IDLE = 3'd0, RING = 3'd1, CMD = 3'd2, PUSH = 3'd3, DRAIN = 3'd4;
    wire [2:0] state = \dut.state_q ;
    wire [4:0] beats = \dut.beats_q ;

    // ------------------------------------------------------------------------
    // Properties

    always @* if (past_q && rst_ni) begin
        push_fits: assert ((push & full_i) == 3'd0 &&
                           (push == 3'd0 || push == 3'd1 || push == 3'd2 ||
                            push == 3'd4));
        quiet_jobs: assert (!(clear || job_end) ||
                            (quiet_i && push == 3'd0));
        rests: assert (!live_q || rest_q == 2'd0 || !req);
        if (wait_q) repeats: assert (req && {flash, addr} == wait_addr_q);
        if (next_q && live_q) follow: assert ({flash, addr} == next_addr_q);

        inv_state: assert (state <= DRAIN &&
                           beats <= (state == RING ? RING_BEATS : BURST));
        inv_quiet: assert (!(state == IDLE || state == RING) ||
                           (quiet_i && quiet_q && !live_q));
        inv_live:  assert (live_q || quiet_q);
        inv_burst: assert (!live_q || (burst_q == 5'd0 || state == CMD) &&
                           (state != CMD || rest_q != 2'd0 ||
                            burst_q == BURST - beats ||
                            beats == 5'd0) &&
                           (rest_q != 2'd2 || (state == CMD && beats == 0)) &&
                           (rest_q == 2'd0 || state != CMD || beats == 0) &&
                           (state != CMD || beats != 0 || burst_q == 0));
        inv_next:  assert (!next_q || state == IDLE || state == RING || live_q);
    end

    always @* if (rst_ni) begin
        second: cover (live_q && push == 3'd2 && burst_q == 5'd0);
        ends: cover (job_end && job_irq);
    end

endmodule

`default_nettype wire
