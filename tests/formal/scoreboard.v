// scoreboard: its counts are the commands that ended in this job, and a head is
// ready when, and only when, all three reach its waits.
//
// Assumed: fewer than 65536 commands of a queue end in a job.
//
//@ read scoreboard.v
//@ prove : bmc 8, induction 2, cover 8
//@ mutants : bmc 2, induction 2
//@ complete all outputs equal a reference
//@ bug ready_of_all scoreboard.v: ex_q >= wait_i[k*48+16 +: 16] => ex_q > wait_i[k*48+16 +: 16]
//@ bug ready_of_all scoreboard.v: if (end_i[1]) ex_q => if (end_i[1] && !end_i[0]) ex_q
//@ bug ready_of_all scoreboard.v: !rst_ni || clear_i => !rst_ni
//@ bug ready_of_all scoreboard.v: st_q >= wait_i[k*48+32 +: 16] => st_q >= wait_i[k*48+32 +: 15]
//@ bug ready_of_loads scoreboard.v: ld_q >= wait_i[k*48 +: 16] => ld_q >= wait_i[16 +: 16]

`default_nettype none

module bench (
    input wire         clk_i,
    input wire         rst_ni,
    input wire         clear_i,
    input wire [2:0]   end_i,
    input wire [143:0] wait_i
);

    wire [2:0] ready, ld_ready;

    scoreboard dut (
        .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_i), .end_i(end_i),
        .wait_i(wait_i), .ready_o(ready), .ld_ready_o(ld_ready));

    reg        past_q = 1'b0;
    reg [16:0] ended_q [0:2];      // LD, EX, ST: a bit more than the counts
    integer    k;
    always @(posedge clk_i) begin
        past_q <= 1'b1;
        for (k = 0; k < 3; k = k + 1)
            ended_q[k] <= !rst_ni || clear_i ? 17'd0 : ended_q[k] + end_i[k];
    end
    always @* begin
        if (!past_q) assume (!rst_ni);
        if (past_q) for (k = 0; k < 3; k = k + 1) assume (!ended_q[k][16]);
    end

    (* hierconn *) wire [15:0] \dut.ld_q ;
    (* hierconn *) wire [15:0] \dut.ex_q ;
    (* hierconn *) wire [15:0] \dut.st_q ;

    reg [2:0] want, ld_want;
    always @* for (k = 0; k < 3; k = k + 1) begin
        ld_want[k] = ended_q[0] >= wait_i[k*48 +: 16];
        want[k] = ld_want[k] && ended_q[1] >= wait_i[k*48+16 +: 16] &&
                  ended_q[2] >= wait_i[k*48+32 +: 16];
    end

    always @(posedge clk_i) if (past_q) begin
        ready_of_all: assert (ready == want);
        ready_of_loads: assert (ld_ready == ld_want);
        inv_counts: assert (ended_q[0] == \dut.ld_q &&
                            ended_q[1] == \dut.ex_q &&
                            ended_q[2] == \dut.st_q );
        all_ready: cover (ready == 3'b111 && wait_i == {3{48'h000300020001}});
        none_ready: cover (ready == 3'b000 && end_i == 3'b111 &&
                           ended_q[2] == 17'd2);
    end

endmodule

`default_nettype wire
