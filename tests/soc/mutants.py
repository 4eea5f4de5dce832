#!/usr/bin/env python3
"""Bugs seeded into the Verilog of the whole system: the drill finds each.

    mutants.py --pair PATH --drill PATH --net PATH [--all]

A mutant is a copy of rtl/ with one line changed, verilated, on which the drill
(drill.c) must end with exit status 3, a difference. One that survives is a
failing test. Without --all only every other one is tried: each is a build of
half a minute. Exit status 77 without the RTL of the host core, but not under CI.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SKIPPED, DIFFERENT = 77, 3

# File, what is there, what takes its place.
MUTANTS = (
    ("soc.sv", ".sram_busy_i(sram_req)", ".sram_busy_i(1'b0)"),
    ("soc.sv", ".flash_busy_i(flash_req)", ".flash_busy_i(1'b0)"),
    ("soc_timer.sv", "mtime_q >= compare_q", "mtime_q > compare_q"),
    ("soc_bus.sv", "(imem_req_o || flash_req_o)", "flash_req_o"),
    ("soc_mem.sv", "D'(host_be_i) << 4 * lane", "{LANES{host_be_i}}"),
)


def package():
    where = subprocess.run([os.path.join(ROOT, "rtl", "ibex", "where")],
                           capture_output=True, text=True)
    if where.returncode == 0 and shutil.which("verilator"):
        return where.stdout.strip()
    print("skipped: " + (where.stderr.strip() or "no verilator"))
    sys.exit(1 if os.environ.get("CI") else SKIPPED)


def change(folder, mutant):
    name, old, new = mutant
    path = os.path.join(folder, name)
    with open(path) as f:
        text = f.read()
    if text.count(old) != 1:
        sys.exit("%s: `%s` is not there once" % (name, old))
    with open(path, "w") as f:
        f.write(text.replace(old, new))


def drill(args, rtl, cache, ibex):
    env = dict(os.environ, JOULET_RTL_DIR=rtl, JOULET_IBEX=ibex,
               XDG_CACHE_HOME=cache)
    return subprocess.run([args.pair, args.drill, args.net],
                          env=env, capture_output=True, text=True)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--pair", required=True, help="drill_pair")
    args.add_argument("--drill", required=True, help="drill.elf")
    args.add_argument("--net", required=True)
    args.add_argument("--all", action="store_true")
    args = args.parse_args()
    mutants = MUTANTS if args.all else MUTANTS[::2]
    ibex = package()
    survived = 0
    for mutant in mutants:
        with tempfile.TemporaryDirectory() as temporary:
            rtl = os.path.join(temporary, "rtl")
            shutil.copytree(os.path.join(ROOT, "rtl"), rtl)
            change(rtl, mutant)
            done = drill(args, rtl, temporary, ibex)
        found = done.returncode == DIFFERENT
        survived += not found
        print("%s: %s -> %s: %s" % (*mutant, (done.stderr.splitlines() or
                                              ["not found"])[-1]), flush=True)
        if not found:
            print("  exit status %d: SURVIVED" % done.returncode)
    print("%d of %d found" % (len(mutants) - survived, len(mutants)))
    return 1 if survived else 0


sys.exit(main())
