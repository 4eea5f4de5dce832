// spad_half: half a bank: a single-port memory of words and its port switch.
//
// At most one of the five ports hits (else the data is undefined; spad tells).
// Read data comes one cycle after the hit and stays until the next read.
// Ports L and P write; P also reads. Contents are not reset.
//
// This is the module to replace by a memory macro.

`default_nettype none

module spad_half #(
    parameter W  = 8,    // bytes of a word
    parameter IW = 9     // bits of a word index
) (
    input  wire             clk_i,
    input  wire             any_i,      // some port hits
    input  wire             we_i,       // ... and writes
    input  wire             hit_a_i,
    input  wire             hit_b_i,
    input  wire             hit_p_i,
    input  wire             hit_l_i,    // no hit of A, B, P or L: port S
    input  wire [IW-1:0]    idx_a_i,
    input  wire [IW-1:0]    idx_b_i,
    input  wire [IW-1:0]    idx_p_i,
    input  wire [IW-1:0]    idx_l_i,
    input  wire [IW-1:0]    idx_s_i,
    input  wire [W*8-1:0]   wdata_p_i,
    input  wire [W-1:0]     wmask_p_i,
    input  wire [W*8-1:0]   wdata_l_i,
    input  wire [W-1:0]     wmask_l_i,
    output reg  [W*8-1:0]   rdata_qo
);

    reg [W*8-1:0] mem_q [0:(1<<IW)-1];

    // All choices are made inside, so that an idle half costs a simulation
    // next to nothing; the blocking assignments are to locals. A write keeps
    // the other bytes of its word: byte enables (yosys: opt_mem_feedback).
    // verilator lint_off BLKSEQ
    integer i;
    always @(posedge clk_i)
        if (any_i) begin : access
            reg [IW-1:0]  idx;
            reg [W*8-1:0] word, wdata;
            reg [W-1:0]   wmask;
            idx = hit_a_i ? idx_a_i : hit_b_i ? idx_b_i :
                  hit_l_i ? idx_l_i : hit_p_i ? idx_p_i : idx_s_i;
            if (we_i) begin
                word = mem_q[idx];
                wdata = hit_l_i ? wdata_l_i : wdata_p_i;
                wmask = hit_l_i ? wmask_l_i : wmask_p_i;
                for (i = 0; i < W; i = i + 1)
                    if (wmask[i])
                        word[i*8 +: 8] = wdata[i*8 +: 8];
`ifdef VERILATOR
                mem_q[idx] = word;      // the same, and faster
`else
                mem_q[idx] <= word;
`endif
            end else
                rdata_qo <= mem_q[idx];
        end
    // verilator lint_on BLKSEQ

endmodule

`default_nettype wire
