#!/usr/bin/env python3
"""Seeds bugs into the Verilog with yosys and counts those that are caught.

    mutate.py --rtl DIR --isa DIR --mutants PROGRAM [--all | --sample N]
              [--count N] [--least PERCENT] [--jobs N]

yosys picks N_BUGS mutations (its own even sampling, seed 1): a bit of a cell's
port inverted, stuck at 0 or 1, or inverted when another bit is 0 or 1. All of
them are in one netlist; an input selects one, so one verilated model serves
all. Registers power up with random bits, so that a missing reset shows. Every
bug runs through --count random programs against the fast model (mutants.c);
a difference in outputs, counters or cycles, a program that does not end, or a
crash catches it.

--sample N takes every k-th bug of the list. Prints what survived. Exit status
1: fewer than --least percent were caught, or the netlist without a bug
differs; 77: a tool is missing.
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

N_BUGS = 240
LIMIT = 300      # seconds of one bug's programs: a crash of another kind
DIFFERENT = 3    # exit status of mutants
ELAB = {"ROWS": 3, "COLS": 5, "SPAD_KIB": 8, "BANKS": 8, "LANES": 2,
        "DMA_BYTES": 4, "QUEUE": 2}

HEAD = """
read_verilog -DSYNTHESIS -I{isa} {files}
chparam {params} accel
hierarchy -check -top accel
proc
opt_expr
opt_clean
memory_collect
setundef -init -random 1
"""

# The number of the bug comes from the environment when a model is made.
SELECT = r"""
    reg [8:0] mutsel;
    initial mutsel = $c32("(std::getenv(\"MUTANT\") ?",
                          "std::atoi(std::getenv(\"MUTANT\")) : 0)");
    accel_mutants mutants ({ports}, .mutsel(mutsel));
endmodule
"""


def yosys(script):
    done = subprocess.run(["yosys", "-q", "-s", "/dev/stdin"], input=script,
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit("mutate: yosys: " + (done.stdout + done.stderr)[-2000:])


def netlist(args, tmp):
    """Write accel.v and accel_mutants.v to tmp; the list of mutations."""
    files = sorted(glob.glob(os.path.join(args.rtl, "*.v")))
    head = HEAD.format(isa=args.isa, files=" ".join(files), params=" ".join(
        "-set %s %d" % item for item in ELAB.items()))
    listed = os.path.join(tmp, "list")
    yosys(head + "mutate -list %d -seed 1 -ctrl mutsel 9 1 -o %s\n" %
          (N_BUGS, listed))
    with open(listed) as f:
        bugs = f.read().splitlines()
    yosys(head + "\n".join(bugs) + "\nrename accel accel_mutants\n"
          "write_verilog -noattr %s/accel_mutants.v\n" % tmp)
    with open(os.path.join(args.rtl, "accel.v")) as f:
        text = f.read()
    head = text[text.index("module accel"):]
    head = head[:head.index(");\n\n    localparam") + 2]
    ports = re.findall(r"(?:input|output)\s+wire\s+(?:\[[^\]]*\]\s+)?(\w+)",
                       head)
    with open(os.path.join(tmp, "accel.v"), "w") as f:
        f.write('`include "isa.vh"\n' + head + SELECT.replace(
            "{ports}", ", ".join(".%s(%s)" % (p, p) for p in ports)))
    return bugs


def run(args, tmp, number):
    """Exit status of the programs on bug `number`, and what they printed."""
    command = [args.mutants, "--rtl", tmp, "--cache", os.path.join(tmp, "so"),
               "--count", str(args.count), "--design",
               ",".join(str(v) for v in ELAB.values())]
    try:
        done = subprocess.run(command, capture_output=True, text=True,
                              timeout=LIMIT,
                              env=dict(os.environ, MUTANT=str(number)))
    except subprocess.TimeoutExpired:
        return DIFFERENT, "no end"
    return done.returncode, done.stdout + done.stderr


def short(bug):
    """MODE MODULE PORT BIT SOURCE of a line of the list."""
    def field(name):
        found = re.search(r"-%s (\S+)" % name, bug)
        return found.group(1) if found else "-"
    module = re.split(r"\\", field("module"))
    module = module[1] if module[0] == "$paramod" else module[-1]
    wire = "%s[%s]" % (field("wire"), field("wirebit"))
    return " ".join([field("mode"), module, field("port"), field("portbit"),
                     wire if "-wire" in bug else "-",
                     os.path.basename(field("src"))])


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--rtl", required=True)
    args.add_argument("--isa", required=True, help="folder of isa.vh")
    args.add_argument("--mutants", required=True, help="program to run")
    args.add_argument("--all", action="store_true")
    args.add_argument("--sample", type=int, default=40)
    args.add_argument("--count", type=int, default=20)
    args.add_argument("--least", type=float, default=80.0)
    args.add_argument("--jobs", type=int, default=2)
    args = args.parse_args()
    for tool in ("yosys", "verilator"):
        if not shutil.which(tool):
            print("skipped: no %s" % tool)
            return 77
    with tempfile.TemporaryDirectory() as tmp:
        bugs = netlist(args, tmp)
        status, text = run(args, tmp, 0)
        if status:
            print("without a bug: exit status %d\n%s" % (status, text))
            return 1
        step = 1 if args.all else max(1, len(bugs) // args.sample)
        chosen = list(range(1, len(bugs) + 1, step))
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            done = list(pool.map(lambda k: run(args, tmp, k), chosen))
    alive = [k for k, (status, _) in zip(chosen, done) if status == 0]
    odd = [(k, r) for k, r in zip(chosen, done) if 0 < r[0] != DIFFERENT]
    for k, (status, text) in odd:
        print("bug %d: exit status %d: %s" % (k, status, text))
    for k in alive:
        print("survived: %3d %s" % (k, short(bugs[k - 1])))
    caught = 100.0 * (len(chosen) - len(alive)) / len(chosen)
    print("%d bugs, %d caught (%.1f %%)" % (
        len(chosen), len(chosen) - len(alive), caught))
    return 1 if odd or caught < args.least else 0


if __name__ == "__main__":
    sys.exit(main())
