// accel_regs: registers hold what was written, reads show the state at the
// start of the cycle, the interrupt is that of the jobs, each counter counts its
// event and no other, all of their 32 bits wide.
//
// Any accesses, aligned or not, any events in any cycle.
//
//@ read accel_regs.v
//@ prove : bmc 4, induction 1, cover 8
//@ mutants : bmc 2, induction 1
//@ complete all outputs equal a reference
//@ bug reads accel_regs.v: base_q <= wdata_i => base_q <= {wdata_i[31:4], 4'd0}
//@ bug reads accel_regs.v: irq_q, busy} => irq_q && enable_q, busy}
//@ bug reads accel_regs.v: addr_i[11:7] == 5'h02 => addr_i[10:7] == 4'h2
//@ bug interrupt accel_regs.v: irq_q && enable_q => irq_q
//@ bug entry_of_job accel_regs.v: head_q[27:0] & mask_q[27:0] => tail_q[27:0] & mask_q[27:0]
//@ bug entry_of_job accel_regs.v: pending_o = head_q != tail_q => pending_o = head_q < tail_q
//@ bug counting accel_regs.v: {24'd0, requants_i} => {25'd0, requants_i[6:0]}

`default_nettype none
`include "isa.vh"

module bench (
    input wire                          clk_i,
    input wire                          rst_ni,
    input wire                          req_i,
    input wire                          we_i,
    input wire [11:0]                   addr_i,
    input wire [31:0]                   wdata_i,
    input wire                          idle_i,
    input wire                          job_end_i,
    input wire                          job_irq_i,
    input wire                          bad_i,
    input wire                          clash_i,
    input wire [`N_ACCEL_EVENTS-1:0]    event_i,
    input wire [15:0]                   cells_i,
    input wire [7:0]                    requants_i,
    input wire [5:0]                    ld_bytes_i,
    input wire [5:0]                    st_bytes_i
);

    localparam N = `N_ACCEL_EVENTS;

    wire [31:0]     rdata;
    wire            irq, pending;
    wire [28:0]     ring;
    wire [N*32-1:0] counts;

    accel_regs dut (
        .clk_i(clk_i), .rst_ni(rst_ni), .req_i(req_i), .we_i(we_i),
        .addr_i(addr_i), .wdata_i(wdata_i), .rdata_o(rdata), .irq_o(irq),
        .idle_i(idle_i), .job_end_i(job_end_i), .job_irq_i(job_irq_i),
        .bad_i(bad_i), .clash_i(clash_i), .pending_o(pending), .ring_o(ring),
        .event_i(event_i), .cells_i(cells_i), .requants_i(requants_i),
        .ld_bytes_i(ld_bytes_i), .st_bytes_i(st_bytes_i), .counts_qo(counts));

    // ------------------------------------------------------------------------
    // What it should hold: a memory of words, by address

    reg         past_q = 1'b0;
    reg         enable_q, irq_q, clash_q, bad_q;
    reg [31:0]  base_q, mask_q, head_q, tail_q;
    wire        write = req_i && we_i;

    always @(posedge clk_i) begin
        past_q <= 1'b1;
        if (write && addr_i == 12'h004) enable_q <= wdata_i[0];
        if (write && addr_i == 12'h010) base_q <= wdata_i;
        if (write && addr_i == 12'h014) mask_q <= wdata_i;
        if (write && addr_i == 12'h01c) tail_q <= wdata_i;
        head_q  <= head_q + job_end_i;
        irq_q   <= job_irq_i || (irq_q && !(write && addr_i == 12'h00c));
        clash_q <= clash_q || clash_i;
        bad_q   <= bad_q || bad_i;
        if (!rst_ni) begin
            {enable_q, irq_q, clash_q, bad_q} <= 4'd0;
            {base_q, mask_q, head_q, tail_q} <= 128'd0;
        end
    end
    always @* if (!past_q) assume (!rst_ni);

    // Any counter, and by what it counts.
    (* anyconst *) wire [4:0] which;
    reg  [31:0]     count_q;
    wire [31:0]     count = counts[{which, 5'd0} +: 32];
    reg  [15:0]     by;
    always @* begin
        assume (which < N);
        case (which)
            `EV_macs, `EV_pool_ops:                 by = cells_i;
            `EV_requants:                           by = requants_i;
            `EV_ld_sram_bytes, `EV_ld_flash_bytes:  by = ld_bytes_i;
            `EV_st_sram_bytes:                      by = st_bytes_i;
            default:                                by = 16'd1;
        endcase
    end
    always @(posedge clk_i)
        count_q <= !rst_ni ? 32'd0 : count_q + (event_i[which] ? by : 16'd0);

    wire [31:0] status = {28'd0, bad_q, clash_q, irq_q,
                          !idle_i || head_q != tail_q};
    wire        counter = addr_i >> 2 == 12'h040 + which;
    wire        others  = addr_i >= 12'h100 && addr_i < 12'h100 + 4 * N;
    reg  [31:0] want;
    always @* begin
        want = 32'd0;
        case (addr_i)
            12'h000: want = `ACCEL_ID_VALUE;
            12'h004: want = enable_q;
            12'h008: want = status;
            12'h010: want = base_q;
            12'h014: want = mask_q;
            12'h018: want = head_q;
            12'h01c: want = tail_q;
            default: ;
        endcase
        if (counter) want = count_q;
        if (!req_i) want = 32'd0;
    end

    (* hierconn *) wire [31:0] \dut.base_q ;
    (* hierconn *) wire [31:0] \dut.mask_q ;
    (* hierconn *) wire [31:0] \dut.head_q ;
    (* hierconn *) wire [31:0] \dut.tail_q ;
    (* hierconn *) wire        \dut.enable_q ;
    (* hierconn *) wire        \dut.irq_q ;
    (* hierconn *) wire        \dut.clash_q ;
    (* hierconn *) wire        \dut.bad_q ;

    // ------------------------------------------------------------------------
    // Properties

    wire [31:0] entry = base_q + 32'd16 * (head_q & mask_q);

    always @* if (past_q) begin
        if (counter || !others || !req_i)
            reads:    assert (rdata == want);
        interrupt:    assert (irq == (irq_q && enable_q));
        entry_of_job: assert (pending == (head_q != tail_q) &&
                              ring == {entry[30], entry[27:0]});
        counting:     assert (count == count_q);
        inv_regs: assert ({base_q, mask_q, head_q, tail_q} ==
                          {\dut.base_q , \dut.mask_q , \dut.head_q ,
                           \dut.tail_q } &&
                          {enable_q, irq_q, clash_q, bad_q} ==
                          {\dut.enable_q , \dut.irq_q , \dut.clash_q ,
                           \dut.bad_q });
    end

    always @* if (past_q && rst_ni) begin
        acked: cover (irq && write && addr_i == 12'h00c && job_irq_i);
        wrapped: cover (head_q == 32'd2 && tail_q == 32'hffffffff &&
                        mask_q == 32'd1 && ring[4]);
        read_count: cover (req_i && rdata == 32'd70000);
    end

endmodule

`default_nettype wire
