// load_unit: LOAD, UNPACK and FILL.
//
// Start in cycle s; beats from s+1, one a cycle while granted (FILL: always);
// a beat's bytes are written to the scratchpad in the cycle after its grant;
// UNPACK writes a unit in the cycle after the last beat that has bytes of it.
// end_o is high in the last cycle of the command.

`default_nettype none

module load_unit #(
    parameter D  = 8,
    parameter DL = 3,
    parameter W  = 8,
    parameter WL = 3,
    parameter AW = 17,
    parameter N  = 194,    // bits of the item: 2 + 29 + 8 + 48 + 56 + 3 * AW
    parameter UNPACK = 0
) (
    input  wire             clk_i,
    input  wire             rst_ni,
    input  wire             start_i,
    input  wire [N-1:0]     item_i,
    output wire             busy_o,
    output wire             end_o,

    output wire             sram_req_o,
    output wire             flash_req_o,
    output wire [27:0]      addr_o,
    input  wire             sram_gnt_i,
    input  wire             flash_gnt_i,
    input  wire [D*8-1:0]   sram_rdata_i,
    input  wire [D*8-1:0]   flash_rdata_i,

    output wire             l_req_o,
    output wire [AW-1:0]    l_addr_o,
    output wire [WL:0]      l_n_o,
    output wire [W*8-1:0]   l_wdata_o,

    output wire             ev_wait_o,
    output wire             ev_sram_o,     // beat, with ev_bytes_o
    output wire             ev_flash_o,
    output wire [DL:0]      ev_bytes_o
);

    // As packed by cmd_queue.
    wire            i_unpack, i_fill, i_flash;
    wire [27:0]     i_mem, i_ms1, i_ms2;
    wire [7:0]      i_value;
    wire [15:0]     i_n0, i_n1, i_n2;
    wire [AW-1:0]   i_spad, i_ss1, i_ss2;
    assign {i_unpack, i_fill, i_flash, i_mem, i_value, i_n0, i_n1, i_n2,
            i_ms1, i_ms2, i_spad, i_ss1, i_ss2} = item_i;

    reg          busy_q, unpack_q, fill_q, flash_q;
    reg [7:0]    value_q;
    wire         valid, last;
    wire [27:0]  mem;
    wire [AW-1:0] spad;
    wire [DL:0]  n;

    wire         is_packed = UNPACK != 0 && i_unpack;

    wire gnt  = flash_q ? flash_gnt_i : sram_gnt_i;
    wire step = valid && (fill_q || gnt);

    dma_gen #(.D(D), .DL(DL), .AW(AW)) gen (
        .clk_i(clk_i), .rst_ni(rst_ni), .load_i(start_i), .align_i(!i_fill),
        .mem_i(i_mem), .spad_i(i_spad), .n0_i(i_n0),
        .n1_i(is_packed ? 16'd1 : i_n1), .n2_i(is_packed ? 16'd1 : i_n2),
        .mem_s1_i(i_ms1), .mem_s2_i(i_ms2),
        .spad_s1_i(i_ss1), .spad_s2_i(i_ss2),
        .step_i(step), .valid_o(valid), .mem_o(mem), .spad_o(spad),
        .n_o(n), .last_o(last));

    assign sram_req_o  = valid && !fill_q && !flash_q;
    assign flash_req_o = valid && !fill_q && flash_q;
    assign addr_o      = mem;

    // ------------------------------------------------------------------------
    // The cycle after the grant: data to the scratchpad

    reg             w_valid_q, w_last_q;
    reg [AW-1:0]    w_spad_q;
    reg [DL:0]      w_n_q;
    reg [DL-1:0]    w_off_q;

    always @(posedge clk_i)
        if (!rst_ni)
            w_valid_q <= 1'b0;
        else
            w_valid_q <= step;

    always @(posedge clk_i)
        if (step) begin
            w_last_q <= last;
            w_spad_q <= spad;
            w_n_q    <= n;
            w_off_q  <= mem[DL-1:0];
        end

    wire [D*8-1:0] rdata = (flash_q ? flash_rdata_i : sram_rdata_i) >>
                           {w_off_q, 3'b0};
    wire [D*8-1:0] data  = fill_q ? {D{value_q}} : rdata;

    wire [WL:0]     n_plain;
    wire [W*8-1:0]  plain;
    generate
        if (W > D) begin : wide
            assign n_plain = {{WL-DL{1'b0}}, w_n_q};
            assign plain   = {{(W-D)*8{1'b0}}, data};
        end else begin : same
            assign n_plain = w_n_q;
            assign plain   = data;
        end
    endgenerate

    // ------------------------------------------------------------------------
    // The cycle after that: unpacked weights

    wire            u_valid, u_last;
    wire [AW-1:0]   u_addr;
    wire [WL:0]     u_n;
    wire [W*8-1:0]  u_data;
    generate
        if (UNPACK != 0) begin : unpacks
            localparam U = 2 * D;
            wire [U*8-1:0] bytes;
            wire           out;
            unpack #(.D(D), .DL(DL), .AW(AW)) unit (
                .clk_i(clk_i), .rst_ni(rst_ni), .start_i(start_i),
                .spad_i(i_spad), .in_i(w_valid_q && unpack_q), .n_i(w_n_q),
                .data_i(rdata), .out_o(out), .addr_o(u_addr), .data_o(bytes));
            reg last_q;
            always @(posedge clk_i)
                last_q <= rst_ni && w_valid_q && w_last_q && unpack_q;
            assign u_valid = out && unpack_q;
            assign u_last  = last_q;
            assign u_n     = U[WL:0];
            if (W > U) begin : pad
                assign u_data = {{(W-U)*8{1'b0}}, bytes};
            end else begin : nopad
                assign u_data = bytes;
            end
        end else begin : plainly
            assign {u_valid, u_last} = 2'b0;
            assign u_addr = {AW{1'b0}};
            assign u_n    = {WL+1{1'b0}};
            assign u_data = {W*8{1'b0}};
        end
    endgenerate

    wire use_unpack = UNPACK != 0 && unpack_q;
    assign l_req_o   = use_unpack ? u_valid : w_valid_q;
    assign l_addr_o  = use_unpack ? u_addr : w_spad_q;
    assign l_n_o     = use_unpack ? u_n : n_plain;
    assign l_wdata_o = use_unpack ? u_data : plain;

    // ------------------------------------------------------------------------
    // Command

    assign busy_o = busy_q;
    assign end_o  = use_unpack ? u_last : w_valid_q && w_last_q;

    always @(posedge clk_i)
        if (!rst_ni)
            busy_q <= 1'b0;
        else if (start_i)
            busy_q <= 1'b1;
        else if (end_o)
            busy_q <= 1'b0;

    always @(posedge clk_i)
        if (start_i) begin
            unpack_q <= is_packed;
            fill_q  <= i_fill;
            flash_q <= i_flash;
            value_q <= i_value;
        end

    assign ev_wait_o  = valid && !step;
    assign ev_sram_o  = sram_req_o && gnt;
    assign ev_flash_o = flash_req_o && gnt;
    assign ev_bytes_o = n;

endmodule

`default_nettype wire
