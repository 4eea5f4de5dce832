// drain: the reads of parameters. A load (ADD, SUM) or a capture that begins a
// column group reads a block through P, a word of W bytes a cycle (the last one
// may be shorter), the last two cycles before the first beat: each word of the block once, in order, and
// blocks one after another from par on. No other capture reads any.
//
// Any pace, any address, any delay of a block; commands without PLUS. Assumed of
// exec_ctl: a capture comes when the parameters before are read, with none or at
// least one cycle more than words before its first beat; of exec_unit: nothing comes before a
// start. Values are not looked at; that writes are over by then is not proved.
//
//@ read drain.v drain_lane.v requant_lane.v param_regs.v out_walk.v plus_seq.v
//@ prove COLS=3 LANES=1 : bmc 9, induction 1, cover 14
//@ bug place drain.v: pre_q == 5'd2 ? rest_i : WN => pre_q == 5'd3 ? rest_i : WN
//@ bug place drain.v: pre_q <= words_i + 5'd1 => pre_q <= words_i
//@ bug place drain.v: par_rd  = pre_q > 5'd1 => par_rd  = pre_q > 5'd0
//@ bug before drain.v: run_q && pre_q == 5'd0 => run_q && pre_q <= 5'd2

`default_nettype none

module bench #(
    parameter COLS  = 3,
    parameter LANES = 1
) (
    input wire        clk_i,
    input wire        rst_ni,
    input wire        start_i,
    input wire [12:0] par_i,
    input wire [12:0] out_i,
    input wire        load_i,
    input wire        cap_i,
    input wire [3:0]  cap_nr_i,
    input wire [3:0]  cap_nc_i,
    input wire [4:0]  cap_pre_i,
    input wire        cap_last_i
);

    localparam ROWS = 1, W = 8, WL = 3, AW = 13, NL = $clog2(LANES + 1);
    localparam PW = (COLS * 9 + W - 1) / W;

    // Words of a block, bytes of the last one.
    (* anyconst *) wire [4:0]  words;
    (* anyconst *) wire [WL:0] rest;

    wire          go, loaded, p_req, p_we, over;
    wire [AW-1:0] p_addr;
    wire [WL:0]   p_n;
    wire [NL-1:0] requants;
    wire [17:0]   bias, shift;
    wire [92:0]   mult;
    wire [1:0]    sel;
    wire [W*8-1:0] wdata;

    drain #(.ROWS(ROWS), .COLS(COLS), .LANES(LANES), .NL(NL), .W(W), .WL(WL),
            .AW(AW), .PW(PW)) dut (
        .clk_i(clk_i), .rst_ni(rst_ni), .start_i(start_i), .par_i(par_i),
        .out_i(out_i), .load_i(load_i), .load_words_i(words),
        .cols_i(4'd3), .words_i(words), .rest_i(rest), .add_i(1'b0), .plus_i(0), .vec_i(0),
        .split_i(0), .single_i(0), .zp_i(0), .qmin_i(0), .qmax_i(0), .nx_i(0),
        .ny_i(0), .xs_i(0), .ys_i(0), .cap_i(cap_i), .cap_nr_i(cap_nr_i),
        .cap_nc_i(cap_nc_i), .cap_pre_i(cap_pre_i), .cap_last_i(cap_last_i),
        .sums_i(0), .loaded_o(loaded), .bias_o(bias), .mult_o(mult),
        .shift_o(shift), .plus_addr_i(0), .plus_xs_i(0), .plus_ys_i(0),
        .plus_clamp_i(0), .plus_sel_o(sel), .plus_bias_i(0), .plus_mult_i(0),
        .plus_shift_i(0), .go_o(go), .add_a_i(0), .add_b_i(0), .add_sum_i(0),
        .add_keep_i(0), .add_last_i(0), .add_n_i(0), .a_bytes_i(0),
        .b_bytes_i(0), .p_req_o(p_req), .p_we_o(p_we), .p_addr_o(p_addr),
        .p_n_o(p_n), .p_wdata_o(wdata), .p_rdata_i(0), .end_o(over),
        .ev_requants_o(requants));

    // ------------------------------------------------------------------------
    // Words read since the start, and how many of this block are left

    reg          past_q = 1'b0, told_q;
    reg [AW-1:0] next_q;
    reg [3:0]    left_q;
    (* hierconn *) wire [4:0]    \dut.pre_q ;
    (* hierconn *) wire [AW-1:0] \dut.par_q ;
    (* hierconn *) wire          \dut.par_rd ;
    (* hierconn *) wire          \dut.beat ;
    (* hierconn *) wire [2:0]    \dut.uses.on_q ;

    wire block = load_i || (cap_i && cap_pre_i != 0);
    always @(posedge clk_i) begin
        past_q <= 1'b1;
        if (!rst_ni) {told_q, left_q} <= 0;
        else begin
            if (start_i) told_q <= 1'b1;
            if (block)            left_q <= words;
            else if (\dut.par_rd ) left_q <= left_q - 4'd1;
        end
        if (start_i)            next_q <= par_i;
        else if (\dut.par_rd ) next_q <= next_q + (left_q == 1 ? rest : W);
    end
    always @* begin
        if (!past_q) assume (!rst_ni);
        assume (!(start_i || cap_i) || (left_q == 0 && \dut.pre_q == 0));
        assume (!(load_i && cap_i) && (!load_i || start_i));
        assume (!cap_i || (told_q && !start_i && cap_nr_i == 1 &&
                           cap_nc_i >= 1 && cap_nc_i <= COLS));
        assume (words >= 1 && words <= PW && rest >= 1 && rest <= W);
        assume (cap_pre_i == 0 || (cap_pre_i > words && cap_pre_i < 5'd20));
    end

    // ------------------------------------------------------------------------
    // Properties

    always @* if (past_q && rst_ni) begin
        place: assert (\dut.par_rd == (left_q != 0 && \dut.pre_q <= words + 1) &&
                       (!\dut.par_rd || (p_req && \dut.pre_q > 1 && (p_we ||
                        (p_addr == next_q && p_n == (left_q == 1 ? rest : W))))));
        before: assert (!\dut.beat || left_q == 0);

        inv_left: assert (left_q == (\dut.pre_q > words + 1 ? words :
                          \dut.pre_q == 0 ? 0 : \dut.pre_q - 5'd1));
        inv_next: assert (!told_q || next_q == \dut.par_q );
        inv_plus: assert (\dut.uses.on_q == 0);
        inv_told: assert (told_q || left_q == 0);
    end

    always @* if (past_q && rst_ni) begin
        second: cover (\dut.par_rd && left_q == 1 && p_addr == 13'd153 &&
                       next_q == \dut.par_q && told_q && p_we == 0);
        beats: cover (\dut.beat && cap_nc_i == 2);
    end

endmodule

`default_nettype wire
