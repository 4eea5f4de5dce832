/* joulet.h: the public library. Load, compile, run, cost, report.
 *
 *     struct err err;
 *     struct design d = design_default();
 *     struct joulet_net *net = joulet_net_open("kws.tflite", &err);
 *     struct joulet_program *p =
 *         joulet_compile(net, &d, JOULET_ACCEL, NULL, &err);
 *     struct joulet_result r;
 *     joulet_run(p, &(struct joulet_opts){.backend = "fast"},
 *                in, 1, out, &r, &err);
 *     printf("%llu cycles\n", (unsigned long long)r.cycles);
 *
 * The library never prints and never exits. A fallible function returns NULL
 * or false and fills `err`; err->kind is the exit status that the command line
 * uses. Handles are freed with their _close or _free; NULL is allowed there.
 * Nothing is shared between handles: separate handles may be used from
 * separate threads or processes. Equal calls give equal results.
 *
 * Energy is never simulated: a run gives counts, joulet_cost multiplies them
 * with a technology table.
 */
#ifndef SIM_JOULET_H
#define SIM_JOULET_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "base/err.h"
#include "isa/design.h"
#include "isa/event.h"

#define JOULET_VERSION "0.1.0"

/* ---- Networks ---------------------------------------------------------- */

struct joulet_net;

/* Read and check a .tflite file. ERR_NOINPUT, ERR_DATA. */
struct joulet_net *joulet_net_open(const char *path, struct err *err);
void joulet_net_close(struct joulet_net *net);
/* File name, no suffix. */
const char *joulet_net_name(const struct joulet_net *net);
uint64_t joulet_net_hash(const struct joulet_net *net); /* of the file */
/* All inputs, all outputs of one inference. */
size_t joulet_net_in_bytes(const struct joulet_net *net);
size_t joulet_net_out_bytes(const struct joulet_net *net);
/* Of a network that tells classes apart: how many. ERR_DATA if it has several
 * outputs, or one number. */
bool joulet_net_classes(const struct joulet_net *net, int *n, struct err *err);
/* What it takes each of n inputs for: the number of the largest output, of
 * equal ones the first. By the compiler's reference: outputs are the same on
 * every design but for what network.weight_bits and network.keep_of_4 do to the
 * weights, and of d only those are used. go_on, if not NULL, is called before
 * each input with how many are done; false from it: ERR_INTERRUPTED. */
bool joulet_classify(const struct joulet_net *net, const struct design *d,
                     const void *in, size_t n, int *class,
                     bool (*go_on)(void *ctx, size_t done), void *ctx,
                     struct err *err);

/* ---- Programs ---------------------------------------------------------- */

enum joulet_target { JOULET_ACCEL, JOULET_CPU };

/* "accel" or "cpu"; -1 otherwise. */
int joulet_target_find(const char *name);

struct joulet_dump {
	const char *stages; /* "graph,tiles,image" */
	FILE *to;
};

struct joulet_program;

/* Compile `net` for `d`; of the programs that the search looks at, the one
 * whose jobs are the shortest on the fast model. dump may be NULL. The network
 * must outlive the program. ERR_DATA when an operator is not supported or does
 * not fit. */
struct joulet_program *joulet_compile(const struct joulet_net *net,
                                      const struct design *d,
                                      enum joulet_target target,
                                      const struct joulet_dump *dump,
                                      struct err *err);
/* The same for the accelerator with a longer search: as if the scratchpad were
 * of every smaller size, had fewer banks, or memory were narrower, and each
 * program timed with the firmware. So of two designs that differ only in these,
 * the larger one's program is not the slower one: docs/laws.md. Takes some
 * fifty to some thousand times as long as joulet_compile. */
struct joulet_program *joulet_compile_longer(const struct joulet_net *net,
                                             const struct design *d,
                                             const struct joulet_dump *dump,
                                             struct err *err);
void joulet_program_close(struct joulet_program *p);

/* ---- Running ----------------------------------------------------------- */

/* Cycles [from, to) since the inference began; or with layer, the end of its
 * name or its number, those from the start of its first command to the end of
 * its last one. All zero: the whole inference. */
struct joulet_window {
	uint64_t from, to;
	char layer[64];
};

/* Read "A:B" or "layer=NAME". ERR_USAGE. */
bool joulet_window_parse(const char *text, struct joulet_window *w,
                         struct err *err);

/* JOULET_STALL: joulet_opts.stall if that is 0. Before the end that a watchdog
 * makes so many cycles are shown. */
enum { JOULET_STALL = 1000, JOULET_HANG_CYCLES = 10000 };

struct joulet_opts {
	const char *backend; /* "fast" (NULL too) or "rtl" */
	bool timing_only;    /* fast: no tensor data; `out` is not written */
	bool timeline;       /* keep the command log of the first inference */
	uint64_t max_cycles; /* watchdog of one inference, since reset; 0: 20e9,
	                      * rtl: twice what fast takes, and 100,000 */
	/* rtl: ERR_WATCHDOG after so many cycles without progress of a busy
	 * accelerator (accel_opts.stall of sim/accel.h). */
	uint64_t stall;
	/* rtl: the waveforms of the first inference go to this file, in the
	 * format FST; one unit of time is a cycle, 0 is the inference's first.
	 * NULL: none. */
	const char *waves;
	struct joulet_window window;
	/* rtl: after ERR_WATCHDOG the last JOULET_HANG_CYCLES cycles before the
	 * end are run again and go to this file; NULL: not. */
	const char *hang;
	/* A debugger drives the first inference: wait for it on this port of
	 * the loopback interface (0: any free one; note says which). */
	bool gdb;
	int gdb_port;
	bool profile; /* take a profile of the first inference */
	/* A long step begins; or NULL. */
	void (*note)(void *ctx, const char *text);
	void *note_ctx;
};

struct joulet_layer {
	char name[64];
	const char *op;     /* "CONV_2D" ... */
	const char *unit;   /* "array", "cpu", "fused", "none" */
	int64_t macs;       /* useful multiply-accumulates */
	uint64_t cycles;    /* this layer's part of the inference */
	double utilization; /* macs / (cycles * cells); 0 on the cpu */
	struct counts counts;
};

struct joulet_command {
	uint8_t queue, opcode; /* isa/command.h */
	uint16_t layer;
	uint64_t start, end; /* cycles since the inference began */
};

/* What the host core spent in one function, called along one path. */
struct joulet_stack {
	char *frames;         /* "_start;main;kernel_run;softmax" */
	uint64_t cycles;      /* in the last one itself; "[sleep]": in WFI */
	struct counts counts; /* CPU_EVENTs */
};

/* Hash of what a backend reads when it runs, the program being known: 0 for
 * "fast", the Verilog's for "rtl". ERR_NOINPUT, ERR_USAGE. */
bool joulet_backend_hash(const char *backend, uint64_t *hash, struct err *err);

/* Input for when none is given: bytes that look random, always the same. */
void joulet_made_up(void *in, size_t bytes);

struct joulet_result {
	uint64_t cycles; /* of the first inference: input in memory to
	                  * output in memory, firmware included */
	uint64_t cycles_min, cycles_max; /* over all inferences */
	size_t inferences;
	uint64_t boot_cycles; /* reset to begin of inference; not in cycles */
	int n_layers;
	/* Of the first inference; cycles sum to `cycles`. */
	struct joulet_layer *layer;
	struct counts total; /* sum over layers */
	double utilization;  /* all MACs / (cycles * cells) */
	uint32_t arena_bytes, peak_bytes, spad_bytes, image_bytes;
	uint64_t out_hash;          /* of all outputs */
	struct joulet_command *cmd; /* if opts.timeline */
	size_t n_cmds;
	struct joulet_stack *stack; /* if opts.profile; first inference; their
	                             * cycles sum to `cycles`, their counts to
	                             * the CPU_EVENTs of `total` */
	size_t n_stacks;
};

/* Run `n` inferences, each from reset. in, out: n times the network's input
 * and output bytes (out may be NULL). */
bool joulet_run(const struct joulet_program *p, const struct joulet_opts *opts,
                const void *in, size_t n, void *out, struct joulet_result *r,
                struct err *err);
void joulet_result_free(struct joulet_result *r);

/* Many programs of one network on one input, as fast as can be: what joulet_run
 * gives for the first inference on backend "fast", but no data is computed.
 * Where the CPU reads a tensor, and at the end, the compiler's reference says
 * what it holds, so that kernels on the CPU take their exact time too; outputs
 * are the reference's. Simulator and tensors are kept from run to run. */
struct joulet_stopwatch;

/* Copies the input; the network must outlive it. */
struct joulet_stopwatch *joulet_stopwatch_open(const struct joulet_net *net,
                                               const void *in);
void joulet_stopwatch_close(struct joulet_stopwatch *w);
/* p: of the same network. Errors as of joulet_run. */
bool joulet_stopwatch_run(struct joulet_stopwatch *w,
                          const struct joulet_program *p,
                          struct joulet_result *r, struct err *err);

/* Run rtl, fast and the compiler's reference on the same inputs; compare
 * outputs, all counts of every layer, and start and end of every command.
 * expect may be NULL; else n outputs that must come out too. ERR_MISMATCH with
 * the first difference. r holds the fast run. */
bool joulet_verify(const struct joulet_program *p,
                   const struct joulet_opts *opts, const void *in, size_t n,
                   const void *expect, struct joulet_result *r,
                   struct err *err);

/* ---- The whole system in Verilog --------------------------------------- */

struct joulet_soc_result {
	size_t inferences;
	uint64_t cycles; /* of the first inference, as joulet_result.cycles */
	/* Of all inferences, from reset to the firmware's end. */
	uint64_t instructions, commands;
};

/* Run inferences on rtl/soc.sv (the real host core, bus, memories, devices,
 * accelerator) and in the simulation, in step; compare every retired
 * instruction (cycle, pc, instruction, register, value, trap), start and end of
 * every command, every count of the accelerator, cycles asleep, the marks of
 * the firmware, its output, and all of SRAM; and outputs with the compiler's
 * reference. expect may be NULL; else n outputs that must come out too.
 * ERR_MISMATCH with the first difference, ERR_TOOL if Verilator or the core's
 * RTL is missing. */
bool joulet_soc_verify(const struct joulet_program *p,
                       const struct joulet_opts *opts, const void *in, size_t n,
                       const void *expect, struct joulet_soc_result *r,
                       struct err *err);
/* Run inferences on rtl/soc.sv alone. out may be NULL. */
bool joulet_soc_run(const struct joulet_program *p,
                    const struct joulet_opts *opts, const void *in, size_t n,
                    void *out, struct joulet_soc_result *r, struct err *err);

/* ---- Explaining -------------------------------------------------------- */

/* What a cycle is spent on: docs/explain.md. */
enum joulet_cause {
#define CAUSE(name, doc) CAUSE_##name,
#include "sim/causes.def"
	N_CAUSES
};
extern const char *const joulet_cause_name[N_CAUSES];

/* The same network with one parameter at a neighbouring value, compiled anew
 * and run. */
struct joulet_trial {
	const char *key;        /* "array.rows" */
	char from[24], to[24];  /* its value and the neighbour's */
	bool up;                /* the larger neighbour (the faster core) */
	bool ok;                /* false: no such design, or it does not fit */
	char why[128];          /* if not ok */
	uint64_t cycles;        /* of the inference */
	uint64_t *layer_cycles; /* n_layers, as joulet_layer's */
};

struct joulet_why {
	uint64_t cause[N_CAUSES]; /* cycles; they sum to the layer's */
	enum joulet_cause bound;  /* the most of them; the first of equals */
	int trial;     /* the trial upwards that saves most here; -1: none */
	int64_t saves; /* cycles of this layer */
};

/* A tensor in data memory. */
struct joulet_tensor {
	char name[64];
	uint32_t at, bytes; /* from the first byte of data memory on */
	uint64_t from, to;  /* cycles of the inference: from the begin of the
	                     * layer that writes it to the end of the last one
	                     * that reads it */
};

/* Bytes of the scratchpad that hold something. */
enum joulet_content { CONTENT_weights, CONTENT_operands, CONTENT_results };
struct joulet_use {
	enum joulet_content content;
	uint32_t at, bytes; /* to 16 bytes */
	uint64_t from, to;  /* from the begin of the first command that writes
	                     * it to the end of the last one that uses it */
};

struct joulet_explain {
	struct joulet_result run; /* of the design itself, with cmd */
	struct joulet_why *layer; /* run.n_layers */
	struct joulet_why total;  /* the sum; trial: for the inference */
	/* Physical bounds, in cycles: MACs over cells; bytes that the commands
	 * move over the width of the port of flash, of SRAM. */
	uint64_t macs_cycles, flash_cycles, sram_cycles;
	struct joulet_trial *trial;
	int n_trials;
	struct joulet_tensor *tensor; /* by address */
	int n_tensors;
	struct joulet_use *use; /* in the order in which they end */
	size_t n_uses;
};

/* Say what bounds each layer of an inference of `in`, and what the neighbouring
 * designs would take. On false nothing needs to be freed. */
bool joulet_explain(const struct joulet_net *net, const struct design *d,
                    enum joulet_target target, const void *in,
                    struct joulet_explain *x, struct err *err);
/* The same without neighbours: n_trials is 0. Takes two runs. */
bool joulet_explain_alone(const struct joulet_net *net, const struct design *d,
                          enum joulet_target target, const void *in,
                          struct joulet_explain *x, struct err *err);
void joulet_explain_free(struct joulet_explain *x);
/* What the neighbour of a trial takes beyond the design, in mm2, by a table;
 * *mm2: itself. False: the table says no areas, or there is no such design. */
struct joulet_tech;
bool joulet_trial_area(const struct joulet_tech *tech, const struct design *d,
                       const struct joulet_trial *t, double *mm2, double *more);
/* tech: of areas; one that says none leaves them out, as does NULL. */
void joulet_explain_text(const struct joulet_explain *x,
                         const struct joulet_net *net, const struct design *d,
                         const struct joulet_tech *tech, int width, FILE *f);
/* One JSON object; keys in docs/explain.md. */
void joulet_explain_json(const struct joulet_explain *x,
                         const struct joulet_net *net, const struct design *d,
                         const struct joulet_tech *tech, FILE *f);

/* ---- Replay ------------------------------------------------------------ */

struct joulet_replayed {
	size_t jobs, commands; /* commands: that ended */
	uint64_t cycles;
	bool at_end; /* all jobs ended within the file's limit */
	bool legal;  /* else fault says what both backends met */
	char fault[512];
};

/* Run the commands of a replay file (docs/replay.md) on the accelerator alone:
 * fast, fast without data, and rtl. Compare the memories, all counts, what the
 * host reads, start and end of every command. Of opts only note is used.
 * ERR_MISMATCH with the first difference; ERR_DATA and file, line and key if
 * the file is not well formed. */
bool joulet_replay(const char *path, const struct joulet_opts *opts,
                   struct joulet_replayed *r, struct err *err);

/* ---- Cost -------------------------------------------------------------- */

enum joulet_share {
#define SHARE(name, doc) SHARE_##name,
#include "sim/shares.def"
	N_SHARES
};
extern const char *const joulet_share_name[N_SHARES];

/* Every figure has a lower and an upper bound beside its nominal value. */
enum joulet_level { JOULET_MIN, JOULET_NOMINAL, JOULET_MAX, N_LEVELS };
extern const char *const joulet_level_name[N_LEVELS];

struct joulet_band {
	double min, nominal, max;
};

struct joulet_tech;

/* Read a technology table: a preset by its name ("aladdin40", a file of
 * configs/tech), or the file of a path, which has a slash or ends with .yaml.
 * NULL: the default one, horowitz45. ERR_NOINPUT, ERR_DATA. */
struct joulet_tech *joulet_tech_open(const char *name, struct err *err);
bool joulet_tech_is_preset(const char *name); /* a name, no path */
/* Names of all presets, sorted; to be freed with _free. */
char **joulet_tech_presets(int *n);
void joulet_tech_presets_free(char **name, int n);
void joulet_tech_close(struct joulet_tech *t);
const char *joulet_tech_name(const struct joulet_tech *t);
uint64_t joulet_tech_hash(const struct joulet_tech *t);
const char *joulet_tech_about(const struct joulet_tech *t); /* or NULL */
/* What the host core's figures cover: "core", or "chip": with it all that a
 * microcontroller draws while it runs, its memories, too. */
const char *joulet_tech_scope(const struct joulet_tech *t);
/* Every figure with its band, and where it is from if `origin`. */
void joulet_tech_text(const struct joulet_tech *t, bool origin, int width,
                      FILE *f);
void joulet_tech_json(const struct joulet_tech *t, FILE *f);
/* JSON Schema of such a file: isa/schema.h. */
struct buf;
void joulet_tech_schema(struct buf *to);

/* Supply of a design's logic in V: its own, or else the table's. */
double joulet_supply(const struct joulet_tech *t, const struct design *d);
/* Can the table's logic be brought to the design's supply? Energy and power
 * below ask for it. ERR_DATA, with `src`. */
bool joulet_supply_check(const struct joulet_tech *t, const struct design *d,
                         struct src src, struct err *err);
/* What its logic costs there, over what it costs at the table's voltage: 1 if
 * that is the same. Rows of the groups energy, cpu and leakage are multiplied
 * by it, nothing else is. joulet_clock_check says if the clock is reached. */
struct joulet_band joulet_supply_factor(const struct joulet_tech *t,
                                        const struct design *d);

/* Energy of counts, by unit, in pJ. `cycles` is for leakage. */
void joulet_cost(const struct joulet_tech *t, const struct design *d,
                 const struct counts *c, uint64_t cycles,
                 double share_pj[N_SHARES]);
double joulet_energy_uj(const double share_pj[N_SHARES]); /* their sum */
/* The same with every row at that level; joulet_cost: JOULET_NOMINAL. */
void joulet_cost_at(const struct joulet_tech *t, enum joulet_level level,
                    const struct design *d, const struct counts *c,
                    uint64_t cycles, double share_pj[N_SHARES]);
/* The sums at all levels, in uJ: all rows at their least, all at their most, so
 * that the truth is within if it is within for each row. */
struct joulet_band joulet_energy_band(const struct joulet_tech *t,
                                      const struct design *d,
                                      const struct counts *c, uint64_t cycles);
double joulet_latency_us(const struct design *d, uint64_t cycles);

/* ---- Activity ---------------------------------------------------------- */

/* What moves in the array, summed over cells (popcounts of changes from one
 * cycle to the next), rows that are not in use included: weights move there,
 * too. */
struct joulet_activity {
	double wgt_flips;  /* bits of weights, once for each cell they reach
	                    * whose row has an activation, or just had one */
	double idle_flips; /* ... once for each of the others */
	double prod_flips; /* bits of products, of 32 bits each */
	double add_flips;  /* bits of sums before their registers */
	double sum_flips;  /* bits of sums in their registers */
	double zero_macs;  /* MACs (EV_macs) whose activation is a zero byte */
};

/* Run one inference of `in` (joulet_net_in_bytes) on the fast model and count
 * what moves: to[n] by layer, as joulet_result has them; zeros for what the
 * host core computes. Errors as for joulet_run. */
bool joulet_count_activity(const struct joulet_program *p, const void *in,
                           struct joulet_activity *to, int n, struct err *err);
void joulet_add_activity(struct joulet_activity *to,
                         const struct joulet_activity *a);

/* What MACs with a zero activation save by row mac_zero; never negative.
 * Operands are raw bytes: a network's own zero is its zero point, often another
 * byte. */
double joulet_zero_saving_pj(const struct joulet_tech *t,
                             enum joulet_level level, const struct design *d,
                             double zero_macs);

/* The array's energy by what flips, in pJ, in place of share `array`, which
 * takes operands as typical. ERR_DATA: the table has no rows for it. */
bool joulet_array_pj(const struct joulet_tech *t, enum joulet_level level,
                     const struct design *d, const struct counts *c,
                     const struct joulet_activity *a, double *pj,
                     struct err *err);

/* ---- Power ------------------------------------------------------------- */

/* What leaks, and can be put to sleep on its own. */
enum joulet_block {
#define BLOCK(name, kind, doc) BLOCK_##name,
#include "sim/blocks.def"
	N_BLOCKS
};
extern const char *const joulet_block_name[N_BLOCKS];

/* ON: leaks; what it does beyond that is counted as events. GATED: clocked off,
 * leaks as much. RETAIN: a memory at the lowest supply that keeps its contents;
 * anything else is off. OFF: switched off, contents lost. */
enum joulet_state { STATE_ON, STATE_GATED, STATE_RETAIN, STATE_OFF, N_STATES };

/* Leakage of one block in a state, in uW. ERR_DATA if the table does not say
 * (RETAIN, OFF: group state). */
bool joulet_leakage_uw(const struct joulet_tech *t, const struct design *d,
                       enum joulet_block block, enum joulet_state state,
                       struct joulet_band *uw, struct err *err);

/* The chip between inferences. */
struct joulet_power {
	struct joulet_band idle_uw;  /* all on, no clock runs */
	struct joulet_band sleep_uw; /* data and instruction memory keep their
	                              * contents, all else is off */
	struct joulet_band off_uw;   /* all off; the firmware starts anew */
	struct joulet_band wake_us;  /* out of sleep or off */
	struct joulet_band wake_uj;  /* with leakage in that time */
};

/* ERR_DATA: the table has no rows of group state. */
bool joulet_power(const struct joulet_tech *t, const struct design *d,
                  struct joulet_power *p, struct err *err);
/* Average power with one inference of `uj` and `us` every `period_us`, asleep
 * in between, in uW. Period: at least us and the time to wake up. */
struct joulet_band joulet_average_uw(const struct joulet_power *p,
                                     struct joulet_band uj, double us,
                                     double period_us);

/* ---- Area -------------------------------------------------------------- */

/* Parts of a chip: blocks of the accelerator's logic (sim/area.def), memories,
 * the host core. Flash is not among them. */
enum joulet_part {
#define AREA_BLOCK(name, modules) PART_##name,
#include "sim/area.def"
	PART_scratchpad, /* its SRAM */
	PART_sram,
	PART_imem,
	PART_core,
	N_AREA_PARTS,
	N_AREA_BLOCKS = PART_scratchpad
};
extern const char *const joulet_part_name[N_AREA_PARTS];

/* Area of a design in mm2, of cells and memory macros, without the wires and
 * gaps between them: docs/area.md. Logic is that of sim/area.def times the
 * table's um2. ERR_DATA if the table has no section area, or no area of its
 * SRAM points. */
bool joulet_area(const struct joulet_tech *t, enum joulet_level level,
                 const struct design *d, double part_mm2[N_AREA_PARTS],
                 struct err *err);
/* Their sum at all levels. */
bool joulet_area_band(const struct joulet_tech *t, const struct design *d,
                      struct joulet_band *mm2, struct err *err);
/* What the terms of section area are called, and how many of each a design
 * has: what a fit needs. count has joulet_area_terms() elements. */
int joulet_area_terms(void);
const char *joulet_area_term(int i, enum joulet_part *block);
void joulet_area_counts(const struct design *d, double *count);
/* The Verilog modules of a block: names with blanks around each. */
const char *joulet_area_modules(enum joulet_part block);

/* ---- Timing ------------------------------------------------------------- */

/* Kinds of paths that bound the clock: those of sim/timing.def, and memories of
 * which at least one access takes a cycle. */
enum joulet_path {
#define TIMING_PATH(name, ends, doc) PATH_##name,
#include "sim/timing.def"
	PATH_sram,
	PATH_imem,
	N_PATHS,
	N_LOGIC_PATHS = PATH_sram
};
extern const char *const joulet_path_name[N_PATHS];
extern const char *const joulet_path_doc[N_PATHS];

/* How fast a design can be clocked, at its supply: docs/area.md. */
struct joulet_timing {
	double ns[N_PATHS];     /* the shortest period that each allows */
	enum joulet_path limit; /* the longest of them */
	struct joulet_band fmax_mhz;
};

/* ERR_DATA: the table has no section timing, or no access time of its SRAM
 * points; or the supply is too low for the law by which delay follows it. */
bool joulet_timing(const struct joulet_tech *t, const struct design *d,
                   struct joulet_timing *to, struct err *err);
/* Is the design's clock reached, at its supply? ERR_DATA, with `src`: no, and
 * what limits it. A table from which joulet_timing cannot tell, at any supply,
 * claims nothing: true. */
bool joulet_clock_check(const struct joulet_tech *t, const struct design *d,
                        struct src src, struct err *err);
/* From the clock to the data of an SRAM, in ns, by the table's points; 0: they
 * do not say. */
double joulet_access_ns(const struct joulet_tech *t, double kib, double bits);
/* That of half a bank of the scratchpad, which is a macro of its own. */
double joulet_spad_access_ns(const struct joulet_tech *t,
                             const struct design *d);
/* What the terms of section timing are called, of which path each is, and how
 * many of each a design has: what a fit needs. */
int joulet_timing_terms(void);
const char *joulet_timing_term(int i, enum joulet_path *path);
void joulet_timing_counts(const struct design *d, double *count);
/* What the names of instances begin with in which a path ends; NULL: any. */
const char *joulet_path_ends(enum joulet_path path);

/* ---- Reports ----------------------------------------------------------- */

struct joulet_report {
	const struct joulet_net *net;
	const struct design *design;
	const struct joulet_result *result;
	const struct joulet_tech *tech;
	const char *backend, *target;
	const void *out; /* outputs, for --json; or NULL */
	size_t out_bytes;
	const struct joulet_activity *activity; /* by layer; NULL: not known */
};

/* A table for people, at most `width` columns. */
void joulet_report_text(const struct joulet_report *r, int width, FILE *f);
/* Where the energy goes: by unit with its band, by layer, the largest parts;
 * efficiency beside silicon; power between inferences. */
void joulet_report_energy(const struct joulet_report *r, int width, FILE *f);
/* One JSON object; keys in docs/reference/json.md. */
void joulet_report_json(const struct joulet_report *r, FILE *f);
/* Chrome trace events: one complete event per command and per layer. Leaves
 * no file on failure. */
bool joulet_report_trace(const struct joulet_report *r, const char *path,
                         struct err *err);
/* The profile as collapsed stacks ("a;b;c 123"), for flame graphs: cycles to
 * `path`, energy in pJ to `path`.energy, with the accelerator's as a stack of
 * its own. They sum to the run's cycles and energy. */
bool joulet_report_profile(const struct joulet_report *r, const char *path,
                           struct err *err);

/* ---- The host core on its own ------------------------------------------ */

/* 1 MiB of RAM for text, data and stack, and a few devices: docs/host.md. */
struct joulet_host_opts {
	enum core core;
	/* Instruction memory answers so many cycles after its grant (1); data
	 * memory grants after (0) and answers so many after that (1); 0 for a
	 * latency: 1. shared: one SRAM with one port for both. */
	int instr_latency, data_grant, data_latency;
	bool shared;
	uint64_t max_cycles; /* watchdog; 0: default */
	const char *trace;   /* file: a line per retired instruction; or NULL */
	void (*put)(void *ctx, char c); /* what the program prints; or NULL */
	void *put_ctx;
};

struct joulet_host_result {
	uint64_t cycles;  /* up to and with the store that ended the run */
	uint64_t retired; /* lines of the trace */
	uint32_t exit_code;
};

/* Run an RV32IMC executable from reset to its end. ERR_WATCHDOG (r is then
 * filled, the trace complete up to there), ERR_NOINPUT, ERR_DATA (also when its
 * trap handler traps). */
bool joulet_host_run(const char *elf, const struct joulet_host_opts *opts,
                     struct joulet_host_result *r, struct err *err);

#endif
