/* waves: RTL waveforms of one inference, as a file that is whole or not there.
 * Internal to sim; files are FST, written by the library of accel_rtl.h.
 */
#ifndef SIM_WAVES_H
#define SIM_WAVES_H

#include "sim/program.h"
#include "sim/soc.h"

/* The window opts->window of the inference with input `in`. The fast model says
 * when it begins and which cycles a layer has. ERR_USAGE: no such cycles or
 * layer. w->path is not set. */
bool waves_window(const struct joulet_program *p,
                  const struct joulet_opts *opts, const void *in,
                  struct accel_waves *w, struct err *err);

/* A file beside `path` to write to instead, for w->path; NULL and ERR_NOINPUT.
 * Give it to waves_end. */
char *waves_begin(const char *path, struct err *err);

/* If ok, see whether `temp` holds exactly the window and give it the name
 * `path`; else, or if it does not, remove it. Frees temp. Returns false if it
 * is not there in the end; err only if ok was true. */
bool waves_end(char *temp, const char *path, const struct accel_waves *w,
               bool ok, struct err *err);

/* After a run of the rtl backend with input `in` ended in ERR_WATCHDOG, `end`
 * cycles after reset and in an inference that began in `begin`: run it again
 * up to there and write the last cycles to opts->hang. Says in the message
 * where they are, or why not. */
void waves_replay(const struct joulet_program *p,
                  const struct joulet_opts *opts, const void *in,
                  uint64_t begin, uint64_t end, struct err *err);

/* After so many cycles a run of the rtl backend has no end: twice what the fast
 * model takes, boot included, and 100,000 more. 0: that is not known. */
uint64_t waves_limit(const struct joulet_program *p);

#endif
