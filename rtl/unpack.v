// unpack: a stream of packed weights to scratchpad bytes.
//
// A unit gives U = 2*D bytes, as U/8 blocks of eight. It begins with a header
// of H bytes: the width m of each block, 0..8, four bits each, the first in the
// low ones. Then come the blocks, m bytes each: bit i of byte b is bit b of the
// block's byte i, the last byte's also all higher bits; m = 0: zeros.
//
// A unit is never shorter than D bytes, so that one a cycle is enough: a unit
// is written in the cycle after the one in which its last byte came (in_i).

`default_nettype none

module unpack #(
    parameter D  = 8,
    parameter DL = 3,
    parameter AW = 17
) (
    input  wire             clk_i,
    input  wire             rst_ni,
    input  wire             start_i,     // takes spad
    input  wire [AW-1:0]    spad_i,
    input  wire             in_i,        // n bytes of data
    input  wire [DL:0]      n_i,
    input  wire [D*8-1:0]   data_i,
    output wire             out_o,
    output wire [AW-1:0]    addr_o,
    output wire [2*D*8-1:0] data_o
);

    localparam U     = 2 * D;
    localparam BLOCKS = U / 8;
    localparam H     = (BLOCKS + 1) / 2;
    localparam CAP   = H + U - 1 + D;         // bytes that may wait
    localparam CL    = $clog2(CAP + 1);
    localparam [AW-1:0] UA = U[AW-1:0];

    reg [CAP*8-1:0] buf_q;
    reg [CL-1:0]    have_q;
    reg [AW-1:0]    addr_q;

    // ------------------------------------------------------------------------
    // The unit in front: where its blocks begin, and its end

    reg [BLOCKS*CL-1:0] at;
    reg [CL-1:0]        len;
    integer             n;
    always @* begin
        len = H[CL-1:0];
        at  = {BLOCKS*CL{1'b0}};
        for (n = 0; n < BLOCKS; n = n + 1) begin
            at[n*CL +: CL] = len;
            len = len + {{CL-4{1'b0}}, buf_q[n*4 +: 4]};
        end
    end

    genvar b, i, k;
    generate
        for (b = 0; b < BLOCKS; b = b + 1) begin : block
            wire [3:0]  m = buf_q[b*4 +: 4];
            wire [63:0] planes;
            // Verilog has no part select of a shifted value.
            wire [CAP*8-1:0] from = buf_q >> {at[b*CL +: CL], 3'b0};
            assign planes = from[63:0];
            wire [7:0] sign = m == 4'd0 ? 8'd0 : planes[{m[2:0] - 3'd1, 3'b0} +: 8];
            for (i = 0; i < 8; i = i + 1) begin : weight
                for (k = 0; k < 8; k = k + 1) begin : plane
                    assign data_o[(b*8+i)*8+k] = m > k ? planes[k*8+i] : sign[i];
                end
            end
            // verilator lint_off UNUSED
            wire unused = &{1'b0, from};
            // verilator lint_on UNUSED
        end
    endgenerate

    // Without a header in front `len` is anything, and may wrap to 0.
    wire ready = have_q != {CL{1'b0}} && have_q >= len;
    assign out_o  = ready;
    assign addr_o = addr_q;

    // ------------------------------------------------------------------------
    // Bytes that wait

    wire [CL-1:0]    left = ready ? have_q - len : have_q;
    wire [CAP*8-1:0] rest = ready ? buf_q >> {len, 3'b0} : buf_q;
    wire [CAP*8-1:0] mask = ~({CAP*8{1'b1}} << {left, 3'b0});
    wire [CAP*8-1:0] come = {{(CAP-D)*8{1'b0}}, data_i} << {left, 3'b0};

    always @(posedge clk_i)
        if (!rst_ni || start_i)
            have_q <= {CL{1'b0}};
        else
            have_q <= left + (in_i ? {{CL-DL-1{1'b0}}, n_i} : {CL{1'b0}});

    always @(posedge clk_i) begin
        if (in_i || ready)
            buf_q <= (rest & mask) | come;
        if (start_i)
            addr_q <= spad_i;
        else if (ready)
            addr_q <= addr_q + UA;
    end

endmodule

`default_nettype wire
