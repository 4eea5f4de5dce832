#!/usr/bin/env python3
"""pymoo proposes designs, joulet evaluates them, a generation at a time.

    pymoo_search.py SWEEP.yaml [--budget N] [--seed S] [--store FILE.db]
                    [--joulet PROGRAM]

prints the best designs as JSON lines. The sweep file has one network. Needs
pymoo (tests/search/requirements.txt).
"""

import argparse
import json

import numpy
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.problem import Problem
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.mutation.pm import PM
from pymoo.operators.repair.rounding import RoundingRepair
from pymoo.operators.sampling.rnd import IntegerRandomSampling
from pymoo.optimize import minimize

from joulet_eval import Evaluator, allowed

POPULATION = 24


class Designs(Problem):
    """A variable is the place of a value on an axis."""

    def __init__(self, joulet):
        self.joulet, self.axes = joulet, joulet.axes()
        self.goals = joulet.goals()
        last = [len(values) - 1 for values in self.axes.values()]
        super().__init__(n_var=len(last), n_obj=len(self.goals),
                         n_ieq_constr=1, xl=numpy.zeros(len(last)),
                         xu=numpy.array(last), vtype=int)

    def design(self, x):
        return {key: values[int(i)]
                for i, (key, values) in zip(x, self.axes.items())}

    def _evaluate(self, x, out, *args, **kwargs):
        answers = self.joulet.evaluate([self.design(row) for row in x])
        # Of what failed nothing is known: the constraint keeps it away.
        out["F"] = numpy.array([
            [(-1 if up else 1) * a["goals"][goal] if a["state"] == "done"
             else 0 for goal, up in self.goals] for a in answers])
        out["G"] = numpy.array([[0 if allowed(a) else 1] for a in answers])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sweep")
    parser.add_argument("--budget", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", default="pymoo.db")
    parser.add_argument("--joulet", default="joulet")
    args = parser.parse_args()

    with Evaluator(args.joulet, args.sweep, args.store) as joulet:
        problem = Designs(joulet)
        repair = RoundingRepair()
        found = minimize(
            problem,
            NSGA2(pop_size=min(POPULATION, args.budget),
                  sampling=IntegerRandomSampling(),
                  crossover=SBX(prob=1.0, eta=3.0, vtype=float,
                                repair=repair),
                  mutation=PM(prob=1.0, eta=3.0, vtype=float, repair=repair),
                  eliminate_duplicates=True),
            ("n_eval", args.budget), seed=args.seed)
        if found.X is None:
            return
        for x, f in zip(numpy.atleast_2d(found.X), numpy.atleast_2d(found.F)):
            print(json.dumps({
                "parameters": problem.design(x),
                "goals": {goal: -float(v) if up else float(v)
                          for v, (goal, up) in zip(f, problem.goals)}}))


if __name__ == "__main__":
    main()
