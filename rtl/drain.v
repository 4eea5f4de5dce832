// drain: parameters, captured sums through the lanes, outputs.
//
// After cap_i in cycle c: pre cycles (parameter reads at their end), then one
// beat a cycle: rows in order, LANES columns at a time. A beat's bytes are
// written four cycles later. Also serves ADD, whose order add_seq gives: load_i
// starts the parameter reads, go_o comes in the last cycle before the beats.

`default_nettype none

module drain #(
    parameter ROWS  = 8,
    parameter COLS  = 8,
    parameter LANES = 4,
    parameter NL    = 3,      // bits of 0..LANES
    parameter W     = 8,
    parameter WL    = 3,
    parameter AW    = 17,
    parameter PW    = 9
) (
    input  wire                         clk_i,
    input  wire                         rst_ni,
    input  wire                         start_i,     // takes par and out
    input  wire [AW-1:0]                par_i,
    input  wire [AW-1:0]                out_i,
    input  wire                         load_i,      // with start_i: ADD

    input  wire                         add_i,       // these stay
    input  wire                         vec_i,
    input  wire                         single_i,
    input  wire [7:0]                   zp_i,
    input  wire [7:0]                   qmin_i,
    input  wire [7:0]                   qmax_i,
    input  wire [15:0]                  nx_i,
    input  wire [15:0]                  ny_i,
    input  wire [AW-1:0]                xs_i,
    input  wire [AW-1:0]                ys_i,

    input  wire                         cap_i,
    input  wire [WL:0]                  cap_nr_i,
    input  wire [WL:0]                  cap_nc_i,
    input  wire [4:0]                   cap_pre_i,
    input  wire                         cap_last_i,
    input  wire [ROWS*COLS*32-1:0]      sums_i,

    output wire                         go_o,
    input  wire                         add_a_i,
    input  wire                         add_b_i,
    input  wire                         add_sum_i,
    input  wire                         add_keep_i,
    input  wire                         add_last_i,
    input  wire [NL-1:0]                add_n_i,
    input  wire [LANES*8-1:0]           a_bytes_i,   // cycle after the read
    input  wire [LANES*8-1:0]           b_bytes_i,

    output wire                         p_req_o,
    output wire                         p_we_o,
    output wire [AW-1:0]                p_addr_o,
    output wire [WL:0]                  p_n_o,
    output wire [W*8-1:0]               p_wdata_o,
    input  wire [W*8-1:0]               p_rdata_i,
    output wire                         end_o,       // the last write is now

    output wire [NL-1:0]                ev_requants_o
);

    localparam N  = WL + 1;
    localparam RL = WL;               // bits of a row number (ROWS <= W)
    localparam [4:0]    PW5    = PW[4:0];
    localparam [N-1:0]  LANESN = LANES[N-1:0], ROWSN = ROWS[N-1:0], WN = W[N-1:0];
    localparam [NL-1:0] FULL   = LANES[NL-1:0];
    localparam [AW-1:0] LANESA = LANES[AW-1:0], COLSA = COLS[AW-1:0];
    localparam [AW-1:0] WA     = W[AW-1:0];

    // ------------------------------------------------------------------------
    // Parameters, then beats

    reg             run_q, last_q;
    reg [4:0]       pre_q;
    reg [N-1:0]     nc_q, cols_q, rows_q, m_q;   // columns and rows left
    reg [RL-1:0]    row_q;
    reg [AW-1:0]    par_q;
    reg             pw_q;
    reg [3:0]       pidx_q;

    wire par_rd  = pre_q > 5'd1 && pre_q <= PW5 + 5'd1;
    wire beat    = run_q && pre_q == 5'd0;
    wire row_end = cols_q <= LANESN;
    wire cap_end = row_end && rows_q == {{N-1{1'b0}}, 1'b1};

    wire [NL-1:0] beat_n = row_end ? cols_q[NL-1:0] : FULL;
    wire [N-1:0]  cap_row = vec_i ? ROWSN - cap_nr_i : {N{1'b0}};
    wire [4:0]    pidx = PW5 + 5'd1 - pre_q;

    assign go_o = add_i && pre_q == 5'd1;

    always @(posedge clk_i)
        if (!rst_ni) begin
            run_q <= 1'b0;
            pre_q <= 5'd0;
        end else begin
            if (cap_i)
                run_q <= 1'b1;
            else if (beat && cap_end)
                run_q <= 1'b0;
            if (cap_i)
                pre_q <= cap_pre_i;
            else if (load_i)
                pre_q <= PW5 + 5'd1;
            else if (pre_q != 5'd0)
                pre_q <= pre_q - 5'd1;
        end

    always @(posedge clk_i)
        if (cap_i) begin
            last_q <= cap_last_i;
            nc_q   <= cap_nc_i;
            cols_q <= cap_nc_i;
            rows_q <= cap_nr_i;
            row_q  <= cap_row[RL-1:0];
            m_q    <= {N{1'b0}};
        end else if (beat) begin
            cols_q <= row_end ? nc_q : cols_q - LANESN;
            m_q    <= row_end ? {N{1'b0}} : m_q + {{N-1{1'b0}}, 1'b1};
            if (row_end) begin
                row_q  <= row_q + {{RL-1{1'b0}}, 1'b1};
                rows_q <= rows_q - {{N-1{1'b0}}, 1'b1};
            end
        end

    always @(posedge clk_i) begin
        pw_q <= par_rd;
        if (par_rd)
            pidx_q <= pidx[3:0];
        if (start_i)
            par_q <= par_i;
        else if (par_rd)
            par_q <= par_q + WA;
    end

    wire [COLS*32-1:0] bias;
    wire [COLS*31-1:0] mult;
    wire [COLS*6-1:0]  shift;

    param_regs #(.COLS(COLS), .W(W), .PW(PW)) params (
        .clk_i(clk_i), .we_i(pw_q), .idx_i(pidx_q), .data_i(p_rdata_i),
        .bias_o(bias), .mult_o(mult), .shift_o(shift));

    // ------------------------------------------------------------------------
    // The lanes' pipeline: what goes along with a beat

    wire enter = beat || add_a_i || add_b_i || add_sum_i;
    wire out   = beat || add_sum_i;

    reg [3:0]      en_q;              // lane registers 2..4 work; output there
    reg [3:0]      out_q, end_q, last_qs;
    reg [4*NL-1:0] n_q;

    always @(posedge clk_i)
        if (!rst_ni) begin
            en_q  <= 4'd0;
            out_q <= 4'd0;
        end else begin
            en_q  <= {en_q[2:0], enter};
            out_q <= {out_q[2:0], out};
        end

    always @(posedge clk_i)
        if (enter || en_q != 4'd0) begin
            end_q   <= {end_q[2:0], beat && row_end};
            last_qs <= {last_qs[2:0], add_i ? add_last_i : cap_end && last_q};
            n_q     <= {n_q[3*NL-1:0], add_i ? add_n_i : beat_n};
        end

    assign ev_requants_o = !enter ? {NL{1'b0}} : add_i ? add_n_i : beat_n;

    // ADD's second operand waits a cycle for its turn.
    reg [LANES*8-1:0] b_q;
    always @(posedge clk_i)
        if (add_a_i) b_q <= b_bytes_i;

    wire [LANES*8-1:0] operand = add_b_i ? b_q : a_bytes_i;
    wire [LANES*8-1:0] bytes;

    wire [31:0] abias  = add_a_i ? bias[31:0] : bias[63:32];
    wire [30:0] amult  = add_a_i ? mult[30:0] :
                         add_b_i ? mult[61:31] : mult[92:62];
    wire [5:0]  ashift = add_a_i ? shift[5:0] :
                         add_b_i ? shift[11:6] : shift[17:12];

    genvar l, m, r;
    generate
        for (l = 0; l < LANES; l = l + 1) begin : lane
            localparam NC = (COLS - l + LANES - 1) / LANES;
            wire [NC*ROWS*32-1:0] sums;
            wire [NC*32-1:0]      lbias;
            wire [NC*31-1:0]      lmult;
            wire [NC*6-1:0]       lshift;
            for (m = 0; m < NC; m = m + 1) begin : col
                for (r = 0; r < ROWS; r = r + 1) begin : row
                    assign sums[(m*ROWS+r)*32 +: 32] =
                           sums_i[(r*COLS+m*LANES+l)*32 +: 32];
                end
                assign lbias[m*32 +: 32] = bias[(m*LANES+l)*32 +: 32];
                assign lmult[m*31 +: 31] = mult[(m*LANES+l)*31 +: 31];
                assign lshift[m*6 +: 6]  = shift[(m*LANES+l)*6 +: 6];
            end
            drain_lane #(.ROWS(ROWS), .N(NC), .RL(RL), .ML(N)) slice (
                .clk_i(clk_i), .cap_i(cap_i), .sums_i(sums),
                .en_i({en_q[2:0], enter}), .row_i(row_q), .m_i(m_q),
                .bias_i(lbias), .mult_i(lmult), .shift_i(lshift),
                .add_i(add_i), .keep_i(add_keep_i), .sum_i(add_sum_i),
                .byte_i(operand[l*8 +: 8]),
                .abias_i(abias), .amult_i(amult), .ashift_i(ashift),
                .single_i(single_i), .zp_i(zp_i), .qmin_i(qmin_i),
                .qmax_i(qmax_i), .out_i(out_q[3]), .out_o(bytes[l*8 +: 8]));
        end
    endgenerate

    // ------------------------------------------------------------------------
    // Writes: pixels in order, again for each column group

    reg  [AW-1:0] addr_q, pix_q, rowa_q, base_q;
    reg  [15:0]   x_q, y_q;
    wire          we = out_q[3];

    wire [15:0]   x1 = x_q + 16'd1, y1 = y_q + 16'd1;
    wire          x_last = x1 == nx_i;
    wire          y_last = y1 == ny_i;
    reg  [AW-1:0] next;
    always @* begin
        next = {AW{1'b0}};
        if (we)
            next = (!x_last ? pix_q : !y_last ? rowa_q : base_q) +
                   (!x_last ? xs_i : !y_last ? ys_i : COLSA);
    end

    always @(posedge clk_i)
        if (start_i) begin
            {addr_q, pix_q, rowa_q, base_q} <= {4{out_i}};
            {x_q, y_q} <= 32'd0;
        end else if (we && !end_q[3])
            addr_q <= addr_q + LANESA;
        else if (we) begin
            {addr_q, pix_q} <= {2{next}};
            x_q <= x_last ? 16'd0 : x1;
            if (x_last) begin
                rowa_q <= next;
                y_q <= y_last ? 16'd0 : y1;
                if (y_last) base_q <= next;
            end
        end

    assign p_req_o  = par_rd || we;
    assign p_we_o   = we;
    assign p_addr_o = we ? addr_q : par_q;
    assign end_o    = we && last_qs[3];
    generate
        if (NL < N) begin : narrow
            assign p_n_o = we ? {{N-NL{1'b0}}, n_q[4*NL-1 -: NL]} : WN;
        end else begin : same
            assign p_n_o = we ? n_q[4*NL-1 -: NL] : WN;
        end
        if (LANES < W) begin : part
            assign p_wdata_o = {{(W-LANES)*8{1'b0}}, bytes};
        end else begin : whole
            assign p_wdata_o = bytes;
        end
    endgenerate

    // verilator lint_off UNUSED
    wire unused = &{1'b0, pidx[4], cap_row[N-1], en_q[3]};
    // verilator lint_on UNUSED

endmodule

`default_nettype wire
