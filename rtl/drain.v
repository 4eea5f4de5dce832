// drain: parameters, captured sums through the lanes, outputs.
//
// After cap_i in cycle c: pre cycles (parameter reads at their end), then one
// beat a cycle: rows in order, LANES columns at a time. A beat's bytes are
// written four cycles later. Also serves ADD, whose order add_seq gives: load_i
// starts the parameter reads, go_o comes in the last cycle before the beats; and
// SUM, whose parameters are at bias_o, mult_o, shift_o when loaded_o comes. With
// PLUS the beats are four cycles apart (plus_seq).

`default_nettype none

module drain #(
    parameter ROWS  = 8,
    parameter SPLIT = 0,
    parameter COLS  = 8,
    parameter LANES = 4,
    parameter NL    = 3,      // bits of 0..LANES
    parameter W     = 8,
    parameter WL    = 3,
    parameter AW    = 17,
    parameter PW    = 9       // words of a block of all columns
) (
    input  wire                         clk_i,
    input  wire                         rst_ni,
    input  wire                         start_i,     // takes par and out
    input  wire [AW-1:0]                par_i,
    input  wire [AW-1:0]                out_i,
    input  wire                         load_i,      // with start_i: ADD, SUM
    input  wire [4:0]                   load_words_i, // ... of their block

    input  wire                         add_i,       // these stay
    input  wire                         plus_i,
    input  wire                         vec_i,
    input  wire                         split_i,
    input  wire                         single_i,
    input  wire [7:0]                   zp_i,
    input  wire [7:0]                   qmin_i,
    input  wire [7:0]                   qmax_i,
    input  wire [15:0]                  nx_i,
    input  wire [15:0]                  ny_i,
    input  wire [AW-1:0]                xs_i,
    input  wire [AW-1:0]                ys_i,
    input  wire [WL:0]                  cols_i,      // of a group
    input  wire [4:0]                   words_i,     // of a parameter block
    input  wire [WL:0]                  rest_i,      // bytes of the last one

    input  wire                         cap_i,
    input  wire [WL:0]                  cap_nr_i,
    input  wire [WL:0]                  cap_nc_i,
    input  wire [4:0]                   cap_pre_i,
    input  wire                         cap_last_i,
    input  wire [ROWS*COLS*32-1:0]      sums_i,

    // SUM, PLUS
    output wire                         loaded_o,
    output wire [17:0]                  bias_o,
    output wire [92:0]                  mult_o,
    output wire [17:0]                  shift_o,
    input  wire [AW-1:0]                plus_addr_i,
    input  wire [AW-1:0]                plus_xs_i,
    input  wire [AW-1:0]                plus_ys_i,
    input  wire [23:0]                  plus_clamp_i,
    output wire [1:0]                   plus_sel_o,
    input  wire [31:0]                  plus_bias_i,
    input  wire [30:0]                  plus_mult_i,
    input  wire [5:0]                   plus_shift_i,

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
    localparam [N-1:0]  LANESN = LANES[N-1:0], ROWSN = ROWS[N-1:0], WN = W[N-1:0];
    localparam [NL-1:0] FULL   = LANES[NL-1:0];

    // ------------------------------------------------------------------------
    // Parameters, then beats

    reg             run_q, last_q;
    reg [4:0]       pre_q;
    reg [N-1:0]     nc_q, cols_q, rows_q, m_q;   // columns and rows left
    reg [RL-1:0]    row_q;
    reg [AW-1:0]    par_q;
    reg             pw_q;
    reg [3:0]       pidx_q;

    wire par_rd  = pre_q > 5'd1 && pre_q <= words_i + 5'd1;
    wire [N-1:0] par_n = pre_q == 5'd2 ? rest_i : WN;
    wire          plus_go, plus_a, plus_b, plus_sum, plus_keep_a, plus_keep_b;
    wire          plus_a_end, plus_end, plus_last;
    wire [NL-1:0] plus_ab_n, plus_n;

    wire ready   = run_q && pre_q == 5'd0;
    wire beat    = plus_i ? plus_go : ready;
    wire row_end = cols_q <= LANESN;
    wire cap_end = row_end && rows_q == {{N-1{1'b0}}, 1'b1};

    wire [NL-1:0] beat_n = row_end ? cols_q[NL-1:0] : FULL;
    wire [N-1:0]  cap_row = vec_i ? ROWSN - cap_nr_i : {N{1'b0}};
    wire [4:0]    pidx = words_i + 5'd1 - pre_q;

    assign go_o = add_i && pre_q == 5'd1;

    reg loaded_q;
    always @(posedge clk_i) loaded_q <= pre_q == 5'd1;
    assign loaded_o = loaded_q;

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
                pre_q <= load_words_i + 5'd1;
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
            par_q <= par_q + {{AW-N{1'b0}}, par_n};
    end

    wire [COLS*32-1:0] bias;
    wire [COLS*31-1:0] mult;
    wire [COLS*6-1:0]  shift;

    param_regs #(.COLS(COLS), .W(W), .PW(PW)) params (
        .clk_i(clk_i), .we_i(pw_q), .idx_i(pidx_q), .data_i(p_rdata_i),
        .bias_o(bias), .mult_o(mult), .shift_o(shift));
    assign bias_o  = {bias[40:32], bias[8:0]};
    assign mult_o  = mult[92:0];
    assign shift_o = shift[17:0];

    // ------------------------------------------------------------------------
    // The lanes' pipeline: what goes along with a beat

    plus_seq #(.NL(NL)) uses (
        .clk_i(clk_i), .rst_ni(rst_ni), .ready_i(plus_i && ready),
        .go_o(plus_go), .n_i(beat_n), .row_end_i(row_end),
        .last_i(cap_end && last_q), .a_o(plus_a), .a_end_o(plus_a_end),
        .b_o(plus_b), .ab_n_o(plus_ab_n), .keep_a_o(plus_keep_a),
        .keep_b_o(plus_keep_b), .sum_o(plus_sum), .sum_n_o(plus_n),
        .sum_end_o(plus_end), .sum_last_o(plus_last));

    wire plus  = plus_a || plus_b || plus_sum;
    wire enter = beat || add_a_i || add_b_i || add_sum_i || plus;
    wire out   = plus_i ? plus_sum : beat || add_sum_i;
    wire [NL-1:0] enter_n = add_i ? add_n_i : plus_sum ? plus_n :
                            plus ? plus_ab_n : beat_n;
    assign plus_sel_o = {plus_sum, plus_b};

    reg [3:0]      en_q;              // lane registers 2..4 work; output there
    reg [3:0]      out_q, end_q, last_qs, sum_q;
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
            end_q   <= {end_q[2:0], plus_i ? plus_end : beat && row_end};
            last_qs <= {last_qs[2:0], add_i ? add_last_i :
                        plus_i ? plus_last : cap_end && last_q};
            n_q     <= {n_q[3*NL-1:0], enter_n};
            sum_q   <= {sum_q[2:0], plus_sum};
        end

    assign ev_requants_o = enter ? enter_n : {NL{1'b0}};

    // ADD's second operand waits a cycle for its turn.
    reg [LANES*8-1:0] b_q;
    always @(posedge clk_i)
        if (add_a_i) b_q <= b_bytes_i;

    wire [LANES*8-1:0] operand = plus_i ? p_rdata_i[LANES*8-1:0]
                                        : add_b_i ? b_q : a_bytes_i;
    wire [LANES*8-1:0] bytes;

    wire [31:0] abias  = plus_i ? plus_bias_i
                       : add_a_i ? bias[31:0] : bias[63:32];
    wire [30:0] amult  = plus_i ? plus_mult_i : add_a_i ? mult[30:0] :
                         add_b_i ? mult[61:31] : mult[92:62];
    wire [5:0]  ashift = plus_i ? plus_shift_i : add_a_i ? shift[5:0] :
                         add_b_i ? shift[11:6] : shift[17:12];

    // The last use of the lanes has SUM's clamp.
    wire [7:0] zp, qmin, qmax;
    assign {zp, qmin, qmax} = plus_i && sum_q[3] ? plus_clamp_i
                                                 : {zp_i, qmin_i, qmax_i};

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
            drain_lane #(.ROWS(ROWS), .SPLIT(SPLIT), .N(NC), .RL(RL), .ML(N)) slice (
                .clk_i(clk_i), .cap_i(cap_i), .sums_i(sums),
                .en_i({en_q[2:0], enter}), .split_i(split_i),
                .row_i(row_q), .m_i(m_q),
                .bias_i(lbias), .mult_i(lmult), .shift_i(lshift),
                .add_i(add_i || plus), .keep_i(add_keep_i || plus_keep_a),
                .sum_i(add_sum_i || plus_sum), .plus_i(plus_i),
                .plus_a_i(plus_a), .plus_keep_i(plus_keep_b),
                .byte_i(operand[l*8 +: 8]),
                .abias_i(abias), .amult_i(amult), .ashift_i(ashift),
                .single_i(single_i), .zp_i(zp), .qmin_i(qmin), .qmax_i(qmax),
                .out_i(plus_i ? en_q[3] : out_q[3]), .out_o(bytes[l*8 +: 8]));
        end
    endgenerate

    // ------------------------------------------------------------------------
    // Writes; reads of second operands, a cycle before they enter

    wire          we = out_q[3];
    wire [AW-1:0] addr, plus_addr;

    out_walk #(.WL(WL), .LANES(LANES), .AW(AW)) writes (
        .clk_i(clk_i), .start_i(start_i), .base_i(out_i), .nx_i(nx_i),
        .ny_i(ny_i), .xs_i(xs_i), .ys_i(ys_i), .cols_i(cols_i),
        .step_i(we), .row_end_i(end_q[3]), .addr_o(addr));
    out_walk #(.WL(WL), .LANES(LANES), .AW(AW)) seconds (
        .clk_i(clk_i), .start_i(start_i), .base_i(plus_addr_i), .nx_i(nx_i),
        .ny_i(ny_i), .xs_i(plus_xs_i), .ys_i(plus_ys_i), .cols_i(cols_i),
        .step_i(plus_a),
        .row_end_i(plus_a_end), .addr_o(plus_addr));

    assign p_req_o  = par_rd || we || plus_a;
    assign p_we_o   = we;
    assign p_addr_o = we ? addr : plus_a ? plus_addr : par_q;
    wire [NL-1:0] bytes_n = we ? n_q[4*NL-1 -: NL] : plus_ab_n;
    assign end_o    = we && last_qs[3];
    generate
        if (NL < N) begin : narrow
            assign p_n_o = we || plus_a ? {{N-NL{1'b0}}, bytes_n} : par_n;
        end else begin : same
            assign p_n_o = we || plus_a ? bytes_n : par_n;
        end
        if (LANES < W) begin : part
            assign p_wdata_o = {{(W-LANES)*8{1'b0}}, bytes};
        end else begin : whole
            assign p_wdata_o = bytes;
        end
    endgenerate

    // verilator lint_off UNUSED
    wire unused = &{1'b0, pidx[4], cap_row[N-1]};
    // verilator lint_on UNUSED

endmodule

`default_nettype wire
