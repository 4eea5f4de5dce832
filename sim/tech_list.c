/* tech_list: names of technology tables; see joulet.h. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "sim/paths.h"
#include "sim/tech.h"

static const char suffix[] = ".yaml";

bool joulet_tech_is_preset(const char *name)
{
	size_t n = strlen(name), m = strlen(suffix);
	return n > 0 && !strchr(name, '/') &&
	       !(n >= m && strcmp(name + n - m, suffix) == 0);
}

char *tech_path(const char *name, const char *folder, const char *from)
{
	if (joulet_tech_is_preset(name)) {
		struct buf b = {0};
		buf_printf(&b, "configs/%s/%s%s", folder, name, suffix);
		char *path = path_data(b.data);
		buf_free(&b);
		return path;
	}
	if (!from || name[0] == '/')
		return mem_str(name);
	char *dir = path_dir(from);
	char *path = path_join(dir, name);
	free(dir);
	return path;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **joulet_tech_presets(int *n)
{
	char *folder = path_data("configs/tech");
	DIR *dir = opendir(folder);
	char **name = NULL;

	*n = 0;
	for (struct dirent *e; dir && (e = readdir(dir));) {
		size_t long_ = strlen(e->d_name), m = strlen(suffix);
		if (long_ <= m || strcmp(e->d_name + long_ - m, suffix) != 0)
			continue;
		name = mem_grow(name, (size_t)*n + 1, sizeof *name);
		name[(*n)++] = path_stem(e->d_name);
	}
	if (dir)
		closedir(dir);
	free(folder);
	if (*n > 1)
		qsort(name, (size_t)*n, sizeof *name, by_name);
	return name;
}

void joulet_tech_presets_free(char **name, int n)
{
	for (int i = 0; i < n; i++)
		free(name[i]);
	free(name);
}

bool tech_known_preset(const char *name, struct err *err)
{
	int n;
	bool known = false;
	char **preset = joulet_tech_presets(&n);
	for (int i = 0; i < n; i++)
		known = known || strcmp(preset[i], name) == 0;
	if (!known) {
		const char *near = text_nearest(
		        name, (const char *const *)preset, n, sizeof *preset);
		err_set(err, ERR_NOINPUT,
		        "%s: no such technology table%s%s%s (joulet tech lists "
		        "them; a file's name ends with .yaml)",
		        name, near ? "; did you mean " : "", near ? near : "",
		        near ? "?" : "");
	}
	joulet_tech_presets_free(preset, n);
	return known;
}
