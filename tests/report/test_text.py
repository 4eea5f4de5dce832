#!/usr/bin/env python3
"""What `joulet report --text` and `joulet compare` say; the page's frame.

    test_text.py JOULET [unittest arguments]      --refresh: rewrite golden
"""

import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import store  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
REFRESH = "--refresh" in sys.argv
if REFRESH:
    sys.argv.remove("--refresh")
JOULET = os.path.abspath(sys.argv.pop(1))
USAGE, DATA, NOINPUT = 2, 65, 66


class Case(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="joulet-report-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.store = store.sweep(JOULET, cls.folder.name)

    def joulet(self, *args, columns=100):
        return subprocess.run(
            [JOULET] + list(args), capture_output=True, text=True,
            cwd=self.folder.name, timeout=300,
            env=dict(os.environ, COLUMNS=str(columns)))

    def good(self, *args, **more):
        p = self.joulet(*args, **more)
        self.assertEqual(p.returncode, 0, p.stderr)
        return p.stdout

    def refused(self, status, message, *args):
        p = self.joulet(*args)
        self.assertEqual((p.returncode, p.stderr, p.stdout),
                         (status, "joulet: " + message + "\n", ""))

    def ask(self, sql):
        db = sqlite3.connect(self.store)
        rows = db.execute(sql).fetchall()
        db.close()
        return rows


class Invented(Case):
    """Of results that do not change when the compiler does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        store.invent(cls.store)

    def golden(self, name, text):
        path = os.path.join(HERE, name)
        if REFRESH:
            with open(path, "w") as f:
                f.write(text)
        with open(path) as f:
            self.assertEqual(text, f.read())

    def report(self, *args, **more):
        return self.good("report", "tests.db", "--text", "--details", "none",
                         *args, **more)

    def test_text_is_the_golden_one(self):
        self.golden("report.txt", self.report())

    def test_text_with_limits_is_the_golden_one(self):
        self.golden("report_limits.txt", self.report(
            "--limit", "latency_us <= 40", "--limit",
            "array.rows * array.cols <= 64 or network == digits_mlp",
            columns=80))

    def test_best_is_least_of_the_store(self):
        text = self.report()
        for net in ("digits_mlp", "digits_cnn"):
            part = text.split("\n" + net + "\n")[1]
            said = re.search(r"least latency_us: point (\d+)", part).group(1)
            least = self.ask("SELECT min(latency_us) FROM points WHERE "
                             "network = '%s'" % net)[0][0]
            of = self.ask("SELECT latency_us FROM points JOIN members USING"
                          "(key) WHERE point = %s" % said)[0][0]
            self.assertEqual(of, least)

    def test_impossible_limit_leaves_no_design(self):
        text = self.report("--limit", "latency_us < 0")
        self.assertEqual(text.count("  no design; nearest to the limits: "
                                    "point"), 2)
        self.assertEqual(text.count("\n    breaks latency_us < 0\n"), 2)
        self.assertIn("0 points are within", text)
        self.assertIn("Pareto-optimal: 0 points", text)

    def test_nearest_to_a_limit_is_the_one_that_misses_least(self):
        least = self.ask("SELECT min(latency_us) FROM points WHERE network = "
                         "'digits_cnn'")[0][0]
        text = self.report("--limit", "latency_us <= %.17g" % (least / 2))
        part = text.split("\ndigits_cnn\n")[1]
        said = re.search(r"nearest to the limits: point (\d+)", part).group(1)
        self.assertEqual(self.ask(
            "SELECT latency_us FROM points JOIN members USING(key) WHERE "
            "point = %s" % said)[0][0], least)

    def test_page_without_table_of_the_technology_has_stored_energies(self):
        before = self.report()
        db = sqlite3.connect(self.store)
        with db:
            old = db.execute("SELECT plan FROM sweeps").fetchone()[0]
            db.execute("UPDATE sweeps SET plan = json_set(plan, "
                       "'$.techs[0].path', '/nonexistent/t.yaml')")
            # As result_read would have stored them.
            db.execute("UPDATE costs SET energy_uj = 1, shares_pj = "
                       "'{\"array\":250000.0,\"flash\":750000.0}'")
        after = self.report()
        with db:
            db.execute("UPDATE sweeps SET plan = ?", (old,))
        db.close()
        self.assertNotEqual(before, after)
        self.assertIn("(as stored: its file is not here)", after)
        self.assertRegex(after, r"least energy_uj: point \d+: .*\n"
                         r"    [\d.]+ us, 1 uJ, ")


class Page(Case):
    def page(self, *args):
        self.good("report", "tests.db", "-o", "r.html", *args)
        with open(os.path.join(self.folder.name, "r.html")) as f:
            return f.read()

    def data(self, page):
        return json.loads(re.search(
            r'<script type="application/json" id="data">(.*?)</script>',
            page, re.S).group(1))

    def test_page_may_load_nothing(self):
        page = self.page()
        policy = re.search(r'Policy" content="([^"]*)"', page).group(1)
        self.assertRegex(policy, r"^default-src 'none'; style-src "
                         r"'sha256-[\w+/]{43}='; script-src "
                         r"'sha256-[\w+/]{43}='$")
        head = page.split('id="data"')[0]
        self.assertEqual(re.findall(r"(?:src|href)=\"(?!#)[^\"]*", head), [])
        self.assertNotIn("url(", head)

    def test_data_are_those_of_the_store(self):
        d = self.data(self.page())
        cycles = [m["name"] for m in d["metrics"]].index("cycles")
        rows = self.ask("SELECT point, state = 'done', cycles FROM members "
                        "JOIN points USING(key) ORDER BY point")
        self.assertEqual(
            list(zip(d["points"]["number"], d["points"]["ok"],
                     d["points"]["metric"][cycles])), rows)
        best = [i for i, b in enumerate(d["points"]["best"]) if b]
        self.assertEqual([x["point"] for x in d["details"]], best)

    def test_details_add_up(self):
        d = self.data(self.page())
        cycles = [m["name"] for m in d["metrics"]].index("cycles")
        for x in d["details"]:
            self.assertEqual(x["cycles"],
                             d["points"]["metric"][cycles][x["point"]])
            self.assertEqual(sum(x["spent"]), x["cycles"])
            self.assertEqual(sum(y["cycles"] for y in x["layers"]), x["cycles"])
            for y in x["layers"]:
                self.assertEqual(sum(y["spent"]), y["cycles"])
            for row in x["scratchpad"]:
                runs = re.findall(r"([.wor])(\d+)", row)
                self.assertEqual("".join(a + b for a, b in runs), row)
                self.assertEqual(sum(int(b) for _, b in runs), 400)

    def test_words_of_the_store_end_no_element(self):
        db = sqlite3.connect(self.store)
        with db:
            old = db.execute("SELECT plan FROM sweeps").fetchone()[0]
            db.execute("UPDATE sweeps SET name = '</title><b>', plan = "
                       "json_set(plan, '$.file', '</script><script>')")
        page = self.page()
        with db:
            db.execute("UPDATE sweeps SET name = 'tests', plan = ?", (old,))
        db.close()
        self.assertEqual(page.count("</script>"), 2)
        self.assertEqual(page.count("</title>"), 1)
        self.assertEqual(self.data(page)["file"], "</script><script>")

    def test_network_that_is_gone_is_said(self):
        db = sqlite3.connect(self.store)
        with db:
            old = db.execute("SELECT plan FROM sweeps").fetchone()[0]
            db.execute("UPDATE sweeps SET plan = json_set(plan, "
                       "'$.networks[0].path', '/nonexistent/n.tflite')")
        p = self.joulet("report", "tests.db", "-o", "r.html")
        with open(os.path.join(self.folder.name, "r.html")) as f:
            d = self.data(f.read())
        with db:
            db.execute("UPDATE sweeps SET plan = ?", (old,))
        db.close()
        self.assertEqual(p.returncode, 0)
        self.assertIn("no details of digits_mlp: /nonexistent/n.tflite",
                      p.stderr)
        self.assertIn("/nonexistent/n.tflite", d["nets"][0]["absent"])
        nets = {d["points"]["net"][x["point"]] for x in d["details"]}
        self.assertEqual(nets, {1})

    def test_csv_and_points_of_json_are_those_of_the_sweep(self):
        got = {}
        for what, args in (("sweep", ("tests.yaml", "--jobs", "1")),
                           ("report", ("tests.db",))):
            text = self.good(what, *args, "--json", "--csv", what + ".csv")
            with open(os.path.join(self.folder.name, what + ".csv")) as f:
                got[what] = (f.read(), json.loads(text))
        self.assertEqual(got["report"][0], got["sweep"][0])
        for key, value in got["report"][1].items():
            self.assertEqual(value, got["sweep"][1][key], key)

    def test_same_store_gives_the_same_page(self):
        self.assertEqual(self.page(), self.page())

    def test_wrong_uses_are_refused(self):
        self.refused(NOINPUT, "none.db: no such store", "report", "none.db")
        self.refused(DATA, "tests.db: no sweep 'other' in this store",
                     "report", "tests.db", "--sweep", "other")
        self.refused(USAGE, "--details: all is not none, best or pareto",
                     "report", "tests.db", "--details", "all")
        p = self.joulet("report", "tests.db", "--limit", "latency <= 3")
        self.assertEqual(p.returncode, DATA)
        self.assertIn("latency", p.stderr)


class Compare(Case):
    def test_parts_add_up_to_the_runs(self):
        for a, b in ((0, 17), (36, 71), (17, 0)):
            got = json.loads(self.good("compare", str(a), str(b), "--json",
                                       "--store", "tests.db"))
            cycles = [self.ask("SELECT cycles FROM points JOIN members USING"
                               "(key) WHERE point = %d" % n)[0][0]
                      for n in (a, b)]
            self.assertEqual(got["cycles"]["all"], cycles)
            for grid in (got["cycles"], got["energy_pj"]):
                for s in (0, 1):
                    self.assertEqual(sum(v[s] for v in grid["by"].values()),
                                     grid["all"][s])
                    self.assertEqual(sum(x["all"][s] for x in grid["layers"]),
                                     grid["all"][s])
                    for x in grid["layers"]:
                        self.assertEqual(sum(v[s] for v in x["by"].values()),
                                         x["all"][s])
                sizes = [abs(x["all"][1] - x["all"][0]) for x in grid["layers"]]
                self.assertEqual(sizes, sorted(sizes, reverse=True))

    def test_energy_is_that_of_the_store(self):
        got = json.loads(self.good("compare", "0", "17", "--json", "--store",
                                   "tests.db"))["energy_pj"]
        for s, n in enumerate((0, 17)):
            pj = json.loads(self.ask(
                "SELECT shares_pj FROM costs JOIN members USING(key) WHERE "
                "point = %d" % n)[0][0])
            for unit, v in got["by"].items():
                self.assertLessEqual(abs(v[s] - pj[unit]), 1)

    def test_table_has_all_that_changed(self):
        text = self.good("compare", "0", "17", "--store", "tests.db",
                         columns=200)
        rows = re.findall(r"^ *(\d+|) +(\S+) +(\d+) +(\d+) +([+-]\d+) (.*)$",
                          text, re.M)
        self.assertGreater(len(rows), 4)
        for _, _, before, after, change, rest in rows:
            parts = [int(v) for v in rest.split()]
            self.assertEqual(int(after) - int(before), int(change))
            self.assertEqual(sum(parts), int(change))
        self.assertIn("\narray.rows ", text)
        self.assertNotIn("\ncpu.core ", text)

    def test_a_point_with_itself_has_no_change(self):
        text = self.good("compare", "5", "5", "--store", "tests.db")
        self.assertIn("no parameter differs", text)
        self.assertIn("(+0, +0.0 %)", text)

    def test_two_designs(self):
        folder = os.path.join(store.ROOT, "configs", "designs")
        net = os.path.join(store.ROOT, "models", "digits_cnn.tflite")
        files = [os.path.join(folder, n + ".yaml")
                 for n in ("default", "big16")]
        got = json.loads(self.good("compare", *files, "--net", net, "--json"))
        for s, f in zip(got["cycles"]["all"], files):
            run = json.loads(self.good("run", f, "--net", net, "--json"))
            self.assertEqual(s, run["cycles"])

    def test_wrong_uses_are_refused(self):
        self.refused(USAGE, "points 0 and 40 are of different networks "
                     "(digits_mlp, digits_cnn)", "compare", "0", "40",
                     "--store", "tests.db")
        self.refused(USAGE, "point 999: not a finished point of sweep tests",
                     "compare", "0", "999", "--store", "tests.db")
        self.refused(USAGE, "x.yaml: not the number of a point",
                     "compare", "x.yaml", "1", "--store", "tests.db")
        self.refused(USAGE, "compare: needs --store for points or --net for "
                     "designs (joulet compare --help)", "compare", "0", "1")
        self.refused(USAGE, "compare: needs A B (joulet compare --help)",
                     "compare", "0")


BAND = "energy_min_uj", "energy_uj", "energy_max_uj"


class OtherTable(Case):
    """Energy by another table, of points that were run once."""

    def energies(self, *args):
        found = json.loads(self.good("report", "--json", *args))
        done = [p for p in found["points"] if "energy_uj" in p]
        self.assertGreater(len(done), 20)
        for p in done:
            self.assertLess(p["energy_min_uj"], p["energy_uj"])
            self.assertLess(p["energy_uj"], p["energy_max_uj"])
        return [(p["point"], [p[key] for key in BAND], p["tech"])
                for p in done]

    def variant(self, name, change):
        """The sweep with another text, run; its store."""
        with open(os.path.join(self.folder.name, "tests.yaml")) as f:
            text = change(f.read())
        with open(os.path.join(self.folder.name, name + ".yaml"), "w") as f:
            f.write(text)
        self.good("sweep", name + ".yaml")
        return name + ".db"

    def test_energies_are_those_of_a_sweep_by_that_table(self):
        other = self.variant("other", lambda s: s + "tech: aladdin40\n")
        for table in "aladdin40", "./aladdin.yaml":
            if table != "aladdin40":
                with open(os.path.join(ROOT, "configs", "tech",
                                       "aladdin40.yaml")) as f:
                    copy = f.read()
                with open(os.path.join(self.folder.name, table), "w") as f:
                    f.write(copy)
            self.assertEqual(
                self.energies(self.store, "--tech", table),
                self.energies(other))
        self.assertNotEqual(self.energies(self.store),
                            self.energies(other))

    def test_points_that_differ_in_the_table_alone_are_one(self):
        both = self.variant("both", lambda s: s.replace(
            "objectives", "  tech: [horowitz45, aladdin40]\nobjectives"))
        one = self.energies(both, "--tech", "scaled22")
        self.assertEqual(2 * len(one), len(self.energies(both)))
        self.assertEqual([e for _, e, _ in one],
                         [e for _, e, _ in self.energies(
                             self.store, "--tech", "scaled22")])

    def test_text_and_comparison_follow(self):
        text = self.good("report", self.store, "--tech", "scaled22", "--text")
        self.assertIn("scaled22", text)
        args = ["compare", "0", "5", "--store", self.store, "--json"]
        usual = json.loads(self.good(*args))
        other = json.loads(self.good(*args, "--tech", "scaled22"))
        self.assertEqual(other["before"]["tech"], "scaled22")
        self.assertEqual(usual["cycles"], other["cycles"])
        self.assertNotEqual(usual["energy_pj"]["all"],
                            other["energy_pj"]["all"])

    def test_accuracy_is_not_the_tables_to_say(self):
        sweep = os.path.join(ROOT, "configs", "sweeps", "digits_accuracy.yaml")
        self.good("sweep", sweep, "--store", "right.db")
        right = [[p["accuracy"] for p in json.loads(self.good(
            "report", "right.db", "--json", *more))["points"]]
            for more in ([], ["--tech", "scaled22"])]
        self.assertEqual(right[0], right[1])
        self.assertGreater(min(right[0]), 0)

    def test_a_limit_may_be_on_the_band(self):
        text = self.good("report", self.store, "--text", "--limit",
                         "energy_max_uj <= 0.4")
        self.assertIn("energy_max_uj <= 0.4", text)

    def test_a_table_that_is_not_there(self):
        self.refused(NOINPUT, "scaled23: no such technology table; did you "
                     "mean scaled22? (joulet tech lists them; a file's name "
                     "ends with .yaml)", "report", self.store, "--tech",
                     "scaled23")


if __name__ == "__main__":
    unittest.main()
