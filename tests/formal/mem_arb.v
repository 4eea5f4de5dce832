// mem_arb: who gets the memory's port, and that nobody waits for ever.
//
// Priority and the address of the winner hold for any requests. The bounds of
// the waits hold for requesters that repeat what was denied, and for:
// - the host never has the memory in two cycles in a row;
// - fetch takes at most BURST = 64/DMA_BYTES beats in a row (a command), then
//   asks for nothing in two cycles: proved in fetch.v, from a job's first push
//   on; before it there is neither STORE nor LOAD;
// - a STORE has at most STORES beats while a LOAD waits.
// Then a STORE waits at most 2*BURST+1 cycles for a beat; a LOAD, for each beat
// of the STORE that goes first, as long, and once more.
//
//@ read mem_arb.v
//@ prove D=8 STORES=1 : bmc 38, induction 6, cover 24
//@ mutants D=8 STORES=1 : bmc 2, induction 6
//@ complete all outputs are said in each cycle
//@ prove D=4 STORES=2 : bmc 8, induction 6, cover 40
//@ prove D=16 STORES=4 : bmc 8, induction 6
//@ bug one_grant mem_arb.v: load_req_i && !busy_i && !fetch_req_i && !store_req_i => load_req_i && !busy_i && !fetch_req_i
//@ bug host_first mem_arb.v: fetch_req_i && !busy_i; => fetch_req_i;
//@ bug fetch_second mem_arb.v: store_req_i && !busy_i && !fetch_req_i; => store_req_i && !busy_i;
//@ bug store_third mem_arb.v: store_gnt_o = store_req_i && => store_gnt_o = store_req_i && !store_addr_i[5] &&
//@ bug load_last mem_arb.v: load_gnt_o  = load_req_i && => load_gnt_o  = load_req_i && !load_addr_i[5] &&
//@ bug access mem_arb.v: req_o  = (fetch_req_i || store_req_i || load_req_i) && => req_o  = (fetch_req_i || load_req_i) &&
//@ bug writes mem_arb.v: we_o   = store_gnt_o => we_o   = store_req_i
//@ bug address mem_arb.v: store_req_i ? store_addr_i : load_addr_i => load_addr_i
//@ bug store_waits mem_arb.v: store_req_i && !busy_i && !fetch_req_i; => store_req_i && !busy_i && !fetch_req_i && !load_req_i;
//@ bug load_waits mem_arb.v: load_gnt_o  = load_req_i && => load_gnt_o  = load_req_i && !store_addr_i[5] &&

`default_nettype none

module bench #(
    parameter D      = 8,
    parameter STORES = 1
) (
    input wire        clk_i,
    input wire        busy_i,
    input wire        fetch_req_i,
    input wire        store_req_i,
    input wire        load_req_i,
    input wire [27:0] fetch_addr_i,
    input wire [27:0] store_addr_i,
    input wire [27:0] load_addr_i
);

    localparam BURST = 64 / D, BOUND = 2 * BURST + 1;

    wire        fetch_gnt, store_gnt, load_gnt, req, we;
    wire [27:0] addr;

    mem_arb #(.D(D)) dut (
        .busy_i(busy_i),
        .fetch_req_i(fetch_req_i), .fetch_addr_i(fetch_addr_i),
        .fetch_gnt_o(fetch_gnt),
        .store_req_i(store_req_i), .store_addr_i(store_addr_i),
        .store_gnt_o(store_gnt),
        .load_req_i(load_req_i), .load_addr_i(load_addr_i),
        .load_gnt_o(load_gnt), .req_o(req), .we_o(we), .addr_o(addr));

    // ------------------------------------------------------------------------
    // Any requests

    wire [27:0] winner = fetch_gnt ? fetch_addr_i :
                         store_gnt ? store_addr_i : load_addr_i;
    wire        any = fetch_gnt || store_gnt || load_gnt;

    always @(posedge clk_i) begin
        one_grant: assert (fetch_gnt + store_gnt + load_gnt <= 2'd1 &&
                           (fetch_req_i || !fetch_gnt) &&
                           (store_req_i || !store_gnt) &&
                           (load_req_i || !load_gnt));
        host_first: assert (!busy_i || !any);
        fetch_second: assert (busy_i || !fetch_req_i ||
                              (fetch_gnt && !store_gnt && !load_gnt));
        store_third: assert (busy_i || fetch_req_i || !store_req_i ||
                             store_gnt);
        load_last: assert (busy_i || fetch_req_i || store_req_i ||
                           load_gnt == load_req_i);
        access: assert (req == any);
        writes: assert (we == store_gnt);
        address: assert (!any || addr == winner / D * D);
    end

    // ------------------------------------------------------------------------
    // Requesters that repeat, and their waits

    reg        past_q = 1'b0;
    reg        host_q, fetch_q, store_q, load_q;    // asked, was denied
    reg [4:0]  burst_q = 5'd0;                      // beats of fetch in a row
    reg [1:0]  rest_q = 2'd0;                       // cycles it still rests
    reg [7:0]  store_wait_q = 8'd0, load_wait_q = 8'd0, since_q = 8'd0;
    reg [2:0]  stores_q = 3'd0;                     // beats while LOAD waits

    always @(posedge clk_i) begin
        past_q  <= 1'b1;
        host_q  <= busy_i;
        fetch_q <= fetch_req_i && !fetch_gnt;
        store_q <= store_req_i && !store_gnt;
        load_q  <= load_req_i && !load_gnt;
        if (fetch_gnt && burst_q == BURST - 1)
            {burst_q, rest_q} <= {5'd0, 2'd2};
        else if (fetch_gnt)
            burst_q <= burst_q + 5'd1;
        else if (!fetch_req_i)
            {burst_q, rest_q} <= {5'd0, rest_q == 2'd2 || burst_q != 5'd0 ?
                                        2'd1 : 2'd0};
        store_wait_q <= store_req_i && !store_gnt ? store_wait_q + 8'd1 : 8'd0;
        load_wait_q  <= load_req_i && !load_gnt ? load_wait_q + 8'd1 : 8'd0;
        since_q      <= load_req_i && !load_gnt && !store_gnt ?
                        since_q + 8'd1 : 8'd0;
        stores_q     <= load_req_i && !load_gnt ? stores_q + store_gnt : 3'd0;
    end

    always @* if (past_q) begin
        assume (!(host_q && busy_i));
        assume (!fetch_q || fetch_req_i);
        assume (!store_q || store_req_i);
        assume (!load_q || load_req_i);
        assume (rest_q == 2'd0 || !fetch_req_i);
        assume (!(load_req_i && stores_q == STORES) || !store_req_i);
    end
    always @* if (!past_q) assume (!busy_i);

    // The more of its burst fetch has had, the longer one may have waited.
    wire [7:0] most = rest_q == 2'd2 ? BOUND - 1 :
                      rest_q == 2'd1 ? (host_q ? BOUND : 8'd0)
                                     : {2'd0, burst_q, 1'b0} + host_q;

    always @(posedge clk_i) if (past_q) begin
        store_waits: assert (store_wait_q <= BOUND);
        load_waits: assert (load_wait_q <= (BOUND + 1) * STORES + BOUND);
        inv_burst: assert (burst_q < BURST && rest_q < 2'd3 &&
                           (rest_q == 2'd0 || burst_q == 5'd0));
        inv_store: assert (store_wait_q <= most && store_q == |store_wait_q);
        inv_since: assert (since_q <= most);
        inv_load: assert (stores_q <= STORES && load_q == |load_wait_q &&
                          load_wait_q <= (BOUND + 1) * stores_q + since_q);
        full_wait: cover (store_wait_q == BOUND);
        stores_go: cover (load_req_i && stores_q == STORES);
        all_ask: cover (fetch_gnt && store_req_i && load_req_i);
    end

endmodule

`default_nettype wire
