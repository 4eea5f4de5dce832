// unpack: the bytes of a stream of packed weights are taken once each, in
// order, whatever the beats: the unit in front is written in the cycle after the
// one in which its last byte came, to spad + 2*D * its number, with the values
// that the format gives (isa/packed.h); bytes of a beat beyond n_i do not matter,
// and none is lost for want of room.
//
// Any beats of 1..D bytes at any pace, any stream of legal units: widths 0..8 and
// at least D bytes a unit (with D = 4 a width is 3 at least). One byte of the stream, any, is watched.
//
//@ read unpack.v
//@ prove D=4 : bmc 6, induction 1, cover 8
//@ prove D=8 PART=1 : induction 1
//@ prove D=8 PART=2 : bmc 1
//@ bug in_order unpack.v: buf_q >> {len, 3'b0} => buf_q >> {len - 1'b1, 3'b0}
//@ bug in_order unpack.v: (rest & mask) | come => rest | come
//@ bug at_once unpack.v: have_q >= len => have_q > len
//@ bug at_once unpack.v: have_q != {CL{1'b0}} && => 
//@ bug in_order unpack.v: H + U - 1 + D => H + U - 2 + D
//@ bug room unpack.v: left + (in_i => left + (in_i && !ready
//@ bug values unpack.v: m[2:0] - 3'd1 => m[2:0]
//@ bug values unpack.v: from[63:0] => from[71:8]
//@ bug place_ unpack.v: addr_q + UA => addr_q + UA - 1'b1

`default_nettype none

module bench #(
    parameter D    = 4,
    parameter PART = 0      // 1: not the values; 2: they alone, in any state
) (
    input wire           clk_i,
    input wire           rst_ni,
    input wire           start_i,
    input wire [12:0]    spad_i,
    input wire           in_i,
    input wire [3:0]     n_i,
    input wire [D*8-1:0] data_i
);

    localparam DL = $clog2(D), AW = 13;
    localparam U = 2 * D, BLOCKS = U / 8, H = (BLOCKS + 1) / 2;
    localparam CAP = H + U - 1 + D, CL = $clog2(CAP + 1);

    wire            out;
    wire [AW-1:0]   addr;
    wire [U*8-1:0]  data;

    unpack #(.D(D), .DL(DL), .AW(AW)) dut (
        .clk_i(clk_i), .rst_ni(rst_ni), .start_i(start_i), .spad_i(spad_i),
        .in_i(in_i), .n_i(n_i[DL:0]), .data_i(data_i), .out_o(out),
        .addr_o(addr), .data_o(data));

    (* hierconn *) wire [CAP*8-1:0] \dut.buf_q ;
    (* hierconn *) wire [CL-1:0]    \dut.have_q ;

    // ------------------------------------------------------------------------
    // The stream: bytes that came, where the unit in front begins, its number

    (* anyconst *) wire [15:0] which;        // the byte that is watched
    (* anyconst *) wire [7:0]  value;
    reg          past_q = 1'b0, on_q = 1'b0;
    reg [15:0]   came_q, begin_q;
    reg [AW-1:0] spad_q;

    wire [15:0] have  = came_q - begin_q;
    wire [15:0] place = which - begin_q;     // among those that wait
    wire [15:0] fresh = which - came_q;      // in the beat

    // Length of the unit in front, when its header is there.
    reg [7:0] len;
    reg       legal;
    integer   i, k;
    always @* begin
        len = H;
        legal = 1'b1;
        for (i = 0; i < BLOCKS; i = i + 1) begin
            len = len + \dut.buf_q [i*4 +: 4];
            legal = legal && \dut.buf_q [i*4 +: 4] <= 4'd8;
        end
        legal = legal && len >= D;
    end
    wire whole = have >= H && have >= len;

    always @(posedge clk_i) begin
        past_q <= 1'b1;
        if (!rst_ni)
            on_q <= 1'b0;
        else if (start_i) begin
            on_q   <= 1'b1;
            spad_q <= spad_i;
            {came_q, begin_q} <= 32'd0;
        end else if (on_q) begin
            if (in_i) came_q <= came_q + n_i;
            if (whole) begin
                begin_q <= begin_q + len;
                spad_q  <= spad_q + U;
            end
        end
    end
    always @* begin
        if (!past_q) assume (!rst_ni);
        assume (!in_i || (on_q && n_i >= 1 && n_i <= D));
        assume (!start_i || !in_i);
        assume ((have < H && PART != 2) || legal);
        assume (came_q < 16'hff00);
        if (in_i && fresh < n_i)
            assume (data_i[fresh[DL-1:0]*8 +: 8] == value);
    end

    // The values of the unit, bit by bit from the format's text.
    reg [U*8-1:0] want;
    reg [7:0]     from;
    reg [3:0]     m;
    integer       b;
    always @* begin
        from = H;
        m = 4'd0;
        want = {U*8{1'b0}};
        for (b = 0; b < BLOCKS; b = b + 1) begin
            m = \dut.buf_q [b*4 +: 4];
            for (i = 0; i < 8; i = i + 1)
                for (k = 0; k < 8; k = k + 1)
                    if (m != 4'd0)
                        want[(b*8+i)*8+k] =
                            \dut.buf_q [(from + (k < m ? k : m - 1))*8+i];
            from = from + m;
        end
    end

    // ------------------------------------------------------------------------
    // Properties

    wire known = past_q && rst_ni && on_q && PART != 2;

    always @* if (out && (known || PART == 2))
        values: assert (PART == 1 || data == want);

    always @* if (known) begin
        at_once: assert (out == whole);
        if (place < have)
            in_order: assert (\dut.buf_q [place[CL-1:0]*8 +: 8] == value);
        room: assert (\dut.have_q == have && have <= CAP &&
                      (!in_i || have - (whole ? len : 8'd0) + n_i <= CAP));
        if (out) place_: assert (addr == spad_q);

        inv_begin: assert (begin_q <= came_q && addr == spad_q);
    end

    always @* if (past_q && rst_ni) begin
        second: cover (out && begin_q == 16'd6 && have == 16'd9);
        late: cover (out && !in_i && begin_q > 16'd10 && came_q - begin_q == len);
    end

endmodule

`default_nettype wire
