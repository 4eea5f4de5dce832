// add_seq: the reads of ADD lie inside its operands, each element once, in
// order: beat j reads elements j*LANES on, both operands in one cycle, every
// three cycles from the one after go_i; a enters the lanes one cycle later, b two,
// their sum six, each with the beat's number of elements. No two of these meet,
// and last_o is high with the last sum alone.
//
// Any addresses of full width, any number of elements, any pause between start_i
// and go_i. Assumed: at least one element, start_i only when the last ADD is
// done, go_i once.
//
//@ read add_seq.v
//@ prove LANES=4 NL=3 : bmc 12, induction 8, cover 20
//@ prove LANES=3 NL=2 : bmc 12, induction 8
//@ bug inside add_seq.v: left_q > STEP => left_q >= STEP - 2'd1
//@ bug in_order add_seq.v: b_q    <= b_q + STEP[AW-1:0] => b_q    <= b_q + STEP[AW-1:0] + left_q[9]
//@ bug uses add_seq.v: phase_q == 2'd1 && n1_q => phase_q == 2'd2 && n1_q
//@ bug uses add_seq.v: n2_q   <= n1_q => n2_q   <= rd_n_o
//@ bug paced add_seq.v: phase_q == 2'd2 ? 2'd0 => phase_q == 2'd1 ? 2'd0
//@ bug ends add_seq.v: sum_o && n1_q == {NL{1'b0}} => sum_o && rd_n_o == {NL{1'b0}}

`default_nettype none

module bench #(
    parameter LANES = 4,
    parameter NL    = 3
) (
    input wire         clk_i,
    input wire         rst_ni,
    input wire         start_i,
    input wire [12:0]  a_i,
    input wire [12:0]  b_i,
    input wire [13:0]  count_i,
    input wire         go_i
);

    localparam AW = 13;

    wire          rd, a, b, s, keep, last;
    wire [AW-1:0] a_addr, b_addr;
    wire [NL-1:0] rd_n, n;

    add_seq #(.LANES(LANES), .NL(NL), .AW(AW)) dut (
        .clk_i(clk_i), .rst_ni(rst_ni), .start_i(start_i), .a_i(a_i),
        .b_i(b_i), .count_i(count_i), .go_i(go_i), .rd_o(rd),
        .a_addr_o(a_addr), .b_addr_o(b_addr), .rd_n_o(rd_n), .a_o(a), .b_o(b),
        .sum_o(s), .keep_o(keep), .last_o(last), .n_o(n));

    // ------------------------------------------------------------------------
    // The command: told of, at work since so many cycles, elements read; what
    // was read in the last cycles (bit or field k: k cycles ago)

    reg          past_q = 1'b0, told_q, on_q;
    reg [AW-1:0] a_q, b_q;
    reg [AW:0]   count_q, read_q;
    reg [1:0]    turn_q;
    reg [5:0]    went_q;
    reg [6*NL-1:0] size_q;
    wire [6:0]   went = {went_q, rd};
    wire [7*NL-1:0] size = {size_q, rd_n};
    wire [AW:0]  left = count_q - read_q;

    always @(posedge clk_i) begin
        past_q <= 1'b1;
        size_q <= size[6*NL-1:0];
        went_q <= rst_ni ? went[5:0] : 6'd0;
        if (!rst_ni)
            {told_q, on_q} <= 2'b0;
        else if (start_i) begin
            told_q <= 1'b1;
            {a_q, b_q, count_q} <= {a_i, b_i, count_i};
            {read_q, turn_q} <= 0;
        end else if (go_i)
            {told_q, on_q} <= 2'b01;
        else if (on_q) begin
            turn_q <= turn_q == 2'd2 ? 2'd0 : turn_q + 2'd1;
            if (rd) read_q <= read_q + rd_n;
            if (last) on_q <= 1'b0;
        end
    end
    always @* begin
        if (!past_q) assume (!rst_ni);
        assume (!start_i || (!told_q && !on_q && count_i != 0));
        assume (!go_i || told_q);
    end

    (* hierconn *) wire          \dut.run_q ;
    (* hierconn *) wire [1:0]    \dut.phase_q ;
    (* hierconn *) wire [AW-1:0] \dut.a_q ;
    (* hierconn *) wire [AW-1:0] \dut.b_q ;
    (* hierconn *) wire [AW:0]   \dut.left_q ;
    (* hierconn *) wire [NL-1:0] \dut.n1_q ;
    (* hierconn *) wire [NL-1:0] \dut.n2_q ;

    // ------------------------------------------------------------------------
    // Properties

    always @* if (past_q && rst_ni) begin
        if (rd) begin
            inside: assert (rd_n >= 1 && rd_n <= LANES && rd_n <= left &&
                            (rd_n == LANES || rd_n == left));
            in_order: assert (a_addr == a_q + read_q[AW-1:0] &&
                              b_addr == b_q + read_q[AW-1:0]);
        end
        paced: assert (rd == (on_q && turn_q == 2'd0 && left != 0));
        uses: assert (a == went[1] && b == went[2] && s == went[6] &&
                      (!a || n == size[NL +: NL]) &&
                      (!b || n == size[2*NL +: NL]) &&
                      (!s || n == size[6*NL +: NL]) &&
                      keep == (on_q && turn_q == 2'd2));
        ends: assert (last == (s && left == 0 && went[5:0] == 6'd0));

        inv_same: assert (\dut.run_q == on_q && !(on_q && told_q));
        if (told_q || on_q) inv_left: assert (\dut.left_q == left &&
                                              read_q <= count_q);
        if (told_q) inv_told: assert (
            read_q == 0 && turn_q == 0 && went == 0 && \dut.phase_q == 0 &&
            \dut.n1_q == 0 && \dut.n2_q == 0);
        if (told_q || (on_q && left != 0)) inv_place: assert (
            \dut.a_q == a_q + read_q[AW-1:0] &&
            \dut.b_q == b_q + read_q[AW-1:0]);
        if (on_q) inv_on: assert (\dut.phase_q == turn_q && turn_q <= 2);
        else inv_off: assert (went == 0);
    end

    always @* if (past_q && rst_ni) begin
        third: cover (s && rd && went[3] && rd_n == 1);
        alone: cover (last && count_q == 2);
    end

endmodule

`default_nettype wire
