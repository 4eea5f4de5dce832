// sum_regs: outputs are the fields of the last start_i and the entries of the
// last copy_i that sel_i chooses: operand 0, operand 1, sum. Any pace.
//
//@ read sum_regs.v
//@ prove AW=13 OW=13 : bmc 4, induction 1, cover 4
//@ bug fields sum_regs.v: if (start_i) => if (start_i || copy_i)
//@ bug entries sum_regs.v: sel_i[1] ? shift_q => sel_i[0] ? shift_q
//@ bug entries sum_regs.v: {{23{bias[8]}}, bias} => {{23{bias[7]}}, bias}
//@ bug entries sum_regs.v: mult_q[92:62] => mult_q[91:61]

`default_nettype none

module bench #(
    parameter AW = 13,
    parameter OW = 13
) (
    input wire           clk_i,
    input wire           start_i,
    input wire [AW-1:0]  addr_i,
    input wire [OW-1:0]  xs_i,
    input wire [OW-1:0]  ys_i,
    input wire [23:0]    clamp_i,
    input wire           copy_i,
    input wire [17:0]    bias_i,
    input wire [92:0]    mult_i,
    input wire [17:0]    shift_i,
    input wire [1:0]     sel_i
);

    wire [AW-1:0] addr;
    wire [OW-1:0] xs, ys;
    wire [23:0]   clamp;
    wire [31:0]   bias;
    wire [30:0]   mult;
    wire [5:0]    shift;

    sum_regs #(.AW(AW), .OW(OW)) dut (
        .clk_i(clk_i), .start_i(start_i), .addr_i(addr_i), .xs_i(xs_i),
        .ys_i(ys_i), .clamp_i(clamp_i), .copy_i(copy_i), .bias_i(bias_i),
        .mult_i(mult_i), .shift_i(shift_i), .addr_o(addr), .xs_o(xs),
        .ys_o(ys), .clamp_o(clamp), .sel_i(sel_i), .bias_o(bias),
        .mult_o(mult), .shift_o(shift));

    // What came last.
    reg                 told_q = 1'b0, copied_q = 1'b0;
    reg [AW+2*OW+23:0]  fields_q;
    reg [128:0]         entry_q;
    wire signed [8:0]   bias0 = entry_q[119:111], bias1 = entry_q[128:120];

    always @(posedge clk_i) begin
        if (start_i) begin
            told_q <= 1'b1;
            fields_q <= {addr_i, xs_i, ys_i, clamp_i};
        end
        if (copy_i) begin
            copied_q <= 1'b1;
            entry_q <= {bias_i, mult_i, shift_i};
        end
    end

    (* hierconn *) wire [17:0] \dut.bias_q ;
    (* hierconn *) wire [92:0] \dut.mult_q ;
    (* hierconn *) wire [17:0] \dut.shift_q ;

    always @* begin
        if (copied_q) inv_held: assert (
            {\dut.bias_q , \dut.mult_q , \dut.shift_q } == entry_q);
        if (told_q) fields: assert ({addr, xs, ys, clamp} == fields_q);
        if (copied_q) entries: assert (
            (sel_i[1] || $signed(bias) == (sel_i[0] ? bias1 : bias0)) &&
            mult == (entry_q[110:18] >> (sel_i[1] ? 62 : 31 * sel_i[0])) %
                    32'h80000000 &&
            shift == (entry_q[17:0] >> (sel_i[1] ? 12 : 6 * sel_i[0])) % 64);
        both: cover (told_q && copied_q && sel_i == 2'd1 && bias == -32'd256 &&
                     start_i);
    end

endmodule

`default_nettype wire
