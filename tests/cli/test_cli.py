#!/usr/bin/env python3
"""The command line as a user meets it: results, messages, exit statuses.

    test_cli.py JOULET [unittest arguments]

Runs in the root of the source tree. Every test runs the program in a folder of
its own and asserts what is left there: no partial files.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

JOULET = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
ROOT = os.getcwd()
NET = os.path.join(ROOT, "models", "digits_cnn.tflite")
INPUT = os.path.join(ROOT, "models", "digits_cnn.in.bin")
EXPECT = os.path.join(ROOT, "models", "digits_cnn.expect.bin")

USAGE, MISMATCH, DATA, NOINPUT, TOOL = 2, 3, 65, 66, 69


def read(path):
    with open(path, "rb") as f:
        return f.read()


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="joulet-cli-")
        self.addCleanup(shutil.rmtree, self.dir)

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        return name

    def joulet(self, *args, **env):
        return subprocess.run([JOULET] + list(args), cwd=self.dir,
                              capture_output=True, text=True, timeout=300,
                              env=dict(os.environ, **env))

    def good(self, *args, **env):
        p = self.joulet(*args, **env)
        self.assertEqual(p.returncode, 0, p.stderr)
        return p

    def refused(self, status, message, *args, **env):
        """One line on stderr, nothing on stdout, no new file."""
        before = sorted(os.listdir(self.dir))
        p = self.joulet(*args, **env)
        self.assertEqual(p.stderr, "joulet: " + message + "\n")
        self.assertEqual(p.returncode, status)
        self.assertEqual(p.stdout, "")
        self.assertEqual(sorted(os.listdir(self.dir)), before)

    def refused_with(self, status, part, *args, **env):
        """As refused, with a message of which only a part is known."""
        before = sorted(os.listdir(self.dir))
        p = self.joulet(*args, **env)
        self.assertEqual(p.returncode, status, p.stderr)
        self.assertRegex(p.stderr, r"^joulet: [^\n]*\n$")
        self.assertIn(part, p.stderr)
        self.assertEqual(p.stdout, "")
        self.assertEqual(sorted(os.listdir(self.dir)), before)


class Usage(Case):
    def test_no_command(self):
        self.refused(USAGE, "needs a command (joulet --help)")

    def test_unknown_command(self):
        self.refused(USAGE, "rnu: no such command; did you mean run? "
                     "(joulet --help)", "rnu")
        self.refused(USAGE, "--frob: no such option (joulet --help)",
                     "--frob")

    def test_unknown_option(self):
        self.refused(USAGE, "run: --inptu: no such option; did you mean "
                     "--input? (joulet run --help)", "run", "--inptu", "x")
        self.refused(USAGE, "run: -x: no such option (joulet run --help)",
                     "run", "-x")

    def test_option_without_value(self):
        for args in (["--net"], ["--net="], ["--net", "--json"],
                     ["--net", ""]):
            self.refused(USAGE, "run: --net: needs a value NET.tflite "
                         "(joulet run --help)", "run", *args)

    def test_flag_with_value(self):
        self.refused(USAGE, "run: --json: takes no value (joulet run --help)",
                     "run", "--net", NET, "--json=1")

    def test_option_twice(self):
        self.refused(USAGE, "run: --net: given twice (joulet run --help)",
                     "run", "--net", NET, "--net", NET)
        self.refused(USAGE, "run: --json: given twice (joulet run --help)",
                     "run", "--json", "--net", NET, "--json")
        self.refused(USAGE, "--set array.rows: given twice", "run", "--net",
                     NET, "--set", "array.rows=4", "--set", "array.rows=8")

    def test_two_designs(self):
        self.refused(USAGE, "run: b.yaml: one file is enough "
                     "(joulet run --help)", "run", "a.yaml", "b.yaml")

    def test_missing_operands(self):
        self.refused(USAGE, "run: needs --net NET.tflite (joulet run --help)",
                     "run")
        self.refused(USAGE, "verify: needs --net NET.tflite "
                     "(joulet verify --help)", "verify")
        self.refused(USAGE, "sweep: needs SWEEP.yaml (joulet sweep --help)",
                     "sweep")

    def test_bad_choice(self):
        self.refused(USAGE, "--backend slow: no such backend; fast or rtl",
                     "run", "--net", NET, "--backend", "slow")
        self.refused(USAGE, "--target gpu: no such target; accel or cpu",
                     "run", "--net", NET, "--target", "gpu")
        self.refused(USAGE, "--jobs: 0 is not in 1..256", "sweep", "x.yaml",
                     "--jobs", "0")

    def test_setting_without_value(self):
        for bad in ("array.rows", "=4"):
            self.refused(USAGE, "--set %s: must be key=value, such as "
                         "array.rows=16" % bad,
                         "run", "--net", NET, "--set", bad)

    def test_dashes_end_the_options(self):
        self.refused(NOINPUT, "--json: cannot open: No such file or directory",
                     "run", "--net", NET, "--", "--json")

    def test_help_and_version(self):
        for args in (["--help"], ["-h"], ["run", "--help"], ["run", "-h"],
                     ["verify", "--help"], ["sweep", "--help"]):
            p = self.good(*args)
            self.assertTrue(p.stdout.startswith("usage: joulet "))
            self.assertEqual(p.stderr, "")
            for line in p.stdout.splitlines():
                self.assertLessEqual(len(line), 80, line)
        for command in "run", "verify", "sweep":
            page = self.good(command, "--help").stdout
            self.assertIn("(default: ", page)
            self.assertIn("Example", page)
        self.assertRegex(self.good("--version").stdout, r"^joulet \d+\.\d+")

    def test_full_disk_is_not_success(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("there is no /dev/full")
        with open("/dev/full", "w") as full:
            p = subprocess.run([JOULET, "--help"], stdout=full,
                               stderr=subprocess.PIPE, text=True)
        self.assertEqual(p.returncode, NOINPUT)
        self.assertEqual(p.stderr, "joulet: standard output: cannot write: "
                         "No space left on device\n")


class Design(Case):
    def design(self, text, message):
        self.write("d.yaml", text)
        for command in "run", "verify":
            self.refused(DATA, message, command, "d.yaml", "--net", NET)

    def test_unknown_key(self):
        self.design("array:\n  rows: 8\n  colls: 8\n",
                    "d.yaml:3: array.colls: no such parameter; did you mean "
                    "array.cols?")

    def test_out_of_range(self):
        self.design("# x\narray.rows: 65\n",
                    "d.yaml:2: array.rows: 65 is not in 1..64 cells")

    def test_wrong_type(self):
        self.design("array.rows: eight\n",
                    "d.yaml:1: array.rows: 'eight' is not a whole number")

    def test_broken_rule(self):
        self.design("requant.lanes: 16\n",
                    "d.yaml:1: requant.lanes: 16 is more than array.cols (8)")

    def test_key_twice(self):
        self.design("array.rows: 8\narray.rows: 8\n",
                    "d.yaml:2: array.rows: written twice, first in line 1")

    def test_missing_file(self):
        self.refused(NOINPUT, "none.yaml: cannot open: No such file or "
                     "directory", "run", "none.yaml", "--net", NET)

    def test_newline_in_a_name_stays_one_line(self):
        self.refused(NOINPUT, "a?b: cannot open: No such file or directory",
                     "run", "a\nb", "--net", NET)

    def test_set_out_of_range(self):
        self.refused(DATA, "--set: array.rows: 0 is not in 1..64 cells", "run",
                     "--net", NET, "--set", "array.rows=0")

    def test_set_unknown_key(self):
        self.refused(DATA, "--set: array.row: no such parameter; did you mean "
                     "array.rows?", "run", "--net", NET, "--set=array.row=4")

    def test_set_broken_rule(self):
        self.refused(DATA, "--set: requant.lanes: 5 is more than array.cols "
                     "(4)", "run", "--net", NET, "--set", "requant.lanes=5",
                     "--set", "array.cols=4")

    def test_every_shipped_design_runs(self):
        folder = os.path.join(ROOT, "configs", "designs")
        for name in sorted(os.listdir(folder)):
            p = self.good("run", os.path.join(folder, name), "--net", NET,
                          "--input", INPUT, "--json", "--output", "out.bin")
            self.assertEqual(json.loads(p.stdout)["design_name"], name[:-5])
            self.assertEqual(read(self.path("out.bin")), read(EXPECT), name)


class Tech(Case):
    def test_bad_table(self):
        self.write("t.yaml", "name: t\nmca: 3\n")
        self.refused(DATA, "t.yaml:2: mca: no such key; did you mean mac?",
                     "run", "--net", NET, "--tech", "t.yaml")

    def test_missing_table(self):
        self.refused(NOINPUT, "t.yaml: cannot open: No such file or directory",
                     "run", "--net", NET, "--tech", "t.yaml")

    def test_a_table_changes_energy_and_nothing_else(self):
        seen = []
        for name in "horowitz45", "aladdin40", "sg13g2":
            path = os.path.join(ROOT, "configs", "tech", name + ".yaml")
            p = self.good("run", "--net", NET, "--input", INPUT, "--json",
                          "--tech", path)
            r = json.loads(p.stdout)
            self.assertEqual(r["tech"], name)
            seen.append((r["cycles"], r["counts"], r["output"]))
            self.assertGreater(r["energy_uj"], 0)
        self.assertEqual(seen[0], seen[1])
        self.assertEqual(seen[0], seen[2])


class Input(Case):
    def test_wrong_size(self):
        self.write("in.bin", b"x" * 100)
        self.refused(DATA, "in.bin: 100 bytes are no multiple of 64, the "
                     "input of one inference of digits_cnn", "run", "--net",
                     NET, "--input", "in.bin", "--output", "out.bin",
                     "--trace", "t.json")

    def test_empty(self):
        self.write("in.bin", b"")
        self.refused_with(DATA, "in.bin: 0 bytes are no multiple of 64",
                          "run", "--net", NET, "--input", "in.bin")

    def test_missing(self):
        self.refused(NOINPUT, "in.bin: cannot open: No such file or directory",
                     "run", "--net", NET, "--input", "in.bin")

    def test_wrong_expectation_size(self):
        self.write("out.bin", b"x" * 39)
        self.refused(DATA, "out.bin: 39 bytes are not 40, the output of 4 "
                     "inferences of digits_cnn", "verify", "--net", NET,
                     "--input", INPUT, "--expect", "out.bin")

    def test_made_up_input_is_said_and_the_same(self):
        a = self.good("run", "--net", NET, "--json")
        b = self.good("run", "--net", NET, "--json")
        self.assertEqual(a.stderr, "joulet: no --input: one made-up input is "
                         "used, the same every time\n")
        self.assertEqual(a.stdout, b.stdout)


class Net(Case):
    def test_missing(self):
        self.refused(NOINPUT, "n.tflite: cannot open: No such file or "
                     "directory", "run", "--net", "n.tflite")

    def test_not_a_network(self):
        self.write("n.tflite", "this is no network at all\n" * 10)
        self.refused_with(DATA, "n.tflite: ", "run", "--net", "n.tflite")

    def test_truncated(self):
        whole = read(NET)
        for size in (0, 4, 100, len(whole) // 2):
            self.write("n.tflite", whole[:size])
            self.refused_with(DATA, "n.tflite: ", "run", "--net", "n.tflite",
                              "--output", "out.bin")

    def test_unknown_dump_stage(self):
        self.refused_with(USAGE, "grpah", "run", "--net", NET, "--dump",
                          "grpah", "--input", INPUT)

    def test_too_large(self):
        self.refused_with(DATA, "bytes of scratchpad", "run", "--net", NET,
                          "--input", INPUT, "--output", "out.bin",
                          "--set", "scratchpad.kib=1",
                          "--set", "scratchpad.banks=4",
                          "--set", "array.rows=64", "--set", "array.cols=64")


class Output(Case):
    def test_cannot_write_output(self):
        self.refused_with(NOINPUT, "none/out.bin: cannot create: ", "run",
                          "--net", NET, "--input", INPUT, "--output",
                          "none/out.bin")

    def test_cannot_write_trace(self):
        self.refused_with(NOINPUT, "none/t.json: cannot create: ", "run",
                          "--net", NET, "--input", INPUT, "--trace",
                          "none/t.json")

    def test_all_files_or_none(self):
        self.write("out.bin", "as it was")
        self.refused(NOINPUT, "no/x: cannot create: No such file or directory",
                     "run", "--net", NET, "--input", INPUT, "--output",
                     "out.bin", "--profile", "prof", "--trace", "no/x")
        self.assertEqual(read(self.path("out.bin")), b"as it was")
        self.good("run", "--net", NET, "--input", INPUT, "--output",
                  "out.bin", "--profile", "prof", "--trace", "x")
        self.assertEqual(read(self.path("out.bin")), read(EXPECT))
        self.assertEqual(sorted(os.listdir(self.dir)),
                         ["out.bin", "prof", "prof.energy", "x"])

    def test_json_has_the_fixed_keys(self):
        p = self.good("run", "--net", NET, "--input", INPUT, "--json",
                      "--set", "cpu.core=small", "--output", "out.bin")
        self.assertEqual(p.stderr, "")
        r = json.loads(p.stdout)
        for key in ("cycles", "latency_us", "energy_uj", "output", "backend",
                    "design", "layers", "counts", "tech", "network",
                    "target", "inferences", "cycles_min", "cycles_max",
                    "memory", "version", "energy_by_unit_uj"):
            self.assertIn(key, r)
        self.assertEqual(r["design"]["cpu.core"], "small")
        self.assertEqual(r["design"]["array.rows"], 8)
        self.assertEqual(r["latency_us"], r["cycles"] / 100)
        self.assertEqual(r["backend"], "fast")
        self.assertEqual(r["target"], "accel")
        self.assertEqual(r["inferences"], 4)
        flat = [v & 255 for one in r["output"] for v in one]
        self.assertEqual(bytes(flat), read(self.path("out.bin")))
        self.assertAlmostEqual(sum(r["energy_by_unit_uj"].values()),
                               r["energy_uj"])

    def test_layers_add_up(self):
        r = json.loads(self.good("run", "--net", NET, "--input", INPUT,
                                 "--json").stdout)
        for layer in r["layers"]:
            for key in ("name", "op", "unit", "cycles", "macs",
                        "utilization", "energy_uj", "counts"):
                self.assertIn(key, layer)
        self.assertEqual(sum(x["cycles"] for x in r["layers"]), r["cycles"])
        self.assertEqual(sum(x["macs"] for x in r["layers"]), r["macs"])
        self.assertAlmostEqual(sum(x["energy_uj"] for x in r["layers"]),
                               r["energy_uj"])
        for event, count in r["counts"].items():
            self.assertEqual(sum(x["counts"][event] for x in r["layers"]),
                             count)

    def test_outputs_are_right_on_both_targets(self):
        for target in "accel", "cpu":
            self.good("run", "--net", NET, "--input", INPUT, "--output",
                      "out.bin", "--target", target)
            self.assertEqual(read(self.path("out.bin")), read(EXPECT), target)

    def test_table_fits_the_terminal(self):
        for columns in "40", "80", "132":
            p = self.good("run", "--net", NET, "--input", INPUT,
                          COLUMNS=columns)
            for line in p.stdout.splitlines():
                self.assertLessEqual(len(line), int(columns), line)
        self.assertIn("cycles", p.stdout)

    def test_dump_comes_before_results(self):
        p = self.good("run", "--net", NET, "--input", INPUT, "--dump",
                      "graph,tiles,image")
        plain = self.good("run", "--net", NET, "--input", INPUT)
        self.assertTrue(p.stdout.endswith(plain.stdout))
        self.assertGreater(len(p.stdout), len(plain.stdout))

    def test_trace_is_whole_and_nothing_overlaps(self):
        self.good("run", "--net", NET, "--input", INPUT, "--trace", "t.json")
        self.assertEqual(os.listdir(self.dir), ["t.json"])
        with open(self.path("t.json")) as f:
            events = json.load(f)["traceEvents"]
        names = {e["args"]["name"] for e in events
                 if e["name"] == "thread_name"}
        self.assertEqual(names, {"layers", "host steps", "load queue",
                                 "execute queue", "store queue"})
        tracks = {}
        for e in events:
            if e["ph"] == "X":
                start = round(e["ts"] * 1000)
                tracks.setdefault(e["tid"], []).append(
                    (start, start + round(e["dur"] * 1000)))
        self.assertGreaterEqual(len(tracks), 4)
        for spans in tracks.values():
            spans.sort()
            for one, two in zip(spans, spans[1:]):
                self.assertLessEqual(one[1], two[0])


class Tool(Case):
    def test_without_verilator(self):
        os.mkdir(self.path("bin"))
        self.refused_with(TOOL, "verilator", "run", "--net", NET, "--input",
                          INPUT, "--backend", "rtl", "--output", "out.bin",
                          "--set", "accel.queue_depth=16", "--set",
                          "array.rows=3", "--set", "array.cols=5",
                          PATH=self.path("bin"), JOULET_CACHE=self.path("bin"),
                          HOME=self.path("bin"),
                          XDG_CACHE_HOME=self.path("bin"))

    def test_without_the_host_core(self):
        """Looked for beside the Verilog; where nothing is, it says so."""
        tree = os.path.join(self.path("tree"), "rtl")
        shutil.copytree(os.path.join(ROOT, "rtl"), tree)
        self.refused_with(TOOL, "the RTL of Ibex not found: ./dev test "
                          "installs it, or set JOULET_IBEX", "verify", "--soc",
                          "--net", NET, "--input", INPUT, JOULET_IBEX="",
                          JOULET_RTL_DIR=tree)


class Rtl(Case):
    def test_verify_agrees(self):
        p = self.good("verify", "--net", NET, "--input", INPUT, "--expect",
                      EXPECT)
        self.assertRegex(p.stdout, r"^digits_cnn on default: 4 inferences, "
                         r"\d+ cycles: rtl, fast and reference agree, "
                         r"as expected\n$")

    def test_verify_names_the_first_difference(self):
        wrong = bytearray(read(EXPECT))
        wrong[13] ^= 1
        self.write("wrong.bin", bytes(wrong))
        self.refused_with(MISMATCH, "inference 1, output byte 3", "verify",
                          "--net", NET, "--input", INPUT, "--expect",
                          "wrong.bin")

    def need_host_core(self):
        where = subprocess.run([os.path.join(ROOT, "rtl", "ibex", "where")],
                               capture_output=True, text=True)
        if where.returncode and not os.environ.get("CI"):
            self.skipTest(where.stderr.strip())

    def test_verify_soc_agrees(self):
        self.need_host_core()
        p = self.good("verify", "--soc", "--net", NET, "--input", INPUT,
                      "--expect", EXPECT)
        self.assertRegex(p.stdout, r"^digits_cnn on default: 4 inferences, "
                         r"\d+ cycles: soc in rtl, simulation and reference "
                         r"agree in \d+ instructions and \d+ commands, as "
                         r"expected\n$")

    def test_verify_soc_names_the_first_difference(self):
        self.need_host_core()
        wrong = bytearray(read(EXPECT))
        wrong[13] ^= 1
        self.write("wrong.bin", bytes(wrong))
        self.refused_with(MISMATCH, "inference 1, output byte 3", "verify",
                          "--soc", "--net", NET, "--input", INPUT, "--expect",
                          "wrong.bin")


class Sweep(Case):
    def test_bad_files(self):
        self.refused(NOINPUT, "s.yaml: cannot open: No such file or directory",
                     "sweep", "s.yaml")
        self.write("s.yaml", "networks: [%s]\naxis: {}\n" % NET)
        self.refused_with(DATA, "s.yaml:2: axis: no such key; did you mean "
                          "axes?", "sweep", "s.yaml", "--csv", "s.csv")
        self.write("s.yaml", "networks: [%s]\naxes:\n  array.rows: [4, 99]\n"
                   % NET)
        self.refused_with(DATA, "s.yaml:3: array.rows: 99 is not in 1..64",
                          "sweep", "s.yaml", "--csv", "s.csv")
        self.write("s.yaml", "networks: [none.tflite]\n"
                   "axes:\n  array.rows: [4]\n")
        self.refused_with(NOINPUT, "none.tflite", "sweep", "s.yaml")

    def test_small_sweep(self):
        self.write("s.yaml", "networks: [%s]\naxes:\n  array.rows: [4, 8]\n"
                   "  clock.mhz: [50, 100]\n" % NET)
        p = self.good("sweep", "s.yaml", "--jobs", "2", "--csv", "s.csv",
                      "--json")
        json.loads(p.stdout)
        q = self.good("sweep", "s.yaml", "--jobs", "1", "--json")
        self.assertEqual(p.stdout, q.stdout)
        self.assertEqual(len(read(self.path("s.csv")).splitlines()), 5)

    def test_conditions_limits_and_tables(self):
        tables = [os.path.join(ROOT, "configs", "tech", name + ".yaml")
                  for name in ("horowitz45", "sg13g2")]
        self.write("s.yaml", "networks: [%s]\naxes:\n"
                   "  array.rows: {pow2: [4, 16]}\n"
                   "  tech: [%s]\n  target: [accel, cpu]\n"
                   "where: target == accel or array.rows == 4\n"
                   "limits: [latency_ms <= 1, 'array.rows < 16, or so']\n"
                   % (NET, ", ".join(tables)))
        self.refused_with(DATA, "s.yaml:7: limits: column 43: ',' where an "
                          "operator should be", "sweep", "s.yaml")
        text = read(self.path("s.yaml")).decode().replace(", or so", "")
        self.write("s.yaml", text)
        p = self.good("sweep", "s.yaml", "--json", "--csv", "s.csv")
        found = json.loads(p.stdout)
        self.assertEqual(found["where"], ["target == accel or array.rows == "
                                          "4"])
        self.assertEqual(found["limits"], ["latency_ms <= 1",
                                           "array.rows < 16"])
        self.assertEqual([t["name"] for t in found["techs"]],
                         ["horowitz45", "sg13g2"])
        self.assertNotIn("tech", found)
        made_of = [(q["design"]["array.rows"], q["tech"], q["target"])
                   for q in found["points"]]
        self.assertEqual(made_of, [
            (4, "horowitz45", "accel"), (4, "horowitz45", "cpu"),
            (4, "sg13g2", "accel"), (4, "sg13g2", "cpu"),
            (8, "horowitz45", "accel"), (8, "sg13g2", "accel"),
            (16, "horowitz45", "accel"), (16, "sg13g2", "accel")])
        self.assertEqual([q["point"] for q in found["points"]],
                         list(range(8)))
        for q in found["points"]:
            breaks = []
            if q["latency_us"] > 1000:
                breaks.append("latency_ms <= 1")
            if q["design"]["array.rows"] == 16:
                breaks.append("array.rows < 16")
            self.assertEqual(q["breaks"], breaks)
            self.assertFalse(breaks and q["pareto"])
            self.assertEqual(q["sram_bytes"], q["arena_bytes"] + 16384)
        pairs = {}
        for q in found["points"]:
            key = q["design"]["array.rows"], q["target"]
            pairs.setdefault(key, []).append(q)
        for one, other in pairs.values():
            # One run; each table has its own energy.
            self.assertEqual(one["counts"], other["counts"])
            self.assertNotEqual(one["energy_uj"], other["energy_uj"])
        with open(self.path("s.csv"), newline="") as f:
            rows = list(csv.DictReader(f))
        self.assertEqual([r["breaks"] for r in rows],
                         ["; ".join(q["breaks"]) for q in found["points"]])
        self.assertEqual([r["tech"] for r in rows],
                         [q["tech"] for q in found["points"]])
        table = self.good("sweep", "s.yaml").stdout
        marks = [line[:1] for line in table.splitlines()[1:9]]
        self.assertEqual([m == "!" for m in marks],
                         [bool(q["breaks"]) for q in found["points"]])
        self.assertIn("\n  latency_ms <= 1: 2 break it\n", table)
        self.assertIn("\n  array.rows < 16: 2 break it\n", table)

    def test_options_of_executors(self):
        for message, *args in (
                ("--executor: here is not one of local, slurm",
                 "--executor", "here"),
                ("--workers: goes with --executor slurm", "--workers", "2"),
                ("--partition: goes with --executor slurm",
                 "--executor=local", "--partition", "p"),
                ("--slurm-opt: goes with --executor slurm",
                 "--slurm-opt=--exclusive"),
                ("--jobs: goes with --executor local; slurm has --workers",
                 "--executor", "slurm", "--jobs", "2"),
                ("--workers: 0 is not in 1..1000", "--executor", "slurm",
                 "--workers", "0"),
                ("--point-timeout: 1.5 is not in 1..1000000",
                 "--point-timeout", "1.5")):
            self.refused(USAGE, message, "sweep", "s.yaml", *args)

    def test_slurm_is_not_there(self):
        self.write("s.yaml", "networks: [%s]\n" % NET)
        p = self.joulet("sweep", "s.yaml", "--executor", "slurm", "--csv",
                        "s.csv", PATH="/nowhere")
        self.assertEqual(p.returncode, TOOL)
        self.assertIn("joulet: squeue: not found; Slurm's commands must be in "
                      "PATH\n", p.stderr)
        # Nothing is left but the store, which goes on here.
        self.assertEqual(sorted(os.listdir(self.dir)), ["s.db", "s.yaml"])
        self.good("sweep", "s.yaml")

    def test_worker_of_no_run(self):
        self.refused_with(NOINPUT, "none/run: cannot open: No such file",
                          "worker", "none")

    def test_bad_choice_of_points(self):
        for which in ("some", "0", "-1", "1.5"):
            self.refused(USAGE, "--confirm: %s is not pareto, all or a number "
                         "of points" % which, "sweep", "s.yaml",
                         "--confirm=" + which)

    def test_table_fits_the_terminal(self):
        # Results stay, whatever else must be left out.
        self.write("s.yaml", "networks: [%s]\nbase: b.yaml\naxes:\n"
                   "  array.rows: [4, 8]\n  array.cols: [4, 64]\n"
                   "  requant.lanes: [2, 4]\n  scratchpad.kib: [1, 64]\n"
                   "  dma.bytes_per_cycle: [4, 8]\n  clock.mhz: [100]\n"
                   "  scratchpad.banks: [4, 8]\n" % NET)
        self.write("b.yaml", "{}\n")
        for columns in 200, 120, 100, 80, 60, 50, 40, 20:
            p = self.good("sweep", "s.yaml", COLUMNS=str(columns))
            lines = p.stdout.splitlines()
            for line in lines:
                if " " in line.strip():    # one word cannot be broken
                    self.assertLessEqual(len(line), columns)
            if columns >= 40:
                self.assertIn("latency_us  energy_uj", lines[0])
            words = " ".join(p.stdout.split())
            self.assertRegex(words, r"64 points: \d+ done, [1-9]\d* failed;")
            self.assertIn(" failed: ", words)
            self.assertIn("all with clock.mhz=100 * Pareto-optimal: least "
                          "latency_us, least energy_uj", words)
            self.assertEqual("point" in lines[0].split(), columns <= 60)


if __name__ == "__main__":
    if not JOULET:
        sys.exit("usage: test_cli.py JOULET [unittest arguments]")
    unittest.main()
