#!/usr/bin/env python3
"""Is every timing constant of the host model looked at?

    mutants.py --bin DIR --build BUILD [NAME...]

Each mutant is the model with one number changed (MUTANTS below): a file of
sim/host*.c is copied, the change is made, and ibex_model is linked with it
instead of the library's. A few random programs and the directed ones of rules.py
must then find a difference from the RTL on some core; for WAIT_MUTANTS with a
memory of WAITS. Exit status 1
if a mutant survives, or if a line to be changed is not there any more; 77 without
Ibex.
"""

import argparse
import itertools
import os
import subprocess
import sys
import tempfile

import build
import exact
import random_program
import rules

ROOT = build.ROOT
RANDOM = 8  # programs
FIRST = RANDOM + 3  # those that most mutants stumble over

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
    "odd-target": ("host_decode.c", "op->mis = misaligned(h, i);",
                   "op->mis = 0;"),
    "csr-flush": ("host_step.c", "h->cyc = s->t + 3;\n\t\ts->quiet",
                  "h->cyc = s->t + 2;\n\t\ts->quiet"),
    "csr-quiet": ("host_step.c", "s->quiet = s->t + 2;\n\t}",
                  "s->quiet = s->t + 1;\n\t}"),
    "trap": ("host_step.c", "h->cyc = x + 3;", "h->cyc = x + 4;"),
    "mret": ("host_step.c", "h->cyc = s->t + 3 + (h->at",
             "h->cyc = s->t + 2 + (h->at"),
    "vector": ("host_step.c", "h->cyc = k + 2;\n\thost_turned(h);\n\treturn true;",
               "h->cyc = k + 3;\n\thost_turned(h);\n\treturn true;"),
    "withdrawn": ("host_step.c", "if (h->cyc < k + 2)\n\t\t\th->cyc = end = k + 2;",
                  "if (h->cyc < k + 2)\n\t\t\th->cyc = end = k + 3;"),
    "wake": ("host_step.c", "h->cyc = k + 2;\n\tif (host_pending",
             "h->cyc = k + 1;\n\tif (host_pending"),
    "retire": ("host_step.c", "s.e + (h->rules.wb ? 2 : 1)",
               "s.e + (h->rules.wb ? 1 : 1)"),
}


# With memories of one cycle: is a fetch under way at a WFI?
MUTANTS.update({
    "past-odd": ("host_past.c", "h->since - h->from->mis", "h->since"),
    "past-words": ("host_past.c", "words == x -", "words != x -"),
    "past-halfword": ("host_past.c", "(h->from - h->op) / 2",
                      "(h->from - h->op + 1) / 2"),
    "past-landed": ("host_run.c", "since = cyc", "since = cyc + 1"),
    "past-due": ("host_past.c", "f->due[0] = f->cyc", "f->due[0] = f->cyc + 1"),
    "past-sleep": ("host_past.c", "awake += f->cyc + 2 <= k",
                   "awake += f->cyc + 1 <= k"),
})

WAITS = ("--instr-latency 3",
         "--shared --instr-latency 2 --data-grant 1 --data-latency 3",
         "--data-grant 2")

WAIT_MUTANTS = {
    "divide": ("host_front.c", "DIVIDE = 37", "DIVIDE = 36"),
    "divide-zero": ("host_front.c", "DIVIDE_0 = 2", "DIVIDE_0 = 3"),
    "mul": ("host_front.c", "x + r->mul - 1", "x + r->mul"),
    "mulh": ("host_front.c", "x + r->mulh - 1", "x + r->mul - 1"),
    "flush": ("host_front.c", "FLUSH = 1", "FLUSH = 2"),
    "room-2": ("host_front.c", "f->words >= 2 &&", "f->words >= 1 &&"),
    "room-3": ("host_front.c", "f->words >= 3", "f->words >= 2"),
    "due": ("host_front.c", "f->n_due < 2)", "f->n_due < 1)"),
    "latency": ("host_front.c", "(uint64_t)r->mem.instr_latency;",
                "(uint64_t)r->mem.instr_latency + 1;"),
    "drop": ("host_front.c", "(uint8_t)((1 << f->n_due) - 1)",
             "(uint8_t)(1 << f->n_due >> 1)"),
    "drop-asked": ("host_front.c", "f->asked && (now.turn || f->drop_asked)",
                   "false"),
    "turn": ("host_front.c", "(room(f) || now.turn)", "room(f)"),
    "port": ("host_front.c", "r->mem.shared && now.data", "false"),
    "port-last": ("host_front.c", "f->granted = r->mem.shared &&",
                  "f->granted = false &&"),
    "straddle": ("host_front.c", "odd && wide ? 2 : 1", "1"),
    "half": ("host_front.c", ".pop = odd || wide", ".pop = wide"),
    "grant": ("host_front.c", "at = p->x + grant", "at = p->x"),
    "grant-2": ("host_front.c", "at + 1 + grant", "at + grant"),
    "split-first": ("host_front.c", "p->e = at + latency",
                    "p->e = at + 1"),
    "split-second": ("host_front.c", "if (p->e < at)", "if (false)"),
    "answer": ("host_front.c", "p->answer = at + latency",
               "p->answer = at + 1"),
    "load-use": ("host_front.c", "f->answer + 1 : t", "f->answer : t"),
    "early-jump": ("host_front.c", "p.jump = spec +", "p.jump = x +"),
    "branch-small": ("host_front.c", "(kind == KIND_BRANCH && !r->btalu)",
                     "0"),
    "jump-small": ("host_front.c", "p.e = spec + !r->btalu", "p.e = spec"),
    "first": ("host_wait.c", "h->cyc - 1);", "h->cyc);"),
    "interrupt": ("host_wait.c",
                  "front_wait(r, f);\n\t\t\tif (host_take", "if (host_take"),
    "interrupt-id": ("host_wait.c", "irq && !f->held &&", "irq &&"),
    "interrupt-wb": ("host_wait.c", "&& f->answer <= f->cyc", ""),
    "withdrawn": ("host_wait.c", "irq = false;", "front_wait(r, f);"),
    "before": ("host_wait.c", "h->before.cycle = p->e", "h->before.cycle = 0"),
    "fault": ("host_wait.c", "p->jump = p->last = p->e + 1",
              "p->jump = p->last = p->e + 2"),
    "fault-late": ("host_wait.c", "f->cyc <= answer", "f->cyc < answer"),
    "fault-turn": ("host_wait.c", "n.turns && !use", "false"),
    "fault-use": ("host_wait.c", "n.turns && !use", "n.turns"),
    "retire": ("host_wait.c", ": p->e + 2;", ": p->e + 1;"),
    "retire-answer": ("host_wait.c", "p->answer + 1 :", "p->answer :"),
    "retire-small": ("host_wait.c", "return p->e + 1;", "return p->e + 2;"),
    "sleep": ("host_past.c", "awake += f->cyc + 2 <= k", "awake += 0"),
}


def mutate(name, mutant, folder):
    """The mutant's source, in `folder`. None: the line is not there."""
    file, old, new = mutant
    with open(os.path.join(ROOT, "sim", file)) as f:
        text = f.read()
    if text.count(old) != 1:
        print("%s: %d times in sim/%s: %r" % (name, text.count(old), file,
                                              old))
        return None
    path = os.path.join(folder, file)
    with open(path, "w") as f:
        f.write(text.replace(old, new))
    return path


def compile_model(source, bin_dir, out):
    """ibex_model with this source before the library's."""
    here = os.path.join(ROOT, "tests/ibex")
    flags = ["-O1", "-std=c11", "-w", "-DNDEBUG", "-D_DEFAULT_SOURCE",
             "-I" + ROOT, "-I" + os.path.join(bin_dir, "gen")]
    subprocess.run(["cc", *flags, source, os.path.join(here, "model.c"),
                    os.path.join(here, "board.c"),
                    *(os.path.join(bin_dir, "%s/lib%s.a" % (n, n))
                      for n in ("sim", "isa", "base")),
                    "-lelf", "-lyaml", "-lxxhash", "-lm", "-ldl", "-o", out],
                   check=True)


def survives(model, memories, programs, libs, bin_dir):
    """With no core and memory it is told from the RTL."""
    batches = programs[:FIRST], programs[FIRST:]
    for batch, core, memory in itertools.product(batches, libs, memories):
        done = subprocess.run(
            [os.path.join(bin_dir, "ibex_compare"), "--rtl", libs[core],
             "--core", core, "--model", model, "--max-cycles",
             str(exact.MAX_CYCLES), *memory.split(), *batch],
            capture_output=True, text=True)
        if done.returncode == exact.DIFFERENT:
            return False
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
    return True


def assemble(folder):
    """The programs, random ones and those with WFI first."""
    texts = [("seed%d" % seed, random_program.Program(seed, 1000, True).text())
             for seed in range(RANDOM)]
    texts += [(name, text) for name, text, _ in rules.programs()]
    texts.sort(key=lambda t: not t[0].startswith(("seed", "sleep")))
    return [exact.assemble(text, os.path.join(folder, name))
            for name, text in texts]


def all_mutants():
    """Name: what to change, and the memories to look with."""
    return ({name: (m, ("",)) for name, m in MUTANTS.items()}
            | {"wait-" + name: (m, WAITS)
               for name, m in WAIT_MUTANTS.items()})


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
        programs = assemble(folder)
        mutants = all_mutants()
        for name in args.name or mutants:
            mutant, memories = mutants[name]
            source = mutate(name, mutant, folder)
            alive = True
            if source:
                model = os.path.join(folder, "ibex_model")
                compile_model(source, args.bin, model)
                alive = survives(model, memories, programs, libs, args.bin)
            wrong += alive
            print("%-18s %s" % (name, "SURVIVES" if alive else "differs"),
                  flush=True)
    print("%d mutants, %d survive" % (len(args.name or mutants), wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
