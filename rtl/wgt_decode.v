// wgt_decode: weights as they come from the scratchpad to signed bytes.
//
// lo_o is the vector at byte 0 of the read, hi_o the one after it (SPLIT).
// fmt_i: 0 weights of 8 bits, 1 of 4, 2 of 2; a vector is padded to whole
// bytes. Format: isa/wfmt.h.

`default_nettype none

module wgt_decode #(
    parameter COLS   = 8,
    parameter W      = 8,
    parameter NARROW = 0,
    parameter SPLIT  = 0
) (
    input  wire [1:0]           fmt_i,
    input  wire [W*8-1:0]       data_i,
    output wire [COLS*8-1:0]    lo_o,
    output wire [COLS*8-1:0]    hi_o
);

    // Bytes of a vector of 8, 4, 2 bits.
    localparam V8 = COLS, V4 = (COLS * 4 + 7) / 8, V2 = (COLS * 2 + 7) / 8;

    // Enough zeros behind the data that every slice exists.
    wire [W*8+2*COLS*8-1:0] data = {{2*COLS*8{1'b0}}, data_i};
    wire [COLS*8-1:0] second = NARROW == 0 || fmt_i == 2'd0
                             ? data[V8*8 +: COLS*8] : fmt_i == 2'd1
                             ? data[V4*8 +: COLS*8] : data[V2*8 +: COLS*8];

    genvar c;
    generate
        for (c = 0; c < COLS; c = c + 1) begin : col
            if (NARROW != 0) begin : any
                assign lo_o[c*8 +: 8] = fmt_i == 2'd0 ? data[c*8 +: 8]
                    : fmt_i == 2'd1 ? {{4{data[c*4+3]}}, data[c*4 +: 4]}
                                    : {{6{data[c*2+1]}}, data[c*2 +: 2]};
            end else begin : bytes
                assign lo_o[c*8 +: 8] = data[c*8 +: 8];
            end
            if (SPLIT != 0 && NARROW != 0) begin : any2
                assign hi_o[c*8 +: 8] = fmt_i == 2'd0 ? second[c*8 +: 8]
                    : fmt_i == 2'd1 ? {{4{second[c*4+3]}}, second[c*4 +: 4]}
                                    : {{6{second[c*2+1]}}, second[c*2 +: 2]};
            end else if (SPLIT != 0) begin : bytes2
                assign hi_o[c*8 +: 8] = second[c*8 +: 8];
            end else begin : none
                assign hi_o[c*8 +: 8] = 8'd0;
            end
        end
    endgenerate

    // verilator lint_off UNUSED
    wire unused = &{1'b0, data, second, fmt_i};
    // verilator lint_on UNUSED

endmodule

`default_nettype wire
