// prim_clock_gating: a clock that runs only while it is enabled.
//
// Ibex instantiates it, its package does not bring it. The enable is latched
// while the clock is low, so that a change of it never cuts a pulse short.

module prim_clock_gating #(
    parameter bit NoFpgaGate    = 1'b0,
    parameter bit FpgaBufGlobal = 1'b1
) (
    input  logic clk_i,
    input  logic en_i,
    input  logic test_en_i,
    output logic clk_o
);
    logic en /* verilator clock_enable */;

    always_latch if (!clk_i) en = en_i | test_en_i;
    assign clk_o = en & clk_i;
endmodule
