/* table: see table.h */
#include "base/table.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"

enum { GAP = 2 };

struct table {
	int n_columns, n_cells, cap;
	enum table_align *align;
	char **cell; /* row by row; the first row holds the names */
};

struct table *table_new(const struct table_column *columns, int n)
{
	assert(columns && n > 0);
	struct table *t = mem_zero(1, sizeof *t);
	t->n_columns = n;
	t->align = mem_zero((size_t)n, sizeof *t->align);
	for (int i = 0; i < n; i++) {
		t->align[i] = columns[i].align;
		table_cell(t, columns[i].name);
	}
	return t;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	for (int i = 0; i < t->n_cells; i++)
		free(t->cell[i]);
	free(t->cell);
	free(t->align);
	free(t);
}

void table_cell(struct table *t, const char *text)
{
	if (t->n_cells == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 64;
		t->cell = mem_grow(t->cell, (size_t)t->cap, sizeof *t->cell);
	}
	char *copy = mem_str(text ? text : "");
	for (char *s = copy; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
	t->cell[t->n_cells++] = copy;
}

void table_printf(struct table *t, const char *fmt, ...)
{
	char text[256];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	table_cell(t, text);
}

static bool continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static int width_of(const char *s)
{
	int n = 0;
	for (; *s; s++)
		n += !continues(*s);
	return n;
}

/* Bytes of the first n characters. */
static size_t bytes_of(const char *s, int n)
{
	const char *at = s;
	while (*at && (n > 0 || continues(*at))) {
		at++;
		n -= !continues(*at);
	}
	return (size_t)(at - s);
}

static int total(const int *width, int n)
{
	int sum = 0;
	for (int i = 0; i < n; i++)
		sum += width[i] + (i ? GAP : 0);
	return sum;
}

/* The widest column that may still be shortened, or -1. */
static int widest_cut(const struct table *t, const int *width)
{
	int best = -1;
	for (int i = 0; i < t->n_columns; i++)
		if (t->align[i] == TABLE_CUT && width[i] > TABLE_MIN_CUT &&
		    (best < 0 || width[i] > width[best]))
			best = i;
	return best;
}

/* Widths of the columns as they are; freed by the caller. */
static int *widths(const struct table *t)
{
	int *width = mem_zero((size_t)t->n_columns, sizeof *width);
	for (int i = 0; i < t->n_cells; i++) {
		int w = width_of(t->cell[i]);
		if (w > width[i % t->n_columns])
			width[i % t->n_columns] = w;
	}
	return width;
}

int table_width(const struct table *t)
{
	int *w = widths(t);
	int sum = total(w, t->n_columns);
	free(w);
	return sum;
}

/* Make the widths fit; returns how many columns are shown. */
static int fit(const struct table *t, int limit, int *width)
{
	int n = t->n_columns;
	if (limit <= 0)
		return n;
	int cut;
	while (total(width, n) > limit && (cut = widest_cut(t, width)) >= 0)
		width[cut]--;
	while (n > 1 && total(width, n) > limit)
		n--;
	return n;
}

static void put_cell(struct buf *to, const char *s, int width,
                     enum table_align align, bool last)
{
	int w = width_of(s);
	if (w > width) {
		buf_add(to, s, bytes_of(s, width - 2));
		buf_str(to, "..");
		return;
	}
	if (align == TABLE_RIGHT)
		buf_pad(to, ' ', width - w);
	buf_str(to, s);
	if (align != TABLE_RIGHT && !last)
		buf_pad(to, ' ', width - w);
}

void table_write(const struct table *t, int width, struct buf *to)
{
	assert(t->n_cells % t->n_columns == 0);
	int *w = widths(t);
	int shown = fit(t, width, w);

	for (int row = 0; row < t->n_cells / t->n_columns; row++) {
		char **cell = t->cell + row * t->n_columns;
		for (int i = 0; i < shown; i++) {
			if (i)
				buf_pad(to, ' ', GAP);
			put_cell(to, cell[i], w[i], t->align[i],
			         i == shown - 1);
		}
		while (to->len > 0 && to->data[to->len - 1] == ' ')
			to->data[--to->len] = '\0';
		buf_char(to, '\n');
	}
	if (shown < t->n_columns) {
		buf_str(to, "(left out, too narrow:");
		for (int i = shown; i < t->n_columns; i++)
			buf_printf(to, " %s", t->cell[i]);
		buf_str(to, ")\n");
	}
	free(w);
}

int table_terminal_width(int fd, int otherwise)
{
	struct winsize size;
	if (isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return otherwise;
}
