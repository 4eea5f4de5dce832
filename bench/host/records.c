/* records: the mix of Dhrystone: records behind pointers, strings copied and
 * compared, many small functions, a little arithmetic. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REPEAT = 700000 };
enum kind { FIRST, SECOND, THIRD };

struct record {
	struct record *next;
	enum kind kind, other;
	int32_t number;
	char text[31];
};

static struct record one, two;
static int32_t table[50], grid[50][50], total;
static bool flag;
static char mark;

uint32_t kernel(void);

#define APART __attribute__((noinline))

static APART void copy(char *to, const char *from)
{
	while ((*to++ = *from++))
		;
}

static APART int compare(const char *x, const char *y)
{
	while (*x && *x == *y)
		x++, y++;
	return (unsigned char)*x - (unsigned char)*y;
}

static APART enum kind follow(enum kind k)
{
	return k == FIRST ? THIRD : k == SECOND && total > 100 ? FIRST : SECOND;
}

static APART bool same(char x, char y)
{
	if (x != y)
		return false;
	mark = x;
	return true;
}

static APART bool later(const char *x, const char *y)
{
	int i = 2;
	char c = 'A';

	while (i <= 2)
		if (!same(x[i], y[i + 1])) {
			c = 'A';
			i++;
		} else
			break;
	if (c >= 'W' && c < 'Z')
		i = 7;
	return c == 'R' || compare(x, y) > 0;
}

static APART void store(int32_t at, int32_t value)
{
	int32_t i = at + 5;

	table[i] = value;
	table[i + 1] = table[i];
	table[i + 30] = i;
	for (int32_t k = i; k <= i + 1; k++)
		grid[i][k] = i;
	grid[i][i - 1]++;
	total = 5;
}

static APART void pass_on(struct record *r)
{
	struct record *n = r->next;

	*n = one;
	r->number = 5;
	n->number = r->number;
	n->next = r->next;
	n->other = follow(r->other);
	if (n->kind == FIRST)
		n->number = 6 + total;
}

uint32_t kernel(void)
{
	char first[31], second[31];
	int32_t x = 0, y = 0;

	one = (struct record){.next = &two, .other = THIRD, .number = 40};
	copy(one.text, "DHRYSTONE-LIKE, SOME STRING");
	copy(first, "DHRYSTONE-LIKE, 1'ST STRING");
	for (int32_t i = 1; i <= REPEAT; i++) {
		x = 2;
		copy(second, "DHRYSTONE-LIKE, 2'ND STRING");
		flag = !later(first, second);
		while (x < 3)
			y = 5 * x++ - i % 7;
		store(y & 7, y);
		pass_on(&one);
		for (char c = 'A'; c <= mark; c++)
			if (c == 'C')
				flag = !flag;
		y = (x * i) / (y | 1) - (total & 3);
		table[i % 50] ^= y;
	}
	return (uint32_t)(x + y + two.number + flag) ^ (uint32_t)table[13];
}
