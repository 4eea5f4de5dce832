/* job: what run and verify have in common: a design, a network compiled for
 * it, and inputs. Also how the command line talks. */
#ifndef CLI_JOB_H
#define CLI_JOB_H

#include "cli/args.h"
#include "sim/joulet.h"

/* As written on the command line; NULL: not given. */
struct job_args {
	const char *design, *net, *input, *target, *dump;
	struct arg_list set;
	bool longer;    /* search longer for the program */
	bool any_clock; /* a clock that is not reached is only warned of */
};

/* Where a run that hangs is shown, unless the user says otherwise. */
#define HANG_FILE "joulet-hang.fst"

struct job {
	struct design design;
	enum joulet_target target;
	struct joulet_net *net;
	struct joulet_program *program;
	void *in;
	size_t n;         /* inferences */
	size_t out_bytes; /* of all of them */
};

/* The design file, or the default design, changed by --set. */
bool job_design(struct design *d, const struct job_args *args, struct err *err);
/* joulet_supply_check of that design; errors name where its voltage is from. */
bool job_supply_check(const struct job_args *args,
                      const struct joulet_tech *tech, const struct design *d,
                      struct err *err);
/* joulet_clock_check of that design, in the same way; with any_clock it only
 * warns. */
bool job_clock_check(const struct job_args *args,
                     const struct joulet_tech *tech, const struct design *d,
                     struct err *err);
/* Read everything and compile. Dumps go to stdout. On false nothing is open. */
bool job_open(struct job *job, const struct job_args *args, struct err *err);
void job_close(struct job *job);

/* Print "joulet: message" to stderr, one line; returns the exit status. */
int fail(const struct err *err);

/* Parse the options and *operand. True: the command is to be done; else *status
 * is how the program ends: after --help, or a usage error, which is told. */
bool command_begin(const struct command *c, int argc, char **argv,
                   const char **operand, int *status);

/* A whole number; *value stays if text is NULL. ERR_USAGE. */
bool read_number(const char *option, const char *text, long min, long max,
                 long *value, struct err *err);

/* For joulet_opts.note. */
void say(void *unused, const char *text);

/* Columns to fill: COLUMNS, else the terminal's, else 80. */
int page_width(void);

/* Flush stdout: results that did not arrive are a failure. */
bool finish_stdout(struct err *err);

int tech_main(int argc, char **argv);
int run_main(int argc, char **argv);
int explain_main(int argc, char **argv);
int verify_main(int argc, char **argv);
int accuracy_main(int argc, char **argv);
int sweep_main(int argc, char **argv);
int search_main(int argc, char **argv);
int eval_main(int argc, char **argv);
int ask_main(int argc, char **argv);
int tell_main(int argc, char **argv);
int schema_main(int argc, char **argv);
int host_main(int argc, char **argv);
int report_main(int argc, char **argv);
int compare_main(int argc, char **argv);
int worker_main(int argc, char **argv);
int area_main(int argc, char **argv);
int calibrate_main(int argc, char **argv);
int doctor_main(int argc, char **argv);

#endif
