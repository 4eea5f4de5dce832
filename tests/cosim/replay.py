#!/usr/bin/env python3
"""A difference becomes a small file that gives it again.

    replay.py --bin BIN --rtl DIR [--cache DIR]

For some timing constants of the fast model: change one, run random programs
against the Verilog until they differ, look at the replay file that is left. It
must hold few commands and acts, and be legal; the changed model and the Verilog
must differ on it, in the same way; and `joulet verify --replay`, with the model as it is,
must find them equal.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

import mutant

# name, by how much, and how many commands and acts the smallest may have: a
# load and its bell need no more; a sum in a drain has parameters to fetch.
CASES = (("LOAD_END", 1, 2, 4), ("PLUS_TAIL", -1, 4, 4),
         ("KEPT_SEGMENTS", 1, 2, 4))
SMALLEST = re.compile(r"^smallest: (\d+) jobs, (\d+) commands, (\d+) acts: "
                      r"(.*)\njoulet verify --replay (.*)$", re.M)


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def check(args, cache, name, by, most_commands, most_acts):
    """What is wrong, or None."""
    with tempfile.TemporaryDirectory(prefix="joulet-replay-") as folder:
        value = mutant.constants()[name][0] + by
        changed = mutant.build(args.bin, folder, name, value)
        status, out, err = run(changed, "--design", "11", "--count", "100",
                               "--rtl", args.rtl, "--out", folder, *cache)
        found = SMALLEST.search(out)
        if status != mutant.DIFFERENT or not found:
            return "found nothing: status %d\n%s%s" % (status, out, err)
        jobs, commands, acts = (int(found.group(i)) for i in (1, 2, 3))
        text, path = found.group(4, 5)
        print("%s %+d: %d jobs, %d commands, %d acts: %s"
              % (name, by, jobs, commands, acts, text))
        if jobs > 1 or commands > most_commands or acts > most_acts:
            with open(path) as f:
                return "not small:\n" + f.read()
        status, out, err = run(changed, "--replay", path, "--rtl", args.rtl,
                               "--out", folder, *cache)
        again = re.search(r"^DIFFERENT: \S+: (.*)$", out, re.M)
        if status != mutant.DIFFERENT or not again:
            return "not there again: status %d\n%s%s" % (status, out, err)
        strip = lambda s: re.sub(r", line \d+", "", s)
        if strip(again.group(1)) != strip(text):
            return "another difference: " + again.group(1)
        status, out, err = run(os.path.join(args.bin, "cosim"), "--only",
                               "fast", "--replay", path)
        if status or not out.endswith("no difference\n"):
            return "not legal, status %d: %s%s" % (status, out, err)
        status, out, err = run(os.path.join(args.bin, "joulet"), "verify",
                               "--replay", path)
        if status or "rtl and fast agree" not in out:
            return "unchanged, status %d: %s%s" % (status, out, err)
    return None


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--bin", required=True, help="folder of the built programs")
    p.add_argument("--rtl", required=True)
    p.add_argument("--cache", help="of verilated libraries")
    args = p.parse_args()
    mutant.need_verilator()
    cache = ["--cache", args.cache] if args.cache else []
    wrong = 0
    for case in CASES:
        problem = check(args, cache, *case)
        if problem:
            wrong += 1
            print("%s: WRONG: %s" % (case[0], problem))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
