// out_walk: beat number m of pixel (x, y) of column group g is at
// base + g*cols + y*ys + x*xs + m*LANES; m, x, y, g count up in this order, so
// that every output comes once.
//
// Any steps, pauses and cols, base and strides of full width, any counts nx and ny;
// the place of a pixel for nx, ny <= 4 (products with the strides are the hard
// part). Assumed: the fields stay for the command, nx, ny >= 1.
//
//@ read out_walk.v
//@ prove LANES=4 : bmc 5, induction 1, cover 10
//@ prove LANES=2 : bmc 4, induction 1, cover 10
//@ mutants LANES=2 : bmc 2, induction 1
//@ bug place out_walk.v: !x_last ? pix_q => !x_last ? (x_q[0] ? addr_q : pix_q)
//@ bug place out_walk.v: if (y_last) base_q <= next => base_q <= next
//@ bug turns out_walk.v: x_q <= x_last ? 16'd0 : x1 => x_q <= x1
//@ bug stays out_walk.v: else if (step_i && !row_end_i) => else if (!row_end_i)

`default_nettype none

module bench #(
    parameter LANES = 4
) (
    input wire         clk_i,
    input wire         start_i,
    input wire [12:0]  base_i,
    input wire         step_i,
    input wire         row_end_i
);

    localparam AW = 13;

    // The fields of the command.
    (* anyconst *) wire [15:0]   nx;
    (* anyconst *) wire [15:0]   ny;
    (* anyconst *) wire [AW-1:0] xs;
    (* anyconst *) wire [AW-1:0] ys;
    (* anyconst *) wire [3:0]    cols;

    wire [AW-1:0] addr;

    out_walk #(.WL(3), .LANES(LANES), .AW(AW)) dut (
        .clk_i(clk_i), .start_i(start_i), .base_i(base_i), .nx_i(nx),
        .ny_i(ny), .xs_i(xs), .ys_i(ys), .cols_i(cols),
        .step_i(step_i),
        .row_end_i(row_end_i), .addr_o(addr));

    // ------------------------------------------------------------------------
    // Where it should be

    reg          on_q = 1'b0, idle_q = 1'b0;
    reg [AW-1:0] base_q, g_q, m_q, addr_q;     // base_q: of the group
    reg [15:0]   x_q, y_q;
    wire         x_end = x_q + 16'd1 == nx, y_end = y_q + 16'd1 == ny;

    always @(posedge clk_i) begin
        addr_q <= addr;
        idle_q <= on_q && !start_i && !step_i;
        if (start_i) begin
            on_q   <= 1'b1;
            base_q <= base_i;
            {g_q, m_q, x_q, y_q} <= 0;
        end else if (on_q && step_i) begin
            m_q <= row_end_i ? 0 : m_q + 1'b1;
            if (row_end_i) begin
                x_q <= x_end ? 16'd0 : x_q + 16'd1;
                if (x_end) y_q <= y_end ? 16'd0 : y_q + 16'd1;
                if (x_end && y_end) g_q <= g_q + 1'b1;
                if (x_end && y_end) base_q <= base_q + cols;
            end
        end
    end
    always @* assume (nx != 16'd0 && ny != 16'd0);

    wire few = nx <= 16'd4 && ny <= 16'd4;
    wire [AW-1:0] line  = base_q + (y_q[0] ? ys : 0) + (y_q[1] ? 2 * ys : 0);
    wire [AW-1:0] pixel = line + (x_q[0] ? xs : 0) + (x_q[1] ? 2 * xs : 0);

    wire [AW-1:0] at    = pixel + m_q * LANES;

    (* hierconn *) wire [AW-1:0] \dut.pix_q ;
    (* hierconn *) wire [AW-1:0] \dut.rowa_q ;
    (* hierconn *) wire [AW-1:0] \dut.base_q ;
    (* hierconn *) wire [15:0]   \dut.x_q ;
    (* hierconn *) wire [15:0]   \dut.y_q ;

    // ------------------------------------------------------------------------
    // Properties

    always @* if (on_q) begin
        if (few) place: assert (addr == at);
        turns: assert (\dut.x_q == x_q && \dut.y_q == y_q && x_q < nx &&
                       y_q < ny);
        if (idle_q) stays: assert (addr == addr_q);

        if (few) inv_bases: assert (\dut.pix_q == pixel &&
                                    \dut.rowa_q == line &&
                                    \dut.base_q == base_q);
    end

    always @* begin
        second: cover (on_q && g_q == 1 && x_q == 1 && m_q == 1 && ny == 2);
        strides: cover (on_q && few && y_q == 1 && addr == 13'd77 &&
                        ys[12] && base_q == 13'd5000);
    end

endmodule

`default_nettype wire
