// wgt_decode: weights as they come from the scratchpad to signed bytes.
//
// lo_o is the vector at byte 0 of the read, hi_o the one after it (SPLIT), of
// cols_i weights each; the other columns have zeros.
// fmt_i: 0 weights of 8 bits, 1 of 4, 2 of 2; a vector is padded to whole
// bytes. Format: isa/wfmt.h.

`default_nettype none

module wgt_decode #(
    parameter COLS   = 8,
    parameter W      = 8,
    parameter WL     = 3,
    parameter NARROW = 0,
    parameter SPLIT  = 0
) (
    input  wire [1:0]           fmt_i,
    input  wire [WL:0]          cols_i,
    input  wire [W*8-1:0]       data_i,
    output wire [COLS*8-1:0]    lo_o,
    output wire [COLS*8-1:0]    hi_o
);

    // Bytes of a vector of 8, 4, 2 bits.
    wire [WL:0] v4 = (cols_i >> 1) + {{WL{1'b0}}, cols_i[0]};
    wire [WL:0] v2 = (cols_i >> 2) + {{WL{1'b0}}, |cols_i[1:0]};
    wire [WL:0] v  = NARROW == 0 || fmt_i == 2'd0 ? cols_i
                                  : fmt_i == 2'd1 ? v4 : v2;

    // Enough zeros behind the data that every slice exists.
    wire [W*8+COLS*8-1:0] data = {{COLS*8{1'b0}}, data_i};
    wire [W*8+COLS*8-1:0] second = data >> {v, 3'b0};
    wire [COLS*8-1:0]     lo, hi;

    genvar c;
    generate
        for (c = 0; c < COLS; c = c + 1) begin : col
            wire used = c[WL:0] < cols_i;
            assign lo_o[c*8 +: 8] = lo[c*8 +: 8] & {8{used}};
            assign hi_o[c*8 +: 8] = hi[c*8 +: 8] & {8{used}};
            if (NARROW != 0) begin : any
                assign lo[c*8 +: 8] = fmt_i == 2'd0 ? data[c*8 +: 8]
                    : fmt_i == 2'd1 ? {{4{data[c*4+3]}}, data[c*4 +: 4]}
                                    : {{6{data[c*2+1]}}, data[c*2 +: 2]};
            end else begin : bytes
                assign lo[c*8 +: 8] = data[c*8 +: 8];
            end
            if (SPLIT != 0 && NARROW != 0) begin : any2
                assign hi[c*8 +: 8] = fmt_i == 2'd0 ? second[c*8 +: 8]
                    : fmt_i == 2'd1 ? {{4{second[c*4+3]}}, second[c*4 +: 4]}
                                    : {{6{second[c*2+1]}}, second[c*2 +: 2]};
            end else if (SPLIT != 0) begin : bytes2
                assign hi[c*8 +: 8] = second[c*8 +: 8];
            end else begin : none
                assign hi[c*8 +: 8] = 8'd0;
            end
        end
    endgenerate

    // verilator lint_off UNUSED
    wire unused = &{1'b0, data, second, fmt_i, v};
    // verilator lint_on UNUSED

endmodule

`default_nettype wire
