// store_unit: STORE, scratchpad to SRAM.
//
// Start in cycle s; a beat is read from the scratchpad (from s+1 on) and its
// write is requested in the next cycle, until granted; the next beat is read
// in the cycle of the grant. end_o is high in the cycle of the last grant.
// Flash as destination is not handled: the write goes to SRAM.

`default_nettype none

module store_unit #(
    parameter D  = 8,
    parameter DL = 3,
    parameter W  = 8,
    parameter WL = 3,
    parameter AW = 17,
    parameter N  = 183     // bits of the item: 28 + 48 + 56 + 3 * AW
) (
    input  wire             clk_i,
    input  wire             rst_ni,
    input  wire             start_i,
    input  wire [N-1:0]     item_i,
    output wire             busy_o,
    output wire             end_o,

    output wire             s_req_o,
    output wire [AW-1:0]    s_addr_o,
    output wire [WL:0]      s_n_o,
    input  wire [W*8-1:0]   s_rdata_i,

    output wire             req_o,
    output wire [27:0]      addr_o,
    output wire [D*8-1:0]   wdata_o,
    output wire [D-1:0]     wstrb_o,
    input  wire             gnt_i,

    output wire             ev_wait_o,
    output wire             ev_beat_o,
    output wire [DL:0]      ev_bytes_o
);

    // As packed by cmd_queue.
    wire [27:0]     i_mem, i_ms1, i_ms2;
    wire [15:0]     i_n0, i_n1, i_n2;
    wire [AW-1:0]   i_spad, i_ss1, i_ss2;
    assign {i_mem, i_n0, i_n1, i_n2, i_ms1, i_ms2, i_spad, i_ss1, i_ss2} =
           item_i;

    wire            valid, last, step;
    wire [27:0]     mem;
    wire [AW-1:0]   spad;
    wire [DL:0]     n;

    dma_gen #(.D(D), .DL(DL), .AW(AW)) gen (
        .clk_i(clk_i), .rst_ni(rst_ni), .load_i(start_i), .align_i(1'b1),
        .mem_i(i_mem), .spad_i(i_spad), .n0_i(i_n0), .n1_i(i_n1), .n2_i(i_n2),
        .mem_s1_i(i_ms1), .mem_s2_i(i_ms2),
        .spad_s1_i(i_ss1), .spad_s2_i(i_ss2),
        .step_i(step), .valid_o(valid), .mem_o(mem), .spad_o(spad),
        .n_o(n), .last_o(last));

    // ------------------------------------------------------------------------
    // Read from the scratchpad when the write stage is free or becomes so

    reg             w_valid_q, w_last_q, w_held_q;
    reg [27:0]      w_mem_q;
    reg [DL:0]      w_n_q;
    reg [D*8-1:0]   w_data_q;

    assign step     = valid && (!w_valid_q || gnt_i);
    assign s_req_o  = step;
    assign s_addr_o = spad;
    generate
        if (W > D) begin : wide
            assign s_n_o = {{WL-DL{1'b0}}, n};
        end else begin : same
            assign s_n_o = n;
        end
    endgenerate

    // ------------------------------------------------------------------------
    // Write to SRAM; a denied beat keeps its data, for the bank may be used

    always @(posedge clk_i)
        if (!rst_ni)
            w_valid_q <= 1'b0;
        else if (step)
            w_valid_q <= 1'b1;
        else if (gnt_i)
            w_valid_q <= 1'b0;

    always @(posedge clk_i) begin
        if (step) begin
            w_last_q <= last;
            w_mem_q  <= mem;
            w_n_q    <= n;
        end
        w_held_q <= w_valid_q && !gnt_i;
        if (w_valid_q && !w_held_q)
            w_data_q <= s_rdata_i[D*8-1:0];
    end

    wire [D*8-1:0] data = w_held_q ? w_data_q : s_rdata_i[D*8-1:0];
    wire [D-1:0]   ones = ~({D{1'b1}} << w_n_q);

    assign req_o   = w_valid_q;
    assign addr_o  = w_mem_q;
    assign wdata_o = data << {w_mem_q[DL-1:0], 3'b0};
    assign wstrb_o = ones << w_mem_q[DL-1:0];

    // ------------------------------------------------------------------------
    // Command

    reg busy_q;
    assign busy_o = busy_q;
    assign end_o  = w_valid_q && gnt_i && w_last_q;

    always @(posedge clk_i)
        if (!rst_ni)
            busy_q <= 1'b0;
        else if (start_i)
            busy_q <= 1'b1;
        else if (end_o)
            busy_q <= 1'b0;

    assign ev_wait_o  = w_valid_q && !gnt_i;
    assign ev_beat_o  = w_valid_q && gnt_i;
    assign ev_bytes_o = w_n_q;

    // verilator lint_off UNUSED
    wire unused = &{1'b0, s_rdata_i};
    // verilator lint_on UNUSED

endmodule

`default_nettype wire
