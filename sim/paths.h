/* paths: where the files that joulet needs at run time are. */
#ifndef SIM_PATHS_H
#define SIM_PATHS_H

/* `name` inside the source tree that was compiled in, or inside JOULET_HOME if
 * that is set. The caller frees it. */
char *path_data(const char *name);

/* The folder of isa.vh, which the build made. The caller frees it. */
char *path_isa(void);

#endif
