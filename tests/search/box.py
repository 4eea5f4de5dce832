"""What the tests of search, eval, ask and tell share: a folder of their own, a
small space, and joulet."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

JOULET = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
ROOT = os.getcwd()
CNN = os.path.join(ROOT, "models", "digits_cnn.tflite")
MLP = os.path.join(ROOT, "models", "digits_mlp.tflite")

USAGE, DATA, NOINPUT = 2, 65, 66
SKIPPED = 77

AXES = """axes:
  array.rows: {from: 2, to: 32, step: 2}
  array.cols: {from: 4, to: 32, step: 4}
  requant.lanes: [1, 2, 4, 8]
  scratchpad.kib: {from: 8, to: 64, times: 2}
  clock.mhz: {from: 10, to: 200, step: 10}
"""


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="joulet-search-")
        self.addCleanup(shutil.rmtree, self.dir)

    def path(self, name):
        return os.path.join(self.dir, name)

    def space(self, more="", nets=(CNN,), axes=AXES, name="s.yaml"):
        with open(self.path(name), "w") as f:
            f.write("networks: [%s]\n%s%s" % (", ".join(nets), axes, more))
        return name

    def joulet(self, *args, text=None):
        return subprocess.run([JOULET] + [str(a) for a in args], cwd=self.dir,
                              input=text, capture_output=True, text=True,
                              timeout=300)

    def good(self, *args, text=None):
        p = self.joulet(*args, text=text)
        self.assertEqual(p.returncode, 0, p.stderr)
        return p.stdout

    def refused(self, status, part, *args, text=None):
        p = self.joulet(*args, text=text)
        self.assertEqual(p.returncode, status, p.stderr)
        self.assertRegex(p.stderr, r"^joulet: [^\n]*\n$")
        self.assertIn(part, p.stderr)
        self.assertEqual(p.stdout, "")

    def search(self, *args):
        """What it found, as JSON."""
        return json.loads(self.good("search", "s.yaml", "--json", *args))


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def front(points, goals):
    """Those that no other one dominates; goals are to be minimized."""
    def better(p, q):
        return all(p[g] <= q[g] for g in goals) and \
            any(p[g] < q[g] for g in goals)
    return [p for p in points if not any(better(q, p) for q in points)]
