#!/usr/bin/env python3
"""rtl/ under `verilator --lint-only -Wall` and, what is Verilog-2005, under
`iverilog -Wall`: not one message, at the corners of the design space too. In
the whole system (rtl/soc.sv) a stub stands for the host core.

    lint.py --rtl DIR --isa DIR [ROWSxCOLS ...]

Exit status 1: a message (printed); 77: a tool is missing.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile

STUB = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "ibex_stub.sv")
NAMES = ("ROWS", "COLS", "SPAD_KIB", "BANKS", "LANES", "DMA_BYTES", "QUEUE",
         "SPLIT", "NARROW", "SPARSE", "UNPACK")
SHAPES = (
    (8, 8, 128, 16, 4, 8, 4, 0, 0, 0, 0),
    (8, 8, 128, 16, 4, 8, 4, 1, 1, 1, 1),
    (4, 4, 32, 4, 2, 4, 2, 0, 0, 1, 1),
    (16, 16, 256, 16, 8, 16, 8, 1, 0, 0, 1),
    (6, 10, 64, 8, 3, 8, 4, 0, 1, 0, 0),
    (1, 4, 1, 4, 1, 4, 2, 0, 0, 0, 0),   # as small as it gets
    (2, 5, 1, 4, 1, 4, 2, 1, 1, 0, 0),
    (5, 7, 1, 64, 7, 4, 2, 0, 0, 0, 0),  # banks of one word a half
    (64, 64, 1024, 64, 64, 16, 16, 1, 1, 1, 0),
)


def messages(cmd):
    run = subprocess.run(cmd, capture_output=True, text=True)
    text = run.stdout + run.stderr
    return text or ("exit status %d\n" % run.returncode
                    if run.returncode else "")


def lint(rtl, isa, shape, out):
    top = os.path.join(rtl, "accel.v")
    values = list(zip(NAMES, shape))
    yield "verilator", messages(
        ["verilator", "--lint-only", "-Wall", "-I" + isa, "-y", rtl]
        + ["-G%s=%d" % v for v in values] + [top])
    yield "verilator, soc", messages(
        ["verilator", "--lint-only", "-Wall", "-I" + isa, "-y", rtl,
         "--top-module", "soc"] + ["-G%s=%d" % v for v in values]
        + [STUB, os.path.join(rtl, "soc.sv")])
    yield "iverilog", messages(
        ["iverilog", "-g2005", "-Wall", "-Wno-timescale", "-I" + isa,
         "-y", rtl, "-s", "accel", "-o", out]
        + ["-Paccel.%s=%d" % v for v in values] + [top])


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--rtl", required=True)
    args.add_argument("--isa", required=True, help="folder of isa.vh")
    args.add_argument("shape", nargs="*", help="ROWSxCOLS; default: all")
    args = args.parse_args()
    for tool in ("verilator", "iverilog"):
        if not shutil.which(tool):
            print("skipped: no", tool)
            return 77
    bad = 0
    with tempfile.TemporaryDirectory() as tmp:
        for shape in SHAPES:
            if args.shape and "%dx%d" % shape[:2] not in args.shape:
                continue
            for tool, text in lint(args.rtl, args.isa, shape,
                                   os.path.join(tmp, "out")):
                if text:
                    bad = 1
                    print("%s, %s:\n%s" % (tool, dict(zip(NAMES, shape)),
                                           text))
    return bad


sys.exit(main())
