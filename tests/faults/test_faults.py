#!/usr/bin/env python3
"""What a sweep loses when things go wrong: kills, a full disk, a locked store,
Verilog that cannot be built. Prints figures.

    test_faults.py JOULET [--kills N] [--seed N] [unittest arguments]

Runs in the root of the source tree. When something is killed is decided by how
many points are finished, never by time; what is killed, by the seed.
"""

import argparse
import collections
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.getcwd()
MODELS = os.path.join(ROOT, "models")
NETS = """networks: [{m}/digits_mlp.tflite, {m}/digits_cnn.tflite]
inputs: [{m}/digits_mlp.in.bin, {m}/digits_cnn.in.bin]
""".format(m=MODELS)
POINTS = 8000
LONG = NETS + """axes:
  array.rows: [4, 8, 16, 32]
  array.cols: [4, 8, 16, 32]
  sram.kib: {{from: {first}, to: {last}, step: 1}}
  clock.mhz: [50, 100, 150, 200, 250]
zip: [[array.rows, array.cols]]
"""
SMALL = NETS + """axes: {array.rows: [4, 8]}
"""
FINISHED = "SELECT count(*) FROM points WHERE state IN ('done', 'failed')"
CLEAN = {}      # CSV by sweep file
STEP = 40       # points between two kills, at least


def read(path):
    with open(path, "rb") as f:
        return f.read()


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="joulet-faults-")
        self.addCleanup(shutil.rmtree, self.dir, True)
        self.use("x", LONG.format(first=100, last=299))

    def use(self, name, text, folder=None):
        self.yaml = os.path.join(self.dir, name + ".yaml")
        self.store = os.path.join(folder or self.dir, name + ".db")
        self.csv = os.path.join(folder or self.dir, name + ".csv")
        with open(self.yaml, "w") as f:
            f.write(text)

    def start(self, *args, **env):
        return subprocess.Popen(
            [JOULET, "sweep", self.yaml, "--store", self.store, "--csv",
             self.csv, "--jobs", "2", "--progress", "none"] + list(args),
            env=dict(os.environ, **env), cwd=self.dir,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def finish(self, p, status=0):
        said = p.communicate(timeout=300)[1]
        self.assertEqual(p.returncode, status, said)
        return said

    def clean_csv(self):
        """What comes out when nothing goes wrong."""
        if read(self.yaml) not in CLEAN:
            CLEAN[read(self.yaml)] = self.run_clean()
        return CLEAN[read(self.yaml)]

    def run_clean(self):
        path = os.path.join(self.dir, "clean")
        subprocess.run([JOULET, "sweep", self.yaml, "--store", path + ".db",
                        "--csv", path + ".csv", "--jobs", "2"], check=True,
                       capture_output=True)
        text = read(path + ".csv")
        for name in os.listdir(self.dir):
            if name.startswith("clean"):
                os.unlink(os.path.join(self.dir, name))
        return text

    def rows(self, sql):
        try:
            db = sqlite3.connect("file:%s?mode=ro" % self.store, uri=True,
                                 timeout=20)
        except sqlite3.OperationalError:
            return []                   # not there yet
        try:
            return db.execute(sql).fetchall()
        except sqlite3.OperationalError:
            return []
        finally:
            db.close()

    def ask(self, sql):
        rows = self.rows(sql)
        return rows[0][0] if rows else 0

    def results(self):
        """Finished points: how often they were begun, what came out."""
        return {row[0]: row[1:] for row in self.rows(
            "SELECT key, attempts, state, cycles, out_hash FROM points "
            "WHERE state IN ('done', 'failed')")}

    def wait_for(self, p, n):
        """Until n points are finished; False if the sweep ended before."""
        while self.ask(FINISHED) < n:
            if p.poll() is not None:
                return False
            time.sleep(0.002)
        return True

    def doctor(self, *args):
        return subprocess.run([JOULET, "doctor", self.store] + list(args),
                              capture_output=True, text=True)


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        return [int(word) for word in f.read().split()]


class Kills(Case):
    """Random kills of workers and submitters."""

    def strike(self, p, lot, figures):
        """Kill one of them; a submitter is followed by another one."""
        workers = children(p.pid)
        if workers and lot.random() < 0.5:
            try:
                os.kill(lot.choice(workers), signal.SIGKILL)
            except ProcessLookupError:
                return p                # it was through
            figures["workers killed"] += 1
            return p
        p.kill()
        p.communicate()
        figures["submitters killed"] += 1
        return self.start()

    def check(self, seen, figures):
        """Compare what was finished at some time with what is there now."""
        now = self.results()
        for key, was in seen.items():
            figures["results lost"] += key not in now
            if key in now:
                figures["results changed"] += now[key][1:] != was[1:]
                figures["run twice"] += now[key][0] != was[0]

    def sweep(self, lot, kills, figures):
        p, seen, here, at = self.start(), {}, 0, 0
        while here < kills:
            if not self.wait_for(p, at + lot.randint(STEP, 2 * STEP)):
                break
            self.check(seen, figures)
            seen = self.results()
            at = len(seen)
            killed = figures["workers killed"] + figures["submitters killed"]
            p = self.strike(p, lot, figures)
            here += figures["workers killed"] + \
                figures["submitters killed"] - killed
        self.finish(p)
        self.check(seen, figures)
        figures["points"] += POINTS
        figures["begun"] += self.ask("SELECT sum(attempts) FROM points")
        self.assertEqual(self.ask(FINISHED), POINTS)
        return here

    def test_random_kills(self):
        lot, figures = random.Random(OPTIONS.seed), collections.Counter()
        left, sweeps = OPTIONS.kills, 0
        while left > 0:
            first = 100 + 200 * sweeps
            self.use("x%d" % sweeps, LONG.format(first=first,
                                                 last=first + 199))
            here = self.sweep(lot, left, figures)
            self.assertGreater(here, 0, "the sweep is too short")
            left -= here
            sweeps += 1
            self.assertEqual(read(self.csv), self.clean_csv())
            self.assertEqual(self.doctor().returncode, 0)
        kills = figures["workers killed"] + figures["submitters killed"]
        print("random kills: %d (%d workers, %d submitters), %d points; "
              "finished results lost: %d, changed: %d, run twice: %d; "
              "points begun again: %d"
              % (kills, figures["workers killed"],
                 figures["submitters killed"], figures["points"],
                 figures["results lost"], figures["results changed"],
                 figures["run twice"], figures["begun"] - figures["points"]))
        self.assertGreaterEqual(kills, OPTIONS.kills)
        self.assertEqual(figures["results lost"], 0)
        self.assertEqual(figures["results changed"], 0)
        self.assertEqual(figures["run twice"], 0)
        # A kill costs what was in work: one point, or one of each worker.
        self.assertLessEqual(
            figures["begun"] - figures["points"],
            figures["workers killed"] + 2 * figures["submitters killed"])


class Disk(Case):
    """A file system that gets full in the middle of a sweep."""

    def setUp(self):
        super().setUp()
        self.disk = os.path.join(self.dir, "disk")
        os.mkdir(self.disk)
        self.use("x", LONG.format(first=100, last=299), self.disk)

    def overcome(self, p, make_room):
        """The sweep ends with an error, keeps what it has, and goes on."""
        said = self.finish(p, 66)
        self.assertRegex(said, "disk (is full|I/O error): free some space, "
                         "then the same command goes on")
        self.assertFalse(os.path.exists(self.csv))
        make_room()
        was = self.results()
        self.assertGreater(len(was), 100)
        self.assertLess(len(was), POINTS)
        # At most points that could not be given back, as after a kill.
        p = self.doctor("--fix")
        self.assertEqual(p.returncode, 0, p.stdout)
        self.assertNotIn("damage", p.stdout)
        self.finish(self.start())
        now = self.results()
        lost = sum(key not in now for key in was)
        twice = sum(now[key] != was[key] for key in was if key in now)
        print("disk full: %d results before, %d after; lost: %d, run twice: "
              "%d" % (len(was), len(now), lost, twice))
        self.assertEqual((lost, twice, len(now)), (0, 0, POINTS))
        self.assertEqual(read(self.csv), self.clean_csv())

    def test_small_file_system(self):
        mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "none", self.disk]
        if os.geteuid() != 0 or subprocess.run(
                mount, capture_output=True).returncode != 0:
            self.skipTest("may not mount a small file system")
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk])
        self.overcome(self.start(), lambda: subprocess.run(
            ["mount", "-o", "remount,size=64m", self.disk], check=True))

    def test_write_says_no_space(self):
        """Without mounting: write(2) fails when a file is too large."""
        library = os.path.join(self.dir, "full.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library,
                        os.path.join(ROOT, "tests", "faults", "full.c"),
                        "-ldl"], check=True)
        self.overcome(self.start(LD_PRELOAD=library, JOULET_TEST_FULL=self.disk,
                                 JOULET_TEST_BYTES="8000000"), lambda: None)


class Locked(Case):
    """Another process keeps the store."""

    def hold(self):
        db = sqlite3.connect(self.store, timeout=60, isolation_level=None)
        db.execute("BEGIN EXCLUSIVE")
        return db

    def test_for_a_while(self):
        p = self.start()
        self.assertTrue(self.wait_for(p, 500))
        db = self.hold()
        time.sleep(2)
        db.execute("COMMIT")
        db.close()
        self.finish(p)
        self.assertEqual(self.ask("SELECT sum(attempts) FROM points"), POINTS)
        self.assertEqual(read(self.csv), self.clean_csv())

    def test_for_ever(self):
        self.use("x", SMALL)
        self.finish(self.start())
        os.unlink(self.csv)
        db = self.hold()
        said = self.finish(self.start(), 75)
        self.assertIn("database is locked: another process keeps it; the "
                      "same command goes on when that has ended", said)
        self.assertFalse(os.path.exists(self.csv))
        db.execute("ROLLBACK")
        db.close()
        self.finish(self.start())
        self.assertEqual(self.ask("SELECT sum(attempts) FROM points"), 4)
        print("store locked: waited 20 s, then exit status 75; lost: 0, run "
              "twice: 0")


class Verilog(Case):
    """A design whose Verilog cannot be built."""

    def test_build_fails(self):
        self.use("x", SMALL)
        rtl = os.path.join(self.dir, "rtl")
        shutil.copytree(os.path.join(ROOT, "rtl"), rtl)
        path = os.path.join(rtl, "accel.v")
        good = read(path)
        with open(path, "ab") as f:
            f.write(b"module broken; this is no Verilog; endmodule\n")
        env = {"JOULET_RTL_DIR": rtl}
        said = self.finish(self.start("--confirm", "1", **env), 69)
        # Both designs are built at once: either may be the first to fail.
        self.assertRegex(said, "verilator could not build the RTL of a "
                               "[48]x8 array; its messages are in ")
        self.assertFalse(os.path.exists(self.csv))
        self.assertEqual(self.ask(FINISHED), 4)
        self.assertEqual(self.ask("SELECT count(*) FROM confirmed"), 0)
        self.assertEqual(self.ask("SELECT count(*) FROM points WHERE state "
                                  "= 'run'"), 0)
        with open(path, "wb") as f:
            f.write(good)
        self.finish(self.start("--confirm", "1", **env))
        self.assertEqual(self.ask("SELECT count(*) FROM confirmed"), 2)
        self.assertEqual(self.ask("SELECT sum(attempts) FROM points WHERE "
                                  "backend = 'fast'"), 4)
        print("Verilog that cannot be built: sweep kept, 2 of 2 confirmed "
              "after the repair; lost: 0, run twice: 0")


class Doctor(Case):
    """What is left is found and repaired."""

    def test_everything_found(self):
        self.use("x", SMALL)
        p = self.doctor()
        self.assertEqual(p.returncode, 66)
        self.assertIn("no such store", p.stderr)
        self.finish(self.start())
        self.assertEqual(self.doctor().stdout, "nothing is wrong\n")
        db = sqlite3.connect(self.store, isolation_level=None)
        db.execute("UPDATE points SET state = 'run', owner = "
                   "'elsewhere/0/1/1', lease_until = 1 WHERE rowid = 1")
        db.execute("UPDATE points SET counts = 'half' WHERE rowid = 2")
        db.execute("DELETE FROM points WHERE rowid = 3")
        db.execute("UPDATE points SET state = 'failed', crashes = 3, error = "
                   "'took longer' WHERE rowid = 4")
        db.close()
        with open(self.dir + "/x.999999999.part.csv", "w"):
            pass
        p = self.doctor()
        self.assertEqual(p.returncode, 1)
        for text in ("1 points are claimed by elsewhere/0/1/1, which is gone",
                     "1 results are not whole",
                     "1 sweeps have not all their points",
                     "1 points were given up",
                     "x.999999999.part.csv: left by a process that is gone"):
            self.assertIn(text, p.stdout)
        self.assertNotIn("repaired", p.stdout)
        p = self.doctor("--fix", "--retry")
        self.assertEqual((p.returncode, p.stdout.count("repaired")), (0, 5))
        self.assertEqual(self.doctor().stdout, "nothing is wrong\n")
        self.finish(self.start())
        self.assertEqual(read(self.csv), self.clean_csv())

    def test_damage_is_told(self):
        self.use("x", LONG.format(first=100, last=119))
        self.finish(self.start())
        with open(self.store, "r+b") as f:
            for page in range(3, 60):
                f.seek(4096 * page + 8)
                f.write(b"\xa5" * 2000)
        p = self.doctor("--fix")
        self.assertEqual(p.returncode, 1, p.stdout + p.stderr)
        self.assertIn("is damaged", p.stdout)
        with open(self.store, "wb") as f:
            f.write(b"something else" * 100)
        p = self.doctor("--fix")
        self.assertEqual(p.returncode, 65)
        self.assertIn("not a database", p.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("joulet", type=os.path.abspath)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    OPTIONS, rest = parser.parse_known_args()
    JOULET = OPTIONS.joulet
    unittest.main(argv=[sys.argv[0]] + rest)
