/* lists: the mix of CoreMark: a linked list that is searched, sorted and
 * reversed; a small matrix; a state machine over text; a CRC of it all. */
#include <stddef.h>
#include <stdint.h>

enum { NODES = 64, SIDE = 10, REPEAT = 12000 };

struct node {
	struct node *next;
	int16_t value, index;
};

static struct node node[NODES];
static int16_t a[SIDE][SIDE], b[SIDE][SIDE];
static int32_t product[SIDE][SIDE];
static const char text[] = "5012,1234,-874,+122,35.54400,.1234500,-110.700,"
                           "+0.64400,5.500e+3,-.123e-2,-87e+832,+0.6e-12,"
                           "T0.3e-1F,-T.T++Tq,1T3.4e4z,34.0e-T^";

uint32_t kernel(void);

static uint16_t crc16(uint32_t value, int bits, uint16_t crc)
{
	for (int i = 0; i < bits; i++, value >>= 1) {
		uint32_t low = (value ^ crc) & 1;

		crc >>= 1;
		if (low)
			crc ^= 0xa001;
	}
	return crc;
}

static struct node *reverse(struct node *list)
{
	struct node *done = NULL;

	while (list) {
		struct node *next = list->next;

		list->next = done;
		done = list;
		list = next;
	}
	return done;
}

static const struct node *find(const struct node *list, int16_t value)
{
	while (list && list->value != value)
		list = list->next;
	return list;
}

static struct node *merge(struct node *x, struct node *y)
{
	struct node head, *last = &head;

	while (x && y) {
		struct node **least = x->value <= y->value ? &x : &y;

		last->next = *least;
		last = *least;
		*least = last->next;
	}
	last->next = x ? x : y;
	return head.next;
}

static struct node *sort(struct node *list)
{
	struct node *slow = list, *fast = list ? list->next : NULL;

	if (!fast)
		return list;
	while (fast && fast->next) {
		slow = slow->next;
		fast = fast->next->next;
	}
	struct node *half = slow->next;

	slow->next = NULL;
	return merge(sort(list), sort(half));
}

static uint16_t use_list(uint16_t crc)
{
	for (int i = 0; i < NODES; i++) {
		node[i].next = i + 1 < NODES ? &node[i + 1] : NULL;
		node[i].value = (int16_t)(i * 1237 ^ crc);
		node[i].index = (int16_t)i;
	}
	struct node *list = reverse(&node[0]);

	for (int i = 0; i < 8; i++) {
		const struct node *hit = find(list, (int16_t)(i * 7 * 1237));

		crc = crc16(hit ? (uint32_t)hit->index : 99, 8, crc);
	}
	list = sort(list);
	return crc16((uint32_t)list->value, 16, crc);
}

static uint16_t use_matrix(uint16_t crc)
{
	int32_t trace = 0;

	for (int i = 0; i < SIDE * SIDE; i++) {
		(&a[0][0])[i] = (int16_t)(crc + i);
		(&b[0][0])[i] = (int16_t)(crc ^ i << 3);
	}
	for (int y = 0; y < SIDE; y++)
		for (int x = 0; x < SIDE; x++) {
			int32_t sum = 0;

			for (int k = 0; k < SIDE; k++)
				sum += a[y][k] * b[k][x] >> 3;
			product[y][x] = sum;
		}
	for (int i = 0; i < SIDE; i++)
		trace += product[i][i];
	return crc16((uint32_t)trace, 32, crc);
}

enum state { START, SIGN, WHOLE, FRACTION, EXPONENT, POWER, BAD, N_STATES };

static enum state step(enum state s, char c)
{
	int digit = c >= '0' && c <= '9';

	switch (s) {
	case START:
		return digit                  ? WHOLE
		       : c == '+' || c == '-' ? SIGN
		       : c == '.'             ? FRACTION
		                              : BAD;
	case SIGN:
		return digit ? WHOLE : c == '.' ? FRACTION : BAD;
	case WHOLE:
		return digit ? WHOLE : c == '.' ? FRACTION : BAD;
	case FRACTION:
		return digit ? FRACTION : c == 'e' ? EXPONENT : BAD;
	case EXPONENT:
		return digit || c == '+' || c == '-' ? POWER : BAD;
	case POWER:
		return digit ? POWER : BAD;
	default:
		return BAD;
	}
}

static uint16_t use_text(uint16_t crc)
{
	uint32_t seen[N_STATES] = {0};
	enum state s = START;

	for (const char *p = text; *p; p++) {
		s = *p == ',' ? START : step(s, *p);
		seen[s]++;
	}
	for (int i = 0; i < N_STATES; i++)
		crc = crc16(seen[i], 16, crc);
	return crc;
}

uint32_t kernel(void)
{
	uint16_t crc = 0xffff;

	for (int i = 0; i < REPEAT; i++)
		crc = use_text(use_matrix(use_list(crc)));
	return crc;
}
