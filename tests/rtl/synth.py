#!/usr/bin/env python3
"""Synthesizes the accelerator with yosys to generic gates, module by module,
and prints what it is made of.

    synth.py --rtl DIR --isa DIR [--set ROWS=4 ...]

Fails (exit status 1) on any error, latch, combinational loop, undriven or
doubly driven wire. Scratchpad memories stay memories. The figures are generic
cells before technology mapping: good for comparing, not for square millimetres.
Exit status 77: no yosys.
"""

import argparse
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

DEFAULT = {"ROWS": 8, "COLS": 8, "SPAD_KIB": 128, "BANKS": 16, "LANES": 4,
           "DMA_BYTES": 8, "QUEUE": 4}

SCRIPT = """
read_verilog -DSYNTHESIS -I{isa} {files}
chparam {params} accel
hierarchy -check -top accel
proc
select -assert-none t:$dlatch t:$dlatchsr t:$adlatch t:$sr
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
abc -fast -g AND,OR,XOR,MUX
opt -fast
clean
check -assert
tee -o {stat} stat
"""

# Gate equivalents (two-input NANDs), rough: for one figure a module.
GATES = {"$_MUX_": 2.3, "$_XOR_": 2.3, "$_XNOR_": 2.3, "$_AND_": 1.3,
         "$_OR_": 1.3, "$_NOT_": 0.7, "$_NAND_": 1.0, "$_NOR_": 1.0}


def is_flop(cell):
    return cell.startswith("$_") and "DFF" in cell


def modules(text):
    """name -> {cell: count}, and the order in which yosys printed them."""
    found = {}
    for part in re.split(r"^=== ", text, flags=re.M)[1:]:
        name, body = part.split(" ===", 1)
        if name == "design hierarchy":
            continue
        # The cells, not the sum over the hierarchy below the top.
        cells = re.findall(r"^     (\S+) +(\d+)$", body, re.M)
        found[name] = {cell: int(n) for cell, n in cells}
    return found


def uses(found, name, times, count):
    count[name] = count.get(name, 0) + times
    for cell, n in found[name].items():
        if cell in found:
            uses(found, cell, times * n, count)


def plain(name):
    return name.split("\\")[1] if name.startswith("$paramod\\") \
        else name.split("\\")[-1]


def table(found):
    count, rows = {}, {}
    uses(found, "accel", 1, count)
    for name, times in count.items():
        cells = found[name]
        flops = sum(n for c, n in cells.items() if is_flop(c))
        gates = sum(n * GATES.get(c, 1.0) for c, n in cells.items()
                    if c.startswith("$_") and not is_flop(c))
        row = rows.setdefault(plain(name), [0, 0, 0])
        row[0] += times
        row[1] += times * flops
        row[2] += times * gates
    print("%-14s %6s %8s %10s" % ("module", "used", "flops", "gates (GE)"))
    for name, (times, flops, gates) in sorted(rows.items()):
        print("%-14s %6d %8d %10d" % (name, times, flops, gates))
    print("%-14s %6s %8d %10d" % ("all", "",
                                  sum(r[1] for r in rows.values()),
                                  sum(r[2] for r in rows.values())))


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--rtl", required=True)
    args.add_argument("--isa", required=True, help="folder of isa.vh")
    args.add_argument("--set", action="append", default=[])
    args = args.parse_args()
    if not shutil.which("yosys"):
        print("skipped: no yosys")
        return 77
    params = dict(DEFAULT, **dict(s.split("=") for s in args.set))
    with tempfile.TemporaryDirectory() as tmp:
        stat = os.path.join(tmp, "stat")
        script = SCRIPT.format(
            isa=args.isa, stat=stat,
            files=" ".join(sorted(glob.glob(os.path.join(args.rtl, "*.v")))),
            params=" ".join("-set %s %s" % p for p in params.items()))
        path = os.path.join(tmp, "synth.ys")
        with open(path, "w") as f:
            f.write(script)
        run = subprocess.run(["yosys", "-q", path], capture_output=True,
                             text=True)
        if run.returncode:
            print((run.stdout + run.stderr)[-4000:])
            return 1
        with open(stat) as f:
            table(modules(f.read()))
    return 0


sys.exit(main())
