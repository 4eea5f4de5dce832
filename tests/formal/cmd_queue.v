// cmd_queue: what goes in comes out, once, in order and whole.
//
// Any command may be picked when it is pushed; `twin` is a queue that gets this
// one command and shows how it is packed. While it waits the commands before it
// are counted. Assumed, as the module says: no push when full, no pop when
// empty (assumed here; start.v proves it of the scoreboard).
//
//@ read cmd_queue.v
//@ prove UNIT=2 DEPTH=2 : bmc 6, induction 2, cover 8
//@ prove UNIT=0 DEPTH=4 : bmc 4, induction 2, cover 10
//@ prove UNIT=1 DEPTH=4 : bmc 4, induction 2, cover 10
//@ prove UNIT=2 DEPTH=16 : bmc 4, induction 2
//@ bug order cmd_queue.v: item_q[rd_q[L-1:0]] => item_q[wr_q[L-1:0]]
//@ bug order cmd_queue.v: if (push_i) wr_q => if (push_i && !pop_i) wr_q
//@ bug own_waits cmd_queue.v: assign {wait_o, item_o} => assign {item_o, wait_o}
//@ bug says_empty cmd_queue.v: = wr_q == rd_q => = wr_q[L-1:0] == rd_q[L-1:0]
//@ bug says_full cmd_queue.v: wr_q == {~rd_q[L], rd_q[L-1:0]} => wr_q + 1'b1 == {~rd_q[L], rd_q[L-1:0]}

`default_nettype none
`include "isa.vh"

module bench #(
    parameter UNIT  = 0,
    parameter DEPTH = 4
) (
    input wire         clk_i,
    input wire         rst_ni,
    input wire         push_i,
    input wire [511:0] cmd_i,
    input wire         pop_i,
    input wire         pick_i
);

    localparam AW = 13, OW = 13, L = $clog2(DEPTH);
    localparam N = UNIT == 0 ? 143 + 3 * AW : UNIT == 2 ? 132 + 3 * AW
                                            : 127 + 9 * AW + 2 * OW + 2 * 4 + 4;

    wire [47:0]  waits, twin_waits;
    wire [N-1:0] item, twin_item;
    wire         empty, full, twin_empty, twin_full;

    cmd_queue #(.UNIT(UNIT), .N(N), .DEPTH(DEPTH), .AW(AW), .OW(OW)) dut (
        .clk_i(clk_i), .rst_ni(rst_ni), .push_i(push_i), .cmd_i(cmd_i),
        .pop_i(pop_i), .wait_o(waits), .item_o(item),
        .empty_o(empty), .full_o(full));

    // ------------------------------------------------------------------------
    // How many there are, and the picked one

    reg [L:0]  count_q, ahead_q;    // ahead: before the picked one
    reg        on_q;                // it is in the queue
    reg [47:0] waits_q;             // as its words say

    wire picked = push_i && pick_i && !on_q;
    wire leaves = on_q && pop_i && ahead_q == 0;

    cmd_queue #(.UNIT(UNIT), .N(N), .DEPTH(DEPTH), .AW(AW), .OW(OW)) twin (
        .clk_i(clk_i), .rst_ni(rst_ni && !leaves), .push_i(picked),
        .cmd_i(cmd_i), .pop_i(1'b0), .wait_o(twin_waits), .item_o(twin_item),
        .empty_o(twin_empty), .full_o(twin_full));

    always @(posedge clk_i)
        if (!rst_ni) begin
            {count_q, on_q} <= 0;
        end else begin
            count_q <= count_q + push_i - pop_i;
            on_q    <= picked || (on_q && !leaves);
            if (picked) begin
                ahead_q <= count_q - pop_i;
                waits_q <= {cmd_i[`F_wait_st_W*32+`F_wait_st_L +: 16],
                            cmd_i[`F_wait_ex_W*32+`F_wait_ex_L +: 16],
                            cmd_i[`F_wait_ld_W*32+`F_wait_ld_L +: 16]};
            end else if (on_q && pop_i)
                ahead_q <= ahead_q - 1'b1;
        end

    reg past_q = 1'b0;
    always @(posedge clk_i) past_q <= 1'b1;
    always @* begin
        if (!past_q) assume (!rst_ni);
        assume (!(push_i && full));
        assume (!(pop_i && empty));
    end

    // ------------------------------------------------------------------------
    // Properties

    (* hierconn *) wire [L:0]    \dut.wr_q ;
    (* hierconn *) wire [L:0]    \dut.rd_q ;
    (* hierconn *) wire [L:0]    \twin.wr_q ;
    (* hierconn *) wire [L:0]    \twin.rd_q ;
    (* hierconn *) wire [L-1:0]  \dut.f_at ;
    (* hierconn *) wire [47+N:0] \dut.f_item ;
    always @* assume (\dut.f_at == ahead_q[L-1:0]);

    always @(posedge clk_i)
        if (rst_ni && past_q) begin
            says_empty: assert (empty == (count_q == 0));
            says_full:  assert (full == (count_q == DEPTH));
            if (on_q && ahead_q == 0) begin
                order:     assert ({waits, item} == {twin_waits, twin_item});
                own_waits: assert (waits == waits_q);
            end

            inv_count: assert (count_q <= DEPTH &&
                               \dut.wr_q - \dut.rd_q == count_q);
            inv_twin:  assert (\twin.rd_q == 0 && \twin.wr_q == on_q);
            if (on_q) begin
                inv_ahead: assert (ahead_q < count_q);
                inv_item:  assert (\dut.f_item == {twin_waits, twin_item});
                inv_waits: assert (twin_waits == waits_q);
            end
        end

    always @(posedge clk_i)
        if (rst_ni) begin
            last:  cover (leaves && count_q == 1 && push_i);
            wraps: cover (full && on_q && ahead_q == DEPTH - 2 &&
                          waits_q == 48'h000300020001);
        end

endmodule

`default_nettype wire
