#!/usr/bin/env python3
"""Accuracy: joulet accuracy, and as a metric of sweeps, reports and searches.

    test_accuracy.py JOULET [unittest arguments]

Shares of right outputs are those that TFLite Micro's outputs give: of the
project's own networks as models/README.md has them, of ../shared/tflite/accuracy
from the outputs that are stored there (skipped where it is absent).
"""

import csv
import glob
import json
import math
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

JOULET = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
ROOT = os.getcwd()
SHARED = os.environ.get("JOULET_SHARED", os.path.join(ROOT, "..", "shared"))
MODELS = os.path.join(ROOT, "models")
SET = os.path.join(MODELS, "digits_test.yaml")
CNN, MLP = (os.path.join(MODELS, n + ".tflite")
            for n in ("digits_cnn", "digits_mlp"))
SWEEP = """\
networks: [%(mlp)s, %(cnn)s]
data: %(set)s
axes: {network.weight_bits: [2, 4, 8], array.rows: [4, 8]}
objectives: {minimize: [energy_uj], maximize: [accuracy]}
""" % {"mlp": MLP, "cnn": CNN, "set": SET}


def wilson(right, n):
    """As the quadratic equation of Wilson's paper has it."""
    z2, p = 1.959963984540054 ** 2, right / n
    a, b, c = 1 + z2 / n, -(2 * p + z2 / n), p * p
    root = math.sqrt(b * b - 4 * a * c)
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="joulet-accuracy-")
        self.addCleanup(shutil.rmtree, self.dir)

    def write(self, name, text):
        path = os.path.join(self.dir, name)
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        return path

    def run_it(self, *args):
        return subprocess.run([JOULET, *args], cwd=self.dir, text=True,
                              capture_output=True, timeout=300)

    def good(self, *args):
        p = self.run_it(*args)
        self.assertEqual(p.returncode, 0, p.stderr)
        return p.stdout

    def refused(self, message, *args):
        p = self.run_it(*args)
        self.assertEqual((p.returncode, p.stdout), (65, ""), p.stderr)
        self.assertEqual(p.stderr.replace(self.dir + "/", ""),
                         "joulet: " + message + "\n")


class Command(Case):
    def measured(self, *args):
        return json.loads(self.good("accuracy", *args, "--json"))

    def test_own_networks_have_the_accuracy_of_tflm(self):
        for net, right in (CNN, 355), (MLP, 350):
            got = self.measured(net, "--data", SET)
            self.assertEqual((got["right"], got["inputs"]), (right, 360))
            self.assertEqual(got["accuracy"], right / 360)
            matrix = got["confusion"]
            self.assertEqual(sum(matrix[i][i] for i in range(10)), right)
            with open(os.path.join(MODELS, "digits_test_y.bin"), "rb") as f:
                labels = f.read()
            self.assertEqual([sum(row) for row in matrix],
                             [labels.count(i) for i in range(10)])
            for x, y in zip(got["interval"], wilson(right, 360)):
                self.assertAlmostEqual(x, y, 12)

    def test_matrix_is_what_the_network_says_of_each_input(self):
        with open(os.path.join(MODELS, "digits_test_x.bin"), "rb") as f:
            x = f.read(64 * 40)
        with open(os.path.join(MODELS, "digits_test_y.bin"), "rb") as f:
            y = f.read(40)
        self.write("x.bin", x)
        self.write("y.bin", y)
        path = self.write("s.yaml", "{inputs: x.bin, labels: y.bin}")
        for bits in "8", "2":
            how = ["--set", "network.weight_bits=" + bits]
            run = json.loads(self.good("run", "--net", MLP, "--input", "x.bin",
                                       "--json", *how))
            self.assertEqual(run["inferences"], 40)
            self.good("run", "--net", MLP, "--input", "x.bin", "--output",
                      "out.bin", *how)
            with open(os.path.join(self.dir, "out.bin"), "rb") as f:
                out = f.read()
            want = [[0] * 10 for _ in range(10)]
            for i, label in enumerate(y):
                row = [v ^ 128 for v in out[10 * i:10 * i + 10]]
                want[label][row.index(max(row))] += 1
            self.assertEqual(self.measured(MLP, "--data", path, *how)
                             ["confusion"], want)

    def test_shared_networks_have_the_accuracy_of_tflm(self):
        folders = glob.glob(os.path.join(SHARED, "tflite", "accuracy", "*"))
        if not folders:
            self.skipTest("../shared is not there")
        for folder in folders:
            with open(os.path.join(folder, "test_y.bin"), "rb") as f:
                y = f.read()
            with open(os.path.join(folder, "out_tflm.bin"), "rb") as f:
                out = f.read()
            n = len(out) // len(y)
            right = 0
            for i, label in enumerate(y):
                row = [v ^ 128 for v in out[n * i:n * i + n]]
                right += row.index(max(row)) == label
            path = self.write("s.yaml", "inputs: %s/test_x.bin\n"
                              "labels: %s/test_y.bin\n" % (folder, folder))
            with self.subTest(folder=folder):
                self.assertEqual(self.measured(
                    os.path.join(folder, "model_int8.tflite"),
                    "--data", path)["right"], right)

    def test_labels_as_text_and_as_bytes_are_the_same(self):
        with open(os.path.join(MODELS, "digits_test_y.bin"), "rb") as f:
            y = f.read()
        names = "zero one two three four five six seven eight nine".split()
        self.write("numbers.txt", "".join("%d\n" % v for v in y))
        self.write("names.txt", "\r\n".join(names[v] for v in y))
        more = "\nclasses: [%s]\n" % ", ".join(names)
        plain = self.measured(CNN, "--data", SET)
        for labels, end in ("numbers.txt", ""), ("names.txt", more):
            path = self.write("s.yaml", "inputs: %s/digits_test_x.bin\n"
                              "labels: %s%s" % (MODELS, labels, end))
            got = self.measured(CNN, "--data", path)
            self.assertEqual(got["confusion"], plain["confusion"])
        self.assertEqual(got["classes"], names)
        self.assertRegex(self.good("accuracy", CNN, "--data", path),
                         r"(?m)^seven +\. +\.")

    def test_other_settings_are_refused(self):
        p = self.run_it("accuracy", CNN, "--data", SET, "--set",
                        "array.rows=4")
        self.assertEqual((p.returncode, p.stderr), (
            2, "joulet: --set array.rows=4: outputs do not depend on it, only "
            "on network.weight_bits and network.keep_of_4\n"))


class Files(Case):
    """What is wrong is said with file and line, or number of the label."""

    def wrong(self, message, text, **files):
        for name, content in files.items():
            self.write(name.replace("_", "."), content)
        self.write("s.yaml", text)
        self.refused(message, "accuracy", MLP, "--data", "s.yaml")

    def test_files_that_cannot_be(self):
        x = bytes(64 * 3)
        self.wrong("s.yaml:1: labels: missing; a file", "inputs: x.bin\n",
                   x_bin=x)
        self.wrong("s.yaml:2: label: no such key; did you mean labels?",
                   "inputs: x.bin\nlabel: y.bin\n")
        self.wrong("y.bin: labels: empty file",
                   "inputs: x.bin\nlabels: y.bin\n", y_bin=b"")
        self.wrong("y.bin: label 1 is 10, digits_mlp has 10 outputs",
                   "inputs: x.bin\nlabels: y.bin\n", y_bin=bytes([9, 10, 0]))
        self.wrong("s.yaml: 2 labels, but 192 bytes of inputs; digits_mlp "
                   "takes 64 each", "inputs: x.bin\nlabels: y.bin\n",
                   y_bin=bytes(2))
        self.wrong("s.yaml: 3 classes, digits_mlp has 10 outputs",
                   "inputs: x.bin\nlabels: y.bin\nclasses: [a, b, c]\n",
                   y_bin=bytes(3))
        self.wrong("s.yaml:3: classes: a is listed twice", "inputs: x.bin\n"
                   "labels: y.bin\nclasses: [a, a]\n")
        self.wrong("s.yaml:3: classes: 0 is the name of class 1",
                   "inputs: x.bin\nlabels: y.bin\nclasses: [a, 0]\n")
        self.wrong("y.bin: label 2: class 7 is not in 0..1",
                   "inputs: x.bin\nlabels: y.bin\nclasses: [a, b]\n",
                   y_bin=bytes([0, 1, 7]))

    def test_lines_that_cannot_be(self):
        text = "inputs: x.bin\nlabels: y.txt\nclasses: [cat, dog]\n"
        x = bytes(64 * 3)
        for line, why in (("dig", "dig is no class; did you mean dog?"),
                          ("2", "class 2 is not in 0..1"),
                          ("", "empty line where a class should be"),
                          ("-1", "class -1 is not in 0..1"),
                          ("\x01", "not text")):
            with self.subTest(line=line):
                self.wrong("y.txt:2: " + why, text, x_bin=x,
                           y_txt="cat\n%s\n1\n" % line)

    def test_a_file_that_is_not_there(self):
        self.write("s.yaml", "inputs: x.bin\nlabels: y.bin\n")
        p = self.run_it("accuracy", MLP, "--data", "s.yaml")
        self.assertEqual((p.returncode, p.stderr), (
            66, "joulet: s.yaml:1: inputs: x.bin: cannot open: No such file or "
            "directory\n"))

    def test_sweep_files(self):
        head = "networks: [%s]\n" % MLP
        for text, message in (
                (head + "objectives: {maximize: [accuracy]}\n",
                 "w.yaml:2: objectives: accuracy: digits_mlp has no data set "
                 "(data: SET.yaml)"),
                (head + "limits: [accuracy >= 0.5]\n",
                 "w.yaml:2: limits: accuracy: digits_mlp has no data set "
                 "(data: SET.yaml)"),
                (head + "data: [none, none]\n",
                 "w.yaml:2: data: 2 for 1 networks"),
                (head + "data: {a: b}\n", "w.yaml:2: data: wants a file, or "
                 "a list of one for each network"),
                ("networks: [%s, %s]\ndata: [none, %s]\nalternatives: true\n"
                 % (MLP, CNN, SET), "w.yaml:3: alternatives: digits_mlp and "
                 "digits_cnn have different data sets"),
                (head + "alternatives: maybe\n",
                 "w.yaml:2: alternatives: 'maybe' is neither true nor "
                 "false")):
            with self.subTest(text=text):
                self.write("w.yaml", text)
                self.refused(message, "sweep", "w.yaml")
        self.write("bad.yaml", "inputs: %s\nlabels: y.txt\n" % MLP)
        self.write("y.txt", "x\n")
        self.write("w.yaml", head + "data: bad.yaml\n")
        self.refused("w.yaml:2: y.txt:1: x is no class", "sweep", "w.yaml")


class Sweep(Case):
    def swept(self, text, *args):
        self.write("s.yaml", text)
        return json.loads(self.good("sweep", "s.yaml", "--json", *args))

    def test_share_is_that_of_the_command_and_counted_once(self):
        got = self.swept(SWEEP)
        want = {}
        for p in got["points"]:
            bits = p["design"]["network.weight_bits"]
            key = p["network"], bits
            if key not in want:
                want[key] = json.loads(self.good(
                    "accuracy", os.path.join(MODELS, p["network"] + ".tflite"),
                    "--data", SET, "--set", "network.weight_bits=%d" % bits,
                    "--json"))["accuracy"]
            self.assertEqual(p["accuracy"], want[key])
        db = sqlite3.connect(os.path.join(self.dir, "s.db"))
        rows = "SELECT network, weight_bits, correct, total FROM accuracies"
        self.assertEqual({(n, b): c / t for n, b, c, t in db.execute(rows)},
                         want)
        # It is read from there, not counted again.
        with db:
            db.execute("UPDATE accuracies SET correct = 36, total = 100")
        db.close()
        self.assertEqual({p["accuracy"] for p in self.swept(SWEEP)["points"]},
                         {0.36})

    def test_every_output_has_it(self):
        points = self.swept(SWEEP, "--csv", "s.csv")["points"]
        with open(os.path.join(self.dir, "s.csv")) as f:
            rows = list(csv.DictReader(f))
        self.assertEqual([float(r["accuracy"]) for r in rows],
                         [p["accuracy"] for p in points])
        self.assertIn("accuracy over digits_test (360 inputs)",
                      self.good("sweep", "s.yaml"))
        text = self.good("report", "s.db", "--text")
        self.assertIn("accuracy on  digits_test (360 inputs)", text)
        self.assertRegex(text, r"most accuracy: point \d+: [^*]* % right")
        report = json.loads(self.good("report", "s.db", "--json"))
        self.assertEqual([p["accuracy"] for p in report["points"]],
                         [p["accuracy"] for p in points])
        self.assertIn("accuracy     96.67 -> 97.22 %",
                      self.good("compare", "2", "4", "--store", "s.db"))

    def test_without_data_it_is_absent(self):
        text = "networks: [%s]\n" % MLP
        self.assertIsNone(self.swept(text)["points"][0]["accuracy"])
        self.good("sweep", "s.yaml", "--csv", "s.csv")
        with open(os.path.join(self.dir, "s.csv")) as f:
            self.assertEqual(next(csv.DictReader(f))["accuracy"], "")
        self.assertNotIn("accuracy", self.good("sweep", "s.yaml"))
        self.assertNotIn("nan", self.good("report", "s.db", "--text"))

    def front(self, points):
        """Numbers of points that no other one of the list dominates."""
        def goals(p):
            return p["energy_uj"], -p["accuracy"]

        def better(a, b):
            return a != b and all(x <= y for x, y in zip(a, b))
        return [p["point"] for p in points if not any(
            better(goals(q), goals(p)) for q in points)]

    def test_alternatives_compete(self):
        apart = self.swept(SWEEP)["points"]
        both = self.swept(SWEEP + "alternatives: true\n")["points"]
        nets = [[p for p in apart if p["network"] == n]
                for n in ("digits_mlp", "digits_cnn")]
        self.assertEqual([p["point"] for p in apart if p["pareto"]],
                         self.front(nets[0]) + self.front(nets[1]))
        self.assertEqual([p["point"] for p in both if p["pareto"]],
                         self.front(both))
        self.assertNotEqual(self.front(both),
                            self.front(nets[0]) + self.front(nets[1]))
        report = json.loads(self.good("report", "s.db", "--json"))["points"]
        self.assertEqual([p["point"] for p in report if p["pareto"]],
                         self.front(both))
        self.assertIn("\nThe best\n", self.good("report", "s.db", "--text"))

    def test_limit_on_accuracy(self):
        points = self.swept(SWEEP + "limits: [accuracy >= 0.98]\n")["points"]
        for p in points:
            self.assertEqual(p["breaks"], [] if p["accuracy"] >= 0.98
                             else ["accuracy >= 0.98"])

    def test_search_chooses_among_alternatives(self):
        text = SWEEP + "alternatives: true\n"
        want = self.swept(text)["points"]
        got = json.loads(self.good("search", "s.yaml", "--budget", "12",
                                   "--json"))
        self.assertEqual(got["search"]["combinations"], 12)
        self.assertEqual([p["pareto"] for p in got["points"]],
                         [p["pareto"] for p in want])
        self.refused("s.yaml:5: alternatives: one design for all of them "
                     "(--together) is not what is looked for",
                     "search", "s.yaml", "--budget", "8", "--together")
        # ask proposes points of both networks, eval answers with accuracy.
        lines = self.good("ask", "s.yaml", "--count", "12")
        self.assertEqual({json.loads(s)["network"]
                          for s in lines.splitlines()},
                         {"digits_mlp", "digits_cnn"})
        p = subprocess.run([JOULET, "eval", "s.yaml"], cwd=self.dir,
                           input=lines, text=True, capture_output=True)
        goals = [json.loads(s)["goals"] for s in p.stdout.splitlines()]
        self.assertEqual(sorted(g["accuracy"] for g in goals),
                         sorted(w["accuracy"] for w in want))
        p = subprocess.run([JOULET, "tell", "s.yaml"], cwd=self.dir,
                           input=p.stdout, text=True, capture_output=True)
        self.assertEqual(p.returncode, 0, p.stderr)
        best = self.good("ask", "s.yaml", "--best").splitlines()
        self.assertEqual(len(best), sum(w["pareto"] for w in want))

    def test_together_it_is_that_of_the_worst(self):
        want = self.swept(SWEEP)["points"]
        p = subprocess.run(
            [JOULET, "eval", "s.yaml", "--together"], cwd=self.dir, text=True,
            capture_output=True, input='{"parameters": {"array.rows": 4, '
            '"network.weight_bits": 8}}\n')
        got = json.loads(p.stdout)["goals"]["accuracy"]
        self.assertEqual(got, min(
            w["accuracy"] for w in want
            if w["design"]["network.weight_bits"] == 8))


if __name__ == "__main__":
    if not JOULET:
        sys.exit("usage: test_accuracy.py JOULET [unittest arguments]")
    unittest.main()
