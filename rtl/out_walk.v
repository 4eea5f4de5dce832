// out_walk: addresses of outputs (or of what is added to them), beat by beat.
//
// LANES channels of a pixel after each other (step_i), then the next pixel
// (with row_end_i): ny rows of nx, again for each column group.

`default_nettype none

module out_walk #(
    parameter WL    = 3,
    parameter LANES = 4,
    parameter AW    = 17
) (
    input  wire             clk_i,
    input  wire             start_i,     // takes base
    input  wire [AW-1:0]    base_i,
    input  wire [15:0]      nx_i,        // these stay
    input  wire [15:0]      ny_i,
    input  wire [AW-1:0]    xs_i,
    input  wire [AW-1:0]    ys_i,
    input  wire [WL:0]      cols_i,      // of a group
    input  wire             step_i,
    input  wire             row_end_i,
    output wire [AW-1:0]    addr_o
);

    localparam [AW-1:0] LANESA = LANES[AW-1:0];

    reg  [AW-1:0] addr_q, pix_q, rowa_q, base_q;
    reg  [15:0]   x_q, y_q;

    wire [15:0]   x1 = x_q + 16'd1, y1 = y_q + 16'd1;
    wire          x_last = x1 == nx_i;
    wire          y_last = y1 == ny_i;
    reg  [AW-1:0] next;
    always @* begin
        next = {AW{1'b0}};
        if (step_i)
            next = (!x_last ? pix_q : !y_last ? rowa_q : base_q) +
                   (!x_last ? xs_i : !y_last ? ys_i : {{AW-WL-1{1'b0}}, cols_i});
    end

    always @(posedge clk_i)
        if (start_i) begin
            {addr_q, pix_q, rowa_q, base_q} <= {4{base_i}};
            {x_q, y_q} <= 32'd0;
        end else if (step_i && !row_end_i)
            addr_q <= addr_q + LANESA;
        else if (step_i) begin
            {addr_q, pix_q} <= {2{next}};
            x_q <= x_last ? 16'd0 : x1;
            if (x_last) begin
                rowa_q <= next;
                y_q <= y_last ? 16'd0 : y1;
                if (y_last) base_q <= next;
            end
        end

    assign addr_o = addr_q;

endmodule

`default_nettype wire
