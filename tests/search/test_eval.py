#!/usr/bin/env python3
"""joulet eval, ask and tell: other programs propose, or evaluate, points.

    test_eval.py JOULET [unittest arguments]
"""

import json
import os
import subprocess
import unittest

from box import (CNN, DATA, JOULET, MLP, USAGE, Case, lines)

POINT = {"array.rows": 8, "array.cols": 8, "requant.lanes": 4,
         "scratchpad.kib": 32, "clock.mhz": 100}


def text(*requests):
    return "".join(json.dumps(r) + "\n" for r in requests)


class Eval(Case):
    def answers(self, *requests, args=()):
        return lines(self.good("eval", "s.yaml", *args, text=text(*requests)))

    def test_metrics_are_those_of_joulet_run(self):
        self.space()
        (a,) = self.answers({"id": 7, "parameters": POINT})
        run = json.loads(self.good(
            "run", "--json", "--net", CNN,
            *("--set=%s=%s" % item for item in POINT.items())))
        self.assertEqual((a["id"], a["state"], a["breaks"]), (7, "done", []))
        self.assertEqual(a["network"], "digits_cnn")
        self.assertEqual(a["parameters"], POINT)
        self.assertEqual(a["metrics"]["cycles"], run["cycles"])
        self.assertEqual(a["goals"], {k: a["metrics"][k] for k in
                                      ("latency_us", "energy_uj")})

    def test_answers_keep_order_and_ids(self):
        self.space(nets=(CNN, MLP))
        requests = [{"id": id, "network": net,
                     "parameters": dict(POINT, **{"clock.mhz": mhz})}
                    for id, net, mhz in (("x", "digits_mlp", 50), (1.5,
                                         "digits_cnn", 10), (True,
                                         "digits_mlp", 50), (None,
                                         "digits_cnn", 200))]
        got = self.answers(*requests)
        self.assertEqual([a["id"] for a in got], ["x", 1.5, True, None])
        self.assertEqual([a["network"] for a in got],
                         [r["network"] for r in requests])
        self.assertEqual(got[0]["metrics"], got[2]["metrics"])

    def test_what_cannot_be_is_a_result_with_its_reason(self):
        self.space("where: array.rows <= 16\n"
                   "limits: [latency_us <= 20]\n")
        a, b, c = self.answers(
            {"parameters": dict(POINT, **{"array.cols": 4,
                                          "requant.lanes": 8})},
            {"parameters": dict(POINT, **{"array.rows": 32})},
            {"parameters": dict(POINT, **{"clock.mhz": 10})})
        self.assertEqual((a["state"], a["error"]), (
            "failed", "requant.lanes: 8 is more than array.cols (4)"))
        self.assertEqual((b["state"], b["error"]),
                         ("failed", "where excludes it"))
        self.assertEqual((c["state"], c["breaks"]),
                         ("done", ["latency_us <= 20"]))

    def test_wrong_lines_are_answered_and_the_others_go_on(self):
        self.space(nets=(CNN, MLP))
        wrong = (
            ("[1]", "must be a JSON object"),
            ("{\"id\": 1,", None),
            ('{"id": 2, "parameters": {}}',
             "network: missing; there are 2"),
            ('{"network": "kws", "parameters": {}}',
             "network: kws is not one of the space"),
            ('{"network": "digits_cnn", "parameters": {"array.row": 8}}',
             "array.row: no such axis; did you mean array.rows?"),
            ('{"network": "digits_cnn", "parameters": {"array.rows": 5}}',
             "array.rows: 5 is not one of the axis' 16 values"),
            ('{"network": "digits_cnn", "parameters": {"array.rows": 8}}',
             "parameters: array.cols is missing"),
            ('{"network": "digits_cnn", "parameter": {}}',
             "parameter: no such key; did you mean parameters?"))
        good = {"id": "last", "network": "digits_cnn", "parameters": POINT}
        p = self.joulet("eval", "s.yaml", text="".join(
            line + "\n" for line, _ in wrong) + text(good))
        self.assertEqual(p.returncode, DATA)
        self.assertEqual(p.stderr,
                         "joulet: %d lines were not understood\n" % len(wrong))
        got = lines(p.stdout)
        for i, (_, why) in enumerate(wrong):
            self.assertEqual(got[i]["state"], "error")
            if why:
                self.assertEqual(got[i]["error"],
                                 "stdin:%d: %s" % (i + 1, why))
        self.assertEqual((got[-1]["id"], got[-1]["state"]), ("last", "done"))

    def test_axes_that_move_together_need_one_value(self):
        self.space("zip: [[array.rows, array.cols]]\n",
                   axes="axes:\n  array.rows: [4, 8]\n"
                   "  array.cols: [16, 32]\n  requant.lanes: [2]\n")
        (a,) = self.answers({"parameters": {"array.rows": 8}})
        self.assertEqual(a["parameters"], {"array.rows": 8, "array.cols": 32,
                                           "requant.lanes": 2})
        p = self.joulet("eval", "s.yaml", text=text(
            {"parameters": {"array.rows": 8, "array.cols": 16}}))
        self.assertIn("does not go with the others of its zip", p.stdout)

    def test_together_answers_with_totals(self):
        self.space(nets=(CNN, MLP))
        (both,) = self.answers({"parameters": POINT}, args=("--together",))
        each = self.answers(*({"network": n, "parameters": POINT}
                              for n in ("digits_cnn", "digits_mlp")))
        for key, total in (("latency_us", sum), ("energy_uj", sum),
                           ("peak_bytes", max)):
            self.assertEqual(both["metrics"][key],
                             total(a["metrics"][key] for a in each))
        self.assertNotIn("network", both)

    def test_every_line_is_answered_before_the_next_one_comes(self):
        self.space()
        p = subprocess.Popen([JOULET, "eval", "s.yaml"], cwd=self.dir,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             text=True)
        for i, mhz in enumerate((10, 20, 10, 30)):
            p.stdin.write(text({"id": i, "parameters": dict(
                POINT, **{"clock.mhz": mhz})}))
            p.stdin.flush()
            self.assertEqual(json.loads(p.stdout.readline())["id"], i)
        p.stdin.close()
        self.assertEqual(p.stdout.read(), "")
        p.stdout.close()
        self.assertEqual(p.wait(), 0)
        self.assertEqual(sorted(os.listdir(self.dir)), ["s.db", "s.yaml"])

    def test_space_lists_what_may_be_proposed(self):
        self.space("objectives: {minimize: [latency_us], "
                   "maximize: [utilization]}\n")
        space = json.loads(self.good("eval", "s.yaml", "--space"))
        self.assertEqual(space["networks"], ["digits_cnn"])
        values = {a["key"]: a["values"] for a in space["axes"]}
        self.assertEqual(values["requant.lanes"], [1, 2, 4, 8])
        self.assertEqual(space["objectives"], [
            {"metric": "latency_us", "maximize": False},
            {"metric": "utilization", "maximize": True}])


class AskTell(Case):
    def round(self, n, *args):
        asked = self.good("ask", "s.yaml", "--count", n, *args)
        told = self.good("eval", "s.yaml", "--store", "e.db", *args[2:],
                         text=asked)
        self.good("tell", "s.yaml", *args[2:], text=told)
        return lines(asked)

    def test_ask_eval_tell_is_what_search_does(self):
        for nets in ((CNN,), (CNN, MLP)):
            self.space("limits: [latency_us <= 60]\n", nets=nets,
                       name="s.yaml")
            n = 32 * len(nets)
            asked = [p for _ in range(4) for p in
                     self.round(n, "--seed", 3)]
            self.assertEqual([p["id"] for p in asked], list(range(4 * n)))
            found = self.search("--budget", 4 * n, "--seed", 3, "--store",
                                "f.db")["points"]
            key = lambda net, d: (net, [d[k] for k in POINT])
            self.assertEqual(
                sorted(key(p["network"], p["parameters"]) for p in asked),
                sorted(key(p["network"], p["design"]) for p in found))
            best = lines(self.good("ask", "s.yaml", "--best"))
            self.assertEqual(
                sorted(key(p["network"], p["parameters"]) for p in best),
                sorted(key(p["network"], p["design"]) for p in found
                       if p["pareto"]))

    def test_together(self):
        self.space(nets=(CNN, MLP))
        asked = self.round(40, "--seed", 1, "--together")
        self.assertEqual(len(asked), 40)
        self.assertNotIn("network", asked[0])
        self.assertTrue(self.good("ask", "s.yaml", "--together", "--best"))
        self.assertEqual(self.good("ask", "s.yaml", "--best"), "")

    def test_nothing_is_asked_twice_though_nothing_is_told(self):
        self.space()
        asked = [p for _ in range(5) for p in
                 lines(self.good("ask", "s.yaml", "--count", 17))]
        seen = {json.dumps(p["parameters"]) for p in asked}
        self.assertEqual(len(seen), 85)

    def test_results_without_being_asked_are_taken(self):
        self.space()
        self.good("tell", "s.yaml", text=text(
            {"parameters": POINT, "goals": {"latency_us": 3, "energy_uj": 4}},
            {"parameters": dict(POINT, **{"clock.mhz": 10}),
             "state": "failed", "error": "melted"},
            {"parameters": dict(POINT, **{"clock.mhz": 20}), "excess": 2.5,
             "metrics": {"latency_us": 1, "energy_uj": 1, "other": 7}}))
        self.assertEqual(lines(self.good("ask", "s.yaml", "--best")), [{
            "id": 0, "network": "digits_cnn", "parameters": POINT,
            "goals": {"latency_us": 3, "energy_uj": 4}}])
        self.good("tell", "s.yaml", text=text(
            {"id": 0, "goals": {"latency_us": 5, "energy_uj": 6}}))
        (best,) = lines(self.good("ask", "s.yaml", "--best"))
        self.assertEqual(best["goals"], {"latency_us": 5, "energy_uj": 6})

    def test_wrong_results_are_refused_and_nothing_is_told(self):
        self.space()
        self.good("ask", "s.yaml", "--count", 2)
        good = {"id": 0, "goals": {"latency_us": 1, "energy_uj": 1}}
        for wrong, why in (
                ({"id": 2}, "goals: latency_us is missing"),
                ({"id": 2, "goals": good["goals"]},
                 "id: 2 was not asked for in this space"),
                ({"id": 1, "goals": {"latency_us": 1}},
                 "goals: energy_uj is missing"),
                ({"id": 1, "state": "error", "error": "x"},
                 "state: error is not one of done, failed"),
                ({"id": 1, "goals": {"latency_us": "x", "energy_uj": 1}},
                 "latency_us"),
                ({"id": 1, "goal": {}}, "goal: no such key; did you mean "
                                        "goals?")):
            self.refused(DATA, "stdin:2: " + why, "tell", "s.yaml",
                         text=text(good, wrong))
            self.assertEqual(self.good("ask", "s.yaml", "--best"), "")

    def test_maximized_goals(self):
        self.space("objectives: {minimize: [latency_us], "
                   "maximize: [utilization]}\n")
        self.good("tell", "s.yaml", text=text(
            {"parameters": POINT,
             "goals": {"latency_us": 1, "utilization": 0.5}},
            {"parameters": dict(POINT, **{"clock.mhz": 10}),
             "goals": {"latency_us": 1, "utilization": 0.6}}))
        (best,) = lines(self.good("ask", "s.yaml", "--best"))
        self.assertEqual(best["goals"],
                         {"latency_us": 1, "utilization": 0.6})

    def test_wrong_counts(self):
        self.space()
        self.refused(USAGE, "--count: 0 is not in 1..10000", "ask", "s.yaml",
                     "--count", 0)


if __name__ == "__main__":
    unittest.main()
