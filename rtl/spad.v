// spad: the scratchpad: BANKS banks of two single-port halves, five ports.
//
// Ports A, B, S read, L writes, P reads or writes; each at most one access of
// up to W contiguous bytes at any byte address a cycle. Read data comes in the
// next cycle. Nothing arbitrates: two ports in one bank in one cycle raise
// clash_o (combinational) and their data is undefined.

`default_nettype none

module spad #(
    parameter SPAD_KIB = 128,
    parameter BANKS    = 16,
    parameter W        = 8,
    parameter WL       = 3,
    parameter AW       = 17
) (
    input  wire             clk_i,

    input  wire             a_req_i,
    input  wire [AW-1:0]    a_addr_i,
    input  wire [WL:0]      a_n_i,
    output wire [W*8-1:0]   a_rdata_o,

    input  wire             b_req_i,
    input  wire [AW-1:0]    b_addr_i,
    input  wire [WL:0]      b_n_i,
    output wire [W*8-1:0]   b_rdata_o,

    input  wire             p_req_i,
    input  wire             p_we_i,
    input  wire [AW-1:0]    p_addr_i,
    input  wire [WL:0]      p_n_i,
    input  wire [W*8-1:0]   p_wdata_i,
    output wire [W*8-1:0]   p_rdata_o,

    input  wire             l_req_i,
    input  wire [AW-1:0]    l_addr_i,
    input  wire [WL:0]      l_n_i,
    input  wire [W*8-1:0]   l_wdata_i,

    input  wire             s_req_i,
    input  wire [AW-1:0]    s_addr_i,
    input  wire [WL:0]      s_n_i,
    output wire [W*8-1:0]   s_rdata_o,

    output wire             clash_o
);

    localparam BL = $clog2(BANKS);
    localparam GW = AW - WL - 1;     // index of a word among all of its half
    // ... among those of its bank (a bank of one word a half wastes one)
    localparam IW = GW > BL ? GW - BL : 1;

    // ------------------------------------------------------------------------
    // Where each port goes

    wire [BANKS-1:0] ae, ao, be, bo, pe, po, le, lo, se, so;
    wire [GW-1:0]    aei, aoi, bei, boi, pei, poi, lei, loi, sei, soi;

    spad_port #(.AW(AW), .WL(WL), .BANKS(BANKS), .BL(BL)) port_a (
        .req_i(a_req_i), .addr_i(a_addr_i), .n_i(a_n_i),
        .even_o(ae), .odd_o(ao), .eidx_o(aei), .oidx_o(aoi));
    spad_port #(.AW(AW), .WL(WL), .BANKS(BANKS), .BL(BL)) port_b (
        .req_i(b_req_i), .addr_i(b_addr_i), .n_i(b_n_i),
        .even_o(be), .odd_o(bo), .eidx_o(bei), .oidx_o(boi));
    spad_port #(.AW(AW), .WL(WL), .BANKS(BANKS), .BL(BL)) port_p (
        .req_i(p_req_i), .addr_i(p_addr_i), .n_i(p_n_i),
        .even_o(pe), .odd_o(po), .eidx_o(pei), .oidx_o(poi));
    spad_port #(.AW(AW), .WL(WL), .BANKS(BANKS), .BL(BL)) port_l (
        .req_i(l_req_i), .addr_i(l_addr_i), .n_i(l_n_i),
        .even_o(le), .odd_o(lo), .eidx_o(lei), .oidx_o(loi));
    spad_port #(.AW(AW), .WL(WL), .BANKS(BANKS), .BL(BL)) port_s (
        .req_i(s_req_i), .addr_i(s_addr_i), .n_i(s_n_i),
        .even_o(se), .odd_o(so), .eidx_o(sei), .oidx_o(soi));

    // verilator lint_off UNUSED
    wire unused = &{1'b0, lei, loi};    // only the index part is used
    // verilator lint_on UNUSED

    // A bank is one resource, though its halves could serve two ports.
    wire [BANKS-1:0] at = ae | ao, bt = be | bo, pt = pe | po,
                     lt = le | lo, st = se | so;
    wire [BANKS-1:0] ab = at | bt, abp = ab | pt, abpl = abp | lt;
    assign clash_o = |((at & bt) | (ab & pt) | (abp & lt) | (abpl & st));

    // ------------------------------------------------------------------------
    // Write data: rotated to the words' byte positions

    wire [W*8-1:0] pd, ld;
    wire [2*W-1:0] pm, lm;    // byte enables of the first and second word

    spad_spread #(.W(W), .WL(WL)) spread_p (
        .we_i(p_req_i && p_we_i), .off_i(p_addr_i[WL-1:0]), .n_i(p_n_i),
        .data_i(p_wdata_i), .data_o(pd), .mask_o(pm));
    spad_spread #(.W(W), .WL(WL)) spread_l (
        .we_i(l_req_i), .off_i(l_addr_i[WL-1:0]), .n_i(l_n_i),
        .data_i(l_wdata_i), .data_o(ld), .mask_o(lm));

    wire [W-1:0] pme = p_addr_i[WL] ? pm[2*W-1:W] : pm[W-1:0];
    wire [W-1:0] pmo = p_addr_i[WL] ? pm[W-1:0] : pm[2*W-1:W];
    wire [W-1:0] lme = l_addr_i[WL] ? lm[2*W-1:W] : lm[W-1:0];
    wire [W-1:0] lmo = l_addr_i[WL] ? lm[W-1:0] : lm[2*W-1:W];

    // ------------------------------------------------------------------------
    // Banks

    wire [BANKS*W*8-1:0] eq, oq;
    wire [BANKS-1:0] eany = ae | be | pe | le | se;
    wire [BANKS-1:0] oany = ao | bo | po | lo | so;
    wire [BANKS-1:0] ewe = le | (pe & {BANKS{p_we_i}});
    wire [BANKS-1:0] owe = lo | (po & {BANKS{p_we_i}});

    genvar k;
    generate
        for (k = 0; k < BANKS; k = k + 1) begin : bank
            spad_half #(.W(W), .IW(IW)) even (
                .clk_i(clk_i), .any_i(eany[k]), .we_i(ewe[k]),
                .hit_a_i(ae[k]), .hit_b_i(be[k]),
                .hit_p_i(pe[k]), .hit_l_i(le[k]),
                .idx_a_i(aei[IW-1:0]), .idx_b_i(bei[IW-1:0]),
                .idx_p_i(pei[IW-1:0]), .idx_l_i(lei[IW-1:0]),
                .idx_s_i(sei[IW-1:0]),
                .wdata_p_i(pd), .wmask_p_i(pme),
                .wdata_l_i(ld), .wmask_l_i(lme),
                .rdata_qo(eq[k*W*8 +: W*8]));
            spad_half #(.W(W), .IW(IW)) odd (
                .clk_i(clk_i), .any_i(oany[k]), .we_i(owe[k]),
                .hit_a_i(ao[k]), .hit_b_i(bo[k]),
                .hit_p_i(po[k]), .hit_l_i(lo[k]),
                .idx_a_i(aoi[IW-1:0]), .idx_b_i(boi[IW-1:0]),
                .idx_p_i(poi[IW-1:0]), .idx_l_i(loi[IW-1:0]),
                .idx_s_i(soi[IW-1:0]),
                .wdata_p_i(pd), .wmask_p_i(pmo),
                .wdata_l_i(ld), .wmask_l_i(lmo),
                .rdata_qo(oq[k*W*8 +: W*8]));
        end
    endgenerate

    // ------------------------------------------------------------------------
    // Read data

    spad_align #(.WL(WL), .BANKS(BANKS), .BL(BL), .W(W)) align_a (
        .clk_i(clk_i), .req_i(a_req_i), .addr_i(a_addr_i[WL:0]),
        .ebank_i(aei[GW-1 -: BL]), .obank_i(aoi[GW-1 -: BL]),
        .even_i(eq), .odd_i(oq), .rdata_o(a_rdata_o));
    spad_align #(.WL(WL), .BANKS(BANKS), .BL(BL), .W(W)) align_b (
        .clk_i(clk_i), .req_i(b_req_i), .addr_i(b_addr_i[WL:0]),
        .ebank_i(bei[GW-1 -: BL]), .obank_i(boi[GW-1 -: BL]),
        .even_i(eq), .odd_i(oq), .rdata_o(b_rdata_o));
    spad_align #(.WL(WL), .BANKS(BANKS), .BL(BL), .W(W)) align_p (
        .clk_i(clk_i), .req_i(p_req_i && !p_we_i), .addr_i(p_addr_i[WL:0]),
        .ebank_i(pei[GW-1 -: BL]), .obank_i(poi[GW-1 -: BL]),
        .even_i(eq), .odd_i(oq), .rdata_o(p_rdata_o));
    spad_align #(.WL(WL), .BANKS(BANKS), .BL(BL), .W(W)) align_s (
        .clk_i(clk_i), .req_i(s_req_i), .addr_i(s_addr_i[WL:0]),
        .ebank_i(sei[GW-1 -: BL]), .obank_i(soi[GW-1 -: BL]),
        .even_i(eq), .odd_i(oq), .rdata_o(s_rdata_o));

    // ------------------------------------------------------------------------
    // Properties

`ifndef SYNTHESIS
    initial
        if (SPAD_KIB * 1024 != 1 << AW || SPAD_KIB * 1024 < BANKS * 2 * W ||
            1 << BL != BANKS || 1 << WL != W) begin
            $display("spad: impossible parameters");
            $finish;
        end
`endif

endmodule

`default_nettype wire
