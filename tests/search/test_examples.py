#!/usr/bin/env python3
"""The examples: Optuna and pymoo drive `joulet eval`.

    test_examples.py JOULET PACKAGE

Skipped where the package is absent. What an example prints must be designs that
nothing it has run dominates, with the goals that joulet gives.
"""

import importlib.util
import json
import os
import sqlite3
import subprocess
import sys
import unittest

from box import JOULET, ROOT, SKIPPED, Case, front, lines

PACKAGE = sys.argv.pop(1) if len(sys.argv) > 1 else "optuna"
GOALS = ("latency_us", "energy_uj")
BUDGET = 72


class Example(Case):
    def example(self, seed):
        p = subprocess.run(
            [sys.executable,
             os.path.join(ROOT, "examples", PACKAGE + "_search.py"), "s.yaml",
             "--budget", str(BUDGET), "--seed", str(seed), "--joulet", JOULET,
             "--store", "s.db"],
            cwd=self.dir, capture_output=True, text=True, timeout=600)
        self.assertEqual(p.returncode, 0, p.stderr)
        return lines(p.stdout)

    def test_finds_what_nothing_it_ran_dominates(self):
        self.space("where: array.rows * array.cols <= 256\n"
                   "limits: [latency_us <= 60]\n")
        found = self.example(5)
        self.assertGreaterEqual(len(found), 2)
        self.assertEqual(front([p["goals"] for p in found], GOALS),
                         [p["goals"] for p in found])
        again = lines(self.good("eval", "s.yaml", "--store", "s.db",
                                text="".join(self.line(p) for p in found)))
        self.assertEqual([a["goals"] for a in again],
                         [p["goals"] for p in found])
        self.assertTrue(all(a["breaks"] == [] for a in again))

        db = sqlite3.connect(self.path("s.db"))
        runs, least = db.execute("SELECT count(*), min(latency_us) FROM "
                                 "points WHERE state = 'done'").fetchone()
        db.close()
        self.assertLessEqual(runs, BUDGET)
        self.assertEqual(least, min(p["goals"]["latency_us"] for p in found))

    @staticmethod
    def line(point):
        return json.dumps({"parameters": point["parameters"]}) + "\n"

    def test_same_seed_same_designs(self):
        self.space()
        self.assertEqual(self.example(2), self.example(2))


if __name__ == "__main__":
    if not importlib.util.find_spec(PACKAGE):
        print("skipped: %s is not installed (tests/search/requirements.txt)"
              % PACKAGE)
        sys.exit(SKIPPED)
    unittest.main()
