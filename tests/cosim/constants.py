#!/usr/bin/env python3
"""Every timing constant of the fast model matters: random programs find each
that is one more or one less.

    constants.py --bin BIN --rtl DIR [--cache DIR] [-j N] [NAME ...]

The Verilog runs a fixed set of random programs once (cosim --record); then the
fast model with one constant changed runs them until it differs. A change that
no program finds is a failing test, status 1.
"""

import argparse
import concurrent.futures
import os
import subprocess
import sys
import tempfile

import mutant


def caught_by(args, truth, name, value):
    """What the changed model gives away, or None."""
    with tempfile.TemporaryDirectory(prefix="joulet-constant-") as folder:
        program = mutant.build(args.bin, folder, name, value)
        done = subprocess.run([program, "--against", truth],
                              capture_output=True, text=True)
    if done.returncode == mutant.DIFFERENT:
        return done.stdout.split("\n")[0]
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return None


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--bin", required=True, help="folder of the built programs")
    p.add_argument("--rtl", required=True)
    p.add_argument("--cache", help="of verilated libraries")
    p.add_argument("-j", type=int, default=2)
    p.add_argument("name", nargs="*")
    args = p.parse_args()
    mutant.need_verilator()
    table = mutant.constants()
    cache = ["--cache", args.cache] if args.cache else []
    survivors = 0
    with tempfile.TemporaryDirectory(prefix="joulet-truth-") as truth:
        subprocess.run([os.path.join(args.bin, "cosim"), "--record", truth,
                        "--rtl", args.rtl, *cache], check=True)
        subprocess.run([os.path.join(args.bin, "cosim"), "--against", truth],
                       check=True)
        names = args.name or list(table)
        jobs = [(n, table[n][0] + by) for n in names for by in (-1, 1)]
        with concurrent.futures.ThreadPoolExecutor(args.j) as pool:
            results = list(pool.map(
                lambda job: caught_by(args, truth, *job), jobs))
    for (name, value), text in zip(jobs, results):
        survivors += text is None
        print("%-16s %2d -> %2d  %s" % (
            name, table[name][0], value,
            text.split(":")[0] if text else "SURVIVES"))
    print("%d constants, %d changes, %d survive"
          % (len(names), len(jobs), survivors))
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
