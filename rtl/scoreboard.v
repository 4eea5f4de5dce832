// scoreboard: how many commands of each queue have ended in this job, and
// whether the three heads may start.
//
// A command whose end_i is high in cycle t is counted from t+1 on. clear_i
// (a new job) wins. Counts are 16 bits and compare unsigned.

`default_nettype none

module scoreboard (
    input  wire         clk_i,
    input  wire         rst_ni,
    input  wire         clear_i,
    input  wire [2:0]   end_i,       // LD, EX, ST: the last cycle of a command
    input  wire [143:0] wait_i,      // per queue {wait_st, wait_ex, wait_ld}
    output wire [2:0]   ready_o,     // the head's waits are satisfied
    output wire [2:0]   ld_ready_o   // ... as far as loads are concerned
);

    reg [15:0] ld_q, ex_q, st_q;

    always @(posedge clk_i)
        if (!rst_ni || clear_i) begin
            ld_q <= 16'd0;
            ex_q <= 16'd0;
            st_q <= 16'd0;
        end else begin
            if (end_i[0]) ld_q <= ld_q + 16'd1;
            if (end_i[1]) ex_q <= ex_q + 16'd1;
            if (end_i[2]) st_q <= st_q + 16'd1;
        end

    genvar k;
    generate
        for (k = 0; k < 3; k = k + 1) begin : head
            assign ld_ready_o[k] = ld_q >= wait_i[k*48 +: 16];
            assign ready_o[k] = ld_ready_o[k] &&
                                ex_q >= wait_i[k*48+16 +: 16] &&
                                st_q >= wait_i[k*48+32 +: 16];
        end
    endgenerate

endmodule

`default_nettype wire
