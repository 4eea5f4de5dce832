// ibex.f: the sources of ibex_top for Verilator's -F (names without a slash in
// front are relative to this file). JOULET_IBEX is the folder of the package's
// SystemVerilog, as rtl/ibex/where prints it:
//
//   JOULET_IBEX=$(rtl/ibex/where) verilator -F rtl/ibex/ibex.f TOP.sv ...
//
// Not here: tracer, lockstep, and the other register files.
-DRVFI
-DSYNTHESIS
--noassert
--x-assign fast
--x-initial fast
-Wno-lint
-Wno-style
+incdir+$JOULET_IBEX/vendor/lowrisc_ip/ip/prim/rtl
+incdir+$JOULET_IBEX/vendor/lowrisc_ip/dv/sv/dv_utils
+incdir+$JOULET_IBEX/rtl
$JOULET_IBEX/vendor/lowrisc_ip/ip/prim/rtl/prim_ram_1p_pkg.sv
$JOULET_IBEX/vendor/lowrisc_ip/ip/prim/rtl/prim_secded_pkg.sv
$JOULET_IBEX/vendor/lowrisc_ip/ip/prim/rtl/prim_cipher_pkg.sv
$JOULET_IBEX/vendor/lowrisc_ip/ip/prim/rtl/prim_mubi_pkg.sv
$JOULET_IBEX/vendor/lowrisc_ip/ip/prim/rtl/prim_util_pkg.sv
$JOULET_IBEX/vendor/lowrisc_ip/ip/prim/rtl/prim_count_pkg.sv
$JOULET_IBEX/rtl/ibex_pkg.sv
prim_buf.sv
prim_clock_gating.sv
$JOULET_IBEX/rtl/ibex_alu.sv
$JOULET_IBEX/rtl/ibex_branch_predict.sv
$JOULET_IBEX/rtl/ibex_compressed_decoder.sv
$JOULET_IBEX/rtl/ibex_controller.sv
$JOULET_IBEX/rtl/ibex_core.sv
$JOULET_IBEX/rtl/ibex_counter.sv
$JOULET_IBEX/rtl/ibex_cs_registers.sv
$JOULET_IBEX/rtl/ibex_csr.sv
$JOULET_IBEX/rtl/ibex_decoder.sv
$JOULET_IBEX/rtl/ibex_dummy_instr.sv
$JOULET_IBEX/rtl/ibex_ex_block.sv
$JOULET_IBEX/rtl/ibex_fetch_fifo.sv
$JOULET_IBEX/rtl/ibex_icache.sv
$JOULET_IBEX/rtl/ibex_id_stage.sv
$JOULET_IBEX/rtl/ibex_if_stage.sv
$JOULET_IBEX/rtl/ibex_load_store_unit.sv
$JOULET_IBEX/rtl/ibex_multdiv_fast.sv
$JOULET_IBEX/rtl/ibex_multdiv_slow.sv
$JOULET_IBEX/rtl/ibex_pmp.sv
$JOULET_IBEX/rtl/ibex_prefetch_buffer.sv
$JOULET_IBEX/rtl/ibex_register_file_ff.sv
$JOULET_IBEX/rtl/ibex_top.sv
$JOULET_IBEX/rtl/ibex_wb_stage.sv
