/* text: small questions about words and numbers written as text.
 *
 * Nothing here allocates, keeps its arguments or depends on the locale.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Outcome of text_long. */
enum text_number { TEXT_OK, TEXT_NOT_A_NUMBER, TEXT_TOO_BIG };

/* A whole number in plain decimal: an optional '-', digits, nothing else. No
 * leading zeros, since YAML versions disagree on what 010 means. */
enum text_number text_long(const char *s, long *value);

/* A finite decimal number: 1, -2.5, 1e-3. False for anything else. */
bool text_double(const char *s, double *value);

/* Shortest text that reads back as exactly `value`; at least 32 bytes. */
const char *text_of_double(double value, char *buf, size_t size);

/* Edits (insert, delete, replace, swap neighbours) from a to b. */
int text_distance(const char *a, const char *b);

/* The one of n words that `word` probably meant, or NULL if none is near. The
 * words are `stride` bytes apart from `first` on (fields of a table's rows). */
const char *text_nearest(const char *word, const char *const *first, int n,
                         size_t stride);

#endif
