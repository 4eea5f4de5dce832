// Waiting commands: queues and scoreboard as accel wires them. No command
// starts before what it waits for has ended, and they never wait for each
// other in a circle.
//
// Any list of commands whose waits refer to commands earlier in the list, pushed
// in list order at any pace; units that are busy as long as they like after a
// start. Then in every cycle in which a command is queued, a unit is busy or a
// command starts: with units that end their commands, all commands end.
//
// Bounded: the first cycles after power-up, no induction. All three queues are
// of UNIT 2 and hold 2 commands; the other fields of a command do not matter.
//
//@ read cmd_queue.v scoreboard.v
//@ prove : bmc 7, cover 10
//@ bug start_in_time scoreboard.v: ex_q >= wait_i[k*48+16 +: 16] => ex_q + 16'd1 >= wait_i[k*48+16 +: 16]
//@ bug no_circle scoreboard.v: ld_q >= wait_i[k*48 +: 16] => ld_q > wait_i[k*48 +: 16]

`default_nettype none
`include "isa.vh"

module bench (
    input wire         clk_i,
    input wire         rst_ni,
    input wire [2:0]   push_i,
    input wire [47:0]  waits_i,    // of the pushed one: {st, ex, ld}
    input wire [2:0]   finish_i,
    input wire         pick_i
);

    localparam AW = 13, N = 132 + 3 * AW;

    wire [143:0]   waits;
    wire [3*N-1:0] items;
    wire [2:0]     empty, full, ready, ld_ready;
    reg  [2:0]     busy_q;
    wire [2:0]     start = ~empty & ~busy_q & ready;

    // ------------------------------------------------------------------------
    // The list, and what has ended

    reg [47:0] pushed_q, ended_q;       // {st, ex, ld}

    reg [511:0] cmd;
    always @* begin
        cmd = 512'd0;
        cmd[`F_wait_ld_W*32+`F_wait_ld_L +: 16] = waits_i[15:0];
        cmd[`F_wait_ex_W*32+`F_wait_ex_L +: 16] = waits_i[31:16];
        cmd[`F_wait_st_W*32+`F_wait_st_L +: 16] = waits_i[47:32];
    end

    genvar g;
    generate
        for (g = 0; g < 3; g = g + 1) begin : q
            cmd_queue #(.UNIT(2), .N(N), .DEPTH(2), .AW(AW)) fifo (
                .clk_i(clk_i), .rst_ni(rst_ni), .push_i(push_i[g]),
                .cmd_i(cmd), .pop_i(start[g]),
                .wait_o(waits[g*48 +: 48]), .item_o(items[g*N +: N]),
                .empty_o(empty[g]), .full_o(full[g]));
        end
    endgenerate

    scoreboard counts (
        .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(1'b0), .end_i(finish_i),
        .wait_i(waits), .ready_o(ready), .ld_ready_o(ld_ready));

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
            {pushed_q, ended_q} <= 96'd0;
            busy_q <= 3'd0;
        end else begin
            busy_q <= (busy_q & ~finish_i) | start;
            for (k = 0; k < 3; k = k + 1) begin
                pushed_q[k*16 +: 16] <= pushed_q[k*16 +: 16] + push_i[k];
                ended_q[k*16 +: 16] <= ended_q[k*16 +: 16] + finish_i[k];
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
        for (k = 0; k < 3; k = k + 1)
            assume (pushed_q[k*16 +: 16] != 16'hffff);
    end

    // ------------------------------------------------------------------------
    // A picked command, and where it is

    reg        on_q;
    reg [1:0]  queue_q;
    reg [47:0] want_q;
    reg [15:0] number_q;       // it is this one of its queue
    wire       picked = |push_i && pick_i && !on_q;
    wire [1:0] to = push_i[2] ? 2'd2 : push_i[1] ? 2'd1 : 2'd0;
    // The number of the command that starts next in its queue.
    wire [15:0] next = ended_q[queue_q*16 +: 16] + busy_q[queue_q];
    wire       goes = on_q && start[queue_q] && next == number_q;

    always @(posedge clk_i)
        if (!rst_ni)
            on_q <= 1'b0;
        else begin
            on_q <= picked || (on_q && !goes);
            if (picked) begin
                queue_q  <= to;
                want_q   <= waits_i;
                number_q <= pushed_q[to*16 +: 16];
            end
        end

    // ------------------------------------------------------------------------
    // Properties

    always @* if (past_q && rst_ni) begin
        if (goes) start_in_time: assert (legal(want_q, ended_q));
        no_circle: assert (&empty || |busy_q || |start);
    end

    always @* if (rst_ni) begin
        waited: cover (goes && want_q == 48'h000100020001);
        all_wait: cover (~|empty && ~|start && &full[1:0]);
    end

endmodule

`default_nettype wire
