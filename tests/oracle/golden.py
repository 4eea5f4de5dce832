#!/usr/bin/env python3
"""Compare joulet's outputs with the oracle's, byte for byte.

    golden.py --joulet PATH --set-dir SET [--filter GLOB] [--verify | --soc]
              [-j N] [-- ARGS for `joulet run` or `joulet verify`]

SET is one of
    own       models/ of this project
    networks  real networks with golden vectors
    layers    single-layer extracts of the MLPerf Tiny networks
    ops       operator models made of supported operators only
    labelled  trained networks with their whole labelled test sets

All but `own` are read from ../shared (or from $JOULET_SHARED), which is not
part of the project: without it the exit status is 77, which ctest counts as
skipped. One line a failure and a summary line; exit status 1 if any failed.

--soc is `joulet verify --soc`: it needs the RTL of the host core (rtl/ibex).
Without it the exit status is 77 too, but not under CI.

A network that joulet rightly refuses (it says so with exit status 65) fails
too: which networks a design must take is chosen with --filter, not here.
"""

import argparse
import concurrent.futures
import fnmatch
import os
import shutil
import subprocess
import sys
import tempfile
import time

import tfl

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SKIP = 77
# Files that contradict themselves: TFLM runs them, we refuse them.
DAMAGED = {
    "mean4_1x4x4x4_ax0123_k0",  # its output has the input's shape
}
FOLDERS = {"networks": "", "layers": "layers", "ops": "syn",
           "labelled": "accuracy"}


def shared():
    return os.environ.get("JOULET_SHARED", os.path.join(ROOT, "..", "shared"))


def cases(which):
    """(name, network, inputs, expected outputs), sorted by name; None where
    the set is absent."""
    if which == "own":
        folder = os.path.join(ROOT, "models")
        found = [n[:-len(".tflite")] for n in sorted(os.listdir(folder))
                 if n.endswith(".tflite")]
        return [(n, *(os.path.join(folder, n + end) for end in
                      (".tflite", ".in.bin", ".expect.bin"))) for n in found]

    folder = os.path.join(shared(), "tflite", FOLDERS[which])
    if not os.path.isdir(folder):
        return None
    if which == "labelled":
        return [(n, *(os.path.join(folder, n, f) for f in
                      ("model_int8.tflite", "test_x.bin", "out_tflm.bin")))
                for n in sorted(os.listdir(folder))]

    found = []
    for file in sorted(os.listdir(os.path.join(folder, "models"))):
        name, kind = os.path.splitext(file)
        net = os.path.join(folder, "models", file)
        vectors = os.path.join(folder, "vectors", name)
        expected = os.path.join(vectors, "out_tflm.bin")
        if kind != ".tflite" or not os.path.exists(expected):
            continue  # the oracle itself could not run some of them
        if name in DAMAGED:
            continue
        if which == "ops" and any(op.code not in tfl.SUPPORTED
                                  for op in tfl.Network(net).ops):
            continue
        found.append((name, net, os.path.join(vectors, "inputs.bin"),
                      expected))
    return found


def difference(got, want):
    """What differs between two outputs, in words; None if nothing."""
    if len(got) != len(want):
        return "%d bytes of output, not %d" % (len(got), len(want))
    wrong = [i for i in range(len(want)) if got[i] != want[i]]
    if not wrong:
        return None
    at = wrong[0]
    return "first difference at byte %d: %d, not %d; %d of %d bytes differ" % (
        at, got[at], want[at], len(wrong), len(want))


def missing_for_soc():
    """What `joulet verify --soc` lacks here, in words; None if nothing."""
    where = subprocess.run([os.path.join(ROOT, "rtl", "ibex", "where")],
                           capture_output=True, text=True)
    if where.returncode:
        return where.stderr.strip()
    return None if shutil.which("verilator") else "no verilator"


def call(command, timeout):
    """What went wrong with a command, in words; None if nothing."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True,
                              errors="replace", timeout=timeout)
    except subprocess.TimeoutExpired:
        return "no end after %d s" % timeout
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["(nothing on stderr)"]
        return "exit status %d: %s" % (done.returncode, said[-1])
    return None


def verify_case(joulet, case, extra, timeout):
    name, net, inputs, expected = case
    return name, call([joulet, "verify", "--net", net, "--input", inputs,
                       "--expect", expected] + extra, timeout)


def run_case(joulet, case, extra, timeout):
    name, net, inputs, expected = case
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.bin")
        problem = call([joulet, "run", "--net", net, "--input", inputs,
                        "--output", out] + extra, timeout)
        if problem:
            return name, problem
        if not os.path.exists(out):
            return name, "no output was written"
        with open(out, "rb") as f, open(expected, "rb") as g:
            return name, difference(f.read(), g.read())


def main():
    args = argparse.ArgumentParser(description="compare with the oracle")
    args.add_argument("--joulet", required=True)
    args.add_argument("--set-dir", required=True,
                      choices=["own", *FOLDERS])
    args.add_argument("--filter", action="append", metavar="GLOB",
                      help="only these networks; may be repeated")
    args.add_argument("--exclude", action="append", metavar="GLOB",
                      default=[], help="not these")
    args.add_argument("--verify", action="store_true",
                      help="`joulet verify` instead: rtl, fast and reference")
    args.add_argument("--soc", action="store_true",
                      help="`joulet verify --soc`: the whole system in Verilog")
    args.add_argument("-j", type=int, default=2, metavar="N",
                      help="runs at once")
    args.add_argument("--timeout", type=int, default=600, metavar="S",
                      help="for one network")
    args.add_argument("-v", action="store_true",
                      help="a line for each network that passes, too")
    args.add_argument("--list", action="store_true",
                      help="print the networks chosen and stop")
    own, extra = sys.argv[1:], []
    if "--" in own:
        cut = own.index("--")
        own, extra = own[:cut], own[cut + 1:]
    opt = args.parse_args(own)

    lacking = missing_for_soc() if opt.soc else None
    if lacking:
        print("skipped: " + lacking)
        return 1 if os.environ.get("CI") else SKIP
    if opt.soc:
        extra = ["--soc"] + extra
    chosen = cases(opt.set_dir)
    if chosen is None:
        print("skipped: ../shared/tflite not found")
        return SKIP
    total = len(chosen)

    def matches(name, globs):
        return any(fnmatch.fnmatchcase(name, g) for g in globs)

    chosen = [c for c in chosen if matches(c[0], opt.filter or ["*"])
              and not matches(c[0], opt.exclude)]
    if not chosen:
        print("no network of %s matches" % opt.set_dir)
        return 2
    if opt.list:
        print("\n".join(c[0] for c in chosen))
        return 0

    failed = 0
    joulet = os.path.abspath(opt.joulet)
    with concurrent.futures.ThreadPoolExecutor(max(1, opt.j)) as pool:
        case = verify_case if opt.verify or opt.soc else run_case
        runs = [pool.submit(case, joulet, c, extra, opt.timeout)
                for c in chosen]
        started = time.monotonic()
        for run in runs:  # in order, whatever ended first
            name, problem = run.result()
            if problem:
                failed += 1
                print("%s: %s" % (name, problem), flush=True)
            elif opt.v:
                print("%s: ok" % name, flush=True)
    print("%s: %.1f s" % (opt.set_dir, time.monotonic() - started),
          file=sys.stderr)
    print("%d passed, %d failed, %d skipped" % (
        len(chosen) - failed, failed, total - len(chosen)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
