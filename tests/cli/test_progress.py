#!/usr/bin/env python3
"""What a sweep says while it runs: on a terminal, in a pipe, as JSON.

    test_progress.py JOULET [unittest arguments]

Runs in the root of the source tree. The terminal is a pseudo-terminal, which
is the sweep's controlling one, so that Ctrl-C is typed, not sent.
"""

import fcntl
import json
import os
import pty
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import termios
import unittest

JOULET = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
NET = os.path.join(os.getcwd(), "models", "digits_mlp.tflite")
SMALL = """networks: [%s]
axes: {array.rows: [4, 8], array.cols: [4, 8], requant.lanes: [4, 8]}
""" % NET
# Each of its 960 designs is compiled: seconds, of which the first is enough.
LONG = """networks: [%s]
axes:
  array.rows: {from: 1, to: 64, step: 1}
  array.cols: {from: 4, to: 32, step: 2}
""" % NET


class Progress(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="joulet-progress-")
        self.addCleanup(shutil.rmtree, self.dir)

    def sweep(self, text, *args):
        with open(os.path.join(self.dir, "s.yaml"), "w") as f:
            f.write(text)
        return [JOULET, "sweep", "s.yaml", "--jobs", "1"] + list(args)

    def piped(self, text, *args):
        return subprocess.run(self.sweep(text, *args), cwd=self.dir,
                              capture_output=True, text=True, timeout=300)

    def on_terminal(self, text, *args, key=None, after=b" of "):
        """What the terminal showed, and the exit status. The key is typed
        once there is the first count, or what it is to be after."""
        try:
            master, slave = pty.openpty()
        except OSError as e:
            self.skipTest("no terminal: %s (/dev/pts)" % e)
        def own_terminal():
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        p = subprocess.Popen(self.sweep(text, *args), cwd=self.dir,
                             stdin=slave, stderr=slave,
                             stdout=subprocess.DEVNULL,
                             preexec_fn=own_terminal)
        os.close(slave)
        shown = b""
        while True:
            try:
                some = os.read(master, 4096)
            except OSError:     # the last one has closed it
                break
            if not some:
                break
            shown += some
            if key and after in shown:
                os.write(master, key)
                key = None
        os.close(master)
        return shown.decode(), p.wait(timeout=300)

    def ask(self, sql):
        db = sqlite3.connect(os.path.join(self.dir, "s.db"))
        try:
            return db.execute(sql).fetchone()[0]
        finally:
            db.close()

    def test_pipe_is_quiet(self):
        p = self.piped(SMALL)
        self.assertEqual((p.returncode, p.stderr), (0, ""))

    def test_none_is_quiet_on_a_terminal(self):
        self.assertEqual(self.on_terminal(SMALL, "--progress", "none"),
                         ("", 0))

    def test_terminal_has_one_line(self):
        shown, status = self.on_terminal(SMALL)
        self.assertEqual(status, 0)
        first, rest = shown.split("\r\n", 1)
        self.assertEqual(first, "sweep: 8 points, 0 known, store s.db")
        last = rest.split("\r")[-2]     # "", the line, "\n"
        self.assertRegex(last, r"^sweep: 8 of 8 points, 2 failed, "
                         r"\d+\.\d/(s|min)\x1b\[K$")
        self.assertEqual(rest.count("\n"), 1)
        # All of it is known now.
        shown, status = self.on_terminal(SMALL)
        self.assertEqual((shown, status), (
            "sweep: 8 points, 8 known, store s.db\r\n", 0))

    def test_plain_lines(self):
        p = self.piped(SMALL, "--progress=plain")
        lines = p.stderr.splitlines()
        self.assertEqual(lines[0], "sweep: 8 points, 0 known, store s.db")
        self.assertRegex(lines[-1], r"^sweep: 8 of 8 points, 2 failed, ")

    def test_json_lines(self):
        keys = {"event", "phase", "total", "known", "done", "failed",
                "confirmed", "seconds", "rate", "left_s", "workers",
                "waiting"}
        for known in 0, 8:
            p = self.piped(SMALL, "--progress", "json")
            lines = [json.loads(line) for line in p.stderr.splitlines()]
            self.assertEqual(set(lines[0]), keys | {"points", "store"})
            self.assertEqual(lines[0]["event"], "begin")
            self.assertEqual(lines[0]["known"], known)
            for line in lines[1:]:
                self.assertEqual(set(line), keys)
                self.assertEqual(line["total"], 8)
                self.assertEqual(line["phase"], "points")
            for line in lines[1:-1]:
                self.assertEqual(line["event"], "progress")
            end = lines[-1]
            self.assertEqual(
                (end["event"], end["done"], end["failed"], end["left_s"]),
                ("end", 6, 2, 0))

    def test_bad_way(self):
        p = self.piped(SMALL, "--progress=loud")
        self.assertEqual((p.returncode, p.stderr), (2, (
            "joulet: --progress: loud is not line, plain, json or none\n")))

    def test_ctrl_c_leaves_a_store_that_goes_on(self):
        for _ in range(5):
            shown, status = self.on_terminal(LONG, key=b"\x03")
            if status != 0:     # else it was done before the key
                break
            os.remove(os.path.join(self.dir, "s.db"))
        self.assertEqual(status, 130)
        self.assertTrue(shown.endswith(
            "\njoulet: interrupted; the same command goes on\r\n"), shown)
        self.assertRegex(shown, re.compile(
            r"\rsweep: \d+ of 960 points, .* left\x1b\[K"))
        done = self.ask("SELECT count(*) FROM points WHERE state IN "
                        "('done', 'failed')")
        self.assertTrue(0 < done < 960)
        self.assertEqual(self.ask("SELECT count(*) FROM points WHERE state "
                                  "= 'run'"), 0)
        p = self.piped(LONG, "--progress", "json")
        lines = [json.loads(line) for line in p.stderr.splitlines()]
        self.assertEqual(lines[0]["known"], done)
        self.assertEqual(lines[-1]["total"], 960)
        self.assertEqual(lines[-1]["done"] + lines[-1]["failed"], 960)
        # Nothing that was finished ran again.
        self.assertLessEqual(self.ask("SELECT sum(attempts) FROM points"),
                             961)

    def data(self, copies):
        """A sweep with a data set: two sets of weights, four points."""
        models = os.path.join(os.getcwd(), "models")
        for part, name in ("inputs", "x"), ("labels", "y"):
            with open(os.path.join(models, "digits_test_%s.bin" % name),
                      "rb") as f:
                one = f.read()
            with open(os.path.join(self.dir, part), "wb") as f:
                f.write(one * copies)
        with open(os.path.join(self.dir, "set.yaml"), "w") as f:
            f.write("{inputs: inputs, labels: labels}\n")
        return ("networks: [%s]\ndata: set.yaml\n"
                "axes: {network.weight_bits: [2, 8], array.rows: [4, 8]}\n"
                % NET.replace("mlp", "cnn"))

    def test_accuracy_is_a_phase_of_inputs(self):
        text = self.data(2)
        for known in 0, 4:
            p = self.piped(text, "--progress", "json")
            lines = [json.loads(line) for line in p.stderr.splitlines()]
            phases = [line["phase"] for line in lines
                      if line["event"] == "begin"]
            self.assertEqual(phases, ["points"] if known
                             else ["points", "accuracy"], p.stderr)
        p = self.piped(text.replace("[2, 8]", "[2, 4]"), "--progress", "json")
        begin = [line for line in map(json.loads, p.stderr.splitlines())
                 if line["event"] == "begin"][-1]
        self.assertEqual((begin["phase"], begin["points"], begin["total"],
                          begin["known"]), ("accuracy", 2, 2 * 720, 720))

    def test_ctrl_c_while_accuracy_is_counted(self):
        text = self.data(400)
        shown, status = self.on_terminal(text, key=b"\x03",
                                         after=b" inputs classified")
        self.assertEqual(status, 130, shown)
        self.assertIn("sweep: accuracy of 2 sets of weights, 288000 inputs, "
                      "0 known\r\n", shown)
        self.assertTrue(shown.endswith(
            "\njoulet: interrupted; the same command goes on\r\n"), shown)
        self.assertEqual(self.ask("SELECT count(*) FROM points WHERE state "
                                  "= 'done'"), 4)
        self.assertLess(self.ask("SELECT count(*) FROM accuracies"), 2)
        self.data(1)            # so that the rest is short
        p = self.piped(text)
        self.assertEqual((p.returncode, p.stderr), (0, ""))
        self.assertEqual(self.ask("SELECT count(*) FROM accuracies WHERE "
                                  "total = 360"), 2)
        self.assertEqual(self.ask("SELECT sum(attempts) FROM points"), 4)


if __name__ == "__main__":
    if not JOULET:
        sys.exit("usage: test_progress.py JOULET [unittest arguments]")
    unittest.main()
