/* table: rows of text in columns that fit a terminal.
 *
 * Make it with the columns, add cells row by row, write it once. Cells are
 * copied. Columns are as wide as their widest cell; if that is more than the
 * terminal, cells of TABLE_CUT columns are shortened (with "..") down to
 * TABLE_MIN_CUT, and then columns are left out from the right, said in a line
 * below. Width is counted in UTF-8 characters, each one column wide; control
 * characters in cells become '?'.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>

#include "base/buf.h"

enum { TABLE_MIN_CUT = 12 };

enum table_align {
	TABLE_LEFT,
	TABLE_RIGHT,
	TABLE_CUT, /* left, may be shortened */
};

struct table_column {
	const char *name; /* copied */
	enum table_align align;
};

struct table;

struct table *table_new(const struct table_column *columns, int n);
void table_free(struct table *t);

/* The next cell; a row is complete after n cells. NULL is an empty cell. */
void table_cell(struct table *t, const char *text);
void table_printf(struct table *t, const char *fmt, ...)
        __attribute__((format(printf, 2, 3)));

/* Characters of the longest line if nothing is shortened. */
int table_width(const struct table *t);

/* The whole table, lines of at most `width` characters (0: no limit). */
void table_write(const struct table *t, int width, struct buf *to);

/* Columns of the terminal behind `fd`, or `otherwise` if it is none. */
int table_terminal_width(int fd, int otherwise);

#endif
