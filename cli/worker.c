/* worker: what an element of Slurm's job array runs. For `joulet sweep
 * --executor slurm`, not for people. */
#include <signal.h>

#include "cli/job.h"
#include "explore/slurm.h"

static const char about[] =
        "Run points of a sweep for the submitter that made the folder. Slurm "
        "starts this\nfor `joulet sweep --executor slurm`; by hand it helps "
        "a run that is under way.";

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

int worker_main(int argc, char **argv)
{
	const struct command c = {
	        .name = "worker",
	        .about = about,
	        .operand = "FOLDER",
	        .operand_needed = true,
	        .example = "  joulet worker kws.db.slurm/run-Ab3dEf\n",
	};
	const char *folder = NULL;
	int status;
	struct err err;
	if (!command_begin(&c, argc, argv, &folder, &status))
		return status;
	struct sigaction a = {.sa_handler = on_signal};
	sigemptyset(&a.sa_mask);
	sigaction(SIGTERM, &a, NULL);
	sigaction(SIGINT, &a, NULL);
	return slurm_work(folder, &stop, &err) ? 0 : fail(&err);
}
