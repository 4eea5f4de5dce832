// mem_arb: one memory's port: host first, then fetch, store, load.
//
// Combinational: a request granted in a cycle is the access of that cycle; its
// read data is at the memory's output in the next. A denied request is simply
// repeated by its unit.

`default_nettype none

module mem_arb #(
    parameter D = 8    // bytes of an access
) (
    input  wire             busy_i,       // the host uses the memory
    input  wire             fetch_req_i,
    input  wire [27:0]      fetch_addr_i,
    output wire             fetch_gnt_o,
    input  wire             store_req_i,
    input  wire [27:0]      store_addr_i,
    output wire             store_gnt_o,
    input  wire             load_req_i,
    input  wire [27:0]      load_addr_i,
    output wire             load_gnt_o,

    output wire             req_o,
    output wire             we_o,
    output wire [27:0]      addr_o        // aligned to D
);

    localparam DL = $clog2(D);

    assign fetch_gnt_o = fetch_req_i && !busy_i;
    assign store_gnt_o = store_req_i && !busy_i && !fetch_req_i;
    assign load_gnt_o  = load_req_i && !busy_i && !fetch_req_i && !store_req_i;

    wire [27:0] addr = fetch_req_i ? fetch_addr_i :
                       store_req_i ? store_addr_i : load_addr_i;

    assign req_o  = (fetch_req_i || store_req_i || load_req_i) && !busy_i;
    assign we_o   = store_gnt_o;
    assign addr_o = {addr[27:DL], {DL{1'b0}}};

    // verilator lint_off UNUSED
    wire unused = &{1'b0, addr[DL-1:0]};
    // verilator lint_on UNUSED

endmodule

`default_nettype wire
