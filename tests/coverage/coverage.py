#!/usr/bin/env python3
"""Line, branch and toggle coverage of the accelerator's Verilog.

    coverage.py --bin DIR [--rtl DIR] [--nets DIR] [--jobs N] [--keep DIR]
                [--strict]

Builds the accelerator with Verilator's --coverage for SHAPES, runs the PARTS of
tests/mutate/mutants.c on it (random programs against the fast model) and the
networks of --nets (joulet verify), and for a design with all formats of weights,
which runs programs of tests/cosim (OPTIONS); adds the counts of all shapes and instances,
and prints for each module how many lines, branches and bits (toggles) there are,
how many of them some instance of some shape reached, and how many are waived.

waivers.txt names what need not be reached, and why; a line is

    KIND MODULE WHERE -- REASON

KIND is line, branch or toggle. WHERE is a signal (toggle), perhaps with bits,
NAME[3,8-31], or the text of the source line. MODULE and NAME may be patterns
(* and ?). A waiver that meets no point, or only points that were reached, is an
error; with --strict so is a point that is neither reached nor waived.

--keep leaves the files there; a folder with counts is not run again, only
printed. Exit status 1: an error of that kind; 77: no verilator.
"""

import argparse
import collections
import concurrent.futures
import fnmatch
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
KINDS = ("line", "branch", "toggle")

# rows, cols, KiB, banks, lanes, DMA bytes, queue; five banks of 1 KiB at least.
# Small ones, because the models take minutes to compile.
SHAPES = ((4, 4, 8, 8, 2, 8, 2), (3, 5, 8, 8, 5, 4, 4))
KEYS = ("array.rows", "array.cols", "scratchpad.kib", "scratchpad.banks",
        "requant.lanes", "dma.bytes_per_cycle", "accel.queue_depth")
# Part of mutants.c, number of programs.
PARTS = (("random", 18), ("long", 4), ("memory", 8), ("list", 3))

# A random design of cosim with array.split, weights.narrow, sparse and unpack
# (4x4, 4 bytes a beat), and how many programs.
OPTIONS = ((11639, 48),)

# Goes before the real verilator: another version, so that its libraries are
# others, and another wrapper.
SHIM = """#!/bin/sh
case "$1" in
--version)
	printf 'coverage '
	exec {verilator} --version
	;;
esac
for a in "$@"; do
	shift
	case "$a" in
	*/sim/rtl_wrap.cpp) set -- "$@" {wrap} ;;
	-O3) set -- "$@" -O3 --coverage --coverage-max-width 512 ;;
	OPT_FAST=-O3) set -- "$@" OPT_FAST=-O1 ;;
	*) set -- "$@" "$a" ;;
	esac
done
exec {verilator} "$@"
"""


def prepare(tmp):
    """The environment of runs whose models count."""
    os.makedirs(os.path.join(tmp, "bin"))
    os.makedirs(os.path.join(tmp, "out"))
    shim = os.path.join(tmp, "bin", "verilator")
    with open(shim, "w") as f:
        f.write(SHIM.format(verilator=shutil.which("verilator"),
                            wrap=os.path.join(HERE, "cov_wrap.cpp")))
    os.chmod(shim, 0o755)
    return dict(os.environ, PATH=os.path.join(tmp, "bin") + ":" +
                os.environ["PATH"], XDG_CACHE_HOME=os.path.join(tmp, "cache"),
                COVERAGE_OUT=os.path.join(tmp, "out"))


def option_command(args, seed, count):
    return [os.path.join(args.bin, "cosim"), "--random", str(seed), "--count",
            str(count), "--rtl", args.rtl]


def commands(args, shape):
    """What runs on a shape: programs, then networks."""
    for part, count in PARTS:
        yield [os.path.join(args.bin, "mutants"), "--rtl", args.rtl, "--part",
               part, "--count", str(count), "--design",
               ",".join(map(str, shape))]
    for net in sorted(glob.glob(os.path.join(args.nets, "*.tflite"))):
        yield [os.path.join(args.bin, "joulet"), "verify", "--net", net] + [
            word for item in zip(KEYS, shape)
            for word in ("--set", "%s=%d" % item)]


def run_all(todo, env):
    """An error, or nothing."""
    for command in todo:
        wrong = run(command, env)
        if wrong:
            return wrong
    return ""


def run(command, env):
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    return "" if done.returncode == 0 else "%s: exit status %d\n%s" % (
        " ".join(command), done.returncode, (done.stdout + done.stderr)[-2000:])


# ---------------------------------------------------------------------------
# Counts

# module: of the file; what: source line or signal; where: line number or bit
Point = collections.namedtuple("Point", "kind module what where")


def source_lines(rtl):
    """Text of every line, by file name."""
    text = {}
    for path in glob.glob(os.path.join(rtl, "*.v")):
        with open(path) as f:
            text[os.path.basename(path)] = f.read().splitlines()
    return text


def point(key, source):
    """The point of a key of Verilator's file, or None."""
    f = dict(item.split("\2", 1) for item in key.strip("'").split("\1") if item)
    name = os.path.basename(f["f"])
    kind = f["page"].split("/")[0][2:]
    module = os.path.splitext(name)[0]
    if kind not in KINDS or name not in source:
        return None
    if kind == "toggle":
        found = re.match(r"(.*?)\[(\d+)\]$", f["o"])
        signal, bit = found.groups() if found else (f["o"], "0")
        return Point(kind, module, signal.split(".")[-1], int(bit))
    line = int(f["l"])
    return Point(kind, module, source[name][line - 1].strip(),
                 (line, f["n"], f["o"]))


def counts(folder, source):
    """How often each point was reached, over all files."""
    total = collections.Counter()
    for path in glob.glob(os.path.join(folder, "*.dat")):
        with open(path) as f:
            for line in f:
                if not line.startswith("C "):
                    continue
                key, _, n = line[2:].rpartition(" ")
                p = point(key, source)
                if p:
                    total[p] += int(n)
    return total


# ---------------------------------------------------------------------------
# Waivers

def bits(text):
    """The set of `3,8-31`."""
    found = set()
    for part in text.split(","):
        lo, _, hi = part.partition("-")
        found |= set(range(int(lo), int(hi or lo) + 1))
    return found


def read_waivers():
    found = []
    with open(os.path.join(HERE, "waivers.txt")) as f:
        for number, line in enumerate(f, 1):
            if line.startswith("#") or not line.strip():
                continue
            what, _, why = line.strip().partition(" -- ")
            kind, module, where = what.split(None, 2)
            if kind not in KINDS or not why:
                sys.exit("waivers.txt:%d: not KIND MODULE WHERE -- REASON" %
                         number)
            found.append((number, kind, module, where))
    return found


def waived_by(waiver, p):
    _, kind, module, where = waiver
    if p.kind != kind or not fnmatch.fnmatchcase(p.module, module):
        return False
    if kind != "toggle":
        return p.what == where
    found = re.match(r"(.*)\[([\d,-]+)\]$", where)
    name = found.group(1) if found else where
    return fnmatch.fnmatchcase(p.what, name) and (
        not found or p.where in bits(found.group(2)))


def apply_waivers(total, waivers):
    """The points that waivers excuse, and the errors of waivers."""
    excused, errors = set(), []
    for w in waivers:
        met = [p for p in total if waived_by(w, p)]
        missing = [p for p in met if not total[p]]
        excused |= set(missing)
        if not met:
            errors.append("waivers.txt:%d: there is no such %s" % (w[0], w[1]))
        elif not missing:
            errors.append("waivers.txt:%d: is reached after all" % w[0])
    return excused, errors


# ---------------------------------------------------------------------------
# Report

def percent(reached, all_):
    return "%5d %5.1f" % (all_, 100.0 * reached / all_) if all_ else "    -     -"


def row(title, total, excused, want):
    cells = []
    for kind in KINDS:
        points = [p for p in total if p.kind == kind and want(p)]
        cells.append("%s %4d" % (
            percent(sum(total[p] > 0 for p in points), len(points)),
            sum(p in excused for p in points)))
    return "%-14s %s" % (title, "  ".join(cells))


def table(total, excused):
    print("%-14s %s" % ("", "  ".join("%-16s" % k for k in KINDS)))
    print("%-14s %s" % ("module", "  ".join(["  all     %  why"] * 3)))
    for m in sorted({p.module for p in total}):
        print(row(m, total, excused, lambda p, m=m: p.module == m))
    print(row("all", total, excused, lambda p: True))


def ranges(numbers):
    """1,2,3,7 as 1-3,7."""
    text, run_ = [], []
    for n in sorted(numbers):
        if run_ and n != run_[-1] + 1:
            text.append(run_)
            run_ = []
        run_.append(n)
    text.append(run_)
    return ",".join(str(r[0]) if len(r) == 1 else "%d-%d" % (r[0], r[-1])
                    for r in text)


def missing(total, excused):
    """What is neither reached nor waived, as lines of waivers.txt."""
    found = collections.defaultdict(set)
    for p in total:
        if not total[p] and p not in excused:
            found[p[:3]].add(p.where)
    for (kind, module, what), where in sorted(found.items()):
        if kind == "toggle":
            yield "%s %s %s[%s]" % (kind, module, what, ranges(where))
        else:
            yield "%s %s %s" % (kind, module, what)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--bin", required=True, type=os.path.abspath)
    args.add_argument("--rtl", type=os.path.abspath,
                      default=os.path.join(TREE, "rtl"))
    args.add_argument("--nets", default=os.path.join(TREE, "models"))
    args.add_argument("--jobs", type=int, default=2)
    args.add_argument("--keep", help="folder for the files of this run")
    args.add_argument("--strict", action="store_true",
                      help="what is neither reached nor waived is an error")
    args = args.parse_args()
    if not shutil.which("verilator"):
        print("skipped: no verilator")
        return 77
    with tempfile.TemporaryDirectory() as tmp:
        folder = args.keep or tmp
        out = os.path.join(folder, "out")
        if not os.path.isdir(out):     # else: what is there
            env = prepare(folder)
            todo = [commands(args, s) for s in SHAPES]
            todo += [[option_command(args, *o)] for o in OPTIONS]
            with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
                for wrong in pool.map(lambda t: run_all(t, env), todo):
                    if wrong:
                        sys.exit(wrong)
        total = counts(out, source_lines(args.rtl))
    if not total:
        sys.exit("coverage: no counts")
    excused, errors = apply_waivers(total, read_waivers())
    table(total, excused)
    left = list(missing(total, excused))
    for text in left:
        print("neither reached nor waived: " + text)
    print("\n".join(errors) if errors else "all waivers hold")
    return 1 if errors or (args.strict and left) else 0


if __name__ == "__main__":
    sys.exit(main())
