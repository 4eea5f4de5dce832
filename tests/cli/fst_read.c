/* fst_read: what a file of waveforms holds, for tests, by the reader of GTKWave
 * (fstapi.c, which comes with Verilator).
 *
 *     fst_read FILE.fst [NAME]...
 *
 * Prints "times FIRST LAST", "unit EXPONENT" and the number of variables; then
 * for each NAME, a variable of the outermost scope, every change: "TIME NAME
 * VALUE", in bits. Status 1 if the file is none, 2 if a name is missing.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gtkwave/fstapi.h"

static const char **names;
static fstHandle *handles;
static int n_names;

static void find_names(void *file)
{
	struct fstHier *h;
	int depth = 0;

	while ((h = fstReaderIterateHier(file))) {
		depth += h->htyp == FST_HT_SCOPE;
		depth -= h->htyp == FST_HT_UPSCOPE;
		if (h->htyp != FST_HT_VAR || depth > 1)
			continue;
		size_t n = strcspn(h->u.var.name, " [");
		for (int i = 0; i < n_names; i++)
			if (strlen(names[i]) == n &&
			    !strncmp(names[i], h->u.var.name, n))
				handles[i] = h->u.var.handle;
	}
}

static void on_change(void *unused, uint64_t time, fstHandle handle,
                      const unsigned char *value)
{
	(void)unused;
	for (int i = 0; i < n_names; i++)
		if (handles[i] == handle)
			printf("%" PRIu64 " %s %s\n", time, names[i],
			       (const char *)value);
}

int main(int argc, char **argv)
{
	void *file = argc > 1 ? fstReaderOpen(argv[1]) : NULL;

	if (!file) {
		fprintf(stderr, "fst_read: not a file of waveforms\n");
		return 1;
	}
	names = (const char **)argv + 2;
	n_names = argc - 2;
	handles = calloc((size_t)n_names + 1, sizeof *handles);
	if (!handles)
		return 1;
	printf("times %" PRIu64 " %" PRIu64 "\nunit %d\nvariables %" PRIu64
	       "\n",
	       fstReaderGetStartTime(file), fstReaderGetEndTime(file),
	       fstReaderGetTimescale(file), fstReaderGetVarCount(file));
	find_names(file);
	for (int i = 0; i < n_names; i++) {
		if (!handles[i]) {
			fprintf(stderr, "fst_read: no %s\n", names[i]);
			return 2;
		}
		fstReaderSetFacProcessMask(file, handles[i]);
	}
	if (n_names && !fstReaderIterBlocks(file, on_change, NULL, NULL))
		return 1;
	fstReaderClose(file);
	free(handles);
	return 0;
}
