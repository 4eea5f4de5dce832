#!/usr/bin/env python3
"""Sweeps on a real Slurm with two nodes, which this test starts and ends.

    test_slurm.py JOULET [unittest arguments]

Runs in the root of the source tree, as root; otherwise, or where Slurm is not
installed, it is skipped and says why. What is killed, and when, is decided by
how many points are finished, never by time.
"""

import glob
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

import cluster

JOULET = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
MODELS = os.path.join(os.getcwd(), "models")

NETS = """networks: [{m}/digits_mlp.tflite, {m}/digits_cnn.tflite]
inputs: [{m}/digits_mlp.in.bin, {m}/digits_cnn.in.bin]
""".format(m=MODELS)
SMALL = NETS + """axes:
  array.rows: [4, 8, 16]
  requant.lanes: [4, 16]
  clock.mhz: {from: 10, to: 100, step: 10}
"""
# So long that whatever happens meanwhile happens in the middle of it.
LONG_POINTS = 8000
LONG = NETS + """axes:
  array.rows: [4, 8, 16, 32]
  array.cols: [4, 8, 16, 32]
  sram.kib: {from: 100, to: 299, step: 1}
  clock.mhz: [50, 100, 150, 200, 250]
zip: [[array.rows, array.cols]]
"""


SEARCH = NETS + """axes:
  array.rows: {from: 2, to: 16, step: 1}
  array.cols: {from: 4, to: 16, step: 1}
  requant.lanes: [1, 2, 4, 8]
  sram.kib: {from: 100, to: 399, step: 1}
  clock.mhz: {from: 50, to: 150, step: 1}
where: requant.lanes <= array.cols
objectives: {minimize: [latency_us, energy_uj]}
"""


def read(path):
    with open(path, "rb") as f:
        return f.read()


def setUpModule():
    global slurm, folder, long_csv, small_csv
    slurm = cluster.Cluster().__enter__()
    unittest.addModuleCleanup(slurm.__exit__)
    folder = slurm.dir + "/sweeps"      # goes with it
    os.mkdir(folder)
    csv = []
    for name, text in ("small", SMALL), ("long", LONG):
        path = os.path.join(folder, name)
        with open(path + ".yaml", "w") as f:
            f.write(text)
        subprocess.run([JOULET, "sweep", path + ".yaml", "--csv",
                        path + ".csv"], check=True, capture_output=True)
        csv.append(read(path + ".csv"))
    small_csv, long_csv = csv


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="t", dir=folder)
        self.store = self.dir + "/x.db"
        self.csv = self.dir + "/x.csv"
        self.yaml = folder + "/long.yaml"

    def tearDown(self):
        # Whatever happened: no worker and no job is left.
        self.until(lambda: not self.workers(), "workers end")
        self.assertEqual(self.queue(), "")

    def until(self, ready, what, seconds=180):
        end = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > end:
                self.fail("in vain: %s\n%s" % (what, slurm.logs()))
            time.sleep(0.02)

    def start(self, *args, executor="slurm", workers="3"):
        more = ["--executor", "slurm", "--workers", workers] \
            if executor == "slurm" else []
        return subprocess.Popen(
            [JOULET, "sweep", self.yaml, "--store", self.store, "--csv",
             self.csv] + more + list(args), cwd=self.dir,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def finish(self, p, status=0):
        said = p.communicate(timeout=400)[1]
        self.assertEqual(p.returncode, status, said + slurm.logs())
        return said

    def ask(self, sql):
        try:
            db = sqlite3.connect("file:%s?mode=ro" % self.store, uri=True,
                                 timeout=20)
        except sqlite3.OperationalError:
            return -1                   # not there yet
        try:
            return db.execute(sql).fetchone()[0]
        except sqlite3.OperationalError:
            return -1
        finally:
            db.close()

    def finished(self):
        return self.ask("SELECT count(*) FROM points WHERE state IN "
                        "('done', 'failed')")

    def attempts(self):
        return self.ask("SELECT sum(attempts) FROM points")

    def wait_for(self, n):
        self.until(lambda: self.finished() >= n, "%d points" % n)
        self.assertLess(self.finished(), LONG_POINTS)

    def runs(self):
        return glob.glob(self.store + ".slurm/run-*")

    def workers(self):
        """Processes of workers of this test; outer ones only."""
        found = []
        for run in glob.glob(self.store + ".slurm/run-*/alive/*"):
            try:
                owner = read(run).split()[0].decode()
            except (OSError, IndexError):
                continue
            pid = int(owner.split("/")[2])
            if not cluster.ended(pid):
                found.append(pid)
        return found

    def queue(self):
        """Jobs that are neither done nor being ended."""
        out = subprocess.run(["squeue", "-h", "-t", "PD,R,CF,S", "-o",
                              "%j %T"], capture_output=True,
                             text=True)
        return out.stdout

    def doctor(self, *args):
        p = subprocess.run([JOULET, "doctor", "--json"] + list(args),
                           capture_output=True, text=True)
        self.assertIn(p.returncode, (0, 1), p.stderr)
        found = json.loads(p.stdout)["findings"]
        return p.returncode, [f["kind"] for f in found], found

    def whole(self, again=0):
        """Everything is there as the local executor has it; at most `again`
        points were begun a second time."""
        self.assertEqual(read(self.csv), long_csv)
        self.assertGreaterEqual(self.attempts(), LONG_POINTS)
        self.assertLessEqual(self.attempts(), LONG_POINTS + again)
        self.assertEqual(self.runs(), [])
        self.assertEqual(self.ask("SELECT count(*) FROM merged"), 0)


class Searches(Case):
    """A space of 50 million cells; the workers stay from batch to batch."""

    def search(self, *args, status=0):
        return self.finish(self.start_search(*args), status)

    def start_search(self, *args, budget=320):
        self.yaml = self.dir + "/space.yaml"
        with open(self.yaml, "w") as f:
            f.write(SEARCH)
        return subprocess.Popen(
            [JOULET, "search", self.yaml, "--store", self.store, "--csv",
             self.csv, "--budget", str(budget), *args], cwd=self.dir,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def test_same_csv_as_the_local_executor(self):
        self.search("--jobs", "2")
        here = read(self.csv)
        os.unlink(self.csv)
        for f in glob.glob(self.store + "*"):
            os.unlink(f)
        p = self.start_search("--executor", "slurm", "--workers", "2")
        seen = set()
        while p.poll() is None:
            seen.update(self.workers())
            time.sleep(0.02)
        self.finish(p)
        self.assertEqual(read(self.csv), here)
        self.assertEqual(len(seen), 2)
        self.assertEqual(self.attempts(), self.finished())
        self.assertEqual(self.runs(), [])
        self.assertEqual(self.ask("SELECT count(*) FROM members WHERE sweep "
                                  "IN (SELECT id FROM sweeps)"), 320)

    def test_killed_workers_and_submitter(self):
        p = self.start_search("--executor", "slurm", "--workers", "2")
        self.until(lambda: self.finished() >= 40, "40 points")
        os.kill(self.workers()[0], signal.SIGKILL)
        self.until(lambda: self.finished() >= 120, "120 points")
        p.kill()
        p.communicate()
        # The next one ends what the first one left, and keeps it.
        self.search("--jobs", "2")
        done = read(self.csv)
        self.assertLessEqual(self.attempts(), self.finished() + 2)
        self.assertEqual(self.runs(), [])
        self.assertEqual(len(done.splitlines()), 321)


class Sweeps(Case):
    def test_same_csv_as_the_local_executor(self):
        self.yaml = folder + "/small.yaml"
        self.finish(self.start())
        self.assertEqual(read(self.csv), small_csv)
        self.assertEqual(self.ask("SELECT sum(attempts) FROM points"), 120)
        self.assertEqual(os.listdir(self.dir).count("x.db.slurm"), 0)
        # Again: all is known, so Slurm is not asked.
        os.unlink(self.csv)
        env = dict(os.environ, PATH="/nowhere")
        subprocess.run([JOULET, "sweep", self.yaml, "--store", self.store,
                        "--csv", self.csv, "--executor", "slurm"], env=env,
                       check=True, capture_output=True)
        self.assertEqual(read(self.csv), small_csv)

    def test_options_reach_sbatch(self):
        self.yaml = folder + "/small.yaml"
        said = self.finish(self.start("--partition", "none"), 69)
        self.assertRegex(said, "sbatch failed: .*partition")
        self.assertEqual(self.runs(), [])
        self.assertEqual(self.finished(), 0)
        said = self.finish(self.start("--slurm-opt=--no-such"), 69)
        self.assertRegex(said, "sbatch failed: .*no-such")
        self.finish(self.start("--partition", "one",
                               "--slurm-opt=--comment=hello"))
        self.assertEqual(read(self.csv), small_csv)

    def test_time_limit_of_a_point(self):
        p = self.start("--point-timeout", "3", workers="2")
        self.wait_for(500)
        # A point that hangs: the inner process of a worker is stopped.
        inner = subprocess.run(["pgrep", "-P", str(self.workers()[0])],
                               capture_output=True, text=True).stdout.split()
        os.kill(int(inner[0]), signal.SIGSTOP)
        self.finish(p)
        self.whole(again=1)


class Faults(Case):
    def test_killed_workers(self):
        p = self.start()
        for n in range(500, 5500, 1000):
            self.wait_for(n)
            self.until(lambda: self.workers() or p.poll() is not None,
                       "workers")
            os.kill(self.workers()[0], signal.SIGKILL)
        self.finish(p)
        self.whole(again=5)

    def test_killed_submitter_is_taken_over(self):
        for n in 500, 1500, 2500:
            p = self.start()
            self.wait_for(n)
            p.kill()
            p.communicate()
        self.finish(self.start())
        self.whole()

    def test_workers_finish_without_submitter(self):
        p = self.start()
        self.wait_for(500)
        p.kill()
        p.communicate()
        self.until(lambda: not any(
            os.listdir(r + d) for r in self.runs()
            for d in ("/todo",)), "slices are taken")
        status, kinds, _ = self.doctor(self.store)
        self.assertEqual((status, kinds), (1, ["run"]))
        status, kinds, _ = self.doctor(self.store, "--fix")
        self.assertEqual((status, kinds), (0, ["run"]))
        self.assertEqual(self.runs(), [])
        self.finish(self.start(executor="local"))
        # A worker that had to end dropped the point in its hands.
        self.whole(again=3)

    def test_local_sweep_after_a_killed_submitter(self):
        p = self.start()
        self.wait_for(1000)
        p.kill()
        p.communicate()
        self.finish(self.start(executor="local"))
        self.whole(again=3)

    def test_interrupted(self):
        p = self.start()
        self.wait_for(1000)
        p.send_signal(signal.SIGINT)
        said = self.finish(p, 130)
        self.assertIn("interrupted; the same command goes on", said)
        self.assertEqual(self.runs(), [])
        self.assertEqual(self.queue(), "")
        self.assertEqual(self.ask("SELECT count(*) FROM points WHERE state "
                                  "= 'run'"), 0)
        self.assertFalse(os.path.exists(self.csv))
        self.finish(self.start())
        self.whole(again=3)

    def test_drained_node(self):
        subprocess.run(["scontrol", "update", "nodename=n1", "state=drain",
                        "reason=test"], check=True)
        status, kinds, found = self.doctor()
        self.assertEqual((status, kinds), (1, ["node"]))
        self.assertIn("node n1 is drained: test", found[0]["what"])
        self.assertEqual(found[0]["fix"],
                         "scontrol update nodename=n1 state=resume")
        # The other node does all the work.
        self.yaml = folder + "/small.yaml"
        self.finish(self.start())
        self.assertEqual(read(self.csv), small_csv)
        status, kinds, _ = self.doctor("--fix")
        self.assertEqual((status, kinds), (0, ["node"]))
        self.assertEqual(self.doctor()[:2], (0, []))


class Daemons(Case):
    """Those of Slurm die while workers work."""

    def tearDown(self):
        self.until(lambda: not self.workers(), "workers end")
        slurm.renew()

    def test_killed_slurmd(self):
        p = self.start()
        self.wait_for(1000)
        for node in "n1", "n2":
            slurm.kill(node)
        self.wait_for(2000)
        for node in "n1", "n2":
            slurm.start_slurmd(node)
        self.finish(p)
        # Slurm ends jobs that it has forgotten, so points in work may be lost.
        self.whole(again=3)

    def test_killed_slurmctld(self):
        p = self.start()
        self.wait_for(1000)
        slurm.kill("slurmctld")
        self.wait_for(2000)
        slurm.start_slurmctld()
        self.finish(p)
        # Slurm ends jobs that it has forgotten, so points in work may be lost.
        self.whole(again=3)


def main():
    if not JOULET:
        return "usage: test_slurm.py JOULET [unittest arguments]"
    reason = cluster.why_not()
    if reason:
        print("skipped: Slurm: " + reason)
        return cluster.SKIP
    signal.signal(signal.SIGTERM, lambda *a: sys.exit(143))
    unittest.main()


if __name__ == "__main__":
    sys.exit(main())
