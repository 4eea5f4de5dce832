#!/usr/bin/env python3
"""Looking inside the Verilog: waveforms, the watchdog, confirmed sweeps.

    test_waves.py JOULET FST_READ [unittest arguments]

Runs in the root of the source tree. FST_READ (fst_read.c) reads waveforms with
GTKWave's own reader; fst2vcd, if it is installed, must read them as well.
Verilog with bugs is a copy with a line changed, in a folder of its own
(JOULET_RTL_DIR). Exit status 77: no verilator.
"""

import csv
import json
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

JOULET = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 2 else ""
FST_READ = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
ROOT = os.getcwd()
NET = os.path.join(ROOT, "models", "digits_cnn.tflite")
INPUT = os.path.join(ROOT, "models", "digits_cnn.in.bin")
MISMATCH, USAGE, NOINPUT, WATCHDOG = 3, 2, 66, 124

# Small, so that it is built fast; slow, so that it takes over 10,000 cycles.
SMALL = {"array.rows": 1, "array.cols": 4, "requant.lanes": 1,
         "scratchpad.kib": 8, "scratchpad.banks": 4, "dma.bytes_per_cycle": 4}
SET = [word for item in SMALL.items() for word in ("--set", "%s=%s" % item)]

UNIT = {"LOAD": 0, "FILL": 0, "STORE": 2}    # bits of tr_start_o; else 1


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="joulet-waves-")
        self.addCleanup(shutil.rmtree, self.dir)

    def path(self, name):
        return os.path.join(self.dir, name)

    def joulet(self, *args, limit=None, **env):
        def set_limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        return subprocess.run([JOULET] + list(args), cwd=self.dir,
                              capture_output=True, text=True, timeout=600,
                              preexec_fn=set_limit if limit else None,
                              env=dict(os.environ, **env))

    def good(self, *args, **env):
        p = self.joulet(*args, **env)
        self.assertEqual(p.returncode, 0, p.stderr)
        return p

    def run_rtl(self, *args, **more):
        return self.joulet("run", "--net", NET, "--input", INPUT, "--backend",
                           "rtl", *SET, *args, **more)

    def refused(self, status, part, *args, **more):
        """As run_rtl, with a message; no new file."""
        before = sorted(os.listdir(self.dir))
        p = self.run_rtl(*args, **more)
        self.assertEqual(p.returncode, status, p.stderr)
        self.assertIn(part, p.stderr)
        self.assertEqual(p.stdout, "")
        self.assertEqual(sorted(os.listdir(self.dir)), before)

    def waves(self, name, *signals):
        """First and last time; every change of the signals."""
        p = subprocess.run([FST_READ, self.path(name)] + list(signals),
                           capture_output=True, text=True)
        self.assertEqual(p.returncode, 0, p.stderr)
        lines = [line.split() for line in p.stdout.splitlines()]
        self.assertEqual(lines[1], ["unit", "-9"])
        self.assertGreater(int(lines[2][1]), 100)
        self.other_reader(name, int(lines[0][1]), int(lines[0][2]))
        return (int(lines[0][1]), int(lines[0][2]),
                [(int(t), what, int(v, 2)) for t, what, v in lines[3:]])

    def other_reader(self, name, first, last):
        if not shutil.which("fst2vcd"):
            return
        p = subprocess.run(["fst2vcd", self.path(name)], capture_output=True,
                           text=True, check=True)
        times = re.findall(r"^#(\d+)$", p.stdout, re.MULTILINE)
        self.assertEqual((int(times[0]), int(times[-1])), (first, last))

    def commands(self, name):
        """(unit, start, end, layer) of a timeline."""
        with open(self.path(name)) as f:
            events = json.load(f)["traceEvents"]
        return [(UNIT.get(e["name"], 1), e["args"]["start"],
                 e["args"]["start"] + e["args"]["cycles"], e["args"]["layer"])
                for e in events if e.get("cat") == "command"]


class Waves(Case):
    def same_as_timeline(self, fst, timeline, first, last):
        """Starts and ends in [first, last] are those of the timeline."""
        got = self.waves(fst, "tr_start_o", "tr_end_o")
        self.assertEqual(got[:2], (first, last))
        want = {"tr_start_o": {}, "tr_end_o": {}}
        for unit, start, end, _ in self.commands(timeline):
            for what, cycle in ("tr_start_o", start), ("tr_end_o", end - 1):
                bits = want[what]
                bits[cycle] = bits.get(cycle, 0) | 1 << unit
        for what, bits in want.items():
            changes = dict((t, v) for t, name, v in got[2] if name == what)
            seen, value = {}, None
            for cycle in range(first, last + 1):
                value = changes.get(cycle, value)
                if value:
                    seen[cycle] = value
            self.assertEqual(seen, {c: b for c, b in bits.items()
                                    if first <= c <= last})

    def test_a_window_holds_exactly_its_cycles(self):
        args = ("--trace", "t.json", "--waves", "w.fst")
        p = self.run_rtl(*args, "--window", "1000:3500", "--json")
        self.assertEqual(p.returncode, 0, p.stderr)
        self.same_as_timeline("w.fst", "t.json", 1000, 3499)
        self.assertEqual(p.stdout, self.run_rtl("--json").stdout)
        p = self.run_rtl(*args, "--window", "777:778")
        self.assertEqual(p.returncode, 0, p.stderr)
        self.same_as_timeline("w.fst", "t.json", 777, 777)
        self.assertEqual(sorted(os.listdir(self.dir)), ["t.json", "w.fst"])

    def test_the_whole_inference(self):
        p = self.run_rtl("--trace", "t.json", "--waves", "w.fst", "--json")
        cycles = json.loads(p.stdout)["cycles"]
        self.assertGreater(cycles, 10000)
        self.same_as_timeline("w.fst", "t.json", 0, cycles - 1)

    def test_a_layer_by_name_and_number(self):
        p = self.run_rtl("--trace", "t.json", "--waves", "w.fst", "--json",
                         "--window", "layer=2")
        layer = json.loads(p.stdout)["layers"][2]
        mine = [c for c in self.commands("t.json") if c[3] == 2]
        first, end = min(c[1] for c in mine), max(c[2] for c in mine)
        self.same_as_timeline("w.fst", "t.json", first, end - 1)
        os.unlink(self.path("w.fst"))
        self.run_rtl("--waves", "w.fst", "--window", "layer=" + layer["name"])
        self.same_as_timeline("w.fst", "t.json", first, end - 1)

    def test_windows_that_are_none(self):
        for window, why in (
                ("5", "must be A:B"), ("5:", "must be A:B"),
                ("-1:5", "must be A:B"), ("layer=", "must be A:B"),
                ("5:5", "holds no cycle"), ("9:3", "holds no cycle"),
                ("0:999999", "the inference has only "),
                ("layer=conv2d_1/Rely", "did you mean conv2d_1/Relu;"),
                ("layer=11", "no such layer"),
                ("layer=10", "unit cpu, no command")):
            self.refused(USAGE, why, "--waves", "w.fst", "--window", window)
        self.refused(USAGE, "--window: needs --waves", "--window", "1:2")
        p = self.joulet("run", "--net", NET, "--waves", "w.fst")
        self.assertEqual((p.returncode, p.stderr), (
            USAGE, "joulet: --waves: needs --backend rtl\n"))

    def test_no_file_after_a_failure(self):
        window = ("--window", "100:3000")
        self.refused(NOINPUT, "no/w.fst: cannot write: No such", "--waves",
                     "no/w.fst", *window)
        self.refused(NOINPUT, "/dev/null: cannot write: not a file",
                     "--waves", "/dev/null", *window)
        self.assertFalse(os.path.isfile("/dev/null"))
        self.refused(NOINPUT, "no/t.json: cannot create", "--waves", "w.fst",
                     "--output", "o.bin", "--trace", "no/t.json", *window)

    def test_a_full_disk(self):
        with open(self.path("w.fst"), "w") as f:
            f.write("as it was")
        self.run_rtl("--waves", "once.fst", "--window", "0:1")   # is built
        self.refused(NOINPUT, "cannot write: incomplete", "--waves", "w.fst",
                     limit=1 << 16)
        with open(self.path("w.fst")) as f:
            self.assertEqual(f.read(), "as it was")


def changed(folder, *changes):
    """Copy the Verilog, with lines of accel.v changed: old, new, old, new."""
    shutil.copytree(os.path.join(ROOT, "rtl"), folder)
    path = os.path.join(folder, "accel.v")
    with open(path) as f:
        text = f.read()
    for old, new in zip(changes[::2], changes[1::2]):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    with open(path, "w") as f:
        f.write(text)


# One library for all bugs: the environment says which, when a model is made.
BUGS = (
    "    localparam D  = DMA_BYTES;", r"""
    reg [1:0] bug;
    initial bug = $c32("(std::getenv(\"BUG\") ?",
                       "std::atoi(std::getenv(\"BUG\")) : 0)");
    wire late = tr_counts_o[31:0] >= 11500;    // ex_busy
    wire line, gnt;
    assign irq_o = line && bug != 2'd3;
    assign ld_flash_gnt = gnt && !(bug == 2'd2 && late);
    localparam D  = DMA_BYTES;""",
    "assign start = ~empty & ~busy & ready;",
    "assign start = ~empty & ~busy & ready & {2'b11, !(bug == 2'd1 && late)};",
    ".load_gnt_o(ld_flash_gnt)", ".load_gnt_o(gnt)",
    ".irq_o(irq_o)", ".irq_o(line)")
NOT_READY, NO_GRANT, NO_INTERRUPT = "1", "2", "3"


class Watchdog(Case):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.mkdtemp(prefix="joulet-bugs-")
        changed(os.path.join(cls.place, "rtl"), *BUGS)
        cls.env = {"JOULET_RTL_DIR": os.path.join(cls.place, "rtl"),
                   "XDG_CACHE_HOME": os.path.join(cls.place, "cache")}

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.place)

    def test_without_a_bug(self):
        p = self.run_rtl("--json", **self.env)
        self.assertEqual(p.stdout, self.run_rtl("--json").stdout)

    def hang(self, env, *args):
        """Cycle in which it gives up, first cycle of the waveforms, name."""
        p = self.run_rtl(*args, **env)
        self.assertEqual(p.returncode, WATCHDOG, p.stderr)
        self.assertEqual(p.stdout, "")
        found = re.search(
            r"^joulet: no progress in (\d+) cycles, at cycle (\d+) of the "
            r"inference: the host sleeps at pc 0x[0-9a-f]{8}; accelerator: "
            r"HEAD 0, TAIL 1, STATUS 0x1; LD: \d+ commands?, LOAD \d+ of "
            r"layer \d+ waits; EX: .*; cycles (\d+) up to (\d+) are in "
            r"(\S+)\n\Z", p.stderr, re.MULTILINE)
        self.assertTrue(found, p.stderr)
        stall, end, first, to = (int(n) for n in found.groups()[:4])
        self.assertEqual(end, to)
        return stall, end, first, found.group(5)

    def test_a_load_that_never_becomes_ready(self):
        env = dict(self.env, BUG=NOT_READY)
        stall, end, first, name = self.hang(env)
        self.assertEqual((stall, name), (1000, "joulet-hang.fst"))
        self.assertEqual(first, end - 10000)
        got = self.waves(name, "tr_start_o", "tr_end_o", "tr_push_o",
                         "sram_req_o", "flash_req_o")
        self.assertEqual(got[:2], (first, end - 1))
        # The last thing that happens, a thousand cycles before.
        last = max(t for t, _, _ in got[2])
        self.assertEqual(last, end - 1000)
        # A shorter patience changes nothing else.
        self.assertEqual(self.hang(env, "--stall", "150", "--hang", "h.fst"),
                         (150, end - 850, end - 10850, "h.fst"))
        self.assertEqual(self.waves("h.fst")[:2], (end - 10850, end - 851))
        self.no_place_and_verify(env, end)

    def no_place_and_verify(self, env, end):
        os.unlink(self.path("joulet-hang.fst"))
        p = self.run_rtl("--hang", "no/h.fst", **env)
        self.assertEqual(p.returncode, WATCHDOG)
        self.assertIn("no waveforms: no/h.fst: cannot write: No such",
                      p.stderr)
        p = self.joulet("verify", "--net", NET, *SET, **env)
        self.assertEqual(p.returncode, WATCHDOG, p.stderr)
        self.assertIn("at cycle %d of the inference" % end, p.stderr)
        self.assertEqual(self.waves("joulet-hang.fst")[1], end - 1)

    def test_a_grant_that_gets_lost(self):
        # The port of flash is busy for ever, but nobody gets anything.
        p = self.run_rtl(BUG=NO_GRANT, **self.env)
        self.assertEqual(p.returncode, WATCHDOG, p.stderr)
        found = re.search(r"no progress in 1000 cycles, at cycle (\d+) .*; LD: "
                          r"\d+ commands?, LOAD \d+ of layer \d+ at work; .* "
                          r"are in joulet-hang.fst\n\Z", p.stderr)
        self.assertTrue(found, p.stderr)
        _, last, changes = self.waves("joulet-hang.fst", "flash_req_o")
        self.assertEqual(last, int(found.group(1)) - 1)
        self.assertEqual(changes[-1][2], 1)
        self.assertLess(changes[-1][0], last - 990)

    def test_an_interrupt_that_gets_lost(self):
        p = self.run_rtl("--json")
        cycles = json.loads(p.stdout)["cycles"]
        p = self.run_rtl(BUG=NO_INTERRUPT, **self.env)
        self.assertEqual(p.returncode, WATCHDOG, p.stderr)
        found = re.search(r"the host sleeps with nothing to wake it .* HEAD 1, "
                          r"TAIL 1, STATUS 0x2; cycles \d+ up to (\d+) are in ",
                          p.stderr)
        self.assertTrue(found, p.stderr)
        self.assertLess(int(found.group(1)), cycles + 1000)
        self.waves("joulet-hang.fst")

    def test_too_many_cycles(self):
        p = self.run_rtl("--json")
        boot = json.loads(p.stdout)["boot_cycles"]
        p = self.run_rtl("--max-cycles", "12345")
        self.assertEqual(p.returncode, WATCHDOG)
        self.assertRegex(
            p.stderr, r"no end after 12345 cycles: the host sleeps at pc "
            r"0x[0-9a-f]{8}; .* EX: \d+ commands?, .* at work.*; cycles %d up "
            r"to %d are in joulet-hang.fst\n\Z" % (2345 - boot, 12345 - boot))
        self.assertEqual(self.waves("joulet-hang.fst")[:2],
                         (2345 - boot, 12344 - boot))
        os.unlink(self.path("joulet-hang.fst"))
        p = self.joulet("run", "--net", NET, *SET, "--max-cycles", "12345")
        self.assertEqual(p.returncode, WATCHDOG)
        self.assertIn("no end after 12345 cycles", p.stderr)
        self.assertEqual(os.listdir(self.dir), [])


# The clock is no parameter of the Verilog: two builds for four points.
SWEEP = """networks: [%s]
axes:
  array.rows: [1, 2]
  clock.mhz: [50, 100]
  array.cols: [4]
  requant.lanes: [1]
  scratchpad.kib: [8]
  scratchpad.banks: [4]
  dma.bytes_per_cycle: [4]
""" % os.path.join(ROOT, "models", "digits_mlp.tflite")

COUNTED = """#!/bin/sh
case "$*" in *--cc*) echo build >>"$BUILDS" ;; esac
exec %s "$@"
"""


class Confirm(Case):
    def setUp(self):
        super().setUp()
        with open(self.path("s.yaml"), "w") as f:
            f.write(SWEEP)
        os.mkdir(self.path("bin"))
        tool = self.path("bin/verilator")
        with open(tool, "w") as f:
            f.write(COUNTED % shutil.which("verilator"))
        os.chmod(tool, 0o755)
        self.env = {"XDG_CACHE_HOME": self.path("cache"),
                    "BUILDS": self.path("builds"),
                    "PATH": self.path("bin") + ":" + os.environ["PATH"]}

    def sweep(self, *args, **env):
        return self.joulet("sweep", "s.yaml", "--progress", "plain", *args,
                           **{**self.env, **env})

    def confirmed(self, **env):
        """Points that are marked, the same in all tables."""
        p = self.sweep("--json", "--csv", "s.csv", **env)
        self.assertEqual(p.returncode, 0, p.stderr)
        points = [q["point"] for q in json.loads(p.stdout)["points"]
                  if q["confirmed"]]
        with open(self.path("s.csv"), newline="") as f:
            self.assertEqual(points, [int(line["point"]) for line
                                      in csv.DictReader(f)
                                      if line["confirmed"] == "1"])
        text = self.sweep(**env).stdout
        rows = [line for line in text.splitlines()[1:5]]
        self.assertEqual(points, [i for i, line in enumerate(rows)
                                  if "=" in line.split()[0]])
        self.assertEqual("confirmed: the Verilog" in text, bool(points))
        return points

    def builds(self):
        try:
            with open(self.path("builds")) as f:
                return len(f.readlines())
        except FileNotFoundError:
            return 0

    def test_points_are_compared_once(self):
        p = self.sweep("--confirm", "1", "--jobs", "2")
        self.assertEqual(p.returncode, 0, p.stderr)
        self.assertIn("confirming 1 points with the Verilog, 0 known",
                      p.stderr)
        first = self.confirmed()
        self.assertEqual((len(first), self.builds()), (1, 1))
        p = self.sweep("--confirm", "all", "--jobs", "2")
        self.assertEqual(p.returncode, 0, p.stderr)
        self.assertIn("confirming 4 points with the Verilog, 1 known",
                      p.stderr)
        self.assertEqual((self.confirmed(), self.builds()),
                         ([0, 1, 2, 3], 2))
        p = self.sweep("--confirm", "pareto")
        self.assertRegex(p.stderr, r"confirming (\d+) points with the "
                         r"Verilog, \1 known")
        with sqlite3.connect(self.path("s.db")) as db:
            self.assertEqual(db.execute(
                "SELECT count(*) FROM points JOIN confirmed USING(key)"
            ).fetchone(), (4,))
        self.other_verilog()

    def other_verilog(self):
        """A bug in the counts of one unit: found, named, kept."""
        env = {"JOULET_RTL_DIR": self.path("rtl")}
        changed(self.path("rtl"), "wire ex_waits = !idle",
                "wire ex_waits = idle")
        self.assertEqual(self.confirmed(**env), [])
        for again in range(2):
            p = self.sweep("--confirm", "all", "--jobs", "1", "--csv",
                           "no.csv", **env)
            self.assertEqual(p.returncode, MISMATCH, p.stderr)
            self.assertEqual(p.stdout, "")
            self.assertRegex(
                p.stderr.splitlines()[-1],
                r"^joulet: not confirmed: point 0 \(digits_mlp, array.rows=1, "
                r"clock.mhz=50, .*\): digits_mlp: layer 0 \(.*\): "
                r"ex_wait_fetch: fast \d+, rtl \d+$")
        self.assertFalse(os.path.exists(self.path("no.csv")))
        self.assertEqual(self.builds(), 3)
        self.assertEqual(self.confirmed(**env), [])
        self.assertEqual(self.confirmed(), [0, 1, 2, 3])

    def test_a_killed_run_goes_on(self):
        p = subprocess.Popen(
            [JOULET, "sweep", "s.yaml", "--confirm", "all", "--jobs", "2"],
            cwd=self.dir, env=dict(os.environ, **self.env),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while self.builds() < 1 and p.poll() is None:
            time.sleep(0.02)
        p.send_signal(signal.SIGKILL)
        p.wait()
        self.assertEqual(p.returncode, -signal.SIGKILL)
        p = self.sweep("--confirm", "all", "--jobs", "2")
        self.assertEqual(p.returncode, 0, p.stderr)
        self.assertEqual(self.confirmed(), [0, 1, 2, 3])


if __name__ == "__main__":
    if not FST_READ:
        sys.exit("usage: test_waves.py JOULET FST_READ [unittest arguments]")
    if not shutil.which("verilator"):
        print("skipped: no verilator")
        sys.exit(77)
    unittest.main()
