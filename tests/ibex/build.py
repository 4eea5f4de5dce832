#!/usr/bin/env python3
"""Verilate the real host core into CACHE/ibex-CORE-HASH.so and print the path.

    build.py [--cache DIR] CORE...

The hash covers the package, our sources, the flags and Verilator's version, so
that the second call costs nothing. Exit status 77 if the package or Verilator
is missing; under CI that is an error.
"""

import argparse
import fcntl
import glob
import hashlib
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CORE = os.path.join(ROOT, "rtl/soc_core.sv")  # as the whole system has it
SKIPPED = 77

CORES = {  # branch target ALU, writeback, multiplication in one cycle
    "maxperf": (1, 1, 1),
    "btalu": (1, 0, 1),
    "small": (0, 0, 0),
}
FLAGS = ["--cc", "-O3", "--build", "-j", "2", "-Wno-fatal", "--no-timing",
         "-CFLAGS", "-fPIC", "-MAKEFLAGS", "OPT_FAST=-O3",
         "-MAKEFLAGS", "OPT_SLOW=-O1", "-MAKEFLAGS", "OPT_GLOBAL=-O3"]


def missing(why):
    """Nothing to test with: a skipped test, but not under CI."""
    print(("ibex: " if os.environ.get("CI") else "skipped: ") + why,
          file=sys.stderr)
    sys.exit(1 if os.environ.get("CI") else SKIPPED)


def package():
    found = subprocess.run([os.path.join(ROOT, "rtl/ibex/where")],
                           capture_output=True, text=True)
    if found.returncode:
        missing(found.stderr.strip())
    if not shutil.which("verilator"):
        missing("verilator is not installed")
    return found.stdout.strip()


def content(ibex, core):
    h = hashlib.sha256(repr((FLAGS, CORES[core])).encode())
    h.update(subprocess.run(["verilator", "--version"], check=True,
                            capture_output=True).stdout)
    for name in sorted(glob.glob(ibex + "/**/*.sv*", recursive=True)
                       + glob.glob(os.path.join(ROOT, "rtl/ibex/*.*"))
                       + [CORE] + [os.path.join(HERE, n) for n in
                                   ("core.h", "core_wrap.cpp")]):
        with open(name, "rb") as f:
            h.update(os.path.basename(name).encode() + f.read())
    return h.hexdigest()[:16]


def build(ibex, core, cache):
    lib = os.path.join(cache, "ibex-%s-%s.so" % (core, content(ibex, core)))
    if os.path.exists(lib):
        return lib
    work = os.path.join(cache, "ibex-" + core)
    shutil.rmtree(work, ignore_errors=True)
    params = ["-G%s=%d" % pair
              for pair in zip(("BTALU", "WRITEBACK", "MUL1"), CORES[core])]
    command = (["verilator", *FLAGS, *params,
                "--top-module", "soc_core", "--prefix", "Vcore", "--Mdir", work,
                "-F", os.path.join(ROOT, "rtl/ibex/ibex.f"),
                CORE])
    with open(work + ".log", "w") as log:
        env = dict(os.environ, JOULET_IBEX=ibex)
        done = subprocess.run(command, env=env, stdout=log, stderr=log)
        if done.returncode == 0:
            done = link(work, lib, log)
    if done.returncode:
        with open(work + ".log") as log:
            sys.stderr.write("".join(log.readlines()[-30:]))
        sys.exit("ibex: cannot build %s: see %s.log" % (core, work))
    shutil.rmtree(work)
    return lib


def link(work, lib, log):
    """The archive that Verilator made, with our interface, as one library."""
    verilated = subprocess.run(["verilator", "--getenv", "VERILATOR_ROOT"],
                               check=True, capture_output=True,
                               text=True).stdout.strip() + "/include"
    temporary = "%s.%d" % (lib, os.getpid())
    done = subprocess.run(
        ["g++", "-O3", "-fPIC", "-shared", "-o", temporary, "-I" + work,
         "-isystem", verilated, os.path.join(HERE, "core_wrap.cpp"),
         verilated + "/verilated.cpp", verilated + "/verilated_threads.cpp",
         os.path.join(work, "Vcore__ALL.a"), "-Wl,-z,defs", "-pthread"],
        stdout=log, stderr=log)
    if done.returncode == 0:
        os.rename(temporary, lib)
    return done


def libraries(cores, cache):
    """{core: path}; safe against a second process that does the same."""
    ibex = package()
    os.makedirs(cache, exist_ok=True)
    with open(os.path.join(cache, "ibex.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return {core: build(ibex, core, cache) for core in cores}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", default=os.path.join(ROOT, "build/ibex"))
    parser.add_argument("cores", nargs="+", choices=sorted(CORES))
    args = parser.parse_args()
    for path in libraries(args.cores, args.cache).values():
        print(path)


if __name__ == "__main__":
    main()
