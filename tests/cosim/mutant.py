"""cosim with a fast model of which one timing constant is another number.

The table is sim/fast_timing.def; a changed copy of it goes before the real one
on the compiler's include path. Only the files that use the constant are built,
and linked before the library that has the others.
"""

import glob
import os
import re
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
TABLE = os.path.join(ROOT, "sim/fast_timing.def")
ROW = re.compile(r'^TIMING\((\w+),\s*(\d+),\s*"([^"]*)",\s*"([^"]*)"\)$', re.M)
LIBS = ("tests/cosim/libcosim_trials.a", "sim/libsim.a",
        "compiler/libcompiler.a", "isa/libisa.a", "base/libbase.a")
DIFFERENT, SKIP = 3, 77


def constants():
    """name -> (value, what it is, where the Verilog has it)"""
    with open(TABLE) as f:
        text = f.read()
    rows = {name: (int(value), what, where)
            for name, value, what, where in ROW.findall(text)}
    assert len(rows) == len(re.findall(r"^TIMING\(", text, re.M))
    return rows


def compiler(bin_dir):
    return ["cc", "-O1", "-std=c11", "-w", "-D_DEFAULT_SOURCE",
            "-D_POSIX_C_SOURCE=200809L", "-I" + ROOT,
            "-I" + os.path.join(bin_dir, "gen")]


def users(name):
    return [path for path in glob.glob(os.path.join(ROOT, "sim/*.c"))
            if re.search(r"\bT_%s\b" % name, open(path).read())]


def build(bin_dir, folder, name, value):
    """The program in `folder`, with T_name = value."""
    changed = os.path.join(folder, "include")
    os.makedirs(os.path.join(changed, "sim"), exist_ok=True)
    with open(TABLE) as f:
        text = f.read()
    text, n = re.subn(r"(?m)^(TIMING\(%s,\s*)\d+" % name,
                      lambda m: m.group(1) + str(value), text)
    sources = users(name)
    if n != 1 or not sources:
        raise SystemExit("%s: %d rows, %d files" % (name, n, len(sources)))
    with open(os.path.join(changed, "sim/fast_timing.def"), "w") as f:
        f.write(text)
    out = os.path.join(folder, "cosim")
    cc = compiler(bin_dir)
    cc.insert(1, "-I" + changed)
    subprocess.run([*cc, *sources, os.path.join(ROOT, "tests/cosim/cosim.c"),
                    *(os.path.join(bin_dir, lib) for lib in LIBS),
                    "-lelf", "-lyaml", "-lxxhash", "-lm", "-ldl", "-o", out],
                   check=True)
    return out


def need_verilator():
    if not shutil.which("verilator"):
        print("verilator is not installed: skipped")
        raise SystemExit(SKIP)
