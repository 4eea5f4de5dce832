#!/usr/bin/env python3
"""The JSON Schemas beside the readers of the same files.

    test_schema.py JOULET [--refresh | unittest arguments]

What is committed in configs/ satisfies them, and a key or range that a reader
refuses a schema refuses, for every parameter. --refresh writes the committed
schemas anew. Exit status 77 if jsonschema or PyYAML is missing.
"""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print("skipped: %s (./dev test installs it)" % missing)
    sys.exit(77)

JOULET = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
KINDS = "data", "design", "sweep", "tech"
COMMITTED = {"data": "models/*.yaml", "design": "configs/designs/*.yaml",
             "sweep": "configs/sweeps/*.yaml",
             "tech": "configs/tech/*.yaml"}


def printed(kind):
    return subprocess.run([JOULET, "schema", kind], check=True, text=True,
                          capture_output=True).stdout


def committed(kind):
    return os.path.join("docs", "reference", kind + ".schema.json")


def parsed(text):
    """YAML, or quicker if it is JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return yaml.safe_load(text)


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.judge = {}
        for kind in KINDS:
            schema = json.loads(printed(kind))
            jsonschema.Draft7Validator.check_schema(schema)
            cls.judge[kind] = jsonschema.Draft7Validator(schema)
        # By dotted key; group keys are objects.
        cls.params = {key: p for key, p in
                      cls.judge["design"].schema["properties"].items()
                      if "." in key}

    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="joulet-schema-")
        self.addCleanup(shutil.rmtree, self.dir)

    def command(self, kind, path):
        if kind == "data":
            return ["accuracy", NET, "--data", path]
        if kind == "sweep":
            return ["sweep", path]
        net = "none.tflite" if kind == "design" else NET
        tech = ["--tech", path] if kind == "tech" else []
        return (["run"] + ([path] if kind == "design" else []) +
                ["--net", net] + tech)

    def reader_says(self, kind, text):
        """The complaint about the file itself; None if there is none. Files
        name a network that is not there, which is found last."""
        path = os.path.join(self.dir, "x.yaml")
        with open(path, "w") as f:
            f.write(text)
        p = subprocess.run([JOULET] + self.command(kind, path), text=True,
                           capture_output=True)
        if "none.tflite" in p.stderr or p.returncode == 0:
            return None
        self.assertIn("joulet: " + path, p.stderr)
        return p.stderr

    def both_refuse(self, kind, text):
        with self.subTest(text=text):
            self.assertIsNotNone(self.reader_says(kind, text),
                                 "the reader accepts it")
            self.assertFalse(self.judge[kind].is_valid(parsed(text)),
                             "the schema accepts it")

    def both_accept(self, kind, text):
        with self.subTest(text=text):
            self.assertIsNone(self.reader_says(kind, text))
            self.judge[kind].validate(parsed(text))

    def test_committed_schemas_are_those_printed(self):
        for kind in KINDS:
            with open(committed(kind)) as f:
                self.assertEqual(f.read(), printed(kind),
                                 "test_schema.py JOULET --refresh")

    def test_committed_files_satisfy_them(self):
        for kind in KINDS:
            names = glob.glob(COMMITTED[kind])
            self.assertTrue(names)
            for name in names:
                with self.subTest(name=name), open(name) as f:
                    self.judge[kind].validate(yaml.safe_load(f))

    def ends(self, p):
        """Least and largest value of a parameter."""
        values = p.get("enum", [p.get("minimum"), p.get("maximum")])
        return values[0], values[-1]

    def bad_values(self, p):
        least, most = self.ends(p)
        if isinstance(least, str):
            return ["fast", "0", "1.5", "[]"]
        bad = [least - 1, most + 1, "1.5", "many", "[4]"]
        return bad + ([3 * least] if "enum" in p and len(p["enum"]) > 1
                      else [])

    def test_values_of_every_parameter(self):
        # One file with the least, one with the largest of all values.
        for end in 0, 1:
            self.both_accept("sweep", "networks: [none.tflite]\naxes:\n" +
                             "".join("  %s: [%s]\n" % (key, self.ends(p)[end])
                                     for key, p in self.params.items()))
        for key, p in self.params.items():
            group, name = key.split(".")
            self.both_accept("sweep", "networks: [none.tflite]\n"
                             "axes: {%s: [%s, %s]}" % ((key,) + self.ends(p)))
            for i, bad in enumerate(self.bad_values(p)):
                self.both_refuse("design", "%s: %s" % (key, bad))
                if i < 2:
                    self.both_refuse("design", "%s: {%s: %s}" %
                                     (group, name, bad))
                    self.both_refuse("sweep", "networks: [none.tflite]\n"
                                     "axes: {%s: [%s, %s]}" %
                                     (key, self.ends(p)[0], bad))

    def test_ranges_of_every_parameter(self):
        def axis(key, text):
            return "networks: [none.tflite]\naxes: {%s: {%s}}" % (key, text)
        for key, p in self.params.items():
            least, most = self.ends(p)
            if isinstance(least, str):
                self.both_refuse("sweep", axis(key, "from: 0, to: 1, step: 1"))
                self.both_refuse("sweep", axis(key, "pow2: [1, 2]"))
                continue
            low = max(least, 1)
            if "not" in p:  # nothing between 0 and this
                low = p["not"]["maximum"] + 1
            top = most // low
            for good in ("from: %d, to: %d, times: %d" % (low, most, 2),
                         "from: %d, to: %d, times: %d" % (low, low, 2)):
                if "enum" in p or low * 2 ** (top.bit_length() - 1) <= most:
                    self.both_accept("sweep", axis(key, good))
            bad = ["from: %d, to: %d, times: 2" % (low, most + 1),
                   "from: %d, to: %d, times: 1" % (low, most),
                   "from: %d, to: %d" % (low, most),
                   "from: %d, step: 1" % low,
                   "from: %d, to: %d, stop: 1" % (low, most),
                   "pow2: [%d, 32768]" % low, "pow2: [3, 6]", "pow2: [4]",
                   "pow2: 4"]
            step = "from: %d, to: %d, step: 1" % (low, low)
            if "enum" in p:
                bad += [step, "from: %d, to: %d, times: 3" % (low, low)]
            else:
                self.both_accept("sweep", axis(key, step))
                bad.append("from: %d, to: %d, step: 0" % (low, low))
            for text in bad:
                self.both_refuse("sweep", axis(key, text))

    def test_keys_of_a_design(self):
        for text in ("array.row: 4", "aray: {rows: 4}", "array: {row: 4}",
                     "array: 4", "array: [4]", "rows: 4", "[]", "4"):
            self.both_refuse("design", text)

    def test_keys_of_a_sweep(self):
        net = "networks: [none.tflite]\n"
        for text in ("{}", "networks: []", "networks: none.tflite",
                     net + "axis: {}", net + "axes: [array.rows]",
                     net + "axes: {array.row: [4]}",
                     net + "axes: {array.rows: []}",
                     net + "axes: {array.rows: [4, 4]}",
                     net + "axes: {target: [gpu]}",
                     net + "axes: {backend: slow}",
                     net + "axes: {tech: {pow2: [1, 2]}}",
                     net + "backend: slow", net + "target: gpu",
                     net + "where: {array.rows: 4}",
                     net + "limits: [[latency_us <= 4]]",
                     net + "objectives: {minimise: [latency_us]}",
                     net + "objectives: {minimize: [latency]}",
                     net + "objectives: {minimize: latency_us}",
                     net + "objectives: {maximize: [auc]}",
                     net + "data: {a: b}", net + "alternatives: some",
                     net + "objectives: {}", net + "zip: array.rows",
                     net + "zip: [array.rows]",
                     net + "zip: [[array.row]]"):
            if "networks: [none" in text:
                # The reader finds what depends on axes after networks.
                text = text.replace("none.tflite", NET)
            self.both_refuse("sweep", text)

    def test_everything_at_once(self):
        self.both_accept("sweep", """networks: [none.tflite, more.tflite]
inputs: [a.bin, b.bin]
axes:
  array.rows: {pow2: [4, 32]}
  array.cols: [4, 8, 16, 32]
  cpu.core: small
  clock.mhz: {from: 50, to: 200, step: 50}
  weights.narrow: {from: 0, to: 1, step: 1}
  tech: [a.yaml, b.yaml]
  target: [accel, cpu]
  backend: fast
zip: [[array.rows, array.cols], [tech, target]]
where: array.rows * array.cols <= 256
objectives: {minimize: [latency_ms, scratchpad.kib], maximize: [utilization]}
limits: [latency_ms <= 20, peak_bytes <= 20000]
""")

    def test_page_names_what_there_is(self):
        def texts(node):
            """Every key and word of a schema."""
            for key, value in node.items():
                if key in ("properties",):
                    yield from value
                if key == "const":
                    yield value
                if key == "enum":
                    yield from (v for v in value if isinstance(v, str))
                for inner in value if isinstance(value, list) else [value]:
                    if isinstance(inner, dict):
                        yield from texts(inner)
        with open("docs/sweeps.md") as f:
            page = f.read()
        words = set(texts(self.judge["sweep"].schema)) - set(self.params)
        words -= {"maxperf", "btalu", "small"}  # of a parameter
        self.assertIn("latency_ms", words)
        for word in sorted(words):
            with self.subTest(word=word):
                self.assertTrue(re.search(r"\b%s\b" % word, page))

    def test_data_sets(self):
        good = ("inputs: %s/digits_test_x.bin\n"
                "labels: %s/digits_test_y.bin\n" % ((os.path.abspath(
                    "models"),) * 2))
        self.both_accept("data", good)
        self.both_accept("data", good + "classes: [a, b, c, d, e, f, g, h, i, "
                         "j]\n")
        for text in ("{}", "[]", "labels: x.bin", good + "names: [a, b]",
                     good + "classes: [a]", good + "classes: [a, a]",
                     good + "classes: a", good + "classes: [[a], [b]]"):
            self.both_refuse("data", text)

    def test_tables(self):
        with open(os.path.join("configs", "tech", "horowitz45.yaml")) as f:
            good = yaml.safe_load(f)

        def damaged(change):
            table = json.loads(json.dumps(good))
            change(table)
            return json.dumps(table)    # which is YAML
        self.both_accept("tech", damaged(lambda t: None))
        for row in good:
            if row not in ("about", "area"):
                self.both_refuse("tech", damaged(lambda t: t.pop(row)))
            # All rows are read alike: one of each kind is enough.
            if row not in ("mac", "cpu_cycle", "leak_flash", "wake_us"):
                continue
            for key in good[row]:
                if key != "note":
                    self.both_refuse("tech", damaged(
                        lambda t: t[row].pop(key)))
            for key, bad in (("value", -1), ("value", 2e9), ("value", "x"),
                             ("unit", "J"), ("vlaue", 1)):
                self.both_refuse("tech", damaged(
                    lambda t: t[row].update({key: bad})))
        for change in (lambda t: t.update(sram=[]), lambda t: t.update(x=1),
                       lambda t: t["sram"][0].update(kib=0),
                       lambda t: t["sram"][0].pop("source"),
                       lambda t: t["sram"][0].update(leak_uw=-1),
                       lambda t: t["sram"][0].update(kb=1),
                       lambda t: t["area"].pop("cell"),
                       lambda t: t["area"].pop("source"),
                       lambda t: t["area"].update(min=1.5),
                       lambda t: t["area"].update(tile=1)):
            self.both_refuse("tech", damaged(change))


NET = os.path.join(os.getcwd(), "models", "digits_mlp.tflite")

if __name__ == "__main__":
    if not JOULET:
        sys.exit("usage: test_schema.py JOULET [--refresh]")
    if "--refresh" in sys.argv:
        for kind in KINDS:
            with open(committed(kind), "w") as f:
                f.write(printed(kind))
        sys.exit(0)
    unittest.main()
