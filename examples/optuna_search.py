#!/usr/bin/env python3
"""Optuna proposes designs, joulet evaluates them.

    optuna_search.py SWEEP.yaml [--budget N] [--seed S] [--store FILE.db]
                     [--joulet PROGRAM]

prints the best trials as JSON lines. The sweep file has one network. Needs
optuna (tests/search/requirements.txt).
"""

import argparse
import json

import optuna
from optuna.trial import TrialState

from joulet_eval import Evaluator, allowed

BATCH = 16  # trials that are run together


def propose(trial, axes):
    """The place of a value is what is suggested: axes are in order."""
    return {key: values[trial.suggest_int(key, 0, len(values) - 1)]
            for key, values in axes.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sweep")
    parser.add_argument("--budget", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", default="optuna.db")
    parser.add_argument("--joulet", default="joulet")
    args = parser.parse_args()

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with Evaluator(args.joulet, args.sweep, args.store) as joulet:
        axes, goals = joulet.axes(), joulet.goals()
        study = optuna.create_study(
            directions=["maximize" if up else "minimize" for _, up in goals],
            sampler=optuna.samplers.NSGAIISampler(
                population_size=BATCH, seed=args.seed))
        while len(study.trials) < args.budget:
            n = min(BATCH, args.budget - len(study.trials))
            trials = [study.ask() for _ in range(n)]
            answers = joulet.evaluate([propose(t, axes) for t in trials])
            for trial, answer in zip(trials, answers):
                trial.set_user_attr("parameters", answer["parameters"])
                if allowed(answer):
                    study.tell(trial, [answer["goals"][g] for g, _ in goals])
                else:
                    study.tell(trial, state=TrialState.FAIL)
        for trial in study.best_trials:
            print(json.dumps({
                "parameters": trial.user_attrs["parameters"],
                "goals": dict(zip((g for g, _ in goals), trial.values))}))


if __name__ == "__main__":
    main()
