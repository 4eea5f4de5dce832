// sum_regs: what SUM leaves for commands with PLUS: where the second operand
// is, and how both operands and their sum are rescaled.
//
// start_i takes the fields of SUM, copy_i the entries of columns 0, 1 and 2 of
// its parameter block; of biases (minus zero points) the low 9 bits. The
// outputs are the parameters of what sel_i chooses.

`default_nettype none

module sum_regs #(
    parameter AW = 17,
    parameter OW = 16
) (
    input  wire             clk_i,
    input  wire             start_i,
    input  wire [AW-1:0]    addr_i,
    input  wire [OW-1:0]    xs_i,
    input  wire [OW-1:0]    ys_i,
    input  wire [23:0]      clamp_i,     // zp, qmin, qmax
    input  wire             copy_i,
    input  wire [17:0]      bias_i,      // 1, 0
    input  wire [92:0]      mult_i,      // 2, 1, 0
    input  wire [17:0]      shift_i,

    output wire [AW-1:0]    addr_o,
    output wire [OW-1:0]    xs_o,
    output wire [OW-1:0]    ys_o,
    output wire [23:0]      clamp_o,
    input  wire [1:0]       sel_i,       // 0, 1: an operand; 2, 3: the sum
    output wire [31:0]      bias_o,
    output wire [30:0]      mult_o,
    output wire [5:0]       shift_o
);

    reg [AW-1:0] addr_q;
    reg [OW-1:0] xs_q, ys_q;
    reg [23:0]   clamp_q;
    reg [17:0]   bias_q, shift_q;
    reg [92:0]   mult_q;

    always @(posedge clk_i) begin
        if (start_i)
            {addr_q, xs_q, ys_q, clamp_q} <= {addr_i, xs_i, ys_i, clamp_i};
        if (copy_i)
            {bias_q, mult_q, shift_q} <= {bias_i, mult_i, shift_i};
    end

    wire [8:0] bias = sel_i[0] ? bias_q[17:9] : bias_q[8:0];

    assign addr_o  = addr_q;
    assign xs_o    = xs_q;
    assign ys_o    = ys_q;
    assign clamp_o = clamp_q;
    assign bias_o  = {{23{bias[8]}}, bias};
    assign mult_o  = sel_i[1] ? mult_q[92:62] : sel_i[0] ? mult_q[61:31]
                                                         : mult_q[30:0];
    assign shift_o = sel_i[1] ? shift_q[17:12] : sel_i[0] ? shift_q[11:6]
                                                          : shift_q[5:0];

endmodule

`default_nettype wire
