#!/usr/bin/env python3
"""joulet run --profile: stacks that add up to the run.

    test_profile.py JOULET [unittest arguments]
"""

import json
import os
import unittest

from box import Case, ROOT

NET = os.path.join(ROOT, "models", "digits_cnn.tflite")


class Profile(Case):
    def stacks(self, name):
        found = {}
        for line in self.read(name).splitlines():
            frames, n = line.rsplit(" ", 1)
            self.assertNotIn(frames, found)
            self.assertRegex(frames, r"^[^; ]+(;[^; ]+)*$")
            found[frames] = int(n)
        return found

    def profile(self, *args):
        p = self.joulet("run", "--net", NET, "--json", "--profile", "p", *args)
        self.assertEqual(p.returncode, 0, p.stderr)
        plain = self.joulet("run", "--net", NET, "--json", *args)
        self.assertEqual(p.stdout, plain.stdout)
        return json.loads(p.stdout), self.stacks("p"), self.stacks("p.energy")

    def test_sums_are_those_of_the_run(self):
        for args in ((), ("--target", "cpu"), ("--set", "cpu.core=small"),
                     ("--set", "cpu.core=btalu")):
            run, cycles, energy = self.profile(*args)
            self.assertEqual(sum(cycles.values()), run["cycles"])
            self.assertLess(
                abs(sum(energy.values()) - run["energy_uj"] * 1e6), 1)

    def test_sleep_and_active_cycles_are_those_that_were_counted(self):
        run, cycles, _ = self.profile()
        asleep = sum(n for s, n in cycles.items() if s.endswith(";[sleep]"))
        self.assertEqual(asleep, run["counts"]["cpu_sleep"])
        self.assertGreater(asleep, 0)

    def test_callers_are_those_of_the_source(self):
        _, cycles, energy = self.profile()
        self.assertIn("_start;main;accel_submit;[sleep]", cycles)
        self.assertIn("_start;main;accel_submit;irq_accel", cycles)
        softmax = [s for s in cycles
                   if s.startswith("_start;main;kernel_SOFTMAX_I8")]
        self.assertTrue(softmax, cycles)
        self.assertIn("[accelerator]", energy)

    def test_a_file_that_cannot_be_written(self):
        p = self.joulet("run", "--net", NET, "--profile", "no/p")
        self.assertEqual(p.returncode, 66)
        self.assertIn("no/p", p.stderr)
        self.assertEqual(p.stdout, "")


if __name__ == "__main__":
    unittest.main()
