#!/usr/bin/env python3
"""Energy can be traced: counts x prices = report, prices = rows of the table.

    test_energy.py JOULET [unittest arguments]
"""

import json
import os
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
JOULET = os.path.abspath(sys.argv.pop(1))
NET = "models/digits_cnn.tflite"
LEVELS = {"min": "energy_by_unit_min_uj", "nominal": "energy_by_unit_uj",
          "max": "energy_by_unit_max_uj"}
DESIGNS = ([], ["--set", "array.rows=16", "--set", "requant.lanes=8",
                "--set", "dma.bytes_per_cycle=4", "--set", "sram.kib=100"])


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


if __name__ == "__main__":
    unittest.main()
