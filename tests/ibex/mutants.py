#!/usr/bin/env python3
"""Is every timing constant of the host model looked at?

    mutants.py --bin DIR --build BUILD [NAME...]

Each mutant is the model with one number changed (MUTANTS below): sim/host_*.c
is copied, the change is made, and ibex_model is linked with it instead of the
library's. The directed programs of rules.py must then differ from the RTL on
some core. Exit status 1 if a mutant survives, or if a line to be changed is not
there any more; 77 without Ibex.
"""

import argparse
import glob
import os
import shutil
import subprocess
import sys
import tempfile

import build
import exact
import rules

ROOT = build.ROOT

# name: (file, what stands there, what the mutant has)
MUTANTS = {
    "mul": ("host.c", "rules.mul = core == CORE_SMALL ? 3 : 1",
            "rules.mul = core == CORE_SMALL ? 3 : 2"),
    "mul-small": ("host.c", "rules.mul = core == CORE_SMALL ? 3 : 1",
                  "rules.mul = core == CORE_SMALL ? 4 : 1"),
    "mulh": ("host.c", "rules.mulh = core == CORE_SMALL ? 4 : 2",
             "rules.mulh = core == CORE_SMALL ? 4 : 1"),
    "mulh-small": ("host.c", "rules.mulh = core == CORE_SMALL ? 4 : 2",
                   "rules.mulh = core == CORE_SMALL ? 3 : 2"),
    "divide": ("host_decode.c", "return 37;", "return 36;"),
    "load": ("host_decode.c", "if (!h->rules.wb)\n\t\t\treturn 2;",
             "if (!h->rules.wb)\n\t\t\treturn 1;"),
    "load-use": ("host_decode.c", "sources(h, i + op->len) >> op->rd & 1",
                 "0 * sources(h, i + op->len)"),
    "store": ("host_decode.c", "return h->rules.wb ? 1 : 2;",
              "return h->rules.wb ? 1 : 1;"),
    "jump": ("host_step.c", "h->cyc = s->t + 2 + (h->at ? h->at->mis : target",
             "h->cyc = s->t + 3 + (h->at ? h->at->mis : target"),
    "jump-answer": ("host_step.c",
                    "s->e = s->quiet = s->t + !h->rules.btalu;",
                    "s->e = s->quiet = s->t;"),
    "branch": ("host_decode.c", "!h->rules.btalu ? 3 : 2",
               "!h->rules.btalu ? 3 : 1"),
    "branch-small": ("host_decode.c", "!h->rules.btalu ? 3 : 2",
                     "!h->rules.btalu ? 2 : 2"),
    "odd-target": ("host_decode.c", "op->mis = (i & 1) && op->len == 2;",
                   "op->mis = 0;"),
    "csr-flush": ("host_step.c", "h->cyc = s->t + 3;\n\t\ts->quiet",
                  "h->cyc = s->t + 2;\n\t\ts->quiet"),
    "csr-quiet": ("host_step.c", "s->quiet = s->t + 2;\n\t}",
                  "s->quiet = s->t + 1;\n\t}"),
    "trap": ("host_step.c", "h->cyc = x + 3;", "h->cyc = x + 4;"),
    "mret": ("host_step.c", "h->cyc = s->t + 3 + (h->at",
             "h->cyc = s->t + 2 + (h->at"),
    "vector": ("host_step.c", "h->cyc = k + 2;\n\treturn true;",
               "h->cyc = k + 3;\n\treturn true;"),
    "withdrawn": ("host_step.c", "if (h->cyc < k + 2)\n\t\t\th->cyc = end = k + 2;",
                  "if (h->cyc < k + 2)\n\t\t\th->cyc = end = k + 3;"),
    "wake": ("host_step.c", "h->cyc = k + 2;\n\tif (host_pending",
             "h->cyc = k + 1;\n\tif (host_pending"),
    "retire": ("host_step.c", "s.e + (h->rules.wb ? 2 : 1)",
               "s.e + (h->rules.wb ? 1 : 1)"),
}


def mutate(name, folder):
    """The mutant's sources, in `folder`. None: the line is not there."""
    file, old, new = MUTANTS[name]
    for path in glob.glob(os.path.join(ROOT, "sim/host*.c")):
        shutil.copy(path, folder)
    path = os.path.join(folder, file)
    with open(path) as f:
        text = f.read()
    if text.count(old) != 1:
        print("%s: %d times in sim/%s: %r" % (name, text.count(old), file,
                                              old))
        return None
    with open(path, "w") as f:
        f.write(text.replace(old, new))
    return sorted(glob.glob(os.path.join(folder, "host*.c")))


def compile_model(sources, bin_dir, out):
    """ibex_model with these sources before the library's."""
    here = os.path.join(ROOT, "tests/ibex")
    subprocess.run(["cc", "-O1", "-std=c11", "-w", "-D_DEFAULT_SOURCE",
                    "-I" + ROOT, "-I" + os.path.join(bin_dir, "gen"),
                    *sources, os.path.join(here, "model.c"),
                    os.path.join(here, "board.c"),
                    *(os.path.join(bin_dir, "%s/lib%s.a" % (n, n))
                      for n in ("sim", "isa", "base")),
                    "-lelf", "-lyaml", "-lxxhash", "-lm", "-ldl", "-o", out], check=True)


def survives(model, programs, libs, bin_dir):
    """No core tells it from the RTL."""
    for core, lib in libs.items():
        done = subprocess.run(
            [os.path.join(bin_dir, "ibex_compare"), "--rtl", lib, "--core",
             core, "--model", model, "--max-cycles", str(exact.MAX_CYCLES),
             *programs], capture_output=True, text=True)
        if done.returncode == exact.DIFFERENT:
            return False
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
    return True


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--bin", required=True, help="folder of the built programs")
    p.add_argument("--cache", help="of verilated cores (default: BIN/ibex)")
    p.add_argument("name", nargs="*")
    args = p.parse_args()
    exact.need_tools()
    libs = build.libraries(build.CORES, args.cache or
                           os.path.join(args.bin, "ibex"))
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="joulet-ibex-") as folder:
        programs = [exact.assemble(text, os.path.join(folder, name))
                    for name, text, _ in rules.programs()]
        for name in args.name or MUTANTS:
            sources = mutate(name, folder)
            alive = True
            if sources:
                model = os.path.join(folder, "ibex_model")
                compile_model(sources, args.bin, model)
                alive = survives(model, programs, libs, args.bin)
            wrong += alive
            print("%-14s %s" % (name, "SURVIVES" if alive else "differs"),
                  flush=True)
    print("%d mutants, %d survive" % (len(args.name or MUTANTS), wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
