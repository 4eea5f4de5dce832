/* host_memo: see host_memo.h */
#include "sim/host_memo.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	MAX_ROWS = 1 << 15,
	SLOTS = 1 << 16,
	/* For states on their own any cycle will do that is not 0. */
	ANY_CYCLE = 1000,
};

struct memo {
	struct front_rules rules;
	struct memo_entry (*row)[MEMO_CLASSES];
	struct memo_entry learned;
	uint32_t *key;  /* of a row */
	uint16_t *slot; /* rows by hash of their key; 0: none */
	uint32_t n_rows;
};

static void forget(struct memo *m)
{
	memset(m->slot, 0, SLOTS * sizeof *m->slot);
	memset(m->row, 0, m->n_rows * sizeof *m->row);
	for (int i = 0; i < MEMO_CLASSES; i++)
		m->row[MEMO_NOWHERE][i] =
		        (struct memo_entry){m->row[MEMO_NOWHERE], 1};
	m->n_rows = MEMO_NOWHERE + 1;
}

struct memo *memo_open(const struct front_rules *r)
{
	struct memo *m = calloc(1, sizeof *m);

	if (!m)
		return NULL;
	m->rules = *r;
	m->row = calloc(MAX_ROWS, sizeof *m->row);
	m->key = calloc(MAX_ROWS, sizeof *m->key);
	m->slot = calloc(SLOTS, sizeof *m->slot);
	if (!m->row || !m->key || !m->slot) {
		memo_close(m);
		return NULL;
	}
	forget(m);
	return m;
}

void memo_close(struct memo *m)
{
	if (!m)
		return;
	free(m->row);
	free(m->key);
	free(m->slot);
	free(m);
}

const struct memo_entry *memo_table(const struct memo *m)
{
	return m->row[0];
}

static uint32_t row_of(struct memo *m, uint32_t key)
{
	uint32_t at = key * 2654435761u >> 16;

	for (; m->slot[at]; at = (at + 1) % SLOTS)
		if (m->key[m->slot[at]] == key)
			return m->slot[at];
	if (m->n_rows == MAX_ROWS) {
		forget(m);
		at = key * 2654435761u >> 16;
	}
	m->key[m->n_rows] = key;
	m->slot[at] = (uint16_t)m->n_rows;
	return m->n_rows++;
}

uint32_t memo_row(struct memo *m, const struct front *f)
{
	return row_of(m, front_pack(f));
}

void memo_front(const struct memo *m, uint32_t row, struct front *f,
                uint64_t cyc)
{
	assert(row != MEMO_NOWHERE && row < m->n_rows);
	front_unpack(f, m->key[row], cyc);
}

const struct memo_entry *memo_learn(struct memo *m, uint32_t row, uint8_t class)
{
	bool odd = class & 2, wide = class & 1;
	struct front f;

	memo_front(m, row, &f, ANY_CYCLE);
	while (!front_ready(&f, odd, wide))
		front_wait(&m->rules, &f);
	front_take(&m->rules, &f, odd, wide);
	struct front_plan p =
	        front_plan(&m->rules, &f, (enum kind)(class >> 2));
	front_run(&m->rules, &f, &p);

	uint32_t n_rows = m->n_rows, next = memo_row(m, &f);
	m->learned = (struct memo_entry){m->row[next], f.cyc - ANY_CYCLE};
	if (m->n_rows >= n_rows) /* else `row` is gone */
		m->row[row][class] = m->learned;
	return &m->learned;
}
