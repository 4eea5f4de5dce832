#!/usr/bin/env python3
"""The host core against the RTL of the real one, over cores and memories.

    exact.py --bin DIR SUITE [options]

Suites: rules (directed programs, one after another rule of docs/host.md),
random, libc (compiled programs). Every program runs on each core with each
memory; a retired instruction that differs in cycle, pc, instruction, register,
value or trap ends the run with exit status 3 and is shown. So does a program
that takes another number of cycles without a trace than with one. DIR has the
built joulet, ibex_compare and ibex_model.
"""

import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile

import build
import frame
import libc_programs
import random_program
import rules

CROSS = "riscv64-unknown-elf-"
DIFFERENT = 3
MAX_CYCLES = 3000000
BATCH = 8  # random programs between two looks at the count

# Options of `joulet host`: flash, slow data, one memory, and mixtures.
WAITS = (
    "--instr-latency 2",
    "--instr-latency 3",
    "--instr-latency 5",
    "--data-grant 1",
    "--data-latency 3",
    "--data-grant 2 --data-latency 2",
    "--shared",
    "--shared --instr-latency 2 --data-grant 1",
    "--shared --instr-latency 3 --data-grant 2 --data-latency 4",
    "--instr-latency 4 --data-grant 3 --data-latency 2",
)


def need_tools():
    for tool in ("as", "ld", "gcc"):
        if not shutil.which(CROSS + tool):
            build.missing("%s%s is not installed" % (CROSS, tool))


def assemble(text, path):
    """The text as an executable at `path`.elf; the text stays beside it."""
    with open(path + ".S", "w") as f:
        f.write(text)
    subprocess.run([CROSS + "as", "-march=rv32imc_zicsr_zifencei",
                    "-mabi=ilp32", path + ".S", "-o", path + ".o"], check=True)
    subprocess.run([CROSS + "ld", "-melf32lriscv", "--no-relax",
                    "-Ttext=0x%x" % frame.TEXT, path + ".o", "-o",
                    path + ".elf"], check=True)
    os.remove(path + ".o")
    return path + ".elf"


class Total:
    """What was compared, and whether it was equal."""

    def __init__(self):
        self.programs = self.instructions = self.cycles = 0
        self.status = 0

    def add(self, done):
        found = re.search(r"programs=(\d+) instructions=(\d+) cycles=(\d+)\n$",
                          done.stdout)
        if found:
            self.programs += int(found[1])
            self.instructions += int(found[2])
            self.cycles += int(found[3])
        if done.returncode or not found:
            self.status = self.status or done.returncode or 1
            print(done.stdout + done.stderr, flush=True)


class Bench:
    def __init__(self, args):
        self.args = args
        self.libs = build.libraries(args.core, args.cache)
        self.total = Total()
        self.pool = concurrent.futures.ThreadPoolExecutor(args.jobs)

    def compare(self, core, memory, model, programs):
        command = [os.path.join(self.args.bin, "ibex_compare"),
                   "--rtl", self.libs[core], "--core", core,
                   "--model", os.path.join(self.args.bin, model),
                   "--max-cycles", str(MAX_CYCLES),
                   *memory.split(), *programs]
        return subprocess.run(command, capture_output=True, text=True)

    def end_of(self, core, memory, program, *more):
        """How `joulet host` says that the program ended."""
        done = subprocess.run(
            [os.path.join(self.args.bin, "joulet"), "host", program, "--core",
             core, "--max-cycles", str(MAX_CYCLES), *memory.split(), *more],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        return done.stderr.splitlines()[-1:]

    def fast(self, core, memory, programs):
        """Without a trace other code runs, and must take as long."""
        for program in programs:
            traced = self.end_of(core, memory, program, "--trace",
                                 os.devnull)
            got = self.end_of(core, memory, program)
            if got != traced:
                return "%s --core %s %s: %s, with a trace %s" % (
                    program, core, memory, got, traced)
        return None

    def run(self, programs, model="joulet"):
        """On all cores and memories. False: stop, something differs."""
        where = [(core, memory) for core in self.args.core
                 for memory in self.args.memory]
        jobs = [self.pool.submit(self.compare, core, memory, model, programs)
                for core, memory in where]
        ends = [self.pool.submit(self.fast, core, memory, programs)
                for core, memory in where if model == "joulet"]
        for job in jobs:
            self.total.add(job.result())
        for wrong in filter(None, (end.result() for end in ends)):
            self.total.status = self.total.status or DIFFERENT
            print(wrong, flush=True)
        return self.total.status == 0


def run_rules(bench, folder):
    programs = {"joulet": [], "ibex_model": []}
    for name, text, model in rules.programs():
        programs[model].append(assemble(text, os.path.join(folder, name)))
    for model, elfs in programs.items():
        if not bench.run(elfs, model):
            return


def run_libc(bench, folder):
    programs = libc_programs.build_all(CROSS + "gcc", folder)
    joulet = os.path.join(bench.args.bin, "joulet")
    for elf in programs:  # they check themselves
        subprocess.run([joulet, "host", elf], check=True, timeout=300,
                       stdout=subprocess.DEVNULL)
    bench.run(programs)


def run_random(bench, folder):
    seed, model = bench.args.seed, "joulet"
    while bench.total.instructions < bench.args.count:
        programs = []
        for seed in range(seed, seed + BATCH):
            text = random_program.Program(seed, bench.args.size,
                                          model != "joulet").text()
            path = os.path.join(folder, "%s-seed%d" % (model, seed))
            programs.append(assemble(text, path))
        seed += 1
        if not bench.run(programs, model):
            return
        for path in programs:
            os.remove(path)
            os.remove(path[:-3] + "S")
        model = "ibex_model" if model == "joulet" else "joulet"


SUITES = {"rules": run_rules, "libc": run_libc, "random": run_random}


def parse():
    p = argparse.ArgumentParser()
    p.add_argument("--bin", required=True, help="folder of the built programs")
    p.add_argument("--cache", help="of verilated cores (default: BIN/ibex)")
    p.add_argument("--core", action="append", choices=sorted(build.CORES))
    p.add_argument("--memory", action="append",
                   help='options, as "--instr-latency 2"; more than once')
    p.add_argument("--waits", action="store_true",
                   help="memories that make the core wait, %d of them"
                   % len(WAITS))
    p.add_argument("--seed", type=int, default=1, help="of the first program")
    p.add_argument("--size", type=int, default=3000,
                   help="instructions in a random program")
    p.add_argument("--count", type=int, default=1000000,
                   help="random: go on until so many are compared")
    p.add_argument("--keep", help="keep the programs in this folder")
    p.add_argument("-j", dest="jobs", type=int, default=2)
    p.add_argument("suite", choices=sorted(SUITES))
    args = p.parse_args()
    args.cache = args.cache or os.path.join(args.bin, "ibex")
    args.core = args.core or list(build.CORES)
    args.memory = args.memory or (WAITS if args.waits else [""])
    return args


def main():
    args = parse()
    need_tools()
    bench = Bench(args)
    folder = args.keep or tempfile.mkdtemp(prefix="joulet-ibex-")
    os.makedirs(folder, exist_ok=True)
    SUITES[args.suite](bench, folder)
    t = bench.total
    print("%s: %d instructions, %d cycles, %d programs, %d cores, %d memories:"
          " %s" % (args.suite, t.instructions, t.cycles, t.programs,
                   len(args.core), len(args.memory),
                   "DIFFERENT" if t.status else "0 differences"))
    if t.status == 0 and not args.keep:
        shutil.rmtree(folder)
    elif t.status:
        print("programs: " + folder)
    sys.exit(t.status)


if __name__ == "__main__":
    main()
