// wgt_decode: weight c of a vector is its bits c*bits on, signed; the second
// vector begins at the next whole byte (isa/wfmt.h). All data, any columns used.
//
//@ read wgt_decode.v
//@ prove COLS=5 W=16 NARROW=1 SPLIT=1 : bmc 1, cover 1
//@ prove COLS=8 W=16 NARROW=1 SPLIT=1 : bmc 1
//@ prove COLS=5 W=16 NARROW=0 SPLIT=1 : bmc 1
//@ prove COLS=13 W=16 NARROW=1 SPLIT=0 : bmc 1
//@ bug first wgt_decode.v: {4{data[c*4+3]}} => {4{data[c*4+2]}}
//@ bug second wgt_decode.v: v4 = (cols_i >> 1) + {{WL{1'b0}}, cols_i[0]} => v4 = cols_i >> 1
//@ bug second wgt_decode.v: {6{second[c*2+1]}} => {6{1'b0}}
//@ bug first wgt_decode.v: c[WL:0] < cols_i => c[WL:0] <= cols_i

`default_nettype none

module bench #(
    parameter COLS   = 5,
    parameter W      = 16,
    parameter NARROW = 1,
    parameter SPLIT  = 1
) (
    input wire              clk_i,
    input wire [1:0]        fmt_i,
    input wire [$clog2(W):0] cols_i,
    input wire [W*8-1:0]    data_i
);

    wire [COLS*8-1:0] lo, hi;

    wgt_decode #(.COLS(COLS), .W(W), .WL($clog2(W)), .NARROW(NARROW),
                 .SPLIT(SPLIT)) dut (
        .fmt_i(fmt_i), .cols_i(cols_i), .data_i(data_i), .lo_o(lo), .hi_o(hi));

    wire [7:0]  bits   = 8'd8 >> fmt_i;
    wire [15:0] vector = (cols_i * bits + 7) / 8;      // bytes

    function signed [7:0] weight(input [15:0] at, input [7:0] b);
        begin
            weight = data_i >> at;
            weight = weight <<< (8 - b);
            weight = weight >>> (8 - b);
        end
    endfunction

    reg [COLS*8-1:0] want_lo, want_hi;
    integer          c;
    always @* begin
        assume (cols_i >= 1 && cols_i <= COLS);
        assume (fmt_i <= (NARROW != 0 ? 2 : 0));
        for (c = 0; c < COLS; c = c + 1) begin
            want_lo[c*8 +: 8] = c < cols_i ? weight(c * bits, bits) : 8'd0;
            want_hi[c*8 +: 8] = c < cols_i ?
                weight(vector * 8 + c * bits, bits) : 8'd0;
        end
        first: assert (lo == want_lo);
        // A vector that does not fit behind the first is never used.
        if (2 * vector <= W)
            second: assert (hi == (SPLIT != 0 ? want_hi : {COLS*8{1'b0}}));
        negative: cover (fmt_i == 2'd1 && lo[31:0] == 32'hf807ff00);
        pair: cover (fmt_i == 2'd2 && hi[15:0] == 16'hfe01);
    end

endmodule

`default_nettype wire
