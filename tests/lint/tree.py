#!/usr/bin/env python3
"""House rules that a compiler does not check.

- `#include`s point one way: base <- isa <- {compiler, sim} <- {explore, calib, cli};
  firmware sees only isa.
- No file of source or prose is longer than 800 lines.
- No file names a machine's folders or a package registry.

    tree.py [ROOT]        check the tree; one line a finding, exit status 1
    tree.py --self-test   check the checker on a small tree with known faults
"""

import os
import re
import subprocess
import sys
import tempfile

MAX_LINES = 800

# Folder -> folders whose headers it may include. Folders not named here
# (tests, bench, rtl) may include anything.
MAY_INCLUDE = {
    "base": {"base"},
    "isa": {"isa", "base"},
    "compiler": {"compiler", "isa", "base"},
    "sim": {"sim", "isa", "base"},
    "firmware": {"firmware", "isa"},
    "explore": {"explore", "isa", "base", "sim/joulet.h"},
    # The Verilog is found where the simulator finds it.
    "calib": {"calib", "isa", "base", "sim/joulet.h", "sim/paths.h",
              "sim/cut.h"},
    "cli": {"cli", "explore", "calib", "isa", "base", "sim/joulet.h"},
}
# The public library joins what the others keep apart.
EXTRA = {name: {"compiler"}
         for name in ("sim/joulet.c", "sim/memory_map.c", "sim/verify.c",
                      "sim/program.h")}

INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.M)
SOURCE = (".c", ".h", ".cpp", ".def", ".S")
LONG_IS_WRONG = SOURCE + (".v", ".vh", ".py", ".sh", ".md", ".yaml", ".cmake")

# Written in pieces so that this file does not find itself.
MACHINE_PATH = re.compile(
    rb"(?<![\w.}~/])/(?:" + rb"|".join((b"wo" b"rk", b"ro" b"ot", b"ho" b"me"))
    + rb")/\w")
REGISTRY = re.compile(rb"(?i)\b(?:" + rb"|".join((
    rb"py" rb"pi\.org", rb"python" rb"hosted\.org", rb"crates" rb"\.io",
    rb"(?:deb|ftp|security)\." rb"debian\.org", rb"registry\." rb"npmjs",
    rb"proxy\." rb"golang", rb"index" rb"-url")) + rb")")


def tracked(root):
    """The files git tracks or would; every file where there is no git."""
    try:
        out = subprocess.run(
            ["git", "-C", root, "ls-files", "-z", "--cached", "--others",
             "--exclude-standard"], capture_output=True, check=True).stdout
        names = [n.decode() for n in out.split(b"\0") if n]
    except (OSError, subprocess.CalledProcessError):
        names = []
        for folder, below, files in os.walk(root):
            below[:] = [b for b in below if b not in (".git", "__pycache__")
                        and not b.startswith("build")]
            names += [os.path.relpath(os.path.join(folder, f), root)
                      for f in files]
    return sorted(n for n in names if os.path.isfile(os.path.join(root, n)))


def line_of(text, at):
    return text.count(b"\n", 0, at) + 1


def check_includes(name, text, names, findings):
    part = name.split("/")[0]
    if part not in MAY_INCLUDE or not name.endswith(SOURCE):
        return
    allowed = MAY_INCLUDE[part] | EXTRA.get(name, set())
    for match in INCLUDE.finditer(text):
        target = match.group(1).decode()
        # As the compiler does: the includer's folder first, then the root.
        beside = os.path.normpath(os.path.join(os.path.dirname(name), target))
        if beside in names:
            target = beside
        folder = target.split("/")[0] if "/" in target else part
        if folder in MAY_INCLUDE and folder not in allowed \
                and target not in allowed:
            findings.append("%s:%d: %s may not include %s" % (
                name, line_of(text, match.start(1)), part, target))


def check(root):
    findings = []
    names = tracked(root)
    known = set(names)
    for name in names:
        with open(os.path.join(root, name), "rb") as f:
            text = f.read()
        if b"\0" in text:
            continue
        check_includes(name, text, known, findings)
        lines = text.count(b"\n")
        if lines > MAX_LINES and name.endswith(LONG_IS_WRONG):
            findings.append("%s: %d lines, more than %d"
                            % (name, lines, MAX_LINES))
        for what, pattern in (("a machine's folder", MACHINE_PATH),
                              ("a package registry", REGISTRY)):
            for match in pattern.finditer(text):
                findings.append("%s:%d: names %s" % (
                    name, line_of(text, match.start()), what))
    return findings, len(names)


def self_test():
    tree = {
        "base/a.h": "", "isa/i.h": '#include "base/a.h"\n',
        "sim/joulet.h": "", "sim/s.h": "", "compiler/c.h": "",
        "sim/joulet.c": '#include "compiler/c.h"\n#include "s.h"\n',
        "sim/s.c": '\n#include "compiler/c.h"\n',
        "compiler/c.c": '#include "../sim/s.h"\n',
        "firmware/f.c": '#include "base/a.h"\n#include "isa/i.h"\n',
        "explore/e.c": '#include "sim/joulet.h"\n#include "sim/s.h"\n',
        "base/long.c": "\n" * (MAX_LINES + 1),
        "base/path.c": "x\n/* see /" + "home/someone/x */\n",
        "base/fine.c": "/* ~/" + "home/x a/" + "work/y */\n",
        "docs/r.md": "from https://py" + "pi.org/simple\n",
    }
    expected = [
        "base/long.c: 801 lines, more than 800",
        "base/path.c:2: names a machine's folder",
        "compiler/c.c:1: compiler may not include sim/s.h",
        "docs/r.md:1: names a package registry",
        "explore/e.c:2: explore may not include sim/s.h",
        "firmware/f.c:1: firmware may not include base/a.h",
        "sim/s.c:2: sim may not include compiler/c.h",
    ]
    with tempfile.TemporaryDirectory() as root:
        for name, text in tree.items():
            path = os.path.join(root, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as f:
                f.write(text)
        found, _ = check(root)
    if found == expected:
        print("self-test: ok")
        return 0
    for line in sorted(set(found) ^ set(expected)):
        print("self-test: %s: %s" % (
            "missed" if line in expected else "false alarm", line))
    return 1


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    here = os.path.dirname(os.path.abspath(__file__))
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "..", "..")
    findings, count = check(root)
    for line in findings:
        print(line)
    print("tree: %d files, %d findings" % (count, len(findings)))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
