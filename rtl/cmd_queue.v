// cmd_queue: a queue of commands, first in first out.
//
// An item pushed in cycle t is at the head in t+1 if the queue was empty. Full
// and empty are those at the start of the cycle. Pushing into a full queue or
// popping an empty one is not handled.

`default_nettype none

module cmd_queue #(
    parameter N     = 64,   // bits of an item
    parameter DEPTH = 4     // a power of two
) (
    input  wire          clk_i,
    input  wire          rst_ni,
    input  wire          push_i,
    input  wire [N-1:0]  item_i,
    input  wire          pop_i,
    output wire [N-1:0]  head_o,
    output wire          empty_o,
    output wire          full_o
);

    localparam L = $clog2(DEPTH);

    reg [N-1:0] item_q [0:DEPTH-1];
    reg [L:0]   wr_q, rd_q;

    assign head_o  = item_q[rd_q[L-1:0]];
    assign empty_o = wr_q == rd_q;
    assign full_o  = wr_q == {~rd_q[L], rd_q[L-1:0]};

    always @(posedge clk_i)
        if (!rst_ni) begin
            wr_q <= 0;
            rd_q <= 0;
        end else begin
            if (push_i) wr_q <= wr_q + 1'b1;
            if (pop_i)  rd_q <= rd_q + 1'b1;
        end

    always @(posedge clk_i)
        if (push_i) item_q[wr_q[L-1:0]] <= item_i;

    // ------------------------------------------------------------------------
    // Properties

`ifdef FORMAL
    always @(posedge clk_i)
        if (rst_ni) begin
            assume (!(push_i && full_o));
            assume (!(pop_i && empty_o));
            assert (wr_q - rd_q <= DEPTH);
        end
`endif

endmodule

`default_nettype wire
