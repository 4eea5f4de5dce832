// Waiting commands: queues and scoreboard as accel wires them. No command
// starts before what it waits for has ended, and they never wait for each
// other in a circle: in every cycle in which a command is queued, a unit is busy
// or a command starts. So with units that end their commands, all commands end.
//
// Any list of commands whose waits refer to commands earlier in the list, pushed
// in list order at any pace; units that are busy as long as they like after a
// start; any number of jobs. Assumed of fetch, and proved in fetch.v: one push
// at a time, not into a full queue, and a new job only when all is quiet. Fewer
// than 65536 commands of a queue in a job.
//
// One command of each queue may be watched from its push to its start. Which is
// free, so whatever queue heads a state has, they are watched in some run.
// Invariant: of two watched commands either is earlier in the list, and the later
// one was pushed after the other in the other's queue. So the earliest of the
// heads waits for nothing that is still queued.
//
// ANY: queues of any depth instead of cmd_queue: one is empty when all that was
// pushed has started, full in any cycle, and shows at its head the waits of the
// watched command if it is that, else any. cmd_queue.v proves no less of cmd_queue.
//
//@ read cmd_queue.v scoreboard.v
//@ prove DEPTH=2 : bmc 7, induction 1, cover 12
//@ prove ANY=1 : induction 1, cover 12
//@ bug start_in_time scoreboard.v: ex_q >= wait_i[k*48+16 +: 16] => ex_q + 16'd1 >= wait_i[k*48+16 +: 16]
//@ bug no_circle scoreboard.v: ld_q >= wait_i[k*48 +: 16] => ld_q > wait_i[k*48 +: 16]
//@ bug stays_quiet cmd_queue.v: if (pop_i)  rd_q => if (pop_i || !push_i)  rd_q

`default_nettype none
`include "isa.vh"

module bench #(
    parameter DEPTH = 2,
    parameter ANY   = 0
) (
    input wire         clk_i,
    input wire         rst_ni,
    input wire         clear_i,
    input wire [2:0]   push_i,
    input wire [47:0]  waits_i,    // of the pushed one: {st, ex, ld}
    input wire [2:0]   finish_i,
    input wire         pick_i
);

    localparam AW = 13, OW = 13, L = $clog2(DEPTH);

    wire [143:0]   waits;
    wire [2:0]     empty, full, ready, ld_ready;
    reg  [2:0]     busy_q;
    wire [2:0]     start = ~empty & ~busy_q & ready;
    wire           any   = push_i[0] || push_i[1] || push_i[2];
    wire           quiet = &empty && busy_q == 3'd0;

    // ------------------------------------------------------------------------
    // The queues: how many commands, and of the watched ones the waits

    reg  [2:0]   on_q;        // each: one is watched
    reg  [143:0] want_q;
    wire [2:0]   head;        // each: it is at the head
    wire [47:0]  behind;      // each: places behind the head
    wire [47:0]  gone;        // each: ended, or in its unit
    wire [2:0]   right;       // each: as many as pushed, the watched in place

    genvar g;
    generate
        if (ANY != 0) begin : model
            (* anyseq *) wire [143:0] other;
            (* anyseq *) wire [2:0]   no_room;
            assign full  = no_room;
            assign right = 3'b111;
            for (g = 0; g < 3; g = g + 1) begin : queue
                assign empty[g] = pushed_q[g*16 +: 16] == gone[g*16 +: 16];
                assign waits[g*48 +: 48] = on_q[g] && head[g] ?
                       want_q[g*48 +: 48] : other[g*48 +: 48];
            end
        end else begin : rtl
            reg [511:0] cmd;
            always @* begin
                cmd = 512'd0;
                cmd[`F_wait_ld_W*32+`F_wait_ld_L +: 16] = waits_i[15:0];
                cmd[`F_wait_ex_W*32+`F_wait_ex_L +: 16] = waits_i[31:16];
                cmd[`F_wait_st_W*32+`F_wait_st_L +: 16] = waits_i[47:32];
            end
            for (g = 0; g < 3; g = g + 1) begin : queue
                localparam N = g == 0 ? 143 + 3 * AW : g == 2 ? 132 + 3 * AW
                                                     : 127 + 9 * AW + 2 * OW +
                                                       2 * 4 + 4;
                wire [N-1:0] item;
                cmd_queue #(.UNIT(g), .N(N), .DEPTH(DEPTH), .AW(AW),
                            .OW(OW)) one (
                    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(push_i[g]),
                    .cmd_i(cmd), .pop_i(start[g]),
                    .wait_o(waits[g*48 +: 48]), .item_o(item),
                    .empty_o(empty[g]), .full_o(full[g]));

                (* hierconn *) wire [L:0]    \one.wr_q ;
                (* hierconn *) wire [L:0]    \one.rd_q ;
                (* hierconn *) wire [L-1:0]  \one.f_at ;
                (* hierconn *) wire [47+N:0] \one.f_item ;
                wire [L:0] n = \one.wr_q - \one.rd_q ;
                assign right[g] = n <= DEPTH && pushed_q[g*16 +: 16] ==
                                  gone[g*16 +: 16] + {{16-L{1'b0}}, n} &&
                                  (!on_q[g] || \one.f_item [N +: 48] ==
                                               want_q[g*48 +: 48]);
                always @* assume (\one.f_at == behind[g*16 +: L]);
            end
        end
    endgenerate

    scoreboard counts (
        .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_i), .end_i(finish_i),
        .wait_i(waits), .ready_o(ready), .ld_ready_o(ld_ready));

    // ------------------------------------------------------------------------
    // The list, and what has ended

    reg [47:0] pushed_q, ended_q;       // {st, ex, ld}
    reg [17:0] list_q;                  // pushed, of all queues

    // No wait beyond what is before it in the list.
    function legal(input [47:0] w, input [47:0] before);
        legal = w[15:0] <= before[15:0] && w[31:16] <= before[31:16] &&
                w[47:32] <= before[47:32];
    endfunction

    reg     past_q = 1'b0;
    integer k;
    always @(posedge clk_i) begin
        past_q <= 1'b1;
        if (!rst_ni) begin
            {pushed_q, ended_q, list_q} <= 114'd0;
            busy_q <= 3'd0;
        end else begin
            busy_q <= (busy_q & ~finish_i) | start;
            list_q <= clear_i ? 18'd0 : list_q + {17'd0, any};
            for (k = 0; k < 3; k = k + 1) begin
                pushed_q[k*16 +: 16] <= clear_i ? 16'd0 :
                                        pushed_q[k*16 +: 16] + push_i[k];
                ended_q[k*16 +: 16] <= clear_i ? 16'd0 :
                                       ended_q[k*16 +: 16] + finish_i[k];
            end
        end
    end
    always @* begin
        if (!past_q) assume (!rst_ni);
        assume (push_i == 3'd0 || push_i == 3'd1 || push_i == 3'd2 ||
                push_i == 3'd4);
        assume ((push_i & full) == 3'd0);
        assume ((finish_i & ~busy_q) == 3'd0);
        assume (legal(waits_i, pushed_q));
        assume (!clear_i || (quiet && push_i == 3'd0));
        assume (list_q != 18'h3ffff);
        for (k = 0; k < 3; k = k + 1)
            assume (pushed_q[k*16 +: 16] != 16'hffff);
    end

    // ------------------------------------------------------------------------
    // A watched command of each queue

    reg  [47:0]  at_q;        // each: it is this one of its queue
    reg  [143:0] before_q;    // each: pushed before it
    reg  [53:0]  number_q;    // each: its place in the list
    wire [2:0]   goes = start & head & on_q;

    always @(posedge clk_i)
        for (k = 0; k < 3; k = k + 1)
            if (!rst_ni)
                on_q[k] <= 1'b0;
            else if (push_i[k] && pick_i && !on_q[k]) begin
                on_q[k]              <= 1'b1;
                at_q[k*16 +: 16]     <= pushed_q[k*16 +: 16];
                want_q[k*48 +: 48]   <= waits_i;
                before_q[k*48 +: 48] <= pushed_q;
                number_q[k*18 +: 18] <= list_q;
            end else if (goes[k])
                on_q[k] <= 1'b0;

    (* hierconn *) wire [15:0] \counts.ld_q ;
    (* hierconn *) wire [15:0] \counts.ex_q ;
    (* hierconn *) wire [15:0] \counts.st_q ;

    // ------------------------------------------------------------------------
    // Properties, a bit for each queue or pair

    wire [2:0] in_time, queued_ok, legal_ok, order_ok;
    wire [2:0] first_ok;

    // Every head there is is watched: whatever the state, some run does it.
    wire all_seen = &(empty | (on_q & head));

    generate
        for (g = 0; g < 3; g = g + 1) begin : each
            localparam H = (g + 1) % 3, K = (g + 2) % 3;
            wire [15:0] pushed = pushed_q[g*16 +: 16];
            wire [15:0] ended  = ended_q[g*16 +: 16];
            wire [15:0] at     = at_q[g*16 +: 16];
            wire [15:0] began  = ended + busy_q[g];
            wire [47:0] want   = want_q[g*48 +: 48];
            wire [47:0] before = before_q[g*48 +: 48];
            wire [47:0] other  = before_q[H*48 +: 48];
            wire [17:0] number = number_q[g*18 +: 18];
            wire [17:0] next   = number_q[H*18 +: 18];
            wire [17:0] last   = number_q[K*18 +: 18];

            assign gone[g*16 +: 16]   = began;
            assign behind[g*16 +: 16] = at - began;
            assign head[g]      = at == began;
            assign in_time[g]   = !goes[g] || legal(want, ended_q);
            assign queued_ok[g] = right[g] && began <= pushed &&
                                  (!on_q[g] || (at >= began && at < pushed));
            assign legal_ok[g]  = !on_q[g] || (legal(want, before) &&
                                               legal(before, pushed_q) &&
                                               before[g*16 +: 16] == at);
            // Of this one and the next queue's.
            assign order_ok[g]  = !on_q[g] || (number < list_q &&
                (!on_q[H] || (number != next &&
                 (number < next) == (other[g*16 +: 16] > at) &&
                 (next < number) ==
                     (before[H*16 +: 16] > at_q[H*16 +: 16]))));
            // The first of the heads waits for nothing that is queued.
            assign first_ok[g]  = !on_q[g] || !all_seen || busy_q != 3'd0 ||
                (on_q[H] && next < number) || (on_q[K] && last < number) ||
                legal(before, ended_q);
        end
    endgenerate

    reg  quiet_q;
    always @(posedge clk_i) quiet_q <= rst_ni && quiet && push_i == 3'd0;

    always @* if (past_q && rst_ni) begin
        start_in_time: assert (&in_time);
        if (all_seen) no_circle: assert (&empty || |busy_q || |start);
        if (quiet_q) stays_quiet: assert (quiet);

        inv_counts: assert (ended_q == {\counts.st_q , \counts.ex_q ,
                                        \counts.ld_q });
        inv_queued: assert (&queued_ok);
        inv_legal:  assert (&legal_ok);
        inv_order:  assert (&order_ok);
        inv_first:  assert (&first_ok);
    end

    always @* if (rst_ni) begin
        waited: cover (goes[1] && want_q[95:48] == 48'h000100020001);
        all_wait: cover (~|empty && ~|start && &full[1:0]);
        order: cover (all_seen && ~|empty && start == 3'b010 &&
                      number_q[35:18] < number_q[17:0] &&
                      number_q[17:0] < number_q[53:36]);
        next_job: cover (clear_i && pushed_q != 48'd0);
    end

endmodule

`default_nettype wire
