/* nsga, hypervolume: what is proposed, and how good a set of points is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "explore/hypervolume.h"
#include "explore/nsga.h"
#include "explore/nsga_parts.h"

/* ---- Hypervolume ------------------------------------------------------- */

/* Cells of a grid of whole numbers that some point dominates. */
static long counted(const double *goal, long n, int n_goals, int worst)
{
	int at[4] = {0};
	long cells = 0, all = 1;
	for (int k = 0; k < n_goals; k++)
		all *= worst;
	for (long c = 0; c < all; c++) {
		long rest = c;
		for (int k = 0; k < n_goals; k++) {
			at[k] = (int)(rest % worst);
			rest /= worst;
		}
		bool in = false;
		for (long i = 0; i < n && !in; i++) {
			in = true;
			for (int k = 0; k < n_goals; k++)
				in = in && goal[i * n_goals + k] <= at[k];
		}
		cells += in;
	}
	return cells;
}

static uint64_t roll(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	return *x ^= *x << 17;
}

static void volume_is_that_of_counted_cells(void **state)
{
	(void)state;
	uint64_t x = 7;
	for (int n_goals = 1; n_goals <= 4; n_goals++)
		for (int round = 0; round < 60; round++) {
			double goal[12 * 4], worst[4] = {6, 6, 6, 6};
			long n = (long)(roll(&x) % 12);
			for (long i = 0; i < n * n_goals; i++)
				goal[i] = (double)(roll(&x) % 8);
			double v = hypervolume(goal, n, n_goals, worst);
			assert_true(v == (double)counted(goal, n, n_goals, 6));
		}
}

static void points_beyond_the_worst_add_nothing(void **state)
{
	(void)state;
	const double worst[2] = {4, 4}, goal[] = {1, 2, 0, 4, 5, 0};
	assert_true(hypervolume(goal, 1, 2, worst) == 6);
	assert_true(hypervolume(goal, 3, 2, worst) == 6);
	assert_true(hypervolume(NULL, 0, 2, worst) == 0);
}

/* ---- Order ------------------------------------------------------------- */

static void order_is_by_front_then_by_crowding(void **state)
{
	(void)state;
	static const double g[7][2] = {{5, 5}, {0, 4}, {1, 3}, {1.2, 2.8},
	                               {4, 0}, {4, 4}, {1, 3}};
	const double *goal[7];
	long order[7];
	int front[7];
	for (int i = 0; i < 7; i++)
		goal[i] = g[i];
	assert_int_equal(nsga_order(goal, 7, 2, 7, order, front), 7);
	const int want[7] = {2, 0, 0, 0, 0, 1, 0};
	assert_memory_equal(front, want, sizeof want);
	/* The ends first, then what has most room; of equal points the first
	 * has a neighbour on one side only. */
	assert_int_equal(order[0], 1);
	assert_int_equal(order[1], 4);
	assert_int_equal(order[2], 3);
	assert_int_equal(order[5], 5);
	assert_int_equal(order[6], 0);
	assert_int_equal(nsga_order(goal, 7, 2, 2, order, NULL), 2);
	assert_int_equal(nsga_order(goal, 0, 2, 2, order, NULL), 0);
}

/* ---- Proposals --------------------------------------------------------- */

/* Two goals at odds over six genes; 46,656 points. */
static const struct nsga_grid six = {
        .n_genes = 6, .size = {6, 6, 6, 6, 6, 6}, .n_goals = 2};

static void goals_of(const int *gene, double goal[2])
{
	double a = 1 + gene[0], b = 6 - gene[0];
	for (int g = 1; g < 6; g++) {
		a += 0.5 * abs(gene[g] - 2);
		b += 0.5 * abs(gene[g] - 3) + 0.1 * gene[g] * gene[0];
	}
	goal[0] = a;
	goal[1] = b;
}

static void tell_all(struct nsga *s, long from)
{
	for (long i = from; i < nsga_count(s); i++) {
		double goal[2];
		goals_of(nsga_gene(s, i), goal);
		if (nsga_gene(s, i)[5] == 5 && nsga_gene(s, i)[4] == 5)
			nsga_tell(s, i, NULL, 0);
		else
			nsga_tell(s, i, goal, 0);
	}
}

static struct nsga *search(const struct nsga_grid *grid, uint64_t seed,
                           long budget)
{
	struct nsga *s = nsga_new(grid, seed);
	while (nsga_count(s) < budget) {
		long from = nsga_count(s);
		if (nsga_ask(s, 16) == 0)
			break;
		tell_all(s, from);
	}
	return s;
}

static void no_point_is_proposed_twice(void **state)
{
	(void)state;
	struct nsga *s = search(&six, 1, 400);
	assert_int_equal(nsga_count(s), 400);
	for (long i = 0; i < 400; i++) {
		assert_int_equal(nsga_find(s, nsga_gene(s, i)), i);
		assert_int_equal(nsga_add(s, nsga_gene(s, i)), i);
	}
	nsga_free(s);
}

static void equal_seeds_propose_equal_points(void **state)
{
	(void)state;
	struct nsga *a = search(&six, 3, 320), *b = search(&six, 3, 320),
	            *c = search(&six, 4, 320);
	bool differs = false;
	for (long i = 0; i < 320; i++) {
		assert_memory_equal(nsga_gene(a, i), nsga_gene(b, i),
		                    6 * sizeof(int));
		differs = differs || memcmp(nsga_gene(a, i), nsga_gene(c, i),
		                            6 * sizeof(int)) != 0;
	}
	assert_true(differs);
	nsga_free(a);
	nsga_free(b);
	nsga_free(c);
}

/* As after a kill: known points are added, then the search goes on. */
static void known_points_added_again_give_the_same(void **state)
{
	(void)state;
	struct nsga *whole = search(&six, 9, 320);
	for (long cut = 16; cut < 320; cut += 96) {
		struct nsga *s = nsga_new(&six, 9);
		for (long i = 0; i < cut; i++)
			nsga_add(s, nsga_gene(whole, i));
		tell_all(s, 0);
		while (nsga_count(s) < 320) {
			long from = nsga_count(s);
			nsga_ask(s, 16);
			tell_all(s, from);
		}
		for (long i = 0; i < 320; i++)
			assert_memory_equal(nsga_gene(s, i),
			                    nsga_gene(whole, i),
			                    6 * sizeof(int));
		nsga_free(s);
	}
	nsga_free(whole);
}

static double volume(const struct nsga *s)
{
	const double worst[2] = {12, 12};
	double *goal = calloc((size_t)nsga_count(s) * 2, sizeof *goal);
	long n;
	assert_non_null(goal);
	long *front = nsga_front(s, &n);
	for (long i = 0; i < n; i++)
		memcpy(goal + 2 * i, nsga_goal(s, front[i]), 2 * sizeof *goal);
	double v = hypervolume(goal, n, 2, worst);
	free(front);
	free(goal);
	return v;
}

static struct nsga *everything(void)
{
	struct nsga *s = nsga_new(&six, 0);
	for (int i = 0; i < 46656; i++) {
		int gene[6], rest = i;
		for (int g = 0; g < 6; g++, rest /= 6)
			gene[g] = rest % 6;
		nsga_add(s, gene);
	}
	tell_all(s, 0);
	return s;
}

static void finds_the_front_with_one_point_in_a_hundred(void **state)
{
	(void)state;
	struct nsga *all = everything();
	for (uint64_t seed = 0; seed < 10; seed++) {
		struct nsga *s = search(&six, seed, 464);
		assert_true(volume(s) >= 0.95 * volume(all));
		nsga_free(s);
	}
	nsga_free(all);
}

static void front_is_what_nothing_dominates(void **state)
{
	(void)state;
	struct nsga *s = search(&six, 2, 200);
	long n, k = 0;
	long *front = nsga_front(s, &n);
	for (long i = 0; i < 200; i++) {
		bool best = nsga_state(s, i) == NSGA_DONE;
		for (long j = 0; best && j < 200; j++)
			best = nsga_state(s, j) != NSGA_DONE ||
			       !nsga_dominates(nsga_goal(s, j), nsga_goal(s, i),
			                       2);
		if (best)
			assert_int_equal(front[k++], i);
	}
	assert_int_equal(n, k);
	free(front);
	nsga_free(s);
}

static bool sum_is_even(void *ctx, const int *gene)
{
	(void)ctx;
	return (gene[0] + gene[1] + gene[2]) % 2 == 0;
}

static void every_legal_point_is_found_and_no_other(void **state)
{
	(void)state;
	const struct nsga_grid grid = {.n_genes = 3,
	                               .size = {9, 8, 7},
	                               .n_goals = 2,
	                               .legal = sum_is_even};
	struct nsga *s = nsga_new(&grid, 5);
	for (int i = 0; i < 100 && nsga_ask(s, 16); i++)
		for (long k = 0; k < nsga_count(s); k++) {
			const int *gene = nsga_gene(s, k);
			double goal[2] = {gene[0] - gene[1], gene[2]};
			nsga_tell(s, k, goal, 0);
		}
	assert_int_equal(nsga_count(s), 9 * 8 * 7 / 2);
	for (long k = 0; k < nsga_count(s); k++)
		assert_true(sum_is_even(NULL, nsga_gene(s, k)));
	assert_int_equal(nsga_ask(s, 1), 0);
	nsga_free(s);
}

/* Nothing is allowed but a corner, which excess leads to. */
static void less_excess_is_better_where_nothing_is_allowed(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 10; seed++) {
		struct nsga *s = nsga_new(&six, seed);
		while (nsga_count(s) < 400) {
			long from = nsga_count(s);
			nsga_ask(s, 16);
			for (long i = from; i < nsga_count(s); i++) {
				double goal[2], excess = -2;
				goals_of(nsga_gene(s, i), goal);
				for (int g = 0; g < 6; g++)
					excess += 5 - nsga_gene(s, i)[g];
				nsga_tell(s, i, goal, excess > 0 ? excess : 0);
			}
		}
		long n;
		free(nsga_front(s, &n));
		assert_true(n > 0);
		nsga_free(s);
	}
}

static void without_any_result_there_are_still_proposals(void **state)
{
	(void)state;
	struct nsga *s = nsga_new(&six, 1);
	for (int i = 0; i < 10; i++) {
		long from = nsga_count(s);
		assert_int_equal(nsga_ask(s, 16), 16);
		for (long k = from; i % 2 && k < nsga_count(s); k++)
			nsga_tell(s, k, NULL, 0);
	}
	assert_int_equal(nsga_count(s), 160);
	long n;
	free(nsga_front(s, &n));
	assert_int_equal(n, 0);
	nsga_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(volume_is_that_of_counted_cells),
	        cmocka_unit_test(points_beyond_the_worst_add_nothing),
	        cmocka_unit_test(order_is_by_front_then_by_crowding),
	        cmocka_unit_test(no_point_is_proposed_twice),
	        cmocka_unit_test(equal_seeds_propose_equal_points),
	        cmocka_unit_test(known_points_added_again_give_the_same),
	        cmocka_unit_test(finds_the_front_with_one_point_in_a_hundred),
	        cmocka_unit_test(front_is_what_nothing_dominates),
	        cmocka_unit_test(every_legal_point_is_found_and_no_other),
	        cmocka_unit_test(
	                less_excess_is_better_where_nothing_is_allowed),
	        cmocka_unit_test(without_any_result_there_are_still_proposals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
