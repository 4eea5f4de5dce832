// load_unit, store_unit: a command that was started ends.
//
// While a unit is busy it asks for a beat, or its end comes in the next cycle
// (UNPACK: the second). A beat that is granted, or of FILL, leaves less to do
// than before: a smaller number {planes, runs, bytes left} of 48 bits. One end
// follows the last beat, and there is none without a start. A memory that grants
// again and again (mem_arb.v) is all that is needed.
//
// Any fields of full width, any grants, any bytes, also of UNPACK. Assumed: n0,
// n1, n2 are at least 1, and a start only when the unit is not busy.
//
//@ read load_unit.v store_unit.v dma_gen.v unpack.v
//@ prove D=4 : bmc 6, induction 1, cover 9
//@ prove D=16 : bmc 4, induction 1
//@ bug load_asks load_unit.v: valid && !fill_q && !flash_q => valid && !fill_q && !flash_q && !addr_o[27]
//@ bug load_less dma_gen.v: left_q <= left_q - {{15-DL{1'b0}}, n_o} => left_q <= left_q
//@ bug load_ends load_unit.v: w_valid_q && w_last_q && unpack_q => w_valid_q && w_last_q && unpack_q && !flash_q
//@ bug store_asks store_unit.v: assign req_o   = w_valid_q => assign req_o   = w_valid_q && !w_mem_q[27]
//@ bug store_less dma_gen.v: i2_q <= i2_q - 16'd1 => i2_q <= i2_q
//@ bug store_ends store_unit.v: w_last_q <= last => w_last_q <= last && !w_held_q

`default_nettype none

module bench #(
    parameter D = 4,
    parameter W = D == 16 ? 32 : 8
) (
    input wire           clk_i,
    input wire           rst_ni,
    input wire           ld_start_i,
    input wire           st_start_i,
    input wire [181:0]   ld_item_i,
    input wire [170:0]   st_item_i,
    input wire           sram_gnt_i,
    input wire           flash_gnt_i,
    input wire           st_gnt_i,
    input wire [D*8-1:0] sram_rdata_i,
    input wire [D*8-1:0] flash_rdata_i,
    input wire [W*8-1:0] s_rdata_i
);

    localparam DL = $clog2(D), WL = $clog2(W), AW = 13;

    wire ld_busy, ld_end, ld_sram, ld_flash, l_req;
    wire st_busy, st_end, st_req, s_req;
    wire ld_wait, ld_ev_sram, ld_ev_flash, st_wait, st_beat;
    wire [27:0]    ld_addr, st_addr;
    wire [AW-1:0]  l_addr, s_addr;
    wire [WL:0]    l_n, s_n;
    wire [W*8-1:0] l_wdata;
    wire [D*8-1:0] st_wdata;
    wire [D-1:0]   st_wstrb;
    wire [DL:0]    ld_bytes, st_bytes;

    load_unit #(.D(D), .DL(DL), .W(W), .WL(WL), .AW(AW), .N(182),
                .UNPACK(1)) load (
        .clk_i(clk_i), .rst_ni(rst_ni), .start_i(ld_start_i),
        .item_i(ld_item_i), .busy_o(ld_busy), .end_o(ld_end),
        .sram_req_o(ld_sram), .flash_req_o(ld_flash), .addr_o(ld_addr),
        .sram_gnt_i(sram_gnt_i), .flash_gnt_i(flash_gnt_i),
        .sram_rdata_i(sram_rdata_i), .flash_rdata_i(flash_rdata_i),
        .l_req_o(l_req), .l_addr_o(l_addr), .l_n_o(l_n), .l_wdata_o(l_wdata),
        .ev_wait_o(ld_wait), .ev_sram_o(ld_ev_sram),
        .ev_flash_o(ld_ev_flash), .ev_bytes_o(ld_bytes));

    store_unit #(.D(D), .DL(DL), .W(W), .WL(WL), .AW(AW), .N(171)) store (
        .clk_i(clk_i), .rst_ni(rst_ni), .start_i(st_start_i),
        .item_i(st_item_i), .busy_o(st_busy), .end_o(st_end),
        .s_req_o(s_req), .s_addr_o(s_addr), .s_n_o(s_n),
        .s_rdata_i(s_rdata_i), .req_o(st_req), .addr_o(st_addr),
        .wdata_o(st_wdata), .wstrb_o(st_wstrb), .gnt_i(st_gnt_i),
        .ev_wait_o(st_wait), .ev_beat_o(st_beat), .ev_bytes_o(st_bytes));

    // ------------------------------------------------------------------------
    // What is left to do, and which cycles moved it

    (* hierconn *) wire [15:0] \load.gen.i2_q ;
    (* hierconn *) wire [15:0] \load.gen.i1_q ;
    (* hierconn *) wire [15:0] \load.gen.left_q ;
    (* hierconn *) wire [15:0] \load.gen.n0_q ;
    (* hierconn *) wire [15:0] \load.gen.n1_q ;
    (* hierconn *) wire        \load.gen.valid_q ;
    (* hierconn *) wire        \load.fill_q ;
    (* hierconn *) wire        \load.flash_q ;
    (* hierconn *) wire        \load.unpack_q ;
    (* hierconn *) wire        \load.w_valid_q ;
    (* hierconn *) wire        \load.w_last_q ;
    (* hierconn *) wire        \load.unpacks.last_q ;
    (* hierconn *) wire [15:0] \store.gen.i2_q ;
    (* hierconn *) wire [15:0] \store.gen.i1_q ;
    (* hierconn *) wire [15:0] \store.gen.left_q ;
    (* hierconn *) wire [15:0] \store.gen.n0_q ;
    (* hierconn *) wire [15:0] \store.gen.n1_q ;
    (* hierconn *) wire        \store.gen.valid_q ;
    (* hierconn *) wire        \store.w_last_q ;

    wire [47:0] ld_left = \load.gen.valid_q ? {\load.gen.i2_q ,
                          \load.gen.i1_q , \load.gen.left_q } : 48'd0;
    wire [47:0] st_left = \store.gen.valid_q ? {\store.gen.i2_q ,
                          \store.gen.i1_q , \store.gen.left_q } : 48'd0;
    // A beat of LOAD is taken; of STORE its write, its read.
    wire ld_beat = (ld_sram && sram_gnt_i) || (ld_flash && flash_gnt_i);
    wire ld_asks = ld_sram || ld_flash || \load.fill_q ;
    wire ld_goes = ld_left != 48'd0 && (ld_beat || \load.fill_q );

    reg        past_q = 1'b0, ld_went_q, st_read_q;
    reg        ld_last_q;      // the last beat was two cycles ago
    reg        st_last_q;      // ... has been read, not yet written
    reg [47:0] ld_left_q, st_left_q;

    always @(posedge clk_i) begin
        past_q    <= 1'b1;
        ld_went_q <= rst_ni && ld_goes;
        st_read_q <= rst_ni && s_req;
        {ld_left_q, st_left_q} <= {ld_left, st_left};
    end
    wire ld_over = ld_went_q && ld_left == 48'd0;
    wire st_over = st_read_q && st_left == 48'd0;
    always @(posedge clk_i) begin
        ld_last_q <= rst_ni && ld_over;
        st_last_q <= rst_ni && (st_over || st_last_q) && !st_gnt_i;
    end
    wire ld_ends = \load.unpack_q ? ld_last_q : ld_over;

    always @* begin
        if (!past_q) assume (!rst_ni);
        assume (!(ld_start_i && ld_busy) && !(st_start_i && st_busy));
        // n0, n1, n2
        assume (ld_item_i[142:127] != 0 && ld_item_i[126:111] != 0 &&
                ld_item_i[110:95] != 0);
        assume (st_item_i[142:127] != 0 && st_item_i[126:111] != 0 &&
                st_item_i[110:95] != 0);
    end

    // ------------------------------------------------------------------------
    // Properties

    always @* if (past_q && rst_ni) begin
        load_asks: assert (!ld_busy || (ld_left != 48'd0 ? ld_asks :
                           ld_over || (ld_last_q && \load.unpack_q )));
        if (ld_went_q) load_less: assert (ld_left < ld_left_q);
        load_ends: assert (ld_end == ld_ends && (!ld_end || ld_busy));

        store_asks: assert (!st_busy || (st_left != 48'd0 ? s_req || st_req :
                                         st_req));
        if (st_read_q) store_less: assert (st_left < st_left_q);
        store_ends: assert (st_end == ((st_over || st_last_q) && st_gnt_i) &&
                            (!st_end || st_busy));

        inv_load: assert ((ld_left == 48'd0 || (ld_busy && !ld_over)) &&
            (!\load.gen.valid_q || (\load.gen.i2_q != 0 &&
             \load.gen.i1_q != 0 && \load.gen.left_q != 0 &&
             \load.gen.n0_q != 0 && \load.gen.n1_q != 0)) &&
            \load.w_valid_q == ld_went_q &&
            (ld_went_q && \load.w_last_q ) == ld_over &&
            \load.unpacks.last_q == (ld_last_q && \load.unpack_q ) &&
            (!ld_last_q || (!ld_over && ld_left == 48'd0)) &&
            (ld_busy || (!ld_went_q && !(ld_last_q && \load.unpack_q ))));
        inv_store: assert ((st_left == 48'd0 || (st_busy && !st_last_q)) &&
            (!\store.gen.valid_q || (\store.gen.i2_q != 0 &&
             \store.gen.i1_q != 0 && \store.gen.left_q != 0 &&
             \store.gen.n0_q != 0 && \store.gen.n1_q != 0)) &&
            (!st_req || st_busy) && (!st_read_q || st_req) &&
            (!st_req || st_left != 0 || \store.w_last_q ) &&
            (st_req && \store.w_last_q ) == (st_over || st_last_q));
    end

    always @* if (past_q && rst_ni) begin
        unpacked: cover (ld_end && \load.unpack_q && ld_last_q);
        filled: cover (ld_end && \load.fill_q && ld_went_q);
        plane: cover (st_read_q && st_left_q[47:32] == 2 &&
                      st_left[47:32] == 1 && st_left[31:16] == 2);
        stored: cover (st_end && st_last_q);
    end

endmodule

`default_nettype wire
