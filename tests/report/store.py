"""A store for the tests: a real sweep, whose results are then made up.

The compiler gets better, so cycles of a real sweep are not for a golden file.
`invent` writes others over them, by a formula of the design: what a report
prints of those is its own doing.
"""

import json
import os
import sqlite3
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
SWEEP = """\
networks: [%(models)s/digits_mlp.tflite, %(models)s/digits_cnn.tflite]
axes:
  array.rows: [4, 8, 16]
  array.cols: [4, 8, 16]
  requant.lanes: [2, 8]
  scratchpad.kib: {from: 32, to: 64, times: 2}
objectives: {minimize: [latency_us, energy_uj]}
"""


def sweep(joulet, folder, more=""):
    """SWEEP in folder/tests.yaml, run; the path of its store."""
    path = os.path.join(folder, "tests.yaml")
    with open(path, "w") as f:
        f.write(SWEEP % {"models": os.path.join(ROOT, "models")} + more)
    subprocess.run([joulet, "sweep", path, "--jobs", "2"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return os.path.join(folder, "tests.db")


def invent(store):
    """Other cycles and counts, the same on every machine and for ever."""
    db = sqlite3.connect(store)
    for key, net, text in db.execute(
            "SELECT key, network, design FROM points WHERE state = 'done'"
    ).fetchall():
        design = dict(line.split(": ") for line in text.splitlines()
                      if not line.startswith("#"))
        cells = int(design["array.rows"]) * int(design["array.cols"])
        kib = int(design["scratchpad.kib"])
        work = 40000 if net == "digits_cnn" else 9000
        steps = work // cells
        drain = 6000 // int(design["requant.lanes"])
        load = 64000 // kib
        counts = {"ex_busy": steps + drain + 100, "array_steps": steps,
                  "ex_stall_drain": drain, "ex_wait_load": load,
                  "macs": work, "spad_act": 2 * steps, "requants": 2000,
                  "ld_flash_bytes": 9000, "ld_flash_beats": 1125,
                  "spad_load": 1125, "cpu_active": 700, "cpu_alu": 500}
        cycles = steps + drain + 100 + load + 700
        db.execute("UPDATE points SET cycles = ?, latency_us = ?, counts = ?, "
                   "utilization = ?, arena_bytes = 2304, peak_bytes = 2000, "
                   "spad_bytes = ?, image_bytes = 12345 WHERE key = ?",
                   (cycles, cycles / 100, json.dumps(
                       counts, separators=(",", ":")),
                    work / cycles / cells, 512 * kib, key))
    db.execute("UPDATE sweeps SET plan = json_set(plan, '$.tool', 'a test')")
    db.commit()
    db.close()
