#!/usr/bin/env python3
"""Energy can be traced: counts x prices = report, prices = rows of the table.

    test_energy.py JOULET [unittest arguments]
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
JOULET = os.path.abspath(sys.argv.pop(1))
NET = "models/digits_cnn.tflite"
LEVELS = {"min": "energy_by_unit_min_uj", "nominal": "energy_by_unit_uj",
          "max": "energy_by_unit_max_uj"}
DESIGNS = ([], ["--set", "array.rows=16", "--set", "requant.lanes=8",
                "--set", "dma.bytes_per_cycle=4", "--set", "sram.kib=100"],
           ["--set", "voltage.mv=640"])
LOGIC = ("energy", "cpu", "leakage")


def joulet(*args):
    done = subprocess.run([JOULET] + list(args), capture_output=True,
                          text=True, cwd=ROOT, timeout=300)
    return done


def parsed(*args):
    done = joulet(*args)
    if done.returncode:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def presets():
    return sorted(name[:-5] for name in
                  os.listdir(os.path.join(ROOT, "configs", "tech")))


def times(rule, design):
    """What a rule that reads a row multiplies it by."""
    return {"FLAT": [], "BEAT": [design["dma.bytes_per_cycle"]],
            "CELLS": [design["array.rows"], design["array.cols"]],
            "LANES": [design["requant.lanes"]]}.get(rule)


class Energy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.runs = [(name, parsed("run", "--net", NET, "--tech", name,
                                  "--json", *design))
                    for name in presets() for design in DESIGNS]

    def test_counts_times_prices_are_the_report(self):
        for _, r in self.runs:
            for level, key in LEVELS.items():
                pj = {unit: 0.0 for unit in r[key]}
                for p in r["prices"]:
                    pj[p["unit"]] += r["counts"][p["event"]] * p[level]
                uw = 0.0
                for block in r["leakage_uw"].values():
                    uw += block[level]
                pj["leakage"] += uw * r["latency_us"]
                for unit, uj in r[key].items():
                    self.assertEqual(uj, pj[unit] * 1e-6, (unit, level))

    def test_prices_are_rows_of_the_table(self):
        for name, r in self.runs:
            rows = parsed("tech", name, "--json")["rows"]
            for p in r["prices"]:
                factors = times(p["rule"], r["design"])
                if factors is None:
                    continue
                for level, key in (("min", "min"), ("nominal", "value"),
                                   ("max", "max")):
                    v = rows[p["row"]][key]
                    if rows[p["row"]]["group"] in LOGIC:
                        v *= r["voltage_factor"][level]
                    for f in factors:
                        v *= f
                    self.assertEqual(p[level], v, p)

    def test_layers_sum_to_the_run(self):
        for _, r in self.runs:
            for unit, uj in r["energy_by_unit_uj"].items():
                parts = sum(layer["energy_by_unit_uj"][unit]
                            for layer in r["layers"])
                self.assertAlmostEqual(parts, uj, delta=1e-9 * max(uj, 1))

    def test_figures_follow_from_energy(self):
        for _, r in self.runs:
            uj, macs = r["energy_uj"], r["macs"]
            self.assertEqual(r["pj_per_mac"]["nominal"], uj * 1e6 / macs)
            self.assertEqual(r["tops_per_w"]["nominal"], 2 * macs * 1e-6 / uj)
            self.assertEqual(r["edp_uj_us"], uj * r["latency_us"])
            self.assertLessEqual(r["energy_min_uj"], uj)
            self.assertLessEqual(uj, r["energy_max_uj"])

    def test_a_whole_chip_counts_no_memory_of_the_host(self):
        core = parsed("run", "--net", NET, "--tech", "scaled22", "--json")
        chip = parsed("run", "--net", NET, "--tech", "mcu22", "--json")
        self.assertEqual((core["tech_scope"], chip["tech_scope"]),
                         ("core", "chip"))
        for a, b in zip(core["prices"], chip["prices"]):
            if a["rule"].startswith("HOST_"):
                self.assertGreater(a["nominal"], 0)
                self.assertEqual(b["max"], 0)
            elif a["unit"] != "cpu":
                self.assertEqual(a, b)

    def test_flash_beside_the_chip_costs_its_bytes(self):
        r = parsed("run", "--net", NET, "--tech", "offchip45", "--json")
        row = parsed("tech", "offchip45", "--json")["rows"]["ext_flash_byte"]
        dear = {p["rule"]: p["nominal"] for p in r["prices"]
                if p["unit"] == "flash"}
        self.assertEqual(dear, {"FLASH_BEAT": 8 * row["value"],
                                "HOST_FLASH": 4 * row["value"]})

    def test_what_is_beyond_silicon_is_said(self):
        said = "warning: beyond what silicon has shown"
        for name in presets():
            args = ["run", "--net", NET, "--tech", name]
            beyond = parsed(*args, "--json")["beyond_silicon"]
            text = joulet(*args, "--energy").stdout
            self.assertEqual(said in text, beyond, name)

    def test_the_page_has_a_colour_for_every_unit(self):
        with open(os.path.join(ROOT, "explore", "report", "page.css")) as f:
            css = f.read()
        for i in range(len(self.runs[0][1]["energy_by_unit_uj"])):
            self.assertIn("svg .f%d { fill: var(--c%d); }" % (i, i), css)
            self.assertEqual(css.count("--c%d: #" % i), 3)  # light, dark, paper

    def test_the_command_lists_and_shows(self):
        text = joulet("tech").stdout
        for name in presets():
            self.assertIn("\n" + name + " ", text)
            self.assertEqual(joulet("tech", name, "--origin").returncode, 0)
        self.assertIn("Scaled from 40 nm, not stated V by",
                      joulet("tech", "scaled22", "--origin").stdout
                      .replace("\n    ", " "))

    def test_usage(self):
        for args, status, said in (
                (["tech", "aladin40"], 66, "did you mean aladdin40?"),
                (["tech", "--json"], 2, "are for one table"),
                (["run", "--net", NET, "--json", "--energy"], 2,
                 "one at a time")):
            done = joulet(*args)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(said, done.stderr)


class Voltage(unittest.TestCase):
    """The key voltage.mv, in runs, sweeps, re-costing and comparisons."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def sweep(self, name, more):
        return self.write(name, "networks: [%s]\n%s" % (
            os.path.join(ROOT, "models", "digits_mlp.tflite"), more))

    def rows(self, *args):
        path = os.path.join(self.folder, "out.csv")
        done = joulet(*args, "--csv", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(path) as f:
            return list(csv.DictReader(f))

    def refused(self, message, *args):
        done = joulet(*args)
        self.assertEqual(done.returncode, 65, done.stderr)
        self.assertIn(message, done.stderr)
        return done

    def test_only_logic_changes(self):
        a = parsed("run", "--net", NET, "--json")
        b = parsed("run", "--net", NET, "--json", "--set", "voltage.mv=600")
        self.assertEqual((a["voltage"], b["voltage"]), (0.9, 0.6))
        self.assertEqual(a["voltage_factor"],
                         {"min": 1, "nominal": 1, "max": 1})
        for unit, uj in a["energy_by_unit_uj"].items():
            less = b["energy_by_unit_uj"][unit]
            if unit in ("scratchpad", "sram", "flash"):
                self.assertEqual(less, uj, unit)
            elif uj > 0:
                self.assertLess(less, uj, unit)
            else:  # a unit that the table prices at 0
                self.assertEqual(less, 0, unit)
        for same in ("cycles", "counts", "output", "area_mm2"):
            self.assertEqual(a[same], b[same], same)

    def test_text_says_what_is_not_known(self):
        text = joulet("run", "--net", NET, "--set", "voltage.mv=600").stdout
        self.assertRegex(text, r"(?m)^voltage      0\.6 V, logic x 0\.\d+ \("
                         r"0\.\d+ to 0\.\d+\), 100 MHz not checked$")
        self.assertNotIn("\nvoltage ", joulet("run", "--net", NET).stdout)

    def test_an_axis_is_a_run_of_each(self):
        path = self.sweep("v.yaml", "axes:\n  voltage.mv: [0, 600, 900]\n")
        swept = self.rows("sweep", path, "--jobs", "1")
        self.assertEqual([r["voltage.mv"] for r in swept], ["0", "600", "900"])
        net = os.path.join(ROOT, "models", "digits_mlp.tflite")
        for tech in ("horowitz45", "scaled22"):
            rows = self.rows("report", path[:-4] + "db", "--details", "none",
                             "--tech", tech)
            for r in rows:
                run = parsed("run", "--net", net, "--tech", tech, "--json",
                             "--set", "voltage.mv=" + r["voltage.mv"])
                for key in ("energy_uj", "energy_min_uj", "energy_max_uj"):
                    self.assertEqual(float(r[key]), run[key], (tech, key))
            if tech == "horowitz45":  # of 0.9 V itself
                self.assertEqual(rows[0]["energy_uj"], rows[2]["energy_uj"])
                self.assertEqual([r["energy_uj"] for r in rows],
                                 [r["energy_uj"] for r in swept])

    def test_a_comparison_by_another_table(self):
        path = self.sweep("c.yaml", "axes:\n  voltage.mv: [0, 600]\n")
        self.rows("sweep", path, "--jobs", "1")
        net = os.path.join(ROOT, "models", "digits_mlp.tflite")
        low = self.write("low.yaml", "voltage.mv: 600\n")
        own = self.write("own.yaml", "voltage.mv: 0\n")
        for tech in ([], ["--tech", "scaled22"]):
            a = parsed("compare", "0", "1", "--store", path[:-4] + "db",
                       "--json", *tech)
            b = parsed("compare", own, low, "--net", net, "--json", *tech)
            self.assertEqual(a["energy_pj"], b["energy_pj"])
            self.assertEqual(a["cycles"], b["cycles"])

    def test_a_voltage_that_no_design_may_have(self):
        path = self.write("d.yaml", "array.rows: 8\nvoltage:\n  mv: 499\n")
        self.refused("d.yaml:3: voltage.mv: 499 is not 0 or in 500..1500 mV",
                     "run", path, "--net", NET)
        path = self.sweep("e.yaml", "axes:\n  voltage.mv: [0, 1501]\n")
        self.refused("e.yaml:3: voltage.mv: 1501 is not in 0..1500 mV",
                     "sweep", path)

    def test_a_voltage_that_the_table_cannot_be_brought_to(self):
        least = "voltage.mv: 550 is less than 586 mV"
        tech = ("--tech", "scaled65")
        path = self.write("d.yaml", "array.rows: 8\nvoltage:\n  mv: 550\n")
        self.refused("d.yaml:3: " + least, "run", path, "--net", NET, *tech)
        self.refused("--set: " + least, "run", "--net", NET, "--set",
                     "voltage.mv=550", *tech)
        self.refused("d.yaml:3: " + least, "compare", path, path, "--net",
                     NET, *tech)
        both = "axes:\n  tech: [scaled22, scaled65]\n  voltage.mv: [0, 550]\n"
        self.refused("s.yaml:4: " + least, "sweep",
                     self.sweep("s.yaml", both))
        base = "base: d.yaml\ntech: scaled65\naxes: {array.cols: [4, 8]}\n"
        self.refused("b.yaml:2: " + least, "sweep",
                     self.sweep("b.yaml", base))
        path = self.sweep("w.yaml", both + "where: tech == scaled22 or "
                          "voltage.mv == 0\n")
        self.assertEqual(len(self.rows("sweep", path, "--jobs", "1")), 3)
        self.refused("w.db: point 1: " + least, "report", path[:-4] + "db",
                     "--details", "none", "--text", *tech)

    def test_a_space_is_told_before_it_is_searched(self):
        large = ("axes:\n  tech: [scaled22, scaled65]\n  voltage.mv: [%s]\n"
                 "  clock.mhz: {from: 1, to: 1000, step: 1}\n"
                 "  sram.kib: {from: 32, to: 4000, step: 1}\n")
        path = self.sweep("l.yaml", large % "0, 550")
        self.refused("l.yaml:4: voltage.mv: 550 is less than", "search", path,
                     "--budget", "4")
        path = self.sweep("z.yaml", large % "550, 600" +
                          "zip: [[tech, voltage.mv]]\n")
        done = joulet("search", path, "--budget", "4", "--jobs", "1")
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
