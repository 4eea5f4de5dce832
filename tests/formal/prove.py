#!/usr/bin/env python3
"""Proves properties of the Verilog with yosys-smtbmc and z3.

    prove.py --rtl DIR --isa DIR [--jobs N] [--no-bugs] [BENCH...]

A bench is a file beside this one: a module `bench` around one or more modules
of the RTL, with labelled assertions and covers. Its first lines tell what to
do; a line begins with `//@`:

    //@ read FILE...                  of the RTL
    //@ prove NAME=VALUE... : bmc N, induction K, cover C
    //@ bug LABEL FILE: OLD => NEW    (of the first `prove` line)
    //@ mutants NAME=VALUE... : bmc N, induction K    (tests/mutate)
    //@ complete WHY                  (tests/mutate)
    //@ yosys COMMAND                 after flattening

`mutants` is the elaboration that the netlist of tests/mutate has: there a proof
that fails on a damaged module has caught the damage. `complete` says that the
assertions leave no freedom to the module's outputs where anybody reads them.

Every `prove` line is one elaboration: assertions hold in the first N cycles
after power-up, they are K-inductive (so they hold for ever), and every cover is
reached within C cycles. Every bug is one replacement in a copy of the RTL which
must make the named assertion fail, in the same N cycles. Each assertion needs
a bug, but for those named inv_*, which only help the induction.

A bench reads registers of the module under test through wires with the
attribute hierconn; one that meets nothing is an error.

Files *.smt2 are lemmas for z3 alone: unsat is the proof; `;@ bug OLD => NEW`
must make it sat.

Exit status 1: something failed; 77: no yosys or z3.
"""

import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = 900     # seconds of one solver run; a busy machine is slow

SCRIPT = """
read_verilog -sv -formal -I{rtl} -I{isa} {files}
{chparam}
hierarchy -check -top bench
proc
opt_clean
memory -nordff
memory_map
flatten
select -assert-none w:* a:hierconn %i
{extra}
opt -full
async2sync
dffunmap
check -assert
write_smt2 -wires {out}
"""


class Bench:
    """What the head of a bench file says."""

    def __init__(self, path):
        self.path = path
        self.name = os.path.splitext(os.path.basename(path))[0]
        self.read, self.proofs, self.bugs, self.yosys = [], [], [], []
        self.mutants, self.complete = None, False
        with open(path) as f:
            text = f.read()
        for line in re.findall(r"^[/;]+@ +(.*)$", text, re.M):
            self.directive(*line.split(None, 1))
        self.labels = set(re.findall(r"(\w+): *assert", text))
        self.covers = set(re.findall(r"(\w+): *cover", text))

    def directive(self, word, rest):
        if word == "read":
            self.read += rest.split()
        elif word == "yosys":
            self.yosys.append(rest)
        elif word == "complete":
            self.complete = True
        elif word in ("prove", "mutants"):
            params, how = rest.split(":")
            steps = dict(item.split() for item in how.split(","))
            proof = params.split(), {k: int(v) for k, v in steps.items()}
            if word == "prove":
                self.proofs.append(proof)
            else:
                self.mutants = proof
        elif word == "bug":
            where, change = rest.split(":", 1)
            old, new = change.split(" => ")
            self.bugs.append((*where.split(), old.strip(), new.strip()))
        else:
            sys.exit("%s: no such directive: %s" % (self.path, word))


def run(command, text=None):
    """Output and exit status; the solver below a solver's driver ends, too."""
    with subprocess.Popen(command, text=True, start_new_session=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as p:
        try:
            return p.communicate(text, LIMIT)[0], p.returncode
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            return "no answer in %d s" % LIMIT, -1


def elaborate(bench, params, files, args, out):
    """Write the bench as SMT-LIB; a message if that fails."""
    pairs = " ".join("-set %s %s" % tuple(p.split("=")) for p in params)
    script = SCRIPT.format(
        rtl=args.rtl, isa=args.isa, files=" ".join(files + [bench.path]),
        chparam="chparam %s bench" % pairs if pairs else "",
        extra="\n".join(bench.yosys), out=out)
    text, status = run(["yosys", "-q", "-p", script])
    return text if status else ""


def smtbmc(out, mode, steps):
    command = ["yosys-smtbmc", "-s", "z3", "--unroll", *mode, "-t",
               str(steps), out]
    text, status = run(command)
    return status == 0, text


def failed_labels(text):
    """Labels of the assertions that a run reported."""
    return {m.split(".")[-1]
            for m in re.findall(r"Assert failed in \S+ (\S+)", text)}


def prove(bench, proof, args):
    """One elaboration, its three runs. Returns (good, text)."""
    params, steps = proof
    title = " ".join([bench.name, *params])
    files = [os.path.join(args.rtl, f) for f in bench.read]
    with tempfile.TemporaryDirectory() as tmp:
        out = os.path.join(tmp, "bench.smt2")
        wrong = elaborate(bench, params, files, args, out)
        if wrong:
            return False, "%s: %s" % (title, wrong[-2000:])
        told = []
        for kind, mode in (("bmc", []), ("induction", ["-i"]),
                           ("cover", ["-c"])):
            if kind not in steps:
                continue
            start = time.time()
            good, text = smtbmc(out, mode, steps[kind])
            if kind == "cover":
                seen = set(re.findall(r"Reached cover statement at (\S+)",
                                      text))
                good = good and bench.covers <= seen
            if not good:
                return False, "%s: %s: FAILED\n%s" % (title, kind,
                                                      text[-2000:])
            told.append("%s %d (%.1f s)" % (kind, steps[kind],
                                            time.time() - start))
    return True, "%s: %d assertions, %d covers: %s" % (
        title, len(bench.labels), len(bench.covers), ", ".join(told))


def damaged(bench, name, old, new, args, tmp):
    """The RTL files of a bench with a replacement in one of them."""
    files = []
    for f in bench.read:
        path = os.path.join(args.rtl, f)
        if f == name:
            with open(path) as src:
                text = src.read()
            if text.count(old) < 1:
                raise ValueError("%s: nothing to damage: %s" % (path, old))
            path = os.path.join(tmp, f)
            with open(path, "w") as copy:
                copy.write(text.replace(old, new, 1))
        files.append(path)
    return files


def caught(bench, bug, args):
    """A seeded bug must make its assertion fail."""
    label, name, old, new = bug
    title = "%s: bug `%s` in %s" % (bench.name, new, name)
    params, steps = bench.proofs[0]
    with tempfile.TemporaryDirectory() as tmp:
        out = os.path.join(tmp, "bench.smt2")
        try:
            files = damaged(bench, name, old, new, args, tmp)
        except ValueError as e:
            return False, str(e)
        wrong = elaborate(bench, params, files, args, out)
        if wrong:
            return False, "%s: %s" % (title, wrong[-2000:])
        _, text = smtbmc(out, ["--keep-going"], steps["bmc"])
    if label not in failed_labels(text):
        return False, "%s: NOT caught by %s\n%s" % (title, label,
                                                    text[-2000:])
    return True, "%s: caught by %s" % (title, label)


def holds(bench, args, path):
    """Do the proofs hold with the module in `path` in the place of the RTL's?
    None if the solver gives no answer."""
    params, steps = bench.mutants
    name = os.path.basename(path)
    files = [path if f == name else os.path.join(args.rtl, f)
             for f in bench.read]
    with tempfile.TemporaryDirectory() as tmp:
        out = os.path.join(tmp, "bench.smt2")
        wrong = elaborate(bench, params, files, args, out)
        if wrong:
            sys.exit("%s: %s: %s" % (bench.name, path, wrong[-2000:]))
        answer = True
        for kind, mode in (("induction", ["-i"]), ("bmc", [])):
            good, text = smtbmc(out, mode, steps[kind])
            if failed_labels(text):
                return False
            answer = answer if good else None
        return answer


def z3(text):
    return run(["z3", "-in"], text)[0].split()


def lemma(path):
    """A lemma: unsat as it stands, sat with each of its bugs."""
    name = os.path.basename(path)
    with open(path) as f:
        text = f.read()
    answer = z3(text)
    if not answer or set(answer) != {"unsat"}:
        return False, "%s: FAILED: %s" % (name, answer)
    bugs = re.findall(r"^;@ bug (.*) => (.*)$", text, re.M)
    if len(bugs) < len(answer):
        return False, "%s: every lemma needs a bug" % name
    for old, new in bugs:
        body = re.sub(r"^;.*$", "", text, flags=re.M)
        if old not in body or "sat" not in z3(body.replace(old, new, 1)):
            return False, "%s: bug `%s` NOT caught" % (name, new)
    return True, "%s: %d lemmas, %d bugs caught" % (name, len(answer),
                                                    len(bugs))


def tasks(args):
    """(function, arguments) of everything asked for; the slow ones first."""
    every = sorted(glob.glob(os.path.join(HERE, "*.v")) +
                   glob.glob(os.path.join(HERE, "*.smt2")))
    proofs, bugs = [], []
    for path in every:
        name = os.path.splitext(os.path.basename(path))[0]
        if args.bench and name not in args.bench:
            continue
        if path.endswith(".smt2"):
            bugs.append((lemma, (path,)))
            continue
        bench = Bench(path)
        missing = {x for x in bench.labels if not x.startswith("inv_")} - \
                  {bug[0] for bug in bench.bugs}
        if missing or not bench.covers:
            sys.exit("%s: no bug for %s, or no cover" %
                     (path, ", ".join(sorted(missing)) or "-"))
        proofs += [(prove, (bench, p, args)) for p in bench.proofs]
        if not args.no_bugs:
            bugs += [(caught, (bench, b, args)) for b in bench.bugs]
    return proofs + bugs


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--rtl", required=True)
    args.add_argument("--isa", required=True, help="folder of isa.vh")
    args.add_argument("--jobs", type=int, default=2)
    args.add_argument("--no-bugs", action="store_true")
    args.add_argument("bench", nargs="*")
    args = args.parse_args()
    for tool in ("yosys", "yosys-smtbmc", "z3"):
        if not shutil.which(tool):
            print("skipped: no %s" % tool)
            return 77
    bad = 0
    todo = tasks(args)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        runs = [pool.submit(f, *given) for f, given in todo]
        for done in runs:
            good, text = done.result()
            bad += not good
            print(text, flush=True)
    print("%d proofs and bugs, %d failed" % (len(todo), bad))
    return 1 if bad or not todo else 0


if __name__ == "__main__":
    sys.exit(main())
