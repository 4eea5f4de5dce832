// soc_timer: machine timer: mtime is the number of the cycle since the release
// of reset, and does not stop while the core sleeps.
//
// The interrupt is high while mtime >= mtimecmp. A write in cycle t is
// effective from t+1; a read shows the state at the start of the cycle
// (combinational). ok_o: there is such a register, and it may be read (written).

`default_nettype none
`include "isa.vh"

module soc_timer (
    input  wire         clk_i,
    input  wire         rst_ni,
    input  wire         req_i,
    input  wire         we_i,
    input  wire  [11:0] addr_i,
    input  wire  [31:0] wdata_i,
    output logic        ok_o,
    output logic [31:0] rdata_o,
    output wire         irq_o
);

    logic [63:0] mtime_q, compare_q;

    always_ff @(posedge clk_i)
        if (!rst_ni)
            mtime_q <= 64'd0;
        else
            mtime_q <= mtime_q + 64'd1;

    always_ff @(posedge clk_i)
        if (!rst_ni)
            compare_q <= '1;
        else if (req_i && we_i) case (addr_i)
            `TIMER_MTIMECMP:  compare_q[31:0]  <= wdata_i;
            `TIMER_MTIMECMPH: compare_q[63:32] <= wdata_i;
            default: ;
        endcase

    assign irq_o = mtime_q >= compare_q;

    always_comb begin
        ok_o = 1'b1;
        case (addr_i)
            `TIMER_MTIME:     {ok_o, rdata_o} = {!we_i, mtime_q[31:0]};
            `TIMER_MTIMEH:    {ok_o, rdata_o} = {!we_i, mtime_q[63:32]};
            `TIMER_MTIMECMP:  rdata_o = compare_q[31:0];
            `TIMER_MTIMECMPH: rdata_o = compare_q[63:32];
            default:          {ok_o, rdata_o} = {1'b0, 32'd0};
        endcase
    end

endmodule

`default_nettype wire
