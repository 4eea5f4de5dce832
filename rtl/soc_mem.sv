// soc_mem: a memory with one port of D bytes, which host and accelerator share.
//
// One access a cycle, read data in the next. The host's accesses are words; the
// accelerator asks only in cycles in which the host does not (its arbiters see
// to that). Addresses are offsets inside the memory: others are not handled.
// Whoever simulates fills `mem`.

`default_nettype none

module soc_mem #(
    parameter int KIB = 256,  // size
    parameter int D   = 8     // bytes of an access: 4, 8 or 16
) (
    input  wire               clk_i,

    input  wire               host_req_i,
    input  wire               host_we_i,
    input  wire  [3:0]        host_be_i,
    input  wire  [27:0]       host_addr_i,
    input  wire  [31:0]       host_wdata_i,
    output wire  [31:0]       host_rdata_o,

    input  wire               acc_req_i,
    input  wire               acc_we_i,
    input  wire  [D-1:0]      acc_strb_i,
    input  wire  [27:0]       acc_addr_i,
    input  wire  [8*D-1:0]    acc_wdata_i,
    output wire  [8*D-1:0]    acc_rdata_o
);

    localparam int DL    = $clog2(D);
    localparam int WORDS = KIB * 1024 / D;
    localparam int IW    = $clog2(WORDS);
    localparam int LANES = D / 4;             // host words in an access

    logic [8*D-1:0] mem [WORDS] /* verilator public_flat_rw */;

    wire [27:0]    addr  = host_req_i ? host_addr_i : acc_addr_i;
    wire [IW-1:0]  index = addr[DL +: IW];
    wire           we    = host_req_i ? host_we_i : acc_req_i && acc_we_i;
    // Which of the words the host means; 0 if there is only one.
    wire [1:0]     lane  = host_addr_i[3:2] & 2'(LANES - 1);

    logic [D-1:0]   strb;
    logic [8*D-1:0] mask, wdata;
    always_comb begin
        strb  = host_req_i ? D'(host_be_i) << 4 * lane : acc_strb_i;
        wdata = host_req_i ? {LANES{host_wdata_i}} : acc_wdata_i;
        for (int i = 0; i < D; i++)
            mask[8*i +: 8] = {8{strb[i]}};
    end

    logic [8*D-1:0] rdata_q;
    logic [1:0]     lane_q;
    always_ff @(posedge clk_i)
        if (host_req_i || acc_req_i) begin
            rdata_q <= mem[index];
            lane_q  <= lane;
            if (we)
                mem[index] <= (mem[index] & ~mask) | (wdata & mask);
        end

    assign acc_rdata_o  = rdata_q;
    assign host_rdata_o = 32'(rdata_q >> 32 * lane_q);

    // verilator lint_off UNUSED
    wire unused = &{1'b0, addr, host_addr_i};
    // verilator lint_on UNUSED

endmodule

`default_nettype wire
